//! Two times, never mixed: *business time* is what a person says ("on the 24th", "at half past
//! three"), *recorded time* is when a computer wrote it down.
//!
//! Business time has a precision and is compared as an interval: a day is the whole day.
//! All of China keeps one zone, UTC+8 without summer time, so a business time names no zone.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A calendar day.
pub type Day = NaiveDate;

/// Seconds east of Greenwich of the one zone there is.
const ZONE_OFFSET_SECONDS: i32 = 8 * 3600;

/// The same in milliseconds.
const ZONE_OFFSET_MS: i64 = 8 * 3600 * 1000;

/// Milliseconds in a minute.
const MINUTE_MS: i64 = 60_000;

/// Minutes in a day.
const DAY_MINUTES: i64 = 24 * 60;

/// The earliest and the latest year a person may mean.
pub const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// A text that is not a business time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a business time is YYYY-MM-DD, YYYY-MM-DDAM, YYYY-MM-DDPM or YYYY-MM-DDTHH:MM")]
pub struct AtError;

/// The calendar day of a moment, in the zone.
///
/// **Units**: milliseconds since 1970-01-01T00:00Z.
#[must_use]
pub fn day_of(ms: i64) -> Day {
    local(ms).date()
}

/// The wall clock of a moment, in the zone. A moment outside chrono's range reads as its epoch.
#[must_use]
pub fn local(ms: i64) -> NaiveDateTime {
    let zone = FixedOffset::east_opt(ZONE_OFFSET_SECONDS);
    match (DateTime::from_timestamp_millis(ms), zone) {
        (Some(moment), Some(zone)) => moment.with_timezone(&zone).naive_local(),
        _ => DateTime::UNIX_EPOCH.naive_utc(),
    }
}

/// The moment of a wall clock in the zone, in milliseconds since 1970-01-01T00:00Z.
#[must_use]
pub fn moment(wall: NaiveDateTime) -> i64 {
    wall.and_utc().timestamp_millis().saturating_sub(ZONE_OFFSET_MS)
}

/// The midnight that begins a day.
#[must_use]
pub fn midnight(day: Day) -> NaiveDateTime {
    day.and_time(NaiveTime::MIN)
}

/// How exactly a person remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// Some time that day.
    Day,
    /// That morning: 0:00 to 12:00.
    Morning,
    /// That afternoon or evening: 12:00 to 24:00.
    Afternoon,
    /// At that minute of the day, 0 to 1439.
    Minute(u16),
}

/// A business time: a day, and how exactly.
///
/// **Shape**: `2026-03-24`, `2026-03-24AM`, `2026-03-24PM`, `2026-03-24T15:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "String"))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
pub struct At {
    /// The day.
    pub day: Day,
    /// How exactly within the day.
    pub precision: Precision,
}

impl At {
    /// A whole day.
    #[must_use]
    pub const fn day(day: Day) -> Self {
        Self { day, precision: Precision::Day }
    }

    /// The minute in which a moment falls.
    #[must_use]
    pub fn minute_of(ms: i64) -> Self {
        let wall = local(ms);
        let minute = wall.hour().saturating_mul(60).saturating_add(wall.minute());
        Self {
            day: wall.date(),
            precision: u16::try_from(minute).map_or(Precision::Day, Precision::Minute),
        }
    }

    /// The moment it begins, in milliseconds since 1970-01-01T00:00Z.
    #[must_use]
    pub fn moment(&self) -> i64 {
        let minute = match self.precision {
            Precision::Day | Precision::Morning => 0,
            Precision::Afternoon => DAY_MINUTES / 2,
            Precision::Minute(minute) => i64::from(minute),
        };
        moment(midnight(self.day)).saturating_add(minute.saturating_mul(MINUTE_MS))
    }

    /// The stretch of time it names.
    #[must_use]
    pub fn span(&self) -> Span {
        let day = i64::from(self.day.num_days_from_ce()).saturating_mul(DAY_MINUTES);
        let (from, to) = match self.precision {
            Precision::Day => (0, DAY_MINUTES),
            Precision::Morning => (0, DAY_MINUTES / 2),
            Precision::Afternoon => (DAY_MINUTES / 2, DAY_MINUTES),
            Precision::Minute(minute) => (i64::from(minute), i64::from(minute).saturating_add(1)),
        };
        Span { from: day.saturating_add(from), to: day.saturating_add(to) }
    }
}

