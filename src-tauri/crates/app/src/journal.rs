//! Writing: our own entries, in the same transaction as the documents and lists they change.

use std::collections::BTreeSet;

use document::{Edit, Made, Record, binding};
use domain::case::guard::RefusalReason;
use domain::fact::{Body, FACT_BYTES_MAX, Fact, FieldText, RecordKind};
use domain::id::{FactId, LogId, LogTag, RecordId, SpaceId, ulid};
use domain::log::{Entry, EntryKind, EntryRef, Hash, LogKey, NO_RECORD, Range};
use domain::taking::Taking;
use domain::time::{At, Hlc};
use store::Writer;
use sync::chain;
use trust::statement::{Access, Signed, Statement};

use crate::clock::signed;
use crate::fault::Fault;
use crate::office::Office;
use crate::projector::{self, Folded};
use crate::scrub::{self, Altered};
use crate::sharing;

/// Writes into one transaction.
pub(crate) struct Pen<'a, 'tx> {
    pub(crate) office: &'a Office,
    pub(crate) tx: &'a mut Writer<'tx>,
    /// The case that was edited last, as it stands now.
    pub(crate) edited: Option<(Record, Folded)>,
}

/// Names for the facts of one entry, each bound to its place in it.
pub(crate) struct FactIds {
    log: LogId,
    tag: LogTag,
    seq: u64,
    next: u32,
    ms: u64,
}

impl FactIds {
    /// The next name.
    pub(crate) fn next(&mut self) -> FactId {
        let id = FactId {
            log: self.tag,
            ulid: ulid(self.ms, &binding::fact_binding(self.log, self.seq, self.next)),
        };
        self.next = self.next.saturating_add(1);
        self.ms = self.ms.saturating_add(1);
        id
    }
}

/// What is about to be written on a record.
pub(crate) struct Draft {
    pub(crate) ids: FactIds,
    pub(crate) edit: Edit,
    /// The latest time anything in the record was typed.
    pub(crate) seen: Hlc,
}

impl Draft {
    /// Adds a fact.
    pub(crate) fn fact(
        &mut self,
        office: &Office,
        at: At,
        body: Body,
    ) -> Result<(FactId, Fact), Fault> {
        let record = &office.identity.record;
        let fact = Fact {
            at,
            recorded: office.tick(self.seen),
            by: office.user(),
            unit: record.unit,
            body,
            newer: false,
        };
        let id = self.ids.next();
        self.edit.facts.push((id, fact.write()?));
        Ok((id, fact))
    }

    /// Writes a register.
    pub(crate) fn field(
        &mut self,
        office: &Office,
        name: &str,
        value: serde_json::Value,
    ) -> Result<(), Fault> {
        let text = FieldText { value, by: office.user(), recorded: office.tick(self.seen) };
        self.edit.fields.push((name.to_owned(), serde_json::to_string(&text)?));
        Ok(())
    }

    /// Adds a part of what this record says in the place of another.
    pub(crate) fn part(&mut self, part: &Taking) -> Result<FactId, Fault> {
        let json = serde_json::to_string(part)?;
        if json.len() > FACT_BYTES_MAX {
            let (reason, field) = (RefusalReason::TooLong, "case".to_owned());
            return Err(Fault::Refused { reason, field, index: 0 });
        }
        let id = self.ids.next();
        self.edit.facts.push((id, json));
        Ok(id)
    }

    /// Begins a text.
    pub(crate) fn text(&mut self, name: String, words: String) {
        self.edit.new_texts.push((name, words));
    }
}

impl<'a, 'tx> Pen<'a, 'tx> {
    pub(crate) fn new(office: &'a Office, tx: &'a mut Writer<'tx>) -> Self {
        Self { office, tx, edited: None }
    }

    fn log(&self, space: SpaceId) -> Result<(LogId, LogKey), Fault> {
        self.office.own_log(&self.tx.reader(), space)
    }

    /// The last entry of a log of ours and the chain there.
    fn end(&self, log: LogId, key: LogKey) -> Result<(u64, Hash), Fault> {
        let held = self.tx.reader().held_of(log)?;
        let range = held.and_then(|held| held.begun());
        let organisation = self.office.identity.root().organisation();
        Ok(range.map_or_else(|| (0, chain::origin(organisation, key)), |r| (r.last, r.head)))
    }

    pub(crate) fn append(
        &mut self,
        space: SpaceId,
        entry: &Entry,
        change: Option<&Hash>,
    ) -> Result<EntryRef, Fault> {
        let (log, key) = self.log(space)?;
        self.append_to(log, key, entry, change)
    }

