//! What a template can see. Everything is in memory: files by their path, fonts by their number.

use std::collections::HashMap;
use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Binding, Bytes, Datetime, Duration, Value};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

/// The fonts that are built in, the first one first.
const FONTS: &[&[u8]] = &[
    include_bytes!("../../../../assets/fonts/fandol-fang.otf"),
    include_bytes!("../../../../assets/fonts/noto-serif-sc.otf"),
];

/// What templates may not use: works of literature are cited nowhere here, and the parsers behind
/// it are not ours to keep safe; foreign code is not run.
const TAKEN_AWAY: [&str; 3] = ["bibliography", "cite", "plugin"];

/// Fonts, opened once.
static SHELF: LazyLock<Shelf> = LazyLock::new(|| {
    let fonts: Vec<Font> = FONTS.iter().flat_map(|bytes| Font::iter(Bytes::new(*bytes))).collect();
    Shelf { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts }
});

/// The language of templates, made once.
static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| {
    let mut library = Library::default();
    for name in TAKEN_AWAY {
        if let Some(binding) = library.global.scope_mut().get_mut(name) {
            *binding = Binding::detached(Value::None);
        }
    }
    library.std = Binding::detached(library.global.clone());
    LazyHash::new(library)
});

struct Shelf {
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

/// Whether any of the fonts has a letter.
pub(crate) fn has_letter(letter: char) -> bool {
    SHELF.fonts.iter().any(|font| font.info().coverage.contains(u32::from(letter)))
}

/// The files of one document.
pub(crate) struct Desk {
    main: FileId,
    sources: HashMap<FileId, Source>,
    files: HashMap<FileId, Bytes>,
}

/// A file by its path.
fn named(path: &str) -> Option<FileId> {
    let path = VirtualPath::new(path).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl Desk {
    /// A document whose main file has this text; `None` if the path of a file is none.
    pub(crate) fn new(main: &str) -> Option<Self> {
        let id = named("/main.typ")?;
        let sources = HashMap::from([(id, Source::new(id, main.to_owned()))]);
        Some(Self { main: id, sources, files: HashMap::new() })
    }

    /// Puts a template there.
    pub(crate) fn template(&mut self, path: &str, text: &str) {
        if let Some(id) = named(path) {
            self.sources.insert(id, Source::new(id, text.to_owned()));
        }
    }

    /// Puts a file there.
    pub(crate) fn put(&mut self, path: &str, bytes: Bytes) {
        if let Some(id) = named(path) {
            self.files.insert(id, bytes);
        }
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &SHELF.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.get(&id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        SHELF.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
