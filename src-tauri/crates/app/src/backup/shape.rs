//! The shape of a backup, and how one is found and read. Whoever restores one may have it from
//! anywhere: nothing of it is believed.
//!
//! **Shape**: a folder with plain files. `pingli.db` is the database, sealed with its own key
//! as ever; `profile.json` is the vault, its keys in their boxes as ever; `backup.json` says when
//! it was made, of which vault, how many cases it holds, and of each part its size and the BLAKE3
//! of its bytes. `blobs.list` names the files of attachments that it needs. A profile that was put aside has the same shape, and may have the database's
//! write-ahead log, `pingli.db-wal`, besides. The folder is named by the minute it was made.
//! `backup.json` is written last, and the folder gets its name after that: one that has both is
//! whole.
//!
//! **Limits**: the constants below. A part is read only as far as `backup.json` says, links are
//! not followed, and nothing but these parts is looked at.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use carry::usb::{self, Carried};
use domain::id::TransferId;
use domain::time::local;
use serde::{Deserialize, Serialize};

use crate::clock::signed;
use crate::fault::{BackupTrouble, Fault, file_fault};
use crate::vault::{self, Vault};

/// The file that makes a folder a backup.
pub(super) const MANIFEST: &str = "backup.json";

/// The database's write-ahead log, in a profile that was put aside.
pub(super) const WAL: &str = "pingli.db-wal";

const VERSION: u32 = 1;

/// The largest `backup.json`, in bytes.
const MANIFEST_BYTES_MAX: u64 = 16 * 1024;

/// The largest `profile.json`, in bytes: some boxes for each of some dozens of people.
const VAULT_BYTES_MAX: u64 = 256 * 1024;

/// Which files of blobs it needs, each on a line ([`super::pool`]).
pub(super) const LIST: &str = "blobs.list";

/// The longest such list, in bytes: a million of them.
pub(super) const LIST_BYTES_MAX: u64 = 70 * 1024 * 1024;

/// The largest database, in bytes.
const DATABASE_BYTES_MAX: u64 = 64 * 1024 * 1024 * 1024;

/// The most folders that are looked into, and how deep: the folder on a stick, ours in it, the
/// profile's, the backup's.
const FOLDERS_MAX: usize = 500;
const DEPTH_MAX: usize = 4;

/// The most backups that are listed of one place.
const LISTED_MAX: usize = 200;

/// What may lie in a backup, and how large it may be.
const PARTS: [(&str, u64); 4] = [
    (store::database::FILE, DATABASE_BYTES_MAX),
    (vault::FILE, VAULT_BYTES_MAX),
    (WAL, DATABASE_BYTES_MAX),
    (LIST, LIST_BYTES_MAX),
];

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) bytes: u64,
    /// BLAKE3, in hexadecimal.
    hash: String,
}

impl Part {
    pub(super) fn new(name: &str, copied: Carried) -> Self {
        let hash = blake3::Hash::from(copied.hash).to_hex().to_string();
        Self { name: name.to_owned(), bytes: copied.bytes, hash }
    }

    fn bytes_max(&self) -> Option<u64> {
        PARTS.iter().find(|(name, _)| *name == self.name).map(|(_, most)| *most)
    }

    /// Copies it into a folder, and says so if it is not what was written.
    pub(super) fn copy(
        &self,
        from: &Path,
        to: &Path,
        tick: impl FnMut(u64) -> std::io::Result<()>,
    ) -> Result<(), Fault> {
        let source = from.join(&self.name);
        let copied = usb::copy_over(&source, (to, &self.name), self.bytes, tick).map_err(
            |error| match error.kind() {
                std::io::ErrorKind::FileTooLarge | std::io::ErrorKind::NotFound => {
                    BackupTrouble::Damaged.into()
                }
                _ => file_fault(&error, to),
            },
        )?;
        if Self::new(&self.name, copied) == *self {
            Ok(())
        } else {
            Err(BackupTrouble::Damaged.into())
        }
    }
}

impl From<BackupTrouble> for Fault {
    fn from(reason: BackupTrouble) -> Self {
        Self::Backup { reason }
    }
}

/// `backup.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    version: u32,
    /// When, in milliseconds since 1970.
    pub(super) made_ms: u64,
    /// Of which vault.
    pub(super) vault: TransferId,
    /// How many cases were held then; unknown of a profile that was put aside.
    pub(super) cases: Option<u64>,
    pub(super) parts: Vec<Part>,
}

impl Manifest {
    pub(super) const fn new(
        made_ms: u64,
        vault: TransferId,
        cases: Option<u64>,
        parts: Vec<Part>,
    ) -> Self {
        Self { version: VERSION, made_ms, vault, cases, parts }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.parts.iter().fold(0, |sum, part| sum.saturating_add(part.bytes))
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), Fault> {
        let bytes = serde_json::to_vec_pretty(self)?;
        usb::write_verified(folder, MANIFEST, |out| out.write_all(&bytes))
            .map_err(|error| file_fault(&error, folder))?;
        Ok(())
    }

