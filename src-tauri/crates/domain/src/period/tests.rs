use super::*;
use crate::fact::Carried;
use crate::fact::body::{PeriodCounted, ReportState, UnitReport, ZeroReported};
use crate::id::{DeviceId, LogTag, ulid};
use crate::role::Role;

const VILLAGE: UnitId = RecordId([1; 16]);
const TOWNSHIP: UnitId = RecordId([2; 16]);

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn july() -> Period {
    "2026-07".parse().unwrap()
}

fn agreement(n: u8) -> FactId {
    FactId { log: LogTag([n; 8]), ulid: ulid(u64::from(n), &[n; 10]) }
}

/// A case of one village; with an amount it has an agreement that took effect the same day.
fn line(n: u8, on: &str, amount: i64) -> Line {
    let case = RecordId([n; 16]);
    let one = AgreementLine {
        id: agreement(n),
        day: day(on),
        form: AgreementForm::Written,
        amount: Fen(amount),
    };
    Line {
        case,
        main: case,
        unit: VILLAGE,
        source: Source::Application,
        category: Some(Category::Neighbours),
        parties: 2,
        day: day(on),
        agreements: if amount > 0 { vec![one] } else { vec![] },
        acts: vec![],
    }
}

/// The record of a freeze by one desk, as it reads back.
fn frozen(n: u8, books: &Books<'_>, period: Period) -> Freeze {
    let (body, lists) = books.freeze(period, vec![], true, String::new());
    let bodies =
        std::iter::once(Body::PeriodFrozen(body)).chain(lists.into_iter().map(Body::PeriodCounted));
    fold(RecordId([n; 16]), &record(n, TOWNSHIP, Role::R7, bodies)).freeze.unwrap()
}

fn record(n: u8, unit: UnitId, role: Role, bodies: impl Iterator<Item = Body>) -> RecordFacts {
    let carried = |(at, body): (usize, Body)| {
        let fact = Fact {
            at: "2026-08-03".parse().unwrap(),
            recorded: Hlc { ms: u64::from(n), count: 0 },
            by: UserId([n; 16]),
            unit,
            body,
            newer: false,
        };
        Carried {
            id: FactId { log: LogTag([n; 8]), ulid: ulid(at.try_into().unwrap(), &[n; 10]) },
            json: fact.write().unwrap().into(),
            proof: Some(Proof { device: DeviceId([n; 16]), unit }),
            role: Some(role),
            past: Default::default(),
        }
    };
    RecordFacts { facts: bodies.enumerate().map(carried).collect(), ..RecordFacts::default() }
}

#[test]
fn periods_read_back_and_follow_each_other() {
    for text in ["2026-07", "2026-12", "2026-Q3", "2026"] {
        assert_eq!(text.parse::<Period>().map(|p| p.to_string()), Ok(text.to_owned()));
    }
    for text in ["", "2026-7", "2026-13", "2026-00", "2026-Q5", "26", "七月"] {
        assert_eq!(text.parse::<Period>(), Err(PeriodError), "{text:?}");
    }
    assert_eq!(july().last(), day("2026-07-31"));
    assert_eq!("2026-12".parse::<Period>().unwrap().next().to_string(), "2027-01");
    assert_eq!("2026-Q1".parse::<Period>().unwrap().last(), day("2026-03-31"));
    assert!("2026".parse::<Period>().unwrap().contains(day("2026-12-31")));
}

#[test]
fn what_comes_after_a_freeze_is_late_in_the_next_period() {
    let known = vec![line(10, "2026-06-10", 0), line(11, "2026-07-05", 10_000)];
    let at_freeze = Books { lines: &known, freezes: &[], zeros: &[] };
    let freezes = [frozen(1, &at_freeze, july())];
    // The village comes back with two of July and one of June.
    let mut lines = known.clone();
    lines.extend([
        line(12, "2026-07-15", 20_000),
        line(13, "2026-07-20", 12_000),
        line(14, "2026-06-20", 0),
        line(15, "2026-08-02", 0),
    ]);
    let books = Books { lines: &lines, freezes: &freezes, zeros: &[] };
    assert_eq!(books.frozen(july()).unwrap().body.numbers.cases, 1, "what was reported stays");
    let august = july().next();
    let late = books.late(august);
    let cases: Vec<u8> = late.iter().map(|l| l.case.0[0]).collect();
    assert_eq!(cases, [14, 12, 13], "by the day they belong to");
    let numbers = books.late_numbers(august);
    assert_eq!((numbers.cases, numbers.amount_fen), (3, Fen(32_000)));
    assert_eq!(books.open(august).cases, 1, "August's own");
    assert_eq!(books.late_numbers(august.next()).cases, 0, "listed once");
    let year = books.truth("2026".parse().unwrap());
    assert_eq!((year.cases, year.amount_fen), (6, Fen(42_000)), "the year by what is true");
    // August is frozen with its list; September has nothing late.
    let both = [freezes[0].clone(), frozen(2, &books, august)];
    let books = Books { lines: &lines, freezes: &both, zeros: &[] };
    assert_eq!(books.late(august).len(), 3);
    assert_eq!(books.late(august.next()), []);
}

