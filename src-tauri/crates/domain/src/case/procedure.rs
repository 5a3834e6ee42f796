//! Flaws and doubts. What a guard would have refused may still arrive from a broken or an old
//! peer: it is kept, keeps its meaning, and is marked (程序瑕疵, 待核) with the rule it offends.

use crate::fact::Body;
use crate::fact::body::{AgreementForm, PlanLine, SessionHeld, SessionMode, SessionResult};
use crate::id::FactId;
use crate::money::Fen;
use crate::rules::{RuleId, Why};
use crate::settings::Settings;
use crate::time::Day;

use super::agreement::Agreement;
use super::confirmation::Confirmation;
use super::hosting::Hosting;
use super::known::{Facts, Known, each};
use super::session::Sides;
use super::{Party, Registration};

/// A fact that offends a rule without losing its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The fact.
    pub fact: FactId,
    /// The rule, and the facts by which it is offended.
    pub why: Why,
}

impl Flaw {
    fn new(rule: RuleId, fact: FactId, others: impl IntoIterator<Item = FactId>) -> Self {
        Self { fact, why: Why::new(rule, others.into_iter().chain([fact])) }
    }
}

/// What flaws and doubts are derived from.
pub(super) struct Sources<'a> {
    pub(super) facts: &'a Facts,
    pub(super) registration: Option<&'a Registration>,
    pub(super) parties: &'a [Party],
    pub(super) sides: Sides<'a>,
    pub(super) hosting: &'a Hosting,
    pub(super) agreements: &'a [Agreement],
    pub(super) confirmations: &'a [Confirmation],
    pub(super) is_written_only: bool,
    pub(super) settings: &'a Settings,
}

/// Whether a session was held at all: one that was put off was not.
const fn was_held(body: &SessionHeld) -> bool {
    !matches!(body.result, SessionResult::Rescheduled | SessionResult::Absent)
}

/// The last promise of an oral agreement that is not performed on the spot, or a party that
/// objects to the form.
///
/// Source: 人民调解工作若干规定 (2002) art. 34; 宁波市人民调解条例 art. 24.
#[must_use]
pub fn needs_writing(reached: Day, plan: &[PlanLine], objecting: &[FactId]) -> bool {
    !objecting.is_empty() || plan.iter().any(|line| line.due > reached)
}

/// Whether the lines of a plan add up to the amount they divide.
#[must_use]
pub fn adds_up(amount: Option<Fen>, plan: &[PlanLine]) -> bool {
    let lines = plan.iter().map(|line| line.amount_fen.unwrap_or_default());
    let sum = lines.fold(Fen::default(), Fen::saturating_add);
    amount.is_none_or(|whole| sum == Fen::default() || sum == whole)
}

/// Whether a kind only makes sense once the case has begun.
#[must_use]
pub const fn follows_registration(body: &Body) -> bool {
    !matches!(
        body,
        Body::Registered(_) | Body::PartyAdded(_) | Body::Note(_) | Body::VisitReceived(_)
    )
}

