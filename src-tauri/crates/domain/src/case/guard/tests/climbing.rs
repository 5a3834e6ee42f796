//! Climbing: asking, accepting, taking back, giving back, and what the program fills in.

use super::super::super::ladder::EscalationStatus;
use super::super::super::world::{accepted, begun, escalated, escalated_for, party};
use super::super::{TEXT_CHARS_MAX, complete, next_round};
use super::*;
use crate::fact::body::*;
use crate::role::{Level, Role};

const VILLAGE: Level = Level::Village;
const TOWNSHIP: Level = Level::Township;

fn asked(from: Level, round: u16, reason: EscalationReason) -> Body {
    let (asked, note) = (vec![], String::new());
    Body::Escalated(Escalated { from, round, reason, asked, note })
}

fn in_danger(round: u16) -> Body {
    asked(VILLAGE, round, EscalationReason::Danger)
}

fn taken(from: Level, round: u16) -> Body {
    Body::EscalationAccepted(EscalationAccepted { from, round })
}

fn withdrawn(from: Level, round: u16, reason: &str) -> Body {
    Body::EscalationWithdrawn(EscalationWithdrawn { from, round, reason: reason.into() })
}

fn returned(from: Level, round: u16, reason: &str) -> Body {
    Body::EscalationReturned(EscalationReturned { from, round, reason: reason.into() })
}

/// A case whose first climb got so far.
fn climbed(status: EscalationStatus) -> Begun {
    let mut b = begun();
    let (village, township) = (b.village, b.township);
    if status == EscalationStatus::Void {
        b.agree(village, "2026-03-02", "退还押金", None);
        b.world.write(township, "2026-03-03", in_danger(1));
    } else {
        b.world.write(village, "2026-03-03", in_danger(1));
    }
    b.merged();
    match status {
        EscalationStatus::Withdrawn => {
            b.world.write(village, "2026-03-04", withdrawn(VILLAGE, 1, "双方愿意再谈"));
        }
        EscalationStatus::Accepted | EscalationStatus::Returned => {
            b.world.write(township, "2026-03-04", taken(VILLAGE, 1));
        }
        EscalationStatus::Requested | EscalationStatus::Void => {}
    }
    if status == EscalationStatus::Returned {
        b.world.write(township, "2026-03-05", returned(VILLAGE, 1, "村里能办"));
    }
    let case = b.merged();
    assert_eq!(case.ladder.escalations[0].status, status);
    b
}

#[test]
fn a_round_that_is_over_is_not_asked_for_again() {
    use EscalationStatus::*;
    let done = no("round", No::AlreadyDone);
    // How far the first climb got, what is said to asking for its round again.
    let rows =
        [(Requested, FINE), (Void, FINE), (Withdrawn, FINE), (Accepted, done), (Returned, done)];
    for (status, want) in rows {
        let b = climbed(status);
        assert_eq!(verdict(&b, b.village, TODAY, &in_danger(1)), want, "{status:?}, again");
        assert_eq!(verdict(&b, b.village, TODAY, &in_danger(2)), FINE, "{status:?}, the next");
    }
}

#[test]
fn a_climb_of_another_level_closes_no_round_of_this_one() {
    let mut b = begun();
    let (village, township) = (b.village, b.township);
    let above = asked(TOWNSHIP, 1, EscalationReason::Danger);
    b.world.write(township, "2026-03-03", above.clone());
    b.world.write(township, "2026-03-04", taken(TOWNSHIP, 1));
    b.merged();
    let rows = [
        ("the village's own round", in_danger(1), FINE),
        ("from where nothing climbs here", above, no("from", No::OutOfRange)),
    ];
    check(&b, village, &rows);
}

#[test]
fn a_closed_case_does_not_climb() {
    let mut b = begun();
    let (outcome, routes) = (Outcome::Failed, vec![Route::Court]);
    let closed = Closed { outcome, routes, note: String::new() };
    check(&b, b.village, &[("open", in_danger(1), FINE)]);
    b.world.write(b.village, "2026-03-05", Body::Closed(closed));
    check(&b, b.village, &[("closed", in_danger(1), no("kind", No::Closed))]);
}

#[test]
fn only_the_head_of_the_centre_orders_a_climb() {
    let mut b = begun();
    let head = b.world.desk(2, Role::R7);
    b.world.meet(b.township, head);
    let mediator = b.mediator();
    let refused = no("reason", No::Role);
    for (desk, want) in [(head, FINE), (b.village, refused), (b.township, refused)] {
        check(&b, desk, &[("ordered", escalated_for(EscalationReason::Ordered), want)]);
    }
    for reason in [
        EscalationReason::Danger,
        EscalationReason::CrossVillage,
        EscalationReason::Department,
        EscalationReason::BothAsk,
        EscalationReason::Overdue,
    ] {
        for desk in [b.village, b.township, mediator, head] {
            check(&b, desk, &[("an early ground", escalated_for(reason), FINE)]);
        }
    }
    check_parties(&b, b.village, "asked", |parties| match in_danger(1) {
        Body::Escalated(body) => Body::Escalated(Escalated { asked: parties, ..body }),
        other => other,
    });
}

