//! 待查: what was kept and has no effect, and what was turned away, with why and what can be done.
//!
//! Two lines of defence leave something to look at. What passed the outer one and not the inner is
//! an entry like any other (stored, counted, passed on) that does not count; the head of the centre
//! judges it by a signed statement, so that every computer knows. What the outer one turned away is
//! not kept: this computer alone remembers that somebody tried, in a short list.

mod deciding;
mod door;
mod listing;

use std::collections::BTreeMap;

use document::structure::StructureFault;
use domain::case::known::{Facts, RefusedFact};
use domain::fact::{Fact, RecordFacts, RecordKind};
use domain::id::{FactId, RecordId};
use domain::log::EntryRef;
use domain::role::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Reader;
use store::quarantine::RefusedRow;
use sync::segment::LogRefusal;
use trust::statement::Place;

use crate::fault::Fault;
use crate::office::Office;
use crate::projector::word;

pub use deciding::{HeldAct, QuarantineDecide};
pub use listing::{
    HeldState, JudgedView, QuarantineLine, QuarantineList, QuarantineWindow, SaidFactView,
    SaidFieldView,
};

pub(crate) use deciding::decide;
pub(crate) use door::{Turned, turned_away};
pub(crate) use listing::list;

/// Why something has no effect.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum HeldReason {
    /// The bytes are no change that can be read, or made Automerge fail.
    Broken,
    /// More than one change may hold.
    TooLarge,
    /// It does not fit its place: its author, its past or the beginning of its record.
    Misplaced,
    /// What it builds on is not here, and something else stands in its place: as a rule it was lost
    /// with a disk that was put back.
    PastMissing,
    /// It would change what nobody may change: another's fact, the shape of the record.
    Forbidden,
    /// It would write over a contradiction without a decision.
    SilentOverwrite,
    /// It builds on an entry that has no effect.
    OnHeld,
    /// 停用后到达: a revoked computer wrote it beyond its cut-off.
    AfterRevocation,
    /// 退出后到达: a unit that had left the case wrote it beyond its cut-off.
    AfterLeaving,
    /// It claims a unit its computer does not belong to, or nobody certified its computer.
    UnitNotProven,
    /// It claims a user for whom nobody vouches on its computer.
    AuthorUnknown,
    /// The role of its author may not write this.
    RoleMayNot,
    /// It is no fact of this kind of record.
    Unreadable,
    /// It says it brings entries of another space, and does not prove it.
    NotCarried,
    /// A note of who did what that cannot be read.
    NoteUnreadable,
    /// 要更新软件: a newer version wrote it.
    NeedsUpdate,
    /// A packet of a sender nobody here knows.
    UnknownSender,
    /// A packet that its sender did not sign.
    Forged,
    /// A packet of another organisation.
    OtherOrganisation,
    /// A computer on the network that nobody here knows.
    Stranger,
    /// A log whose computer nobody certified.
    NotCertified,
    /// A log of a computer that may not write there.
    NoGrant,
    /// A log that is not ours to see.
    NotShared,
    /// A log whose signature does not fit: something in it was altered on the way, or where it came
    /// from.
    BadSignature,
    /// A log that lacks what it says, though nobody erased it as far as is known here.
    MissingPayload,
    /// More of a revoked computer than is kept.
    TooMuchLate,
}

impl HeldReason {
    /// What the structure of a change has against it.
    pub(crate) const fn of_structure(fault: StructureFault) -> Self {
        use StructureFault as S;
        match fault {
            S::NotAChange | S::Poison => Self::Broken,
            S::TooLarge => Self::TooLarge,
            S::Lacking => Self::PastMissing,
            S::Actor | S::Needs | S::Numbering | S::Genesis | S::Future => Self::Misplaced,
            S::OnHeld => Self::OnHeld,
            S::Object | S::Operation | S::FactId => Self::Forbidden,
            S::SilentOverwrite => Self::SilentOverwrite,
        }
    }

