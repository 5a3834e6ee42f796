//! Tails: what came of a log that forked beyond a gap, before anybody knew that it did, and was built.
//! Of which continuation it is nobody can tell, and its beginning may be with nobody any more. It goes on
//! under names of its own, in no stretch, like what lies beyond a cut; whoever has it says it in loose
//! pieces (`sync::branch`), so that everybody has it. Where the log itself comes and holds the same
//! entries, they stand under its own id again.
//!
//! What a revoked computer's packet brings of a log that forked is in the same place: nobody can tell
//! that computer to say it in pieces. Whoever takes the packet in says it.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{LogId, SpaceId};
use domain::log::{Entry, EntryKind, Hash, Held, LogKey, Run, Stretch};
use store::Reader;
use store::logs::{Link, Parting};
use sync::branch::{self, BRANCHES_MAX};

use super::{Known, heads_of, place, read, renamed, shares};
use crate::fault::Fault;
use crate::forks;
use crate::journal::Pen;
use crate::office::Office;

/// How a log is kept of which loose pieces came, as long as nothing tells where it is to be cut; `None`
/// where they bring nothing.
pub(super) fn parting<'a>(
    reader: &Reader<'_>,
    root: LogId,
    known: &'a Known,
) -> Result<Option<Parting<'a>>, Fault> {
    if known.loose.is_empty() {
        return Ok(None);
    }
    let family = &known.family;
    let held = reader.held_of(root)?;
    let begun = held.as_ref().and_then(Held::begun);
    let mut keeps = begun.map_or(0, |range| range.last);
    let heads = match &begun {
        Some(range) => heads_of(reader, root, range, 1)?,
        None => BTreeMap::new(),
    };
    let is_here = |seq: u64, head| heads.get(&seq) == Some(head);
    let links: Vec<(Link, Option<&Entry>)> = family
        .loose()
        .filter(|(seq, head, _)| !is_here(*seq, head))
        .map(|(seq, head, before)| {
            let name = branch::name(root, head);
            let link = Link { name, seq, head: *head, before: *before };
            (link, family.entry(seq, head))
        })
        .collect();
    let mut moves = renamed(reader, root, keeps, &links)?;
    let mut own = Vec::new();
    for range in held.iter().flat_map(|held| &held.ranges).filter(|range| range.first > 1) {
        let heads = heads_of(reader, root, range, range.first)?;
        own.extend(heads.into_iter().filter(|(seq, _)| *seq >= range.first));
    }
    if own.iter().all(|(seq, head)| family.has(*seq, head)) {
        moves.extend(own.iter().map(|(seq, head)| (*seq, branch::name(root, head))));
    } else {
        // What nobody has said yet stays where it is.
        keeps = u64::MAX;
    }
    let (key, carried) = (known.key, known.carried.clone());
    let keeps = Some(keeps);
    Ok(Some(Parting { root, key, cut: None, run: None, links, moves, carried, keeps }))
}

/// The most entries of one log that are said for whoever was revoked, with all that is known of its
/// continuations: as many as are kept of it for adoption.
const SAID_MAX: usize = 10_000;

/// A run that is to be said in pieces.
struct Said<'a> {
    key: LogKey,
    /// The signed point right before it, if one is known.
    anchor: Option<&'a Run>,
    first: u64,
    /// The chain before the first.
    before: &'a Hash,
    entries: &'a [Entry],
    signature: &'a [u8; 64],
}

impl Said<'_> {
    /// The entries that bring it; none if nobody could read them.
    fn pieces(&self, office: &Office) -> Vec<Entry> {
        let roster = office.roster();
        let mut out = Vec::new();
        for (doc, seqs) in shares(self.first, self.entries) {
            let brings = |seq: u64| seqs.contains(&seq);
            let (entries, signature) = (self.entries, self.signature);
            let piece = if self.anchor.is_some() || self.first == 1 {
                branch::pack(self.key, self.anchor, self.before, entries, brings, signature)
            } else {
                let start = (self.first, self.before);
                branch::pack_loose(self.key, start, entries, brings, signature)
            };
            let is_good = branch::verify(&roster, self.key, &piece).is_ok();
            if !is_good || piece.len() > EntryKind::BRANCH.payload_max() {
                tracing::error!(first = self.first, "a run that cannot be carried");
                return Vec::new();
            }
            let (kind, needs) = (EntryKind::BRANCH, Vec::new());
            out.push(Entry { kind, doc, needs, payload: piece.into() });
        }
        out
    }
}

