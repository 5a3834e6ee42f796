mod words;

use super::super::stage::Mark;
use super::super::world::{Begun, Desk, begun, day};
use super::super::{Case, clock};
use super::*;
use crate::calendar::Calendar;
use crate::fact::Body;
use crate::fact::body::*;
use crate::id::RecordId;
use crate::role::Role;

/// The village and the township of the case, another village, and another desk of the township.
struct Town {
    b: Begun,
    stone: Desk,
    head: Desk,
}

fn town() -> Town {
    let mut b = begun();
    let stone = b.world.desk(3, Role::R3);
    let head = b.world.desk(2, Role::R7);
    b.world.meet(b.township, stone);
    b.world.meet(b.township, head);
    Town { b, stone, head }
}

impl Town {
    fn write(&mut self, desk: Desk, at: &str, body: Body) -> FactId {
        self.b.world.write(desk, at, body)
    }

    /// Everybody knows everything.
    fn merged(&mut self) -> Case {
        let desks = [self.b.village, self.b.township, self.stone, self.head];
        for desk in desks.iter().chain(&desks) {
            self.b.world.meet(self.b.township, *desk);
        }
        let case = self.b.world.case(self.stone);
        for seed in 1..6 {
            assert_eq!(case, self.b.world.case_shuffled(self.head, seed), "any order");
        }
        case
    }

    fn refused(
        &self,
        desk: Desk,
        at: &str,
        body: &Body,
    ) -> Option<crate::case::guard::RefusalReason> {
        self.b.world.check(desk, at, body).err().map(|refusal| refusal.reason)
    }
}

fn order(to: Desk, number: &str, due: &str) -> SheetIssued {
    SheetIssued {
        sheet: SheetKind::Order,
        number: number.into(),
        to: to.unit(),
        part: SheetPart::Lead,
        demands: vec![],
        requirement: "查清路权，提出意见".into(),
        due: Some(day(due)),
        basis: "六月十五日联席会".into(),
        referral: None,
        approved_by: "郑某".into(),
        printed: false,
    }
}

fn issued(to: Desk, number: &str, due: &str) -> Body {
    Body::SheetIssued(order(to, number, due))
}

fn signed(sheet: FactId, accepts: bool) -> Body {
    Body::SheetSignedIn(SheetSignedIn { sheet, accepts })
}

fn objected(sheet: FactId) -> Body {
    Body::SheetObjected(SheetObjected { sheet, reasons: "不属本村事权".into() })
}

fn replied(sheet: FactId, kept: Kept) -> Body {
    let text = "已经查过".into();
    Body::SheetReplied(SheetReplied { sheet, kept, text, attachments: vec![] })
}

fn decided(conflict: &str, choice: FactId) -> Body {
    Body::Decided(Decided {
        conflict: conflict.into(),
        choice: Choice::Fact(choice),
        over: vec![],
        reason: "路在桥头村".into(),
    })
}

fn closed(sheet: FactId) -> Body {
    Body::SheetClosed(SheetClosed { sheet, note: String::new() })
}

fn the(case: &Case, id: FactId) -> Sheet {
    case.dispatch.sheets.iter().find(|sheet| sheet.id == id).expect("the sheet").clone()
}

fn calendar() -> Calendar {
    Calendar::parse(
        "year 2026\n2026-06-19 rest 端午节\n2026-06-20 rest 端午节\n2026-06-21 rest 端午节\n",
    )
    .unwrap()
}

#[test]
fn two_leads_ask_the_head_and_the_earlier_acts_meanwhile() {
    let mut t = town();
    let (township, head, stone, village) = (t.b.township, t.head, t.stone, t.b.village);
    let first = t.write(township, "2026-06-15", issued(stone, "交办1号", "2026-06-30"));
    t.b.world.meet(township, stone);
    let second = t.write(head, "2026-06-16", issued(village, "交办2号", "2026-07-03"));
    t.b.world.meet(head, village);
    t.write(village, "2026-06-18", signed(second, false));
    let case = t.merged();
    assert!(the(&case, first).is_acting && !the(&case, second).is_acting);
    assert_eq!(case.dispatch.lead.as_ref().map(|l| l.value), Some(stone.unit()));
    assert!(case.marks.iter().any(|m| m.value == Mark::LeadConflict));
    let question = case.conflicts.iter().find(|c| c.kind == ConflictKind::Lead).unwrap();
    assert!(question.is_open() && question.sides.len() == 2);
    // Nobody but the head of the centre decides.
    t.write(township, "2026-06-23", decided(&question.key, first));
    assert!(t.merged().conflicts.iter().any(|c| c.kind == ConflictKind::Lead && c.is_open()));
    t.write(head, "2026-06-24", decided(&question.key, second));
    let case = t.merged();
    assert_eq!(case.dispatch.lead.as_ref().map(|l| l.value), Some(village.unit()));
    assert_eq!(the(&case, first).status, SheetStatus::Reassigned);
    let kept = the(&case, second);
    assert_eq!((kept.status, kept.signed_in), (SheetStatus::SignedIn, "2026-06-18".parse().ok()));
    let clocks = clock::read(&case, &calendar());
    let runs = |id: FactId| {
        let own = clocks.iter().find(|c| c.running.key == format!("sheet_order/{id}")).unwrap();
        (own.end, own.running.stop.is_none())
    };
    assert_eq!(
        runs(second),
        (day("2026-07-03"), true),
        "the reminder goes by the sheet that holds"
    );
    assert!(!runs(first).1);
}

