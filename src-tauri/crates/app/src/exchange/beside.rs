//! Two desks of one process meet: the keepers and the sessions of the network, without a network.
//! Who does the next step and where the line breaks is the caller's to say, so that one run is like
//! another. For the simulation; people meet over [`super::lan`].

use std::collections::VecDeque;
use std::io::ErrorKind;

use carry::lan::{Keeper, LanFault};
use sync::session::{self, Message, Peer, Progress as Meeting, Session, Side, Stop};

use super::lan::DeskKeeper;
use crate::archive::Records;
use crate::desk::Desk;
use crate::fault::Fault;
use crate::progress::Progress;

/// How many messages may be on their way in one direction: as many as the network's end keeps.
const UNDERWAY_MAX: usize = 4;

/// What happens between two desks.
pub trait Line {
    /// Which of several steps is the next, from 0; there are at least two.
    fn pick(&mut self, count: usize) -> usize;

    /// Whether a message of so many bytes crosses; if not, the line is cut for good.
    fn crosses(&mut self, bytes: usize) -> bool;
}

/// How a meeting ended, for each of the two: they need not agree.
#[derive(Debug)]
pub struct Met {
    /// The one that called.
    pub caller: Result<Meeting, LanFault>,
    /// The one that answered.
    pub answerer: Result<Meeting, LanFault>,
}

/// One end of the line.
struct End {
    keeper: DeskKeeper,
    archive: Records,
    session: Session,
    peer: Peer,
    side: Side,
    inbox: VecDeque<Vec<u8>>,
    /// Whether it has nothing to say until it hears something.
    is_quiet: bool,
    outcome: Option<Result<(), LanFault>>,
}

/// What an end may do next.
#[derive(Clone, Copy)]
enum Step {
    Hear,
    Speak,
}

impl End {
    fn new(keeper: DeskKeeper, peer: Option<Peer>, side: Side) -> Result<Self, LanFault> {
        let peer = peer.ok_or(LanFault::Stranger)?;
        let archive = keeper.open().map_err(LanFault::Archive)?;
        let session = Session::new(side, keeper.unit(), peer, keeper.now_ms());
        let inbox = VecDeque::new();
        Ok(Self { keeper, archive, session, peer, side, inbox, is_quiet: false, outcome: None })
    }

    /// What it may do, given how much is on its way to the other.
    fn steps(&self, underway: usize) -> impl Iterator<Item = Step> {
        let is_there = self.outcome.is_none();
        let hears = (is_there && !self.inbox.is_empty()).then_some(Step::Hear);
        let speaks = is_there && !self.is_quiet && underway < UNDERWAY_MAX;
        hears.into_iter().chain(speaks.then_some(Step::Speak))
    }

    /// Does a step; gives what it says.
    fn take(&mut self, step: Step) -> Option<Message> {
        if !self.keeper.goes_on(self.peer, self.side, self.session.progress()) {
            self.outcome = Some(Err(LanFault::Cancelled));
            return Some(Message::Stop(Stop::Cancelled));
        }
        let done = match step {
            Step::Hear => {
                self.is_quiet = false;
                let bytes = self.inbox.pop_front().unwrap_or_default();
                session::decode(&bytes)
                    .and_then(|message| self.session.receive(&mut self.archive, message))
                    .map(|()| None)
            }
            Step::Speak => self.session.next(&mut self.archive),
        };
        match done {
            Ok(said) => {
                self.is_quiet = matches!(step, Step::Speak) && said.is_none();
                if said.is_none() && self.session.is_over() {
                    self.outcome = Some(Ok(()));
                }
                said
            }
            Err(error) => {
                let stop = error.stop();
                self.outcome = Some(Err(error.into()));
                stop.map(Message::Stop)
            }
        }
    }

    fn hang_up(&mut self, why: LanFault) {
        self.outcome.get_or_insert(Err(why));
    }

    /// Writes down how it went, as the network's end does.
    fn finish(self) -> Result<Meeting, LanFault> {
        let outcome = self.outcome.unwrap_or(Err(LanFault::NoAnswer));
        let meeting = self.session.progress().clone();
        let noted = self.keeper.finish(self.peer, &meeting, outcome.as_ref().err());
        noted.map_err(|fault| LanFault::Archive(fault.to_string()))?;
        outcome.map(|()| meeting)
    }
}

fn cut() -> LanFault {
    LanFault::Io(ErrorKind::ConnectionAborted.into())
}

impl Desk {
    /// Meets another desk of this process. `self` calls, the other answers.
    ///
    /// # Errors
    /// One of the profiles is not open.
    pub fn meet(&self, other: &Self, line: &mut dyn Line) -> Result<Met, Fault> {
        let keeper = |desk: &Self| -> Result<DeskKeeper, Fault> {
            Ok(DeskKeeper::new(desk.office()?, None, Progress::unwatched()))
        };
        let (ours, theirs) = (keeper(self)?, keeper(other)?);
        // Each must know the other before either says anything.
        let there = ours.who(theirs.secret().public());
        let here = theirs.who(ours.secret().public());
        if there.is_none() || here.is_none() {
            let stranger = || Err(LanFault::Stranger);
            return Ok(Met { caller: stranger(), answerer: stranger() });
        }
        let ends = End::new(ours, there, Side::Caller)
            .and_then(|caller| Ok((caller, End::new(theirs, here, Side::Answerer)?)));
        let (mut caller, mut answerer) = match ends {
            Ok(ends) => ends,
            Err(fault) => return Ok(Met { caller: Err(fault), answerer: Err(cut()) }),
        };
        while talk(&mut caller, &mut answerer, line) {}
        Ok(Met { caller: caller.finish(), answerer: answerer.finish() })
    }
}

/// One step of one of the two; says whether there may be another.
fn talk(caller: &mut End, answerer: &mut End, line: &mut dyn Line) -> bool {
    let (to_caller, to_answerer) = (caller.inbox.len(), answerer.inbox.len());
    let steps: Vec<(bool, Step)> = caller
        .steps(to_answerer)
        .map(|step| (true, step))
        .chain(answerer.steps(to_caller).map(|step| (false, step)))
        .collect();
    let picked = if steps.len() > 1 { line.pick(steps.len()) } else { 0 };
    let Some((is_caller, step)) = steps.get(picked).copied() else {
        // Whoever waits for somebody who has gone finds the line closed.
        caller.hang_up(cut());
        answerer.hang_up(cut());
        return false;
    };
    let (own, other) = if is_caller { (caller, answerer) } else { (answerer, caller) };
    if let Some(message) = own.take(step) {
        let bytes = session::encode(&message);
        if line.crosses(bytes.len()) {
            other.inbox.push_back(bytes);
        } else {
            // Whoever has said the last word never learns that it was lost; the other still hears
            // what came before.
            let outcome = if own.session.is_over() { Ok(()) } else { Err(cut()) };
            own.outcome.get_or_insert(outcome);
        }
    }
    true
}
