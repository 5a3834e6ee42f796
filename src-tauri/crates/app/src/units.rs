//! The units of the organisation: what they are called, which became part of which (撤村并居), and
//! which were registered by mistake.
//!
//! Source: 村民委员会组织法（2018修正）第三条: the township proposes that a village is set up, ended or
//! changed, its assembly agrees, and the county approves.

use std::collections::BTreeSet;

use domain::case::guard::{self, RefusalReason};
use domain::fact::body::{Choice, UnitMerged, UnitRenamed, UnitSort, UnitWithdrawn};
use domain::fact::{Body, Fact, RecordFacts};
use domain::id::{FactId, RecordId, UnitId};
use domain::role::Level;
use domain::time::{At, Day};
use domain::unit::{self, Succession, Unit};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::records::UnitRow;
use store::{Reader, Writer};
use trust::statement::{Grant, Statement};

use crate::cases::{ConflictSettle, check_seat, conflict_views, open, value};
use crate::clock::{minute, today};
use crate::fault::Fault;
use crate::journal::{Draft, Pen};
use crate::names::Names;
use crate::office::Office;
use crate::organisation::named;
use crate::projector;
use crate::view::{ConflictView, UnitRef};

/// The units of the organisation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Units {
    /// Those with which something may be begun, in order of level and name.
    pub units: Vec<UnitRef>,
    /// All that ever were but by mistake, in the same order.
    pub lines: Vec<UnitLine>,
    /// Whether whoever works here may rename them and let one become part of another, here.
    pub may_change: bool,
}

/// A unit, and what became of it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct UnitLine {
    /// The unit.
    pub unit: UnitRef,
    /// What it is; nothing while its registration has not come.
    pub sort: Option<UnitSort>,
    /// What it was called before, the latest first.
    pub former: Vec<FormerName>,
    /// The unit it became part of.
    pub merged: Option<MergedInto>,
    /// How many computers it has.
    pub devices: u32,
    /// Whether it has no computer, nobody is invited and no other unit became part of it: then its
    /// registration may be taken back, if no case names it either.
    pub is_unused: bool,
    /// Two units that it is said to have become part of.
    pub conflicts: Vec<ConflictView>,
}

/// An earlier name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FormerName {
    /// The name.
    pub name: String,
    /// The first day of the next one.
    pub until: Day,
}

/// The unit that another became part of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct MergedInto {
    /// The unit.
    pub into: UnitRef,
    /// From which day on.
    pub day: Day,
}

/// Gives a unit another name (更名).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct UnitRename {
    /// The unit.
    pub unit: UnitId,
    /// The new name.
    pub name: String,
    /// From which day on it holds; today if absent.
    #[serde(default)]
    pub day: Option<Day>,
    /// What it rests on: who approved it, with the number of the document.
    pub ground: String,
}

/// Lets a unit become part of another (撤村并居).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct UnitMerge {
    /// The unit.
    pub unit: UnitId,
    /// The unit that carries on what it has.
    pub into: UnitId,
    /// From which day on; today if absent.
    #[serde(default)]
    pub day: Option<Day>,
    /// What it rests on: who approved it, with the number of the document.
    pub ground: String,
}

/// Takes the registration of a unit back on which nothing rests yet.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct UnitWithdraw {
    /// The unit.
    pub unit: UnitId,
    /// Why.
    pub reason: String,
}

fn refuse(field: &str, reason: RefusalReason) -> Fault {
    Fault::Refused { reason, field: field.to_owned(), index: 0 }
}

/// Which units carry on what others had, by what is held here.
pub(crate) fn succession(reader: &Reader<'_>) -> Result<Succession, Fault> {
    let merged = reader.merged_units()?;
    Ok(Succession::of(
        merged.into_iter().filter_map(|(unit, into, day)| Some((unit, into, day.parse().ok()?))),
    ))
}

/// Brings the list of units up to date, and puts every case behind where another unit answers for
/// it now.
pub(crate) fn keep(
    office: &Office,
    tx: &mut Writer<'_>,
    record: RecordId,
    unit: &Unit,
) -> Result<(), Fault> {
    let before = succession(&tx.reader())?;
    tx.put_unit(&UnitRow {
        record,
        name: unit.name.clone(),
        former: serde_json::to_string(&unit.former)?,
        level: projector::word(&unit.level),
        sort: projector::word(&unit.sort),
        merged: unit.merged.map(|(into, day)| (into, day.to_string())),
        is_withdrawn: unit.is_withdrawn,
    })?;
    let rows: Vec<_> = unit
        .conflicts
        .iter()
        .map(|conflict| projector::conflict_row(record, None, conflict, Level::Township))
        .collect();
    tx.put_conflicts(record, &rows)?;
    if succession(&tx.reader())? != before {
        tx.put_cases_behind()?;
        office.refresh_units(&tx.reader())?;
    }
    Ok(())
}

