//! Every command survives whatever it is given: a result or a fault, never a mistake of ours.

use app::commands::COMMANDS;
use fastrand::Rng;
use serde_json::{Map, Value, json};
use tests::{PASSPHRASE, QIAOTOU, Room, folder};

/// How many payloads each command gets.
const PAYLOADS: usize = 80;

/// Commands that leave this computer, or take their time whatever they are given: few payloads.
const SLOW: [&str; 4] = ["lan_peers", "lan_exchange", "lan_listen", "demo_start"];

struct Inventor {
    rng: Rng,
    ids: Vec<Value>,
    folder: String,
}

impl Inventor {
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
        let some = ["", "张某", "2026-13-45", "../../etc/passwd", "\u{0}", "🀄", "village", "@0"];
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
                let value = match name.as_str() {
                    // Files stay within the test's own folder.
                    "path" | "Path" => json!(format!("{}/{}", self.folder, self.rng.u8(..4))),
                    "cases" => json!(self.rng.u8(..3)),
                    "loopback" => json!(true),
                    _ => self.fitting(member, root, depth - 1),
                };
                (self.rng.u8(..8) > 0 || name == "loopback").then(|| (name.clone(), value))
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

#[test]
fn every_command_survives_anything() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    let case = room.register("滴水边界纠纷");
    let person = room.does("person_add", json!({ "name": "张某" }));
    let village = room.joined(QIAOTOU, &folder.path().join("village"));
    let mut ids = vec![case["id"].clone(), person["id"].clone(), json!(village.unit())];
    ids.extend(case["parties"].as_array().unwrap().iter().map(|party| party["id"].clone()));
    ids.extend(["summary", "title", "amount", "field/title", "2026-03-02"].map(|word| json!(word)));
    let base = folder.path().join("files");
    std::fs::create_dir(&base).unwrap();
    let mut inventor =
        Inventor { rng: Rng::with_seed(20_261_121), ids, folder: base.display().to_string() };
    let mut accepted = 0;
    for row in COMMANDS {
        let schema = serde_json::to_value((row.payload)()).unwrap();
        let count = if SLOW.contains(&row.name) { 6 } else { PAYLOADS };
        for _ in 0..count {
            let payload = if inventor.rng.u8(..5) == 0 && !SLOW.contains(&row.name) {
                inventor.anything(4)
            } else {
                inventor.fitting(&schema, &schema, 7)
            };
            let shown: String = payload.to_string().chars().take(400).collect();
            match room.call(row.name, payload) {
                Ok(_) => accepted += 1,
                Err(fault) => {
                    let code = tests::as_json(&fault)["code"].clone();
                    assert!(code != "internal", "{} {shown}: {fault:?}", row.name);
                }
            }
            // Whatever was locked or left is opened again for the next.
            if room.desk.dump_views().is_err() {
                let _ = room.call("demo_leave", json!({}));
                let unlock = json!({ "passphrase": PASSPHRASE });
                room.call("profile_unlock", unlock).expect("opens");
            }
        }
    }
    assert!(accepted > 100, "some of it must have been sensible: {accepted}");
    let rebuilt = room.desk.rebuild(true).unwrap();
    assert!(rebuilt.is_same, "{rebuilt:?}");
    let case = room.does("case_get", json!({ "case": case["id"] }));
    assert_eq!(case["parties"][0]["details"]["name"], "张某");
}

#[test]
fn nothing_but_the_first_steps_works_without_a_profile() {
    let folder = folder();
    let room = Room::empty(&folder.path().join("home"));
    for row in COMMANDS.iter().filter(|row| !row.is_always) {
        let fault = room.fails(row.name, json!({}));
        assert_eq!(tests::as_json(&fault)["code"], "no_profile", "{}", row.name);
    }
    let fault = room.fails("case_gett", json!({}));
    assert_eq!(tests::as_json(&fault)["code"], "unknown_command");
}