#[test]
fn a_climb_for_failures_needs_as_many_as_the_rule_says() {
    let too_few = no("reason", No::TooFewSessions);
    let mut b = begun();
    let village = b.village;
    for (day, want) in [(2, too_few), (3, too_few), (4, too_few), (5, FINE), (6, FINE)] {
        let request = escalated_for(EscalationReason::ThreeFailures);
        assert_eq!(verdict(&b, village, TODAY, &request), want, "before that of {day} March");
        let failed = b.session(SessionResult::Failed);
        b.world.write(village, &format!("2026-03-0{day}"), failed);
    }
}

#[test]
fn the_township_asks_for_failures_only_if_it_recorded_one() {
    for is_own in [false, true] {
        let mut b = begun();
        let (village, township) = (b.village, b.township);
        let failed = b.session(SessionResult::Failed);
        let mediator = b.mediator();
        for at in ["2026-03-02", "2026-03-03"] {
            b.world.write(village, at, failed.clone());
        }
        b.merged();
        b.world.meet(township, mediator);
        let last = if is_own { mediator } else { village };
        b.world.write(last, "2026-03-04", failed);
        b.merged();
        b.world.meet(township, mediator);
        b.merged();
        let head = b.world.desk(2, Role::R7);
        b.world.meet(township, head);
        let want = if is_own { FINE } else { no("reason", No::Role) };
        for (desk, want) in [(township, want), (mediator, want), (village, FINE), (head, FINE)] {
            let request = escalated_for(EscalationReason::ThreeFailures);
            assert_eq!(verdict(&b, desk, TODAY, &request), want, "own {is_own}, {desk:?}");
        }
    }
}

#[test]
fn only_what_was_asked_for_is_accepted() {
    use EscalationStatus::*;
    let (done, nothing) = (no("kind", No::AlreadyDone), no("kind", No::NothingToAccept));
    let rows = [
        (Requested, FINE),
        (Accepted, done),
        (Returned, done),
        (Void, nothing),
        (Withdrawn, nothing),
    ];
    for (status, want) in rows {
        let b = climbed(status);
        assert_eq!(verdict(&b, b.township, TODAY, &accepted()), want, "{status:?}");
        for other in [taken(VILLAGE, 2), taken(TOWNSHIP, 1)] {
            assert_eq!(verdict(&b, b.township, TODAY, &other), nothing, "{status:?}: {other:?}");
        }
    }
}

#[test]
fn of_two_rounds_the_one_that_is_named_is_meant() {
    let mut b = climbed(EscalationStatus::Withdrawn);
    let (village, township) = (b.village, b.township);
    b.world.write(village, "2026-03-06", in_danger(2));
    b.merged();
    let nothing = no("kind", No::NothingToAccept);
    let rows = [("the first", taken(VILLAGE, 1), nothing), ("the second", taken(VILLAGE, 2), FINE)];
    check(&b, township, &rows);
}

#[test]
fn what_was_asked_or_accepted_is_taken_back() {
    use EscalationStatus::*;
    let done = no("kind", No::AlreadyDone);
    let rows =
        [(Requested, FINE), (Accepted, FINE), (Returned, done), (Void, done), (Withdrawn, done)];
    for (status, want) in rows {
        let b = climbed(status);
        let unknown = no("round", No::Unknown);
        let rows = [
            ("that round", withdrawn(VILLAGE, 1, "愿意再谈"), want),
            ("no such round", withdrawn(VILLAGE, 2, "愿意再谈"), unknown),
            ("no such level", withdrawn(TOWNSHIP, 1, "愿意再谈"), unknown),
        ];
        check(&b, b.village, &rows);
    }
    let b = climbed(EscalationStatus::Requested);
    let reason = ("reason", TEXT_CHARS_MAX);
    check_required(&b, b.village, reason, |text| withdrawn(VILLAGE, 1, &text));
}

