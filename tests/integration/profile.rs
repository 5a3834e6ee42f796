//! Profiles that cannot be opened or written: a reason each, and nothing is lost.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tests::served::Served;
use tests::{PASSPHRASE, Room, as_json, folder, program};

#[test]
fn a_wrong_passphrase_opens_nothing() {
    let folder = folder();
    let home = folder.path().join("home");
    drop(Room::township(&home));
    let room = Room::empty(&home);
    let unlock =
        |passphrase: &str| room.call("profile_unlock", json!({ "passphrase": passphrase }));
    for wrong in ["pingli-test", "PINGLI-TESTS"] {
        let fault = unlock(wrong).expect_err("refused");
        assert_eq!(as_json(&fault)["code"], "wrong_passphrase", "{wrong:?}");
    }
    assert_eq!(as_json(&room.fails("case_list", json!({})))["code"], "locked");
    assert_eq!(unlock(PASSPHRASE).unwrap()["profile"], "open");
}

#[test]
fn a_weak_passphrase_makes_no_profile() {
    let folder = folder();
    let room = Room::empty(&folder.path().join("home"));
    let weak = [
        ("", "short"),
        ("12345678", "sequence"),
        ("aaaaaaaaa", "repeated"),
        ("Password", "common"),
        ("19680512", "birthday"),
        ("13857112233", "telephone"),
        ("qingshizhen8", "place"),
    ];
    for (weak, reason) in weak {
        let request = json!({
            "name": "青石镇", "user_name": "吴某", "device_name": "1 号机", "passphrase": weak,
        });
        let fault = room.fails("org_create", request);
        assert_eq!(as_json(&fault)["code"], "weak_passphrase", "{weak:?}");
        assert_eq!(as_json(&fault)["reason"], reason, "{weak:?}");
    }
    assert_eq!(room.does("status_get", json!({}))["profile"], "none");
}

#[test]
fn a_profile_opens_once() {
    let folder = folder();
    let home = folder.path().join("home");
    let room = Room::township(&home);
    // In the same process, and in another.
    let fault = Room::reopen(&home).err().expect("in use");
    assert_eq!(as_json(&fault)["code"], "profile_in_use");
    let output = Command::new(program())
        .arg("--home")
        .arg(&home)
        .args(["call", "case_list"])
        .env("PINGLI_PASSPHRASE", PASSPHRASE)
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["error"]["code"], "profile_in_use", "{said}");
    drop(room);
    Room::reopen(&home).expect("free again");
}

#[test]
fn a_second_profile_does_not_replace_the_first() {
    let folder = folder();
    let home = folder.path().join("home");
    let room = Room::township(&home);
    let request = json!({
        "name": "沙河镇", "user_name": "吴某", "device_name": "1 号机", "passphrase": PASSPHRASE,
    });
    assert_eq!(as_json(&room.fails("org_create", request.clone()))["code"], "profile_exists");
    drop(room);
    let locked = Room::empty(&home);
    assert_eq!(as_json(&locked.fails("org_create", request))["code"], "profile_exists");
}

#[test]
fn of_ten_programs_started_at_once_one_opens_the_profile() {
    let folder = folder();
    let home = folder.path().join("home");
    drop(Room::township(&home));
    let programs: Vec<Served> = std::thread::scope(|scope| {
        let start = || Served::start(program(), &home);
        let started: Vec<_> = (0..10).map(|_| scope.spawn(start)).collect();
        started.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let unlock = json!({ "passphrase": PASSPHRASE });
    let answers: Vec<_> = std::thread::scope(|scope| {
        let ask = |served: &Served| served.address.call("profile_unlock", &unlock);
        let asked: Vec<_> = programs.iter().map(|one| scope.spawn(move || ask(one))).collect();
        asked.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect()
    });
    let opened = answers.iter().filter(|answer| answer.is_ok()).count();
    let is_told = |fault: &Value| fault["code"] == "profile_in_use";
    let turned_away = answers.iter().filter(|answer| answer.as_ref().is_err_and(is_told)).count();
    eprintln!("ten programs at once: {opened} opened, {turned_away} were told so");
    assert_eq!((opened, turned_away), (1, 9), "{answers:?}");
    // However the one ends, nothing stale is left in the way of the next.
    drop(programs);
    Room::reopen(&home).expect("free again");
}

#[test]
fn a_damaged_profile_says_so() {
    let folder = folder();
    let original = folder.path().join("original");
    let room = Room::township(&original);
    for number in 0..20 {
        let _ = room.register(&format!("第 {number} 件"));
    }
    drop(room);
    let database = fs::read(original.join("pingli.db")).unwrap();
    let wrapped = fs::read(original.join("profile.json")).unwrap();
    let flipped = |at: usize| {
        let mut bytes = database.clone();
        bytes[at] ^= 0xff;
        bytes
    };
    let rows: [(&str, &str, Vec<u8>); 6] = [
        ("the first page", "pingli.db", flipped(100)),
        ("an empty database", "pingli.db", Vec::new()),
        ("a short database", "pingli.db", database[..1000].to_vec()),
        ("a text for a database", "pingli.db", vec![b'x'; 8192]),
        ("a cut key file", "profile.json", wrapped[..wrapped.len() / 2].to_vec()),
        ("an empty key file", "profile.json", Vec::new()),
    ];
    for (at, (name, file, bytes)) in rows.into_iter().enumerate() {
        let home = folder.path().join(at.to_string());
        copy(&original, &home);
        fs::write(home.join(file), bytes).unwrap();
        let fault = Room::reopen(&home).err().unwrap_or_else(|| panic!("{name} opened"));
        assert_eq!(as_json(&fault)["code"], "profile_damaged", "{name}: {fault:?}");
    }
    // A page in the middle shows when it is read: the examination finds it.
    let home = folder.path().join("middle");
    copy(&original, &home);
    fs::write(home.join("pingli.db"), flipped(database.len() / 2)).unwrap();
    match Room::reopen(&home) {
        Err(fault) => assert_eq!(as_json(&fault)["code"], "profile_damaged", "{fault:?}"),
        Ok(room) => match room.desk.examine() {
            Ok(report) => assert!(!report.is_file_whole, "{report:?}"),
            Err(fault) => assert_eq!(as_json(&fault)["code"], "profile_damaged", "{fault:?}"),
        },
    }
}

/// The alarm that the file is damaged, once it is there.
fn damage(room: &Room) -> bool {
    (0..500).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        let alarms = room.call("alarm_list", json!({})).unwrap_or_default();
        alarms.to_string().contains("\"damaged\"")
    })
}