    /// Why a fact does not count, as far as somebody must look at it here: what a removed user wrote
    /// is asked about on the conflict desk, and what a newer version wrote waits for the update.
    pub(crate) const fn of_fact(refused: RefusedFact) -> Option<Self> {
        match refused {
            RefusedFact::UnitNotProven => Some(Self::UnitNotProven),
            RefusedFact::AuthorUnknown => Some(Self::AuthorUnknown),
            RefusedFact::RoleMayNot => Some(Self::RoleMayNot),
            RefusedFact::Unreadable => Some(Self::Unreadable),
            RefusedFact::AfterRevocation => Some(Self::AfterRevocation),
            RefusedFact::AfterLeaving => Some(Self::AfterLeaving),
            RefusedFact::AfterRemoval | RefusedFact::NeedsUpdate => None,
        }
    }

    /// Why a log was turned away.
    pub(crate) const fn of_log(refusal: LogRefusal) -> Self {
        match refusal {
            LogRefusal::NotCertified => Self::NotCertified,
            LogRefusal::NoGrant => Self::NoGrant,
            LogRefusal::NotShared => Self::NotShared,
            LogRefusal::Signature => Self::BadSignature,
            LogRefusal::Missing => Self::MissingPayload,
        }
    }

    /// The word it rests in the database as.
    pub(crate) fn word(self) -> String {
        word(&self)
    }

    /// The reason a word stands for; entries that a word of no reason holds are broken.
    fn from_word(text: &str) -> Self {
        serde_json::from_value(serde_json::Value::String(text.to_owned())).unwrap_or(Self::Broken)
    }
}

/// The entries of a record of which facts do not count, each with the first of the reasons.
pub(crate) fn refused_rows(
    reader: &Reader<'_>,
    record: &document::Record,
    refused: &[(FactId, RefusedFact)],
) -> Result<Vec<RefusedRow>, Fault> {
    let shown = refused.iter().filter_map(|(id, why)| Some((*id, HeldReason::of_fact(*why)?)));
    let shown: Vec<(FactId, HeldReason)> = shown.collect();
    if shown.is_empty() {
        return Ok(Vec::new());
    }
    let changes = record.changes_of_facts();
    let mut rows: BTreeMap<EntryRef, HeldReason> = BTreeMap::new();
    for (fact, reason) in shown {
        let Some(change) = changes.get(&fact) else { continue };
        let Some(at) = reader.entry_of_change(record.id(), change)? else { continue };
        let held = rows.entry(at).or_insert(reason);
        *held = reason.min(*held);
    }
    Ok(rows.into_iter().map(|(at, reason)| RefusedRow { at, reason: reason.word() }).collect())
}

/// The facts of a record that do not count, whatever kind of record it is.
pub(crate) fn refused_of(kind: RecordKind, facts: &RecordFacts) -> Vec<(FactId, RefusedFact)> {
    Facts::of(facts, kind).refused
}

/// Whether a fact of an entry that the head adopted would count by the head's own right alone.
pub(crate) fn is_lent(fact: &Fact, role: Option<Role>) -> bool {
    let row = fact.body.row();
    role.is_some_and(|role| !row.admits(role)) && row.admits(Role::R7)
}

/// How many things wait to be looked at here.
pub(crate) fn open_count(office: &Office, reader: &Reader<'_>) -> Result<u64, Fault> {
    let mut count = reader.quarantine_count()?;
    for (place, _) in office.ended().judged.iter() {
        let at = EntryRef { log: place.log, seq: place.seq };
        let held = reader.quarantined(at)?;
        if held.is_some_and(|row| !row.reason.is_empty()) {
            count = count.saturating_sub(1);
        }
    }
    Ok(count.saturating_add(door::open_count(reader)?))
}

/// Whether an entry about a record waits to be looked at.
pub(crate) fn holds(office: &Office, reader: &Reader<'_>, record: RecordId) -> Result<bool, Fault> {
    let judged = &office.ended().judged;
    for at in reader.places_of(record)? {
        let is_judged = judged.contains_key(&Place { log: at.log, seq: at.seq });
        if !is_judged && reader.quarantined(at)?.is_some_and(|row| !row.reason.is_empty()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How many things came to wait since this was last asked: what an exchange brought.
pub(crate) fn newly_held(office: &Office) -> Result<u64, Fault> {
    let count = office.store.read(|reader| open_count(office, reader))?;
    Ok(count.saturating_sub(office.told_held(count)))
}