#[test]
fn what_was_answered_stays_when_another_leads() {
    let mut t = town();
    let (township, head, stone, village) = (t.b.township, t.head, t.stone, t.b.village);
    let first = t.write(township, "2026-06-15", issued(stone, "交办1号", "2026-06-30"));
    t.b.world.meet(township, stone);
    t.write(stone, "2026-06-17", signed(first, true));
    t.write(stone, "2026-06-18", replied(first, Kept::Partly));
    let second = t.write(head, "2026-06-16", issued(village, "交办2号", "2026-07-03"));
    let case = t.merged();
    let key = case.conflicts.iter().find(|c| c.kind == ConflictKind::Lead).unwrap().key.clone();
    t.write(head, "2026-06-24", decided(&key, second));
    let case = t.merged();
    assert_eq!(the(&case, first).status, SheetStatus::Replied);
    assert!(the(&case, first).reassigned.is_some());
    // The head of the centre may also name another in knowledge of the first, without a question.
    let third = t.write(head, "2026-06-25", issued(stone, "交办3号", "2026-07-10"));
    let case = t.merged();
    assert_eq!(case.dispatch.lead.as_ref().map(|l| l.value), Some(stone.unit()));
    assert!(the(&case, third).is_acting);
    assert_eq!(the(&case, second).status, SheetStatus::Reassigned);
    // The window may not.
    let again = issued(village, "交办4号", "2026-07-10");
    assert!(t.refused(township, "2026-06-26", &again).is_some());
}

#[test]
fn two_sign_ins_of_one_unit_are_one() {
    let mut t = town();
    let (township, stone) = (t.b.township, t.stone);
    let clerk = t.b.world.desk(3, Role::R2);
    let sheet = t.write(township, "2026-06-15", issued(stone, "交办1号", "2026-06-30"));
    t.b.world.meet(township, stone);
    t.b.world.meet(township, clerk);
    t.write(clerk, "2026-06-18", signed(sheet, false));
    t.write(stone, "2026-06-17", signed(sheet, false));
    t.b.world.meet(clerk, township);
    let case = t.merged();
    let sheet = the(&case, sheet);
    assert_eq!(sheet.sign_ins.len(), 2, "both stay");
    assert_eq!(sheet.signed_in, "2026-06-17".parse().ok());
    assert!(!case.has_open_conflict());
    // Another unit's word has no effect, and is kept.
    let alien = t.write(t.b.village, "2026-06-16", signed(sheet.id, true));
    let case = t.merged();
    assert_eq!(the(&case, sheet.id).signed_in, "2026-06-17".parse().ok());
    assert_eq!(case.dispatch.foreign, [alien]);
    assert!(t.refused(t.b.village, "2026-06-20", &signed(sheet.id, false)).is_some());
}

#[test]
fn a_unit_that_says_both_is_asked_and_the_clock_runs_on() {
    let mut t = town();
    let (township, stone) = (t.b.township, t.stone);
    let clerk = t.b.world.desk(3, Role::R2);
    let sheet = t.write(township, "2026-06-15", issued(stone, "交办1号", "2026-06-30"));
    t.b.world.meet(township, stone);
    t.b.world.meet(township, clerk);
    let takes = t.write(clerk, "2026-06-17", signed(sheet, true));
    t.write(stone, "2026-06-17", signed(sheet, false));
    t.write(stone, "2026-06-18", objected(sheet));
    t.b.world.meet(clerk, township);
    let case = t.merged();
    let question = case.conflicts.iter().find(|c| c.kind == ConflictKind::SheetAnswer).unwrap();
    assert_eq!(question.deciding_unit(None), Some(stone.unit()));
    assert_eq!(the(&case, sheet).status, SheetStatus::Objected, "the objection stands meanwhile");
    let runs = clock::read(&case, &calendar())
        .iter()
        .any(|c| c.running.key == format!("sheet_order/{sheet}") && c.running.stop.is_none());
    assert!(runs);
    // The head of another unit decides nothing here.
    let key = question.key.clone();
    t.write(t.b.village, "2026-06-19", decided(&key, takes));
    assert!(t.merged().has_open_conflict());
    t.write(stone, "2026-06-20", decided(&key, takes));
    let case = t.merged();
    assert_eq!(the(&case, sheet).status, SheetStatus::SignedIn);
    assert!(the(&case, sheet).is_accepted && !case.has_open_conflict());
}

