//! From entries to documents, and from documents to lists. Everything here can be thrown away and
//! made again from the logs; whoever has the same entries makes the same rows.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use document::Record;
use domain::case::card::Bench;
use domain::case::conflict::{Conflict, ConflictKind, Seat};
use domain::case::red::Mask;
use domain::case::{Case, known::RefusedFact};
use domain::fact::body::Choice;
use domain::fact::{Body, Fact, FieldValue, RecordFacts, RecordKind};
use domain::id::{RecordId, SpaceId, UnitId};
use domain::role::Level;
use domain::time::Hlc;
use domain::{case, person, unit};
use serde::Serialize;
use store::cases::{CaseProjection, CaseRow, ConflictRow, DueRow, NoticeRow};
use store::guards::GuardRow;
use store::records::{PersonRow, Saved};
use store::ties::{LinkRow, NumberRow, Ties};
use store::{Reader, Writer};

use crate::attachments::travelling;
use crate::audit;
use crate::fault::Fault;
use crate::office::Office;
use crate::quarantine;
use crate::settings;
use crate::sharing;
use crate::status::PROMISE;
use crate::units;

mod growing;
mod rows;

use growing::{Document, Grown};
use rows::{card_rows, deadlines, item_rows, period_rows, sheet_rows};

/// The word under which frozen periods stand.
pub(crate) const FREEZE: &str = "freeze";

/// The word under which zero reports stand.
pub(crate) const ZERO: &str = "zero";

/// How many records are built in one transaction, and how many of them one thread takes at a time.
const BATCH: u32 = 400;
const SHARE: usize = 25;

/// The word an enumeration stands for in rows and views.
pub(crate) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The latest time anything in a record was typed.
pub(crate) fn latest(facts: &RecordFacts) -> Hlc {
    let typed = facts.facts.iter().filter_map(|carried| {
        domain::fact::Fact::read(&carried.json).ok().map(|fact| fact.recorded)
    });
    let written = facts.fields.values().flatten().map(|value| value.recorded);
    typed.chain(written).max().unwrap_or_default()
}

/// Whether a newer version said something of a record that must not be passed over: it is shown, and
/// not written on.
pub(crate) fn needs_newer(
    office: &Office,
    reader: &Reader<'_>,
    id: RecordId,
) -> Result<bool, Fault> {
    let critical = reader.critical(id)?;
    let ended = office.ended();
    Ok(critical.into_iter().any(|(at, device)| ended.late(id, device, at).is_none()))
}

/// A record as cached.
pub(crate) fn load(reader: &Reader<'_>, id: RecordId) -> Result<(SpaceId, Record), Fault> {
    let saved = reader.saved(id)?.ok_or_else(|| Fault::not_found(id))?;
    Ok((saved.space, Record::load(id, &saved.saved, &saved.heads)?))
}

/// The facts of a record, with those of removed users and revoked devices from beyond their
/// cut-off.
pub(crate) fn facts_of(
    office: &Office,
    reader: &Reader<'_>,
    record: &Record,
) -> Result<RecordFacts, Fault> {
    counted(office, reader, record, record.facts(office))
}

/// The facts that a record holds, with those of removed users and revoked devices told apart.
fn counted(
    office: &Office,
    reader: &Reader<'_>,
    record: &Record,
    mut facts: RecordFacts,
) -> Result<RecordFacts, Fault> {
    let ended = office.ended();
    if ended.is_empty() {
        return Ok(facts);
    }
    let changes = record.changes_of_facts();
    let begun_by = record.begun_by().filter(|_| !facts.first_at.is_empty());
    for carried in &mut facts.facts {
        let Ok(fact) = domain::fact::Fact::read(&carried.json) else { continue };
        let removed = ended.users.get(&fact.by);
        let device = carried.proof.map(|p| p.device);
        let gone = device.filter(|device| ended.is_gone(record.id(), *device));
        let is_lent = quarantine::is_lent(&fact, carried.role);
        if removed.is_none() && gone.is_none() && !is_lent {
            continue;
        }
        let entry = match (facts.first_at.get(&carried.id), changes.get(&carried.id)) {
            (Some(first), _) => Some(*first),
            (None, Some(change)) => reader.entry_of_change(record.id(), change)?,
            (None, None) => None,
        };
        let late = gone.zip(entry).and_then(|(device, at)| ended.late(record.id(), device, at));
        if let Some(why) = late {
            facts.late.insert(carried.id, why);
            (carried.proof, carried.role) = (None, None);
        }
        if is_lent && entry.is_some_and(|at| ended.is_adopted(at)) {
            facts.adopted.insert(carried.id);
        }
        if let Some(removed) = removed
            && !entry.is_some_and(|at| removed.cut_offs.covers(at.log, at.seq))
        {
            facts.removed.insert(carried.id, removed.effective_ms);
        }
    }
    let mut failed = None;
    facts.late_fields = record.late_fields(office, |change, value| {
        let Some(removed) = ended.users.get(&value.by) else { return false };
        // Typing is all that happens to a register.
        if value.recorded.ms < removed.effective_ms {
            return false;
        }
        // What was taken over counted when it was.
        if begun_by.as_ref() == Some(change) {
            return false;
        }
        match reader.entry_of_change(record.id(), change) {
            Ok(entry) => !entry.is_some_and(|at| removed.cut_offs.covers(at.log, at.seq)),
            Err(error) => {
                failed = Some(error);
                true
            }
        }
    });
    failed.map_or(Ok(facts), |error| Err(error.into()))
}

