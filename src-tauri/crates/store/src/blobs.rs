//! The bytes of attachments: in files beside the database, each chunk sealed, under names that say
//! nothing. The database knows what is held of each; what a file holds beyond that is nobody's.
//!
//! **Shape**: `blobs/ab/abcd…` is a blob. Chunk after chunk it holds the ciphertext and its tag
//! (XChaCha20-Poly1305), under a key of the blob's own, the nonce being the chunk's place; both the
//! key and the file's name are derived from the key of the database. A blob's name tells its bytes,
//! so nothing is ever sealed twice differently.
//!
//! Chunks are on the disk before the database says that they are held, so a power cut leaves them
//! there and unknown, to be written again. A chunk that does not bear its seal is not believed:
//! the blob is lacking from there on, and comes again from whoever has it.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{Key as AeadKey, XChaCha20Poly1305, XNonce};
pub use domain::case::attachment::CHUNK_BYTES;
use domain::id::{BlobId, RecordId, SpaceId};
use domain::log::EntryRef;
use rusqlite::{OptionalExtension, params};
use std::collections::BTreeSet;
use zeroize::Zeroizing;

use crate::database::{Key, Reader, Result, Store, StoreError, Writer, guard, sync_folder};
use crate::logs::{fixed, integer, number};
use crate::rows::{Table, ordinal_of, row};

/// The bytes of a chunk as it lies in the file: with its tag.
fn sealed_bytes() -> u64 {
    u64::try_from(CHUNK_BYTES).unwrap_or(u64::MAX).saturating_add(16)
}

/// The folder beside the database.
pub const FOLDER: &str = "blobs";

const NAME: &str = "pingli blob name 1";
const SEAL: &str = "pingli blob seal 1";

/// What is held of a blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobHeld {
    /// Its size.
    pub bytes: u64,
    /// The hashes of its chunks, 32 bytes each.
    pub hashes: Vec<u8>,
    /// How many chunks are held, counted from the first.
    pub held: u32,
}

impl BlobHeld {
    /// Whether all of it is held.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        usize::try_from(self.held).is_ok_and(|held| held == self.hashes.len() / 32)
    }
}

/// A blob that an attachment of a record names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobRow {
    /// The blob.
    pub blob: BlobId,
    /// Its size, as the attachment says.
    pub bytes: u64,
    /// Whether it is the small picture.
    pub is_thumbnail: bool,
    /// When the attachment was recorded, in milliseconds since 1970.
    pub recorded_ms: u64,
    /// The entry that named it, where it is known.
    pub at: Option<EntryRef>,
}

/// A blob that is lacking here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lacking {
    /// The blob.
    pub blob: BlobId,
    /// How many of its chunks are here.
    pub held: u32,
    /// Its size, as the attachment says.
    pub bytes: u64,
}

/// The file of a blob below a folder, and what seals its chunks.
struct Place {
    file: PathBuf,
    seal: XChaCha20Poly1305,
}

/// The path of a blob's file below the folder of blobs.
fn name_of(key: &Key, blob: BlobId) -> PathBuf {
    let mut hasher = blake3::Hasher::new_derive_key(NAME);
    hasher.update(&key[..]);
    hasher.update(blob.bytes());
    let name = hasher.finalize().to_hex();
    Path::new(name.get(..2).unwrap_or_default()).join(name.as_str())
}

fn nonce(chunk: u32) -> XNonce {
    let mut nonce = [0; 24];
    for (slot, byte) in nonce.iter_mut().rev().zip(chunk.to_le_bytes()) {
        *slot = byte;
    }
    XNonce::from(nonce)
}

