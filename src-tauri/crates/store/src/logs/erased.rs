//! What is erased: entries whose payload is gone, of which only what the chain says of it is left,
//! and the records of which no payload is ever stored again.

use std::borrow::Cow;
use std::collections::BTreeSet;

use domain::id::{DeviceId, LogId, RecordId, SpaceId};
use domain::log::{Entry, EntryRef, Imprint, Payload, Stretch};
use rusqlite::params;

use super::arriving::Flow;
use super::{Arrived, fixed, integer, number};
use crate::database::{Reader, Result, Writer};

/// The state of an entry whose payload is gone.
pub(super) const ERASED: i64 = 3;

/// The bytes in which an imprint rests: the length, then the hash.
const IMPRINT_BYTES: usize = 40;

/// What is left of bytes, as the chain hashes them.
fn imprint_of(bytes: &[u8]) -> Imprint {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    Imprint { length, hash: *blake3::hash(bytes).as_bytes() }
}

fn imprint(payload: &Payload) -> Imprint {
    match payload {
        Payload::Whole(bytes) => imprint_of(bytes),
        Payload::Absent(imprint) => *imprint,
    }
}

/// Whether two entries are one for the chain, whether or not their payloads are there.
pub(super) fn is_same(a: &Entry, b: &Entry) -> bool {
    (a.kind, a.doc, &a.needs) == (b.kind, b.doc, &b.needs)
        && (a.payload == b.payload
            || (a.payload.is_absent() || b.payload.is_absent())
                && imprint(&a.payload) == imprint(&b.payload))
}

/// What rests in the database instead of a payload that is gone.
pub(super) fn write_imprint(payload: &Payload) -> Option<Vec<u8>> {
    match payload {
        Payload::Whole(_) => None,
        Payload::Absent(Imprint { length, hash }) => {
            let mut bytes = Vec::with_capacity(IMPRINT_BYTES);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(hash);
            Some(bytes)
        }
    }
}

/// Reads what [`write_imprint`] wrote; damaged bytes give an imprint that no chain agrees with.
pub(super) fn read_imprint(bytes: &[u8]) -> Imprint {
    let length = bytes.first_chunk::<8>().copied().map_or(0, u64::from_be_bytes);
    let hash = bytes.last_chunk::<32>().copied().unwrap_or_default();
    Imprint { length, hash }
}

/// An entry of an erased record, as it is found in the database.
struct Found {
    log: i64,
    at: EntryRef,
    bytes: Vec<u8>,
    is_in_stretch: bool,
}

