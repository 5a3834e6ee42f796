//! Which session records tell of one meeting.
//!
//! Both records are originals and both are kept; the meeting counts once, from the moment both
//! are known and before anyone confirms it. A person may split it, and where the records tell the
//! result differently a person decides.
//!
//! Source: the practice "3321" (内部工作规则), and domain rule C3.

use std::collections::BTreeMap;

use crate::fact::body::{Choice, SessionHeld, SessionResult};
use crate::id::FactId;
use crate::rules::{RuleId, Why};
use crate::settings::Settings;
use crate::time::{At, Precision};

use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::known::{Facts, Known};

/// The records of one meeting.
#[derive(Debug, Clone, PartialEq)]
pub struct Meeting {
    /// The records, by business time.
    pub records: Vec<FactId>,
    /// How it ended; `None` while the records differ and nobody has decided.
    pub result: Option<SessionResult>,
}

/// A session record with its body.
pub(super) type Record<'a> = (&'a Known, &'a SessionHeld);

/// Gathers records, sorted by business time, into meetings, and says what a person must decide.
pub(super) fn fold(
    facts: &Facts,
    records: &[Record<'_>],
    settings: &Settings,
) -> (Vec<Meeting>, Vec<Conflict>) {
    let mut conflicts = Vec::new();
    let mut verdicts: BTreeMap<(usize, usize), Verdict> = BTreeMap::new();
    for (later, b) in records.iter().enumerate() {
        for (earlier, a) in records.iter().enumerate().take(later) {
            if looks_like_one(a, b, settings) {
                let (conflict, verdict) = compare(facts, a, b);
                conflicts.push(conflict);
                verdicts.insert((earlier, later), verdict);
            }
        }
    }
    let loses = |id: FactId| verdicts.values().any(|verdict| *verdict == Verdict::OneLoses(id));
    let meetings = gather(records.len(), &verdicts).into_iter().map(|places| {
        let members: Vec<&Record<'_>> = places.iter().filter_map(|at| records.get(*at)).collect();
        let mut results = members.iter().filter(|(known, _)| !loses(known.id));
        let result = results.next().map(|(_, body)| body.result);
        let is_told_alike = results.all(|(_, body)| Some(body.result) == result);
        Meeting {
            records: members.iter().map(|(known, _)| known.id).collect(),
            result: result.filter(|_| is_told_alike),
        }
    });
    (meetings.collect(), conflicts)
}

/// Which records make one meeting, by their places: what a person said are one, and what looks
/// like one with every other record of the meeting. A record that looks like two meetings that
/// cannot be one (a morning's and an afternoon's) goes to the first.
fn gather(records: usize, verdicts: &BTreeMap<(usize, usize), Verdict>) -> Vec<Vec<usize>> {
    let mut meetings: Vec<Vec<usize>> = (0..records).map(|at| vec![at]).collect();
    let is_one = |a: &usize, b: &usize| {
        let verdict = verdicts.get(&(*a.min(b), *a.max(b)));
        verdict.is_some_and(|verdict| *verdict != Verdict::Apart)
    };
    let is_said = |verdict: &Verdict| matches!(verdict, Verdict::One | Verdict::OneLoses(_));
    for only_said in [true, false] {
        for ((earlier, later), verdict) in verdicts {
            let place = |at: usize| meetings.iter().position(|meeting| meeting.contains(&at));
            let (Some(to), Some(from)) = (place(*earlier), place(*later)) else { continue };
            if to == from || only_said && !is_said(verdict) {
                continue;
            }
            let (low, high) = (to.min(from), to.max(from));
            let fits = match (meetings.get(low), meetings.get(high)) {
                (Some(a), Some(b)) => a.iter().all(|x| b.iter().all(|y| is_one(x, y))),
                _ => false,
            };
            if fits {
                let joining = meetings.remove(high);
                if let Some(meeting) = meetings.get_mut(low) {
                    meeting.extend(joining);
                    meeting.sort_unstable();
                }
            }
        }
    }
    meetings
}

/// What is to be thought of two records that look like one meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// A person said that they are two.
    Apart,
    /// Nobody has said anything.
    Alike,
    /// A person said that they are one.
    One,
    /// They are one, and this record of it does not hold.
    OneLoses(FactId),
}

