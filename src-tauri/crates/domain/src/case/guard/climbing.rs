//! What may be written about climbing: who may ask, on which ground, and who may give back.
//!
//! Source: the practice "3321"; the counts are an internal working rule.

use crate::fact::body::{
    Escalated, EscalationAccepted, EscalationReason, EscalationReturned, EscalationWithdrawn,
};
use crate::rights::Right;
use crate::role::Level;

use super::super::Case;
use super::super::ladder::{Escalation, EscalationStatus};
use super::super::session::Session;
use super::{Author, RefusalReason, TEXT_CHARS_MAX, Verdict, refuse, required};

/// A request to climb.
pub(super) fn check_request(case: &Case, body: &Escalated, author: Author) -> Verdict {
    if case.closure.is_some() {
        return refuse("kind", RefusalReason::Closed);
    }
    if body.from != Level::Village {
        return refuse("from", RefusalReason::OutOfRange);
    }
    let is_taken = case.ladder.escalations.iter().any(|e| {
        let is_over = matches!(e.status, EscalationStatus::Accepted | EscalationStatus::Returned);
        e.from == body.from && is_over && e.round >= body.round
    });
    if is_taken {
        return refuse("round", RefusalReason::AlreadyDone);
    }
    match body.reason {
        // The head of the centre may order a climb without any other ground.
        EscalationReason::Ordered if !Right::EscalationOrder.admits(author.role) => {
            refuse("reason", RefusalReason::Role)
        }
        EscalationReason::ThreeFailures => check_failures(case, body.from, author),
        _ => Ok(()),
    }
}

/// A climb for failed sessions needs as many as the rule says; the township may confirm one only
/// for a session it recorded itself.
fn check_failures(case: &Case, from: Level, author: Author) -> Verdict {
    let threshold = case.settings.failures(from);
    if case.session_count(from) < threshold {
        return refuse("reason", RefusalReason::TooFewSessions);
    }
    let recorded_one = |s: &Session| s.level == from && s.unit == author.unit;
    let is_of_township =
        author.role.level() == Level::Township && !Right::EscalationOrder.admits(author.role);
    if is_of_township && !case.sessions.iter().any(recorded_one) {
        return refuse("reason", RefusalReason::Role);
    }
    Ok(())
}

fn climb(case: &Case, from: Level, round: u16) -> Option<&Escalation> {
    case.ladder.escalations.iter().find(|e| e.from == from && e.round == round)
}

/// An acceptance.
pub(super) fn check_acceptance(case: &Case, body: &EscalationAccepted) -> Verdict {
    match climb(case, body.from, body.round).map(|e| e.status) {
        Some(EscalationStatus::Requested) => Ok(()),
        Some(EscalationStatus::Accepted | EscalationStatus::Returned) => {
            refuse("kind", RefusalReason::AlreadyDone)
        }
        Some(EscalationStatus::Void | EscalationStatus::Withdrawn) | None => {
            refuse("kind", RefusalReason::NothingToAccept)
        }
    }
}

/// A request taken back, or, once accepted, the wish to have the case back.
pub(super) fn check_withdrawal(case: &Case, body: &EscalationWithdrawn) -> Verdict {
    required("reason", &body.reason, TEXT_CHARS_MAX)?;
    match climb(case, body.from, body.round).map(|e| e.status) {
        Some(EscalationStatus::Requested | EscalationStatus::Accepted) => Ok(()),
        Some(_) => refuse("kind", RefusalReason::AlreadyDone),
        None => refuse("round", RefusalReason::Unknown),
    }
}

/// A return: by the unit that accepted, with a reason, once in the life of a case.
pub(super) fn check_return(case: &Case, body: &EscalationReturned, author: Author) -> Verdict {
    required("reason", &body.reason, TEXT_CHARS_MAX)?;
    super::check_owner(case, author)?;
    let was_returned =
        case.ladder.escalations.iter().any(|e| e.status == EscalationStatus::Returned);
    match climb(case, body.from, body.round).map(|e| e.status) {
        _ if was_returned => refuse("kind", RefusalReason::AlreadyDone),
        Some(EscalationStatus::Accepted) => Ok(()),
        _ => refuse("round", RefusalReason::Unknown),
    }
}
