//! `cargo xtask test`, and the smaller verbs beside it.

use xshell::{Shell, cmd};

use crate::{Done, look, pages, say, system};

/// Where the TypeScript of the commands lies.
const GENERATED: &str = "ui/src/host/generated";

/// How long each fuzz target is tried, in seconds, unless said otherwise.
pub(crate) const FUZZ_SECONDS: &str = "30";

/// The same among all the other tests.
const FUZZ_SECONDS_OF_ALL: &str = "10";

/// Everything, and the window as it is driven. One selection for all that is built and run: each
/// other one has other features, and would compile whatever lies below anew.
const WITH_THE_WINDOW: [&str; 3] = ["--workspace", "--features", "tests/e2e,pingli/webdriver"];

/// Everything but the window.
const WITHOUT_THE_WINDOW: [&str; 3] = ["--workspace", "--exclude", "pingli"];

/// How a fuzz target is told how long to go on.
const FUZZ_SECONDS_NAME: &str = "PINGLI_FUZZ_SECONDS";

/// Bytes from strangers, mutated, for some seconds each.
pub(crate) fn fuzz(sh: &Shell, seconds: &str, is_release: bool) -> Done {
    let _: u64 = seconds.parse()?;
    say(&format!("fuzzing: {seconds} s for each target"));
    let release = is_release.then_some("--release");
    cmd!(sh, "cargo test --quiet {release...} --package tests --test fuzz")
        .args(["--", "--nocapture", "--test-threads", "2"])
        .env(FUZZ_SECONDS_NAME, seconds)
        .run()?;
    Ok(())
}

/// What is asked of the simulation.
pub(crate) struct Simulation {
    pub(crate) seeds: std::ops::Range<u64>,
    pub(crate) events: u32,
    pub(crate) is_release: bool,
}

/// A township and its villages under a seeded scheduler, with everything that goes wrong.
pub(crate) fn simulate(sh: &Shell, asked: &Simulation) -> Done {
    let Simulation { seeds, events, is_release } = asked;
    say(&format!("simulation: seeds {} to {}, {events} events each", seeds.start, seeds.end));
    let release = is_release.then_some("--release");
    let test = "as_many_seeds_as_are_asked_for";
    cmd!(sh, "cargo test --quiet {release...} --package tests --test simulation")
        .args(["--", "--ignored", "--exact", "--nocapture", test])
        .env("PINGLI_SIM_FROM", seeds.start.to_string())
        .env("PINGLI_SIM_TO", seeds.end.to_string())
        .env("PINGLI_SIM_EVENTS", events.to_string())
        .run()?;
    Ok(())
}

/// A disk that fails at so many changes of each act, and in so many ways at a power cut.
pub(crate) fn disk(sh: &Shell, points: &str, patterns: &str) -> Done {
    say(&format!("a disk that fails: {points} changes of each act, {patterns} kinds of damage"));
    cmd!(sh, "cargo test --quiet --package tests --test disk -- --nocapture --test-threads 2")
        .env("PINGLI_DISK_POINTS", points)
        .env("PINGLI_DISK_PATTERNS", patterns)
        .run()?;
    Ok(())
}

/// The program killed in the middle of its work, so many times.
pub(crate) fn kills(sh: &Shell, rounds: &str) -> Done {
    say(&format!("{rounds} kills"));
    let test = "crash::every_acknowledged_edit_survives_a_kill";
    cmd!(sh, "cargo test --quiet --package tests --test integration")
        .args(["--", "--exact", "--nocapture", test])
        .env("PINGLI_CRASH_ROUNDS", rounds)
        .run()?;
    Ok(())
}

/// Every test there is.
pub(crate) fn test(sh: &Shell, is_quick: bool) -> Done {
    let packages = [system::BUILD, if is_quick { &[] } else { system::TEST }].concat();
    system::install(sh, &packages)?;
    say("formatting");
    cmd!(sh, "cargo fmt --all --check").run()?;
    pages::build(sh)?;
    let all: &[&str] = if is_quick { &WITHOUT_THE_WINDOW } else { &WITH_THE_WINDOW };
    // What is linted is what is built and run: a check of its own would read all dependencies
    // once more, and they are most of the time of a first run.
    let _linter = sh.push_env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
    // A crate is compiled by one thread at first: the other core looks at the pages meanwhile.
    std::thread::scope(|scope| {
        let pages = scope.spawn(|| pages::test().map_err(|error| error.to_string()));
        say("lint and build");
        cmd!(sh, "cargo build --quiet {all...} --all-targets").run()?;
        say("user interface: lint and unit tests");
        eprintln!("{}", pages.join().map_err(|_| "the pages' tests panicked")??);
        Done::Ok(())
    })?;
    let program = look::program(sh);
    let _program = sh.push_env("PINGLI_PROGRAM", &program);
    say("tests");
    // With the windows there is time to try what strangers may send.
    let _seconds = (!is_quick).then(|| sh.push_env(FUZZ_SECONDS_NAME, FUZZ_SECONDS_OF_ALL));
    let has_nextest = cmd!(sh, "cargo nextest --version").quiet().ignore_stdout().ignore_stderr();
    if has_nextest.run().is_ok() {
        // The windows want the machine for themselves.
        for which in ["not binary(e2e)", "binary(e2e)"].iter().take(if is_quick { 1 } else { 2 }) {
            cmd!(sh, "cargo nextest run {all...} -E {which}").run()?;
        }
    } else {
        let targets = ["--lib", "--bins", "--tests"];
        cmd!(sh, "cargo test --quiet {all...} {targets...}").run()?;
    }
    is_committed(sh)?;
    if is_quick {
        return Ok(());
    }
    look::photograph(sh, None)?;
    say("all is well");
    Ok(())
}

/// Writes the TypeScript of the commands anew.
pub(crate) fn codegen(sh: &Shell) -> Done {
    for file in sh.read_dir(GENERATED)? {
        sh.remove_path(file)?;
    }
    let written = cmd!(sh, "cargo test --quiet --package app --lib").env("PINGLI_CODEGEN", "1");
    written.ignore_stdout().run()?;
    Ok(())
}

/// The tests have just written the TypeScript of the commands: what was committed must be that.
fn is_committed(sh: &Shell) -> Done {
    let status = cmd!(sh, "git status --porcelain -- {GENERATED}").quiet().ignore_stderr();
    match status.read() {
        Ok(changed) if !changed.is_empty() => {
            Err(format!("stale: commit what cargo xtask codegen writes\n{changed}").into())
        }
        _ => Ok(()),
    }
}
