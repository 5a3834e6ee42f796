//! What may be written about agreements: reaching, signing and sealing one, keeping it, and a
//! court's confirmation.
//!
//! Source: 人民调解法 (2010) arts. 28 to 33; 民事诉讼法 (2023) arts. 205 and 206.

use crate::fact::Body;
use crate::fact::body::*;
use crate::id::FactId;
use crate::time::{At, Day};

use super::super::Case;
use super::super::agreement::{Agreement, Standing};
use super::super::confirmation::Filing;
use super::super::procedure::{adds_up, needs_writing};
use super::{
    NAME_CHARS_MAX, Names, PLAN_LINES_MAX, RefusalReason, TEXT_CHARS_MAX, Verdict, bounded,
    check_amount, check_names, refuse, required,
};

/// Checks one of the kinds this file is about.
pub(super) fn check(names: &Names<'_>, at: At, body: &Body) -> Verdict {
    match body {
        Body::AgreementReached(b) => check_agreement(names, at, b),
        Body::AgreementSigned(b) => {
            let agreement = of(names.case, b.agreement)?;
            if b.parties.is_empty() && b.mediators.is_empty() {
                return refuse("parties", RefusalReason::Empty);
            }
            check_names("mediators", &b.mediators)?;
            names.parties("parties", &b.parties)?;
            follows(at, agreement.reached.day)?;
            // A signature after every seal: the paper was sealed before it was whole.
            match agreement.sealed {
                Some(sealed) if sealed < at.day => refuse("at", RefusalReason::AfterSeal),
                _ => Ok(()),
            }
        }
        Body::AgreementSealed(b) => {
            let agreement = of(names.case, b.agreement)?;
            required("seal", &b.seal, NAME_CHARS_MAX)?;
            follows(at, agreement.reached.day.max(agreement.signed.unwrap_or(Day::MIN)))
        }
        Body::PerformanceNoted(b) => {
            check_amount("amount_fen", b.amount_fen)?;
            check_line(of(names.case, b.agreement)?, at, b.line)
        }
        Body::Urged(b) => {
            required("note", &b.note, TEXT_CHARS_MAX)?;
            b.party.map_or(Ok(()), |party| names.party("party", party))?;
            check_line(of(names.case, b.agreement)?, at, b.line)
        }
        Body::ConfirmationPrepared(b) => {
            bounded("note", &b.note, TEXT_CHARS_MAX)?;
            confirmable(of(names.case, b.agreement)?).map(|_| ())
        }
        Body::ConfirmationFiled(b) => check_filing(names, at, b),
        Body::ConfirmationAccepted(b) => {
            bounded("number", &b.number, NAME_CHARS_MAX)?;
            let filing = filing(names.case, b.filing)?;
            if filing.accepted.is_some() {
                return refuse("kind", RefusalReason::AlreadyDone);
            }
            follows(at, filing.at.day)
        }
        Body::ConfirmationRuled(b) => {
            bounded("reason", &b.reason, TEXT_CHARS_MAX)?;
            match b.result {
                Ruling::Valid | Ruling::Rejected => required("number", &b.number, NAME_CHARS_MAX)?,
                Ruling::Withdrawn => bounded("number", &b.number, NAME_CHARS_MAX)?,
            }
            let filing = filing(names.case, b.filing)?;
            if filing.ruled.is_some() {
                return refuse("kind", RefusalReason::AlreadyDone);
            }
            follows(at, filing.accepted.map_or(filing.at, |(at, _)| at).day)
        }
        _ => Ok(()),
    }
}

/// The agreement a body is about.
fn of(case: &Case, id: FactId) -> Result<&Agreement, super::Refusal> {
    let found = case.agreements.iter().find(|a| a.id == id);
    found.ok_or(super::Refusal { field: "agreement", reason: RefusalReason::Unknown })
}

