//! Clocks. One table says of each kind how long it runs, in what, from which day, whether it
//! shifts to the next working day, who may extend it, and from what that comes. Which clocks run
//! on a case follows from its facts ([`super::running`]); what they show follows from the newest
//! holiday table and the hour. Nothing here is stored.
//!
//! Source: 民法典 (2020) arts. 200–204; 民事诉讼法 (2023) art. 85.

use crate::calendar::{Calendar, after};
use crate::fact::body::{CardColour, ClockKind};
use crate::id::{FactId, UnitId};
use crate::rules::{RuleId, Why};
use crate::settings::{Bound, Settings};
use crate::time::{At, Day, Precision};

use super::Case;

/// In what a clock counts. Hours and minutes count from the moment, days from the next day.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum ClockUnit {
    /// 分钟
    Minutes,
    /// 自然日
    Days,
    /// 工作日
    WorkingDays,
}

/// Who may extend a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extender {
    /// Nobody.
    Nobody,
    /// 综治中心主任: once, by no more than these days.
    Director(u16),
    /// Both sides, as often as they agree.
    BothSides,
}

/// One row of the table of clock kinds.
#[derive(Debug, Clone, Copy)]
pub struct ClockRow {
    /// The kind.
    pub kind: ClockKind,
    /// In what it counts.
    pub unit: ClockUnit,
    /// How long it runs, unless the settings say otherwise.
    pub limit: u16,
    /// What its day 0 is.
    pub begins: &'static str,
    /// Whether its last day shifts to the next working day.
    pub shifts: bool,
    /// Whether it rests while the case does.
    pub pauses: bool,
    /// How far a township may set it otherwise.
    pub bound: Bound,
    /// Who may extend it.
    pub extender: Extender,
    /// The card for its passing; none where the period is a party's own or a court's.
    pub card: Option<CardColour>,
    /// The law and article, or the practice.
    pub source: &'static str,
}

/// The card for a passing; nothing where the period is a party's own or a court's.
macro_rules! card {
    (Nothing) => {
        None
    };
    ($colour:ident) => {
        Some(CardColour::$colour)
    };
}

macro_rules! clock_kinds {
    ($($kind:ident $limit:literal $unit:ident from $begins:literal, $shifts:literal $pauses:literal
        $bound:ident $extender:expr, $card:ident, $source:literal;)*) => {
        /// The table of clock kinds.
        pub const CLOCKS: &[ClockRow] = &[$(ClockRow {
            kind: ClockKind::$kind,
            unit: ClockUnit::$unit,
            limit: $limit,
            begins: $begins,
            shifts: $shifts,
            pauses: $pauses,
            bound: Bound::$bound,
            extender: $extender,
            card: card!($card),
            source: $source,
        },)*];

        /// The row of a kind.
        #[must_use]
        pub const fn row(kind: ClockKind) -> ClockRow {
            match kind {
                $(ClockKind::$kind => ClockRow {
                    kind: ClockKind::$kind,
                    unit: ClockUnit::$unit,
                    limit: $limit,
                    begins: $begins,
                    shifts: $shifts,
                    pauses: $pauses,
                    bound: Bound::$bound,
                    extender: $extender,
                    card: card!($card),
                    source: $source,
                },)*
            }
        }
    };
}

