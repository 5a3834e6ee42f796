//! What may be written next. A guard refuses what cannot be meant, names the member at fault, and
//! says nothing about facts that arrive from elsewhere: those are kept and marked by the fold.

use crate::catalogue;
use crate::fact::body::*;
use crate::fact::{Body, FACT_BYTES_MAX};
use crate::id::{FactId, UnitId};
use crate::money::Fen;
use crate::role::{Level, Role};
use crate::time::{At, Day};

mod climbing;
mod ending;
mod keeping;
mod sheet;
#[cfg(test)]
mod tests;
mod timing;

use super::Case;
use super::attachment::{ATTACHMENTS_MAX, BLOB_BYTES_MAX, THUMBNAIL_BYTES_MAX};
use super::ladder::EscalationStatus;
use super::privacy;
use super::procedure::follows_registration;
use super::stage::State;

/// The longest name of a person, a place, a seal.
pub const NAME_CHARS_MAX: usize = 100;
/// The longest free text.
pub const TEXT_CHARS_MAX: usize = 20_000;
/// The most parties of one case.
pub const PARTIES_MAX: usize = 500;
/// The most lines of a plan of performance.
pub const PLAN_LINES_MAX: usize = 120;

/// The most copies of one print.
pub const COPIES_MAX: u16 = 200;

/// Why something cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason:?} at {field}")]
pub struct Refusal {
    /// The member of the body at fault, or `at`.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: RefusalReason,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum RefusalReason {
    /// Something must be written there.
    Empty,
    /// Too short to tell anything.
    TooShort,
    /// Too long.
    TooLong,
    /// Too many.
    TooMany,
    /// It lies in the future.
    InFuture,
    /// It lies before the registration.
    BeforeRegistration,
    /// It lies before what it builds on.
    TooEarly,
    /// An impossible number.
    OutOfRange,
    /// The law allows no such limit.
    AgainstLaw,
    /// The period is not over.
    NotOver,
    /// There are cases in the period.
    HasCases,
    /// It names something this case does not have.
    Unknown,
    /// This role may not write it.
    Role,
    /// The case belongs to another unit now.
    NotOwner,
    /// The case is closed.
    Closed,
    /// A party has refused mediation.
    ///
    /// Source: 人民调解法 (2010) arts. 3 and 17.
    PartyRefused,
    /// This dispute may only be settled in writing.
    ///
    /// Source: 劳动争议调解仲裁法 (2007) art. 14; 农村土地承包经营纠纷调解仲裁法 (2009) art. 10.
    MustBeWritten,
    /// The parts do not add up to the whole.
    SumDiffers,
    /// It is already so.
    AlreadyDone,
    /// The township must confirm first.
    AwaitsConfirmation,
    /// There is nothing to accept.
    NothingToAccept,
    /// Only the program writes this kind.
    NotWrittenByHand,
    /// Fewer sessions count than the rule it names asks for.
    TooFewSessions,
    /// The guardian of a child must consent.
    ///
    /// Source: 个人信息保护法 art. 31.
    GuardianMissing,
    /// This computer keeps no register and has no numbers set aside (本机没有号段).
    NoNumberHere,
    /// The numbers are given or set aside already.
    NumberTaken,
    /// Only the judicial office may decide this now.
    AsksJudicialOffice,
    /// It lies after the seal that should come last.
    AfterSeal,
    /// Both sides must do it together.
    OneSided,
    /// This agreement cannot be taken to the court now.
    NotConfirmable,
    /// The sheet went to another unit.
    NotAddressee,
    /// The sheet must be signed in first.
    NotSignedIn,
    /// The head of the village's committee must look at it first.
    AwaitsReview,
    /// What is broken, forged or beyond the own right is not adopted.
    NotAdoptable,
    /// The own unit takes part in the case no more (已退出共办).
    HasLeft,
    /// The township and whoever answers for the case do not leave it.
    StaysResponsible,
    /// The unit became part of another, or was registered by mistake.
    UnitEnded,
    /// Something rests on it.
    InUse,
    /// It must be filed in the archive first.
    NotArchived,
    /// The file is kept for ever (永久).
    KeptForEver,
    /// The file is restricted (封存): nothing is done with it but keep it.
    Restricted,
    /// The words name somebody of whom they must not tell.
    NamesSomebody,
    /// Something stands side by side that must be decided first.
    Undecided,
    /// Whoever it is about is bound by an agreement that holds.
    ///
    /// Source: 人民调解法 (2010) art. 31; 个人信息保护法 art. 47(2).
    BoundByAgreement,
    /// A signed paper tells of it in words that are not altered.
    ///
    /// Source: 档案法 (2020) art. 13; 个人信息保护法 art. 47(2).
    SignedPaper,
}

