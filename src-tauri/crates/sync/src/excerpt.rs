//! An excerpt of a signed run: some of its entries whole, the others by what the chain says of
//! them. Whoever reads it can compute the chain to the run's end and check the writing device's own
//! signature, without holding the log or the right to hold it. So a case that moves into another
//! space takes its history along proved exactly as before: nobody's word stands for anybody else's.
//!
//! Of entries of other records only kind, record id, needs, length and hash are in it.
//!
//! **Shape**, all numbers as [`domain::varint`]: version; space, device, epoch; the number of the
//! first entry, the chain before it; count of entries; the entries, each (kind, record as its
//! place among those seen or 0 and sixteen bytes, needs each (log, number), twice the length of
//! the payload plus one if it is absent, payload or its hash); the signature over the last.

use domain::id::{DeviceId, LogId, OrganisationId, RecordId, SpaceId};
use domain::log::{
    Entry, EntryKind, EntryRef, Hash, Imprint, LogKey, NEEDS_MAX, PAYLOAD_BYTES_MAX, Payload, Run,
};
use trust::key::PublicKey;
use trust::roster::Roster;

use crate::chain;
use domain::varint::{self, Cursor, Malformed};

const VERSION: u64 = 1;

/// The most entries of one excerpt: as many as close a run, with room for runs of older versions.
pub const ENTRIES_MAX: usize = 4 * chain::RUN_ENTRIES_MAX;

/// Why an excerpt has no effect. The entry that brings it is kept and forwarded all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExcerptFault {
    /// The bytes are not an excerpt.
    #[error("not an excerpt")]
    Malformed,
    /// Made by a newer version.
    #[error("excerpt needs a newer version")]
    Newer,
    /// It brings nothing, or entries of another record.
    #[error("excerpt of another record")]
    Foreign,
    /// The device that wrote the run has no certificate.
    #[error("carried from a device that is not certified")]
    NotCertified,
    /// The device's unit may not write to the space the run stands in.
    #[error("carried from a log without a grant")]
    NoGrant,
    /// The signature does not fit.
    #[error("carried entry was altered")]
    Signature,
}

impl From<Malformed> for ExcerptFault {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// The entries of one record that an excerpt proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// The log they stand in.
    pub log: LogId,
    /// Whose it is.
    pub key: LogKey,
    /// The entries, in order.
    pub entries: Vec<(EntryRef, Entry)>,
}

/// Writes an excerpt of the entries from one of a log up to the end of its run: those that `brings`
/// names go whole, unless they were erased.
#[must_use]
pub fn pack(
    key: LogKey,
    first: u64,
    before: &Hash,
    entries: &[Entry],
    brings: impl Fn(u64) -> bool,
    signature: &[u8; 64],
) -> Vec<u8> {
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let mut out = Vec::new();
    varint::write(&mut out, VERSION);
    out.extend_from_slice(key.space.bytes());
    out.extend_from_slice(key.device.bytes());
    out.extend_from_slice(&key.epoch);
    varint::write(&mut out, first);
    out.extend_from_slice(before);
    varint::write(&mut out, count(entries.len()));
    let mut records: Vec<RecordId> = Vec::new();
    for (seq, entry) in (first..).zip(entries) {
        varint::write(&mut out, u64::from(entry.kind.0));
        match records.iter().position(|known| *known == entry.doc) {
            Some(place) => varint::write(&mut out, count(place).saturating_add(1)),
            None => {
                varint::write(&mut out, 0);
                out.extend_from_slice(entry.doc.bytes());
                records.push(entry.doc);
            }
        }
        varint::write(&mut out, count(entry.needs.len()));
        for need in &entry.needs {
            out.extend_from_slice(need.log.bytes());
            varint::write(&mut out, need.seq);
        }
        match entry.payload.bytes() {
            Some(bytes) if brings(seq) => {
                varint::write(&mut out, count(bytes.len()).saturating_mul(2));
                out.extend_from_slice(bytes);
            }
            _ => {
                let Imprint { length, hash } = chain::imprint(&entry.payload);
                varint::write(&mut out, length.saturating_mul(2).saturating_add(1));
                out.extend_from_slice(&hash);
            }
        }
    }
    out.extend_from_slice(signature);
    out
}

