//! Who owns a case: the unit that registered it, until another accepts it. Escalations, what
//! makes one void, and the ladder's one invariant: never two owners.

use std::collections::BTreeMap;

use crate::fact::body::{Choice, EscalationReason};
use crate::id::{FactId, UnitId};
use crate::role::Level;
use crate::rules::{RuleId, Why};
use crate::time::{At, Span};

use super::agreement::Agreement;
use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::coverage;
use super::giving_back::Acts;
use super::known::{Claim, Facts, Known, Precedence, each, precedence, weigh};
use super::will::refusals;

/// How far an escalation got.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum EscalationStatus {
    /// 提级中: asked for, not yet accepted.
    Requested,
    /// 已接收: the upper level owns the case.
    Accepted,
    /// 提级失效.
    Void,
    /// 已撤回: taken back before anybody accepted it, or its ground fell away.
    Withdrawn,
    /// 已退回: accepted, and given back.
    Returned,
}

impl EscalationStatus {
    /// Whether it stands in the statistics: void and withdrawn ones do not.
    #[must_use]
    pub const fn is_counted(self) -> bool {
        matches!(self, Self::Requested | Self::Accepted | Self::Returned)
    }
}

/// One climb: all requests and acceptances of one (level, round) are one.
#[derive(Debug, Clone, PartialEq)]
pub struct Escalation {
    /// From which level.
    pub from: Level,
    /// Which round.
    pub round: u16,
    /// Who asked, earliest first.
    pub requests: Vec<FactId>,
    /// Who accepted, earliest first.
    pub acceptances: Vec<FactId>,
    /// When it was first asked for.
    pub at: At,
    /// The reason of the earliest request.
    pub reason: EscalationReason,
    /// How far it got.
    pub status: EscalationStatus,
    /// The rule and the facts behind the status.
    pub why: Why,
    /// What gave the case back, if it was.
    pub returned: Option<FactId>,
    /// Days between the return and the first thing the lower level wrote in knowledge of it.
    pub missed_days: Option<i64>,
}

impl Escalation {
    /// The key of its conflict and of its notice.
    #[must_use]
    pub fn key(&self) -> String {
        format!("escalation/{}/{}", level_code(self.from), self.round)
    }

    /// The key of the question whether to give it back.
    #[must_use]
    pub fn return_key(&self) -> String {
        format!("return/{}/{}", level_code(self.from), self.round)
    }
}

/// The word for a level in keys.
#[must_use]
pub const fn level_code(level: Level) -> &'static str {
    match level {
        Level::Village => "village",
        Level::Township => "township",
    }
}

/// The unit that owns the case from some time on.
#[derive(Debug, Clone, PartialEq)]
pub struct Tenure {
    /// The unit.
    pub unit: UnitId,
    /// Its level.
    pub level: Level,
    /// From when.
    pub from: Span,
    /// The fact that made it owner.
    pub by: FactId,
}

/// The climbs of a case and who owned it when.
#[derive(Debug, Clone, PartialEq)]
pub struct Ladder {
    /// In order of (level, round).
    pub escalations: Vec<Escalation>,
    /// First owner first; never empty.
    pub tenures: Vec<Tenure>,
    /// What the rules settled or leave to a person.
    pub conflicts: Vec<Conflict>,
}

impl Ladder {
    /// The owner now.
    #[must_use]
    pub fn owner(&self) -> Option<&Tenure> {
        self.tenures.last()
    }

    /// In whose time an act falls, with its place among the tenures. On the very day of an
    /// acceptance what its author had before them came before it, what was written in knowledge of
    /// it came after, and of what neither knew of the recording unit tells.
    #[must_use]
    pub fn tenure_of(&self, facts: &Facts, act: &Known) -> Option<(usize, &Tenure)> {
        let has_begun = |tenure: &Tenure| {
            let span = act.span();
            let by = facts.get(tenure.by).filter(|_| span.overlaps(&tenure.from));
            match by {
                Some(by) if by.id == act.id || act.follows(by) => true,
                Some(by) => !by.follows(act) && act.proof.unit == tenure.unit,
                None => !span.is_before(&tenure.from),
            }
        };
        let mut tenures = self.tenures.iter().enumerate().rev();
        tenures
            .find(|(_, tenure)| has_begun(tenure))
            .or_else(|| self.tenures.first().map(|tenure| (0, tenure)))
    }

