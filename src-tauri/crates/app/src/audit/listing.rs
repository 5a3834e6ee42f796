//! Reading the notes: a window for the auditor's page, and a file to take along.

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
use crate::host::Place;
use crate::journal::Pen;
use crate::ledgers::{TableWords, is_formula};
use crate::names::Names;
use crate::office::Office;
use crate::projector::word;
use crate::view::{DeviceRef, UnitRef, UserRef};

/// The most notes of one file.
const EXPORTED_MAX: usize = 200_000;

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

/// As what kind of file the notes are taken along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum AuditFormat {
    /// A table for a spreadsheet, in which no cell is taken for a formula.
    Csv,
    /// JSON, a line of the list each.
    Json,
}

/// Saves notes as a file.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AuditExport {
    /// Which notes; its window is not looked at.
    pub list: AuditList,
    /// As what.
    pub format: AuditFormat,
    /// What a table is headed with and says, in the words of whoever takes it along.
    #[serde(default)]
    pub words: TableWords,
    /// Where the file goes.
    pub to: Place,
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
    let own_unit = (row.device == me.device).then_some(me.unit);
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

/// Writes what waits, so that the list has it too.
fn flush(office: &Office) -> Result<(), Fault> {
    office.store.write(|tx| Pen::new(office, tx).flush())
}

fn window(
    office: &Office,
    request: &AuditList,
    offset: u32,
    limit: u32,
) -> Result<AuditWindow, Fault> {
    let filter = filter(office, request)?;
    office.store.read(|reader| {
        let names = Names::read(office, reader)?;
        let (rows, total) = reader.audit(&filter, offset, limit)?;
        let rows = rows.into_iter().map(|row| line(office, reader, &names, row));
        Ok(AuditWindow {
            rows: rows.collect::<Result<_, Fault>>()?,
            total: u32::try_from(total).unwrap_or(u32::MAX),
        })
    })
}

/// Reads a window of the notes.
pub(crate) fn list(office: &Office, request: &AuditList) -> Result<AuditWindow, Fault> {
    flush(office)?;
    let limit = request.limit.unwrap_or(ROWS_MAX).clamp(1, ROWS_MAX);
    window(office, request, request.offset, limit)
}

/// The file of notes: its name, its bytes and how many it holds.
pub(crate) fn file(
    office: &Office,
    request: &AuditExport,
) -> Result<(&'static str, Vec<u8>, u64), Fault> {
    request.words.check()?;
    flush(office)?;
    let mut lines: Vec<AuditLine> = Vec::new();
    loop {
        let offset = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        let more = window(office, &request.list, offset, ROWS_MAX)?.rows;
        if more.is_empty() || lines.len() >= EXPORTED_MAX {
            break;
        }
        lines.extend(more);
    }
    let count = u64::try_from(lines.len()).unwrap_or(u64::MAX);
    Ok(match request.format {
        AuditFormat::Json => ("audit.json", serde_json::to_vec_pretty(&lines)?, count),
        AuditFormat::Csv => ("audit.csv", csv(&lines, &request.words).into_bytes(), count),
    })
}

/// The columns of the table, by the names that the JSON has too.
const COLUMNS: [&str; 14] = [
    "time", "user", "role", "vouched", "unit", "device", "act", "record", "number", "to", "file",
    "count", "word", "reason",
];

/// A table with a mark of its encoding, so that spreadsheets read Chinese.
fn csv(lines: &[AuditLine], words: &TableWords) -> String {
    let mut out = String::from("\u{feff}");
    let heading = |name: &str| words.columns.get(name).cloned().unwrap_or_else(|| name.to_owned());
    row(&mut out, &COLUMNS.map(heading));
    for line in lines {
        let time = domain::time::local(crate::clock::signed(line.at_ms));
        let to = [
            line.user.as_ref().map(|user| user.name.clone()),
            line.other_unit.as_ref().map(|unit| unit.name.clone()),
            line.other_device.as_ref().map(|device| device.name.clone()),
        ];
        row(
            &mut out,
            &[
                time.format("%Y-%m-%d %H:%M:%S").to_string(),
                line.by.name.clone(),
                words.of(&word(&line.role)),
                words.of(&line.is_vouched.to_string()),
                line.unit.as_ref().map(|unit| unit.name.clone()).unwrap_or_default(),
                line.device.name.clone(),
                words.of(&line.act.word()),
                line.record.map(|record| record.to_string()).unwrap_or_default(),
                line.number.clone(),
                to.into_iter().flatten().collect::<Vec<_>>().join(" / "),
                line.file.map(|file| words.of(&file.word())).unwrap_or_default(),
                line.count.map(|count| count.to_string()).unwrap_or_default(),
                words.of(&line.word),
                line.reason.clone(),
            ],
        );
    }
    out
}

fn row(out: &mut String, cells: &[String]) {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

/// A cell that no spreadsheet takes for a formula: quoted, and begun with an apostrophe where it
/// would be one.
///
/// Source: OWASP, "CSV Injection".
fn cell(text: &str) -> String {
    let mark = if is_formula(text) { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_headed_and_worded_as_asked_and_never_with_a_formula() {
        let pairs = |of: &[(&str, &str)]| {
            of.iter().map(|(key, word)| ((*key).to_owned(), (*word).to_owned())).collect()
        };
        let words = TableWords {
            columns: pairs(&[("time", "时间"), ("act", "=1+1")]),
            words: pairs(&[("printed", "打印")]),
        };
        words.check().unwrap();
        let table = csv(&[], &words);
        assert!(table.starts_with("\u{feff}\"时间\",\"user\""), "{table}");
        assert!(table.contains(",\"'=1+1\","), "{table}");
        assert_eq!((words.of("printed"), words.of("locked")), ("打印".into(), "locked".into()));
        let long = TableWords { words: pairs(&[("x", &"长".repeat(201))]), ..words };
        assert!(long.check().is_err());
    }

    #[test]
    fn no_cell_is_taken_for_a_formula() {
        for (text, want) in [
            ("吴某", "\"吴某\""),
            ("=1+1", "\"'=1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("-2+3", "\"'-2+3\""),
            ("＝cmd|' /C calc'!A0", "\"'＝cmd|' /C calc'!A0\""),
            ("\t=1", "\"'\t=1\""),
            ("他说\"好\",\n走了", "\"他说\"\"好\"\",\n走了\""),
        ] {
            assert_eq!(cell(text), want);
        }
    }
}