impl PartialOrd for At {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for At {
    /// By start, then by end: a total order for display, not for legal precedence.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.span().cmp(&other.span())
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.day.format("%Y-%m-%d"))?;
        match self.precision {
            Precision::Day => Ok(()),
            Precision::Morning => f.write_str("AM"),
            Precision::Afternoon => f.write_str("PM"),
            Precision::Minute(minute) => {
                write!(f, "T{:02}:{:02}", minute.div_euclid(60), minute.rem_euclid(60))
            }
        }
    }
}

impl FromStr for At {
    type Err = AtError;
    fn from_str(text: &str) -> Result<Self, AtError> {
        let (day, rest) = text.split_at_checked(10).ok_or(AtError)?;
        let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").map_err(|_| AtError)?;
        if !YEARS.contains(&day.year()) {
            return Err(AtError);
        }
        let precision = match rest {
            "" => Precision::Day,
            "AM" => Precision::Morning,
            "PM" => Precision::Afternoon,
            _ => {
                let time = rest.strip_prefix('T').ok_or(AtError)?;
                let time = NaiveTime::parse_from_str(time, "%H:%M").map_err(|_| AtError)?;
                let minute = time.hour().saturating_mul(60).saturating_add(time.minute());
                Precision::Minute(u16::try_from(minute).map_err(|_| AtError)?)
            }
        };
        Ok(Self { day, precision })
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A stretch of business time, half open, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The first minute in it.
    pub from: i64,
    /// The first minute after it.
    pub to: i64,
}

impl Span {
    /// Whether this ended before the other began.
    #[must_use]
    pub const fn is_before(&self, other: &Self) -> bool {
        self.to <= other.from
    }

    /// Whether the two share a minute.
    #[must_use]
    pub const fn overlaps(&self, other: &Self) -> bool {
        self.from < other.to && other.from < self.to
    }
}

/// Recorded time: a hybrid logical clock, so that what was written later by someone who had read
/// the earlier never sorts before it, whatever the wall clocks say.
///
/// **Shape**: `<milliseconds since 1970>-<counter>`. It orders the display and otherwise equal
/// facts; it never decides what holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "String"))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
pub struct Hlc {
    /// Milliseconds since 1970-01-01T00:00Z.
    pub ms: u64,
    /// Order within the millisecond.
    pub count: u16,
}

/// How far another computer's clock may pull ours ahead.
const PULL_AHEAD_MS_MAX: u64 = 24 * 3600 * 1000;

impl Hlc {
    /// The next tick of this clock when the wall shows `now_ms`.
    #[must_use]
    pub const fn tick(self, now_ms: u64) -> Self {
        if now_ms > self.ms {
            Self { ms: now_ms, count: 0 }
        } else if self.count == u16::MAX {
            Self { ms: self.ms.saturating_add(1), count: 0 }
        } else {
            Self { ms: self.ms, count: self.count.saturating_add(1) }
        }
    }

    /// This clock after reading what another wrote, when the wall shows `now_ms`.
    ///
    /// A clock more than a day ahead of the wall is not believed: it would drag every computer
    /// it meets into its own future.
    #[must_use]
    pub fn observe(self, other: Self, now_ms: u64) -> Self {
        if other.ms > now_ms.saturating_add(PULL_AHEAD_MS_MAX) { self } else { self.max(other) }
    }

