//! A court's confirmation of an agreement (司法确认): the papers, the joint filing, two courts, the
//! ruling, and what a court does not confirm.
//!
//! Source: 人民调解法 (2010) art. 33; 民事诉讼法 (2023) arts. 205 and 206; 民诉法解释 (2022) arts. 351
//! to 358.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::catalogue::Category;
use crate::fact::body::{Choice, ConfirmationFiled, CourtChoice, Material, Ruling, Touched};
use crate::id::FactId;
use crate::rules::{RuleId, Why};
use crate::time::{At, Day};

use super::agreement::Agreement;
use super::assess::Derived;
use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::known::{Facts, Known, each};
use super::session::Sides;

/// How far the confirmation of an agreement got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum ConfirmationStage {
    /// 未申请
    Open,
    /// 已备材料
    Prepared,
    /// 已申请
    Filed,
    /// 法院已受理
    Accepted,
    /// 裁定有效
    Valid,
    /// 裁定驳回
    Rejected,
    /// 已撤回申请
    Withdrawn,
}

/// An application to one court. Two notes of it are one.
#[derive(Debug, Clone, PartialEq)]
pub struct Filing {
    /// The facts that noted it, earliest first.
    pub notes: Vec<FactId>,
    /// The day it was handed in.
    pub at: At,
    /// The court.
    pub court: String,
    /// By which of the four rules it was chosen.
    pub choice: CourtChoice,
    /// Who applied.
    pub applicants: Vec<FactId>,
    /// Whether both sides did.
    pub is_joint: bool,
    /// The day the court registered it.
    pub accepted: Option<(At, FactId)>,
    /// The number of the court's file.
    pub number: String,
    /// What became of it, and when.
    pub ruled: Option<(At, FactId, Ruling)>,
    /// The number of the ruling.
    pub ruling_number: String,
    /// Whether this court has it, of two that were asked.
    pub has_it: bool,
}

/// The confirmation of one agreement.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirmation {
    /// The agreement.
    pub agreement: FactId,
    /// How far it got.
    pub stage: ConfirmationStage,
    /// Papers that were not noted yet.
    pub missing: Vec<Material>,
    /// The applications, by the day they were handed in.
    pub filings: Vec<Filing>,
    /// What the court that has it ruled.
    pub ruling: Option<(FactId, Ruling)>,
    /// What a court does not confirm and this agreement seems to touch.
    pub warnings: Vec<Derived<Touched>>,
    /// The earlier of the effective days that contradict: from here the thirty days run.
    pub from: Option<(Day, Why)>,
}

impl Confirmation {
    /// What stopped the thirty days: the first joint application that was not taken back.
    pub(super) fn stopped(&self) -> Option<(At, FactId)> {
        let is_standing =
            |f: &&Filing| f.is_joint && !matches!(f.ruled, Some((_, _, Ruling::Withdrawn)));
        let standing = self.filings.iter().filter(is_standing);
        standing.filter_map(|filing| Some((filing.at, *filing.notes.first()?))).min()
    }

    /// The applications to courts that do not have it and must be taken back.
    pub(super) fn to_withdraw(&self) -> Vec<FactId> {
        let is_settled = self.filings.iter().any(|filing| filing.has_it);
        let open = self.filings.iter().filter(|f| is_settled && !f.has_it && f.ruled.is_none());
        open.filter_map(|filing| filing.notes.first().copied()).collect()
    }
}

/// Every paper that goes with an application.
const MATERIALS: [Material; 4] =
    [Material::Agreement, Material::PresidingProof, Material::PropertyPapers, Material::Identity];

/// What a court does not confirm, by the type of the dispute and by words of demands and text.
/// A type or a word only warns; what the clauses really touch is said by a person.
///
/// Source: 民诉法解释 (2022) art. 355.
const NOT_CONFIRMED: &[(Touched, &[Category], &[&str])] = &[
    (
        Touched::RealRight,
        &[Category::Homestead, Category::Land],
        &["确权", "确认权属", "所有权归", "使用权归"],
    ),
    (Touched::IntellectualProperty, &[], &["专利权归", "商标权归", "著作权归"]),
    (Touched::Marriage, &[Category::MarriageFamily], &["离婚", "解除婚姻", "婚姻无效", "婚姻有效"]),
    (Touched::Parentage, &[], &["亲子关系"]),
    (Touched::Adoption, &[], &["收养"]),
];

