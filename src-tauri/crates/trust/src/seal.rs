//! Secrets at rest: a passphrase or a code becomes a key by Argon2id, and that key wraps others.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::key::PacketKey;

/// How dear it is to try a passphrase. Stored beside what it protects, so that it can grow.
///
/// **Units**: memory in KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

/// How long one try of a new passphrase is meant to take, in milliseconds.
pub const TRY_MS: u64 = 500;

/// The most memory that a new passphrase takes, in KiB: an old office computer has little to spare.
const ROOM_KIB: u32 = 128 * 1024;

impl Cost {
    /// For codes of our own making, which are strong without it; whoever opens them may have an
    /// old computer.
    pub const CODE: Self = Self { memory_kib: 64 * 1024, passes: 3 };

    /// The cheapest a computer is given, however slow it is.
    ///
    /// Source: OWASP Password Storage Cheat Sheet, Argon2id with 19 MiB and two passes at least.
    pub const LEAST: Self = Self { memory_kib: 32 * 1024, passes: 2 };

    /// The dearest that will be tried, also on a file from elsewhere.
    const MOST: Self = Self { memory_kib: 256 * 1024, passes: 10 };

    /// Finds what makes one try last about [`TRY_MS`] on this computer: as much memory as lets two
    /// passes fit, then as many passes as the time allows, within the bounds.
    ///
    /// **Units**: `measure` tries a cost and says how many milliseconds that took.
    pub fn calibrated(mut measure: impl FnMut(Self) -> u64) -> Self {
        let mut cost = Self { memory_kib: Self::LEAST.memory_kib, passes: 1 };
        let mut pass_ms = measure(cost).max(1);
        while cost.memory_kib < ROOM_KIB && pass_ms.saturating_mul(4) <= TRY_MS {
            cost.memory_kib = cost.memory_kib.saturating_mul(2);
            pass_ms = measure(cost).max(1);
        }
        if pass_ms.saturating_mul(2) > TRY_MS && cost.memory_kib > Self::LEAST.memory_kib {
            cost.memory_kib /= 2;
            pass_ms = (pass_ms / 2).max(1);
        }
        let passes = u32::try_from(TRY_MS / pass_ms).unwrap_or(u32::MAX);
        Self { passes: passes.clamp(Self::LEAST.passes, Self::MOST.passes), ..cost }
    }

    /// Tries it once, for [`Self::calibrated`].
    pub fn exercise(self) {
        // A cost within the bounds always works; what comes out is of no interest.
        let _ = key("", &[0; 16], self);
    }

    /// Whether a file from elsewhere may ask for it.
    #[must_use]
    pub const fn is_bearable(self) -> bool {
        self.memory_kib <= Self::MOST.memory_kib && self.passes <= Self::MOST.passes
    }
}

/// A box that does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Wrong passphrase, or damaged.
    #[error("does not open")]
    Wrong,
    /// The parameters make no sense.
    #[error("unusable parameters")]
    Parameters,
}

/// A secret in a box.
///
/// **Shape**: salt and nonce are random and fresh for every box; the box is XChaCha20-Poly1305.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// How dear a try is.
    pub cost: Cost,
    /// Salt of the key derivation.
    pub salt: [u8; 16],
    /// Nonce of the box.
    pub nonce: [u8; 24],
    /// The box.
    pub boxed: Vec<u8>,
}

/// The key a passphrase makes.
fn key(passphrase: &str, salt: &[u8; 16], cost: Cost) -> Result<Zeroizing<[u8; 32]>, SealError> {
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(32))
        .map_err(|_| SealError::Parameters)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut())
        .map_err(|_| SealError::Parameters)?;
    Ok(key)
}

/// Closes a secret with a key that is one already. `nonce` is random and fresh for every box;
/// `purpose` must be given again to open it.
///
/// # Errors
/// A secret of an impossible length.
pub fn close_with(
    key: &[u8; 32],
    purpose: &str,
    nonce: [u8; 24],
    secret: &[u8],
) -> Result<Vec<u8>, SealError> {
    let payload = Payload { msg: secret, aad: purpose.as_bytes() };
    let boxed = XChaCha20Poly1305::new(Key::from_slice(key))
        .encrypt(XNonce::from_slice(&nonce), payload)
        .map_err(|_| SealError::Parameters)?;
    Ok([&nonce[..], &boxed].concat())
}

/// Opens what [`close_with`] closed.
///
/// # Errors
/// [`SealError::Wrong`] for another key or purpose, and for damage.
pub fn open_with(
    key: &[u8; 32],
    purpose: &str,
    boxed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (nonce, boxed) = boxed.split_first_chunk::<24>().ok_or(SealError::Wrong)?;
    XChaCha20Poly1305::new(Key::from_slice(key))
        .decrypt(XNonce::from_slice(nonce), Payload { msg: boxed, aad: purpose.as_bytes() })
        .map(Zeroizing::new)
        .map_err(|_| SealError::Wrong)
}

/// What a box needs from a random source.
#[derive(Debug, Clone, Copy)]
pub struct Fresh {
    /// Salt.
    pub salt: [u8; 16],
    /// Nonce.
    pub nonce: [u8; 24],
}

