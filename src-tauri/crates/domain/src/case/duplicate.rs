//! One dispute registered in several places: what was decided about this case and others, which
//! case counts, and what the main case takes over from those that go into it.
//!
//! Source: practice of the register (重复登记); nothing is deleted, every number stays, and a
//! decision can be taken back. How an act that concerns several records reaches them all is told
//! in [`crate::link`].

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::catalogue::Category;
use crate::fact::body::{
    Choice, DuplicateDecided, DuplicateVerdict, LinkedCase, Side as PartySide,
};
use crate::id::{FactId, RecordId, UnitId};
use crate::link::{self, Said};
use crate::merge::{self, Settled};
use crate::role::Level;
use crate::rules::{RuleId, Why};
use crate::time::At;

use super::assess::Derived;
use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::known::{Facts, Known, each};
use super::{Party, Registration, red};

/// The words before the other record in the key of a conflict about a pair.
const KEY: &str = "duplicate/";

/// The ways out of a contradiction about a pair that are not one of its sides.
const WAYS: &[&str] = &["related"];

/// What this case and another are to each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The other case, as it stood when that was decided.
    pub other: LinkedCase,
    /// What holds: while people contradict each other, that they are related.
    pub verdict: DuplicateVerdict,
    /// Whether this case goes into the other.
    pub goes_into: bool,
    /// Whether the judicial office must decide.
    pub is_disputed: bool,
    /// The acts that stand, which a new decision answers.
    pub acts: Vec<FactId>,
    /// The rule and the facts.
    pub why: Why,
}

/// Everything decided about this case and others.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Duplicates {
    /// By the other record.
    pub links: Vec<Link>,
    /// The case this one goes into (并入), if it does.
    pub into: Option<Derived<RecordId>>,
}

impl Duplicates {
    /// The cases that went into this one, the earliest application first.
    pub fn sources(&self) -> impl Iterator<Item = &Link> {
        self.links.iter().filter(|l| l.verdict == DuplicateVerdict::Merged && !l.goes_into)
    }

    /// What stands about another case.
    #[must_use]
    pub fn with(&self, other: RecordId) -> Option<&Link> {
        self.links.iter().find(|link| link.other.case == other)
    }
}

/// The day one party applied: each application interrupts limitation for whoever made it.
///
/// Source: 诉讼时效规定 (2020) art. 12.
#[derive(Debug, Clone, PartialEq)]
pub struct Application {
    /// The party, as lists show it.
    pub party: String,
    /// The day.
    pub at: At,
    /// Where it was registered, if not on this case.
    pub case: Option<RecordId>,
    /// Under which number.
    pub number: String,
}

/// The key of the conflict about a pair.
#[must_use]
pub fn key(other: RecordId) -> String {
    format!("{KEY}{other}")
}

/// The other case a conflict's key names.
#[must_use]
pub fn other_of(key: &str) -> Option<RecordId> {
    key.strip_prefix(KEY)?.parse().ok()
}

/// Whether a decision counts: a village decides about what it registered itself.
fn counts(known: &Known, registered: Option<UnitId>) -> bool {
    known.role.level() == Level::Township || registered == Some(known.proof.unit)
}

/// How a case stands to another that an act names beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It goes into the other.
    GoesInto,
    /// Both go into a third: the act says of these two, too, that they are one dispute.
    Sibling,
    /// Anything else.
    Apart,
}

/// What an act says: the verdict, and how this case stands to the other.
type Verdict = (DuplicateVerdict, Place);

fn verdict_of(body: &DuplicateDecided, other: RecordId) -> Verdict {
    let place = match body.into.filter(|_| body.verdict == DuplicateVerdict::Merged) {
        Some(main) if main == other => Place::GoesInto,
        Some(_) => Place::Sibling,
        None => Place::Apart,
    };
    (body.verdict, place)
}

/// The acts that are compared. That two go into a third contradicts nobody who merges the two.
fn compared<'a, 'b>(heads: &[&'b Said<'a, Verdict>]) -> Vec<&'b Said<'a, Verdict>> {
    let is_one = heads.iter().all(|head| head.verdict.0 == DuplicateVerdict::Merged);
    let is_direct = |head: &&&Said<'_, Verdict>| head.verdict.1 != Place::Sibling;
    let direct: Vec<&Said<'_, Verdict>> = heads.iter().filter(is_direct).copied().collect();
    if is_one && !direct.is_empty() { direct } else { heads.to_vec() }
}

