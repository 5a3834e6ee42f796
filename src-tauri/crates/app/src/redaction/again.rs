//! What this computer had written on a record, in ignorance that another stands in its place, it
//! says once more there, before the old one is erased: nothing that was shown as saved is lost.
//!
//! Facts come under their first names, with what they knew; a value of a register is put where what
//! it replaced still stands; what was typed into a text nobody but a person can place: it is kept
//! as words beside the case.

use std::collections::BTreeSet;

use document::{Hash, Layer, Layers, Record, change_id};
use domain::fact::{FieldText, FieldValue};
use domain::id::{ChangeId, FactId, RecordId};
use domain::taking::{LateWords, SAID_AGAIN, TakenChange, TakenFact, TakenLog, Taking};
use store::{Reader, Writer};

use super::making::{Logs, Places, split};
use crate::fault::Fault;
use crate::journal::Pen;
use crate::office::Office;
use crate::projector;

/// How many bytes of facts are said again in one entry.
const ENTRY_BYTES: usize = 256 * 1024;

/// What stands between two pieces of words.
const BETWEEN: &str = " …… ";

/// Says again what is ours and not in the record that stands in the place of one that is to be
/// erased. Says whether that one may be: not before the other has come, and is what was named; but
/// where neither will ever come, since the unit holds none of the spaces any more.
pub(crate) fn hand_over(
    office: &Office,
    tx: &mut Writer<'_>,
    old: RecordId,
    new: RecordId,
) -> Result<bool, Fault> {
    let (roster, unit) = (office.roster(), office.identity.record.unit);
    let spaces = tx.reader().spaces_with(old)?;
    if spaces.iter().all(|space| roster.access(*space, unit).is_none()) {
        return Ok(true);
    }
    projector::catch_up_some(office, tx, &[old, new])?;
    let Ok((_, heir)) = projector::load(&tx.reader(), new) else { return Ok(false) };
    let taken = heir.layers(office);
    if !taken.is_heir {
        return Ok(false);
    }
    let Ok((_, record)) = projector::load(&tx.reader(), old) else { return Ok(true) };
    let own = Own::find(office, tx, &record, &taken)?;
    if own.is_nothing() {
        return Ok(true);
    }
    match own.say(office, tx, &record, &heir, &taken) {
        // Whoever may not write there any more is not heard there either.
        Err(Fault::NotHere | Fault::Refused { .. }) => Ok(true),
        said => said.map(|()| true),
    }
}

/// A log under the id that its entries were written to: facts are bound to that, also where it
/// forked and they stand under the name of a branch.
fn written_to(reader: &Reader<'_>, log: TakenLog) -> Result<TakenLog, Fault> {
    let root = reader.root_of(log.log)?;
    Ok(TakenLog { log: root.unwrap_or(log.log), ..log })
}

/// Registers by name, each with the text of its value.
type Registers = Vec<(String, String)>;

/// What this computer wrote on a record and another does not hold.
struct Own<'a> {
    office: &'a Office,
    logs: Logs,
    changes: Vec<TakenChange>,
    /// The facts among it.
    facts: BTreeSet<FactId>,
    /// The changes of the old document.
    hashes: BTreeSet<Hash>,
    /// What these said again already of the record before it.
    words: Vec<LateWords>,
}

impl<'a> Own<'a> {
    fn find(
        office: &'a Office,
        tx: &Writer<'_>,
        record: &Record,
        taken: &Layers,
    ) -> Result<Self, Fault> {
        let reader = tx.reader();
        let known: BTreeSet<ChangeId> =
            taken.list.iter().map(|layer| layer.origin.change()).collect();
        let held: BTreeSet<FactId> =
            taken.list.iter().flat_map(|layer| &layer.facts).map(|carried| carried.id).collect();
        let mut own = Self {
            office,
            logs: Logs::default(),
            changes: Vec::new(),
            facts: BTreeSet::new(),
            hashes: BTreeSet::new(),
            words: Vec::new(),
        };
        for at in reader.changes_by(record.id(), office.identity.device)? {
            let hash = reader.change_of_entry(at)?;
            own.hashes.extend(hash.filter(|hash| !known.contains(&change_id(hash))));
        }
        let places = Places::read(&reader)?;
        let Layers { list: layers, late_words, .. } = record.layers(office);
        let is_own = |(hash, _): &(Hash, LateWords)| own.hashes.contains(hash);
        own.words = late_words.into_iter().filter(is_own).map(|(_, words)| words).collect();
        let mut stands = Vec::with_capacity(layers.len());
        for layer in &layers {
            let place = places.of(office, &reader, record.id(), &layer.origin)?;
            stands.push(match place {
                Some((log, at)) => Some((written_to(&reader, log)?, at.seq)),
                None => None,
            });
        }
        for (layer, place) in layers.iter().zip(&stands) {
            let Some((log, seq)) = place else { continue };
            let id = layer.origin.change();
            if log.device != office.identity.device || known.contains(&id) {
                continue;
            }
            let facts = own.facts_of(layer, &held);
            let mut deps = Vec::new();
            for dep in &layer.deps {
                let dep = stands.get(*dep).and_then(Option::as_ref).zip(layers.get(*dep));
                if let Some(((log, _), layer)) = dep {
                    deps.push((own.logs.place(log), layer.origin.change()));
                }
            }
            let log = own.logs.place(log);
            own.changes.push(TakenChange { log, seq: *seq, id, deps, facts });
        }
        Ok(own)
    }

