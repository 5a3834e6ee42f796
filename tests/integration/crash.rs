//! Power cuts: the real program killed in the middle. Whatever it had acknowledged is there.
//!
//! `PINGLI_CRASH_ROUNDS` sets how often; a few rounds by default.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use tests::{PASSPHRASE, QIAOTOU, Room, program, text};

fn rounds() -> u64 {
    let wanted = std::env::var("PINGLI_CRASH_ROUNDS").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(4)
}

fn start(home: &Path, arguments: &[&str]) -> Child {
    Command::new(program())
        .arg("--home")
        .arg(home)
        .args(arguments)
        .env("PINGLI_PASSPHRASE", PASSPHRASE)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
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

/// Speaks to a server that may be killed at any moment; `None` once it is gone.
fn post(address: &str, token: &str, name: &str, payload: &Value) -> Option<Value> {
    let body = json!({ "name": name, "payload": payload }).to_string();
    let mut line = TcpStream::connect(address).ok()?;
    write!(
        line,
        "POST /call HTTP/1.1\r\nHost: {address}\r\nX-Pingli-Token: {token}\r\n\
         Content-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .ok()?;
    let mut answer = String::new();
    line.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    head.starts_with("HTTP/1.1 200").then(|| serde_json::from_str(body).ok())?
}

#[test]
fn every_acknowledged_edit_survives_a_kill() {
    // On the real disk: what is tested is what reaches it.
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    drop(Room::township(&home));
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..rounds() {
        let mut server = start(&home, &["serve"]);
        let mut first = String::new();
        BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
        let address = text(&serde_json::from_str(&first).unwrap(), "/address");
        let (address, token) = address.split_once("/#token=").unwrap();
        let address = address.strip_prefix("http://").unwrap();
        let unlock = json!({ "passphrase": PASSPHRASE });
        post(address, token, "profile_unlock", &unlock).expect("unlocked");
        // Killed at some moment while another thread writes.
        let moment = Duration::from_millis(20 + fastrand::u64(..400));
        let killer = std::thread::spawn(move || {
            sleep(moment);
            server.kill().unwrap();
            server.wait().unwrap();
        });
        for number in 0.. {
            let title = format!("第 {round} 轮 {number} 号");
            let request = json!({
                "title": title, "summary": "甲".repeat(200),
                "parties": [{ "name": "张某", "side": "applicant" }],
            });
            match post(address, token, "case_register", &request) {
                Some(_) => acknowledged.push(title),
                None => break,
            }
        }
        killer.join().unwrap();
        let room = is_sound(&home);
        for title in &acknowledged {
            let found = room.does("case_search", json!({ "query": title }));
            assert!(found["total"].as_u64() >= Some(1), "{title} was acknowledged and is gone");
        }
        let total = room.does("case_list", json!({}))["total"].as_u64().unwrap();
        let count = u64::try_from(acknowledged.len()).unwrap();
        // At most the one edit of each round whose answer did not get out.
        assert!(
            (count..=count + round + 1).contains(&total),
            "{count} acknowledged, {total} there"
        );
    }
    assert!(!acknowledged.is_empty(), "nothing was written before any kill");
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
    for round in 0..rounds() {
        let mut import = start(&home, &["call", "packet_import", &payload]);
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
