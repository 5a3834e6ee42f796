//! What the county technician asks: is everything here what the logs say, and is it whole?

use std::collections::{BTreeMap, BTreeSet};

use document::peek;
use domain::id::{DeviceId, LogId, RecordId};
use domain::log::{EntryKind, Hash, Held};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::logs::Stored;
use sync::{branch, excerpt};

use crate::desk::Desk;
use crate::fault::Fault;
use crate::office::Office;
use crate::quarantine::HeldReason;
use crate::{audit, erasure, projector, scrub, sharing};

/// The most differences that are listed.
const LISTED_MAX: usize = 20;

/// The most held entries that are listed.
const HELD_MAX: u32 = 100;

/// What a rebuild found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RebuildReport {
    /// How many rows the projections have.
    pub rows: u64,
    /// Whether the rebuilt ones are the same, row for row.
    pub is_same: bool,
    /// The first rows that differ: `-` as they were, `+` as the logs say.
    pub differences: Vec<String>,
}

/// How the profile is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DoctorReport {
    /// The version of the program.
    pub version: String,
    /// Whether the database file is whole.
    pub is_file_whole: bool,
    /// What SQLite found, if it is not.
    pub file_trouble: Option<String>,
    /// Logs.
    pub logs: u64,
    /// Entries.
    pub entries: u64,
    /// Logs whose chain does not verify against their signatures, each with the number of the entry
    /// that was altered, or of the last one of its run where that cannot be told.
    pub broken_logs: Vec<String>,
    /// Records.
    pub records: u64,
    /// Records whose documents are behind their entries.
    pub behind: u64,
    /// Records that stand in the lists by what another computer lent alone.
    pub lent: u64,
    /// Entries that wait for others. What a further computer of the own unit wrote on a case that
    /// the unit has left is not one: it is passed on, and what it builds on does not come any more.
    pub waiting: u64,
    /// Entries that may not touch their records, with the reason.
    pub held: Vec<String>,
}

/// A rebuild that is only looked at ends by undoing everything it did.
enum Undo {
    Looked(Vec<String>),
    Fault(Fault),
}