/// The application a body is about.
fn filing(case: &Case, id: FactId) -> Result<&Filing, super::Refusal> {
    let all = case.confirmations.iter().flat_map(|c| &c.filings);
    let found = all.into_iter().find(|filing| filing.notes.contains(&id));
    found.ok_or(super::Refusal { field: "filing", reason: RefusalReason::Unknown })
}

/// Whether it happened no earlier than what it builds on.
fn follows(at: At, earlier: Day) -> Verdict {
    if at.day < earlier { refuse("at", RefusalReason::TooEarly) } else { Ok(()) }
}

/// The day an agreement took effect, if it may be taken to the court.
fn confirmable(agreement: &Agreement) -> Result<Day, super::Refusal> {
    let day = agreement.effective.filter(|_| agreement.confirmation_bar().is_none());
    day.ok_or(super::Refusal { field: "agreement", reason: RefusalReason::NotConfirmable })
}

fn check_filing(names: &Names<'_>, at: At, body: &ConfirmationFiled) -> Verdict {
    let effective = confirmable(of(names.case, body.agreement)?)?;
    required("court", &body.court, NAME_CHARS_MAX)?;
    names.some_parties("applicants", &body.applicants)?;
    for side in [Side::Applicant, Side::Respondent] {
        let mut parties = names.case.parties.iter().filter(|p| p.details.side == side).peekable();
        let is_there =
            parties.peek().is_none() || parties.any(|party| body.applicants.contains(&party.id));
        if !is_there {
            return refuse("applicants", RefusalReason::OneSided);
        }
    }
    let own = names.case.confirmations.iter().filter(|c| c.agreement == body.agreement);
    let is_open = |f: &Filing| {
        f.is_joint && !matches!(f.ruled, Some((_, _, Ruling::Withdrawn | Ruling::Rejected)))
    };
    if own.flat_map(|c| &c.filings).any(is_open) {
        return refuse("kind", RefusalReason::AlreadyDone);
    }
    follows(at, effective)
}

fn check_agreement(names: &Names<'_>, at: At, body: &AgreementReached) -> Verdict {
    names.parties("objecting", &body.objecting)?;
    if body.form == AgreementForm::Oral {
        let is_for_later = names.case.settings.is_oral_on_the_spot_only
            && needs_writing(at.day, &body.plan, &body.objecting);
        if names.case.written_only.is_some() || is_for_later {
            return refuse("form", RefusalReason::MustBeWritten);
        }
    }
    if body.replaces_dated.is_some_and(|day| day > at.day) {
        return refuse("replaces_dated", RefusalReason::InFuture);
    }
    required("text", &body.text, TEXT_CHARS_MAX)?;
    check_amount("amount_fen", body.amount_fen)?;
    names.parties("parties", &body.parties)?;
    if let Some(replaced) = body.replaces {
        names.agreement("replaces", replaced)?;
    }
    let demands = names.case.registration.as_ref().map_or(0, |r| r.demands.len());
    if body.demands.iter().any(|demand| usize::from(*demand) >= demands) {
        return refuse("demands", RefusalReason::Unknown);
    }
    if body.plan.len() > PLAN_LINES_MAX {
        return refuse("plan", RefusalReason::TooMany);
    }
    for line in &body.plan {
        bounded("plan", &line.what, NAME_CHARS_MAX.saturating_mul(5))?;
        check_amount("plan", line.amount_fen)?;
        if line.due < at.day {
            return refuse("plan", RefusalReason::TooEarly);
        }
    }
    if adds_up(body.amount_fen, &body.plan) {
        Ok(())
    } else {
        refuse("plan", RefusalReason::SumDiffers)
    }
}

/// A line of an agreement that holds or waits for its signatures.
fn check_line(agreement: &Agreement, at: At, line: Option<u16>) -> Verdict {
    if line.is_some_and(|line| usize::from(line) >= agreement.plan.len()) {
        return refuse("line", RefusalReason::Unknown);
    }
    if agreement.standing == Standing::Replaced {
        return refuse("agreement", RefusalReason::Unknown);
    }
    follows(at, agreement.reached.day)
}
