//! Branches: the continuations of a log that forked. What two machines hold under one number of one
//! log cannot both keep that name, so every entry beyond the last signed point that all
//! continuations share takes a name of its own, made of the log and of the chain at it. Whoever
//! knows the chain gives the same name, whichever continuation came first and however many more
//! come.
//!
//! A continuation travels as *pieces*, entries of kind [`EntryKind::BRANCH`](domain::log::EntryKind)
//! in another log of the same space: an [`excerpt`] of one run that begins right after a signed
//! point. So a piece proves by the writing device's own signatures what it brings, where it begins,
//! and that the point before it may close what is shared. A *loose* piece begins where no signed
//! point is known: it is of a continuation whose beginning is with nobody who tells of it. It brings
//! entries like any other, and says nothing about where the log is cut.
//!
//! **Shape**: the 64 bytes of the signature over the point before (zeros where the piece begins the
//! log or is loose), then the excerpt.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::LogId;
use domain::log::{Entry, Hash, LogKey, Run};
use trust::key::PublicKey;
use trust::roster::Roster;

use crate::chain;
use crate::excerpt::{self, ExcerptFault, Walked};

const NAME: &str = "pingli branch 1";

/// How many bytes of a piece come before its excerpt: the signature over the point before it.
pub const ANCHOR_BYTES: usize = 64;

/// The most continuations of one log that are carried; what there is beyond stays where it is, as
/// evidence.
pub const BRANCHES_MAX: usize = 8;

/// The name under which an entry of a branch stands: of the log it was written to, and of the chain
/// at it. Frozen for suite 1.
#[must_use]
pub fn name(log: LogId, head: &Hash) -> LogId {
    let mut hasher = blake3::Hasher::new_derive_key(NAME);
    hasher.update(log.bytes()).update(head);
    let mut id = [0; 16];
    for (slot, byte) in id.iter_mut().zip(hasher.finalize().as_bytes()) {
        *slot = *byte;
    }
    LogId(id)
}

/// A verified piece of a continuation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The signed point right before it; `None` where it begins the log or is loose.
    pub anchor: Option<Run>,
    /// What it says.
    pub walked: Walked,
}

/// Writes a piece: a run from right after a signed point on. Entries that `brings` names go whole.
#[must_use]
pub fn pack(
    key: LogKey,
    anchor: Option<&Run>,
    origin: &Hash,
    entries: &[Entry],
    brings: impl Fn(u64) -> bool,
    signature: &[u8; 64],
) -> Vec<u8> {
    let (first, before) = anchor.map_or((1, origin), |run| (run.last.saturating_add(1), &run.head));
    let mut out = anchor.map_or([0; ANCHOR_BYTES], |run| run.signature).to_vec();
    out.extend(excerpt::pack(key, first, before, entries, brings, signature));
    out
}

/// Writes a loose piece: a run from an entry on, with the chain before that.
#[must_use]
pub fn pack_loose(
    key: LogKey,
    (first, before): (u64, &Hash),
    entries: &[Entry],
    brings: impl Fn(u64) -> bool,
    signature: &[u8; 64],
) -> Vec<u8> {
    let mut out = [0; ANCHOR_BYTES].to_vec();
    out.extend(excerpt::pack(key, first, before, entries, brings, signature));
    out
}

/// Reads a piece that stands in a log, and verifies both signatures. It stands in the space of its
/// own log; the township's devices repeat it where a case has moved to; one of the space that
/// everybody holds may stand anywhere, since whoever may not write there can only say it at home; and
/// what a unit's devices wrote may stand at the unit's home, the only place to say and to hear it once
/// the unit has left the case.
///
/// # Errors
/// [`ExcerptFault`].
pub fn verify(roster: &Roster, at: LogKey, bytes: &[u8]) -> Result<Piece, ExcerptFault> {
    let (signature, bytes) =
        bytes.split_first_chunk::<ANCHOR_BYTES>().ok_or(ExcerptFault::Malformed)?;
    let walked = excerpt::walk(roster, bytes)?;
    let is_moved = || roster.is_township(at.device) && roster.is_case_space(at.space);
    let is_common = roster.common() == Some(walked.key.space);
    let is_at_home = || {
        let writer = roster.device(walked.key.device);
        writer.is_some_and(|device| roster.home(device.unit) == Some(at.space))
    };
    let is_in_place = walked.key.space == at.space || is_common || is_at_home() || is_moved();
    if !is_in_place || walked.entries.is_empty() {
        return Err(ExcerptFault::Foreign);
    }
    let last = walked.first.saturating_sub(1);
    if last == 0 || *signature == [0; ANCHOR_BYTES] {
        return Ok(Piece { anchor: None, walked });
    }
    let anchor = Run { last, head: walked.before, signature: *signature };
    let device = roster.device(walked.key.device).ok_or(ExcerptFault::NotCertified)?;
    chain::verify_run(PublicKey(device.key), walked.log, &anchor)
        .map_err(|_| ExcerptFault::Signature)?;
    Ok(Piece { anchor: Some(anchor), walked })
}

