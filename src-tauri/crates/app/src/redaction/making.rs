//! Making the record that stands in the place of another: the same case, with one person's words
//! taken out.

use std::collections::{BTreeMap, BTreeSet};

use document::{Layers, Origin, Record, Vouch, binding};
use domain::case::guard::RefusalReason;
use domain::fact::{Body, FieldText, RecordFacts, RecordKind};
use domain::id::{ChangeId, FactId, LogId, RecordId, UnitId};
use domain::log::{EntryRef, LogKey};
use domain::redaction::{self, Leaf, Wanted};
use domain::taking::{LateWords, TAKEN_OVER, TakenChange, TakenFact, TakenField, TakenLog, Taking};
use store::Reader;
use trust::statement::Heir;

use super::{Found, key_of_fact, key_of_field, key_of_text, refuse};
use crate::fault::Fault;
use crate::journal::{Draft, Pen};
use crate::office::Office;

/// How many bytes of facts one part holds: it must be a text of a document.
const PART_BYTES: usize = 120 * 1024;

/// The logs of a record, and where in the list each stands.
#[derive(Default)]
pub(super) struct Logs {
    pub(super) list: Vec<TakenLog>,
    places: BTreeMap<LogId, u32>,
}

impl Logs {
    /// The place of a log in the list, which it joins.
    pub(super) fn place(&mut self, log: &TakenLog) -> u32 {
        if let Some(place) = self.places.get(&log.log) {
            return *place;
        }
        let place = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.places.insert(log.log, place);
        self.list.push(log.clone());
        place
    }
}

/// Where the layers of a record stand: the log and the entry of each.
pub(super) struct Places {
    keys: BTreeMap<LogId, LogKey>,
}

impl Places {
    pub(super) fn read(reader: &Reader<'_>) -> Result<Self, Fault> {
        Ok(Self { keys: reader.log_keys()?.into_iter().collect() })
    }

    /// The log and the entry of a layer; nothing where the log is not held.
    pub(super) fn of(
        &self,
        office: &Office,
        reader: &Reader<'_>,
        record: RecordId,
        origin: &Origin,
    ) -> Result<Option<(TakenLog, EntryRef)>, Fault> {
        let hash = match origin {
            Origin::Before(log, at, _) => return Ok(Some((log.clone(), *at))),
            Origin::Here(hash) => hash,
        };
        let Some(at) = reader.entry_of_change(record, hash)? else { return Ok(None) };
        // An entry of a branch is proved by the log it was written to.
        let root = reader.root_of(at.log)?.unwrap_or(at.log);
        let Some(key) = self.keys.get(&root) else { return Ok(None) };
        let proof = office.proof(binding::log_tag(root));
        // What nobody vouches for has no effect, here and there.
        let nobody: UnitId = domain::log::NO_RECORD;
        let log = TakenLog {
            log: at.log,
            space: key.space,
            device: key.device,
            epoch: super::epoch_text(key.epoch),
            unit: proof.map_or(nobody, |proof| proof.unit),
        };
        Ok(Some((log, at)))
    }
}

/// What is taken out of a record: the words, and what a person wrote in their place by hand.
pub(super) struct Cut<'a> {
    pub(super) wanted: Wanted<'a>,
    /// By the key of the place.
    pub(super) by_hand: BTreeMap<String, String>,
    /// The attachments that do not come along.
    pub(super) attachments: BTreeSet<FactId>,
}

