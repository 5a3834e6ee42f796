//! What a case contributes to the statistics, each thing dated by its own act.

use crate::fact::body::AgreementForm;
use crate::id::FactId;
use crate::money::Fen;
use crate::time::Day;

use super::Registration;
use super::agreement::{Agreement, Standing};
use super::known::{Facts, each};

/// One thing that is counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The day it counts on.
    pub day: Day,
    /// The agreement; the case itself if none.
    pub agreement: Option<(FactId, AgreementForm, Fen)>,
}

/// The case on the day of its acceptance (of its application while nobody accepted it), and each
/// agreement that holds on the day it took effect. What is void, or declined, counts for nothing.
/// The amount of contested agreements counts once, with the one that stands in for them.
pub(super) fn fold(
    facts: &Facts,
    registration: Option<&Registration>,
    agreements: &[Agreement],
    is_void: bool,
) -> Vec<Item> {
    let Some(registration) = registration.filter(|_| !is_void) else { return Vec::new() };
    let accepted = each!(facts, Accepted).map(|(known, _)| known).min_by_key(|k| k.order());
    if accepted.is_none() && each!(facts, Declined).next().is_some() {
        return Vec::new();
    }
    let day = accepted.map_or(registration.at.day, |known| known.fact.at.day);
    let own = Item { day, agreement: None };
    let holding = agreements
        .iter()
        .filter(|a| matches!(a.standing, Standing::Current | Standing::Contested))
        .filter_map(|a| {
            let amount = a.amount.filter(|_| a.counts_its_amount(agreements));
            let agreement = Some((a.id, a.form, amount.unwrap_or_default()));
            Some(Item { day: a.effective?, agreement })
        });
    std::iter::once(own).chain(holding).collect()
}

#[cfg(test)]
mod tests {
    use super::super::world::{begun, day};
    use super::*;
    use crate::fact::Body;
    use crate::fact::body::{Accepted, AcceptedOn, Voided};

    #[test]
    fn what_two_contested_agreements_settle_counts_once() {
        let mut b = begun();
        let mediator = b.mediator();
        b.agree(b.village, "2026-04-02", "甲", None);
        let later = b.agree(mediator, "2026-04-03", "乙", None);
        b.world.meet(mediator, b.township);
        let case = b.merged();
        let amounts: Vec<(FactId, Fen)> =
            case.items.iter().filter_map(|i| i.agreement).map(|(id, _, fen)| (id, fen)).collect();
        assert_eq!(amounts.len(), 2, "both are there");
        let sum: i64 = amounts.iter().map(|(_, fen)| fen.0).sum();
        assert_eq!(sum, case.counts.amount_fen);
        assert!(amounts.contains(&(later, Fen(1_800_000))), "the later one meanwhile");
    }

    #[test]
    fn a_case_counts_by_acceptance_and_an_agreement_by_its_effect() {
        let mut b = begun();
        assert_eq!(b.merged().items[0].day, day("2026-03-01"), "the application meanwhile");
        let accepted = Body::Accepted(Accepted { on: AcceptedOn::Application });
        b.world.write(b.village, "2026-03-31", accepted);
        let agreement = b.agree(b.village, "2026-04-02", "甲", None);
        let items = b.merged().items;
        assert_eq!(items[0], Item { day: day("2026-03-31"), agreement: None });
        assert_eq!(items[1].day, day("2026-04-02"));
        assert_eq!(items[1].agreement.map(|(id, _, _)| id), Some(agreement));
        b.world.write(b.village, "2026-04-03", Body::Voided(Voided { reason: "重复登记".into() }));
        assert!(b.merged().items.is_empty(), "what is void counts for nothing");
    }
}