/// What the confirmations of a case are derived from.
pub(super) struct Sources<'a> {
    pub(super) facts: &'a Facts,
    pub(super) agreements: &'a [Agreement],
    pub(super) sides: Sides<'a>,
    pub(super) types: &'a [(FactId, Category)],
    pub(super) demands: &'a [String],
}

impl Sources<'_> {
    /// The confirmations of every agreement that took effect or was filed, and what a person must
    /// decide about courts.
    pub(super) fn fold(&self) -> (Vec<Confirmation>, Vec<Conflict>) {
        let mut conflicts = Vec::new();
        let mut confirmations = Vec::new();
        for agreement in self.agreements {
            let (filings, conflict) = self.filings(agreement.id);
            conflicts.extend(conflict);
            let prepared: Vec<Material> = each!(self.facts, ConfirmationPrepared)
                .filter(|(_, body)| body.agreement == agreement.id)
                .flat_map(|(_, body)| body.materials.iter().copied())
                .collect();
            let acting = filings.iter().find(|f| f.has_it).or_else(|| filings.first());
            let ruled = acting.and_then(|f| f.ruled);
            let stage = match (acting, ruled) {
                (_, Some((_, _, Ruling::Valid))) => ConfirmationStage::Valid,
                (_, Some((_, _, Ruling::Rejected))) => ConfirmationStage::Rejected,
                (_, Some((_, _, Ruling::Withdrawn))) => ConfirmationStage::Withdrawn,
                (Some(filing), None) if filing.accepted.is_some() => ConfirmationStage::Accepted,
                (Some(_), None) => ConfirmationStage::Filed,
                (None, None) if prepared.is_empty() => ConfirmationStage::Open,
                (None, None) => ConfirmationStage::Prepared,
            };
            if !agreement.is_in_effect() && filings.is_empty() {
                continue;
            }
            confirmations.push(Confirmation {
                agreement: agreement.id,
                stage,
                missing: MATERIALS.into_iter().filter(|m| !prepared.contains(m)).collect(),
                ruling: ruled.map(|(_, id, result)| (id, result)),
                filings,
                warnings: self.warnings(agreement),
                from: self.from(agreement),
            });
        }
        (confirmations, conflicts)
    }

    /// From which day the thirty days run: of agreements that contradict, the earlier.
    fn from(&self, agreement: &Agreement) -> Option<(Day, Why)> {
        let own = (agreement.effective?, agreement);
        let others =
            agreement.contested_by(self.agreements).filter_map(|a| Some((a.effective?, a)));
        let all: Vec<(Day, &Agreement)> = std::iter::once(own).chain(others).collect();
        let day = all.iter().map(|(day, _)| *day).min()?;
        Some((day, Why::new(RuleId::ConfirmationClock, all.iter().map(|(_, a)| a.id))))
    }

    fn warnings(&self, agreement: &Agreement) -> Vec<Derived<Touched>> {
        let said = self.demands.iter().map(String::as_str).chain([agreement.text.as_str()]);
        let said: Vec<&str> = said.collect();
        let mut warnings: Vec<Derived<Touched>> = Vec::new();
        let mut warn = |value, facts: Vec<FactId>| {
            if warnings.iter().all(|w| w.value != value) {
                let facts = facts.into_iter().chain([agreement.id]);
                warnings.push(Derived { value, why: Why::new(RuleId::NotConfirmable, facts) });
            }
        };
        for touched in &agreement.touches {
            warn(*touched, Vec::new());
        }
        for (touched, categories, words) in NOT_CONFIRMED {
            let of_type = self.types.iter().filter(|(_, c)| categories.contains(c));
            let of_type: Vec<FactId> = of_type.map(|(id, _)| *id).collect();
            let is_said = words.iter().any(|word| said.iter().any(|text| text.contains(word)));
            if is_said || !of_type.is_empty() {
                warn(*touched, of_type);
            }
        }
        warnings
    }

    /// The applications for one agreement, those to one court together, and the question which of
    /// two courts has it.
    fn filings(&self, agreement: FactId) -> (Vec<Filing>, Option<Conflict>) {
        let mut noted: Vec<(&Known, &ConfirmationFiled)> = each!(self.facts, ConfirmationFiled)
            .filter(|(_, body)| body.agreement == agreement)
            .collect();
        noted.sort_by_key(|(known, _)| known.order());
        let mut filings: Vec<Filing> = Vec::new();
        for (known, body) in noted {
            let court = body.court.trim();
            if let Some(same) = filings.iter_mut().find(|filing| filing.court == court) {
                same.notes.push(known.id);
                continue;
            }
            let has = |side: &[FactId]| {
                side.is_empty() || side.iter().any(|party| body.applicants.contains(party))
            };
            filings.push(Filing {
                notes: vec![known.id],
                at: known.fact.at,
                court: court.to_owned(),
                choice: body.choice,
                applicants: body.applicants.clone(),
                is_joint: has(self.sides.applicants) && has(self.sides.respondents),
                accepted: None,
                number: String::new(),
                ruled: None,
                ruling_number: String::new(),
                has_it: false,
            });
        }
        for filing in &mut filings {
            self.follow(filing);
        }
        let conflict = self.courts(agreement, &mut filings);
        (filings, conflict)
    }

    /// What the court did with an application: registered it, ruled on it.
    fn follow(&self, filing: &mut Filing) {
        let accepted = each!(self.facts, ConfirmationAccepted)
            .filter(|(_, body)| filing.notes.contains(&body.filing))
            .min_by_key(|(known, _)| known.order());
        if let Some((known, body)) = accepted {
            filing.accepted = Some((known.fact.at, known.id));
            filing.number.clone_from(&body.number);
        }
        let ruled = each!(self.facts, ConfirmationRuled)
            .filter(|(_, body)| filing.notes.contains(&body.filing))
            .max_by_key(|(known, _)| known.order());
        if let Some((known, body)) = ruled {
            filing.ruled = Some((known.fact.at, known.id, body.result));
            filing.ruling_number.clone_from(&body.number);
        }
    }

    /// Which court has the application. One that was taken back leaves it to the other; of two
    /// that stand, the court that first registered it has it; until one did so alone, or on the
    /// same day, the judicial office is asked.
    ///
    /// Source: 民诉法解释 (2022) art. 352.
    fn courts(&self, agreement: FactId, filings: &mut [Filing]) -> Option<Conflict> {
        let mut notes: Vec<FactId> =
            filings.iter().filter_map(|filing| filing.notes.first().copied()).collect();
        if notes.len() < 2 {
            if let Some(only) = filings.first_mut() {
                only.has_it = true;
            }
            return None;
        }
        notes.sort_unstable();
        let known: Vec<&Known> = notes.iter().filter_map(|id| self.facts.get(*id)).collect();
        let key = format!("courts/{agreement}");
        let decided = self.facts.decision(&key, Seat::JudicialOffice, &known);
        let chosen = decided.and_then(|(_, choice)| match choice {
            Choice::Fact(id) => filings.iter().position(|filing| filing.notes.contains(id)),
            _ => None,
        });
        let is_standing =
            |filing: &Filing| !matches!(filing.ruled, Some((_, _, Ruling::Withdrawn)));
        let standing: Vec<usize> = filings
            .iter()
            .enumerate()
            .filter_map(|(place, filing)| is_standing(filing).then_some(place))
            .collect();
        let by_rule = match standing.as_slice() {
            [only] => Some(*only),
            _ => first_registered(filings, &standing),
        };
        let held = chosen.or(by_rule);
        if let Some(filing) = held.and_then(|place| filings.get_mut(place)) {
            filing.has_it = true;
        }
        let accepted = filings.iter().filter_map(|filing| filing.accepted.map(|(_, id)| id));
        let conflict = Conflict::between(
            ConflictKind::Courts,
            key,
            Why::new(RuleId::TwoCourts, notes.iter().copied().chain(accepted)),
            Seat::JudicialOffice,
            known.iter().map(|known| Side::of_fact(known)).collect(),
        );
        Some(match (decided, by_rule) {
            (Some((known, _)), _) => conflict.settled_by(Some(known)),
            (None, Some(_)) => conflict.settled_by_rule(RuleId::TwoCourts),
            (None, None) => conflict,
        })
    }
}

/// The application a court registered before any other did, if one was.
fn first_registered(filings: &[Filing], standing: &[usize]) -> Option<usize> {
    let mut registered: Vec<(At, usize)> = standing
        .iter()
        .filter_map(|place| Some((filings.get(*place)?.accepted?.0, *place)))
        .collect();
    registered.sort_unstable();
    match registered.as_slice() {
        [] => None,
        [(_, only)] => Some(*only),
        [(first, place), (second, _), ..] => {
            first.span().is_before(&second.span()).then_some(*place)
        }
    }
}
