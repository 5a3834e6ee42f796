//! The projections of dispatch, statistics and settings.

use std::collections::BTreeSet;

use domain::id::{DeviceId, RecordId, UnitId, UserId};
use rusqlite::{OptionalExtension, params};

use crate::database::{Reader, Result, Writer};
use crate::logs::fixed;
use crate::rows::{Table, ordinal_of, row};

/// How far the zone is ahead of Greenwich.
const ZONE_MS: i64 = 8 * 3600 * 1000;

/// A day.
const DAY_MS: i64 = 24 * 3600 * 1000;

/// Something that is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRow {
    /// The agreement, as text; empty for the case itself.
    pub fact: String,
    /// The day it counts on, `YYYY-MM-DD`.
    pub day: String,
    /// The word for the form of the agreement; empty for what is none.
    pub form: String,
    /// The word for what was done; empty for the case itself and for agreements.
    pub act: String,
    /// What it settles, in fen.
    pub amount_fen: i64,
}

/// What is counted of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedRow {
    /// The case.
    pub record: RecordId,
    /// The unit that registered it.
    pub unit: Option<UnitId>,
    /// The word for how it came.
    pub source: String,
    /// The word for its type.
    pub category: Option<String>,
    /// How many parties it has.
    pub party_count: u32,
    /// One thing of it.
    pub item: ItemRow,
}

/// A sheet, as the lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// The case.
    pub record: RecordId,
    /// The sheet, as text.
    pub fact: String,
    /// The word for which of the three it is.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// Which unit sent it.
    pub sender: UnitId,
    /// To which unit.
    pub addressee: UnitId,
    /// The word for the part that unit has.
    pub part: String,
    /// The day by which something must happen, `YYYY-MM-DD`; empty if none.
    pub day: String,
    /// The word for how far it is.
    pub status: String,
    /// The unit that must do something next, if one must.
    pub turn: Option<UnitId>,
}

/// A version of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingRow {
    /// The record that brought it.
    pub record: RecordId,
    /// Its name.
    pub version: String,
    /// Whether it holds for what is registered from now on.
    pub holds: bool,
    /// What it sets, as JSON.
    pub body: String,
}

/// An item of the township's own catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalItemRow {
    /// What tells it from every other item.
    pub code: String,
    /// The fact that holds of it, as text.
    pub fact: String,
    /// What that fact says, as JSON.
    pub body: String,
}

/// A frozen period or a zero report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodRow {
    /// The record.
    pub record: RecordId,
    /// `freeze` or `zero`.
    pub kind: String,
    /// The period.
    pub period: String,
    /// Whose it is.
    pub unit: UnitId,
    /// The fact, as text.
    pub fact: String,
    /// Who wrote it.
    pub author: UserId,
    /// When, as the author says.
    pub at: String,
}

