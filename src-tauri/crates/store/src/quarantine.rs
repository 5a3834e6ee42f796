//! What was kept and has no effect: entries that may not touch their documents, and entries of
//! which facts do not count.

use domain::id::{DeviceId, LogId, RecordId};
use domain::log::{EntryKind, EntryRef};
use rusqlite::{OptionalExtension, Row, params};

use crate::database::{Reader, Result, Writer};
use crate::logs::{fixed, integer, number};
use crate::rows::{Table, row};

/// An entry that has no effect, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRow {
    /// Where it stands.
    pub at: EntryRef,
    /// The device that wrote it.
    pub device: DeviceId,
    /// The record it is about.
    pub record: RecordId,
    /// What it is for.
    pub kind: EntryKind,
    /// The word for why; empty where nothing holds it any more.
    pub reason: String,
    /// When it was stored here, in milliseconds since 1970.
    pub stored_ms: i64,
}

/// An entry of a record of which facts do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// Where it stands.
    pub at: EntryRef,
    /// The word for why.
    pub reason: String,
}

/// What both kinds have in common, latest first.
const HELD: &str = "SELECT l.log_id, e.seq, l.device, e.doc, e.kind, e.held, e.stored_ms
     FROM log_entry e JOIN log l ON l.id = e.log WHERE e.state = 2
     UNION ALL
     SELECT l.log_id, e.seq, l.device, r.record, e.kind, r.reason, e.stored_ms
     FROM view_refused r JOIN log l ON l.log_id = r.log_id
     JOIN log_entry e ON e.log = l.id AND e.seq = r.seq";

fn held_row(row: &Row<'_>) -> rusqlite::Result<HeldRow> {
    Ok(HeldRow {
        at: EntryRef { log: LogId(fixed(row, 0)?), seq: number(row, 1)? },
        device: DeviceId(fixed(row, 2)?),
        record: RecordId(fixed(row, 3)?),
        kind: EntryKind(u16::try_from(number(row, 4)?).unwrap_or(u16::MAX)),
        reason: row.get::<_, Option<String>>(5)?.unwrap_or_default(),
        stored_ms: row.get(6)?,
    })
}

impl Reader<'_> {
    /// Entries that have no effect, or not all of it, latest first, at most `limit`.
    ///
    /// # Errors
    /// The database's.
    pub fn quarantine(&self, limit: u32) -> Result<Vec<HeldRow>> {
        let mut query =
            self.conn.prepare_cached(&format!("{HELD} ORDER BY 7 DESC, 1, 2 DESC LIMIT ?1"))?;
        Ok(query.query_map([limit], held_row)?.collect::<rusqlite::Result<_>>()?)
    }

    /// How many such entries there are.
    ///
    /// # Errors
    /// The database's.
    pub fn quarantine_count(&self) -> Result<u64> {
        let mut query = self.conn.prepare_cached(
            "SELECT (SELECT count(*) FROM log_entry WHERE state = 2)
                  + (SELECT count(*) FROM view_refused)",
        )?;
        Ok(query.query_row([], |row| number(row, 0))?)
    }

    /// One entry, whatever became of it, with why it has no effect.
    ///
    /// # Errors
    /// The database's.
    pub fn quarantined(&self, at: EntryRef) -> Result<Option<HeldRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT l.log_id, e.seq, l.device, e.doc, e.kind,
             CASE e.state WHEN 2 THEN e.held ELSE r.reason END, e.stored_ms
             FROM log l JOIN log_entry e ON e.log = l.id
             LEFT JOIN view_refused r ON r.record = e.doc AND r.log_id = l.log_id AND r.seq = e.seq
             WHERE l.log_id = ?1 AND e.seq = ?2",
        )?;
        Ok(query.query_row(params![at.log.bytes(), integer(at.seq)], held_row).optional()?)
    }
}

const REFUSED: Table =
    Table { name: "view_refused", of: "record", keys: &["log_id", "seq"], columns: &["reason"] };

impl Writer<'_> {
    /// Writes which entries of a record hold facts that do not count, instead of those it had
    /// before. Of two words about one entry the first counts.
    ///
    /// # Errors
    /// The database's.
    pub fn put_refused(&mut self, record: RecordId, rows: &[RefusedRow]) -> Result<()> {
        let refused = |refused: &RefusedRow| {
            row(params![refused.at.log.bytes(), integer(refused.at.seq), refused.reason])
        };
        let rows = rows.iter().rev().map(refused).collect::<Result<Vec<_>>>()?;
        self.put_rows(&REFUSED, record.bytes(), rows)
    }
}
