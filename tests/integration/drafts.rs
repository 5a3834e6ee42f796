//! What somebody was writing outlives the lock and the power, for their own eyes.

use serde_json::{Value, json};
use tests::{MORNING_MS, PASSPHRASE, Room, as_json, folder, text};

const THEIRS: &str = "五更 石榴 晒谷 木桥";
const DAY_MS: u64 = 24 * 3600 * 1000;

fn keep(room: &Room, name: &str, body: &str) {
    room.does("draft_set", json!({ "name": name, "path": "/register", "body": body }));
}

fn names(room: &Room) -> Vec<String> {
    let drafts = room.does("draft_list", json!({}))["drafts"].take();
    drafts.as_array().unwrap().iter().map(|draft| text(draft, "/name")).collect()
}

#[test]
fn a_draft_is_there_after_the_lock_and_after_a_power_cut_until_it_was_sent() {
    let folder = folder();
    let home = folder.path().join("home");
    let room = Room::township(&home);
    keep(&room, "registration", r#"{"summary":"田埂"}"#);
    keep(&room, "registration", r#"{"summary":"田埂被挖了一尺"}"#);
    room.does("profile_lock", json!({}));
    assert_eq!(as_json(&room.fails("draft_list", json!({})))["code"], "locked");
    room.does("profile_unlock", json!({ "passphrase": PASSPHRASE }));
    let want = json!([{
        "name": "registration", "path": "/register", "at_ms": MORNING_MS,
        "body": r#"{"summary":"田埂被挖了一尺"}"#,
    }]);
    assert_eq!(room.does("draft_list", json!({}))["drafts"], want);
    // Nothing is told to go: the process ends as with a power cut.
    drop(room);
    let room = Room::reopen(&home).unwrap();
    assert_eq!(room.does("draft_list", json!({}))["drafts"], want);
    room.does("draft_set", json!({ "name": "registration" }));
    assert_eq!(names(&room), [""; 0]);
}

#[test]
fn another_user_of_the_same_computer_never_sees_it() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    let head = text(&room.does("status_get", json!({})), "/office/user/id");
    room.does(
        "account_add",
        json!({
            "passphrase": PASSPHRASE, "user_name": "陈某", "role": "R4", "new_passphrase": THEIRS,
        }),
    );
    keep(&room, "registration", "主任写的");
    room.does("profile_lock", json!({}));
    let accounts = room.does("status_get", json!({}))["accounts"].clone();
    let other = text(&accounts[1], "/user");
    let theirs = json!({ "user": other, "passphrase": THEIRS });
    room.does("profile_unlock", theirs);
    assert_eq!(names(&room), [""; 0]);
    keep(&room, "registration", "窗口写的");
    room.does("profile_lock", json!({}));
    room.does("profile_unlock", json!({ "user": head, "passphrase": PASSPHRASE }));
    assert_eq!(room.does("draft_list", json!({}))["drafts"][0]["body"], "主任写的");
    // Whoever has a passphrase set by a head has a new key: what they wrote is not the head's.
    let reset = json!({
        "user": other, "passphrase": PASSPHRASE, "new_passphrase": "水牛 窗台 七点 铁锹",
    });
    room.does("passphrase_reset", reset);
    room.does("profile_lock", json!({}));
    let unlock = json!({ "user": other, "passphrase": "水牛 窗台 七点 铁锹" });
    room.does("profile_unlock", unlock);
    assert_eq!(names(&room), [""; 0]);
}

#[test]
fn drafts_are_few_small_and_not_for_ever() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    for at in 0..45 {
        keep(&room, &format!("note/{at}"), "写到一半");
    }
    let kept = names(&room);
    assert_eq!((kept.len(), kept[0].as_str(), kept[39].as_str()), (40, "note/5", "note/44"));
    let long = "长".repeat(50_000);
    for body in [long.as_str(), ""] {
        let name = if body.is_empty() { "名".repeat(201) } else { "note".into() };
        let request = json!({ "name": name, "body": body });
        assert_eq!(as_json(&room.fails("draft_set", request))["code"], "bad_request");
    }
    assert_eq!(as_json(&room.fails("draft_set", json!({ "name": "" })))["code"], "bad_request");
    // All of them together are bounded, too: the oldest give way.
    for at in 0..12 {
        keep(&room, &format!("long/{at}"), &"长".repeat(40_000));
    }
    let kept = names(&room);
    assert_eq!((kept.len(), kept[0].as_str()), (8, "long/4"));
    room.clock.set(MORNING_MS + 30 * DAY_MS);
    assert_eq!(names(&room), [""; 0], "nobody went on with them for thirty days");
}

#[test]
fn no_draft_leaves_the_computer() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(tests::QIAOTOU, &folder.path().join("village"));
    let before: Value = village.does("exchange_history", json!({}))["total"].take();
    keep(&village, "registration", "田埂");
    let brought = village.carry(&township);
    assert_eq!(brought["received"], 0, "{before}: {brought}");
}

#[test]
fn forms_that_are_kept_at_the_same_moment_are_all_kept() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    let all: Vec<String> = (0..8).map(|n| format!("form/{n}")).collect();
    std::thread::scope(|scope| {
        for name in &all {
            let room = &room;
            scope.spawn(move || keep(room, name, r#"{"text":"写到一半"}"#));
        }
    });
    let mut kept = names(&room);
    kept.sort();
    assert_eq!(kept, all);
}
