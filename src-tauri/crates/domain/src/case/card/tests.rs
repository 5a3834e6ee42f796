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

#[test]
fn two_notes_of_one_card_are_one_and_a_correction_belongs_to_it() {
    let (mut b, _, director) = accepted();
    let note = |delivered| {
        let Body::CardIssued(body) =
            issued(CardColour::Blue, ClockKind::Mediation, "2026-04-01", vec![])
        else {
            unreachable!("a card")
        };
        Body::CardIssued(CardIssued { delivered, ..body })
    };
    let first = b.world.write(director, "2026-04-02", note(false));
    let second = b.world.write(director, "2026-04-03", note(true));
    let case = everybody(&mut b, director);
    let owner = case.owner().map(|tenure| tenure.unit);
    let want = Card {
        issued: vec![first, second],
        colour: CardColour::Blue,
        clock: ClockKind::Mediation,
        anchor: Some(day("2026-04-01")),
        at: At::day(day("2026-04-02")),
        unit: owner,
        follows: vec![],
        is_delivered: true,
        withdrawn: None,
        answered: None,
        corrected: None,
    };
    assert_eq!(case.cards, std::slice::from_ref(&want));
    let corrected = |card| {
        let note = "期限已延长".into();
        Body::CardCorrected(crate::fact::body::CardCorrected { card, note })
    };
    let correction = b.world.write(director, "2026-04-06", corrected(second));
    b.world.write(director, "2026-04-07", corrected(first));
    let case = everybody(&mut b, director);
    assert_eq!(case.cards, [Card { corrected: Some(correction), ..want.clone() }]);
    let withdrawn = Some(Why::new(RuleId::CardWithdrawn, [first]));
    let rows = [
        (want.clone(), true, false),
        (Card { withdrawn: withdrawn.clone(), ..want.clone() }, false, true),
        (Card { withdrawn: withdrawn.clone(), is_delivered: false, ..want.clone() }, false, false),
        (Card { withdrawn, corrected: Some(correction), ..want }, false, false),
    ];
    for (card, holds, needs) in rows {
        assert_eq!((card.holds(), card.needs_correction()), (holds, needs), "{card:?}");
    }
}

#[test]
fn a_card_for_one_clock_says_nothing_about_another() {
    let (mut b, _, director) = accepted();
    let card = issued(CardColour::Red, ClockKind::Stagnation, "2026-04-16", vec![]);
    b.world.write(director, "2026-04-20", card);
    let case = everybody(&mut b, director);
    assert_eq!(held(&case), [true]);
    assert_eq!(due_at(&case, "2026-04-20", &[]), [(CardColour::Yellow, CardGround::SecondOverdue)]);
}

#[test]
fn the_last_of_two_yellow_cards_of_one_unit_makes_the_red_one() {
    let (mut b, _, director) = accepted();
    let yellow = |clock, anchor, unit| {
        let Body::CardIssued(body) = issued(CardColour::Yellow, clock, anchor, vec![]) else {
            unreachable!("a card")
        };
        Body::CardIssued(CardIssued { unit, ..body })
    };
    let stranger = crate::id::RecordId([9; 16]);
    let cards = [
        ("2026-04-02", yellow(ClockKind::Mediation, "2026-04-01", None)),
        ("2026-04-20", yellow(ClockKind::Stagnation, "2026-04-16", None)),
        ("2026-04-22", yellow(ClockKind::Stagnation, "2026-04-16", Some(stranger))),
    ];
    let ids: Vec<FactId> =
        cards.into_iter().map(|(at, body)| b.world.write(director, at, body)).collect();
    let case = everybody(&mut b, director);
    let (calendar, settings) = (calendar(), Settings::default());
    let clocks = clocks_of(&case, &calendar);
    let bench = Bench { clocks: &clocks, calendar: &calendar, settings: &settings };
    let red: Vec<CardDue> = due(&case, bench, &[], At::day(day("2026-04-23")))
        .into_iter()
        .filter(|due| due.ground == CardGround::TwoYellow)
        .collect();
    let want = CardDue {
        colour: CardColour::Red,
        ground: CardGround::TwoYellow,
        clock: ClockKind::Stagnation,
        anchor: day("2026-04-20"),
        unit: case.owner().map(|tenure| tenure.unit),
        follows: ids[..2].to_vec(),
        why: Why::new(RuleId::RedCard, ids[..2].iter().copied()),
    };
    assert_eq!(red, [want]);
}

#[test]
fn a_blue_card_beside_a_yellow_one_makes_no_red_one() {
    let (mut b, _, director) = accepted();
    let card = issued(CardColour::Yellow, ClockKind::Mediation, "2026-04-01", vec![]);
    b.world.write(director, "2026-04-02", card);
    let case = everybody(&mut b, director);
    let there = |colour, at| [Elsewhere { id: b.zhang, colour, day: day(at) }];
    for (colour, at, want) in [
        (CardColour::Blue, "2026-04-01", false),
        (CardColour::Yellow, "2026-04-01", true),
        (CardColour::Yellow, "2026-04-02", true),
        (CardColour::Yellow, "2026-04-03", false),
    ] {
        let due = due_at(&case, "2026-04-03", &there(colour, at));
        assert_eq!(
            due.contains(&(CardColour::Red, CardGround::TwoYellow)),
            want,
            "{colour:?} {at}"
        );
    }
}

#[test]
fn a_card_for_danger_names_its_own_rule() {
    let mut b = begun();
    let flagged = Flagged { flags: vec![Flag::MinorHarmed], note: "孩子身上有伤".into() };
    b.world.write(b.village, "2026-03-03", Body::Flagged(flagged));
    let case = b.merged();
    let (calendar, settings) = (calendar(), Settings::default());
    let clocks = clocks_of(&case, &calendar);
    let bench = Bench { clocks: &clocks, calendar: &calendar, settings: &settings };
    let due = due(&case, bench, &[], At::day(day("2026-06-01")));
    let rules: Vec<(ClockKind, RuleId)> = due.iter().map(|d| (d.clock, d.why.rule)).collect();
    assert!(rules.contains(&(ClockKind::DangerReport, RuleId::DangerReported)), "{rules:?}");
    assert!(rules.contains(&(ClockKind::Acceptance, RuleId::CardDue)), "{rules:?}");
}
