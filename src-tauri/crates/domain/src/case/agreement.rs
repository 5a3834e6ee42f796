//! Agreements: when one takes effect, and what happens when there are two.
//!
//! Source: 人民调解法 (2010) arts. 28 to 33.

#[cfg(test)]
mod tests;

use crate::catalogue::Category;
use crate::fact::body::{AgreementForm, AgreementReached, Choice, PlanLine, Touched, Track};
use crate::id::{FactId, UnitId};
use crate::money::Fen;
use crate::rules::{RuleId, Why};
use crate::time::{At, Day};

use super::assess::Derived;
use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::coverage;
use super::duplicate::Duplicates;
use super::known::{Claim, Facts, Known, each};
use super::performance::Line;
use super::remedy::Remedy;

/// What a written agreement still lacks to take effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lacking {
    /// A party has not signed.
    Party(FactId),
    /// No mediator has signed.
    Mediator,
    /// The committee's seal is not affixed.
    Seal,
    /// It is oral, and this dispute may only be settled in writing.
    Writing,
}

/// What keeps an agreement from being taken to the court for confirmation (司法确认).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum ConfirmationBar {
    /// It has not taken effect.
    NotInEffect,
    /// Another stands beside it until the judicial office has decided.
    Contested,
    /// Another holds in its place.
    Replaced,
    /// It is the copy of another.
    Copy,
}

/// Whether an agreement holds.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Standing {
    /// 待签: not all acts are done.
    Unsigned,
    /// 现行: it holds.
    Current,
    /// 协议冲突: it stands beside another until somebody decides.
    Contested,
    /// 被替代: another holds in its place. It stays readable and printable.
    Replaced,
    /// 复本: the same text as another.
    Copy,
}

/// An agreement as the facts make it.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// The fact that reached it.
    pub id: FactId,
    /// When it was reached.
    pub reached: At,
    /// The day of its latest signature.
    pub signed: Option<Day>,
    /// The day of its latest seal.
    pub sealed: Option<Day>,
    /// Oral or written.
    pub form: AgreementForm,
    /// The text, word for word.
    pub text: String,
    /// BLAKE3 of the text, as written beside it.
    pub text_hash: String,
    /// Who is bound.
    pub parties: Vec<FactId>,
    /// The amount it settles.
    pub amount: Option<Fen>,
    /// What is to be done by when.
    pub plan: Vec<PlanLine>,
    /// The day it took effect.
    pub effective: Option<Day>,
    /// What it lacks to take effect.
    pub lacking: Vec<Lacking>,
    /// The facts its effect rests on: rule and acts.
    pub why: Why,
    /// Whether it holds.
    pub standing: Standing,
    /// The unit whose mediator recorded it.
    pub unit: UnitId,
    /// The agreement it says it replaces.
    pub replaces: Option<FactId>,
    /// The day of the agreement it says it replaces, where that one was not held by its author.
    pub replaces_dated: Option<Day>,
    /// What holds in its place, if another does.
    pub replaced_by: Option<FactId>,
    /// Which version it is: 1, or one more than the agreement it replaces (变更协议).
    pub version: u16,
    /// Which of the registered demands it settles; all if empty.
    pub demands: Vec<u16>,
    /// What its clauses touch that a court does not confirm.
    pub touches: Vec<Touched>,
    /// How far each line of its plan was kept, and what was paid.
    pub lines: Vec<Line>,
    /// What was paid in all, each payment once.
    pub paid: Fen,
    /// What stays open to the other side once it is not kept.
    pub remedies: Vec<Derived<Remedy>>,
}

impl Agreement {
    /// Whether it has taken effect.
    #[must_use]
    pub const fn is_in_effect(&self) -> bool {
        self.effective.is_some()
    }

    /// What keeps it from the court's confirmation; `None` if the parties may ask for it.
    ///
    /// Source: 人民调解法 (2010) art. 33; 民事诉讼法 (2023) art. 205.
    #[must_use]
    pub const fn confirmation_bar(&self) -> Option<ConfirmationBar> {
        match self.standing {
            Standing::Unsigned => Some(ConfirmationBar::NotInEffect),
            Standing::Contested => Some(ConfirmationBar::Contested),
            Standing::Replaced => Some(ConfirmationBar::Replaced),
            Standing::Copy => Some(ConfirmationBar::Copy),
            Standing::Current => None,
        }
    }

