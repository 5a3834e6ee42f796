//! Scenario files: rooms that work apart, meet in every order, and must end as the file says.
//! `tests/scenarios/README.md` describes the format.

mod file;
mod room;
mod runner;
mod universal;
mod value;

use std::path::PathBuf;

use serde::Serialize;

pub use file::{Orders, Scenario};

/// What came of some scenario files.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Whether everything was as expected.
    pub is_good: bool,
    /// File by file.
    pub scenarios: Vec<ScenarioReport>,
}

/// What came of one file.
#[derive(Debug, Clone, Serialize)]
pub struct ScenarioReport {
    /// The file.
    pub file: String,
    /// Its title.
    pub title: String,
    /// How many orders were played.
    pub orders: usize,
    /// How many expectations were checked, the universal ones included.
    pub checks: usize,
    /// What was not as expected.
    pub failures: Vec<Failure>,
}

/// One thing that was not as expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// In which order of the merges.
    pub order: String,
    /// At which step or check.
    pub place: String,
    /// What was found.
    pub message: String,
}

/// Plays files. `orders` overrides what they say: a number, or `all`.
#[must_use]
pub fn run_files(files: &[PathBuf], orders: Option<&str>, seed: u64) -> Report {
    let scenarios: Vec<ScenarioReport> =
        files.iter().map(|path| run_file(path, orders, seed)).collect();
    Report { is_good: scenarios.iter().all(|s| s.failures.is_empty()), scenarios }
}

fn run_file(path: &PathBuf, orders: Option<&str>, seed: u64) -> ScenarioReport {
    let name = path.display().to_string();
    let broken = |message: String| ScenarioReport {
        file: name.clone(),
        title: String::new(),
        orders: 0,
        checks: 0,
        failures: vec![Failure { order: String::new(), place: "file".into(), message }],
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return broken(error.to_string()),
    };
    match Scenario::parse(&text) {
        Ok(scenario) => runner::run(&scenario, name, orders, seed),
        Err(error) => broken(error),
    }
}
