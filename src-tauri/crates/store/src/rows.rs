//! What one record contributes to a table of the lists, written so that what stands there already
//! is left alone. A note on a case changes no word by which it is found and no day on which it is
//! due: of what one act makes anew, most rows are as they were, and each that is written costs its
//! page in the write-ahead log, and one in every index over it.

use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{ToSql, params_from_iter};

use crate::database::{Result, Writer};
use crate::logs::integer;

/// A table of which every row belongs to one record.
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: &'static str,
    /// The column that names the record.
    pub(crate) of: &'static str,
    /// The columns that tell the rows of one record apart; none where it has one row at most.
    pub(crate) keys: &'static [&'static str],
    /// The other columns.
    pub(crate) columns: &'static [&'static str],
}

/// A row: the values of its keys, then those of its other columns.
pub(crate) type Row = Vec<Value>;

/// A row of values, in the order of the keys and the columns of its table.
pub(crate) fn row(values: &[&dyn ToSql]) -> Result<Row> {
    let value = |value: &&dyn ToSql| match value.to_sql()? {
        ToSqlOutput::Owned(value) => Ok(value),
        // Text that is no text is none of ours.
        ToSqlOutput::Borrowed(value) => Value::try_from(value).map_err(Into::into),
        _ => Ok(Value::Null),
    };
    Ok(values.iter().map(value).collect::<rusqlite::Result<_>>()?)
}

/// A value as it is bound.
fn bound(value: &Value) -> &dyn ToSql {
    value
}

/// The place of a row among those of its record, as it is stored.
pub(crate) fn ordinal_of(at: usize) -> i64 {
    integer(u64::try_from(at).unwrap_or(u64::MAX))
}

impl Table {
    fn all(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().chain(self.columns).copied()
    }

    /// The condition that leaves one row, its values from a place on.
    fn is_row(&self, from: usize) -> String {
        let keys = std::iter::once(self.of).chain(self.keys.iter().copied());
        let terms: Vec<String> =
            (from..).zip(keys).map(|(place, key)| format!("{key} = ?{place}")).collect();
        terms.join(" AND ")
    }

    fn select(&self) -> String {
        let all: Vec<&str> = self.all().collect();
        format!("SELECT {} FROM {} WHERE {} = ?1", all.join(", "), self.name, self.of)
    }

    fn insert(&self) -> String {
        let all: Vec<&str> = std::iter::once(self.of).chain(self.all()).collect();
        let places: Vec<String> =
            (1..).take(all.len()).map(|place: u32| format!("?{place}")).collect();
        format!("INSERT INTO {} ({}) VALUES ({})", self.name, all.join(", "), places.join(", "))
    }

    /// Writes some columns of one row. Only the indexes over those are written.
    fn update(&self, columns: &[&str]) -> String {
        let set: Vec<String> = (1..)
            .zip(columns)
            .map(|(place, column): (u32, _)| format!("{column} = ?{place}"))
            .collect();
        let key = self.is_row(columns.len().saturating_add(1));
        format!("UPDATE {} SET {} WHERE {key}", self.name, set.join(", "))
    }

    fn delete(&self) -> String {
        format!("DELETE FROM {} WHERE {}", self.name, self.is_row(1))
    }
}

