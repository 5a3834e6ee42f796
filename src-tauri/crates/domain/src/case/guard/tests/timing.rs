//! Extensions, cards, rests, and what a unit takes note of.

use super::super::super::world::{accepted, begun, begun_with};
use super::super::TEXT_CHARS_MAX;
use super::*;
use crate::fact::body::*;
use crate::role::Role;

fn extended(clock: ClockKind, days: u16, consents: Vec<FactId>, reason: &str) -> Body {
    let (reason, told) = (reason.into(), None);
    Body::DeadlineExtended(DeadlineExtended { clock, days, reason, consents, told })
}

#[test]
fn mediation_is_extended_by_the_sides() {
    let mut b = begun();
    let village = b.village;
    let third = super::super::super::world::party("王某", Side::Third);
    let third = b.world.write(village, "2026-03-02", third);
    let (zhang, li) = (b.zhang, b.li);
    let by = |days, consents| extended(ClockKind::Mediation, days, consents, "等鉴定");
    let one = no("consents", No::OneSided);
    let rows = [
        ("no day", by(0, vec![zhang, li]), no("days", No::OutOfRange)),
        ("one day", by(1, vec![zhang, li]), FINE),
        ("a year", by(365, vec![zhang, li]), FINE),
        ("longer", by(366, vec![zhang, li]), no("days", No::OutOfRange)),
        ("nobody agreed", by(10, vec![]), no("consents", No::Empty)),
        ("the applicant alone, the other elsewhere", by(10, vec![zhang]), FINE),
        ("the respondent alone, the other elsewhere", by(10, vec![li]), FINE),
        ("a bystander alone", by(10, vec![third]), one),
        ("both and a bystander", by(10, vec![third, li, zhang]), FINE),
    ];
    check(&b, village, &rows);
    check_parties(&b, village, "consents", |mut consents| {
        consents.truncate(501);
        // As many as there may be, and the other side among them.
        if consents.len() > 2 {
            consents[0] = li;
        }
        by(10, consents)
    });
    check_required(&b, village, ("reason", TEXT_CHARS_MAX), |text| {
        extended(ClockKind::Mediation, 10, vec![zhang, li], &text)
    });
}

#[test]
fn a_petition_is_extended_by_the_head_by_thirty_days_at_most() {
    let mut b = begun();
    let head = b.world.desk(2, Role::R7);
    b.world.meet(b.township, head);
    let by = |days| extended(ClockKind::PetitionHandling, days, vec![], "案情复杂");
    let rows = [
        ("one day", by(1), FINE),
        ("thirty", by(30), FINE),
        ("more", by(31), no("days", No::OutOfRange)),
        ("none", by(0), no("days", No::OutOfRange)),
    ];
    check(&b, head, &rows);
    for desk in [b.village, b.township] {
        check(&b, desk, &[("somebody else", by(30), no("clock", No::Role))]);
    }
}

#[test]
fn what_the_law_fixes_nobody_extends() {
    let mut b = begun();
    let head = b.world.desk(2, Role::R7);
    b.world.meet(b.township, head);
    for clock in [ClockKind::JudicialConfirmation, ClockKind::LabourMediation, ClockKind::Revisit] {
        let body = extended(clock, 5, vec![b.zhang, b.li], "等鉴定");
        for desk in [b.village, head] {
            check(&b, desk, &[("fixed", body.clone(), no("clock", No::OutOfRange))]);
        }
    }
}

fn card(colour: CardColour, reason: &str) -> Body {
    Body::CardIssued(CardIssued {
        colour,
        clock: ClockKind::Stagnation,
        anchor: None,
        unit: None,
        delivered: false,
        follows: vec![],
        reason: reason.into(),
    })
}

