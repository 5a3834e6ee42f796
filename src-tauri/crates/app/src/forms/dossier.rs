//! 一键成卷: the whole file of a case as one document, in the order in which it is bound; and the
//! same beside its attachments in a folder that tells whether anything in it was altered.

use std::collections::BTreeSet;

use domain::fact::body::AttachmentForm;
use domain::id::{FactId, RecordId};
use paper::forms::InFile;
use paper::{Form, Input, Part, Picture};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::archive::{ArchiveShape, Filed, Filing, Sink};
use super::data::FormData;
use super::{FormWord, named, plain, setting, table};
use crate::attachments;
use crate::fault::{AttachmentTrouble, Fault, FormTrouble};
use crate::host::Place;
use crate::office::Office;
use crate::progress::{Phase, Progress};

/// The most bytes of photographs and PDFs in one document.
const PICTURE_BYTES_MAX: usize = 192 * 1024 * 1024;

/// The most photographs and PDFs in one document.
const PICTURES_MAX: usize = 300;

/// The most pages of attachments in one document.
const ATTACHED_PAGES_MAX: usize = 450;

/// Shows what the file of a case would hold.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DossierGet {
    /// The case.
    pub case: RecordId,
    /// Only what came after it was archived (补充卷).
    #[serde(default)]
    pub supplement: bool,
}

/// What the file of a case would hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Dossier {
    /// Its papers, in order.
    pub parts: Vec<FormWord>,
    /// What should be in it and is not (缺件).
    pub missing: Vec<String>,
    /// How many photographs are printed in it.
    pub pictures: u32,
    /// How many attached PDFs are printed in it.
    pub documents: u32,
    /// Whether anything came after it was archived, so that there is a supplement.
    pub has_supplement: bool,
}

/// Saves the file of a case as one PDF.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DossierSave {
    /// The case.
    pub case: RecordId,
    /// Only what came after it was archived (补充卷).
    #[serde(default)]
    pub supplement: bool,
    /// Where it goes.
    pub to: Place,
}

/// Writes the file of a case as an archive: the same beside its attachments.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ArchiveExport {
    /// The case.
    pub case: RecordId,
    /// Only what came after it was archived (补充卷).
    #[serde(default)]
    pub supplement: bool,
    /// As what it is written.
    #[serde(default)]
    pub shape: ArchiveShape,
    /// In which folder.
    pub to: Place,
}

/// A file of a case, put together.
struct Bound<'a> {
    parts: Vec<Part<'a>>,
    missing: Vec<String>,
    has_supplement: bool,
}

/// What comes after all papers, in this order.
const LAST: [&str; 2] = ["statement", "back_cover"];

/// Whether a form belongs into the file, and about what.
fn placed(form: &Form, data: &FormData, late: Option<&BTreeSet<FactId>>) -> Vec<Option<FactId>> {
    let is_late = |id: &FactId| late.is_none_or(|late| late.contains(id));
    let Some(kind) = &form.about else {
        let is_accepted = data.whole.pointer("/case/accepted").is_some_and(|at| !at.is_null());
        let is_in = match form.file {
            _ if late.is_some() => {
                ["cover", "directory", "statement", "back_cover"].contains(&form.id.as_str())
            }
            InFile::Always => true,
            InFile::Either => (form.id == "acceptance") == is_accepted,
            InFile::Needed => false,
        };
        return if is_in { vec![None] } else { Vec::new() };
    };
    let has_court = |data: &Value| data.get("court").is_some_and(|court| !court.is_null());
    let abouts = data.abouts.iter().filter(|about| about.kind == kind && is_late(&about.id));
    abouts
        .filter(|about| match form.id.as_str() {
            "confirmation_persons" => has_court(&about.data),
            "confirmation_unit" | "decline_letter" | "petition_visit" => false,
            _ => true,
        })
        .map(|about| Some(about.id))
        .collect()
}

