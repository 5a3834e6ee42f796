//! The table of a month of a township of twenty villages against a count that this test makes of
//! what it wrote itself, and that every figure is the sum of the cases behind it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::{Post, Room, folder};

const VILLAGES: usize = 20;

/// What was written of one case.
struct Written {
    village: usize,
    month: &'static str,
    source: &'static str,
    category: &'static str,
    parties: i64,
    /// Form and fen.
    agreed: Option<(&'static str, i64)>,
    is_declined: bool,
}

const MONTHS: [&str; 2] = ["2026-01", "2026-02"];
const SOURCES: [&str; 4] = ["application", "proactive", "court", "police"];
const CATEGORIES: [&str; 5] = ["neighbours", "land", "homestead", "traffic", "contract"];

/// Three cases a village, every one of another sort than its neighbours.
fn plan(village: usize) -> Vec<Written> {
    (0..3)
        .map(|n| {
            let at = village * 3 + n;
            Written {
                village,
                month: MONTHS[at % 2],
                source: SOURCES[(at / 2) % 4],
                category: CATEGORIES[(at / 3) % 5],
                parties: 1 + i64::try_from(at % 3).unwrap(),
                agreed: (at.is_multiple_of(2) && at % 7 != 3)
                    .then(|| ("oral", 10_000 * i64::try_from(at + 1).unwrap())),
                is_declined: at % 11 == 5,
            }
        })
        .collect()
}

fn write(room: &Room, written: &Written, n: usize) -> Value {
    let parties: Vec<Value> = (0..written.parties)
        .map(|party| {
            let side = if party == 0 { "applicant" } else { "respondent" };
            json!({ "name": format!("村民{}{n}{party}", written.village), "side": side })
        })
        .collect();
    let day = format!("{}-{:02}", written.month, 3 + n);
    let case = room.does(
        "case_register",
        json!({
            "title": format!("第 {n} 件"), "applied": day, "source": written.source,
            "category": written.category, "parties": parties,
        }),
    );
    let mut facts = vec![if written.is_declined {
        json!({ "at": day, "kind": "declined", "body": { "reason": "不属本会", "routes": ["court"] } })
    } else {
        json!({ "at": day, "kind": "accepted", "body": { "on": "application" } })
    }];
    if let (Some((form, amount)), false) = (written.agreed, written.is_declined) {
        facts.push(json!({ "at": day, "kind": "agreement_reached",
            "body": { "form": form, "text": "当场说好", "amount_fen": amount } }));
    }
    room.does("fact_add", json!({ "case": case["id"], "facts": facts }));
    case["id"].clone()
}

fn figures(table: &Value) -> BTreeMap<String, Value> {
    let rows = table["rows"].as_array().unwrap();
    rows.iter().map(|row| (row["counter"].as_str().unwrap().to_owned(), row.clone())).collect()
}

/// What a month counts, counted from the plan alone.
fn counted(all: &[Written], month: &str, village: Option<usize>) -> BTreeMap<String, i64> {
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    let mut add = |counter: String, n: i64| *sums.entry(counter).or_default() += n;
    let counts = |w: &&Written| {
        w.month == month && !w.is_declined && village.is_none_or(|village| village == w.village)
    };
    for written in all.iter().filter(counts) {
        add("cases".into(), 1);
        add("parties".into(), written.parties);
        add("committee.village".into(), 1);
        add(format!("source.{}", written.source), 1);
        add("delegated".into(), i64::from(matches!(written.source, "court" | "police")));
        add(format!("category.{}", written.category), 1);
        if let Some((form, amount)) = written.agreed {
            add("succeeded".into(), 1);
            add("amount".into(), amount);
            add(format!("form.{form}"), 1);
        }
    }
    sums.retain(|_, n| *n != 0);
    sums
}

fn shown(figures: &BTreeMap<String, Value>, column: &str) -> BTreeMap<String, i64> {
    let all = figures.iter().map(|(counter, row)| (counter.clone(), row[column].as_i64().unwrap()));
    all.filter(|(_, n)| *n != 0).collect()
}

#[test]
fn the_table_of_twenty_villages_is_what_they_wrote() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let (mut all, mut units, mut late) = (Vec::new(), Vec::new(), Value::Null);
    for village in 0..VILLAGES {
        let name: &'static str = Box::leak(format!("第{village}村评理说事点").into_boxed_str());
        let post = Post { unit: name, level: "village", sort: "point", role: "R3" };
        let room = township.joined(post, &folder.path().join(format!("v{village}")));
        units.push(room.unit());
        let planned = plan(village);
        // The last village meets the township only once February is frozen.
        if village + 1 == VILLAGES {
            let table = |unit: &Value| json!({ "period": "2026-02", "unit": unit });
            let before = shown(
                &figures(&township.does("statistics_table", table(&Value::Null))),
                "reported",
            );
            assert_eq!(before, counted(&all, "2026-02", None));
            let frozen = township.does("period_freeze", json!({ "period": "2026-02" }));
            let said = frozen["reports"].as_array().unwrap();
            let of = |unit: &str| {
                said.iter().find(|r| r["unit"]["id"] == unit).unwrap()["at_freeze"].clone()
            };
            assert_eq!(of(&units[village]), "missing", "silence is not zero");
            assert_eq!(of(&units[0]), "cases");
        }
        for (n, written) in planned.iter().enumerate() {
            late = write(&room, written, n);
        }
        room.carry(&township);
        all.extend(planned);
    }
    assert!(late.is_string());

    let read = |period: &str, unit: Option<&String>| {
        figures(&township.does("statistics_table", json!({ "period": period, "unit": unit })))
    };
    let (january, february) = (read("2026-01", None), read("2026-02", None));
    assert_eq!(shown(&january, "now"), counted(&all, "2026-01", None));
    assert_eq!(shown(&february, "now"), counted(&all, "2026-02", None));
    assert_eq!(shown(&february, "before"), counted(&all, "2026-01", None), "环比");
    assert!(shown(&february, "year_before").is_empty(), "nobody wrote anything a year before");
    // What was reported stays; what came later is listed in March.
    let (known, last): (Vec<_>, Vec<_>) = all.into_iter().partition(|w| w.village + 1 < VILLAGES);
    assert_eq!(shown(&february, "reported"), counted(&known, "2026-02", None), "C13");
    assert_eq!(shown(&read("2026-03", None), "late"), {
        let mut late = counted(&last, "2026-02", None);
        for (counter, n) in counted(&last, "2026-01", None) {
            *late.entry(counter).or_default() += n;
        }
        late
    });
    // One village alone, and the year.
    for village in [0, 7] {
        let own = read("2026-01", Some(&units[village]));
        assert_eq!(shown(&own, "now"), counted(&known, "2026-01", Some(village)));
    }
    let year = shown(&read("2026", None), "reported");
    assert_eq!(year["cases"], {
        let of = |written: &[Written]| -> i64 {
            MONTHS.iter().map(|month| counted(written, month, None)["cases"]).sum()
        };
        of(&known) + of(&last)
    });
    // Every figure is the sum of what stands behind it.
    for (counter, row) in &february {
        for column in ["reported", "now"] {
            let request = json!({ "period": "2026-02", "counter": counter, "column": column });
            let list = township.does("statistics_cases", request);
            assert_eq!(list["sum"], row[column], "{counter} {column}");
        }
    }
}
