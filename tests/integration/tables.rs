//! Tables from outside: what they bring, what they cannot, and that nothing of them does harm.

use std::path::Path;

use serde_json::{Value, json};
use tests::{Room, as_json, folder};

/// The ledger of this program, as a file that the table of another office could be.
fn written(room: &Room, to: &Path) {
    let columns = json!({
        "number": "编号", "registered": "登记日期", "title": "事由", "parties": "当事人",
        "place": "地点", "amount": "涉及金额", "source": "来源", "category": "纠纷类型",
        "row": "序号", "next_due": "-", "marks": "标记",
    });
    let words =
        json!({ "columns": columns, "words": { "title": "一张表", "application": "当事人申请" } });
    room.does("ledger_export", json!({ "list": {}, "words": words, "to": { "path": to } }));
}

fn fields(view: &Value) -> Value {
    let columns = view["columns"].as_array().unwrap();
    columns.iter().map(|column| column["field"].clone()).collect()
}

fn counts(done: &Value) -> [u64; 5] {
    ["new", "known", "doubtful", "bad", "ended"].map(|name| done[name].as_u64().unwrap())
}

#[test]
fn a_table_is_taken_over_once_and_can_be_undone() {
    let folder = folder();
    let other = Room::township(&folder.path().join("other"));
    for (n, name) in ["张三", "李四", "王五"].into_iter().enumerate() {
        other.does("case_register", json!({
            "title": format!("第{n}件"), "applied": format!("2026-02-{:02}", n + 3),
            "parties": [{ "name": name, "side": "applicant" }, { "name": "赵六", "side": "respondent" }],
        }));
    }
    let file = folder.path().join("table.xlsx");
    written(&other, &file);

    let room = Room::township(&folder.path().join("home"));
    let from = json!({ "path": file });
    let view = room.does("table_read", json!({ "from": from }));
    assert_eq!((view["heading"].clone(), view["rows"].clone()), (json!(3), json!(3)));
    assert_eq!(view["is_remembered"], false);
    // One of them is here already, registered a week later.
    room.does(
        "case_register",
        json!({ "title": "别的", "applied": "2026-02-10", "parties": [
        { "name": "赵六", "side": "applicant" }, { "name": "张三", "side": "respondent" },
    ] }),
    );
    let import = |more: Value| {
        let mut request = json!({ "from": from, "fields": fields(&view) });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        room.does("table_import", request)
    };
    let held = || room.does("case_list", json!({}))["total"].as_u64().unwrap();
    assert_eq!(counts(&import(json!({ "dry": true }))), [2, 0, 1, 0, 0]);
    assert_eq!(held(), 1, "nothing is written");
    let done = import(json!({}));
    assert_eq!(counts(&done), [2, 0, 1, 0, 0]);
    assert_eq!(done["lines"][0]["trouble"], "alike");
    assert_eq!(held(), 3);
    assert_eq!(counts(&import(json!({}))), [0, 2, 1, 0, 0], "again nothing is added");
    assert_eq!(counts(&import(json!({ "with_doubtful": true }))), [1, 2, 0, 0, 0]);
    // On the day the table names, under a number of this computer.
    let found = room.does("case_search", json!({ "query": "第1件" }))["rows"][0].clone();
    assert_eq!(
        (found["registered"].clone(), found["title"].clone()),
        (json!("2026-02-04"), json!("第1件"))
    );
    assert!(room.does("table_read", json!({ "from": from }))["is_remembered"].as_bool().unwrap());

    // Undone but for the one on which somebody has worked.
    room.does(
        "fact_add",
        json!({ "case": found["id"], "facts": [
        { "kind": "accepted", "body": { "on": "application" } },
    ] }),
    );
    let imports = room.does("import_list", json!({}))["imports"].clone();
    assert_eq!(imports.as_array().unwrap().len(), 2, "what brought nothing is no import");
    let first = imports[1]["import"].clone();
    let undone = room.does("import_undo", json!({ "import": first }))["imports"][1].clone();
    assert_eq!((undone["is_undone"].clone(), undone["kept"].clone()), (json!(true), json!(1)));
    assert_eq!(
        as_json(&room.fails("import_undo", json!({ "import": first })))["code"],
        "bad_request"
    );
    let voided = room.does("case_list", json!({ "state": "voided" }));
    assert_eq!(voided["total"], 1);
}

#[test]
fn what_cannot_be_taken_over_comes_back_as_a_table_with_the_reason() {
    let folder = folder();
    let other = Room::township(&folder.path().join("other"));
    let _ = other.register("滴水");
    let file = folder.path().join("table.xlsx");
    written(&other, &file);
    let room = Room::township(&folder.path().join("home"));
    // The column of the number is taken for the day, as somebody might map it by mistake.
    let import = json!({ "from": { "path": file },
        "fields": ["skip", "applied", "skip", "skip", "skip", "title", "parties"] });
    let done = room.does("table_import", import.clone());
    assert_eq!(counts(&done), [0, 0, 0, 1, 0]);
    assert_eq!(done["lines"][0]["trouble"], "day");
    assert_eq!(done["lines"][0]["column"], 1);
    let rest = folder.path().join("rest.xlsx");
    let words = json!({ "words": { "reason": "原因", "day": "日期看不懂" } });
    room.does("table_rest", json!({ "import": import, "words": words, "to": { "path": rest } }));
    // It is a table that can be taken over like the first, once it is mapped as it should be.
    let view = room.does("table_read", json!({ "from": { "path": rest } }));
    let columns = view["columns"].as_array().unwrap();
    assert_eq!(columns.last().unwrap()["samples"], json!(["日期看不懂"]));
    let again = json!({ "from": { "path": rest },
        "fields": ["skip", "number", "applied", "skip", "skip", "title", "parties"] });
    assert_eq!(counts(&room.does("table_import", again)), [1, 0, 0, 0, 0]);
}

