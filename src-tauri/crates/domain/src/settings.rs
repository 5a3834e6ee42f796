//! What a township may set, with the sober defaults of the practice. A case keeps the version it
//! was registered under.
//!
//! A version is one fact (`settings_set`) on a settings record of the common space, whole: whoever
//! holds it can fold every case that names it. [`LIMITS`] and the table of clock kinds say of each
//! limit its unit, where it comes from, and how far the law lets it move.

pub(crate) mod versions;

pub use versions::{Said, Version, Versions, fold};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::case::clock::{self, CLOCKS, ClockUnit};
use crate::case::guard::{NAME_CHARS_MAX, Refusal, RefusalReason, TEXT_CHARS_MAX, bounded};
use crate::fact::body::{ClockKind, LimitSet, RestDay, SettingsSet};
use crate::role::Level;

/// The version of the defaults this program ships.
pub const VERSION: &str = "builtin-1";

/// The most any limit may be.
const VALUE_MAX: u32 = 10_000;

/// The most reminders of one promise.
const REMINDERS_MAX: usize = 12;

/// The most days of rest and made-up working days: those of ten years.
const DAYS_MAX: usize = 600;

/// How far from the due day a reminder may lie.
const REMINDER_DAYS_MAX: u16 = 365;

/// The settings of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Its name, kept by every case registered under it.
    pub version: String,
    /// After how many failed sessions a village suggests to climb.
    ///
    /// Source: the practice "3321" (村三次、镇三次、县两次、市一次); an internal working rule, never a
    /// condition for the parties: 人民调解法 (2010) arts. 3 and 26 leave them every other way at any
    /// time.
    pub village_failures: u16,
    /// The same for a township.
    pub township_failures: u16,
    /// Minutes between the beginnings of two session records up to which they may be one meeting.
    pub meeting_minutes: u16,
    /// Whether a session that heard one side only counts.
    pub counts_one_sided: bool,
    /// Limits that differ from those of the table of clock kinds, in its units.
    pub limits: BTreeMap<ClockKind, u16>,
    /// The part of a period, in percent, from which a clock is yellow.
    pub yellow_percent: u8,
    /// Whether an oral agreement must be performed on the spot and objected to by nobody.
    ///
    /// Source: 人民调解工作若干规定 (2002) art. 34; 宁波市人民调解条例 art. 24.
    pub is_oral_on_the_spot_only: bool,
    /// Whether the earlier clock for a standstill runs.
    pub has_early_stagnation: bool,
    /// Working days within which a card is answered.
    pub card_answer_days: u16,
    /// Days within which a second passing makes a yellow card.
    pub second_overdue_days: u16,
    /// How many yellow cards of one quarter make a red one.
    pub yellow_cards: u16,
    /// Days around the due day of a promise on which to remind.
    pub reminder_days: Vec<i16>,
    /// Days without an exchange after which a neighbour is shown in red.
    pub silent_days: u16,
    /// Days between what happened and its typing from which a fact is marked 补录.
    pub late_entry_days: u16,
    /// Minutes between two clocks from which both sides are warned.
    pub clock_skew_minutes: u16,
    /// Minutes after which a desk that was left alone locks itself.
    pub idle_minutes: u16,
    /// Whether others are still met while a desk that was left alone is locked: its database stays
    /// open for that, though nobody can look into it.
    pub exchanges_while_idle: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: VERSION.to_owned(),
            village_failures: 3,
            township_failures: 3,
            meeting_minutes: 60,
            counts_one_sided: false,
            limits: BTreeMap::new(),
            yellow_percent: 30,
            is_oral_on_the_spot_only: true,
            has_early_stagnation: false,
            card_answer_days: 3,
            second_overdue_days: 30,
            yellow_cards: 2,
            reminder_days: vec![-7, -1, 1, 7],
            silent_days: 3,
            late_entry_days: 3,
            clock_skew_minutes: 10,
            idle_minutes: 10,
            exchanges_while_idle: false,
        }
    }
}

impl Settings {
    /// After how many failed sessions a level suggests to climb.
    #[must_use]
    pub const fn failures(&self, level: Level) -> u16 {
        match level {
            Level::Village => self.village_failures,
            Level::Township => self.township_failures,
        }
    }

