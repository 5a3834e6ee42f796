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
        "list": {}, "to": { "path": to },
        "words": { "columns": { "title": "事由" }, "words": { "title": "一张表", "registered": "已登记" } },
    });
    let before = room.does("audit_list", json!({}))["total"].as_u64().unwrap();
    room.does("ledger_export", request.clone());
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
    room.does("ledger_export", request);
    assert_eq!(std::fs::read(&to).unwrap(), first);
    let notes = room.does("audit_list", json!({}));
    let exported = notes["rows"].as_array().unwrap().iter().filter(|row| row["file"] == "table");
    let counts: Vec<&Value> = exported.map(|row| &row["count"]).collect();
    assert_eq!(counts, [&json!(7), &json!(7)]);
    assert!(notes["total"].as_u64().unwrap() > before);
    // As it is filtered.
    let searched = json!({ "search": { "query": "地界" }, "to": { "path": to } });
    room.does("ledger_export", searched);
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
