//! The red branch: violence at home, harm to a minor, a dispute that turns violent. Report first;
//! a report is never taken back; nobody is asked to sit face to face.
//!
//! Source: 人民调解法 (2010) art. 25; 反家庭暴力法 arts. 10, 14 and 35; 未成年人保护法 (2024) arts. 11
//! and 103.

use crate::fact::body::Flag;
use crate::id::FactId;
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
}
