//! A township and its villages under one seeded scheduler: they work, meet, and everything goes
//! wrong that can: lines break, sticks are lost, late, copied and damaged, the power goes, images
//! are put back, clocks jump, computers are copied and revoked. The desks, their logic of exchange
//! and their databases are the real ones; only time, randomness, the line and the order of steps
//! come from the seed. Cases are archived, erased and redacted, units renamed and merged, and some
//! computers write what the next version would. `cargo xtask sim --seeds A..B --events N` tries as many as one likes.
//!
//! What goes wrong is printed with its seed and commit, made shorter, and becomes a line of
//! `regressions.txt`, which every run plays again.

mod event;
mod images;
mod merging;
mod model;
mod moves;
mod next;
mod oracles;
mod play;
mod rope;
mod seen;
mod shrink;
mod taking;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use event::{Event, draw, read, write};
use play::{Failure, Planted, Run, play, play_to};
use shrink::shrink;

/// The seeds of an ordinary run, and how many events each has.
const SEEDS: Range<u64> = 0..200;
const EVENTS: u32 = 500;

/// Seeds that go wrong and are not mended yet, with what is seen above each line. An ordinary run leaves
/// them out; `cargo xtask sim` plays them like all others.
const OPEN: &str = include_str!("open.txt");

/// How many runs go on at a time.
const THREADS: usize = 2;

/// How long a list that fails is made shorter.
const SHRINKING: Duration = Duration::from_secs(120);

/// How many lines before a failure are printed.
const LINES_TOLD: usize = 12;

/// What went wrong before: a seed and the events, a line each.
const REGRESSIONS: &str = include_str!("regressions.txt");

/// The commit that is tried.
fn commit() -> String {
    let told = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    let told = told.ok().filter(|told| told.status.success());
    told.map_or_else(|| "?".into(), |told| String::from_utf8_lossy(&told.stdout).trim().to_owned())
}

/// A failure, as it is told.
fn report(seed: u64, run: &Run, failure: &Failure, events: &[Event]) -> String {
    let begin = run.log.len().saturating_sub(LINES_TOLD);
    let log = run.log[begin..].iter().map(|line| line.chars().take(400).collect::<String>());
    format!(
        "seed {seed}, commit {}, event {:?}: {}\n  the last events:\n    {}\n  {} events that do \
         it, for tests/simulation/regressions.txt:\n{seed} {}",
        commit(),
        failure.event,
        failure.what,
        log.collect::<Vec<_>>().join("\n    "),
        events.len(),
        write(events)
    )
}

/// Plays one list; a failure comes back in words, with a shorter list that does it too.
fn try_one(seed: u64, events: &[Event], shrinking: Duration) -> Result<Run, String> {
    let run = play(seed, events, Planted::Nothing);
    let Some(failure) = &run.failure else { return Ok(run) };
    let fails = |events: &[Event]| {
        let other = play_to(seed, events, Planted::Nothing, failure.event.is_none()).failure;
        other.is_some_and(|other| other.is_like(failure))
    };
    let upto = events.iter().position(|e| Some(e.id) == failure.event);
    let upto = upto.map_or(events, |at| &events[..=at]);
    let short = shrink(upto, shrinking, fails);
    Err(report(seed, &run, failure, &short))
}

/// The seeds that are open.
fn open() -> BTreeSet<u64> {
    let lines = OPEN.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).map(|seed| seed.parse().expect("a seed")).collect()
}

/// Plays many seeds but for some on a few threads, and prints what was done.
fn try_all(
    (seeds, but): (Range<u64>, &BTreeSet<u64>),
    count: u32,
    threads: usize,
    shrinking: Duration,
) {
    let began = Instant::now();
    let next = AtomicU64::new(seeds.start);
    let sums: Mutex<BTreeMap<&'static str, u64>> = Mutex::default();
    let failures: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    if but.contains(&seed) {
                        println!("seed {seed}: open");
                        continue;
                    }
                    match try_one(seed, &draw(seed, count), shrinking) {
                        Ok(run) => {
                            println!("seed {seed}: {} {}", run.hash, oracles::tell(&run.counts));
                            let mut sums = sums.lock().unwrap();
                            *sums.entry("seeds").or_default() += 1;
                            for (what, count) in run.counts {
                                *sums.entry(what).or_default() += count;
                            }
                        }
                        Err(told) => {
                            println!("{told}");
                            failures.lock().unwrap().push(told);
                        }
                    }
                }
            });
        }
    });
    let sums = sums.into_inner().unwrap();
    println!("in {} s: {}", began.elapsed().as_secs(), oracles::tell(&sums));
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} seeds fail:\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn whatever_goes_wrong_nothing_acknowledged_is_lost_and_all_converge() {
    try_all((SEEDS, &open()), EVENTS, THREADS, SHRINKING);
}

/// As many as `cargo xtask sim` asks for.
#[test]
#[ignore = "as long as one likes: cargo xtask sim"]
fn as_many_seeds_as_are_asked_for() {
    let number = |name: &str, usual: u64| {
        let said = std::env::var(name).ok();
        said.map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{name}: {text}")))
    };
    let seeds = number("PINGLI_SIM_FROM", 0)..number("PINGLI_SIM_TO", 100);
    let events = u32::try_from(number("PINGLI_SIM_EVENTS", 200)).expect("a number of events");
    let threads = usize::try_from(number("PINGLI_SIM_THREADS", 2)).expect("a number of threads");
    let shrinking = Duration::from_secs(number("PINGLI_SIM_SHRINKING", SHRINKING.as_secs()));
    try_all((seeds, &BTreeSet::new()), events, threads, shrinking);
}

#[test]
fn what_was_found_before_is_not_there_any_more() {
    for line in REGRESSIONS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (seed, events) = line.split_once(' ').expect("a seed and events");
        let seed = seed.parse().expect("a seed");
        let events = read(events).expect("events");
        match try_one(seed, &events, Duration::ZERO) {
            Ok(run) => println!("seed {seed}:\n  {}", run.log[..events.len()].join("\n  ")),
            Err(told) => panic!("{told}"),
        }
    }
}

#[test]
fn one_seed_is_one_run() {
    let events = draw(3, 30);
    let [one, two] = [(); 2].map(|()| play(3, &events, Planted::Nothing));
    let differs = one.log.iter().zip(&two.log).find(|(one, two)| one != two);
    assert_eq!(one.hash, two.hash, "{differs:?}");
    assert_ne!(one.hash, play(4, &events, Planted::Nothing).hash);
    assert_eq!(read(&write(&events)), Ok(events));
}

/// A mistake made on purpose is found, and told with no more than it takes.
#[test]
fn an_edit_that_is_lost_is_found_and_told_shortly() {
    let list = "0:register:1:0:0 1:image:1:0:0 2:fact:2:0:0 3:fact:1:0:7 4:meet:2:0:0 \
                5:restore:0:0:0 6:text:2:0:0";
    let events = read(list).unwrap();
    assert!(play(1, &events, Planted::Nothing).failure.is_none());
    let fails = |events: &[Event]| play(1, events, Planted::Restore).failure.is_some();
    assert!(fails(&events));
    let short = shrink(&events, SHRINKING, fails);
    assert!(short.len() <= 4 && fails(&short), "{}", write(&short));
}