#[test]
fn an_objection_is_in_time_by_working_days_and_the_dispatcher_decides() {
    for (objects_on, is_in_time) in
        [("2026-06-22", true), ("2026-06-25", true), ("2026-06-26", false)]
    {
        for upheld in [true, false] {
            let mut t = town();
            let (township, stone) = (t.b.township, t.stone);
            let sheet = t.write(township, "2026-06-15", issued(stone, "交办1号", "2026-06-30"));
            t.b.world.meet(township, stone);
            assert!(t.refused(stone, "2026-06-17", &objected(sheet)).is_some(), "sign in first");
            t.write(stone, "2026-06-17", signed(sheet, false));
            let objection = t.write(stone, objects_on, objected(sheet));
            let case = t.merged();
            let time =
                objection_time(&the(&case, sheet), &clock::read(&case, &calendar())).unwrap();
            assert_eq!((time.last_day, time.is_in_time), (day("2026-06-25"), is_in_time));
            let reason = "路在石湾村".into();
            let says = Body::ObjectionDecided(ObjectionDecided { objection, upheld, reason });
            assert!(t.refused(stone, "2026-06-26", &says).is_some(), "not the one who objects");
            t.write(township, "2026-06-26", says);
            let want = if upheld { SheetStatus::Returned } else { SheetStatus::SignedIn };
            let case = t.merged();
            assert_eq!(the(&case, sheet).status, want);
            assert_eq!(case.dispatch.lead.is_none(), upheld, "what went back leads nobody");
        }
    }
}

#[test]
fn a_reply_that_crosses_the_closing_is_kept_and_not_done_is_flagged() {
    for (kept, is_flagged) in [(Kept::Done, false), (Kept::NotDone, true)] {
        let mut t = town();
        let (township, stone) = (t.b.township, t.stone);
        let sheet = t.write(township, "2026-06-15", issued(stone, "交办1号", "2026-06-30"));
        t.b.world.meet(township, stone);
        t.write(stone, "2026-06-20", replied(sheet, kept));
        t.write(township, "2026-06-20", closed(sheet));
        let case = t.merged();
        assert_eq!(the(&case, sheet).status, SheetStatus::RepliedAndClosed);
        assert_eq!(case.marks.iter().any(|m| m.value == Mark::SheetNotDone), is_flagged);
        let told = case.notices.iter().find(|n| n.why.rule == RuleId::SheetNotDone);
        assert_eq!(told.map(|n| n.unit), is_flagged.then(|| township.unit()));
        let about = case.dispatch.sheets[0].undone_after_closing().map(|why| why.facts);
        let about = about.map(|facts| facts.into_iter().filter(|id| *id != sheet).collect());
        assert_eq!(told.map(|n| n.about.clone()), about, "the reply and the closing");
    }
    let mut t = town();
    let (township, stone) = (t.b.township, t.stone);
    let sheet = t.write(township, "2026-06-15", issued(stone, "交办1号", "2026-06-30"));
    t.b.world.meet(township, stone);
    t.write(stone, "2026-06-20", replied(sheet, Kept::NotDone));
    t.b.world.meet(township, stone);
    t.write(township, "2026-06-21", closed(sheet));
    let case = t.merged();
    assert_eq!(the(&case, sheet).status, SheetStatus::Closed, "whoever closed it knew");
    assert!(case.marks.iter().all(|m| m.value != Mark::SheetNotDone));
}

#[test]
fn unanswered_sheets_have_clocks_of_the_addressee() {
    let mut t = town();
    let (township, stone) = (t.b.township, t.stone);
    for (sheet, word, end) in [
        (SheetKind::Reminder, "sheet_reminder", "2026-06-18"),
        (SheetKind::Liaison, "sheet_liaison", "2026-06-20"),
    ] {
        let body = SheetIssued { sheet, due: None, ..order(stone, word, "2026-06-30") };
        let id = t.write(township, "2026-06-15", Body::SheetIssued(body));
        let case = t.merged();
        let clocks = clock::read(&case, &calendar());
        let own = clocks.iter().find(|c| c.running.key == format!("{word}/{id}")).unwrap();
        assert_eq!((own.end, own.running.unit), (day(end), Some(stone.unit())));
        t.write(stone, "2026-06-16", replied(id, Kept::Done));
        let clocks = clock::read(&t.merged(), &calendar());
        let own = clocks.iter().filter(|c| c.running.key.ends_with(&id.to_string()));
        assert!(own.clone().all(|c| c.running.stop.is_some()), "an answer stops them");
    }
}

