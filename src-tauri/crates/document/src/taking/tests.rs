use std::cell::Cell;

use domain::fact::body::Note;
use domain::fact::{Body, Fact, RecordFacts};
use domain::id::{LogId, LogTag, RecordId, SpaceId, UserId, ulid};
use domain::role::Role;
use domain::taking::TakenFact;
use domain::time::Hlc;

use super::*;
use crate::record::{Edit, Incoming, Made, Need, Record, Verdict};

/// The logs of the new record: the township's, two villages'; and of the villages in the old one.
const TOWN: LogId = LogId([1; 16]);
const VILLAGE: LogId = LogId([2; 16]);
const OTHER: LogId = LogId([3; 16]);
const OLD_VILLAGE: LogId = LogId([22; 16]);
const OLD_OTHER: LogId = LogId([33; 16]);

fn device(n: u8) -> DeviceId {
    DeviceId([n; 16])
}

/// Knows the three computers, and which beginning the head named, if any.
#[derive(Default)]
struct Roster {
    named: Cell<Option<Hash>>,
}

impl Vouch for Roster {
    fn proof(&self, log: LogTag) -> Option<Proof> {
        let known = [(TOWN, 1), (VILLAGE, 2), (OTHER, 3)];
        let (_, n) = known.into_iter().find(|(known, _)| binding::log_tag(*known) == log)?;
        Some(Proof { device: device(n), unit: RecordId([n; 16]) })
    }
    fn role(&self, log: LogTag, user: UserId) -> Option<Role> {
        self.role_on(self.proof(log)?.device, user)
    }
    fn role_on(&self, _: DeviceId, _: UserId) -> Option<Role> {
        Some(Role::R3)
    }
    fn stands(&self, _: RecordId, made: &Hash, log: LogTag) -> bool {
        self.named.get().as_ref() == Some(made) && log == binding::log_tag(TOWN)
    }
    fn is_log(&self, log: &TakenLog) -> bool {
        [(OLD_VILLAGE, 2), (OLD_OTHER, 3)].contains(&(log.log, log.device.0[0]))
    }
}

fn old_log(log: LogId, n: u8) -> TakenLog {
    let (space, epoch, unit) = (SpaceId([9; 16]), "0".repeat(16), RecordId([n; 16]));
    TakenLog { log, space, device: device(n), epoch, unit }
}

fn id(n: u8) -> ChangeId {
    ChangeId([n; 16])
}

/// The first fact of an entry.
fn fact(log: LogId, seq: u64, words: &str) -> TakenFact {
    let id = FactId {
        log: binding::log_tag(log),
        ulid: ulid(1_000 * seq, &binding::fact_binding(log, seq, 0)),
    };
    TakenFact { id, role: None, json: note(words) }
}

fn note(words: &str) -> String {
    Fact {
        at: "2026-03-24".parse().unwrap(),
        recorded: Hlc { ms: 7, count: 0 },
        by: UserId([5; 16]),
        unit: RecordId([2; 16]),
        body: Body::Note(Note { text: words.into() }),
        newer: false,
    }
    .write()
    .unwrap()
}

fn change(log: u32, seq: u64, (n, deps): (u8, &[(u32, u8)]), fact: TakenFact) -> TakenChange {
    let deps = deps.iter().map(|(log, n)| (*log, id(*n))).collect();
    TakenChange { log, seq, id: id(n), deps, facts: vec![fact] }
}

/// What the township takes over: of two villages, of which the second knew the first entry of the
/// first and not its second.
fn taken() -> Taking {
    Taking {
        kind: TAKEN_OVER.into(),
        logs: vec![old_log(OLD_VILLAGE, 2), old_log(OLD_OTHER, 3)],
        changes: vec![
            change(0, 1, (1, &[]), fact(OLD_VILLAGE, 1, "一")),
            change(0, 2, (2, &[(0, 1)]), fact(OLD_VILLAGE, 2, "二")),
            change(1, 1, (3, &[(0, 1)]), fact(OLD_OTHER, 1, "三")),
        ],
        ..Taking::default()
    }
}

fn part_id(log: LogId, seq: u64, index: u32) -> FactId {
    let ms = 100_000 * seq + u64::from(index);
    FactId { log: binding::log_tag(log), ulid: ulid(ms, &binding::fact_binding(log, seq, index)) }
}

fn begun(part: &Taking) -> (Record, Made) {
    let id = RecordId(ulid(1, &binding::record_binding(TOWN, 1)));
    let facts = vec![(part_id(TOWN, 1, 0), serde_json::to_string(part).unwrap())];
    Record::begin(id, "case", binding::actor(TOWN, &[0; 12]), &Edit { facts, ..Edit::default() })
        .unwrap()
}

