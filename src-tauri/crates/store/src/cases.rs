//! The projections of cases: the ledger, what is due, what contradicts, what must be noted.

use domain::id::{RecordId, SpaceId, UnitId};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, params, params_from_iter};

use crate::database::{Reader, Result, Writer};
use crate::guards::{GuardRow, Within};
use crate::logs::{fixed, number};
use crate::rows::{Table, ordinal_of, row};
use crate::search::Plain;
use crate::ties::Ties;
use crate::township::{ItemRow, SheetRow};

/// A line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// The record.
    pub record: RecordId,
    /// Its space.
    pub space: SpaceId,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The word for its type.
    pub category: Option<String>,
    /// Where it happened.
    pub place: String,
    /// The names of the parties, as JSON.
    pub parties: String,
    /// The word for its stage.
    pub stage: String,
    /// The word for its state.
    pub state: String,
    /// The words for its marks, as JSON.
    pub marks: String,
    /// The unit that owns it.
    pub owner: Option<UnitId>,
    /// The unit that registered it.
    pub registered_unit: Option<UnitId>,
    /// The day of the application, `YYYY-MM-DD`; empty while unknown.
    pub registered_day: String,
    /// The day of its nearest open promise, `YYYY-MM-DD`.
    pub next_due_day: Option<String>,
    /// What is promised for then.
    pub next_due_what: Option<String>,
    /// The word for its risk.
    pub risk: Option<String>,
    /// The amount of its agreements, in fen.
    pub amount_fen: i64,
    /// Whether that amount is to be verified.
    pub is_amount_unverified: bool,
    /// Whether it is closed.
    pub is_closed: bool,
    /// How many contradictions a person must decide.
    pub open_conflicts: u32,
    /// Sessions that count in the village.
    pub village_sessions: u32,
    /// Sessions that count at the township.
    pub township_sessions: u32,
    /// Visits.
    pub visits: u32,
    /// Sessions.
    pub sessions: u32,
    /// Escalations that are not void.
    pub escalations: u32,
    /// Written agreements that hold.
    pub written_agreements: u32,
    /// Oral agreements that hold.
    pub oral_agreements: u32,
    /// The version of the settings it names.
    pub settings: String,
    /// The word for how it came.
    pub source: String,
    /// How many parties it has.
    pub party_count: u32,
    /// Who mediates, separated by 、.
    pub mediators: String,
    /// The code of its item in the township's own catalogue.
    pub local_code: Option<String>,
    /// The group of that item.
    pub local_group: Option<String>,
    /// What that item is called.
    pub local_item: Option<String>,
}

/// Something that falls due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueRow {
    /// The case.
    pub record: RecordId,
    /// What kind of thing, a word.
    pub kind: String,
    /// The day, `YYYY-MM-DD`.
    pub day: String,
    /// Whom it concerns.
    pub unit: UnitId,
    /// In words.
    pub what: String,
    /// An amount, in fen.
    pub amount_fen: Option<i64>,
    /// The agreement that promises it, as text.
    pub agreement: String,
    /// The line of its plan, from 0.
    pub line: u16,
}

/// A contradiction, as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictRow {
    /// The record.
    pub record: RecordId,
    /// Its key within the record.
    pub key: String,
    /// The word for its kind.
    pub kind: String,
    /// Whether a person must decide.
    pub is_open: bool,
    /// The unit whose people decide; any unit of the right role if absent.
    pub unit: Option<UnitId>,
    /// The codes of the roles that decide, separated by spaces.
    pub roles: String,
    /// When the latest side was typed, as it sorts.
    pub latest: String,
}

/// Something a unit must take note of, as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// The case.
    pub record: RecordId,
    /// Its key within the case.
    pub key: String,
    /// Whom it is for.
    pub unit: UnitId,
    /// The word for the rule behind it.
    pub rule: String,
    /// Whether nobody took note yet.
    pub is_open: bool,
}

