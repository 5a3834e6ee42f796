//! A record as an Automerge document: begin, edit, apply, fold.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::hydrate;
use automerge::legacy::OpId;
use automerge::transaction::Transactable;
use automerge::{
    ActorId, Automerge, Change, ChangeHash, ObjId, ObjType, ROOT, ReadDoc, ScalarValueRef,
    TextEncoding, Value, ValueRef,
};
use domain::fact::{Carried, FieldText, FieldValue, LateRegister, Past, Proof, RecordFacts};
use domain::id::{DeviceId, FactId, LogId, LogTag, RecordId, UserId};
use domain::role::Role;
use domain::taking::{SAID_AGAIN, TAKEN_OVER, TakenLog, Taking};

use crate::ancestry::{Ancestry, NewChange};
use crate::binding;
use crate::structure::{self, Judge, Layout, Parsed, StructureFault};
use crate::taking::{self, Layers, Own};

/// How text positions are counted: by code point, the same on every machine.
const ENCODING: TextEncoding = TextEncoding::UnicodeCodePoint;

/// A document that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The cached bytes are not the document they should be; it is rebuilt from the log.
    #[error("cached document does not match its heads")]
    Cache,
    /// Automerge refused an operation of our own.
    #[error("automerge: {0}")]
    Automerge(#[from] automerge::AutomergeError),
    /// A version that is not in this document.
    #[error("no such version of this document")]
    Version,
    /// The change came out too large to be an entry.
    #[error("change too large")]
    TooLarge,
    /// A text that this record does not have.
    #[error("no text named {0:?}")]
    NoText(String),
    /// Nothing was changed.
    #[error("nothing to change")]
    Nothing,
}

/// The hash of one change.
pub type Hash = [u8; 32];

/// A change of our own, ready to become an entry.
#[derive(Debug, Clone)]
pub struct Made {
    /// The bytes.
    pub payload: Vec<u8>,
    /// Their hash as Automerge counts it.
    pub hash: Hash,
    /// The changes it builds on.
    pub deps: Vec<Hash>,
}

/// What one change of our own does.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// Facts to add, in the order of their bindings.
    pub facts: Vec<(FactId, String)>,
    /// Registers to write: name and the JSON text of [`FieldText`].
    pub fields: Vec<(String, String)>,
    /// Texts to begin, each named after a fact of this edit, with their first words.
    pub new_texts: Vec<(String, String)>,
    /// A text to rewrite: name and its new words.
    pub text: Option<(String, String)>,
}

/// A change that an entry declares to build on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// One the document holds.
    Change(Hash),
    /// The one brought by an earlier entry of the same batch, by its place there.
    Batch(usize),
    /// One that may not touch the document.
    Held,
}

/// An entry from elsewhere, outer line of defence passed.
#[derive(Debug, Clone)]
pub struct Incoming<'a> {
    /// The log it stands in.
    pub log: LogId,
    /// Its number there.
    pub seq: u64,
    /// The changes it declares to build on.
    pub needs: Vec<Need>,
    /// The bytes.
    pub payload: &'a [u8],
}

/// What became of an incoming entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It was applied, or had been.
    Applied(Hash),
    /// It may not touch the document.
    Held(StructureFault),
}

/// Says what a log proves about its author, and what role a user has there.
pub trait Vouch {
    /// The device and unit behind a log; `None` where it is not certified.
    fn proof(&self, log: LogTag) -> Option<Proof>;
    /// The role of a user on the device behind a log; `None` where nobody vouches.
    fn role(&self, log: LogTag, user: UserId) -> Option<Role>;
    /// The role of a user on a device.
    fn role_on(&self, _device: DeviceId, _user: UserId) -> Option<Role> {
        None
    }
    /// Whether a record stands in the place of another, and this change, by this log, is the one
    /// whose word for what others had said there is believed.
    fn stands(&self, _record: RecordId, _made: &Hash, _log: LogTag) -> bool {
        false
    }
    /// Whether a log has the name that its space, device and epoch give it.
    fn is_log(&self, _log: &TakenLog) -> bool {
        false
    }
    /// A text with the records that stand in the place of others under their own names.
    fn reads<'t>(&self, text: &'t str) -> Cow<'t, str> {
        Cow::Borrowed(text)
    }
}

