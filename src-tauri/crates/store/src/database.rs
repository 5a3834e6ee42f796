//! The file: made whole or not at all, opened with a raw key, one writer, many readers.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::id::BlobId;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use zeroize::Zeroizing;

use crate::backup::Waiting;
use crate::search::Words;

/// The version of the tables of record: one for each file.
pub(crate) const SCHEMA_VERSION: i64 = 5;

/// The version of the projections; another one drops and rebuilds them.
pub const VIEW_VERSION: i64 = 18;

/// The oldest SQLite that never loses a page of the write-ahead log.
const SQLITE_MIN: i32 = 3_051_003;

/// How many idle readers are kept open.
const READERS_KEPT: usize = 4;

/// How long a connection waits for another.
const BUSY_MS: u32 = 10_000;

/// How large the write-ahead log grows before its pages are moved into the file beside everything
/// else, in bytes; and after how many pages whoever writes moves them, where nobody did.
const LOG_BYTES_AIMED: u64 = 4 * 1024 * 1024;
const LOG_PAGES_MAX: u32 = 16_000;

/// How many broken pages are named.
const BROKEN_NAMED: usize = 10;

/// The tables of record, as they came to be.
const SCHEMA: [&str; 5] = [
    include_str!("../schema/0001.sql"),
    include_str!("../schema/0002.sql"),
    include_str!("../schema/0003.sql"),
    include_str!("../schema/0004.sql"),
    include_str!("../schema/0005.sql"),
];
const VIEWS: &str = include_str!("../schema/view.sql");

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no database there.
    #[error("no database")]
    Missing,
    /// There already is one.
    #[error("a database is already there")]
    Exists,
    /// Another process has it open.
    #[error("open in another process")]
    InUse,
    /// The key does not open it, or the file is damaged at its very beginning.
    #[error("wrong key, or not a database")]
    Key,
    /// A newer version of the program wrote it.
    #[error("written by a newer version ({found})")]
    Newer {
        /// Its schema version.
        found: i64,
    },
    /// The disk is full. Nothing was changed.
    #[error("disk full")]
    Full,
    /// The disk does not do what it is asked. Nothing was changed.
    #[error("disk failing: {0}")]
    Failing(String),
    /// The file is damaged.
    #[error("damaged: {0}")]
    Damaged(String),
    /// The SQLite in this program is too old to trust.
    #[error("SQLite {0} loses data")]
    OldSqlite(i32),
    /// A log contradicts what is held of it.
    #[error("a log has two continuations")]
    Fork,
    /// Anything else SQLite says.
    #[error("database: {0}")]
    Sqlite(rusqlite::Error),
    /// The file system.
    #[error("file: {0}")]
    Io(#[from] std::io::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{ErrorCode, ffi};
        // There was no room for the index of the write-ahead log.
        let is_index = |e: &ffi::Error| e.extended_code == ffi::SQLITE_IOERR_SHMSIZE;
        if error.sqlite_error().is_some_and(is_index) {
            return Self::Full;
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::ReadOnly) => {
                Self::Failing(error.to_string())
            }
            Some(ErrorCode::NotADatabase) => Self::Key,
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged(error.to_string()),
            _ => Self::Sqlite(error),
        }
    }
}

/// A result of the database.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A raw database key.
pub type Key = Zeroizing<[u8; 32]>;

/// An open database.
pub struct Store {
    pub(crate) path: PathBuf,
    pub(crate) key: Key,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    pub(crate) waiting: Waiting,
    /// The blobs that are being written now, each as often as somebody does.
    pub(crate) in_flight: Mutex<BTreeMap<BlobId, u32>>,
    _lock: File,
}

/// A home folder that nobody else opens as long as this is held.
pub struct Claim {
    home: PathBuf,
    lock: File,
}

/// A consistent view of the database.
pub struct Reader<'a> {
    pub(crate) conn: &'a Connection,
}

/// A transaction. Everything or nothing.
pub struct Writer<'a> {
    pub(crate) tx: rusqlite::Transaction<'a>,
    /// What the index of words is told before the transaction is committed.
    pub(crate) words: Words,
}

