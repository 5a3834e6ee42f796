//! What screens and other crates ask of a case, and what must not change it.

use super::super::known::{Facts, RefusedFact};
use super::super::world::{begun, day, party};
use super::super::{Opened, performance};
use super::*;
use crate::fact::body::*;
use crate::fact::{Body, FieldValue, RecordFacts};
use crate::unit::Succession;

#[test]
fn a_case_says_under_which_settings_it_began_and_whether_they_are_here() {
    let b = begun();
    let record = b.world.facts(b.village);
    assert_eq!(
        Opened::of(&record, &Succession::default()).settings(),
        Some(crate::settings::VERSION)
    );
    assert!(b.world.case(b.village).is_settings_known());
    let other = Settings { version: "镇-2".into(), ..Settings::default() };
    assert!(!b.world.case_under(b.village, &other).is_settings_known());
    let nothing = RecordFacts::default();
    assert_eq!(Opened::of(&nothing, &Succession::default()).settings(), None);
    let case = Opened::of(&nothing, &Succession::default()).fold(&other);
    assert!(case.is_settings_known(), "nothing names any");
    assert_eq!((case.registered_on(), case.applied(), case.types()), (None, None, vec![]));
    assert_eq!(case.state, State::Clue);
}

#[test]
fn a_case_rests_while_no_day_is_named_to_go_on() {
    let suspended = |until: Option<&str>| {
        let until = until.map(day);
        Body::Suspended(Suspended { ground: SuspensionGround::Absence, until, note: String::new() })
    };
    for (until, resumes, want) in [
        (None, None, true),
        (Some("2026-03-20"), None, false),
        (None, Some("2026-03-10"), false),
        (None, Some("2026-03-05"), false),
        (None, Some("2026-03-04"), true),
    ] {
        let mut b = begun();
        assert!(!b.merged().is_suspended());
        b.world.write(b.village, "2026-03-05", suspended(until));
        if let Some(at) = resumes {
            b.world.write(b.village, at, Body::Resumed(Resumed { note: String::new() }));
        }
        let case = b.merged();
        assert_eq!(case.is_suspended(), want, "{until:?} {resumes:?}");
        assert_eq!(has(&case, Mark::Suspended), want, "{until:?} {resumes:?}");
    }
}

#[test]
fn rests_that_touch_are_one() {
    let mut b = begun();
    let suspended = |until: &str| {
        let until = Some(day(until));
        Body::Suspended(Suspended { ground: SuspensionGround::Other, until, note: String::new() })
    };
    for (from, until) in [
        ("2026-03-05", "2026-03-10"),
        ("2026-03-10", "2026-03-12"),
        ("2026-03-07", "2026-03-08"),
        ("2026-03-13", "2026-03-20"),
    ] {
        b.world.write(b.village, from, suspended(until));
    }
    let want = [
        (day("2026-03-05"), Some(day("2026-03-12"))),
        (day("2026-03-13"), Some(day("2026-03-20"))),
    ];
    assert_eq!(b.merged().pauses, want);
}

#[test]
fn an_agreement_that_names_nobody_binds_the_two_sides_and_no_third() {
    let mut b = begun();
    b.world.write(b.village, "2026-03-02", party("王某", Side::Third));
    let Body::AgreementReached(body) = b.agreement("各让一步", None) else { unreachable!() };
    b.agree_to(
        b.village,
        "2026-03-05",
        Body::AgreementReached(AgreementReached { parties: vec![], ..body }),
    );
    let case = b.merged();
    assert_eq!(case.agreements[0].parties, [b.zhang, b.li]);
    assert!(case.agreements[0].is_in_effect());
}

#[test]
fn what_is_open_comes_first() {
    let mut b = begun();
    let set = |category| {
        Body::CategorySet(CategorySet { category, catalogue: crate::catalogue::VERSION.into() })
    };
    b.world.write(b.township, "2026-03-02", set(Category::Land));
    b.world.write(b.village, "2026-03-03", set(Category::Homestead));
    let value = |desk: Desk, text: &str, ms| FieldValue {
        value: text.into(),
        by: desk.user(),
        recorded: crate::time::Hlc { ms, count: 0 },
        proof: Some(desk.proof()),
    };
    for field in ["title", "place"] {
        let both = vec![value(b.village, "甲", 1), value(b.township, "乙", 2)];
        b.world.fields.insert(field.into(), both);
    }
    let case = b.merged();
    let keys: Vec<(&str, bool)> =
        case.conflicts.iter().map(|c| (c.key.as_str(), c.is_open())).collect();
    assert_eq!(keys, [("field/place", true), ("field/title", true), ("category", false)]);
}