impl From<store::StoreError> for Undo {
    fn from(error: store::StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<Fault> for Undo {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Throws all projections away and makes them again from the logs.
fn rebuilt(office: &Office, tx: &mut store::Writer<'_>) -> Result<Vec<String>, Fault> {
    tx.drop_views()?;
    sharing::unpack_all(office, tx)?;
    audit::read_all(tx)?;
    loop {
        let behind = tx.reader().behind(1000)?;
        if behind.is_empty() {
            return Ok(tx.reader().dump_views()?);
        }
        projector::catch_up_some(office, tx, &behind)?;
    }
}

fn compare(before: &[String], after: &[String]) -> RebuildReport {
    let gone = before.iter().filter(|line| after.binary_search(line).is_err());
    let new = after.iter().filter(|line| before.binary_search(line).is_err());
    let differences: Vec<String> = gone
        .map(|line| format!("-{line}"))
        .chain(new.map(|line| format!("+{line}")))
        .take(LISTED_MAX)
        .collect();
    RebuildReport {
        rows: u64::try_from(after.len()).unwrap_or(u64::MAX),
        is_same: before == after,
        differences,
    }
}

/// Makes the projections again from the logs and compares. With `is_check` nothing is changed,
/// whatever is found.
pub(crate) fn rebuild(office: &Office, is_check: bool) -> Result<RebuildReport, Fault> {
    let before = office.store.read(|reader| reader.dump_views())?;
    let after = office.store.write(|tx| -> Result<Vec<String>, Undo> {
        let after = rebuilt(office, tx)?;
        if is_check { Err(Undo::Looked(after)) } else { Ok(after) }
    });
    let after = match after {
        Ok(after) | Err(Undo::Looked(after)) => after,
        Err(Undo::Fault(fault)) => return Err(fault),
    };
    Ok(compare(&before, &after))
}

impl Desk {
    /// Every row of every projection as text, sorted: equal for two machines that hold the same
    /// entries.
    ///
    /// # Errors
    /// The profile is not open, or the database fails.
    pub fn dump_views(&self) -> Result<Vec<String>, Fault> {
        let office = self.office()?;
        Ok(office.store.read(|reader| reader.dump_views())?)
    }

    /// What this device wrote, entry by entry, log by log: the raw changes, for measurements.
    ///
    /// # Errors
    /// The profile is not open, or the database fails.
    pub fn own_entries(&self) -> Result<Vec<Vec<u8>>, Fault> {
        let office = self.office()?;
        office.store.read(|reader| {
            let mut payloads = Vec::new();
            for held in reader.logs_of(office.identity.device)? {
                for range in &held.ranges {
                    let stored = reader.entries(held.log, range.first, range.last)?;
                    let is_change = |s: &Stored| s.entry.kind == EntryKind::CHANGE;
                    let changes = stored.into_iter().filter(is_change);
                    payloads.extend(
                        changes.filter_map(|stored| Some(stored.entry.payload.bytes()?.to_vec())),
                    );
                }
            }
            Ok(payloads)
        })
    }

    /// What is held here: log by log, each stretch with its hashes. What is only quoted is not.
    ///
    /// # Errors
    /// The profile is not open, or the database fails.
    pub fn holdings(&self) -> Result<Vec<Held>, Fault> {
        let office = self.office()?;
        office.store.read(|reader| {
            let mut holdings = Vec::new();
            for (log, _) in reader.log_keys()? {
                holdings.extend(reader.held_of(log)?);
            }
            Ok(holdings)
        })
    }

    /// What this computer believes another to hold, log by log: all that it calls delivered rests
    /// on that.
    ///
    /// # Errors
    /// The profile is not open, or the database fails.
    pub fn believed(&self, device: DeviceId) -> Result<BTreeMap<LogId, Vec<(u64, u64)>>, Fault> {
        let office = self.office()?;
        Ok(office.store.read(|reader| reader.held_by(device))?)
    }

    /// The changes that entries build on which are held for that or wait, and that are not here, by
    /// record: somebody's disk was put back, and they may be nowhere any more.
    ///
    /// # Errors
    /// The profile is not open, or the database fails.
    pub fn lacked_changes(&self) -> Result<BTreeMap<RecordId, BTreeSet<Hash>>, Fault> {
        let here = self.changes()?;
        let office = self.office()?;
        let word = HeldReason::PastMissing.word();
        office.store.read(|reader| {
            let mut lacked: BTreeMap<RecordId, BTreeSet<Hash>> = BTreeMap::new();
            let held = reader.held_back(HELD_MAX)?.into_iter().filter(|(_, _, why)| *why == word);
            let held = held.map(|(at, record, _)| (at, record));
            for (at, record) in held.chain(reader.waiting_entries(HELD_MAX)?) {
                for stored in reader.entries(at.log, at.seq, at.seq)? {
                    let standing = stored.entry.payload.bytes().and_then(peek::standing);
                    let deps = standing.map(|standing| standing.deps).unwrap_or_default();
                    let not_here = deps.into_iter().filter(|dep| !here.contains(dep));
                    lacked.entry(record).or_default().extend(not_here);
                }
            }
            Ok(lacked)
        })
    }

    /// Every change that is here, by its hash, in whatever form: of logs, of their continuations, and
    /// of what carries others.
    ///
    /// # Errors
    /// The profile is not open, or the database fails.
    pub fn changes(&self) -> Result<BTreeSet<Hash>, Fault> {
        let office = self.office()?;
        let roster = office.roster();
        office.store.read(|reader| {
            let mut logs: BTreeSet<LogId> = BTreeSet::new();
            logs.extend(reader.log_keys()?.into_iter().map(|(log, _)| log));
            logs.extend(reader.branches()?.into_values().flatten().map(|link| link.name));
            let mut changes = BTreeSet::new();
            for log in logs {
                for Stored { entry, .. } in reader.entries(log, 1, u64::MAX)? {
                    let Some(bytes) = entry.payload.bytes() else { continue };
                    let excerpt = match entry.kind {
                        EntryKind::CHANGE => {
                            changes.extend(document::change_hash(bytes));
                            continue;
                        }
                        EntryKind::CARRIED => Some(bytes),
                        EntryKind::BRANCH => bytes.get(branch::ANCHOR_BYTES..),
                        _ => None,
                    };
                    let walked = excerpt.and_then(|bytes| excerpt::walk(&roster, bytes).ok());
                    let brought = walked.into_iter().flat_map(|walked| walked.entries);
                    let bytes =
                        brought.filter_map(|(entry, _)| entry.payload.bytes().map(<[u8]>::to_vec));
                    changes.extend(bytes.filter_map(|bytes| document::change_hash(&bytes)));
                }
            }
            Ok(changes)
        })
    }

    /// The cases that this computer's unit left, each as [`Self::dump_views`] names it: what it shows
    /// of them is of that day.
    ///
    /// # Errors
    /// The profile is not open.
    pub fn left_cases(&self) -> Result<BTreeSet<String>, Fault> {
        let office = self.office()?;
        let (unit, ended) = (office.identity.record.unit, office.ended());
        let left = ended.left.keys().filter(|case| ended.has_left(**case, unit));
        let name =
            |case: &RecordId| case.bytes().iter().map(|byte| format!("{byte:02X}")).collect();
        Ok(left.map(name).collect())
    }

    /// Makes the projections again from the logs and compares. With `is_check` nothing is
    /// changed, whatever is found.
    ///
    /// # Errors
    /// The profile is not open, or the database fails.
    pub fn rebuild(&self, is_check: bool) -> Result<RebuildReport, Fault> {
        rebuild(&*self.office()?, is_check)
    }

    /// Looks at all that is stored as it is done beside everything else, but at once: how many
    /// entries, and how many of them are not what was signed.
    ///
    /// # Errors
    /// The profile is not open, or the database fails.
    pub fn scrub(&self) -> Result<(u64, usize), Fault> {
        let office = self.office()?;
        let mut pass = scrub::Pass::new(&office);
        pass.whole(&mut || true)?;
        scrub::tell(&office, &pass.found)?;
        Ok((pass.entries, pass.found.len()))
    }

    /// Whether what goes on beside everything else, as the pass that began when the profile was
    /// opened, is over.
    #[must_use]
    pub fn is_checked(&self) -> bool {
        self.chore_is_over()
    }

    /// Overwrites what pages still hold of what was erased, if anything was, as
    /// [`upkeep`](Desk::upkeep) does beside everything else.
    ///
    /// # Errors
    /// The profile is not open, or the database fails.
    pub fn clear_residue(&self) -> Result<(), Fault> {
        let office = self.office()?;
        if erasure::has_residue(&office) {
            erasure::clear_residue(&office, &|| true)
        } else {
            Ok(())
        }
    }

    /// Checks the seal of every page of the file.
    ///
    /// # Errors
    /// The profile is not open, or pages are damaged.
    pub fn check_pages(&self) -> Result<(), Fault> {
        Ok(self.office()?.store.check_pages()?)
    }

    /// Examines the profile: the file page by page, every chain entry by entry.
    ///
    /// # Errors
    /// The profile is not open, or the database fails.
    pub fn examine(&self) -> Result<DoctorReport, Fault> {
        let office = self.office()?;
        let file_trouble = match office.store.check() {
            Ok(()) => None,
            Err(store::StoreError::Damaged(detail)) => Some(detail),
            Err(error) => return Err(error.into()),
        };
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let (roster, unit) = (office.roster(), office.identity.record.unit);
        office.store.read(|reader| {
            let mut waiting = reader.waiting()?;
            waiting.retain(|space, _| !roster.has_left(*space, unit));
            let keys = reader.log_keys()?;
            let mut broken_logs = Vec::new();
            for (log, _) in &keys {
                if let Some(seq) = scrub::broken_at(&office, reader, *log)? {
                    broken_logs.push(format!("{log}/{seq}"));
                }
            }
            let held = reader.held_back(HELD_MAX)?;
            Ok(DoctorReport {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                is_file_whole: file_trouble.is_none(),
                file_trouble,
                logs: count(keys.len()),
                entries: reader.entry_count()?,
                broken_logs,
                records: count(reader.records()?.len()),
                behind: reader.behind_count()?,
                lent: reader.lent_count()?,
                waiting: waiting.values().sum(),
                held: held
                    .into_iter()
                    .map(|(at, record, why)| format!("{record} {}/{}: {why}", at.log, at.seq))
                    .collect(),
            })
        })
    }
}
