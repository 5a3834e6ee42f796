//! The profile on disk: a small file with the wrapped database key, and the database beside it.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};
use trust::seal::{Cost, Fresh, SealError, Sealed};
use zeroize::Zeroizing;

use crate::clock::{Entropy, draw};
use crate::fault::{Fault, file_fault};

const FILE: &str = "profile.json";
const VERSION: u32 = 1;
const PURPOSE: &str = "pingli database key 1";

/// The fewest characters of a passphrase.
pub(crate) const PASSPHRASE_CHARS_MIN: usize = 8;

/// What is tried first by everybody.
const GUESSED_FIRST: [&str; 12] = [
    "12345678",
    "123456789",
    "1234567890",
    "11111111",
    "88888888",
    "66666666",
    "00000000",
    "password",
    "qwertyui",
    "a1234567",
    "abcd1234",
    "pingli123",
];

/// The file. It says nothing about who works here.
#[derive(Serialize, Deserialize)]
struct ProfileFile {
    version: u32,
    database_key: Sealed,
}

/// Whether a home folder holds a profile.
pub(crate) fn exists(home: &Path) -> bool {
    home.join(FILE).is_file()
}

/// Whether a passphrase is good enough to guard a profile.
pub(crate) fn check_passphrase(passphrase: &str) -> Result<(), Fault> {
    let chars: Vec<char> = passphrase.chars().collect();
    let is_one_char = chars.windows(2).all(|pair| matches!(pair, [a, b] if a == b));
    let is_guessed = GUESSED_FIRST.contains(&passphrase.to_lowercase().as_str());
    if chars.len() < PASSPHRASE_CHARS_MIN || is_one_char || is_guessed {
        return Err(Fault::WeakPassphrase);
    }
    Ok(())
}

/// Draws a database key and writes it down, wrapped.
pub(crate) fn create(
    home: &Path,
    passphrase: &str,
    cost: Cost,
    entropy: &dyn Entropy,
) -> Result<Zeroizing<[u8; 32]>, Fault> {
    check_passphrase(passphrase)?;
    if exists(home) || store::Store::is_there(home) {
        return Err(Fault::ProfileExists);
    }
    fs::create_dir_all(home).map_err(|error| file_fault(&error, home))?;
    let key = Zeroizing::new(draw::<32>(entropy));
    let fresh = Fresh { salt: draw(entropy), nonce: draw(entropy) };
    let database_key = Sealed::close(key.as_slice(), passphrase, PURPOSE, cost, fresh)
        .map_err(|error| Fault::internal(&error))?;
    let file = ProfileFile { version: VERSION, database_key };
    let bytes = serde_json::to_vec_pretty(&file).map_err(|error| Fault::internal(&error))?;
    write_whole(home, FILE, &bytes).map_err(|error| file_fault(&error, home))?;
    Ok(key)
}

/// Takes back a profile that could not be finished.
pub(crate) fn remove(home: &Path) {
    // What cannot be removed is found and named by the next start.
    for name in [FILE, "pingli.db", "pingli.db-wal", "pingli.db-shm", "pingli.db.new"] {
        let _ = fs::remove_file(home.join(name));
    }
}

/// Opens the database key with the passphrase.
pub(crate) fn open(home: &Path, passphrase: &str) -> Result<Zeroizing<[u8; 32]>, Fault> {
    let path = home.join(FILE);
    let bytes = fs::read(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Fault::NoProfile,
        _ => file_fault(&error, &path),
    })?;
    let damaged = |detail: String| Fault::ProfileDamaged { detail };
    let file: ProfileFile =
        serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
    if file.version > VERSION {
        return Err(Fault::NewerProfile);
    }
    let opened = file.database_key.open(passphrase, PURPOSE).map_err(|error| match error {
        SealError::Wrong => Fault::WrongPassphrase,
        SealError::Parameters => damaged(error.to_string()),
    })?;
    let key = <[u8; 32]>::try_from(opened.as_slice()).map_err(|_| damaged("key".into()))?;
    Ok(Zeroizing::new(key))
}

/// Writes a small file so that it is either the old one or the new one, whatever fails.
pub(crate) fn write_whole(home: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = home.join(format!("{name}.new"));
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&temporary, home.join(name))?;
    store::database::sync_folder(home)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemEntropy;

    const CHEAP: Cost = Cost { memory_kib: 64, passes: 1 };

    #[test]
    fn a_profile_opens_with_its_passphrase_alone() {
        let home = tempfile::tempdir().unwrap();
        let key = create(home.path(), "桥头村 2026 春", CHEAP, &SystemEntropy).unwrap();
        assert_eq!(open(home.path(), "桥头村 2026 春").unwrap(), key);
        assert_eq!(open(home.path(), "桥头村 2026 秋").unwrap_err(), Fault::WrongPassphrase);
        let again = create(home.path(), "桥头村 2026 春", CHEAP, &SystemEntropy);
        assert_eq!(again.unwrap_err(), Fault::ProfileExists);
        fs::write(home.path().join(FILE), b"{").unwrap();
        assert!(matches!(open(home.path(), "x"), Err(Fault::ProfileDamaged { .. })));
    }

    #[test]
    fn what_everybody_guesses_first_is_refused() {
        for weak in ["", "1234567", "12345678", "88888888", "Password", "啊啊啊啊啊啊啊啊"]
        {
            assert_eq!(check_passphrase(weak), Err(Fault::WeakPassphrase), "{weak}");
        }
        assert_eq!(check_passphrase("青石镇评理2026"), Ok(()));
    }
}
