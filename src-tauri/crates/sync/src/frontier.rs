//! Frontiers: what a machine holds of each log, said in a few bytes.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{LogId, SpaceId};
use domain::log::{Hash, Held, Range};
use minicbor::{Decode, Encode};

/// Into how many buckets spaces are sorted when two machines differ.
pub const BUCKETS: u8 = 32;

/// The chain of a stretch of which only the numbers are remembered.
pub const UNKNOWN: [u8; 8] = [0; 8];

/// The most logs one message may speak of.
const LOGS_MAX: u64 = 200_000;

/// The most stretches of one log one message may speak of.
const RANGES_MAX: usize = 1024;

/// What a machine says it holds of one log: stretches as (first, last), and eight bytes of the
/// chain at the end of each.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct LogState {
    /// The log.
    #[n(0)]
    #[cbor(with = "trust::cbor::id")]
    pub log: LogId,
    /// The stretches, in order.
    #[n(1)]
    pub ranges: Vec<StretchState>,
}

/// One stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct StretchState {
    /// Its first entry.
    #[n(0)]
    pub first: u64,
    /// Its last entry.
    #[n(1)]
    pub last: u64,
    /// The first eight bytes of the chain at the last; [`UNKNOWN`] where only the numbers are
    /// remembered.
    #[n(2)]
    #[cbor(with = "trust::cbor::fixed")]
    pub head: [u8; 8],
}

impl LogState {
    /// What is said of a log that is held.
    #[must_use]
    pub fn of(held: &Held) -> Self {
        let ranges = held.ranges.iter().map(|range| StretchState {
            first: range.first,
            last: range.last,
            head: first_eight(&range.head),
        });
        Self { log: held.log, ranges: ranges.collect() }
    }

    /// Whether a state from elsewhere makes sense.
    #[must_use]
    pub fn is_sane(&self) -> bool {
        self.ranges.len() <= RANGES_MAX
            && self.ranges.iter().all(|r| r.first > 0 && r.first <= r.last)
            && self.ranges.is_sorted_by(|a, b| a.last < b.first)
    }

    /// Whether an entry is in it.
    #[must_use]
    pub fn contains(&self, seq: u64) -> bool {
        self.ranges.iter().any(|r| (r.first..=r.last).contains(&seq))
    }
}

impl StretchState {
    /// Whether its last entry is the one that a chain ends in.
    #[must_use]
    pub fn ends_in(&self, head: &Hash) -> bool {
        self.head != UNKNOWN && self.head == first_eight(head)
    }
}

fn first_eight(hash: &[u8; 32]) -> [u8; 8] {
    let mut bytes = [0; 8];
    for (slot, byte) in bytes.iter_mut().zip(hash) {
        *slot = *byte;
    }
    bytes
}

/// A frontier from elsewhere that is too large to be one.
#[must_use]
pub fn is_bearable(states: &[LogState]) -> bool {
    u64::try_from(states.len()).is_ok_and(|n| n <= LOGS_MAX) && states.iter().all(LogState::is_sane)
}

/// The bucket a space falls into.
#[must_use]
pub fn bucket(space: SpaceId) -> u8 {
    blake3::hash(space.bytes()).as_bytes().first().map_or(0, |byte| byte % BUCKETS)
}

/// The digest of what is held of some logs, given in order of log id. Equal digests mean the same
/// entries, whatever the number of records.
#[must_use]
pub fn digest<'a>(held: impl IntoIterator<Item = &'a Held>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("pingli frontier 1");
    for log in held {
        if log.ranges.is_empty() {
            continue;
        }
        hasher.update(log.log.bytes());
        let count = u64::try_from(log.ranges.len()).unwrap_or(u64::MAX);
        hasher.update(&count.to_be_bytes());
        for range in &log.ranges {
            hasher.update(&range.first.to_be_bytes()).update(&range.last.to_be_bytes());
            hasher.update(&range.head);
        }
    }
    *hasher.finalize().as_bytes()
}

