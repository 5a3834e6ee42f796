//! 补录: a clerk enters the open cases of the paper register one after the other, under the numbers they
//! have there.

use serde_json::{Value, json};
use tests::{QIAOTOU, Room, as_json, folder};

fn entered(number: u32, names: [&str; 2], more: &Value) -> Value {
    let mut request = json!({
        "number": number,
        "register": {
            "applied": "2025-11-04", "title": "滴水", "category": "neighbours",
            "parties": [
                { "name": names[0], "side": "applicant" }, { "name": names[1], "side": "respondent" },
            ],
        },
    });
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

fn numbered(room: &Room) {
    room.does(
        "numbering_set",
        json!({ "holder": room.device(), "region": "青石", "committee": "镇", "year": 2025,
            "last_on_paper": 40 }),
    );
}

#[test]
fn a_case_of_the_paper_register_keeps_its_number_and_its_clocks_run_from_then() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    let fault = as_json(&room.fails("case_enter", entered(12, ["张三", "李四"], &json!({}))));
    assert_eq!((&fault["field"], &fault["reason"]), (&json!("number"), &json!("no_number_here")));
    assert_eq!(room.does("case_list", json!({}))["total"], 0, "nothing of it was written");
    numbered(&room);

    let agreed = json!({ "accepted": "2025-11-05", "agreed": {
        "at": "2025-11-20", "form": "written", "text": "三月底前改好屋檐", "due": "2026-03-31",
        "mediators": ["周正"], "is_signed": true,
    } });
    let case = room.does("case_enter", entered(12, ["张三", "李四"], &agreed));
    assert_eq!(case["formal_number"], "〔2025〕青石镇人调字第0012号");
    let line = room.does("case_list", json!({}))["rows"][0].clone();
    assert_eq!(line["registered"], "2025-11-04");
    assert_eq!(line["next_due"]["day"], "2026-03-31", "{line}");
    let accepted = room
        .does("case_enter", entered(13, ["王五", "赵六"], &json!({ "accepted": "2025-11-06" })));
    assert_eq!(accepted["state"], "accepted");

    // A number stands on one case; what is refused leaves nothing.
    let fault = as_json(&room.fails("case_enter", entered(12, ["甲", "乙"], &json!({}))));
    assert_eq!(fault["reason"], "number_taken");
    for number in [0, 100_000] {
        let fault = as_json(&room.fails("case_enter", entered(number, ["甲", "乙"], &json!({}))));
        assert_eq!(fault["reason"], "out_of_range", "{number}");
    }
    assert_eq!(room.does("case_list", json!({}))["total"], 2);

    // The register goes on after the paper, in each year by itself.
    room.does("case_enter", entered(45, ["甲", "乙"], &json!({})));
    let of = |year: u32| room.does("numbering_get", json!({ "year": year }));
    assert_eq!(of(2025)["last_on_paper"], 45);
    assert_eq!(of(2025)["next"], "〔2025〕青石镇人调字第0046号");
    assert_eq!(of(2025)["gaps"], json!([]), "what lies on paper alone is not missing");
    assert_eq!(
        (of(2026)["last_on_paper"].clone(), of(2026)["given"].clone()),
        (json!(0), json!(0))
    );
}

#[test]
fn without_a_number_a_case_is_entered_all_the_same() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let mut request = entered(0, ["张三", "李四"], &json!({}));
    request.as_object_mut().unwrap().remove("number");
    let case = village.does("case_enter", request);
    assert_eq!(case["formal_number"], Value::Null);
    assert_eq!(case["state"], "registered");
}

#[test]
fn another_unit_has_another_register() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let second = township.joined(
        tests::Post {
            unit: "青石镇司法所",
            level: "township",
            sort: "judicial_office",
            role: "R6",
        },
        &folder.path().join("second"),
    );
    numbered(&township);
    township.carry(&second);
    township.does("case_enter", entered(7, ["张三", "李四"], &json!({})));
    let fault = as_json(&second.fails("case_enter", entered(7, ["王五", "赵六"], &json!({}))));
    assert_eq!(fault["reason"], "no_number_here");
}
