//! Clocks over real dates, with the holiday table of 2026.

use super::super::card::{self, Bench, Card};
use super::super::clock::{Clock, Light, read};
use super::super::world::{Begun, begun, day};
use super::*;
use crate::calendar::Calendar;
use crate::fact::Body;
use crate::role::Role;

fn calendar() -> Calendar {
    let mut table = String::from("year 2026\n");
    for day in ["05-01", "05-02", "05-03", "05-04", "05-05", "06-19", "06-20", "06-21"] {
        table.push_str(&format!("2026-{day} rest 节\n"));
    }
    table.push_str("2026-05-09 work 劳动节\n");
    Calendar::parse(&table).expect("a table")
}

/// A petition received on 2 March and accepted on 5 March, with a head of the centre.
fn petition() -> (Begun, super::super::world::Desk) {
    let mut b = begun();
    let director = b.world.desk(2, Role::R7);
    b.world.meet(b.township, director);
    let track = Body::TrackAdded(TrackAdded { track: Track::Petition, reference: String::new() });
    b.world.write(b.township, "2026-03-02", track);
    let accepted = Accepted { on: AcceptedOn::Application };
    b.world.write(b.township, "2026-03-05", Body::Accepted(accepted));
    b.world.meet(b.township, director);
    (b, director)
}

fn clock(b: &Begun, kind: ClockKind) -> Clock {
    let clocks = read(&b.world.case(b.township), &calendar());
    clocks.into_iter().rfind(|c| c.running.kind == kind).expect("it runs")
}

fn extended(clock: ClockKind, days: u16, consents: Vec<FactId>) -> Body {
    let reason = "案情复杂".into();
    Body::DeadlineExtended(DeadlineExtended { clock, days, reason, consents, told: None })
}

fn card(clock: ClockKind, colour: CardColour) -> Body {
    Body::CardIssued(CardIssued {
        colour,
        clock,
        anchor: None,
        unit: None,
        delivered: true,
        follows: vec![],
        reason: String::new(),
    })
}

fn cards(case: &super::super::Case) -> Vec<Card> {
    let (calendar, settings) = (calendar(), Settings::default());
    let clocks = read(case, &calendar);
    card::read(case, Bench { clocks: &clocks, calendar: &calendar, settings: &settings })
}

fn visited() -> Body {
    Body::SiteVisited(SiteVisited {
        place: "河边".into(),
        findings: "已看过现场".into(),
        attachments: vec!["照片一".into()],
    })
}

#[test]
fn statutory_periods_shift_and_working_limits_do_not() {
    let (b, _) = petition();
    let rows = [
        (ClockKind::PetitionNotice, "2026-03-17", "2026-03-17"),
        (ClockKind::PetitionHandling, "2026-05-04", "2026-05-06"),
        (ClockKind::Stagnation, "2026-04-19", "2026-04-19"),
        (ClockKind::Mediation, "2026-04-04", "2026-04-06"),
    ];
    for (kind, natural, end) in rows {
        let clock = clock(&b, kind);
        assert_eq!((clock.natural_end, clock.end), (day(natural), day(end)), "{kind:?}");
    }
}

#[test]
fn an_unknown_year_is_said() {
    let (mut b, _) = petition();
    assert!(clock(&b, ClockKind::PetitionHandling).is_calendar_known);
    let opinion = Body::ReplyDelivered(ReplyDelivered {
        reply: ReplyKind::Opinion,
        party: None,
        number: String::new(),
        outcome: None,
        tracks: vec![],
        note: String::new(),
    });
    b.world.write(b.township, "2026-12-20", opinion);
    assert!(!clock(&b, ClockKind::PetitionReviewRequest).is_calendar_known);
}