impl Reader<'_> {
    /// The records that are erased here.
    ///
    /// # Errors
    /// The database's.
    pub fn erased(&self) -> Result<BTreeSet<RecordId>> {
        let mut query = self.conn.prepare_cached("SELECT record FROM log_erased")?;
        let rows = query.query_map([], |row| Ok(RecordId(fixed(row, 0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether a record is erased here. What stands in the common space never is.
    ///
    /// # Errors
    /// The database's.
    pub fn is_erased(&self, record: RecordId) -> Result<bool> {
        let mut query = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM log_erased WHERE record = ?1)
             AND NOT EXISTS (SELECT 1 FROM log_entry WHERE doc = ?1 AND absent IS NULL)",
        )?;
        Ok(query.query_row([record.bytes()], |row| row.get(0))?)
    }

    /// The spaces in whose logs entries of a record stand, with or without their payloads.
    ///
    /// # Errors
    /// The database's.
    pub fn spaces_with(&self, record: RecordId) -> Result<BTreeSet<SpaceId>> {
        let mut query = self.conn.prepare_cached(
            "SELECT DISTINCT l.space FROM log_entry e JOIN log l ON l.id = e.log WHERE e.doc = ?1",
        )?;
        let rows = query.query_map([record.bytes()], |row| Ok(SpaceId(fixed(row, 0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The places of the entries of a record, with or without their payloads, by log.
    ///
    /// # Errors
    /// The database's.
    pub fn places_of(&self, record: RecordId) -> Result<Vec<EntryRef>> {
        let mut query = self.conn.prepare_cached(
            "SELECT l.log_id, e.seq FROM log_entry e JOIN log l ON l.id = e.log
             WHERE e.doc = ?1 ORDER BY l.log_id, e.seq",
        )?;
        let rows = query.query_map([record.bytes()], |row| {
            Ok(EntryRef { log: LogId(fixed(row, 0)?), seq: number(row, 1)? })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether a device said that it holds an entry.
    ///
    /// # Errors
    /// The database's.
    pub fn is_held_by(&self, device: DeviceId, at: EntryRef) -> Result<bool> {
        let mut query = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM local_held_by
             WHERE device = ?1 AND log_id = ?2 AND first_seq <= ?3 AND last_seq >= ?3)",
        )?;
        let seq = integer(at.seq);
        Ok(query.query_row(params![device.bytes(), at.log.bytes(), seq], |row| row.get(0))?)
    }
}

impl Writer<'_> {
    /// Whether nothing of a record is stored in a space.
    pub(super) fn is_erased_in(&self, record: RecordId, space: SpaceId) -> Result<bool> {
        let mut query = self.tx.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM log_erased WHERE record = ?1 AND common <> ?2)",
        )?;
        Ok(query.query_row(params![record.bytes(), space.bytes()], |row| row.get(0))?)
    }

    /// A stretch as it may be stored: without the payloads of erased records.
    pub(super) fn without_erased<'s>(&self, arriving: &'s Stretch) -> Result<Cow<'s, Stretch>> {
        let mut kept = Cow::Borrowed(arriving);
        let is_any: bool = self
            .tx
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM log_erased)")?
            .query_row([], |row| row.get(0))?;
        if !is_any {
            return Ok(kept);
        }
        for (at, (entry, _)) in arriving.entries.iter().enumerate() {
            let Some(bytes) = entry.payload.bytes() else { continue };
            if self.is_erased_in(entry.doc, arriving.key.space)?
                && let Some((entry, _)) = kept.to_mut().entries.get_mut(at)
            {
                entry.payload = Payload::Absent(imprint_of(bytes));
            }
        }
        Ok(kept)
    }

    /// Erases a record: the payloads of its entries in every log but those of the common space,
    /// its rows in every list, what it waited for, and from now on whatever comes of it. Its
    /// numbers stay taken.
    ///
    /// # Errors
    /// The database's.
    pub fn erase(&mut self, record: RecordId, common: SpaceId, numbers: &[String]) -> Result<()> {
        self.tx
            .prepare_cached("INSERT OR IGNORE INTO log_erased (record, common) VALUES (?1, ?2)")?
            .execute(params![record.bytes(), common.bytes()])?;
        for number in numbers {
            self.tx
                .prepare_cached(
                    "INSERT OR IGNORE INTO log_erased_number (number, record) VALUES (?1, ?2)",
                )?
                .execute(params![number, record.bytes()])?;
        }
        let found = self.whole_entries(record, common)?;
        for entry in &found {
            self.drop_payload(entry)?;
        }
        if self.reader().is_erased(record)? {
            self.unlist(record)?;
            self.caught_up(record)?;
        }
        self.wake_all(&found)?;
        self.release()
    }

    /// Merges the index of words into one piece: of what was taken out of it only marks are left
    /// until then, beside the words. Takes the longer the more there is.
    ///
    /// # Errors
    /// The database's.
    pub fn tidy_search(&mut self) -> Result<()> {
        self.write_words()?;
        self.tx.execute("INSERT INTO view_search (view_search) VALUES ('optimize')", [])?;
        Ok(())
    }

    fn whole_entries(&self, record: RecordId, common: SpaceId) -> Result<Vec<Found>> {
        let mut query = self.tx.prepare_cached(
            "SELECT e.log, l.log_id, e.seq, e.payload,
                    EXISTS (SELECT 1 FROM log_range r
                            WHERE r.log = e.log AND e.seq BETWEEN r.first_seq AND r.last_seq)
             FROM log_entry e JOIN log l ON l.id = e.log
             WHERE e.doc = ?1 AND e.absent IS NULL AND l.space <> ?2 ORDER BY e.log, e.seq",
        )?;
        let rows = query.query_map(params![record.bytes(), common.bytes()], |row| {
            Ok(Found {
                log: row.get(0)?,
                at: EntryRef { log: LogId(fixed(row, 1)?), seq: number(row, 2)? },
                bytes: row.get(3)?,
                is_in_stretch: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Drops the bytes of one entry. What only a carrying entry brought goes whole, as it would
    /// never have come had the erasure been known.
    fn drop_payload(&mut self, found: &Found) -> Result<()> {
        let place = params![found.log, integer(found.at.seq)];
        self.tx
            .prepare_cached("DELETE FROM log_waiting WHERE log = ?1 AND seq = ?2")?
            .execute(place)?;
        self.tx
            .prepare_cached("DELETE FROM view_carried WHERE log_id = ?1 AND seq = ?2")?
            .execute(params![found.at.log.bytes(), integer(found.at.seq)])?;
        if !found.is_in_stretch {
            self.tx
                .prepare_cached("DELETE FROM log_entry WHERE log = ?1 AND seq = ?2")?
                .execute(place)?;
            return Ok(());
        }
        let known = write_imprint(&Payload::Absent(imprint_of(&found.bytes)));
        self.tx
            .prepare_cached(
                "UPDATE log_entry SET payload = x'', change = NULL, held = NULL, state = ?3,
                 absent = ?4 WHERE log = ?1 AND seq = ?2",
            )?
            .execute(params![found.log, integer(found.at.seq), ERASED, known])?;
        Ok(())
    }

    /// Makes ready what waited and waits no more, with whatever waited for it.
    fn wake_all(&mut self, found: &[Found]) -> Result<()> {
        let mut arrived = Arrived::default();
        for entry in found.iter().filter(|entry| entry.is_in_stretch) {
            if self.arrival(entry.at)?.is_some_and(|(is_ready, _)| is_ready) {
                continue;
            }
            let mut flow: Flow = self.flow(entry.log)?;
            self.make_ready(entry.log, entry.at.seq, &mut flow)?;
            self.wake(entry.at, &mut flow, &mut arrived)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
