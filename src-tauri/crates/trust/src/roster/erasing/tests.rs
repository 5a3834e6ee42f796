use domain::id::{SpaceId, UnitId};

use super::*;
use crate::key::SecretKey;
use crate::statement::{
    ERASED_MAX, ErasureAgreement, Heir, Operational, Signed, SpaceCertificate, SpaceKind,
    Statement, UserCertificate, UserRemoval,
};

const TOWN: UnitId = RecordId([1; 16]);
const VILLAGE: UnitId = RecordId([5; 16]);
const CASE: RecordId = RecordId([40; 16]);

fn key(n: u8) -> SecretKey {
    SecretKey::from_seed([n; 32])
}

fn signed(statement: &Statement, by: u8) -> Signed {
    Signed::new(key(1).public().organisation(), statement, &key(by))
}

fn user(n: u8, unit: UnitId, role: u8, serial: u32) -> Signed {
    let certificate = UserCertificate {
        user: UserId([n; 16]),
        key: key(n).public().0,
        unit,
        role,
        name: "某".into(),
        devices: vec![],
        serial,
        invitation: None,
    };
    signed(&Statement::User(certificate), 2)
}

fn said(of_day: u32, asks_second: bool) -> Erasure {
    let record =
        ErasedRecord { record: CASE, kind: "case".into(), numbers: vec!["7".into()], heir: None };
    let reason = "保管期满".into();
    Erasure { records: vec![record], ground: 2, reason, said_ms: 1, of_day, asks_second }
}

fn erasure(of_day: u32, asks_second: bool, by: u8) -> Signed {
    signed(&Statement::Erasure(said(of_day, asks_second)), by)
}

fn agreement(to: &Signed, by: u8) -> Signed {
    let word = ErasureAgreement { erasure: to.erasure_id(), said_ms: 2 };
    signed(&Statement::Agreement(word), by)
}

/// 1 the root, 2 the operational key, 10 the head, 11 the judicial office, 12 the window, 13 the
/// head of a village, 14 a head of another unit.
fn township() -> Vec<Signed> {
    let operational = Operational { key: key(2).public().0, escrow: "age1x".into() };
    let common = SpaceCertificate { space: SpaceId([7; 16]), kind: SpaceKind::Common, unit: TOWN };
    vec![
        signed(&Statement::Operational(operational), 1),
        signed(&Statement::Space(common), 2),
        user(10, TOWN, 7, 1),
        user(11, TOWN, 6, 1),
        user(12, TOWN, 4, 1),
        user(13, VILLAGE, 3, 1),
        user(14, VILLAGE, 7, 1),
    ]
}

/// Whether the case is erased once all of this was said, the same in whatever order.
fn is_erased(extra: &[Signed]) -> bool {
    let mut all = township();
    all.extend_from_slice(extra);
    let mut found = BTreeSet::new();
    for rotation in 0..all.len() {
        let mut roster = Roster::new(key(1).public());
        for n in 0..all.len() {
            roster.admit(&all[(n + rotation) % all.len()]).unwrap();
        }
        found.insert(roster.erased().contains_key(&CASE));
    }
    assert_eq!(found.len(), 1, "whatever the order");
    found.pop_first().unwrap()
}

#[test]
fn the_head_erases_with_their_own_key_and_nobody_else_does() {
    let rows = [
        ("the head", 10, true),
        ("the operational key: no person", 2, false),
        ("the root", 1, false),
        ("the judicial office", 11, false),
        ("the window", 12, false),
        ("the head of a village", 13, false),
        ("a head of another unit", 14, false),
        ("a stranger", 20, false),
    ];
    for (who, by, want) in rows {
        assert_eq!(is_erased(&[erasure(1, false, by)]), want, "{who}");
    }
}

#[test]
fn what_is_beyond_the_number_of_a_day_waits_for_a_second_person() {
    let rows = [
        ("the last of the day", ERASED_A_DAY, false, None, true),
        ("one more", ERASED_A_DAY + 1, false, None, false),
        ("one more, with the judicial office", ERASED_A_DAY + 1, false, Some(11), true),
        ("one more, with a head", ERASED_A_DAY + 1, false, Some(14), true),
        ("one more, by the same person twice", ERASED_A_DAY + 1, false, Some(10), false),
        ("one more, with the window", ERASED_A_DAY + 1, false, Some(12), false),
        ("one that asks for a second", 1, true, None, false),
        ("one that asks for a second and has one", 1, true, Some(11), true),
    ];
    for (what, of_day, asks_second, second, want) in rows {
        let word = erasure(of_day, asks_second, 10);
        let mut extra: Vec<Signed> = second.map(|by| agreement(&word, by)).into_iter().collect();
        extra.push(word);
        assert_eq!(is_erased(&extra), want, "{what}");
    }
    let other = agreement(&erasure(ERASED_A_DAY + 2, false, 10), 11);
    assert!(!is_erased(&[erasure(ERASED_A_DAY + 1, false, 10), other]), "for another erasure");
}

