//! Who mediates: appointments, recusals, and what a session held by a recused mediator is marked
//! with.
//!
//! Source: 人民调解法 (2010) art. 19; recusal of people's mediators is a working rule after
//! 特邀调解规定 (2016) art. 15.

use crate::fact::body::{Choice, MediatorsAppointed, SessionHeld};
use crate::id::FactId;
use crate::merge::{self, Settled};
use crate::rules::{RuleId, Why};

use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::known::{Facts, Known, each};
use super::session::Sides;

/// Who mediates.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Hosting {
    /// Who presides, once somebody was appointed.
    pub host: Option<String>,
    /// Everybody who was appointed and is not recused.
    pub mediators: Vec<String>,
    /// Everybody who withdrew and was not kept by both sides.
    pub recused: Vec<String>,
    /// Sessions that a recused mediator held or took part in, with the reason.
    pub flawed: Vec<(FactId, Why)>,
}

/// Folds who mediates. Mediators are the union of what stands side by side; of two who were to
/// preside the one appointed earlier does, until somebody decides.
#[must_use]
pub(super) fn fold(facts: &Facts, sides: Sides<'_>) -> (Hosting, Vec<Conflict>) {
    let mut appointed: Vec<(&Known, &MediatorsAppointed)> =
        each!(facts, MediatorsAppointed).collect();
    appointed.sort_by_key(|(known, _)| known.order());
    let heads = merge::heads(&appointed, |later, earlier| later.0.knows(earlier.0));
    let recusals: Vec<(&Known, &str)> = each!(facts, Recused)
        .map(|(known, body)| (known, body.mediator.trim()))
        .filter(|(known, name)| !is_waived(facts, known, name, sides))
        .collect();
    let mut hosting = Hosting::default();
    for (_, name) in &recusals {
        push_once(&mut hosting.recused, name);
    }
    let mut conflicts = Vec::new();
    hosting.host = preside(facts, &heads, &hosting.recused, &mut conflicts);
    for (_, body) in heads {
        for name in std::iter::once(&body.host).chain(&body.mediators) {
            if !hosting.recused.iter().any(|recused| recused == name.trim()) {
                push_once(&mut hosting.mediators, name);
            }
        }
    }
    for (session, body) in each!(facts, SessionHeld) {
        // A recusal asked for after a session of the same day does not reach back to it.
        let recused = recusals
            .iter()
            .filter(|(known, name)| !known.follows(session) && took_part(body, name));
        let basis: Vec<FactId> = recused.map(|(known, _)| known.id).collect();
        if !basis.is_empty() {
            let why = Why::new(RuleId::RecusedSession, basis.into_iter().chain([session.id]));
            hosting.flawed.push((session.id, why));
        }
    }
    (hosting, conflicts)
}

/// Who presides: of two the one appointed earlier, until somebody decides; nobody who is recused.
fn preside(
    facts: &Facts,
    heads: &[&(&Known, &MediatorsAppointed)],
    recused: &[String],
    conflicts: &mut Vec<Conflict>,
) -> Option<String> {
    let says = |(_, body): &(&Known, &MediatorsAppointed)| body.host.trim().to_owned();
    let may: Vec<_> = heads.iter().copied().filter(|head| !recused.contains(&says(head))).collect();
    let Settled::Ask(all) = merge::same_or_ask(heads, says) else {
        return may.first().map(|head| says(head));
    };
    let known: Vec<&Known> = all.iter().map(|(known, _)| *known).collect();
    let decided = facts.decision("host", Seat::Head, &known);
    let chosen = decided.and_then(|(_, choice)| match choice {
        Choice::Fact(id) => may.iter().find(|(known, _)| known.id == *id),
        _ => None,
    });
    let conflict = Conflict::between(
        ConflictKind::Host,
        "host".to_owned(),
        Why::new(RuleId::HostAsk, known.iter().map(|k| k.id)),
        Seat::Head,
        known.iter().map(|k| Side::of_fact(k)).collect(),
    )
    .settled_by(decided.map(|(known, _)| known));
    let is_one_left = matches!(merge::same_or_ask(&may, says), Settled::Nothing | Settled::One(_));
    conflicts.push(if is_one_left && conflict.is_open() {
        conflict.settled_by_rule(RuleId::RecusedSession)
    } else {
        conflict
    });
    chosen.or_else(|| may.first()).map(|head| says(head))
}

