//! On what ground a party's data is kept (同意 or 法定职责); for a child, whose guardian said so.
//!
//! Source: 个人信息保护法 arts. 13, 29 and 31.

use crate::fact::body::{PrivacyGround, PrivacyRecorded};
use crate::id::FactId;
use crate::rules::{RuleId, Why};

use super::Case;
use super::guard::{Refusal, RefusalReason};
use super::known::{Facts, each};

/// The ground on which a party's data is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Privacy {
    /// The ground.
    pub ground: PrivacyGround,
    /// The guardian who consented.
    pub guardian: String,
    /// The rule and the fact.
    pub why: Why,
}

/// The last word on a party.
pub(super) fn of(facts: &Facts, party: FactId) -> Option<Privacy> {
    each!(facts, PrivacyRecorded)
        .filter(|(_, body)| body.party == party)
        .max_by_key(|(known, _)| known.order())
        .map(|(known, body)| Privacy {
            ground: body.ground,
            guardian: body.guardian.clone(),
            why: Why::new(RuleId::PrivacyGround, [known.id]),
        })
}

/// A child's consent is its guardian's.
pub(super) fn check(case: &Case, body: &PrivacyRecorded) -> Result<(), Refusal> {
    let party = case.parties.iter().find(|party| party.id == body.party);
    let is_minor = party.is_some_and(|party| party.is_minor);
    let is_consent = body.ground == PrivacyGround::Consent;
    if is_minor && is_consent && body.guardian.trim().is_empty() {
        return Err(Refusal { field: "guardian", reason: RefusalReason::GuardianMissing });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::world::{begun, party};
    use super::*;
    use crate::fact::Body;
    use crate::fact::body::{PartyAdded, Side};

    #[test]
    fn a_childs_consent_is_its_guardians() {
        let mut b = begun();
        let Body::PartyAdded(child) = party("陈小宝", Side::Third) else { return };
        // Nobody wrote the birthday down; the identity number tells it.
        let child = PartyAdded { id_number: Some("110105201703010012".into()), ..child };
        let child = b.world.write(b.village, "2026-03-02", Body::PartyAdded(child));
        let record = |party, ground, guardian: &str| {
            let guardian = guardian.to_owned();
            let note = String::new();
            Body::PrivacyRecorded(PrivacyRecorded { party, ground, guardian, note })
        };
        let rows = [
            (record(child, PrivacyGround::Consent, ""), false),
            (record(child, PrivacyGround::Consent, "陈某"), true),
            (record(child, PrivacyGround::StatutoryDuty, ""), true),
            (record(b.zhang, PrivacyGround::Consent, ""), true),
        ];
        for (body, want) in rows {
            assert_eq!(b.world.check(b.village, "2026-03-02", &body).is_ok(), want, "{body:?}");
        }
        b.world.write(b.village, "2026-03-02", record(child, PrivacyGround::Consent, "陈某"));
        let case = b.merged();
        assert!(case.parties[2].is_minor);
        let privacy = case.parties[2].privacy.as_ref().unwrap();
        assert_eq!((privacy.ground, privacy.guardian.as_str()), (PrivacyGround::Consent, "陈某"));
    }

    #[test]
    fn the_last_word_on_a_party_is_the_ground_of_its_own_data() {
        let mut b = begun();
        let village = b.village;
        let (zhang, li) = (b.zhang, b.li);
        let record = |party, ground, guardian: &str| {
            let (guardian, note) = (guardian.to_owned(), String::new());
            Body::PrivacyRecorded(PrivacyRecorded { party, ground, guardian, note })
        };
        let (consent, duty) = (PrivacyGround::Consent, PrivacyGround::StatutoryDuty);
        let grounds = |b: &mut super::super::world::Begun| -> Vec<Option<PrivacyGround>> {
            b.merged().parties.iter().map(|p| p.privacy.as_ref().map(|p| p.ground)).collect()
        };
        assert_eq!(grounds(&mut b), [None, None]);
        b.world.write(village, "2026-03-04", record(zhang, consent, ""));
        assert_eq!(grounds(&mut b), [Some(consent), None]);
        b.world.write(village, "2026-03-06", record(li, consent, ""));
        b.world.write(village, "2026-03-05", record(li, duty, ""));
        assert_eq!(grounds(&mut b), [Some(consent), Some(consent)], "by its day, not by typing");
        let last = b.world.write(village, "2026-03-07", record(zhang, duty, "王某"));
        let case = b.merged();
        let privacy = case.parties[0].privacy.clone().unwrap();
        assert_eq!((privacy.ground, privacy.guardian.as_str()), (duty, "王某"));
        assert_eq!((privacy.why.rule, privacy.why.facts), (RuleId::PrivacyGround, vec![last]));
    }
}
