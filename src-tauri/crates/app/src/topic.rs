//! What reads depend on and writes change: the user interface refreshes by topic.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A topic.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum Topic {
    /// Whether there is a profile, and whether it is open.
    Profile,
    /// Cases, their history and their texts.
    Cases,
    /// Contradictions and notices.
    Conflicts,
    /// Persons.
    Persons,
    /// Units, users, devices, invitations.
    Roster,
    /// Who was met, what was exchanged.
    Exchanges,
    /// Computers on the network.
    Neighbours,
    /// Notes of who did what.
    Audit,
    /// What was kept without effect, and what was turned away.
    Quarantine,
    /// Ways of looking at the ledger that somebody keeps.
    Views,
    /// Copies of the profile, and where they are kept.
    Backups,
}

impl Topic {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Profile,
        Self::Cases,
        Self::Conflicts,
        Self::Persons,
        Self::Roster,
        Self::Exchanges,
        Self::Neighbours,
        Self::Audit,
        Self::Quarantine,
        Self::Views,
        Self::Backups,
    ];
}
