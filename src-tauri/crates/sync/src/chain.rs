//! The chain of a log and the signatures that close its runs. Frozen for suite 1;
//! `tests::the_chain_is_frozen` holds the bytes.

use domain::id::{LogId, OrganisationId, RecordId};
use domain::log::{Entry, EntryKind, EntryRef, Hash, Imprint, LogKey, Payload, Run};
use trust::SUITE;
use trust::key::{BadSignature, PublicKey, SecretKey, Signature};

const LOG: &str = "pingli log 1";
const ENTRY: &str = "pingli entry 1";
const RUN: &str = "pingli run 1";

/// A run is closed at the latest after so many entries.
pub const RUN_ENTRIES_MAX: usize = 256;
/// A run is closed at the latest after so many bytes of payload.
pub const RUN_BYTES_MAX: usize = 1024 * 1024;

/// The chain before the first entry of a log.
#[must_use]
pub fn origin(organisation: OrganisationId, key: LogKey) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key(LOG);
    hasher.update(&[SUITE]).update(organisation.bytes()).update(key.space.bytes());
    hasher.update(key.device.bytes()).update(&key.epoch);
    *hasher.finalize().as_bytes()
}

/// The id of a log: the first sixteen bytes of the chain before its first entry.
#[must_use]
pub fn log_id(organisation: OrganisationId, key: LogKey) -> LogId {
    let mut id = [0; 16];
    for (slot, byte) in id.iter_mut().zip(origin(organisation, key)) {
        *slot = byte;
    }
    LogId(id)
}

fn count(n: usize) -> [u8; 8] {
    u64::try_from(n).unwrap_or(u64::MAX).to_be_bytes()
}

/// The chain after an entry. It covers the payload only through its hash, so that a payload may
/// be erased and the chain still verifies.
#[must_use]
pub fn link(before: &Hash, seq: u64, entry: &Entry) -> Hash {
    let frame = Frame { kind: entry.kind, doc: entry.doc, needs: &entry.needs };
    frame.link(before, seq, imprint(&entry.payload))
}

/// What the chain says of a payload.
#[must_use]
pub fn imprint(payload: &Payload) -> Imprint {
    match payload {
        Payload::Whole(bytes) => imprint_of(bytes),
        Payload::Absent(imprint) => *imprint,
    }
}

/// What the chain says of bytes.
#[must_use]
pub fn imprint_of(bytes: &[u8]) -> Imprint {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    Imprint { length, hash: *blake3::hash(bytes).as_bytes() }
}

/// An entry without its payload.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// What it is for.
    pub kind: EntryKind,
    /// The record it belongs to.
    pub doc: RecordId,
    /// The entries it builds on.
    pub needs: &'a [EntryRef],
}

impl Frame<'_> {
    /// The chain after an entry of which only this much is known.
    #[must_use]
    pub fn link(&self, before: &Hash, seq: u64, payload: Imprint) -> Hash {
        let mut hasher = blake3::Hasher::new_derive_key(ENTRY);
        hasher.update(before).update(&seq.to_be_bytes()).update(&self.kind.0.to_be_bytes());
        hasher.update(self.doc.bytes()).update(&count(self.needs.len()));
        for need in self.needs {
            hasher.update(need.log.bytes()).update(&need.seq.to_be_bytes());
        }
        hasher.update(&payload.length.to_be_bytes()).update(&payload.hash);
        *hasher.finalize().as_bytes()
    }
}

/// Closes a run.
#[must_use]
pub fn sign_run(key: &SecretKey, log: LogId, last: u64, head: Hash) -> Run {
    let parts: [&[u8]; 4] = [&[SUITE], log.bytes(), &last.to_be_bytes(), &head];
    Run { last, head, signature: key.sign(RUN, &parts).0 }
}

/// Checks that a run was closed by a device's key.
///
/// # Errors
/// [`BadSignature`].
pub fn verify_run(key: PublicKey, log: LogId, run: &Run) -> Result<(), BadSignature> {
    let parts: [&[u8]; 4] = [&[SUITE], log.bytes(), &run.last.to_be_bytes(), &run.head];
    key.verify(RUN, &parts, &Signature(run.signature))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::{DeviceId, RecordId, SpaceId};
    use domain::log::{EntryKind, EntryRef};

    #[test]
    fn the_chain_is_frozen() {
        let key = LogKey { space: SpaceId([1; 16]), device: DeviceId([2; 16]), epoch: [3; 8] };
        let organisation = OrganisationId([4; 16]);
        let entry = Entry {
            kind: EntryKind::CHANGE,
            doc: RecordId([5; 16]),
            needs: vec![EntryRef { log: LogId([6; 16]), seq: 7 }],
            payload: b"payload".to_vec().into(),
        };
        assert_eq!(log_id(organisation, key).to_string(), "485MRERD3RS4KT24V8JA4KWCR7");
        let head = link(&origin(organisation, key), 1, &entry);
        assert_eq!(
            blake3::Hash::from(head).to_hex().as_str(),
            "107844d36ce0c2e8b6188224c71455ed7dd5bcb49e604f20a6ef064eaf1a19f1"
        );
    }

    #[test]
    fn the_chain_is_the_same_without_the_bytes() {
        let whole = Entry {
            kind: EntryKind::CHANGE,
            doc: RecordId([5; 16]),
            needs: vec![],
            payload: b"payload".to_vec().into(),
        };
        let absent = |imprint| Entry { payload: Payload::Absent(imprint), ..whole.clone() };
        let known = imprint(&whole.payload);
        assert_eq!(link(&[0; 32], 1, &absent(known)), link(&[0; 32], 1, &whole));
        for other in [Imprint { length: 8, ..known }, Imprint { hash: [1; 32], ..known }] {
            assert_ne!(link(&[0; 32], 1, &absent(other)), link(&[0; 32], 1, &whole));
        }
    }

    #[test]
    fn everything_in_an_entry_moves_the_chain() {
        let base = Entry {
            kind: EntryKind::CHANGE,
            doc: RecordId([5; 16]),
            needs: vec![],
            payload: b"payload".to_vec().into(),
        };
        let head = link(&[0; 32], 1, &base);
        let variants = [
            ("kind", Entry { kind: EntryKind::STATEMENT, ..base.clone() }),
            ("doc", Entry { doc: RecordId([6; 16]), ..base.clone() }),
            (
                "needs",
                Entry { needs: vec![EntryRef { log: LogId([0; 16]), seq: 0 }], ..base.clone() },
            ),
            ("payload", Entry { payload: b"payloae".to_vec().into(), ..base.clone() }),
        ];
        for (name, entry) in variants {
            assert_ne!(link(&[0; 32], 1, &entry), head, "{name}");
        }
        assert_ne!(link(&[1; 32], 1, &base), head, "what came before");
        assert_ne!(link(&[0; 32], 2, &base), head, "the number");
    }

    #[test]
    fn a_run_is_closed_by_its_device_alone() {
        let key = SecretKey::from_seed([1; 32]);
        let run = sign_run(&key, LogId([1; 16]), 9, [2; 32]);
        assert!(verify_run(key.public(), LogId([1; 16]), &run).is_ok());
        let later = Run { last: 10, ..run };
        assert!(verify_run(key.public(), LogId([1; 16]), &later).is_err());
        assert!(verify_run(key.public(), LogId([2; 16]), &run).is_err());
    }
}
