//! A person known to a unit: an index, linked from cases, never needed to show one. Two records of
//! one person are linked, never melted: a link can be taken back.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::case::conflict::{Conflict, ConflictKind, Seat, Side};
use crate::case::known::{Facts, Known};
use crate::case::register::{self, Register};
use crate::fact::body::{Choice, PersonsLinked, Sex};
use crate::fact::{Body, RecordFacts, RecordKind};
use crate::id::{FactId, RecordId};
use crate::link::{self, Said};
use crate::merge::{self, Settled};
use crate::rules::{RuleId, Why};
use crate::time::Day;

/// A person record, folded.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Sex.
    pub sex: Option<Sex>,
    /// Its registers by name.
    pub fields: std::collections::BTreeMap<String, Register>,
    /// What was said about it and other records, by the other record.
    pub links: Vec<PersonLink>,
    /// What a person must decide, and what was decided.
    pub conflicts: Vec<Conflict>,
    /// Whether it was made by mistake, by an import that was taken back. Whoever links it with
    /// another record, then or without knowing, meant this person: it stands again.
    pub is_withdrawn: bool,
}

/// What this person record and another are to each other.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonLink {
    /// The other record.
    pub with: RecordId,
    /// Whether they are one person. While people contradict each other they are not.
    pub is_same: bool,
    /// Whether somebody must decide.
    pub is_disputed: bool,
    /// The acts that stand, which a new one answers.
    pub acts: Vec<FactId>,
    /// The rule and the facts.
    pub why: Why,
}

/// The words before the other record in the key of a conflict about a link.
const KEY: &str = "same_person/";

/// The key of the conflict about a link.
#[must_use]
pub fn key(with: RecordId) -> String {
    format!("{KEY}{with}")
}

/// The other record a conflict's key names.
#[must_use]
pub fn other_of(key: &str) -> Option<RecordId> {
    key.strip_prefix(KEY)?.parse().ok()
}

/// Folds a person record.
#[must_use]
pub fn fold(record: &RecordFacts) -> Person {
    let facts = Facts::of(record, RecordKind::Person);
    let decider = register::Decider::only(facts.list.iter().map(|known| known.id).collect());
    let (fields, mut conflicts) = register::fold(record, &decider);
    let sex = facts.list.iter().find_map(|known| match &known.fact.body {
        Body::PersonRegistered(body) => body.sex,
        _ => None,
    });
    let acts: Vec<(&Known, &PersonsLinked)> = facts
        .list
        .iter()
        .filter_map(|known| match &known.fact.body {
            Body::PersonsLinked(body) => Some((known, body)),
            _ => None,
        })
        .collect();
    let others: BTreeSet<RecordId> = acts.iter().map(|(_, body)| body.with).collect();
    let mut links = Vec::new();
    for other in others {
        let said: Vec<Said<'_, bool>> = acts
            .iter()
            .filter(|(_, body)| body.with == other)
            .map(|(known, body)| Said {
                known,
                act: body.act.unwrap_or(known.id),
                answers: &body.answers,
                verdict: body.same,
            })
            .collect();
        let heads = link::standing(&said);
        conflicts.extend(answered(&said, other));
        let is_same = match merge::same_or_ask(&heads, |head| head.verdict) {
            Settled::Nothing => continue,
            Settled::One(one) => Some(one.verdict),
            Settled::Ask(_) => None,
        };
        if is_same.is_none() {
            conflicts.push(dispute(other, heads.iter().map(|head| head.known)));
        }
        links.push(PersonLink {
            with: other,
            is_same: is_same.unwrap_or(false),
            is_disputed: is_same.is_none(),
            acts: heads.iter().map(|head| head.act).collect(),
            why: Why::new(RuleId::PersonsLinked, heads.iter().map(|head| head.known.id)),
        });
    }
    let is_withdrawn = links.is_empty()
        && facts.list.iter().any(|known| matches!(known.fact.body, Body::PersonWithdrawn(_)));
    Person { sex, fields, links, conflicts, is_withdrawn }
}

fn dispute<'a>(other: RecordId, sides: impl Iterator<Item = &'a Known>) -> Conflict {
    let sides: Vec<&Known> = sides.collect();
    Conflict::between(
        ConflictKind::SamePerson,
        key(other),
        Why::new(RuleId::PersonsLinked, sides.iter().map(|known| known.id)),
        Seat::AnyHead,
        sides.iter().map(|known| Side::of_fact(known)).collect(),
    )
}

