//! The rules on a case, and their laws over generated histories.

mod asked;

use super::conflict::{ConflictKind, Settlement};
use super::guard::{Author, RefusalReason};
use super::known::RefusedFact;
use super::ladder::EscalationStatus;
use super::stage::{Mark, Stage, State};
use super::world::{
    Begun, Desk, accepted, begun, day, escalated, party, registered, sealed, session_held,
};
use super::*;
use crate::fact::body::*;
use crate::fact::{Body, FieldValue};
use crate::role::Role;
use crate::rules::RuleId;

fn has(case: &Case, mark: Mark) -> bool {
    case.marks.iter().any(|m| m.value == mark)
}

fn level(case: &Case) -> Level {
    case.owner().map(|t| t.level).expect("a case has an owner")
}

#[test]
fn the_registrar_stays_responsible() {
    let mut b = begun();
    let first = b.world.case(b.village).registration.expect("registered").first_responsible;
    b.escalate(b.township, "2026-03-05");
    b.world.write(b.township, "2026-03-05", accepted());
    let case = b.merged();
    assert_eq!(case.registration.as_ref().expect("registered").first_responsible, first);
    assert_eq!(level(&case), Level::Township);
}

#[test]
fn acceptance_moves_the_case() {
    let mut b = begun();
    b.escalate(b.village, "2026-03-05");
    let case = b.merged();
    assert_eq!(level(&case), Level::Village, "asking moves nothing");
    assert!(has(&case, Mark::Escalating));
    b.world.write(b.township, "2026-03-06", accepted());
    let case = b.merged();
    assert_eq!(level(&case), Level::Township);
    assert!(has(&case, Mark::Escalated) && !has(&case, Mark::Escalating));
    assert_eq!(case.counts.escalations, 1);
}

#[test]
fn an_agreement_before_a_blind_escalation_voids_it() {
    let mut b = begun();
    b.agree(b.village, "2026-03-24", "滴水各让一尺", None);
    let visit = b.world.write(
        b.township,
        "2026-03-26",
        Body::VisitReceived(VisitReceived {
            party: Some(b.li),
            content: "要动手".into(),
            danger: true,
        }),
    );
    b.escalate(b.township, "2026-03-26");
    b.world.write(b.township, "2026-03-26", accepted());
    let case = b.merged();
    assert_eq!(level(&case), Level::Village, "no second owner");
    assert_eq!((case.stage, case.state), (Stage::Handling, State::Performing));
    assert!(has(&case, Mark::EscalationVoid));
    assert_eq!(case.risk.as_ref().map(|r| r.value), Some(Risk::Red));
    assert_eq!((case.counts.escalations, case.counts.visits), (0, 1));
    let notice = case.notices.first().expect("the township is told");
    assert!(notice.about.contains(&visit), "with what the party said");
    assert!(notice.acknowledged.is_none());
    assert!(!case.has_open_conflict(), "the rule settles it");
    assert!(
        case.conflicts
            .iter()
            .any(|c| c.kind == ConflictKind::Escalation && !c.is_open() && c.sides.len() >= 4),
        "and it stays readable"
    );
    let key = notice.key.clone();
    b.world.write(b.township, "2026-03-27", Body::Acknowledged(Acknowledged { notice: key }));
    assert!(b.merged().notices.first().is_some_and(|n| n.acknowledged.is_some()));
}

#[test]
fn an_agreement_on_the_very_day_of_a_blind_escalation_prevails() {
    let mut b = begun();
    b.agree(b.village, "2026-03-26", "滴水各让一尺", None);
    b.world.write(b.township, "2026-03-26T10:05", escalated());
    b.world.write(b.township, "2026-03-26T10:10", accepted());
    let case = b.merged();
    assert_eq!(level(&case), Level::Village, "a day is the whole day, and the agreement prevails");
}

#[test]
fn an_escalation_in_knowledge_of_the_agreement_stands() {
    let mut b = begun();
    b.agree(b.village, "2026-03-24", "滴水各让一尺", None);
    b.escalate(b.village, "2026-04-10");
    b.world.meet(b.village, b.township);
    b.world.write(b.township, "2026-04-11", accepted());
    let case = b.merged();
    assert_eq!(level(&case), Level::Township, "it was done on purpose");
    assert!(!has(&case, Mark::EscalationVoid));
}

