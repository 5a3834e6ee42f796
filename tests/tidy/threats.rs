//! SECURITY.md claims nothing that no test proves.

use std::collections::BTreeSet;
use std::fs;

use tests::root;

use crate::{has_ending, sources};

/// How many threats there are.
const THREATS: usize = 33;

/// What stands between marks of code.
fn marked(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

fn page() -> String {
    fs::read_to_string(root().join("SECURITY.md")).unwrap()
}

/// Whether there is such a test, in Rust or of the pages.
fn is_test(name: &str) -> bool {
    let wanted = [format!("fn {name}("), format!("it(\"{name}\""), format!("test(\"{name}\"")];
    let own = root().join("tests/tidy/threats.rs");
    sources().iter().filter(|(path, _)| *path != own).any(|(path, text)| {
        let is_rust = has_ending(path, &["rs"])
            && (text.contains("#[test]") || text.contains("#[tokio::test"));
        let is_page = has_ending(path, &["ts"]);
        let [rust, page @ ..] = &wanted;
        (is_rust && text.contains(rust)) || (is_page && page.iter().any(|w| text.contains(w)))
    })
}

#[test]
fn every_threat_is_proved_or_open() {
    let page = page();
    let mut seen = BTreeSet::new();
    for line in page.lines().filter(|line| line.starts_with("| T")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [number, threat, proof, open] = cells.as_slice() else {
            panic!("four cells: {line}");
        };
        assert!(!threat.is_empty(), "{number}: what is it?");
        let tests = marked(proof);
        assert!(!tests.is_empty() || !open.is_empty(), "{number}: neither test nor reason");
        for test in tests {
            assert!(is_test(test), "{number}: no test {test}");
        }
        assert!(seen.insert((*number).to_owned()), "{number} stands twice");
    }
    let all: BTreeSet<String> = (1..=THREATS).map(|number| format!("T{number}")).collect();
    assert_eq!(seen, all, "one row for each threat");
}

#[test]
fn what_is_named_beside_the_table_exists_too() {
    let page = page();
    let served = page.lines().find(|line| line.starts_with("The served pages besides:")).unwrap();
    for test in marked(served) {
        assert!(is_test(test), "no test {test}");
    }
}
