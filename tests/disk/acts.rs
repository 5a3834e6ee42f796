//! What is done while the disk fails, and what tells that it was done.

use std::fs;
use std::path::{Path, PathBuf};

use app::fault::Fault;
use serde_json::{Value, json};
use tests::{PASSPHRASE, QIAOTOU, Room, root};

/// The passphrase that takes the place of the first one.
pub(crate) const NEW_PASSPHRASE: &str = "pingli-tests, anew";

/// How many bytes the paper has that is put to a case: three chunks.
const PAPER_BYTES: usize = 150_000;

/// How many cases are in the profile of the previous release.
const PREVIOUS_CASES: usize = 3;

/// Something that a person does.
pub(crate) struct Act {
    /// Its name.
    pub(crate) name: &'static str,
    /// Makes what lies in a folder before it: `home`, and whatever else it needs.
    pub(crate) prepare: fn(&Path),
    /// Whether the profile is open when it begins.
    pub(crate) is_open: bool,
    /// Whether opening the profile afterwards would do it as well.
    pub(crate) is_opening: bool,
    /// Does it.
    pub(crate) run: fn(&Room, &Path) -> Result<Value, Fault>,
    /// Whether it was done, as somebody sees who opened the profile afterwards.
    pub(crate) is_done: fn(&Room, &Path) -> bool,
}

