//! What is counted in a month, a quarter or a year; what was frozen and never changes again; and
//! what came too late for it.
//!
//! A freeze is a record of its own: the numbers, and the cases it knew. Whatever is dated in a
//! frozen period and was not among them is 补报 in the next. Nothing here reads a clock: which
//! period it is, and when data came, are arguments.

mod books;
mod name;
#[cfg(test)]
mod tests;

pub use books::{Books, Column, Late};
pub use name::{Period, PeriodError, Span};

use std::collections::{BTreeMap, BTreeSet};

use crate::case::item::CountedAct;
use crate::catalogue::{Category, Source};
use crate::fact::body::{
    AgreementForm, CountedAs, CountedCase, PeriodFrozen, PeriodNumbers, UnitCount, ZeroReported,
};
use crate::fact::{Body, Fact, Proof, RecordFacts, RecordKind};
use crate::id::{FactId, RecordId, UnitId, UserId};
use crate::money::Fen;
use crate::time::{At, Day, Hlc};

/// The most cases one fact of a freeze names.
pub const CASES_MAX: usize = 1_000;

/// A case's line in the statistics.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The case.
    pub case: RecordId,
    /// The case that stands for it: itself, unless it was merged into another.
    pub main: RecordId,
    /// The unit that registered it.
    pub unit: UnitId,
    /// How it came.
    pub source: Source,
    /// Its official type.
    pub category: Option<Category>,
    /// How many parties it has.
    pub parties: u32,
    /// The day it counts on.
    pub day: Day,
    /// Its agreements.
    pub agreements: Vec<AgreementLine>,
    /// What else of it is counted, by day.
    pub acts: Vec<(Day, CountedAct)>,
}

/// An agreement's line in the statistics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgreementLine {
    /// The agreement.
    pub id: FactId,
    /// The day it took effect.
    pub day: Day,
    /// Oral or written.
    pub form: AgreementForm,
    /// What it settles.
    pub amount: Fen,
}

/// A frozen period.
#[derive(Debug, Clone, PartialEq)]
pub struct Freeze {
    /// The record.
    pub record: RecordId,
    /// The fact.
    pub id: FactId,
    /// Who froze it.
    pub by: UserId,
    /// For which unit.
    pub unit: UnitId,
    /// When.
    pub at: At,
    /// When it was typed.
    pub recorded: Hlc,
    /// What it says.
    pub body: PeriodFrozen,
    /// The cases it knew with their agreements, and why it names them.
    pub knew: BTreeMap<RecordId, Counted>,
}

/// A case as a freeze knew it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counted {
    /// Whether the case itself was counted, and as what.
    pub case: Option<CountedAs>,
    /// Its agreements, and as what each was counted.
    pub agreements: BTreeMap<FactId, CountedAs>,
}

/// A zero report.
#[derive(Debug, Clone, PartialEq)]
pub struct ZeroReport {
    /// The record.
    pub record: RecordId,
    /// The fact.
    pub id: FactId,
    /// Which unit.
    pub unit: UnitId,
    /// Who.
    pub by: UserId,
    /// When.
    pub at: At,
    /// Which period.
    pub period: Period,
}

/// What a period record says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Said {
    /// A freeze.
    pub freeze: Option<Freeze>,
    /// Zero reports.
    pub zeros: Vec<ZeroReport>,
}

/// Folds a period record.
#[must_use]
pub fn fold(record: RecordId, facts: &RecordFacts) -> Said {
    let mut said = Said::default();
    let mut lists: Vec<(UnitId, CountedAs, Vec<CountedCase>)> = Vec::new();
    for carried in &facts.facts {
        let Some((fact, proof)) = believed(carried) else { continue };
        if facts.withholds(carried.id, &fact) {
            continue;
        }
        match fact.body {
            Body::PeriodFrozen(body) if said.freeze.is_none() => {
                said.freeze = Some(Freeze {
                    record,
                    id: carried.id,
                    by: fact.by,
                    unit: proof.unit,
                    at: fact.at,
                    recorded: fact.recorded,
                    body,
                    knew: BTreeMap::new(),
                });
            }
            Body::PeriodCounted(body) => lists.push((proof.unit, body.counted_as, body.cases)),
            Body::ZeroReported(ZeroReported { period, .. }) => said.zeros.push(ZeroReport {
                record,
                id: carried.id,
                unit: proof.unit,
                by: fact.by,
                at: fact.at,
                period,
            }),
            _ => {}
        }
    }
    if let Some(freeze) = &mut said.freeze {
        for (_, counted_as, cases) in lists.into_iter().filter(|(unit, ..)| *unit == freeze.unit) {
            for counted in cases {
                let entry = freeze.knew.entry(counted.case).or_default();
                if counted.itself {
                    entry.case.get_or_insert(counted_as);
                }
                for agreement in counted.agreements {
                    entry.agreements.entry(agreement).or_insert(counted_as);
                }
            }
        }
    }
    said
}