/// Reads an excerpt, computes the chain and verifies the signature of the device that wrote the
/// run: certified, and its unit granted to write where the run stands.
///
/// # Errors
/// [`ExcerptFault`]; memory is bounded before anything is allocated.
pub fn verify(roster: &Roster, record: RecordId, bytes: &[u8]) -> Result<Proved, ExcerptFault> {
    let walked = walk(roster, bytes)?;
    let mut proved = Proved { log: walked.log, key: walked.key, entries: Vec::new() };
    let whole = (walked.first..).zip(walked.entries).filter(|(_, (e, _))| !e.payload.is_absent());
    for (seq, (entry, _)) in whole {
        if entry.doc != record || entry.kind != EntryKind::CHANGE {
            return Err(ExcerptFault::Foreign);
        }
        proved.entries.push((EntryRef { log: walked.log, seq }, entry));
    }
    if proved.entries.is_empty() { Err(ExcerptFault::Foreign) } else { Ok(proved) }
}

/// Whose log an excerpt is of, the number of its first entry, and the chain before that, which the
/// signature at its end proves.
///
/// # Errors
/// [`ExcerptFault`].
pub fn start(roster: &Roster, bytes: &[u8]) -> Result<(LogKey, u64, Hash), ExcerptFault> {
    walk(roster, bytes).map(|walked| (walked.key, walked.first, walked.before))
}

/// What an excerpt says, verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked {
    /// The log it is of.
    pub log: LogId,
    /// Whose it is.
    pub key: LogKey,
    /// The number of its first entry.
    pub first: u64,
    /// The chain before that.
    pub before: Hash,
    /// The entries, with the chain after each; those that are not in it whole without their
    /// payload.
    pub entries: Vec<(Entry, Hash)>,
    /// The signature at its end.
    pub end: Run,
}

/// Reads an excerpt whatever it brings, and verifies it like [`verify`].
///
/// # Errors
/// [`ExcerptFault`].
pub fn walk(roster: &Roster, bytes: &[u8]) -> Result<Walked, ExcerptFault> {
    let mut cursor = Cursor::new(bytes);
    if cursor.number()? != VERSION {
        return Err(ExcerptFault::Newer);
    }
    let key = LogKey {
        space: SpaceId(cursor.array()?),
        device: DeviceId(cursor.array()?),
        epoch: cursor.array()?,
    };
    let log = chain::log_id(roster.organisation(), key);
    let first = cursor.number()?;
    let before: Hash = cursor.array()?;
    check_start(roster.organisation(), key, first, &before)?;
    let count = cursor.count(ENTRIES_MAX)?;
    let mut records = Vec::new();
    let mut entries = Vec::with_capacity(count.min(chain::RUN_ENTRIES_MAX));
    let (mut last, mut head) = (first.saturating_sub(1), before);
    for _ in 0..count {
        last = last.checked_add(1).ok_or(ExcerptFault::Malformed)?;
        let read = read_entry(&mut cursor, &mut records)?;
        head = chain::link(&head, last, &read);
        entries.push((read, head));
    }
    let end = Run { last, head, signature: cursor.array()? };
    if cursor.left() > 0 {
        return Err(ExcerptFault::Malformed);
    }
    let device = roster.device(key.device).ok_or(ExcerptFault::NotCertified)?;
    if !roster.wrote(key.space, device.unit) {
        return Err(ExcerptFault::NoGrant);
    }
    chain::verify_run(PublicKey(device.key), log, &end).map_err(|_| ExcerptFault::Signature)?;
    Ok(Walked { log, key, first, before, entries, end })
}

/// A log begins where its name says.
fn check_start(
    organisation: OrganisationId,
    key: LogKey,
    first: u64,
    before: &Hash,
) -> Result<(), ExcerptFault> {
    match first {
        0 => Err(ExcerptFault::Malformed),
        1 if *before != chain::origin(organisation, key) => Err(ExcerptFault::Signature),
        _ => Ok(()),
    }
}

