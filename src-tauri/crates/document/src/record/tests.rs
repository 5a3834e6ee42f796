//! A record edited by several logs, and what a bad peer may try.

use automerge::legacy::{Key, ObjectId, Op, OpType};
use automerge::{ExpandedChange, ScalarValue};
use domain::fact::body::Note;
use domain::fact::{Body, Fact};
use domain::id::{DeviceId, RecordId, ulid};
use domain::time::Hlc;
use proptest::prelude::*;

use super::*;

struct Anyone;

impl Vouch for Anyone {
    fn proof(&self, log: LogTag) -> Option<Proof> {
        Some(Proof { device: DeviceId([log.0[0]; 16]), unit: RecordId([1; 16]) })
    }
    fn role(&self, _: LogTag, _: UserId) -> Option<Role> {
        Some(Role::R2)
    }
}

/// An entry as it would travel.
#[derive(Clone)]
struct Entry {
    log: LogId,
    seq: u64,
    needs: Vec<Hash>,
    payload: Vec<u8>,
}

/// One device's log and its copy of the record.
#[derive(Clone)]
struct Device {
    log: LogId,
    seq: u64,
    record: Record,
    clock: u64,
}

const GENESIS_LOG: LogId = LogId([1; 16]);

fn record_id() -> RecordId {
    RecordId(ulid(1_000, &binding::record_binding(GENESIS_LOG, 1)))
}

fn note(text: &str, ms: u64) -> String {
    Fact {
        at: "2026-03-24".parse().unwrap(),
        recorded: Hlc { ms, count: 0 },
        by: UserId([3; 16]),
        unit: RecordId([1; 16]),
        body: Body::Note(Note { text: text.into() }),
        newer: false,
    }
    .write()
    .unwrap()
}

fn field(value: &str, ms: u64) -> String {
    serde_json::to_string(&FieldText {
        value: value.into(),
        by: UserId([3; 16]),
        recorded: Hlc { ms, count: 0 },
    })
    .unwrap()
}

impl Device {
    fn actor(&self) -> [u8; binding::ACTOR_BYTES] {
        binding::actor(self.log, &[self.log.0[0]; 12])
    }

    fn fact_id(&self, index: u32) -> FactId {
        FactId {
            log: binding::log_tag(self.log),
            ulid: ulid(
                self.clock + u64::from(index),
                &binding::fact_binding(self.log, self.seq + 1, index),
            ),
        }
    }

    fn entry(&mut self, made: Made) -> Entry {
        self.seq += 1;
        self.clock += 100;
        Entry { log: self.log, seq: self.seq, needs: made.deps, payload: made.payload }
    }

    fn edit(&mut self, edit: &Edit) -> Entry {
        let made = self.record.edit(self.actor(), edit).unwrap();
        self.entry(made)
    }

    fn note(&mut self, text: &str) -> Entry {
        let facts = vec![(self.fact_id(0), note(text, self.clock))];
        self.edit(&Edit { facts, ..Edit::default() })
    }

    fn put(&mut self, name: &str, value: &str) -> Entry {
        let fields = vec![(name.to_owned(), field(value, self.clock))];
        self.edit(&Edit { fields, ..Edit::default() })
    }

    fn take(&mut self, entries: &[Entry]) -> Vec<Verdict> {
        let incoming: Vec<Incoming<'_>> = entries.iter().map(Entry::incoming).collect();
        self.record.apply(&incoming)
    }
}

impl Entry {
    fn incoming(&self) -> Incoming<'_> {
        Incoming {
            log: self.log,
            seq: self.seq,
            needs: self.needs.iter().map(|hash| Need::Change(*hash)).collect(),
            payload: &self.payload,
        }
    }
}

/// A record begun by the first of several devices and known to all.
fn begun(count: u8) -> (Vec<Device>, Entry) {
    let mut first =
        Device { log: GENESIS_LOG, seq: 0, record: Record::empty(record_id()), clock: 1_000 };
    let edit = Edit {
        facts: vec![(first.fact_id(0), note("登记", 1)), (first.fact_id(1), note("当事人", 1))],
        fields: vec![("title".into(), field("滴水", 1))],
        new_texts: vec![("summary".into(), "两家因滴水争执".into())],
        text: None,
    };
    let (record, made) = Record::begin(record_id(), "case", first.actor(), &edit).unwrap();
    first.record = record;
    let genesis = first.entry(made);
    let mut devices = vec![first];
    for n in 1..count {
        let log = LogId([n + 1; 16]);
        let mut device = Device { log, seq: 0, record: Record::empty(record_id()), clock: 2_000 };
        let verdicts = device.take(std::slice::from_ref(&genesis));
        assert!(matches!(verdicts[..], [Verdict::Applied(_)]), "{verdicts:?}");
        devices.push(device);
    }
    (devices, genesis)
}

