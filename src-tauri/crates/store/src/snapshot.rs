//! A snapshot of the lists: the rows that records contribute to them, as one computer lends them to
//! another that has built nothing yet. They stand in the lists until each record is built from its
//! entries, and are nobody's truth: what was lent is remembered in `local_lent`, and who lent what
//! the entries do not say is told.
//!
//! Names of tables and columns never travel: a table is its place in [`TABLES`], and its columns
//! follow in the order that stands there, each of the type that stands there.
//!
//! **Shape**, all numbers as [`domain::varint`]: the spaces, each (its id, the count of its
//! records, each record (its id, its kind by its place in [`KINDS`], the count of its heads, eight
//! bytes of each)); then table by table its rows, each (the place of its record from 1 on, the columns), and
//! 0 after the last.

use std::collections::BTreeSet;

use domain::fact::RecordKind;
use domain::id::{DeviceId, RecordId, SpaceId};
use domain::log::Hash;
use domain::varint::{self, Cursor, Malformed};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension, Row, params};

use crate::database::{Reader, Result, StoreError, Writer};
use crate::logs::fixed;
use crate::search::words_of;

mod tables;

use tables::{TABLES, Table};

/// The kinds of records that are lent. Units and settings come with the common space, before; what
/// was reported for a period is read from its documents.
const KINDS: [RecordKind; 2] = [RecordKind::Case, RecordKind::Person];

/// The most bytes of one part.
pub const PART_BYTES_MAX: usize = 6 * 1024 * 1024;

/// The most records of one part.
pub const PART_RECORDS_MAX: usize = 4096;

/// How many records a sender puts into one part, where they find room.
const PART_RECORDS_AIM: usize = 512;

/// How many bytes of a head say which it is: nothing rests on it but what is told.
const HEAD_BYTES: usize = 8;

/// The most heads of one record: as many as anybody writes at once.
const HEADS_MAX: usize = 4096;

/// What can go wrong with what was lent.
#[derive(Debug, thiserror::Error)]
pub enum LentFault {
    /// The bytes are no rows of lists.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for LentFault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// How far a snapshot has come: spaces in order, the records of each in order.
pub type Place = (SpaceId, RecordId);

/// A part of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The rows.
    pub bytes: Vec<u8>,
    /// The last record that was looked at.
    pub until: Place,
}

/// What became of rows that were lent, once nothing more is to come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Records of which no entry ever came: they stand in no list any more.
    pub never_came: u64,
    /// Records of which the entries say something else than was lent.
    pub otherwise: u64,
}

/// Records of a space, as a part lists them.
struct Group {
    space: SpaceId,
    records: Vec<(RecordId, u8, Vec<u8>)>,
    last: RecordId,
}

impl Group {
    fn place(&self, record: RecordId) -> Option<usize> {
        self.records.binary_search_by_key(&record, |(id, ..)| *id).ok()
    }
}

/// The first bytes of each of some heads.
fn short(heads: &[u8]) -> Vec<u8> {
    let heads = heads.as_chunks::<32>().0;
    heads.iter().filter_map(|head| head.first_chunk::<HEAD_BYTES>()).flatten().copied().collect()
}

fn write_count(out: &mut Vec<u8>, count: usize) {
    varint::write(out, u64::try_from(count).unwrap_or(u64::MAX));
}

/// Appends the columns of a row after its record, as they travel; the space a row names must be
/// that of its record.
fn write_row(out: &mut Vec<u8>, table: &Table, row: &Row<'_>, space: SpaceId) -> Result<()> {
    for (at, (_, cell)) in (1..).zip(table.columns) {
        cell.write(out, row.get_ref(at)?, space)
            .ok_or_else(|| StoreError::Damaged(format!("a row of {}", table.name)))?;
    }
    Ok(())
}

