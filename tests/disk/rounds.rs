//! An act, again and again, with something going wrong at another of its changes each time.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fastrand::Rng;
use tests::{PASSPHRASE, Room, as_json, folder};

use crate::acts::{ACTS, Act, NEW_PASSPHRASE};
use crate::disk::{Disk, Trouble};

/// Names the act of this process.
pub(crate) const ACT: &str = "PINGLI_DISK_ACT";

/// At how many changes of an act something goes wrong, unless said otherwise.
const POINTS: usize = 2;

/// In how many ways a power cut leaves what was not synced, unless said otherwise: all of it,
/// nothing of it, and some.
const PATTERNS: u64 = 3;

/// What became of the rounds.
#[derive(Debug, Default)]
struct Outcome {
    rounds: usize,
    /// Something did fail.
    failed: usize,
    /// It was acknowledged all the same.
    acknowledged: usize,
    /// It was not, and had not happened.
    before: usize,
    /// It was not, and had happened.
    after: usize,
}

/// What a room holds: so many rows of each list.
type Shape = BTreeMap<String, usize>;

struct Play<'a> {
    disk: &'a Disk,
    act: &'static Act,
    /// What lies there before each round.
    base: &'a Path,
    /// What is shown before the act, and what it looks like after it.
    before: Vec<String>,
    after: Shape,
    /// How many files of blobs there are before it, and after it.
    blobs: (usize, usize),
    outcome: Outcome,
}

