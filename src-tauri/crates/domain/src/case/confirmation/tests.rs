//! The thirty days, two courts, and what no court confirms.

use super::super::clock::read;
use super::super::guard::RefusalReason;
use super::super::stage::Mark;
use super::super::world::{Begun, Desk, begun, day};
use super::*;
use crate::calendar::Calendar;
use crate::fact::Body;
use crate::fact::body::*;

fn filed(b: &Begun, agreement: FactId, court: &str) -> ConfirmationFiled {
    ConfirmationFiled {
        agreement,
        applicants: vec![b.zhang, b.li],
        choice: CourtChoice::Committee,
        court: court.into(),
    }
}

fn registered_by(filing: FactId) -> Body {
    Body::ConfirmationAccepted(ConfirmationAccepted { filing, number: "调确字1号".into() })
}

fn ruled(filing: FactId, result: Ruling) -> Body {
    let number = "（2026）调确1号".into();
    Body::ConfirmationRuled(ConfirmationRuled { filing, result, number, reason: String::new() })
}

fn stage(b: &mut Begun) -> ConfirmationStage {
    b.merged().confirmations[0].stage
}

/// An agreement in effect on 5 March, known in both rooms.
fn agreed() -> (Begun, FactId, Desk, Desk) {
    let mut b = begun();
    let agreement = b.agree(b.village, "2026-03-05", "退还押金", None);
    b.merged();
    let (village, township) = (b.village, b.township);
    (b, agreement, village, township)
}

/// The clock of the thirty days.
fn clock(b: &mut Begun, agreement: FactId) -> super::super::clock::Clock {
    let calendar = Calendar::parse("year 2026\n").expect("a table");
    let clocks = read(&b.merged(), &calendar);
    let own = |c: &super::super::clock::Clock| {
        c.running.kind == ClockKind::JudicialConfirmation
            && c.running.key.contains(&agreement.to_string())
    };
    clocks.into_iter().find(own).expect("it runs")
}

#[test]
fn a_case_goes_from_papers_to_a_ruling() {
    let (mut b, agreement, village, _) = agreed();
    assert_eq!(stage(&mut b), ConfirmationStage::Open);
    let prepared = ConfirmationPrepared {
        agreement,
        materials: vec![Material::Agreement, Material::PresidingProof],
        note: String::new(),
    };
    b.world.write(village, "2026-03-06", Body::ConfirmationPrepared(prepared));
    let case = b.merged();
    assert_eq!(case.confirmations[0].stage, ConfirmationStage::Prepared);
    assert_eq!(case.confirmations[0].missing, [Material::PropertyPapers, Material::Identity]);
    let body = Body::ConfirmationFiled(filed(&b, agreement, "青石县人民法院"));
    let filing = b.world.write(village, "2026-03-10", body);
    assert_eq!(stage(&mut b), ConfirmationStage::Filed);
    b.world.write(village, "2026-03-12", registered_by(filing));
    let case = b.merged();
    assert_eq!(case.confirmations[0].stage, ConfirmationStage::Accepted);
    let court = case.running.iter().find(|r| r.kind == ClockKind::CourtRuling).expect("it runs");
    assert_eq!((court.start.day, court.stop), (day("2026-03-12"), None));
    let end = b.world.write(village, "2026-03-20", ruled(filing, Ruling::Rejected));
    let case = b.merged();
    assert_eq!(case.confirmations[0].stage, ConfirmationStage::Rejected);
    let court = case.running.iter().find(|r| r.kind == ClockKind::CourtRuling).expect("it ran");
    assert_eq!(court.stop.map(|(_, id)| id), Some(end));
}

#[test]
fn the_joint_filing_stops_the_thirty_days() {
    let (mut b, agreement, village, _) = agreed();
    assert_eq!(clock(&mut b, agreement).natural_end, day("2026-04-04"));
    let one = ConfirmationFiled {
        applicants: vec![b.zhang],
        ..filed(&b, agreement, "青石县人民法院")
    };
    let refused = b.world.check(village, "2026-03-09", &Body::ConfirmationFiled(one.clone()));
    let refused = refused.expect_err("both sides apply");
    assert_eq!((refused.field, refused.reason), ("applicants", RefusalReason::OneSided));
    // A broken peer writes it all the same: kept, marked, and it stops nothing.
    let alone = b.world.write(village, "2026-03-09", Body::ConfirmationFiled(one));
    assert!(clock(&mut b, agreement).running.stop.is_none());
    let case = b.merged();
    assert!(case.flaws.iter().any(|f| f.fact == alone && f.why.rule == RuleId::JointApplication));
    assert!(case.marks.iter().any(|m| m.value == Mark::ProcedureFlaw));
    let body = Body::ConfirmationFiled(filed(&b, agreement, "沙河县人民法院"));
    let both = b.world.write(village, "2026-03-11", body);
    assert_eq!(clock(&mut b, agreement).running.stop.map(|(_, id)| id), Some(both));
    b.world.write(village, "2026-03-13", ruled(both, Ruling::Withdrawn));
    assert!(clock(&mut b, agreement).running.stop.is_none(), "taken back: the days run on");
}

