//! Structure before merge: what a change must look like before it may touch a document.
//!
//! A signed change can still do harm inside a CRDT: replace the map that holds the facts, reuse
//! an actor, overwrite what somebody else wrote. A change is applied only if all of the rules
//! below hold, judged from the entry and its declared ancestors alone, so that every machine
//! judges alike in whatever order things arrive. The rules are fixed for ever in suite 1.
//!
//! 1. One uncompressed change chunk, no extra bytes, no message, at most [`OPS_PER_CHANGE_MAX`]
//!    operations, and it starts right after the last operation of its past.
//! 2. Its actor is the log's tag and twelve bytes; its dependencies are those its entry declares.
//! 3. Without dependencies it is the record's genesis: the record id is bound to its entry, and it
//!    makes `facts`, `texts`, `fields` and puts `record`. Nothing else ever touches the root.
//! 4. Under `facts` only first puts of text, each key bound to the entry and its place in it.
//! 5. Under `fields` only puts of text; a put that answers more than one value must come with a
//!    fact that decides, so that no contradiction is ever settled silently. Puts that say the same
//!    are one value.
//! 6. Under `texts` a new text is named after a fact of the same change; inside a text single
//!    characters come and go.
//! 7. Every operation it names lies in its past or in itself.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::legacy::{Key, ObjectId, Op, OpId, OpType};
use automerge::{ActorId, Change, ChangeHash, ObjType, ScalarValue};
use domain::fact::{FACT_BYTES_MAX, FieldText};
use domain::id::{FactId, LogId, RecordId};
use serde_json::Value;

use crate::ancestry::{Ancestry, Past};
use crate::{binding, declared};

/// The most operations of one change.
pub const OPS_PER_CHANGE_MAX: usize = 20_000;
/// How many values an operation may replace, on the average of a change: each is a row.
const ROWS_PER_OP: u64 = 4;
/// The most operations of one record over its life.
pub const OPS_PER_RECORD_MAX: u64 = 5_000_000;
/// The longest name of a register.
const FIELD_NAME_BYTES_MAX: usize = 64;
/// The longest value of a register.
const FIELD_BYTES_MAX: usize = 8 * 1024;
/// The longest single character of a text, in bytes.
const CHARACTER_BYTES_MAX: usize = 64;
/// Where a chunk says of what type it is, and the type of an uncompressed change.
const CHUNK_TYPE: (usize, u8) = (8, 1);

/// Why a change may not touch a document. The entry is kept and forwarded all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum StructureFault {
    /// The bytes are not one plain change.
    #[error("not a plain change")]
    NotAChange,
    /// Automerge panicked on the bytes.
    #[error("the bytes made the parser fail")]
    Poison,
    /// Too many operations, or operations numbered beyond the limit.
    #[error("too many operations")]
    TooLarge,
    /// The actor does not belong to the log.
    #[error("foreign actor")]
    Actor,
    /// It builds on an entry that may not touch the document.
    #[error("builds on what is held")]
    OnHeld,
    /// It builds on a change that is not here, whatever stands where its entry says that it is.
    #[error("builds on what is not here")]
    Lacking,
    /// Its dependencies are not those its entry declares.
    #[error("undeclared dependencies")]
    Needs,
    /// Its operations are not numbered after its past.
    #[error("misnumbered")]
    Numbering,
    /// A record begun by the wrong entry, a second time, or without the three maps.
    #[error("not this record's beginning")]
    Genesis,
    /// An operation on the root or on an object that is not there to be written.
    #[error("forbidden object")]
    Object,
    /// An operation the place does not allow.
    #[error("forbidden operation")]
    Operation,
    /// A fact under a name that is not this entry's to give.
    #[error("forbidden fact id")]
    FactId,
    /// A register written over a contradiction without a decision.
    #[error("silent overwrite")]
    SilentOverwrite,
    /// An operation that is not in its past.
    #[error("names what it cannot know")]
    Future,
}

/// A change that was parsed but not yet judged.
pub struct Parsed {
    /// The change.
    pub change: Change,
}

