//! How fast a township's questions are answered: the tables of a period, and finding a case.

use std::time::Duration;

use app::DeskOptions;
use app::fault::Fault;
use serde_json::{Value, json};

use super::RUNS;
use super::cost::{median, ms, quantile, timed};
use super::rooms::{PASSPHRASE, Pair, folder, unlocked, wait_until};

/// The table of a month, a quarter and a year, and the list behind a figure.
pub(super) fn statistics(cases: u32, seed: u64) -> Result<Value, Fault> {
    let pair = Pair::make(cases, seed)?;
    let desk = &pair.township;
    let asked = |name: &str, payload: &Value| -> Result<Duration, Fault> {
        let once = |_| Ok(timed(|| desk.call(name, payload.clone(), None))?.1.wall);
        let mut times = (0..RUNS).map(once).collect::<Result<Vec<Duration>, Fault>>()?;
        Ok(median(&mut times))
    };
    let of = |period: &str| json!({ "period": period });
    let list = json!({ "period": "2025", "counter": "cases", "column": "now" });
    Ok(json!({
        "cases": cases,
        "month_ms": ms(asked("statistics_table", &of("2025-11"))?),
        "quarter_ms": ms(asked("statistics_table", &of("2025-Q3"))?),
        "year_ms": ms(asked("statistics_table", &of("2025"))?),
        "list_ms": ms(asked("statistics_cases", &list)?),
    }))
}

/// What somebody types into the field for finding.
const QUERIES: [&str; 10] =
    ["张", "王某", "宅基地", "纠纷", "6218", "zhang", "zs", "临-", "滴水 张", "qiaotou"];

/// What somebody chooses beside it.
fn conditions() -> [(&'static str, Value); 3] {
    [("category", json!("neighbours")), ("is_closed", json!(false)), ("from", json!("2025-06-01"))]
}

/// Finding cases by words, letters and numbers, and by a word with a condition beside it. Some of
/// the words stand in every case of the example, which is more than any real ledger has in common.
pub(super) fn search(cases: u32, seed: u64) -> Result<Value, Fault> {
    let folder = folder()?;
    let home = folder.path().join("township");
    let options = DeskOptions::new(&home);
    let ((), making) = timed(|| app::demo::make_ledger(&home, PASSPHRASE, cases, seed, &options))?;
    let desk = unlocked(&home)?;
    wait_until(|| Ok(desk.is_checked()))?;
    let (mut all, mut each) = (Vec::new(), Vec::new());
    let by_words = QUERIES.map(|query| json!({ "query": query, "limit": 50 }));
    let narrowed = conditions().map(|(condition, value)| {
        let mut asked = json!({ "query": "纠纷", "limit": 50 });
        if let Some(asked) = asked.as_object_mut() {
            asked.insert(condition.to_owned(), value);
        }
        asked
    });
    for asked in by_words.into_iter().chain(narrowed) {
        let mut times = Vec::new();
        let mut total = Value::Null;
        for _ in 0..RUNS {
            let (found, cost) = timed(|| desk.call("case_search", asked.clone(), None))?;
            total = found.get("total").cloned().unwrap_or_default();
            times.push(cost.wall);
        }
        all.extend(times.iter().copied());
        each.push(json!({ "asked": asked, "found": total, "ms": ms(median(&mut times)) }));
    }
    Ok(json!({
        "cases": cases, "made_ms": ms(making.wall), "p50_ms": ms(median(&mut all)), "p95_ms": ms(quantile(&mut all, 95, 100)),
        "each": each,
    }))
}