impl Writer<'_> {
    /// What stands in the database, this transaction's own writes included.
    #[must_use]
    pub fn reader(&self) -> Reader<'_> {
        Reader { conn: &self.tx }
    }
}

/// The name of the database in a home folder.
pub const FILE: &str = "pingli.db";

/// Locks the home folder against a second process. The lock goes with the process, however it
/// ends.
fn lock(home: &Path) -> Result<File> {
    let lock = File::options().create(true).truncate(false).write(true).open(home.join("lock"))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(fs::TryLockError::WouldBlock) => Err(StoreError::InUse),
        Err(fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Opens a connection with the raw key and the settings everything relies on.
pub(crate) fn connect(path: &Path, key: &Key, flags: OpenFlags) -> Result<Connection> {
    // One thread at a time has a connection: it needs no lock of its own.
    let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    let hex: Zeroizing<String> =
        Zeroizing::new(key.iter().map(|byte| format!("{byte:02x}")).collect());
    // SQLCipher would otherwise write to the terminal; what went wrong comes back as an error.
    conn.pragma_update(None, "cipher_log_level", "NONE")?;
    conn.pragma_update(None, "key", format!("x'{}'", hex.as_str()))?;
    // The first read fails unless the key fits.
    conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "secure_delete", true)?;
    conn.pragma_update(None, "cache_size", -32_000)?;
    conn.busy_timeout(std::time::Duration::from_millis(u64::from(BUSY_MS)))?;
    conn.set_prepared_statement_cache_capacity(128);
    Ok(conn)
}

impl Store {
    /// Opens the database of a home folder.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::InUse`], [`StoreError::Key`],
    /// [`StoreError::Newer`], and whatever the disk says.
    pub fn open(home: &Path, key: Key) -> Result<Self> {
        check_sqlite()?;
        if !Self::is_there(home) {
            return Err(StoreError::Missing);
        }
        let lock = lock(home)?;
        Self::open_locked(home, key, lock)
    }

    /// Keeps everybody from opening the database of a home folder, whether there is one or not.
    ///
    /// # Errors
    /// [`StoreError::InUse`], and whatever the disk says.
    pub fn claim(home: &Path) -> Result<Claim> {
        fs::create_dir_all(home)?;
        Ok(Claim { home: home.to_owned(), lock: lock(home)? })
    }

    /// Whether a home folder holds a database.
    #[must_use]
    pub fn is_there(home: &Path) -> bool {
        home.join(FILE).is_file()
    }

    fn open_locked(home: &Path, key: Key, lock: File) -> Result<Self> {
        let path = home.join(FILE);
        let writer = connect(&path, &key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let found: i64 = writer.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if found > SCHEMA_VERSION {
            return Err(StoreError::Newer { found });
        }
        if found < 1 {
            // An emptied file opens with any key.
            return Err(StoreError::Damaged("no tables".to_owned()));
        }
        writer.pragma_update(None, "journal_mode", "WAL")?;
        writer.pragma_update(None, "wal_autocheckpoint", LOG_PAGES_MAX)?;
        upgrade(&writer, found)?;
        let store = Self {
            path,
            key,
            writer: Mutex::new(writer),
            readers: Mutex::new(Vec::new()),
            waiting: Waiting::default(),
            in_flight: Mutex::default(),
            _lock: lock,
        };
        store.write(|tx| -> Result<()> {
            if tx.reader().value("view_version")? != Some(VIEW_VERSION.to_be_bytes().to_vec()) {
                tx.drop_views()?;
            }
            Ok(())
        })?;
        Ok(store)
    }

    /// Reads: what is seen does not change while the closure runs.
    ///
    /// # Errors
    /// The closure's own.
    pub fn read<T, E: From<StoreError>>(
        &self,
        body: impl FnOnce(&Reader<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let held = guard(&self.readers).pop();
        let conn = match held {
            Some(conn) => conn,
            None => self.reader()?,
        };
        conn.execute_batch("BEGIN").map_err(StoreError::from)?;
        let result = body(&Reader { conn: &conn });
        is_sound(&conn)?;
        conn.execute_batch("COMMIT").map_err(StoreError::from)?;
        let mut readers = guard(&self.readers);
        if readers.len() < READERS_KEPT {
            readers.push(conn);
        }
        result
    }

    pub(crate) fn reader(&self) -> Result<Connection> {
        let conn = connect(&self.path, &self.key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        conn.pragma_update(None, "query_only", true)?;
        Ok(conn)
    }

    /// Writes: one transaction, committed durably if the closure succeeds, undone if it does not.
    ///
    /// # Errors
    /// The closure's own, or the commit's.
    pub fn write<T, E: From<StoreError>>(
        &self,
        body: impl FnOnce(&mut Writer<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let mut conn = guard(&self.writer);
        let tx = conn
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::from)?;
        let mut writer = Writer { tx, words: Words::default() };
        let result = body(&mut writer);
        is_sound(&writer.tx)?;
        let value = result?;
        writer.write_words()?;
        writer.tx.commit().map_err(StoreError::from)?;
        Ok(value)
    }

    /// Checks the seal of every page of the file, also of those nothing is kept on.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with what SQLCipher found.
    pub fn check_pages(&self) -> Result<()> {
        match self.read(|reader| seals(reader.conn)) {
            // A power cut may have left pages half moved from the write-ahead log into the file,
            // where nobody reads them as long as the log has them: they are moved again.
            Err(StoreError::Damaged(_)) => {
                self.empty_log()?;
                self.read(|reader| seals(reader.conn))
            }
            checked => checked,
        }
    }

    /// Moves pages of a write-ahead log that has grown into the file, as far as nobody reads older
    /// ones. Nobody waits for it, so that no save has to do it.
    ///
    /// # Errors
    /// The database's.
    pub fn shorten_log(&self) -> Result<()> {
        let log = fs::metadata(self.path.with_extension("db-wal")).map_or(0, |log| log.len());
        if log < LOG_BYTES_AIMED {
            return Ok(());
        }
        let conn = connect(&self.path, &self.key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        Ok(conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?)
    }

    /// Moves every page of the write-ahead log into the file and empties it, so that nothing of
    /// what was erased is left there. Says whether it was: it waits for readers, but not for ever.
    ///
    /// # Errors
    /// The database's.
    pub fn empty_log(&self) -> Result<bool> {
        // Whoever copies the database looks at the past for long: it gives way.
        let _turn = self.waiting.begin();
        let conn = guard(&self.writer);
        let busy: i64 = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        Ok(busy == 0)
    }

    /// Checks the whole file: first its pages, then the tables index by index.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with what SQLite found.
    pub fn check(&self) -> Result<()> {
        self.check_pages()?;
        self.read(|reader| {
            let found: String =
                reader.conn.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
            if found == "ok" { Ok(()) } else { Err(StoreError::Damaged(found)) }
        })
    }
}

impl Claim {
    /// Makes a database in the claimed home folder: under a temporary name, synced, then renamed,
    /// so that a power cut leaves either none or a whole one.
    ///
    /// # Errors
    /// [`StoreError::Exists`], and whatever the disk says.
    pub fn create(&self, key: Key) -> Result<Store> {
        check_sqlite()?;
        let home = &self.home;
        let path = home.join(FILE);
        if path.exists() {
            return Err(StoreError::Exists);
        }
        let fresh = home.join("pingli.db.new");
        for leftover in [fresh.clone(), home.join("pingli.db.new-journal")] {
            if leftover.exists() {
                fs::remove_file(leftover)?;
            }
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let conn = connect(&fresh, &key, flags)?;
        conn.execute_batch(&format!("BEGIN; {} {VIEWS} COMMIT;", SCHEMA.concat()))?;
        conn.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        conn.execute(
            "INSERT INTO local_value (name, value) VALUES ('view_version', ?1)",
            [VIEW_VERSION.to_be_bytes()],
        )?;
        conn.close().map_err(|(_, error)| error)?;
        File::open(&fresh)?.sync_all()?;
        fs::rename(&fresh, &path)?;
        sync_folder(home)?;
        Store::open_locked(home, key, self.lock.try_clone()?)
    }
}

impl Writer<'_> {
    /// Drops every projection and puts all records behind, so that they are built anew.
    ///
    /// # Errors
    /// The database's.
    pub fn drop_views(&mut self) -> Result<()> {
        let views: Vec<String> = {
            let mut query = self.tx.prepare(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'view_*'
                 AND name NOT GLOB 'view_search_*'",
            )?;
            query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        for view in views {
            self.tx.execute_batch(&format!("DROP TABLE {view}"))?;
        }
        self.tx.execute_batch(VIEWS)?;
        self.words.clear();
        self.tx.execute("DELETE FROM local_lent", [])?;
        self.tx.execute(
            "UPDATE log_entry SET state = 0, held = NULL
                 WHERE kind IN (1, 4, 5, 7) AND absent IS NULL",
            [],
        )?;
        self.tx.execute(
            "INSERT OR IGNORE INTO local_behind (record)
             SELECT DISTINCT doc FROM log_entry
             WHERE kind = 1 AND ready IS NOT NULL AND absent IS NULL",
            [],
        )?;
        self.set_value("view_version", &VIEW_VERSION.to_be_bytes())
    }
}

/// Whether every page of a file bears its seal.
pub(crate) fn seals(conn: &Connection) -> Result<()> {
    let mut seals = conn.prepare("PRAGMA cipher_integrity_check")?;
    let broken = seals.query_map([], |row| row.get(0))?.take(BROKEN_NAMED);
    let broken: Vec<String> = broken.collect::<rusqlite::Result<_>>()?;
    if broken.is_empty() { Ok(()) } else { Err(StoreError::Damaged(broken.join("; "))) }
}

/// Whether every page that this connection has read bore its seal.
///
/// SQLCipher gives a page with a broken one as zeros, and the statement that read it may end
/// without an error. It remembers, though: so it is asked before anybody believes what was read.
///
/// # Errors
/// [`StoreError::Damaged`].
pub(crate) fn is_sound(conn: &Connection) -> Result<()> {
    // Answered while it is prepared: a statement that is kept would give an old answer.
    let status: String = conn
        .query_row("PRAGMA cipher_status", [], |row| row.get(0))
        .map_err(|error| StoreError::Damaged(error.to_string()))?;
    if status == "1" { Ok(()) } else { Err(StoreError::Damaged("a page without its seal".into())) }
}

pub(crate) fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A connection is consistent after a panic: its transaction was rolled back.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Brings the tables of record up to this version, all at once or not at all.
fn upgrade(conn: &Connection, found: i64) -> Result<()> {
    let held = usize::try_from(found).unwrap_or(SCHEMA.len());
    let missing: String = SCHEMA.iter().skip(held).copied().collect();
    if missing.is_empty() {
        return Ok(());
    }
    let version = format!("PRAGMA user_version = {SCHEMA_VERSION};");
    let done = conn.execute_batch(&format!("BEGIN IMMEDIATE; {missing} {version} COMMIT;"));
    // What is wrong with the disk may have ended the transaction already.
    if done.is_err() && !conn.is_autocommit() {
        conn.execute_batch("ROLLBACK")?;
    }
    Ok(done?)
}

fn check_sqlite() -> Result<()> {
    let version = rusqlite::version_number();
    if version < SQLITE_MIN { Err(StoreError::OldSqlite(version)) } else { Ok(()) }
}

/// Makes a rename durable.
///
/// # Errors
/// The file system's.
pub fn sync_folder(folder: &Path) -> std::io::Result<()> {
    // Windows cannot open folders as files and needs no such call.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u8) -> Key {
        Zeroizing::new([n; 32])
    }

    #[test]
    fn each_way_of_not_opening_has_its_own_reason() {
        let home = tempfile::tempdir().unwrap();
        let open = |n| Store::open(home.path(), key(n)).err();
        assert!(matches!(open(1), Some(StoreError::Missing)));
        let store = Store::claim(home.path()).unwrap().create(key(1)).unwrap();
        assert!(matches!(open(1), Some(StoreError::InUse)), "two at once");
        drop(store);
        assert!(matches!(
            Store::claim(home.path()).unwrap().create(key(1)).err(),
            Some(StoreError::Exists)
        ));
        assert!(matches!(open(2), Some(StoreError::Key)), "wrong key");
        assert!(open(1).is_none());
        let conn = connect(&home.path().join(FILE), &key(1), OpenFlags::SQLITE_OPEN_READ_WRITE);
        conn.unwrap().pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(open(1), Some(StoreError::Newer { found: 99 })));
    }

    #[test]
    fn a_log_that_has_grown_is_moved_into_the_file_whoever_reads_meanwhile() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::claim(home.path()).unwrap().create(key(1)).unwrap();
        let put = |name: &str, bytes: usize| {
            let written: Result<()> = store.write(|tx| tx.set_value(name, &vec![7; bytes]));
            written.unwrap();
        };
        let size = || fs::metadata(home.path().join(FILE)).unwrap().len();
        let before = size();
        put("little", 1024 * 1024);
        store.shorten_log().unwrap();
        assert_eq!(size(), before, "for so little nothing is moved");
        put("much", 5 * 1024 * 1024);
        assert_eq!(size(), before, "whoever writes does not wait for it");
        let read: Result<()> = store.read(|reader| {
            assert_eq!(reader.value("much")?.map(|value| value.len()), Some(5 * 1024 * 1024));
            put("more", 1024 * 1024);
            store.shorten_log()?;
            assert!(reader.value("more")?.is_none(), "it sees what it saw");
            Ok(())
        });
        read.unwrap();
        let moved = size();
        assert!(moved > before + 5 * 1024 * 1024, "what nobody looks back beyond was moved");
        store.shorten_log().unwrap();
        assert!(size() > moved, "and the rest once nobody does");
    }

    #[test]
    fn an_older_database_is_brought_up_to_this_version_with_what_it_holds() {
        let home = tempfile::tempdir().unwrap();
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let conn = connect(&home.path().join(FILE), &key(1), flags).unwrap();
        conn.execute_batch(&format!("BEGIN; {} {VIEWS} COMMIT;", SCHEMA[0])).unwrap();
        conn.execute_batch(
            "PRAGMA user_version = 1;
             INSERT INTO log (id, log_id, space, device, epoch) VALUES (1, x'01', x'02', x'03', x'');
             INSERT INTO log_entry (log, seq, kind, doc, needs, payload, stored_ms)
             VALUES (1, 1, 1, x'04', x'', x'05', 6);",
        )
        .unwrap();
        drop(conn);
        let read = |store: &Store| -> (i64, i64, i64) {
            let found: Result<_> = store.read(|reader| {
                let one = |sql: &str| reader.conn.query_row(sql, [], |row| row.get(0));
                Ok((
                    one("PRAGMA user_version")?,
                    one("SELECT count(*) FROM log_entry WHERE absent IS NULL")?,
                    one("SELECT count(*) FROM log_erased")?,
                ))
            });
            found.unwrap()
        };
        for _ in 0..2 {
            let store = Store::open(home.path(), key(1)).unwrap();
            assert_eq!(read(&store), (SCHEMA_VERSION, 1, 0));
            store.check().unwrap();
        }
    }

    #[test]
    fn a_half_made_database_is_made_anew() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("pingli.db.new"), b"torn").unwrap();
        let store = Store::claim(home.path()).unwrap().create(key(1)).unwrap();
        store.check().unwrap();
    }

    #[test]
    fn nothing_readable_rests_on_disk() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::claim(home.path()).unwrap().create(key(1)).unwrap();
        store.write(|tx| tx.set_value("name", "张某".as_bytes())).unwrap();
        drop(store);
        for entry in fs::read_dir(home.path()).unwrap() {
            let bytes = fs::read(entry.unwrap().path()).unwrap();
            assert!(!bytes.windows(6).any(|w| w == "张某".as_bytes()));
            assert!(!bytes.starts_with(b"SQLite format 3"));
        }
    }

    #[test]
    fn a_failed_write_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::claim(home.path()).unwrap().create(key(1)).unwrap();
        let failed: Result<()> = store.write(|tx| {
            tx.set_value("a", b"1")?;
            Err(StoreError::Fork)
        });
        assert!(failed.is_err());
        let value: Result<_> = store.read(|r| r.value("a"));
        assert_eq!(value.unwrap(), None);
    }

    #[test]
    fn the_projections_can_be_dropped_and_the_file_stays_whole() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::claim(home.path()).unwrap().create(key(1)).unwrap();
        store.write(|tx| tx.drop_views()).unwrap();
        store.check().unwrap();
    }
}
