//! Two machines that meet: a state machine over messages.
//!
//! 1. The caller says hello with one digest over everything the two share, and a sketch of it: a
//!    few bytes of the digest of each bucket of spaces.
//! 2. Equal: the other answers `Same`, and that is all: one round trip, whatever the archive holds.
//! 3. Otherwise it answers with what it holds in the buckets that differ; the caller says the same
//!    of itself, and sends what the other lacks; the other likewise, and last its digest of what it
//!    holds now. Equal: the caller says `Same`, after two round trips and a half.
//! 4. Otherwise the caller says hello again, and so on until they are equal or nothing moves any
//!    more. Where a sketch shows no difference, or there is none because the other is an older
//!    version, whole digests of the buckets come before what is held, and the caller says hello
//!    once more at the end.
//! 5. Then, where either lacks blobs, each says which, and both send what they have of them.
//!
//! Whoever has built nothing of what the round is about says so with what it holds, and is lent the
//! lists before the entries (`snapshot`).
//!
//! The common space goes first: who may see what must be settled before anything else is shown.
//! Where nothing of it moves and it differs all the same, a log there forked: the rest goes on, and
//! brings what mends it.
//! Interrupted anywhere, whatever was imported stays, and the next meeting goes on from there.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{DeviceId, LogId, SpaceId, UnitId};
use domain::log::{Held, LogKey};
use trust::invitation::Enrolment;
use trust::roster::{Exchanged, Roster};

use crate::Archive;
use crate::blob::Want;
use crate::frontier::{self, LogState, Sketch};
use crate::plan::Plan;
use crate::segment::{self, LogRefusal, SegmentFault};
use crate::snapshot::{Loan, SnapshotFault};

mod blobs;
mod lists;
mod message;

pub use message::{Differ, Greeting, Hello, Message, Segment, State, Stop, Wants, decode, encode};

/// The version of the protocol.
pub const VERSION: u8 = 1;

/// The largest message.
pub const MESSAGE_BYTES_MAX: usize = segment::PACKED_BYTES_MAX + 1024;

/// The largest message of somebody who is not on the roster.
pub const STRANGER_BYTES_MAX: usize = 8 * 1024;

/// How often two machines go round before they leave the rest for the next meeting.
const ROUNDS_MAX: u32 = 8;

/// How often they say which blobs they lack.
const PIECE_ROUNDS_MAX: u32 = 64;

/// A session that cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum SessionFault<E> {
    /// The archive.
    #[error("archive")]
    Archive(E),
    /// The other said something that makes no sense, or out of turn.
    #[error("protocol broken")]
    Protocol,
    /// A segment is damaged or forged.
    #[error(transparent)]
    Segment(SegmentFault),
    /// Lists that were lent are damaged or forged.
    #[error(transparent)]
    Snapshot(SnapshotFault),
    /// We stop.
    #[error("stopped: {0:?}")]
    Stopped(Stop),
    /// The other stopped.
    #[error("the other stopped: {0:?}")]
    StoppedByPeer(Stop),
}

/// Which end of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Says hello.
    Caller,
    /// Answers.
    Answerer,
}

/// Who is at the other end: proved by the transport, named by the roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// The device.
    pub device: DeviceId,
    /// Its unit.
    pub unit: UnitId,
}

/// What a session has done so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// New entries received.
    pub received: u64,
    /// Entries the other still has for us, as it says.
    pub to_receive: u64,
    /// Entries sent.
    pub sent: u64,
    /// Bytes of what the entries came in: with their chains and signatures, compressed.
    pub entry_bytes_received: u64,
    /// Bytes of what the entries were sent in, likewise.
    pub entry_bytes_sent: u64,
    /// Entries we still have for the other.
    pub to_send: u64,
    /// Whether the two ended equal.
    pub is_equal: bool,
    /// How far the other's clock is ahead of ours, in milliseconds.
    pub skew_ms: i64,
    /// Records whose rows were lent to us.
    pub listed: u64,
    /// Logs that were not taken, each with the device that is said to write it.
    pub refused: BTreeMap<LogId, (DeviceId, LogRefusal)>,
    /// What the other says it holds.
    pub theirs: BTreeMap<LogId, LogState>,
    /// Bytes of blobs received.
    pub blob_bytes_received: u64,
    /// Bytes of blobs sent.
    pub blob_bytes_sent: u64,
    /// The blobs the other lacks, as it said last; `None` where it did not say.
    pub their_wants: Option<Wants>,
    /// What crossed, as whoever moves the messages counts it.
    pub wire: Wire,
}

