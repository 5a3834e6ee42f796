//! The desk's side of backups: who asks for one, and how one is put in the place of the profile.

use std::path::Path;
use std::sync::PoisonError;

use domain::audit::{Act, Deed};
use domain::id::UserId;
use domain::rights::Right;
use trust::kit::Kit;

use super::door::{Way, count_failed};
use super::{Desk, Resolved};
use crate::accounts;
use crate::audit;
use crate::backup::{
    self, BackupDrill, BackupFind, BackupPlaceSet, BackupRestore, Backups, Drilled, FoundBackups,
    Shelf, restoring,
};
use crate::beside::Beside;
use crate::erasure;
use crate::fault::{Fault, file_fault};
use crate::host::Place;
use crate::office::Office;
use crate::progress::Progress;
use crate::rights;
use crate::status::StatusView;
use crate::vault::strength::{self, Known};
use crate::vault::{Door, PaperKind, Secrets, Tries, Vault};

impl Desk {
    /// Moves what was written into the file of the database. Beside everything else it overwrites what
    /// pages still hold of what was erased, and makes the backup of the day, if one is due. Whoever
    /// keeps a desk alive calls it now and then.
    pub fn upkeep(&self) {
        let Some(office) = self.held() else { return };
        if let Err(error) = office.store.shorten_log() {
            // Whoever writes does it where nobody else did.
            tracing::warn!(%error, "the write-ahead log was not shortened");
        }
        let mut chore = self.chore.lock().unwrap_or_else(PoisonError::into_inner);
        if chore.as_ref().is_some_and(|chore| !chore.is_over()) {
            return;
        }
        if erasure::has_residue(&office) {
            *chore = Some(Beside::begin("pingli-residue", move |goes_on| {
                if let Err(fault) = erasure::clear_residue(&office, goes_on) {
                    // It is tried again.
                    tracing::warn!(%fault, "residue of what was erased was not overwritten");
                }
            }));
        } else if !office.identity.record.is_demo && office.backing.is_time(office.now_ms()) {
            let listener = self.options.listener.clone();
            *chore = Some(Beside::begin("pingli-backup", move |goes_on| {
                backup::tend(&office, listener.as_ref(), goes_on);
            }));
        }
    }

    /// Whether whoever sits here may say where copies of everybody's work go: on a computer of
    /// several, who answers for its accounts.
    fn may_choose_place(&self, office: &Office) -> bool {
        let others = Vault::read(&office.home).map_or(0, |vault| vault.accounts().count());
        others <= 1 || rights::check(office, Right::AccountSet).is_ok()
    }

    /// Where backups stand.
    pub(crate) fn backups(&self) -> Result<Backups, Fault> {
        let office = self.office()?;
        backup::list(&office, self.may_choose_place(&office))
    }

    /// Makes a backup now.
    pub(crate) fn make_backup(&self, progress: &Progress) -> Result<Backups, Fault> {
        backup::make(&*self.office()?, progress)?;
        self.backups()
    }

    /// Tries whether a backup can be restored.
    pub(crate) fn drill_backup(
        &self,
        request: &BackupDrill,
        progress: &Progress,
    ) -> Result<Drilled, Fault> {
        backup::drill(&*self.office()?, request, progress)
    }

    /// Chooses the second place, or forgets it.
    pub(crate) fn set_backup_place(&self, request: &BackupPlaceSet) -> Result<Backups, Fault> {
        let office = self.office()?;
        if !self.may_choose_place(&office) {
            return Err(rights::refused(&office, Right::AccountSet));
        }
        let shelf = request.to.as_ref().map(|place| self.shelf(place)).transpose()?;
        if let Some(shelf) = &shelf
            && !shelf.folder.is_dir()
        {
            return Err(file_fault(&std::io::ErrorKind::NotFound.into(), &shelf.folder));
        }
        backup::choose(&office, shelf.as_ref().map(|s| (s.folder.as_path(), s.name.clone())))?;
        self.backups()
    }

    fn shelf(&self, place: &Place) -> Result<Shelf, Fault> {
        let from = Some(place.clone());
        Ok(match self.resolve(place)? {
            Resolved::Stick(stick) => Shelf { from, name: stick.name, folder: stick.path },
            Resolved::Path(folder) => {
                let shown = match self.options.host.takes_paths() {
                    true => folder.display().to_string(),
                    false => folder
                        .file_name()
                        .map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
                };
                Shelf { from, name: shown, folder }
            }
        })
    }

