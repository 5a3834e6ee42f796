//! Waiting for whoever holds a file: scanners and indexers open what was just written, and until
//! they let go it can be neither opened, renamed nor removed.

use std::io;
use std::thread::sleep;
use std::time::Duration;

/// How often it is tried.
const TRIES_MAX: u32 = 100;

/// How long the first wait is, and the longest: about five seconds for all.
const WAIT_MS: std::ops::RangeInclusive<u64> = 5..=50;

/// Whether somebody else holds the file for a moment. A place that may not be written looks the
/// same to us at first: on Windows a scanner makes it so.
#[must_use]
pub fn is_held(error: &io::Error) -> bool {
    use io::ErrorKind as K;
    /// `ERROR_SHARING_VIOLATION` and `ERROR_LOCK_VIOLATION`.
    const SHARING: [i32; 2] = [32, 33];
    matches!(error.kind(), K::ResourceBusy | K::PermissionDenied | K::ExecutableFileBusy)
        || (cfg!(windows) && error.raw_os_error().is_some_and(|code| SHARING.contains(&code)))
}

/// Does something with a file, again and again with growing waits while somebody holds it.
///
/// # Errors
/// The act's own; that somebody holds the file only after about five seconds.
pub fn patiently<T>(act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    while_held(act, is_held)
}

/// The same for what has errors of its own; `held` tells which of them mean that it may be tried
/// again.
///
/// # Errors
/// The act's own.
pub fn while_held<T, E>(
    mut act: impl FnMut() -> Result<T, E>,
    held: impl Fn(&E) -> bool,
) -> Result<T, E> {
    let mut wait_ms = *WAIT_MS.start();
    for _ in 1..TRIES_MAX {
        match act() {
            Err(error) if held(&error) => sleep(Duration::from_millis(wait_ms)),
            done => return done,
        }
        wait_ms = wait_ms.saturating_mul(2).min(*WAIT_MS.end());
    }
    act()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_for_a_moment_is_tried_again_and_nothing_else() {
        let after = |times: u32, kind: io::ErrorKind| {
            let mut tries = 0;
            let done = patiently(|| {
                tries += 1;
                if tries > times { Ok(()) } else { Err(kind.into()) }
            });
            (done.map_err(|error| error.kind()), tries)
        };
        assert_eq!(after(20, io::ErrorKind::ResourceBusy), (Ok(()), 21));
        assert_eq!(after(20, io::ErrorKind::PermissionDenied), (Ok(()), 21));
        let for_ever = io::ErrorKind::ResourceBusy;
        assert_eq!(after(u32::MAX, for_ever), (Err(for_ever), TRIES_MAX));
        let full = io::ErrorKind::StorageFull;
        assert_eq!(after(1, full), (Err(full), 1), "waiting makes no room");
    }
}
