//! What the program suggests: derived, never written because something was imported. A suggestion
//! becomes a fact only by a person's command, and one whose ground fell away stays readable.
//!
//! Whatever is counted here is an internal working rule. It never conditions a party's right to
//! refuse, stop or sue: 人民调解法 (2010) arts. 3, 17, 23 and 26.

use crate::fact::Body;
use crate::fact::body::{EscalationReason, SessionResult};
use crate::id::FactId;
use crate::role::Level;
use crate::rules::{RuleId, Why};
use crate::settings::Settings;

use super::conflict::Conflict;
use super::giving_back::return_question;
use super::known::{Facts, Known};
use super::ladder::{EscalationStatus, Ladder, level_code};
use super::session::{self, Session, Uncounted};

/// What is suggested.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum SuggestionKind {
    /// 提级建议: to the township.
    Escalate,
    /// 报县: the township's own attempts failed as often as its rule says.
    ExportUpward,
}

/// What became of a suggestion.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum SuggestionStatus {
    /// Somebody may follow it.
    Standing,
    /// Somebody did.
    Taken,
    /// 已撤回: its ground fell away.
    Withdrawn,
}

/// A suggestion.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// What is suggested.
    pub kind: SuggestionKind,
    /// Its natural key within the case.
    pub key: String,
    /// What became of it.
    pub status: SuggestionStatus,
    /// How many sessions count.
    pub count: u16,
    /// From how many on it is suggested.
    pub threshold: u16,
    /// The rule and the facts.
    pub why: Why,
}

/// The suggestions to climb, one for each stretch of ownership that gave ground for one.
pub(super) fn fold(
    facts: &Facts,
    ladder: &Ladder,
    sessions: &[Session],
    is_settled: bool,
    settings: &Settings,
) -> Vec<Suggestion> {
    let mut suggestions = Vec::new();
    for (place, tenure) in ladder.tenures.iter().enumerate() {
        let threshold = settings.failures(tenure.level);
        let counted: Vec<FactId> =
            session::counted(sessions, place, tenure.level).map(|s| s.id).collect();
        let count = u16::try_from(counted.len()).unwrap_or(u16::MAX);
        let told = told(facts, sessions, place);
        if told.len() < usize::from(threshold) {
            continue;
        }
        let is_last = place.saturating_add(1) == ladder.tenures.len();
        let asks = |e: &&super::ladder::Escalation| {
            e.from == tenure.level && e.status == EscalationStatus::Requested
        };
        let is_taken = !is_last || ladder.escalations.iter().any(|e| asks(&e));
        let status = if count < threshold {
            SuggestionStatus::Withdrawn
        } else if is_taken {
            SuggestionStatus::Taken
        } else if is_settled {
            continue;
        } else {
            SuggestionStatus::Standing
        };
        let kind = match tenure.level {
            Level::Village => SuggestionKind::Escalate,
            Level::Township => SuggestionKind::ExportUpward,
        };
        let basis = if status == SuggestionStatus::Withdrawn { told } else { counted };
        suggestions.push(Suggestion {
            kind,
            key: format!("climb/{}/{place}", level_code(tenure.level)),
            status,
            count,
            threshold,
            why: Why::new(RuleId::SuggestClimb, basis),
        });
    }
    suggestions
}

/// The meetings of a stretch of ownership of which a record, as it was first written, says that
/// they failed: what once gave ground, whatever was corrected since.
fn told(facts: &Facts, sessions: &[Session], tenure: usize) -> Vec<FactId> {
    let failed = |id: FactId| {
        let Some(known) = facts.get(id) else { return false };
        let written = known.written.as_deref().unwrap_or(&known.fact.body);
        matches!(written, Body::SessionHeld(body) if body.result == SessionResult::Failed)
    };
    let mut told: Vec<FactId> = Vec::new();
    let holding = sessions
        .iter()
        .filter(|s| s.tenure == tenure && s.uncounted != Some(Uncounted::WithoutConsent));
    for session in holding {
        if failed(session.id) && !session.with.iter().any(|id| told.contains(id)) {
            told.push(session.id);
        }
    }
    told
}