    /// The settings a version gives. A limit it does not name, or sets beyond what the law fixes,
    /// is the builtin one.
    #[must_use]
    pub fn of(version: String, body: &SettingsSet) -> Self {
        let mut settings = Self { version, ..Self::default() };
        for (word, set) in &body.limits {
            if let Some(limit) = Limit::from_word(word).filter(|l| l.admits(set.value)) {
                settings.put(limit, set.value);
            }
        }
        if check_reminders(&body.reminder_days).is_ok() {
            settings.reminder_days.clone_from(&body.reminder_days);
        }
        settings
    }

    fn put(&mut self, limit: Limit, value: u32) {
        let small = u16::try_from(value).unwrap_or(u16::MAX);
        match limit {
            Limit::Clock(kind) if small == clock::row(kind).limit => {
                self.limits.remove(&kind);
            }
            Limit::Clock(kind) => {
                self.limits.insert(kind, small);
            }
            Limit::Rule(rule) => match rule {
                LimitKind::VillageFailures => self.village_failures = small,
                LimitKind::TownshipFailures => self.township_failures = small,
                LimitKind::MeetingMinutes => self.meeting_minutes = small,
                LimitKind::CountsOneSided => self.counts_one_sided = small != 0,
                LimitKind::OralOnTheSpotOnly => self.is_oral_on_the_spot_only = small != 0,
                LimitKind::HasEarlyStagnation => self.has_early_stagnation = small != 0,
                LimitKind::CardAnswerDays => self.card_answer_days = small,
                LimitKind::SecondOverdueDays => self.second_overdue_days = small,
                LimitKind::YellowCards => self.yellow_cards = small,
                LimitKind::YellowPercent => {
                    self.yellow_percent = u8::try_from(value).unwrap_or(u8::MAX);
                }
                LimitKind::SilentDays => self.silent_days = small,
                LimitKind::LateEntryDays => self.late_entry_days = small,
                LimitKind::ClockSkewMinutes => self.clock_skew_minutes = small,
                LimitKind::IdleMinutes => self.idle_minutes = small,
                LimitKind::ExchangesWhileIdle => self.exchanges_while_idle = small != 0,
            },
        }
    }

    /// How much a limit is.
    #[must_use]
    pub fn value(&self, limit: Limit) -> u32 {
        u32::from(match limit {
            Limit::Clock(kind) => self.limit(kind),
            Limit::Rule(rule) => match rule {
                LimitKind::VillageFailures => self.village_failures,
                LimitKind::TownshipFailures => self.township_failures,
                LimitKind::MeetingMinutes => self.meeting_minutes,
                LimitKind::CountsOneSided => u16::from(self.counts_one_sided),
                LimitKind::OralOnTheSpotOnly => u16::from(self.is_oral_on_the_spot_only),
                LimitKind::HasEarlyStagnation => u16::from(self.has_early_stagnation),
                LimitKind::CardAnswerDays => self.card_answer_days,
                LimitKind::SecondOverdueDays => self.second_overdue_days,
                LimitKind::YellowCards => self.yellow_cards,
                LimitKind::YellowPercent => u16::from(self.yellow_percent),
                LimitKind::SilentDays => self.silent_days,
                LimitKind::LateEntryDays => self.late_entry_days,
                LimitKind::ClockSkewMinutes => self.clock_skew_minutes,
                LimitKind::IdleMinutes => self.idle_minutes,
                LimitKind::ExchangesWhileIdle => u16::from(self.exchanges_while_idle),
            },
        })
    }
}

/// A limit that belongs to no clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum LimitKind {
    /// 村里几次未达成后建议提级
    VillageFailures,
    /// 镇里几次未达成后建议报县
    TownshipFailures,
    /// 相隔几分钟以内算同一次会议
    MeetingMinutes,
    /// 只听一方的会是否计次: 1 yes, 0 no.
    CountsOneSided,
    /// 口头协议是否只用于当场办完的: 1 yes, 0 no.
    OralOnTheSpotOnly,
    /// 是否用较早的停滞提醒: 1 yes, 0 no.
    HasEarlyStagnation,
    /// 牌在几个工作日内答复
    CardAnswerDays,
    /// 几天内再次逾期发黄牌
    SecondOverdueDays,
    /// 一个季度几张黄牌发红牌
    YellowCards,
    /// 剩下几成时亮黄灯
    YellowPercent,
    /// 几天没有交换标红
    SilentDays,
    /// 隔几天录入标补录
    LateEntryDays,
    /// 两机时间相差几分钟提示
    ClockSkewMinutes,
    /// 几分钟没人动自己锁上
    IdleMinutes,
    /// 没人动锁上以后还和别的电脑交换: 1 yes, 0 no.
    ExchangesWhileIdle,
}

