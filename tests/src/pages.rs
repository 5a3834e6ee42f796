//! The database of a room as it lies on disk, page by page, without its encryption: what a person
//! who had the key and no program would find, freed pages and old cells included.

use std::path::Path;

use aes::Aes256;
use aes::cipher::{BlockDecrypt, KeyInit, generic_array::GenericArray};
use aho_corasick::AhoCorasick;
use serde_json::Value;
use trust::seal::Sealed;

use crate::PASSPHRASE;

/// The page size of SQLCipher 4, and what it reserves at the end of each: sixteen bytes of vector,
/// sixty-four of authentication.
const PAGE: usize = 4096;
const RESERVED: usize = 80;
/// What stands unencrypted before the first page: the salt.
const SALT: usize = 16;
const BLOCK: usize = 16;

/// The key of the database, from the box of the first account.
fn key(home: &Path) -> [u8; 32] {
    let profile = std::fs::read(home.join("profile.json")).expect("a profile");
    let profile: Value = serde_json::from_slice(&profile).expect("the profile's shape");
    let account = &profile["accounts"][0];
    let sealed: Sealed = serde_json::from_value(account["passphrase"].clone()).expect("a box");
    let text = |value: &Value| value.as_str().expect("an id").to_owned();
    let purpose = format!("pingli vault 2 {} {}", text(&profile["vault"]), text(&account["user"]));
    let opened = sealed.open(PASSPHRASE, &purpose).expect("the passphrase");
    opened[32..64].try_into().expect("the key")
}

fn decrypted(cipher: &Aes256, page: &[u8], from: usize) -> Vec<u8> {
    let end = PAGE - RESERVED;
    let mut before: [u8; BLOCK] = page[end..end + BLOCK].try_into().expect("the vector");
    let mut plain = Vec::with_capacity(end);
    for block in page[from..end].chunks_exact(BLOCK) {
        let mut out = *GenericArray::from_slice(block);
        cipher.decrypt_block(&mut out);
        plain.extend(out.iter().zip(before).map(|(byte, mask)| byte ^ mask));
        before.copy_from_slice(block);
    }
    plain
}

/// Every page of the database of a home folder, one after the other, then the write-ahead log's.
///
/// # Panics
/// If the files are not what this program writes.
#[must_use]
pub fn pages(home: &Path) -> Vec<u8> {
    let cipher = Aes256::new(GenericArray::from_slice(&key(home)));
    let file = std::fs::read(home.join("pingli.db")).expect("a database");
    let mut all = Vec::with_capacity(file.len());
    for (at, page) in file.chunks_exact(PAGE).enumerate() {
        all.extend(decrypted(&cipher, page, if at == 0 { SALT } else { 0 }));
    }
    assert!(file.len() < PAGE || all.windows(6).any(|part| part == b"log_id"), "decrypted");
    // A header of 32 bytes, then frames of 24 bytes and a page each.
    let log = std::fs::read(home.join("pingli.db-wal")).unwrap_or_default();
    for frame in log.get(32..).unwrap_or_default().chunks_exact(24 + PAGE) {
        let is_first = frame[..4] == [0, 0, 0, 1];
        all.extend(decrypted(&cipher, &frame[24..], if is_first { SALT } else { 0 }));
    }
    all
}

/// How often some words stand in what a home folder holds: in the pages of its database, and in
/// every other file as it is.
///
/// # Panics
/// If a file cannot be read, or a word is so short that random bytes hold it by chance.
#[must_use]
pub fn hits(home: &Path, words: &[&str]) -> usize {
    assert!(words.iter().all(|word| word.len() >= 6), "found by chance");
    let mut places = vec![pages(home)];
    for entry in std::fs::read_dir(home).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            places.push(std::fs::read(path).expect("a file"));
        }
    }
    // All words in one pass: there may be many, and the files are long.
    let words = AhoCorasick::new(words).expect("words");
    places.iter().map(|bytes| words.find_overlapping_iter(bytes).count()).sum()
}
