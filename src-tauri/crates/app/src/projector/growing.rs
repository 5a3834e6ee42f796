//! What has come of a record, applied to its document: everything that can be done before anything is
//! written. It reads what is committed and what the program remembers, and nothing of what other
//! records become, so that several are grown at once.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use document::structure::StructureFault;
use document::{Incoming, Need, Record, Verdict};
use domain::fact::RecordFacts;
use domain::id::RecordId;
use domain::log::{EntryRef, Hash};
use store::Reader;
use store::logs::Stored;

use crate::branches;
use crate::fault::Fault;
use crate::office::Office;
use crate::quarantine::HeldReason;
use crate::trial;

/// An entry with the change it brought, or the word for why it is held.
pub(super) type Outcome = (EntryRef, Result<Hash, String>);

/// A record with what has come of it.
pub(super) struct Grown {
    pub(super) id: RecordId,
    /// What became of each of its entries.
    pub(super) outcomes: Vec<Outcome>,
    /// Whether anything of it came, or it was erased.
    pub(super) has_come: bool,
    /// Its document, if there is anything in it.
    pub(super) document: Option<Document<'static>>,
}

/// A document as it is cached, with the facts in it.
pub(super) struct Document<'a> {
    pub(super) record: Cow<'a, Record>,
    pub(super) saved: Vec<u8>,
    pub(super) facts: RecordFacts,
}

impl<'a> Document<'a> {
    pub(super) fn of(office: &Office, record: Cow<'a, Record>) -> Self {
        Self { saved: record.save(), facts: record.facts(office), record }
    }
}

/// What a record is built of.
struct Source {
    record: Record,
    entries: Vec<Stored>,
    late: Late,
    is_branched: bool,
    has_come: bool,
}

/// The entries of a record that revoked devices, and units that left it, wrote beyond the cut-off.
#[derive(Default)]
struct Late {
    /// Those an admissible entry builds on: their texts and registers are shown, their facts have
    /// no effect.
    needed: BTreeSet<EntryRef>,
    /// The others, which touch nothing.
    held: BTreeMap<EntryRef, HeldReason>,
}

/// What of a record came late. It depends on the set of entries alone.
fn late_of(office: &Office, reader: &Reader<'_>, id: RecordId) -> Result<Late, Fault> {
    let ended = office.ended();
    let mut late = Late::default();
    for device in ended.gone_from(id) {
        for at in reader.changes_by(id, device)? {
            let why = ended.late(id, device, at).and_then(HeldReason::of_fact);
            late.held.extend(why.map(|why| (at, why)));
        }
    }
    if late.held.is_empty() {
        return Ok(late);
    }
    let is_branched = reader.is_branched(id)?;
    let mut needs: HashMap<EntryRef, Vec<EntryRef>> = HashMap::new();
    for stored in reader.all_ready(id)? {
        let all = match is_branched {
            true => meant(reader, &stored)?,
            false => stored.entry.needs,
        };
        needs.insert(stored.at, all);
    }
    let mut asked: Vec<EntryRef> = needs
        .iter()
        .filter(|(at, _)| !late.held.contains_key(at))
        .flat_map(|(_, needs)| needs.iter().copied())
        .collect();
    while let Some(at) = asked.pop() {
        if late.held.remove(&at).is_some() {
            late.needed.insert(at);
            asked.extend(needs.get(&at).into_iter().flatten().copied());
        }
    }
    Ok(late)
}

/// Grows records one after the other, until `tell` wants no more. What others wrote of them is tried
/// in one go before.
pub(super) fn grow(
    office: &Office,
    reader: &Reader<'_>,
    records: &[RecordId],
    mut tell: impl FnMut(Grown) -> bool,
) -> Result<(), Fault> {
    let mut sources = Vec::with_capacity(records.len());
    for id in records {
        sources.push((*id, Source::of(office, reader, *id)?));
    }
    let all = sources.iter().filter_map(|(_, source)| source.as_ref());
    let lost = trial::lost_of(office, all.flat_map(|source| &source.entries));
    for (id, source) in sources {
        let grown = match source {
            Some(source) => source.grow(office, reader, &lost)?,
            None => Grown { id, outcomes: Vec::new(), has_come: true, document: None },
        };
        if !tell(grown) {
            break;
        }
    }
    Ok(())
}

impl Source {
    /// Reads what a record is built of; nothing where it is erased.
    fn of(office: &Office, reader: &Reader<'_>, id: RecordId) -> Result<Option<Self>, Fault> {
        if reader.is_erased(id)? {
            return Ok(None);
        }
        let late = late_of(office, reader, id)?;
        let has_late = !late.held.is_empty() || !late.needed.is_empty();
        let is_branched = reader.is_branched(id)?;
        let mut ready = reader.ready(id)?;
        let is_anew = has_late || is_branched && !ready.is_empty();
        let cached = reader.saved(id)?.filter(|_| !is_anew);
        let record = match cached.and_then(|s| Record::load(id, &s.saved, &s.heads).ok()) {
            Some(record) => record,
            // No cache, or one that is not to be believed: from the beginning. What made the parser
            // fail is not tried again.
            None => {
                ready = reader.all_ready(id)?;
                let poison = reader.held_as(id, &StructureFault::Poison.to_string())?;
                ready.retain(|stored| !poison.contains(&stored.at));
                Record::empty(id)
            }
        };
        let has_come = !ready.is_empty();
        ready.retain(|stored| !late.held.contains_key(&stored.at));
        Ok(Some(Self { record, entries: ready, late, is_branched, has_come }))
    }

