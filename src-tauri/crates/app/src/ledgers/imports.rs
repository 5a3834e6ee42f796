//! What was imported on this computer, and what columns meant: remembered here alone, so that a
//! table with the same headings is mapped by itself, and a whole import can be taken back.

use std::collections::BTreeMap;

use domain::case::stage::State;
use domain::fact::Body;
use domain::fact::body::{RestDay, Voided};
use domain::id::RecordId;
use domain::time::At;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Reader;

use super::days;
use super::grid::Grid;
use super::importing::{self, TableImport};
use super::rows::{TableField, TableSort};
use crate::cases::value;
use crate::clock::minute;
use crate::fault::Fault;
use crate::journal::Pen;
use crate::local_items::{self, KeptItem};
use crate::office::Office;
use crate::people;
use crate::projector;
use crate::rights;
use crate::settings;
use crate::units;

/// How many imports are remembered.
const IMPORTS_MAX: usize = 50;

/// How many mappings of columns are remembered.
const MAPPINGS_MAX: usize = 50;

/// The imports of this computer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Imports {
    /// The newest first.
    pub imports: Vec<ImportView>,
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ImportView {
    /// Names it on this computer.
    pub import: String,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// What its rows became.
    pub sort: TableSort,
    /// How many cases it brought, or days, or persons, or units, or items.
    pub cases: u32,
    /// Whether it was undone.
    pub is_undone: bool,
    /// How many of its cases stayed, since somebody had worked on them; or persons, units, or items,
    /// that something rests on or that were changed since.
    pub kept: u32,
}

/// Undoes an import.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ImportUndo {
    /// Which.
    pub import: String,
}

/// An import, as this computer remembers it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    at_ms: u64,
    #[serde(default)]
    sort: TableSort,
    #[serde(flatten)]
    brought: Brought,
    is_undone: bool,
    kept: u32,
}

/// What an import brought.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Brought {
    /// Cases, or persons, or units.
    pub(super) cases: Vec<RecordId>,
    #[serde(default)]
    pub(super) days: Option<KeptDays>,
    #[serde(default)]
    pub(super) items: Vec<KeptItem>,
}

impl Brought {
    fn count(&self) -> u32 {
        let days = self.days.as_ref().map_or(0, |kept| kept.days.len());
        let count = self.cases.len().max(days).max(self.items.len());
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}

/// The days of an import, and what stood in their place before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KeptDays {
    pub(super) days: Vec<RestDay>,
    pub(super) before: Vec<RestDay>,
}

const IMPORTS: &str = "imports";
pub(super) const MAPPINGS: &str = "import_mappings";

pub(super) fn remembered<T: Default + for<'de> Deserialize<'de>>(
    reader: &Reader<'_>,
    name: &str,
) -> Result<T, Fault> {
    let bytes = reader.value(name)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
}

/// Remembers an import and what its columns mean.
pub(super) fn remember(
    office: &Office,
    request: &TableImport,
    grid: &Grid,
    brought: Brought,
) -> Result<Option<String>, Fault> {
    let at_ms = office.now_ms();
    office.store.write(|tx| {
        let mut mappings: BTreeMap<String, Vec<TableField>> = remembered(&tx.reader(), MAPPINGS)?;
        if mappings.len() >= MAPPINGS_MAX {
            mappings.pop_first();
        }
        mappings.insert(importing::remembered_as(grid, request.sort), request.fields.clone());
        tx.set_value(MAPPINGS, &serde_json::to_vec(&mappings)?)?;
        if brought.count() == 0 {
            return Ok(None);
        }
        let mut imports: BTreeMap<String, Kept> = remembered(&tx.reader(), IMPORTS)?;
        if imports.len() >= IMPORTS_MAX {
            imports.pop_first();
        }
        let mut name = format!("{at_ms:015}");
        while imports.contains_key(&name) {
            name.push('+');
        }
        let kept = Kept { at_ms, sort: request.sort, brought, is_undone: false, kept: 0 };
        imports.insert(name.clone(), kept);
        tx.set_value(IMPORTS, &serde_json::to_vec(&imports)?)?;
        Ok(Some(name))
    })
}

