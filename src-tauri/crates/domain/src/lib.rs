//! What happened in a dispute, and what it means.
//!
//! This crate owns the facts a room may write down, the fold that turns facts into meaning, and
//! every rule of the field with its source. It must never read a clock, draw randomness, touch a
//! file or know how records travel: `fold(facts, settings) -> meaning` is the same on every
//! machine, in whatever order the facts arrived.
//!
//! Alternatives refused: storing the stage, the owner or the count as data (two rooms would then
//! overwrite each other's truth); letting the CRDT's winner decide what has legal weight.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

pub mod audit;
pub mod calendar;
pub mod case;
pub mod catalogue;
pub mod erasure;
pub mod fact;
pub mod id;
pub mod likeness;
pub mod link;
pub mod log;
pub mod merge;
pub mod money;
pub mod numbering;
pub mod period;
pub mod person;
pub mod redaction;
pub mod retention;
pub mod rights;
pub mod role;
pub mod rules;
pub mod settings;
pub mod statistics;
pub mod taking;
pub mod tangle;
pub mod time;
pub mod unit;
pub mod varint;
