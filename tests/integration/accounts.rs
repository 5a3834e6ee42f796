//! Several people on one computer, and each way back for whoever forgot a passphrase.

use app::Fault;
use serde_json::{Value, json};
use tests::{Invited, PASSPHRASE, QIAOTOU, Room, SHIWAN, as_json, folder, is, text};

const NEW: &str = "水牛 窗台 七点 铁锹";
const THEIRS: &str = "五更 石榴 晒谷 木桥";

/// Founds a township; gives the room, the digits of its kit and of its recovery sheet.
fn founded(home: &std::path::Path) -> (Room, String, String) {
    let room = Room::empty(home);
    let made = room.does(
        "org_create",
        json!({
            "name": "青石镇综治中心", "user_name": "吴某", "role": "R7",
            "device_name": "镇 1 号机", "passphrase": PASSPHRASE,
        }),
    );
    let recovery = text(&made, "/recovery/code");
    (room, text(&made, "/kit_code"), recovery)
}

fn code(fault: &Fault) -> Value {
    as_json(fault)["code"].take()
}

fn user_of(status: &Value) -> String {
    text(status, "/office/user/id")
}

/// Adds 陈某 (R4); gives her id.
fn with_another(room: &Room) -> String {
    let adding = json!({
        "passphrase": PASSPHRASE, "user_name": "陈某", "label": "窗口小陈", "role": "R4",
        "new_passphrase": THEIRS,
    });
    room.does("account_add", adding);
    let accounts = room.does("status_get", json!({}))["accounts"].clone();
    assert_eq!(accounts[0]["label"], "吴某");
    assert_eq!(accounts[1]["label"], "窗口小陈");
    text(&accounts[1], "/user")
}

#[test]
fn a_passphrase_is_changed_by_whoever_knows_it() {
    let folder = folder();
    let (room, ..) = founded(&folder.path().join("home"));
    let change = |old: &str, new: &str| {
        room.call("passphrase_change", json!({ "passphrase": old, "new_passphrase": new }))
    };
    assert_eq!(code(&change("不是这个密码", NEW).unwrap_err()), "wrong_passphrase");
    assert_eq!(code(&change(PASSPHRASE, "qingshizhen8").unwrap_err()), "weak_passphrase");
    change(PASSPHRASE, NEW).unwrap();
    room.does("profile_lock", json!({}));
    let unlock = |with: &str| room.call("profile_unlock", json!({ "passphrase": with }));
    assert_eq!(code(&unlock(PASSPHRASE).unwrap_err()), "wrong_passphrase");
    assert_eq!(unlock(NEW).unwrap()["profile"], "open");
}

#[test]
fn the_recovery_sheet_gives_the_way_back_until_a_new_one_is_printed() {
    let folder = folder();
    let (room, _, sheet) = founded(&folder.path().join("home"));
    let user = user_of(&room.does("status_get", json!({})));
    room.does("profile_lock", json!({}));
    let recover = |digits: &str, new: &str| {
        room.call("passphrase_recover", json!({ "code": digits, "new_passphrase": new }))
    };
    assert_eq!(code(&recover("1234", NEW).unwrap_err()), "misread");
    assert_eq!(code(&recover(&sheet, "88888888").unwrap_err()), "weak_passphrase");
    let status = recover(&sheet, NEW).unwrap();
    assert_eq!(user_of(&status), user, "the same person");
    let renewed = room.does("recovery_renew", json!({ "passphrase": NEW }));
    room.does("profile_lock", json!({}));
    assert_eq!(code(&recover(&sheet, THEIRS).unwrap_err()), "wrong_paper");
    recover(&text(&renewed, "/code"), THEIRS).unwrap();
}

#[test]
fn the_townships_kit_gives_the_way_back() {
    let folder = folder();
    let (room, kit, _) = founded(&folder.path().join("home"));
    room.does("profile_lock", json!({}));
    room.does("passphrase_recover", json!({ "code": kit, "new_passphrase": NEW }));
    room.does("profile_lock", json!({}));
    room.does("profile_unlock", json!({ "passphrase": NEW }));
    let notes = room.does("audit_list", json!({})).to_string();
    assert!(notes.contains("passphrase_reset") && notes.contains("kit"), "{notes}");
}

