use domain::id::{LogId, UserId};

use super::*;
use crate::key::SecretKey;
use crate::statement::{
    CutOff, DeviceCertificate, Operational, Signed, SpaceCertificate, SpaceKind, Statement,
    UserCertificate,
};

fn key(n: u8) -> SecretKey {
    SecretKey::from_seed([n; 32])
}

const UNIT: UnitId = RecordId([5; 16]);
const TOWN: UnitId = RecordId([8; 16]);
const COMMON: SpaceId = SpaceId([40; 16]);
const SHARED: SpaceId = SpaceId([41; 16]);

/// A township device (key 5) with a user in a role, and the village's (key 3).
fn township(role: u8) -> Vec<Signed> {
    let org = key(1).public().organisation();
    let grant = |space, unit, access| Statement::Grant(Grant { space, unit, access, turn: None });
    let certificate = |n: u8, unit| {
        Statement::Device(DeviceCertificate {
            key: key(n).public().0,
            recipient: "age1".into(),
            unit,
            name: "机".into(),
            invitation: None,
            serial: 1,
        })
    };
    let person = |n: u8, unit, role| {
        Statement::User(UserCertificate {
            user: UserId([n; 16]),
            key: key(n).public().0,
            unit,
            role,
            name: "某".into(),
            devices: vec![key(n).public().device()],
            serial: 1,
            invitation: None,
        })
    };
    let common = SpaceCertificate { space: COMMON, kind: SpaceKind::Common, unit: TOWN };
    let said = [
        Statement::Space(common),
        grant(COMMON, TOWN, Access::Write),
        grant(COMMON, UNIT, Access::Read),
        certificate(5, TOWN),
        certificate(3, UNIT),
        person(5, TOWN, role),
        person(3, UNIT, 3),
    ];
    let operational = Operational { key: key(2).public().0, escrow: "age1x".into() };
    let mut statements = vec![Signed::new(org, &Statement::Operational(operational), &key(1))];
    statements.extend(said.iter().map(|s| Signed::new(org, s, &key(2))));
    statements
}

/// What somebody says to open the shared space to the village.
fn opening(signer: u8, kind: SpaceKind) -> Vec<Signed> {
    let org = key(1).public().organisation();
    let space = SpaceCertificate { space: SHARED, kind, unit: TOWN };
    let grant = Grant { space: SHARED, unit: UNIT, access: Access::Write, turn: None };
    [Statement::Space(space), Statement::Grant(grant)]
        .iter()
        .map(|statement| Signed::new(org, statement, &key(signer)))
        .collect()
}

fn access_after(statements: &[Signed]) -> Option<Access> {
    let mut found = BTreeSet::new();
    for rotation in 0..statements.len() {
        let mut roster = Roster::new(key(1).public());
        for n in 0..statements.len() {
            roster.admit(&statements[(n + rotation) % statements.len()]).unwrap();
        }
        assert_eq!(roster.is_case_space(SHARED), roster.access(SHARED, UNIT).is_some());
        assert_eq!(roster.spaces_of(UNIT).contains(&SHARED), roster.is_case_space(SHARED));
        found.insert(roster.access(SHARED, UNIT));
    }
    assert_eq!(found.len(), 1, "whatever the order");
    found.pop_first().unwrap()
}

#[test]
fn the_townships_devices_open_cases_and_nobody_elses() {
    let rows = [
        ("the head's own device", 7, 5, SpaceKind::Case, Some(Access::Write)),
        ("the operational key", 7, 2, SpaceKind::Case, Some(Access::Write)),
        ("a mediator's device at the township", 5, 5, SpaceKind::Case, None),
        ("a village's device", 7, 3, SpaceKind::Case, None),
        ("a stranger", 7, 9, SpaceKind::Case, None),
        ("the head's device about a unit's space", 7, 5, SpaceKind::Unit, None),
    ];
    for (name, role, signer, kind, want) in rows {
        let mut statements = township(role);
        statements.extend(opening(signer, kind));
        assert_eq!(access_after(&statements), want, "{name}");
    }
}

#[test]
fn a_device_grants_nothing_but_spaces_of_cases() {
    let org = key(1).public().organisation();
    let mut roster = Roster::new(key(1).public());
    for statement in township(7) {
        roster.admit(&statement).unwrap();
    }
    let grant = Grant { space: COMMON, unit: UNIT, access: Access::Write, turn: None };
    roster.admit(&Signed::new(org, &Statement::Grant(grant), &key(5))).unwrap();
    assert_eq!(roster.access(COMMON, UNIT), Some(Access::Read));
    assert_eq!(roster.holders(COMMON), BTreeSet::from([UNIT, TOWN]));
}

const CASE: RecordId = RecordId([50; 16]);
const LOG: LogId = LogId([60; 16]);

fn grant(turn: Option<u32>) -> Statement {
    Statement::Grant(Grant { space: SHARED, unit: UNIT, access: Access::Write, turn })
}

fn leaving(space: SpaceId, turn: u32, last: u64, said_ms: u64) -> Statement {
    Statement::Leaving(Leaving {
        case: CASE,
        space,
        unit: UNIT,
        turn,
        said_ms,
        cut_offs: vec![CutOff { log: LOG, last }],
        reason: format!("第 {turn} 次"),
    })
}

