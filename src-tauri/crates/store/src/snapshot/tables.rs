//! Which tables travel in a snapshot, with which columns, and how each is written and read.

use domain::fact::RecordKind;
use domain::id::SpaceId;
use domain::varint::{self, Cursor, Malformed};
use rusqlite::types::ValueRef;

/// What stands in a column.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell {
    /// Any text.
    Text,
    /// Text, or nothing.
    OptionalText,
    /// Sixteen bytes.
    Id,
    /// Sixteen bytes, or nothing.
    OptionalId,
    /// Any number of times sixteen bytes.
    Ids,
    /// The space of the record, which does not travel again.
    Space,
    /// A number from 0 to what fits into so many bits.
    Count(u32),
    /// Any number.
    Number,
    /// Any number, or nothing.
    OptionalNumber,
}

/// How many bytes an id has.
const ID_BYTES: usize = 16;

/// A number whose nearest to zero are written in the fewest bytes, whatever their sign.
const fn folded(value: i64) -> u64 {
    let doubled = value.cast_unsigned() << 1;
    if value < 0 { !doubled } else { doubled }
}

const fn unfolded(value: u64) -> i64 {
    let half = (value >> 1).cast_signed();
    if value & 1 == 1 { !half } else { half }
}

fn write_bytes(out: &mut Vec<u8>, bytes: &[u8], more: usize) {
    varint::write(out, u64::try_from(bytes.len().saturating_add(more)).unwrap_or(u64::MAX));
    out.extend_from_slice(bytes);
}

fn text(bytes: &[u8]) -> Result<ValueRef<'_>, Malformed> {
    std::str::from_utf8(bytes).map(|text| ValueRef::Text(text.as_bytes())).map_err(|_| Malformed)
}

impl Cell {
    /// Appends what stands in a column; nothing if that is of another type than it should be.
    pub(super) fn write(
        self,
        out: &mut Vec<u8>,
        value: ValueRef<'_>,
        space: SpaceId,
    ) -> Option<()> {
        match (self, value) {
            (Self::Text, ValueRef::Text(text)) => write_bytes(out, text, 0),
            (Self::OptionalText, ValueRef::Text(text)) => write_bytes(out, text, 1),
            (Self::Id, ValueRef::Blob(id)) if id.len() == ID_BYTES => out.extend_from_slice(id),
            (Self::OptionalId, ValueRef::Blob(id)) if id.len() == ID_BYTES => {
                out.push(1);
                out.extend_from_slice(id);
            }
            (Self::OptionalText | Self::OptionalId | Self::OptionalNumber, ValueRef::Null) => {
                out.push(0);
            }
            (Self::Ids, ValueRef::Blob(ids)) if ids.len().is_multiple_of(ID_BYTES) => {
                write_bytes(out, ids, 0);
            }
            (Self::Space, ValueRef::Blob(id)) if id == space.0 => {}
            (Self::Count(bits), ValueRef::Integer(value)) => {
                let value = u64::try_from(value).ok().filter(|value| fits(*value, bits))?;
                varint::write(out, value);
            }
            (Self::Number, ValueRef::Integer(value)) => varint::write(out, folded(value)),
            (Self::OptionalNumber, ValueRef::Integer(value)) => {
                out.push(1);
                varint::write(out, folded(value));
            }
            _ => return None,
        }
        Some(())
    }

    /// Reads what stands in a column.
    pub(super) fn read<'a, 'c: 'a>(
        self,
        cursor: &mut Cursor<'c>,
        space: &'a SpaceId,
    ) -> Result<ValueRef<'a>, Malformed> {
        let is_there = |cursor: &mut Cursor<'c>| match cursor.array()? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(Malformed),
        };
        Ok(match self {
            Self::Text => {
                let length = cursor.count(cursor.left())?;
                text(cursor.take(length)?)?
            }
            Self::OptionalText => match cursor.count(cursor.left())?.checked_sub(1) {
                Some(length) => text(cursor.take(length)?)?,
                None => ValueRef::Null,
            },
            Self::Id => ValueRef::Blob(cursor.take(ID_BYTES)?),
            Self::OptionalId if is_there(cursor)? => ValueRef::Blob(cursor.take(ID_BYTES)?),
            Self::Ids => {
                let length = cursor.count(cursor.left())?;
                if !length.is_multiple_of(ID_BYTES) {
                    return Err(Malformed);
                }
                ValueRef::Blob(cursor.take(length)?)
            }
            Self::Space => ValueRef::Blob(&space.0),
            Self::Count(bits) => {
                let value = cursor.number()?;
                if !fits(value, bits) {
                    return Err(Malformed);
                }
                ValueRef::Integer(i64::try_from(value).map_err(|_| Malformed)?)
            }
            Self::Number => ValueRef::Integer(unfolded(cursor.number()?)),
            Self::OptionalNumber if is_there(cursor)? => {
                ValueRef::Integer(unfolded(cursor.number()?))
            }
            Self::OptionalId | Self::OptionalNumber => ValueRef::Null,
        })
    }
}

