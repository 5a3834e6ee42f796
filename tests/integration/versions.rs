//! A fleet half on the next version: the program of the previous release meets today's, by stick
//! and over the line.
//!
//! `cargo xtask versions` builds that program and names it in `PINGLI_PREVIOUS`.

use std::path::{Path, PathBuf};
use std::process::Command;

use app::next::Next;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tests::served::Served;
use tests::{PASSPHRASE, QIAOTOU, Room, SHIWAN, as_json, folder, program, text};

/// What is said and done beside one computer.
struct Computer {
    served: Served,
    home: PathBuf,
}

impl Computer {
    fn new(program: &Path, home: &Path) -> Self {
        Self { served: Served::opened(program, home), home: home.to_owned() }
    }

    fn does(&self, name: &str, payload: Value) -> Value {
        self.served.does(name, &payload)
    }

    /// The same computer, with another version of the program.
    fn with(self, program: &Path) -> Self {
        let home = self.home.clone();
        drop(self);
        Self::new(program, &home)
    }

    fn unit(&self) -> Value {
        self.does("status_get", json!({}))["office"]["unit"]["id"].clone()
    }

    fn titles(&self) -> Vec<String> {
        let window = self.does("case_list", json!({ "limit": 200 }));
        let rows = window["rows"].as_array().unwrap();
        let mut titles: Vec<String> = rows.iter().map(|row| text(row, "/title")).collect();
        titles.sort();
        titles
    }

    /// Registers a case; gives its id.
    fn register(&self, title: &str) -> Value {
        let request = json!({
            "title": title, "summary": "屋檐的水滴到邻家墙上。",
            "parties": [
                { "name": "张某", "side": "applicant" }, { "name": "李某", "side": "respondent" },
            ],
        });
        self.does("case_register", request)["id"].clone()
    }

    fn note(&self, case: &Value, words: &str) {
        let facts = json!([{ "kind": "note", "body": { "text": words } }]);
        self.does("fact_add", json!({ "case": case, "facts": facts }));
    }

    fn history(&self, case: &Value) -> String {
        self.does("case_history", json!({ "case": case })).to_string()
    }

    fn attach(&self, case: &Value, bytes: &[u8]) {
        let begun = self.does("attachment_begin", json!({ "case": case, "bytes": bytes.len() }));
        let data = STANDARD.encode(bytes);
        self.does("attachment_piece", json!({ "upload": begun["upload"], "data": data }));
        let finish = json!({ "case": case, "upload": begun["upload"], "name": "借条" });
        self.does("attachment_finish", finish);
    }

    /// The attachments of a case, as this version shows them.
    fn attachments(&self, case: &Value) -> Vec<Value> {
        self.does("case_get", json!({ "case": case }))["attachments"].as_array().unwrap().clone()
    }

    fn carry(&self, to: &Self) {
        let stick = self.home.join("stick").join(fastrand::u64(..).to_string());
        let request = json!({ "unit": to.unit(), "to": { "path": stick } });
        let written = self.does("packet_export", request);
        for file in written["files"].as_array().unwrap() {
            let from = json!({ "from": { "path": text(file, "/path") } });
            let taken = to.served.address.call("packet_import", &from).expect("it answers");
            // A part without records is one of blobs, of which an older program knows nothing.
            assert!(taken.is_ok() || file["entries"] == 0, "{file}: {taken:?}");
        }
    }

    fn meet(&self, other: &Self) -> Value {
        let open = json!({ "enabled": true, "port": 0, "loopback": true });
        let address = text(&other.does("lan_listen", open), "/addresses/0");
        let met = self.does("lan_exchange", json!({ "address": address }));
        other.does("lan_listen", json!({ "enabled": false }));
        met
    }
}

/// The lists of a home folder are what its logs say.
fn is_sound(home: &Path) {
    let checked = Command::new(program())
        .arg("--home")
        .arg(home)
        .args(["rebuild", "--check"])
        .env("PINGLI_PASSPHRASE", PASSPHRASE)
        .output()
        .unwrap();
    assert!(checked.status.success(), "{checked:?}");
}