#[test]
fn an_agreement_between_request_and_blind_acceptance_voids_it() {
    let mut b = begun();
    b.escalate(b.village, "2026-03-20");
    b.world.meet(b.village, b.township);
    b.agree(b.village, "2026-03-22", "滴水各让一尺", None);
    b.world.write(b.township, "2026-03-26", accepted());
    let case = b.merged();
    assert_eq!(level(&case), Level::Village);
    assert!(has(&case, Mark::EscalationVoid));
}

#[test]
fn an_agreement_after_acceptance_waits_for_the_township() {
    let mut b = begun();
    b.agree(b.village, "2026-03-27", "滴水各让一尺", None);
    b.escalate(b.township, "2026-03-26");
    b.world.write(b.township, "2026-03-26", accepted());
    let case = b.merged();
    assert_eq!(level(&case), Level::Township);
    assert_eq!(case.state, State::Agreed);
    assert!(has(&case, Mark::AwaitingConfirmation));
    assert_eq!(case.agreements.first().and_then(|a| a.effective), Some(day("2026-03-27")));
    let close =
        Body::Closed(Closed { outcome: Outcome::Settled, routes: vec![], note: String::new() });
    let refused = b.world.check(b.township, "2026-03-28", &close).expect_err("must confirm first");
    assert_eq!(refused.reason, RefusalReason::AwaitsConfirmation);
    let confirmed = Body::ResolutionConfirmed(ResolutionConfirmed { note: String::new() });
    b.world.write(b.township, "2026-03-28", confirmed);
    let case = b.merged();
    assert_eq!(case.state, State::Performing);
    assert_eq!(b.world.check(b.township, "2026-03-28", &close), Ok(()));
}

#[test]
fn a_refusal_before_a_blind_escalation_voids_it() {
    let mut b = begun();
    b.will(b.village, "2026-03-10", Will::Refused);
    b.escalate(b.township, "2026-03-11");
    b.world.write(b.township, "2026-03-11", accepted());
    let case = b.merged();
    assert_eq!(level(&case), Level::Village);
    assert_eq!(case.state, State::Refused);
    assert!(has(&case, Mark::EscalationVoid));
}

#[test]
fn a_refusal_withdrawn_before_the_escalation_bars_nothing() {
    let mut b = begun();
    b.will(b.village, "2026-03-10", Will::Refused);
    b.will(b.village, "2026-03-12", Will::Given);
    b.escalate(b.township, "2026-03-14");
    b.world.write(b.township, "2026-03-14", accepted());
    assert_eq!(level(&b.merged()), Level::Township);
}

#[test]
fn backdating_asks() {
    let mut b = begun();
    b.escalate(b.township, "2026-03-26");
    b.world.write(b.township, "2026-03-26", accepted());
    b.world.meet(b.village, b.township);
    // The village knows, and dates an agreement before.
    b.agree(b.village, "2026-03-24", "滴水各让一尺", None);
    let case = b.merged();
    assert_eq!(level(&case), Level::Township, "the old meaning stands meanwhile");
    let open = case.conflicts.iter().find(|c| c.is_open()).expect("a person decides");
    assert_eq!(open.why.rule, RuleId::Backdated);
    assert_eq!(open.ways, ["void", "stand"]);
    let decided = Body::Decided(Decided {
        conflict: open.key.clone(),
        choice: Choice::Way("void".into()),
        over: vec![],
        reason: "纸质协议为证".into(),
    });
    b.world.write(b.township, "2026-03-28", decided);
    let case = b.merged();
    assert_eq!(level(&case), Level::Village);
    assert!(!case.has_open_conflict());
}

