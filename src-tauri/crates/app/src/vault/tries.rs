//! How long somebody must wait who has tried in vain. What was tried is kept beside the vault, so
//! that starting the program again helps nobody; whoever may delete the file could as well carry
//! the vault away and try elsewhere, where only the cost of a try holds them up.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use domain::id::UserId;
use serde::{Deserialize, Serialize};

use super::write_whole;
use crate::fault::{Fault, file_fault};

const FILE: &str = "tries.json";

/// How often one may be wrong at once: caps lock, the wrong input method, a slip.
const FREE: u32 = 3;

/// How long the next try waits after that, in seconds; the last holds for all that follow.
const WAITS_S: [u64; 8] = [5, 15, 30, 60, 120, 300, 600, 900];

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// The passphrase of an account.
    Account(UserId),
    /// The digits of a paper.
    Paper,
}

impl Door {
    fn name(self) -> String {
        match self {
            Self::Account(user) => user.to_string(),
            Self::Paper => "paper".into(),
        }
    }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Failed {
    count: u32,
    /// When the last was, in milliseconds since 1970.
    last_ms: u64,
}

/// What was tried in vain, for each door.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Tries(BTreeMap<String, Failed>);

impl Tries {
    /// Reads the file; one that cannot be read is as if nothing was tried.
    pub(crate) fn read(home: &Path) -> Self {
        let bytes = fs::read(home.join(FILE)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    fn write(&self, home: &Path) -> Result<(), Fault> {
        let bytes = serde_json::to_vec(self).map_err(|error| Fault::internal(&error))?;
        write_whole(home, FILE, &bytes).map_err(|error| file_fault(&error, home))
    }

    /// How many seconds are left until a door may be tried again. A clock that was put back makes
    /// nobody wait longer than the full time, and nobody shorter.
    pub(crate) fn wait_s(&self, door: Door, now_ms: u64) -> u64 {
        let Some(failed) = self.0.get(&door.name()) else { return 0 };
        let Some(step) = failed.count.checked_sub(FREE) else { return 0 };
        let step = usize::try_from(step).unwrap_or(usize::MAX);
        let wait_s = WAITS_S.get(step).or(WAITS_S.last()).copied().unwrap_or(0);
        let gone_ms = now_ms.saturating_sub(failed.last_ms);
        wait_s.saturating_mul(1000).saturating_sub(gone_ms).div_ceil(1000)
    }

    /// Tries a door, unless it is too early: a failure is written down before it is told.
    pub(crate) fn attempt<T>(
        home: &Path,
        door: Door,
        now_ms: u64,
        open: impl FnOnce() -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut tries = Self::read(home);
        let wait_s = tries.wait_s(door, now_ms);
        if wait_s > 0 {
            // A clock that stands before the failure runs the whole time anew.
            if tries.0.get(&door.name()).is_some_and(|failed| failed.last_ms > now_ms) {
                tries.note(door, now_ms, 0);
                tries.write(home)?;
            }
            return Err(Fault::TooManyTries { wait_s });
        }
        let opened = open();
        match &opened {
            Ok(_) => {
                if tries.0.remove(&door.name()).is_some() {
                    tries.write(home)?;
                }
            }
            Err(Fault::WrongPassphrase | Fault::WrongPaper) => {
                tries.note(door, now_ms, 1);
                tries.write(home)?;
            }
            // What is damaged or full says nothing about what was tried.
            Err(_) => {}
        }
        opened
    }

    fn note(&mut self, door: Door, now_ms: u64, more: u32) {
        let failed = self.0.entry(door.name()).or_insert(Failed { count: 0, last_ms: now_ms });
        failed.count = failed.count.saturating_add(more);
        failed.last_ms = now_ms;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOOR: Door = Door::Account(UserId([1; 16]));

    fn fail(home: &Path, now_ms: u64) -> Fault {
        Tries::attempt::<()>(home, DOOR, now_ms, || Err(Fault::WrongPassphrase)).unwrap_err()
    }

    #[test]
    fn the_delay_grows_and_starting_anew_does_not_shorten_it() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        let mut now = 1_000_000;
        for _ in 0..FREE {
            assert_eq!(fail(home, now), Fault::WrongPassphrase);
        }
        let mut waits = Vec::new();
        for _ in 0..10 {
            // Nothing lives in memory: every call reads the file, as after a start.
            let Fault::TooManyTries { wait_s } = fail(home, now) else { panic!("no delay") };
            waits.push(wait_s);
            assert_eq!(fail(home, now + 1000), Fault::TooManyTries { wait_s: wait_s - 1 });
            let opened = Tries::attempt(home, DOOR, now + 1000, || Ok(()));
            assert!(opened.is_err(), "not even the right one opens early");
            now += wait_s * 1000;
            assert_eq!(fail(home, now), Fault::WrongPassphrase);
        }
        assert_eq!(waits, [5, 15, 30, 60, 120, 300, 600, 900, 900, 900]);
        let other = Door::Account(UserId([2; 16]));
        assert_eq!(Tries::read(home).wait_s(other, now), 0, "another's account is not touched");
        now += 900_000;
        assert_eq!(Tries::attempt(home, DOOR, now, || Ok(7)), Ok(7));
        assert_eq!(fail(home, now), Fault::WrongPassphrase, "forgotten with the first success");
    }

    #[test]
    fn a_clock_put_back_ends_no_delay_and_makes_none_endless() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        for _ in 0..=FREE {
            let _ = fail(home, 9_000_000);
        }
        assert_eq!(fail(home, 1_000_000), Fault::TooManyTries { wait_s: 5 });
        assert_eq!(fail(home, 1_004_000), Fault::TooManyTries { wait_s: 1 });
        assert_eq!(fail(home, 1_005_000), Fault::WrongPassphrase);
    }

    #[test]
    fn damage_is_no_try() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        for _ in 0..9 {
            let found: Result<(), Fault> =
                Tries::attempt(home, DOOR, 0, || Err(Fault::NewerProfile));
            assert_eq!(found, Err(Fault::NewerProfile));
        }
    }
}
