//! Which backups are kept: the last of each of seven days, four weeks and six months on which one
//! was made. What counts are the backups there are, not the calendar: a computer that stood still
//! for a year, or whose clock was wrong, loses none by that.

use chrono::Datelike;
use domain::time::{Day, day_of};

use crate::clock::signed;

/// What tells a day, a week or a month from the others.
type Period = fn(Day) -> (i32, u32);

/// How many days, weeks and months keep their last backup.
const KEPT: [(usize, Period); 3] = [
    (7, |day| (day.year(), day.ordinal())),
    (4, |day| (day.iso_week().year(), day.iso_week().week())),
    (6, |day| (day.year(), day.month())),
];

/// Of backups by name and moment those that may go. `last` was made last, whatever the clock says,
/// and stays.
pub(super) fn surplus(made: &[(String, u64)], last: &str) -> Vec<String> {
    let mut newest: Vec<&(String, u64)> = made.iter().collect();
    newest.sort_by(|a, b| (b.1, &b.0).cmp(&(a.1, &a.0)));
    let mut kept = vec![false; newest.len()];
    for (count, period) in KEPT {
        let mut seen = Vec::new();
        for ((_, made_ms), kept) in newest.iter().zip(&mut kept) {
            let period = period(day_of(signed(*made_ms)));
            if !seen.contains(&period) && seen.len() < count {
                seen.push(period);
                *kept = true;
            }
        }
    }
    let spare = newest.iter().zip(kept).filter(|((name, _), kept)| !kept && name != last);
    spare.map(|((name, _), _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: u64 = 24 * 60 * 60 * 1000;
    /// 2026-03-02, a Monday, nine in the morning in China.
    const MONDAY_MS: u64 = 1_772_413_200_000;

    #[test]
    fn days_weeks_and_months_keep_their_last() {
        let mut made: Vec<(String, u64)> = Vec::new();
        for day in 0..300 {
            // Two a day.
            for hour in [0, 5] {
                let ms = MONDAY_MS + day * DAY_MS + hour * 3_600_000;
                made.push((format!("{day}.{hour}"), ms));
                let spare = surplus(&made, &format!("{day}.{hour}"));
                made.retain(|(name, _)| !spare.contains(name));
            }
            assert!(made.len() <= 17, "{}", made.len());
        }
        let ages: Vec<u64> = made
            .iter()
            .rev()
            .map(|(_, ms)| (MONDAY_MS + 299 * DAY_MS + 18_000_000 - ms) / DAY_MS)
            .collect();
        assert_eq!(ages[..7], [0, 1, 2, 3, 4, 5, 6], "a week of days");
        assert!(ages.iter().any(|age| (14..28).contains(age)), "weeks: {ages:?}");
        assert!(ages.iter().any(|age| *age > 120), "months: {ages:?}");
        assert!(made.iter().all(|(name, _)| name.ends_with(".5")), "the last of each day");
    }

    #[test]
    fn neither_a_pause_nor_a_wrong_clock_takes_the_last_one() {
        let old: Vec<(String, u64)> =
            (0..4).map(|n| (format!("old {n}"), MONDAY_MS + n * 40 * DAY_MS)).collect();
        assert_eq!(surplus(&old, "old 3"), Vec::<String>::new());
        // Made by a clock that is years behind, among many that are not.
        let mut made: Vec<(String, u64)> =
            (0..400).map(|n| (n.to_string(), MONDAY_MS + n * DAY_MS)).collect();
        made.push(("now".into(), DAY_MS));
        let spare = surplus(&made, "now");
        assert!(!spare.contains(&"now".to_owned()));
        assert!(!spare.contains(&"399".to_owned()));
        assert!(spare.len() > 380);
    }
}
