//! What two machines must tell each other, and nothing about how the bytes get there.
//!
//! Sans-I/O: no sockets, no files, no clock, no random source. A [`session::Session`] is a state
//! machine over messages; a [`packet`] is a stream over any reader or writer; both ask an
//! [`Archive`] for what is held. The crate never looks inside an entry.
//!
//! Cost grows with the number of logs and with what is new, never with the number of records: a
//! digest of frontiers says in 32 bytes that nothing is missing.

pub mod blob;
pub mod branch;
pub mod chain;
pub mod excerpt;
pub mod fork;
pub mod frontier;
pub mod packet;
pub mod plan;
pub mod segment;
pub mod session;
pub mod snapshot;

#[cfg(test)]
mod testing;

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::id::{LogId, RecordId, SpaceId};
use domain::log::{Entry, EntryRef, Hash, Held, Run, Stretch};
use trust::roster::Roster;

use blob::{Piece, Want};
use session::{Peer, Wants};
use snapshot::{Loan, Part};

/// An entry with its place in the order in which entries may be passed on.
#[derive(Debug, Clone)]
pub struct Offered {
    /// Where it stands.
    pub at: EntryRef,
    /// The entry.
    pub entry: Entry,
    /// Its place.
    pub position: u64,
    /// When it was stored here, in milliseconds since 1970.
    pub stored_ms: u64,
}

/// What an import brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// Entries that were new.
    pub fresh: u64,
}

/// What a machine holds, as an exchange needs it. Whoever implements it reads consistent states
/// and stores each import durably, whole or not at all, before returning.
pub trait Archive {
    /// What goes wrong there.
    type Error;

    /// Who is who, as known now.
    fn roster(&self) -> Arc<Roster>;

    /// What is held of the logs of some spaces, in order of log id.
    ///
    /// # Errors
    /// The archive's.
    fn held(&mut self, spaces: &BTreeSet<SpaceId>) -> Result<Vec<Held>, Self::Error>;

    /// The signed points of a log after an entry, in order.
    ///
    /// # Errors
    /// The archive's.
    fn runs(&mut self, log: LogId, after: u64) -> Result<Vec<Run>, Self::Error>;

    /// The chain at a signed point.
    ///
    /// # Errors
    /// The archive's.
    fn head_at(&mut self, log: LogId, seq: u64) -> Result<Option<Hash>, Self::Error>;

    /// The place of an entry in the order in which entries may be passed on.
    ///
    /// # Errors
    /// The archive's.
    fn position(&mut self, at: EntryRef) -> Result<Option<u64>, Self::Error>;

    /// The record that an entry which is held is about.
    ///
    /// # Errors
    /// The archive's.
    fn record_of(&mut self, at: EntryRef) -> Result<Option<RecordId>, Self::Error>;

    /// The entries of a stretch of a log, in order.
    ///
    /// # Errors
    /// The archive's.
    fn entries(&mut self, log: LogId, first: u64, last: u64) -> Result<Vec<Offered>, Self::Error>;

    /// Stores verified stretches, durably, all or none.
    ///
    /// # Errors
    /// The archive's; then nothing was stored.
    fn import(&mut self, stretches: &[Stretch]) -> Result<Imported, Self::Error>;

    /// The version of the lists that are taken on loan from a peer; nothing if something of some
    /// spaces is built here already, or the peer is nobody who may lend.
    ///
    /// # Errors
    /// The archive's.
    fn borrows(
        &mut self,
        peer: Peer,
        spaces: &BTreeSet<SpaceId>,
    ) -> Result<Option<u64>, Self::Error>;

    /// The next part of a loan of lists, which moves on; nothing if nothing is lent, or no more.
    ///
    /// # Errors
    /// The archive's.
    fn lend(&mut self, loan: &mut Loan) -> Result<Option<Part>, Self::Error>;

    /// Takes rows of lists that a peer lends of records of some spaces, durably, all or none; says
    /// of how many records they are. Rows that make no sense are passed over: the entries come all
    /// the same.
    ///
    /// # Errors
    /// The archive's; then nothing was stored.
    fn borrow(
        &mut self,
        peer: Peer,
        spaces: &BTreeSet<SpaceId>,
        rows: &[u8],
    ) -> Result<u64, Self::Error>;

    /// The blobs that records of some spaces name and that are not whole here: those somebody
    /// waits for first, then small ones, then new ones; as many as one round should bring.
    ///
    /// # Errors
    /// The archive's.
    fn wants(&mut self, spaces: &BTreeSet<SpaceId>) -> Result<Wants, Self::Error>;

    /// The next piece of what somebody wants with whom some spaces are shared; `None` where no
    /// record of these names it, or no more of it is held.
    ///
    /// # Errors
    /// The archive's.
    fn piece(
        &mut self,
        spaces: &BTreeSet<SpaceId>,
        want: &Want,
    ) -> Result<Option<Piece>, Self::Error>;

    /// Stores a piece durably, if records of some spaces name its blob, it is what the blob's name
    /// says, and it is the next that is lacking; otherwise says no, and nothing was stored.
    ///
    /// # Errors
    /// The archive's; then nothing was stored.
    fn keep(&mut self, spaces: &BTreeSet<SpaceId>, piece: &Piece) -> Result<bool, Self::Error>;
}
