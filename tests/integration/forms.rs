//! Forms of a real case: filled from its record, saved, noted as printed, and hidden from whoever
//! may not read what stands on them.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};
use tests::{QIAOTOU, Room, folder, is, text};

/// The words of a PDF, without the room between them.
fn words(path: &str) -> String {
    let run = Command::new("pdftotext").args(["-raw", path, "-"]).output();
    let run = run.expect("pdftotext (apt: poppler-utils)");
    String::from_utf8(run.stdout).unwrap().split_whitespace().collect()
}

fn lines(room: &Room, case: &Value) -> Vec<Value> {
    let listed = room.does("form_list", json!({ "case": case }));
    listed["forms"].as_array().unwrap().clone()
}

/// A case with two rare names that went all the way to an agreement.
fn settled(room: &Room) -> Value {
    let case = room.does(
        "case_register",
        json!({ "title": "滴水边界纠纷", "category": "neighbours", "summary": "两家共用一条滴水沟。\n沟边的砖被挪动。",
                "demands": ["请求恢复滴水沟"],
                "parties": [
                    { "name": "王囍", "side": "applicant", "sex": "male", "birth": "1970-01-02",
                      "phone": "13900000011", "address": "桥头村一组 3 号" },
                    { "name": "李㛃", "side": "respondent", "phone": "13900000012" } ] }),
    );
    let parties = [&case["parties"][0]["id"], &case["parties"][1]["id"]];
    let facts = json!([
        { "kind": "accepted", "body": { "on": "application" } },
        { "kind": "inquiry_made", "body": { "whom": "张䶮", "record": "沟一直在两家中间。" } },
        { "kind": "session_held", "body": { "place": "村委会", "mode": "joint", "host": "周某",
            "recorder": "钱某", "present": parties, "result": "agreed", "issues": ["沟的中线"] } },
        { "kind": "agreement_reached", "body": { "form": "written", "parties": parties,
            "text": "滴水沟恢复原样，以后共同维护。",
            "plan": [{ "due": "2026-04-01", "what": "恢复滴水沟", "amount_fen": 5000 }] } },
    ]);
    room.does("fact_add", json!({ "case": case["id"], "facts": facts }));
    case["id"].clone()
}

#[test]
fn every_form_that_fits_a_case_is_filled_from_its_record_and_saved() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let room = township.joined(QIAOTOU, &folder.path().join("village"));
    let case = settled(&room);
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    let wanted: [(&str, &[&str]); 7] = [
        ("cover", &["桥头村人民调解委员会", "滴水边界纠纷"]),
        (
            "application",
            &["王囍", "李㛃", "13900000011", "桥头村一组3号", "两家共用一条滴水沟", "恢复滴水沟"],
        ),
        ("acceptance", &["依当事人申请", "邻里纠纷", "沟边的砖被挪动"]),
        ("inquiry", &["张䶮", "沟一直在两家中间"]),
        ("session", &["村委会", "面对面调解", "沟的中线", "达成协议", "钱某"]),
        ("agreement", &["滴水沟恢复原样", "2026年4月1日前，恢复滴水沟，50.00元", "一式3份"]),
        ("receipt", &["临时编号", "王囍"]),
    ];
    let listed = lines(&room, &case);
    for (form, texts) in wanted {
        let line = listed.iter().find(|line| line["form"] == form).expect(form);
        let saved = room.does(
            "form_save",
            json!({ "case": case, "form": form, "about": line["about"], "to": { "path": out } }),
        );
        let found = words(&text(&saved, "/path"));
        for text in texts {
            assert!(found.contains(text), "{form}: {text} not in {found}");
        }
    }
    // What the case does not say is told, and a form about nothing that happened does not fit.
    let cover = listed.iter().find(|line| line["form"] == "cover").unwrap();
    let lacking = cover["lacking"].to_string();
    assert!(lacking.contains("正式卷号") && !lacking.contains("案名"), "{lacking}");
    assert!(listed.iter().all(|line| line["form"] != "revisit" && line["form"] != "termination"));
    let unknown = room.fails("form_show", json!({ "case": case, "form": "../cover" }));
    assert!(matches!(unknown, app::Fault::NotFound { .. }), "{unknown:?}");
}

#[test]
fn a_print_is_a_fact_that_merges_and_another_document_is_not_noted_as_this_one() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let room = township.joined(QIAOTOU, &folder.path().join("village"));
    let case = settled(&room);
    let shown = room.does("form_show", json!({ "case": case, "form": "acceptance" }));
    assert_eq!(shown["page_count"], 1);
    assert!(text(&shown, "/pages/0").starts_with("<svg"));
    let again = room.does("form_show", json!({ "case": case, "form": "acceptance" }));
    assert_eq!(shown, again, "the same case is the same document");
    let print = |hash: &Value, copies: u32| json!({ "case": case, "form": "acceptance", "hash": hash, "copies": copies });
    assert!(is(&room.fails("form_print", print(&shown["hash"], 0)), "refused", "out_of_range"));
    room.does("form_print", print(&shown["hash"], 3));
    let facts = json!([{ "kind": "note", "body": { "text": "又来问了一次。" } }]);
    room.does("fact_add", json!({ "case": case, "facts": facts }));
    let changed = json!({ "record": case, "field": "place", "value": "一组" });
    room.does("field_set", changed);
    room.does("form_print", print(&shown["hash"], 1));
    let edit = json!({ "record": case, "text": "summary", "value": "三家共用一条滴水沟。" });
    room.does("text_edit", edit);
    let late = room.fails("form_print", print(&shown["hash"], 1));
    assert!(is(&late, "form", "changed"), "the paper says what the case no longer says: {late:?}");
    let listed = lines(&room, &case);
    let line = listed.iter().find(|line| line["form"] == "acceptance").unwrap();
    assert_eq!(line["printed"], 2);
    room.carry(&township);
    let history = township.does("case_history", json!({ "case": case }));
    let printed: Vec<&Value> = history["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["fact"]["kind"] == "form_printed")
        .collect();
    assert_eq!(printed.len(), 2);
    assert_eq!(printed[0]["fact"]["body"]["hash"], shown["hash"]);
    assert_eq!(printed[0]["fact"]["body"]["copies"], 3);
}
