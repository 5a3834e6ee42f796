//! What becomes of a log that forked: nothing is lost. Whoever holds a continuation that others do
//! not repeats it in pieces (`sync::branch`); whoever has pieces of more than one keeps under the
//! log's own id what all share, and every entry beyond under a name of its own, applied and judged
//! like any other. That depends on the set of pieces alone, so machines that hold the same entries
//! keep the same, whichever continuation came to them first.
//!
//! Pieces are transport, not meaning. A machine takes its own continuation from under the log's id
//! only once all of it stands in pieces: until then it goes on offering it as it always did.

mod tails;

pub(crate) use tails::say_for;

use std::collections::{BTreeMap, BTreeSet};

use document::peek;
use domain::id::{LogId, RecordId, SpaceId};
use domain::log::{
    Entry, EntryKind, EntryRef, Hash, Held, LogKey, NO_RECORD, PAYLOAD_BYTES_MAX, Range, Run,
};
use store::logs::{Carrier, Link, Parting, Stored};
use store::{Reader, Writer};
use sync::branch::{self, BRANCHES_MAX, Cut, Family, Piece};
use sync::chain;
use sync::excerpt::{self, Walked};
use trust::roster::Roster;
use trust::statement::Access;

use crate::clock::signed;
use crate::fault::Fault;
use crate::journal::{self, Pen};
use crate::office::Office;
use crate::projector;
use crate::quarantine::HeldReason;
use crate::sharing::chain_before;

/// How many bytes of payload a piece brings, unless a single entry has more.
const PIECE_BYTES: usize = 256 * 1024;

/// What is known of one log that may have forked.
struct Known {
    key: LogKey,
    family: Family,
    /// The pieces that wait to be taken in.
    fresh: Vec<EntryRef>,
    /// Those of them that are loose.
    loose: Vec<EntryRef>,
    /// Entries that were brought into the space of a case that moved.
    carried: Vec<(EntryRef, SpaceId)>,
}

/// What all pieces say, by the log they are of, and the pieces that prove nothing.
fn read(
    office: &Office,
    reader: &Reader<'_>,
) -> Result<(BTreeMap<LogId, Known>, Vec<EntryRef>), Fault> {
    let roster = office.roster();
    let mut all: BTreeMap<LogId, Known> = BTreeMap::new();
    let mut forged = Vec::new();
    for (carrier, is_taken) in reader.pieces()? {
        let piece = match branch::verify(&roster, carrier.key, &carrier.payload) {
            Ok(piece) => piece,
            Err(fault) => {
                tracing::warn!(log = %carrier.at.log, seq = carrier.at.seq, %fault, "no piece");
                forged.push(carrier.at);
                continue;
            }
        };
        let key = piece.walked.key;
        let known = all.entry(piece.walked.log).or_insert_with(|| Known {
            key,
            family: Family::default(),
            fresh: Vec::new(),
            loose: Vec::new(),
            carried: Vec::new(),
        });
        if carrier.key.space != key.space && roster.is_case_space(carrier.key.space) {
            known.carried.extend(brought(&piece).map(|at| (at, carrier.key.space)));
        }
        if !is_taken {
            known.fresh.push(carrier.at);
            known.loose.extend(piece.is_loose().then_some(carrier.at));
        }
        known.family.add(piece);
    }
    for (root, links) in reader.branches()? {
        if let Some(known) = all.get_mut(&root) {
            links.iter().for_each(|l| known.family.remember(l.seq, l.head, l.before));
        }
    }
    Ok((all, forged))
}

/// The names of the entries that a piece brings whole.
fn brought(piece: &Piece) -> impl Iterator<Item = EntryRef> {
    let Walked { log, first, entries, .. } = &piece.walked;
    let whole = (*first..).zip(entries).filter(|(_, (entry, _))| !entry.payload.is_absent());
    whole.map(|(seq, (_, head))| EntryRef { log: branch::name(*log, head), seq })
}

/// The pieces that bring entries of a record which stand in continuations, for the space that the
/// record has moved to.
pub(crate) fn pieces_of(
    office: &Office,
    reader: &Reader<'_>,
    record: RecordId,
    wanted: &BTreeSet<EntryRef>,
) -> Result<Vec<Vec<u8>>, Fault> {
    let roster = office.roster();
    let mut left = wanted.clone();
    let mut out = Vec::new();
    for (carrier, _) in reader.pieces()? {
        if left.is_empty() {
            break;
        }
        if carrier.record != record {
            continue;
        }
        let Ok(piece) = branch::verify(&roster, carrier.key, &carrier.payload) else { continue };
        let before = left.len();
        brought(&piece).for_each(|at| {
            left.remove(&at);
        });
        if left.len() < before {
            out.push(carrier.payload);
        }
    }
    Ok(out)
}

