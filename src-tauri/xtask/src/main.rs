//! `cargo xtask`: everything a person types to build, run, test and look at Pingli.

mod checks;
mod figures;
mod look;
mod mutants;
mod pages;
mod start;
mod supply;
mod system;
mod versions;

use std::path::Path;
use std::process::ExitCode;

use xshell::Shell;

/// What a verb comes to; the error is for a person.
type Done = Result<(), Box<dyn std::error::Error>>;

const USAGE: &str = "\
cargo xtask VERB

  run [--release]   install what is missing, build, and open the window;
                    without a display: serve the same pages to a browser
  test [--quick]    every test there is; --quick leaves out windows and pictures
  look [DIR]        a picture of every screen at both sizes and in both languages,
                    into target/look or DIR; fails on clipped text and on what axe finds
  fuzz [--seconds N] [--release]
                    bytes from strangers, mutated: N seconds for each target, 30 unless said
  sim [--seeds A..B] [--events N] [--release]
                    a township and its villages with everything that goes wrong, drawn
                    from each seed: 0..100 and 200 events each unless said
  disk [--points N] [--patterns N]
                    power cut, full disk and errors at every change that each act makes, or
                    at N of them; a power cut in N ways, 8 unless said
  kills [--rounds N]
                    the program killed in the middle of its work, 10000 times unless said
  versions          the previous release's program against today's, by stick and over the line
  audit             licences, sources, bans, unused packages, known holes; installs its tools
  sbom              the list of parts of what is shipped (CycloneDX), into target/sbom
  codegen           write the TypeScript of the commands anew
  bench [NAME]      the figures: fold, idle, exchange, newcomer, save, open, cold, window, unless
                    one is named, of these or of village, market, scrub, statistics, search,
                    forms, import
  compare [--cases N] [--repository-cases N] [--runs N] [--seed N]
                    the peers beside us in one run: Automerge's sync protocol document by
                    document, and samod; 10,000 cases (samod: 1,000), 5 runs, seed 1
  results           write tests/bench/RESULTS.md from what was measured last
  mutants [--sample N] [--seed N]
                    would the tests notice a broken rule? 300 mutants, seed 1
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match verb(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn verb(arguments: &[String]) -> Done {
    let sh = Shell::new()?;
    // Wherever it was typed, work begins at the top of the tree.
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    sh.change_dir(top.canonicalize()?);
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["run"] => start::run(&sh, false),
        ["run", "--release"] => start::run(&sh, true),
        ["test"] => checks::test(&sh, false),
        ["test", "--quick"] => checks::test(&sh, true),
        ["look"] => look::look(&sh, None),
        ["look", folder] => look::look(&sh, Some(folder)),
        ["fuzz", rest @ ..] if are_known(rest, &["--seconds", "--release"]) => {
            let seconds = after(rest, "--seconds").unwrap_or(checks::FUZZ_SECONDS);
            checks::fuzz(&sh, seconds, rest.contains(&"--release"))
        }
        ["sim", rest @ ..] if are_known(rest, &["--seeds", "--events", "--release"]) => {
            simulation(&sh, rest)
        }
        ["disk", rest @ ..] if are_known(rest, &["--points", "--patterns"]) => {
            let points = after(rest, "--points").unwrap_or("all");
            checks::disk(&sh, points, after(rest, "--patterns").unwrap_or("8"))
        }
        ["kills", rest @ ..] if are_known(rest, &["--rounds"]) => {
            checks::kills(&sh, after(rest, "--rounds").unwrap_or("10000"))
        }
        ["versions"] => versions::versions(&sh),
        ["audit"] => supply::audit(&sh),
        ["sbom"] => supply::sbom(&sh),
        ["codegen"] => checks::codegen(&sh),
        ["bench"] => figures::bench(&sh, &figures::USUAL),
        ["bench", name] => figures::bench(&sh, &[name]),
        ["compare", options @ ..]
            if are_known(options, &["--cases", "--repository-cases", "--runs", "--seed"]) =>
        {
            figures::compare(&sh, options)
        }
        ["results"] => figures::results(&sh),
        ["mutants", rest @ ..] if are_known(rest, &["--sample", "--seed"]) => {
            let number = |name: &str| after(rest, name).map(str::parse::<u64>).transpose();
            let sample = usize::try_from(number("--sample")?.unwrap_or(300))?;
            mutants::mutants(&sh, sample, number("--seed")?.unwrap_or(1))
        }
        _ => {
            eprint!("{USAGE}");
            Err("no such verb".into())
        }
    }
}

/// Whether all options are among those of a verb.
fn are_known(words: &[&str], options: &[&str]) -> bool {
    words.iter().filter(|word| word.starts_with('-')).all(|word| options.contains(word))
}

/// What follows an option.
fn after<'a>(words: &[&'a str], name: &str) -> Option<&'a str> {
    let at = words.iter().position(|word| *word == name);
    at.and_then(|at| words.get(at.saturating_add(1))).copied()
}

/// Reads what is asked of the simulation, and begins it.
fn simulation(sh: &Shell, words: &[&str]) -> Done {
    let seeds = after(words, "--seeds").unwrap_or("0..100");
    let (from, to) = seeds.split_once("..").ok_or("seeds: 0..100")?;
    let asked = checks::Simulation {
        seeds: from.parse()?..to.parse()?,
        events: after(words, "--events").unwrap_or("200").parse()?,
        is_release: words.contains(&"--release"),
    };
    checks::simulate(sh, &asked)
}

/// Says what begins.
fn say(what: &str) {
    eprintln!("\n== {what}");
}
