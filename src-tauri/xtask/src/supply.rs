//! `cargo xtask audit` and `cargo xtask sbom`: what others wrote, and what is known of it.
//!
//! Both look at lock files alone. What needs the internet is said to be missing when it cannot be
//! asked; the rest is checked all the same.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use xshell::{Shell, cmd};

use crate::{Done, say, system};

/// Where the list of parts lies.
const SBOM: &str = "target/sbom/pingli.cdx.json";

/// The packages that are shipped.
const SHIPPED: [&str; 2] = ["pingli", "pingli-cli"];

/// Checks what others wrote: licences, sources and bans, packages nobody uses, known holes.
pub(crate) fn audit(sh: &Shell) -> Done {
    tool(sh, "cargo-deny")?;
    tool(sh, "cargo-machete")?;
    say("licences, sources and bans");
    cmd!(sh, "cargo deny --offline check bans licenses sources").run()?;
    say("packages that are named and not used");
    cmd!(sh, "cargo-machete --with-metadata --skip-target-dir").run()?;
    say("known holes in Rust packages");
    let mut is_complete = true;
    if cmd!(sh, "cargo deny fetch db").quiet().ignore_stderr().run().is_ok() {
        cmd!(sh, "cargo deny check advisories").run()?;
    } else {
        is_complete = false;
        say("NOT CHECKED: the source of advisories for Rust cannot be reached from here");
    }
    say("known holes in the packages of the pages");
    match holes(sh)? {
        Some(0) => {}
        Some(count) => return Err(format!("{count} known holes in npm packages").into()),
        None => {
            is_complete = false;
            say("NOT CHECKED: the source of advisories for npm cannot be reached from here");
        }
    }
    say(if is_complete {
        "audited"
    } else {
        "audited without advisories: run it again where the internet can be reached"
    });
    Ok(())
}

/// Installs one of cargo's helpers if it is missing.
fn tool(sh: &Shell, package: &str) -> Done {
    let asked = cmd!(sh, "{package} --version").quiet().ignore_stdout().ignore_stderr();
    if asked.run().is_err() {
        say(&format!("installing {package}"));
        cmd!(sh, "cargo install --locked --quiet {package}").run()?;
    }
    Ok(())
}

/// How many holes are known in npm packages; `None` if nobody answers.
fn holes(sh: &Shell) -> Result<Option<u64>, Box<dyn std::error::Error>> {
    system::check_node(sh)?;
    let _dir = sh.push_dir("ui");
    let asked = cmd!(sh, "npm audit --package-lock-only --ignore-scripts --json").quiet();
    let answer = asked.ignore_status().ignore_stderr().read()?;
    let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
    let total = answer.pointer("/metadata/vulnerabilities/total").and_then(Value::as_u64);
    if let Some(found) = answer.get("vulnerabilities").and_then(Value::as_object) {
        for name in found.keys() {
            eprintln!("{name}");
        }
    }
    Ok(total)
}

/// Writes the list of parts of what is shipped, as CycloneDX.
pub(crate) fn sbom(sh: &Shell) -> Done {
    let metadata = cmd!(
        sh,
        "cargo metadata --format-version 1 --locked --filter-platform x86_64-unknown-linux-gnu"
    );
    let metadata: Value = serde_json::from_str(&metadata.quiet().ignore_stderr().read()?)?;
    let sums = sums(&sh.read_file("Cargo.lock")?);
    let shipped = shipped(&metadata);
    let mut parts: Vec<Value> = list(&metadata, "packages")
        .iter()
        .filter(|package| shipped.contains(text(package, "id")))
        .filter(|package| package.get("source").is_some_and(|source| !source.is_null()))
        .map(|package| crate_part(package, &sums))
        .collect();
    let crates = parts.len();
    let lock: Value = serde_json::from_str(&sh.read_file("ui/package-lock.json")?)?;
    let packages = lock.get("packages").and_then(Value::as_object);
    parts.extend(
        packages.into_iter().flatten().filter_map(|(path, package)| npm_part(path, package)),
    );
    let pages = parts.len().saturating_sub(crates);
    let version = list(&metadata, "packages")
        .iter()
        .find(|package| text(package, "name") == "pingli")
        .map_or_else(String::new, |package| text(package, "version").to_owned());
    let bom = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": "pingli", "name": "pingli", "version": version,
                "licenses": [{ "expression": "Apache-2.0" }],
            },
        },
        "components": parts,
    });
    sh.write_file(SBOM, serde_json::to_string_pretty(&bom)?)?;
    say(&format!("{SBOM}: {crates} Rust packages, {pages} of the pages"));
    Ok(())
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The ids of everything that is built into what is shipped, or builds it.
fn shipped(metadata: &Value) -> BTreeSet<String> {
    let names: BTreeMap<&str, &str> =
        list(metadata, "packages").iter().map(|p| (text(p, "name"), text(p, "id"))).collect();
    let nodes = metadata.get("resolve").map_or(&[][..], |resolve| list(resolve, "nodes"));
    let nodes: BTreeMap<&str, &Value> = nodes.iter().map(|node| (text(node, "id"), node)).collect();
    let mut left: Vec<&str> = SHIPPED.iter().filter_map(|name| names.get(name).copied()).collect();
    let mut found = BTreeSet::new();
    while let Some(id) = left.pop() {
        if !found.insert(id.to_owned()) {
            continue;
        }
        for dependency in nodes.get(id).map_or(&[][..], |node| list(node, "deps")) {
            let kinds = list(dependency, "dep_kinds");
            if kinds.iter().any(|kind| text(kind, "kind") != "dev") {
                left.push(text(dependency, "pkg"));
            }
        }
    }
    found
}

/// The checksums of a lock file, by name and version.
fn sums(lock: &str) -> BTreeMap<(String, String), String> {
    let mut sums = BTreeMap::new();
    for block in lock.split("[[package]]") {
        let member = |name: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(name));
            line.map(|rest| rest.trim_start_matches(" = ").trim_matches('"').to_owned())
        };
        if let (Some(name), Some(version), Some(sum)) =
            (member("name"), member("version"), member("checksum"))
        {
            sums.insert((name, version), sum);
        }
    }
    sums
}

fn crate_part(package: &Value, sums: &BTreeMap<(String, String), String>) -> Value {
    let (name, version) = (text(package, "name"), text(package, "version"));
    let purl = format!("pkg:cargo/{name}@{version}");
    // Older manifests write a slash for a choice.
    let license = text(package, "license").replace(" / ", " OR ").replace('/', " OR ");
    let sum = sums.get(&(name.to_owned(), version.to_owned()));
    let hashes: Vec<Value> =
        sum.iter().map(|sum| json!({ "alg": "SHA-256", "content": sum })).collect();
    json!({
        "type": "library", "bom-ref": purl, "purl": purl, "name": name, "version": version,
        "licenses": [{ "expression": license }], "hashes": hashes,
    })
}

/// A package of the pages; `None` for one that only builds or tests them.
fn npm_part(path: &str, package: &Value) -> Option<Value> {
    let name = path.rsplit_once("node_modules/")?.1;
    let is_dev = |member: &str| package.get(member).and_then(Value::as_bool).unwrap_or(false);
    if is_dev("dev") || is_dev("devOptional") {
        return None;
    }
    let version = text(package, "version");
    let purl = format!("pkg:npm/{}@{version}", name.replace('@', "%40"));
    let license = text(package, "license");
    Some(json!({
        "type": "library", "bom-ref": purl, "purl": purl, "name": name, "version": version,
        "licenses": [{ "expression": license }],
        "properties": [{ "name": "npm:integrity", "value": text(package, "integrity") }],
    }))
}