#[test]
fn a_record_survives_its_cache_and_doubts_a_wrong_one() {
    let (mut devices, _) = begun(1);
    let saved = devices[0].record.save();
    let heads = devices[0].record.heads();
    let back = Record::load(record_id(), &saved, &heads).unwrap();
    assert_eq!(back.text("summary").as_deref(), Some("两家因滴水争执"));
    assert_eq!(back.kind(), "case");
    devices[0].note("后来");
    assert!(Record::load(record_id(), &saved, &devices[0].record.heads()).is_err(), "stale cache");
    let mut broken = saved.clone();
    broken[20] ^= 1;
    assert!(Record::load(record_id(), &broken, &heads).is_err(), "damaged cache");
}

#[test]
fn what_was_apart_comes_together_with_both_values() {
    let (mut devices, _) = begun(2);
    let [a, b] = &mut devices[..] else { unreachable!() };
    let from_a = [a.put("title", "屋檐滴水"), a.note("甲说")];
    let from_b = [b.put("title", "院墙排水"), b.note("乙说")];
    assert!(a.take(&from_b).iter().all(|v| matches!(v, Verdict::Applied(_))));
    assert!(b.take(&from_a).iter().all(|v| matches!(v, Verdict::Applied(_))));
    let (a_facts, b_facts) = (a.record.facts(&Anyone), b.record.facts(&Anyone));
    assert_eq!(a_facts.fields["title"].len(), 2, "both values stand");
    assert_eq!(a_facts.fields, b_facts.fields);
    assert_eq!(a_facts.facts.len(), 4);
    assert!(a.take(&from_b).iter().all(|v| matches!(v, Verdict::Applied(_))), "again is harmless");
    assert_eq!(a.record.heads(), b.record.heads());
}

#[test]
fn a_text_typed_on_an_old_version_keeps_what_arrived_meanwhile() {
    let (mut devices, _) = begun(2);
    let [a, b] = &mut devices[..] else { unreachable!() };
    let seen = b.record.heads();
    let edit = Edit {
        text: Some(("summary".into(), "两家因屋檐滴水争执".into())),
        ..Edit::default()
    };
    let from_a = a.edit(&edit);
    b.take(std::slice::from_ref(&from_a));
    let fresh = binding::actor(b.log, &[77; 12]);
    let made = b.record.edit_text_at(fresh, &seen, "summary", "两家因滴水争执，已劝。").unwrap();
    assert_eq!(b.record.text("summary").as_deref(), Some("两家因屋檐滴水争执，已劝。"));
    let from_b = b.entry(made);
    let verdict = a.take(std::slice::from_ref(&from_b));
    assert!(matches!(verdict[..], [Verdict::Applied(_)]), "{verdict:?}");
    assert_eq!(a.record.text("summary"), b.record.text("summary"));
    assert!(matches!(
        b.record.edit_text_at(fresh, &[[9; 32]], "summary", "x"),
        Err(RecordError::Version)
    ));
}

/// What would stand of the title, and what waits, if the second device wrote later than it might.
fn without_second(record: &Record) -> Option<(Vec<String>, Vec<String>)> {
    let second = Anyone.proof(binding::log_tag(LogId([2; 16])));
    let late = record.late_fields(&Anyone, |_, value| value.proof == second);
    let words = |values: &[FieldValue]| -> Vec<String> {
        values.iter().filter_map(|v| v.value.as_str()).map(str::to_owned).collect()
    };
    late.get("title").map(|title| (words(&title.standing), words(&title.waiting)))
}