#[test]
fn a_correction_is_of_the_same_kind_and_its_authors_to_write() {
    let session = |result| Body::SessionHeld(SessionHeld { result, ..held() });
    fn held() -> SessionHeld {
        super::super::world::session_held(vec![])
    }
    let note = Body::Note(Note { text: "没有开会".into() });
    // Who corrects to what, and whether it holds.
    let rows = [
        (Role::R2, session(SessionResult::Agreed), true),
        (Role::R2, note.clone(), false),
        (Role::R4, session(SessionResult::Agreed), false),
        (Role::R4, note, false),
    ];
    for (role, to, want) in rows {
        let mut b = begun();
        let desk = b.world.desk(1, role);
        let wrong = b.world.write(b.village, "2026-03-05", session(SessionResult::Failed));
        b.world.meet(b.village, desk);
        let body = Corrected {
            fact: wrong,
            at: Some("2026-03-06".parse().unwrap()),
            to: Box::new(to),
            reason: "记错了".into(),
        };
        b.world.write(desk, "2026-03-07", Body::Corrected(body));
        b.world.meet(b.village, desk);
        let case = b.merged();
        let session = &case.sessions[0];
        let result = if want { SessionResult::Agreed } else { SessionResult::Failed };
        let on = if want { "2026-03-06" } else { "2026-03-05" };
        assert_eq!((session.result, session.at.day), (result, day(on)), "{role:?}");
        let event = case.events.iter().find(|e| e.id == wrong).unwrap();
        assert_eq!(event.marks.contains(&EventMark::Corrected), want, "{role:?}");
    }
}

#[test]
fn what_is_taken_up_after_a_removal_stands_in_its_place() {
    let mut b = begun();
    let clerk = b.world.desk(1, Role::R2);
    b.world.meet(b.village, clerk);
    let content = "十二日来访".into();
    let visit = Body::VisitReceived(VisitReceived { party: None, content, danger: false });
    let late = b.world.write(clerk, "2026-03-12", visit);
    b.world.write(b.township, "2026-03-13", Body::Note(Note { text: "照常".into() }));
    let head = b.world.desk(2, Role::R7);
    b.world.meet(clerk, b.township);
    b.world.meet(b.township, head);
    b.world.removed.insert(late, 1);
    let decided = Body::Decided(Decided {
        conflict: format!("removed/{late}"),
        choice: Choice::Way("adopt".into()),
        over: vec![],
        reason: "核对过来访登记".into(),
    });
    let before = Facts::read(&b.world.facts(head));
    assert_eq!(before.refused, [(late, RefusedFact::AfterRemoval)]);
    assert!(before.get(late).is_none());
    b.world.write(head, "2026-03-14", decided);
    let facts = Facts::read(&b.world.facts(head));
    assert!(facts.list.is_sorted_by_key(|known| known.id), "sorted, so that it is found");
    assert!(facts.get(late).is_some_and(|known| known.is_after_removal));
    assert_eq!(facts.refused, []);
}

#[test]
fn how_far_a_promise_of_two_lines_is_kept() {
    use Kept::{Done, NotDone, Partly};
    type Notes = &'static [(Option<u16>, Kept)];
    let rows: [(Notes, Option<Kept>); 9] = [
        (&[], None),
        (&[(Some(0), Done)], Some(Partly)),
        (&[(Some(0), Done), (Some(1), Done)], Some(Done)),
        (&[(Some(0), Done), (Some(1), NotDone)], Some(NotDone)),
        (&[(Some(1), Partly)], Some(Partly)),
        (&[(None, Partly)], Some(Partly)),
        (&[(None, Done)], Some(Done)),
        (&[(None, NotDone), (Some(0), Done)], Some(NotDone)),
        (&[(None, Partly), (Some(0), Done), (Some(1), Done)], Some(Done)),
    ];
    for (notes, want) in rows {
        let mut b = begun();
        let line = |due: &str| PlanLine { due: day(due), what: "付款".into(), amount_fen: None };
        let plan = vec![line("2026-04-30"), line("2026-05-31")];
        let body = AgreementReached { plan, ..b.agreed_on("分两期") };
        let other = b.agree(b.village, "2026-03-04", "另一件事", None);
        let agreement = b.agree_to(b.village, "2026-03-05", Body::AgreementReached(body));
        let mut note = |agreement, line, kept| {
            b.world.write(
                b.village,
                "2026-06-01",
                Body::PerformanceNoted(PerformanceNoted {
                    agreement,
                    line,
                    kept,
                    amount_fen: None,
                    note: String::new(),
                }),
            );
        };
        note(other, None, NotDone);
        note(other, Some(0), NotDone);
        for (line, kept) in notes {
            note(agreement, *line, *kept);
        }
        let case = b.world.case(b.village);
        let facts = Facts::read(&b.world.facts(b.village));
        let agreement = case.agreements.iter().find(|a| a.id == agreement).unwrap();
        assert_eq!(performance::standing(&facts, agreement), want, "{notes:?}");
    }
}

