//! Generated histories: two to five devices write facts of every kind there is, knowing of each
//! other only what they met for, without any guard, as broken or hostile peers may. Bodies are
//! made from the schema of the table of kinds, so a new kind is covered the day it is added.
//!
//! `PINGLI_HISTORIES=N` plays N histories instead of the short form; a failure names its seed.

use std::collections::{BTreeMap, BTreeSet};

use domain::case::{self, Case, EventMark};
use domain::fact::{Body, Carried, ChangeFacts, Fact, KINDS, Proof, RecordFacts, RecordKind};
use domain::id::{DeviceId, FactId, LogTag, RecordId, UserId, ulid};
use domain::role::Role;
use domain::settings::Settings;
use domain::time::Hlc;
use fastrand::Rng;
use schemars::schema_for;
use serde_json::{Map, Value, json};

/// How many histories the short form plays.
const HISTORIES: u64 = 400;

/// The most facts in one history.
const FACTS_MAX: usize = 45;

/// Noon of 1 March 2026 in China, in milliseconds.
const BEGAN_MS: u64 = 1_772_337_600_000;

/// What a plain text of a schema may stand for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Plain {
    Words,
    Fact,
    Day,
    At,
    Record,
    Blob,
}

/// Makes bodies from the schema.
struct Maker {
    defs: Map<String, Value>,
    kinds: BTreeMap<String, Value>,
    /// What each member's plain texts turned out to be.
    plain: BTreeMap<(String, String), Plain>,
}

impl Maker {
    fn new() -> Self {
        let schema = serde_json::to_value(schema_for!(Body)).unwrap();
        let kinds = schema["oneOf"].as_array().unwrap().iter().map(|one| {
            let kind = one["properties"]["kind"]["const"].as_str().unwrap().to_owned();
            (kind, one["properties"]["body"].clone())
        });
        Self {
            kinds: kinds.collect(),
            defs: schema["$defs"].as_object().unwrap().clone(),
            plain: BTreeMap::new(),
        }
    }

    /// A body of a kind that reads.
    fn body(&mut self, kind: &str, known: &[FactId], rng: &mut Rng) -> Body {
        let schema = self.kinds.get(kind).unwrap_or_else(|| panic!("no schema of {kind}")).clone();
        for _ in 0..2_000 {
            let mut tried = BTreeMap::new();
            let body = self.value(&schema, kind, "", known, rng, &mut tried, 0);
            if let Ok(body) = serde_json::from_value(json!({ "kind": kind, "body": body })) {
                self.plain.extend(tried);
                return body;
            }
        }
        panic!("no body of {kind} reads");
    }