#[test]
fn a_head_sets_a_new_passphrase_for_another_and_nobody_else_does() {
    let folder = folder();
    let (room, ..) = founded(&folder.path().join("home"));
    let head = user_of(&room.does("status_get", json!({})));
    let other = with_another(&room);
    // 陈某 is no head: she sets nothing for anybody, and prints no sheet that opens the head's.
    room.does("profile_lock", json!({}));
    let theirs = json!({ "user": other, "passphrase": THEIRS });
    room.does("profile_unlock", theirs.clone());
    let reset = |user: &str, own: &str| {
        let request = json!({ "user": user, "passphrase": own, "new_passphrase": NEW });
        room.call("passphrase_reset", request)
    };
    assert_eq!(code(&reset(&head, THEIRS).unwrap_err()), "not_allowed");
    let renew = room.fails("recovery_renew", json!({ "passphrase": THEIRS }));
    assert_eq!(code(&renew), "not_allowed");
    room.does("profile_lock", json!({}));
    room.does("profile_unlock", json!({ "user": head, "passphrase": PASSPHRASE }));
    assert_eq!(code(&reset(&other, "不是这个密码").unwrap_err()), "wrong_passphrase");
    reset(&other, PASSPHRASE).unwrap();
    room.does("profile_lock", json!({}));
    assert_eq!(code(&room.fails("profile_unlock", theirs)), "wrong_passphrase");
    let status = room.does("profile_unlock", json!({ "user": other, "passphrase": NEW }));
    assert_eq!(user_of(&status), other);
    assert_eq!(status["office"]["user"]["role"], "R4", "certified as before");
}

#[test]
fn each_writes_under_their_own_name_and_a_removed_one_opens_nothing() {
    let folder = folder();
    let (room, kit, _) = founded(&folder.path().join("home"));
    let head = user_of(&room.does("status_get", json!({})));
    let other = with_another(&room);
    room.does("profile_lock", json!({}));
    let several = room.fails("profile_unlock", json!({ "passphrase": THEIRS }));
    assert_eq!(code(&several), "bad_request", "which of the two");
    let theirs = json!({ "user": other, "passphrase": THEIRS });
    let wrong = json!({ "user": head, "passphrase": THEIRS });
    assert_eq!(code(&room.fails("profile_unlock", wrong)), "wrong_passphrase");
    let status = room.does("profile_unlock", theirs.clone());
    assert_eq!(user_of(&status), other);
    let case = room.register("田埂纠纷")["id"].clone();
    let history = room.does("case_history", json!({ "case": case }));
    assert!(history.to_string().contains(&other), "{history}");
    assert!(!history.to_string().contains(&head), "{history}");
    room.does("profile_lock", json!({}));
    room.does("profile_unlock", json!({ "user": head, "passphrase": PASSPHRASE }));
    room.does("user_remove", json!({ "user": other, "reason": "调离" }));
    room.does("profile_lock", json!({}));
    assert_eq!(code(&room.fails("profile_unlock", theirs)), "account_closed");
    let with_kit = json!({ "user": other, "code": kit, "new_passphrase": NEW });
    assert_eq!(code(&room.fails("passphrase_recover", with_kit)), "account_closed");
    let accounts = room.does("status_get", json!({}))["accounts"].clone();
    assert_eq!(accounts.as_array().unwrap().len(), 1, "{accounts}");
}

#[test]
fn too_many_tries_wait_also_after_a_restart() {
    let folder = folder();
    let home = folder.path().join("home");
    drop(founded(&home));
    let wrong = json!({ "passphrase": "不是这个密码" });
    for _ in 0..3 {
        // A program of its own each time.
        assert_eq!(
            code(&Room::empty(&home).fails("profile_unlock", wrong.clone())),
            "wrong_passphrase"
        );
    }
    let room = Room::empty(&home);
    let right = json!({ "passphrase": PASSPHRASE });
    let fault = as_json(&room.fails("profile_unlock", right.clone()));
    assert_eq!((&fault["code"], &fault["wait_s"]), (&json!("too_many_tries"), &json!(5)));
    assert_eq!(room.does("status_get", json!({}))["accounts"][0]["wait_s"], 5);
    room.clock.set(tests::MORNING_MS + 5000);
    assert_eq!(room.does("profile_unlock", right)["profile"], "open");
}

/// Adds somebody to a computer with an invitation; gives their id.
fn join(room: &Room, invited: &Invited, name: &str) -> Result<String, Fault> {
    let request = json!({
        "from": { "path": invited.path }, "code": invited.code, "passphrase": PASSPHRASE,
        "user_name": name, "new_passphrase": THEIRS,
    });
    room.call("account_join", request)?;
    let status = room.does("status_get", json!({}));
    let accounts = status["accounts"].as_array().unwrap();
    Ok(text(accounts.iter().find(|one| one["label"] == name).unwrap(), "/user"))
}

fn switch(room: &Room, user: &str, passphrase: &str) -> Value {
    room.does("profile_lock", json!({}));
    room.does("profile_unlock", json!({ "user": user, "passphrase": passphrase }))
}

/// A village with a township, whose second user has joined and not been countersigned yet.
fn two_in_a_village(folder: &std::path::Path) -> (Room, Room, Invited, String) {
    let township = Room::township(&folder.join("township"));
    let village = township.joined(QIAOTOU, &folder.join("village"));
    let invited = township.invite(tests::Post { role: "R2", ..QIAOTOU }, folder);
    let user = join(&village, &invited, "钱某").unwrap();
    (township, village, invited, user)
}