#[test]
fn paid_here_and_not_paid_there_stays_due_until_somebody_decides() {
    // The line, whether "paid" is chosen, how many lines stay due.
    for (line, word, chosen, want) in [
        (Some(0), "0", None, 1),
        (Some(0), "0", Some(true), 0),
        (Some(0), "0", Some(false), 1),
        (None, "all", Some(true), 0),
        (None, "all", Some(false), 1),
    ] {
        let mut b = begun();
        let due = PlanLine { due: day("2026-04-30"), what: "付款".into(), amount_fen: None };
        let body = AgreementReached { plan: vec![due], ..b.agreed_on("一期") };
        let agreement = b.agree_to(b.village, "2026-03-05", Body::AgreementReached(body));
        b.merged();
        let note = |kept| {
            Body::PerformanceNoted(PerformanceNoted {
                agreement,
                line,
                kept,
                amount_fen: None,
                note: String::new(),
            })
        };
        let done = b.world.write(b.village, "2026-05-01", note(Kept::Done));
        let not_done = b.world.write(b.township, "2026-05-01", note(Kept::NotDone));
        let case = b.merged();
        let open = case.conflicts.iter().find(|c| c.is_open()).expect("asked");
        assert_eq!(open.key, format!("performance/{agreement}/{word}"));
        if let Some(is_done) = chosen {
            let body = Decided {
                conflict: open.key.clone(),
                choice: Choice::Fact(if is_done { done } else { not_done }),
                over: vec![],
                reason: "看过收条".into(),
            };
            b.world.write(b.village, "2026-05-03", Body::Decided(body));
        }
        assert_eq!(b.merged().dues.len(), want, "{line:?} {chosen:?}");
    }
}