/// Applies to a record what has become ready, and brings its lists up to date. A record of which
/// something came late is built from the beginning: a document forgets nothing. One that is erased
/// is in no list.
pub(crate) fn catch_up(office: &Office, tx: &mut Writer<'_>, id: RecordId) -> Result<(), Fault> {
    catch_up_some(office, tx, &[id])
}

/// A record with everything that has come. It is built only where something has come since it was
/// cached, or where what is cached is not to be believed: whoever writes does it once then, not
/// twice.
pub(crate) fn current(
    office: &Office,
    tx: &mut Writer<'_>,
    id: RecordId,
) -> Result<(SpaceId, Record), Fault> {
    if !tx.reader().is_behind(id)?
        && let Ok(cached) = load(&tx.reader(), id)
    {
        return Ok(cached);
    }
    catch_up(office, tx, id)?;
    load(&tx.reader(), id)
}

/// Brings some records up to date.
pub(crate) fn catch_up_some(
    office: &Office,
    tx: &mut Writer<'_>,
    records: &[RecordId],
) -> Result<(), Fault> {
    let mut all = Vec::with_capacity(records.len());
    growing::grow(office, &tx.reader(), records, |grown| {
        all.push(grown);
        true
    })?;
    all.into_iter().try_for_each(|grown| write_down(office, tx, grown))
}

/// Writes what became of a record: of each of its entries, and of its lists.
fn write_down(office: &Office, tx: &mut Writer<'_>, grown: Grown) -> Result<(), Fault> {
    let id = grown.id;
    for (at, outcome) in &grown.outcomes {
        tx.settle(*at, outcome.as_ref().map_err(String::as_str))?;
    }
    match grown.document {
        Some(document) => {
            put(office, tx, document)?;
            tx.repay(id)?;
        }
        // What is lent stays in the lists until something of it comes.
        None if grown.has_come || !tx.reader().is_lent(id)? => tx.unlist(id)?,
        None => {}
    }
    Ok(tx.caught_up(id)?)
}

/// Brings records up to date in a transaction that has written nothing yet: what can be done without
/// writing is done on all cores, by readers who see what the transaction began with, since nobody
/// else writes meanwhile.
fn catch_up_beside(
    office: &Office,
    tx: &mut Writer<'_>,
    records: &[RecordId],
) -> Result<(), Fault> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = cores.min(records.len().div_ceil(SHARE));
    if threads < 2 {
        return catch_up_some(office, tx, records);
    }
    let shares = Mutex::new(records.chunks(SHARE));
    let next = || shares.lock().unwrap_or_else(PoisonError::into_inner).next();
    thread::scope(|scope| {
        let (tell, told) = mpsc::sync_channel::<Result<Grown, Fault>>(SHARE);
        for _ in 0..threads {
            let tell = tell.clone();
            scope.spawn(move || {
                let done = office.store.read(|reader| -> Result<(), Fault> {
                    while let Some(share) = next() {
                        growing::grow(office, reader, share, |grown| tell.send(Ok(grown)).is_ok())?;
                    }
                    Ok(())
                });
                if let Err(fault) = done {
                    // Whoever writes may have given up, and asks nobody any more.
                    let _ = tell.send(Err(fault));
                }
            });
        }
        drop(tell);
        told.into_iter().try_for_each(|grown| write_down(office, tx, grown?))
    })
}

