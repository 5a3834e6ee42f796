//! The facts of a case as the fold sees them: read, checked against what the carrying entry
//! proves, corrected, and with the question "did its author know that one?" answered.

use std::collections::BTreeMap;

use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::removal;
use crate::fact::body::{Choice, Corrected};
use crate::fact::{Body, Fact, FactError, Past, Proof, RecordFacts, RecordKind};
use crate::id::FactId;
use crate::merge::{self, Settled};
use crate::role::Role;
use crate::rules::{RuleId, Why};
use crate::time::Span;
use crate::unit::Succession;

/// Why a fact has no effect on the meaning. It is kept, carried on and shown with this mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusedFact {
    /// It claims a unit its device is not certified for, or its device is not certified.
    UnitNotProven,
    /// Nobody vouches for its author on that device.
    AuthorUnknown,
    /// Its author's role may not write this kind.
    RoleMayNot,
    /// It is not a fact of this kind of record, or cannot be read.
    Unreadable,
    /// A newer version wrote it: 需要更新软件才能显示.
    NeedsUpdate,
    /// Its author had been removed: the head of the centre must take it up first.
    AfterRemoval,
    /// Its device had been revoked: the entry must be adopted first.
    AfterRevocation,
    /// Its unit had left the case: the entry must be adopted first.
    AfterLeaving,
}

/// A fact that counts.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its name.
    pub id: FactId,
    /// Its content, as last corrected.
    pub fact: Fact,
    /// What the carrying entry proves.
    pub proof: Proof,
    /// The role of its author.
    pub role: Role,
    /// The correction that holds, if it was corrected.
    pub corrected_by: Option<FactId>,
    /// The body as it was first written, if it was corrected.
    pub written: Option<Box<Body>>,
    /// 撤权后到达: it came after its author was removed, and counts.
    pub is_after_removal: bool,
    place: usize,
    past: Past,
}

impl Known {
    /// The business time it names.
    #[must_use]
    pub fn span(&self) -> Span {
        self.fact.at.span()
    }

    /// Whether its author had the other before them.
    #[must_use]
    pub fn knows(&self, other: &Self) -> bool {
        self.past.contains(other.place)
    }

    /// Whether it came after another: at a later time, or at the same in knowledge of it.
    #[must_use]
    pub fn follows(&self, other: &Self) -> bool {
        let (own, others) = (self.span(), other.span());
        // What was corrected speaks with the knowledge of the correction. Where each of two knows
        // the other, the one that was corrected was written first.
        let is_mutual = other.knows(self);
        let was_first = self.corrected_by.is_none() && other.corrected_by.is_some();
        let came_to_know = self.knows(other) && (!is_mutual || was_first);
        others.is_before(&own) || own.overlaps(&others) && came_to_know
    }

    /// Whether its author had any of some facts before them.
    #[must_use]
    pub fn knows_any(&self, set: &Past) -> bool {
        self.past.intersects(set)
    }

    /// Adds it to a set of facts.
    pub fn add_to(&self, set: &mut Past) {
        set.insert(self.place);
    }

    /// The order of display and of otherwise equal facts.
    #[must_use]
    pub fn order(&self) -> (Span, crate::time::Hlc, FactId) {
        (self.span(), self.fact.recorded, self.id)
    }
}

/// The facts of one case, sorted by id.
#[derive(Debug, Default)]
pub struct Facts {
    /// Those that count.
    pub list: Vec<Known>,
    /// Those that wait for the head of the centre, or that it refused: a removed user's.
    pub withheld: Vec<Known>,
    /// Those that do not count, with the reason.
    pub refused: Vec<(FactId, RefusedFact)>,
    /// Corrections that contradict each other.
    pub conflicts: Vec<Conflict>,
}

/// Selects the facts of one kind: `each!(facts, SessionHeld)` iterates `(&Known, &SessionHeld)`.
macro_rules! each {
    ($facts:expr, $kind:ident) => {
        $facts.list.iter().filter_map(|known| match &known.fact.body {
            $crate::fact::Body::$kind(body) => Some((known, body)),
            _ => None,
        })
    };
}
pub(super) use each;

impl Facts {
    /// Reads the facts of a case record.
    #[must_use]
    pub fn read(record: &RecordFacts) -> Self {
        Self::of(record, RecordKind::Case)
    }

    /// Reads the facts of a record of a kind.
    #[must_use]
    pub fn of(record: &RecordFacts, kind: RecordKind) -> Self {
        let mut facts = Self::default();
        let mut waiting = Vec::new();
        for (place, carried) in record.facts.iter().enumerate() {
            let checked = match Fact::read(&carried.json) {
                Ok(_) if record.late.contains_key(&carried.id) => {
                    Err(record.late.get(&carried.id).copied().unwrap_or(RefusedFact::Unreadable))
                }
                Ok(fact) => {
                    let lent = record.adopted.contains(&carried.id).then_some(Role::R7);
                    check(&fact, kind, carried.proof, (carried.role, lent)).map(|who| (fact, who))
                }
                Err(FactError::Newer(_)) => Err(RefusedFact::NeedsUpdate),
                Err(FactError::Unreadable(_)) => Err(RefusedFact::Unreadable),
            };
            match checked {
                Ok((fact, (proof, role))) => {
                    let waits = record.withholds(carried.id, &fact);
                    let list = if waits { &mut waiting } else { &mut facts.list };
                    list.push(Known {
                        id: carried.id,
                        fact,
                        proof,
                        role,
                        corrected_by: None,
                        written: None,
                        is_after_removal: record.removed.contains_key(&carried.id),
                        place,
                        past: carried.past.clone(),
                    });
                }
                Err(reason) => facts.refused.push((carried.id, reason)),
            }
        }
        removal::settle(&mut facts, waiting);
        facts.correct();
        facts
    }

