//! How fast a township's own table (一张表) becomes cases, and how fast they are taken back.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use app::fault::Fault;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use super::FEW_RUNS;
use super::cost::{Spent, median, ms, timed};
use super::rooms::{PASSPHRASE, folder, fresh};

/// A table of work orders, tried, taken over, taken over once more and taken back, each time on a
/// computer that holds nothing yet.
pub(super) fn import(cases: u32, seed: u64) -> Result<Value, Fault> {
    let folder = folder()?;
    let path = folder.path().join("orders.xlsx");
    write(&path, cases, seed)?;
    let (mut tried, mut taken, mut again, mut undone) = (vec![], vec![], vec![], vec![]);
    for run in 0..FEW_RUNS {
        let desk = fresh(&folder.path().join(run.to_string()));
        let founding = json!({
            "name": "青石镇综治中心", "user_name": "吴某", "role": "R7",
            "device_name": "镇中心电脑", "passphrase": PASSPHRASE,
        });
        desk.call("org_create", founding, None)?;
        let table = |is_dry: bool| -> Result<(Value, Spent), Fault> {
            let request = json!({
                "from": { "path": path }, "sort": "hotline", "dry": is_dry, "fields": FIELDS,
            });
            timed(|| desk.call("table_import", request, None))
        };
        let counted = |done: &Value, member: &str| -> Result<(), Fault> {
            match done.get(member) == Some(&json!(cases)) {
                true => Ok(()),
                false => Err(Fault::bad(format!("not every row is {member}: {done}"))),
            }
        };
        let (done, spent) = table(true)?;
        counted(&done, "new")?;
        tried.push(spent.wall);
        let (done, spent) = table(false)?;
        counted(&done, "new")?;
        taken.push(spent.wall);
        let (known, spent) = table(false)?;
        counted(&known, "known")?;
        again.push(spent.wall);
        let import = json!({ "import": done.get("import") });
        let (left, spent) = timed(|| desk.call("import_undo", import, None))?;
        match left.pointer("/imports/0/kept").and_then(Value::as_u64) {
            Some(0) => undone.push(spent.wall),
            _ => return Err(Fault::bad("not every case was taken back")),
        }
        desk.call("profile_lock", json!({}), None)?;
    }
    Ok(json!({
        "cases": cases, "tried_ms": ms(median(&mut tried)), "taken_ms": ms(median(&mut taken)),
        "again_ms": ms(median(&mut again)), "undone_ms": ms(median(&mut undone)),
    }))
}

/// What the columns say.
const FIELDS: [&str; 5] = ["number", "applied", "applicant", "phone", "summary"];

/// What people call about.
const ORDERS: [&str; 6] = [
    "楼上漏水，物业说不归他们管",
    "邻居的雨棚滴水到院里，说了几次没有用",
    "工地夜里两点还在浇水泥，老人睡不着",
    "门口的路被货车压坏了，没人来修",
    "包工头欠了三个月工钱，电话不接",
    "隔壁把垃圾堆在楼道里，味道很大",
];

/// Writes a table with so many rows.
fn write(path: &Path, rows: u32, seed: u64) -> Result<(), Fault> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut sheet = String::from(SHEET);
    line(
        &mut sheet,
        &["工单编号", "来电时间", "来电人", "来电号码", "诉求内容"].map(str::to_owned),
    );
    for number in 0..rows {
        let day = format!("2025-{:02}-{:02}", random.u8(1..=12), random.u8(1..=28));
        let phone = format!("138{:08}", random.u32(0..100_000_000));
        let order = random.choice(ORDERS).unwrap_or_default();
        line(
            &mut sheet,
            &[format!("QL{number:06}"), day, format!("张{number}"), phone, order.to_owned()],
        );
    }
    sheet.push_str("</sheetData></worksheet>");
    let parts = [("[Content_Types].xml", TYPES), ("_rels/.rels", RELS), ("xl/workbook.xml", BOOK)];
    let parts = parts.into_iter().chain([
        ("xl/_rels/workbook.xml.rels", BOOK_RELS),
        ("xl/worksheets/sheet1.xml", sheet.as_str()),
    ]);
    let bad = |error: std::io::Error| Fault::bad(error.to_string());
    let mut file = zip::ZipWriter::new(std::fs::File::create(path).map_err(bad)?);
    for (name, text) in parts {
        let begun = file.start_file(name, SimpleFileOptions::default());
        begun.map_err(|error| bad(error.into()))?;
        file.write_all(text.as_bytes()).map_err(bad)?;
    }
    file.finish().map(|_| ()).map_err(|error| bad(error.into()))
}

/// A row of texts.
fn line(sheet: &mut String, cells: &[String]) {
    sheet.push_str("<row>");
    for cell in cells {
        // Writing into a string cannot fail.
        let _ = write!(sheet, "<c t=\"inlineStr\"><is><t>{cell}</t></is></c>");
    }
    sheet.push_str("</row>");
}

/// What the parts of a spreadsheet say that has one sheet.
const TYPES: &str =
    r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"></Types>"#;
const RELS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const BOOK_RELS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
const SHEET: &str =
    r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#;
