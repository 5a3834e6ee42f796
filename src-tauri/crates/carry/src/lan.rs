//! The local network: TLS 1.3 between raw device keys, one meeting a connection.
//!
//! Keys decide who is there, never names or addresses. No session tickets, no resumption, no
//! early data: they would outlive a revocation. Nothing is answered before the other has proved
//! itself.

mod discovery;
mod door;
mod listen;
mod meeting;
mod tls;

pub use discovery::{Discovery, Network, Sighting, own_networks};
pub use listen::{Listening, listen, turn_away};
pub use meeting::{call, probe};

use std::time::Duration;

use domain::id::UnitId;
use sync::Archive;
use sync::session::{Peer, Progress, SessionFault, Side, Stop};
use trust::invitation::Enrolment;
use trust::key::{PublicKey, SecretKey};

/// How long a handshake may take.
pub const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a single message may take to arrive or to leave.
pub const MESSAGE: Duration = Duration::from_secs(30);
/// How many meetings are held at once.
pub const MEETINGS_MAX: usize = 32;
/// How many of them with one device: one that looks for all addresses of this computer has a few
/// lines at a time.
pub const MEETINGS_PER_DEVICE_MAX: usize = 4;
/// How many lines may be proving who is there at once. Whoever is silent holds one for
/// [`HANDSHAKE`] at most; beyond that number the oldest of the address with most lines gives way.
pub const HANDSHAKES_MAX: usize = 64;
/// How many of them from one address: behind one there may be a router with several computers.
pub const HANDSHAKES_PER_ADDRESS_MAX: usize = 16;

/// A meeting that did not come to its end. Whatever was imported stays.
#[derive(Debug, thiserror::Error)]
pub enum LanFault {
    /// Nobody answers, or the line was cut.
    #[error("network: {0}")]
    Io(#[from] std::io::Error),
    /// Nobody answers in time.
    #[error("no answer")]
    NoAnswer,
    /// Somebody answers who does not speak TLS with a raw device key.
    #[error("not one of ours")]
    NotPingli,
    /// A computer that says it is locked. It proves nothing by that.
    #[error("locked")]
    Locked,
    /// A computer that is not on the roster.
    #[error("a stranger")]
    Stranger,
    /// The other stopped.
    #[error("the other stopped: {0:?}")]
    Stopped(Stop),
    /// What came makes no sense, or is damaged.
    #[error("nonsense")]
    Nonsense,
    /// The person stopped it.
    #[error("cancelled")]
    Cancelled,
    /// Something is wrong on our side.
    #[error("archive: {0}")]
    Archive(String),
}

impl<E: std::fmt::Display> From<SessionFault<E>> for LanFault {
    fn from(fault: SessionFault<E>) -> Self {
        match fault {
            SessionFault::Archive(error) => Self::Archive(error.to_string()),
            SessionFault::Protocol | SessionFault::Segment(_) | SessionFault::Snapshot(_) => {
                Self::Nonsense
            }
            SessionFault::Stopped(stop) | SessionFault::StoppedByPeer(stop) => Self::Stopped(stop),
        }
    }
}

/// Who keeps the records that are exchanged: everything a meeting needs from this machine.
pub trait Keeper: Send + Sync + 'static {
    /// What is held.
    type Archive: Archive<Error: std::fmt::Display + Send> + Send;

    /// This device's key.
    fn secret(&self) -> &SecretKey;

    /// This device's unit.
    fn unit(&self) -> UnitId;

    /// The time, in milliseconds since 1970.
    fn now_ms(&self) -> u64;

    /// Who has a key; `None` for strangers.
    fn who(&self, key: PublicKey) -> Option<Peer>;

    /// Whether a stranger may bring a request to join.
    fn takes_strangers(&self) -> bool;

    /// Looks at a stranger's request; `None` if it is not granted.
    fn enrol(&self, key: PublicKey, enrolment: &Enrolment) -> Option<Peer>;

    /// Our own request to join, while nobody has countersigned it.
    fn enrolment(&self) -> Option<Enrolment>;

    /// Opens what is held for a meeting.
    ///
    /// # Errors
    /// In words, for the log.
    fn open(&self) -> Result<Self::Archive, String>;

    /// A meeting goes on; `false` stops it.
    fn goes_on(&self, peer: Peer, side: Side, progress: &Progress) -> bool;

    /// A meeting is over; `fault` says what broke it off, if anything did.
    fn over(&self, peer: Peer, side: Side, progress: &Progress, fault: Option<&LanFault>);
}