#[test]
fn an_extension_in_time_adds_before_the_shift_and_a_late_one_has_no_effect() {
    for (approved, end, flaw) in [
        ("2026-04-28", "2026-06-03", None),
        ("2026-05-06", "2026-06-03", None),
        ("2026-05-08", "2026-05-06", Some(ExtensionFlaw::Late)),
    ] {
        let (mut b, director) = petition();
        let body = extended(ClockKind::PetitionHandling, 30, vec![]);
        b.world.write(director, approved, body);
        b.world.meet(director, b.township);
        let clock = clock(&b, ClockKind::PetitionHandling);
        assert_eq!(clock.end, day(end), "{approved}");
        assert_eq!(clock.extensions[0].flaw, flaw, "{approved}");
    }
}

#[test]
fn a_petition_is_extended_once_by_the_director_and_no_longer_than_thirty_days() {
    let (mut b, director) = petition();
    let kind = ClockKind::PetitionHandling;
    b.world.write(b.township, "2026-04-01", extended(kind, 10, vec![]));
    b.world.meet(director, b.township);
    b.world.write(director, "2026-04-02", extended(kind, 31, vec![]));
    b.world.write(director, "2026-04-03", extended(kind, 10, vec![]));
    b.world.write(director, "2026-04-04", extended(kind, 10, vec![]));
    b.world.meet(director, b.township);
    let flaws: Vec<_> = clock(&b, kind).extensions.iter().map(|e| e.flaw).collect();
    let want =
        [Some(ExtensionFlaw::Role), Some(ExtensionFlaw::TooLong), None, Some(ExtensionFlaw::Again)];
    assert_eq!(flaws, want);
}

#[test]
fn mediation_is_extended_by_both_sides_only() {
    let (mut b, _) = petition();
    let kind = ClockKind::Mediation;
    let (zhang, li) = (b.zhang, b.li);
    b.world.write(b.township, "2026-03-20", extended(kind, 10, vec![zhang]));
    b.world.write(b.township, "2026-03-21", extended(kind, 10, vec![zhang, li]));
    let clock = clock(&b, kind);
    assert_eq!(clock.extensions[0].flaw, Some(ExtensionFlaw::Consent));
    assert_eq!(clock.natural_end, day("2026-04-14"));
}

#[test]
fn a_mediation_that_was_terminated_or_made_void_runs_no_more() {
    let terminated = Body::Terminated(Terminated {
        ground: Outcome::Failed,
        routes: vec![Route::Court],
        note: String::new(),
    });
    let void = Body::Voided(Voided { reason: "误登".into() });
    for (ending, petition_runs) in [(terminated, true), (void, false)] {
        let (mut b, _) = petition();
        b.world.write(b.township, "2026-03-20", ending);
        let runs = |b: &Begun, kind| clock(b, kind).running.stop.is_none();
        assert!(!runs(&b, ClockKind::Mediation));
        assert_eq!(runs(&b, ClockKind::PetitionHandling), petition_runs, "its own paper ends it");
        b.will(b.township, "2026-03-25", Will::Given);
        assert!(runs(&b, ClockKind::Mediation), "until it is taken up again");
    }
}

#[test]
fn an_extension_agreed_to_on_two_computers_is_one() {
    let kind = ClockKind::Mediation;
    // What each side said where, and whether the second knew of the first.
    for (is_known, want) in [(true, "2026-04-24"), (false, "2026-04-14")] {
        let (mut b, director) = petition();
        let both = vec![b.zhang, b.li];
        b.world.write(b.township, "2026-03-20", extended(kind, 10, both.clone()));
        if is_known {
            b.world.meet(director, b.township);
        }
        b.world.write(director, "2026-03-21", extended(kind, 10, both));
        b.world.meet(director, b.township);
        assert_eq!(clock(&b, kind).natural_end, day(want), "{is_known}");
    }
    let (mut b, director) = petition();
    let (zhang, li) = (b.zhang, b.li);
    b.world.write(b.township, "2026-03-20", extended(kind, 10, vec![zhang]));
    b.world.write(director, "2026-03-21", extended(kind, 10, vec![li]));
    b.world.meet(director, b.township);
    assert_eq!(clock(&b, kind).natural_end, day("2026-04-14"), "one side here, the other there");
}

