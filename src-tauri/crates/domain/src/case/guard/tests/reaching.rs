//! Reaching an agreement: its form, its words, its money and its plan.

use super::super::super::world::{begun, begun_with, day};
use super::super::{PLAN_LINES_MAX, TEXT_CHARS_MAX};
use super::*;
use crate::fact::body::*;
use crate::money::{AMOUNT_FEN_MAX, Fen};

fn of(b: &Begun, change: impl FnOnce(&mut AgreementReached)) -> Body {
    let mut body = b.agreed_on("退还押金");
    change(&mut body);
    Body::AgreementReached(body)
}

fn line(due: &str, amount: Option<i64>) -> PlanLine {
    PlanLine { due: day(due), what: "付款".into(), amount_fen: amount.map(Fen) }
}

#[test]
fn an_agreement_names_what_the_case_has() {
    let mut b = begun_with(&["返还押金", "赔礼道歉"]);
    let village = b.village;
    let earlier = b.agree(village, "2026-03-04", "退还押金", None);
    check_required(&b, village, ("text", TEXT_CHARS_MAX), |text| of(&b, |a| a.text = text));
    check_parties(&b, village, "parties", |parties| of(&b, |a| a.parties = parties));
    check_parties(&b, village, "objecting", |parties| of(&b, |a| a.objecting = parties));
    check_named(&b, village, "replaces", earlier, |id| of(&b, |a| a.replaces = Some(id)));
    let unknown = no("demands", No::Unknown);
    check(
        &b,
        village,
        &[
            ("all demands", of(&b, |a| a.demands = vec![0, 1]), FINE),
            ("one too far", of(&b, |a| a.demands = vec![1, 2]), unknown),
            ("one not held here, of that day", dated(&b, "2026-03-10"), FINE),
            ("of the day after", dated(&b, "2026-03-11"), no("replaces_dated", No::InFuture)),
        ],
    );
}

fn dated(b: &Begun, at: &str) -> Body {
    of(b, |a| a.replaces_dated = Some(day(at)))
}

#[test]
fn an_oral_agreement_is_kept_on_the_spot_and_nobody_objects() {
    let b = begun();
    let oral = |plan, objecting| {
        of(&b, |a| {
            (a.form, a.plan, a.objecting) = (AgreementForm::Oral, plan, objecting);
        })
    };
    let written = no("form", No::MustBeWritten);
    check(
        &b,
        b.village,
        &[
            ("at once", oral(vec![], vec![]), FINE),
            ("that day", oral(vec![line(TODAY, None)], vec![]), FINE),
            ("tomorrow", oral(vec![line("2026-03-11", None)], vec![]), written),
            ("somebody objects", oral(vec![], vec![b.li]), written),
            ("in writing", of(&b, |a| a.plan = vec![line("2026-03-11", None)]), FINE),
        ],
    );
    // Where the township's rule leaves an oral promise for later to the parties.
    let settings = crate::settings::Settings {
        is_oral_on_the_spot_only: false,
        ..crate::settings::Settings::default()
    };
    let case = b.world.case_under(b.village, &settings);
    let (role, unit) = (crate::role::Role::R3, b.village.unit());
    let author = super::super::Author { role, unit, today: day(TODAY) };
    let later = oral(vec![line("2026-03-11", None)], vec![]);
    let at = TODAY.parse().unwrap();
    assert_eq!(super::super::check(&case, at, &later, author), Ok(()));
}

#[test]
fn a_labour_dispute_is_settled_in_writing() {
    let mut b = begun();
    let village = b.village;
    let of_type = CategorySet {
        category: crate::catalogue::Category::UnpaidWages,
        catalogue: crate::catalogue::VERSION.into(),
    };
    b.world.write(village, "2026-03-02", Body::CategorySet(of_type));
    let oral = of(&b, |a| a.form = AgreementForm::Oral);
    check(
        &b,
        village,
        &[("oral", oral, no("form", No::MustBeWritten)), ("written", of(&b, |_| {}), FINE)],
    );
}

#[test]
fn its_money_can_be_meant_and_its_lines_add_up() {
    let b = begun();
    let sum =
        |amount: Option<i64>, plan| of(&b, |a| (a.amount_fen, a.plan) = (amount.map(Fen), plan));
    let halves = || vec![line("2026-03-20", Some(1)), line("2026-04-20", Some(2))];
    let (impossible, differs) = (no("amount_fen", No::OutOfRange), no("plan", No::SumDiffers));
    let bad_line = no("plan", No::OutOfRange);
    check(
        &b,
        b.village,
        &[
            ("none", sum(None, vec![]), FINE),
            ("nothing", sum(Some(0), vec![]), FINE),
            ("less than nothing", sum(Some(-1), vec![]), impossible),
            ("the most there may be", sum(Some(AMOUNT_FEN_MAX), vec![]), FINE),
            ("more", sum(Some(AMOUNT_FEN_MAX + 1), vec![]), impossible),
            ("they add up", sum(Some(3), halves()), FINE),
            ("a fen is missing", sum(Some(4), halves()), differs),
            ("a fen too many", sum(Some(2), halves()), differs),
            ("no whole is named", sum(None, halves()), FINE),
            ("no line has money", sum(Some(3), vec![line("2026-03-20", None)]), FINE),
            ("a line below nothing", sum(None, vec![line("2026-03-20", Some(-1))]), bad_line),
            (
                "a line too big",
                sum(None, vec![line("2026-03-20", Some(AMOUNT_FEN_MAX + 1))]),
                bad_line,
            ),
        ],
    );
}

#[test]
fn its_plan_is_neither_endless_nor_in_the_past() {
    let b = begun();
    let plan = |plan| of(&b, |a| a.plan = plan);
    let what = |count| plan(vec![PlanLine { what: "付".repeat(count), ..line(TODAY, None) }]);
    let lines = |count| plan(vec![line("2026-03-20", None); count]);
    check(
        &b,
        b.village,
        &[
            ("as many lines as there may be", lines(PLAN_LINES_MAX), FINE),
            ("one more", lines(PLAN_LINES_MAX + 1), no("plan", No::TooMany)),
            ("as many words as there may be", what(500), FINE),
            ("one more word", what(501), no("plan", No::TooLong)),
            ("due that day", plan(vec![line(TODAY, None)]), FINE),
            ("due before", plan(vec![line("2026-03-09", None)]), no("plan", No::TooEarly)),
        ],
    );
    assert_eq!(PLAN_LINES_MAX, 120);
}
