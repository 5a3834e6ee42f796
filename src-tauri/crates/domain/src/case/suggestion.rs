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
    use super::super::conflict::ConflictKind;
    use super::super::stage::Mark;
    use super::super::world::{Begun, Desk, accepted, begun, escalated_for};
    use super::*;
    use crate::fact::body::{Corrected, Escalated, EscalationWithdrawn, SessionHeld, Will};

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

    fn failed(b: &mut Begun, desk: Desk, days: &[&str]) -> Vec<FactId> {
        let failed = b.session(SessionResult::Failed);
        days.iter().map(|at| b.world.write(desk, at, failed.clone())).collect()
    }

    fn told_of(b: &mut Begun) -> Vec<(SuggestionKind, SuggestionStatus, u16)> {
        b.merged().suggestions.iter().map(|s| (s.kind, s.status, s.count)).collect()
    }

    #[test]
    fn nothing_is_suggested_below_the_limit_or_of_what_did_not_fail() {
        let up = |count| vec![(SuggestionKind::Escalate, SuggestionStatus::Standing, count)];
        // Name, how each meeting ended, what is suggested.
        use SessionResult::{Absent, Agreed, Failed, Rescheduled};
        let rows: [(&str, &[SessionResult], Vec<_>); 5] = [
            ("none", &[], vec![]),
            ("two", &[Failed, Failed], vec![]),
            ("three", &[Failed, Failed, Failed], up(3)),
            ("four", &[Failed, Failed, Failed, Failed], up(4)),
            ("two and others", &[Failed, Failed, Rescheduled, Absent, Agreed], vec![]),
        ];
        for (name, results, want) in rows {
            let mut b = begun();
            for (day, result) in (2..).zip(results) {
                let held = b.session(*result);
                b.world.write(b.village, &format!("2026-03-0{day}"), held);
            }
            assert_eq!(told_of(&mut b), want, "{name}");
        }
    }

    #[test]
    fn two_records_of_one_meeting_are_one_ground() {
        let mut b = begun();
        let village = b.village;
        failed(&mut b, village, &["2026-03-02", "2026-03-03", "2026-03-03"]);
        assert_eq!(told_of(&mut b), []);
        failed(&mut b, village, &["2026-03-04"]);
        let standing = (SuggestionKind::Escalate, SuggestionStatus::Standing, 3);
        assert_eq!(told_of(&mut b), [standing]);
    }

    #[test]
    fn a_meeting_without_consent_was_never_a_ground() {
        let mut b = begun();
        let village = b.village;
        failed(&mut b, village, &["2026-03-02", "2026-03-03"]);
        b.will(village, "2026-03-04", Will::Refused);
        failed(&mut b, village, &["2026-03-05"]);
        assert_eq!(told_of(&mut b), []);
    }

    #[test]
    fn each_stretch_of_ownership_gives_its_own_ground() {
        let mut b = begun();
        let (village, township) = (b.village, b.township);
        let mediator = b.mediator();
        three(&mut b);
        b.world.write(village, "2026-06-09", escalated_for(EscalationReason::ThreeFailures));
        b.world.meet(village, township);
        let below = |status| (SuggestionKind::Escalate, status, 3);
        assert_eq!(told_of(&mut b), [below(SuggestionStatus::Taken)], "asked for");
        b.world.write(township, "2026-06-10", accepted());
        assert_eq!(told_of(&mut b), [below(SuggestionStatus::Taken)], "accepted");
        b.world.meet(township, mediator);
        failed(&mut b, mediator, &["2026-06-12", "2026-06-13"]);
        b.world.meet(township, mediator);
        assert_eq!(told_of(&mut b).len(), 1, "two at the township");
        failed(&mut b, mediator, &["2026-06-14"]);
        b.world.meet(township, mediator);
        let above = (SuggestionKind::ExportUpward, SuggestionStatus::Standing, 3);
        assert_eq!(told_of(&mut b), [below(SuggestionStatus::Taken), above]);
        let keys: Vec<String> = b.merged().suggestions.into_iter().map(|s| s.key).collect();
        assert_eq!(keys, ["climb/village/0", "climb/township/1"]);
    }

    #[test]
    fn only_an_open_request_of_that_level_takes_a_suggestion() {
        let mut b = begun();
        let village = b.village;
        three(&mut b);
        let Body::Escalated(above) = escalated_for(EscalationReason::Danger) else { return };
        let above = Escalated { from: Level::Township, ..above };
        b.world.write(village, "2026-06-09", Body::Escalated(above));
        assert_eq!(status(&mut b), Some(SuggestionStatus::Standing), "a request from above");
        b.world.write(village, "2026-06-10", escalated_for(EscalationReason::Danger));
        assert_eq!(status(&mut b), Some(SuggestionStatus::Taken));
        b.world.write(village, "2026-06-11", taken_back());
        assert_eq!(status(&mut b), Some(SuggestionStatus::Standing), "taken back");
    }

    fn taken_back() -> Body {
        let (from, reason) = (Level::Village, "双方愿意再谈".into());
        Body::EscalationWithdrawn(EscalationWithdrawn { from, round: 1, reason })
    }

    #[test]
    fn what_is_settled_needs_no_climb() {
        let mut b = begun();
        three(&mut b);
        b.agree(b.village, "2026-06-12", "退还押金", None);
        assert_eq!(status(&mut b), None);
    }

    /// What became of a climb once its third session was put off.
    fn put_off_after(
        requests: &[EscalationReason],
        is_taken_back: bool,
    ) -> (Begun, EscalationStatus) {
        let mut b = begun();
        let third = three(&mut b);
        for reason in requests {
            b.world.write(b.village, "2026-06-09", escalated_for(*reason));
        }
        if is_taken_back {
            b.world.write(b.village, "2026-06-10", taken_back());
        }
        put_off(&mut b, third);
        let status = b.merged().ladder.escalations[0].status;
        (b, status)
    }

    #[test]
    fn a_climb_with_another_ground_stands_without_the_failures() {
        use EscalationReason::{Danger, ThreeFailures};
        let rows: [(&str, &[EscalationReason], EscalationStatus); 3] = [
            ("failures alone", &[ThreeFailures, ThreeFailures], EscalationStatus::Withdrawn),
            ("danger alone", &[Danger], EscalationStatus::Requested),
            ("one for danger, too", &[ThreeFailures, Danger], EscalationStatus::Requested),
        ];
        for (name, requests, want) in rows {
            let (mut b, status) = put_off_after(requests, false);
            assert_eq!(status, want, "{name}");
            assert!(!b.merged().has_open_conflict(), "{name}");
        }
    }

    #[test]
    fn a_climb_that_was_taken_back_is_not_looked_at_again() {
        let (mut b, status) = put_off_after(&[EscalationReason::ThreeFailures], true);
        assert_eq!(status, EscalationStatus::Withdrawn);
        let case = b.merged();
        assert_ne!(case.ladder.escalations[0].why.rule, RuleId::EscalationBasis);
        assert!(case.conflicts.iter().all(|c| c.kind != ConflictKind::Return));
    }

    #[test]
    fn a_ground_that_holds_leaves_the_climb_alone() {
        let mut b = begun();
        let village = b.village;
        let third = three(&mut b);
        failed(&mut b, village, &["2026-06-08T16:00"]);
        failed(&mut b, village, &["2026-06-09"]);
        b.world.write(village, "2026-06-10", escalated_for(EscalationReason::ThreeFailures));
        put_off(&mut b, third);
        let escalation = b.merged().ladder.escalations[0].clone();
        assert_eq!(escalation.status, EscalationStatus::Requested);
    }

    #[test]
    fn the_township_is_asked_once_whether_it_gives_back() {
        for is_taken_back in [false, true] {
            let mut b = begun();
            let third = three(&mut b);
            let village = b.village;
            b.world.write(village, "2026-06-09", escalated_for(EscalationReason::ThreeFailures));
            b.world.meet(village, b.township);
            b.world.write(b.township, "2026-06-15", accepted());
            if is_taken_back {
                b.world.write(village, "2026-06-12", taken_back());
            }
            put_off(&mut b, third);
            let case = b.merged();
            let asks: Vec<&Conflict> =
                case.conflicts.iter().filter(|c| c.kind == ConflictKind::Return).collect();
            assert_eq!(asks.len(), 1, "taken back: {is_taken_back}");
            let named = |id| asks[0].why.facts.contains(&id);
            assert!(is_taken_back || named(third), "with what it once rested on");
        }
    }
}
