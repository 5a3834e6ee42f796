//! The versions of the settings, and which of them holds.

use crate::case::conflict::{Conflict, ConflictKind, Seat, Settlement, Side};
use crate::fact::body::{Choice, SettingsSet};
use crate::fact::{Body, Fact, Proof, RecordFacts, RecordKind};
use crate::id::{FactId, UnitId};
use crate::merge::{self, Settled};
use crate::rules::{RuleId, Why};

use super::Settings;

/// Something the township said in one fact, whole: a version of the settings, or what holds of an
/// item of its catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Said<B> {
    /// The fact that said it.
    pub id: FactId,
    /// The fact, without its body.
    pub fact: Fact,
    /// What it set.
    pub body: B,
    /// What the carrying entry proves.
    pub proof: Proof,
}

/// One version; the text of its fact's id names it.
pub type Version = Said<SettingsSet>;

/// What is said whole, in the place of what it names.
pub(crate) trait Whole {
    /// What it takes the place of.
    fn replaces(&self) -> &[FactId];
    /// Why.
    fn reason(&self) -> &str;
}

impl Whole for SettingsSet {
    fn replaces(&self) -> &[FactId] {
        &self.replaces
    }

    fn reason(&self) -> &str {
        &self.reason
    }
}

impl<B> Said<B> {
    fn order(&self) -> (crate::time::Hlc, FactId) {
        (self.fact.recorded, self.id)
    }
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
    let list = said(records, township, |body| match body {
        Body::SettingsSet(body) => Some(body.clone()),
        _ => None,
    });
    let conflicts = conflicts(&list, "settings", says);
    Versions { list, conflicts }
}

/// What the township itself said on its settings records, in the order it was typed.
pub(crate) fn said<'a, B>(
    records: impl Iterator<Item = &'a RecordFacts>,
    township: UnitId,
    pick: impl Fn(&Body) -> Option<B>,
) -> Vec<Said<B>> {
    let mut list: Vec<Said<B>> = records
        .flat_map(|record| record.facts.iter().map(move |carried| (record, carried)))
        .filter_map(|(record, carried)| {
            let fact = Fact::read(&carried.json).ok()?;
            if record.withholds(carried.id, &fact) {
                return None;
            }
            let proof = carried.proof.filter(|p| p.unit == fact.unit && p.unit == township)?;
            let row = fact.body.row();
            let may = carried.role.is_some_and(|role| row.admits(role));
            let body = pick(&fact.body)?;
            (may && row.record == RecordKind::Settings).then_some(Said {
                id: carried.id,
                body,
                proof,
                fact,
            })
        })
        .collect();
    list.sort_by_key(Said::order);
    list.dedup_by_key(|said| said.id);
    list
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
        heads(&self.list)
    }

    /// The version that holds for what is registered from now on: of two set in ignorance of each
    /// other the one typed first, until the head of the centre decides.
    #[must_use]
    pub fn holding(&self) -> Option<&Version> {
        holding(&self.list)
    }
}

/// What nobody has replaced, in the order it was typed.
pub(crate) fn heads<B: Whole>(list: &[Said<B>]) -> Vec<&Said<B>> {
    merge::heads(list, replaces)
}

/// Of those the one typed first.
pub(crate) fn holding<B: Whole>(list: &[Said<B>]) -> Option<&Said<B>> {
    heads(list).into_iter().min_by_key(|said| said.order())
}

fn replaces<B: Whole>(later: &Said<B>, earlier: &Said<B>) -> bool {
    later.body.replaces().contains(&earlier.id) && later.order() > earlier.order()
}

/// What two versions say alike, whatever their reasons.
fn says(version: &Version) -> Settings {
    Settings { version: String::new(), ..version.settings() }
}

/// What stands side by side: one conflict for those that stand, and one for each that was answered
/// by one that replaces several. `says` tells which say the same.
pub(crate) fn conflicts<B: Whole, K: PartialEq>(
    list: &[Said<B>],
    key: &str,
    says: impl Fn(&Said<B>) -> K,
) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    if let Settled::Ask(sides) = merge::same_or_ask(&heads(list), &says) {
        conflicts.push(between(&sides, key));
    }
    for answer in list {
        let answered: Vec<&Said<B>> = list.iter().filter(|v| replaces(answer, v)).collect();
        let sides = merge::heads(&answered, |later, earlier| replaces(later, earlier));
        let sides: Vec<&Said<B>> = sides.into_iter().copied().collect();
        if !matches!(merge::same_or_ask(&sides, &says), Settled::Ask(_)) {
            continue;
        }
        let mut settled = between(&sides, key);
        let chosen = sides.iter().find(|side| says(side) == says(answer));
        settled.settlement = Some(Settlement::ByPerson {
            fact: answer.id,
            by: answer.fact.by,
            unit: answer.proof.unit,
            at: answer.fact.at,
            recorded: answer.fact.recorded,
            choice: Choice::Fact(chosen.map_or(answer.id, |side| side.id)),
            reason: answer.body.reason().to_owned(),
        });
        conflicts.push(settled);
    }
    conflicts
}

fn between<B>(sides: &[&Said<B>], key: &str) -> Conflict {
    let first = sides.iter().map(|said| said.id).min();
    let side = |said: &&Said<B>| Side {
        choice: Choice::Fact(said.id),
        at: Some(said.fact.at),
        by: said.fact.by,
        unit: Some(said.proof.unit),
        device: Some(said.proof.device),
        recorded: said.fact.recorded,
    };
    Conflict::between(
        ConflictKind::Settings,
        first.map(|id| format!("{key}/{id}")).unwrap_or_default(),
        Why::new(RuleId::SettingsOwner, sides.iter().map(|said| said.id)),
        Seat::Director,
        sides.iter().map(side).collect(),
    )
}
