//! The bytes of attachments in backups. They never change once they are there, so all backups of a
//! place share them: a folder `blobs` beside the backups, with the files as they lie beside the
//! database, and in each backup a list of those it needs. In the profile's own folder a file is
//! linked where the file system can, and takes no more room.
//!
//! A backup whose photographs are missing is a backup all the same: what is not there when it is
//! restored is lacking then, and comes again from other computers.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use carry::patience::patiently;
use carry::usb;
use domain::case::attachment::BLOB_BYTES_MAX;
use store::blobs::FOLDER;

use super::making::Watch;
use super::shape::{self, Found, LIST, LIST_BYTES_MAX};
use crate::fault::{Fault, file_fault};
use crate::office::Office;
use crate::progress::Phase;

/// The largest file of a blob: its bytes, and a seal of sixteen for each chunk.
const FILE_BYTES_MAX: u64 = BLOB_BYTES_MAX + BLOB_BYTES_MAX / 1024;

/// After how many files it is told how far it is.
const TOLD_EVERY: u64 = 32;

/// The names of the files of blobs that are whole here, each on a line.
pub(super) fn names(office: &Office) -> Result<String, Fault> {
    let blobs = office.store.read(|reader| reader.all_whole_blobs())?;
    let mut names: Vec<String> = blobs.iter().map(|blob| office.store.blob_name(*blob)).collect();
    names.sort_unstable();
    names.push(String::new());
    Ok(names.join("\n"))
}

/// Whether a line names a file of a blob, and nothing else.
fn is_name(line: &str) -> bool {
    let is_hex = |part: &str, count| {
        part.len() == count && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    line.split_once('/').is_some_and(|(folder, file)| {
        is_hex(folder, 2) && is_hex(file, 64) && file.starts_with(folder)
    })
}

/// The files that a backup needs; none where it has no list.
fn listed(folder: &Path) -> BTreeSet<String> {
    let bytes = usb::read_plain(&folder.join(LIST), LIST_BYTES_MAX).unwrap_or_default();
    let text = String::from_utf8(bytes).unwrap_or_default();
    text.lines().filter(|line| is_name(line)).map(str::to_owned).collect()
}

/// How a file comes from one place to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// As the same file under another name, where that can be.
    Link,
    /// By its bytes, read back.
    Copy,
}

/// Brings files of blobs from a folder of blobs into another, those that are not there yet. What is
/// missing, or no plain file, is passed over.
pub(super) fn bring(
    names: &BTreeSet<String>,
    from: &Path,
    to: &Path,
    by: By,
    watch: &mut Watch<'_>,
) -> Result<(), Fault> {
    let total = u64::try_from(names.len()).unwrap_or(u64::MAX);
    for (done, name) in (0_u64..).zip(names) {
        if done.is_multiple_of(TOLD_EVERY) && !watch(Phase::Attachments, done, total) {
            return Err(Fault::Cancelled);
        }
        let (source, target) = (from.join(name), to.join(name));
        let size = |path: &Path| {
            let meta = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file);
            meta.map(|meta| meta.len())
        };
        let Some(bytes) = size(&source) else { continue };
        if size(&target) == Some(bytes) {
            continue;
        }
        let folder = target.parent().unwrap_or(to);
        let trouble = |error: std::io::Error| file_fault(&error, to);
        fs::create_dir_all(folder).map_err(trouble)?;
        if by == By::Link && link(&source, &target).is_ok() {
            continue;
        }
        let file = name.split('/').next_back().unwrap_or_default();
        match usb::copy_over(&source, (folder, file), FILE_BYTES_MAX, |_| Ok(())) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            copied => drop(copied.map_err(trouble)?),
        }
    }
    Ok(())
}

/// The same file under another name, in the place of one that is cut.
fn link(source: &Path, target: &Path) -> std::io::Result<()> {
    match fs::remove_file(target) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    patiently(|| fs::hard_link(source, target))
}