#[test]
fn the_thirty_days_run_from_the_earlier_of_days_that_contradict() {
    let mut b = begun();
    let (village, mediator) = (b.village, b.mediator());
    let first = b.agree(village, "2026-03-05", "六月底前一次付清", None);
    let second = b.agree(mediator, "2026-03-20", "分三期付清", None);
    b.world.meet(mediator, b.township);
    for agreement in [first, second] {
        assert_eq!(clock(&mut b, agreement).natural_end, day("2026-04-04"));
    }
}

#[test]
fn the_court_that_first_registers_has_it() {
    for (here, there, want) in [
        (None, None, None),
        (Some("2026-03-12"), None, Some(0)),
        (None, Some("2026-03-12"), Some(1)),
        (Some("2026-03-13"), Some("2026-03-12"), Some(1)),
        (Some("2026-03-12"), Some("2026-03-12"), None),
    ] {
        let (mut b, agreement, village, township) = agreed();
        let courts = [(village, "青石县人民法院", here), (township, "沙河县人民法院", there)];
        let mut filings = Vec::new();
        for (desk, court, registered) in courts {
            let body = Body::ConfirmationFiled(filed(&b, agreement, court));
            let filing = b.world.write(desk, "2026-03-10", body);
            if let Some(at) = registered {
                b.world.write(desk, at, registered_by(filing));
            }
            filings.push(filing);
        }
        let case = b.merged();
        let conflict = case.conflicts.iter().find(|c| c.kind == ConflictKind::Courts);
        let conflict = conflict.expect("two courts were asked");
        assert_eq!(conflict.is_open(), want.is_none(), "{here:?} and {there:?}");
        let holder: Vec<FactId> =
            case.confirmations[0].filings.iter().filter(|f| f.has_it).map(|f| f.notes[0]).collect();
        assert_eq!(holder, want.map(|at| filings[at]).into_iter().collect::<Vec<_>>());
        let told = case.notices.iter().any(|n| n.why.rule == RuleId::TwoCourts);
        assert_eq!(told, want.is_some(), "the other application is to be taken back");
        if want.is_some() {
            continue;
        }
        let office = b.world.desk(2, crate::role::Role::R6);
        b.world.meet(village, office);
        let decided = Decided {
            conflict: conflict.key.clone(),
            choice: Choice::Fact(filings[0]),
            over: vec![],
            reason: "问过两家法院".into(),
        };
        b.world.write(office, "2026-03-16", Body::Decided(decided));
        b.world.meet(office, b.township);
        assert!(!b.merged().has_open_conflict());
    }
}

#[test]
fn one_filing_noted_on_two_computers_is_one() {
    let (mut b, agreement, village, township) = agreed();
    for desk in [village, township] {
        let body = Body::ConfirmationFiled(filed(&b, agreement, "青石县人民法院"));
        b.world.write(desk, "2026-03-10", body);
    }
    let case = b.merged();
    assert_eq!(case.confirmations[0].filings.len(), 1);
    assert_eq!(case.confirmations[0].filings[0].notes.len(), 2);
    assert!(!case.has_open_conflict());
    let again = Body::ConfirmationFiled(filed(&b, agreement, "沙河县人民法院"));
    let refused = b.world.check(village, "2026-03-11", &again).map_err(|r| r.reason);
    assert_eq!(refused, Err(RefusalReason::AlreadyDone));
}

