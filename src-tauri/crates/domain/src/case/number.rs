//! The numbers of a case: the provisional one it began with, the formal one that holds, and those
//! it once had. No paper that bears an earlier number loses its meaning.

use crate::id::FactId;
use crate::merge;
use crate::rules::{RuleId, Why};

use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::known::{Facts, Known, each};

/// The numbers of a case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Numbers {
    /// The formal number that holds.
    pub formal: Option<String>,
    /// 曾用编号: formal numbers that no longer hold, earliest first.
    pub former: Vec<String>,
    /// The rule and the facts, once there is a formal number.
    pub why: Option<Why>,
    /// Why it is in dispute, if two were assigned in ignorance of each other.
    pub disputed: Option<Why>,
}

/// Folds the numbers. Of two that were assigned in ignorance of each other the one that was
/// sealed or printed holds, else the one typed first; the judicial office is told to reprint.
pub(super) fn fold(facts: &Facts) -> (Numbers, Vec<Conflict>) {
    let mut assigned: Vec<(&Known, &str, bool)> = each!(facts, NumberAssigned)
        .map(|(known, body)| (known, body.number.trim(), body.printed))
        .collect();
    assigned.sort_by_key(|(known, _, _)| (known.fact.recorded, known.id));
    let heads = merge::heads(&assigned, |later, earlier| later.0.knows(earlier.0));
    let Some((keeper, number, _)) = heads
        .iter()
        .copied()
        .min_by_key(|(known, _, printed)| (!printed, known.fact.recorded, known.id))
    else {
        return (Numbers::default(), Vec::new());
    };
    let mut former: Vec<String> = Vec::new();
    for (_, other, _) in &assigned {
        if other != number && !former.iter().any(|known| known == other) {
            former.push((*other).to_owned());
        }
    }
    let sides: Vec<&Known> = heads.iter().map(|(known, _, _)| *known).collect();
    let why = Why::new(RuleId::NumberKeeper, sides.iter().map(|known| known.id));
    let is_disputed = heads.iter().any(|(_, other, _)| other != number);
    let mut conflicts = Vec::new();
    let mut disputed = None;
    if is_disputed {
        let decided = facts.decision(NUMBER_KEY, Seat::JudicialOffice, &sides);
        disputed = decided.is_none().then(|| why.clone());
        conflicts.push(
            Conflict::between(
                ConflictKind::Number,
                NUMBER_KEY.to_owned(),
                why.clone(),
                Seat::JudicialOffice,
                sides.iter().map(|known| Side::of_fact(known)).collect(),
            )
            .with_ways(&["reprinted"])
            .settled_by(decided.map(|(known, _)| known)),
        );
    }
    let basis: Vec<FactId> = if is_disputed { why.facts } else { vec![keeper.id] };
    let numbers = Numbers {
        formal: Some((*number).to_owned()),
        former,
        why: Some(Why::new(RuleId::NumberKeeper, basis)),
        disputed,
    };
    (numbers, conflicts)
}

/// The key of the conflict about numbers.
const NUMBER_KEY: &str = "number";

#[cfg(test)]
mod tests {
    use super::super::world::begun;
    use crate::fact::Body;
    use crate::fact::body::NumberAssigned;

    fn assigned(number: &str, printed: bool) -> Body {
        Body::NumberAssigned(NumberAssigned { number: number.into(), printed })
    }

    #[test]
    fn the_printed_number_holds_else_the_one_typed_first() {
        for (first_printed, second_printed, want) in
            [(false, false, "甲"), (false, true, "乙"), (true, true, "甲")]
        {
            let mut b = begun();
            b.world.write(b.village, "2026-03-05", assigned("甲", first_printed));
            b.world.write(b.township, "2026-03-05", assigned("乙", second_printed));
            let case = b.merged();
            assert_eq!(case.numbers.formal.as_deref(), Some(want));
            assert_eq!(case.numbers.former.len(), 1, "the other stays findable");
            assert!(case.has_open_conflict(), "the judicial office is told to reprint");
        }
    }

    #[test]
    fn a_provisional_number_stays_beside_the_formal_one() {
        let mut b = begun();
        b.world.write(b.village, "2026-03-05", assigned("〔2026〕桥头人调字第0001号", false));
        b.world.write(b.village, "2026-03-06", assigned("〔2026〕桥头人调字第0002号", false));
        let case = b.merged();
        assert_eq!(case.registration.map(|r| r.number), Some("临-A-0001".into()));
        assert_eq!(case.numbers.formal.as_deref(), Some("〔2026〕桥头人调字第0002号"));
        assert_eq!(case.numbers.former, ["〔2026〕桥头人调字第0001号"]);
        assert!(case.numbers.disputed.is_none());
    }
}
