//! The lines, the freezes and the zero reports together: what a period counts, what was frozen,
//! what came late.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::case::item::CountedAct;
use crate::fact::body::{
    CountedAs, CountedCase, PeriodCounted, PeriodFrozen, PeriodNumbers, ReportState, UnitReport,
};
use crate::id::{FactId, RecordId, UnitId};
use crate::time::Day;

use super::{CASES_MAX, Freeze, Line, Period, Span, Thing, ZeroReport, count};

/// Everything statistics are made from.
#[derive(Debug, Clone, Copy)]
pub struct Books<'a> {
    /// The cases.
    pub lines: &'a [Line],
    /// The freezes.
    pub freezes: &'a [Freeze],
    /// The zero reports.
    pub zeros: &'a [ZeroReport],
}

/// A case in the list of what came late.
#[derive(Debug, Clone, PartialEq)]
pub struct Late {
    /// The case.
    pub case: RecordId,
    /// The earliest day of what came late.
    pub day: Day,
    /// Whether the case itself came late; otherwise only agreements did.
    pub itself: bool,
    /// The agreements that came late.
    pub agreements: Vec<FactId>,
}

/// A column of the table of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Column {
    /// 本期: what is or was reported for it.
    Reported,
    /// 补报: what came late for earlier periods.
    Late,
    /// 现在: what is dated in it by all that is known now.
    Now,
}

impl Freeze {
    /// As what a freeze counted a thing.
    fn counted_as(&self, thing: &Thing<'_>) -> Option<CountedAs> {
        let counted = self.knew.get(&thing.line.case)?;
        match thing.agreement {
            Some(agreement) => counted.agreements.get(&agreement.id).copied(),
            None => counted.case,
        }
    }
}

impl<'a> Thing<'a> {
    fn is_hard(&self) -> bool {
        self.act.is_some_and(|(_, act)| act == CountedAct::Hard)
    }

    /// That a case is a hard one goes with the case, whenever that is counted.
    fn hard(&self) -> Option<Self> {
        let hard = self.line.acts.iter().find(|(_, act)| *act == CountedAct::Hard);
        hard.filter(|_| self.is_case()).map(|act| Thing { act: Some(*act), ..*self })
    }
}