/// Parses the bytes of one change, guarded against the parser's own faults.
///
/// # Errors
/// [`StructureFault::NotAChange`], [`StructureFault::Poison`], [`StructureFault::TooLarge`].
pub fn parse(payload: &[u8]) -> Result<Parsed, StructureFault> {
    if payload.get(CHUNK_TYPE.0) != Some(&CHUNK_TYPE.1) {
        return Err(StructureFault::NotAChange);
    }
    let most = u64::try_from(OPS_PER_CHANGE_MAX).unwrap_or(u64::MAX).saturating_mul(ROWS_PER_OP);
    if declared::operations(payload).map_err(|_| StructureFault::NotAChange)? > most {
        return Err(StructureFault::TooLarge);
    }
    let change = catch_unwind(AssertUnwindSafe(|| Change::try_from(payload)))
        .map_err(|_| StructureFault::Poison)?
        .map_err(|_| StructureFault::NotAChange)?;
    if change.len() > OPS_PER_CHANGE_MAX {
        return Err(StructureFault::TooLarge);
    }
    let is_plain = change.extra_bytes().is_empty() && change.message().is_none();
    if is_plain && !change.is_empty() {
        Ok(Parsed { change })
    } else {
        Err(StructureFault::NotAChange)
    }
}

/// Does with the bytes of a change everything that is done before it is judged, and nothing else:
/// to find out whether that can be survived.
pub fn probe(payload: &[u8]) {
    if let Ok(parsed) = parse(payload) {
        drop(operations(&parsed.change));
    }
}

/// The objects of a document that may be written, by the operations that made them.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    facts: Option<OpId>,
    fields: Option<OpId>,
    texts: Option<OpId>,
    /// The texts, by name.
    characters: BTreeMap<(u64, ActorId), String>,
}

/// What a change adds, once judged.
#[derive(Debug, Default)]
pub struct Judged {
    layout: Layout,
}

/// What a change is judged against.
pub struct Judge<'a> {
    /// The record.
    pub record: RecordId,
    /// The log its entry stands in.
    pub log: LogId,
    /// The entry's number.
    pub seq: u64,
    /// The hashes of the changes its entry declares to build on.
    pub needs: &'a [ChangeHash],
    /// The record's changes so far.
    pub ancestry: &'a Ancestry,
    /// The record's objects so far.
    pub layout: &'a Layout,
    /// What an earlier put of a register said, where it can be read.
    pub said: &'a dyn Fn(&OpId) -> Option<Value>,
}

/// What a put of a register says that stands in a change.
#[must_use]
pub fn said_in(change: &Change, put: &OpId) -> Option<Value> {
    let at = usize::try_from(put.counter().checked_sub(change.start_op().get())?).ok()?;
    let op = operations(change).ok()?.into_iter().nth(at)?;
    let OpType::Put(ScalarValue::Str(text)) = op.action else { return None };
    Some(serde_json::from_str::<FieldText>(&text).ok()?.value)
}

impl Layout {
    /// Takes over what a judged change added.
    pub fn extend(&mut self, judged: Judged) {
        let added = judged.layout;
        self.facts = self.facts.take().or(added.facts);
        self.fields = self.fields.take().or(added.fields);
        self.texts = self.texts.take().or(added.texts);
        self.characters.extend(added.characters);
    }

    /// The layout of a document that was built from judged changes.
    #[must_use]
    pub fn new(facts: OpId, fields: OpId, texts: OpId) -> Self {
        let characters = BTreeMap::new();
        Self { facts: Some(facts), fields: Some(fields), texts: Some(texts), characters }
    }

    /// Adds a text of such a document.
    pub fn add_text(&mut self, made: &OpId, name: &str) {
        self.characters.insert((made.counter(), made.actor().clone()), name.to_owned());
    }
}

/// The part of a fact's JSON that says whether it decides.
#[derive(serde::Deserialize)]
struct KindOnly<'a> {
    #[serde(borrow)]
    kind: std::borrow::Cow<'a, str>,
}

/// Kinds of facts that settle a contradiction.
const DECIDING: [&str; 2] = ["decided", "person_decided"];

