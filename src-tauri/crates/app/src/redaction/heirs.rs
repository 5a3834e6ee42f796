//! Which records stand in the place of others.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use document::Hash;
use domain::id::RecordId;
use trust::roster::Roster;

/// Records in the place of others, as far as the erasures that put them there hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Heirs {
    /// The change that begins each.
    made: BTreeMap<RecordId, Hash>,
    /// What was put in the place of each record.
    next: BTreeMap<RecordId, RecordId>,
    /// What stands in the place of each record here, where that is erased, and by what name.
    now: BTreeMap<RecordId, RecordId>,
    texts: Vec<(String, String)>,
}

impl Heirs {
    /// The heirs that a roster tells of; they answer for the records that are erased here.
    pub(crate) fn of(roster: &Roster, erased: &BTreeSet<RecordId>) -> Self {
        let said = roster.erased();
        let next: BTreeMap<RecordId, RecordId> =
            said.values().filter_map(|one| Some((one.record, one.heir?.record))).collect();
        let made = said.values().filter_map(|one| one.heir).map(|heir| (heir.record, heir.made));
        let here: BTreeMap<RecordId, RecordId> = next
            .iter()
            .filter(|(old, _)| erased.contains(old))
            .map(|(old, new)| (*old, *new))
            .collect();
        let now: BTreeMap<RecordId, RecordId> =
            here.keys().map(|old| (*old, followed(&here, *old))).collect();
        let texts = now.iter().map(|(old, new)| (old.to_string(), new.to_string())).collect();
        Self { made: made.collect(), next, now, texts }
    }

    /// Whether a record stands in the place of another, and this change begins it.
    pub(crate) fn is_made_by(&self, record: RecordId, made: &Hash) -> bool {
        self.made.get(&record) == Some(made)
    }

    /// What answers here to the name of a record: itself, if nothing else does.
    pub(crate) fn now(&self, record: RecordId) -> RecordId {
        self.now.get(&record).copied().unwrap_or(record)
    }

    /// What is to stand in the place of a record in the end, whether or not it has come.
    pub(crate) fn last(&self, record: RecordId) -> RecordId {
        followed(&self.next, record)
    }

    /// Whether every record goes under its own name, as nearly everywhere.
    pub(crate) fn answer_for_none(&self) -> bool {
        self.texts.is_empty()
    }

    /// A text with every record under the name of what stands in its place.
    pub(crate) fn reads<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut read = Cow::Borrowed(text);
        for (old, new) in &self.texts {
            if read.contains(old.as_str()) {
                read = Cow::Owned(read.replace(old.as_str(), new));
            }
        }
        read
    }
}

/// The end of the way from a record. As many steps as there are records: a circle ends somewhere,
/// everywhere the same.
fn followed(next: &BTreeMap<RecordId, RecordId>, record: RecordId) -> RecordId {
    let step = |at: RecordId, _: &RecordId| next.get(&at).copied().unwrap_or(at);
    next.keys().fold(record, step)
}
