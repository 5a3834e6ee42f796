//! Papers: secrets of 128 bits that are shown once, printed, and sealed in an envelope; no
//! computer keeps them. The township's kit makes the root key and the escrow key; the recovery
//! sheet of one computer makes the key that gives its users their way back.

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::code::{self, CodeError, KIT_DIGITS};
use crate::key::{PacketKey, SecretKey};

/// The secret of a paper.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Kit {
    secret: [u8; 16],
}

impl Kit {
    /// A paper of fresh randomness.
    #[must_use]
    pub const fn new(secret: [u8; 16]) -> Self {
        Self { secret }
    }

    /// Reads the digits from the paper.
    ///
    /// # Errors
    /// A misread code.
    pub fn from_code(text: &str) -> Result<Self, CodeError> {
        code::read(text, KIT_DIGITS).map(|value| Self { secret: value.to_be_bytes() })
    }

    /// The digits on the paper.
    #[must_use]
    pub fn code(&self) -> String {
        code::write(u128::from_be_bytes(self.secret), KIT_DIGITS)
    }

    /// The root key of the organisation.
    #[must_use]
    pub fn root(&self) -> SecretKey {
        SecretKey::from_seed(blake3::derive_key("pingli kit root 1", &self.secret))
    }

    /// The key that opens every packet of the organisation, should all computers be lost.
    #[must_use]
    pub fn escrow(&self) -> PacketKey {
        PacketKey::from_seed(blake3::derive_key("pingli kit escrow 1", &self.secret))
    }

    /// The key of a computer's recovery sheet.
    #[must_use]
    pub fn recovery(&self) -> PacketKey {
        PacketKey::from_seed(blake3::derive_key("pingli recovery 1", &self.secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paper_gives_the_keys_back() {
        let kit = Kit::new([42; 16]);
        let back = Kit::from_code(&kit.code()).unwrap();
        assert_eq!(back.root().public(), kit.root().public());
        assert_eq!(back.escrow().recipient(), kit.escrow().recipient());
        let keys = [*back.root().seed(), *back.escrow().seed(), *back.recovery().seed()];
        assert!(keys[0] != keys[1] && keys[1] != keys[2] && keys[0] != keys[2], "three keys");
    }
}