#[test]
fn two_sheets_with_one_number_ask_for_a_new_one() {
    let mut t = town();
    let (township, head, stone) = (t.b.township, t.head, t.stone);
    let co = SheetIssued { part: SheetPart::Co, ..order(stone, "交办1号", "2026-06-30") };
    let plain = t.write(township, "2026-06-15", Body::SheetIssued(co.clone()));
    let printed = SheetIssued { printed: true, to: t.b.village.unit(), ..co.clone() };
    t.write(head, "2026-06-16", Body::SheetIssued(printed));
    let case = t.merged();
    let question = case.conflicts.iter().find(|c| c.kind == ConflictKind::SheetNumber).unwrap();
    assert!(question.is_open() && question.ways == ["reprinted"]);
    assert!(question.why.facts.contains(&plain));
    assert_eq!(case.dispatch.sheets.len(), 2, "both stand");
    assert!(t.refused(township, "2026-06-17", &Body::SheetIssued(co)).is_some(), "known here");
}

#[test]
fn a_request_of_the_village_goes_two_steps() {
    let mut t = town();
    let (township, village) = (t.b.township, t.b.village);
    let clerk = t.b.world.desk(1, Role::R2);
    t.b.world.meet(village, clerk);
    let to = RecordId([8; 16]);
    let matter = "请农业部门核对承包面积".into();
    let asked =
        t.write(clerk, "2026-03-02", Body::ReferralProposed(ReferralProposed { to, matter }));
    t.b.world.meet(clerk, township);
    t.merged();
    let sends = |referral| {
        Body::SheetIssued(SheetIssued {
            to,
            referral: Some(referral),
            sheet: SheetKind::Liaison,
            part: SheetPart::Co,
            ..order(village, "联系1号", "2026-03-20")
        })
    };
    let status = |case: &Case| case.dispatch.referrals[0].status;
    assert_eq!(status(&t.merged()), ReferralStatus::Proposed);
    let why = t.refused(township, "2026-03-03", &sends(asked));
    assert_eq!(why, Some(crate::case::guard::RefusalReason::AwaitsReview));
    let passes = |passed, reason: &str| {
        let reason = reason.into();
        Body::ReferralReviewed(ReferralReviewed { referral: asked, passed, reason })
    };
    assert!(t.refused(village, "2026-03-03", &passes(false, "")).is_some(), "say why not");
    t.write(village, "2026-03-03", passes(true, ""));
    assert_eq!(status(&t.merged()), ReferralStatus::Passed);
    t.write(township, "2026-03-04", sends(asked));
    assert_eq!(status(&t.merged()), ReferralStatus::Dispatched);
}

#[test]
fn an_approved_consultation_names_the_lead_until_a_sheet_does() {
    let mut t = town();
    let (township, head, stone, village) = (t.b.township, t.head, t.stone, t.b.village);
    let lead = stone.unit();
    let co = vec![village.unit()];
    let agreed = Body::Consulted(Consulted { lead, co: co.clone(), note: "联席会".into() });
    let consultation = t.write(township, "2026-06-15", agreed);
    assert_eq!(t.merged().dispatch.lead, None, "nobody approved it yet");
    let unapproved =
        SheetIssued { approved_by: String::new(), ..order(stone, "交办1号", "2026-06-30") };
    let unapproved = Body::SheetIssued(unapproved);
    assert!(t.refused(township, "2026-06-15", &unapproved).is_some());
    let approves = ConsultationApproved { consultation, note: String::new() };
    t.write(head, "2026-06-15", Body::ConsultationApproved(approves));
    let case = t.merged();
    assert_eq!(case.dispatch.lead.as_ref().map(|l| l.value), Some(lead));
    assert_eq!(case.dispatch.co, co);
    assert_eq!(t.refused(township, "2026-06-15", &unapproved), None);
    t.write(head, "2026-06-16", issued(village, "交办2号", "2026-06-30"));
    let case = t.merged();
    assert_eq!(case.dispatch.lead.map(|l| l.value), Some(village.unit()), "the sheet says it");
    assert_eq!(case.dispatch.co, [], "who leads does not co-operate");
}