impl Sources<'_> {
    /// 程序瑕疵: what was done in a way the law or the working rules do not allow.
    pub(super) fn flaws(&self) -> Vec<Flaw> {
        let mut flaws: Vec<Flaw> = Vec::new();
        let recused = self.hosting.flawed.iter();
        flaws.extend(recused.map(|(fact, why)| Flaw { fact: *fact, why: why.clone() }));
        self.sessions(&mut flaws);
        self.signatures(&mut flaws);
        if self.settings.is_oral_on_the_spot_only && !self.is_written_only {
            flaws.extend(
                each!(self.facts, AgreementReached)
                    .filter(|(known, body)| {
                        body.form == AgreementForm::Oral
                            && needs_writing(known.fact.at.day, &body.plan, &body.objecting)
                    })
                    .map(|(known, _)| Flaw::new(RuleId::OralOnTheSpot, known.id, [])),
            );
        }
        for filing in self.confirmations.iter().flat_map(|c| &c.filings) {
            if let (false, Some(fact)) = (filing.is_joint, filing.notes.first()) {
                flaws.push(Flaw::new(RuleId::JointApplication, *fact, []));
            }
        }
        flaws
    }

    /// Sessions before the parties knew their rights, and with a child face to face.
    ///
    /// Source: 人民调解法 (2010) arts. 21 to 24; 未成年人保护法 (2024) art. 4.
    fn sessions(&self, flaws: &mut Vec<Flaw>) {
        let both = || self.sides.applicants.iter().chain(self.sides.respondents);
        for (session, body) in each!(self.facts, SessionHeld).filter(|(_, body)| was_held(body)) {
            let untold: Vec<FactId> = both()
                .filter(|party| body.present.contains(party) && !self.is_told(session, **party))
                .copied()
                .collect();
            if !untold.is_empty() {
                flaws.push(Flaw::new(RuleId::RightsFirst, session.id, untold));
            }
            let children: Vec<FactId> = self
                .parties
                .iter()
                .filter(|party| party.is_minor && body.present.contains(&party.id))
                .map(|party| party.id)
                .collect();
            if body.mode == SessionMode::Joint && !children.is_empty() {
                flaws.push(Flaw::new(RuleId::ChildApart, session.id, children));
            }
        }
    }

    /// Whether a party was told of its rights before a session or at it.
    fn is_told(&self, session: &Known, party: FactId) -> bool {
        let in_time = |told: &Known| !session.span().is_before(&told.span());
        each!(self.facts, RightsTold)
            .any(|(told, body)| body.parties.contains(&party) && in_time(told))
            || each!(self.facts, SessionHeld).any(|(held, body)| {
                body.rights_told && body.present.contains(&party) && in_time(held)
            })
    }

    /// Signatures that came after every seal.
    fn signatures(&self, flaws: &mut Vec<Flaw>) {
        for (signed, body) in each!(self.facts, AgreementSigned) {
            let seals: Vec<&Known> = each!(self.facts, AgreementSealed)
                .filter(|(_, sealed)| sealed.agreement == body.agreement)
                .map(|(known, _)| known)
                .collect();
            let is_after = |seal: &&Known| seal.fact.at.day < signed.fact.at.day;
            if !seals.is_empty() && seals.iter().all(is_after) {
                let seals = seals.iter().map(|known| known.id);
                flaws.push(Flaw::new(RuleId::SealLast, signed.id, seals));
            }
        }
    }

    /// 待核: what cannot have happened when it says, or does not add up.
    pub(super) fn doubts(&self) -> Vec<Flaw> {
        let mut doubts: Vec<Flaw> = Vec::new();
        for known in &self.facts.list {
            let day = known.fact.at.day;
            if let Some((_, earlier)) = self.builds_on(known).filter(|(on, _)| day < *on) {
                doubts.push(Flaw::new(RuleId::ImpossibleDate, known.id, [earlier]));
            }
        }
        for (known, body) in each!(self.facts, AgreementReached) {
            let (day, plan) = (known.fact.at.day, &body.plan);
            if plan.iter().any(|line| line.due < day) {
                doubts.push(Flaw::new(RuleId::ImpossibleDate, known.id, []));
            }
            if !adds_up(body.amount_fen, plan) {
                doubts.push(Flaw::new(RuleId::Instalments, known.id, []));
            }
        }
        doubts
    }

    /// The day before which a fact cannot have happened, and what it builds on.
    fn builds_on(&self, known: &Known) -> Option<(Day, FactId)> {
        let reached = |id: FactId| self.facts.get(id).map(|on| (on.fact.at.day, on.id));
        let effective = |id: FactId| {
            let agreement = self.agreements.iter().find(|a| a.id == id)?;
            Some((agreement.effective?, id))
        };
        let begun = self.registration.map(|r| (r.at.day, r.id));
        let own = match &known.fact.body {
            Body::AgreementSigned(b) => reached(b.agreement),
            Body::AgreementSealed(b) => reached(b.agreement),
            Body::PerformanceNoted(b) => reached(b.agreement),
            Body::Urged(b) => reached(b.agreement),
            Body::ConfirmationFiled(b) => effective(b.agreement).or(reached(b.agreement)),
            Body::ConfirmationAccepted(b) => reached(b.filing),
            Body::ConfirmationRuled(b) => reached(b.filing),
            _ => None,
        };
        let begun = begun.filter(|_| follows_registration(&known.fact.body));
        own.into_iter().chain(begun).max()
    }
}

#[cfg(test)]
mod tests {
    use super::super::guard::RefusalReason;
    use super::super::stage::Mark;
    use super::super::world::{Begun, begun, day, sealed, signed};
    use super::super::{Case, EventMark};
    use super::*;
    use crate::fact::body::{AgreementReached, PartyAdded, RightsTold, Side};
    use crate::role::Level;

    fn flawed(case: &Case, fact: FactId) -> Vec<RuleId> {
        case.flaws.iter().filter(|flaw| flaw.fact == fact).map(|flaw| flaw.why.rule).collect()
    }

    fn doubted(case: &Case, fact: FactId) -> Vec<RuleId> {
        case.doubts.iter().filter(|doubt| doubt.fact == fact).map(|doubt| doubt.why.rule).collect()
    }

