//! The red branch: violence at home, harm to a minor, a dispute that turns violent. Report first;
//! a report is never taken back; nobody is asked to sit face to face.
//!
//! Source: 人民调解法 (2010) art. 25; 反家庭暴力法 arts. 10, 14 and 35; 未成年人保护法 (2024) arts. 11
//! and 103.

use crate::fact::body::Flag;
use crate::fact::{Body, Fact, RecordFacts};
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

/// The earliest day of birth of whoever is a minor on a day.
#[must_use]
pub fn oldest_minor(now: Day) -> Day {
    let years = chrono::Months::new(ADULT_YEARS.saturating_mul(12));
    let came_of_age = now.checked_sub_months(years).unwrap_or(now);
    came_of_age.succ_opt().unwrap_or(came_of_age)
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

/// The most words of one case that are hidden.
const WORDS_MAX: usize = 4_000;

/// The family name alone.
#[must_use]
pub fn family(name: &str) -> String {
    name.trim().chars().next().map(|first| format!("{first}某")).unwrap_or_default()
}

/// A word that is hidden, with what everybody may read in its place.
#[must_use]
pub fn hidden(word: &str) -> (String, String) {
    (word.trim().to_owned(), HIDDEN.to_owned())
}

impl Mask {
    /// A mask of words, each with what stands in its place.
    #[must_use]
    pub fn new(words: Vec<(String, String)>) -> Self {
        // One letter stands in too many words to be hidden.
        let is_told = |(word, shown): &(String, String)| word.chars().count() > 1 && word != shown;
        let mut hidden: Vec<(String, String)> = words.into_iter().filter(is_told).collect();
        // The longer first, so that no part of one is left beside another.
        hidden.sort_by(|(a, x), (b, y)| (b.len(), a, x).cmp(&(a.len(), b, y)));
        hidden.dedup_by(|(a, _), (b, _)| a == b);
        Self { hidden }
    }

    /// The mask of the minors among some parties, as it lies over lists, statistics and whatever
    /// is searched, whoever looks.
    #[must_use]
    pub fn of(parties: &[Party]) -> Self {
        let mut words = Vec::new();
        for party in parties.iter().filter(|party| party.is_minor) {
            let details = &party.details;
            let rest = [&details.school, &details.address, &details.id_number];
            words.push((details.name.trim().to_owned(), shown_name(party)));
            words.extend(rest.into_iter().flatten().map(|text| hidden(text)));
        }
        Self::new(words)
    }

    /// This mask and another over it.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        if other.is_empty() {
            return self.clone();
        }
        Self::new(self.hidden.iter().chain(&other.hidden).cloned().collect())
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

/// What makes people known in a case, whatever was ever written of them, with what stands in its
/// place.
///
/// Source: 未成年人保护法 (2024) art. 103; 个人信息保护法 arts. 28, 31 and 51.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Telling {
    /// Of its minors: names, homes, schools, numbers, and who looks after them.
    pub minors: Vec<(String, String)>,
    /// Of its other parties.
    pub others: Vec<(String, String)>,
}

/// Reads what makes people known in a case, from everything that stands in it: a name that was
/// corrected stands in its history.
#[must_use]
pub fn telling(case: &super::Case, record: &RecordFacts) -> Telling {
    let is_minor = |id: FactId| case.parties.iter().any(|p| p.id == id && p.is_minor);
    let began = case.registered_on();
    let mut told = Telling::default();
    for carried in &record.facts {
        let Ok(fact) = Fact::read(&carried.json) else { continue };
        let (party, said) = match fact.body {
            Body::PartyAdded(said) => (carried.id, said),
            Body::Corrected(corrected) => match *corrected.to {
                Body::PartyAdded(said) => (corrected.fact, said),
                _ => continue,
            },
            Body::PrivacyRecorded(said) if is_minor(said.party) => {
                told.minors.push((said.guardian.trim().to_owned(), family(&said.guardian)));
                continue;
            }
            _ => continue,
        };
        let born =
            said.birth.or_else(|| said.id_number.as_deref().and_then(crate::person::birth_in));
        let is_young = began.is_some_and(|began| self::is_minor(born, began));
        let words = if is_minor(party) || is_young { &mut told.minors } else { &mut told.others };
        words.push((said.name.trim().to_owned(), family(&said.name)));
        if let Some(guardian) = &said.guardian {
            words.push((guardian.trim().to_owned(), family(guardian)));
        }
        let rest = [&said.school, &said.address, &said.id_number, &said.phone];
        words.extend(rest.into_iter().flatten().map(|text| hidden(text)));
    }
    // Whoever looks after a child and is a party is known as one.
    let is_party = |word: &str| case.parties.iter().any(|p| !p.is_minor && p.details.name == word);
    told.minors.retain(|(word, _)| !is_party(word));
    for words in [&mut told.minors, &mut told.others] {
        words.sort_unstable();
        words.dedup();
        words.truncate(WORDS_MAX);
    }
    told
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
    fn what_makes_a_minor_known_is_hidden() {
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
        let told = telling(&case, &b.world.facts(b.village));
        let words: Vec<&str> = told.minors.iter().map(|(word, _)| word.as_str()).collect();
        assert_eq!(words, ["桥头村三组 5 号", "陈小宝", "青石镇中心小学"]);
        assert!(told.others.iter().any(|(word, shown)| word == "张三" || shown == "张某"));
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
}
