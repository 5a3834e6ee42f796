//! Finding things in Chinese: overlapping pairs of Han characters, made here, over SQLite's plain
//! tokenizer. One character and two are found like any other length. What the caller adds (names in
//! letters, ends of identity numbers) is indexed beside the words.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use domain::id::RecordId;
use domain::time::Day;
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, params, params_from_iter};

use crate::cases::{COLUMNS, CaseRow, Filter, case_row};
use crate::database::{Reader, Result, Writer};
use crate::guards::GuardRow;
use crate::logs::fixed;
use crate::rows::{Table, row};

/// The most words of a query that are looked at.
const QUERY_WORDS_MAX: usize = 16;

/// The longest query, in characters.
const QUERY_CHARS_MAX: usize = 200;

/// How many pairs of characters are compared when texts are.
const ALIKE_PAIRS_MAX: usize = 60;

/// Whether a character belongs to a script written without spaces.
fn is_han(c: char) -> bool {
    matches!(u32::from(c),
        0x3005..=0x3007 | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x323af)
}

/// A character as it is compared: full-width forms and capitals are the same as plain ones.
#[must_use]
pub fn folded(c: char) -> char {
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
    // Each character of a Han run stands in two of them.
    let mut out = String::with_capacity(text.len().saturating_mul(3));
    let mut push = |chars: &mut dyn Iterator<Item = char>| {
        out.extend(chars);
        out.push(' ');
    };
    for run in runs(text) {
        match run {
            Run::Han(chars) => {
                chars.windows(2).for_each(|pair| push(&mut pair.iter().copied()));
                push(&mut chars.last().copied().into_iter());
            }
            Run::Word(word) => {
                let is_number = word.chars().all(|c| c.is_ascii_digit());
                if is_number && word.len() >= 7 {
                    push(&mut word.chars().skip(word.len().saturating_sub(4)));
                }
                let short = word.trim_start_matches('0');
                if is_number && !short.is_empty() && short.len() < word.len() {
                    push(&mut short.chars());
                }
                push(&mut word.chars());
            }
        }
    }
    out
}

/// What the index is told of a record with a text and words in letters.
pub(crate) fn words_of(text: &str, letters: &str) -> String {
    let mut words = tokens(text);
    words.push_str(letters);
    words
}

/// What the index of words is told of records, by the numbers of their texts. It is told last in a
/// transaction: FTS5 writes what it has gathered whenever another statement may have to be undone by
/// itself, which would be once for each record.
#[derive(Default)]
pub(crate) struct Words(BTreeMap<i64, Pending>);

/// What is still to be written of one text.
struct Pending {
    /// Whether it stands in the index already.
    is_there: bool,
    /// What should; nothing if it should not.
    words: Option<String>,
}

impl Words {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    fn tell(&mut self, id: i64, is_there: bool, words: Option<String>) {
        let pending = self.0.entry(id).or_insert(Pending { is_there, words: None });
        pending.words = words;
    }
}

/// What stands before the end of an identity number in the index: a character for private use,
/// which is part of a word there and of none that somebody types.
const ID_MARK: &str = "\u{e000}";

/// The word under which somebody is found by the last digits of an identity number; nothing if so
/// many are no end that is asked for.
#[must_use]
pub fn id_word(typed: &str) -> Option<String> {
    let typed = Some(typed.to_lowercase()).filter(|typed| typed.is_ascii())?;
    let is_end = |end: &str| {
        let (digits, last) = end.split_at_checked(end.len().saturating_sub(1)).unwrap_or_default();
        digits.bytes().all(|b| b.is_ascii_digit())
            && last.bytes().all(|b| b.is_ascii_digit() || b == b'x')
    };
    let end = match typed.len() {
        4 | 6 => typed.as_str(),
        18 => typed.get(12..)?,
        _ => return None,
    };
    is_end(end).then(|| format!("{ID_MARK}{end}"))
}

