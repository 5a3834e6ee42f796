//! What a change says, read without letting it touch a document: for whoever must judge one that is
//! held back. Nothing here is believed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::ScalarValue;
use automerge::legacy::{Key, OpType};
use domain::fact::{Fact, FieldText};

use crate::structure;

/// The most things of one change that are shown.
const SHOWN_MAX: usize = 50;

/// What a change would have written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Said {
    /// Facts, as their authors wrote them.
    pub facts: Vec<Fact>,
    /// Registers, by name.
    pub fields: Vec<(String, FieldText)>,
}

/// Reads what a change says; nothing where the bytes are no change that can be read.
#[must_use]
pub fn peek(payload: &[u8]) -> Said {
    let Ok(parsed) = structure::parse(payload) else { return Said::default() };
    catch_unwind(AssertUnwindSafe(|| said(&parsed))).unwrap_or_default()
}

fn said(parsed: &structure::Parsed) -> Said {
    let mut said = Said::default();
    for op in parsed.change.decode().operations {
        let (Key::Map(name), OpType::Put(ScalarValue::Str(text))) = (&op.key, &op.action) else {
            continue;
        };
        if said.facts.len().saturating_add(said.fields.len()) >= SHOWN_MAX {
            break;
        }
        if let Ok(fact) = Fact::read(text) {
            said.facts.push(fact);
        } else if let Ok(field) = serde_json::from_str::<FieldText>(text) {
            said.fields.push((name.to_string(), field));
        }
    }
    said
}

/// The hash of a change as Automerge counts it; `None` where the bytes are no change.
#[must_use]
pub fn change_hash(payload: &[u8]) -> Option<[u8; 32]> {
    structure::parse(payload).ok().map(|parsed| parsed.change.hash().0)
}

/// Where a change says that it stands among others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its hash as Automerge counts it.
    pub hash: [u8; 32],
    /// Whose it is, and which of theirs.
    pub author: (Vec<u8>, u64),
    /// The hashes of the changes it builds on.
    pub deps: Vec<[u8; 32]>,
}

/// Where a change says that it stands; `None` where the bytes are no change.
#[must_use]
pub fn standing(payload: &[u8]) -> Option<Standing> {
    let change = structure::parse(payload).ok()?.change;
    Some(Standing {
        hash: change.hash().0,
        author: (change.actor_id().to_bytes().to_vec(), change.seq()),
        deps: change.deps().iter().map(|dep| dep.0).collect(),
    })
}