/// Everything a case contributes to the lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseProjection {
    /// Its line of the ledger.
    pub row: CaseRow,
    /// What falls due.
    pub dues: Vec<DueRow>,
    /// Its contradictions, in order.
    pub conflicts: Vec<ConflictRow>,
    /// Its notices.
    pub notices: Vec<NoticeRow>,
    /// What ties it to other records.
    pub ties: Ties,
    /// What it contributes to the statistics.
    pub items: Vec<ItemRow>,
    /// Its sheets.
    pub sheets: Vec<SheetRow>,
    /// The text by which it is found.
    pub text: String,
    /// The words in letters by which it is found, separated by spaces.
    pub letters: String,
    /// Who takes part in it, and what in it is hidden.
    pub guard: GuardRow,
}

/// In which order cases are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The latest application first.
    #[default]
    Newest,
    /// The nearest open promise first; cases without one after them, newest first.
    Due,
}

impl Order {
    fn sql(self) -> &'static str {
        match self {
            Self::Newest => "c.registered_day DESC, c.record DESC",
            Self::Due => {
                "c.next_due_day IS NULL, c.next_due_day, c.registered_day DESC, c.record DESC"
            }
        }
    }
}

/// Which cases to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In which order.
    pub order: Order,
    /// Words it must hold.
    pub query: Option<String>,
    /// Whether words may be ends of identity numbers.
    pub with_ids: bool,
    /// Where words are looked for.
    pub within: Option<Within>,
    /// The unit that owns it.
    pub owner: Option<UnitId>,
    /// The word for its state.
    pub state: Option<String>,
    /// The word for its stage.
    pub stage: Option<String>,
    /// The word for its type.
    pub category: Option<String>,
    /// Closed or not.
    pub is_closed: Option<bool>,
    /// Whether something contradicts.
    pub has_conflict: bool,
    /// A mark it carries.
    pub mark: Option<String>,
    /// Registered on or after this day.
    pub from: Option<String>,
    /// Registered on or before this day.
    pub until: Option<String>,
    /// Only these; all if empty.
    pub alike: Vec<RecordId>,
    /// Words its place must hold.
    pub place: Option<String>,
    /// Words the names of its mediators must hold.
    pub mediator: Option<String>,
    /// The word for a clock that runs on it.
    pub clock: Option<String>,
    /// Something on it falls due on or before this day.
    pub due_until: Option<String>,
    /// The group of its item in the township's own catalogue.
    pub local_group: Option<String>,
    /// The code of that item.
    pub local_item: Option<String>,
}

impl Filter {
    /// The conditions on what is in the narrow rows too, by which words are looked for: of the
    /// table that goes by this name in the query.
    pub(crate) fn narrow(&self, table: &str, sql: &mut String, values: &mut Vec<Value>) {
        let mut add = |condition: &str, value: Value| {
            values.push(value);
            sql.push_str(&format!(" AND {table}.{condition} ?{}", values.len()));
        };
        if let Some(owner) = self.owner {
            add("owner =", Value::Blob(owner.0.to_vec()));
        }
        for (condition, word) in [
            ("state =", &self.state),
            ("stage =", &self.stage),
            ("category =", &self.category),
            ("local_group =", &self.local_group),
            ("local_code =", &self.local_item),
            ("registered_day >=", &self.from),
            ("registered_day <=", &self.until),
        ] {
            if let Some(word) = word {
                add(condition, Value::Text(word.clone()));
            }
        }
        if let Some(is_closed) = self.is_closed {
            add("is_closed =", Value::Integer(i64::from(is_closed)));
        }
        if self.has_conflict {
            add("open_conflicts >", Value::Integer(0));
        }
    }

    /// Without words, where they are looked for, and what [`Filter::narrow`] asks.
    pub(crate) fn beyond_narrow(&self) -> Self {
        Self {
            query: None,
            with_ids: false,
            within: None,
            owner: None,
            state: None,
            stage: None,
            category: None,
            local_group: None,
            local_item: None,
            from: None,
            until: None,
            is_closed: None,
            has_conflict: false,
            ..self.clone()
        }
    }
}

/// Sums over cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// Cases that count: by their main case.
    pub cases: u64,
    /// Closed cases of those.
    pub closed: u64,
    /// Visits.
    pub visits: u64,
    /// Sessions.
    pub sessions: u64,
    /// Escalations that are not void.
    pub escalations: u64,
    /// Written agreements that hold.
    pub written_agreements: u64,
    /// Oral agreements that hold.
    pub oral_agreements: u64,
    /// The amount of agreements, in fen.
    pub amount_fen: i64,
    /// Cases whose amount is to be verified.
    pub unverified: u64,
}