impl Place {
    fn of(folder: &Path, key: &Key, blob: BlobId) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(SEAL);
        hasher.update(&key[..]);
        hasher.update(blob.bytes());
        let own = Zeroizing::new(*hasher.finalize().as_bytes());
        let seal = XChaCha20Poly1305::new(AeadKey::from_slice(&own[..]));
        Self { file: folder.join(name_of(key, blob)), seal }
    }

    fn write(&self, first: u32, chunks: &[&[u8]]) -> Result<()> {
        let folder = self.file.parent().map(Path::to_path_buf).unwrap_or_default();
        let is_new = !self.file.exists();
        fs::create_dir_all(&folder)?;
        let mut file = File::options().create(true).truncate(false).write(true).open(&self.file)?;
        file.seek(SeekFrom::Start(u64::from(first).saturating_mul(sealed_bytes())))?;
        for (at, chunk) in (first..).zip(chunks) {
            let sealed = self.seal.encrypt(&nonce(at), *chunk).map_err(|_| unsealed())?;
            file.write_all(&sealed).map_err(full)?;
        }
        file.sync_all().map_err(full)?;
        if is_new {
            sync_folder(&folder)?;
            folder.parent().map_or(Ok(()), sync_folder)?;
        }
        Ok(())
    }

    fn read(&self, chunk: u32) -> Result<Vec<u8>> {
        let mut file = File::open(&self.file)?;
        file.seek(SeekFrom::Start(u64::from(chunk).saturating_mul(sealed_bytes())))?;
        let mut sealed = Vec::new();
        file.take(sealed_bytes()).read_to_end(&mut sealed)?;
        self.seal.decrypt(&nonce(chunk), sealed.as_slice()).map_err(|_| unsealed())
    }
}

fn unsealed() -> StoreError {
    StoreError::Damaged("a chunk of a blob without its seal".to_owned())
}

fn full(error: io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full,
        _ => StoreError::Io(error),
    }
}

/// A blob that is being written.
pub struct InFlight<'a> {
    store: &'a Store,
    blob: BlobId,
}

impl InFlight<'_> {
    /// Writes chunks of it durably, from a place on. Nobody knows of them yet.
    ///
    /// # Errors
    /// [`StoreError::Full`], and whatever the disk says.
    pub fn write(&self, first: u32, chunks: &[&[u8]]) -> Result<()> {
        Place::of(&self.store.blob_folder(), &self.store.key, self.blob).write(first, chunks)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let mut in_flight = guard(&self.store.in_flight);
        if let Some(count) = in_flight.get_mut(&self.blob) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                in_flight.remove(&self.blob);
            }
        }
    }
}

impl Store {
    /// The folder in which the blobs lie.
    #[must_use]
    pub fn blob_folder(&self) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(FOLDER)
    }

    /// Begins to write a blob. Its file is not swept away before this is dropped, which is after
    /// the database knows of it ([`Writer::hold_blob`]).
    #[must_use]
    pub fn begin_blob(&self, blob: BlobId) -> InFlight<'_> {
        let mut in_flight = guard(&self.in_flight);
        let count = in_flight.entry(blob).or_default();
        *count = count.saturating_add(1);
        InFlight { store: self, blob }
    }

    /// Reads a chunk of a blob.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] unless it bears its seal; whatever the disk says.
    pub fn read_chunk(&self, blob: BlobId, chunk: u32) -> Result<Vec<u8>> {
        Place::of(&self.blob_folder(), &self.key, blob).read(chunk)
    }

    /// The name of the file of a blob, below the folder of blobs, with `/`.
    #[must_use]
    pub fn blob_name(&self, blob: BlobId) -> String {
        name_of(&self.key, blob).to_string_lossy().replace('\\', "/")
    }

    /// Removes the files of blobs that the database does not know; gives how many.
    ///
    /// # Errors
    /// The database's, the disk's.
    pub fn sweep_blobs(&self) -> Result<u64> {
        // Whoever begins to write one waits until this is over.
        let in_flight = guard(&self.in_flight);
        let known: Vec<BlobId> = self.read(|reader| -> Result<_> {
            let mut query = reader.conn.prepare_cached("SELECT blob FROM local_blob")?;
            let blobs = query.query_map([], |row| fixed(row, 0).map(BlobId))?;
            Ok(blobs.collect::<rusqlite::Result<_>>()?)
        })?;
        let known = known.iter().chain(in_flight.keys());
        let known: BTreeSet<PathBuf> = known.map(|blob| name_of(&self.key, *blob)).collect();
        let top = self.blob_folder();
        let mut removed = 0_u64;
        for folder in folders(&top)? {
            for entry in fs::read_dir(&folder)? {
                let path = entry?.path();
                let is_known = path.strip_prefix(&top).is_ok_and(|below| known.contains(below));
                if !is_known && !path.is_dir() {
                    fs::remove_file(&path)?;
                    removed = removed.saturating_add(1);
                }
            }
        }
        Ok(removed)
    }
}