#[test]
fn a_village_is_told_nothing_of_its_own_void_request() {
    let mut b = begun();
    let refusal = b.will(b.village, "2026-03-02", Will::Refused);
    let note = "要动手".into();
    let visit = Body::VisitReceived(VisitReceived { party: None, content: note, danger: false });
    let visited = b.world.write(b.township, "2026-03-04", visit.clone());
    b.world.write(b.village, "2026-03-04", visit);
    let asked = b.escalate(b.township, "2026-03-05");
    let colleague = b.world.desk(1, Role::R3);
    b.escalate(colleague, "2026-03-05");
    b.world.meet(colleague, b.village);
    let case = b.merged();
    let told: Vec<_> = case.notices.iter().filter(|n| n.key.starts_with("void/")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    let key = format!("void/escalation/village/1/{}", b.township.unit());
    assert_eq!((told[0].key.as_str(), told[0].unit), (key.as_str(), b.township.unit()));
    assert_eq!((told[0].about.clone(), told[0].acknowledged), (vec![visited, asked], None));
    assert!(told[0].why.facts.contains(&refusal));
    let read = |notice: &str| Body::Acknowledged(Acknowledged { notice: notice.into() });
    let acknowledged = |b: &mut super::super::world::Begun| {
        let case = b.merged();
        case.notices.iter().find(|n| n.key == key).and_then(|n| n.acknowledged)
    };
    b.world.write(b.village, "2026-03-06", read(&key));
    assert_eq!(acknowledged(&mut b), None, "another unit's word");
    b.world.write(b.township, "2026-03-07", read("void/other"));
    assert_eq!(acknowledged(&mut b), None, "about something else");
    let first = b.world.write(b.township, "2026-03-08", read(&key));
    b.world.write(b.township, "2026-03-09", read(&key));
    assert_eq!(acknowledged(&mut b), Some(first));
}

#[test]
fn whoever_was_told_of_other_ways_is_not_told_again() {
    for (routes, is_terminated, want) in [
        (None, false, true),
        (Some(vec![]), false, true),
        (Some(vec![Route::Court]), false, false),
        (None, true, false),
    ] {
        let mut b = begun();
        b.will(b.village, "2026-03-02", Will::Refused);
        if let Some(routes) = routes.clone() {
            let body = Closed { outcome: Outcome::Refused, routes, note: String::new() };
            b.world.write(b.village, "2026-03-05", Body::Closed(body));
        }
        if is_terminated {
            let routes = vec![Route::Court];
            let body = Terminated { ground: Outcome::Refused, routes, note: String::new() };
            b.world.write(b.village, "2026-03-05", Body::Terminated(body));
        }
        let case = b.merged();
        let told = case.notices.iter().any(|n| n.why.rule == RuleId::TellOfRoutes);
        assert_eq!(told, want, "{routes:?} {is_terminated}");
    }
}

#[test]
fn a_state_in_which_nobody_need_climb_any_more() {
    let open =
        [State::Clue, State::Registered, State::Accepted, State::Mediating, State::PartlyAgreed];
    let settled = [
        State::AgreementUnsigned,
        State::Agreed,
        State::Performing,
        State::NotPerformed,
        State::Performed,
        State::Revisited,
        State::Refused,
        State::Withdrawn,
        State::Closed,
        State::Declined,
        State::Terminated,
        State::Archived,
        State::Voided,
        State::Merged,
    ];
    assert!(open.iter().all(|state| !state.is_settled()));
    assert!(settled.iter().all(|state| state.is_settled()));
}

#[test]
fn a_case_that_was_ended_goes_on_when_it_is_taken_up_again() {
    let terminated = || {
        let routes = vec![Route::Court];
        Body::Terminated(Terminated { ground: Outcome::Failed, routes, note: String::new() })
    };
    let declined = || {
        let routes = vec![Route::Court];
        Body::Declined(Declined { reason: "不属调解范围".into(), routes })
    };
    let accepted = || Body::Accepted(Accepted { on: AcceptedOn::Application });
    let reopened = || Body::Reopened(Reopened { reason: "又愿意谈".into() });
    let rows: [(&str, Vec<Body>, (Stage, State)); 8] = [
        ("ended", vec![terminated()], (Stage::Feedback, State::Terminated)),
        ("declined", vec![declined()], (Stage::Triage, State::Declined)),
        ("accepted, ended", vec![accepted(), terminated()], (Stage::Feedback, State::Terminated)),
        ("accepted, declined", vec![accepted(), declined()], (Stage::Triage, State::Declined)),
        ("ended, accepted", vec![terminated(), accepted()], (Stage::Handling, State::Accepted)),
        ("declined, accepted", vec![declined(), accepted()], (Stage::Handling, State::Accepted)),
        ("ended, reopened", vec![terminated(), reopened()], (Stage::Triage, State::Registered)),
        ("nothing", vec![], (Stage::Triage, State::Registered)),
    ];
    for (name, bodies, want) in rows {
        let mut b = begun();
        for (at, body) in ["2026-03-05", "2026-03-06"].into_iter().zip(bodies) {
            b.world.write(b.village, at, body);
        }
        let case = b.merged();
        assert_eq!((case.stage, case.state), want, "{name}");
    }
}

#[test]
fn an_agreement_goes_from_a_draft_to_a_revisit() {
    let mut b = begun();
    let village = b.village;
    let place = |b: &mut super::super::world::Begun| {
        let case = b.merged();
        (case.stage, case.state)
    };
    let body = b.agreement("六月底前付清", None);
    let agreement = b.world.write(village, "2026-03-05", body);
    assert_eq!(place(&mut b), (Stage::Handling, State::AgreementUnsigned));
    let both = vec![b.zhang, b.li];
    b.world.write(village, "2026-03-05", super::super::world::signed(agreement, both));
    b.world.write(village, "2026-03-05", super::super::world::sealed(agreement));
    assert_eq!(place(&mut b), (Stage::Handling, State::Performing));
    let note = |kept| {
        let (line, note) = (None, String::new());
        Body::PerformanceNoted(PerformanceNoted { agreement, line, kept, amount_fen: None, note })
    };
    b.world.write(village, "2026-06-30", note(Kept::NotDone));
    assert_eq!(place(&mut b), (Stage::Handling, State::NotPerformed));
    b.world.write(village, "2026-07-03", note(Kept::Done));
    assert_eq!(place(&mut b), (Stage::Feedback, State::Performed));
    let visit = Revisited {
        agreement: None,
        party: None,
        kept: None,
        satisfaction: None,
        note: String::new(),
    };
    b.world.write(village, "2026-07-10", Body::Revisited(visit));
    assert_eq!(place(&mut b), (Stage::Rating, State::Revisited));
}

#[test]
fn only_an_agreement_of_another_unit_waits_for_the_township() {
    // Whether the township made it itself, whether it confirmed, knowing of it.
    for (is_own, confirms, want) in [
        (false, None, State::Agreed),
        (false, Some(false), State::Agreed),
        (false, Some(true), State::Performing),
        (true, None, State::Performing),
    ] {
        let mut b = begun();
        b.escalate(b.village, "2026-03-02");
        b.world.meet(b.village, b.township);
        b.world.write(b.township, "2026-03-03", super::super::world::accepted());
        let confirmed = || Body::ResolutionConfirmed(ResolutionConfirmed { note: String::new() });
        if confirms == Some(false) {
            b.world.write(b.township, "2026-03-04", confirmed());
        }
        let mediator = b.mediator();
        let desk = if is_own { mediator } else { b.village };
        b.agree(desk, "2026-03-05", "各让一步", None);
        b.world.meet(mediator, b.township);
        b.merged();
        if confirms == Some(true) {
            b.world.write(b.township, "2026-03-06", confirmed());
        }
        let case = b.merged();
        assert_eq!(case.state, want, "{is_own} {confirms:?}");
        let waits = has(&case, Mark::AwaitingConfirmation);
        assert_eq!(waits, want == State::Agreed, "{is_own} {confirms:?}");
    }
}

#[test]
fn the_history_marks_what_did_not_hold() {
    let marks = |case: &Case, id| -> Vec<EventMark> {
        case.events.iter().find(|e| e.id == id).map(|e| e.marks.clone()).unwrap_or_default()
    };
    // A climb that is void, and one that was taken back.
    let mut b = begun();
    b.will(b.village, "2026-03-02", Will::Refused);
    let asked = b.escalate(b.township, "2026-03-05");
    let taken = b.world.write(b.township, "2026-03-06", super::super::world::accepted());
    let failed = b.session(SessionResult::Failed);
    let barred = b.world.write(b.village, "2026-03-07", failed.clone());
    let case = b.merged();
    assert_eq!(
        (marks(&case, asked), marks(&case, taken)),
        (vec![EventMark::Void], vec![EventMark::Void])
    );
    assert!(marks(&case, barred).contains(&EventMark::WithoutConsent));
    assert!(has(&case, Mark::WithoutConsent) && has(&case, Mark::EscalationVoid));
    let mut b = begun();
    let held = b.world.write(b.village, "2026-03-04", failed);
    let asked = b.escalate(b.village, "2026-03-05");
    let body =
        EscalationWithdrawn { from: Level::Village, round: 1, reason: "又愿意谈".into() };
    b.world.write(b.village, "2026-03-06", Body::EscalationWithdrawn(body));
    let case = b.merged();
    assert_eq!(marks(&case, asked), [EventMark::Withdrawn]);
    assert!(!marks(&case, held).contains(&EventMark::WithoutConsent));
    let quiet = [Mark::WithoutConsent, Mark::AgreementConflict, Mark::LeadConflict];
    assert!(quiet.iter().all(|mark| !has(&case, *mark)));
    assert!(case.marks.iter().all(|m| !matches!(m.value, Mark::Escalating | Mark::EscalationVoid)));
}

#[test]
fn the_history_marks_what_was_replaced_and_what_was_not_theirs_to_close() {
    let mut b = begun();
    let office = b.world.desk(2, Role::R6);
    let first = b.agree(b.village, "2026-03-05", "一次付清", None);
    b.merged();
    b.world.meet(b.village, office);
    let second = b.agree(b.village, "2026-03-06", "分两期付清", Some(first));
    b.world.meet(b.village, office);
    let key = format!("agreements/{first}/{second}");
    let marks = |case: &Case, id| -> Vec<EventMark> {
        case.events.iter().find(|e| e.id == id).map(|e| e.marks.clone()).unwrap_or_default()
    };
    let case = b.merged();
    assert!(has(&case, Mark::AgreementConflict));
    assert_eq!((marks(&case, first), marks(&case, second)), (vec![], vec![]));
    let body = Decided {
        conflict: key,
        choice: Choice::Fact(second),
        over: vec![],
        reason: "双方改过".into(),
    };
    b.world.write(office, "2026-03-09", Body::Decided(body));
    b.world.meet(b.village, office);
    let closed = || {
        let outcome = Outcome::Settled;
        Body::Closed(Closed { outcome, routes: vec![], note: String::new() })
    };
    let mediator = b.mediator();
    let strange = b.world.write(mediator, "2026-03-10", closed());
    b.world.meet(mediator, b.township);
    let own = b.world.write(b.village, "2026-03-11", closed());
    let case = b.merged();
    assert_eq!((marks(&case, first), marks(&case, second)), (vec![EventMark::Replaced], vec![]));
    assert!(!has(&case, Mark::AgreementConflict));
    assert_eq!((marks(&case, strange), marks(&case, own)), (vec![EventMark::NotByOwner], vec![]));
}
