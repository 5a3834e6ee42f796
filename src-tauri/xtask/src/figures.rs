//! `cargo xtask compare`, `cargo xtask bench` and `cargo xtask results`: what is measured is kept
//! under the target folder, each with its commit, and the page is written from that alone.

use std::fmt::Write as _;
use std::io::Write as _;

use serde_json::{Value, json};
use xshell::{Shell, cmd};

use crate::{Done, pages, say, system};

/// What is measured unless somebody names one.
pub(crate) const USUAL: [&str; 8] =
    ["fold", "idle", "exchange", "newcomer", "save", "open", "cold", "window"];

/// Where the last figures of each kind lie.
const KEPT: &str = "target/bench";

/// The page.
const PAGE: &str = "tests/bench/RESULTS.md";

/// What a person found out about bars that are missed; the page ends with it.
const MISSED: &str = "tests/bench/missed.md";

/// Keeps figures, with the commit they were measured at, and prints them.
fn keep(sh: &Shell, name: &str, printed: &str) -> Done {
    let mut value: Value = serde_json::from_str(printed)?;
    let commit = cmd!(sh, "git rev-parse --short=12 HEAD").quiet().read()?;
    let changed =
        cmd!(sh, "git status --porcelain --untracked-files=no -- src-tauri tests Cargo.lock");
    let is_changed = !changed.quiet().read()?.is_empty();
    if let Some(members) = value.as_object_mut() {
        members.insert("commit".into(), json!(commit));
        members.insert("is_changed".into(), json!(is_changed));
    }
    sh.write_file(format!("{KEPT}/{name}.json"), value.to_string())?;
    writeln!(std::io::stdout(), "{value}")?;
    Ok(())
}

/// The peers beside us, in one run.
pub(crate) fn compare(sh: &Shell, options: &[&str]) -> Done {
    pages::build(sh)?;
    say("ours, Automerge's sync protocol, samod: the same documents and edits");
    let run = cmd!(sh, "cargo bench --quiet --package tests --features peers --bench compare --");
    let printed = run.args(options).quiet().read()?;
    let line = printed.lines().find(|line| line.starts_with('{')).ok_or("no figures")?;
    keep(sh, "compare", line)?;
    results(sh)
}

/// The figures, from a release build.
pub(crate) fn bench(sh: &Shell, names: &[&str]) -> Done {
    for name in names {
        say(name);
        if *name == "fold" {
            cmd!(sh, "cargo bench --quiet --package domain --bench fold").run()?;
        } else if *name == "window" {
            window(sh)?;
        } else {
            pages::build(sh)?;
            let run = cmd!(sh, "cargo run --quiet --release --package pingli-cli -- bench");
            keep(sh, name, &run.args([name, "--json"]).read()?)?;
        }
    }
    Ok(())
}

/// What the window and all it started take of the memory, with ten thousand cases.
fn window(sh: &Shell) -> Done {
    system::install(sh, &[system::BUILD, system::TEST].concat())?;
    pages::build(sh)?;
    cmd!(sh, "cargo build --quiet --package pingli --features webdriver").run()?;
    let test = "the_window_stays_small";
    cmd!(sh, "cargo test --package tests --features e2e --test e2e {test} -- --nocapture")
        .env("PINGLI_E2E_CASES", "10000")
        .run()?;
    Ok(())
}

/// Writes the page from the figures that are kept.
pub(crate) fn results(sh: &Shell) -> Done {
    let read = |name: &str| -> Value {
        let text = sh.read_file(format!("{KEPT}/{name}.json"));
        text.ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    };
    let mut page = String::from(HEAD);
    let compared = read("compare");
    if !compared.is_null() {
        page.push_str(&comparison(&compared)?);
    }
    page.push_str("\n## Bars\n\n| what | bar | measured | |\n| --- | --- | --- | --- |\n");
    for bar in bars(&read) {
        page.push_str(&bar?);
    }
    page.push_str("\n## As printed\n");
    for name in [
        "idle",
        "exchange",
        "newcomer",
        "save",
        "open",
        "cold",
        "village",
        "market",
        "scrub",
        "statistics",
        "search",
        "forms",
        "import",
    ] {
        let value = read(name);
        if !value.is_null() {
            write!(page, "\n`cargo xtask bench {name}`, {}\n\n```json\n", origin(&value))?;
            for row in value.get("rows").and_then(Value::as_array).into_iter().flatten() {
                writeln!(page, "{row}")?;
            }
            page.push_str("```\n");
        }
    }
    if let Ok(missed) = sh.read_file(MISSED) {
        write!(page, "\n{missed}")?;
    }
    sh.write_file(PAGE, page)?;
    say(PAGE);
    Ok(())
}

