//! What the parties want: who refuses, stops or withdraws, from when on that bars the mediation,
//! and what answers it.
//!
//! Source: 人民调解法 (2010) arts. 3, 17, 23 and 26: one party's clear refusal forbids mediation, a
//! party may stop it at any time, and it may be taken up again when the parties want it again.

use crate::fact::Body;
use crate::fact::body::{Choice, Outcome, Will};
use crate::id::FactId;
use crate::rules::{RuleId, Why};
use crate::time::Span;

use super::assess::Derived;
use super::known::{Claim, Facts, Known, each};
use super::ladder::Ladder;

/// A refusal, a stop or a withdrawal: a party's own, or the ending of the case that rests on one.
#[derive(Clone, Copy)]
pub(super) struct Refusal<'a> {
    /// The fact that says so.
    pub(super) said: &'a Known,
    /// What is not wanted any more.
    pub(super) will: Will,
    /// The consent, or the new application, that answered it first.
    answer: Option<&'a Known>,
}

impl<'a> Refusal<'a> {
    /// Whether nothing answered it.
    pub(super) const fn is_standing(&self) -> bool {
        self.answer.is_none()
    }

    /// The claim it has against an act; none against what was done once it was answered.
    pub(super) fn against(&self, act: &Known) -> Option<Claim<'a>> {
        if self.answer.is_some_and(|answer| act.follows(answer)) {
            return None;
        }
        let onset = self.said.span();
        let to = self.answer.map_or(i64::MAX, |answer| answer.span().from.max(onset.to));
        Some(Claim { span: Span { from: onset.from, to }, onset, basis: vec![self.said] })
    }

    /// When nothing may be held, for whoever knows both the refusal and its answer.
    fn bar(&self) -> Span {
        let to = self.answer.map_or(i64::MAX, |answer| answer.span().from);
        Span { from: self.said.span().from, to }
    }
}

/// Every refusal, stop and withdrawal with what answered it: of a party, its own later consent; of
/// a case that ended because of one, whatever took it up again.
pub(super) fn refusals(facts: &Facts) -> Vec<Refusal<'_>> {
    let first = |answers: &mut dyn Iterator<Item = &'_ Known>, said: &Known| -> Option<FactId> {
        answers.filter(|k| k.follows(said)).min_by_key(|k| k.order()).map(|k| k.id)
    };
    let parties = each!(facts, ConsentRecorded).filter(|(_, b)| b.will != Will::Given);
    let parties = parties.map(|(said, body)| {
        let consents = each!(facts, ConsentRecorded)
            .filter(|(_, b)| b.will == Will::Given && b.party == body.party);
        (said, body.will, first(&mut consents.map(|(known, _)| known), said))
    });
    let endings = facts.list.iter().filter_map(|said| {
        let will = match &said.fact.body {
            Body::Terminated(body) => ended_by(body.ground)?,
            Body::Closed(body) => ended_by(body.outcome)?,
            _ => return None,
        };
        let again = facts.list.iter().filter(|known| takes_up(known));
        Some((said, will, first(&mut again.into_iter(), said)))
    });
    parties
        .chain(endings)
        .map(|(said, will, answer)| Refusal {
            said,
            will,
            answer: answer.and_then(|id| facts.get(id)),
        })
        .collect()
}

/// The will behind an ending, where a party's will is what ended the case.
const fn ended_by(outcome: Outcome) -> Option<Will> {
    match outcome {
        Outcome::Refused => Some(Will::Refused),
        Outcome::Withdrawn => Some(Will::Withdrawn),
        Outcome::Settled | Outcome::Failed => None,
    }
}

/// Whether a fact takes a case that had ended up again: a consent, a new application, a reopening.
pub(super) fn takes_up(known: &Known) -> bool {
    match &known.fact.body {
        Body::ConsentRecorded(body) => body.will == Will::Given,
        Body::Decided(body) => body.choice == Choice::Way("reopen".into()),
        Body::Accepted(_) | Body::Reopened(_) => true,
        _ => false,
    }
}

