//! Doubt about business times: what a computer with a wrong clock wrote. It follows from the facts
//! alone, so that every machine doubts the same.
//!
//! Recorded time is a hybrid clock: whoever has read a fact writes later than it, whatever their
//! own clock shows, unless that fact lies more than a day in their future. So a fact that was
//! typed before one its author had read tells that one of the two clocks was wrong by more than a
//! day, and both times are doubted. A business time after the moment it was typed is doubted too.

use std::collections::BTreeSet;

use crate::fact::Past;
use crate::id::FactId;

use super::known::{Facts, Known};

/// The facts whose business time is doubted. Nothing else follows from it: the order of things
/// never rests on a clock.
pub(super) fn doubted(facts: &Facts) -> BTreeSet<FactId> {
    let mut doubted: BTreeSet<FactId> =
        facts.list.iter().filter(|known| is_ahead(known)).map(|known| known.id).collect();
    let mut by_time: Vec<&Known> = facts.list.iter().collect();
    by_time.sort_by_key(|known| std::cmp::Reverse(known.fact.recorded));
    let mut later = Past::default();
    for typed_together in by_time.chunk_by(|a, b| a.fact.recorded == b.fact.recorded) {
        for reader in typed_together.iter().filter(|known| known.knows_any(&later)) {
            let read = by_time
                .iter()
                .filter(|known| known.fact.recorded > reader.fact.recorded && reader.knows(known));
            doubted.extend(read.map(|known| known.id).chain([reader.id]));
        }
        for known in typed_together {
            known.add_to(&mut later);
        }
    }
    doubted
}

/// Whether the day it names lies after the day on which it was typed.
fn is_ahead(known: &Known) -> bool {
    known.fact.at.day > known.fact.recorded.local().date()
}

#[cfg(test)]
mod tests {
    use super::super::world::begun;
    use super::super::{Case, EventMark};
    use crate::fact::Body;
    use crate::fact::body::Note;
    use crate::id::FactId;

    fn note() -> Body {
        Body::Note(Note { text: "记一笔".into() })
    }

    fn doubted(case: &Case) -> Vec<FactId> {
        let marked = case.events.iter().filter(|e| e.marks.contains(&EventMark::ClockDoubt));
        let mut ids: Vec<FactId> = marked.map(|e| e.id).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn times_of_a_wrong_clock_are_doubted_from_the_facts_alone() {
        let mut b = begun();
        b.world.write(b.village, "2026-03-05", note());
        assert_eq!(doubted(&b.merged()), [], "late entries are not doubted");
        // The village's computer believes it is June; the township reads that in March.
        b.world.today(b.village, "2026-06-01");
        let ahead = b.world.write(b.village, "2026-03-06", note());
        b.world.meet(b.village, b.township);
        b.world.today(b.township, "2026-03-07");
        let reading = b.world.write(b.township, "2026-03-07", note());
        let mut both = vec![ahead, reading];
        both.sort_unstable();
        assert_eq!(doubted(&b.merged()), both);
        // A computer that believes it is still last year.
        let mut b = begun();
        b.world.today(b.village, "2025-03-06");
        let behind = b.world.write(b.village, "2026-03-06", note());
        assert!(doubted(&b.merged()).contains(&behind));
    }
}
