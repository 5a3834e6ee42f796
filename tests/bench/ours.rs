//! Ours: real desks, real files, TLS on the loopback.

use pingli_cli::bench::cost::{median, ms, timed};
use pingli_cli::bench::meeting::{Arrival, arrive, bytes, round_trips};
use pingli_cli::bench::rooms::{Pair, edit, wait_for_title};
use serde_json::{Value, json};

use super::{EDITS, Outcome};

/// Every run's edits, as they stand in the village's log: by task, by run.
pub(crate) type Edits = Vec<(usize, Vec<Vec<Vec<u8>>>)>;

/// Adds notes until the village has written so many changes; both hold all of them afterwards.
pub(crate) fn top_up(pair: &Pair, changes: usize) -> Outcome<()> {
    let written = pair.village.own_entries()?.len();
    let lacking = changes.saturating_sub(written);
    if lacking > 0 {
        edit(&pair.village, lacking, 1999)?;
    }
    pair.meet()?;
    Ok(())
}

/// Measures, and gives the edits that were made for it.
pub(crate) fn measure(pair: &Pair, runs: usize) -> Outcome<(Value, Edits)> {
    let newcomer = newcomer(pair, runs)?;
    let (mut walls, mut cpus) = (Vec::new(), Vec::new());
    let mut met = pair.meet()?;
    for _ in 0..runs {
        let (again, spent) = timed(|| pair.meet())?;
        walls.push(spent.wall);
        cpus.push(spent.cpu);
        met = again;
    }
    let idle = json!({
        "bytes": bytes(&met), "round_trips": round_trips(&met),
        "wall_ms": ms(median(&mut walls)), "cpu_ms": ms(median(&mut cpus)),
    });
    let mut edits = Vec::new();
    let mut tasks = Vec::new();
    for count in EDITS {
        let (mut walls, mut cpus) = (Vec::new(), Vec::new());
        let mut all = Vec::new();
        let mut made = Vec::new();
        let mut trips = 0.0;
        for run in 0..runs {
            let before = pair.village.own_entries()?.len();
            let last = edit(&pair.village, count, count * 10 + run)?;
            made.push(pair.village.own_entries()?.split_off(before));
            let (met, spent) = timed(|| {
                let met = pair.meet()?;
                wait_for_title(&pair.township, &last)?;
                Ok(met)
            })?;
            walls.push(spent.wall);
            cpus.push(spent.cpu);
            all.push(bytes(&met));
            trips = round_trips(&met);
        }
        all.sort_unstable();
        tasks.push(json!({
            "edits": count, "bytes": all.get(all.len() / 2), "round_trips": trips,
            "wall_ms": ms(median(&mut walls)), "cpu_ms": ms(median(&mut cpus)),
        }));
        edits.push((count, made));
    }
    Ok((json!({ "newcomer": newcomer, "idle": idle, "edits": tasks }), edits))
}

/// A new computer from zero.
fn newcomer(pair: &Pair, runs: usize) -> Outcome<Value> {
    let arrivals = (0..runs).map(|_| arrive(pair)).collect::<Result<Vec<Arrival>, _>>()?;
    let of = |time: fn(&Arrival) -> std::time::Duration| {
        ms(median(&mut arrivals.iter().map(time).collect::<Vec<_>>()))
    };
    let mut sizes: Vec<u64> = arrivals.iter().map(|arrival| bytes(&arrival.met)).collect();
    sizes.sort_unstable();
    let last = arrivals.last().map(|arrival| &arrival.met);
    Ok(json!({
        "bytes": sizes.get(sizes.len() / 2),
        "entries": last.and_then(|met| met.get("received")),
        "round_trips": last.map(round_trips),
        "stored_ms": of(|arrival| arrival.stored),
        "first_page_ms": of(|arrival| arrival.first_page),
        "listed_ms": of(|arrival| arrival.listed),
        "wall_ms": of(|arrival| arrival.whole.wall),
        "cpu_ms": of(|arrival| arrival.whole.cpu),
        "cases": arrivals.last().map(|arrival| arrival.cases),
    }))
}
