//! Cached documents, and the other projections of single records: persons and units.

use domain::id::{RecordId, SpaceId, UnitId};
use rusqlite::{OptionalExtension, params};

use crate::cases::ConflictRow;
use crate::database::{Reader, Result, Writer};
use crate::logs::fixed;
use crate::rows::{Table, row};

/// A cached document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The record.
    pub record: RecordId,
    /// The space it lives in.
    pub space: SpaceId,
    /// The word for its kind.
    pub kind: String,
    /// The hashes of its heads, sorted.
    pub heads: Vec<[u8; 32]>,
    /// The document.
    pub saved: Vec<u8>,
    /// Whether some of its facts had nobody to vouch for them.
    pub has_refused: bool,
}

/// A person as the list shows one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The record.
    pub record: RecordId,
    /// Its space.
    pub space: SpaceId,
    /// Name.
    pub name: String,
    /// Telephone.
    pub phone: String,
    /// Address.
    pub address: String,
    /// Day of birth, `YYYY-MM-DD`; empty while unknown.
    pub born: String,
    /// Names and telephones that stand beside those until somebody decides, one a line.
    pub beside: String,
    /// The words in letters by which it is found, each after a blank.
    pub letters: String,
}

/// What somebody typed as the beginning of a word in letters; empty if it is no such word.
fn lettered(part: &str) -> String {
    let typed: String = part.chars().filter(|c| !c.is_whitespace()).collect();
    if typed.len() > 1 && typed.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        format!(" {}", typed.to_ascii_lowercase())
    } else {
        String::new()
    }
}

/// A unit as the list shows one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRow {
    /// The record.
    pub record: RecordId,
    /// Name.
    pub name: String,
    /// What it was called before, as JSON.
    pub former: String,
    /// The word for its level.
    pub level: String,
    /// The word for what it is.
    pub sort: String,
    /// The unit it became part of, and the first day of that.
    pub merged: Option<(UnitId, String)>,
    /// Whether it was registered by mistake.
    pub is_withdrawn: bool,
}

impl UnitRow {
    /// Whether something may be begun for it or with it.
    #[must_use]
    pub const fn stands(&self) -> bool {
        self.merged.is_none() && !self.is_withdrawn
    }
}

fn person_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<PersonRow> {
    Ok(PersonRow {
        record: RecordId(fixed(row, 0)?),
        space: SpaceId(fixed(row, 1)?),
        name: row.get(2)?,
        phone: row.get(3)?,
        address: row.get(4)?,
        born: row.get(5)?,
        beside: row.get(6)?,
        letters: row.get(7)?,
    })
}

