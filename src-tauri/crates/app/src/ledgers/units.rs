//! 村（社区）名单: what the rows of a list of units mean. Pure: the same table gives the same answer.

use domain::fact::body::UnitSort;
use domain::role::Level;
use store::search::folded;

use super::rows::{RowTrouble, TableField};
use crate::organisation::NewUnit;

/// What the cells of the kind say, the first that fits.
const KINDS: [(UnitSort, &[&str]); 4] = [
    (UnitSort::JudicialOffice, &["司法所"]),
    (UnitSort::Department, &["部门", "派出所", "法庭", "局", "办", "站", "所", "大队"]),
    (UnitSort::Point, &["村", "社区", "居委", "说事点"]),
    (UnitSort::Centre, &["综治中心", "镇", "街", "乡"]),
];

/// How names end, where nothing else says what a unit is.
const ENDINGS: [(UnitSort, &[&str]); 4] = [
    (UnitSort::JudicialOffice, &["司法所"]),
    (UnitSort::Centre, &["综治中心", "镇", "街道", "乡", "镇政府", "街道办事处"]),
    (UnitSort::Point, &["村", "社区", "居委会", "村委会", "居民委员会", "村民委员会", "说事点"]),
    (UnitSort::Department, &["所", "法庭", "局", "办公室", "办", "站", "大队", "中心"]),
];

/// What stands behind the name of a place and says only which of its offices is meant.
const TAILS: [&str; 8] =
    ["评理说事点", "村民委员会", "居民委员会", "村委会", "居委会", "综治中心", "社区", "村"];

/// A name, however it is spaced and in whichever width it is written.
pub(super) fn bare(name: &str) -> String {
    name.chars().map(folded).filter(|c| !c.is_whitespace()).collect()
}

/// The place that a name is of.
fn place(name: &str) -> String {
    let mut place = bare(name);
    while let Some(rest) = TAILS.iter().find_map(|tail| place.strip_suffix(tail)) {
        if rest.is_empty() {
            break;
        }
        place = rest.to_owned();
    }
    place
}

/// The units that are here.
#[derive(Default)]
pub(super) struct Known {
    names: Vec<String>,
    places: Vec<(Level, String)>,
}

impl Known {
    /// Counts one more.
    pub(super) fn add(&mut self, name: &str, level: Level) {
        self.names.push(bare(name));
        self.places.push((level, place(name)));
    }

    /// Whether a unit of that name is here.
    pub(super) fn has(&self, unit: &NewUnit) -> bool {
        self.names.contains(&bare(&unit.name))
    }

    /// Whether one of the same place is here under another name.
    pub(super) fn is_near(&self, unit: &NewUnit) -> bool {
        self.places.contains(&(unit.level, place(&unit.name)))
    }
}

