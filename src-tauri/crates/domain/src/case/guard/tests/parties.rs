//! Parties: who they are, what they say, what is told them, and on what ground their data is kept.

use super::super::super::world::{Begun, begun, party, registered};
use super::super::{NAME_CHARS_MAX, PARTIES_MAX, TEXT_CHARS_MAX};
use super::*;
use crate::fact::body::*;
use crate::role::Role;

fn person() -> PartyAdded {
    match party("王某", Side::Third) {
        Body::PartyAdded(body) => body,
        other => panic!("{other:?} is no party"),
    }
}

fn with(change: impl FnOnce(&mut PartyAdded)) -> Body {
    let mut body = person();
    change(&mut body);
    Body::PartyAdded(body)
}

#[test]
fn a_party_has_a_name_and_no_member_is_endless() {
    let b = begun();
    let village = b.village;
    let at = |field| (field, NAME_CHARS_MAX);
    check_required(&b, village, at("name"), |text| with(|p| p.name = text));
    check_bounded(&b, village, at("phone"), |text| with(|p| p.phone = Some(text)));
    check_bounded(&b, village, at("address"), |text| with(|p| p.address = Some(text)));
    check_bounded(&b, village, at("id_number"), |text| with(|p| p.id_number = Some(text)));
    check_bounded(&b, village, at("guardian"), |text| with(|p| p.guardian = Some(text)));
    check_bounded(&b, village, at("school"), |text| with(|p| p.school = Some(text)));
}

#[test]
fn nobody_is_born_tomorrow() {
    let b = begun();
    let born = |day: &str| with(|p| p.birth = Some(day.parse().unwrap()));
    let rows = [
        ("the day before", born("2026-03-09"), FINE),
        ("today", born("2026-03-10"), FINE),
        ("tomorrow", born("2026-03-11"), no("birth", No::InFuture)),
    ];
    check(&b, b.village, &rows);
}

#[test]
fn a_case_has_five_hundred_parties_and_no_more() {
    let mut b = begun();
    let village = b.village;
    while b.world.case(village).parties.len() < PARTIES_MAX - 1 {
        for _ in b.world.case(village).parties.len()..PARTIES_MAX - 1 {
            b.world.write(village, "2026-03-02", party("村民", Side::Third));
        }
    }
    check(&b, village, &[("the last", party("甲", Side::Third), FINE)]);
    b.world.write(village, "2026-03-02", party("甲", Side::Third));
    check(&b, village, &[("one more", party("乙", Side::Third), no("name", No::TooMany))]);
}

#[test]
fn whoever_is_named_is_a_party_of_the_case() {
    let b = begun();
    let desk = b.village;
    let none = String::new;
    check_named(&b, desk, "party", b.li, |party| {
        Body::ConsentRecorded(ConsentRecorded { party, will: Will::Given, note: none() })
    });
    let visit = |party, content: &str| {
        Body::VisitReceived(VisitReceived { party, content: content.into(), danger: false })
    };
    check_party(&b, desk, |party| visit(party, "来访"));
    let disclosed = |party, mediator: &str, relation: &str| {
        let (mediator, relation) = (mediator.into(), relation.into());
        Body::RelationDisclosed(RelationDisclosed { mediator, party, relation })
    };
    check_party(&b, desk, |party| disclosed(party, "周某", "堂兄"));
    let recused = |party, mediator: &str, reason: &str| {
        Body::Recused(Recused { mediator: mediator.into(), party, reason: reason.into() })
    };
    check_party(&b, desk, |party| recused(party, "周某", "堂兄"));
    check_party(&b, desk, |party| {
        let (what, attachments) = ("欠条".into(), vec![]);
        Body::EvidenceTaken(EvidenceTaken { what, party, attachments })
    });
    check_party(&b, desk, |party| {
        Body::ContactTried(ContactTried { party, reached: false, note: none() })
    });
    check_party(&b, desk, |party| {
        Body::ReplyDelivered(ReplyDelivered {
            reply: ReplyKind::Notice,
            party,
            number: none(),
            outcome: None,
            tracks: vec![],
            note: none(),
        })
    });
    check_required(&b, desk, ("content", TEXT_CHARS_MAX), |text| visit(None, &text));
    check_required(&b, desk, ("mediator", NAME_CHARS_MAX), |text| disclosed(None, &text, "兄"));
    check_required(&b, desk, ("relation", TEXT_CHARS_MAX), |text| disclosed(None, "周某", &text));
    check_required(&b, desk, ("mediator", NAME_CHARS_MAX), |text| recused(None, &text, "兄"));
    check_required(&b, desk, ("reason", TEXT_CHARS_MAX), |text| recused(None, "周某", &text));
}

