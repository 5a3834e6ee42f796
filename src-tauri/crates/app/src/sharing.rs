//! Cases of several units (共办): opening one to others, and taking its history along.
//!
//! To share is one act of a person at the township: a space of its own, grants, and a fact in the
//! space the case lived in until then. From the fact every machine that has it derives the case's
//! home and writes there. Carrying is transport, not meaning: the township's devices repeat in the
//! home, as excerpts of signed runs, whatever of the case stands elsewhere, the whole history at
//! first and late entries as they come. Two that carry the same repeat it harmlessly.

use std::collections::{BTreeMap, BTreeSet};

use domain::case::guard::{self, PARTIES_MAX, RefusalReason};
use domain::case::sharing::Sharing;
use domain::fact::body::{CaseLeft, CaseShared, Choice};
use domain::fact::{Body, RecordKind};
use domain::id::{LogId, RecordId, SpaceId, UnitId};
use domain::log::{Entry, EntryKind, EntryRef, Hash, Held, Range, Run};
use domain::role::Level;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::logs::Carrier;
use store::{Reader, StoreError, Writer};
use sync::chain;
use sync::excerpt::{self, Proved};
use trust::roster::Roster;
use trust::statement::{Access, Grant, Leaving, SpaceCertificate, SpaceKind, Statement};

use crate::branches;
use crate::cases::{self, CaseGet};
use crate::clock::{draw, minute, signed};
use crate::devices;
use crate::erasure;
use crate::fault::Fault;
use crate::forks;
use crate::journal::{self, Pen};
use crate::names::Names;
use crate::office::Office;
use crate::organisation;
use crate::projector;
use crate::quarantine::HeldReason;
use crate::settings;
use crate::view::CaseView;

/// How many carrying entries are unpacked at a time.
const BATCH: u32 = 64;

/// How often what was written in answer to what came is answered itself. Two or three are usual.
const PASSES_MAX: u32 = 8;

/// Opens a case to further units. The first time it moves into a space of its own.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CaseShare {
    /// The record.
    pub case: RecordId,
    /// The units, at least one that does not hold it yet.
    pub units: Vec<UnitId>,
}

/// Opens a case to further units.
pub(crate) fn share(office: &Office, request: &CaseShare) -> Result<CaseView, Fault> {
    office.store.write(|tx| share_with(office, &mut Pen::new(office, tx), request))?;
    carry(office)?;
    cases::get(office, &CaseGet { case: request.case })
}

fn refuse(reason: RefusalReason) -> Fault {
    Fault::Refused { reason, field: "units".to_owned(), index: 0 }
}

/// Opens a case to further units, in a transaction that may do more.
pub(crate) fn share_with(
    office: &Office,
    pen: &mut Pen<'_, '_>,
    request: &CaseShare,
) -> Result<(), Fault> {
    let roster = office.roster();
    if !roster.opens_cases(office.identity.device) {
        return Err(Fault::NotHere);
    }
    let common = roster.common().ok_or_else(|| Fault::not_found("common"))?;
    if request.units.is_empty() {
        return Err(refuse(RefusalReason::Empty));
    }
    if request.units.len() > PARTIES_MAX {
        return Err(refuse(RefusalReason::TooMany));
    }
    let known = roster.units();
    if request.units.iter().any(|unit| !known.contains(unit)) {
        return Err(refuse(RefusalReason::Unknown));
    }
    let (home, record) = projector::current(office, pen.tx, request.case)?;
    if record.kind() != RecordKind::Case.code() {
        return Err(Fault::not_found(request.case));
    }
    let held = roster.holders(home);
    // What became part of another takes part as that.
    let heirs = office.units();
    let asked = request.units.iter().map(|unit| heirs.now(*unit));
    let mut units: Vec<UnitId> = asked.filter(|unit| !held.contains(unit)).collect();
    units.sort_unstable();
    units.dedup();
    if units.is_empty() {
        return Err(refuse(RefusalReason::AlreadyDone));
    }
    let (space, statements) = if roster.is_case_space(home) {
        (home, grants(&roster, home, &units))
    } else {
        // Whoever held the case where it lived goes on holding it: its village, the township's
        // offices.
        let space = SpaceId(draw(office.entropy.as_ref()));
        let unit = office.identity.record.unit;
        let certificate = SpaceCertificate { space, kind: SpaceKind::Case, unit };
        let mut statements = vec![Statement::Space(certificate)];
        let all: BTreeSet<UnitId> = held.iter().chain(&units).copied().collect();
        statements.extend(grants(&roster, space, &all));
        (space, statements)
    };
    pen.say(common, &statements)?;
    let at = minute(office.now_ms());
    pen.edit(request.case, |_, _, draft| {
        draft.fact(office, at, Body::CaseShared(CaseShared { space, units })).map(|_| ())
    })
}

