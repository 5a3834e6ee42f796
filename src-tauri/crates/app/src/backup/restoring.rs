//! Putting a backup in the place of the profile. The profile that was there is put aside whole, and
//! never removed.
//!
//! What is restored is first a copy beside the profile ([`STAGE`]), checked with the key that its
//! vault gives to whoever has the passphrase or a paper. From the moment that folder is renamed
//! ([`ENTERING`]) the restoring is decided: whatever stops it, the next start finishes it, file by
//! file. No witness comes along: the logs of this computer go on under a new epoch, so that no number
//! is given twice.

use std::fs;
use std::path::{Path, PathBuf};

use carry::patience::patiently;
use carry::usb::Carried;
use domain::id::UserId;
use store::Store;
use store::blobs::FOLDER as BLOBS;
use store::database::sync_folder;
use zeroize::Zeroizing;

use super::ASIDE;
use super::making::{Watch, copy_parts};
use super::pool;
use super::shape::{self, Found, MANIFEST, Manifest, Part, WAL};
use crate::fault::{BackupTrouble, Fault, file_fault, store_fault};
use crate::identity;
use crate::vault::{self, Vault};

/// Where a backup is looked at before it is believed.
const STAGE: &str = "restoring";

/// How the name of that folder begins once it is decided; the name of what is put aside follows.
const ENTERING: &str = "entering-";

/// The mark that the old blobs are aside.
const BLOBS_ASIDE: &str = "blobs-are-aside";

/// What goes aside with the database and without a successor.
const BESIDE: [&str; 3] = [WAL, "pingli.db-shm", "witness.json"];

/// A backup that lies beside the profile.
pub(crate) struct Staged {
    folder: PathBuf,
    /// Its vault.
    pub(crate) vault: Vault,
    /// What a keyring opened on the day of the backup, and opens no more.
    pub(crate) remembered: Option<(UserId, String)>,
}

fn clear(folder: &Path) -> Result<(), Fault> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(file_fault(&error, folder))
        }
        _ => Ok(()),
    }
}

/// Whatever is wrong with what was brought is wrong with the backup.
fn blame(fault: Fault) -> Fault {
    match fault {
        Fault::ProfileDamaged { .. } | Fault::NoProfile => BackupTrouble::Damaged.into(),
        Fault::NewerProfile => BackupTrouble::Newer.into(),
        fault => fault,
    }
}

impl Staged {
    /// Copies a backup beside the profile.
    pub(super) fn bring(home: &Path, found: &Found, watch: &mut Watch<'_>) -> Result<Self, Fault> {
        let manifest = found.manifest.clone().map_err(Fault::from)?;
        let folder = home.join(STAGE);
        clear(&folder)?;
        let brought = copy_parts(found, &manifest, &folder, watch)
            .and_then(|()| pool::restore(found, &folder, watch))
            .and_then(|()| Vault::read(&folder).map_err(blame))
            .and_then(|mut vault| {
                let remembered = vault.remembered();
                if vault.forget() {
                    vault.write(&folder)?;
                }
                Ok((vault, remembered))
            });
        match brought {
            Ok((vault, remembered)) => Ok(Self { folder, vault, remembered }),
            Err(fault) => {
                clear(&folder)?;
                Err(fault)
            }
        }
    }

    /// Checks the database with the key that the vault gave: every page, every table, and that it is
    /// the profile of somebody.
    pub(crate) fn check(&self, key: &Zeroizing<[u8; 32]>) -> Result<(), Fault> {
        let file = self.folder.join(store::database::FILE);
        let trouble = |error| blame(store_fault(error, &self.folder));
        store::backup::check_foreign(&file, key).map_err(trouble)?;
        // An older version's tables are brought up to this one's here, where nothing depends on it.
        let store = Store::open(&self.folder, key.clone()).map_err(trouble)?;
        let has_identity = store.read(|reader| reader.value(identity::NAME)).map_err(trouble)?;
        let is_all_there = store.empty_log().map_err(trouble)?;
        if has_identity.is_some() && is_all_there {
            Ok(())
        } else {
            Err(BackupTrouble::Damaged.into())
        }
    }

    /// Puts it in the place of the profile, which nobody may have open.
    pub(crate) fn enter(self, home: &Path, aside: &str) -> Result<(), Fault> {
        let trouble = |error: std::io::Error| file_fault(&error, home);
        let _claim = Store::claim(home).map_err(|error| store_fault(error, home))?;
        fs::create_dir_all(home.join(ASIDE)).map_err(trouble)?;
        let entering = home.join(format!("{ENTERING}{aside}"));
        sync_folder(&self.folder).map_err(trouble)?;
        patiently(|| fs::rename(&self.folder, &entering)).map_err(trouble)?;
        sync_folder(home).map_err(trouble)?;
        go_on(home, &entering, aside)
    }