/// What should be in the file and is not.
fn missing(data: &FormData) -> Vec<String> {
    let says = |path: &str| data.whole.pointer(path).is_some_and(|value| !value.is_null());
    let has = |kind: &str| data.abouts.iter().any(|about| about.kind == kind);
    let is_settled = data.whole.pointer("/case/closed/outcome") == Some(&json!("settled"));
    let has_agreement = has("agreement") || has("oral_agreement");
    let rows = [
        (says("/case/formal_number"), "正式卷号"),
        (says("/case/accepted"), "人民调解受理登记表：没有受理记录"),
        (says("/case/rights_told"), "权利义务告知书：没有告知记录"),
        (has("session"), "人民调解记录"),
        (has_agreement || !is_settled, "人民调解协议书或者口头协议登记表"),
        (!data.is_unsigned, "协议书的签名或者盖章"),
        (says("/case/statement"), "卷宗情况说明"),
    ];
    rows.iter().filter(|(is_there, _)| !is_there).map(|(_, what)| (*what).to_owned()).collect()
}

fn bind<'a>(
    forms: &'a [Form],
    data: &FormData,
    supplement: bool,
    attached: &[Shown],
    lacking: Vec<String>,
) -> Result<Bound<'a>, Fault> {
    let late: BTreeSet<FactId> = data.supplement.iter().copied().collect();
    if supplement && late.is_empty() {
        return Err(Fault::not_found("supplement"));
    }
    let late = supplement.then_some(&late);
    let mut missing = if supplement { Vec::new() } else { missing(data) };
    missing.extend(lacking);
    let find = |id: &str| forms.iter().find(|form| form.id == id);
    let sheet = |about: Option<FactId>| data.sheet(about);
    let (mut parts, mut last) = (Vec::new(), Vec::new());
    for form in forms.iter().filter(|form| super::is_of_case(form)) {
        for about in placed(form, data, late) {
            let name = match (form.id.as_str(), supplement) {
                ("cover", true) => "补充卷封面".to_owned(),
                _ => String::new(),
            };
            let part = Part { form, data: sheet(about), name };
            if LAST.contains(&form.id.as_str()) { last.push(part) } else { parts.push(part) }
        }
    }
    if let Some(form) = find("attachment_list").filter(|_| data.has_attachments()) {
        parts.push(Part { form, data: sheet(None), name: String::new() });
    }
    for shown in attached {
        let Some(form) = find(shown.form) else { continue };
        let mut data = sheet(None);
        if let Some(members) = data.as_object_mut() {
            members.insert("about".to_owned(), shown.about.clone());
        }
        parts.push(Part { form, data, name: shown.name.clone() });
    }
    if let Some(form) = find("missing") {
        let mut data = sheet(None);
        if let Some(members) = data.as_object_mut() {
            members.insert("missing".to_owned(), json!(missing));
        }
        parts.push(Part { form, data, name: String::new() });
    }
    parts.extend(last);
    Ok(Bound { parts, missing, has_supplement: !data.supplement.is_empty() })
}

/// An attachment that is printed.
struct Shown {
    /// The form that shows it.
    form: &'static str,
    /// What stands on its paper.
    about: Value,
    /// What the directory calls it.
    name: String,
}

/// The attachments of a case that are printed.
#[derive(Default)]
struct Album {
    shown: Vec<Shown>,
    /// The pictures.
    files: Vec<Picture>,
    /// What cannot be printed, and why.
    lacking: Vec<String>,
    /// How many bytes and pages all of it has.
    bytes: usize,
    pages: usize,
}

impl Album {
    /// Everything but the PDFs, with a reason for each.
    fn without_documents(mut self) -> Self {
        let (kept, left): (Vec<Shown>, Vec<Shown>) =
            self.shown.into_iter().partition(|shown| shown.form != DOCUMENT);
        self.shown = kept;
        self.lacking.extend(left.iter().map(|shown| lacks(&shown.name, "太大，没有印在这里")));
        self.files.retain(|file| !file.name.ends_with(".pdf"));
        self
    }
}