impl Judge<'_> {
    /// Judges a parsed change.
    ///
    /// # Errors
    /// The first rule it breaks.
    pub fn judge(&self, parsed: &Parsed) -> Result<Judged, StructureFault> {
        let change = &parsed.change;
        let tag = binding::log_tag(self.log);
        let actor = change.actor_id().to_bytes();
        if actor.len() != binding::ACTOR_BYTES || !actor.starts_with(&tag.0) {
            return Err(StructureFault::Actor);
        }
        let declared: BTreeSet<&ChangeHash> = self.needs.iter().collect();
        let built_on: BTreeSet<&ChangeHash> = change.deps().iter().collect();
        if change.deps().iter().any(|dep| !self.ancestry.contains(dep)) {
            return Err(StructureFault::Lacking);
        }
        if declared != built_on {
            return Err(StructureFault::Needs);
        }
        let past = self.ancestry.past(change.deps()).ok_or(StructureFault::Lacking)?;
        self.check_numbering(change, &past)?;
        let is_genesis = change.deps().is_empty();
        if is_genesis {
            self.check_genesis()?;
        }
        let operations = operations(change)?;
        let mut walk = Walk {
            judge: self,
            past: &past,
            actor: change.actor_id(),
            added: Layout::default(),
            facts: BTreeSet::new(),
            is_deciding: false,
            answers_many: false,
            has_kind: false,
            is_genesis,
            counter: change.start_op().get(),
        };
        for op in &operations {
            walk.step(op)?;
            walk.counter = walk.counter.saturating_add(1);
        }
        walk.finish()
    }

    /// Rule 1, second half: an actor's changes are numbered without gaps, and operations go on
    /// right after the past.
    fn check_numbering(&self, change: &Change, past: &Past) -> Result<(), StructureFault> {
        let start = change.start_op().get();
        if start != past.max_op().saturating_add(1)
            || change.seq() != self.ancestry.last_seq(past, change.actor_id()).saturating_add(1)
        {
            return Err(StructureFault::Numbering);
        }
        let count = u64::try_from(change.len()).unwrap_or(u64::MAX);
        if start.saturating_add(count) > OPS_PER_RECORD_MAX {
            return Err(StructureFault::TooLarge);
        }
        Ok(())
    }

    fn check_genesis(&self) -> Result<(), StructureFault> {
        let bound = binding::record_binding(self.log, self.seq);
        let is_bound = self.record.bytes().iter().skip(6).eq(bound.iter());
        if is_bound && self.ancestry.is_empty() { Ok(()) } else { Err(StructureFault::Genesis) }
    }
}

/// The operations of a change that is written in the one form in which Automerge writes it.
///
/// Automerge takes the same operations in other forms too (a run of operations said to be longer
/// than it is), but counts hashes over the bytes it would write itself: after such a change a
/// document no longer reads back as saved, and asking it for its changes panics.
fn operations(change: &Change) -> Result<Vec<Op>, StructureFault> {
    let read = catch_unwind(AssertUnwindSafe(|| {
        let expanded = change.decode();
        let is_own_form = Change::from(expanded.clone()).hash() == change.hash();
        is_own_form.then_some(expanded.operations)
    }));
    read.map_err(|_| StructureFault::Poison)?.ok_or(StructureFault::NotAChange)
}

/// The operations of one change, one after the other.
struct Walk<'a> {
    judge: &'a Judge<'a>,
    past: &'a Past,
    actor: &'a ActorId,
    added: Layout,
    facts: BTreeSet<String>,
    is_deciding: bool,
    answers_many: bool,
    has_kind: bool,
    is_genesis: bool,
    counter: u64,
}