/// A zip of stored files with such names; their sizes are as they say.
fn zipped(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let (mut bytes, mut index) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let crc = crc(content).to_le_bytes();
        let size = u32::try_from(content.len()).unwrap().to_le_bytes();
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let at = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        let head =
            [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &crc, &size, &size, &length, &[0, 0]].concat();
        bytes.extend([b"PK\x03\x04", &head[..], name.as_bytes(), content].concat());
        index.extend([b"PK\x01\x02\x14\x00", &head[..], &[0; 10], &at, name.as_bytes()].concat());
    }
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    let (size, at) = (u32::try_from(index.len()).unwrap(), u32::try_from(bytes.len()).unwrap());
    bytes.extend(index);
    bytes.extend(
        [
            b"PK\x05\x06\0\0\0\0",
            &count[..],
            &count,
            &size.to_le_bytes(),
            &at.to_le_bytes(),
            &[0, 0],
        ]
        .concat(),
    );
    bytes
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
        })
    })
}

/// The smallest spreadsheet, with such a sheet.
fn spreadsheet(sheet: &str, more: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let ns = "http://schemas.openxmlformats.org";
    let types = format!("<Types xmlns=\"{ns}/package/2006/content-types\"></Types>");
    let book = format!(
        "<workbook xmlns=\"{ns}/spreadsheetml/2006/main\" xmlns:r=\"{ns}/officeDocument/2006/relationships\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    let links = format!(
        "<Relationships xmlns=\"{ns}/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"{ns}/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    let root = format!(
        "<Relationships xmlns=\"{ns}/package/2006/relationships\"><Relationship Id=\"rId1\" \
         Type=\"{ns}/officeDocument/2006/relationships/officeDocument\" \
         Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let sheet = format!("<worksheet xmlns=\"{ns}/spreadsheetml/2006/main\">{sheet}</worksheet>");
    let mut files = vec![
        ("[Content_Types].xml", types.into_bytes()),
        ("_rels/.rels", root.into_bytes()),
        ("xl/workbook.xml", book.into_bytes()),
        ("xl/_rels/workbook.xml.rels", links.into_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.into_bytes()),
    ];
    files.extend(more.iter().cloned());
    zipped(&files)
}

fn cell(at: &str, text: &str) -> String {
    format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

#[test]
fn a_strange_table_is_handled_or_explained() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    let read = |bytes: &[u8]| {
        let path = folder.path().join("strange.xlsx");
        std::fs::write(&path, bytes).unwrap();
        room.call("table_read", json!({ "from": { "path": path } }))
    };
    // Days as text and as numbers, merged cells, a formula with its value, an error, macros, and a
    // cell in the last column there can be.
    let heading = [("A1", "登记日期"), ("B1", "当事人"), ("C1", "地点"), ("D1", "事由")];
    let heading: String = heading.iter().map(|(at, text)| cell(at, text)).collect();
    let rows = format!(
        "<sheetData><row r=\"1\">{heading}</row><row r=\"2\">{}{}{}<c r=\"D2\"><f>1+1</f><v>2</v></c>{}</row>\
         <row r=\"3\">{}{}<c r=\"D3\" t=\"e\"><v>#REF!</v></c></row></sheetData>\
         <mergeCells count=\"1\"><mergeCell ref=\"C2:C3\"/></mergeCells>",
        cell("A2", "2026年2月3日"),
        cell("B2", "张三、李四"),
        cell("C2", "桥头村"),
        cell("XFD2", "远"),
        cell("A3", "2026/2/4"),
        cell("B3", "王五"),
    );
    let macros = ("xl/vbaProject.bin", b"no macro at all".to_vec());
    let view = read(&spreadsheet(&rows, &[macros])).unwrap();
    let notes: Vec<&str> =
        view["notes"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for note in ["macros", "merged", "more_columns", "errors"] {
        assert!(notes.contains(&note), "{note} in {notes:?}");
    }
    assert_eq!(view["columns"][2]["samples"], json!(["桥头村", "桥头村"]));
    assert_eq!(view["columns"][3]["samples"], json!(["2"]));
    assert_eq!(view["columns"].as_array().unwrap().len(), 4);
    let path = folder.path().join("strange.xlsx");
    let request = json!({ "from": { "path": path }, "fields": fields(&view), "dry": true });
    assert_eq!(counts(&room.does("table_import", request)), [2, 0, 0, 0, 0]);

    for (bytes, reason) in [
        (Vec::new(), "no_table"),
        (b"PK\x03\x04 and nothing more".to_vec(), "no_table"),
        (b"a,b\r\n1,2\r\n".to_vec(), "no_table"),
        (spreadsheet("<sheetData></sheetData>", &[]), "empty"),
    ] {
        let fault = as_json(&read(&bytes).unwrap_err());
        assert_eq!((&fault["code"], &fault["reason"]), (&json!("table"), &json!(reason)));
    }
}