/// The digest of each bucket of spaces other than the common one, eight bytes each, in order.
#[must_use]
pub fn bucket_digests(held: &[Held], common: Option<SpaceId>) -> Vec<[u8; 8]> {
    let mut by_bucket: BTreeMap<u8, Vec<&Held>> = BTreeMap::new();
    for log in held.iter().filter(|log| Some(log.key.space) != common) {
        by_bucket.entry(bucket(log.key.space)).or_default().push(log);
    }
    (0..BUCKETS)
        .map(|b| first_eight(&digest(by_bucket.get(&b).into_iter().flatten().copied())))
        .collect()
}

/// The digest of what is held of the common space.
#[must_use]
pub fn common_digest(held: &[Held], common: Option<SpaceId>) -> [u8; 32] {
    digest(held.iter().filter(|log| Some(log.key.space) == common))
}

/// How many bytes a sketch has of the common space, and of each bucket.
const SKETCH: (usize, usize) = (8, 4);

/// What is held, so roughly that it goes with every hello: where the digests of everything differ,
/// it mostly tells where. Whoever finds no difference in it asks for longer digests.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Sketch {
    /// Of the common space, 8 bytes.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub common: Vec<u8>,
    /// Of each bucket of the other spaces, 4 bytes, in order.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub buckets: Vec<u8>,
}

impl Sketch {
    /// A sketch of what is held.
    #[must_use]
    pub fn of(held: &[Held], common: Option<SpaceId>) -> Self {
        let short = |digest: &[u8; 8]| digest.iter().take(SKETCH.1).copied().collect::<Vec<u8>>();
        Self {
            common: common_digest(held, common).iter().take(SKETCH.0).copied().collect(),
            buckets: bucket_digests(held, common).iter().flat_map(short).collect(),
        }
    }

    /// Whether it has the size of one.
    #[must_use]
    pub fn is_sane(&self) -> bool {
        self.common.len() == SKETCH.0 && self.buckets.len() == SKETCH.1 * usize::from(BUCKETS)
    }
}

/// What the logs in question are about: the common space alone as long as that differs, otherwise
/// the buckets whose digests differ. Digests may be given by their first bytes.
#[must_use]
pub fn differing(
    held: &[Held],
    space: Option<SpaceId>,
    common: &[u8],
    buckets: &[u8],
) -> (bool, BTreeSet<u8>) {
    if !common_digest(held, space).starts_with(common) {
        return (true, BTreeSet::new());
    }
    let width = buckets.len() / usize::from(BUCKETS);
    let own = bucket_digests(held, space);
    let theirs = buckets.chunks_exact(width.max(1));
    let differ = (0..BUCKETS).zip(own.iter().zip(theirs));
    let differ = differ.filter(|(_, (own, theirs))| !own.starts_with(theirs));
    (false, differ.map(|(bucket, _)| bucket).collect())
}