#[test]
fn pauses_are_the_union_of_what_everybody_wrote() {
    let (mut b, director) = petition();
    let rest = |until: &str| {
        Body::Suspended(Suspended {
            ground: SuspensionGround::Appraisal,
            until: Some(day(until)),
            note: String::new(),
        })
    };
    b.world.write(b.township, "2026-03-10", rest("2026-03-20"));
    b.world.write(director, "2026-03-15", rest("2026-03-25"));
    b.world.meet(director, b.township);
    assert_eq!(clock(&b, ClockKind::Mediation).natural_end, day("2026-04-19"), "15 days, not 20");
    let end = clock(&b, ClockKind::PetitionHandling).natural_end;
    assert_eq!(end, day("2026-05-04"), "this one does not rest");
}

#[test]
fn a_card_is_withdrawn_by_what_was_known_elsewhere_and_stays_readable() {
    for is_visit in [true, false] {
        let (mut b, director) = petition();
        let act = if is_visit {
            visited()
        } else {
            Body::ContactTried(ContactTried { party: None, reached: false, note: String::new() })
        };
        b.world.write(b.township, "2026-04-10", act);
        b.world.write(director, "2026-04-20", card(ClockKind::Stagnation, CardColour::Red));
        b.world.meet(director, b.township);
        let case = b.world.case(b.township);
        let cards = cards(&case);
        assert_eq!(cards[0].withdrawn.is_some(), is_visit, "a call nobody answered is no progress");
        assert_eq!(cards[0].needs_correction(), is_visit, "it was handed over");
    }
}

#[test]
fn an_overdue_card_falls_with_an_extension_in_time_and_stands_after_a_late_one() {
    for (approved, falls) in [("2026-04-28", true), ("2026-05-08", false)] {
        let (mut b, director) = petition();
        let body = extended(ClockKind::PetitionHandling, 30, vec![]);
        b.world.write(director, approved, body);
        b.world.write(
            b.township,
            "2026-05-07",
            card(ClockKind::PetitionHandling, CardColour::Blue),
        );
        b.world.meet(director, b.township);
        let case = b.world.case(b.township);
        let cards = cards(&case);
        assert_eq!(cards[0].withdrawn.is_some(), falls, "{approved}");
    }
}

#[test]
fn two_cards_for_one_passing_are_one() {
    let (mut b, director) = petition();
    b.world.write(b.township, "2026-04-20", card(ClockKind::Stagnation, CardColour::Red));
    b.world.write(director, "2026-04-20", card(ClockKind::Stagnation, CardColour::Red));
    b.world.meet(director, b.township);
    let case = b.world.case(b.township);
    let cards = cards(&case);
    assert_eq!(cards.len(), 1);
    assert_eq!(cards[0].issued.len(), 2);
}

#[test]
fn a_light_is_yellow_for_the_last_third_and_red_once_it_is_past() {
    let (b, _) = petition();
    let clock = clock(&b, ClockKind::PetitionHandling);
    let settings = Settings::default();
    let rows = [
        ("2026-04-10", Light::Green),
        ("2026-04-18", Light::Yellow),
        ("2026-05-06", Light::Yellow),
        ("2026-05-07", Light::Red),
    ];
    for (now, want) in rows {
        assert_eq!(clock.light(At::day(day(now)), &settings), want, "{now}");
    }
}

#[test]
fn minutes_count_from_the_moment() {
    let mut b = begun();
    let urgent = Body::TrackAdded(TrackAdded { track: Track::Urgent, reference: String::new() });
    b.world.write(b.township, "2026-03-02T23:45", urgent);
    let clock = clock(&b, ClockKind::UrgentArrival);
    assert_eq!((clock.end, clock.end_minute), (day("2026-03-03"), Some(15)));
    assert!(!clock.is_overdue("2026-03-03T00:15".parse().expect("a time")));
    assert!(clock.is_overdue("2026-03-03T00:16".parse().expect("a time")));
}

