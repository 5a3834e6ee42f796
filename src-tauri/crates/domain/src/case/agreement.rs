//! Agreements: when one takes effect, and what happens when there are two.
//!
//! Source: 人民调解法 (2010) arts. 28 to 32.

use crate::fact::body::{AgreementForm, AgreementReached, Choice, PlanLine};
use crate::id::{FactId, UnitId};
use crate::money::Fen;
use crate::rules::{RuleId, Why};
use crate::time::{Day, Span};

use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::known::{Claim, Facts, Known, each};

/// What a written agreement still lacks to take effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lacking {
    /// A party has not signed.
    Party(FactId),
    /// No mediator has signed.
    Mediator,
    /// The committee's seal is not affixed.
    Seal,
}

/// Whether an agreement holds.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Standing {
    /// 待签: not all acts are done.
    Unsigned,
    /// 现行: it holds.
    Current,
    /// 协议冲突: it stands beside another until somebody decides.
    Contested,
    /// 被替代: another holds in its place. It stays readable and printable.
    Replaced,
    /// 复本: the same text as another.
    Copy,
}

/// An agreement as the facts make it.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// The fact that reached it.
    pub id: FactId,
    /// Oral or written.
    pub form: AgreementForm,
    /// The text, word for word.
    pub text: String,
    /// BLAKE3 of the text, as written beside it.
    pub text_hash: String,
    /// Who is bound.
    pub parties: Vec<FactId>,
    /// The amount it settles.
    pub amount: Option<Fen>,
    /// What is to be done by when.
    pub plan: Vec<PlanLine>,
    /// The day it took effect.
    pub effective: Option<Day>,
    /// What it lacks to take effect.
    pub lacking: Vec<Lacking>,
    /// The facts its effect rests on: rule and acts.
    pub why: Why,
    /// Whether it holds.
    pub standing: Standing,
    /// The unit whose mediator recorded it.
    pub unit: UnitId,
    /// The agreement it says it replaces.
    pub replaces: Option<FactId>,
}

impl Agreement {
    /// Whether it has been signed by anyone: from then on its text is fixed.
    #[must_use]
    pub const fn is_in_effect(&self) -> bool {
        self.effective.is_some()
    }

    /// Its effect as a claim that may bar a later act; `None` until it takes effect.
    pub(super) fn claim<'a>(&self, facts: &'a Facts) -> Option<Claim<'a>> {
        let day = self.effective?;
        let basis = self.why.facts.iter().filter_map(|id| facts.get(*id)).collect();
        let from = crate::time::At::day(day).span().from;
        Some(Claim { span: Span { from, to: i64::MAX }, basis })
    }
}

/// The agreements of a case, in the order they were reached, and their conflicts.
#[must_use]
pub fn fold(facts: &Facts, sides: &[FactId]) -> (Vec<Agreement>, Vec<Conflict>) {
    let mut reached: Vec<(&Known, &AgreementReached)> = each!(facts, AgreementReached).collect();
    reached.sort_by_key(|(known, _)| known.order());
    let mut agreements: Vec<Agreement> =
        reached.iter().map(|(known, body)| one(facts, known, body, sides)).collect();
    let conflicts = stand(facts, &mut agreements);
    (agreements, conflicts)
}

/// One agreement, before it is compared with the others.
fn one(facts: &Facts, known: &Known, body: &AgreementReached, sides: &[FactId]) -> Agreement {
    let parties = if body.parties.is_empty() { sides.to_vec() } else { body.parties.clone() };
    let mut agreement = Agreement {
        id: known.id,
        form: body.form,
        text: body.text.clone(),
        text_hash: body.text_hash.clone(),
        parties,
        amount: body.amount_fen,
        plan: body.plan.clone(),
        effective: None,
        lacking: Vec::new(),
        why: Why::new(RuleId::EffectiveDate, [known.id]),
        standing: Standing::Unsigned,
        unit: known.proof.unit,
        replaces: body.replaces,
    };
    match body.form {
        AgreementForm::Oral => agreement.effective = Some(known.fact.at.day),
        AgreementForm::Written => take_effect(facts, known, &mut agreement),
    }
    if agreement.is_in_effect() {
        agreement.standing = Standing::Current;
    }
    agreement
}

