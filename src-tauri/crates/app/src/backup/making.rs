//! Making a backup, keeping the ring, and carrying the newest to the second place. Until a backup
//! has its name it is none: whatever stops the making leaves the earlier ones as they were, and the
//! next one clears away what is left.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use carry::patience::patiently;
use carry::usb::{self, Carried};
use domain::audit::{Act, Deed};
use domain::time::day_of;
use store::StoreError;
use store::backup::Copied;

use super::pool;
use super::shape::{self, Found, LIST, Manifest, NEW, Part};
use super::{Reached, Second, State, own};
use crate::audit;
use crate::clock::{signed, today};
use crate::fault::{BackupTrouble, Fault, file_fault, store_fault};
use crate::office::Office;
use crate::progress::Phase;
use crate::vault::{self, Vault};

/// How often copying begins anew because something was erased meanwhile, and what it waits.
const TRIES_MAX: u32 = 20;
const WAIT: Duration = Duration::from_millis(200);

/// The folder for backups below ours on another disk or a stick.
const BELOW: &str = "BACKUP";

/// How many letters tell one profile from the others that keep backups in the same place.
const LETTERS: usize = 8;

/// Who hears how far it is, and says whether to go on.
pub(super) type Watch<'a> = dyn FnMut(Phase, u64, u64) -> bool + 'a;

/// Whether a backup was made today.
pub(super) fn is_made_today(office: &Office, made: &[Found]) -> bool {
    let today = today(office.now_ms());
    let whole = made.iter().filter_map(|found| found.manifest.as_ref().ok());
    whole.into_iter().any(|manifest| day_of(signed(manifest.made_ms)) == today)
}

/// Makes a backup in the profile's own folder, and lets go of what the ring does not keep.
pub(super) fn make(office: &Office, watch: &mut Watch<'_>) -> Result<Found, Fault> {
    let folder = own(office);
    let trouble = |error: std::io::Error| file_fault(&error, &folder);
    fs::create_dir_all(&folder).map_err(trouble)?;
    shape::clear_leftovers(&folder)?;
    let (name, made_ms) = free_name(&folder, office.now_ms());
    let fresh = folder.join(format!("{name}{NEW}"));
    fs::create_dir(&fresh).map_err(trouble)?;
    let made = pool::keep(office, &folder, watch);
    let made = made.and_then(|()| fill(office, &fresh, made_ms, watch)).and_then(|()| {
        patiently(|| fs::rename(&fresh, folder.join(&name))).map_err(trouble)?;
        store::database::sync_folder(&folder).map_err(trouble)
    });
    if let Err(fault) = made {
        // What cannot be removed now is removed by the next one.
        let _ = fs::remove_dir_all(&fresh);
        return Err(fault);
    }
    prune(&folder, &name)?;
    let found = shape::list(&folder).into_iter().find(|found| found.name == name);
    found.ok_or_else(|| BackupTrouble::Damaged.into())
}

/// A name that no backup bears yet, and its moment: two may be made within a second.
fn free_name(folder: &Path, now_ms: u64) -> (String, u64) {
    let mut ms = now_ms;
    while folder.join(shape::name_of(ms)).exists() {
        ms = ms.saturating_add(1000);
    }
    (shape::name_of(ms), ms)
}

/// Writes the parts, checks them, and says last what they are.
fn fill(office: &Office, fresh: &Path, made_ms: u64, watch: &mut Watch<'_>) -> Result<(), Fault> {
    // First the vault: whoever has a box has a user in the database that is copied after it.
    let bytes = patiently(|| fs::read(office.home.join(vault::FILE)))
        .map_err(|error| file_fault(&error, &office.home))?;
    let id = Vault::parse(&bytes)?.id();
    let file = fresh.join(store::database::FILE);
    let cases = copy(office, &file, watch)?;
    let written = usb::write_verified(fresh, vault::FILE, |out| out.write_all(&bytes))
        .map_err(|error| file_fault(&error, fresh))?;
    let vault = Part::new(vault::FILE, written);
    let database = Part::new(store::database::FILE, hashed(&file, watch)?);
    let names = pool::names(office)?;
    let written = usb::write_verified(fresh, LIST, |out| out.write_all(names.as_bytes()))
        .map_err(|error| file_fault(&error, fresh))?;
    let list = Part::new(LIST, written);
    Manifest::new(made_ms, id, Some(cases), vec![database, vault, list]).write(fresh)
}

/// Copies the database and checks the copy; gives how many cases it holds.
fn copy(office: &Office, file: &Path, watch: &mut Watch<'_>) -> Result<u64, Fault> {
    let trouble = |error: StoreError| store_fault(error, file);
    for _ in 0..TRIES_MAX {
        let look = |reader: &store::Reader<'_>| reader.case_count();
        let mut goes_on = |done, total| watch(Phase::Copying, done, total);
        match office.store.copy_to(file, look, &mut goes_on).map_err(trouble)? {
            Copied::Whole(held, cases) => {
                office.store.check_copy(file, &held).map_err(trouble)?;
                return Ok(cases);
            }
            Copied::Stopped => return Err(Fault::Cancelled),
            Copied::Overtaken => {
                fs::remove_file(file).map_err(|error| file_fault(&error, file))?;
                std::thread::sleep(WAIT);
            }
        }
    }
    Err(BackupTrouble::Busy.into())
}

