//! Figures: what an idle meeting costs, how dear an exchange is, how fast screens open. Every one
//! is made from an example that the same seed makes again.

mod asking;
pub mod cost;
mod market;
pub mod meeting;
mod opening;
mod printing;
pub mod rooms;
mod tables;

use std::path::Path;

use app::fault::Fault;
use serde_json::{Value, json};

/// How often each thing is measured; the median counts.
pub const RUNS: usize = 7;

/// How often something that takes very long is measured.
pub const FEW_RUNS: usize = 5;

/// Measures with so many cases from a seed.
type Measure = fn(u32, u64) -> Result<Value, Fault>;

/// Measures a profile that is there.
type Apart = fn(&Path) -> Result<Value, Fault>;

/// What a bench has a process of its own measure.
#[must_use]
pub fn apart(name: &str) -> Option<Apart> {
    (name == opening::APART).then_some(opening::opened)
}

/// The benches: each with its usual numbers of cases; of villages on market day.
const BENCHES: [(&str, &[u32], Measure); 13] = [
    ("idle", &[1_000, 10_000, 100_000], meeting::idle),
    ("exchange", &[10_000], meeting::exchange),
    ("newcomer", &[10_000], meeting::newcomer),
    ("save", &[10_000], meeting::save),
    ("open", &[10_000], opening::open),
    ("cold", &[100_000], opening::cold),
    ("village", &[5_000], opening::village),
    ("scrub", &[10_000], opening::scrub),
    ("market", &[500], market::market),
    ("statistics", &[10_000], asking::statistics),
    ("search", &[100_000], asking::search),
    ("forms", &[500], printing::forms),
    ("import", &[10_000], tables::import),
];

/// Runs a bench by its name.
///
/// # Errors
/// No such bench, or what the commands under it say.
pub fn run(name: &str, cases: &[u32], seed: u64) -> Result<Value, Fault> {
    let found = BENCHES.into_iter().find(|row| row.0 == name);
    let (_, usual, measure) =
        found.ok_or_else(|| Fault::bad(format!("no bench named {name:?}")))?;
    let sizes = if cases.is_empty() { usual } else { cases };
    let before = cost::load();
    let rows = sizes.iter().map(|count| measure(*count, seed)).collect::<Result<Vec<_>, _>>()?;
    Ok(json!({
        "bench": name, "seed": seed, "runs": RUNS, "rows": rows,
        "load_before": before, "load_after": cost::load(), "machine": cost::machine(),
    }))
}
