//! Plays a scenario: once for every order of its merges.

use std::collections::BTreeMap;

use app::fault::Fault;
use serde_json::{Value, json};

use super::file::{Exchange, Expectation, Orders, Scenario, Step};
use super::room::Rooms;
use super::value::{check, find, holds, substitute};
use super::{Failure, ScenarioReport, universal};

/// How many orders are played unless said otherwise.
const ORDERS_DEFAULT: usize = 24;

/// How often a merge is repeated until nothing moves any more.
const ROUNDS_MAX: usize = 12;

/// One play of a scenario.
struct Play<'a> {
    scenario: &'a Scenario,
    rooms: Rooms,
    names: BTreeMap<String, Value>,
    order: String,
    /// Which order each merge is played in.
    permutations: Vec<Vec<usize>>,
    checks: usize,
    failures: Vec<Failure>,
}

/// Plays a scenario in its orders.
pub(super) fn run(
    scenario: &Scenario,
    file: String,
    orders: Option<&str>,
    seed: u64,
) -> ScenarioReport {
    let merges: Vec<usize> =
        scenario.steps.iter().filter_map(|step| step.merge.as_ref().map(Vec::len)).collect();
    let limit = match (orders.map(str::parse::<usize>), &scenario.orders) {
        (Some(Ok(count)), _) => count.max(1),
        (Some(Err(_)), _) => usize::MAX,
        (None, Some(Orders::Count(count))) => (*count).max(1),
        (None, Some(Orders::Word(_)) | None) => ORDERS_DEFAULT,
    };
    let plays = choose(&merges, limit, seed);
    let mut report = ScenarioReport {
        file,
        title: scenario.title.clone(),
        orders: plays.len(),
        checks: 0,
        failures: Vec::new(),
    };
    let mut ends: Vec<(String, BTreeMap<String, Vec<String>>)> = Vec::new();
    for permutations in plays {
        let order = describe(scenario, &permutations);
        match play(scenario, permutations, &order, seed) {
            Ok((play, dumps)) => {
                report.checks += play.checks;
                report.failures.extend(play.failures);
                ends.push((order, dumps));
            }
            Err(message) => {
                report.failures.push(Failure { order, place: "run".into(), message });
            }
        }
    }
    // U1 across orders: whatever the order, every room ends with the same lists.
    if let Some(((_, first), rest)) = ends.split_first() {
        for (order, dumps) in rest {
            report.checks += 1;
            if dumps != first {
                let room = dumps.iter().find(|(name, rows)| first.get(*name) != Some(rows));
                report.failures.push(Failure {
                    order: order.clone(),
                    place: "U1".into(),
                    message: universal::difference(
                        room.map_or("", |(name, _)| name),
                        room.and_then(|(name, _)| first.get(name)).map_or(&[], Vec::as_slice),
                        room.map_or(&[], |(_, rows)| rows),
                    ),
                });
            }
        }
    }
    report
}

/// The orders to play: all combinations of all permutations if there are few, else some of them,
/// the written one always first.
fn choose(merges: &[usize], limit: usize, seed: u64) -> Vec<Vec<Vec<usize>>> {
    let mut all: Vec<Vec<Vec<usize>>> = vec![vec![]];
    for count in merges {
        let permutations = permutations(*count);
        all = all
            .into_iter()
            .flat_map(|chosen| {
                permutations.iter().map(move |permutation| {
                    let mut chosen = chosen.clone();
                    chosen.push(permutation.clone());
                    chosen
                })
            })
            .take(10_000)
            .collect();
    }
    if all.len() > limit {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut rest = all.split_off(1);
        rng.shuffle(&mut rest);
        all.extend(rest.into_iter().take(limit - 1));
    }
    all
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    // Seven things have 5,040 orders; more are sampled from those of the first seven.
    let permuted = count.min(7);
    let mut all = vec![vec![]];
    for _ in 0..permuted {
        all = all
            .into_iter()
            .flat_map(|chosen: Vec<usize>| {
                (0..permuted)
                    .filter(|n| !chosen.contains(n))
                    .map({
                        let chosen = chosen.clone();
                        move |n| [chosen.clone(), vec![n]].concat()
                    })
                    .collect::<Vec<_>>()
            })
            .collect();
    }
    all.into_iter().map(|head| head.into_iter().chain(permuted..count).collect()).collect()
}

