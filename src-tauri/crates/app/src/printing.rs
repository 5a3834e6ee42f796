//! What leaves on paper: noted, with the record and why it is protected, in the signed log. The page
//! prints by itself; it tells of it here.

use domain::audit::{Act, Deed};
use domain::id::RecordId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::audit;
use crate::commands::Nothing;
use crate::fault::Fault;
use crate::office::Office;
use crate::projector::word;

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum PrintedPage {
    /// A case.
    Case,
    /// A person.
    Person,
    /// A list of cases.
    Ledger,
    /// The notes of who did what.
    Audit,
    /// Any other page.
    Other,
}

/// Notes that a page is printed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PrintNote {
    /// Which page.
    pub page: PrintedPage,
    /// The record on it.
    #[serde(default)]
    pub record: Option<RecordId>,
}

/// Notes that a page is printed.
pub(crate) fn note(office: &Office, request: &PrintNote) -> Result<Nothing, Fault> {
    let mut deed = Deed::new(Act::Printed);
    let mut why = word(&request.page);
    if let Some(record) = request.record {
        let guarded = office.store.read(|reader| -> Result<_, Fault> {
            reader.kind_of(record)?.ok_or_else(|| Fault::not_found(record))?;
            Ok(reader.guarded(record)?)
        })?;
        if let Some(guard) = guarded {
            let has_minors = guard.minors != "[]" && !guard.minors.is_empty();
            why = match (guard.is_protected, has_minors) {
                (true, _) => "violence".to_owned(),
                (false, true) => "minor".to_owned(),
                (false, false) => why,
            };
        }
        deed = deed.record(record);
    }
    audit::note(office, deed.word(&why))?;
    Ok(Nothing {})
}
