//! Whether what is stored is still what was signed: chains are computed again and compared with the
//! signatures over them, a run at a time, beside everything else that goes on.
//!
//! It begins when the profile is opened, with the newest run of every log, and then goes through all
//! of them; where it was stopped the next one goes on. What it finds is an alarm on the screen and a
//! note in the signed log, which the township reads at the next meeting.

use std::time::Duration;

use domain::id::{LogId, RecordId};
use domain::log::{EntryKind, EntryRef, Held, LogKey, Range};
use serde::{Deserialize, Serialize};
use store::Reader;
use store::logs::Stored;
use sync::chain;
use trust::key::PublicKey;

use crate::alarms;
use crate::attachments;
use crate::clock::signed;
use crate::fault::Fault;
use crate::office::Office;
use crate::progress::{Event, Listener};
use crate::sharing;
use crate::topic::Topic;

/// Where the last pass was stopped.
const STOPPED_AT: &str = "scrub/at";

/// When every page of the file was last looked at, in milliseconds since 1970.
const PAGES: &str = "scrub/pages";

/// How often every page of the file is looked at: once a week, since that reads all of it.
const PAGES_EVERY_MS: u64 = 7 * 24 * 60 * 60 * 1000;

/// A pause after each run, so that whoever works here does not notice.
const PAUSE: Duration = Duration::from_millis(1);

/// How many carrying entries are compared in one go.
const CARRIERS: u32 = 4;

/// An entry that is not what was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Altered {
    /// Where it stands, or the end of the run in which it stands.
    pub(crate) at: EntryRef,
    /// Whose log that is.
    pub(crate) key: LogKey,
    /// The record it is about, where that could be told.
    pub(crate) record: Option<RecordId>,
}

/// A piece of a log that was looked at.
struct Piece {
    /// Its last entry.
    until: u64,
    entries: u64,
    altered: Option<Altered>,
}

/// Looks at the run after an entry of a log; `None` where nothing comes after it.
fn piece(
    office: &Office,
    reader: &Reader<'_>,
    log: LogId,
    after: u64,
) -> Result<Option<Piece>, Fault> {
    let Some(held) = reader.held_of(log)? else { return Ok(None) };
    let Some(range) = held.ranges.iter().find(|range| range.last > after) else { return Ok(None) };
    let known = match after.saturating_add(1) > range.first {
        true => reader.head_at(log, after)?,
        false => None,
    };
    // Without a signed point to begin from, from the beginning of the stretch.
    let (first, before) =
        known.map_or((range.first, range.before), |head| (after.saturating_add(1), head));
    let run = reader.next_run(log, first)?.filter(|run| run.last <= range.last);
    let until = run.as_ref().map_or(range.last, |run| run.last);
    let stored = reader.entries(log, first, until)?;
    let mut head = before;
    for one in &stored {
        head = chain::link(&head, one.at.seq, &one.entry);
    }
    let count = u64::try_from(stored.len()).unwrap_or(u64::MAX);
    let is_all_there = count == until.saturating_sub(first).saturating_add(1);
    let is_signed = run.is_none_or(|run| {
        let key = key_of(office, &held);
        run.head == head && key.is_some_and(|key| chain::verify_run(key, log, &run).is_ok())
    });
    let ends_well = until != range.last || head == range.head;
    let begins_well = begins_as_it_must(office, &held, range, first);
    let is_sound = is_all_there && is_signed && ends_well && begins_well;
    let altered = if is_sound { None } else { Some(culprit(reader, &held, &stored, until)?) };
    Ok(Some(Piece { until, entries: count, altered }))
}

fn begins_as_it_must(office: &Office, held: &Held, range: &Range, first: u64) -> bool {
    let organisation = office.roster().organisation();
    first > 1 || range.before == chain::origin(organisation, held.key)
}

fn key_of(office: &Office, held: &Held) -> Option<PublicKey> {
    if held.key.device == office.identity.device {
        return Some(office.identity.secret.public());
    }
    office.roster().device(held.key.device).map(|device| PublicKey(device.key))
}

