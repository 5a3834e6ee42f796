//! Invitations that cannot be used, each with its reason, leave no profile behind.

use std::fs;

use serde_json::json;
use tests::{Invited, MORNING_MS, QIAOTOU, Room, as_json, folder, is};

/// A day, in milliseconds.
const DAY_MS: u64 = 24 * 3600 * 1000;

fn refused(room: &Room, invited: &Invited, reason: &str) {
    let fault = room.accept(invited).expect_err("refused");
    assert!(is(&fault, "invitation", reason), "{fault:?} is not {reason}");
    let status = room.does("status_get", json!({}));
    assert_eq!(status["profile"], "none", "nothing was left behind");
}

#[test]
fn a_bad_code_or_file_is_refused_with_its_reason() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let invited = township.invite(QIAOTOU, folder.path());
    let other = township.invite(QIAOTOU, folder.path());
    let room = Room::empty(&folder.path().join("room"));
    refused(&room, &Invited { code: other.code.clone(), ..invited.clone() }, "wrong_code");
    refused(&room, &Invited { code: "123".into(), ..invited.clone() }, "code_length");
    // One digit misheard.
    let mut code: Vec<char> = invited.code.chars().collect();
    let at = code.iter().position(char::is_ascii_digit).expect("a digit");
    code[at] = if code[at] == '7' { '8' } else { '7' };
    refused(&room, &Invited { code: code.iter().collect(), ..invited.clone() }, "code_check");

    let bytes = fs::read(&invited.path).unwrap();
    let bad = folder.path().join("BAD.PLI");
    for (name, content) in [
        ("empty", Vec::new()),
        ("text", "邀请".as_bytes().to_vec()),
        ("cut", bytes[..bytes.len() / 2].to_vec()),
        ("flipped", {
            let mut flipped = bytes.clone();
            let last = flipped.len() - 1;
            flipped[last] ^= 1;
            flipped
        }),
    ] {
        fs::write(&bad, content).unwrap();
        let tried = Invited { path: bad.clone(), ..invited.clone() };
        let fault = room.accept(&tried).expect_err(name);
        let fault = as_json(&fault);
        assert_eq!(fault["code"], "invitation", "{name}: {fault}");
    }
    // However it is spaced, the right one works.
    let spaced: String = invited.code.chars().flat_map(|c| [c, ' ']).collect();
    room.accept(&Invited { code: spaced, ..invited }).expect("joined");
}

#[test]
fn an_expired_invitation_is_refused_here_and_there() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let invited = township.invite(QIAOTOU, folder.path());
    let late = Room::empty(&folder.path().join("late"));
    late.clock.set(MORNING_MS + 31 * DAY_MS);
    refused(&late, &invited, "expired");
    // One who joined in time but whose packet comes too late is not countersigned.
    let slow = Room::empty(&folder.path().join("slow"));
    slow.accept(&invited).expect("in time");
    let packet = slow.pack(&township);
    township.clock.set(MORNING_MS + 31 * DAY_MS);
    let fault = township.fails("packet_import", json!({ "from": { "path": packet } }));
    assert!(is(&fault, "invitation", "expired"), "{fault:?}");
}

#[test]
fn a_used_invitation_countersigns_nobody_else() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let invited = township.invite(QIAOTOU, folder.path());
    let first = Room::empty(&folder.path().join("first"));
    let second = Room::empty(&folder.path().join("second"));
    first.accept(&invited).expect("the first");
    second.accept(&invited).expect("nobody can know yet");
    first.carry(&township);
    township.carry(&first);
    let _ = second.register("不该被收下的案件");
    let packet = second.pack(&township);
    let before = township.shown();
    let fault = township.fails("packet_import", json!({ "from": { "path": packet } }));
    assert!(is(&fault, "invitation", "used"), "{fault:?}");
    assert!(township.shown() == before, "nothing of the second was taken");
    let status = |room: &Room| room.does("status_get", json!({}))["office"]["is_certified"].clone();
    assert_eq!((status(&first), status(&second)), (json!(true), json!(false)));
}

#[test]
fn one_who_is_not_countersigned_gets_no_records() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let _ = village.register("滴水边界纠纷");
    village.carry(&township);
    let invited = township.invite(QIAOTOU, folder.path());
    let newcomer = Room::empty(&folder.path().join("newcomer"));
    newcomer.accept(&invited).expect("provisional");
    assert_eq!(newcomer.titles().len(), 0);
    // A packet for the unit is not locked to a computer nobody certified.
    let packet = township.pack(&village);
    let fault = newcomer.fails("packet_import", json!({ "from": { "path": packet } }));
    assert!(is(&fault, "packet", "for_another"), "{fault:?}");
}
