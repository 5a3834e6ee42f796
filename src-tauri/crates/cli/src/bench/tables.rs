//! How fast a township's own table (一张表) becomes cases, and how fast they are taken back.

use app::fault::Fault;
use serde_json::{Value, json};

use super::FEW_RUNS;
use super::cost::{Spent, median, ms, timed};
use super::rooms::{PASSPHRASE, folder, fresh};

/// A table of work orders, tried, taken over, taken over once more and taken back, each time on a
/// computer that holds nothing yet.
pub(super) fn import(cases: u32, seed: u64) -> Result<Value, Fault> {
    let folder = folder()?;
    let path = folder.path().join("orders.xlsx");
    std::fs::write(&path, app::demo::orders::table(cases, seed)?)
        .map_err(|error| Fault::bad(error.to_string()))?;
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