#[test]
fn a_case_merged_into_another_is_not_late() {
    let known = vec![line(11, "2026-07-05", 0)];
    let at_freeze = Books { lines: &known, freezes: &[], zeros: &[] };
    let freezes = [frozen(1, &at_freeze, july())];
    let double = Line { main: RecordId([11; 16]), ..line(12, "2026-07-06", 0) };
    let lines = [known[0].clone(), double, line(13, "2026-07-07", 0)];
    let books = Books { lines: &lines, freezes: &freezes, zeros: &[] };
    assert_eq!(books.late_numbers(july().next()).cases, 1);
    assert_eq!(books.truth(july()).cases, 2);
}

#[test]
fn of_two_freezes_the_one_that_knew_less_holds() {
    let few = [line(10, "2026-07-05", 0)];
    let more = [line(10, "2026-07-05", 0), line(11, "2026-07-06", 0)];
    let small = frozen(2, &Books { lines: &few, freezes: &[], zeros: &[] }, july());
    let large = frozen(1, &Books { lines: &more, freezes: &[], zeros: &[] }, july());
    for freezes in [[small.clone(), large.clone()], [large, small]] {
        let books = Books { lines: &more, freezes: &freezes, zeros: &[] };
        assert_eq!(books.frozen(july()).unwrap().body.numbers.cases, 1);
        assert_eq!(books.late_numbers(july().next()).cases, 1, "what only the other knew");
        assert_eq!(books.freezes_of(july()).count(), 2, "both stay readable");
    }
}

#[test]
fn a_zero_report_is_not_silence_and_cases_strike_it_out() {
    let body = || Body::ZeroReported(ZeroReported { period: july(), note: String::new() });
    let said = fold(RecordId([7; 16]), &record(7, VILLAGE, Role::R3, std::iter::once(body())));
    let lines = [line(10, "2026-07-05", 0)];
    let rows = [
        (&lines[..0], &said.zeros[..0], ReportState::Missing),
        (&lines[..0], &said.zeros[..], ReportState::Zero),
        (&lines[..], &said.zeros[..0], ReportState::Cases),
        (&lines[..], &said.zeros[..], ReportState::ZeroStruck),
    ];
    for (lines, zeros, want) in rows {
        let books = Books { lines, freezes: &[], zeros };
        assert_eq!(books.report(VILLAGE, july()), want);
    }
    let clerk = record(7, TOWNSHIP, Role::R4, std::iter::once(body()));
    assert_eq!(fold(RecordId([7; 16]), &clerk).zeros, [], "a village says it itself");
}

#[test]
fn a_freeze_names_its_cases_in_facts_of_a_bounded_size() {
    let lines: Vec<Line> = (0..2_500u16)
        .map(|n| {
            let mut id = [0; 16];
            id[14..].copy_from_slice(&n.to_be_bytes());
            Line { case: RecordId(id), main: RecordId(id), ..line(1, "2026-06-01", 0) }
        })
        .collect();
    let books = Books { lines: &lines, freezes: &[], zeros: &[] };
    let (_, lists) = books.freeze(july(), Vec::<UnitReport>::new(), false, String::new());
    assert_eq!(lists.len(), 3);
    for PeriodCounted { counted_as, cases } in &lists {
        assert_eq!(*counted_as, CountedAs::Before);
        assert!(cases.len() <= CASES_MAX);
    }
    assert_eq!(lists.iter().map(|list| list.cases.len()).sum::<usize>(), lines.len());
}

