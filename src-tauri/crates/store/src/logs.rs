//! The logs: what is held of each, what waits for what, and what may be passed on.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{DeviceId, LogId, RecordId, SpaceId};
use domain::log::{Entry, EntryKind, EntryRef, Hash, Held, LogKey, Range, Run, Stretch};
use rusqlite::{OptionalExtension, Row, params};

use crate::database::{Reader, Result, StoreError, Writer};

/// A stored entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Where it stands.
    pub at: EntryRef,
    /// The entry.
    pub entry: Entry,
    /// When it was stored here, in milliseconds since 1970.
    pub stored_ms: i64,
    /// Its place in the order in which entries may be passed on, once it may.
    pub position: Option<u64>,
}

/// What became of the entries that arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrived {
    /// How many were new.
    pub fresh: u64,
    /// Records that have something to apply.
    pub records: BTreeSet<RecordId>,
    /// Whether statements were among them.
    pub has_statements: bool,
}

/// The counters an arriving stretch moves.
struct Flow {
    ready: u64,
    position: u64,
    released: u64,
    has_waiting: bool,
}

/// Writes needs as they rest in the database: sixteen bytes of log, eight of number.
fn write_needs(needs: &[EntryRef]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(needs.len().saturating_mul(24));
    for need in needs {
        bytes.extend_from_slice(need.log.bytes());
        bytes.extend_from_slice(&need.seq.to_be_bytes());
    }
    bytes
}

fn read_needs(bytes: &[u8]) -> Vec<EntryRef> {
    let (chunks, _) = bytes.as_chunks::<24>();
    chunks
        .iter()
        .filter_map(|chunk| {
            let (log, seq) = chunk.split_first_chunk::<16>()?;
            Some(EntryRef { log: LogId(*log), seq: u64::from_be_bytes(*seq.first_chunk()?) })
        })
        .collect()
}

pub(crate) fn fixed<const N: usize>(row: &Row<'_>, at: usize) -> rusqlite::Result<[u8; N]> {
    let bytes = row.get_ref(at)?.as_blob()?;
    <[u8; N]>::try_from(bytes).map_err(|_| {
        rusqlite::Error::FromSqlConversionFailure(
            at,
            rusqlite::types::Type::Blob,
            format!("expected {N} bytes").into(),
        )
    })
}

pub(crate) fn number(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(at)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(at, value))
}

pub(crate) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let needs = row.get_ref(4)?.as_blob()?;
    Ok(Stored {
        at: EntryRef { log: LogId(fixed(row, 0)?), seq: number(row, 1)? },
        entry: Entry {
            kind: EntryKind(u16::try_from(number(row, 2)?).unwrap_or(u16::MAX)),
            doc: RecordId(fixed(row, 3)?),
            needs: read_needs(needs),
            payload: row.get(5)?,
        },
        stored_ms: row.get(6)?,
        position: row.get::<_, Option<i64>>(7)?.and_then(|p| u64::try_from(p).ok()),
    })
}

const STORED: &str = "l.log_id, e.seq, e.kind, e.doc, e.needs, e.payload, e.stored_ms,
     e.position FROM log_entry e JOIN log l ON l.id = e.log";

