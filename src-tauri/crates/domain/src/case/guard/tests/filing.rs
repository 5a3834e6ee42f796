//! A court's confirmation: the papers, the application of both sides, and what the court said.

use super::super::super::world::{begun, party};
use super::super::{NAME_CHARS_MAX, TEXT_CHARS_MAX};
use super::*;
use crate::fact::body::*;

/// A case with an agreement in effect on 5 March, and its desk.
fn agreed() -> (Begun, Desk, FactId) {
    let mut b = begun();
    let village = b.village;
    b.world.today(village, "2026-03-31");
    let agreement = b.agree(village, "2026-03-05", "退还押金", None);
    (b, village, agreement)
}

fn prepared(agreement: FactId, note: &str) -> Body {
    let (materials, note) = (vec![], note.into());
    Body::ConfirmationPrepared(ConfirmationPrepared { agreement, materials, note })
}

fn filed(agreement: FactId, applicants: Vec<FactId>, court: &str) -> Body {
    let (choice, court) = (CourtChoice::Committee, court.into());
    Body::ConfirmationFiled(ConfirmationFiled { agreement, applicants, choice, court })
}

fn registered_by_court(filing: FactId, number: &str) -> Body {
    Body::ConfirmationAccepted(ConfirmationAccepted { filing, number: number.into() })
}

fn ruled(filing: FactId, result: Ruling, number: &str, reason: &str) -> Body {
    let (number, reason) = (number.into(), reason.into());
    Body::ConfirmationRuled(ConfirmationRuled { filing, result, number, reason })
}

#[test]
fn only_an_agreement_in_effect_goes_to_court() {
    let (b, desk, agreement) = agreed();
    let both = || vec![b.zhang, b.li];
    check_named(&b, desk, "agreement", agreement, |id| prepared(id, ""));
    check_named(&b, desk, "agreement", agreement, |id| filed(id, both(), "县法院"));
    check_bounded(&b, desk, ("note", TEXT_CHARS_MAX), |text| prepared(agreement, &text));
    check_required(&b, desk, ("court", NAME_CHARS_MAX), |text| filed(agreement, both(), &text));
    let mut b = begun();
    let village = b.village;
    let body = b.agreement("退还押金", None);
    let unsigned = b.world.write(village, "2026-03-05", body);
    let cannot = no("agreement", No::NotConfirmable);
    check(
        &b,
        village,
        &[
            ("unsigned, prepared", prepared(unsigned, ""), cannot),
            ("unsigned, filed", filed(unsigned, vec![b.zhang, b.li], "县法院"), cannot),
        ],
    );
    let (b, first, second) = replaced();
    let village = b.village;
    check(
        &b,
        village,
        &[
            ("replaced", prepared(first, ""), cannot),
            ("what holds in its place", prepared(second, ""), FINE),
        ],
    );
}

#[test]
fn both_sides_apply_together_on_or_after_the_day_of_effect() {
    let (mut b, desk, agreement) = agreed();
    let third = b.world.write(desk, "2026-03-05", party("王某", Side::Third));
    let by = |applicants| filed(agreement, applicants, "县法院");
    let one = no("applicants", No::OneSided);
    check(
        &b,
        desk,
        &[
            ("nobody", by(vec![]), no("applicants", No::Empty)),
            ("the applicant alone", by(vec![b.zhang]), one),
            ("the respondent alone", by(vec![b.li]), one),
            ("with a bystander", by(vec![b.zhang, third]), one),
            ("a stranger", by(vec![b.zhang, b.li, nobody()]), no("applicants", No::Unknown)),
            ("both", by(vec![b.li, b.zhang]), FINE),
        ],
    );
    let both = by(vec![b.zhang, b.li]);
    check_at(&b, desk, "2026-03-04", &[("too early", both.clone(), no("at", No::TooEarly))]);
    check_at(&b, desk, "2026-03-05", &[("that day", both, FINE)]);
}

#[test]
fn a_side_nobody_stands_on_applies_for_nothing() {
    let mut world = super::super::super::world::World::new();
    let village = world.desk(1, crate::role::Role::R3);
    world.write(village, "2026-03-01", super::super::super::world::registered());
    let zhang = world.write(village, "2026-03-01", party("张某", Side::Applicant));
    let body = AgreementReached::written("退还押金", vec![zhang]);
    let agreement = world.write(village, "2026-03-05", Body::AgreementReached(body));
    world.write(village, "2026-03-05", super::super::super::world::signed(agreement, vec![zhang]));
    world.write(village, "2026-03-05", super::super::super::world::sealed(agreement));
    let b = Begun { world, village, township: village, zhang, li: zhang };
    let body = filed(agreement, vec![zhang], "县法院");
    check(&b, village, &[("the only side there is", body, FINE)]);
}