/// The loose pieces that nobody has said of what stands beyond a gap in some logs, each with the space
/// it is said in.
pub(super) fn lacked(
    office: &Office,
    reader: &Reader<'_>,
    torn: &BTreeSet<LogId>,
    all: &BTreeMap<LogId, Known>,
) -> Result<Vec<(SpaceId, Entry)>, Fault> {
    let mut out = Vec::new();
    for log in torn {
        let family = all.get(log).map(|known| &known.family);
        let is_full = family.is_some_and(|family| family.branches() >= BRANCHES_MAX);
        let Some(held) = reader.held_of(*log)?.filter(|_| !is_full) else { continue };
        let Some(place) = place(office, held.key)? else { continue };
        for range in held.ranges.iter().filter(|range| range.first > 1) {
            let heads = heads_of(reader, *log, range, range.first)?;
            let mut first = range.first;
            for run in reader.runs(*log, range.first.saturating_sub(1))? {
                if run.last > range.last {
                    break;
                }
                let mut own = heads.range(first..=run.last);
                let is_said = own.all(|(seq, head)| family.is_some_and(|f| f.has(*seq, head)));
                if let (false, Some(before)) = (is_said, heads.get(&first.saturating_sub(1))) {
                    let stored = reader.entries(*log, first, run.last)?;
                    let entries: Vec<Entry> = stored.into_iter().map(|one| one.entry).collect();
                    let (key, signature) = (held.key, &run.signature);
                    let entries = &entries;
                    let said = Said { key, anchor: None, first, before, entries, signature };
                    out.extend(said.pieces(office).into_iter().map(|entry| (place, entry)));
                }
                first = run.last.saturating_add(1);
            }
        }
    }
    Ok(out)
}

/// Says in pieces what some stretches bring of logs that forked and nobody has said, in the place of
/// whoever sent them, who was revoked.
pub(crate) fn say_for(office: &Office, stretches: &[&Stretch]) -> Result<(), Fault> {
    let forked = forks::told(office)?;
    let stretches: Vec<&&Stretch> =
        stretches.iter().filter(|stretch| forked.contains_key(&stretch.log)).collect();
    if stretches.is_empty() {
        return Ok(());
    }
    let out = office.store.read(|reader| -> Result<_, Fault> {
        let (all, _) = read(office, reader)?;
        let mut out = Vec::new();
        for stretch in stretches {
            let family = all.get(&stretch.log).map(|known| &known.family);
            let count = family.map_or(0, |family| family.beyond(0).count());
            let is_full = family.is_some_and(|family| family.branches() >= BRANCHES_MAX)
                || count.saturating_add(stretch.entries.len()) > SAID_MAX;
            let Some(place) = place(office, stretch.key)?.filter(|_| !is_full) else { continue };
            let is_known = |seq: u64, head: &Hash| -> Result<bool, Fault> {
                if family.is_some_and(|family| family.has(seq, head)) {
                    return Ok(true);
                }
                let held = reader.held_of(stretch.log)?;
                let begun = held.and_then(|held| held.begun()).filter(|range| range.last >= seq);
                let Some(range) = begun else { return Ok(false) };
                let here = heads_of(reader, stretch.log, &range, seq.saturating_add(1))?;
                Ok(here.get(&seq) == Some(head))
            };
            let (mut first, mut before, mut anchor) = (stretch.first, stretch.before, None);
            let mut left = stretch.entries.as_slice();
            for run in &stretch.runs {
                let count = run.last.saturating_sub(first).saturating_add(1);
                let count = usize::try_from(count).unwrap_or(usize::MAX).min(left.len());
                let (part, rest) = left.split_at(count);
                // Each is part of the chain: where the last is known all of them are.
                if !is_known(run.last, &run.head)? {
                    let entries: Vec<Entry> = part.iter().map(|(entry, _)| entry.clone()).collect();
                    let (key, signature, entries) = (stretch.key, &run.signature, &entries);
                    let before = &before;
                    let said = Said { key, anchor, first, before, entries, signature };
                    out.extend(said.pieces(office).into_iter().map(|entry| (place, entry)));
                }
                (first, before, anchor) = (run.last.saturating_add(1), run.head, Some(run));
                left = rest;
            }
        }
        Ok(out)
    })?;
    office.store.write(|tx| {
        let mut pen = Pen::new(office, tx);
        out.iter().try_for_each(|(place, entry)| pen.carry(*place, entry))
    })
}
