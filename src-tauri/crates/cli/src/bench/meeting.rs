//! What it costs to meet: with nothing new, with something new, and for the first time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use app::Desk;
use app::fault::Fault;
use serde_json::{Value, json};

use super::RUNS;
use super::cost::{Spent, float, median, ms, quantile, ratio, timed};
use super::rooms::{Pair, edit, folder, meet, wait_for_title, wait_until};

/// How many new edits an exchange carries, each size measured by itself.
const EDITS: [usize; 4] = [1, 5, 100, 1_000];

/// How long between two looks at a newcomer.
const GLANCE: Duration = Duration::from_millis(5);

/// How many single edits are timed.
const SAVES: usize = 300;

pub(super) fn number(value: &Value, member: &str) -> u64 {
    value.get(member).and_then(Value::as_u64).unwrap_or(0)
}

/// Bytes of a meeting, both ways, before they were encrypted.
#[must_use]
pub fn bytes(met: &Value) -> u64 {
    number(met, "bytes_sent").saturating_add(number(met, "bytes_received"))
}

/// Round trips of a meeting.
#[must_use]
pub fn round_trips(met: &Value) -> f64 {
    float(number(met, "crossings")) / 2.0
}

/// Two computers that hold the same: what it costs to find that out.
pub(super) fn idle(cases: u32, seed: u64) -> Result<Value, Fault> {
    let pair = Pair::make(cases, seed)?;
    let mut met = pair.meet()?;
    let (mut walls, mut cpus) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (again, spent) = timed(|| pair.meet())?;
        walls.push(spent.wall);
        cpus.push(spent.cpu);
        met = again;
    }
    Ok(json!({
        "cases": cases,
        "is_equal": met.get("is_equal"),
        "bytes": bytes(&met),
        "round_trips": round_trips(&met),
        "meeting_ms": ms(median(&mut walls)),
        "cpu_both_sides_ms": ms(median(&mut cpus)),
    }))
}

/// New edits among many cases: how many bytes cross, and how soon they are seen.
pub(super) fn exchange(cases: u32, seed: u64) -> Result<Value, Fault> {
    let pair = Pair::make(cases, seed)?;
    pair.meet()?;
    // What is noted of the look at what is stored would be one more entry.
    wait_until(|| Ok(pair.village.is_checked() && pair.township.is_checked()))?;
    pair.meet()?;
    let mut rows = Vec::new();
    let mut number = 0;
    for edits in EDITS {
        let mut walls = Vec::new();
        let (mut ratios, mut entry_ratios) = (Vec::new(), Vec::new());
        let mut all = Vec::new();
        let mut trips = Vec::new();
        for _ in 0..RUNS {
            let before = pair.village.own_entries()?.len();
            number += 1;
            let last = edit(&pair.village, edits, number)?;
            let raw: Vec<u8> = pair.village.own_entries()?.split_off(before).concat();
            let packed =
                zstd::bulk::compress(&raw, 3).map_err(|error| Fault::bad(error.to_string()))?;
            let (met, spent) = timed(|| {
                let met = pair.meet()?;
                wait_for_title(&pair.township, &last)?;
                Ok(met)
            })?;
            let packed = u64::try_from(packed.len()).unwrap_or(u64::MAX);
            walls.push(spent.wall);
            ratios.push(ratio(float(bytes(&met)), float(packed)));
            entry_ratios
                .push(ratio(float(self::number(&met, "entry_bytes_received")), float(packed)));
            all.push(bytes(&met));
            trips.push(round_trips(&met));
        }
        ratios.sort_by(f64::total_cmp);
        entry_ratios.sort_by(f64::total_cmp);
        all.sort_unstable();
        trips.sort_by(f64::total_cmp);
        rows.push(json!({
            "edits": edits,
            "bytes": all.get(all.len() / 2),
            "ratio_to_zstd_3_of_raw_changes": ratios.get(ratios.len() / 2),
            "entries_to_zstd_3_of_raw_changes": entry_ratios.get(entry_ratios.len() / 2),
            "round_trips": trips.get(trips.len() / 2),
            "visible_ms": ms(median(&mut walls)),
        }));
    }
    Ok(json!({ "cases": cases, "exchanges": rows }))
}

