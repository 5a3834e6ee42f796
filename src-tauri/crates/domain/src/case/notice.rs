//! Notices: what a unit must take note of because others decided without knowing what it did.
//! A notice is derived, not written; only its acknowledgement (知悉确认) is a fact.

use crate::id::{FactId, UnitId};
use crate::role::Level;
use crate::rules::Why;

use super::known::{Facts, Known, each};
use super::ladder::{EscalationStatus, Ladder};

/// Something a unit must take note of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its natural key within the case.
    pub key: String,
    /// Whom it is for.
    pub unit: UnitId,
    /// The rule and the facts that made it.
    pub why: Why,
    /// What that unit had written and must not be lost sight of: visits, escalations.
    pub about: Vec<FactId>,
    /// Who took note of it.
    pub acknowledged: Option<FactId>,
}

/// The notices of a case.
///
/// A township whose escalation turned out void is told so, together with what the parties had
/// told it: somebody who said "要动手" at the window said it, agreement or not.
#[must_use]
pub(super) fn fold(facts: &Facts, ladder: &Ladder) -> Vec<Notice> {
    let mut notices = Vec::new();
    for escalation in ladder.escalations.iter().filter(|e| e.status == EscalationStatus::Void) {
        let climbed: Vec<&Known> = escalation
            .requests
            .iter()
            .chain(&escalation.acceptances)
            .filter_map(|id| facts.get(*id))
            .collect();
        let mut units: Vec<UnitId> = climbed
            .iter()
            .filter(|known| known.role.level() == Level::Township)
            .map(|known| known.proof.unit)
            .collect();
        units.sort_unstable();
        units.dedup();
        for unit in units {
            let key = format!("void/{}/{unit}", escalation.key());
            let visits = each!(facts, VisitReceived)
                .filter(|(known, _)| known.proof.unit == unit)
                .map(|(known, _)| known);
            let own = climbed.iter().copied().filter(|known| known.proof.unit == unit);
            let mut about: Vec<&Known> = visits.chain(own).collect();
            about.sort_by_key(|known| known.order());
            let acknowledged = each!(facts, Acknowledged)
                .filter(|(known, body)| known.proof.unit == unit && body.notice == key)
                .map(|(known, _)| known)
                .min_by_key(|known| known.order())
                .map(|known| known.id);
            notices.push(Notice {
                key,
                unit,
                why: escalation.why.clone(),
                about: about.into_iter().map(|known| known.id).collect(),
                acknowledged,
            });
        }
    }
    notices
}
