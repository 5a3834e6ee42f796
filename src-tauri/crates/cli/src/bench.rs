//! Figures: what an idle meeting costs, how dear an exchange is, how fast screens open. Every one
//! is made from an example that the same seed makes again.

use std::path::Path;
use std::time::{Duration, Instant};

use app::fault::Fault;
use app::{Desk, DeskOptions};
use serde_json::{Value, json};

use crate::demo;

/// How often each thing is measured; the median counts.
const RUNS: usize = 7;

/// Tells the runs apart in a title, by words that stand nowhere else.
const MARKS: [&str; RUNS] = ["甲", "乙", "丙", "丁", "戊", "己", "庚"];

/// How many new edits the exchange carries.
const EDITS: usize = 100;

/// How long to wait for something to appear on the other side.
const PATIENCE: Duration = Duration::from_secs(60);

/// Nothing here needs guarding.
const PASSPHRASE: &str = "pingli-bench 1";

/// Measures with so many cases from a seed.
type Measure = fn(u32, u64) -> Result<Value, Fault>;

/// Runs a bench by its name.
///
/// # Errors
/// No such bench, or what the commands under it say.
pub fn run(name: &str, cases: &[u32], seed: u64) -> Result<Value, Fault> {
    let sizes = |usual: &[u32]| if cases.is_empty() { usual.to_vec() } else { cases.to_vec() };
    let (sizes, measure): (Vec<u32>, Measure) = match name {
        "idle" => (sizes(&[1_000, 10_000, 100_000]), idle),
        "exchange" => (sizes(&[10_000]), exchange),
        "open" => (sizes(&[10_000]), open),
        "scrub" => (sizes(&[10_000]), scrub),
        other => return Err(Fault::bad(format!("no bench named {other:?}"))),
    };
    let rows =
        sizes.into_iter().map(|count| measure(count, seed)).collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "bench": name, "seed": seed, "runs": RUNS, "rows": rows }))
}

/// A village and its township in a temporary folder.
struct Pair {
    village: Desk,
    township: Desk,
    _folder: tempfile::TempDir,
}

impl Pair {
    fn make(cases: u32, seed: u64) -> Result<Self, Fault> {
        let folder = tempfile::tempdir().map_err(|error| Fault::bad(error.to_string()))?;
        let home = folder.path().join("village");
        demo::make(&home, PASSPHRASE, cases, seed)?;
        let (village, township) = (unlocked(&home)?, unlocked(&home.join("township"))?);
        Ok(Self { village, township, _folder: folder })
    }

    /// The township meets the village on the loopback network.
    fn meet(&self) -> Result<Value, Fault> {
        let open = json!({ "enabled": true, "port": 0, "loopback": true });
        let state = self.village.call("lan_listen", open, None)?;
        let address = state.pointer("/addresses/0").cloned().unwrap_or_default();
        let met = self.township.call("lan_exchange", json!({ "address": address }), None);
        self.village.call("lan_listen", json!({ "enabled": false }), None)?;
        met
    }
}

fn unlocked(home: &Path) -> Result<Desk, Fault> {
    let desk = Desk::new(DeskOptions::new(home));
    desk.call("profile_unlock", json!({ "passphrase": PASSPHRASE }), None)?;
    Ok(desk)
}

fn number(value: &Value, member: &str) -> u64 {
    value.get(member).and_then(Value::as_u64).unwrap_or(0)
}