/// What is held of a log from its beginning, as far as it goes.
struct Own {
    held: Held,
    last: u64,
}

impl Own {
    fn of(reader: &Reader<'_>, log: LogId) -> Result<Option<Self>, Fault> {
        let held = reader.held_of(log)?;
        Ok(held.and_then(|held| {
            let last = held.begun()?.last;
            Some(Self { held, last })
        }))
    }

    /// The chain after each entry from a number on, and at the number before it.
    fn heads(&self, reader: &Reader<'_>, first: u64) -> Result<BTreeMap<u64, Hash>, Fault> {
        match self.held.begun() {
            Some(range) => heads_of(reader, self.held.log, &range, first),
            None => Ok(BTreeMap::new()),
        }
    }
}

/// The chain after each entry of a stretch from a number on, and at the number before it.
fn heads_of(
    reader: &Reader<'_>,
    log: LogId,
    range: &Range,
    first: u64,
) -> Result<BTreeMap<u64, Hash>, Fault> {
    let mut heads = BTreeMap::new();
    let first = first.max(range.first);
    if first > range.last.saturating_add(1) {
        return Ok(heads);
    }
    let mut head = chain_before(reader, log, range, first)?;
    heads.insert(first.saturating_sub(1), head);
    for stored in reader.entries(log, first, range.last)? {
        head = chain::link(&head, stored.at.seq, &stored.entry);
        heads.insert(stored.at.seq, head);
    }
    Ok(heads)
}

/// Whether a log is one that this computer goes on writing.
fn is_current(
    office: &Office,
    reader: &Reader<'_>,
    log: LogId,
    key: LogKey,
) -> Result<bool, Fault> {
    let is_own = key.device == office.identity.device;
    Ok(is_own
        && (office.own_log(reader, key.space)?.0 == log
            || office.own_notes(reader, key.space)?.0 == log))
}

/// Takes in what pieces bring, of every log of which enough of them have come.
pub(crate) fn unpack(office: &Office, tx: &mut Writer<'_>) -> Result<(), Fault> {
    if !tx.reader().has_new_pieces()? {
        return Ok(());
    }
    repeat(office, tx)?;
    let (all, forged) = read(office, &tx.reader())?;
    for at in forged {
        tx.settle_carrier(at, Err(&HeldReason::NotCarried.word()))?;
    }
    let mut has_parted = false;
    for (root, known) in &all {
        if known.fresh.is_empty() || is_current(office, &tx.reader(), *root, known.key)? {
            continue;
        }
        let Some(parting) = parting(office, &tx.reader(), *root, known)? else { continue };
        tracing::warn!(log = %root, "a log is kept by its continuations");
        tx.part(&parting, &HeldReason::Broken.word(), signed(office.now_ms()))?;
        // Without a cut only loose pieces are taken in.
        for at in if parting.keeps.is_some() { &known.loose } else { &known.fresh } {
            tx.settle_carrier(*at, Ok(()))?;
        }
        has_parted = true;
    }
    if has_parted {
        // What is late goes by the names that entries stand under, and so may a certificate.
        office.learn(tx)?;
    }
    Ok(())
}

/// Repeats pieces wherever those are who hold their log: in its own space what somebody could only
/// say at home, and at the home of a unit what others say of its devices' logs in a case that it left.
/// The township's computers do, once the log in question is not their own current one: on a
/// continuation that nobody else takes they would reach nobody.
pub(crate) fn repeat(office: &Office, tx: &mut Writer<'_>) -> Result<(), Fault> {
    let roster = office.roster();
    if !roster.is_township(office.identity.device) {
        return Ok(());
    }
    let may =
        |space: &SpaceId| roster.access(*space, office.identity.record.unit) == Some(Access::Write);
    let pieces = tx.reader().pieces()?;
    let mut said: BTreeSet<(SpaceId, Vec<u8>)> =
        pieces.iter().map(|(carrier, _)| (carrier.key.space, carrier.payload.clone())).collect();
    for (carrier, _) in pieces {
        let Ok(piece) = branch::verify(&roster, carrier.key, &carrier.payload) else { continue };
        let Walked { log, key, .. } = piece.walked;
        if is_current(office, &tx.reader(), log, key)? {
            continue;
        }
        let spaces = [Some(key.space), home_of_gone(&roster, key)];
        for space in spaces.into_iter().flatten().filter(may) {
            if !said.insert((space, carrier.payload.clone())) {
                continue;
            }
            let (kind, needs, doc) = (EntryKind::BRANCH, Vec::new(), carrier.record);
            let entry = Entry { kind, doc, needs, payload: carrier.payload.clone().into() };
            Pen::new(office, tx).carry(space, &entry)?;
        }
    }
    Ok(())
}