#[test]
fn a_setting_changes_a_limit_and_every_kind_names_its_source() {
    let mut settings = Settings::default();
    settings.limits.insert(ClockKind::Stagnation, 15);
    assert_eq!(settings.limit(ClockKind::Stagnation), 15);
    assert_eq!(settings.limit(ClockKind::PetitionHandling), 60);
    for row in super::super::clock::CLOCKS {
        assert!(!row.source.is_empty() && !row.begins.is_empty(), "{:?}", row.kind);
    }
}

#[test]
fn an_agreement_is_revisited_again_once_everything_is_due() {
    // The last due day, when somebody visited, whether the first and the last revisit are done.
    let rows: [(Option<&str>, &[&str], [bool; 2]); 5] = [
        (None, &[], [false, false]),
        (None, &["2026-03-08"], [true, false]),
        (None, &["2026-03-08", "2026-03-30"], [true, true]),
        (Some("2026-06-30"), &["2026-03-08"], [true, false]),
        (Some("2026-06-30"), &["2026-07-02"], [true, true]),
    ];
    for (due, visits, want) in rows {
        let mut b = begun();
        let village = b.village;
        let line = |due: &str| PlanLine { due: day(due), what: "付款".into(), amount_fen: None };
        let plan = due.into_iter().map(line).collect();
        let body = AgreementReached { plan, ..b.agreed_on("付款") };
        b.agree_to(village, "2026-03-05", Body::AgreementReached(body));
        for at in visits {
            let revisited = Revisited {
                agreement: None,
                party: None,
                kept: None,
                satisfaction: None,
                note: String::new(),
            };
            b.world.write(village, at, Body::Revisited(revisited));
        }
        b.merged();
        let done = [ClockKind::Revisit, ClockKind::FinalRevisit]
            .map(|kind| clock(&b, kind).running.stop.is_some());
        assert_eq!(done, want, "due {due:?}, visited {visits:?}");
        let end = due.map_or("2026-04-04", |_| "2026-07-30");
        assert_eq!(clock(&b, ClockKind::FinalRevisit).natural_end, day(end));
    }
}

#[test]
fn one_answer_ends_two_tracks_only_where_it_says_so() {
    for (tracks, is_over) in [(vec![], false), (vec![Track::PeopleMediation], true)] {
        let (mut b, _) = petition();
        let runs = |b: &Begun, kind| clock(b, kind).running.stop.is_none();
        assert!(runs(&b, ClockKind::Mediation) && runs(&b, ClockKind::PetitionHandling));
        let reply = ReplyDelivered {
            reply: ReplyKind::Opinion,
            party: None,
            number: String::new(),
            outcome: None,
            tracks,
            note: String::new(),
        };
        b.world.write(b.township, "2026-03-20", Body::ReplyDelivered(reply));
        assert!(!runs(&b, ClockKind::PetitionHandling));
        assert_eq!(!runs(&b, ClockKind::Mediation), is_over);
    }
}

/// When the clocks of a kind start and stop, by day.
fn spans(b: &Begun, kind: ClockKind) -> Vec<(String, Option<String>)> {
    let case = b.world.case(b.township);
    let of_kind = case.running.iter().filter(|running| running.kind == kind);
    of_kind.map(|r| (r.start.day.to_string(), r.stop.map(|(at, _)| at.day.to_string()))).collect()
}

fn span(from: &str, to: Option<&str>) -> Vec<(String, Option<String>)> {
    vec![(from.to_owned(), to.map(ToOwned::to_owned))]
}

fn reply(reply: ReplyKind) -> Body {
    Body::ReplyDelivered(ReplyDelivered {
        reply,
        party: None,
        number: String::new(),
        outcome: None,
        tracks: vec![],
        note: String::new(),
    })
}

