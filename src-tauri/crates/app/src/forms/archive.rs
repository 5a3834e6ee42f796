//! Archives: files beside a manifest of their BLAKE3, as a folder or as one zip, so that whoever has
//! them can tell whether anything was altered, without a profile.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::fault::{Fault, FileTrouble, FormTrouble, file_fault};
use crate::progress::Progress;

/// What a manifest says it is.
const FORMAT: &str = "pingli-archive-1";

/// The name of a manifest.
const MANIFEST: &str = "manifest.json";

/// The largest manifest that is read.
const MANIFEST_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The most files of an archive that is read.
const FILES_MAX: usize = 20_000;

/// As what an archive is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum ArchiveShape {
    /// A folder.
    #[default]
    Folder,
    /// One file, to be sent.
    Zip,
}

/// An archive that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ArchiveWritten {
    /// The name of its folder or file.
    pub name: String,
    /// Where it is, as far as the caller may know.
    pub path: Option<String>,
    /// How many files it has beside the manifest.
    pub files: u32,
    /// The BLAKE3 of the manifest, in hexadecimal digits: whoever writes it down can tell later
    /// that nothing was altered.
    pub hash: String,
    /// What was asked for and is not in it, each with its reason.
    pub left_out: Vec<String>,
}

/// Where the files of an archive go, one after the other.
pub(crate) type Sink<'a> = &'a mut dyn FnMut(&str, &[u8]) -> Result<(), Fault>;

/// An archive while it is filled.
pub(crate) struct Filing<'a> {
    write: Sink<'a>,
    progress: &'a Progress,
    listed: Vec<Value>,
    left_out: Vec<String>,
}

/// What an archive became.
pub(crate) struct Filed {
    pub(crate) files: u32,
    pub(crate) hash: String,
    pub(crate) left_out: Vec<String>,
}

impl<'a> Filing<'a> {
    pub(crate) fn new(write: Sink<'a>, progress: &'a Progress) -> Self {
        Self { write, progress, listed: Vec::new(), left_out: Vec::new() }
    }

    /// Writes a file and lists it.
    pub(crate) fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        self.progress.check()?;
        (self.write)(name, bytes)?;
        let hash = blake3::hash(bytes).to_hex().to_string();
        self.listed.push(json!({ "name": name, "bytes": bytes.len(), "blake3": hash }));
        Ok(())
    }

    /// Tells of something that is not in it.
    pub(crate) fn leave_out(&mut self, what: String) {
        self.left_out.push(what);
    }

    /// Writes the manifest; `about` are the members that say what it is.
    pub(crate) fn finish(self, mut about: Value) -> Result<Filed, Fault> {
        let files = u32::try_from(self.listed.len()).unwrap_or(u32::MAX);
        if let Some(members) = about.as_object_mut() {
            members.insert("format".to_owned(), json!(FORMAT));
            members.insert("files".to_owned(), json!(self.listed));
            members.insert("absent".to_owned(), json!(self.left_out));
        }
        let manifest =
            serde_json::to_vec_pretty(&about).map_err(|error| Fault::internal(&error))?;
        (self.write)(MANIFEST, &manifest)?;
        let hash = blake3::hash(&manifest).to_hex().to_string();
        Ok(Filed { files, hash, left_out: self.left_out })
    }
}

/// Writes an archive within a folder. What is not finished leaves nothing.
pub(crate) fn write(
    within: &Path,
    (name, shape): (&str, ArchiveShape),
    make: impl FnOnce(Sink<'_>) -> Result<Filed, Fault>,
) -> Result<(PathBuf, Filed), Fault> {
    match shape {
        ArchiveShape::Folder => {
            let folder = within.join(name);
            refuse_what_exists(&folder, name)?;
            std::fs::create_dir(&folder).map_err(|error| file_fault(&error, &folder))?;
            let made = make(&mut |name, bytes| {
                let written = carry::usb::write_verified(&folder, name, |out| out.write_all(bytes));
                written.map(|_| ()).map_err(|error| file_fault(&error, &folder))
            });
            if made.is_err() {
                // Half an archive is none.
                let _ = std::fs::remove_dir_all(&folder);
            }
            made.map(|filed| (folder, filed))
        }
        ArchiveShape::Zip => {
            let name = format!("{name}.zip");
            let path = within.join(&name);
            refuse_what_exists(&path, &name)?;
            let mut made = None;
            let written = carry::usb::write_verified(within, &name, |out| {
                // No time of day: the same files are the same archive.
                let look = SimpleFileOptions::DEFAULT
                    .compression_method(CompressionMethod::Deflated)
                    .large_file(true);
                let mut zip = ZipWriter::new_stream(out);
                let filed = make(&mut |name, bytes| {
                    let put = zip.start_file(name, look).map_err(std::io::Error::from);
                    let put = put.and_then(|()| zip.write_all(bytes));
                    put.map_err(|error| file_fault(&error, &path))
                });
                let is_made = filed.is_ok();
                made = Some(filed);
                if !is_made {
                    return Err(std::io::ErrorKind::Other.into());
                }
                zip.finish().map(|_| ()).map_err(std::io::Error::from)
            });
            match (made, written) {
                (Some(Err(fault)), _) => Err(fault),
                (Some(Ok(filed)), Ok(_)) => Ok((path, filed)),
                (_, Err(error)) => Err(file_fault(&error, &path)),
                (None, Ok(_)) => Err(Fault::bad("to")),
            }
        }
    }
}

fn refuse_what_exists(path: &Path, name: &str) -> Result<(), Fault> {
    if path.exists() {
        let reason = FileTrouble::Exists;
        return Err(Fault::File { reason, path: name.to_owned() });
    }
    Ok(())
}

/// What was found about an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// Whether everything is there as it was written.
    pub is_whole: bool,
    /// The BLAKE3 of the manifest.
    pub hash: String,
    /// The number of the case.
    pub number: String,
    /// Files that are not there.
    pub absent: Vec<String>,
    /// Files that are not what was written.
    pub altered: Vec<String>,
    /// Files that the manifest does not name.
    pub unknown: Vec<String>,
}