    fn told(parties: Vec<FactId>) -> Body {
        Body::RightsTold(RightsTold { parties })
    }

    fn held(b: &Begun, change: impl FnOnce(&mut SessionHeld)) -> Body {
        let mut body = super::super::world::session_held(vec![b.zhang, b.li]);
        change(&mut body);
        Body::SessionHeld(body)
    }

    #[test]
    fn a_session_before_the_parties_knew_their_rights_is_flawed_and_counts() {
        // Name, when they were told in a sheet, whether at the session, whether it is flawed.
        let rows = [
            ("never", None, false, true),
            ("before", Some("2026-03-04"), false, false),
            ("that day", Some("2026-03-05"), false, false),
            ("after", Some("2026-03-06"), false, true),
            ("there", None, true, false),
        ];
        for (name, sheet, at_session, is_flawed) in rows {
            let mut b = begun();
            let village = b.village;
            if let Some(at) = sheet {
                let both = told(vec![b.zhang, b.li]);
                b.world.write(b.township, at, both);
            }
            let body = held(&b, |body| body.rights_told = at_session);
            let session = b.world.write(village, "2026-03-05", body);
            let case = b.merged();
            let rules: &[RuleId] = if is_flawed { &[RuleId::RightsFirst] } else { &[] };
            assert_eq!(flawed(&case, session), rules, "{name}");
            let is_marked = case.marks.iter().any(|m| m.value == Mark::ProcedureFlaw);
            assert_eq!(is_marked, is_flawed, "{name}");
            assert_eq!(case.session_count(Level::Village), 1, "{name}: kept and counted");
        }
    }

    #[test]
    fn one_party_that_was_not_told_is_enough() {
        let mut b = begun();
        let village = b.village;
        let one = told(vec![b.zhang]);
        b.world.write(village, "2026-03-04", one);
        let body = held(&b, |_| {});
        let session = b.world.write(village, "2026-03-05", body);
        let case = b.merged();
        let flaw = case.flaws.iter().find(|f| f.fact == session).expect("marked");
        assert!(flaw.why.facts.contains(&b.li) && !flaw.why.facts.contains(&b.zhang));
        let put_off = held(&b, |body| body.result = SessionResult::Rescheduled);
        let session = b.world.write(village, "2026-03-08", put_off);
        assert!(flawed(&b.merged(), session).is_empty(), "nothing was held that day");
    }

    #[test]
    fn a_child_does_not_sit_face_to_face() {
        for (mode, is_flawed) in [(SessionMode::Joint, true), (SessionMode::Separate, false)] {
            let mut b = begun();
            let village = b.village;
            let Body::PartyAdded(child) = super::super::world::party("陈小宝", Side::Third)
            else {
                return;
            };
            let child = PartyAdded { birth: Some(day("2017-03-01")), ..child };
            let child = b.world.write(village, "2026-03-02", Body::PartyAdded(child));
            let body = held(&b, |body| {
                body.rights_told = true;
                body.mode = mode;
                body.present.push(child);
            });
            let session = b.world.write(village, "2026-03-05", body);
            let want: &[RuleId] = if is_flawed { &[RuleId::ChildApart] } else { &[] };
            assert_eq!(flawed(&b.merged(), session), want, "{mode:?}");
        }
    }

    #[test]
    fn a_signature_after_the_seal_is_refused_and_from_a_peer_marked() {
        let mut b = begun();
        let village = b.village;
        b.world.today(village, "2026-03-20");
        let body = b.agreement("退还押金", None);
        let agreement = b.world.write(village, "2026-03-05", body);
        let (one, other) = (vec![b.zhang], vec![b.li]);
        let refused = |b: &Begun, at: &str, body: &Body| {
            b.world.check(village, at, body).map_err(|r| (r.field, r.reason))
        };
        let early = signed(agreement, one.clone());
        assert_eq!(refused(&b, "2026-03-04", &early), Err(("at", RefusalReason::TooEarly)));
        let early = sealed(agreement);
        assert_eq!(refused(&b, "2026-03-04", &early), Err(("at", RefusalReason::TooEarly)));
        b.world.write(village, "2026-03-05", signed(agreement, one));
        b.world.write(village, "2026-03-06", sealed(agreement));
        let late = signed(agreement, other.clone());
        assert_eq!(refused(&b, "2026-03-07", &late), Err(("at", RefusalReason::AfterSeal)));
        assert_eq!(refused(&b, "2026-03-06", &late), Ok(()), "the same day is in order");
        // A broken peer writes it all the same.
        let mediator = b.mediator();
        let late = b.world.write(mediator, "2026-03-07", late);
        let early = b.world.write(mediator, "2026-03-01", signed(agreement, other));
        b.world.meet(mediator, b.township);
        let case = b.merged();
        assert_eq!(flawed(&case, late), [RuleId::SealLast]);
        assert_eq!(doubted(&case, early), [RuleId::ImpossibleDate]);
        let marks = |id| case.events.iter().find(|e| e.id == id).map(|e| e.marks.clone());
        assert!(marks(late).is_some_and(|marks| marks.contains(&EventMark::ProcedureFlaw)));
        assert!(marks(early).is_some_and(|marks| marks.contains(&EventMark::Doubtful)));
        assert_eq!(case.agreements[0].effective, Some(day("2026-03-06")), "the first acts count");
    }

