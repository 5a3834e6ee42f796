//! Keeping an agreement: what was promised by when, what was done, and what is still due.
//!
//! Source: 人民调解法 (2010) art. 31: the committee supervises and urges performance.

use crate::fact::body::Kept;
use crate::id::{FactId, UnitId};
use crate::money::Fen;
use crate::time::Day;

use super::agreement::{Agreement, Standing};
use super::known::{Facts, each};

/// A promise that is still open. While two agreements contradict, the lines of both are due: the
/// parties' rights are read widely until somebody decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The agreement.
    pub agreement: FactId,
    /// The line of its plan, from 0.
    pub line: u16,
    /// The last day.
    pub day: Day,
    /// What is to be done.
    pub what: String,
    /// What is to be paid.
    pub amount: Option<Fen>,
    /// The unit that sees to it.
    pub unit: UnitId,
}

/// The lines of an agreement's plan.
pub(super) fn lines(agreement: &Agreement) -> std::ops::Range<u16> {
    0..u16::try_from(agreement.plan.len()).unwrap_or(u16::MAX)
}

/// The last word on an agreement, or on one line of it.
pub(super) fn kept(facts: &Facts, agreement: FactId, line: Option<u16>) -> Option<Kept> {
    each!(facts, PerformanceNoted)
        .filter(|(_, body)| body.agreement == agreement && body.line == line)
        .max_by_key(|(known, _)| known.order())
        .map(|(_, body)| body.kept)
}

/// What is still due of the agreements that hold, earliest first.
pub(super) fn dues(facts: &Facts, agreements: &[Agreement], owner: Option<UnitId>) -> Vec<Due> {
    let mut dues = Vec::new();
    let Some(unit) = owner else { return dues };
    for agreement in agreements {
        let holds = matches!(agreement.standing, Standing::Current | Standing::Contested);
        if !holds || kept(facts, agreement.id, None) == Some(Kept::Done) {
            continue;
        }
        for (line, promise) in lines(agreement).zip(&agreement.plan) {
            if kept(facts, agreement.id, Some(line)) != Some(Kept::Done) {
                dues.push(Due {
                    agreement: agreement.id,
                    line,
                    day: promise.due,
                    what: promise.what.clone(),
                    amount: promise.amount_fen,
                    unit,
                });
            }
        }
    }
    dues.sort_by_key(|due| (due.day, due.agreement, due.line));
    dues
}