/// What crossed between two computers, before it is encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wire {
    /// Bytes sent, with the lengths of the messages.
    pub bytes_sent: u64,
    /// Bytes received, with the lengths of the messages.
    pub bytes_received: u64,
    /// How often the line was crossed: once each time the direction changed. Two are a round trip.
    pub crossings: u32,
}

/// What is waited for.
#[derive(Debug, PartialEq, Eq)]
enum Waiting {
    /// The caller must speak next.
    Begin,
    /// For `Hello`.
    Hello,
    /// For `Same` or `Differ`.
    Verdict,
    /// For `State`.
    State,
    /// For segments until `Done`.
    Segments,
    /// For `Wants`.
    Wants,
    /// For pieces until `Done`.
    Pieces,
    /// For nothing.
    Over,
}

/// Which logs a round is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Scope {
    is_common: bool,
    buckets: BTreeSet<u8>,
}

/// What was said of everything the two share: what was held then, and no more, is what the other
/// holds too if it says that it is the same.
struct Said {
    digest: [u8; 32],
    held: Vec<Held>,
    /// How many blobs were lacking.
    blobs: u64,
}

/// What both sides know of the rounds of pieces.
#[derive(Debug, Clone, Copy, Default)]
struct Pieces {
    /// How many rounds there were.
    rounds: u32,
    /// How many pieces went over since the last lists of wants.
    moved: u64,
}

/// One meeting.
pub struct Session {
    side: Side,
    own_unit: UnitId,
    peer: Peer,
    enrolment: Option<Enrolment>,
    now_ms: u64,
    waiting: Waiting,
    outgoing: std::collections::VecDeque<Message>,
    plan: Option<Plan>,
    scope: Scope,
    round: u32,
    moved: bool,
    /// Whether this round passes over the common space, which differs and does not move, as the
    /// caller says.
    passes_common: bool,
    /// How many blobs the other lacks, as it says; `None` where it knows of none.
    their_lack: Option<u64>,
    /// What the other lacks and was not sent yet, while pieces go over.
    serving: Option<std::collections::VecDeque<Want>>,
    pieces: Pieces,
    /// The lists that the other asked for and was not sent yet.
    lending: Option<Loan>,
    /// The version of the lists that we asked for in this round, and the number of the next part.
    borrowing: Option<(u64, u32)>,
    /// What was said last.
    said: Option<Said>,
    /// Whether what we send of this round ends with our digest, once the other has sent what it had.
    is_last: bool,
    /// What the other held of what, last time it said so.
    before: Option<(Scope, BTreeMap<LogId, LogState>)>,
    progress: Progress,
}

impl Session {
    /// A meeting with a peer whose key the transport has verified.
    #[must_use]
    pub fn new(side: Side, own_unit: UnitId, peer: Peer, now_ms: u64) -> Self {
        Self {
            side,
            own_unit,
            peer,
            enrolment: None,
            now_ms,
            waiting: match side {
                Side::Caller => Waiting::Begin,
                Side::Answerer => Waiting::Hello,
            },
            outgoing: std::collections::VecDeque::new(),
            plan: None,
            scope: Scope::default(),
            round: 0,
            moved: false,
            passes_common: false,
            their_lack: None,
            serving: None,
            pieces: Pieces::default(),
            lending: None,
            borrowing: None,
            said: None,
            is_last: false,
            before: None,
            progress: Progress::default(),
        }
    }

    /// Sends our own request to join with the first hello.
    #[must_use]
    pub fn with_enrolment(mut self, enrolment: Option<Enrolment>) -> Self {
        self.enrolment = enrolment;
        self
    }

