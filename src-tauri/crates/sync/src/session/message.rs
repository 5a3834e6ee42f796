//! What two machines say to each other.

use domain::id::OrganisationId;
use minicbor::{Decode, Encode};
use trust::invitation::Enrolment;

use super::SessionFault;
use crate::blob::{Piece, Want};
use crate::frontier::{LogState, Sketch};
use crate::snapshot::Part;

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Message {
    /// The caller begins a round.
    #[n(0)]
    Hello(#[n(0)] Hello),
    /// The digests are equal.
    #[n(1)]
    Same(#[n(0)] Greeting),
    /// They are not.
    #[n(2)]
    Differ(#[n(0)] Differ),
    /// What the sender holds of the logs that may differ.
    #[n(3)]
    State(#[n(0)] State),
    /// Entries.
    #[n(4)]
    Segment(#[n(0)] Segment),
    /// The sender has sent what it had.
    #[n(5)]
    Done(#[n(0)] Greeting),
    /// The sender will not go on.
    #[n(6)]
    Stop(#[n(0)] Stop),
    /// Which blobs the sender lacks.
    #[n(7)]
    Wants(#[n(0)] Wants),
    /// Some of a blob.
    #[n(8)]
    Piece(#[n(0)] Piece),
    /// Rows of lists, lent to whoever asked with its state.
    #[n(9)]
    Lists(#[n(0)] Part),
}

/// The beginning of a round.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Hello {
    /// The version of the protocol.
    #[n(0)]
    pub version: u8,
    /// The organisation.
    #[n(1)]
    #[cbor(with = "trust::cbor::id")]
    pub organisation: OrganisationId,
    /// The caller's clock, in milliseconds since 1970.
    #[n(2)]
    pub now_ms: u64,
    /// The digest over everything the two share.
    #[n(3)]
    #[cbor(with = "trust::cbor::fixed")]
    pub digest: [u8; 32],
    /// A new device's request to join.
    #[n(4)]
    pub enrolment: Option<Enrolment>,
    /// How many blobs the caller lacks; `None` from a version that knows of none.
    #[n(5)]
    pub blobs: Option<u64>,
    /// What the caller holds, roughly; `None` from a version that draws none.
    #[n(6)]
    pub sketch: Option<Sketch>,
    /// `true` where this round is about the other spaces, though the common one differs: nothing of
    /// it moves between the two.
    #[n(7)]
    pub passes_common: Option<bool>,
}

/// A clock.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Greeting {
    /// The sender's clock, in milliseconds since 1970.
    #[n(0)]
    pub now_ms: u64,
    /// How many blobs the sender lacks; said where the digests are equal or a digest is said, by
    /// whoever knows of blobs.
    #[n(1)]
    pub blobs: Option<u64>,
    /// The digest over everything the two share, once both have sent what they had; said by whoever
    /// answers a hello with a sketch.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub digest: Option<Vec<u8>>,
}

impl Greeting {
    /// A clock alone.
    #[must_use]
    pub const fn clock(now_ms: u64) -> Self {
        Self { now_ms, blobs: None, digest: None }
    }
}

/// Which blobs the sender lacks.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Wants {
    /// In the order they should come, [`crate::blob::WANTS_MAX`] at most.
    #[n(0)]
    pub list: Vec<Want>,
    /// Whether these are all of them.
    #[n(1)]
    pub is_all: bool,
    /// Whether they should come another time: there is no room for them now.
    #[n(2)]
    #[cbor(default)]
    pub is_later: bool,
}

impl Wants {
    /// What is lacking, and may come now.
    #[must_use]
    pub const fn now(list: Vec<Want>, is_all: bool) -> Self {
        Self { list, is_all, is_later: false }
    }
}

/// Where the two differ.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Differ {
    /// The sender's clock.
    #[n(0)]
    pub now_ms: u64,
    /// The digest of the common space; the rest waits until that is equal.
    #[n(1)]
    #[cbor(with = "trust::cbor::fixed")]
    pub common: [u8; 32],
    /// Eight bytes for each bucket of the other spaces, in order.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub buckets: Vec<u8>,
    /// How many blobs the sender lacks; `None` from a version that knows of none.
    #[n(3)]
    pub blobs: Option<u64>,
}

/// What the sender holds.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct State {
    /// Whether this is about the common space alone.
    #[n(0)]
    pub is_common: bool,
    /// Which buckets it is about.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub buckets: Vec<u8>,
    /// The logs.
    #[n(2)]
    pub logs: Vec<LogState>,
    /// The version of the lists that the sender would be lent of these buckets, as it has built
    /// nothing of them; `None` from a version that knows of none.
    #[n(3)]
    pub lists: Option<u64>,
    /// `true` where the sender finds the record of an entry by what it builds on, so that its name
    /// may be left out.
    #[n(4)]
    pub finds_records: Option<bool>,
}

/// Entries.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Segment {
    /// The segment.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
    /// How many entries the sender still has besides.
    #[n(1)]
    pub left: u64,
}

/// Why the sender will not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Stop {
    /// Another organisation.
    #[n(0)]
    OtherOrganisation,
    /// A version it does not speak.
    #[n(1)]
    Version,
    /// The other is not on its roster.
    #[n(2)]
    NotCertified,
    /// It was asked to stop.
    #[n(3)]
    Cancelled,
    /// Something is wrong on its side.
    #[n(4)]
    Trouble,
    /// The other said something that makes no sense.
    #[n(5)]
    Nonsense,
    /// Nothing moves any more, and the other knows of no blobs: the rest waits for another day.
    #[n(6)]
    Rest,
}

/// Writes a message.
#[must_use]
pub fn encode(message: &Message) -> Vec<u8> {
    trust::statement::to_bytes(message)
}

/// Reads a message.
///
/// # Errors
/// [`SessionFault::Protocol`] for anything else.
pub fn decode<E>(bytes: &[u8]) -> Result<Message, SessionFault<E>> {
    minicbor::decode(bytes).map_err(|_| SessionFault::Protocol)
}