impl Piece {
    /// Whether it is of a continuation whose beginning nobody tells of.
    #[must_use]
    pub const fn is_loose(&self) -> bool {
        self.anchor.is_none() && self.walked.first > 1
    }
}

/// The last point that all continuations share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Its number; 0 where they share nothing.
    pub last: u64,
    /// The signature there.
    pub run: Option<Run>,
}

/// All that the known pieces of one log say together. It depends on the set of them alone.
#[derive(Debug, Clone, Default)]
pub struct Family {
    /// The chains at each number.
    heads: BTreeMap<u64, BTreeSet<Hash>>,
    /// The chain before an entry, by its number and the chain at it.
    links: BTreeMap<(u64, Hash), Hash>,
    /// The entries that some piece brings whole.
    entries: BTreeMap<(u64, Hash), Entry>,
    /// The signed points at which pieces begin.
    anchors: BTreeMap<u64, Option<Run>>,
    /// After which number a piece begins, and with which it ends.
    spans: BTreeSet<(u64, u64)>,
    /// The links that loose pieces bring.
    loose: BTreeSet<(u64, Hash)>,
}

impl Family {
    /// Adds a piece.
    pub fn add(&mut self, piece: Piece) {
        let is_loose = piece.is_loose();
        let Piece { anchor, walked } = piece;
        let last = walked.first.saturating_sub(1);
        self.heads.entry(last).or_default().insert(walked.before);
        let mut before = walked.before;
        if !is_loose {
            let count = u64::try_from(walked.entries.len()).unwrap_or(u64::MAX);
            self.anchors.insert(last, anchor);
            self.spans.insert((last, last.saturating_add(count)));
        }
        for (seq, (entry, head)) in (walked.first..).zip(walked.entries) {
            if is_loose {
                self.loose.insert((seq, head));
            }
            self.heads.entry(seq).or_default().insert(head);
            self.links.insert((seq, head), before);
            before = head;
            if !entry.payload.is_absent() {
                self.entries.insert((seq, head), entry);
            }
        }
    }

    /// Adds a link of which nothing else is known any more.
    pub fn remember(&mut self, seq: u64, head: Hash, before: Hash) {
        self.heads.entry(seq).or_default().insert(head);
        self.links.insert((seq, head), before);
    }

    /// Whether a piece has the entry at which a chain is so.
    #[must_use]
    pub fn has(&self, seq: u64, head: &Hash) -> bool {
        self.links.contains_key(&(seq, *head))
    }

    /// The chains at each number.
    #[must_use]
    pub const fn heads(&self) -> &BTreeMap<u64, BTreeSet<Hash>> {
        &self.heads
    }

    /// Where the log is to be cut; `None` while the pieces tell of one continuation alone. Of the
    /// pieces that reach over the place where continuations part, the one that begins first says
    /// where: whatever more comes, the log is never cut later than it was, since what once stands
    /// under names of continuations never comes back under the log's own.
    #[must_use]
    pub fn cut(&self) -> Option<Cut> {
        let (forked, _) = self.heads.iter().find(|(_, heads)| heads.len() > 1)?;
        let over = self.spans.iter().find(|(after, last)| after < forked && forked <= last);
        let (last, run) = match over {
            Some((after, _)) => self.anchors.get_key_value(after)?,
            None => self.anchors.range(..forked).next_back()?,
        };
        Some(Cut { last: *last, run: *run })
    }

    /// The links beyond a point: number, the chain at it, the chain before it, in order.
    pub fn beyond(&self, last: u64) -> impl Iterator<Item = (u64, &Hash, &Hash)> {
        let from = (last.saturating_add(1), [0; 32]);
        self.links.range(from..).map(|((seq, head), before)| (*seq, head, before))
    }

    /// The links that loose pieces bring: number, the chain at it, the chain before it, in order.
    pub fn loose(&self) -> impl Iterator<Item = (u64, &Hash, &Hash)> {
        let link = |(seq, head): &(u64, Hash)| self.links.get_key_value(&(*seq, *head));
        let links = self.loose.iter().filter_map(link);
        links.map(|((seq, head), before)| (*seq, head, before))
    }

    /// An entry that was brought whole.
    #[must_use]
    pub fn entry(&self, seq: u64, head: &Hash) -> Option<&Entry> {
        self.entries.get(&(seq, *head))
    }

