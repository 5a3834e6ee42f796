//! Reporting periods: what one counts, how it was frozen, what came late, and who has reported.

use domain::case::guard::RefusalReason;
use domain::fact::body::{CountedAs, PeriodNumbers, ReportState, UnitReport, ZeroReported};
use domain::fact::{Body, RecordKind};
use domain::id::{FactId, RecordId, UnitId};
use domain::money::Fen;
use domain::period::{AgreementLine, Books, Freeze, Line, Period, Span, ZeroReport};
use domain::rights::Right;
use domain::time::{At, Day};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Reader;
use store::records::UnitRow;
use store::township::PeriodRow;

use crate::cases::value;
use crate::clock::{minute, today};
use crate::fault::Fault;
use crate::journal::Pen;
use crate::names::Names;
use crate::office::Office;
use crate::projector::{self, FREEZE, ZERO};
use crate::rights;
use crate::view::{UnitRef, UserRef};

/// Freezes a period: its numbers are reported and never change again.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PeriodFreeze {
    /// A month or a quarter that is over.
    pub period: Period,
    /// Whether it was printed and handed in.
    #[serde(default)]
    pub printed: bool,
    /// In words.
    #[serde(default)]
    pub note: String,
}

/// Reports that a unit found nothing in a period (零上报).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ZeroReportMake {
    /// Which period.
    pub period: Period,
    /// In words.
    #[serde(default)]
    pub note: String,
}

/// A period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PeriodView {
    /// Which.
    pub period: Period,
    /// Whether it is over.
    pub is_over: bool,
    /// Its numbers: as they were frozen, else what no freeze has counted yet.
    pub numbers: PeriodNumbers,
    /// Its numbers by everything that is known now; what a year reports.
    pub truth: PeriodNumbers,
    /// 补报: what came late for earlier periods, earliest first.
    pub late: Vec<LateLine>,
    /// The same, counted.
    pub late_numbers: PeriodNumbers,
    /// The freeze that holds.
    pub freeze: Option<FreezeView>,
    /// Other freezes of the same period; they stay readable.
    pub other_freezes: Vec<FreezeView>,
    /// What each village has reported.
    pub reports: Vec<ReportView>,
    /// Whether whoever asks may freeze it now.
    pub may_freeze: bool,
    /// Whether whoever asks may report that there was nothing.
    pub may_report_zero: bool,
}

/// A case that came late.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LateLine {
    /// The case.
    pub case: RecordId,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The unit that registered it.
    pub unit: Option<UnitRef>,
    /// The month it belongs to.
    pub month: Period,
    /// Whether the case itself came late; otherwise only agreements did.
    pub is_case: bool,
    /// How many agreements came late.
    pub agreements: u32,
    /// What they settle, in fen.
    pub amount_fen: Fen,
}

/// A freeze.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FreezeView {
    /// The fact.
    pub id: FactId,
    /// Who froze it.
    pub by: UserRef,
    /// For which unit.
    pub unit: UnitRef,
    /// When.
    pub at: At,
    /// Whether it was printed and handed in.
    pub printed: bool,
    /// In words.
    pub note: String,
    /// The cases it counted.
    pub cases: Vec<RecordId>,
}

/// What a village has reported for a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ReportView {
    /// The village.
    pub unit: UnitRef,
    /// What it had reported when the period was frozen.
    pub at_freeze: Option<ReportState>,
    /// What it has reported by now.
    pub now: ReportState,
    /// 数据截至: the day its data last came here.
    pub as_of: Option<Day>,
    /// Whole days since then.
    pub days_since: Option<u32>,
    /// 此前缺报: the days without data before that one, if that was too long.
    pub gap_days: Option<u32>,
}

/// What is counted, case by case.
fn lines(reader: &Reader<'_>) -> Result<Vec<Line>, Fault> {
    let mut lines: Vec<Line> = Vec::new();
    for row in reader.counted()? {
        let Ok(day) = row.item.day.parse::<Day>() else { continue };
        let is_same = lines.last().is_some_and(|line| line.case == row.record);
        if let Some(act) = value(&row.item.act) {
            lines.last_mut().filter(|_| is_same).into_iter().for_each(|l| l.acts.push((day, act)));
        } else if row.item.fact.is_empty() && !is_same {
            let (Some(unit), Some(source)) = (row.unit, value(&row.source)) else { continue };
            lines.push(Line {
                case: row.record,
                main: reader.main_case(row.record)?,
                unit,
                source,
                category: row.category.as_deref().and_then(value),
                parties: row.party_count,
                day,
                agreements: Vec::new(),
                acts: Vec::new(),
            });
        } else if let (Ok(id), Some(form), Some(line)) =
            (row.item.fact.parse(), value(&row.item.form), lines.last_mut().filter(|_| is_same))
        {
            let amount = Fen(row.item.amount_fen);
            line.agreements.push(AgreementLine { id, day, form, amount });
        }
    }
    Ok(lines)
}