#[test]
#[ignore = "needs the program of the previous release: cargo xtask versions"]
fn a_fleet_half_on_the_next_version_loses_nothing() {
    let previous = PathBuf::from(std::env::var_os("PINGLI_PREVIOUS").expect("PINGLI_PREVIOUS"));
    let today = program();
    let folder = folder();
    let home = folder.path().join("village");
    let made = Command::new(&previous)
        .args(["demo", "--cases", "12", "--home"])
        .arg(&home)
        .env("PINGLI_PASSPHRASE", PASSPHRASE)
        .status();
    assert!(made.unwrap().success());
    let township = Computer::new(&previous, &home.join("township"));
    let village = Computer::new(&previous, &home);
    let before = village.titles();
    assert!(!before.is_empty());

    // The village has the next version first: nothing it had looks otherwise.
    let village = village.with(today);
    assert_eq!(village.titles(), before);
    let case = village.register("新版本登记的案件");
    let paper: Vec<u8> = b"%PDF-1.7 ".iter().copied().cycle().take(70_000).collect();
    village.attach(&case, &paper);
    // By stick: what the older program does not know it keeps, and says so.
    village.carry(&township);
    let shown = township.does("case_get", json!({ "case": case }));
    assert_eq!(shown["title"], "新版本登记的案件", "{shown}");
    assert!(township.history(&case).contains("needs_update"), "{}", township.history(&case));
    township.note(&case, "旧版本写的情况");
    township.register("旧版本登记的案件");
    township.carry(&village);
    assert!(village.history(&case).contains("旧版本写的情况"));
    assert_eq!(village.attachments(&case).len(), 1);

    // Over the line, whoever calls.
    village.note(&case, "再说一次");
    township.note(&case, "镇里也说");
    for (caller, called) in [(&village, &township), (&township, &village)] {
        let met = caller.meet(called);
        assert_eq!(met["is_equal"], true, "{met}");
    }
    for room in [&village, &township] {
        assert!(room.history(&case).contains("再说一次"));
        assert!(room.history(&case).contains("镇里也说"));
    }

    // The township follows: what it kept is shown, and the paper comes.
    let township = township.with(today);
    assert_eq!(township.attachments(&case).len(), 1, "kept, now shown");
    assert!(township.titles().contains(&"旧版本登记的案件".to_owned()));
    let met = village.meet(&township);
    assert_eq!(met["is_equal"], true, "{met}");
    let attachment = &township.attachments(&case)[0];
    assert_eq!(attachment["is_here"], true, "{attachment}");
    let read = township.does(
        "attachment_read",
        json!({ "case": case, "attachment": attachment["id"], "from": 0 }),
    );
    let begins = STANDARD.decode(text(&read, "/data")).unwrap();
    assert_eq!(begins, paper[..begins.len()]);
    let all = township.titles();
    assert!(village.titles().iter().all(|title| all.contains(title)));
    let homes = [village.home.clone(), township.home.clone()];
    drop((village, township));
    homes.iter().for_each(|home| is_sound(home));
}

#[test]
#[ignore = "needs the program of the previous release: cargo xtask versions"]
fn a_new_computer_of_another_version_is_lent_no_lists_and_gets_every_record() {
    let previous = PathBuf::from(std::env::var_os("PINGLI_PREVIOUS").expect("PINGLI_PREVIOUS"));
    let today = program();
    for (there, here) in [(previous.as_path(), today), (today, previous.as_path())] {
        let folder = folder();
        let home = folder.path().join("village");
        let made = Command::new(there)
            .args(["demo", "--cases", "12", "--home"])
            .arg(&home)
            .env("PINGLI_PASSPHRASE", PASSPHRASE)
            .status();
        assert!(made.unwrap().success());
        let township = Computer::new(there, &home.join("township"));
        Computer::new(there, &home).carry(&township);
        let new = folder.path().join("new");
        let newcomer = Computer { served: Served::start(here, &new), home: new };
        let invite = json!({
            "unit": township.unit(), "level": "township", "role": "R6",
            "to": { "path": folder.path().join("stick") },
        });
        let invited = township.does("invitation_create", invite);
        let accept = json!({
            "from": { "path": invited["path"] }, "code": invited["code"],
            "user_name": "钱某", "device_name": "新电脑", "passphrase": PASSPHRASE,
        });
        newcomer.does("invitation_accept", accept);
        let met = newcomer.meet(&township);
        assert_eq!(met["is_equal"], true, "{met}");
        assert!(met["listed"].as_u64().unwrap_or(0) == 0, "{met}");
        let titles = newcomer.titles();
        assert!(!titles.is_empty());
        assert_eq!(titles, township.titles());
    }
}

/// What the next version writes and this one does not know is kept, passed on and told of; where it
/// must not be passed over, the case is read and not written on.
#[test]
fn what_the_next_version_writes_is_kept_passed_on_and_told_of() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let other = township.joined(SHIWAN, &folder.path().join("other"));
    for next in Next::ALL {
        let case = village.register("新版本写过的案件")["id"].clone();
        let id = text(&json!({ "id": case }), "/id").parse().unwrap();
        let entry = village.desk.write_next(id, next, "新版本的话").expect("written");
        village.carry(&township);
        let share = json!({ "case": case, "units": [other.unit()] });
        let fact = json!([{ "kind": "note", "body": { "text": "照旧写的" } }]);
        let fact = json!({ "case": case, "facts": fact });
        for room in [&village, &township] {
            assert_eq!(room.desk.has_entry(&entry), Ok(true), "{next:?}");
            let shown = room.does("case_get", json!({ "case": case }));
            assert_eq!(shown["needs_update"], next.is_told(), "{next:?}");
            let may_write = shown["may_write"].as_array().unwrap().is_empty();
            assert_eq!(may_write, next == Next::Critical, "{next:?}");
        }
        if next == Next::Critical {
            for (name, request) in [("fact_add", fact), ("case_share", share)] {
                let fault = township.fails(name, request);
                assert_eq!(as_json(&fault)["code"], "newer_record", "{name}");
            }
            continue;
        }
        township.does("fact_add", fact);
        // A case that moves takes along what its changes say.
        township.does("case_share", share);
        township.carry(&other);
        let is_said = !matches!(next, Next::Entry | Next::Record);
        assert_eq!(other.desk.has_entry(&entry), Ok(is_said), "{next:?}");
        let shown = other.does("case_get", json!({ "case": case }));
        assert_eq!(shown["needs_update"], next.is_told(), "{next:?}");
    }
    for room in [&township, &village, &other] {
        let report = room.desk.rebuild(true).unwrap();
        assert!(report.is_same, "{report:?}");
    }
}