fn describe(scenario: &Scenario, permutations: &[Vec<usize>]) -> String {
    let merges = scenario.steps.iter().filter_map(|step| step.merge.as_ref());
    let words: Vec<String> = merges
        .zip(permutations)
        .map(|(exchanges, order)| {
            let steps: Vec<String> = order
                .iter()
                .filter_map(|at| exchanges.get(*at))
                .map(|e| format!("{}→{}", e.from, e.to))
                .collect();
            steps.join(" ")
        })
        .collect();
    words.join(" | ")
}

type Played<'a> = (Play<'a>, BTreeMap<String, Vec<String>>);

fn play<'a>(
    scenario: &'a Scenario,
    permutations: Vec<Vec<usize>>,
    order: &str,
    seed: u64,
) -> Result<Played<'a>, String> {
    let rooms = Rooms::open(scenario, seed)?;
    let mut play = Play {
        scenario,
        rooms,
        names: BTreeMap::new(),
        order: order.to_owned(),
        permutations,
        checks: 0,
        failures: Vec::new(),
    };
    for name in play.rooms.names() {
        let unit = play.rooms.unit_id(&name)?;
        play.names.insert(format!("unit.{name}"), unit);
    }
    let mut merge = 0;
    for (index, step) in play.scenario.steps.iter().enumerate() {
        let place = format!("step {}", index + 1);
        play.rooms.set_time(step.at.as_deref())?;
        if let Err(message) = play.step(step, &mut merge, &place) {
            play.fail(&place, message);
            // What follows rests on this step.
            return Ok((play, BTreeMap::new()));
        }
    }
    for expectation in &play.scenario.expect {
        play.expect(expectation, "end");
    }
    let mut dumps = BTreeMap::new();
    for name in play.rooms.names() {
        let mut rows = play.rooms.room(&name)?.dump().map_err(|fault| fault.to_string())?;
        // Who met whom when is noted, and is another story in each order.
        rows.retain(|row| !row.starts_with("audit\t"));
        dumps.insert(name, rows);
    }
    let (checks, failures) = universal::check(&mut play.rooms);
    play.checks += checks;
    for (place, message) in failures {
        play.fail(&place, message);
    }
    Ok((play, dumps))
}

