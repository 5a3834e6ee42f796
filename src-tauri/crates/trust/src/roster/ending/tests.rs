use domain::id::{LogId, RecordId, SpaceId, TransferId, UnitId, UserId};

use super::*;
use crate::key::SecretKey;
use crate::statement::{
    Access, DeviceRevocation, Grant, InvitationCertificate, Judgement, Operational, Signed,
    SpaceCertificate, SpaceKind, Statement, StatementError, Succession, UserCertificate,
    UserRemoval,
};

const COMMON: SpaceId = SpaceId([7; 16]);
const TOWN: UnitId = RecordId([1; 16]);
const VILLAGE: UnitId = RecordId([5; 16]);
const LOG: LogId = LogId([8; 16]);
const OTHER_LOG: LogId = LogId([9; 16]);

/// 1 the root, 2 the operational key, 3 the founding device, 4 its head's own key, 5 a village's
/// device, 6 its user's own key.
fn key(n: u8) -> SecretKey {
    SecretKey::from_seed([n; 32])
}

fn device(n: u8, unit: UnitId, is_founder: bool, serial: u32, name: &str) -> Statement {
    Statement::Device(DeviceCertificate {
        key: key(n).public().0,
        recipient: "age1".into(),
        unit,
        name: name.into(),
        invitation: (!is_founder).then(|| [n; 16].into()),
        serial,
    })
}

fn user(n: u8, unit: UnitId, role: u8, on: u8, name: &str) -> Statement {
    Statement::User(UserCertificate {
        user: UserId([n; 16]),
        key: key(n).public().0,
        unit,
        role,
        name: name.into(),
        devices: vec![key(on).public().device()],
        serial: 1,
        invitation: None,
    })
}

fn revocation(of: u8, said_ms: u64, cut_offs: &[(LogId, u64)], reason: &str) -> Statement {
    Statement::Revocation(DeviceRevocation {
        device: key(of).public().device(),
        said_ms,
        cut_offs: cut_offs.iter().map(|(log, last)| CutOff { log: *log, last: *last }).collect(),
        reason: reason.into(),
    })
}

fn signed(statement: &Statement, by: u8) -> Signed {
    Signed::new(key(1).public().organisation(), statement, &key(by))
}

/// A township with one village.
fn township() -> Vec<Signed> {
    let operational = Operational { key: key(2).public().0, escrow: "age1x".into() };
    let space = |space, kind, unit| Statement::Space(SpaceCertificate { space, kind, unit });
    let grant = Grant { space: COMMON, unit: TOWN, access: Access::Write, turn: None };
    let mut all = vec![signed(&Statement::Operational(operational), 1)];
    let said = [
        space(COMMON, SpaceKind::Common, TOWN),
        Statement::Grant(grant),
        device(3, TOWN, true, 1, "镇 1 号机"),
        user(4, TOWN, 7, 3, "吴某"),
        device(5, VILLAGE, false, 1, "村机"),
        user(6, VILLAGE, 3, 5, "周某"),
    ];
    all.extend(said.iter().map(|statement| signed(statement, 2)));
    all
}

/// The roster that statements make, the same in every rotation of their order and backwards.
fn roster(statements: &[Signed]) -> Roster {
    let build = |order: &[&Signed]| {
        let mut roster = Roster::new(key(1).public());
        for statement in order {
            roster.admit(statement).unwrap();
        }
        roster
    };
    let what = |roster: &Roster| {
        let devices: Vec<_> = roster.devices().cloned().collect();
        let users: Vec<_> = [4, 6].map(|n| roster.user(UserId([n; 16])).cloned()).to_vec();
        let invitations: Vec<_> = roster.invitations().cloned().collect();
        let removed: Vec<_> = [4, 6].map(|n| roster.removed(UserId([n; 16]))).to_vec();
        (devices, users, invitations, removed, roster.revocations(), roster.judged())
    };
    let forwards: Vec<&Signed> = statements.iter().collect();
    let first = build(&forwards);
    for turn in 0..statements.len() {
        let mut order = forwards.clone();
        order.rotate_left(turn);
        assert_eq!(what(&build(&order)), what(&first), "turned by {turn}");
        order.reverse();
        assert_eq!(what(&build(&order)), what(&first), "turned by {turn}, backwards");
    }
    first
}

