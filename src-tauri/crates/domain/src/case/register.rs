//! Registers: the few plain values where the last word has no legal weight. Two values written in
//! ignorance of each other stand side by side until a person decides; the decision names the
//! loser, which stays readable for ever.

use std::collections::BTreeMap;

use serde_json::Value;

use super::conflict::{Conflict, ConflictKind, Seat, Settlement, Side};
use crate::fact::body::{Choice, Losing};
use crate::fact::{Body, Fact, FieldValue, RecordFacts};
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
        let (all, shown, rule, seat) = match record.late_fields.get(name) {
            // What nobody else ever wrote is shown for want of another.
            Some(late) => {
                let all: Vec<&FieldValue> = late.standing.iter().chain(&late.waiting).collect();
                let shown = late.standing.last().or(late.waiting.last());
                (all, shown, RuleId::UserRemoved, Seat::Director)
            }
            None => (values.iter().collect(), values.last(), RuleId::FieldAsk, Seat::Owner),
        };
        let Some(shown) = shown else { continue };
        let is_alone = record.late_fields.get(name).is_some_and(|late| late.standing.is_empty());
        let is_contested = is_alone || all.iter().any(|v| v.value != shown.value);
        fields.insert(name.clone(), Register { value: shown.value.clone(), is_contested });
        if is_contested {
            conflicts.push(Conflict::between(
                ConflictKind::Field,
                key(name),
                Why::new(rule, []),
                seat,
                all.into_iter().map(Side::of_value).collect(),
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

#[cfg(test)]
mod tests {
    use super::super::world::{Begun, begun};
    use super::*;
    use crate::fact::body::{Decided, PersonDecided};
    use crate::fact::{Carried, LateRegister, Past};
    use crate::role::Role;
    use crate::time::Hlc;

    fn value(b: &Begun, text: &str, ms: u64) -> FieldValue {
        let desk = b.village;
        let (by, recorded) = (desk.user(), Hlc { ms, count: 0 });
        FieldValue { value: text.into(), by, recorded, proof: Some(desk.proof()) }
    }

    #[test]
    fn values_that_say_the_same_do_not_contradict() {
        // Name, the values side by side, what is shown, whether it is contested.
        let rows: [(&str, &[&str], Option<&str>, bool); 5] = [
            ("none", &[], None, false),
            ("one", &["滴水"], Some("滴水"), false),
            ("two alike", &["滴水", "滴水"], Some("滴水"), false),
            ("two", &["滴水", "排水"], Some("排水"), true),
            ("two of three alike", &["排水", "滴水", "排水"], Some("排水"), true),
        ];
        for (name, texts, shown, is_contested) in rows {
            let mut b = begun();
            let values = (1..).zip(texts).map(|(ms, text)| value(&b, text, ms)).collect();
            b.world.fields.insert("title".into(), values);
            let case = b.merged();
            let title = case.fields.get("title");
            let want = shown.map(Value::from);
            assert_eq!(title.map(|title| &title.value), want.as_ref(), "{name}");
            assert_eq!(title.is_some_and(|title| title.is_contested), is_contested, "{name}");
            let open: Vec<&Conflict> = case.conflicts.iter().filter(|c| c.is_open()).collect();
            assert_eq!(open.len(), usize::from(is_contested), "{name}");
            for conflict in open {
                assert_eq!(
                    (conflict.kind, conflict.key.as_str()),
                    (ConflictKind::Field, "field/title")
                );
                assert_eq!(conflict.sides.len(), texts.len(), "{name}: none is hidden");
            }
        }
    }

    #[test]
    fn what_a_removed_user_wrote_later_waits_beside_what_it_replaced() {
        // Name, what would stand, what waits, what is shown, who decides.
        type Row = (&'static str, &'static [&'static str], &'static [&'static str]);
        let rows: [(Row, &str, Option<Seat>); 5] = [
            (("over another", &["滴水"], &["排水"]), "滴水", Some(Seat::Director)),
            (("the same words", &["滴水"], &["滴水"]), "滴水", None),
            (("over nothing", &[], &["排水"]), "排水", Some(Seat::Director)),
            (("beside others", &["滴水", "漏水"], &["排水"]), "漏水", Some(Seat::Director)),
            (("twice", &["滴水"], &["排水", "流水"]), "滴水", Some(Seat::Director)),
        ];
        for ((name, standing, waiting), shown, seat) in rows {
            let b = begun();
            let all = |texts: &[&str], from: u64| -> Vec<FieldValue> {
                (from..).zip(texts).map(|(ms, text)| value(&b, text, ms)).collect()
            };
            let late = LateRegister { standing: all(standing, 1), waiting: all(waiting, 9) };
            let record = RecordFacts {
                fields: BTreeMap::from([("title".to_owned(), late.waiting.clone())]),
                late_fields: BTreeMap::from([("title".to_owned(), late)]),
                ..RecordFacts::default()
            };
            let (fields, conflicts) = fold(&record, &Decider::anyone());
            let title = fields.get("title").expect(name);
            assert_eq!(title.value, Value::from(shown), "{name}");
            assert_eq!(title.is_contested, seat.is_some(), "{name}");
            assert_eq!(conflicts.first().map(|c| c.seat), seat, "{name}");
            let sides = conflicts.first().map_or(0, |c| c.sides.len());
            let want = if seat.is_some() { standing.len() + waiting.len() } else { 0 };
            assert_eq!(sides, want, "{name}: none is hidden");
        }
    }

    /// A record with one decision, on a case or on a person.
    fn decided(conflict: &str, is_case: bool) -> (RecordFacts, FactId, Losing) {
        let b = begun();
        let losing = write_losing(&Side::of_value(&value(&b, "滴水", 7)));
        let (conflict, choice) = (conflict.into(), Choice::Value("排水".into()));
        let (over, reason) = (vec![losing.clone()], "以申请书为准".into());
        let body = if is_case {
            Body::Decided(Decided { conflict, choice, over, reason })
        } else {
            Body::PersonDecided(PersonDecided { conflict, choice, over, reason })
        };
        let id = FactId { log: crate::id::LogTag([1; 8]), ulid: crate::id::ulid(1, &[1; 10]) };
        let fact = Fact {
            at: "2026-03-05".parse().unwrap(),
            recorded: Hlc { ms: 9, count: 0 },
            by: b.village.user(),
            unit: b.village.unit(),
            body,
            newer: false,
        };
        let carried = Carried {
            id,
            json: fact.write().unwrap().into(),
            proof: Some(b.village.proof()),
            role: Some(Role::R3),
            past: Past::default(),
        };
        (RecordFacts { facts: vec![carried], ..RecordFacts::default() }, id, losing)
    }

    #[test]
    fn a_decision_that_counts_leaves_its_loser_readable() {
        let (of_case, id, losing) = decided("field/title", true);
        let (of_person, ..) = decided("field/title", false);
        for (name, record, decider, count) in [
            ("anyone's", &of_case, Decider::anyone(), 1),
            ("anyone's on a person", &of_person, Decider::anyone(), 1),
            ("this one", &of_case, Decider::only(vec![id]), 1),
            ("none", &of_case, Decider::only(vec![]), 0),
        ] {
            let (fields, conflicts) = fold(record, &decider);
            assert!(fields.is_empty(), "{name}");
            assert_eq!(conflicts.len(), count, "{name}");
            for conflict in conflicts {
                assert_eq!(conflict.key, key("title"));
                assert!(!conflict.is_open());
                let sides: Vec<Losing> = conflict.sides.iter().map(write_losing).collect();
                assert_eq!(sides, std::slice::from_ref(&losing), "as it was written down");
            }
        }
    }

    #[test]
    fn a_decision_on_something_else_leaves_no_register_behind() {
        for conflict in ["host", "title", ""] {
            let (record, ..) = decided(conflict, true);
            assert!(fold(&record, &Decider::anyone()).1.is_empty(), "{conflict:?}");
        }
    }

    #[test]
    fn a_loser_that_cannot_be_read_is_left_out_and_the_decision_stays() {
        let (_, id, losing) = decided("field/title", true);
        for broken in [
            Losing { by: "?".into(), ..losing.clone() },
            Losing { recorded: "?".into(), ..losing.clone() },
        ] {
            assert_eq!(self::losing(&broken), None);
        }
        let unnamed = Losing { device: String::new(), ..losing.clone() };
        assert_eq!(self::losing(&unnamed).map(|side| side.device), Some(None));
        assert_eq!(self::losing(&losing).map(|side| write_losing(&side)), Some(losing));
        let value = Value::from("排水");
        assert_eq!(chosen_value(&Choice::Value(value.clone())), Some(&value));
        assert_eq!(chosen_value(&Choice::Fact(id)), None);
        assert_eq!(chosen_value(&Choice::Way("void".into())), None);
    }
}
