//! Erasing what is recorded of people (个人信息删除): said by the head of the township with their
//! own key, known to everybody by the common space, done by every computer that verifies it.
//!
//! Doing it is transport, not meaning: no fact is added. The bytes of every entry of the record go
//! from every log, its rows from every list, and the pages they stood in are overwritten; what the
//! chain hashes stays, so that signatures verify and frontiers are equal ([`store::logs`],
//! [`sync::segment`]).

mod listing;

use std::time::Duration;

use domain::audit::{Act, Deed};
use domain::case::guard::{self, RefusalReason};
use domain::erasure::{ErasureGround, Keeping, Leave, leave};
use domain::fact::RecordKind;
use domain::id::{ErasureId, RecordId, SpaceId, UserId};
use domain::log::EntryKind;
use domain::rights::Right;
use domain::time::day_of;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{Reader, Writer};
use trust::roster::Roster;
use trust::statement::{
    Access, ERASED_MAX, ERASED_NUMBER_CHARS_MAX, ERASED_NUMBERS_MAX, ErasedRecord, Erasure,
    ErasureAgreement, Heir, Signed, Statement,
};

use crate::cases;
use crate::clock::signed;
use crate::drafts;
use crate::fault::Fault;
use crate::journal::Pen;
use crate::office::Office;
use crate::projector::{self, word};
use crate::redaction;
use crate::rights;

pub use listing::{
    CaseMention, ErasedView, ErasureLine, ErasurePreview, ErasurePreviewGet, Erasures, GroundView,
    PacketCopy, PaperCopy, PersonBeside, UnitCopies,
};
pub(crate) use listing::{list, preview};

/// The name under which it is remembered that the pages of something erased may still stand in the
/// write-ahead log.
const UNWIPED: &str = "erasure/unwiped";

/// From when on residue of something erased is looked for in the pages of the database, in
/// milliseconds since 1970.
const RESIDUE: &str = "erasure/residue";

/// When that is done again where it did not go well.
const RESIDUE_AGAIN_MS: u64 = 10 * 60 * 1000;

/// A pause between a few pages and the next, so that whoever works here does not notice.
const PAUSE: Duration = Duration::from_millis(1);

/// Erases records: a case, and the records of persons that are to go with it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct RecordErase {
    /// Which.
    pub records: Vec<RecordId>,
    /// On which ground.
    pub ground: ErasureGround,
    /// Why, without naming anybody: every unit holds it for ever.
    pub reason: String,
}

/// Agrees, as a second person, to an erasure that waits for one.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ErasureAgree {
    /// Which.
    pub erasure: ErasureId,
}

fn refuse(field: &str, index: usize, reason: RefusalReason) -> Fault {
    let index = u32::try_from(index).unwrap_or(u32::MAX);
    Fault::Refused { reason, field: field.to_owned(), index }
}

/// Erases here whatever the statements say is erased, in the transaction that stored them. Says
/// whether anything was.
pub(crate) fn settle(office: &Office, tx: &mut Writer<'_>) -> Result<bool, Fault> {
    let roster = office.roster();
    let Some(common) = roster.common() else { return Ok(false) };
    let done = tx.reader().erased()?;
    let heirs = office.heirs();
    let mut has_erased = false;
    let erased = roster.erased();
    for (record, said) in &erased {
        let record = *record;
        if done.contains(&record) {
            continue;
        }
        // Nothing of ours is forgotten before it was said again where it belongs now; but where that
        // was erased itself, it never comes.
        let last = heirs.last(record);
        let is_gone = erased.contains_key(&last);
        if !is_gone && !redaction::hand_over(office, tx, record, last)? {
            continue;
        }
        tx.erase(record, common, &said.numbers)?;
        if said.heir.is_some() {
            office.refresh_heirs(&tx.reader())?;
            tx.doubt_naming(record)?;
            projector::catch_up(office, tx, last)?;
        }
        // What stands in its place has named by now what it keeps.
        tx.forget_blobs_of(record)?;
        has_erased = true;
    }
    if has_erased {
        tx.tidy_search()?;
        tx.set_value(UNWIPED, b"1")?;
        tx.set_value(RESIDUE, &0u64.to_be_bytes())?;
    }
    Ok(has_erased)
}

