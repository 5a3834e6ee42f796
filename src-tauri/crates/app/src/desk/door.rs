//! The door of a desk: who comes in, who locks up, and how somebody finds the way back.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use domain::audit::{Act, Deed};
use domain::id::UserId;
use domain::rights::Right;
use domain::role::Level;
use trust::key::SecretKey;
use trust::seal::Cost;
use trust::statement::{Statement, UserCertificate};

use super::{Desk, read_small};
use crate::accounts::{
    self, AccountAdd, AccountJoin, AccountView, PassphraseChange, PassphraseRecover,
    PassphraseReset, ProfileUnlock, RecoveryRenew, RecoverySheet,
};
use crate::audit;
use crate::backup::restoring;
use crate::clock;
use crate::commands::Nothing;
use crate::fault::Fault;
use crate::identity::LocalUser;
use crate::journal::Pen;
use crate::office::{Office, Session};
use crate::organisation::ask_for_user;
use crate::quarantine;
use crate::rights;
use crate::sharing;
use crate::status::StatusView;
use crate::succession::{self, KeyTakeOver};
use crate::vault::strength::{self, Known};
use crate::vault::{Door, Means, PaperKind, Secrets, Tries, Vault};

/// Counts what was tried in vain, to be noted when somebody comes in.
pub(super) fn count_failed(folder: &Path, fault: &Fault) {
    if matches!(fault, Fault::WrongPassphrase | Fault::WrongPaper) {
        audit::count_failed(folder);
    }
}

/// By which way somebody comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// With something they know or hold: a passphrase, a paper.
    Asked,
    /// With the secret that the system's keyring holds.
    Keyring,
}

/// Brings up to date what the profile holds as somebody comes in.
fn settle(office: &Office, vault: &mut Vault, secrets: &Secrets, way: Way) -> Result<(), Fault> {
    // A power cut may have left documents behind their entries.
    sharing::settle_in(office, |_| true)?;
    quarantine::newly_held(office)?;
    accounts::settle(office, vault, secrets)?;
    audit::note_unlocked(
        office,
        match way {
            // What a paper opened is noted with the passphrase it sets.
            Way::Asked => "",
            Way::Keyring => "keyring",
        },
    )
}

impl Desk {
    /// What a try of a new passphrase costs: found out on this computer unless it was given.
    pub(super) fn cost(&self) -> Cost {
        self.options.cost.unwrap_or_else(clock::calibrated)
    }

    /// The accounts of the profile in use.
    pub(crate) fn accounts(&self) -> Vec<AccountView> {
        accounts::list(&self.folder(), self.options.clock.now_ms())
    }

