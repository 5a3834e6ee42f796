//! The logs: what is held of each, what waits for what, and what may be passed on.

mod arriving;
mod branched;
mod carried;
mod erased;
mod reading;
mod waiting;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use domain::id::{DeviceId, LogId, RecordId, SpaceId};
use domain::log::{Entry, EntryRef, LogKey};
use rusqlite::Row;

pub use branched::{Link, Parting};

/// A stored entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Where it stands.
    pub at: EntryRef,
    /// The entry.
    pub entry: Entry,
    /// When it was stored here, in milliseconds since 1970.
    pub stored_ms: i64,
    /// Its place in the order in which entries may be passed on, once it may.
    pub position: Option<u64>,
    /// The log it was written to: another than the one it stands in where that has forked.
    pub written_to: LogId,
}

/// An entry that is no change of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Where it stands.
    pub at: EntryRef,
    /// In which space.
    pub space: SpaceId,
    /// The device that wrote it.
    pub device: DeviceId,
    /// When it was stored here, in milliseconds since 1970.
    pub stored_ms: i64,
    /// The bytes.
    pub payload: Vec<u8>,
}

/// What became of the entries that arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrived {
    /// How many were new.
    pub fresh: u64,
    /// Records that have something to apply.
    pub records: BTreeSet<RecordId>,
    /// Whether statements were among them.
    pub has_statements: bool,
}

/// An entry that carries others and was not unpacked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    /// Where it stands.
    pub at: EntryRef,
    /// Whose log that is.
    pub key: LogKey,
    /// The record it is about.
    pub record: RecordId,
    /// The bytes.
    pub payload: Vec<u8>,
}

/// What of our own a peer has and lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Undelivered {
    /// Entries it is known to hold.
    pub delivered: u64,
    /// Entries it is not known to hold.
    pub waiting: u64,
    /// When the earliest of those was written, in milliseconds since 1970.
    pub earliest_ms: Option<i64>,
}

/// Writes needs as they rest in the database: sixteen bytes of log, eight of number.
fn write_needs(needs: &[EntryRef]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(needs.len().saturating_mul(24));
    for need in needs {
        bytes.extend_from_slice(need.log.bytes());
        bytes.extend_from_slice(&need.seq.to_be_bytes());
    }
    bytes
}

fn read_needs(bytes: &[u8]) -> Vec<EntryRef> {
    let (chunks, _) = bytes.as_chunks::<24>();
    chunks
        .iter()
        .filter_map(|chunk| {
            let (log, seq) = chunk.split_first_chunk::<16>()?;
            Some(EntryRef { log: LogId(*log), seq: u64::from_be_bytes(*seq.first_chunk()?) })
        })
        .collect()
}

pub(crate) fn fixed<const N: usize>(row: &Row<'_>, at: usize) -> rusqlite::Result<[u8; N]> {
    let bytes = row.get_ref(at)?.as_blob()?;
    <[u8; N]>::try_from(bytes).map_err(|_| {
        rusqlite::Error::FromSqlConversionFailure(
            at,
            rusqlite::types::Type::Blob,
            format!("expected {N} bytes").into(),
        )
    })
}

pub(crate) fn number(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(at)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(at, value))
}

pub(crate) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