/// The home of a log's unit, where that left the space of the log: the only place in which its
/// computers still hear of it.
pub(crate) fn home_of_gone(roster: &Roster, key: LogKey) -> Option<SpaceId> {
    let unit = roster.device(key.device).map(|device| device.unit);
    unit.filter(|unit| roster.has_left(key.space, *unit)).and_then(|unit| roster.home(unit))
}

/// Whether a log is of a device of our own unit, in a space that the unit left: it is exchanged all
/// the same, so it is kept like any other.
fn is_last_word(office: &Office, key: LogKey) -> bool {
    let (roster, unit) = (office.roster(), office.identity.record.unit);
    roster.has_left(key.space, unit)
        && roster.device(key.device).is_some_and(|device| device.unit == unit)
}

/// The space in which pieces of a log are written: its own, or at home if it is the one that
/// everybody holds and few write to, or one that our unit left; `None` where they are not ours to
/// write.
fn place(office: &Office, key: LogKey) -> Result<Option<SpaceId>, Fault> {
    let roster = office.roster();
    match roster.access(key.space, office.identity.record.unit) {
        Some(Access::Write) => Ok(Some(key.space)),
        Some(_) if roster.common() == Some(key.space) => office.home_space().map(Some),
        None if is_last_word(office, key) => office.home_space().map(Some),
        _ => Ok(None),
    }
}

/// How a log is to be kept; `None` while that cannot be told, or part of what is held of it would be
/// lost to others.
fn parting<'a>(
    office: &Office,
    reader: &Reader<'_>,
    root: LogId,
    known: &'a Known,
) -> Result<Option<Parting<'a>>, Fault> {
    let family = &known.family;
    let roster = office.roster();
    let access = roster.access(known.key.space, office.identity.record.unit);
    if access.is_none() && !is_last_word(office, known.key) {
        return quoted(reader, root, known).map(Some);
    }
    let Some(Cut { last, run }) = family.cut() else { return tails::parting(reader, root, known) };
    let held = reader.held_of(root)?;
    let origin = chain::origin(roster.organisation(), known.key);
    let shared = run.map_or(origin, |run| run.head);
    if held.as_ref().and_then(Held::begun).map_or(0, |range| range.last) < last {
        // The rest of what is shared comes first.
        return Ok(None);
    }
    // Where there are more than are carried, our own stays here and is shown here.
    let is_full = family.branches() >= BRANCHES_MAX;
    let (mut moves, mut links) = (Vec::new(), Vec::new());
    let link = |seq: u64, head: &Hash, before: &Hash| {
        let (head, before) = (*head, *before);
        Link { name: branch::name(root, &head), seq, head, before }
    };
    for range in held.iter().flat_map(|held| &held.ranges) {
        let mut heads = heads_of(reader, root, range, last.saturating_add(1))?.into_iter();
        let Some((at, mut before)) = heads.next() else { continue };
        if at == last && before != shared {
            return Ok(None);
        }
        for (seq, head) in heads {
            let own = link(seq, &head, &before);
            if !family.has(seq, &head) {
                if !is_full {
                    return Ok(None);
                }
                links.push((own, None));
            }
            moves.push((seq, own.name));
            before = head;
        }
    }
    let carried = family.beyond(last);
    links.extend(carried.map(|(seq, head, b)| (link(seq, head, b), family.entry(seq, head))));
    moves.extend(renamed(reader, root, last, &links)?);
    let (key, cut, carried) = (known.key, Some((last, shared)), known.carried.clone());
    Ok(Some(Parting { root, key, cut, run, links, moves, carried, keeps: None }))
}

