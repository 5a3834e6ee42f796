//! The system's keyring as one more way in: when it opens the profile, and what ends that.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use app::clock::{SetClock, SystemEntropy};
use app::fault::{Fault, KeyringTrouble};
use app::host::{Attendance, CommandLine, Host, Keyring, PickKind, Stick};
use serde_json::{Value, json};
use tests::{Fittings, MORNING_MS, PASSPHRASE, Room, as_json, folder, is, text};
use zeroize::Zeroizing;

const NEW: &str = "水牛 窗台 七点 铁锹";

/// A keyring in memory, which fails when it is told to.
#[derive(Default)]
struct Ring {
    kept: Mutex<BTreeMap<String, String>>,
    trouble: Mutex<Option<KeyringTrouble>>,
    asked: Mutex<u32>,
}

impl Ring {
    fn kept(&self) -> BTreeMap<String, String> {
        self.kept.lock().unwrap().clone()
    }

    fn asked(&self) -> u32 {
        *self.asked.lock().unwrap()
    }

    fn fail(&self, trouble: Option<KeyringTrouble>) {
        *self.trouble.lock().unwrap() = trouble;
    }

    fn answer(&self) -> Result<(), KeyringTrouble> {
        *self.asked.lock().unwrap() += 1;
        self.trouble.lock().unwrap().map_or(Ok(()), Err)
    }
}

impl Keyring for Ring {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<String>>, KeyringTrouble> {
        self.answer()?;
        Ok(self.kept().get(name).cloned().map(Zeroizing::new))
    }

    fn set(&self, name: &str, secret: &str) -> Result<(), KeyringTrouble> {
        self.answer()?;
        self.kept.lock().unwrap().insert(name.to_owned(), secret.to_owned());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), KeyringTrouble> {
        self.answer()?;
        self.kept.lock().unwrap().remove(name);
        Ok(())
    }
}

/// A computer with a keyring, before which somebody sits.
struct Computer(Arc<Ring>);

impl Host for Computer {
    fn name(&self) -> &'static str {
        CommandLine.name()
    }

    fn attendance(&self) -> Attendance {
        Attendance::Told
    }

    fn takes_paths(&self) -> bool {
        CommandLine.takes_paths()
    }

    fn can_pick(&self) -> bool {
        CommandLine.can_pick()
    }

    fn pick(&self, kind: PickKind, suggested: &str) -> Result<Option<PathBuf>, Fault> {
        CommandLine.pick(kind, suggested)
    }

    fn sticks(&self) -> Vec<Stick> {
        Vec::new()
    }

    fn machine(&self) -> Option<String> {
        CommandLine.machine()
    }

    fn keyring(&self) -> Option<Arc<dyn Keyring>> {
        Some(self.0.clone())
    }
}

/// The program, started on a computer with this keyring.
fn started(home: &Path, ring: &Arc<Ring>) -> Room {
    let fittings = Fittings {
        clock: Arc::new(SetClock::at(MORNING_MS)),
        entropy: Arc::new(SystemEntropy),
        host: Arc::new(Computer(ring.clone())),
        listener: None,
    };
    Room::fitted(home, fittings)
}

fn remember(room: &Room) {
    room.does("keyring_remember", json!({ "passphrase": PASSPHRASE }));
}

/// A township whose head lets the keyring open it.
fn remembered(home: &Path) -> (Room, Arc<Ring>) {
    let ring = Arc::new(Ring::default());
    let room = started(home, &ring).founded();
    assert_eq!(keyring(&room), json!({ "state": "off", "opens_now": false }));
    remember(&room);
    assert_eq!(keyring(&room), json!({ "state": "on", "opens_now": false }), "it is open already");
    (room, ring)
}

fn keyring(room: &Room) -> Value {
    room.does("status_get", json!({}))["keyring"].take()
}

fn profile(room: &Room) -> Value {
    room.does("status_get", json!({}))["profile"].take()
}

fn by_passphrase(room: &Room) {
    let status = room.does("profile_unlock", json!({ "passphrase": PASSPHRASE }));
    assert_eq!(status["profile"], "open");
}

/// The keyring does not open it, and says why.
fn stays_shut(room: &Room, why: &str) {
    let fault = room.fails("keyring_unlock", json!({}));
    assert!(is(&fault, "keyring", why), "{fault:?}");
    assert_eq!(profile(room), "locked");
}

/// Nothing is left of it, in the vault and in the keyring.
fn has_ended(room: &Room, ring: &Ring) {
    assert_eq!(ring.kept(), BTreeMap::new());
    let vault = fs::read_to_string(room.home.join("profile.json")).unwrap();
    assert!(!vault.contains("keyring"), "{vault}");
    assert_eq!(keyring(room)["opens_now"], false);
}