// Kind, limit, unit, from, shifts?, pauses?, how far the law lets it move, who extends, card,
// source.
clock_kinds! {
    Acceptance 3 WorkingDays from "登记日", false false
        Local Extender::Nobody, Blue, "本地工作规则（可设置）";
    Mediation 30 Days from "受理日", true true
        AtMost Extender::BothSides, Blue, "人民调解工作若干规定（2002）第三十三条；双方同意可以延长";
    PetitionNotice 15 Days from "收到信访事项之日", true false
        AtMost Extender::Nobody, Blue, "信访工作条例（2022）第二十二条、第二十三条";
    PetitionHandling 60 Days from "受理日", true false
        AtMost Extender::Director(30), Blue, "信访工作条例（2022）第三十四条";
    PetitionReviewRequest 30 Days from "收到书面答复之日", true false
        Fixed Extender::Nobody, Nothing, "信访工作条例（2022）第三十五条";
    PetitionReview 30 Days from "收到复查请求之日", true false
        AtMost Extender::Nobody, Blue, "信访工作条例（2022）第三十五条";
    PetitionRecheckRequest 30 Days from "收到复查意见之日", true false
        Fixed Extender::Nobody, Nothing, "信访工作条例（2022）第三十六条";
    PetitionRecheck 30 Days from "收到复核请求之日", true false
        AtMost Extender::Nobody, Blue, "信访工作条例（2022）第三十六条（听证期间不计算在内）";
    LabourMediation 15 Days from "申请日", true false
        AtMost Extender::Nobody, Blue, "劳动争议调解仲裁法（2007）第十四条";
    JudicialConfirmation 30 Days from "协议生效日", true false
        Fixed Extender::Nobody, Nothing, "人民调解法（2010）第三十三条；民事诉讼法（2023）第二百零五条";
    Performance 0 Days from "约定的履行日", true false
        Fixed Extender::Nobody, Blue, "人民调解法（2010）第三十一条；履行日由协议约定";
    Revisit 7 Days from "协议生效日", false false
        Local Extender::Nobody, Blue, "人民调解法（2010）第三十一条；时间为本地设置";
    FinalRevisit 30 Days from "最后一期履行日（没有履行计划的，协议生效日）", false false
        Local Extender::Nobody, Blue, "人民调解法（2010）第三十一条；时间为本地设置";
    CourtRuling 30 Days from "法院受理日", true false
        Fixed Extender::Nobody, Nothing, "民事诉讼法（2023）第一百八十七条；由法院院长批准延长";
    DangerReport 0 Days from "发现之日", false false
        Fixed Extender::Nobody, Red, "人民调解法（2010）第二十五条；反家庭暴力法第十四条；未成年人保护法（2024）第十一条（立即报告，次日提醒为本地设置）";
    Stagnation 45 Days from "最近一次实质进展之日", false true
        Local Extender::Nobody, Red, "莲都区督导牌做法（本地工作规则，可设置）";
    EarlyStagnation 15 Days from "最近一次实质进展之日", false true
        Local Extender::Nobody, Blue, "本地工作规则（可设置，默认不用）";
    UrgentSign 1 Minutes from "登记时刻", false false
        Local Extender::Nobody, Blue, "龙港市紧急事项做法（本地工作规则，可设置）";
    UrgentArrival 30 Minutes from "登记时刻", false false
        Local Extender::Nobody, Blue, "龙港市紧急事项做法（本地工作规则，可设置）";
    UrgentHandling 60 Minutes from "登记时刻", false false
        Local Extender::Nobody, Blue, "龙港市紧急事项做法（本地工作规则，可设置）";
    UrgentClosing 1440 Minutes from "登记时刻", false false
        Local Extender::Nobody, Blue, "龙港市紧急事项做法（本地工作规则，可设置）";
    SheetSignIn 2 WorkingDays from "发单日", false false
        Local Extender::Nobody, Blue, "派单签收做法（本地工作规则，可设置）";
    SheetReminder 3 Days from "发单日", false false
        Local Extender::Nobody, Blue, "提醒单做法（本地工作规则，可设置）";
    SheetLiaison 5 Days from "发单日", false false
        Local Extender::Nobody, Blue, "联系单做法（本地工作规则，可设置）";
    SheetOrder 0 Days from "发单日", false false
        Fixed Extender::Nobody, Blue, "交办单写明的日期（本地工作规则）";
    SheetObjection 5 WorkingDays from "签收日", false false
        AtLeast Extender::Nobody, Nothing, "信访工作条例（2022）第二十三条；其他派单照此办理（可设置）";
}

impl Settings {
    /// How long a clock runs, in the unit of its row.
    #[must_use]
    pub fn limit(&self, kind: ClockKind) -> u16 {
        self.limits.get(&kind).copied().unwrap_or(row(kind).limit)
    }
}

/// A clock as the facts start, stop, pause and extend it, before any calendar is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    /// The kind.
    pub kind: ClockKind,
    /// Its natural key within the case.
    pub key: String,
    /// From when.
    pub start: At,
    /// Until when, where the parties named the day themselves.
    pub agreed_end: Option<Day>,
    /// How long, in the unit of its row.
    pub limit: u16,
    /// Whom it concerns; the unit that owns the case if nobody else.
    pub unit: Option<UnitId>,
    /// What stopped it.
    pub stop: Option<(At, FactId)>,
    /// When it rested: from a day on, to before another; the last may be open.
    pub pauses: Vec<(Day, Option<Day>)>,
    /// What was said about a later end, in order.
    pub extensions: Vec<Request>,
    /// What it rests on.
    pub facts: Vec<FactId>,
}

