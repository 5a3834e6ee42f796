//! 待查: what was kept without effect and what was turned away is listed with its reason, is decided
//! by whoever may, and never holds up anybody else.

use std::collections::BTreeSet;

use automerge::legacy::Key;
use serde_json::{Value, json};
use sync::segment;
use tests::{QIAOTOU, Room, folder, is, text};

use crate::paired::{Bad, USER, closed, note};

fn waiting(room: &Room) -> Vec<Value> {
    let window = room.does("quarantine_list", json!({}));
    window["rows"].as_array().unwrap().clone()
}

fn decided(room: &Room) -> Vec<Value> {
    let window = room.does("quarantine_list", json!({ "decided": true }));
    window["rows"].as_array().unwrap().clone()
}

fn reasons(lines: &[Value]) -> Vec<String> {
    let mut reasons: Vec<String> = lines.iter().map(|line| text(line, "/reason")).collect();
    reasons.sort();
    reasons
}

fn visit(case: &Value, content: &str) -> Value {
    json!({ "case": case["id"], "facts": [
        { "kind": "visit_received", "body": { "content": content } }
    ] })
}

fn held(room: &Room) -> u64 {
    room.does("status_get", json!({}))["office"]["held"].as_u64().unwrap()
}

/// How many honest computers stand beside the bad one; `PINGLI_HONEST=499` for the long run.
fn honest() -> u16 {
    std::env::var("PINGLI_HONEST").ok().and_then(|n| n.parse().ok()).unwrap_or(30)
}

/// One packet brings what many computers wrote, and among it what one bad one did in every way it
/// can: everything else arrives, there and further on.
#[test]
fn one_poisonous_computer_stops_nobody_else() {
    let mut bad = Bad::new();
    let poison =
        std::fs::read(tests::root().join("tests/fuzz/corpus/entry/a-million-million-operations"))
            .unwrap();
    let stranger = bad.change(note(), USER, |c| c.operations[0].key = Key::Map("别人的".into()));
    let mut stretches = vec![bad.stretch(stranger)];
    bad.become_another(1000);
    stretches.push(bad.stretch(poison));
    bad.become_another(1001);
    let mut altered = bad.stretch(bad.change(note(), bad.user(), |_| {}));
    altered.runs[0].signature[0] ^= 1;
    stretches.push(altered);
    for n in 0..honest() {
        bad.become_another(n);
        let said = json!({ "kind": "note", "body": { "text": format!("第 {n} 台写的") } });
        stretches.push(bad.stretch(bad.change(said, bad.user(), |_| {})));
    }
    let order: Vec<usize> = (0..stretches.len()).collect();
    let path = bad.packet(&[segment::pack(&stretches, &order, &BTreeSet::new())], None);
    let brought = bad.township.does("packet_import", json!({ "from": { "path": path } }));
    // Further on over the line: a packet has no room for hundreds of computers of one unit.
    let open = json!({ "enabled": true, "port": 0, "loopback": true });
    let address = text(&bad.village.does("lan_listen", open), "/addresses/0");
    let met = bad.township.does("lan_exchange", json!({ "address": address }));
    assert_eq!(met["is_equal"], true, "{met}");
    assert_eq!(brought["received"], u64::from(honest()) + 2, "all but the altered log");
    assert_eq!(brought["held"], 3, "{brought}");
    // Whoever answered builds what came after the line is closed.
    let settled = (0..1500).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        bad.village.records() == bad.township.records()
    });
    assert!(settled, "both show the same");
    for room in [&bad.township, &bad.village] {
        let history = json!({ "case": bad.case.to_string(), "limit": 200 });
        let history = room.does("case_history", history);
        assert!(history["total"].as_u64() > Some(u64::from(honest())), "all of it: {history}");
        let last = format!("第 {} 台写的", honest() - 1);
        assert!(honest() > 190 || history.to_string().contains(&last), "{history}");
        assert!(!history.to_string().contains("坏机器写的"));
    }
    assert_eq!(bad.village.records(), bad.township.records());
    assert_eq!(reasons(&waiting(&bad.township)), ["bad_signature", "forbidden", "too_large"]);
    // The village knows as much of what stands in the logs; what was turned away there was not here.
    assert_eq!(reasons(&waiting(&bad.village)), ["forbidden", "too_large"]);
    let line = waiting(&bad.township).into_iter().find(|l| l["reason"] == "forbidden").unwrap();
    assert_eq!(line["record"], bad.case.to_string());
    assert_eq!(line["way"], "usb");
    assert_eq!(line["device"]["name"], "2 号机");
    assert_eq!(line["unit"]["name"], "桥头村评理说事点");
    assert_eq!(line["can"], json!(["dismiss"]), "what is broken is never adopted");
    let fault = bad.township.fails(
        "quarantine_decide",
        json!({ "keys": [line["key"]], "act": "adopt", "reason": "想让它作数" }),
    );
    assert!(is(&fault, "refused", "not_adoptable"), "{fault:?}");
}