/// The number that Chinese numerals say, up to 9999: 十二, 一百零三, 二〇二六.
#[must_use]
pub fn numeral(word: &str) -> Option<u32> {
    let digit = |c: char| "〇一二三四五六七八九".chars().position(|d| d == c);
    let value = |c: char| match c {
        '零' => Some(0),
        '两' => Some(2),
        _ => u32::try_from(digit(c)?).ok(),
    };
    let is_spelled = word.chars().any(|c| matches!(c, '十' | '百' | '千'));
    let (mut sum, mut last): (u32, Option<u32>) = (0, None);
    for c in word.chars() {
        let unit = match c {
            '十' => 10,
            '百' => 100,
            '千' => 1000,
            _ => {
                let n = value(c)?;
                last = Some(match last.filter(|_| !is_spelled) {
                    Some(before) => before.checked_mul(10)?.checked_add(n)?,
                    None => n,
                });
                continue;
            }
        };
        sum = sum.checked_add(last.take().unwrap_or(1).checked_mul(unit)?)?;
    }
    let whole = sum.checked_add(last.unwrap_or(0))?;
    (whole > 0 && whole < 10_000).then_some(whole)
}

/// A query without the words around a number: 第12号 is asked like 12.
fn without_ordinals(query: &str) -> String {
    let chars: Vec<char> = query.chars().map(folded).collect();
    let is_count = |c: Option<&char>| {
        c.is_some_and(|c| c.is_ascii_digit() || numeral(&c.to_string()).is_some() || *c == '〇')
    };
    let kept = chars.iter().enumerate().map(|(at, c)| match c {
        '第' if is_count(chars.get(at.saturating_add(1))) => ' ',
        '号' if at.checked_sub(1).is_some_and(|before| is_count(chars.get(before))) => ' ',
        other => *other,
    });
    kept.collect()
}

/// The words of a query, as the index is asked; `None` if there is nothing to look for. Ends of
/// identity numbers are looked for where whoever asks may see them.
fn question(query: &str, with_ids: bool) -> Option<String> {
    let query: String = query.chars().take(QUERY_CHARS_MAX).collect();
    let query = without_ordinals(&query);
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
                let words = format!("\"{}\"", pairs.join(" "));
                asked.push(match numeral(&chars.iter().collect::<String>()) {
                    Some(number) => format!("({words} OR \"{number}\")"),
                    None => words,
                });
            }
            Run::Word(word) => {
                let mut ways = vec![format!("\"{word}\" *")];
                let short = word.trim_start_matches('0');
                let is_number = word.chars().all(|c| c.is_ascii_digit());
                if is_number && !short.is_empty() && short.len() < word.len() {
                    ways.push(format!("\"{short}\""));
                }
                ways.extend(id_word(&word).filter(|_| with_ids).map(|id| format!("\"{id}\"")));
                asked.push(match ways.as_slice() {
                    [only] => only.clone(),
                    _ => format!("({})", ways.join(" OR ")),
                });
            }
        }
    }
    (!asked.is_empty()).then(|| asked.join(" AND "))
}

/// Words that are looked for in every case, but for those that are hidden, and conditions that the
/// narrow rows can tell.
pub(crate) struct Plain {
    conditions: String,
    values: Vec<Value>,
}

const PROTECTED: i64 = 1;
const RESTRICTED: i64 = 2;

impl Plain {
    /// Nothing if a filter asks for more, or for no words.
    pub(crate) fn of(filter: &Filter) -> Option<Self> {
        let within = filter.within.as_ref();
        if within.is_some_and(|within| within.unit.is_some())
            || filter.beyond_narrow() != Filter::default()
        {
            return None;
        }
        let barred = |is: bool, why| if is { why } else { 0 };
        let hidden = barred(within.is_some_and(|w| !w.with_protected), PROTECTED)
            | barred(within.is_some_and(|w| !w.with_restricted), RESTRICTED);
        let question = question(filter.query.as_deref()?, filter.with_ids)?;
        let mut values = vec![Value::Text(question), Value::Integer(hidden)];
        let mut conditions = String::from("view_search MATCH ?1 AND f.hidden & ?2 = 0");
        filter.narrow("f", &mut conditions, &mut values);
        Some(Self { conditions, values })
    }
}

