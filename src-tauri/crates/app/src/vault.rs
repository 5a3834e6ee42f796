//! The vault: a small file beside the database that holds its key, locked once for each person
//! who works here and once for each paper that gives a person their way back; where a person alone on their
//! computer wished for it, once more for a secret in the system's keyring.
//!
//! **Shape**: `profile.json` names for each account an opaque id and the label that the lock page
//! shows; everything else in it is random bytes, boxes and what it costs to try them. A box holds
//! the vault's id, the account's id, the database key and the account's own signing key, so that
//! a box opens for the account it was made for and nobody else.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use carry::patience::patiently;
use domain::id::{TransferId, UserId};
use serde::{Deserialize, Serialize};
use trust::key::PacketKey;
use trust::seal::{self, Cost, Fresh, SealError, Sealed};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::clock::{Entropy, draw};
use crate::fault::{Fault, KeyringTrouble, file_fault};

pub(crate) mod strength;
mod tries;

pub(crate) use tries::{Door, Tries};

/// The name of the file.
pub(crate) const FILE: &str = "profile.json";

/// Lies beside it as long as the profile is not finished.
const BEGUN: &str = "founding";
const VERSION: u32 = 2;
const PURPOSE: &str = "pingli vault 2";

/// What an account's box holds.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Secrets {
    /// The key of the database, the same for everybody.
    pub(crate) database: [u8; 32],
    /// The account's own signing key.
    pub(crate) seed: [u8; 32],
}

/// A box for a key that nobody guesses: of a paper, or of the system's keyring.
#[derive(Clone, Serialize, Deserialize)]
struct Paper {
    /// Whose key opens it.
    recipient: String,
    boxed: Vec<u8>,
}

/// Somebody who opens this vault.
#[derive(Clone, Serialize, Deserialize)]
struct Account {
    user: UserId,
    label: String,
    /// None once the account was closed; its papers stay, so that nothing is lost with it.
    passphrase: Option<Sealed>,
    papers: Vec<Paper>,
    /// For the secret that the system's keyring holds, where its owner wished for that: one more
    /// way in, never the only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keyring: Option<Paper>,
}

/// The file.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Vault {
    version: u32,
    vault: TransferId,
    /// Whose key the recovery sheet of this computer makes.
    recovery: String,
    accounts: Vec<Account>,
}

/// Everything a lock needs from a random source, and how dear it is.
pub(crate) struct Means<'a> {
    pub(crate) cost: Cost,
    pub(crate) entropy: &'a dyn Entropy,
}

/// Which paper a code stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PaperKind {
    /// The recovery sheet of this computer.
    Recovery,
    /// The township's printed kit.
    Kit,
}

/// Whether a home folder holds a vault, of a profile that was finished.
pub(crate) fn exists(home: &Path) -> bool {
    home.join(FILE).is_file() && !is_begun(home)
}

/// Whether somebody began to make a profile and did not finish.
pub(crate) fn is_begun(home: &Path) -> bool {
    home.join(BEGUN).exists()
}

/// Says that a profile is being made: until it is [`finished`] there is none.
pub(crate) fn begin(home: &Path) -> std::io::Result<()> {
    if is_begun(home) {
        remove(home);
    }
    write_whole(home, BEGUN, &[])
}

/// From here on there is a profile.
pub(crate) fn finished(home: &Path) -> std::io::Result<()> {
    fs::remove_file(home.join(BEGUN))?;
    store::database::sync_folder(home)
}

/// Takes back a profile that could not be finished.
pub(crate) fn remove(home: &Path) {
    // What cannot be removed is removed when another one is begun.
    let mut names = [FILE, "pingli.db", "pingli.db-wal", "pingli.db-shm", "pingli.db.new"].iter();
    if names.all(|name| match fs::remove_file(home.join(name)) {
        Ok(()) => true,
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }) {
        let _ = fs::remove_file(home.join(BEGUN));
    }
}

impl Secrets {
    /// A key for a new database, and one for its first account.
    pub(crate) fn fresh(entropy: &dyn Entropy) -> Self {
        Self { database: draw(entropy), seed: draw(entropy) }
    }

    /// The same database for another account, whose signing key is new.
    pub(crate) fn for_another(&self, entropy: &dyn Entropy) -> Self {
        Self { database: self.database, seed: draw(entropy) }
    }

    /// The key of the database.
    pub(crate) fn key(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.database)
    }

    fn packed(&self, vault: TransferId, user: UserId) -> Zeroizing<Vec<u8>> {
        let parts = [&vault.0[..], &user.0[..], &self.database[..], &self.seed[..]];
        Zeroizing::new(parts.concat())
    }

    /// Reads what a box held, if it was made for this account of this vault.
    fn unpacked(vault: TransferId, user: UserId, bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(&vault.0)?.strip_prefix(&user.0)?;
        let (database, seed) = rest.split_first_chunk::<32>()?;
        Some(Self { database: *database, seed: seed.try_into().ok()? })
    }
}

