//! 人员名册: what the rows of a roster mean. Pure: the same table gives the same answer.

use std::collections::HashMap;

use domain::fact::body::Sex;
use domain::time::Day;

use super::rows::{RowTrouble, TableField, day};
use crate::people::PersonAdd;

/// The persons who are here: their telephones, by name.
pub(super) type Known = HashMap<String, Vec<String>>;

/// Digits of a telephone, however they are written.
pub(super) fn bare(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

/// Reads a row: a person.
///
/// # Errors
/// What is wrong with it, and in which column.
pub(super) fn person(
    cells: &[String],
    fields: &[TableField],
    today: Day,
) -> Result<PersonAdd, (RowTrouble, Option<u32>)> {
    let column = |wanted: TableField| fields.iter().position(|field| *field == wanted);
    let cell = |wanted: TableField| -> &str {
        column(wanted).and_then(|at| cells.get(at)).map_or("", |text| text.trim())
    };
    let bad = |trouble, wanted| (trouble, column(wanted).and_then(|at| u32::try_from(at).ok()));
    let some = |wanted| Some(cell(wanted).to_owned()).filter(|text| !text.is_empty());
    let name = cell(TableField::Name).to_owned();
    if name.is_empty() {
        return Err(bad(RowTrouble::NoParty, TableField::Name));
    }
    let birth = match cell(TableField::Birth) {
        "" | "/" | "-" | "—" => None,
        text => {
            let born = day(text).ok_or_else(|| bad(RowTrouble::Day, TableField::Birth))?;
            if born > today {
                return Err(bad(RowTrouble::Future, TableField::Birth));
            }
            Some(born)
        }
    };
    let sex = match cell(TableField::Sex) {
        "男" => Some(Sex::Male),
        "女" => Some(Sex::Female),
        _ => None,
    };
    // What somebody does stands before what else was noted.
    let notes: Vec<String> =
        [some(TableField::Post), some(TableField::Note)].into_iter().flatten().collect();
    Ok(PersonAdd {
        name,
        sex,
        birth,
        phone: some(TableField::Phone),
        address: some(TableField::Place),
        id_number: some(TableField::IdNumber),
        note: Some(notes.join("；")).filter(|note| !note.is_empty()),
    })
}

/// Whether the same person is here: `None` where somebody of that name is, with another telephone.
pub(super) fn is_known(known: &Known, person: &PersonAdd) -> Option<bool> {
    let phone = bare(person.phone.as_deref().unwrap_or_default());
    match known.get(&person.name) {
        None => Some(false),
        Some(phones) if phones.contains(&phone) => Some(true),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_person_known_by_name_and_telephone() {
        use TableField::{Birth, Name, Note, Phone, Post, Sex as OfSex};
        let fields = [Name, OfSex, Birth, Phone, Post, Note];
        let today: Day = "2026-03-02".parse().unwrap();
        let read = |cells: [&str; 6]| person(&cells.map(str::to_owned), &fields, today);
        let good = read(["周正", "男", "1966/3/2", "138 0000 1234", "人民调解员", "专职"]).unwrap();
        assert_eq!((good.sex, good.note.as_deref()), (Some(Sex::Male), Some("人民调解员；专职")));
        let mut known = Known::new();
        assert_eq!(is_known(&known, &good), Some(false));
        known.insert("周正".into(), vec!["13900000000".into()]);
        assert_eq!(is_known(&known, &good), None, "another of that name, or a new telephone");
        known.insert("周正".into(), vec!["13800001234".into()]);
        assert_eq!(is_known(&known, &good), Some(true));
        for (cells, want) in [
            (["", "男", "", "", "", ""], RowTrouble::NoParty),
            (["周正", "", "不详", "", "", ""], RowTrouble::Day),
            (["周正", "", "2027-01-01", "", "", ""], RowTrouble::Future),
        ] {
            assert_eq!(read(cells).unwrap_err().0, want, "{cells:?}");
        }
    }
}
