//! What a case contributes to the statistics, each thing dated by its own act.

use serde::{Deserialize, Serialize};

use crate::fact::body::{AgreementForm, Destination, Flag, Kept, Outcome, Ruling, Satisfaction};
use crate::id::FactId;
use crate::money::Fen;
use crate::time::Day;

use super::agreement::{Agreement, Standing};
use super::confirmation::Confirmation;
use super::known::{Facts, each};
use super::ladder::Ladder;
use super::{Closure, Registration};

/// One thing that is counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The day it counts on.
    pub day: Day,
    /// The agreement; the case itself if none.
    pub agreement: Option<(FactId, AgreementForm, Fen)>,
}

/// What else of a case is counted, each on its own day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum CountedAct {
    /// 疑难复杂: it climbed with effect, was consulted about, or is of a group of people.
    Hard,
    /// 提级: a climb that is not void.
    Escalated,
    /// 履行: an agreement that holds was kept to the last line.
    Performed,
    /// 达成协议后起诉
    Sued,
    /// 申请司法确认
    ConfirmationFiled,
    /// 司法确认有效
    ConfirmationValid,
    /// 结案
    Closed,
    /// 调解不成: it was closed as failed.
    Failed,
    /// 满意
    Satisfied,
    /// 基本满意
    MostlySatisfied,
    /// 不满意
    Unsatisfied,
}

impl CountedAct {
    /// Every act, in the order of the table.
    pub const ALL: [Self; 11] = [
        Self::Hard,
        Self::Escalated,
        Self::Performed,
        Self::Sued,
        Self::ConfirmationFiled,
        Self::ConfirmationValid,
        Self::Closed,
        Self::Failed,
        Self::Satisfied,
        Self::MostlySatisfied,
        Self::Unsatisfied,
    ];
}

/// What acts are read from.
pub(super) struct Done<'a> {
    pub(super) facts: &'a Facts,
    pub(super) items: &'a [Item],
    pub(super) agreements: &'a [Agreement],
    pub(super) confirmations: &'a [Confirmation],
    pub(super) ladder: &'a Ladder,
    pub(super) closure: Option<&'a Closure>,
}

/// What else a case contributes to the statistics, by day. A case that counts for nothing
/// contributes nothing.
pub(super) fn acts(done: &Done<'_>) -> Vec<(Day, CountedAct)> {
    let Some(own) = done.items.iter().find(|item| item.agreement.is_none()) else {
        return Vec::new();
    };
    let facts = done.facts;
    let mut acts: Vec<(Day, CountedAct)> = Vec::new();
    let climbs: Vec<Day> = done
        .ladder
        .escalations
        .iter()
        .filter(|climb| climb.status.is_counted())
        .map(|climb| climb.at.day)
        .collect();
    let is_of_group = each!(facts, Flagged).any(|(_, body)| body.flags.contains(&Flag::Group));
    if !climbs.is_empty() || is_of_group || each!(facts, Consulted).next().is_some() {
        acts.push((own.day, CountedAct::Hard));
    }
    acts.extend(climbs.into_iter().map(|day| (day, CountedAct::Escalated)));
    acts.extend(
        done.agreements.iter().filter_map(|a| Some((performed(facts, a)?, CountedAct::Performed))),
    );
    let agreed = done.items.iter().filter(|i| i.agreement.is_some()).map(|i| i.day).min();
    let sued = each!(facts, Transferred)
        .filter(|(known, body)| {
            body.to == Destination::Court && agreed.is_some_and(|day| day <= known.fact.at.day)
        })
        .map(|(known, _)| known.fact.at.day)
        .min();
    acts.extend(sued.map(|day| (day, CountedAct::Sued)));
    for confirmation in done.confirmations {
        let filings = &confirmation.filings;
        let filed = filings.iter().map(|filing| filing.at.day).min();
        acts.extend(filed.map(|day| (day, CountedAct::ConfirmationFiled)));
        let ruled = filings.iter().filter_map(|filing| filing.ruled);
        let valid = ruled.filter(|(_, _, ruling)| *ruling == Ruling::Valid);
        acts.extend(
            valid.map(|(at, _, _)| at.day).min().map(|day| (day, CountedAct::ConfirmationValid)),
        );
    }
    if let Some(closure) = done.closure {
        acts.push((closure.at.day, CountedAct::Closed));
        if closure.outcome == Outcome::Failed {
            acts.push((closure.at.day, CountedAct::Failed));
        }
    }
    acts.extend(super::last_answers(facts).into_iter().map(|(day, said)| {
        let act = match said {
            Satisfaction::Satisfied => CountedAct::Satisfied,
            Satisfaction::Mostly => CountedAct::MostlySatisfied,
            Satisfaction::Unsatisfied => CountedAct::Unsatisfied,
        };
        (day, act)
    }));
    acts.sort_unstable();
    acts
}

