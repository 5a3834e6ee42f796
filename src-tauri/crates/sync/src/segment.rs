//! A segment: stretches of logs, woven together in the order in which they may be passed on,
//! compressed, verifying alone. Cut only where logs are signed.
//!
//! **Shape** of the bytes before compression, all numbers as [`domain::varint`]:
//! version; stretches, each (space, device, epoch, first number, the chain before it unless the
//! first number is 1, count of entries, count of runs, each run (last number relative to the
//! first, signature)); foreign logs named in needs; then the entries, each (stretch, kind, record,
//! needs each (log, number), twice the length of the payload plus one if it is absent, payload or
//! its hash). A record is its place among those seen, counted from 1, or 0 and sixteen bytes.
//! Version 2 counts from 2, and 1 stands for the record of the first need, which whoever is sent
//! that holds. The compressed form is the length before compression and one zstd frame.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{DeviceId, LogId, OrganisationId, RecordId, SpaceId};
use domain::log::{
    Entry, EntryKind, EntryRef, Hash, Imprint, LogKey, NEEDS_MAX, Payload, Run, Stretch,
};
use trust::roster::Roster;
use trust::statement::Signed;

use crate::chain;
use domain::varint::{self, Cursor, Malformed};

/// What a sender aims at: payload bytes of one segment.
pub const PAYLOAD_TARGET: usize = 4 * 1024 * 1024;
/// The most entries of one segment.
pub const ENTRIES_MAX: usize = 16 * 1024;
/// The largest segment before compression.
pub const RAW_BYTES_MAX: usize = 8 * 1024 * 1024;
/// The largest segment as it travels.
pub const PACKED_BYTES_MAX: usize = RAW_BYTES_MAX + 64 * 1024;
/// The most stretches of one segment.
const STRETCHES_MAX: usize = 4096;
/// How much larger a segment may be than its compressed form.
const RATIO_MAX: usize = 256;

/// A segment that names every record.
const VERSION: u64 = 1;
/// A segment that leaves names of records out.
const VERSION_UNNAMED: u64 = 2;
/// What stands for a record that is named with all its bytes.
const NAMED: usize = 0;
/// What stands for the record of the first need, in version 2.
const OF_FIRST_NEED: usize = 1;
const LEVEL: i32 = 3;

/// A segment that is refused whole. Nothing of it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SegmentFault {
    /// The bytes are not a segment.
    #[error("not a segment")]
    Malformed,
    /// Larger than a segment may be.
    #[error("too large")]
    TooLarge,
    /// Made by a newer version.
    #[error("needs a newer version")]
    Newer,
}

impl From<Malformed> for SegmentFault {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// Why one log of a segment is not taken; the others are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum LogRefusal {
    /// Its device has no certificate.
    #[error("device not certified")]
    NotCertified,
    /// Its device's unit may not write to the space.
    #[error("no grant")]
    NoGrant,
    /// The space is not one that sender and receiver share.
    #[error("not shared")]
    NotShared,
    /// A signature does not fit what it stands under: something was altered.
    #[error("bad signature")]
    Signature,
    /// Payloads are missing and no erasure that is known here says why.
    #[error("payloads missing without an erasure")]
    Missing,
}

impl LogRefusal {
    /// Whether a statement that has not come yet could make the log welcome.
    #[must_use]
    pub const fn rests_on_statements(self) -> bool {
        matches!(self, Self::NotCertified | Self::NoGrant | Self::NotShared | Self::Missing)
    }
}

/// A segment, each log of which was verified by itself.
#[derive(Debug, Clone, Default)]
pub struct Verified {
    /// What may be stored.
    pub stretches: Vec<Stretch>,
    /// Logs that are not taken.
    pub refused: Vec<(LogId, LogKey, LogRefusal)>,
}