    /// Whether an act falls in the time of the unit that owns the case now.
    #[must_use]
    pub fn is_of_owner_now(&self, facts: &Facts, act: &Known) -> bool {
        let last = self.tenures.len().saturating_sub(1);
        self.tenure_of(facts, act).is_some_and(|(place, _)| place == last)
    }
}

/// One climb before it is judged.
#[derive(Default)]
struct Climb<'a> {
    requests: Vec<(&'a Known, EscalationReason)>,
    acceptances: Vec<&'a Known>,
    withdrawals: Vec<&'a Known>,
    returns: Vec<&'a Known>,
}

/// Folds the ladder of a case that `first` owns.
#[must_use]
pub fn fold(facts: &Facts, agreements: &[Agreement], demands: usize, first: Tenure) -> Ladder {
    let settling = coverage::claims(facts, agreements, demands);
    let mut climbs: BTreeMap<(Level, u16), Climb<'_>> = BTreeMap::new();
    for (known, body) in each!(facts, Escalated) {
        let climb = climbs.entry((body.from, body.round)).or_default();
        climb.requests.push((known, body.reason));
    }
    for (known, body) in each!(facts, EscalationAccepted) {
        // An acceptance nobody asked for moves nothing.
        if let Some(climb) = climbs.get_mut(&(body.from, body.round)) {
            climb.acceptances.push(known);
        }
    }
    for (known, body) in each!(facts, EscalationWithdrawn) {
        if let Some(climb) = climbs.get_mut(&(body.from, body.round)) {
            climb.withdrawals.push(known);
        }
    }
    for (known, body) in each!(facts, EscalationReturned) {
        if let Some(climb) = climbs.get_mut(&(body.from, body.round)) {
            climb.returns.push(known);
        }
    }
    join_rounds(&mut climbs);
    let mut ladder =
        Ladder { escalations: Vec::new(), tenures: vec![first], conflicts: Vec::new() };
    for ((from, round), mut climb) in climbs {
        climb.requests.sort_by_key(|(known, _)| known.order());
        for acts in [&mut climb.acceptances, &mut climb.withdrawals, &mut climb.returns] {
            acts.sort_by_key(|known| known.order());
        }
        ladder.climb(facts, &settling, from, round, &climb);
    }
    ladder
}

/// Lets a village that took a request back and then asked anew, not knowing that the first was
/// accepted meanwhile, have asked once: the case is where it wants it, and nothing is to be given
/// back (C10).
fn join_rounds(climbs: &mut BTreeMap<(Level, u16), Climb<'_>>) {
    let rounds: Vec<(Level, u16)> = climbs.keys().copied().collect();
    for round in rounds {
        let before = climbs.range((round.0, 0)..round).next_back().map(|(key, _)| *key);
        let Some(mut first) = before.and_then(|key| climbs.remove(&key)) else { continue };
        if let Some(second) = climbs.remove(&round) {
            let rest = first.take_over(second);
            if !rest.requests.is_empty() {
                climbs.insert(round, rest);
            }
        }
        climbs.extend(before.map(|key| (key, first)));
    }
}

impl<'a> Climb<'a> {
    /// Takes over what another round holds that was asked for in knowledge of a withdrawal of this
    /// one and of nothing the level above did with it; gives back the rest.
    fn take_over(&mut self, other: Self) -> Self {
        let knows = |act: &Known, any: &[&Known]| any.iter().any(|known| act.knows(known));
        let (same, rest): (Vec<_>, Vec<_>) = other.requests.iter().partition(|(request, _)| {
            !self.acceptances.is_empty()
                && knows(request, &self.withdrawals)
                && !knows(request, &self.acceptances)
                && !knows(request, &self.returns)
        });
        if same.is_empty() {
            return other;
        }
        self.withdrawals.retain(|withdrawn| !same.iter().any(|(asked, _)| asked.knows(withdrawn)));
        let left: Vec<&Known> = rest.iter().map(|(known, _)| *known).collect();
        self.requests.extend(same);
        let mut later = Self { requests: rest, ..Self::default() };
        let divide = |acts: Vec<&'a Known>, own: &mut Vec<&'a Known>| {
            let (of_rest, of_same): (Vec<_>, Vec<_>) =
                acts.into_iter().partition(|act| knows(act, &left));
            own.extend(of_same);
            of_rest
        };
        later.acceptances = divide(other.acceptances, &mut self.acceptances);
        later.withdrawals = divide(other.withdrawals, &mut self.withdrawals);
        later.returns = divide(other.returns, &mut self.returns);
        later
    }
}

