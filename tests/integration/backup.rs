//! Backups: made whole or not at all, kept in a ring, restored to what they were, and what becomes of
//! everybody else when one is restored.
//!
//! `PINGLI_CRASH_ROUNDS` sets how often a program is killed; five times by default.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use app::clock::Clock;
use app::fault::Fault;
use serde_json::{Value, json};
use tests::leaks::Leaks;
use tests::{MORNING_MS, PASSPHRASE, QIAOTOU, Room, as_json, folder, is, program, text};

use crate::devices::Land;
use crate::forks::{Way, converged, exchange, settle};
use crate::profile::Small;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

fn listed(room: &Room) -> Value {
    room.does("backup_list", json!({}))
}

fn names(backups: &Value) -> Vec<String> {
    backups.as_array().unwrap().iter().map(|line| text(line, "/name")).collect()
}

fn choose(room: &Room, place: &Path) -> Value {
    fs::create_dir_all(place).unwrap();
    room.does("backup_place_set", json!({ "to": { "path": place } }))
}

/// The newest backup in a place, or this computer's own, as whoever restores names it.
fn newest(room: &Room, from: Option<&Path>) -> Value {
    let from = from.map(|path| json!({ "path": path }));
    let found = room.does("backup_find", json!({ "from": from }));
    let first = found["backups"][0].clone();
    json!({ "from": first["from"], "name": first["line"]["name"], "passphrase": PASSPHRASE })
}

fn restore(room: &Room, from: Option<&Path>) {
    let asked = newest(room, from);
    assert_eq!(room.does("backup_restore", asked)["profile"], "open");
}

/// Does what the program does now and then, and waits until it is done.
fn upkeep(room: &Room) {
    room.desk.upkeep();
    let began = Instant::now();
    while !room.desk.is_checked() {
        assert!(began.elapsed().as_secs() < 60, "it never ends");
        sleep(Duration::from_millis(1));
    }
}

/// The profile is whole, and its lists are what its logs say.
fn is_sound(room: &Room) {
    let report = room.desk.examine().unwrap();
    assert!(report.is_file_whole && report.broken_logs.is_empty(), "{report:?}");
    assert!(room.desk.rebuild(true).unwrap().is_same);
}

#[test]
fn a_backup_is_made_checked_and_restored_to_what_it_was() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    for n in 0..5 {
        let _ = room.register(&format!("第 {n} 件"));
    }
    let case = room.register("有借条的案件")["id"].clone();
    let view = room.attach(&case, "借条", b"%PDF-1.7 ten thousand").unwrap();
    let note = &view["attachments"][0]["id"];
    let shows = |room: &Room, attachment: &Value| room.attached(&case, attachment, false).unwrap();
    let (titles, before) = (room.titles(), room.records());
    let made = room.does("backup_make", json!({}));
    assert_eq!(names(&made["backups"]), ["20260302-090000"], "{made}");
    assert_eq!((&made["backups"][0]["cases"], &made["is_running"]), (&json!(6), &json!(false)));
    let _ = room.register("备份以后的案件");
    let view = room.attach(&case, "收条", b"%PDF-1.7 two thousand").unwrap();
    let receipt = &view["attachments"][1]["id"];
    let notes = room.does("audit_list", json!({ "limit": 50 })).to_string();
    assert!(notes.contains("backup_made"), "{notes}");
    room.clock.set(MORNING_MS + DAY_MS);
    let later = room.records();
    // Whoever is at work does not restore: first the profile is locked.
    let open = room.fails("backup_restore", json!({ "name": "x", "passphrase": "x" }));
    assert_eq!(as_json(&open)["code"], "not_here");
    room.does("profile_lock", json!({}));
    let found = room.does("backup_find", json!({}));
    let first = &found["backups"][0];
    assert_eq!((&first["is_ours"], &first["is_aside"]), (&json!(true), &json!(false)));
    assert_eq!(first["accounts"][0]["label"], "吴某");
    restore(&room, None);
    assert_eq!(room.titles(), titles);
    assert_eq!(room.records(), before, "byte for byte");
    assert_eq!(shows(&room, note), b"%PDF-1.7 ten thousand");
    assert_eq!(room.blob_files().len(), 1);
    is_sound(&room);
    let notes = room.does("audit_list", json!({ "limit": 50 })).to_string();
    assert!(notes.contains("backup_restored"), "{notes}");
    // What was there was put aside, and comes back like any backup.
    let aside = listed(&room)["aside"].clone();
    assert_eq!(names(&aside), ["20260303-090000"], "{aside}");
    room.does("profile_lock", json!({}));
    let asked = json!({ "name": "aside/20260303-090000", "passphrase": PASSPHRASE });
    room.does("backup_restore", asked);
    assert_eq!(room.records(), later);
    assert_eq!(shows(&room, note), b"%PDF-1.7 ten thousand");
    assert_eq!(shows(&room, receipt), b"%PDF-1.7 two thousand", "put aside with it");
    is_sound(&room);
    assert_eq!(listed(&room)["aside"].as_array().unwrap().len(), 2, "nothing is ever removed");
    // Nothing was begun that is not finished, and an epoch that began goes on.
    let epochs = |room: &Room| room.desk.own_entries().unwrap().len();
    let entries = epochs(&room);
    room.does("profile_lock", json!({}));
    room.does("profile_unlock", json!({ "passphrase": PASSPHRASE }));
    assert_eq!(epochs(&room), entries);
}

