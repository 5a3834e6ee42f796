//! Every command survives whatever it is given: a result or a fault, never a mistake of ours, and
//! whoever is refused has changed nothing.
//!
//! `PINGLI_CALLS=N` makes N calls instead of the short form; a failure names the call.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use app::clock::Clock;
use app::commands::COMMANDS;
use app::fault::Fault;
use app::host::{Attendance, Host, PickKind, Stick};
use app::{Desk, DeskOptions};
use fastrand::Rng;
use serde_json::{Map, Value, json};
use tests::{PASSPHRASE, QIAOTOU, Room, as_json, examples, folder};

/// How many calls the short form makes.
const CALLS: usize = 10_000;

/// After how many calls the room is set up anew, so that it stays small and sensible.
const CALLS_A_ROOM: usize = 250;

/// Commands that leave this computer, or take their time whatever they are given.
const SLOW: [&str; 10] = [
    "lan_peers",
    "lan_exchange",
    "lan_listen",
    "demo_start",
    "backup_make",
    "backup_drill",
    "dossier_save",
    "archive_export",
    "package_export",
    "receipts_save",
];

/// How often a slow command is called.
const SLOW_CALLS: usize = 12;

/// Makes payloads.
struct Inventor {
    rng: Rng,
    /// What is there to be named.
    ids: Vec<Value>,
    /// The examples of the README, by command.
    examples: BTreeMap<String, Value>,
    /// Bodies of facts, as the README shows them.
    facts: Vec<Value>,
    /// The only place where files may be named.
    folder: PathBuf,
}

impl Inventor {
    /// A payload for a command: anything at all, one that nearly fits its schema, or an example
    /// of the README with something changed.
    fn payload(&mut self, name: &str, schema: &Value) -> Value {
        let mut payload = match self.rng.u8(..10) {
            0 if !SLOW.contains(&name) => self.anything(4),
            1..3 => self.fitting(schema, schema, 7),
            _ => {
                let mut example = self.examples[name].clone();
                if name == "fact_add" && self.rng.u8(..4) > 0 {
                    let fact = self.facts[self.rng.usize(..self.facts.len())].clone();
                    example["facts"] = json!([fact]);
                }
                for _ in 0..self.rng.usize(..3) {
                    self.mutate(&mut example, 5);
                }
                example
            }
        };
        self.keep_inside(&mut payload, "");
        payload
    }

    /// Changes something somewhere in a value.
    fn mutate(&mut self, value: &mut Value, depth: usize) {
        let goes_in = depth > 0 && self.rng.u8(..4) > 0;
        match value {
            Value::Object(members) if goes_in && !members.is_empty() => {
                let name = members.keys().nth(self.rng.usize(..members.len())).unwrap().clone();
                match self.rng.u8(..8) {
                    0 => drop(members.remove(&name)),
                    1 => {
                        let more = self.words();
                        members.insert(more, self.anything(2));
                    }
                    _ => self.mutate(members.get_mut(&name).unwrap(), depth - 1),
                }
            }
            Value::Array(items) if goes_in && !items.is_empty() => {
                let at = self.rng.usize(..items.len());
                match self.rng.u8(..6) {
                    0 => drop(items.remove(at)),
                    1 => items.extend(vec![items[at].clone(); self.rng.usize(..400)]),
                    _ => self.mutate(&mut items[at], depth - 1),
                }
            }
            Value::Number(_) => {
                let numbers = [json!(0), json!(-1), json!(u64::MAX), json!(i64::MIN), json!(1e308)];
                *value = numbers[self.rng.usize(..numbers.len())].clone();
            }
            Value::String(text) if self.rng.bool() && !text.is_empty() => {
                let mut letters: Vec<char> = text.chars().collect();
                let at = self.rng.usize(..letters.len());
                match self.rng.u8(..3) {
                    0 => letters[at] = self.rng.char(..),
                    1 => drop(letters.remove(at)),
                    _ => letters.truncate(at),
                }
                *text = letters.into_iter().collect();
            }
            _ => *value = self.anything(2),
        }
    }

    /// Keeps every file that is named within the test's own folder: this test may do no harm.
    fn keep_inside(&mut self, value: &mut Value, name: &str) {
        match value {
            Value::Object(members) => {
                for (name, member) in members.iter_mut() {
                    if name.eq_ignore_ascii_case("loopback") {
                        *member = json!(true);
                    } else if name == "address" && member.is_string() {
                        *member = json!(["127.0.0.1:1", "", "x", "[::1]:0"][self.rng.usize(..4)]);
                    } else if name == "cases" && member.is_u64() {
                        *member = json!(self.rng.u8(..3));
                    } else {
                        let name = name.clone();
                        self.keep_inside(member, &name);
                    }
                }
                if members.contains_key("port") {
                    members.insert("loopback".into(), json!(true));
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.keep_inside(item, name);
                }
            }
            Value::String(_) if name.eq_ignore_ascii_case("path") => {
                *value = json!(self.folder.join(self.rng.u8(..4).to_string()));
            }
            _ => {}
        }
    }