/// An entry of a village on the new record, made from its beginning.
fn said(record: &Record, log: LogId, seq: u64, part: &Taking) -> Made {
    let facts = vec![(part_id(log, seq, 0), serde_json::to_string(part).unwrap())];
    let mut copy = record.clone();
    let actor = binding::actor(log, &[u8::try_from(seq).unwrap(); 12]);
    copy.edit(actor, &Edit { facts, ..Edit::default() }).unwrap()
}

fn takes(record: &mut Record, log: LogId, seq: u64, made: &Made) {
    let needs = made.deps.iter().map(|dep| Need::Change(*dep)).collect();
    let verdicts = record.apply(&[Incoming { log, seq, needs, payload: &made.payload }]);
    assert!(matches!(verdicts[..], [Verdict::Applied(_)]), "{verdicts:?}");
}

fn again_of(log: LogId, n: u8, changes: Vec<TakenChange>) -> Taking {
    Taking { kind: SAID_AGAIN.into(), logs: vec![old_log(log, n)], changes, ..Taking::default() }
}

/// What is read: the words, by which computer, and whether they came late.
fn read(facts: &RecordFacts) -> Vec<(String, u8, bool)> {
    let line = |carried: &Carried| {
        let Ok(Fact { body: Body::Note(Note { text }), .. }) = Fact::read(&carried.json) else {
            return ("?".to_owned(), 0, false);
        };
        let by = carried.proof.map_or(0, |proof| proof.device.0[0]);
        (text, by, facts.again.contains(&carried.id))
    };
    facts.facts.iter().map(line).collect()
}

fn line(words: &str, by: u8, is_again: bool) -> (String, u8, bool) {
    (words.to_owned(), by, is_again)
}

#[test]
fn what_is_taken_over_has_its_names_its_authors_and_what_they_knew() {
    let (record, made) = begun(&taken());
    let roster = Roster::default();
    assert!(record.takes_over() && !record.is_heir(&roster));
    assert_eq!(read(&record.facts(&roster)), [line("?", 0, false)], "nobody named it");
    roster.named.set(Some([7; 32]));
    assert_eq!(read(&record.facts(&roster)), [line("?", 0, false)], "another was named");
    roster.named.set(Some(made.hash));
    let facts = record.facts(&roster);
    let mut words = read(&facts);
    words.sort();
    assert_eq!(words, [line("一", 2, false), line("三", 3, false), line("二", 2, false)]);
    let place = |words: &str| read(&facts).iter().position(|(text, ..)| text == words).unwrap();
    let knows = |one: &str, other: &str| facts.facts[place(one)].past.contains(place(other));
    assert!(knows("二", "一") && knows("三", "一"));
    assert!(!knows("三", "二") && !knows("二", "三") && !knows("一", "二"));
    let at = facts.first_at[&fact(OLD_OTHER, 1, "").id];
    assert_eq!((at.log, at.seq), (OLD_OTHER, 1));
}

#[test]
fn a_computer_says_its_own_again_once_in_whatever_order_it_comes() {
    let (record, made) = begun(&taken());
    let roster = Roster::default();
    roster.named.set(Some(made.hash));
    let own =
        again_of(OLD_VILLAGE, 2, vec![change(0, 3, (4, &[(0, 2)]), fact(OLD_VILLAGE, 3, "四"))]);
    let (one, two) = (said(&record, VILLAGE, 1, &own), said(&record, VILLAGE, 2, &own));
    let mut orders = Vec::new();
    for order in [[(1, &one), (2, &two)], [(2, &two), (1, &one)]] {
        let mut copy = record.clone();
        order.into_iter().for_each(|(seq, made)| takes(&mut copy, VILLAGE, seq, made));
        let facts = copy.facts(&roster);
        assert_eq!(read(&facts).iter().filter(|read| **read == line("四", 2, true)).count(), 1);
        assert_eq!(facts.facts.len(), 4);
        let pasts: Vec<Past> = facts.facts.iter().map(|carried| carried.past.clone()).collect();
        orders.push((read(&facts), pasts));
    }
    assert_eq!(orders[0], orders[1]);
}