#[test]
fn a_paper_restores_too_and_sets_a_new_passphrase() {
    let folder = folder();
    let room = Room::empty(&folder.path().join("home"));
    let made = room.does(
        "org_create",
        json!({ "name": "青石镇综治中心", "user_name": "吴某", "role": "R7",
                "device_name": "镇 1 号机", "passphrase": PASSPHRASE }),
    );
    let sheet = text(&made, "/recovery/code");
    let _ = room.register("滴水纠纷");
    room.does("backup_make", json!({}));
    room.does("profile_lock", json!({}));
    let name = newest(&room, None)["name"].clone();
    let with = |code: &str, new: &str| json!({ "name": name, "code": code, "new_passphrase": new });
    let new = "五更 石榴 晒谷 木桥";
    let before = fs::read(room.home.join("profile.json")).unwrap();
    let weak = room.fails("backup_restore", with(&sheet, "12345678"));
    assert_eq!(as_json(&weak)["code"], "weak_passphrase");
    let digits: String = sheet.chars().filter(char::is_ascii_digit).collect();
    let wrong = room.fails("backup_restore", with(&digits.replace(&digits[..1], "9"), new));
    assert!(matches!(as_json(&wrong)["code"].as_str(), Some("misread" | "wrong_paper")));
    assert_eq!(fs::read(room.home.join("profile.json")).unwrap(), before);
    room.does("backup_restore", with(&sheet, new));
    assert_eq!(room.titles(), ["滴水纠纷"]);
    room.does("profile_lock", json!({}));
    let old = room.fails("profile_unlock", json!({ "passphrase": PASSPHRASE }));
    assert_eq!(as_json(&old)["code"], "wrong_passphrase");
    room.does("profile_unlock", json!({ "passphrase": new }));
}

#[test]
fn of_months_the_ring_keeps_days_weeks_and_months() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    let second = folder.path().join("disk");
    choose(&room, &second);
    let mut made = 0;
    for day in 0..100 {
        room.clock.set(MORNING_MS + day * DAY_MS);
        upkeep(&room);
        // Once a day, however often it is looked.
        room.clock.set(MORNING_MS + day * DAY_MS + 3_600_000);
        upkeep(&room);
        let backups = listed(&room);
        assert!(backups["trouble"].is_null(), "{backups}");
        let own = names(&backups["backups"]);
        assert_eq!(own, names(&backups["second"]["backups"]), "day {day}");
        made += usize::from(own[0] == name_of(day));
        assert!(own.len() <= 17, "{own:?}");
    }
    assert_eq!(made, 100, "each day has its own");
    let own = names(&listed(&room)["backups"]);
    let week: Vec<String> = (93..100).rev().map(name_of).collect();
    assert_eq!(own[..7], week, "{own:?}");
    assert!(own.len() > 9, "weeks and months: {own:?}");
    // Every one of them is what it says.
    for name in [&own[0], own.last().unwrap()] {
        let drilled = room.does("backup_drill", json!({ "name": name, "is_second": true }));
        assert_eq!(drilled["is_good"], true, "{drilled}");
    }
}

/// The name of the backup of a day, at nine in the morning.
fn name_of(day: u64) -> String {
    let at = app::clock::today(MORNING_MS + day * DAY_MS);
    format!("{}-090000", at.format("%Y%m%d"))
}