    #[test]
    fn a_seal_before_a_signature_that_is_noted_is_refused() {
        let mut b = begun();
        let village = b.village;
        b.world.today(village, "2026-03-20");
        let body = b.agreement("退还押金", None);
        let agreement = b.world.write(village, "2026-03-05", body);
        let both = vec![b.zhang, b.li];
        b.world.write(village, "2026-03-08", signed(agreement, both));
        let refused = b.world.check(village, "2026-03-07", &sealed(agreement));
        assert_eq!(refused.map_err(|r| r.reason), Err(RefusalReason::TooEarly));
        assert_eq!(b.world.check(village, "2026-03-08", &sealed(agreement)), Ok(()));
    }

    #[test]
    fn what_is_promised_for_later_is_written_down() {
        let later = PlanLine { due: day("2026-03-20"), what: "付款".into(), amount_fen: None };
        let now = PlanLine { due: day("2026-03-05"), ..later.clone() };
        let rows = [
            ("on the spot", vec![], false, true),
            ("that very day", vec![now], false, true),
            ("later", vec![later], false, false),
            ("somebody objects", vec![], true, false),
        ];
        for (name, plan, objects, is_good) in rows {
            let mut b = begun();
            let village = b.village;
            let objecting = if objects { vec![b.li] } else { vec![] };
            let body = Body::AgreementReached(AgreementReached {
                form: AgreementForm::Oral,
                plan,
                objecting,
                ..b.agreed_on("当场退还")
            });
            let refused = b.world.check(village, "2026-03-05", &body).map_err(|r| r.reason);
            let want = if is_good { Ok(()) } else { Err(RefusalReason::MustBeWritten) };
            assert_eq!(refused, want, "{name}");
            let agreement = b.world.write(village, "2026-03-05", body);
            let case = b.merged();
            let rules: &[RuleId] = if is_good { &[] } else { &[RuleId::OralOnTheSpot] };
            assert_eq!(flawed(&case, agreement), rules, "{name}: kept and marked");
            assert!(case.agreements[0].is_in_effect(), "{name}: the law lets it hold");
        }
    }

    #[test]
    fn lines_that_do_not_add_up_are_refused_and_from_a_peer_marked() {
        let mut b = begun();
        let village = b.village;
        let line = |amount| PlanLine {
            due: day("2026-06-30"),
            what: "付款".into(),
            amount_fen: Some(Fen(amount)),
        };
        let body = AgreementReached { plan: vec![line(1), line(2)], ..b.agreed_on("分两期") };
        let body = Body::AgreementReached(body);
        let refused = b.world.check(village, "2026-03-05", &body).map_err(|r| (r.field, r.reason));
        assert_eq!(refused, Err(("plan", RefusalReason::SumDiffers)));
        let agreement = b.agree_to(village, "2026-03-05", body);
        let case = b.merged();
        assert_eq!(doubted(&case, agreement), [RuleId::Instalments]);
        assert_eq!(case.dues.len(), 2, "and reminded of");
    }

    #[test]
    fn a_day_that_cannot_be_is_refused_and_from_a_peer_marked() {
        let mut b = begun();
        let village = b.village;
        b.world.today(village, "2026-03-10");
        let due = PlanLine { due: day("2026-03-01"), what: "付款".into(), amount_fen: None };
        let past = AgreementReached { plan: vec![due], ..b.agreed_on("付款") };
        let past = Body::AgreementReached(past);
        let session = held(&b, |body| body.rights_told = true);
        let rows = [
            ("before it began", "2026-02-27", &session, "at", RefusalReason::BeforeRegistration),
            ("due before", "2026-03-05", &past, "plan", RefusalReason::TooEarly),
        ];
        for (name, at, body, field, reason) in rows {
            let refused = b.world.check(village, at, body).map_err(|r| (r.field, r.reason));
            assert_eq!(refused, Err((field, reason)), "{name}");
            let wrong = b.world.write(village, at, body.clone());
            let case = b.merged();
            assert_eq!(doubted(&case, wrong), [RuleId::ImpossibleDate], "{name}");
            assert!(case.marks.iter().any(|m| m.value == Mark::Doubtful), "{name}");
        }
        let refused = b.world.check(village, "2026-03-11", &session).map_err(|r| r.reason);
        assert_eq!(refused, Err(RefusalReason::InFuture));
        let tomorrow = b.world.write(village, "2026-03-11", session);
        let case = b.merged();
        let marks = case.events.iter().find(|e| e.id == tomorrow).map(|e| e.marks.clone());
        assert!(marks.is_some_and(|marks| marks.contains(&EventMark::ClockDoubt)));
    }

