//! A virus scanner that holds every file for a while after it was written: what is held is tried
//! again, and what is never let go is told with its folder, and changes nothing.

#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tests::{PASSPHRASE, folder, program, root, text};

/// A scanner that watches a folder, as a library that stands before the system's own.
struct Scanner {
    library: PathBuf,
    below: PathBuf,
}

impl Scanner {
    fn new(folder: &Path) -> Self {
        let library = folder.join("scanner.so");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(&library)
            .arg(root().join("tests/integration/held.c"))
            .arg("-ldl")
            .status();
        assert!(built.is_ok_and(|status| status.success()), "the scanner is built");
        Self { library, below: folder.join("watched") }
    }

    /// Calls a command of the program under its eyes.
    fn call(
        &self,
        home: &Path,
        times: &str,
        is_denied: bool,
        name: &str,
        payload: &Value,
    ) -> Value {
        let mut program = Command::new(program());
        program
            .arg("--home")
            .arg(home)
            .args(["call", name, &payload.to_string()])
            .env("PINGLI_PASSPHRASE", PASSPHRASE)
            .env("LD_PRELOAD", &self.library)
            .env("PINGLI_HELD_BELOW", &self.below)
            .env("PINGLI_HELD_TIMES", times)
            .env("PINGLI_HELD_LOG", self.log());
        if is_denied {
            program.env("PINGLI_HELD_DENIED", "1");
        }
        let output = program.output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
    }

    fn log(&self) -> PathBuf {
        self.library.with_extension("log")
    }

    /// The names of the files it held, each as often as it did.
    fn held(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        log.lines().filter_map(|line| Some(line.rsplit_once('/')?.1.to_owned())).collect()
    }
}

fn founding() -> Value {
    json!({
        "name": "青石镇综治中心", "user_name": "吴某", "device_name": "1 号机",
        "passphrase": PASSPHRASE,
    })
}

#[test]
fn what_a_scanner_holds_is_tried_again_until_it_lets_go() {
    let folder = folder();
    let scanner = Scanner::new(folder.path());
    std::fs::create_dir(&scanner.below).unwrap();
    let home = scanner.below.join("home");
    for (is_denied, times, name, payload) in [
        (false, "20", "org_create", founding()),
        (true, "5", "preferences_set", json!({ "language": "en" })),
        (
            true,
            "5",
            "invitation_create",
            json!({
                "unit_name": "桥头村评理说事点", "level": "village", "sort": "point",
                "role": "R3", "to": { "path": scanner.below },
            }),
        ),
    ] {
        let said = scanner.call(&home, times, is_denied, name, &payload);
        assert!(said["error"].is_null(), "{name}: {said}");
    }
    let held = scanner.held();
    for file in ["profile.json", "pingli.db", "witness.json", "preferences.json"] {
        assert!(held.iter().any(|name| name == file), "{file} was never held: {held:?}");
    }
    assert!(held.iter().any(|name| name.ends_with(".PLI")), "nor the stick's: {held:?}");
    eprintln!("held {} times, every file written in the end", held.len());
}

#[test]
fn what_is_never_let_go_is_told_with_its_folder_and_changes_nothing() {
    let folder = folder();
    let scanner = Scanner::new(folder.path());
    std::fs::create_dir(&scanner.below).unwrap();
    let home = scanner.below.join("home");
    for (is_denied, reason) in [(false, "held"), (true, "denied")] {
        let said = scanner.call(&home, "1000000", is_denied, "org_create", &founding());
        assert_eq!(said["error"]["code"], "file", "{said}");
        assert_eq!(said["error"]["reason"], reason, "{said}");
        let path = text(&said, "/error/path");
        assert!(path.starts_with(&home.display().to_string()), "the folder: {path}");
        let status = scanner.call(&home, "0", false, "status_get", &json!({}));
        assert_eq!(status["profile"], "none", "nothing half-made: {status}");
    }
    let said = scanner.call(&home, "0", false, "org_create", &founding());
    assert!(said["error"].is_null(), "and once it lets go: {said}");
    // A packet onto a stick, and the list of what is there.
    let stick = scanner.below.join("stick");
    std::fs::create_dir(&stick).unwrap();
    let village = json!({
        "unit_name": "桥头村评理说事点", "level": "village", "sort": "point", "role": "R3",
        "to": { "path": stick },
    });
    let on_stick = Scanner { library: scanner.library.clone(), below: stick.clone() };
    let said = on_stick.call(&home, "1000000", false, "invitation_create", &village);
    assert_eq!(said["error"]["code"], "file", "{said}");
    assert!(text(&said, "/error/path").contains("stick"), "{said}");
    let left = std::fs::read_dir(&stick).into_iter().flatten().count();
    assert_eq!(left, 0, "no half file");
}
