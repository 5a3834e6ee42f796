//! Tails: what came of a log that forked beyond a gap, before anybody knew that it did, and was built.
//! Of which continuation it is nobody can tell, and its beginning may be with nobody any more. It goes on
//! under names of its own, in no stretch, like what lies beyond a cut; whoever has it says it in loose
//! pieces (`sync::branch`), so that everybody has it. Where the log itself comes and holds the same
//! entries, they stand under its own id again.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{LogId, SpaceId};
use domain::log::{Entry, EntryKind, Held};
use store::Reader;
use store::logs::{Link, Parting};
use sync::branch::{self, BRANCHES_MAX};

use super::{Known, heads_of, place, renamed, shares};
use crate::fault::Fault;
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

/// The loose pieces that nobody has said of what stands beyond a gap in some logs, each with the space
/// it is said in.
pub(super) fn lacked(
    office: &Office,
    reader: &Reader<'_>,
    torn: &BTreeSet<LogId>,
    all: &BTreeMap<LogId, Known>,
) -> Result<Vec<(SpaceId, Entry)>, Fault> {
    let roster = office.roster();
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
                    for (doc, seqs) in shares(first, &entries) {
                        let brings = |seq: u64| seqs.contains(&seq);
                        let start = (first, before);
                        let signature = &run.signature;
                        let piece =
                            branch::pack_loose(held.key, start, &entries, brings, signature);
                        let is_good = branch::verify(&roster, held.key, &piece).is_ok();
                        if !is_good || piece.len() > EntryKind::BRANCH.payload_max() {
                            tracing::error!(%log, last = run.last, "a tail that cannot be carried");
                            continue;
                        }
                        let (kind, needs) = (EntryKind::BRANCH, Vec::new());
                        out.push((place, Entry { kind, doc, needs, payload: piece.into() }));
                    }
                }
                first = run.last.saturating_add(1);
            }
        }
    }
    Ok(out)
}