fn lacks(name: &str, why: &str) -> String {
    format!("附件“{name}”：{why}")
}

/// The form that shows the pages of a PDF.
const DOCUMENT: &str = "attached_pdf";

/// What is printed of an attachment, if anything is.
const fn form_of(form: AttachmentForm) -> Option<(&'static str, &'static str)> {
    match form {
        AttachmentForm::Jpeg => Some(("picture", "jpg")),
        AttachmentForm::Pdf => Some((DOCUMENT, "pdf")),
        _ => None,
    }
}

/// Reads the attachments of a case that are printed: photographs, and the pages of PDFs, each of
/// which is tried alone before it comes among the others.
fn attached(
    office: &Office,
    data: &FormData,
    case: RecordId,
    supplement: bool,
    progress: &Progress,
) -> Result<Album, Fault> {
    let mut album = Album::default();
    let all: Vec<_> = data
        .attachments
        .iter()
        .filter(|one| !supplement || data.supplement.contains(&one.id))
        .filter_map(|one| Some((one, form_of(one.form)?)))
        .collect();
    let total = u64::try_from(all.len()).ok();
    for (at, (one, (form, ending))) in all.into_iter().enumerate() {
        progress.check()?;
        progress.at(Phase::Drawing, u64::try_from(at).unwrap_or(u64::MAX), total);
        let content = match attachments::whole(office, case, one.id) {
            Ok((_, content)) => content,
            Err(Fault::Attachment { reason: AttachmentTrouble::NotHere }) => {
                album.lacking.push(lacks(&one.name, "还在别的电脑上"));
                continue;
            }
            Err(Fault::NotAllowed { .. }) => {
                album.lacking.push(lacks(&one.name, "您的岗位看不到"));
                continue;
            }
            Err(fault) => return Err(fault),
        };
        let file = Picture { name: format!("{at}.{ending}"), bytes: content };
        let about =
            json!({ "name": one.name, "at": one.at, "path": format!("/pictures/{}", file.name) });
        let shown = Shown { form, about, name: one.name.clone() };
        album.bytes = album.bytes.saturating_add(file.bytes.len());
        if album.bytes > PICTURE_BYTES_MAX || album.files.len() >= PICTURES_MAX {
            album.lacking.push(lacks(&one.name, "附件太多，没有印在这里"));
            album.bytes = album.bytes.saturating_sub(file.bytes.len());
            continue;
        }
        let pages = match form {
            DOCUMENT => match pages_of(office, data, &shown, &file, progress)? {
                Ok(pages) => pages,
                Err(why) => {
                    album.lacking.push(lacks(&one.name, why));
                    continue;
                }
            },
            _ => 1,
        };
        if album.pages.saturating_add(pages) > ATTACHED_PAGES_MAX {
            album.lacking.push(lacks(&one.name, "页数太多，没有印在这里"));
            continue;
        }
        album.pages = album.pages.saturating_add(pages);
        album.shown.push(shown);
        album.files.push(file);
    }
    Ok(album)
}

/// How many pages a PDF has on paper, or why it has none there.
fn pages_of(
    office: &Office,
    data: &FormData,
    shown: &Shown,
    file: &Picture,
    progress: &Progress,
) -> Result<Result<usize, &'static str>, Fault> {
    let Some(form) = paper::forms::find(shown.form) else { return Ok(Err("没有印在这里")) };
    let mut sheet = data.sheet(None);
    if let Some(members) = sheet.as_object_mut() {
        members.insert("about".to_owned(), shown.about.clone());
    }
    let part = Part { form, data: sheet, name: String::new() };
    let input = Input { parts: vec![part], pictures: vec![file.clone()], ..Input::default() };
    match setting::file(office, &input, progress) {
        Ok(printed) => Ok(Ok(printed.pages)),
        Err(Fault::Form { reason: FormTrouble::TooLong, .. }) => Ok(Err("页数太多，没有印在这里")),
        Err(Fault::Form { .. }) => Ok(Err("PDF 打不开或者加了密码，没有印在这里")),
        Err(fault) => Err(fault),
    }
}