impl Ladder {
    /// Judges one climb and, if it holds and was accepted, moves the case.
    fn climb(
        &mut self,
        facts: &Facts,
        settling: &[Claim<'_>],
        from: Level,
        round: u16,
        climb: &Climb<'_>,
    ) {
        let Some((first, reason)) = climb.requests.first() else {
            return;
        };
        let mut escalation = Escalation {
            from,
            round,
            requests: climb.requests.iter().map(|(known, _)| known.id).collect(),
            acceptances: climb.acceptances.iter().map(|known| known.id).collect(),
            at: first.fact.at,
            reason: *reason,
            status: EscalationStatus::Requested,
            why: Why::new(
                RuleId::OwnerByAcceptance,
                climb
                    .requests
                    .iter()
                    .map(|(k, _)| k.id)
                    .chain(climb.acceptances.iter().map(|k| k.id)),
            ),
            returned: None,
            missed_days: None,
        };
        if let Some(void) = self.bars(facts, settling, &escalation, climb) {
            escalation.status = EscalationStatus::Void;
            escalation.why = void;
        } else if let Some(accepted) = climb.acceptances.first() {
            escalation.status = EscalationStatus::Accepted;
            self.tenures.push(Tenure {
                unit: accepted.proof.unit,
                level: Level::Township,
                from: accepted.span(),
                by: accepted.id,
            });
            let acts = Acts {
                acceptances: &climb.acceptances,
                withdrawals: &climb.withdrawals,
                returns: &climb.returns,
            };
            self.give_back(facts, &mut escalation, &acts);
        } else if let Some(withdrawn) = climb.withdrawals.first() {
            escalation.status = EscalationStatus::Withdrawn;
            let facts = escalation.requests.iter().copied().chain([withdrawn.id]);
            escalation.why = Why::new(RuleId::EscalationTakenBack, facts);
        }
        self.escalations.push(escalation);
    }

    /// What makes a climb void, if anything does; conflicts are written down either way.
    fn bars(
        &mut self,
        facts: &Facts,
        settling: &[Claim<'_>],
        escalation: &Escalation,
        climb: &Climb<'_>,
    ) -> Option<Why> {
        let refused = refusals(facts).into_iter().filter_map(|refusal| {
            let claim = refusal.against(climb.requests.first()?.0)?;
            Some((RuleId::EscalationVoidByRefusal, claim))
        });
        let agreed = settling.iter().cloned();
        let bars = agreed.map(|claim| (RuleId::EscalationVoidByAgreement, claim)).chain(refused);
        let weighed = weigh(bars, |claim| stands_against(claim, climb));
        if let Some((rule, claim)) = weighed.prevails {
            let why = reason(rule, &claim.basis, escalation);
            let dispute = dispute(escalation, &why, &claim.basis, climb);
            self.conflicts.push(dispute.settled_by_rule(rule));
            return Some(why);
        }
        let basis = weighed.backdated;
        if basis.is_empty() {
            return None;
        }
        let why = reason(RuleId::Backdated, &basis, escalation);
        let requests = climb.requests.iter().map(|(known, _)| *known);
        let sides: Vec<&Known> = basis.iter().copied().chain(requests).collect();
        let decided = facts.decision(&escalation.key(), Seat::Owner, &sides);
        self.conflicts.push(
            dispute(escalation, &why, &basis, climb)
                .with_ways(&["void", "stand"])
                .settled_by(decided.map(|(known, _)| known)),
        );
        decided.is_some_and(|(_, choice)| *choice == Choice::Way("void".into())).then_some(why)
    }
}

/// How a climb stands against a claim: the request and the acceptance are judged apart, since a
/// claim may fall between them.
fn stands_against(claim: &Claim<'_>, climb: &Climb<'_>) -> Precedence {
    let requests: Vec<&Known> = climb.requests.iter().map(|(known, _)| *known).collect();
    let Some(first) = requests.first() else {
        return Precedence::Apart;
    };
    match precedence(claim, &requests, first.span()) {
        // The claim came after the request: it still bars an acceptance that was blind to it.
        Precedence::Apart if !claim.span.is_before(&first.span()) => {
            match climb.acceptances.first() {
                Some(accepted) => precedence(claim, &climb.acceptances, accepted.span()),
                // Settled below before anybody above took it up.
                None => Precedence::ClaimPrevails,
            }
        }
        verdict => verdict,
    }
}

fn reason(rule: RuleId, basis: &[&Known], escalation: &Escalation) -> Why {
    Why::new(
        rule,
        basis
            .iter()
            .map(|k| k.id)
            .chain(escalation.requests.iter().copied())
            .chain(escalation.acceptances.iter().copied()),
    )
}

/// The conflict between claims and a climb: the claims' facts and the climb's, side by side.
fn dispute(escalation: &Escalation, why: &Why, basis: &[&Known], climb: &Climb<'_>) -> Conflict {
    let sides = basis
        .iter()
        .copied()
        .chain(climb.requests.iter().map(|(k, _)| *k))
        .chain(climb.acceptances.iter().copied())
        .map(Side::of_fact)
        .collect();
    Conflict::between(ConflictKind::Escalation, escalation.key(), why.clone(), Seat::Owner, sides)
}

#[cfg(test)]
mod tests {
    use super::super::stage::{Mark, State};
    use super::super::world::{Desk, accepted, begun, begun_with, escalated, escalated_for};
    use super::*;
    use crate::fact::Body;
    use crate::fact::body::{
        AgreementReached, ConsentRecorded, Corrected, Escalated, EscalationReturned,
        EscalationWithdrawn, SessionHeld, SessionResult, Will,
    };

    #[test]
    fn what_was_settled_the_very_day_of_the_request_bars_a_blind_acceptance() {
        let mut b = begun();
        b.escalate(b.village, "2026-03-24");
        b.world.meet(b.village, b.township);
        b.agree(b.village, "2026-03-24", "滴水各让一尺", None);
        b.world.write(b.township, "2026-03-26", accepted());
        let case = b.merged();
        assert_eq!(case.ladder.escalations[0].status, EscalationStatus::Void);
        assert_eq!(case.owner().map(|t| t.level), Some(Level::Village));
    }

    #[test]
    fn on_the_day_of_acceptance_knowledge_tells_whose_session_it_was() {
        let mut b = begun();
        let failed = b.session(SessionResult::Failed);
        let held = ["2026-03-10", "2026-03-17", "2026-03-24"];
        let third = held.map(|at| b.world.write(b.village, at, failed.clone()))[2];
        let request = escalated_for(EscalationReason::ThreeFailures);
        b.world.write(b.village, "2026-03-24", request);
        b.world.meet(b.village, b.township);
        b.world.write(b.township, "2026-03-24", accepted());
        let case = b.merged();
        assert_eq!(case.session_count(Level::Village), 3, "the third came before the acceptance");
        assert!(!case.has_open_conflict(), "and the ground of the climb stands");
        let to = Box::new(failed.clone());
        let corrected = Corrected { fact: third, at: None, to, reason: "补写".into() };
        b.world.write(b.village, "2026-03-25", Body::Corrected(corrected));
        assert_eq!(
            b.merged().session_count(Level::Village),
            3,
            "whatever is corrected in it later"
        );
        if let Body::SessionHeld(body) = failed {
            let there = SessionHeld { place: "镇综治中心".into(), ..body };
            let mediator = b.mediator();
            b.world.write(mediator, "2026-03-24", Body::SessionHeld(there));
            b.world.meet(mediator, b.township);
        }
        assert_eq!(b.merged().session_count(Level::Township), 1, "what came after it counts above");
    }

    #[test]
    fn a_part_that_was_settled_before_the_acceptance_waits_for_no_confirmation() {
        let mut b = begun_with(&["退还押金", "修好屋顶"]);
        let (village, mediator) = (b.village, b.mediator());
        let part = |text: &str, demands: Vec<u16>, b: &super::super::world::Begun| {
            Body::AgreementReached(AgreementReached { demands, ..b.agreed_on(text) })
        };
        let first = part("甲", vec![0], &b);
        b.agree_to(village, "2026-03-20", first);
        b.escalate(b.township, "2026-03-26");
        b.world.write(b.township, "2026-03-26", accepted());
        b.world.meet(mediator, b.township);
        let case = b.merged();
        assert_eq!(case.state, State::PartlyAgreed);
        assert!(case.marks.iter().all(|m| m.value != Mark::AwaitingConfirmation));
        b.world.meet(mediator, b.township);
        let rest = part("乙", vec![1], &b);
        b.agree_to(mediator, "2026-03-30", rest);
        b.world.meet(mediator, b.township);
        assert_eq!(b.merged().state, State::Performing);
    }

    #[test]
    fn only_a_later_consent_of_the_same_party_answers_a_refusal() {
        // Who says what on which day, first to last; whether the refusal stands.
        type Said = (&'static str, bool, Will);
        let rows: [(&str, &[Said], bool); 6] = [
            ("a refusal", &[("2026-03-05", true, Will::Refused)], true),
            (
                "agreed before",
                &[("2026-03-04", true, Will::Given), ("2026-03-05", true, Will::Refused)],
                true,
            ),
            (
                "the other agrees",
                &[("2026-03-05", true, Will::Refused), ("2026-03-06", false, Will::Given)],
                true,
            ),
            (
                "refused again",
                &[("2026-03-05", true, Will::Refused), ("2026-03-06", true, Will::Stopped)],
                true,
            ),
            (
                "agrees after all",
                &[("2026-03-05", true, Will::Refused), ("2026-03-06", true, Will::Given)],
                false,
            ),
            ("agrees at once", &[("2026-03-05", true, Will::Given)], false),
        ];
        for (name, said, stands) in rows {
            let mut b = begun();
            for (at, by_li, will) in said {
                let party = if *by_li { b.li } else { b.zhang };
                let body = ConsentRecorded { party, will: *will, note: String::new() };
                b.world.write(b.village, at, Body::ConsentRecorded(body));
            }
            let want = if stands { State::Refused } else { State::Registered };
            assert_eq!(b.merged().state, want, "{name}");
        }
    }

    #[test]
    fn a_refusal_that_was_taken_back_before_the_request_bars_no_climb() {
        let mut b = begun();
        let (village, township): (Desk, Desk) = (b.village, b.township);
        b.will(village, "2026-03-02", Will::Refused);
        b.will(village, "2026-03-05", Will::Given);
        b.world.write(township, "2026-03-10", escalated());
        let case = b.merged();
        assert_eq!(case.ladder.escalations[0].status, EscalationStatus::Requested);
        assert_eq!(case.ladder.conflicts, []);
        assert_eq!(case.ladder.escalations[0].key(), "escalation/village/1");
        assert_eq!(case.ladder.escalations[0].return_key(), "return/village/1");
        assert_eq!(level_code(Level::Township), "township");
    }

    #[test]
    fn what_stands_in_the_statistics() {
        for (status, want) in [
            (EscalationStatus::Requested, true),
            (EscalationStatus::Accepted, true),
            (EscalationStatus::Void, false),
            (EscalationStatus::Withdrawn, false),
            (EscalationStatus::Returned, true),
        ] {
            assert_eq!(status.is_counted(), want, "{status:?}");
        }
    }

    #[test]
    fn who_takes_a_request_back_and_asks_anew_asked_once() {
        let again = || match escalated_for(EscalationReason::Danger) {
            Body::Escalated(body) => Body::Escalated(Escalated { round: 2, ..body }),
            other => other,
        };
        let reason = || "双方又愿意在村里谈".into();
        let (from, round) = (Level::Village, 1);
        let mut b = begun();
        b.escalate(b.village, "2026-03-10");
        b.world.meet(b.village, b.township);
        let withdrawn = EscalationWithdrawn { from, round, reason: reason() };
        b.world.write(b.village, "2026-03-11", Body::EscalationWithdrawn(withdrawn));
        b.world.write(b.village, "2026-03-13", again());
        b.world.write(b.township, "2026-03-12", accepted());
        let case = b.merged();
        assert_eq!((case.ladder.escalations.len(), case.counts.escalations), (1, 1));
        assert_eq!(case.ladder.escalations[0].status, EscalationStatus::Accepted);
        assert!(!case.has_open_conflict(), "nothing is to be given back");
        let returned = EscalationReturned { from, round, reason: reason() };
        b.world.write(b.township, "2026-03-15", Body::EscalationReturned(returned));
        assert_eq!(b.merged().owner().map(|t| t.level), Some(Level::Village));
        b.world.write(b.village, "2026-03-20", again());
        let case = b.merged();
        assert_eq!(case.ladder.escalations.len(), 2, "what is asked after the return is new");
        assert_eq!(case.ladder.escalations[1].status, EscalationStatus::Requested);
    }
}