#[test]
fn the_daily_backup_makes_no_meeting_necessary() {
    let land = Land::new();
    let (township, village) = (&land.township, &land.village);
    let _ = village.register("滴水纠纷");
    exchange(village, township, Way::Line);
    exchange(village, township, Way::Line);
    upkeep(village);
    assert_eq!(names(&listed(village)["backups"]).len(), 1);
    let packed = village.carry(township);
    assert_eq!(packed["outcome"], "nothing_new", "{packed}");
}

#[test]
fn a_second_place_that_is_missing_is_said_and_tried_again() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    let _ = room.register("滴水纠纷");
    let disk = folder.path().join("disk");
    choose(&room, &disk);
    upkeep(&room);
    let reached = listed(&room)["second"].clone();
    assert_eq!((&reached["is_there"], &reached["trouble"]), (&json!(true), &Value::Null));
    assert_eq!(names(&reached["backups"]).len(), 1);
    fs::rename(&disk, folder.path().join("away")).unwrap();
    for day in 1..=8 {
        room.clock.set(MORNING_MS + day * DAY_MS);
        upkeep(&room);
        let backups = listed(&room);
        assert_eq!(names(&backups["backups"])[0], name_of(day), "made here all the same");
        assert_eq!(backups["second"]["is_there"], false);
        assert_eq!(backups["second"]["trouble"]["reason"], "missing", "{backups}");
        let overdue = room.does("workbench_get", json!({}))["backups"].clone();
        match day {
            ..7 => assert_eq!(overdue, Value::Null, "day {day}"),
            _ => assert_eq!(overdue, json!({ "days": null, "second_days": day }), "day {day}"),
        }
    }
    assert!(!disk.exists(), "nothing is written where the disk was");
    // It is back: within the hour the newest is there.
    fs::rename(folder.path().join("away"), &disk).unwrap();
    room.clock.set(MORNING_MS + 8 * DAY_MS + 3_600_000);
    upkeep(&room);
    let backups = listed(&room);
    assert_eq!(names(&backups["second"]["backups"])[0], name_of(8), "{backups}");
    assert_eq!(backups["second"]["trouble"], Value::Null);
    assert_eq!(room.does("workbench_get", json!({}))["backups"], Value::Null);
    // Nobody made one for a week: the computer was not on.
    room.clock.set(MORNING_MS + 16 * DAY_MS);
    let overdue = room.does("workbench_get", json!({}))["backups"].clone();
    assert_eq!(overdue, json!({ "days": 8, "second_days": 8 }));
    room.does("backup_place_set", json!({}));
    assert_eq!(listed(&room)["second"], Value::Null);
    let inside = json!({ "to": { "path": room.home.join("backups") } });
    assert_eq!(as_json(&room.fails("backup_place_set", inside))["code"], "bad_request");
}

#[test]
fn a_full_disk_leaves_the_earlier_backups_whole() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    let own = room.home.join("backups");
    fs::create_dir(&own).unwrap();
    let (Some(_here), Some(there)) = (Small::over(&own, "3m"), Small::mount("3m")) else {
        eprintln!("skipped: this user may not mount a small file system");
        return;
    };
    let place = there.path().join("x");
    choose(&room, &place);
    upkeep(&room);
    let first = listed(&room);
    assert_eq!(names(&first["backups"]), names(&first["second"]["backups"]), "{first}");
    let fault = (1..40).find_map(|day| {
        for n in 0..6 {
            let request = json!({ "title": format!("第 {day}/{n} 件"), "summary": "甲".repeat(3000),
                "parties": [{ "name": "张某", "side": "applicant" }] });
            room.does("case_register", request);
        }
        room.clock.set(MORNING_MS + day * DAY_MS);
        room.call("backup_make", json!({})).err()
    });
    let fault = fault.expect("the disk never filled up");
    let is_full =
        |fault: &Fault| as_json(fault)["code"] == "disk_full" || is(fault, "file", "full");
    assert!(is_full(&fault), "{fault:?}");
    let backups = listed(&room);
    assert!(!names(&backups["backups"]).is_empty());
    for place in ["backups", "second"] {
        let lines = if place == "second" { &backups[place]["backups"] } else { &backups[place] };
        for line in lines.as_array().unwrap() {
            assert_eq!(line["trouble"], Value::Null, "{place}: {line}");
            let drill = json!({ "name": line["name"], "is_second": place == "second" });
            // There may be no room to try it; then that is said.
            match room.call("backup_drill", drill) {
                Ok(drilled) => assert_eq!(drilled["is_good"], true, "{drilled}"),
                Err(fault) => assert!(is_full(&fault), "{fault:?}"),
            }
        }
    }
    is_sound(&room);
    let leftovers = fs::read_dir(&own).unwrap().flatten();
    let leftovers: Vec<_> =
        leftovers.filter(|entry| entry.file_name().to_string_lossy().ends_with(".new")).collect();
    assert!(leftovers.is_empty(), "{leftovers:?}");
}