/// A fact whose author may write it on a period record.
fn believed(carried: &crate::fact::Carried) -> Option<(Fact, Proof)> {
    let fact = Fact::read(&carried.json).ok()?;
    let proof = carried.proof.filter(|proof| proof.unit == fact.unit)?;
    let row = fact.body.row();
    let may = carried.role.is_some_and(|role| row.admits(role));
    (may && row.record == RecordKind::Period).then_some((fact, proof))
}

/// One thing to be counted: a case, an agreement of one, or something that was done about one.
#[derive(Debug, Clone, Copy)]
pub struct Thing<'a> {
    /// The case.
    pub line: &'a Line,
    /// The agreement, if it is one.
    pub agreement: Option<&'a AgreementLine>,
    /// What was done and when, if it is that.
    pub act: Option<(Day, CountedAct)>,
}

impl<'a> Thing<'a> {
    /// The case itself.
    #[must_use]
    pub const fn case(line: &'a Line) -> Self {
        Self { line, agreement: None, act: None }
    }

    /// The day it counts on.
    #[must_use]
    pub fn day(&self) -> Day {
        let act = self.act.map(|(day, _)| day);
        act.or(self.agreement.map(|agreement| agreement.day)).unwrap_or(self.line.day)
    }

    /// Whether it is a case that counts: one that was merged into another counts with that one.
    #[must_use]
    pub fn is_case(&self) -> bool {
        self.agreement.is_none() && self.act.is_none() && self.line.main == self.line.case
    }
}

/// Whether an act counts cases, however often it was done about one; the others count each time.
#[must_use]
pub const fn is_of_cases(act: CountedAct) -> bool {
    matches!(act, CountedAct::Hard | CountedAct::Sued | CountedAct::Closed | CountedAct::Failed)
}

/// Counts things.
pub(crate) fn count<'a>(things: impl Iterator<Item = Thing<'a>>) -> PeriodNumbers {
    let mut numbers = PeriodNumbers::default();
    let mut by_unit: BTreeMap<UnitId, u32> = BTreeMap::new();
    let mut succeeded: BTreeSet<RecordId> = BTreeSet::new();
    let mut done: BTreeSet<(CountedAct, RecordId)> = BTreeSet::new();
    let add = |slot: &mut u32, more: u32| *slot = slot.saturating_add(more);
    for thing in things {
        let Thing { line, agreement, act } = thing;
        if let Some((_, act)) = act {
            if !is_of_cases(act) || done.insert((act, line.main)) {
                add(numbers.acts.entry(act).or_default(), 1);
            }
        } else if let Some(agreement) = agreement {
            succeeded.insert(line.main);
            numbers.amount_fen = numbers.amount_fen.saturating_add(agreement.amount);
            match agreement.form {
                AgreementForm::Written => add(&mut numbers.written, 1),
                AgreementForm::Oral => add(&mut numbers.oral, 1),
            }
        } else if thing.is_case() {
            add(&mut numbers.cases, 1);
            add(&mut numbers.parties, line.parties);
            add(numbers.by_source.entry(line.source).or_default(), 1);
            add(by_unit.entry(line.unit).or_default(), 1);
            if let Some(category) = line.category {
                add(numbers.by_category.entry(category).or_default(), 1);
            }
        }
    }
    numbers.succeeded = u32::try_from(succeeded.len()).unwrap_or(u32::MAX);
    numbers.by_unit = by_unit.into_iter().map(|(unit, cases)| UnitCount { unit, cases }).collect();
    numbers
}