    /// The wall clock of this time in the zone.
    #[must_use]
    pub fn local(&self) -> NaiveDateTime {
        local(i64::try_from(self.ms).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Hlc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.count)
    }
}

impl FromStr for Hlc {
    type Err = AtError;
    fn from_str(text: &str) -> Result<Self, AtError> {
        let (ms, count) = text.split_once('-').ok_or(AtError)?;
        Ok(Self {
            ms: ms.parse().map_err(|_| AtError)?,
            count: count.parse().map_err(|_| AtError)?,
        })
    }
}

impl Serialize for Hlc {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hlc {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Whole minutes between two moments, rounded towards zero.
#[must_use]
pub const fn minutes_between(from_ms: i64, to_ms: i64) -> i64 {
    to_ms.saturating_sub(from_ms) / MINUTE_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> At {
        text.parse().unwrap()
    }

    #[test]
    fn business_times_read_back_and_refuse_the_impossible() {
        for text in ["2026-03-24", "2026-03-24AM", "2026-03-24PM", "2026-03-24T15:30"] {
            assert_eq!(at(text).to_string(), text);
        }
        for text in [
            "",
            "2026-3-24",
            "2026-02-30",
            "2026-03-24T25:00",
            "2026-03-24X",
            "0001-01-01",
            "二〇二六年",
        ] {
            assert_eq!(text.parse::<At>(), Err(AtError), "{text:?}");
        }
    }

    #[test]
    fn a_day_is_the_whole_day() {
        let day = at("2026-03-24").span();
        assert!(day.overlaps(&at("2026-03-24T15:30").span()));
        assert!(day.is_before(&at("2026-03-25").span()));
        assert!(at("2026-03-24AM").span().is_before(&at("2026-03-24PM").span()));
        assert!(!at("2026-03-24AM").span().overlaps(&at("2026-03-24PM").span()));
    }

    #[test]
    fn the_zone_is_eight_hours_east() {
        // 2026-03-24T23:30 in the zone is 15:30 the same day in Greenwich.
        let ms = moment(at("2026-03-24").day.and_hms_opt(23, 30, 0).unwrap());
        assert_eq!(day_of(ms).to_string(), "2026-03-24");
        assert_eq!(day_of(ms + 31 * 60_000).to_string(), "2026-03-25");
        assert_eq!(At::minute_of(ms).to_string(), "2026-03-24T23:30");
    }

    #[test]
    fn recorded_time_never_runs_backwards() {
        let mut clock = Hlc::default();
        let mut last = clock;
        for now in [5, 5, 4, 3, 10, 2] {
            clock = clock.tick(now);
            assert!(clock > last, "wall at {now}");
            last = clock;
        }
        let ahead = Hlc { ms: 100, count: 3 };
        assert!(clock.observe(ahead, 11).tick(11) > ahead, "reading pulls ahead");
        let absurd = Hlc { ms: u64::MAX, count: 0 };
        assert_eq!(clock.observe(absurd, 11), clock, "a mad clock is not believed");
        assert!(Hlc { ms: 9, count: u16::MAX }.tick(0) > Hlc { ms: 9, count: u16::MAX });
    }

    #[test]
    fn the_epoch_is_eight_in_the_morning() {
        let eight = at("1970-01-01T08:00");
        assert_eq!(local(0).to_string(), "1970-01-01 08:00:00");
        assert_eq!(moment(midnight(eight.day)), -28_800_000);
        assert_eq!(midnight(eight.day).to_string(), "1970-01-01 00:00:00");
        assert_eq!(eight.moment(), 0);
        assert_eq!(local(i64::MAX), DateTime::UNIX_EPOCH.naive_utc(), "beyond the calendar");
        assert_eq!(Hlc { ms: 60_000, count: 0 }.local().to_string(), "1970-01-01 08:01:00");
        assert_eq!(day_of(57_599_999).to_string(), "1970-01-01");
        assert_eq!(day_of(57_600_000).to_string(), "1970-01-02");
    }

    #[test]
    fn every_precision_has_its_moment_and_its_stretch() {
        // Text, minutes from midnight to its beginning and to its end.
        let rows = [
            ("2026-03-24", 0, 1440),
            ("2026-03-24AM", 0, 720),
            ("2026-03-24PM", 720, 1440),
            ("2026-03-24T00:00", 0, 1),
            ("2026-03-24T15:30", 930, 931),
            ("2026-03-24T23:59", 1439, 1440),
        ];
        let midnight = at("2026-03-24").moment();
        let origin = i64::from(at("2026-03-24").day.num_days_from_ce()) * 1440;
        for (text, from, to) in rows {
            assert_eq!(at(text).moment() - midnight, from * 60_000, "{text}");
            assert_eq!(at(text).span(), Span { from: origin + from, to: origin + to }, "{text}");
            assert_eq!(at(text).to_string(), text);
            let json = serde_json::to_string(&at(text)).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<At>(&json).unwrap(), at(text));
        }
        assert_eq!(At::day(at("2026-03-24AM").day), at("2026-03-24"));
        assert_eq!(At::minute_of(midnight + 930 * 60_000 + 59_999), at("2026-03-24T15:30"));
    }