    /// Any value at all.
    fn anything(&mut self, depth: usize) -> Value {
        match self.rng.usize(..if depth == 0 { 7 } else { 9 }) {
            0 => Value::Null,
            1 => json!(self.rng.bool()),
            2 => json!(self.rng.i64(..)),
            3 => json!(self.rng.f64() * 1e300),
            4 => json!(self.rng.u8(..10)),
            5 => json!(self.words()),
            6 => self.ids[self.rng.usize(..self.ids.len())].clone(),
            7 => (0..self.rng.usize(..4)).map(|_| self.anything(depth - 1)).collect(),
            _ => {
                let count = self.rng.usize(..4);
                let members = (0..count).map(|_| (self.words(), self.anything(depth - 1)));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }

    fn words(&mut self) -> String {
        let some = [
            "",
            "张某",
            "2026-13-45",
            "../../etc/passwd",
            "\u{0}",
            "🀄",
            "village",
            "@0",
            "9999-12-31",
            "0001-01-01T00:00",
            "\u{202e}反",
            "<img src=x onerror=alert(1)>",
            "=1+1",
            "' OR 1=1 --",
            "NEAR(\"",
        ];
        match self.rng.usize(..10) {
            0 => "长".repeat(self.rng.usize(..30_000)),
            1 => (0..self.rng.usize(..20)).map(|_| self.rng.char(..)).collect(),
            _ => some[self.rng.usize(..some.len())].to_owned(),
        }
    }

    /// A payload that nearly fits: the members of the schema with values of about their kind.
    fn fitting(&mut self, schema: &Value, root: &Value, depth: usize) -> Value {
        let schema = match schema["$ref"].as_str() {
            Some(name) => root.pointer(name.trim_start_matches('#')).unwrap_or(schema),
            None => schema,
        };
        if depth == 0 || self.rng.u8(..12) == 0 {
            return self.anything(1);
        }
        if let Some(choices) = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array()) {
            let choice = &choices[self.rng.usize(..choices.len())];
            return self.fitting(choice, root, depth - 1);
        }
        if let Some(words) = schema["enum"].as_array() {
            return words[self.rng.usize(..words.len())].clone();
        }
        if !schema["const"].is_null() {
            return schema["const"].clone();
        }
        if let Some(members) = schema["properties"].as_object() {
            let members = members.iter().filter_map(|(name, member)| {
                let value = self.fitting(member, root, depth - 1);
                (self.rng.u8(..8) > 0).then(|| (name.clone(), value))
            });
            return Value::Object(members.collect::<Map<_, _>>());
        }
        let kinds = &schema["type"];
        let is = |kind: &str| {
            kinds == kind || kinds.as_array().is_some_and(|all| all.contains(&json!(kind)))
        };
        if is("array") {
            let item = &schema["items"];
            return (0..self.rng.usize(..4)).map(|_| self.fitting(item, root, depth - 1)).collect();
        }
        match (is("integer"), is("boolean"), is("string")) {
            (true, ..) => json!(self.rng.u32(..)),
            (_, true, _) => json!(self.rng.bool()),
            (.., true) if self.rng.bool() => self.ids[self.rng.usize(..self.ids.len())].clone(),
            (.., true) => json!(self.words()),
            _ => self.anything(depth - 1),
        }
    }
}

/// A township with a village, a person and a case, to be copied again and again.
struct Pattern {
    home: PathBuf,
    case: Value,
    ids: Vec<Value>,
    names: BTreeMap<&'static str, String>,
}

fn pattern(folder: &Path) -> Pattern {
    let home = folder.join("pattern");
    let room = Room::township(&home);
    let village = room.joined(QIAOTOU, &folder.join("village"));
    let case = room.register("滴水边界纠纷");
    let person = room.does("person_add", json!({ "name": "张某" }));
    let mut ids = vec![case["id"].clone(), person["id"].clone(), json!(village.unit())];
    ids.extend(case["parties"].as_array().unwrap().iter().map(|party| party["id"].clone()));
    ids.extend(["summary", "title", "amount", "field/title", "2026-03-02"].map(|word| json!(word)));
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let names = BTreeMap::from([
        ("$case", word(&case["id"])),
        ("$person", word(&person["id"])),
        ("$unit", village.unit()),
        ("$zhang", word(&case["parties"][0]["id"])),
        ("$li", word(&case["parties"][1]["id"])),
        ("$session", word(&case["parties"][0]["id"])),
        ("$agreement", word(&case["parties"][0]["id"])),
        ("$filing", word(&case["parties"][1]["id"])),
        ("$packet", word(&case["id"])),
        ("$stick", folder.join("files").display().to_string()),
        ("$file", folder.join("files/0").display().to_string()),
    ]);
    Pattern { home, case, ids, names }
}

impl Pattern {
    /// The examples of the README under some headings, with the names of this room.
    fn examples(&self) -> BTreeMap<String, Value> {
        let filled = |text: String| {
            self.names.iter().fold(text, |text, (name, value)| text.replace(name, value))
        };
        let read = |(name, text)| (name, serde_json::from_str(&filled(text)).unwrap());
        examples().into_iter().map(read).collect()
    }

