//! Records as Automerge documents.
//!
//! This crate owns the shape of a record's document, the rules a change must obey before it may
//! touch one ([`structure`]), and the way from a document to the facts the domain folds. It knows
//! neither the database nor the network: bytes come in with what their log entry proves, bytes go
//! out with what they build on.
//!
//! Alternatives refused: Automerge's own sync protocol (its cost grows with the number of
//! documents), its queue of changes that miss ancestors (quadratic), `load_incremental` (it
//! reports success for corrupt input).

pub mod ancestry;
pub mod binding;
mod declared;
pub mod peek;
pub mod record;
pub mod structure;
pub mod taking;

pub use peek::{Said, change_hash, peek};
pub use record::{Edit, Hash, Incoming, Made, Need, Record, RecordError, Verdict, Vouch};
pub use taking::{Layer, Layers, Origin, change_id};
