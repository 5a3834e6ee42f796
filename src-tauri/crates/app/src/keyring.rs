//! The system's keyring, as a convenience: whoever works alone on a computer may let it open the
//! profile after a start of the program. It holds a random secret, the vault one more box for it;
//! the passphrase opens the profile as before, so that losing the keyring loses nothing.
//!
//! It ends by itself: with a new passphrase, whoever sets it and how, a second account, a profile
//! that is restored or carried elsewhere.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trust::key::PacketKey;
use zeroize::Zeroizing;

use crate::clock::{Entropy, draw};

/// Lets the system's keyring open the profile of whoever works here.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct KeyringRemember {
    /// The passphrase of whoever asks.
    pub passphrase: String,
}

/// Whether the system's keyring opens the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum KeyringState {
    /// It is not used here: in a browser, on the command line, in the practice profile.
    Absent,
    /// It does not.
    Off,
    /// It does.
    On,
    /// Several people work on this computer: it may not.
    Several,
}

/// The system's keyring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct KeyringView {
    /// Whether it opens the profile.
    pub state: KeyringState,
    /// Whether it may now: the profile was neither open nor locked since the program started.
    pub opens_now: bool,
}

/// A new secret for a keyring: 32 random bytes in text, since not every keyring keeps others.
pub(crate) fn fresh(entropy: &dyn Entropy) -> Zeroizing<String> {
    let bytes = Zeroizing::new(draw::<32>(entropy));
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    // Room for all of it at once, so that no half of it is left behind by growing.
    let mut text = Zeroizing::new(String::with_capacity(64));
    for byte in bytes.iter() {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

/// The key that a secret makes.
pub(crate) fn key(secret: &str) -> PacketKey {
    PacketKey::from_seed(blake3::derive_key("pingli keyring 1", secret.as_bytes()))
}