#[test]
fn all_that_is_dated_before_one_act_is_asked_about_once() {
    let mut b = begun();
    let failed = b.session(SessionResult::Failed);
    let session = b.world.write(b.village, "2026-03-20", failed);
    b.escalate(b.township, "2026-03-26");
    b.merged();
    // Both parties are said to have refused before; the clerk knew of session and climb.
    let refused = |party| ConsentRecorded { party, will: Will::Refused, note: String::new() };
    for party in [b.zhang, b.li] {
        b.world.write(b.village, "2026-03-15", Body::ConsentRecorded(refused(party)));
    }
    let case = b.merged();
    for key in ["escalation/village/1".to_owned(), format!("session/{session}")] {
        let told: Vec<_> = case.conflicts.iter().filter(|c| c.key == key).collect();
        assert_eq!(told.len(), 1, "{key}");
        assert_eq!(told[0].sides.len(), 3, "both refusals and the act");
        let decided = Body::Decided(Decided {
            conflict: key,
            choice: Choice::Way("void".into()),
            over: vec![],
            reason: "拒绝在先，有录音".into(),
        });
        b.world.write(b.village, "2026-03-28", decided);
    }
    let case = b.merged();
    assert!(!case.has_open_conflict());
    assert_eq!(case.ladder.escalations[0].status, EscalationStatus::Void);
    assert_eq!(case.session_count(Level::Village), 0);
}

#[test]
fn a_session_after_a_refusal_does_not_count() {
    let mut b = begun();
    let failed = b.session(SessionResult::Failed);
    b.world.write(b.village, "2026-03-05", failed.clone());
    b.world.meet(b.village, b.township);
    b.will(b.township, "2026-03-06", Will::Refused);
    b.world.write(b.village, "2026-03-08", failed.clone());
    let case = b.merged();
    assert_eq!(case.sessions.len(), 2, "no session is lost");
    assert_eq!(case.session_count(Level::Village), 1);
    assert!(has(&case, Mark::WithoutConsent));
    let refused = b.world.check(b.village, "2026-03-12", &failed).expect_err("refusal bars");
    assert_eq!(refused.reason, RefusalReason::PartyRefused);
    b.will(b.township, "2026-03-12", Will::Given);
    b.world.meet(b.village, b.township);
    b.world.write(b.village, "2026-03-13", failed);
    assert_eq!(b.merged().session_count(Level::Village), 2, "consent opens the way again");
}

#[test]
fn the_higher_risk_holds() {
    let mut b = begun();
    let judge =
        |risk, reason: &str| Body::RiskAssessed(RiskAssessed { risk, reason: reason.into() });
    b.world.write(b.village, "2026-03-02", judge(Risk::Blue, ""));
    b.world.write(b.township, "2026-03-03", judge(Risk::Red, "要动手"));
    let case = b.merged();
    assert_eq!(case.risk.map(|r| r.value), Some(Risk::Red));
    let silent = judge(Risk::Green, "");
    assert!(b.world.check(b.village, "2026-03-04", &silent).is_err(), "asked for a reason");
    assert_eq!(b.world.check(b.village, "2026-03-04", &judge(Risk::Red, "")), Ok(()));
    b.world.write(b.village, "2026-03-04", silent);
    assert_eq!(b.merged().risk.map(|r| r.value), Some(Risk::Red), "no reason, no lowering");
    b.world.write(b.village, "2026-03-05", judge(Risk::Green, "双方已和好"));
    assert_eq!(b.merged().risk.map(|r| r.value), Some(Risk::Green));
}

#[test]
fn the_owner_names_the_type() {
    let mut b = begun();
    let set = |category| {
        Body::CategorySet(CategorySet { category, catalogue: crate::catalogue::VERSION.into() })
    };
    b.world.write(b.township, "2026-03-02", set(Category::Land));
    b.world.write(b.village, "2026-03-03", set(Category::Homestead));
    let case = b.merged();
    assert_eq!(case.category.as_ref().map(|c| c.value), Some(Category::Homestead));
    let kept = case.conflicts.iter().find(|c| c.kind == ConflictKind::Category).expect("kept");
    assert_eq!(kept.settlement, Some(Settlement::ByRule(RuleId::CategoryOwner)));
    assert_eq!(kept.sides.len(), 2, "the difference stays readable");
}

#[test]
fn two_types_of_one_unit_ask() {
    let mut b = begun();
    let other = b.world.desk(1, Role::R2);
    b.world.meet(b.village, other);
    let set = |category| {
        Body::CategorySet(CategorySet { category, catalogue: crate::catalogue::VERSION.into() })
    };
    let homestead = b.world.write(b.village, "2026-03-02", set(Category::Homestead));
    b.world.write(other, "2026-03-02", set(Category::Neighbours));
    b.world.meet(b.village, other);
    let open = b.world.case(b.village).conflicts.into_iter().find(|c| c.is_open()).expect("ask");
    assert_eq!(open.kind, ConflictKind::Category);
    b.world.write(
        b.village,
        "2026-03-03",
        Body::Decided(Decided {
            conflict: open.key,
            choice: Choice::Fact(homestead),
            over: vec![],
            reason: "看过现场".into(),
        }),
    );
    let case = b.world.case(b.village);
    assert!(!case.has_open_conflict());
    assert_eq!(case.category.map(|c| c.value), Some(Category::Homestead));
}

