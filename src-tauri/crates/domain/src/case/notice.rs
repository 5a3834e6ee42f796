//! Notices: what a unit must take note of because others decided without knowing what it did.
//! A notice is derived, not written; only its acknowledgement (知悉确认) is a fact.

use crate::id::{FactId, UnitId};
use crate::role::Level;
use crate::rules::{RuleId, Why};

use super::agreement::Agreement;
use super::confirmation::Confirmation;
use super::ending::Archive;
use super::known::{Facts, Known, each};
use super::ladder::{EscalationStatus, Ladder};
use super::sheet::Dispatch;
use super::will::refusals;
use super::{performance, red};

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
pub(super) fn fold(
    facts: &Facts,
    ladder: &Ladder,
    agreements: &[Agreement],
    confirmations: &[Confirmation],
    archive: Option<&Archive>,
    dispatch: &Dispatch,
) -> Vec<Notice> {
    let mut notices = duties(facts, ladder, agreements, confirmations, archive);
    notices.extend(undone(facts, dispatch));
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
            let acknowledged = acknowledged(facts, unit, &key);
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

/// Sheets that were closed while their unit wrote that nothing had been done.
fn undone(facts: &Facts, dispatch: &Dispatch) -> Vec<Notice> {
    let undone = dispatch.sheets.iter().filter_map(|s| Some((s, s.undone_after_closing()?)));
    undone
        .map(|(sheet, why)| {
            let key = format!("sheet_not_done/{}", sheet.id);
            let about = why.facts.iter().copied().filter(|id| *id != sheet.id).collect();
            let acknowledged = acknowledged(facts, sheet.from, &key);
            Notice { key, unit: sheet.from, why, about, acknowledged }
        })
        .collect()
}

/// Who of a unit took note first.
fn acknowledged(facts: &Facts, unit: UnitId, key: &str) -> Option<FactId> {
    each!(facts, Acknowledged)
        .filter(|(known, body)| known.proof.unit == unit && body.notice == key)
        .map(|(known, _)| known)
        .min_by_key(|known| known.order())
        .map(|known| known.id)
}

/// What the owning unit must see to because of what is known now: the written notice of other
/// ways after a refusal, the report that comes first, its follow-up, the statement in the file.
fn duties(
    facts: &Facts,
    ladder: &Ladder,
    agreements: &[Agreement],
    confirmations: &[Confirmation],
    archive: Option<&Archive>,
) -> Vec<Notice> {
    let Some(owner) = ladder.owner() else { return Vec::new() };
    let mut duties: Vec<(String, Why)> = Vec::new();
    let is_told = each!(facts, Terminated).next().is_some()
        || each!(facts, Closed).any(|(_, body)| !body.routes.is_empty());
    let refused: Vec<FactId> = refusals(facts)
        .iter()
        .filter(|refusal| refusal.is_standing())
        .map(|refusal| refusal.said.id)
        .collect();
    if let (false, Some(first)) = (is_told, refused.first()) {
        let key = format!("routes/{first}");
        duties.push((key, Why::new(RuleId::TellOfRoutes, refused.iter().copied())));
    }
    let unreported = red::unreported(facts);
    if let Some(first) = unreported.first() {
        let key = format!("report/{first}");
        duties.push((key, Why::new(RuleId::ReportFirst, unreported.iter().copied())));
    }
    for (report, _) in each!(facts, ReportedToPolice) {
        let key = format!("check_report/{}", report.id);
        duties.push((key, Why::new(RuleId::PoliceReport, [report.id])));
    }
    if let Some(archive) = archive.filter(|archive| archive.needs_statement) {
        let key = format!("statement/{}", archive.id);
        let about = archive.supplement.iter().copied();
        duties.push((key, Why::new(RuleId::ArchiveSupplement, about)));
    }
    for note in performance::on_replaced(facts, agreements) {
        let key = format!("beside_change/{}", note.id);
        duties.push((key, Why::new(RuleId::PaidBesideChange, [note.id])));
    }
    for filing in confirmations.iter().flat_map(Confirmation::to_withdraw) {
        let key = format!("withdraw_filing/{filing}");
        duties.push((key, Why::new(RuleId::TwoCourts, [filing])));
    }
    duties
        .into_iter()
        .map(|(key, why)| Notice {
            acknowledged: acknowledged(facts, owner.unit, &key),
            key,
            unit: owner.unit,
            about: why.facts.clone(),
            why,
        })
        .collect()
}