    /// This agreement and, while it is contested, those it is contested by.
    #[must_use]
    pub fn bound_up_with(&self, case: &super::Case) -> Vec<FactId> {
        std::iter::once(self.id)
            .chain(self.contested_by(&case.agreements).map(|other| other.id))
            .collect()
    }

    /// Those it is contested by.
    pub(super) fn contested_by<'a>(&'a self, all: &'a [Self]) -> impl Iterator<Item = &'a Self> {
        let is_contested = |a: &Self| a.standing == Standing::Contested;
        all.iter().filter(move |other| {
            other.id != self.id
                && is_contested(self)
                && is_contested(other)
                && self.speaks_of_the_same(other)
        })
    }

    /// How many copies are made: one for each party and one for the committee.
    ///
    /// Source: 人民调解法 (2010) art. 29.
    #[must_use]
    pub fn copies(&self) -> Option<u16> {
        let parties = u16::try_from(self.parties.len()).unwrap_or(u16::MAX);
        (self.form == AgreementForm::Written).then_some(parties.saturating_add(1))
    }

    /// Whether both bind a party in common and settle a demand in common.
    pub(super) fn speaks_of_the_same(&self, other: &Self) -> bool {
        self.parties.iter().any(|party| other.parties.contains(party))
            && coverage::share_demand(self, other)
    }

    /// Whether its amount is counted, among the agreements of a case in order: of contested ones
    /// the latest about the same demands stands in for all of them until somebody decides.
    pub(super) fn counts_its_amount(&self, agreements: &[Self]) -> bool {
        let later = agreements.iter().skip_while(|other| other.id != self.id).skip(1);
        let is_rival =
            |other: &Self| other.standing == Standing::Contested && self.speaks_of_the_same(other);
        match self.standing {
            Standing::Current => true,
            Standing::Contested => !later.into_iter().any(is_rival),
            _ => false,
        }
    }

    /// Whether it says that it replaces another, by name or by the day that one was reached or
    /// took effect.
    fn says_it_replaces(&self, other: &Self, other_reached: Option<Day>) -> bool {
        let dated = |day: Option<Day>| day.is_some() && self.replaces_dated == day;
        self.replaces == Some(other.id) || dated(other.effective) || dated(other_reached)
    }

    /// Its effect as a claim that may bar a later act; `None` until it takes effect.
    pub(super) fn claim<'a>(&self, facts: &'a Facts) -> Option<Claim<'a>> {
        let day = self.effective?;
        let basis = self.why.facts.iter().filter_map(|id| facts.get(*id)).collect();
        Some(Claim::lasting(At::day(day).span(), basis))
    }
}

/// Why a case admits written agreements only, if it does: a labour dispute by its type or track,
/// or one about contracted land. Of two types said in ignorance of each other the stricter counts.
///
/// Source: 劳动争议调解仲裁法 (2007) art. 14; 农村土地承包经营纠纷调解仲裁法 (2009) art. 10.
pub(super) fn written_only(
    track: Option<(FactId, Track)>,
    types: &[(FactId, Category)],
    duplicates: &Duplicates,
) -> Option<Why> {
    let by_track = track
        .filter(|(_, track)| matches!(track, Track::Labour | Track::LandContract))
        .map(|(id, _)| id);
    let by_type = types.iter().filter(|(_, category)| is_labour(*category)).map(|(id, _)| *id);
    // What went into this case binds it no less.
    let by_merged = duplicates.sources().filter(|link| {
        matches!(link.other.track, Track::Labour | Track::LandContract)
            || link.other.category.is_some_and(is_labour)
    });
    let by_merged = by_merged.flat_map(|link| link.why.facts.iter().copied());
    let because: Vec<FactId> = by_track.into_iter().chain(by_type).chain(by_merged).collect();
    (!because.is_empty()).then(|| Why::new(RuleId::WrittenOnly, because))
}

/// Whether a type is about labour.
pub(super) const fn is_labour(category: Category) -> bool {
    matches!(category, Category::UnpaidWages | Category::OtherLabour)
}

/// The agreements of a case, in the order they were reached, and their conflicts.
#[must_use]
pub fn fold(
    facts: &Facts,
    sides: &[FactId],
    written_only: Option<&Why>,
) -> (Vec<Agreement>, Vec<Conflict>) {
    let mut reached: Vec<(&Known, &AgreementReached)> = each!(facts, AgreementReached).collect();
    reached.sort_by_key(|(known, _)| known.order());
    let mut agreements: Vec<Agreement> =
        reached.iter().map(|(known, body)| one(facts, known, body, sides, written_only)).collect();
    let conflicts = stand(facts, &mut agreements);
    number(facts, &mut agreements);
    (agreements, conflicts)
}