#[test]
fn a_dispute_that_was_reported_is_not_late_when_an_earlier_case_of_it_arrives() {
    let known = vec![line(11, "2026-07-15", 0)];
    let at_freeze = Books { lines: &known, freezes: &[], zeros: &[] };
    let freezes = [frozen(1, &at_freeze, july())];
    // The village had registered the same dispute earlier: the reported case goes into that one.
    let mut lines = vec![line(10, "2026-07-13", 0), line(11, "2026-07-15", 0)];
    let late = |lines: &[Line]| {
        let books = Books { lines, freezes: &freezes, zeros: &[] };
        books.late_numbers(july().next()).cases
    };
    assert_eq!(late(&lines), 1, "two disputes, as far as anybody has said");
    lines[1].main = lines[0].case;
    assert_eq!(late(&lines), 0, "one dispute is reported once");
}

#[test]
fn of_two_freezes_in_one_record_the_first_stays() {
    let lines = [line(10, "2026-07-05", 0)];
    let full = Books { lines: &lines, freezes: &[], zeros: &[] }.freeze(
        july(),
        vec![],
        true,
        String::new(),
    );
    let empty =
        Books { lines: &[], freezes: &[], zeros: &[] }.freeze(july(), vec![], true, String::new());
    let bodies = [full.0.clone(), empty.0].map(Body::PeriodFrozen).into_iter();
    let said = fold(RecordId([1; 16]), &record(1, TOWNSHIP, Role::R7, bodies));
    let freeze = said.freeze.expect("frozen");
    assert_eq!(freeze.body, full.0);
    let at = "2026-08-03".parse().unwrap();
    let recorded = Hlc { ms: 1, count: 0 };
    assert_eq!((freeze.at, freeze.recorded, freeze.by), (at, recorded, UserId([1; 16])));
    assert_eq!((freeze.unit, freeze.record), (TOWNSHIP, RecordId([1; 16])));
}

#[test]
fn what_was_late_keeps_its_own_day() {
    let known = vec![line(10, "2026-07-05", 0)];
    let first = frozen(1, &Books { lines: &known, freezes: &[], zeros: &[] }, july());
    // An agreement on the known case, and a whole case with its agreement, both too late.
    let lines = vec![
        Line {
            agreements: vec![AgreementLine {
                day: day("2026-07-09"),
                ..line(10, "2026-07-05", 1).agreements[0]
            }],
            ..line(10, "2026-07-05", 0)
        },
        line(11, "2026-07-08", 500),
        line(12, "2026-07-01", 0),
    ];
    let august = july().next();
    let one = [first];
    let open = Books { lines: &lines, freezes: &one, zeros: &[] };
    let late = |n: u8, on: &str, itself, agreements: Vec<FactId>| Late {
        case: RecordId([n; 16]),
        day: day(on),
        itself,
        agreements,
    };
    let want = [
        late(12, "2026-07-01", true, vec![]),
        late(11, "2026-07-08", true, vec![agreement(11)]),
        late(10, "2026-07-09", false, vec![agreement(10)]),
    ];
    assert_eq!(open.late(august), want);
    let both = [one[0].clone(), frozen(2, &open, august)];
    let closed = Books { lines: &lines, freezes: &both, zeros: &[] };
    assert_eq!(closed.late(august), want, "and reads the same once it is frozen");
}

#[test]
fn a_freeze_names_what_was_before_it_and_no_frozen_period_holds() {
    let lines = [
        line(10, "2026-06-30", 0),
        line(11, "2026-07-01", 0),
        line(12, "2026-07-31", 0),
        line(13, "2026-08-01", 0),
    ];
    let named = |freezes: &[Freeze], period: Period| -> Vec<(CountedAs, u8)> {
        let books = Books { lines: &lines, freezes, zeros: &[] };
        let (_, lists) = books.freeze(period, vec![], true, String::new());
        let of = |list: PeriodCounted| {
            list.cases.into_iter().map(move |case| (list.counted_as, case.case.0[0]))
        };
        lists.into_iter().flat_map(of).collect()
    };
    let own = |n| (CountedAs::Own, n);
    let before = |n| (CountedAs::Before, n);
    assert_eq!(named(&[], july()), [own(11), own(12), before(10)]);
    let empty = Books { lines: &[], freezes: &[], zeros: &[] };
    let june = frozen(1, &empty, "2026-06".parse().unwrap());
    let late = (CountedAs::Late, 10);
    assert_eq!(named(std::slice::from_ref(&june), july()), [own(11), own(12), late]);
    // July was never frozen: in August its cases are neither late nor forgotten.
    let august = july().next();
    assert_eq!(named(&[june], august), [own(13), before(11), before(12)]);
}