/// Which entry of a run is not what it was: the one whose change is not the one it brought, where
/// that can be told.
fn culprit(
    reader: &Reader<'_>,
    held: &Held,
    stored: &[Stored],
    until: u64,
) -> Result<Altered, Fault> {
    for one in stored.iter().filter(|one| one.entry.kind == EntryKind::CHANGE) {
        // Of what was erased the chain alone tells.
        let Some(bytes) = one.entry.payload.bytes() else { continue };
        let brought = reader.change_of_entry(one.at)?;
        if brought.is_some_and(|hash| document::change_hash(bytes) != Some(hash)) {
            return Ok(Altered { at: one.at, key: held.key, record: Some(one.entry.doc) });
        }
    }
    Ok(Altered { at: EntryRef { log: held.log, seq: until }, key: held.key, record: None })
}

/// The first entry of a log that is not what was signed: the doctor's question.
pub(crate) fn broken_at(
    office: &Office,
    reader: &Reader<'_>,
    log: LogId,
) -> Result<Option<u64>, Fault> {
    let mut after = 0;
    while let Some(found) = piece(office, reader, log, after)? {
        if let Some(altered) = found.altered {
            return Ok(Some(altered.at.seq));
        }
        after = found.until;
    }
    Ok(None)
}

/// Where a pass was stopped.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct StoppedAt {
    log: LogId,
    after: u64,
}

/// One pass over everything.
pub(crate) struct Pass<'a> {
    office: &'a Office,
    /// How many entries it looked at.
    pub(crate) entries: u64,
    /// What it found.
    pub(crate) found: Vec<Altered>,
}

impl<'a> Pass<'a> {
    pub(crate) const fn new(office: &'a Office) -> Self {
        Self { office, entries: 0, found: Vec::new() }
    }

    /// Looks at one piece and remembers what is wrong with it; gives where it ended.
    fn look(&mut self, log: LogId, after: u64) -> Result<Option<u64>, Fault> {
        let office = self.office;
        let Some(piece) = office.store.read(|reader| piece(office, reader, log, after))? else {
            return Ok(None);
        };
        self.entries = self.entries.saturating_add(piece.entries);
        self.found.extend(piece.altered);
        Ok(Some(piece.until))
    }