impl Writer<'_> {
    /// Has a table hold these rows of a record and no others. Of two rows with the same keys the
    /// later one counts.
    pub(crate) fn put_rows(
        &mut self,
        table: &Table,
        record: &dyn ToSql,
        rows: impl IntoIterator<Item = Row>,
    ) -> Result<()> {
        let mut wanted: Vec<Row> = Vec::new();
        let keys = table.keys.len();
        let is_same =
            |one: &Row, other: &Row| one.iter().zip(other).take(keys).all(|(a, b)| a == b);
        for row in rows {
            match wanted.iter_mut().find(|known| is_same(known, &row)) {
                Some(known) => *known = row,
                None => wanted.push(row),
            }
        }
        for stored in self.rows_of(table, record)? {
            let found = wanted.iter().position(|row| is_same(row, &stored));
            match found.map(|at| wanted.swap_remove(at)) {
                Some(row) => self.change_row(table, record, &stored, &row)?,
                None => {
                    let key = stored.iter().take(keys).map(bound);
                    let key = params_from_iter(std::iter::once(record).chain(key));
                    self.tx.prepare_cached(&table.delete())?.execute(key)?;
                }
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let mut insert = self.tx.prepare_cached(&table.insert())?;
        for row in &wanted {
            let values = row.iter().map(bound);
            insert.execute(params_from_iter(std::iter::once(record).chain(values)))?;
        }
        Ok(())
    }

    fn rows_of(&self, table: &Table, record: &dyn ToSql) -> Result<Vec<Row>> {
        let count = table.all().count();
        let mut query = self.tx.prepare_cached(&table.select())?;
        let rows = query.query_map([record], |row| (0..count).map(|at| row.get(at)).collect())?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Writes those columns of a row that are not as they should be.
    fn change_row(&self, table: &Table, record: &dyn ToSql, stored: &Row, row: &Row) -> Result<()> {
        let pairs = table.all().zip(stored.iter().zip(row));
        let (columns, values): (Vec<&str>, Vec<&Value>) = pairs
            .filter(|(_, (stored, wanted))| stored != wanted)
            .map(|(column, (_, wanted))| (column, wanted))
            .unzip();
        if columns.is_empty() {
            return Ok(());
        }
        let values = values.into_iter().map(bound);
        let key = row.iter().take(table.keys.len()).map(bound);
        let all = values.chain(std::iter::once(record)).chain(key);
        self.tx.prepare_cached(&table.update(&columns))?.execute(params_from_iter(all))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::params;
    use zeroize::Zeroizing;

    use super::*;
    use crate::Store;

    const DUE: Table =
        Table { name: "test_due", of: "record", keys: &["ordinal"], columns: &["day", "what"] };

    #[test]
    fn only_what_is_not_as_it_should_be_is_written() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::claim(home.path()).unwrap().create(Zeroizing::new([1; 32])).unwrap();
        let made: Result<()> = store.write(|tx| {
            // Who writes what is told by triggers: an index over `day` is touched with it alone.
            Ok(tx.tx.execute_batch(
                "CREATE TABLE test_due (record BLOB, ordinal INTEGER, day TEXT, what TEXT,
                 PRIMARY KEY (record, ordinal)) STRICT, WITHOUT ROWID;
                 CREATE TABLE test_told (what TEXT);
                 CREATE TRIGGER test_a AFTER INSERT ON test_due
                 BEGIN INSERT INTO test_told VALUES ('put ' || new.ordinal); END;
                 CREATE TRIGGER test_b AFTER UPDATE OF day ON test_due
                 BEGIN INSERT INTO test_told VALUES ('day ' || new.ordinal); END;
                 CREATE TRIGGER test_c AFTER UPDATE OF what ON test_due
                 BEGIN INSERT INTO test_told VALUES ('what ' || new.ordinal); END;
                 CREATE TRIGGER test_d AFTER DELETE ON test_due
                 BEGIN INSERT INTO test_told VALUES ('drop ' || old.ordinal); END;",
            )?)
        });
        made.unwrap();
        let put = |record: u8, rows: &[(i64, Option<&str>, &str)]| -> Vec<String> {
            let told: Result<Vec<String>> = store.write(|tx| {
                let rows = rows.iter().map(|(at, day, what)| row(params![at, day, what]));
                let rows = rows.collect::<Result<Vec<_>>>()?;
                tx.put_rows(&DUE, &[record].as_slice(), rows)?;
                let mut query = tx.tx.prepare("SELECT what FROM test_told ORDER BY rowid")?;
                let told =
                    query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
                tx.tx.execute("DELETE FROM test_told", [])?;
                Ok(told)
            });
            told.unwrap()
        };
        assert_eq!(put(1, &[(0, Some("a"), "x"), (1, None, "y")]), ["put 0", "put 1"]);
        assert_eq!(put(2, &[(0, Some("a"), "x")]), ["put 0"], "each record has its own");
        assert_eq!(put(1, &[(1, None, "y"), (0, Some("a"), "x")]), [""; 0], "they stand already");
        assert_eq!(put(1, &[(0, Some("a"), "z"), (1, Some("b"), "y")]), ["what 0", "day 1"]);
        assert_eq!(put(1, &[(1, None, "y"), (2, None, "w")]), ["drop 0", "day 1", "put 2"]);
        assert_eq!(put(1, &[(2, None, "v"), (2, None, "w")]), ["drop 1"], "the later one counts");
        assert_eq!(put(1, &[]), ["drop 2"]);
        assert_eq!(put(2, &[(0, Some("a"), "x")]), [""; 0]);
    }
}
