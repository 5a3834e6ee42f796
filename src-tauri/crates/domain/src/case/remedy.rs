//! What stays open to the other side when an agreement is not kept: urging first, then the ways
//! the law leaves, by what the dispute is about and whether a court has confirmed.

use serde::{Deserialize, Serialize};

use crate::fact::body::{Kept, Ruling};
use crate::id::FactId;
use crate::rules::{RuleId, Why};

use super::agreement::Agreement;
use super::assess::Derived;
use super::confirmation::Confirmation;
use super::coverage::holds;
use super::known::{Facts, Known, each};
use super::performance;

/// A way that is open when a promise is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Remedy {
    /// 督促履行.
    ///
    /// Source: 人民调解法 (2010) art. 31.
    Urge,
    /// 就协议的履行或者内容向人民法院起诉.
    ///
    /// Source: 人民调解法 (2010) art. 32.
    Sue,
    /// 申请强制执行: a court has confirmed it.
    ///
    /// Source: 人民调解法 (2010) art. 33; 民事诉讼法 (2023) art. 206.
    Enforce,
    /// 申请支付令.
    ///
    /// Source: 劳动争议调解仲裁法 (2007) art. 16.
    PaymentOrder,
    /// 申请仲裁.
    ///
    /// Source: 劳动争议调解仲裁法 (2007) art. 15; 农村土地承包经营纠纷调解仲裁法 (2009) art. 4.
    Arbitration,
}

/// What a dispute is about, as far as the ways depend on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject {
    /// 劳动争议, by type or track.
    pub(super) is_labour: bool,
    /// 土地承包, by track.
    pub(super) is_land_contract: bool,
}

/// Says of each agreement that holds and is not kept which ways are open.
pub(super) fn fold(
    facts: &Facts,
    agreements: &mut [Agreement],
    confirmations: &[Confirmation],
    subject: Subject,
) {
    for agreement in agreements.iter_mut().filter(|a| holds(a)) {
        if performance::standing(facts, agreement) != Some(Kept::NotDone) {
            continue;
        }
        let broken: Vec<&Known> = each!(facts, PerformanceNoted)
            .filter(|(_, body)| body.agreement == agreement.id && body.kept == Kept::NotDone)
            .map(|(known, _)| known)
            .collect();
        let valid = confirmations
            .iter()
            .filter(|c| c.agreement == agreement.id)
            .find_map(|c| c.ruling.filter(|(_, result)| *result == Ruling::Valid));
        let mut open = vec![];
        if !is_urged(facts, agreement.id, &broken) {
            open.push(Remedy::Urge);
        }
        open.push(if valid.is_some() { Remedy::Enforce } else { Remedy::Sue });
        let owes = |a: &Agreement| {
            a.amount.is_some() || a.plan.iter().any(|line| line.amount_fen.is_some())
        };
        if subject.is_labour && owes(agreement) {
            open.push(Remedy::PaymentOrder);
        }
        if subject.is_labour || subject.is_land_contract {
            open.push(Remedy::Arbitration);
        }
        let basis: Vec<FactId> =
            broken.iter().map(|known| known.id).chain(valid.map(|(id, _)| id)).collect();
        let why = |value| {
            let rule = match value {
                Remedy::Enforce => RuleId::CourtRuling,
                _ => RuleId::Remedies,
            };
            Why::new(rule, basis.iter().copied().chain([agreement.id]))
        };
        agreement.remedies =
            open.into_iter().map(|value| Derived { value, why: why(value) }).collect();
    }
}

/// Whether somebody urged after the last word that it was not kept.
fn is_urged(facts: &Facts, agreement: FactId, broken: &[&Known]) -> bool {
    let last = broken.iter().map(|known| known.order()).max();
    each!(facts, Urged)
        .filter(|(_, body)| body.agreement == agreement)
        .any(|(known, _)| Some(known.order()) > last)
}

#[cfg(test)]
mod tests {
    use super::super::world::{Begun, begun};
    use super::*;
    use crate::fact::Body;
    use crate::fact::body::{
        ConfirmationFiled, ConfirmationRuled, CourtChoice, PerformanceNoted, Track, TrackAdded,
        Urged,
    };

    fn remedies(b: &mut Begun) -> Vec<Remedy> {
        b.merged().agreements[0].remedies.iter().map(|remedy| remedy.value).collect()
    }

