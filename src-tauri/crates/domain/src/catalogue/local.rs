//! 地方矛盾纠纷清单: the township's own catalogue, groups of items beside the official types. It is
//! empty until a township imports one.
//!
//! What holds of an item is one fact, whole, on a settings record; two that did not know of each
//! other are settled like two versions of the settings. A case keeps the words it was put under, so
//! nothing here changes a case.

use std::collections::BTreeMap;

use crate::case::conflict::Conflict;
use crate::case::guard::{NAME_CHARS_MAX, Refusal, TEXT_CHARS_MAX, bounded, required};
use crate::fact::body::{LocalItem, LocalItemListed};
use crate::fact::{Body, RecordFacts};
use crate::id::{FactId, UnitId};
use crate::settings::Said;
use crate::settings::versions::{Whole, conflicts, heads, holding, said};

/// The most items of a township, those that were withdrawn included.
pub const ITEMS_MAX: usize = 1_000;

/// The longest name of an item.
pub const ITEM_CHARS_MAX: usize = 200;

impl Whole for LocalItemListed {
    fn replaces(&self) -> &[FactId] {
        &self.replaces
    }

    fn reason(&self) -> &str {
        &self.reason
    }
}

/// Whether an item is worded as it may be.
///
/// # Errors
/// The member at fault and what is wrong with it.
pub fn check_item(item: &LocalItem) -> Result<(), Refusal> {
    required("code", &item.code, NAME_CHARS_MAX)?;
    required("group", &item.group, NAME_CHARS_MAX)?;
    required("name", &item.name, ITEM_CHARS_MAX)
}

/// Whether something may be said of an item.
///
/// # Errors
/// The member at fault and what is wrong with it.
pub fn check(body: &LocalItemListed) -> Result<(), Refusal> {
    check_item(&body.item)?;
    bounded("unit", &body.unit, NAME_CHARS_MAX)?;
    bounded("frequency", &body.frequency, NAME_CHARS_MAX)?;
    bounded("reason", &body.reason, TEXT_CHARS_MAX)
}

/// An item of the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Everything that was said of it, in the order it was typed.
    list: Vec<Said<LocalItemListed>>,
}

impl Entry {
    /// What holds: of two things said in ignorance of each other the one typed first, until the
    /// head of the centre decides.
    #[must_use]
    pub fn holding(&self) -> Option<&Said<LocalItemListed>> {
        holding(&self.list)
    }

    /// What nobody has replaced.
    #[must_use]
    pub fn heads(&self) -> Vec<FactId> {
        heads(&self.list).iter().map(|said| said.id).collect()
    }

    /// What one fact said of it.
    #[must_use]
    pub fn said(&self, id: FactId) -> Option<&LocalItemListed> {
        self.list.iter().find(|said| said.id == id).map(|said| &said.body)
    }
}

/// The catalogue.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Items {
    /// Every item, in the order in which the first words about each were typed.
    pub list: Vec<Entry>,
    /// What was said of items in ignorance of each other (C22).
    pub conflicts: Vec<Conflict>,
    /// Where each code stands in the list.
    places: BTreeMap<String, usize>,
}

impl Items {
    /// An item by its code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Entry> {
        self.list.get(*self.places.get(code)?)
    }

    /// What a fact said of an item.
    #[must_use]
    pub fn said(&self, id: FactId) -> Option<&LocalItemListed> {
        self.list.iter().find_map(|entry| entry.said(id))
    }
}

/// What keys of conflicts about items begin with.
pub const KEY: &str = "local_item";

/// What two say alike, whatever their reasons.
fn says(said: &Said<LocalItemListed>) -> LocalItemListed {
    LocalItemListed { reason: String::new(), replaces: Vec::new(), ..said.body.clone() }
}

/// Folds the settings records of an organisation. Only the township's own words count, and only
/// what is bounded as it should be.
#[must_use]
pub fn fold<'a>(records: impl Iterator<Item = &'a RecordFacts>, township: UnitId) -> Items {
    let all = said(records, township, |body| match body {
        Body::LocalItemListed(body) if check(body).is_ok() => Some(body.clone()),
        _ => None,
    });
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut list: Vec<Entry> = Vec::new();
    for said in all {
        let place = *places.entry(said.body.item.code.clone()).or_insert(list.len());
        match list.get_mut(place) {
            Some(entry) => entry.list.push(said),
            None => list.push(Entry { list: vec![said] }),
        }
    }
    let conflicts = list.iter().flat_map(|entry| conflicts(&entry.list, KEY, says)).collect();
    Items { list, conflicts, places }
}

#[cfg(test)]
mod tests;