    /// Takes it away: it was not what it should be, or nobody had its key.
    pub(crate) fn dismiss(self) -> Result<(), Fault> {
        clear(&self.folder)
    }
}

/// Finishes what was decided and stopped, and clears away what was not decided.
pub(crate) fn resume(home: &Path) -> Result<(), Fault> {
    let stage = home.join(STAGE);
    if stage.exists()
        && let Ok(_claim) = Store::claim(home)
    {
        clear(&stage)?;
    }
    let entries = fs::read_dir(home).into_iter().flatten().flatten();
    let decided = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        Some((name.strip_prefix(ENTERING)?.to_owned(), entry.path()))
    });
    for (aside, entering) in decided.collect::<Vec<_>>() {
        let _claim = Store::claim(home).map_err(|error| store_fault(error, home))?;
        if entering.is_dir() {
            go_on(home, &entering, &aside)?;
        }
    }
    Ok(())
}

/// File by file: as long as one has not entered, what bears its name in the home folder is the old
/// one.
fn go_on(home: &Path, entering: &Path, aside: &str) -> Result<(), Fault> {
    let trouble = |error: std::io::Error| file_fault(&error, home);
    let aside = home.join(ASIDE).join(aside);
    fs::create_dir_all(&aside).map_err(trouble)?;
    let move_aside = |name: &str| match patiently(|| fs::rename(home.join(name), aside.join(name)))
    {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(trouble(error)),
        _ => Ok(()),
    };
    for file in [store::database::FILE, vault::FILE] {
        let new = entering.join(file);
        if !new.exists() {
            continue;
        }
        if file == store::database::FILE {
            BESIDE.into_iter().try_for_each(move_aside)?;
        }
        move_aside(file)?;
        sync_folder(&aside).map_err(trouble)?;
        if file == store::database::FILE {
            move_blobs(home, entering, &move_aside)?;
        }
        patiently(|| fs::rename(&new, home.join(file))).map_err(trouble)?;
        sync_folder(home).map_err(trouble)?;
    }
    if let Err(fault) = describe(&aside) {
        // It can be brought back by hand all the same.
        tracing::warn!(%fault, "what was put aside could not be described");
    }
    clear(entering)
}

/// Puts the blobs of the backup in the place of those that are there. As long as the database has
/// not entered, whatever bears their name in the home folder is the old ones, or the new ones whose
/// name in the backup is gone.
fn move_blobs(
    home: &Path,
    entering: &Path,
    move_aside: &dyn Fn(&str) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let trouble = |error: std::io::Error| file_fault(&error, home);
    let new = entering.join(BLOBS);
    let is_decided = entering.join(BLOBS_ASIDE);
    if !is_decided.exists() {
        move_aside(BLOBS)?;
        fs::write(&is_decided, b"").map_err(trouble)?;
        sync_folder(entering).map_err(trouble)?;
    }
    if new.exists() {
        patiently(|| fs::rename(&new, home.join(BLOBS))).map_err(trouble)?;
    }
    Ok(())
}

/// Gives what was put aside the shape of a backup, so that it can be brought back like one. Where
/// there was no profile, nothing is left of it.
fn describe(aside: &Path) -> Result<(), Fault> {
    let trouble = |error: std::io::Error| file_fault(&error, aside);
    if aside.join(MANIFEST).exists() {
        return Ok(());
    }
    if fs::read_dir(aside).map_err(trouble)?.next().is_none() {
        return fs::remove_dir(aside).map_err(trouble);
    }
    let mut parts = Vec::new();
    for name in [store::database::FILE, vault::FILE, WAL] {
        let path = aside.join(name);
        if let Ok(meta) = fs::metadata(&path) {
            let mut hasher = blake3::Hasher::new();
            let file = fs::File::open(&path).map_err(trouble)?;
            hasher.update_reader(file).map_err(trouble)?;
            let hash = *hasher.finalize().as_bytes();
            parts.push(Part::new(name, Carried { bytes: meta.len(), hash }));
        }
    }
    let made = fs::metadata(aside.join(store::database::FILE)).and_then(|meta| meta.modified());
    let since = made.ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    let made_ms = since.and_then(|since| u64::try_from(since.as_millis()).ok()).unwrap_or(0);
    let id = Vault::read(aside)?.id();
    Manifest::new(made_ms, id, None, parts).write(aside)
}

/// A name for what is put aside, that nothing bears yet.
pub(crate) fn aside_name(home: &Path, now_ms: u64) -> String {
    let mut ms = now_ms;
    while home.join(ASIDE).join(shape::name_of(ms)).exists() {
        ms = ms.saturating_add(1000);
    }
    shape::name_of(ms)
}
