//! Forms (文书): which of them fit a case, what each lacks, how it looks on paper, and that it was
//! printed. What stands on them comes from the folded case (`data`); how it stands there, from
//! `paper`.

use domain::audit::{Act, Deed, FileKind};
use domain::case::guard::{self, Author};
use domain::fact::Body;
use domain::fact::body::FormPrinted;
use domain::id::{FactId, RecordId};
use domain::rights::Right;
use domain::time::At;
use paper::{Form, Input, PaperError, Part, Printed};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::audit;
use crate::cases;
use crate::clock::{minute, today};
use crate::commands::Nothing;
use crate::fault::{Fault, FormTrouble};
use crate::host::Place;
use crate::journal::Pen;
use crate::office::Office;
use crate::projector;
use crate::rights::Lens;

pub mod archive;
mod data;
pub mod dossier;
pub mod package;
pub mod receipts;
pub(crate) mod setting;
pub mod table;
pub mod word;

use data::FormData;
pub(crate) use data::committee;
use table::table;

/// The most pages that are drawn to be looked at; all of them are in the file.
const DRAWN_MAX: usize = 40;

/// As what kind of file a form leaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum FormFormat {
    /// As a PDF, set by the form's template.
    #[default]
    Pdf,
    /// As a Word file to be edited (.docx), from a template of the office's own.
    Word,
}

/// Lists the forms that fit a case.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FormList {
    /// The case.
    pub case: RecordId,
}

/// A word in the languages of the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FormWord {
    /// In Chinese, as it stands on paper.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// A form that may be printed from a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FormLine {
    /// Its name in the table of forms.
    pub form: String,
    /// What it is called.
    pub name: FormWord,
    /// Which forms it is listed with: `mediation`, `local`, `petition`, `sheets` or `slips`.
    pub group: String,
    /// Which law, notice or practice it comes from.
    pub source: String,
    /// Whether its wording was compared with an official copy (格式待核 otherwise).
    pub is_verified: bool,
    /// What of the case it is about, where it is about one thing.
    pub about: Option<FactId>,
    /// When that was.
    pub at: Option<At>,
    /// What it would show and the case does not say.
    pub lacking: Vec<FormWord>,
    /// How often it was printed.
    pub printed: u32,
    /// Whether it can be saved as a Word file as well.
    pub has_word: bool,
}

/// The forms that fit a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Forms {
    /// In the order in which they lie in a file.
    pub forms: Vec<FormLine>,
}

/// Shows a form as it will be on paper.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FormShow {
    /// The case.
    pub case: RecordId,
    /// The form.
    pub form: String,
    /// What of the case it is about.
    #[serde(default)]
    pub about: Option<FactId>,
}

/// A form as it will be on paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FormSheet {
    /// Which it is.
    pub line: FormLine,
    /// Its pages as SVG, at most forty.
    pub pages: Vec<String>,
    /// How many pages there are.
    pub page_count: u32,
    /// The BLAKE3 of the document, in hexadecimal digits.
    pub hash: String,
    /// Letters that no font here has: 〓 stands in their place, to be written in by hand.
    pub letters: Vec<String>,
}

/// Saves a form as a file.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FormSave {
    /// The case.
    pub case: RecordId,
    /// The form.
    pub form: String,
    /// What of the case it is about.
    #[serde(default)]
    pub about: Option<FactId>,
    /// As what.
    #[serde(default)]
    pub format: FormFormat,
    /// Where the file goes.
    pub to: Place,
}

/// Notes that a form was printed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FormPrint {
    /// The case.
    pub case: RecordId,
    /// The form.
    pub form: String,
    /// What of the case it is about.
    #[serde(default)]
    pub about: Option<FactId>,
    /// The document that was shown, by its hash; another one is not noted as this one.
    pub hash: String,
    /// How many copies.
    pub copies: u16,
}

/// Lists the forms that fit a case.
pub(crate) fn list(office: &Office, request: &FormList) -> Result<Forms, Fault> {
    let data = FormData::read(office, request.case)?;
    let forms = table(office);
    Ok(Forms { forms: fitting(office, &forms, &data).into_iter().map(|(_, line)| line).collect() })
}