fn push_once(names: &mut Vec<String>, name: &str) {
    let name = name.trim();
    if !name.is_empty() && !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

fn took_part(body: &SessionHeld, name: &str) -> bool {
    body.host.trim() == name || body.mediators.iter().any(|mediator| mediator.trim() == name)
}

/// Whether both sides know and agree that a mediator goes on, though somebody asked otherwise. What
/// they agreed to before was agreed to on other grounds.
fn is_waived(facts: &Facts, recusal: &Known, name: &str, sides: Sides<'_>) -> bool {
    let waivers = || {
        each!(facts, RecusalWaived)
            .filter(|(known, body)| body.mediator.trim() == name && !recusal.follows(known))
    };
    let agrees = |side: &[FactId]| {
        side.is_empty() || waivers().any(|(_, body)| body.parties.iter().any(|p| side.contains(p)))
    };
    agrees(sides.applicants) && agrees(sides.respondents) && waivers().next().is_some()
}

#[cfg(test)]
mod tests {
    use super::super::EventMark;
    use super::super::world::begun;
    use super::*;
    use crate::fact::Body;
    use crate::fact::body::*;

    fn appointed(host: &str, mediators: &[&str]) -> Body {
        Body::MediatorsAppointed(MediatorsAppointed {
            host: host.into(),
            mediators: mediators.iter().map(|m| (*m).into()).collect(),
            chosen_by: ChosenBy::Committee,
        })
    }

    #[test]
    fn two_hosts_ask_and_the_earlier_presides_meanwhile() {
        let mut b = begun();
        let mediator = b.world.desk(2, crate::role::Role::R5);
        b.world.meet(b.township, mediator);
        b.world.write(mediator, "2026-03-06", appointed("吴某", &["郑某"]));
        let ours = b.world.write(b.village, "2026-03-05", appointed("周某", &["钱某"]));
        b.world.meet(mediator, b.township);
        let case = b.merged();
        assert_eq!(case.hosting.host.as_deref(), Some("周某"));
        assert_eq!(case.hosting.mediators, ["周某", "钱某", "吴某", "郑某"], "the union");
        let open = case.conflicts.iter().find(|c| c.is_open()).expect("asked");
        assert_eq!(open.kind, ConflictKind::Host);
        b.world.write(
            b.village,
            "2026-03-08",
            Body::Decided(Decided {
                conflict: open.key.clone(),
                choice: Choice::Fact(ours),
                over: vec![],
                reason: "先指定的".into(),
            }),
        );
        assert!(!b.merged().has_open_conflict());
    }

    #[test]
    fn a_recused_mediators_later_session_is_flawed() {
        let mut b = begun();
        let told = RightsTold { parties: vec![b.zhang, b.li] };
        b.world.write(b.village, "2026-03-05", Body::RightsTold(told));
        let failed = b.session(SessionResult::Failed);
        let before = b.world.write(b.village, "2026-03-05", failed.clone());
        let recused = Body::Recused(Recused {
            mediator: "周某".into(),
            party: Some(b.li),
            reason: "是张某的堂兄".into(),
        });
        b.world.write(b.township, "2026-03-06", recused);
        let after = b.world.write(b.village, "2026-03-08", failed);
        let case = b.merged();
        let flawed = |case: &super::super::Case, id| {
            case.events.iter().any(|e| e.id == id && e.marks.contains(&EventMark::ProcedureFlaw))
        };
        assert!(flawed(&case, after) && !flawed(&case, before));
        assert_eq!(case.hosting.recused, ["周某"]);
        let waived = Body::RecusalWaived(RecusalWaived {
            mediator: "周某".into(),
            parties: vec![b.zhang, b.li],
        });
        b.world.write(b.village, "2026-03-09", waived);
        assert!(!flawed(&b.merged(), after), "both sides kept him");
    }

    fn recused(b: &super::super::world::Begun) -> Body {
        let (mediator, reason) = ("周某".into(), "是张某的堂兄".into());
        Body::Recused(Recused { mediator, party: Some(b.li), reason })
    }

    #[test]
    fn who_is_recused_presides_no_more() {
        let mut b = begun();
        b.world.write(b.village, "2026-03-05", appointed("周某", &["钱某"]));
        let body = recused(&b);
        b.world.write(b.township, "2026-03-06", body.clone());
        let case = b.merged();
        assert_eq!((case.hosting.host, case.hosting.mediators), (None, vec!["钱某".to_owned()]));
        let mut b = begun();
        let mediator = b.mediator();
        b.world.write(mediator, "2026-03-07", appointed("吴某", &[]));
        b.world.write(b.village, "2026-03-05", appointed("周某", &[]));
        b.world.write(b.township, "2026-03-06", body);
        b.world.meet(mediator, b.township);
        let case = b.merged();
        assert_eq!(case.hosting.host.as_deref(), Some("吴某"), "the other was appointed too");
        assert!(!case.has_open_conflict(), "nothing is left to choose");
        assert!(case.conflicts.iter().any(|c| c.kind == ConflictKind::Host), "and it is readable");
    }

    #[test]
    fn a_recusal_asked_for_after_a_session_of_that_day_does_not_reach_back() {
        for (is_known, is_flawed) in [(true, false), (false, true)] {
            let mut b = begun();
            let told = RightsTold { parties: vec![b.zhang, b.li] };
            b.world.write(b.village, "2026-03-05", Body::RightsTold(told));
            let failed = b.session(SessionResult::Failed);
            b.world.write(b.village, "2026-03-06", failed);
            if is_known {
                b.merged();
            }
            let body = recused(&b);
            b.world.write(b.township, "2026-03-06", body);
            assert_eq!(b.merged().hosting.flawed.is_empty(), !is_flawed);
        }
    }

    #[test]
    fn what_was_waived_before_is_asked_anew() {
        let mut b = begun();
        let waived = |b: &super::super::world::Begun| {
            let parties = vec![b.zhang, b.li];
            Body::RecusalWaived(RecusalWaived { mediator: "周某".into(), parties })
        };
        let (before, asked) = (waived(&b), recused(&b));
        b.world.write(b.village, "2026-03-05", before.clone());
        b.world.write(b.village, "2026-03-09", asked);
        assert_eq!(b.merged().hosting.recused, ["周某"]);
        b.world.write(b.village, "2026-03-10", before);
        assert!(b.merged().hosting.recused.is_empty());
    }

    fn recusal(mediator: &str, party: Option<FactId>) -> Body {
        Body::Recused(Recused { mediator: mediator.into(), party, reason: "堂兄".into() })
    }

    fn waived(mediator: &str, parties: Vec<FactId>) -> Body {
        Body::RecusalWaived(RecusalWaived { mediator: mediator.into(), parties })
    }

    #[test]
    fn the_host_that_was_decided_on_presides_whoever_was_first() {
        for (is_later, want) in [(false, "周某"), (true, "吴某")] {
            let mut b = begun();
            let ours = b.world.write(b.village, "2026-03-05", appointed("周某", &[]));
            let mediator = b.world.desk(2, crate::role::Role::R5);
            b.world.meet(b.township, mediator);
            let theirs = b.world.write(mediator, "2026-03-06", appointed("吴某", &[]));
            b.world.meet(mediator, b.township);
            let case = b.merged();
            assert_eq!(case.hosting.host.as_deref(), Some("周某"), "meanwhile");
            let decided = Decided {
                conflict: "host".into(),
                choice: Choice::Fact(if is_later { theirs } else { ours }),
                over: vec![],
                reason: "双方认可".into(),
            };
            b.world.write(b.village, "2026-03-08", Body::Decided(decided));
            assert_eq!(b.merged().hosting.host.as_deref(), Some(want));
        }
    }

    #[test]
    fn mediators_are_named_once_without_blanks_and_without_the_recused() {
        let mut b = begun();
        let village = b.village;
        let names = ["钱某", " 周某 ", " ", "", "钱某 ", "孙某"];
        b.world.write(village, "2026-03-05", appointed("周某", &names));
        assert_eq!(b.merged().hosting.mediators, ["周某", "钱某", "孙某"]);
        b.world.write(village, "2026-03-06", recusal(" 钱某", None));
        let hosting = b.merged().hosting;
        assert_eq!(hosting.mediators, ["周某", "孙某"]);
        assert_eq!(hosting.recused, ["钱某"]);
        b.world.write(village, "2026-03-07", recusal("钱某", None));
        assert_eq!(b.merged().hosting.recused, ["钱某"], "named once");
    }

    #[test]
    fn a_later_appointment_takes_the_place_of_the_one_it_knew() {
        let mut b = begun();
        b.world.write(b.village, "2026-03-05", appointed("周某", &["钱某"]));
        b.world.write(b.village, "2026-03-06", appointed("孙某", &[]));
        let case = b.merged();
        assert_eq!(case.hosting.host.as_deref(), Some("孙某"));
        assert_eq!(case.hosting.mediators, ["孙某"]);
        assert!(!case.has_open_conflict());
    }

    #[test]
    fn only_sessions_the_recused_took_part_in_since_are_flawed() {
        // Name, the day, who presided, who helped, whether it is flawed.
        let rows = [
            ("presided, before", "2026-03-05", "周某", "钱某", false),
            ("presided, that day", "2026-03-06", " 周某 ", "钱某", true),
            ("helped, since", "2026-03-07", "钱某", " 周某", true),
            ("took no part", "2026-03-08", "钱某", "孙某", false),
        ];
        for (name, at, host, helper, is_flawed) in rows {
            let mut b = begun();
            let village = b.village;
            b.world.write(village, "2026-03-06", recusal("周某", None));
            let held = SessionHeld {
                host: host.into(),
                mediators: vec![helper.into()],
                ..super::super::world::session_held(vec![b.zhang, b.li])
            };
            let session = b.world.write(village, at, Body::SessionHeld(held));
            let flawed: Vec<FactId> = b.merged().hosting.flawed.iter().map(|(id, _)| *id).collect();
            assert_eq!(flawed.contains(&session), is_flawed, "{name}");
        }
    }

    #[test]
    fn a_mediator_goes_on_only_with_the_word_of_both_sides() {
        let b = begun();
        let (zhang, li) = (b.zhang, b.li);
        // Name, who agreed to whom, whether the mediator stays recused.
        let rows: [(&str, Vec<Body>, bool); 7] = [
            ("nobody", vec![], true),
            ("the applicant", vec![waived("周某", vec![zhang])], true),
            ("the respondent", vec![waived("周某", vec![li])], true),
            ("both at once", vec![waived(" 周某 ", vec![li, zhang])], false),
            (
                "one after the other",
                vec![waived("周某", vec![li]), waived("周某", vec![zhang])],
                false,
            ),
            ("both to another", vec![waived("钱某", vec![li, zhang])], true),
            (
                "each to another one",
                vec![waived("周某", vec![li]), waived("钱某", vec![zhang])],
                true,
            ),
        ];
        for (name, words, stays) in rows {
            let mut b = begun();
            let village = b.village;
            b.world.write(village, "2026-03-06", recusal("周某", Some(li)));
            for body in words {
                b.world.write(village, "2026-03-07", body);
            }
            assert_eq!(!b.merged().hosting.recused.is_empty(), stays, "{name}");
        }
    }

    #[test]
    fn where_no_party_is_known_somebody_must_have_agreed_all_the_same() {
        let mut world = super::super::world::World::new();
        let village = world.desk(1, crate::role::Role::R3);
        world.write(village, "2026-03-01", super::super::world::registered());
        world.write(village, "2026-03-02", recusal("周某", None));
        assert_eq!(world.case(village).hosting.recused, ["周某"]);
        world.write(village, "2026-03-03", waived("周某", vec![]));
        assert!(world.case(village).hosting.recused.is_empty());
    }
}
