//! The peers beside us, in one run on one machine: the same documents, the same edits, from a seed.
//!
//! Ours is the program itself: desks with their databases on the disk, meeting over TLS on the
//! loopback. The peers are libraries and work in memory, without a disk, a line or anybody's proof
//! of who they are: Automerge's own sync protocol, document by document, and the repository layer
//! of `samod` over a channel. `cargo xtask compare` runs this and keeps what it prints.

mod anchors;
mod orphans;
mod ours;
mod protocol;
mod repository;

use std::collections::HashMap;

use app::worker::Task;
use automerge::{Automerge, Change, ChangeHash};
use pingli_cli::bench::cost;
use pingli_cli::bench::rooms::Pair;
use serde_json::{Value, json};

/// Whatever goes wrong ends the run, and says why.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// What is asked for.
struct Asked {
    cases: u32,
    repository_cases: u32,
    runs: usize,
    seed: u64,
}

/// How many changes a case has, on average.
const EDITS_PER_CASE: usize = 8;

/// How many edits the tasks carry.
const EDITS: [usize; 2] = [1, 100];

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Changes are tried in a child, which is this program.
    if let Some(task) = arguments.first().and_then(|first| Task::named(first.as_ref())) {
        return Ok(task.serve(std::io::stdin().lock(), std::io::stdout().lock())?);
    }
    let number = |name: &str, usual: u64| -> Outcome<u64> {
        let at = arguments.iter().position(|word| word == name);
        let word = at.and_then(|at| arguments.get(at + 1));
        Ok(word.map(|word| word.parse()).transpose()?.unwrap_or(usual))
    };
    let asked = Asked {
        cases: u32::try_from(number("--cases", 10_000)?)?,
        repository_cases: u32::try_from(number("--repository-cases", 1_000)?)?,
        runs: usize::try_from(number("--runs", 5)?)?,
        seed: number("--seed", 1)?,
    };
    let before = cost::load();
    let small = compared(&asked, asked.repository_cases, true)?;
    let large = compared(&asked, asked.cases, false)?;
    eprintln!("entries that come too early");
    let orphans = orphans::measure(asked.runs)?;
    let value = json!({
        "bench": "compare", "seed": asked.seed, "runs": asked.runs, "rows": [small, large],
        "orphans": orphans,
        "load_before": before, "load_after": cost::load(), "machine": cost::machine(),
    });
    println!("{value}");
    Ok(())
}

/// Everybody with so many cases.
fn compared(asked: &Asked, cases: u32, has_repository: bool) -> Outcome<Value> {
    eprintln!("{cases} cases: making them");
    let pair = Pair::make(cases, asked.seed)?;
    ours::top_up(&pair, usize::try_from(cases)? * EDITS_PER_CASE)?;
    let entries = pair.village.own_entries()?;
    let documents = Documents::of(&entries)?;
    eprintln!("{cases} cases: {} documents, {} changes", documents.all.len(), entries.len());
    let anchors = anchors::measure(&entries, asked.runs)?;
    eprintln!("{cases} cases: ours");
    let (ours, edits) = ours::measure(&pair, asked.runs)?;
    let repository = if has_repository {
        eprintln!("{cases} cases: samod");
        Some(repository::measure(&documents, &edits, asked.runs)?)
    } else {
        None
    };
    eprintln!("{cases} cases: Automerge's protocol");
    let protocol = protocol::measure(&documents, &edits, asked.runs)?;
    Ok(json!({
        "cases": cases, "documents": documents.all.len(), "changes": entries.len(),
        "ours": ours, "automerge": protocol, "samod": repository, "anchors": anchors,
    }))
}

/// The documents that our own entries make, as anybody's Automerge reads them.
struct Documents {
    all: Vec<Automerge>,
    /// Which document a change belongs to.
    of_change: HashMap<ChangeHash, usize>,
}

impl Documents {
    fn of(entries: &[Vec<u8>]) -> Outcome<Self> {
        let mut documents = Self { all: Vec::new(), of_change: HashMap::new() };
        let mut changes: Vec<Vec<Change>> = Vec::new();
        for entry in entries {
            let change = Change::from_bytes(entry.clone())?;
            let at = documents.place(&change).unwrap_or(changes.len());
            documents.of_change.insert(change.hash(), at);
            match changes.get_mut(at) {
                Some(of_document) => of_document.push(change),
                None => changes.push(vec![change]),
            }
        }
        for of_document in changes {
            let mut document = Automerge::new();
            document.apply_changes(of_document)?;
            documents.all.push(document);
        }
        Ok(documents)
    }

    /// Entries as changes, each with the place of the document it belongs to. What else was written
    /// meanwhile, as a note of the audit, belongs to none.
    fn changes(&self, entries: &[Vec<u8>]) -> Outcome<Vec<(usize, Change)>> {
        let mut places = HashMap::new();
        let mut changes = Vec::new();
        for entry in entries {
            let change = Change::from_bytes(entry.clone())?;
            let within = change.deps().iter().find_map(|dep| places.get(dep)).copied();
            if let Some(at) = self.place(&change).or(within) {
                places.insert(change.hash(), at);
                changes.push((at, change));
            }
        }
        Ok(changes)
    }

    /// Where a change belongs; nowhere yet if it begins a document.
    fn place(&self, change: &Change) -> Option<usize> {
        change.deps().iter().find_map(|dep| self.of_change.get(dep)).copied()
    }
}
