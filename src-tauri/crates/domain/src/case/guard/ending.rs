//! What may be written about danger, endings and files.

use crate::fact::Body;
use crate::fact::body::{Closed, Outcome, Route};
use crate::rights::Right;

use super::super::Case;
use super::super::stage::Mark;
use super::{Author, NAME_CHARS_MAX, RefusalReason, TEXT_CHARS_MAX, Verdict, refuse, required};

/// Checks one of the kinds this file is about.
pub(super) fn check(case: &Case, body: &Body, author: Author) -> Verdict {
    match body {
        Body::Closed(b) => check_closing(case, b, author),
        Body::Flagged(b) if b.flags.is_empty() => refuse("flags", RefusalReason::Empty),
        Body::ReportedToPolice(b) => {
            required("to", &b.to, NAME_CHARS_MAX)?;
            required("matter", &b.matter, TEXT_CHARS_MAX)
        }
        Body::PoliceResponded(b) => {
            required("result", &b.result, TEXT_CHARS_MAX)?;
            if case.events.iter().any(|event| event.id == b.report) {
                Ok(())
            } else {
                refuse("report", RefusalReason::Unknown)
            }
        }
        Body::Terminated(b) => check_routes(&b.routes),
        Body::Declined(b) => {
            required("reason", &b.reason, TEXT_CHARS_MAX)?;
            check_routes(&b.routes)
        }
        Body::Voided(b) => required("reason", &b.reason, TEXT_CHARS_MAX),
        Body::Reopened(b) => {
            required("reason", &b.reason, TEXT_CHARS_MAX)?;
            check_reopening(case, author)
        }
        Body::Archived(_) if case.archive.is_some() => refuse("kind", RefusalReason::AlreadyDone),
        Body::Restricted(b) => {
            required("reason", &b.reason, TEXT_CHARS_MAX)?;
            if case.archive.is_some() { Ok(()) } else { refuse("kind", RefusalReason::NotArchived) }
        }
        Body::RestrictionLifted(b) => {
            required("reason", &b.reason, TEXT_CHARS_MAX)?;
            if case.restriction.is_some() {
                Ok(())
            } else {
                refuse("kind", RefusalReason::AlreadyDone)
            }
        }
        Body::FileStatement(b) => required("text", &b.text, TEXT_CHARS_MAX),
        Body::NumberAssigned(b) => required("number", &b.number, NAME_CHARS_MAX),
        Body::NumberVoided(b) => {
            required("reason", &b.reason, TEXT_CHARS_MAX)?;
            if case.numbers.formal.as_deref() == Some(b.number.trim()) {
                Ok(())
            } else {
                refuse("number", RefusalReason::Unknown)
            }
        }
        _ => Ok(()),
    }
}

/// A closing: by the owner, once, with the township's word where it waits for it.
fn check_closing(case: &Case, body: &Closed, author: Author) -> Verdict {
    if case.closure.is_some() {
        return refuse("kind", RefusalReason::Closed);
    }
    super::check_owner(case, author)?;
    if case.marks.iter().any(|m| m.value == Mark::AwaitingConfirmation) {
        return refuse("kind", RefusalReason::AwaitsConfirmation);
    }
    // What an agreement about a part leaves open may still be taken elsewhere.
    let is_whole = case.open_demands.is_empty();
    if body.outcome == Outcome::Settled && is_whole { Ok(()) } else { check_routes(&body.routes) }
}

/// Who ends without agreement tells of the other ways.
///
/// Source: 人民调解法 (2010) art. 26.
fn check_routes(routes: &[Route]) -> Verdict {
    if routes.is_empty() { refuse("routes", RefusalReason::Empty) } else { Ok(()) }
}

/// Only what is closed goes on again; what is archived only by the judicial office.
fn check_reopening(case: &Case, author: Author) -> Verdict {
    if case.closure.is_none() && case.archive.is_none() {
        return refuse("kind", RefusalReason::AlreadyDone);
    }
    if case.archive.is_some() && !Right::ArchiveReview.admits(author.role) {
        return refuse("kind", RefusalReason::Role);
    }
    Ok(())
}
