//! What the office hands up, files and takes over as spreadsheets: lists as they are filtered, the
//! table of a period, and the tables that were kept before. Figures and words come from where the
//! screens read them, masked in the same way.

mod days;
pub mod grid;
pub mod importing;
pub mod imports;
mod items;
pub mod lists;
mod persons;
pub mod rows;
pub(crate) mod sheet;
mod units;

use std::collections::BTreeMap;

use domain::id::UnitId;
use domain::period::{Column as Figures, Period};
use domain::statistics::{self, Counter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::cases::CaseRow;

use crate::cases::{self, CaseList, CaseSearch};
use crate::clock::today;
use crate::fault::Fault;
use crate::host::Place;
use crate::names::Names;
use crate::office::Office;
use crate::period::Held;
use crate::projector::word;
use crate::rights::Lens;
use crate::statistics::{StatisticsTableGet, committees, counters, table};
use crate::view::CaseLine;
use sheet::{Cell, Column, Sheet};

/// The words of a table. What has none stands by the name that the program has for it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct TableWords {
    /// What columns are headed with, by name.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// What words of the program are called.
    #[serde(default)]
    pub words: BTreeMap<String, String>,
}

/// The most words of each kind, and the most characters of one.
const WORDS_MAX: (usize, usize) = (400, 200);

impl TableWords {
    pub(crate) fn check(&self) -> Result<(), Fault> {
        for words in [&self.columns, &self.words] {
            let is_short = |text: &String| text.chars().count() <= WORDS_MAX.1;
            if words.len() > WORDS_MAX.0 || !words.iter().all(|(k, v)| is_short(k) && is_short(v)) {
                return Err(Fault::bad("words: too many or too long"));
            }
        }
        Ok(())
    }

    pub(crate) fn of(&self, word: &str) -> String {
        self.words.get(word).cloned().unwrap_or_else(|| word.to_owned())
    }

    fn head(&self, name: &str, width: u32) -> Column {
        let head = self.columns.get(name).cloned().unwrap_or_else(|| name.to_owned());
        Column { head, width }
    }
}

/// Which cases the ledger has.
pub(crate) enum LedgerAsk<'a> {
    /// Those of a list; its window is not looked at.
    List(&'a CaseList),
    /// Those in which something is looked for.
    Search(&'a CaseSearch),
}

/// Saves the table of a period as a spreadsheet: as a list, and a line for each unit.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct StatisticsExport {
    /// A month, a quarter or a year.
    pub period: Period,
    /// Only what this unit registered.
    #[serde(default)]
    pub unit: Option<UnitId>,
    /// In which words.
    #[serde(default)]
    pub words: TableWords,
    /// Where the file goes.
    pub to: Place,
}

/// A file to be saved: its name, its bytes, how many lines it has.
pub(crate) type File = (String, Vec<u8>, u64);

/// The columns of the ledger, each with its width.
const LEDGER: [(&str, u32); 20] = [
    ("row", 6),
    ("number", 24),
    ("registered", 12),
    ("source", 12),
    ("category", 16),
    ("local_group", 16),
    ("local_item", 24),
    ("title", 30),
    ("parties", 20),
    ("place", 20),
    ("registered_by", 20),
    ("owner", 20),
    ("stage", 10),
    ("state", 12),
    ("sessions", 8),
    ("written", 8),
    ("oral", 8),
    ("amount", 14),
    ("next_due", 12),
    ("marks", 20),
];

/// Those of the township's own catalogue.
const LOCAL: std::ops::Range<usize> = 5..7;

/// The ledger as a spreadsheet.
pub(crate) fn ledger(
    office: &Office,
    asked: &LedgerAsk<'_>,
    words: &TableWords,
) -> Result<File, Fault> {
    let now = today(office.now_ms());
    let (rows, has_local) = office.store.read(|reader| -> Result<_, Fault> {
        let lens = Lens::leaving(office, reader);
        let mut filter = match asked {
            LedgerAsk::Search(search) => cases::filter(&CaseList::default(), Some(search)),
            LedgerAsk::List(list) => cases::filter(list, None),
        };
        filter.within = Some(lens.exported());
        let names = Names::read(office, reader)?;
        let limit = u32::try_from(sheet::ROWS_MAX).unwrap_or(u32::MAX);
        let (found, _) = reader.cases(&filter, 0, limit)?;
        // Where no township has a catalogue of its own the list looks as ever.
        let has_local = found.iter().any(|row| row.local_code.is_some());
        let mut rows = Vec::with_capacity(found.len());
        for (at, row) in (1..).zip(&found) {
            let mut shown = serde_json::to_value(cases::line(row, &names))?;
            lens.over(&mut shown, &[])?;
            let line: CaseLine = serde_json::from_value(shown)?;
            let formal = reader.formal_number(row.record)?;
            let mut cells = ledger_row(at, row, &line, formal, &names, words);
            if !has_local {
                cells.drain(LOCAL);
            }
            rows.push(cells);
        }
        Ok((rows, has_local))
    })?;
    let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let mut columns: Vec<Column> =
        LEDGER.iter().map(|(name, width)| words.head(name, *width)).collect();
    if !has_local {
        columns.drain(LOCAL);
    }
    let sheet = Sheet {
        name: words.of("ledger"),
        title: words.of("title"),
        beside: words.of("beside"),
        columns,
        rows,
        below: Vec::new(),
        is_wide: true,
    };
    Ok(("ledger.xlsx".to_owned(), sheet::write(&[sheet], now)?, count))
}