impl Reader<'_> {
    /// The cached document of a record.
    ///
    /// # Errors
    /// The database's.
    pub fn saved(&self, record: RecordId) -> Result<Option<Saved>> {
        let mut query = self.conn.prepare_cached(
            "SELECT space, kind, heads, saved, has_refused FROM view_record WHERE record = ?1",
        )?;
        Ok(query
            .query_row([record.bytes()], |row| {
                let heads = row.get_ref(2)?.as_blob()?.as_chunks::<32>().0.to_vec();
                Ok(Saved {
                    record,
                    space: SpaceId(fixed(row, 0)?),
                    kind: row.get(1)?,
                    heads,
                    saved: row.get(3)?,
                    has_refused: row.get(4)?,
                })
            })
            .optional()?)
    }

    /// What is recorded in a record, a word; `None` while it is not built.
    ///
    /// # Errors
    /// The database's.
    pub fn kind_of(&self, record: RecordId) -> Result<Option<String>> {
        let mut query =
            self.conn.prepare_cached("SELECT kind FROM view_record WHERE record = ?1")?;
        Ok(query.query_row([record.bytes()], |row| row.get(0)).optional()?)
    }

    /// The space a record was begun in; `None` while its beginning has not arrived.
    ///
    /// # Errors
    /// The database's.
    pub fn space_of(&self, record: RecordId) -> Result<Option<SpaceId>> {
        let mut query = self.conn.prepare_cached(
            "SELECT l.space FROM log_entry e JOIN log l ON l.id = e.log
             WHERE e.doc = ?1 AND e.needs = x'' ORDER BY e.ready LIMIT 1",
        )?;
        Ok(query.query_row([record.bytes()], |row| Ok(SpaceId(fixed(row, 0)?))).optional()?)
    }

    /// The records that live in a space, in order.
    ///
    /// # Errors
    /// The database's.
    pub fn records_in(&self, space: SpaceId) -> Result<Vec<RecordId>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT record FROM view_record WHERE space = ?1 ORDER BY record")?;
        let rows = query.query_map([space.bytes()], |row| Ok(RecordId(fixed(row, 0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Every record with a cached document, in order.
    ///
    /// # Errors
    /// The database's.
    pub fn records(&self) -> Result<Vec<RecordId>> {
        let mut query =
            self.conn.prepare_cached("SELECT record FROM view_record ORDER BY record")?;
        let rows = query.query_map([], |row| Ok(RecordId(fixed(row, 0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The persons of this device's spaces, by name: all of them, or those with a part of their
    /// name or telephone, or whose name or address is so read in letters; nobody born on `born_since` or later, where that is given.
    ///
    /// # Errors
    /// The database's.
    pub fn persons(
        &self,
        part: &str,
        born_since: Option<&str>,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<PersonRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT record, space, name, phone, address, born, beside, letters FROM view_person
             WHERE (instr(name, ?1) > 0 OR instr(phone, ?1) > 0 OR instr(beside, ?1) > 0
                 OR (?5 <> '' AND instr(letters, ?5) > 0))
             AND (?4 IS NULL OR born < ?4)
             ORDER BY name, record LIMIT ?3 OFFSET ?2",
        )?;
        let rows = query
            .query_map(params![part, offset, limit, born_since, lettered(part)], person_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The row of a person.
    ///
    /// # Errors
    /// The database's.
    pub fn person(&self, record: RecordId) -> Result<Option<PersonRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT record, space, name, phone, address, born, beside, letters FROM view_person
             WHERE record = ?1",
        )?;
        Ok(query.query_row([record.bytes()], person_row).optional()?)
    }

    /// How many persons there are with a part of their name or telephone.
    ///
    /// # Errors
    /// The database's.
    pub fn person_count(&self, part: &str, born_since: Option<&str>) -> Result<u64> {
        let mut query = self.conn.prepare_cached(
            "SELECT count(*) FROM view_person
             WHERE (instr(name, ?1) > 0 OR instr(phone, ?1) > 0 OR instr(beside, ?1) > 0
                 OR (?3 <> '' AND instr(letters, ?3) > 0))
             AND (?2 IS NULL OR born < ?2)",
        )?;
        Ok(query.query_row(params![part, born_since, lettered(part)], |row| {
            crate::logs::number(row, 0)
        })?)
    }

    /// The units, by level and name.
    ///
    /// # Errors
    /// The database's.
    pub fn units(&self) -> Result<Vec<UnitRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT record, name, level, sort, former, merged_into, merged_day, is_withdrawn
             FROM view_unit ORDER BY level, name, record",
        )?;
        let rows = query.query_map([], |row| {
            Ok(UnitRow {
                record: RecordId(fixed(row, 0)?),
                name: row.get(1)?,
                level: row.get(2)?,
                sort: row.get(3)?,
                former: row.get(4)?,
                merged: crate::cases::optional_unit(row, 5)?.zip(row.get(6)?),
                is_withdrawn: row.get(7)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The units that became part of others: which, of which, and the first day of that.
    ///
    /// # Errors
    /// The database's.
    pub fn merged_units(&self) -> Result<Vec<(UnitId, UnitId, String)>> {
        let mut query = self.conn.prepare_cached(
            "SELECT record, merged_into, merged_day FROM view_unit
             WHERE merged_into IS NOT NULL AND merged_day IS NOT NULL",
        )?;
        let rows = query.query_map([], |row| {
            Ok((RecordId(fixed(row, 0)?), RecordId(fixed(row, 1)?), row.get(2)?))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Every row of every projection as text, sorted, cached documents by their heads: equal for
    /// two machines that hold the same entries. What is only lent is not among them.
    ///
    /// # Errors
    /// The database's.
    pub fn dump_views(&self) -> Result<Vec<String>> {
        const DUMPED: [&str; 23] = [
            "SELECT 'record', hex(record), hex(space), kind, hex(heads), has_refused
             FROM view_record",
            "SELECT 'refused', hex(record), hex(log_id), seq, reason FROM view_refused",
            "SELECT 'case', hex(record), hex(space), number, title, category, place, parties,
             stage, state, marks, hex(owner), hex(registered_unit), registered_day,
             next_due_day, next_due_what, risk, amount_fen, is_amount_unverified, is_closed, open_conflicts, village_sessions,
             township_sessions, visits, sessions, escalations, written_agreements,
             oral_agreements, settings, source, party_count, local_code, local_group, local_item
             FROM view_case",
            "SELECT 'guard', hex(record), is_protected, is_restricted, hex(holders), hex(addressed), hex(former),
             minors, parties FROM view_guard",
            "SELECT 'item', hex(record), ordinal, fact, day, form, amount_fen FROM view_item",
            "SELECT 'sheet', hex(record), ordinal, fact, kind, number, hex(sender),
             hex(addressee), part, day, status, hex(turn) FROM view_sheet",
            "SELECT 'setting', hex(record), version, holds, body FROM view_setting",
            "SELECT 'local_item', code, ordinal, fact, body FROM view_local_item",
            "SELECT 'period', hex(record), ordinal, kind, period, hex(unit), fact, hex(author),
             at FROM view_period",
            "SELECT 'due', hex(record), ordinal, kind, day, hex(unit), what, amount_fen,
             agreement, line FROM view_due",
            "SELECT 'conflict', hex(record), ordinal, key, kind, is_open, hex(unit), roles, latest
             FROM view_conflict",
            "SELECT 'notice', hex(record), key, hex(unit), rule, is_open FROM view_notice",
            "SELECT 'card', hex(record), id, hex(unit), colour, day, is_withdrawn FROM view_card",
            "SELECT 'person', hex(record), hex(space), name, phone, address, born FROM view_person",
            "SELECT 'unit', hex(record), name, former, level, sort, hex(merged_into), merged_day,
             is_withdrawn FROM view_unit",
            "SELECT 'text', hex(record), kind, text FROM view_text",
            "SELECT 'found', hex(t.record), f.place, f.hidden, hex(f.owner), f.state, f.stage,
             f.category, f.local_group, f.local_code, f.registered_day, f.is_closed, f.open_conflicts
             FROM view_found f JOIN view_text t ON t.id = f.id",
            "SELECT 'key', hex(record), key FROM view_key",
            "SELECT 'traits', hex(record), traits FROM view_traits",
            "SELECT 'link', hex(record), hex(other), verdict, goes_into, is_disputed
             FROM view_link",
            "SELECT 'number', hex(record), number, claim, voided FROM view_number",
            "SELECT 'party', hex(record), hex(person) FROM view_party",
            "SELECT 'audit', hex(entry), hex(space), hex(device), at_ms, hex(user), act,
             hex(record), note FROM view_audit",
        ];
        let lent = self.lent_names()?;
        let mut lines = Vec::new();
        for sql in DUMPED {
            let mut query = self.conn.prepare(sql)?;
            let columns = query.column_count();
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let mut cells = Vec::with_capacity(columns);
                for column in 0..columns {
                    use rusqlite::types::ValueRef;
                    cells.push(match row.get_ref(column)? {
                        ValueRef::Null => String::new(),
                        ValueRef::Integer(value) => value.to_string(),
                        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                        ValueRef::Real(_) | ValueRef::Blob(_) => String::from("?"),
                    });
                }
                if cells.get(1).is_none_or(|record| !lent.contains(record)) {
                    lines.push(cells.join("\t"));
                }
            }
        }
        lines.sort_unstable();
        Ok(lines)
    }
}

const RECORDS: Table = Table {
    name: "view_record",
    of: "record",
    keys: &[],
    columns: &["space", "kind", "heads", "saved", "has_refused"],
};

const PERSONS: Table = Table {
    name: "view_person",
    of: "record",
    keys: &[],
    columns: &["space", "name", "phone", "address", "born", "beside", "letters"],
};

const UNITS: Table = Table {
    name: "view_unit",
    of: "record",
    keys: &[],
    columns: &["name", "level", "sort", "former", "merged_into", "merged_day", "is_withdrawn"],
};

impl Writer<'_> {
    /// Takes a record out of every list but that of who did what: nothing of it counts any more.
    /// Its entries stay.
    ///
    /// # Errors
    /// The database's.
    pub fn unlist(&mut self, record: RecordId) -> Result<()> {
        let text: Option<i64> = self
            .tx
            .prepare_cached("SELECT id FROM view_text WHERE record = ?1")?
            .query_row([record.bytes()], |row| row.get(0))
            .optional()?;
        if let Some(id) = text {
            self.tx.prepare_cached("DELETE FROM view_found WHERE id = ?1")?.execute([id])?;
            self.drop_words(id);
        }
        self.forget_lent(record)?;
        let tables: Vec<String> = {
            let mut query = self.tx.prepare_cached(
                "SELECT t.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
                 WHERE t.type = 'table' AND t.name GLOB 'view_*' AND t.name <> 'view_audit'
                 AND c.name = 'record'",
            )?;
            query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        for table in tables {
            self.tx
                .prepare_cached(&format!("DELETE FROM {table} WHERE record = ?1"))?
                .execute([record.bytes()])?;
        }
        Ok(())
    }

    /// Caches a document.
    ///
    /// # Errors
    /// The database's.
    pub fn save(&mut self, saved: &Saved) -> Result<()> {
        let values = row(params![
            saved.space.bytes(),
            saved.kind,
            saved.heads.concat(),
            saved.saved,
            saved.has_refused
        ])?;
        self.put_rows(&RECORDS, saved.record.bytes(), [values])
    }

    /// Writes the row of a person and its contradictions.
    ///
    /// # Errors
    /// The database's.
    pub fn put_person(&mut self, person: &PersonRow, conflicts: &[ConflictRow]) -> Result<()> {
        self.put_conflicts(person.record, conflicts)?;
        let values = row(params![
            person.space.bytes(),
            person.name,
            person.phone,
            person.address,
            person.born,
            person.beside,
            person.letters
        ])?;
        self.put_rows(&PERSONS, person.record.bytes(), [values])
    }

    /// Takes a person out of the lists.
    ///
    /// # Errors
    /// The database's.
    pub fn drop_person(&mut self, record: RecordId) -> Result<()> {
        self.put_conflicts(record, &[])?;
        self.put_rows(&PERSONS, record.bytes(), [])
    }

    /// Writes the row of a unit.
    ///
    /// # Errors
    /// The database's.
    pub fn put_unit(&mut self, unit: &UnitRow) -> Result<()> {
        let values = row(params![
            unit.name,
            unit.level,
            unit.sort,
            unit.former,
            unit.merged.as_ref().map(|(into, _)| into.0.to_vec()),
            unit.merged.as_ref().map(|(_, day)| day),
            unit.is_withdrawn
        ])?;
        self.put_rows(&UNITS, unit.record.bytes(), [values])
    }
}
