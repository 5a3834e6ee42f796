//! Finding things in Chinese: overlapping pairs of Han characters, made here, over SQLite's plain
//! tokenizer. One character and two are found like any other length.

use domain::id::RecordId;
use rusqlite::{OptionalExtension, params};

use crate::database::{Reader, Result, Writer};
use crate::logs::fixed;

/// The most words of a query that are looked at.
const QUERY_WORDS_MAX: usize = 16;

/// The longest query, in characters.
const QUERY_CHARS_MAX: usize = 200;

/// Whether a character belongs to a script written without spaces.
fn is_han(c: char) -> bool {
    matches!(u32::from(c),
        0x3005..=0x3007 | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x323af)
}

/// A character as it is compared: full-width forms and capitals are the same as plain ones.
fn folded(c: char) -> char {
    let plain = match u32::from(c) {
        code @ 0xff01..=0xff5e => code.checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        _ => c,
    };
    plain.to_lowercase().next().unwrap_or(plain)
}

/// A run of one script.
enum Run {
    Han(Vec<char>),
    Word(String),
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut is_open = false;
    for c in text.chars().map(folded) {
        if is_han(c) {
            match runs.last_mut() {
                Some(Run::Han(run)) if is_open => run.push(c),
                _ => runs.push(Run::Han(vec![c])),
            }
            is_open = true;
        } else if c.is_alphanumeric() {
            match runs.last_mut() {
                Some(Run::Word(word)) if is_open => word.push(c),
                _ => runs.push(Run::Word(c.to_string())),
            }
            is_open = true;
        } else {
            is_open = false;
        }
    }
    runs
}

/// The tokens of a text, as they are indexed: every pair of a run of Han characters and its last
/// character alone, words and numbers whole, numbers also without leading zeros, and the last
/// four digits of long numbers.
fn tokens(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    for run in runs(text) {
        match run {
            Run::Han(chars) => {
                out.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
                out.extend(chars.last().map(char::to_string));
            }
            Run::Word(word) => {
                let is_number = word.chars().all(|c| c.is_ascii_digit());
                if is_number && word.len() >= 7 {
                    out.push(word.chars().skip(word.len().saturating_sub(4)).collect());
                }
                let short = word.trim_start_matches('0');
                if is_number && !short.is_empty() && short.len() < word.len() {
                    out.push(short.to_owned());
                }
                out.push(word);
            }
        }
    }
    out.join(" ")
}

/// The words of a query, as the index is asked; `None` if there is nothing to look for.
fn question(query: &str) -> Option<String> {
    let query: String = query.chars().take(QUERY_CHARS_MAX).collect();
    let mut asked: Vec<String> = Vec::new();
    for run in runs(&query).into_iter().take(QUERY_WORDS_MAX) {
        match run {
            Run::Han(chars) if chars.len() == 1 => {
                // A single character begins a pair, or ends its run.
                asked.push(format!("\"{}\" *", chars.iter().collect::<String>()));
            }
            Run::Han(chars) => {
                let pairs: Vec<String> =
                    chars.windows(2).map(|pair| pair.iter().collect()).collect();
                asked.push(format!("\"{}\"", pairs.join(" ")));
            }
            Run::Word(word) => asked.push(format!("\"{word}\" *")),
        }
    }
    (!asked.is_empty()).then(|| asked.join(" AND "))
}

