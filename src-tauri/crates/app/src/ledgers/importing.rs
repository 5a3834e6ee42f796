//! Taking over a township's own table (一张表): what its columns mean is remembered, what would become
//! of each row is shown first, what cannot be taken over is given back as a table to be corrected,
//! the same row twice is one case, and a whole import can be undone.
//!
//! A row becomes a case by the same act as one that somebody types, on the day it names; a case of
//! an import bears a token made of its row, so that importing again adds nothing.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::Datelike;
use domain::calendar::DayKind;
use domain::case::guard;
use domain::fact::body::{LocalItemListed, RestDay, Side, Track};
use domain::id::RecordId;
use domain::time::{At, Day};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Reader;

use super::days;
use super::grid::{Grid, TableNote};
use super::imports::{self, Brought, KeptDays, MAPPINGS};
use super::items::{self, Beside};
use super::persons;
use super::rows::{Entry, RowTrouble, TableField, TableSort, entry, guess, heading};
use super::sheet::{self, Cell, Column, Sheet};
use super::units;
use super::{File, TableWords};
use crate::cases::{self, CaseRegister, NewParty, value};
use crate::catalogue;
use crate::clock::today;
use crate::fault::Fault;
use crate::host::Place;
use crate::journal::Pen;
use crate::local_items;
use crate::office::Office;
use crate::organisation::{self, NewUnit};
use crate::people::{self, PersonAdd};
use crate::progress::{Phase, Progress};
use crate::projector;
use crate::settings;

/// How many rows are registered in one transaction.
pub(super) const BATCH: usize = 200;

/// How many lines that are not taken over are shown.
const LINES_MAX: usize = 200;

/// How many values of a column are shown.
const SAMPLES: usize = 3;

/// How far apart two applications of the same people are, in days, to be looked at first.
const ALIKE_DAYS: i64 = 90;

/// Reads what a table has.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct TableRead {
    /// The file.
    pub from: Place,
    /// Which of its sheets, from 0.
    #[serde(default)]
    pub sheet: u16,
    /// What its rows are to become.
    #[serde(default)]
    pub sort: TableSort,
}

/// What a table has, and what its columns most likely mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct TableView {
    /// The names of its sheets.
    pub sheets: Vec<String>,
    /// The number of the row that heads it.
    pub heading: u32,
    /// Its columns.
    pub columns: Vec<TableColumn>,
    /// How many rows stand below its heading.
    pub rows: u32,
    /// What was passed over.
    pub notes: Vec<TableNote>,
    /// Whether a table with these headings was mapped before.
    pub is_remembered: bool,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct TableColumn {
    /// What it is headed with.
    pub head: String,
    /// Some of what stands in it.
    pub samples: Vec<String>,
    /// What it most likely says.
    pub field: TableField,
}

/// Says what would become of a table, or takes it over.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct TableImport {
    /// The file.
    pub from: Place,
    /// Which of its sheets, from 0.
    #[serde(default)]
    pub sheet: u16,
    /// What its rows become.
    #[serde(default)]
    pub sort: TableSort,
    /// What each column says, from the first on.
    pub fields: Vec<TableField>,
    /// Whether rows that look like a case that is here are taken over too.
    #[serde(default)]
    pub with_doubtful: bool,
    /// Whether rows that the table calls ended are taken over too.
    #[serde(default)]
    pub with_ended: bool,
    /// Whether nothing is written: what would become of it is said all the same.
    #[serde(default)]
    pub dry: bool,
}

/// What becomes of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct TableImported {
    /// Rows that are taken over, or were.
    pub new: u32,
    /// Rows that were taken over before.
    pub known: u32,
    /// Rows that should be looked at first.
    pub doubtful: u32,
    /// Rows that cannot be taken over.
    pub bad: u32,
    /// Rows that ended and were left out.
    pub ended: u32,
    /// The doubtful and the bad ones, the first two hundred.
    pub lines: Vec<TableLine>,
    /// The import, where something was written.
    pub import: Option<String>,
}