const HEAD: &str = "\
# Speed

Written by `cargo xtask results` from what `cargo xtask compare` and `cargo xtask bench NAME` \
measured last; nothing here is typed by hand but the last section. Times are medians, and vary with \
the machine and with what else it does: ratios say more.
";

/// On what and when something was measured.
fn origin(value: &Value) -> String {
    let machine = value.get("machine").cloned().unwrap_or_default();
    let changed = value.get("is_changed") == Some(&Value::Bool(true));
    format!(
        "commit {}{}, {} × {}, {} MiB, load {} before and {} after",
        word(value, "/commit"),
        if changed { " and what was not committed yet" } else { "" },
        word(&machine, "/cores"),
        word(&machine, "/processor"),
        word(&machine, "/memory_mib"),
        word(value, "/load_before"),
        word(value, "/load_after"),
    )
}

fn word(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "–".to_owned(),
    }
}

fn number(value: &Value, pointer: &str) -> Option<f64> {
    value.pointer(pointer)?.as_f64()
}

/// One figure over another.
fn over(value: &Value, one: &str, other: &str) -> Option<f64> {
    Some(number(value, one)? / number(value, other)?)
}

fn rows(value: &Value) -> &[Value] {
    value.get("rows").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A figure and its ratio to ours.
fn cell(row: &Value, base: &str, ours: &str, member: &str) -> String {
    let at = format!("{base}/{member}");
    match (number(row, &at), over(row, &at, &format!("{ours}/{member}"))) {
        (Some(value), Some(ratio)) => format!("{value:.0} ({ratio:.2} ×)"),
        _ => "–".to_owned(),
    }
}

/// The peers beside us.
fn comparison(value: &Value) -> Result<String, std::fmt::Error> {
    let mut page = String::new();
    writeln!(
        page,
        "\n## Beside the peers\n\n`cargo xtask compare`, {} runs, {}. \
        Ours is the program: databases on the disk, flushed, TLS on the loopback, both sides proved, \
        what came tried in a child, lists and search built. The peers work in memory, without any of \
        that. In brackets: how many times ours.",
        word(value, "/runs"),
        origin(value)
    )?;
    for row in rows(value) {
        writeln!(
            page,
            "\n### {} cases, {} documents, {} changes\n",
            word(row, "/cases"),
            word(row, "/documents"),
            word(row, "/changes")
        )?;
        page.push_str("| task | ours: bytes | ms | CPU ms | Automerge sync: bytes | ms | CPU ms | samod: bytes | ms | CPU ms |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
        let tasks = [
            (
                "a new computer from zero",
                "/ours/newcomer",
                "/automerge/newcomer",
                "/samod/newcomer",
            ),
            ("nothing new, states fresh", "/ours/idle", "/automerge/idle_fresh", "-"),
            (
                "nothing new, states remembered",
                "/ours/idle",
                "/automerge/idle_remembered",
                "/samod/idle",
            ),
            ("one edit, states fresh", "/ours/edits/0", "/automerge/edits/0/fresh", "-"),
            (
                "one edit, states remembered",
                "/ours/edits/0",
                "/automerge/edits/0/remembered",
                "/samod/edits/0/remembered",
            ),
            ("100 edits, states fresh", "/ours/edits/1", "/automerge/edits/1/fresh", "-"),
            (
                "100 edits, states remembered",
                "/ours/edits/1",
                "/automerge/edits/1/remembered",
                "/samod/edits/1/remembered",
            ),
        ];
        for (name, ours, automerge, samod) in tasks {
            write!(page, "| {name} ")?;
            for member in ["bytes", "wall_ms", "cpu_ms"] {
                let own = number(row, &format!("{ours}/{member}"));
                write!(
                    page,
                    "| {} ",
                    own.map_or_else(|| "–".to_owned(), |own| format!("{own:.0}"))
                )?;
            }
            for peer in [automerge, samod] {
                for member in ["bytes", "wall_ms", "cpu_ms"] {
                    write!(page, "| {} ", cell(row, peer, ours, member))?;
                }
            }
            page.push_str("|\n");
        }
        writeln!(
            page,
            "\nAutomerge besides: loading all documents {} ms, before a word can be said; saving what came {} ms; building and saving all of them from their changes {} ms. Raw changes {} bytes, in one zstd-3 stream {}; all documents saved {} bytes. Ed25519 in batches of 500: {:.0} a second.",
            word(row, "/automerge/loading_all_ms"),
            word(row, "/automerge/newcomer_saves_ms"),
            word(row, "/anchors/building_all_ms"),
            word(row, "/anchors/raw_bytes"),
            word(row, "/anchors/zstd_3_bytes"),
            word(row, "/anchors/saved_bytes"),
            number(row, "/anchors/ed25519_batch_per_second").unwrap_or_default()
        )?;
        writeln!(
            page,
            "Ours, the new computer: first page after {} ms, list and search complete after {} ms, everything stored after {} ms, built after {} ms.",
            word(row, "/ours/newcomer/first_page_ms"),
            word(row, "/ours/newcomer/listed_ms"),
            word(row, "/ours/newcomer/stored_ms"),
            word(row, "/ours/newcomer/wall_ms")
        )?;
    }
    Ok(page)
}

/// Whether a bar wants at most or at least so much.
#[derive(Clone, Copy)]
enum Bar {
    Most(f64),
    Least(f64),
}

/// A line of the table of bars.
fn line(
    what: &str,
    bar: Bar,
    unit: &str,
    measured: Option<f64>,
) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let (sign, limit) = match bar {
        Bar::Most(limit) => ('≤', limit),
        Bar::Least(limit) => ('≥', limit),
    };
    write!(text, "| {what} | {sign} {limit} {unit} | ")?;
    match measured {
        Some(measured) => {
            let holds = match bar {
                Bar::Most(limit) => measured <= limit,
                Bar::Least(limit) => measured >= limit,
            };
            writeln!(text, "{measured:.2} | {} |", if holds { "holds" } else { "**missed**" })?;
        }
        None => text.push_str("not measured | |\n"),
    }
    Ok(text)
}

/// The bars, each against what was measured last.
fn bars(read: &dyn Fn(&str) -> Value) -> Vec<Result<String, std::fmt::Error>> {
    let [compared, idle, exchange, save, open, cold, village, market] =
        ["compare", "idle", "exchange", "save", "open", "cold", "village", "market"].map(read);
    let last = |value: &Value| rows(value).last().cloned().unwrap_or_default();
    let (large, idle, cold, village, market) =
        (last(&compared), last(&idle), last(&cold), last(&village), last(&market));
    let (exchange, save, open) = (last(&exchange), last(&save), last(&open));
    let [tables, search, forms, import] =
        ["statistics", "search", "forms", "import"].map(|name| last(&read(name)));
    let cases = |row: &Value| word(row, "/cases");
    let zero = format!(
        "a new computer from zero, {} cases × 8 edits, against Automerge's own sync",
        cases(&large)
    );
    let (own, peer) = ("/ours/newcomer", "/automerge/newcomer");
    let ratio =
        |member: &str| over(&large, &format!("{own}/{member}"), &format!("{peer}/{member}"));
    let stored = number(&large, "/ours/newcomer/stored_ms");
    let per_second = || Some(number(&large, "/ours/newcomer/entries")? / stored? * 1000.0);
    let building = || Some(number(&large, "/ours/newcomer/wall_ms")? - stored?);
    let (most, least) = (Bar::Most, Bar::Least);
    let edits = |at: usize, member: &str| number(&exchange, &format!("/exchanges/{at}/{member}"));
    let among = format!("among {} cases", cases(&exchange));
    let most_of = |row: &Value, pointer: &str| {
        let all = row.get("each").and_then(Value::as_array).into_iter().flatten();
        all.filter_map(|one| number(one, pointer)).reduce(f64::max)
    };
    vec![
        line(&format!("{zero}: bytes"), most(0.65), "×", ratio("bytes")),
        line(
            &format!("{zero}: until list and search are complete"),
            most(0.5),
            "×",
            over(&large, &format!("{own}/listed_ms"), &format!("{peer}/wall_ms")),
        ),
        line(&format!("{zero}: all documents built"), most(1.0), "×", ratio("wall_ms")),
        line(
            &format!("G1 nothing new, {} cases: bytes", cases(&idle)),
            most(300.0),
            "B",
            number(&idle, "/bytes"),
        ),
        line("G1 round trips", most(1.5), "", number(&idle, "/round_trips")),
        line(
            "G1 CPU of both sides, the port opened and closed too",
            most(5.0),
            "ms",
            number(&idle, "/cpu_both_sides_ms"),
        ),
        line(&format!("G2 one edit {among}: bytes"), most(1300.0), "B", edits(0, "bytes")),
        line("G2 round trips", most(2.5), "", edits(0, "round_trips")),
        line(
            "G3 5 edits, the whole meeting against zstd-3 of their raw changes",
            most(1.3),
            "×",
            edits(1, "ratio_to_zstd_3_of_raw_changes"),
        ),
        line(
            "G3 5 edits, what the entries travel in alone: chains and signatures, no handshake",
            most(1.3),
            "×",
            edits(1, "entries_to_zstd_3_of_raw_changes"),
        ),
        line("G3 100 edits", most(1.12), "×", edits(2, "ratio_to_zstd_3_of_raw_changes")),
        line("G3 1,000 edits", most(1.12), "×", edits(3, "ratio_to_zstd_3_of_raw_changes")),
        line(
            "G5 durable import over the line, against Ed25519 in batches",
            least(1.2),
            "×",
            per_second()
                .zip(number(&large, "/anchors/ed25519_batch_per_second"))
                .map(|(own, batch)| own / batch),
        ),
        line(
            "G6 building what arrived, against Automerge's own parsing, applying and saving",
            most(1.2),
            "×",
            building()
                .zip(number(&large, "/anchors/building_all_ms"))
                .map(|(own, peer)| own / peer),
        ),
        line(
            "G6 first page after the import",
            most(1000.0),
            "ms",
            number(&large, "/ours/newcomer/first_page_ms")
                .zip(stored)
                // The first page comes with the lists, mostly before anything is stored.
                .map(|(page, stored)| (page - stored).max(0.0)),
        ),
        line(
            &format!("G7 {} cases, file not in memory: first page once open", cases(&cold)),
            most(50.0),
            "ms",
            number(&cold, "/first_page_ms"),
        ),
        line(
            "G7 memory of the process, at most",
            most(200.0),
            "MiB",
            most_of(&cold, "/memory/rss_most_mib"),
        ),
        line(
            "G8 one edit, p99, beyond the disk's own flush p99",
            most(3.0),
            "ms",
            number(&save, "/save_p99_ms")
                .zip(number(&save, "/flush_p99_ms"))
                .map(|(save, flush)| save - flush),
        ),
        line(
            "G9 a new computer: bytes against what stands in the documents now, as JSON in zstd-3",
            most(1.3),
            "×",
            over(&large, "/ours/newcomer/bytes", "/anchors/values_zstd_3_bytes"),
        ),
        line(
            "G9 list and search of the new computer are there after",
            most(5000.0),
            "ms",
            number(&large, "/ours/newcomer/listed_ms"),
        ),
        line(
            &format!(
                "G12 {} entries that come before their ancestor: waiting, then ready",
                word(&compared, "/orphans/entries")
            ),
            most(200.0),
            "ms",
            number(&compared, "/orphans/ms"),
        ),
        line(
            &format!("search, {} cases, p95", cases(&open)),
            most(60.0),
            "ms",
            number(&open, "/search_p95_ms"),
        ),
        line(
            &format!("market day, {} villages: all served", word(&market, "/villages")),
            most(600.0),
            "s",
            number(&market, "/wall_s"),
        ),
        line(
            "market day: memory of the township, at most",
            most(600.0),
            "MiB",
            number(&market, "/township/rss_most_mib"),
        ),
        line("market day: villages that failed", most(0.0), "", number(&market, "/failures")),
        line(
            "market day: the slowest against the median",
            most(3.0),
            "×",
            over(&market, "/slowest_ms", "/median_ms"),
        ),
        line(
            &format!(
                "a village's computer, {} cases, {} attachments: unlocked",
                cases(&village),
                word(&village, "/attachments")
            ),
            most(5000.0),
            "ms",
            number(&village, "/unlock_ms"),
        ),
        line(
            &format!("the table of a year, {} cases", cases(&tables)),
            most(1000.0),
            "ms",
            number(&tables, "/year_ms"),
        ),
        line(
            &format!("finding a case among {}: 95 of 100", cases(&search)),
            most(60.0),
            "ms",
            number(&search, "/p95_ms"),
        ),
        line(
            "a form, the slowest of a case",
            most(300.0),
            "ms",
            number(&forms, "/form_slowest_ms"),
        ),
        line(
            &format!("a file of {} pages", word(&forms, "/file_pages")),
            most(3000.0),
            "ms",
            number(&forms, "/file_ms"),
        ),
        line(
            &format!("{} receipts", word(&forms, "/receipts")),
            most(10_000.0),
            "ms",
            number(&forms, "/receipts_ms"),
        ),
        line(
            &format!("a table of {} rows taken over", cases(&import)),
            most(20_000.0),
            "ms",
            number(&import, "/taken_ms"),
        ),
        line(
            "a village's computer: memory, at most",
            most(400.0),
            "MiB",
            most_of(&village, "/memory/rss_most_mib"),
        ),
    ]
}
