//! The table of a period (人民调解案件情况统计表): its figures, the cases behind each, and what each
//! counts. Everything is counted anew when it is asked for; what was reported stands in the freeze.

use std::collections::BTreeMap;

use domain::id::{RecordId, UnitId};
use domain::period::{Books, Column, Period};
use domain::rights::{Right, Scope};
use domain::statistics::{self, Committee, Committees, Counter};
use domain::time::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Reader;

use crate::cases::value;
use crate::fault::Fault;
use crate::names::Names;
use crate::office::Office;
use crate::period::{self, Held, PeriodView};
use crate::view::UnitRef;

const COUNTERS: &str = include_str!("../../../../assets/statistics/counters.json");

/// The most rows of a list behind a figure that are read at once.
const ROWS_MAX: u32 = 200;

/// What the counters of the table count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CountersView {
    /// The version of these definitions.
    pub version: String,
    /// Where the table comes from.
    pub source: String,
    /// The counters in the order of the table.
    pub rows: Vec<CounterView>,
    /// What the official table asks for and nobody writes down here: filled in by hand.
    pub by_hand: Vec<ByHandView>,
}

/// What a counter counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CounterView {
    /// The counter.
    pub counter: Counter,
    /// Where in the table it stands.
    pub group: CounterGroup,
    /// Its name.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// What it counts.
    pub what_zh: String,
    /// The same in English.
    pub what_en: String,
    /// Who says so.
    pub source: String,
}

/// A part of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum CounterGroup {
    /// 总数
    Total,
    /// 按调解组织
    Committee,
    /// 按案件来源
    Source,
    /// 按纠纷类型
    Category,
    /// 按协议形式
    Form,
    /// 达成以后
    After,
}

/// A line of the official table that is filled in by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ByHandView {
    /// Its name.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// The table of a period.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct StatisticsTableGet {
    /// A month (`2026-07`), a quarter (`2026-Q3`) or a year (`2026`).
    pub period: Period,
    /// Only what this unit registered; the whole township if absent.
    #[serde(default)]
    pub unit: Option<UnitId>,
}

/// The table of a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct StatisticsTableView {
    /// Whose cases are counted; the whole township's if absent.
    pub unit: Option<UnitRef>,
    /// The units whose table whoever asks may read.
    pub units: Vec<UnitRef>,
    /// Whether the whole township's table may be read.
    pub may_read_all: bool,
    /// The figures, in the order of the table.
    pub rows: Vec<FigureView>,
    /// The period itself: its freeze, what came late, who has reported.
    pub period: PeriodView,
}

/// The figures of one counter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FigureView {
    /// The counter.
    pub counter: Counter,
    /// 本期: what was or would be reported; money in fen.
    pub reported: i64,
    /// 补报
    pub late: i64,
    /// By everything that is known now.
    pub now: i64,
    /// 环比: the period before, by everything that is known now.
    pub before: i64,
    /// 同比: the same period a year earlier.
    pub year_before: i64,
}

/// The cases behind a figure.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct StatisticsCasesGet {
    /// The period.
    pub period: Period,
    /// Only what this unit registered.
    #[serde(default)]
    pub unit: Option<UnitId>,
    /// The counter.
    pub counter: Counter,
    /// Which of its figures.
    pub column: Column,
    /// How many rows to pass over.
    #[serde(default)]
    pub offset: u32,
    /// How many rows to read, at most 200.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// The cases behind a figure, by the day they count on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CountedWindow {
    /// The rows.
    pub rows: Vec<CountedLine>,
    /// How many there are.
    pub total: u32,
    /// What all of them add up to; money in fen.
    pub sum: i64,
}

/// A case behind a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CountedLine {
    /// The case.
    pub case: RecordId,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The unit that registered it.
    pub unit: Option<UnitRef>,
    /// The day it counts on.
    pub day: Day,
    /// What it adds; money in fen.
    pub adds: i64,
}

/// What the counters count.
///
/// # Errors
/// Our own mistake in the shipped data; a test holds that there is none.
pub fn counters() -> Result<CountersView, Fault> {
    serde_json::from_str(COUNTERS).map_err(|error| Fault::internal(&error))
}