/// Who writes, for which unit, on which day.
#[derive(Debug, Clone, Copy)]
pub struct Author {
    /// The role.
    pub role: Role,
    /// The unit.
    pub unit: UnitId,
    /// The day it is here.
    pub today: Day,
}

type Verdict = Result<(), Refusal>;

const fn refuse(field: &'static str, reason: RefusalReason) -> Verdict {
    Err(Refusal { field, reason })
}

/// Fills in what follows from the case, so that a person need not type it: the round of an
/// escalation, the agreement an act belongs to when there is only one.
pub fn complete(case: &Case, body: &mut Body) {
    match body {
        Body::Escalated(b) => {
            if let Some(owner) = case.owner() {
                b.from = owner.level;
            }
            if b.round == 0 {
                b.round = next_round(case, b.from);
            }
        }
        Body::EscalationAccepted(b) if b.round == 0 => {
            let open = case.ladder.escalations.iter().rev();
            if let Some(open) = open.into_iter().find(|e| e.status == EscalationStatus::Requested) {
                b.from = open.from;
                b.round = open.round;
            }
        }
        Body::EscalationWithdrawn(EscalationWithdrawn { from, round, .. })
        | Body::EscalationReturned(EscalationReturned { from, round, .. })
            if *round == 0 =>
        {
            if let Some(last) = case.ladder.escalations.last() {
                *from = last.from;
                *round = last.round;
            }
        }
        Body::AgreementReached(b) if b.parties.is_empty() => {
            b.parties = case
                .parties
                .iter()
                .filter(|p| p.details.side != Side::Third)
                .map(|p| p.id)
                .collect();
        }
        _ => {}
    }
}

/// The round a new escalation from a level opens or joins: the open one if there is one.
fn next_round(case: &Case, from: Level) -> u16 {
    let rounds = case.ladder.escalations.iter().filter(|e| e.from == from);
    let last = rounds.max_by_key(|e| e.round);
    match last {
        None => 1,
        Some(e) if e.status == EscalationStatus::Requested => e.round,
        Some(e) => e.round.saturating_add(1),
    }
}

/// Whether an attachment may be put to a case as it now stands; its bytes are looked at by whoever
/// keeps them.
///
/// # Errors
/// The member at fault and what is wrong with it.
pub fn check_attachment(case: &Case, at: At, body: &AttachmentAdded, author: Author) -> Verdict {
    let whole = Body::AttachmentAdded(body.clone());
    check_author(case, at, &whole, author)?;
    if case.attachments.len() >= ATTACHMENTS_MAX {
        return refuse("whole", RefusalReason::TooMany);
    }
    check_attachment_words(case, body)?;
    let is_within = |blob: &BlobRef, most: u64| (1..=most).contains(&blob.bytes);
    if !is_within(&body.whole, BLOB_BYTES_MAX)
        || !body.thumbnail.iter().all(|blob| is_within(blob, THUMBNAIL_BYTES_MAX))
    {
        return refuse("whole", RefusalReason::OutOfRange);
    }
    Ok(())
}

