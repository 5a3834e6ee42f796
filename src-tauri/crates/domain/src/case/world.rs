//! A world for tests: desks that write on one case while apart and meet when told to.

use std::collections::{BTreeMap, BTreeSet};

use super::Case;
use super::guard::{self, Author, Refusal};
use crate::catalogue::Source;
use crate::fact::body::*;
use crate::fact::{Body, Carried, ChangeFacts, Fact, FieldValue, Proof, RecordFacts};
use crate::id::{DeviceId, FactId, LogTag, RecordId, UserId, ulid};
use crate::role::{Level, Role};
use crate::settings::Settings;
use crate::time::{At, Day, Hlc, midnight, moment};

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A desk: one user on one device of one unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Desk {
    at: usize,
    unit: u8,
    role: Role,
}

impl Desk {
    pub(crate) fn unit(self) -> RecordId {
        RecordId([self.unit; 16])
    }

    pub(crate) fn user(self) -> UserId {
        UserId([u8::try_from(self.at).unwrap() + 100; 16])
    }

    pub(crate) fn proof(self) -> Proof {
        let device = DeviceId([u8::try_from(self.at).unwrap() + 50; 16]);
        Proof { device, unit: self.unit() }
    }
}

/// Changes, each with one fact, and who has which.
pub(crate) struct World {
    changes: Vec<(Carried, BTreeSet<usize>)>,
    has: Vec<BTreeSet<usize>>,
    today: BTreeMap<usize, Day>,
    pub(crate) fields: BTreeMap<String, Vec<FieldValue>>,
    pub(crate) removed: BTreeMap<FactId, u64>,
    pub(crate) adopted: BTreeSet<FactId>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            changes: vec![],
            has: vec![],
            today: BTreeMap::new(),
            fields: BTreeMap::new(),
            removed: BTreeMap::new(),
            adopted: BTreeSet::new(),
        }
    }

    pub(crate) fn desk(&mut self, unit: u8, role: Role) -> Desk {
        self.has.push(BTreeSet::new());
        Desk { at: self.has.len() - 1, unit, role }
    }

    /// Sets a desk's calendar; otherwise it types things on the day they happen.
    pub(crate) fn today(&mut self, desk: Desk, today: &str) {
        self.today.insert(desk.at, day(today));
    }

    pub(crate) fn write(&mut self, desk: Desk, at: &str, body: Body) -> FactId {
        self.forge(desk, at, body, |_| {})
    }

    /// Writes a fact after somebody has tampered with what its entry proves.
    pub(crate) fn forge(
        &mut self,
        desk: Desk,
        at: &str,
        body: Body,
        tamper: impl FnOnce(&mut Carried),
    ) -> FactId {
        let at: At = at.parse().unwrap();
        let typed = self.today.get(&desk.at).copied().unwrap_or(at.day);
        // Later on every desk than anything before it, as a hybrid logical clock would say.
        let count = self.changes.len();
        let ms = u64::try_from(moment(midnight(typed))).unwrap() + 36_000_000;
        let mut binding = [0; 10];
        binding[8] = u8::try_from(count / 256).unwrap();
        binding[9] = u8::try_from(count % 256).unwrap();
        let id = FactId {
            log: LogTag([u8::try_from(desk.at).unwrap(); 8]),
            ulid: ulid(u64::try_from(count).unwrap() + 1, &binding),
        };
        let fact = Fact {
            at,
            recorded: Hlc { ms, count: u16::try_from(count).unwrap() },
            by: desk.user(),
            unit: desk.unit(),
            body,
            newer: false,
        };
        let mut carried = Carried {
            id,
            json: fact.write().unwrap().into(),
            proof: Some(desk.proof()),
            role: Some(desk.role),
            past: Default::default(),
        };
        tamper(&mut carried);
        let had = self.has[desk.at].clone();
        self.changes.push((carried, had));
        self.has[desk.at].insert(count);
        id
    }

    /// Two desks exchange everything.
    pub(crate) fn meet(&mut self, a: Desk, b: Desk) {
        let both: BTreeSet<usize> = self.has[a.at].union(&self.has[b.at]).copied().collect();
        self.has[a.at].clone_from(&both);
        self.has[b.at] = both;
    }

    pub(crate) fn count(&self, desk: Desk) -> usize {
        self.has[desk.at].len()
    }

    pub(crate) fn case(&self, desk: Desk) -> Case {
        self.case_under(desk, &Settings::default())
    }

    pub(crate) fn case_under(&self, desk: Desk, settings: &Settings) -> Case {
        super::fold(&self.facts(desk), settings)
    }

    /// The facts a desk has.
    pub(crate) fn facts(&self, desk: Desk) -> RecordFacts {
        let order: Vec<usize> = self.has[desk.at].iter().copied().collect();
        self.record(&order)
    }

    /// The same case from changes that arrived in another order, some of them twice.
    pub(crate) fn case_shuffled(&self, desk: Desk, seed: u64) -> Case {
        let mut left: Vec<usize> = self.has[desk.at].iter().copied().collect();
        let mut order = Vec::new();
        let mut state = seed | 1;
        while !left.is_empty() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let ready: Vec<usize> = left
                .iter()
                .copied()
                .filter(|c| self.changes[*c].1.iter().all(|dep| order.contains(dep)))
                .collect();
            let pick = ready[usize::try_from(state >> 33).unwrap() % ready.len()];
            order.push(pick);
            if state & 64 == 0 {
                order.push(pick);
            }
            left.retain(|c| *c != pick);
        }
        super::fold(&self.record(&order), &Settings::default())
    }

    pub(crate) fn check(&self, desk: Desk, at: &str, body: &Body) -> Result<(), Refusal> {
        let at: At = at.parse().unwrap();
        let today = self.today.get(&desk.at).copied().unwrap_or(at.day);
        let author = Author { role: desk.role, unit: desk.unit(), today };
        guard::check(&self.case(desk), at, body, author)
    }

    fn record(&self, order: &[usize]) -> RecordFacts {
        let place = |change: &usize| order.iter().position(|c| c == change).unwrap();
        let changes = order
            .iter()
            .map(|change| ChangeFacts {
                deps: self.changes[*change].1.iter().map(place).collect(),
                facts: vec![self.changes[*change].0.clone()],
            })
            .collect();
        let mut record = RecordFacts::gather(changes);
        record.fields.clone_from(&self.fields);
        record.removed.clone_from(&self.removed);
        record.adopted.clone_from(&self.adopted);
        record
    }
}

