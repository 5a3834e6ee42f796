//! What one record says in the place of another: a case that goes on without one person is a new
//! record, and this is what its first change holds of the old one; and what a computer that had not
//! heard of it says once more of what it had written there.
//!
//! Neither is a fact, though both stand among the facts of a document under names of their own:
//! whoever reads the document puts in their place the facts they hold, each under its first name,
//! with the author, the time and the past it had. Whether they may be believed is not decided here:
//! what is taken over, by the word of whoever erased the old record, and of the first change alone;
//! what is said again, by the proof that the log it first stood in is the same device's.

use serde::{Deserialize, Serialize};

use crate::id::{ChangeId, DeviceId, FactId, LogId, SpaceId, UnitId, UserId};
use crate::role::Role;
use crate::time::Hlc;

/// The word for what is taken over.
pub const TAKEN_OVER: &str = "taken_over";

/// The word for what is said again.
pub const SAID_AGAIN: &str = "said_again";

/// A part of what one record says in the place of another.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Taking {
    /// [`TAKEN_OVER`] or [`SAID_AGAIN`].
    pub kind: String,
    /// The logs that the old record stood in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<TakenLog>,
    /// Its changes, each after those it builds on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<TakenChange>,
    /// Its registers as they were taken over, to be known again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<TakenField>,
    /// The fact whose text stands under the name of this part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_of: Option<FactId>,
    /// What was written into texts and registers, where nobody but a person can say what becomes
    /// of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<LateWords>,
}

/// A log that the old record stood in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TakenLog {
    /// Its name.
    pub log: LogId,
    /// Its space.
    pub space: SpaceId,
    /// The device that writes it.
    pub device: DeviceId,
    /// Which of the device's logs for the space, in hexadecimal.
    pub epoch: String,
    /// The unit the device is certified for.
    pub unit: UnitId,
}

/// A change of the old record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TakenChange {
    /// The place of its log in the list of logs.
    pub log: u32,
    /// Its number there. Of a log that forked two changes may have the same.
    pub seq: u64,
    /// What it is known by.
    pub id: ChangeId,
    /// The changes it builds on: the place of a log in the list, and the change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deps: Vec<(u32, ChangeId)>,
    /// The facts it adds, in the order of their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<TakenFact>,
}

/// A fact of the old record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TakenFact {
    /// Its name.
    pub id: FactId,
    /// The role its author was certified for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Its text.
    pub json: String,
}

/// A value of a register of the old record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenField {
    /// The register.
    pub name: String,
    /// Who wrote it.
    pub by: UserId,
    /// When it was typed.
    pub recorded: Hlc,
}

/// Words that were written into a text or a register of the old record by somebody who did not know
/// that another stands in its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LateWords {
    /// The name of the text or the register.
    pub name: String,
    /// The words.
    pub words: String,
}
