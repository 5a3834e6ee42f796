//! The one place that reads the clock and draws randomness.

use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use domain::time::{At, Day, YEARS, day_of, midnight, moment};
use trust::seal::Cost;

/// A minute, in milliseconds.
pub(crate) const MINUTE_MS: u64 = 60_000;

/// What time it is.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970-01-01T00:00Z.
    fn now_ms(&self) -> u64;
}

/// Where randomness comes from.
pub trait Entropy: Send + Sync {
    /// Fills a buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// The computer's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the place")]
    fn now_ms(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[allow(clippy::disallowed_methods, reason = "this is the place")]
    fn fill(&self, buffer: &mut [u8]) {
        // Without randomness no key is safe; the process must not go on. cannot happen on any
        // system this program starts on.
        if getrandom::fill(buffer).is_err() {
            std::process::abort();
        }
    }
}

/// A clock that is set by hand: for scenarios and demonstrations.
#[derive(Debug, Default)]
pub struct SetClock(Mutex<u64>);

impl SetClock {
    /// A clock that shows a moment.
    #[must_use]
    pub const fn at(ms: u64) -> Self {
        Self(Mutex::new(ms))
    }

    /// Sets it.
    pub fn set(&self, ms: u64) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = ms;
    }
}

impl Clock for SetClock {
    fn now_ms(&self) -> u64 {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A moment as the signed number that chrono and SQLite use.
#[must_use]
pub fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

/// The same, no later than the last minute a person may mean: what a clock beyond it makes could
/// not be read back.
fn meant(now_ms: u64) -> i64 {
    let last = Day::from_ymd_opt(*YEARS.end(), 12, 31).unwrap_or(Day::MAX);
    signed(now_ms).min(moment(midnight(last)))
}

/// The day it is.
#[must_use]
pub fn today(now_ms: u64) -> Day {
    day_of(meant(now_ms))
}

/// The minute it is.
#[must_use]
pub fn minute(now_ms: u64) -> At {
    At::minute_of(meant(now_ms))
}

/// What makes one try of a passphrase last about half a second on this computer.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "this is the place")]
pub fn calibrated() -> Cost {
    Cost::calibrated(|cost| {
        let begin = Instant::now();
        cost.exercise();
        u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX)
    })
}

/// Draws an array.
pub fn draw<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}