/// A case of two parties registered in the village on 1 March 2026.
pub(crate) struct Begun {
    pub(crate) world: World,
    pub(crate) village: Desk,
    pub(crate) township: Desk,
    pub(crate) zhang: FactId,
    pub(crate) li: FactId,
}

pub(crate) fn begun() -> Begun {
    begun_with(&[])
}

/// The same with demands.
pub(crate) fn begun_with(demands: &[&str]) -> Begun {
    let mut world = World::new();
    let village = world.desk(1, Role::R3);
    let township = world.desk(2, Role::R4);
    let mut body = registered();
    if let Body::Registered(body) = &mut body {
        body.demands = demands.iter().map(|demand| (*demand).into()).collect();
    }
    world.write(village, "2026-03-01", body);
    let zhang = world.write(village, "2026-03-01", party("张某", Side::Applicant));
    let li = world.write(village, "2026-03-01", party("李某", Side::Respondent));
    world.meet(village, township);
    Begun { world, village, township, zhang, li }
}

pub(crate) fn registered() -> Body {
    Body::Registered(Registered {
        number: "临-A-0001".into(),
        source: Source::Application,
        track: Track::PeopleMediation,
        settings: crate::settings::VERSION.into(),
        happened: None,
        demands: vec![],
        follows: None,
        token: None,
    })
}

