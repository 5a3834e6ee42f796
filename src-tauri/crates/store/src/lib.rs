//! The database: logs of record, disposable projections, and what concerns this device only.
//!
//! One encrypted file. Three kinds of tables, told apart by their prefix: `log_` is of record and
//! only ever appended to; `view_` can be dropped and rebuilt from the logs, byte for byte the same
//! on every machine; `local_` never leaves this device. The crate keeps changes as bytes and does
//! not know what is in them. The bytes of attachments lie in encrypted files beside it ([`blobs`]).
//!
//! Durability: WAL with `synchronous=FULL`; whatever a caller is told is saved survives a power
//! cut. One writer, many readers, one transaction per user action.
//!
//! Alternatives refused: `synchronous=NORMAL` (loses acknowledged commits in a power cut), FTS5's
//! trigram tokenizer (finds nothing, without an error, for one or two characters).

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

pub mod audit;
pub mod backup;
pub mod blobs;
pub mod cards;
pub mod cases;
pub mod database;
pub mod guards;
pub mod local;
pub mod logs;
pub mod quarantine;
pub mod records;
pub mod residue;
mod rows;
pub mod search;
pub mod snapshot;
pub mod ties;
pub mod township;

pub use database::{Reader, Store, StoreError, Writer};