/// Numbers the versions: a changed agreement is one more than the latest it says it replaces.
fn number(facts: &Facts, agreements: &mut [Agreement]) {
    for at in 0..agreements.len() {
        let (before, rest) = agreements.split_at_mut(at);
        let Some(agreement) = rest.first_mut() else { continue };
        let reached = |a: &Agreement| facts.get(a.id).map(|known| known.fact.at.day);
        let replaced = before.iter().filter(|a| agreement.says_it_replaces(a, reached(a)));
        let last = replaced.map(|a| a.version).max().unwrap_or_default();
        agreement.version = last.saturating_add(1);
    }
}

/// One agreement, before it is compared with the others.
fn one(
    facts: &Facts,
    known: &Known,
    body: &AgreementReached,
    sides: &[FactId],
    written_only: Option<&Why>,
) -> Agreement {
    let parties = if body.parties.is_empty() { sides.to_vec() } else { body.parties.clone() };
    let signed = each!(facts, AgreementSigned).filter(|(_, act)| act.agreement == known.id);
    let sealed = each!(facts, AgreementSealed).filter(|(_, act)| act.agreement == known.id);
    let mut agreement = Agreement {
        id: known.id,
        reached: known.fact.at,
        signed: signed.map(|(known, _)| known.fact.at.day).max(),
        sealed: sealed.map(|(known, _)| known.fact.at.day).max(),
        form: body.form,
        text: body.text.clone(),
        text_hash: body.text_hash.clone(),
        parties,
        amount: body.amount_fen,
        plan: body.plan.clone(),
        effective: None,
        lacking: Vec::new(),
        why: Why::new(RuleId::EffectiveDate, [known.id]),
        standing: Standing::Unsigned,
        unit: known.proof.unit,
        replaces: body.replaces,
        replaces_dated: body.replaces_dated,
        replaced_by: None,
        version: 1,
        demands: body.demands.clone(),
        touches: body.touches.clone(),
        lines: Vec::new(),
        paid: Fen::default(),
        remedies: Vec::new(),
    };
    match (body.form, written_only) {
        (AgreementForm::Oral, None) => agreement.effective = Some(known.fact.at.day),
        (AgreementForm::Oral, Some(why)) => {
            agreement.lacking.push(Lacking::Writing);
            agreement.why = Why::new(why.rule, why.facts.iter().copied().chain([known.id]));
        }
        (AgreementForm::Written, _) => take_effect(facts, known, &mut agreement),
    }
    if agreement.is_in_effect() {
        agreement.standing = Standing::Current;
    }
    agreement
}

/// Computes the effective day of a written agreement: the day of the last act it needs, each act
/// counted the first time it was done.
///
/// Source: 人民调解法 (2010) art. 29: all parties have signed, stamped or finger-printed, the
/// mediator has signed, and the committee's seal is affixed.
fn take_effect(facts: &Facts, reached: &Known, agreement: &mut Agreement) {
    let first = |acts: &mut dyn Iterator<Item = &Known>| -> Option<(Day, FactId)> {
        acts.min_by_key(|known| known.order()).map(|known| (known.fact.at.day, known.id))
    };
    let signatures = || each!(facts, AgreementSigned).filter(|(_, b)| b.agreement == agreement.id);
    let mut acts = Vec::new();
    let mut lacking = Vec::new();
    for party in &agreement.parties {
        let mut by_party =
            signatures().filter(|(_, b)| b.parties.contains(party)).map(|(known, _)| known);
        match first(&mut by_party) {
            Some(act) => acts.push(act),
            None => lacking.push(Lacking::Party(*party)),
        }
    }
    let mut by_mediator =
        signatures().filter(|(_, b)| !b.mediators.is_empty()).map(|(known, _)| known);
    match first(&mut by_mediator) {
        Some(act) => acts.push(act),
        None => lacking.push(Lacking::Mediator),
    }
    let mut seals = each!(facts, AgreementSealed)
        .filter(|(_, b)| b.agreement == agreement.id)
        .map(|(known, _)| known);
    match first(&mut seals) {
        Some(act) => acts.push(act),
        None => lacking.push(Lacking::Seal),
    }
    acts.push((reached.fact.at.day, reached.id));
    agreement.why = Why::new(RuleId::EffectiveDate, acts.iter().map(|(_, id)| *id));
    if lacking.is_empty() {
        agreement.effective = acts.iter().map(|(day, _)| *day).max();
    }
    agreement.lacking = lacking;
}