/// How a newcomer took over everything.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// What the meeting said.
    pub met: Value,
    /// Until everything was there: stored, built, in the lists and in the search.
    pub whole: Spent,
    /// Until everything that came was stored durably.
    pub stored: Duration,
    /// Until the first page of the list was full.
    pub first_page: Duration,
    /// Until the list had every case, and a search found the last of them.
    pub listed: Duration,
    /// What the newcomer ended up with.
    pub cases: u64,
}

/// How many entries a computer holds.
fn held(desk: &Desk) -> Result<u64, Fault> {
    let holdings = desk.holdings()?;
    let ranges = holdings.iter().flat_map(|held| &held.ranges);
    Ok(ranges.map(|range| range.last.saturating_sub(range.first).saturating_add(1)).sum())
}

/// What is looked for to know that list and search are complete.
struct Last {
    total: u64,
    id: Value,
    /// What finds it: its number, and, as part of a longer one, that of others which stand before it.
    search: Value,
}

impl Last {
    /// The last case of a list.
    fn of(desk: &Desk) -> Result<Self, Fault> {
        let total = number(&desk.call("case_list", json!({ "limit": 1 }), None)?, "total");
        let last = json!({ "limit": 1, "offset": total.saturating_sub(1) });
        let row = desk.call("case_list", last, None)?.pointer("/rows/0").cloned();
        let row = row.unwrap_or_default();
        let member = |name: &str| row.get(name).cloned().unwrap_or_default();
        let search =
            |offset: u64| json!({ "query": member("number"), "limit": 1, "offset": offset });
        let found = number(&desk.call("case_search", search(0), None)?, "total");
        let search = search(found.saturating_sub(1));
        let last = Self { total, id: member("id"), search };
        if last.is_there(desk) { Ok(last) } else { Err(Fault::bad("the last case is not found")) }
    }

    /// Whether a desk lists as many cases, and finds the last by its number.
    fn is_there(&self, desk: &Desk) -> bool {
        let answer = |name: &str, request| desk.call(name, request, None).unwrap_or_default();
        number(&answer("case_list", json!({ "limit": 1 })), "total") == self.total
            && answer("case_search", self.search.clone()).pointer("/rows/0/id") == Some(&self.id)
    }
}

/// A computer that has met nobody meets the one that has everything.
///
/// # Errors
/// The line's, or they do not end equal.
#[allow(clippy::disallowed_methods, reason = "measuring is what this is for")]
pub fn arrive(pair: &Pair) -> Result<Arrival, Fault> {
    let newcomer = pair.newcomer()?;
    let all = held(&pair.township)?;
    let last = Last::of(&pair.township)?;
    let over = AtomicBool::new(false);
    let begin = Instant::now();
    let page = json!({ "limit": 50 });
    let full = |desk: &Desk| -> bool {
        let list = desk.call("case_list", page.clone(), None).unwrap_or_default();
        list.get("rows").and_then(Value::as_array).is_some_and(|rows| rows.len() >= 50)
    };
    let (outcome, (stored, first_page, listed)) = std::thread::scope(|scope| {
        let watching = scope.spawn(|| {
            let (mut stored, mut first_page, mut listed) = (None, None, None);
            while !over.load(Ordering::SeqCst) && (stored.is_none() || listed.is_none()) {
                if stored.is_none() && held(&newcomer).is_ok_and(|count| count >= all) {
                    stored = Some(begin.elapsed());
                }
                if first_page.is_none() && full(&newcomer) {
                    first_page = Some(begin.elapsed());
                }
                if listed.is_none() && last.is_there(&newcomer) {
                    listed = Some(begin.elapsed());
                }
                std::thread::sleep(GLANCE);
            }
            (stored, first_page, listed)
        });
        let outcome = timed(|| meet(&newcomer, &pair.township));
        over.store(true, Ordering::SeqCst);
        (outcome, watching.join().unwrap_or_default())
    });
    let (met, whole) = outcome?;
    let cases = newcomer.call("case_list", json!({ "limit": 1 }), None)?;
    if met.get("is_equal") != Some(&Value::Bool(true)) {
        return Err(Fault::bad(format!("they did not end equal: {met}")));
    }
    Ok(Arrival {
        whole,
        stored: stored.unwrap_or(whole.wall),
        first_page: first_page.unwrap_or(whole.wall),
        listed: listed.unwrap_or(whole.wall),
        cases: number(&cases, "total"),
        met,
    })
}