#[test]
fn after_a_start_the_keyring_opens_what_the_passphrase_opens_too() {
    let folder = folder();
    let home = folder.path().join("home");
    let (room, ring) = remembered(&home);
    let user = text(&room.does("status_get", json!({})), "/office/user/id");
    let _ = room.register("田埂纠纷");
    drop(room);
    let room = started(&home, &ring);
    assert_eq!(keyring(&room), json!({ "state": "on", "opens_now": true }));
    let status = room.does("keyring_unlock", json!({}));
    assert_eq!((&status["profile"], &status["office"]["cases"]), (&json!("open"), &json!(1)));
    assert_eq!(text(&status, "/office/user/id"), user);
    let notes = room.does("audit_list", json!({ "act": "unlocked" }));
    assert_eq!(notes["rows"][0]["word"], "keyring", "{notes}");
    let notes = room.does("audit_list", json!({ "act": "keyring_set" }));
    assert_eq!(notes["rows"][0]["word"], "on", "{notes}");
    drop(room);
    let room = started(&home, &ring);
    by_passphrase(&room);
    let notes = room.does("audit_list", json!({ "act": "unlocked" }));
    assert_eq!(notes["rows"][0]["word"], "", "{notes}");
}

#[test]
fn the_file_holds_nothing_of_what_the_keyring_holds() {
    let folder = folder();
    let (room, ring) = remembered(&folder.path().join("home"));
    let kept = ring.kept();
    let (name, secret) = kept.iter().next().unwrap();
    assert_eq!((kept.len(), secret.len()), (1, 64));
    let vault = fs::read_to_string(room.home.join("profile.json")).unwrap();
    assert!(vault.contains("keyring") && vault.contains("passphrase"));
    assert!(!vault.contains(secret.as_str()) && !vault.contains(name.as_str()));
    // Turned on once more: another secret, and one entry.
    remember(&room);
    assert!(ring.kept().len() == 1 && ring.kept()[name] != *secret);
}

#[test]
fn once_it_was_locked_the_keyring_opens_nothing_until_the_next_start() {
    let folder = folder();
    let home = folder.path().join("home");
    let (room, ring) = remembered(&home);
    let asked = ring.asked();
    for lock in ["profile_lock", "desk_leave"] {
        room.does(lock, json!({}));
        assert_eq!(keyring(&room), json!({ "state": "on", "opens_now": false }), "{lock}");
        stays_shut(&room, "not_now");
        by_passphrase(&room);
    }
    room.clock.set(MORNING_MS + 10 * 60_000);
    assert_eq!(profile(&room), "locked", "nobody was there");
    stays_shut(&room, "not_now");
    drop(room);
    // Sleep finds the lock page: who wakes the computer is asked for the passphrase.
    let room = started(&home, &ring);
    room.does("profile_lock", json!({}));
    stays_shut(&room, "not_now");
    assert_eq!(ring.asked(), asked, "the keyring is not even asked");
    drop(room);
    let room = started(&home, &ring);
    assert_eq!(room.does("keyring_unlock", json!({}))["profile"], "open");
}

#[test]
fn a_keyring_that_fails_changes_nothing_and_the_passphrase_opens() {
    let folder = folder();
    let home = folder.path().join("home");
    let (room, ring) = remembered(&home);
    drop(room);
    let vault = fs::read(home.join("profile.json")).unwrap();
    for (trouble, word) in
        [(KeyringTrouble::Unavailable, "unavailable"), (KeyringTrouble::Refused, "refused")]
    {
        let room = started(&home, &ring);
        ring.fail(Some(trouble));
        stays_shut(&room, word);
        assert_eq!(fs::read(home.join("profile.json")).unwrap(), vault);
        by_passphrase(&room);
        let refused = room.fails("keyring_remember", json!({ "passphrase": PASSPHRASE }));
        assert!(is(&refused, "keyring", word), "{refused:?}");
        ring.fail(None);
    }
    let room = started(&home, &ring);
    assert_eq!(room.does("keyring_unlock", json!({}))["profile"], "open", "what was on is on");
}

#[test]
fn a_secret_that_is_gone_or_another_opens_nothing_and_ends_it() {
    let folder = folder();
    let home = folder.path().join("home");
    let (room, ring) = remembered(&home);
    let (name, secret) = ring.kept().pop_first().unwrap();
    drop(room);
    // Copied to another computer, whose keyring knows nothing of it.
    let copy = folder.path().join("copy");
    fs::create_dir(&copy).unwrap();
    for file in ["profile.json", "pingli.db"] {
        fs::copy(home.join(file), copy.join(file)).unwrap();
    }
    let elsewhere = Arc::new(Ring::default());
    let room = started(&copy, &elsewhere);
    stays_shut(&room, "gone");
    has_ended(&room, &elsewhere);
    by_passphrase(&room);
    drop(room);
    for wrong in ["", "0", &secret.to_uppercase(), &"0".repeat(64), &"长".repeat(100_000)] {
        let room = started(&home, &ring);
        ring.kept.lock().unwrap().insert(name.clone(), wrong.to_owned());
        stays_shut(&room, "gone");
        has_ended(&room, &ring);
        stays_shut(&room, "gone");
        by_passphrase(&room);
        remember(&room);
    }
}