#[test]
fn an_application_stands_until_it_is_taken_back_or_rejected() {
    let done = no("kind", No::AlreadyDone);
    let rows = [
        (None, done),
        (Some(Ruling::Valid), done),
        (Some(Ruling::Rejected), FINE),
        (Some(Ruling::Withdrawn), FINE),
    ];
    for (result, want) in rows {
        let (mut b, desk, agreement) = agreed();
        let both = filed(agreement, vec![b.zhang, b.li], "县法院");
        let filing = b.world.write(desk, "2026-03-06", both.clone());
        if let Some(result) = result {
            b.world.write(desk, "2026-03-07", ruled(filing, result, "1号", ""));
        }
        check(&b, desk, &[("again", both, want)]);
    }
    // What one side alone handed in, as a broken peer may have written, bars nothing.
    let (mut b, desk, agreement) = agreed();
    let one = filed(agreement, vec![b.zhang], "县法院");
    b.world.write(desk, "2026-03-06", one);
    let both = filed(agreement, vec![b.zhang, b.li], "县法院");
    check(&b, desk, &[("of one side", both, FINE)]);
}

#[test]
fn the_application_for_one_agreement_bars_none_for_another() {
    let mut b = super::super::super::world::begun_with(&["返还押金", "赔礼道歉"]);
    let village = b.village;
    let part = |b: &Begun, text: &str, demand| {
        let demands = vec![demand];
        Body::AgreementReached(AgreementReached { demands, ..b.agreed_on(text) })
    };
    let (one, other) = (part(&b, "退还押金", 0), part(&b, "赔礼道歉", 1));
    let first = b.agree_to(village, "2026-03-05", one);
    let second = b.agree_to(village, "2026-03-05", other);
    let by = |agreement| filed(agreement, vec![b.zhang, b.li], "县法院");
    let (of_first, of_second) = (by(first), by(second));
    b.world.write(village, "2026-03-06", of_first.clone());
    check(
        &b,
        village,
        &[("the first", of_first, no("kind", No::AlreadyDone)), ("the second", of_second, FINE)],
    );
}

#[test]
fn the_court_registers_once_what_was_handed_in() {
    let (mut b, desk, agreement) = agreed();
    let both = filed(agreement, vec![b.zhang, b.li], "县法院");
    let filing = b.world.write(desk, "2026-03-06", both);
    check_named(&b, desk, "filing", filing, |id| registered_by_court(id, "1号"));
    let number = ("number", NAME_CHARS_MAX);
    check_bounded(&b, desk, number, |text| registered_by_court(filing, &text));
    let body = registered_by_court(filing, "1号");
    check_at(&b, desk, "2026-03-05", &[("too early", body.clone(), no("at", No::TooEarly))]);
    check_at(&b, desk, "2026-03-06", &[("that day", body.clone(), FINE)]);
    b.world.write(desk, "2026-03-07", body.clone());
    check(&b, desk, &[("again", body, no("kind", No::AlreadyDone))]);
}

#[test]
fn the_court_rules_once_on_what_it_registered() {
    let (mut b, desk, agreement) = agreed();
    let both = filed(agreement, vec![b.zhang, b.li], "县法院");
    let filing = b.world.write(desk, "2026-03-06", both);
    let valid = |id| ruled(id, Ruling::Valid, "1号", "");
    check_named(&b, desk, "filing", filing, valid);
    let early = no("at", No::TooEarly);
    check_at(&b, desk, "2026-03-05", &[("before it was handed in", valid(filing), early)]);
    check_at(&b, desk, "2026-03-06", &[("that day", valid(filing), FINE)]);
    b.world.write(desk, "2026-03-08", registered_by_court(filing, ""));
    check_at(&b, desk, "2026-03-07", &[("before it was registered", valid(filing), early)]);
    check_at(&b, desk, "2026-03-08", &[("that day", valid(filing), FINE)]);
    let number = ("number", NAME_CHARS_MAX);
    for result in [Ruling::Valid, Ruling::Rejected] {
        check_required(&b, desk, number, |text| ruled(filing, result, &text, ""));
    }
    check_bounded(&b, desk, number, |text| ruled(filing, Ruling::Withdrawn, &text, ""));
    let reason = ("reason", TEXT_CHARS_MAX);
    check_bounded(&b, desk, reason, |text| ruled(filing, Ruling::Rejected, "1号", &text));
    b.world.write(desk, "2026-03-09", valid(filing));
    check(&b, desk, &[("again", valid(filing), no("kind", No::AlreadyDone))]);
}