#[test]
fn what_no_court_confirms_is_warned_of() {
    let set = |category| {
        Body::CategorySet(CategorySet { category, catalogue: crate::catalogue::VERSION.into() })
    };
    type Row = (&'static str, Option<Category>, &'static str, Vec<Touched>, Vec<Touched>);
    let rows: [Row; 6] = [
        ("a debt", Some(Category::Contract), "六月底前付清", vec![], vec![]),
        ("by type", Some(Category::Homestead), "各让一尺", vec![], vec![Touched::RealRight]),
        ("by word", None, "确认宅基地使用权归张某", vec![], vec![Touched::RealRight]),
        ("a divorce", None, "双方离婚", vec![], vec![Touched::Marriage]),
        (
            "adoption and blood",
            None,
            "解除收养，确认亲子关系",
            vec![],
            vec![Touched::Parentage, Touched::Adoption],
        ),
        (
            "a person says so",
            None,
            "照旧",
            vec![Touched::OtherProcedure],
            vec![Touched::OtherProcedure],
        ),
    ];
    for (name, category, text, touches, want) in rows {
        let mut b = begun();
        let village = b.village;
        if let Some(category) = category {
            b.world.write(village, "2026-03-02", set(category));
        }
        let body = AgreementReached { touches, ..b.agreed_on(text) };
        b.agree_to(village, "2026-03-05", Body::AgreementReached(body));
        let case = b.merged();
        let warned: Vec<Touched> = case.confirmations[0].warnings.iter().map(|w| w.value).collect();
        assert_eq!(warned, want, "{name}");
    }
}

#[test]
fn a_filing_follows_what_it_rests_on() {
    let (mut b, agreement, village, _) = agreed();
    b.world.today(village, "2026-03-20");
    let body = Body::ConfirmationFiled(filed(&b, agreement, "青石县人民法院"));
    let refused = |b: &Begun, at: &str, body: &Body| {
        b.world.check(village, at, body).map_err(|r| (r.field, r.reason))
    };
    assert_eq!(refused(&b, "2026-03-04", &body), Err(("at", RefusalReason::TooEarly)));
    let filing = b.world.write(village, "2026-03-10", body);
    let early = registered_by(filing);
    assert_eq!(refused(&b, "2026-03-09", &early), Err(("at", RefusalReason::TooEarly)));
    let nothing = registered_by(agreement);
    assert_eq!(refused(&b, "2026-03-11", &nothing), Err(("filing", RefusalReason::Unknown)));
    let early = ruled(filing, Ruling::Valid);
    assert_eq!(refused(&b, "2026-03-09", &early), Err(("at", RefusalReason::TooEarly)));
    // From a broken peer all three are kept and marked.
    let wrong = b.world.write(village, "2026-03-09", early);
    let case = b.merged();
    assert!(case.doubts.iter().any(|d| d.fact == wrong));
    assert!(case.marks.iter().any(|m| m.value == Mark::Doubtful));
}

#[test]
fn the_application_another_court_has_is_to_be_taken_back() {
    // Whom the office chooses, whether the first was taken back, which has it, what is to do.
    let rows = [
        (None, false, None, None),
        (None, true, Some(1), None),
        (Some(0), false, Some(0), Some(1)),
        (Some(1), false, Some(1), Some(0)),
    ];
    for (chosen, is_withdrawn, holder, undo) in rows {
        let (mut b, agreement, village, township) = agreed();
        let office = b.world.desk(2, crate::role::Role::R6);
        let mut filings = Vec::new();
        for (desk, court) in [(village, "青石县人民法院"), (township, "沙河县人民法院")]
        {
            let body = Body::ConfirmationFiled(filed(&b, agreement, court));
            filings.push(b.world.write(desk, "2026-03-10", body));
        }
        b.merged();
        b.world.meet(township, office);
        if is_withdrawn {
            b.world.write(village, "2026-03-12", ruled(filings[0], Ruling::Withdrawn));
        }
        if let Some(chosen) = chosen {
            let decided = Decided {
                conflict: format!("courts/{agreement}"),
                choice: Choice::Fact(filings[chosen]),
                over: vec![],
                reason: "问过两家法院".into(),
            };
            b.world.write(office, "2026-03-16", Body::Decided(decided));
            b.world.meet(office, township);
        }
        let case = b.merged();
        let has: Vec<bool> = case.confirmations[0].filings.iter().map(|f| f.has_it).collect();
        let want: Vec<bool> = (0..2).map(|at| holder == Some(at)).collect();
        assert_eq!(has, want, "{chosen:?} {is_withdrawn}");
        let told: Vec<&str> = case
            .notices
            .iter()
            .filter(|n| n.why.rule == RuleId::TwoCourts)
            .map(|n| n.key.as_str())
            .collect();
        let undo: Vec<String> =
            undo.map(|at: usize| format!("withdraw_filing/{}", filings[at])).into_iter().collect();
        assert_eq!(told, undo, "{chosen:?} {is_withdrawn}");
    }
}
