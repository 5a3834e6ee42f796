//! The computers: real desks with real files in memory, clocks set by hand, randomness from the
//! seed; and what happens to their disks.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::clock::{Entropy, SetClock};
use app::fault::Fault;
use app::host::{Attendance, CommandLine, Host, PickKind, Stick};
use app::progress::Event as Told;
use fastrand::Rng;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Fittings, MORNING_MS, PASSPHRASE, Post, QIAOTOU, Room, SHIWAN, folder, text};

/// 河西村
const HEXI: Post =
    Post { unit: "河西村评理说事点", level: "village", sort: "point", role: "R3" };

/// The villages, one computer each; the first two share a unit.
const POSTS: [Post; 4] = [QIAOTOU, QIAOTOU, SHIWAN, HEXI];

/// How many copies of profiles there may be beside the computers.
const TWINS_MAX: usize = 2;

/// The township's computer.
pub const TOWNSHIP: usize = 0;

/// How long a pass over what is stored is waited for.
const PATIENCE: u32 = 20_000;

/// Where the power goes during a command: files are copied as they are at one of its steps.
struct Fuse {
    left: u32,
    to: PathBuf,
    is_burnt: bool,
}

type Held = Arc<Mutex<Option<Fuse>>>;

/// A computer.
pub struct Slot {
    /// What it is called in logs.
    pub name: String,
    room: Option<Room>,
    home: PathBuf,
    clock: Arc<SetClock>,
    entropy: Arc<dyn Entropy>,
    machine: String,
    fuse: Held,
    /// How far its clock is ahead.
    pub ahead_ms: i64,
    /// Its unit.
    pub unit: String,
    /// Its device: a copy has the same.
    pub device: String,
    /// Whether the township revoked it.
    pub is_revoked: bool,
    /// Whether it has the next version of the program.
    pub is_next: bool,
    /// Images of its disk.
    pub images: Vec<PathBuf>,
}

struct Seeded(Mutex<Rng>);

impl Entropy for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(buffer);
    }
}

/// The command line on a machine of a name.
struct Machine(String);

impl Host for Machine {
    fn name(&self) -> &'static str {
        CommandLine.name()
    }

    fn attendance(&self) -> Attendance {
        CommandLine.attendance()
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
        Some(self.0.clone())
    }
}

/// Everything.
pub struct World {
    folder: TempDir,
    /// The computers, the township's first.
    pub slots: Vec<Slot>,
    base: usize,
    seed: u64,
    now_ms: u64,
    made: u32,
}

/// Copies the files of a home folder and the blobs below it as they are, without what a running
/// program keeps there.
pub fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_blobs = name == "blobs" || from.file_name().is_some_and(|from| from == "blobs");
        if entry.file_type()?.is_dir() && is_blobs {
            copy(&entry.path(), &to.join(&name))?;
        }
        if entry.file_type()?.is_file() && name != "lock" && name != "pingli.db-shm" {
            fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}

/// How many bytes two files begin with alike.
fn common(one: &[u8], two: &[u8]) -> usize {
    // Page by page, since files are long and mostly the same.
    const PAGE_BYTES: usize = 4096;
    let pages = one.chunks(PAGE_BYTES).zip(two.chunks(PAGE_BYTES));
    let whole = pages.take_while(|(a, b)| a == b).count() * PAGE_BYTES;
    let whole = whole.min(one.len()).min(two.len());
    let rest = one[whole..].iter().zip(&two[whole..]);
    whole + rest.take_while(|(a, b)| a == b).count()
}