/// A limit by its name: a clock's, or one of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Limit {
    /// How long a clock runs.
    Clock(ClockKind),
    /// Anything else.
    Rule(LimitKind),
}

/// In what a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum LimitUnit {
    /// 分钟
    Minutes,
    /// 天
    Days,
    /// 工作日
    WorkingDays,
    /// 次
    Times,
    /// 百分之
    Percent,
    /// 是或否
    YesNo,
}

/// How far a limit may move from the builtin one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Bound {
    /// 本地规则: the township's own.
    Local,
    /// 法定最长: it may be shortened, never lengthened.
    AtMost,
    /// 法定最短: it may be lengthened, never shortened.
    AtLeast,
    /// 法定: the law fixes it.
    Fixed,
}

/// One row of the table of limits that belong to no clock.
#[derive(Debug, Clone, Copy)]
pub struct LimitRow {
    /// Which.
    pub kind: LimitKind,
    /// In what it counts.
    pub unit: LimitUnit,
    /// The least it may be.
    pub least: u32,
    /// The most it may be.
    pub most: u32,
    /// The law and article, or the practice.
    pub source: &'static str,
}

const fn limit_row(
    kind: LimitKind,
    unit: LimitUnit,
    bounds: (u32, u32),
    source: &'static str,
) -> LimitRow {
    LimitRow { kind, unit, least: bounds.0, most: bounds.1, source }
}

/// The limits that belong to no clock. None is fixed by law.
pub const LIMITS: &[LimitRow] = &[
    limit_row(LimitKind::VillageFailures, LimitUnit::Times, (1, 20), CLIMB),
    limit_row(LimitKind::TownshipFailures, LimitUnit::Times, (1, 20), CLIMB),
    limit_row(LimitKind::MeetingMinutes, LimitUnit::Minutes, (0, 720), CLIMB),
    limit_row(LimitKind::CountsOneSided, LimitUnit::YesNo, (0, 1), CLIMB),
    limit_row(LimitKind::OralOnTheSpotOnly, LimitUnit::YesNo, (0, 1), ORAL),
    limit_row(LimitKind::HasEarlyStagnation, LimitUnit::YesNo, (0, 1), LOCAL),
    limit_row(LimitKind::CardAnswerDays, LimitUnit::WorkingDays, (1, 60), LOCAL),
    limit_row(LimitKind::SecondOverdueDays, LimitUnit::Days, (1, 365), LOCAL),
    limit_row(LimitKind::YellowCards, LimitUnit::Times, (1, 20), LOCAL),
    limit_row(LimitKind::YellowPercent, LimitUnit::Percent, (0, 100), LOCAL),
    limit_row(LimitKind::SilentDays, LimitUnit::Days, (1, 365), LOCAL),
    limit_row(LimitKind::LateEntryDays, LimitUnit::Days, (0, 365), LOCAL),
    limit_row(LimitKind::ClockSkewMinutes, LimitUnit::Minutes, (1, 1440), LOCAL),
    limit_row(LimitKind::IdleMinutes, LimitUnit::Minutes, (1, 60), IDLE),
    limit_row(LimitKind::ExchangesWhileIdle, LimitUnit::YesNo, (0, 1), IDLE),
];

const CLIMB: &str = "3321 工作方法（内部工作规则，不是当事人的条件）";
const ORAL: &str =
    "人民调解工作若干规定（2002）第三十四条；宁波市人民调解条例第二十四条（本地设置）";
const LOCAL: &str = "本地工作规则（可设置）";
const IDLE: &str = "GB/T 22239—2019 7.1.4.1（登录连接超时自动退出；本地设置）";

/// What is known of a limit, whichever table it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// In what it counts.
    pub unit: LimitUnit,
    /// The builtin value.
    pub builtin: u32,
    /// The least it may be.
    pub least: u32,
    /// The most it may be.
    pub most: u32,
    /// How far the law lets it move.
    pub bound: Bound,
    /// The law and article, or the practice.
    pub source: &'static str,
}

