//! What to send, in which order: runs a peer lacks, by the place of their last entry in the order
//! in which entries may be passed on, gathered into segments.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use domain::id::LogId;
use domain::log::{Entry, EntryRef, Hash, Held, LogKey, Stretch};

use crate::frontier::{self, LogState};
use crate::segment;
use crate::{Archive, chain};

/// One run that is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Planned {
    position: u64,
    log: LogId,
    key: LogKey,
    first: u64,
    last: u64,
}

/// What is still to be sent.
#[derive(Debug, Default)]
pub struct Plan {
    runs: VecDeque<Planned>,
    entries: u64,
    limit: usize,
    /// What the peer holds, as we do, where it finds the record of an entry by what that builds on.
    common: BTreeMap<LogId, LogState>,
}

/// A segment ready to go.
#[derive(Debug, Clone)]
pub struct Packed {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How many entries are in it.
    pub entries: u64,
    /// When the latest of them was stored here, in milliseconds since 1970.
    pub until_ms: u64,
}

impl Plan {
    /// Plans what a peer lacks, in segments of about `payload_target` bytes of payload.
    ///
    /// # Errors
    /// The archive's.
    pub fn new<A: Archive>(
        archive: &mut A,
        own: &[Held],
        theirs: &BTreeMap<LogId, LogState>,
        payload_target: usize,
    ) -> Result<Self, A::Error> {
        let keys: BTreeMap<LogId, LogKey> = own.iter().map(|h| (h.log, h.key)).collect();
        let mut runs = Vec::new();
        let mut entries: u64 = 0;
        for (log, first, last) in frontier::missing(own, theirs) {
            let Some(key) = keys.get(&log) else { continue };
            let mut next = first;
            for run in archive.runs(log, first.saturating_sub(1))? {
                if run.last > last {
                    break;
                }
                let Some(position) = archive.position(EntryRef { log, seq: run.last })? else {
                    break;
                };
                runs.push(Planned { position, log, key: *key, first: next, last: run.last });
                entries = entries.saturating_add(run.last.saturating_sub(next).saturating_add(1));
                next = run.last.saturating_add(1);
            }
        }
        // What everybody holds goes first: who may see what, and what is erased, must be known
        // before anything that rests on it. Nothing in it builds on another space.
        let common = archive.roster().common();
        runs.sort_by_key(|run| (Some(run.key.space) != common, run.position, run.log));
        let limit = payload_target.max(1);
        Ok(Self { runs: runs.into(), entries, limit, common: BTreeMap::new() })
    }

    /// Leaves out the name of a record where an entry builds on what the peer holds too: a peer
    /// that says so finds it there.
    ///
    /// # Errors
    /// The archive's.
    pub fn leave_names_out<A: Archive>(
        mut self,
        archive: &mut A,
        theirs: &BTreeMap<LogId, LogState>,
    ) -> Result<Self, A::Error> {
        for (log, state) in theirs {
            // Where the chain at the end of a range is the same, so is everything in it. Where it is
            // not everywhere, the log forked, and what stands where may change as the rest comes.
            let mut is_same = true;
            for range in &state.ranges {
                let head = archive.head_at(*log, range.last)?;
                is_same &= head.is_some_and(|head| range.ends_in(&head));
            }
            if is_same {
                self.common.insert(*log, state.clone());
            }
        }
        Ok(self)
    }

    /// Whether the peer finds the record of an entry by what it builds on first.
    fn is_found<A: Archive>(&self, archive: &mut A, entry: &Entry) -> Result<bool, A::Error> {
        let Some(need) = entry.needs.first() else { return Ok(false) };
        let is_held = self.common.get(&need.log).is_some_and(|log| log.contains(need.seq));
        Ok(is_held && archive.record_of(*need)? == Some(entry.doc))
    }

    /// How many entries are still to be sent.
    #[must_use]
    pub const fn left(&self) -> u64 {
        self.entries
    }