/// Builds every record that is behind, some at a time; `goes_on` is told how many are done and may
/// stop it between two batches.
pub(crate) fn catch_up_all(
    office: &Office,
    mut goes_on: impl FnMut(u64) -> bool,
) -> Result<(), Fault> {
    office.store.write(|tx| {
        sharing::unpack_all(office, tx)?;
        audit::read_all(tx)
    })?;
    let mut done: u64 = 0;
    loop {
        let count = office.store.write(|tx| -> Result<usize, Fault> {
            let behind = tx.reader().behind(BATCH)?;
            catch_up_beside(office, tx, &behind)?;
            Ok(behind.len())
        })?;
        done = done.saturating_add(u64::try_from(count).unwrap_or(0));
        if count == 0 || !goes_on(done) {
            return Ok(());
        }
    }
}

/// A case as its facts say it, and the space it lives in.
pub(crate) struct Folded {
    pub(crate) space: SpaceId,
    pub(crate) facts: RecordFacts,
    pub(crate) case: Case,
}

/// Caches a document and writes everything it contributes to the lists. Gives the case, if it is
/// one, as it was folded for that.
pub(crate) fn keep(
    office: &Office,
    tx: &mut Writer<'_>,
    record: &Record,
) -> Result<Option<Folded>, Fault> {
    put(office, tx, Document::of(office, Cow::Borrowed(record)))
}

fn put(
    office: &Office,
    tx: &mut Writer<'_>,
    document: Document<'_>,
) -> Result<Option<Folded>, Fault> {
    let Document { record, saved, facts } = document;
    let record = record.as_ref();
    let Some(mut space) = tx.reader().space_of(record.id())? else { return Ok(None) };
    if record.takes_over() && !record.is_heir(office) {
        // It stands in no list before whoever erases the other one says so.
        set_aside(tx, record, saved, space)?;
        return Ok(None);
    }
    let facts = counted(office, &tx.reader(), record, facts)?;
    let kind = record.kind();
    let is_unproven = |c: &domain::fact::Carried| c.proof.is_none() || c.role.is_none();
    let mut refused = Vec::new();
    let mut folded = None;
    let mut has_refused =
        facts.facts.iter().any(|c| is_unproven(c) && !facts.late.contains_key(&c.id));
    match RecordKind::from_code(&kind) {
        Some(RecordKind::Case) => {
            let case = settings::fold_case(&tx.reader(), &facts)?;
            has_refused |= case.refused.iter().any(|(_, why)| {
                matches!(why, RefusedFact::AuthorUnknown | RefusedFact::UnitNotProven)
            });
            refused.clone_from(&case.refused);
            let roster = office.roster();
            match sharing::home(&roster, case.sharing.as_ref()) {
                Some(home) => space = home,
                // A space nobody vouches for yet may still turn out to be the case's.
                None => has_refused |= case.sharing.is_some(),
            }
            let mut rows = case_rows(space, record, &facts, &case);
            let calendar = settings::calendar(&tx.reader())?;
            let clocks = case::clock::read(&case, &calendar);
            rows.dues.extend(deadlines(record.id(), &case, &clocks));
            rows.sheets = sheet_rows(record.id(), &case, &clocks);
            tx.put_case(&rows)?;
            tx.put_blobs(record.id(), &travelling::rows(&tx.reader(), record, &case)?)?;
            let settings = &case.settings;
            let bench = Bench { clocks: &clocks, calendar: &calendar, settings };
            tx.put_cards(record.id(), &card_rows(record.id(), &case, bench))?;
            folded = Some(case);
        }
        Some(RecordKind::Person) => {
            let person = person::fold(&facts);
            let conflicts: Vec<ConflictRow> =
                person.conflicts.iter().map(|c| person_conflict_row(record.id(), c)).collect();
            if person.is_withdrawn {
                tx.drop_person(record.id())?;
            } else {
                tx.put_person(&person_row(space, record.id(), &facts, &person), &conflicts)?;
            }
        }
        Some(RecordKind::Unit) => {
            if let Some(unit) = unit::fold(&facts) {
                units::keep(office, tx, record.id(), &unit)?;
            }
        }
        Some(RecordKind::Settings) => settings::keep(office, tx, record)?,
        Some(RecordKind::Period) => {
            let said = domain::period::fold(record.id(), &facts);
            tx.put_periods(record.id(), &period_rows(&said))?;
        }
        // A newer version's record is cached and carried on, and stands in no list.
        None => {}
    }
    if let Some(kind) = RecordKind::from_code(&kind).filter(|kind| *kind != RecordKind::Case) {
        refused = quarantine::refused_of(kind, &facts);
    }
    tx.put_refused(record.id(), &quarantine::refused_rows(&tx.reader(), record, &refused)?)?;
    tx.save(&Saved {
        record: record.id(),
        space,
        kind,
        heads: record.heads(),
        saved,
        has_refused,
    })?;
    Ok(folded.map(|case| Folded { space, facts, case }))
}