/// Whether a number fits into so many bits, of fewer than 64.
const fn fits(value: u64, bits: u32) -> bool {
    u64::BITS.saturating_sub(value.leading_zeros()) <= bits
}

/// A table that travels.
#[derive(Debug)]
pub(super) struct Table {
    /// Its name.
    pub(super) name: &'static str,
    /// The kinds of records that have rows in it.
    pub(super) of: &'static [RecordKind],
    /// Its columns after the record.
    pub(super) columns: &'static [(&'static str, Cell)],
    /// Whether a record stands in a list by it.
    pub(super) lists: bool,
    /// Whether it says from whom what is hidden.
    pub(super) guards: bool,
    /// Whether it has the text by which a record is found.
    pub(super) is_text: bool,
    /// Whether its rows have the number of that text in the place of the record.
    pub(super) is_by_text: bool,
}

impl Table {
    /// The rows of the records of a space, from one to another.
    pub(super) fn select(&self) -> String {
        let columns: Vec<String> =
            self.columns.iter().map(|(column, _)| format!(", t.{column}")).collect();
        let joined = if self.is_by_text {
            format!("view_text x ON x.record = r.record CROSS JOIN {} t ON t.id = x.id", self.name)
        } else {
            format!("{} t ON t.record = r.record", self.name)
        };
        format!(
            "SELECT r.record{} FROM view_record r INDEXED BY view_record_space
             CROSS JOIN {joined}
             WHERE r.space = ?1 AND r.record >= ?2 AND r.record <= ?3",
            columns.concat()
        )
    }

    /// Puts one row in.
    pub(super) fn insert(&self) -> String {
        let columns: Vec<&str> = self.columns.iter().map(|(column, _)| *column).collect();
        let places: Vec<String> =
            (2..).take(columns.len()).map(|place: u32| format!("?{place}")).collect();
        let first = if self.is_by_text { "id" } else { "record" };
        let comma = if columns.is_empty() { "" } else { ", " };
        format!(
            "INSERT OR IGNORE INTO {} ({first}{comma}{}) VALUES (?1{comma}{})",
            self.name,
            columns.join(", "),
            places.join(", ")
        )
    }
}

const PLAIN: Table = Table {
    name: "",
    of: &[RecordKind::Case],
    columns: &[],
    lists: false,
    guards: false,
    is_text: false,
    is_by_text: false,
};

/// A word that says yes or no.
const FLAG: Cell = Cell::Count(1);
/// A number as the rows count.
const COUNT: Cell = Cell::Count(32);

