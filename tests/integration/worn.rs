//! Sticks that claim to hold more than they do, and sticks that die: what they lost is found by
//! reading it back, nothing half stays, and what was to be sent is sent another time.

#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tests::{PASSPHRASE, QIAOTOU, Room, folder, program, root};

/// How many bytes the stick really keeps.
const KEEPS: u64 = 12_000;

/// Builds the stick, as a library that stands before the system's own.
fn stick(folder: &Path) -> PathBuf {
    let library = folder.join("worn.so");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&library)
        .arg(root().join("tests/integration/worn.c"))
        .arg("-ldl")
        .status();
    assert!(built.is_ok_and(|status| status.success()), "the stick is built");
    library
}

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder).into_iter().flatten().count()
}

#[test]
fn a_stick_that_keeps_less_than_it_claims_or_dies_is_found_out_and_nothing_is_lost() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    for n in 0..12 {
        let noise: String = (0..600).map(|_| fastrand::char('一'..='龥')).collect();
        let parties = json!([{ "name": "张某", "side": "applicant" }]);
        let request =
            json!({ "title": format!("第 {n} 件"), "summary": noise, "parties": parties });
        village.does("case_register", request);
    }
    let unit = township.unit();
    let waiting = |room: &Room| {
        let office = room.does("status_get", json!({}))["office"].clone();
        office["neighbours"][0]["undelivered"].as_u64().unwrap()
    };
    let before = waiting(&village);
    let home = village.home.clone();
    village.does("profile_lock", json!({}));
    drop(village);
    let library = stick(folder.path());
    let below = folder.path().join("stick");
    std::fs::create_dir(&below).unwrap();
    let call = |how: &str, part_bytes: u64| -> Value {
        let to = json!({ "path": below });
        let request = json!({ "unit": unit, "to": to, "part_bytes": part_bytes });
        let output = Command::new(program())
            .arg("--home")
            .arg(&home)
            .args(["call", "packet_export", &request.to_string()])
            .env("PINGLI_PASSPHRASE", PASSPHRASE)
            .env("LD_PRELOAD", &library)
            .env("PINGLI_WORN_BELOW", &below)
            .env("PINGLI_WORN_KEEPS", KEEPS.to_string())
            .env("PINGLI_WORN_HOW", how)
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
    };
    // In one file, and in several, of which a later one overwrites the first.
    for (how, part_bytes, reason) in [
        ("wraps", 100_000, "unreliable"),
        ("wraps", 5_000, "unreliable"),
        ("zeros", 100_000, "unreliable"),
        ("fails", 100_000, "gone"),
        ("fails", 5_000, "gone"),
    ] {
        let said = call(how, part_bytes);
        assert_eq!(said["error"]["reason"], reason, "{how}, {part_bytes}: {said}");
        assert_eq!(files(&below), 0, "{how}, {part_bytes}: nothing of it stays");
    }
    let village = Room::reopen(&home).unwrap();
    assert!(waiting(&village) >= before, "all of it is still to be sent");
    let written = call_good(&village, &unit, &below);
    for file in written["files"].as_array().unwrap() {
        township.does("packet_import", json!({ "from": { "path": file["path"] } }));
    }
    assert_eq!(township.titles().len(), 12);
}

fn call_good(village: &Room, unit: &str, below: &Path) -> Value {
    village.does("packet_export", json!({ "unit": unit, "to": { "path": below } }))
}