    #[expect(clippy::too_many_arguments, reason = "one recursive descent")]
    fn value(
        &self,
        schema: &Value,
        kind: &str,
        member: &str,
        known: &[FactId],
        rng: &mut Rng,
        tried: &mut BTreeMap<(String, String), Plain>,
        depth: u8,
    ) -> Value {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.rsplit('/').next().unwrap();
            let Some(meant) = self.defs.get(name).filter(|_| depth < 7) else {
                return json!({ "kind": "note", "body": { "text": "更正为备注" } });
            };
            let place = format!("{member}/{name}");
            return self.value(meant, kind, &place, known, rng, tried, depth + 1);
        }
        for choice in ["oneOf", "anyOf"] {
            if let Some(ways) = schema[choice].as_array() {
                let way = &ways[rng.usize(..ways.len())];
                return self.value(way, kind, member, known, rng, tried, depth + 1);
            }
        }
        if let Some(words) = schema["enum"].as_array() {
            return words[rng.usize(..words.len())].clone();
        }
        if schema["const"] != Value::Null {
            return schema["const"].clone();
        }
        let of = match &schema["type"] {
            Value::Array(types) => types[rng.usize(..types.len())].as_str(),
            one => one.as_str(),
        };
        match of {
            Some("null") => Value::Null,
            Some("boolean") => json!(rng.bool()),
            Some("integer") => json!(rng.u16(..4)),
            Some("number") => json!(rng.u8(..100)),
            Some("array") => {
                let items = (0..rng.usize(..3)).map(|_| {
                    self.value(&schema["items"], kind, member, known, rng, tried, depth + 1)
                });
                items.collect()
            }
            Some("object") => {
                let mut object = Map::new();
                let required = schema["required"].as_array().cloned().unwrap_or_default();
                for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
                    if required.contains(&json!(name)) || rng.bool() {
                        let place = format!("{member}/{name}");
                        let value = self.value(inner, kind, &place, known, rng, tried, depth + 1);
                        object.insert(name.clone(), value);
                    }
                }
                Value::Object(object)
            }
            Some("string") if schema["format"] == "date" => json!(day(rng)),
            Some("string") => {
                let place = (kind.to_owned(), member.to_owned());
                let any =
                    [Plain::Words, Plain::Fact, Plain::Day, Plain::At, Plain::Record, Plain::Blob];
                let plain = match self.plain.get(&place).or_else(|| tried.get(&place)) {
                    Some(plain) => *plain,
                    None => any[rng.usize(..any.len())],
                };
                tried.insert(place, plain);
                match plain {
                    Plain::Words => json!(["周某", "钱某", "村委会", "一次付清"][rng.usize(..4)]),
                    Plain::Fact => json!(known[rng.usize(..known.len())].to_string()),
                    Plain::Day => json!(day(rng)),
                    Plain::At => json!(at(rng)),
                    Plain::Record => json!(RecordId([rng.u8(1..4); 16]).to_string()),
                    Plain::Blob => json!(format!("{:02x}", rng.u8(1..4)).repeat(32)),
                }
            }
            // Anything at all: the value of a register.
            _ => json!(["甲", "乙"][rng.usize(..2)]),
        }
    }
}

fn day(rng: &mut Rng) -> String {
    format!("2026-03-{:02}", rng.u8(1..29))
}

fn at(rng: &mut Rng) -> String {
    let day = day(rng);
    match rng.u8(..4) {
        0 => format!("{day}AM"),
        1 => format!("{day}T{:02}:{:02}", rng.u8(8..18), rng.u8(..60)),
        _ => day,
    }
}

/// A device, its one user, and what it has.
struct Device {
    name: u8,
    unit: u8,
    role: Role,
    has: BTreeSet<usize>,
}

/// A history: changes of one fact each, with what their authors had.
struct History {
    devices: Vec<Device>,
    changes: Vec<(Carried, BTreeSet<usize>)>,
}

impl History {
    fn play(seed: u64, maker: &mut Maker) -> Self {
        let mut rng = Rng::with_seed(seed);
        let roles = [Role::R3, Role::R4, Role::R2, Role::R7, Role::R6, Role::R1, Role::R5];
        let devices = (0..rng.usize(2..6)).map(|at| {
            let role = if at < 2 { roles[at] } else { roles[rng.usize(..roles.len())] };
            let is_village = role.level() == domain::role::Level::Village;
            let name = u8::try_from(at).unwrap();
            let unit = if is_village { 1 + rng.u8(..2) } else { 9 };
            Device { name, unit, role, has: BTreeSet::new() }
        });
        let mut history = Self { devices: devices.collect(), changes: Vec::new() };
        for kind in ["registered", "party_added", "party_added"] {
            history.write(0, kind, maker, &mut rng);
        }
        history.meet_all();
        let kinds: Vec<_> = KINDS.iter().filter(|row| row.record == RecordKind::Case).collect();
        for _ in 0..rng.usize(5..FACTS_MAX) {
            let who = rng.usize(..history.devices.len());
            if rng.u8(..4) == 0 {
                let other = rng.usize(..history.devices.len());
                history.meet(who, other);
                continue;
            }
            let role = history.devices[who].role;
            let own: Vec<_> = kinds.iter().filter(|row| row.admits(role)).collect();
            // Now and then somebody writes what is not theirs to write.
            let kind = match own.as_slice() {
                [] => kinds[rng.usize(..kinds.len())],
                _ if rng.u8(..12) == 0 => kinds[rng.usize(..kinds.len())],
                own => own[rng.usize(..own.len())],
            };
            history.write(who, kind.code, maker, &mut rng);
        }
        history
    }