impl Cut<'_> {
    fn put(&self, key: &str, proposed: Option<String>) -> Option<String> {
        match self.by_hand.get(key) {
            Some(words) => Some(words.clone()),
            None => proposed,
        }
    }

    /// Whether a fact puts an attachment there that does not come along, or says something of it.
    fn drops(&self, id: FactId, json: &str) -> bool {
        if self.attachments.is_empty() {
            return false;
        }
        let of = match domain::fact::Fact::read(json).map(|fact| fact.body) {
            Ok(Body::AttachmentAdded(_)) => Some(id),
            Ok(Body::AttachmentWithdrawn(body)) => Some(body.attachment),
            Ok(Body::Corrected(body)) => Some(body.fact),
            _ => None,
        };
        of.is_some_and(|of| self.attachments.contains(&of))
    }

    fn leaves(&self, id: FactId, json: &str) -> Vec<Leaf> {
        let mut leaves = self.wanted.leaves(id, json);
        for leaf in &mut leaves {
            // What is emptied stays empty: it may be no text at all.
            if leaf.after.is_some() {
                leaf.after = self.put(&key_of_fact(id, &leaf.path), leaf.after.take());
            }
        }
        leaves
    }

    fn fact(&self, id: FactId, json: &str) -> Result<String, Fault> {
        let leaves = self.leaves(id, json);
        if leaves.is_empty() {
            return Ok(json.to_owned());
        }
        let hash = |text: &str| blake3::hash(text.as_bytes()).to_hex().to_string();
        let written = redaction::rewritten(json, &leaves, hash);
        let written = written.ok_or_else(|| refuse("words", 0, RefusalReason::OutOfRange))?;
        let (before, after) = (domain::fact::Fact::read(json), domain::fact::Fact::read(&written));
        if before.is_ok() && after.is_err() {
            return Err(refuse("words", 0, RefusalReason::OutOfRange));
        }
        Ok(written)
    }

    fn text(&self, key: &str, words: &str) -> String {
        let proposed = redaction::replaced(words, self.wanted.swaps);
        if proposed == words {
            return proposed;
        }
        self.put(key, Some(proposed.clone())).unwrap_or(proposed)
    }
}

/// Everything of a record where something is taken out, in the order it is read.
pub(super) fn places(record: &Record, facts: &RecordFacts, wanted: Wanted<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (name, values) in &facts.fields {
        for before in values.iter().filter_map(|value| value.value.as_str()) {
            if redaction::names(before, wanted.swaps) {
                found.push(Found {
                    key: key_of_field(name),
                    fact: None,
                    name: name.clone(),
                    before: before.to_owned(),
                    after: redaction::replaced(before, wanted.swaps),
                    may_edit: true,
                });
            }
        }
    }
    for (name, before) in texts(record, facts) {
        if redaction::names(&before, wanted.swaps) {
            let after = redaction::replaced(&before, wanted.swaps);
            let fact = name.parse().ok();
            found.push(Found {
                key: key_of_text(&name),
                fact,
                name,
                before,
                after,
                may_edit: true,
            });
        }
    }
    for carried in &facts.facts {
        for leaf in wanted.leaves(carried.id, &carried.json) {
            found.push(Found {
                key: key_of_fact(carried.id, &leaf.path),
                fact: Some(carried.id),
                name: leaf.path.rsplit('/').next().unwrap_or_default().to_owned(),
                before: leaf.before,
                may_edit: leaf.after.is_some(),
                after: leaf.after.unwrap_or_default(),
            });
        }
    }
    found
}

/// The texts of a record, each under the name of the fact it is of, or its own.
pub(super) fn texts(record: &Record, facts: &RecordFacts) -> Vec<(String, String)> {
    let own = RecordKind::Case.texts().iter().map(|name| (*name).to_owned());
    let of_facts = facts.facts.iter().map(|carried| carried.id.to_string());
    own.chain(of_facts).filter_map(|name| Some((name.clone(), record.text(&name)?))).collect()
}