#[test]
fn a_damaged_or_hostile_backup_is_refused_and_changes_nothing() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    for n in 0..10 {
        let _ = room.register(&format!("第 {n} 件"));
    }
    room.does("backup_make", json!({}));
    let good = room.home.join("backups/20260302-090000");
    room.does("profile_lock", json!({}));
    let database = fs::read(good.join("pingli.db")).unwrap();
    let manifest: Value =
        serde_json::from_slice(&fs::read(good.join("backup.json")).unwrap()).unwrap();
    // As somebody writes it who may write anything: with a fitting hash.
    let signed = |bytes: &[u8]| {
        let mut manifest = manifest.clone();
        manifest["parts"][0]["bytes"] = bytes.len().into();
        manifest["parts"][0]["hash"] = blake3::hash(bytes).to_hex().to_string().into();
        manifest.to_string().into_bytes()
    };
    let flipped = |at: usize| {
        let mut bytes = database.clone();
        bytes[at] ^= 1;
        bytes
    };
    type Row<'a> = (String, Vec<(&'a str, Vec<u8>)>, &'a str);
    let mut rows: Vec<Row<'_>> = vec![
        ("no manifest".into(), vec![("backup.json", b"{".to_vec())], "not_a_backup"),
        ("cut".into(), vec![("pingli.db", database[..database.len() / 2].to_vec())], "damaged"),
        ("empty".into(), vec![("pingli.db", vec![]), ("backup.json", signed(b""))], "damaged"),
        (
            "another file".into(),
            vec![("pingli.db", vec![b'x'; 8192]), ("backup.json", signed(&[b'x'; 8192]))],
            "damaged",
        ),
        (
            "no vault".into(),
            vec![("profile.json", fs::read(good.join("backup.json")).unwrap())],
            "damaged",
        ),
        (
            "newer".into(),
            vec![(
                "backup.json",
                manifest.to_string().replacen("\"version\":1", "\"version\":9", 1).into(),
            )],
            "newer",
        ),
    ];
    for at in (0..8).map(|n| n * database.len() / 8 + 50) {
        rows.push((format!("bit at {at}"), vec![("pingli.db", flipped(at))], "damaged"));
        let files = vec![("pingli.db", flipped(at)), ("backup.json", signed(&flipped(at)))];
        rows.push((format!("bit at {at}, with its hash"), files, "damaged"));
    }
    let held = |home: &Path| -> Vec<(PathBuf, Vec<u8>)> {
        let entries = fs::read_dir(home).unwrap().flatten().map(|entry| entry.path());
        let mut files: Vec<_> =
            entries.map(|path| (path.clone(), fs::read(&path).unwrap_or_default())).collect();
        files.sort();
        files
    };
    let before = held(&room.home);
    for (name, files, want) in rows {
        let place = folder.path().join("stick").join(&name);
        fs::create_dir_all(&place).unwrap();
        for part in fs::read_dir(&good).unwrap().flatten() {
            fs::copy(part.path(), place.join(part.file_name())).unwrap();
        }
        for (file, bytes) in files {
            fs::write(place.join(file), bytes).unwrap();
        }
        let asked = json!({ "from": { "path": place }, "name": ".", "passphrase": PASSPHRASE });
        let fault = room.fails("backup_restore", asked);
        assert!(is(&fault, "backup", want), "{name}: {fault:?}");
        assert_eq!(held(&room.home), before, "{name}");
    }
    // A wrong passphrase, and a name that leads out.
    let wrong = json!({ "name": "backups/20260302-090000", "passphrase": "wrong-one" });
    assert_eq!(as_json(&room.fails("backup_restore", wrong))["code"], "wrong_passphrase");
    let out = json!({ "name": "backups/../aside", "passphrase": PASSPHRASE });
    assert_eq!(as_json(&room.fails("backup_restore", out))["code"], "not_found");
    room.does("profile_unlock", json!({ "passphrase": PASSPHRASE }));
    assert_eq!(room.titles().len(), 10);
}

