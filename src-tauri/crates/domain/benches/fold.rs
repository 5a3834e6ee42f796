//! How long a case takes to fold: one of five hundred facts, and ten thousand of thirty.
//!
//! The goals: under 2 ms, and under 3 s on one core. `cargo xtask bench fold`.

#![expect(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use domain::case::fold;
use domain::fact::body::*;
use domain::fact::{Body, Carried, ChangeFacts, Fact, Past, Proof, RecordFacts};
use domain::id::{DeviceId, FactId, LogTag, RecordId, UserId, ulid};
use domain::role::Role;
use domain::settings::Settings;
use domain::time::Hlc;
use serde_json::json;

/// 1 March 2026, in milliseconds.
const BEGAN_MS: u64 = 1_772_337_600_000;

/// A history of two rooms that meet after every eight facts and write apart in between.
struct History {
    changes: Vec<ChangeFacts>,
    /// What each room builds on.
    heads: [Vec<usize>; 2],
}

impl History {
    fn new() -> Self {
        Self { changes: Vec::new(), heads: [Vec::new(), Vec::new()] }
    }

    fn write(&mut self, body: Body) -> FactId {
        let count = self.changes.len();
        // The first facts are the village's; then both write in turn.
        let room = if count < 8 { 0 } else { count % 2 };
        if count.is_multiple_of(8) {
            let mut all = self.heads.concat();
            all.sort_unstable();
            all.dedup();
            self.heads = [all.clone(), all];
        }
        let name = u8::try_from(room).unwrap_or_default();
        let at = u64::try_from(count).unwrap_or_default();
        let mut binding = [0; 10];
        binding[2..].copy_from_slice(&at.to_be_bytes());
        let ms = BEGAN_MS.saturating_add(at.saturating_mul(3_600_000));
        let id = FactId { log: LogTag([name; 8]), ulid: ulid(ms, &binding) };
        let unit = RecordId([name.saturating_add(1); 16]);
        let day = format!("2026-03-{:02}", 1 + at.saturating_mul(27) / 500 % 27);
        let fact = Fact {
            at: day.parse().expect("a day"),
            recorded: Hlc { ms, count: 0 },
            by: UserId([name; 16]),
            unit,
            body,
            newer: false,
        };
        let carried = Carried {
            id,
            json: fact.write().expect("a fact").into(),
            proof: Some(Proof { device: DeviceId([name; 16]), unit }),
            role: Some(if room == 0 { Role::R3 } else { Role::R5 }),
            past: Past::default(),
        };
        let heads = self.heads.get_mut(room).expect("two rooms");
        let deps = std::mem::replace(heads, vec![count]);
        self.changes.push(ChangeFacts { deps, facts: vec![carried] });
        id
    }

    /// A case with so many facts: sessions, visits, an agreement and what was paid of it.
    fn of(facts: usize) -> Vec<ChangeFacts> {
        let mut history = Self::new();
        history.write(read(json!({ "kind": "registered", "body": {
            "number": "临-A-0001", "source": "application", "track": "people_mediation",
            "settings": domain::settings::VERSION, "demands": [],
        } })));
        let parties: Vec<FactId> = [("张某", Side::Applicant), ("李某", Side::Respondent)]
            .map(|(name, side)| history.write(party(name, side)))
            .to_vec();
        let agreement = history.write(Body::AgreementReached(AgreementReached::written(
            &"分期付清，逾期另议。".repeat(20),
            parties.clone(),
        )));
        history.write(Body::AgreementSigned(AgreementSigned {
            agreement,
            parties: parties.clone(),
            mediators: vec!["周某".into()],
            with: SignedWith::Signature,
        }));
        while history.changes.len() < facts {
            let body = match history.changes.len() % 5 {
                0 => Body::SessionHeld(SessionHeld::brief(
                    "村委会",
                    "周某",
                    parties.clone(),
                    SessionResult::Failed,
                )),
                1 => {
                    Body::RiskAssessed(RiskAssessed { risk: Risk::Yellow, reason: "争吵".into() })
                }
                2 => Body::Note(Note { text: "双方各执一词，约定再谈。".repeat(5) }),
                3 => read(json!({ "kind": "escalated", "body": {
                    "from": "village", "round": 1, "reason": "danger", "note": "",
                } })),
                _ => Body::ConsentRecorded(ConsentRecorded {
                    party: parties.first().copied().expect("two parties"),
                    will: Will::Given,
                    note: String::new(),
                }),
            };
            history.write(body);
        }
        history.changes
    }
}

fn party(name: &str, side: Side) -> Body {
    read(json!({ "kind": "party_added", "body": { "name": name, "side": side } }))
}

fn read(json: serde_json::Value) -> Body {
    serde_json::from_value(json).expect("a body")
}

fn folding(criterion: &mut Criterion) {
    let settings = Settings::default();
    let long = RecordFacts::gather(History::of(500));
    criterion.bench_function("fold 500 facts", |bencher| {
        bencher.iter(|| black_box(fold(black_box(&long), &settings)));
    });
    let short = RecordFacts::gather(History::of(30));
    let mut many = criterion.benchmark_group("many");
    many.sample_size(10);
    many.bench_function("fold 10,000 cases of 30 facts", |bencher| {
        bencher.iter(|| {
            for _ in 0..10_000 {
                black_box(fold(black_box(&short), &settings));
            }
        });
    });
    many.bench_function("gather 500 changes", |bencher| {
        let changes = || History::of(500);
        bencher.iter_batched(changes, RecordFacts::gather, BatchSize::SmallInput);
    });
}

criterion_group!(benches, folding);
criterion_main!(benches);