#[test]
fn each_step_of_a_petition_has_its_own_days() {
    use ClockKind::*;
    let (mut b, _) = petition();
    let asked = |stage| Body::ReviewRequested(ReviewRequested { stage, note: String::new() });
    for (at, body) in [
        ("2026-03-20", reply(ReplyKind::Opinion)),
        ("2026-04-01", asked(ReviewStage::Review)),
        ("2026-04-20", reply(ReplyKind::Review)),
        ("2026-05-01", asked(ReviewStage::Recheck)),
        ("2026-05-20", reply(ReplyKind::Recheck)),
    ] {
        b.world.write(b.township, at, body);
    }
    for (kind, from, to) in [
        (PetitionNotice, "2026-03-02", "2026-03-05"),
        (PetitionHandling, "2026-03-05", "2026-03-20"),
        (PetitionReviewRequest, "2026-03-20", "2026-04-01"),
        (PetitionReview, "2026-04-01", "2026-04-20"),
        (PetitionRecheckRequest, "2026-04-20", "2026-05-01"),
        (PetitionRecheck, "2026-05-01", "2026-05-20"),
    ] {
        assert_eq!(spans(&b, kind), span(from, Some(to)), "{kind:?}");
    }
}

#[test]
fn the_end_of_a_case_ends_the_handling_and_no_right_to_ask_for_a_review() {
    let closed = || {
        let routes = vec![Route::Administrative];
        Body::Closed(Closed { outcome: Outcome::Failed, routes, note: String::new() })
    };
    for is_answered in [false, true] {
        let (mut b, _) = petition();
        b.world.meet(b.village, b.township);
        if is_answered {
            b.world.write(b.township, "2026-03-20", reply(ReplyKind::Opinion));
        }
        b.world.write(b.village, "2026-03-25", closed());
        b.world.meet(b.village, b.township);
        let end = if is_answered { "2026-03-20" } else { "2026-03-25" };
        assert_eq!(spans(&b, ClockKind::PetitionHandling), span("2026-03-05", Some(end)));
        let asks = spans(&b, ClockKind::PetitionReviewRequest);
        assert_eq!(asks, if is_answered { span("2026-03-20", None) } else { vec![] });
    }
}

#[test]
fn a_labour_dispute_has_its_days_by_type_or_by_track() {
    for (category, track, want) in [
        (Some(Category::UnpaidWages), None, span("2026-03-01", None)),
        (Some(Category::OtherLabour), None, span("2026-03-01", None)),
        (None, Some(Track::Labour), span("2026-03-04", None)),
        (Some(Category::Neighbours), None, vec![]),
        (None, None, vec![]),
    ] {
        let mut b = begun();
        if let Some(category) = category {
            let catalogue = crate::catalogue::VERSION.into();
            let body = Body::CategorySet(CategorySet { category, catalogue });
            b.world.write(b.township, "2026-03-04", body);
        }
        if let Some(track) = track {
            let body = Body::TrackAdded(TrackAdded { track, reference: String::new() });
            b.world.write(b.township, "2026-03-04", body);
        }
        assert_eq!(spans(&b, ClockKind::LabourMediation), want, "{category:?} {track:?}");
    }
}

