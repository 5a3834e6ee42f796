//! Sheets: who sends which, who answers, and a village's request that goes two steps.

use super::super::super::world::{begun_with, day};
use super::super::{NAME_CHARS_MAX, TEXT_CHARS_MAX};
use super::*;
use crate::fact::body::*;
use crate::id::UnitId;
use crate::role::Role;

/// The case's two rooms, the judicial office, the head of the centre, and another village.
struct Town {
    b: Begun,
    office: Desk,
    head: Desk,
    stone: Desk,
}

fn town() -> Town {
    let mut b = begun_with(&["确认地界", "赔偿"]);
    let office = b.world.desk(4, Role::R6);
    let head = b.world.desk(2, Role::R7);
    let stone = b.world.desk(3, Role::R3);
    let mut t = Town { b, office, head, stone };
    t.meet();
    t
}

impl Town {
    fn meet(&mut self) {
        for desk in [self.b.village, self.office, self.head, self.stone].repeat(2) {
            self.b.world.meet(self.b.township, desk);
        }
    }

    fn write(&mut self, desk: Desk, at: &str, body: Body) -> FactId {
        let id = self.b.world.write(desk, at, body);
        self.meet();
        id
    }

    fn check(&self, desk: Desk, rows: &[Row]) {
        check(&self.b, desk, rows);
    }
}

fn liaison(to: UnitId) -> SheetIssued {
    SheetIssued {
        sheet: SheetKind::Liaison,
        number: String::new(),
        to,
        part: SheetPart::Co,
        demands: vec![],
        requirement: "请协助调取档案".into(),
        due: None,
        basis: String::new(),
        referral: None,
        approved_by: String::new(),
        printed: false,
    }
}

fn order(to: UnitId) -> SheetIssued {
    let (sheet, due) = (SheetKind::Order, Some(day("2026-03-20")));
    SheetIssued { sheet, due, part: SheetPart::Lead, approved_by: "郑某".into(), ..liaison(to) }
}

fn sends(body: SheetIssued) -> Body {
    Body::SheetIssued(body)
}

#[test]
fn each_sheet_has_those_who_send_it() {
    let t = town();
    let to = t.stone.unit();
    let refused = no("sheet", No::Role);
    // Who, and what is said to a reminder, a liaison sheet, an order.
    let rows = [
        (t.b.village, refused, FINE, refused),
        (t.b.township, FINE, FINE, FINE),
        (t.office, FINE, FINE, refused),
        (t.head, FINE, FINE, FINE),
    ];
    for (desk, reminder, asks, orders) in rows {
        let reminds = SheetIssued { sheet: SheetKind::Reminder, ..liaison(to) };
        t.check(
            desk,
            &[
                ("a reminder", sends(reminds), reminder),
                ("a liaison sheet", sends(liaison(to)), asks),
                ("an order", sends(order(to)), orders),
            ],
        );
    }
}

#[test]
fn a_sheet_says_what_to_whom_by_when() {
    let t = town();
    let (head, to) = (t.head, t.stone.unit());
    let of = |change: &dyn Fn(&mut SheetIssued)| {
        let mut body = order(to);
        change(&mut body);
        sends(body)
    };
    check_required(&t.b, head, ("requirement", TEXT_CHARS_MAX), |text| {
        of(&|s| s.requirement.clone_from(&text))
    });
    let name = |field| (field, NAME_CHARS_MAX);
    check_bounded(&t.b, head, name("number"), |text| of(&|s| s.number.clone_from(&text)));
    check_bounded(&t.b, head, name("approved_by"), |text| of(&|s| s.approved_by.clone_from(&text)));
    check_bounded(&t.b, head, ("basis", TEXT_CHARS_MAX), |text| of(&|s| s.basis.clone_from(&text)));
    let own = t.head.unit();
    t.check(
        head,
        &[
            ("to itself", of(&|s| s.to = own), no("to", No::OutOfRange)),
            (
                "due the day before",
                of(&|s| s.due = Some(day("2026-03-09"))),
                no("due", No::TooEarly),
            ),
            ("due that day", of(&|s| s.due = Some(day("2026-03-10"))), FINE),
            ("an order for some day", of(&|s| s.due = None), no("due", No::Empty)),
            ("the last demand", of(&|s| s.demands = vec![0, 1]), FINE),
            ("one the case has not", of(&|s| s.demands = vec![0, 2]), no("demands", No::Unknown)),
            ("a liaison sheet for some day", sends(liaison(to)), FINE),
        ],
    );
}

#[test]
fn a_unit_gives_each_number_once() {
    let mut t = town();
    let (township, head, village, to) = (t.b.township, t.head, t.b.village, t.stone.unit());
    let number = |sheet, number: &str| {
        let due = Some(day("2026-03-20"));
        sends(SheetIssued { sheet, due, number: number.into(), ..liaison(to) })
    };
    t.write(township, "2026-03-05", number(SheetKind::Liaison, "1号"));
    t.write(township, "2026-03-05", number(SheetKind::Liaison, ""));
    let taken = no("number", No::AlreadyDone);
    t.check(
        head,
        &[
            ("that number", number(SheetKind::Liaison, "1号"), taken),
            ("among blanks", number(SheetKind::Liaison, " 1号 "), taken),
            ("another number", number(SheetKind::Liaison, "2号"), FINE),
            ("none yet", number(SheetKind::Liaison, ""), FINE),
            ("another kind", number(SheetKind::Reminder, "1号"), FINE),
        ],
    );
    t.check(village, &[("another unit", number(SheetKind::Liaison, "1号"), FINE)]);
}