    /// The same where the unit that carries on what another had stands in that one's place: what
    /// either's people wrote counts as the one's, and it is asked what the other was asked.
    #[must_use]
    pub fn under(mut self, units: &Succession) -> Self {
        if units.is_empty() {
            return self;
        }
        for known in self.list.iter_mut().chain(&mut self.withheld) {
            known.proof.unit = units.now(known.proof.unit);
            known.fact.body.ask_instead(|unit| units.now(unit));
        }
        self
    }

    /// A fact by its name.
    #[must_use]
    pub fn get(&self, id: FactId) -> Option<&Known> {
        self.list.binary_search_by_key(&id, |known| known.id).ok().and_then(|at| self.list.get(at))
    }

    /// The decision that holds for a conflict: one by somebody who sits where it is decided and
    /// who knows all of its sides, the last word of those. Two contradicting decisions settle
    /// nothing.
    pub fn decision(&self, key: &str, seat: Seat, sides: &[&Known]) -> Option<(&Known, &Choice)> {
        let all = self.words(key, seat, sides);
        let heads = merge::heads(&all, |later, earlier| later.0.knows(earlier.0));
        match merge::same_or_ask(&heads, |(_, choice)| (*choice).clone()) {
            Settled::One(one) => Some(*one),
            Settled::Nothing | Settled::Ask(_) => None,
        }
    }

    /// What people said about a conflict who sit where it is decided and know all of its sides.
    fn words(&self, key: &str, seat: Seat, sides: &[&Known]) -> Vec<(&Known, &Choice)> {
        let is_seated = |known: &Known| seat.admits(known.role);
        each!(self, Decided)
            .filter(|(known, body)| body.conflict == key && is_seated(known))
            .filter(|(known, _)| sides.iter().all(|side| known.knows(side)))
            .map(|(known, body)| (known, &body.choice))
            .collect()
    }

    /// Whether two of those said different things in ignorance of each other.
    pub(super) fn is_split(&self, key: &str, seat: Seat, sides: &[&Known]) -> bool {
        let words = self.words(key, seat, sides);
        let is_beside = |a: &Known, b: &Known| !a.knows(b) && !b.knows(a);
        words.iter().any(|(one, choice)| {
            words.iter().any(|(other, said)| choice != said && is_beside(one, other))
        })
    }

    /// Lets corrections take effect on the facts they answer.
    fn correct(&mut self) {
        let mut by_target: BTreeMap<FactId, Vec<usize>> = BTreeMap::new();
        for (at, known) in self.list.iter().enumerate() {
            if let Body::Corrected(body) = &known.fact.body {
                by_target.entry(body.fact).or_default().push(at);
            }
        }
        for (target, corrections) in by_target {
            let corrections: Vec<Known> =
                corrections.iter().filter_map(|at| self.list.get(*at).cloned()).collect();
            let Ok(at) = self.list.binary_search_by_key(&target, |known| known.id) else {
                continue;
            };
            let (holding, conflict) = match self.list.get(at) {
                Some(original) => self.choose(original, &corrections),
                None => continue,
            };
            self.conflicts.extend(conflict);
            if let (Some((correction, body)), Some(original)) = (holding, self.list.get_mut(at)) {
                original.fact.at = body.at.unwrap_or(original.fact.at);
                let written = std::mem::replace(&mut original.fact.body, *body.to);
                original.written.get_or_insert(Box::new(written));
                original.corrected_by = Some(correction.id);
                // Whoever corrects speaks with the knowledge of the correction.
                original.past.union(&correction.past);
            }
        }
    }