fn ledger_row(
    at: i64,
    row: &CaseRow,
    line: &CaseLine,
    formal: Option<String>,
    names: &Names,
    words: &TableWords,
) -> Vec<Cell> {
    let unit = |unit: Option<UnitId>| unit.map(|unit| names.unit(unit).name).unwrap_or_default();
    let marks: Vec<String> = line.marks.iter().map(|mark| words.of(&word(mark))).collect();
    let sessions = i64::from(line.village_sessions) + i64::from(line.township_sessions);
    vec![
        Cell::Count(at),
        Cell::Text(formal.unwrap_or_else(|| line.number.clone())),
        Cell::Day(line.registered),
        Cell::Text(words.of(&row.source)),
        Cell::Text(line.category.map(|category| words.of(&word(&category))).unwrap_or_default()),
        Cell::Text(line.local_group.clone().unwrap_or_default()),
        Cell::Text(line.local_item.clone().unwrap_or_default()),
        Cell::Text(line.title.clone()),
        Cell::Text(line.parties.join("、")),
        Cell::Text(line.place.clone()),
        Cell::Text(unit(row.registered_unit)),
        Cell::Text(unit(row.owner)),
        Cell::Text(words.of(&word(&line.stage))),
        Cell::Text(words.of(&word(&line.state))),
        Cell::Count(sessions),
        Cell::Count(i64::from(row.written_agreements)),
        Cell::Count(i64::from(row.oral_agreements)),
        Cell::Money(row.amount_fen),
        Cell::Day(line.next_due.as_ref().map(|due| due.day)),
        Cell::Text(marks.join("、")),
    ]
}

/// The columns of the table of a period.
const FIGURES: [(&str, u32); 7] = [
    ("row", 6),
    ("counter", 34),
    ("reported", 14),
    ("late", 12),
    ("now", 14),
    ("before", 14),
    ("year_before", 14),
];

fn amount(counter: Counter, value: i64) -> Cell {
    if counter == Counter::Amount { Cell::Money(value) } else { Cell::Count(value) }
}

/// The table of a period as a spreadsheet.
pub(crate) fn statistics(office: &Office, request: &StatisticsExport) -> Result<File, Fault> {
    request.words.check()?;
    let words = &request.words;
    let asked = StatisticsTableGet { period: request.period, unit: request.unit };
    let read = table(office, &asked)?;
    let defined = counters()?;
    let name = |counter: Counter, zh: &str| {
        let known = words.words.get(&counter.to_string());
        known.cloned().unwrap_or_else(|| zh.to_owned())
    };
    let mut rows = Vec::new();
    let mut group = None;
    for (at, (figure, defined)) in (1..).zip(read.rows.iter().zip(&defined.rows)) {
        if group != Some(defined.group) {
            group = Some(defined.group);
            rows.push(vec![Cell::Group(words.of(&word(&defined.group)))]);
        }
        let of = |value| amount(figure.counter, value);
        rows.push(vec![
            Cell::Count(at),
            Cell::Text(name(figure.counter, &defined.zh)),
            of(figure.reported),
            of(figure.late),
            of(figure.now),
            of(figure.before),
            of(figure.year_before),
        ]);
    }
    rows.push(vec![Cell::Group(words.of("by_hand"))]);
    for line in &defined.by_hand {
        let mut open = vec![Cell::Open, Cell::Text(words.of(&line.zh))];
        open.resize(FIGURES.len(), Cell::Open);
        rows.push(open);
    }
    let count = u64::try_from(read.rows.len()).unwrap_or(u64::MAX);
    let listed = Sheet {
        name: words.of("table"),
        title: words.of("title"),
        beside: words.of("beside"),
        columns: FIGURES.iter().map(|(name, width)| words.head(name, *width)).collect(),
        rows,
        below: vec![words.of("signed")],
        is_wide: false,
    };
    let mut sheets = vec![listed];
    if read.unit.is_none() {
        sheets.push(by_unit(office, request, &name)?);
    }
    let file = format!("statistics-{}.xlsx", request.period);
    Ok((file, sheet::write(&sheets, today(office.now_ms()))?, count))
}

/// A line for each unit and one for all, a column for each counter: what is true now.
fn by_unit(
    office: &Office,
    request: &StatisticsExport,
    name: &dyn Fn(Counter, &str) -> String,
) -> Result<Sheet, Fault> {
    let words = &request.words;
    let defined = counters()?;
    let mut columns = vec![words.head("unit", 26)];
    columns.extend(
        defined.rows.iter().map(|one| Column { head: name(one.counter, &one.zh), width: 9 }),
    );
    let rows = office.store.read(|reader| -> Result<_, Fault> {
        let held = Held::read(office, reader)?;
        let (books, kinds) = (held.books(), committees(reader)?);
        let names = Names::read(office, reader)?;
        let line = |head: String, unit: Option<UnitId>| {
            let numbers = books.numbers(request.period, Figures::Now, unit);
            let figures = defined
                .rows
                .iter()
                .map(|one| amount(one.counter, statistics::figure(&numbers, one.counter, &kinds)));
            std::iter::once(Cell::Text(head)).chain(figures).collect::<Vec<Cell>>()
        };
        let mut rows = Vec::new();
        for unit in reader.units()?.into_iter().filter(|unit| !unit.is_withdrawn) {
            rows.push(line(names.unit(unit.record).name, Some(unit.record)));
        }
        rows.push(line(words.of("all"), None));
        Ok(rows)
    })?;
    Ok(Sheet {
        name: words.of("by_unit"),
        title: words.of("title"),
        beside: words.of("beside_now"),
        columns,
        rows,
        below: Vec::new(),
        is_wide: true,
    })
}
