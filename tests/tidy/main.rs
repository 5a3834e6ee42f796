//! What must be true of the tree itself: which crate may name which, how long a file may be, and
//! what never stands in the product.

mod page;
mod threats;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use domain::rules::RULES;
use serde_json::Value;
use tests::root;

/// The longest source file, in lines; tables of data are exempt by being data.
const LINES_MAX: usize = 800;

/// What `cargo metadata` says, without dependencies of dependencies.
fn metadata() -> &'static Value {
    static METADATA: OnceLock<Value> = OnceLock::new();
    METADATA.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
            .current_dir(root())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    })
}

/// What each package of ours names in its manifest; with development dependencies or without.
fn named(with_dev: bool) -> BTreeMap<String, BTreeSet<String>> {
    let packages = metadata()["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            let names = dependencies
                .filter(|dependency| with_dev || dependency["kind"] != "dev")
                .map(|dependency| dependency["name"].as_str().unwrap().to_owned());
            (package["name"].as_str().unwrap().to_owned(), names.collect())
        })
        .collect()
}

#[test]
fn dependencies_point_one_way() {
    let all = ["domain", "document", "store", "trust", "paper", "sync", "carry"];
    let rows: [(&str, &[&str]); 11] = [
        ("domain", &[]),
        ("document", &["domain"]),
        ("store", &["domain"]),
        ("trust", &["domain"]),
        ("paper", &[]),
        ("sync", &["domain", "trust"]),
        ("carry", &["domain", "trust", "sync"]),
        ("app", &all),
        ("pingli-cli", &["app", "domain", "trust"]),
        ("pingli", &["app", "domain", "trust"]),
        ("xtask", &[]),
    ];
    let named = named(true);
    let ours: BTreeSet<&String> = named.keys().collect();
    for (package, may) in rows {
        for name in named[package].iter().filter(|name| ours.contains(name)) {
            assert!(may.contains(&name.as_str()), "{package} names {name}");
        }
    }
    let known: BTreeSet<&str> = rows.iter().map(|row| row.0).chain(["tests"]).collect();
    let found: BTreeSet<&str> = named.keys().map(String::as_str).collect();
    assert_eq!(found, known, "a new package stands in ARCHITECTURE.md and here");
}

#[test]
fn libraries_are_named_where_they_belong() {
    let rows: [(&str, &[&str]); 7] = [
        ("samod", &[]),
        ("tauri", &["pingli"]),
        ("typst", &["paper"]),
        ("tokio", &["carry", "app", "pingli-cli", "pingli"]),
        ("rusqlite", &["store"]),
        ("automerge", &["document"]),
        ("keyring-core", &["pingli"]),
    ];
    for (package, names) in named(true) {
        // The tests look at things from outside, with what anybody would take.
        for name in names.iter().filter(|_| package != "tests") {
            for (library, may) in rows {
                let is_it = name == library || name.starts_with(&format!("{library}-"));
                assert!(!is_it || may.contains(&package.as_str()), "{package} names {name}");
            }
        }
    }
}

#[test]
fn the_driven_window_is_never_built_by_accident() {
    for package in metadata()["packages"].as_array().unwrap() {
        for (name, enables) in package["features"].as_object().unwrap() {
            let is_named = enables.to_string().contains("webdriver");
            assert!(!is_named, "{}: feature {name} turns it on", package["name"]);
        }
        for dependency in package["dependencies"].as_array().unwrap() {
            let is_named = dependency["features"].to_string().contains("webdriver");
            assert!(!is_named, "{} turns it on", package["name"]);
        }
    }
    let shell = root().join("src-tauri/src");
    for (path, text) in sources().iter().filter(|(path, _)| path.starts_with(&shell)) {
        let names = text.matches("webdriver").count();
        let guarded = text.matches("feature = \"webdriver\"").count();
        let is_itself = path.ends_with("webdriver.rs");
        assert!(is_itself || names == 0 || guarded > 0, "{}", path.display());
    }
}

