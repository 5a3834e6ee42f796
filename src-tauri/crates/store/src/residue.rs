//! Residue: what SQLite leaves between the cells of a page when it moves them to another.
//!
//! `secure_delete` overwrites what is deleted, not the place something was moved away from. So a word
//! of a record that was erased may lie where no row has it, for whoever has the key and no program.
//! Nothing carries it further from there: one look at every page of a tree is enough.

use std::ops::Range;

use rusqlite::params;

use crate::database::{Reader, Result, Store, Writer};

/// How many pages are looked at in one go.
const LOOKED_AT: u32 = 256;

/// How many pages are written in one go: whoever wants to save waits no longer than that takes.
const WRITTEN: usize = 64;

/// A page that begins with the number of another begins with zero below so many pages, which are 64
/// GiB: it is taken for none of a tree.
const PAGES_MAX: u32 = 1 << 24;

/// What stands before the first page's own head.
const FILE_HEAD_BYTES: usize = 100;

/// What lies between the places of the cells of a page and the cells; nothing where the page is not
/// one of a tree.
fn between(number: u32, page: &[u8]) -> Option<Range<usize>> {
    let head = if number == 1 { FILE_HEAD_BYTES } else { 0 };
    let places = match page.get(head)? {
        2 | 5 => 12usize,
        10 | 13 => 8,
        _ => return None,
    };
    let (numbers, _) = page.get(head.checked_add(3)?..)?.as_chunks::<2>();
    let [cells, content, ..] = numbers else { return None };
    let cells = usize::from(u16::from_be_bytes(*cells));
    let content = usize::from(u16::from_be_bytes(*content));
    let from = head.checked_add(places)?.checked_add(cells.checked_mul(2)?)?;
    (from <= content && content <= page.len()).then_some(from..content)
}

/// Overwrites what lies between the cells of a page. Says whether something did.
fn clear(number: u32, page: &mut [u8]) -> bool {
    let Some(range) = between(number, page) else { return false };
    let residue = page.get_mut(range).unwrap_or_default();
    let is_there = residue.iter().any(|byte| *byte != 0);
    residue.fill(0);
    is_there
}

impl Reader<'_> {
    fn page(&self, number: u32) -> Result<Vec<u8>> {
        let mut query =
            self.conn.prepare_cached("SELECT data FROM sqlite_dbpage WHERE pgno = ?1")?;
        Ok(query.query_row([number], |row| row.get(0))?)
    }

    fn page_count(&self) -> Result<u32> {
        Ok(self.conn.query_row("PRAGMA page_count", [], |row| row.get(0))?)
    }

    /// The pages from a number on, before another, that have residue.
    fn with_residue(&self, pages: Range<u32>) -> Result<Vec<u32>> {
        let mut found = Vec::new();
        for number in pages {
            if clear(number, &mut self.page(number)?) {
                found.push(number);
            }
        }
        Ok(found)
    }
}

impl Writer<'_> {
    fn clear_residue(&mut self, pages: &[u32]) -> Result<()> {
        // It was looked at before this transaction began.
        let count = self.reader().page_count()?;
        for number in pages.iter().copied().filter(|number| *number <= count) {
            let mut page = self.reader().page(number)?;
            if clear(number, &mut page) {
                self.tx
                    .prepare_cached("UPDATE sqlite_dbpage SET data = ?2 WHERE pgno = ?1")?
                    .execute(params![number, page])?;
            }
        }
        Ok(())
    }
}

