//! A copy of the open database: whole, under the same key, made in steps while others write.
//!
//! **Shape**: one file, as SQLCipher keeps it, without a write-ahead log beside it. It shows the
//! database as it was at the moment the copying began.
//!
//! Alternatives refused: copying the file (pages of a transaction under way, or of the
//! write-ahead log, would be missing); `VACUUM INTO` (one statement, which nobody can stop).

use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use crate::database::{
    Key, Reader, Result, SCHEMA_VERSION, Store, StoreError, connect, is_sound, seals, sync_folder,
};

/// How many pages are copied in one step: a quarter of a mebibyte, a few milliseconds.
const STEP_PAGES: i32 = 64;

/// A pause after each step, so that whoever works here does not notice.
const PAUSE: Duration = Duration::from_millis(2);

/// What a database held at one moment: enough to tell a copy from one that is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The version of its tables.
    schema: i64,
    /// Log, first and last entry, and the chain there, of every stretch.
    stretches: Vec<(Vec<u8>, i64, i64, Vec<u8>)>,
}

impl Held {
    fn of(conn: &Connection) -> Result<Self> {
        let schema = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let mut query = conn.prepare(
            "SELECT log_id, first_seq, last_seq, head FROM log_range JOIN log ON log.id = log
             ORDER BY log_id, first_seq",
        )?;
        let rows =
            query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        Ok(Self { schema, stretches: rows.collect::<rusqlite::Result<_>>()? })
    }
}

/// How copying ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Copied<T> {
    /// The copy is there and shows this; and what was asked of the moment it shows.
    Whole(Held, T),
    /// Whoever asked for it wanted it no more. What is there is no copy.
    Stopped,
    /// The write-ahead log was to be emptied, since something was erased: it waits for nobody.
    /// What is there is no copy.
    Overtaken,
}

enum Stepped {
    Done,
    Stopped,
    Overtaken,
}

/// Counts those who wait until nobody looks at the past any more.
#[derive(Default)]
pub(crate) struct Waiting(AtomicUsize);

impl Waiting {
    pub(crate) fn begin(&self) -> Turn<'_> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Turn(self)
    }

    fn is_anybody(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 0
    }
}