/// Contradictions about a link that a later act has answered.
fn answered(said: &[Said<'_, bool>], other: RecordId) -> Vec<Conflict> {
    let mut found = Vec::new();
    for answer in said {
        let before: Vec<Said<'_, bool>> = said
            .iter()
            .filter(|s| s.known.id != answer.known.id && answer.answers(s))
            .cloned()
            .collect();
        let sides = link::standing(&before);
        if let Settled::Ask(_) = merge::same_or_ask(&sides, |s| s.verdict) {
            let conflict = dispute(other, sides.iter().map(|s| s.known));
            found.push(conflict.settled_by(Some(answer.known)));
        }
    }
    found
}

/// The choice an act about a link stands for.
#[must_use]
pub(crate) fn choice(body: &PersonsLinked) -> Choice {
    Choice::Way(if body.same { "same" } else { "apart" }.to_owned())
}

/// A telephone number's last digits, for search: four, or all if there are fewer.
#[must_use]
pub fn phone_tail(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    digits.iter().skip(digits.len().saturating_sub(4)).collect()
}

/// An identity number as it is compared: digits and the check letter, nothing else.
#[must_use]
pub fn id_digits(id: &str) -> String {
    let plain = |c: char| match u32::from(c) {
        code @ 0xff01..=0xff5e => code.checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        _ => c,
    };
    let kept = |c: &char| c.is_ascii_digit() || *c == 'X';
    id.chars().map(plain).map(|c| c.to_ascii_uppercase()).filter(kept).collect()
}

/// What looks wrong with an identity number. It is said and never in the way: old papers, and
/// regions that no longer exist, are people's all the same.
///
/// Source: GB 11643—1999 公民身份号码 (eighteen digits, the last a check by ISO 7064 MOD 11-2);
/// fifteen digits before that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum IdWarning {
    /// Neither fifteen nor eighteen digits.
    Length,
    /// The check digit does not fit.
    CheckDigit,
    /// The date in it is none, or lies in the future.
    Date,
    /// It names another day of birth than the one written beside it.
    Birth,
    /// It names the other sex.
    Sex,
}

/// The weights of the first seventeen digits.
///
/// Source: GB 11643—1999 appendix A; ISO 7064 MOD 11-2.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// The check characters by the remainder.
const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// What looks wrong with an identity number, given what else is known; nothing if it is empty.
/// The region is not judged.
#[must_use]
pub fn id_warnings(id: &str, birth: Option<Day>, sex: Option<Sex>, today: Day) -> Vec<IdWarning> {
    let id = id_digits(id);
    let letters: Vec<char> = id.chars().collect();
    if letters.is_empty() {
        return Vec::new();
    }
    let is_old = letters.len() == 15;
    if !is_old && letters.len() != 18 {
        return vec![IdWarning::Length];
    }
    let mut warnings = Vec::new();
    if !is_old && check_digit(&letters) != letters.last().copied() {
        warnings.push(IdWarning::CheckDigit);
    }
    let (from, len, century) = if is_old { (6, 6, "19") } else { (6, 8, "") };
    let date: String = letters.iter().skip(from).take(len).collect();
    let born = Day::parse_from_str(&format!("{century}{date}"), "%Y%m%d").ok();
    match born.filter(|day| *day <= today) {
        None => warnings.push(IdWarning::Date),
        Some(born) if birth.is_some_and(|birth| birth != born) => warnings.push(IdWarning::Birth),
        Some(_) => {}
    }
    let order = letters.get(if is_old { 14 } else { 16 }).and_then(|c| c.to_digit(10));
    let named = order.map(|order| if order % 2 == 1 { Sex::Male } else { Sex::Female });
    if sex.is_some() && named.is_some() && sex != named {
        warnings.push(IdWarning::Sex);
    }
    warnings
}

fn check_digit(letters: &[char]) -> Option<char> {
    let sum = letters.iter().zip(WEIGHTS).try_fold(0u32, |sum, (letter, weight)| {
        Some(sum.saturating_add(letter.to_digit(10)?.saturating_mul(weight)))
    })?;
    CHECKS.get(usize::try_from(sum % 11).ok()?).copied()
}

/// The day of birth an identity number names, if it names one.
#[must_use]
pub fn birth_in(id: &str) -> Option<Day> {
    let id = id_digits(id);
    let date = match id.len() {
        18 => id.get(6..14)?.to_owned(),
        15 => format!("19{}", id.get(6..12)?),
        _ => return None,
    };
    Day::parse_from_str(&date, "%Y%m%d").ok()
}