    fn write(&mut self, who: usize, kind: &str, maker: &mut Maker, rng: &mut Rng) {
        let mut known: Vec<FactId> =
            self.devices[who].has.iter().map(|change| self.changes[*change].0.id).collect();
        if known.is_empty() {
            known.push(FactId { log: LogTag([0; 8]), ulid: [0; 16] });
        }
        let body = maker.body(kind, &known, rng);
        let count = self.changes.len();
        let when = if count < 3 { "2026-03-01".to_owned() } else { at(rng) };
        self.put(who, &when, body);
    }

    fn put(&mut self, who: usize, at: &str, body: Body) -> FactId {
        let count = self.changes.len();
        let device = &mut self.devices[who];
        let mut binding = [0; 10];
        binding[9] = u8::try_from(count).unwrap();
        let ms = BEGAN_MS + u64::try_from(count).unwrap() * 3_600_000;
        let id = FactId { log: LogTag([device.name; 8]), ulid: ulid(ms, &binding) };
        let unit = RecordId([device.unit; 16]);
        let fact = Fact {
            at: at.parse().unwrap(),
            recorded: Hlc { ms, count: 0 },
            by: UserId([device.name + 100; 16]),
            unit,
            body,
            newer: false,
        };
        let carried = Carried {
            id,
            json: fact.write().unwrap().into(),
            proof: Some(Proof { device: DeviceId([device.name + 50; 16]), unit }),
            role: Some(device.role),
            past: Default::default(),
        };
        self.changes.push((carried, device.has.clone()));
        device.has.insert(count);
        id
    }

    fn meet(&mut self, a: usize, b: usize) {
        let both: BTreeSet<usize> =
            self.devices[a].has.union(&self.devices[b].has).copied().collect();
        self.devices[a].has.clone_from(&both);
        self.devices[b].has = both;
    }

    fn meet_all(&mut self) {
        let all: BTreeSet<usize> = (0..self.changes.len()).collect();
        for device in &mut self.devices {
            device.has.clone_from(&all);
        }
    }

    /// The record of some changes, arriving in an order of its own, some of them twice.
    fn record(&self, changes: &BTreeSet<usize>, rng: &mut Rng) -> RecordFacts {
        let mut left: Vec<usize> = changes.iter().copied().collect();
        let mut order: Vec<usize> = Vec::new();
        while !left.is_empty() {
            let ready: Vec<usize> = left
                .iter()
                .copied()
                .filter(|change| self.changes[*change].1.iter().all(|dep| order.contains(dep)))
                .collect();
            let pick = ready[rng.usize(..ready.len())];
            left.retain(|change| *change != pick);
            order.extend(std::iter::repeat_n(pick, if rng.u8(..8) == 0 { 2 } else { 1 }));
        }
        let place = |change: &usize| order.iter().position(|other| other == change).unwrap();
        let arrived = order.iter().map(|change| {
            let (carried, deps) = &self.changes[*change];
            ChangeFacts { deps: deps.iter().map(place).collect(), facts: vec![carried.clone()] }
        });
        RecordFacts::gather(arrived.collect())
    }

    fn fold(&self, changes: &BTreeSet<usize>, rng: &mut Rng) -> Case {
        case::fold(&self.record(changes, rng), &Settings::default())
    }
}