/// Lets a unit go that shares a case (退出共办).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CaseLeave {
    /// The record.
    pub case: RecordId,
    /// The unit.
    pub unit: UnitId,
    /// Why.
    pub reason: String,
}

/// The own unit left the case.
pub(crate) fn has_left() -> Fault {
    Fault::Refused { reason: RefusalReason::HasLeft, field: "case".to_owned(), index: 0 }
}

/// Lets a unit go. From then on it is sent nothing of the case; what it writes before it hears of it
/// still comes, and waits for the head of the centre.
pub(crate) fn leave(office: &Office, request: &CaseLeave) -> Result<CaseView, Fault> {
    guard::required("reason", &request.reason, guard::NAME_CHARS_MAX)
        .map_err(|refusal| Fault::refused(&refusal, 0))?;
    let reason = request.reason.trim().to_owned();
    let roster = office.roster();
    if !roster.opens_cases(office.identity.device) {
        return Err(Fault::NotHere);
    }
    let common = roster.common().ok_or_else(|| Fault::not_found("common"))?;
    let refuse = |reason| Fault::Refused { reason, field: "unit".to_owned(), index: 0 };
    office.store.write(|tx| -> Result<(), Fault> {
        let (space, record) = projector::current(office, tx, request.case)?;
        if record.kind() != RecordKind::Case.code() {
            return Err(Fault::not_found(request.case));
        }
        if !roster.is_case_space(space) || roster.access(space, request.unit).is_none() {
            return Err(refuse(RefusalReason::Unknown));
        }
        let facts = projector::facts_of(office, &tx.reader(), &record)?;
        let case = settings::fold_case(&tx.reader(), &facts)?;
        let is_owner = case.owner().is_some_and(|owner| owner.unit == request.unit);
        let names = Names::read(office, &tx.reader())?;
        if is_owner || names.unit(request.unit).level != Level::Village {
            return Err(refuse(RefusalReason::StaysResponsible));
        }
        let mut cut_offs = Vec::new();
        for device in roster.devices_of(request.unit) {
            let device = device.device();
            let changes = tx.reader().changes_by(request.case, device)?;
            let logs: BTreeSet<LogId> = changes.into_iter().map(|at| at.log).collect();
            cut_offs.extend(devices::cut_offs(&tx.reader(), device, |log| logs.contains(&log))?);
        }
        let leaving = Leaving {
            case: request.case,
            space,
            unit: request.unit,
            turn: roster.turn(space, request.unit),
            said_ms: office.now_ms(),
            cut_offs,
            reason: reason.clone(),
        };
        let mut pen = Pen::new(office, tx);
        pen.say(common, &[Statement::Leaving(leaving)])?;
        let at = minute(office.now_ms());
        let body = CaseLeft { unit: request.unit, reason: reason.clone() };
        pen.edit(request.case, |_, _, draft| {
            draft.fact(office, at, Body::CaseLeft(body)).map(|_| ())
        })?;
        branches::repeat(office, tx)
    })?;
    carry(office)?;
    cases::get(office, &CaseGet { case: request.case })
}

fn grants<'a>(
    roster: &Roster,
    space: SpaceId,
    units: impl IntoIterator<Item = &'a UnitId>,
) -> Vec<Statement> {
    let grant = |unit: &UnitId| {
        let turn = roster.next_turn(space, *unit);
        Grant { space, unit: *unit, access: Access::Write, turn }
    };
    units.into_iter().map(|unit| Statement::Grant(grant(unit))).collect()
}