pub(crate) const COLUMNS: &str =
    "c.record, c.space, c.number, c.title, c.category, c.place, c.parties,
    c.stage, c.state, c.marks, c.owner, c.registered_unit, c.registered_day, c.risk, c.amount_fen,
    c.is_amount_unverified, c.is_closed, c.open_conflicts, c.village_sessions,
    c.township_sessions, c.visits, c.sessions, c.escalations, c.written_agreements,
    c.oral_agreements, c.next_due_day, c.next_due_what, c.settings, c.source, c.party_count,
    c.mediators, c.local_code, c.local_group, c.local_item";

/// How many columns those are.
const CASE_COLUMNS: usize = 34;

pub(crate) fn optional_unit(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<UnitId>> {
    let bytes: Option<Vec<u8>> = row.get(at)?;
    Ok(bytes.and_then(|bytes| RecordId::from_slice(&bytes)))
}

pub(crate) fn case_row(row: &Row<'_>) -> rusqlite::Result<CaseRow> {
    Ok(CaseRow {
        record: RecordId(fixed(row, 0)?),
        space: SpaceId(fixed(row, 1)?),
        number: row.get(2)?,
        title: row.get(3)?,
        category: row.get(4)?,
        place: row.get(5)?,
        parties: row.get(6)?,
        stage: row.get(7)?,
        state: row.get(8)?,
        marks: row.get(9)?,
        owner: optional_unit(row, 10)?,
        registered_unit: optional_unit(row, 11)?,
        registered_day: row.get(12)?,
        risk: row.get(13)?,
        amount_fen: row.get(14)?,
        is_amount_unverified: row.get(15)?,
        is_closed: row.get(16)?,
        open_conflicts: row.get(17)?,
        village_sessions: row.get(18)?,
        township_sessions: row.get(19)?,
        visits: row.get(20)?,
        sessions: row.get(21)?,
        escalations: row.get(22)?,
        written_agreements: row.get(23)?,
        oral_agreements: row.get(24)?,
        next_due_day: row.get(25)?,
        next_due_what: row.get(26)?,
        settings: row.get(27)?,
        source: row.get(28)?,
        party_count: row.get(29)?,
        mediators: row.get(30)?,
        local_code: row.get(31)?,
        local_group: row.get(32)?,
        local_item: row.get(33)?,
    })
}

/// The conditions of a filter, with their values; `None` if nothing can match.
pub(crate) fn conditions(filter: &Filter) -> Option<(String, Vec<Value>)> {
    let mut sql = String::from("1");
    let mut values: Vec<Value> = Vec::new();
    if let Some(query) = filter.query.as_deref().filter(|q| !q.trim().is_empty()) {
        values.push(Value::Text(Reader::question(query, filter.with_ids)?));
        sql.push_str(
            " AND c.record IN (SELECT t.record FROM view_search s
             JOIN view_text t ON t.id = s.rowid WHERE t.kind = 'case' AND view_search MATCH ?1)",
        );
    }
    filter.narrow("c", &mut sql, &mut values);
    let mark = filter.mark.as_ref().map(|mark| format!("\"{mark}\""));
    for (text, condition) in [
        (&mark, "0 < instr(c.marks,"),
        (&filter.place, "0 < instr(c.place,"),
        (&filter.mediator, "0 < instr(c.mediators,"),
        (&filter.clock, "EXISTS (SELECT 1 FROM view_due d WHERE d.record = c.record AND d.kind ="),
        (
            &filter.due_until,
            "EXISTS (SELECT 1 FROM view_due d WHERE d.record = c.record AND d.day <=",
        ),
    ] {
        if let Some(text) = text {
            values.push(Value::Text(text.clone()));
            sql.push_str(&format!(" AND {condition} ?{})", values.len()));
        }
    }
    if !filter.alike.is_empty() {
        let first = values.len().saturating_add(1);
        values.extend(filter.alike.iter().map(|record| Value::Blob(record.0.to_vec())));
        let places: Vec<String> = (first..=values.len()).map(|at| format!("?{at}")).collect();
        sql.push_str(&format!(" AND c.record IN ({})", places.join(", ")));
    }
    if let Some(within) = &filter.within {
        sql.push_str(&within.condition(&mut values));
    }
    Some((sql, values))
}