/// A row that is not simply taken over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct TableLine {
    /// Its number in the file.
    pub row: u32,
    /// Why.
    pub trouble: RowTrouble,
    /// The column it lies in, from 0.
    pub column: Option<u32>,
    /// What stands in the row, in short.
    pub says: String,
}

/// Saves the rows that were not taken over as a table to be corrected and taken over again.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct TableRestExport {
    /// The table, as it was to be taken over.
    pub import: TableImport,
    /// What the reasons are called.
    #[serde(default)]
    pub words: TableWords,
    /// Where the file goes.
    pub to: Place,
}

/// The headings of a table.
fn heads(grid: &Grid, sort: TableSort) -> Vec<String> {
    grid.rows.get(heading(grid, sort)).map(|(_, cells)| cells.clone()).unwrap_or_default()
}

/// What a mapping is remembered under: the headings, and what becomes of such tables.
pub(super) fn remembered_as(grid: &Grid, sort: TableSort) -> String {
    let heads = heads(grid, sort).join("\t");
    match sort {
        TableSort::Cases => heads,
        sort => format!("{}\n{heads}", crate::projector::word(&sort)),
    }
}

/// The rows below the heading.
fn below(grid: &Grid, sort: TableSort) -> impl Iterator<Item = &(u32, Vec<String>)> {
    grid.rows.iter().skip(heading(grid, sort).saturating_add(1))
}

/// What a table has.
pub(crate) fn view(office: &Office, grid: &Grid, sort: TableSort) -> Result<TableView, Fault> {
    let heads = heads(grid, sort);
    let width = grid.rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
    let known: BTreeMap<String, Vec<TableField>> =
        office.store.read(|reader| imports::remembered(reader, MAPPINGS))?;
    let before = known.get(&remembered_as(grid, sort));
    let column = |at: usize| {
        let filled =
            below(grid, sort).filter_map(|(_, cells)| cells.get(at)).filter(|c| !c.is_empty());
        let head = heads.get(at).cloned().unwrap_or_default();
        let remembered = before.and_then(|fields| fields.get(at)).copied();
        TableColumn {
            samples: filled.take(SAMPLES).map(|text| text.chars().take(40).collect()).collect(),
            field: remembered.unwrap_or_else(|| guess(&head, sort)),
            head,
        }
    };
    let mut columns: Vec<TableColumn> = (0..width).map(column).collect();
    if before.is_none() {
        // Of two columns that seem to say the same the first does.
        let mut taken: Vec<TableField> = Vec::new();
        for column in &mut columns {
            if taken.contains(&column.field) {
                column.field = TableField::Skip;
            }
            taken.push(column.field);
        }
    }
    Ok(TableView {
        sheets: grid.sheets.clone(),
        heading: grid.rows.get(heading(grid, sort)).map_or(1, |(row, _)| *row),
        columns,
        rows: u32::try_from(below(grid, sort).count()).unwrap_or(u32::MAX),
        notes: grid.notes.clone(),
        is_remembered: before.is_some(),
    })
}

/// What becomes of one row.
enum Fate {
    New(Box<Entry>),
    NewDays(Vec<RestDay>),
    NewPerson(Box<PersonAdd>),
    NewUnit(Box<NewUnit>),
    NewItem(Box<LocalItemListed>),
    Known,
    Ended,
    Left(RowTrouble, Option<u32>),
}

fn token(entry: &Entry) -> String {
    let hash = blake3::hash(entry.key().as_bytes()).to_hex();
    format!("table:{}", hash.get(..40).unwrap_or_default())
}

/// The people of the cases that are here, with the days they applied on.
fn parties(reader: &Reader<'_>) -> Result<HashMap<Vec<String>, Vec<Day>>, Fault> {
    let mut people: HashMap<Vec<String>, Vec<Day>> = HashMap::new();
    let (rows, _) = reader.cases(&store::cases::Filter::default(), 0, u32::MAX)?;
    for row in rows {
        let mut names: Vec<String> = serde_json::from_str(&row.parties).unwrap_or_default();
        names.sort_unstable();
        if let Ok(day) = row.registered_day.parse() {
            people.entry(names).or_default().push(day);
        }
    }
    Ok(people)
}