    fn append_to(
        &mut self,
        log: LogId,
        key: LogKey,
        entry: &Entry,
        change: Option<&Hash>,
    ) -> Result<EntryRef, Fault> {
        let (last, before) = self.end(log, key)?;
        let seq = last.saturating_add(1);
        let head = chain::link(&before, seq, entry);
        let now = signed(self.office.now_ms());
        self.office.note_writer(log, key);
        let seq = self.tx.append(log, key, entry, change, (before, head), now)?;
        Ok(EntryRef { log, seq })
    }

    /// Appends a note to this device's log of notes for a space.
    pub(crate) fn append_note(
        &mut self,
        space: SpaceId,
        entry: &Entry,
    ) -> Result<(EntryRef, LogKey), Fault> {
        let (log, key) = self.office.own_notes(&self.tx.reader(), space)?;
        Ok((self.append_to(log, key, entry, None)?, key))
    }

    /// The first entry of an epoch that has a predecessor.
    pub(crate) fn checkpoint(&mut self, space: SpaceId, payload: Vec<u8>) -> Result<(), Fault> {
        let kind = EntryKind::CHECKPOINT;
        let payload = payload.into();
        self.append(space, &Entry { kind, doc: NO_RECORD, needs: Vec::new(), payload }, None)?;
        Ok(())
    }

    /// Writes an entry that carries others into a space.
    pub(crate) fn carry(&mut self, home: SpaceId, entry: &Entry) -> Result<(), Fault> {
        let at = self.append(home, entry, None)?;
        Ok(self.tx.doubt_carrier(at)?)
    }

    /// Writes statements into the common space. Without the operational key they are this
    /// device's own word, which counts for the spaces of cases alone.
    pub(crate) fn say(&mut self, common: SpaceId, statements: &[Statement]) -> Result<(), Fault> {
        let identity = &self.office.identity;
        let signer = identity.operational.as_ref().unwrap_or(&identity.secret);
        let organisation = identity.root().organisation();
        for statement in statements {
            let signed = Signed::new(organisation, statement, signer);
            self.say_signed(common, &signed)?;
        }
        self.office.learn(self.tx).map(|_| ())
    }

    /// Writes a statement that is signed already.
    pub(crate) fn say_signed(&mut self, common: SpaceId, signed: &Signed) -> Result<(), Fault> {
        let entry = Entry {
            kind: EntryKind::STATEMENT,
            doc: NO_RECORD,
            needs: Vec::new(),
            payload: signed.to_bytes().into(),
        };
        self.append(common, &entry, None)?;
        Ok(())
    }

    fn draft(&self, log: LogId, key: LogKey, seen: Hlc, latest_ms: u64) -> Result<Draft, Fault> {
        let (last, _) = self.end(log, key)?;
        let ids = FactIds {
            log,
            tag: binding::log_tag(log),
            seq: last.saturating_add(1),
            next: 0,
            // Later than every fact the record holds, so that ids sort as they were written.
            ms: self.office.after(latest_ms),
        };
        Ok(Draft { ids, edit: Edit::default(), seen })
    }

    /// The id the next record begun in a space at a moment will have.
    pub(crate) fn next_record(&self, space: SpaceId, now_ms: u64) -> Result<RecordId, Fault> {
        let (log, key) = self.log(space)?;
        let seq = self.end(log, key)?.0.saturating_add(1);
        Ok(RecordId(ulid(now_ms, &binding::record_binding(log, seq))))
    }

    /// Begins a record in a space.
    pub(crate) fn begin(
        &mut self,
        space: SpaceId,
        kind: RecordKind,
        now_ms: u64,
        write: impl FnOnce(&mut Draft) -> Result<(), Fault>,
    ) -> Result<RecordId, Fault> {
        Ok(self.begin_as(space, kind.code(), kind.texts(), (now_ms, 0), write)?.0)
    }

    /// Begins a record that takes over the facts of another, all of them older than its own. Gives
    /// its name, and the hash of the change that begins it.
    pub(crate) fn begin_heir(
        &mut self,
        space: SpaceId,
        kind: RecordKind,
        latest_ms: u64,
        write: impl FnOnce(&mut Draft) -> Result<(), Fault>,
    ) -> Result<(RecordId, Hash), Fault> {
        let moments = (self.office.now_ms(), latest_ms);
        self.begin_as(space, kind.code(), kind.texts(), moments, write)
    }