/// The imports of this computer.
pub(crate) fn list(office: &Office) -> Result<Imports, Fault> {
    let imports: BTreeMap<String, Kept> =
        office.store.read(|reader| remembered(reader, IMPORTS))?;
    let view = |(import, kept): (String, Kept)| ImportView {
        import,
        at_ms: kept.at_ms,
        sort: kept.sort,
        cases: kept.brought.count(),
        is_undone: kept.is_undone,
        kept: kept.kept,
    };
    // Whoever may not take such tables over learns nothing of them.
    let may = |(_, kept): &(String, Kept)| kept.sort.right().admits(office.me().role);
    Ok(Imports { imports: imports.into_iter().rev().filter(may).map(view).collect() })
}

/// Makes a case void on which nobody has worked; says whether none is left.
fn void(pen: &mut Pen<'_, '_>, case: RecordId, at: At, reason: &str) -> Result<bool, Fault> {
    let office = pen.office;
    let Some(row) = pen.tx.reader().case(case)? else { return Ok(true) };
    let state = value(&row.state).unwrap_or(State::Clue);
    let is_untouched =
        matches!(state, State::Clue | State::Registered) && row.sessions == 0 && row.visits == 0;
    if state != State::Voided && is_untouched {
        let body = Body::Voided(Voided { reason: reason.to_owned() });
        pen.edit(case, |_, _, draft| draft.fact(office, at, body).map(|_| ()))?;
    }
    Ok(state == State::Voided || is_untouched)
}

/// Undoes an import: its cases are void, but for those on which somebody has worked since.
pub(crate) fn undo(office: &Office, request: &ImportUndo) -> Result<Imports, Fault> {
    let imports: BTreeMap<String, Kept> =
        office.store.read(|reader| remembered(reader, IMPORTS))?;
    let Some(kept) = imports.get(&request.import).filter(|kept| !kept.is_undone) else {
        return Err(Fault::bad("import: none of that name that stands"));
    };
    rights::check(office, kept.sort.right())?;
    let Brought { cases, days, items } = &kept.brought;
    if let Some(KeptDays { days, before }) = days {
        settings::set_days(office, |all| days::without(all, days, before), "撤销导入放假表")?;
        projector::catch_up_all(office, |_| true)?;
    }
    let at = minute(office.now_ms());
    let reason = "撤销导入".to_owned();
    let mut all = 0u32;
    if kept.sort == TableSort::LocalItems {
        all = local_items::take_back(office, items, "撤销导入地方矛盾纠纷清单")?;
    }
    for some in cases.chunks(importing::BATCH) {
        let stayed = office.store.write(|tx| -> Result<u32, Fault> {
            let mut stayed = 0u32;
            for case in some {
                let mut pen = Pen::new(office, tx);
                let is_gone = match kept.sort {
                    TableSort::Persons => people::withdraw(office, &mut pen, *case, &reason)?,
                    TableSort::Units => units::take_back(&mut pen, *case, reason.clone())?,
                    _ => void(&mut pen, *case, at, &reason)?,
                };
                stayed = stayed.saturating_add(u32::from(!is_gone));
            }
            Ok(stayed)
        })?;
        all = all.saturating_add(stayed);
    }
    office.store.write(|tx| -> Result<(), Fault> {
        // Another import may have come meanwhile.
        let mut imports: BTreeMap<String, Kept> = remembered(&tx.reader(), IMPORTS)?;
        if let Some(kept) = imports.get_mut(&request.import) {
            (kept.is_undone, kept.kept) = (true, all);
        }
        Ok(tx.set_value(IMPORTS, &serde_json::to_vec(&imports)?)?)
    })?;
    list(office)
}
