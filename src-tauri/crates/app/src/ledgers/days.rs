//! 放假表: what the rows of a table of rest days mean. Pure: the same table gives the same answer.

use domain::calendar::{Calendar, DayKind, after};
use domain::fact::body::RestDay;

use super::rows::{RowTrouble, TableField, day};

/// The longest stretch of days in one row.
const STRETCH_MAX: i64 = 31;

/// Words that say that a day is worked; they come first, since 调休上班 names both.
const WORKED: [&str; 4] = ["上班", "补班", "工作", "加班"];

/// Words that say that a day is one of rest.
const RESTED: [&str; 2] = ["休", "假"];

/// Reads a row: the days it names.
///
/// # Errors
/// What is wrong with it, and in which column.
pub(super) fn days(
    cells: &[String],
    fields: &[TableField],
) -> Result<Vec<RestDay>, (RowTrouble, Option<u32>)> {
    let column = |wanted: TableField| fields.iter().position(|field| *field == wanted);
    let cell = |wanted: TableField| -> &str {
        column(wanted).and_then(|at| cells.get(at)).map_or("", |text| text.trim())
    };
    let bad = |trouble, wanted| (trouble, column(wanted).and_then(|at| u32::try_from(at).ok()));
    let first = day(cell(TableField::Day)).ok_or_else(|| bad(RowTrouble::Day, TableField::Day))?;
    let last = match cell(TableField::Until) {
        "" | "/" | "-" | "—" => first,
        text => day(text).ok_or_else(|| bad(RowTrouble::Day, TableField::Until))?,
    };
    let length = last.signed_duration_since(first).num_days();
    if !(0..STRETCH_MAX).contains(&length) {
        return Err(bad(RowTrouble::Day, TableField::Until));
    }
    let said = cell(TableField::Rest);
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let rest = match (says(&WORKED), says(&RESTED)) {
        (true, _) => false,
        (false, true) => true,
        _ => return Err(bad(RowTrouble::Rest, TableField::Rest)),
    };
    let name = cell(TableField::Feast);
    if name.chars().count() > domain::case::guard::NAME_CHARS_MAX {
        return Err(bad(RowTrouble::TooLong, TableField::Feast));
    }
    let one = |n| RestDay { day: after(first, n), rest, name: name.to_owned() };
    Ok((0..=length).map(one).collect())
}

/// Whether a table of rest days says so already.
pub(super) fn is_known(calendar: &Calendar, day: &RestDay) -> bool {
    let kind = if day.rest { DayKind::Rest } else { DayKind::Work };
    calendar.kind(day.day) == kind
}

/// The days that the township took over, with those of an import: of a year it said nothing of
/// before, what the program knows stays beside them.
pub(super) fn merged(all: &mut Vec<RestDay>, known: &Calendar, fresh: &[RestDay]) {
    for day in fresh {
        let year = chrono::Datelike::year(&day.day);
        if !all.iter().any(|each| chrono::Datelike::year(&each.day) == year) {
            let named = known.named(year);
            let rest = |kind| kind == DayKind::Rest;
            all.extend(named.map(|(day, kind)| RestDay {
                day,
                rest: rest(kind),
                name: String::new(),
            }));
        }
        all.retain(|each| each.day != day.day);
        all.push(day.clone());
    }
}

/// The days that the township took over, without those of an import that still stand as it brought
/// them; of each what was there before.
pub(super) fn without(all: &mut Vec<RestDay>, fresh: &[RestDay], before: &[RestDay]) {
    for day in fresh {
        if !all.contains(day) {
            continue;
        }
        all.retain(|each| each.day != day.day);
        all.extend(before.iter().find(|each| each.day == day.day).cloned());
    }
}

#[cfg(test)]
mod tests {
    use domain::time::Day;

    use super::*;

    fn on(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn rest(text: &str, rest: bool) -> RestDay {
        RestDay { day: on(text), rest, name: String::new() }
    }

    #[test]
    fn a_row_is_a_day_or_a_stretch_or_says_what_is_wrong_with_it() {
        use TableField::{Day as First, Rest, Until};
        let fields = [First, Until, Rest];
        let read = |cells: [&str; 3]| days(&cells.map(str::to_owned), &fields);
        let kinds = [
            ("放假", true),
            ("休息", true),
            ("调休", true),
            ("调休上班", false),
            ("补班", false),
            ("工作日", false),
        ];
        for (text, want) in kinds {
            assert_eq!(read(["2027-1-1", "", text]).unwrap(), [rest("2027-01-01", want)], "{text}");
        }
        let three = read(["2027年1月1日", "2027年1月3日", "放假"]).unwrap();
        assert_eq!(three.len(), 3);
        assert_eq!(three[2].day, on("2027-01-03"));
        let bad = [
            (["", "", "放假"], RowTrouble::Day),
            (["2027-01-03", "2027-01-01", "放假"], RowTrouble::Day),
            (["2027-01-01", "2027-12-31", "放假"], RowTrouble::Day),
            (["2027-01-01", "", ""], RowTrouble::Rest),
            (["2027-01-01", "", "元旦"], RowTrouble::Rest),
        ];
        for (cells, want) in bad {
            assert_eq!(read(cells).unwrap_err().0, want, "{cells:?}");
        }
    }

    #[test]
    fn what_was_taken_over_goes_as_it_came_and_leaves_what_others_brought() {
        let known = Calendar::parse("year 2026\n2026-10-09 rest 国庆节\n").unwrap();
        let mut all = Vec::new();
        let first = [rest("2026-10-09", false), rest("2027-01-01", true)];
        merged(&mut all, &known, &first);
        assert_eq!(known.with(&all).kind(on("2026-10-09")), DayKind::Work);
        assert_eq!(known.with(&all).kind(on("2027-01-01")), DayKind::Rest);
        let second = [rest("2027-02-05", true)];
        merged(&mut all, &known, &second);
        without(&mut all, &first, &[rest("2026-10-09", true)]);
        assert_eq!(all, [rest("2027-02-05", true), rest("2026-10-09", true)]);
        assert_eq!(known.with(&all).kind(on("2026-10-09")), DayKind::Rest);
    }
}