#[test]
fn what_a_late_write_replaced_is_found_again() {
    let (mut devices, _) = begun(3);
    let [a, b, c] = &mut devices[..] else { unreachable!() };
    let pair = |standing: &[&str], waiting: &[&str]| {
        let all = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        Some((all(standing), all(waiting)))
    };
    assert_eq!(without_second(&a.record), None, "nothing is late");
    let once = b.put("title", "院墙排水");
    a.take(std::slice::from_ref(&once));
    assert_eq!(without_second(&a.record), pair(&["滴水"], &["院墙排水"]));
    let twice = b.put("title", "流水");
    a.take(std::slice::from_ref(&twice));
    assert_eq!(without_second(&a.record), pair(&["滴水"], &["院墙排水", "流水"]), "through both");
    // Somebody who did not know wrote over the same value: it is answered and does not come back.
    let beside = c.put("title", "屋檐滴水");
    a.take(std::slice::from_ref(&beside));
    assert_eq!(without_second(&a.record), pair(&["屋檐滴水"], &["院墙排水", "流水"]));
    c.take(&[once, twice]);
    assert_eq!(without_second(&c.record), without_second(&a.record), "in any order");
    // Whoever decides knowing all leaves nothing late.
    let decided = note("裁定", 9).replace("\"note\"", "\"decided\"");
    let edit = Edit {
        facts: vec![(a.fact_id(0), decided)],
        fields: vec![("title".into(), field("排水", 9))],
        ..Edit::default()
    };
    a.edit(&edit);
    assert_eq!(without_second(&a.record), None);
    b.put("place", "村口");
    let late = b.record.late_fields(&Anyone, |_, _| true);
    assert_eq!(late["title"].standing, [], "the beginning has nothing before it");
    assert_eq!(late["place"].standing, []);
}

#[test]
fn deciding_between_two_values_needs_a_fact() {
    let (mut devices, _) = begun(2);
    let [a, b] = &mut devices[..] else { unreachable!() };
    let from_b = b.put("title", "院墙排水");
    a.put("title", "屋檐滴水");
    a.take(std::slice::from_ref(&from_b));
    let mut silent = a.clone();
    let overwrite = silent.put("title", "都不对");
    let mut witness = a.clone();
    assert_eq!(
        witness.take(std::slice::from_ref(&overwrite)),
        [Verdict::Held(StructureFault::SilentOverwrite)]
    );
    let decided = note("裁定", 9).replace("\"note\"", "\"decided\"");
    let edit = Edit {
        facts: vec![(a.fact_id(0), decided)],
        fields: vec![("title".into(), field("屋檐滴水", 9))],
        ..Edit::default()
    };
    let decision = a.edit(&edit);
    let verdict = witness.take(std::slice::from_ref(&decision));
    assert!(matches!(verdict[..], [Verdict::Applied(_)]), "{verdict:?}");
}

#[test]
fn what_two_said_alike_is_written_over_like_one_value() {
    for is_at_once in [false, true] {
        let (mut devices, _) = begun(3);
        let [a, b, witness] = &mut devices[..] else { unreachable!() };
        let from_a = a.put("title", "屋檐滴水");
        let from_b = b.put("title", "屋檐滴水");
        a.take(std::slice::from_ref(&from_b));
        let over = a.put("title", "院墙排水");
        let next = a.put("title", "院墙");
        let entries = [from_a, from_b, over, next];
        let verdicts = match is_at_once {
            true => witness.take(&entries),
            false => entries.iter().flat_map(|e| witness.take(std::slice::from_ref(e))).collect(),
        };
        let is_applied = |verdict: &Verdict| matches!(verdict, Verdict::Applied(_));
        assert!(verdicts.iter().all(is_applied), "{is_at_once}: {verdicts:?}");
    }
}

#[test]
fn a_record_has_one_beginning_in_one_entry() {
    let (_, genesis) = begun(1);
    let rows: [(&str, LogId, u64); 3] = [
        ("another log", LogId([2; 16]), 1),
        ("another entry", GENESIS_LOG, 2),
        ("the right one", GENESIS_LOG, 1),
    ];
    for (name, log, seq) in rows {
        let mut record = Record::empty(record_id());
        let verdict =
            record.apply(&[Incoming { log, seq, needs: vec![], payload: &genesis.payload }]);
        let applied = matches!(verdict[..], [Verdict::Applied(_)]);
        assert_eq!(applied, name == "the right one", "{name}: {verdict:?}");
    }
}

/// Rebuilds a change after somebody has tampered with it.
fn forge(entry: &Entry, tamper: impl FnOnce(&mut ExpandedChange)) -> Entry {
    let mut change = Change::from_bytes(entry.payload.clone()).unwrap().decode();
    tamper(&mut change);
    let change = Change::from(change);
    Entry { payload: change.raw_bytes().to_vec(), ..entry.clone() }
}

