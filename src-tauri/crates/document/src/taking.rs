//! A document that stands in the place of another: the facts that its first change took over, and
//! those that others said again, in the place of what holds them ([`domain::taking`]).
//!
//! They come before everything that was written in this document, in an order that puts each after
//! those it builds on; whoever writes here has what the first change took over before them.

use std::collections::{BTreeMap, BTreeSet};

use domain::fact::{Carried, ChangeFacts, Past, Proof};
use domain::id::{ChangeId, DeviceId, FactId};
use domain::log::EntryRef;
use domain::taking::{
    LateWords, SAID_AGAIN, TAKEN_OVER, TakenChange, TakenField, TakenLog, Taking,
};

use crate::binding;
use crate::record::{Author, Hash, Vouch};

/// Where the facts of a layer come from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A change of this document.
    Here(Hash),
    /// An entry about the record that stood in its place, and the change it brought.
    Before(TakenLog, EntryRef, ChangeId),
}

impl Origin {
    /// The change.
    #[must_use]
    pub fn change(&self) -> ChangeId {
        match self {
            Self::Here(hash) => change_id(hash),
            Self::Before(_, _, id) => *id,
        }
    }
}

/// What a change is known by where another record speaks of it. It tells nothing of what it held.
#[must_use]
pub fn change_id(hash: &Hash) -> ChangeId {
    let mut id = [0; 16];
    for (slot, byte) in id.iter_mut().zip(hash) {
        *slot = *byte;
    }
    ChangeId(id)
}

/// The facts of one change, of this document or of the one before it.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Where they come from.
    pub origin: Origin,
    /// The layers it builds on, each before it.
    pub deps: Vec<usize>,
    /// The facts.
    pub facts: Vec<Carried>,
}

/// A change of a document with what stands among its facts.
pub(crate) struct Own {
    pub(crate) hash: Hash,
    /// Whether nothing is before it.
    pub(crate) is_first: bool,
    pub(crate) deps: Vec<usize>,
    pub(crate) facts: Vec<Carried>,
    pub(crate) takings: Vec<(Carried, Taking)>,
}

/// A document's facts, in layers.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// The layers.
    pub list: Vec<Layer>,
    /// Whether the first change took over another record, and may have.
    pub is_heir: bool,
    /// Its registers as they were taken over.
    pub fields: Vec<TakenField>,
    /// What others had written into its texts and registers, with the change that says so.
    pub late_words: BTreeSet<(Hash, LateWords)>,
    /// Facts that others said again.
    pub again: BTreeSet<FactId>,
}

/// An entry about the record before.
struct Before {
    log: TakenLog,
    seq: u64,
    needs: Vec<At>,
    facts: Vec<Carried>,
    /// The change of this document that brings it, and whether that is the first.
    by: (usize, Hash),
    is_taken: bool,
}

/// What a change of the record before is known by: which device wrote it, and its hash. A number in a
/// log would not do: of a log that forked two changes have the same.
type At = (DeviceId, ChangeId);

type Pool = BTreeMap<At, Before>;

/// The layers of a document.
pub(crate) fn layers(mut own: Vec<Own>, vouch: &impl Vouch, stands: bool) -> Layers {
    let mut layers = Layers { is_heir: stands, ..Layers::default() };
    let mut pool = Pool::new();
    if stands {
        for (at, change) in own.iter_mut().enumerate().filter(|(_, change)| change.is_first) {
            let takings = drain(change, TAKEN_OVER);
            let whole = joined(takings);
            take(&mut pool, &whole, (at, change.hash), vouch);
            layers.late_words.extend(whole.words.into_iter().map(|words| (change.hash, words)));
            layers.fields = whole.fields;
        }
        let known: BTreeSet<FactId> =
            pool.values().flat_map(|one| &one.facts).map(|carried| carried.id).collect();
        for (at, change) in own.iter_mut().enumerate() {
            let takings = drain(change, SAID_AGAIN);
            let Some(proof) = takings.first().and_then(|(carried, _)| carried.proof) else {
                continue;
            };
            let whole = joined(takings);
            let words = whole.words.iter().cloned();
            layers.late_words.extend(words.map(|words| (change.hash, words)));
            again(&mut pool, &whole, (at, change.hash), proof, vouch, &known);
        }
    }
    let places = place(&mut layers, pool);
    let before = layers.list.len();
    for (at, change) in own.into_iter().enumerate() {
        let mut deps: Vec<usize> =
            change.deps.iter().map(|dep| dep.saturating_add(before)).collect();
        deps.extend(places.iter().filter(|(_, by)| *by == at).map(|(place, _)| *place));
        // What nobody may say in another's place stays where it is, without meaning.
        let unread = change.takings.into_iter().map(|(carried, _)| carried);
        let facts = change.facts.into_iter().chain(unread).collect();
        layers.list.push(Layer { origin: Origin::Here(change.hash), deps, facts });
    }
    layers
}

/// Takes the parts of a kind out of a change.
fn drain(change: &mut Own, kind: &str) -> Vec<(Carried, Taking)> {
    let (these, others) =
        std::mem::take(&mut change.takings).into_iter().partition(|(_, part)| part.kind == kind);
    change.takings = others;
    these
}

/// The parts of one change as one: their logs are counted through.
fn joined(takings: Vec<(Carried, Taking)>) -> Taking {
    let mut takings = takings;
    takings.sort_by_key(|(carried, _)| carried.id);
    let mut whole = Taking::default();
    for (_, part) in takings {
        whole.logs.extend(part.logs);
        whole.changes.extend(part.changes);
        whole.fields.extend(part.fields);
        whole.words.extend(part.words);
    }
    whole
}

