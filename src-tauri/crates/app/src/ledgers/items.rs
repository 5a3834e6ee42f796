//! 地方矛盾纠纷清单: what the rows of a township's own catalogue mean, and which item the words of a
//! cell name. Pure: the same table gives the same answer.

use std::collections::{HashMap, HashSet};

use domain::case::guard::RefusalReason;
use domain::catalogue::{Category, local};
use domain::fact::body::{LocalItem, LocalItemListed};

use super::rows::{RowTrouble, TableField};
use super::units::bare;
use crate::catalogue::CategoryView;

/// Reads a row: an item, with nothing of what it replaces.
///
/// # Errors
/// What is wrong with it, and in which column.
pub(super) fn item(
    cells: &[String],
    fields: &[TableField],
    types: &[CategoryView],
) -> Result<LocalItemListed, (RowTrouble, Option<u32>)> {
    let column = |wanted: TableField| fields.iter().position(|field| *field == wanted);
    let cell = |wanted: TableField| -> &str {
        column(wanted).and_then(|at| cells.get(at)).map_or("", |text| text.trim())
    };
    let bad = |trouble, wanted| (trouble, column(wanted).and_then(|at| u32::try_from(at).ok()));
    for (wanted, trouble) in [
        (TableField::Number, RowTrouble::NoNumber),
        (TableField::Group, RowTrouble::NoItem),
        (TableField::Item, RowTrouble::NoItem),
    ] {
        if cell(wanted).is_empty() {
            return Err(bad(trouble, wanted));
        }
    }
    let category = official(cell(TableField::Category), types)
        .ok_or_else(|| bad(RowTrouble::Category, TableField::Category))?;
    let body = LocalItemListed {
        item: LocalItem {
            code: cell(TableField::Number).to_owned(),
            group: cell(TableField::Group).to_owned(),
            name: cell(TableField::Item).to_owned(),
            category,
        },
        unit: cell(TableField::Duty).to_owned(),
        frequency: cell(TableField::Frequency).to_owned(),
        withdrawn: false,
        reason: String::new(),
        replaces: Vec::new(),
    };
    local::check(&body).map_err(|refusal| {
        let wanted = match refusal.field {
            "code" => TableField::Number,
            "group" => TableField::Group,
            "name" => TableField::Item,
            "unit" => TableField::Duty,
            _ => TableField::Frequency,
        };
        match refusal.reason {
            RefusalReason::TooLong => bad(RowTrouble::TooLong, wanted),
            _ => bad(RowTrouble::Refused, wanted),
        }
    })?;
    Ok(body)
}

/// The official type of a name or a number, and of nothing that only looks like one: what is
/// counted under it is reported.
fn official(said: &str, types: &[CategoryView]) -> Option<Category> {
    let said = bare(said);
    let short = |name: &str| bare(name).trim_end_matches("纠纷").to_owned();
    if let Ok(code) = said.parse::<u8>() {
        return types.iter().find(|one| one.code == code).map(|one| one.category);
    }
    if said.is_empty() {
        return None;
    }
    types.iter().find(|one| short(&one.zh) == short(&said)).map(|one| one.category)
}

/// The catalogue that is here, as a table is compared with it.
#[derive(Default)]
pub(super) struct Known {
    codes: HashMap<String, LocalItemListed>,
    words: HashMap<(String, String), String>,
    /// Codes that stand above in the table.
    above: HashSet<String>,
}

/// What a row is beside what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    /// Nothing of it is here.
    New,
    /// It is here, word for word.
    Known,
    /// Its code is here with other words.
    Changed,
    /// Its words are here under another code.
    Alike,
    /// Its code stands above in the table.
    Twice,
    /// The catalogue is full.
    Full,
}

impl Known {
    /// The catalogue, as it holds.
    pub(super) fn of(all: Vec<LocalItemListed>) -> Self {
        let mut known = Self::default();
        for listed in all {
            known.add(&listed);
        }
        known
    }

    fn add(&mut self, listed: &LocalItemListed) {
        let LocalItem { code, .. } = &listed.item;
        if !listed.withdrawn {
            self.words.entry(words(&listed.item)).or_insert_with(|| code.clone());
        }
        self.codes.insert(code.clone(), listed.clone());
    }

    /// What a row is, which from now on stands above the next.
    pub(super) fn meet(&mut self, row: &LocalItemListed) -> Beside {
        let code = &row.item.code;
        if !self.above.insert(code.clone()) {
            return Beside::Twice;
        }
        let held = self.codes.get(code);
        let is_same = |held: &LocalItemListed| {
            (&held.item, &held.unit, &held.frequency) == (&row.item, &row.unit, &row.frequency)
        };
        let other = self.words.get(&words(&row.item)).is_some_and(|other| other != code);
        let found = match held {
            Some(held) if is_same(held) && !held.withdrawn => return Beside::Known,
            Some(held) if !held.withdrawn => return Beside::Changed,
            _ if other => return Beside::Alike,
            None if self.codes.len() >= local::ITEMS_MAX => return Beside::Full,
            _ => Beside::New,
        };
        self.add(row);
        found
    }

