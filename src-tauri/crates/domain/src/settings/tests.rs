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
        days: Vec::new(),
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

#[test]
fn a_version_gives_every_limit_it_names_and_leaves_the_rest() {
    let body = set(
        &[
            ("village_failures", 4),
            ("township_failures", 5),
            ("meeting_minutes", 90),
            ("counts_one_sided", 1),
            ("oral_on_the_spot_only", 0),
            ("has_early_stagnation", 1),
            ("card_answer_days", 6),
            ("second_overdue_days", 31),
            ("yellow_cards", 3),
            ("yellow_percent", 25),
            ("silent_days", 8),
            ("late_entry_days", 9),
            ("clock_skew_minutes", 11),
            ("idle_minutes", 12),
            ("exchanges_while_idle", 1),
            ("stagnation", 60),
            ("revisit", 7),
            ("a_limit_of_a_newer_version", 1),
        ],
        vec![],
    );
    let want = Settings {
        version: "镇-2".into(),
        village_failures: 4,
        township_failures: 5,
        meeting_minutes: 90,
        counts_one_sided: true,
        limits: [(ClockKind::Stagnation, 60)].into(),
        yellow_percent: 25,
        is_oral_on_the_spot_only: false,
        has_early_stagnation: true,
        card_answer_days: 6,
        second_overdue_days: 31,
        yellow_cards: 3,
        reminder_days: vec![-7, 1],
        silent_days: 8,
        late_entry_days: 9,
        clock_skew_minutes: 11,
        idle_minutes: 12,
        exchanges_while_idle: true,
    };
    let got = Settings::of("镇-2".into(), &body);
    assert_eq!(got, want, "a builtin value leaves no trace");
    for (word, set) in &body.limits {
        let Some(limit) = Limit::from_word(word) else { continue };
        assert_eq!(got.value(limit), set.value, "{word}");
    }
    assert_eq!((got.failures(Level::Village), got.failures(Level::Township)), (4, 5));
    assert_eq!(got.limit(ClockKind::Stagnation), 60);
    assert_eq!(got.limit(ClockKind::Mediation), 30);
}

#[test]
fn every_limit_may_move_between_its_bounds_only() {
    // The word, what it counts, the builtin value, the least and the most.
    let rows = [
        ("village_failures", LimitUnit::Times, 3, 1, 20, Bound::Local),
        ("meeting_minutes", LimitUnit::Minutes, 60, 0, 720, Bound::Local),
        ("counts_one_sided", LimitUnit::YesNo, 0, 0, 1, Bound::Local),
        ("oral_on_the_spot_only", LimitUnit::YesNo, 1, 0, 1, Bound::Local),
        ("has_early_stagnation", LimitUnit::YesNo, 0, 0, 1, Bound::Local),
        ("card_answer_days", LimitUnit::WorkingDays, 3, 1, 60, Bound::Local),
        ("yellow_percent", LimitUnit::Percent, 30, 0, 100, Bound::Local),
        ("late_entry_days", LimitUnit::Days, 3, 0, 365, Bound::Local),
        ("stagnation", LimitUnit::Days, 45, 1, 10_000, Bound::Local),
        ("acceptance", LimitUnit::WorkingDays, 3, 1, 10_000, Bound::Local),
        ("urgent_sign", LimitUnit::Minutes, 1, 1, 10_000, Bound::Local),
        ("mediation", LimitUnit::Days, 30, 1, 30, Bound::AtMost),
        ("sheet_objection", LimitUnit::WorkingDays, 5, 5, 10_000, Bound::AtLeast),
        ("court_ruling", LimitUnit::Days, 30, 30, 30, Bound::Fixed),
    ];
    for (word, unit, builtin, least, most, bound) in rows {
        let limit = Limit::from_word(word).expect(word);
        let known = limit.known();
        let want = Known { unit, builtin, least, most, bound, source: known.source };
        assert_eq!(known, want, "{word}");
        for (value, admitted) in [(least, true), (most, true), (most + 1, false)] {
            assert_eq!(limit.admits(value), admitted, "{word} {value}");
        }
        assert!(least == 0 || !limit.admits(least - 1), "{word}");
    }
    for word in ["performance", "danger_report", "sheet_order", "Mediation", ""] {
        assert_eq!(Limit::from_word(word), None, "{word}: runs for no set time");
    }
}

