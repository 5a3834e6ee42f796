//! Forms as Word files (.docx), for those who must edit: a template that the office made itself lies
//! beside its Typst templates in the profile's folder, and is filled with what stands on the PDF.
//!
//! A template comes from outside, so a child reads and fills it ([`crate::worker`]).
//!
//! **Shape**: to the child, one request: the length of its head, four bytes, big endian; the head,
//! JSON; the template. From the child the same: what stands between braces, and the file.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use paper::Form;
use paper::word::{Word, WordError, WordNames};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{FormWord, named};
use crate::fault::{Fault, FormTrouble, file_fault};
use crate::office::Office;
use crate::worker::{self, Task};

/// The largest template.
pub(crate) const WORD_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How much memory a child may take, in bytes.
pub(crate) const MEMORY_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// The longest request of a child, and its longest answer, in bytes.
const REQUEST_BYTES_MAX: usize = 32 * 1024 * 1024;
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// How long a child may take.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Serialize, Deserialize)]
struct Asked {
    form: Form,
    /// What it is filled with; nothing where it is read alone.
    data: Option<Value>,
}

/// What stands between braces in a template, and the template filled, if there was data.
type Made = (WordNames, Vec<u8>);

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

/// The template of a form as it lies there.
fn lying(home: &Path, form: &Form) -> Result<Vec<u8>, Fault> {
    let path = place(home, form);
    if !is_there(home, form) {
        return Err(Fault::not_found(&form.id));
    }
    let file = std::fs::File::open(&path).map_err(|error| file_fault(&error, &path))?;
    let most = u64::try_from(WORD_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes).map_err(|error| file_fault(&error, &path))?;
    Ok(bytes)
}

/// Reads a template, and fills it with data if there is some.
fn made(template: &[u8], form: &Form, data: Option<&Value>) -> Result<Made, WordError> {
    let word = Word::read(template)?;
    let file = data.map(|data| word.fill(form, data)).transpose()?;
    Ok((word.names(form), file.unwrap_or_default()))
}

/// The same in a child, where there is one.
fn made_apart(
    office: &Office,
    template: &[u8],
    form: &Form,
    data: Option<&Value>,
) -> Result<Made, Fault> {
    if template.len() > WORD_BYTES_MAX {
        return Err(fault(WordError::TooLarge));
    }
    let Some(worker) = office.worker() else { return made(template, form, data).map_err(fault) };
    let request = request(template, form, data)?;
    match worker.ask(Task::FillWord, &request, ANSWER_BYTES_MAX, PATIENCE) {
        // What no child survives is larger than any real one.
        Ok(answer) => {
            answer.and_then(|a| read_answer(&a)).unwrap_or(Err(WordError::TooLarge)).map_err(fault)
        }
        Err(error) => {
            tracing::warn!(%error, "Word files are not read in a child");
            made(template, form, data).map_err(fault)
        }
    }
}

fn request(template: &[u8], form: &Form, data: Option<&Value>) -> Result<Vec<u8>, Fault> {
    let head = Asked { form: form.clone(), data: data.cloned() };
    worker::with_head(&head, &[template]).map_err(|error| Fault::internal(&error))
}

fn read_answer(mut answer: &[u8]) -> Option<Result<Made, WordError>> {
    let head: Result<WordNames, WordError> = worker::take_head(&mut answer).ok()?;
    Some(head.map(|names| (names, answer.to_vec())))
}

/// What the child does.
///
/// # Errors
/// What comes is no request, or whoever asks is gone.
pub(crate) fn serve(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    let Some(request) = worker::read_request(&mut input, REQUEST_BYTES_MAX)? else {
        return Ok(());
    };
    let mut template = request.as_slice();
    let asked: Asked = worker::take_head(&mut template)?;
    let (head, file) = match made(template, &asked.form, asked.data.as_ref()) {
        Ok((names, file)) => (Ok(names), file),
        Err(error) => (Err(error), Vec::new()),
    };
    output.write_all(&worker::with_head(&head, &[&file])?)?;
    output.flush()
}

/// What is known of the template of a form; `None` if it has none.
pub(super) fn view(office: &Office, form: &Form) -> Option<WordView> {
    if !is_there(&office.home, form) {
        return None;
    }
    let read = lying(&office.home, form).and_then(|bytes| made_apart(office, &bytes, form, None));
    Some(match read {
        Ok((names, _)) => {
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
pub(super) fn put(office: &Office, form: &Form, bytes: &[u8]) -> Result<(), Fault> {
    made_apart(office, bytes, form, Some(paper::forms::sample()))?;
    let folder = office.home.join("forms");
    std::fs::create_dir_all(&folder).map_err(|error| file_fault(&error, &folder))?;
    let name = format!("{}.docx", form.id);
    carry::usb::write_verified(&folder, &name, |out| out.write_all(bytes))
        .map_err(|error| file_fault(&error, &place(&office.home, form)))?;
    Ok(())
}

/// Takes it away.
pub(super) fn take_away(home: &Path, form: &Form) -> Result<(), Fault> {
    super::table::remove(&place(home, form))
}

/// A form with what stands on it, as a Word file.
pub(super) fn fill(office: &Office, form: &Form, data: &Value) -> Result<Vec<u8>, Fault> {
    let template = lying(&office.home, form)?;
    made_apart(office, &template, form, Some(data)).map(|(_, file)| file)
}

#[cfg(test)]
mod tests {
    use zip::write::SimpleFileOptions;

    use super::*;

    const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;

    fn template(words: &str) -> Vec<u8> {
        let text = format!(
            r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:body></w:document>"#
        );
        let mut file = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for (name, text) in [("[Content_Types].xml", TYPES), ("word/document.xml", &text)] {
            file.start_file(name, SimpleFileOptions::DEFAULT).unwrap();
            file.write_all(text.as_bytes()).unwrap();
        }
        file.finish().unwrap().into_inner()
    }

    #[test]
    fn what_a_child_fills_is_what_this_process_fills() {
        let form = paper::forms::find("cover").unwrap();
        let data = paper::forms::sample();
        let template = template("{案名}{没有的}");
        for data in [None, Some(data)] {
            let mut asked = Vec::new();
            worker::write_request(&mut asked, &request(&template, form, data).unwrap()).unwrap();
            let mut answer = Vec::new();
            serve(asked.as_slice(), &mut answer).unwrap();
            let (names, file) = read_answer(&answer).unwrap().unwrap();
            assert_eq!(names.unknown, ["没有的"]);
            assert_eq!(file.is_empty(), data.is_none());
            assert_eq!((names, file), made(&template, form, data).unwrap());
            assert!(read_answer(&answer[..3]).is_none());
        }
        // What is wrong with a template comes back as it is.
        let mut asked = Vec::new();
        worker::write_request(&mut asked, &request(b"x", form, None).unwrap()).unwrap();
        let mut answer = Vec::new();
        serve(asked.as_slice(), &mut answer).unwrap();
        assert_eq!(read_answer(&answer), Some(Err(WordError::NoWord)));
        assert!(serve(&b"\x00\x00\x00\x05\x00\x00\x00\x01x"[..], &mut Vec::new()).is_err());
    }
}