/// Whether a termination or a decline still stands: nothing took the case up since, no paper was
/// drawn up since, and it fell in the time of the unit that owns the case now.
pub(super) fn ending_stands(facts: &Facts, ladder: &Ladder, ending: &Known) -> bool {
    let is_draft = |known: &Known| matches!(known.fact.body, Body::AgreementReached(_));
    let again = |known: &Known| (takes_up(known) || is_draft(known)) && known.follows(ending);
    ladder.is_of_owner_now(facts, ending) && !facts.list.iter().any(again)
}

/// When no session may be held, as whoever knows all of this sees it.
pub(super) fn bars(facts: &Facts) -> Vec<Span> {
    let bars = refusals(facts).into_iter().map(|refusal| refusal.bar());
    bars.filter(|bar| bar.from < bar.to).collect()
}

/// A party's last word on mediation. Of two said in ignorance of each other on one day the one
/// that does not consent holds: the rights of the parties are read widely.
pub(super) fn last_word(facts: &Facts, party: FactId) -> Option<Derived<Will>> {
    let said: Vec<(&Known, Will)> = each!(facts, ConsentRecorded)
        .filter(|(_, body)| body.party == party)
        .map(|(known, body)| (known, body.will))
        .collect();
    said.iter()
        .filter(|(known, _)| !said.iter().any(|(later, _)| later.follows(known)))
        .max_by_key(|(known, will)| (*will != Will::Given, known.order()))
        .map(|(known, will)| Derived {
            value: *will,
            why: Why::new(RuleId::SessionWithoutConsent, [known.id]),
        })
}

#[cfg(test)]
mod tests {
    use super::super::guard::RefusalReason;
    use super::super::ladder::EscalationStatus;
    use super::super::session::Uncounted;
    use super::super::stage::State;
    use super::super::world::{Begun, accepted, begun, escalated};
    use super::*;
    use crate::fact::body::{
        Accepted, AcceptedOn, Closed, ConsentRecorded, Corrected, Route, SessionResult, Terminated,
    };
    use crate::role::Level;

    fn closed(outcome: Outcome) -> Body {
        Body::Closed(Closed { outcome, routes: vec![Route::Court], note: String::new() })
    }

    fn terminated(ground: Outcome) -> Body {
        Body::Terminated(Terminated { ground, routes: vec![Route::Court], note: String::new() })
    }

    /// What became of a climb that was asked for and accepted two days later.
    fn climbed(b: &mut Begun) -> (EscalationStatus, Option<Level>) {
        b.world.write(b.township, "2026-03-26", escalated());
        b.world.write(b.township, "2026-03-26", accepted());
        let case = b.merged();
        (case.ladder.escalations[0].status, case.owner().map(|t| t.level))
    }

    #[test]
    fn a_case_that_ended_by_a_partys_will_climbs_no_more() {
        let void = (EscalationStatus::Void, Some(Level::Village));
        let goes_on = (EscalationStatus::Accepted, Some(Level::Township));
        let rows = [
            (closed(Outcome::Withdrawn), void, State::Withdrawn),
            (closed(Outcome::Refused), void, State::Refused),
            (terminated(Outcome::Withdrawn), void, State::Terminated),
            (terminated(Outcome::Refused), void, State::Terminated),
            (closed(Outcome::Failed), goes_on, State::Registered),
            (terminated(Outcome::Failed), goes_on, State::Registered),
        ];
        for (ending, want, state) in rows {
            let mut b = begun();
            b.world.write(b.village, "2026-03-24", ending.clone());
            assert_eq!(climbed(&mut b), want, "{ending:?}");
            assert_eq!(b.merged().state, state, "{ending:?}");
        }
    }

    #[test]
    fn a_later_application_takes_up_what_a_partys_will_had_ended() {
        let mut b = begun();
        b.world.write(b.village, "2026-03-24", terminated(Outcome::Withdrawn));
        let again = Accepted { on: AcceptedOn::Application };
        b.world.write(b.village, "2026-03-25", Body::Accepted(again));
        assert_eq!(climbed(&mut b).0, EscalationStatus::Accepted);
    }

