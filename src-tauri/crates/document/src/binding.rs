//! Ties names inside a document to the log entry that may bring them, so that nobody can begin a
//! record twice, write under another's name, or put one fact twice.
//!
//! Frozen for suite 1; `tests::bindings_are_frozen` holds the bytes.

use domain::id::{LogId, LogTag};

/// Bytes of an actor id: the log's tag and twelve random bytes.
pub const ACTOR_BYTES: usize = 20;

fn first<const N: usize>(hash: blake3::Hash) -> [u8; N] {
    let mut bytes = [0; N];
    for (slot, byte) in bytes.iter_mut().zip(hash.as_bytes()) {
        *slot = *byte;
    }
    bytes
}

/// The tag of a log: the first eight bytes of its id's hash.
#[must_use]
pub fn log_tag(log: LogId) -> LogTag {
    LogTag(first(blake3::hash(log.bytes())))
}

/// The eighty bits a record id must carry to be begun by entry `seq` of `log`.
#[must_use]
pub fn record_binding(log: LogId, seq: u64) -> [u8; 10] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"pingli-record/1").update(log.bytes()).update(&seq.to_be_bytes());
    first(hasher.finalize())
}

/// The eighty bits the id of the `index`-th fact of entry `seq` of `log` must carry.
#[must_use]
pub fn fact_binding(log: LogId, seq: u64, index: u32) -> [u8; 10] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"pingli-fact/1").update(log.bytes()).update(&seq.to_be_bytes());
    hasher.update(&index.to_be_bytes());
    first(hasher.finalize())
}

/// An actor id: the log's tag and twelve random bytes, fresh per process run and record. One
/// actor id on two clones of a document would diverge for ever.
#[must_use]
pub fn actor(log: LogId, random: &[u8; 12]) -> [u8; ACTOR_BYTES] {
    let mut bytes = [0; ACTOR_BYTES];
    let tag = log_tag(log);
    for (slot, byte) in bytes.iter_mut().zip(tag.0.iter().chain(random)) {
        *slot = *byte;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bindings_are_frozen() {
        let log = LogId([7; 16]);
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        assert_eq!(log_tag(log).to_string(), "591207b6b8ec343c");
        assert_eq!(hex(&record_binding(log, 1)), "f4b779cfb19d26b57f7c");
        assert_eq!(hex(&fact_binding(log, 1, 0)), "c1c03d964b25ccf4a8ab");
    }
}
