//! Working days. The table of statutory rest days and make-up working days is data that is
//! published once a year; a year it does not cover is said to be unknown, never guessed.
//!
//! Source: 全国年节及纪念日放假办法 gives the holidays; a yearly notice of the State Council gives
//! the swapped days, which this table holds.

use std::collections::BTreeMap;

use chrono::{Datelike, Weekday};

use crate::fact::body::RestDay;
use crate::time::Day;

/// A table that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("holiday table, line {line}: expected `YYYY-MM-DD rest|work NAME`")]
pub struct CalendarError {
    /// The line, from 1.
    pub line: usize,
}

/// Whether a day is worked, and whether the table knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    /// A working day.
    Work,
    /// A day of rest.
    Rest,
    /// The year is not in the table: weekdays are shown, and the year is said to be unknown.
    Unknown,
}

/// The longest stretch of rest days a table is believed about.
const SHIFT_DAYS_MAX: u8 = 30;

/// A day some days later; the last day there is if there is none.
#[must_use]
pub fn after(day: Day, days: i64) -> Day {
    chrono::TimeDelta::try_days(days)
        .and_then(|delta| day.checked_add_signed(delta))
        .unwrap_or(Day::MAX)
}

/// The days that differ from "Monday to Friday", by year.
///
/// **Shape of the text**: lines `YYYY-MM-DD rest|work NAME`, `# comment` and `year YYYY`, which
/// says that the year's notice is in the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    years: std::collections::BTreeSet<i32>,
    days: BTreeMap<Day, DayKind>,
}