    #[test]
    fn a_consent_of_the_same_day_answers_what_it_knew() {
        // Name, the time of the refusal, of the consent, whether the consent came of knowledge.
        let rows = [
            ("known", "2026-03-12", "2026-03-12", true, None),
            ("known, by the minute", "2026-03-12T15:00", "2026-03-12", true, None),
            ("blind", "2026-03-12", "2026-03-12", false, Some(Will::Refused)),
            ("blind, later", "2026-03-12", "2026-03-13", false, None),
        ];
        for (name, refused, consented, is_known, standing) in rows {
            let mut b = begun();
            b.will(b.township, refused, Will::Refused);
            if is_known {
                b.merged();
            }
            b.will(b.village, consented, Will::Given);
            let case = b.merged();
            let party = case.parties.iter().find(|p| p.id == b.li).and_then(|p| p.will.clone());
            assert_eq!(party.map(|w| w.value), standing.or(Some(Will::Given)), "{name}");
            assert_eq!(case.state == State::Refused, standing.is_some(), "{name}");
            let failed = b.session(SessionResult::Failed);
            let day = consented.get(..10).unwrap_or(consented);
            let may = b.world.check(b.village, day, &failed).is_ok();
            assert_eq!(may, standing.is_none(), "{name}");
            b.world.write(b.village, day, failed);
            let held = b.merged().sessions[0].uncounted;
            assert_eq!(held == Some(Uncounted::WithoutConsent), standing.is_some(), "{name}");
        }
    }

    #[test]
    fn who_consents_and_then_refuses_the_same_day_refuses() {
        let mut b = begun();
        b.will(b.village, "2026-03-12T09:00", Will::Given);
        b.merged();
        b.will(b.township, "2026-03-12", Will::Stopped);
        assert_eq!(b.merged().state, State::Refused);
    }

    #[test]
    fn a_consent_that_is_corrected_later_does_not_outlive_the_refusal_it_came_before() {
        let mut b = begun();
        let consent = b.will(b.village, "2026-03-12", Will::Given);
        b.merged();
        b.will(b.township, "2026-03-12", Will::Refused);
        b.merged();
        let (party, note) = (b.li, "当面同意，有签字".into());
        let to = ConsentRecorded { party, will: Will::Given, note };
        let to = Box::new(Body::ConsentRecorded(to));
        let body = Corrected { fact: consent, at: None, to, reason: "补写".into() };
        b.world.write(b.village, "2026-03-13", Body::Corrected(body));
        let case = b.merged();
        assert_eq!(case.state, State::Refused);
        let party = case.parties.iter().find(|p| p.id == b.li).and_then(|p| p.will.clone());
        assert_eq!(party.map(|will| will.value), Some(Will::Refused));
    }

    #[test]
    fn what_was_held_before_a_refusal_may_still_be_written_down() {
        let mut b = begun();
        let village = b.village;
        b.world.today(village, "2026-03-20");
        b.will(village, "2026-03-12", Will::Refused);
        let failed = b.session(SessionResult::Failed);
        assert_eq!(b.world.check(village, "2026-03-11", &failed), Ok(()));
        let refused = b.world.check(village, "2026-03-13", &failed).map_err(|r| r.reason);
        assert_eq!(refused, Err(RefusalReason::PartyRefused));
        b.world.write(village, "2026-03-14", terminated(Outcome::Refused));
        let refused = b.world.check(village, "2026-03-15", &failed).map_err(|r| r.reason);
        assert_eq!(refused, Err(RefusalReason::PartyRefused), "and a termination changes nothing");
    }

    #[test]
    fn an_unsigned_paper_holds_up_no_ending() {
        for (ending, state) in
            [(None, State::Refused), (Some(terminated(Outcome::Failed)), State::Terminated)]
        {
            let mut b = begun();
            let village = b.village;
            let draft = b.agreement("甲", None);
            b.world.write(village, "2026-03-10", draft);
            assert_eq!(b.merged().state, State::AgreementUnsigned);
            match ending {
                Some(ending) => {
                    b.world.write(village, "2026-03-12", ending);
                }
                None => {
                    b.will(village, "2026-03-12", Will::Refused);
                }
            }
            assert_eq!(b.merged().state, state);
        }
    }
}