fn size(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

#[allow(clippy::disallowed_methods, reason = "measuring is what this is for")]
fn timed<T>(body: impl FnOnce() -> Result<T, Fault>) -> Result<(T, Duration), Fault> {
    let begin = Instant::now();
    let value = body()?;
    Ok((value, begin.elapsed()))
}

fn ms(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
}

/// The time below which a part of the runs stays; half of them for the median.
fn quantile(times: &mut [Duration], part: usize, of: usize) -> Duration {
    times.sort_unstable();
    let at = times.len().saturating_mul(part) / of;
    times.get(at.min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}

/// Two computers that hold the same: what it costs to find that out.
fn idle(cases: u32, seed: u64) -> Result<Value, Fault> {
    let pair = Pair::make(cases, seed)?;
    let first = pair.meet()?;
    let mut times = Vec::new();
    let mut met = first;
    for _ in 0..RUNS {
        let (again, time) = timed(|| pair.meet())?;
        times.push(time);
        met = again;
    }
    let crossings = u32::try_from(number(&met, "crossings")).unwrap_or(u32::MAX);
    Ok(json!({
        "cases": cases,
        "is_equal": met.get("is_equal"),
        "bytes": number(&met, "bytes_sent") + number(&met, "bytes_received"),
        "round_trips": f64::from(crossings) / 2.0,
        "meeting_ms": ms(quantile(&mut times, 1, 2)),
    }))
}

/// New edits among many cases: how many bytes cross, and how soon they are seen.
fn exchange(cases: u32, seed: u64) -> Result<Value, Fault> {
    let pair = Pair::make(cases, seed)?;
    pair.meet()?;
    let mut rows = Vec::new();
    let mut times = Vec::new();
    let mut ratios = Vec::new();
    for run in 0..RUNS {
        let before = pair.village.own_entries()?.len();
        let last = edit(&pair.village, run)?;
        let raw: Vec<u8> = pair.village.own_entries()?.split_off(before).concat();
        let packed =
            zstd::bulk::compress(&raw, 3).map_err(|error| Fault::bad(error.to_string()))?;
        let (met, time) = timed(|| {
            let met = pair.meet()?;
            wait_for_title(&pair.township, &last)?;
            Ok(met)
        })?;
        let bytes = number(&met, "bytes_sent") + number(&met, "bytes_received");
        let float = |n: u64| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
        let ratio = float(bytes) / float(size(packed.len()));
        times.push(time);
        ratios.push(ratio);
        rows.push(json!({
            "entries": number(&met, "received"), "bytes": bytes, "raw": raw.len(),
            "raw_zstd": packed.len(), "ratio": (ratio * 1000.0).round() / 1000.0,
            "visible_ms": ms(time),
        }));
    }
    ratios.sort_by(f64::total_cmp);
    let ratio = ratios.get(ratios.len() / 2).copied().unwrap_or_default();
    Ok(json!({
        "cases": cases,
        "edits": EDITS,
        "ratio": (ratio * 1000.0).round() / 1000.0,
        "visible_ms": ms(quantile(&mut times, 1, 2)),
        "each": rows,
    }))
}

/// Makes a note on each of many cases, and gives the last of them a title nobody else has.
fn edit(desk: &Desk, run: usize) -> Result<String, Fault> {
    let page = json!({ "limit": EDITS, "offset": run * EDITS });
    let list = desk.call("case_list", page, None)?;
    let rows = list.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut last = String::new();
    let count = rows.len();
    for (at, row) in rows.into_iter().enumerate() {
        let case = row.get("id").cloned().unwrap_or_default();
        if at + 1 == count {
            last = MARKS.get(run).map_or_else(String::new, |mark| format!("{mark}字号测量案"));
            let title = json!({ "record": case, "field": "title", "value": last });
            desk.call("field_set", title, None)?;
        } else {
            let text = format!("第 {run} 次回访第 {at} 户，双方均表示照协议办，无新的争执。");
            let note = json!({ "kind": "note", "body": { "text": text } });
            desk.call("fact_add", json!({ "case": case, "facts": [note] }), None)?;
        }
    }
    Ok(last)
}

#[allow(clippy::disallowed_methods, reason = "measuring is what this is for")]
fn wait_for_title(desk: &Desk, title: &str) -> Result<(), Fault> {
    let begin = Instant::now();
    loop {
        let found = desk.call("case_search", json!({ "query": title, "limit": 1 }), None)?;
        let row = found.pointer("/rows/0/title").and_then(Value::as_str);
        if row == Some(title) {
            return Ok(());
        }
        if begin.elapsed() > PATIENCE {
            return Err(Fault::bad("the edit never appeared"));
        }
    }
}

/// What checking all that is stored takes, and what whoever opens the profile notices of it.
fn scrub(cases: u32, seed: u64) -> Result<Value, Fault> {
    let folder = tempfile::tempdir().map_err(|error| Fault::bad(error.to_string()))?;
    let home = folder.path().join("village");
    demo::make(&home, PASSPHRASE, cases, seed)?;
    let page = json!({ "limit": 50, "offset": 0 });
    let lists = |desk: &Desk| -> Result<Duration, Fault> {
        let once = |_| Ok(timed(|| desk.call("case_list", page.clone(), None))?.1);
        let mut times = (0..RUNS).map(once).collect::<Result<Vec<Duration>, Fault>>()?;
        Ok(quantile(&mut times, 1, 2))
    };
    let mut opening = Vec::new();
    let mut firsts = Vec::new();
    let mut beside = Vec::new();
    for _ in 0..RUNS {
        let (desk, time) = timed(|| unlocked(&home))?;
        opening.push(time);
        firsts.push(timed(|| desk.call("case_list", page.clone(), None))?.1);
        beside.push(lists(&desk)?);
        desk.call("profile_lock", json!({}), None)?;
    }
    let desk = unlocked(&home)?;
    let ((entries, altered), whole) = timed(|| desk.scrub())?;
    // Beside nothing else: by now the pass in the background is over, too.
    wait_until_checked(&desk)?;
    let quiet = lists(&desk)?;
    let pages = timed(|| desk.check_pages())?.1;
    let bytes = std::fs::metadata(home.join("pingli.db")).map_or(0, |file| file.len());
    Ok(json!({
        "cases": cases, "entries": entries, "altered": altered, "file_bytes": bytes,
        "open_ms": ms(quantile(&mut opening, 1, 2)),
        "first_list_ms": ms(quantile(&mut firsts, 1, 2)),
        "list_beside_ms": ms(quantile(&mut beside, 1, 2)),
        "list_quiet_ms": ms(quiet),
        "whole_pass_ms": ms(whole), "pages_ms": ms(pages),
    }))
}

#[allow(clippy::disallowed_methods, reason = "measuring is what this is for")]
fn wait_until_checked(desk: &Desk) -> Result<(), Fault> {
    let begin = Instant::now();
    while !desk.is_checked() {
        if begin.elapsed() > PATIENCE {
            return Err(Fault::bad("the pass in the background never ended"));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// How fast screens open over many cases.
fn open(cases: u32, seed: u64) -> Result<Value, Fault> {
    let pair = Pair::make(cases, seed)?;
    let desk = &pair.village;
    let page = json!({ "limit": 50, "offset": 0 });
    let list = desk.call("case_list", page.clone(), None)?;
    let rows = list.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut lists = Vec::new();
    let mut gets = Vec::new();
    for row in rows.iter().take(RUNS) {
        lists.push(timed(|| desk.call("case_list", page.clone(), None))?.1);
        let case = json!({ "case": row.get("id") });
        gets.push(timed(|| desk.call("case_get", case, None))?.1);
    }
    let mut searches = Vec::new();
    let mut words = Vec::new();
    for row in &rows {
        let title = row.get("title").and_then(Value::as_str).unwrap_or_default();
        let number = row.get("number").and_then(Value::as_str).unwrap_or_default();
        let chars: Vec<char> = title.chars().collect();
        words.extend(chars.first().map(char::to_string));
        words.extend(chars.chunks(2).take(3).map(|pair| pair.iter().collect::<String>()));
        words.extend(chars.chunks(5).take(1).map(|part| part.iter().collect::<String>()));
        words.push(number.to_owned());
    }
    words.extend(
        ["纠纷", "宅基地", "工钱", "滴水", "赡养", "张某", "1380", "0001"].map(str::to_owned),
    );
    for word in &words {
        let request = json!({ "query": word, "limit": 50 });
        searches.push(timed(|| desk.call("case_search", request, None))?.1);
    }
    Ok(json!({
        "cases": cases,
        "list_ms": ms(quantile(&mut lists, 1, 2)),
        "case_ms": ms(quantile(&mut gets, 1, 2)),
        "searches": searches.len(),
        "search_median_ms": ms(quantile(&mut searches, 1, 2)),
        "search_p95_ms": ms(quantile(&mut searches, 95, 100)),
    }))
}
