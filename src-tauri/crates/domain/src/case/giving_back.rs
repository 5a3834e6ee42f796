//! Giving back: what the township accepted goes back to the village, because the village asked,
//! because the ground of the climb fell away, or because the township says so. A return begins a
//! new round.

use crate::fact::body::Choice;
use crate::rules::{RuleId, Why};

use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::known::{Facts, Known};
use super::ladder::{Escalation, EscalationStatus, Ladder, Tenure};

/// What was written about one accepted climb, each sorted by business time.
pub(super) struct Acts<'a> {
    pub(super) acceptances: &'a [&'a Known],
    pub(super) withdrawals: &'a [&'a Known],
    pub(super) returns: &'a [&'a Known],
}

impl Ladder {
    /// Lets the township give back what it accepted: on its own, or because it decided so when
    /// the village asked.
    pub(super) fn give_back(
        &mut self,
        facts: &Facts,
        escalation: &mut Escalation,
        climb: &Acts<'_>,
    ) {
        let key = escalation.return_key();
        let decided = facts
            .decision(&key, Seat::Centre, climb.acceptances)
            .filter(|(_, choice)| **choice == Choice::Way("return".into()))
            .map(|(known, _)| known);
        let given_back =
            climb.returns.iter().copied().chain(decided).min_by_key(|known| known.order());
        if let Some(by) = given_back {
            self.go_back(facts, escalation, by);
        }
        if let Some(withdrawn) = climb.withdrawals.first() {
            let sides: Vec<&Known> =
                climb.acceptances.iter().copied().chain([*withdrawn]).collect();
            let why = Why::new(RuleId::EscalationWithdrawn, sides.iter().map(|k| k.id));
            self.conflicts.push(return_question(facts, escalation, why, &sides));
        }
    }

    /// The unit that had the case before owns it again: a new round begins.
    fn go_back(&mut self, facts: &Facts, escalation: &mut Escalation, by: &Known) {
        let Some(lower) = self.tenures.iter().rev().find(|t| t.level == escalation.from) else {
            return;
        };
        let tenure = Tenure { unit: lower.unit, level: lower.level, from: by.span(), by: by.id };
        let heard = facts.list.iter().filter(|k| k.proof.unit == tenure.unit && k.knows(by));
        escalation.missed_days = heard
            .map(|known| known.fact.recorded.local().date())
            .min()
            .map(|day| day.signed_duration_since(by.fact.at.day).num_days().max(0));
        escalation.status = EscalationStatus::Returned;
        escalation.returned = Some(by.id);
        escalation.why = Why::new(RuleId::EscalationReturned, [by.id]);
        self.tenures.push(tenure);
    }
}

/// The question whether the township gives back what it accepted (待镇确认是否退回). The case
/// stays where it is until somebody there answers.
pub(super) fn return_question(
    facts: &Facts,
    escalation: &Escalation,
    why: Why,
    sides: &[&Known],
) -> Conflict {
    let key = escalation.return_key();
    let acceptances: Vec<&Known> =
        escalation.acceptances.iter().filter_map(|id| facts.get(*id)).collect();
    let decided = facts.decision(&key, Seat::Centre, &acceptances).map(|(known, _)| known);
    let given_back = escalation.returned.and_then(|id| facts.get(id));
    Conflict::between(
        ConflictKind::Return,
        key,
        why,
        Seat::Centre,
        sides.iter().map(|known| Side::of_fact(known)).collect(),
    )
    .with_ways(&["return", "keep"])
    .settled_by(given_back.or(decided))
}

#[cfg(test)]
mod tests {
    use super::super::stage::Mark;
    use super::super::world::{accepted, begun};
    use super::*;
    use crate::fact::Body;
    use crate::fact::body::{EscalationReturned, EscalationWithdrawn, SessionResult};
    use crate::role::Level;

    fn withdrawn() -> Body {
        let reason = "双方又愿意在村里谈".into();
        Body::EscalationWithdrawn(EscalationWithdrawn { from: Level::Village, round: 1, reason })
    }

    fn returned() -> Body {
        let reason = "村里能办".into();
        Body::EscalationReturned(EscalationReturned { from: Level::Village, round: 1, reason })
    }

    #[test]
    fn a_request_taken_back_in_time_is_withdrawn() {
        let mut b = begun();
        b.escalate(b.village, "2026-03-10");
        b.world.write(b.village, "2026-03-11", withdrawn());
        let case = b.merged();
        assert_eq!(case.ladder.escalations[0].status, EscalationStatus::Withdrawn);
        assert_eq!(case.counts.escalations, 0);
    }

    #[test]
    fn acceptance_prevails_over_a_withdrawal_and_asks_the_township() {
        let mut b = begun();
        b.escalate(b.village, "2026-03-10");
        b.world.meet(b.village, b.township);
        b.world.write(b.village, "2026-03-11", withdrawn());
        b.world.write(b.township, "2026-03-12", accepted());
        let case = b.merged();
        assert_eq!(case.owner().map(|t| t.level), Some(Level::Township), "acceptance prevails");
        assert!(case.marks.iter().any(|m| m.value == Mark::AwaitingReturn));
        let open = case.conflicts.iter().find(|c| c.is_open()).expect("asked");
        assert_eq!((open.kind, open.seat), (ConflictKind::Return, Seat::Centre));
        b.world.write(b.township, "2026-03-13", returned());
        let case = b.merged();
        assert_eq!(case.owner().map(|t| t.level), Some(Level::Village));
        assert!(!case.has_open_conflict());
    }

    #[test]
    fn a_return_is_a_new_round_and_shows_the_missed_days() {
        let mut b = begun();
        let failed = b.session(SessionResult::Failed);
        b.world.write(b.village, "2026-03-05", failed.clone());
        b.escalate(b.village, "2026-03-10");
        b.world.meet(b.village, b.township);
        b.world.write(b.township, "2026-03-12", accepted());
        b.world.write(b.township, "2026-03-15", returned());
        let case = b.merged();
        assert_eq!(case.owner().map(|t| t.level), Some(Level::Village));
        assert_eq!(case.session_count(Level::Village), 0, "the village counts anew");
        assert_eq!(case.ladder.escalations[0].missed_days, None, "the village has not heard");
        b.world.write(b.village, "2026-03-19", failed);
        let case = b.merged();
        assert_eq!(case.session_count(Level::Village), 1);
        assert_eq!(case.ladder.escalations[0].missed_days, Some(4));
    }

    #[test]
    fn the_township_answers_the_question_with_a_decision() {
        use crate::fact::body::Decided;
        for (way, want) in [("return", Level::Village), ("keep", Level::Township)] {
            let mut b = begun();
            b.escalate(b.village, "2026-03-10");
            b.world.meet(b.village, b.township);
            b.world.write(b.village, "2026-03-11", withdrawn());
            b.world.write(b.township, "2026-03-12", accepted());
            let open = b.merged().conflicts.into_iter().find(Conflict::is_open).expect("asked");
            assert_eq!(
                (open.key.as_str(), open.ways),
                ("return/village/1", &["return", "keep"][..])
            );
            let body = Decided {
                conflict: open.key,
                choice: Choice::Way(way.into()),
                over: vec![],
                reason: "问过双方".into(),
            };
            b.world.write(b.township, "2026-03-13", Body::Decided(body));
            let case = b.merged();
            assert_eq!(case.owner().map(|t| t.level), Some(want), "{way}");
            assert!(!case.has_open_conflict(), "{way}");
            let returned = case.ladder.escalations[0].status == EscalationStatus::Returned;
            assert_eq!(returned, want == Level::Village, "{way}");
        }
    }
}
