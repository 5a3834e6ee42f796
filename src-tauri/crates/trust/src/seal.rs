//! Secrets at rest: a passphrase or a code becomes a key by Argon2id, and that key wraps others.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

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

impl Cost {
    /// About a third of a second on an office computer.
    pub const OFFICE: Self = Self { memory_kib: 64 * 1024, passes: 3 };

    /// The dearest that will be tried on a file from elsewhere.
    const FOREIGN_MAX: Self = Self { memory_kib: 256 * 1024, passes: 10 };

    /// Whether a file from elsewhere may ask for it.
    #[must_use]
    pub const fn is_bearable(self) -> bool {
        self.memory_kib <= Self::FOREIGN_MAX.memory_kib && self.passes <= Self::FOREIGN_MAX.passes
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
}