    /// The item that the words of a cell name: by its code, or by its own name where no other has
    /// it, with or without its group.
    pub(super) fn named(&self, said: &str) -> Option<String> {
        let said = said.trim();
        let offered = |listed: &&LocalItemListed| !listed.withdrawn;
        if let Some(listed) = self.codes.get(said).filter(offered) {
            return Some(listed.item.code.clone());
        }
        let plain =
            |text: &str| -> String { bare(text).chars().filter(|c| c.is_alphanumeric()).collect() };
        let said = plain(said);
        let is_it = |item: &LocalItem| {
            let name = plain(&item.name);
            name == said || format!("{}{name}", plain(&item.group)) == said
        };
        let mut found = self.codes.values().filter(offered).filter(|listed| is_it(&listed.item));
        match (found.next(), found.next()) {
            (Some(only), None) => Some(only.item.code.clone()),
            _ => None,
        }
    }
}

fn words(item: &LocalItem) -> (String, String) {
    (bare(&item.group), bare(&item.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types() -> Vec<CategoryView> {
        crate::catalogue::catalogue().unwrap().categories
    }

    const FIELDS: [TableField; 6] = [
        TableField::Number,
        TableField::Group,
        TableField::Item,
        TableField::Category,
        TableField::Duty,
        TableField::Frequency,
    ];

    fn read(cells: [&str; 6]) -> Result<LocalItemListed, (RowTrouble, Option<u32>)> {
        item(&cells.map(str::to_owned), &FIELDS, &types())
    }

    #[test]
    fn a_row_is_an_item_or_says_what_is_wrong_with_it() {
        for (said, want) in [
            ("邻里纠纷", Category::Neighbours),
            ("邻里", Category::Neighbours),
            ("２", Category::Neighbours),
            ("02", Category::Neighbours),
            ("道路交通 事故纠纷", Category::Traffic),
            ("18", Category::Other),
        ] {
            let row = read(["LL-01", "邻里", "滴水", said, "村委会", "每月"]).unwrap();
            assert_eq!(row.item.category, want, "{said}");
        }
        let long = "长".repeat(201);
        for (cells, want) in [
            (["", "邻里", "滴水", "邻里", "", ""], (RowTrouble::NoNumber, Some(0))),
            (["1", "", "滴水", "邻里", "", ""], (RowTrouble::NoItem, Some(1))),
            (["1", "邻里", " ", "邻里", "", ""], (RowTrouble::NoItem, Some(2))),
            (["1", "邻里", "滴水", "", "", ""], (RowTrouble::Category, Some(3))),
            (["1", "邻里", "滴水", "19", "", ""], (RowTrouble::Category, Some(3))),
            (["1", "邻里", "滴水", "房屋买卖合同", "", ""], (RowTrouble::Category, Some(3))),
            (["1", "邻里", &long, "邻里", "", ""], (RowTrouble::TooLong, Some(2))),
        ] {
            assert_eq!(read(cells).unwrap_err(), want, "{cells:?}");
        }
    }

    #[test]
    fn a_row_is_known_changed_alike_or_new() {
        let row = |code, name| read([code, "邻里", name, "邻里", "", ""]).unwrap();
        let gone = LocalItemListed { withdrawn: true, ..row("9", "旧的") };
        let mut known = Known::of(vec![row("1", "滴水"), row("2", "采光"), gone]);
        for (code, name, want) in [
            ("1", "滴水", Beside::Known),
            ("1", "滴水", Beside::Twice),
            ("2", "通风", Beside::Changed),
            ("3", "滴 水", Beside::Alike),
            ("4", "界墙", Beside::New),
            ("5", "界墙", Beside::Alike),
            ("9", "旧的", Beside::New),
        ] {
            assert_eq!(known.meet(&row(code, name)), want, "{code} {name}");
        }
    }

    #[test]
    fn a_cell_names_an_item_by_its_code_or_by_what_only_it_is_called() {
        let row = |code, group, name| read([code, group, name, "邻里", "", ""]).unwrap();
        let known = Known::of(vec![
            row("1", "邻里", "滴水"),
            row("2", "邻里", "其他"),
            row("3", "土地", "其他"),
            LocalItemListed { withdrawn: true, ..row("4", "土地", "地界") },
        ]);
        for (said, want) in [
            ("1", Some("1")),
            ("滴水", Some("1")),
            ("邻里／滴水", Some("1")),
            ("其他", None),
            ("土地—其他", Some("3")),
            ("4", None),
            ("地界", None),
            ("", None),
        ] {
            assert_eq!(known.named(said).as_deref(), want, "{said}");
        }
    }
}