#[test]
fn what_is_forged_is_listed_and_can_only_be_noted() {
    let bad = Bad::new();
    let status = bad.village.does("status_get", json!({}));
    let theirs = text(&status, "/office/user/id").parse().unwrap();
    bad.bring(bad.segment(bad.change(closed(), theirs, |_| {}))).expect("kept");
    for room in [&bad.township, &bad.village] {
        let lines = waiting(room);
        assert_eq!(reasons(&lines), ["author_unknown"]);
        assert_eq!(lines[0]["facts"][0]["fact"]["kind"], "closed");
        assert_eq!(lines[0]["by"]["id"], status["office"]["user"]["id"]);
        assert_eq!(held(room), 1);
    }
    let keys = json!([waiting(&bad.township)[0]["key"]]);
    let dismiss = json!({ "keys": keys, "act": "dismiss", "reason": "冒名写的，已问过周某" });
    let fault = bad.village.fails("quarantine_decide", dismiss.clone());
    assert!(is_not_here(&fault), "a village judges nothing: {fault:?}");
    let left = bad.township.does("quarantine_decide", dismiss.clone());
    assert_eq!((left["total"].as_u64(), held(&bad.township)), (Some(0), 0));
    assert!(is(&bad.township.fails("quarantine_decide", dismiss), "refused", "already_done"));
    // Everybody learns of it, and nothing has changed.
    bad.township.carry(&bad.village);
    for room in [&bad.township, &bad.village] {
        assert_eq!(held(room), 0);
        let lines = decided(room);
        assert_eq!(lines[0]["state"], "dismissed");
        assert_eq!(lines[0]["judged"]["reason"], "冒名写的，已问过周某");
        // On the founding computer the township's own key speaks; the audit says who held it.
        assert_eq!(lines[0]["judged"]["by"], Value::Null);
        let case = room.does("case_get", json!({ "case": bad.case.to_string() }));
        assert_eq!(case["closure"], Value::Null);
    }
    let notes = bad.township.does("audit_list", json!({ "act": "quarantine_decided" }));
    assert_eq!(
        (&notes["rows"][0]["word"], &notes["rows"][0]["by"]["name"]),
        (&json!("dismiss"), &json!("吴某"))
    );
    assert_eq!(notes["rows"][0]["record"], bad.case.to_string());
}

fn is_not_here(fault: &app::Fault) -> bool {
    matches!(fault, app::Fault::NotHere | app::Fault::NotAllowed { .. })
}

#[test]
fn one_late_entry_is_adopted_and_its_neighbour_is_not() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let second = township.joined(QIAOTOU, &folder.path().join("second"));
    let case = second.register("滴水边界纠纷");
    second.carry(&township);
    township.carry(&village);
    let visits = |room: &Room| {
        room.does("case_get", json!({ "case": case["id"] }))["counts"]["visits"].clone()
    };
    let before = visits(&township).as_u64().unwrap();
    township.does("device_revoke", json!({ "device": second.device(), "reason": "电脑丢了" }));
    second.does("fact_add", visit(&case, "停用之后写的第一次"));
    second.does("fact_add", visit(&case, "停用之后写的第二次"));
    let brought = second.carry(&township);
    assert_eq!(brought["held"], 2, "told once: {brought}");
    assert_eq!(second.carry(&township)["held"], 0);
    let lines = waiting(&township);
    assert_eq!(reasons(&lines), ["after_revocation", "after_revocation"]);
    assert!(lines.iter().all(|line| line["can"] == json!(["adopt", "dismiss"])), "{lines:?}");
    let of = |content: &str| {
        let line = lines.iter().find(|line| line["facts"].to_string().contains(content));
        line.expect("its words are shown to whoever judges")["key"].clone()
    };
    let (first, other) = (of("第一次"), of("第二次"));
    let adopt = json!({ "keys": [first], "act": "adopt", "reason": "和周某核对过" });
    township.does("quarantine_decide", adopt);
    let dismiss = json!({ "keys": [other], "act": "dismiss", "reason": "查无此事" });
    township.does("quarantine_decide", dismiss);
    township.carry(&village);
    for room in [&township, &village] {
        assert_eq!(visits(room).as_u64(), Some(before + 1), "the one that was adopted");
        assert_eq!(held(room), 0);
        let mut states: Vec<String> = decided(room).iter().map(|l| text(l, "/state")).collect();
        states.sort();
        assert_eq!(states, ["adopted", "dismissed"]);
    }
    assert_eq!(village.records(), township.records());
    let report = township.desk.rebuild(true).unwrap();
    assert!(report.is_same, "{report:?}");
}

