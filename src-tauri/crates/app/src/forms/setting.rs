//! What sets documents: this process, or a child with limits ([`crate::worker`]) where they are set
//! from what was made elsewhere (a template of the office's own, a PDF that somebody attached), and
//! where it takes long. A loop without end, or one that eats memory, costs nothing but the child;
//! whoever stops a long one stops it at once.
//!
//! **Shape**: to the child, one request: the length of its head, four bytes, big endian; the head,
//! JSON; the bytes of the pictures one after the other. From the child the same: what became of it,
//! and the PDF.

use std::io::{self, Read, Write};
use std::time::Duration;

use paper::{Form, Input, PaperError, Part, Picture, Printed};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::trouble;
use crate::fault::{Fault, FormTrouble};
use crate::office::Office;
use crate::progress::Progress;
use crate::worker::{self, Task};

/// How much memory a child may take for a form, and for the whole file of a case, in bytes.
pub(crate) const FORM_MEMORY_BYTES_MAX: u64 = 1024 * 1024 * 1024;
pub(crate) const FILE_MEMORY_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// The longest request of a child, and its longest answer, in bytes.
pub(crate) const REQUEST_BYTES_MAX: usize = 320 * 1024 * 1024;
const ANSWER_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// How long a child may set a form, and the whole file of a case.
const FORM_PATIENCE: Duration = Duration::from_secs(20);
const FILE_PATIENCE: Duration = Duration::from_secs(900);

#[derive(Serialize, Deserialize)]
struct Asked {
    parts: Vec<AskedPart>,
    /// The names of the pictures, and how many bytes each has.
    pictures: Vec<(String, usize)>,
    title: String,
    drawn_max: usize,
}

#[derive(Serialize, Deserialize)]
struct AskedPart {
    form: Form,
    template: String,
    data: Value,
    name: String,
}

#[derive(Serialize, Deserialize)]
struct Answered {
    drawn: Vec<String>,
    pages: usize,
    lacking: Vec<char>,
}

/// Sets a form.
pub(crate) fn form(office: &Office, input: &Input<'_>) -> Result<Printed, Fault> {
    let is_ours = |part: &Part<'_>| {
        let own = paper::forms::find(&part.form.id);
        own.is_some_and(|own| own.template == part.form.template)
    };
    if input.pictures.is_empty() && input.parts.iter().all(is_ours) {
        return paper::render(input).map_err(trouble);
    }
    apart(office, input, (Task::SetForm, FORM_PATIENCE), &|| false)
}

/// Sets a document that takes long.
pub(crate) fn file(
    office: &Office,
    input: &Input<'_>,
    progress: &Progress,
) -> Result<Printed, Fault> {
    apart(office, input, (Task::BindFile, FILE_PATIENCE), &|| progress.is_stopped())
}

fn apart(
    office: &Office,
    input: &Input<'_>,
    (task, patience): (Task, Duration),
    is_stopped: &dyn Fn() -> bool,
) -> Result<Printed, Fault> {
    let Some(worker) = office.worker() else { return paper::render(input).map_err(trouble) };
    let request = request(input)?;
    match worker.ask_until(task, &request, ANSWER_BYTES_MAX, patience, is_stopped) {
        Ok(Some(answer)) => {
            let exhausted =
                || Fault::Form { reason: FormTrouble::Exhausted, detail: String::new() };
            read_answer(&answer).ok_or_else(exhausted)?.map_err(trouble)
        }
        Ok(None) if is_stopped() => Err(Fault::Cancelled),
        // It did not survive that: nothing real takes so much.
        Ok(None) => Err(Fault::Form { reason: FormTrouble::Exhausted, detail: String::new() }),
        Err(error) => {
            tracing::warn!(%error, "documents are not set in a child");
            paper::render(input).map_err(trouble)
        }
    }
}

fn request(input: &Input<'_>) -> Result<Vec<u8>, Fault> {
    let part = |part: &Part<'_>| AskedPart {
        form: part.form.clone(),
        template: part.form.template.clone(),
        data: part.data.clone(),
        name: part.name.clone(),
    };
    let head = Asked {
        parts: input.parts.iter().map(part).collect(),
        pictures: input.pictures.iter().map(|one| (one.name.clone(), one.bytes.len())).collect(),
        title: input.title.clone(),
        drawn_max: input.drawn_max,
    };
    let pictures: Vec<&[u8]> = input.pictures.iter().map(|one| one.bytes.as_slice()).collect();
    let request = worker::with_head(&head, &pictures).map_err(|error| Fault::internal(&error))?;
    if request.len() > REQUEST_BYTES_MAX {
        return Err(trouble(PaperError::TooLong));
    }
    Ok(request)
}

fn read_answer(mut answer: &[u8]) -> Option<Result<Printed, PaperError>> {
    let head: Result<Answered, PaperError> = worker::take_head(&mut answer).ok()?;
    Some(head.map(|head| Printed {
        pdf: answer.to_vec(),
        drawn: head.drawn,
        pages: head.pages,
        lacking: head.lacking,
    }))
}

/// What the child does.
///
/// # Errors
/// What comes is no request, or whoever asks is gone.
pub(crate) fn serve(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    let Some(request) = worker::read_request(&mut input, REQUEST_BYTES_MAX)? else {
        return Ok(());
    };
    let mut rest = request.as_slice();
    let asked: Asked = worker::take_head(&mut rest)?;
    let mut pictures = Vec::new();
    for (name, length) in asked.pictures {
        let (bytes, after) = rest.split_at_checked(length).ok_or(io::ErrorKind::InvalidData)?;
        pictures.push(Picture { name, bytes: bytes.to_vec() });
        rest = after;
    }
    let forms: Vec<Form> = asked
        .parts
        .iter()
        .map(|part| Form { template: part.template.clone(), ..part.form.clone() })
        .collect();
    let parts = asked.parts.iter().zip(&forms).map(|(part, form)| Part {
        form,
        data: part.data.clone(),
        name: part.name.clone(),
    });
    let (title, drawn_max) = (asked.title.clone(), asked.drawn_max);
    let made = paper::render(&Input { parts: parts.collect(), pictures, title, drawn_max });
    let (head, pdf) = match made {
        Ok(Printed { pdf, drawn, pages, lacking }) => (Ok(Answered { drawn, pages, lacking }), pdf),
        Err(error) => (Err(error), Vec::new()),
    };
    output.write_all(&worker::with_head(&head, &[&pdf])?)?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_child_sets_is_what_this_process_sets() {
        let form = paper::forms::find("cover").unwrap();
        let data = paper::forms::sample().clone();
        let part = Part { form, data, name: String::new() };
        let input =
            Input { parts: vec![part], title: "卷".into(), drawn_max: 1, ..Input::default() };
        let mut asked = Vec::new();
        worker::write_request(&mut asked, &request(&input).unwrap()).unwrap();
        let mut answer = Vec::new();
        serve(asked.as_slice(), &mut answer).unwrap();
        let made = read_answer(&answer).unwrap().unwrap();
        assert_eq!(made, paper::render(&input).unwrap());
        for cut in [0, 3, 40, answer.len() / 3] {
            let read = read_answer(&answer[..cut.min(20)]);
            assert!(read.is_none(), "{cut}");
        }
        // What is no request ends the child.
        assert!(serve(&b"\x00\x00\x00\x05\x00\x00\x00\x01x"[..], &mut Vec::new()).is_err());
    }
}