impl Writer<'_> {
    /// Indexes a record by its text, instead of what it was indexed by before.
    ///
    /// # Errors
    /// The database's.
    pub fn index(&mut self, record: RecordId, kind: &str, text: &str) -> Result<()> {
        let known: Option<(i64, String)> = self
            .tx
            .prepare_cached("SELECT id, text FROM view_text WHERE record = ?1")?
            .query_row([record.bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let id = match known {
            Some((_, same)) if same == text => return Ok(()),
            Some((id, _)) => {
                self.tx
                    .prepare_cached("UPDATE view_text SET text = ?2 WHERE id = ?1")?
                    .execute(params![id, text])?;
                self.tx
                    .prepare_cached("DELETE FROM view_search WHERE rowid = ?1")?
                    .execute([id])?;
                id
            }
            None => {
                self.tx
                    .prepare_cached(
                        "INSERT INTO view_text (record, kind, text) VALUES (?1, ?2, ?3)",
                    )?
                    .execute(params![record.bytes(), kind, text])?;
                self.tx.last_insert_rowid()
            }
        };
        self.tx
            .prepare_cached("INSERT INTO view_search (rowid, words) VALUES (?1, ?2)")?
            .execute(params![id, tokens(text)])?;
        Ok(())
    }
}

impl Reader<'_> {
    /// The records of a kind that hold all words of a query.
    ///
    /// # Errors
    /// The database's.
    pub fn find(&self, kind: &str, query: &str) -> Result<Vec<RecordId>> {
        let Some(question) = question(query) else { return Ok(Vec::new()) };
        let mut statement = self.conn.prepare_cached(
            "SELECT t.record FROM view_search s JOIN view_text t ON t.id = s.rowid
             WHERE view_search MATCH ?1 AND t.kind = ?2",
        )?;
        let rows =
            statement.query_map([question.as_str(), kind], |row| Ok(RecordId(fixed(row, 0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The query as the index is asked, for joins.
    #[must_use]
    pub(crate) fn question(query: &str) -> Option<String> {
        question(query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Store, StoreError};
    use proptest::prelude::*;
    use zeroize::Zeroizing;

    fn store() -> (tempfile::TempDir, Store) {
        let home = tempfile::tempdir().unwrap();
        let store = Store::claim(home.path()).unwrap().create(Zeroizing::new([1; 32])).unwrap();
        (home, store)
    }

    fn index(store: &Store, n: u8, text: &str) {
        let done: Result<()> = store.write(|tx| tx.index(RecordId([n; 16]), "case", text));
        done.unwrap();
    }

    fn find(store: &Store, query: &str) -> Vec<u8> {
        let found: Result<Vec<RecordId>> = store.read(|r| r.find("case", query));
        let mut found: Vec<u8> = found.unwrap().iter().map(|id| id.0[0]).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn any_length_is_found() {
        let (_home, store) = store();
        index(&store, 1, "张某与李某宅基地滴水纠纷 桥头村 临-B7K-0012 13812346218");
        index(&store, 2, "小张 赡养费 石湾村 临-B7K-0031");
        index(&store, 3, "王伟 ABC公司 欠薪 18000元");
        let rows: [(&str, &[u8]); 20] = [
            ("张", &[1, 2]),
            ("李", &[1]),
            ("滴水", &[1]),
            ("赡养", &[2]),
            ("王伟", &[3]),
            ("宅基地滴水", &[1]),
            ("地水", &[]),
            ("6218", &[1]),
            ("13812346218", &[1]),
            ("0012", &[1]),
            ("12", &[1]),
            ("31", &[2]),
            ("b7k", &[1, 2]),
            ("Ｂ７Ｋ", &[1, 2]),
            ("abc", &[3]),
            ("张 桥头", &[1]),
            ("张 石湾", &[2]),
            ("费", &[2]),
            ("", &[]),
            ("“”，。", &[]),
        ];
        for (query, want) in rows {
            assert_eq!(find(&store, query), want, "{query:?}");
        }
        index(&store, 1, "改了名字");
        assert_eq!(find(&store, "滴水"), Vec::<u8>::new(), "the old words are gone");
        assert_eq!(find(&store, "改了"), [1]);
    }

    #[test]
    fn the_language_of_the_index_cannot_be_spoken_through_a_query() {
        let (_home, store) = store();
        index(&store, 1, "张某");
        for query in ["\"", "张\" OR \"x", "* NEAR(", "a AND", "words : 张", "-张", "张^2", "('"]
        {
            let found: std::result::Result<Vec<RecordId>, StoreError> =
                store.read(|r| r.find("case", query));
            assert!(found.is_ok(), "{query:?}: {found:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        /// Every stretch of a text finds the text, and only texts that hold it are found.
        #[test]
        fn every_part_of_a_text_finds_it(
            texts in proptest::collection::vec("[张李王滴水宅基地某与纠纷]{1,12}", 1..6),
            which in any::<prop::sample::Index>(),
            from in 0..12usize,
            len in 1..6usize,
        ) {
            let (_home, store) = store();
            for (n, text) in texts.iter().enumerate() {
                index(&store, u8::try_from(n).unwrap(), text);
            }
            let chosen: Vec<char> = which.get(&texts).chars().collect();
            let from = from % chosen.len();
            let part: String = chosen.iter().skip(from).take(len).collect();
            let want: Vec<u8> = texts
                .iter()
                .enumerate()
                .filter(|(_, text)| text.contains(&part))
                .map(|(n, _)| u8::try_from(n).unwrap())
                .collect();
            prop_assert_eq!(find(&store, &part), want, "{}", part);
        }
    }
}