/// A new computer of the township takes over everything.
pub(super) fn newcomer(cases: u32, seed: u64) -> Result<Value, Fault> {
    let pair = Pair::make(cases, seed)?;
    pair.meet()?;
    let mut rows = Vec::new();
    let (mut walls, mut cpus, mut stored) = (vec![], vec![], vec![]);
    let (mut firsts, mut listed) = (vec![], vec![]);
    for _ in 0..super::FEW_RUNS {
        let arrival = arrive(&pair)?;
        walls.push(arrival.whole.wall);
        cpus.push(arrival.whole.cpu);
        stored.push(arrival.stored);
        firsts.push(arrival.first_page);
        listed.push(arrival.listed);
        rows.push(json!({
            "bytes": bytes(&arrival.met), "entries": number(&arrival.met, "received"),
            "cases": arrival.cases, "listed_ms": ms(arrival.listed),
            "complete_ms": ms(arrival.whole.wall),
        }));
    }
    Ok(json!({
        "cases": cases,
        "runs": super::FEW_RUNS,
        "stored_ms": ms(median(&mut stored)),
        "first_page_ms": ms(median(&mut firsts)),
        "listed_ms": ms(median(&mut listed)),
        "complete_ms": ms(median(&mut walls)),
        "cpu_both_sides_ms": ms(median(&mut cpus)),
        "each": rows,
    }))
}

/// One edit after the other, each acknowledged once it is on the disk, beside what the disk takes
/// for four kibibytes by itself.
pub(super) fn save(cases: u32, seed: u64) -> Result<Value, Fault> {
    let pair = Pair::make(cases, seed)?;
    wait_until(|| Ok(pair.village.is_checked()))?;
    // As whoever keeps a desk alive does every few seconds. It begins the backup of the day.
    pair.village.upkeep();
    wait_until(|| Ok(pair.village.is_checked()))?;
    let list = pair.village.call("case_list", json!({ "limit": 200 }), None)?;
    let rows = list.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
    let (mut saves, mut flushes) = (Vec::new(), Vec::new());
    let scratch = folder()?;
    let bad = |error: std::io::Error| Fault::bad(error.to_string());
    let mut file = std::fs::File::create(scratch.path().join("scratch")).map_err(bad)?;
    for (at, row) in rows.iter().cycle().take(SAVES).enumerate() {
        let note = json!({ "kind": "note", "body": { "text": format!("第 {at} 次来电。") } });
        let request = json!({ "case": row.get("id"), "facts": [note] });
        saves.push(timed(|| pair.village.call("fact_add", request, None))?.1.wall);
        flushes.push(
            timed(|| {
                std::io::Write::write_all(&mut file, &[0x5a; 4096]).map_err(bad)?;
                file.sync_data().map_err(bad)
            })?
            .1
            .wall,
        );
    }
    Ok(json!({
        "cases": cases,
        "saves": saves.len(),
        "save_median_ms": ms(median(&mut saves)),
        "save_p99_ms": ms(quantile(&mut saves, 99, 100)),
        "flush_median_ms": ms(median(&mut flushes)),
        "flush_p99_ms": ms(quantile(&mut flushes, 99, 100)),
    }))
}
