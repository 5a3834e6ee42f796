//! 交接单: a mediator's open cases go to others in one act, which merges like any appointment, can be
//! taken back, and stands on a list that both sign.

use std::process::Command;

use serde_json::{Value, json};
use tests::{QIAOTOU, Room, as_json, folder, program, text};

use crate::forms::HUNGRY;

fn appoint(room: &Room, case: &Value, host: &str, mediators: &[&str]) {
    let body = json!({ "host": host, "mediators": mediators, "chosen_by": "committee" });
    let facts = json!([{ "kind": "mediators_appointed", "body": body }]);
    room.does("fact_add", json!({ "case": case["id"], "facts": facts }));
}

fn hosting(room: &Room, case: &Value) -> Value {
    room.does("case_get", json!({ "case": case["id"] }))["hosting"].clone()
}

/// A village with three open cases: one that 周正 presides over, one in which he mediates, one that
/// is another's; and the township.
fn village(folder: &std::path::Path) -> (Room, Room, [Value; 3]) {
    let township = Room::township(&folder.join("township"));
    let village = township.joined(QIAOTOU, &folder.join("village"));
    let cases = ["滴水", "地界", "借款"].map(|title| village.register(title));
    appoint(&village, &cases[0], "周正", &["吴平"]);
    appoint(&village, &cases[1], "吴平", &["周正"]);
    appoint(&village, &cases[2], "吴平", &[]);
    (township, village, cases)
}

fn asked(cases: &[&Value], to: &[&str]) -> Value {
    let cases: Vec<&Value> = cases.iter().map(|case| &case["id"]).collect();
    json!({ "from": "周正", "cases": cases, "to": to, "reason": "调往镇里" })
}

#[test]
fn who_leaves_hands_each_case_to_somebody_in_one_act_and_it_can_be_taken_back() {
    let folder = folder();
    let (_, village, cases) = village(folder.path());
    let view = village.does("handover_get", json!({ "from": "周正" }));
    let ids = |view: &Value| -> Vec<String> {
        view["cases"].as_array().unwrap().iter().map(|case| text(case, "/line/id")).collect()
    };
    let mut mine = ids(&view);
    mine.sort_unstable();
    let mut want = vec![text(&cases[0], "/id"), text(&cases[1], "/id")];
    want.sort_unstable();
    assert_eq!(mine, want);
    assert!(view["people"].as_array().unwrap().contains(&json!({ "name": "周正", "cases": 2 })));

    // All or none: of a list that names another's case nothing is written.
    let wrong = asked(&[&cases[0], &cases[2]], &["郑和", "郑和"]);
    let fault = as_json(&village.fails("handover_make", wrong));
    assert_eq!((&fault["code"], &fault["index"]), (&json!("refused"), &json!(1)));
    assert_eq!(hosting(&village, &cases[0])["host"], "周正");
    for (to, reason) in [("周正", "already_done"), (" ", "empty")] {
        let fault = as_json(&village.fails("handover_make", asked(&[&cases[0]], &[to])));
        assert_eq!(fault["reason"], reason, "{to:?}");
    }

    let made = village.does("handover_make", asked(&[&cases[0], &cases[1]], &["郑和", "吴平"]));
    assert!(ids(&made).is_empty(), "nothing is left");
    assert_eq!(
        (made["done"][0]["cases"].clone(), made["done"][0]["is_undone"].clone()),
        (json!(2), json!(false))
    );
    let first = hosting(&village, &cases[0]);
    assert_eq!((&first["host"], &first["mediators"]), (&json!("郑和"), &json!(["郑和", "吴平"])));
    assert_eq!(hosting(&village, &cases[1])["mediators"], json!(["吴平"]));
    let history = village.does("case_history", json!({ "case": cases[0]["id"] })).to_string();
    assert!(history.contains("周正的案件移交给郑和（调往镇里）"), "{history}");

    // Taken back, but where somebody else was appointed meanwhile.
    appoint(&village, &cases[0], "孙立", &[]);
    let name = made["done"][0]["handover"].clone();
    let undone = village.does("handover_undo", json!({ "handover": name }));
    assert_eq!(
        (undone["done"][0]["is_undone"].clone(), undone["done"][0]["kept"].clone()),
        (json!(true), json!(1))
    );
    assert_eq!(hosting(&village, &cases[0])["host"], "孙立");
    let second = hosting(&village, &cases[1]);
    assert_eq!((&second["host"], &second["mediators"]), (&json!("吴平"), &json!(["吴平", "周正"])));
    let fault = as_json(&village.fails("handover_undo", json!({ "handover": name })));
    assert_eq!(fault["code"], "bad_request");
}