fn facts_of(office: &Office, reader: &Reader<'_>, unit: UnitId) -> Result<RecordFacts, Fault> {
    let (_, record) = projector::load(reader, unit)?;
    projector::facts_of(office, reader, &record)
}

/// The row of a unit that stands.
fn standing(reader: &Reader<'_>, field: &str, unit: UnitId) -> Result<UnitRow, Fault> {
    let row = reader.units()?.into_iter().find(|row| row.record == unit);
    let row = row.ok_or_else(|| Fault::not_found(unit))?;
    if row.stands() { Ok(row) } else { Err(refuse(field, RefusalReason::UnitEnded)) }
}

/// Whether whoever works here may change units, on this computer: what goes with it the township's
/// key signs.
fn may_change(office: &Office) -> bool {
    let right = domain::rights::Right::RosterRegister;
    office.identity.operational.is_some() && right.admits(office.me().role)
}

/// The day named, or today; no later one.
fn day_of(office: &Office, day: Option<Day>) -> Result<Day, Fault> {
    let now = today(office.now_ms());
    match day {
        Some(day) if day > now => Err(refuse("day", RefusalReason::InFuture)),
        day => Ok(day.unwrap_or(now)),
    }
}

fn words(field: &'static str, text: &str) -> Result<String, Fault> {
    let text = text.trim();
    guard::required(field, text, guard::TEXT_CHARS_MAX)
        .map_err(|refusal| Fault::refused(&refusal, 0))?;
    Ok(text.to_owned())
}

/// Writes what becomes of a unit, and reads all units again.
fn write(
    office: &Office,
    change: impl FnOnce(&mut Pen<'_, '_>) -> Result<(), Fault>,
) -> Result<Units, Fault> {
    if !may_change(office) {
        return Err(Fault::NotHere);
    }
    let written = office.store.write(|tx| change(&mut Pen::new(office, tx)));
    if written.is_err() {
        // What was undone must be forgotten.
        office.store.read(|reader| office.refresh(reader))?;
    }
    written?;
    projector::catch_up_all(office, |_| true)?;
    list(office)
}

fn say(pen: &mut Pen<'_, '_>, unit: UnitId, at: At, body: Body) -> Result<(), Fault> {
    let office = pen.office;
    pen.edit(unit, |_, _, draft| draft.fact(office, at, body).map(|_| ()))
}

/// Gives a unit another name.
pub(crate) fn rename(office: &Office, request: &UnitRename) -> Result<Units, Fault> {
    let name = named("name", &request.name)?;
    let ground = words("ground", &request.ground)?;
    let day = day_of(office, request.day)?;
    write(office, |pen| {
        let reader = pen.tx.reader();
        standing(&reader, "unit", request.unit)?;
        // Two villages of one name would be mistaken for each other.
        if reader.units()?.iter().any(|row| row.stands() && row.name == name) {
            return Err(refuse("name", RefusalReason::AlreadyDone));
        }
        let body = Body::UnitRenamed(UnitRenamed { name, ground });
        say(pen, request.unit, At::day(day), body)
    })
}

/// Lets a unit become part of another, which is granted whatever this one held.
pub(crate) fn merge(office: &Office, request: &UnitMerge) -> Result<Units, Fault> {
    let ground = words("ground", &request.ground)?;
    let day = day_of(office, request.day)?;
    let (unit, into) = (request.unit, request.into);
    write(office, |pen| {
        let reader = pen.tx.reader();
        let row = standing(&reader, "unit", unit)?;
        let next = standing(&reader, "into", into)?;
        let roster = office.roster();
        let common = roster.common().ok_or_else(|| Fault::not_found("common"))?;
        let keeps_common = roster.space(common).is_some_and(|space| space.unit == unit);
        if unit == into || row.level != next.level || keeps_common {
            return Err(refuse("into", RefusalReason::Unknown));
        }
        let held = roster.spaces_of(unit).into_iter().filter(|space| *space != common);
        let grants: Vec<Statement> = held
            .filter(|space| roster.access(*space, into).is_none())
            .filter_map(|space| {
                let access = roster.access(space, unit)?;
                let turn = roster.next_turn(space, into);
                Some(Statement::Grant(Grant { space, unit: into, access, turn }))
            })
            .collect();
        pen.say(common, &grants)?;
        say(pen, unit, At::day(day), Body::UnitMerged(UnitMerged { into, ground }))
    })
}

/// Takes the registration of a unit back on which nothing rests.
pub(crate) fn withdraw(office: &Office, request: &UnitWithdraw) -> Result<Units, Fault> {
    let reason = words("reason", &request.reason)?;
    write(office, |pen| {
        standing(&pen.tx.reader(), "unit", request.unit)?;
        if take_back(pen, request.unit, reason)? {
            Ok(())
        } else {
            Err(refuse("unit", RefusalReason::InUse))
        }
    })
}

