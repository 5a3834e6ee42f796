//! Changes of others are tried in a child: what it does not survive is held with its reason, the
//! rest goes on, and nothing of that is tried again at the next start.

#![cfg(target_os = "linux")]

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use app::clock::{SetClock, SystemEntropy};
use app::host::CommandLine;
use app::{Desk, DeskOptions};
use serde_json::{Value, json};
use tests::{COST, MORNING_MS, PASSPHRASE, QIAOTOU, Room, SHIWAN, folder, program, root};

/// A room whose changes are tried by a program.
fn trying(home: &Path, worker: PathBuf) -> Room {
    let clock = Arc::new(SetClock::at(MORNING_MS));
    let desk = Desk::new(DeskOptions {
        home: home.to_owned(),
        clock: clock.clone(),
        entropy: Arc::new(SystemEntropy),
        host: Arc::new(CommandLine),
        cost: Some(COST),
        listener: None,
        worker: Some(worker),
    });
    desk.call("profile_unlock", json!({ "passphrase": PASSPHRASE }), None).unwrap();
    Room { desk: Arc::new(desk), home: home.to_owned(), clock }
}

fn unlucky(folder: &Path) -> PathBuf {
    let child = folder.join("unlucky");
    let built = Command::new("cc")
        .args(["-O1", "-o"])
        .arg(&child)
        .arg(root().join("tests/integration/unlucky.c"))
        .status();
    assert!(built.is_ok_and(|status| status.success()), "the child is built");
    child
}

fn note(room: &Room, case: &Value, text: &str) {
    let facts = json!([{ "kind": "note", "body": { "text": text } }]);
    room.does("fact_add", json!({ "case": case, "facts": facts }));
}

#[test]
fn what_no_child_survives_is_held_and_the_rest_goes_on() {
    let folder = folder();
    let home = folder.path().join("township");
    let township = Room::township(&home);
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let other = township.joined(SHIWAN, &folder.path().join("other"));
    let before = village.register("之前登记的")["id"].clone();
    let case = village.register("滴水边界纠纷")["id"].clone();
    for (case, text) in [
        (&before, "好好的一条"),
        (&case, "this one crashes the parser"),
        (&case, "这一条建在它上面"),
    ] {
        note(&village, case, text);
    }
    let hung = other.register("鱼塘纠纷")["id"].clone();
    note(&other, &hung, "this one hangs the parser");
    drop(township);
    let township = trying(&home, unlucky(folder.path()));
    let began = Instant::now();
    village.carry(&township);
    other.carry(&township);
    eprintln!("a crash and a loop without end in {:?}", began.elapsed());
    // What they wrote before, and what does not build on it, is there.
    let mut titles = ["之前登记的", "滴水边界纠纷", "鱼塘纠纷"].map(str::to_owned).to_vec();
    titles.sort();
    assert_eq!(township.titles(), titles);
    let report = township.desk.examine().unwrap();
    assert_eq!(report.held.len(), 3, "{report:?}");
    assert!(report.held.iter().filter(|held| held.contains("parser fail")).count() >= 2);
    let history = township.does("case_history", json!({ "case": case })).to_string();
    assert!(!history.contains("crashes the parser") && !history.contains("建在它上面"));
    assert!(
        township.does("case_history", json!({ "case": before })).to_string().contains("好好的")
    );
    // The next start does not try it again: no child is asked, however unlucky.
    drop(township);
    let began = Instant::now();
    let township = trying(&home, folder.path().join("no such program"));
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
    assert_eq!(township.desk.examine().unwrap().held.len(), 3);
    // Both go on exchanging, and new cases arrive.
    let _ = village.register("后来登记的");
    village.carry(&township);
    assert!(township.titles().contains(&"后来登记的".to_owned()));
}

#[test]
fn a_picture_that_no_child_survives_is_refused_and_costs_nothing_else() {
    let folder = folder();
    let home = folder.path().join("township");
    let township = Room::township(&home);
    let case = township.register("滴水边界纠纷")["id"].clone();
    let mut good = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(40, 30).write_to(&mut good, image::ImageFormat::Jpeg).unwrap();
    let good = good.into_inner();
    drop(township);
    // What a child of another program says is no picture either.
    let township = trying(&home, unlucky(folder.path()));
    for harm in ["crashes the parser", "babbles"] {
        let bytes = [&good[..], harm.as_bytes()].concat();
        let fault = township.attach(&case, "坏的", &bytes).unwrap_err();
        assert!(tests::is(&fault, "attachment", "damaged"), "{harm}: {fault:?}");
    }
    assert!(township.blob_files().is_empty());
    drop(township);
    let township = trying(&home, program().to_owned());
    let view = township.attach(&case, "墙角", &good).unwrap();
    assert_eq!(view["attachments"][0]["form"], "jpeg");
    assert_eq!(township.blob_files().len(), 2, "the picture and the small one");
}

#[test]
fn a_child_of_ours_survives_what_is_good_and_has_limits() {
    let folder = folder();
    let home = folder.path().join("township");
    let township = Room::township(&home);
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    for number in 0..20 {
        let case = village.register(&format!("第 {number} 件"))["id"].clone();
        note(&village, &case, "记一笔");
    }
    drop(township);
    let township = trying(&home, program().to_owned());
    village.carry(&township);
    assert_eq!(township.titles(), village.titles());
    assert!(township.desk.examine().unwrap().held.is_empty());
    let rebuilt = township.desk.rebuild(true).unwrap();
    assert!(rebuilt.is_same, "{rebuilt:?}");

    // What the kernel says of such a child, once it has said that it is ready.
    let mut child = Command::new(program())
        .arg(app::worker::Task::TryChanges.argument())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut word = [0];
    child.stdout.as_mut().unwrap().read_exact(&mut word).unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    for (name, most) in [
        ("Max cpu time", 60),
        ("Max file size", 0),
        ("Max core file size", 0),
        ("Max open files", 0),
        ("Max address space", 2 << 30),
    ] {
        let line = limits.lines().find(|line| line.starts_with(name)).expect(name);
        let hard = line[26..].split_whitespace().nth(1).unwrap();
        assert!(hard.parse::<u64>().is_ok_and(|hard| hard <= most), "{line}");
    }
    // Bytes that are no change are answered like any other, a word for each group; a length beyond all
    // measure ends it.
    let input = child.stdin.as_mut().unwrap();
    input.write_all(&[0, 0, 0, 12, 0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 1, 4]).unwrap();
    child.stdout.as_mut().unwrap().read_exact(&mut word).unwrap();
    input.write_all(&[0xff; 4]).unwrap();
    assert!(!child.wait().unwrap().success());
}
