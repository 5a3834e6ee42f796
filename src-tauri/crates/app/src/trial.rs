//! Changes that others wrote are tried before a document touches them: parsed by a child process
//! with limits of its own. What the child does not survive (a crash, memory or time without end)
//! is held back here, and costs nothing but the child.
//!
//! **Shape**: to the child, one request for each group of changes ([`crate::worker`]), in it each change
//! as a request of its own; from the child its word once its limits are set, and once for each group
//! it has tried. A word for each change would cost more than trying it. A group that a child does not
//! survive is tried again change by change.
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

/// How long the child may think about one group.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many changes a group has at most, and of how many bytes together, where it has several.
const GROUP_CHANGES_MAX: usize = 64;
const GROUP_BYTES_MAX: usize = 256 * 1024;

/// How many changes one child tries: its time on the processor is limited as a whole.
const CHANGES_PER_CHILD: usize = 2000;

/// How many changes of one log a batch may lose before the rest of that log is held untried.
const LOST_PER_LOG_MAX: usize = 2;

/// The longest change that is tried; the outer line of defence lets no longer one in.
const CHANGE_BYTES_MAX: usize = domain::log::PAYLOAD_BYTES_MAX;

/// The longest request: a group, and the length before each of its changes.
const REQUEST_BYTES_MAX: usize = CHANGE_BYTES_MAX + 4 * GROUP_CHANGES_MAX;

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
        let bytes = |place: &usize| changes.get(*place).map(|(_, bytes)| *bytes);
        // The next one is the last.
        let mut left: Vec<Vec<usize>> = groups(changes).into_iter().rev().collect();
        while !left.is_empty() {
            let mut now: Vec<Vec<usize>> = Vec::new();
            let mut count: usize = 0;
            while let Some(group) = left.pop_if(|group| {
                count = count.saturating_add(group.len());
                count <= CHANGES_PER_CHILD
            }) {
                now.push(group);
            }
            let asked: Vec<Vec<&[u8]>> =
                now.iter().map(|group| group.iter().filter_map(bytes).collect()).collect();
            let survived = self.run(&asked)?;
            let mut rest = now.split_off(survived.min(now.len())).into_iter();
            let Some(culprits) = rest.next() else { continue };
            left.extend(rest.rev());
            let [culprit] = culprits.as_slice() else {
                left.extend(culprits.into_iter().rev().map(|culprit| vec![culprit]));
                continue;
            };
            // A computer that slept may have kept the child waiting: once more, alone.
            if self.run(&[bytes(culprit).into_iter().collect()])? > 0 {
                continue;
            }
            lost.insert(*culprit);
            let Some((log, _)) = changes.get(*culprit) else { continue };
            let count = lost_of.entry(*log).or_default();
            *count = count.saturating_add(1);
            if *count >= LOST_PER_LOG_MAX {
                for group in &mut left {
                    let is_of_log = |place: &mut usize| {
                        changes.get(*place).is_some_and(|(other, _)| other == log)
                    };
                    lost.extend(group.extract_if(.., is_of_log));
                }
                left.retain(|group| !group.is_empty());
            }
        }
        Ok(lost)
    }

    /// Has a child try groups one after the other; how many it survived.
    fn run(&self, groups: &[Vec<&[u8]>]) -> io::Result<usize> {
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
                groups.iter().try_for_each(|group| {
                    let mut request = Vec::new();
                    for change in group {
                        worker::write_request(&mut request, change)?;
                    }
                    worker::write_request(&mut input, &request)
                })
            });
            let words = (0..=groups.len()).take_while(|_| told.recv_timeout(PATIENCE).is_ok());
            let words = words.count();
            // It has done its work or will never do it; both threads end with it.
            let _ = child.kill();
            words
        });
        child.wait()?;
        words.checked_sub(1).ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }
}

/// The places of changes, in groups that are tried as one.
fn groups(changes: &Foreign<'_>) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut bytes: usize = 0;
    for (place, (_, change)) in changes.iter().enumerate() {
        bytes = bytes.saturating_add(change.len());
        match groups.last_mut() {
            Some(group) if group.len() < GROUP_CHANGES_MAX && bytes <= GROUP_BYTES_MAX => {
                group.push(place);
            }
            _ => {
                bytes = change.len();
                groups.push(vec![place]);
            }
        }
    }
    groups
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
    while let Some(group) = worker::read_request(&mut input, REQUEST_BYTES_MAX)? {
        let mut changes = group.as_slice();
        while let Some(change) = worker::read_request(&mut changes, CHANGE_BYTES_MAX)? {
            document::structure::probe(&change);
        }
        output.write_all(&WORD)?;
        output.flush()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_grouped_by_their_number_and_their_bytes_and_none_is_left_out() {
        let (small, large, log) = ([0u8; 100], vec![0u8; GROUP_BYTES_MAX], LogId([1; 16]));
        let sizes = |bytes: &[&[u8]]| -> Vec<usize> {
            let changes: Vec<(LogId, &[u8])> = bytes.iter().map(|bytes| (log, *bytes)).collect();
            let groups = groups(&changes);
            assert!(groups.iter().flatten().copied().eq(0..bytes.len()), "each once, in order");
            groups.iter().map(Vec::len).collect()
        };
        assert_eq!(sizes(&[]), [0; 0]);
        assert_eq!(sizes(&[&small[..]; 130]), [64, 64, 2]);
        assert_eq!(sizes(&[&small, &large, &large, &small, &small]), [1, 1, 1, 2]);
        assert_eq!(sizes(&[&large[..large.len() - 100], &small, &small]), [2, 1]);
    }
}
