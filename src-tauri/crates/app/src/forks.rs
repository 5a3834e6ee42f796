//! Forks: two continuations of one log, both signed. What came first stays as it is; the other's
//! signature is kept as proof and told to everybody, the exchange of everything else goes on, and
//! the computer in question goes on under a new epoch.
//!
//! Telling is transport, not meaning: whoever sees a fork writes the proof into the space it may
//! write to, and the township repeats it in the space that everybody holds.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{DeviceId, LogId, SpaceId};
use domain::log::{Entry, EntryKind, Hash, Held, NO_RECORD, Run, Stretch};
use store::Reader;
use sync::excerpt::{self, Walked};
use sync::fork::{self, Branch, Fork};
use trust::roster::Roster;
use trust::statement::Access;

use crate::branches;
use crate::fault::Fault;
use crate::journal::{self, Pen};
use crate::office::Office;
use crate::sharing::chain_before;

/// The largest chain that is shown with a proof.
const SHOWN_BYTES_MAX: usize = 256 * 1024;

/// A fork that is proved here, with when its proof came.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) fork: Fork,
    pub(crate) at_ms: i64,
    /// The spaces in which the proof stands.
    spaces: BTreeSet<SpaceId>,
    proof: Vec<u8>,
    /// All that was told of it.
    all: Vec<Vec<u8>>,
}

impl Told {
    /// The chains that those who told of it held.
    fn shown(&self, roster: &Roster) -> Vec<Walked> {
        self.all.iter().filter_map(|proof| fork::shown(roster, proof)).collect()
    }
}

/// The forks that are proved here, one for each log.
pub(crate) fn told(office: &Office) -> Result<BTreeMap<LogId, Told>, Fault> {
    let roster = office.roster();
    let kept = office.store.read(|reader| reader.of_kind(EntryKind::FORK))?;
    let mut forks: BTreeMap<LogId, Told> = BTreeMap::new();
    for entry in kept {
        let Some(fork) = fork::verify(&roster, &entry.payload) else { continue };
        let told = forks.entry(fork.log).or_insert_with(|| Told {
            fork,
            at_ms: entry.stored_ms,
            spaces: BTreeSet::new(),
            proof: entry.payload.clone(),
            all: Vec::new(),
        });
        told.all.push(entry.payload);
        told.spaces.insert(entry.space);
    }
    Ok(forks)
}

/// The devices under whose identity two computers write, with when that came to be known here. Whoever
/// was revoked is none of them: that identity has ended.
pub(crate) fn devices(office: &Office) -> Result<BTreeMap<DeviceId, i64>, Fault> {
    let ended = office.ended();
    let mut devices: BTreeMap<DeviceId, i64> = BTreeMap::new();
    for told in told(office)?.into_values() {
        let device = told.fork.key.device;
        if !ended.devices.contains_key(&device) {
            let first = devices.entry(device).or_insert(told.at_ms);
            *first = told.at_ms.min(*first);
        }
    }
    Ok(devices)
}

/// Whether a stretch of a log that forked does not follow what is held of it. Nobody can tell then
/// which continuation it is of; under the log's own id it would stand beyond a gap that is never
/// filled where it is of the other one, and whoever holds what belongs there would be refused.
pub(crate) fn is_astray(
    office: &Office,
    reader: &Reader<'_>,
    arriving: &Stretch,
) -> Result<bool, Fault> {
    let held = reader.held_of(arriving.log)?;
    let begun = held.and_then(|held| held.begun()).map_or(0, |range| range.last);
    if arriving.first <= begun.saturating_add(1) {
        return Ok(false);
    }
    let roster = office.roster();
    let told = reader.of_kind(EntryKind::FORK)?;
    let mut forked = told.iter().filter_map(|entry| fork::verify(&roster, &entry.payload));
    Ok(forked.any(|fork| fork.log == arriving.log))
}

/// Tells of a stretch that contradicts what is held.
pub(crate) fn tell(office: &Office, arriving: &Stretch) -> Result<(), Fault> {
    if arriving.key.device == office.identity.device {
        // Our own last entries are proved like anybody's: by a signature over their run.
        journal::seal(office, usize::MAX)?;
    }
    let proof = office.store.read(|reader| prove(reader, arriving))?;
    let Some(proof) = proof.filter(|proof| proof.len() <= EntryKind::FORK.payload_max()) else {
        return Ok(());
    };
    let roster = office.roster();
    if let Some(fork) = fork::verify(&roster, &proof) {
        let told = told(office)?;
        let told = told.get(&fork.log);
        let shown = office.store.read(|reader| show(reader, &fork))?;
        // Versions that showed no chain told of forks too; and where there are three continuations,
        // who has the third may share all that was shown.
        let is_known = |told: &Told| {
            shown.is_none() || told.shown(&roster).iter().any(|walked| differs(walked, arriving))
        };
        if !told.is_some_and(is_known) {
            tracing::error!(log = %fork.log, seq = fork.seq, "a log has two continuations");
            // First: on a branch that nobody else takes the proof would reach nobody.
            leave(office, &fork)?;
            write(office, &fork, &proof, shown)?;
        }
    }
    settle(office)
}