impl Play<'_> {
    fn fail(&mut self, place: &str, message: String) {
        let order = self.order.clone();
        self.failures.push(Failure { order, place: place.to_owned(), message });
    }

    fn step(&mut self, step: &Step, merge: &mut usize, place: &str) -> Result<(), String> {
        if let (Some(node), Some(call)) = (&step.node, &step.call) {
            let payload = self.payload(step.with.as_ref())?;
            let result = self.rooms.room(node)?.call(call, payload);
            return self.outcome(step, result);
        }
        if let Some(exchange) = &step.exchange {
            let result = self.rooms.exchange(exchange)?;
            return self.outcome(step, result.map(|fresh| json!({ "received": fresh })));
        }
        if let Some(exchanges) = &step.merge {
            let order = self.permutations.get(*merge).cloned().unwrap_or_default();
            *merge += 1;
            let ordered: Vec<&Exchange> =
                order.iter().filter_map(|at| exchanges.get(*at)).collect();
            return self.until_still(&ordered);
        }
        if let Some(crash) = &step.crash {
            let payload = self.payload(crash.with.as_ref())?;
            self.rooms.room_mut(&crash.node)?.crash(&crash.call, payload, crash.at)?;
            return Ok(());
        }
        if let Some(clock) = &step.clock {
            return self.rooms.set_ahead(&clock.node, clock.ahead_minutes);
        }
        if let Some(copy) = &step.copy {
            self.rooms.copy(&copy.node, &copy.to)?;
            let unit = self.rooms.unit_id(&copy.to)?;
            self.names.insert(format!("unit.{}", copy.to), unit);
            return Ok(());
        }
        if step.everyone_meets {
            let all = everybody(&self.rooms.names());
            return self.until_still(&all.iter().collect::<Vec<_>>());
        }
        for expectation in &step.expect {
            self.expect(expectation, place);
        }
        Ok(())
    }

    /// Plays exchanges again and again until nothing is new to anybody.
    fn until_still(&mut self, exchanges: &[&Exchange]) -> Result<(), String> {
        for _ in 0..ROUNDS_MAX {
            let mut fresh = 0;
            for exchange in exchanges {
                let result = self.rooms.exchange(exchange)?;
                let words = |fault| format!("{} to {}: {fault}", exchange.from, exchange.to);
                fresh += result.map_err(words)?;
            }
            if fresh == 0 {
                return Ok(());
            }
        }
        Err("something still moves after all rounds".to_owned())
    }

    fn payload(&mut self, with: Option<&Value>) -> Result<Value, String> {
        if with.is_some_and(|with| with.to_string().contains("$stick")) {
            let stick = self.rooms.stick()?;
            self.names.insert("stick".into(), stick.display().to_string().into());
        }
        match with {
            Some(with) => substitute(with, &self.names),
            None => Ok(json!({})),
        }
    }

    /// Compares what a step came to with what it should come to, and keeps what it names.
    fn outcome(&mut self, step: &Step, result: Result<Value, Fault>) -> Result<(), String> {
        match (result, &step.fails) {
            (Ok(value), None) => {
                for (name, path) in &step.save {
                    let found = find(&value, path);
                    let found = found.ok_or_else(|| format!("{path}: no such part of {value}"))?;
                    self.names.insert(name.clone(), found);
                }
                for expectation in &step.gives {
                    self.checks += 1;
                    self.compare(&value, expectation)
                        .map_err(|wrong| format!("gives {}: {wrong}", expectation.path))?;
                }
                Ok(())
            }
            (Err(fault), None) => Err(format!("failed: {}", crate::fault_json(&fault))),
            (Ok(value), Some(wanted)) => Err(format!("should have failed with {wanted}: {value}")),
            (Err(fault), Some(wanted)) => {
                self.checks += 1;
                let found = serde_json::to_value(&fault).unwrap_or_default();
                let wanted = match wanted {
                    Value::String(code) => json!({ "code": code }),
                    other => other.clone(),
                };
                let is_meant = holds(&found, &wanted);
                if is_meant { Ok(()) } else { Err(format!("failed with {found}, not {wanted}")) }
            }
        }
    }

    fn expect(&mut self, expectation: &Expectation, place: &str) {
        for node in expectation.node.split_whitespace() {
            self.checks += 1;
            if let Err(message) = self.look(expectation, node) {
                let what = format!("{} {} {}", node, expectation.get, expectation.path);
                let because = &expectation.because;
                self.fail(place, format!("{what}: {message} {because}"));
            }
        }
    }

    fn look(&mut self, expectation: &Expectation, node: &str) -> Result<(), String> {
        let payload = self.payload(expectation.with.as_ref())?;
        let value = self
            .rooms
            .room(node)?
            .call(&expectation.get, payload)
            .map_err(|fault| crate::fault_json(&fault).to_string())?;
        self.compare(&value, expectation)
    }

    fn compare(&self, value: &Value, expectation: &Expectation) -> Result<(), String> {
        let path = match substitute(&Value::String(expectation.path.clone()), &self.names)? {
            Value::String(path) => path,
            other => other.to_string(),
        };
        check(find(value, &path).as_ref(), expectation, &self.names)
    }
}

/// Everybody with everybody, by packet.
fn everybody(names: &[String]) -> Vec<Exchange> {
    let mut all = Vec::new();
    for from in names {
        for to in names.iter().filter(|to| *to != from) {
            all.push(Exchange {
                from: from.clone(),
                to: to.clone(),
                by: super::file::Way::Usb,
                cut: None,
            });
        }
    }
    all
}
