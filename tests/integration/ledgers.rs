//! Spreadsheets as another reader finds them: what the ledger shows, nothing that is a formula, and
//! nothing that whoever takes it along may not read.

use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use serde_json::{Value, json};
use tests::{QIAOTOU, Room, folder, text};

fn sheets(path: &Path) -> Vec<(String, Vec<Vec<Data>>)> {
    let bytes = std::fs::read(path).unwrap();
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let names = book.sheet_names();
    names
        .into_iter()
        .map(|name| {
            assert!(book.worksheet_formula(&name).unwrap().is_empty(), "{name} has a formula");
            let range = book.worksheet_range(&name).unwrap();
            (name, range.rows().map(<[Data]>::to_vec).collect())
        })
        .collect()
}

fn at(rows: &[Vec<Data>], head: &str) -> usize {
    rows[2].iter().position(|cell| *cell == Data::String(head.to_owned())).expect("the column")
}

#[test]
fn the_ledger_is_taken_along_as_it_is_shown_and_no_cell_is_a_formula() {
    let folder = folder();
    let room = Room::township(&folder.path().join("township"));
    let titles = [
        "=1+1",
        "+8613800001234",
        "-2",
        "@SUM(A1)",
        "＝HYPERLINK(\"http://x\")",
        "滴水\u{1}\u{7}纠纷",
        "一百年的地界",
    ];
    for title in titles {
        let _ = room.register(title);
    }
    let to = folder.path().join("table.xlsx");
    let request = json!({
        "list": { "cases": {} }, "to": { "path": to },
        "words": { "columns": { "title": "事由" }, "words": { "title": "一张表", "registered": "已登记" } },
    });
    let before = room.does("audit_list", json!({}))["total"].as_u64().unwrap();
    room.does("list_export", request.clone());
    let first = std::fs::read(&to).unwrap();
    let read = sheets(&to);
    let rows = &read[0].1;
    assert_eq!(rows[0][0], Data::String("一张表".into()));
    let title = at(rows, "事由");
    let found: Vec<String> = rows[3..].iter().map(|row| row[title].to_string()).collect();
    assert_eq!(found.len(), titles.len());
    for want in titles {
        // Control characters are no words.
        let want = want.replace(['\u{1}', '\u{7}'], " ");
        assert!(found.contains(&want), "{want:?} in {found:?}");
    }
    // The same list of the same day is the same file; each taking along is noted.
    room.does("list_export", request);
    assert_eq!(std::fs::read(&to).unwrap(), first);
    let notes = room.does("audit_list", json!({}));
    let exported = notes["rows"].as_array().unwrap().iter().filter(|row| row["file"] == "table");
    let counts: Vec<&Value> = exported.map(|row| &row["count"]).collect();
    assert_eq!(counts, [&json!(7), &json!(7)]);
    assert!(notes["total"].as_u64().unwrap() > before);
    // As it is filtered.
    let searched = json!({ "list": { "found": { "query": "地界" } }, "to": { "path": to } });
    room.does("list_export", searched);
    assert_eq!(sheets(&to)[0].1.len(), 4);
}

#[test]
fn the_table_of_a_period_is_what_the_page_shows() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let case = village.register("滴水边界纠纷");
    let agreed = json!({ "case": case["id"], "facts": [
        { "kind": "accepted", "body": { "on": "application" } },
        { "kind": "agreement_reached",
          "body": { "form": "oral", "text": "当场说好", "amount_fen": 123_456 } },
    ] });
    village.does("fact_add", agreed);
    village.carry(&township);
    let shown = township.does("statistics_table", json!({ "period": "2026-03" }));
    let to = folder.path().join("table.xlsx");
    township.does("statistics_export", json!({ "period": "2026-03", "to": { "path": to } }));
    let read = sheets(&to);
    let (listed, by_unit) = (&read[0].1, &read[1].1);
    let defined = township.does("statistics_counters", json!({}));
    for (figure, counter) in
        shown["rows"].as_array().unwrap().iter().zip(defined["rows"].as_array().unwrap())
    {
        let name = Data::String(text(counter, "/zh"));
        let row = listed.iter().find(|row| row[1] == name).expect("the counter");
        let mut now = figure["now"].as_f64().unwrap();
        if figure["counter"] == "amount" {
            now /= 100.0;
        }
        assert_eq!(row[4], Data::Float(now), "{name}");
    }
    // The line of the village and the one of all say the same, as nobody else wrote anything.
    let line = |name: &str| {
        let row = by_unit.iter().find(|row| row[0] == name);
        row.unwrap_or_else(|| panic!("{name}"))[1..].to_vec()
    };
    assert_eq!(line(QIAOTOU.unit), line("all"));
    assert_eq!(line("all")[0], Data::Float(1.0));
}

/// The rows of the first sheet below its heading, as texts.
fn lines(path: &Path) -> Vec<Vec<String>> {
    let read = sheets(path);
    let cells = |row: &Vec<Data>| row.iter().map(ToString::to_string).collect();
    read[0].1[3..].iter().map(cells).collect()
}