/// Opens the home that the head chose to everybody who held one of the others.
pub(crate) fn join_holders(
    pen: &mut Pen<'_, '_>,
    sharing: &Sharing,
    choice: &Choice,
) -> Result<(), Fault> {
    let roster = pen.office.roster();
    let Choice::Fact(fact) = choice else { return Ok(()) };
    let Some((_, home)) = sharing.moves.iter().find(|(id, _)| id == fact) else { return Ok(()) };
    if !roster.opens_cases(pen.office.identity.device) {
        return Err(Fault::NotHere);
    }
    let held = roster.holders(*home);
    let others: BTreeSet<UnitId> =
        sharing.moves.iter().flat_map(|(_, space)| roster.holders(*space)).collect();
    let missing: Vec<UnitId> = others.difference(&held).copied().collect();
    let common = roster.common().ok_or_else(|| Fault::not_found("common"))?;
    pen.say(common, &grants(&roster, *home, &missing))
}

/// Builds everything that arrived, answers it and carries on what belongs elsewhere, until that brings
/// nothing more within reach: nothing of it waits for the next exchange.
pub(crate) fn settle_in(
    office: &Office,
    mut goes_on: impl FnMut(u64) -> bool,
) -> Result<(), Fault> {
    for _ in 0..PASSES_MAX {
        projector::catch_up_all(office, &mut goes_on)?;
        let before = office.store.read(|reader| reader.last_position())?;
        organisation::answer_requests(office)?;
        forks::settle(office)?;
        erasure::repeat(office)?;
        erasure::finish(office)?;
        carry(office)?;
        let is_still = office.store.read(|reader| -> Result<_, Fault> {
            Ok(reader.last_position()? == before && reader.behind_count()? == 0)
        })?;
        if is_still {
            break;
        }
    }
    erasure::sweep(office)
}

/// What an entry that carries others proves, if it may: only the township's devices carry, only
/// into the space of a case.
pub(crate) fn unpack(roster: &Roster, carrier: &Carrier) -> Result<Proved, String> {
    if !roster.is_township(carrier.key.device) {
        return Err("not this device's to carry".to_owned());
    }
    if !roster.is_case_space(carrier.key.space) {
        return Err("carried into a space that is no case's".to_owned());
    }
    excerpt::verify(roster, carrier.record, &carrier.payload).map_err(|fault| fault.to_string())
}

/// Takes in what carrying entries bring. One that proves nothing is kept, with the reason.
pub(crate) fn unpack_all(office: &Office, tx: &mut Writer<'_>) -> Result<(), Fault> {
    let roster = office.roster();
    loop {
        let carriers = tx.reader().carriers(BATCH)?;
        if carriers.is_empty() {
            return branches::unpack(office, tx);
        }
        for carrier in carriers {
            let outcome = match unpack(&roster, &carrier) {
                Ok(proved) => Ok(take(office, tx, &carrier, &proved)?),
                Err(reason) => Err(reason),
            };
            if let Err(reason) = &outcome {
                tracing::warn!(log = %carrier.at.log, seq = carrier.at.seq, reason, "not carried");
            }
            let held = HeldReason::NotCarried.word();
            tx.settle_carrier(carrier.at, outcome.map_err(|_| held.as_str()))?;
        }
    }
}

fn take(
    office: &Office,
    tx: &mut Writer<'_>,
    carrier: &Carrier,
    proved: &Proved,
) -> Result<(), Fault> {
    let now = signed(office.now_ms());
    let mut parted = BTreeSet::new();
    for (at, entry) in &proved.entries {
        match tx.take_carried(proved.key, *at, entry, carrier.key.space, now) {
            Err(StoreError::Fork) => {
                parted.insert(at.seq);
            }
            taken => taken?,
        }
    }
    if !parted.is_empty() {
        branches::part_quoted(office, tx, carrier, &parted)?;
    }
    office.note_writer(proved.log, proved.key);
    Ok(())
}

