//! The counters of the ministry's table (人民调解案件情况统计表): which things each counts, and in
//! which order they stand. What a period has reported, what came late and what is true now is
//! [`crate::period`]'s; here is only what is made of it.
//!
//! Every figure is the sum of what [`adds`] says of single things, so the list behind a figure and
//! the figure itself cannot disagree.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::case::item::CountedAct;
use crate::catalogue::{Category, Source};
use crate::fact::body::{AgreementForm, PeriodNumbers, UnitSort};
use crate::id::{RecordId, UnitId};
use crate::period::{Thing, is_of_cases};
use crate::role::Level;

/// Whose committee a case was registered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Committee {
    /// 村调委会
    Village,
    /// 居调委会
    Residents,
    /// 乡镇调委会
    Township,
    /// 街道调委会
    Subdistrict,
    /// 社会团体和其他组织调委会
    Other,
}

impl Committee {
    /// Every kind there is a unit of, in the order of the table.
    pub const ALL: [Self; 5] =
        [Self::Village, Self::Residents, Self::Township, Self::Subdistrict, Self::Other];

    /// The kind of a unit. A community and a subdistrict are told by their names, since the roster
    /// has two levels.
    #[must_use]
    pub fn of(level: Level, sort: UnitSort, name: &str) -> Self {
        match (level, sort) {
            (_, UnitSort::Department) => Self::Other,
            (Level::Village, _) if name.contains("社区") || name.contains("居委会") => {
                Self::Residents
            }
            (Level::Village, _) => Self::Village,
            (Level::Township, _) if name.contains("街道") => Self::Subdistrict,
            (Level::Township, _) => Self::Township,
        }
    }
}

/// A counter of the table.
///
/// **Shape**: in text `cases`, `source.court`, `category.land`, `act.performed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "String"))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
pub enum Counter {
    /// 调解案件总数
    Cases,
    /// 涉及当事人数
    Parties,
    /// 调解成功数
    Succeeded,
    /// 协议涉及金额, in fen.
    Amount,
    /// By whose committee.
    Committee(Committee),
    /// By how they came.
    Source(Source),
    /// 接受委托移送调解, by whomever.
    Delegated,
    /// By official type.
    Category(Category),
    /// 还没有定类型: what the official table has no line for.
    Untyped,
    /// By the form of the agreement.
    Form(AgreementForm),
    /// What else was done.
    Act(CountedAct),
}

/// A text that names no counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such counter")]
pub struct CounterError;

const SOURCES: [Source; 7] = [
    Source::Proactive,
    Source::Application,
    Source::Court,
    Source::Procuratorate,
    Source::Police,
    Source::Petitions,
    Source::OtherDepartment,
];

const fn is_delegated(source: Source) -> bool {
    !matches!(source, Source::Application | Source::Proactive)
}

impl Counter {
    /// Every counter, in the order of the official table.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = vec![
            Self::Cases,
            Self::Parties,
            Self::Succeeded,
            Self::Act(CountedAct::Hard),
            Self::Amount,
        ];
        all.extend(Committee::ALL.map(Self::Committee));
        for source in SOURCES {
            if source == Source::Court {
                all.push(Self::Delegated);
            }
            all.push(Self::Source(source));
        }
        all.extend(Category::ALL.map(Self::Category));
        all.push(Self::Untyped);
        all.extend([AgreementForm::Oral, AgreementForm::Written].map(Self::Form));
        all.extend(
            CountedAct::ALL.into_iter().filter(|act| *act != CountedAct::Hard).map(Self::Act),
        );
        all
    }

    /// Whether one case adds to it once however much of it there is.
    const fn is_distinct(self) -> bool {
        match self {
            Self::Succeeded => true,
            Self::Act(act) => is_of_cases(act),
            _ => false,
        }
    }
}

fn word<T: Serialize>(value: T) -> String {
    let word = serde_json::to_value(value).ok();
    word.and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

fn read<T: for<'de> Deserialize<'de>>(word: &str) -> Result<T, CounterError> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).map_err(|_| CounterError)
}

impl fmt::Display for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cases => f.write_str("cases"),
            Self::Parties => f.write_str("parties"),
            Self::Succeeded => f.write_str("succeeded"),
            Self::Amount => f.write_str("amount"),
            Self::Delegated => f.write_str("delegated"),
            Self::Untyped => f.write_str("untyped"),
            Self::Committee(committee) => write!(f, "committee.{}", word(committee)),
            Self::Source(source) => write!(f, "source.{}", word(source)),
            Self::Category(category) => write!(f, "category.{}", word(category)),
            Self::Form(form) => write!(f, "form.{}", word(form)),
            Self::Act(act) => write!(f, "act.{}", word(act)),
        }
    }
}