#[test]
fn one_more_person_works_on_a_village_computer_once_the_township_countersigns() {
    let folder = folder();
    let (township, village, invited, user) = two_in_a_village(folder.path());
    let status = switch(&village, &user, THEIRS);
    assert_eq!((&status["office"]["user"]["role"], user_of(&status)), (&json!("R2"), user.clone()));
    let case = village.register("田埂纠纷")["id"].clone();
    let written = village.does("case_get", json!({ "case": case }));
    assert_eq!(written["state"], "registered", "it works at once");
    village.carry(&township);
    let users = township.does("user_list", json!({})).to_string();
    assert!(users.contains(&user) && users.contains("钱某"), "{users}");
    let seen = township.does("case_get", json!({ "case": case }));
    assert_eq!(seen["state"], "registered", "and counts at the township: {seen}");
    let notes = township.does("audit_list", json!({})).to_string();
    assert!(notes.contains("user_added"), "{notes}");
    // Nothing more is said the next time, and the village learns of it.
    township.carry(&village);
    assert_eq!(village.carry(&township)["received"], 0);
    // One invitation, one person: not a second one here, and no computer.
    let first = user_of(&village.does("status_get", json!({})));
    assert_eq!(first, user);
    let head = village.does("status_get", json!({}))["accounts"][0]["user"].clone();
    switch(&village, head.as_str().unwrap(), PASSPHRASE);
    assert!(is(&join(&village, &invited, "孙某").unwrap_err(), "invitation", "used"));
    let late = Room::empty(&folder.path().join("late"));
    late.accept(&invited).unwrap();
    let packet = json!({ "from": { "path": late.pack(&township) } });
    assert!(is(&township.fails("packet_import", packet), "invitation", "used"));
    let alarms = township.does("alarm_list", json!({})).to_string();
    assert!(alarms.contains("second_claim"), "{alarms}");
    let lines = township.does("device_list", json!({}));
    assert_eq!(lines["devices"].as_array().unwrap().len(), 2, "no third computer: {lines}");
}

#[test]
fn an_invitation_for_elsewhere_adds_nobody_here() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let other = township.invite(SHIWAN, folder.path());
    assert!(is(&join(&village, &other, "钱某").unwrap_err(), "invitation", "elsewhere"));
    let foreign = Room::township(&folder.path().join("foreign"));
    let foreign = foreign.invite(QIAOTOU, folder.path());
    assert!(is(&join(&village, &foreign, "钱某").unwrap_err(), "invitation", "elsewhere"));
    let right = township.invite(QIAOTOU, folder.path());
    let wrong = Invited { code: other.code.clone(), ..right.clone() };
    assert!(is(&join(&village, &wrong, "钱某").unwrap_err(), "invitation", "wrong_code"));
    assert_eq!(village.does("status_get", json!({}))["accounts"].as_array().unwrap().len(), 1);
    // On the founding computer nobody needs one.
    let request = json!({
        "from": { "path": right.path }, "code": right.code, "passphrase": PASSPHRASE,
        "user_name": "钱某", "new_passphrase": THEIRS,
    });
    assert_eq!(code(&township.fails("account_join", request)), "not_here");
    // A computer that works already is no new one.
    let at_desk = join(&village, &right, "钱某").unwrap();
    assert!(!at_desk.is_empty());
}

#[test]
fn what_somebody_uninvited_writes_counts_nowhere_else() {
    let folder = folder();
    let (township, village, invited, user) = two_in_a_village(folder.path());
    // The township has shut the door meanwhile: the invitation's time is over.
    township.clock.set(tests::MORNING_MS + 31 * 24 * 3600 * 1000);
    switch(&village, &user, THEIRS);
    let case = village.register("田埂纠纷")["id"].clone();
    village.carry(&township);
    let users = township.does("user_list", json!({})).to_string();
    assert!(!users.contains(&user), "{users}");
    let seen = township.call("case_get", json!({ "case": case }));
    let is_shown = seen.as_ref().is_ok_and(|view| view["state"] == "registered");
    assert!(!is_shown, "{seen:?} by {}", invited.code);
}

#[test]
fn a_new_key_on_a_village_computer_is_certified_when_it_reaches_the_township() {
    let folder = folder();
    let (township, village, _, user) = two_in_a_village(folder.path());
    village.carry(&township);
    township.carry(&village);
    let reset = json!({ "user": user, "passphrase": PASSPHRASE, "new_passphrase": NEW });
    village.does("passphrase_reset", reset);
    switch(&village, &user, NEW);
    let case = village.register("田埂纠纷")["id"].clone();
    let brought = village.carry(&township);
    assert!(brought["received"].as_u64().unwrap() > 0);
    assert_eq!(township.does("case_get", json!({ "case": case }))["state"], "registered");
    // The township's answer is one statement; after it nothing is left to say.
    let answer = township.carry(&village)["received"].as_u64().unwrap();
    assert!(answer > 0, "{answer}");
    switch(&village, &user, NEW);
    let accounts = village.does("status_get", json!({}))["accounts"].clone();
    switch(&village, accounts[0]["user"].as_str().unwrap(), PASSPHRASE);
    village.carry(&township);
    township.carry(&village);
    assert_eq!(township.carry(&village)["received"], 0);
}