/// A record.
#[derive(Clone)]
pub struct Record {
    id: RecordId,
    doc: Automerge,
}

fn opid(id: &ObjId) -> Option<OpId> {
    match id {
        ObjId::Root => None,
        ObjId::Id(counter, actor, _) => Some(OpId(*counter, actor.clone())),
    }
}

fn hashes(changes: &[ChangeHash]) -> Vec<Hash> {
    changes.iter().map(|hash| hash.0).collect()
}

impl Record {
    /// An empty document that waits for its genesis.
    #[must_use]
    pub fn empty(id: RecordId) -> Self {
        Self { id, doc: Automerge::new_with_encoding(ENCODING) }
    }

    /// Begins a record with one change.
    ///
    /// # Errors
    /// Automerge's own, or a change too large to be an entry.
    pub fn begin(
        id: RecordId,
        kind: &str,
        actor: [u8; binding::ACTOR_BYTES],
        edit: &Edit,
    ) -> Result<(Self, Made), RecordError> {
        let scalar = |text: &str| hydrate::Value::scalar(text);
        let map = |pairs: HashMap<&str, hydrate::Value>| hydrate::Value::from(pairs);
        let facts: Vec<(String, &String)> =
            edit.facts.iter().map(|(id, json)| (id.to_string(), json)).collect();
        let root: HashMap<&str, hydrate::Value> = HashMap::from([
            ("record", scalar(kind)),
            ("facts", map(facts.iter().map(|(id, json)| (id.as_str(), scalar(json))).collect())),
            (
                "fields",
                map(edit.fields.iter().map(|(name, v)| (name.as_str(), scalar(v))).collect()),
            ),
            (
                "texts",
                map(edit
                    .new_texts
                    .iter()
                    .map(|(name, words)| (name.as_str(), hydrate::Value::text(ENCODING, words)))
                    .collect()),
            ),
        ]);
        let mut record = Self::empty(id);
        record.doc.set_actor(ActorId::from(actor));
        record.doc.init_from_hydrate(&hydrate::Map::from(root))?;
        let change = record.doc.get_last_local_change().ok_or(RecordError::Nothing)?;
        Ok((record, made(&change)?))
    }

    /// Opens a cached document, and believes it only if it is the one with these heads.
    ///
    /// # Errors
    /// [`RecordError::Cache`]: the caller rebuilds it from the log.
    pub fn load(id: RecordId, saved: &[u8], heads: &[Hash]) -> Result<Self, RecordError> {
        let doc = catch_unwind(AssertUnwindSafe(|| Automerge::load(saved)))
            .map_err(|_| RecordError::Cache)?
            .map_err(|_| RecordError::Cache)?;
        let record = Self { id, doc };
        if record.heads() == heads { Ok(record) } else { Err(RecordError::Cache) }
    }