/// The roster of a township whose head works on device 5, after what somebody says: the same
/// whatever the order.
fn after(said: &[(Statement, u8)]) -> Roster {
    let org = key(1).public().organisation();
    let mut statements = township(7);
    statements.extend(opening(5, SpaceKind::Case));
    let town = Grant { space: SHARED, unit: TOWN, access: Access::Write, turn: None };
    statements.push(Signed::new(org, &Statement::Grant(town), &key(5)));
    statements.extend(said.iter().map(|(said, by)| Signed::new(org, said, &key(*by))));
    let built = |statements: Vec<&Signed>| {
        let mut roster = Roster::new(key(1).public());
        statements.into_iter().for_each(|statement| roster.admit(statement).unwrap());
        roster
    };
    let shown = |roster: &Roster| {
        let holders = roster.holders(SHARED);
        (holders, roster.departures(), roster.exchanged(UNIT, TOWN), roster.next_turn(SHARED, UNIT))
    };
    let roster = built(statements.iter().collect());
    let backwards = built(statements.iter().rev().collect());
    assert_eq!(shown(&roster), shown(&backwards), "whatever the order");
    roster
}

fn log(n: u8) -> LogKey {
    LogKey { space: SHARED, device: key(n).public().device(), epoch: [0; 8] }
}

#[test]
fn whoever_left_holds_the_space_no_more_and_is_believed_for_what_it_wrote() {
    let here = after(&[]);
    assert_eq!(here.access(SHARED, UNIT), Some(Access::Write));
    assert!(here.departures().is_empty() && here.next_turn(SHARED, UNIT).is_none());
    let gone = after(&[(leaving(SHARED, 0, 7, 100), 5)]);
    assert_eq!(gone.access(SHARED, UNIT), None);
    assert!(gone.has_left(SHARED, UNIT) && gone.wrote(SHARED, UNIT));
    assert_eq!(gone.holders(SHARED), BTreeSet::from([TOWN]));
    assert_eq!(gone.holders_ever(SHARED), BTreeSet::from([UNIT, TOWN]));
    let left = &gone.departures()[&(CASE, UNIT)];
    assert!(left.cut_offs.covers(LOG, 7) && !left.cut_offs.covers(LOG, 8));
    // Of two words about it the stricter cut-off and the first word.
    let twice = after(&[(leaving(SHARED, 0, 7, 100), 5), (leaving(SHARED, 0, 4, 90), 2)]);
    let left = &twice.departures()[&(CASE, UNIT)];
    assert_eq!((left.cut_offs.last(LOG), left.said_ms), (4, 90));
}

#[test]
fn only_who_opens_cases_lets_a_unit_go_and_only_from_a_case() {
    for (name, said, by) in [
        ("a village's own device", leaving(SHARED, 0, 7, 100), 3),
        ("a stranger", leaving(SHARED, 0, 7, 100), 9),
        ("the head's device about the common space", leaving(COMMON, 0, 7, 100), 5),
        ("the operational key about the common space", leaving(COMMON, 0, 7, 100), 2),
    ] {
        let roster = after(&[(said, by)]);
        assert_eq!(roster.access(SHARED, UNIT), Some(Access::Write), "{name}");
        assert_eq!(roster.access(COMMON, UNIT), Some(Access::Read), "{name}");
        assert!(roster.departures().is_empty(), "{name}");
    }
}

#[test]
fn whoever_is_taken_in_again_may_leave_again_and_the_last_time_counts() {
    let first = (leaving(SHARED, 0, 7, 100), 5);
    let again = (grant(Some(1)), 5);
    let back = after(&[first.clone(), again.clone()]);
    assert_eq!(back.access(SHARED, UNIT), Some(Access::Write));
    assert_eq!(back.turn(SHARED, UNIT), 1);
    assert!(back.departures().is_empty(), "all it wrote counts");
    let old = after(&[first.clone(), (grant(None), 2)]);
    assert_eq!(old.access(SHARED, UNIT), None, "an old grant is no new one");
    let second = after(&[first, again, (leaving(SHARED, 1, 30, 200), 5)]);
    assert_eq!(second.next_turn(SHARED, UNIT), Some(2));
    let left = &second.departures()[&(CASE, UNIT)];
    assert_eq!((left.cut_offs.last(LOG), left.said_ms), (30, 200));
}

#[test]
fn of_what_one_left_the_two_exchange_its_own_words_and_it_is_shown_nothing_more() {
    let (own, of_town) = (log(3), log(5));
    let here = after(&[]);
    let both = here.exchanged(UNIT, TOWN);
    assert!(both.has(&here, &own) && both.has(&here, &of_town));
    let gone = after(&[(leaving(SHARED, 0, 7, 100), 5)]);
    for (a, b) in [(UNIT, TOWN), (TOWN, UNIT)] {
        let parted = gone.exchanged(a, b);
        assert!(parted.spaces().contains(&SHARED));
        assert!(parted.has(&gone, &own) && !parted.has(&gone, &of_town));
        assert!(parted.seen_by(TOWN).contains(&SHARED) && !parted.seen_by(UNIT).contains(&SHARED));
        // It may not have heard, and send all it has; what it left is never sent to it.
        assert!(parted.takes(TOWN, &gone, &of_town) && !parted.takes(UNIT, &gone, &of_town));
    }
    let among = gone.exchanged(UNIT, UNIT);
    assert!(among.has(&gone, &of_town), "computers of one unit pass on what it had");
    let other = RecordId([9; 16]);
    assert!(gone.exchanged(UNIT, other).spaces().is_empty());
}
