//! Cases of several units (共办): the space of its own a case moved into.
//!
//! The township's act is a fact like any other, written where the case lived until then. What was
//! written before it, and beside it by those who had not heard, comes along; moving entries
//! between spaces is transport and happens above this crate.

use crate::fact::body::{CaseShared, Choice};
use crate::id::{FactId, SpaceId};
use crate::rules::{RuleId, Why};

use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::known::{Facts, Known, each};

/// Where a shared case lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sharing {
    /// The space.
    pub home: SpaceId,
    /// The moves, those into other spaces among them: the facts and where they lead.
    pub moves: Vec<(FactId, SpaceId)>,
    /// The rule and the facts.
    pub why: Why,
}

/// The key of the conflict about two moves.
const HOME_KEY: &str = "home";

/// Folds the moves of a case. A move by somebody who knew an earlier one opens the space to more
/// units; into another space it has no effect. Of two that did not know of each other the one
/// whose entry has the smaller hash is home until the head of the centre decides.
pub(super) fn fold(facts: &Facts) -> (Option<Sharing>, Vec<Conflict>) {
    let shared: Vec<(&Known, &CaseShared)> = each!(facts, CaseShared).collect();
    let mut moves: Vec<(&Known, SpaceId)> = shared
        .iter()
        .filter(|(known, _)| !shared.iter().any(|(other, _)| known.knows(other)))
        .map(|(known, body)| (*known, body.space))
        .collect();
    moves.sort_by(|(a, _), (b, _)| a.id.entry_hash().cmp(b.id.entry_hash()));
    let Some((_, smallest)) = moves.first().copied() else { return (None, Vec::new()) };
    let named: Vec<(FactId, SpaceId)> =
        moves.iter().map(|(known, space)| (known.id, *space)).collect();
    if moves.iter().all(|(_, space)| *space == smallest) {
        let joined = shared.iter().filter(|(_, body)| body.space == smallest);
        let why = Why::new(RuleId::SharedCase, joined.map(|(known, _)| known.id));
        return (Some(Sharing { home: smallest, moves: named, why }), Vec::new());
    }
    let sides: Vec<&Known> = moves.iter().map(|(known, _)| *known).collect();
    let decided = facts.decision(HOME_KEY, Seat::Director, &sides);
    let chosen = decided.and_then(|(_, choice)| match choice {
        Choice::Fact(id) => moves.iter().find(|(known, _)| known.id == *id),
        _ => None,
    });
    let why = Why::new(RuleId::SharedTwice, sides.iter().map(|known| known.id));
    let conflict = Conflict::between(
        ConflictKind::Home,
        HOME_KEY.to_owned(),
        why.clone(),
        Seat::Director,
        sides.iter().map(|known| Side::of_fact(known)).collect(),
    )
    .settled_by(decided.map(|(known, _)| known));
    let home = chosen.map_or(smallest, |(_, space)| *space);
    (Some(Sharing { home, moves: named, why }), vec![conflict])
}

#[cfg(test)]
mod tests {
    use super::super::world::{Begun, begun};
    use super::super::{Case, known::RefusedFact};
    use super::*;
    use crate::fact::Body;
    use crate::fact::body::{Decided, Note, ReferralReviewed};
    use crate::id::RecordId;
    use crate::role::Role;

    fn shared(space: u8, unit: u8) -> Body {
        let units = vec![RecordId([unit; 16])];
        Body::CaseShared(CaseShared { space: SpaceId([space; 16]), units })
    }

    fn home(case: &Case) -> Option<SpaceId> {
        case.sharing.as_ref().map(|sharing| sharing.home)
    }

    #[test]
    fn a_shared_case_lives_in_its_own_space() {
        let mut b = begun();
        assert_eq!(home(&b.merged()), None);
        b.world.write(b.township, "2026-03-05", shared(7, 1));
        // The village has not heard and goes on writing.
        b.world.write(b.village, "2026-03-06", Body::Note(Note { text: "照常".into() }));
        b.merged();
        b.world.write(b.township, "2026-03-07", shared(7, 3));
        let elsewhere = b.world.write(b.township, "2026-03-08", shared(9, 3));
        let case = b.merged();
        assert_eq!(home(&case), Some(SpaceId([7; 16])), "a later move elsewhere has no effect");
        let sharing = case.sharing.unwrap();
        assert_eq!(sharing.why.facts.len(), 2, "both acts that opened it");
        assert!(!sharing.why.facts.contains(&elsewhere));
        assert!(!case.conflicts.iter().any(|c| c.kind == ConflictKind::Home));
    }

    #[test]
    fn a_village_moves_nothing() {
        let mut b = begun();
        let forged = b.world.write(b.village, "2026-03-05", shared(7, 1));
        let case = b.merged();
        assert_eq!(home(&case), None);
        assert!(case.refused.contains(&(forged, RefusedFact::RoleMayNot)), "kept, with a mark");
    }

    #[test]
    fn what_the_head_adopts_counts_as_far_as_the_heads_own_right_goes() {
        let mut b = begun();
        let moved = b.world.write(b.village, "2026-03-05", shared(7, 1));
        let clerk = b.world.desk(2, Role::R4);
        b.world.meet(clerk, b.village);
        // A referral is reviewed by the head of the village alone.
        let reviewed = ReferralReviewed { referral: moved, passed: true, reason: String::new() };
        let reviewed = b.world.write(clerk, "2026-03-05", Body::ReferralReviewed(reviewed));
        b.world.meet(clerk, b.village);
        b.world.adopted.extend([moved, reviewed]);
        let case = b.merged();
        assert_eq!(home(&case), Some(SpaceId([7; 16])));
        assert_eq!(
            case.refused,
            [(reviewed, RefusedFact::RoleMayNot)],
            "nobody lends what they lack"
        );
    }

    /// Two heads who move it in ignorance of each other, and what the second decides if asked to.
    fn moved_twice(choose: Option<bool>) -> (Begun, Case) {
        let mut b = begun();
        let head = b.world.desk(2, Role::R7);
        b.world.meet(head, b.village);
        let one = b.world.write(b.township, "2026-03-05", shared(9, 1));
        let other = b.world.write(head, "2026-03-05", shared(7, 3));
        b.world.meet(head, b.township);
        if let Some(first) = choose {
            let decided = Decided {
                conflict: HOME_KEY.into(),
                choice: Choice::Fact(if first { one } else { other }),
                over: vec![],
                reason: "两村都在第一个里办".into(),
            };
            b.world.write(head, "2026-03-06", Body::Decided(decided));
        }
        b.world.meet(head, b.township);
        for seed in 0..10 {
            assert_eq!(b.world.case(head), b.world.case_shuffled(head, seed));
        }
        let case = b.merged();
        (b, case)
    }

    #[test]
    fn two_moves_ask_the_head_and_the_smaller_hash_is_home_meanwhile() {
        let (_, case) = moved_twice(None);
        // In the world of these tests what is typed first has the smaller hash.
        assert_eq!(home(&case), Some(SpaceId([9; 16])));
        let conflict = case.conflicts.iter().find(|c| c.kind == ConflictKind::Home).unwrap();
        assert!(conflict.is_open() && conflict.sides.len() == 2);
        assert_eq!(conflict.seat, Seat::Director);
        for (first, want) in [(true, 9), (false, 7)] {
            let (_, case) = moved_twice(Some(first));
            assert_eq!(home(&case), Some(SpaceId([want; 16])), "as the head decided");
            assert!(case.conflicts.iter().all(|c| !c.is_open()), "and it stays readable");
            assert_eq!(case.sharing.unwrap().moves.len(), 2, "the other is not forgotten");
        }
    }
}
