//! A disk that gives back other bytes: one bit turned over in every page of a profile's database,
//! and in every frame of the log before it.
//! It is told, or nothing differs; never is anything else shown than what was written.

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use app::fault::Fault;
use fastrand::Rng;
use serde_json::{Value, json};
use tests::{Room, as_json, folder};

/// The size of a page.
const PAGE_BYTES: usize = 4096;

/// The most pages that are tried in the short form; `PINGLI_PAGES` says how many instead.
const PAGES: usize = 40;

/// Everything a screen may ask for, call by call.
fn shown(room: &Room, cases: &[Value]) -> Vec<Result<Value, Fault>> {
    let mut calls: Vec<(&str, Value)> = vec![
        ("case_list", json!({ "limit": 200 })),
        ("case_search", json!({ "query": "滴水" })),
        ("workbench_get", json!({})),
        ("person_list", json!({})),
        ("user_list", json!({})),
    ];
    for case in cases {
        calls.push(("case_get", json!({ "case": case })));
        calls.push(("case_history", json!({ "case": case })));
    }
    calls.into_iter().map(|(name, payload)| room.call(name, payload)).collect()
}

/// Whether a fault says plainly that the profile is damaged.
fn is_told(fault: &Fault) -> bool {
    as_json(fault)["code"] == "profile_damaged"
}

/// What became of a page.
#[derive(Debug, Default)]
struct Outcome {
    /// The profile did not open, and said why.
    shut: usize,
    /// It opened; something that was asked for was refused, with the reason.
    refused: usize,
    /// It opened, and everything that was asked for was as it was written.
    same: usize,
    /// Of all of them, how many the examination named.
    named: usize,
}

#[test]
fn a_bit_turned_over_in_any_page_is_told_and_shows_nothing_else() {
    let folder = folder();
    let original = folder.path().join("original");
    let room = Room::township(&original);
    let cases: Vec<Value> = (0..16)
        .map(|number| {
            let case = room.register(&format!("第 {number} 件滴水纠纷"));
            let note = "屋檐伸出三十公分。".repeat(150 + number);
            let facts = json!([{ "kind": "note", "body": { "text": note } }]);
            room.does("fact_add", json!({ "case": case["id"], "facts": facts }));
            case["id"].clone()
        })
        .collect();
    drop(room);
    let database = fs::read(original.join("pingli.db")).unwrap();
    assert!(!original.join("pingli.db-wal").exists(), "all of it is in the one file");
    let pages = database.len() / PAGE_BYTES;
    let mut rng = Rng::with_seed(20_261_129);
    // The first of them always: there everything hangs together.
    let mut tried: Vec<usize> = (8..pages).collect();
    rng.shuffle(&mut tried);
    tried.truncate(wanted().saturating_sub(8));
    tried.extend(0..pages.min(8));

    // What is shown of a copy that is whole: opening writes too, so each is a copy.
    let home = folder.path().join("whole");
    copy(&original, &home);
    let room = Room::reopen(&home).expect("a good copy opens");
    let want = shown(&room, &cases);
    assert!(want.iter().all(Result::is_ok), "{want:?}");
    assert!(room.desk.examine().unwrap().is_file_whole);
    drop(room);

    let mut outcome = Outcome::default();
    let home = folder.path().join("damaged");
    for page in &tried {
        let mut bytes = database.clone();
        let at = page * PAGE_BYTES + rng.usize(..PAGE_BYTES);
        bytes[at] ^= 1 << rng.u8(..8);
        copy(&original, &home);
        fs::write(home.join("pingli.db"), &bytes).unwrap();
        let looked = catch_unwind(AssertUnwindSafe(|| look(&home, &cases, &want, &mut outcome)));
        assert!(looked.is_ok(), "page {page}, byte {at}: a panic");
        fs::remove_dir_all(&home).unwrap();
    }
    eprintln!("{pages} pages, a bit turned over in {} of them: {outcome:?}", tried.len());
    assert_eq!(outcome.shut + outcome.refused + outcome.same, tried.len());
    assert_eq!(outcome.named, tried.len(), "the examination names every one of them");
    assert!(outcome.shut > 0 && outcome.same > 0, "{outcome:?}");
}

