//! Entries that come before what the first of them builds on: all of them wait, and become ready in one
//! go once it is there. Nothing but the store of ours is measured, durably, beside what the same
//! entries take that wait for nothing, and beside Automerge, in memory.

use std::time::Duration;

use app::fault::Fault;
use automerge::transaction::Transactable;
use automerge::{Automerge, Change, ROOT};
use domain::id::{DeviceId, LogId, RecordId, SpaceId};
use domain::log::{Entry, EntryKind, EntryRef, Hash, LogKey, Stretch};
use pingli_cli::bench::cost::{median, ms, timed};
use serde_json::{Value, json};
use store::Store;
use store::database::Result as Stored;
use zeroize::Zeroizing;

use super::Outcome;

/// How many of them.
const ENTRIES: u64 = 8_000;

/// About what an entry brings.
const PAYLOAD_BYTES: usize = 400;

const FIRST: LogId = LogId([1; 16]);
const LATER: LogId = LogId([2; 16]);

/// Measures both, and Automerge once: it takes its time.
pub(crate) fn measure(runs: usize) -> Outcome<Value> {
    let (mut waiting, mut ready) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        waiting.push(stored([&later(), &first()])?);
        ready.push(stored([&first(), &later()])?);
    }
    Ok(json!({
        "entries": ENTRIES, "ms": ms(median(&mut waiting)), "bare_ms": ms(median(&mut ready)),
        "automerge_ms": ms(automerge()?),
    }))
}

/// How long it takes to store stretches, each in a transaction of its own, until all is ready.
fn stored(stretches: [&Stretch; 2]) -> Outcome<Duration> {
    let home = tempfile::tempdir()?;
    let store = Store::claim(home.path())?.create(Zeroizing::new([1; 32]))?;
    let (_, spent) = timed(|| {
        for stretch in stretches {
            let done: Stored<_> = store.write(|tx| tx.arrive(stretch, 1));
            done.map_err(Fault::from)?;
        }
        Ok(())
    })?;
    let ready: Stored<bool> =
        store.read(|reader| reader.is_ready(EntryRef { log: LATER, seq: ENTRIES }));
    assert!(ready?, "the last of them has everything it builds on");
    Ok(spent.wall)
}

fn first() -> Stretch {
    stretch(FIRST, 1, |_| Vec::new())
}

/// A log of which the first entry builds on another log, and each on the one before it.
fn later() -> Stretch {
    stretch(LATER, ENTRIES, |seq| match seq.checked_sub(1) {
        None | Some(0) => vec![EntryRef { log: FIRST, seq: 1 }],
        Some(before) => vec![EntryRef { log: LATER, seq: before }],
    })
}

fn stretch(log: LogId, count: u64, needs: impl Fn(u64) -> Vec<EntryRef>) -> Stretch {
    let mut random = fastrand::Rng::with_seed(1);
    let entry = |seq| {
        let mut payload = vec![0; PAYLOAD_BYTES];
        random.fill(&mut payload);
        let head: Hash = *blake3::hash(&payload).as_bytes();
        let doc = RecordId([3; 16]);
        let entry =
            Entry { kind: EntryKind::CHANGE, doc, needs: needs(seq), payload: payload.into() };
        (entry, head)
    };
    let key = LogKey { space: SpaceId([4; 16]), device: DeviceId([log.0[0]; 16]), epoch: [0; 8] };
    let entries = (1..=count).map(entry).collect();
    Stretch { log, key, first: 1, before: [0; 32], entries, runs: Vec::new() }
}

/// As many changes of one document, of which the first comes last.
fn automerge() -> Outcome<Duration> {
    let mut document = Automerge::new();
    for at in 0..ENTRIES {
        document
            .transact::<_, _, automerge::AutomergeError>(|tx| tx.put(ROOT, "at", at))
            .map_err(|e| e.error)?;
    }
    let mut changes: Vec<Change> = document.get_changes(&[]);
    let first = changes.remove(0);
    let mut other = Automerge::new();
    let bad = |error: automerge::AutomergeError| Fault::bad(error.to_string());
    let (_, spent) = timed(|| {
        for change in changes {
            other.apply_changes([change]).map_err(bad)?;
        }
        other.apply_changes([first]).map_err(bad)
    })?;
    assert_eq!(other.get_heads(), document.get_heads(), "all of them were applied");
    Ok(spent.wall)
}
