//! Settling a contradiction: a person decides, and the decision is a fact like any other.

use domain::case::conflict::{Conflict, ConflictKind, Side};
use domain::case::guard::{self, RefusalReason};
use domain::case::register;
use domain::fact::body::{Choice, Decided, PersonDecided};
use domain::fact::{Body, RecordKind};
use domain::id::RecordId;
use domain::role::Level;
use domain::time::At;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{linking, tangling};
use crate::clock::{minute, today};
use crate::fault::Fault;
use crate::journal::{Draft, Pen};
use crate::numbering::{self, NumberAssign};
use crate::office::Office;
use crate::people;
use crate::projector::{self, Folded};
use crate::settings;
use crate::sharing;
use crate::units;

/// Settles a contradiction.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ConflictSettle {
    /// The record.
    pub record: RecordId,
    /// The key of the conflict.
    pub key: String,
    /// What holds: one of the sides, for a register also a third value, or a way by its name.
    pub choice: Choice,
    /// Why.
    pub reason: String,
    /// When it was decided; this minute if absent.
    #[serde(default)]
    pub at: Option<At>,
}

/// Settles a contradiction.
pub(crate) fn settle(office: &Office, request: &ConflictSettle) -> Result<(), Fault> {
    guard::required("reason", &request.reason, guard::TEXT_CHARS_MAX)
        .map_err(|refusal| Fault::refused(&refusal, 0))?;
    let at = request.at.unwrap_or_else(|| minute(office.now_ms()));
    if at.day > today(office.now_ms()) {
        return Err(refuse("at", RefusalReason::InFuture));
    }
    office.store.write(|tx| {
        if tx.reader().kind_of(request.record)?.as_deref() == Some(RecordKind::Settings.code()) {
            return settings::decide(office, tx, request, at);
        }
        let mut pen = Pen::new(office, tx);
        if across(office, &mut pen, request, at)? {
            return Ok(());
        }
        pen.edit(request.record, |pen, record, draft| {
            let facts = projector::facts_of(office, &pen.tx.reader(), record)?;
            match RecordKind::from_code(&record.kind()) {
                Some(RecordKind::Case) => {
                    let case = settings::fold_case(&pen.tx.reader(), &facts)?;
                    let owner = case.owner().map(|t| (t.unit, t.level));
                    let conflict = open(&case.conflicts, request)?;
                    check_seat(office, conflict, owner)?;
                    if let (ConflictKind::Home, Some(moved)) = (conflict.kind, &case.sharing) {
                        sharing::join_holders(pen, moved, &request.choice)?;
                    }
                    decide(office, draft, at, conflict, request, Body::Decided)
                }
                Some(RecordKind::Person) => {
                    let person = domain::person::fold(&facts);
                    let conflict = open(&person.conflicts, request)?;
                    let body = |d: Decided| {
                        Body::PersonDecided(PersonDecided {
                            conflict: d.conflict,
                            choice: d.choice,
                            over: d.over,
                            reason: d.reason,
                        })
                    };
                    decide(office, draft, at, conflict, request, body)
                }
                Some(RecordKind::Unit) => units::decide(office, draft, &facts, request),
                _ => Err(Fault::not_found(request.record)),
            }
        })
    })?;
    // A decision about its home may leave entries of the case behind.
    sharing::carry(office)
}