/// Computes the effective day of a written agreement: the day of the last act it needs, each act
/// counted the first time it was done.
///
/// Source: 人民调解法 (2010) art. 29: all parties have signed, stamped or finger-printed, the
/// mediator has signed, and the committee's seal is affixed.
fn take_effect(facts: &Facts, reached: &Known, agreement: &mut Agreement) {
    let first = |acts: &mut dyn Iterator<Item = &Known>| -> Option<(Day, FactId)> {
        acts.min_by_key(|known| known.order()).map(|known| (known.fact.at.day, known.id))
    };
    let signatures = || each!(facts, AgreementSigned).filter(|(_, b)| b.agreement == agreement.id);
    let mut acts = Vec::new();
    let mut lacking = Vec::new();
    for party in &agreement.parties {
        let mut by_party =
            signatures().filter(|(_, b)| b.parties.contains(party)).map(|(known, _)| known);
        match first(&mut by_party) {
            Some(act) => acts.push(act),
            None => lacking.push(Lacking::Party(*party)),
        }
    }
    let mut by_mediator =
        signatures().filter(|(_, b)| !b.mediators.is_empty()).map(|(known, _)| known);
    match first(&mut by_mediator) {
        Some(act) => acts.push(act),
        None => lacking.push(Lacking::Mediator),
    }
    let mut seals = each!(facts, AgreementSealed)
        .filter(|(_, b)| b.agreement == agreement.id)
        .map(|(known, _)| known);
    match first(&mut seals) {
        Some(act) => acts.push(act),
        None => lacking.push(Lacking::Seal),
    }
    acts.push((reached.fact.at.day, reached.id));
    agreement.why = Why::new(RuleId::EffectiveDate, acts.iter().map(|(_, id)| *id));
    if lacking.is_empty() {
        agreement.effective = acts.iter().map(|(day, _)| *day).max();
    }
    agreement.lacking = lacking;
}

/// Decides which agreements hold, pair by pair in the order they were reached.
fn stand(facts: &Facts, agreements: &mut [Agreement]) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    for later in 0..agreements.len() {
        for earlier in 0..later {
            let (Some(a), Some(b)) = (agreements.get(earlier), agreements.get(later)) else {
                continue;
            };
            if !is_about_the_same(a, b) {
                continue;
            }
            let (verdict, conflict) = compare(facts, a, b);
            conflicts.extend(conflict);
            for (at, standing) in [(earlier, verdict.0), (later, verdict.1)] {
                if let (Some(agreement), Some(standing)) = (agreements.get_mut(at), standing) {
                    agreement.standing = agreement.standing.max(standing);
                }
            }
        }
    }
    conflicts
}

/// Whether two agreements speak about the same demands: both hold, and they bind a party in
/// common.
fn is_about_the_same(a: &Agreement, b: &Agreement) -> bool {
    let holds = |x: &Agreement| x.is_in_effect() && x.standing < Standing::Replaced;
    holds(a) && holds(b) && a.parties.iter().any(|party| b.parties.contains(party))
}

type Verdict = (Option<Standing>, Option<Standing>);

