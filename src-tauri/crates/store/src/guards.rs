//! What must be asked before a case is shown: who takes part in it, and what in it is hidden from
//! whoever may not read it.

use domain::id::{RecordId, SpaceId, UnitId};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, params};

use crate::database::{Reader, Result, Writer};
use crate::logs::fixed;
use crate::rows::{Table, row};

/// Who takes part in a case, and what in it is hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardRow {
    /// Where the case lives.
    pub space: SpaceId,
    /// Whether it is of violence at home or harm to a minor.
    pub is_protected: bool,
    /// Whether nothing is done with it but keep it (封存).
    pub is_restricted: bool,
    /// The units that registered it or have it in hand.
    pub holders: Vec<UnitId>,
    /// The units that were sent a sheet of it.
    pub addressed: Vec<UnitId>,
    /// The units that had it in hand, or sent a sheet of it.
    pub former: Vec<UnitId>,
    /// What makes its minors known, each word with what stands in its place, as JSON.
    pub minors: String,
    /// What makes its other parties known, likewise.
    pub parties: String,
}

/// Within which cases words are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Within {
    /// Only those in which a unit takes part; any if absent.
    pub unit: Option<UnitId>,
    /// The spaces of cases that this unit shares.
    pub spaces: Vec<SpaceId>,
    /// Protected ones, too.
    pub with_protected: bool,
    /// Restricted ones, too.
    pub with_restricted: bool,
}

impl Within {
    /// The condition, with its values put behind those there are.
    pub(crate) fn condition(&self, values: &mut Vec<Value>) -> String {
        let mut sql = String::new();
        let protection = if self.with_protected { "1" } else { "g.is_protected = 0" };
        let restriction = if self.with_restricted { "1" } else { "g.is_restricted = 0" };
        let mut place = |bytes: &[u8]| {
            values.push(Value::Blob(bytes.to_vec()));
            values.len()
        };
        let part = match self.unit {
            None => String::from("1"),
            Some(unit) => {
                let unit = place(unit.bytes());
                let mut part = format!(
                    "instr(g.holders, ?{unit}) OR instr(g.addressed, ?{unit})
                     OR instr(g.former, ?{unit})"
                );
                for space in &self.spaces {
                    part.push_str(&format!(" OR c.space = ?{}", place(space.bytes())));
                }
                part
            }
        };
        sql.push_str(&format!(
            " AND EXISTS (SELECT 1 FROM view_guard g WHERE g.record = c.record
              AND {protection} AND {restriction} AND ({part}))"
        ));
        sql
    }
}

fn units(bytes: &[u8]) -> Vec<UnitId> {
    let (ids, _) = bytes.as_chunks::<16>();
    ids.iter().map(|id| RecordId(*id)).collect()
}

fn bytes(units: &[UnitId]) -> Vec<u8> {
    units.iter().flat_map(|unit| *unit.bytes()).collect()
}

impl Reader<'_> {
    /// Who takes part in a case and what in it is hidden; nothing for other records.
    ///
    /// # Errors
    /// The database's.
    pub fn guarded(&self, record: RecordId) -> Result<Option<GuardRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT c.space, g.is_protected, g.is_restricted, g.holders, g.addressed, g.former, g.minors, g.parties
             FROM view_guard g JOIN view_case c ON c.record = g.record WHERE g.record = ?1",
        )?;
        let row = query.query_row([record.bytes()], |row| {
            let blob = |at| row.get::<_, Vec<u8>>(at).map(|bytes| units(&bytes));
            Ok(GuardRow {
                space: SpaceId(fixed(row, 0)?),
                is_protected: row.get(1)?,
                is_restricted: row.get(2)?,
                holders: blob(3)?,
                addressed: blob(4)?,
                former: blob(5)?,
                minors: row.get(6)?,
                parties: row.get(7)?,
            })
        });
        Ok(row.optional()?)
    }

    /// Whether a unit takes part in any case held here, or did.
    ///
    /// # Errors
    /// The database's.
    pub fn has_part(&self, unit: UnitId) -> Result<bool> {
        let mut query = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM view_guard
             WHERE instr(holders, ?1) OR instr(addressed, ?1) OR instr(former, ?1))",
        )?;
        Ok(query.query_row([unit.bytes()], |row| row.get(0))?)
    }

    /// Whether any case held here is restricted.
    ///
    /// # Errors
    /// The database's.
    pub fn has_restricted(&self) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM view_guard WHERE is_restricted = 1)";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }
}

const GUARDS: Table = Table {
    name: "view_guard",
    of: "record",
    keys: &[],
    columns: &[
        "is_protected",
        "is_restricted",
        "holders",
        "addressed",
        "former",
        "minors",
        "parties",
    ],
};

impl Writer<'_> {
    /// Writes who takes part in a case and what in it is hidden.
    pub(crate) fn put_guard(&mut self, record: RecordId, guard: &GuardRow) -> Result<()> {
        let values = row(params![
            guard.is_protected,
            guard.is_restricted,
            bytes(&guard.holders),
            bytes(&guard.addressed),
            bytes(&guard.former),
            guard.minors,
            guard.parties
        ])?;
        self.put_rows(&GUARDS, record.bytes(), [values])
    }
}