/// Takes in those entries that a carrier quotes from a log which are not what is held of it: of a log
/// that forked, the disk of its computer having been put back. They stand under names of their own.
pub(crate) fn part_quoted(
    office: &Office,
    tx: &mut Writer<'_>,
    carrier: &Carrier,
    seqs: &BTreeSet<u64>,
) -> Result<(), Fault> {
    let Ok(walked) = excerpt::walk(&office.roster(), &carrier.payload) else { return Ok(()) };
    let root = walked.log;
    tracing::warn!(log = %root, "a case quotes another continuation of a log than is held");
    let heads: Vec<Hash> = walked.entries.iter().map(|(_, head)| *head).collect();
    let before = std::iter::once(walked.before).chain(heads);
    let places = (walked.first..).zip(before.zip(&walked.entries));
    let links: Vec<(Link, Option<&Entry>)> = places
        .filter(|(seq, _)| seqs.contains(seq))
        .map(|(seq, (before, (entry, head)))| {
            let link = Link { name: branch::name(root, head), seq, head: *head, before };
            (link, Some(entry))
        })
        .collect();
    let carried = links
        .iter()
        .map(|(link, _)| (EntryRef { log: link.name, seq: link.seq }, carrier.key.space));
    let carried = carried.collect();
    let (key, moves) = (walked.key, Vec::new());
    let parting = Parting { root, key, cut: None, run: None, links, moves, carried, keeps: None };
    tx.part(&parting, &HeldReason::Broken.word(), signed(office.now_ms()))?;
    // What is late goes by the names that entries stand under.
    office.learn(tx).map(|_| ())
}

/// How a log is kept of which only what the space of a case quotes may be held: nothing is known of
/// where it parts, and whatever pieces bring stands under its name.
fn quoted<'a>(reader: &Reader<'_>, root: LogId, known: &'a Known) -> Result<Parting<'a>, Fault> {
    let named = known.family.beyond(0).map(|(seq, head, before)| {
        let link = Link { name: branch::name(root, head), seq, head: *head, before: *before };
        (link, known.family.entry(seq, head))
    });
    let links: Vec<(Link, Option<&Entry>)> = named.collect();
    let moves = renamed(reader, root, 0, &links)?;
    let (key, carried) = (known.key, known.carried.clone());
    Ok(Parting { root, key, cut: None, run: None, links, moves, carried, keeps: None })
}

/// Quoted entries of a log that stand under its own id beyond a point, and which of them goes by which
/// name.
fn renamed(
    reader: &Reader<'_>,
    root: LogId,
    last: u64,
    links: &[(Link, Option<&Entry>)],
) -> Result<Vec<(u64, LogId)>, Fault> {
    let mut moves = Vec::new();
    for seq in reader.quoted_beyond(root, last)? {
        let stored = reader.entries(root, seq, seq)?;
        let is_same = |entry: &Entry| stored.first().is_some_and(|stored| stored.entry == *entry);
        let named = links.iter().find(|(l, entry)| l.seq == seq && entry.is_some_and(is_same));
        moves.extend(named.map(|(link, _)| (seq, link.name)));
    }
    Ok(moves)
}

/// Begins a new epoch where cases that moved quote more of a log of ours than we hold of it: our disk
/// was put back, and nobody else may hold the log to tell of the fork. What was lost stands under the
/// numbers that would be given next.
pub(crate) fn leave_quoted(office: &Office) -> Result<(), Fault> {
    let spaces = office.store.read(|reader| -> Result<_, Fault> {
        let mut spaces = BTreeSet::new();
        for (log, key) in reader.quoted_of(office.identity.device)? {
            if is_current(office, reader, log, key)? {
                spaces.insert(key.space);
            }
        }
        Ok(spaces)
    })?;
    spaces.into_iter().try_for_each(|space| office.begin_epoch(space))
}