pub(crate) fn party(name: &str, side: Side) -> Body {
    Body::PartyAdded(PartyAdded {
        name: name.into(),
        side,
        sex: None,
        birth: None,
        phone: None,
        address: None,
        id_number: None,
        person: None,
        guardian: None,
        school: None,
    })
}

impl Begun {
    pub(crate) fn session(&self, result: SessionResult) -> Body {
        let held = session_held(vec![self.zhang, self.li]);
        Body::SessionHeld(SessionHeld { result, ..held })
    }

    pub(crate) fn agreement(&self, text: &str, replaces: Option<FactId>) -> Body {
        Body::AgreementReached(AgreementReached { replaces, ..self.agreed_on(text) })
    }

    /// An agreement of both about 18000 yuan.
    pub(crate) fn agreed_on(&self, text: &str) -> AgreementReached {
        let parties = vec![self.zhang, self.li];
        let amount_fen = Some(crate::money::Fen(1_800_000));
        AgreementReached { amount_fen, ..AgreementReached::written(text, parties) }
    }

    /// A mediator at the township who knows the case.
    pub(crate) fn mediator(&mut self) -> Desk {
        let mediator = self.world.desk(2, Role::R5);
        self.world.meet(self.township, mediator);
        mediator
    }

    /// An agreement signed and sealed on one day by one desk.
    pub(crate) fn agree(
        &mut self,
        desk: Desk,
        at: &str,
        text: &str,
        replaces: Option<FactId>,
    ) -> FactId {
        let body = self.agreement(text, replaces);
        self.agree_to(desk, at, body)
    }

    /// The same for any agreement.
    pub(crate) fn agree_to(&mut self, desk: Desk, at: &str, body: Body) -> FactId {
        let agreement = self.world.write(desk, at, body);
        let parties = vec![self.zhang, self.li];
        self.world.write(desk, at, signed(agreement, parties));
        self.world.write(desk, at, sealed(agreement));
        agreement
    }

    pub(crate) fn escalate(&mut self, desk: Desk, at: &str) -> FactId {
        self.world.write(desk, at, escalated())
    }

    pub(crate) fn will(&mut self, desk: Desk, at: &str, will: Will) -> FactId {
        let party = self.li;
        let body = Body::ConsentRecorded(ConsentRecorded { party, will, note: String::new() });
        self.world.write(desk, at, body)
    }

    /// Everybody meets; what both now see.
    pub(crate) fn merged(&mut self) -> Case {
        self.world.meet(self.village, self.township);
        let case = self.world.case(self.village);
        assert_eq!(case, self.world.case(self.township), "both rooms see the same");
        case
    }
}

pub(crate) fn signed(agreement: FactId, parties: Vec<FactId>) -> Body {
    Body::AgreementSigned(AgreementSigned {
        agreement,
        parties,
        mediators: vec!["周某".into()],
        with: SignedWith::Fingerprint,
    })
}

pub(crate) fn sealed(agreement: FactId) -> Body {
    Body::AgreementSealed(AgreementSealed {
        agreement,
        seal: "桥头村人民调解委员会".into(),
        custodian: String::new(),
    })
}

pub(crate) fn escalated() -> Body {
    escalated_for(EscalationReason::Danger)
}

pub(crate) fn escalated_for(reason: EscalationReason) -> Body {
    Body::Escalated(Escalated {
        from: Level::Village,
        round: 1,
        reason,
        asked: vec![],
        note: String::new(),
    })
}

pub(crate) fn accepted() -> Body {
    Body::EscalationAccepted(EscalationAccepted { from: Level::Village, round: 1 })
}

/// A failed session in the village hall.
pub(crate) fn session_held(present: Vec<FactId>) -> SessionHeld {
    SessionHeld::brief("村委会", "周某", present, SessionResult::Failed)
}
