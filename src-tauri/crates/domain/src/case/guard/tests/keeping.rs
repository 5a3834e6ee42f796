//! Signing, sealing and keeping an agreement.

use super::super::super::world::{begun, sealed, signed};
use super::super::{NAME_CHARS_MAX, TEXT_CHARS_MAX};
use super::*;
use crate::fact::body::*;
use crate::money::{AMOUNT_FEN_MAX, Fen};

/// A case with an agreement of two lines reached on 5 March, and its desk.
fn reached() -> (Begun, Desk, FactId) {
    let mut b = begun();
    let village = b.village;
    b.world.today(village, "2026-03-31");
    let line = |due: &str| PlanLine {
        due: due.parse().unwrap(),
        what: "付款".into(),
        amount_fen: Some(Fen(900_000)),
    };
    let plan = vec![line("2026-03-20"), line("2026-04-20")];
    let body = AgreementReached { plan, ..b.agreed_on("分两期退还") };
    let agreement = b.world.write(village, "2026-03-05", Body::AgreementReached(body));
    (b, village, agreement)
}

fn signs(agreement: FactId, parties: Vec<FactId>, mediators: Vec<String>) -> Body {
    let with = SignedWith::Signature;
    Body::AgreementSigned(AgreementSigned { agreement, parties, mediators, with })
}

#[test]
fn an_agreement_of_the_case_is_signed_by_somebody() {
    let (b, desk, agreement) = reached();
    let mediator = || vec!["周某".to_owned()];
    check(
        &b,
        desk,
        &[
            ("by nobody", signs(agreement, vec![], vec![]), no("parties", No::Empty)),
            ("by a party alone", signs(agreement, vec![b.li], vec![]), FINE),
            ("by a mediator alone", signs(agreement, vec![], mediator()), FINE),
        ],
    );
    check_named(&b, desk, "agreement", agreement, |id| signs(id, vec![b.li], mediator()));
    check_names(&b, desk, "mediators", |names| signs(agreement, vec![b.li], names));
    check_parties(&b, desk, "parties", |parties| signs(agreement, parties, mediator()));
}

#[test]
fn signatures_come_after_the_agreement_and_before_the_last_seal() {
    let (mut b, desk, agreement) = reached();
    let (one, other) = (signed(agreement, vec![b.zhang]), signed(agreement, vec![b.li]));
    let early = no("at", No::TooEarly);
    check_at(&b, desk, "2026-03-04", &[("the day before", one.clone(), early)]);
    check_at(&b, desk, "2026-03-05", &[("that day", one.clone(), FINE)]);
    b.world.write(desk, "2026-03-06", one);
    b.world.write(desk, "2026-03-08", sealed(agreement));
    check_at(&b, desk, "2026-03-07", &[("before the seal", other.clone(), FINE)]);
    check_at(&b, desk, "2026-03-08", &[("the day of the seal", other.clone(), FINE)]);
    check_at(&b, desk, "2026-03-09", &[("after it", other, no("at", No::AfterSeal))]);
}

#[test]
fn a_seal_comes_after_the_agreement_and_its_signatures() {
    let (mut b, desk, agreement) = reached();
    let early = no("at", No::TooEarly);
    check_at(&b, desk, "2026-03-04", &[("before it was reached", sealed(agreement), early)]);
    check_at(&b, desk, "2026-03-05", &[("that day", sealed(agreement), FINE)]);
    let body = signed(agreement, vec![b.zhang]);
    b.world.write(desk, "2026-03-07", body);
    check_at(&b, desk, "2026-03-06", &[("before a signature", sealed(agreement), early)]);
    check_at(&b, desk, "2026-03-07", &[("the day of it", sealed(agreement), FINE)]);
    let seals = |agreement, seal: &str| {
        let custodian = String::new();
        Body::AgreementSealed(AgreementSealed { agreement, seal: seal.into(), custodian })
    };
    check_named(&b, desk, "agreement", agreement, |id| seals(id, "调委会"));
    check_required(&b, desk, ("seal", NAME_CHARS_MAX), |text| seals(agreement, &text));
}

fn kept(agreement: FactId, line: Option<u16>, amount: Option<i64>) -> Body {
    Body::PerformanceNoted(PerformanceNoted {
        agreement,
        line,
        kept: Kept::Partly,
        amount_fen: amount.map(Fen),
        note: String::new(),
    })
}

fn urged(agreement: FactId, line: Option<u16>, party: Option<FactId>, note: &str) -> Body {
    Body::Urged(Urged { agreement, line, party, note: note.into() })
}

#[test]
fn performance_is_noted_of_a_line_that_is_there_in_money_that_can_be() {
    let (b, desk, agreement) = reached();
    let impossible = no("amount_fen", No::OutOfRange);
    check(
        &b,
        desk,
        &[
            ("no money", kept(agreement, None, None), FINE),
            ("nothing paid", kept(agreement, None, Some(0)), FINE),
            ("less than nothing", kept(agreement, None, Some(-1)), impossible),
            ("the most there may be", kept(agreement, None, Some(AMOUNT_FEN_MAX)), FINE),
            ("more", kept(agreement, None, Some(AMOUNT_FEN_MAX + 1)), impossible),
            ("the first line", kept(agreement, Some(0), None), FINE),
            ("the last line", kept(agreement, Some(1), None), FINE),
            ("one too far", kept(agreement, Some(2), None), no("line", No::Unknown)),
        ],
    );
    check_named(&b, desk, "agreement", agreement, |id| kept(id, None, None));
    let body = kept(agreement, None, None);
    check_at(&b, desk, "2026-03-04", &[("too early", body.clone(), no("at", No::TooEarly))]);
    check_at(&b, desk, "2026-03-05", &[("that day", body, FINE)]);
}

#[test]
fn somebody_is_urged_about_a_line_that_is_there_in_words() {
    let (b, desk, agreement) = reached();
    check(
        &b,
        desk,
        &[
            ("the last line", urged(agreement, Some(1), None, "已催"), FINE),
            ("one too far", urged(agreement, Some(2), None, "已催"), no("line", No::Unknown)),
        ],
    );
    check_named(&b, desk, "agreement", agreement, |id| urged(id, None, None, "已催"));
    check_party(&b, desk, |party| urged(agreement, None, party, "已催"));
    check_required(&b, desk, ("note", TEXT_CHARS_MAX), |text| urged(agreement, None, None, &text));
    let body = urged(agreement, None, None, "已催");
    check_at(&b, desk, "2026-03-04", &[("too early", body, no("at", No::TooEarly))]);
}

#[test]
fn nothing_is_noted_of_an_agreement_another_replaced() {
    let (b, first, second) = replaced();
    let village = b.village;
    let gone = no("agreement", No::Unknown);
    check(
        &b,
        village,
        &[
            ("the first", kept(first, None, None), gone),
            ("the first", urged(first, None, None, "已催"), gone),
            ("the second", kept(second, None, None), FINE),
            ("the second", urged(second, None, None, "已催"), FINE),
        ],
    );
}