/// The tables, in the order in which they travel. What is not among them speaks of entries, or
/// belongs to the common space: the entries that are refused, carried and noted, the blobs that are
/// named, units, settings, periods, the own catalogue. What likely duplicates are found by would be half of
/// the bytes, and nobody waits for it.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "view_case",
        lists: true,
        columns: &[
            ("space", Cell::Space),
            ("number", Cell::Text),
            ("title", Cell::Text),
            ("category", Cell::OptionalText),
            ("place", Cell::Text),
            ("parties", Cell::Text),
            ("stage", Cell::Text),
            ("state", Cell::Text),
            ("marks", Cell::Text),
            ("owner", Cell::OptionalId),
            ("registered_unit", Cell::OptionalId),
            ("registered_day", Cell::Text),
            ("next_due_day", Cell::OptionalText),
            ("next_due_what", Cell::OptionalText),
            ("risk", Cell::OptionalText),
            ("amount_fen", Cell::Number),
            ("is_amount_unverified", FLAG),
            ("is_closed", FLAG),
            ("open_conflicts", COUNT),
            ("village_sessions", COUNT),
            ("township_sessions", COUNT),
            ("visits", COUNT),
            ("sessions", COUNT),
            ("escalations", COUNT),
            ("written_agreements", COUNT),
            ("oral_agreements", COUNT),
            ("settings", Cell::Text),
            ("source", Cell::Text),
            ("party_count", COUNT),
            ("mediators", Cell::Text),
            ("local_code", Cell::OptionalText),
            ("local_group", Cell::OptionalText),
            ("local_item", Cell::OptionalText),
        ],
        ..PLAIN
    },
    Table {
        name: "view_guard",
        guards: true,
        columns: &[
            ("is_protected", FLAG),
            ("is_restricted", FLAG),
            ("holders", Cell::Ids),
            ("addressed", Cell::Ids),
            ("former", Cell::Ids),
            ("minors", Cell::Text),
            ("parties", Cell::Text),
        ],
        ..PLAIN
    },
    Table {
        name: "view_person",
        of: &[RecordKind::Person],
        lists: true,
        columns: &[
            ("space", Cell::Space),
            ("name", Cell::Text),
            ("phone", Cell::Text),
            ("address", Cell::Text),
            ("born", Cell::Text),
            ("beside", Cell::Text),
            ("letters", Cell::Text),
        ],
        ..PLAIN
    },
    Table {
        name: "view_text",
        is_text: true,
        columns: &[("kind", Cell::Text), ("text", Cell::Text), ("letters", Cell::Text)],
        ..PLAIN
    },
    Table {
        name: "view_found",
        is_by_text: true,
        columns: &[
            ("place", Cell::Number),
            ("hidden", Cell::Count(2)),
            ("is_closed", FLAG),
            ("open_conflicts", COUNT),
            ("registered_day", Cell::Text),
            ("category", Cell::OptionalText),
            ("state", Cell::Text),
            ("stage", Cell::Text),
            ("owner", Cell::OptionalId),
            ("local_group", Cell::OptionalText),
            ("local_code", Cell::OptionalText),
        ],
        ..PLAIN
    },
    Table {
        name: "view_due",
        columns: &[
            ("ordinal", COUNT),
            ("kind", Cell::Text),
            ("day", Cell::Text),
            ("unit", Cell::Id),
            ("what", Cell::Text),
            ("amount_fen", Cell::OptionalNumber),
            ("agreement", Cell::Text),
            ("line", Cell::Count(16)),
        ],
        ..PLAIN
    },
    Table {
        name: "view_conflict",
        of: &[RecordKind::Case, RecordKind::Person],
        columns: &[
            ("ordinal", COUNT),
            ("key", Cell::Text),
            ("kind", Cell::Text),
            ("is_open", FLAG),
            ("unit", Cell::OptionalId),
            ("roles", Cell::Text),
            ("latest", Cell::Text),
        ],
        ..PLAIN
    },
    Table {
        name: "view_notice",
        columns: &[
            ("key", Cell::Text),
            ("unit", Cell::Id),
            ("rule", Cell::Text),
            ("is_open", FLAG),
        ],
        ..PLAIN
    },
    Table {
        name: "view_link",
        columns: &[
            ("other", Cell::Id),
            ("verdict", Cell::Text),
            ("goes_into", FLAG),
            ("is_disputed", FLAG),
        ],
        ..PLAIN
    },
    Table {
        name: "view_number",
        columns: &[
            ("number", Cell::Text),
            ("claim", Cell::OptionalText),
            ("voided", Cell::OptionalText),
        ],
        ..PLAIN
    },
    Table { name: "view_party", columns: &[("person", Cell::Id)], ..PLAIN },
    Table {
        name: "view_card",
        columns: &[
            ("id", Cell::Text),
            ("unit", Cell::Id),
            ("colour", Cell::Text),
            ("day", Cell::Text),
            ("is_withdrawn", FLAG),
        ],
        ..PLAIN
    },
    Table {
        name: "view_item",
        columns: &[
            ("ordinal", COUNT),
            ("fact", Cell::Text),
            ("day", Cell::Text),
            ("form", Cell::Text),
            ("act", Cell::Text),
            ("amount_fen", Cell::Number),
        ],
        ..PLAIN
    },
    Table {
        name: "view_sheet",
        columns: &[
            ("ordinal", COUNT),
            ("fact", Cell::Text),
            ("kind", Cell::Text),
            ("number", Cell::Text),
            ("sender", Cell::Id),
            ("addressee", Cell::Id),
            ("part", Cell::Text),
            ("day", Cell::Text),
            ("status", Cell::Text),
            ("turn", Cell::OptionalId),
        ],
        ..PLAIN
    },
];
