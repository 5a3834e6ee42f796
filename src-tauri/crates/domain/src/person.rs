//! A person known to a unit: an index, linked from cases, never needed to show one.

use crate::case::conflict::Conflict;
use crate::case::register::{self, Register};
use crate::fact::RecordFacts;

/// A person record, folded.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Its registers by name.
    pub fields: std::collections::BTreeMap<String, Register>,
    /// Registers with two values.
    pub conflicts: Vec<Conflict>,
}

/// Folds a person record.
#[must_use]
pub fn fold(record: &RecordFacts) -> Person {
    let (fields, conflicts) = register::fold(record, &register::Decider::anyone());
    Person { fields, conflicts }
}

/// A telephone number's last digits, for search: four, or all if there are fewer.
#[must_use]
pub fn phone_tail(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    digits.iter().skip(digits.len().saturating_sub(4)).collect()
}