#[test]
fn a_bad_peer_can_add_noise_but_touch_nothing() {
    let (devices, genesis) = begun(2);
    let mut bad = devices[1].clone();
    let good = bad.note("平常的一笔");
    let title = devices[1].clone().put("title", "x");
    let put =
        |key: &str, value: &str| OpType::Put(ScalarValue::Str(format!("{key}{value}").into()));
    let rows: Vec<(&str, Entry, StructureFault)> = vec![
        (
            "not a change",
            Entry { payload: vec![0; 40], ..good.clone() },
            StructureFault::NotAChange,
        ),
        (
            "a compressed chunk",
            Entry {
                payload: {
                    let mut bytes = good.payload.clone();
                    bytes[8] = 2;
                    bytes
                },
                ..good.clone()
            },
            StructureFault::NotAChange,
        ),
        (
            "another's actor",
            forge(&good, |c| c.actor_id = ActorId::from(devices[0].actor())),
            StructureFault::Actor,
        ),
        ("undeclared dependencies", Entry { needs: vec![], ..good.clone() }, StructureFault::Needs),
        (
            "a dependency nobody has",
            {
                let mut forged = forge(&good, |c| c.deps = vec![ChangeHash([5; 32])]);
                forged.needs = vec![[5; 32]];
                forged
            },
            StructureFault::Lacking,
        ),
        (
            "operations numbered into the future",
            forge(&good, |c| c.start_op = 4_999_999.try_into().unwrap()),
            StructureFault::Numbering,
        ),
        ("a skipped change", forge(&good, |c| c.seq = 3), StructureFault::Numbering),
        (
            "the map of facts replaced",
            forge(&good, |c| {
                c.operations[0].obj = ObjectId::Root;
                c.operations[0].key = Key::Map("facts".into());
                c.operations[0].action = OpType::Make(ObjType::Map);
            }),
            StructureFault::Object,
        ),
        (
            "another's fact overwritten",
            forge(&good, |c| {
                let first = Change::from_bytes(genesis.payload.clone()).unwrap().decode();
                let fact = first.operations.iter().find(|op| is_fact(op)).unwrap();
                c.operations[0].key = fact.key.clone();
            }),
            StructureFault::FactId,
        ),
        (
            "a fact deleted",
            forge(&good, |c| c.operations[0].action = OpType::Delete),
            StructureFault::Operation,
        ),
        (
            "a fact of another shape",
            forge(&good, |c| c.operations[0].action = OpType::Make(ObjType::List)),
            StructureFault::Operation,
        ),
        (
            "a fact under a name of its own making",
            forge(&good, |c| c.operations[0].key = Key::Map("hello".into())),
            StructureFault::FactId,
        ),
        (
            "a register deleted",
            forge(&title, |c| c.operations[0].action = OpType::Delete),
            StructureFault::Operation,
        ),
        (
            "a register of another shape",
            forge(&title, |c| c.operations[0].action = OpType::Put(ScalarValue::Int(1))),
            StructureFault::Operation,
        ),
        (
            "a register with a strange name",
            forge(&title, |c| c.operations[0].key = Key::Map("Title!".into())),
            StructureFault::Operation,
        ),
        (
            "an object nobody made",
            forge(&good, |c| {
                c.operations[0].obj =
                    ObjectId::Id(automerge::legacy::OpId(3, ActorId::from([9; 20])));
            }),
            StructureFault::Object,
        ),
        (
            "an answer to what it cannot know",
            forge(&title, |c| {
                c.operations[0].pred =
                    vec![automerge::legacy::OpId(900, ActorId::from([9; 20]))].into();
            }),
            StructureFault::Future,
        ),
        (
            "hidden bytes",
            forge(&good, |c| c.extra_bytes = vec![1, 2, 3]),
            StructureFault::NotAChange,
        ),
        (
            "a flood of operations",
            forge(&title, |c| {
                let op = c.operations[0].clone();
                c.operations = (0..=structure::OPS_PER_CHANGE_MAX)
                    .map(|n| Op { action: put("v", &n.to_string()), ..op.clone() })
                    .collect();
            }),
            StructureFault::TooLarge,
        ),
    ];
    for (name, entry, fault) in rows {
        let mut witness = devices[0].clone();
        let before = witness.record.heads();
        assert_eq!(witness.take(&[entry]), [Verdict::Held(fault)], "{name}");
        assert_eq!(witness.record.heads(), before, "{name}: the document is untouched");
        let verdict = witness.take(std::slice::from_ref(&good));
        assert!(matches!(verdict[..], [Verdict::Applied(_)]), "{name}: the honest entry goes on");
    }
}

fn is_fact(op: &Op) -> bool {
    matches!(&op.key, Key::Map(key) if key.contains('-'))
}

