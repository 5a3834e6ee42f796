//! Who builds on what, inside one document: enough to tell whether an operation lies in the past
//! of a change, without asking Automerge.

use std::collections::{BTreeMap, HashMap};

use automerge::legacy::OpId;
use automerge::{ActorId, Automerge, ChangeHash};

/// A change as the ancestry sees it.
#[derive(Debug, Clone)]
struct Node {
    deps: Vec<usize>,
    max_op: u64,
    /// The highest sequence number of each actor in its past, itself included.
    clock: BTreeMap<usize, u64>,
}

/// The operations one change of an actor made.
#[derive(Debug, Clone, Copy)]
struct Run {
    seq: u64,
    start_op: u64,
    max_op: u64,
    node: usize,
}

/// The changes of one document, in an order that puts each after those it builds on.
#[derive(Debug, Clone, Default)]
pub struct Ancestry {
    nodes: Vec<Node>,
    by_hash: HashMap<ChangeHash, usize>,
    actors: HashMap<ActorId, usize>,
    runs: Vec<Vec<Run>>,
}

/// What is added to an ancestry.
pub struct NewChange<'a> {
    /// Its hash.
    pub hash: ChangeHash,
    /// Whose it is.
    pub actor: &'a ActorId,
    /// Its number among its actor's changes, from 1.
    pub seq: u64,
    /// Its first operation.
    pub start_op: u64,
    /// Its last operation.
    pub max_op: u64,
    /// What it builds on.
    pub deps: &'a [ChangeHash],
}

/// The past of a change that is not yet in the ancestry.
#[derive(Debug)]
pub struct Past {
    clock: BTreeMap<usize, u64>,
    max_op: u64,
}

impl Past {
    /// The last operation in it.
    #[must_use]
    pub const fn max_op(&self) -> u64 {
        self.max_op
    }
}

impl Ancestry {
    /// The ancestry of a document.
    #[must_use]
    pub fn of(doc: &Automerge) -> Self {
        let mut ancestry = Self::default();
        for meta in doc.get_changes_meta(&[]) {
            ancestry.add(&NewChange {
                hash: meta.hash,
                actor: &meta.actor,
                seq: meta.seq,
                start_op: meta.start_op,
                max_op: meta.max_op,
                deps: &meta.deps,
            });
        }
        ancestry
    }

    /// How many changes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Whether a change is known.
    #[must_use]
    pub fn contains(&self, hash: &ChangeHash) -> bool {
        self.by_hash.contains_key(hash)
    }

    /// The changes a change builds on, by place.
    #[must_use]
    pub fn deps(&self, place: usize) -> &[usize] {
        self.nodes.get(place).map_or(&[], |node| &node.deps)
    }

    /// The place of the change that made an operation.
    #[must_use]
    pub fn place_of(&self, counter: u64, actor: &ActorId) -> Option<usize> {
        let actor = self.actors.get(actor)?;
        self.run_of(*actor, counter).map(|run| run.node)
    }

    /// The past of a change with these dependencies; `None` while one of them is missing.
    #[must_use]
    pub fn past(&self, deps: &[ChangeHash]) -> Option<Past> {
        let mut past = Past { clock: BTreeMap::new(), max_op: 0 };
        for dep in deps {
            let node = self.nodes.get(*self.by_hash.get(dep)?)?;
            past.max_op = past.max_op.max(node.max_op);
            for (actor, seq) in &node.clock {
                let slot = past.clock.entry(*actor).or_default();
                *slot = (*slot).max(*seq);
            }
        }
        Some(past)
    }

    /// Whether an operation was made in a past.
    #[must_use]
    pub fn is_in(&self, past: &Past, op: &OpId) -> bool {
        self.actors
            .get(op.actor())
            .and_then(|actor| Some((actor, self.run_of(*actor, op.counter())?)))
            .is_some_and(|(actor, run)| past.clock.get(actor).is_some_and(|seq| run.seq <= *seq))
    }

    /// The number of the last change of an actor in a past; 0 if there is none.
    #[must_use]
    pub fn last_seq(&self, past: &Past, actor: &ActorId) -> u64 {
        self.actors.get(actor).and_then(|a| past.clock.get(a)).copied().unwrap_or(0)
    }

    /// Adds a change whose dependencies are all known; says whether it was.
    pub fn add(&mut self, change: &NewChange<'_>) -> bool {
        let Some(past) = self.past(change.deps) else {
            return false;
        };
        let node = self.nodes.len();
        let fresh = self.actors.len();
        let actor = *self.actors.entry(change.actor.clone()).or_insert(fresh);
        if actor == self.runs.len() {
            self.runs.push(Vec::new());
        }
        if let Some(runs) = self.runs.get_mut(actor) {
            runs.push(Run {
                seq: change.seq,
                start_op: change.start_op,
                max_op: change.max_op,
                node,
            });
        }
        let mut clock = past.clock;
        clock.insert(actor, change.seq);
        let deps = change.deps.iter().filter_map(|d| self.by_hash.get(d).copied()).collect();
        self.nodes.push(Node { deps, max_op: change.max_op.max(past.max_op), clock });
        self.by_hash.insert(change.hash, node);
        true
    }

    fn run_of(&self, actor: usize, counter: u64) -> Option<Run> {
        let runs = self.runs.get(actor)?;
        runs.iter().find(|run| (run.start_op..=run.max_op).contains(&counter)).copied()
    }
}