#[test]
fn a_drill_says_how_many_cases_can_be_restored_and_leaves_nothing() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    for n in 0..7 {
        let _ = room.register(&format!("第 {n} 件"));
    }
    choose(&room, &folder.path().join("disk"));
    room.does("backup_make", json!({}));
    let _ = room.register("以后的");
    for is_second in [false, true] {
        let drilled = room.does("backup_drill", json!({ "is_second": is_second }));
        assert_eq!((&drilled["cases"], &drilled["expected"]), (&json!(7), &json!(7)));
        assert_eq!((&drilled["broken"], &drilled["is_same"]), (&json!(0), &json!(true)));
        assert_eq!(drilled["is_good"], true);
        assert!(drilled["entries"].as_u64() > Some(7));
    }
    assert_eq!(listed(&room)["drilled"]["cases"], 7);
    let left: Vec<_> = fs::read_dir(room.home.join("backups")).unwrap().flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    // One that says it holds more than it does is not good, and a damaged one is told.
    let good = room.home.join("backups/20260302-090000");
    let said = fs::read_to_string(good.join("backup.json")).unwrap();
    fs::write(good.join("backup.json"), said.replace("\"cases\": 7", "\"cases\": 8")).unwrap();
    assert_eq!(room.does("backup_drill", json!({}))["is_good"], false);
    let mut bytes = fs::read(good.join("pingli.db")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(good.join("pingli.db"), bytes).unwrap();
    let fault = room.fails("backup_drill", json!({}));
    assert!(is(&fault, "backup", "damaged"), "{fault:?}");
    let elsewhere = room.does("backup_drill", json!({ "is_second": true }));
    assert_eq!(elsewhere["is_good"], true, "the other copy stands");
}

#[test]
fn no_name_and_no_key_stands_in_a_backup() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    let people = tests::leaks::names(40);
    for name in &people {
        let request = json!({ "title": format!("{name}家的事"), "summary": name,
            "parties": [{ "name": name, "side": "applicant" }] });
        room.does("case_register", request);
    }
    choose(&room, &folder.path().join("disk"));
    room.does("backup_make", json!({}));
    for place in [room.home.join("backups"), folder.path().join("disk")] {
        let looked = Leaks::of(&people).below(&place);
        assert_eq!((looked.files, looked.hits.len()), (4, 0), "{looked:?}");
        assert!(looked.bytes > 100_000);
    }
    // The vault is the vault: boxes, and no key that opens one.
    let ours = fs::read(room.home.join("profile.json")).unwrap();
    let copied = fs::read(room.home.join("backups/20260302-090000/profile.json")).unwrap();
    assert_eq!(ours, copied);
}

#[test]
fn on_a_computer_of_several_whoever_answers_for_it_chooses_the_second_place() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    let other = "五更 石榴 晒谷 木桥";
    let added = json!({ "passphrase": PASSPHRASE, "user_name": "陈某", "role": "R4",
                        "new_passphrase": other });
    room.does("account_add", added);
    assert_eq!(choose(&room, &folder.path().join("disk"))["may_choose"], true);
    let accounts = room.does("profile_lock", json!({}))["accounts"].clone();
    let of = |label: &str| {
        let all = accounts.as_array().unwrap();
        all.iter().find(|account| account["label"] == label).unwrap()["user"].clone()
    };
    room.does("profile_unlock", json!({ "user": of("陈某"), "passphrase": other }));
    assert_eq!(listed(&room)["may_choose"], false);
    let fault = room.fails("backup_place_set", json!({}));
    assert_eq!(as_json(&fault)["code"], "not_allowed");
    // A backup of several is opened by each of them.
    room.does("backup_make", json!({}));
    room.does("profile_lock", json!({}));
    let mut asked = newest(&room, None);
    asked["passphrase"] = json!(other);
    assert_eq!(as_json(&room.fails("backup_restore", asked.clone()))["code"], "bad_request");
    asked["user"] = of("陈某");
    assert_eq!(room.does("backup_restore", asked)["office"]["user"]["name"], "陈某");
}