/// Every form that fits, with what of the case it is about.
fn fitting<'a>(office: &Office, forms: &'a [Form], data: &FormData) -> Vec<(&'a Form, FormLine)> {
    let mut lines = Vec::new();
    let line = |form: &Form, data: &FormData, about| {
        let has_word = word::is_there(&office.home, form);
        FormLine { has_word, ..line(form, data, about) }
    };
    for form in forms.iter().filter(|form| is_of_case(form)) {
        match &form.about {
            None => lines.push((form, line(form, data, None))),
            Some(kind) => {
                let abouts = data.abouts.iter().filter(|about| about.kind == kind);
                lines.extend(abouts.map(|about| (form, line(form, data, Some(about.id)))));
            }
        }
    }
    lines
}

/// The group of papers that are made for a file alone.
const IN_FILE: &str = "file";

/// The group of papers that are made of many cases.
const LISTS: &str = "lists";

/// Whether a form is made of one case, and by itself.
fn is_of_case(form: &Form) -> bool {
    form.group != IN_FILE && form.group != LISTS
}

/// A form as it is used here.
pub(crate) fn used(office: &Office, id: &str) -> Option<Form> {
    table(office).into_iter().find(|form| form.id == id)
}

fn named(zh: &str, en: &str) -> FormWord {
    FormWord { zh: zh.to_owned(), en: en.to_owned() }
}

/// A text as the name of a file.
pub(crate) fn plain(text: &str) -> String {
    let is_plain = |c: &char| !c.is_control() && !"/\\:*?\"<>|".contains(*c);
    text.chars().filter(is_plain).take(80).collect()
}

fn line(form: &Form, data: &FormData, about: Option<FactId>) -> FormLine {
    let sheet = data.sheet(about);
    let at = sheet.pointer("/about/at").and_then(|at| at.as_str()?.parse().ok());
    FormLine {
        form: form.id.clone(),
        name: named(&form.zh, &form.en),
        group: form.group.clone(),
        source: form.source.clone(),
        is_verified: form.wording == paper::Wording::Verified,
        about,
        at,
        lacking: form.lacking(&sheet).iter().map(|field| named(&field.zh, &field.en)).collect(),
        printed: data.printed.get(&(form.id.clone(), about)).copied().unwrap_or(0),
        has_word: false,
    }
}

/// A form that fits a case, with what stands on it.
struct Fitting {
    form: Form,
    line: FormLine,
    data: serde_json::Value,
    number: String,
}

/// Which form of a case, about what of it.
type Which<'a> = (RecordId, &'a str, Option<FactId>);

fn fit(office: &Office, (case, form, about): Which<'_>) -> Result<Fitting, Fault> {
    let data = FormData::read(office, case)?;
    let forms = table(office);
    let mut fits = fitting(office, &forms, &data).into_iter();
    let found = fits.find(|(_, line)| line.form == form && line.about == about);
    let (form, line) = found.ok_or_else(|| Fault::not_found(form))?;
    let sheet = data.sheet(about);
    Ok(Fitting { form: form.clone(), line, data: sheet, number: data.number })
}

/// A form with what stands on it, put on paper.
struct Made {
    line: FormLine,
    number: String,
    printed: Printed,
    hash: String,
}

fn make(office: &Office, which: Which<'_>, drawn_max: usize) -> Result<Made, Fault> {
    let Fitting { form, line, data, number } = fit(office, which)?;
    let title = format!("{} {number}", form.zh);
    let part = Part { form: &form, data, name: String::new() };
    let input = Input { parts: vec![part], pictures: Vec::new(), title, drawn_max };
    let printed = setting::form(office, &input)?;
    let hash = blake3::hash(&printed.pdf).to_hex().to_string();
    Ok(Made { line, number, printed, hash })
}

pub(crate) fn trouble(error: PaperError) -> Fault {
    match error {
        PaperError::TooLong => Fault::Form { reason: FormTrouble::TooLong, detail: String::new() },
        PaperError::Picture { name } => Fault::Form { reason: FormTrouble::Picture, detail: name },
        PaperError::Template { file, line, message } => {
            let detail = format!("{file}:{line}: {message}");
            Fault::Form { reason: FormTrouble::Template, detail }
        }
    }
}