impl Reader<'_> {
    /// Whether no document of any record of some spaces is built.
    ///
    /// # Errors
    /// The database's.
    pub fn builds_nothing_in(&self, spaces: &BTreeSet<SpaceId>) -> Result<bool> {
        let mut query = self
            .conn
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM view_record WHERE space = ?1)")?;
        for space in spaces {
            if query.query_row([space.bytes()], |row| row.get(0))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The next part of a snapshot of the lists, of the records that are built of some spaces;
    /// nothing after the last. What is too large for a part is left out, and comes with its entries
    /// alone.
    ///
    /// # Errors
    /// The database's.
    pub fn part(&self, spaces: &BTreeSet<SpaceId>, after: Option<Place>) -> Result<Option<Part>> {
        let (mut after, mut most) = (after, PART_RECORDS_AIM);
        loop {
            let groups = self.groups(spaces, after, most)?;
            let Some(until) = groups.last().map(|group| (group.space, group.last)) else {
                return Ok(None);
            };
            let is_empty = groups.iter().all(|group| group.records.is_empty());
            match if is_empty { None } else { self.written(&groups)? } {
                Some(bytes) => return Ok(Some(Part { bytes, until })),
                None if is_empty || most == 1 => after = Some(until),
                None => most = most.div_ceil(2),
            }
        }
    }

    /// The next records, `most` of them.
    fn groups(
        &self,
        spaces: &BTreeSet<SpaceId>,
        after: Option<Place>,
        most: usize,
    ) -> Result<Vec<Group>> {
        let mut query = self.conn.prepare_cached(
            "SELECT record, kind, heads FROM view_record INDEXED BY view_record_space
             WHERE space = ?1 AND record > ?2 ORDER BY record LIMIT ?3",
        )?;
        let (mut groups, mut left) = (Vec::new(), most);
        for space in spaces {
            let from = match after {
                Some((last, _)) if *space < last => continue,
                Some((last, record)) if *space == last => record.0.to_vec(),
                _ => Vec::new(),
            };
            let limit = i64::try_from(left).unwrap_or(i64::MAX);
            let mut rows = query.query(params![space.bytes(), from, limit])?;
            let mut group = Group { space: *space, records: Vec::new(), last: RecordId([0; 16]) };
            let mut seen = 0usize;
            while let Some(row) = rows.next()? {
                seen = seen.saturating_add(1);
                group.last = RecordId(fixed(row, 0)?);
                let kind = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
                let kind = KINDS.iter().position(|known| known.code() == kind);
                let kind = kind.and_then(|kind| u8::try_from(kind).ok());
                let heads = short(row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?);
                group.records.extend(kind.map(|kind| (group.last, kind, heads)));
            }
            if seen > 0 {
                groups.push(group);
            }
            left = left.saturating_sub(seen);
            if left == 0 {
                break;
            }
        }
        Ok(groups)
    }

    /// The bytes of a part; nothing where they would be too many.
    fn written(&self, groups: &[Group]) -> Result<Option<Vec<u8>>> {
        let mut out = Vec::new();
        write_count(&mut out, groups.len());
        for group in groups {
            out.extend_from_slice(group.space.bytes());
            write_count(&mut out, group.records.len());
            for (record, kind, heads) in &group.records {
                out.extend_from_slice(record.bytes());
                out.push(*kind);
                write_count(&mut out, heads.as_chunks::<HEAD_BYTES>().0.len());
                out.extend_from_slice(heads);
            }
        }
        for table in TABLES {
            let mut query = self.conn.prepare_cached(&table.select())?;
            let mut before = 1usize;
            for group in groups {
                let Some((first, ..)) = group.records.first() else { continue };
                let bounds = params![group.space.bytes(), first.bytes(), group.last.bytes()];
                let mut rows = query.query(bounds)?;
                while let Some(row) = rows.next()? {
                    let Some(at) = group.place(RecordId(fixed(row, 0)?)) else { continue };
                    write_count(&mut out, before.saturating_add(at));
                    write_row(&mut out, table, row, group.space)?;
                }
                before = before.saturating_add(group.records.len());
            }
            out.push(0);
            if out.len() > PART_BYTES_MAX {
                return Ok(None);
            }
        }
        Ok(Some(out))
    }

    /// The hash of the rows that a record contributes to the lists; nothing while it is not built.
    fn hash_of_rows(&self, record: RecordId) -> Result<Option<Hash>> {
        let mut space =
            self.conn.prepare_cached("SELECT space FROM view_record WHERE record = ?1")?;
        let space =
            space.query_row([record.bytes()], |row| Ok(SpaceId(fixed(row, 0)?))).optional()?;
        let Some(space) = space else { return Ok(None) };
        let mut said = space.0.to_vec();
        for (at, table) in (0..).zip(TABLES) {
            let mut query = self.conn.prepare_cached(&table.select())?;
            let bounds = params![space.bytes(), record.bytes(), record.bytes()];
            let mut rows = query.query(bounds)?;
            while let Some(row) = rows.next()? {
                said.push(at);
                write_row(&mut said, table, row, space)?;
            }
        }
        Ok(Some(*blake3::hash(&said).as_bytes()))
    }

    /// Whether a record stands in the lists by what another device lent alone.
    ///
    /// # Errors
    /// The database's.
    pub fn is_lent(&self, record: RecordId) -> Result<bool> {
        let mut query = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM local_lent WHERE record = ?1)
             AND NOT EXISTS (SELECT 1 FROM view_record WHERE record = ?1)",
        )?;
        Ok(query.query_row([record.bytes()], |row| row.get(0))?)
    }

    /// How many records stand in the lists by what another device lent alone.
    ///
    /// # Errors
    /// The database's.
    pub fn lent_count(&self) -> Result<u64> {
        let mut query = self.conn.prepare_cached(
            "SELECT count(*) FROM local_lent l
             WHERE NOT EXISTS (SELECT 1 FROM view_record r WHERE r.record = l.record)",
        )?;
        Ok(query.query_row([], |row| crate::logs::number(row, 0))?)
    }

    /// Whether anything that was lent is not known to be what the entries say.
    ///
    /// # Errors
    /// The database's.
    pub fn owes_lists(&self) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM local_lent)";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// The ids of those records, as [`Reader::dump_views`] writes them.
    pub(crate) fn lent_names(&self) -> Result<BTreeSet<String>> {
        let mut query = self.conn.prepare_cached(
            "SELECT hex(record) FROM local_lent l
             WHERE NOT EXISTS (SELECT 1 FROM view_record r WHERE r.record = l.record)",
        )?;
        let names = query.query_map([], |row| row.get(0))?;
        Ok(names.collect::<rusqlite::Result<_>>()?)
    }
}