/// Packs stretches into a segment. `order` names, entry by entry, the stretch that comes next;
/// `unnamed` the entries whose record the receiver finds by what they build on first.
#[must_use]
pub fn pack(stretches: &[Stretch], order: &[usize], unnamed: &BTreeSet<EntryRef>) -> Vec<u8> {
    let version = if unnamed.is_empty() { VERSION } else { VERSION_UNNAMED };
    let mut raw = Vec::new();
    varint::write(&mut raw, version);
    write_count(&mut raw, stretches.len());
    for stretch in stretches {
        write_stretch(&mut raw, stretch);
    }
    let mut logs: BTreeMap<LogId, usize> = BTreeMap::new();
    for (at, stretch) in stretches.iter().enumerate() {
        logs.insert(stretch.log, at);
    }
    let mut foreign = Vec::new();
    for need in stretches.iter().flat_map(|s| &s.entries).flat_map(|(entry, _)| &entry.needs) {
        logs.entry(need.log).or_insert_with(|| {
            foreign.push(need.log);
            stretches.len().saturating_add(foreign.len()).saturating_sub(1)
        });
    }
    write_count(&mut raw, foreign.len());
    for log in &foreign {
        raw.extend_from_slice(log.bytes());
    }
    let mut names = Names { unnamed, first: first_place(version), records: BTreeMap::new() };
    let mut next = vec![0usize; stretches.len()];
    for at in order {
        let Some((stretch, cursor)) = stretches.get(*at).zip(next.get_mut(*at)) else { continue };
        let Some((entry, _)) = stretch.entries.get(*cursor) else { continue };
        let seq = stretch.first.saturating_add(u64::try_from(*cursor).unwrap_or(0));
        *cursor = cursor.saturating_add(1);
        write_count(&mut raw, *at);
        write_entry(&mut raw, entry, EntryRef { log: stretch.log, seq }, &logs, &mut names);
    }
    let mut packed = Vec::new();
    write_count(&mut packed, raw.len());
    // Compression into memory fails only where memory itself does.
    packed.extend_from_slice(&zstd::bulk::compress(&raw, LEVEL).unwrap_or_default());
    packed
}

/// What stands for the first record that was seen.
const fn first_place(version: u64) -> usize {
    if version == VERSION { NAMED + 1 } else { OF_FIRST_NEED + 1 }
}

/// How records are named as they are written.
struct Names<'a> {
    unnamed: &'a BTreeSet<EntryRef>,
    /// What stands for the first that was seen.
    first: usize,
    records: BTreeMap<RecordId, usize>,
}

impl Names<'_> {
    fn write(&mut self, raw: &mut Vec<u8>, doc: RecordId, at: EntryRef) {
        if let Some(place) = self.records.get(&doc) {
            return write_count(raw, self.first.saturating_add(*place));
        }
        if self.unnamed.contains(&at) {
            write_count(raw, OF_FIRST_NEED);
        } else {
            write_count(raw, NAMED);
            raw.extend_from_slice(doc.bytes());
        }
        self.records.insert(doc, self.records.len());
    }
}

fn write_count(out: &mut Vec<u8>, count: usize) {
    varint::write(out, u64::try_from(count).unwrap_or(u64::MAX));
}

fn write_stretch(raw: &mut Vec<u8>, stretch: &Stretch) {
    raw.extend_from_slice(stretch.key.space.bytes());
    raw.extend_from_slice(stretch.key.device.bytes());
    raw.extend_from_slice(&stretch.key.epoch);
    varint::write(raw, stretch.first);
    if stretch.first > 1 {
        raw.extend_from_slice(&stretch.before);
    }
    write_count(raw, stretch.entries.len());
    write_count(raw, stretch.runs.len());
    for run in &stretch.runs {
        varint::write(raw, run.last.saturating_sub(stretch.first));
        raw.extend_from_slice(&run.signature);
    }
}

fn write_entry(
    raw: &mut Vec<u8>,
    entry: &Entry,
    at: EntryRef,
    logs: &BTreeMap<LogId, usize>,
    names: &mut Names<'_>,
) {
    varint::write(raw, u64::from(entry.kind.0));
    names.write(raw, entry.doc, at);
    write_count(raw, entry.needs.len());
    for need in &entry.needs {
        if need.log == at.log {
            // In the same log only the distance is written: it is small.
            varint::write(raw, 0);
            varint::write(raw, at.seq.saturating_sub(need.seq));
        } else {
            let place = logs.get(&need.log).copied().unwrap_or(0);
            write_count(raw, place.saturating_add(1));
            varint::write(raw, need.seq);
        }
    }
    match &entry.payload {
        Payload::Whole(bytes) => {
            write_count(raw, bytes.len().saturating_mul(2));
            raw.extend_from_slice(bytes);
        }
        Payload::Absent(Imprint { length, hash }) => {
            varint::write(raw, length.saturating_mul(2).saturating_add(1));
            raw.extend_from_slice(hash);
        }
    }
}