/// Whether a chain that was shown is another than that of a stretch.
fn differs(shown: &Walked, stretch: &Stretch) -> bool {
    let before = (shown.first.saturating_sub(1), shown.before);
    let after = (shown.first..).zip(shown.entries.iter().map(|(_, head)| *head));
    let mut places = std::iter::once(before).chain(after);
    places.any(|(seq, head)| chain(stretch, seq).is_some_and(|theirs| theirs != head))
}

/// Writes a proof where everybody reads it, or at home; and with the chain that is held here where
/// the log stands, for those who hold it too. Who may not write there may only read what everybody
/// does.
fn write(office: &Office, fork: &Fork, proof: &[u8], shown: Option<Vec<u8>>) -> Result<(), Fault> {
    let roster = office.roster();
    let unit = office.identity.record.unit;
    let may = |space: &SpaceId| roster.access(*space, unit) == Some(Access::Write);
    let bare = fork::showing(proof, None).unwrap_or_default();
    let full = fork::showing(proof, shown).unwrap_or_default();
    let there = fork.key.space;
    let elsewhere = match roster.common().filter(may) {
        Some(space) => Some(space),
        None if may(&there) => None,
        None => Some(office.home_space()?),
    };
    office.store.write(|tx| {
        let mut pen = Pen::new(office, tx);
        if let Some(space) = elsewhere.filter(|space| *space != there) {
            pen.tell_fork(space, if may(&there) { bare } else { full.clone() })?;
        }
        if may(&there) { pen.tell_fork(there, full) } else { Ok(()) }
    })
}

/// The chain that is held around a fork, by names and hashes alone: as much before it as fits.
fn show(reader: &Reader<'_>, fork: &Fork) -> Result<Option<Vec<u8>>, Fault> {
    let Some(held) = reader.held_of(fork.log)? else { return Ok(None) };
    let Some(range) = held.begun() else { return Ok(None) };
    let runs: Vec<Run> =
        reader.runs(fork.log, 0)?.into_iter().filter(|run| run.last <= range.last).collect();
    let end = runs.iter().find(|run| run.last >= fork.seq).or(runs.last());
    let Some(end) = end else { return Ok(None) };
    let most = u64::try_from(excerpt::ENTRIES_MAX).unwrap_or(u64::MAX);
    let mut starts: Vec<u64> = std::iter::once(0)
        .chain(runs.iter().map(|run| run.last))
        .filter(|last| *last < end.last && end.last.saturating_sub(*last) <= most)
        .collect();
    while let Some(last) = starts.first().copied() {
        let first = last.saturating_add(1);
        let before = chain_before(reader, fork.log, &range, first)?;
        let stored = reader.entries(fork.log, first, end.last)?;
        let entries: Vec<Entry> = stored.into_iter().map(|stored| stored.entry).collect();
        let shown = excerpt::pack(held.key, first, &before, &entries, |_| false, &end.signature);
        if shown.len() <= SHOWN_BYTES_MAX {
            return Ok(Some(shown));
        }
        starts.drain(..starts.len().div_ceil(2));
    }
    Ok(None)
}

/// Does what a told fork asks for: the township repeats its proof for everybody, and with what it
/// holds at the home of a unit that left the space; where our own log is meant it goes on under a new epoch, and what others lack is carried. Writes nothing where that was
/// done.
pub(crate) fn settle(office: &Office) -> Result<(), Fault> {
    let roster = office.roster();
    let own = office.identity.device;
    let common = roster.common();
    let (mut shown, mut torn) = (BTreeMap::new(), BTreeSet::new());
    for (log, told) in told(office)? {
        torn.extend(let_go(office, log)?.then_some(log));
        if let Some(space) = common
            && roster.is_township(own)
            && !told.spaces.contains(&space)
        {
            let proof = fork::showing(&told.proof, None).unwrap_or_default();
            office.store.write(|tx| Pen::new(office, tx).tell_fork(space, proof))?;
        }
        if let Some(home) = branches::home_of_gone(&roster, told.fork.key)
            && roster.is_township(own)
            && roster.access(home, office.identity.record.unit) == Some(Access::Write)
            && !told.spaces.contains(&home)
        {
            // Nothing that is shown where the log stands reaches whoever left that.
            let shown = office.store.read(|reader| show(reader, &told.fork))?;
            let proof = fork::showing(&told.proof, shown).unwrap_or_default();
            office.store.write(|tx| Pen::new(office, tx).tell_fork(home, proof))?;
        }
        leave(office, &told.fork)?;
        if office.store.read(|reader| reader.cut_of(log))?.is_none() {
            let chains = told.shown(&roster);
            shown.extend((!chains.is_empty()).then_some((log, chains)));
        }
    }
    branches::carry(office, &shown, &torn)
}

