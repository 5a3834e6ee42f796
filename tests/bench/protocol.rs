//! Automerge's own sync protocol, document by document, both sides in memory.

use std::time::Duration;

use app::fault::Fault;
use automerge::Automerge;
use automerge::sync::{Message, State, SyncDoc};
use pingli_cli::bench::cost::{Spent, median, ms, timed};
use serde_json::{Value, json};

use super::ours::Edits;
use super::{Documents, Outcome};

/// What crossed.
#[derive(Debug, Clone, Copy, Default)]
struct Crossed {
    bytes: u64,
    messages: u64,
    /// The most crossings that one document needed.
    crossings: u64,
}

/// What each side remembers of the other, document by document.
type States = Vec<(State, State)>;

fn fault(error: impl std::fmt::Display) -> Fault {
    Fault::bad(error.to_string())
}

/// Lets two sides talk about every document until neither has anything to say.
fn talk(
    one: &mut [Automerge],
    other: &mut [Automerge],
    states: &mut States,
) -> Result<Crossed, Fault> {
    let mut crossed = Crossed::default();
    for ((one, other), (of_one, of_other)) in one.iter_mut().zip(other).zip(states) {
        let mut crossings = 0;
        loop {
            let there = pass(one, of_one, other, of_other, &mut crossed)?;
            let back = pass(other, of_other, one, of_one, &mut crossed)?;
            crossings += u64::from(there) + u64::from(back);
            if !there && !back {
                break;
            }
        }
        crossed.crossings = crossed.crossings.max(crossings);
    }
    Ok(crossed)
}

/// One message from one side to the other, encoded and decoded as on a line; whether there was one.
fn pass(
    from: &mut Automerge,
    state: &mut State,
    to: &mut Automerge,
    theirs: &mut State,
    crossed: &mut Crossed,
) -> Result<bool, Fault> {
    let Some(message) = from.generate_sync_message(state) else { return Ok(false) };
    let bytes = message.encode();
    crossed.bytes += u64::try_from(bytes.len()).unwrap_or(0);
    crossed.messages += 1;
    let message = Message::decode(&bytes).map_err(fault)?;
    to.receive_sync_message(theirs, message).map_err(fault)?;
    Ok(true)
}

/// What remains of the states once they were written down and read again.
fn persisted(states: &States) -> Outcome<States> {
    let again = |state: &State| State::decode(&state.encode());
    Ok(states
        .iter()
        .map(|(one, other)| Ok((again(one)?, again(other)?)))
        .collect::<Result<_, automerge::sync::DecodeStateError>>()?)
}

fn fresh(count: usize) -> States {
    (0..count).map(|_| (State::new(), State::new())).collect()
}

fn task(rows: &[(Crossed, Spent)]) -> Value {
    let mut bytes: Vec<u64> = rows.iter().map(|(crossed, _)| crossed.bytes).collect();
    bytes.sort_unstable();
    let of = |time: fn(&Spent) -> Duration| {
        ms(median(&mut rows.iter().map(|(_, spent)| time(spent)).collect::<Vec<_>>()))
    };
    json!({
        "bytes": bytes.get(bytes.len() / 2),
        "messages": rows.last().map(|(crossed, _)| crossed.messages),
        "crossings": rows.last().map(|(crossed, _)| crossed.crossings),
        "wall_ms": of(|spent| spent.wall), "cpu_ms": of(|spent| spent.cpu),
    })
}

/// Measures; the documents stay as they are.
pub(crate) fn measure(documents: &Documents, edits: &Edits, runs: usize) -> Outcome<Value> {
    let count = documents.all.len();
    let mut one = documents.all.clone();
    let mut arrivals = Vec::new();
    let mut saves = Vec::new();
    let mut other = Vec::new();
    let mut states = fresh(0);
    for _ in 0..runs {
        other = (0..count).map(|_| Automerge::new()).collect::<Vec<_>>();
        states = fresh(count);
        arrivals.push(timed(|| talk(&mut one, &mut other, &mut states))?);
        let (saved, spent) = timed(|| Ok(other.iter().map(Automerge::save).collect::<Vec<_>>()))?;
        assert_eq!(saved.len(), count);
        saves.push(spent.wall);
    }
    // Both sides load what they had saved before they can say a word.
    let saved: Vec<Vec<u8>> = one.iter().map(Automerge::save).collect();
    let mut loads = Vec::new();
    for _ in 0..runs {
        let load = || saved.iter().map(|bytes| Automerge::load(bytes).map_err(fault)).collect();
        let (loaded, spent): (Vec<Automerge>, _) = timed(load)?;
        assert_eq!(loaded.len(), count);
        loads.push(spent.wall);
    }
    let remembered = persisted(&states)?;
    let mut idle_fresh = Vec::new();
    let mut idle = Vec::new();
    for _ in 0..runs {
        let mut states = fresh(count);
        idle_fresh.push(timed(|| talk(&mut one, &mut other, &mut states))?);
        let mut states = remembered.clone();
        idle.push(timed(|| talk(&mut one, &mut other, &mut states))?);
    }
    let mut tasks = Vec::new();
    for (size, made) in edits {
        let (mut of_fresh, mut of_remembered) = (Vec::new(), Vec::new());
        for entries in made {
            apply(documents, &mut one, entries)?;
            let mut without = other.clone();
            let mut states = fresh(count);
            of_fresh.push(timed(|| talk(&mut one, &mut without, &mut states))?);
            let mut states = remembered.clone();
            of_remembered.push(timed(|| talk(&mut one, &mut other, &mut states))?);
            let is_same =
                one.iter().zip(&other).all(|(one, other)| one.get_heads() == other.get_heads());
            assert!(is_same, "they ended equal");
        }
        tasks.push(json!({
            "edits": size, "fresh": task(&of_fresh), "remembered": task(&of_remembered),
        }));
    }
    Ok(json!({
        "newcomer": task(&arrivals), "newcomer_saves_ms": ms(median(&mut saves)),
        "loading_all_ms": ms(median(&mut loads)),
        "idle_fresh": task(&idle_fresh), "idle_remembered": task(&idle), "edits": tasks,
    }))
}

/// Applies our entries to their documents.
fn apply(documents: &Documents, to: &mut [Automerge], entries: &[Vec<u8>]) -> Outcome<()> {
    for (at, change) in documents.changes(entries)? {
        to[at].apply_changes([change])?;
    }
    Ok(())
}