    /// The bytes of the whole document, as any Automerge client reads them.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        self.doc.save()
    }

    /// The changes nothing builds on, sorted.
    #[must_use]
    pub fn heads(&self) -> Vec<Hash> {
        hashes(&self.doc.get_heads())
    }

    /// The record's id.
    #[must_use]
    pub const fn id(&self) -> RecordId {
        self.id
    }

    /// The word for the kind of record; empty before the genesis.
    #[must_use]
    pub fn kind(&self) -> String {
        match self.doc.get(ROOT, "record") {
            Ok(Some((value, _))) => value.as_str().unwrap_or_default().to_owned(),
            _ => String::new(),
        }
    }

    /// How many changes the document holds.
    #[must_use]
    pub fn change_count(&self) -> usize {
        self.doc.get_changes_meta(&[]).len()
    }

    /// The largest time any fact id carries, in milliseconds; a new fact's must be larger.
    #[must_use]
    pub fn latest_fact_ms(&self) -> u64 {
        let mut latest = 0;
        if let Some(facts) = self.object("facts") {
            for item in self.doc.map_range(&facts, ..) {
                if let Ok(id) = item.key.parse::<FactId>() {
                    let time = id.ulid.iter().take(6).fold(0u64, |t, b| (t << 8) | u64::from(*b));
                    latest = latest.max(time);
                }
            }
        }
        latest
    }

    /// Makes a change of our own on top of everything the document holds.
    ///
    /// # Errors
    /// Automerge's own, nothing to change, or a change too large.
    pub fn edit(
        &mut self,
        actor: [u8; binding::ACTOR_BYTES],
        edit: &Edit,
    ) -> Result<Made, RecordError> {
        self.doc.set_actor(ActorId::from(actor));
        let (facts, fields, texts) =
            (self.object("facts"), self.object("fields"), self.object("texts"));
        let (Some(facts), Some(fields), Some(texts)) = (facts, fields, texts) else {
            return Err(RecordError::Version);
        };
        let text = match &edit.text {
            Some((name, words)) => {
                let id = self.text_object(name).ok_or_else(|| RecordError::NoText(name.clone()))?;
                Some((id, words))
            }
            None => None,
        };
        let mut tx = self.doc.transaction();
        for (id, json) in &edit.facts {
            tx.put(&facts, id.to_string(), json.as_str())?;
        }
        for (name, value) in &edit.fields {
            tx.put(&fields, name.as_str(), value.as_str())?;
        }
        for (name, words) in &edit.new_texts {
            let text = tx.put_object(&texts, name.as_str(), ObjType::Text)?;
            tx.splice_text(&text, 0, 0, words)?;
        }
        if let Some((text, words)) = text {
            tx.update_text(&text, words)?;
        }
        let (hash, _) = tx.commit();
        hash.ok_or(RecordError::Nothing)?;
        let change = self.doc.get_last_local_change().ok_or(RecordError::Nothing)?;
        made(&change)
    }

    /// Makes a change of our own on top of a version, beside everything since. Names of facts are
    /// asked for with the largest time that a fact had then.
    ///
    /// # Errors
    /// A version this document does not have, those of [`Self::edit`], and those of `draft`.
    pub fn edit_at<E: From<RecordError>>(
        &mut self,
        actor: [u8; binding::ACTOR_BYTES],
        version: &[Hash],
        draft: impl FnOnce(u64) -> Result<Edit, E>,
    ) -> Result<Made, E> {
        let mut then = self.as_of(version)?;
        let edit = draft(then.latest_fact_ms())?;
        let made = then.edit(actor, &edit)?;
        let change = then.doc.get_last_local_change().ok_or(RecordError::Nothing)?;
        self.doc.apply_changes([change]).map_err(RecordError::from)?;
        Ok(made)
    }

    /// The record as it stood at a version.
    fn as_of(&self, version: &[Hash]) -> Result<Self, RecordError> {
        let at: Vec<ChangeHash> = version.iter().map(|hash| ChangeHash(*hash)).collect();
        if at.is_empty() || at.iter().any(|h| self.doc.get_change_meta_by_hash(h).is_none()) {
            return Err(RecordError::Version);
        }
        Ok(Self { id: self.id, doc: self.doc.fork_at(&at)? })
    }

    /// Rewrites a text as it stood at a version, and merges that with everything since: what a
    /// person typed on what they saw never undoes what arrived meanwhile.
    ///
    /// # Errors
    /// A version or text this document does not have, nothing to change, Automerge's own.
    pub fn edit_text_at(
        &mut self,
        actor: [u8; binding::ACTOR_BYTES],
        version: &[Hash],
        name: &str,
        words: &str,
    ) -> Result<Made, RecordError> {
        let edit = Edit { text: Some((name.to_owned(), words.to_owned())), ..Edit::default() };
        if version == self.heads() {
            return self.edit(actor, &edit);
        }
        let mut then = self.as_of(version)?;
        let made = then.edit(actor, &edit)?;
        let change = then.doc.get_last_local_change().ok_or(RecordError::Nothing)?;
        self.doc.apply_changes([change])?;
        Ok(made)
    }

    /// Applies entries from elsewhere, each judged first; an entry must stand after those it
    /// builds on. All that pass are applied in one batch on a copy; if Automerge itself fails,
    /// the culprit is found by halves and held, and the rest goes on.
    pub fn apply(&mut self, incoming: &[Incoming<'_>]) -> Vec<Verdict> {
        let mut ancestry = Ancestry::of(&self.doc);
        let mut layout = self.layout();
        let mut verdicts = Vec::with_capacity(incoming.len());
        let mut passed: Vec<(usize, Change)> = Vec::new();
        let held = OnceCell::new();
        for (at, entry) in incoming.iter().enumerate() {
            let needs = resolve(&entry.needs, &verdicts);
            let said = |put: &OpId| {
                // Looked up only where a put answers several.
                let held = held.get_or_init(|| self.doc.get_changes(&[]));
                let mut changes = held.iter().chain(passed.iter().map(|(_, change)| change));
                let has = |c: &&Change| {
                    let counters = c.start_op().get()..=c.max_op();
                    c.actor_id() == put.actor() && counters.contains(&put.counter())
                };
                structure::said_in(changes.find(has)?, put)
            };
            match self.judge(entry, needs, &mut ancestry, &mut layout, &said) {
                Ok((hash, change)) => {
                    verdicts.push(Verdict::Applied(hash));
                    passed.extend(change.map(|change| (at, change)));
                }
                Err(fault) => verdicts.push(Verdict::Held(fault)),
            }
        }
        for culprit in self.apply_batch(&passed) {
            if let Some(slot) = verdicts.get_mut(culprit) {
                *slot = Verdict::Held(StructureFault::Poison);
            }
        }
        verdicts
    }

    /// Judges one entry; `None` for a change the document already holds.
    fn judge(
        &self,
        entry: &Incoming<'_>,
        needs: Option<Vec<ChangeHash>>,
        ancestry: &mut Ancestry,
        layout: &mut Layout,
        said: &dyn Fn(&OpId) -> Option<serde_json::Value>,
    ) -> Result<(Hash, Option<Change>), StructureFault> {
        let parsed: Parsed = structure::parse(entry.payload)?;
        let hash = parsed.change.hash();
        if ancestry.contains(&hash) {
            return Ok((hash.0, None));
        }
        let needs = needs.ok_or(StructureFault::OnHeld)?;
        let judge = Judge {
            record: self.id,
            log: entry.log,
            seq: entry.seq,
            needs: &needs,
            ancestry,
            layout,
            said,
        };
        let judged = judge.judge(&parsed)?;
        let change = parsed.change;
        ancestry.add(&NewChange {
            hash,
            actor: change.actor_id(),
            seq: change.seq(),
            start_op: change.start_op().get(),
            max_op: change.max_op(),
            deps: change.deps(),
        });
        layout.extend(judged);
        Ok((hash.0, Some(change)))
    }

    /// Applies changes, returning the places of those Automerge fails on.
    fn apply_batch(&mut self, changes: &[(usize, Change)]) -> Vec<usize> {
        if changes.is_empty() {
            return Vec::new();
        }
        let mut copy = self.doc.clone();
        let batch: Vec<Change> = changes.iter().map(|(_, change)| change.clone()).collect();
        let applied = catch_unwind(AssertUnwindSafe(move || {
            copy.apply_changes(batch).is_ok().then_some(copy)
        }));
        if let Ok(Some(copy)) = applied
            && changes.iter().all(|(_, c)| copy.get_change_meta_by_hash(&c.hash()).is_some())
        {
            self.doc = copy;
            return Vec::new();
        }
        if let [(culprit, _)] = changes {
            return vec![*culprit];
        }
        let (first, second) = changes.split_at(changes.len() / 2);
        let mut culprits = self.apply_batch(first);
        culprits.extend(self.apply_batch(second));
        culprits
    }

    /// The facts and registers, with what their entries prove.
    #[must_use]
    pub fn facts(&self, vouch: &impl Vouch) -> RecordFacts {
        let layers = self.layers(vouch);
        let mut record = RecordFacts::gather(layers.changes());
        record.first_at = layers.first_at();
        record.again = layers.again;
        record.late_words = layers.late_words.into_iter().map(|(_, words)| words).collect();
        record.fields = self.fields(vouch);
        record
    }

    /// The facts in layers, each the facts of one change: of this document, and of the one in whose
    /// place it stands.
    #[must_use]
    pub fn layers(&self, vouch: &impl Vouch) -> Layers {
        let ancestry = Ancestry::of(&self.doc);
        let metas = self.doc.get_changes_meta(&[]);
        let mut own: Vec<Own> = metas
            .iter()
            .enumerate()
            .map(|(at, meta)| Own {
                hash: meta.hash.0,
                is_first: meta.deps.is_empty(),
                deps: ancestry.deps(at).to_vec(),
                facts: Vec::new(),
                takings: Vec::new(),
            })
            .collect();
        if let Some(facts) = self.object("facts") {
            for item in self.doc.map_range(&facts, ..) {
                let Ok(id) = item.key.parse::<FactId>() else {
                    continue;
                };
                let ObjId::Id(counter, actor, _) = item.id() else {
                    continue;
                };
                let ValueRef::Scalar(ScalarValueRef::Str(json)) = &item.value else {
                    continue;
                };
                let place = ancestry.place_of(counter, &actor);
                if let Some(change) = place.and_then(|at| own.get_mut(at)) {
                    let author = serde_json::from_str::<Author>(json).ok();
                    let carried = Carried {
                        id,
                        json: vouch.reads(json).as_ref().into(),
                        proof: vouch.proof(id.log),
                        role: author.and_then(|author| vouch.role(id.log, author.by)),
                        past: Past::default(),
                    };
                    match taking(json) {
                        Some(part) => change.takings.push((carried, part)),
                        None => change.facts.push(carried),
                    }
                }
            }
        }
        let stands = own.iter().any(|one| !one.takings.is_empty()) && self.is_heir(vouch);
        taking::layers(own, vouch, stands)
    }

    /// Whether the record stands in the place of another, and may.
    #[must_use]
    pub fn is_heir(&self, vouch: &impl Vouch) -> bool {
        self.doc.get_changes_meta(&[]).iter().any(|meta| {
            let tag = meta.actor.to_bytes().first_chunk().copied().map(LogTag);
            meta.deps.is_empty() && tag.is_some_and(|tag| vouch.stands(self.id, &meta.hash.0, tag))
        })
    }

    /// Whether the first change says that it takes over another record, believed or not.
    #[must_use]
    pub fn takes_over(&self) -> bool {
        let Some(facts) = self.object("facts") else { return false };
        self.doc.map_range(&facts, ..).any(|item| {
            matches!(&item.value, ValueRef::Scalar(ScalarValueRef::Str(json))
                if taking(json).is_some_and(|part| part.kind == TAKEN_OVER))
        })
    }

    /// The hash of the change that began the record.
    #[must_use]
    pub fn begun_by(&self) -> Option<Hash> {
        let metas = self.doc.get_changes_meta(&[]);
        metas.iter().find(|meta| meta.deps.is_empty()).map(|meta| meta.hash.0)
    }

    /// What the changes that `is_late` names added to a text and still stands in it, piece by piece.
    pub fn words_by(&self, name: &str, mut is_late: impl FnMut(&Hash) -> bool) -> Vec<String> {
        let Some(text) = self.text_object(name) else { return Vec::new() };
        let ancestry = Ancestry::of(&self.doc);
        let metas = self.doc.get_changes_meta(&[]);
        let late: Vec<bool> = metas.iter().map(|meta| is_late(&meta.hash.0)).collect();
        let mut pieces: Vec<String> = Vec::new();
        let mut is_open = false;
        for item in self.doc.list_range(&text, ..) {
            let ObjId::Id(counter, actor, _) = item.id() else { continue };
            let place = ancestry.place_of(counter, &actor);
            let is_theirs = place.and_then(|at| late.get(at)).is_some_and(|late| *late);
            if let (true, ValueRef::Scalar(ScalarValueRef::Str(letter))) = (is_theirs, &item.value)
            {
                match pieces.last_mut().filter(|_| is_open) {
                    Some(piece) => piece.push_str(letter),
                    None => pieces.push(letter.to_string()),
                }
            }
            is_open = is_theirs;
        }
        pieces
    }

    /// The change that brought each fact, by its hash.
    #[must_use]
    pub fn changes_of_facts(&self) -> BTreeMap<FactId, [u8; 32]> {
        let ancestry = Ancestry::of(&self.doc);
        let hashes: Vec<[u8; 32]> =
            self.doc.get_changes_meta(&[]).iter().map(|meta| meta.hash.0).collect();
        let mut changes = BTreeMap::new();
        let Some(facts) = self.object("facts") else { return changes };
        for item in self.doc.map_range(&facts, ..) {
            let (Ok(id), ObjId::Id(counter, actor, _)) = (item.key.parse::<FactId>(), item.id())
            else {
                continue;
            };
            let place = ancestry.place_of(counter, &actor);
            if let Some(hash) = place.and_then(|at| hashes.get(at)) {
                changes.insert(id, *hash);
            }
        }
        changes
    }

    fn fields(&self, vouch: &impl Vouch) -> BTreeMap<String, Vec<FieldValue>> {
        let mut fields = BTreeMap::new();
        let Some(object) = self.object("fields") else {
            return fields;
        };
        for name in self.doc.keys(&object) {
            let mut values: Vec<FieldValue> = self
                .doc
                .get_all(&object, name.as_str())
                .unwrap_or_default()
                .into_iter()
                .filter_map(|(value, id)| field_value(&value, &id, vouch))
                .collect();
            values.sort_by_key(order_of);
            fields.insert(name, values);
        }
        fields
    }

    /// The registers of which a visible value is one that `is_late` names by its change, with what
    /// would stand had none of those been written. Of what they replaced counts what nobody else
    /// has answered since.
    pub fn late_fields(
        &self,
        vouch: &impl Vouch,
        mut is_late: impl FnMut(&Hash, &FieldValue) -> bool,
    ) -> BTreeMap<String, LateRegister> {
        let mut late = BTreeMap::new();
        let Some(object) = self.object("fields") else { return late };
        let ancestry = Ancestry::of(&self.doc);
        let metas = self.doc.get_changes_meta(&[]);
        for name in self.doc.keys(&object) {
            let mut register = LateRegister::default();
            let mut found = self.doc.get_all(&object, name.as_str()).unwrap_or_default();
            let mut seen = BTreeSet::new();
            let mut standing: Vec<(FieldValue, OpId, ChangeHash)> = Vec::new();
            while let Some((value, id)) = found.pop() {
                let (Some(read), Some(op)) = (field_value(&value, &id, vouch), opid(&id)) else {
                    continue;
                };
                let place = ancestry.place_of(op.counter(), op.actor());
                let Some(change) = place.and_then(|at| metas.get(at)) else { continue };
                if !seen.insert(op.clone()) {
                    continue;
                }
                if is_late(&change.hash.0, &read) {
                    let before = self.doc.get_all_at(&object, name.as_str(), &change.deps);
                    // A genesis has nothing before it, and no heads mean everything.
                    found.extend(
                        before.ok().filter(|_| !change.deps.is_empty()).into_iter().flatten(),
                    );
                    register.waiting.push(read);
                } else {
                    standing.push((read, op, change.hash));
                }
            }
            if register.waiting.is_empty() {
                continue;
            }
            let is_answered = |op: &OpId, by: &ChangeHash| {
                ancestry.past(&[*by]).is_some_and(|past| ancestry.is_in(&past, op))
            };
            register.standing = standing
                .iter()
                .filter(|(_, op, own)| {
                    !standing.iter().any(|(_, _, by)| by != own && is_answered(op, by))
                })
                .map(|(value, ..)| value.clone())
                .collect();
            register.standing.sort_by_key(order_of);
            register.waiting.sort_by_key(order_of);
            late.insert(name, register);
        }
        late
    }

    /// A text by name.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.doc.text(self.text_object(name)?).ok()
    }

    /// The names of the texts; one that was said again bears the name of its fact.
    #[must_use]
    pub fn text_names(&self) -> Vec<String> {
        let facts = self.object("facts");
        let first = |name: String| {
            let part = self.doc.get(facts.as_ref()?, name.as_str()).ok()??.0;
            part.as_str().and_then(taking)?.text_of.map(|id| id.to_string())
        };
        let names = self.text_keys().into_iter().map(|key| first(key.clone()).unwrap_or(key));
        names.collect::<BTreeSet<String>>().into_iter().collect()
    }

    /// The names under which the texts stand in the document.
    fn text_keys(&self) -> Vec<String> {
        self.object("texts").map(|texts| self.doc.keys(&texts).collect()).unwrap_or_default()
    }

    fn object(&self, name: &str) -> Option<ObjId> {
        match self.doc.get(ROOT, name) {
            Ok(Some((Value::Object(ObjType::Map), id))) => Some(id),
            _ => None,
        }
    }

    fn text_object(&self, name: &str) -> Option<ObjId> {
        let texts = self.object("texts")?;
        let held = |name: &str| match self.doc.get(&texts, name) {
            Ok(Some((Value::Object(ObjType::Text), id))) => Some(id),
            _ => None,
        };
        held(name).or_else(|| held(&self.text_again(name)?))
    }

    /// The name under which the text of a fact stands that was said again.
    fn text_again(&self, name: &str) -> Option<String> {
        let (id, facts) = (name.parse::<FactId>().ok()?, self.object("facts")?);
        let mut parts = self.doc.map_range(&facts, ..).filter(|item| {
            matches!(&item.value, ValueRef::Scalar(ScalarValueRef::Str(json))
                if taking(json).is_some_and(|part| part.text_of == Some(id)))
        });
        parts.next().map(|item| item.key.to_string())
    }

    /// The objects that may be written, read from the document.
    fn layout(&self) -> Layout {
        let id = |name| self.object(name).as_ref().and_then(opid);
        let (Some(facts), Some(fields), Some(texts)) = (id("facts"), id("fields"), id("texts"))
        else {
            return Layout::default();
        };
        let mut layout = Layout::new(facts, fields, texts);
        for name in self.text_keys() {
            if let Some(made) = self.text_object(&name).as_ref().and_then(opid) {
                layout.add_text(&made, &name);
            }
        }
        layout
    }
}