/// Somebody's word that a clock shall run longer.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The fact.
    pub id: FactId,
    /// The day of the approval.
    pub day: Day,
    /// By how many days.
    pub days: u16,
    /// What is wrong with it apart from its day, if anything is.
    pub flaw: Option<ExtensionFlaw>,
}

/// Why an extension has no effect.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum ExtensionFlaw {
    /// 届满后批准
    Late,
    /// Somebody approved it who may not.
    Role,
    /// Not both sides agreed.
    Consent,
    /// By more days than allowed.
    TooLong,
    /// It was extended before.
    Again,
}

/// An extension as it turned out.
#[derive(Debug, Clone, PartialEq)]
pub struct Extension {
    /// The fact.
    pub id: FactId,
    /// By how many days.
    pub days: u16,
    /// Why it has no effect, if it has none.
    pub flaw: Option<ExtensionFlaw>,
}

/// What a clock shows.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Light {
    /// It stopped, or rests.
    Off,
    /// Time enough.
    Green,
    /// Little time left, the last day included.
    Yellow,
    /// Past.
    Red,
}

/// A clock with its ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Clock {
    /// As the facts make it.
    pub running: Running,
    /// The last day as counted.
    pub natural_end: Day,
    /// The last day in law: shifted where the kind shifts.
    pub end: Day,
    /// The minute of the last day at which it ends, for clocks that count minutes.
    pub end_minute: Option<u16>,
    /// Whether it rests now, with no day named to go on.
    pub is_paused: bool,
    /// Whether the holiday table knew every day asked.
    pub is_calendar_known: bool,
    /// The extensions, with what they came to.
    pub extensions: Vec<Extension>,
    /// The rule and the facts.
    pub why: Why,
}

/// The clocks of a case by a holiday table.
#[must_use]
pub fn read(case: &Case, calendar: &Calendar) -> Vec<Clock> {
    case.running.iter().map(|running| one(running, calendar)).collect()
}

/// The rule that says from when to when a clock runs, where it is one of its own.
const fn rule(kind: ClockKind) -> RuleId {
    match kind {
        ClockKind::JudicialConfirmation => RuleId::ConfirmationClock,
        ClockKind::FinalRevisit => RuleId::FinalRevisit,
        ClockKind::DangerReport => RuleId::DangerReported,
        _ => RuleId::Clocks,
    }
}

fn one(running: &Running, calendar: &Calendar) -> Clock {
    let row = row(running.kind);
    let mut clock = Clock {
        natural_end: running.start.day,
        end: running.start.day,
        end_minute: None,
        is_paused: running.stop.is_none() && running.pauses.iter().any(|(_, to)| to.is_none()),
        is_calendar_known: true,
        extensions: Vec::new(),
        why: Why::new(rule(running.kind), running.facts.iter().copied()),
        running: running.clone(),
    };
    match (row.unit, running.agreed_end) {
        (_, Some(day)) => clock.natural_end = day,
        (ClockUnit::Minutes, None) => {
            let minute = match running.start.precision {
                Precision::Minute(minute) => i64::from(minute),
                _ => 0,
            };
            let total = minute.saturating_add(i64::from(running.limit));
            clock.natural_end = after(running.start.day, total.div_euclid(1440));
            clock.end_minute = u16::try_from(total.rem_euclid(1440)).ok();
        }
        (ClockUnit::Days, None) => {
            clock.natural_end = after(running.start.day, i64::from(running.limit));
        }
        (ClockUnit::WorkingDays, None) => {
            let (end, is_known) = calendar.working_days_after(running.start.day, running.limit);
            clock.natural_end = end;
            clock.is_calendar_known = is_known;
        }
    }
    for (from, to) in &running.pauses {
        let Some(to) = to else { continue };
        if row.pauses && *from <= clock.natural_end && *to > running.start.day {
            let from = (*from).max(running.start.day);
            let rested = to.signed_duration_since(from).num_days().max(0);
            clock.natural_end = after(clock.natural_end, rested);
        }
    }
    clock.shift(row, calendar);
    for request in &running.extensions {
        clock.extend(row, request, calendar);
    }
    clock
}

