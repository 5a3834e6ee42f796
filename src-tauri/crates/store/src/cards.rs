//! The projection of supervision cards: what each unit was issued, and which of it holds.

use domain::id::{RecordId, UnitId};
use rusqlite::{params, params_from_iter};

use crate::cases::{Filter, conditions};
use crate::database::{Reader, Result, Writer};
use crate::logs::{fixed, number};
use crate::rows::{Table, row};

/// A supervision card, as the lists hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardRow {
    /// The case.
    pub record: RecordId,
    /// The fact that issued it, as text.
    pub id: String,
    /// To which unit.
    pub unit: UnitId,
    /// The word for its colour.
    pub colour: String,
    /// When it was issued, `YYYY-MM-DD`.
    pub day: String,
    /// Whether it was withdrawn (撤牌).
    pub is_withdrawn: bool,
}

impl Reader<'_> {
    /// The cards that hold of a unit on cases other than one, earliest first.
    ///
    /// # Errors
    /// The database's.
    pub fn cards_of(&self, unit: UnitId, but: RecordId) -> Result<Vec<CardRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT record, id, unit, colour, day, is_withdrawn FROM view_card
             WHERE unit = ?1 AND record <> ?2 AND is_withdrawn = 0 ORDER BY day, record, id",
        )?;
        let rows = query.query_map(params![unit.bytes(), but.bytes()], |row| {
            Ok(CardRow {
                record: RecordId(fixed(row, 0)?),
                id: row.get(1)?,
                unit: RecordId(fixed(row, 2)?),
                colour: row.get(3)?,
                day: row.get(4)?,
                is_withdrawn: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many cards of a colour hold over the cases a filter leaves.
    ///
    /// # Errors
    /// The database's.
    pub fn card_count(&self, filter: &Filter, colour: &str) -> Result<u64> {
        let Some((sql, mut values)) = conditions(filter) else { return Ok(0) };
        values.push(colour.to_owned().into());
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT count(*) FROM view_card k JOIN view_case c ON c.record = k.record
             WHERE {sql} AND k.is_withdrawn = 0 AND k.colour = ?{}",
            values.len()
        ))?;
        Ok(query.query_row(params_from_iter(values.iter()), |row| number(row, 0))?)
    }
}

const CARDS: Table = Table {
    name: "view_card",
    of: "record",
    keys: &["id"],
    columns: &["unit", "colour", "day", "is_withdrawn"],
};

impl Writer<'_> {
    /// Writes the cards of a case instead of those it had before.
    ///
    /// # Errors
    /// The database's.
    pub fn put_cards(&mut self, record: RecordId, cards: &[CardRow]) -> Result<()> {
        let card = |card: &CardRow| {
            row(params![card.id, card.unit.bytes(), card.colour, card.day, card.is_withdrawn])
        };
        let cards = cards.iter().map(card).collect::<Result<Vec<_>>>()?;
        self.put_rows(&CARDS, record.bytes(), cards)
    }
}