#[test]
fn who_was_never_appointed_hands_over_what_they_registered() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let case = village.register("滴水");
    let me = text(&village.does("status_get", json!({})), "/office/user/name");
    let view = village.does("handover_get", json!({ "from": me }));
    assert_eq!(view["cases"][0]["line"]["id"], case["id"]);
    let made = json!({ "from": me, "cases": [case["id"]], "to": ["郑和"] });
    village.does("handover_make", made);
    assert_eq!(hosting(&village, &case)["host"], "郑和");
    // Of another unit nothing is handed over.
    village.carry(&township);
    let wrong = json!({ "from": "郑和", "cases": [case["id"]], "to": ["镇里的人"] });
    assert!(township.call("handover_make", wrong).is_err());
}

#[test]
fn what_two_computers_say_of_one_case_apart_is_asked_and_nothing_is_lost() {
    let folder = folder();
    let (township, village, cases) = village(folder.path());
    village.carry(&township);
    // The township appoints somebody to the case that the village hands over meanwhile.
    appoint(&township, &cases[0], "孙立", &[]);
    village.does("handover_make", asked(&[&cases[0], &cases[1]], &["郑和", "吴平"]));
    village.carry(&township);
    township.carry(&village);
    for room in [&village, &township] {
        let hosting = hosting(room, &cases[0]);
        let mediators = hosting["mediators"].to_string();
        assert!(mediators.contains("孙立") && mediators.contains("郑和"), "{hosting}");
        let open = room.does("conflict_list", json!({}));
        assert_eq!(open["total"], 1, "{open}");
    }
    assert_eq!(
        hosting(&village, &cases[0]),
        hosting(&township, &cases[0]),
        "both show the same until somebody decides"
    );
}

#[test]
fn the_list_that_both_sign_names_every_case() {
    let folder = folder();
    let (township, village, cases) = village(folder.path());
    let to = folder.path().join("list.pdf");
    let list = asked(&[&cases[0], &cases[1]], &["郑和", "吴平"]);
    village.does("handover_save", json!({ "list": list, "to": { "path": to } }));
    let printed = Command::new("pdftotext").args(["-raw"]).arg(&to).arg("-").output().unwrap();
    let said: String = String::from_utf8_lossy(&printed.stdout).split_whitespace().collect();
    for word in
        ["案件交接单", "周正移交未办结案件2件", "郑和、吴平接收", "调往镇里", "滴水", "地界"]
    {
        assert!(said.contains(word), "{word} in {said}");
    }
    assert!(!said.contains("借款"));
    // A template of the office's own is set by a child, which it may cost.
    let village = village.with_worker(program());
    std::fs::create_dir_all(village.home.join("forms")).unwrap();
    std::fs::write(village.home.join("forms/handover.typ"), HUNGRY).unwrap();
    let list = asked(&[&cases[0]], &["郑和"]);
    let refused = village.fails("handover_save", json!({ "list": list, "to": { "path": to } }));
    assert_eq!(as_json(&refused)["reason"], "exhausted", "{refused:?}");
    village.carry(&township);
    let audit = township.does("audit_list", json!({}));
    assert!(audit["rows"].as_array().unwrap().iter().any(|row| row["file"] == "document"));
}