/// Lets go of what came of a log, before it was known that it forked, beyond a gap, where all of it
/// waits for what lies before: if it is of the continuation that is not held, the gap is never
/// filled, and what belongs there is refused. Nothing was built of it; whoever holds all of it says
/// it in pieces, or brings it again. Says whether something stands there all the same: what was built
/// is told of like a continuation (`branches::tails`).
fn let_go(office: &Office, log: LogId) -> Result<bool, Fault> {
    let beyond = office.store.read(|reader| -> Result<_, Fault> {
        let Some(held) = reader.held_of(log)? else { return Ok(None) };
        let begun = held.begun().map_or(0, |range| range.last);
        Ok(held.ranges.iter().any(|range| range.first > begun).then_some(begun))
    })?;
    match beyond {
        Some(begun) => Ok(!office.store.write(|tx| tx.let_go(log, begun))?),
        None => Ok(false),
    }
}

/// Goes on under a new epoch where it is our own current log that forked.
fn leave(office: &Office, fork: &Fork) -> Result<(), Fault> {
    if fork.key.device != office.identity.device {
        return Ok(());
    }
    let space = fork.key.space;
    let current = office.store.read(|reader| -> Result<_, Fault> {
        Ok([office.own_log(reader, space)?.0, office.own_notes(reader, space)?.0])
    })?;
    if current.contains(&fork.log) {
        tracing::warn!(%space, "a forked log goes on under a new epoch");
        office.begin_epoch(space)?;
    }
    Ok(())
}

/// The proof that a stretch contradicts what is held of its log, if both sides are signed.
fn prove(reader: &Reader<'_>, arriving: &Stretch) -> Result<Option<Vec<u8>>, Fault> {
    let Some(held) = reader.held_of(arriving.log)? else { return Ok(None) };
    let runs = reader.runs(arriving.log, 0)?;
    let starts = held.ranges.iter().map(|range| range.first.saturating_sub(1));
    let places: BTreeSet<u64> = runs
        .iter()
        .chain(&arriving.runs)
        .map(|run| run.last)
        .chain(starts)
        .chain([arriving.first.saturating_sub(1)])
        .collect();
    for seq in places {
        let (Some(ours), Some(theirs)) = (held_chain(reader, &held, seq)?, chain(arriving, seq))
        else {
            continue;
        };
        if ours == theirs {
            continue;
        }
        let one = held_branch(reader, &held, &runs, seq, &ours)?;
        if let (Some(one), Some(other)) = (one, branch(arriving, seq, &theirs)) {
            return Ok(Some(fork::pack(arriving.key, seq, one, other)));
        }
    }
    Ok(None)
}

/// The chain of a stretch at a number.
fn chain(stretch: &Stretch, seq: u64) -> Option<Hash> {
    if seq.saturating_add(1) == stretch.first {
        return Some(stretch.before);
    }
    let at = usize::try_from(seq.checked_sub(stretch.first)?).ok()?;
    stretch.entries.get(at).map(|(_, hash)| *hash)
}

fn branch(stretch: &Stretch, seq: u64, head: &Hash) -> Option<Branch> {
    let run = stretch.runs.iter().find(|run| run.last >= seq)?;
    if run.last == seq {
        return Some(Branch::ends(run));
    }
    let from = usize::try_from(seq.saturating_add(1).checked_sub(stretch.first)?).ok()?;
    let count = usize::try_from(run.last.checked_sub(seq)?).ok()?;
    let entries: Vec<Entry> =
        stretch.entries.iter().skip(from).take(count).map(|(entry, _)| entry.clone()).collect();
    Some(Branch::goes_on(stretch.key, seq, head, &entries, &run.signature))
}

/// The chain of what is held at a number.
fn held_chain(reader: &Reader<'_>, held: &Held, seq: u64) -> Result<Option<Hash>, Fault> {
    let next = seq.saturating_add(1);
    let covers =
        |range: &&domain::log::Range| (range.first..=range.last.saturating_add(1)).contains(&next);
    match held.ranges.iter().find(covers) {
        Some(range) => Ok(Some(chain_before(reader, held.log, range, next)?)),
        None => Ok(None),
    }
}

fn held_branch(
    reader: &Reader<'_>,
    held: &Held,
    runs: &[Run],
    seq: u64,
    head: &Hash,
) -> Result<Option<Branch>, Fault> {
    let Some(run) = runs.iter().find(|run| run.last >= seq) else { return Ok(None) };
    if run.last == seq {
        return Ok(Some(Branch::ends(run)));
    }
    let stored = reader.entries(held.log, seq.saturating_add(1), run.last)?;
    let entries: Vec<Entry> = stored.into_iter().map(|stored| stored.entry).collect();
    Ok(Some(Branch::goes_on(held.key, seq, head, &entries, &run.signature)))
}

impl Pen<'_, '_> {
    fn tell_fork(&mut self, space: SpaceId, payload: Vec<u8>) -> Result<(), Fault> {
        let kind = EntryKind::FORK;
        let payload = payload.into();
        self.append(space, &Entry { kind, doc: NO_RECORD, needs: Vec::new(), payload }, None)?;
        Ok(())
    }
}