/// Erases what waited until the record had come that stands in its place, or what came before a power
/// cut.
pub(crate) fn finish(office: &Office) -> Result<(), Fault> {
    let done = office.store.read(|reader| reader.erased())?;
    if office.roster().erased().keys().any(|record| !done.contains(record)) {
        office.store.write(|tx| settle(office, tx))?;
    }
    Ok(())
}

/// Leaves no old pages of what was erased on the way to here: with statements that a continuation
/// brought, or where a reader was in the way.
pub(crate) fn sweep(office: &Office) -> Result<(), Fault> {
    let is_unwiped = office.store.read(|reader| reader.value(UNWIPED))?.is_some();
    if is_unwiped { wipe(office) } else { Ok(()) }
}

/// Leaves no old page of what was erased beside the database. Where a reader is in the way it is
/// done the next time that something has come, or at the next opening.
pub(crate) fn wipe(office: &Office) -> Result<(), Fault> {
    // Listing throws away what was begun on it; while nobody is at the desk that waits for them.
    match drafts::list(office) {
        Ok(_) | Err(Fault::Locked) => {}
        Err(fault) => return Err(fault),
    }
    office.store.sweep_blobs()?;
    if office.store.empty_log()? {
        office.store.write(|tx| tx.clear_value(UNWIPED))?;
    }
    Ok(())
}

/// Whether residue of something erased may lie in the pages of the database, and it is time to look.
pub(crate) fn has_residue(office: &Office) -> bool {
    let from = office.store.read(|reader| reader.value(RESIDUE)).ok().flatten();
    let from_ms = from.and_then(|from| from.try_into().ok()).map(u64::from_be_bytes);
    let now_ms = office.now_ms();
    // A clock that was put back makes nobody wait for long.
    from_ms.is_some_and(|ms| ms <= now_ms || ms.saturating_sub(now_ms) > RESIDUE_AGAIN_MS)
}

/// Overwrites what SQLite left of what was erased between the cells of pages. All of the file is read
/// for that: it is done beside everything else.
pub(crate) fn clear_residue(office: &Office, goes_on: &dyn Fn() -> bool) -> Result<(), Fault> {
    // What is erased meanwhile puts something else in its place, and is looked for again.
    let begun = office.now_ms().max(1).to_be_bytes();
    office.store.write(|tx| tx.set_value(RESIDUE, &begun))?;
    let cleared = office.store.clear_residue(|| {
        std::thread::sleep(PAUSE);
        goes_on()
    });
    office.store.write(|tx| match cleared {
        Ok(true) if tx.reader().value(RESIDUE)?.as_deref() == Some(&begun) => {
            tx.clear_value(RESIDUE)
        }
        Ok(_) => Ok(()),
        Err(_) => {
            let again_ms = office.now_ms().saturating_add(RESIDUE_AGAIN_MS);
            tx.set_value(RESIDUE, &again_ms.to_be_bytes())
        }
    })?;
    cleared?;
    Ok(())
}

/// How a record is kept, and the numbers it bore; of kinds that are no file and no index, nothing.
fn kept(
    office: &Office,
    reader: &Reader<'_>,
    id: RecordId,
) -> Result<Option<(RecordKind, Keeping, Vec<String>)>, Fault> {
    let kind = reader.kind_of(id)?.ok_or_else(|| Fault::not_found(id))?;
    Ok(match RecordKind::from_code(&kind) {
        Some(RecordKind::Case) => {
            let case = cases::folded(office, reader, id)?;
            let keeping = match &case.archive {
                Some(archive) => Keeping::Archived(archive.retention),
                None => Keeping::Open,
            };
            let provisional = case.registration.map(|registration| registration.number);
            let numbers = provisional.into_iter().chain(case.numbers.formal);
            let sheets = case.dispatch.sheets.into_iter().map(|sheet| sheet.body.number);
            let mut numbers: Vec<String> =
                numbers.chain(case.numbers.former).chain(sheets).collect();
            numbers
                .retain(|number| (1..=ERASED_NUMBER_CHARS_MAX).contains(&number.chars().count()));
            numbers.truncate(ERASED_NUMBERS_MAX);
            Some((RecordKind::Case, keeping, numbers))
        }
        Some(RecordKind::Person) => Some((RecordKind::Person, Keeping::Index, Vec::new())),
        _ => None,
    })
}