/// Repeats in pieces what is held of logs that forked and others lack, and begins a new epoch where
/// our own goes on under a forked name. `shown` are chains that others held when they told of a
/// fork; `torn` are logs that forked of which something stands beyond a gap.
pub(crate) fn carry(
    office: &Office,
    shown: &BTreeMap<LogId, Vec<Walked>>,
    torn: &BTreeSet<LogId>,
) -> Result<(), Fault> {
    leave_quoted(office)?;
    let is_any = !shown.is_empty()
        || !torn.is_empty()
        || office.store.read(|reader| reader.has_new_pieces())?;
    if !is_any {
        return Ok(());
    }
    office.store.write(|tx| repeat(office, tx))?;
    // Our own last entries are proved like anybody's: by a signature over their run.
    journal::seal(office, usize::MAX)?;
    let (wanted, tails, left) = office.store.read(|reader| -> Result<_, Fault> {
        let (all, _) = read(office, reader)?;
        let tails = tails::lacked(office, reader, torn, &all)?;
        let logs: BTreeSet<LogId> = all.keys().chain(shown.keys()).copied().collect();
        let (mut wanted, mut left) = (Vec::new(), BTreeSet::new());
        for log in logs {
            let (known, shown) = (all.get(&log), shown.get(&log));
            let has_forked = known.filter(|known| known.family.cut().is_some());
            if let Some(known) = has_forked
                && is_current(office, reader, log, known.key)?
            {
                left.insert(known.key.space);
            }
            let shown = shown.map_or(&[][..], Vec::as_slice);
            if let Some(lacked) = lacked(office, reader, log, known, shown)? {
                let key = lacked.own.held.key;
                left.extend(is_current(office, reader, log, key)?.then_some(key.space));
                wanted.push(lacked);
            }
        }
        Ok((wanted, tails, left))
    })?;
    // First: on a continuation that nobody else takes the pieces would reach nobody.
    for space in &left {
        office.begin_epoch(*space)?;
    }
    if wanted.is_empty() && tails.is_empty() && left.is_empty() {
        return Ok(());
    }
    office.store.write(|tx| {
        for (place, entry) in &tails {
            Pen::new(office, tx).carry(*place, entry)?;
        }
        for one in &wanted {
            for entry in pieces(office, &tx.reader(), one)? {
                Pen::new(office, tx).carry(one.place, &entry)?;
            }
        }
        unpack(office, tx)
    })?;
    projector::catch_up_all(office, |_| true)
}

/// Runs of a log that others lack.
struct Lacked {
    own: Own,
    /// Where they are said.
    place: SpaceId,
    /// Each with the signed point before it.
    runs: Vec<(Option<Run>, Run)>,
}

/// What of a log others lack: where what is held of it is not what somebody else holds, every run
/// beyond that no piece has brought.
fn lacked(
    office: &Office,
    reader: &Reader<'_>,
    log: LogId,
    known: Option<&Known>,
    shown: &[Walked],
) -> Result<Option<Lacked>, Fault> {
    let Some(own) = Own::of(reader, log)? else { return Ok(None) };
    let Some(place) = place(office, own.held.key)? else { return Ok(None) };
    let heads = heads_elsewhere(known, shown);
    let Some(first) = heads.keys().next() else { return Ok(None) };
    let ours = own.heads(reader, first.saturating_add(1))?;
    let is_other = |seq: &u64| {
        let elsewhere = heads.get(seq);
        elsewhere.is_some_and(|all| all.iter().any(|head| ours.get(seq) != Some(head)))
    };
    let Some(parted) = ours.keys().find(|seq| is_other(seq)) else { return Ok(None) };
    let is_shared = |seq: &&u64| **seq < *parted && heads.contains_key(*seq);
    let agreed = ours.keys().rfind(is_shared).copied().unwrap_or(0);
    let has = |seq: u64, head: &Hash| known.is_some_and(|k| k.family.has(seq, head));
    // Where nothing shows how far they agree, from the beginning.
    let ours = if agreed < *first { own.heads(reader, 1)? } else { ours };
    let lack: BTreeSet<u64> =
        ours.iter().filter(|(s, head)| **s > agreed && !has(**s, head)).map(|(s, _)| *s).collect();
    let mut runs = Vec::new();
    let mut before: Option<Run> = None;
    for run in reader.runs(log, 0)? {
        let first = before.map_or(0, |run| run.last).saturating_add(1);
        if run.last <= own.last && lack.range(first..=run.last).next().is_some() {
            runs.push((before, run));
        }
        before = Some(run);
    }
    let is_full = known.is_some_and(|k| k.family.branches() >= BRANCHES_MAX);
    if is_full && !runs.is_empty() {
        tracing::error!(%log, "too many continuations: this one is not carried");
        return Ok(None);
    }
    Ok((!runs.is_empty()).then_some(Lacked { own, place, runs }))
}

/// The chains that others are known to hold, at each number.
fn heads_elsewhere(known: Option<&Known>, shown: &[Walked]) -> BTreeMap<u64, BTreeSet<Hash>> {
    let mut heads = known.map(|known| known.family.heads().clone()).unwrap_or_default();
    for walked in shown {
        let before = (walked.first.saturating_sub(1), walked.before);
        let after = (walked.first..).zip(walked.entries.iter().map(|(_, head)| *head));
        for (seq, head) in std::iter::once(before).chain(after) {
            heads.entry(seq).or_default().insert(head);
        }
    }
    heads
}