fn after(said: &[(Statement, u8)]) -> Roster {
    let mut all = township();
    all.extend(said.iter().map(|(statement, by)| signed(statement, *by)));
    roster(&all)
}

#[test]
fn the_authority_and_the_head_revoke_and_nobody_else() {
    let village = key(5).public().device();
    let founder = key(3).public().device();
    let rows = [
        ("the operational key", 5, 2, Some(village)),
        ("the head's own key", 5, 4, Some(village)),
        ("the root", 5, 1, Some(village)),
        ("a mediator's key", 5, 6, None),
        ("the device itself", 5, 5, None),
        ("a stranger", 5, 9, None),
        ("the operational key about its own keeper", 3, 2, None),
        ("the head about the keeper of the operational key", 3, 4, None),
        ("the root about the keeper", 3, 1, Some(founder)),
    ];
    for (name, of, by, want) in rows {
        let roster = after(&[(revocation(of, 1, &[], "丢失"), by)]);
        assert_eq!(roster.revocations().keys().next().copied(), want, "{name}");
        let active: Vec<_> = roster.active_devices_of(VILLAGE).map(|d| d.device()).collect();
        assert_eq!(active.contains(&village), want != Some(village), "{name}");
    }
}

#[test]
fn what_the_head_signed_stands_when_they_sign_with_another_key() {
    let mut renewed = user(4, TOWN, 7, 3, "吴某");
    if let Statement::User(certificate) = &mut renewed {
        (certificate.key, certificate.serial) = (key(11).public().0, 2);
    }
    let roster = after(&[(revocation(5, 1, &[], "丢失"), 4), (renewed, 2)]);
    assert!(roster.revoked(key(5).public().device()).is_some());
}

#[test]
fn of_two_revocations_the_stricter_holds_for_each_log() {
    let first = revocation(5, 20, &[(LOG, 9), (OTHER_LOG, 4)], "后说");
    let second = revocation(5, 10, &[(LOG, 6)], "先说");
    let revoked = after(&[(first, 2), (second, 4)]).revoked(key(5).public().device()).unwrap();
    assert_eq!((revoked.said_ms, revoked.reason.as_str()), (10, "先说"));
    let rows = [(LOG, 6, true), (LOG, 7, false), (OTHER_LOG, 1, false), (LogId([1; 16]), 1, false)];
    for (log, seq, want) in rows {
        assert_eq!(revoked.cut_offs.covers(log, seq), want, "{log} {seq}");
    }
}

#[test]
fn revocations_that_cross_both_hold() {
    let second = device(9, TOWN, false, 1, "镇 2 号机");
    let head = user(10, TOWN, 7, 9, "郑某");
    // Each head revokes the other's computer, in ignorance of each other.
    let roster = after(&[
        (second, 2),
        (head, 2),
        (revocation(9, 5, &[], "坏了"), 4),
        (revocation(5, 5, &[], "坏了"), 10),
    ]);
    assert_eq!(roster.revocations().len(), 2);
}

#[test]
fn what_the_head_adopts_counts_and_what_others_do_not() {
    let place = |seq| Place { log: LOG, seq };
    let adoption = |seq| {
        Statement::Adoption(Judgement {
            entries: vec![place(seq)],
            said_ms: 1,
            reason: "核对过".into(),
        })
    };
    let dismissal = |seq, said_ms| {
        let (entries, reason) = (vec![place(seq)], "记下".into());
        Statement::Dismissal(Judgement { entries, said_ms, reason })
    };
    let roster = after(&[
        (adoption(1), 4),
        (adoption(2), 2),
        (adoption(3), 6),
        (adoption(4), 5),
        // An adoption is the last word, whenever it came.
        (dismissal(1, 0), 4),
        (dismissal(5, 9), 2),
        (dismissal(5, 8), 4),
        (dismissal(6, 7), 6),
    ]);
    let judged = roster.judged();
    let said: Vec<_> = judged
        .iter()
        .map(|(place, word)| (place.seq, word.is_adopted, word.said_ms, word.by))
        .collect();
    let head = Some(UserId([4; 16]));
    assert_eq!(said, [(1, true, 1, head), (2, true, 1, None), (5, false, 8, head)]);
}

