//! The file of a Word document: a zip of parts, of which those with words are read.

use std::collections::BTreeSet;
use std::io::{Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::WordError;
use super::tree::{self, Element, Node};

/// The largest file that is read, in bytes.
pub(crate) const FILE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What all of it may unpack to, and one part with words, in bytes.
const UNPACKED_BYTES_MAX: u64 = 32 * 1024 * 1024;
const PART_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What may be written into one document, in bytes, about.
pub(super) const FILLED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The most parts, and the longest name of one.
const PARTS_MAX: usize = 500;
const NAME_BYTES_MAX: usize = 200;

/// Where it is told what each part is.
const TYPES: &str = "[Content_Types].xml";

/// What the parts are called that have words, at the end of their type.
const WITH_WORDS: [&str; 5] = [
    "wordprocessingml.document.main+xml",
    "wordprocessingml.header+xml",
    "wordprocessingml.footer+xml",
    "wordprocessingml.footnotes+xml",
    "wordprocessingml.endnotes+xml",
];

/// Folders of what other programs put into a document.
const OF_OTHERS: [&str; 3] = ["word/embeddings/", "word/activex/", "word/afchunk"];

/// Instructions of fields that fetch something from outside.
const FETCHING: [&str; 8] =
    ["DATABASE", "DDE", "DDEAUTO", "IMPORT", "INCLUDE", "INCLUDEPICTURE", "INCLUDETEXT", "LINK"];

/// A part of a document.
#[derive(Debug)]
enum Part {
    /// As it is.
    Kept(Vec<u8>),
    /// With words.
    Read(Vec<Node>),
}

/// A document.
#[derive(Debug)]
pub(super) struct Package {
    parts: Vec<(String, Part)>,
}

impl Package {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, WordError> {
        if bytes.len() > FILE_BYTES_MAX {
            return Err(WordError::TooLarge);
        }
        let kept = unpack(bytes)?;
        let lower = |name: &str| name.to_ascii_lowercase();
        if kept.iter().any(|(name, _)| lower(name).contains("vbaproject")) {
            return Err(WordError::Macros);
        }
        if kept.iter().any(|(name, _)| OF_OTHERS.iter().any(|of| lower(name).starts_with(of))) {
            return Err(WordError::Outside);
        }
        for (name, bytes) in &kept {
            if lower(name).ends_with(".rels") {
                stays_inside(&tree::parse(bytes).ok_or(WordError::NoWord)?)?;
            }
        }
        let types = kept.iter().find(|(name, _)| name == TYPES).ok_or(WordError::NoWord)?;
        let with_words = with_words(&tree::parse(&types.1).ok_or(WordError::NoWord)?)?;
        let mut parts = Vec::new();
        for (name, bytes) in kept {
            let part = if with_words.contains(&name) {
                if bytes.len() > PART_BYTES_MAX {
                    return Err(WordError::TooLarge);
                }
                let nodes = tree::parse(&bytes).ok_or(WordError::NoWord)?;
                fetches_nothing(&nodes)?;
                Part::Read(nodes)
            } else {
                Part::Kept(bytes)
            };
            parts.push((name, part));
        }
        Ok(Self { parts })
    }

    /// The parts with words, in their order.
    pub(super) fn parts(&self) -> impl Iterator<Item = &[Node]> {
        self.parts.iter().filter_map(|(_, part)| match part {
            Part::Read(nodes) => Some(nodes.as_slice()),
            Part::Kept(_) => None,
        })
    }

    /// The same document with others in the place of its parts with words.
    pub(super) fn with(
        &self,
        mut fill: impl FnMut(&[Node]) -> Result<Vec<Node>, WordError>,
    ) -> Result<Vec<u8>, WordError> {
        // No time of day: the same document is the same bytes.
        let look = SimpleFileOptions::DEFAULT.compression_method(CompressionMethod::Deflated);
        let mut file = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, part) in &self.parts {
            let bytes = match part {
                Part::Kept(bytes) => bytes.clone(),
                Part::Read(nodes) => tree::write(&fill(nodes)?).map_err(|_| WordError::NoWord)?,
            };
            file.start_file(name, look).map_err(|_| WordError::NoWord)?;
            file.write_all(&bytes).map_err(|_| WordError::NoWord)?;
        }
        let file = file.finish().map_err(|_| WordError::NoWord)?;
        Ok(file.into_inner())
    }
}