/// Decides which agreements hold, pair by pair in the order they were reached: first what is one
/// text or was decided, then what is left to decide between those that have not lost.
fn stand(facts: &Facts, agreements: &mut [Agreement]) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    let mut asked = Vec::new();
    for later in 0..agreements.len() {
        for earlier in 0..later {
            let (Some(a), Some(b)) = (agreements.get(earlier), agreements.get(later)) else {
                continue;
            };
            if !(a.is_in_effect() && b.is_in_effect() && a.speaks_of_the_same(b)) {
                continue;
            }
            let has_lost = has_lost(a) || has_lost(b);
            let (verdict, conflict) = compare(facts, a, b);
            match conflict {
                Some(conflict) if conflict.is_open() => {
                    asked.push((earlier, later, verdict, conflict));
                    continue;
                }
                conflict => conflicts.extend(conflict),
            }
            if !has_lost {
                apply(agreements, (earlier, later), verdict);
            }
        }
    }
    for (earlier, later, verdict, conflict) in asked {
        let pair = [agreements.get(earlier), agreements.get(later)];
        if !pair.into_iter().flatten().any(has_lost) {
            conflicts.push(conflict);
            apply(agreements, (earlier, later), verdict);
        }
    }
    conflicts
}

/// Whether another holds in its place, or it is a copy.
fn has_lost(agreement: &Agreement) -> bool {
    agreement.standing >= Standing::Replaced
}

/// Lets a verdict about two agreements take effect on both.
fn apply(agreements: &mut [Agreement], (earlier, later): (usize, usize), verdict: Verdict) {
    let id = |at: usize| agreements.get(at).map(|agreement| agreement.id);
    let ids = (id(earlier), id(later));
    for (at, standing, other) in [(earlier, verdict.0, ids.1), (later, verdict.1, ids.0)] {
        if let (Some(agreement), Some(standing)) = (agreements.get_mut(at), standing) {
            agreement.standing = agreement.standing.max(standing);
            if standing == Standing::Replaced {
                agreement.replaced_by = other;
            }
        }
    }
}

type Verdict = (Option<Standing>, Option<Standing>);

/// Compares an earlier with a later agreement.
fn compare(facts: &Facts, a: &Agreement, b: &Agreement) -> (Verdict, Option<Conflict>) {
    if a.text.trim() == b.text.trim() && a.amount == b.amount && a.plan == b.plan {
        // What was agreed by word of mouth and put down in writing later is the writing.
        let is_put_down = (a.form, b.form) == (AgreementForm::Oral, AgreementForm::Written);
        let copy = Some(Standing::Copy);
        return (if is_put_down { (copy, None) } else { (None, copy) }, None);
    }
    let key = format!("agreements/{}/{}", a.id, b.id);
    let sides: Vec<&Known> = [a.id, b.id].iter().filter_map(|id| facts.get(*id)).collect();
    let reached = facts.get(a.id).map(|known| known.fact.at.day);
    let (kind, rule) = if b.says_it_replaces(a, reached) {
        (ConflictKind::AgreementReplaces, RuleId::AgreementReplaced)
    } else {
        (ConflictKind::Agreements, RuleId::AgreementConflict)
    };
    let decided = facts.decision(&key, Seat::JudicialOffice, &sides);
    let verdict = match decided.map(|(_, choice)| choice) {
        Some(Choice::Fact(id)) if *id == a.id => (None, Some(Standing::Replaced)),
        Some(Choice::Fact(id)) if *id == b.id => (Some(Standing::Replaced), None),
        // Both hold side by side: they turned out to be about different things.
        Some(Choice::Way(way)) if way == "both" => (None, None),
        _ => (Some(Standing::Contested), Some(Standing::Contested)),
    };
    let conflict = Conflict::between(
        kind,
        key,
        Why::new(rule, [a.id, b.id]),
        Seat::JudicialOffice,
        sides.iter().map(|known| Side::of_fact(known)).collect(),
    )
    .with_ways(&["both"])
    .settled_by(decided.map(|(known, _)| known));
    (verdict, Some(conflict))
}