/// Folds what was decided about this case and others.
pub(super) fn fold(
    facts: &Facts,
    registration: Option<&Registration>,
) -> (Duplicates, Vec<Conflict>) {
    let registered = registration.map(|r| r.unit);
    let acts: Vec<(&Known, &DuplicateDecided)> =
        each!(facts, DuplicateDecided).filter(|(known, _)| counts(known, registered)).collect();
    let others: BTreeSet<RecordId> =
        acts.iter().flat_map(|(_, body)| body.cases.iter().map(|c| c.case)).collect();
    let mut conflicts = Vec::new();
    let mut links = Vec::new();
    for other in others {
        let (link, found) = pair(&acts, other);
        links.extend(link);
        conflicts.extend(found);
    }
    links.sort_by_key(|link| (link.other.applied.span(), link.other.case));
    // Of two mains that were chosen in ignorance of each other the earlier application counts.
    let into = links
        .iter()
        .find(|link| link.verdict == DuplicateVerdict::Merged && link.goes_into)
        .map(|link| Derived { value: link.other.case, why: link.why.clone() });
    (Duplicates { links, into }, conflicts)
}

/// What stands about this case and one other, and the conflicts about it.
fn pair(acts: &[(&Known, &DuplicateDecided)], other: RecordId) -> (Option<Link>, Vec<Conflict>) {
    let named: Vec<(&Known, &DuplicateDecided, &LinkedCase)> = acts
        .iter()
        .filter_map(|(known, body)| {
            let details = body.cases.iter().find(|c| c.case == other)?;
            Some((*known, *body, details))
        })
        .collect();
    let said: Vec<Said<'_, Verdict>> = named
        .iter()
        .map(|(known, body, _)| Said {
            known,
            act: body.act.unwrap_or(known.id),
            answers: &body.answers,
            verdict: verdict_of(body, other),
        })
        .collect();
    let heads = link::standing(&said);
    let newest = named.iter().max_by_key(|(known, _, _)| (known.fact.recorded, known.id));
    let Some((_, _, details)) = newest else { return (None, Vec::new()) };
    let facts: Vec<FactId> = heads.iter().map(|h| h.known.id).collect();
    let standing: Vec<FactId> = heads.iter().map(|h| h.act).collect();
    let mut conflicts = settled(&said, other);
    let settled = merge::same_or_ask(&compared(&heads), |head| head.verdict);
    let ((verdict, place), rule, is_disputed) = match settled {
        Settled::Nothing => return (None, conflicts),
        // What two that go into a third are to each other is told by the third.
        Settled::One(one) if one.verdict.1 == Place::Sibling => return (None, conflicts),
        Settled::One(one) => (one.verdict, RuleId::DuplicateDecided, false),
        Settled::Ask(_) => {
            let meanwhile = (DuplicateVerdict::Related, Place::Apart);
            (meanwhile, RuleId::DuplicateAsk, true)
        }
    };
    let goes_into = place == Place::GoesInto;
    if is_disputed {
        conflicts.push(dispute(other, heads.iter().map(|h| h.known)));
    }
    let why = Why::new(rule, facts);
    let details = (*details).clone();
    let link = Link { other: details, verdict, goes_into, is_disputed, acts: standing, why };
    (Some(link), conflicts)
}

fn dispute<'a>(other: RecordId, sides: impl Iterator<Item = &'a Known>) -> Conflict {
    let sides: Vec<&Known> = sides.collect();
    Conflict::between(
        ConflictKind::Duplicate,
        key(other),
        Why::new(RuleId::DuplicateAsk, sides.iter().map(|known| known.id)),
        Seat::JudicialOffice,
        sides.iter().map(|known| Side::of_fact(known)).collect(),
    )
    .with_ways(WAYS)
}

