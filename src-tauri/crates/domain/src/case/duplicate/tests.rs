use super::super::stage::{Mark, State};
use super::super::world::{Begun, Desk, begun, day};
use super::super::{Case, limitation::LimitationKind};
use super::*;
use crate::catalogue::{self, Source};
use crate::fact::Body;
use crate::fact::body::*;
use crate::id::UserId;
use crate::role::Role;

const OTHER: RecordId = RecordId([7; 16]);

fn other(unit: RecordId) -> LinkedCase {
    LinkedCase {
        case: OTHER,
        number: "临-D-0001".into(),
        title: "王某与李某".into(),
        unit,
        by: UserId([3; 16]),
        applied: At::day(day("2026-02-20")),
        source: Source::Application,
        track: Track::LandContract,
        category: Some(Category::Land),
        parties: vec![
            LinkedParty { name: "王某".into(), side: PartySide::Applicant },
            LinkedParty { name: "李某".into(), side: PartySide::Respondent },
        ],
    }
}

fn decided(verdict: DuplicateVerdict, into: Option<RecordId>, answers: Vec<FactId>) -> Body {
    Body::DuplicateDecided(DuplicateDecided {
        verdict,
        cases: vec![other(RecordId([2; 16]))],
        into,
        act: None,
        answers,
        reason: "同一块地".into(),
    })
}

fn link(case: &Case) -> &Link {
    case.duplicates.with(OTHER).unwrap()
}

fn office(b: &mut Begun) -> Desk {
    let office = b.world.desk(3, Role::R6);
    b.world.meet(b.village, office);
    office
}

#[test]
fn a_merger_keeps_everything_and_can_be_taken_back() {
    let mut b = begun();
    let before = b.merged();
    let act = b.world.write(
        b.township,
        "2026-03-05",
        decided(DuplicateVerdict::Merged, Some(OTHER), vec![]),
    );
    let case = b.merged();
    assert_eq!(case.state, State::Merged);
    assert_eq!(case.duplicates.into.as_ref().map(|into| into.value), Some(OTHER));
    assert_eq!(case.parties, before.parties, "nothing is deleted");
    assert_eq!(case.registration, before.registration, "and no number changes");
    assert!(case.running.iter().all(|clock| clock.stop.is_some()), "its clocks stop");
    let again = decided(DuplicateVerdict::Merged, Some(OTHER), vec![]);
    b.world.write(b.village, "2026-03-05", again);
    assert!(!b.merged().has_open_conflict(), "two who say the same are one");
    b.world.write(b.township, "2026-03-06", decided(DuplicateVerdict::Undone, None, vec![act]));
    let case = b.merged();
    assert_eq!(case.state, before.state);
    assert!(case.duplicates.into.is_none());
    assert_eq!(case.running, before.running, "its clocks run as before");
}

#[test]
fn opposite_decisions_ask_the_judicial_office_and_relate_meanwhile() {
    let mut b = begun();
    let f = office(&mut b);
    b.world.write(b.village, "2026-03-05", decided(DuplicateVerdict::Different, None, vec![]));
    let merged = decided(DuplicateVerdict::Merged, Some(OTHER), vec![]);
    b.world.write(b.township, "2026-03-06", merged.clone());
    let case = b.merged();
    assert_eq!(link(&case).verdict, DuplicateVerdict::Related);
    assert!(link(&case).is_disputed && case.duplicates.into.is_none());
    assert!(case.marks.iter().any(|mark| mark.value == Mark::DuplicateConflict));
    let conflict = case.conflicts.iter().find(|c| c.kind == ConflictKind::Duplicate).unwrap();
    assert_eq!((conflict.seat, conflict.sides.len()), (Seat::JudicialOffice, 2));
    b.world.meet(b.village, f);
    b.world.write(f, "2026-03-07", merged);
    b.world.meet(b.village, f);
    let case = b.merged();
    assert_eq!(case.state, State::Merged);
    let settled = case.conflicts.iter().find(|c| c.kind == ConflictKind::Duplicate).unwrap();
    assert!(!settled.is_open() && settled.sides.len() == 2, "what was said stays readable");
    for seed in 0..20 {
        assert_eq!(case, b.world.case_shuffled(b.village, seed));
    }
}

#[test]
fn an_act_answers_what_it_names_even_if_this_record_does_not_show_it() {
    let mut b = begun();
    let first =
        b.world.write(b.village, "2026-03-05", decided(DuplicateVerdict::Different, None, vec![]));
    // The township read the village's act on the other case; its entry here came later.
    let merged = decided(DuplicateVerdict::Merged, Some(OTHER), vec![first]);
    b.world.write(b.township, "2026-03-06", merged);
    let case = b.merged();
    assert!(!case.has_open_conflict());
    assert_eq!(case.state, State::Merged);
}

