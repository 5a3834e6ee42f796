//! Logs that forked: their continuations, entry by entry under names of their own, and what is left
//! under the log's own id.

use std::collections::BTreeMap;

use domain::id::{DeviceId, LogId, RecordId, SpaceId};
use domain::log::{Entry, EntryRef, Hash, LogKey, Run, Stretch};
use rusqlite::{OptionalExtension, params};

use super::carried::{CARRIER, carrier};
use super::erased::is_same;
use super::{Carrier, fixed, integer, number};
use crate::database::{Reader, Result, StoreError, Writer};

/// A link of a continuation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The name its entry stands under.
    pub name: LogId,
    /// Its number.
    pub seq: u64,
    /// The chain at it.
    pub head: Hash,
    /// The chain before it.
    pub before: Hash,
}

/// How a log that forked is kept from now on.
pub struct Parting<'a> {
    /// The log.
    pub root: LogId,
    /// Whose it is.
    pub key: LogKey,
    /// The last entry that all continuations share, with the chain there; `None` where the log
    /// itself is not held, and so nothing of it is taken away.
    pub cut: Option<(u64, Hash)>,
    /// The signature there, unless the log is cut before its beginning.
    pub run: Option<Run>,
    /// The links of the continuations, in order.
    pub links: Vec<(Link, Option<&'a Entry>)>,
    /// What stands under the log's own id beyond the cut, and under which name it goes on.
    pub moves: Vec<(u64, LogId)>,
    /// Entries that were brought into the space of a case that moved.
    pub carried: Vec<(EntryRef, SpaceId)>,
    /// Where the log is not cut, up to which number its own stretches are kept: what lies beyond goes
    /// on under the names of `moves`.
    pub keeps: Option<u64>,
}