/// Shows what the file of a case would hold.
pub(crate) fn get(office: &Office, request: &DossierGet) -> Result<Dossier, Fault> {
    let data = FormData::read(office, request.case)?;
    let forms = table(office);
    let bound = bind(&forms, &data, request.supplement, &[], Vec::new())?;
    let count = |form: AttachmentForm| {
        let all = data.attachments.iter().filter(|one| one.form == form).count();
        u32::try_from(all).unwrap_or(u32::MAX)
    };
    Ok(Dossier {
        parts: bound.parts.iter().map(|part| named(&part.form.zh, &part.form.en)).collect(),
        missing: bound.missing,
        pictures: count(AttachmentForm::Jpeg),
        documents: count(AttachmentForm::Pdf),
        has_supplement: bound.has_supplement,
    })
}

/// The file of a case as one PDF, with the name it should have.
pub(crate) fn file(
    office: &Office,
    request: &DossierSave,
    progress: &Progress,
) -> Result<(String, Vec<u8>), Fault> {
    let data = FormData::read(office, request.case)?;
    let forms = table(office);
    let album = attached(office, &data, request.case, request.supplement, progress)?;
    let kind = if request.supplement { "补充卷" } else { "调解卷宗" };
    let title = format!("{kind} {}", data.number);
    let set = |album: &Album| -> Result<Vec<u8>, Fault> {
        let lacking = album.lacking.clone();
        let bound = bind(&forms, &data, request.supplement, &album.shown, lacking)?;
        progress.check()?;
        progress.at(Phase::Building, 0, None);
        let (title, pictures) = (title.clone(), album.files.clone());
        let input = Input { parts: bound.parts, pictures, title, drawn_max: 0 };
        Ok(setting::file(office, &input, progress)?.pdf)
    };
    let has_documents = album.shown.iter().any(|shown| shown.form == DOCUMENT);
    let pdf = match set(&album) {
        // Each was good alone; together they are too much. The file is bound without them, and
        // says so.
        Err(Fault::Form { .. }) if has_documents => set(&album.without_documents())?,
        made => made?,
    };
    Ok((format!("{}.pdf", plain(&title)), pdf))
}

/// The files of an archive: the document, every attachment that is here, and the manifest last.
pub(crate) fn files(
    office: &Office,
    request: &ArchiveExport,
    progress: &Progress,
    sink: Sink<'_>,
) -> Result<Filed, Fault> {
    let data = FormData::read(office, request.case)?;
    let mut filing = Filing::new(sink, progress);
    let (case, supplement, to) = (request.case, request.supplement, request.to.clone());
    let (name, pdf) = file(office, &DossierSave { case, supplement, to }, progress)?;
    filing.put(&name, &pdf)?;
    for (at, one) in data.attachments.iter().enumerate() {
        if request.supplement && !data.supplement.contains(&one.id) {
            continue;
        }
        match attachments::whole(office, request.case, one.id) {
            Ok((name, bytes)) => {
                filing.put(&format!("附件{:03} {name}", at.saturating_add(1)), &bytes)?;
            }
            Err(Fault::Attachment { .. } | Fault::NotAllowed { .. }) => {
                filing.leave_out(one.name.clone());
            }
            Err(fault) => return Err(fault),
        }
    }
    filing.finish(json!({
        "case": request.case, "number": data.number,
        "title": data.whole.pointer("/case/title"), "made": data.whole.get("printed"),
        "supplement": request.supplement,
    }))
}

/// The name of an archive.
pub(crate) fn name(office: &Office, request: &ArchiveExport) -> Result<String, Fault> {
    let data = FormData::read(office, request.case)?;
    let kind = if request.supplement { "补充卷" } else { "卷宗" };
    Ok(plain(&format!("{kind} {}", data.number)))
}