/// Reads a segment without believing any of it: chains are computed, nothing is verified.
/// `record_of` finds the record of an entry that is held: what the chain is computed over says
/// whether it was that one.
///
/// # Errors
/// [`SegmentFault`]; memory is bounded before anything is allocated.
pub fn unpack(
    organisation: OrganisationId,
    packed: &[u8],
    record_of: impl FnMut(EntryRef) -> Option<RecordId>,
) -> Result<Vec<Stretch>, SegmentFault> {
    if packed.len() > PACKED_BYTES_MAX {
        return Err(SegmentFault::TooLarge);
    }
    let mut cursor = Cursor::new(packed);
    let raw_len = cursor.count(RAW_BYTES_MAX).map_err(|_| SegmentFault::TooLarge)?;
    if raw_len > packed.len().saturating_mul(RATIO_MAX) {
        return Err(SegmentFault::TooLarge);
    }
    let frame = cursor.take(cursor.left())?;
    let raw = zstd::bulk::decompress(frame, raw_len).map_err(|_| SegmentFault::Malformed)?;
    if raw.len() != raw_len {
        return Err(SegmentFault::Malformed);
    }
    read(organisation, &raw, record_of)
}

fn read(
    organisation: OrganisationId,
    raw: &[u8],
    mut record_of: impl FnMut(EntryRef) -> Option<RecordId>,
) -> Result<Vec<Stretch>, SegmentFault> {
    let mut cursor = Cursor::new(raw);
    let version = cursor.number()?;
    if ![VERSION, VERSION_UNNAMED].contains(&version) {
        return Err(SegmentFault::Newer);
    }
    let first = first_place(version);
    let count = cursor.count(STRETCHES_MAX)?;
    let mut stretches = Vec::with_capacity(count);
    let mut left = Vec::with_capacity(count);
    for _ in 0..count {
        let (stretch, entries) = read_stretch(organisation, &mut cursor)?;
        stretches.push(stretch);
        left.push(entries);
    }
    let foreign = cursor.count(cursor.left() / 16)?;
    let mut logs: Vec<LogId> = stretches.iter().map(|s| s.log).collect();
    for _ in 0..foreign {
        logs.push(LogId(cursor.array()?));
    }
    let total = left.iter().fold(0usize, |sum, n| sum.saturating_add(*n));
    if total > ENTRIES_MAX {
        return Err(SegmentFault::TooLarge);
    }
    let mut records = Vec::new();
    for _ in 0..total {
        let at = cursor.count(STRETCHES_MAX)?;
        let slot = left.get_mut(at).filter(|n| **n > 0).ok_or(SegmentFault::Malformed)?;
        *slot = slot.saturating_sub(1);
        let stretch = stretches.get_mut(at).ok_or(SegmentFault::Malformed)?;
        let seq = stretch.last().checked_add(1).ok_or(SegmentFault::Malformed)?;
        let at = EntryRef { log: stretch.log, seq };
        let entry = read_entry(&mut cursor, at, &logs, (first, &mut records), &mut record_of)?;
        let before = stretch.entries.last().map_or(stretch.before, |(_, hash)| *hash);
        let head = chain::link(&before, seq, &entry);
        stretch.entries.push((entry, head));
    }
    if cursor.left() > 0 || left.iter().any(|n| *n > 0) {
        return Err(SegmentFault::Malformed);
    }
    for stretch in &mut stretches {
        place_heads(stretch)?;
    }
    Ok(stretches)
}

fn read_stretch(
    organisation: OrganisationId,
    cursor: &mut Cursor<'_>,
) -> Result<(Stretch, usize), SegmentFault> {
    let key = LogKey {
        space: SpaceId(cursor.array()?),
        device: DeviceId(cursor.array()?),
        epoch: cursor.array()?,
    };
    let first = cursor.number()?;
    let before: Hash = match first {
        0 => return Err(SegmentFault::Malformed),
        1 => chain::origin(organisation, key),
        _ => cursor.array()?,
    };
    let entries = cursor.count(ENTRIES_MAX)?;
    let runs = cursor.count(entries)?;
    let mut stretch = Stretch {
        log: chain::log_id(organisation, key),
        key,
        first,
        before,
        entries: Vec::new(),
        runs: Vec::with_capacity(runs),
    };
    for _ in 0..runs {
        let last = first.checked_add(cursor.number()?).ok_or(SegmentFault::Malformed)?;
        let signature = cursor.array()?;
        stretch.runs.push(Run { last, head: [0; 32], signature });
    }
    Ok((stretch, entries))
}