/// The unit whose cases whoever works here may see counted, of the one that was asked for.
fn scoped(office: &Office, asked: Option<UnitId>) -> Option<UnitId> {
    let me = office.me();
    match Right::StatisticsRead.scope(me.role) {
        Scope::Township => asked,
        // Also what units had that became part of the own one.
        _ => asked.filter(|unit| office.units().now(*unit) == me.unit).or(Some(me.unit)),
    }
}

pub(crate) fn committees(reader: &Reader<'_>) -> Result<Committees, Fault> {
    let mut committees = BTreeMap::new();
    for row in reader.units()? {
        if let (Some(level), Some(sort)) = (value(&row.level), value(&row.sort)) {
            committees.insert(row.record, Committee::of(level, sort, &row.name));
        }
    }
    Ok(committees)
}

/// The figures of a period.
fn figures(
    books: &Books<'_>,
    period: Period,
    unit: Option<UnitId>,
    committees: &Committees,
) -> Vec<FigureView> {
    let numbers = |period, column| books.numbers(period, column, unit);
    let (reported, late) = (numbers(period, Column::Reported), numbers(period, Column::Late));
    let now = numbers(period, Column::Now);
    let before = numbers(period.before(), Column::Now);
    let year_before = numbers(period.year_before(), Column::Now);
    let of = |numbers, counter| statistics::figure(numbers, counter, committees);
    Counter::all()
        .into_iter()
        .map(|counter| FigureView {
            counter,
            reported: of(&reported, counter),
            late: of(&late, counter),
            now: of(&now, counter),
            before: of(&before, counter),
            year_before: of(&year_before, counter),
        })
        .collect()
}

/// The table of a period.
pub(crate) fn table(
    office: &Office,
    request: &StatisticsTableGet,
) -> Result<StatisticsTableView, Fault> {
    let unit = scoped(office, request.unit);
    office.store.read(|reader| {
        let held = Held::read(office, reader)?;
        let names = Names::read(office, reader)?;
        let me = office.me();
        let may_read_all = Right::StatisticsRead.scope(me.role) == Scope::Township;
        let all = reader.units()?.into_iter().filter(|row| !row.is_withdrawn).map(|row| row.record);
        let heirs = office.units();
        let units = all.filter(|unit| may_read_all || heirs.now(*unit) == me.unit);
        Ok(StatisticsTableView {
            unit: unit.map(|unit| names.unit(unit)),
            units: units.map(|unit| names.unit(unit)).collect(),
            may_read_all,
            rows: figures(&held.books(), request.period, unit, &committees(reader)?),
            period: period::seen(office, reader, &held, request.period)?,
        })
    })
}

/// The cases behind a figure.
pub(crate) fn cases(office: &Office, request: &StatisticsCasesGet) -> Result<CountedWindow, Fault> {
    let unit = scoped(office, request.unit);
    office.store.read(|reader| {
        let held = Held::read(office, reader)?;
        let books = held.books();
        let things = books.behind(request.period, request.column, unit);
        let counted = statistics::cases(&things, request.counter, &committees(reader)?);
        let names = Names::read(office, reader)?;
        let skip = usize::try_from(request.offset).unwrap_or(usize::MAX);
        let take = request.limit.unwrap_or(ROWS_MAX).clamp(1, ROWS_MAX);
        let page = counted.iter().skip(skip).take(usize::try_from(take).unwrap_or(0));
        let mut rows = Vec::new();
        for one in page {
            let row = reader.case(one.case)?;
            let registered = row.as_ref().and_then(|row| row.registered_unit);
            rows.push(CountedLine {
                case: one.case,
                number: row.as_ref().map(|row| row.number.clone()).unwrap_or_default(),
                title: row.map(|row| row.title).unwrap_or_default(),
                unit: registered.map(|unit| names.unit(unit)),
                day: one.day,
                adds: one.adds,
            });
        }
        Ok(CountedWindow {
            rows,
            total: u32::try_from(counted.len()).unwrap_or(u32::MAX),
            sum: counted.iter().map(|one| one.adds).fold(0, i64::saturating_add),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_has_one_definition_in_both_languages() {
        let shipped = counters().unwrap();
        let defined: Vec<Counter> = shipped.rows.iter().map(|row| row.counter).collect();
        assert_eq!(defined, Counter::all());
        for row in &shipped.rows {
            let words = [&row.zh, &row.en, &row.what_zh, &row.what_en, &row.source];
            assert!(words.iter().all(|word| !word.is_empty()), "{}", row.counter);
        }
    }
}
