//! What people said about two records being one dispute, or one person.
//!
//! Such a decision concerns several records, and a machine may hold only some of them, so the same
//! act is written on each record it is about, in one transaction, and each record is folded from
//! its own facts alone: whoever holds a record reads the same there, in whatever order entries
//! arrived. Two records of one pair must also agree with each other although their entries travel
//! apart: so an act names the earlier acts it answers, wherever its author read them, and what it
//! names is answered on every record, whether or not the entries of that record show it.
//!
//! Alternatives refused: one fact on the main case only (a village that holds the other case would
//! go on with it); a record of its own for the decision (a case would not be complete in its
//! space).

use crate::case::known::Known;
use crate::id::FactId;
use crate::merge;

/// What one act says about this record and another.
#[derive(Debug, Clone)]
pub struct Said<'a, V> {
    /// The fact that carries it.
    pub known: &'a Known,
    /// The act it belongs to.
    pub act: FactId,
    /// The acts it answers.
    pub answers: &'a [FactId],
    /// What it says.
    pub verdict: V,
}

/// What stands about a pair: what nobody answered, neither in this record nor by name.
pub fn standing<'a, V>(said: &'a [Said<'a, V>]) -> Vec<&'a Said<'a, V>> {
    merge::heads(said, |later, earlier| later.act != earlier.act && later.answers(earlier))
}

impl<V> Said<'_, V> {
    /// Whether it answers another.
    #[must_use]
    pub fn answers(&self, earlier: &Self) -> bool {
        self.known.knows(earlier.known) || self.answers.contains(&earlier.act)
    }
}