    /// How many continuations there are.
    #[must_use]
    pub fn branches(&self) -> usize {
        let continued: BTreeSet<(u64, Hash)> =
            self.links.iter().map(|((seq, _), before)| (seq.saturating_sub(1), *before)).collect();
        self.links.keys().filter(|at| !continued.contains(at)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Memory, Office, office};
    use domain::id::{DeviceId, SpaceId};
    use domain::log::Stretch;

    /// Two continuations of one log: four entries that both have, signed after three, and as many
    /// more of each as are asked for.
    fn continuations(counts: &[u8]) -> (Office, Vec<Stretch>) {
        let mut stretches = Vec::new();
        for (which, count) in (0u8..).zip(counts) {
            let mut memory = office().village;
            for n in 0..3 {
                memory.write(n, n);
            }
            memory.seal();
            memory.write(3, 3);
            for n in 0..*count {
                memory.write(n % 2, 50 * (which + 1) + n);
            }
            memory.seal();
            stretches.push(memory.everything().remove(0));
        }
        (office(), stretches)
    }

    /// The piece of a continuation that begins after one of its runs.
    fn piece(stretch: &Stretch, after: usize) -> Vec<u8> {
        let anchor = after.checked_sub(1).map(|at| stretch.runs[at]);
        let first = usize::try_from(anchor.map_or(0, |run| run.last)).unwrap();
        let end = stretch.runs[after];
        let last = usize::try_from(end.last).unwrap();
        let entries: Vec<Entry> =
            stretch.entries[first..last].iter().map(|(entry, _)| entry.clone()).collect();
        pack(stretch.key, anchor.as_ref(), &stretch.before, &entries, |_| true, &end.signature)
    }

    fn read(office: &Office, bytes: &[u8]) -> Result<Piece, ExcerptFault> {
        let space = SpaceId([101; 16]);
        verify(
            &office.roster,
            LogKey { space, device: office.village.device(), epoch: [1; 8] },
            bytes,
        )
    }

    fn family(office: &Office, pieces: &[Vec<u8>]) -> Family {
        let mut family = Family::default();
        pieces.iter().for_each(|bytes| family.add(read(office, bytes).unwrap()));
        family
    }

    #[test]
    fn names_are_frozen() {
        let name = name(LogId([7; 16]), &[9; 32]);
        assert_eq!(name.to_string(), "3B3DED949449TZ4Y48MPVQHTQ8");
    }

    #[test]
    fn the_log_is_cut_at_the_last_signed_point_that_all_share_whatever_order_pieces_come_in() {
        let (office, all) = continuations(&[2, 5, 1]);
        let pieces: Vec<Vec<u8>> = all.iter().map(|stretch| piece(stretch, 1)).collect();
        let one = family(&office, &pieces[..1]);
        assert_eq!((one.cut(), one.branches()), (None, 1), "one continuation is no fork");
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let pieces: Vec<Vec<u8>> = order.iter().map(|n| pieces[*n].clone()).collect();
            let family = family(&office, &pieces);
            let cut = family.cut().unwrap();
            assert_eq!((cut.last, cut.run), (3, Some(all[0].runs[0])), "{order:?}");
            assert_eq!(family.branches(), 3);
            // The fourth entry is in all of them and stands once.
            assert_eq!(family.beyond(cut.last).count(), 1 + 2 + 5 + 1, "{order:?}");
            for stretch in &all {
                for (seq, (entry, head)) in (1..).zip(&stretch.entries).skip(3) {
                    assert_eq!(family.entry(seq, head), Some(entry), "{order:?}: {seq}");
                }
            }
        }
    }

    #[test]
    fn a_loose_piece_brings_entries_and_says_nothing_about_the_cut() {
        let (office, all) = continuations(&[2, 5]);
        let (one, other) = (&all[0], &all[1]);
        let [first, last] = [5, 9];
        let entries: Vec<Entry> =
            other.entries[first - 1..last].iter().map(|(entry, _)| entry.clone()).collect();
        let before = &other.entries[first - 2].1;
        let (key, signature) = (other.key, other.runs[1].signature);
        let loose = pack_loose(key, (5, before), &entries, |_| true, &signature);
        assert!(read(&office, &loose).unwrap().is_loose());
        assert!(!read(&office, &piece(other, 1)).unwrap().is_loose());
        let alone = family(&office, std::slice::from_ref(&loose));
        assert_eq!((alone.cut(), alone.loose().count()), (None, 5));
        assert_eq!(alone.entry(9, &other.entries[8].1), Some(&other.entries[8].0));
        let beside = family(&office, &[loose.clone(), piece(one, 1)]);
        assert_eq!(
            beside.cut().unwrap().last,
            3,
            "what tells where it begins says where it is cut"
        );
        let mut forged = loose;
        let at = forged.len() - 1;
        forged[at] ^= 1;
        assert_eq!(read(&office, &forged), Err(ExcerptFault::Signature));
    }