pub(crate) const ACTS: [Act; 9] = [
    Act {
        name: "founding",
        prepare: |_| {},
        is_open: false,
        is_opening: false,
        run: |room, _| {
            let request = json!({
                "name": "青石镇综治中心", "user_name": "吴某", "role": "R7",
                "device_name": "镇 1 号机", "passphrase": PASSPHRASE,
            });
            room.call("org_create", request)
        },
        is_done: |room, _| room.does("status_get", json!({}))["profile"] == "open",
    },
    Act {
        name: "saving",
        prepare: some_cases,
        is_open: true,
        is_opening: false,
        run: |room, _| room.call("case_register", case("滴水边界纠纷")),
        is_done: |room, _| room.titles().iter().any(|title| title == "滴水边界纠纷"),
    },
    Act {
        name: "attaching",
        prepare: some_cases,
        is_open: true,
        is_opening: false,
        run: |room, _| room.attach(&first(room), "借条", &paper()),
        is_done: |room, _| {
            let case = first(room);
            let shown = room.does("case_get", json!({ "case": case }));
            let all = shown["attachments"].as_array().unwrap();
            if let Some(one) = all.first() {
                assert_eq!(room.attached(&case, &one["id"], false).unwrap(), paper());
            }
            !all.is_empty()
        },
    },
    Act {
        name: "importing",
        prepare: |base| {
            let township = Room::township(&base.join("home"));
            let village = township.joined(QIAOTOU, &base.join("village"));
            for number in 0..6 {
                let id = village.register(&format!("第 {number} 件"))["id"].clone();
                village.attach(&id, "借条", &paper()).unwrap();
            }
            fs::copy(village.pack(&township), base.join("packet")).unwrap();
        },
        is_open: true,
        is_opening: false,
        run: |room, base| {
            let from = json!({ "from": { "path": base.join("packet") } });
            room.call("packet_import", from)
        },
        is_done: |room, _| {
            let titles = room.titles();
            for title in &titles {
                let found = room.does("case_search", json!({ "query": title }));
                let id = found["rows"][0]["id"].clone();
                let shown = room.does("case_get", json!({ "case": id }));
                // The record is whole; its paper is, or comes another time.
                let one = &shown["attachments"][0];
                if one["is_here"] == true {
                    assert_eq!(room.attached(&id, &one["id"], false).unwrap(), paper());
                }
            }
            titles.len() == 6
        },
    },
    Act {
        name: "exporting",
        prepare: |base| {
            let township = Room::township(&base.join("home"));
            let village = township.joined(QIAOTOU, &base.join("village"));
            fs::write(base.join("unit"), village.unit()).unwrap();
            some_cases_of(&township);
            fs::create_dir(base.join("stick")).unwrap();
        },
        is_open: true,
        is_opening: false,
        run: |room, base| {
            let unit = fs::read_to_string(base.join("unit")).unwrap();
            let to = json!({ "path": base.join("stick") });
            room.call("packet_export", json!({ "unit": unit, "to": to }))
        },
        is_done: |_, base| {
            let packets = packets(&base.join("stick"));
            // What bears the name of a packet is one.
            let village = Room::reopen(&base.join("village")).unwrap();
            for packet in &packets {
                village.does("packet_import", json!({ "from": { "path": packet } }));
            }
            !packets.is_empty()
        },
    },
    Act {
        name: "backing_up",
        prepare: |base| {
            some_cases(base);
            let room = Room::reopen(&base.join("home")).unwrap();
            room.attach(&first(&room), "借条", &paper()).unwrap();
        },
        is_open: true,
        is_opening: false,
        run: |room, _| room.call("backup_make", json!({})),
        is_done: |room, _| {
            let listed = room.does("backup_list", json!({}));
            let backups = listed["backups"].as_array().unwrap();
            for backup in backups {
                let drill = json!({ "name": backup["name"] });
                let drilled = room.does("backup_drill", drill);
                assert_eq!(drilled["cases"], 3, "{drilled}");
            }
            !backups.is_empty()
        },
    },
    Act {
        name: "restoring",
        prepare: |base| {
            some_cases(base);
            let room = Room::reopen(&base.join("home")).unwrap();
            room.attach(&first(&room), "借条", &paper()).unwrap();
            room.does("backup_make", json!({}));
            let _ = room.register("备份以后的案件");
        },
        is_open: false,
        is_opening: false,
        run: |room, _| {
            let found = room.call("backup_find", json!({}))?;
            let name = found["backups"][0]["line"]["name"].clone();
            room.call("backup_restore", json!({ "name": name, "passphrase": PASSPHRASE }))
        },
        is_done: |room, _| {
            let case = first(room);
            let shown = room.does("case_get", json!({ "case": case }));
            let one = &shown["attachments"][0]["id"];
            assert_eq!(room.attached(&case, one, false).unwrap(), paper());
            !room.titles().iter().any(|title| title == "备份以后的案件")
        },
    },
    Act {
        name: "rekeying",
        prepare: some_cases,
        is_open: true,
        is_opening: false,
        run: |room, _| {
            let words = json!({ "passphrase": PASSPHRASE, "new_passphrase": NEW_PASSPHRASE });
            room.call("passphrase_change", words)
        },
        is_done: |room, _| {
            // One of the two opens it, and only one.
            let opens = |passphrase| {
                room.does("profile_lock", json!({}));
                room.call("profile_unlock", json!({ "passphrase": passphrase })).is_ok()
            };
            let (old, new) = (opens(PASSPHRASE), opens(NEW_PASSPHRASE));
            assert_ne!(old, new, "exactly one of two passphrases");
            assert!(opens(if new { NEW_PASSPHRASE } else { PASSPHRASE }));
            new
        },
    },
    Act {
        name: "upgrading",
        // As the previous release wrote it; `ARCHITECTURE.md` says when another one takes its place.
        prepare: |base| {
            fs::create_dir(base.join("home")).unwrap();
            for file in ["pingli.db", "profile.json", "witness.json"] {
                let written = root().join("tests/disk/previous").join(file);
                fs::copy(written, base.join("home").join(file)).unwrap();
            }
        },
        is_open: false,
        is_opening: true,
        run: |room, _| room.call("profile_unlock", json!({ "passphrase": PASSPHRASE })),
        is_done: |room, _| room.titles().len() == PREVIOUS_CASES,
    },
];

fn case(title: &str) -> Value {
    json!({
        "title": title, "summary": "屋檐的水滴到邻家墙上。",
        "parties": [{ "name": "张某", "side": "applicant" }, { "name": "李某", "side": "respondent" }],
    })
}

fn some_cases(base: &Path) {
    some_cases_of(&Room::township(&base.join("home")));
}

fn some_cases_of(room: &Room) {
    for number in 0..3 {
        let _ = room.register(&format!("第 {number} 件"));
    }
}

/// The first case that was registered.
fn first(room: &Room) -> Value {
    let found = room.does("case_search", json!({ "query": "第 0 件" }));
    found["rows"][0]["id"].clone()
}

/// A paper, always the same.
fn paper() -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut content = b"%PDF-1.7 ".to_vec();
    content.resize_with(PAPER_BYTES, || random.u8(..));
    content
}

/// What looks like a packet, in a folder and those below it.
fn packets(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(packets(&path));
        } else if path.extension().is_some_and(|ending| ending == "PLP") {
            found.push(path);
        }
    }
    found
}