/// Caches a document that stands in no list yet.
fn set_aside(
    tx: &mut Writer<'_>,
    record: &Record,
    saved: Vec<u8>,
    space: SpaceId,
) -> Result<(), Fault> {
    tx.unlist(record.id())?;
    Ok(tx.save(&Saved {
        record: record.id(),
        space,
        kind: record.kind(),
        heads: record.heads(),
        saved,
        has_refused: true,
    })?)
}

fn text_of(fields: &BTreeMap<String, Vec<FieldValue>>, name: &str) -> String {
    let last = fields.get(name).and_then(|values| values.last());
    last.and_then(|v| v.value.as_str()).unwrap_or_default().to_owned()
}

fn person_row(
    space: SpaceId,
    record: RecordId,
    facts: &RecordFacts,
    person: &person::Person,
) -> PersonRow {
    // Folding settles which of two values is shown; the row shows the same.
    let shown = |name: &str| match person.fields.get(name) {
        Some(register) => register.value.as_str().unwrap_or_default().to_owned(),
        None => text_of(&facts.fields, name),
    };
    PersonRow {
        record,
        space,
        name: shown("name"),
        phone: shown("phone"),
        address: shown("address"),
        born: match shown("birth") {
            birth if birth.is_empty() => domain::person::birth_in(&shown("id_number"))
                .map(|day| day.format("%Y-%m-%d").to_string())
                .unwrap_or_default(),
            birth => birth,
        },
        beside: beside(&facts.fields, &["name", "phone"]).join("\n"),
        letters: rows::person_letters(&shown("name"), &shown("address")),
    }
}

/// Every value of registers that have several: until somebody decides, each finds the record.
///
/// Source: `domain.md` 5.16, both searchable.
fn beside(fields: &BTreeMap<String, Vec<FieldValue>>, names: &[&str]) -> Vec<String> {
    let contested = names.iter().filter_map(|name| fields.get(*name)).filter(|all| all.len() > 1);
    contested.flatten().filter_map(|one| one.value.as_str().map(str::to_owned)).collect()
}

/// The title a case is shown by, as everybody may read it: its own, or its parties'.
pub(crate) fn title(case: &Case) -> String {
    let own = case.fields.get("title").and_then(|f| f.value.as_str()).unwrap_or_default();
    if own.is_empty() { names(case).join("、") } else { Mask::of(&case.parties).over(own) }
}

fn names(case: &Case) -> Vec<String> {
    case.parties.iter().map(case::red::shown_name).collect()
}

