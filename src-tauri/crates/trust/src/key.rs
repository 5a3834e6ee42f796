//! Signing keys and what they sign.

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use domain::id::{DeviceId, OrganisationId};

/// A public signing key.
///
/// **Shape**: 32 bytes, Ed25519.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey(pub [u8; 32]);

/// A signature.
///
/// **Shape**: 64 bytes, Ed25519.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

/// A signature that does not belong to what it stands under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("bad signature")]
pub struct BadSignature;

/// A secret signing key. It never prints, copies or outlives its owner.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SecretKey {
    seed: [u8; 32],
}

/// What a signature covers: a context that no other kind of message shares, then the message.
fn message(context: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    for part in parts {
        let len = u64::try_from(part.len()).unwrap_or(u64::MAX);
        hasher.update(&len.to_be_bytes()).update(part);
    }
    *hasher.finalize().as_bytes()
}

impl SecretKey {
    /// The key of a seed.
    #[must_use]
    pub const fn from_seed(seed: [u8; 32]) -> Self {
        Self { seed }
    }

    /// The seed, to be stored encrypted.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.seed)
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(SigningKey::from_bytes(&self.seed).verifying_key().to_bytes())
    }

    /// Signs parts under a context.
    #[must_use]
    pub fn sign(&self, context: &str, parts: &[&[u8]]) -> Signature {
        let key = SigningKey::from_bytes(&self.seed);
        Signature(key.sign(&message(context, parts)).to_bytes())
    }

    /// The same key in PKCS#8, as TLS wants it.
    #[must_use]
    pub fn pkcs8(&self) -> Zeroizing<Vec<u8>> {
        // RFC 8410, section 7: version 0, Ed25519, an octet string within an octet string.
        let mut der = Zeroizing::new(vec![
            0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22,
            0x04, 0x20,
        ]);
        der.extend_from_slice(&self.seed);
        der
    }
}

/// What comes before the key in an Ed25519 SubjectPublicKeyInfo (RFC 8410, section 4).
const SPKI_PREFIX: [u8; 12] =
    [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

impl PublicKey {
    /// Checks a signature over parts under a context.
    ///
    /// # Errors
    /// [`BadSignature`] for anything but a strict Ed25519 signature by this key.
    pub fn verify(
        &self,
        context: &str,
        parts: &[&[u8]],
        signature: &Signature,
    ) -> Result<(), BadSignature> {
        let key = VerifyingKey::from_bytes(&self.0).map_err(|_| BadSignature)?;
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        key.verify_strict(&message(context, parts), &signature).map_err(|_| BadSignature)
    }

    /// The device this key makes.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        DeviceId(short(blake3::derive_key("pingli device 1", &self.0)))
    }

    /// The organisation this root key makes.
    #[must_use]
    pub fn organisation(&self) -> OrganisationId {
        OrganisationId(short(blake3::derive_key("pingli organisation 1", &self.0)))
    }

    /// The key as TLS carries it: a SubjectPublicKeyInfo.
    #[must_use]
    pub fn spki(&self) -> Vec<u8> {
        [&SPKI_PREFIX[..], &self.0[..]].concat()
    }

    /// Reads the key TLS carried; `None` for anything but a plain Ed25519 key.
    #[must_use]
    pub fn from_spki(der: &[u8]) -> Option<Self> {
        let key = der.strip_prefix(&SPKI_PREFIX)?;
        <[u8; 32]>::try_from(key).ok().map(Self)
    }
}

fn short(hash: [u8; 32]) -> [u8; 16] {
    let mut bytes = [0; 16];
    for (slot, byte) in bytes.iter_mut().zip(hash) {
        *slot = byte;
    }
    bytes
}

/// The key a device opens packets with: an age X25519 identity.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct PacketKey {
    seed: [u8; 32],
}

impl PacketKey {
    /// The key of a seed.
    #[must_use]
    pub const fn from_seed(seed: [u8; 32]) -> Self {
        Self { seed }
    }

    /// The seed, to be stored encrypted.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.seed)
    }

    /// The identity in age's own text form, as stock tools read it.
    #[must_use]
    pub fn identity(&self) -> Zeroizing<String> {
        let text = bech32::Hrp::parse("age-secret-key-")
            .ok()
            .and_then(|hrp| bech32::encode_upper::<bech32::Bech32>(hrp, &self.seed).ok());
        Zeroizing::new(text.unwrap_or_default())
    }

    /// The public half in age's own text form.
    #[must_use]
    pub fn recipient(&self) -> String {
        let identity: Result<age::x25519::Identity, _> = self.identity().parse();
        identity.map(|i| i.to_public().to_string()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_context_and_parts_only() {
        let key = SecretKey::from_seed([7; 32]);
        let signature = key.sign("pingli test 1", &[b"ab", b"c"]);
        let public = key.public();
        assert_eq!(public.verify("pingli test 1", &[b"ab", b"c"], &signature), Ok(()));
        let other = SecretKey::from_seed([8; 32]).public();
        let rows: [(&str, PublicKey, &str, &[&[u8]]); 4] = [
            ("another context", public, "pingli test 2", &[b"ab", b"c"]),
            ("parts cut elsewhere", public, "pingli test 1", &[b"a", b"bc"]),
            ("another message", public, "pingli test 1", &[b"ab", b"d"]),
            ("another key", other, "pingli test 1", &[b"ab", b"c"]),
        ];
        for (name, key, context, parts) in rows {
            assert_eq!(key.verify(context, parts, &signature), Err(BadSignature), "{name}");
        }
    }

    #[test]
    fn keys_cross_tls_and_age_and_come_back() {
        let public = SecretKey::from_seed([7; 32]).public();
        assert_eq!(PublicKey::from_spki(&public.spki()), Some(public));
        assert_eq!(PublicKey::from_spki(&public.0), None);
        let packet = PacketKey::from_seed([9; 32]);
        assert!(packet.recipient().starts_with("age1"), "{}", packet.recipient());
        assert!(packet.identity().starts_with("AGE-SECRET-KEY-1"));
    }

    #[test]
    fn ids_of_keys_are_frozen() {
        let public = SecretKey::from_seed([7; 32]).public();
        assert_eq!(public.device().to_string(), "5D24CTC4H98XEH79KK01ZBTB5G");
        assert_eq!(public.organisation().to_string(), "0X31HF3ACHYW8ZBJR4QSWQQWDW");
    }
}