#[test]
fn reminders_are_few_and_near_the_due_day() {
    let rows = [
        (vec![1; 12], None),
        (vec![1; 13], Some(RefusalReason::TooMany)),
        (vec![365, -365], None),
        (vec![366], Some(RefusalReason::OutOfRange)),
        (vec![-366], Some(RefusalReason::OutOfRange)),
    ];
    for (days, want) in rows {
        let body = SettingsSet { reminder_days: days.clone(), ..set(&[], vec![]) };
        let refused = check(&body).err();
        assert_eq!(refused.as_ref().map(|r| r.reason), want, "{days:?}");
        assert_eq!(refused.map(|r| r.field), want.map(|_| "reminder_days"));
        let builtin = Settings::default().reminder_days;
        let kept = if want.is_none() { days } else { builtin };
        assert_eq!(Settings::of("x".into(), &body).reminder_days, kept);
    }
    let silent = SettingsSet { reason: " ".into(), ..set(&[], vec![]) };
    assert_eq!(check(&silent).map_err(|r| r.field), Err("reason"));
    let mut long = set(&[("revisit", 10)], vec![]);
    for limit in long.limits.values_mut() {
        limit.note = "长".repeat(TEXT_CHARS_MAX + 1);
    }
    assert_eq!(check(&long).map_err(|r| r.field), Err("note"));
}

#[test]
fn a_decision_between_versions_names_the_one_it_takes_or_itself() {
    use crate::case::conflict::Settlement;
    use crate::fact::body::Choice;
    let first = || carried(1, TOWNSHIP, Role::R7, set(&[("revisit", 10)], vec![]));
    let second = || carried(2, TOWNSHIP, Role::R10, set(&[("revisit", 14)], vec![]));
    for (days, want) in [(10, id(1)), (14, id(2)), (20, id(3))] {
        let answer = carried(3, TOWNSHIP, Role::R7, set(&[("revisit", days)], vec![id(1), id(2)]));
        let seen = versions(vec![first(), second(), answer]);
        let Some(Settlement::ByPerson { choice, fact, .. }) = &seen.conflicts[0].settlement else {
            panic!("the head decided")
        };
        assert_eq!((choice, *fact), (&Choice::Fact(want), id(3)), "{days}");
        for (n, days) in [(1, 10), (2, 14), (3, days)] {
            let version = seen.get(&id(n).to_string()).expect("it stays");
            assert_eq!(version.id, id(n));
            assert_eq!(u32::from(version.settings().limit(ClockKind::Revisit)), days);
            assert_eq!(version.settings().version, version.code());
        }
        assert!(seen.get("builtin-1").is_none());
    }
}

#[test]
fn a_version_replaces_earlier_ones_only_and_one_of_them_makes_no_conflict() {
    let own = carried(1, TOWNSHIP, Role::R7, set(&[("revisit", 10)], vec![id(1)]));
    let seen = versions(vec![own]);
    assert_eq!(seen.holding().map(|v| v.id), Some(id(1)), "not itself");
    let early = carried(1, TOWNSHIP, Role::R7, set(&[("revisit", 10)], vec![id(2)]));
    let late = carried(2, TOWNSHIP, Role::R7, set(&[("revisit", 14)], vec![id(1)]));
    let seen = versions(vec![early, late]);
    assert_eq!(seen.heads().iter().map(|v| v.id).collect::<Vec<_>>(), [id(2)]);
    assert!(seen.conflicts.is_empty(), "one after the other");
}