    #[test]
    fn a_piece_that_begins_at_a_later_signed_point_cuts_the_log_no_later() {
        let written = |signed: &[u8], last: u8| {
            let mut memory = office().village;
            for n in 0..4 {
                memory.write(n, if n == 3 { last } else { n });
                if signed.contains(&n) {
                    memory.seal();
                }
            }
            memory.seal();
            memory.everything().remove(0)
        };
        // One was signed after two entries and after three, the other after two alone.
        let (one, other) = (written(&[1, 2], 3), written(&[1], 50));
        let office = office();
        let first = [piece(&other, 1), piece(&one, 2)];
        let early = family(&office, &[piece(&other, 1), piece(&one, 1), piece(&one, 2)]);
        assert_eq!(early.cut().map(|cut| cut.last), Some(2));
        for order in [[0, 1], [1, 0]] {
            let family = family(&office, &order.map(|n: usize| first[n].clone()));
            assert_eq!(family.cut(), early.cut(), "{order:?}");
        }
    }

    #[test]
    fn continuations_that_share_nothing_are_cut_before_the_beginning() {
        let (office, all) = continuations(&[1]);
        let mut other = office.village;
        other.write(0, 200);
        other.seal();
        let office = crate::testing::office();
        let pieces = [piece(&all[0], 0), piece(&other.everything()[0], 0)];
        assert_eq!(family(&office, &pieces).cut(), Some(Cut { last: 0, run: None }));
    }

    #[test]
    fn every_flipped_bit_and_every_cut_of_a_piece_is_refused() {
        let (office, all) = continuations(&[2]);
        for after in [0, 1] {
            let bytes = piece(&all[0], after);
            for at in 0..bytes.len() {
                assert!(read(&office, &bytes[..at]).is_err(), "cut at {at}");
                // Nothing is signed before the beginning of a log.
                if after == 0 && at < 64 {
                    continue;
                }
                for bit in 0..8 {
                    let mut damaged = bytes.clone();
                    damaged[at] ^= 1 << bit;
                    assert!(read(&office, &damaged).is_err(), "bit {bit} of byte {at}");
                }
            }
        }
    }

    #[test]
    fn nobody_makes_up_a_continuation_of_an_honest_log() {
        let (office, all) = continuations(&[2]);
        let honest = &all[0];
        let ours = |memory: &mut Memory| {
            memory.write(0, 9);
            memory.seal();
            memory.everything().remove(0)
        };
        let Office { mut neighbour, mut intruder, .. } = crate::testing::office();
        let entries: Vec<Entry> = honest.entries[3..].iter().map(|(e, _)| e.clone()).collect();
        let (anchor, end) = (honest.runs[0], honest.runs[1]);
        let made = |key: LogKey, anchor: Run, entries: &[Entry], end: &Run| {
            pack(key, Some(&anchor), &honest.before, entries, |_| true, &end.signature)
        };
        let theirs = ours(&mut neighbour);
        let elsewhere = LogKey { device: DeviceId([9; 16]), ..honest.key };
        let moved = Run { last: 4, head: honest.entries[3].1, ..anchor };
        let signed = Run { signature: theirs.runs[0].signature, ..end };
        let rows = [
            ("as it is", made(honest.key, anchor, &entries, &end), None),
            ("in another space", piece(&theirs, 0), Some(ExcerptFault::Foreign)),
            ("without a grant", piece(&ours(&mut intruder), 0), Some(ExcerptFault::NoGrant)),
            (
                "of nobody",
                made(elsewhere, anchor, &entries, &end),
                Some(ExcerptFault::NotCertified),
            ),
            (
                "of another key",
                made(honest.key, anchor, &entries, &signed),
                Some(ExcerptFault::Signature),
            ),
            (
                "shorter",
                made(honest.key, anchor, &entries[..1], &end),
                Some(ExcerptFault::Signature),
            ),
            ("later", made(honest.key, moved, &entries[1..], &end), Some(ExcerptFault::Signature)),
            (
                "earlier",
                made(honest.key, Run { last: 2, ..anchor }, &entries, &end),
                Some(ExcerptFault::Signature),
            ),
            ("nothing", made(honest.key, end, &[], &end), Some(ExcerptFault::Foreign)),
        ];
        for (name, bytes, want) in rows {
            assert_eq!(read(&office, &bytes).err(), want, "{name}");
        }
    }
}
