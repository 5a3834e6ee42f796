//! Computers that meet by themselves: when, whom, and what keeps them from it.

use serde_json::{Value, json};
use tests::{QIAOTOU, Room, SHIWAN, folder, text};

const MINUTE_MS: u64 = 60_000;

/// Opens a computer to the others on this machine; gives its address.
fn opened(room: &Room) -> String {
    let open = json!({ "enabled": true, "port": 0, "loopback": true });
    text(&room.does("lan_listen", open), "/addresses/0")
}

fn passes(room: &Room, ms: u64) {
    use app::clock::Clock;
    room.clock.set(room.clock.now_ms() + ms);
}

/// Waits until a computer shows so many cases: whoever answers builds what came once the line is
/// closed.
fn shows(room: &Room, count: usize) {
    let began = std::time::Instant::now();
    while room.titles().len() != count {
        assert!(began.elapsed().as_secs() < 60, "it never shows {count} cases");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

fn set(room: &Room, enabled: bool) -> Value {
    room.does("lan_automatic_set", json!({ "enabled": enabled }))
}

fn state(room: &Room) -> Value {
    room.does("status_get", json!({}))["office"]["lan"].clone()
}

/// A township that is open to others, and a village that has met it once.
fn met() -> (tempfile::TempDir, Room, Room, String) {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let address = opened(&township);
    village.does("lan_exchange", json!({ "address": address }));
    (folder, township, village, address)
}

#[test]
fn a_village_brings_what_it_wrote_by_itself_once_it_is_let() {
    let (_folder, township, village, _) = met();
    let _ = village.register("滴水边界纠纷");
    passes(&village, 10 * MINUTE_MS);
    assert_eq!(village.desk.go_round(), 0, "nobody let it");
    assert_eq!(set(&village, true)["is_automatic"], true);
    assert_eq!(village.desk.go_round(), 1);
    shows(&township, 1);
    assert_eq!(village.desk.go_round(), 0, "not again at once");
    // What is written next goes out soon, and not while somebody is still typing.
    let _ = village.register("鱼塘纠纷");
    passes(&village, 5_000);
    assert_eq!(village.desk.go_round(), 0);
    passes(&village, 15_000);
    assert_eq!(village.desk.go_round(), 1);
    shows(&township, 2);
    // With nothing new it goes on meeting, which the history tells in one line.
    let lines = village.does("exchange_history", json!({}))["total"].clone();
    for _ in 0..4 {
        passes(&village, 6 * MINUTE_MS);
        assert_eq!(village.desk.go_round(), 1);
    }
    let history = village.does("exchange_history", json!({}));
    assert_eq!(history["rows"][0]["times"], 4, "{history}");
    assert_eq!(history["total"].as_u64(), lines.as_u64().map(|n| n + 1));
    set(&village, false);
    passes(&village, 60 * MINUTE_MS);
    assert_eq!(village.desk.go_round(), 0, "and no more once it is not");
}

#[test]
fn the_township_calls_no_village_and_villages_do_not_call_each_other() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let other = township.joined(SHIWAN, &folder.path().join("other"));
    for caller in [&township, &other] {
        caller.does("lan_exchange", json!({ "address": opened(&village) }));
        set(caller, true);
        passes(caller, 60 * MINUTE_MS);
        assert_eq!(caller.desk.go_round(), 0);
        assert_eq!(state(caller)["trouble"], Value::Null);
    }
}

#[test]
fn whoever_does_not_answer_is_tried_again_and_what_keeps_it_is_said() {
    let (_folder, township, village, address) = met();
    set(&village, true);
    let cause = || village.does("lan_diagnose", json!({}))["looks"][0]["cause"].clone();
    // A loopback address is not announced, and answers where it was met last.
    assert_eq!(cause(), "no_announcements");
    township.does("lan_listen", json!({ "enabled": false }));
    assert_eq!(cause(), "not_open");
    passes(&village, 60 * MINUTE_MS);
    assert_eq!(village.desk.go_round(), 0);
    assert_eq!(state(&village)["trouble"], "no_answer");
    let port: u64 = address.rsplit(':').next().unwrap().parse().unwrap();
    township.does("lan_listen", json!({ "enabled": true, "port": port, "loopback": true }));
    township.does("profile_lock", json!({}));
    assert_eq!(cause(), "locked");
    passes(&village, 2 * MINUTE_MS);
    assert_eq!(village.desk.go_round(), 0);
    assert_eq!(state(&village)["trouble"], "locked");
    township.does("profile_unlock", json!({ "passphrase": tests::PASSPHRASE }));
    let _ = village.register("滴水边界纠纷");
    assert_eq!(village.desk.go_round(), 0, "it is left alone for a while");
    passes(&village, 5 * MINUTE_MS);
    assert_eq!(village.desk.go_round(), 1);
    shows(&township, 1);
    assert_eq!(state(&village)["trouble"], Value::Null);
}

#[test]
fn a_revoked_computer_is_neither_called_nor_missed() {
    let (folder, township, village, _) = met();
    let second = township.joined(QIAOTOU, &folder.path().join("second"));
    township.carry(&village);
    let address = opened(&second);
    village.does("lan_exchange", json!({ "address": address }));
    second.does("lan_listen", json!({ "enabled": false }));
    township.does("lan_listen", json!({ "enabled": false }));
    set(&village, true);
    passes(&village, 60 * MINUTE_MS);
    let seen = || village.does("lan_diagnose", json!({}))["looks"].as_array().unwrap().len();
    let (tried, before) = (village.desk.go_round(), seen());
    assert_eq!((tried, before), (0, 2), "both are missed");
    let device = second.device();
    township.does("device_revoke", json!({ "device": device, "reason": "电脑丢了" }));
    township.carry(&village);
    village.does("lan_exchange", json!({ "address": opened(&township) }));
    passes(&village, 60 * MINUTE_MS);
    assert_eq!((village.desk.go_round(), seen()), (1, 1));
    assert_eq!(state(&village)["trouble"], Value::Null, "nobody is missed");
}

#[test]
fn an_address_that_somebody_else_has_now_is_told_apart() {
    let (folder, township, village, address) = met();
    set(&village, true);
    township.does("lan_listen", json!({ "enabled": false }));
    // Another township's computer, at the same address.
    let stranger = Room::township(&folder.path().join("stranger"));
    let port: u64 = address.rsplit(':').next().unwrap().parse().unwrap();
    stranger.does("lan_listen", json!({ "enabled": true, "port": port, "loopback": true }));
    let look = village.does("lan_diagnose", json!({}))["looks"][0].clone();
    assert_eq!((&look["cause"], &look["address"]), (&json!("somebody_else"), &json!(address)));
    passes(&village, 60 * MINUTE_MS);
    assert_eq!(village.desk.go_round(), 0);
    assert!(stranger.titles().is_empty());
    // A computer that never met the township does not know where to look.
    let newcomer = township.joined(SHIWAN, &folder.path().join("newcomer"));
    let looks = newcomer.does("lan_diagnose", json!({}))["looks"].clone();
    assert!(["never_met", "no_network"].contains(&looks[0]["cause"].as_str().unwrap()), "{looks}");
}

#[test]
fn what_was_wanted_of_the_network_outlives_the_program() {
    let (_folder, township, village, address) = met();
    set(&village, true);
    let home = township.home.clone();
    drop(township);
    let township = Room::reopen(&home).unwrap();
    assert_eq!(state(&township)["addresses"], json!([address]), "open again, where it was");
    assert!(state(&township)["qr"]["size"].as_u64() >= Some(21), "as a code for a scanner, too");
    let village_home = village.home.clone();
    drop(village);
    let village = Room::reopen(&village_home).unwrap();
    assert_eq!(state(&village)["is_automatic"], true);
    let _ = village.register("滴水边界纠纷");
    passes(&village, MINUTE_MS);
    assert_eq!(village.desk.go_round(), 1);
    shows(&township, 1);
    township.does("lan_listen", json!({ "enabled": false }));
    drop(township);
    let township = Room::reopen(&home).unwrap();
    assert_eq!(state(&township)["is_listening"], false, "closed stays closed");
}
