//! Every scenario file is played, and the README of the format is complete and true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use app::commands::COMMANDS;
use app::fault::Fault;
use domain::fact::{Body, KINDS};
use pingli_cli::scenario::{Orders, Scenario, run_files};
use serde_json::{Value, json};
use tests::{blocks, readme};

fn folder() -> PathBuf {
    tests::root().join("tests/scenarios")
}

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    files
}

/// How many orders are played here of a file that asks for all.
const ORDERS_OF_ALL: &str = "12";

/// The orders a file is played in here: those it asks for, some where it asks for all. All are
/// played by hand.
fn orders(file: &Path) -> Option<&'static str> {
    let scenario = Scenario::parse(&fs::read_to_string(file).unwrap()).unwrap();
    let is_counted = matches!(scenario.orders, Some(Orders::Count(_)));
    (!is_counted).then_some(ORDERS_OF_ALL)
}

#[test]
fn every_scenario_comes_out_as_written() {
    // What is tested here is not the disk.
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() {
        let _ = tempfile::env::override_temp_dir(&memory);
    }
    let files = files();
    assert!(!files.is_empty());
    let next = AtomicUsize::new(0);
    // Each core plays the next file that nobody has begun.
    let play = || {
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let report = run_files(std::slice::from_ref(file), orders(file), 1);
            for scenario in &report.scenarios {
                let (file, failures) = (&scenario.file, &scenario.failures);
                assert!(failures.is_empty(), "{file}: {failures:#?}");
                assert!(scenario.checks > 20, "{file} checks next to nothing");
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(play);
        }
    });
}

#[test]
fn what_goes_wrong_in_a_scenario_is_told() {
    let head = "title = \"x\"\nstart = \"2026-03-02\"\n[[nodes]]\nname = \"C\"\nunit = \"镇\"\n\
                level = \"township\"\nrole = \"R4\"\n";
    let rows = [
        (
            "a wrong expectation",
            "[[expect]]\nnode = \"C\"\nget = \"case_list\"\npath = \"total\"\nis = 7\n",
            "expected 7",
        ),
        (
            "a missing part",
            "[[expect]]\nnode = \"C\"\nget = \"case_list\"\npath = \"nothing\"\nis = 7\n",
            "no such part",
        ),
        ("an unknown node", "[[expect]]\nnode = \"X\"\nget = \"case_list\"\nis = 7\n", "no room"),
        (
            "a command that fails",
            "[[steps]]\nnode = \"C\"\ncall = \"case_get\"\nwith = { case = \"01KJKEHJM0RQR9YRP6TXDY0H1R\" }\n",
            "not_found",
        ),
        (
            "one that should fail",
            "[[steps]]\nnode = \"C\"\ncall = \"case_list\"\nfails = \"not_found\"\n",
            "should have failed",
        ),
        (
            "a wrong result",
            "[[steps]]\nnode = \"C\"\ncall = \"case_list\"\ngives = [{ path = \"total\", is = 1 }]\n",
            "gives total",
        ),
        (
            "an unsaved name",
            "[[steps]]\nnode = \"C\"\ncall = \"case_get\"\nwith = { case = \"$case\" }\n",
            "nothing was saved",
        ),
        (
            "a crash that never comes",
            "[[steps]]\ncrash = { node = \"C\", call = \"case_list\", at = 0.5 }\n",
            "before the power",
        ),
        (
            "two things in a step",
            "[[steps]]\neveryone_meets = true\nclock = { node = \"C\", ahead_minutes = 1 }\n",
            "exactly one",
        ),
        ("a slip of the pen", "[[steps]]\neveryone_meet = true\n", "unknown field"),
    ];
    let folder = tests::folder();
    for (at, (name, body, want)) in rows.into_iter().enumerate() {
        let path = folder.path().join(format!("{at}.toml"));
        let steps = if body.contains("[[steps]]") { "" } else { "steps = []\n" };
        fs::write(&path, format!("{steps}{head}{body}")).unwrap();
        let report = run_files(&[path], None, 1);
        let told = serde_json::to_string(&report).unwrap();
        assert!(!report.is_good && told.contains(want), "{name}: {told}");
    }
}

/// What a name stands for in the examples.
fn filled(text: &str) -> String {
    let record = "01KJKEHJM0RQR9YRP6TXDY0H1R";
    let fact = "68684ce42643a3ed-01KJXR4EM1EH18RPRV6HECF5QZ";
    let names = [
        ("$case", record),
        ("$person", record),
        ("$unit", record),
        ("$packet", record),
        ("$erasure", record),
        ("$zhang", fact),
        ("$li", fact),
        ("$session", fact),
        ("$agreement", fact),
        ("$filing", fact),
    ];
    names.into_iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
}

#[test]
fn the_readme_has_every_command_with_an_example_that_fits() {
    let readme = readme();
    // A kind of fact may have the name of the command that writes it.
    let (commands, _) = readme.split_once("\n## 7. Facts").unwrap();
    let examples: BTreeMap<String, String> = blocks(commands, "json").into_iter().collect();
    let folder = tests::folder();
    let room = tests::Room::township(&folder.path().join("home"));
    for row in COMMANDS {
        let example = examples.get(row.name).unwrap_or_else(|| panic!("{}: none", row.name));
        let files = folder.path().join("files").display().to_string();
        let example = filled(example).replace("$stick", &files).replace("$file", &files);
        let payload: Value = serde_json::from_str(&example).unwrap();
        // Whether it can be done here is another matter: it must be understood.
        if matches!(row.name, "profile_lock" | "lan_peers" | "lan_exchange") {
            continue;
        }
        if let Err(fault) = room.call(row.name, payload) {
            assert!(!matches!(fault, Fault::BadRequest { .. }), "{}: {fault:?}", row.name);
        }
    }
}

