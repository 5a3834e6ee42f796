//! The file: made whole or not at all, opened with a raw key, one writer, many readers.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use zeroize::Zeroizing;

/// The version of the tables of record.
const SCHEMA_VERSION: i64 = 1;

/// The version of the projections; another one drops and rebuilds them.
pub const VIEW_VERSION: i64 = 5;

/// The oldest SQLite that never loses a page of the write-ahead log.
const SQLITE_MIN: i32 = 3_051_003;

/// How many idle readers are kept open.
const READERS_KEPT: usize = 4;

/// How long a connection waits for another.
const BUSY_MS: u32 = 10_000;

const SCHEMA: &str = include_str!("../schema/0001.sql");
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
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
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
    path: PathBuf,
    key: Key,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    _lock: File,
}

/// A consistent view of the database.
pub struct Reader<'a> {
    pub(crate) conn: &'a Connection,
}

/// A transaction. Everything or nothing.
pub struct Writer<'a> {
    pub(crate) tx: rusqlite::Transaction<'a>,
}

impl Writer<'_> {
    /// What stands in the database, this transaction's own writes included.
    #[must_use]
    pub fn reader(&self) -> Reader<'_> {
        Reader { conn: &self.tx }
    }
}

/// The name of the database in a home folder.
const FILE: &str = "pingli.db";

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
fn connect(path: &Path, key: &Key, flags: OpenFlags) -> Result<Connection> {
    let conn = Connection::open_with_flags(path, flags)?;
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
    conn.pragma_update(None, "cache_size", -16_000)?;
    conn.busy_timeout(std::time::Duration::from_millis(u64::from(BUSY_MS)))?;
    conn.set_prepared_statement_cache_capacity(128);
    Ok(conn)
}

impl Store {
    /// Makes a new database in a home folder: under a temporary name, synced, then renamed, so
    /// that a power cut leaves either none or a whole one.
    ///
    /// # Errors
    /// [`StoreError::Exists`], [`StoreError::InUse`], and whatever the disk says.
    pub fn create(home: &Path, key: Key) -> Result<Self> {
        check_sqlite()?;
        fs::create_dir_all(home)?;
        let lock = lock(home)?;
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
        conn.execute_batch(&format!("BEGIN; {SCHEMA} {VIEWS} COMMIT;"))?;
        conn.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        conn.execute(
            "INSERT INTO local_value (name, value) VALUES ('view_version', ?1)",
            [VIEW_VERSION.to_be_bytes()],
        )?;
        conn.close().map_err(|(_, error)| error)?;
        File::open(&fresh)?.sync_all()?;
        fs::rename(&fresh, &path)?;
        sync_folder(home)?;
        Self::open_locked(home, key, lock)
    }

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
        let store = Self {
            path,
            key,
            writer: Mutex::new(writer),
            readers: Mutex::new(Vec::new()),
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
        conn.execute_batch("COMMIT").map_err(StoreError::from)?;
        let mut readers = guard(&self.readers);
        if readers.len() < READERS_KEPT {
            readers.push(conn);
        }
        result
    }

    fn reader(&self) -> Result<Connection> {
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
        let mut writer = Writer { tx };
        let value = body(&mut writer)?;
        writer.tx.commit().map_err(StoreError::from)?;
        Ok(value)
    }

    /// Checks the whole file, page by page and index by index.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with what SQLite found.
    pub fn check(&self) -> Result<()> {
        self.read(|reader| {
            let found: String =
                reader.conn.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
            if found == "ok" { Ok(()) } else { Err(StoreError::Damaged(found)) }
        })
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
        self.tx.execute("UPDATE log_entry SET state = 0, held = NULL WHERE kind IN (1, 4)", [])?;
        self.tx.execute(
            "INSERT OR IGNORE INTO local_behind (record)
             SELECT DISTINCT doc FROM log_entry WHERE kind = 1 AND ready IS NOT NULL",
            [],
        )?;
        self.set_value("view_version", &VIEW_VERSION.to_be_bytes())
    }
}

fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A connection is consistent after a panic: its transaction was rolled back.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
        let store = Store::create(home.path(), key(1)).unwrap();
        assert!(matches!(open(1), Some(StoreError::InUse)), "two at once");
        drop(store);
        assert!(matches!(Store::create(home.path(), key(1)).err(), Some(StoreError::Exists)));
        assert!(matches!(open(2), Some(StoreError::Key)), "wrong key");
        assert!(open(1).is_none());
        let conn = connect(&home.path().join(FILE), &key(1), OpenFlags::SQLITE_OPEN_READ_WRITE);
        conn.unwrap().pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(open(1), Some(StoreError::Newer { found: 99 })));
    }

    #[test]
    fn a_half_made_database_is_made_anew() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("pingli.db.new"), b"torn").unwrap();
        let store = Store::create(home.path(), key(1)).unwrap();
        store.check().unwrap();
    }

    #[test]
    fn nothing_readable_rests_on_disk() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::create(home.path(), key(1)).unwrap();
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
        let store = Store::create(home.path(), key(1)).unwrap();
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
        let store = Store::create(home.path(), key(1)).unwrap();
        store.write(|tx| tx.drop_views()).unwrap();
        store.check().unwrap();
    }
}
