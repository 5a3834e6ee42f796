//! What a spreadsheet from outside says, read by a child with limits: rows of texts, nothing else. A
//! formula is the value that stood in its cell when the file was saved; a macro is not looked at.

use std::io::{self, Cursor, Read, Write};
use std::time::Duration;

use calamine::{Data, DataRef, Reader as _, Xlsx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::worker::{self, Task, Worker};

/// The largest file that is read, in bytes.
pub(crate) const FILE_BYTES_MAX: usize = 20 * 1024 * 1024;

/// How much memory the child may take, in bytes: what a bomb unpacks to ends there.
pub(crate) const MEMORY_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// The most rows and columns that are read of one sheet, and characters of one cell.
pub(crate) const ROWS_MAX: usize = 20_000;
const COLUMNS_MAX: u32 = 60;
const CELL_CHARS_MAX: usize = 4_000;

/// The most sheets whose names are told.
const SHEETS_MAX: usize = 50;

/// The most cells a merged stretch is repeated into.
const MERGED_MAX: u64 = 20_000;

/// The longest answer of a child, in bytes.
const ANSWER_BYTES_MAX: u64 = 128 * 1024 * 1024;

/// Under which name a file has its macros.
const MACROS: &[u8] = b"xl/vbaProject.bin";

/// How long a child may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is wrong with a spreadsheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum TableTrouble {
    /// It is larger than 20 MiB.
    TooLarge,
    /// It is no xlsx, or a broken one; an old xls, or one with a password, is none.
    NoTable,
    /// Reading it takes more memory or time than any real one does.
    Bomb,
    /// There is nothing in it.
    Empty,
}

/// What is passed over in a spreadsheet.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum TableNote {
    /// It has macros; they are not run.
    Macros,
    /// Merged cells: what they say is said by each of them.
    Merged,
    /// Rows beyond the twenty-thousandth are not read.
    MoreRows,
    /// Columns beyond the sixtieth are not read.
    MoreColumns,
    /// Cells that show an error are empty.
    Errors,
}

/// A sheet as texts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grid {
    /// The names of all sheets.
    pub(crate) sheets: Vec<String>,
    /// The rows of the one that was asked for, with their numbers from 1; empty ones are left out.
    pub(crate) rows: Vec<(u32, Vec<String>)>,
    /// What was passed over.
    pub(crate) notes: Vec<TableNote>,
}

/// Reads a sheet of a file, by its place, in a child where there is one.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn read_apart(
    worker: Option<&Worker>,
    bytes: &[u8],
    sheet: u16,
) -> Result<Grid, TableTrouble> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(TableTrouble::TooLarge);
    }
    let Some(worker) = worker else { return read_guarded(bytes, sheet) };
    let mut request = sheet.to_be_bytes().to_vec();
    request.extend_from_slice(bytes);
    match worker.ask(Task::ReadTable, &request, ANSWER_BYTES_MAX, PATIENCE) {
        // It did not survive that: nothing real is so large.
        Ok(None) => Err(TableTrouble::Bomb),
        Ok(Some(answer)) => serde_json::from_slice(&answer).unwrap_or(Err(TableTrouble::Bomb)),
        Err(error) => {
            tracing::warn!(%error, "spreadsheets are not read in a child");
            read_guarded(bytes, sheet)
        }
    }
}

fn read_guarded(bytes: &[u8], sheet: u16) -> Result<Grid, TableTrouble> {
    std::panic::catch_unwind(|| read(bytes, sheet)).unwrap_or(Err(TableTrouble::NoTable))
}

/// What the child does.
///
/// # Errors
/// What comes is no request, or whoever asks is gone.
pub(crate) fn serve(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    let most = FILE_BYTES_MAX.saturating_add(2);
    while let Some(request) = worker::read_request(&mut input, most)? {
        let (sheet, bytes) = request.split_at_checked(2).ok_or(io::ErrorKind::InvalidData)?;
        let sheet = sheet.try_into().map_err(|_| io::ErrorKind::InvalidData)?;
        let answer = serde_json::to_vec(&read_guarded(bytes, u16::from_be_bytes(sheet)))?;
        output.write_all(&answer)?;
        output.flush()?;
    }
    Ok(())
}