#[test]
fn what_is_told_or_agreed_names_at_least_one_party() {
    let b = begun();
    let told = |parties| Body::RightsTold(RightsTold { parties });
    let waived = |mediator: &str, parties| {
        Body::RecusalWaived(RecusalWaived { mediator: mediator.into(), parties })
    };
    let rows = [
        ("nobody was told", told(vec![]), no("parties", No::Empty)),
        ("nobody agreed", waived("周某", vec![]), no("parties", No::Empty)),
    ];
    check(&b, b.village, &rows);
    check_parties(&b, b.village, "parties", told);
    check_parties(&b, b.village, "parties", |parties| waived("周某", parties));
    let mediator = ("mediator", NAME_CHARS_MAX);
    check_required(&b, b.village, mediator, |text| waived(&text, vec![b.li]));
}

#[test]
fn a_revisit_names_what_the_case_has() {
    let mut b = begun();
    let village = b.village;
    let agreement = b.agree(village, "2026-03-05", "退还押金", None);
    let revisited = |agreement, party| {
        Body::Revisited(Revisited {
            agreement,
            party,
            kept: None,
            satisfaction: None,
            note: String::new(),
        })
    };
    check_party(&b, village, |party| revisited(None, party));
    check_named(&b, village, "agreement", agreement, |id| revisited(Some(id), None));
}

#[test]
fn what_was_seen_and_heard_is_written_down() {
    let b = begun();
    let desk = b.village;
    let words = TEXT_CHARS_MAX;
    check_required(&b, desk, ("findings", words), |findings| {
        Body::SiteVisited(SiteVisited { place: String::new(), findings, attachments: vec![] })
    });
    let asked = |whom: &str, record: &str| {
        Body::InquiryMade(InquiryMade { whom: whom.into(), record: record.into() })
    };
    check_required(&b, desk, ("whom", NAME_CHARS_MAX), |text| asked(&text, "看见过"));
    check_required(&b, desk, ("record", words), |text| asked("邻居", &text));
    check_required(&b, desk, ("what", words), |what| {
        Body::EvidenceTaken(EvidenceTaken { what, party: None, attachments: vec![] })
    });
    check_required(&b, desk, ("text", words), |text| Body::Note(Note { text }));
}

fn kept_on(party: FactId, ground: PrivacyGround, guardian: &str, note: &str) -> Body {
    let (guardian, note) = (guardian.into(), note.into());
    Body::PrivacyRecorded(PrivacyRecorded { party, ground, guardian, note })
}

#[test]
fn a_childs_data_is_kept_with_its_guardians_word() {
    let mut b: Begun = begun();
    let village = b.village;
    let child = with(|p| p.birth = Some("2017-03-01".parse().unwrap()));
    let child = b.world.write(village, "2026-03-02", child);
    let (consent, duty) = (PrivacyGround::Consent, PrivacyGround::StatutoryDuty);
    let missing = no("guardian", No::GuardianMissing);
    let rows = [
        ("a child's own consent", kept_on(child, consent, "", ""), missing),
        ("with a blank guardian", kept_on(child, consent, " ", ""), missing),
        ("with its guardian's", kept_on(child, consent, "陈某", ""), FINE),
        ("a duty asks nobody", kept_on(child, duty, "", ""), FINE),
        ("an adult's own", kept_on(b.li, consent, "", ""), FINE),
        ("of nobody", kept_on(nobody(), duty, "", ""), no("party", No::Unknown)),
    ];
    check(&b, village, &rows);
    let name = ("guardian", NAME_CHARS_MAX);
    check_bounded(&b, village, name, |text| kept_on(b.li, consent, &text, ""));
    let note = ("note", TEXT_CHARS_MAX);
    check_bounded(&b, village, note, |text| kept_on(b.li, consent, "", &text));
}

#[test]
fn before_a_registration_there_is_no_day_to_come_after() {
    let mut b = begun();
    let other = b.world.desk(1, Role::R3);
    let party = b.world.write(other, "2026-03-05", party("王某", Side::Third));
    let told = |party| Body::RightsTold(RightsTold { parties: vec![party] });
    check_at(&b, other, "2020-01-01", &[("no registration here", told(party), FINE)]);
    let early = no("at", No::BeforeRegistration);
    check_at(
        &b,
        b.village,
        "2026-02-28",
        &[
            ("the day before", told(b.li), early),
            ("a second registration", registered(), no("kind", No::NotWrittenByHand)),
            ("a note", Body::Note(Note { text: "来过电话".into() }), FINE),
        ],
    );
    check_at(&b, b.village, "2026-03-01", &[("that very day", told(b.li), FINE)]);
}
