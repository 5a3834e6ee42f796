use super::*;
use crate::fact::body::SettingsSet;
use crate::fact::{Body, Carried, Fact, Proof, RecordFacts};
use crate::id::{DeviceId, FactId, LogTag, RecordId, UnitId, UserId, ulid};
use crate::role::Role;
use crate::time::Hlc;

const TOWNSHIP: UnitId = RecordId([1; 16]);

fn set(limits: &[(&str, u32)], replaces: Vec<FactId>) -> SettingsSet {
    let one = |(word, value): &(&str, u32)| {
        ((*word).to_owned(), LimitSet { value: *value, note: String::new() })
    };
    SettingsSet {
        limits: limits.iter().map(one).collect(),
        reminder_days: vec![-7, 1],
        reason: "镇里定的".into(),
        replaces,
    }
}

fn carried(n: u8, unit: UnitId, role: Role, body: SettingsSet) -> Carried {
    let fact = Fact {
        at: "2026-03-01".parse().unwrap(),
        recorded: Hlc { ms: u64::from(n), count: 0 },
        by: UserId([n; 16]),
        unit,
        body: Body::SettingsSet(body),
        newer: false,
    };
    Carried {
        id: id(n),
        json: fact.write().unwrap().into(),
        proof: Some(Proof { device: DeviceId([n; 16]), unit }),
        role: Some(role),
        past: Default::default(),
    }
}

fn id(n: u8) -> FactId {
    FactId { log: LogTag([n; 8]), ulid: ulid(u64::from(n), &[n; 10]) }
}

fn versions(facts: Vec<Carried>) -> Versions {
    let record = RecordFacts { facts, ..RecordFacts::default() };
    fold(std::iter::once(&record), TOWNSHIP)
}

#[test]
fn the_one_typed_first_holds_until_the_head_of_the_centre_decides() {
    let first = carried(1, TOWNSHIP, Role::R7, set(&[("revisit", 10)], vec![]));
    let second = carried(2, TOWNSHIP, Role::R10, set(&[("revisit", 14)], vec![]));
    for facts in [vec![first.clone(), second.clone()], vec![second.clone(), first.clone()]] {
        let seen = versions(facts);
        assert_eq!(seen.holding().map(|v| v.id), Some(id(1)));
        assert_eq!(seen.conflicts.len(), 1);
        assert!(seen.conflicts[0].is_open());
        assert!(seen.get(&id(2).to_string()).is_some(), "a case may still name the other");
    }
    let answer = carried(3, TOWNSHIP, Role::R7, set(&[("revisit", 14)], vec![id(1), id(2)]));
    let seen = versions(vec![first, second, answer]);
    assert_eq!(seen.holding().map(|v| v.id), Some(id(3)));
    assert!(!seen.conflicts[0].is_open() && seen.conflicts[0].sides.len() == 2);
}

#[test]
fn two_that_say_the_same_are_one_and_only_the_township_speaks() {
    let same = |n| carried(n, TOWNSHIP, Role::R7, set(&[("revisit", 10)], vec![]));
    let seen = versions(vec![same(1), same(2)]);
    assert!(seen.conflicts.is_empty());
    let village = carried(1, RecordId([9; 16]), Role::R7, set(&[("revisit", 3)], vec![]));
    let clerk = carried(2, TOWNSHIP, Role::R4, set(&[("revisit", 3)], vec![]));
    assert!(versions(vec![village, clerk]).list.is_empty());
}

#[test]
fn what_the_law_fixes_does_not_move() {
    let rows = [
        ("petition_handling", 61, Some(RefusalReason::AgainstLaw)),
        ("petition_handling", 45, None),
        ("petition_review_request", 20, Some(RefusalReason::AgainstLaw)),
        ("sheet_objection", 4, Some(RefusalReason::AgainstLaw)),
        ("sheet_objection", 7, None),
        ("stagnation", 60, None),
        ("stagnation", 0, Some(RefusalReason::OutOfRange)),
        ("yellow_percent", 101, Some(RefusalReason::OutOfRange)),
        ("performance", 3, Some(RefusalReason::Unknown)),
    ];
    for (word, value, want) in rows {
        let body = set(&[(word, value)], vec![]);
        assert_eq!(check(&body).err().map(|r| r.reason), want, "{word} {value}");
        // The same from a broken peer leaves the builtin limit as it is.
        let settings = Settings::of("x".into(), &body);
        let Some(limit) = Limit::from_word(word) else { continue };
        let expected = if want.is_none() { value } else { limit.known().builtin };
        assert_eq!(settings.value(limit), expected, "{word} {value}");
    }
}

#[test]
fn every_limit_reads_back_by_its_word() {
    for limit in Limit::all() {
        assert_eq!(Limit::from_word(&limit.word()), Some(limit));
        let known = limit.known();
        assert!(limit.admits(known.builtin) && !known.source.is_empty(), "{}", limit.word());
        let json = serde_json::to_string(&limit).unwrap();
        assert_eq!(serde_json::from_str::<Limit>(&json).unwrap(), limit);
    }
}