/// What becomes of every row, by its number.
fn fates(
    reader: &Reader<'_>,
    grid: &Grid,
    request: &TableImport,
    now: Day,
) -> Result<Vec<(u32, Fate)>, Fault> {
    if request.sort == TableSort::Holidays {
        return day_fates(reader, grid, request);
    }
    if request.sort == TableSort::Persons {
        return person_fates(reader, grid, request, now);
    }
    if request.sort == TableSort::Units {
        return unit_fates(reader, grid, request);
    }
    if request.sort == TableSort::LocalItems {
        return item_fates(reader, grid, request);
    }
    let catalogue = items::Known::of(local_items::all(reader)?);
    let people = parties(reader)?;
    let mut seen: HashSet<String> = HashSet::new();
    let mut fates = Vec::new();
    for (row, cells) in below(grid, request.sort) {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let fate = match entry(cells, &request.fields, request.sort, now) {
            Err((trouble, column)) => Fate::Left(trouble, column),
            Ok(mut entry) => {
                entry.item = catalogue.named(&entry.local);
                let key = domain::likeness::token_key(&token(&entry));
                let is_near = |day: &Day| {
                    day.signed_duration_since(entry.applied).num_days().abs() <= ALIKE_DAYS
                };
                let alike = people.get(&entry.names());
                if !seen.insert(entry.key()) {
                    Fate::Left(RowTrouble::Twice, None)
                } else if !reader.cases_under(&key)?.is_empty() {
                    Fate::Known
                } else if entry.is_ended && !request.with_ended {
                    Fate::Ended
                } else if !request.with_doubtful
                    && alike.is_some_and(|days| days.iter().any(is_near))
                {
                    Fate::Left(RowTrouble::Alike, None)
                } else {
                    Fate::New(Box::new(entry))
                }
            }
        };
        fates.push((*row, fate));
    }
    Ok(fates)
}

/// What becomes of every row of a roster.
fn person_fates(
    reader: &Reader<'_>,
    grid: &Grid,
    request: &TableImport,
    now: Day,
) -> Result<Vec<(u32, Fate)>, Fault> {
    let mut known = persons::Known::new();
    for row in reader.persons("", None, 0, u32::MAX)? {
        known.entry(row.name).or_default().push(persons::bare(&row.phone));
    }
    let mut seen: HashSet<(String, String)> = HashSet::new();
    let mut fates = Vec::new();
    for (row, cells) in below(grid, request.sort) {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let fate = match persons::person(cells, &request.fields, now) {
            Err((trouble, column)) => Fate::Left(trouble, column),
            Ok(person) => {
                let phone = persons::bare(person.phone.as_deref().unwrap_or_default());
                let is_first = seen.insert((person.name.clone(), phone));
                match persons::is_known(&known, &person) {
                    _ if !is_first => Fate::Left(RowTrouble::Twice, None),
                    Some(true) => Fate::Known,
                    None if !request.with_doubtful => Fate::Left(RowTrouble::Alike, None),
                    _ => Fate::NewPerson(Box::new(person)),
                }
            }
        };
        fates.push((*row, fate));
    }
    Ok(fates)
}

/// What becomes of every row of a list of units.
fn unit_fates(
    reader: &Reader<'_>,
    grid: &Grid,
    request: &TableImport,
) -> Result<Vec<(u32, Fate)>, Fault> {
    let mut known = units::Known::default();
    for row in reader.units()?.into_iter().filter(|row| row.stands()) {
        known.add(&row.name, value(&row.level).unwrap_or_default());
    }
    let mut above: HashSet<String> = HashSet::new();
    let mut fates = Vec::new();
    for (row, cells) in below(grid, request.sort) {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let fate = match units::unit(cells, &request.fields) {
            Err((trouble, column)) => Fate::Left(trouble, column),
            Ok(unit) if !above.insert(units::bare(&unit.name)) => {
                Fate::Left(RowTrouble::Twice, None)
            }
            Ok(unit) if known.has(&unit) => Fate::Known,
            Ok(unit) if known.is_near(&unit) && !request.with_doubtful => {
                Fate::Left(RowTrouble::Alike, None)
            }
            Ok(unit) => Fate::NewUnit(Box::new(unit)),
        };
        fates.push((*row, fate));
    }
    Ok(fates)
}