/// Settles what lies between two records; says whether the contradiction is of that sort.
fn across(
    office: &Office,
    pen: &mut Pen<'_, '_>,
    request: &ConflictSettle,
    at: At,
) -> Result<bool, Fault> {
    let record = request.record;
    if let Some(number) = numbering::clashing(&request.key) {
        let reader = pen.tx.reader();
        let (_, Folded { facts, case, .. }) = super::reading::fold(office, &reader, record)?;
        let clash = numbering::clash(office, &reader, record, &case, &facts)?;
        let clash = clash.filter(|clash| clash.key == numbering::clash_key(number));
        let conflict: Vec<Conflict> = clash.into_iter().collect();
        check_seat(office, open(&conflict, request)?, None)?;
        if request.choice != Choice::Way(numbering::RENUMBER.to_owned()) {
            return Err(refuse("choice", RefusalReason::Unknown));
        }
        let assign = NumberAssign { case: record, printed: false };
        numbering::assign_with(office, pen, &assign, at)?;
        return Ok(true);
    }
    if tangling::is_key(&request.key) {
        let tangle = tangling::of(office, &pen.tx.reader(), record)?;
        let tangle = tangle.ok_or_else(|| Fault::not_found(&request.key))?;
        check_seat(office, open(std::slice::from_ref(&tangle.conflict), request)?, None)?;
        let why = (request.reason.as_str(), at);
        tangling::settle(office, pen, &tangle, &request.choice, why)?;
        return Ok(true);
    }
    if let Some(other) = domain::case::duplicate::other_of(&request.key) {
        let case = super::reading::folded(office, &pen.tx.reader(), record)?;
        check_seat(office, open(&case.conflicts, request)?, None)?;
        let why = (request.reason.as_str(), at);
        linking::settle(office, pen, (record, other), &request.choice, why)?;
        return Ok(true);
    }
    if let Some(other) = domain::person::other_of(&request.key) {
        let reader = pen.tx.reader();
        let (_, document) = projector::load(&reader, record)?;
        let person = domain::person::fold(&projector::facts_of(office, &reader, &document)?);
        check_seat(office, open(&person.conflicts, request)?, None)?;
        let why = (request.reason.as_str(), at);
        people::settle(office, pen, (record, other), &request.choice, why)?;
        return Ok(true);
    }
    Ok(false)
}

fn refuse(field: &str, reason: RefusalReason) -> Fault {
    Fault::Refused { reason, field: field.to_owned(), index: 0 }
}

/// The open conflict that is meant, and a choice that it offers.
pub(crate) fn open<'a>(
    conflicts: &'a [Conflict],
    request: &ConflictSettle,
) -> Result<&'a Conflict, Fault> {
    let mut found = conflicts.iter().filter(|c| c.key == request.key);
    let conflict = found
        .clone()
        .find(|c| c.is_open())
        .or_else(|| found.next())
        .ok_or_else(|| Fault::not_found(&request.key))?;
    if !conflict.is_open() {
        return Err(refuse("key", RefusalReason::AlreadyDone));
    }
    let is_offered = match &request.choice {
        Choice::Value(value) => {
            conflict.kind == ConflictKind::Field
                && (value.is_string() || value.is_i64() || value.is_null())
        }
        choice @ Choice::Fact(_) => conflict.sides.iter().any(|side| side.choice == *choice),
        Choice::Way(way) => conflict.ways.contains(&way.as_str()),
    };
    if is_offered { Ok(conflict) } else { Err(refuse("choice", RefusalReason::Unknown)) }
}

/// Whether whoever asks sits where this is decided.
pub(crate) fn check_seat(
    office: &Office,
    conflict: &Conflict,
    owner: Option<(domain::id::UnitId, Level)>,
) -> Result<(), Fault> {
    let me = office.me();
    let may = conflict.seat.roles(owner.map_or(me.role.level(), |(_, level)| level));
    let deciding = conflict.deciding_unit(owner.map(|(unit, _)| unit));
    let is_seated = deciding.is_none_or(|unit| unit == me.unit);
    if may.contains(&me.role) && is_seated {
        Ok(())
    } else {
        Err(Fault::NotAllowed { role: me.role, may: may.to_vec() })
    }
}

/// Writes the decision, with what lost, and for a register also the value that holds.
fn decide(
    office: &Office,
    draft: &mut Draft,
    at: At,
    conflict: &Conflict,
    request: &ConflictSettle,
    body: impl FnOnce(Decided) -> Body,
) -> Result<(), Fault> {
    let lost = |side: &&Side| side.choice != request.choice;
    // Where nothing lost, what was taken up is written down.
    let is_sole = !conflict.sides.iter().any(|side| lost(&side));
    let over = conflict.sides.iter().filter(|side| is_sole || lost(side));
    let over = over.map(register::write_losing).collect();
    let decided = Decided {
        conflict: request.key.clone(),
        choice: request.choice.clone(),
        over,
        reason: request.reason.trim().to_owned(),
    };
    draft.fact(office, at, body(decided))?;
    if let (ConflictKind::Field, Some(value), Some(field)) =
        (conflict.kind, register::chosen_value(&request.choice), request.key.strip_prefix("field/"))
    {
        draft.field(office, field, value.clone())?;
    }
    Ok(())
}