    /// A copy, opened.
    fn open(&self, home: &Path) -> Room {
        if home.exists() {
            fs::remove_dir_all(home).unwrap();
        }
        fs::create_dir(home).unwrap();
        for file in fs::read_dir(&self.home).unwrap().flatten() {
            if file.file_type().unwrap().is_file() {
                fs::copy(file.path(), home.join(file.file_name())).unwrap();
            }
        }
        Room::reopen(home).expect("a good copy opens")
    }
}

/// Projections, entries of its own, what stands in the status, and the history.
type Held = (Vec<String>, Vec<Vec<u8>>, Value, Value);

/// Everything that a command could have changed; `None` while nothing is open. That somebody was
/// refused is noted, and is no change of what they were refused.
fn held(room: &Room) -> Option<Held> {
    let mut rows = room.desk.dump_views().ok()?;
    rows.retain(|row| !row.starts_with("audit\t"));
    let entries = room.desk.own_entries().ok()?;
    let mut status = room.does("status_get", json!({}));
    // Whether others are let in is stored nowhere: it changes without a trace in the home folder.
    status["office"].as_object_mut()?.remove("lan");
    let history = room.does("exchange_history", json!({}));
    Some((rows, entries, json!([status["office"], status["preferences"]]), history))
}

/// What a home folder shows of having been written to: whatever is stored goes through the
/// database's log, whose length, salts and time change with it. That a try was in vain is counted
/// beside it.
fn touched(home: &Path) -> Vec<(String, u64, SystemTime, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(home)
        .unwrap()
        .flatten()
        .filter(|file| {
            let name = file.file_name();
            !name.to_string_lossy().ends_with("-shm")
                && name != "tries.json"
                && name != "failed.json"
        })
        .map(|file| {
            let meta = file.metadata().unwrap();
            let mut start = vec![0; 32];
            let read = fs::File::open(file.path()).and_then(|mut file| file.read(&mut start));
            start.truncate(read.unwrap_or(0));
            let name = file.file_name().to_string_lossy().into_owned();
            (name, meta.len(), meta.modified().unwrap(), start)
        })
        .collect();
    files.sort();
    files
}

#[test]
fn every_command_survives_anything_and_a_refusal_changes_nothing() {
    let folder = folder();
    let pattern = pattern(folder.path());
    let files = folder.path().join("files");
    fs::create_dir(&files).unwrap();
    let (commands, facts): (Vec<_>, Vec<_>) = pattern
        .examples()
        .into_iter()
        .partition(|(name, _)| COMMANDS.iter().any(|row| row.name == name));
    let mut inventor = Inventor {
        rng: Rng::with_seed(20_261_121),
        ids: pattern.ids.clone(),
        examples: commands.into_iter().collect(),
        facts: facts.into_iter().map(|(_, body)| body).collect(),
        folder: files,
    };
    let calls = std::env::var("PINGLI_CALLS").ok().and_then(|n| n.parse().ok()).unwrap_or(CALLS);
    let quick: Vec<_> = COMMANDS.iter().filter(|row| !SLOW.contains(&row.name)).collect();
    let slow: Vec<_> = COMMANDS.iter().filter(|row| SLOW.contains(&row.name)).collect();
    let schemas: BTreeMap<&str, Value> = COMMANDS
        .iter()
        .map(|row| (row.name, serde_json::to_value((row.payload)()).unwrap()))
        .collect();
    let home = folder.path().join("home");
    let mut room = pattern.open(&home);
    let mut before = held(&room);
    let mut seen = touched(&home);
    let (mut accepted, mut refused, mut unread) = (0, 0, 0);
    for at in 0..calls {
        if at % CALLS_A_ROOM == CALLS_A_ROOM - 1 {
            drop(room);
            room = pattern.open(&home);
            before = held(&room);
            seen = touched(&home);
        }
        let every = (calls / (SLOW_CALLS * slow.len())).max(1);
        let row = match at % every {
            0 => slow[(at / every) % slow.len()],
            _ => quick[at % quick.len()],
        };
        let payload = inventor.payload(row.name, &schemas[row.name]);
        let shown: String = payload.to_string().chars().take(400).collect();
        let result = room.call(row.name, payload);
        let now = touched(&home);
        let is_written = now != seen;
        seen = now;
        match result {
            Ok(_) => {
                accepted += 1;
                before = if is_written { held(&room) } else { before };
            }
            Err(fault) => {
                refused += 1;
                let code = as_json(&fault)["code"].clone();
                unread += usize::from(code == "bad_request");
                assert!(code != "internal", "call {at}, {} {shown}: {fault:?}", row.name);
                let after = if is_written { held(&room) } else { None };
                assert!(
                    after.is_none() || after == before,
                    "call {at}, {} {shown}: {fault:?} changed something",
                    row.name
                );
            }
        }
        // Whatever was locked or left is opened again for the next.
        if room.desk.dump_views().is_err() {
            let _ = room.call("demo_leave", json!({}));
            // Passphrases that were made up are tries in vain: the longest wait is over.
            room.clock.set(room.clock.now_ms() + 900_000);
            let unlock = json!({ "passphrase": PASSPHRASE });
            room.call("profile_unlock", unlock).expect("opens");
            before = held(&room);
            seen = touched(&home);
        }
    }
    let meant = refused - unread;
    eprintln!("{calls} calls: {accepted} accepted, {unread} unreadable, {meant} refused");
    assert!(accepted > calls / 20, "some of it must have been sensible: {accepted}");
    assert!(meant > calls / 20, "some of it must have been understood and refused: {meant}");
    let rebuilt = room.desk.rebuild(true).unwrap();
    assert!(rebuilt.is_same, "{rebuilt:?}");
    let case = room.does("case_get", json!({ "case": pattern.case["id"] }));
    assert_eq!(case["parties"][0]["details"]["name"], "张某");
}

/// The window as a host: it takes no paths, has no sticks, and nobody picks anything.
struct Window;

impl Host for Window {
    fn name(&self) -> &'static str {
        "window"
    }

