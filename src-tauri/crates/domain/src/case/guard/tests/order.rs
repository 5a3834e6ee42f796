//! What every fact obeys: who writes it, when, how big it is, and how it is corrected.

use super::super::super::world::{begun, registered, session_held};
use super::super::{TEXT_CHARS_MAX, follows_registration};
use super::*;
use crate::fact::FACT_BYTES_MAX;
use crate::fact::body::*;
use crate::id::{DeviceId, RecordId, SpaceId, UnitId};
use crate::role::{Level, Role};

fn note() -> Body {
    Body::Note(Note { text: "来过电话".into() })
}

#[test]
fn a_role_writes_what_the_table_of_kinds_gives_it() {
    let b = begun();
    let failed = b.session(SessionResult::Failed);
    let accepted = Body::Accepted(Accepted { on: AcceptedOn::Application });
    let risk = Body::RiskAssessed(RiskAssessed { risk: Risk::Blue, reason: String::new() });
    use Role::*;
    // What, and who alone may.
    let rows: [(Body, &[Role]); 4] = [
        (note(), &[R1, R2, R3, R4, R5, R6, R7, R8]),
        (failed, &[R2, R3, R5, R6, R7]),
        (accepted, &[R3, R4, R7]),
        (risk, &[R1, R2, R3, R4, R5, R6, R7]),
    ];
    for (body, may) in rows {
        for role in Role::ALL {
            let mut b = begun();
            let desk = b.world.desk(1, role);
            b.world.meet(b.village, desk);
            let body = match &body {
                Body::SessionHeld(_) => b.session(SessionResult::Failed),
                other => other.clone(),
            };
            let want = if may.contains(&role) { FINE } else { no("kind", No::Role) };
            assert_eq!(verdict(&b, desk, TODAY, &body), want, "{role:?}: {body:?}");
        }
    }
}

#[test]
fn nothing_happens_tomorrow_or_before_the_case_began() {
    let mut b = begun();
    let village = b.village;
    b.world.today(village, TODAY);
    let failed = b.session(SessionResult::Failed);
    let future = no("at", No::InFuture);
    for body in [note(), failed.clone()] {
        check_at(&b, village, "2026-03-11", &[("tomorrow", body.clone(), future)]);
        check_at(&b, village, "2026-03-10", &[("today", body.clone(), FINE)]);
        check_at(&b, village, "2026-03-09", &[("yesterday", body, FINE)]);
    }
    let early = no("at", No::BeforeRegistration);
    check_at(&b, village, "2026-03-01", &[("the day it began", failed.clone(), FINE)]);
    check_at(&b, village, "2026-02-28", &[("a meeting before", failed, early)]);
    let visit = VisitReceived { party: None, content: "来访".into(), danger: false };
    let party = super::super::super::world::party("王某", Side::Third);
    for body in [note(), Body::VisitReceived(visit), party] {
        assert!(!follows_registration(&body));
        check_at(&b, village, "2026-02-28", &[("what may come before", body, FINE)]);
    }
}

#[test]
fn a_body_fills_half_an_entry_at_most() {
    let b = begun();
    let flagged =
        |bytes: usize| Body::Flagged(Flagged { flags: vec![Flag::Group], note: "a".repeat(bytes) });
    let rest = FACT_BYTES_MAX / 2 - serde_json::to_string(&flagged(0)).unwrap().len();
    check(
        &b,
        b.village,
        &[
            ("nothing more", flagged(0), FINE),
            ("just short of it", flagged(rest - 1), FINE),
            ("just full", flagged(rest), FINE),
            ("one byte over", flagged(rest + 1), no("body", No::TooLong)),
            ("as long as an entry", flagged(rest * 2), no("body", No::TooLong)),
        ],
    );
}

#[test]
fn a_case_is_accepted_once() {
    let mut b = begun();
    let village = b.village;
    let accepted = Body::Accepted(Accepted { on: AcceptedOn::Application });
    let done = no("kind", No::AlreadyDone);
    check(&b, village, &[("registered", accepted.clone(), FINE)]);
    b.world.write(village, "2026-03-02", accepted.clone());
    check(&b, village, &[("accepted", accepted.clone(), done)]);
    let mut b = begun();
    b.will(b.village, "2026-03-02", Will::Refused);
    check(&b, b.village, &[("refused", accepted, done)]);
}

fn period() -> crate::period::Period {
    serde_json::from_str("\"2026-03\"").unwrap()
}