/// The folders in a folder that may not be there.
fn folders(top: &Path) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(top) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    Ok(found)
}

impl Reader<'_> {
    /// What is held of a blob; `None` where nothing is known of it.
    ///
    /// # Errors
    /// The database's.
    pub fn blob(&self, blob: BlobId) -> Result<Option<BlobHeld>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT bytes, hashes, held FROM local_blob WHERE blob = ?1")?;
        let held = query.query_row([blob.bytes()], |row| {
            Ok(BlobHeld { bytes: number(row, 0)?, hashes: row.get(1)?, held: row.get(2)? })
        });
        Ok(held.optional()?)
    }

    /// Whether somebody waits for a blob that is not whole here.
    ///
    /// # Errors
    /// The database's.
    pub fn is_asked_for(&self, blob: BlobId) -> Result<bool> {
        let mut query = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM local_blob_want WHERE blob = ?1 AND asked > 0)",
        )?;
        Ok(query.query_row([blob.bytes()], |row| row.get(0))?)
    }

    /// Whether a record of some spaces names a blob.
    ///
    /// # Errors
    /// The database's.
    pub fn names_blob(&self, blob: BlobId, spaces: &BTreeSet<SpaceId>) -> Result<bool> {
        let mut query = self.conn.prepare_cached(
            "SELECT r.space FROM view_blob b JOIN view_record r ON r.record = b.record
             WHERE b.blob = ?1",
        )?;
        let mut named = query.query_map([blob.bytes()], |row| fixed(row, 0).map(SpaceId))?;
        Ok(named
            .try_fold(false, |found, space| space.map(|space| found || spaces.contains(&space)))?)
    }

    /// The blobs that records of some spaces name and that are not whole here: those somebody
    /// asked for first, then thumbnails, then the small, then the new.
    ///
    /// # Errors
    /// The database's.
    pub fn lacking(&self, spaces: &BTreeSet<SpaceId>, most: usize) -> Result<Vec<Lacking>> {
        let mut query = self.conn.prepare_cached(
            "SELECT w.blob, coalesce(h.held, 0), b.bytes, r.space
             FROM local_blob_want w JOIN view_blob b ON b.blob = w.blob
             JOIN view_record r ON r.record = b.record
             LEFT JOIN local_blob h ON h.blob = w.blob
             ORDER BY w.asked DESC, b.is_thumbnail DESC, b.bytes, b.recorded_ms DESC, w.blob",
        )?;
        let mut rows = query.query([])?;
        let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
        while let Some(row) = rows.next()? {
            let lacking =
                Lacking { blob: BlobId(fixed(row, 0)?), held: row.get(1)?, bytes: number(row, 2)? };
            if spaces.contains(&SpaceId(fixed(row, 3)?)) && seen.insert(lacking.blob) {
                found.push(lacking);
                if found.len() >= most {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// How many blobs that records name are not whole here.
    ///
    /// # Errors
    /// The database's.
    pub fn lacking_count(&self) -> Result<u64> {
        let mut query = self.conn.prepare_cached(
            "SELECT count(DISTINCT w.blob) FROM local_blob_want w
             JOIN view_blob b ON b.blob = w.blob",
        )?;
        Ok(query.query_row([], |row| number(row, 0))?)
    }

    /// The blobs that are whole here and that records of some spaces name, each with the entry
    /// that named it: thumbnails first, then the small, then the new.
    ///
    /// # Errors
    /// The database's.
    pub fn whole_blobs(
        &self,
        spaces: &BTreeSet<SpaceId>,
    ) -> Result<Vec<(Lacking, Option<EntryRef>)>> {
        let mut query = self.conn.prepare_cached(
            "SELECT b.blob, h.held, h.bytes, r.space, b.log_id, b.seq
             FROM view_blob b JOIN view_record r ON r.record = b.record
             JOIN local_blob h ON h.blob = b.blob
             WHERE h.held * 32 = length(h.hashes)
             ORDER BY b.is_thumbnail DESC, b.bytes, b.recorded_ms DESC, b.blob",
        )?;
        let mut rows = query.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            if !spaces.contains(&SpaceId(fixed(row, 3)?)) {
                continue;
            }
            let whole =
                Lacking { blob: BlobId(fixed(row, 0)?), held: row.get(1)?, bytes: number(row, 2)? };
            let log: Option<Vec<u8>> = row.get(4)?;
            let at = match log {
                Some(_) => {
                    Some(EntryRef { log: domain::id::LogId(fixed(row, 4)?), seq: number(row, 5)? })
                }
                None => None,
            };
            found.push((whole, at));
        }
        Ok(found)
    }

    /// Every blob that is whole here.
    ///
    /// # Errors
    /// The database's.
    pub fn all_whole_blobs(&self) -> Result<Vec<BlobId>> {
        let mut query = self.conn.prepare_cached(
            "SELECT blob FROM local_blob WHERE held * 32 = length(hashes) ORDER BY blob",
        )?;
        let rows = query.query_map([], |row| fixed(row, 0).map(BlobId))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

const NAMED: Table = Table {
    name: "view_blob",
    of: "record",
    keys: &["ordinal"],
    columns: &["blob", "bytes", "is_thumbnail", "recorded_ms", "log_id", "seq"],
};

impl Writer<'_> {
    /// Notes how a blob is cut and how many of its chunks lie in its file now.
    ///
    /// # Errors
    /// The database's.
    pub fn hold_blob(&mut self, blob: BlobId, held: &BlobHeld) -> Result<()> {
        self.tx
            .prepare_cached(
                "INSERT INTO local_blob (blob, bytes, hashes, held) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (blob) DO UPDATE SET held = max(held, excluded.held)",
            )?
            .execute(params![blob.bytes(), integer(held.bytes), held.hashes, held.held])?;
        if held.is_whole() {
            self.tx
                .prepare_cached("DELETE FROM local_blob_want WHERE blob = ?1")?
                .execute([blob.bytes()])?;
        }
        Ok(())
    }

    /// Notes that only so many chunks of a blob can be read: the rest is lacking from now on.
    ///
    /// # Errors
    /// The database's.
    pub fn lose_chunks(&mut self, blob: BlobId, held: u32) -> Result<()> {
        self.tx
            .prepare_cached("UPDATE local_blob SET held = ?2 WHERE blob = ?1 AND held > ?2")?
            .execute(params![blob.bytes(), held])?;
        self.tx
            .prepare_cached("INSERT OR IGNORE INTO local_blob_want (blob) VALUES (?1)")?
            .execute([blob.bytes()])?;
        Ok(())
    }

    /// Notes that somebody waits for a blob: it comes before others.
    ///
    /// # Errors
    /// The database's.
    pub fn ask_for_blob(&mut self, blob: BlobId, now_ms: i64) -> Result<()> {
        self.tx
            .prepare_cached("UPDATE local_blob_want SET asked = ?2 WHERE blob = ?1")?
            .execute(params![blob.bytes(), now_ms])?;
        Ok(())
    }

    /// Writes which blobs a record names, instead of those it named. What is not whole here is
    /// wanted.
    ///
    /// # Errors
    /// The database's.
    pub fn put_blobs(&mut self, record: RecordId, rows: &[BlobRow]) -> Result<()> {
        let named = |(ordinal, named): (usize, &BlobRow)| {
            row(params![
                ordinal_of(ordinal),
                named.blob.bytes(),
                integer(named.bytes),
                named.is_thumbnail,
                integer(named.recorded_ms),
                named.at.map(|at| *at.log.bytes()),
                named.at.map(|at| integer(at.seq))
            ])
        };
        let names = rows.iter().enumerate().map(named).collect::<Result<Vec<_>>>()?;
        self.put_rows(&NAMED, record.bytes(), names)?;
        for BlobRow { blob, .. } in rows {
            let blob = blob.bytes();
            self.tx
                .prepare_cached(
                    "INSERT OR IGNORE INTO local_blob_of (blob, record) VALUES (?1, ?2)",
                )?
                .execute(params![blob, record.bytes()])?;
            self.tx
                .prepare_cached(
                    "INSERT OR IGNORE INTO local_blob_want (blob) SELECT ?1 WHERE NOT EXISTS
                     (SELECT 1 FROM local_blob WHERE blob = ?1 AND held * 32 = length(hashes))",
                )?
                .execute([blob])?;
        }
        Ok(())
    }

    /// Lets go of the blobs that only a record named which is erased; [`Store::sweep_blobs`]
    /// removes their files afterwards. Says whether there were any.
    ///
    /// # Errors
    /// The database's.
    pub fn forget_blobs_of(&mut self, record: RecordId) -> Result<bool> {
        self.tx
            .prepare_cached("DELETE FROM local_blob_of WHERE record = ?1")?
            .execute([record.bytes()])?;
        let unnamed = "NOT IN (SELECT blob FROM local_blob_of)";
        self.tx.execute(&format!("DELETE FROM local_blob_want WHERE blob {unnamed}"), [])?;
        let gone = self.tx.execute(&format!("DELETE FROM local_blob WHERE blob {unnamed}"), [])?;
        Ok(gone > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(home: &Path) -> Store {
        Store::claim(home).unwrap().create(Zeroizing::new([1; 32])).unwrap()
    }

    fn blob(n: u8) -> BlobId {
        BlobId([n; 32])
    }

    fn held(chunks: u8, held: u32) -> BlobHeld {
        let hashes = vec![7; 32 * usize::from(chunks)];
        BlobHeld { bytes: u64::from(chunks) * 65_536, hashes, held }
    }

    fn row(n: u8, bytes: u64, is_thumbnail: bool) -> BlobRow {
        BlobRow { blob: blob(n), bytes, is_thumbnail, recorded_ms: u64::from(n), at: None }
    }

    /// Lists a record in a space, with the blobs it names.
    fn list(store: &Store, record: u8, space: u8, rows: &[BlobRow]) {
        store
            .write(|tx| {
                tx.save(&crate::records::Saved {
                    record: RecordId([record; 16]),
                    space: SpaceId([space; 16]),
                    kind: "case".into(),
                    heads: vec![],
                    saved: vec![],
                    has_refused: false,
                })?;
                tx.put_blobs(RecordId([record; 16]), rows)
            })
            .unwrap();
    }

    fn wanted(store: &Store, spaces: &[u8]) -> Vec<u8> {
        let spaces = spaces.iter().map(|n| SpaceId([*n; 16])).collect();
        let found: Result<_> = store.read(|reader| reader.lacking(&spaces, 10));
        found.unwrap().into_iter().map(|lacking| lacking.blob.0[0]).collect()
    }

    #[test]
    fn what_is_written_is_read_back_sealed_and_in_its_place() {
        let home = tempfile::tempdir().unwrap();
        let store = store(home.path());
        let chunks = [vec![1; CHUNK_BYTES], vec![2; CHUNK_BYTES], vec![3; 9]];
        let all: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
        store.begin_blob(blob(1)).write(0, &all[..1]).unwrap();
        store.begin_blob(blob(1)).write(1, &all[1..]).unwrap();
        for (at, chunk) in (0..).zip(&chunks) {
            assert_eq!(&store.read_chunk(blob(1), at).unwrap(), chunk);
        }
        assert!(store.read_chunk(blob(1), 3).is_err());
        assert!(store.read_chunk(blob(2), 0).is_err());
        let file = store.blob_folder().join(store.blob_name(blob(1)));
        let bytes = fs::read(&file).unwrap();
        assert_eq!(bytes.len(), 2 * (CHUNK_BYTES + 16) + 9 + 16);
        assert!(!bytes.windows(32).any(|w| w == [1; 32]), "nothing readable");
        assert!(!file.to_string_lossy().contains(&blob(1).to_string()), "nor by its name");
        for at in [0, CHUNK_BYTES + 20, bytes.len() - 1] {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            fs::write(&file, &bad).unwrap();
            let damaged = (0..3).filter(|n| store.read_chunk(blob(1), *n).is_err()).count();
            assert_eq!(damaged, 1, "a flipped bit at {at}");
        }
        let (head, tail) = bytes.split_at(CHUNK_BYTES + 16);
        fs::write(&file, [&tail[..CHUNK_BYTES + 16], head].concat()).unwrap();
        assert!((0..2).all(|n| store.read_chunk(blob(1), n).is_err()), "in each other's place");
    }

    #[test]
    fn what_is_lacking_comes_in_order_and_only_for_whom_it_is() {
        let home = tempfile::tempdir().unwrap();
        let store = store(home.path());
        let rows = [row(1, 900, false), row(2, 50, true), row(3, 100, false)];
        list(&store, 1, 1, &rows);
        list(&store, 2, 2, &[row(4, 10, false), row(1, 900, false)]);
        assert_eq!(wanted(&store, &[1]), [2, 3, 1]);
        assert_eq!(wanted(&store, &[2]), [4, 1]);
        assert_eq!(wanted(&store, &[1, 2]), [2, 4, 3, 1], "each once");
        store.write(|tx| tx.ask_for_blob(blob(1), 5)).unwrap();
        assert_eq!(wanted(&store, &[1]), [1, 2, 3], "somebody waits for it");
        store.write(|tx| tx.hold_blob(blob(1), &held(2, 1))).unwrap();
        assert_eq!(wanted(&store, &[1]), [1, 2, 3], "half of it is not all");
        store.write(|tx| tx.hold_blob(blob(1), &held(2, 2))).unwrap();
        assert_eq!(wanted(&store, &[1]), [2, 3]);
        list(&store, 1, 1, &rows);
        assert_eq!(wanted(&store, &[1]), [2, 3], "listed anew, it is still here");
        store.write(|tx| tx.lose_chunks(blob(1), 1)).unwrap();
        assert_eq!(wanted(&store, &[1]), [2, 3, 1], "until it is damaged");
    }

    #[test]
    fn a_blob_goes_with_the_last_record_that_named_it() {
        let home = tempfile::tempdir().unwrap();
        let store = store(home.path());
        list(&store, 1, 1, &[row(1, 9, false), row(2, 9, false)]);
        list(&store, 2, 1, &[row(1, 9, false)]);
        for n in [1, 2] {
            store.begin_blob(blob(n)).write(0, &[b"photo"]).unwrap();
            store.write(|tx| tx.hold_blob(blob(n), &held(1, 1))).unwrap();
        }
        store.begin_blob(blob(9)).write(0, &[b"a power cut came before anybody knew"]).unwrap();
        assert_eq!(store.sweep_blobs().unwrap(), 1, "what nobody knows");
        let forget = |n| store.write(|tx| tx.forget_blobs_of(RecordId([n; 16]))).unwrap();
        // The projections are rebuilt in between: that forgets nothing.
        store.write(|tx| tx.drop_views()).unwrap();
        assert!(forget(1));
        assert_eq!(store.sweep_blobs().unwrap(), 1);
        assert!(store.read_chunk(blob(1), 0).is_ok() && store.read_chunk(blob(2), 0).is_err());
        assert!(forget(2));
        assert_eq!(store.sweep_blobs().unwrap(), 1);
        assert!(!forget(2));
    }
}