#[test]
fn what_a_role_may_not_write_counts_once_the_head_adopts_it() {
    let bad = Bad::new_as("R2");
    // R2 may not accept a case; R7 may.
    let accepted = json!({ "kind": "accepted", "body": { "on": "application" } });
    bad.bring(bad.segment(bad.change(accepted, USER, |_| {}))).expect("kept");
    let state = |room: &Room| {
        let case = room.does("case_get", json!({ "case": bad.case.to_string() }));
        case["state"].clone()
    };
    let before = state(&bad.township);
    let lines = waiting(&bad.township);
    assert_eq!(reasons(&lines), ["role_may_not"]);
    assert_eq!(lines[0]["can"], json!(["adopt", "dismiss"]));
    let adopt = json!({ "keys": [lines[0]["key"]], "act": "adopt", "reason": "主任口头同意过" });
    bad.township.does("quarantine_decide", adopt);
    bad.township.carry(&bad.village);
    assert_ne!(state(&bad.township), before, "accepted");
    assert_eq!(state(&bad.village), state(&bad.township));
    assert_eq!(bad.village.records(), bad.township.records());
}

#[test]
fn whoever_reads_no_cases_sees_that_something_waits_and_not_what_it_says() {
    let bad = Bad::new();
    let status = bad.village.does("status_get", json!({}));
    let theirs = text(&status, "/office/user/id").parse().unwrap();
    let said = json!({ "kind": "note", "body": { "text": "谁家的孩子" } });
    bad.bring(bad.segment(bad.change(said, theirs, |_| {}))).expect("kept");
    for role in ["R10", "R11"] {
        let home = bad.township.home.with_file_name(role);
        let post =
            tests::Post { unit: "青石镇综治中心", level: "township", sort: "centre", role };
        let office = bad.township.joined(post, &home);
        let lines = waiting(&office);
        assert_eq!(reasons(&lines), ["author_unknown"], "{role}");
        // Nobody knows whom it names: an auditor who may not read of children reads none of it.
        assert!(!lines[0].to_string().contains("谁家的孩子"), "{role}: {}", lines[0]);
        assert_eq!(lines[0]["by"], Value::Null);
        assert_eq!(lines[0]["can"], json!([]));
    }
}

/// Whoever tries again and again, under one name or many, leaves a bounded list; what a good sender
/// brings afterwards is taken as ever.
#[test]
fn strangers_leave_a_short_list_and_nothing_else() {
    let bad = Bad::new();
    let before = bad.township.shown();
    let tries = std::env::var("PINGLI_PACKETS").ok().and_then(|n| n.parse().ok()).unwrap_or(60);
    for n in 0..tries {
        // A wrong key each time, under the name of nobody or of a known computer.
        let path = bad.stranger(n, n % 2 == 1);
        let fault = bad.township.fails("packet_import", json!({ "from": { "path": path } }));
        let reason = if n % 2 == 1 { "forged" } else { "unknown_sender" };
        assert!(is(&fault, "packet", reason), "{fault:?}");
        bad.township.clock.set(tests::MORNING_MS + u64::from(n) * 120_000);
    }
    bad.township.clock.set(tests::MORNING_MS);
    assert!(bad.township.shown() == before, "nothing was taken");
    let lines = waiting(&bad.township);
    assert_eq!(reasons(&lines), ["forged", "unknown_sender"], "a line for each reason");
    let times: u64 = lines.iter().map(|line| line["times"].as_u64().unwrap()).sum();
    assert_eq!(times, u64::from(tries));
    // The list is this computer's own, and whoever heads it takes note.
    let keys: Vec<&Value> = lines.iter().map(|line| &line["key"]).collect();
    let fault = bad
        .township
        .fails("quarantine_decide", json!({ "keys": keys, "act": "adopt", "reason": "收下" }));
    assert!(is(&fault, "refused", "not_adoptable"), "{fault:?}");
    let noted = json!({ "keys": keys, "act": "dismiss", "reason": "U 盘已收走" });
    assert_eq!(bad.township.does("quarantine_decide", noted)["total"], 0);
    assert_eq!(decided(&bad.township).len(), 2);
    let _ = bad.village.register("之后的案件");
    bad.village.carry(&bad.township);
    assert!(bad.township.titles().contains(&"之后的案件".to_owned()));
}

/// A roster that is old here: a sender it does not know yet is listed, and taken once it does.
#[test]
fn a_sender_newer_than_the_roster_is_listed_and_taken_later() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let second = township.joined(QIAOTOU, &folder.path().join("second"));
    let _ = second.register("新电脑登记的案件");
    let path = second.pack(&village);
    let taken = village.call("packet_import", json!({ "from": { "path": path } }));
    if let Err(fault) = taken {
        assert!(is(&fault, "packet", "unknown_sender"), "{fault:?}");
        assert_eq!(reasons(&waiting(&village)), ["unknown_sender"]);
        township.carry(&village);
        village.does("packet_import", json!({ "from": { "path": path } }));
    }
    assert!(village.titles().contains(&"新电脑登记的案件".to_owned()));
}