impl Clock {
    fn shift(&mut self, row: ClockRow, calendar: &Calendar) {
        self.end = self.natural_end;
        if row.shifts {
            let (end, is_known) = calendar.shifted(self.natural_end);
            self.end = end;
            self.is_calendar_known &= is_known;
        }
    }

    /// An extension adds to the end before it is shifted, and then shifts. An approval up to the
    /// shifted end is in time; a later one has no effect.
    fn extend(&mut self, row: ClockRow, request: &Request, calendar: &Calendar) {
        let was_extended = self.extensions.iter().any(|e| e.flaw.is_none());
        let flaw = if request.flaw.is_some() {
            request.flaw
        } else if was_extended && matches!(row.extender, Extender::Director(_)) {
            Some(ExtensionFlaw::Again)
        } else if request.day > self.end {
            Some(ExtensionFlaw::Late)
        } else {
            None
        };
        if flaw.is_none() {
            self.natural_end = after(self.natural_end, i64::from(request.days));
            self.shift(row, calendar);
            let facts = self.why.facts.iter().copied().chain([request.id]);
            self.why = Why::new(RuleId::ExtensionInTime, facts);
        }
        self.extensions.push(Extension { id: request.id, days: request.days, flaw });
    }

    /// Whether it was running and over at a time.
    #[must_use]
    pub fn is_overdue(&self, now: At) -> bool {
        let stopped = self.running.stop.is_some_and(|(at, _)| at.span().from <= now.span().from);
        !stopped && !self.is_paused && self.is_past(now)
    }

    /// Whether its end lies before a time.
    fn is_past(&self, now: At) -> bool {
        match self.end_minute {
            Some(minute) => {
                let end = At { day: self.end, precision: Precision::Minute(minute) };
                end.span().from < now.span().from
            }
            None => self.end < now.day,
        }
    }