fn read_entry(
    cursor: &mut Cursor<'_>,
    at: EntryRef,
    logs: &[LogId],
    (first, records): (usize, &mut Vec<RecordId>),
    record_of: &mut impl FnMut(EntryRef) -> Option<RecordId>,
) -> Result<Entry, SegmentFault> {
    let kind = u16::try_from(cursor.number()?).map_err(|_| SegmentFault::Malformed)?;
    let named = cursor.count(records.len().saturating_add(first).saturating_sub(1))?;
    let known = match (named, named.checked_sub(first)) {
        (NAMED, _) => Some(RecordId(cursor.array()?)),
        (_, Some(place)) => Some(*records.get(place).ok_or(SegmentFault::Malformed)?),
        (_, None) => None,
    };
    let count = cursor.count(NEEDS_MAX)?;
    let mut needs = Vec::with_capacity(count);
    for _ in 0..count {
        let need = match cursor.count(logs.len())? {
            0 => {
                let distance = cursor.number()?;
                let seq = at.seq.checked_sub(distance).filter(|s| *s > 0 && distance > 0);
                EntryRef { log: at.log, seq: seq.ok_or(SegmentFault::Malformed)? }
            }
            place => EntryRef {
                log: *logs.get(place.saturating_sub(1)).ok_or(SegmentFault::Malformed)?,
                seq: cursor.number()?,
            },
        };
        needs.push(need);
    }
    if !needs.is_sorted_by(|a, b| a < b) {
        return Err(SegmentFault::Malformed);
    }
    let of_first = || needs.first().and_then(|need| record_of(*need));
    let doc = known.or_else(of_first).ok_or(SegmentFault::Malformed)?;
    if named < first {
        records.push(doc);
    }
    let most = EntryKind(kind).payload_max().saturating_mul(2).saturating_add(1);
    let length = cursor.count(most)?;
    let payload = if length % 2 == 1 {
        let length = u64::try_from(length / 2).unwrap_or(u64::MAX);
        Payload::Absent(Imprint { length, hash: cursor.array()? })
    } else {
        Payload::Whole(cursor.take(length / 2)?.to_vec())
    };
    Ok(Entry { kind: EntryKind(kind), doc, needs, payload })
}

/// Sets each run to the chain at its place; the last run must close the stretch.
fn place_heads(stretch: &mut Stretch) -> Result<(), SegmentFault> {
    let (first, entries) = (stretch.first, &stretch.entries);
    for run in &mut stretch.runs {
        let at = usize::try_from(run.last.saturating_sub(first)).unwrap_or(usize::MAX);
        run.head = entries.get(at).map(|(_, hash)| *hash).ok_or(SegmentFault::Malformed)?;
    }
    let is_sorted = stretch.runs.is_sorted_by(|a, b| a.last < b.last);
    let is_closed = stretch.runs.last().is_some_and(|run| run.last == stretch.last());
    if is_sorted && is_closed { Ok(()) } else { Err(SegmentFault::Malformed) }
}

/// Lets the statements of some stretches count. What erases counts only in the common space.
pub fn learn(roster: &mut Roster, stretches: &[Stretch]) {
    let common = roster.common();
    for stretch in stretches {
        let is_common = Some(stretch.key.space) == common;
        let said = stretch.entries.iter().filter(|(entry, _)| entry.kind == EntryKind::STATEMENT);
        for bytes in said.filter_map(|(entry, _)| entry.payload.bytes()) {
            if let Ok(signed) = Signed::from_bytes(bytes)
                && (is_common || !signed.is_erasing())
            {
                // One that proves nothing has no effect; it is stored and carried on all the same.
                let _ = roster.admit(&signed);
            }
        }
    }
}