    fn attendance(&self) -> Attendance {
        Attendance::Seen
    }

    fn takes_paths(&self) -> bool {
        false
    }

    fn can_pick(&self) -> bool {
        true
    }

    fn pick(&self, _: PickKind, _: &str) -> Result<Option<PathBuf>, Fault> {
        Ok(None)
    }

    fn sticks(&self) -> Vec<Stick> {
        Vec::new()
    }

    fn machine(&self) -> Option<String> {
        None
    }
}

#[test]
fn a_page_names_no_file_that_no_person_picked() {
    let folder = folder();
    let pattern = pattern(folder.path());
    let room = pattern.open(&folder.path().join("home"));
    drop(room);
    let desk = Desk::new(DeskOptions {
        host: Arc::new(Window),
        ..DeskOptions::new(folder.path().join("home"))
    });
    desk.call("profile_unlock", json!({ "passphrase": PASSPHRASE }), None).unwrap();
    let target = folder.path().join("stolen");
    let places = [
        json!({ "path": target }),
        json!({ "picked": "0" }),
        json!({ "picked": "../../etc/passwd" }),
        json!({ "stick": folder.path() }),
        json!({ "stick_file": { "stick": folder.path(), "name": "../pattern/profile.json" } }),
    ];
    let mut tried = 0;
    for (name, example) in pattern.examples() {
        let Some(member) = ["to", "from"].into_iter().find(|m| example.get(*m).is_some()) else {
            continue;
        };
        if name == "invitation_accept" || COMMANDS.iter().all(|row| row.name != name) {
            continue;
        }
        // `from` is also a day.
        if !example[member].is_object() {
            continue;
        }
        for place in &places {
            let mut payload = example.clone();
            payload[member] = place.clone();
            let fault = desk.call(&name, payload, None).expect_err("refused");
            let code = as_json(&fault)["code"].clone();
            assert!(code == "not_here" || code == "file", "{name} {place}: {fault:?}");
            tried += 1;
        }
    }
    assert!(tried >= 20, "every command that names a file: {tried}");
    assert!(!target.exists(), "nothing was written");
}

#[test]
fn nothing_but_the_first_steps_works_without_a_profile() {
    let folder = folder();
    let room = Room::empty(&folder.path().join("home"));
    for row in COMMANDS.iter().filter(|row| !row.is_always()) {
        let fault = room.fails(row.name, json!({}));
        assert_eq!(as_json(&fault)["code"], "no_profile", "{}", row.name);
    }
    let fault = room.fails("case_gett", json!({}));
    assert_eq!(as_json(&fault)["code"], "unknown_command");
}