impl Reader<'_> {
    /// The pieces of continuations that came, with whether each was taken in.
    ///
    /// # Errors
    /// The database's.
    pub fn pieces(&self) -> Result<Vec<(Carrier, bool)>> {
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT {CARRIER}, e.state = 1 FROM log_entry e JOIN log l ON l.id = e.log
             WHERE e.kind = 7 AND e.kind <> 1 AND e.absent IS NULL AND e.state IN (0, 1)
             ORDER BY e.log, e.seq"
        ))?;
        let rows = query.query_map([], |row| Ok((carrier(row)?, row.get(7)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether a piece waits to be taken in.
    ///
    /// # Errors
    /// The database's.
    pub fn has_new_pieces(&self) -> Result<bool> {
        let mut query = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM log_entry
             WHERE kind = 7 AND kind <> 1 AND absent IS NULL AND state = 0)",
        )?;
        Ok(query.query_row([], |row| row.get(0))?)
    }

    /// How far a log that forked goes under its own id, and the chain there.
    ///
    /// # Errors
    /// The database's.
    pub fn cut_of(&self, root: LogId) -> Result<Option<(u64, Hash)>> {
        let mut query =
            self.conn.prepare_cached("SELECT last_seq, head FROM log_cut WHERE root = ?1")?;
        let cut = query.query_row([root.bytes()], |row| Ok((number(row, 0)?, fixed(row, 1)?)));
        Ok(cut.optional()?)
    }

    /// The links of every continuation, by the log that forked, in order of number.
    ///
    /// # Errors
    /// The database's.
    pub fn branches(&self) -> Result<BTreeMap<LogId, Vec<Link>>> {
        let mut query = self.conn.prepare_cached(
            "SELECT b.root, l.log_id, b.seq, b.head, b.before
             FROM log_branch b JOIN log l ON l.id = b.log ORDER BY b.root, b.seq, l.log_id",
        )?;
        let rows = query.query_map([], |row| {
            let link = Link {
                name: LogId(fixed(row, 1)?),
                seq: number(row, 2)?,
                head: fixed(row, 3)?,
                before: fixed(row, 4)?,
            };
            Ok((LogId(fixed(row, 0)?), link))
        })?;
        let mut branches: BTreeMap<LogId, Vec<Link>> = BTreeMap::new();
        for row in rows {
            let (root, link) = row?;
            branches.entry(root).or_default().push(link);
        }
        Ok(branches)
    }

    /// Whether entries of a record stand in continuations of a log that forked.
    ///
    /// # Errors
    /// The database's.
    pub fn is_branched(&self, record: RecordId) -> Result<bool> {
        let mut query = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM log_branch)
             AND EXISTS (SELECT 1 FROM log_entry e JOIN log_branch b ON b.log = e.log
                         WHERE e.doc = ?1 AND e.kind = 1)",
        )?;
        Ok(query.query_row([record.bytes()], |row| row.get(0))?)
    }

    /// The entries a reference may mean: the one that stands there, and where a log has forked before
    /// it the one of each continuation. Empty while none has come.
    ///
    /// # Errors
    /// The database's.
    pub fn meant(&self, at: EntryRef) -> Result<Vec<EntryRef>> {
        let mut query = self.conn.prepare_cached(
            "SELECT l.log_id FROM log_entry e JOIN log l ON l.id = e.log
             WHERE l.log_id = ?1 AND e.seq = ?2
             UNION ALL
             SELECT l.log_id FROM log_branch b JOIN log l ON l.id = b.log
             JOIN log_entry e ON e.log = b.log AND e.seq = b.seq
             WHERE b.root = ?1 AND b.seq = ?2 ORDER BY 1",
        )?;
        let rows = query.query_map(params![at.log.bytes(), integer(at.seq)], |row| {
            Ok(EntryRef { log: LogId(fixed(row, 0)?), seq: at.seq })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The log that the entries of a branch were written to; `None` where a log is no branch.
    ///
    /// # Errors
    /// The database's.
    pub fn root_of(&self, name: LogId) -> Result<Option<LogId>> {
        let mut query = self.conn.prepare_cached(
            "SELECT b.root FROM log_branch b JOIN log l ON l.id = b.log WHERE l.log_id = ?1",
        )?;
        let root = query.query_row([name.bytes()], |row| Ok(LogId(fixed(row, 0)?)));
        Ok(root.optional()?)
    }

    /// The logs of a device of which more is quoted than their stretch holds.
    ///
    /// # Errors
    /// The database's.
    pub fn quoted_of(&self, device: DeviceId) -> Result<Vec<(LogId, LogKey)>> {
        let mut query = self.conn.prepare_cached(
            "SELECT l.log_id, l.space, l.device, l.epoch FROM log l
             WHERE l.device = ?1 AND NOT EXISTS (SELECT 1 FROM log_branch b WHERE b.log = l.id)
             AND (SELECT max(e.seq) FROM log_entry e WHERE e.log = l.id) > coalesce(
                 (SELECT r.last_seq FROM log_range r WHERE r.log = l.id AND r.first_seq = 1), 0)
             ORDER BY l.log_id",
        )?;
        let rows = query.query_map([device.bytes()], |row| {
            let (space, device) = (SpaceId(fixed(row, 1)?), DeviceId(fixed(row, 2)?));
            Ok((LogId(fixed(row, 0)?), LogKey { space, device, epoch: fixed(row, 3)? }))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The numbers of a log's entries that stand beyond a point and in no stretch: quoted ones.
    ///
    /// # Errors
    /// The database's.
    pub fn quoted_beyond(&self, log: LogId, last: u64) -> Result<Vec<u64>> {
        let mut query = self.conn.prepare_cached(
            "SELECT e.seq FROM log_entry e JOIN log l ON l.id = e.log
             WHERE l.log_id = ?1 AND e.seq > ?2 AND NOT EXISTS (
                 SELECT 1 FROM log_range r
                 WHERE r.log = e.log AND e.seq BETWEEN r.first_seq AND r.last_seq)
             ORDER BY e.seq",
        )?;
        let rows = query.query_map(params![log.bytes(), integer(last)], |row| number(row, 0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// What becomes of a stretch of a log that forked.
pub(super) enum Beyond {
    /// It goes on as if nothing were.
    Within,
    /// It holds nothing that belongs under the log's own id.
    Nothing,
}

impl Writer<'_> {
    /// Whether a stretch of a log that forked lies within what all continuations share. What lies
    /// beyond comes in pieces, under names of its own.
    ///
    /// # Errors
    /// [`StoreError::Fork`] where it parts from what is shared.
    pub(super) fn check_cut(&self, arriving: &Stretch) -> Result<Beyond> {
        let Some((last, head)) = self.reader().cut_of(arriving.log)? else {
            return Ok(Beyond::Within);
        };
        if arriving.last() <= last {
            return Ok(Beyond::Within);
        }
        let there = match last.saturating_add(1).checked_sub(arriving.first) {
            Some(0) => Some(arriving.before),
            Some(after) => usize::try_from(after.saturating_sub(1))
                .ok()
                .and_then(|at| arriving.entries.get(at))
                .map(|(_, hash)| *hash),
            None => None,
        };
        if there.is_some_and(|there| there != head) {
            return Err(StoreError::Fork);
        }
        Ok(Beyond::Nothing)
    }

    /// Keeps a log that forked as its continuations ask for: what they share under its own id, the
    /// rest entry by entry under names of their own. Puts behind every record that is touched.
    /// Entries that are held for `broken` stay so.
    ///
    /// # Errors
    /// The database's.
    pub fn part(&mut self, parting: &Parting<'_>, broken: &str, now_ms: i64) -> Result<()> {
        let root = self.log_row(parting.root, parting.key)?;
        for (link, _) in &parting.links {
            let log = self.log_row(link.name, parting.key)?;
            self.tx
                .prepare_cached(
                    "INSERT OR IGNORE INTO log_branch (log, root, seq, head, before)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![
                    log,
                    parting.root.bytes(),
                    integer(link.seq),
                    link.head,
                    link.before
                ])?;
        }
        for (seq, name) in &parting.moves {
            self.rename(root, EntryRef { log: parting.root, seq: *seq }, *name)?;
        }
        if let Some(cut) = parting.cut {
            self.shorten(root, parting.root, cut, parting.run.as_ref())?;
        }
        if let Some(last) = parting.keeps {
            self.drop_stretches(root, last)?;
        }
        for (link, entry) in &parting.links {
            if let Some(entry) = entry {
                self.take_link(parting.key, link, entry, now_ms)?;
            }
        }
        for (at, space) in &parting.carried {
            self.tx
                .prepare_cached(
                    "INSERT OR IGNORE INTO view_carried (log_id, seq, space)
                     SELECT ?1, ?2, ?3 WHERE EXISTS (
                         SELECT 1 FROM log_entry e JOIN log l ON l.id = e.log
                         WHERE l.log_id = ?1 AND e.seq = ?2)",
                )?
                .execute(params![at.log.bytes(), integer(at.seq), space.bytes()])?;
        }
        self.doubt_branched(parting.root, broken)?;
        self.release()
    }

    /// Gives an entry another name.
    fn rename(&mut self, root: i64, at: EntryRef, name: LogId) -> Result<()> {
        let log: i64 = self
            .tx
            .prepare_cached("SELECT id FROM log WHERE log_id = ?1")?
            .query_row([name.bytes()], |row| row.get(0))?;
        let seq = integer(at.seq);
        let moved = self
            .tx
            .prepare_cached(
                "UPDATE OR IGNORE log_entry SET log = ?2, position = iif(ready IS NULL, NULL,
                 coalesce(position, (SELECT coalesce(max(position), 0) + 1 FROM log_entry
                                     WHERE position IS NOT NULL)))
                 WHERE log = ?1 AND seq = ?3",
            )?
            .execute(params![root, log, seq])?;
        let rest = match moved {
            // A piece has brought it already.
            0 => [
                "DELETE FROM log_entry WHERE log = ?1 AND seq = ?3 AND ?2 <> ?1",
                "DELETE FROM log_waiting WHERE log = ?1 AND seq = ?3 AND ?2 <> ?1",
            ]
            .as_slice(),
            _ => &["UPDATE log_waiting SET log = ?2 WHERE log = ?1 AND seq = ?3"],
        };
        for change in rest {
            self.tx.prepare_cached(change)?.execute(params![root, log, seq])?;
        }
        self.tx
            .prepare_cached(
                "UPDATE OR REPLACE view_carried SET log_id = ?2 WHERE log_id = ?1 AND seq = ?3",
            )?
            .execute(params![at.log.bytes(), name.bytes(), seq])?;
        self.rename_audit(at, name)
    }

    /// Ends what is held of a log, and what may be passed on of it, at a signed point.
    fn shorten(
        &mut self,
        id: i64,
        root: LogId,
        (number, head): (u64, Hash),
        run: Option<&Run>,
    ) -> Result<()> {
        let last = integer(number);
        self.drop_stretches(id, number)?;
        self.tx
            .prepare_cached("UPDATE log SET released_seq = min(released_seq, ?2) WHERE id = ?1")?
            .execute(params![id, last])?;
        self.tx
            .prepare_cached(
                "UPDATE log_range SET last_seq = ?2, head = ?3 WHERE log = ?1 AND last_seq > ?2",
            )?
            .execute(params![id, last, head])?;
        if let Some(run) = run {
            self.add_run(id, run)?;
        }
        self.tx
            .prepare_cached(
                "INSERT INTO log_cut (root, last_seq, head) VALUES (?1, ?2, ?3)
                 ON CONFLICT (root) DO UPDATE SET last_seq = ?2, head = ?3",
            )?
            .execute(params![root.bytes(), last, head])?;
        Ok(())
    }

    /// Drops the stretches of a log that begin beyond a number, and the signed points there.
    fn drop_stretches(&mut self, id: i64, last: u64) -> Result<()> {
        for change in [
            "DELETE FROM log_range WHERE log = ?1 AND first_seq > ?2",
            "DELETE FROM log_run WHERE log = ?1 AND last_seq > ?2",
        ] {
            self.tx.prepare_cached(change)?.execute(params![id, integer(last)])?;
        }
        Ok(())
    }

    /// Has an entry that came under the name of a continuation stand under the log's own id, which
    /// came now and has it too; says whether it was here and is ready.
    pub(super) fn take_back(&mut self, id: i64, at: EntryRef, head: &Hash) -> Result<Option<bool>> {
        let seq = integer(at.seq);
        let named = self
            .tx
            .prepare_cached(
                "SELECT b.log, l.log_id FROM log_branch b JOIN log l ON l.id = b.log
                 WHERE b.root = ?1 AND b.seq = ?2 AND b.head = ?3",
            )?
            .query_row(params![at.log.bytes(), seq, head], |row| {
                Ok((row.get::<_, i64>(0)?, LogId(fixed(row, 1)?)))
            })
            .optional()?;
        let Some((named, name)) = named else { return Ok(None) };
        self.tx.prepare_cached("DELETE FROM log_branch WHERE log = ?1")?.execute([named])?;
        let moved = self
            .tx
            .prepare_cached("UPDATE OR IGNORE log_entry SET log = ?2 WHERE log = ?1 AND seq = ?3")?
            .execute(params![named, id, seq])?;
        if moved == 0 {
            return Ok(None);
        }
        for change in [
            "UPDATE log_waiting SET log = ?2 WHERE log = ?1 AND seq = ?3",
            "UPDATE OR REPLACE view_carried SET log_id = (SELECT log_id FROM log WHERE id = ?2)
             WHERE log_id = (SELECT log_id FROM log WHERE id = ?1) AND seq = ?3",
        ] {
            self.tx.prepare_cached(change)?.execute(params![named, id, seq])?;
        }
        self.rename_audit(EntryRef { log: name, seq: at.seq }, at.log)?;
        Ok(self.arrival(at)?.map(|(is_ready, _)| is_ready))
    }

    /// Lets go of the stretches of a log beyond a number, if every entry of them waits for what it
    /// builds on; says whether it did. What else is quoted of the log stays.
    ///
    /// # Errors
    /// The database's.
    pub fn let_go(&mut self, log: LogId, last: u64) -> Result<bool> {
        const BEYOND: &str = "log = (SELECT id FROM log WHERE log_id = ?1) AND EXISTS (
             SELECT 1 FROM log_range r WHERE r.log = log_entry.log AND r.first_seq > ?2
             AND log_entry.seq BETWEEN r.first_seq AND r.last_seq)";
        let place = params![log.bytes(), integer(last)];
        let is_built: bool = self
            .tx
            .prepare_cached(&format!(
                "SELECT EXISTS (SELECT 1 FROM log_entry WHERE {BEYOND}
                 AND (ready IS NOT NULL OR state <> 0))"
            ))?
            .query_row(place, |row| row.get(0))?;
        if is_built {
            return Ok(false);
        }
        for change in [
            format!(
                "DELETE FROM log_waiting WHERE (log, seq) IN
                 (SELECT log, seq FROM log_entry WHERE {BEYOND})"
            ),
            format!("DELETE FROM log_entry WHERE {BEYOND}"),
            "DELETE FROM log_run WHERE log = (SELECT id FROM log WHERE log_id = ?1)
             AND last_seq > ?2"
                .to_owned(),
            "DELETE FROM log_range WHERE log = (SELECT id FROM log WHERE log_id = ?1)
             AND first_seq > ?2"
                .to_owned(),
        ] {
            self.tx.prepare_cached(&change)?.execute(place)?;
        }
        Ok(true)
    }

    /// Takes in an entry of a continuation, unless it stands there already or is erased.
    fn take_link(&mut self, key: LogKey, link: &Link, entry: &Entry, now_ms: i64) -> Result<()> {
        let Some(bytes) = entry.payload.bytes() else { return Ok(()) };
        let at = EntryRef { log: link.name, seq: link.seq };
        if self.arrival(at)?.is_some() || self.is_erased_in(entry.doc, key.space)? {
            return Ok(());
        }
        let id = self.log_row(link.name, key)?;
        self.insert_carried(id, at, (entry, bytes), now_ms)
    }

    /// Puts behind the records of a log's continuations, what was held of them too: what an entry
    /// builds on may have another meaning now.
    fn doubt_branched(&mut self, root: LogId, broken: &str) -> Result<()> {
        const RECORDS: &str = "SELECT e.doc FROM log_entry e JOIN log_branch b ON b.log = e.log
             WHERE b.root = ?1 AND e.kind = 1";
        self.tx
            .prepare_cached(&format!(
                "INSERT OR IGNORE INTO local_behind (record) {RECORDS} AND e.ready IS NOT NULL"
            ))?
            .execute([root.bytes()])?;
        self.tx
            .prepare_cached(&format!(
                "UPDATE log_entry SET state = 0, held = NULL
                 WHERE kind = 1 AND absent IS NULL AND (held IS NULL OR held <> ?2)
                 AND doc IN ({RECORDS})"
            ))?
            .execute(params![root.bytes(), broken])?;
        Ok(())
    }

    /// Whether entries of a log stand under the names of continuations.
    pub(super) fn has_names(&self, root: LogId) -> Result<bool> {
        let mut query =
            self.tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM log_branch WHERE root = ?1)")?;
        Ok(query.query_row([root.bytes()], |row| row.get(0))?)
    }

    /// The name under which an entry of a log that forked stands, if it is in one of its
    /// continuations.
    pub(super) fn branch_with(&self, at: EntryRef, entry: &Entry) -> Result<Option<EntryRef>> {
        let reader = self.reader();
        for meant in reader.meant(at)?.into_iter().filter(|meant| meant.log != at.log) {
            let stored = reader.entries(meant.log, meant.seq, meant.seq)?;
            if stored.first().is_some_and(|stored| is_same(&stored.entry, entry)) {
                return Ok(Some(meant));
            }
        }
        Ok(None)
    }

    /// Whether one of the entries that a reference to a log that forked may mean has come; if so,
    /// whether one is ready and one may be passed on.
    pub(super) fn arrival_of_branch(&self, at: EntryRef) -> Result<Option<(bool, bool)>> {
        let mut query = self.tx.prepare_cached(
            "SELECT max(e.ready IS NOT NULL), max(e.position IS NOT NULL) FROM log_branch b
             JOIN log_entry e ON e.log = b.log AND e.seq = b.seq
             WHERE b.root = ?1 AND b.seq = ?2 HAVING count(*) > 0",
        )?;
        Ok(query
            .query_row(params![at.log.bytes(), integer(at.seq)], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?)
    }
}