/// Shows a form as it will be on paper.
pub(crate) fn show(office: &Office, request: &FormShow) -> Result<FormSheet, Fault> {
    let made = make(office, (request.case, &request.form, request.about), DRAWN_MAX)?;
    Ok(FormSheet {
        line: made.line,
        pages: made.printed.drawn,
        page_count: u32::try_from(made.printed.pages).unwrap_or(u32::MAX),
        hash: made.hash,
        letters: made.printed.lacking.iter().map(char::to_string).collect(),
    })
}

/// A form as a file: its name, its bytes, and what is noted on the case of one that is edited
/// elsewhere.
pub(crate) struct FormFile {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) note: Option<FormPrinted>,
}

/// A form as a file.
pub(crate) fn file(office: &Office, request: &FormSave) -> Result<FormFile, Fault> {
    let which = (request.case, request.form.as_str(), request.about);
    if request.format == FormFormat::Pdf {
        let made = make(office, which, 0)?;
        let name = plain(&format!("{} {}", made.line.name.zh, made.number));
        return Ok(FormFile { name: format!("{name}.pdf"), bytes: made.printed.pdf, note: None });
    }
    let Fitting { form, data, number, .. } = fit(office, which)?;
    let bytes = word::fill(office, &form, &data)?;
    let name = plain(&format!("{} {number}", form.zh));
    let hash = blake3::hash(&bytes).to_hex().to_string();
    let (form, about) = (form.id, request.about);
    // Whoever edits it prints it as well; how many pages it will have nobody knows.
    let note = Some(FormPrinted { form, number, about, hash, pages: 0, copies: 1 });
    Ok(FormFile { name: format!("{name}.docx"), bytes, note })
}

/// The note of a form that left as a file.
pub(crate) fn exported(case: RecordId) -> Deed {
    Deed::exported(FileKind::Document).record(case)
}

/// Notes that a form was printed: in the case, by whoever may write there; in the audit otherwise.
pub(crate) fn note(office: &Office, request: &FormPrint) -> Result<Nothing, Fault> {
    let made = make(office, (request.case, &request.form, request.about), 0)?;
    if made.hash != request.hash {
        return Err(Fault::Form { reason: FormTrouble::Changed, detail: String::new() });
    }
    let body = FormPrinted {
        form: request.form.clone(),
        number: made.number,
        about: request.about,
        hash: made.hash,
        pages: u16::try_from(made.printed.pages).unwrap_or(u16::MAX),
        copies: request.copies,
    };
    if !write_down(office, request.case, &body)? {
        // What is not written into the case is told by the audit alone.
        audit::note(office, Deed::new(Act::Printed).record(request.case).word("form"))?;
    }
    Ok(Nothing {})
}

/// Writes on the case what left of it, if whoever works here may write there.
pub(crate) fn write_down(
    office: &Office,
    record: RecordId,
    body: &FormPrinted,
) -> Result<bool, Fault> {
    let at = minute(office.now_ms());
    let me = office.me();
    let author = Author { role: me.role, unit: me.unit, today: today(office.now_ms()) };
    let may = office.store.read(|reader| {
        let lens = Lens::new(office, reader);
        Ok::<_, Fault>(
            Right::NoteWrite.admits(me.role)
                && lens.reaches(Right::NoteWrite, record)?
                && lens.sight(record)?.is_whole(),
        )
    })?;
    if !may {
        return Ok(false);
    }
    office.store.write(|tx| -> Result<(), Fault> {
        projector::current(office, tx, record)?;
        let case = cases::folded(office, &tx.reader(), record)?;
        guard::check_printed(&case, at, body, author)
            .map_err(|refusal| Fault::refused(&refusal, 0))?;
        Pen::new(office, tx).edit(record, |_, _, draft| {
            draft.fact(office, at, Body::FormPrinted(body.clone())).map(|_| ())
        })
    })?;
    Ok(true)
}
