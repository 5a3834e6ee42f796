//! What is held of each log, and its entries one by one.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{DeviceId, LogId, RecordId, SpaceId};
use domain::log::{Entry, EntryKind, EntryRef, Hash, Held, LogKey, Payload, Range, Run};
use rusqlite::{OptionalExtension, Row, params};

use super::erased::read_imprint;
use super::{Kept, Stored, Undelivered, fixed, integer, number, read_needs};
use crate::database::{Reader, Result};

const STORED: &str = "l.log_id, e.seq, e.kind, e.doc, e.needs, e.payload, e.stored_ms,
     e.position, e.absent, coalesce(b.root, l.log_id) FROM log_entry e JOIN log l ON l.id = e.log
     LEFT JOIN log_branch b ON b.log = e.log";

/// Logs that are no names of branches' entries.
const NO_BRANCH: &str = "NOT EXISTS (SELECT 1 FROM log_branch b WHERE b.log = log.id)";

impl Reader<'_> {
    /// What is held of the logs of some spaces, in order of log id.
    ///
    /// # Errors
    /// The database's.
    pub fn held(&self, spaces: &BTreeSet<SpaceId>) -> Result<Vec<Held>> {
        let mut all = Vec::new();
        for space in spaces {
            let mut query = self.conn.prepare_cached(&format!(
                "SELECT id, log_id, space, device, epoch, released_seq FROM log
                 WHERE space = ?1 AND {NO_BRANCH}"
            ))?;
            let rows =
                query.query_map([space.bytes()], |row| Ok((row.get::<_, i64>(0)?, held(row)?)))?;
            for row in rows {
                let (id, mut log) = row?;
                log.ranges = self.ranges(id)?;
                all.push(log);
            }
        }
        all.sort_by_key(|log| log.log);
        Ok(all)
    }

    /// What is held of one log.
    ///
    /// # Errors
    /// The database's.
    pub fn held_of(&self, log: LogId) -> Result<Option<Held>> {
        let mut query = self.conn.prepare_cached(
            "SELECT id, log_id, space, device, epoch, released_seq FROM log WHERE log_id = ?1",
        )?;
        let found = query
            .query_row([log.bytes()], |row| Ok((row.get::<_, i64>(0)?, held(row)?)))
            .optional()?;
        match found {
            Some((id, mut log)) => {
                log.ranges = self.ranges(id)?;
                Ok(Some(log))
            }
            None => Ok(None),
        }
    }

    pub(super) fn ranges(&self, id: i64) -> Result<Vec<Range>> {
        let mut query = self.conn.prepare_cached(
            "SELECT first_seq, last_seq, before, head FROM log_range WHERE log = ?1
             ORDER BY first_seq",
        )?;
        let rows = query.query_map([id], |row| {
            Ok(Range {
                first: number(row, 0)?,
                last: number(row, 1)?,
                before: fixed(row, 2)?,
                head: fixed(row, 3)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The logs of one device, in order of space.
    ///
    /// # Errors
    /// The database's.
    pub fn logs_of(&self, device: DeviceId) -> Result<Vec<Held>> {
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT id, log_id, space, device, epoch, released_seq FROM log
             WHERE device = ?1 AND {NO_BRANCH} ORDER BY space, id"
        ))?;
        let rows = query
            .query_map([device.bytes()], |row| Ok((row.get::<_, i64>(0)?, held(row)?)))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        rows.into_iter()
            .map(|(id, mut log)| {
                log.ranges = self.ranges(id)?;
                Ok(log)
            })
            .collect()
    }

    /// Every log there is.
    ///
    /// # Errors
    /// The database's.
    pub fn log_keys(&self) -> Result<Vec<(LogId, LogKey)>> {
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT id, log_id, space, device, epoch, released_seq FROM log
             WHERE {NO_BRANCH} ORDER BY id"
        ))?;
        let rows = query.query_map([], |row| held(row).map(|held| (held.log, held.key)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The signed points of a log after an entry, in order.
    ///
    /// # Errors
    /// The database's.
    pub fn runs(&self, log: LogId, after: u64) -> Result<Vec<Run>> {
        let mut query = self.conn.prepare_cached(
            "SELECT r.last_seq, r.head, r.signature FROM log_run r JOIN log l ON l.id = r.log
             WHERE l.log_id = ?1 AND r.last_seq > ?2 ORDER BY r.last_seq",
        )?;
        let rows = query.query_map(params![log.bytes(), integer(after)], |row| {
            Ok(Run { last: number(row, 0)?, head: fixed(row, 1)?, signature: fixed(row, 2)? })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The signed point of a log that closes the run of an entry.
    ///
    /// # Errors
    /// The database's.
    pub fn next_run(&self, log: LogId, seq: u64) -> Result<Option<Run>> {
        let mut query = self.conn.prepare_cached(
            "SELECT r.last_seq, r.head, r.signature FROM log_run r JOIN log l ON l.id = r.log
             WHERE l.log_id = ?1 AND r.last_seq >= ?2 ORDER BY r.last_seq LIMIT 1",
        )?;
        Ok(query
            .query_row(params![log.bytes(), integer(seq)], |row| {
                Ok(Run { last: number(row, 0)?, head: fixed(row, 1)?, signature: fixed(row, 2)? })
            })
            .optional()?)
    }

    /// The last signed point but one of a log; 0 where there are fewer than two.
    ///
    /// # Errors
    /// The database's.
    pub fn run_before_last(&self, log: LogId) -> Result<u64> {
        let mut query = self.conn.prepare_cached(
            "SELECT r.last_seq FROM log_run r JOIN log l ON l.id = r.log
             WHERE l.log_id = ?1 ORDER BY r.last_seq DESC LIMIT 1 OFFSET 1",
        )?;
        Ok(query.query_row([log.bytes()], |row| number(row, 0)).optional()?.unwrap_or(0))
    }

    /// The chain at a signed point of a log.
    ///
    /// # Errors
    /// The database's.
    pub fn head_at(&self, log: LogId, seq: u64) -> Result<Option<Hash>> {
        let mut query = self.conn.prepare_cached(
            "SELECT r.head FROM log_run r JOIN log l ON l.id = r.log
             WHERE l.log_id = ?1 AND r.last_seq = ?2",
        )?;
        Ok(query.query_row(params![log.bytes(), integer(seq)], |row| fixed(row, 0)).optional()?)
    }

    /// The entries of a stretch of a log, in order.
    ///
    /// # Errors
    /// The database's.
    pub fn entries(&self, log: LogId, first: u64, last: u64) -> Result<Vec<Stored>> {
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT {STORED} WHERE l.log_id = ?1 AND e.seq BETWEEN ?2 AND ?3 ORDER BY e.seq"
        ))?;
        let rows = query.query_map(params![log.bytes(), integer(first), integer(last)], stored)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The position of what came last; zero where nothing is.
    ///
    /// # Errors
    /// The database's.
    pub fn last_position(&self) -> Result<u64> {
        let sql = "SELECT coalesce(max(position), 0) FROM log_entry WHERE position IS NOT NULL";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| number(row, 0))?)
    }

    /// The place of an entry in the order in which entries may be passed on.
    ///
    /// # Errors
    /// The database's.
    pub fn position(&self, at: EntryRef) -> Result<Option<u64>> {
        let mut query = self.conn.prepare_cached(
            "SELECT e.position FROM log_entry e JOIN log l ON l.id = e.log
             WHERE l.log_id = ?1 AND e.seq = ?2 AND e.position IS NOT NULL",
        )?;
        let found = query
            .query_row(params![at.log.bytes(), integer(at.seq)], |row| number(row, 0))
            .optional()?;
        if found.is_some() {
            return Ok(found);
        }
        // Where its log has forked before it: once one of those it may mean may be passed on.
        let mut query = self.conn.prepare_cached(
            "SELECT min(e.position) FROM log_branch b
             JOIN log_entry e ON e.log = b.log AND e.seq = b.seq
             WHERE b.root = ?1 AND b.seq = ?2 HAVING min(e.position) IS NOT NULL",
        )?;
        Ok(query
            .query_row(params![at.log.bytes(), integer(at.seq)], |row| number(row, 0))
            .optional()?)
    }

    /// The record that an entry is about.
    ///
    /// # Errors
    /// The database's.
    pub fn record_of(&self, at: EntryRef) -> Result<Option<RecordId>> {
        let mut query = self.conn.prepare_cached(
            "SELECT e.doc FROM log_entry e JOIN log l ON l.id = e.log
             WHERE l.log_id = ?1 AND e.seq = ?2",
        )?;
        Ok(query
            .query_row(params![at.log.bytes(), integer(at.seq)], |row| Ok(RecordId(fixed(row, 0)?)))
            .optional()?)
    }

    /// The entries of a record that have everything they build on and were not applied yet, in
    /// an order that puts each after those it builds on.
    ///
    /// # Errors
    /// The database's.
    pub fn ready(&self, record: RecordId) -> Result<Vec<Stored>> {
        self.of_record(record, "e.state = 0 AND e.ready IS NOT NULL AND e.kind = 1")
    }

    /// All entries of a record that have everything they build on, in the same order.
    ///
    /// # Errors
    /// The database's.
    pub fn all_ready(&self, record: RecordId) -> Result<Vec<Stored>> {
        self.of_record(record, "e.ready IS NOT NULL AND e.kind = 1")
    }

    /// The entries of a record that are held for a reason.
    ///
    /// # Errors
    /// The database's.
    pub fn held_as(&self, record: RecordId, reason: &str) -> Result<BTreeSet<EntryRef>> {
        let mut query = self.conn.prepare_cached(
            "SELECT l.log_id, e.seq FROM log_entry e JOIN log l ON l.id = e.log
             WHERE e.doc = ?1 AND e.state = 2 AND e.held = ?2",
        )?;
        let rows = query.query_map(params![record.bytes(), reason], |row| {
            Ok(EntryRef { log: LogId(fixed(row, 0)?), seq: number(row, 1)? })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn of_record(&self, record: RecordId, which: &str) -> Result<Vec<Stored>> {
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT {STORED} WHERE e.doc = ?1 AND e.absent IS NULL AND {which} ORDER BY e.ready"
        ))?;
        let rows = query.query_map([record.bytes()], stored)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The entry that brought a change of a record.
    ///
    /// # Errors
    /// The database's.
    pub fn entry_of_change(&self, record: RecordId, change: &Hash) -> Result<Option<EntryRef>> {
        let mut query = self.conn.prepare_cached(
            "SELECT l.log_id, e.seq FROM log_entry e JOIN log l ON l.id = e.log
             WHERE e.doc = ?1 AND e.change = ?2",
        )?;
        Ok(query
            .query_row(params![record.bytes(), change], |row| {
                Ok(EntryRef { log: LogId(fixed(row, 0)?), seq: number(row, 1)? })
            })
            .optional()?)
    }

    /// The change an entry brought, once applied.
    ///
    /// # Errors
    /// The database's.
    pub fn change_of_entry(&self, at: EntryRef) -> Result<Option<Hash>> {
        let mut query = self.conn.prepare_cached(
            "SELECT e.change FROM log_entry e JOIN log l ON l.id = e.log
             WHERE l.log_id = ?1 AND e.seq = ?2 AND e.change IS NOT NULL",
        )?;
        Ok(query
            .query_row(params![at.log.bytes(), integer(at.seq)], |row| fixed(row, 0))
            .optional()?)
    }

    /// Whether an entry has come, with everything it builds on; where its log has forked before it,
    /// one of those it may be.
    ///
    /// # Errors
    /// The database's.
    pub fn is_ready(&self, at: EntryRef) -> Result<bool> {
        let mut query = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM log_entry e JOIN log l ON l.id = e.log
             WHERE l.log_id = ?1 AND e.seq = ?2 AND e.ready IS NOT NULL)
             OR EXISTS (SELECT 1 FROM log_branch b
                        JOIN log_entry e ON e.log = b.log AND e.seq = b.seq
                        WHERE b.root = ?1 AND b.seq = ?2 AND e.ready IS NOT NULL)",
        )?;
        Ok(query.query_row(params![at.log.bytes(), integer(at.seq)], |row| row.get(0))?)
    }

    /// The latest moment, by this computer's clock, at which one of the last changes came to rest
    /// here. A clock that was wrong and was set right is forgotten after a hundred of them.
    ///
    /// # Errors
    /// The database's.
    pub fn last_changed(&self) -> Result<Option<i64>> {
        let mut query = self.conn.prepare_cached(
            "SELECT max(stored_ms) FROM (
                 SELECT stored_ms FROM log_entry WHERE ready IS NOT NULL AND kind = 1
                 ORDER BY ready DESC LIMIT 100)",
        )?;
        Ok(query.query_row([], |row| row.get(0))?)
    }

    /// The entries of a kind other than changes, in the order they became ready.
    ///
    /// # Errors
    /// The database's.
    pub fn of_kind(&self, kind: EntryKind) -> Result<Vec<Kept>> {
        let mut query = self.conn.prepare_cached(
            "SELECT l.log_id, e.seq, l.space, l.device, e.stored_ms, e.payload FROM log_entry e
             JOIN log l ON l.id = e.log WHERE e.kind = ?1 AND e.kind <> 1 ORDER BY e.ready",
        )?;
        let rows = query.query_map([kind.0], |row| {
            Ok(Kept {
                at: EntryRef { log: LogId(fixed(row, 0)?), seq: number(row, 1)? },
                space: SpaceId(fixed(row, 2)?),
                device: DeviceId(fixed(row, 3)?),
                stored_ms: row.get(4)?,
                payload: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The entries of a record that nobody may pass over who does not know their kind
    /// ([`EntryKind::is_critical`]), with the devices that wrote them, as far as they have come with
    /// everything they build on. No kind of this version is one.
    ///
    /// # Errors
    /// The database's.
    pub fn critical(&self, record: RecordId) -> Result<Vec<(EntryRef, DeviceId)>> {
        let mut query = self.conn.prepare_cached(
            "SELECT l.log_id, e.seq, l.device
             FROM log_entry e INDEXED BY log_entry_kind JOIN log l ON l.id = e.log
             WHERE e.kind >= 32768 AND e.kind <> 1 AND e.doc = ?1 AND e.ready IS NOT NULL
             AND e.absent IS NULL ORDER BY l.log_id, e.seq",
        )?;
        let rows = query.query_map([record.bytes()], |row| {
            let at = EntryRef { log: LogId(fixed(row, 0)?), seq: number(row, 1)? };
            Ok((at, DeviceId(fixed(row, 2)?)))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The changes of a record that a device wrote, in order, as far as they have come with
    /// everything they build on.
    ///
    /// # Errors
    /// The database's.
    pub fn changes_by(&self, record: RecordId, device: DeviceId) -> Result<Vec<EntryRef>> {
        let mut query = self.conn.prepare_cached(
            "SELECT l.log_id, e.seq FROM log_entry e JOIN log l ON l.id = e.log
             WHERE e.doc = ?1 AND e.kind = 1 AND e.ready IS NOT NULL AND e.absent IS NULL
             AND l.device = ?2 ORDER BY l.log_id, e.seq",
        )?;
        let rows = query.query_map(params![record.bytes(), device.bytes()], |row| {
            Ok(EntryRef { log: LogId(fixed(row, 0)?), seq: number(row, 1)? })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Every change that a device wrote, in order of log, ready or not.
    ///
    /// # Errors
    /// The database's.
    pub fn changes_of(&self, device: DeviceId) -> Result<Vec<EntryRef>> {
        let mut query = self.conn.prepare_cached(
            "SELECT l.log_id, e.seq FROM log_entry e JOIN log l ON l.id = e.log
             WHERE l.device = ?1 AND e.kind = 1 AND e.absent IS NULL ORDER BY l.log_id, e.seq",
        )?;
        let rows = query.query_map([device.bytes()], |row| {
            Ok(EntryRef { log: LogId(fixed(row, 0)?), seq: number(row, 1)? })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The entries that wait for others, with their records, in order; at most as many as asked for.
    ///
    /// # Errors
    /// The database's.
    pub fn waiting_entries(&self, limit: u32) -> Result<Vec<(EntryRef, RecordId)>> {
        let mut query = self.conn.prepare_cached(
            "SELECT DISTINCT l.log_id, w.seq, e.doc FROM log_waiting w JOIN log l ON l.id = w.log
             JOIN log_entry e ON e.log = w.log AND e.seq = w.seq
             ORDER BY l.log_id, w.seq LIMIT ?1",
        )?;
        let rows = query.query_map([limit], |row| {
            let at = EntryRef { log: LogId(fixed(row, 0)?), seq: number(row, 1)? };
            Ok((at, RecordId(fixed(row, 2)?)))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many entries wait for what they build on, by their space.
    ///
    /// # Errors
    /// The database's.
    pub fn waiting(&self) -> Result<BTreeMap<SpaceId, u64>> {
        let mut query = self.conn.prepare_cached(
            "SELECT l.space, count(*) FROM (SELECT DISTINCT log, seq FROM log_waiting) w
             JOIN log l ON l.id = w.log GROUP BY l.space",
        )?;
        let rows = query.query_map([], |row| Ok((SpaceId(fixed(row, 0)?), number(row, 1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many entries of a device's logs came after what a peer holds, and when the earliest of
    /// those was stored: what is still to be delivered. Counts what was delivered besides.
    ///
    /// # Errors
    /// The database's.
    pub fn undelivered(&self, own: &[Held], peer: DeviceId) -> Result<Undelivered> {
        let mut sum = Undelivered::default();
        for log in own {
            let held: u64 = self
                .conn
                .prepare_cached(
                    "SELECT last_seq FROM local_held_by
                     WHERE device = ?1 AND log_id = ?2 AND first_seq = 1",
                )?
                .query_row(params![peer.bytes(), log.log.bytes()], |row| number(row, 0))
                .optional()?
                .unwrap_or(0);
            let last = log.ranges.last().map_or(0, |range| range.last);
            sum.delivered = sum.delivered.saturating_add(held.min(last));
            sum.waiting = sum.waiting.saturating_add(last.saturating_sub(held));
            let earliest: Option<i64> = self
                .conn
                .prepare_cached(
                    "SELECT min(e.stored_ms) FROM log_entry e JOIN log l ON l.id = e.log
                     WHERE l.log_id = ?1 AND e.seq > ?2",
                )?
                .query_row(params![log.log.bytes(), integer(held)], |row| row.get(0))?;
            sum.earliest_ms = match (sum.earliest_ms, earliest) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
        Ok(sum)
    }

    /// Entries that may not touch their documents, with the reason, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub fn held_back(&self, limit: u32) -> Result<Vec<(EntryRef, RecordId, String)>> {
        let mut query = self.conn.prepare_cached(
            "SELECT l.log_id, e.seq, e.doc, e.held FROM log_entry e JOIN log l ON l.id = e.log
             WHERE e.state = 2 ORDER BY e.log, e.seq LIMIT ?1",
        )?;
        let rows = query.query_map([limit], |row| {
            let at = EntryRef { log: LogId(fixed(row, 0)?), seq: number(row, 1)? };
            Ok((at, RecordId(fixed(row, 2)?), row.get::<_, Option<String>>(3)?.unwrap_or_default()))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many entries there are.
    ///
    /// # Errors
    /// The database's.
    pub fn entry_count(&self) -> Result<u64> {
        let mut query = self
            .conn
            .prepare_cached("SELECT coalesce(sum(last_seq - first_seq + 1), 0) FROM log_range")?;
        Ok(query.query_row([], |row| number(row, 0))?)
    }
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let needs = row.get_ref(4)?.as_blob()?;
    Ok(Stored {
        at: EntryRef { log: LogId(fixed(row, 0)?), seq: number(row, 1)? },
        entry: Entry {
            kind: EntryKind(u16::try_from(number(row, 2)?).unwrap_or(u16::MAX)),
            doc: RecordId(fixed(row, 3)?),
            needs: read_needs(needs),
            payload: match row.get_ref(8)?.as_blob_or_null()? {
                Some(known) => Payload::Absent(read_imprint(known)),
                None => Payload::Whole(row.get(5)?),
            },
        },
        stored_ms: row.get(6)?,
        position: row.get::<_, Option<i64>>(7)?.and_then(|p| u64::try_from(p).ok()),
        written_to: LogId(fixed(row, 9)?),
    })
}

fn held(row: &Row<'_>) -> rusqlite::Result<Held> {
    Ok(Held {
        log: LogId(fixed(row, 1)?),
        key: LogKey {
            space: SpaceId(fixed(row, 2)?),
            device: DeviceId(fixed(row, 3)?),
            epoch: fixed(row, 4)?,
        },
        ranges: Vec::new(),
        released: number(row, 5)?,
    })
}
