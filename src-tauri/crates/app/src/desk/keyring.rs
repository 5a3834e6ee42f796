//! The desk's side of the system's keyring: who lets it open the profile, and when it may.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use domain::audit::{Act, Deed};
use domain::id::UserId;
use zeroize::Zeroizing;

use super::Desk;
use super::door::Way;
use crate::accounts;
use crate::audit;
use crate::backup::restoring;
use crate::commands::Nothing;
use crate::fault::{Fault, KeyringTrouble};
use crate::host::Keyring;
use crate::keyring::{self, KeyringRemember, KeyringState, KeyringView};
use crate::office::Office;
use crate::status::StatusView;
use crate::vault::{Secrets, Vault};

/// How long the keyring may take: it may ask the person for its own password.
const ANSWER: Duration = Duration::from_secs(60);

/// How long it may take to forget what opens nothing any more.
const FORGETTING: Duration = Duration::from_secs(5);

/// The keyring, asked beside everything else, one question at a time: one that hangs holds up
/// nobody for longer than it is given.
pub(super) struct Asked {
    keyring: Option<Arc<dyn Keyring>>,
    is_busy: Arc<AtomicBool>,
}

/// Takes back that the keyring is busy, however its answer ends.
struct Busy(Arc<AtomicBool>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl Asked {
    pub(super) fn new(keyring: Option<Arc<dyn Keyring>>) -> Self {
        Self { keyring, is_busy: Arc::default() }
    }

    /// Asks; `too_late` is done where the answer came after nobody waited for it any more.
    fn ask<T: Send + 'static>(
        &self,
        patience: Duration,
        question: impl FnOnce(&dyn Keyring) -> Result<T, KeyringTrouble> + Send + 'static,
        too_late: impl FnOnce(&dyn Keyring) + Send + 'static,
    ) -> Result<T, KeyringTrouble> {
        let keyring = self.keyring.clone().ok_or(KeyringTrouble::Unavailable)?;
        if self.is_busy.swap(true, Ordering::SeqCst) {
            return Err(KeyringTrouble::NoAnswer);
        }
        let busy = Busy(self.is_busy.clone());
        let (tell, hear) = mpsc::sync_channel(1);
        // Whoever takes it first decides whether the answer came in time.
        let in_time = Arc::new(AtomicBool::new(true));
        let told = in_time.clone();
        let body = move || {
            let answer = question(keyring.as_ref());
            if told.swap(false, Ordering::SeqCst) {
                drop(busy);
                // It is waited for.
                let _ = tell.send(answer);
            } else {
                too_late(keyring.as_ref());
                drop(busy);
            }
        };
        let begun = thread::Builder::new().name("pingli-keyring".into()).spawn(body);
        begun.map_err(|_| KeyringTrouble::Unavailable)?;
        match hear.recv_timeout(patience) {
            Ok(answer) => answer,
            Err(mpsc::RecvTimeoutError::Timeout) if in_time.swap(false, Ordering::SeqCst) => {
                Err(KeyringTrouble::NoAnswer)
            }
            // The answer came just then, or the keyring made our thread fail.
            Err(_) => hear.recv().unwrap_or(Err(KeyringTrouble::Unavailable)),
        }
    }

    fn get(&self, name: &str) -> Result<Option<Zeroizing<String>>, KeyringTrouble> {
        let name = name.to_owned();
        self.ask(ANSWER, move |keyring| keyring.get(&name), |_| {})
    }

    /// Keeps a secret, and sees that it is kept.
    fn set(&self, name: &str, secret: &Zeroizing<String>) -> Result<(), KeyringTrouble> {
        let (own, secret) = (name.to_owned(), secret.clone());
        let keep = move |keyring: &dyn Keyring| {
            keyring.set(&own, &secret)?;
            let is_kept = keyring.get(&own)?.as_ref() == Some(&secret);
            if is_kept { Ok(()) } else { Err(KeyringTrouble::Unavailable) }
        };
        let late = name.to_owned();
        self.ask(ANSWER, keep, move |keyring| {
            // What stays opens nothing.
            let _ = keyring.remove(&late);
        })
    }

    /// Forgets a secret. One that stays opens nothing.
    fn remove(&self, name: String) {
        let asked = self.ask(FORGETTING, move |keyring| keyring.remove(&name), |_| {});
        if let Err(error) = asked {
            tracing::warn!(?error, "a secret that opens nothing stays in the keyring");
        }
    }
}

impl Desk {
    /// Where the keyring stands.
    pub(super) fn keyring_view(&self) -> KeyringView {
        let folder = self.folder();
        // The practice profile lies elsewhere.
        let is_used = self.keyring.keyring.is_some() && folder == self.options.home;
        let state = match is_used.then(|| Vault::read(&folder)) {
            None | Some(Err(_)) => KeyringState::Absent,
            Some(Ok(vault)) if vault.accounts().count() > 1 => KeyringState::Several,
            Some(Ok(vault)) if vault.remembered().is_some() => KeyringState::On,
            Some(Ok(_)) => KeyringState::Off,
        };
        KeyringView { state, opens_now: state == KeyringState::On && !self.presence.was_opened() }
    }