/// What begins or settles something, and is written by commands of its own.
fn settling(b: &Begun) -> Vec<Body> {
    let (conflict, choice) = ("title".to_owned(), Choice::Way("void".into()));
    let (over, reason) = (vec![], "看过".to_owned());
    let (device, unit) = (DeviceId([1; 16]), b.village.unit());
    let numbers = PeriodNumbers::default();
    let words = String::new;
    vec![
        registered(),
        Body::Decided(Decided {
            conflict: conflict.clone(),
            choice: choice.clone(),
            over: over.clone(),
            reason: reason.clone(),
        }),
        Body::CaseShared(CaseShared { space: SpaceId([1; 16]), units: vec![unit] }),
        Body::PersonRegistered(PersonRegistered { sex: None }),
        Body::PersonDecided(PersonDecided { conflict, choice, over, reason: reason.clone() }),
        Body::PersonWithdrawn(PersonWithdrawn { reason: words() }),
        Body::PersonsLinked(PersonsLinked {
            with: RecordId([1; 16]),
            same: true,
            act: None,
            answers: vec![],
            reason: words(),
        }),
        Body::DuplicateDecided(DuplicateDecided {
            verdict: DuplicateVerdict::Different,
            cases: vec![],
            into: None,
            act: None,
            answers: vec![],
            reason: words(),
        }),
        Body::TakenUp(TakenUp { case: RecordId([1; 16]), number: words() }),
        Body::RegisterHolderSet(RegisterHolderSet {
            device,
            region: words(),
            committee: words(),
            used: vec![],
        }),
        Body::NumberBlockReserved(NumberBlockReserved { device, year: 2026, from: 1, to: 9 }),
        Body::UnitRegistered(UnitRegistered { level: Level::Village, sort: UnitSort::Point }),
        Body::UnitRenamed(UnitRenamed { name: words(), ground: words() }),
        Body::UnitMerged(UnitMerged { into: unit, ground: words() }),
        Body::UnitWithdrawn(UnitWithdrawn { reason: words() }),
        Body::SettingsSet(SettingsSet {
            limits: Default::default(),
            reminder_days: vec![],
            reason,
            replaces: vec![],
            days: Vec::new(),
        }),
        Body::PeriodFrozen(PeriodFrozen {
            period: period(),
            numbers: numbers.clone(),
            late: numbers,
            reports: vec![],
            printed: false,
            note: words(),
        }),
        Body::PeriodCounted(PeriodCounted { counted_as: CountedAs::Own, cases: vec![] }),
        Body::ZeroReported(ZeroReported { period: period(), note: words() }),
    ]
}

#[test]
fn what_begins_or_settles_something_is_not_written_by_hand() {
    for body in settling(&begun()) {
        for role in body.row().right.roles() {
            let mut b = begun();
            let desk = b.world.desk(1, role);
            b.world.meet(b.village, desk);
            let want = no("kind", No::NotWrittenByHand);
            assert_eq!(verdict(&b, desk, TODAY, &body), want, "{role:?}: {body:?}");
        }
    }
}

#[test]
fn a_correction_names_a_fact_and_puts_in_its_place_what_its_author_may_write() {
    let mut b = begun();
    let (village, township) = (b.village, b.township);
    let held = |b: &Begun| Body::SessionHeld(session_held(vec![b.zhang, b.li]));
    let body = held(&b);
    let fact = b.world.write(village, "2026-03-05", body);
    b.merged();
    let corrects = |fact, to: Body, at: Option<&str>, reason: &str| {
        let at = at.map(|at| at.parse().unwrap());
        Body::Corrected(Corrected { fact, at, to: Box::new(to), reason: reason.into() })
    };
    let of = |to| corrects(fact, to, None, "记错了");
    let on = |at| corrects(fact, held(&b), Some(at), "记错了");
    let report = ReportedToPolice {
        to: "派出所".into(),
        receiver: String::new(),
        method: String::new(),
        matter: "要动手".into(),
    };
    let by_hand = no("to", No::NotWrittenByHand);
    let decided = settling(&b).remove(1);
    let at_village = [
        ("a meeting", of(held(&b)), FINE),
        ("a correction", of(of(held(&b))), by_hand),
        ("a decision", of(decided), by_hand),
        ("a report to the police", of(Body::ReportedToPolice(report)), by_hand),
        ("that day", on("2026-03-10"), FINE),
        ("tomorrow", on("2026-03-11"), no("at", No::InFuture)),
    ];
    check(&b, village, &at_village);
    check(&b, township, &[("the window holds no meeting", of(held(&b)), no("to", No::Role))]);
    check_named(&b, village, "fact", fact, |id| corrects(id, held(&b), None, "记错了"));
    let reason = ("reason", TEXT_CHARS_MAX);
    check_required(&b, village, reason, |text| corrects(fact, held(&b), None, &text));
    assert_eq!(UnitId::from([1; 16]), village.unit());
}