/// The bytes before the first frame of a write-ahead log, and before the page in each frame.
const LOG_HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;

/// A frame that does not bear its sum ends the log: what is shown is what was written, up to some
/// act, whole; what comes after it is gone, as after a power cut before it was synced.
#[test]
fn a_bit_turned_over_in_any_frame_of_the_log_shows_nothing_that_was_not_written() {
    let folder = folder();
    let original = folder.path().join("original");
    let room = Room::township(&original);
    let titles: Vec<String> = (10..16).map(|number| format!("第 {number} 件")).collect();
    for title in &titles {
        let _ = room.register(title);
    }
    // While the profile is open nothing has been moved into the file yet.
    let stopped = folder.path().join("stopped");
    copy(&original, &stopped);
    drop(room);
    let log = fs::read(stopped.join("pingli.db-wal")).unwrap();
    let frames = (log.len() - LOG_HEADER_BYTES) / (PAGE_BYTES + FRAME_HEADER_BYTES);
    assert!(frames > 20, "{frames} frames");
    let mut rng = Rng::with_seed(20_261_130);
    let mut tried: Vec<usize> = (0..frames).collect();
    rng.shuffle(&mut tried);
    tried.truncate(wanted());
    let (mut told, mut counts) = (0, BTreeSet::new());
    for frame in &tried {
        let mut bytes = log.clone();
        let begins = LOG_HEADER_BYTES + frame * (PAGE_BYTES + FRAME_HEADER_BYTES);
        let at = begins + rng.usize(..PAGE_BYTES + FRAME_HEADER_BYTES);
        bytes[at] ^= 1 << rng.u8(..8);
        let home = folder.path().join("damaged");
        copy(&stopped, &home);
        fs::write(home.join("pingli.db-wal"), &bytes).unwrap();
        match Room::reopen(&home) {
            Ok(room) => {
                let now = room.titles();
                assert_eq!(now, titles[..now.len()], "frame {frame}: a whole beginning");
                assert!(room.desk.examine().unwrap().is_file_whole, "frame {frame}");
                assert!(room.desk.rebuild(true).unwrap().is_same, "frame {frame}");
                counts.insert(now.len());
            }
            Err(fault) => {
                assert!(is_told(&fault), "frame {frame}: {fault:?}");
                told += 1;
            }
        }
        fs::remove_dir_all(&home).unwrap();
    }
    eprintln!("{frames} frames, {} tried: {told} told, cases left {counts:?}", tried.len());
    assert!(counts.len() > 1, "nothing was ever lost: {counts:?}");
}

/// How many pages or frames are tried.
fn wanted() -> usize {
    std::env::var("PINGLI_PAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(PAGES)
}

fn look(home: &Path, cases: &[Value], want: &[Result<Value, Fault>], outcome: &mut Outcome) {
    let room = match Room::reopen(home) {
        Ok(room) => room,
        Err(fault) => {
            assert!(is_told(&fault), "{fault:?}");
            outcome.shut += 1;
            outcome.named += 1;
            return;
        }
    };
    let mut is_refused = false;
    for (want, now) in want.iter().zip(shown(&room, cases)) {
        match now {
            Ok(value) => assert_eq!(Some(&value), want.as_ref().ok(), "something else is shown"),
            Err(fault) => {
                assert!(is_told(&fault), "{fault:?}");
                is_refused = true;
            }
        }
    }
    if is_refused {
        outcome.refused += 1;
    } else {
        outcome.same += 1;
    }
    match room.desk.examine() {
        Ok(report) => outcome.named += usize::from(!report.is_file_whole),
        Err(fault) => {
            assert!(is_told(&fault), "{fault:?}");
            outcome.named += 1;
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap().flatten() {
        if file.file_type().unwrap().is_file() {
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
}