    fn facts_of(&mut self, layer: &Layer, held: &BTreeSet<FactId>) -> Vec<TakenFact> {
        let mut facts: Vec<TakenFact> = layer
            .facts
            .iter()
            .map(|carried| TakenFact { id: carried.id, role: None, json: carried.json.to_string() })
            .collect();
        facts.sort_by_key(|fact| fact.id);
        self.facts.extend(facts.iter().map(|fact| fact.id).filter(|id| !held.contains(id)));
        facts
    }

    fn is_nothing(&self) -> bool {
        self.hashes.is_empty() && self.facts.is_empty()
    }

    /// The registers: those that go where what they replaced still stands, and all of them as words.
    fn fields(
        &self,
        record: &Record,
        taken: &Layers,
    ) -> Result<(Registers, Vec<LateWords>), Fault> {
        let late = record.late_fields(self.office, |hash, _| self.hashes.contains(hash));
        let (mut put, mut words) = (Vec::new(), Vec::new());
        for (name, register) in late {
            for value in &register.waiting {
                let text = value.value.as_str().map(str::to_owned);
                let text = text.unwrap_or_else(|| value.value.to_string());
                words.push(LateWords { name: name.clone(), words: text });
            }
            let first = taken.fields.iter().find(|field| field.name == name);
            let first = first.map(|field| (field.by, field.recorded));
            let is_first = |values: &[FieldValue]| {
                values.len() < 2 && values.first().map(|value| (value.by, value.recorded)) == first
            };
            // Beside what others have put there since: of two somebody decides.
            if let [value] = register.waiting.as_slice()
                && is_first(&register.standing)
            {
                let FieldValue { value, by, recorded, .. } = value.clone();
                put.push((name, serde_json::to_string(&FieldText { value, by, recorded })?));
            }
        }
        Ok((put, words))
    }

    /// What was typed into texts of others' facts, or of the case itself.
    fn typed(&self, record: &Record) -> Vec<LateWords> {
        let is_ours = |name: &str| name.parse().is_ok_and(|id: FactId| self.facts.contains(&id));
        let mut words = Vec::new();
        for name in record.text_names().into_iter().filter(|name| !is_ours(name)) {
            let pieces = record.words_by(&name, |hash| self.hashes.contains(hash));
            let pieces: Vec<String> =
                pieces.into_iter().filter(|piece| !piece.trim().is_empty()).collect();
            if !pieces.is_empty() {
                words.push(LateWords { name, words: pieces.join(BETWEEN) });
            }
        }
        words
    }

    fn say(
        self,
        office: &Office,
        tx: &mut Writer<'_>,
        record: &Record,
        heir: &Record,
        taken: &Layers,
    ) -> Result<(), Fault> {
        let (fields, mut words) = self.fields(record, taken)?;
        words.extend(self.typed(record));
        words.extend(self.words);
        let mut groups: Vec<Vec<TakenChange>> = vec![Vec::new()];
        let mut size = 0usize;
        for change in self.changes {
            let texts = change.facts.iter().filter_map(|fact| record.text(&fact.id.to_string()));
            let bytes = change.facts.iter().map(|fact| fact.json.len());
            let bytes = bytes.chain(texts.map(|text| text.len())).sum::<usize>();
            if size.saturating_add(bytes) > ENTRY_BYTES && size > 0 {
                groups.push(Vec::new());
                size = 0;
            }
            size = size.saturating_add(bytes);
            groups.last_mut().into_iter().for_each(|group| group.push(change.clone()));
        }
        let (mut fields, mut words) = (Some(fields), Some(words));
        let mut version: Vec<Hash> = heir.begun_by().into_iter().collect();
        for group in groups {
            let texts: Vec<(FactId, String)> = group
                .iter()
                .flat_map(|change| &change.facts)
                .filter(|fact| self.facts.contains(&fact.id))
                .filter_map(|fact| Some((fact.id, record.text(&fact.id.to_string())?)))
                .collect();
            let mut parts = split(SAID_AGAIN, self.logs.list.clone(), group);
            if let (Some(part), Some(words)) = (parts.first_mut(), words.take()) {
                part.words = words;
            }
            let fields = fields.take().unwrap_or_default();
            let hash = Pen::new(office, tx).say_again(heir.id(), &version, |draft| {
                parts.iter().try_for_each(|part| draft.part(part).map(|_| ()))?;
                for (fact, text) in texts {
                    let kind = SAID_AGAIN.to_owned();
                    let part = Taking { kind, text_of: Some(fact), ..Taking::default() };
                    let name = draft.part(&part)?;
                    draft.text(name.to_string(), text);
                }
                draft.edit.fields.extend(fields);
                Ok(())
            })?;
            version = vec![hash];
        }
        Ok(())
    }
}