fn check_attachment_words(case: &Case, body: &AttachmentAdded) -> Verdict {
    required("name", &body.name, NAME_CHARS_MAX)?;
    match body.of {
        Some(of) if !case.events.iter().any(|event| event.id == of) => {
            refuse("of", RefusalReason::Unknown)
        }
        _ => Ok(()),
    }
}

/// Whether a print may be noted on a case as it now stands.
///
/// # Errors
/// The member at fault and what is wrong with it.
pub fn check_printed(case: &Case, at: At, body: &FormPrinted, author: Author) -> Verdict {
    check_author(case, at, &Body::FormPrinted(body.clone()), author)?;
    required("form", &body.form, NAME_CHARS_MAX)?;
    if !(1..=COPIES_MAX).contains(&body.copies) {
        return refuse("copies", RefusalReason::OutOfRange);
    }
    match body.about {
        Some(about) if !case.events.iter().any(|event| event.id == about) => {
            refuse("about", RefusalReason::Unknown)
        }
        _ => Ok(()),
    }
}

/// What holds of every fact: the role may write it, nothing is done with a restricted file, and the
/// time is possible.
fn check_author(case: &Case, at: At, body: &Body, author: Author) -> Verdict {
    if !body.row().admits(author.role) {
        return refuse("kind", RefusalReason::Role);
    }
    if case.restriction.is_some() && !matches!(body, Body::RestrictionLifted(_)) {
        return refuse("kind", RefusalReason::Restricted);
    }
    check_time(case, at, body, author.today)
}

