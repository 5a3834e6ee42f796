//! Whether the ground of an early climb shows in the facts. Where it does not, the climb stands:
//! the practice leaves it open. Whoever accepts it is warned.
//!
//! Source: the practice "3321" (内部工作规则).

use crate::fact::Body;
use crate::fact::body::{ClockKind, EscalationReason, Flag, Risk};
use crate::id::FactId;
use crate::role::Role;
use crate::rules::{RuleId, Why};

use super::Case;
use super::clock::Clock;
use super::known::{Facts, Known, each};
use super::ladder::Escalation;
use super::session::Sides;

/// The grounds of climbs that no fact shows, as far as facts alone can tell: the request itself
/// for each climb that was asked for on such a ground.
pub(super) fn unshown(
    facts: &Facts,
    escalations: &[Escalation],
    sides: Sides<'_>,
) -> Vec<(FactId, Why)> {
    escalations
        .iter()
        .filter_map(|escalation| {
            let request = facts.get(*escalation.requests.first()?)?;
            let is_shown = match escalation.reason {
                EscalationReason::Danger => is_dangerous(facts),
                EscalationReason::CrossVillage => {
                    each!(facts, Flagged).any(|(_, body)| body.flags.contains(&Flag::CrossVillage))
                }
                EscalationReason::BothAsk => both_ask(facts, escalation, sides),
                EscalationReason::Ordered => request.role == Role::R7,
                // What a department may do, no fact tells; a period is asked of the clocks, and
                // failed sessions are counted elsewhere.
                EscalationReason::Department
                | EscalationReason::Overdue
                | EscalationReason::ThreeFailures => true,
            };
            (!is_shown).then(|| (request.id, why(escalation)))
        })
        .collect()
}

fn why(escalation: &Escalation) -> Why {
    Why::new(RuleId::EarlyGround, escalation.requests.iter().copied())
}

/// Whether anything tells of danger.
fn is_dangerous(facts: &Facts) -> bool {
    let tells = |known: &Known| match &known.fact.body {
        Body::VisitReceived(body) => body.danger,
        Body::SessionHeld(body) => body.danger,
        Body::RiskAssessed(body) => body.risk >= Risk::Yellow,
        Body::Flagged(body) => body
            .flags
            .iter()
            .any(|flag| matches!(flag, Flag::DomesticViolence | Flag::MinorHarmed | Flag::Group)),
        Body::ReportedToPolice(_) => true,
        _ => false,
    };
    facts.list.iter().any(tells)
}

/// Whether somebody of each side asked, in whichever of the requests.
fn both_ask(facts: &Facts, escalation: &Escalation, sides: Sides<'_>) -> bool {
    let asks = |side: &[FactId]| {
        side.is_empty()
            || each!(facts, Escalated).any(|(known, body)| {
                escalation.requests.contains(&known.id)
                    && body.asked.iter().any(|party| side.contains(party))
            })
    };
    asks(sides.applicants) && asks(sides.respondents)
}

/// Why the ground of a climb does not show, if it does not: what the facts tell, and for a period
/// that is said to be over, what its clock tells.
#[must_use]
pub fn warning(case: &Case, escalation: &Escalation, clocks: &[Clock]) -> Option<Why> {
    if escalation.reason == EscalationReason::Overdue {
        return (!was_over(escalation, clocks)).then(|| why(escalation));
    }
    let found = case.unshown.iter().find(|(request, _)| escalation.requests.contains(request));
    found.map(|(_, why)| why.clone())
}

/// Whether a period of handling was over when the climb was asked for.
fn was_over(escalation: &Escalation, clocks: &[Clock]) -> bool {
    let handles = |clock: &&Clock| {
        matches!(
            clock.running.kind,
            ClockKind::Mediation | ClockKind::PetitionHandling | ClockKind::LabourMediation
        )
    };
    clocks.iter().filter(handles).any(|clock| clock.is_overdue(escalation.at))
}

#[cfg(test)]
mod tests {
    use super::super::clock::read;
    use super::super::world::{Begun, begun, escalated_for};
    use super::*;
    use crate::calendar::Calendar;
    use crate::fact::body::{Accepted, AcceptedOn, Escalated, Flagged, VisitReceived};

    fn warned(b: &mut Begun) -> bool {
        let calendar = Calendar::parse("year 2026\n").expect("a table");
        let case = b.merged();
        let clocks = read(&case, &calendar);
        let warning = warning(&case, &case.ladder.escalations[0], &clocks);
        assert!(warning.iter().all(|why| why.rule == RuleId::EarlyGround));
        warning.is_some()
    }

    fn climb(b: &mut Begun, at: &str, reason: EscalationReason) {
        b.world.write(b.village, at, escalated_for(reason));
    }

    #[test]
    fn a_ground_that_no_fact_shows_is_warned_of_and_stands() {
        let danger = |b: &Begun| {
            let content = "要动手".into();
            Body::VisitReceived(VisitReceived { party: Some(b.li), content, danger: true })
        };
        let across = |_: &Begun| {
            let note = String::new();
            Body::Flagged(Flagged { flags: vec![Flag::CrossVillage], note })
        };
        let both = |b: &Begun| match escalated_for(EscalationReason::BothAsk) {
            Body::Escalated(body) => {
                Body::Escalated(Escalated { asked: vec![b.zhang, b.li], ..body })
            }
            other => other,
        };
        type Shows<'a> = &'a dyn Fn(&Begun) -> Body;
        let rows: [(EscalationReason, Shows<'_>); 3] = [
            (EscalationReason::Danger, &danger),
            (EscalationReason::CrossVillage, &across),
            (EscalationReason::BothAsk, &both),
        ];
        for (reason, shows) in rows {
            let mut b = begun();
            climb(&mut b, "2026-03-10", reason);
            assert!(warned(&mut b), "{reason:?}");
            assert_eq!(b.merged().counts.escalations, 1, "{reason:?}: and it stands");
            let body = shows(&b);
            b.world.write(b.township, "2026-03-11", body);
            assert!(!warned(&mut b), "{reason:?} shows");
        }
    }

    #[test]
    fn a_period_that_is_not_over_is_warned_of() {
        for (at, is_warned) in [("2026-03-20", true), ("2026-04-20", false)] {
            let mut b = begun();
            let accepted = Accepted { on: AcceptedOn::Application };
            b.world.write(b.village, "2026-03-02", Body::Accepted(accepted));
            climb(&mut b, at, EscalationReason::Overdue);
            assert_eq!(warned(&mut b), is_warned, "{at}");
        }
    }

    #[test]
    fn an_order_by_somebody_else_than_the_head_is_warned_of() {
        let mut b = begun();
        climb(&mut b, "2026-03-10", EscalationReason::Ordered);
        assert!(warned(&mut b), "the guard refuses it here; a broken peer may write it");
    }
}