/// Keeps the blobs of this computer beside its own backups.
pub(super) fn keep(office: &Office, folder: &Path, watch: &mut Watch<'_>) -> Result<(), Fault> {
    let text = names(office)?;
    let names: BTreeSet<String> = text.lines().map(str::to_owned).collect();
    bring(&names, &office.store.blob_folder(), &folder.join(FOLDER), By::Link, watch)
}

/// Carries what a backup needs beside the backups of another place.
pub(super) fn carry(found: &Found, folder: &Path, watch: &mut Watch<'_>) -> Result<(), Fault> {
    let from = beside(&found.folder);
    bring(&listed(&found.folder), &from, &folder.join(FOLDER), By::Copy, watch)
}

/// Where the blobs of a backup lie: beside it, or, of a profile that was put aside, within.
fn beside(backup: &Path) -> PathBuf {
    let within = backup.join(FOLDER);
    if within.is_dir() {
        return within;
    }
    backup.parent().unwrap_or(backup).join(FOLDER)
}

/// Brings the blobs of a backup beside the database that was brought. Of a profile that was put
/// aside all of them, since it has no list.
pub(super) fn restore(found: &Found, stage: &Path, watch: &mut Watch<'_>) -> Result<(), Fault> {
    let from = beside(&found.folder);
    let mut wanted = listed(&found.folder);
    if wanted.is_empty() && from.parent() == Some(found.folder.as_path()) {
        wanted = files(&from).into_iter().collect();
    }
    bring(&wanted, &from, &stage.join(FOLDER), By::Link, watch)
}

/// The files of blobs in a folder, by their names below it.
fn files(top: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for folder in fs::read_dir(top).into_iter().flatten().flatten() {
        let name = folder.file_name().to_string_lossy().into_owned();
        for file in fs::read_dir(folder.path()).into_iter().flatten().flatten() {
            found.push(format!("{name}/{}", file.file_name().to_string_lossy()));
        }
    }
    found.retain(|name| is_name(name));
    found
}

/// Lets go of what no backup in a folder needs any more.
pub(super) fn prune(folder: &Path) -> Result<(), Fault> {
    let pool = folder.join(FOLDER);
    let mut needed = BTreeSet::new();
    for found in shape::list(folder) {
        needed.extend(listed(&found.folder));
    }
    for name in files(&pool) {
        if !needed.contains(&name) {
            let path = pool.join(&name);
            fs::remove_file(&path).map_err(|error| file_fault(&error, &path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_kept_as_long_as_a_backup_needs_them() {
        let folder = tempfile::tempdir().unwrap();
        let name = |n: u8| format!("{n:02x}/{}", format!("{n:02x}").repeat(32));
        for n in 1..=3 {
            let file = folder.path().join(FOLDER).join(name(n));
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, [n]).unwrap();
        }
        for (backup, needs) in [("20260302-090000", 1), ("20260303-090000", 2)] {
            fs::create_dir(folder.path().join(backup)).unwrap();
            fs::write(folder.path().join(backup).join(LIST), format!("{}\n", name(needs))).unwrap();
        }
        let left = || {
            let mut left = files(&folder.path().join(FOLDER));
            left.sort();
            left
        };
        prune(folder.path()).unwrap();
        assert_eq!(left(), [name(1), name(2)]);
        fs::remove_dir_all(folder.path().join("20260302-090000")).unwrap();
        prune(folder.path()).unwrap();
        assert_eq!(left(), [name(2)]);
    }

    #[test]
    fn a_list_names_files_of_blobs_and_nothing_else() {
        let good = format!("ab/ab{}", "0".repeat(62));
        assert!(is_name(&good));
        let slashes = format!("ab/ab{}/..", "0".repeat(59));
        for bad in [
            "",
            "ab",
            "../../etc/passwd",
            "ab/../../x",
            good.strip_suffix('0').unwrap(),
            &good.to_uppercase(),
            &slashes,
        ] {
            assert!(!is_name(bad), "{bad}");
        }
        assert!(!is_name(&good.replacen("ab/", "cd/", 1)), "in another's folder");
    }
}
