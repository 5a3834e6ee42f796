//! A month, a quarter or a year.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::calendar::after;
use crate::time::{Day, YEARS};

/// A text that names no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a period is YYYY-MM, YYYY-Qn or YYYY")]
pub struct PeriodError;

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Span {
    /// 月
    Month,
    /// 季
    Quarter,
    /// 年
    Year,
}

impl Span {
    const fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }
}

/// A reporting period.
///
/// **Shape**: `2026-07`, `2026-Q3`, `2026`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "String"))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
pub struct Period {
    span: Span,
    year: i32,
    /// From 1; always 1 for a year.
    number: u32,
}

impl Period {
    /// The period of a length in which a day lies.
    #[must_use]
    pub fn of(day: Day, span: Span) -> Self {
        let number = day.month0().div_euclid(span.months()).saturating_add(1);
        Self { span, year: day.year(), number }
    }

    /// How long it is.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// Its first day.
    #[must_use]
    pub fn first(&self) -> Day {
        let month = self.number.saturating_sub(1).saturating_mul(self.span.months());
        NaiveDate::from_ymd_opt(self.year, month.saturating_add(1), 1).unwrap_or(Day::MIN)
    }

    /// Its last day.
    #[must_use]
    pub fn last(&self) -> Day {
        after(self.next().first(), -1)
    }

    /// The one after it.
    #[must_use]
    pub fn next(&self) -> Self {
        let count = 12u32.div_euclid(self.span.months());
        if self.number >= count {
            Self { year: self.year.saturating_add(1), number: 1, ..*self }
        } else {
            Self { number: self.number.saturating_add(1), ..*self }
        }
    }

    /// The one before it.
    #[must_use]
    pub fn before(&self) -> Self {
        Self::of(after(self.first(), -1), self.span)
    }

    /// The same one a year earlier.
    #[must_use]
    pub const fn year_before(&self) -> Self {
        Self { year: self.year.saturating_sub(1), ..*self }
    }

    /// Whether a day lies in it.
    #[must_use]
    pub fn contains(&self, day: Day) -> bool {
        self.first() <= day && day <= self.last()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.span {
            Span::Month => write!(f, "{:04}-{:02}", self.year, self.number),
            Span::Quarter => write!(f, "{:04}-Q{}", self.year, self.number),
            Span::Year => write!(f, "{:04}", self.year),
        }
    }
}

impl FromStr for Period {
    type Err = PeriodError;
    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let (year, part) = text.split_once('-').map_or((text, None), |(y, part)| (y, Some(part)));
        let (span, number) = match part {
            None => (Span::Year, 1),
            Some(part) => match part.strip_prefix('Q') {
                Some(quarter) => (Span::Quarter, quarter.parse().map_err(|_| PeriodError)?),
                None => (Span::Month, part.parse().map_err(|_| PeriodError)?),
            },
        };
        let year: i32 = year.parse().map_err(|_| PeriodError)?;
        let count = 12u32.div_euclid(span.months());
        let period = Self { span, year, number };
        let is_one = YEARS.contains(&year) && (1..=count).contains(&number);
        // Only as it is written here: a period is a key.
        if is_one && period.to_string() == text { Ok(period) } else { Err(PeriodError) }
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