    /// Reads what a folder says of itself, and whether its parts are there in their size.
    pub(super) fn read(folder: &Path) -> Result<Self, BackupTrouble> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let bytes = usb::read_plain(&folder.join(MANIFEST), MANIFEST_BYTES_MAX)
            .map_err(|_| BackupTrouble::NotABackup)?;
        let head: Head = serde_json::from_slice(&bytes).map_err(|_| BackupTrouble::NotABackup)?;
        if head.version > VERSION {
            return Err(BackupTrouble::Newer);
        }
        let read: Self = serde_json::from_slice(&bytes).map_err(|_| BackupTrouble::NotABackup)?;
        let names: BTreeSet<&str> = read.parts.iter().map(|part| part.name.as_str()).collect();
        let has_all = [store::database::FILE, vault::FILE].iter().all(|name| names.contains(name));
        let is_lawful = |part: &Part| part.bytes_max().is_some_and(|most| part.bytes <= most);
        if !has_all || names.len() != read.parts.len() || !read.parts.iter().all(is_lawful) {
            return Err(BackupTrouble::NotABackup);
        }
        let is_there = |part: &Part| {
            let meta = fs::symlink_metadata(folder.join(&part.name));
            meta.is_ok_and(|meta| meta.is_file() && meta.len() == part.bytes)
        };
        if read.parts.iter().all(is_there) { Ok(read) } else { Err(BackupTrouble::Damaged) }
    }
}

/// A folder that is, or looks like, a backup.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Its path below the place that was looked at, with `/`; `.` for the place itself.
    pub(super) name: String,
    pub(super) folder: PathBuf,
    pub(super) manifest: Result<Manifest, BackupTrouble>,
}

impl Found {
    fn at(folder: PathBuf, name: String) -> Self {
        let manifest = Manifest::read(&folder);
        Self { name, folder, manifest }
    }

    /// When it was made, as it says; 0 where it does not.
    pub(super) fn made_ms(&self) -> u64 {
        self.manifest.as_ref().map_or(0, |manifest| manifest.made_ms)
    }

    /// What its vault says of who opens it, as far as that can be read without a key.
    pub(super) fn vault(&self) -> Option<Vault> {
        let bytes = usb::read_plain(&self.folder.join(vault::FILE), VAULT_BYTES_MAX).ok()?;
        Vault::parse(&bytes).ok()
    }
}

/// The name of a backup made at a moment.
pub(super) fn name_of(ms: u64) -> String {
    local(signed(ms)).format("%Y%m%d-%H%M%S").to_string()
}

fn is_name(name: &str) -> bool {
    let is_digits =
        |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    name.split_once('-').is_some_and(|(day, time)| is_digits(day, 8) && is_digits(time, 6))
}

fn folders(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().take(FOLDERS_MAX);
    let mut found: Vec<(String, PathBuf)> = entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
        .filter(|(name, _)| name != store::blobs::FOLDER)
        .collect();
    found.sort();
    found
}

fn newest_first(found: &mut Vec<Found>) {
    found.sort_by(|a, b| (b.made_ms(), &b.name).cmp(&(a.made_ms(), &a.name)));
    found.truncate(LISTED_MAX);
}

/// The backups that lie in a folder of ours, newest first.
pub(super) fn list(folder: &Path) -> Vec<Found> {
    let ours = folders(folder).into_iter().filter(|(name, _)| is_name(name));
    let mut found: Vec<Found> = ours.map(|(name, path)| Found::at(path, name)).collect();
    newest_first(&mut found);
    found
}

/// The backups in a place that somebody chose, newest first: the folder itself, or below it.
pub(super) fn find(place: &Path) -> Vec<Found> {
    let mut found = Vec::new();
    let mut level = vec![(String::new(), place.to_path_buf())];
    let mut left = FOLDERS_MAX;
    for depth in 0..=DEPTH_MAX {
        let mut next = Vec::new();
        for (name, path) in std::mem::take(&mut level) {
            if path.join(MANIFEST).is_file() {
                let name = if name.is_empty() { ".".to_owned() } else { name };
                found.push(Found::at(path, name));
            } else if depth < DEPTH_MAX && left > 0 {
                left = left.saturating_sub(1);
                let below = |(part, path): (String, PathBuf)| match name.as_str() {
                    "" => (part, path),
                    name => (format!("{name}/{part}"), path),
                };
                next.extend(folders(&path).into_iter().map(below));
            }
        }
        level = next;
    }
    newest_first(&mut found);
    found
}

/// Removes what a copy that came to no end, or a removal, left in a folder of ours.
pub(super) fn clear_leftovers(folder: &Path) -> Result<(), Fault> {
    for (name, path) in folders(folder) {
        if name.ends_with(NEW) || name.ends_with(OLD) {
            fs::remove_dir_all(&path).map_err(|error| file_fault(&error, &path))?;
        }
    }
    Ok(())
}

/// How the folder of a backup that is not whole yet ends.
pub(super) const NEW: &str = ".new";