/// A computer is restored to an older day: it goes on under a new epoch, and whoever it meets gives
/// it back what it had sent since; nothing of anybody is rolled back.
#[test]
fn after_a_restore_nothing_forks_and_neighbours_give_everything_back() {
    for way in [Way::Line, Way::Packet] {
        let name = format!("{way:?}");
        let land = Land::new();
        let (township, village, second) = (&land.township, &land.village, &land.second);
        let old = village.register("以前的案件");
        let gone = village.register("要删除的案件");
        let closed =
            json!([{ "kind": "closed", "body": { "outcome": "failed", "routes": ["court"] } }]);
        village.does("fact_add", json!({ "case": gone["id"], "facts": closed }));
        exchange(village, township, way);
        exchange(village, township, way);
        let archived = json!([{ "kind": "archived", "body": { "retention": "short" } }]);
        township.does("fact_add", json!({ "case": gone["id"], "facts": archived }));
        exchange(village, township, way);
        village.does("backup_make", json!({}));
        village.clock.set(village.clock.now_ms() + DAY_MS);
        for n in 0..3 {
            let _ = village.register(&format!("备份以后第 {n} 案"));
        }
        let visit = |room: &Room, content: &str| {
            let facts = json!([{ "kind": "visit_received", "body": { "content": content } }]);
            room.does("fact_add", json!({ "case": old["id"], "facts": facts }));
        };
        visit(village, "备份以后写的来访");
        settle(&[village, second], township, way);
        visit(second, "别人写的来访");
        let _ = second.register("别人的案件");
        let erase = json!({ "records": [gone["id"]], "ground": "retention_ended",
                            "reason": "保管期限已满" });
        township.does("record_erase", erase);
        settle(&[village, second], township, way);
        let _ = village.register("从没交换过的案件");
        // The disk breaks; the backup of yesterday is restored.
        village.does("profile_lock", json!({}));
        restore(village, None);
        assert_eq!(village.titles().len(), 2, "{name}: as it was");
        let _ = village.register("还原以后的案件");
        let rooms = [village, second];
        settle(&rooms, township, way);
        let titles = [
            "以前的案件",
            "备份以后第 0 案",
            "备份以后第 1 案",
            "备份以后第 2 案",
            "别人的案件",
            "还原以后的案件",
        ];
        converged(&name, &rooms, township, &titles);
        for room in [village, second, township] {
            let alarms = room.does("alarm_list", json!({}))["alarms"].to_string();
            assert!(!alarms.contains("fork"), "{name}: {alarms}");
            let history = json!({ "case": old["id"], "limit": 200 });
            let history = room.does("case_history", history).to_string();
            assert!(history.contains("备份以后写的来访"), "{name}");
            assert!(history.contains("别人写的来访"), "{name}");
            let erased = room.fails("case_get", json!({ "case": gone["id"] }));
            assert_eq!(as_json(&erased)["code"], "not_found", "{name}");
            assert_eq!(tests::pages::hits(&room.home, &["要删除的案件"]), 0, "{name}");
        }
        // What had never left was in the profile that was put aside, and nowhere else.
        let all = names(&listed(village)["aside"]);
        assert_eq!(all.len(), 1, "{name}");
    }
}

/// The township's computer is restored: the villages hold what it had, and give it back.
#[test]
fn a_township_that_is_restored_gets_back_what_villages_hold() {
    for way in [Way::Line, Way::Packet] {
        let name = format!("{way:?}");
        let land = Land::new();
        let (township, village, second) = (&land.township, &land.village, &land.second);
        let case = village.register("以前的案件");
        settle(&[village, second], township, way);
        township.does("backup_make", json!({}));
        township.clock.set(township.clock.now_ms() + DAY_MS);
        let _ = village.register("备份以后的案件");
        settle(&[village, second], township, way);
        let note = json!([{ "kind": "note", "body": { "text": "镇里备份以后写的" } }]);
        township.does("fact_add", json!({ "case": case["id"], "facts": note }));
        settle(&[village, second], township, way);
        township.does("profile_lock", json!({}));
        restore(township, None);
        assert_eq!(township.titles(), ["以前的案件"], "{name}");
        let _ = township.register("还原以后镇里的案件");
        let _ = village.register("还原以后村里的案件");
        settle(&[village, second], township, way);
        settle(&[village, second], township, way);
        let history = json!({ "case": case["id"], "limit": 200 });
        assert!(
            township.does("case_history", history).to_string().contains("镇里备份以后写的"),
            "{name}: what it wrote itself comes back"
        );
        let rows = ["以前的案件", "备份以后的案件", "还原以后村里的案件"];
        for title in rows {
            assert!(township.titles().contains(&title.to_owned()), "{name}: {title}");
        }
        assert_eq!(village.records(), second.records(), "{name}");
        let alarms = township.does("alarm_list", json!({}))["alarms"].to_string();
        assert!(!alarms.contains("fork"), "{name}: {alarms}");
        // It still certifies whoever joins.
        let home = land.folder.path().join("third");
        let third = township.joined(QIAOTOU, &home);
        assert_eq!(third.does("status_get", json!({}))["office"]["is_certified"], true);
    }
}

