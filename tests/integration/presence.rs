//! Two locks: the window's, when nobody was at the desk for a while, and the vault's.

use app::Fault;
use app::host::Attendance;
use serde_json::{Value, json};
use tests::{MORNING_MS, PASSPHRASE, QIAOTOU, Room, as_json, folder, text};

const MINUTE_MS: u64 = 60_000;
const THEIRS: &str = "五更 石榴 晒谷 木桥";

fn code(fault: &Fault) -> Value {
    as_json(fault)["code"].take()
}

fn profile(room: &Room) -> Value {
    room.does("status_get", json!({}))["profile"].take()
}

/// How a desk is after so many minutes.
fn after(room: &Room, minutes: u64) -> Value {
    room.clock.set(MORNING_MS + minutes * MINUTE_MS);
    profile(room)
}

fn set(township: &Room, limit: &str, value: u32) {
    let limits = json!([{ "limit": limit, "value": value }]);
    township.does("settings_set", json!({ "limits": limits, "reason": "镇里定的" }));
}

#[test]
fn a_desk_that_was_left_alone_locks_itself() {
    let folder = folder();
    let room = Room::attended(&folder.path().join("home"), Attendance::Told).founded();
    assert_eq!(after(&room, 9), "open");
    room.does("desk_touch", json!({}));
    assert_eq!(after(&room, 18), "open", "somebody was there at nine minutes");
    // Whoever only looks is a page that refreshes itself.
    room.does("case_list", json!({}));
    room.does("workbench_get", json!({}));
    room.clock.set(MORNING_MS + 19 * MINUTE_MS);
    assert_eq!(code(&room.fails("case_list", json!({}))), "locked", "and no answer comes late");
    assert_eq!(profile(&room), "locked");
    room.does("profile_unlock", json!({ "passphrase": PASSPHRASE }));
    room.clock.set(MORNING_MS + 28 * MINUTE_MS);
    let _ = room.register("田埂纠纷");
    assert_eq!(after(&room, 37), "open", "writing is somebody's act");
    assert_eq!(after(&room, 38), "locked");
}

#[test]
fn a_page_cannot_make_up_that_somebody_is_there() {
    let folder = folder();
    let room = Room::attended(&folder.path().join("home"), Attendance::Seen).founded();
    for minute in 1..10 {
        room.clock.set(MORNING_MS + minute * MINUTE_MS);
        room.does("desk_touch", json!({}));
        let _ = room.register("编出来的");
    }
    assert_eq!(after(&room, 10), "locked");
    room.does("profile_unlock", json!({ "passphrase": PASSPHRASE }));
    room.clock.set(MORNING_MS + 19 * MINUTE_MS);
    room.desk.touch();
    assert_eq!(after(&room, 28), "open", "the host saw somebody move");
    assert_eq!(after(&room, 29), "locked");
}

#[test]
fn a_clock_put_back_locks_nobody_out_and_no_program_is_locked() {
    let folder = folder();
    let room = Room::attended(&folder.path().join("home"), Attendance::Told).founded();
    room.clock.set(MORNING_MS - 600 * MINUTE_MS);
    assert_eq!(profile(&room), "open");
    room.clock.set(MORNING_MS - 589 * MINUTE_MS);
    assert_eq!(profile(&room), "locked", "it counts anew from there");
    let program = Room::township(&folder.path().join("program"));
    assert_eq!(after(&program, 6000), "open");
}

#[test]
fn the_township_says_how_long_and_villages_take_it_over() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = Room::attended(&folder.path().join("village"), Attendance::Told);
    let village = township.joined_by(village, QIAOTOU);
    let minutes = |room: &Room| room.does("status_get", json!({}))["office"]["idle_minutes"].take();
    assert_eq!(minutes(&village), 10);
    set(&township, "idle_minutes", 3);
    township.carry(&village);
    assert_eq!(minutes(&village), 3);
    assert_eq!(after(&village, 2), "open");
    assert_eq!(after(&village, 3), "locked");
}

