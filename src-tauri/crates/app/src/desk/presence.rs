//! Whether somebody is at the desk. One that is left alone locks itself, and whoever was removed
//! is shown out as soon as this computer hears of it.
//!
//! There are two locks. The *window* locks when nobody was there for a while: the signing key of
//! whoever sat there leaves memory and no command is answered, while others are still met, if the
//! township allows that. The *vault* locks on request, with the session of the system and on its
//! way to sleep: everything leaves memory, and nobody is met until somebody opens it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::Duration;

use domain::audit::{Act, Deed};

use super::Desk;
use crate::accounts;
use crate::audit;
use crate::clock::MINUTE_MS;
use crate::commands::CommandRow;
use crate::ended::Ended;
use crate::fault::Fault;
use crate::host::Attendance;
use crate::office::Office;
use crate::progress::Event;
use crate::settings;
use crate::status::StatusView;
use crate::topic::Topic;
use crate::vault::Vault;

/// How often it is looked whether somebody is still there.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// For how long a call at work keeps an empty desk open, in milliseconds: a long import over a
/// slow stick has ended by then.
const WORK_MS_MAX: u64 = 2 * 60 * MINUTE_MS;

/// What is known of who is there.
#[derive(Default)]
pub(super) struct Presence {
    /// When somebody was last there, in milliseconds since 1970.
    last_ms: AtomicU64,
    /// Whose end was last acted upon.
    ended: Mutex<Option<Arc<Ended>>>,
    /// Whether the profile was opened or locked since the program started.
    was_opened: AtomicBool,
}

impl Presence {
    /// The profile is opened, or locked.
    pub(super) fn note_opened(&self) {
        self.was_opened.store(true, Ordering::SeqCst);
    }

    /// Whether the profile was opened or locked since the program started. Whoever finds a locked
    /// window after that is asked for the passphrase, and no keyring is.
    pub(super) fn was_opened(&self) -> bool {
        self.was_opened.load(Ordering::SeqCst)
    }
}

impl Desk {
    /// Somebody is there: the host has seen them move.
    pub fn touch(&self) {
        self.presence.last_ms.store(self.options.clock.now_ms(), Ordering::SeqCst);
    }

    /// The page says that somebody is there. Nothing is given on its word where the host itself
    /// sees who moves: a page that was taken over could say so for ever.
    pub(crate) fn hear_of_presence(&self) {
        if self.options.host.attendance() == Attendance::Told {
            self.touch();
        }
    }

    /// A command that changes something was somebody's act.
    pub(super) fn note_act(&self, row: &CommandRow) {
        if !row.changes.is_empty() {
            self.hear_of_presence();
        }
    }

    /// Looks, for as long as the desk lives, whether somebody is still there, whether a backup is
    /// due, and whose turn it is to be met.
    pub fn watch(self: &Arc<Self>) {
        self.every_moment(|desk| {
            desk.tend();
            desk.upkeep();
        });
        // A meeting may take its time: whoever leaves is noticed meanwhile.
        self.every_moment(|desk| {
            desk.go_round();
        });
    }

    fn every_moment(self: &Arc<Self>, does: impl Fn(&Self) + Send + 'static) {
        let desk = Arc::downgrade(self);
        std::thread::spawn(move || {
            while let Some(desk) = desk.upgrade() {
                does(&desk);
                drop(desk);
                std::thread::sleep(LOOK_EVERY);
            }
        });
    }

    /// Shows out whoever was removed, and locks a desk that was left alone. Every call looks
    /// first, so that nothing is answered late.
    pub(super) fn tend(&self) {
        let Ok(office) = self.office() else { return };
        if let Err(error) = self.close_ended(&office) {
            tracing::error!(%error, "an account that has ended could not be closed");
        }
        if self.options.host.attendance() == Attendance::Nobody {
            return;
        }
        let is_over = office.ended().users.contains_key(&office.user());
        if (is_over || self.is_left(&office)) && self.leave_office(&office).is_ok() {
            self.emit(Event::Changed { topics: vec![Topic::Profile] });
        }
    }

    /// Closes the accounts of users whose removal has arrived since it was last looked.
    fn close_ended(&self, office: &Office) -> Result<(), Fault> {
        let ended = office.ended();
        let mut known = self.presence.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref().is_some_and(|known| Arc::ptr_eq(known, &ended)) {
            return Ok(());
        }
        // Whoever changes the vault just now finds the next look still to come.
        let _turn = match self.turn.try_lock() {
            Ok(turn) => turn,
            Err(TryLockError::Poisoned(turn)) => turn.into_inner(),
            Err(TryLockError::WouldBlock) => return Ok(()),
        };
        let mut vault = Vault::read(&office.home)?;
        let was = vault.remembered();
        accounts::close_removed(office, &mut vault)?;
        self.let_go(was, &vault);
        *known = Some(ended);
        Ok(())
    }

    fn is_left(&self, office: &Office) -> bool {
        let now = self.options.clock.now_ms();
        let last = self.presence.last_ms.load(Ordering::SeqCst);
        if now < last {
            // The clock was put back.
            self.touch();
            return false;
        }
        let gone = now.saturating_sub(last);
        // Nobody is gone for less.
        if gone < MINUTE_MS || (self.calls.is_busy() && gone < WORK_MS_MAX) {
            return false;
        }
        let minutes = office.store.read(settings::current).unwrap_or_default().idle_minutes;
        gone >= u64::from(minutes).saturating_mul(MINUTE_MS)
    }

    /// Nobody is at the desk: the page saw nobody move for as long as the township lets it.
    pub(crate) fn leave(&self) -> Result<StatusView, Fault> {
        if let Ok(office) = self.office() {
            self.leave_office(&office)?;
        }
        self.status()
    }

    /// Locks the window, where others are still to be met, and the vault otherwise.
    fn leave_office(&self, office: &Arc<Office>) -> Result<(), Fault> {
        let settings = office.store.read(settings::current)?;
        let lan = self.lan.state();
        if !settings.exchanges_while_idle || !(lan.is_listening || lan.is_automatic) {
            return self.lock().map(drop);
        }
        if let Err(error) = audit::note(office, Deed::new(Act::Locked).word("window")) {
            tracing::error!(%error, "locking could not be noted");
        }
        office.leave();
        Ok(())
    }
}