#[test]
fn the_readme_has_every_kind_of_fact_with_an_example_that_reads() {
    let examples: BTreeMap<String, String> = blocks(&readme(), "json").into_iter().collect();
    for kind in KINDS {
        let example = examples.get(kind.code).unwrap_or_else(|| panic!("{}: none", kind.code));
        let body: Body = serde_json::from_str(&filled(example))
            .unwrap_or_else(|error| panic!("{}: {error}", kind.code));
        assert_eq!(body.row().code, kind.code);
    }
}

#[test]
fn every_toml_example_reads_as_a_scenario() {
    let head = "title = \"x\"\nstart = \"2026-03-02\"\nnodes = []\n";
    let blocks = blocks(&readme(), "toml");
    assert!(blocks.len() >= 2);
    for (heading, block) in blocks {
        let whole = if block.starts_with("title") { block } else { format!("{head}{block}") };
        Scenario::parse(&whole).unwrap_or_else(|error| panic!("{heading}: {error}"));
    }
}

#[test]
fn the_example_of_the_readme_plays() {
    let (_, example) = blocks(&readme(), "toml").remove(0);
    let folder = tests::folder();
    let path = folder.path().join("example.toml");
    fs::write(&path, example).unwrap();
    let report = run_files(&[path], Some("all"), 1);
    assert!(report.is_good, "{report:?}");
}

/// Every member of every shape in a schema, by the shape that has it.
fn shapes(schema: &Value, shapes_found: &mut BTreeMap<String, BTreeSet<String>>) {
    let mut note = |name: &str, shape: &Value| {
        let members = shape["properties"].as_object();
        for member in members.into_iter().flatten() {
            shapes_found.entry(name.to_owned()).or_default().insert(member.0.clone());
        }
    };
    note(schema["title"].as_str().unwrap_or_default(), schema);
    for (name, shape) in schema["$defs"].as_object().into_iter().flatten() {
        note(name, shape);
    }
}

#[test]
fn the_readme_has_every_path_of_every_view() {
    let readme = readme();
    // By heading: the members its table lists.
    let mut listed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut heading = String::new();
    for line in readme.lines() {
        if line.starts_with('#') {
            heading = line.trim_start_matches(['#', ' ', '`']).trim_end_matches('`').to_owned();
        } else if let Some(row) = line.strip_prefix("| `") {
            let member = row.split('`').next().unwrap_or_default();
            listed.entry(heading.clone()).or_default().insert(member.to_owned());
        }
    }
    let mut wanted = BTreeMap::new();
    for row in COMMANDS {
        shapes(&serde_json::to_value((row.result)()).unwrap(), &mut wanted);
    }
    // The bodies of facts stand under their kinds.
    let body = serde_json::to_value(schemars::schema_for!(Body)).unwrap();
    for kind in body["oneOf"].as_array().unwrap() {
        let members = &kind["properties"];
        let name = members["body"]["$ref"].as_str().unwrap().trim_start_matches("#/$defs/");
        if let Some(shape) = wanted.remove(name) {
            wanted.insert(members["kind"]["const"].as_str().unwrap().to_owned(), shape);
        }
    }
    let mut missing = Vec::new();
    for (shape, members) in wanted {
        let table = listed.get(&shape);
        for member in members {
            if !table.is_some_and(|table| table.contains(&member)) {
                missing.push(format!("{shape}.{member}"));
            }
        }
    }
    assert!(missing.is_empty(), "tests/scenarios/README.md lacks {missing:?}");
}

#[test]
fn the_readme_has_every_fault_and_every_key_of_a_file() {
    let readme = readme();
    let faults = serde_json::to_value(schemars::schema_for!(Fault)).unwrap();
    let codes = faults["oneOf"].as_array().unwrap().iter();
    let mut wanted: Vec<Value> =
        codes.map(|fault| fault["properties"]["code"]["const"].clone()).collect();
    for keys in [
        json!(["title", "about", "start", "orders", "nodes", "steps", "expect"]),
        json!(["name", "unit", "level", "sort", "role", "user", "device"]),
        json!([
            "at",
            "exchange",
            "merge",
            "crash",
            "clock",
            "everyone_meets",
            "save",
            "gives",
            "fails"
        ]),
        json!([
            "from", "to", "by", "cut", "path", "is", "not", "has", "lacks", "exists", "because"
        ]),
    ] {
        wanted.extend(keys.as_array().unwrap().iter().cloned());
    }
    for word in wanted {
        let word = word.as_str().unwrap();
        assert!(readme.contains(&format!("| `{word}`")), "tests/scenarios/README.md lacks {word}");
    }
    for word in ["node", "call", "with", "get", "at_least", "at_most", "ahead_minutes"] {
        assert!(readme.contains(&format!("`{word}`")), "tests/scenarios/README.md lacks {word}");
    }
}
