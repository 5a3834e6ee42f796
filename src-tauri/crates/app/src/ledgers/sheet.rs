//! Spreadsheets, as `paper` writes them.

use domain::time::Day;

pub(crate) use paper::sheet::{Cell, Column, ROWS_MAX, Sheet};

use crate::fault::Fault;

/// Writes sheets as one file. The same sheets of the same day give the same bytes.
///
/// # Errors
/// Our own mistake: what is written is bounded before.
pub(crate) fn write(sheets: &[Sheet], today: Day) -> Result<Vec<u8>, Fault> {
    paper::sheet::write(sheets, today).map_err(|error| Fault::internal(&error))
}