impl FromStr for Counter {
    type Err = CounterError;
    fn from_str(text: &str) -> Result<Self, CounterError> {
        match text.split_once('.') {
            Some(("committee", word)) => read(word).map(Self::Committee),
            Some(("source", word)) => read(word).map(Self::Source),
            Some(("category", word)) => read(word).map(Self::Category),
            Some(("form", word)) => read(word).map(Self::Form),
            Some(("act", word)) => read(word).map(Self::Act),
            Some(_) => Err(CounterError),
            None => Self::all().into_iter().find(|c| c.to_string() == text).ok_or(CounterError),
        }
    }
}

impl Serialize for Counter {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Counter {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The kinds of the units that are known.
pub type Committees = BTreeMap<UnitId, Committee>;

fn committee(committees: &Committees, unit: UnitId) -> Committee {
    committees.get(&unit).copied().unwrap_or(Committee::Other)
}

/// What one thing adds to which counters.
#[must_use]
pub fn adds(thing: &Thing<'_>, committees: &Committees) -> Vec<(Counter, i64)> {
    let line = thing.line;
    if let Some((_, act)) = thing.act {
        return vec![(Counter::Act(act), 1)];
    }
    if let Some(agreement) = thing.agreement {
        return vec![
            (Counter::Succeeded, 1),
            (Counter::Amount, agreement.amount.0),
            (Counter::Form(agreement.form), 1),
        ];
    }
    if !thing.is_case() {
        return Vec::new();
    }
    let mut adds = vec![
        (Counter::Cases, 1),
        (Counter::Parties, i64::from(line.parties)),
        (Counter::Committee(committee(committees, line.unit)), 1),
        (Counter::Source(line.source), 1),
        (line.category.map_or(Counter::Untyped, Counter::Category), 1),
    ];
    adds.extend(is_delegated(line.source).then_some((Counter::Delegated, 1)));
    adds
}

/// A case in the list behind a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The case.
    pub case: RecordId,
    /// The earliest day of what is counted of it.
    pub day: crate::time::Day,
    /// What it adds.
    pub adds: i64,
}

/// The cases behind a figure, by day.
#[must_use]
pub fn cases(things: &[Thing<'_>], counter: Counter, committees: &Committees) -> Vec<Counted> {
    let mut found: BTreeMap<RecordId, Counted> = BTreeMap::new();
    let mut mains: BTreeSet<RecordId> = BTreeSet::new();
    for thing in things {
        let added = adds(thing, committees);
        let sum = added.iter().filter(|(of, _)| *of == counter).map(|(_, n)| *n);
        let Some(sum) = sum.reduce(i64::saturating_add).filter(|sum| *sum != 0) else { continue };
        if counter.is_distinct() && !mains.insert(thing.line.main) {
            continue;
        }
        let (case, day) = (thing.line.case, thing.day());
        let entry = found.entry(case).or_insert(Counted { case, day, adds: 0 });
        entry.adds = entry.adds.saturating_add(sum);
        entry.day = entry.day.min(day);
    }
    let mut cases: Vec<Counted> = found.into_values().collect();
    cases.sort_by_key(|counted| (counted.day, counted.case));
    cases
}

/// The figure of a counter in the numbers of a period.
#[must_use]
pub fn figure(numbers: &PeriodNumbers, counter: Counter, committees: &Committees) -> i64 {
    let whole = |n: u32| i64::from(n);
    let of = |n: Option<&u32>| i64::from(n.copied().unwrap_or(0));
    match counter {
        Counter::Cases => whole(numbers.cases),
        Counter::Parties => whole(numbers.parties),
        Counter::Succeeded => whole(numbers.succeeded),
        Counter::Amount => numbers.amount_fen.0,
        Counter::Committee(wanted) => {
            let units = numbers.by_unit.iter();
            let own = units.filter(|count| committee(committees, count.unit) == wanted);
            own.map(|count| whole(count.cases)).fold(0, i64::saturating_add)
        }
        Counter::Source(source) => of(numbers.by_source.get(&source)),
        Counter::Delegated => {
            let all = numbers.by_source.iter().filter(|(source, _)| is_delegated(**source));
            all.map(|(_, n)| whole(*n)).fold(0, i64::saturating_add)
        }
        Counter::Category(category) => of(numbers.by_category.get(&category)),
        Counter::Untyped => {
            let typed = numbers.by_category.values().map(|n| whole(*n));
            whole(numbers.cases).saturating_sub(typed.fold(0, i64::saturating_add))
        }
        Counter::Form(AgreementForm::Oral) => whole(numbers.oral),
        Counter::Form(AgreementForm::Written) => whole(numbers.written),
        Counter::Act(act) => of(numbers.acts.get(&act)),
    }
}
