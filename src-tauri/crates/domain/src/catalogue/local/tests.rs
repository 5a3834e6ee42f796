use super::*;
use crate::case::conflict::ConflictKind;
use crate::catalogue::Category;
use crate::fact::{Carried, Fact, Proof};
use crate::id::{DeviceId, LogTag, RecordId, UserId, ulid};
use crate::role::Role;
use crate::time::Hlc;

const TOWNSHIP: UnitId = RecordId([1; 16]);

fn listed(code: &str, name: &str, replaces: Vec<FactId>) -> LocalItemListed {
    LocalItemListed {
        item: LocalItem {
            code: code.into(),
            group: "邻里".into(),
            name: name.into(),
            category: Category::Neighbours,
        },
        unit: "村委会".into(),
        frequency: "每月一次".into(),
        withdrawn: false,
        reason: String::new(),
        replaces,
    }
}

fn carried(n: u8, unit: UnitId, role: Role, body: LocalItemListed) -> Carried {
    let fact = Fact {
        at: "2026-03-01".parse().unwrap(),
        recorded: Hlc { ms: u64::from(n), count: 0 },
        by: UserId([n; 16]),
        unit,
        body: Body::LocalItemListed(body),
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

fn by_township(n: u8, body: LocalItemListed) -> Carried {
    carried(n, TOWNSHIP, Role::R7, body)
}

fn id(n: u8) -> FactId {
    FactId { log: LogTag([n; 8]), ulid: ulid(u64::from(n), &[n; 10]) }
}

fn items(facts: Vec<Carried>) -> Items {
    let record = RecordFacts { facts, ..RecordFacts::default() };
    fold(std::iter::once(&record), TOWNSHIP)
}

fn name(items: &Items, code: &str) -> Option<String> {
    Some(items.get(code)?.holding()?.body.item.name.clone())
}

#[test]
fn an_item_said_twice_in_ignorance_is_what_was_typed_first_until_the_head_decides() {
    let first = by_township(1, listed("1", "滴水", vec![]));
    let second = by_township(2, listed("1", "排水", vec![]));
    let other = by_township(3, listed("2", "采光", vec![]));
    for facts in [
        vec![first.clone(), second.clone(), other.clone()],
        vec![other.clone(), second.clone(), first.clone()],
    ] {
        let seen = items(facts);
        assert_eq!(name(&seen, "1").as_deref(), Some("滴水"));
        assert_eq!(name(&seen, "2").as_deref(), Some("采光"));
        assert_eq!(seen.list.len(), 2);
        let [conflict] = &seen.conflicts[..] else { panic!("{:?}", seen.conflicts) };
        assert_eq!((conflict.kind, conflict.is_open()), (ConflictKind::Settings, true));
        assert_eq!(conflict.key, format!("{KEY}/{}", id(1)));
    }
    let answer = by_township(4, listed("1", "排水", vec![id(1), id(2)]));
    let seen = items(vec![first, second, other, answer]);
    assert_eq!(name(&seen, "1").as_deref(), Some("排水"));
    assert!(!seen.conflicts[0].is_open() && seen.conflicts[0].sides.len() == 2);
}

#[test]
fn a_list_taken_over_on_two_computers_is_one_and_no_contradiction_ever() {
    let both = vec![
        by_township(1, listed("1", "滴水", vec![])),
        by_township(2, listed("1", "滴水", vec![])),
    ];
    let seen = items(both.clone());
    assert_eq!((seen.list.len(), seen.conflicts.len()), (1, 0));
    assert_eq!(seen.get("1").unwrap().heads(), [id(1), id(2)]);
    // Nor once it was changed in knowledge of both.
    let change = by_township(3, listed("1", "排水", vec![id(1), id(2)]));
    let seen = items([both, vec![change]].concat());
    assert_eq!((name(&seen, "1").as_deref(), seen.conflicts.len()), (Some("排水"), 0));
}

#[test]
fn withdrawing_and_changing_in_ignorance_is_a_contradiction() {
    let first = by_township(1, listed("1", "滴水", vec![]));
    let gone = LocalItemListed { withdrawn: true, ..listed("1", "滴水", vec![id(1)]) };
    let changed = listed("1", "排水", vec![id(1)]);
    let seen = items(vec![first, by_township(2, gone), by_township(3, changed)]);
    assert!(seen.get("1").unwrap().holding().unwrap().body.withdrawn);
    assert_eq!(seen.conflicts.len(), 1);
}

#[test]
fn only_the_township_lists_and_only_what_is_bounded() {
    let village = carried(1, RecordId([9; 16]), Role::R7, listed("1", "滴水", vec![]));
    let clerk = carried(2, TOWNSHIP, Role::R4, listed("2", "滴水", vec![]));
    let long = "长".repeat(ITEM_CHARS_MAX + 1);
    let endless = by_township(3, listed("3", &long, vec![]));
    let nameless = by_township(4, listed(" ", "滴水", vec![]));
    assert_eq!(items(vec![village, clerk, endless, nameless]), Items::default());
    assert_eq!(check(&listed("3", &long, vec![])).unwrap_err().field, "name");
    let fits = listed("3", &"长".repeat(ITEM_CHARS_MAX), vec![]);
    assert_eq!(check(&fits), Ok(()));
}