/// Carries into the homes of shared cases whatever of them stands elsewhere. Only the township's
/// devices do; writes nothing where everything was carried.
pub(crate) fn carry(office: &Office) -> Result<(), Fault> {
    let roster = office.roster();
    if !roster.is_township(office.identity.device) {
        return Ok(());
    }
    let late = office.store.read(|reader| -> Result<_, Fault> {
        let mut late = Vec::new();
        for home in roster.case_spaces() {
            for record in reader.records_in(home)? {
                let entries = reader.uncarried(record, home)?;
                if !entries.is_empty() {
                    late.push((home, record, entries));
                }
            }
        }
        Ok(late)
    })?;
    if late.is_empty() {
        return Ok(());
    }
    // Our own entries are proved like anybody's: by a signature over their run.
    journal::seal(office, usize::MAX)?;
    office.store.write(|tx| {
        for (home, record, entries) in late {
            let pieces = branched(office, &tx.reader(), record, &entries)?;
            for payload in pieces {
                let (kind, payload) = (EntryKind::BRANCH, payload.into());
                let entry = Entry { kind, doc: record, needs: Vec::new(), payload };
                Pen::new(office, tx).carry(home, &entry)?;
            }
            let excerpts = excerpts(&tx.reader(), &entries)?;
            for payload in excerpts {
                let kind = EntryKind::CARRIED;
                let payload = payload.into();
                let entry = Entry { kind, doc: record, needs: Vec::new(), payload };
                Pen::new(office, tx).carry(home, &entry)?;
            }
        }
        unpack_all(office, tx)
    })
}

/// Pieces that bring those of some entries which stand in continuations of logs that forked.
fn branched(
    office: &Office,
    reader: &Reader<'_>,
    record: RecordId,
    entries: &[EntryRef],
) -> Result<Vec<Vec<u8>>, Fault> {
    let mut wanted = BTreeSet::new();
    for at in entries {
        wanted.extend(reader.root_of(at.log)?.map(|_| *at));
    }
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    branches::pieces_of(office, reader, record, &wanted)
}

/// Excerpts that prove some entries, one for each run they stand in. What was itself only carried
/// here waits until its log has come.
fn excerpts(reader: &Reader<'_>, entries: &[EntryRef]) -> Result<Vec<Vec<u8>>, Fault> {
    let mut by_log: BTreeMap<LogId, BTreeSet<u64>> = BTreeMap::new();
    for at in entries {
        by_log.entry(at.log).or_default().insert(at.seq);
    }
    let mut excerpts = Vec::new();
    for (log, wanted) in by_log {
        let Some(held) = reader.held_of(log)? else { continue };
        let mut after: u64 = 0;
        for run in reader.runs(log, 0)? {
            let in_run: BTreeSet<u64> =
                wanted.range(after.saturating_add(1)..=run.last).copied().collect();
            if let Some(first) = in_run.first() {
                excerpts.extend(excerpt_of(reader, &held, *first, &run, &in_run)?);
            }
            after = run.last;
        }
    }
    Ok(excerpts)
}

/// The excerpt of a run from one of its entries on; `None` where a part of it is not held.
fn excerpt_of(
    reader: &Reader<'_>,
    held: &Held,
    first: u64,
    run: &Run,
    wanted: &BTreeSet<u64>,
) -> Result<Option<Vec<u8>>, Fault> {
    let is_in = |range: &&Range| (range.first..=range.last).contains(&first);
    let Some(range) = held.ranges.iter().find(is_in).filter(|r| r.last >= run.last) else {
        return Ok(None);
    };
    let before = chain_before(reader, held.log, range, first)?;
    let stored = reader.entries(held.log, first, run.last)?;
    let entries: Vec<Entry> = stored.into_iter().map(|stored| stored.entry).collect();
    let brings = |seq: u64| wanted.contains(&seq);
    Ok(Some(excerpt::pack(held.key, first, &before, &entries, brings, &run.signature)))
}

/// The chain before an entry: from the last signed point before it, link by link.
pub(crate) fn chain_before(
    reader: &Reader<'_>,
    log: LogId,
    range: &Range,
    first: u64,
) -> Result<Hash, Fault> {
    let runs = reader.runs(log, range.first.saturating_sub(1))?;
    let start = runs.iter().rev().find(|run| run.last < first);
    let (from, mut head) =
        start.map_or((range.first.saturating_sub(1), range.before), |run| (run.last, run.head));
    if from.saturating_add(1) < first {
        for stored in reader.entries(log, from.saturating_add(1), first.saturating_sub(1))? {
            head = chain::link(&head, stored.at.seq, &stored.entry);
        }
    }
    Ok(head)
}

/// The space a case moved into, as far as the roster knows it for one.
pub(crate) fn home(roster: &Roster, sharing: Option<&Sharing>) -> Option<SpaceId> {
    sharing.map(|sharing| sharing.home).filter(|space| roster.is_case_space(*space))
}

#[cfg(test)]
mod tests;