    /// Lets the keyring open the profile of whoever works here.
    pub(crate) fn remember(&self, request: &KeyringRemember) -> Result<Nothing, Fault> {
        let office = self.office()?;
        if office.identity.record.is_demo {
            return Err(Fault::NotHere);
        }
        let (vault, secrets) = {
            let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
            let (_, vault, secrets) = self.confirm(&request.passphrase)?;
            (vault, secrets)
        };
        if vault.accounts().count() != 1 {
            return Err(KeyringTrouble::Several.into());
        }
        // The keyring may ask the person something: whoever locks or unlocks does not wait for it.
        let secret = keyring::fresh(self.options.entropy.as_ref());
        let name = vault.keyring_name(office.user());
        self.keyring.set(&name, &secret)?;
        let kept = self.keep_remembered(&office, &secret, &secrets);
        if kept.is_err() {
            self.keyring.remove(name);
        }
        kept.map(|()| Nothing {})
    }

    fn keep_remembered(
        &self,
        office: &Arc<Office>,
        secret: &str,
        secrets: &Secrets,
    ) -> Result<(), Fault> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&self.office()?, office) {
            return Err(Fault::Locked);
        }
        let mut vault = Vault::read(&office.home)?;
        vault.remember(office.user(), &keyring::key(secret), secrets)?;
        vault.write(&office.home)?;
        audit::note(office, Deed::new(Act::KeyringSet).word("on"))
    }

    /// Lets the keyring open nothing any more.
    pub(crate) fn forget(&self) -> Result<Nothing, Fault> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let office = self.office()?;
        let mut vault = Vault::read(&office.home)?;
        let was = vault.remembered();
        if vault.forget() {
            vault.write(&office.home)?;
            self.let_go(was, &vault);
            audit::note(&office, Deed::new(Act::KeyringSet).word("off"))?;
        }
        Ok(Nothing {})
    }

    /// Opens the profile with what the keyring holds. Whatever fails, the passphrase opens it.
    pub(crate) fn unlock_by_keyring(&self) -> Result<StatusView, Fault> {
        if self.office().is_ok() {
            return self.status();
        }
        let folder = self.folder();
        let (user, name) = self.remembered_in(&folder)?;
        // The keyring may ask the person something: whoever types the passphrase meanwhile comes in.
        let secret = self.keyring.get(&name)?;
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if self.office().is_ok() {
            return self.status();
        }
        restoring::resume(&folder)?;
        let mut vault = Vault::read(&folder)?;
        if self.remembered_in(&folder)? != (user, name) {
            return Err(KeyringTrouble::Gone.into());
        }
        let key = secret.map(|secret| keyring::key(&secret));
        let Some(secrets) = key.as_ref().and_then(|key| vault.open_remembered(user, key)) else {
            // Carried elsewhere, or the keyring was made anew: the box opens for nobody.
            let was = vault.remembered();
            vault.forget();
            vault.write(&folder)?;
            self.let_go(was, &vault);
            return Err(KeyringTrouble::Gone.into());
        };
        let office = self.enter(&folder, &mut vault, user, &secrets, Way::Keyring)?;
        self.open_office(office);
        self.status()
    }

    /// Whom the keyring opens a profile for, if it may.
    fn remembered_in(&self, folder: &Path) -> Result<(UserId, String), Fault> {
        let vault = Vault::read(folder)?;
        if accounts::meant(&vault, None).is_err() {
            return Err(KeyringTrouble::Several.into());
        }
        let found = vault.remembered().ok_or(KeyringTrouble::Gone)?;
        if self.presence.was_opened() {
            return Err(KeyringTrouble::NotNow.into());
        }
        Ok(found)
    }

    /// Removes from the keyring what opened the vault before and does not now.
    pub(super) fn let_go(&self, was: Option<(UserId, String)>, vault: &Vault) {
        if let Some(was) = was.filter(|was| vault.remembered().as_ref() != Some(was))
            && self.keyring.keyring.is_some()
        {
            self.keyring.remove(was.1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// A keyring that answers once it is let.
    struct Slow {
        go: Mutex<mpsc::Receiver<()>>,
        removed: mpsc::SyncSender<String>,
    }

    impl Slow {
        fn wait(&self) {
            let _ = self.go.lock().unwrap().recv();
        }
    }

    impl Keyring for Slow {
        fn get(&self, _: &str) -> Result<Option<Zeroizing<String>>, KeyringTrouble> {
            self.wait();
            Ok(None)
        }

        fn set(&self, _: &str, _: &str) -> Result<(), KeyringTrouble> {
            Ok(())
        }

        fn remove(&self, name: &str) -> Result<(), KeyringTrouble> {
            self.removed.send(name.to_owned()).unwrap();
            Ok(())
        }
    }

    #[test]
    fn one_that_hangs_is_waited_for_no_longer_than_it_is_given() {
        let (let_go, go) = mpsc::channel();
        let (removed, hear) = mpsc::sync_channel(4);
        let asked = Asked::new(Some(Arc::new(Slow { go: Mutex::new(go), removed })));
        let short = Duration::from_millis(20);
        let late = |keyring: &dyn Keyring| keyring.remove("late").unwrap();
        let answer = asked.ask(short, |keyring| keyring.get("x").map(drop), late);
        assert_eq!(answer, Err(KeyringTrouble::NoAnswer));
        // Nobody asks beside it, and nobody waits for it.
        assert_eq!(asked.get("x").map(drop), Err(KeyringTrouble::NoAnswer));
        let_go.send(()).unwrap();
        assert_eq!(hear.recv().unwrap(), "late", "what came too late is taken back");
        while asked.is_busy.load(Ordering::SeqCst) {
            thread::yield_now();
        }
        drop(let_go);
        assert_eq!(asked.get("x"), Ok(None));
        let none = Asked::new(None);
        assert_eq!(none.get("x"), Err(KeyringTrouble::Unavailable));
    }
}
