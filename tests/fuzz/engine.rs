//! A small fuzzing engine for the stable compiler: it mutates what is in the corpus and what it
//! found on the way, and keeps whatever comes to an outcome that it has not seen before.
//!
//! It knows nothing of branches: a target says what an input came to, and does itself what would
//! keep every mutation out at the first door (checksums, signatures, compression).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use fastrand::Rng;

/// How long each target is tried unless `PINGLI_FUZZ_SECONDS` says otherwise.
const SECONDS: u64 = 2;

/// The longest that one input may take, on a machine that others use.
const INPUT_MAX: Duration = Duration::from_secs(5);

/// The largest input that is made.
const BYTES_MAX: usize = 64 * 1024;

/// How much memory a target may need beyond what it began with, in KiB.
const MEMORY_KIB_MAX: u64 = 512 * 1024;

/// The most inputs that are kept.
const KEPT_MAX: usize = 4096;

/// How many inputs a corpus is given at most.
const CORPUS_MAX: usize = 48;

/// Numbers at which lengths and counts like to break.
const NUMBERS: [u64; 12] =
    [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 1 << 53, u64::MAX];

fn folder(which: &str, target: &str) -> PathBuf {
    tests::root().join("tests/fuzz").join(which).join(target)
}

/// The committed inputs of a target, by name: its corpus, and everything it once failed on.
fn committed(target: &str) -> BTreeMap<String, Vec<u8>> {
    let mut inputs = BTreeMap::new();
    for which in ["corpus", "regressions"] {
        for file in fs::read_dir(folder(which, target)).into_iter().flatten().flatten() {
            let name = format!("{which}/{}", file.file_name().to_string_lossy());
            inputs.insert(name, fs::read(file.path()).unwrap());
        }
    }
    inputs
}

/// What the process needs of the memory at most so far, in KiB; 0 where the system does not say.
pub fn memory_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// Commits what was found on the way: the smallest inputs.
fn keep(target: &str, mut inputs: Vec<Vec<u8>>) {
    inputs.sort_by_key(|input| (input.len(), hashed(input)));
    inputs.dedup();
    let folder = folder("corpus", target);
    fs::create_dir_all(&folder).unwrap();
    for input in inputs.iter().filter(|input| input.len() < 4096).take(CORPUS_MAX) {
        fs::write(folder.join(format!("{:016x}", hashed(input))), input).unwrap();
    }
}

fn number(rng: &mut Rng) -> Vec<u8> {
    let number = NUMBERS[rng.usize(..NUMBERS.len())];
    match rng.u8(..4) {
        0 => {
            let mut bytes = Vec::new();
            domain::varint::write(&mut bytes, number);
            bytes
        }
        1 => number.to_be_bytes()[4..].to_vec(),
        2 => number.to_be_bytes().to_vec(),
        // As CBOR writes it, of any major type.
        _ => [&[rng.u8(..8) << 5 | 27][..], &number.to_be_bytes()].concat(),
    }
}

/// Changes an input here and there.
fn mutate(bytes: &mut Vec<u8>, other: &[u8], rng: &mut Rng) {
    for _ in 0..=rng.usize(..6) {
        let at = rng.usize(..=bytes.len());
        let end = (at + 1 + rng.usize(..32)).min(bytes.len());
        match rng.u8(..9) {
            0 | 1 if at < bytes.len() => bytes[at] ^= 1 << rng.u8(..8),
            2 if at < bytes.len() => bytes[at] = rng.u8(..),
            3 => bytes.truncate(at),
            4 if at < end => drop(bytes.drain(at..end)),
            5 if at < end => {
                let part = bytes[at..end].to_vec();
                let times = rng.usize(1..40);
                bytes.splice(at..at, part.repeat(times));
            }
            6 => drop(bytes.splice(at..at, number(rng))),
            7 if !other.is_empty() => {
                let from = rng.usize(..other.len());
                let to = (from + 1 + rng.usize(..64)).min(other.len());
                drop(bytes.splice(at..end.max(at), other[from..to].to_vec()));
            }
            _ => {
                let place = end.max(at);
                drop(bytes.splice(at..place, number(rng)));
            }
        }
    }
    bytes.truncate(BYTES_MAX);
}

fn hashed(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Tries a target: everything that is committed, then mutations until the time is over. `seeds`
/// are what a good peer would send; `run` gives what an input came to, in a few words.
pub fn fuzz(target: &str, seeds: Vec<Vec<u8>>, mut run: impl FnMut(&[u8]) -> String) {
    let told = std::env::var("PINGLI_FUZZ_SECONDS").ok().and_then(|n| n.parse().ok());
    let lasts = Duration::from_secs(told.unwrap_or(SECONDS));
    // Panics that the product itself catches are its own affair; none may come out of it.
    std::panic::set_hook(Box::new(|_| {}));
    let mut rng = Rng::with_seed(hashed(&target) ^ told.unwrap_or(SECONDS));
    let mut outcomes: BTreeSet<String> = BTreeSet::new();
    let mut kept: Vec<Vec<u8>> = Vec::new();
    let mut failed: Option<(String, Vec<u8>)> = None;
    let mut try_one = |input: &[u8], name: &str| -> Option<String> {
        let began = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| run(input)));
        let why = match outcome {
            Ok(outcome) if began.elapsed() < INPUT_MAX => return Some(outcome),
            Ok(_) => format!("{name} took {:?}", began.elapsed()),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|t| (*t).to_owned()));
                format!("{name} panicked: {}", text.unwrap_or_default())
            }
        };
        failed.get_or_insert((why, input.to_vec()));
        None
    };
    let committed = committed(target);
    for (name, input) in &committed {
        outcomes.extend(try_one(input, name));
        kept.push(input.clone());
    }
    for input in seeds {
        outcomes.extend(try_one(&input, "a seed"));
        kept.push(input);
    }
    let memory = memory_kib();
    let began = Instant::now();
    let mut count = 0_u64;
    while began.elapsed() < lasts {
        let mut input = kept[rng.usize(..kept.len())].clone();
        let other = kept[rng.usize(..kept.len())].clone();
        mutate(&mut input, &other, &mut rng);
        count += 1;
        let Some(outcome) = try_one(&input, "a mutant") else { break };
        if outcomes.insert(outcome) && kept.len() < KEPT_MAX {
            kept.push(input);
        }
    }
    drop(std::panic::take_hook());
    if let Some((why, input)) = failed {
        let file = std::env::temp_dir().join(format!("pingli-{target}-{:016x}", hashed(&input)));
        fs::write(&file, &input).unwrap();
        panic!("{target}: {why}; the input is in {}", file.display());
    }
    if std::env::var_os("PINGLI_FUZZ_KEEP").is_some() {
        keep(target, kept);
    }
    let grown = memory_kib().saturating_sub(memory);
    assert!(grown < MEMORY_KIB_MAX, "{target} needed {grown} KiB more");
    let seconds = began.elapsed().as_secs().max(1);
    eprintln!(
        "{target}: {count} inputs in {seconds} s, {} outcomes, {} committed, 0 panics, {grown} KiB more",
        outcomes.len(),
        committed.len(),
    );
}