/// How many records somebody has had erased on the day of a moment.
fn of_day(roster: &Roster, user: UserId, now_ms: u64) -> u32 {
    let day = day_of(signed(now_ms));
    let own = roster
        .erasures()
        .into_iter()
        .filter(|said| said.by == user && day_of(signed(said.erasure.said_ms)) == day);
    let counts = own.map(|said| u32::try_from(said.erasure.records.len()).unwrap_or(u32::MAX));
    counts.fold(0, u32::saturating_add)
}

/// The common space, if whoever works here speaks for the township on this computer, as a person
/// whose key everybody knows.
fn speaking_in(office: &Office) -> Result<SpaceId, Fault> {
    office.check_user()?;
    let (roster, me) = (office.roster(), office.me());
    let common = roster.common().ok_or_else(|| Fault::not_found("common"))?;
    let may_write = roster.access(common, office.identity.record.unit) == Some(Access::Write);
    if may_write && roster.user(me.user).is_some() { Ok(common) } else { Err(Fault::NotHere) }
}

/// Erases records, or has them wait for a second person.
pub(crate) fn erase(office: &Office, request: &RecordErase) -> Result<Erasures, Fault> {
    erase_with(office, request, |_, _| Ok(None))
}

/// The same, with what stands in the place of each record from then on, if anything does.
pub(crate) fn erase_with(
    office: &Office,
    request: &RecordErase,
    mut heir: impl FnMut(&mut Pen<'_, '_>, RecordId) -> Result<Option<Heir>, Fault>,
) -> Result<Erasures, Fault> {
    let common = speaking_in(office)?;
    let reason = request.reason.trim();
    guard::required("reason", reason, guard::NAME_CHARS_MAX)
        .map_err(|refusal| Fault::refused(&refusal, 0))?;
    if request.records.is_empty() {
        return Err(refuse("records", 0, RefusalReason::Empty));
    }
    if request.records.len() > ERASED_MAX {
        return Err(refuse("records", 0, RefusalReason::TooMany));
    }
    let now_ms = office.now_ms();
    let has_erased = office.store.write(|tx| -> Result<bool, Fault> {
        let mut records = Vec::new();
        let mut asks_second = false;
        for (index, id) in request.records.iter().enumerate() {
            let (mut erased, asks) =
                checked(office, &tx.reader(), (index, *id), request.ground, reason)?;
            asks_second |= asks;
            erased.heir = heir(&mut Pen::new(office, tx), *id)?;
            if erased.heir.is_some() {
                // They are borne by what stands in its place.
                erased.numbers.clear();
            }
            records.push(erased);
        }
        let count = u32::try_from(records.len()).unwrap_or(u32::MAX);
        let erasure = Erasure {
            records,
            ground: request.ground.number(),
            reason: reason.to_owned(),
            said_ms: now_ms,
            of_day: of_day(&office.roster(), office.user(), now_ms).saturating_add(count),
            asks_second,
        };
        if !erasure.is_sound() {
            return Err(refuse("records", 0, RefusalReason::AlreadyDone));
        }
        let deeds: Vec<Deed> = erasure
            .records
            .iter()
            .map(|erased| erased.record)
            .map(|record| {
                Deed::new(Act::Erased).record(record).word(&word(&request.ground)).reason(reason)
            })
            .collect();
        let has_erased = say(office, tx, common, &Statement::Erasure(erasure))?;
        let mut pen = Pen::new(office, tx);
        deeds.into_iter().try_for_each(|deed| pen.note(deed))?;
        Ok(has_erased)
    })?;
    if has_erased {
        wipe(office)?;
    }
    list(office)
}

/// What is said about one of the records to be erased, and whether it asks for a second person.
fn checked(
    office: &Office,
    reader: &Reader<'_>,
    (index, id): (usize, RecordId),
    ground: ErasureGround,
    reason: &str,
) -> Result<(ErasedRecord, bool), Fault> {
    let kept = kept(office, reader, id)?;
    let Some((kind, keeping, numbers)) = kept else {
        return Err(refuse("records", index, RefusalReason::Unknown));
    };
    let asks_second = match leave(ground, keeping) {
        Leave::Alone => false,
        Leave::WithSecond => true,
        Leave::NotArchived => return Err(refuse("ground", index, RefusalReason::NotArchived)),
        Leave::Permanent => return Err(refuse("ground", index, RefusalReason::KeptForEver)),
    };
    let is_waiting = office
        .roster()
        .erasures()
        .iter()
        .any(|said| said.erasure.records.iter().any(|erased| erased.record == id));
    if is_waiting {
        return Err(refuse("records", index, RefusalReason::AlreadyDone));
    }
    if rights::names_somebody(reader, id, reason)? {
        return Err(refuse("reason", index, RefusalReason::NamesSomebody));
    }
    let kind = kind.code().to_owned();
    Ok((ErasedRecord { record: id, kind, numbers, heir: None }, asks_second))
}