/// The day on which the last line of an agreement that holds was kept.
fn performed(facts: &Facts, agreement: &Agreement) -> Option<Day> {
    let holds = matches!(agreement.standing, Standing::Current | Standing::Contested);
    let is_kept = agreement.lines.iter().all(|line| line.kept == Some(Kept::Done));
    let noted = each!(facts, PerformanceNoted)
        .filter(|(_, body)| body.agreement == agreement.id && body.kept == Kept::Done);
    let last = noted.map(|(known, _)| known.fact.at.day).max();
    last.filter(|_| holds && is_kept && agreement.effective.is_some())
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

    fn accepted() -> Body {
        Body::Accepted(Accepted { on: AcceptedOn::Application })
    }

    fn declined() -> Body {
        let (reason, routes) = ("不属本会".into(), vec![]);
        Body::Declined(crate::fact::body::Declined { reason, routes })
    }

    #[test]
    fn what_was_declined_counts_only_if_somebody_had_accepted_it() {
        let rows: [(&str, Vec<Body>, Option<&str>); 4] = [
            ("neither", vec![], Some("2026-03-01")),
            ("declined", vec![declined()], None),
            ("accepted", vec![accepted()], Some("2026-03-05")),
            ("accepted and declined", vec![accepted(), declined()], Some("2026-03-05")),
        ];
        for (name, bodies, want) in rows {
            let mut b = begun();
            for body in bodies {
                b.world.write(b.village, "2026-03-05", body);
            }
            let items = b.merged().items;
            assert_eq!(items.first().map(|item| item.day), want.map(day), "{name}");
        }
    }

    #[test]
    fn of_two_acceptances_the_earlier_counts() {
        let mut b = begun();
        b.world.write(b.village, "2026-03-09", accepted());
        b.world.write(b.village, "2026-03-05", accepted());
        assert_eq!(b.merged().items[0].day, day("2026-03-05"));
    }

    #[test]
    fn only_agreements_that_hold_count_each_with_its_money() {
        let mut b = begun();
        let village = b.village;
        let body = b.agreement("没有签字", None);
        b.world.write(village, "2026-03-05", body);
        assert_eq!(b.merged().items.len(), 1, "nobody signed it");
        let first = b.agree(village, "2026-03-06", "甲", None);
        let agreement = b.merged().items[1].agreement;
        assert_eq!(agreement, Some((first, AgreementForm::Written, Fen(1_800_000))));
        let second = b.agree(village, "2026-03-07", "乙", None);
        let counted = |items: &[Item]| -> Vec<FactId> {
            items.iter().filter_map(|item| item.agreement).map(|(id, _, _)| id).collect()
        };
        assert_eq!(counted(&b.merged().items), [first, second], "contested: both");
        let office = b.world.desk(2, crate::role::Role::R6);
        b.world.meet(village, office);
        let decided = crate::fact::body::Decided {
            conflict: b.world.case(office).conflicts[0].key.clone(),
            choice: crate::fact::body::Choice::Fact(second),
            over: vec![],
            reason: "以后一份为准".into(),
        };
        b.world.write(office, "2026-03-08", Body::Decided(decided));
        b.world.meet(office, village);
        assert_eq!(counted(&b.merged().items), [second], "what was replaced does not");
    }
}