#[test]
fn what_we_are_compared_with_is_built_by_nothing_else() {
    let mut found = 0;
    for package in metadata()["packages"].as_array().unwrap() {
        for dependency in package["dependencies"].as_array().unwrap() {
            if dependency["name"] == "samod" {
                assert_eq!(package["name"], "tests");
                assert_eq!(dependency["optional"], true, "only with its feature");
                found += 1;
            }
            let asks = dependency["features"].to_string().contains("peers");
            assert!(!asks, "{} asks for it", package["name"]);
        }
        for (name, enables) in package["features"].as_object().unwrap() {
            let is_named = enables.to_string().contains("peers");
            assert!(!is_named, "{}: feature {name} turns it on", package["name"]);
            let brings = enables.to_string().contains("samod");
            assert!(!brings || ["peers", "samod"].contains(&name.as_str()), "{name} brings it");
        }
        for target in package["targets"].as_array().unwrap() {
            let needs = target["required-features"].to_string().contains("peers");
            assert!(!needs || target["kind"] == serde_json::json!(["bench"]), "{target}");
        }
    }
    assert_eq!(found, 1);
}

/// The files of a folder that are committed or about to be, without what is built.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let skipped = ["target", "node_modules", "dist", ".git", "generated", "gen"];
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let is_skipped = skipped.iter().any(|skipped| name == *skipped);
        if path.is_dir() && !is_skipped {
            walk(&path, files);
        } else if path.is_file() {
            files.push(path);
        }
    }
}

/// Every source file that people write, with its text.
fn sources() -> &'static Vec<(PathBuf, String)> {
    static SOURCES: OnceLock<Vec<(PathBuf, String)>> = OnceLock::new();
    SOURCES.get_or_init(|| {
        let mut files = Vec::new();
        for folder in ["src-tauri", "ui", "tests", "assets"] {
            walk(&root().join(folder), &mut files);
        }
        let endings = ["rs", "ts", "vue", "css", "html", "sql", "toml", "md", "json", "js", "mjs"];
        let is_source = |path: &PathBuf| {
            let ending = path.extension().and_then(|ending| ending.to_str());
            ending.is_some_and(|ending| endings.contains(&ending))
        };
        let mut found: Vec<(PathBuf, String)> = files
            .into_iter()
            .filter(is_source)
            .filter_map(|path| Some((path.clone(), fs::read_to_string(path).ok()?)))
            .collect();
        found.extend(
            ["README.md", "ARCHITECTURE.md", "SECURITY.md", "Cargo.toml"].into_iter().map(|name| {
                let path = root().join(name);
                (path.clone(), fs::read_to_string(path).unwrap())
            }),
        );
        assert!(found.len() > 100, "the sources were found");
        found
    })
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    path.extension().is_some_and(|found| endings.iter().any(|ending| found == *ending))
}

#[test]
fn no_file_is_too_long() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        let is_code = has_ending(path, &["rs", "ts", "vue", "css"]);
        assert!(!is_code || lines <= LINES_MAX, "{}: {lines} lines", path.display());
    }
}

#[test]
fn the_product_names_no_machine_and_no_workshop() {
    let own = root().join("tests/tidy");
    for (path, text) in sources().iter().filter(|(path, _)| !path.starts_with(&own)) {
        let is_lock = path.ends_with("package-lock.json");
        for word in ["/work/", "/home/", "/root/", "../shared"] {
            assert!(is_lock || !text.contains(word), "{} says {word}", path.display());
        }
        let is_product = path.components().any(|part| part.as_os_str() == "src")
            && !path.ends_with("tests.rs")
            && !path.components().any(|part| part.as_os_str() == "tests");
        if is_product && has_ending(path, &["rs", "ts", "vue"]) {
            assert!(!text.contains("/tmp/"), "{} says /tmp/", path.display());
        }
    }
}