/// Compares an earlier with a later agreement.
fn compare(facts: &Facts, a: &Agreement, b: &Agreement) -> (Verdict, Option<Conflict>) {
    if a.text == b.text && a.amount == b.amount && a.plan == b.plan {
        return ((None, Some(Standing::Copy)), None);
    }
    let key = format!("agreements/{}/{}", a.id, b.id);
    let sides: Vec<&Known> = [a.id, b.id].iter().filter_map(|id| facts.get(*id)).collect();
    let replaces = b.replaces == Some(a.id);
    let (kind, rule) = if replaces {
        (ConflictKind::AgreementReplaces, RuleId::AgreementReplaced)
    } else {
        (ConflictKind::Agreements, RuleId::AgreementConflict)
    };
    let decided = facts.decision(&key, &sides);
    let verdict = match decided.map(|(_, choice)| choice) {
        Some(Choice::Fact(id)) if *id == a.id => (None, Some(Standing::Replaced)),
        Some(Choice::Fact(id)) if *id == b.id => (Some(Standing::Replaced), None),
        // Both hold side by side: they turned out to be about different things.
        Some(Choice::Way(way)) if way == "both" => (None, None),
        _ => (Some(Standing::Contested), Some(Standing::Contested)),
    };
    let conflict = Conflict::between(
        kind,
        key,
        Why::new(rule, [a.id, b.id]),
        Seat::JudicialOffice,
        sides.iter().map(|known| Side::of_fact(known)).collect(),
    )
    .with_ways(&["both"])
    .settled_by(decided.map(|(known, _)| known));
    (verdict, Some(conflict))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{sealed, signed};
    use super::super::world::{Desk, World, day};
    use super::*;
    use crate::fact::Body;
    use crate::fact::body::{Decided, PartyAdded};
    use crate::role::Role;

    struct Room {
        world: World,
        village: Desk,
        office: Desk,
        parties: Vec<FactId>,
    }

    fn room() -> Room {
        let mut world = World::new();
        let village = world.desk(1, Role::R2);
        let office = world.desk(2, Role::R6);
        let mut parties = Vec::new();
        for (name, side) in [
            ("赵某", crate::fact::body::Side::Applicant),
            ("钱某", crate::fact::body::Side::Respondent),
        ] {
            parties.push(world.write(
                village,
                "2026-06-01",
                Body::PartyAdded(PartyAdded {
                    name: name.into(),
                    side,
                    sex: None,
                    birth: None,
                    phone: None,
                    address: None,
                    id_number: None,
                    person: None,
                }),
            ));
        }
        world.meet(village, office);
        Room { world, village, office, parties }
    }

    impl Room {
        fn reach(&mut self, desk: Desk, at: &str, text: &str, replaces: Option<FactId>) -> FactId {
            self.world.write(
                desk,
                at,
                Body::AgreementReached(AgreementReached {
                    form: AgreementForm::Written,
                    text: text.into(),
                    text_hash: String::new(),
                    parties: self.parties.clone(),
                    amount_fen: Some(Fen(1_800_000)),
                    plan: vec![],
                    replaces,
                }),
            )
        }

        fn sign(&mut self, desk: Desk, at: &str, agreement: FactId) {
            let parties = self.parties.clone();
            self.world.write(desk, at, signed(agreement, parties));
            self.world.write(desk, at, sealed(agreement));
        }

        fn merged(&mut self) -> super::super::Case {
            self.world.meet(self.village, self.office);
            self.world.case(self.village)
        }

        fn standings(&mut self) -> Vec<Standing> {
            self.merged().agreements.iter().map(|a| a.standing).collect()
        }
    }

    #[test]
    fn the_effective_day_is_that_of_the_last_act() {
        let mut r = room();
        let village = r.village;
        let agreement = r.reach(village, "2026-06-02", "甲", None);
        let first = r.parties[0];
        r.world.write(village, "2026-06-02", signed(agreement, vec![first]));
        let case = r.merged();
        assert_eq!(case.agreements[0].effective, None);
        assert_eq!(
            case.agreements[0].lacking,
            [Lacking::Party(r.parties[1]), Lacking::Seal],
            "the mediator and one party have signed"
        );
        r.world.write(village, "2026-06-04", sealed(agreement));
        let second = r.parties[1];
        r.world.write(village, "2026-06-03", signed(agreement, vec![second]));
        // Sealing again later moves nothing: an act counts the first time it was done.
        r.world.write(village, "2026-06-09", sealed(agreement));
        let case = r.merged();
        assert_eq!(case.agreements[0].effective, Some(day("2026-06-04")));
        assert_eq!(case.agreements[0].standing, Standing::Current);
        assert_eq!(case.agreements[0].why.facts.len(), 4, "and the facts it rests on are named");
    }

    #[test]
    fn two_signed_agreements_ask_the_judicial_office() {
        let mut r = room();
        let (village, office) = (r.village, r.office);
        let first = r.reach(village, "2026-06-02", "6月30日前一次付清", None);
        r.sign(village, "2026-06-02", first);
        let second = r.reach(office, "2026-06-03", "分三期付清", None);
        r.sign(office, "2026-06-03", second);
        assert_eq!(r.standings(), [Standing::Contested, Standing::Contested]);
        let case = r.merged();
        let open = case.conflicts.iter().find(|c| c.is_open()).expect("ask");
        assert_eq!((open.kind, open.seat), (ConflictKind::Agreements, Seat::JudicialOffice));
        assert_eq!(case.counts.amount_fen, 1_800_000, "counted once, by the later");
        assert!(case.counts.is_amount_unverified);
        let key = open.key.clone();
        r.world.write(
            office,
            "2026-06-06",
            Body::Decided(Decided {
                conflict: key,
                choice: Choice::Fact(second),
                over: vec![],
                reason: "当事人确认书".into(),
            }),
        );
        assert_eq!(r.standings(), [Standing::Replaced, Standing::Current]);
        let case = r.merged();
        assert_eq!(case.agreements[0].text, "6月30日前一次付清", "the loser stays word for word");
        assert!(!case.counts.is_amount_unverified);
    }

    #[test]
    fn the_plans_of_both_stay_due_until_somebody_decides() {
        use crate::fact::body::{Kept, PerformanceNoted, Registered, Track};
        let mut r = room();
        let (village, office) = (r.village, r.office);
        r.world.write(
            village,
            "2026-06-01",
            Body::Registered(Registered {
                number: "临-A-0001".into(),
                source: crate::catalogue::Source::Application,
                track: Track::PeopleMediation,
                settings: crate::settings::VERSION.into(),
                happened: None,
                demands: vec![],
            }),
        );
        let mut promise = |desk: Desk, at: &str, text: &str, dues: &[&str]| {
            let agreement = r.world.write(
                desk,
                at,
                Body::AgreementReached(AgreementReached {
                    form: AgreementForm::Written,
                    text: text.into(),
                    text_hash: String::new(),
                    parties: r.parties.clone(),
                    amount_fen: None,
                    plan: dues
                        .iter()
                        .map(|due| PlanLine {
                            due: day(due),
                            what: "付款".into(),
                            amount_fen: None,
                        })
                        .collect(),
                    replaces: None,
                }),
            );
            r.world.write(desk, at, signed(agreement, r.parties.clone()));
            r.world.write(desk, at, sealed(agreement));
            agreement
        };
        promise(village, "2026-06-02", "甲", &["2026-06-30"]);
        let second = promise(office, "2026-06-03", "乙", &["2026-07-31", "2026-08-31"]);
        let days = |case: &super::super::Case| -> Vec<String> {
            case.dues.iter().map(|d| d.day.to_string()).collect()
        };
        assert_eq!(days(&r.merged()), ["2026-06-30", "2026-07-31", "2026-08-31"]);
        r.world.write(
            village,
            "2026-07-20",
            Body::PerformanceNoted(PerformanceNoted {
                agreement: second,
                line: Some(0),
                kept: Kept::Done,
                amount_fen: None,
                note: String::new(),
            }),
        );
        let case = r.merged();
        assert_eq!(days(&case), ["2026-06-30", "2026-08-31"]);
        let key = case.conflicts.iter().find(|c| c.is_open()).expect("open").key.clone();
        r.world.write(
            office,
            "2026-07-21",
            Body::Decided(Decided {
                conflict: key,
                choice: Choice::Fact(second),
                over: vec![],
                reason: "变更协议".into(),
            }),
        );
        assert_eq!(days(&r.merged()), ["2026-08-31"]);
    }

    #[test]
    fn a_replacing_agreement_waits_for_confirmation() {
        let mut r = room();
        let (village, office) = (r.village, r.office);
        let first = r.reach(village, "2026-06-02", "甲", None);
        r.sign(village, "2026-06-02", first);
        r.world.meet(village, office);
        let second = r.reach(office, "2026-06-03", "乙", Some(first));
        r.sign(office, "2026-06-03", second);
        assert_eq!(r.standings(), [Standing::Contested, Standing::Contested]);
        let case = r.merged();
        let open = case.conflicts.iter().find(|c| c.is_open()).expect("to be confirmed");
        assert_eq!(open.kind, ConflictKind::AgreementReplaces);
    }

    #[test]
    fn the_same_text_twice_is_one_agreement() {
        let mut r = room();
        let (village, office) = (r.village, r.office);
        for desk in [village, office] {
            let agreement = r.reach(desk, "2026-06-02", "甲", None);
            r.sign(desk, "2026-06-02", agreement);
        }
        assert_eq!(r.standings(), [Standing::Current, Standing::Copy]);
        let case = r.merged();
        assert!(!case.has_open_conflict());
        assert_eq!(case.counts.written_agreements, 1);
    }

    #[test]
    fn an_oral_agreement_takes_effect_when_it_is_reached() {
        let mut r = room();
        let village = r.village;
        r.world.write(
            village,
            "2026-06-02",
            Body::AgreementReached(AgreementReached {
                form: AgreementForm::Oral,
                text: "当场付清".into(),
                text_hash: String::new(),
                parties: vec![],
                amount_fen: None,
                plan: vec![],
                replaces: None,
            }),
        );
        let case = r.merged();
        assert_eq!(case.agreements[0].effective, Some(day("2026-06-02")));
    }
}
