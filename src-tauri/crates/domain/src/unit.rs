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

#[cfg(test)]
mod tests {
    use super::*;

    use crate::fact::body::{PersonRegistered, UnitRegistered};
    use crate::fact::{Carried, FieldValue};
    use crate::id::{FactId, LogTag, RecordId, UserId};
    use crate::time::Hlc;

    fn carried(body: Body) -> Carried {
        let fact = Fact {
            at: "2026-03-05".parse().unwrap(),
            recorded: Hlc::default(),
            by: UserId([1; 16]),
            unit: RecordId([1; 16]),
            body,
            newer: false,
        };
        Carried {
            id: FactId { log: LogTag([1; 8]), ulid: [1; 16] },
            json: fact.write().unwrap().into(),
            proof: None,
            role: None,
            past: Default::default(),
        }
    }

    #[test]
    fn a_unit_is_what_was_registered_under_its_name() {
        let (level, sort) = (Level::Township, UnitSort::Department);
        let facts = vec![carried(Body::UnitRegistered(UnitRegistered { level, sort }))];
        let mut record = RecordFacts { facts, ..RecordFacts::default() };
        assert_eq!(fold(&record), Some(Unit { name: String::new(), level, sort }));
        let value = FieldValue {
            value: "青石镇综治中心".into(),
            by: UserId([1; 16]),
            recorded: Hlc::default(),
            proof: None,
        };
        record.fields.insert("name".into(), vec![value]);
        assert_eq!(fold(&record), Some(Unit { name: "青石镇综治中心".into(), level, sort }));
    }

    #[test]
    fn a_unit_that_nobody_registered_is_none() {
        assert_eq!(fold(&RecordFacts::default()), None);
        let facts = vec![carried(Body::PersonRegistered(PersonRegistered { sex: None }))];
        assert_eq!(fold(&RecordFacts { facts, ..RecordFacts::default() }), None);
    }
}