    /// The next segment; `None` when everything was sent. A segment holds at least one run.
    ///
    /// # Errors
    /// The archive's.
    pub fn next<A: Archive>(&mut self, archive: &mut A) -> Result<Option<Packed>, A::Error> {
        let mut weave = Weave::default();
        while let Some(run) = self.runs.front().copied() {
            let offered = archive.entries(run.log, run.first, run.last)?;
            let bytes: usize = offered.iter().map(|o| o.entry.payload.size()).sum();
            let is_full = weave.bytes.saturating_add(bytes) > self.limit
                || weave.count.saturating_add(offered.len()) > segment::ENTRIES_MAX / 2;
            // Two stretches of one log never share a segment.
            let is_apart = weave
                .stretches
                .get(&run.log)
                .is_some_and(|(_, s)| s.last().saturating_add(1) != run.first);
            if weave.count > 0 && (is_full || is_apart) {
                break;
            }
            self.runs.pop_front();
            let signed = archive.runs(run.log, run.last.saturating_sub(1))?;
            let Some(signed) = signed.into_iter().find(|r| r.last == run.last) else { continue };
            let before = chain_before(archive, run.log, run.key, run.first)?;
            let stretch = weave.stretches.entry(run.log).or_insert_with(|| {
                let place = weave.order.len();
                weave.order.push(run.log);
                (
                    place,
                    Stretch {
                        log: run.log,
                        key: run.key,
                        first: run.first,
                        before,
                        entries: Vec::new(),
                        runs: Vec::new(),
                    },
                )
            });
            weave.bytes = weave.bytes.saturating_add(bytes);
            weave.count = weave.count.saturating_add(offered.len());
            let place = stretch.0;
            for offer in offered {
                if self.is_found(archive, &offer.entry)? {
                    weave.unnamed.insert(offer.at);
                }
                weave.until_ms = weave.until_ms.max(offer.stored_ms);
                weave.places.push((offer.position, place));
                stretch.1.entries.push((offer.entry, [0; 32]));
            }
            stretch.1.runs.push(signed);
        }
        let entries = u64::try_from(weave.count).unwrap_or(u64::MAX);
        self.entries = self.entries.saturating_sub(entries);
        let until_ms = weave.until_ms;
        Ok((weave.count > 0).then(|| Packed { bytes: weave.pack(), entries, until_ms }))
    }
}

/// The chain before an entry: from the last signed point before it, link by link.
fn chain_before<A: Archive>(
    archive: &mut A,
    log: LogId,
    key: LogKey,
    first: u64,
) -> Result<Hash, A::Error> {
    let end = first.saturating_sub(1);
    if let Some(head) = archive.head_at(log, end)? {
        return Ok(head);
    }
    let signed = archive.runs(log, 0)?.into_iter().rev().find(|run| run.last < end);
    let (from, mut head) = match signed {
        Some(run) => (run.last, run.head),
        None => (0, chain::origin(archive.roster().organisation(), key)),
    };
    if from < end {
        for offered in archive.entries(log, from.saturating_add(1), end)? {
            head = chain::link(&head, offered.at.seq, &offered.entry);
        }
    }
    Ok(head)
}

/// Stretches being woven into one segment.
#[derive(Default)]
struct Weave {
    stretches: BTreeMap<LogId, (usize, Stretch)>,
    order: Vec<LogId>,
    places: Vec<(u64, usize)>,
    bytes: usize,
    count: usize,
    until_ms: u64,
    /// The entries whose record the peer finds.
    unnamed: BTreeSet<EntryRef>,
}

impl Weave {
    fn pack(mut self) -> Vec<u8> {
        self.places.sort_unstable();
        let order: Vec<usize> = self.places.iter().map(|(_, place)| *place).collect();
        let stretches: Vec<Stretch> = self
            .order
            .iter()
            .filter_map(|log| self.stretches.get(log).map(|(_, stretch)| stretch.clone()))
            .collect();
        segment::pack(&stretches, &order, &self.unnamed)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::frontier::StretchState;
    use crate::testing::office;

    /// A log that forked: who lacks an entry in the middle may hold another continuation before it.
    #[test]
    fn a_name_is_left_out_only_where_the_chain_is_the_same_everywhere() {
        let mut office = office();
        let village = &mut office.village;
        for payload in 0..3 {
            village.write(1, payload);
            village.seal();
        }
        let written = village.everything().remove(0);
        let own = village.held(&BTreeSet::from([written.key.space])).unwrap();
        let state = |seq: u64, head: Hash| {
            let head = *head.first_chunk().unwrap();
            StretchState { first: seq, last: seq, head }
        };
        let mut is_named = |before_the_gap: Hash| {
            let ranges = vec![state(1, before_the_gap), state(3, written.runs[2].head)];
            let theirs = BTreeMap::from([(written.log, LogState { log: written.log, ranges })]);
            let plan = Plan::new(village, &own, &theirs, usize::MAX).unwrap();
            let mut plan = plan.leave_names_out(village, &theirs).unwrap();
            let packed = plan.next(village).unwrap().unwrap();
            assert_eq!(packed.entries, 1, "the one in the middle");
            let organisation = village.roster().organisation();
            segment::unpack(organisation, &packed.bytes, |_| None).is_ok()
        };
        assert!(!is_named(written.runs[0].head), "it is found by what it builds on");
        assert!(is_named([7; 32]), "another entry may stand there");
    }
}
