//! From blue to yellow to red, and which cards fall.

use super::super::clock::read as clocks_of;
use super::super::world::{Begun, Desk, begun, day};
use super::*;
use crate::fact::body::{Accepted, AcceptedOn, CardAnswered, Flag, Flagged, ReportedToPolice};
use crate::role::Role;

fn calendar() -> Calendar {
    Calendar::parse("year 2026\n").expect("a table")
}

/// A case accepted on 2 March, whose thirty days end on 1 April.
fn accepted() -> (Begun, Desk, Desk) {
    let mut b = begun();
    let director = b.world.desk(2, Role::R7);
    b.world.write(
        b.village,
        "2026-03-02",
        Body::Accepted(Accepted { on: AcceptedOn::Application }),
    );
    b.merged();
    b.world.meet(b.township, director);
    let village = b.village;
    (b, village, director)
}

fn issued(colour: CardColour, clock: ClockKind, anchor: &str, follows: Vec<FactId>) -> Body {
    Body::CardIssued(CardIssued {
        colour,
        clock,
        anchor: Some(day(anchor)),
        unit: None,
        delivered: false,
        follows,
        reason: String::new(),
    })
}

fn answered(card: FactId) -> Body {
    Body::CardAnswered(CardAnswered { card, text: "已安排下周再调".into() })
}

/// What is due at a time, by colour and ground.
fn due_at(case: &Case, now: &str, elsewhere: &[Elsewhere]) -> Vec<(CardColour, CardGround)> {
    let (calendar, settings) = (calendar(), Settings::default());
    let clocks = clocks_of(case, &calendar);
    let bench = Bench { clocks: &clocks, calendar: &calendar, settings: &settings };
    due(case, bench, elsewhere, At::day(day(now))).iter().map(|d| (d.colour, d.ground)).collect()
}

fn held(case: &Case) -> Vec<bool> {
    let (calendar, settings) = (calendar(), Settings::default());
    let clocks = clocks_of(case, &calendar);
    let bench = Bench { clocks: &clocks, calendar: &calendar, settings: &settings };
    read(case, bench).iter().map(Card::holds).collect()
}

fn everybody(b: &mut Begun, director: Desk) -> Case {
    b.world.meet(director, b.township);
    b.merged()
}

#[test]
fn a_clock_that_is_over_makes_its_card_due() {
    let (mut b, _, director) = accepted();
    let case = everybody(&mut b, director);
    assert_eq!(due_at(&case, "2026-04-01", &[]), []);
    assert_eq!(due_at(&case, "2026-04-02", &[]), [(CardColour::Blue, CardGround::Overdue)]);
    let card = issued(CardColour::Blue, ClockKind::Mediation, "2026-04-01", vec![]);
    b.world.write(director, "2026-04-02", card);
    let case = everybody(&mut b, director);
    assert_eq!(due_at(&case, "2026-04-02", &[]), []);
}

#[test]
fn a_blue_card_nobody_answers_or_a_second_passing_makes_a_yellow_one_due() {
    let (mut b, village, director) = accepted();
    let card = issued(CardColour::Blue, ClockKind::Mediation, "2026-04-01", vec![]);
    let blue = b.world.write(director, "2026-04-02", card);
    let case = everybody(&mut b, director);
    // Three working days after Thursday, 2 April: Tuesday, 7 April.
    assert_eq!(due_at(&case, "2026-04-07", &[]), []);
    assert_eq!(due_at(&case, "2026-04-08", &[]), [(CardColour::Yellow, CardGround::Unanswered)]);
    b.world.write(village, "2026-04-07", answered(blue));
    assert_eq!(due_at(&everybody(&mut b, director), "2026-04-08", &[]), []);
    // The standstill of 45 days has a red card of its own; another blue one becomes yellow.
    let (mut b, _, director) = accepted();
    let case = everybody(&mut b, director);
    let blue = |day| Elsewhere { id: blue, colour: CardColour::Blue, day };
    let recent = [blue(day("2026-03-10"))];
    assert_eq!(
        due_at(&case, "2026-04-02", &recent),
        [(CardColour::Yellow, CardGround::SecondOverdue)]
    );
    let long_ago = [blue(day("2026-02-10"))];
    assert_eq!(due_at(&case, "2026-04-02", &long_ago), [(CardColour::Blue, CardGround::Overdue)]);
}

