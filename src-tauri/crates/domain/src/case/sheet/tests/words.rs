//! What units say about sheets, one word after another.

use super::*;
use crate::role::Role;

#[test]
fn what_is_open_and_who_leads_by_a_sheet() {
    for (status, want) in [
        (SheetStatus::Issued, true),
        (SheetStatus::SignedIn, true),
        (SheetStatus::Objected, true),
        (SheetStatus::Returned, false),
        (SheetStatus::Replied, false),
        (SheetStatus::Closed, false),
        (SheetStatus::RepliedAndClosed, false),
        (SheetStatus::Reassigned, false),
    ] {
        assert_eq!(status.is_open(), want, "{status:?}");
    }
    let t = town();
    for (sheet, part, want) in [
        (SheetKind::Order, SheetPart::Lead, true),
        (SheetKind::Order, SheetPart::Co, false),
        (SheetKind::Liaison, SheetPart::Lead, false),
        (SheetKind::Reminder, SheetPart::Lead, false),
    ] {
        let body = SheetIssued { sheet, part, ..order(t.stone, "1", "2026-06-30") };
        assert_eq!(leads(&body), want, "{sheet:?} {part:?}");
    }
}

#[test]
fn only_one_number_of_one_kind_of_one_unit_asks() {
    // The number and the kind of two sheets, whether the village sends the second.
    let rows = [
        (("交办1号", SheetKind::Order), (" 交办1号", SheetKind::Order), false, true),
        (("交办1号", SheetKind::Order), ("交办2号", SheetKind::Order), false, false),
        (("交办1号", SheetKind::Order), ("交办1号", SheetKind::Liaison), false, false),
        (("交办1号", SheetKind::Order), ("交办1号", SheetKind::Order), true, false),
        ((" ", SheetKind::Order), (" ", SheetKind::Order), false, false),
    ];
    for (one, other, is_village, want) in rows {
        let mut t = town();
        let (township, stone) = (t.b.township, t.stone);
        let sender = if is_village { t.b.village } else { t.head };
        let send = |(number, sheet)| {
            let part = SheetPart::Co;
            Body::SheetIssued(SheetIssued { sheet, part, ..order(stone, number, "2026-06-30") })
        };
        let first = t.write(township, "2026-06-15", send(one));
        t.write(sender, "2026-06-16", send(other));
        let case = t.merged();
        let of_kind = |c: &&Conflict| c.kind == ConflictKind::SheetNumber;
        let keys: Vec<&str> =
            case.conflicts.iter().filter(of_kind).map(|c| c.key.as_str()).collect();
        let key = format!("sheet_number/{first}");
        assert_eq!(keys, if want { vec![key.as_str()] } else { vec![] }, "{one:?} {other:?}");
    }
}

#[test]
fn a_request_is_reviewed_by_its_own_village() {
    let mut t = town();
    let clerk = t.b.world.desk(1, Role::R2);
    t.b.world.meet(t.b.village, clerk);
    let to = RecordId([8; 16]);
    let ask = || Body::ReferralProposed(ReferralProposed { to, matter: "请核对".into() });
    let own = t.write(clerk, "2026-03-02", ask());
    t.b.world.meet(clerk, t.b.township);
    let heads = t.write(t.b.village, "2026-03-03", ask());
    t.merged();
    let review = |referral, passed| {
        Body::ReferralReviewed(ReferralReviewed { referral, passed, reason: "核".into() })
    };
    t.write(t.stone, "2026-03-04", review(own, true));
    let status = |case: &Case| -> Vec<ReferralStatus> {
        case.dispatch.referrals.iter().map(|r| r.status).collect()
    };
    assert_eq!(status(&t.merged()), [ReferralStatus::Proposed, ReferralStatus::Passed]);
    t.write(t.b.village, "2026-03-05", review(own, false));
    let case = t.merged();
    assert_eq!(status(&case), [ReferralStatus::GivenBack, ReferralStatus::Passed]);
    assert_eq!(case.dispatch.referrals[1].id, heads);
}

#[test]
fn a_sheet_without_a_day_has_no_day_and_one_that_went_back_stops() {
    let mut t = town();
    let (township, stone) = (t.b.township, t.stone);
    let body = SheetIssued { due: None, ..order(stone, "交办1号", "2026-06-30") };
    let undated = t.write(township, "2026-06-15", Body::SheetIssued(body));
    let dated = t.write(township, "2026-06-15", issued(stone, "交办2号", "2026-06-30"));
    t.merged();
    t.write(stone, "2026-06-16", signed(dated, false));
    let objection = t.write(stone, "2026-06-17", objected(dated));
    t.merged();
    let reason = "路在石湾村".into();
    let says = Body::ObjectionDecided(ObjectionDecided { objection, upheld: true, reason });
    let decision = t.write(township, "2026-06-18", says);
    let case = t.merged();
    let stop = |id: FactId| {
        let key = answer_key(&the(&case, id));
        assert_eq!(key, format!("sheet_order/{id}"));
        case.running.iter().find(|r| r.key == key).map(|r| r.stop.map(|(_, by)| by))
    };
    assert_eq!((stop(undated), stop(dated)), (None, Some(Some(decision))));
    let found = the(&case, dated).objection.expect("it objected");
    let want = Objection {
        id: objection,
        at: "2026-06-17".parse().unwrap(),
        reasons: "不属本村事权".into(),
        is_standing: true,
        decided: Some((decision, true)),
    };
    assert_eq!(found, want);
}