impl Sealed {
    /// Closes a secret with a passphrase. `purpose` must be given again to open it.
    ///
    /// # Errors
    /// Unusable parameters.
    pub fn close(
        secret: &[u8],
        passphrase: &str,
        purpose: &str,
        cost: Cost,
        fresh: Fresh,
    ) -> Result<Self, SealError> {
        let key = key(passphrase, &fresh.salt, cost)?;
        let boxed = XChaCha20Poly1305::new(Key::from_slice(key.as_slice()))
            .encrypt(
                XNonce::from_slice(&fresh.nonce),
                Payload { msg: secret, aad: purpose.as_bytes() },
            )
            .map_err(|_| SealError::Parameters)?;
        Ok(Self { cost, salt: fresh.salt, nonce: fresh.nonce, boxed })
    }

    /// Opens it.
    ///
    /// # Errors
    /// [`SealError::Wrong`] for a wrong passphrase or a damaged box.
    pub fn open(&self, passphrase: &str, purpose: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
        if !self.cost.is_bearable() {
            return Err(SealError::Parameters);
        }
        let key = key(passphrase, &self.salt, self.cost)?;
        XChaCha20Poly1305::new(Key::from_slice(key.as_slice()))
            .decrypt(
                XNonce::from_slice(&self.nonce),
                Payload { msg: &self.boxed, aad: purpose.as_bytes() },
            )
            .map(Zeroizing::new)
            .map_err(|_| SealError::Wrong)
    }
}

/// Locks a secret to the key of a paper or a computer.
///
/// **Shape**: `recipient` is an age X25519 recipient in its own text form; the box is one age file.
///
/// # Errors
/// [`SealError::Parameters`] for anything but such a recipient.
pub fn box_for(recipient: &str, secret: &[u8]) -> Result<Vec<u8>, SealError> {
    let recipient: age::x25519::Recipient = recipient.parse().map_err(|_| SealError::Parameters)?;
    age::encrypt(&recipient, secret).map_err(|_| SealError::Parameters)
}

/// Opens what [`box_for`] locked.
///
/// # Errors
/// [`SealError::Wrong`] for another key or a damaged box.
pub fn open_box(key: &PacketKey, boxed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let identity: age::x25519::Identity =
        key.identity().parse().map_err(|_| SealError::Parameters)?;
    age::decrypt(&identity, boxed).map(Zeroizing::new).map_err(|_| SealError::Wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 64, passes: 1 };
    const FRESH: Fresh = Fresh { salt: [1; 16], nonce: [2; 24] };

    #[test]
    fn a_box_opens_with_its_passphrase_and_purpose_only() {
        let sealed = Sealed::close(b"secret", "青石镇 2026", "vault", CHEAP, FRESH).unwrap();
        assert_eq!(sealed.open("青石镇 2026", "vault").unwrap().as_slice(), b"secret");
        assert_eq!(sealed.open("青石镇 2025", "vault"), Err(SealError::Wrong));
        assert_eq!(sealed.open("青石镇 2026", "invitation"), Err(SealError::Wrong));
        for at in 0..sealed.boxed.len() {
            let mut damaged = sealed.clone();
            damaged.boxed[at] ^= 1;
            assert_eq!(damaged.open("青石镇 2026", "vault"), Err(SealError::Wrong), "byte {at}");
        }
    }

    #[test]
    fn a_file_cannot_ask_for_all_the_memory_there_is() {
        let mut sealed = Sealed::close(b"secret", "x", "vault", CHEAP, FRESH).unwrap();
        sealed.cost.memory_kib = u32::MAX;
        assert_eq!(sealed.open("x", "vault"), Err(SealError::Parameters));
    }

    #[test]
    fn the_cost_is_what_half_a_second_buys_within_bounds() {
        // Milliseconds that one pass over 32 MiB takes; what is chosen.
        let rows = [(1, (128, 10)), (20, (128, 6)), (60, (128, 2)), (70, (64, 3)), (900, (32, 2))];
        for (pass_ms, (memory_mib, passes)) in rows {
            let found = Cost::calibrated(|cost| {
                pass_ms * u64::from(cost.memory_kib / Cost::LEAST.memory_kib * cost.passes)
            });
            assert_eq!(found, Cost { memory_kib: memory_mib * 1024, passes }, "{pass_ms} ms");
            assert!(found.is_bearable());
        }
    }

    #[test]
    fn a_box_opens_with_its_key_alone() {
        let key = PacketKey::from_seed([3; 32]);
        let boxed = box_for(&key.recipient(), b"secret").unwrap();
        assert_eq!(open_box(&key, &boxed).unwrap().as_slice(), b"secret");
        assert_eq!(open_box(&PacketKey::from_seed([4; 32]), &boxed), Err(SealError::Wrong));
        for at in 0..boxed.len() {
            let mut damaged = boxed.clone();
            damaged[at] ^= 1;
            assert!(open_box(&key, &damaged).is_err(), "byte {at}");
        }
        assert_eq!(box_for("age1nobody", b"secret"), Err(SealError::Parameters));
    }
}