    /// Applies what may be applied, but for what no child survived.
    fn grow(
        mut self,
        office: &Office,
        reader: &Reader<'_>,
        lost: &BTreeSet<EntryRef>,
    ) -> Result<Grown, Fault> {
        let mut outcomes: Vec<Outcome> =
            self.late.held.iter().map(|(at, why)| (*at, Err(why.word()))).collect();
        let poison = StructureFault::Poison.to_string();
        self.entries.retain(|stored| {
            let is_lost = lost.contains(&stored.at);
            outcomes.extend(is_lost.then(|| (stored.at, Err(poison.clone()))));
            !is_lost
        });
        if self.is_branched {
            let clashing = branches::clashing(&self.entries);
            self.entries.retain(|stored| !clashing.contains(&stored.at));
            let misplaced = |at| (at, Err(HeldReason::Misplaced.word()));
            outcomes.extend(clashing.into_iter().map(misplaced));
            self.let_wait(reader)?;
        }
        outcomes.extend(self.apply(reader)?);
        let is_there = !self.record.heads().is_empty();
        let id = self.record.id();
        let document = is_there.then(|| Document::of(office, Cow::Owned(self.record)));
        Ok(Grown { id, outcomes, has_come: self.has_come, document })
    }

    /// Leaves out what builds on something that waits itself: where a log forked, an entry is ready as
    /// soon as one of the name that its writer knew is. It is tried again once more has come.
    fn let_wait(&mut self, reader: &Reader<'_>) -> Result<(), Fault> {
        let mut here: HashMap<EntryRef, Vec<EntryRef>> = HashMap::new();
        for stored in &self.entries {
            here.insert(stored.at, meant(reader, stored)?);
        }
        let mut waits = BTreeSet::new();
        for need in here.values().flatten().filter(|need| !here.contains_key(need)) {
            if !reader.is_ready(*need)? {
                waits.insert(*need);
            }
        }
        loop {
            let before = here.len();
            here.retain(|at, needs| {
                let is_waiting = needs.iter().any(|need| waits.contains(need));
                if is_waiting {
                    waits.insert(*at);
                }
                !is_waiting
            });
            if here.len() == before {
                break;
            }
        }
        self.entries.retain(|stored| here.contains_key(&stored.at));
        Ok(())
    }

    /// Applies entries. Where a log forked, an entry may have become ready before the one it means:
    /// what is held is tried again as long as that helps.
    fn apply(&mut self, reader: &Reader<'_>) -> Result<Vec<Outcome>, Fault> {
        let mut outcomes = Vec::with_capacity(self.entries.len());
        let mut applied: HashMap<EntryRef, Hash> = HashMap::new();
        let mut left: Vec<&Stored> = self.entries.iter().collect();
        while !left.is_empty() {
            let verdicts = judge(reader, &mut self.record, &left, (self.is_branched, &applied))?;
            let before = left.len();
            let mut held: Vec<(&Stored, StructureFault)> = Vec::new();
            for (stored, verdict) in left.iter().zip(&verdicts) {
                match verdict {
                    Verdict::Applied(hash) => {
                        applied.insert(stored.at, *hash);
                        outcomes.push((stored.at, Ok(*hash)));
                    }
                    Verdict::Held(fault) => held.push((stored, *fault)),
                }
            }
            left = held.iter().map(|(stored, _)| *stored).collect();
            if self.is_branched && left.len() < before {
                continue;
            }
            for (stored, fault) in held {
                tracing::warn!(log = %stored.at.log, seq = stored.at.seq, %fault, "entry held");
                outcomes.push((stored.at, Err(HeldReason::of_structure(fault).word())));
            }
            break;
        }
        Ok(outcomes)
    }
}

/// What an entry builds on, where logs have forked.
fn meant(reader: &Reader<'_>, stored: &Stored) -> Result<Vec<EntryRef>, Fault> {
    let payload = stored.entry.payload.bytes();
    let mut all = Vec::new();
    for need in &stored.entry.needs {
        all.extend(branches::meant(reader, payload, *need)?);
    }
    Ok(all)
}

/// Judges entries and applies those that pass. Of what was applied a moment ago nothing is written
/// yet.
fn judge(
    reader: &Reader<'_>,
    record: &mut Record,
    entries: &[&Stored],
    (is_branched, applied): (bool, &HashMap<EntryRef, Hash>),
) -> Result<Vec<Verdict>, Fault> {
    let places: HashMap<EntryRef, usize> =
        entries.iter().enumerate().map(|(place, stored)| (stored.at, place)).collect();
    let mut incoming = Vec::with_capacity(entries.len());
    for stored in entries {
        let Some(payload) = stored.entry.payload.bytes() else { continue };
        let all = match is_branched {
            true => meant(reader, stored)?,
            false => stored.entry.needs.clone(),
        };
        let mut needs = Vec::with_capacity(all.len());
        for need in all {
            needs.push(match (places.get(&need), applied.get(&need)) {
                (Some(place), _) => Need::Batch(*place),
                (None, Some(hash)) => Need::Change(*hash),
                (None, None) => reader.change_of_entry(need)?.map_or(Need::Held, Need::Change),
            });
        }
        incoming.push(Incoming { log: stored.written_to, seq: stored.at.seq, needs, payload });
    }
    Ok(record.apply(&incoming))
}