/// The hashes behind needs; `None` if one of them may not touch the document.
fn resolve(needs: &[Need], verdicts: &[Verdict]) -> Option<Vec<ChangeHash>> {
    let hash = |need: &Need| match need {
        Need::Change(hash) => Some(ChangeHash(*hash)),
        Need::Batch(place) => match verdicts.get(*place)? {
            Verdict::Applied(hash) => Some(ChangeHash(*hash)),
            Verdict::Held(_) => None,
        },
        Need::Held => None,
    };
    needs.iter().map(hash).collect()
}

/// The part of a fact's JSON that names its author.
#[derive(serde::Deserialize)]
pub(crate) struct Author {
    pub(crate) by: UserId,
}

/// What stands among the facts of a document and is none.
fn taking(json: &str) -> Option<Taking> {
    if !json.contains(TAKEN_OVER) && !json.contains(SAID_AGAIN) {
        return None;
    }
    let part: Taking = serde_json::from_str(json).ok()?;
    [TAKEN_OVER, SAID_AGAIN].contains(&part.kind.as_str()).then_some(part)
}

/// Reads one value of a register.
fn field_value(value: &Value<'_>, id: &ObjId, vouch: &impl Vouch) -> Option<FieldValue> {
    let text: FieldText = serde_json::from_str(value.as_str()?).ok()?;
    let actor = opid(id)?.actor().clone();
    let tag = LogTag(actor.to_bytes().first_chunk().copied()?);
    Some(FieldValue {
        value: text.value,
        by: text.by,
        recorded: text.recorded,
        proof: vouch.proof(tag),
    })
}

/// Concurrent values are shown oldest first; the device breaks ties.
fn order_of(value: &FieldValue) -> (domain::time::Hlc, Option<domain::id::DeviceId>, String) {
    (value.recorded, value.proof.map(|p| p.device), value.value.to_string())
}

fn made(change: &Change) -> Result<Made, RecordError> {
    let payload = change.raw_bytes().to_vec();
    if payload.len() > domain::log::PAYLOAD_BYTES_MAX
        || change.len() > structure::OPS_PER_CHANGE_MAX
    {
        return Err(RecordError::TooLarge);
    }
    Ok(Made { payload, hash: change.hash().0, deps: hashes(change.deps()) })
}

#[cfg(test)]
mod tests;