#[test]
fn two_titles_ask() {
    let mut b = begun();
    let value = |desk: Desk, text: &str, ms| FieldValue {
        value: text.into(),
        by: desk.user(),
        recorded: crate::time::Hlc { ms, count: 0 },
        proof: Some(desk.proof()),
    };
    let both = vec![value(b.village, "滴水", 1), value(b.township, "排水", 2)];
    b.world.fields.insert("title".into(), both);
    let case = b.merged();
    let open = case.conflicts.iter().find(|c| c.is_open()).expect("both stand");
    assert_eq!((open.kind, open.key.as_str()), (ConflictKind::Field, "field/title"));
    assert!(case.fields["title"].is_contested);
    assert_eq!(case.fields["title"].value, "排水");
    let decided = Decided {
        conflict: open.key.clone(),
        choice: Choice::Value("滴水".into()),
        over: open.sides.iter().map(register::write_losing).collect(),
        reason: "以申请书为准".into(),
    };
    b.world.write(b.village, "2026-03-03", Body::Decided(decided));
    b.world.fields.insert("title".into(), vec![value(b.village, "滴水", 3)]);
    let case = b.merged();
    assert!(!case.has_open_conflict());
    let settled = case.conflicts.iter().find(|c| c.kind == ConflictKind::Field).expect("kept");
    assert_eq!(settled.sides.len(), 2, "the loser stays readable for ever");
}

#[test]
fn two_corrections_ask() {
    let mut b = begun();
    let failed = b.session(SessionResult::Failed);
    let session = b.world.write(b.village, "2026-03-05", failed);
    b.world.meet(b.village, b.township);
    let other = b.world.desk(1, Role::R2);
    b.world.meet(b.village, other);
    let correct = |result| {
        let body = SessionHeld { result, ..session_held(vec![session]) };
        Body::Corrected(Corrected {
            fact: session,
            at: None,
            to: Box::new(Body::SessionHeld(body)),
            reason: "记错了".into(),
        })
    };
    let put_off = b.world.write(b.village, "2026-03-06", correct(SessionResult::Rescheduled));
    b.world.write(other, "2026-03-06", correct(SessionResult::Absent));
    b.world.meet(b.village, other);
    let case = b.merged();
    assert_eq!(case.sessions[0].result, SessionResult::Failed, "as it was until decided");
    let open = case.conflicts.iter().find(|c| c.is_open()).expect("ask");
    assert_eq!(open.kind, ConflictKind::Correction);
    b.world.write(
        b.village,
        "2026-03-07",
        Body::Decided(Decided {
            conflict: open.key.clone(),
            choice: Choice::Fact(put_off),
            over: vec![],
            reason: "问过双方".into(),
        }),
    );
    let case = b.merged();
    assert_eq!(case.sessions[0].result, SessionResult::Rescheduled);
    assert!(!case.has_open_conflict());
    assert!(case.events.iter().any(|e| e.id == session && e.marks.contains(&EventMark::Corrected)));
}

#[test]
fn a_refusal_asks_for_the_notice_of_other_ways() {
    let mut b = begun();
    b.will(b.village, "2026-03-10", Will::Refused);
    let asks = |case: &Case| case.notices.iter().any(|n| n.why.rule == RuleId::TellOfRoutes);
    assert!(asks(&b.merged()));
    let told = Body::Terminated(Terminated {
        ground: Outcome::Refused,
        routes: vec![Route::Court],
        note: String::new(),
    });
    b.world.write(b.village, "2026-03-11", told);
    let case = b.merged();
    assert!(!asks(&case));
    assert_eq!(case.state, State::Terminated);
    b.will(b.village, "2026-03-12", Will::Given);
    assert_eq!(b.merged().state, State::Registered, "a later consent opens the way again");
}