/// What becomes of every row of a township's own catalogue.
fn item_fates(
    reader: &Reader<'_>,
    grid: &Grid,
    request: &TableImport,
) -> Result<Vec<(u32, Fate)>, Fault> {
    let types = catalogue::catalogue()?.categories;
    let mut known = items::Known::of(local_items::all(reader)?);
    let mut fates = Vec::new();
    for (row, cells) in below(grid, request.sort) {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let fate = match items::item(cells, &request.fields, &types) {
            Err((trouble, column)) => Fate::Left(trouble, column),
            Ok(item) => match known.meet(&item) {
                Beside::Known => Fate::Known,
                Beside::Twice => Fate::Left(RowTrouble::Twice, None),
                Beside::Full => Fate::Left(RowTrouble::TooMany, None),
                Beside::Changed if !request.with_doubtful => Fate::Left(RowTrouble::Changed, None),
                Beside::Alike if !request.with_doubtful => Fate::Left(RowTrouble::Alike, None),
                Beside::New | Beside::Changed | Beside::Alike => Fate::NewItem(Box::new(item)),
            },
        };
        fates.push((*row, fate));
    }
    Ok(fates)
}

/// What becomes of every row of a table of rest days.
fn day_fates(
    reader: &Reader<'_>,
    grid: &Grid,
    request: &TableImport,
) -> Result<Vec<(u32, Fate)>, Fault> {
    let calendar = settings::calendar(reader)?;
    let mut seen: HashSet<Day> = HashSet::new();
    let mut fates = Vec::new();
    for (row, cells) in below(grid, request.sort) {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let fate = match days::days(cells, &request.fields) {
            Err((trouble, column)) => Fate::Left(trouble, column),
            Ok(all) if all.iter().any(|day| seen.contains(&day.day)) => {
                Fate::Left(RowTrouble::Twice, None)
            }
            Ok(all) => {
                seen.extend(all.iter().map(|day| day.day));
                match all.iter().all(|day| days::is_known(&calendar, day)) {
                    true => Fate::Known,
                    false => Fate::NewDays(all),
                }
            }
        };
        fates.push((*row, fate));
    }
    Ok(fates)
}

fn says(grid: &Grid, row: u32) -> String {
    let cells = grid.rows.iter().find(|(number, _)| *number == row).map(|(_, cells)| cells);
    let filled = cells.into_iter().flatten().filter(|cell| !cell.is_empty());
    let all: Vec<&str> = filled.map(String::as_str).collect();
    all.join(" · ").chars().take(120).collect()
}

fn registration(entry: &Entry) -> CaseRegister {
    let party = |name: &String, side: Side, phone: Option<String>| NewParty {
        name: name.clone(),
        side,
        phone,
        sex: None,
        birth: None,
        address: None,
        id_number: None,
        person: None,
        guardian: None,
        school: None,
    };
    let phone = Some(entry.phone.clone()).filter(|phone| !phone.is_empty());
    let first = entry.applicants.first();
    let asking = entry
        .applicants
        .iter()
        .map(|name| party(name, Side::Applicant, phone.clone().filter(|_| Some(name) == first)));
    let others = entry.respondents.iter().map(|name| party(name, Side::Respondent, None));
    CaseRegister {
        applied: Some(At::day(entry.applied)),
        source: entry.source,
        track: Track::PeopleMediation,
        happened: None,
        title: entry.title.clone(),
        place: entry.place.clone(),
        amount_fen: entry.amount,
        category: entry.category,
        local_item: entry.item.clone(),
        risk: None,
        parties: asking.chain(others).collect(),
        summary: match entry.item {
            // What the catalogue does not have stays readable.
            None if !entry.local.is_empty() => {
                format!("{}\n地方事项：{}", entry.summary, entry.local).trim().to_owned()
            }
            _ => entry.summary.clone(),
        },
        demands: Vec::new(),
        follows: None,
        units: Vec::new(),
        order: match &entry.order {
            Some((TableSort::Hotline, number)) => Some(number.clone()),
            _ => None,
        },
        token: Some(token(entry)),
    }
}