    /// What was done so far.
    #[must_use]
    pub const fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Whether the meeting is over and everything was sent.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.waiting == Waiting::Over
            && self.outgoing.is_empty()
            && self.plan.is_none()
            && self.lending.is_none()
            && self.serving.is_none()
    }

    /// The next message to send; `None` while it is the other's turn. Segments are made one at a
    /// time, when there is room to send them. Both sides send at once: whoever carries the bytes
    /// must read and write at the same time.
    ///
    /// # Errors
    /// The archive's.
    pub fn next<A: Archive>(
        &mut self,
        archive: &mut A,
    ) -> Result<Option<Message>, SessionFault<A::Error>> {
        loop {
            if let Some(message) = self.outgoing.pop_front() {
                return Ok(Some(message));
            }
            if let Some(message) = self.lend(archive)? {
                return Ok(Some(message));
            }
            if let Some(plan) = &mut self.plan {
                let Some(packed) = plan.next(archive).map_err(SessionFault::Archive)? else {
                    if self.is_last && self.waiting == Waiting::Segments {
                        return Ok(None);
                    }
                    self.plan = None;
                    return self.finish(archive).map(Some);
                };
                self.progress.sent = self.progress.sent.saturating_add(packed.entries);
                let bytes = u64::try_from(packed.bytes.len()).unwrap_or(u64::MAX);
                self.progress.entry_bytes_sent =
                    self.progress.entry_bytes_sent.saturating_add(bytes);
                self.progress.to_send = plan.left();
                let segment = Segment { bytes: packed.bytes, left: plan.left() };
                return Ok(Some(Message::Segment(segment)));
            }
            if let Some(message) = self.serve(archive)? {
                return Ok(Some(message));
            }
            if self.waiting != Waiting::Begin {
                return Ok(None);
            }
            self.begin(archive)?;
        }
    }

    const fn done(&self) -> Message {
        Message::Done(Greeting::clock(self.now_ms))
    }

    /// Everything was sent: says so, and, where the other waits for it, what is held now.
    fn finish<A: Archive>(&mut self, archive: &mut A) -> Result<Message, SessionFault<A::Error>> {
        if !self.is_last {
            return Ok(self.done());
        }
        let said = self.look(archive)?;
        let (digest, blobs) = (Some(said.digest.to_vec()), Some(said.blobs));
        self.said = Some(said);
        Ok(Message::Done(Greeting { now_ms: self.now_ms, blobs, digest }))
    }

    /// Takes a message of the other.
    ///
    /// # Errors
    /// [`SessionFault`]; the caller sends [`SessionFault::stop`] and hangs up.
    pub fn receive<A: Archive>(
        &mut self,
        archive: &mut A,
        message: Message,
    ) -> Result<(), SessionFault<A::Error>> {
        match (&self.waiting, message) {
            (Waiting::Hello, Message::Stop(Stop::Rest)) if self.round > 0 => {
                self.waiting = Waiting::Over;
                Ok(())
            }
            (_, Message::Stop(stop)) => Err(SessionFault::StoppedByPeer(stop)),
            (Waiting::Hello, Message::Hello(hello)) => self.answer(archive, &hello),
            (Waiting::Verdict, Message::Same(greeting)) => {
                self.note_clock(greeting.now_ms);
                self.their_lack = greeting.blobs;
                if self.note_equal() { self.say_wants(archive) } else { Ok(()) }
            }
            (Waiting::Verdict, Message::Differ(differ)) => self.narrow(archive, &differ),
            (Waiting::Verdict, Message::State(state)) => self.exchange(archive, state, false),
            (Waiting::State, Message::State(state)) => {
                let has_said = self.side == Side::Caller || self.is_last;
                self.exchange(archive, state, has_said)
            }
            (Waiting::Segments, Message::Lists(part)) => self.borrow(archive, &part),
            (Waiting::Segments, Message::Segment(segment)) => self.take(archive, &segment),
            (Waiting::Segments, Message::Done(greeting)) => {
                self.borrowing = None;
                self.progress.to_receive = 0;
                self.waiting = match self.side {
                    // `next` finishes what is ours to send, and then begins another round.
                    Side::Caller => Waiting::Begin,
                    Side::Answerer => Waiting::Hello,
                };
                self.compare(archive, &greeting)
            }
            // What we said last is what it holds.
            (Waiting::Hello, Message::Same(greeting)) if self.is_last && self.said.is_some() => {
                self.their_lack = greeting.blobs;
                if self.note_equal() {
                    self.waiting = Waiting::Wants;
                }
                Ok(())
            }
            // Nothing moves any more, or the digests are equal: the rest is blobs.
            (Waiting::Hello, Message::Wants(wants)) if self.round > 0 => {
                self.say_wants(archive)?;
                self.take_wants(wants)
            }
            (Waiting::Wants, Message::Wants(wants)) if self.side == Side::Answerer => {
                self.say_wants(archive)?;
                self.take_wants(wants)
            }
            (Waiting::Wants, Message::Wants(wants)) => self.take_wants(wants),
            (Waiting::Pieces, Message::Piece(piece)) => self.keep(archive, &piece),
            (Waiting::Pieces, Message::Done(_)) => {
                self.waiting = Waiting::Over;
                self.go_on();
                Ok(())
            }
            _ => Err(SessionFault::Protocol),
        }
    }

    fn note_clock(&mut self, theirs_ms: u64) {
        let signed = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
        self.progress.skew_ms = signed(theirs_ms).saturating_sub(signed(self.now_ms));
    }

    /// What the two exchange, as the roster says now.
    fn exchanged<A: Archive>(&self, archive: &A) -> Exchanged {
        archive.roster().exchanged(self.own_unit, self.peer.unit)
    }

    /// What is held of the logs that the two exchange, of some spaces.
    fn logs<A: Archive>(
        &self,
        archive: &mut A,
        is_meant: impl Fn(SpaceId) -> bool,
    ) -> Result<Vec<Held>, SessionFault<A::Error>> {
        let roster = archive.roster();
        let exchanged = self.exchanged(archive);
        let mut spaces = exchanged.spaces();
        spaces.retain(|space| is_meant(*space));
        let mut held = archive.held(&spaces).map_err(SessionFault::Archive)?;
        held.retain(|log| exchanged.has(&roster, &log.key));
        Ok(held)
    }

    /// What is held of the logs a scope is about.
    fn held<A: Archive>(
        &self,
        archive: &mut A,
        scope: &Scope,
    ) -> Result<Vec<Held>, SessionFault<A::Error>> {
        let common = archive.roster().common();
        self.logs(archive, |space| {
            if Some(space) == common {
                scope.is_common
            } else {
                !scope.is_common && scope.buckets.contains(&frontier::bucket(space))
            }
        })
    }

    /// What can be said of everything the two share.
    fn look<A: Archive>(&self, archive: &mut A) -> Result<Said, SessionFault<A::Error>> {
        let held = self.logs(archive, |_| true)?;
        Ok(Said { digest: frontier::digest(&held), held, blobs: self.want_count(archive)? })
    }

    fn begin<A: Archive>(&mut self, archive: &mut A) -> Result<(), SessionFault<A::Error>> {
        let is_still = self.round > 0 && !self.moved;
        let passes = is_still && self.scope.is_common && !self.passes_common;
        self.passes_common |= passes;
        if self.round >= ROUNDS_MAX || (is_still && !passes) {
            // Nothing moves any more: the rest waits for another day.
            if self.their_lack.is_some() {
                return self.say_wants(archive);
            }
            self.outgoing.push_back(Message::Stop(Stop::Rest));
            self.waiting = Waiting::Over;
            return Ok(());
        }
        self.moved = false;
        self.round = self.round.saturating_add(1);
        let said = self.look(archive)?;
        let hello = Hello {
            version: VERSION,
            organisation: archive.roster().organisation(),
            now_ms: self.now_ms,
            digest: said.digest,
            enrolment: self.enrolment.take(),
            blobs: Some(said.blobs),
            sketch: Some(Sketch::of(&said.held, archive.roster().common())),
            passes_common: self.passes_common.then_some(true),
        };
        self.said = Some(said);
        self.outgoing.push_back(Message::Hello(hello));
        self.waiting = Waiting::Verdict;
        Ok(())
    }

    fn answer<A: Archive>(
        &mut self,
        archive: &mut A,
        hello: &Hello,
    ) -> Result<(), SessionFault<A::Error>> {
        if hello.organisation != archive.roster().organisation() {
            return Err(SessionFault::Stopped(Stop::OtherOrganisation));
        }
        if hello.version != VERSION {
            return Err(SessionFault::Stopped(Stop::Version));
        }
        self.round = self.round.saturating_add(1);
        if self.round > ROUNDS_MAX {
            return Err(SessionFault::Protocol);
        }
        self.note_clock(hello.now_ms);
        self.their_lack = hello.blobs;
        self.passes_common = hello.passes_common == Some(true);
        let common = archive.roster().common();
        let said = self.look(archive)?;
        let blobs = Some(said.blobs);
        self.is_last = false;
        if hello.digest == said.digest {
            let greeting = Greeting { blobs, ..Greeting::clock(self.now_ms) };
            self.outgoing.push_back(Message::Same(greeting));
            self.said = Some(said);
            if self.note_equal() {
                self.waiting = Waiting::Wants;
            }
            return Ok(());
        }
        self.waiting = Waiting::State;
        if let Some(sketch) = &hello.sketch {
            if !sketch.is_sane() {
                return Err(SessionFault::Protocol);
            }
            let of_common = if self.passes_common { &[] } else { &*sketch.common };
            let (is_common, buckets) =
                frontier::differing(&said.held, common, of_common, &sketch.buckets);
            if is_common || !buckets.is_empty() {
                self.scope = Scope { is_common, buckets };
                self.is_last = true;
                return self.say_state(archive);
            }
        }
        self.outgoing.push_back(Message::Differ(Differ {
            now_ms: self.now_ms,
            common: frontier::common_digest(&said.held, common),
            buckets: frontier::bucket_digests(&said.held, common).concat(),
            blobs,
        }));
        Ok(())
    }

    /// The other has sent what it had. If it says what it holds now, and that is what is held here,
    /// the two are equal.
    fn compare<A: Archive>(
        &mut self,
        archive: &mut A,
        theirs: &Greeting,
    ) -> Result<(), SessionFault<A::Error>> {
        let Some(digest) = theirs.digest.as_ref() else { return Ok(()) };
        // It waits for what we have to send before it says so.
        if self.side != Side::Caller || self.plan.is_some() {
            return Err(SessionFault::Protocol);
        }
        self.note_clock(theirs.now_ms);
        self.their_lack = theirs.blobs;
        let said = self.look(archive)?;
        if said.digest[..] != digest[..] {
            return Ok(());
        }
        let greeting = Greeting { blobs: Some(said.blobs), ..Greeting::clock(self.now_ms) };
        self.outgoing.push_back(Message::Same(greeting));
        self.said = Some(said);
        if self.note_equal() { self.say_wants(archive) } else { Ok(()) }
    }

    fn narrow<A: Archive>(
        &mut self,
        archive: &mut A,
        differ: &Differ,
    ) -> Result<(), SessionFault<A::Error>> {
        self.note_clock(differ.now_ms);
        self.their_lack = differ.blobs;
        if differ.buckets.len() != 8 * usize::from(frontier::BUCKETS) {
            return Err(SessionFault::Protocol);
        }
        let held = self.logs(archive, |_| true)?;
        let common = archive.roster().common();
        let of_common = if self.passes_common { &[][..] } else { &differ.common };
        let (is_common, buckets) = frontier::differing(&held, common, of_common, &differ.buckets);
        self.scope = Scope { is_common, buckets };
        self.say_state(archive)?;
        self.waiting = Waiting::State;
        Ok(())
    }

    fn say_state<A: Archive>(&mut self, archive: &mut A) -> Result<(), SessionFault<A::Error>> {
        let held = self.held(archive, &self.scope.clone())?;
        let lists = self.ask_for_lists(archive)?;
        self.outgoing.push_back(Message::State(State {
            is_common: self.scope.is_common,
            buckets: self.scope.buckets.iter().copied().collect(),
            logs: held.iter().filter(|h| !h.ranges.is_empty()).map(LogState::of).collect(),
            lists,
            finds_records: Some(true),
        }));
        Ok(())
    }

    /// The other says what it holds of the logs in scope, and hears it of us unless it has.
    fn exchange<A: Archive>(
        &mut self,
        archive: &mut A,
        state: State,
        has_said: bool,
    ) -> Result<(), SessionFault<A::Error>> {
        if !frontier::is_bearable(&state.logs) {
            return Err(SessionFault::Protocol);
        }
        let scope =
            Scope { is_common: state.is_common, buckets: state.buckets.into_iter().collect() };
        if !has_said {
            self.scope = scope;
            self.say_state(archive)?;
        } else if scope != self.scope {
            return Err(SessionFault::Protocol);
        }
        self.lending = state.lists.and_then(|version| self.loan(archive, version));
        let finds_records = state.finds_records == Some(true);
        let theirs: BTreeMap<LogId, LogState> =
            state.logs.into_iter().map(|log| (log.log, log)).collect();
        let plan = if self.before.as_ref() == Some(&(self.scope.clone(), theirs.clone())) {
            // What was sent last time was not taken: it would not be now.
            Plan::default()
        } else {
            let own = self.held(archive, &self.scope.clone())?;
            let plan = Plan::new(archive, &own, &theirs, segment::PAYLOAD_TARGET);
            let with_names = plan.map_err(SessionFault::Archive)?;
            if finds_records && with_names.left() > 0 {
                with_names.leave_names_out(archive, &theirs).map_err(SessionFault::Archive)?
            } else {
                with_names
            }
        };
        self.moved |= plan.left() > 0;
        self.progress.to_send = plan.left();
        self.progress.theirs.extend(theirs.clone());
        self.before = Some((self.scope.clone(), theirs));
        self.plan = Some(plan);
        self.waiting = Waiting::Segments;
        Ok(())
    }

    fn take<A: Archive>(
        &mut self,
        archive: &mut A,
        segment: &Segment,
    ) -> Result<(), SessionFault<A::Error>> {
        self.borrowing = None;
        let bytes = u64::try_from(segment.bytes.len()).unwrap_or(u64::MAX);
        self.progress.entry_bytes_received =
            self.progress.entry_bytes_received.saturating_add(bytes);
        let roster = archive.roster();
        let (own, peer) = (self.own_unit, self.peer.unit);
        let mut exchanged = None;
        let shares = |roster: &Roster, log: &LogKey| {
            exchanged.get_or_insert_with(|| roster.exchanged(own, peer)).takes(own, roster, log)
        };
        let mut failed = None;
        let record_of = |at| {
            let found = archive.record_of(at);
            found.unwrap_or_else(|error| {
                failed = Some(error);
                None
            })
        };
        let verified = segment::verify(&roster, shares, &segment.bytes, record_of);
        if let Some(error) = failed {
            return Err(SessionFault::Archive(error));
        }
        let verified = verified.map_err(SessionFault::Segment)?;
        for (log, key, refusal) in verified.refused {
            // What the common space says of it may be what has not come.
            if self.passes_common && refusal.rests_on_statements() {
                continue;
            }
            self.progress.refused.insert(log, (key.device, refusal));
        }
        let imported = archive.import(&verified.stretches).map_err(SessionFault::Archive)?;
        self.moved |= imported.fresh > 0;
        self.progress.received = self.progress.received.saturating_add(imported.fresh);
        self.progress.to_receive = segment.left;
        Ok(())
    }

    /// The other holds what was said; tells whether either lacks blobs, and both know of them.
    fn note_equal(&mut self) -> bool {
        if self.their_lack == Some(0) {
            self.progress.their_wants = Some(Wants::now(Vec::new(), true));
        }
        let said = self.said.take();
        let held = said.iter().flat_map(|said| &said.held).filter(|held| !held.ranges.is_empty());
        self.progress.theirs.extend(held.map(|held| (held.log, LogState::of(held))));
        self.progress.is_equal = true;
        self.waiting = Waiting::Over;
        let own = said.map_or(0, |said| said.blobs);
        self.their_lack.is_some_and(|theirs| own > 0 || theirs > 0)
    }
}

impl<E> SessionFault<E> {
    /// What to tell the other before hanging up.
    pub const fn stop(&self) -> Option<Stop> {
        match self {
            Self::Archive(_) => Some(Stop::Trouble),
            Self::Protocol | Self::Segment(_) | Self::Snapshot(_) => Some(Stop::Nonsense),
            Self::Stopped(stop) => Some(*stop),
            Self::StoppedByPeer(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