fn read(bytes: &[u8], sheet: u16) -> Result<Grid, TableTrouble> {
    let bad = |_| TableTrouble::NoTable;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(bad)?;
    let mut sheets = book.sheet_names();
    sheets.truncate(SHEETS_MAX);
    let mut notes = Vec::new();
    // Told by the name in the directory of the file alone: macros are not even parsed.
    if bytes.windows(MACROS.len()).any(|name| name == MACROS) {
        notes.push(TableNote::Macros);
    }
    let name = sheets.get(usize::from(sheet)).cloned().ok_or(TableTrouble::Empty)?;
    let merged = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
    let mut rows: std::collections::BTreeMap<u32, Vec<String>> = Default::default();
    let put = |rows: &mut std::collections::BTreeMap<u32, Vec<String>>, row, column, text| {
        let cells = rows.entry(row).or_default();
        let at = usize::try_from(column).unwrap_or(0);
        if cells.len() <= at {
            cells.resize(at.saturating_add(1), String::new());
        }
        if let Some(cell) = cells.get_mut(at) {
            *cell = text;
        }
    };
    let mut cells = book.worksheet_cells_reader(&name).map_err(bad)?;
    while let Some(cell) = cells.next_cell().map_err(bad)? {
        let (row, column) = cell.get_position();
        let text = match cell.get_value() {
            DataRef::Error(_) => {
                notes.push(TableNote::Errors);
                continue;
            }
            value => text_of(value),
        };
        if text.is_empty() {
            continue;
        }
        if column >= COLUMNS_MAX {
            notes.push(TableNote::MoreColumns);
        } else if rows.len() >= ROWS_MAX && !rows.contains_key(&row) {
            notes.push(TableNote::MoreRows);
            break;
        } else {
            put(&mut rows, row, column, text);
        }
        notes.dedup();
    }
    for stretch in merged {
        let ((top, left), (bottom, right)) = (stretch.start, stretch.end);
        let at = usize::try_from(left).unwrap_or(0);
        let Some(text) = rows.get(&top).and_then(|cells| cells.get(at)).cloned() else { continue };
        let (high, wide) = (bottom.saturating_sub(top), right.saturating_sub(left));
        // What is merged over the whole width is a heading.
        let count = u64::from(high).saturating_add(1).saturating_mul(u64::from(wide) + 1);
        if text.is_empty() || right >= COLUMNS_MAX || count > MERGED_MAX {
            continue;
        }
        notes.push(TableNote::Merged);
        for row in (top..=bottom).filter(|row| rows.contains_key(row)).collect::<Vec<u32>>() {
            for column in left..=right {
                put(&mut rows, row, column, text.clone());
            }
        }
    }
    notes.sort_unstable();
    notes.dedup();
    if rows.is_empty() {
        return Err(TableTrouble::Empty);
    }
    let rows = rows.into_iter().map(|(row, cells)| (row.saturating_add(1), cells)).collect();
    Ok(Grid { sheets, rows, notes })
}

/// What a cell says, as text: whole numbers without a point, days as `YYYY-MM-DD`.
fn text_of(value: &DataRef<'_>) -> String {
    let text = match Data::from(value.clone()) {
        Data::DateTime(date) if date.is_datetime() => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::DateTimeIso(text) => text.split('T').next().unwrap_or_default().to_owned(),
        other => other.to_string(),
    };
    text.trim().chars().take(CELL_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_spreadsheet_is_told_and_nothing_else() {
        for bytes in [&b""[..], b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"name,1\n"] {
            assert_eq!(read_apart(None, bytes, 0), Err(TableTrouble::NoTable));
        }
        let large = vec![0; FILE_BYTES_MAX + 1];
        assert_eq!(read_apart(None, &large, 0), Err(TableTrouble::TooLarge));
    }
}