/// Why a row that reads well cannot be registered all the same.
fn refused(fault: &Fault) -> Option<RowTrouble> {
    use guard::RefusalReason::{TooLong, TooMany};
    match fault {
        Fault::Refused { reason: TooLong, .. } => Some(RowTrouble::TooLong),
        Fault::Refused { reason: TooMany, .. } => Some(RowTrouble::TooMany),
        Fault::Refused { .. } => Some(RowTrouble::Refused),
        _ => None,
    }
}

/// Says what becomes of a table, and takes it over unless it is only asked.
pub(crate) fn run(
    office: &Office,
    grid: &Grid,
    request: &TableImport,
    progress: &Progress,
) -> Result<TableImported, Fault> {
    let now = today(office.now_ms());
    let mut fates = office.store.read(|reader| fates(reader, grid, request, now))?;
    for (_, fate) in &mut fates {
        let checked = match fate {
            Fate::New(entry) => cases::check_register(office, &registration(entry)),
            Fate::NewPerson(person) => people::check_add(office, person),
            Fate::NewUnit(unit) => organisation::check_unit(office, unit),
            _ => Ok(()),
        };
        if let Err(fault) = checked {
            *fate = Fate::Left(refused(&fault).ok_or(fault)?, None);
        }
    }
    let mut done = TableImported::default();
    let add = |slot: &mut u32| *slot = slot.saturating_add(1);
    let mut fresh: Vec<New<'_>> = Vec::new();
    let mut days: Vec<RestDay> = Vec::new();
    let mut listed: Vec<LocalItemListed> = Vec::new();
    for (row, fate) in &fates {
        match fate {
            Fate::New(entry) => {
                add(&mut done.new);
                fresh.push(New::Case(entry));
            }
            Fate::NewPerson(person) => {
                add(&mut done.new);
                fresh.push(New::Person(person));
            }
            Fate::NewUnit(unit) => {
                add(&mut done.new);
                fresh.push(New::Unit(unit));
            }
            Fate::NewItem(item) => {
                add(&mut done.new);
                listed.push((**item).clone());
            }
            Fate::NewDays(all) => {
                add(&mut done.new);
                days.extend(all.iter().cloned());
            }
            Fate::Known => add(&mut done.known),
            Fate::Ended => add(&mut done.ended),
            Fate::Left(trouble, column) => {
                match trouble {
                    RowTrouble::Alike | RowTrouble::Changed | RowTrouble::Twice => {
                        add(&mut done.doubtful)
                    }
                    _ => add(&mut done.bad),
                }
                if done.lines.len() < LINES_MAX {
                    let (trouble, column) = (*trouble, *column);
                    done.lines.push(TableLine {
                        row: *row,
                        trouble,
                        column,
                        says: says(grid, *row),
                    });
                }
            }
        }
    }
    if request.dry {
        return Ok(done);
    }
    if request.sort == TableSort::Holidays {
        done.import = take_days(office, request, grid, days)?;
        return Ok(done);
    }
    if request.sort == TableSort::LocalItems {
        let items = local_items::take_over(office, listed, "导入地方矛盾纠纷清单")?;
        let brought = Brought { items, ..Brought::default() };
        done.import = imports::remember(office, request, grid, brought)?;
        return Ok(done);
    }
    let all = u64::try_from(fresh.len()).unwrap_or(u64::MAX);
    let mut written: Vec<RecordId> = Vec::new();
    for some in fresh.chunks(BATCH) {
        progress.at(Phase::Building, u64::try_from(written.len()).unwrap_or(0), Some(all));
        let more = progress.check().and_then(|()| {
            office.store.write(|tx| -> Result<Vec<RecordId>, Fault> {
                register(office, &mut Pen::new(office, tx), some)
            })
        });
        match more {
            Ok(more) => written.extend(more),
            Err(fault) => {
                // What was said of units is forgotten with what was undone.
                office.store.read(|reader| office.refresh(reader))?;
                // What was taken over so far can be undone like any import.
                let brought = Brought { cases: written, ..Brought::default() };
                imports::remember(office, request, grid, brought)?;
                return Err(fault);
            }
        }
    }
    let brought = Brought { cases: written, ..Brought::default() };
    done.import = imports::remember(office, request, grid, brought)?;
    Ok(done)
}