#[test]
fn any_list_is_taken_along_as_its_page_shows_it_and_no_child_is_known_by_it() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    for (name, birth) in [("=王大", "1970-01-02"), ("欧阳小鹳", "2019-05-06")] {
        let address = format!("桥头村{name}家");
        village.does("person_add", json!({ "name": name, "birth": birth, "address": address }));
    }
    let child = village.does(
        "case_register",
        json!({ "title": "诸葛小狸上学路纠纷", "summary": "诸葛小狸的路", "parties": [
            { "name": "诸葛小狸", "side": "applicant", "birth": "2018-01-02" },
            { "name": "李某", "side": "respondent" } ] }),
    );
    let plain = village.register("滴水边界纠纷");
    for case in [&child, &plain] {
        let facts = json!([
            { "kind": "accepted", "body": { "on": "application" } },
            { "kind": "agreement_reached", "body": { "form": "oral", "text": "说好了",
              "amount_fen": 12_345, "parties": [case["parties"][0]["id"], case["parties"][1]["id"]] } },
        ]);
        village.does("fact_add", json!({ "case": case["id"], "facts": facts }));
    }
    village.carry(&township);
    let to = folder.path().join("list.xlsx");
    let save = |room: &Room, list: Value| {
        let words = json!({ "columns": { "name": "姓名" }, "words": { "title": "名单" } });
        room.does("list_export", json!({ "list": list, "words": words, "to": { "path": to } }));
        lines(&to)
    };
    // Persons: the page shows the child to whoever works on the case, what leaves does not.
    let shown = village.does("person_list", json!({}));
    assert!(shown.to_string().contains("欧阳小鹳"), "{shown}");
    let persons = save(&village, json!({ "persons": {} }));
    assert_eq!(persons.len(), shown["rows"].as_array().unwrap().len());
    let told = format!("{persons:?}");
    assert!(told.contains("=王大") && !told.contains("小鹳"), "{told}");
    assert_eq!(save(&village, json!({ "persons": { "query": "王大" } })).len(), 1, "as filtered");
    // The cases behind a figure, with the money in yuan.
    let figure = json!({ "period": "2026-03", "counter": "amount", "column": "now" });
    let shown = township.does("statistics_cases", figure.clone());
    let counted = save(&township, json!({ "counted": figure }));
    assert_eq!(counted.len(), shown["rows"].as_array().unwrap().len());
    let adds: f64 = counted.iter().map(|row| row[5].parse::<f64>().unwrap()).sum();
    assert_eq!(adds * 100.0, shown["sum"].as_f64().unwrap());
    let told = format!("{counted:?}");
    assert!(told.contains("滴水边界纠纷") && !told.contains("小狸"), "{told}");
    let ledger = format!("{:?}", save(&township, json!({ "cases": {} })));
    assert!(ledger.contains("李某") && !ledger.contains("小狸"), "{ledger}");
    // Every other list is a file with as many rows as it has.
    for (list, command, rows) in [
        ("dues", "workbench_get", "/dues"),
        ("sheets", "workbench_get", "/sheets"),
        ("conflicts", "conflict_list", "/rows"),
        ("quarantine", "quarantine_list", "/rows"),
        ("exchanges", "exchange_history", "/rows"),
        ("users", "user_list", "/users"),
        ("numbers", "numbering_get", "/voided"),
        ("erasures", "erasure_list", "/erasures"),
        ("devices", "device_list", "/devices"),
        ("alarms", "alarm_list", "/alarms"),
    ] {
        let shown = township.does(command, json!({}));
        let count = shown.pointer(rows).unwrap().as_array().unwrap().len();
        let mut read = save(&township, json!({ (list): {} }));
        // An empty range of a sheet has one empty row for its reader.
        read.retain(|row| row.iter().any(|cell| !cell.is_empty()));
        assert_eq!(read.len(), count, "{list}: {read:?}");
    }
    let users = save(&township, json!({ "users": {} }));
    assert!(users.iter().any(|row| row[3].contains(QIAOTOU.unit)), "{users:?}");
    // Likely duplicates, a row for each case of a group.
    let groups = township.does("duplicate_list", json!({}));
    let groups = groups["groups"].as_array().unwrap();
    let cases: usize = groups.iter().map(|group| group["cases"].as_array().unwrap().len()).sum();
    assert_eq!(save(&township, json!({ "duplicates": {} })).len(), cases);
    // Whoever may not read a list takes none along.
    let none = json!({ "list": { "nonsense": {} }, "to": { "path": to } });
    assert!(matches!(township.fails("list_export", none), app::Fault::BadRequest { .. }));
}

#[test]
fn the_audit_is_taken_along_by_whoever_examines_it_whole_and_in_words() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let _ = township.register("滴水边界纠纷");
    for page in ["audit", "ledger"] {
        township.does("print_note", json!({ "page": page }));
    }
    let to = folder.path().join("audit.xlsx");
    let words = json!({
        "columns": { "act": "做了什么" },
        "words": { "title": "审计记录", "printed": "打印", "R7": "=主任", "yes": "是" },
    });
    let save = |filter: Value| {
        let list = json!({ "audit": filter });
        township.does("list_export", json!({ "list": list, "words": words, "to": { "path": to } }));
        lines(&to)
    };
    let total = township.does("audit_list", json!({}))["total"].as_u64().unwrap();
    let all = save(json!({}));
    assert_eq!(all.len() as u64, total);
    let act = |row: &Vec<String>| row[7].clone();
    let printed = save(json!({ "act": "printed" }));
    assert_eq!(printed.iter().map(act).collect::<Vec<_>>(), ["打印", "打印"], "as filtered");
    assert!(printed[0][1].starts_with("2026-") && printed[0][1].len() == 19, "{printed:?}");
    assert_eq!((printed[0][3].as_str(), printed[0][4].as_str()), ("=主任", "是"));
    let exported = township.does("audit_list", json!({ "act": "exported" }));
    let files = exported["rows"].as_array().unwrap().iter().map(|row| row["file"].clone());
    assert_eq!(files.collect::<Vec<_>>(), ["audit", "audit"], "each is noted itself");
}
