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

/// The same author's other facts.
fn says(n: u8, body: Body) -> ChangeFacts {
    let mut change = change(n, vec![], true, vec![]);
    let carried = &mut change.facts[0];
    let fact = Fact { body, ..Fact::read(&carried.json).unwrap() };
    carried.json = fact.write().unwrap().into();
    change
}

#[test]
fn a_person_begins_with_what_was_registered() {
    use crate::fact::body::PersonRegistered;
    for sex in [None, Some(Sex::Male), Some(Sex::Female)] {
        let person = folded(vec![says(1, Body::PersonRegistered(PersonRegistered { sex }))]);
        assert_eq!(person.sex, sex);
        assert!(person.links.is_empty() && person.conflicts.is_empty());
    }
}

#[test]
fn the_key_of_a_link_names_the_other_record() {
    let name = key(OTHER);
    assert_eq!(name, format!("same_person/{OTHER}"));
    assert_eq!(other_of(&name), Some(OTHER));
    for text in ["same_person/", "same_person/x", "duplicate/07"] {
        assert_eq!(other_of(text), None, "{text}");
    }
}

#[test]
fn an_act_that_answers_nobody_settles_nothing() {
    let linked = || change(1, vec![], true, vec![]);
    let apart = || change(2, vec![], false, vec![]);
    let beside = change(3, vec![], true, vec![]);
    let person = folded(vec![linked(), apart(), beside]);
    assert_eq!(person.conflicts.len(), 1);
    assert!(person.conflicts[0].is_open() && person.conflicts[0].sides.len() == 3);
    let acts = person.links[0].acts.clone();
    assert_eq!(acts.len(), 3);
    let person = folded(vec![linked(), apart(), change(3, vec![], false, acts[..2].to_vec())]);
    let link = PersonLink {
        with: OTHER,
        is_same: false,
        is_disputed: false,
        acts: vec![FactId { log: LogTag([3; 8]), ulid: ulid(3, &[3; 10]) }],
        why: person.links[0].why.clone(),
    };
    assert_eq!(person.links, [link], "the last word stands alone");
    assert_eq!(
        choice(&PersonsLinked {
            with: OTHER,
            same: true,
            act: None,
            answers: vec![],
            reason: String::new(),
        }),
        Choice::Way("same".into())
    );
}

#[test]
fn wide_digits_and_small_letters_are_one_number() {
    for (text, want) in [
        ("１１０１０５１９４９１２３１００２ｘ", "11010519491231002X"),
        ("110105-19491231-002X", "11010519491231002X"),
        ("证号 12ab", "12"),
        ("", ""),
    ] {
        assert_eq!(id_digits(text), want, "{text}");
    }
}

#[test]
fn the_last_digit_but_one_names_the_sex() {
    use IdWarning::{CheckDigit, Date, Length, Sex as OfSex};
    // The number, the sex written beside it, what is said.
    let rows: [(&str, Option<Sex>, &[IdWarning]); 8] = [
        ("110105491231003", Some(Sex::Male), &[]),
        ("110105491231003", Some(Sex::Female), &[OfSex]),
        ("110105491231002", Some(Sex::Male), &[OfSex]),
        ("110105491231002", Some(Sex::Female), &[]),
        ("110105491231003", None, &[]),
        ("110105194912310034", Some(Sex::Female), &[CheckDigit, OfSex]),
        ("110105194913310022", None, &[CheckDigit, Date]),
        ("1101054912310021", Some(Sex::Female), &[Length]),
    ];
    for (id, sex, want) in rows {
        assert_eq!(id_warnings(id, None, sex, day("2026-03-05")), want, "{id} {sex:?}");
    }
    let born_that_day = day("1949-12-31");
    assert_eq!(id_warnings("11010519491231002X", None, None, born_that_day), []);
    let day_before = day("1949-12-30");
    assert_eq!(id_warnings("11010519491231002X", None, None, day_before), [Date]);
    assert_eq!(birth_in("110105 491231 002"), Some(born_that_day));
}
