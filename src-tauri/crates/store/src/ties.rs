//! What ties records to each other: keys under which likely duplicates meet, decisions about them,
//! numbers, and the persons that parties are. Each row comes from one record's own facts.

use domain::id::RecordId;
use rusqlite::{OptionalExtension, Row, params};

use crate::database::{Reader, Result, Writer};
use crate::logs::fixed;
use crate::rows::{Table, row};

/// How many digits a number may have.
const NUMBER_DIGITS_MAX: u32 = 10;

/// What was decided about a record and another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRow {
    /// The record.
    pub record: RecordId,
    /// The other.
    pub other: RecordId,
    /// The word for the verdict.
    pub verdict: String,
    /// Whether the record goes into the other and no longer counts.
    pub goes_into: bool,
    /// Whether people contradict each other about it.
    pub is_disputed: bool,
}

/// A formal number of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRow {
    /// The number.
    pub number: String,
    /// The case.
    pub record: RecordId,
    /// Its claim, as it sorts, if this is the number that holds there.
    pub claim: Option<String>,
    /// Why it was set aside, if it was.
    pub voided: Option<String>,
}

/// Everything that ties one case to other records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ties {
    /// The keys under which likely duplicates meet.
    pub keys: Vec<String>,
    /// What of it is compared, as JSON.
    pub traits: String,
    /// What was decided about it and others.
    pub links: Vec<LinkRow>,
    /// Its formal numbers, former ones too.
    pub numbers: Vec<NumberRow>,
    /// The person records its parties are.
    pub persons: Vec<RecordId>,
}

fn record_at(row: &Row<'_>, at: usize) -> rusqlite::Result<RecordId> {
    Ok(RecordId(fixed(row, at)?))
}

fn link_row(row: &Row<'_>) -> rusqlite::Result<LinkRow> {
    Ok(LinkRow {
        record: record_at(row, 0)?,
        other: record_at(row, 1)?,
        verdict: row.get(2)?,
        goes_into: row.get(3)?,
        is_disputed: row.get(4)?,
    })
}

fn number_row(row: &Row<'_>) -> rusqlite::Result<NumberRow> {
    Ok(NumberRow {
        number: row.get(0)?,
        record: record_at(row, 1)?,
        claim: row.get(2)?,
        voided: row.get(3)?,
    })
}