#[test]
fn the_window_orders_with_the_heads_word() {
    let mut t = town();
    let (township, head, to) = (t.b.township, t.head, t.stone.unit());
    let by = |name: &str| sends(SheetIssued { approved_by: name.into(), ..order(to) });
    let missing = no("approved_by", No::Empty);
    let liaison = sends(liaison(to));
    t.check(
        township,
        &[
            ("nobody's", by(""), missing),
            ("blank", by(" "), missing),
            ("the head's", by("郑某"), FINE),
            ("a liaison sheet needs none", liaison, FINE),
        ],
    );
    t.check(head, &[("the head needs nobody's", by(""), FINE)]);
    let (lead, note) = (to, String::new());
    let consulted = Consulted { lead, co: vec![], note: note.clone() };
    let consultation = t.write(township, "2026-03-05", Body::Consulted(consulted));
    t.check(township, &[("a consultation nobody approved", by(""), missing)]);
    let approved = ConsultationApproved { consultation, note };
    t.write(head, "2026-03-06", Body::ConsultationApproved(approved));
    t.check(township, &[("an approved consultation", by(""), FINE)]);
}

#[test]
fn only_the_head_makes_a_second_unit_lead() {
    let mut t = town();
    let (township, head, village) = (t.b.township, t.head, t.b.village);
    let (stone, bridge) = (t.stone.unit(), village.unit());
    t.write(township, "2026-03-05", sends(order(stone)));
    let second = no("part", No::Role);
    let co = SheetIssued { part: SheetPart::Co, ..order(bridge) };
    t.check(
        township,
        &[
            ("another leads", sends(order(bridge)), second),
            ("the same leads", sends(order(stone)), FINE),
            ("another helps", sends(co), FINE),
        ],
    );
    t.check(head, &[("the head names another", sends(order(bridge)), FINE)]);
    // The head names another in knowledge of the first, which is thereby off.
    t.write(head, "2026-03-06", sends(order(bridge)));
    t.check(
        township,
        &[
            ("the one that leads now", sends(order(bridge)), FINE),
            ("the first again", sends(order(stone)), second),
        ],
    );
}

#[test]
fn a_consultation_names_each_unit_once() {
    let mut t = town();
    let (township, head) = (t.b.township, t.head);
    let (lead, other) = (t.stone.unit(), t.b.village.unit());
    let held = |co, note: &str| Body::Consulted(Consulted { lead, co, note: note.into() });
    t.check(
        township,
        &[
            ("another helps", held(vec![other], ""), FINE),
            ("the lead helps itself", held(vec![other, lead], ""), no("co", No::AlreadyDone)),
        ],
    );
    check_bounded(&t.b, township, ("note", TEXT_CHARS_MAX), |text| held(vec![], &text));
    let known = t.write(township, "2026-03-05", held(vec![other], ""));
    check_named(&t.b, head, "consultation", known, |consultation| {
        let note = String::new();
        Body::ConsultationApproved(ConsultationApproved { consultation, note })
    });
}

fn signs(sheet: FactId) -> Body {
    Body::SheetSignedIn(SheetSignedIn { sheet, accepts: false })
}

fn objects(sheet: FactId, reasons: &str) -> Body {
    Body::SheetObjected(SheetObjected { sheet, reasons: reasons.into() })
}

fn replies(sheet: FactId, text: &str) -> Body {
    let (kept, attachments) = (Kept::Done, vec![]);
    Body::SheetReplied(SheetReplied { sheet, kept, text: text.into(), attachments })
}

fn closes(sheet: FactId) -> Body {
    Body::SheetClosed(SheetClosed { sheet, note: String::new() })
}

#[test]
fn the_unit_a_sheet_went_to_answers_it() {
    let mut t = town();
    let (township, stone, village) = (t.b.township, t.stone, t.b.village);
    let sheet = t.write(township, "2026-03-05", sends(order(stone.unit())));
    let other = t.write(township, "2026-03-05", sends(liaison(village.unit())));
    let alien = no("sheet", No::NotAddressee);
    let early = no("sheet", No::NotSignedIn);
    t.check(
        stone,
        &[
            ("its own", signs(sheet), FINE),
            ("replied to", replies(sheet, "已办"), FINE),
            ("objected to unread", objects(sheet, "不属本村"), early),
        ],
    );
    for id in [other, sheet] {
        let desk = if id == other { stone } else { village };
        t.check(
            desk,
            &[
                ("another's", signs(id), alien),
                ("another's", objects(id, "不属本村"), alien),
                ("another's", replies(id, "已办"), alien),
            ],
        );
    }
    t.write(stone, "2026-03-06", signs(sheet));
    let (reasons, text) = (("reasons", TEXT_CHARS_MAX), ("text", TEXT_CHARS_MAX));
    check_required(&t.b, stone, reasons, |text| objects(sheet, &text));
    check_required(&t.b, stone, text, |text| replies(sheet, &text));
    check_named(&t.b, stone, "sheet", sheet, signs);
    check_named(&t.b, stone, "sheet", sheet, |id| objects(id, "不属本村"));
    check_named(&t.b, stone, "sheet", sheet, |id| replies(id, "已办"));
}

