//! What the program ships as data: the official dispute types, the table of rest days.

use std::sync::OnceLock;

use domain::calendar::{Calendar, DayKind};
use domain::catalogue::Category;
use domain::time::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

const CATEGORIES: &str = include_str!("../../../../assets/catalogue/categories.json");
const HOLIDAYS: &str = include_str!("../../../../assets/calendar/holidays.txt");

/// The catalogue as the screens read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CatalogueView {
    /// Its version; a case keeps the one it was classified with.
    pub version: String,
    /// The types in the official order.
    pub categories: Vec<CategoryView>,
    /// The last year whose rest days are known.
    pub holidays_until: Option<i32>,
}

/// One official type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CategoryView {
    /// The type.
    pub category: Category,
    /// Its number in the statistics.
    pub code: u8,
    /// Its official name.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

#[derive(Deserialize)]
struct File {
    version: String,
    categories: Vec<CategoryView>,
}

/// The catalogue.
///
/// # Errors
/// Our own mistake in the shipped data; `tests` hold that there is none.
pub fn catalogue() -> Result<CatalogueView, Fault> {
    let file: File = serde_json::from_str(CATEGORIES).map_err(|error| Fault::internal(&error))?;
    Ok(CatalogueView {
        version: file.version,
        categories: file.categories,
        holidays_until: calendar()?.known_until(),
    })
}

/// The table of rest days and make-up working days, read once.
///
/// # Errors
/// Our own mistake in the shipped data.
pub fn calendar() -> Result<&'static Calendar, Fault> {
    static CALENDAR: OnceLock<Calendar> = OnceLock::new();
    if let Some(calendar) = CALENDAR.get() {
        return Ok(calendar);
    }
    let read = Calendar::parse(HOLIDAYS).map_err(|error| Fault::internal(&error))?;
    Ok(CALENDAR.get_or_init(|| read))
}

/// Whether a day is worked, and whether the table knows.
///
/// # Errors
/// Our own mistake in the shipped data.
pub fn day_kind(day: Day) -> Result<DayKind, Fault> {
    Ok(calendar()?.kind(day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::catalogue::VERSION;

    #[test]
    fn the_shipped_catalogue_is_the_official_one() {
        let shipped = catalogue().unwrap();
        assert_eq!(shipped.version, VERSION);
        let order: Vec<Category> = shipped.categories.iter().map(|c| c.category).collect();
        assert_eq!(order, Category::ALL);
        for (n, category) in (1..).zip(&shipped.categories) {
            assert_eq!(category.code, n);
            assert!(!category.zh.is_empty() && !category.en.is_empty());
        }
    }

    #[test]
    fn the_shipped_calendar_knows_what_was_published() {
        let rows = [
            ("2026-05-01", DayKind::Rest),
            ("2026-05-09", DayKind::Work),
            ("2026-05-06", DayKind::Work),
            ("2026-06-19", DayKind::Rest),
            ("2026-06-21", DayKind::Rest),
            ("2027-01-01", DayKind::Unknown),
        ];
        for (day, want) in rows {
            assert_eq!(day_kind(day.parse().unwrap()).unwrap(), want, "{day}");
        }
        assert_eq!(calendar().unwrap().known_until(), Some(2026));
    }
}
