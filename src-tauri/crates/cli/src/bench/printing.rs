//! How fast papers are made: a form, a whole file, the receipts of many cases.

use std::path::Path;
use std::time::Duration;

use app::Desk;
use app::fault::Fault;
use serde_json::{Value, json};

use super::RUNS;
use super::cost::{median, ms, timed};
use super::rooms::{Pair, attach, folder, photograph};

/// How many pages a thick file has at least.
const THICK: usize = 60;

/// How many receipts are made at once.
const RECEIPTS: u32 = 500;

/// A form, looked at and saved, of a case that has most to say; its file with so many photographs
/// that it is thick; the receipts of as many cases as one document takes.
pub(super) fn forms(cases: u32, seed: u64) -> Result<Value, Fault> {
    let pair = Pair::make(cases, seed)?;
    let out = folder()?;
    let desk = &pair.township;
    let case = fullest(desk)?;
    let listed = desk.call("form_list", json!({ "case": case }), None)?;
    let lines = listed.get("forms").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut each = Vec::new();
    for line in &lines {
        let asked = json!({ "case": case, "form": line.get("form"), "about": line.get("about") });
        let once = |_| Ok(timed(|| desk.call("form_show", asked.clone(), None))?.1.wall);
        let mut times = (0..RUNS).map(once).collect::<Result<Vec<Duration>, Fault>>()?;
        each.push((line.get("form").cloned().unwrap_or_default(), median(&mut times)));
    }
    let slowest = each.iter().max_by_key(|(_, time)| *time).cloned().unwrap_or_default();
    let mut all: Vec<Duration> = each.iter().map(|(_, time)| *time).collect();
    let mut random = fastrand::Rng::with_seed(seed);
    let path = out.path().join("file.pdf");
    let whole = json!({ "case": case, "to": { "path": path } });
    desk.call("dossier_save", whole.clone(), None)?;
    let pictures = THICK.saturating_sub(pages_of(&path)?);
    for _ in 0..pictures {
        attach(desk, &case, &photograph(&mut random)?)?;
    }
    let once = |_| Ok(timed(|| desk.call("dossier_save", whole.clone(), None))?.1.wall);
    let mut files = (0..RUNS).map(once).collect::<Result<Vec<Duration>, Fault>>()?;
    let pages = pages_of(&path)?;
    let bytes = std::fs::metadata(&path).map_or(0, |file| file.len());
    let path = out.path().join("receipts.pdf");
    let receipts = json!({ "to": { "path": path } });
    let once = |_| Ok(timed(|| desk.call("receipts_save", receipts.clone(), None))?.1.wall);
    let (mut many, mut count) = (Vec::new(), 0);
    if cases <= RECEIPTS {
        many = (0..RUNS).map(once).collect::<Result<Vec<Duration>, Fault>>()?;
        count = pages_of(&path)?;
    }
    Ok(json!({
        "cases": cases, "forms": each.len(),
        "form_median_ms": ms(median(&mut all)),
        "form_slowest": slowest.0, "form_slowest_ms": ms(slowest.1),
        "file_pages": pages, "file_pictures": pictures, "file_bytes": bytes,
        "file_ms": ms(median(&mut files)),
        "receipts": count, "receipts_ms": ms(median(&mut many)),
    }))
}

/// Of the newest cases the one that fills most forms.
fn fullest(desk: &Desk) -> Result<Value, Fault> {
    let list = desk.call("case_list", json!({ "limit": 200 }), None)?;
    let mut best = (0, Value::Null);
    for row in list.get("rows").and_then(Value::as_array).into_iter().flatten() {
        let case = row.get("id").cloned().unwrap_or_default();
        let listed = desk.call("form_list", json!({ "case": case }), None)?;
        let count = listed.get("forms").and_then(Value::as_array).map_or(0, Vec::len);
        // One that was archived takes no more photographs.
        if count > best.0 && row.get("state") != Some(&json!("archived")) {
            best = (count, case);
        }
    }
    Ok(best.1)
}

/// How many pages a PDF has, as its tree of pages says.
fn pages_of(path: &Path) -> Result<usize, Fault> {
    let bytes = std::fs::read(path).map_err(|error| Fault::bad(error.to_string()))?;
    let text = String::from_utf8_lossy(&bytes);
    let counts = text.match_indices("/Count ").filter_map(|(at, name)| {
        let digits = text.get(at.saturating_add(name.len())..)?;
        digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    });
    counts.max().ok_or_else(|| Fault::bad("a PDF without pages"))
}
