use super::*;
use crate::case::world::{World, day};
use crate::fact::body::*;
use crate::fact::{Body, Fact};
use crate::role::Role;

fn swap(find: &str, put: &str) -> Swap {
    Swap { find: find.into(), put: put.into() }
}

fn party(name: &str) -> PartyAdded {
    PartyAdded {
        name: name.into(),
        side: Side::Applicant,
        sex: Some(Sex::Female),
        birth: Some(day("2015-06-07")),
        phone: Some("13899887766".into()),
        address: Some("芦苇荡西口".into()),
        id_number: None,
        person: Some(RecordId([9; 16])),
        guardian: Some("欧阳山".into()),
        school: None,
    }
}

#[test]
fn the_longer_word_goes_first_and_nothing_of_it_is_left() {
    let swaps = [swap("欧阳", "某"), swap("欧阳鹳", "当事人甲"), swap("138", "×")];
    assert_eq!(replaced("欧阳鹳和欧阳山：13899", &swaps), "当事人甲和某山：×99");
    assert_eq!(replaced("没有", &swaps), "没有");
    // What is put in does not count as found.
    assert_eq!(replaced("甲甲乙", &[swap("甲", "甲乙"), swap("乙", "")]), "甲乙甲乙");
}

#[test]
fn a_party_is_known_by_name_numbers_and_home() {
    let found: Vec<(String, String)> =
        proposed(&party("欧阳鹳"), 1).into_iter().map(|s| (s.find, s.put)).collect();
    let want =
        [("欧阳鹳", "当事人乙"), ("13899887766", BLANK), ("芦苇荡西口", BLANK), ("欧阳山", BLANK)];
    assert_eq!(found, want.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[test]
fn of_a_party_the_side_and_the_year_of_birth_are_left_and_the_rest_of_the_case_stands() {
    let mut world = World::new();
    let desk = world.desk(1, Role::R3);
    let id = world.write(desk, "2026-03-02", Body::PartyAdded(party("欧阳鹳")));
    let said = VisitReceived {
        party: Some(id), content: "欧阳鹳说门口淹了".into(), danger: false
    };
    world.write(desk, "2026-03-03", Body::VisitReceived(said));
    let to = Box::new(Body::PartyAdded(PartyAdded {
        address: Some("七队".into()),
        ..party("欧阳鹤")
    }));
    let corrected = Corrected { fact: id, at: None, to, reason: "写错了".into() };
    world.write(desk, "2026-03-04", Body::Corrected(corrected));
    let swaps = [swap("欧阳鹳", "当事人甲"), swap("欧阳鹤", "当事人甲")];
    let wanted = Wanted { party: Some(id), swaps: &swaps };
    let facts = world.facts(desk).facts;
    let bodies: Vec<Body> = facts
        .iter()
        .map(|carried| {
            let leaves = wanted.leaves(carried.id, &carried.json);
            assert!(!leaves.is_empty(), "{}", carried.json);
            let json = rewritten(&carried.json, &leaves, str::to_owned).unwrap();
            assert!(
                !["欧阳", "1389", "芦苇", "七队", "06-07"].iter().any(|w| json.contains(w)),
                "{json}"
            );
            let (before, after) = (Fact::read(&carried.json).unwrap(), Fact::read(&json).unwrap());
            assert_eq!(
                (before.at, before.by, before.recorded),
                (after.at, after.by, after.recorded)
            );
            after.body
        })
        .collect();
    let Body::PartyAdded(left) = &bodies[0] else { panic!("{bodies:?}") };
    assert_eq!(
        (left.name.as_str(), left.side, left.sex),
        ("当事人甲", Side::Applicant, Some(Sex::Female))
    );
    assert_eq!((left.birth, left.person), (Some(day("2015-01-01")), None));
    let Body::VisitReceived(visit) = &bodies[1] else { panic!("{bodies:?}") };
    assert_eq!((visit.party, visit.content.as_str()), (Some(id), "当事人甲说门口淹了"));
}

#[test]
fn names_of_records_and_the_words_of_the_program_are_left_alone() {
    let mut world = World::new();
    let desk = world.desk(1, Role::R3);
    let id = world.write(desk, "2026-03-02", Body::PartyAdded(party("某某")));
    let json = world.facts(desk).facts[0].json.clone();
    let swaps = [swap("applicant", "x"), swap("9", "8")];
    let leaves = Wanted { party: None, swaps: &swaps }.leaves(id, &json);
    let paths: Vec<&str> = leaves.iter().map(|leaf| leaf.path.as_str()).collect();
    assert_eq!(paths, ["/body/phone"], "neither the side nor the person's record");
}

/// An agreement of two, signed and sealed or not, by whom.
fn agreed(is_signed: bool, text: &str) -> (Agreement, [FactId; 2]) {
    let mut world = World::new();
    let desk = world.desk(1, Role::R3);
    let mut add = |name: &str, side| {
        let party = PartyAdded { side, birth: None, guardian: None, ..party(name) };
        world.write(desk, "2026-03-02", Body::PartyAdded(party))
    };
    let both = [add("欧阳鹳", Side::Applicant), add("李某", Side::Respondent)];
    let reached = AgreementReached::written(text, both.to_vec());
    let agreement = world.write(desk, "2026-03-03", Body::AgreementReached(reached));
    if is_signed {
        let mediators = vec!["周某".into()];
        let with = SignedWith::Signature;
        let signed = AgreementSigned { agreement, parties: both.to_vec(), mediators, with };
        world.write(desk, "2026-03-03", Body::AgreementSigned(signed));
        let sealed =
            AgreementSealed { agreement, seal: "调委会".into(), custodian: String::new() };
        world.write(desk, "2026-03-03", Body::AgreementSealed(sealed));
    }
    let case = world.case(desk);
    (case.agreements[0].clone(), both)
}

#[test]
fn whoever_is_bound_by_an_agreement_that_holds_is_not_taken_out() {
    let (agreement, both) = agreed(true, "水沟由双方共修。");
    assert!(agreement.is_in_effect());
    for party in both {
        assert_eq!(bar(&agreement, Some(party), false), Some(RedactionBar::Bound));
    }
    assert_eq!(bar(&agreement, None, false), None, "somebody it does not tell of");
    let replaced = Agreement { standing: Standing::Replaced, ..agreement };
    assert_eq!(bar(&replaced, Some(both[0]), false), None, "it binds nobody any more");
    assert_eq!(bar(&replaced, Some(both[0]), true), Some(RedactionBar::Signed), "and is a paper");
}

#[test]
fn what_was_signed_is_not_altered_and_what_nobody_signed_is() {
    let (signed, _) = agreed(true, "欧阳鹳修水沟。");
    assert_eq!(bar(&signed, None, true), Some(RedactionBar::Signed));
    let (draft, both) = agreed(false, "欧阳鹳修水沟。");
    assert_eq!(bar(&draft, Some(both[0]), true), None);
    let json = r#"{"kind":"agreement_reached","body":{"text":"欧阳鹳修水沟。","text_hash":"0"}}"#;
    let swaps = [swap("欧阳鹳", "当事人甲")];
    let leaves = Wanted { party: None, swaps: &swaps }.leaves(both[0], json);
    let json = rewritten(json, &leaves, |text| format!("hash of {text}")).unwrap();
    assert!(json.contains("hash of 当事人甲修水沟。"), "{json}");
}