fn purpose(vault: TransferId, user: UserId) -> String {
    format!("{PURPOSE} {vault} {user}")
}

fn damaged(detail: impl std::fmt::Display) -> Fault {
    Fault::ProfileDamaged { detail: detail.to_string() }
}

impl Vault {
    /// A vault without accounts. `recovery` is whose key its recovery sheet makes.
    pub(crate) fn new(recovery: String, entropy: &dyn Entropy) -> Self {
        let vault = TransferId(draw(entropy));
        Self { version: VERSION, vault, recovery, accounts: Vec::new() }
    }

    /// Reads the file.
    pub(crate) fn read(home: &Path) -> Result<Self, Fault> {
        let path = home.join(FILE);
        let bytes = patiently(|| fs::read(&path)).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Fault::NoProfile,
            _ => file_fault(&error, &path),
        })?;
        Self::parse(&bytes)
    }

    /// Reads the bytes of the file.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let file: Self = serde_json::from_slice(bytes).map_err(damaged)?;
        if file.version > VERSION {
            return Err(Fault::NewerProfile);
        }
        Ok(file)
    }

    /// What tells it from any other: random, and the same for as long as the profile lives.
    pub(crate) const fn id(&self) -> TransferId {
        self.vault
    }

    /// Writes the file: it is the old one or this one, whatever fails.
    pub(crate) fn write(&self, home: &Path) -> Result<(), Fault> {
        let bytes = serde_json::to_vec_pretty(self).map_err(|error| Fault::internal(&error))?;
        write_whole(home, FILE, &bytes).map_err(|error| file_fault(&error, home))
    }

    /// Who opens it: id and label, as they came.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = (UserId, &str)> {
        let open = self.accounts.iter().filter(|account| account.passphrase.is_some());
        open.map(|account| (account.user, account.label.as_str()))
    }

    fn account(&self, user: UserId) -> Result<&Account, Fault> {
        let found = self.accounts.iter().find(|account| account.user == user);
        found.ok_or_else(|| Fault::not_found(user))
    }

    /// Gives an account its boxes: a new account, or an old one a new passphrase. `escrow` are the
    /// recipients of the township's kits. No keyring opens anything here from then.
    pub(crate) fn lock(
        &mut self,
        (user, label): (UserId, &str),
        passphrase: &str,
        secrets: &Secrets,
        escrow: &[&str],
        means: &Means<'_>,
    ) -> Result<(), Fault> {
        let packed = secrets.packed(self.vault, user);
        let fresh = Fresh { salt: draw(means.entropy), nonce: draw(means.entropy) };
        let purpose = purpose(self.vault, user);
        let passphrase = Sealed::close(&packed, passphrase, &purpose, means.cost, fresh)
            .map_err(|error| Fault::internal(&error))?;
        let papers = self.papers(&packed, escrow)?;
        let label = label.to_owned();
        let account = Account { user, label, passphrase: Some(passphrase), papers, keyring: None };
        self.forget();
        match self.accounts.iter_mut().find(|held| held.user == user) {
            Some(held) => *held = account,
            None => self.accounts.push(account),
        }
        Ok(())
    }

    fn papers(&self, packed: &[u8], escrow: &[&str]) -> Result<Vec<Paper>, Fault> {
        let recipients = std::iter::once(self.recovery.as_str()).chain(escrow.iter().copied());
        let paper = |recipient: &str| {
            let boxed =
                seal::box_for(recipient, packed).map_err(|error| Fault::internal(&error))?;
            Ok(Paper { recipient: recipient.to_owned(), boxed })
        };
        recipients.map(paper).collect()
    }

    /// Whether an account's papers are those that hold now.
    pub(crate) fn is_current(&self, user: UserId, escrow: &[&str]) -> bool {
        let wanted = std::iter::once(self.recovery.as_str()).chain(escrow.iter().copied());
        let held = self.account(user).map(|account| account.papers.as_slice()).unwrap_or_default();
        held.iter().map(|paper| paper.recipient.as_str()).eq(wanted)
    }

    /// Boxes an account's secrets anew for the papers that hold now; the passphrase stays.
    pub(crate) fn renew_papers(
        &mut self,
        user: UserId,
        secrets: &Secrets,
        escrow: &[&str],
    ) -> Result<(), Fault> {
        let papers = self.papers(&secrets.packed(self.vault, user), escrow)?;
        for account in self.accounts.iter_mut().filter(|account| account.user == user) {
            account.papers.clone_from(&papers);
        }
        Ok(())
    }

    /// Puts another recovery sheet in the place of the one that was: what the old one opened is
    /// gone for everybody. The accounts are boxed for it one by one, as their owners come.
    pub(crate) fn replace_recovery(&mut self, recovery: String) {
        let old = std::mem::replace(&mut self.recovery, recovery);
        for account in &mut self.accounts {
            account.papers.retain(|paper| paper.recipient != old);
        }
    }

    /// Closes an account: its passphrase opens nothing any more. Says whether it was open.
    pub(crate) fn close(&mut self, user: UserId) -> bool {
        let mut own = self.accounts.iter_mut().filter(|account| account.user == user);
        own.any(|account| {
            account.keyring = None;
            account.passphrase.take().is_some()
        })
    }

    /// The one account of this vault, if a keyring opens it, and the name of its secret there.
    pub(crate) fn remembered(&self) -> Option<(UserId, String)> {
        let mut open = self.accounts.iter().filter(|account| account.passphrase.is_some());
        let (Some(only), None) = (open.next(), open.next()) else { return None };
        only.keyring.as_ref().map(|_| (only.user, self.keyring_name(only.user)))
    }

    /// The name under which a keyring holds the secret of an account.
    pub(crate) fn keyring_name(&self, user: UserId) -> String {
        format!("{} {user}", self.vault)
    }

    /// Boxes an account's secrets for the key that a keyring holds. The passphrase stays.
    pub(crate) fn remember(
        &mut self,
        user: UserId,
        key: &PacketKey,
        secrets: &Secrets,
    ) -> Result<(), Fault> {
        if self.accounts().count() != 1 {
            return Err(KeyringTrouble::Several.into());
        }
        let recipient = key.recipient();
        let boxed = seal::box_for(&recipient, &secrets.packed(self.vault, user))
            .map_err(|error| Fault::internal(&error))?;
        let account = self.accounts.iter_mut().find(|account| account.user == user);
        account.ok_or_else(|| Fault::not_found(user))?.keyring = Some(Paper { recipient, boxed });
        Ok(())
    }

    /// Lets no keyring open anything; says whether one did.
    pub(crate) fn forget(&mut self) -> bool {
        let taken = self.accounts.iter_mut().filter_map(|account| account.keyring.take());
        taken.count() > 0
    }

    /// Opens an account with the key that a keyring held; nothing if it does not fit.
    pub(crate) fn open_remembered(&self, user: UserId, key: &PacketKey) -> Option<Secrets> {
        let (only, _) = self.remembered()?;
        let paper = self.account(user).ok().filter(|_| only == user)?.keyring.as_ref()?;
        let opened = seal::open_box(key, &paper.boxed).ok()?;
        Secrets::unpacked(self.vault, user, &opened)
    }

    /// What an account is called on the lock page.
    pub(crate) fn label(&self, user: UserId) -> Result<String, Fault> {
        self.account(user).map(|account| account.label.clone())
    }

    /// Opens an account with its passphrase.
    pub(crate) fn open(&self, user: UserId, passphrase: &str) -> Result<Secrets, Fault> {
        let sealed = self.account(user)?.passphrase.as_ref().ok_or(Fault::AccountClosed)?;
        let purpose = purpose(self.vault, user);
        let opened = sealed.open(passphrase, &purpose).map_err(|error| match error {
            SealError::Wrong => Fault::WrongPassphrase,
            SealError::Parameters => damaged(error),
        })?;
        Secrets::unpacked(self.vault, user, &opened).ok_or_else(|| damaged("key"))
    }

    /// Opens an account with the key of a paper. Where the account has no box for it yet, the
    /// database is opened through another's box, and the account signs with a new key from then.
    pub(crate) fn open_with(
        &self,
        user: UserId,
        key: &PacketKey,
        entropy: &dyn Entropy,
    ) -> Result<Secrets, Fault> {
        let own = self.account(user)?;
        if own.passphrase.is_none() {
            return Err(Fault::AccountClosed);
        }
        let recipient = key.recipient();
        let open = |account: &Account| {
            let paper = account.papers.iter().find(|paper| paper.recipient == recipient)?;
            let opened = seal::open_box(key, &paper.boxed).ok()?;
            Secrets::unpacked(self.vault, account.user, &opened)
        };
        let through_another =
            || self.accounts.iter().find_map(open).map(|secrets| secrets.for_another(entropy));
        open(own).or_else(through_another).ok_or(Fault::WrongPaper)
    }
}

/// Writes a small file so that it is either the old one or the new one, whatever fails.
pub(crate) fn write_whole(home: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = home.join(format!("{name}.new"));
    let mut file = patiently(|| File::create(&temporary))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    patiently(|| fs::rename(&temporary, home.join(name)))?;
    store::database::sync_folder(home)
}

#[cfg(test)]
mod tests;