/// What may be offered to a peer that says what it holds: stretches of logs it lacks, only as far
/// as they may be passed on. Where its stretch ends exactly as ours and its chain is another one,
/// our last entry is offered all the same, with its signature: the proof of a fork.
#[must_use]
pub fn missing(own: &[Held], theirs: &BTreeMap<LogId, LogState>) -> Vec<(LogId, u64, u64)> {
    let mut missing = Vec::new();
    for log in own.iter().filter(|log| log.released > 0) {
        let mut next = 1;
        let held = theirs.get(&log.log).map_or(&[][..], |state| &state.ranges);
        for range in held {
            if next < range.first {
                missing.push((log.log, next, range.first.saturating_sub(1).min(log.released)));
            }
            next = next.max(range.last.saturating_add(1));
        }
        if next <= log.released {
            missing.push((log.log, next, log.released));
        }
        let is_other = |range: &Range| {
            let theirs = held.iter().find(|r| r.last == range.last);
            theirs.is_some_and(|r| r.head != UNKNOWN && !r.ends_in(&range.head))
        };
        let forked = log.ranges.iter().find(|range| range.last == log.released && is_other(range));
        missing.extend(forked.map(|range| (log.log, range.last, range.last)));
    }
    missing.retain(|(_, first, last)| first <= last);
    missing
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::DeviceId;
    use domain::log::LogKey;

    fn held(n: u8, ranges: &[(u64, u64)], released: u64) -> Held {
        Held {
            log: LogId([n; 16]),
            key: LogKey { space: SpaceId([n; 16]), device: DeviceId([n; 16]), epoch: [0; 8] },
            ranges: ranges
                .iter()
                .map(|(first, last)| Range {
                    first: *first,
                    last: *last,
                    before: [0; 32],
                    head: [u8::try_from(*last).unwrap(); 32],
                })
                .collect(),
            released,
        }
    }

    #[test]
    fn equal_frontiers_have_equal_digests_and_no_others() {
        let base = [held(1, &[(1, 5)], 5), held(2, &[(1, 9)], 9)];
        let same = [held(1, &[(1, 5)], 0), held(2, &[(1, 9)], 0), held(3, &[], 0)];
        assert_eq!(digest(&base), digest(&same), "what is empty says nothing");
        for other in [
            vec![held(1, &[(1, 6)], 6), held(2, &[(1, 9)], 9)],
            vec![held(1, &[(1, 5)], 5)],
            vec![held(1, &[(1, 3), (5, 5)], 3), held(2, &[(1, 9)], 9)],
        ] {
            assert_ne!(digest(&base), digest(&other));
        }
        let differing: Vec<usize> = bucket_digests(&base, None)
            .iter()
            .zip(bucket_digests(&[held(1, &[(1, 5)], 5), held(2, &[(1, 8)], 8)], None))
            .enumerate()
            .filter(|(_, (a, b))| **a != *b)
            .map(|(at, _)| at)
            .collect();
        assert_eq!(differing, [usize::from(bucket(SpaceId([2; 16])))]);
    }

    #[test]
    fn what_is_missing_is_what_fills_the_gaps() {
        let own = [held(1, &[(1, 20)], 18)];
        type Ranges = &'static [(u64, u64)];
        let rows: [(&str, Ranges, Ranges); 5] = [
            ("nothing held", &[], &[(1, 18)]),
            ("all held", &[(1, 20)], &[]),
            ("behind", &[(1, 7)], &[(8, 18)]),
            ("a gap", &[(1, 3), (6, 7), (10, 12)], &[(4, 5), (8, 9), (13, 18)]),
            ("ahead of what may be passed on", &[(19, 30)], &[(1, 18)]),
        ];
        for (name, theirs, want) in rows {
            let state = LogState::of(&held(1, theirs, 0));
            let got: Vec<(u64, u64)> = missing(&own, &BTreeMap::from([(state.log, state)]))
                .into_iter()
                .map(|(_, first, last)| (first, last))
                .collect();
            assert_eq!(got, want, "{name}");
        }
    }

    #[test]
    fn another_chain_of_the_same_length_is_answered_with_our_last_entry() {
        let own = [held(1, &[(1, 20)], 20)];
        let mut theirs = LogState::of(&own[0]);
        assert_eq!(missing(&own, &BTreeMap::from([(theirs.log, theirs.clone())])), []);
        theirs.ranges[0].head = UNKNOWN;
        assert_eq!(missing(&own, &BTreeMap::from([(theirs.log, theirs.clone())])), []);
        theirs.ranges[0].head = [9; 8];
        let got = missing(&own, &BTreeMap::from([(theirs.log, theirs)]));
        assert_eq!(got, [(LogId([1; 16]), 20, 20)]);
    }

    #[test]
    fn nonsense_is_told() {
        let state = |ranges: &[(u64, u64)]| LogState {
            log: LogId([1; 16]),
            ranges: ranges
                .iter()
                .map(|(first, last)| StretchState { first: *first, last: *last, head: [0; 8] })
                .collect(),
        };
        assert!(is_bearable(&[state(&[(1, 5), (7, 9)])]));
        for bad in [&[(0, 5)][..], &[(5, 4)], &[(1, 5), (5, 9)], &[(7, 9), (1, 5)]] {
            assert!(!is_bearable(&[state(bad)]), "{bad:?}");
        }
    }
}
