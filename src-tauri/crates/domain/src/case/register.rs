//! Registers: the few plain values where the last word has no legal weight. Two values written in
//! ignorance of each other stand side by side until a person decides; the decision names the
//! loser, which stays readable for ever.

use std::collections::BTreeMap;

use serde_json::Value;

use super::conflict::{Conflict, ConflictKind, Seat, Settlement, Side};
use crate::fact::body::{Choice, Losing};
use crate::fact::{Body, Fact, RecordFacts};
use crate::id::FactId;
use crate::rules::{RuleId, Why};

/// A register as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Register {
    /// The value to show: the only one, or of several the one typed last.
    pub value: Value,
    /// Whether others stand beside it.
    pub is_contested: bool,
}

/// Which decisions count for a record's registers.
pub struct Decider {
    admits: Option<Vec<FactId>>,
}

impl Decider {
    /// Decisions of anyone whose fact stands in the record.
    #[must_use]
    pub const fn anyone() -> Self {
        Self { admits: None }
    }

    /// Only these facts.
    #[must_use]
    pub const fn only(facts: Vec<FactId>) -> Self {
        Self { admits: Some(facts) }
    }

    fn admits(&self, id: FactId) -> bool {
        self.admits.as_ref().is_none_or(|ids| ids.binary_search(&id).is_ok())
    }
}

/// The key of a register's conflict.
#[must_use]
pub fn key(field: &str) -> String {
    format!("field/{field}")
}

/// The registers of a record and their conflicts, open and settled.
#[must_use]
pub fn fold(
    record: &RecordFacts,
    decider: &Decider,
) -> (BTreeMap<String, Register>, Vec<Conflict>) {
    let mut fields = BTreeMap::new();
    let mut conflicts = Vec::new();
    for (name, values) in &record.fields {
        let Some(last) = values.last() else { continue };
        let is_contested = values.iter().any(|v| v.value != last.value);
        fields.insert(name.clone(), Register { value: last.value.clone(), is_contested });
        if is_contested {
            conflicts.push(Conflict::between(
                ConflictKind::Field,
                key(name),
                Why::new(RuleId::FieldAsk, []),
                Seat::Owner,
                values.iter().map(Side::of_value).collect(),
            ));
        }
    }
    for carried in &record.facts {
        if !decider.admits(carried.id) {
            continue;
        }
        if let Ok(fact) = Fact::read(&carried.json)
            && let Some(settled) = settled(carried.id, &fact)
        {
            conflicts.push(settled);
        }
    }
    (fields, conflicts)
}

/// The settled conflict a decision about a register leaves behind.
fn settled(id: FactId, fact: &Fact) -> Option<Conflict> {
    let (conflict, choice, over, reason) = match &fact.body {
        Body::Decided(b) => (&b.conflict, &b.choice, &b.over, &b.reason),
        Body::PersonDecided(b) => (&b.conflict, &b.choice, &b.over, &b.reason),
        _ => return None,
    };
    conflict.strip_prefix("field/")?;
    let mut settled = Conflict::between(
        ConflictKind::Field,
        conflict.clone(),
        Why::new(RuleId::FieldAsk, [id]),
        Seat::Owner,
        over.iter().filter_map(losing).collect(),
    );
    settled.settlement = Some(Settlement::ByPerson {
        fact: id,
        by: fact.by,
        unit: fact.unit,
        at: fact.at,
        recorded: fact.recorded,
        choice: choice.clone(),
        reason: reason.clone(),
    });
    Some(settled)
}

/// A side as a decision wrote it down.
fn losing(over: &Losing) -> Option<Side> {
    Some(Side {
        choice: over.choice.clone(),
        at: None,
        by: over.by.parse().ok()?,
        unit: None,
        device: over.device.parse().ok(),
        recorded: over.recorded.parse().ok()?,
    })
}

/// A side as a decision writes it down.
#[must_use]
pub fn write_losing(side: &Side) -> Losing {
    Losing {
        choice: side.choice.clone(),
        by: side.by.to_string(),
        recorded: side.recorded.to_string(),
        device: side.device.map(|d| d.to_string()).unwrap_or_default(),
    }
}

/// Whether a decision's choice is the value of a register.
#[must_use]
pub const fn chosen_value(choice: &Choice) -> Option<&Value> {
    match choice {
        Choice::Value(value) => Some(value),
        Choice::Fact(_) | Choice::Way(_) => None,
    }
}
