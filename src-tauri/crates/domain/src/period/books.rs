//! The lines, the freezes and the zero reports together: what a period counts, what was frozen,
//! what came late.

use std::collections::{BTreeMap, BTreeSet};

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
            let own = Thing { line, agreement: None };
            let agreements =
                line.agreements.iter().map(move |a| Thing { line, agreement: Some(a) });
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
        // A case that was merged into another counts with that one.
        let stands =
            |thing: &Thing<'_>| thing.agreement.is_some() || thing.line.main == thing.line.case;
        self.things().filter(|thing| stands(thing) && !is_known(thing)).collect()
    }

    /// What a period counts by all that is known now.
    #[must_use]
    pub fn truth(&self, period: Period) -> PeriodNumbers {
        count(self.things().filter(|thing| period.contains(thing.day())))
    }

    /// What a period that is not frozen counts: what is dated in it and no freeze counted yet.
    #[must_use]
    pub fn open(&self, period: Period) -> PeriodNumbers {
        let things = self.unknown(period.span()).into_iter();
        count(things.filter(|thing| period.contains(thing.day())))
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
        match self.frozen(period) {
            Some(freeze) => freeze.body.late.clone(),
            None => count(self.late_things(period).into_iter()),
        }
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