/// Whether a fact may be written on a case as it now stands.
///
/// # Errors
/// The member at fault and what is wrong with it.
pub fn check(case: &Case, at: At, body: &Body, author: Author) -> Verdict {
    check_author(case, at, body, author)?;
    check_size(body)?;
    let names = Names { case };
    match body {
        // These begin or settle something and are written by their own commands.
        Body::Registered(_)
        | Body::Decided(_)
        | Body::CaseShared(_)
        | Body::CaseLeft(_)
        | Body::AttachmentAdded(_)
        | Body::FormPrinted(_)
        | Body::PersonRegistered(_)
        | Body::PersonDecided(_)
        | Body::PersonWithdrawn(_)
        | Body::PersonsLinked(_)
        | Body::DuplicateDecided(_)
        | Body::TakenUp(_)
        | Body::RegisterHolderSet(_)
        | Body::NumberBlockReserved(_)
        | Body::UnitRegistered(_)
        | Body::UnitRenamed(_)
        | Body::UnitMerged(_)
        | Body::UnitWithdrawn(_)
        | Body::SettingsSet(_)
        | Body::LocalItemListed(_)
        | Body::PeriodFrozen(_)
        | Body::PeriodCounted(_)
        | Body::ZeroReported(_) => refuse("kind", RefusalReason::NotWrittenByHand),
        Body::ReferralProposed(_)
        | Body::ReferralReviewed(_)
        | Body::Consulted(_)
        | Body::ConsultationApproved(_)
        | Body::SheetIssued(_)
        | Body::SheetSignedIn(_)
        | Body::SheetObjected(_)
        | Body::ObjectionDecided(_)
        | Body::SheetReplied(_)
        | Body::SheetClosed(_) => sheet::check(case, at, body, author),
        Body::PartyAdded(b) => {
            if case.parties.len() >= PARTIES_MAX {
                return refuse("name", RefusalReason::TooMany);
            }
            check_party(b, author.today)
        }
        Body::Accepted(_) if !matches!(case.state, State::Clue | State::Registered) => {
            refuse("kind", RefusalReason::AlreadyDone)
        }
        Body::ConsentRecorded(b) => names.party("party", b.party),
        Body::VisitReceived(b) => {
            required("content", &b.content, TEXT_CHARS_MAX)?;
            b.party.map_or(Ok(()), |party| names.party("party", party))
        }
        Body::SessionHeld(b) => check_session(&names, at, b),
        Body::AgreementReached(_)
        | Body::AgreementSigned(_)
        | Body::AgreementSealed(_)
        | Body::PerformanceNoted(_)
        | Body::Urged(_)
        | Body::ConfirmationPrepared(_)
        | Body::ConfirmationFiled(_)
        | Body::ConfirmationAccepted(_)
        | Body::ConfirmationRuled(_) => keeping::check(&names, at, body),
        Body::MediatorsAppointed(b) => {
            required("host", &b.host, NAME_CHARS_MAX)?;
            check_names("mediators", &b.mediators)
        }
        Body::RelationDisclosed(b) => {
            required("mediator", &b.mediator, NAME_CHARS_MAX)?;
            required("relation", &b.relation, TEXT_CHARS_MAX)?;
            b.party.map_or(Ok(()), |party| names.party("party", party))
        }
        Body::Recused(b) => {
            required("mediator", &b.mediator, NAME_CHARS_MAX)?;
            required("reason", &b.reason, TEXT_CHARS_MAX)?;
            b.party.map_or(Ok(()), |party| names.party("party", party))
        }
        Body::RecusalWaived(b) => {
            required("mediator", &b.mediator, NAME_CHARS_MAX)?;
            names.some_parties("parties", &b.parties)
        }
        Body::RightsTold(b) => names.some_parties("parties", &b.parties),
        Body::Escalated(b) => {
            names.parties("asked", &b.asked)?;
            climbing::check_request(case, b, author)
        }
        Body::EscalationWithdrawn(b) => climbing::check_withdrawal(case, b),
        Body::EscalationReturned(b) => climbing::check_return(case, b, author),
        Body::EscalationAccepted(b) => climbing::check_acceptance(case, b),
        Body::ResolutionConfirmed(_) => check_owner(case, author),
        Body::Revisited(b) => {
            b.party.map_or(Ok(()), |party| names.party("party", party))?;
            b.agreement.map_or(Ok(()), |a| names.agreement("agreement", a))
        }
        Body::Acknowledged(b) => {
            if case.notices.iter().any(|n| n.key == b.notice && n.unit == author.unit) {
                Ok(())
            } else {
                refuse("notice", RefusalReason::Unknown)
            }
        }
        Body::Suspended(_) if case.is_suspended() => refuse("kind", RefusalReason::AlreadyDone),
        Body::Resumed(_) if !case.is_suspended() => refuse("kind", RefusalReason::AlreadyDone),
        Body::DeadlineExtended(b) => timing::check_extension(&names, b, author),
        Body::CardIssued(b) => timing::check_card(author, b),
        Body::CardAnswered(b) => {
            required("text", &b.text, TEXT_CHARS_MAX)?;
            names.card("card", b.card)
        }
        Body::CardCorrected(b) => names.card("card", b.card),
        Body::SiteVisited(b) => required("findings", &b.findings, TEXT_CHARS_MAX),
        Body::InquiryMade(b) => {
            required("whom", &b.whom, NAME_CHARS_MAX)?;
            required("record", &b.record, TEXT_CHARS_MAX)
        }
        Body::EvidenceTaken(b) => {
            required("what", &b.what, TEXT_CHARS_MAX)?;
            b.party.map_or(Ok(()), |party| names.party("party", party))
        }
        Body::ContactTried(b) => b.party.map_or(Ok(()), |party| names.party("party", party)),
        Body::ReplyDelivered(b) => b.party.map_or(Ok(()), |party| names.party("party", party)),
        Body::Flagged(_)
        | Body::ReportedToPolice(_)
        | Body::PoliceResponded(_)
        | Body::Terminated(_)
        | Body::Declined(_)
        | Body::Transferred(_)
        | Body::Voided(_)
        | Body::Reopened(_)
        | Body::Archived(_)
        | Body::Restricted(_)
        | Body::RestrictionLifted(_)
        | Body::FileStatement(_)
        | Body::NumberAssigned(_)
        | Body::NumberVoided(_)
        | Body::Closed(_) => ending::check(case, body, author),
        Body::TrackAdded(_) | Body::Suspended(_) | Body::Resumed(_) | Body::ReviewRequested(_) => {
            Ok(())
        }
        Body::PrivacyRecorded(b) => {
            bounded("guardian", &b.guardian, NAME_CHARS_MAX)?;
            bounded("note", &b.note, TEXT_CHARS_MAX)?;
            names.party("party", b.party)?;
            privacy::check(case, b)
        }
        Body::Note(b) => required("text", &b.text, TEXT_CHARS_MAX),
        Body::AttachmentWithdrawn(b) => {
            required("reason", &b.reason, TEXT_CHARS_MAX)?;
            match case.attachments.iter().find(|held| held.id == b.attachment) {
                None => refuse("attachment", RefusalReason::Unknown),
                Some(held) if held.withdrawn.is_some() => {
                    refuse("attachment", RefusalReason::AlreadyDone)
                }
                Some(_) => Ok(()),
            }
        }
        Body::Corrected(b) => check_correction(case, b, author),
        // Raising is free, lowering needs a reason (5.5).
        Body::RiskAssessed(b) if case.risk.as_ref().is_some_and(|held| b.risk < held.value) => {
            required("reason", &b.reason, TEXT_CHARS_MAX)
        }
        Body::LocalItemSet(b) => b.item.as_ref().map_or(Ok(()), catalogue::local::check_item),
        Body::CategorySet(_) | Body::RiskAssessed(_) | Body::Accepted(_) => Ok(()),
    }
}