#[test]
fn an_erasure_is_never_late() {
    let removal = UserRemoval {
        user: UserId([10; 16]),
        effective_ms: 0,
        cut_offs: vec![],
        reason: "调离".into(),
    };
    let removal = signed(&Statement::Removal(removal), 2);
    assert!(is_erased(&[removal, erasure(1, false, 10)]), "two that cross both hold");
    assert!(is_erased(&[user(10, TOWN, 4, 2), erasure(1, false, 10)]), "in another role since");
}

#[test]
fn what_cannot_be_meant_erases_nothing() {
    let one = said(1, false);
    let of = |records: Vec<ErasedRecord>| Erasure {
        of_day: 60,
        asks_second: false,
        records,
        ..one.clone()
    };
    let named = |n: usize| {
        let mut id = [40; 16];
        id[15] = u8::try_from(n).unwrap();
        ErasedRecord { record: RecordId(id), kind: "case".into(), numbers: vec![], heir: None }
    };
    assert!(of((0..ERASED_MAX).map(named).collect()).is_sound());
    let rows = [
        ("nothing", of(vec![])),
        ("too many", of((0..=ERASED_MAX).map(named).collect())),
        ("one twice", of(vec![named(1), named(1)])),
        ("no record", of(vec![ErasedRecord { record: domain::log::NO_RECORD, ..named(1) }])),
        ("fewer of the day than it has", Erasure { of_day: 0, ..one.clone() }),
        (
            "numbers without end",
            of(vec![ErasedRecord { numbers: vec!["7".into(); 65], ..named(1) }]),
        ),
        ("a long number", of(vec![ErasedRecord { numbers: vec!["7".repeat(81)], ..named(1) }])),
    ];
    for (what, erasure) in rows {
        assert!(!erasure.is_sound(), "{what}");
        let mut roster = Roster::new(key(1).public());
        for statement in township() {
            roster.admit(&statement).unwrap();
        }
        roster.admit(&signed(&Statement::Erasure(erasure), 10)).unwrap();
        assert_eq!(roster.erased(), BTreeMap::new(), "{what}");
    }
}

fn heir(n: u8) -> Heir {
    Heir { record: RecordId([n; 16]), made: [n; 32] }
}

fn replaced(in_place: Option<Heir>, said_ms: u64, by: u8) -> Signed {
    let mut said = said(1, false);
    said.records[0].heir = in_place;
    said.said_ms = said_ms;
    signed(&Statement::Erasure(said), by)
}

/// What stands in the place of what, once all of this was said, the same in whatever order.
fn heirs(extra: &[Signed]) -> BTreeMap<RecordId, Option<Heir>> {
    let mut found = Vec::new();
    for rotation in 0..extra.len() {
        let mut roster = Roster::new(key(1).public());
        township().iter().for_each(|one| roster.admit(one).unwrap());
        for n in 0..extra.len() {
            roster.admit(&extra[(n + rotation) % extra.len()]).unwrap();
        }
        found.push(roster.erased().into_iter().map(|(id, one)| (id, one.heir)).collect());
    }
    found.dedup();
    assert_eq!(found.len(), 1, "whatever the order");
    found.remove(0)
}

#[test]
fn one_record_stands_in_the_place_of_another_by_the_word_of_the_head_alone() {
    let is_said = heirs(&[replaced(Some(heir(41)), 1, 10)]);
    assert_eq!(is_said, BTreeMap::from([(CASE, Some(heir(41)))]));
    for (who, by) in
        [("the judicial office", 11), ("the window", 12), ("a village", 13), ("another", 14)]
    {
        assert_eq!(heirs(&[replaced(Some(heir(41)), 1, by)]), BTreeMap::new(), "{who}");
    }
}

#[test]
fn of_two_in_one_place_one_stands_for_both_and_none_for_what_was_erased_whole() {
    let (a, b) = (replaced(Some(heir(41)), 1, 10), replaced(Some(heir(42)), 2, 10));
    let first = if a.erasure_id() < b.erasure_id() { heir(41) } else { heir(42) };
    let other = if first == heir(41) { heir(42) } else { heir(41) };
    let both = heirs(&[a.clone(), b]);
    assert_eq!(both, BTreeMap::from([(CASE, Some(first)), (other.record, Some(first))]));
    let whole = heirs(&[a, replaced(None, 3, 10)]);
    assert_eq!(whole, BTreeMap::from([(CASE, None), (RecordId([41; 16]), None)]));
}

#[test]
fn nothing_stands_in_its_own_place() {
    let mut own = said(1, false);
    own.records[0].heir = Some(Heir { record: CASE, made: [1; 32] });
    assert!(!own.is_sound());
    own.records[0].heir = Some(Heir { record: domain::log::NO_RECORD, made: [1; 32] });
    assert!(!own.is_sound());
    own.records[0].heir = Some(heir(41));
    assert!(own.is_sound());
}