/// Two records that look like one meeting, and what was decided about them.
fn compare(facts: &Facts, a: &Record<'_>, b: &Record<'_>) -> (Conflict, Verdict) {
    let (low, high) = if a.0.id < b.0.id { (a.0, b.0) } else { (b.0, a.0) };
    let key = format!("meeting/{}/{}", low.id, high.id);
    let is_told_alike = a.1.result == b.1.result;
    let (kind, rule, seat) = if is_told_alike {
        (ConflictKind::SameMeeting, RuleId::MeetingOnce, Seat::Owner)
    } else {
        (ConflictKind::MeetingResult, RuleId::MeetingResult, Seat::Head)
    };
    let decided = facts.decision(&key, seat, &[a.0, b.0]);
    let verdict = match decided.map(|(_, choice)| choice) {
        Some(Choice::Way(way)) if way == "apart" => Verdict::Apart,
        Some(Choice::Fact(id)) if *id == a.0.id => Verdict::OneLoses(b.0.id),
        Some(Choice::Fact(id)) if *id == b.0.id => Verdict::OneLoses(a.0.id),
        Some(_) => Verdict::One,
        None => Verdict::Alike,
    };
    let ways: &[&str] = if is_told_alike { &["one", "apart"] } else { &["apart"] };
    let conflict = Conflict::between(
        kind,
        key,
        Why::new(rule, [a.0.id, b.0.id]),
        seat,
        vec![Side::of_fact(a.0), Side::of_fact(b.0)],
    )
    .with_ways(ways)
    .settled_by(decided.map(|(known, _)| known));
    (conflict, verdict)
}

/// Whether two records look like one meeting: the same day, about the same time, the same place
/// or one of them blank, the same pair.
fn looks_like_one(a: &Record<'_>, b: &Record<'_>, settings: &Settings) -> bool {
    is_about_the_same_time(a.0.fact.at, b.0.fact.at, settings)
        && is_one_place(&a.1.place, &b.1.place)
        && is_one_pair(&a.1.present, &b.1.present)
}

/// Two minutes are compared by the setting; a day or half a day holds every minute in it.
fn is_about_the_same_time(a: At, b: At, settings: &Settings) -> bool {
    match (a.precision, b.precision) {
        (Precision::Minute(x), Precision::Minute(y)) => {
            a.day == b.day && x.abs_diff(y) <= settings.meeting_minutes
        }
        _ => a.span().overlaps(&b.span()),
    }
}

/// "村委会" and "石湾村村委会" are one place; so are a name and a blank.
fn is_one_place(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim(), b.trim());
    a.contains(b) || b.contains(a)
}

/// One record may have noted more people than the other.
fn is_one_pair(a: &[FactId], b: &[FactId]) -> bool {
    a.iter().all(|party| b.contains(party)) || b.iter().all(|party| a.contains(party))
}

#[cfg(test)]
mod tests {
    use super::super::session::Uncounted;
    use super::super::world::begun;
    use super::*;
    use crate::fact::Body;
    use crate::fact::body::Decided;
    use crate::role::Level;

    #[test]
    fn two_records_of_one_meeting_count_once() {
        // Name, the time here, the time there, the place there, how many count.
        let rows = [
            ("the same half day", "2026-06-08AM", "2026-06-08AM", "村委会", 1),
            ("a day holds the minute", "2026-06-08", "2026-06-08T15:00", "村委会", 1),
            ("an hour apart", "2026-06-08T09:00", "2026-06-08T10:00", "村委会", 1),
            ("more than an hour apart", "2026-06-08T09:00", "2026-06-08T10:01", "村委会", 2),
            ("morning and afternoon", "2026-06-08AM", "2026-06-08PM", "村委会", 2),
            ("a longer name", "2026-06-08", "2026-06-08", "石湾村村委会", 1),
            ("another place", "2026-06-08", "2026-06-08", "镇综治中心", 2),
            ("another day", "2026-06-08", "2026-06-09", "村委会", 2),
        ];
        for (name, here, there, place, want) in rows {
            let mut b = begun();
            let mediator = b.world.desk(2, crate::role::Role::R5);
            b.world.meet(b.township, mediator);
            let ours = b.session(SessionResult::Failed);
            let theirs = match ours.clone() {
                Body::SessionHeld(body) => {
                    Body::SessionHeld(SessionHeld { place: place.into(), ..body })
                }
                other => other,
            };
            b.world.write(b.village, here, ours);
            b.world.write(mediator, there, theirs);
            b.world.meet(mediator, b.township);
            let case = b.merged();
            assert_eq!(case.sessions.len(), 2, "{name}: both records are kept");
            assert_eq!(case.session_count(Level::Village), want, "{name}");
            assert_eq!(case.has_open_conflict(), want == 1, "{name}: and somebody is asked");
        }
    }