impl Walk<'_> {
    fn step(&mut self, op: &Op) -> Result<(), StructureFault> {
        for named in op.pred.iter() {
            self.check_known(named)?;
        }
        if let Key::Seq(automerge::legacy::ElementId::Id(element)) = &op.key {
            self.check_known(element)?;
        }
        match &op.obj {
            ObjectId::Root => self.step_root(op),
            ObjectId::Id(object) => {
                let within = |known: &Option<OpId>, fresh: &Option<OpId>| {
                    known.as_ref() == Some(object) || fresh.as_ref() == Some(object)
                };
                let layout = self.judge.layout;
                if within(&layout.facts, &self.added.facts) {
                    self.step_fact(op)
                } else if within(&layout.fields, &self.added.fields) {
                    self.step_field(op)
                } else if within(&layout.texts, &self.added.texts) {
                    self.step_new_text(op)
                } else {
                    self.step_character(object, op)
                }
            }
        }
    }

    /// Rule 3.
    fn step_root(&mut self, op: &Op) -> Result<(), StructureFault> {
        let (Key::Map(key), true) = (&op.key, self.is_genesis && op.pred.is_empty()) else {
            return Err(StructureFault::Object);
        };
        let made = OpId(self.counter, self.actor.clone());
        let slot = match (key.as_str(), &op.action) {
            ("record", OpType::Put(ScalarValue::Str(kind))) if !self.has_kind => {
                // A kind this version does not know is no fault: the record is kept and carried.
                self.has_kind = true;
                let fits = !kind.is_empty() && kind.len() <= FIELD_NAME_BYTES_MAX;
                return if fits { Ok(()) } else { Err(StructureFault::Genesis) };
            }
            ("facts", OpType::Make(ObjType::Map)) => &mut self.added.facts,
            ("fields", OpType::Make(ObjType::Map)) => &mut self.added.fields,
            ("texts", OpType::Make(ObjType::Map)) => &mut self.added.texts,
            _ => return Err(StructureFault::Genesis),
        };
        if slot.replace(made).is_some() { Err(StructureFault::Genesis) } else { Ok(()) }
    }

    /// Rule 4.
    fn step_fact(&mut self, op: &Op) -> Result<(), StructureFault> {
        let (Key::Map(key), OpType::Put(ScalarValue::Str(json))) = (&op.key, &op.action) else {
            return Err(StructureFault::Operation);
        };
        if !op.pred.is_empty() || json.len() > FACT_BYTES_MAX {
            return Err(StructureFault::Operation);
        }
        let id: FactId = key.parse().map_err(|_| StructureFault::FactId)?;
        let index = u32::try_from(self.facts.len()).map_err(|_| StructureFault::TooLarge)?;
        let bound = binding::fact_binding(self.judge.log, self.judge.seq, index);
        let is_ours = id.log == binding::log_tag(self.judge.log) && id.is_bound_to(&bound);
        // The key must be the one way to write the id, or one fact could stand under two keys.
        if !is_ours || id.to_string() != key.as_str() || !self.facts.insert(key.to_string()) {
            return Err(StructureFault::FactId);
        }
        let kind = serde_json::from_str::<KindOnly<'_>>(json).map(|k| k.kind);
        self.is_deciding |= kind.is_ok_and(|kind| DECIDING.contains(&kind.as_ref()));
        Ok(())
    }

    /// Rule 5.
    fn step_field(&mut self, op: &Op) -> Result<(), StructureFault> {
        let (Key::Map(key), OpType::Put(ScalarValue::Str(value))) = (&op.key, &op.action) else {
            return Err(StructureFault::Operation);
        };
        let is_name = !key.is_empty()
            && key.len() <= FIELD_NAME_BYTES_MAX
            && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !is_name || value.len() > FIELD_BYTES_MAX {
            return Err(StructureFault::Operation);
        }
        self.answers_many |= op.pred.len() > 1 && !self.is_one_value(op);
        Ok(())
    }

    /// Whether all that a put answers says the same.
    fn is_one_value(&self, op: &Op) -> bool {
        let mut said = op.pred.iter().map(|put| (self.judge.said)(put));
        let first = said.next().flatten();
        first.is_some() && said.all(|other| other == first)
    }

    /// Rule 6, first half.
    fn step_new_text(&mut self, op: &Op) -> Result<(), StructureFault> {
        let (Key::Map(key), OpType::Make(ObjType::Text), true) =
            (&op.key, &op.action, op.pred.is_empty())
        else {
            return Err(StructureFault::Operation);
        };
        let is_named = self.is_genesis || self.facts.contains(key.as_str());
        if !is_named || key.is_empty() || key.len() > FIELD_NAME_BYTES_MAX {
            return Err(StructureFault::Operation);
        }
        self.added.characters.insert((self.counter, self.actor.clone()), key.to_string());
        Ok(())
    }

    /// Rule 6, second half.
    fn step_character(&self, object: &OpId, op: &Op) -> Result<(), StructureFault> {
        let named = (object.counter(), object.actor().clone());
        let is_text = self.added.characters.contains_key(&named)
            || (self.judge.layout.characters.contains_key(&named)
                && self.judge.ancestry.is_in(self.past, object));
        if !is_text {
            return Err(StructureFault::Object);
        }
        match &op.action {
            OpType::Put(ScalarValue::Str(c)) if op.insert && c.len() <= CHARACTER_BYTES_MAX => {
                Ok(())
            }
            OpType::Delete if !op.insert => Ok(()),
            _ => Err(StructureFault::Operation),
        }
    }

    /// Rule 7.
    fn check_known(&self, named: &OpId) -> Result<(), StructureFault> {
        let own = named.actor() == self.actor
            && named.counter() >= self.past.max_op().saturating_add(1)
            && named.counter() < self.counter;
        if own || self.judge.ancestry.is_in(self.past, named) {
            Ok(())
        } else {
            Err(StructureFault::Future)
        }
    }

    fn finish(self) -> Result<Judged, StructureFault> {
        let has_maps = self.added.facts.is_some()
            && self.added.fields.is_some()
            && self.added.texts.is_some()
            && self.has_kind;
        if self.is_genesis && !has_maps {
            return Err(StructureFault::Genesis);
        }
        if self.answers_many && !self.is_deciding {
            return Err(StructureFault::SilentOverwrite);
        }
        Ok(Judged { layout: self.added })
    }
}