/// The folder of the profile is gone, or encrypted by somebody else: another computer, the second
/// place, the passphrase.
#[test]
fn a_deleted_folder_comes_back_from_the_second_place() {
    let folder = folder();
    let land = Land::new();
    let (township, village) = (&land.township, &land.village);
    let disk = folder.path().join("disk");
    choose(village, &disk);
    for n in 0..30 {
        let _ = village.register(&format!("第 {n} 件"));
    }
    let case = village.register("有借条的案件")["id"].clone();
    let view = village.attach(&case, "借条", b"%PDF-1.7 ten thousand").unwrap();
    let note = &view["attachments"][0]["id"];
    village.does("backup_make", json!({}));
    let _ = village.register("备份以后送到镇里的");
    exchange(village, township, Way::Line);
    let titles = village.titles();
    village.does("profile_lock", json!({}));
    fs::remove_dir_all(&village.home).unwrap();
    let fresh = Room::empty(&village.home);
    assert_eq!(fresh.does("status_get", json!({}))["profile"], "none");
    restore(&fresh, Some(&disk));
    assert_eq!(fresh.attached(&case, note, false).unwrap(), b"%PDF-1.7 ten thousand");
    exchange(&fresh, township, Way::Line);
    exchange(&fresh, township, Way::Line);
    assert_eq!(fresh.titles(), titles, "zero acknowledged loss of what was exchanged");
    is_sound(&fresh);
    let alarms = township.does("alarm_list", json!({}))["alarms"].clone();
    assert_eq!(alarms, json!([]));
    assert_eq!(listed(&fresh)["aside"], json!([]), "there was nothing to put aside");
}

fn rounds() -> u64 {
    let wanted = std::env::var("PINGLI_CRASH_ROUNDS").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(5)
}

/// When the program of a round is killed: sooner, then later than one that takes so long.
fn moment_of(round: u64, took: Duration) -> Duration {
    took / 8 + took * u32::try_from(round * 1000 / rounds()).unwrap() / 1000
}

/// A program that runs one command in a home folder, killed after a while; whether it was.
fn killed(home: &Path, passphrase: Option<&str>, call: (&str, &Value), after: Duration) -> bool {
    let mut command = Command::new(program());
    command.arg("--home").arg(home).args(["call", call.0, &call.1.to_string()]);
    if let Some(passphrase) = passphrase {
        command.env("PINGLI_PASSPHRASE", passphrase);
    }
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() && began.elapsed() < after {
        sleep(Duration::from_millis(1));
    }
    let _ = child.kill();
    !child.wait().unwrap().success()
}

#[test]
fn a_backup_killed_anywhere_leaves_the_earlier_ones_whole() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let disk = folder.path().join("disk");
    let room = Room::township(&home);
    for n in 0..40 {
        let request = json!({ "title": format!("第 {n} 件"), "summary": "甲".repeat(2000),
            "parties": [{ "name": "张某", "side": "applicant" }] });
        room.does("case_register", request);
    }
    let titles = room.titles();
    choose(&room, &disk);
    room.does("backup_make", json!({}));
    let whole = |room: &Room| {
        let backups = listed(room);
        let lines = [backups["backups"].clone(), backups["second"]["backups"].clone()];
        lines.map(|lines| {
            let lines = lines.as_array().unwrap().clone();
            assert!(lines.iter().all(|line| line["trouble"].is_null()), "{lines:?}");
            names(&json!(lines))
        })
    };
    let mut held = whole(&room);
    // How long one takes that nobody kills.
    drop(room);
    let _ = program();
    let began = Instant::now();
    assert!(!killed(&home, Some(PASSPHRASE), ("backup_make", &json!({})), Duration::from_secs(30)));
    let took = began.elapsed().min(Duration::from_secs(3));
    let mut was_killed = 0;
    for round in 0..rounds() {
        let call = ("backup_make", &json!({}));
        was_killed += u64::from(killed(&home, Some(PASSPHRASE), call, moment_of(round, took)));
        let room = Room::reopen(&home).expect("opens after a kill");
        let now = whole(&room);
        for (before, now) in held.iter().zip(&now) {
            // The ring keeps the last of the day; that one is there and whole.
            assert!(now.first() >= before.first(), "round {round}: {before:?}, {now:?}");
        }
        held = now;
    }
    assert!(was_killed > 0, "nothing was killed");
    eprintln!("{was_killed} of {} backups were killed", rounds());
    let room = Room::reopen(&home).unwrap();
    room.does("backup_make", json!({}));
    for folder in [home.join("backups"), disk] {
        let looked = leftovers(&folder);
        assert!(looked.is_empty(), "cleared away by the next: {looked:?}");
    }
    for is_second in [false, true] {
        let drilled = room.does("backup_drill", json!({ "is_second": is_second }));
        assert_eq!((&drilled["is_good"], &drilled["cases"]), (&json!(true), &json!(40)));
    }
    assert_eq!(room.titles(), titles);
}

