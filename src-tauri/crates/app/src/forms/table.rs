//! The table of forms as it is used here: those that are built in, with the templates that somebody
//! put in the place of theirs (文书格式). Such a template is a file in the profile's folder; it counts
//! only once it has made a form of the sample.

use std::path::{Path, PathBuf};

use domain::audit::{Act, Deed};
use paper::{Form, Input, Part};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::word::{self, WordView};
use super::{FormFormat, FormLine, FormSheet, FormWord, IN_FILE, named as called, setting};
use crate::audit;
use crate::fault::{Fault, FormTrouble, file_fault};
use crate::host::Place;
use crate::office::Office;

/// The largest template.
pub(crate) const TEMPLATE_BYTES_MAX: usize = 256 * 1024;

/// The most pages that a template makes of the sample.
const SAMPLE_PAGES_MAX: usize = 20;

/// A form by its name.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FormNamed {
    /// The form.
    pub form: String,
}

/// Takes a template of the office's own away again.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FormRestore {
    /// The form.
    pub form: String,
    /// For which kind of file.
    #[serde(default)]
    pub format: FormFormat,
}

/// Puts a template in the place of a form's own.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FormReplace {
    /// The form.
    pub form: String,
    /// For which kind of file: a Typst template for the PDF, a .docx for the Word file.
    #[serde(default)]
    pub format: FormFormat,
    /// The template.
    pub from: Place,
}

/// A form, as the office looks after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FormRow {
    /// Its name in the table of forms.
    pub form: String,
    /// What it is called.
    pub name: FormWord,
    /// Which forms it is listed with.
    pub group: String,
    /// Which law, notice or practice it comes from.
    pub source: String,
    /// When its own template was last changed.
    pub version: String,
    /// Whether its wording was compared with an official copy (格式待核 otherwise).
    pub is_verified: bool,
    /// What stands on it.
    pub fields: Vec<FormWord>,
    /// Whether another template stands in the place of its own.
    pub is_replaced: bool,
    /// What may stand in braces in a template made in Word.
    pub word_names: Vec<FormWord>,
    /// The template made in Word, if there is one.
    pub word: Option<WordView>,
}

/// The table of forms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FormTable {
    /// In the order in which they lie in a file.
    pub forms: Vec<FormRow>,
}

/// Where the template lies that was put in the place of a form's own.
fn place(home: &Path, form: &Form) -> PathBuf {
    home.join("forms").join(format!("{}.typ", form.id))
}

/// The template that was put there; `None` if none was, or if it cannot be read as one.
fn put_there(home: &Path, form: &Form) -> Option<String> {
    let path = place(home, form);
    let found = path.symlink_metadata().ok()?;
    let is_small = usize::try_from(found.len()).is_ok_and(|bytes| bytes <= TEMPLATE_BYTES_MAX);
    if !found.is_file() || !is_small {
        return None;
    }
    std::fs::read_to_string(path).ok()
}

/// The forms as they are used here.
pub(super) fn table(office: &Office) -> Vec<Form> {
    let used = |form: &Form| match put_there(&office.home, form) {
        Some(template) => Form { template, ..form.clone() },
        None => form.clone(),
    };
    paper::forms::all().iter().map(used).collect()
}

/// Reads the table.
pub(crate) fn list(office: &Office) -> FormTable {
    let row = |form: &Form| FormRow {
        form: form.id.clone(),
        name: called(&form.zh, &form.en),
        group: form.group.clone(),
        source: form.source.clone(),
        version: form.version.clone(),
        is_verified: form.wording == paper::Wording::Verified,
        fields: form.fields.iter().map(|field| called(&field.zh, &field.en)).collect(),
        is_replaced: put_there(&office.home, form).is_some(),
        word_names: paper::word::names(form).iter().map(|f| called(&f.zh, &f.en)).collect(),
        word: word::view(office, form),
    };
    let forms = paper::forms::all().iter().filter(|form| form.group != IN_FILE);
    FormTable { forms: forms.map(row).collect() }
}

fn named(form: &str) -> Result<&'static Form, Fault> {
    paper::forms::find(form).ok_or_else(|| Fault::not_found(form))
}

/// Makes a form of the sample.
fn tried(office: &Office, form: &Form) -> Result<FormSheet, Fault> {
    let data = paper::forms::sample().clone();
    let lacking = form.lacking(&data).iter().map(|f| called(&f.zh, &f.en)).collect();
    let part = Part { form, data, name: String::new() };
    let input = Input { parts: vec![part], drawn_max: SAMPLE_PAGES_MAX, ..Input::default() };
    let printed = setting::form(office, &input)?;
    if printed.pages > SAMPLE_PAGES_MAX {
        return Err(Fault::Form { reason: FormTrouble::TooLong, detail: String::new() });
    }
    Ok(FormSheet {
        line: FormLine {
            form: form.id.clone(),
            name: called(&form.zh, &form.en),
            group: form.group.clone(),
            source: form.source.clone(),
            is_verified: form.wording == paper::Wording::Verified,
            about: None,
            at: None,
            lacking,
            printed: 0,
            has_word: false,
        },
        page_count: u32::try_from(printed.pages).unwrap_or(u32::MAX),
        hash: blake3::hash(&printed.pdf).to_hex().to_string(),
        letters: printed.lacking.iter().map(char::to_string).collect(),
        pages: printed.drawn,
    })
}

/// Shows a form, as it is used here, with the sample.
pub(crate) fn sample(office: &Office, request: &FormNamed) -> Result<FormSheet, Fault> {
    let form = named(&request.form)?;
    let template = put_there(&office.home, form).unwrap_or_else(|| form.template.clone());
    tried(office, &Form { template, ..form.clone() })
}

/// Puts a template in the place of a form's own, if it makes a form of the sample.
pub(crate) fn replace(
    office: &Office,
    request: &FormReplace,
    bytes: Vec<u8>,
) -> Result<FormTable, Fault> {
    let form = named(&request.form)?;
    if request.format == FormFormat::Word {
        word::put(office, form, &bytes)?;
        note(office, form)?;
        return Ok(list(office));
    }
    let no_text = || Fault::Form { reason: FormTrouble::Template, detail: String::new() };
    let template = String::from_utf8(bytes).map_err(|_| no_text())?;
    tried(office, &Form { template: template.clone(), ..form.clone() })?;
    let path = place(&office.home, form);
    let folder = office.home.join("forms");
    std::fs::create_dir_all(&folder).map_err(|error| file_fault(&error, &folder))?;
    let name = format!("{}.typ", form.id);
    carry::usb::write_verified(&folder, &name, |out| {
        std::io::Write::write_all(out, template.as_bytes())
    })
    .map_err(|error| file_fault(&error, &path))?;
    note(office, form)?;
    Ok(list(office))
}

/// Puts a form's own template back.
pub(crate) fn put_back(office: &Office, request: &FormRestore) -> Result<FormTable, Fault> {
    let form = named(&request.form)?;
    match request.format {
        FormFormat::Pdf => remove(&place(&office.home, form))?,
        FormFormat::Word => word::take_away(&office.home, form)?,
    }
    note(office, form)?;
    Ok(list(office))
}

/// Removes a file; if it is not there, all is well.
pub(super) fn remove(path: &Path) -> Result<(), Fault> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(file_fault(&error, path)),
        _ => Ok(()),
    }
}

fn note(office: &Office, form: &Form) -> Result<(), Fault> {
    audit::note(office, Deed::new(Act::SettingsChanged).reason(&format!("文书格式：{}", form.zh)))
}