#[test]
fn a_transfer_says_where_it_goes_on() {
    let mut b = begun();
    let body = Transferred { to: Destination::Court, note: String::new() };
    b.world.write(b.village, "2026-03-10", Body::Transferred(body));
    assert!(has(&b.merged(), Mark::Transferred));
}

#[test]
fn satisfaction_counts_the_last_word() {
    let mut b = begun();
    for (at, said) in
        [("2026-03-10", Satisfaction::Unsatisfied), ("2026-03-12", Satisfaction::Satisfied)]
    {
        let body = Body::Revisited(Revisited {
            agreement: None,
            party: Some(b.li),
            kept: None,
            satisfaction: Some(said),
            note: String::new(),
        });
        b.world.write(b.village, at, body);
    }
    let counts = b.merged().counts;
    assert_eq!((counts.satisfied, counts.unsatisfied), (1, 0));
}

#[test]
fn late_entries_are_marked() {
    let mut b = begun();
    b.world.today(b.village, "2026-03-20");
    let told = RightsTold { parties: vec![b.zhang, b.li] };
    b.world.write(b.village, "2026-03-16", Body::RightsTold(told));
    let failed = b.session(SessionResult::Failed);
    let late = b.world.write(b.village, "2026-03-16", failed.clone());
    let timely = b.world.write(b.village, "2026-03-17", failed);
    let case = b.world.case(b.village);
    let marks = |id| case.events.iter().find(|e| e.id == id).map(|e| e.marks.clone());
    assert_eq!(marks(late), Some(vec![EventMark::LateEntry]));
    assert_eq!(marks(timely), Some(vec![]));
}

#[test]
fn only_the_owner_closes() {
    let mut b = begun();
    b.escalate(b.township, "2026-03-10");
    b.world.write(b.township, "2026-03-10", accepted());
    let close = Body::Closed(Closed {
        outcome: Outcome::Failed,
        routes: vec![Route::Court],
        note: String::new(),
    });
    let closed = b.world.write(b.village, "2026-03-12", close.clone());
    let case = b.merged();
    assert!(case.closure.is_none(), "the village closes nothing the township owns");
    assert!(case.events.iter().any(|e| e.id == closed && e.marks.contains(&EventMark::NotByOwner)));
    let refused = b.world.check(b.village, "2026-03-13", &close).expect_err("not the owner");
    assert_eq!(refused.reason, RefusalReason::NotOwner);
}

#[test]
fn facts_nobody_vouches_for_have_no_effect() {
    let mut b = begun();
    let forged = b.world.forge(b.village, "2026-03-05", escalated(), |carried| {
        carried.role = None;
    });
    let elsewhere = b.world.forge(b.village, "2026-03-05", escalated(), |carried| {
        carried.proof =
            carried.proof.map(|p| crate::fact::Proof { unit: crate::id::RecordId([99; 16]), ..p });
    });
    let presumed = b.world.forge(b.village, "2026-03-05", accepted(), |_| {});
    let case = b.merged();
    assert!(case.ladder.escalations.is_empty());
    assert_eq!(level(&case), Level::Village);
    let why: BTreeMap<FactId, RefusedFact> = case.refused.iter().copied().collect();
    assert_eq!(why.get(&forged), Some(&RefusedFact::AuthorUnknown));
    assert_eq!(why.get(&elsewhere), Some(&RefusedFact::UnitNotProven));
    assert_eq!(why.get(&presumed), Some(&RefusedFact::RoleMayNot), "R3 accepts no escalation");
    assert_eq!(case.events.len(), 6, "all are kept and shown");
}