#[test]
fn others_are_met_while_the_window_is_locked_if_the_township_allows_it() {
    let folder = folder();
    let township = Room::attended(&folder.path().join("township"), Attendance::Told).founded();
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let listen = || {
        let state = township.does("lan_listen", json!({ "enabled": true, "loopback": true }));
        text(&state, "/addresses/0")
    };
    let meet = |address: &str| village.call("lan_exchange", json!({ "address": address }));
    // Not allowed: whoever calls hears that it is locked.
    let address = listen();
    let status = township.does("desk_leave", json!({}));
    assert_eq!((&status["profile"], &status["is_answering"]), (&json!("locked"), &json!(false)));
    assert!(tests::is(&meet(&address).unwrap_err(), "lan", "locked"), "and that is said");
    township.does("profile_unlock", json!({ "passphrase": PASSPHRASE }));
    set(&township, "exchanges_while_idle", 1);
    let address = listen();
    let status = township.does("desk_leave", json!({}));
    assert_eq!((&status["profile"], &status["is_answering"]), (&json!("locked"), &json!(true)));
    let _ = village.register("田埂纠纷");
    let met = meet(&address).unwrap();
    assert_eq!(met["is_equal"], true);
    // What arrived is seen by nobody before somebody opens it.
    for command in ["case_list", "workbench_get", "audit_list", "lan_peers", "draft_list"] {
        assert_eq!(code(&township.fails(command, json!({}))), "locked", "{command}");
    }
    let wrong = json!({ "passphrase": "不是这个密码" });
    assert_eq!(code(&township.fails("profile_unlock", wrong)), "wrong_passphrase");
    assert_eq!(code(&township.fails("case_list", json!({}))), "locked");
    township.does("profile_unlock", json!({ "passphrase": PASSPHRASE }));
    assert_eq!(township.titles(), ["田埂纠纷"]);
    assert!(meet(&address).is_ok(), "it never stopped listening");
    // The lock key locks the vault, whatever the township allows.
    let status = township.does("profile_lock", json!({}));
    assert_eq!((&status["profile"], &status["is_answering"]), (&json!("locked"), &json!(false)));
    assert!(tests::is(&meet(&address).unwrap_err(), "lan", "locked"));
}

#[test]
fn another_comes_back_to_a_locked_window_under_their_own_name() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    let head = text(&room.does("status_get", json!({})), "/office/user/id");
    room.does(
        "account_add",
        json!({
            "passphrase": PASSPHRASE, "user_name": "陈某", "role": "R4", "new_passphrase": THEIRS,
        }),
    );
    set(&room, "exchanges_while_idle", 1);
    room.does("lan_listen", json!({ "enabled": true, "loopback": true }));
    assert_eq!(room.does("desk_leave", json!({}))["is_answering"], true);
    let accounts = room.does("status_get", json!({}))["accounts"].clone();
    let other = text(&accounts[1], "/user");
    let request = json!({ "user": other, "passphrase": THEIRS });
    let status = room.does("profile_unlock", request);
    assert_eq!(text(&status, "/office/user/id"), other);
    let case = room.register("田埂纠纷")["id"].clone();
    let history = room.does("case_history", json!({ "case": case })).to_string();
    assert!(history.contains(&other) && !history.contains(&head), "{history}");
}

#[test]
fn whoever_was_removed_is_shown_out_when_it_arrives() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = Room::attended(&folder.path().join("village"), Attendance::Told);
    let village = township.joined_by(village, QIAOTOU);
    let user = text(&village.does("status_get", json!({})), "/office/user/id");
    township.does("user_remove", json!({ "user": user, "reason": "调离" }));
    township.carry(&village);
    let status = village.does("status_get", json!({}));
    assert_eq!(status["profile"], "locked", "at once, not at the next unlocking");
    assert_eq!(status["accounts"], json!([]));
    let request = json!({ "user": user, "passphrase": PASSPHRASE });
    assert_eq!(code(&village.fails("profile_unlock", request)), "account_closed");
}
