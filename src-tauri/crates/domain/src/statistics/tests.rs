use super::*;
use crate::id::{FactId, LogTag, ulid};
use crate::money::Fen;
use crate::period::{AgreementLine, Books, Column, Line, Period};
use crate::time::Day;
use proptest::prelude::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn line(n: u8, main: u8, on: &str) -> Line {
    Line {
        case: RecordId([n; 16]),
        main: RecordId([main; 16]),
        unit: RecordId([n % 3; 16]),
        source: SOURCES[usize::from(n) % SOURCES.len()],
        category: (!n.is_multiple_of(4)).then(|| Category::ALL[usize::from(n) % 18]),
        parties: u32::from(n % 3) + 1,
        day: day(on),
        agreements: vec![],
        acts: vec![],
    }
}

fn agreed(n: u8, on: &str, amount: i64) -> AgreementLine {
    AgreementLine {
        id: FactId { log: LogTag([n; 8]), ulid: ulid(u64::from(n), &[n; 10]) },
        day: day(on),
        form: if n.is_multiple_of(2) { AgreementForm::Oral } else { AgreementForm::Written },
        amount: Fen(amount),
    }
}

fn committees() -> Committees {
    BTreeMap::from([
        (RecordId([0; 16]), Committee::Village),
        (RecordId([1; 16]), Committee::Residents),
        (RecordId([2; 16]), Committee::Township),
    ])
}

#[test]
fn every_counter_is_named_and_read_back() {
    let all = Counter::all();
    for counter in &all {
        assert_eq!(counter.to_string().parse(), Ok(*counter));
    }
    let unique: BTreeSet<Counter> = all.iter().copied().collect();
    assert_eq!(unique.len(), all.len());
    for bad in ["", "casess", "source.", "source.nobody", "act.hard.", "x.y"] {
        assert_eq!(bad.parse::<Counter>(), Err(CounterError), "{bad}");
    }
}

#[test]
fn two_cases_of_one_dispute_count_once_where_cases_are_counted() {
    let july: Period = "2026-07".parse().unwrap();
    let mut main = line(5, 5, "2026-07-02");
    main.agreements.push(agreed(1, "2026-07-20", 100));
    main.acts =
        vec![(day("2026-07-21"), CountedAct::Closed), (day("2026-07-21"), CountedAct::Performed)];
    let mut into = line(6, 5, "2026-07-03");
    into.agreements.push(agreed(2, "2026-07-22", 50));
    into.acts =
        vec![(day("2026-07-03"), CountedAct::Hard), (day("2026-07-23"), CountedAct::Closed)];
    let lines = [main, into];
    let books = Books { lines: &lines, freezes: &[], zeros: &[] };
    let numbers = books.numbers(july, Column::Now, None);
    let rows = [
        (Counter::Cases, 1),
        (Counter::Parties, 3),
        (Counter::Succeeded, 1),
        (Counter::Amount, 150),
        (Counter::Form(AgreementForm::Oral), 1),
        (Counter::Form(AgreementForm::Written), 1),
        (Counter::Act(CountedAct::Closed), 1),
        (Counter::Act(CountedAct::Performed), 1),
        // That the one that went into another is a hard one says nothing of the main case.
        (Counter::Act(CountedAct::Hard), 0),
    ];
    for (counter, want) in rows {
        assert_eq!(figure(&numbers, counter, &committees()), want, "{counter}");
    }
}

#[test]
fn a_unit_is_of_the_committee_its_level_and_name_say() {
    let rows = [
        (Level::Village, UnitSort::Point, "桥头村评理说事点", Committee::Village),
        (Level::Village, UnitSort::Point, "滨河社区评理说事点", Committee::Residents),
        (Level::Township, UnitSort::Centre, "青石镇综治中心", Committee::Township),
        (Level::Township, UnitSort::Centre, "城东街道综治中心", Committee::Subdistrict),
        (Level::Township, UnitSort::JudicialOffice, "青石司法所", Committee::Township),
        (Level::Township, UnitSort::Department, "派出所", Committee::Other),
    ];
    for (level, sort, name, want) in rows {
        assert_eq!(Committee::of(level, sort, name), want, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// The list behind each figure adds up to the figure.
    #[test]
    fn a_figure_is_the_sum_of_its_list(
        cases in proptest::collection::vec((1u8..60, 1u8..60, 1u32..31, 0u8..4, 0i64..500), 0..25),
    ) {
        let july: Period = "2026-07".parse().unwrap();
        let mut seen = BTreeSet::new();
        let mut lines = Vec::new();
        for (n, main, on, more, amount) in cases {
            if !seen.insert(n) {
                continue;
            }
            let mut one = line(n, if more == 3 { main } else { n }, &format!("2026-07-{on:02}"));
            for extra in 0..more {
                one.agreements.push(agreed(n + extra, &format!("2026-07-{on:02}"), amount));
                one.acts.push((one.day, CountedAct::ALL[usize::from(n + extra) % CountedAct::ALL.len()]));
            }
            lines.push(one);
        }
        let books = Books { lines: &lines, freezes: &[], zeros: &[] };
        let (things, kinds) = (books.behind(july, Column::Now, None), committees());
        let numbers = books.numbers(july, Column::Now, None);
        for counter in Counter::all() {
            let sum: i64 = super::cases(&things, counter, &kinds).iter().map(|c| c.adds).sum();
            prop_assert_eq!(figure(&numbers, counter, &kinds), sum, "{}", counter);
        }
    }
}