fn number(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Plays the act that the environment names.
pub(crate) fn play() {
    let name = number(ACT).expect("an act");
    let act = ACTS.iter().find(|act| act.name == name).expect("an act that there is");
    let disk = Disk::here();
    let base = folder();
    (act.prepare)(base.path());
    let mut play = Play {
        disk: &disk,
        act,
        base: base.path(),
        before: Vec::new(),
        after: Shape::new(),
        blobs: (0, 0),
        outcome: Outcome::default(),
    };
    let changes = play.without_trouble();
    let asked = number("PINGLI_DISK_POINTS").unwrap_or_else(|| POINTS.to_string());
    let points = asked.parse().unwrap_or(usize::MAX);
    let patterns = number("PINGLI_DISK_PATTERNS").and_then(|text| text.parse().ok());
    let mut random = Rng::with_seed(20_261_130);
    let troubles = (0..patterns.unwrap_or(PATTERNS)).map(Trouble::Cut).chain([
        Trouble::Full { ever: false },
        Trouble::Full { ever: true },
        Trouble::Error { ever: false },
        Trouble::Error { ever: true },
    ]);
    for trouble in troubles {
        let mut at: Vec<u64> = (1..=changes).collect();
        random.shuffle(&mut at);
        at.truncate(points);
        for at in at {
            play.round(trouble, at);
        }
    }
    let Outcome { rounds, failed, acknowledged, before, after } = play.outcome;
    eprintln!(
        "{name}: {changes} changes, {rounds} rounds, {failed} with a fault, {acknowledged} \
         acknowledged, {before} as before, {after} done though not acknowledged"
    );
    assert!(failed * 2 > rounds, "hardly anything went wrong");
    assert!(before > 0 || act.is_opening, "nothing was ever prevented");
}

impl Play<'_> {
    /// Lays out what was there, anew.
    fn lay_out(&self) -> std::path::PathBuf {
        let base = self.disk.folder().join("round");
        let _ = fs::remove_dir_all(&base);
        copy(self.base, &base);
        base
    }

    fn opened(&self, base: &Path) -> Room {
        let home = base.join("home");
        let room = Room::empty(&home);
        if self.act.is_open {
            room.does("profile_unlock", serde_json::json!({ "passphrase": PASSPHRASE }));
            quiet(&room);
        }
        room
    }

    /// What the act is like when nothing goes wrong; gives how many changes it makes.
    fn without_trouble(&mut self) -> u64 {
        let base = self.lay_out();
        if let Some(room) = reopened(&base) {
            self.before = room.records();
            self.blobs.0 = room.blob_files().len();
            let is_done = (self.act.is_done)(&room, &base);
            assert_eq!(is_done, self.act.is_opening, "it was done before");
        }
        let base = self.lay_out();
        let room = self.opened(&base);
        self.disk.arm(Trouble::Count, 0);
        (self.act.run)(&room, &base).expect("nothing goes wrong");
        quiet(&room);
        drop(room);
        let (changes, failed) = self.disk.lift();
        assert!(changes > 0 && !failed);
        let room = reopened(&base).expect("there is a profile");
        assert!((self.act.is_done)(&room, &base), "it is done");
        self.after = shape(&room.records());
        self.blobs.1 = room.blob_files().len();
        changes
    }

    fn round(&mut self, trouble: Trouble, at: u64) {
        let name = self.act.name;
        let base = self.lay_out();
        let room = self.opened(&base);
        self.disk.arm(trouble, at);
        let said = (self.act.run)(&room, &base);
        self.outcome.rounds += 1;
        let what = format!("{name}, {trouble:?} at {at}: {said:?}");
        if let Err(fault) = &said {
            let code = as_json(fault)["code"].clone();
            assert!(
                ["disk_full", "disk_failing", "file"].contains(&code.as_str().unwrap()),
                "{what}"
            );
        }
        if !matches!(trouble, Trouble::Cut(_)) {
            self.outcome.failed += usize::from(self.disk.lift().1);
            // The disk is well again: so is the program, without a restart.
            if said.is_err() && self.act.is_open && !(self.act.is_done)(&room, &base) {
                let again = (self.act.run)(&room, &base);
                assert!(again.is_ok(), "{what}, and again: {again:?}");
            }
        }
        drop(room);
        if matches!(trouble, Trouble::Cut(_)) {
            self.outcome.failed += usize::from(self.disk.lift().1);
        }
        self.is_before_or_after(&base, said.is_ok(), &what);
    }

    /// The profile opens, is whole, and the act was done or not, with nothing between.
    fn is_before_or_after(&mut self, base: &Path, is_acknowledged: bool, what: &str) {
        let Some(room) = reopened(base) else {
            assert!(!is_acknowledged && self.before.is_empty(), "{what}: no profile");
            self.outcome.before += 1;
            return;
        };
        let is_done = (self.act.is_done)(&room, base);
        assert!(is_done || !is_acknowledged, "{what}: acknowledged and gone");
        let now = room.records();
        // Papers travel after records: they may come another time. None lies about unnamed.
        let blobs = room.blob_files().len();
        if is_done {
            assert_eq!(shape(&now), self.after, "{what}");
            assert!(blobs <= self.blobs.1, "{what}: {blobs} files of blobs");
        } else {
            assert_eq!(now, self.before, "{what}");
            assert_eq!(blobs, self.blobs.0, "{what}: files of blobs");
        }
        let report = room.desk.examine().unwrap();
        assert!(report.is_file_whole && report.broken_logs.is_empty(), "{what}: {report:?}");
        assert!(room.desk.rebuild(true).unwrap().is_same, "{what}");
        match (is_acknowledged, is_done) {
            (true, _) => self.outcome.acknowledged += 1,
            (false, true) => self.outcome.after += 1,
            (false, false) => self.outcome.before += 1,
        }
    }
}

/// The profile after whatever happened; `None` where there is none.
fn reopened(base: &Path) -> Option<Room> {
    let room = Room::empty(&base.join("home"));
    if room.does("status_get", serde_json::json!({}))["profile"] == "none" {
        return None;
    }
    let opens = |passphrase: &str| {
        room.call("profile_unlock", serde_json::json!({ "passphrase": passphrase }))
    };
    let opened = opens(PASSPHRASE);
    if opened.is_err() {
        opens(NEW_PASSPHRASE).unwrap_or_else(|fault| panic!("{opened:?}, {fault:?}"));
    }
    quiet(&room);
    Some(room)
}

/// Waits until what runs in the background is over.
fn quiet(room: &Room) {
    while !room.desk.is_checked() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

fn shape(records: &[String]) -> Shape {
    let mut shape = Shape::new();
    for row in records {
        *shape.entry(row.split('\t').next().unwrap_or_default().to_owned()).or_default() += 1;
    }
    shape
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