    /// The newest run of every log.
    pub(crate) fn newest(&mut self, goes_on: &mut dyn FnMut() -> bool) -> Result<(), Fault> {
        let logs = self.office.store.read(|reader| reader.log_keys())?;
        for (log, _) in logs {
            let mut after = self.office.store.read(|reader| reader.run_before_last(log))?;
            while let Some(until) = self.look(log, after)? {
                after = until;
                if !goes_on() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Everything, from where the last pass was stopped and round to there.
    pub(crate) fn whole(&mut self, goes_on: &mut dyn FnMut() -> bool) -> Result<(), Fault> {
        let office = self.office;
        let (mut logs, stopped) = office.store.read(|reader| -> Result<_, Fault> {
            let bytes = reader.value(STOPPED_AT)?;
            let at = bytes.and_then(|bytes| serde_json::from_slice::<StoppedAt>(&bytes).ok());
            Ok((reader.log_keys()?, at))
        })?;
        let begins = stopped.and_then(|at| logs.iter().position(|(log, _)| *log == at.log));
        logs.rotate_left(begins.unwrap_or(0));
        let skipped = stopped.filter(|_| begins.is_some()).map_or(0, |at| at.after);
        for (place, (log, _)) in logs.iter().enumerate() {
            let mut after = if place == 0 { skipped } else { 0 };
            while let Some(until) = self.look(*log, after)? {
                after = until;
                if !goes_on() {
                    return self.stop(StoppedAt { log: *log, after });
                }
            }
        }
        // What was passed over of the first log at the beginning.
        if let Some((log, _)) = logs.first().filter(|_| skipped > 0) {
            let mut after = 0;
            while after < skipped
                && let Some(until) = self.look(*log, after)?
            {
                after = until;
                if !goes_on() {
                    return self.stop(StoppedAt { log: *log, after });
                }
            }
        }
        self.carried(goes_on)?;
        match stopped {
            Some(_) => office.store.write(|tx| Ok(tx.clear_value(STOPPED_AT)?)),
            None => Ok(()),
        }
    }

    fn stop(&self, at: StoppedAt) -> Result<(), Fault> {
        let bytes = serde_json::to_vec(&at)?;
        self.office.store.write(|tx| Ok(tx.set_value(STOPPED_AT, &bytes)?))
    }

    /// What was carried here, against the entries that carried it.
    fn carried(&mut self, goes_on: &mut dyn FnMut() -> bool) -> Result<(), Fault> {
        let office = self.office;
        let roster = office.roster();
        let mut after = None;
        loop {
            let carriers = office.store.read(|reader| reader.carriers_after(after, CARRIERS))?;
            let Some(last) = carriers.last() else { return Ok(()) };
            after = Some(last.at);
            for carrier in &carriers {
                let Ok(proved) = sharing::unpack(&roster, carrier) else { continue };
                for (at, entry) in &proved.entries {
                    let stored =
                        office.store.read(|reader| reader.entries(at.log, at.seq, at.seq))?;
                    self.entries = self.entries.saturating_add(1);
                    // What was erased here may still stand in what carried it.
                    let differs =
                        |one: &Stored| !one.entry.payload.is_absent() && one.entry != *entry;
                    if stored.iter().any(differs) {
                        let record = Some(carrier.record);
                        self.found.push(Altered { at: *at, key: proved.key, record });
                    }
                }
            }
            if !goes_on() {
                return Ok(());
            }
        }
    }
}

/// Tells of what a pass found: an alarm here, a note for the township. Each is told once.
pub(crate) fn tell(office: &Office, found: &[Altered]) -> Result<bool, Fault> {
    let mut has_told = false;
    for altered in found {
        if !alarms::altered(office, altered)? {
            continue;
        }
        has_told = true;
        let EntryRef { log, seq } = altered.at;
        tracing::error!(%log, seq, "a stored entry is not what was signed");
    }
    Ok(has_told)
}

/// Looks at every page of the file, and at the bytes of attachments, where that was not done for a
/// week.
fn pages(office: &Office) -> Result<bool, Fault> {
    let now = office.now_ms();
    let last = office.store.read(|reader| reader.value(PAGES))?;
    let last = last.and_then(|bytes| bytes.try_into().ok().map(u64::from_be_bytes)).unwrap_or(0);
    if now.saturating_sub(last) < PAGES_EVERY_MS {
        return Ok(false);
    }
    let has_told = match office.store.check_pages() {
        Ok(()) => false,
        Err(store::StoreError::Damaged(detail)) => damaged(office, &detail)?,
        Err(error) => return Err(error.into()),
    };
    attachments::look(office)?;
    office
        .store
        .write(|tx| -> Result<(), Fault> { Ok(tx.set_value(PAGES, &now.to_be_bytes())?) })?;
    Ok(has_told)
}

/// A pass beside everything else, until it is done or `goes_on` says no.
pub(crate) fn beside(office: &Office, listener: Option<&Listener>, goes_on: &dyn Fn() -> bool) {
    let mut goes_on = || {
        std::thread::sleep(PAUSE);
        goes_on()
    };
    match run(office, &mut goes_on) {
        Ok(true) => {
            if let Some(listener) = listener {
                listener(Event::Changed { topics: vec![Topic::Roster, Topic::Audit] });
            }
        }
        Ok(false) => {}
        Err(error) => tracing::error!(%error, "what is stored could not be checked"),
    }
}

/// One pass; a page that cannot be read is found, too.
fn run(office: &Office, goes_on: &mut dyn FnMut() -> bool) -> Result<bool, Fault> {
    match check(office, goes_on) {
        Err(Fault::ProfileDamaged { detail }) => damaged(office, &detail),
        told => told,
    }
}

/// Tells of damaged pages; says whether that is new.
fn damaged(office: &Office, detail: &str) -> Result<bool, Fault> {
    tracing::error!(detail, "pages of the database are damaged");
    alarms::damaged(office)
}

fn check(office: &Office, goes_on: &mut dyn FnMut() -> bool) -> Result<bool, Fault> {
    let began = signed(office.now_ms());
    let mut pass = Pass::new(office);
    pass.newest(goes_on)?;
    let mut has_told = tell(office, &pass.found)?;
    pass.whole(goes_on)?;
    has_told |= tell(office, &pass.found)?;
    if goes_on() {
        has_told |= pages(office)?;
    }
    let took_ms = signed(office.now_ms()).saturating_sub(began);
    tracing::info!(entries = pass.entries, took_ms, "what is stored was checked");
    Ok(has_told)
}