/// Looks again at climbs that rest on failed sessions alone: one that is not yet accepted is
/// taken back by itself, one that is makes the township decide.
pub(super) fn review(
    facts: &Facts,
    ladder: &mut Ladder,
    sessions: &[Session],
    settings: &Settings,
) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    for at in 0..ladder.escalations.len() {
        let Some(escalation) = ladder.escalations.get(at) else { continue };
        let requests: Vec<&Known> =
            escalation.requests.iter().filter_map(|id| facts.get(*id)).collect();
        let is_open = matches!(
            escalation.status,
            EscalationStatus::Requested | EscalationStatus::Accepted | EscalationStatus::Returned
        );
        if !is_open || !requests.iter().all(|known| rests_on_failures(known)) {
            continue;
        }
        let accepted = ladder.tenures.iter().position(|t| escalation.acceptances.contains(&t.by));
        let below = match accepted {
            Some(place) => place.checked_sub(1),
            None => ladder.tenures.iter().rposition(|t| t.level == escalation.from),
        };
        let Some(place) = below else { continue };
        let count = session::counted(sessions, place, escalation.from).count();
        if count >= usize::from(settings.failures(escalation.from)) {
            continue;
        }
        let lost = told(facts, sessions, place);
        let all = lost.iter().copied().chain(escalation.requests.iter().copied());
        let why = Why::new(RuleId::EscalationBasis, all.chain(escalation.acceptances.clone()));
        if escalation.status == EscalationStatus::Requested {
            if let Some(escalation) = ladder.escalations.get_mut(at) {
                escalation.status = EscalationStatus::Withdrawn;
                escalation.why = why;
            }
        } else if ladder.conflicts.iter().all(|c| c.key != escalation.return_key()) {
            let sides: Vec<&Known> = why.facts.iter().filter_map(|id| facts.get(*id)).collect();
            conflicts.push(return_question(facts, escalation, why, &sides));
        }
    }
    conflicts
}

fn rests_on_failures(known: &Known) -> bool {
    matches!(&known.fact.body, Body::Escalated(b) if b.reason == EscalationReason::ThreeFailures)
}

#[cfg(test)]
mod tests {
    use super::super::stage::Mark;
    use super::super::world::{Begun, accepted, begun, escalated_for};
    use super::*;
    use crate::fact::body::{Corrected, SessionHeld};

    /// Three failed sessions in the village, the last one's name.
    fn three(b: &mut Begun) -> FactId {
        let failed = b.session(SessionResult::Failed);
        b.world.write(b.village, "2026-05-20", failed.clone());
        b.world.write(b.village, "2026-05-27", failed.clone());
        b.world.write(b.village, "2026-06-08", failed)
    }

    fn put_off(b: &mut Begun, session: FactId) {
        let Body::SessionHeld(body) = b.session(SessionResult::Rescheduled) else { return };
        let to = Box::new(Body::SessionHeld(SessionHeld { present: vec![b.zhang], ..body }));
        let reason = "当事人未到".into();
        let corrected = Corrected { fact: session, at: None, to, reason };
        b.world.write(b.village, "2026-06-16", Body::Corrected(corrected));
    }

    fn status(b: &mut Begun) -> Option<SuggestionStatus> {
        b.merged().suggestions.first().map(|s| s.status)
    }

    #[test]
    fn the_limit_suggests_and_the_suggestion_is_withdrawn_with_its_trace() {
        let mut b = begun();
        assert_eq!(status(&mut b), None);
        let third = three(&mut b);
        assert_eq!(status(&mut b), Some(SuggestionStatus::Standing));
        put_off(&mut b, third);
        let case = b.merged();
        let left = case.suggestions.first().expect("the trace stays");
        assert_eq!((left.status, left.count), (SuggestionStatus::Withdrawn, 2));
        assert!(left.why.facts.contains(&third));
    }

    #[test]
    fn two_confirmations_are_one_escalation_with_both_names() {
        let mut b = begun();
        three(&mut b);
        b.world.meet(b.village, b.township);
        let mediator = b.world.desk(2, crate::role::Role::R5);
        b.world.meet(b.township, mediator);
        let ours =
            b.world.write(b.village, "2026-06-09", escalated_for(EscalationReason::ThreeFailures));
        let theirs =
            b.world.write(mediator, "2026-06-10", escalated_for(EscalationReason::ThreeFailures));
        b.world.meet(mediator, b.township);
        let case = b.merged();
        assert_eq!(case.ladder.escalations.len(), 1);
        assert_eq!(case.ladder.escalations[0].requests, [ours, theirs], "the earlier first");
        assert_eq!(case.suggestions[0].status, SuggestionStatus::Taken);
    }

    #[test]
    fn a_climb_whose_ground_fell_away_is_taken_back_or_asks_the_township() {
        for is_accepted in [false, true] {
            let mut b = begun();
            let third = three(&mut b);
            let request = escalated_for(EscalationReason::ThreeFailures);
            b.world.write(b.village, "2026-06-09", request);
            b.world.meet(b.village, b.township);
            if is_accepted {
                b.world.write(b.township, "2026-06-15", accepted());
            }
            put_off(&mut b, third);
            let case = b.merged();
            let status = case.ladder.escalations[0].status;
            if is_accepted {
                assert_eq!(status, EscalationStatus::Accepted, "the township keeps it meanwhile");
                assert!(case.marks.iter().any(|m| m.value == Mark::AwaitingReturn));
                assert!(case.has_open_conflict());
            } else {
                assert_eq!(status, EscalationStatus::Withdrawn);
                assert!(!case.has_open_conflict());
            }
        }
    }
}
