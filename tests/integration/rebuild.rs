//! The logs are the truth: lists and documents made again from them are the same.

use automerge::{AutoCommit, ReadDoc};
use serde_json::json;
use tests::{QIAOTOU, Room, folder, text};

#[test]
fn lists_made_again_are_the_lists_that_were_kept() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let case = village.register("滴水边界纠纷");
    village.carry(&township);
    // Both write apart: registers, texts and facts that contradict each other.
    for (room, title) in [(&village, "张李滴水纠纷"), (&township, "桥头村地界纠纷")] {
        let id = &case["id"];
        room.does("field_set", json!({ "record": id, "field": "title", "value": title }));
        room.does("text_edit", json!({ "record": id, "text": "summary", "value": title }));
        room.does("fact_add", json!({ "case": id, "facts": [
            { "kind": "risk_assessed", "body": { "risk": "red", "reason": title } },
            { "kind": "category_set", "body": { "category": "homestead", "catalogue": "moj-18-2020" } },
        ] }));
    }
    village.carry(&township);
    township.carry(&village);
    let kept = village.records();
    assert_eq!(kept, township.records());
    for room in [&village, &township] {
        let checked = room.desk.rebuild(true).unwrap();
        assert!(checked.is_same && checked.rows > 0, "{checked:?}");
        let rebuilt = room.desk.rebuild(false).unwrap();
        assert!(rebuilt.is_same, "{rebuilt:?}");
        assert_eq!(room.records(), kept);
    }
}

#[test]
fn the_practice_profile_is_sound() {
    let folder = folder();
    let room = Room::empty(&folder.path().join("home"));
    room.does("demo_start", json!({ "cases": 80, "seed": 3 }));
    let rebuilt = room.desk.rebuild(true).unwrap();
    assert!(rebuilt.is_same, "{rebuilt:?}");
    let report = room.desk.examine().unwrap();
    assert!(report.is_file_whole && report.broken_logs.is_empty(), "{report:?}");
    assert_eq!((report.behind, report.waiting, report.held.len()), (0, 0, 0));
    // It meets nobody, and leaves nothing.
    let request = json!({ "enabled": true, "port": 0, "loopback": true });
    assert_eq!(tests::as_json(&room.fails("lan_listen", request))["code"], "not_here");
    let status = room.does("demo_leave", json!({}));
    assert_eq!((&status["profile"], &status["is_demo"]), (&json!("none"), &json!(false)));
}

#[test]
fn any_automerge_client_reads_an_exported_record() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    let case = room.register("滴水边界纠纷");
    let to = folder.path().join("case.automerge");
    let request = json!({ "record": case["id"], "to": { "path": to } });
    let saved = room.does("record_export_automerge", request.clone());
    assert_eq!(text(&saved, "/name"), "case.automerge");
    let document = AutoCommit::load(&std::fs::read(&to).unwrap()).unwrap();
    let (_, facts) = document.get(automerge::ROOT, "facts").unwrap().expect("facts");
    let kinds: Vec<String> = document
        .map_range(&facts, ..)
        .map(|item| {
            let fact = document.get(&facts, &*item.key).unwrap().expect("a fact").0;
            let fact: serde_json::Value = serde_json::from_str(fact.as_str().unwrap()).unwrap();
            text(&fact, "/kind")
        })
        .collect();
    assert!(kinds.contains(&"registered".to_owned()), "{kinds:?}");
    assert_eq!(kinds.iter().filter(|kind| *kind == "party_added").count(), 2);
    let (_, texts) = document.get(automerge::ROOT, "texts").unwrap().expect("texts");
    let (_, summary) = document.get(&texts, "summary").unwrap().expect("summary");
    assert!(document.text(&summary).unwrap().contains("滴水边界"));
    let (_, fields) = document.get(automerge::ROOT, "fields").unwrap().expect("fields");
    let (title, _) = document.get(&fields, "title").unwrap().expect("a title");
    assert!(title.as_str().unwrap().contains("滴水边界纠纷"));
    // Written over whole, never mixed.
    room.does("record_export_automerge", request);
}