    /// Begins a record of a kind by its code, with the texts it begins with, at a moment and after
    /// another.
    pub(crate) fn begin_as(
        &mut self,
        space: SpaceId,
        kind: &str,
        begun: &[&str],
        (now_ms, latest_ms): (u64, u64),
        write: impl FnOnce(&mut Draft) -> Result<(), Fault>,
    ) -> Result<(RecordId, Hash), Fault> {
        self.office.check_user()?;
        let (log, key) = self.log(space)?;
        let mut draft = self.draft(log, key, Hlc::default(), latest_ms)?;
        let id = self.next_record(space, now_ms)?;
        for text in begun {
            draft.text((*text).to_owned(), String::new());
        }
        write(&mut draft)?;
        // A text given by the writer replaces the empty one of the same name.
        let mut texts: Vec<(String, String)> = Vec::new();
        for (name, words) in std::mem::take(&mut draft.edit.new_texts) {
            texts.retain(|(known, _)| *known != name);
            texts.push((name, words));
        }
        draft.edit.new_texts = texts;
        let actor = self.office.actor(log, id.bytes());
        let (record, made) = Record::begin(id, kind, actor, &draft.edit)?;
        let hash = made.hash;
        self.put(space, &record, made)?;
        Ok((id, hash))
    }

    /// Writes on a record, on top of everything that has arrived.
    pub(crate) fn edit(
        &mut self,
        id: RecordId,
        write: impl FnOnce(&mut Self, &Record, &mut Draft) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.office.check_user()?;
        let (space, mut record, seen) = self.open(id)?;
        self.check_known(id)?;
        let (log, key) = self.log(space)?;
        let mut draft = self.draft(log, key, seen, record.latest_fact_ms())?;
        write(self, &record, &mut draft)?;
        let made = record.edit(self.office.actor(log, id.bytes()), &draft.edit)?;
        let folded = self.put(space, &record, made)?;
        self.edited = folded.map(|folded| (record, folded));
        Ok(())
    }

    /// Writes on a record as it stood at a version, beside everything since, whoever sits at the
    /// desk: nobody says anything new. On every way here the same becomes of it. Gives its hash.
    pub(crate) fn say_again(
        &mut self,
        id: RecordId,
        version: &[Hash],
        write: impl FnOnce(&mut Draft) -> Result<(), Fault>,
    ) -> Result<Hash, Fault> {
        let (space, mut record, _) = self.open(id)?;
        let (log, key) = self.log(space)?;
        let office = self.office;
        let mut draft = self.draft(log, key, Hlc::default(), 0)?;
        let made = record.edit_at(office.actor(log, id.bytes()), version, |latest_ms| {
            // Two copies of one computer say their own in one place.
            draft.ids.ms = office.after(latest_ms);
            write(&mut draft)?;
            Ok::<_, Fault>(std::mem::take(&mut draft.edit))
        })?;
        let hash = made.hash;
        self.put(space, &record, made)?;
        Ok(hash)
    }

    /// Rewrites a text as it stood at a version.
    pub(crate) fn edit_text(
        &mut self,
        id: RecordId,
        version: Option<&[Hash]>,
        name: &str,
        words: &str,
    ) -> Result<(), Fault> {
        self.office.check_user()?;
        let (space, mut record, _) = self.open(id)?;
        self.check_known(id)?;
        let (log, _) = self.log(space)?;
        if record.text(name).as_deref() == Some(words) {
            return Ok(());
        }
        let heads = record.heads();
        let made = match version {
            Some(version) if version != heads => {
                record.edit_text_at(self.office.fresh_actor(log), version, name, words)?
            }
            _ => {
                let actor = self.office.actor(log, id.bytes());
                record.edit_text_at(actor, &heads, name, words)?
            }
        };
        self.put(space, &record, made).map(|_| ())
    }

    /// A record with everything that has arrived applied, the space to write on it in, and the
    /// latest time anything in it was typed.
    fn open(&mut self, id: RecordId) -> Result<(SpaceId, Record, Hlc), Fault> {
        let (home, record) = projector::current(self.office, self.tx, id)?;
        let space = self.writable(id, home)?;
        if RecordKind::from_code(&record.kind()).is_none() {
            return Err(Fault::NewerRecord);
        }
        let seen = projector::latest(&record.facts(self.office));
        Ok((space, record, seen))
    }

    /// Refuses to write on a record of which a newer version said what must not be passed over.
    pub(crate) fn check_known(&self, id: RecordId) -> Result<(), Fault> {
        let is_behind = projector::needs_newer(self.office, &self.tx.reader(), id)?;
        if is_behind { Err(Fault::NewerRecord) } else { Ok(()) }
    }

    /// A record with everything that has arrived, and the space to write on it in.
    pub(crate) fn open_all(&mut self, id: RecordId) -> Result<(SpaceId, Record), Fault> {
        let (space, record, _) = self.open(id)?;
        Ok((space, record))
    }

    /// Where this unit writes on a record: in its home, or where it was begun.
    fn writable(&self, id: RecordId, home: SpaceId) -> Result<SpaceId, Fault> {
        let roster = self.office.roster();
        let unit = self.office.identity.record.unit;
        let begun = self.tx.reader().space_of(id)?;
        if roster.has_left(home, unit) {
            return Err(sharing::has_left());
        }
        let may = |space: &SpaceId| roster.access(*space, unit) == Some(Access::Write);
        [Some(home), begun].into_iter().flatten().find(may).ok_or(Fault::NotHere)
    }