    /// Which correction of a fact holds, and the conflict if two contradict.
    fn choose(
        &self,
        original: &Known,
        corrections: &[Known],
    ) -> (Option<(Known, Corrected)>, Option<Conflict>) {
        let admissible: Vec<(&Known, &Corrected)> = corrections
            .iter()
            .filter_map(|known| match &known.fact.body {
                // C20: a report to the police is supplemented, never corrected.
                Body::Corrected(_) if matches!(original.fact.body, Body::ReportedToPolice(_)) => {
                    None
                }
                Body::Corrected(body)
                    if body.to.row().code == original.fact.body.row().code
                        && body.to.row().admits(known.role) =>
                {
                    Some((known, body))
                }
                _ => None,
            })
            .collect();
        let heads = merge::heads(&admissible, |later, earlier| later.0.knows(earlier.0));
        match merge::same_or_ask(&heads, |(_, body)| (body.at, body.to.clone())) {
            Settled::Nothing => (None, None),
            Settled::One((known, body)) => (Some(((*known).clone(), (*body).clone())), None),
            Settled::Ask(all) => {
                let key = format!("correction/{}", original.id);
                let sides: Vec<&Known> = all.iter().map(|(known, _)| *known).collect();
                let decided = self.decision(&key, Seat::Owner, &sides);
                let chosen = decided.and_then(|(_, choice)| match choice {
                    Choice::Fact(id) => all.iter().find(|(known, _)| known.id == *id),
                    _ => None,
                });
                let conflict = Conflict::between(
                    ConflictKind::Correction,
                    key.clone(),
                    Why::new(RuleId::CorrectionAsk, sides.iter().map(|k| k.id)),
                    Seat::Owner,
                    sides.iter().map(|known| Side::of_fact(known)).collect(),
                )
                .settled_by(decided.map(|(known, _)| known));
                (chosen.map(|(k, b)| ((*k).clone(), (*b).clone())), Some(conflict))
            }
        }
    }
}

/// Whether a fact may have effect: its unit is the one its device proves, somebody vouches for
/// its author, and the author's role may write its kind. Whoever adopted it lends their own right,
/// and nobody lends what they do not have.
fn check(
    fact: &Fact,
    kind: RecordKind,
    proof: Option<Proof>,
    (role, lent): (Option<Role>, Option<Role>),
) -> Result<(Proof, Role), RefusedFact> {
    let proof = proof.filter(|p| p.unit == fact.unit).ok_or(RefusedFact::UnitNotProven)?;
    let role = role.ok_or(RefusedFact::AuthorUnknown)?;
    let row = fact.body.row();
    if row.record != kind {
        return Err(RefusedFact::Unreadable);
    }
    // What a correction puts in place must be the author's to write; that is asked per target.
    let may = row.admits(role) || lent.is_some_and(|lent| row.admits(lent));
    if may { Ok((proof, role)) } else { Err(RefusedFact::RoleMayNot) }
}

/// A claim with legal precedence: how long it bars, and the facts it rests on.
#[derive(Clone)]
pub struct Claim<'a> {
    /// From when it took effect until something answered it, if anything did.
    pub span: Span,
    /// The day or the minute on which it took effect.
    pub onset: Span,
    /// What it rests on.
    pub basis: Vec<&'a Known>,
}

impl<'a> Claim<'a> {
    /// A claim that nothing answers once it took effect.
    #[must_use]
    pub const fn lasting(onset: Span, basis: Vec<&'a Known>) -> Self {
        Self { span: Span { from: onset.from, to: i64::MAX }, onset, basis }
    }
}

/// How an act stands against a claim that may bar it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precedence {
    /// The act lies outside the claim's time, or the claim came after it: it does not touch it.
    Apart,
    /// The act was done in full knowledge of the claim.
    Knowing,
    /// The claim was written in knowledge of the act but dated before it: a person decides.
    Backdated,
    /// The claim came first, or together, and the act did not know of it.
    ClaimPrevails,
}

/// Compares a claim (an agreement in effect, a refusal) with an act that may be void because of
/// it (an escalation, a session).
///
/// Business intervals decide; where they overlap the claim beats an act that was blind to it, and
/// leaves alone one that it was written in knowledge of on the same day.
#[must_use]
pub fn precedence(claim: &Claim<'_>, act: &[&Known], act_span: Span) -> Precedence {
    if !claim.span.overlaps(&act_span) {
        Precedence::Apart
    } else if act.iter().any(|a| claim.basis.iter().all(|b| a.knows(b))) {
        Precedence::Knowing
    } else if claim.basis.iter().any(|b| act.iter().any(|a| b.knows(a))) {
        if claim.onset.is_before(&act_span) { Precedence::Backdated } else { Precedence::Apart }
    } else {
        Precedence::ClaimPrevails
    }
}

/// How all claims together stand against one act: one contradiction, however many claims.
pub struct Weighed<'a, T> {
    /// The first claim that prevails, by whatever names it.
    pub prevails: Option<(T, Claim<'a>)>,
    /// Otherwise: what was dated before the act in knowledge of it, sorted by id.
    pub backdated: Vec<&'a Known>,
}

/// Weighs claims against one act.
#[must_use]
pub fn weigh<'a, T>(
    claims: impl IntoIterator<Item = (T, Claim<'a>)>,
    stands: impl Fn(&Claim<'a>) -> Precedence,
) -> Weighed<'a, T> {
    let mut backdated: Vec<&Known> = Vec::new();
    for (name, claim) in claims {
        match stands(&claim) {
            Precedence::Apart | Precedence::Knowing => {}
            Precedence::ClaimPrevails => {
                return Weighed { prevails: Some((name, claim)), backdated: Vec::new() };
            }
            Precedence::Backdated => backdated.extend(claim.basis),
        }
    }
    backdated.sort_by_key(|known| known.id);
    backdated.dedup_by_key(|known| known.id);
    Weighed { prevails: None, backdated }
}
