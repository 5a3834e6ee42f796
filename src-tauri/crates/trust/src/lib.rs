//! Who is who: keys, what authorities have signed about them, and how secrets rest on disk.
//!
//! The township's **root** key lives only in a printed kit; it certifies an **operational** key,
//! which signs every other statement: devices, users, spaces, grants, invitations. All machines
//! that hold the same statements hold the same [`roster::Roster`], in whatever order they came.
//!
//! Nothing here reads a clock, a file or a random source: seeds, salts and moments are arguments.
//! No cryptography is our own: Ed25519, X25519 through age, Argon2id, XChaCha20-Poly1305, BLAKE3.

pub mod cbor;
pub mod code;
pub mod invitation;
pub mod key;
pub mod kit;
pub mod roster;
pub mod seal;
pub mod statement;

/// The suite of algorithms in every signed thing: Ed25519, BLAKE3, X25519, ChaCha20-Poly1305.
///
/// Other suites may come; a machine refuses one it does not know.
pub const SUITE: u8 = 1;