fn log_at(whole: &Taking, at: u32) -> Option<&TakenLog> {
    whole.logs.get(usize::try_from(at).ok()?)
}

fn needs_of(whole: &Taking, change: &TakenChange) -> Vec<At> {
    let at = |(log, id): &(u32, ChangeId)| Some((log_at(whole, *log)?.device, *id));
    change.deps.iter().filter_map(at).collect()
}

/// What the first change took over, with the author that its own word names.
fn take(pool: &mut Pool, whole: &Taking, by: (usize, Hash), vouch: &impl Vouch) {
    for change in &whole.changes {
        let Some(log) = log_at(whole, change.log) else { continue };
        let proof = Proof { device: log.device, unit: log.unit };
        let facts = change.facts.iter().map(|fact| Carried {
            id: fact.id,
            json: vouch.reads(&fact.json).as_ref().into(),
            proof: Some(proof),
            role: fact.role,
            past: Past::default(),
        });
        let before = Before {
            needs: needs_of(whole, change),
            facts: facts.collect(),
            log: log.clone(),
            seq: change.seq,
            by,
            is_taken: true,
        };
        pool.insert((log.device, change.id), before);
    }
}

/// What a device says again of its own: each fact under the name that its first place binds it to,
/// in a log that is the device's. What was taken over already it does not say. Two computers with
/// one copied profile each say what the other lacks.
fn again(
    pool: &mut Pool,
    whole: &Taking,
    by: (usize, Hash),
    proof: Proof,
    vouch: &impl Vouch,
    known: &BTreeSet<FactId>,
) {
    for change in &whole.changes {
        let Some(log) = log_at(whole, change.log) else { continue };
        let is_own = log.device == proof.device && vouch.is_log(log);
        let at = (log.device, change.id);
        // The same change said twice: one of them counts, on every machine the same.
        let is_said = pool.get(&at).is_some_and(|held| held.is_taken || held.by.1 <= by.1);
        if !is_own || is_said {
            continue;
        }
        let tag = binding::log_tag(log.log);
        let mut facts = Vec::new();
        for (index, fact) in change.facts.iter().enumerate() {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            let bound = binding::fact_binding(log.log, change.seq, index);
            if fact.id.log != tag || !fact.id.is_bound_to(&bound) || known.contains(&fact.id) {
                continue;
            }
            let author = serde_json::from_str::<Author>(&fact.json).ok();
            facts.push(Carried {
                id: fact.id,
                json: vouch.reads(&fact.json).as_ref().into(),
                proof: Some(proof),
                role: author.and_then(|author| vouch.role_on(proof.device, author.by)),
                past: Past::default(),
            });
        }
        let (needs, seq) = (needs_of(whole, change), change.seq);
        pool.insert(at, Before { log: log.clone(), seq, needs, facts, by, is_taken: false });
    }
}

/// Puts what stood in the record before into an order in which each comes after what it builds on.
/// Gives the place of each with the change of this document that builds on it.
fn place(layers: &mut Layers, mut pool: Pool) -> Vec<(usize, usize)> {
    let mut waits: BTreeMap<At, usize> = BTreeMap::new();
    let mut wakes: BTreeMap<At, Vec<At>> = BTreeMap::new();
    for (at, one) in &pool {
        let needs: BTreeSet<At> =
            one.needs.iter().copied().filter(|need| pool.contains_key(need)).collect();
        waits.insert(*at, needs.len());
        needs.into_iter().for_each(|need| wakes.entry(need).or_default().push(*at));
    }
    let mut ready: BTreeSet<At> =
        waits.iter().filter(|(_, count)| **count == 0).map(|(at, _)| *at).collect();
    let mut placed: BTreeMap<At, usize> = BTreeMap::new();
    let mut by = Vec::new();
    // A circle is nobody's honest word: what it claims to build on is passed over.
    while let Some(at) = ready.pop_first().or_else(|| pool.keys().next().copied()) {
        let Some(one) = pool.remove(&at) else { continue };
        let deps = one.needs.iter().filter_map(|need| placed.get(need).copied());
        let deps = deps.collect();
        let here = layers.list.len();
        by.push((here, one.by.0));
        if !one.is_taken {
            layers.again.extend(one.facts.iter().map(|carried| carried.id));
        }
        let first = EntryRef { log: one.log.log, seq: one.seq };
        let origin = Origin::Before(one.log, first, at.1);
        layers.list.push(Layer { origin, deps, facts: one.facts });
        placed.insert(at, here);
        for woken in wakes.remove(&at).into_iter().flatten() {
            let Some(count) = waits.get_mut(&woken) else { continue };
            *count = count.saturating_sub(1);
            if *count == 0 {
                ready.insert(woken);
            }
        }
    }
    by
}

impl Layers {
    /// The layers as they are gathered.
    pub(crate) fn changes(&self) -> Vec<ChangeFacts> {
        let change =
            |layer: &Layer| ChangeFacts { deps: layer.deps.clone(), facts: layer.facts.clone() };
        self.list.iter().map(change).collect()
    }

    /// Of the facts of the record before: where their entries stood.
    pub(crate) fn first_at(&self) -> BTreeMap<FactId, EntryRef> {
        let before = self.list.iter().filter_map(|layer| match &layer.origin {
            Origin::Before(_, at, _) => Some((*at, &layer.facts)),
            Origin::Here(_) => None,
        });
        before.flat_map(|(at, facts)| facts.iter().map(move |carried| (carried.id, at))).collect()
    }
}

#[cfg(test)]
mod tests;
