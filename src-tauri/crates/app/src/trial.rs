//! Changes that others wrote are tried before a document touches them: parsed by a child process
//! with limits of its own. What the child does not survive (a crash, memory or time without end)
//! is held back here, and costs nothing but the child.
//!
//! **Shape**: to the child, one request for each change ([`crate::worker`]); from the child its word
//! once its limits are set, and once for each change it has tried.
//!
//! Panics of the parser are caught in our own process as well; what cannot be caught is why there
//! is a child: memory that runs out, a stack that overflows, a loop without end.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use domain::id::LogId;
use domain::log::EntryRef;
use store::logs::Stored;

use crate::office::Office;
use crate::worker::{self, Running, Task, WORD, Worker};

/// How long the child may think about one change.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many changes one child tries: its time on the processor is limited as a whole.
const CHANGES_PER_CHILD: usize = 2000;

/// How many changes of one log a batch may lose before the rest of that log is held untried.
const LOST_PER_LOG_MAX: usize = 2;

/// The longest change that is tried; the outer line of defence lets no longer one in.
const CHANGE_BYTES_MAX: usize = domain::log::PAYLOAD_BYTES_MAX;

/// Tries changes in children of a program.
pub(crate) struct Trial {
    worker: Worker,
}

/// Changes of others, each with the log it stands in.
type Foreign<'a> = [(LogId, &'a [u8])];

impl Trial {
    /// Tries changes by children of ours.
    pub(crate) const fn by(worker: Worker) -> Self {
        Self { worker }
    }

    /// The places of the changes that no child survives.
    ///
    /// # Errors
    /// No child can be started at all.
    fn lost(&self, changes: &Foreign<'_>) -> io::Result<BTreeSet<usize>> {
        let mut lost = BTreeSet::new();
        let mut lost_of: BTreeMap<LogId, usize> = BTreeMap::new();
        let mut left: Vec<usize> = (0..changes.len()).rev().collect();
        let bytes = |places: &[usize]| -> Vec<&[u8]> {
            places.iter().filter_map(|at| changes.get(*at)).map(|(_, bytes)| *bytes).collect()
        };
        while !left.is_empty() {
            let from = left.len().saturating_sub(CHANGES_PER_CHILD);
            let mut now = left.split_off(from);
            now.reverse();
            let survived = self.run(&bytes(&now))?;
            let Some((culprit, rest)) = now.get(survived..).and_then(<[usize]>::split_first) else {
                continue;
            };
            left.extend(rest.iter().rev());
            // A computer that slept may have kept the child waiting: once more, alone.
            if self.run(&bytes(&[*culprit]))? > 0 {
                continue;
            }
            lost.insert(*culprit);
            let Some((log, _)) = changes.get(*culprit) else { continue };
            let count = lost_of.entry(*log).or_default();
            *count = count.saturating_add(1);
            if *count >= LOST_PER_LOG_MAX {
                let (of_log, others) = left
                    .into_iter()
                    .partition(|at| changes.get(*at).is_some_and(|(other, _)| other == log));
                let of_log: Vec<usize> = of_log;
                lost.extend(of_log);
                left = others;
            }
        }
        Ok(lost)
    }

    /// Has a child try changes one after the other; how many it survived.
    fn run(&self, changes: &[&[u8]]) -> io::Result<usize> {
        let Running { mut child, mut input, mut output } = self.worker.begin(Task::TryChanges)?;
        let words = thread::scope(|scope| {
            let (tell, told) = mpsc::channel();
            scope.spawn(move || {
                let mut word = WORD;
                while output.read_exact(&mut word).is_ok() && word == WORD {
                    if tell.send(()).is_err() {
                        return;
                    }
                }
            });
            scope.spawn(move || {
                // A child that is gone is noticed by its silence.
                changes.iter().try_for_each(|change| worker::write_request(&mut input, change))
            });
            let words = (0..=changes.len()).take_while(|_| told.recv_timeout(PATIENCE).is_ok());
            let words = words.count();
            // It has done its work or will never do it; both threads end with it.
            let _ = child.kill();
            words
        });
        child.wait()?;
        words.checked_sub(1).ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }
}

/// Tries what others wrote of some entries, in one go: those that no child survives. Where no child
/// can be started it goes on without.
pub(crate) fn lost_of<'a>(
    office: &Office,
    entries: impl Iterator<Item = &'a Stored>,
) -> BTreeSet<EntryRef> {
    let Some(trial) = office.trial() else { return BTreeSet::new() };
    let foreign: Vec<&Stored> = entries.filter(|stored| !office.wrote(stored.at.log)).collect();
    if foreign.is_empty() {
        return BTreeSet::new();
    }
    let changes = foreign.iter().map(|stored| {
        let bytes = stored.entry.payload.bytes().unwrap_or_default();
        (stored.at.log, bytes)
    });
    let changes: Vec<(LogId, &[u8])> = changes.collect();
    let lost = trial.lost(&changes).unwrap_or_else(|error| {
        tracing::warn!(%error, "changes are not tried in a child");
        BTreeSet::new()
    });
    let lost = lost.into_iter().filter_map(|place| foreign.get(place)).map(|stored| stored.at);
    let lost: BTreeSet<EntryRef> = lost.collect();
    for at in &lost {
        tracing::warn!(log = %at.log, seq = at.seq, "no child survives an entry");
    }
    lost
}

/// What the child does once its limits are set: tries whatever comes until nothing more does.
pub(crate) fn serve(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    while let Some(change) = worker::read_request(&mut input, CHANGE_BYTES_MAX)? {
        document::structure::probe(&change);
        output.write_all(&WORD)?;
        output.flush()?;
    }
    Ok(())
}