fn read_entry(cursor: &mut Cursor<'_>, records: &mut Vec<RecordId>) -> Result<Entry, ExcerptFault> {
    let kind = u16::try_from(cursor.number()?).map_err(|_| ExcerptFault::Malformed)?;
    let kind = EntryKind(kind);
    let doc = match cursor.count(records.len())? {
        0 => {
            let doc = RecordId(cursor.array()?);
            records.push(doc);
            doc
        }
        place => *records.get(place.saturating_sub(1)).ok_or(ExcerptFault::Malformed)?,
    };
    let count = cursor.count(NEEDS_MAX)?;
    let mut needs = Vec::with_capacity(count);
    for _ in 0..count {
        needs.push(EntryRef { log: LogId(cursor.array()?), seq: cursor.number()? });
    }
    let length = cursor.count(kind.payload_max().saturating_mul(2).saturating_add(1))?;
    let payload = if length % 2 == 1 {
        let length = u64::try_from(length / 2).unwrap_or(u64::MAX);
        Payload::Absent(Imprint { length, hash: cursor.array()? })
    } else {
        let length = Some(length / 2).filter(|n| *n <= PAYLOAD_BYTES_MAX);
        Payload::Whole(cursor.take(length.ok_or(ExcerptFault::Malformed)?)?.to_vec())
    };
    Ok(Entry { kind, doc, needs, payload })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Archive;
    use crate::testing::{Memory, Office, office};
    use domain::log::Stretch;

    const RECORD: RecordId = RecordId([1; 16]);

    /// A run of seven entries about three records, and an excerpt of it from its second entry on.
    fn excerpt(memory: &mut Memory) -> (Stretch, Vec<u8>) {
        for n in 0..7u8 {
            memory.write(n % 3, n);
        }
        memory.seal();
        let stretch = memory.everything().remove(0);
        let entries: Vec<Entry> = stretch.entries.iter().skip(1).map(|e| e.0.clone()).collect();
        let brings = |seq: u64| stretch.entries[usize::try_from(seq).unwrap() - 1].0.doc == RECORD;
        let signature = &stretch.runs[0].signature;
        let bytes = pack(stretch.key, 2, &stretch.entries[0].1, &entries, brings, signature);
        (stretch.clone(), bytes)
    }

    #[test]
    fn an_excerpt_proves_its_entries_to_whoever_does_not_hold_the_log() {
        let Office { mut village, roster, .. } = office();
        let (stretch, bytes) = excerpt(&mut village);
        let proved = verify(&roster, RECORD, &bytes).unwrap();
        let seqs: Vec<u64> = proved.entries.iter().map(|(at, _)| at.seq).collect();
        assert_eq!((proved.log, seqs), (stretch.log, vec![2, 5]));
        for (at, entry) in &proved.entries {
            let written = &stretch.entries[usize::try_from(at.seq).unwrap() - 1].0;
            assert_eq!(entry, written, "word for word, what it builds on included");
        }
        let others = stretch.entries.iter().filter(|(entry, _)| entry.doc != RECORD);
        for (entry, _) in others {
            let is_told = bytes.windows(40).any(|part| Some(part) == entry.payload.bytes());
            assert!(!is_told, "nothing of what other records say");
        }
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused() {
        let Office { mut village, roster, .. } = office();
        let (_, bytes) = excerpt(&mut village);
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                assert!(verify(&roster, RECORD, &damaged).is_err(), "bit {bit} of byte {at}");
            }
            assert!(verify(&roster, RECORD, &bytes[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn what_proves_nothing_or_too_much_is_refused() {
        let Office { mut village, mut intruder, roster, .. } = office();
        let (stretch, bytes) = excerpt(&mut village);
        let other = RecordId([2; 16]);
        assert_eq!(verify(&roster, other, &bytes), Err(ExcerptFault::Foreign), "another record");
        let entries: Vec<Entry> = stretch.entries.iter().map(|e| e.0.clone()).collect();
        let signature = &stretch.runs[0].signature;
        let nothing = pack(stretch.key, 1, &stretch.before, &entries, |_| false, signature);
        assert_eq!(verify(&roster, RECORD, &nothing), Err(ExcerptFault::Foreign), "names only");
        let all = pack(stretch.key, 1, &stretch.before, &entries, |_| true, signature);
        assert_eq!(verify(&roster, RECORD, &all), Err(ExcerptFault::Foreign), "others besides");
        let (_, foreign) = excerpt(&mut intruder);
        assert_eq!(verify(&roster, RECORD, &foreign), Err(ExcerptFault::NoGrant));
        let nobody = Roster::new(village.roster().root());
        assert_eq!(verify(&nobody, RECORD, &bytes), Err(ExcerptFault::NotCertified));
    }
}