#[test]
fn an_entry_that_builds_on_a_held_one_waits_with_it() {
    let (devices, _) = begun(2);
    let mut bad = devices[1].clone();
    let held = forge(&bad.note("甲"), |c| c.extra_bytes = vec![1]);
    let after = bad.note("乙");
    // In one batch, and after the first was held.
    for need in [Need::Batch(0), Need::Held] {
        let mut witness = devices[0].clone();
        let later = Incoming { needs: vec![need], ..after.incoming() };
        assert_eq!(
            witness.record.apply(&[held.incoming(), later]),
            [Verdict::Held(StructureFault::NotAChange), Verdict::Held(StructureFault::OnHeld)]
        );
    }
}

#[test]
fn what_a_held_change_says_is_read_without_touching_anything() {
    let fact = FactId { log: binding::log_tag(GENESIS_LOG), ulid: ulid(1_000, &[0; 10]) };
    let edit = Edit {
        facts: vec![(fact, note("看过现场", 1_000))],
        fields: vec![("title".into(), field("滴水", 1_000))],
        ..Edit::default()
    };
    let actor = binding::actor(GENESIS_LOG, &[1; 12]);
    let (_, made) = Record::begin(record_id(), "case", actor, &edit).unwrap();
    let said = crate::peek(&made.payload);
    assert!(matches!(&said.facts[..], [one] if one.body.row().code == "note"));
    assert!(matches!(&said.fields[..], [(name, one)] if name == "title" && one.value == "滴水"));
    for cut in 0..made.payload.len() {
        assert_eq!(crate::peek(&made.payload[..cut]), crate::Said::default(), "cut at {cut}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever the order and however often entries arrive, as long as each stands after those
    /// it builds on, every device ends with the same document.
    #[test]
    fn the_order_of_arrival_changes_nothing(
        acts in proptest::collection::vec((0..3usize, 0..4u8, 0..3usize), 1..25),
        seed in any::<u64>(),
    ) {
        let (mut devices, genesis) = begun(3);
        let mut entries = vec![genesis];
        let mut seen: Vec<usize> = vec![1, 1, 1];
        for (n, (who, what, from)) in acts.iter().enumerate() {
            if *what == 0 {
                // Take everything there is so far.
                let fresh: Vec<Entry> = entries[seen[*who]..].to_vec();
                devices[*who].take(&fresh);
                seen[*who] = entries.len();
                let _ = from;
                continue;
            }
            let device = &mut devices[*who];
            let entry = match what {
                1 => device.note(&format!("第 {n} 笔")),
                2 => {
                    let is_contested =
                        device.record.facts(&Anyone).fields["title"].len() > 1;
                    if is_contested { device.note("先放一放") } else { device.put("title", &n.to_string()) }
                }
                _ => {
                    let words = format!("{}{n}", device.record.text("summary").unwrap());
                    let edit = Edit { text: Some(("summary".into(), words)), ..Edit::default() };
                    device.edit(&edit)
                }
            };
            entries.push(entry);
        }
        // A seeded order that keeps every entry after those it builds on, with repetitions.
        let hashes: Vec<Hash> = entries
            .iter()
            .map(|e| Change::from_bytes(e.payload.clone()).unwrap().hash().0)
            .collect();
        let mut state = seed | 1;
        let mut order: Vec<usize> = Vec::new();
        let mut left: Vec<usize> = (0..entries.len()).collect();
        while !left.is_empty() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
            let ready: Vec<usize> = left
                .iter()
                .copied()
                .filter(|e| entries[*e].needs.iter().all(|need| order.iter().any(|o| hashes[*o] == *need)))
                .collect();
            let pick = ready[usize::try_from(state >> 33).unwrap() % ready.len()];
            order.push(pick);
            if state & 1024 == 0 {
                order.push(pick);
            }
            left.retain(|e| *e != pick);
        }
        let whole: Vec<Entry> = order.iter().map(|at| entries[*at].clone()).collect();
        let mut batch = Record::empty(record_id());
        let verdicts = batch.apply(&whole.iter().map(Entry::incoming).collect::<Vec<_>>());
        prop_assert!(verdicts.iter().all(|v| matches!(v, Verdict::Applied(_))), "{:?}", verdicts);
        let mut single = Record::empty(record_id());
        for entry in &entries {
            single.apply(&[entry.incoming()]);
        }
        prop_assert_eq!(batch.heads(), single.heads());
        prop_assert_eq!(batch.text("summary"), single.text("summary"));
        let (batch, single) = (batch.facts(&Anyone), single.facts(&Anyone));
        prop_assert_eq!(&batch.fields, &single.fields);
        let ids = |r: &RecordFacts| r.facts.iter().map(|f| (f.id, f.json.clone(), f.past.clone())).collect::<Vec<_>>();
        prop_assert_eq!(ids(&batch), ids(&single));
    }
}
