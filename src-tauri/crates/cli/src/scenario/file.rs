//! The shape of a scenario file.

use std::collections::BTreeMap;

use domain::fact::body::UnitSort;
use domain::role::{Level, Role};
use serde::Deserialize;
use serde_json::Value;

/// A scenario.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it is called.
    pub title: String,
    /// What it is about, in words.
    #[serde(default)]
    pub about: String,
    /// When everybody joins: `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM`.
    pub start: String,
    /// In how many orders each merge is played: a number, or `all`.
    #[serde(default)]
    pub orders: Option<Orders>,
    /// The computers.
    pub nodes: Vec<Node>,
    /// What happens, in order.
    pub steps: Vec<Step>,
    /// What must hold at the end.
    #[serde(default)]
    pub expect: Vec<Expectation>,
}

/// How many orders.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Orders {
    /// So many.
    Count(usize),
    /// A word: `all`.
    Word(String),
}

/// A computer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// What steps call it.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// The unit's level.
    pub level: Level,
    /// What the unit is.
    #[serde(default)]
    pub sort: Option<UnitSort>,
    /// The role of its user.
    pub role: Role,
    /// What its user is called.
    #[serde(default)]
    pub user: Option<String>,
    /// What the computer is called.
    #[serde(default)]
    pub device: Option<String>,
}

/// A step: exactly one of `call`, `exchange`, `merge`, `crash`, `clock`, `copy`, `everyone_meets`,
/// `expect`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Sets everybody's calendar first.
    #[serde(default)]
    pub at: Option<String>,
    /// Who runs the command.
    #[serde(default)]
    pub node: Option<String>,
    /// A command.
    #[serde(default)]
    pub call: Option<String>,
    /// Its payload.
    #[serde(default)]
    pub with: Option<Value>,
    /// Names for parts of its result, by path.
    #[serde(default)]
    pub save: BTreeMap<String, String>,
    /// The fault it must end in: its code, or members it must have.
    #[serde(default)]
    pub fails: Option<Value>,
    /// What its result must be: expectations without `node`, `get` and `with`.
    #[serde(default)]
    pub gives: Vec<Expectation>,
    /// One exchange.
    #[serde(default)]
    pub exchange: Option<Exchange>,
    /// Exchanges whose order is permuted, repeated until nothing moves any more.
    #[serde(default)]
    pub merge: Option<Vec<Exchange>>,
    /// A power cut during a command.
    #[serde(default)]
    pub crash: Option<Crash>,
    /// A clock that goes wrong.
    #[serde(default)]
    pub clock: Option<ClockStep>,
    /// A computer that is copied, as it is, identity and all.
    #[serde(default)]
    pub copy: Option<CopyStep>,
    /// Everybody exchanges with everybody until nothing moves any more.
    #[serde(default)]
    pub everyone_meets: bool,
    /// What must hold now.
    #[serde(default)]
    pub expect: Vec<Expectation>,
}

/// An exchange between two computers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// Who sends, or calls.
    pub from: String,
    /// Who receives, or answers.
    pub to: String,
    /// How.
    pub by: Way,
    /// Stops after this part of the entries, 0 to 1; not in a merge, which goes on until it is
    /// whole.
    #[serde(default)]
    pub cut: Option<f64>,
}

/// How two computers exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// A packet from one to the other.
    Usb,
    /// A meeting on the network: both ways.
    Lan,
}

/// A computer that is copied: from now on both write under one identity.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyStep {
    /// Which.
    pub node: String,
    /// What steps call the copy.
    pub to: String,
}

/// A power cut.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crash {
    /// Whose.
    pub node: String,
    /// During which command.
    pub call: String,
    /// Its payload.
    #[serde(default)]
    pub with: Option<Value>,
    /// After which part of it, 0 to 1.
    pub at: f64,
}

/// A clock that goes wrong.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockStep {
    /// Whose.
    pub node: String,
    /// By how many minutes it is ahead from now on; negative if behind.
    pub ahead_minutes: i64,
}

/// What must hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Whom to ask; several if separated by spaces.
    #[serde(default)]
    pub node: String,
    /// Which command.
    #[serde(default)]
    pub get: String,
    /// Its payload.
    #[serde(default)]
    pub with: Option<Value>,
    /// Which part of its result.
    #[serde(default)]
    pub path: String,
    /// It is this.
    #[serde(default)]
    pub is: Option<Value>,
    /// It is not this.
    #[serde(default)]
    pub not: Option<Value>,
    /// It holds this: an element with at least these members, or a part of a text.
    #[serde(default)]
    pub has: Option<Value>,
    /// It does not hold this.
    #[serde(default)]
    pub lacks: Option<Value>,
    /// It is at least this number.
    #[serde(default)]
    pub at_least: Option<f64>,
    /// It is at most this number.
    #[serde(default)]
    pub at_most: Option<f64>,
    /// It is there, or not.
    #[serde(default)]
    pub exists: Option<bool>,
    /// Why, in words.
    #[serde(default)]
    pub because: String,
}

impl Scenario {
    /// Reads a file.
    ///
    /// # Errors
    /// In words, with the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let scenario: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        for (index, step) in scenario.steps.iter().enumerate() {
            let kinds = [
                step.call.is_some(),
                step.exchange.is_some(),
                step.merge.is_some(),
                step.crash.is_some(),
                step.clock.is_some(),
                step.copy.is_some(),
                step.everyone_meets,
                !step.expect.is_empty(),
            ];
            if kinds.iter().filter(|is| **is).count() != 1 {
                return Err(format!("step {}: exactly one thing must happen", index + 1));
            }
            let wrong = |what: &str| Err(format!("step {}: {what}", index + 1));
            if step.call.is_some() != step.node.is_some() {
                return wrong("`call` and `node` go together");
            }
            if step.merge.iter().flatten().any(|exchange| exchange.cut.is_some()) {
                return wrong("an exchange of a merge cannot be cut");
            }
            let has_result = step.call.is_some() || step.exchange.is_some();
            let reads_result = !step.gives.is_empty() || !step.save.is_empty();
            if reads_result && (!has_result || step.fails.is_some()) {
                return wrong("`save` and `gives` read the result of a `call` or `exchange`");
            }
            if step.gives.iter().any(|e| !e.node.is_empty() || !e.get.is_empty()) {
                return wrong("`gives` asks nobody: no `node`, no `get`");
            }
        }
        let expected = scenario.steps.iter().flat_map(|step| &step.expect).chain(&scenario.expect);
        for (index, expectation) in expected.enumerate() {
            if expectation.node.is_empty() || expectation.get.is_empty() {
                return Err(format!("expectation {}: `node` and `get` are needed", index + 1));
            }
        }
        Ok(scenario)
    }
}