    fn noted(agreement: FactId, kept: Kept) -> Body {
        let note = String::new();
        Body::PerformanceNoted(PerformanceNoted {
            agreement,
            line: None,
            kept,
            amount_fen: None,
            note,
        })
    }

    fn urged(agreement: FactId) -> Body {
        let note = "答应月底前付".into();
        Body::Urged(Urged { agreement, line: None, party: None, note })
    }

    #[test]
    fn what_is_not_kept_is_urged_and_opens_ways_by_track() {
        let by_track: [(Option<Track>, &[Remedy]); 3] = [
            (None, &[Remedy::Urge, Remedy::Sue]),
            (
                Some(Track::Labour),
                &[Remedy::Urge, Remedy::Sue, Remedy::PaymentOrder, Remedy::Arbitration],
            ),
            (Some(Track::LandContract), &[Remedy::Urge, Remedy::Sue, Remedy::Arbitration]),
        ];
        for (track, want) in by_track {
            let mut b = begun();
            let village = b.village;
            if let Some(track) = track {
                let body = TrackAdded { track, reference: String::new() };
                b.world.write(village, "2026-03-02", Body::TrackAdded(body));
            }
            let agreement = b.agree(village, "2026-03-05", "六月底前付清", None);
            assert!(remedies(&mut b).is_empty(), "nothing is broken yet");
            b.world.write(village, "2026-07-01", noted(agreement, Kept::NotDone));
            assert_eq!(remedies(&mut b), want, "{track:?}");
            b.world.write(village, "2026-07-02", urged(agreement));
            assert_eq!(remedies(&mut b), want[1..], "{track:?}: it was urged");
            b.world.write(village, "2026-07-20", noted(agreement, Kept::NotDone));
            assert_eq!(remedies(&mut b), want, "{track:?}: and not kept again");
            b.world.write(village, "2026-07-25", noted(agreement, Kept::Done));
            assert!(remedies(&mut b).is_empty());
        }
    }

    #[test]
    fn a_confirmed_agreement_is_enforced() {
        let mut b = begun();
        let village = b.village;
        let agreement = b.agree(village, "2026-03-05", "六月底前付清", None);
        let applicants = vec![b.zhang, b.li];
        let filing = b.world.write(
            village,
            "2026-03-10",
            Body::ConfirmationFiled(ConfirmationFiled {
                agreement,
                applicants,
                choice: CourtChoice::Domicile,
                court: "青石县人民法院".into(),
            }),
        );
        b.world.write(village, "2026-07-01", noted(agreement, Kept::NotDone));
        assert_eq!(remedies(&mut b), [Remedy::Urge, Remedy::Sue]);
        let ruled = ConfirmationRuled {
            filing,
            result: Ruling::Valid,
            number: "（2026）调确字第1号".into(),
            reason: String::new(),
        };
        b.world.write(village, "2026-03-20", Body::ConfirmationRuled(ruled));
        assert_eq!(remedies(&mut b), [Remedy::Urge, Remedy::Enforce]);
    }

    #[test]
    fn each_way_names_its_rule_and_what_it_rests_on() {
        let mut b = begun();
        let village = b.village;
        let other = b.agree(village, "2026-03-04", "另一件事", None);
        let agreement = b.agree(village, "2026-03-05", "六月底前付清", Some(other));
        let applicants = vec![b.zhang, b.li];
        let filing = b.world.write(
            village,
            "2026-03-10",
            Body::ConfirmationFiled(ConfirmationFiled {
                agreement,
                applicants,
                choice: CourtChoice::Domicile,
                court: "青石县人民法院".into(),
            }),
        );
        let ruled = ConfirmationRuled {
            filing,
            result: Ruling::Valid,
            number: String::new(),
            reason: String::new(),
        };
        let ruled = b.world.write(village, "2026-03-20", Body::ConfirmationRuled(ruled));
        b.world.write(village, "2026-05-01", noted(agreement, Kept::Partly));
        b.world.write(village, "2026-05-02", noted(other, Kept::NotDone));
        let broken = b.world.write(village, "2026-07-01", noted(agreement, Kept::NotDone));
        let case = b.merged();
        let own = case.agreements.iter().find(|a| a.id == agreement).unwrap();
        let basis = [broken, ruled, agreement];
        let want = [
            Derived { value: Remedy::Urge, why: Why::new(RuleId::Remedies, basis) },
            Derived { value: Remedy::Enforce, why: Why::new(RuleId::CourtRuling, basis) },
        ];
        assert_eq!(own.remedies, want);
    }
}
