//! Whether the ground of an early climb shows in the facts. Where it does not, the climb stands:
//! the practice leaves it open. Whoever accepts it is warned.
//!
//! Source: the practice "3321" (内部工作规则).

use crate::fact::Body;
use crate::fact::body::{ClockKind, EscalationReason, Flag, Risk};
use crate::id::FactId;
use crate::rights::Right;
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
                EscalationReason::Ordered => Right::EscalationOrder.admits(request.role),
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
    use crate::role::Role;

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

    /// A case that climbed for a reason once these were written.
    fn climbed(reason: EscalationReason, bodies: Vec<Body>) -> Begun {
        let mut b = begun();
        for body in bodies {
            b.world.write(b.village, "2026-03-05", body);
        }
        climb(&mut b, "2026-03-10", reason);
        b
    }

    fn flagged(flag: Flag) -> Body {
        Body::Flagged(Flagged { flags: vec![flag], note: String::new() })
    }

    #[test]
    fn danger_shows_in_what_tells_of_it_and_in_nothing_else() {
        use crate::fact::body::{ReportedToPolice, RiskAssessed, SessionHeld};
        let visit = |danger| {
            Body::VisitReceived(VisitReceived { party: None, content: "来访".into(), danger })
        };
        let session = |danger| {
            let held = super::super::world::session_held(vec![]);
            Body::SessionHeld(SessionHeld { danger, ..held })
        };
        let risk = |risk| Body::RiskAssessed(RiskAssessed { risk, reason: String::new() });
        let report = ReportedToPolice {
            to: "派出所".into(),
            receiver: String::new(),
            method: String::new(),
            matter: "要动手".into(),
        };
        let rows = [
            ("a visit", visit(true), true),
            ("a quiet visit", visit(false), false),
            ("a session", session(true), true),
            ("a quiet session", session(false), false),
            ("green", risk(Risk::Green), false),
            ("blue", risk(Risk::Blue), false),
            ("yellow", risk(Risk::Yellow), true),
            ("red", risk(Risk::Red), true),
            ("violence at home", flagged(Flag::DomesticViolence), true),
            ("a child was harmed", flagged(Flag::MinorHarmed), true),
            ("a crowd", flagged(Flag::Group), true),
            ("a child is concerned", flagged(Flag::MinorInvolved), false),
            ("a foreigner", flagged(Flag::Foreign), false),
            ("another village", flagged(Flag::CrossVillage), false),
            ("a report to the police", Body::ReportedToPolice(report), true),
        ];
        for (name, body, shows) in rows {
            let mut b = climbed(EscalationReason::Danger, vec![body]);
            assert_eq!(warned(&mut b), !shows, "{name}");
        }
    }

    #[test]
    fn another_village_shows_by_its_flag_alone() {
        for (flag, shows) in [(Flag::CrossVillage, true), (Flag::Group, false)] {
            let mut b = climbed(EscalationReason::CrossVillage, vec![flagged(flag)]);
            assert_eq!(warned(&mut b), !shows, "{flag:?}");
        }
    }

    #[test]
    fn what_no_fact_can_tell_is_not_warned_of() {
        for reason in [EscalationReason::Department, EscalationReason::ThreeFailures] {
            assert!(!warned(&mut climbed(reason, vec![])), "{reason:?}");
        }
        let mut b = begun();
        let head = b.world.desk(2, Role::R7);
        b.world.meet(b.township, head);
        b.world.write(head, "2026-03-10", escalated_for(EscalationReason::Ordered));
        b.world.meet(head, b.township);
        assert!(!warned(&mut b), "the head of the centre ordered it");
    }

    fn both_ask(round: u16, asked: Vec<FactId>) -> Body {
        Body::Escalated(Escalated {
            from: crate::role::Level::Village,
            round,
            reason: EscalationReason::BothAsk,
            asked,
            note: String::new(),
        })
    }

    #[test]
    fn both_sides_ask_in_whichever_request_of_that_round() {
        let b = begun();
        let (zhang, li) = (b.zhang, b.li);
        type Requests = Vec<(u16, Vec<FactId>)>;
        let rows: [(&str, Requests, bool); 6] = [
            ("nobody", vec![(1, vec![])], false),
            ("the applicant", vec![(1, vec![zhang])], false),
            ("the respondent", vec![(1, vec![li])], false),
            ("both at once", vec![(1, vec![zhang, li])], true),
            ("one in each request", vec![(1, vec![zhang]), (1, vec![li])], true),
            ("one in another round", vec![(1, vec![zhang]), (2, vec![li])], false),
        ];
        for (name, requests, shows) in rows {
            let mut b = begun();
            for (round, asked) in requests {
                b.world.write(b.village, "2026-03-10", both_ask(round, asked));
            }
            assert_eq!(warned(&mut b), !shows, "{name}");
        }
    }

    #[test]
    fn a_side_nobody_stands_on_is_not_asked() {
        let mut world = super::super::world::World::new();
        let village = world.desk(1, Role::R3);
        world.write(village, "2026-03-01", super::super::world::registered());
        let side = crate::fact::body::Side::Applicant;
        let zhang = world.write(village, "2026-03-01", super::super::world::party("张某", side));
        world.write(village, "2026-03-10", both_ask(1, vec![zhang]));
        assert!(world.case(village).unshown.is_empty());
    }

    #[test]
    fn a_warning_is_about_its_own_climb() {
        let mut b = climbed(EscalationReason::CrossVillage, vec![flagged(Flag::CrossVillage)]);
        b.world.write(b.village, "2026-03-12", both_ask(2, vec![b.zhang]));
        let case = b.merged();
        let warns: Vec<bool> =
            case.ladder.escalations.iter().map(|e| warning(&case, e, &[]).is_some()).collect();
        assert_eq!(warns, [false, true]);
        let why = warning(&case, &case.ladder.escalations[1], &[]).unwrap();
        assert_eq!(
            (why.rule, &why.facts),
            (RuleId::EarlyGround, &case.ladder.escalations[1].requests)
        );
    }

    #[test]
    fn only_the_period_of_handling_itself_is_a_ground() {
        use crate::fact::body::{Registered, Track};
        let calendar = Calendar::parse("year 2026\n").expect("a table");
        // The track, whether it was accepted, the last day, the day after.
        let rows = [
            (Track::PeopleMediation, true, "2026-04-01", "2026-04-02", true),
            (Track::PeopleMediation, false, "2026-04-01", "2026-06-02", false),
            (Track::Petition, true, "2026-05-01", "2026-05-06", true),
            (Track::Labour, false, "2026-03-16", "2026-03-17", true),
        ];
        for (track, is_accepted, last, after, is_ground) in rows {
            for (at, is_over) in [(last, false), (after, is_ground)] {
                let mut world = super::super::world::World::new();
                let village = world.desk(1, Role::R3);
                let Body::Registered(body) = super::super::world::registered() else { return };
                world.write(village, "2026-03-01", Body::Registered(Registered { track, ..body }));
                if is_accepted {
                    let accepted = Accepted { on: AcceptedOn::Application };
                    world.write(village, "2026-03-02", Body::Accepted(accepted));
                }
                world.write(village, at, escalated_for(EscalationReason::Overdue));
                let case = world.case(village);
                let warning = warning(&case, &case.ladder.escalations[0], &read(&case, &calendar));
                assert_eq!(warning.is_none(), is_over, "{track:?} on {at}");
            }
        }
    }
}