fn hashed(file: &Path, watch: &mut Watch<'_>) -> Result<Carried, Fault> {
    let trouble = |error: std::io::Error| file_fault(&error, file);
    let mut opened = fs::File::open(file).map_err(trouble)?;
    let total = opened.metadata().map_err(trouble)?.len();
    let mut hasher = blake3::Hasher::new();
    let mut bytes = 0_u64;
    let mut piece = vec![0; 256 * 1024];
    loop {
        let count = std::io::Read::read(&mut opened, &mut piece).map_err(trouble)?;
        let read = piece.get(..count).unwrap_or_default();
        if read.is_empty() {
            return Ok(Carried { bytes, hash: *hasher.finalize().as_bytes() });
        }
        hasher.update(read);
        bytes = bytes.saturating_add(u64::try_from(count).unwrap_or(0));
        if !watch(Phase::Copying, bytes, total) {
            return Err(Fault::Cancelled);
        }
    }
}

/// Lets go of what the ring does not keep. One that is not whole is left for a person to look at.
fn prune(folder: &Path, last: &str) -> Result<(), Fault> {
    let whole = shape::list(folder).into_iter().filter(|found| found.manifest.is_ok());
    let made: Vec<(String, u64)> =
        whole.map(|found| (found.name.clone(), found.made_ms())).collect();
    let surplus = super::ring::surplus(&made, last);
    for name in &surplus {
        shape::remove(folder, name)?;
    }
    if surplus.is_empty() { Ok(()) } else { pool::prune(folder) }
}

/// Where the backups of a vault lie in the second place.
pub(super) fn shelf(place: &Path, vault: &Vault) -> PathBuf {
    let letters: String = vault.id().to_string().chars().rev().take(LETTERS).collect();
    place.join(usb::FOLDER).join(BELOW).join(letters)
}

/// Carries a backup to the second place, where it is read back, and keeps the ring there.
pub(super) fn carry(
    office: &Office,
    second: &Second,
    found: &Found,
    watch: &mut Watch<'_>,
) -> Result<(), Fault> {
    let manifest = found.manifest.clone().map_err(Fault::from)?;
    let place = Path::new(&second.path);
    if !place.is_dir() {
        return Err(file_fault(&ErrorKind::NotFound.into(), place));
    }
    let folder = shelf(place, &Vault::read(&office.home)?);
    let trouble = |error: std::io::Error| file_fault(&error, place);
    if usb::is_led_astray(&folder) {
        return Err(trouble(ErrorKind::InvalidInput.into()));
    }
    fs::create_dir_all(&folder).map_err(trouble)?;
    shape::clear_leftovers(&folder)?;
    let target = folder.join(&found.name);
    if !target.exists() {
        let fresh = folder.join(format!("{}{NEW}", found.name));
        let carried = pool::carry(found, &folder, watch);
        let carried = carried.and_then(|()| fill_from(found, &manifest, &fresh, watch));
        let carried = carried.and_then(|()| {
            patiently(|| fs::rename(&fresh, &target)).map_err(trouble)?;
            // FAT knows no such thing; the files themselves are synced already.
            let _ = store::database::sync_folder(&folder);
            Ok(())
        });
        if let Err(fault) = carried {
            // The medium may be gone; then there is nothing to remove either.
            let _ = fs::remove_dir_all(&fresh);
            return Err(fault);
        }
    }
    prune(&folder, &found.name)?;
    let now_ms = office.now_ms();
    State::change(office, |state| {
        // Another place may have been chosen meanwhile.
        if let Some(chosen) = state.second.as_mut().filter(|chosen| chosen.path == second.path) {
            chosen.reached = Some(Reached { made_ms: manifest.made_ms, at_ms: now_ms });
        }
    })
}

fn fill_from(
    found: &Found,
    manifest: &Manifest,
    fresh: &Path,
    watch: &mut Watch<'_>,
) -> Result<(), Fault> {
    copy_parts(found, manifest, fresh, watch)?;
    manifest.write(fresh)
}

/// Copies the parts of a backup into a folder, and compares each with what its backup says of it.
pub(super) fn copy_parts(
    found: &Found,
    manifest: &Manifest,
    to: &Path,
    watch: &mut Watch<'_>,
) -> Result<(), Fault> {
    let (mut done, mut is_stopped) = (0_u64, false);
    for part in &manifest.parts {
        let copied = part.copy(&found.folder, to, |bytes| {
            done = done.saturating_add(bytes);
            is_stopped = !watch(Phase::Copying, done, manifest.bytes());
            if is_stopped { Err(ErrorKind::Other.into()) } else { Ok(()) }
        });
        if is_stopped {
            return Err(Fault::Cancelled);
        }
        copied?;
    }
    Ok(())
}

/// Notes a backup. What is made every day must not make the next meeting necessary.
pub(super) fn note(office: &Office, found: &Found, is_asked: bool) -> Result<(), Fault> {
    let cases = found.manifest.as_ref().ok().and_then(|manifest| manifest.cases).unwrap_or(0);
    let deed = Deed::new(Act::BackupMade).count(cases);
    if is_asked {
        audit::note(office, deed.word("asked"))
    } else {
        audit::note_later(office, deed.word("daily"))
    }
}
