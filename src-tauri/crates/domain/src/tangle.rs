//! Decisions about pairs of cases that cannot all hold. Each pair is decided on its own, and people
//! who decide apart may say that A and B are one dispute, B and C are one, and A and C are two; or
//! let each of three cases go into the next. No single record shows it: it is found across them.
//!
//! Source: practice of the register (重复登记); opposite decisions are the judicial office's.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::body::DuplicateVerdict;
use crate::id::RecordId;
use crate::likeness;

/// What holds between two cases, as one of them says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tie {
    /// The case that says so.
    pub record: RecordId,
    /// The other.
    pub other: RecordId,
    /// What they are to each other.
    pub verdict: DuplicateVerdict,
    /// Whether the first goes into the other.
    pub goes_into: bool,
}

/// The groups of cases about which the decisions cannot all hold, each sorted.
#[must_use]
pub fn tangles(ties: &[Tie]) -> Vec<Vec<RecordId>> {
    let is_merged = |tie: &&Tie| tie.verdict == DuplicateVerdict::Merged;
    let merged: Vec<_> = ties.iter().filter(is_merged).map(|tie| (tie.record, tie.other)).collect();
    let into: BTreeMap<RecordId, RecordId> =
        ties.iter().filter(|tie| tie.goes_into).map(|tie| (tie.record, tie.other)).collect();
    let mut groups = likeness::groups(&merged);
    groups.retain(|members| is_split(members, ties) || is_circle(members, &into));
    groups
}

/// Whether two of one dispute are said to be two.
fn is_split(members: &[RecordId], ties: &[Tie]) -> bool {
    let is_in = |record| members.binary_search(&record).is_ok();
    let is_apart = |tie: &Tie| tie.verdict == DuplicateVerdict::Different;
    ties.iter().any(|tie| is_apart(tie) && is_in(tie.record) && is_in(tie.other))
}

/// Whether following where a case went comes back to it: then none would count.
fn is_circle(members: &[RecordId], into: &BTreeMap<RecordId, RecordId>) -> bool {
    members.iter().any(|start| {
        let mut seen = BTreeSet::from([*start]);
        let mut now = into.get(start);
        while let Some(next) = now {
            if !seen.insert(*next) {
                return true;
            }
            now = into.get(next);
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ties(text: &str) -> Vec<Tie> {
        let tie = |word: &str| {
            let id = |n: usize| RecordId([word.as_bytes()[n]; 16]);
            let (verdict, goes_into) = match word.as_bytes()[1] {
                b'>' => (DuplicateVerdict::Merged, true),
                b'=' => (DuplicateVerdict::Merged, false),
                b'~' => (DuplicateVerdict::Related, false),
                _ => (DuplicateVerdict::Different, false),
            };
            Tie { record: id(0), other: id(2), verdict, goes_into }
        };
        text.split_whitespace().map(tie).collect()
    }

    #[test]
    fn decisions_about_pairs_that_cannot_all_hold_are_found() {
        let rows = [
            ("nothing", "", 0),
            ("one into another", "b>a a=b", 0),
            ("a chain", "c>b b>a", 0),
            ("one dispute and a third apart", "b>a c|a", 0),
            ("one dispute that is two", "b>a c>b c|a", 1),
            ("the same, told from the other end", "b>a c>b a|c", 1),
            ("related is no contradiction", "b>a c>b c~a", 0),
            ("two into each other", "a>b b>a", 1),
            ("a circle of three", "a>b b>c c>a", 1),
            ("a tail into a circle", "d>a a>b b>c c>a", 1),
            ("two groups, one of them tangled", "b>a c>b a|c y>x", 1),
            ("two tangles", "b>a c>b a|c x>y y>x", 2),
            ("apart from another group", "b>a y>x a|x", 0),
        ];
        for (name, text, count) in rows {
            let found = tangles(&ties(text));
            assert_eq!(found.len(), count, "{name}: {found:?}");
        }
        let all = tangles(&ties("d>a a>b b>c c>a"));
        assert_eq!(all.first().map(Vec::len), Some(4), "whoever went into it waits, too");
    }
}