#[test]
fn a_mediator_gives_no_red_card() {
    let mut b = begun();
    let mediator = b.mediator();
    let (head, inspector) = (b.world.desk(2, Role::R7), b.world.desk(2, Role::R9));
    b.world.meet(b.township, head);
    b.world.meet(b.township, inspector);
    for colour in [CardColour::Blue, CardColour::Yellow, CardColour::Red] {
        let is_red = colour == CardColour::Red;
        let own = if is_red { no("colour", No::Role) } else { FINE };
        check(&b, mediator, &[("a mediator", card(colour, ""), own)]);
        for desk in [b.township, head, inspector] {
            check(&b, desk, &[("another", card(colour, ""), FINE)]);
        }
        check(&b, b.village, &[("the village", card(colour, ""), no("kind", No::Role))]);
    }
    let reason = ("reason", TEXT_CHARS_MAX);
    check_bounded(&b, head, reason, |text| card(CardColour::Red, &text));
}

#[test]
fn only_a_card_of_the_case_is_answered_or_corrected() {
    let mut b = begun();
    let (village, township) = (b.village, b.township);
    let issued = b.world.write(township, "2026-03-05", card(CardColour::Blue, ""));
    b.merged();
    let answered = |card, text: &str| Body::CardAnswered(CardAnswered { card, text: text.into() });
    check_named(&b, village, "card", issued, |card| answered(card, "已在办"));
    check_required(&b, village, ("text", TEXT_CHARS_MAX), |text| answered(issued, &text));
    check_named(&b, township, "card", issued, |card| {
        Body::CardCorrected(CardCorrected { card, note: String::new() })
    });
    let party = no("card", No::Unknown);
    check(&b, village, &[("a fact that is no card", answered(b.zhang, "已在办"), party)]);
}

#[test]
fn what_rests_does_not_rest_again_and_what_runs_does_not_go_on() {
    let mut b = begun();
    let village = b.village;
    let rests = |until: Option<&str>| {
        let until = until.map(|day| day.parse().unwrap());
        let ground = SuspensionGround::Appraisal;
        Body::Suspended(Suspended { ground, until, note: String::new() })
    };
    let goes_on = || Body::Resumed(Resumed { note: String::new() });
    let done = no("kind", No::AlreadyDone);
    check(&b, village, &[("it runs", rests(None), FINE), ("it runs", goes_on(), done)]);
    b.world.write(village, "2026-03-05", rests(None));
    check(&b, village, &[("it rests", rests(None), done), ("it rests", goes_on(), FINE)]);
    b.world.write(village, "2026-03-06", goes_on());
    check(&b, village, &[("again", rests(None), FINE), ("again", goes_on(), done)]);
    b.world.write(village, "2026-03-07", rests(Some("2026-03-20")));
    check(&b, village, &[("it will go on by itself", rests(None), FINE)]);
}

#[test]
fn a_unit_takes_note_of_what_is_its_own_to_note() {
    let mut b = begun();
    let (village, township) = (b.village, b.township);
    b.agree(village, "2026-03-02", "退还押金", None);
    b.escalate(township, "2026-03-03");
    b.world.write(township, "2026-03-03", accepted());
    let case = b.merged();
    let key = case.notices.iter().find(|n| n.unit == township.unit()).unwrap().key.clone();
    let noted = |notice: &str| Body::Acknowledged(Acknowledged { notice: notice.into() });
    let unknown = no("notice", No::Unknown);
    let rows = [("its own", noted(&key), FINE), ("none such", noted("escalation/x/9"), unknown)];
    check(&b, township, &rows);
    check(&b, village, &[("another unit's", noted(&key), unknown)]);
}

#[test]
fn what_has_no_limit_of_its_own_is_let_through() {
    let b = begun_with(&["返还押金"]);
    let note = String::new;
    let rows = [
        (
            "a track",
            Body::TrackAdded(TrackAdded { track: Track::Hotline, reference: note() }),
            FINE,
        ),
        (
            "a review",
            Body::ReviewRequested(ReviewRequested { stage: ReviewStage::Review, note: note() }),
            FINE,
        ),
        (
            "a type",
            Body::CategorySet(CategorySet {
                category: crate::catalogue::Category::Land,
                catalogue: crate::catalogue::VERSION.into(),
            }),
            FINE,
        ),
        ("a risk", Body::RiskAssessed(RiskAssessed { risk: Risk::Red, reason: note() }), FINE),
    ];
    check(&b, b.village, &rows);
}
