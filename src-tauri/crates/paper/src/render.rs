//! From data to pages.

use std::collections::BTreeSet;

use hayro_syntax::Pdf;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use typst::diag::{Severity, SourceDiagnostic};
use typst::foundations::{Bytes, Smart};
use typst::{World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, pdf};
use typst_svg::{SvgOptions, svg};

use crate::forms::{self, Form};
use crate::letters;
use crate::world::Desk;

/// The most pages of one document.
pub const PAGES_MAX: usize = 600;

/// The most bytes of data of one document.
const DATA_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The most forms in one document.
const PARTS_MAX: usize = 1000;

/// How many documents ago something may have been laid out that is still remembered.
const REMEMBERED: usize = 3;

/// One form in a document.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    /// The form.
    pub form: &'a Form,
    /// What stands on it.
    pub data: Value,
    /// What the directory calls it; the form's own name if empty.
    pub name: String,
}

/// A picture, or a PDF whose pages are pictures, that a form shows by its path `/pictures/<name>`.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Its name, with `.jpg` or `.pdf`.
    pub name: String,
    /// The JPEG or the PDF.
    pub bytes: Vec<u8>,
}

/// A document to be made.
#[derive(Debug, Clone, Default)]
pub struct Input<'a> {
    /// Its forms, in order; each begins on a new page.
    pub parts: Vec<Part<'a>>,
    /// Its pictures.
    pub pictures: Vec<Picture>,
    /// What the file says it is called.
    pub title: String,
    /// How many pages are drawn to be looked at.
    pub drawn_max: usize,
}

/// A document that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The PDF.
    pub pdf: Vec<u8>,
    /// The first pages as SVG, as many as were asked for.
    pub drawn: Vec<String>,
    /// How many pages it has.
    pub pages: usize,
    /// The letters that no font has: 〓 stands in their place.
    pub lacking: Vec<char>,
}

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum PaperError {
    /// A template does not compile, or does not fit the data.
    #[error("{file}:{line}: {message}")]
    Template {
        /// Which file.
        file: String,
        /// In which line, from 1; 0 if nobody knows.
        line: usize,
        /// What the compiler says, in English.
        message: String,
    },
    /// A PDF that cannot be read, or has a password.
    #[error("{name}: no PDF that can be read")]
    Picture {
        /// Its name.
        name: String,
    },
    /// Too much for one document.
    #[error("too long for one document")]
    TooLong,
}

/// Makes a document.
///
/// # Errors
/// [`PaperError::Template`] if a template that was put in the place of ours is wrong;
/// [`PaperError::TooLong`].
pub fn render(input: &Input<'_>) -> Result<Printed, PaperError> {
    if input.parts.len() > PARTS_MAX {
        return Err(PaperError::TooLong);
    }
    let mut lacking = BTreeSet::new();
    let mut parts = Vec::new();
    for part in &input.parts {
        let name = if part.name.is_empty() { &part.form.zh } else { &part.name };
        let mut value = json!({ "form": part.form.id, "name": name, "data": part.data });
        letters::make_printable(&mut value, &mut lacking);
        parts.push(value);
    }
    let data = json!({ "title": input.title, "parts": parts }).to_string();
    if data.len() > DATA_BYTES_MAX {
        return Err(PaperError::TooLong);
    }
    let counted = pages_of(&input.pictures)?;
    let desk = desk(input, data, counted).ok_or(PaperError::TooLong)?;
    let document = typst::compile::<PagedDocument>(&desk).output;
    typst::comemo::evict(REMEMBERED);
    let document = document.map_err(|errors| told(&desk, errors.first()))?;
    let pages = document.pages().len();
    if pages > PAGES_MAX {
        return Err(PaperError::TooLong);
    }
    let options = PdfOptions {
        // The same data is the same document.
        ident: Smart::Custom(input.title.clone()),
        creator: Smart::Custom(Some("Pingli".to_owned())),
        tagged: false,
        ..PdfOptions::default()
    };
    let bytes = pdf(&document, &options).map_err(|errors| told(&desk, errors.first()))?;
    let look = SvgOptions::default();
    let drawn = document.pages().iter().take(input.drawn_max).map(|page| svg(page, &look));
    let drawn = drawn.collect();
    Ok(Printed { pdf: bytes, drawn, pages, lacking: lacking.into_iter().collect() })
}

/// How many pages each PDF among some pictures has, by its path, as JSON: no template can count.
fn pages_of(pictures: &[Picture]) -> Result<String, PaperError> {
    let mut counted = serde_json::Map::new();
    let mut pages = 0usize;
    for picture in pictures.iter().filter(|picture| picture.name.ends_with(".pdf")) {
        let count = Pdf::new(picture.bytes.clone()).map_or(0, |pdf| pdf.pages().len());
        if count == 0 {
            return Err(PaperError::Picture { name: picture.name.clone() });
        }
        pages = pages.saturating_add(count);
        counted.insert(format!("/pictures/{}", picture.name), json!(count));
    }
    if pages > PAGES_MAX {
        return Err(PaperError::TooLong);
    }
    Ok(Value::Object(counted).to_string())
}

/// The files of a document. Its main file is written here, of names of forms alone.
fn desk(input: &Input<'_>, data: String, counted: String) -> Option<Desk> {
    let ids: BTreeSet<&str> = input.parts.iter().map(|part| part.form.id.as_str()).collect();
    let mut main = String::from("#import \"/forms/lib.typ\": set-up, part\n");
    for id in &ids {
        main.push_str(&format!("#import \"/forms/{id}.typ\": form as form-{id}\n"));
    }
    main.push_str("#let all = json(\"/data.json\")\n#show: set-up.with(all.title)\n");
    for (at, each) in input.parts.iter().enumerate() {
        main.push_str(&format!("#part(all.parts.at({at}), form-{})\n", each.form.id));
    }
    let mut desk = Desk::new(&main)?;
    desk.template("/forms/lib.typ", forms::LIB);
    desk.put("/forms/words.json", Bytes::from_string(forms::WORDS));
    for part in &input.parts {
        desk.template(&format!("/forms/{}.typ", part.form.id), &part.form.template);
    }
    for picture in &input.pictures {
        desk.put(&format!("/pictures/{}", picture.name), Bytes::new(picture.bytes.clone()));
    }
    desk.put("/pictures/pages.json", Bytes::from_string(counted));
    desk.put("/data.json", Bytes::from_string(data));
    Some(desk)
}

/// What the compiler found, in the innermost place that somebody wrote.
fn told(desk: &Desk, error: Option<&SourceDiagnostic>) -> PaperError {
    let Some(error) = error.filter(|error| error.severity == Severity::Error) else {
        return PaperError::Template { file: String::new(), line: 0, message: String::new() };
    };
    let file = error.span.id();
    let line = file.zip(desk.range(error.span)).and_then(|(id, range)| {
        let source = desk.source(id).ok()?;
        source.lines().byte_to_line(range.start).map(|line| line.saturating_add(1))
    });
    let path = file.map(|id| id.get().vpath().get_without_slash().to_owned());
    PaperError::Template {
        file: path.unwrap_or_default(),
        line: line.unwrap_or(0),
        message: error.message.to_string(),
    }
}
