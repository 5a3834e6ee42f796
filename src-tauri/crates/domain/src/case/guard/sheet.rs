//! What may be written about sheets: who may send which, and who answers for a unit.

use crate::fact::Body;
use crate::fact::body::{SheetIssued, SheetKind};
use crate::id::FactId;
use crate::rights::Right;

use super::super::Case;
use super::super::sheet::{ReferralStatus, Sheet, SheetStatus};
use super::{
    Author, NAME_CHARS_MAX, RefusalReason, TEXT_CHARS_MAX, Verdict, bounded, refuse, required,
};

/// Checks one of the kinds this file is about.
pub(super) fn check(case: &Case, at: crate::time::At, body: &Body, author: Author) -> Verdict {
    let addressed = |id: FactId| sheet(case, id).map(|sheet| (sheet, sheet.body.to));
    match body {
        Body::ReferralProposed(b) => required("matter", &b.matter, TEXT_CHARS_MAX),
        Body::ReferralReviewed(b) => {
            let found = case.dispatch.referrals.iter().find(|r| r.id == b.referral);
            match found {
                None => refuse("referral", RefusalReason::Unknown),
                Some(r) if r.from != author.unit => refuse("referral", RefusalReason::NotOwner),
                Some(r) if r.status == ReferralStatus::Dispatched => {
                    refuse("referral", RefusalReason::AlreadyDone)
                }
                Some(_) if !b.passed => required("reason", &b.reason, TEXT_CHARS_MAX),
                Some(_) => Ok(()),
            }
        }
        Body::Consulted(b) => {
            if b.co.contains(&b.lead) {
                return refuse("co", RefusalReason::AlreadyDone);
            }
            bounded("note", &b.note, TEXT_CHARS_MAX)
        }
        Body::ConsultationApproved(b) => {
            if case.dispatch.consultations.iter().any(|(id, _)| *id == b.consultation) {
                Ok(())
            } else {
                refuse("consultation", RefusalReason::Unknown)
            }
        }
        Body::SheetIssued(b) => check_issue(case, at, b, author),
        Body::SheetSignedIn(b) => of_addressee(addressed(b.sheet), author),
        Body::SheetObjected(b) => {
            required("reasons", &b.reasons, TEXT_CHARS_MAX)?;
            of_addressee(addressed(b.sheet), author)?;
            match sheet(case, b.sheet) {
                Some(sheet) if sheet.signed_in.is_none() => {
                    refuse("sheet", RefusalReason::NotSignedIn)
                }
                Some(sheet) if !sheet.status.is_open() => {
                    refuse("sheet", RefusalReason::AlreadyDone)
                }
                _ => Ok(()),
            }
        }
        Body::ObjectionDecided(b) => {
            required("reason", &b.reason, TEXT_CHARS_MAX)?;
            let mut sheets = case.dispatch.sheets.iter();
            let objected = |s: &&Sheet| s.objection.as_ref().is_some_and(|o| o.id == b.objection);
            match sheets.find(objected) {
                None => refuse("objection", RefusalReason::Unknown),
                Some(sheet) if sheet.from != author.unit => {
                    refuse("objection", RefusalReason::NotOwner)
                }
                Some(_) => Ok(()),
            }
        }
        Body::SheetReplied(b) => {
            required("text", &b.text, TEXT_CHARS_MAX)?;
            of_addressee(addressed(b.sheet), author)
        }
        Body::SheetClosed(b) => match sheet(case, b.sheet) {
            None => refuse("sheet", RefusalReason::Unknown),
            Some(sheet) if sheet.from != author.unit => refuse("sheet", RefusalReason::NotOwner),
            Some(sheet) if sheet.closed.is_some() => refuse("sheet", RefusalReason::AlreadyDone),
            Some(_) => Ok(()),
        },
        _ => Ok(()),
    }
}

fn sheet(case: &Case, id: FactId) -> Option<&Sheet> {
    case.dispatch.sheets.iter().find(|sheet| sheet.id == id)
}

/// Only the unit a sheet went to answers it.
fn of_addressee(found: Option<(&Sheet, crate::id::UnitId)>, author: Author) -> Verdict {
    match found {
        None => refuse("sheet", RefusalReason::Unknown),
        Some((_, to)) if to != author.unit => refuse("sheet", RefusalReason::NotAddressee),
        Some(_) => Ok(()),
    }
}

fn check_issue(case: &Case, at: crate::time::At, body: &SheetIssued, author: Author) -> Verdict {
    let may = match body.sheet {
        SheetKind::Order => Right::SheetOrder.admits(author.role),
        SheetKind::Reminder => Right::SheetRemind.admits(author.role),
        // A village may ask upward.
        SheetKind::Liaison => true,
    };
    if !may {
        return refuse("sheet", RefusalReason::Role);
    }
    required("requirement", &body.requirement, TEXT_CHARS_MAX)?;
    bounded("number", &body.number, NAME_CHARS_MAX)?;
    bounded("basis", &body.basis, TEXT_CHARS_MAX)?;
    bounded("approved_by", &body.approved_by, NAME_CHARS_MAX)?;
    if body.to == author.unit {
        return refuse("to", RefusalReason::OutOfRange);
    }
    if body.due.is_some_and(|due| due < at.day) {
        return refuse("due", RefusalReason::TooEarly);
    }
    if body.sheet == SheetKind::Order && body.due.is_none() {
        return refuse("due", RefusalReason::Empty);
    }
    let count = case.registration.as_ref().map_or(0, |r| r.demands.len());
    if body.demands.iter().any(|demand| usize::from(*demand) >= count) {
        return refuse("demands", RefusalReason::Unknown);
    }
    let number = body.number.trim();
    let is_taken = |s: &Sheet| {
        s.body.sheet == body.sheet && s.from == author.unit && s.body.number.trim() == number
    };
    if !number.is_empty() && case.dispatch.sheets.iter().any(is_taken) {
        return refuse("number", RefusalReason::AlreadyDone);
    }
    // 交办 is the head's; the window writes it where the head approved.
    let is_approved = case.dispatch.consultations.iter().any(|(_, is_approved)| *is_approved);
    let needs_word = body.sheet == SheetKind::Order && !Right::SheetApprove.admits(author.role);
    if needs_word && !is_approved && body.approved_by.trim().is_empty() {
        return refuse("approved_by", RefusalReason::Empty);
    }
    // A unit that leads already is changed by the head of the centre only.
    let other_leads =
        |s: &Sheet| s.is_acting && s.body.to != body.to && s.status != SheetStatus::Reassigned;
    let is_second =
        super::super::sheet::leads(body) && case.dispatch.sheets.iter().any(other_leads);
    if is_second && !Right::DispatchApprove.admits(author.role) {
        return refuse("part", RefusalReason::Role);
    }
    check_referral(case, body, author)
}

/// A sheet that follows a village's request: the township's, once the village's head passed it.
fn check_referral(case: &Case, body: &SheetIssued, author: Author) -> Verdict {
    let Some(id) = body.referral else { return Ok(()) };
    if !Right::DispatchDecide.admits(author.role) {
        return refuse("referral", RefusalReason::Role);
    }
    match case.dispatch.referrals.iter().find(|r| r.id == id).map(|r| r.status) {
        None => refuse("referral", RefusalReason::Unknown),
        Some(ReferralStatus::Passed) => Ok(()),
        Some(ReferralStatus::Dispatched) => refuse("referral", RefusalReason::AlreadyDone),
        Some(ReferralStatus::Proposed | ReferralStatus::GivenBack) => {
            refuse("referral", RefusalReason::AwaitsReview)
        }
    }
}