    /// What it shows at a time.
    #[must_use]
    pub fn light(&self, now: At, settings: &Settings) -> Light {
        if self.running.stop.is_some() || self.is_paused {
            return Light::Off;
        }
        if self.is_past(now) {
            return Light::Red;
        }
        let days = |from: Day, to: Day| to.signed_duration_since(from).num_days().max(0);
        let whole = days(self.running.start.day, self.end);
        let left = days(now.day, self.end);
        let percent = i64::from(settings.yellow_percent);
        if left.saturating_mul(100) <= whole.saturating_mul(percent) {
            Light::Yellow
        } else {
            Light::Green
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::id::LogTag;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn fact(n: u8) -> FactId {
        FactId { log: LogTag([1; 8]), ulid: [n; 16] }
    }

    fn running(kind: ClockKind, start: &str) -> Running {
        Running {
            kind,
            key: String::new(),
            start: start.parse().unwrap(),
            agreed_end: None,
            limit: Settings::default().limit(kind),
            unit: None,
            stop: None,
            pauses: vec![],
            extensions: vec![],
            facts: vec![fact(1)],
        }
    }

    fn table() -> Calendar {
        Calendar::parse("year 2026\n").unwrap()
    }

    #[test]
    fn a_rest_moves_the_end_by_the_days_that_lie_within() {
        use ClockKind::{Mediation, Revisit};
        // The clock from 2 March, when it rested, the last day as counted.
        let rows = [
            (Mediation, None, "2026-04-01"),
            (Mediation, Some(("2026-03-10", Some("2026-03-15"))), "2026-04-06"),
            (Mediation, Some(("2026-04-01", Some("2026-04-03"))), "2026-04-03"),
            (Mediation, Some(("2026-04-02", Some("2026-04-09"))), "2026-04-01"),
            (Mediation, Some(("2026-02-20", Some("2026-03-02"))), "2026-04-01"),
            (Mediation, Some(("2026-02-10", Some("2026-02-20"))), "2026-04-01"),
            (Mediation, Some(("2026-02-20", Some("2026-03-04"))), "2026-04-03"),
            (Mediation, Some(("2026-03-10", None)), "2026-04-01"),
            (Revisit, None, "2026-03-09"),
            (Revisit, Some(("2026-03-03", Some("2026-03-06"))), "2026-03-09"),
        ];
        for (kind, pause, want) in rows {
            let pauses = pause.map(|(from, to)| (day(from), to.map(day)));
            let running =
                Running { pauses: pauses.into_iter().collect(), ..running(kind, "2026-03-02") };
            let clock = one(&running, &table());
            assert_eq!(clock.natural_end, day(want), "{kind:?} {pause:?}");
            let is_open = pause.is_some_and(|(_, to)| to.is_none());
            assert_eq!(clock.is_paused, is_open, "{kind:?} {pause:?}");
        }
    }

    #[test]
    fn each_unit_has_its_own_end() {
        // Kind, start, day and minute of the end, whether the table knew.
        let rows = [
            (ClockKind::UrgentSign, "2026-03-02T23:59", "2026-03-03", Some(0)),
            (ClockKind::UrgentArrival, "2026-03-02T10:00", "2026-03-02", Some(630)),
            (ClockKind::UrgentArrival, "2026-03-02", "2026-03-02", Some(30)),
            (ClockKind::Acceptance, "2026-03-05", "2026-03-10", None),
            (ClockKind::Revisit, "2026-03-02", "2026-03-09", None),
            // 4 April is a Saturday.
            (ClockKind::Mediation, "2026-03-05", "2026-04-06", None),
        ];
        for (kind, start, end, minute) in rows {
            let clock = one(&running(kind, start), &table());
            assert_eq!((clock.end, clock.end_minute), (day(end), minute), "{kind:?}");
            assert!(clock.is_calendar_known, "{kind:?}");
        }
        let agreed = Running {
            agreed_end: Some(day("2026-06-30")),
            ..running(ClockKind::Performance, "2026-03-05")
        };
        assert_eq!(one(&agreed, &table()).natural_end, day("2026-06-30"));
        let unknown = one(&running(ClockKind::Mediation, "2027-03-05"), &table());
        assert!(!unknown.is_calendar_known);
    }

    #[test]
    fn a_clock_names_the_rule_it_runs_by() {
        for (kind, want) in [
            (ClockKind::JudicialConfirmation, RuleId::ConfirmationClock),
            (ClockKind::FinalRevisit, RuleId::FinalRevisit),
            (ClockKind::DangerReport, RuleId::DangerReported),
            (ClockKind::Mediation, RuleId::Clocks),
            (ClockKind::Stagnation, RuleId::Clocks),
        ] {
            assert_eq!(one(&running(kind, "2026-03-02"), &table()).why, Why::new(want, [fact(1)]));
        }
    }

    #[test]
    fn what_a_clock_shows_from_day_to_day() {
        let settings = Settings::default();
        let clock = |change: fn(&mut Running)| {
            let mut running = running(ClockKind::Mediation, "2026-03-02");
            change(&mut running);
            one(&running, &table())
        };
        let plain = clock(|_| {});
        // Thirty days: yellow from nine days before the end, red on the day after it.
        for (now, light, is_overdue) in [
            ("2026-03-02", Light::Green, false),
            ("2026-03-22", Light::Green, false),
            ("2026-03-23", Light::Yellow, false),
            ("2026-04-01", Light::Yellow, false),
            ("2026-04-02", Light::Red, true),
        ] {
            let now: At = now.parse().unwrap();
            assert_eq!(
                (plain.light(now, &settings), plain.is_overdue(now)),
                (light, is_overdue),
                "{now}"
            );
        }
        let late: At = "2026-05-01".parse().unwrap();
        let stopped = clock(|r| r.stop = Some(("2026-03-20".parse().unwrap(), fact(2))));
        assert_eq!((stopped.light(late, &settings), stopped.is_overdue(late)), (Light::Off, false));
        let paused = clock(|r| r.pauses = vec![(day("2026-03-20"), None)]);
        assert_eq!((paused.light(late, &settings), paused.is_overdue(late)), (Light::Off, false));
        let too_late = clock(|r| r.stop = Some(("2026-05-02".parse().unwrap(), fact(2))));
        assert!(too_late.is_overdue(late), "it stopped only later");
        let urgent = one(&running(ClockKind::UrgentArrival, "2026-03-02T10:00"), &table());
        for (now, want) in [("2026-03-02T10:30", false), ("2026-03-02T10:31", true)] {
            assert_eq!(urgent.is_overdue(now.parse().unwrap()), want, "{now}");
        }
    }
}