/// Business time: not in the future, not before the case.
fn check_time(case: &Case, at: At, body: &Body, today: Day) -> Verdict {
    if at.day > today {
        return refuse("at", RefusalReason::InFuture);
    }
    let begins = follows_registration(body);
    match case.registered_on() {
        Some(registered) if begins && at.day < registered => {
            refuse("at", RefusalReason::BeforeRegistration)
        }
        _ => Ok(()),
    }
}

/// The whole body fits an entry with room to spare.
fn check_size(body: &Body) -> Verdict {
    let bytes = serde_json::to_string(body).map_or(usize::MAX, |json| json.len());
    if bytes > FACT_BYTES_MAX / 2 { refuse("body", RefusalReason::TooLong) } else { Ok(()) }
}

/// Names a body may refer to.
pub(super) struct Names<'a> {
    case: &'a Case,
}

impl Names<'_> {
    fn party(&self, field: &'static str, id: FactId) -> Verdict {
        if self.case.parties.iter().any(|p| p.id == id) {
            Ok(())
        } else {
            refuse(field, RefusalReason::Unknown)
        }
    }

    fn parties(&self, field: &'static str, ids: &[FactId]) -> Verdict {
        if ids.len() > PARTIES_MAX {
            return refuse(field, RefusalReason::TooMany);
        }
        ids.iter().try_for_each(|id| self.party(field, *id))
    }

    fn some_parties(&self, field: &'static str, ids: &[FactId]) -> Verdict {
        if ids.is_empty() {
            return refuse(field, RefusalReason::Empty);
        }
        self.parties(field, ids)
    }

    fn card(&self, field: &'static str, id: FactId) -> Verdict {
        if self.case.cards.iter().any(|card| card.issued.contains(&id)) {
            Ok(())
        } else {
            refuse(field, RefusalReason::Unknown)
        }
    }

    fn agreement(&self, field: &'static str, id: FactId) -> Verdict {
        if self.case.agreements.iter().any(|a| a.id == id) {
            Ok(())
        } else {
            refuse(field, RefusalReason::Unknown)
        }
    }
}