impl Store {
    /// Overwrites what SQLite left between the cells of pages, a few at a time, and empties the
    /// write-ahead log of their earlier images. `goes_on` is asked between them. Says whether nothing is
    /// left: it may have been stopped, or a reader may have been in the way.
    ///
    /// # Errors
    /// The database's.
    pub fn clear_residue(&self, goes_on: impl Fn() -> bool) -> Result<bool> {
        let mut first = 1u32;
        loop {
            if !goes_on() {
                return Ok(false);
            }
            let (found, after) = self.read(|reader| -> Result<_> {
                let end = reader.page_count()?.min(PAGES_MAX).saturating_add(1);
                let until = first.saturating_add(LOOKED_AT).min(end);
                let found = reader.with_residue(first..until.max(first))?;
                Ok((found, (until < end).then_some(until)))
            })?;
            for pages in found.chunks(WRITTEN) {
                self.write(|tx| tx.clear_residue(pages))?;
            }
            match after {
                Some(after) => first = after,
                None => return self.empty_log(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    /// How many pages have residue, and how many have a word in it.
    fn residue(store: &Store, word: &str) -> (usize, usize) {
        store
            .read(|reader| -> Result<_> {
                let all = reader.with_residue(1..reader.page_count()? + 1)?;
                let mut with_word = 0;
                for number in &all {
                    let page = reader.page(*number)?;
                    let left = &page[between(*number, &page).unwrap()];
                    let has_word = left.windows(word.len()).any(|part| part == word.as_bytes());
                    with_word += usize::from(has_word);
                }
                Ok((all.len(), with_word))
            })
            .unwrap()
    }

    fn rows(store: &Store) -> Vec<(i64, String)> {
        store
            .read(|reader| -> Result<_> {
                let mut query = reader.conn.prepare("SELECT id, text FROM t ORDER BY id")?;
                let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
                Ok(rows.collect::<rusqlite::Result<_>>()?)
            })
            .unwrap()
    }

    #[test]
    fn what_moving_cells_left_behind_is_overwritten_and_no_row_changes() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::claim(home.path()).unwrap().create(Zeroizing::new([1; 32])).unwrap();
        let done: Result<()> = store.write(|tx| {
            tx.tx.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT) STRICT")?;
            // Rows that come between others make pages full, and their cells move to new ones.
            for step in [7, 5, 3, 2, 1] {
                for id in (0..4_000).step_by(step) {
                    let text = format!("王小明{}", "。".repeat(usize::try_from(id % 89).unwrap()));
                    let sql = "INSERT OR REPLACE INTO t (id, text) VALUES (?1, ?2)";
                    tx.tx.execute(sql, params![id, text])?;
                }
            }
            tx.tx.execute("DELETE FROM t WHERE id % 10 > 0", [])?;
            Ok(())
        });
        done.unwrap();
        let before = rows(&store);
        let (pages, with_word) = residue(&store, "王小明");
        assert!(pages > 0 && with_word > 0, "{pages} pages, {with_word} with the word");

        assert!(!store.clear_residue(|| false).unwrap(), "it was stopped");
        assert!(store.clear_residue(|| true).unwrap());
        assert_eq!(residue(&store, "王小明"), (0, 0));
        assert_eq!(rows(&store), before);
        store.check().unwrap();
        let log = std::fs::metadata(home.path().join("pingli.db-wal")).map_or(0, |log| log.len());
        assert_eq!(log, 0, "nor are earlier images left");
        // What goes on being written stands where it belongs.
        let done: Result<()> = store.write(|tx| {
            tx.tx.execute("UPDATE t SET text = text || '好'", [])?;
            Ok(())
        });
        done.unwrap();
        store.check().unwrap();
    }

    #[test]
    fn what_is_no_page_of_a_tree_is_let_alone() {
        assert_eq!(between(2, &[0; 4096]), None, "the last of a chain of overflow");
        let mut page = [0u8; 4096];
        (page[0], page[4], page[5], page[6]) = (13, 3, 0x0F, 0x00);
        assert_eq!(between(2, &page), Some(14..0x0F00));
        assert_eq!(between(1, &page), None, "the first page begins after the head of the file");
        page[5] = 0xFF;
        assert_eq!(between(2, &page), None, "cells beyond the page");
        (page[3], page[5], page[6]) = (0x0F, 0, 20);
        assert_eq!(between(2, &page), None, "more places than there is room for");
        assert_eq!(between(2, &[13, 0]), None);
    }
}
