//! How long the parties may still go to law: estimates, and said to be no more than that. When the
//! creditor knew of the harm is rarely written down, and other things interrupt limitation too.
//!
//! Source: 民法典 (2020) arts. 188, 195 and 196; 诉讼时效规定 (2020) art. 12; 劳动争议调解仲裁法
//! (2007) art. 27; 农村土地承包经营纠纷调解仲裁法 (2009) art. 18.

use chrono::Months;
use serde::{Deserialize, Serialize};

use crate::catalogue::Category;
use crate::fact::body::Track;
use crate::id::FactId;
use crate::rules::{RuleId, Why};
use crate::time::Day;

use super::Registration;
use super::duplicate::Application;

/// What runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum LimitationKind {
    /// 普通诉讼时效，三年
    Ordinary,
    /// 劳动争议申请仲裁，一年
    LabourArbitration,
    /// 土地承包经营纠纷申请仲裁，二年
    LandArbitration,
}

impl LimitationKind {
    /// How long it runs, in months.
    ///
    /// Source: 民法典 art. 188 (three years); 劳动争议调解仲裁法 art. 27 (one year);
    /// 农村土地承包经营纠纷调解仲裁法 art. 18 (two years).
    #[must_use]
    pub const fn months(self) -> u32 {
        match self {
            Self::Ordinary => 36,
            Self::LabourArbitration => 12,
            Self::LandArbitration => 24,
        }
    }
}

/// Claims that may know no limitation at all.
///
/// Source: 民法典 (2020) art. 196.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum NoLimitation {
    /// 停止侵害、排除妨碍、消除危险
    Obstruction,
    /// 返还不动产或者登记的动产
    ReturnOfProperty,
    /// 支付抚养费、赡养费或者扶养费
    Maintenance,
}

/// An estimate (估算).
#[derive(Debug, Clone, PartialEq)]
pub struct Limitation {
    /// What runs out.
    pub kind: LimitationKind,
    /// For whom, where each party has a day of its own.
    pub party: Option<String>,
    /// From when it is reckoned.
    pub from: Day,
    /// The last day, as far as can be said.
    pub end: Day,
    /// What of the claim may know no limitation.
    pub exempt: Option<NoLimitation>,
    /// The rule and the facts.
    pub why: Why,
}

/// What limitation is reckoned from.
pub(super) struct Ground<'a> {
    pub(super) registration: &'a Registration,
    pub(super) applications: &'a [Application],
    pub(super) tracks: &'a [Track],
    pub(super) category: Option<Category>,
    pub(super) basis: Vec<FactId>,
}

/// The estimates of a case.
pub(super) fn estimates(ground: &Ground<'_>) -> Vec<Limitation> {
    let has = |track| ground.tracks.contains(&track);
    let is_labour = has(Track::Labour)
        || matches!(ground.category, Some(Category::UnpaidWages | Category::OtherLabour));
    let is_land = has(Track::LandContract) || ground.category == Some(Category::Land);
    let registration = ground.registration;
    let why = Why::new(RuleId::Limitation, ground.basis.iter().copied());
    let end = |from: Day, kind: LimitationKind| {
        from.checked_add_months(Months::new(kind.months())).unwrap_or(from)
    };
    let mut estimates = Vec::new();
    let mut push = |kind: LimitationKind, party: Option<String>, from: Day| {
        estimates.push(Limitation {
            kind,
            party,
            from,
            end: end(from, kind),
            exempt: exempt(ground.category).filter(|_| kind == LimitationKind::Ordinary),
            why: why.clone(),
        });
    };
    // Arbitration is reckoned from the day the harm was known; the safe side is the earliest day.
    let known = registration.happened.map_or(registration.at.day, |at| at.day);
    if is_labour {
        push(LimitationKind::LabourArbitration, None, known);
    }
    if is_land {
        push(LimitationKind::LandArbitration, None, known);
    }
    // Each application interrupts limitation for whoever made it, from that day on.
    for application in ground.applications {
        push(LimitationKind::Ordinary, Some(application.party.clone()), application.at.day);
    }
    estimates
}