    #[test]
    fn business_times_sort_by_start_then_by_end() {
        let order =
            ["2026-03-24T00:00", "2026-03-24AM", "2026-03-24", "2026-03-24PM", "2026-03-25"];
        let mut times: Vec<At> = order.iter().rev().map(|text| at(text)).collect();
        times.sort_unstable();
        assert_eq!(times, order.map(at));
        assert_eq!(at(order[0]).partial_cmp(&at(order[1])), Some(std::cmp::Ordering::Less));
        assert_eq!(at(order[0]).cmp(&at(order[0])), std::cmp::Ordering::Equal);
    }

    #[test]
    fn only_years_a_person_may_mean_are_read() {
        for (text, want) in [
            ("1899-12-31", false),
            ("1900-01-01", true),
            ("2199-12-31", true),
            ("2200-01-01", false),
        ] {
            assert_eq!(text.parse::<At>().is_ok(), want, "{text}");
        }
    }

    #[test]
    fn stretches_that_touch_follow_each_other_and_do_not_overlap() {
        let span = |from, to| Span { from, to };
        // One, the other, whether it is before, whether they overlap.
        let rows = [
            (span(0, 5), span(6, 9), true, false),
            (span(0, 5), span(5, 9), true, false),
            (span(0, 6), span(5, 9), false, true),
            (span(5, 9), span(0, 5), false, false),
            (span(5, 9), span(0, 6), false, true),
            (span(0, 9), span(3, 4), false, true),
            (span(3, 4), span(3, 4), false, true),
        ];
        for (a, b, before, overlaps) in rows {
            assert_eq!((a.is_before(&b), a.overlaps(&b)), (before, overlaps), "{a:?} {b:?}");
            assert_eq!(b.overlaps(&a), overlaps, "the same both ways");
        }
    }

    #[test]
    fn recorded_time_ticks_by_the_wall_or_by_one() {
        let clock = |ms, count| Hlc { ms, count };
        let rows = [
            (clock(5, 3), 6, clock(6, 0)),
            (clock(5, 3), 5, clock(5, 4)),
            (clock(5, 3), 4, clock(5, 4)),
            (clock(5, u16::MAX), 5, clock(6, 0)),
            (clock(5, u16::MAX - 1), 5, clock(5, u16::MAX)),
        ];
        for (before, now, after) in rows {
            assert_eq!(before.tick(now), after, "{before:?} at {now}");
        }
        let day = 24 * 60 * 60 * 1000;
        let own = clock(50, 1);
        let rows = [
            (clock(50, 2), clock(50, 2)),
            (clock(49, 9), own),
            (clock(100 + day, 0), clock(100 + day, 0)),
            (clock(101 + day, 0), own),
        ];
        for (other, want) in rows {
            assert_eq!(own.observe(other, 100), want, "{other:?}");
        }
    }

    #[test]
    fn recorded_time_crosses_as_text() {
        let clock = Hlc { ms: 1_774_337_412_123, count: 2 };
        assert_eq!(clock.to_string(), "1774337412123-2");
        assert_eq!("1774337412123-2".parse(), Ok(clock));
        let json = serde_json::to_string(&clock).unwrap();
        assert_eq!(json, "\"1774337412123-2\"");
        assert_eq!(serde_json::from_str::<Hlc>(&json).unwrap(), clock);
        for text in ["", "5", "5-", "-5", "5-65536", "x-1"] {
            assert_eq!(text.parse::<Hlc>(), Err(AtError), "{text:?}");
        }
    }

    #[test]
    fn minutes_between_two_moments_are_whole() {
        for (from, to, want) in
            [(0, 59_999, 0), (0, 60_000, 1), (60_000, 0, -1), (0, 7_259_999, 120), (5, 5, 0)]
        {
            assert_eq!(minutes_between(from, to), want, "{from} to {to}");
        }
    }
}