#[test]
fn the_unit_that_accepted_gives_back_once() {
    let mut b = climbed(EscalationStatus::Accepted);
    let township = b.township;
    let third = b.world.desk(9, Role::R4);
    b.world.meet(township, third);
    let back = |round| returned(VILLAGE, round, "村里能办");
    check(&b, third, &[("another unit", back(1), no("kind", No::NotOwner))]);
    let rows = [("its own", back(1), FINE), ("no such round", back(2), no("round", No::Unknown))];
    check(&b, township, &rows);
    let reason = ("reason", TEXT_CHARS_MAX);
    check_required(&b, township, reason, |text| returned(VILLAGE, 1, &text));
    // Once in the life of a case.
    b.world.write(township, "2026-03-05", back(1));
    b.merged();
    b.world.write(b.village, "2026-03-06", in_danger(2));
    b.merged();
    b.world.write(township, "2026-03-07", taken(VILLAGE, 2));
    b.merged();
    check(&b, township, &[("a second time", back(2), no("kind", No::AlreadyDone))]);
}

#[test]
fn what_nobody_accepted_is_not_given_back() {
    let mut b = begun();
    let own = b.world.desk(1, Role::R7);
    b.escalate(b.village, "2026-03-03");
    b.world.meet(b.village, own);
    let back = returned(VILLAGE, 1, "村里能办");
    check(&b, own, &[("only asked for", back, no("round", No::Unknown))]);
}

#[test]
fn the_owner_confirms_that_it_is_settled() {
    let mut b = climbed(EscalationStatus::Accepted);
    let other = b.world.desk(9, Role::R4);
    b.world.meet(b.township, other);
    let body = Body::ResolutionConfirmed(ResolutionConfirmed { note: String::new() });
    check(&b, b.township, &[("the owner", body.clone(), FINE)]);
    check(&b, other, &[("another", body, no("kind", No::NotOwner))]);
}

#[test]
fn a_new_climb_joins_the_open_round_or_opens_the_next() {
    use EscalationStatus::*;
    assert_eq!(next_round(&begun().merged(), VILLAGE), 1);
    for (status, want) in [(Requested, 1), (Accepted, 2), (Void, 2), (Withdrawn, 2), (Returned, 2)]
    {
        let case = climbed(status).merged();
        assert_eq!(next_round(&case, VILLAGE), want, "{status:?}");
        assert_eq!(next_round(&case, TOWNSHIP), 1, "{status:?}: nobody climbed from there");
    }
    let mut b = climbed(Withdrawn);
    b.world.write(b.village, "2026-03-06", in_danger(2));
    assert_eq!(next_round(&b.merged(), VILLAGE), 2, "the last one is asked for");
}

/// What the program makes of a body.
fn filled(b: &Begun, mut body: Body) -> Body {
    complete(&b.world.case(b.village), &mut body);
    body
}

#[test]
fn the_round_is_filled_in_where_nobody_names_one() {
    use EscalationStatus::*;
    let danger = EscalationReason::Danger;
    let mut open = climbed(Withdrawn);
    open.world.write(open.village, "2026-03-06", in_danger(2));
    let (of_two, of_none) = (taken(VILLAGE, 2), taken(VILLAGE, 0));
    let rows = [
        ("a first one", begun(), in_danger(0), in_danger(1)),
        ("a named one", begun(), in_danger(7), in_danger(7)),
        ("once it climbed", climbed(Accepted), in_danger(0), asked(TOWNSHIP, 1, danger)),
        ("accepting the open one", open, of_none.clone(), of_two),
        ("accepting a named one", climbed(Requested), taken(TOWNSHIP, 7), taken(TOWNSHIP, 7)),
        ("accepting what nobody asked", climbed(Accepted), of_none.clone(), of_none),
        ("giving back", climbed(Accepted), returned(TOWNSHIP, 0, ""), returned(VILLAGE, 1, "")),
        ("a named one back", climbed(Accepted), returned(VILLAGE, 7, ""), returned(VILLAGE, 7, "")),
        ("taking back", climbed(Requested), withdrawn(TOWNSHIP, 0, ""), withdrawn(VILLAGE, 1, "")),
        ("a named one", climbed(Requested), withdrawn(VILLAGE, 7, ""), withdrawn(VILLAGE, 7, "")),
        ("nothing to take back", begun(), withdrawn(VILLAGE, 0, ""), withdrawn(VILLAGE, 0, "")),
    ];
    for (name, b, given, want) in rows {
        assert_eq!(filled(&b, given), want, "{name}");
    }
}

#[test]
fn an_agreement_binds_both_sides_where_nobody_is_named() {
    let mut b = begun();
    let third = b.world.write(b.village, "2026-03-02", party("王某", Side::Third));
    let between = |parties| Body::AgreementReached(AgreementReached::written("退还", parties));
    assert_eq!(filled(&b, between(vec![])), between(vec![b.zhang, b.li]));
    assert_eq!(filled(&b, between(vec![third])), between(vec![third]));
    let other = escalated();
    assert_eq!(filled(&b, other.clone()), other);
}
