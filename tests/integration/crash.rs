//! Power cuts: the real program killed in the middle. Whatever it had acknowledged is there.
//!
//! `PINGLI_CRASH_ROUNDS` sets how often; a few rounds by default.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;
use tests::served::Served;
use tests::{PASSPHRASE, QIAOTOU, Room, program};

fn rounds() -> u64 {
    let wanted = std::env::var("PINGLI_CRASH_ROUNDS").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(4)
}

/// The profile is whole, and its lists are what its logs say.
fn is_sound(home: &Path) -> Room {
    let room = Room::reopen(home).expect("opens after a power cut");
    let report = room.desk.examine().unwrap();
    assert!(report.is_file_whole && report.broken_logs.is_empty(), "{report:?}");
    assert_eq!(report.behind, 0, "documents were caught up");
    let rebuilt = room.desk.rebuild(true).unwrap();
    assert!(rebuilt.is_same, "{rebuilt:?}");
    room
}

/// The most imports that are killed: each is looked at as a whole.
const IMPORTS: u64 = 20;

/// After how many kills a profile is looked at as a whole and a new one begun, so that it does
/// not grow until a look takes minutes.
const KILLS: u64 = 100;

#[test]
fn every_acknowledged_edit_survives_a_kill() {
    // On the real disk: what is tested is what reaches it.
    let folder = tempfile::tempdir().unwrap();
    let (mut edits, mut unheard) = (0, 0);
    for begun in (0..rounds()).step_by(usize::try_from(KILLS).unwrap()) {
        let home = folder.path().join(format!("home-{begun}"));
        drop(Room::township(&home));
        let mut acknowledged: Vec<String> = Vec::new();
        for round in begun..rounds().min(begun + KILLS) {
            let mut server = Served::opened(program(), &home);
            is_all_there(&server, &acknowledged, round - begun);
            let address = server.address.clone();
            // Killed at some moment while another thread writes.
            let moment = Duration::from_millis(2 + fastrand::u64(..100));
            let killer = std::thread::spawn(move || {
                sleep(moment);
                server.kill();
            });
            for number in 0.. {
                let title = format!("第 {round} 轮 {number} 号");
                let request = json!({
                    "title": title, "summary": "甲".repeat(200),
                    "parties": [{ "name": "张某", "side": "applicant" }],
                });
                match address.call("case_register", &request) {
                    Some(Ok(_)) => acknowledged.push(title),
                    Some(Err(fault)) => panic!("{title}: {fault}"),
                    None => break,
                }
            }
            killer.join().unwrap();
        }
        let room = is_sound(&home);
        for title in &acknowledged {
            let found = room.does("case_search", json!({ "query": title }));
            assert!(found["total"].as_u64() >= Some(1), "{title} was acknowledged and is gone");
        }
        let total = room.does("case_list", json!({}))["total"].as_u64().unwrap();
        let count = u64::try_from(acknowledged.len()).unwrap();
        edits += count;
        unheard += total - count;
        drop(room);
        std::fs::remove_dir_all(&home).unwrap();
    }
    eprintln!("{} kills, {edits} edits acknowledged, all there; {unheard} unheard", rounds());
    assert!(edits > 0, "nothing was written before any kill");
}

/// What a fresh start finds of what was acknowledged before so many kills: all of it, and at most
/// the one edit of each round whose answer did not get out.
fn is_all_there(server: &Served, acknowledged: &[String], kills: u64) {
    let total = server.does("case_list", &json!({}))["total"].as_u64().unwrap();
    let count = u64::try_from(acknowledged.len()).unwrap();
    assert!((count..=count + kills).contains(&total), "{count} acknowledged, {total} there");
    if let Some(title) = acknowledged.last() {
        let found = server.does("case_search", &json!({ "query": title }));
        assert!(found["total"].as_u64() >= Some(1), "{title} was acknowledged and is gone");
    }
}

#[test]
fn an_import_killed_anywhere_is_completed_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    for number in 0..80 {
        let _ = village.register(&format!("第 {number} 件"));
        if number % 20 == 19 {
            // Exports close runs: the packet has places where an import may stop.
            let _ = village.pack(&township);
        }
    }
    let whole = village.pack(&township);
    let payload = json!({ "from": { "path": whole } }).to_string();
    let (home, want) = (township.home.clone(), village.titles());
    drop(township);
    let mut was_killed = 0;
    for round in 0..rounds().min(IMPORTS) {
        let mut import = Command::new(program())
            .arg("--home")
            .arg(&home)
            .args(["call", "packet_import", &payload])
            .env("PINGLI_PASSPHRASE", PASSPHRASE)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Sooner, then later: the first rounds die early, the last ones late.
        sleep(Duration::from_millis(30 + round * 80 + fastrand::u64(..80)));
        import.kill().unwrap();
        let output = import.wait_with_output().unwrap();
        was_killed += u64::from(!output.status.success());
        let room = is_sound(&home);
        if output.status.success() {
            assert_eq!(room.titles(), want, "acknowledged and not whole");
        }
    }
    assert!(was_killed > 0, "no import was killed");
    let room = is_sound(&home);
    room.does("packet_import", json!({ "from": { "path": whole } }));
    assert_eq!(room.titles(), want);
    let again = room.does("packet_import", json!({ "from": { "path": whole } }));
    assert_eq!(again["outcome"], "nothing_new");
}