impl Reader<'_> {
    /// Everything that is counted, case by case.
    ///
    /// # Errors
    /// The database's.
    pub fn counted(&self) -> Result<Vec<CountedRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT c.record, c.registered_unit, c.source, c.category, c.party_count, i.fact,
             i.day, i.form, i.act, i.amount_fen
             FROM view_item i JOIN view_case c ON c.record = i.record
             ORDER BY i.record, i.ordinal",
        )?;
        let rows = query.query_map([], |row| {
            Ok(CountedRow {
                record: RecordId(fixed(row, 0)?),
                unit: crate::cases::optional_unit(row, 1)?,
                source: row.get(2)?,
                category: row.get(3)?,
                party_count: row.get(4)?,
                item: ItemRow {
                    fact: row.get(5)?,
                    day: row.get(6)?,
                    form: row.get(7)?,
                    act: row.get(8)?,
                    amount_fen: row.get(9)?,
                },
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The sheets on which a unit must do something next, by the day it must.
    ///
    /// # Errors
    /// The database's.
    pub fn sheets(&self, turn: UnitId, limit: u32) -> Result<Vec<SheetRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT record, fact, kind, number, sender, addressee, part, day, status, turn
             FROM view_sheet WHERE turn = ?1 ORDER BY day = '', day, record, ordinal LIMIT ?2",
        )?;
        let rows = query.query_map(params![turn.bytes(), limit], |row| {
            Ok(SheetRow {
                record: RecordId(fixed(row, 0)?),
                fact: row.get(1)?,
                kind: row.get(2)?,
                number: row.get(3)?,
                sender: RecordId(fixed(row, 4)?),
                addressee: RecordId(fixed(row, 5)?),
                part: row.get(6)?,
                day: row.get(7)?,
                status: row.get(8)?,
                turn: crate::cases::optional_unit(row, 9)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// A version of the settings by its name.
    ///
    /// # Errors
    /// The database's.
    pub fn setting(&self, version: &str) -> Result<Option<SettingRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT record, version, holds, body FROM view_setting WHERE version = ?1",
        )?;
        Ok(query.query_row([version], setting_row).optional()?)
    }

    /// The version of the settings that holds, if the township has set any.
    ///
    /// # Errors
    /// The database's.
    pub fn setting_holding(&self) -> Result<Option<SettingRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT record, version, holds, body FROM view_setting WHERE holds = 1",
        )?;
        Ok(query.query_row([], setting_row).optional()?)
    }

    /// The township's own catalogue, in its order.
    ///
    /// # Errors
    /// The database's.
    pub fn local_items(&self) -> Result<Vec<LocalItemRow>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT code, fact, body FROM view_local_item ORDER BY ordinal")?;
        let rows = query.query_map([], local_item_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// An item of it by its code.
    ///
    /// # Errors
    /// The database's.
    pub fn local_item(&self, code: &str) -> Result<Option<LocalItemRow>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT code, fact, body FROM view_local_item WHERE code = ?1")?;
        Ok(query.query_row([code], local_item_row).optional()?)
    }

    /// Whether a case stands under an item.
    ///
    /// # Errors
    /// The database's.
    pub fn has_case_under(&self, code: &str) -> Result<bool> {
        let mut query = self
            .conn
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM view_case WHERE local_code = ?1)")?;
        Ok(query.query_row([code], |row| row.get(0))?)
    }

    /// The records of a kind, in order.
    ///
    /// # Errors
    /// The database's.
    pub fn records_of(&self, kind: &str) -> Result<Vec<RecordId>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT record FROM view_record WHERE kind = ?1 ORDER BY record")?;
        let rows = query.query_map([kind], |row| Ok(RecordId(fixed(row, 0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The frozen periods or the zero reports.
    ///
    /// # Errors
    /// The database's.
    pub fn periods(&self, kind: &str) -> Result<Vec<PeriodRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT record, kind, period, unit, fact, author, at FROM view_period
             WHERE kind = ?1 ORDER BY period, record, ordinal",
        )?;
        let rows = query.query_map([kind], |row| {
            Ok(PeriodRow {
                record: RecordId(fixed(row, 0)?),
                kind: row.get(1)?,
                period: row.get(2)?,
                unit: RecordId(fixed(row, 3)?),
                fact: row.get(4)?,
                author: UserId(fixed(row, 5)?),
                at: row.get(6)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The days on which something of a unit came here, in order, as days since 1970 in the zone:
    /// entries its devices wrote, by whatever way, and exchanges with it.
    ///
    /// # Errors
    /// The database's.
    pub fn arrivals(&self, unit: UnitId, devices: &[DeviceId]) -> Result<BTreeSet<i64>> {
        let mut days = BTreeSet::new();
        let mut query = self.conn.prepare_cached(
            "SELECT DISTINCT (at_ms + ?2) / ?3 FROM local_exchange
             WHERE peer_unit = ?1 AND outcome IN ('equal', 'received', 'waiting')",
        )?;
        let met = query.query_map(params![unit.bytes(), ZONE_MS, DAY_MS], |row| row.get(0))?;
        for day in met {
            days.insert(day?);
        }
        for device in devices {
            let mut query = self.conn.prepare_cached(
                "SELECT DISTINCT (e.stored_ms + ?2) / ?3 FROM log_entry e
                 JOIN log l ON l.id = e.log WHERE l.device = ?1",
            )?;
            let rows =
                query.query_map(params![device.bytes(), ZONE_MS, DAY_MS], |row| row.get(0))?;
            for day in rows {
                days.insert(day?);
            }
        }
        Ok(days)
    }
}

fn setting_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<SettingRow> {
    Ok(SettingRow {
        record: RecordId(fixed(row, 0)?),
        version: row.get(1)?,
        holds: row.get(2)?,
        body: row.get(3)?,
    })
}

fn local_item_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<LocalItemRow> {
    Ok(LocalItemRow { code: row.get(0)?, fact: row.get(1)?, body: row.get(2)? })
}

const ITEMS: Table = Table {
    name: "view_item",
    of: "record",
    keys: &["ordinal"],
    columns: &["fact", "day", "form", "act", "amount_fen"],
};

const SHEETS: Table = Table {
    name: "view_sheet",
    of: "record",
    keys: &["ordinal"],
    columns: &["fact", "kind", "number", "sender", "addressee", "part", "day", "status", "turn"],
};

const PERIODS: Table = Table {
    name: "view_period",
    of: "record",
    keys: &["ordinal"],
    columns: &["kind", "period", "unit", "fact", "author", "at"],
};

impl Writer<'_> {
    pub(crate) fn put_items(&mut self, record: RecordId, items: &[ItemRow]) -> Result<()> {
        let item = |(ordinal, item): (usize, &ItemRow)| {
            row(params![
                ordinal_of(ordinal),
                item.fact,
                item.day,
                item.form,
                item.act,
                item.amount_fen
            ])
        };
        let items = items.iter().enumerate().map(item).collect::<Result<Vec<_>>>()?;
        self.put_rows(&ITEMS, record.bytes(), items)
    }

    pub(crate) fn put_sheets(&mut self, record: RecordId, sheets: &[SheetRow]) -> Result<()> {
        let sheet = |(ordinal, sheet): (usize, &SheetRow)| {
            row(params![
                ordinal_of(ordinal),
                sheet.fact,
                sheet.kind,
                sheet.number,
                sheet.sender.bytes(),
                sheet.addressee.bytes(),
                sheet.part,
                sheet.day,
                sheet.status,
                sheet.turn.map(|u| u.0.to_vec())
            ])
        };
        let sheets = sheets.iter().enumerate().map(sheet).collect::<Result<Vec<_>>>()?;
        self.put_rows(&SHEETS, record.bytes(), sheets)
    }

    /// Writes the versions of the settings, instead of those there were, and puts behind every
    /// case that names one that is new, has changed or is gone.
    ///
    /// # Errors
    /// The database's.
    pub fn put_settings(&mut self, rows: &[SettingRow]) -> Result<()> {
        let before: Vec<SettingRow> = {
            let mut query =
                self.tx.prepare_cached("SELECT record, version, holds, body FROM view_setting")?;
            query.query_map([], setting_row)?.collect::<rusqlite::Result<_>>()?
        };
        let is_in = |list: &[SettingRow], row: &SettingRow| {
            list.iter().any(|other| other.version == row.version && other.body == row.body)
        };
        let changed = rows.iter().filter(|row| !is_in(&before, row));
        let gone = before.iter().filter(|row| !is_in(rows, row));
        for row in changed.chain(gone) {
            self.tx
                .prepare_cached(
                    "INSERT OR IGNORE INTO local_behind (record)
                     SELECT record FROM view_case WHERE settings = ?1",
                )?
                .execute([&row.version])?;
        }
        self.tx.execute("DELETE FROM view_setting", [])?;
        for row in rows {
            self.tx
                .prepare_cached(
                    "INSERT INTO view_setting (record, version, holds, body)
                     VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![row.record.bytes(), row.version, row.holds, row.body])?;
        }
        Ok(())
    }

    /// Writes the township's own catalogue, instead of the one there was.
    ///
    /// # Errors
    /// The database's.
    pub fn put_local_items(&mut self, rows: &[LocalItemRow]) -> Result<()> {
        self.tx.execute("DELETE FROM view_local_item", [])?;
        for (ordinal, row) in rows.iter().enumerate() {
            self.tx
                .prepare_cached(
                    "INSERT INTO view_local_item (code, ordinal, fact, body)
                     VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![row.code, ordinal_of(ordinal), row.fact, row.body])?;
        }
        Ok(())
    }

    /// Writes what a period record says, instead of what it said.
    ///
    /// # Errors
    /// The database's.
    pub fn put_periods(&mut self, record: RecordId, rows: &[PeriodRow]) -> Result<()> {
        let period = |(ordinal, period): (usize, &PeriodRow)| {
            row(params![
                ordinal_of(ordinal),
                period.kind,
                period.period,
                period.unit.bytes(),
                period.fact,
                period.author.bytes(),
                period.at
            ])
        };
        let periods = rows.iter().enumerate().map(period).collect::<Result<Vec<_>>>()?;
        self.put_rows(&PERIODS, record.bytes(), periods)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::cases::{CaseProjection, CaseRow};
    use crate::database::Store;
    use domain::id::SpaceId;

    pub(crate) fn case(n: u8, settings: &str) -> CaseProjection {
        let row = CaseRow {
            record: RecordId([n; 16]),
            space: SpaceId([1; 16]),
            number: String::new(),
            title: String::new(),
            category: None,
            place: String::new(),
            parties: "[]".into(),
            stage: "triage".into(),
            state: "registered".into(),
            marks: "[]".into(),
            owner: None,
            registered_unit: None,
            registered_day: "2026-03-01".into(),
            next_due_day: None,
            next_due_what: None,
            risk: None,
            amount_fen: 0,
            is_amount_unverified: false,
            is_closed: false,
            open_conflicts: 0,
            village_sessions: 0,
            township_sessions: 0,
            visits: 0,
            sessions: 0,
            escalations: 0,
            written_agreements: 0,
            oral_agreements: 0,
            settings: settings.into(),
            source: "application".into(),
            party_count: 2,
            mediators: String::new(),
            local_code: None,
            local_group: None,
            local_item: None,
        };
        CaseProjection {
            row,
            dues: vec![],
            conflicts: vec![],
            notices: vec![],
            items: vec![],
            sheets: vec![],
            ties: crate::ties::Ties::default(),
            text: String::new(),
            letters: String::new(),
            guard: crate::guards::GuardRow {
                space: SpaceId([1; 16]),
                is_protected: false,
                is_restricted: false,
                holders: vec![],
                addressed: vec![],
                former: vec![],
                minors: "[]".into(),
                parties: "[]".into(),
            },
        }
    }

    #[test]
    fn a_version_that_comes_later_puts_its_cases_behind() {
        let home = tempfile::tempdir().unwrap();
        let store =
            Store::claim(home.path()).unwrap().create(zeroize::Zeroizing::new([1; 32])).unwrap();
        let row = |version: &str, body: &str| SettingRow {
            record: RecordId([9; 16]),
            version: version.into(),
            holds: version == "v1",
            body: body.into(),
        };
        let behind = |rows: &[SettingRow]| -> Vec<RecordId> {
            store
                .write(|tx| -> Result<Vec<RecordId>> {
                    tx.put_settings(rows)?;
                    let behind = tx.reader().behind(10)?;
                    behind.iter().try_for_each(|record| tx.caught_up(*record))?;
                    Ok(behind)
                })
                .unwrap()
        };
        store
            .write(|tx| -> Result<()> {
                tx.put_case(&case(1, "v1"))?;
                tx.put_case(&case(2, "v2"))?;
                tx.put_case(&case(3, "builtin-1"))
            })
            .unwrap();
        assert_eq!(behind(&[row("v1", "{}")]), [RecordId([1; 16])]);
        assert_eq!(behind(&[row("v1", "{}"), row("v2", "{}")]), [RecordId([2; 16])]);
        assert_eq!(behind(&[row("v1", "{}"), row("v2", "{}")]), [], "nothing is new");
        assert_eq!(behind(&[row("v1", "{}")]), [RecordId([2; 16])], "one is gone");
        let holding = store.read(|reader| reader.setting_holding()).unwrap();
        assert_eq!(holding.map(|row| row.version), Some("v1".into()));
    }
}