#[test]
fn a_damaged_page_that_nobody_reads_is_found() {
    const PAGE: usize = 4096;
    let folder = folder();
    let original = folder.path().join("original");
    let room = Room::township(&original);
    for number in 0..40 {
        let _ = room.register(&format!("第 {number} 件"));
    }
    drop(room);
    let database = fs::read(original.join("pingli.db")).unwrap();
    let pages = database.len() / PAGE;
    let mut opened = 0;
    // Pages of which opening the profile reads nothing: it opens, and the damage is found beside.
    for page in (pages / 2..pages).step_by(7).take(12) {
        let home = folder.path().join(page.to_string());
        copy(&original, &home);
        let mut bytes = database.clone();
        bytes[page * PAGE + 2000] ^= 1;
        fs::write(home.join("pingli.db"), bytes).unwrap();
        let Ok(room) = Room::reopen(&home) else { continue };
        if room.call("alarm_list", json!({})).is_err() {
            continue;
        }
        opened += 1;
        assert!(damage(&room), "page {page} of {pages}");
        assert!(room.desk.examine().map_or(true, |report| !report.is_file_whole));
    }
    assert!(opened > 0, "some pages are read by nobody at first");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap().flatten() {
        if file.file_type().unwrap().is_file() {
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
}

/// A small file system of its own, taken away at the end.
pub struct Small {
    path: PathBuf,
    _folder: Option<tempfile::TempDir>,
}

impl Small {
    /// `None` where this user may not mount.
    pub fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut over = Self::over(folder.path(), size)?;
        over._folder = Some(folder);
        Some(over)
    }

    /// The same over a folder that is there.
    pub fn over(folder: &Path, size: &str) -> Option<Self> {
        let options = format!("size={size},mode=700");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "none"])
            .arg(folder)
            .stderr(Stdio::null())
            .status();
        let over = Self { path: folder.to_owned(), _folder: None };
        mounted.is_ok_and(|status| status.success()).then_some(over)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // A folder that stays behind harms nobody.
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}

#[test]
fn a_full_disk_loses_nothing_that_was_saved() {
    let Some(disk) = Small::mount("4m") else {
        eprintln!("skipped: this user may not mount a small file system");
        return;
    };
    let home = disk.path().join("home");
    let room = Room::township(&home);
    let mut saved = Vec::new();
    let fault = loop {
        let title = format!("第 {} 件", saved.len());
        let request = json!({
            "title": title, "summary": "甲".repeat(3000) + &title,
            "parties": [{ "name": "张某", "side": "applicant" }],
        });
        match room.call("case_register", request) {
            Ok(_) => saved.push(title),
            Err(fault) => break fault,
        }
        assert!(saved.len() < 1000, "the disk never filled up");
    };
    assert_eq!(as_json(&fault)["code"], "disk_full", "{fault:?}");
    saved.sort();
    assert_eq!(room.titles(), saved, "what was saved is there, and nothing else");
    // A packet onto the full disk: the reason, and no half file.
    let stick = disk.path().join("stick");
    let request = json!({ "record": room.does("case_list", json!({}))["rows"][0]["id"],
        "to": { "path": stick.join("x.automerge") } });
    let fault = room.fails("record_export_automerge", request);
    assert!(matches!(as_json(&fault)["code"].as_str(), Some("file" | "disk_full")), "{fault:?}");
    drop(room);
    let room = Room::reopen(&home).expect("opens again");
    assert_eq!(room.titles(), saved);
    assert!(room.desk.examine().unwrap().is_file_whole);
}