/// Somebody's waiting, until it is dropped.
pub(crate) struct Turn<'a>(&'a Waiting);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Store {
    /// Copies the database into a file that is not there yet, in steps. `look` reads the moment that
    /// is copied; `goes_on` hears after each step how many bytes of how many are done, and says
    /// whether to go on.
    ///
    /// # Errors
    /// [`StoreError::Full`], [`StoreError::Damaged`], and whatever the disk says. What was written
    /// by then is the caller's to remove.
    pub fn copy_to<T>(
        &self,
        path: &Path,
        look: impl FnOnce(&Reader<'_>) -> Result<T>,
        goes_on: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<Copied<T>> {
        let source = self.reader()?;
        // From here on this connection sees one state, whatever others write.
        source.execute_batch("BEGIN")?;
        let held = Held::of(&source)?;
        let seen = look(&Reader { conn: &source })?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut copy = connect(path, &self.key, flags)?;
        // It counts only once it is whole: until then nothing of it need survive.
        copy.pragma_update(None, "journal_mode", "OFF")?;
        copy.pragma_update(None, "synchronous", "OFF")?;
        match self.step(&source, &mut copy, goes_on)? {
            Stepped::Done => {}
            Stepped::Stopped => return Ok(Copied::Stopped),
            Stepped::Overtaken => return Ok(Copied::Overtaken),
        }
        is_sound(&source)?;
        copy.close().map_err(|(_, error)| error)?;
        // A file that stands alone: without a write-ahead log, so that it opens where nothing may
        // be written.
        let copy = connect(path, &self.key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        copy.pragma_update(None, "journal_mode", "DELETE")?;
        copy.close().map_err(|(_, error)| error)?;
        File::open(path)?.sync_all()?;
        path.parent().map_or(Ok(()), sync_folder)?;
        Ok(Copied::Whole(held, seen))
    }

    fn step(
        &self,
        source: &Connection,
        copy: &mut Connection,
        goes_on: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<Stepped> {
        // SQLCipher answers with a text.
        let page: String = source.query_row("PRAGMA page_size", [], |row| row.get(0))?;
        let page: u64 = page.parse().unwrap_or(0);
        let backup = Backup::new(source, copy)?;
        loop {
            if self.waiting.is_anybody() {
                return Ok(Stepped::Overtaken);
            }
            let result = backup.step(STEP_PAGES)?;
            let progress = backup.progress();
            let bytes = |pages: i32| u64::try_from(pages).unwrap_or(0).saturating_mul(page);
            let total = bytes(progress.pagecount);
            if !goes_on(total.saturating_sub(bytes(progress.remaining)), total) {
                return Ok(Stepped::Stopped);
            }
            if result == StepResult::Done {
                return Ok(Stepped::Done);
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Checks a copy of this database, opened for reading alone: every page bears its seal, the
    /// tables are whole, and it shows what the database held.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with what does not fit, and whatever the disk says.
    pub fn check_copy(&self, path: &Path, held: &Held) -> Result<()> {
        let copy = connect(path, &self.key, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        whole(&copy)?;
        if Held::of(&copy)? != *held {
            return Err(StoreError::Damaged("not what the database held".into()));
        }
        is_sound(&copy)
    }

    /// Opens the database of another home folder, which has this one's key.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_beside(&self, home: &Path) -> Result<Self> {
        Self::open(home, self.key.clone())
    }
}

/// Checks a database of which nothing is believed, before it takes another's place: opened for
/// reading alone, every page and every table of it.
///
/// # Errors
/// [`StoreError::Key`], [`StoreError::Newer`], [`StoreError::Damaged`].
pub fn check_foreign(path: &Path, key: &Key) -> Result<()> {
    let copy = connect(path, key, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let found: i64 = copy.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > SCHEMA_VERSION {
        return Err(StoreError::Newer { found });
    }
    whole(&copy)?;
    is_sound(&copy)
}

fn whole(conn: &Connection) -> Result<()> {
    seals(conn)?;
    let found: String = conn.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(StoreError::Damaged(found)) }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::atomic::AtomicBool;

    use zeroize::Zeroizing;

    use super::*;

    fn key(n: u8) -> Key {
        Zeroizing::new([n; 32])
    }

    /// A database of a few hundred pages.
    fn filled(home: &Path) -> Store {
        let store = Store::claim(home).unwrap().create(key(1)).unwrap();
        for n in 0..40_u8 {
            let value = vec![n; 20_000];
            store.write(|tx| tx.set_value(&format!("第 {n} 件"), &value)).unwrap();
        }
        store
    }

    fn value(store: &Store, name: &str) -> Option<Vec<u8>> {
        let found: Result<_> = store.read(|reader| reader.value(name));
        found.unwrap()
    }

    #[test]
    fn a_copy_opens_with_the_key_and_shows_the_moment_it_was_begun() {
        let home = tempfile::tempdir().unwrap();
        let store = filled(home.path());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pingli.db");
        let mut steps = 0;
        let copied =
            store.copy_to(&path, |reader| reader.value("第 3 件"), &mut |done, total| {
                assert!(done <= total && total > 0);
                // Somebody works on meanwhile, and is not held up.
                steps += 1;
                store.write(|tx| tx.set_value("第 3 件", &[steps; 9000])).unwrap();
                true
            });
        let Copied::Whole(held, seen) = copied.unwrap() else { panic!("a whole copy") };
        assert_eq!(seen, Some(vec![3; 20_000]));
        assert!(steps > 2, "in steps: {steps}");
        store.check_copy(&path, &held).unwrap();
        let names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["pingli.db"], "one file and nothing beside it");
        assert!(matches!(check_foreign(&path, &key(2)), Err(StoreError::Key)));
        check_foreign(&path, &key(1)).unwrap();
        let copy = store.open_beside(folder.path()).unwrap();
        assert_eq!(value(&copy, "第 3 件"), Some(vec![3; 20_000]), "as it was");
        assert_eq!(value(&store, "第 3 件"), Some(vec![steps; 9000]), "as it is");
        copy.check().unwrap();
    }

    #[test]
    fn a_copy_that_is_another_or_damaged_is_told() {
        let home = tempfile::tempdir().unwrap();
        let store = filled(home.path());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pingli.db");
        let copied = store.copy_to(&path, |_| Ok(()), &mut |_, _| true).unwrap();
        let Copied::Whole(held, ()) = copied else { panic!("a whole copy") };
        let bytes = fs::read(&path).unwrap();
        for at in [100, bytes.len() / 2, bytes.len() - 10] {
            let mut broken = bytes.clone();
            broken[at] ^= 1;
            fs::write(&path, broken).unwrap();
            assert!(store.check_copy(&path, &held).is_err(), "byte {at}");
            assert!(check_foreign(&path, &key(1)).is_err(), "byte {at}");
        }
        fs::write(&path, &bytes[..bytes.len() - 4096]).unwrap();
        assert!(store.check_copy(&path, &held).is_err(), "cut");
        fs::write(&path, &bytes).unwrap();
        let other = Held { stretches: vec![(vec![1], 1, 1, vec![1])], ..held.clone() };
        assert!(store.check_copy(&path, &other).is_err(), "of another moment");
        store.check_copy(&path, &held).unwrap();
    }

    #[test]
    fn copying_stops_when_it_is_asked_to_and_gives_way_to_what_is_erased() {
        let home = tempfile::tempdir().unwrap();
        let store = filled(home.path());
        let folder = tempfile::tempdir().unwrap();
        let stopped =
            store.copy_to(&folder.path().join("a"), |_| Ok(()), &mut |_, _| false).unwrap();
        assert_eq!(stopped, Copied::Stopped);
        let is_emptied = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let mut is_begun = false;
            let copied = store.copy_to(&folder.path().join("b"), |_| Ok(()), &mut |_, _| {
                if !is_begun {
                    is_begun = true;
                    scope.spawn(|| {
                        is_emptied.store(store.empty_log().unwrap(), Ordering::SeqCst);
                    });
                    std::thread::sleep(Duration::from_millis(50));
                }
                true
            });
            assert_eq!(copied.unwrap(), Copied::Overtaken);
        });
        assert!(is_emptied.load(Ordering::SeqCst), "the log was emptied without waiting in vain");
    }

    #[test]
    fn a_disk_that_is_full_is_told() {
        if !Path::new("/dev/full").exists() {
            return;
        }
        let home = tempfile::tempdir().unwrap();
        let store = filled(home.path());
        assert!(store.copy_to(Path::new("/dev/full"), |_| Ok(()), &mut |_, _| true).is_err());
        store.check().unwrap();
    }
}