#[test]
fn a_unit_answers_for_itself_and_for_the_period() {
    let body = |period: Period| Body::ZeroReported(ZeroReported { period, note: String::new() });
    let zeros = |period| {
        let bodies = std::iter::once(body(period));
        fold(RecordId([7; 16]), &record(7, VILLAGE, Role::R3, bodies)).zeros
    };
    let (mine, other) = (zeros(july()), zeros(july().next()));
    let lines = [line(10, "2026-07-05", 0)];
    let later = [line(10, "2026-08-05", 0)];
    let rows: [(&[Line], &[ZeroReport], UnitId, ReportState); 5] = [
        (&[], &other, VILLAGE, ReportState::Missing),
        (&[], &mine, TOWNSHIP, ReportState::Missing),
        (&lines, &[], TOWNSHIP, ReportState::Missing),
        (&later, &[], VILLAGE, ReportState::Missing),
        (&lines, &other, VILLAGE, ReportState::Cases),
    ];
    for (lines, zeros, unit, want) in rows {
        let books = Books { lines, freezes: &[], zeros };
        assert_eq!(books.report(unit, july()), want);
    }
    let zero = &mine[0];
    assert_eq!((zero.unit, zero.by, zero.period), (VILLAGE, UserId([7; 16]), july()));
}

#[test]
fn a_period_counts_every_member_of_its_lines() {
    let oral = AgreementLine {
        id: agreement(20),
        day: day("2026-07-06"),
        form: AgreementForm::Oral,
        amount: Fen(300),
    };
    let mut second = line(11, "2026-07-31", 700);
    second.agreements.push(oral);
    second.category = None;
    second.source = Source::Court;
    second.unit = TOWNSHIP;
    let lines = [line(10, "2026-07-01", 0), second, line(12, "2026-08-01", 900)];
    let books = Books { lines: &lines, freezes: &[], zeros: &[] };
    let want = PeriodNumbers {
        cases: 2,
        parties: 4,
        succeeded: 1,
        written: 1,
        oral: 1,
        amount_fen: Fen(1_000),
        by_source: [(Source::Application, 1), (Source::Court, 1)].into(),
        by_category: [(Category::Neighbours, 1)].into(),
        by_unit: vec![
            UnitCount { unit: VILLAGE, cases: 1 },
            UnitCount { unit: TOWNSHIP, cases: 1 },
        ],
        acts: BTreeMap::new(),
    };
    assert_eq!(books.truth(july()), want);
    assert_eq!(books.open(july()), want, "nothing is frozen");
}

#[test]
fn periods_of_every_length_have_their_days() {
    // The period, its first and last day, the one after it.
    let rows = [
        ("2026-01", "2026-01-01", "2026-01-31", "2026-02"),
        ("2026-12", "2026-12-01", "2026-12-31", "2027-01"),
        ("2024-02", "2024-02-01", "2024-02-29", "2024-03"),
        ("2026-Q1", "2026-01-01", "2026-03-31", "2026-Q2"),
        ("2026-Q4", "2026-10-01", "2026-12-31", "2027-Q1"),
        ("2026", "2026-01-01", "2026-12-31", "2027"),
    ];
    for (text, first, last, next) in rows {
        let period: Period = text.parse().unwrap();
        assert_eq!((period.first(), period.last()), (day(first), day(last)), "{text}");
        assert_eq!(period.next().to_string(), next);
        for (on, want) in [(first, true), (last, true)] {
            assert_eq!(period.contains(day(on)), want, "{on} in {text}");
            assert_eq!(Period::of(day(on), period.span()), period);
        }
        assert!(!period.contains(period.next().first()), "{text}");
        assert!(!period.contains(crate::calendar::after(period.first(), -1)), "{text}");
        let json = serde_json::to_string(&period).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<Period>(&json).unwrap(), period);
    }
    for text in ["1899", "2200-01", "2026-Q0", "2026-q1", "02026", "2026-07-01"] {
        assert_eq!(text.parse::<Period>(), Err(PeriodError), "{text}");
    }
}
