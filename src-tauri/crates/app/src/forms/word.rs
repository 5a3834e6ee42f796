//! Forms as Word files (.docx), for those who must edit: a template that the office made itself lies
//! beside its Typst templates in the profile's folder, and is filled with what stands on the PDF.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use paper::Form;
use paper::word::{Word, WordError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FormWord, named};
use crate::fault::{Fault, FormTrouble, file_fault};

/// The largest template.
pub(crate) const WORD_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A template of a form that the office made in Word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct WordView {
    /// The names in braces that something is put in the place of.
    pub known: Vec<String>,
    /// Those that nobody knows: they stay on the paper as they are.
    pub unknown: Vec<String>,
    /// What stands on the form and is not shown by this template.
    pub lacking: Vec<FormWord>,
    /// Why it cannot be used, if it was altered since it was put there.
    pub trouble: Option<FormTrouble>,
}

pub(super) const fn trouble(error: WordError) -> FormTrouble {
    match error {
        WordError::NoWord => FormTrouble::NoWord,
        WordError::TooLarge => FormTrouble::TooLarge,
        WordError::Macros => FormTrouble::Macros,
        WordError::Outside => FormTrouble::Outside,
        WordError::NoNames => FormTrouble::NoNames,
    }
}

fn fault(error: WordError) -> Fault {
    Fault::Form { reason: trouble(error), detail: String::new() }
}

/// Where the template of a form lies.
fn place(home: &Path, form: &Form) -> PathBuf {
    home.join("forms").join(format!("{}.docx", form.id))
}

/// Whether a form has one.
pub(super) fn is_there(home: &Path, form: &Form) -> bool {
    place(home, form).symlink_metadata().is_ok_and(|found| found.is_file())
}

fn read(home: &Path, form: &Form) -> Result<Word, Fault> {
    let path = place(home, form);
    if !is_there(home, form) {
        return Err(Fault::not_found(&form.id));
    }
    let file = std::fs::File::open(&path).map_err(|error| file_fault(&error, &path))?;
    let most = u64::try_from(WORD_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes).map_err(|error| file_fault(&error, &path))?;
    Word::read(&bytes).map_err(fault)
}

/// What is known of the template of a form; `None` if it has none.
pub(super) fn view(home: &Path, form: &Form) -> Option<WordView> {
    if !is_there(home, form) {
        return None;
    }
    Some(match read(home, form) {
        Ok(template) => {
            let names = template.names(form);
            let lacking = names.lacking.iter().map(|field| named(&field.zh, &field.en)).collect();
            WordView { known: names.known, unknown: names.unknown, lacking, trouble: None }
        }
        Err(fault) => {
            let reason =
                if let Fault::Form { reason, .. } = fault { reason } else { FormTrouble::NoWord };
            WordView { known: vec![], unknown: vec![], lacking: vec![], trouble: Some(reason) }
        }
    })
}

/// Puts a template there, if it makes a form of the sample.
pub(super) fn put(home: &Path, form: &Form, bytes: &[u8]) -> Result<(), Fault> {
    let template = Word::read(bytes).map_err(fault)?;
    template.fill(form, paper::forms::sample()).map_err(fault)?;
    let folder = home.join("forms");
    std::fs::create_dir_all(&folder).map_err(|error| file_fault(&error, &folder))?;
    let name = format!("{}.docx", form.id);
    carry::usb::write_verified(&folder, &name, |out| out.write_all(bytes))
        .map_err(|error| file_fault(&error, &place(home, form)))?;
    Ok(())
}

/// Takes it away.
pub(super) fn take_away(home: &Path, form: &Form) -> Result<(), Fault> {
    super::table::remove(&place(home, form))
}

/// A form with what stands on it, as a Word file.
pub(super) fn fill(home: &Path, form: &Form, data: &serde_json::Value) -> Result<Vec<u8>, Fault> {
    read(home, form)?.fill(form, data).map_err(fault)
}