impl Calendar {
    /// Reads a table.
    ///
    /// # Errors
    /// A line that is neither a comment, a year nor a day.
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        let mut table = Self::default();
        for (at, line) in text.lines().enumerate() {
            let error = || CalendarError { line: at.saturating_add(1) };
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut words = line.split_whitespace();
            match (words.next(), words.next()) {
                (Some("year"), Some(year)) => {
                    table.years.insert(year.parse().map_err(|_| error())?);
                }
                (Some(day), Some(kind)) => {
                    let day = day.parse::<Day>().map_err(|_| error())?;
                    let kind = match kind {
                        "rest" => DayKind::Rest,
                        "work" => DayKind::Work,
                        _ => return Err(error()),
                    };
                    table.days.insert(day, kind);
                }
                _ => return Err(error()),
            }
        }
        Ok(table)
    }

    /// The same table with the days of further years; of a year that they name they are all there
    /// is.
    #[must_use]
    pub fn with(&self, days: &[RestDay]) -> Self {
        let years: std::collections::BTreeSet<i32> =
            days.iter().map(|day| day.day.year()).collect();
        let mut table = self.clone();
        table.days.retain(|day, _| !years.contains(&day.year()));
        for day in days {
            let kind = if day.rest { DayKind::Rest } else { DayKind::Work };
            table.days.insert(day.day, kind);
        }
        table.years.extend(years);
        table
    }

    /// The days of a year that are not as their day of the week says.
    pub fn named(&self, year: i32) -> impl Iterator<Item = (Day, DayKind)> {
        self.days.iter().map(|(day, kind)| (*day, *kind)).filter(move |(day, _)| day.year() == year)
    }

    /// Whether a day is worked.
    #[must_use]
    pub fn kind(&self, day: Day) -> DayKind {
        if let Some(kind) = self.days.get(&day) {
            return *kind;
        }
        if !self.years.contains(&day.year()) {
            return DayKind::Unknown;
        }
        match day.weekday() {
            Weekday::Sat | Weekday::Sun => DayKind::Rest,
            _ => DayKind::Work,
        }
    }

    /// The first working day on or after a day, and whether the table knew every day asked.
    ///
    /// Source: 民法典 (2020) art. 203; 民事诉讼法 (2023) art. 85.
    #[must_use]
    pub fn shifted(&self, day: Day) -> (Day, bool) {
        let mut at = day;
        // No holiday is longer than this; a table that says so is not believed.
        for _ in 0..SHIFT_DAYS_MAX {
            match self.kind(at) {
                DayKind::Work => return (at, true),
                DayKind::Unknown => return (at, false),
                DayKind::Rest => at = after(at, 1),
            }
        }
        (day, false)
    }

    /// The day on which a number of working days after a day are over, and whether the table knew
    /// every day asked. In an unknown year every day from Monday to Friday is counted.
    #[must_use]
    pub fn working_days_after(&self, day: Day, count: u16) -> (Day, bool) {
        let (mut at, mut left, mut is_known) = (day, count, true);
        while left > 0 {
            at = after(at, 1);
            let is_weekday = !matches!(at.weekday(), Weekday::Sat | Weekday::Sun);
            let kind = self.kind(at);
            is_known &= kind != DayKind::Unknown;
            if kind == DayKind::Work || kind == DayKind::Unknown && is_weekday {
                left = left.saturating_sub(1);
            }
            if at == Day::MAX {
                return (at, false);
            }
        }
        (at, is_known)
    }

    /// The last year whose notice is in the table.
    #[must_use]
    pub fn known_until(&self) -> Option<i32> {
        self.years.last().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapped_days_and_unknown_years() {
        let table = Calendar::parse(
            "# sample\nyear 2026\n2026-05-01 rest 劳动节\n2026-05-09 work 劳动节\n",
        )
        .unwrap();
        let rows = [
            ("2026-05-01", DayKind::Rest),
            ("2026-05-09", DayKind::Work),
            ("2026-05-10", DayKind::Rest),
            ("2026-05-11", DayKind::Work),
            ("2027-05-11", DayKind::Unknown),
        ];
        for (day, want) in rows {
            assert_eq!(table.kind(day.parse().unwrap()), want, "{day}");
        }
        assert_eq!(table.known_until(), Some(2026));
    }

    #[test]
    fn working_days_pass_over_rest_and_say_when_they_guess() {
        let table = Calendar::parse("year 2026\n2026-06-19 rest 端午节\n").unwrap();
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert_eq!(table.working_days_after(day("2026-06-17"), 5), (day("2026-06-25"), true));
        assert_eq!(table.shifted(day("2026-06-19")), (day("2026-06-22"), true));
        assert_eq!(table.shifted(day("2027-01-01")), (day("2027-01-01"), false));
        assert!(!table.working_days_after(day("2026-12-31"), 1).1);
    }

    #[test]
    fn further_years_take_the_place_of_what_was_known_of_them_and_of_nothing_else() {
        let table = Calendar::parse("year 2026\n2026-10-09 rest 国庆节\n").unwrap();
        let rest = |text: &str, rest| RestDay { day: day(text), rest, name: String::new() };
        let longer = table.with(&[rest("2027-01-01", true), rest("2027-01-03", false)]);
        for (at, want) in [
            ("2026-10-09", DayKind::Rest),
            ("2027-01-01", DayKind::Rest),
            ("2027-01-02", DayKind::Rest),
            ("2027-01-03", DayKind::Work),
            ("2027-01-04", DayKind::Work),
            ("2028-01-03", DayKind::Unknown),
        ] {
            assert_eq!(longer.kind(day(at)), want, "{at}");
        }
        assert_eq!(longer.with(&[rest("2026-10-08", true)]).kind(day("2026-10-09")), DayKind::Work);
        assert_eq!(table.with(&[]), table);
    }

    #[test]
    fn a_bad_line_is_named() {
        let error = Calendar::parse("year 2026\n2026-05-01 maybe").unwrap_err();
        assert_eq!(error.line, 2);
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_counted_in_both_directions_and_stop_at_the_last_there_is() {
        for (from, days, want) in [
            ("2026-02-28", 0, "2026-02-28"),
            ("2026-02-28", 1, "2026-03-01"),
            ("2026-03-01", -1, "2026-02-28"),
        ] {
            assert_eq!(after(day(from), days), day(want), "{from} {days}");
        }
        assert_eq!(after(Day::MAX, 1), Day::MAX);
        assert_eq!(after(day("2026-01-01"), i64::MAX), Day::MAX);
    }

    #[test]
    fn working_days_in_known_and_unknown_years() {
        let table =
            Calendar::parse("year 2026\n2026-10-10 work 国庆节\n2026-10-09 rest 国庆节\n").unwrap();
        // The day before, how many, the last of them, whether the table knew all.
        let rows = [
            ("2026-10-08", 0, "2026-10-08", true),
            ("2026-10-08", 1, "2026-10-10", true),
            ("2026-10-08", 2, "2026-10-12", true),
            ("2026-10-12", 5, "2026-10-19", true),
            // 31 December 2026 is a Thursday; nobody knows about 2027 yet.
            ("2026-12-30", 1, "2026-12-31", true),
            ("2026-12-30", 2, "2027-01-01", false),
            ("2026-12-30", 3, "2027-01-04", false),
            ("2027-01-01", 6, "2027-01-11", false),
            // One unknown day is enough, even if the last day is known.
            ("2025-12-31", 0, "2025-12-31", true),
            ("2025-12-30", 2, "2026-01-01", false),
        ];
        for (from, count, last, is_known) in rows {
            let got = table.working_days_after(day(from), count);
            assert_eq!(got, (day(last), is_known), "{from} and {count}");
        }
        assert_eq!(table.working_days_after(Day::MAX, 3), (Day::MAX, false));
    }

    #[test]
    fn a_table_of_nothing_but_rest_is_not_believed() {
        let long = |days: i64| {
            let lines = (0..days).map(|n| format!("{} rest 长假\n", after(day("2026-06-01"), n)));
            Calendar::parse(&format!("year 2026\n{}", lines.collect::<String>())).unwrap()
        };
        let first = day("2026-06-01");
        assert_eq!(long(29).shifted(first), (day("2026-06-30"), true));
        assert_eq!(long(30).shifted(first), (first, false));
        assert_eq!(Calendar::default().known_until(), None);
    }

    #[test]
    fn every_line_is_a_comment_a_year_or_a_day() {
        // Text, the line at fault.
        let rows = [
            ("", None),
            ("  \n# 2026 年\n\nyear 2026\n2026-05-01 rest 劳动节", None),
            ("year", Some(1)),
            ("year 2026\nyear soon", Some(2)),
            ("\n\n2026-13-01 rest 元旦", Some(3)),
            ("2026-05-01", Some(1)),
            ("2026-05-01 holiday 劳动节", Some(1)),
        ];
        for (text, want) in rows {
            assert_eq!(Calendar::parse(text).err().map(|e| e.line), want, "{text:?}");
        }
    }
}