/// What must be true of every case, whoever wrote what.
fn check(case: &Case, history: &History, has: &BTreeSet<usize>) {
    assert_eq!(case.events.len(), has.len(), "every fact is in the history, effective or not");
    let refused: BTreeSet<FactId> = case.refused.iter().map(|(id, _)| *id).collect();
    for event in &case.events {
        let is_marked = event
            .marks
            .iter()
            .any(|mark| matches!(mark, EventMark::Refused | EventMark::NeedsUpdate));
        assert_eq!(is_marked, refused.contains(&event.id), "without effect, and it says so");
    }
    // One owner: of all tenures the last holds, and each rests on a fact of its own.
    let grounds: BTreeSet<FactId> = case.ladder.tenures.iter().map(|tenure| tenure.by).collect();
    assert_eq!(grounds.len(), case.ladder.tenures.len(), "two tenures rest on one fact");
    // No record of a session is lost.
    let held = has.iter().filter(|change| {
        let carried = &history.changes[**change].0;
        let fact = Fact::read(&carried.json).unwrap();
        matches!(fact.body, Body::SessionHeld(_)) && !refused.contains(&carried.id)
    });
    assert!(case.sessions.len() >= held.count(), "a session is lost");
    // What contradicts is told once, between facts that are there.
    let there: BTreeSet<FactId> = case.events.iter().map(|event| event.id).collect();
    let mut keys = BTreeSet::new();
    for conflict in &case.conflicts {
        assert!(keys.insert(&conflict.key), "{} is told twice", conflict.key);
        assert!(conflict.why.facts.iter().all(|fact| there.contains(fact)), "{conflict:?}");
    }
    // Until somebody decides, nothing contested is plainly current.
    let is_current =
        |a: &&case::agreement::Agreement| a.standing == case::agreement::Standing::Contested;
    if case.agreements.iter().any(|a| is_current(&a)) {
        assert!(case.has_open_conflict(), "a contest nobody sees");
    }
}

#[test]
fn any_history_has_one_meaning() {
    let histories = std::env::var("PINGLI_HISTORIES").ok().and_then(|n| n.parse().ok());
    let mut maker = Maker::new();
    let mut kinds = BTreeSet::new();
    for seed in 0..histories.unwrap_or(HISTORIES) {
        let mut history = History::play(seed, &mut maker);
        let mut rng = Rng::with_seed(seed);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for device in &history.devices {
                check(&history.fold(&device.has, &mut rng), &history, &device.has);
            }
            history.meet_all();
            let all = history.devices[0].has.clone();
            let case = history.fold(&all, &mut rng);
            check(&case, &history, &all);
            for _ in 0..3 {
                let again = history.fold(&all, &mut rng);
                assert!(again == case, "another order, another meaning");
            }
            decide(&mut history, &case, &mut rng);
        }));
        assert!(outcome.is_ok(), "seed {seed}");
        for (carried, _) in &history.changes {
            kinds.insert(Fact::read(&carried.json).unwrap().body.row().code);
        }
    }
    let missing: Vec<_> = KINDS
        .iter()
        .filter(|row| row.record == RecordKind::Case && !kinds.contains(row.code))
        .map(|row| row.code)
        .collect();
    assert!(missing.is_empty(), "never written: {missing:?}");
}

/// Whoever sits where an open conflict is decided settles it; it stays readable for ever.
fn decide(history: &mut History, case: &Case, rng: &mut Rng) {
    let Some(open) = case.conflicts.iter().find(|c| c.is_open() && !c.sides.is_empty()) else {
        return;
    };
    let seat = |role: Role| open.seat.admits(role);
    let Some(who) = history.devices.iter().position(|device| seat(device.role)) else { return };
    let choice = open.sides[rng.usize(..open.sides.len())].choice.clone();
    let body = json!({ "kind": "decided", "body": {
        "conflict": open.key, "choice": choice, "over": [], "reason": "当面核对",
    } });
    history.put(who, "2026-03-28", serde_json::from_value(body).unwrap());
    history.meet_all();
    let all = history.devices[0].has.clone();
    let after = history.fold(&all, rng);
    check(&after, history, &all);
    let kept = after.conflicts.iter().find(|conflict| conflict.key == open.key);
    assert!(kept.is_some(), "{} was decided and is gone", open.key);
}