/// What of a type's usual claims knows no limitation: a hint, no more.
fn exempt(category: Option<Category>) -> Option<NoLimitation> {
    match category? {
        Category::Neighbours | Category::Pollution => Some(NoLimitation::Obstruction),
        Category::Homestead | Category::Land => Some(NoLimitation::ReturnOfProperty),
        Category::MarriageFamily => Some(NoLimitation::Maintenance),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::{begun, day};
    use super::*;
    use crate::catalogue;
    use crate::fact::Body;
    use crate::fact::body::{CategorySet, TrackAdded};

    #[test]
    fn the_application_interrupts_limitation_and_what_is_said_is_an_estimate() {
        let mut b = begun();
        let case = b.merged();
        let ordinary = &case.limitations[0];
        assert_eq!(ordinary.kind, LimitationKind::Ordinary);
        assert_eq!(ordinary.party.as_deref(), Some("张某"), "who applied, not who answers");
        assert_eq!((ordinary.from, ordinary.end), (day("2026-03-01"), day("2029-03-01")));
        assert_eq!(case.limitations.len(), 1);
        let category = Category::MarriageFamily;
        let catalogue = catalogue::VERSION.into();
        let body = Body::CategorySet(CategorySet { category, catalogue });
        b.world.write(b.village, "2026-03-02", body);
        assert_eq!(b.merged().limitations[0].exempt, Some(NoLimitation::Maintenance));
    }

    #[test]
    fn contracted_land_and_labour_have_their_own() {
        for (track, kind, end) in [
            (Track::LandContract, LimitationKind::LandArbitration, "2028-03-01"),
            (Track::Labour, LimitationKind::LabourArbitration, "2027-03-01"),
        ] {
            let mut b = begun();
            let body = Body::TrackAdded(TrackAdded { track, reference: String::new() });
            b.world.write(b.village, "2026-03-02", body);
            let case = b.merged();
            let found = case.limitations.iter().find(|l| l.kind == kind).unwrap();
            assert_eq!((found.end, found.exempt), (day(end), None));
        }
    }

    #[test]
    fn some_claims_know_no_limitation() {
        use NoLimitation::{Maintenance, Obstruction, ReturnOfProperty};
        for category in catalogue::Category::ALL {
            let want = match category {
                Category::Neighbours | Category::Pollution => Some(Obstruction),
                Category::Homestead | Category::Land => Some(ReturnOfProperty),
                Category::MarriageFamily => Some(Maintenance),
                _ => None,
            };
            assert_eq!(exempt(Some(category)), want, "{category:?}");
        }
        assert_eq!(exempt(None), None);
    }

    #[test]
    fn a_type_opens_the_way_to_arbitration_as_a_track_does() {
        for (category, want) in [
            (Category::UnpaidWages, Some(LimitationKind::LabourArbitration)),
            (Category::OtherLabour, Some(LimitationKind::LabourArbitration)),
            (Category::Land, Some(LimitationKind::LandArbitration)),
            (Category::Homestead, None),
        ] {
            let mut b = begun();
            let catalogue = catalogue::VERSION.into();
            let body = Body::CategorySet(CategorySet { category, catalogue });
            b.world.write(b.village, "2026-03-02", body);
            let case = b.merged();
            let kinds: Vec<LimitationKind> = case.limitations.iter().map(|l| l.kind).collect();
            let want: Vec<LimitationKind> =
                want.into_iter().chain([LimitationKind::Ordinary]).collect();
            assert_eq!(kinds, want, "{category:?}");
        }
        let months = [36, 12, 24];
        let kinds = [
            LimitationKind::Ordinary,
            LimitationKind::LabourArbitration,
            LimitationKind::LandArbitration,
        ];
        assert_eq!(kinds.map(LimitationKind::months), months);
    }
}