impl Reader<'_> {
    /// The cases under a key.
    ///
    /// # Errors
    /// The database's.
    pub fn cases_under(&self, key: &str) -> Result<Vec<RecordId>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT record FROM view_key WHERE key = ?1 ORDER BY record")?;
        let rows = query.query_map([key], |row| record_at(row, 0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Cases that share a key, by key and record: of all cases, or only of those keys one case has.
    ///
    /// # Errors
    /// The database's.
    pub fn shared_keys(&self, of: Option<RecordId>) -> Result<Vec<(String, RecordId)>> {
        let mut query = self.conn.prepare_cached(
            "SELECT k.key, k.record FROM view_key k
             WHERE (?1 IS NULL OR k.key IN (SELECT key FROM view_key WHERE record = ?1))
             AND EXISTS (SELECT 1 FROM view_key o WHERE o.key = k.key AND o.record <> k.record)
             ORDER BY k.key, k.record",
        )?;
        let of = of.map(|record| record.0.to_vec());
        let rows = query.query_map([of], |row| Ok((row.get(0)?, record_at(row, 1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What of a case is compared, as JSON.
    ///
    /// # Errors
    /// The database's.
    pub fn traits(&self, record: RecordId) -> Result<Option<String>> {
        let mut query =
            self.conn.prepare_cached("SELECT traits FROM view_traits WHERE record = ?1")?;
        Ok(query.query_row([record.bytes()], |row| row.get(0)).optional()?)
    }

    /// What was decided about a case and others.
    ///
    /// # Errors
    /// The database's.
    pub fn links(&self, record: RecordId) -> Result<Vec<LinkRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT record, other, verdict, goes_into, is_disputed FROM view_link
             WHERE record = ?1 ORDER BY other",
        )?;
        let rows = query.query_map([record.bytes()], link_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What was decided about any cases.
    ///
    /// # Errors
    /// The database's.
    pub fn all_links(&self) -> Result<Vec<LinkRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT record, other, verdict, goes_into, is_disputed FROM view_link
             ORDER BY record, other",
        )?;
        let rows = query.query_map([], link_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The case a case goes into.
    ///
    /// # Errors
    /// The database's.
    pub fn goes_into(&self, record: RecordId) -> Result<Option<RecordId>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT other FROM view_link WHERE record = ?1 AND goes_into = 1")?;
        Ok(query.query_row([record.bytes()], |row| record_at(row, 0)).optional()?)
    }

    /// The case that counts for a case: itself, unless it went into another.
    ///
    /// # Errors
    /// The database's.
    pub fn main_case(&self, record: RecordId) -> Result<RecordId> {
        let mut failed = None;
        let main = domain::likeness::main_case(record, |of| match self.goes_into(of) {
            Ok(into) => into,
            Err(error) => {
                failed = Some(error);
                None
            }
        });
        failed.map_or(Ok(main), Err)
    }

    /// The highest provisional number that begins with a prefix, those of erased cases included.
    ///
    /// # Errors
    /// The database's.
    pub fn last_number(&self, prefix: &str) -> Result<u32> {
        self.last_number_in("view_case", prefix)
    }

    /// The highest number of a sheet that begins with a prefix.
    ///
    /// # Errors
    /// The database's.
    pub fn last_sheet_number(&self, prefix: &str) -> Result<u32> {
        self.last_number_in("view_sheet", prefix)
    }

    /// The highest number after a prefix in a table with an index of its numbers by their length,
    /// and among those of what was erased. The longest numbers are the highest, and of one length
    /// the last is, so that none but those is looked at, however many there are.
    fn last_number_in(&self, table: &str, prefix: &str) -> Result<u32> {
        let (from, to) = (format!("{prefix}0"), format!("{prefix}:"));
        let mut erased = self.conn.prepare_cached(
            "SELECT coalesce(max(CAST(substr(number, length(?1) + 1) AS INTEGER)), 0)
             FROM log_erased_number WHERE number >= ?2 AND number < ?3",
        )?;
        let erased = erased.query_row([prefix, &from, &to], |row| row.get(0))?;
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT substr(number, length(?1) + 1) FROM {table}
             WHERE length(number) = length(?1) + ?4 AND number >= ?2 AND number < ?3
             AND substr(number, length(?1) + 1) NOT GLOB '*[^0-9]*'
             ORDER BY number DESC LIMIT 1"
        ))?;
        for digits in (1..=NUMBER_DIGITS_MAX).rev() {
            let found: Option<String> =
                query.query_row(params![prefix, from, to, digits], |row| row.get(0)).optional()?;
            if let Some(number) = found.and_then(|digits| digits.parse::<u32>().ok()) {
                return Ok(number.max(erased));
            }
        }
        Ok(erased)
    }

    /// The formal numbers that begin with a prefix, with every case that has or had them.
    ///
    /// # Errors
    /// The database's.
    pub fn numbers_with(&self, prefix: &str) -> Result<Vec<NumberRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT number, record, claim, voided FROM
             (SELECT number, record, claim, voided FROM view_number
              UNION SELECT number, record, NULL, NULL FROM log_erased_number)
             WHERE number >= ?1 AND substr(number, 1, length(?1)) = ?1 ORDER BY number, record",
        )?;
        let rows = query.query_map([prefix], number_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The cases on which a formal number holds, the strongest claim first.
    ///
    /// # Errors
    /// The database's.
    pub fn bearers(&self, number: &str) -> Result<Vec<NumberRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT number, record, claim, voided FROM view_number
             WHERE number = ?1 AND claim IS NOT NULL ORDER BY claim, record",
        )?;
        let rows = query.query_map([number], number_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The formal number that holds on a case, if it has one.
    ///
    /// # Errors
    /// The database's.
    pub fn formal_number(&self, record: RecordId) -> Result<Option<String>> {
        let mut query = self.conn.prepare_cached(
            "SELECT number FROM view_number
             WHERE record = ?1 AND claim IS NOT NULL AND voided IS NULL",
        )?;
        Ok(query.query_row([record.bytes()], |row| row.get(0)).optional()?)
    }

    /// The formal numbers that hold on more than one case.
    ///
    /// # Errors
    /// The database's.
    pub fn clashes(&self) -> Result<Vec<String>> {
        let mut query = self.conn.prepare_cached(
            "SELECT number FROM view_number WHERE claim IS NOT NULL
             GROUP BY number HAVING count(*) > 1 ORDER BY number",
        )?;
        let rows = query.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The cases in whose facts a case is named as a duplicate or a relation, as it stood then.
    ///
    /// # Errors
    /// The database's.
    pub fn cases_naming(&self, case: RecordId) -> Result<Vec<RecordId>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT record FROM view_link WHERE other = ?1 ORDER BY record")?;
        let rows = query.query_map([case.bytes()], |row| record_at(row, 0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The persons whom the parties of a case are linked with.
    ///
    /// # Errors
    /// The database's.
    pub fn persons_in(&self, case: RecordId) -> Result<Vec<RecordId>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT person FROM view_party WHERE record = ?1 ORDER BY person")?;
        let rows = query.query_map([case.bytes()], |row| record_at(row, 0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The cases whose parties name a person.
    ///
    /// # Errors
    /// The database's.
    pub fn cases_of_person(&self, person: RecordId) -> Result<Vec<RecordId>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT record FROM view_party WHERE person = ?1 ORDER BY record")?;
        let rows = query.query_map([person.bytes()], |row| record_at(row, 0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

const KEYS: Table = Table { name: "view_key", of: "record", keys: &["key"], columns: &[] };

const TRAITS: Table = Table { name: "view_traits", of: "record", keys: &[], columns: &["traits"] };

const LINKS: Table = Table {
    name: "view_link",
    of: "record",
    keys: &["other"],
    columns: &["verdict", "goes_into", "is_disputed"],
};

const NUMBERS: Table =
    Table { name: "view_number", of: "record", keys: &["number"], columns: &["claim", "voided"] };

const PARTIES: Table = Table { name: "view_party", of: "record", keys: &["person"], columns: &[] };

impl Writer<'_> {
    /// Writes what ties a case to other records, instead of what did before.
    ///
    /// # Errors
    /// The database's.
    pub fn put_ties(&mut self, record: RecordId, ties: &Ties) -> Result<()> {
        let keys = ties.keys.iter().map(|key| row(params![key])).collect::<Result<Vec<_>>>()?;
        self.put_rows(&KEYS, record.bytes(), keys)?;
        self.put_rows(&TRAITS, record.bytes(), [row(params![ties.traits])?])?;
        let link = |link: &LinkRow| {
            row(params![link.other.bytes(), link.verdict, link.goes_into, link.is_disputed])
        };
        let links = ties.links.iter().map(link).collect::<Result<Vec<_>>>()?;
        self.put_rows(&LINKS, record.bytes(), links)?;
        let number = |number: &NumberRow| row(params![number.number, number.claim, number.voided]);
        let numbers = ties.numbers.iter().map(number).collect::<Result<Vec<_>>>()?;
        self.put_rows(&NUMBERS, record.bytes(), numbers)?;
        let persons = ties.persons.iter().map(|person| row(params![person.bytes()]));
        let persons = persons.collect::<Result<Vec<_>>>()?;
        self.put_rows(&PARTIES, record.bytes(), persons)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::township::tests::case;
    use zeroize::Zeroizing;

    #[test]
    fn the_highest_number_is_found_by_its_length_and_nothing_strange_hides_it() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::claim(home.path()).unwrap().create(Zeroizing::new([1; 32])).unwrap();
        let last = |prefix: &str| -> u32 {
            let last: Result<u32> = store.read(|reader| reader.last_number(prefix));
            last.unwrap()
        };
        assert_eq!(last("临-B7K-"), 0);
        // What one writes after the other, and what is the highest of 临-B7K- then.
        let rows = [
            ("临-B7K-0009", 9),
            ("临-B7K-0103", 103),
            ("临-B7K-0012", 103),
            ("临-C2D-9000", 103),
            ("临-B7K-9zzz", 103),
            ("临-B7K-zzzz", 103),
            ("临-B7K-99999999999", 103),
            ("临-B7K-9999999999", 103),
            ("临-B7K-9999", 9_999),
            ("临-B7K-10000", 10_000),
            ("临-B7K-", 10_000),
            ("〔2026〕临-B7K-77777", 10_000),
        ];
        for (n, (number, want)) in (0u8..).zip(rows) {
            let mut case = case(n, "v1");
            case.row.number = number.to_owned();
            let done: Result<()> = store.write(|tx| tx.put_case(&case));
            done.unwrap();
            assert_eq!(last("临-B7K-"), want, "{number}");
        }
        assert_eq!((last("临-C2D-"), last("临-")), (9_000, 0));
    }
}