/// How the folder of one ends that is being removed.
const OLD: &str = ".old";

/// Removes a backup: first its name, so that what is left of it is none.
pub(super) fn remove(folder: &Path, name: &str) -> Result<(), Fault> {
    let gone = folder.join(format!("{name}{OLD}"));
    let removed = fs::rename(folder.join(name), &gone).and_then(|()| fs::remove_dir_all(&gone));
    removed.map_err(|error| file_fault(&error, folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that says it is a backup, with parts of these sizes.
    fn backup(folder: &Path, change: impl FnOnce(&mut serde_json::Value)) {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join(store::database::FILE), b"database").unwrap();
        fs::write(folder.join(vault::FILE), b"vault").unwrap();
        let part = |name: &str, bytes: &[u8]| {
            let hash = *blake3::hash(bytes).as_bytes();
            Part::new(name, Carried { bytes: u64::try_from(bytes.len()).unwrap(), hash })
        };
        let parts = vec![part(store::database::FILE, b"database"), part(vault::FILE, b"vault")];
        let manifest = Manifest::new(7, TransferId([1; 16]), Some(3), parts);
        let mut value = serde_json::to_value(&manifest).unwrap();
        change(&mut value);
        fs::write(folder.join(MANIFEST), value.to_string()).unwrap();
    }

    #[test]
    fn what_does_not_fit_is_told_before_anything_is_read() {
        let root = tempfile::tempdir().unwrap();
        type Change = fn(&mut serde_json::Value);
        let rows: [(&str, Change, Result<(), BackupTrouble>); 9] = [
            ("good", |_| {}, Ok(())),
            ("newer", |m| m["version"] = 2.into(), Err(BackupTrouble::Newer)),
            ("no version", |m| m["version"] = "x".into(), Err(BackupTrouble::NotABackup)),
            ("no parts", |m| m["parts"] = serde_json::json!([]), Err(BackupTrouble::NotABackup)),
            (
                "a part twice",
                |m| m["parts"][1] = m["parts"][0].clone(),
                Err(BackupTrouble::NotABackup),
            ),
            (
                "a path for a name",
                |m| m["parts"][0]["name"] = "../../etc/passwd".into(),
                Err(BackupTrouble::NotABackup),
            ),
            (
                "larger than anything",
                |m| m["parts"][0]["bytes"] = u64::MAX.into(),
                Err(BackupTrouble::NotABackup),
            ),
            ("another size", |m| m["parts"][0]["bytes"] = 9.into(), Err(BackupTrouble::Damaged)),
            ("a huge file", |m| m["x"] = "x".repeat(20_000).into(), Err(BackupTrouble::NotABackup)),
        ];
        for (name, change, want) in rows {
            let folder = root.path().join(name);
            backup(&folder, change);
            assert_eq!(Manifest::read(&folder).map(drop), want, "{name}");
        }
        let good = root.path().join("good");
        let read = Manifest::read(&good).unwrap();
        let to = root.path().join("to");
        for part in &read.parts {
            part.copy(&good, &to, |_| Ok(())).unwrap();
        }
        fs::write(good.join(store::database::FILE), b"databasX").unwrap();
        let altered = read.parts[0].copy(&good, &to, |_| Ok(()));
        assert_eq!(altered, Err(BackupTrouble::Damaged.into()), "of the same size");
        #[cfg(unix)]
        {
            let file = good.join(store::database::FILE);
            fs::remove_file(&file).unwrap();
            fs::write(root.path().join("other"), b"database").unwrap();
            std::os::unix::fs::symlink(root.path().join("other"), &file).unwrap();
            assert_eq!(Manifest::read(&good), Err(BackupTrouble::Damaged), "a link is no part");
        }
    }

    #[test]
    fn backups_are_found_wherever_they_were_put() {
        let root = tempfile::tempdir().unwrap();
        backup(&root.path().join("PINGLI/BACKUP/ABCDEFGH/20260302-090000"), |m| {
            m["made_ms"] = 5.into();
        });
        backup(&root.path().join("备份"), |_| {});
        backup(&root.path().join("a/b/c/d/too-deep"), |_| {});
        fs::create_dir_all(root.path().join("PINGLI/BACKUP/ABCDEFGH/20260303-090000.new")).unwrap();
        let names = |place: &Path| -> Vec<String> {
            find(place).into_iter().map(|found| found.name).collect()
        };
        assert_eq!(names(root.path()), ["备份", "PINGLI/BACKUP/ABCDEFGH/20260302-090000"]);
        let ours = root.path().join("PINGLI/BACKUP/ABCDEFGH");
        assert_eq!(names(&ours), ["20260302-090000"]);
        assert_eq!(names(&ours.join("20260302-090000")), ["."]);
        assert_eq!(list(&ours).len(), 1);
        clear_leftovers(&ours).unwrap();
        remove(&ours, "20260302-090000").unwrap();
        assert_eq!(fs::read_dir(&ours).unwrap().count(), 0);
        assert_eq!(name_of(1_772_413_200_000), "20260302-090000");
    }
}
