//! Receipts (登记回执) of many cases at once, as one document: after a day of visits, or when last
//! year's register was taken over, each family gets its slip.

use paper::{Input, Part};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::cases::Filter;

use super::data::FormData;
use super::setting;
use super::table::table;
use crate::cases::{self, CaseList, CaseSearch};
use crate::fault::{Fault, FormTrouble};
use crate::host::Place;
use crate::office::Office;
use crate::progress::{Phase, Progress};
use crate::rights::Lens;

/// The most receipts of one document.
pub const RECEIPTS_MAX: u32 = 500;

/// The form of each.
const FORM: &str = "receipt";

/// Saves the receipts of a list of cases as one PDF, a page each, in the order of the list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ReceiptsSave {
    /// Which cases; its window is not looked at.
    #[serde(default)]
    pub list: CaseList,
    /// What is looked for in them, if anything; then its filters hold instead.
    #[serde(default)]
    pub search: Option<CaseSearch>,
    /// Where the file goes.
    pub to: Place,
}

/// The receipts, with the name the file should have and how many they are.
pub(crate) fn file(
    office: &Office,
    request: &ReceiptsSave,
    progress: &Progress,
) -> Result<(String, Vec<u8>, u64), Fault> {
    let rows = office.store.read(|reader| -> Result<_, Fault> {
        let within = Some(Lens::new(office, reader).exported());
        let filter = cases::filter(&request.list, request.search.as_ref());
        let filter = Filter { within, ..filter };
        let (rows, total) = reader.cases(&filter, 0, RECEIPTS_MAX)?;
        if total > u64::from(RECEIPTS_MAX) {
            return Err(Fault::Form { reason: FormTrouble::TooLong, detail: String::new() });
        }
        Ok(rows)
    })?;
    let forms = table(office);
    let form = forms.iter().find(|form| form.id == FORM).ok_or_else(|| Fault::not_found(FORM))?;
    let total = u64::try_from(rows.len()).ok();
    let mut parts = Vec::with_capacity(rows.len());
    for (done, row) in (0..).zip(&rows) {
        progress.check()?;
        progress.at(Phase::Drawing, done, total);
        let data = FormData::read(office, row.record)?.sheet(None);
        parts.push(Part { form, data, name: String::new() });
    }
    if parts.is_empty() {
        return Err(Fault::not_found("case"));
    }
    progress.at(Phase::Building, 0, None);
    let title = form.zh.clone();
    let input = Input { parts, pictures: Vec::new(), title, drawn_max: 0 };
    let printed = setting::file(office, &input, progress)?;
    Ok((format!("{}.pdf", form.zh), printed.pdf, total.unwrap_or(0)))
}