#[test]
fn two_copies_of_one_computer_each_say_again_what_stands_under_one_number() {
    let (record, made) = begun(&taken());
    let roster = Roster::default();
    roster.named.set(Some(made.hash));
    // Each typed its own at another moment, and then something that builds on it.
    let at = |ms: u64, seq: u64, words: &str| {
        let ulid = ulid(ms, &binding::fact_binding(OLD_VILLAGE, seq, 0));
        TakenFact {
            id: FactId { ulid, ..fact(OLD_VILLAGE, seq, "").id },
            ..fact(OLD_VILLAGE, seq, words)
        }
    };
    let copy_of = |n: u8, ms: u64, words: [&str; 2]| {
        let changes = vec![
            change(0, 3, (n, &[(0, 2)]), at(ms, 3, words[0])),
            change(0, 4, (n + 1, &[(0, n)]), at(ms + 1, 4, words[1])),
        ];
        again_of(OLD_VILLAGE, 2, changes)
    };
    let one = said(&record, VILLAGE, 1, &copy_of(10, 9_000, ["原机甲", "原机乙"]));
    let two = said(&record, VILLAGE, 2, &copy_of(20, 9_500, ["副本甲", "副本乙"]));
    for order in [[(1, &one), (2, &two)], [(2, &two), (1, &one)]] {
        let mut copy = record.clone();
        order.into_iter().for_each(|(seq, made)| takes(&mut copy, VILLAGE, seq, made));
        let facts = copy.facts(&roster);
        let place =
            |words: &str| read(&facts).iter().position(|read| *read == line(words, 2, true));
        let knows = |one: &str, other: &str| {
            let (one, other) = (place(one).expect(one), place(other).expect(other));
            facts.facts[one].past.contains(other)
        };
        assert!(knows("原机乙", "原机甲") && knows("副本乙", "副本甲"));
        for (one, other) in [("原机乙", "副本甲"), ("副本乙", "原机甲"), ("原机甲", "副本甲")]
        {
            assert!(!knows(one, other) && !knows(other, one), "{one} and {other}");
        }
    }
}

#[test]
fn nobody_says_again_what_another_said() {
    let (record, made) = begun(&taken());
    let roster = Roster::default();
    roster.named.set(Some(made.hash));
    let forged = |words| change(0, 3, (4, &[]), fact(OLD_VILLAGE, 3, words));
    let unbound = TakenFact { id: fact(OLD_VILLAGE, 9, "").id, ..fact(OLD_VILLAGE, 3, "错位") };
    for (name, log, part) in [
        ("another's log", OTHER, again_of(OLD_VILLAGE, 3, vec![forged("冒名")])),
        ("another's device", OTHER, again_of(OLD_VILLAGE, 2, vec![forged("冒名")])),
        ("a log that is none", VILLAGE, again_of(LogId([4; 16]), 2, vec![forged("无据")])),
        ("another place", VILLAGE, again_of(OLD_VILLAGE, 2, vec![change(0, 3, (4, &[]), unbound)])),
        (
            "what was taken over",
            VILLAGE,
            again_of(OLD_VILLAGE, 2, vec![change(0, 1, (1, &[]), fact(OLD_VILLAGE, 1, "改过"))]),
        ),
        (
            "a fact that was taken over",
            VILLAGE,
            again_of(OLD_VILLAGE, 2, vec![change(0, 1, (4, &[]), fact(OLD_VILLAGE, 1, "改过"))]),
        ),
        (
            "a second beginning",
            VILLAGE,
            Taking { kind: TAKEN_OVER.into(), ..again_of(OLD_VILLAGE, 2, vec![forged("再来")]) },
        ),
    ] {
        let mut copy = record.clone();
        let made = said(&record, log, 1, &part);
        takes(&mut copy, log, 1, &made);
        let known = ["一", "二", "三", "?"];
        let words = read(&copy.facts(&roster));
        assert!(words.iter().all(|(text, ..)| known.contains(&text.as_str())), "{name}: {words:?}");
        assert!(copy.facts(&roster).again.is_empty(), "{name}");
    }
}

#[test]
fn what_builds_on_each_other_in_a_circle_is_read_all_the_same() {
    let (record, made) = begun(&taken());
    let roster = Roster::default();
    roster.named.set(Some(made.hash));
    let changes = vec![
        change(0, 3, (4, &[(0, 5)]), fact(OLD_VILLAGE, 3, "四")),
        change(0, 4, (5, &[(0, 4), (0, 9), (7, 1)]), fact(OLD_VILLAGE, 4, "五")),
    ];
    let made = said(&record, VILLAGE, 1, &again_of(OLD_VILLAGE, 2, changes));
    let mut copy = record;
    takes(&mut copy, VILLAGE, 1, &made);
    let words = read(&copy.facts(&roster));
    assert!(
        words.contains(&line("四", 2, true)) && words.contains(&line("五", 2, true)),
        "{words:?}"
    );
}
