//! The red branch: violence at home, harm to a minor, a dispute that turns violent. Report first;
//! a report is never taken back; nobody is asked to sit face to face.
//!
//! Source: 人民调解法 (2010) art. 25; 反家庭暴力法 arts. 10, 14 and 35; 未成年人保护法 (2024) arts. 11
//! and 103.

use crate::fact::body::Flag;
use crate::id::{FactId, UnitId};
use crate::role::Role;
use crate::rules::{RuleId, Why};
use crate::time::Day;

use super::Party;
use super::known::{Facts, each};

/// Reports to the police that nobody has answered.
pub(super) fn open_reports(facts: &Facts) -> Vec<FactId> {
    each!(facts, ReportedToPolice)
        .map(|(known, _)| known.id)
        .filter(|id| !each!(facts, PoliceResponded).any(|(_, body)| body.report == *id))
        .collect()
}

/// Flags that put a case on the red branch.
pub(super) fn raised(facts: &Facts) -> Vec<FactId> {
    let is_red = |flag: &Flag| matches!(flag, Flag::DomesticViolence | Flag::MinorHarmed);
    each!(facts, Flagged)
        .filter(|(_, body)| body.flags.iter().any(is_red))
        .map(|(known, _)| known.id)
        .collect()
}

/// Why a case is on the red branch, if it is. It never leaves it.
pub(super) fn branch(facts: &Facts) -> Option<Why> {
    let reports = each!(facts, ReportedToPolice).map(|(known, _)| known.id);
    let basis: Vec<FactId> = raised(facts).into_iter().chain(reports).collect();
    (!basis.is_empty()).then(|| Why::new(RuleId::RedBranch, basis))
}

/// Flags that must be reported and were not.
pub(super) fn unreported(facts: &Facts) -> Vec<FactId> {
    let is_reported = each!(facts, ReportedToPolice).next().is_some();
    if is_reported { Vec::new() } else { raised(facts) }
}

/// The age below which a person is a minor.
///
/// Source: 未成年人保护法 (2024) art. 2.
const ADULT_YEARS: u32 = 18;

/// Whether somebody born on a day was a minor when the case began. Whoever was stays masked in
/// it: the stricter reading, and the same on every day it is read.
#[must_use]
pub fn is_minor(born: Option<Day>, began: Day) -> bool {
    born.and_then(|born| began.years_since(born)).is_some_and(|years| years < ADULT_YEARS)
}

/// A name as lists, statistics and exports show it: the family name of a minor only.
///
/// Source: 未成年人保护法 (2024) art. 103.
#[must_use]
pub fn shown_name(party: &Party) -> String {
    let mut letters = party.details.name.chars();
    match letters.next() {
        Some(first) if party.is_minor => format!("{first}某"),
        _ => party.details.name.clone(),
    }
}

/// What must not be read by everybody: the names, homes and schools of the minors of a case, with
/// what stands in their place.
///
/// Source: 未成年人保护法 (2024) art. 103; 个人信息保护法 arts. 28 and 31.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mask {
    hidden: Vec<(String, String)>,
}

/// What stands in the place of a home, a school, a number.
const HIDDEN: &str = "＊＊＊";

impl Mask {
    /// The mask of some parties.
    #[must_use]
    pub fn of(parties: &[Party]) -> Self {
        let mut hidden = Vec::new();
        for party in parties.iter().filter(|party| party.is_minor) {
            let details = &party.details;
            let rest = [&details.school, &details.address, &details.id_number];
            let rest = rest.into_iter().flatten().map(|text| (text.trim(), HIDDEN.to_owned()));
            let name = (details.name.trim(), shown_name(party));
            for (text, shown) in std::iter::once(name).chain(rest) {
                // One letter stands in too many words to be hidden.
                if text.chars().count() > 1 && text != shown {
                    hidden.push((text.to_owned(), shown));
                }
            }
        }
        // The longer first, so that no part of one is left beside another.
        hidden.sort_by(|(a, _), (b, _)| (b.len(), a).cmp(&(a.len(), b)));
        hidden.dedup();
        Self { hidden }
    }