/// A text that must be there and must not be endless.
pub fn required(field: &'static str, text: &str, chars_max: usize) -> Verdict {
    if text.trim().is_empty() {
        return refuse(field, RefusalReason::Empty);
    }
    bounded(field, text, chars_max)
}

/// A text that may be missing but must not be endless.
pub fn bounded(field: &'static str, text: &str, chars_max: usize) -> Verdict {
    if text.chars().count() > chars_max {
        return refuse(field, RefusalReason::TooLong);
    }
    Ok(())
}

fn check_names(field: &'static str, names: &[String]) -> Verdict {
    if names.len() > PARTIES_MAX {
        return refuse(field, RefusalReason::TooMany);
    }
    names.iter().try_for_each(|name| required(field, name, NAME_CHARS_MAX))
}

fn check_amount(field: &'static str, amount: Option<Fen>) -> Verdict {
    match amount {
        Some(amount) if !amount.is_plausible() => refuse(field, RefusalReason::OutOfRange),
        _ => Ok(()),
    }
}

/// A party: a name, and a birth that has happened.
pub fn check_party(party: &PartyAdded, today: Day) -> Verdict {
    required("name", &party.name, NAME_CHARS_MAX)?;
    for (field, text) in [
        ("phone", &party.phone),
        ("address", &party.address),
        ("id_number", &party.id_number),
        ("guardian", &party.guardian),
        ("school", &party.school),
    ] {
        bounded(field, text.as_deref().unwrap_or_default(), NAME_CHARS_MAX)?;
    }
    match party.birth {
        Some(birth) if birth > today => refuse("birth", RefusalReason::InFuture),
        _ => Ok(()),
    }
}

fn check_session(names: &Names<'_>, at: At, body: &SessionHeld) -> Verdict {
    required("place", &body.place, NAME_CHARS_MAX)?;
    required("host", &body.host, NAME_CHARS_MAX)?;
    check_names("mediators", &body.mediators)?;
    names.parties("present", &body.present)?;
    if body.participants.len() > PARTIES_MAX {
        return refuse("participants", RefusalReason::TooMany);
    }
    for participant in &body.participants {
        required("participants", &participant.name, NAME_CHARS_MAX)?;
    }
    // What was held before a refusal may still be written down.
    if names.case.barred.iter().any(|bar| bar.overlaps(&at.span())) {
        return refuse("kind", RefusalReason::PartyRefused);
    }
    Ok(())
}

fn check_owner(case: &Case, author: Author) -> Verdict {
    match case.owner() {
        Some(owner) if owner.unit != author.unit => refuse("kind", RefusalReason::NotOwner),
        _ => Ok(()),
    }
}

fn check_correction(case: &Case, body: &Corrected, author: Author) -> Verdict {
    required("reason", &body.reason, TEXT_CHARS_MAX)?;
    if !case.events.iter().any(|e| e.id == body.fact) {
        return refuse("fact", RefusalReason::Unknown);
    }
    // C20: a report to the police is supplemented, never corrected.
    if matches!(*body.to, Body::Corrected(_) | Body::Decided(_) | Body::ReportedToPolice(_)) {
        return refuse("to", RefusalReason::NotWrittenByHand);
    }
    if !body.to.row().admits(author.role) {
        return refuse("to", RefusalReason::Role);
    }
    if let Body::AttachmentAdded(to) = &*body.to {
        // What it is called may be wrong, not which bytes it is.
        let held = case.attachments.iter().find(|held| held.id == body.fact);
        let bytes =
            |body: &AttachmentAdded| (body.form, body.whole.clone(), body.thumbnail.clone());
        if held.is_none_or(|held| bytes(&held.details) != bytes(to)) {
            return refuse("to", RefusalReason::NotWrittenByHand);
        }
        check_attachment_words(case, to)?;
    }
    match body.at {
        Some(at) if at.day > author.today => refuse("at", RefusalReason::InFuture),
        _ => Ok(()),
    }
}