#[test]
fn what_is_answered_or_closed_is_not_objected_to() {
    for is_closed in [false, true] {
        let mut t = town();
        let (township, stone) = (t.b.township, t.stone);
        let sheet = t.write(township, "2026-03-05", sends(order(stone.unit())));
        t.write(stone, "2026-03-06", signs(sheet));
        t.check(stone, &[("open", objects(sheet, "不属本村"), FINE)]);
        if is_closed {
            t.write(township, "2026-03-07", closes(sheet));
        } else {
            t.write(stone, "2026-03-07", replies(sheet, "已办"));
        }
        let done = no("sheet", No::AlreadyDone);
        t.check(stone, &[("over", objects(sheet, "不属本村"), done)]);
    }
}

#[test]
fn whoever_sent_it_decides_the_objection() {
    let mut t = town();
    let (township, head, stone) = (t.b.township, t.head, t.stone);
    let other = t.b.world.desk(9, Role::R4);
    let sheet = t.write(township, "2026-03-05", sends(order(stone.unit())));
    t.write(stone, "2026-03-06", signs(sheet));
    let objection = t.write(stone, "2026-03-07", objects(sheet, "不属本村"));
    t.b.world.meet(township, other);
    let decides = |objection, reason: &str| {
        let (upheld, reason) = (true, reason.into());
        Body::ObjectionDecided(ObjectionDecided { objection, upheld, reason })
    };
    for desk in [township, head] {
        check_named(&t.b, desk, "objection", objection, |id| decides(id, "路在石湾村"));
    }
    let alien = no("objection", No::NotOwner);
    t.check(other, &[("another unit", decides(objection, "路在石湾村"), alien)]);
    let reason = ("reason", TEXT_CHARS_MAX);
    check_required(&t.b, township, reason, |text| decides(objection, &text));
}

#[test]
fn whoever_sent_it_closes_it_once() {
    let mut t = town();
    let (township, head, stone) = (t.b.township, t.head, t.stone);
    let sheet = t.write(township, "2026-03-05", sends(order(stone.unit())));
    t.check(stone, &[("the addressee", closes(sheet), no("sheet", No::NotOwner))]);
    check_named(&t.b, head, "sheet", sheet, closes);
    t.write(township, "2026-03-07", closes(sheet));
    t.check(township, &[("again", closes(sheet), no("sheet", No::AlreadyDone))]);
}

#[test]
fn a_request_is_reviewed_by_the_village_it_came_from() {
    let mut t = town();
    let clerk = t.b.world.desk(1, Role::R2);
    let (township, village, stone) = (t.b.township, t.b.village, t.stone);
    let to = UnitId::from([8; 16]);
    let asked =
        |matter: &str| Body::ReferralProposed(ReferralProposed { to, matter: matter.into() });
    t.b.world.meet(township, clerk);
    check_required(&t.b, clerk, ("matter", TEXT_CHARS_MAX), |text| asked(&text));
    let referral = t.b.world.write(clerk, "2026-03-05", asked("核对面积"));
    t.b.world.meet(clerk, township);
    t.meet();
    let says = |referral, passed, reason: &str| {
        Body::ReferralReviewed(ReferralReviewed { referral, passed, reason: reason.into() })
    };
    check_named(&t.b, village, "referral", referral, |id| says(id, true, ""));
    t.check(stone, &[("another village", says(referral, true, ""), no("referral", No::NotOwner))]);
    let reason = ("reason", TEXT_CHARS_MAX);
    check_required(&t.b, village, reason, |text| says(referral, false, &text));
    let answers = || SheetIssued { referral: Some(referral), ..liaison(to) };
    let waits = no("referral", No::AwaitsReview);
    let role = no("referral", No::Role);
    t.check(township, &[("nobody looked at it", sends(answers()), waits)]);
    t.write(village, "2026-03-06", says(referral, false, "证据不足"));
    t.check(township, &[("given back", sends(answers()), waits)]);
    t.write(village, "2026-03-07", says(referral, true, ""));
    for (desk, want) in [(township, FINE), (t.head, FINE), (village, role), (t.office, role)] {
        t.check(desk, &[("passed", sends(answers()), want)]);
    }
    check_named(&t.b, township, "referral", referral, |id| {
        sends(SheetIssued { referral: Some(id), ..liaison(to) })
    });
    t.write(township, "2026-03-08", sends(answers()));
    let done = no("referral", No::AlreadyDone);
    t.check(township, &[("sent already", sends(answers()), done)]);
    t.check(village, &[("reviewed too late", says(referral, true, ""), done)]);
}
