//! The use cases: one table of commands, and everything they need put together.
//!
//! A [`Desk`] is one profile on one computer. Every host (the window, the command line, the
//! browser) calls it by [`Desk::call`] with a name and a JSON payload, and adds nothing to it.

pub mod accounts;
pub mod alarms;
pub mod attachments;
pub mod audit;
pub mod backup;
pub mod cases;
pub mod catalogue;
pub mod clock;
pub mod commands;
pub mod demo;
pub mod desk;
pub mod devices;
pub mod drafts;
pub mod erasure;
pub mod exchange;
pub mod fault;
pub mod forms;
pub mod handover;
pub mod host;
pub mod keyring;
pub mod ledgers;
mod letters;
pub mod local_items;
pub mod maintenance;
pub mod next;
pub mod numbering;
pub mod organisation;
pub mod people;
pub mod period;
pub mod preferences;
pub mod printing;
pub mod progress;
pub mod qr;
pub mod quarantine;
pub mod redaction;
pub mod rights;
pub mod saved;
pub mod settings;
pub mod sharing;
pub mod similar;
pub mod statistics;
pub mod status;
pub mod succession;
pub mod topic;
pub mod units;
pub mod view;
pub mod worker;

mod archive;
mod beside;
mod branches;
mod ended;
mod forks;
mod identity;
mod journal;
mod lending;
mod names;
mod office;
mod projector;
mod scrub;
#[cfg(test)]
mod testing;
mod trial;
mod vault;
mod witness;

pub use desk::{Desk, DeskOptions};
pub use fault::Fault;