/// A row that becomes a record.
enum New<'a> {
    Case(&'a Entry),
    Person(&'a PersonAdd),
    Unit(&'a NewUnit),
}

/// Registers some rows in one transaction.
fn register(
    office: &Office,
    pen: &mut Pen<'_, '_>,
    rows: &[New<'_>],
) -> Result<Vec<RecordId>, Fault> {
    let mut requests: Vec<CaseRegister> = Vec::new();
    let mut units: Vec<&NewUnit> = Vec::new();
    let mut written = Vec::new();
    for row in rows {
        match row {
            New::Case(entry) => requests.push(registration(entry)),
            New::Person(person) => written.push(people::add_with(office, pen, person)?),
            New::Unit(unit) => units.push(unit),
        }
    }
    if !units.is_empty() {
        written.extend(organisation::make_units(pen, &units)?);
    }
    written.extend(cases::register_many(office, pen, &requests)?);
    Ok(written)
}

/// Takes days of rest over; every clock that counts working days is read anew.
fn take_days(
    office: &Office,
    request: &TableImport,
    grid: &Grid,
    days: Vec<RestDay>,
) -> Result<Option<String>, Fault> {
    if days.is_empty() {
        return imports::remember(office, request, grid, Brought::default());
    }
    let known = catalogue::calendar()?;
    let mut before = Vec::new();
    settings::set_days(
        office,
        |all| {
            let mut then = all.clone();
            days::merged(all, known, &days);
            // What stood there, also where the program alone knew it.
            let years: HashSet<i32> = days.iter().map(|day| day.day.year()).collect();
            for year in years {
                if !then.iter().any(|each| each.day.year() == year) {
                    let named = known.named(year);
                    then.extend(named.map(|(day, kind)| RestDay {
                        day,
                        rest: kind == DayKind::Rest,
                        name: String::new(),
                    }));
                }
            }
            then.retain(|each| days.iter().any(|day| day.day == each.day));
            before = then;
        },
        "导入放假表",
    )?;
    projector::catch_up_all(office, |_| true)?;
    let days = Some(KeptDays { days, before });
    imports::remember(office, request, grid, Brought { days, ..Brought::default() })
}

/// The rows that were not taken over, under their own headings, with the reason behind them.
pub(crate) fn rest(office: &Office, grid: &Grid, request: &TableRestExport) -> Result<File, Fault> {
    request.words.check()?;
    let now = today(office.now_ms());
    let fates = office.store.read(|reader| fates(reader, grid, &request.import, now))?;
    let heads = heads(grid, request.import.sort);
    let mut columns: Vec<Column> =
        heads.iter().map(|head| Column { head: head.clone(), width: 16 }).collect();
    columns.push(Column { head: request.words.of("reason"), width: 30 });
    let mut rows = Vec::new();
    for (row, fate) in &fates {
        let Fate::Left(trouble, _) = fate else { continue };
        let cells = grid.rows.iter().find(|(number, _)| number == row).map(|(_, cells)| cells);
        let mut line: Vec<Cell> =
            cells.into_iter().flatten().map(|cell| Cell::Text(cell.clone())).collect();
        line.resize(heads.len(), Cell::Text(String::new()));
        line.push(Cell::Text(request.words.of(&crate::projector::word(trouble))));
        rows.push(line);
    }
    let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let words = &request.words;
    let sheet = Sheet {
        name: words.of("rest"),
        title: words.of("title"),
        beside: words.of("beside"),
        columns,
        rows,
        below: Vec::new(),
        is_wide: true,
    };
    Ok(("rest.xlsx".to_owned(), sheet::write(&[sheet], now)?, count))
}
