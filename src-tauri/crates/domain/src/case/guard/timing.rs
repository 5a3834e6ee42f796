//! What may be written about time: extensions and cards.

use crate::fact::body::{CardColour, CardIssued, DeadlineExtended};
use crate::role::Role;

use super::super::clock::{Extender, row};
use super::{Author, Names, RefusalReason, TEXT_CHARS_MAX, Verdict, bounded, refuse, required};

/// The most days any extension may name.
const DAYS_MAX: u16 = 365;

/// An extension: of a clock that can be extended, by days that can be meant. Whether it was in
/// time depends on what others did meanwhile, and is derived.
pub(super) fn check_extension(names: &Names<'_>, body: &DeadlineExtended) -> Verdict {
    required("reason", &body.reason, TEXT_CHARS_MAX)?;
    names.parties("consents", &body.consents)?;
    if body.days == 0 || body.days > DAYS_MAX {
        return refuse("days", RefusalReason::OutOfRange);
    }
    match row(body.clock).extender {
        Extender::Nobody => refuse("clock", RefusalReason::OutOfRange),
        Extender::Director(most) if body.days > most => refuse("days", RefusalReason::OutOfRange),
        Extender::BothSides if body.consents.is_empty() => refuse("consents", RefusalReason::Empty),
        Extender::Director(_) | Extender::BothSides => Ok(()),
    }
}

/// A card: red ones are the head's to give, or an inspector's.
pub(super) fn check_card(author: Author, body: &CardIssued) -> Verdict {
    if body.colour == CardColour::Red && matches!(author.role, Role::R5) {
        return refuse("colour", RefusalReason::Role);
    }
    bounded("reason", &body.reason, TEXT_CHARS_MAX)
}