/// A name as it is kept: what pulls its characters apart in a table is no part of it.
fn kept(name: &str) -> String {
    if name.chars().any(|c| c.is_ascii_alphabetic()) {
        return name.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    name.chars().filter(|c| !c.is_whitespace()).collect()
}

const fn level_of(sort: UnitSort) -> Level {
    match sort {
        UnitSort::Point => Level::Village,
        UnitSort::Centre | UnitSort::JudicialOffice | UnitSort::Department => Level::Township,
    }
}

/// Reads a row: a unit.
///
/// # Errors
/// What is wrong with it, and in which column.
pub(super) fn unit(
    cells: &[String],
    fields: &[TableField],
) -> Result<NewUnit, (RowTrouble, Option<u32>)> {
    let column = |wanted: TableField| fields.iter().position(|field| *field == wanted);
    let cell = |wanted: TableField| -> &str {
        column(wanted).and_then(|at| cells.get(at)).map_or("", |text| text.trim())
    };
    let bad = |trouble, wanted| (trouble, column(wanted).and_then(|at| u32::try_from(at).ok()));
    let name = kept(cell(TableField::Name));
    if name.is_empty() {
        return Err(bad(RowTrouble::NoParty, TableField::Name));
    }
    let level = match bare(cell(TableField::Level)) {
        said if said.is_empty() => None,
        said if ["村", "社区"].iter().any(|word| said.contains(word)) => Some(Level::Village),
        said if ["镇", "街", "乡"].iter().any(|word| said.contains(word)) => {
            Some(Level::Township)
        }
        _ => return Err(bad(RowTrouble::Level, TableField::Level)),
    };
    let said = bare(cell(TableField::Kind));
    let is = |word: &&str| said.contains(*word);
    let ends = |word: &&str| bare(&name).ends_with(*word);
    let sort = match said.is_empty() {
        false => KINDS.iter().find(|(_, words)| words.iter().any(is)),
        true => ENDINGS.iter().find(|(_, words)| words.iter().any(ends)),
    };
    let sort = sort.map(|(sort, _)| *sort);
    // What stands in no column and in no name can still be the point of a village.
    let sort =
        sort.or((said.is_empty() && level == Some(Level::Village)).then_some(UnitSort::Point));
    let sort = sort.ok_or_else(|| bad(RowTrouble::Kind, TableField::Kind))?;
    if level.is_some_and(|level| level != level_of(sort)) {
        return Err(bad(RowTrouble::Level, TableField::Level));
    }
    let some = |wanted| Some(cell(wanted).to_owned()).filter(|text| !text.is_empty());
    Ok(NewUnit {
        name,
        level: level_of(sort),
        sort,
        address: some(TableField::Place),
        phone: some(TableField::Phone),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_unit_by_what_its_columns_or_its_name_say() {
        use TableField::{Kind, Level as OfLevel, Name, Phone, Place};
        let fields = [Phone, Name, Kind, OfLevel, Place];
        let read = |cells: [&str; 5]| unit(&cells.map(str::to_owned), &fields);
        for (cells, want) in [
            (
                ["0571-1", "桥　头 村", "村", "", "三组"],
                ("桥头村", Level::Village, UnitSort::Point),
            ),
            (["", "青石社区", "", "", ""], ("青石社区", Level::Village, UnitSort::Point)),
            (["", "青石", "", "村级", ""], ("青石", Level::Village, UnitSort::Point)),
            (
                ["", "桥头镇综治中心", "", "镇", ""],
                ("桥头镇综治中心", Level::Township, UnitSort::Centre),
            ),
            (["", "桥头派出所", "", "", ""], ("桥头派出所", Level::Township, UnitSort::Department)),
            (["", "国土", "镇街部门", "", ""], ("国土", Level::Township, UnitSort::Department)),
            (
                ["", "桥头司法所", "", "", ""],
                ("桥头司法所", Level::Township, UnitSort::JudicialOffice),
            ),
        ] {
            let got = read(cells).unwrap();
            assert_eq!((got.name.as_str(), got.level, got.sort), want, "{cells:?}");
        }
        let first = read(["0571-1", "桥头村", "村", "", "三组"]).unwrap();
        assert_eq!(
            (first.phone.as_deref(), first.address.as_deref()),
            (Some("0571-1"), Some("三组"))
        );
        for (cells, want) in [
            (["1", "", "村", "", ""], (RowTrouble::NoParty, Some(1))),
            (["", "青石", "", "", ""], (RowTrouble::Kind, Some(2))),
            (["", "青石", "别的", "", ""], (RowTrouble::Kind, Some(2))),
            (["", "青石村", "", "县", ""], (RowTrouble::Level, Some(3))),
            (["", "青石村", "村", "镇级", ""], (RowTrouble::Level, Some(3))),
        ] {
            assert_eq!(read(cells).unwrap_err(), want, "{cells:?}");
        }
    }

    #[test]
    fn a_unit_is_known_by_its_name_and_one_of_the_same_place_is_near() {
        let mut known = Known::default();
        known.add("桥头村评理说事点", Level::Village);
        known.add("青石（一）村", Level::Village);
        let asked = |name: &str| {
            let unit = NewUnit {
                name: name.into(),
                level: Level::Village,
                sort: UnitSort::Point,
                address: None,
                phone: None,
            };
            (known.has(&unit), known.is_near(&unit))
        };
        assert_eq!(asked("桥头村评理说事点"), (true, true));
        assert_eq!(asked("青石(一) 村"), (true, true), "spacing and width");
        assert_eq!(asked("桥头社区"), (false, true));
        assert_eq!(asked("上桥头村"), (false, false));
    }
}
