//! What somebody wrote who works here no more (C15). Up to the cut-off of their removal it stands.
//! Beyond it a fact counts, marked 撤权后到达, if it happened and was typed before the moment of the
//! removal; the others wait for the head of the centre, one by one.

use crate::fact::body::Choice;
use crate::rules::{RuleId, Why};

use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::known::{Facts, Known, RefusedFact};

/// Lets the head of the centre take up what waits; the rest has no effect, and is kept.
pub(super) fn settle(facts: &mut Facts, waiting: Vec<Known>) {
    for known in waiting {
        let key = format!("removed/{}", known.id);
        let decided = facts.decision(&key, Seat::Director, &[&known]);
        let is_adopted =
            decided.is_some_and(|(_, choice)| *choice == Choice::Way(ADOPT.to_owned()));
        let conflict = Conflict::between(
            ConflictKind::Removed,
            key.clone(),
            Why::new(RuleId::UserRemoved, [known.id]),
            Seat::Director,
            vec![Side::of_fact(&known)],
        )
        .with_ways(&[ADOPT, REFUSE])
        .settled_by(decided.map(|(by, _)| by));
        facts.conflicts.push(conflict);
        if is_adopted {
            let at = facts.list.partition_point(|other| other.id < known.id);
            facts.list.insert(at, known);
        } else {
            facts.refused.push((known.id, RefusedFact::AfterRemoval));
            facts.withheld.push(known);
        }
    }
}

/// It counts after all.
const ADOPT: &str = "adopt";

/// It does not.
const REFUSE: &str = "refuse";

#[cfg(test)]
mod tests {
    use super::super::conflict::Conflict;
    use super::super::world::begun;
    use super::super::{Case, EventMark};
    use crate::fact::Body;
    use crate::fact::body::{Choice, Decided, VisitReceived};
    use crate::id::FactId;
    use crate::role::Role;
    use crate::time::{midnight, moment};

    fn visited(content: &str) -> Body {
        let content = content.into();
        Body::VisitReceived(VisitReceived { party: None, content, danger: false })
    }

    fn marks(case: &Case, id: FactId) -> Vec<EventMark> {
        case.events.iter().find(|e| e.id == id).map(|e| e.marks.clone()).unwrap_or_default()
    }

    #[test]
    fn a_case_whose_registration_waits_belongs_to_the_unit_that_registered_it() {
        let mut b = begun();
        let registration = b.merged().registration.expect("begun").id;
        b.world.removed.insert(registration, 0);
        let case = b.merged();
        assert!(case.registration.is_none());
        assert_eq!(case.owner().map(|owner| owner.unit), Some(b.village.unit()));
    }

    #[test]
    fn what_a_removed_user_wrote_later_waits_unless_it_came_before_the_moment() {
        for way in ["adopt", "refuse"] {
            let mut b = begun();
            let clerk = b.world.desk(1, Role::R2);
            b.world.meet(b.village, clerk);
            let before = b.world.write(clerk, "2026-03-08", visited("八日来访"));
            b.world.today(clerk, "2026-03-12");
            let typed_late = b.world.write(clerk, "2026-03-09", visited("补记九日来访"));
            let after = b.world.write(clerk, "2026-03-12", visited("十二日来访"));
            let at = u64::try_from(moment(midnight("2026-03-10".parse().unwrap()))).unwrap();
            for fact in [before, typed_late, after] {
                b.world.removed.insert(fact, at);
            }
            let head = b.world.desk(2, Role::R7);
            b.world.meet(clerk, b.township);
            b.world.meet(b.township, head);
            let case = b.merged();
            assert_eq!(case.counts.visits, 1);
            assert_eq!(marks(&case, before), [EventMark::AfterRemoval]);
            for waits in [typed_late, after] {
                assert_eq!(marks(&case, waits), [EventMark::Refused, EventMark::AfterRemoval]);
            }
            assert_eq!(case.conflicts.iter().filter(|c| c.is_open()).count(), 2);
            // The head of the centre decides, one by one; nobody else.
            let says = |by: &str| {
                Body::Decided(Decided {
                    conflict: format!("removed/{after}"),
                    choice: Choice::Way(by.into()),
                    over: vec![],
                    reason: "核对过来访登记".into(),
                })
            };
            b.world.write(b.township, "2026-03-14", says("adopt"));
            assert_eq!(b.merged().counts.visits, 1, "not the window's to say");
            b.world.write(head, "2026-03-14", says(way));
            b.world.meet(head, b.township);
            let case = b.merged();
            assert_eq!(case.counts.visits, if way == "adopt" { 2 } else { 1 });
            let open: Vec<&Conflict> = case.conflicts.iter().filter(|c| c.is_open()).collect();
            assert_eq!(open.len(), 1);
        }
    }
}