fn case_rows(space: SpaceId, record: &Record, facts: &RecordFacts, case: &Case) -> CaseProjection {
    let id = record.id();
    let mask = Mask::of(&case.parties);
    let level = case.owner().map_or(Level::Village, |t| t.level);
    let number = |n: u16| u32::from(n);
    let place = case.fields.get("place").and_then(|f| f.value.as_str()).unwrap_or_default();
    let marks: Vec<String> = case.marks.iter().map(|m| word(&m.value)).collect();
    let local = case.local_item.as_ref().map(|item| &item.value);
    let day = |d: domain::time::Day| d.format("%Y-%m-%d").to_string();
    let row = CaseRow {
        record: id,
        space,
        number: case.registration.as_ref().map(|r| r.number.clone()).unwrap_or_default(),
        title: title(case),
        category: case.category.as_ref().map(|c| word(&c.value)),
        place: mask.over(place),
        parties: json(&names(case)),
        stage: word(&case.stage),
        state: word(&case.state),
        marks: json(&marks),
        owner: case.owner().map(|t| t.unit),
        registered_unit: case.registration.as_ref().map(|r| r.counts_for),
        registered_day: case.registered_on().map(day).unwrap_or_default(),
        next_due_day: case.dues.first().map(|due| day(due.day)),
        next_due_what: case.dues.first().map(|due| mask.over(&due.what)),
        risk: case.risk.as_ref().map(|r| word(&r.value)),
        amount_fen: case.counts.amount_fen,
        is_amount_unverified: case.counts.is_amount_unverified,
        is_closed: case.closure.is_some() || case.duplicates.into.is_some(),
        open_conflicts: u32::try_from(case.conflicts.iter().filter(|c| c.is_open()).count())
            .unwrap_or(u32::MAX),
        village_sessions: number(case.session_count(Level::Village)),
        township_sessions: number(case.session_count(Level::Township)),
        visits: case.counts.visits,
        sessions: case.counts.sessions,
        escalations: case.counts.escalations,
        written_agreements: case.counts.written_agreements,
        oral_agreements: case.counts.oral_agreements,
        settings: case.registration.as_ref().map(|r| r.settings.clone()).unwrap_or_default(),
        source: case.registration.as_ref().map(|r| word(&r.source)).unwrap_or_default(),
        party_count: u32::try_from(case.parties.len()).unwrap_or(u32::MAX),
        mediators: case.hosting.mediators.join("、"),
        local_code: local.map(|item| item.code.clone()),
        local_group: local.map(|item| item.group.clone()),
        local_item: local.map(|item| item.name.clone()),
    };
    CaseProjection {
        items: item_rows(case),
        sheets: Vec::new(),
        text: search_text(&row, record, facts, case),
        letters: rows::search_letters(&row, case),
        guard: guard_row(space, facts, case),
        ties: ties(record, case),
        dues: case
            .dues
            .iter()
            .map(|due| DueRow {
                record: id,
                kind: PROMISE.to_owned(),
                day: day(due.day),
                unit: due.unit,
                what: mask.over(&due.what),
                amount_fen: due.amount.map(|a| a.0),
                agreement: due.agreement.to_string(),
                line: due.line,
            })
            .collect(),
        conflicts: case
            .conflicts
            .iter()
            .map(|c| conflict_row(id, case.owner().map(|t| t.unit), c, level))
            .collect(),
        notices: case
            .notices
            .iter()
            .map(|notice| NoticeRow {
                record: id,
                key: notice.key.clone(),
                unit: notice.unit,
                rule: notice.why.rule.code().to_owned(),
                is_open: notice.acknowledged.is_none(),
            })
            .collect(),
        row,
    }
}