    #[test]
    fn what_is_done_on_one_day_in_its_order_is_neither_flawed_nor_doubted() {
        let mut b = begun();
        let village = b.village;
        let rights = told(vec![b.zhang, b.li]);
        b.world.write(village, "2026-03-01", rights);
        let session = held(&b, |_| {});
        b.world.write(village, "2026-03-01", session);
        let due = PlanLine { due: day("2026-03-01"), what: "付款".into(), amount_fen: None };
        let later = PlanLine { due: day("2026-06-30"), ..due.clone() };
        let body = AgreementReached { plan: vec![due, later], ..b.agreed_on("分期") };
        b.agree_to(village, "2026-03-01", Body::AgreementReached(body));
        // One that nobody sealed yet.
        let body = b.agreement("另一份", None);
        let open = b.world.write(village, "2026-03-01", body);
        let both = vec![b.zhang, b.li];
        b.world.write(village, "2026-03-02", signed(open, both));
        let case = b.merged();
        assert_eq!((case.flaws, case.doubts), (vec![], vec![]));
    }

    #[test]
    fn nothing_can_come_before_what_it_builds_on() {
        use crate::fact::body::*;
        let mut b = begun();
        let village = b.village;
        let agreement = b.agree(village, "2026-03-10", "付款", None);
        let court = |b: &Begun| ConfirmationFiled {
            agreement,
            applicants: vec![b.zhang, b.li],
            choice: CourtChoice::Committee,
            court: "青石县人民法院".into(),
        };
        let filing = b.world.write(village, "2026-03-12", Body::ConfirmationFiled(court(&b)));
        let performed = PerformanceNoted {
            agreement,
            line: None,
            kept: Kept::Partly,
            amount_fen: None,
            note: String::new(),
        };
        let urged = Urged { agreement, line: None, party: None, note: "催过".into() };
        let ruled = ConfirmationRuled {
            filing,
            result: Ruling::Rejected,
            number: String::new(),
            reason: String::new(),
        };
        // What, the last day on which it cannot have been, what it builds on.
        let rows = [
            (signed(agreement, vec![b.li]), "2026-03-09", agreement),
            (sealed(agreement), "2026-03-09", agreement),
            (Body::PerformanceNoted(performed), "2026-03-09", agreement),
            (Body::Urged(urged), "2026-03-09", agreement),
            (Body::ConfirmationFiled(court(&b)), "2026-03-09", agreement),
            (
                Body::ConfirmationAccepted(ConfirmationAccepted { filing, number: String::new() }),
                "2026-03-11",
                filing,
            ),
            (Body::ConfirmationRuled(ruled), "2026-03-11", filing),
        ];
        for (body, at, on) in rows {
            let next = crate::calendar::after(day(at), 1).to_string();
            let code = body.row().code;
            let wrong = b.world.write(village, at, body.clone());
            let right = b.world.write(village, &next, body);
            let case = b.merged();
            let found: Vec<&Flaw> = case.doubts.iter().filter(|d| d.fact == wrong).collect();
            assert_eq!(found, [&Flaw::new(RuleId::ImpossibleDate, wrong, [on])], "{code}");
            assert!(doubted(&case, right).is_empty(), "{code}");
        }
    }

    #[test]
    fn some_things_come_before_the_registration() {
        let b = begun();
        for (body, want) in [
            (super::super::world::registered(), false),
            (super::super::world::party("王某", Side::Third), false),
            (Body::Note(crate::fact::body::Note { text: "记".into() }), false),
            (
                Body::VisitReceived(crate::fact::body::VisitReceived {
                    party: None,
                    content: "来访".into(),
                    danger: false,
                }),
                false,
            ),
            (held(&b, |_| {}), true),
            (told(vec![]), true),
        ] {
            assert_eq!(follows_registration(&body), want, "{}", body.row().code);
        }
    }
}