/// Takes the registration of a unit back in a transaction that does more, if nothing rests on it;
/// says whether it is none any more.
pub(crate) fn take_back(
    pen: &mut Pen<'_, '_>,
    unit: UnitId,
    reason: String,
) -> Result<bool, Fault> {
    let office = pen.office;
    let reader = pen.tx.reader();
    let row = reader.units()?.into_iter().find(|row| row.record == unit);
    let row = row.ok_or_else(|| Fault::not_found(unit))?;
    if row.stands() {
        if !is_unused(office, &row) || reader.has_part(unit)? {
            return Ok(false);
        }
        let body = Body::UnitWithdrawn(UnitWithdrawn { reason });
        say(pen, unit, minute(office.now_ms()), body)?;
        return Ok(true);
    }
    Ok(row.is_withdrawn)
}

/// Whether a unit has no computer, nobody is invited to it, and no other became part of it: what
/// can be told without looking through the cases.
fn is_unused(office: &Office, row: &UnitRow) -> bool {
    let (roster, unit) = (office.roster(), row.record);
    let now = office.now_ms();
    let is_invited = roster.invitations().any(|one| one.unit == unit && one.expires_ms >= now);
    let has_devices = roster.devices_of(unit).next().is_some();
    let has_former = office.units().former(unit).next().is_some();
    // The township's offices hold every case that is shared, whether or not they look at it.
    let is_village = row.level == projector::word(&Level::Village);
    let shares =
        is_village && roster.spaces_of(unit).iter().any(|space| roster.is_case_space(*space));
    let is_own = unit == office.identity.record.unit;
    !(is_invited || has_devices || has_former || shares || is_own)
}

/// Settles of which of two units another became part.
pub(crate) fn decide(
    office: &Office,
    draft: &mut Draft,
    facts: &RecordFacts,
    request: &ConflictSettle,
) -> Result<(), Fault> {
    let folded = unit::fold(facts).ok_or_else(|| Fault::not_found(request.record))?;
    check_seat(office, open(&folded.conflicts, request)?, None)?;
    let chosen = match &request.choice {
        Choice::Fact(id) => fact_of(facts, *id),
        _ => None,
    };
    let Some(Fact { at, body: Body::UnitMerged(chosen), .. }) = chosen else {
        return Err(refuse("choice", RefusalReason::Unknown));
    };
    let body = UnitMerged { into: chosen.into, ground: request.reason.trim().to_owned() };
    draft.fact(office, at, Body::UnitMerged(body)).map(|_| ())
}

fn fact_of(facts: &RecordFacts, id: FactId) -> Option<Fact> {
    let carried = facts.facts.iter().find(|carried| carried.id == id)?;
    Fact::read(&carried.json).ok()
}

/// Reads the units.
pub(crate) fn list(office: &Office) -> Result<Units, Fault> {
    office.store.read(|reader| {
        let names = Names::read(office, reader)?;
        let rows = reader.units()?;
        let known: BTreeSet<UnitId> = rows.iter().map(|row| row.record).collect();
        let roster = office.roster();
        let is_shown =
            |row: &&UnitRow| !row.is_withdrawn || roster.devices_of(row.record).next().is_some();
        let shown = rows.iter().filter(is_shown).map(|row| line(office, reader, &names, row));
        let mut lines = shown.collect::<Result<Vec<UnitLine>, Fault>>()?;
        // Whoever has just joined knows the others by what the invitation said.
        let heard = names.units().filter(|unit| !known.contains(&unit.id));
        let stands = |line: &&UnitLine| line.merged.is_none();
        let mut units: Vec<UnitRef> =
            lines.iter().filter(stands).map(|line| line.unit.clone()).chain(heard).collect();
        let order = |unit: &UnitRef| (std::cmp::Reverse(unit.level), unit.name.clone(), unit.id);
        units.sort_by_key(order);
        lines.sort_by_key(|line| order(&line.unit));
        Ok(Units { units, lines, may_change: may_change(office) })
    })
}

fn line(
    office: &Office,
    reader: &Reader<'_>,
    names: &Names,
    row: &UnitRow,
) -> Result<UnitLine, Fault> {
    let former: Vec<(String, Day)> = serde_json::from_str(&row.former)?;
    let merged = row.merged.as_ref().and_then(|(into, day)| Some((*into, day.parse().ok()?)));
    let conflicts = if reader.has_conflict(row.record)? {
        let facts = facts_of(office, reader, row.record)?;
        let folded = unit::fold(&facts).map(|unit| unit.conflicts).unwrap_or_default();
        let body = |id| fact_of(&facts, id).map(|fact| fact.body);
        conflict_views(office, names, None, &folded, body)
    } else {
        Vec::new()
    };
    let devices = office.roster().active_devices_of(row.record).count();
    Ok(UnitLine {
        unit: names.unit(row.record),
        sort: value(&row.sort),
        former: former.into_iter().map(|(name, until)| FormerName { name, until }).collect(),
        merged: merged.map(|(into, day)| MergedInto { into: names.unit(into), day }),
        devices: u32::try_from(devices).unwrap_or(u32::MAX),
        is_unused: may_change(office) && row.stands() && is_unused(office, row),
        conflicts,
    })
}