/// Who takes part in a case, and what in it is hidden from whoever may not read it.
fn guard_row(space: SpaceId, facts: &RecordFacts, case: &Case) -> GuardRow {
    let told = case::red::telling(case, facts);
    let registered = case.registration.as_ref().map(|r| r.unit);
    let sheets = &case.dispatch.sheets;
    let all = |units: &mut dyn Iterator<Item = UnitId>| -> Vec<UnitId> {
        units.collect::<std::collections::BTreeSet<UnitId>>().into_iter().collect()
    };
    let owner = case.owner().map(|tenure| tenure.unit);
    let tenures = case.ladder.tenures.iter().map(|tenure| tenure.unit);
    GuardRow {
        space,
        is_protected: case.red_branch.is_some(),
        is_restricted: case.restriction.is_some(),
        holders: all(&mut registered.into_iter().chain(owner)),
        addressed: all(&mut sheets.iter().map(|sheet| sheet.body.to)),
        former: all(&mut tenures.chain(sheets.iter().map(|sheet| sheet.from))),
        minors: json(&told.minors),
        parties: json(&told.others),
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// A contradiction of a record, as the desk lists it.
pub(crate) fn conflict_row(
    record: RecordId,
    owner: Option<UnitId>,
    conflict: &Conflict,
    level: Level,
) -> ConflictRow {
    let roles: Vec<String> = conflict.seat.roles(level).iter().map(word).collect();
    let latest = conflict.sides.iter().map(|side| side.recorded).max().unwrap_or_default();
    ConflictRow {
        record,
        key: conflict.key.clone(),
        kind: word(&conflict.kind),
        is_open: conflict.is_open(),
        unit: conflict.deciding_unit(owner),
        roles: roles.join(" "),
        latest: format!("{:015}-{:05}", latest.ms, latest.count),
    }
}

/// A contradiction that lies in no single record: it is found across them.
pub(crate) fn across_row(record: RecordId, key: String, kind: ConflictKind) -> ConflictRow {
    let roles: Vec<String> = Seat::JudicialOffice.roles(Level::Township).iter().map(word).collect();
    ConflictRow {
        record,
        key,
        kind: word(&kind),
        is_open: true,
        unit: None,
        roles: roles.join(" "),
        latest: String::new(),
    }
}

/// A person belongs to nobody: who may decide at either level may.
fn person_conflict_row(record: RecordId, conflict: &Conflict) -> ConflictRow {
    let mut row = conflict_row(record, None, conflict, Level::Village);
    let mut roles: Vec<_> = [Level::Village, Level::Township]
        .iter()
        .flat_map(|level| conflict.seat.roles(*level))
        .map(word)
        .collect();
    roles.sort_unstable();
    roles.dedup();
    row.roles = roles.join(" ");
    row
}

/// What ties a case to other records.
fn ties(record: &Record, case: &Case) -> Ties {
    let summary = record.text("summary").unwrap_or_default();
    let (traits, keys) = domain::likeness::traits(case, &summary);
    let into = case.duplicates.into.as_ref().map(|into| into.value);
    let link = |link: &domain::case::duplicate::Link| LinkRow {
        record: record.id(),
        other: link.other.case,
        verdict: word(&link.verdict),
        goes_into: into == Some(link.other.case),
        is_disputed: link.is_disputed,
    };
    let numbers = &case.numbers;
    let voided = |number: &String| {
        numbers.voided.iter().find(|v| v.number == *number).map(|v| v.reason.clone())
    };
    let number = |number: &String, claim: Option<String>| NumberRow {
        number: number.clone(),
        record: record.id(),
        claim,
        voided: voided(number),
    };
    let former = numbers.former.iter().map(|n| number(n, None));
    let formal = numbers.formal.iter().map(|n| number(n, numbers.claim.map(|c| c.text())));
    Ties {
        keys,
        traits: json(&traits),
        links: case.duplicates.links.iter().map(link).collect(),
        numbers: former.chain(formal).collect(),
        persons: case.parties.iter().filter_map(|party| party.details.person).collect(),
    }
}

/// Names and telephones of parties about which corrections contradict each other: until somebody
/// decides, each finds the case. Of somebody who is or may be a minor nothing is added.
fn corrections_beside(facts: &RecordFacts, case: &Case) -> Vec<String> {
    let Some(began) = case.registered_on() else { return Vec::new() };
    let open = case.conflicts.iter().filter(|c| c.kind == ConflictKind::Correction && c.is_open());
    let said = open.flat_map(|conflict| &conflict.sides).filter_map(|side| {
        let Choice::Fact(id) = side.choice else { return None };
        let carried = facts.facts.iter().find(|carried| carried.id == id)?;
        let Body::Corrected(body) = Fact::read(&carried.json).ok()?.body else { return None };
        let Body::PartyAdded(party) = *body.to else { return None };
        let is_held_minor = case.parties.iter().any(|held| held.id == body.fact && held.is_minor);
        let is_minor = is_held_minor || case::red::is_minor(party.birth, began);
        (!is_minor).then(|| std::iter::once(party.name).chain(party.phone))
    });
    said.flatten().collect()
}

/// The text by which a case is found: title, number, parties and their telephones, place, summary.
/// What must not be read of a minor is not found by either.
fn search_text(row: &CaseRow, record: &Record, facts: &RecordFacts, case: &Case) -> String {
    let mut parts = vec![row.title.clone(), row.number.clone(), row.place.clone()];
    for party in case.parties.iter().filter(|party| !party.is_minor) {
        parts.push(party.details.name.clone());
        parts.extend(party.details.phone.clone());
        parts.extend(party.details.address.clone());
    }
    parts.extend(beside(&facts.fields, &["title", "place"]));
    parts.extend(corrections_beside(facts, case));
    parts.extend(case.numbers.formal.clone());
    parts.extend(case.numbers.former.iter().cloned());
    parts.extend(record.text("summary"));
    parts.retain(|part| !part.is_empty());
    Mask::of(&case.parties).over(&parts.join("\n"))
}