/// How many days before 1970 the count begins: those of the common era.
const DAYS_BEFORE: i64 = 719_163;

/// Where a case stands in the list, the newest highest: 20 bits for the day of application, 42 for
/// the moment it was begun.
fn place(row: &CaseRow) -> i64 {
    let since_1970 = |day: Day| day.signed_duration_since(Day::default()).num_days();
    let day =
        row.registered_day.parse().map_or(0, |day| since_1970(day).saturating_add(DAYS_BEFORE));
    let day = day.clamp(0, (1 << 20) - 1);
    let [a, b, c, d, e, f, ..] = *row.record.bytes();
    let ms = i64::from_be_bytes([0, 0, a, b, c, d, e, f]).min((1 << 42) - 1);
    day << 42 | ms
}

const FOUND: Table = Table {
    name: "view_found",
    of: "id",
    keys: &[],
    columns: &[
        "place",
        "hidden",
        "owner",
        "state",
        "stage",
        "category",
        "local_group",
        "local_code",
        "registered_day",
        "is_closed",
        "open_conflicts",
    ],
};

impl Writer<'_> {
    /// Writes where a case stands when words are looked for, and why it may be hidden then.
    pub(crate) fn put_found(&mut self, case: &CaseRow, guard: &GuardRow) -> Result<()> {
        let barred = |is: bool, why| if is { why } else { 0 };
        let hidden =
            barred(guard.is_protected, PROTECTED) | barred(guard.is_restricted, RESTRICTED);
        let id: Option<i64> = self
            .tx
            .prepare_cached("SELECT id FROM view_text WHERE record = ?1")?
            .query_row([case.record.bytes()], |row| row.get(0))
            .optional()?;
        let values = row(params![
            place(case),
            hidden,
            case.owner.map(|owner| owner.0.to_vec()),
            case.state,
            case.stage,
            case.category,
            case.local_group,
            case.local_code,
            case.registered_day,
            case.is_closed,
            case.open_conflicts
        ])?;
        id.map_or(Ok(()), |id| self.put_rows(&FOUND, &id, [values]))
    }

    /// Indexes a record by its text and by words in letters, separated by spaces, instead of what it was indexed by before.
    ///
    /// # Errors
    /// The database's.
    pub fn index(&mut self, record: RecordId, kind: &str, text: &str, letters: &str) -> Result<()> {
        let known: Option<(i64, String, String)> = self
            .tx
            .prepare_cached("SELECT id, text, letters FROM view_text WHERE record = ?1")?
            .query_row([record.bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        match known {
            Some((_, same, also)) if same == text && also == letters => return Ok(()),
            Some((id, ..)) => {
                self.tx
                    .prepare_cached("UPDATE view_text SET text = ?2, letters = ?3 WHERE id = ?1")?
                    .execute(params![id, text, letters])?;
                self.words.tell(id, true, Some(words_of(text, letters)));
            }
            None => {
                self.tx
                    .prepare_cached(
                        "INSERT INTO view_text (record, kind, text, letters)
                         VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute(params![record.bytes(), kind, text, letters])?;
                let id = self.tx.last_insert_rowid();
                self.put_words(id, words_of(text, letters));
            }
        }
        Ok(())
    }

    /// Has a new text indexed by its words.
    pub(crate) fn put_words(&mut self, id: i64, words: String) {
        self.words.tell(id, false, Some(words));
    }

    /// Has a text taken out of the index.
    pub(crate) fn drop_words(&mut self, id: i64) {
        self.words.tell(id, true, None);
    }

    /// Tells the index everything it was to be told.
    pub(crate) fn write_words(&mut self) -> Result<()> {
        if self.words.0.is_empty() {
            return Ok(());
        }
        let pending = std::mem::take(&mut self.words).0;
        let mut delete = self.tx.prepare_cached("DELETE FROM view_search WHERE rowid = ?1")?;
        let mut insert =
            self.tx.prepare_cached("INSERT INTO view_search (rowid, words) VALUES (?1, ?2)")?;
        for (id, Pending { is_there, words }) in pending {
            if is_there {
                delete.execute([id])?;
            }
            if let Some(words) = words {
                insert.execute(params![id, words])?;
            }
        }
        Ok(())
    }
}

impl Reader<'_> {
    /// A window of the cases that hold all words, the latest application first, and how many there
    /// are. One pass over narrow rows tells both; only what is shown is read whole.
    pub(crate) fn found(
        &self,
        plain: &Plain,
        offset: u32,
        limit: u32,
    ) -> Result<(Vec<CaseRow>, u64)> {
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT f.place, f.id FROM view_search s CROSS JOIN view_found f ON f.id = s.rowid
             WHERE {}",
            plain.conditions
        ))?;
        let found = query.query_map(params_from_iter(plain.values.iter()), |row| {
            Ok(Reverse((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))
        })?;
        let mut found: Vec<Reverse<(i64, i64)>> = found.collect::<rusqlite::Result<_>>()?;
        let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
        let at = |row: u32| usize::try_from(row).unwrap_or(usize::MAX);
        let end = at(offset.saturating_add(limit));
        if end < found.len() {
            found.select_nth_unstable(end);
            found.truncate(end);
        }
        found.sort_unstable();
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM view_text t JOIN view_case c ON c.record = t.record
             WHERE t.id = ?1"
        ))?;
        let shown = found.iter().skip(at(offset));
        let rows = shown.map(|Reverse((_, id))| query.query_row([id], case_row));
        Ok((rows.collect::<rusqlite::Result<_>>()?, total))
    }

    /// The records of a kind that hold all words of a query.
    ///
    /// # Errors
    /// The database's.
    pub fn find(&self, kind: &str, query: &str) -> Result<Vec<RecordId>> {
        let Some(question) = question(query, false) else { return Ok(Vec::new()) };
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
    pub(crate) fn question(query: &str, with_ids: bool) -> Option<String> {
        question(query, with_ids)
    }

    /// The text by which a record is found.
    ///
    /// # Errors
    /// The database's.
    pub fn text_of(&self, record: RecordId) -> Result<String> {
        let mut query = self.conn.prepare_cached("SELECT text FROM view_text WHERE record = ?1")?;
        Ok(query.query_row([record.bytes()], |row| row.get(0)).optional()?.unwrap_or_default())
    }

    /// The cases whose texts share the most with a text, the nearest first: those that share words
    /// which few others have.
    ///
    /// # Errors
    /// The database's.
    pub fn alike(&self, text: &str, limit: u32) -> Result<Vec<RecordId>> {
        let mut pairs: Vec<String> = Vec::new();
        for run in runs(text) {
            if let Run::Han(chars) = run {
                for pair in chars.windows(2).map(|pair| pair.iter().collect::<String>()) {
                    if !pairs.contains(&pair) && pairs.len() < ALIKE_PAIRS_MAX {
                        pairs.push(pair);
                    }
                }
            }
        }
        if pairs.is_empty() {
            return Ok(Vec::new());
        }
        let asked: Vec<String> = pairs.iter().map(|pair| format!("\"{pair}\"")).collect();
        let mut query = self.conn.prepare_cached(
            "SELECT t.record FROM view_search s JOIN view_text t ON t.id = s.rowid
             WHERE view_search MATCH ?1 AND t.kind = 'case' ORDER BY s.rank, t.record LIMIT ?2",
        )?;
        let rows = query
            .query_map(params![asked.join(" OR "), limit], |row| Ok(RecordId(fixed(row, 0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guards::Within;
    use crate::township::tests::case;
    use crate::{Store, StoreError};
    use proptest::prelude::*;
    use zeroize::Zeroizing;

    fn store() -> (tempfile::TempDir, Store) {
        let home = tempfile::tempdir().unwrap();
        let store = Store::claim(home.path()).unwrap().create(Zeroizing::new([1; 32])).unwrap();
        (home, store)
    }

    fn index(store: &Store, n: u8, text: &str) {
        let done: Result<()> = store.write(|tx| tx.index(RecordId([n; 16]), "case", text, ""));
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

    /// A filter, and the same with each of the conditions that narrow rows can tell; with how many
    /// are left of the cases below at the least.
    fn narrowed(words: &Filter) -> [(Filter, u64); 12] {
        let same = || words.clone();
        let day = || Some("2026-03-02".to_owned());
        [
            (same(), 9),
            (Filter { owner: Some(RecordId([2; 16])), ..same() }, 2),
            (Filter { state: Some("open".into()), ..same() }, 2),
            (Filter { stage: Some("mediating".into()), ..same() }, 2),
            (Filter { category: Some("land".into()), ..same() }, 2),
            (Filter { local_group: Some("邻里".into()), ..same() }, 2),
            (Filter { local_item: Some("01".into()), ..same() }, 2),
            (Filter { is_closed: Some(true), ..same() }, 2),
            (Filter { has_conflict: true, ..same() }, 2),
            (Filter { from: day(), ..same() }, 2),
            (Filter { until: day(), ..same() }, 2),
            (Filter { is_closed: Some(true), from: day(), ..same() }, 0),
        ]
    }

    #[test]
    fn who_is_found_stands_in_the_order_of_the_list_and_nobody_hidden_is_counted() {
        let (_home, store) = store();
        let (applied, begun) = (["2026-03-02", "2026-03-01", "", "1969-05-01"], [9, 3, 7, 1, 5, 8]);
        let done: Result<()> = store.write(|tx| {
            for (n, at) in (0u8..).zip(begun.iter().cycle().take(24)) {
                let mut case = case(n, "v1");
                case.row.record.0[..6].copy_from_slice(&[1, 0x9c, 0, 0, *at, n]);
                case.row.registered_day = applied[usize::from(n) % 4].to_owned();
                case.text = if n % 6 == 5 { "雨棚" } else { "滴水纠纷" }.to_owned();
                (case.guard.is_protected, case.guard.is_restricted) = (n % 5 == 1, n % 7 == 2);
                let word = |at: u8, words: [&str; 2]| words[usize::from(n % at == 0)].to_owned();
                case.row.owner = (n % 3 == 1).then_some(RecordId([2; 16]));
                (case.row.state, case.row.stage) =
                    (word(2, ["closed", "open"]), word(4, ["registered", "mediating"]));
                case.row.category = (n % 2 == 1).then(|| word(3, ["land", "medical"]));
                case.row.local_group = (n % 2 == 0).then(|| "邻里".to_owned());
                case.row.local_code = (n % 4 == 0).then(|| "01".to_owned());
                case.row.is_closed = n % 2 == 1;
                case.row.open_conflicts = u32::from(n % 4 == 3);
                tx.put_case(&case)?;
                // Written once more, elsewhere in the list and open to everybody.
                if n == 16 {
                    case.row.registered_day = applied[1].to_owned();
                    (case.guard.is_protected, case.guard.is_restricted) = (false, false);
                    tx.put_case(&case)?;
                }
            }
            Ok(())
        });
        done.unwrap();
        let window = |filter: &Filter, offset| -> (Vec<CaseRow>, u64) {
            let found: Result<_> = store.read(|reader| reader.cases(filter, offset, 4));
            found.unwrap()
        };
        for (with_protected, with_restricted) in
            [(true, true), (true, false), (false, true), (false, false)]
        {
            let within = Within { with_protected, with_restricted, ..Within::default() };
            let words =
                Filter { query: Some("水纠".into()), within: Some(within), ..Filter::default() };
            for (at, (words, least)) in narrowed(&words).into_iter().enumerate() {
                // Looked for on the general way, with a condition that everybody meets.
                let general = Filter { place: Some(String::new()), ..words.clone() };
                assert!(Plain::of(&words).is_some() && Plain::of(&general).is_none());
                let count = window(&words, 0).1;
                assert!((least..=20).contains(&count), "{at}: {count}");
                for offset in 0..24 {
                    let (one, two) = (window(&words, offset), window(&general, offset));
                    assert_eq!(one, two, "{at}, from {offset}");
                }
            }
        }
        let all = Filter { query: Some("水纠".into()), ..Filter::default() };
        let first = window(&all, 0).0[0].record;
        let gone: Result<()> = store.write(|tx| tx.unlist(first));
        gone.unwrap();
        assert_ne!(window(&all, 0).0[0].record, first);
        assert_eq!(window(&all, 0).1, 19);
    }

    #[test]
    fn a_number_is_found_however_it_is_written() {
        let (_home, store) = store();
        index(&store, 1, "临-B7K-0012 〔2026〕青石桥头人调字第0103号");
        index(&store, 2, "临-B7K-0120 〔2026〕青石桥头人调字第0013号");
        let rows: [(&str, &[u8]); 11] = [
            ("第103号", &[1]),
            ("103号", &[1]),
            ("00103", &[1]),
            ("一百零三", &[1]),
            ("第十三号", &[2]),
            ("〔2026〕 13", &[2]),
            ("2026-103", &[1]),
            ("２０２６　１３", &[2]),
            ("二〇二六", &[1, 2]),
            ("临0012", &[1]),
            ("第七号", &[]),
        ];
        for (query, want) in rows {
            assert_eq!(find(&store, query), want, "{query:?}");
        }
    }

    #[test]
    fn numerals_say_numbers() {
        let rows = [
            ("十", Some(10)),
            ("十二", Some(12)),
            ("二十", Some(20)),
            ("一百零三", Some(103)),
            ("两千零一", Some(2001)),
            ("二〇二六", Some(2026)),
            ("三", Some(3)),
            ("张三", None),
            ("千里", None),
            ("九九九九九九", None),
            ("零", None),
        ];
        for (word, want) in rows {
            assert_eq!(numeral(word), want, "{word}");
        }
    }

    #[test]
    fn an_identity_number_is_found_by_its_end_and_only_where_that_is_asked() {
        let (_home, store) = store();
        let done: Result<()> = store.write(|tx| {
            let end = id_word("110101199003078515").unwrap();
            tx.index(RecordId([1; 16]), "case", "张某", &format!("zhangmou zm {end}"))
        });
        done.unwrap();
        assert_eq!(find(&store, "zhang"), [1]);
        assert_eq!(find(&store, "078515"), Vec::<u8>::new());
        assert_eq!(find(&store, "\u{e000}078515"), Vec::<u8>::new(), "the mark is not typed");
        let asked = question("078515", true).unwrap();
        let found: Result<Vec<RecordId>> = store.read(|reader| {
            let mut query = reader.conn.prepare(
                "SELECT t.record FROM view_search s JOIN view_text t ON t.id = s.rowid
                 WHERE view_search MATCH ?1",
            )?;
            let rows = query.query_map([&asked], |row| Ok(RecordId(fixed(row, 0)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        });
        assert_eq!(found.unwrap(), [RecordId([1; 16])], "{asked}");
        for none in ["07851", "07x515", "", "张张"] {
            assert_eq!(id_word(none), None, "{none}");
        }
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