#[test]
fn impossible_things_are_refused_with_the_member_at_fault() {
    let mut b = begun();
    b.world.today(b.village, "2026-03-10");
    let session = b.session(SessionResult::Failed);
    let sum = match b.agreement("x", None) {
        Body::AgreementReached(mut a) => {
            a.plan.push(PlanLine {
                due: day("2026-06-30"),
                what: "付款".into(),
                amount_fen: Some(crate::money::Fen(1)),
            });
            Body::AgreementReached(a)
        }
        other => other,
    };
    let nobody = FactId { log: crate::id::LogTag([7; 8]), ulid: [7; 16] };
    let rows: Vec<(&str, &str, Body, &str, RefusalReason)> = vec![
        ("tomorrow", "2026-03-11", session.clone(), "at", RefusalReason::InFuture),
        ("before it began", "2026-02-28", session, "at", RefusalReason::BeforeRegistration),
        ("sum", "2026-03-05", sum, "plan", RefusalReason::SumDiffers),
        (
            "a long name",
            "2026-03-05",
            party(&"长".repeat(5000), Side::Third),
            "name",
            RefusalReason::TooLong,
        ),
        ("no name", "2026-03-05", party(" ", Side::Third), "name", RefusalReason::Empty),
        ("no agreement", "2026-03-05", sealed(nobody), "agreement", RefusalReason::Unknown),
        ("nothing to accept", "2026-03-05", accepted(), "kind", RefusalReason::Role),
        ("again", "2026-03-05", registered(), "kind", RefusalReason::NotWrittenByHand),
        (
            "untold routes",
            "2026-03-05",
            Body::Closed(Closed { outcome: Outcome::Failed, routes: vec![], note: String::new() }),
            "routes",
            RefusalReason::Empty,
        ),
    ];
    for (name, at, body, field, reason) in rows {
        let refusal = b.world.check(b.village, at, &body).expect_err(name);
        assert_eq!((refusal.field, refusal.reason), (field, reason), "{name}");
    }
    let author = Author { role: Role::R4, unit: b.township.unit(), today: day("2026-03-10") };
    let case = b.world.case(b.township);
    let refusal = guard::check(&case, "2026-03-10".parse().unwrap(), &accepted(), author);
    assert_eq!(refusal.map_err(|r| r.reason), Err(RefusalReason::NothingToAccept));
}

mod generated {
    use super::*;
    use proptest::prelude::*;

    /// One act of a generated history.
    #[derive(Debug, Clone)]
    enum Act {
        Meet(usize, usize),
        Session(usize, u8, bool),
        Agree(usize, u8),
        Escalate(usize, u8),
        Accept(usize, u8),
        Will(usize, u8, bool),
        Risk(usize, u8, u8),
        Category(usize, u8, usize),
        Close(usize, u8),
        Confirm(usize, u8),
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let desk = 0..4usize;
        let act = prop_oneof![
            3 => (desk.clone(), desk.clone()).prop_map(|(a, b)| Act::Meet(a, b)),
            3 => (desk.clone(), 1..28u8, any::<bool>()).prop_map(|(d, t, f)| Act::Session(d, t, f)),
            2 => (desk.clone(), 1..28u8).prop_map(|(d, t)| Act::Agree(d, t)),
            2 => (desk.clone(), 1..28u8).prop_map(|(d, t)| Act::Escalate(d, t)),
            2 => (desk.clone(), 1..28u8).prop_map(|(d, t)| Act::Accept(d, t)),
            2 => (desk.clone(), 1..28u8, any::<bool>()).prop_map(|(d, t, w)| Act::Will(d, t, w)),
            1 => (desk.clone(), 1..28u8, 0..4u8).prop_map(|(d, t, r)| Act::Risk(d, t, r)),
            1 => (desk.clone(), 1..28u8, 0..18usize).prop_map(|(d, t, c)| Act::Category(d, t, c)),
            1 => (desk.clone(), 1..28u8).prop_map(|(d, t)| Act::Close(d, t)),
            1 => (desk, 1..28u8).prop_map(|(d, t)| Act::Confirm(d, t)),
        ];
        proptest::collection::vec(act, 1..40)
    }