fn leftovers(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".new") || name.ends_with(".old") || name.ends_with(".TMP") {
            found.push(path.clone());
        }
        if path.is_dir() {
            found.extend(leftovers(&path));
        }
    }
    found
}

#[test]
fn a_restore_killed_anywhere_is_the_old_profile_or_the_backup() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let room = Room::township(&home);
    let _ = room.register("备份里的案件");
    room.does("backup_make", json!({}));
    let _ = room.register("备份以后的案件");
    drop(room);
    let asked = json!({ "name": "backups/20260302-090000", "passphrase": PASSPHRASE });
    let copy = |to: &Path| {
        let status = Command::new("cp").arg("-r").arg(&home).arg(to).status().unwrap();
        assert!(status.success());
    };
    // How long one takes that nobody kills.
    let timed = folder.path().join("timed");
    copy(&timed);
    let _ = program();
    let began = Instant::now();
    assert!(!killed(&timed, None, ("backup_restore", &asked), Duration::from_secs(20)));
    let took = began.elapsed().min(Duration::from_secs(3));
    let (mut old, mut new) = (0, 0);
    for round in 0..rounds() {
        let home = folder.path().join(format!("{round}"));
        copy(&home);
        killed(&home, None, ("backup_restore", &asked), moment_of(round, took));
        let room = Room::reopen(&home).expect("opens after a kill");
        match room.titles().len() {
            1 => new += 1,
            2 => old += 1,
            other => panic!("round {round}: {other}"),
        }
        is_sound(&room);
        let is_put_aside = !listed(&room)["aside"].as_array().unwrap().is_empty();
        assert_eq!(is_put_aside, room.titles().len() == 1, "round {round}");
        assert!(!home.join("restoring").exists(), "round {round}: cleared away");
        fs::remove_dir_all(&home).unwrap();
    }
    eprintln!("killed while restoring: {old} times the old profile, {new} times the backup");
    assert!(old > 0, "none was killed early enough");
}

/// Where the power goes between two files, the next start finishes what was decided.
#[test]
fn a_restore_that_stopped_between_two_files_is_finished() {
    let folder = folder();
    let home = folder.path().join("home");
    let room = Room::township(&home);
    let _ = room.register("备份里的案件");
    room.does("backup_make", json!({}));
    let _ = room.register("备份以后的案件");
    drop(room);
    let backup = home.join("backups/20260302-090000");
    let entering = home.join("entering-20260305-101500");
    for moved in 0..=2 {
        let home = folder.path().join(format!("{moved}"));
        assert!(
            Command::new("cp")
                .arg("-r")
                .arg(folder.path().join("home"))
                .arg(&home)
                .status()
                .unwrap()
                .success()
        );
        let entering = home.join(entering.file_name().unwrap());
        let aside = home.join("aside/20260305-101500");
        fs::create_dir_all(&entering).unwrap();
        fs::create_dir_all(&aside).unwrap();
        for file in ["pingli.db", "profile.json"] {
            fs::copy(backup.join(file), entering.join(file)).unwrap();
        }
        let names = ["witness.json", "pingli.db", "profile.json"];
        for file in &names[..=moved] {
            fs::rename(home.join(file), aside.join(file)).unwrap();
            if *file != "witness.json" && moved < 2 {
                fs::rename(entering.join(file), home.join(file)).unwrap();
            }
        }
        let room = Room::reopen(&home).unwrap_or_else(|fault: Fault| panic!("{moved}: {fault:?}"));
        assert_eq!(room.titles(), ["备份里的案件"], "{moved}");
        assert!(!entering.exists(), "{moved}");
        is_sound(&room);
        let found = listed(&room)["aside"][0].clone();
        assert_eq!((&found["name"], &found["trouble"]), (&json!("20260305-101500"), &Value::Null));
    }
}