#[test]
fn turning_it_off_a_new_passphrase_and_a_second_person_end_it() {
    let folder = folder();
    let home = folder.path().join("home");
    let (room, ring) = remembered(&home);
    room.does("keyring_forget", json!({}));
    has_ended(&room, &ring);
    let notes = room.does("audit_list", json!({ "act": "keyring_set" }));
    assert_eq!(notes["rows"][0]["word"], "off", "{notes}");
    room.does("keyring_forget", json!({}));
    let again = room.does("audit_list", json!({ "act": "keyring_set" }));
    assert_eq!(again, notes, "nothing was done");
    remember(&room);
    room.does("passphrase_change", json!({ "passphrase": PASSPHRASE, "new_passphrase": NEW }));
    has_ended(&room, &ring);
    room.does("keyring_remember", json!({ "passphrase": NEW }));
    let adding = json!({
        "passphrase": NEW, "user_name": "陈某", "role": "R4", "new_passphrase": "五更 石榴 晒谷 木桥",
    });
    room.does("account_add", adding);
    has_ended(&room, &ring);
    assert_eq!(keyring(&room)["state"], "several");
    let refused = room.fails("keyring_remember", json!({ "passphrase": NEW }));
    assert!(is(&refused, "keyring", "several"), "{refused:?}");
    has_ended(&room, &ring);
}

#[test]
fn the_way_back_and_a_restored_backup_end_it() {
    let folder = folder();
    let home = folder.path().join("home");
    let (room, ring) = remembered(&home);
    let sheet = room.does("recovery_renew", json!({ "passphrase": PASSPHRASE }));
    assert_eq!(keyring(&room)["state"], "on", "a sheet that is printed opens nothing");
    room.does("backup_make", json!({}));
    room.does("profile_lock", json!({}));
    let name = room.does("backup_find", json!({}))["backups"][0]["line"]["name"].take();
    room.does("backup_restore", json!({ "name": name, "passphrase": PASSPHRASE }));
    has_ended(&room, &ring);
    // The backup itself still has the box, and the keyring the secret: that, too, ends.
    room.does("profile_lock", json!({}));
    by_passphrase(&room);
    remember(&room);
    let (entry, secret) = ring.kept().pop_first().unwrap();
    fs::remove_file(home.join("profile.json")).unwrap();
    drop(room);
    let room = started(&home, &ring);
    ring.kept.lock().unwrap().insert(entry, secret);
    let found = room.does("backup_find", json!({}))["backups"].take();
    let named = found.as_array().unwrap().iter().find(|backup| backup["line"]["name"] == name);
    let name = &named.unwrap()["line"]["name"];
    room.does("backup_restore", json!({ "name": name, "passphrase": PASSPHRASE }));
    has_ended(&room, &ring);
    remember(&room);
    room.does("profile_lock", json!({}));
    let digits = text(&sheet, "/code");
    room.does("passphrase_recover", json!({ "code": digits, "new_passphrase": NEW }));
    has_ended(&room, &ring);
    drop(room);
    stays_shut(&started(&home, &ring), "gone");
}

#[test]
fn it_is_asked_for_with_the_passphrase_and_in_the_window_alone() {
    let folder = folder();
    let ring = Arc::new(Ring::default());
    let room = started(&folder.path().join("home"), &ring);
    assert_eq!(keyring(&room)["state"], "absent", "there is no profile");
    assert_eq!(as_json(&room.fails("keyring_unlock", json!({})))["code"], "no_profile");
    room.does("demo_start", json!({ "cases": 1 }));
    assert_eq!(keyring(&room)["state"], "absent", "it is for practice");
    room.does("demo_leave", json!({}));
    let room = room.founded();
    let wrong = room.fails("keyring_remember", json!({ "passphrase": NEW }));
    assert_eq!(as_json(&wrong)["code"], "wrong_passphrase");
    assert_eq!((ring.asked(), keyring(&room)["state"].take()), (0, json!("off")));
    let program = Room::township(&folder.path().join("program"));
    assert_eq!(keyring(&program)["state"], "absent");
    let refused = program.fails("keyring_remember", json!({ "passphrase": PASSPHRASE }));
    assert!(is(&refused, "keyring", "unavailable"), "{refused:?}");
}
