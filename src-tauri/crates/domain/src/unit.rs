//! A unit: a village point, a township centre, an office.

use crate::case::register;
use crate::fact::body::UnitSort;
use crate::fact::{Body, Fact, RecordFacts};
use crate::role::Level;

/// A unit record, folded.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// What it is called.
    pub name: String,
    /// Its level.
    pub level: Level,
    /// What it is.
    pub sort: UnitSort,
}

/// Folds a unit record; `None` while its registration has not arrived.
#[must_use]
pub fn fold(record: &RecordFacts) -> Option<Unit> {
    let registered =
        record.facts.iter().find_map(|carried| match Fact::read(&carried.json).ok()?.body {
            Body::UnitRegistered(body) => Some(body),
            _ => None,
        })?;
    let (fields, _) = register::fold(record, &register::Decider::anyone());
    let name = fields.get("name").and_then(|f| f.value.as_str()).unwrap_or_default().to_owned();
    Some(Unit { name, level: registered.level, sort: registered.sort })
}