/// Says something with the own key of whoever works here, and does what it says.
fn say(
    office: &Office,
    tx: &mut Writer<'_>,
    common: SpaceId,
    statement: &Statement,
) -> Result<bool, Fault> {
    let organisation = office.roster().organisation();
    let said = office.with_user_key(|key| Signed::new(organisation, statement, key))?;
    Pen::new(office, tx).say_signed(common, &said)?;
    office.learn(tx)
}

/// Agrees to an erasure that waits. On a computer that may not write to the common space the word
/// counts once the township has repeated it there.
pub(crate) fn agree(office: &Office, request: &ErasureAgree) -> Result<Erasures, Fault> {
    let space = match speaking_in(office) {
        Ok(common) => common,
        Err(Fault::NotHere) => office.home_space()?,
        Err(fault) => return Err(fault),
    };
    let me = office.me();
    let said = office.roster().erasures();
    let said = said.iter().find(|said| said.id == request.erasure);
    let said = said.ok_or_else(|| Fault::not_found(request.erasure))?;
    if said.by == me.user {
        return Err(rights::refused(office, Right::ErasureReview));
    }
    let is_agreed = office.store.read(|reader| agreed_here(office, reader, said.id))?;
    if said.holds() || is_agreed {
        return Err(refuse("erasure", 0, RefusalReason::AlreadyDone));
    }
    let word = ErasureAgreement { erasure: said.id, said_ms: office.now_ms() };
    let has_erased = office.store.write(|tx| -> Result<bool, Fault> {
        let has_erased = say(office, tx, space, &Statement::Agreement(word))?;
        let mut pen = Pen::new(office, tx);
        for erased in &said.erasure.records {
            pen.note(Deed::new(Act::Erased).record(erased.record).word("agree"))?;
        }
        Ok(has_erased)
    })?;
    if has_erased {
        wipe(office)?;
    }
    list(office)
}

/// Whether whoever works here has agreed to an erasure, counting or not yet.
fn agreed_here(office: &Office, reader: &Reader<'_>, id: ErasureId) -> Result<bool, Fault> {
    let said = agreements(office, reader)?;
    office.with_user_key(|key| {
        let own = key.public().0;
        said.iter().any(|(_, signed, erasure)| *erasure == id && signed.signer == own)
    })
}

/// Every agreement that is stored, with the space it stands in.
fn agreements(
    office: &Office,
    reader: &Reader<'_>,
) -> Result<Vec<(SpaceId, Signed, ErasureId)>, Fault> {
    let organisation = office.roster().organisation();
    let mut found = Vec::new();
    for kept in reader.of_kind(EntryKind::STATEMENT)? {
        if let Ok(signed) = Signed::from_bytes(&kept.payload)
            && signed.is_erasing()
            && let Ok(Statement::Agreement(said)) = signed.verify(organisation)
        {
            found.push((kept.space, signed, said.erasure));
        }
    }
    Ok(found)
}

/// Repeats in the common space what persons of other units agreed to: there it counts for
/// everybody. Only the township's computers do; writes nothing where that was done.
pub(crate) fn repeat(office: &Office) -> Result<(), Fault> {
    let roster = office.roster();
    let Some(common) = roster.common().filter(|_| roster.is_township(office.identity.device))
    else {
        return Ok(());
    };
    let said = office.store.read(|reader| agreements(office, reader))?;
    let (there, elsewhere): (Vec<_>, Vec<_>) =
        said.into_iter().partition(|(space, ..)| *space == common);
    let mut missing: Vec<Signed> = elsewhere.into_iter().map(|(_, signed, _)| signed).collect();
    missing.retain(|signed| !there.iter().any(|(_, known, _)| known == signed));
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    let has_erased = office.store.write(|tx| -> Result<bool, Fault> {
        for signed in &missing {
            Pen::new(office, tx).say_signed(common, signed)?;
        }
        office.learn(tx)
    })?;
    if has_erased { wipe(office) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