#[test]
fn a_yellow_card_falls_with_an_answer_in_time_and_with_the_blue_one() {
    // When the village answers, when it extends, which cards hold.
    let rows = [
        (None, None, [true, true]),
        (Some("2026-04-07"), None, [true, false]),
        (Some("2026-04-08"), None, [true, true]),
        (None, Some("2026-03-30"), [false, false]),
    ];
    for (answer, extension, want) in rows {
        let (mut b, village, director) = accepted();
        let card = issued(CardColour::Blue, ClockKind::Mediation, "2026-04-01", vec![]);
        let blue = b.world.write(director, "2026-04-02", card);
        everybody(&mut b, director);
        if let Some(at) = answer {
            b.world.write(village, at, answered(blue));
        }
        if let Some(at) = extension {
            let extended = crate::fact::body::DeadlineExtended {
                clock: ClockKind::Mediation,
                days: 30,
                reason: "双方同意再谈".into(),
                consents: vec![b.zhang, b.li],
                told: None,
            };
            b.world.write(village, at, Body::DeadlineExtended(extended));
        }
        let card = issued(CardColour::Yellow, ClockKind::Mediation, "2026-04-07", vec![blue]);
        b.world.write(director, "2026-04-08", card);
        let case = everybody(&mut b, director);
        assert_eq!(held(&case), want, "answered {answer:?}, extended {extension:?}");
        assert_eq!(case.cards.len(), 2, "both stay readable");
    }
}

#[test]
fn two_yellow_cards_of_a_quarter_make_a_red_one_due() {
    let (mut b, _, director) = accepted();
    let card = issued(CardColour::Yellow, ClockKind::Mediation, "2026-04-01", vec![]);
    let yellow = b.world.write(director, "2026-04-02", card);
    let case = everybody(&mut b, director);
    let red = (CardColour::Red, CardGround::TwoYellow);
    assert!(!due_at(&case, "2026-04-03", &[]).contains(&red));
    let other = |at| Elsewhere { id: b.zhang, colour: CardColour::Yellow, day: day(at) };
    assert!(due_at(&case, "2026-04-03", &[other("2026-04-01")]).contains(&red));
    assert!(!due_at(&case, "2026-04-03", &[other("2026-03-31")]).contains(&red), "last quarter");
    let follows = vec![yellow, b.zhang];
    let card = issued(CardColour::Red, ClockKind::Mediation, "2026-04-02", follows);
    let there = [other("2026-04-01")];
    b.world.write(director, "2026-04-03", card);
    let case = everybody(&mut b, director);
    assert!(!due_at(&case, "2026-04-03", &there).contains(&red), "it was issued");
    assert_eq!(held(&case), [true, true]);
}

#[test]
fn danger_that_nobody_reported_makes_a_red_card_due() {
    for is_reported in [false, true] {
        let mut b = begun();
        let village = b.village;
        let flags = vec![Flag::MinorHarmed];
        let flagged = Flagged { flags, note: "孩子身上有伤".into() };
        b.world.write(village, "2026-03-03", Body::Flagged(flagged));
        if is_reported {
            let reported = ReportedToPolice {
                to: "青石派出所".into(),
                receiver: String::new(),
                method: String::new(),
                matter: "孩子身上有伤".into(),
            };
            b.world.write(village, "2026-03-03T16:00", Body::ReportedToPolice(reported));
        }
        let case = b.merged();
        let red = (CardColour::Red, CardGround::Overdue);
        assert!(!due_at(&case, "2026-03-03", &[]).contains(&red), "there is still the day");
        assert_eq!(due_at(&case, "2026-03-04", &[]).contains(&red), !is_reported);
    }
}

#[test]
fn the_earlier_card_for_a_standstill_is_a_setting() {
    let (b, ..) = accepted();
    let runs = |settings: &Settings| {
        let case = b.world.case_under(b.village, settings);
        case.running.iter().filter(|r| r.kind == ClockKind::EarlyStagnation).count()
    };
    assert_eq!(runs(&Settings::default()), 0);
    assert!(runs(&Settings { has_early_stagnation: true, ..Settings::default() }) > 0);
}