/// Unpacks a segment and verifies it against a roster: every run signed by its device, every
/// device certified and granted, and no payload missing but of records that were erased.
/// Statements in it count towards that: they prove themselves. A log that fails is passed over,
/// and the others are taken.
///
/// # Errors
/// [`SegmentFault`]: the segment is refused whole.
pub fn verify(
    roster: &Roster,
    mut shares: impl FnMut(&Roster, &LogKey) -> bool,
    packed: &[u8],
    record_of: impl FnMut(EntryRef) -> Option<RecordId>,
) -> Result<Verified, SegmentFault> {
    let stretches = unpack(roster.organisation(), packed, record_of)?;
    let mut tentative = roster.clone();
    learn(&mut tentative, &stretches);
    let erased = tentative.erased();
    let common = tentative.common();
    let mut verified = Verified::default();
    for stretch in stretches {
        match admissible(&tentative, &mut shares, &stretch) {
            Ok(key) => {
                let is_common = Some(stretch.key.space) == common;
                let may_lack = |entry: &Entry| !is_common && erased.contains_key(&entry.doc);
                let mut absent = stretch.entries.iter().filter(|(e, _)| e.payload.is_absent());
                let fits = |run| chain::verify_run(key, stretch.log, run).is_ok();
                // One bad log keeps nobody else's from being taken.
                if !stretch.runs.iter().all(fits) {
                    verified.refused.push((stretch.log, stretch.key, LogRefusal::Signature));
                } else if absent.all(|(entry, _)| may_lack(entry)) {
                    verified.stretches.push(stretch);
                } else {
                    verified.refused.push((stretch.log, stretch.key, LogRefusal::Missing));
                }
            }
            Err(refusal) => verified.refused.push((stretch.log, stretch.key, refusal)),
        }
    }
    Ok(verified)
}