    fn own_shelf(&self) -> Shelf {
        Shelf { from: None, name: String::new(), folder: self.options.home.clone() }
    }

    /// Looks for backups.
    pub(crate) fn find_backups(&self, request: &BackupFind) -> Result<FoundBackups, Fault> {
        let shelves = match &request.from {
            Some(place) => vec![self.shelf(place)?],
            None => {
                let sticks = self.options.host.sticks().into_iter().map(|stick| Shelf {
                    from: Some(Place::Stick(stick.id)),
                    name: stick.name,
                    folder: stick.path,
                });
                std::iter::once(self.own_shelf()).chain(sticks).collect()
            }
        };
        Ok(backup::find(&self.options.home, &shelves))
    }

    /// Puts a backup in the place of the profile, and opens it. Until its passphrase or paper was
    /// right and all of it was checked, nothing is changed.
    pub(crate) fn restore(
        &self,
        request: &BackupRestore,
        progress: &Progress,
    ) -> Result<StatusView, Fault> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let home = self.options.home.clone();
        if self.office().is_ok() || self.folder() != home {
            return Err(Fault::NotHere);
        }
        restoring::resume(&home)?;
        let key = Opening::of(request)?;
        let shelf = match &request.from {
            Some(place) => self.shelf(place)?,
            None => self.own_shelf(),
        };
        let staged = backup::bring(&home, &shelf, &request.name, progress)?;
        let opened = self.open_staged(&home, &staged.vault, request, &key).and_then(|opened| {
            staged.check(&opened.1.key())?;
            // What is open to other computers alone is closed, too.
            self.lock()?;
            self.wait_until_left();
            Ok(opened)
        });
        let (user, secrets, paper) = match opened {
            Ok(opened) => opened,
            Err(fault) => {
                staged.dismiss()?;
                return Err(fault);
            }
        };
        let aside = restoring::aside_name(&home, self.options.clock.now_ms());
        let was = [staged.remembered.clone(), Vault::read(&home).ok().and_then(|v| v.remembered())];
        staged.enter(&home, &aside)?;
        let mut vault = Vault::read(&home)?;
        was.into_iter().for_each(|was| self.let_go(was, &vault));
        let office = self.enter(&home, &mut vault, user, &secrets, Way::Asked)?;
        if let (Opening::Paper { new_passphrase, .. }, Some(paper)) = (&key, paper) {
            self.set_anew(&office, &mut vault, new_passphrase, &secrets, paper)?;
        }
        audit::note(&office, Deed::new(Act::BackupRestored).word(&minute_of(&request.name)))?;
        self.open_office(office);
        self.status()
    }

    fn open_staged(
        &self,
        home: &Path,
        vault: &Vault,
        request: &BackupRestore,
        key: &Opening<'_>,
    ) -> Result<(UserId, Secrets, Option<PaperKind>), Fault> {
        let user = accounts::meant(vault, request.user)?;
        let now_ms = self.options.clock.now_ms();
        let entropy = self.options.entropy.as_ref();
        let opened = match key {
            Opening::Passphrase(passphrase) => {
                self.try_passphrase(home, vault, user, passphrase).map(|secrets| (secrets, None))
            }
            Opening::Paper { paper, .. } => Tries::attempt(home, Door::Paper, now_ms, || {
                let opened = accounts::open_with_paper(vault, user, paper, entropy)?;
                Ok((opened.0, Some(opened.1)))
            }),
        };
        let (secrets, paper) = opened.inspect_err(|fault| count_failed(home, fault))?;
        Ok((user, secrets, paper))
    }
}

/// The minute a backup was made, as the last part of its name says; the rest is where somebody put
/// it.
fn minute_of(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or_default();
    let is_minute = last.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if is_minute { last.to_owned() } else { String::new() }
}

/// With what a backup is opened.
enum Opening<'a> {
    Passphrase(&'a str),
    Paper { paper: Kit, new_passphrase: &'a str },
}

impl<'a> Opening<'a> {
    fn of(request: &'a BackupRestore) -> Result<Self, Fault> {
        match (&request.passphrase, &request.code, &request.new_passphrase) {
            (Some(passphrase), None, None) => Ok(Self::Passphrase(passphrase)),
            (None, Some(code), Some(new_passphrase)) => {
                // Told before the slow part.
                strength::check(new_passphrase, Known::default())?;
                Ok(Self::Paper { paper: accounts::read_paper(code)?, new_passphrase })
            }
            _ => Err(Fault::bad("passphrase, or code and new_passphrase")),
        }
    }
}