/// A record of a part, as it is taken.
struct Lent<'a> {
    record: RecordId,
    space: SpaceId,
    kind: RecordKind,
    heads: &'a [u8],
    /// Whether its rows are written: it is not erased, and not built.
    is_taken: bool,
    /// Its rows as they came, each after the place of its table: what [`Reader::hash_of_rows`] says
    /// of the same rows.
    said: Vec<u8>,
    /// Whether it stands in a list.
    is_listed: bool,
    /// Whether a row says from whom what is hidden.
    is_guarded: bool,
    /// Under which number its words are indexed.
    text: Option<i64>,
}

impl Lent<'_> {
    fn has_rows(&self) -> bool {
        self.said.len() > self.space.0.len()
    }

    /// Whether everything is there without which it may not be shown.
    const fn is_whole(&self) -> bool {
        match self.kind {
            RecordKind::Case => self.is_listed && self.is_guarded,
            RecordKind::Person => self.is_listed,
            RecordKind::Period | RecordKind::Unit | RecordKind::Settings => true,
        }
    }
}

impl Writer<'_> {
    /// Writes the rows of a part that a device lent, of records that are neither built nor erased
    /// here: all of it, or nothing where the bytes are no part or name another space. Says how many
    /// records they are of.
    ///
    /// # Errors
    /// [`LentFault::Malformed`], and the database's.
    pub fn take_part(
        &mut self,
        device: DeviceId,
        spaces: &BTreeSet<SpaceId>,
        barred: impl Fn(RecordId) -> bool,
        bytes: &[u8],
    ) -> std::result::Result<u64, LentFault> {
        let mut cursor = Cursor::new(bytes);
        let mut lent = self.read_head(&mut cursor, spaces, barred)?;
        for (at, table) in (0..).zip(TABLES) {
            self.take_rows(bytes, &mut cursor, (at, table), &mut lent)?;
        }
        if cursor.left() > 0 {
            return Err(Malformed.into());
        }
        let mut count: u64 = 0;
        for lent in lent.iter().filter(|lent| lent.is_taken && lent.has_rows()) {
            if !lent.is_whole() {
                return Err(Malformed.into());
            }
            self.tx
                .prepare_cached(
                    "INSERT INTO local_lent (record, device, space, heads, hash)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![
                    lent.record.bytes(),
                    device.bytes(),
                    lent.space.bytes(),
                    lent.heads,
                    blake3::hash(&lent.said).as_bytes().as_slice()
                ])?;
            count = count.saturating_add(1);
        }
        Ok(count)
    }

    /// Reads which records a part is of. Of what was lent before, nothing stays.
    fn read_head<'a>(
        &mut self,
        cursor: &mut Cursor<'a>,
        spaces: &BTreeSet<SpaceId>,
        barred: impl Fn(RecordId) -> bool,
    ) -> std::result::Result<Vec<Lent<'a>>, LentFault> {
        let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
        for _ in 0..cursor.count(PART_RECORDS_MAX)? {
            let space = SpaceId(cursor.array()?);
            if !spaces.contains(&space) {
                return Err(Malformed.into());
            }
            for _ in 0..cursor.count(PART_RECORDS_MAX)? {
                let record = RecordId(cursor.array()?);
                let [kind] = cursor.array()?;
                let kind = *KINDS.get(usize::from(kind)).ok_or(Malformed)?;
                let heads = cursor.count(HEADS_MAX)?;
                let heads = cursor.take(heads.saturating_mul(HEAD_BYTES))?;
                if !seen.insert(record) || seen.len() > PART_RECORDS_MAX {
                    return Err(Malformed.into());
                }
                let is_taken = !barred(record) && self.has_room_for(record)?;
                if is_taken && self.reader().is_lent(record)? {
                    self.unlist(record)?;
                }
                let said = space.0.to_vec();
                let (is_listed, is_guarded, text) = (false, false, None);
                all.push(Lent {
                    record,
                    space,
                    kind,
                    heads,
                    is_taken,
                    said,
                    is_listed,
                    is_guarded,
                    text,
                });
            }
        }
        Ok(all)
    }

    /// Whether a record is neither erased nor built here.
    fn has_room_for(&self, record: RecordId) -> Result<bool> {
        let mut query = self.tx.prepare_cached(
            "SELECT NOT EXISTS (SELECT 1 FROM log_erased WHERE record = ?1)
             AND NOT EXISTS (SELECT 1 FROM view_record WHERE record = ?1)",
        )?;
        Ok(query.query_row([record.bytes()], |row| row.get(0))?)
    }

    /// Takes the rows of one table.
    fn take_rows(
        &mut self,
        bytes: &[u8],
        cursor: &mut Cursor<'_>,
        (place, table): (u8, &Table),
        all: &mut [Lent<'_>],
    ) -> std::result::Result<(), LentFault> {
        let mut words: Vec<(i64, String)> = Vec::new();
        {
            let mut insert = self.tx.prepare_cached(&table.insert())?;
            loop {
                let at = cursor.count(all.len())?;
                let Some(at) = at.checked_sub(1) else { break };
                let lent = all.get_mut(at).ok_or(Malformed)?;
                if !table.of.contains(&lent.kind) {
                    return Err(Malformed.into());
                }
                let (left, space) = (cursor.left(), lent.space);
                let mut cells = Vec::with_capacity(table.columns.len());
                for (_, cell) in table.columns {
                    cells.push(cell.read(cursor, &space)?);
                }
                let (begin, end) =
                    (bytes.len().checked_sub(left), bytes.len().checked_sub(cursor.left()));
                let said = begin.zip(end).and_then(|(begin, end)| bytes.get(begin..end));
                lent.said.push(place);
                lent.said.extend_from_slice(said.ok_or(Malformed)?);
                if !lent.is_taken {
                    continue;
                }
                if table.is_by_text {
                    insert.raw_bind_parameter(1, lent.text.ok_or(Malformed)?)?;
                } else {
                    insert.raw_bind_parameter(1, lent.record.bytes())?;
                }
                for (parameter, cell) in (2usize..).zip(&cells) {
                    insert.raw_bind_parameter(parameter, ToSqlOutput::Borrowed(*cell))?;
                }
                // Two rows in one place.
                if insert.raw_execute()? != 1 {
                    return Err(Malformed.into());
                }
                lent.is_listed |= table.lists;
                lent.is_guarded |= table.guards;
                if let (true, [_, ValueRef::Text(text), ValueRef::Text(letters)]) =
                    (table.is_text, cells.as_slice())
                {
                    let id = self.tx.last_insert_rowid();
                    lent.text = Some(id);
                    let plain = |bytes| std::str::from_utf8(bytes).map_err(|_| Malformed);
                    words.push((id, words_of(plain(text)?, plain(letters)?)));
                }
            }
        }
        for (id, words) in words {
            self.put_words(id, words);
        }
        Ok(())
    }

    /// A record was built of its entries: nothing is owed where they say what was lent.
    ///
    /// # Errors
    /// The database's.
    pub fn repay(&mut self, record: RecordId) -> Result<()> {
        let mut query = self.tx.prepare_cached("SELECT hash FROM local_lent WHERE record = ?1")?;
        let lent: Option<Hash> =
            query.query_row([record.bytes()], |row| fixed(row, 0)).optional()?;
        drop(query);
        if lent.is_some() && lent == self.reader().hash_of_rows(record)? {
            self.forget_lent(record)?;
        }
        Ok(())
    }

    pub(crate) fn forget_lent(&mut self, record: RecordId) -> Result<()> {
        self.tx
            .prepare_cached("DELETE FROM local_lent WHERE record = ?1")?
            .execute([record.bytes()])?;
        Ok(())
    }

    /// Everything has come that whoever holds some spaces had, and is built: takes out of the lists
    /// what nobody has entries of. Counts what one device had lent that the entries do not say; of a
    /// record that went on meanwhile they may say something else.
    ///
    /// # Errors
    /// The database's.
    pub fn settle_lent(&mut self, spaces: &BTreeSet<SpaceId>, lender: DeviceId) -> Result<Settled> {
        let loans: Vec<(RecordId, DeviceId, SpaceId, Vec<u8>, Hash)> = {
            let mut query = self
                .tx
                .prepare_cached("SELECT record, device, space, heads, hash FROM local_lent")?;
            let rows = query.query_map([], |row| {
                let (record, device) = (RecordId(fixed(row, 0)?), DeviceId(fixed(row, 1)?));
                Ok((record, device, SpaceId(fixed(row, 2)?), row.get(3)?, fixed(row, 4)?))
            })?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        let mut settled = Settled::default();
        for (record, device, _, said, hash) in
            loans.into_iter().filter(|(_, _, space, ..)| spaces.contains(space))
        {
            let is_told = u64::from(device == lender);
            match self.reader().saved(record)?.map(|saved| short(&saved.heads.concat())) {
                None => {
                    self.unlist(record)?;
                    settled.never_came = settled.never_came.saturating_add(is_told);
                }
                Some(_) if self.reader().hash_of_rows(record)? == Some(hash) => {}
                // It went on from what was lent.
                Some(now) if now != said && self.reader().has_changes(record, &said)? => {}
                Some(_) => settled.otherwise = settled.otherwise.saturating_add(is_told),
            }
            self.forget_lent(record)?;
        }
        Ok(settled)
    }
}

impl Reader<'_> {
    /// Whether all changes that a record is said to end in are here.
    fn has_changes(&self, record: RecordId, heads: &[u8]) -> Result<bool> {
        let mut query = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM log_entry WHERE doc = ?1 AND substr(change, 1, length(?2)) = ?2)",
        )?;
        for head in heads.as_chunks::<HEAD_BYTES>().0 {
            let is_here: bool = query.query_row(params![record.bytes(), head], |row| row.get(0))?;
            if !is_here {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