/// The outer line of defence for one log: certificate, grant, and a shared space.
fn admissible(
    roster: &Roster,
    shares: &mut impl FnMut(&Roster, &LogKey) -> bool,
    stretch: &Stretch,
) -> Result<trust::key::PublicKey, LogRefusal> {
    let device = roster.device(stretch.key.device).ok_or(LogRefusal::NotCertified)?;
    if !roster.wrote(stretch.key.space, device.unit) {
        return Err(LogRefusal::NoGrant);
    }
    if !shares(roster, &stretch.key) {
        return Err(LogRefusal::NotShared);
    }
    Ok(trust::key::PublicKey(device.key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Office, office};

    fn packed() -> (Office, Vec<u8>) {
        let mut office = office();
        for n in 0..20u8 {
            office.village.write(n % 3, n);
        }
        office.village.seal();
        let bytes = office.village.offer_all();
        (office, bytes)
    }

    fn all(_: &Roster, _: &LogKey) -> bool {
        true
    }

    fn nowhere(_: EntryRef) -> Option<RecordId> {
        None
    }

    #[test]
    fn a_name_that_is_left_out_is_found_by_what_is_held_or_the_log_is_not_taken() {
        let (office, _) = packed();
        let stretches = office.village.everything();
        let of = |stretches: &[Stretch], at: EntryRef| {
            let index = usize::try_from(at.seq - 1).unwrap();
            let held = stretches.iter().find(|s| s.log == at.log)?;
            held.entries.get(index).map(|(entry, _)| entry.doc)
        };
        // All but the first entry of each record, which the receiver holds.
        let rest: Vec<Stretch> = stretches.iter().map(|s| after(s, 3)).collect();
        let order: Vec<usize> = vec![0; rest[0].entries.len()];
        let entries = (rest[0].first..).zip(&rest[0].entries);
        let unnamed: BTreeSet<EntryRef> = entries
            .filter(|(_, (entry, _))| entry.needs[0].seq <= 3)
            .map(|(seq, _)| EntryRef { log: rest[0].log, seq })
            .collect();
        assert_eq!(unnamed.len(), 3, "each record once: then it was seen");
        let bytes = pack(&rest, &order, &unnamed);
        let whole = pack(&rest, &order, &BTreeSet::new());
        assert!(bytes.len() < whole.len());
        let verified = verify(&office.roster, all, &bytes, |at| of(&stretches, at)).unwrap();
        assert_eq!(verified.stretches, rest);
        let read = verify(&office.roster, all, &whole, nowhere).unwrap();
        assert_eq!(read.stretches, rest, "with every name it needs nothing that is held");
        assert_eq!(
            verify(&office.roster, all, &bytes, nowhere).map(|_| ()),
            Err(SegmentFault::Malformed),
            "what it builds on is not held"
        );
        let another = |_| Some(RecordId([9; 16]));
        let refused = verify(&office.roster, all, &bytes, another).unwrap();
        assert!(refused.stretches.is_empty(), "under another name nobody signed it");
        assert_eq!(refused.refused[0].2, LogRefusal::Signature);
        let first = EntryRef { log: rest[0].log, seq: 1 };
        let nothing = pack(&stretches, &[0; 20], &BTreeSet::from([first]));
        let found = verify(&office.roster, all, &nothing, another).map(|_| ());
        assert_eq!(found, Err(SegmentFault::Malformed), "it builds on nothing");
    }

    /// What of a stretch comes after an entry, under its last signature.
    fn after(stretch: &Stretch, seq: u64) -> Stretch {
        let from = usize::try_from(seq).unwrap();
        Stretch {
            first: seq + 1,
            before: stretch.entries[from - 1].1,
            entries: stretch.entries[from..].to_vec(),
            ..stretch.clone()
        }
    }

    #[test]
    fn a_segment_reads_back_and_verifies() {
        let (office, bytes) = packed();
        let verified = verify(&office.roster, all, &bytes, nowhere).unwrap();
        assert!(verified.refused.is_empty());
        let entries: usize = verified.stretches.iter().map(|s| s.entries.len()).sum();
        assert_eq!(entries, 20);
        assert_eq!(verified.stretches, office.village.everything());
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused_or_changes_nothing() {
        let (office, bytes) = packed();
        let good = verify(&office.roster, all, &bytes, nowhere).unwrap().stretches;
        let mut raw = Vec::new();
        // Flip inside, under an intact compression, where the damage is hardest to see.
        let mut cursor = Cursor::new(&bytes);
        let raw_len = cursor.count(RAW_BYTES_MAX).unwrap();
        let frame = cursor.take(cursor.left()).unwrap();
        raw.extend(zstd::bulk::decompress(frame, raw_len).unwrap());
        for at in 0..raw.len() {
            for bit in 0..8 {
                let mut damaged = raw.clone();
                damaged[at] ^= 1 << bit;
                let mut repacked = Vec::new();
                write_count(&mut repacked, damaged.len());
                repacked.extend(zstd::bulk::compress(&damaged, LEVEL).unwrap());
                if let Ok(verified) = verify(&office.roster, all, &repacked, nowhere) {
                    for stretch in verified.stretches {
                        assert!(good.contains(&stretch), "bit {bit} of byte {at}");
                    }
                }
            }
        }
        for cut in 0..bytes.len() {
            assert!(verify(&office.roster, all, &bytes[..cut], nowhere).is_err(), "cut at {cut}");
        }
    }

    /// The same segment without the payloads of a record.
    fn without(stretches: &[Stretch], record: RecordId) -> Vec<u8> {
        let mut stretches = stretches.to_vec();
        for (entry, _) in stretches.iter_mut().flat_map(|s| &mut s.entries) {
            if entry.doc == record {
                entry.payload = Payload::Absent(chain::imprint(&entry.payload));
            }
        }
        let order: Vec<usize> =
            (0..stretches.len()).flat_map(|at| vec![at; stretches[at].entries.len()]).collect();
        pack(&stretches, &order, &BTreeSet::new())
    }

    const ERASED: RecordId = RecordId([1; 16]);

    #[test]
    fn a_payload_may_be_missing_only_where_its_record_is_erased() {
        let (office, _) = packed();
        let stretches = office.village.everything();
        let bytes = without(&stretches, ERASED);
        let refused = |roster: &Roster, bytes: &[u8]| {
            let verified = verify(roster, all, bytes, nowhere).unwrap();
            assert!(verified.stretches.is_empty());
            verified.refused.iter().map(|(_, _, why)| *why).collect::<Vec<_>>()
        };
        let missing = [LogRefusal::Missing];
        assert_eq!(refused(&office.roster, &bytes), missing, "nobody erased it");
        let erased = crate::testing::erasing(&office.roster, ERASED);
        let verified = verify(&erased, all, &bytes, nowhere).unwrap();
        let (absent, whole): (Vec<_>, Vec<_>) =
            verified.stretches[0].entries.iter().partition(|(e, _)| e.payload.is_absent());
        assert!(absent.iter().all(|(entry, _)| entry.doc == ERASED) && absent.len() == 7);
        assert_eq!(whole.len(), 13, "the others are whole");
        assert_eq!(verified.stretches[0].runs, stretches[0].runs, "under the same signature");
        let other = without(&stretches, RecordId([2; 16]));
        assert_eq!(refused(&erased, &other), missing, "another record");
        let again = without(&verified.stretches, ERASED);
        assert_eq!(verify(&erased, all, &again, nowhere).unwrap().stretches, verified.stretches);
    }

    #[test]
    fn no_bit_of_a_missing_payload_can_be_altered() {
        let (office, _) = packed();
        let bytes = without(&office.village.everything(), ERASED);
        let erased = crate::testing::erasing(&office.roster, ERASED);
        let good = verify(&erased, all, &bytes, nowhere).unwrap().stretches;
        let mut cursor = Cursor::new(&bytes);
        let raw_len = cursor.count(RAW_BYTES_MAX).unwrap();
        let raw = zstd::bulk::decompress(cursor.take(cursor.left()).unwrap(), raw_len).unwrap();
        let repacked = |raw: &[u8]| {
            let mut packed = Vec::new();
            write_count(&mut packed, raw.len());
            packed.extend(zstd::bulk::compress(raw, 1).unwrap());
            packed
        };
        for at in 0..raw.len() {
            for bit in 0..8 {
                let mut damaged = raw.clone();
                damaged[at] ^= 1 << bit;
                if let Ok(verified) = verify(&erased, all, &repacked(&damaged), nowhere) {
                    let same = verified.stretches.is_empty() || verified.stretches == good;
                    assert!(same, "bit {bit} of byte {at}");
                }
            }
            assert!(verify(&erased, all, &repacked(&raw[..at]), nowhere).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn an_erasure_counts_where_everybody_holds_it_and_nowhere_else() {
        let Office { village, township, roster, .. } = office();
        for (space, want) in [(100, true), (101, false)] {
            let key =
                LogKey { space: SpaceId([space; 16]), device: township.device(), epoch: [0; 8] };
            let (log, before) = (
                chain::log_id(roster.organisation(), key),
                chain::origin(roster.organisation(), key),
            );
            let mut head = before;
            let mut entries = Vec::new();
            for (seq, said) in (1..).zip(crate::testing::erasure(&roster, ERASED)) {
                let entry = Entry {
                    kind: EntryKind::STATEMENT,
                    doc: domain::log::NO_RECORD,
                    needs: vec![],
                    payload: said.to_bytes().into(),
                };
                head = chain::link(&head, seq, &entry);
                entries.push((entry, head));
            }
            let stretch = Stretch { log, key, first: 1, before, entries, runs: vec![] };
            let mut learned = Roster::clone(&roster);
            learn(&mut learned, &[stretch]);
            assert_eq!(learned.erased().contains_key(&ERASED), want, "space {space}");
        }
        assert!(!village.everything().iter().any(|s| s.key.space == SpaceId([100; 16])));
    }

    #[test]
    fn a_bomb_is_refused_before_it_opens() {
        let (office, _) = packed();
        let zeros = vec![0u8; RAW_BYTES_MAX];
        let mut bomb = Vec::new();
        write_count(&mut bomb, zeros.len());
        bomb.extend(zstd::bulk::compress(&zeros, 19).unwrap());
        assert!(bomb.len() < 4096, "a small file that opens into eight megabytes");
        assert_eq!(
            verify(&office.roster, all, &bomb, nowhere).map(|_| ()),
            Err(SegmentFault::TooLarge)
        );
        let mut liar = Vec::new();
        write_count(&mut liar, 100);
        liar.extend(zstd::bulk::compress(&zeros, 19).unwrap());
        assert!(verify(&office.roster, all, &liar, nowhere).is_err(), "claims less than it holds");
    }

    #[test]
    fn logs_without_certificate_grant_or_share_are_not_taken() {
        let (office, bytes) = packed();
        let stranger = Roster::new(office.roster.root());
        let refused = verify(&stranger, all, &bytes, nowhere).unwrap();
        assert!(refused.stretches.is_empty());
        assert!(refused.refused.iter().all(|(_, _, why)| *why == LogRefusal::NotCertified));
        let unshared = verify(&office.roster, |_, _| false, &bytes, nowhere).unwrap();
        assert!(unshared.refused.iter().all(|(_, _, why)| *why == LogRefusal::NotShared));
        let mut intruder = office.intruder;
        intruder.write(0, 1);
        intruder.seal();
        let bytes = intruder.offer_all();
        let refused = verify(&office.roster, all, &bytes, nowhere).unwrap();
        assert!(refused.refused.iter().all(|(_, _, why)| *why == LogRefusal::NoGrant));
    }
}