impl Reader<'_> {
    /// What is held of the logs of some spaces, in order of log id.
    ///
    /// # Errors
    /// The database's.
    pub fn held(&self, spaces: &BTreeSet<SpaceId>) -> Result<Vec<Held>> {
        let mut all = Vec::new();
        for space in spaces {
            let mut query = self.conn.prepare_cached(
                "SELECT id, log_id, space, device, epoch, released_seq FROM log WHERE space = ?1",
            )?;
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

    fn ranges(&self, id: i64) -> Result<Vec<Range>> {
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
        let mut query = self.conn.prepare_cached(
            "SELECT id, log_id, space, device, epoch, released_seq FROM log WHERE device = ?1
             ORDER BY space, id",
        )?;
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
        let mut query = self.conn.prepare_cached(
            "SELECT id, log_id, space, device, epoch, released_seq FROM log ORDER BY id",
        )?;
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

    /// The place of an entry in the order in which entries may be passed on.
    ///
    /// # Errors
    /// The database's.
    pub fn position(&self, at: EntryRef) -> Result<Option<u64>> {
        let mut query = self.conn.prepare_cached(
            "SELECT e.position FROM log_entry e JOIN log l ON l.id = e.log
             WHERE l.log_id = ?1 AND e.seq = ?2 AND e.position IS NOT NULL",
        )?;
        Ok(query
            .query_row(params![at.log.bytes(), integer(at.seq)], |row| number(row, 0))
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

    fn of_record(&self, record: RecordId, which: &str) -> Result<Vec<Stored>> {
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT {STORED} WHERE e.doc = ?1 AND {which} ORDER BY e.ready"
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

    /// Whether an entry has come, with everything it builds on.
    ///
    /// # Errors
    /// The database's.
    pub fn is_ready(&self, at: EntryRef) -> Result<bool> {
        let mut query = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM log_entry e JOIN log l ON l.id = e.log
             WHERE l.log_id = ?1 AND e.seq = ?2 AND e.ready IS NOT NULL)",
        )?;
        Ok(query.query_row(params![at.log.bytes(), integer(at.seq)], |row| row.get(0))?)
    }

    /// The payloads of all entries of a kind, in the order they became ready.
    ///
    /// # Errors
    /// The database's.
    pub fn payloads(&self, kind: EntryKind) -> Result<Vec<Vec<u8>>> {
        let mut query = self.conn.prepare_cached(
            "SELECT payload FROM log_entry WHERE kind = ?1 AND kind <> 1 ORDER BY ready",
        )?;
        let rows = query.query_map([kind.0], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many entries wait for what they build on, by the log they wait for.
    ///
    /// # Errors
    /// The database's.
    pub fn waiting(&self) -> Result<BTreeMap<LogId, u64>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT need_log, count(*) FROM log_waiting GROUP BY need_log")?;
        let rows = query.query_map([], |row| Ok((LogId(fixed(row, 0)?), number(row, 1)?)))?;
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

/// What of our own a peer has and lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Undelivered {
    /// Entries it is known to hold.
    pub delivered: u64,
    /// Entries it is not known to hold.
    pub waiting: u64,
    /// When the earliest of those was written, in milliseconds since 1970.
    pub earliest_ms: Option<i64>,
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

impl Writer<'_> {
    fn log_row(&mut self, log: LogId, key: LogKey) -> Result<i64> {
        self.tx
            .prepare_cached(
                "INSERT OR IGNORE INTO log (log_id, space, device, epoch) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                log.bytes(),
                key.space.bytes(),
                key.device.bytes(),
                key.epoch.as_slice()
            ])?;
        let mut query = self.tx.prepare_cached("SELECT id FROM log WHERE log_id = ?1")?;
        Ok(query.query_row([log.bytes()], |row| row.get(0))?)
    }

    /// Appends an entry of our own. It has everything it builds on, may be passed on once its run
    /// is signed, and its change is applied by the caller in the same transaction.
    ///
    /// # Errors
    /// [`StoreError::Fork`] unless it follows the last entry held.
    pub fn append(
        &mut self,
        log: LogId,
        key: LogKey,
        entry: &Entry,
        change: Option<&Hash>,
        chain: (Hash, Hash),
        now_ms: i64,
    ) -> Result<u64> {
        let arriving = Stretch {
            log,
            key,
            first: self
                .reader()
                .held_of(log)?
                .and_then(|held| held.ranges.last().map(|r| r.last))
                .unwrap_or(0)
                .saturating_add(1),
            before: chain.0,
            entries: vec![(entry.clone(), chain.1)],
            runs: Vec::new(),
        };
        self.arrive(&arriving, now_ms)?;
        self.tx
            .prepare_cached(
                "UPDATE log_entry SET state = 1, change = ?3
                 WHERE log = (SELECT id FROM log WHERE log_id = ?1) AND seq = ?2",
            )?
            .execute(params![log.bytes(), integer(arriving.first), change])?;
        Ok(arriving.first)
    }

    /// Stores a stretch of a log that was verified. What is held already is passed over; a
    /// stretch that contradicts it is refused whole.
    ///
    /// # Errors
    /// [`StoreError::Fork`] where the chain does not link.
    pub fn arrive(&mut self, arriving: &Stretch, now_ms: i64) -> Result<Arrived> {
        let id = self.log_row(arriving.log, arriving.key)?;
        let last = arriving.last();
        let mut arrived = Arrived::default();
        let Some((_, head)) = arriving.entries.last() else { return Ok(arrived) };
        let held = self.reader().ranges(id)?;
        self.check_links(arriving, last, &held)?;
        let mut flow = self.flow(id)?;
        for (at, (entry, _)) in arriving.entries.iter().enumerate() {
            let seq = arriving.first.saturating_add(u64::try_from(at).unwrap_or(0));
            if held.iter().any(|range| (range.first..=range.last).contains(&seq)) {
                continue;
            }
            arrived.fresh = arrived.fresh.saturating_add(1);
            let at = EntryRef { log: arriving.log, seq };
            self.insert(id, at, entry, now_ms, &mut flow, &mut arrived)?;
        }
        self.tx
            .prepare_cached("UPDATE log SET released_seq = ?2 WHERE id = ?1")?
            .execute(params![id, integer(flow.released)])?;
        for run in &arriving.runs {
            self.add_run(id, run)?;
        }
        let new = Range { first: arriving.first, last, before: arriving.before, head: *head };
        self.merge_ranges(id, &held, new)?;
        self.release()?;
        Ok(arrived)
    }

    /// The counters an arriving stretch moves.
    fn flow(&self, id: i64) -> Result<Flow> {
        let mut query = self.tx.prepare_cached(
            "SELECT (SELECT coalesce(max(ready), 0) FROM log_entry WHERE ready IS NOT NULL),
                    (SELECT coalesce(max(position), 0) FROM log_entry WHERE position IS NOT NULL),
                    (SELECT released_seq FROM log WHERE id = ?1),
                    EXISTS (SELECT 1 FROM log_waiting)",
        )?;
        Ok(query.query_row([id], |row| {
            Ok(Flow {
                ready: number(row, 0)?,
                position: number(row, 1)?,
                released: number(row, 2)?,
                has_waiting: row.get(3)?,
            })
        })?)
    }

    /// Checks that a stretch continues and precedes what is held, and agrees with it wherever
    /// both know the chain.
    fn check_links(&self, arriving: &Stretch, last: u64, held: &[Range]) -> Result<()> {
        let chain_at = |seq: u64| -> Option<Hash> {
            if seq.saturating_add(1) == arriving.first {
                return Some(arriving.before);
            }
            let at = usize::try_from(seq.checked_sub(arriving.first)?).ok()?;
            arriving.entries.get(at).map(|(_, hash)| *hash)
        };
        for range in held {
            let knows_end = chain_at(range.last).is_none_or(|hash| hash == range.head);
            let knows_start = range
                .first
                .checked_sub(1)
                .and_then(chain_at)
                .is_none_or(|hash| hash == range.before);
            if !knows_end || !knows_start {
                return Err(StoreError::Fork);
            }
        }
        // Signed points inside both must agree too.
        for run in self.reader().runs(arriving.log, arriving.first.saturating_sub(1))? {
            if run.last <= last && chain_at(run.last).is_some_and(|hash| hash != run.head) {
                return Err(StoreError::Fork);
            }
        }
        Ok(())
    }

    fn add_run(&mut self, id: i64, run: &Run) -> Result<()> {
        self.tx
            .prepare_cached(
                "INSERT OR IGNORE INTO log_run (log, last_seq, head, signature)
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![id, integer(run.last), run.head, run.signature])?;
        Ok(())
    }

    /// Adds a signed point of our own log.
    ///
    /// # Errors
    /// The database's.
    pub fn sign_run(&mut self, log: LogId, key: LogKey, run: &Run) -> Result<()> {
        let id = self.log_row(log, key)?;
        self.add_run(id, run)
    }

    /// Joins a new stretch with those it touches.
    fn merge_ranges(&mut self, id: i64, held: &[Range], new: Range) -> Result<()> {
        let touches = |r: &Range| {
            r.first <= new.last.saturating_add(1) && new.first <= r.last.saturating_add(1)
        };
        let mut whole = new;
        for range in held.iter().filter(|range| touches(range)) {
            if range.first < whole.first {
                whole.first = range.first;
                whole.before = range.before;
            }
            if range.last > whole.last {
                whole.last = range.last;
                whole.head = range.head;
            }
            self.tx
                .prepare_cached("DELETE FROM log_range WHERE log = ?1 AND first_seq = ?2")?
                .execute(params![id, integer(range.first)])?;
        }
        self.tx
            .prepare_cached(
                "INSERT INTO log_range (log, first_seq, last_seq, before, head)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                id,
                integer(whole.first),
                integer(whole.last),
                whole.before,
                whole.head
            ])?;
        Ok(())
    }

    /// Inserts one entry: ready if everything it builds on is, released if that is and the log
    /// before it is, waiting otherwise.
    fn insert(
        &mut self,
        id: i64,
        at: EntryRef,
        entry: &Entry,
        now_ms: i64,
        flow: &mut Flow,
        arrived: &mut Arrived,
    ) -> Result<()> {
        let mut missing = Vec::new();
        let mut is_released = flow.released.saturating_add(1) == at.seq;
        for need in &entry.needs {
            match self.arrival(*need)? {
                Some((true, released)) => is_released &= released,
                Some((false, _)) | None => missing.push(*need),
            }
        }
        let ready = missing.is_empty().then(|| {
            flow.ready = flow.ready.saturating_add(1);
            integer(flow.ready)
        });
        let position = (ready.is_some() && is_released).then(|| {
            flow.position = flow.position.saturating_add(1);
            flow.released = at.seq;
            integer(flow.position)
        });
        self.tx
            .prepare_cached(
                "INSERT INTO log_entry (log, seq, kind, doc, needs, payload, ready, position,
                 stored_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                id,
                integer(at.seq),
                entry.kind.0,
                entry.doc.bytes(),
                write_needs(&entry.needs),
                entry.payload,
                ready,
                position,
                now_ms
            ])?;
        for need in &missing {
            flow.has_waiting = true;
            self.tx
                .prepare_cached(
                    "INSERT OR IGNORE INTO log_waiting (need_log, need_seq, log, seq)
                     VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![need.log.bytes(), integer(need.seq), id, integer(at.seq)])?;
        }
        if missing.is_empty() {
            self.note_ready(entry.kind, entry.doc, arrived)?;
            if flow.has_waiting {
                self.wake(at, flow, arrived)?;
            }
        }
        Ok(())
    }

    /// Whether an entry has come, and if so whether it is ready and may be passed on.
    fn arrival(&self, at: EntryRef) -> Result<Option<(bool, bool)>> {
        let mut query = self.tx.prepare_cached(
            "SELECT e.ready IS NOT NULL, e.position IS NOT NULL
             FROM log_entry e JOIN log l ON l.id = e.log WHERE l.log_id = ?1 AND e.seq = ?2",
        )?;
        Ok(query
            .query_row(params![at.log.bytes(), integer(at.seq)], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?)
    }

    fn note_ready(&mut self, kind: EntryKind, doc: RecordId, arrived: &mut Arrived) -> Result<()> {
        arrived.has_statements |= kind == EntryKind::STATEMENT;
        if kind == EntryKind::CHANGE && arrived.records.insert(doc) {
            self.tx
                .prepare_cached("INSERT OR IGNORE INTO local_behind (record) VALUES (?1)")?
                .execute([doc.bytes()])?;
        }
        Ok(())
    }

    /// Makes ready whatever waited only for an entry, and so on. A list, not a recursion: a chain
    /// may be thousands long.
    fn wake(&mut self, at: EntryRef, flow: &mut Flow, arrived: &mut Arrived) -> Result<()> {
        let mut list = vec![at];
        while let Some(at) = list.pop() {
            for (id, waiter, kind, doc) in self.waiters(at)? {
                self.tx
                    .prepare_cached(
                        "DELETE FROM log_waiting
                         WHERE need_log = ?1 AND need_seq = ?2 AND log = ?3 AND seq = ?4",
                    )?
                    .execute(params![at.log.bytes(), integer(at.seq), id, integer(waiter.seq)])?;
                if self.still_waits(id, waiter.seq)? {
                    continue;
                }
                flow.ready = flow.ready.saturating_add(1);
                self.tx
                    .prepare_cached("UPDATE log_entry SET ready = ?3 WHERE log = ?1 AND seq = ?2")?
                    .execute(params![id, integer(waiter.seq), integer(flow.ready)])?;
                self.note_ready(kind, doc, arrived)?;
                list.push(waiter);
            }
        }
        Ok(())
    }

    fn waiters(&self, at: EntryRef) -> Result<Vec<(i64, EntryRef, EntryKind, RecordId)>> {
        let mut query = self.tx.prepare_cached(
            "SELECT w.log, w.seq, l.log_id, e.kind, e.doc FROM log_waiting w
             JOIN log l ON l.id = w.log JOIN log_entry e ON e.log = w.log AND e.seq = w.seq
             WHERE w.need_log = ?1 AND w.need_seq = ?2 ORDER BY w.log, w.seq",
        )?;
        let rows = query.query_map(params![at.log.bytes(), integer(at.seq)], |row| {
            let at = EntryRef { log: LogId(fixed(row, 2)?), seq: number(row, 1)? };
            let kind = EntryKind(u16::try_from(number(row, 3)?).unwrap_or(u16::MAX));
            Ok((row.get(0)?, at, kind, RecordId(fixed(row, 4)?)))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn still_waits(&self, id: i64, seq: u64) -> Result<bool> {
        let mut query = self.tx.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM log_waiting WHERE log = ?1 AND seq = ?2)",
        )?;
        Ok(query.query_row(params![id, integer(seq)], |row| row.get(0))?)
    }

    /// Gives positions to what may now be passed on besides: each log in its own order, each entry
    /// after those it builds on. One log may free another, so this goes round until nothing moves.
    fn release(&mut self) -> Result<()> {
        loop {
            let logs: Vec<i64> = {
                let mut query = self.tx.prepare_cached(
                    "SELECT l.id FROM log l JOIN log_range r ON r.log = l.id AND r.first_seq = 1
                     WHERE l.released_seq < r.last_seq",
                )?;
                query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
            };
            let mut has_moved = false;
            for log in logs {
                while self.release_next(log)? {
                    has_moved = true;
                }
            }
            if !has_moved {
                return Ok(());
            }
        }
    }

    fn release_next(&mut self, id: i64) -> Result<bool> {
        let next = self
            .tx
            .prepare_cached(
                "SELECT e.seq, e.needs FROM log l
                 JOIN log_entry e ON e.log = l.id AND e.seq = l.released_seq + 1
                 WHERE l.id = ?1 AND e.ready IS NOT NULL",
            )?
            .query_row([id], |row| Ok((number(row, 0)?, read_needs(row.get_ref(1)?.as_blob()?))))
            .optional()?;
        let Some((seq, needs)) = next else { return Ok(false) };
        for need in needs {
            if self.reader().position(need)?.is_none() {
                return Ok(false);
            }
        }
        self.tx
            .prepare_cached(
                "UPDATE log_entry SET position =
                 (SELECT coalesce(max(position), 0) + 1 FROM log_entry WHERE position IS NOT NULL)
                 WHERE log = ?1 AND seq = ?2",
            )?
            .execute(params![id, integer(seq)])?;
        self.tx
            .prepare_cached("UPDATE log SET released_seq = ?2 WHERE id = ?1")?
            .execute(params![id, integer(seq)])?;
        Ok(true)
    }

    /// Writes down what became of an entry: the change it brought, or why it is held.
    ///
    /// # Errors
    /// The database's.
    pub fn settle(
        &mut self,
        at: EntryRef,
        outcome: std::result::Result<&Hash, &str>,
    ) -> Result<()> {
        let (state, change, held) = match outcome {
            Ok(change) => (1, Some(change), None),
            Err(reason) => (2, None, Some(reason)),
        };
        self.tx
            .prepare_cached(
                "UPDATE log_entry SET state = ?3, change = coalesce(?4, change), held = ?5
                 WHERE log = (SELECT id FROM log WHERE log_id = ?1) AND seq = ?2",
            )?
            .execute(params![at.log.bytes(), integer(at.seq), state, change, held])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use proptest::prelude::*;
    use zeroize::Zeroizing;

    fn log(n: u8) -> (LogId, LogKey) {
        let key = LogKey { space: SpaceId([1; 16]), device: DeviceId([n; 16]), epoch: [0; 8] };
        (LogId([n; 16]), key)
    }

    /// A chain that depends on the log, the number and what came before.
    fn link(log: u8, seq: u64, before: Hash) -> Hash {
        let mut hash = before;
        hash[0] = hash[0].wrapping_mul(31).wrapping_add(log);
        hash[1] = hash[1].wrapping_add(u8::try_from(seq % 251).unwrap()).wrapping_add(1);
        hash
    }

    fn chain(log: u8, until: u64) -> Hash {
        (1..=until).fold([0; 32], |hash, seq| link(log, seq, hash))
    }

    fn stretch(n: u8, first: u64, entries: Vec<(u8, Vec<(u8, u64)>)>) -> Stretch {
        let (log_id, key) = log(n);
        let mut hash = chain(n, first - 1);
        let before = hash;
        let mut out = Vec::new();
        for (at, (doc, needs)) in entries.into_iter().enumerate() {
            hash = link(n, first + u64::try_from(at).unwrap(), hash);
            let needs = needs.into_iter().map(|(l, seq)| EntryRef { log: log(l).0, seq }).collect();
            let entry = Entry {
                kind: EntryKind::CHANGE,
                doc: RecordId([doc; 16]),
                needs,
                payload: vec![n, doc],
            };
            out.push((entry, hash));
        }
        Stretch { log: log_id, key, first, before, entries: out, runs: vec![] }
    }

    fn store() -> (tempfile::TempDir, Store) {
        let home = tempfile::tempdir().unwrap();
        let store = Store::create(home.path(), Zeroizing::new([1; 32])).unwrap();
        (home, store)
    }

    fn arrive(store: &Store, arriving: &Stretch) -> Result<Arrived> {
        store.write(|tx| tx.arrive(arriving, 1))
    }

    fn ranges(store: &Store, n: u8) -> Vec<(u64, u64)> {
        let held: Result<_> = store.read(|r| r.held_of(log(n).0));
        held.unwrap()
            .map(|h| h.ranges.iter().map(|r| (r.first, r.last)).collect())
            .unwrap_or_default()
    }

    #[test]
    fn stretches_join_whatever_order_they_come_in() {
        let (_home, store) = store();
        arrive(&store, &stretch(1, 3, vec![(9, vec![]), (9, vec![(1, 3)])])).unwrap();
        assert_eq!(ranges(&store, 1), [(3, 4)], "a gap before it");
        let later: Result<_> = store.read(|r| r.held_of(log(1).0));
        assert_eq!(later.unwrap().unwrap().released, 0, "nothing beyond a gap is passed on");
        arrive(&store, &stretch(1, 1, vec![(8, vec![]), (8, vec![(1, 1)])])).unwrap();
        assert_eq!(ranges(&store, 1), [(1, 4)]);
        let later: Result<_> = store.read(|r| r.held_of(log(1).0));
        assert_eq!(later.unwrap().unwrap().released, 4);
        let again = arrive(&store, &stretch(1, 2, vec![(8, vec![(1, 1)]), (9, vec![])])).unwrap();
        assert_eq!(again, Arrived::default(), "what is held is passed over");
    }

    #[test]
    fn what_does_not_link_is_refused_whole() {
        let (_home, store) = store();
        arrive(&store, &stretch(1, 1, vec![(9, vec![]), (9, vec![(1, 1)])])).unwrap();
        let mut fork = stretch(1, 3, vec![(9, vec![(1, 2)])]);
        fork.before = [7; 32];
        assert!(matches!(arrive(&store, &fork), Err(StoreError::Fork)));
        let mut other_past = stretch(1, 1, vec![(9, vec![]), (9, vec![(1, 1)])]);
        other_past.entries[1].1 = [7; 32];
        assert!(matches!(arrive(&store, &other_past), Err(StoreError::Fork)));
        assert_eq!(ranges(&store, 1), [(1, 2)]);
    }

    #[test]
    fn an_entry_waits_for_what_it_builds_on_and_for_nothing_else() {
        let (_home, store) = store();
        // Log 1 entry 2 builds on log 2 entry 1, which has not come; entry 3 builds on nothing.
        let arrived =
            arrive(&store, &stretch(1, 1, vec![(9, vec![]), (9, vec![(2, 1)]), (7, vec![])]));
        assert_eq!(arrived.unwrap().records.len(), 2);
        let ready = |doc: u8| -> Vec<u64> {
            let found: Result<_> = store.read(|r| r.ready(RecordId([doc; 16])));
            found.unwrap().iter().map(|s| s.at.seq).collect()
        };
        assert_eq!((ready(9), ready(7)), (vec![1], vec![3]), "the independent one is shown");
        let waiting: Result<_> = store.read(|r| r.waiting());
        assert_eq!(waiting.unwrap(), BTreeMap::from([(log(2).0, 1)]));
        let arrived = arrive(&store, &stretch(2, 1, vec![(9, vec![(1, 1)])])).unwrap();
        assert_eq!(arrived.records, BTreeSet::from([RecordId([9; 16])]));
        assert_eq!(ready(9), [1, 1, 2], "in an order that puts each after what it builds on");
        let held: Result<_> = store.read(|r| r.held(&BTreeSet::from([SpaceId([1; 16])])));
        let released: Vec<u64> = held.unwrap().iter().map(|h| h.released).collect();
        assert_eq!(released, [3, 1], "everything may be passed on");
    }

    #[test]
    fn eight_thousand_orphans_are_no_matter() {
        let (_home, store) = store();
        let many: Vec<(u8, Vec<(u8, u64)>)> =
            (2..8002).map(|seq| (9, vec![(1, seq - 1)])).collect();
        arrive(&store, &stretch(1, 2, many)).unwrap();
        arrive(&store, &stretch(1, 1, vec![(9, vec![])])).unwrap();
        let ready: Result<_> = store.read(|r| r.ready(RecordId([9; 16])));
        let seqs: Vec<u64> = ready.unwrap().iter().map(|s| s.at.seq).collect();
        assert_eq!(seqs, (1..8002).collect::<Vec<_>>());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        /// However three logs that build on each other are cut up and shuffled, the same entries
        /// end up held, ready and released.
        #[test]
        fn any_order_of_stretches_ends_the_same(seed in any::<u64>(), length in 2..12u64) {
            let (_home, store) = store();
            let needs = |n: u8, seq: u64| -> Vec<(u8, u64)> {
                let mut needs = vec![];
                if seq > 1 { needs.push((n, seq - 1)); }
                if n > 1 && seq > 1 { needs.push((n - 1, seq - 1)); }
                needs
            };
            let mut pieces: Vec<(u8, u64)> = (1..=3u8)
                .flat_map(|n| (1..=length).map(move |seq| (n, seq)))
                .collect();
            let mut state = seed | 1;
            for at in (1..pieces.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                pieces.swap(at, usize::try_from(state >> 33).unwrap() % (at + 1));
            }
            for (n, seq) in &pieces {
                arrive(&store, &stretch(*n, *seq, vec![(9, needs(*n, *seq))])).unwrap();
            }
            for n in 1..=3u8 {
                prop_assert_eq!(ranges(&store, n), vec![(1, length)]);
                let held: Result<_> = store.read(|r| r.held_of(log(n).0));
                prop_assert_eq!(held.unwrap().unwrap().released, length);
            }
            let ready: Result<_> = store.read(|r| r.ready(RecordId([9; 16])));
            let order: Vec<EntryRef> = ready.unwrap().iter().map(|s| s.at).collect();
            prop_assert_eq!(order.len(), pieces.len());
            for (place, at) in order.iter().enumerate() {
                let n = at.log.0[0];
                for (l, seq) in needs(n, at.seq) {
                    let need = EntryRef { log: log(l).0, seq };
                    prop_assert!(order[..place].contains(&need), "{at:?} before {need:?}");
                }
            }
            let waiting: Result<_> = store.read(|r| r.waiting());
            prop_assert!(waiting.unwrap().is_empty());
        }
    }
}