/// Begins the record in the place of another. It stands there once the erasure that names it holds.
pub(super) fn make(
    office: &Office,
    pen: &mut Pen<'_, '_>,
    old: RecordId,
    cut: &Cut<'_>,
) -> Result<Heir, Fault> {
    let (space, record) = pen.open_all(old)?;
    pen.check_known(old)?;
    let layers = record.layers(office);
    let facts = record.facts(office);
    let mut parts = parts(office, &pen.tx.reader(), &record, &layers, cut)?;
    let fields = fields(&facts, cut)?;
    let words: Vec<LateWords> = facts
        .late_words
        .iter()
        .map(|late| LateWords {
            name: late.name.clone(),
            words: redaction::replaced(&late.words, cut.wanted.swaps),
        })
        .collect();
    let taken: Vec<TakenField> = fields
        .iter()
        .map(|(name, value)| TakenField {
            name: name.clone(),
            by: value.by,
            recorded: value.recorded,
        })
        .collect();
    if let Some(first) = parts.first_mut() {
        (first.fields, first.words) = (taken, words);
    }
    let texts = texts(&record, &facts);
    let write = |draft: &mut Draft| -> Result<(), Fault> {
        for part in &parts {
            draft.part(part)?;
        }
        for (name, value) in &fields {
            draft.edit.fields.push((name.clone(), serde_json::to_string(value)?));
        }
        for (name, before) in &texts {
            draft.text(name.clone(), cut.text(&key_of_text(name), before));
        }
        Ok(())
    };
    let (heir, made) = pen.begin_heir(space, RecordKind::Case, record.latest_fact_ms(), write)?;
    Ok(Heir { record: heir, made })
}

/// Everything that the record says by facts, in parts.
fn parts(
    office: &Office,
    reader: &Reader<'_>,
    record: &Record,
    layers: &Layers,
    cut: &Cut<'_>,
) -> Result<Vec<Taking>, Fault> {
    let places = Places::read(reader)?;
    let mut logs = Logs::default();
    let mut at: Vec<Option<(u32, ChangeId)>> = Vec::with_capacity(layers.list.len());
    let mut changes = Vec::new();
    for layer in &layers.list {
        let Some((log, entry)) = places.of(office, reader, record.id(), &layer.origin)? else {
            at.push(None);
            continue;
        };
        let (log, id) = (logs.place(&log), layer.origin.change());
        at.push(Some((log, id)));
        let mut facts = Vec::new();
        for carried in layer.facts.iter().filter(|one| !cut.drops(one.id, &one.json)) {
            let json = cut.fact(carried.id, &carried.json)?;
            facts.push(TakenFact { id: carried.id, role: carried.role, json });
        }
        facts.sort_by_key(|fact| fact.id);
        let deps = layer.deps.iter().filter_map(|dep| at.get(*dep).copied().flatten()).collect();
        changes.push(TakenChange { log, seq: entry.seq, id, deps, facts });
    }
    Ok(split(TAKEN_OVER, logs.list, changes))
}

/// Changes in parts that fit; the logs go with the first.
pub(super) fn split(kind: &str, logs: Vec<TakenLog>, changes: Vec<TakenChange>) -> Vec<Taking> {
    let empty = || Taking { kind: kind.to_owned(), ..Taking::default() };
    let mut parts = vec![Taking { logs, ..empty() }];
    let mut size = 0usize;
    for change in changes {
        let bytes = change.facts.iter().map(|fact| fact.json.len().saturating_add(128));
        let bytes = bytes.fold(64usize, usize::saturating_add);
        if size.saturating_add(bytes) > PART_BYTES && size > 0 {
            parts.push(empty());
            size = 0;
        }
        size = size.saturating_add(bytes);
        if let Some(part) = parts.last_mut() {
            part.changes.push(change);
        }
    }
    parts
}

/// The registers with one value each: of two that stand side by side somebody decides first.
fn fields(facts: &RecordFacts, cut: &Cut<'_>) -> Result<Vec<(String, FieldText)>, Fault> {
    let mut fields = Vec::new();
    for (name, values) in &facts.fields {
        let [value] = values.as_slice() else {
            return Err(refuse("case", 0, RefusalReason::Undecided));
        };
        let text = |words: &str| serde_json::Value::String(cut.text(&key_of_field(name), words));
        let written = value.value.as_str().map_or_else(|| value.value.clone(), text);
        let text = FieldText { value: written, by: value.by, recorded: value.recorded };
        fields.push((name.clone(), text));
    }
    Ok(fields)
}
