//! The versions of the settings, and which of them holds.

use crate::case::conflict::{Conflict, ConflictKind, Seat, Settlement, Side};
use crate::fact::body::{Choice, SettingsSet};
use crate::fact::{Body, Fact, Proof, RecordFacts, RecordKind};
use crate::id::{FactId, UnitId};
use crate::merge::{self, Settled};
use crate::rules::{RuleId, Why};

use super::Settings;

/// One version.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The fact that set it; its text names the version.
    pub id: FactId,
    /// The fact, without its body.
    pub fact: Fact,
    /// What it set.
    pub body: SettingsSet,
    /// What the carrying entry proves.
    pub proof: Proof,
}

impl Version {
    /// The name cases keep.
    #[must_use]
    pub fn code(&self) -> String {
        self.id.to_string()
    }

    /// What it gives.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings::of(self.code(), &self.body)
    }

    fn order(&self) -> (crate::time::Hlc, FactId) {
        (self.fact.recorded, self.id)
    }
}

/// Every version there is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Versions {
    /// Those that count, in the order they were typed.
    pub list: Vec<Version>,
    /// Versions set in ignorance of each other (C22), open ones first.
    pub conflicts: Vec<Conflict>,
}

/// Folds the settings records of an organisation. Only the township's own words count.
#[must_use]
pub fn fold<'a>(records: impl Iterator<Item = &'a RecordFacts>, township: UnitId) -> Versions {
    let mut list: Vec<Version> = records
        .flat_map(|record| record.facts.iter().map(move |carried| (record, carried)))
        .filter_map(|(record, carried)| {
            let fact = Fact::read(&carried.json).ok()?;
            if record.withholds(carried.id, &fact) {
                return None;
            }
            let proof = carried.proof.filter(|p| p.unit == fact.unit && p.unit == township)?;
            let row = fact.body.row();
            let may = carried.role.is_some_and(|role| row.admits(role));
            let Body::SettingsSet(body) = &fact.body else { return None };
            let body = body.clone();
            (may && row.record == RecordKind::Settings).then_some(Version {
                id: carried.id,
                body,
                proof,
                fact,
            })
        })
        .collect();
    list.sort_by_key(Version::order);
    list.dedup_by_key(|version| version.id);
    let conflicts = conflicts(&list);
    Versions { list, conflicts }
}

impl Versions {
    /// A version by its name.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Version> {
        self.list.iter().find(|version| version.code() == code)
    }

    /// The versions nobody has replaced, in the order they were typed.
    #[must_use]
    pub fn heads(&self) -> Vec<&Version> {
        merge::heads(&self.list, replaces)
    }

    /// The version that holds for what is registered from now on: of two set in ignorance of each
    /// other the one typed first, until the head of the centre decides.
    #[must_use]
    pub fn holding(&self) -> Option<&Version> {
        self.heads().into_iter().min_by_key(|version| version.order())
    }
}

fn replaces(later: &Version, earlier: &Version) -> bool {
    later.body.replaces.contains(&earlier.id) && later.order() > earlier.order()
}

/// What two versions say alike, whatever their reasons.
fn says(version: &Version) -> Settings {
    Settings { version: String::new(), ..version.settings() }
}

/// Versions side by side: one conflict for those that stand, and one for each that was answered by
/// a version that replaces several.
fn conflicts(list: &[Version]) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    let heads = merge::heads(list, replaces);
    if let Settled::Ask(sides) = merge::same_or_ask(&heads, says) {
        conflicts.push(between(&sides));
    }
    for answer in list {
        let answered: Vec<&Version> = list.iter().filter(|v| replaces(answer, v)).collect();
        let sides = merge::heads(&answered, |later, earlier| replaces(later, earlier));
        let sides: Vec<&Version> = sides.into_iter().copied().collect();
        if sides.len() < 2 {
            continue;
        }
        let mut settled = between(&sides);
        let chosen = sides.iter().find(|side| says(side) == says(answer));
        settled.settlement = Some(Settlement::ByPerson {
            fact: answer.id,
            by: answer.fact.by,
            unit: answer.proof.unit,
            at: answer.fact.at,
            recorded: answer.fact.recorded,
            choice: Choice::Fact(chosen.map_or(answer.id, |side| side.id)),
            reason: answer.body.reason.clone(),
        });
        conflicts.push(settled);
    }
    conflicts
}

fn between(sides: &[&Version]) -> Conflict {
    let first = sides.iter().map(|version| version.id).min();
    let side = |version: &&Version| Side {
        choice: Choice::Fact(version.id),
        at: Some(version.fact.at),
        by: version.fact.by,
        unit: Some(version.proof.unit),
        device: Some(version.proof.device),
        recorded: version.fact.recorded,
    };
    Conflict::between(
        ConflictKind::Settings,
        first.map(|id| format!("settings/{id}")).unwrap_or_default(),
        Why::new(RuleId::SettingsOwner, sides.iter().map(|version| version.id)),
        Seat::Director,
        sides.iter().map(side).collect(),
    )
}
