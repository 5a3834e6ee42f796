//! Keeping an agreement: what was promised by when, what was done, and what is still due.
//!
//! Source: 人民调解法 (2010) art. 31: the committee supervises and urges performance.

use crate::fact::body::{Choice, Kept};
use crate::id::{FactId, UnitId};
use crate::merge::{self, Settled};
use crate::money::Fen;
use crate::rules::{RuleId, Why};
use crate::time::Day;

use super::agreement::{Agreement, Standing};
use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::known::{Facts, Known, each};

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

/// What was said, in ignorance of each other, about one line: "paid" here and "not paid" there.
/// The later business date is shown, and reminders go on until somebody decides.
pub(super) fn contradictions(facts: &Facts, agreements: &[Agreement]) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    for agreement in agreements {
        let all = std::iter::once(None).chain(lines(agreement).map(Some));
        for line in all {
            let said: Vec<(&Known, Kept)> = each!(facts, PerformanceNoted)
                .filter(|(_, body)| body.agreement == agreement.id && body.line == line)
                .map(|(known, body)| (known, body.kept))
                .collect();
            let heads = merge::heads(&said, |later, earlier| later.0.knows(earlier.0));
            let Settled::Ask(sides) = merge::same_or_ask(&heads, |(_, kept)| *kept) else {
                continue;
            };
            let sides: Vec<&Known> = sides.iter().map(|(known, _)| *known).collect();
            let key = key(agreement.id, line);
            let decided = facts.decision(&key, Seat::Owner, &sides);
            conflicts.push(
                Conflict::between(
                    ConflictKind::Performance,
                    key,
                    Why::new(RuleId::PerformanceAsk, sides.iter().map(|known| known.id)),
                    Seat::Owner,
                    sides.iter().map(|known| Side::of_fact(known)).collect(),
                )
                .settled_by(decided.map(|(known, _)| known)),
            );
        }
    }
    conflicts
}

fn key(agreement: FactId, line: Option<u16>) -> String {
    let line = line.map_or_else(|| "all".to_owned(), |line| line.to_string());
    format!("performance/{agreement}/{line}")
}

/// Whether a line was kept beyond doubt: nobody says otherwise, or somebody decided.
fn is_done(facts: &Facts, agreement: FactId, line: Option<u16>) -> bool {
    let said: Vec<(&Known, Kept)> = each!(facts, PerformanceNoted)
        .filter(|(_, body)| body.agreement == agreement && body.line == line)
        .map(|(known, body)| (known, body.kept))
        .collect();
    let heads = merge::heads(&said, |later, earlier| later.0.knows(earlier.0));
    match merge::same_or_ask(&heads, |(_, kept)| *kept) {
        Settled::Nothing => false,
        Settled::One((_, kept)) => *kept == Kept::Done,
        Settled::Ask(sides) => {
            let known: Vec<&Known> = sides.iter().map(|(known, _)| *known).collect();
            let decided = facts.decision(&key(agreement, line), Seat::Owner, &known);
            decided.is_some_and(|(_, choice)| {
                sides
                    .iter()
                    .any(|(known, kept)| *choice == Choice::Fact(known.id) && *kept == Kept::Done)
            })
        }
    }
}

/// What is still due of the agreements that hold, earliest first.
pub(super) fn dues(facts: &Facts, agreements: &[Agreement], owner: Option<UnitId>) -> Vec<Due> {
    let mut dues = Vec::new();
    let Some(unit) = owner else { return dues };
    for agreement in agreements {
        let holds = matches!(agreement.standing, Standing::Current | Standing::Contested);
        if !holds || is_done(facts, agreement.id, None) {
            continue;
        }
        for (line, promise) in lines(agreement).zip(&agreement.plan) {
            if !is_done(facts, agreement.id, Some(line)) {
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
