//! Units that are renamed, and units that become part of others.

use serde_json::{Value, json};

use crate::event::Event;
use crate::model::word;
use crate::oracles::{has_left, holds};
use crate::play::{Outcome, Play};
use crate::seen::Seen;
use crate::world::TOWNSHIP;

/// What the county said.
const GROUND: &str = "县政府〔2026〕1号";

impl Play {
    /// The units of villages that stand.
    fn standing_units(&self) -> Vec<String> {
        let mut units = self.world.village_units();
        units.retain(|unit| !self.model.merged.contains_key(unit));
        units
    }

    /// A village becomes part of another, which carries on what it has.
    pub(crate) fn merge(&mut self, e: &Event) -> Outcome {
        let mut units = self.standing_units();
        if units.len() < 2 {
            return Ok("one is left".into());
        }
        let unit = units.remove(e.b as usize % units.len());
        let into = units[e.c as usize % units.len()].clone();
        let payload = json!({ "unit": unit, "into": into, "ground": GROUND });
        match self.world.call(TOWNSHIP, "unit_merge", payload)? {
            Ok(_) => {
                for case in &mut self.model.cases {
                    if case.units.contains(&unit) {
                        case.left.remove(&into);
                        case.units.insert(into.clone());
                    }
                }
                let (of, to) = (self.world.unit_name(&unit), self.world.unit_name(&into));
                let told = format!("{of} into {to}");
                self.model.merged.insert(unit, into);
                self.count("units merged");
                Ok(told)
            }
            Err(why) => Ok(why),
        }
    }

    /// A village gets another name.
    pub(crate) fn rename(&mut self, e: &Event) -> Outcome {
        let units = self.standing_units();
        let (unit, name) = (&units[e.b as usize % units.len()], word(e.id, 0));
        let payload = json!({ "unit": unit, "name": name, "ground": GROUND });
        match self.world.call(TOWNSHIP, "unit_rename", payload)? {
            Ok(_) => {
                self.model.names.push(name);
                self.count("units renamed");
                Ok("renamed".into())
            }
            Err(why) => Ok(why),
        }
    }
}

/// Everybody knows every name that a unit ever had and what it became part of, and a case is nobody's
/// that is no unit any more.
///
/// # Errors
/// What is lacking.
pub fn units(play: &Play, seen: &Seen<'_>) -> Result<(), String> {
    let (name, at) = (seen.name(), seen.at);
    let listed = play.world.call(at, "unit_list", json!({}))??;
    let told = listed["lines"].to_string();
    if let Some(lost) = play.model.names.iter().find(|name| !told.contains(*name)) {
        return Err(format!("{name} does not know a unit's name {lost}: {told}"));
    }
    let lines = || listed["lines"].as_array().into_iter().flatten();
    for (unit, into) in &play.model.merged {
        let is_it = |line: &&Value| line["unit"]["id"] == **unit;
        let line = lines().find(is_it).ok_or_else(|| format!("{name} lacks the unit {unit}"))?;
        if line["merged"]["into"]["id"] != **into {
            return Err(format!("{name}: {unit} is no part of {into}: {line}"));
        }
    }
    for (number, case) in play.model.cases.iter().enumerate() {
        let is_apart = case.is_gone || case.is_open || has_left(play, at, number);
        if is_apart || !holds(play, at, number) || play.model.merged.is_empty() {
            continue;
        }
        let Some(view) = seen.view(number)? else { continue };
        let owner = view["owner"]["id"].as_str().unwrap_or_default();
        if play.model.merged.contains_key(owner) {
            return Err(format!("{name}: case {} is still the old unit's", case.born));
        }
    }
    Ok(())
}