impl<'a> Books<'a> {
    /// The freeze that holds for a period: of several the one that knew less, then the one typed
    /// first.
    #[must_use]
    pub fn frozen(&self, period: Period) -> Option<&'a Freeze> {
        self.freezes_of(period).next()
    }

    /// Every freeze of a period, the one that holds first.
    pub fn freezes_of(&self, period: Period) -> impl Iterator<Item = &'a Freeze> + use<'a> {
        let mut found: Vec<&Freeze> =
            self.freezes.iter().filter(|freeze| freeze.body.period == period).collect();
        let size = |freeze: &Freeze| -> usize {
            let one =
                |c: &super::Counted| c.agreements.len().saturating_add(c.case.is_some().into());
            freeze.knew.values().map(one).sum()
        };
        found.sort_by_key(|freeze| (size(freeze), freeze.recorded, freeze.id));
        found.into_iter()
    }

    /// The freezes that hold, of one length.
    fn holding(&self, span: Span) -> Vec<&'a Freeze> {
        let mut periods: Vec<Period> =
            self.freezes.iter().map(|f| f.body.period).filter(|p| p.span() == span).collect();
        periods.sort_unstable();
        periods.dedup();
        periods.into_iter().filter_map(|period| self.frozen(period)).collect()
    }

    /// The last day of the last frozen period of a length.
    #[must_use]
    pub fn closed_until(&self, span: Span) -> Option<Day> {
        self.holding(span).iter().map(|freeze| freeze.body.period.last()).max()
    }

    fn things(&self) -> impl Iterator<Item = Thing<'a>> + use<'a> {
        self.lines.iter().flat_map(|line| {
            let own = Thing::case(line);
            let agreements = line
                .agreements
                .iter()
                .map(move |a| Thing { agreement: Some(a), ..Thing::case(line) });
            std::iter::once(own).chain(agreements)
        })
    }

    /// The things no freeze of a length knew. One dispute is reported once: where a case of it was
    /// counted before they were merged, the main case is no news.
    fn unknown(&self, span: Span) -> Vec<Thing<'a>> {
        let holding = self.holding(span);
        let is_counted = |case: RecordId| {
            let mut counted = holding.iter().filter_map(|freeze| freeze.knew.get(&case));
            counted.any(|counted| counted.case.is_some())
        };
        let reported: BTreeSet<RecordId> =
            self.lines.iter().filter(|line| is_counted(line.case)).map(|line| line.main).collect();
        let is_known = |thing: &Thing<'_>| {
            holding.iter().filter_map(|f| f.knew.get(&thing.line.case)).any(|counted| {
                match thing.agreement {
                    Some(agreement) => counted.agreements.contains_key(&agreement.id),
                    None => counted.case.is_some(),
                }
            }) || thing.agreement.is_none() && reported.contains(&thing.line.main)
        };
        let stands = |thing: &Thing<'_>| thing.agreement.is_some() || thing.is_case();
        self.things().filter(|thing| stands(thing) && !is_known(thing)).collect()
    }

    /// What was done in a period besides. No freeze knows it by name: what is reported of it is
    /// what was known then.
    fn acts(&self, period: Period) -> impl Iterator<Item = Thing<'a>> + use<'a> {
        let acts = self.lines.iter().flat_map(|line| {
            line.acts.iter().map(move |act| Thing { act: Some(*act), ..Thing::case(line) })
        });
        acts.filter(move |thing| period.contains(thing.day()) && !thing.is_hard())
    }

    /// The things behind a column of the table of a period, of one unit's cases or of all.
    #[must_use]
    pub fn behind(&self, period: Period, column: Column, unit: Option<UnitId>) -> Vec<Thing<'a>> {
        let frozen = self.frozen(period);
        let mut things: Vec<Thing<'a>> = match (column, frozen) {
            (Column::Reported, Some(freeze)) => {
                let was = |thing: &Thing<'_>| freeze.counted_as(thing) == Some(CountedAs::Own);
                self.things().filter(was).chain(self.acts(period)).collect()
            }
            (Column::Late, Some(freeze)) => {
                let was = |thing: &Thing<'_>| freeze.counted_as(thing) == Some(CountedAs::Late);
                self.things().filter(was).collect()
            }
            (Column::Late, None) => self.late_things(period),
            (Column::Reported, None) if period.span() != Span::Year => {
                self.open_things(period).collect()
            }
            (Column::Reported | Column::Now, _) => self.true_things(period).collect(),
        };
        things.retain(|thing| unit.is_none_or(|unit| thing.line.unit == unit));
        let hard: Vec<Thing<'a>> = things.iter().filter_map(Thing::hard).collect();
        things.extend(hard);
        things
    }

    /// The numbers of a column of the table of a period, of one unit's cases or of all: of a frozen
    /// period as they were frozen, where they are the whole township's.
    #[must_use]
    pub fn numbers(&self, period: Period, column: Column, unit: Option<UnitId>) -> PeriodNumbers {
        match (column, self.frozen(period), unit) {
            (Column::Reported, Some(freeze), None) => freeze.body.numbers.clone(),
            (Column::Late, Some(freeze), None) => freeze.body.late.clone(),
            _ => count(self.behind(period, column, unit).into_iter()),
        }
    }

    fn true_things(&self, period: Period) -> impl Iterator<Item = Thing<'a>> + use<'a> {
        let things = self.things().filter(move |thing| period.contains(thing.day()));
        things.chain(self.acts(period))
    }

    fn open_things(&self, period: Period) -> impl Iterator<Item = Thing<'a>> + use<'a> {
        let things = self.unknown(period.span()).into_iter();
        things.filter(move |thing| period.contains(thing.day())).chain(self.acts(period))
    }

    /// What a period counts by all that is known now.
    #[must_use]
    pub fn truth(&self, period: Period) -> PeriodNumbers {
        self.numbers(period, Column::Now, None)
    }

    /// What a period that is not frozen counts: what is dated in it and no freeze counted yet.
    #[must_use]
    pub fn open(&self, period: Period) -> PeriodNumbers {
        let things: Vec<Thing<'a>> = self.open_things(period).collect();
        let hard: Vec<Thing<'a>> = things.iter().filter_map(Thing::hard).collect();
        count(things.into_iter().chain(hard))
    }

    /// 补报: what is dated in frozen periods and was not known to them. It is listed in the first
    /// period after them, or in the freeze that took it up.
    #[must_use]
    pub fn late(&self, period: Period) -> Vec<Late> {
        let mut late: BTreeMap<RecordId, Late> = BTreeMap::new();
        if let Some(freeze) = self.frozen(period) {
            for (case, counted) in &freeze.knew {
                let is_late = |counted_as: &CountedAs| *counted_as == CountedAs::Late;
                let itself = counted.case.as_ref().is_some_and(is_late);
                let agreements: Vec<FactId> = counted
                    .agreements
                    .iter()
                    .filter(|(_, a)| is_late(a))
                    .map(|(id, _)| *id)
                    .collect();
                if itself || !agreements.is_empty() {
                    let day = self.day_of(*case, itself, &agreements);
                    late.insert(*case, Late { case: *case, day, itself, agreements });
                }
            }
        } else {
            for thing in self.late_things(period) {
                let case = thing.line.case;
                let entry = late.entry(case).or_insert(Late {
                    case,
                    day: thing.day(),
                    itself: false,
                    agreements: Vec::new(),
                });
                entry.day = entry.day.min(thing.day());
                match thing.agreement {
                    Some(agreement) => entry.agreements.push(agreement.id),
                    None => entry.itself = true,
                }
            }
        }
        let mut late: Vec<Late> = late.into_values().collect();
        late.sort_by_key(|line| (line.day, line.case));
        late
    }

    fn day_of(&self, case: RecordId, itself: bool, agreements: &[FactId]) -> Day {
        let of_case = |thing: &Thing<'_>| match thing.agreement {
            _ if thing.line.case != case => false,
            Some(agreement) => agreements.contains(&agreement.id),
            None => itself,
        };
        self.things().filter(of_case).map(|thing| thing.day()).min().unwrap_or(Day::MIN)
    }

    fn late_things(&self, period: Period) -> Vec<Thing<'a>> {
        let Some(closed) = self.closed_until(period.span()) else { return Vec::new() };
        let next = Period::of(crate::calendar::after(closed, 1), period.span());
        if period != next {
            return Vec::new();
        }
        let mut late = self.unknown(period.span());
        late.retain(|thing| thing.day() <= closed);
        late
    }

    /// What came late for a period, counted.
    #[must_use]
    pub fn late_numbers(&self, period: Period) -> PeriodNumbers {
        self.numbers(period, Column::Late, None)
    }

    /// What a unit has reported for a period: cases strike out a zero report, and silence is not
    /// zero.
    #[must_use]
    pub fn report(&self, unit: UnitId, period: Period) -> ReportState {
        let has_zero = self.zeros.iter().any(|zero| zero.unit == unit && zero.period == period);
        let has_cases =
            self.lines.iter().any(|line| line.unit == unit && period.contains(line.day));
        match (has_cases, has_zero) {
            (true, true) => ReportState::ZeroStruck,
            (true, false) => ReportState::Cases,
            (false, true) => ReportState::Zero,
            (false, false) => ReportState::Missing,
        }
    }

    /// What freezing a period would write: the numbers, and the cases it knows.
    #[must_use]
    pub fn freeze(
        &self,
        period: Period,
        reports: Vec<UnitReport>,
        printed: bool,
        note: String,
    ) -> (PeriodFrozen, Vec<PeriodCounted>) {
        let span = period.span();
        let closed = self.closed_until(span);
        let mut groups: BTreeMap<CountedAs, BTreeMap<RecordId, CountedCase>> = BTreeMap::new();
        let late = self.late_things(period);
        let named = |things: &mut dyn Iterator<Item = Thing<'_>>| {
            let mut cases: BTreeMap<RecordId, CountedCase> = BTreeMap::new();
            for thing in things {
                let case = thing.line.case;
                let entry = cases.entry(case).or_insert(CountedCase {
                    case,
                    itself: false,
                    agreements: Vec::new(),
                });
                match thing.agreement {
                    Some(agreement) => entry.agreements.push(agreement.id),
                    None => entry.itself = true,
                }
            }
            cases
        };
        let unknown = self.unknown(span);
        let of = |things: &[Thing<'a>], is: &dyn Fn(Day) -> bool| -> Vec<Thing<'a>> {
            things.iter().copied().filter(|thing| is(thing.day())).collect()
        };
        let own = of(&unknown, &|day| period.contains(day));
        let before = of(&unknown, &|day| day < period.first() && closed.is_none_or(|c| day > c));
        groups.insert(CountedAs::Own, named(&mut own.into_iter()));
        groups.insert(CountedAs::Late, named(&mut late.into_iter()));
        groups.insert(CountedAs::Before, named(&mut before.into_iter()));
        let mut lists = Vec::new();
        for (counted_as, cases) in groups {
            let cases: Vec<CountedCase> = cases.into_values().collect();
            for some in cases.chunks(CASES_MAX) {
                lists.push(PeriodCounted { counted_as, cases: some.to_vec() });
            }
        }
        let frozen = PeriodFrozen {
            period,
            numbers: self.open(period),
            late: self.late_numbers(period),
            reports,
            printed,
            note,
        };
        (frozen, lists)
    }
}