    /// Opens the profile.
    pub(crate) fn unlock(&self, request: &ProfileUnlock) -> Result<StatusView, Fault> {
        // One try at a time: the delay counts them.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if self.office().is_ok() {
            return self.status();
        }
        let folder = self.folder();
        restoring::resume(&folder)?;
        let mut vault = Vault::read(&folder)?;
        let user = accounts::meant(&vault, request.user)?;
        let secrets = self
            .try_passphrase(&folder, &vault, user, &request.passphrase)
            .inspect_err(|fault| count_failed(&folder, fault))?;
        let office = self.enter(&folder, &mut vault, user, &secrets, Way::Asked)?;
        self.open_office(office);
        self.status()
    }

    pub(super) fn try_passphrase(
        &self,
        folder: &Path,
        vault: &Vault,
        user: UserId,
        passphrase: &str,
    ) -> Result<Secrets, Fault> {
        let now_ms = self.options.clock.now_ms();
        Tries::attempt(folder, Door::Account(user), now_ms, || vault.open(user, passphrase))
    }

    /// Opens the office with what an account's box held.
    pub(super) fn enter(
        &self,
        folder: &Path,
        vault: &mut Vault,
        user: UserId,
        secrets: &Secrets,
        way: Way,
    ) -> Result<Arc<Office>, Fault> {
        let was = vault.remembered();
        let session = Session::of(user, SecretKey::from_seed(secrets.seed));
        let office = match self.held() {
            // The window alone was locked.
            Some(office) => {
                office.sit_down(session)?;
                office
            }
            None => {
                self.wait_until_left();
                Arc::new(Office::open(
                    folder,
                    &secrets.key(),
                    session,
                    self.options.clock.clone(),
                    self.options.entropy.clone(),
                    self.options.host.machine().as_deref(),
                )?)
            }
        };
        office.try_by(self.options.worker.as_ref());
        let settled = settle(&office, vault, secrets, way);
        self.let_go(was, vault);
        if settled.is_err() {
            office.leave();
        }
        settled.map(|()| office)
    }

    /// Locks the profile: keys and records leave memory, and nobody is answered.
    pub(crate) fn lock(&self) -> Result<StatusView, Fault> {
        self.calls.cancel_all();
        self.lan.shut();
        self.end_chore();
        self.presence.note_opened();
        if let Some(office) = self.held()
            && let Err(error) = audit::note(&office, Deed::new(Act::Locked))
        {
            // Keys leave memory whatever the disk says.
            tracing::error!(%error, "locking could not be noted");
        }
        self.set_office(None);
        self.status()
    }

    /// Makes this computer the one that keeps the township's key, and locks it: the key is there
    /// once somebody opens the profile again.
    pub(crate) fn take_over(&self, request: &KeyTakeOver) -> Result<StatusView, Fault> {
        succession::take_over(&*self.office()?, request)?;
        self.lock()
    }

    /// The vault of the open profile, opened once more by whoever sits at the desk.
    pub(super) fn confirm(&self, passphrase: &str) -> Result<(Arc<Office>, Vault, Secrets), Fault> {
        let office = self.office()?;
        let vault = Vault::read(&office.home)?;
        let secrets = self.try_passphrase(&office.home, &vault, office.user(), passphrase)?;
        Ok((office, vault, secrets))
    }

    fn relock(
        &self,
        office: &Office,
        vault: &mut Vault,
        (user, label): (UserId, &str),
        passphrase: &str,
        secrets: &Secrets,
    ) -> Result<(), Fault> {
        accounts::check_passphrase(office, passphrase, &[label])?;
        let means = Means { cost: self.cost(), entropy: self.options.entropy.as_ref() };
        let escrow = office.roster();
        let was = vault.remembered();
        vault.lock((user, label), passphrase, secrets, &escrow.escrow(), &means)?;
        vault.write(&office.home)?;
        self.let_go(was, vault);
        Ok(())
    }

    /// Changes the passphrase of whoever works here.
    pub(crate) fn change_passphrase(&self, request: &PassphraseChange) -> Result<Nothing, Fault> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let (office, mut vault, secrets) = self.confirm(&request.passphrase)?;
        let user = office.user();
        let label = vault.label(user)?;
        self.relock(&office, &mut vault, (user, &label), &request.new_passphrase, &secrets)?;
        audit::note(&office, Deed::new(Act::PassphraseChanged))?;
        Ok(Nothing {})
    }

    /// Sets a new passphrase with a paper, and opens the profile.
    pub(crate) fn recover(&self, request: &PassphraseRecover) -> Result<StatusView, Fault> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if self.office().is_ok() {
            return Err(Fault::NotHere);
        }
        // Told before the slow part.
        strength::check(&request.new_passphrase, Known::default())?;
        let paper = accounts::read_paper(&request.code)?;
        let folder = self.folder();
        restoring::resume(&folder)?;
        let mut vault = Vault::read(&folder)?;
        let user = accounts::meant(&vault, request.user)?;
        let now_ms = self.options.clock.now_ms();
        let entropy = self.options.entropy.as_ref();
        let (secrets, paper_kind) = Tries::attempt(&folder, Door::Paper, now_ms, || {
            accounts::open_with_paper(&vault, user, &paper, entropy)
        })
        .inspect_err(|fault| count_failed(&folder, fault))?;
        let office = self.enter(&folder, &mut vault, user, &secrets, Way::Asked)?;
        self.set_anew(&office, &mut vault, &request.new_passphrase, &secrets, paper_kind)?;
        self.open_office(office);
        self.status()
    }

    /// Gives whoever came in with a paper the passphrase they chose.
    pub(super) fn set_anew(
        &self,
        office: &Office,
        vault: &mut Vault,
        new_passphrase: &str,
        secrets: &Secrets,
        paper: PaperKind,
    ) -> Result<(), Fault> {
        let user = office.user();
        let label = vault.label(user)?;
        self.relock(office, vault, (user, &label), new_passphrase, secrets)?;
        Tries::attempt(&office.home, Door::Account(user), u64::MAX, || Ok(()))?;
        let way = match paper {
            PaperKind::Recovery => "recovery",
            PaperKind::Kit => "kit",
        };
        audit::note(office, Deed::new(Act::PassphraseReset).user(user).word(way))
    }

    /// Sets a new passphrase for somebody else who works here. Their signing key is not known to
    /// whoever does so: they get a new one.
    pub(crate) fn reset_passphrase(&self, request: &PassphraseReset) -> Result<Nothing, Fault> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if self.office()?.user() == request.user {
            return Err(Fault::bad("user: one's own passphrase is changed, not set anew"));
        }
        let (office, mut vault, secrets) = self.confirm(&request.passphrase)?;
        if !vault.accounts().any(|(user, _)| user == request.user) {
            return Err(Fault::not_found(request.user));
        }
        let label = vault.label(request.user)?;
        let other = secrets.for_another(self.options.entropy.as_ref());
        let account = (request.user, label.as_str());
        self.relock(&office, &mut vault, account, &request.new_passphrase, &other)?;
        Tries::attempt(&office.home, Door::Account(request.user), u64::MAX, || Ok(()))?;
        audit::note(&office, Deed::new(Act::PassphraseReset).user(request.user).word("head"))?;
        Ok(Nothing {})
    }

    /// Prints a new recovery sheet.
    pub(crate) fn renew_recovery(&self, request: &RecoveryRenew) -> Result<RecoverySheet, Fault> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let (office, mut vault, secrets) = self.confirm(&request.passphrase)?;
        // The sheet opens every account of this computer.
        if vault.accounts().count() > 1 {
            rights::check(&office, Right::AccountSet)?;
        }
        let sheet = accounts::renew_recovery(&office, &mut vault, &secrets)?;
        audit::note(&office, Deed::new(Act::RecoveryRenewed))?;
        Ok(sheet)
    }

    /// Opens an account on the founding computer.
    pub(crate) fn add_account(&self, request: &AccountAdd) -> Result<Nothing, Fault> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let office = self.office()?;
        if office.identity.operational.is_none() || office.identity.record.is_demo {
            return Err(Fault::NotHere);
        }
        if request.role.level() != Level::Township {
            return Err(Fault::bad("role: not one of the township's"));
        }
        let name = crate::organisation::named("user_name", &request.user_name)?;
        let label = crate::organisation::label(request.label.as_deref(), &name)?;
        accounts::check_passphrase(&office, &request.new_passphrase, &[&name, &label])?;
        let (office, mut vault, secrets) = self.confirm(&request.passphrase)?;
        let new = LocalUser {
            user: office.new_user(),
            name: name.clone(),
            role: request.role,
            enrolment: None,
        };
        let secrets = secrets.for_another(self.options.entropy.as_ref());
        let certificate = UserCertificate {
            user: new.user,
            key: SecretKey::from_seed(secrets.seed).public().0,
            unit: office.identity.record.unit,
            role: request.role.number(),
            name,
            devices: vec![office.identity.device],
            serial: 1,
            invitation: None,
        };
        let user = new.user;
        let common = office.roster().common().ok_or_else(|| Fault::not_found("common"))?;
        office.add_user(new, |tx| {
            let mut pen = Pen::new(&office, tx);
            pen.say(common, &[Statement::User(certificate)])?;
            pen.note(Deed::new(Act::UserAdded).user(user))
        })?;
        // The box comes last: without it the user is there, and a head may still set a passphrase.
        self.relock(&office, &mut vault, (user, &label), &request.new_passphrase, &secrets)?;
        Ok(Nothing {})
    }

    /// Opens an account with an invitation, on any computer but the founding one. It works at
    /// once; the township countersigns it when what is written here arrives there.
    pub(crate) fn join_account(&self, request: &AccountJoin) -> Result<Nothing, Fault> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let office = self.office()?;
        if office.identity.operational.is_some() || office.identity.record.is_demo {
            return Err(Fault::NotHere);
        }
        let name = crate::organisation::named("user_name", &request.user_name)?;
        let label = crate::organisation::label(request.label.as_deref(), &name)?;
        accounts::check_passphrase(&office, &request.new_passphrase, &[&name, &label])?;
        let path = self.resolve_file(&request.from)?;
        let file = read_small(&path, trust::invitation::FILE_BYTES_MAX)?;
        let (office, mut vault, secrets) = self.confirm(&request.passphrase)?;
        let secrets = secrets.for_another(self.options.entropy.as_ref());
        let key = SecretKey::from_seed(secrets.seed).public().0;
        let (new, asked) = ask_for_user(&office, (&file, &request.code), &name, key)?;
        let user = new.user;
        let home = office.home_space()?;
        office.add_user(new, |tx| {
            let mut pen = Pen::new(&office, tx);
            pen.say(home, &[asked])?;
            pen.note(Deed::new(Act::UserAdded).user(user))
        })?;
        // The box comes last: without it the user is there, and a head may still set a passphrase.
        self.relock(&office, &mut vault, (user, &label), &request.new_passphrase, &secrets)?;
        Ok(Nothing {})
    }
}