#[test]
fn nothing_is_left_to_do_in_the_code() {
    let own = root().join("tests/tidy");
    for (path, text) in sources().iter().filter(|(path, _)| !path.starts_with(&own)) {
        if has_ending(path, &["rs", "ts", "vue", "sql", "css"]) {
            for word in ["TODO", "FIXME", "XXX:", "HACK"] {
                assert!(!text.contains(word), "{} says {word}", path.display());
            }
        }
    }
}

#[test]
fn lock_files_name_the_public_registries_alone() {
    let cargo = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for line in cargo.lines().filter(|line| line.starts_with("source = ")) {
        let public = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
        assert_eq!(line, public);
    }
    let Ok(npm) = fs::read_to_string(root().join("ui/package-lock.json")) else { return };
    for line in npm.lines().filter(|line| line.contains("\"resolved\"")) {
        let is_public = line.contains("\"https://registry.npmjs.org/") || line.contains("\"file:");
        assert!(is_public, "ui/package-lock.json: {}", line.trim());
    }
}

#[test]
fn every_rule_has_its_test() {
    for rule in RULES {
        let test = rule.test.rsplit("::").next().unwrap();
        let wanted = format!("fn {test}()");
        let is_there = sources().iter().any(|(_, text)| text.contains(&wanted));
        assert!(is_there, "{}: no test {}", rule.code, rule.test);
        assert!(!rule.source.is_empty() && !rule.says.is_empty(), "{}", rule.code);
    }
}

/// The targets of the links of a page, without those that leave the tree.
fn links(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    for part in text.split("](").skip(1) {
        let target = part.split([')', ' ']).next().unwrap_or_default();
        if !target.contains("://") && !target.starts_with("mailto:") {
            links.push(target.to_owned());
        }
    }
    links
}

/// How a heading is named in links: small letters, dashes for spaces, no signs.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let words = line.trim_start_matches('#').trim().to_lowercase();
            let kept = words.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

#[test]
fn links_between_pages_lead_somewhere() {
    for (path, text) in sources().iter().filter(|(path, _)| has_ending(path, &["md"])) {
        for link in links(text) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target =
                if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            assert!(target.exists(), "{} links to {link}", path.display());
            if !anchor.is_empty() && has_ending(&target, &["md"]) {
                let page = fs::read_to_string(&target).unwrap();
                assert!(anchors(&page).contains(anchor), "{} links to {link}", path.display());
            }
        }
    }
}

#[test]
fn paths_named_in_the_map_exist() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for line in map.lines().filter(|line| line.starts_with("| `")) {
        let path = line.split('`').nth(1).unwrap();
        let is_path = path.contains('/') || ["ui", "assets", "tests", "src-tauri"].contains(&path);
        assert!(!is_path || root().join(path).exists(), "ARCHITECTURE.md names {path}");
    }
}

#[test]
fn every_suite_of_these_tests_is_listed() {
    let manifest = fs::read_to_string(root().join("tests/Cargo.toml")).unwrap();
    let manifest: toml::Value = toml::from_str(&manifest).unwrap();
    let suites = ["test", "bench"].iter().flat_map(|kind| manifest[*kind].as_array().unwrap());
    let listed: BTreeSet<String> =
        suites.map(|test| test["path"].as_str().unwrap().to_owned()).collect();
    for folder in fs::read_dir(root().join("tests")).unwrap().flatten() {
        if folder.path().join("main.rs").is_file() {
            let path = format!("{}/main.rs", folder.file_name().to_string_lossy());
            assert!(listed.contains(&path), "tests/{path} is never run");
        }
    }
    // And every file of a suite is part of it.
    for suite in &listed {
        let main = fs::read_to_string(root().join("tests").join(suite)).unwrap();
        let folder = root().join("tests").join(suite).parent().unwrap().to_owned();
        for file in fs::read_dir(folder).unwrap().flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            let Some(module) = name.strip_suffix(".rs").filter(|name| *name != "main") else {
                continue;
            };
            assert!(main.contains(&format!("mod {module};")), "{suite} forgets {name}");
        }
    }
}