impl Reader<'_> {
    /// A window of the ledger in the filter's order, and how many cases the filter leaves.
    ///
    /// # Errors
    /// The database's.
    pub fn cases(&self, filter: &Filter, offset: u32, limit: u32) -> Result<(Vec<CaseRow>, u64)> {
        if let Some(plain) = Plain::of(filter) {
            return self.found(&plain, offset, limit);
        }
        let Some((sql, mut values)) = conditions(filter) else { return Ok((Vec::new(), 0)) };
        let next = values.len().saturating_add(1);
        values.push(Value::Integer(i64::from(limit)));
        values.push(Value::Integer(i64::from(offset)));
        let (order, after) = (filter.order.sql(), next.saturating_add(1));
        // Words are looked for once: whoever is found is counted and put in order by the same pass.
        // Without words the counting and the page have indexes of their own.
        let page = match filter.query {
            Some(_) => format!(
                "WITH found AS MATERIALIZED (
                     SELECT c.record, c.registered_day, c.next_due_day FROM view_case c WHERE {sql})
                 SELECT {COLUMNS}, (SELECT count(*) FROM found)
                 FROM (SELECT c.record FROM found c ORDER BY {order} LIMIT ?{next} OFFSET ?{after}) f
                 JOIN view_case c ON c.record = f.record ORDER BY {order}"
            ),
            None => format!(
                "SELECT {COLUMNS}, (SELECT count(*) FROM view_case c WHERE {sql})
                 FROM view_case c WHERE {sql} ORDER BY {order} LIMIT ?{next} OFFSET ?{after}"
            ),
        };
        let mut query = self.conn.prepare_cached(&page)?;
        let rows = query.query_map(params_from_iter(values.iter()), |row| {
            Ok((case_row(row)?, number(row, CASE_COLUMNS)?))
        })?;
        let rows: Vec<(CaseRow, u64)> = rows.collect::<rusqlite::Result<_>>()?;
        let Some(total) = rows.first().map(|(_, total)| *total) else {
            // Nobody is on a page beyond the last.
            values.truncate(values.len().saturating_sub(2));
            let sql = format!("SELECT count(*) FROM view_case c WHERE {sql}");
            let mut query = self.conn.prepare_cached(&sql)?;
            let total = query.query_row(params_from_iter(values.iter()), |row| number(row, 0))?;
            return Ok((Vec::new(), total));
        };
        Ok((rows.into_iter().map(|(row, _)| row).collect(), total))
    }

    /// How many cases are held, those that went into others too.
    ///
    /// # Errors
    /// The database's.
    pub fn case_count(&self) -> Result<u64> {
        let mut query = self.conn.prepare_cached("SELECT count(*) FROM view_case")?;
        Ok(query.query_row([], |row| number(row, 0))?)
    }

    /// One line of the ledger.
    ///
    /// # Errors
    /// The database's.
    pub fn case(&self, record: RecordId) -> Result<Option<CaseRow>> {
        let mut query = self
            .conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM view_case c WHERE c.record = ?1"))?;
        Ok(query.query_row([record.bytes()], case_row).optional()?)
    }

    /// What falls due for a unit, of one kind or of any, earliest first.
    ///
    /// # Errors
    /// The database's.
    pub fn dues(&self, unit: UnitId, kind: Option<&str>, limit: u32) -> Result<Vec<DueRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT record, kind, day, unit, what, amount_fen, agreement, line
             FROM view_due WHERE unit = ?1 AND (?2 IS NULL OR kind = ?2)
             ORDER BY day, record, ordinal LIMIT ?3",
        )?;
        let rows = query.query_map(params![unit.bytes(), kind, limit], |row| {
            Ok(DueRow {
                record: RecordId(fixed(row, 0)?),
                kind: row.get(1)?,
                day: row.get(2)?,
                unit: RecordId(fixed(row, 3)?),
                what: row.get(4)?,
                amount_fen: row.get(5)?,
                agreement: row.get(6)?,
                line: row.get(7)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Contradictions, open or settled, the latest first.
    ///
    /// # Errors
    /// The database's.
    pub fn conflicts(&self, is_open: bool, offset: u32, limit: u32) -> Result<Vec<ConflictRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT record, key, kind, is_open, unit, roles, latest FROM view_conflict
             WHERE is_open = ?1 ORDER BY latest DESC, record, ordinal LIMIT ?3 OFFSET ?2",
        )?;
        let rows = query.query_map(params![is_open, offset, limit], |row| {
            Ok(ConflictRow {
                record: RecordId(fixed(row, 0)?),
                key: row.get(1)?,
                kind: row.get(2)?,
                is_open: row.get(3)?,
                unit: optional_unit(row, 4)?,
                roles: row.get(5)?,
                latest: row.get(6)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether somebody must settle a contradiction of a record.
    ///
    /// # Errors
    /// The database's.
    pub fn has_conflict(&self, record: RecordId) -> Result<bool> {
        let mut query = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM view_conflict WHERE record = ?1 AND is_open = 1)",
        )?;
        Ok(query.query_row([record.bytes()], |row| row.get(0))?)
    }

    /// How many contradictions there are, open or settled.
    ///
    /// # Errors
    /// The database's.
    pub fn conflict_count(&self, is_open: bool) -> Result<u64> {
        let mut query =
            self.conn.prepare_cached("SELECT count(*) FROM view_conflict WHERE is_open = ?1")?;
        Ok(query.query_row([is_open], |row| number(row, 0))?)
    }

    /// What a unit has not taken note of.
    ///
    /// # Errors
    /// The database's.
    pub fn notices(&self, unit: UnitId, limit: u32) -> Result<Vec<NoticeRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT record, key, unit, rule, is_open FROM view_notice
             WHERE unit = ?1 AND is_open = 1 ORDER BY record, key LIMIT ?2",
        )?;
        let rows = query.query_map(params![unit.bytes(), limit], |row| {
            Ok(NoticeRow {
                record: RecordId(fixed(row, 0)?),
                key: row.get(1)?,
                unit: RecordId(fixed(row, 2)?),
                rule: row.get(3)?,
                is_open: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Sums over the cases a filter leaves. A case that went into another is no case and no closing
    /// of its own; what was done on it was done.
    ///
    /// # Errors
    /// The database's.
    pub fn sums(&self, filter: &Filter) -> Result<Sums> {
        let Some((sql, values)) = conditions(filter) else { return Ok(Sums::default()) };
        let counts = self.counts_itself()?;
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT coalesce(sum({counts}), 0),
             coalesce(sum(c.is_closed AND {counts}), 0), coalesce(sum(c.visits), 0),
             coalesce(sum(c.sessions), 0), coalesce(sum(c.escalations), 0),
             coalesce(sum(c.written_agreements), 0), coalesce(sum(c.oral_agreements), 0),
             coalesce(sum(c.amount_fen), 0), coalesce(sum(c.is_amount_unverified), 0)
             FROM view_case c WHERE {sql}"
        ))?;
        Ok(query.query_row(params_from_iter(values.iter()), |row| {
            Ok(Sums {
                cases: number(row, 0)?,
                closed: number(row, 1)?,
                visits: number(row, 2)?,
                sessions: number(row, 3)?,
                escalations: number(row, 4)?,
                written_agreements: number(row, 5)?,
                oral_agreements: number(row, 6)?,
                amount_fen: row.get(7)?,
                unverified: number(row, 8)?,
            })
        })?)
    }

    /// The condition under which a case counts itself: it went into no other, or it is the one of
    /// a circle that counts.
    fn counts_itself(&self) -> Result<String> {
        let mut sql = String::from(
            "(NOT EXISTS (SELECT 1 FROM view_link l
              WHERE l.record = c.record AND l.goes_into = 1)",
        );
        for link in self.all_links()?.iter().filter(|link| link.goes_into) {
            if self.main_case(link.record)? == link.record {
                let hex: String =
                    link.record.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
                sql.push_str(&format!(" OR c.record = x'{hex}'"));
            }
        }
        sql.push(')');
        Ok(sql)
    }
}

const CASES: Table = Table {
    name: "view_case",
    of: "record",
    keys: &[],
    columns: &[
        "space",
        "number",
        "title",
        "category",
        "place",
        "parties",
        "stage",
        "state",
        "marks",
        "owner",
        "registered_unit",
        "registered_day",
        "risk",
        "amount_fen",
        "is_amount_unverified",
        "is_closed",
        "open_conflicts",
        "village_sessions",
        "township_sessions",
        "visits",
        "sessions",
        "escalations",
        "written_agreements",
        "oral_agreements",
        "next_due_day",
        "next_due_what",
        "settings",
        "source",
        "party_count",
        "mediators",
        "local_code",
        "local_group",
        "local_item",
    ],
};

const DUES: Table = Table {
    name: "view_due",
    of: "record",
    keys: &["ordinal"],
    columns: &["kind", "day", "unit", "what", "amount_fen", "agreement", "line"],
};

const CONFLICTS: Table = Table {
    name: "view_conflict",
    of: "record",
    keys: &["ordinal"],
    columns: &["key", "kind", "is_open", "unit", "roles", "latest"],
};

const NOTICES: Table = Table {
    name: "view_notice",
    of: "record",
    keys: &["key"],
    columns: &["unit", "rule", "is_open"],
};

impl Writer<'_> {
    /// Writes everything a case contributes to the lists, instead of what it contributed before.
    ///
    /// # Errors
    /// The database's.
    pub fn put_case(&mut self, case: &CaseProjection) -> Result<()> {
        self.put_row(&case.row)?;
        let record = case.row.record;
        let due = |(ordinal, due): (usize, &DueRow)| {
            row(params![
                ordinal_of(ordinal),
                due.kind,
                due.day,
                due.unit.bytes(),
                due.what,
                due.amount_fen,
                due.agreement,
                due.line
            ])
        };
        let dues = case.dues.iter().enumerate().map(due).collect::<Result<Vec<_>>>()?;
        self.put_rows(&DUES, record.bytes(), dues)?;
        self.put_conflicts(record, &case.conflicts)?;
        let notice = |notice: &NoticeRow| {
            row(params![notice.key, notice.unit.bytes(), notice.rule, notice.is_open])
        };
        let notices = case.notices.iter().map(notice).collect::<Result<Vec<_>>>()?;
        self.put_rows(&NOTICES, record.bytes(), notices)?;
        self.put_items(record, &case.items)?;
        self.put_sheets(record, &case.sheets)?;
        self.put_ties(record, &case.ties)?;
        self.put_guard(record, &case.guard)?;
        self.index(record, "case", &case.text, &case.letters)?;
        self.put_found(&case.row, &case.guard)
    }

    /// Writes the contradictions of a record, instead of those it had.
    ///
    /// # Errors
    /// The database's.
    pub fn put_conflicts(&mut self, record: RecordId, conflicts: &[ConflictRow]) -> Result<()> {
        let conflict = |(ordinal, conflict): (usize, &ConflictRow)| {
            row(params![
                ordinal_of(ordinal),
                conflict.key,
                conflict.kind,
                conflict.is_open,
                conflict.unit.map(|u| u.0.to_vec()),
                conflict.roles,
                conflict.latest
            ])
        };
        let conflicts = conflicts.iter().enumerate().map(conflict).collect::<Result<Vec<_>>>()?;
        self.put_rows(&CONFLICTS, record.bytes(), conflicts)
    }

    fn put_row(&mut self, case: &CaseRow) -> Result<()> {
        let values = row(params![
            case.space.bytes(),
            case.number,
            case.title,
            case.category,
            case.place,
            case.parties,
            case.stage,
            case.state,
            case.marks,
            case.owner.map(|u| u.0.to_vec()),
            case.registered_unit.map(|u| u.0.to_vec()),
            case.registered_day,
            case.risk,
            case.amount_fen,
            case.is_amount_unverified,
            case.is_closed,
            case.open_conflicts,
            case.village_sessions,
            case.township_sessions,
            case.visits,
            case.sessions,
            case.escalations,
            case.written_agreements,
            case.oral_agreements,
            case.next_due_day,
            case.next_due_what,
            case.settings,
            case.source,
            case.party_count,
            case.mediators,
            case.local_code,
            case.local_group,
            case.local_item,
        ])?;
        self.put_rows(&CASES, case.record.bytes(), [values])
    }
}
