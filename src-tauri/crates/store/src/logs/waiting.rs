//! What waits for what, and the order in which entries may be passed on.

use domain::id::{LogId, RecordId};
use domain::log::{EntryKind, EntryRef, Hash};
use rusqlite::{OptionalExtension, params};

use super::arriving::Flow;
use super::{Arrived, fixed, integer, number, read_needs};
use crate::database::{Result, Writer};

impl Writer<'_> {
    /// Whether an entry has come, and if so whether it is ready and may be passed on.
    pub(super) fn arrival(&self, at: EntryRef) -> Result<Option<(bool, bool)>> {
        let mut query = self.tx.prepare_cached(
            "SELECT e.ready IS NOT NULL, e.position IS NOT NULL
             FROM log_entry e JOIN log l ON l.id = e.log WHERE l.log_id = ?1 AND e.seq = ?2",
        )?;
        let found = query
            .query_row(params![at.log.bytes(), integer(at.seq)], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        if found.is_some() {
            return Ok(found);
        }
        self.arrival_of_branch(at)
    }

    pub(super) fn note_ready(
        &mut self,
        kind: EntryKind,
        doc: RecordId,
        arrived: &mut Arrived,
    ) -> Result<()> {
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
    pub(super) fn wake(
        &mut self,
        at: EntryRef,
        flow: &mut Flow,
        arrived: &mut Arrived,
    ) -> Result<()> {
        let mut list = vec![at];
        while let Some(at) = list.pop() {
            // Whoever wrote before the fork was known names the log itself.
            let written_to = self.reader().root_of(at.log)?;
            list.extend(written_to.map(|log| EntryRef { log, seq: at.seq }));
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
                self.make_ready(id, waiter.seq, flow)?;
                self.note_ready(kind, doc, arrived)?;
                list.push(waiter);
            }
        }
        Ok(())
    }

    /// Writes down what an entry waits for.
    pub(super) fn wait_for(&mut self, id: i64, seq: u64, missing: &[EntryRef]) -> Result<()> {
        for need in missing {
            self.tx
                .prepare_cached(
                    "INSERT OR IGNORE INTO log_waiting (need_log, need_seq, log, seq)
                     VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![need.log.bytes(), integer(need.seq), id, integer(seq)])?;
        }
        Ok(())
    }

    /// Marks an entry as having everything it builds on. One that was carried, and stands in no
    /// stretch of its log, may be built on by others at once: it travels with its carrier.
    pub(super) fn make_ready(&mut self, id: i64, seq: u64, flow: &mut Flow) -> Result<()> {
        flow.ready = flow.ready.saturating_add(1);
        let is_in_stretch: bool = self
            .tx
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM log_range
                 WHERE log = ?1 AND first_seq <= ?2 AND last_seq >= ?2)",
            )?
            .query_row(params![id, integer(seq)], |row| row.get(0))?;
        let position = (!is_in_stretch).then(|| {
            flow.position = flow.position.saturating_add(1);
            integer(flow.position)
        });
        self.tx
            .prepare_cached(
                "UPDATE log_entry SET ready = ?3, position = coalesce(position, ?4)
                 WHERE log = ?1 AND seq = ?2",
            )?
            .execute(params![id, integer(seq), integer(flow.ready), position])?;
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
    pub(super) fn release(&mut self) -> Result<()> {
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
                "SELECT e.seq, iif(e.absent IS NULL, e.needs, x'') FROM log l
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