    #[test]
    fn a_person_may_split_a_meeting() {
        let mut b = begun();
        let body = b.session(SessionResult::Failed);
        let mediator = b.world.desk(2, crate::role::Role::R5);
        b.world.meet(b.township, mediator);
        b.world.write(b.village, "2026-06-08", body.clone());
        b.world.write(mediator, "2026-06-08", body);
        b.world.meet(mediator, b.township);
        let open = b.merged().conflicts.into_iter().find(Conflict::is_open).expect("asked");
        b.world.write(b.village, "2026-06-09", decided(&open.key, Choice::Way("apart".into())));
        let case = b.merged();
        assert_eq!(case.session_count(Level::Village), 2);
        assert!(!case.has_open_conflict());
    }

    #[test]
    fn records_that_differ_do_not_count_until_the_head_decides() {
        let mut b = begun();
        let failed = b.session(SessionResult::Failed);
        let put_off = b.session(SessionResult::Rescheduled);
        let mediator = b.world.desk(2, crate::role::Role::R5);
        b.world.meet(b.township, mediator);
        let ours = b.world.write(b.village, "2026-06-08AM", failed);
        b.world.write(mediator, "2026-06-08AM", put_off);
        b.world.meet(mediator, b.township);
        let case = b.merged();
        assert_eq!(case.session_count(Level::Village), 0);
        assert!(case.sessions.iter().any(|s| s.uncounted == Some(Uncounted::ResultsDiffer)));
        let open = case.conflicts.iter().find(|c| c.is_open()).expect("asked");
        assert_eq!((open.kind, open.seat), (ConflictKind::MeetingResult, Seat::Head));
        b.world.write(b.village, "2026-06-09", decided(&open.key, Choice::Fact(ours)));
        assert_eq!(b.merged().session_count(Level::Village), 1);
    }

    #[test]
    fn a_morning_and_an_afternoon_are_two_whatever_names_the_day() {
        for (said_one, want) in [(None, 2), (Some("2026-06-08PM"), 2), (Some("apart"), 3)] {
            let mut b = begun();
            let body = b.session(SessionResult::Failed);
            let mediator = b.mediator();
            let morning = b.world.write(b.village, "2026-06-08AM", body.clone());
            let afternoon = b.world.write(b.village, "2026-06-08PM", body.clone());
            let day = b.world.write(mediator, "2026-06-08", body);
            b.world.meet(mediator, b.township);
            let pair = |a: FactId, b: FactId| format!("meeting/{}/{}", a.min(b), a.max(b));
            b.merged();
            let said: &[(String, &str)] = &match said_one {
                None => vec![],
                Some("apart") => {
                    vec![(pair(day, morning), "apart"), (pair(day, afternoon), "apart")]
                }
                Some(_) => vec![(pair(day, afternoon), "one")],
            };
            for (key, way) in said {
                let way = Choice::Way((*way).into());
                b.world.write(b.village, "2026-06-09", decided(key, way));
            }
            let case = b.merged();
            assert_eq!(case.session_count(Level::Village), want, "{said_one:?}");
            let with = case.sessions.iter().find(|s| s.id == day).map(|s| s.with.clone());
            let want = match said_one {
                None => vec![morning],
                Some("apart") => vec![],
                Some(_) => vec![afternoon],
            };
            assert_eq!(with, Some(want), "{said_one:?}");
        }
    }

    #[test]
    fn what_a_person_split_stays_apart_beside_a_third_record() {
        let mut b = begun();
        let body = b.session(SessionResult::Failed);
        let (one, two) = (b.mediator(), b.mediator());
        let first = b.world.write(b.village, "2026-06-08", body.clone());
        let second = b.world.write(one, "2026-06-08", body.clone());
        b.world.write(two, "2026-06-08", body);
        b.world.meet(one, b.township);
        b.world.meet(two, b.township);
        assert_eq!(b.merged().session_count(Level::Village), 1);
        let key = format!("meeting/{}/{}", first.min(second), first.max(second));
        b.world.write(b.village, "2026-06-09", decided(&key, Choice::Way("apart".into())));
        assert_eq!(b.merged().session_count(Level::Village), 2);
    }

    fn decided(key: &str, choice: Choice) -> Body {
        Body::Decided(Decided {
            conflict: key.into(),
            choice,
            over: vec![],
            reason: "问过主持人".into(),
        })
    }

