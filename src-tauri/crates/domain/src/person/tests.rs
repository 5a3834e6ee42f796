use super::*;
use crate::fact::{Carried, ChangeFacts, Fact, Proof};
use crate::id::{DeviceId, LogTag, UserId, ulid};
use crate::role::Role;
use crate::time::{At, Hlc};

const OTHER: RecordId = RecordId([7; 16]);

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A change by a desk that builds on some others.
fn change(n: u8, deps: Vec<usize>, same: bool, answers: Vec<FactId>) -> ChangeFacts {
    let id = FactId { log: LogTag([n; 8]), ulid: ulid(u64::from(n), &[n; 10]) };
    let body = PersonsLinked { with: OTHER, same, act: None, answers, reason: "核对".into() };
    let unit = RecordId([1; 16]);
    let fact = Fact {
        at: At::day(day("2026-03-05")),
        recorded: Hlc { ms: u64::from(n), count: 0 },
        by: UserId([n; 16]),
        unit,
        body: Body::PersonsLinked(body),
        newer: false,
    };
    let carried = Carried {
        id,
        json: fact.write().unwrap().into(),
        proof: Some(Proof { device: DeviceId([n; 16]), unit }),
        role: Some(Role::R3),
        past: Default::default(),
    };
    ChangeFacts { deps, facts: vec![carried] }
}

fn folded(changes: Vec<ChangeFacts>) -> Person {
    fold(&RecordFacts::gather(changes))
}

#[test]
fn linked_here_and_separated_there_asks_and_both_stay() {
    let linked = || change(1, vec![], true, vec![]);
    let person = folded(vec![linked()]);
    assert!(person.links[0].is_same);
    let separated = || change(2, vec![0], false, vec![]);
    assert!(!folded(vec![linked(), separated()]).links[0].is_same, "a link is taken back");
    let apart = || change(2, vec![], false, vec![]);
    for changes in [vec![linked(), apart()], vec![apart(), linked()]] {
        let person = folded(changes);
        assert!(person.links[0].is_disputed && !person.links[0].is_same);
        assert!(person.conflicts[0].is_open() && person.conflicts[0].sides.len() == 2);
    }
    let acts = folded(vec![linked(), apart()]).links[0].acts.clone();
    let settled = folded(vec![linked(), apart(), change(3, vec![], true, acts)]);
    assert!(settled.links[0].is_same && !settled.links[0].is_disputed);
    assert!(!settled.conflicts[0].is_open(), "and what was said stays readable");
}

#[test]
fn identity_numbers_are_doubted_and_never_refused() {
    use IdWarning::{Birth, CheckDigit, Date, Length};
    let born = Some(day("1949-12-31"));
    let rows: [(&str, Option<Day>, &[IdWarning]); 11] = [
        ("", born, &[]),
        ("11010519491231002X", born, &[]),
        ("11010519491231002x", born, &[]),
        ("110105 19491231 002X", None, &[]),
        ("110105194912310021", born, &[CheckDigit]),
        ("11010519491231002X", Some(day("1949-12-30")), &[Birth]),
        ("110105491231002", born, &[]),
        ("110105491331002", None, &[Date]),
        ("11010521990101002X", None, &[Date]),
        ("1101051949", None, &[Length]),
        // A region that has long been renamed.
        ("999999194912310025", None, &[]),
    ];
    for (id, birth, want) in rows {
        assert_eq!(id_warnings(id, birth, None, day("2026-03-05")), want, "{id}");
    }
    let sex = |sex| id_warnings("11010519491231002X", None, Some(sex), day("2026-03-05"));
    assert_eq!(sex(Sex::Male), [IdWarning::Sex]);
    assert_eq!(sex(Sex::Female), []);
    assert_eq!(birth_in("11010519491231002X"), born);
    assert_eq!(birth_in("110105491231002"), born);
    assert_eq!(birth_in("1101054912"), None);
}

#[test]
fn the_last_four_digits_of_a_telephone() {
    for (phone, want) in [("138 0000 1234", "1234"), ("1234", "1234"), ("12", "12"), ("", "")] {
        assert_eq!(phone_tail(phone), want);
    }
}