/// What a zip holds, never more than a document does.
fn unpack(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, WordError> {
    let mut file = ZipArchive::new(Cursor::new(bytes)).map_err(|_| WordError::NoWord)?;
    if file.has_duplicate_names() {
        return Err(WordError::NoWord);
    }
    if file.len() > PARTS_MAX {
        return Err(WordError::TooLarge);
    }
    let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
    let mut left = UNPACKED_BYTES_MAX;
    for at in 0..file.len() {
        let part = file.by_index(at).map_err(|_| WordError::NoWord)?;
        let name = part.name().map_err(|_| WordError::NoWord)?.into_owned();
        if part.is_dir() {
            continue;
        }
        let is_plain = name.len() <= NAME_BYTES_MAX
            && !name.starts_with('/')
            && !name.contains(['\\', ':'])
            && name.split('/').all(|step| !step.is_empty() && step != ".." && step != ".");
        if part.encrypted() || !is_plain || !seen.insert(name.to_lowercase()) {
            return Err(WordError::NoWord);
        }
        // What it says of its size is not believed.
        let mut content = Vec::new();
        let mut bounded = part.take(left.saturating_add(1));
        let read = bounded.read_to_end(&mut content).map_err(|_| WordError::NoWord)?;
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        left = left.checked_sub(read).ok_or(WordError::TooLarge)?;
        all.push((name, content));
    }
    Ok(all)
}

/// Every element of some nodes.
fn each<'a>(nodes: &'a [Node], of: &mut impl FnMut(&'a Element)) {
    for node in nodes {
        if let Node::Element(element) = node {
            of(element);
            each(&element.children, of);
        }
    }
}

fn local(element: &Element) -> &str {
    element.start.local_name().into_inner()
}

/// Nothing that a part names lies outside the document.
fn stays_inside(relations: &[Node]) -> Result<(), WordError> {
    let mut found = Ok(());
    each(relations, &mut |element| {
        let says = |name: &str| element.attribute(name).unwrap_or_default().to_ascii_lowercase();
        if local(element) == "Relationship" {
            let kind = says("Type");
            if kind.ends_with("/vbaproject") {
                found = Err(WordError::Macros);
            } else if says("TargetMode") == "external" || kind.ends_with("/afchunk") {
                found = Err(WordError::Outside);
            }
        }
    });
    found
}

/// The names of the parts with words.
fn with_words(types: &[Node]) -> Result<BTreeSet<String>, WordError> {
    let (mut names, mut has_main, mut has_macros) = (BTreeSet::new(), false, false);
    each(types, &mut |element| {
        let kind = element.attribute("ContentType").unwrap_or_default();
        has_macros |= kind.to_ascii_lowercase().contains("macroenabled");
        if local(element) == "Override" && WITH_WORDS.iter().any(|end| kind.ends_with(end)) {
            let name = element.attribute("PartName").unwrap_or_default();
            names.insert(name.trim_start_matches('/').to_owned());
            has_main |= WITH_WORDS.first().is_some_and(|main| kind.ends_with(main));
        }
    });
    match (has_macros, has_main) {
        (true, _) => Err(WordError::Macros),
        (false, false) => Err(WordError::NoWord),
        (false, true) => Ok(names),
    }
}

/// No field of a part fetches anything. Word divides instructions as it likes, so they are read
/// as one.
fn fetches_nothing(nodes: &[Node]) -> Result<(), WordError> {
    let mut instructions = String::new();
    each(nodes, &mut |element| match element.name() {
        "w:fldChar" => instructions.push(' '),
        "w:fldSimple" => {
            instructions
                .push_str(&format!(" {} ", element.attribute("w:instr").unwrap_or_default()));
        }
        "w:instrText" => {
            for child in &element.children {
                if let Node::Text(text) = child {
                    instructions.push_str(text);
                }
            }
        }
        _ => {}
    });
    let upper = instructions.to_ascii_uppercase();
    let mut words = upper.split(|c: char| !c.is_ascii_alphanumeric());
    if words.any(|word| FETCHING.contains(&word)) { Err(WordError::Outside) } else { Ok(()) }
}