#[test]
fn a_promise_is_kept_by_a_note_on_its_line_or_on_the_whole() {
    // On which agreement, which line, how far; when the clocks of both lines stop.
    type Row = (bool, Option<u16>, Kept, [bool; 2]);
    let rows: [Row; 6] = [
        (true, Some(0), Kept::Done, [true, false]),
        (true, Some(1), Kept::Done, [false, true]),
        (true, None, Kept::Done, [true, true]),
        (true, Some(0), Kept::Partly, [false, false]),
        (true, None, Kept::NotDone, [false, false]),
        (false, Some(0), Kept::Done, [false, false]),
    ];
    for (is_own, line, kept, want) in rows {
        let mut b = begun();
        let promise =
            |due: &str| PlanLine { due: day(due), what: "付款".into(), amount_fen: None };
        let plan = vec![promise("2026-04-30"), promise("2026-05-31")];
        let body = AgreementReached { plan, ..b.agreed_on("分两期") };
        let own = b.agree_to(b.village, "2026-03-05", Body::AgreementReached(body));
        let agreement = if is_own { own } else { b.zhang };
        let note = String::new();
        let body = PerformanceNoted { agreement, line, kept, amount_fen: None, note };
        b.world.write(b.village, "2026-04-20", Body::PerformanceNoted(body));
        b.merged();
        let got = spans(&b, ClockKind::Performance);
        let stop = |is_done: bool| is_done.then(|| "2026-04-20".to_owned());
        let want: Vec<(String, Option<String>)> =
            want.iter().map(|done| ("2026-03-05".to_owned(), stop(*done))).collect();
        assert_eq!(got, want, "{is_own} {line:?} {kept:?}");
        let case = b.world.case(b.village);
        let ends: Vec<Option<Day>> = case
            .running
            .iter()
            .filter(|r| r.kind == ClockKind::Performance)
            .map(|r| r.agreed_end)
            .collect();
        assert_eq!(ends, [Some(day("2026-04-30")), Some(day("2026-05-31"))]);
    }
}

#[test]
fn the_last_revisit_is_another_than_the_first_unless_everything_was_due_by_then() {
    // When the last line is due, the visits, where the final one starts, when both stop.
    type Row = (
        Option<&'static str>,
        &'static [&'static str],
        &'static str,
        Option<&'static str>,
        Option<&'static str>,
    );
    let rows: [Row; 6] = [
        (None, &[], "2026-03-05", None, None),
        (None, &["2026-03-10"], "2026-03-05", Some("2026-03-10"), None),
        (None, &["2026-03-10", "2026-04-02"], "2026-03-05", Some("2026-03-10"), Some("2026-04-02")),
        (Some("2026-03-05"), &["2026-03-10"], "2026-03-05", Some("2026-03-10"), None),
        (Some("2026-06-30"), &["2026-03-10"], "2026-06-30", Some("2026-03-10"), None),
        (Some("2026-06-30"), &["2026-06-30"], "2026-06-30", Some("2026-06-30"), Some("2026-06-30")),
    ];
    for (due, visits, start, first, last) in rows {
        let mut b = begun();
        let promise =
            |due: &str| PlanLine { due: day(due), what: "付款".into(), amount_fen: None };
        let plan = due.map(promise).into_iter().collect();
        let body = AgreementReached { plan, ..b.agreed_on("付清") };
        let own = b.agree_to(b.village, "2026-03-05", Body::AgreementReached(body));
        let visit = |agreement| {
            Body::Revisited(Revisited {
                agreement,
                party: None,
                kept: None,
                satisfaction: None,
                note: String::new(),
            })
        };
        b.world.write(b.village, "2026-03-06", visit(Some(b.zhang)));
        for at in visits {
            b.world.write(b.village, at, visit(Some(own)));
        }
        b.merged();
        assert_eq!(spans(&b, ClockKind::Revisit), span("2026-03-05", first), "{due:?} {visits:?}");
        assert_eq!(spans(&b, ClockKind::FinalRevisit), span(start, last), "{due:?} {visits:?}");
    }
}

#[test]
fn an_extension_belongs_to_its_clock_from_its_start_on() {
    let (mut b, director) = petition();
    for (clock, at) in [
        (ClockKind::PetitionHandling, "2026-03-04"),
        (ClockKind::PetitionReview, "2026-03-06"),
        (ClockKind::PetitionHandling, "2026-03-05"),
    ] {
        b.world.write(director, at, extended(clock, 10, vec![]));
    }
    b.world.meet(director, b.township);
    let clock = clock(&b, ClockKind::PetitionHandling);
    let days: Vec<_> = clock.running.extensions.iter().map(|e| (e.day, e.days, e.flaw)).collect();
    assert_eq!(days, [(day("2026-03-05"), 10, None)]);
}