fn freezes(office: &Office, reader: &Reader<'_>) -> Result<Vec<Freeze>, Fault> {
    let mut freezes = Vec::new();
    for row in reader.periods(FREEZE)? {
        let (_, record) = projector::load(reader, row.record)?;
        let facts = projector::facts_of(office, reader, &record)?;
        freezes.extend(domain::period::fold(row.record, &facts).freeze);
    }
    Ok(freezes)
}

fn zeros(office: &Office, reader: &Reader<'_>) -> Result<Vec<ZeroReport>, Fault> {
    let units = office.units();
    let zero = |row: PeriodRow| {
        let at: At = row.at.parse().ok()?;
        Some(ZeroReport {
            record: row.record,
            id: row.fact.parse().ok()?,
            unit: units.on(row.unit, at.day),
            by: row.author,
            at,
            period: row.period.parse().ok()?,
        })
    };
    Ok(reader.periods(ZERO)?.into_iter().filter_map(zero).collect())
}

/// Everything statistics are made from, read once.
pub(crate) struct Held {
    lines: Vec<Line>,
    freezes: Vec<Freeze>,
    zeros: Vec<ZeroReport>,
}

impl Held {
    pub(crate) fn read(office: &Office, reader: &Reader<'_>) -> Result<Self, Fault> {
        let (lines, freezes) = (lines(reader)?, freezes(office, reader)?);
        Ok(Self { lines, freezes, zeros: zeros(office, reader)? })
    }

    pub(crate) fn books(&self) -> Books<'_> {
        Books { lines: &self.lines, freezes: &self.freezes, zeros: &self.zeros }
    }
}

/// The villages that report on a period: those that were not part of another from its first day on.
fn villages(reader: &Reader<'_>, period: Period) -> Result<Vec<UnitId>, Fault> {
    let first = period.first().to_string();
    let reports = |row: &UnitRow| {
        let is_over = row.merged.as_ref().is_some_and(|(_, day)| *day <= first);
        row.level == "village" && !is_over && !row.is_withdrawn
    };
    Ok(reader.units()?.into_iter().filter(reports).map(|row| row.record).collect())
}

/// When data of a unit last came here, and how many days were missing before that.
fn arrivals(
    office: &Office,
    reader: &Reader<'_>,
    unit: UnitId,
    now: Day,
) -> Result<(Option<Day>, Option<u32>), Fault> {
    if unit == office.identity.record.unit {
        return Ok((Some(now), None));
    }
    let roster = office.roster();
    let devices: Vec<_> = roster.devices_of(unit).map(|device| device.device()).collect();
    let days = reader.arrivals(unit, &devices)?;
    let mut latest = days.iter().rev();
    let (last, before) = (latest.next(), latest.next());
    let epoch = domain::time::day_of(0);
    let as_of = last.map(|days| domain::calendar::after(epoch, *days));
    let silent = crate::settings::current(reader)?.silent_days;
    let gap = last.zip(before).map(|(last, before)| last.saturating_sub(*before));
    let gap = gap.and_then(|days| u32::try_from(days).ok());
    Ok((as_of, gap.filter(|days| *days > u32::from(silent))))
}

/// What a period counts.
pub(crate) fn view(office: &Office, period: Period) -> Result<PeriodView, Fault> {
    office.store.read(|reader| seen(office, reader, &Held::read(office, reader)?, period))
}

/// What a period counts, of what was read already.
pub(crate) fn seen(
    office: &Office,
    reader: &Reader<'_>,
    held: &Held,
    period: Period,
) -> Result<PeriodView, Fault> {
    let now = today(office.now_ms());
    let books = held.books();
    let names = Names::read(office, reader)?;
    let freeze = books.frozen(period);
    let truth = books.truth(period);
    let numbers = match freeze {
        Some(freeze) => freeze.body.numbers.clone(),
        None if period.span() == Span::Year => truth.clone(),
        None => books.open(period),
    };
    let freeze_view = |freeze: &Freeze| FreezeView {
        id: freeze.id,
        by: names.user(freeze.by),
        unit: names.unit(freeze.unit),
        at: freeze.at,
        printed: freeze.body.printed,
        note: freeze.body.note.clone(),
        cases: freeze
            .knew
            .iter()
            .filter(|(_, counted)| counted.case == Some(CountedAs::Own))
            .map(|(case, _)| *case)
            .collect(),
    };
    let mut reports = Vec::new();
    for unit in villages(reader, period)? {
        let (as_of, gap_days) = arrivals(office, reader, unit, now)?;
        let said = freeze.and_then(|f| f.body.reports.iter().find(|r| r.unit == unit));
        let since = as_of.map(|day| now.signed_duration_since(day).num_days());
        reports.push(ReportView {
            unit: names.unit(unit),
            at_freeze: said.map(|report| report.state),
            now: books.report(unit, period),
            as_of,
            days_since: since.and_then(|days| u32::try_from(days).ok()),
            gap_days,
        });
    }
    let my_unit = office.me().unit;
    Ok(PeriodView {
        period,
        is_over: period.last() < now,
        numbers,
        truth,
        late: late(&books, reader, &names, period)?,
        late_numbers: books.late_numbers(period),
        freeze: freeze.map(freeze_view),
        other_freezes: books.freezes_of(period).skip(1).map(freeze_view).collect(),
        reports,
        may_freeze: check_freeze(office, &books, period).is_ok(),
        may_report_zero: Right::PeriodReport.admits(office.me().role)
            && books.report(my_unit, period) == ReportState::Missing,
    })
}

