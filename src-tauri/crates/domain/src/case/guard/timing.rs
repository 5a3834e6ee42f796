//! What may be written about time: extensions and cards.

use crate::fact::body::{CardColour, CardIssued, DeadlineExtended, Side};
use crate::rights::Right;

use super::super::clock::{Extender, row};
use super::{Author, Names, RefusalReason, TEXT_CHARS_MAX, Verdict, bounded, refuse, required};

/// The most days any extension may name.
const DAYS_MAX: u16 = 365;

/// An extension: of a clock that can be extended, by whoever may, by days that can be meant.
/// Whether it was in time depends on what others did meanwhile, and is derived.
///
/// Source: 信访工作条例 (2022) art. 34; 人民调解工作若干规定 (2002) art. 33.
pub(super) fn check_extension(
    names: &Names<'_>,
    body: &DeadlineExtended,
    author: Author,
) -> Verdict {
    required("reason", &body.reason, TEXT_CHARS_MAX)?;
    names.parties("consents", &body.consents)?;
    if body.days == 0 || body.days > DAYS_MAX {
        return refuse("days", RefusalReason::OutOfRange);
    }
    match row(body.clock).extender {
        Extender::Nobody => refuse("clock", RefusalReason::OutOfRange),
        Extender::Director(_) if !Right::DeadlineApprove.admits(author.role) => {
            refuse("clock", RefusalReason::Role)
        }
        Extender::Director(most) if body.days > most => refuse("days", RefusalReason::OutOfRange),
        Extender::BothSides if body.consents.is_empty() => refuse("consents", RefusalReason::Empty),
        Extender::BothSides if !has_a_side(names, body) => {
            refuse("consents", RefusalReason::OneSided)
        }
        Extender::Director(_) | Extender::BothSides => Ok(()),
    }
}

/// Whether one of the sides agreed. The other's consent may have been given in another room; that
/// both did is derived, and until then nothing is extended.
fn has_a_side(names: &Names<'_>, body: &DeadlineExtended) -> bool {
    let sides = [Side::Applicant, Side::Respondent];
    let mut parties = names.case.parties.iter().filter(|party| sides.contains(&party.details.side));
    parties.any(|party| body.consents.contains(&party.id))
}

/// A card: a mediator gives no red one.
pub(super) fn check_card(author: Author, body: &CardIssued) -> Verdict {
    if body.colour == CardColour::Red && !Right::CardDecide.admits(author.role) {
        return refuse("colour", RefusalReason::Role);
    }
    bounded("reason", &body.reason, TEXT_CHARS_MAX)
}
