//! The shape of a log and of its entries, shared by the crate that stores them and the crate that
//! moves them. Hashing and signing live in `sync`; nothing here interprets a payload.

use crate::id::{DeviceId, LogId, RecordId, SpaceId};

/// Distinguishes the logs one device keeps for one space over its life.
///
/// A new epoch begins when continuity cannot be proven: a restored image, a copied profile.
pub type Epoch = [u8; 8];

/// A log: what one device appends to one space in one epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogKey {
    /// The space it belongs to.
    pub space: SpaceId,
    /// The device that writes it.
    pub device: DeviceId,
    /// Which of the device's logs for the space.
    pub epoch: Epoch,
}

/// One entry of one log. Sequence numbers begin at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryRef {
    /// The log.
    pub log: LogId,
    /// Its place in the log, from 1.
    pub seq: u64,
}

/// What an entry is for.
///
/// **Shape**: a 16-bit code, frozen. Bit 15 marks kinds an older version must not ignore: it
/// keeps and forwards them, tells that the record needs a newer version, and does not write on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryKind(pub u16);

impl EntryKind {
    /// One Automerge change of one record.
    pub const CHANGE: Self = Self(1);
    /// A signed statement of an authority: a certificate or a grant.
    pub const STATEMENT: Self = Self(2);
    /// The first entry of an epoch that has a predecessor: names its last known head.
    pub const CHECKPOINT: Self = Self(3);
    /// Entries of another space, verbatim, with the signature that proves them there: how a case
    /// that moved takes its history along.
    pub const CARRIED: Self = Self(4);
    /// A note of an act that changes no record ([`crate::audit`]).
    pub const AUDIT: Self = Self(5);
    /// The proof that a device's log has two continuations.
    pub const FORK: Self = Self(6);
    /// A piece of one of the continuations of a log that forked, with the signatures that prove
    /// it: how what only one of them holds reaches everybody.
    pub const BRANCH: Self = Self(7);

    /// Kinds this version understands.
    const KNOWN: [Self; 7] = [
        Self::CHANGE,
        Self::STATEMENT,
        Self::CHECKPOINT,
        Self::CARRIED,
        Self::AUDIT,
        Self::FORK,
        Self::BRANCH,
    ];

    /// Whether a version that does not know this kind must hold back the record.
    #[must_use]
    pub const fn is_critical(self) -> bool {
        self.0 & 0x8000 != 0
    }

    /// The largest payload of an entry of this kind: what is carried brings whole entries.
    #[must_use]
    pub const fn payload_max(self) -> usize {
        match self {
            Self::CARRIED | Self::BRANCH => CARRIED_BYTES_MAX,
            _ => PAYLOAD_BYTES_MAX,
        }
    }

    /// Whether this version understands it.
    #[must_use]
    pub fn is_known(self) -> bool {
        Self::KNOWN.contains(&self)
    }
}

/// An entry as it is stored and as it travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is for.
    pub kind: EntryKind,
    /// The record it belongs to; all zero for entries about no record.
    pub doc: RecordId,
    /// The entries of this record it builds on, sorted; empty where the record begins.
    pub needs: Vec<EntryRef>,
    /// The bytes, opaque here. At most [`EntryKind::payload_max`].
    pub payload: Payload,
}

/// All the chain says of the bytes of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imprint {
    /// How many there are.
    pub length: u64,
    /// Their hash.
    pub hash: Hash,
}

/// The bytes of an entry, or what is left of bytes that were erased.
///
/// Source: 个人信息保护法第四十七条.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// They are here.
    Whole(Vec<u8>),
    /// They were erased; the chain verifies all the same.
    Absent(Imprint),
}

impl Payload {
    /// The bytes, unless they were erased.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Whole(bytes) => Some(bytes),
            Self::Absent(_) => None,
        }
    }

    /// Whether they were erased.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent(_))
    }

    /// How many bytes it takes wherever it goes.
    #[must_use]
    pub const fn size(&self) -> usize {
        match self {
            Self::Whole(bytes) => bytes.len(),
            Self::Absent(imprint) => imprint.hash.len(),
        }
    }
}

impl From<Vec<u8>> for Payload {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Whole(bytes)
    }
}

/// The record id of entries that belong to no record.
pub const NO_RECORD: RecordId = RecordId([0; 16]);

/// The largest payload of one entry.
pub const PAYLOAD_BYTES_MAX: usize = 512 * 1024;

/// The largest payload of one entry that carries others.
pub const CARRIED_BYTES_MAX: usize = 8 * PAYLOAD_BYTES_MAX;

/// The most entries one entry may build on.
pub const NEEDS_MAX: usize = 256;

/// A chain hash.
pub type Hash = [u8; 32];

