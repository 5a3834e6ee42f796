//! 移送材料: what of a case goes to the court or the county, chosen piece by piece: forms as PDF and
//! attachments, with a table of contents and a manifest. It leaves the office, so whatever makes a
//! child known is hidden in it, and photographs and recordings of a case of a child, in which
//! nothing can be hidden, stay here.

use domain::id::{FactId, RecordId};
use domain::rights::Right;
use paper::{Input, Part};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::archive::{ArchiveShape, Filed, Filing, Sink};
use super::data::FormData;
use super::{fitting, plain, setting, table};
use crate::attachments;
use crate::fault::Fault;
use crate::host::Place;
use crate::office::Office;
use crate::progress::{Phase, Progress};
use crate::rights;

/// The most forms, and attachments, of one package.
const PIECES_MAX: usize = 200;

/// A form of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FormOfCase {
    /// The form.
    pub form: String,
    /// What of the case it is about.
    #[serde(default)]
    pub about: Option<FactId>,
}

/// Writes what goes to the court or the county (移送材料).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PackageExport {
    /// The case.
    pub case: RecordId,
    /// Which forms.
    pub forms: Vec<FormOfCase>,
    /// Which attachments.
    #[serde(default)]
    pub attachments: Vec<FactId>,
    /// As what it is written.
    #[serde(default)]
    pub shape: ArchiveShape,
    /// In which folder.
    pub to: Place,
}

/// Why an attachment is not in a package.
const OF_A_CHILD: &str = "涉及未成年人，没有放进来";
const ELSEWHERE: &str = "还在别的电脑上，没有放进来";
const NOT_SEEN: &str = "您的岗位看不到，没有放进来";

/// The name of a package.
pub(crate) fn name(office: &Office, request: &PackageExport) -> Result<String, Fault> {
    Ok(plain(&format!("移送材料 {}", FormData::leaving(office, request.case)?.number)))
}

/// The files of a package: the forms, the attachments, the table of contents, the manifest last.
pub(crate) fn files(
    office: &Office,
    request: &PackageExport,
    progress: &Progress,
    sink: Sink<'_>,
) -> Result<Filed, Fault> {
    let count = request.forms.len().saturating_add(request.attachments.len());
    if count == 0 || count > PIECES_MAX {
        return Err(Fault::bad("forms, attachments: none or too many"));
    }
    let data = FormData::leaving(office, request.case)?;
    let forms = table(office);
    let fits = fitting(office, &forms, &data);
    let mut filing = Filing::new(sink, progress);
    let mut contents = Vec::new();
    let total = u64::try_from(count.saturating_add(1)).ok();
    for (at, chosen) in (1u64..).zip(&request.forms) {
        progress.at(Phase::Drawing, at, total);
        let is_it = |line: &super::FormLine| line.form == chosen.form && line.about == chosen.about;
        let found = fits.iter().find(|(_, line)| is_it(line));
        let (form, _) = found.ok_or_else(|| Fault::not_found(&chosen.form))?;
        let part = Part { form, data: data.sheet(chosen.about), name: String::new() };
        let title = format!("{} {}", form.zh, data.number);
        let input = Input { parts: vec![part], title, ..Input::default() };
        let printed = setting::form(office, &input)?;
        let file = format!("{at:02} {}.pdf", plain(&form.zh));
        filing.put(&file, &printed.pdf)?;
        contents.push(json!({ "name": form.zh, "pages": printed.pages, "file": file, "note": "" }));
    }
    let is_of_a_child = office.store.read(|reader| -> Result<bool, Fault> {
        let guard = reader.guarded(request.case)?;
        Ok(guard.is_some_and(|guard| !guard.minors.is_empty() && guard.minors != "[]"))
    })?;
    for (at, id) in (1usize..).zip(&request.attachments) {
        let held = data.attachments.iter().find(|one| one.id == *id);
        let held = held.ok_or_else(|| Fault::not_found(id))?;
        // The name as it may leave.
        let called = data.called(*id).unwrap_or_else(|| held.name.clone());
        let read = if is_of_a_child {
            Err(OF_A_CHILD)
        } else {
            match attachments::whole(office, request.case, *id) {
                Ok((name, bytes)) => Ok((format!("附件{at:03} {name}"), bytes)),
                Err(Fault::Attachment { .. }) => Err(ELSEWHERE),
                Err(Fault::NotAllowed { .. }) => Err(NOT_SEEN),
                Err(fault) => return Err(fault),
            }
        };
        let (file, note) = match read {
            Ok((file, bytes)) => {
                filing.put(&file, &bytes)?;
                (file, "")
            }
            Err(why) => {
                filing.leave_out(format!("附件“{called}”：{why}"));
                (String::new(), why)
            }
        };
        contents.push(json!({ "name": called, "pages": null, "file": file, "note": note }));
    }
    let form = paper::forms::find("package").ok_or_else(|| Fault::not_found("package"))?;
    let mut sheet = data.sheet(None);
    if let Some(members) = sheet.as_object_mut() {
        members.insert("package".to_owned(), json!({ "contents": contents }));
    }
    let part = Part { form, data: sheet, name: String::new() };
    let title = format!("{} {}", form.zh, data.number);
    let listed = setting::form(office, &Input { parts: vec![part], title, ..Input::default() })?;
    filing.put(&format!("00 {}.pdf", form.zh), &listed.pdf)?;
    filing.finish(json!({
        "kind": "package", "case": request.case, "number": data.number,
        "title": data.whole.pointer("/case/title"), "made": data.whole.get("printed"),
        "contents": contents,
    }))
}

/// Refuses whoever may not hand the case over, beyond what the command needs: they must see all of
/// what they choose from.
pub(crate) fn check(office: &Office, case: RecordId) -> Result<(), Fault> {
    let may = office.store.read(|reader| -> Result<bool, Fault> {
        let lens = rights::Lens::new(office, reader);
        Ok(lens.reaches(Right::CaseExport, case)? && lens.sight(case)?.is_whole())
    })?;
    if may { Ok(()) } else { Err(rights::refused(office, Right::CaseExport)) }
}