/// The entries that carry some runs: for each run one that brings what belongs to no record, and is
/// written even where that is nothing, so that the chain is known wherever a record was erased; and
/// for each record those that bring its entries.
fn pieces(office: &Office, reader: &Reader<'_>, lacked: &Lacked) -> Result<Vec<Entry>, Fault> {
    let held = &lacked.own.held;
    let roster = office.roster();
    let origin = chain::origin(roster.organisation(), held.key);
    let mut out = Vec::new();
    for (anchor, run) in &lacked.runs {
        let first = anchor.map_or(0, |run| run.last).saturating_add(1);
        let stored = reader.entries(held.log, first, run.last)?;
        let entries: Vec<Entry> = stored.into_iter().map(|stored| stored.entry).collect();
        for (doc, seqs) in shares(first, &entries) {
            let brings = |seq: u64| seqs.contains(&seq);
            let piece =
                branch::pack(held.key, anchor.as_ref(), &origin, &entries, brings, &run.signature);
            // Whoever cannot read it would ask for it for ever.
            let is_good = branch::verify(&roster, held.key, &piece).is_ok();
            if !is_good || piece.len() > EntryKind::BRANCH.payload_max() {
                tracing::error!(log = %held.log, last = run.last, "a run that cannot be carried");
                return Ok(Vec::new());
            }
            let (kind, needs) = (EntryKind::BRANCH, Vec::new());
            out.push(Entry { kind, doc, needs, payload: piece.into() });
        }
    }
    Ok(out)
}

/// Which entries of a run go into one piece each.
fn shares(first: u64, entries: &[Entry]) -> Vec<(RecordId, BTreeSet<u64>)> {
    let mut by_record: BTreeMap<RecordId, Vec<(u64, usize)>> = BTreeMap::new();
    by_record.insert(NO_RECORD, Vec::new());
    for (seq, entry) in (first..).zip(entries) {
        let size = entry.payload.bytes().map(<[u8]>::len).filter(|n| *n <= PAYLOAD_BYTES_MAX);
        if let Some(size) = size {
            by_record.entry(entry.doc).or_default().push((seq, size));
        }
    }
    let mut shares = Vec::new();
    for (doc, all) in by_record {
        let mut share = BTreeSet::new();
        let mut bytes = 0usize;
        for (seq, size) in all {
            if !share.is_empty() && bytes.saturating_add(size) > PIECE_BYTES {
                shares.push((doc, std::mem::take(&mut share)));
                bytes = 0;
            }
            share.insert(seq);
            bytes = bytes.saturating_add(size);
        }
        shares.push((doc, share));
    }
    shares
}

/// The entries that another means by one it builds on. Where a log has forked before it, the change
/// itself tells of which continuation it knew, or that it knew several.
pub(crate) fn meant(
    reader: &Reader<'_>,
    payload: Option<&[u8]>,
    need: EntryRef,
) -> Result<Vec<EntryRef>, Fault> {
    let all = reader.meant(need)?;
    if let [] | [_] = all.as_slice() {
        return Ok(vec![all.first().copied().unwrap_or(need)]);
    }
    let deps = payload.and_then(peek::standing).map(|standing| standing.deps).unwrap_or_default();
    let mut meant = Vec::new();
    for at in all {
        for stored in reader.entries(at.log, at.seq, at.seq)? {
            let hash = stored.entry.payload.bytes().and_then(document::change_hash);
            meant.extend(hash.filter(|hash| deps.contains(hash)).map(|_| at));
        }
    }
    // Of those that came it means none.
    Ok(if meant.is_empty() { vec![need] } else { meant })
}

/// A place that one change alone can take: to be the `n`-th of its author, or the record's beginning.
type Claim = Option<(Vec<u8>, u64)>;

/// Of the entries of a record those that claim one place in two continuations: what cannot both be
/// counts in neither.
pub(crate) fn clashing(entries: &[Stored]) -> BTreeSet<EntryRef> {
    let mut claims: BTreeMap<Claim, BTreeMap<Hash, EntryRef>> = BTreeMap::new();
    for stored in entries.iter().filter(|stored| stored.at.log != stored.written_to) {
        let Some(standing) = stored.entry.payload.bytes().and_then(peek::standing) else {
            continue;
        };
        if standing.deps.is_empty() {
            claims.entry(None).or_default().insert(standing.hash, stored.at);
        }
        claims.entry(Some(standing.author)).or_default().insert(standing.hash, stored.at);
    }
    let clashes = claims.into_values().filter(|claim| claim.len() > 1);
    clashes.flat_map(BTreeMap::into_values).collect()
}
