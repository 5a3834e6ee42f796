//! Who mediates, and meetings.

use super::super::super::world::{begun, session_held, signed};
use super::super::NAME_CHARS_MAX;
use super::*;
use crate::fact::body::*;

#[test]
fn a_meeting_says_where_under_whom_and_with_whom() {
    let b = begun();
    let desk = b.village;
    let with = |change: &dyn Fn(&mut SessionHeld)| {
        let mut body = session_held(vec![b.zhang, b.li]);
        change(&mut body);
        Body::SessionHeld(body)
    };
    let name = |field| (field, NAME_CHARS_MAX);
    check_required(&b, desk, name("place"), |text| with(&|s| s.place.clone_from(&text)));
    check_required(&b, desk, name("host"), |text| with(&|s| s.host.clone_from(&text)));
    check_names(&b, desk, "mediators", |list| with(&|s| s.mediators.clone_from(&list)));
    check_parties(&b, desk, "present", |list| with(&|s| s.present.clone_from(&list)));
    check_names(&b, desk, "participants", |list| {
        let role = ParticipantRole::Neighbour;
        let all = list.into_iter().map(|name| Participant { name, role, consent: true });
        let all: Vec<Participant> = all.collect();
        with(&|s| s.participants.clone_from(&all))
    });
}

#[test]
fn mediators_are_appointed_by_name() {
    let b = begun();
    let appointed = |host: &str, mediators| {
        let (host, chosen_by) = (host.into(), ChosenBy::Committee);
        Body::MediatorsAppointed(MediatorsAppointed { host, mediators, chosen_by })
    };
    let host = ("host", NAME_CHARS_MAX);
    check_required(&b, b.village, host, |text| appointed(&text, vec![]));
    check_names(&b, b.village, "mediators", |list| appointed("周某", list));
}

#[test]
fn a_party_that_does_not_want_it_bars_a_meeting() {
    let refused = no("kind", No::PartyRefused);
    let rows = [
        (Will::Given, FINE),
        (Will::Refused, refused),
        (Will::Stopped, refused),
        (Will::Withdrawn, refused),
    ];
    for (will, want) in rows {
        let mut b = begun();
        let village = b.village;
        b.will(village, "2026-03-05", will);
        let body = b.session(SessionResult::Failed);
        assert_eq!(verdict(&b, village, TODAY, &body), want, "{will:?}");
        b.will(village, "2026-03-06", Will::Given);
        assert_eq!(verdict(&b, village, TODAY, &body), FINE, "{will:?}, then consent");
    }
}

#[test]
fn a_refusal_bars_a_meeting_whatever_else_came_of_the_case() {
    let mut unsigned = begun();
    let village = unsigned.village;
    let body = unsigned.agreement("退还押金", None);
    let agreement = unsigned.world.write(village, "2026-03-04", body);
    let one = signed(agreement, vec![unsigned.zhang]);
    unsigned.world.write(village, "2026-03-04", one);
    let mut ended = begun();
    let note = String::new();
    let told = Terminated { ground: Outcome::Failed, routes: vec![Route::Court], note };
    ended.world.write(ended.village, "2026-03-06", Body::Terminated(told));
    for (name, mut b) in [("an agreement nobody signed", unsigned), ("an end", ended)] {
        let village = b.village;
        let body = b.session(SessionResult::Failed);
        assert_eq!(verdict(&b, village, TODAY, &body), FINE, "{name}");
        b.will(village, "2026-03-05", Will::Refused);
        let want = no("kind", No::PartyRefused);
        assert_eq!(verdict(&b, village, TODAY, &body), want, "{name}, and a refusal");
        b.will(village, "2026-03-07", Will::Given);
        assert_eq!(verdict(&b, village, TODAY, &body), FINE, "{name}, and then consent");
    }
}

#[test]
fn a_case_closed_for_a_refusal_meets_no_more() {
    for (outcome, want) in [
        (Outcome::Refused, no("kind", No::PartyRefused)),
        (Outcome::Withdrawn, no("kind", No::PartyRefused)),
        (Outcome::Failed, FINE),
    ] {
        let mut b = begun();
        let village = b.village;
        let closed = Closed { outcome, routes: vec![Route::Court], note: String::new() };
        b.world.write(village, "2026-03-05", Body::Closed(closed));
        let body = b.session(SessionResult::Failed);
        assert_eq!(verdict(&b, village, TODAY, &body), want, "{outcome:?}");
    }
}