/// The part of a manifest that is verified.
#[derive(Deserialize)]
struct Manifest {
    format: String,
    #[serde(default)]
    number: String,
    files: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    bytes: u64,
    blake3: String,
}

/// An archive that is looked at.
enum Found {
    Folder(PathBuf),
    Zip(Box<ZipArchive<BufReader<File>>>),
}

impl Found {
    fn open(path: &Path) -> Option<Self> {
        if path.is_dir() {
            return Some(Self::Folder(path.to_owned()));
        }
        let zip = ZipArchive::new(BufReader::new(File::open(path).ok()?)).ok()?;
        // Of two files with one name nobody knows which one was meant.
        (zip.len() <= FILES_MAX && !zip.has_duplicate_names()).then(|| Self::Zip(Box::new(zip)))
    }

    /// A file of it, up to one byte more than it should have.
    fn read(&mut self, name: &str, most: u64) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let most = most.saturating_add(1);
        match self {
            Self::Folder(folder) => {
                let path = folder.join(name);
                if !path.symlink_metadata().ok()?.is_file() {
                    return None;
                }
                File::open(path).ok()?.take(most).read_to_end(&mut bytes).ok()?;
            }
            Self::Zip(zip) => {
                zip.by_name(name).ok()?.take(most).read_to_end(&mut bytes).ok()?;
            }
        }
        Some(bytes)
    }

    fn names(&mut self) -> Option<Vec<String>> {
        match self {
            Self::Folder(folder) => {
                let entries = std::fs::read_dir(folder).ok()?.flatten();
                Some(
                    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect(),
                )
            }
            Self::Zip(zip) => {
                let mut names = Vec::new();
                for at in 0..zip.len() {
                    names.push(zip.by_index_raw(at).ok()?.name().ok()?.into_owned());
                }
                Some(names)
            }
        }
    }
}

/// Verifies an archive, a folder or a zip: every file of its manifest, and nothing else.
///
/// # Errors
/// [`Fault::Form`] if there is no manifest that can be read.
pub fn verify(path: &Path) -> Result<Verified, Fault> {
    let none = || Fault::Form { reason: FormTrouble::NoArchive, detail: String::new() };
    let mut archive = Found::open(path).ok_or_else(none)?;
    let text = archive.read(MANIFEST, MANIFEST_BYTES_MAX).ok_or_else(none)?;
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|_| none())?;
    if manifest.format != FORMAT {
        return Err(none());
    }
    let mut found = Verified {
        is_whole: true,
        hash: blake3::hash(&text).to_hex().to_string(),
        number: manifest.number,
        absent: Vec::new(),
        altered: Vec::new(),
        unknown: Vec::new(),
    };
    let mut known = BTreeSet::from([MANIFEST.to_owned()]);
    for listed in manifest.files {
        // A name is a name here, not a way out of the folder.
        let is_plain = !listed.name.contains(['/', '\\']) && listed.name != "..";
        let read = if is_plain { archive.read(&listed.name, listed.bytes) } else { None };
        match read {
            None => found.absent.push(listed.name.clone()),
            Some(bytes) if blake3::hash(&bytes).to_hex().as_str() != listed.blake3 => {
                found.altered.push(listed.name.clone());
            }
            Some(_) => {}
        }
        known.insert(listed.name);
    }
    let names = archive.names().ok_or_else(none)?;
    found.unknown = names.into_iter().filter(|name| !known.contains(name)).collect();
    found.is_whole =
        found.absent.is_empty() && found.altered.is_empty() && found.unknown.is_empty();
    Ok(found)
}
