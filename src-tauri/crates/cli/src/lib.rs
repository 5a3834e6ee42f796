//! Every command without a window: for scripts, for the county's technician, for tests, and for
//! the browser where no window of ours runs.

pub mod bench;
pub mod commands;
pub mod demo;
pub mod scenario;
pub mod serve;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use app::fault::Fault;
use app::{Desk, DeskOptions};
use serde_json::{Value, json};

/// Commands whose passphrase may come from the environment.
const TAKES_PASSPHRASE: [&str; 4] =
    ["org_create", "invitation_accept", "profile_unlock", "backup_restore"];

/// Commands that open the profile themselves.
const OPENS: [&str; 2] = ["profile_unlock", "backup_restore"];

/// A fault as the command line prints it.
#[must_use]
pub fn fault_json(fault: &Fault) -> Value {
    let mut value = serde_json::to_value(fault).unwrap_or_default();
    if let Some(members) = value.as_object_mut() {
        members.insert("message".into(), fault.to_string().into());
    }
    json!({ "error": value })
}

/// Writes one JSON value and a line end to standard output.
///
/// # Errors
/// The output's.
pub fn print(value: &Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, value)?;
    out.write_all(b"\n")
}

/// This program itself: it tries what others wrote.
#[must_use]
pub fn worker() -> Option<PathBuf> {
    std::env::current_exe().ok()
}

/// A desk in a home folder, opened if there is a profile and a passphrase.
///
/// # Errors
/// A wrong passphrase, a damaged profile.
pub fn open(home: &Path, passphrase: Option<&str>) -> Result<Desk, Fault> {
    let desk = Desk::new(DeskOptions { worker: worker(), ..DeskOptions::new(home) });
    let status = desk.call("status_get", Value::Null, None)?;
    if let (Some(passphrase), Some("locked")) =
        (passphrase, status.get("profile").and_then(Value::as_str))
    {
        desk.call("profile_unlock", json!({ "passphrase": passphrase }), None)?;
    }
    Ok(desk)
}

/// Runs one command and gives its result.
///
/// # Errors
/// The command's own.
pub fn call(
    home: &Path,
    passphrase: Option<&str>,
    name: &str,
    mut payload: Value,
) -> Result<Value, Fault> {
    if let (true, Some(members), Some(passphrase)) =
        (TAKES_PASSPHRASE.contains(&name), payload.as_object_mut(), passphrase)
        // Whoever has a paper has the passphrase no more.
        && !members.contains_key("code")
    {
        members.entry("passphrase").or_insert_with(|| passphrase.into());
    }
    let desk = open(home, passphrase.filter(|_| !OPENS.contains(&name)))?;
    desk.call(name, payload, None)
}

/// Reads a payload: JSON, `-` for standard input, nothing for none.
///
/// # Errors
/// [`Fault::BadRequest`] for anything but JSON.
pub fn payload(text: Option<&str>) -> Result<Value, Fault> {
    let bad = |error: serde_json::Error| Fault::bad(error.to_string());
    match text {
        None => Ok(json!({})),
        Some("-") => {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(|error| Fault::bad(error.to_string()))?;
            serde_json::from_str(&text).map_err(bad)
        }
        Some(text) => serde_json::from_str(text).map_err(bad),
    }
}