impl Limit {
    /// Every limit: the clocks that run for a set time, then the others.
    pub fn all() -> impl Iterator<Item = Self> {
        let clocks = CLOCKS.iter().filter(|row| row.limit > 0).map(|row| Self::Clock(row.kind));
        clocks.chain(LIMITS.iter().map(|row| Self::Rule(row.kind)))
    }

    /// The word it stands under in a version.
    #[must_use]
    pub fn word(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(word)) => word,
            _ => String::new(),
        }
    }

    /// The limit a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::all().find(|limit| limit.word() == word)
    }

    /// What is known of it.
    #[must_use]
    pub fn known(self) -> Known {
        match self {
            Self::Clock(kind) => {
                let row = clock::row(kind);
                let builtin = u32::from(row.limit);
                let (least, most) = match row.bound {
                    Bound::Local => (1, VALUE_MAX),
                    Bound::AtMost => (1, builtin),
                    Bound::AtLeast => (builtin, VALUE_MAX),
                    Bound::Fixed => (builtin, builtin),
                };
                let unit = match row.unit {
                    ClockUnit::Minutes => LimitUnit::Minutes,
                    ClockUnit::Days => LimitUnit::Days,
                    ClockUnit::WorkingDays => LimitUnit::WorkingDays,
                };
                Known { unit, builtin, least, most, bound: row.bound, source: row.source }
            }
            Self::Rule(kind) => {
                let row = LIMITS.iter().find(|row| row.kind == kind);
                Known {
                    unit: row.map_or(LimitUnit::Times, |row| row.unit),
                    builtin: Settings::default().value(self),
                    least: row.map_or(0, |row| row.least),
                    most: row.map_or(VALUE_MAX, |row| row.most),
                    bound: Bound::Local,
                    source: row.map_or(LOCAL, |row| row.source),
                }
            }
        }
    }

    /// Whether it may be set to a value.
    #[must_use]
    pub fn admits(self, value: u32) -> bool {
        let known = self.known();
        (known.least..=known.most).contains(&value)
    }
}

/// Whether a version may be set.
///
/// # Errors
/// The member at fault and what is wrong with it.
pub fn check(body: &SettingsSet) -> Result<(), Refusal> {
    crate::case::guard::required("reason", &body.reason, TEXT_CHARS_MAX)?;
    for (word, LimitSet { value, note }) in &body.limits {
        let Some(limit) = Limit::from_word(word) else {
            return Err(Refusal { field: "limits", reason: RefusalReason::Unknown });
        };
        if !limit.admits(*value) {
            let reason = match limit.known().bound {
                Bound::Local => RefusalReason::OutOfRange,
                Bound::AtMost | Bound::AtLeast | Bound::Fixed => RefusalReason::AgainstLaw,
            };
            return Err(Refusal { field: "limits", reason });
        }
        bounded("note", note, TEXT_CHARS_MAX)?;
    }
    check_days(&body.days)?;
    check_reminders(&body.reminder_days)
}

/// Each day once, of years in which anybody works, and no more than a few years have.
fn check_days(days: &[RestDay]) -> Result<(), Refusal> {
    let field = "days";
    if days.len() > DAYS_MAX {
        return Err(Refusal { field, reason: RefusalReason::TooMany });
    }
    let mut seen = std::collections::BTreeSet::new();
    for day in days {
        bounded("name", &day.name, NAME_CHARS_MAX)?;
        if !crate::time::YEARS.contains(&chrono::Datelike::year(&day.day)) {
            return Err(Refusal { field, reason: RefusalReason::OutOfRange });
        }
        if !seen.insert(day.day) {
            return Err(Refusal { field, reason: RefusalReason::AlreadyDone });
        }
    }
    Ok(())
}

fn check_reminders(days: &[i16]) -> Result<(), Refusal> {
    let field = "reminder_days";
    if days.len() > REMINDERS_MAX {
        return Err(Refusal { field, reason: RefusalReason::TooMany });
    }
    if days.iter().any(|days| days.unsigned_abs() > REMINDER_DAYS_MAX) {
        return Err(Refusal { field, reason: RefusalReason::OutOfRange });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
