//! Paths into results, names for parts of them, and what an expectation compares.

use std::collections::BTreeMap;

use serde_json::Value;

use super::file::Expectation;

/// Puts saved values in the place of their names: `"$case"` becomes the value, `"…${case}…"` its
/// text.
pub(super) fn substitute(value: &Value, names: &BTreeMap<String, Value>) -> Result<Value, String> {
    match value {
        Value::String(text) => substitute_text(text, names),
        Value::Array(items) => items
            .iter()
            .map(|item| substitute(item, names))
            .collect::<Result<_, _>>()
            .map(Value::Array),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| Ok((key.clone(), substitute(value, names)?)))
            .collect::<Result<_, String>>()
            .map(Value::Object),
        other => Ok(other.clone()),
    }
}

fn substitute_text(text: &str, names: &BTreeMap<String, Value>) -> Result<Value, String> {
    let find = |name: &str| names.get(name).ok_or_else(|| format!("nothing was saved as ${name}"));
    if let Some(name) = text.strip_prefix('$').filter(|rest| !rest.starts_with('{')) {
        return find(name).cloned();
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').ok_or("`${` without `}`")?;
        out.push_str(before);
        match find(name)? {
            Value::String(text) => out.push_str(text),
            other => out.push_str(&other.to_string()),
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(Value::String(out))
}

/// Finds a part of a value: members and places separated by dots, `[member=text]` for the first
/// element whose member has that text, `#` for the number of elements.
pub(super) fn find(value: &Value, path: &str) -> Option<Value> {
    let mut current = value.clone();
    for step in split(path) {
        current = match step {
            Step::Member(name) if name == "#" => {
                Value::from(current.as_array().map_or(0, Vec::len))
            }
            Step::Member(name) => match (&current, name.parse::<usize>()) {
                (Value::Array(items), Ok(at)) => items.get(at)?.clone(),
                (Value::Object(members), _) => members.get(&name)?.clone(),
                _ => return None,
            },
            Step::Where(member, wanted) => {
                let items = current.as_array()?;
                let fits = |item: &&Value| match find(item, &member) {
                    Some(Value::String(text)) => text == wanted,
                    Some(other) => serde_json::from_str(&wanted).is_ok_and(|w: Value| other == w),
                    None => false,
                };
                items.iter().find(fits)?.clone()
            }
        };
    }
    Some(current)
}

/// A part of a value that may be missing: null if so.
pub(super) fn part(value: &Value, path: &str) -> Value {
    find(value, path).unwrap_or_default()
}

/// A list that is a part of a value: empty if it is missing.
pub(super) fn list(value: &Value, path: &str) -> Vec<Value> {
    match find(value, path) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

enum Step {
    Member(String),
    Where(String, String),
}

fn split(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (condition, after) = inside.split_once(']').unwrap_or((inside, ""));
            let (member, wanted) = condition.split_once('=').unwrap_or((condition, ""));
            steps.push(Step::Where(member.to_owned(), wanted.to_owned()));
            rest = after.strip_prefix('.').unwrap_or(after);
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            steps.push(Step::Member(name.to_owned()));
            rest = after.strip_prefix('.').unwrap_or(after);
        }
    }
    steps
}

/// Whether a value has at least the members, elements or text of another.
pub(super) fn holds(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(members), Value::Object(wanted)) => wanted
            .iter()
            .all(|(key, wanted)| members.get(key).is_some_and(|value| holds(value, wanted))),
        (Value::Array(items), Value::Array(wanted)) => {
            wanted.iter().all(|w| items.iter().any(|item| holds(item, w)))
        }
        (Value::Array(items), wanted) => items.iter().any(|item| holds(item, wanted)),
        (Value::String(text), Value::String(wanted)) => text.contains(wanted.as_str()),
        (value, wanted) => value == wanted,
    }
}

/// Checks one expectation on the value found; says what is wrong.
pub(super) fn check(
    found: Option<&Value>,
    expectation: &Expectation,
    names: &BTreeMap<String, Value>,
) -> Result<(), String> {
    let given = |value: &Option<Value>| match value {
        Some(value) => substitute(value, names).map(Some),
        None => Ok(None),
    };
    if let Some(exists) = expectation.exists {
        let is_there = found.is_some_and(|value| !value.is_null());
        return if is_there == exists { Ok(()) } else { Err(format!("found {found:?}")) };
    }
    let value = found.ok_or("there is no such part")?;
    let wrong = |what: &str, wanted: &Value| Err(format!("found {value}, {what} {wanted}"));
    if let Some(wanted) = given(&expectation.is)?
        && *value != wanted
    {
        return wrong("expected", &wanted);
    }
    if let Some(unwanted) = given(&expectation.not)?
        && *value == unwanted
    {
        return wrong("which is just what was not expected:", &unwanted);
    }
    if let Some(wanted) = given(&expectation.has)?
        && !holds(value, &wanted)
    {
        return wrong("which lacks", &wanted);
    }
    if let Some(unwanted) = given(&expectation.lacks)?
        && holds(value, &unwanted)
    {
        return wrong("which holds", &unwanted);
    }
    let number = value.as_f64();
    let is_low = expectation.at_least.is_some_and(|least| number.is_none_or(|n| n < least));
    let is_high = expectation.at_most.is_some_and(|most| number.is_none_or(|n| n > most));
    if is_low || is_high { Err(format!("found {value}, out of bounds")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_find_members_places_conditions_and_counts() {
        let value =
            json!({"rows": [{"id": 1, "unit": {"name": "甲"}}, {"id": 2, "unit": {"name": "乙"}}]});
        let rows = [
            ("rows.0.id", json!(1)),
            ("rows[unit.name=乙].id", json!(2)),
            ("rows.#", json!(2)),
            ("rows[id=2].unit.name", json!("乙")),
        ];
        for (path, want) in rows {
            assert_eq!(find(&value, path), Some(want), "{path}");
        }
        assert_eq!(find(&value, "rows[id=9].id"), None);
        assert_eq!(find(&value, "rows.7"), None);
    }

    #[test]
    fn names_stand_for_values_and_texts() {
        let names = BTreeMap::from([("case".to_owned(), json!("01X")), ("n".to_owned(), json!(3))]);
        assert_eq!(
            substitute(&json!({"a": ["$case", "$n"]}), &names),
            Ok(json!({"a": ["01X", 3]}))
        );
        assert_eq!(substitute(&json!("void/${case}/${n}"), &names), Ok(json!("void/01X/3")));
        assert!(substitute(&json!("$missing"), &names).is_err());
    }

    #[test]
    fn holding_is_having_at_least() {
        let value = json!([{"a": 1, "b": 2}, {"a": 3}]);
        assert!(holds(&value, &json!({"a": 1})));
        assert!(holds(&value, &json!([{"a": 3}, {"b": 2}])));
        assert!(!holds(&value, &json!({"a": 2})));
        assert!(holds(&json!("要动手"), &json!("动手")));
    }
}