/// The list of what came late for a period.
fn late(
    books: &Books<'_>,
    reader: &Reader<'_>,
    names: &Names,
    period: Period,
) -> Result<Vec<LateLine>, Fault> {
    let mut list = Vec::new();
    for line in books.late(period) {
        let row = reader.case(line.case)?;
        let own = books.lines.iter().find(|held| held.case == line.case);
        let amounts = own.into_iter().flat_map(|held| &held.agreements);
        let amount = amounts
            .filter(|agreement| line.agreements.contains(&agreement.id))
            .fold(Fen::default(), |sum, agreement| sum.saturating_add(agreement.amount));
        list.push(LateLine {
            case: line.case,
            number: row.as_ref().map(|row| row.number.clone()).unwrap_or_default(),
            title: row.map(|row| row.title).unwrap_or_default(),
            unit: own.map(|held| names.unit(held.unit)),
            month: Period::of(line.day, Span::Month),
            is_case: line.itself,
            agreements: u32::try_from(line.agreements.len()).unwrap_or(u32::MAX),
            amount_fen: amount,
        });
    }
    Ok(list)
}

fn refuse(reason: RefusalReason) -> Fault {
    Fault::Refused { reason, field: "period".to_owned(), index: 0 }
}

/// A month or a quarter that is over, after the last that was frozen.
fn check_freeze(office: &Office, books: &Books<'_>, period: Period) -> Result<(), Fault> {
    rights::check(office, Right::PeriodFreeze)?;
    if period.span() == Span::Year {
        return Err(refuse(RefusalReason::OutOfRange));
    }
    if period.last() >= today(office.now_ms()) {
        return Err(refuse(RefusalReason::NotOver));
    }
    if books.frozen(period).is_some() {
        return Err(refuse(RefusalReason::AlreadyDone));
    }
    match books.closed_until(period.span()) {
        Some(closed) if period.last() < closed => Err(refuse(RefusalReason::TooEarly)),
        _ => Ok(()),
    }
}

/// Freezes a period.
pub(crate) fn freeze(office: &Office, request: &PeriodFreeze) -> Result<PeriodView, Fault> {
    domain::case::guard::bounded("note", &request.note, domain::case::guard::TEXT_CHARS_MAX)
        .map_err(|refusal| Fault::refused(&refusal, 0))?;
    let (space, now_ms) = (office.home_space()?, office.now_ms());
    let (period, now, at) = (request.period, today(now_ms), minute(now_ms));
    office.store.write(|tx| {
        let reader = tx.reader();
        // What is frozen is signed, and never changes: it does not rest on what was lent.
        if reader.lent_count()? > 0 {
            return Err(Fault::Arriving { id: period.to_string() });
        }
        let held = Held::read(office, &reader)?;
        let books = held.books();
        check_freeze(office, &books, period)?;
        let mut reports = Vec::new();
        for unit in villages(&reader, period)? {
            let (as_of, _) = arrivals(office, &reader, unit, now)?;
            reports.push(UnitReport { unit, state: books.report(unit, period), as_of });
        }
        let note = request.note.trim().to_owned();
        let (frozen, lists) = books.freeze(period, reports, request.printed, note);
        Pen::new(office, tx).begin(space, RecordKind::Period, now_ms, |draft| {
            draft.fact(office, at, Body::PeriodFrozen(frozen))?;
            for list in lists {
                draft.fact(office, at, Body::PeriodCounted(list))?;
            }
            Ok(())
        })
    })?;
    view(office, period)
}

/// Reports that there was nothing.
pub(crate) fn report_zero(office: &Office, request: &ZeroReportMake) -> Result<PeriodView, Fault> {
    let (space, now_ms) = (office.home_space()?, office.now_ms());
    let period = request.period;
    rights::check(office, Right::PeriodReport)?;
    if period.first() > today(now_ms) {
        return Err(refuse(RefusalReason::InFuture));
    }
    let note = request.note.trim().to_owned();
    domain::case::guard::bounded("note", &note, domain::case::guard::TEXT_CHARS_MAX)
        .map_err(|refusal| Fault::refused(&refusal, 0))?;
    office.store.write(|tx| {
        let held = Held::read(office, &tx.reader())?;
        match held.books().report(office.me().unit, period) {
            ReportState::Missing => {}
            ReportState::Zero => return Err(refuse(RefusalReason::AlreadyDone)),
            ReportState::Cases | ReportState::ZeroStruck => {
                return Err(refuse(RefusalReason::HasCases));
            }
        }
        let said = Body::ZeroReported(ZeroReported { period, note });
        Pen::new(office, tx).begin(space, RecordKind::Period, now_ms, |draft| {
            draft.fact(office, minute(now_ms), said).map(|_| ())
        })
    })?;
    view(office, period)
}