/// Two statements about one thing, of whatever kind, leave one answer in every order.
#[test]
fn rivals_of_every_kind_leave_one_answer() {
    let invitation = |role| {
        Statement::Invitation(InvitationCertificate {
            invitation: TransferId([4; 16]),
            key: [role; 32],
            unit: VILLAGE,
            role,
            expires_ms: 1,
            replaces: None,
        })
    };
    let removal = |effective_ms, last| {
        Statement::Removal(UserRemoval {
            user: UserId([6; 16]),
            effective_ms,
            cut_offs: vec![CutOff { log: LOG, last }],
            reason: "辞职".into(),
        })
    };
    let roster = after(&[
        (device(5, VILLAGE, false, 2, "甲"), 2),
        (device(5, VILLAGE, false, 2, "乙"), 2),
        (user(6, VILLAGE, 3, 5, "改名"), 2),
        (user(6, VILLAGE, 3, 3, "改名"), 2),
        (invitation(2), 2),
        (invitation(3), 2),
        (removal(9, 5), 2),
        (removal(7, 6), 4),
        (revocation(5, 1, &[(LOG, 1)], "一"), 2),
        (revocation(5, 1, &[(LOG, 2)], "二"), 2),
    ]);
    assert_eq!(roster.device(key(5).public().device()).unwrap().serial, 2);
    let removed = roster.removed(UserId([6; 16])).unwrap();
    assert_eq!((removed.effective_ms, removed.cut_offs.last(LOG)), (7, 5));
    assert_eq!(roster.revoked(key(5).public().device()).unwrap().cut_offs.last(LOG), 1);
}

#[test]
fn what_an_ended_key_said_counts_no_more_unless_the_new_one_says_it() {
    // 12 is the new operational key, kept by 13; 14 is whoever has the old key.
    let new = Operational { key: key(12).public().0, escrow: "age1x".into() };
    let succession = Statement::Succession(Succession {
        key: key(12).public().0,
        keeper: key(13).public().device(),
        ends: vec![key(2).public().0.into()],
        said_ms: 9,
    });
    let said_anew: Vec<Statement> = township()
        .iter()
        .skip(1)
        .map(|signed| signed.verify(key(1).public().organisation()).unwrap())
        .collect();
    let mut said = vec![
        (Statement::Operational(new), 1),
        (device(14, VILLAGE, false, 1, "别人的电脑"), 2),
        (device(5, TOWN, false, 9, "抢来的名字"), 2),
        (device(13, TOWN, false, 1, "镇 2 号机"), 12),
        (succession, 1),
    ];
    said.extend(said_anew.into_iter().map(|statement| (statement, 12)));
    said.push((revocation(3, 5, &[], "机房失火"), 1));
    let roster = after(&said);
    let device_of = |n: u8| roster.device(key(n).public().device());
    assert!(device_of(14).is_none(), "said with a key that has ended");
    assert_eq!(device_of(5).unwrap().unit, VILLAGE);
    assert!(!roster.is_authority(key(2).public()));
    assert_eq!(roster.authorities().collect::<Vec<_>>(), [key(12).public()]);
    assert_eq!(roster.access(COMMON, TOWN), Some(Access::Write));
    assert!(roster.keeps_operational_key(key(13).public().device()));
    assert!(!roster.is_without_keeper());
    // Nobody but the root puts one key in the place of another.
    let mut usurped = Roster::new(key(1).public());
    let said = Statement::Succession(Succession {
        key: key(14).public().0,
        keeper: key(14).public().device(),
        ends: vec![key(2).public().0.into()],
        said_ms: 1,
    });
    assert_eq!(usurped.admit(&signed(&said, 2)), Err(StatementError::Authority));
}

#[test]
fn the_township_is_without_a_keeper_once_all_of_them_are_revoked() {
    assert!(!after(&[]).is_without_keeper());
    assert!(after(&[(revocation(3, 5, &[], "机房失火"), 1)]).is_without_keeper());
    // A village's computer is none of them.
    assert!(!after(&[(revocation(5, 5, &[], "丢了"), 4)]).is_without_keeper());
}