/// A closed stretch of a log that is held, with the chain before and at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Its first entry.
    pub first: u64,
    /// Its last entry.
    pub last: u64,
    /// The chain before the first.
    pub before: Hash,
    /// The chain at the last.
    pub head: Hash,
}

/// What is held of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The log.
    pub log: LogId,
    /// Whose it is.
    pub key: LogKey,
    /// The stretches, in order.
    pub ranges: Vec<Range>,
    /// The last entry that may be passed on: everything up to it is held, and so is everything
    /// that builds on.
    pub released: u64,
}

impl Held {
    /// The stretch from the log's first entry on: how far it is held without a gap. `None` where its
    /// beginning is not here.
    #[must_use]
    pub fn begun(&self) -> Option<Range> {
        self.ranges.first().filter(|range| range.first == 1).copied()
    }
}

/// A signed point of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The last entry it covers.
    pub last: u64,
    /// The chain there.
    pub head: Hash,
    /// The signature over it.
    pub signature: [u8; 64],
}

/// A stretch of one log on its way from one machine to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The log.
    pub log: LogId,
    /// Whose it is.
    pub key: LogKey,
    /// The number of its first entry.
    pub first: u64,
    /// The chain before it.
    pub before: Hash,
    /// The entries, with the chain after each.
    pub entries: Vec<(Entry, Hash)>,
    /// The signed points in it, in order.
    pub runs: Vec<Run>,
}

impl Stretch {
    /// The number of its last entry; the one before the first if it is empty.
    #[must_use]
    pub fn last(&self) -> u64 {
        let count = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        self.first.saturating_add(count).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upper_bit_tells_what_must_not_be_ignored() {
        for (code, want) in [
            (0, false),
            (1, false),
            (0x7fff, false),
            (0x8000, true),
            (0x8001, true),
            (0xffff, true),
        ] {
            assert_eq!(EntryKind(code).is_critical(), want, "{code:#x}");
        }
    }

    #[test]
    fn this_version_knows_seven_kinds_and_how_large_each_may_be() {
        let half_a_mebibyte = 524_288;
        let rows = [
            (0, false, half_a_mebibyte),
            (1, true, half_a_mebibyte),
            (2, true, half_a_mebibyte),
            (3, true, half_a_mebibyte),
            (4, true, 4_194_304),
            (5, true, half_a_mebibyte),
            (6, true, half_a_mebibyte),
            (7, true, 4_194_304),
            (8, false, half_a_mebibyte),
            (0x8004, false, half_a_mebibyte),
        ];
        for (code, is_known, most) in rows {
            let kind = EntryKind(code);
            assert_eq!((kind.is_known(), kind.payload_max()), (is_known, most), "{code:#x}");
        }
        assert_eq!((PAYLOAD_BYTES_MAX, CARRIED_BYTES_MAX), (half_a_mebibyte, 4_194_304));
    }

    #[test]
    fn how_far_a_log_is_held_is_told_from_its_first_entry_on() {
        let range = |first, last| Range { first, last, before: [0; 32], head: [9; 32] };
        type Ranges = &'static [(u64, u64)];
        let rows: [(Ranges, Option<u64>); 5] = [
            (&[], None),
            (&[(1, 1)], Some(1)),
            (&[(1, 7), (9, 12)], Some(7)),
            (&[(2, 7)], None),
            (&[(3, 4), (9, 12)], None),
        ];
        for (ranges, want) in rows {
            let held = Held {
                log: LogId([1; 16]),
                key: LogKey { space: SpaceId([2; 16]), device: DeviceId([3; 16]), epoch: [4; 8] },
                ranges: ranges.iter().map(|(first, last)| range(*first, *last)).collect(),
                released: 0,
            };
            assert_eq!(held.begun().map(|range| range.last), want, "{ranges:?}");
        }
    }

    #[test]
    fn a_stretch_ends_with_its_last_entry() {
        let entry = || {
            let entry = Entry {
                kind: EntryKind::CHANGE,
                doc: NO_RECORD,
                needs: vec![],
                payload: vec![].into(),
            };
            (entry, [0; 32])
        };
        let stretch = |first: u64, count: usize| Stretch {
            log: LogId([1; 16]),
            key: LogKey { space: SpaceId([2; 16]), device: DeviceId([3; 16]), epoch: [4; 8] },
            first,
            before: [0; 32],
            entries: (0..count).map(|_| entry()).collect(),
            runs: vec![],
        };
        for (first, count, want) in [(1, 1, 1), (1, 3, 3), (5, 2, 6), (5, 0, 4), (1, 0, 0)] {
            assert_eq!(stretch(first, count).last(), want, "{count} from {first}");
        }
    }
}