    /// Plays a history on two village and two township desks, without guards: a broken peer may
    /// write anything.
    fn play(acts: &[Act]) -> (Begun, Vec<Desk>) {
        let mut b = begun();
        let second_village = b.world.desk(1, Role::R2);
        let second_township = b.world.desk(2, Role::R7);
        let desks = vec![b.village, b.township, second_village, second_township];
        for desk in &desks {
            b.world.meet(b.village, *desk);
        }
        for act in acts {
            let at = |t: &u8| format!("2026-03-{t:02}");
            match act {
                Act::Meet(x, y) => b.world.meet(desks[*x], desks[*y]),
                Act::Session(d, t, failed) => {
                    let result =
                        if *failed { SessionResult::Failed } else { SessionResult::Absent };
                    let body = b.session(result);
                    b.world.write(desks[*d], &at(t), body);
                }
                Act::Agree(d, t) => {
                    b.agree(desks[*d], &at(t), &format!("协议 {t}"), None);
                }
                Act::Escalate(d, t) => {
                    b.world.write(desks[*d], &at(t), escalated());
                }
                Act::Accept(d, t) => {
                    b.world.write(desks[*d], &at(t), accepted());
                }
                Act::Will(d, t, given) => {
                    b.will(desks[*d], &at(t), if *given { Will::Given } else { Will::Refused });
                }
                Act::Risk(d, t, risk) => {
                    let risk =
                        [Risk::Green, Risk::Blue, Risk::Yellow, Risk::Red][usize::from(*risk)];
                    let reason = "看过现场".into();
                    let body = Body::RiskAssessed(RiskAssessed { risk, reason });
                    b.world.write(desks[*d], &at(t), body);
                }
                Act::Category(d, t, category) => {
                    let category = Category::ALL[*category];
                    let catalogue = crate::catalogue::VERSION.into();
                    let body = Body::CategorySet(CategorySet { category, catalogue });
                    b.world.write(desks[*d], &at(t), body);
                }
                Act::Close(d, t) => {
                    let routes = vec![Route::Court];
                    let body = Body::Closed(Closed {
                        outcome: Outcome::Failed,
                        routes,
                        note: String::new(),
                    });
                    b.world.write(desks[*d], &at(t), body);
                }
                Act::Confirm(d, t) => {
                    let note = String::new();
                    let body = Body::ResolutionConfirmed(ResolutionConfirmed { note });
                    b.world.write(desks[*d], &at(t), body);
                }
            }
        }
        (b, desks)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

        /// Any order and any duplication of the same changes gives the same meaning.
        #[test]
        fn order_and_duplication_change_nothing(acts in acts(), seed in any::<u64>()) {
            let (mut b, desks) = play(&acts);
            for desk in &desks {
                b.world.meet(b.village, *desk);
            }
            let plain = b.world.case(b.village);
            prop_assert_eq!(&b.world.case_shuffled(b.village, seed), &plain);
        }

        /// Whatever anybody writes: one owner, no lost session, safe values, nothing hidden.
        #[test]
        fn the_invariants_of_a_case_hold(acts in acts()) {
            let (mut b, desks) = play(&acts);
            for desk in &desks {
                b.world.meet(b.village, *desk);
            }
            let case = b.world.case(b.village);
            // The owner is whoever was accepted last, and every tenure rests on a fact of its own.
            let tenures: std::collections::BTreeSet<FactId> =
                case.ladder.tenures.iter().map(|t| t.by).collect();
            prop_assert_eq!(tenures.len(), case.ladder.tenures.len());
            for escalation in &case.ladder.escalations {
                let owns = case.ladder.tenures.iter().any(|t| escalation.acceptances.contains(&t.by));
                prop_assert_eq!(owns, escalation.status == EscalationStatus::Accepted);
            }
            // No session record is lost; those that do not count say why.
            let held = acts.iter().filter(|a| matches!(a, Act::Session(d, ..) if *d == 0 || *d == 2));
            let by_village = case.sessions.iter().filter(|s| s.unit == b.village.unit()).count();
            prop_assert_eq!(by_village, held.count());
            // The risk is no lower than any judgement nobody answered.
            let reds = acts.iter().filter(|a| matches!(a, Act::Risk(..))).count();
            prop_assert_eq!(case.risk.is_some(), reds > 0);
            // Two different agreements in effect are never both plainly current.
            let current: Vec<_> = case.agreements.iter()
                .filter(|a| a.standing == agreement::Standing::Current)
                .map(|a| &a.text).collect();
            prop_assert!(current.len() <= 1, "{:?}", current);
            if case.agreements.iter().any(|a| a.standing == agreement::Standing::Contested) {
                prop_assert!(case.conflicts.iter().any(|c| c.is_open()), "a contest nobody sees");
            }
            // Every fact is in the history, effective or not.
            prop_assert_eq!(case.events.len(), b.world.count(b.village));
        }

        /// A case folds, whatever prefix of its history is known.
        #[test]
        fn every_desk_sees_a_case_at_any_time(acts in acts()) {
            let (b, desks) = play(&acts);
            for desk in desks {
                let case = b.world.case(desk);
                prop_assert!(case.registration.is_some());
                prop_assert!(case.owner().is_some());
            }
        }
    }
}