#[test]
fn another_village_decides_nothing_about_this_one() {
    let mut b = begun();
    let stranger = b.world.desk(8, Role::R3);
    b.world.meet(b.village, stranger);
    let body = decided(DuplicateVerdict::Merged, Some(OTHER), vec![]);
    b.world.write(stranger, "2026-03-05", body);
    b.world.meet(b.village, stranger);
    assert!(b.merged().duplicates.links.is_empty());
}

#[test]
fn the_main_case_shows_its_sources_types_and_applications() {
    let mut b = begun();
    let set = |category| {
        let catalogue = catalogue::VERSION.into();
        Body::CategorySet(CategorySet { category, catalogue })
    };
    b.world.write(b.village, "2026-03-01", set(Category::Homestead));
    let agreed = |b: &Begun| {
        let Body::AgreementReached(body) = b.agreement("各让一步", None) else {
            unreachable!()
        };
        Body::AgreementReached(AgreementReached { form: AgreementForm::Oral, ..body })
    };
    assert!(b.world.check(b.village, "2026-03-05", &agreed(&b)).is_ok());
    b.world.write(b.township, "2026-03-05", decided(DuplicateVerdict::Merged, None, vec![]));
    let case = b.merged();
    assert_eq!(case.state, State::Registered, "the main case goes on");
    assert_eq!(case.duplicates.sources().count(), 1);
    let typed = case.category.as_ref().unwrap();
    assert_eq!(typed.value, Category::Homestead, "the village owns it");
    let kept = case.conflicts.iter().find(|c| c.key == "category/merged").unwrap();
    assert!(!kept.is_open() && kept.sides.len() == 2);
    let days: Vec<_> = case.applications.iter().map(|a| (a.party.as_str(), a.at.day)).collect();
    assert_eq!(days, [("王某", day("2026-02-20")), ("张某", day("2026-03-01"))]);
    let land = case.limitations.iter().find(|l| l.kind == LimitationKind::LandArbitration);
    assert_eq!(land.map(|l| l.end), Some(day("2028-03-01")), "the stricter of both tracks");
    assert!(b.world.check(b.village, "2026-03-05", &agreed(&b)).is_err(), "in writing only");
    // The township takes it over: now its type holds.
    b.escalate(b.village, "2026-03-06");
    b.world.meet(b.village, b.township);
    b.world.write(b.township, "2026-03-07", super::super::world::accepted());
    assert_eq!(b.merged().category.map(|c| c.value), Some(Category::Land));
}

#[test]
fn a_case_names_the_one_that_takes_it_up() {
    let mut b = begun();
    assert!(b.merged().taken_up.is_empty());
    let body = TakenUp { case: OTHER, number: "临-D-0001".into() };
    b.world.write(b.township, "2026-03-05", Body::TakenUp(body));
    let case = b.merged();
    assert_eq!(case.taken_up.iter().map(|t| t.case).collect::<Vec<_>>(), [OTHER]);
}

#[test]
fn who_merges_three_speaks_of_each_two_of_them() {
    let main = RecordId([8; 16]);
    let mut b = begun();
    let by_township = decided(DuplicateVerdict::Merged, Some(main), vec![]);
    let act = b.world.write(b.township, "2026-03-05", by_township);
    let case = b.merged();
    assert!(case.duplicates.with(OTHER).is_none(), "the main case tells of both");
    // Whoever merges the two says the same; whoever says they differ does not.
    let mut same = begun();
    same.world.write(
        same.township,
        "2026-03-05",
        decided(DuplicateVerdict::Merged, Some(main), vec![]),
    );
    same.world.write(
        same.village,
        "2026-03-05",
        decided(DuplicateVerdict::Merged, Some(OTHER), vec![]),
    );
    let case = same.merged();
    assert!(!case.has_open_conflict());
    assert!(link(&case).goes_into);
    let mut apart = begun();
    apart.world.write(
        apart.township,
        "2026-03-05",
        decided(DuplicateVerdict::Merged, Some(main), vec![]),
    );
    apart.world.write(
        apart.village,
        "2026-03-05",
        decided(DuplicateVerdict::Different, None, vec![]),
    );
    let case = apart.merged();
    assert!(link(&case).is_disputed && case.has_open_conflict());
    // Who knew of it and says otherwise has the last word.
    b.world.write(b.township, "2026-03-06", decided(DuplicateVerdict::Different, None, vec![act]));
    let case = b.merged();
    assert!(!case.has_open_conflict());
    assert_eq!(link(&case).verdict, DuplicateVerdict::Different);
}

#[test]
fn the_key_of_a_pair_names_the_other_case() {
    assert_eq!(key(OTHER), format!("duplicate/{OTHER}"));
    assert_eq!(other_of(&key(OTHER)), Some(OTHER));
    for text in ["duplicate/", "duplicate/x", "same_person/07"] {
        assert_eq!(other_of(text), None, "{text}");
    }
}