    /// The entries that brought some changes of a record, as whoever builds on them names them.
    pub(crate) fn needs_of(
        &self,
        record: RecordId,
        changes: &[Hash],
    ) -> Result<Vec<EntryRef>, Fault> {
        let reader = self.tx.reader();
        let mut needs = BTreeSet::new();
        for change in changes {
            let need = reader.entry_of_change(record, change)?.ok_or(Fault::UnknownVersion)?;
            // By the log it was written to: not everybody who holds the record holds the log, or
            // knows that it forked. Which continuation is meant, the change itself tells.
            let log = reader.root_of(need.log)?.unwrap_or(need.log);
            needs.insert(EntryRef { log, ..need });
        }
        Ok(needs.into_iter().collect())
    }

    /// The last entry that this device wrote to a space.
    pub(crate) fn last(&self, space: SpaceId) -> Result<EntryRef, Fault> {
        let (log, key) = self.log(space)?;
        Ok(EntryRef { log, seq: self.end(log, key)?.0 })
    }

    /// Appends a change of our own and brings the document's lists up to date. Gives the case, if
    /// it is one, as it stands now.
    fn put(
        &mut self,
        space: SpaceId,
        record: &Record,
        made: Made,
    ) -> Result<Option<Folded>, Fault> {
        let entry = Entry {
            kind: EntryKind::CHANGE,
            doc: record.id(),
            needs: self.needs_of(record.id(), &made.deps)?,
            payload: made.payload.into(),
        };
        self.append(space, &entry, Some(&made.hash))?;
        let folded = projector::keep(self.office, self.tx, record)?;
        self.tx.caught_up(record.id())?;
        Ok(folded)
    }
}

/// Closes the runs of our own logs, so that their entries may leave: signed, and witnessed outside
/// the database before anything goes. A run never exceeds `run_bytes_max` of payload.
pub(crate) fn seal(office: &Office, run_bytes_max: usize) -> Result<(), Fault> {
    let limit = run_bytes_max.clamp(1, chain::RUN_BYTES_MAX);
    let logs = office.store.read(|reader| reader.logs_of(office.identity.device))?;
    let mut seen = Vec::new();
    for log in logs {
        let Some(range) = log.begun() else { continue };
        let signed: u64 = office.store.read(|reader| {
            reader.runs(log.log, 0).map(|runs| runs.last().map_or(0, |run| run.last))
        })?;
        if signed < range.last {
            let Some(runs) = close_runs(office, log.log, log.key, signed, &range, limit)? else {
                continue;
            };
            office.store.write(|tx| -> Result<(), Fault> {
                for run in &runs {
                    tx.sign_run(log.log, log.key, run)?;
                }
                Ok(())
            })?;
        }
        seen.push((log.log, range.last, range.head));
    }
    office.witness(&seen)
}

/// The runs that close a log of ours; `None` where its entries are not those its chain tells of.
fn close_runs(
    office: &Office,
    log: LogId,
    key: LogKey,
    after: u64,
    range: &Range,
    limit: usize,
) -> Result<Option<Vec<domain::log::Run>>, Fault> {
    let organisation = office.identity.root().organisation();
    let mut head = match after {
        0 => chain::origin(organisation, key),
        _ => office
            .store
            .read(|reader| reader.head_at(log, after))?
            .ok_or_else(|| Fault::ProfileDamaged { detail: "unsigned chain".into() })?,
    };
    let first = after.saturating_add(1);
    let entries = office.store.read(|reader| reader.entries(log, first, range.last))?;
    let mut runs = Vec::new();
    let (mut bytes, mut count) = (0usize, 0usize);
    let mut open: Option<(u64, Hash)> = None;
    for stored in entries {
        let size = stored.entry.payload.size();
        let is_full = bytes.saturating_add(size) > limit || count >= chain::RUN_ENTRIES_MAX;
        if let (true, Some((seq, head))) = (is_full, open) {
            runs.push(chain::sign_run(&office.identity.secret, log, seq, head));
            (bytes, count) = (0, 0);
        }
        head = chain::link(&head, stored.at.seq, &stored.entry);
        open = Some((stored.at.seq, head));
        bytes = bytes.saturating_add(size);
        count = count.saturating_add(1);
    }
    if let Some((seq, head)) = open {
        runs.push(chain::sign_run(&office.identity.secret, log, seq, head));
    }
    if head == range.head {
        return Ok(Some(runs));
    }
    // Somebody altered what was written and not signed yet: that is never signed.
    let at = EntryRef { log, seq: range.last };
    scrub::tell(office, &[Altered { at, key, record: None }])?;
    Ok(None)
}
