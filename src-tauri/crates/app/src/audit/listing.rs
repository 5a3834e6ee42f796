//! Reading the notes: a window for the auditor's page.

use domain::audit::{Act, FileKind};
use domain::id::{RecordId, UnitId, UserId};
use domain::rights::Right;
use domain::role::Role;
use domain::time::{Day, midnight, moment};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Reader;
use store::audit::{AuditFilter, AuditRow};

use crate::cases::ROWS_MAX;
use crate::fault::Fault;
use crate::journal::Pen;
use crate::names::Names;
use crate::office::Office;
use crate::view::{DeviceRef, UnitRef, UserRef};

/// Reads a window of the notes (审计): who did what, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AuditList {
    /// From this day on.
    #[serde(default)]
    pub from: Option<Day>,
    /// Up to and with this day.
    #[serde(default)]
    pub until: Option<Day>,
    /// By this user.
    #[serde(default)]
    pub user: Option<UserId>,
    /// On the computers of this unit.
    #[serde(default)]
    pub unit: Option<UnitId>,
    /// Of this act.
    #[serde(default)]
    pub act: Option<Act>,
    /// About this record.
    #[serde(default)]
    pub record: Option<RecordId>,
    /// About cases with this part of a number, now or before.
    #[serde(default)]
    pub number: Option<String>,
    /// How many lines to pass over.
    #[serde(default)]
    pub offset: u32,
    /// How many lines to read, at most 200.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// A window of the notes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AuditWindow {
    /// The lines, newest first.
    pub rows: Vec<AuditLine>,
    /// How many there are in all.
    pub total: u32,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AuditLine {
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// Who.
    pub by: UserRef,
    /// In which role, as the note says.
    pub role: Role,
    /// Whether the roster vouches for that user on that computer.
    pub is_vouched: bool,
    /// On which computer.
    pub device: DeviceRef,
    /// Of which unit, as far as known.
    pub unit: Option<UnitRef>,
    /// What.
    pub act: Act,
    /// To which record.
    pub record: Option<RecordId>,
    /// The number of the case, where it is one and has one.
    pub number: String,
    /// To which user.
    pub user: Option<UserRef>,
    /// To, or with, which computer.
    pub other_device: Option<DeviceRef>,
    /// For, or with, which unit.
    pub other_unit: Option<UnitRef>,
    /// As what kind of file.
    pub file: Option<FileKind>,
    /// How many.
    pub count: Option<u64>,
    /// A word of the program: the command, the way.
    pub word: String,
    /// Why; empty for roles that read no cases, where it is about a record.
    pub reason: String,
}

fn filter(office: &Office, request: &AuditList) -> Result<AuditFilter, Fault> {
    let space = match request.unit {
        Some(unit) => Some(office.roster().home(unit).ok_or_else(|| Fault::not_found(unit))?),
        None => None,
    };
    let after = |day: Day| day.succ_opt().unwrap_or(day);
    Ok(AuditFilter {
        from_ms: request.from.map(|day| moment(midnight(day))),
        until_ms: request.until.map(|day| moment(midnight(after(day)))),
        user: request.user,
        space,
        act: request.act.map(Act::word),
        record: request.record,
        number: request.number.clone().filter(|part| !part.trim().is_empty()),
        device: None,
    })
}

fn line(
    office: &Office,
    reader: &Reader<'_>,
    names: &Names,
    row: AuditRow,
) -> Result<AuditLine, Fault> {
    let me = office.me();
    let roster = office.roster();
    let deed = row.note.deed;
    let is_own = row.device == me.device && row.note.by == me.user;
    let number = match deed.record {
        Some(record) => {
            // Under the number of what stands in its place.
            let row = reader.case(office.heirs().now(record))?;
            row.map(|case| case.number).unwrap_or_default()
        }
        None => String::new(),
    };
    let tells = deed.record.is_none() || Right::CaseRead.admits(me.role);
    let own_unit = (row.device == me.device).then_some(office.identity.record.unit);
    let unit = roster.device(row.device).map(|device| device.unit).or(own_unit);
    Ok(AuditLine {
        at_ms: row.note.at.ms,
        by: names.user(row.note.by),
        role: row.note.role,
        is_vouched: is_own || roster.role(row.device, row.note.by).is_some(),
        device: names.device(row.device),
        unit: unit.map(|unit| names.unit(unit)),
        act: deed.act,
        record: deed.record,
        number,
        user: deed.user.map(|user| names.user(user)),
        other_device: deed.device.map(|device| names.device(device)),
        other_unit: deed.unit.map(|unit| names.unit(unit)),
        file: deed.file,
        count: deed.count,
        word: deed.word,
        reason: if tells { deed.reason } else { String::new() },
    })
}

/// Reads a window of the notes.
pub(crate) fn list(office: &Office, request: &AuditList) -> Result<AuditWindow, Fault> {
    // What waits is written, so that the list has it too.
    office.store.write(|tx| Pen::new(office, tx).flush())?;
    let limit = request.limit.unwrap_or(ROWS_MAX).clamp(1, ROWS_MAX);
    let filter = filter(office, request)?;
    office.store.read(|reader| {
        let names = Names::read(office, reader)?;
        let (rows, total) = reader.audit(&filter, request.offset, limit)?;
        let rows = rows.into_iter().map(|row| line(office, reader, &names, row));
        Ok(AuditWindow {
            rows: rows.collect::<Result<_, Fault>>()?,
            total: u32::try_from(total).unwrap_or(u32::MAX),
        })
    })
}