    #[test]
    fn the_head_decides_which_record_tells_the_result() {
        // Which record is right, if anybody said; whether the meeting counts, and the key's order.
        for (theirs_first, right, want) in [
            (false, None, 0),
            (false, Some(true), 1),
            (false, Some(false), 0),
            (true, Some(true), 1),
            (true, Some(false), 0),
        ] {
            let mut b = begun();
            let mediator = b.world.desk(2, crate::role::Role::R5);
            b.world.meet(b.township, mediator);
            let (failed, put_off) =
                (b.session(SessionResult::Failed), b.session(SessionResult::Rescheduled));
            // The id follows the order of typing, the order of business time may differ.
            let at = if theirs_first { "2026-06-08T10:00" } else { "2026-06-08T09:00" };
            let ours = b.world.write(b.village, at, failed);
            let theirs = b.world.write(mediator, "2026-06-08T09:30", put_off);
            b.world.meet(mediator, b.township);
            let open = b.merged().conflicts.into_iter().find(Conflict::is_open).expect("asked");
            assert_eq!(open.key, format!("meeting/{ours}/{theirs}"));
            assert_eq!(open.ways, ["apart"]);
            if let Some(is_ours) = right {
                let choice = Choice::Fact(if is_ours { ours } else { theirs });
                b.world.write(b.village, "2026-06-09", decided(&open.key, choice));
            }
            let case = b.merged();
            assert_eq!(case.session_count(Level::Village), want, "{theirs_first} {right:?}");
            let uncounted: Vec<Option<Uncounted>> = [ours, theirs]
                .iter()
                .map(|id| case.sessions.iter().find(|s| s.id == *id).and_then(|s| s.uncounted))
                .collect();
            let want = match right {
                None => [Some(Uncounted::ResultsDiffer); 2],
                Some(true) => [None, Some(Uncounted::OtherResult)],
                Some(false) => [Some(Uncounted::OtherResult); 2],
            };
            assert_eq!(uncounted, want, "{theirs_first} {right:?}");
        }
    }

    #[test]
    fn somebody_may_say_that_it_was_one_meeting() {
        for (way, want) in [("one", 1), ("apart", 2), ("who knows", 1)] {
            let mut b = begun();
            let body = b.session(SessionResult::Failed);
            let mediator = b.world.desk(2, crate::role::Role::R5);
            b.world.meet(b.township, mediator);
            let ours = b.world.write(b.village, "2026-06-08", body.clone());
            let theirs = b.world.write(mediator, "2026-06-08", body);
            b.world.meet(mediator, b.township);
            let open = b.merged().conflicts.into_iter().find(Conflict::is_open).expect("asked");
            assert_eq!(open.ways, ["one", "apart"]);
            b.world.write(b.village, "2026-06-09", decided(&open.key, Choice::Way(way.into())));
            let case = b.merged();
            assert_eq!(case.session_count(Level::Village), want, "{way}");
            let with: Vec<Vec<FactId>> = case.sessions.iter().map(|s| s.with.clone()).collect();
            let want = if want == 1 { [vec![theirs], vec![ours]] } else { [vec![], vec![]] };
            assert_eq!(with, want, "{way}");
        }
    }

    #[test]
    fn one_record_may_note_more_people_than_the_other() {
        let id = |n: u8| FactId { log: crate::id::LogTag([n; 8]), ulid: [n; 16] };
        let rows: [(&[u8], &[u8], bool); 6] = [
            (&[1, 2], &[1, 2], true),
            (&[1, 2], &[2, 1, 3], true),
            (&[1, 2, 3], &[1, 2], true),
            (&[1, 2], &[1, 3], false),
            (&[], &[1], true),
            (&[1], &[2], false),
        ];
        for (a, b, want) in rows {
            let list = |ids: &[u8]| ids.iter().map(|n| id(*n)).collect::<Vec<FactId>>();
            assert_eq!(is_one_pair(&list(a), &list(b)), want, "{a:?} {b:?}");
        }
        for (a, b, want) in
            [("村委会", " 石湾村村委会", true), ("村委会", "", true), ("村委会", "镇里", false)]
        {
            assert_eq!((is_one_place(a, b), is_one_place(b, a)), (want, want), "{a} {b}");
        }
    }

    #[test]
    fn a_choice_that_is_neither_record_leaves_the_result_open() {
        let mut b = begun();
        let mediator = b.world.desk(2, crate::role::Role::R5);
        b.world.meet(b.township, mediator);
        let (failed, put_off) =
            (b.session(SessionResult::Failed), b.session(SessionResult::Rescheduled));
        b.world.write(b.village, "2026-06-08", failed);
        b.world.write(mediator, "2026-06-08", put_off);
        b.world.meet(mediator, b.township);
        let open = b.merged().conflicts.into_iter().find(Conflict::is_open).expect("asked");
        b.world.write(b.village, "2026-06-09", decided(&open.key, Choice::Fact(b.zhang)));
        let case = b.merged();
        assert!(case.sessions.iter().all(|s| s.uncounted == Some(Uncounted::ResultsDiffer)));
    }
}
