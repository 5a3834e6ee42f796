//! The page has no power: what the shell lets it ask, what it may load, what it may never contain,
//! and that nothing runs when its packages are installed.

use std::fs;

use serde_json::{Value, json};
use tests::root;

use crate::{has_ending, metadata, sources};

fn read_json(path: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(root().join(path)).unwrap()).unwrap()
}

#[test]
fn one_capability_file_lets_the_page_ask_four_things() {
    let folder = root().join("src-tauri/capabilities");
    let files: Vec<_> = fs::read_dir(folder).unwrap().flatten().map(|f| f.file_name()).collect();
    assert_eq!(files, ["window.json"], "one file, one window");
    let capability = read_json("src-tauri/capabilities/window.json");
    let allowed = json!([
        "allow-call",
        "core:event:allow-listen",
        "core:event:allow-unlisten",
        "core:webview:allow-set-webview-zoom"
    ]);
    assert_eq!(capability["permissions"], allowed, "more power for the page is a design change");
    assert_eq!(capability["windows"], json!(["main"]));
    assert!(capability.get("remote").is_none(), "no other origin is let in");
    let config = read_json("src-tauri/tauri.conf.json");
    assert_eq!(config["app"]["security"]["capabilities"], json!(["window"]));
    assert!(config.get("plugins").is_none());
}

#[test]
fn the_policy_forbids_inline_script_and_every_other_origin() {
    let config = read_json("src-tauri/tauri.conf.json");
    let security = &config["app"]["security"];
    let policy = security["csp"].as_object().unwrap();
    for name in ["default-src", "script-src", "style-src", "font-src"] {
        assert_eq!(policy[name], "'self'", "{name}");
    }
    for name in ["object-src", "base-uri", "form-action", "frame-src", "frame-ancestors"] {
        assert_eq!(policy[name], "'none'", "{name}");
    }
    assert_eq!(policy["connect-src"], "ipc: http://ipc.localhost");
    assert_eq!(policy["img-src"], "'self' data: blob:");
    assert_eq!(policy["media-src"], "'self' blob:");
    let whole = security["csp"].to_string();
    for word in ["unsafe", "https:", "*", "wasm"] {
        assert!(!whole.contains(word), "{word} in {whole}");
    }
    let members: Vec<&String> = security.as_object().unwrap().keys().collect();
    assert_eq!(members, ["capabilities", "csp", "freezePrototype"], "no exception beside it");
    let page = fs::read_to_string(root().join("ui/index.html")).unwrap();
    assert_eq!(page.matches("<script").count(), 1, "one script");
    assert!(page.contains("<script type=\"module\" src="), "and not an inline one");
    assert!(!page.contains("<style") && !page.contains(" on"), "nothing inline");
}

#[test]
fn no_plugin_gives_the_page_files_a_shell_or_the_network() {
    for package in metadata()["packages"].as_array().unwrap() {
        let named = package["dependencies"].as_array().unwrap().iter();
        for name in named.map(|dependency| dependency["name"].as_str().unwrap()) {
            let is_plugin = name.starts_with("tauri-plugin-");
            assert!(!is_plugin || name == "tauri-plugin-dialog", "{name}: used by Rust alone?");
        }
    }
    let page = read_json("ui/package.json");
    let needs: Vec<&String> = page["dependencies"].as_object().unwrap().keys().collect();
    let known =
        ["@tanstack/vue-query", "@tanstack/vue-virtual", "@tauri-apps/api", "vue", "vue-router"];
    assert_eq!(needs, known, "few packages run in the page; one more is a decision");
}

#[test]
fn no_page_turns_text_into_markup_or_code() {
    let words = [
        "v-html",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "DOMParser",
        "createContextualFragment",
        "srcdoc",
        "eval(",
        "new Function",
        "javascript:",
        "localStorage",
        "sessionStorage",
        "indexedDB",
        "document.cookie",
    ];
    let pages = root().join("ui/src");
    let own = sources().iter().filter(|(path, _)| path.starts_with(&pages));
    let mut looked_at = 0;
    for (path, text) in own.filter(|(path, _)| has_ending(path, &["ts", "vue"])) {
        looked_at += 1;
        for word in words {
            assert!(!text.contains(word), "{} says {word}", path.display());
        }
    }
    assert!(looked_at > 100, "{looked_at} pages were looked at");
}

#[test]
fn nothing_runs_when_packages_are_installed() {
    let npmrc = fs::read_to_string(root().join("ui/.npmrc")).unwrap();
    assert!(npmrc.lines().any(|line| line == "ignore-scripts=true"), "for whoever types it");
    let mut installs = 0;
    for (path, text) in sources().iter().filter(|(path, _)| has_ending(path, &["rs", "md"])) {
        let is_this = path.ends_with("tests/tidy/page.rs");
        for line in text.lines().filter(|line| !is_this && line.contains("npm ci")) {
            // Told in words, or typed with the switch.
            let is_command = line.contains("cmd!");
            let is_safe = line.contains("--ignore-scripts");
            assert!(!is_command || is_safe, "{}: {line}", path.display());
            installs += usize::from(is_command);
        }
        for word in ["npm install", "npm i ", "npx --yes", "npx -y"] {
            assert!(is_this || !text.contains(word), "{} says {word}", path.display());
        }
    }
    assert!(installs > 0, "the project installs its packages somewhere");
}