/// The contradictions about a pair that the judicial office has answered.
fn settled(said: &[Said<'_, Verdict>], other: RecordId) -> Vec<Conflict> {
    let mut found = Vec::new();
    for answer in said.iter().filter(|said| Seat::JudicialOffice.admits(said.known.role)) {
        let before: Vec<Said<'_, Verdict>> = said
            .iter()
            .filter(|s| s.known.id != answer.known.id && answer.answers(s))
            .cloned()
            .collect();
        let sides = link::standing(&before);
        if let Settled::Ask(_) = merge::same_or_ask(&compared(&sides), |s| s.verdict) {
            let conflict = dispute(other, sides.iter().map(|s| s.known));
            found.push(conflict.settled_by(Some(answer.known)));
        }
    }
    found
}

/// The choice a decision about a pair stands for.
#[must_use]
pub(super) fn choice(body: &DuplicateDecided) -> Choice {
    let word = match body.verdict {
        DuplicateVerdict::Merged => "merged",
        DuplicateVerdict::Related => "related",
        DuplicateVerdict::Different => "different",
        DuplicateVerdict::Undone => "undone",
    };
    Choice::Way(word.to_owned())
}

/// Who applied when, on this case and on those that went into it, the earliest first.
pub(super) fn applications(
    registration: Option<&Registration>,
    parties: &[Party],
    duplicates: &Duplicates,
) -> Vec<Application> {
    let own = registration.into_iter().flat_map(|registration| {
        parties.iter().filter(|p| p.details.side == PartySide::Applicant).map(|party| Application {
            party: red::shown_name(party),
            at: registration.at,
            case: None,
            number: registration.number.clone(),
        })
    });
    let others = duplicates.sources().flat_map(|link| {
        let applicants = link.other.parties.iter().filter(|p| p.side == PartySide::Applicant);
        applicants.map(|party| Application {
            party: party.name.clone(),
            at: link.other.applied,
            case: Some(link.other.case),
            number: link.other.number.clone(),
        })
    });
    let mut all: Vec<Application> = own.chain(others).collect();
    all.sort_by(|a, b| (a.at.span(), a.case, &a.party).cmp(&(b.at.span(), b.case, &b.party)));
    // Each party once: its earliest application.
    let mut seen = BTreeSet::new();
    all.retain(|application| seen.insert(application.party.clone()));
    all
}

/// The type of a main case: its own, unless only a case that went into it has one from the unit
/// that owns it now; what differs stays readable.
pub(super) fn category(
    facts: &Facts,
    own: Option<&Derived<Category>>,
    owner: Option<UnitId>,
    duplicates: &Duplicates,
) -> (Option<Derived<Category>>, Option<Conflict>) {
    let typed: Vec<(&Link, Category)> =
        duplicates.sources().filter_map(|l| Some((l, l.other.category?))).collect();
    let all: BTreeSet<Category> =
        own.iter().map(|c| c.value).chain(typed.iter().map(|(_, c)| *c)).collect();
    let is_own_by_owner = own
        .iter()
        .flat_map(|c| c.why.facts.iter())
        .any(|id| facts.get(*id).is_some_and(|known| Some(known.proof.unit) == owner));
    let by_owner = || typed.iter().find(|(l, _)| Some(l.other.unit) == owner);
    let taken = match own {
        Some(_) if is_own_by_owner => None,
        Some(_) => by_owner(),
        None => by_owner().or(typed.first()),
    };
    let why = |link: &Link| {
        let basis = own.iter().flat_map(|c| c.why.facts.iter()).chain(&link.why.facts);
        Why::new(RuleId::DuplicateCategory, basis.copied())
    };
    let value = match taken {
        Some((link, category)) => Some(Derived { value: *category, why: why(link) }),
        None => own.cloned(),
    };
    if all.len() < 2 {
        return (value, None);
    }
    let of_source = |(link, category): &(&Link, Category)| {
        let decided = link.why.facts.iter().find_map(|id| facts.get(*id))?;
        Some(Side {
            choice: Choice::Value(serde_json::to_value(category).unwrap_or_default()),
            at: Some(link.other.applied),
            by: link.other.by,
            unit: Some(link.other.unit),
            ..Side::of_fact(decided)
        })
    };
    let own_sides = own.iter().flat_map(|c| c.why.facts.iter());
    let own_sides = own_sides.filter_map(|id| facts.get(*id)).map(Side::of_fact);
    let sides: Vec<Side> = own_sides.chain(typed.iter().filter_map(of_source)).collect();
    let basis = typed.iter().flat_map(|(link, _)| link.why.facts.iter().copied());
    let basis = basis.chain(own.iter().flat_map(|c| c.why.facts.iter().copied()));
    let conflict = Conflict::between(
        ConflictKind::Category,
        "category/merged".to_owned(),
        Why::new(RuleId::DuplicateCategory, basis),
        Seat::Owner,
        sides,
    )
    .settled_by_rule(RuleId::DuplicateCategory);
    (value, Some(conflict))
}
