//! Entries of other spaces: what was carried, what still is to be, and their place beside the
//! entries of logs that are held themselves.

use domain::id::{DeviceId, LogId, RecordId, SpaceId};
use domain::log::{Entry, EntryRef, LogKey, Stretch};
use rusqlite::params;

use super::erased::is_same;
use super::{Arrived, Carrier, fixed, integer, number, write_needs};
use crate::database::{Reader, Result, StoreError, Writer};

/// The columns of an entry that carries others, from `log_entry e` and its `log l`.
pub(super) const CARRIER: &str = "l.log_id, e.seq, l.space, l.device, l.epoch, e.doc, e.payload";

pub(super) fn carrier(row: &rusqlite::Row<'_>) -> rusqlite::Result<Carrier> {
    Ok(Carrier {
        at: EntryRef { log: LogId(fixed(row, 0)?), seq: number(row, 1)? },
        key: LogKey {
            space: SpaceId(fixed(row, 2)?),
            device: DeviceId(fixed(row, 3)?),
            epoch: fixed(row, 4)?,
        },
        record: RecordId(fixed(row, 5)?),
        payload: row.get(6)?,
    })
}

impl Reader<'_> {
    /// Entries that carry others and were not unpacked yet.
    ///
    /// # Errors
    /// The database's.
    pub fn carriers(&self, limit: u32) -> Result<Vec<Carrier>> {
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT {CARRIER} FROM log_entry e JOIN log l ON l.id = e.log
             WHERE e.kind = 4 AND e.state = 0 AND e.absent IS NULL ORDER BY e.log, e.seq LIMIT ?1"
        ))?;
        let rows = query.query_map([limit], carrier)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Entries that carried others, in order of log id, after one of them.
    ///
    /// # Errors
    /// The database's.
    pub fn carriers_after(&self, after: Option<EntryRef>, limit: u32) -> Result<Vec<Carrier>> {
        let (log, seq) = after.map_or((Vec::new(), 0), |at| (at.log.bytes().to_vec(), at.seq));
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT {CARRIER} FROM log_entry e JOIN log l ON l.id = e.log
             WHERE e.kind = 4 AND e.kind <> 1 AND e.state = 1
             AND (l.log_id, e.seq) > (?1, ?2) ORDER BY l.log_id, e.seq LIMIT ?3"
        ))?;
        let rows = query.query_map(params![log, integer(seq), limit], carrier)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The entries of a record that stand in other spaces than its home and were not carried there
    /// yet, by log.
    ///
    /// # Errors
    /// The database's.
    pub fn uncarried(&self, record: RecordId, home: SpaceId) -> Result<Vec<EntryRef>> {
        let mut query = self.conn.prepare_cached(
            "SELECT l.log_id, e.seq FROM log_entry e JOIN log l ON l.id = e.log
             WHERE e.doc = ?1 AND e.kind = 1 AND e.ready IS NOT NULL AND e.absent IS NULL
             AND l.space <> ?2
             AND NOT EXISTS (SELECT 1 FROM view_carried c
                             WHERE c.log_id = l.log_id AND c.seq = e.seq AND c.space = ?2)
             ORDER BY l.log_id, e.seq",
        )?;
        let rows = query.query_map(params![record.bytes(), home.bytes()], |row| {
            Ok(EntryRef { log: LogId(fixed(row, 0)?), seq: number(row, 1)? })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// Takes in an entry that was carried into a space: beside those of logs held themselves, but
    /// in no stretch, so that nobody is told the log were held.
    ///
    /// # Errors
    /// [`StoreError::Fork`] where another entry stands in its place. What is erased is not taken.
    pub fn take_carried(
        &mut self,
        key: LogKey,
        at: EntryRef,
        entry: &Entry,
        into: SpaceId,
        now_ms: i64,
    ) -> Result<()> {
        let Some(bytes) = entry.payload.bytes() else { return Ok(()) };
        if self.is_erased_in(entry.doc, key.space)? {
            return Ok(());
        }
        let at = self.branch_with(at, entry)?.unwrap_or(at);
        let id = self.log_row(at.log, key)?;
        match self.is_held_as(at, entry)? {
            Some(false) => return Err(StoreError::Fork),
            Some(true) => {}
            None => self.insert_carried(id, at, (entry, bytes), now_ms)?,
        }
        self.tx
            .prepare_cached(
                "INSERT OR IGNORE INTO view_carried (log_id, seq, space) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![at.log.bytes(), integer(at.seq), into.bytes()])?;
        Ok(())
    }

    pub(super) fn insert_carried(
        &mut self,
        id: i64,
        at: EntryRef,
        (entry, bytes): (&Entry, &[u8]),
        now_ms: i64,
    ) -> Result<()> {
        let mut arrived = Arrived::default();
        let mut flow = self.flow(id)?;
        let mut missing = Vec::new();
        for need in &entry.needs {
            if !matches!(self.arrival(*need)?, Some((true, _))) {
                missing.push(*need);
            }
        }
        self.tx
            .prepare_cached(
                "INSERT INTO log_entry (log, seq, kind, doc, needs, payload, stored_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                id,
                integer(at.seq),
                entry.kind.0,
                entry.doc.bytes(),
                write_needs(&entry.needs),
                bytes,
                now_ms
            ])?;
        self.wait_for(id, at.seq, &missing)?;
        if missing.is_empty() {
            self.make_ready(id, at.seq, &mut flow)?;
            self.note_ready(entry.kind, entry.doc, &mut arrived)?;
            self.wake(at, &mut flow, &mut arrived)?;
        }
        self.release()
    }

    /// Whether the entry held at a place is this one; `None` if none is.
    fn is_held_as(&self, at: EntryRef, entry: &Entry) -> Result<Option<bool>> {
        let stored = self.reader().entries(at.log, at.seq, at.seq)?;
        Ok(stored.first().map(|stored| is_same(&stored.entry, entry)))
    }

    /// Whether entries of a log were carried here, so that some may stand where it has not come.
    pub(super) fn has_carried(&self, log: LogId) -> Result<bool> {
        let mut query = self
            .tx
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM view_carried WHERE log_id = ?1)")?;
        Ok(query.query_row([log.bytes()], |row| row.get(0))?)
    }

    /// Checks that a stretch agrees with what was carried of its log.
    pub(super) fn check_carried(&self, arriving: &Stretch) -> Result<()> {
        for (seq, (entry, _)) in (arriving.first..).zip(&arriving.entries) {
            if self.is_held_as(EntryRef { log: arriving.log, seq }, entry)? == Some(false) {
                return Err(StoreError::Fork);
            }
        }
        Ok(())
    }

    /// Has an entry that carries others unpacked, as if it had just arrived.
    ///
    /// # Errors
    /// The database's.
    pub fn doubt_carrier(&mut self, at: EntryRef) -> Result<()> {
        self.tx
            .prepare_cached(
                "UPDATE log_entry SET state = 0
                 WHERE log = (SELECT id FROM log WHERE log_id = ?1) AND seq = ?2",
            )?
            .execute(params![at.log.bytes(), integer(at.seq)])?;
        Ok(())
    }

    /// Writes down what became of an entry that carries others.
    ///
    /// # Errors
    /// The database's.
    pub fn settle_carrier(
        &mut self,
        at: EntryRef,
        outcome: std::result::Result<(), &str>,
    ) -> Result<()> {
        let (state, held) = match outcome {
            Ok(()) => (1, None),
            Err(reason) => (2, Some(reason)),
        };
        self.tx
            .prepare_cached(
                "UPDATE log_entry SET state = ?3, held = ?4
                 WHERE log = (SELECT id FROM log WHERE log_id = ?1) AND seq = ?2",
            )?
            .execute(params![at.log.bytes(), integer(at.seq), state, held])?;
        Ok(())
    }

    /// Looks once more at the entries that carry others and were held for a reason.
    ///
    /// # Errors
    /// The database's.
    pub fn retry_carriers(&mut self, reason: &str) -> Result<()> {
        self.tx
            .prepare_cached(
                "UPDATE log_entry SET state = 0, held = NULL
                 WHERE state = 2 AND held = ?1 AND kind <> 1",
            )?
            .execute([reason])?;
        Ok(())
    }
}