/// Puts into a copy of an earlier state what of the log of the database was written until the power
/// went: from the first byte that changed, up to a part of all that did. Says whether it could.
fn tear(before: &Path, after: &Path, to: &Path, part: f64) -> std::io::Result<bool> {
    let read = |home: &Path, name: &str| fs::read(home.join(name));
    if read(before, "pingli.db")? != read(after, "pingli.db")? {
        return Ok(false);
    }
    const LOG: &str = "pingli.db-wal";
    let (old, new) = (read(before, LOG).unwrap_or_default(), read(after, LOG).unwrap_or_default());
    let first = common(&old, &new);
    let written = new.len().saturating_sub(first);
    let at = first + (written as f64 * part) as usize;
    let mut torn = new[..at].to_vec();
    torn.extend_from_slice(old.get(at..).unwrap_or_default());
    fs::write(to.join(LOG), torn)?;
    Ok(true)
}

impl World {
    /// A township that was founded, and its villages, which have joined.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed ^ 0x5eed);
        let base = 1 + rng.usize(2..=POSTS.len());
        let folder = folder();
        let mut world = Self { folder, slots: Vec::new(), base, seed, now_ms: MORNING_MS, made: 0 };
        let mut founder = world.slot("镇".to_owned(), "machine-0".to_owned());
        let township = world.fit(&founder).founded();
        founder.unit = township.unit();
        founder.device = township.device();
        let mut others = Vec::new();
        for (at, post) in POSTS.into_iter().enumerate().take(base - 1) {
            let mut slot = world.slot(format!("村{}", at + 1), format!("machine-{}", at + 1));
            let room = world.fit(&slot);
            let room = township.joined_by(room, post);
            (slot.unit, slot.device) = (room.unit(), room.device());
            slot.room = Some(room);
            others.push(slot);
        }
        for slot in &others {
            let room = slot.room.as_ref().expect("just made");
            township.carry(room);
        }
        founder.room = Some(township);
        world.slots.push(founder);
        world.slots.extend(others);
        world
    }

    fn slot(&mut self, name: String, machine: String) -> Slot {
        let number = self.path("randomness").0;
        let rng = Rng::with_seed(super::event::mix(self.seed, u64::from(number)));
        Slot {
            home: self.path("home").1,
            name,
            room: None,
            clock: Arc::new(SetClock::at(self.now_ms)),
            entropy: Arc::new(Seeded(Mutex::new(rng))),
            machine,
            fuse: Held::default(),
            ahead_ms: 0,
            unit: String::new(),
            device: String::new(),
            is_revoked: false,
            is_next: false,
            images: Vec::new(),
        }
    }

    /// A path that nothing has yet.
    pub fn path(&mut self, what: &str) -> (u32, PathBuf) {
        self.made += 1;
        (self.made, self.folder.path().join(format!("{what}-{}", self.made)))
    }

    fn fit(&self, slot: &Slot) -> Room {
        let (fuse, home) = (slot.fuse.clone(), slot.home.clone());
        let listener = move |told: Told| {
            let Told::Progress { .. } = told else { return };
            let mut fuse = fuse.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(fuse) = fuse.as_mut().filter(|fuse| !fuse.is_burnt) else { return };
            if fuse.left > 0 {
                fuse.left -= 1;
                return;
            }
            fuse.is_burnt = copy(&home, &fuse.to).is_ok();
        };
        let fittings = Fittings {
            clock: slot.clock.clone(),
            entropy: slot.entropy.clone(),
            host: Arc::new(Machine(slot.machine.clone())),
            listener: Some(Arc::new(listener)),
        };
        Room::fitted(&slot.home, fittings)
    }

    /// Which computer a number means: the same one, whoever else was copied.
    #[must_use]
    pub fn pick(&self, number: u32) -> usize {
        let at = number as usize % (self.base + TWINS_MAX);
        if at < self.slots.len() { at } else { at % self.base }
    }

    /// A village's computer, likewise.
    #[must_use]
    pub fn pick_village(&self, number: u32) -> usize {
        let at = number as usize % (self.base - 1 + TWINS_MAX) + 1;
        if at < self.slots.len() { at } else { at % (self.base - 1) + 1 }
    }

    /// The desk of a computer.
    ///
    /// # Panics
    /// If it is not running.
    #[must_use]
    pub fn room(&self, at: usize) -> &Room {
        self.slots[at].room.as_ref().expect("it runs")
    }

    /// Time goes by.
    pub fn pass(&mut self, minutes: u64) {
        self.now_ms += minutes * 60_000;
        for at in 0..self.slots.len() {
            self.set_clock(at, self.slots[at].ahead_ms);
        }
    }

    /// Puts a clock wrong, or right.
    pub fn set_clock(&mut self, at: usize, ahead_ms: i64) {
        let slot = &mut self.slots[at];
        slot.ahead_ms = ahead_ms;
        slot.clock.set(self.now_ms.saturating_add_signed(ahead_ms));
    }

    /// Waits until nothing is written beside what is asked for.
    pub fn quiet(&self, at: usize) {
        for _ in 0..PATIENCE {
            if self.room(at).desk.is_checked() {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        panic!("{}: the pass over what is stored never ends", self.slots[at].name);
    }

    /// The files of a computer as they are now.
    pub fn files(&mut self, at: usize) -> PathBuf {
        self.quiet(at);
        let to = self.path("files").1;
        copy(&self.slots[at].home, &to).expect("copied");
        to
    }

    /// Starts a computer from files: whatever was only in memory is gone.
    ///
    /// # Errors
    /// Why it does not open.
    pub fn start_from(&mut self, at: usize, files: &Path) -> Result<(), String> {
        let home = self.path("home").1;
        copy(files, &home).map_err(|error| error.to_string())?;
        let slot = &mut self.slots[at];
        slot.room = None;
        // What is not needed any more would fill the memory it lies in.
        let _ = fs::remove_dir_all(std::mem::replace(&mut slot.home, home));
        self.start(at)
    }

    fn start(&mut self, at: usize) -> Result<(), String> {
        let mut slot = self.slots.remove(at);
        let room = self.fit(&slot);
        let opened = room.call("profile_unlock", json!({ "passphrase": PASSPHRASE }));
        slot.room = Some(room);
        let name = slot.name.clone();
        self.slots.insert(at, slot);
        opened.map(|_| ()).map_err(|fault| format!("{name} does not open: {fault:?}"))
    }

    /// Shuts a computer down and starts it.
    ///
    /// # Errors
    /// Why it does not open.
    pub fn restart(&mut self, at: usize) -> Result<(), String> {
        let locked = self.room(at).call("profile_lock", json!({}));
        locked.map_err(|fault| format!("does not lock: {fault:?}"))?;
        self.slots[at].room = None;
        self.start(at)
    }

    /// The files as the power left them that went while what changed `before` to now was being
    /// written, after a part of it.
    pub fn torn(&mut self, at: usize, before: &Path, part: f64) -> (PathBuf, bool) {
        let after = self.files(at);
        let is_torn = tear(before, &after, before, part).expect("torn");
        if is_torn && after.join("blobs").is_dir() {
            // They are on the disk before the database says so.
            copy(&after.join("blobs"), &before.join("blobs")).expect("copied");
        }
        let _ = is_torn.then(|| fs::remove_dir_all(&after));
        (if is_torn { before.to_owned() } else { after }, is_torn)
    }

    /// Lets the power go at one of the next steps of a long command; gives where the files will
    /// lie.
    pub fn light(&mut self, at: usize, steps: u32) -> PathBuf {
        self.quiet(at);
        let to = self.path("files").1;
        let fuse = Fuse { left: steps, to: to.clone(), is_burnt: false };
        *self.slots[at].fuse.lock().unwrap_or_else(PoisonError::into_inner) = Some(fuse);
        to
    }

    /// Whether the power went.
    pub fn is_burnt(&mut self, at: usize) -> bool {
        let fuse = self.slots[at].fuse.lock().unwrap_or_else(PoisonError::into_inner).take();
        fuse.is_some_and(|fuse| fuse.is_burnt)
    }

    /// The home folder of a computer.
    #[must_use]
    pub fn home(&self, at: usize) -> &Path {
        &self.slots[at].home
    }

    /// Copies a whole profile onto another computer, or onto the same machine's twin. Says which it
    /// is; nothing if there are enough.
    ///
    /// # Errors
    /// Why the copy does not open.
    pub fn twin(&mut self, of: usize, is_other_machine: bool) -> Result<Option<usize>, String> {
        if self.slots.len() >= self.base + TWINS_MAX {
            return Ok(None);
        }
        let files = self.files(of);
        let machine = match is_other_machine {
            true => format!("copy-{}", self.slots.len()),
            false => self.slots[of].machine.clone(),
        };
        let mut slot =
            self.slot(format!("{}副本{}", self.slots[of].name, self.slots.len()), machine);
        copy(&files, &slot.home).map_err(|error| error.to_string())?;
        let original = &self.slots[of];
        slot.unit.clone_from(&original.unit);
        slot.device.clone_from(&original.device);
        slot.is_revoked = original.is_revoked;
        slot.is_next = original.is_next;
        let at = self.slots.len();
        self.slots.push(slot);
        // No two clocks are equal to the millisecond.
        let ahead_ms = self.slots[of].ahead_ms;
        self.set_clock(at, ahead_ms + 1_234);
        self.start(at)?;
        Ok(Some(at))
    }

    /// All that a computer shows, case by case as text, to look for words in.
    #[must_use]
    pub fn shown(&self, at: usize, case: &str) -> Option<String> {
        let view = self.room(at).call("case_get", json!({ "case": case })).ok()?;
        self.shown_with(at, case, &view)
    }

    /// The same, once what a computer shows of the case itself was asked.
    #[must_use]
    pub fn shown_with(&self, at: usize, case: &str, view: &Value) -> Option<String> {
        let room = self.room(at);
        let mut shown = view.to_string();
        for offset in (0..).step_by(200) {
            let asked = json!({ "case": case, "offset": offset, "limit": 200 });
            let window = room.call("case_history", asked).ok()?;
            shown.push_str(&window["events"].to_string());
            if window["total"].as_u64() <= Some(offset + 200) {
                break;
            }
        }
        Some(shown)
    }

    /// The units of the villages, each once.
    #[must_use]
    pub fn village_units(&self) -> Vec<String> {
        let mut units: Vec<String> = Vec::new();
        for slot in &self.slots[1..] {
            if !units.contains(&slot.unit) {
                units.push(slot.unit.clone());
            }
        }
        units
    }

    /// What a village's unit is called in logs: the first of its computers.
    #[must_use]
    pub fn unit_name(&self, unit: &str) -> &str {
        self.slots.iter().find(|slot| slot.unit == unit).map_or("?", |slot| &slot.name)
    }

    /// Runs a command.
    ///
    /// # Errors
    /// In words, if it failed by a mistake of ours.
    pub fn call(
        &self,
        at: usize,
        name: &str,
        payload: Value,
    ) -> Result<Result<Value, String>, String> {
        match self.room(at).call(name, payload) {
            Ok(value) => Ok(Ok(value)),
            Err(fault) => self.told(at, name, &fault).map(Err),
        }
    }

    /// A refusal in a word or two.
    ///
    /// # Errors
    /// In words, if it is a mistake of ours.
    pub fn told(&self, at: usize, name: &str, fault: &Fault) -> Result<String, String> {
        let told = tests::as_json(fault);
        let code = text(&told, "/code");
        if ["internal", "profile_damaged", "disk_full", "locked", "bad_request"].contains(&&*code) {
            return Err(format!("{} {name}: {told}", self.slots[at].name));
        }
        let reason = told["reason"].as_str().unwrap_or_default();
        Ok(format!("{code} {reason}").trim().to_owned())
    }
}