    /// Whether there is nothing to hide.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.hidden.is_empty()
    }

    /// A text as everybody may read it.
    #[must_use]
    pub fn over(&self, text: &str) -> String {
        self.hidden.iter().fold(text.to_owned(), |text, (word, shown)| text.replace(word, shown))
    }
}

/// Whether somebody may read what is hidden of a case's minors: whoever works on it, in a unit that
/// registered or owned it, or at the township.
#[must_use]
pub fn may_read_minors(case: &super::Case, role: Role, unit: UnitId) -> bool {
    match role {
        Role::R4 | Role::R5 | Role::R6 | Role::R7 => true,
        Role::R2 | Role::R3 => {
            case.registration.as_ref().is_some_and(|r| r.unit == unit)
                || case.ladder.tenures.iter().any(|tenure| tenure.unit == unit)
        }
        Role::R1 | Role::R8 | Role::R9 | Role::R10 | Role::R11 => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::{begun, day, party};
    use super::*;
    use crate::fact::Body;
    use crate::fact::body::*;

    fn reported() -> Body {
        Body::ReportedToPolice(ReportedToPolice {
            to: "青石派出所".into(),
            receiver: "孙警官".into(),
            method: "电话".into(),
            matter: "孩子身上有伤".into(),
        })
    }

    fn judged(risk: Risk, reason: &str) -> Body {
        Body::RiskAssessed(RiskAssessed { risk, reason: reason.into() })
    }

    #[test]
    fn an_open_report_keeps_the_risk_red_and_is_never_taken_back() {
        let mut b = begun();
        let report = b.world.write(b.village, "2026-03-08T16:00", reported());
        b.world.write(b.township, "2026-03-09", judged(Risk::Blue, "未见激化"));
        b.merged();
        b.world.write(b.township, "2026-03-10", judged(Risk::Blue, "未见激化"));
        let Body::ReportedToPolice(body) = reported() else { return };
        let to =
            Box::new(Body::ReportedToPolice(ReportedToPolice { matter: "无事".into(), ..body }));
        let taken_back =
            Body::Corrected(Corrected { fact: report, at: None, to, reason: "误报".into() });
        assert!(b.world.check(b.township, "2026-03-10", &taken_back).is_err());
        b.world.write(b.township, "2026-03-10", taken_back);
        let case = b.merged();
        assert_eq!(case.risk.as_ref().map(|r| r.value), Some(Risk::Red));
        assert!(case.events.iter().any(|e| e.id == report && e.marks.is_empty()));
        let answered = PoliceResponded { report, result: "已处置".into() };
        b.world.write(b.township, "2026-03-11", Body::PoliceResponded(answered));
        assert_eq!(b.merged().risk.map(|r| r.value), Some(Risk::Blue));
    }

    #[test]
    fn the_red_branch_reports_first_and_suggests_no_meeting() {
        let mut b = begun();
        assert!(b.merged().red_branch.is_none());
        let flags = vec![Flag::DomesticViolence];
        let flagged = Flagged { flags, note: "妻子手臂有瘀青".into() };
        b.world.write(b.village, "2026-03-08", Body::Flagged(flagged));
        let case = b.merged();
        assert!(case.red_branch.is_some(), "no meeting face to face");
        let rules = |case: &super::super::Case| -> Vec<RuleId> {
            case.notices.iter().map(|n| n.why.rule).collect()
        };
        assert!(rules(&case).contains(&RuleId::ReportFirst));
        b.world.write(b.village, "2026-03-08", reported());
        let case = b.merged();
        assert!(!rules(&case).contains(&RuleId::ReportFirst));
        assert!(rules(&case).contains(&RuleId::PoliceReport), "and the report is followed up");
    }

    #[test]
    fn who_works_on_a_case_reads_of_its_minors_and_nobody_else() {
        let mut b = begun();
        let Body::PartyAdded(child) = party("陈小宝", Side::Third) else { return };
        let child = PartyAdded {
            birth: Some(day("2017-03-01")),
            school: Some("青石镇中心小学".into()),
            address: Some("桥头村三组 5 号".into()),
            ..child
        };
        b.world.write(b.village, "2026-03-02", Body::PartyAdded(child));
        let case = b.merged();
        let mask = Mask::of(&case.parties);
        let said = "陈小宝在青石镇中心小学读三年级，住桥头村三组 5 号。";
        assert_eq!(mask.over(said), "陈某在＊＊＊读三年级，住＊＊＊。");
        assert_eq!(mask.over("张某"), "张某", "grown-ups stand as they are");
        assert!(Mask::of(&begun().merged().parties).is_empty());
        let own = b.village.unit();
        let other = crate::id::RecordId([9; 16]);
        for (role, unit, want) in [
            (Role::R3, own, true),
            (Role::R2, own, true),
            (Role::R3, other, false),
            (Role::R1, own, false),
            (Role::R4, other, true),
            (Role::R6, other, true),
            (Role::R8, other, false),
            (Role::R9, other, false),
            (Role::R11, other, false),
        ] {
            assert_eq!(may_read_minors(&case, role, unit), want, "{role:?}");
        }
    }

    #[test]
    fn a_minor_is_masked() {
        let mut b = begun();
        let Body::PartyAdded(child) = party("陈小宝", Side::Third) else { return };
        let born = Some(day("2017-03-01"));
        b.world.write(
            b.village,
            "2026-03-02",
            Body::PartyAdded(PartyAdded { birth: born, ..child }),
        );
        let case = b.merged();
        let names: Vec<String> = case.parties.iter().map(shown_name).collect();
        assert_eq!(names, ["张某", "李某", "陈某"]);
        assert!(!is_minor(Some(day("2008-03-01")), day("2026-03-01")), "eighteen that day");
        assert!(is_minor(Some(day("2008-03-02")), day("2026-03-01")));
    }

    #[test]
    fn grown_ups_stand_with_their_whole_name_and_single_letters_hide_nothing() {
        let mut b = begun();
        let Body::PartyAdded(adult) = party("王建国", Side::Third) else { return };
        let adult = PartyAdded { birth: Some(day("1980-03-01")), ..adult };
        b.world.write(b.village, "2026-03-02", Body::PartyAdded(adult));
        let Body::PartyAdded(child) = party("陈小宝", Side::Third) else { return };
        let child = PartyAdded {
            birth: Some(day("2017-03-01")),
            school: Some("甲".into()),
            address: Some(" 桥头 ".into()),
            ..child
        };
        b.world.write(b.village, "2026-03-02", Body::PartyAdded(child));
        let Body::PartyAdded(masked) = party("赵某", Side::Third) else { return };
        let masked = PartyAdded { birth: Some(day("2017-03-01")), ..masked };
        b.world.write(b.village, "2026-03-02", Body::PartyAdded(masked));
        let case = b.merged();
        let names: Vec<String> = case.parties.iter().map(shown_name).collect();
        assert_eq!(names, ["张某", "李某", "王建国", "陈某", "赵某"]);
        let mask = Mask::of(&case.parties);
        assert!(!mask.is_empty());
        let hidden = vec![("陈小宝".into(), "陈某".into()), ("桥头".into(), HIDDEN.into())];
        assert_eq!(mask, Mask { hidden });
    }

    #[test]
    fn a_unit_that_owned_the_case_still_reads_of_its_minors() {
        use super::super::world::{accepted, escalated};
        let mut b = begun();
        b.world.write(b.village, "2026-03-05", escalated());
        b.world.meet(b.village, b.township);
        b.world.write(b.township, "2026-03-06", accepted());
        let case = b.merged();
        for desk in [b.village, b.township] {
            assert!(may_read_minors(&case, Role::R3, desk.unit()));
        }
        assert!(!may_read_minors(&case, Role::R3, crate::id::RecordId([9; 16])));
    }
}