#[test]
fn a_unit_that_answers_has_taken_the_matter_on() {
    let mut t = town();
    let (township, stone, village) = (t.b.township, t.stone, t.b.village);
    let sheet = t.write(township, "2026-06-15", issued(stone, "交办1号", "2026-06-30"));
    t.merged();
    t.write(stone, "2026-06-16", signed(sheet, false));
    let objection = t.write(stone, "2026-06-17", objected(sheet));
    let case = t.merged();
    assert_eq!(the(&case, sheet).status, SheetStatus::Objected);
    assert!(!the(&case, sheet).is_accepted);
    // Another unit decides nothing.
    let reason = "不归我们".into();
    let says = Body::ObjectionDecided(ObjectionDecided { objection, upheld: true, reason });
    let stranger = t.b.world.desk(8, Role::R4);
    t.b.world.meet(village, stranger);
    t.write(stranger, "2026-06-18", says);
    t.b.world.meet(stranger, village);
    assert_eq!(the(&t.merged(), sheet).status, SheetStatus::Objected);
    t.write(stone, "2026-06-19", replied(sheet, Kept::Done));
    let case = t.merged();
    let found = the(&case, sheet);
    assert_eq!(found.status, SheetStatus::Replied);
    assert!(found.is_accepted && !found.objection.unwrap().is_standing);
}

#[test]
fn two_who_decide_differently_about_an_objection_leave_it_to_the_head() {
    for upheld in [None, Some(true), Some(false)] {
        let mut t = town();
        let (township, stone, head) = (t.b.township, t.stone, t.head);
        let sheet = t.write(township, "2026-06-15", issued(stone, "交办1号", "2026-06-30"));
        t.merged();
        t.write(stone, "2026-06-16", signed(sheet, false));
        let objection = t.write(stone, "2026-06-17", objected(sheet));
        t.merged();
        let says = |upheld| {
            let reason = "看过图纸".into();
            Body::ObjectionDecided(ObjectionDecided { objection, upheld, reason })
        };
        let yes = t.write(township, "2026-06-18", says(true));
        let no = t.write(head, "2026-06-18", says(false));
        let case = t.merged();
        assert_eq!(the(&case, sheet).status, SheetStatus::Objected);
        assert!(case.has_open_conflict());
        let Some(upheld) = upheld else { continue };
        let key = format!("objection/{objection}");
        t.write(head, "2026-06-19", decided(&key, if upheld { yes } else { no }));
        let case = t.merged();
        let want = if upheld { SheetStatus::Returned } else { SheetStatus::SignedIn };
        assert_eq!(the(&case, sheet).status, want);
        assert!(!case.has_open_conflict());
    }
}

#[test]
fn sheets_about_different_demands_are_different_matters() {
    // The demands of two sheets to two units; whether they ask who leads.
    let rows: [(&[u16], &[u16], bool); 5] = [
        (&[], &[], true),
        (&[0], &[], true),
        (&[], &[1], true),
        (&[0, 1], &[1], true),
        (&[0], &[1], false),
    ];
    for (one, other, want) in rows {
        let mut t = town();
        let (township, stone, village, head) = (t.b.township, t.stone, t.b.village, t.head);
        let about = |to, number, demands: &[u16]| {
            let demands = demands.to_vec();
            Body::SheetIssued(SheetIssued { demands, ..order(to, number, "2026-06-30") })
        };
        t.write(township, "2026-06-15", about(stone, "交办1号", one));
        t.write(head, "2026-06-16", about(village, "交办2号", other));
        let case = t.merged();
        let asks = case.conflicts.iter().any(|c| c.kind == ConflictKind::Lead);
        assert_eq!(asks, want, "{one:?} {other:?}");
        let acting = case.dispatch.sheets.iter().filter(|sheet| sheet.is_acting).count();
        assert_eq!(acting, if want { 1 } else { 2 }, "{one:?} {other:?}");
        assert!(case.dispatch.sheets.iter().all(|sheet| sheet.reassigned.is_none()));
    }
}

#[test]
fn whom_a_sheet_asks_to_help_co_operates_until_it_goes_back() {
    let mut t = town();
    let (township, stone, village) = (t.b.township, t.stone, t.b.village);
    let help = |to| {
        let part = SheetPart::Co;
        Body::SheetIssued(SheetIssued { part, ..order(to, "交办1号", "2026-06-30") })
    };
    let lead = t.write(township, "2026-06-15", issued(village, "交办2号", "2026-06-30"));
    let sheet = t.write(township, "2026-06-15", help(stone));
    let case = t.merged();
    assert_eq!(case.dispatch.co, [stone.unit()]);
    assert_eq!(case.dispatch.lead.map(|lead| lead.value), Some(village.unit()));
    t.write(stone, "2026-06-16", signed(sheet, false));
    let objection = t.write(stone, "2026-06-17", objected(sheet));
    t.merged();
    let says = Body::ObjectionDecided(ObjectionDecided {
        objection,
        upheld: true,
        reason: "不用协办".into(),
    });
    t.write(township, "2026-06-18", says);
    let case = t.merged();
    assert_eq!(case.dispatch.co, []);
    assert!(the(&case, lead).is_acting);
}
