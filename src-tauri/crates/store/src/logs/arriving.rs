//! Writing: entries of our own, and stretches that came from others.

use domain::id::LogId;
use domain::log::{Entry, EntryRef, Hash, LogKey, Range, Run, Stretch};
use rusqlite::params;

use super::branched::Beyond;
use super::erased::{ERASED, is_same, write_imprint};
use super::{Arrived, integer, number, write_needs};
use crate::database::{Result, StoreError, Writer};

fn is_held(held: &[Range], seq: u64) -> bool {
    held.iter().any(|range| (range.first..=range.last).contains(&seq))
}

/// The counters an arriving stretch moves.
pub(super) struct Flow {
    pub(super) ready: u64,
    pub(super) position: u64,
    pub(super) released: u64,
    pub(super) has_waiting: bool,
}

impl Writer<'_> {
    pub(super) fn log_row(&mut self, log: LogId, key: LogKey) -> Result<i64> {
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
    /// stretch that contradicts it is refused whole. Of erased records only what the chain says of
    /// a payload is stored, whatever comes.
    ///
    /// # Errors
    /// [`StoreError::Fork`] where the chain does not link.
    pub fn arrive(&mut self, arriving: &Stretch, now_ms: i64) -> Result<Arrived> {
        let arriving = &*self.without_erased(arriving)?;
        let id = self.log_row(arriving.log, arriving.key)?;
        let last = arriving.last();
        let mut arrived = Arrived::default();
        let Some((_, head)) = arriving.entries.last() else { return Ok(arrived) };
        if matches!(self.check_cut(arriving)?, Beyond::Nothing) {
            return Ok(arrived);
        }
        let held = self.reader().ranges(id)?;
        let agreed = self.check_links(arriving, last, &held)?;
        self.check_held(arriving, agreed, &held)?;
        let has_carried = self.has_carried(arriving.log)?;
        if has_carried {
            self.check_carried(arriving)?;
        }
        let has_names = self.has_names(arriving.log)?;
        let mut flow = self.flow(id)?;
        for (at, (entry, head)) in arriving.entries.iter().enumerate() {
            let seq = arriving.first.saturating_add(u64::try_from(at).unwrap_or(0));
            if is_held(&held, seq) {
                continue;
            }
            arrived.fresh = arrived.fresh.saturating_add(1);
            let at = EntryRef { log: arriving.log, seq };
            let named = if has_names { self.take_back(id, at, head)? } else { None };
            let carried = match named {
                None if has_carried => self.arrival(at)?.map(|(is_ready, _)| is_ready),
                named => named,
            };
            if let Some(is_ready) = carried {
                // It was carried here before its own log came.
                let is_next = is_ready && flow.released.saturating_add(1) == seq;
                flow.released = if is_next { seq } else { flow.released };
                continue;
            }
            self.insert(id, at, entry, now_ms, &mut flow, &mut arrived)?;
        }
        self.tx
            .prepare_cached("UPDATE log SET released_seq = ?2 WHERE id = ?1")?
            .execute(params![id, integer(flow.released)])?;
        for run in &arriving.runs {
            // A signed point inside what is held belongs to it only if the chain there is known.
            if run.last <= agreed || !is_held(&held, run.last) {
                self.add_run(id, run)?;
            }
        }
        let new = Range { first: arriving.first, last, before: arriving.before, head: *head };
        self.merge_ranges(id, &held, new)?;
        self.release()?;
        Ok(arrived)
    }

    /// The counters an arriving stretch moves.
    pub(super) fn flow(&self, id: i64) -> Result<Flow> {
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
    /// both know the chain; gives the last number where they do.
    fn check_links(&self, arriving: &Stretch, last: u64, held: &[Range]) -> Result<u64> {
        let mut agreed = 0;
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
            if range.last <= last {
                agreed = agreed.max(range.last);
            }
        }
        // Signed points inside both must agree too.
        for run in self.reader().runs(arriving.log, arriving.first.saturating_sub(1))? {
            if run.last > last {
                break;
            }
            if chain_at(run.last).is_some_and(|hash| hash != run.head) {
                return Err(StoreError::Fork);
            }
            agreed = agreed.max(run.last);
        }
        Ok(agreed)
    }

    /// Checks, entry by entry, what is held of a stretch beyond the last place where the chains
    /// are known to agree.
    fn check_held(&self, arriving: &Stretch, agreed: u64, held: &[Range]) -> Result<()> {
        for (seq, (entry, _)) in (arriving.first..).zip(&arriving.entries) {
            if seq <= agreed || !is_held(held, seq) {
                continue;
            }
            let stored = self.reader().entries(arriving.log, seq, seq)?;
            if stored.iter().any(|stored| !is_same(&stored.entry, entry)) {
                return Err(StoreError::Fork);
            }
        }
        Ok(())
    }

    pub(super) fn add_run(&mut self, id: i64, run: &Run) -> Result<()> {
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
    /// before it is, waiting otherwise. One without its payload waits for nothing: nothing will be
    /// built of it.
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
        let needs = if entry.payload.is_absent() { &[][..] } else { &entry.needs };
        for need in needs {
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
                 stored_ms, absent, state)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                id,
                integer(at.seq),
                entry.kind.0,
                entry.doc.bytes(),
                write_needs(&entry.needs),
                entry.payload.bytes().unwrap_or_default(),
                ready,
                position,
                now_ms,
                write_imprint(&entry.payload),
                if entry.payload.is_absent() { ERASED } else { 0 }
            ])?;
        flow.has_waiting |= !missing.is_empty();
        self.wait_for(id, at.seq, &missing)?;
        if missing.is_empty() {
            if !entry.payload.is_absent() {
                self.note_ready(entry.kind, entry.doc, arrived)?;
            }
            if flow.has_waiting {
                self.wake(at, flow, arrived)?;
            }
        }
        Ok(())
    }
}