#[test]
fn only_what_went_into_a_case_is_a_source_of_it() {
    for (verdict, into, sources, goes_into) in [
        (DuplicateVerdict::Merged, None, 1, false),
        (DuplicateVerdict::Merged, Some(OTHER), 0, true),
        (DuplicateVerdict::Different, None, 0, false),
        (DuplicateVerdict::Different, Some(OTHER), 0, false),
        (DuplicateVerdict::Related, None, 0, false),
        (DuplicateVerdict::Undone, None, 0, false),
    ] {
        let mut b = begun();
        b.world.write(b.township, "2026-03-05", decided(verdict, into, vec![]));
        let case = b.merged();
        assert_eq!(case.duplicates.sources().count(), sources, "{verdict:?} {into:?}");
        assert_eq!(link(&case).goes_into, goes_into, "{verdict:?} {into:?}");
        let applied = if sources == 1 { "2026-02-20" } else { "2026-03-01" };
        assert_eq!(case.applied(), Some(At::day(day(applied))), "{verdict:?} {into:?}");
        let types: &[Category] = if sources == 1 { &[Category::Land] } else { &[] };
        assert_eq!(case.types(), types, "{verdict:?} {into:?}");
    }
}

#[test]
fn the_office_settles_only_what_it_has_read() {
    let mut b = begun();
    let f = office(&mut b);
    b.world.write(b.village, "2026-03-05", decided(DuplicateVerdict::Different, None, vec![]));
    let merged = decided(DuplicateVerdict::Merged, Some(OTHER), vec![]);
    b.world.write(b.township, "2026-03-06", merged);
    b.world.write(f, "2026-03-07", decided(DuplicateVerdict::Related, None, vec![]));
    b.world.meet(b.village, f);
    let case = b.merged();
    let found: Vec<&Conflict> =
        case.conflicts.iter().filter(|c| c.kind == ConflictKind::Duplicate).collect();
    assert_eq!(found.len(), 1, "nothing was answered");
    assert!(found[0].is_open() && found[0].sides.len() == 3);
}

#[test]
fn a_type_from_a_source_is_shown_with_whose_it_is() {
    let set = |category| {
        let catalogue = catalogue::VERSION.into();
        Body::CategorySet(CategorySet { category, catalogue })
    };
    let merged = |unit: u8| {
        let body = decided(DuplicateVerdict::Merged, None, vec![]);
        let Body::DuplicateDecided(body) = body else { unreachable!("a decision") };
        let cases = vec![other(RecordId([unit; 16]))];
        Body::DuplicateDecided(DuplicateDecided { cases, ..body })
    };
    for (own, want) in
        [(Category::Homestead, Category::Homestead), (Category::Land, Category::Land)]
    {
        let mut b = begun();
        b.world.write(b.village, "2026-03-01", set(own));
        b.merged();
        let act = b.world.write(b.township, "2026-03-05", merged(8));
        let case = b.merged();
        assert_eq!(case.category.as_ref().map(|c| c.value), Some(want));
        let types: &[Category] =
            if own == Category::Land { &[Category::Land] } else { &[own, Category::Land] };
        assert_eq!(case.types(), types);
        let kept = case.conflicts.iter().find(|c| c.key == "category/merged");
        assert_eq!(kept.is_some(), own != Category::Land, "one type is no contradiction");
        let Some(kept) = kept else { continue };
        let theirs = kept.sides.iter().find(|side| matches!(side.choice, Choice::Value(_)));
        let theirs = theirs.expect("the source's");
        let want = super::super::conflict::Side {
            choice: Choice::Value("land".into()),
            at: Some(At::day(day("2026-02-20"))),
            by: UserId([3; 16]),
            unit: Some(RecordId([8; 16])),
            device: Some(b.township.proof().device),
            recorded: theirs.recorded,
        };
        assert_eq!(*theirs, want);
        assert!(kept.why.facts.contains(&act));
    }
    // What the owning unit said on this case itself comes before what it said on the other.
    let mut b = begun();
    b.escalate(b.village, "2026-03-02");
    b.world.meet(b.village, b.township);
    b.world.write(b.township, "2026-03-03", super::super::world::accepted());
    b.world.write(b.township, "2026-03-04", set(Category::Homestead));
    b.world.write(b.township, "2026-03-05", merged(2));
    assert_eq!(b.merged().category.map(|c| c.value), Some(Category::Homestead));
}

#[test]
fn a_decision_is_told_in_a_word() {
    for (verdict, word) in [
        (DuplicateVerdict::Merged, "merged"),
        (DuplicateVerdict::Related, "related"),
        (DuplicateVerdict::Different, "different"),
        (DuplicateVerdict::Undone, "undone"),
    ] {
        let Body::DuplicateDecided(body) = decided(verdict, None, vec![]) else { unreachable!() };
        assert_eq!(choice(&body), Choice::Way(word.into()));
    }
}
