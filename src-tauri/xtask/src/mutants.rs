//! `cargo xtask mutants`: would the tests notice if a rule were broken?
//!
//! A mutant is the rules crate with one small thing changed: a comparison turned round, a function
//! that answers nothing. A test that fails catches it. Long; never part of `cargo xtask test`.

use xshell::{Shell, cmd};

use crate::{Done, say};

/// The crate whose tests are put to the test.
const PACKAGE: &str = "domain";

/// Where the results lie.
const OUTPUT: &str = "target/mutants";

/// Tries a sample of all mutants; the same seed takes the same ones.
pub(crate) fn mutants(sh: &Shell, sample: usize, seed: u64) -> Done {
    let has_tool = cmd!(sh, "cargo mutants --version").quiet().ignore_stdout().ignore_stderr();
    if has_tool.run().is_err() {
        say("installing cargo-mutants");
        cmd!(sh, "cargo install --locked --quiet cargo-mutants").run()?;
    }
    let listed = cmd!(sh, "cargo mutants --list --package {PACKAGE}").read()?;
    let mut names: Vec<&str> = listed.lines().collect();
    let all = names.len();
    fastrand::Rng::with_seed(seed).shuffle(&mut names);
    names.truncate(sample);
    names.sort_unstable();
    say(&format!("{} of {all} mutants", names.len()));
    let wanted: Vec<String> = names.iter().map(|name| exactly(name)).collect();
    let config = format!("examine_re = {}\n", serde_json::to_string(&wanted)?);
    sh.create_dir(OUTPUT)?;
    let chosen = format!("{OUTPUT}/chosen.toml");
    sh.write_file(&chosen, config)?;
    // It ends with a failure whenever a mutant got away; how many did is what is told here.
    cmd!(sh, "cargo mutants --package {PACKAGE} --config {chosen} --output {OUTPUT} --no-shuffle")
        .ignore_status()
        .run()?;
    let outcomes = sh.read_file(format!("{OUTPUT}/mutants.out/outcomes.json"))?;
    let outcomes: serde_json::Value = serde_json::from_str(&outcomes)?;
    let count = |what: &str| outcomes.get(what).and_then(serde_json::Value::as_u64).unwrap_or(0);
    // One that never ends is noticed, too; one that does not build is no mutant.
    let caught = count("caught").saturating_add(count("timeout"));
    let missed = count("missed");
    let tried = caught.saturating_add(missed);
    let found = tried.saturating_add(count("unviable"));
    // Several mutants may bear one name.
    if found < u64::try_from(names.len())? {
        return Err(format!("{found} mutants were tried, not {}", names.len()).into());
    }
    let percent = caught.saturating_mul(100).checked_div(tried).unwrap_or(0);
    let figures = serde_json::json!({
        "bench": "mutants", "package": PACKAGE, "all": all, "sample": sample, "seed": seed,
        "caught": caught, "missed": missed, "unviable": count("unviable"), "percent": percent,
    });
    let line = figures.to_string();
    cmd!(sh, "echo {line}").quiet().run()?;
    Ok(())
}

/// What means something in a pattern. Other letters stay as they are: `\<` would be the edge of a
/// word.
const META: &str = r"\.+*?()|[]{}^$";

/// The pattern that a name and no other fits.
fn exactly(name: &str) -> String {
    let escaped =
        name.chars().flat_map(|c| META.contains(c).then_some('\\').into_iter().chain([c]));
    format!("^{}$", escaped.collect::<String>())
}
