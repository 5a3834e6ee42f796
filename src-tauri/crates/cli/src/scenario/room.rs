//! A room of a scenario: a real desk with real files, on a calendar set by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use app::clock::{Entropy, SetClock};
use app::fault::Fault;
use app::host::CommandLine;
use app::progress::{Event, Phase};
use app::{Desk, DeskOptions};
use domain::time::{At, Precision, midnight, moment};
use fastrand::Rng;
use serde_json::{Value, json};
use tempfile::TempDir;
use trust::seal::Cost;

use super::file::{Exchange, Node, Scenario, Way};
use super::value::{list, part};

/// The passphrase of every room.
const PASSPHRASE: &str = "pingli-scenario";

/// Cheap: nothing here needs guarding.
const COST: Cost = Cost { memory_kib: 64, passes: 1 };

/// The room that founds the township and invites everybody, and keeps the township's key.
const FOUNDER: &str = "";

/// A minute, in milliseconds.
const MINUTE_MS: i64 = 60_000;

struct Seeded(Mutex<Rng>);

impl Entropy for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(buffer);
    }
}

/// Where in a long command the power goes, or the line is cut.
type Fuse = Arc<Mutex<Option<f64>>>;

/// Finds the desk a listener belongs to, once there is one.
type Slot = Arc<OnceLock<Weak<Desk>>>;

/// How often a room is asked whether it is done, ten milliseconds apart.
const PATIENCE: u32 = 1_000;

/// What rooms call their own calls.
const CALL: &str = "scenario";

/// One room.
pub(super) struct Room {
    desk: Option<Arc<Desk>>,
    home: PathBuf,
    clock: Arc<SetClock>,
    entropy: Arc<dyn Entropy>,
    fuse: Fuse,
    cut: Fuse,
    ahead_ms: i64,
}

/// A packet that travelled, to be imported again at the end.
pub(super) struct Travelled {
    pub(super) path: PathBuf,
    pub(super) to: String,
}

/// All rooms of a scenario.
pub(super) struct Rooms {
    rooms: BTreeMap<String, Room>,
    folder: TempDir,
    now_ms: i64,
    packets: usize,
    pub(super) travelled: Vec<Travelled>,
}

/// Reads a moment as scenario files write it; a day alone means nine in the morning.
pub(super) fn parse_moment(text: &str) -> Result<i64, String> {
    let at: At = text.parse().map_err(|_| format!("not a time: {text:?}"))?;
    let minute = match at.precision {
        Precision::Day | Precision::Morning => 9 * 60,
        Precision::Afternoon => 15 * 60,
        Precision::Minute(minute) => i64::from(minute),
    };
    Ok(moment(midnight(at.day)) + minute * MINUTE_MS)
}

fn unsigned(ms: i64) -> u64 {
    u64::try_from(ms).unwrap_or(0)
}

impl Room {
    fn new(folder: &Path, name: &str, now_ms: i64, seed: u64) -> Self {
        let home = folder.join(if name.is_empty() { "founder" } else { name });
        let mut rng = Rng::with_seed(seed);
        for byte in name.bytes() {
            rng = Rng::with_seed(rng.u64(..) ^ u64::from(byte));
        }
        let mut room = Self {
            desk: None,
            home,
            clock: Arc::new(SetClock::at(unsigned(now_ms))),
            entropy: Arc::new(Seeded(Mutex::new(rng))),
            fuse: Arc::default(),
            cut: Arc::default(),
            ahead_ms: 0,
        };
        room.desk = Some(room.make_desk());
        room
    }

    fn make_desk(&self) -> Arc<Desk> {
        let (fuse, cut) = (self.fuse.clone(), self.cut.clone());
        let slot = Slot::default();
        let own = slot.clone();
        let desk = Arc::new(Desk::new(DeskOptions {
            home: self.home.clone(),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            host: Arc::new(CommandLine),
            cost: Some(COST),
            listener: Some(Arc::new(move |event| {
                if is_burnt(&fuse, &event, &[Phase::Receiving]) {
                    std::panic::resume_unwind(Box::new("power cut"));
                }
                if is_burnt(&cut, &event, &[Phase::Receiving, Phase::Sending])
                    && let Some(desk) = own.get().and_then(Weak::upgrade)
                {
                    // Whoever stops a call that is over stops nothing.
                    let _ = desk.call("call_cancel", json!({ "call": CALL }), None);
                }
            })),
            worker: None,
        }));
        // The slot is new: nobody else can have filled it.
        let _ = slot.set(Arc::downgrade(&desk));
        desk
    }

    /// Runs a command.
    pub(super) fn call(&self, name: &str, payload: Value) -> Result<Value, Fault> {
        match &self.desk {
            Some(desk) => desk.call(name, payload, Some(CALL)),
            None => Err(Fault::Locked),
        }
    }

    /// Waits until something is so.
    fn until(&self, is_so: impl Fn() -> bool) -> Result<(), String> {
        for _ in 0..PATIENCE {
            if is_so() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err(format!("{}: never finished", self.home.display()))
    }

    /// Every row of every list.
    pub(super) fn dump(&self) -> Result<Vec<String>, Fault> {
        self.desk.as_ref().ok_or(Fault::Locked)?.dump_views()
    }

    /// The cases its unit left.
    pub(super) fn left_cases(&self) -> Result<BTreeSet<String>, Fault> {
        self.desk.as_ref().ok_or(Fault::Locked)?.left_cases()
    }

    /// Runs a command that the power goes out on after a part of it, and starts again.
    pub(super) fn crash(&mut self, name: &str, payload: Value, at: f64) -> Result<Value, String> {
        *self.fuse.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
        let result = self.call(name, payload);
        let was_cut = self.fuse.lock().unwrap_or_else(PoisonError::into_inner).take().is_none();
        if !was_cut {
            return Err(format!("the command ended before the power did: {result:?}"));
        }
        // Whatever was only in memory is gone; a new process opens what is on disk.
        self.desk = None;
        let desk = self.make_desk();
        let opened = desk.call("profile_unlock", json!({ "passphrase": PASSPHRASE }), None);
        self.desk = Some(desk);
        opened.map_err(|fault| fault.to_string())
    }
}

/// Whether a fuse has just burnt down: in one of some phases, that far.
fn is_burnt(fuse: &Fuse, event: &Event, phases: &[Phase]) -> bool {
    let Event::Progress { phase, done, total: Some(total), .. } = event else {
        return false;
    };
    let mut left = fuse.lock().unwrap_or_else(PoisonError::into_inner);
    let is_burnt = phases.contains(phase) && left.is_some_and(|at| ratio(*done, *total) >= at);
    if is_burnt {
        *left = None;
    }
    is_burnt
}

fn ratio(done: u64, total: u64) -> f64 {
    let float = |n: u64| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    if total == 0 { 1.0 } else { float(done) / float(total) }
}

fn copy_files(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

impl Rooms {
    /// Founds the township and lets everybody join.
    pub(super) fn open(scenario: &Scenario, seed: u64) -> Result<Self, String> {
        let now_ms = parse_moment(&scenario.start)?;
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut rooms =
            Self { rooms: BTreeMap::new(), folder, now_ms, packets: 0, travelled: Vec::new() };
        let township = scenario.nodes.iter().find(|n| n.level == domain::role::Level::Township);
        let name = township.map_or("青石镇综治中心", |node| &node.unit).to_owned();
        let founder = Room::new(rooms.folder.path(), FOUNDER, now_ms, seed);
        let request = json!({
            "name": name, "user_name": "建镇人", "role": "R7",
            "device_name": "建镇电脑", "passphrase": PASSPHRASE,
        });
        founder.call("org_create", request).map_err(|fault| fault.to_string())?;
        rooms.rooms.insert(FOUNDER.to_owned(), founder);
        for node in &scenario.nodes {
            rooms.join(node, seed)?;
        }
        // Once more, so that everybody has heard of everybody.
        for node in &scenario.nodes {
            rooms.carry(FOUNDER, &node.name, None)?;
        }
        rooms.travelled.clear();
        Ok(rooms)
    }

    fn join(&mut self, node: &Node, seed: u64) -> Result<(), String> {
        if node.name.is_empty() || self.rooms.contains_key(&node.name) {
            return Err(format!("two rooms are called {:?}", node.name));
        }
        let words = |fault: Fault| format!("{}: {fault}", node.name);
        let folder = self.folder.path().to_path_buf();
        let request = json!({
            "unit_name": node.unit, "level": node.level, "sort": node.sort, "role": node.role,
            "to": { "path": folder },
        });
        let invited = self.room(FOUNDER)?.call("invitation_create", request).map_err(words)?;
        let room = Room::new(&folder, &node.name, self.now_ms, seed);
        let request = json!({
            "from": { "path": part(&invited, "path") }, "code": part(&invited, "code"),
            "user_name": node.user.clone().unwrap_or_else(|| format!("{}某", node.name)),
            "device_name": node.device.clone().unwrap_or_else(|| format!("电脑 {}", node.name)),
            "passphrase": PASSPHRASE,
        });
        room.call("invitation_accept", request).map_err(words)?;
        self.rooms.insert(node.name.clone(), room);
        self.carry(&node.name, FOUNDER, None)?;
        self.carry(FOUNDER, &node.name, None)?;
        Ok(())
    }

    /// A room by its name.
    pub(super) fn room(&self, name: &str) -> Result<&Room, String> {
        self.rooms.get(name).ok_or_else(|| format!("there is no room {name:?}"))
    }

    /// A room to be changed.
    pub(super) fn room_mut(&mut self, name: &str) -> Result<&mut Room, String> {
        self.rooms.get_mut(name).ok_or_else(|| format!("there is no room {name:?}"))
    }

    /// The rooms that steps may name.
    pub(super) fn names(&self) -> Vec<String> {
        self.rooms.keys().filter(|name| !name.is_empty()).cloned().collect()
    }

    /// The id of the unit that a room joined.
    pub(super) fn unit_id(&self, name: &str) -> Result<Value, String> {
        let room = self.room(name)?;
        let status = room.call("status_get", Value::Null).map_err(|fault| fault.to_string())?;
        Ok(part(&status, "office.joined.id"))
    }

    /// Sets everybody's calendar; with nothing given, a minute goes by.
    pub(super) fn set_time(&mut self, text: Option<&str>) -> Result<(), String> {
        self.now_ms = match text {
            Some(text) => parse_moment(text)?,
            None => self.now_ms + MINUTE_MS,
        };
        for room in self.rooms.values() {
            room.clock.set(unsigned(self.now_ms + room.ahead_ms));
        }
        Ok(())
    }

    /// Copies a room, as somebody does who makes an image of its disk and puts it back elsewhere.
    pub(super) fn copy(&mut self, name: &str, to: &str) -> Result<(), String> {
        if to.is_empty() || self.rooms.contains_key(to) {
            return Err(format!("two rooms are called {to:?}"));
        }
        let words = |fault: Fault| format!("{name}: {fault}");
        let unlock = || json!({ "passphrase": PASSPHRASE });
        let original = self.room(name)?;
        original.call("profile_lock", json!({})).map_err(words)?;
        let room = Room::new(self.folder.path(), to, self.now_ms, u64::from(u32::MAX));
        copy_files(&original.home, &room.home).map_err(|error| error.to_string())?;
        original.call("profile_unlock", unlock()).map_err(words)?;
        room.call("profile_unlock", unlock()).map_err(words)?;
        self.rooms.insert(to.to_owned(), room);
        Ok(())
    }

    /// Puts a room's clock wrong.
    pub(super) fn set_ahead(&mut self, name: &str, minutes: i64) -> Result<(), String> {
        let now = self.now_ms;
        let room = self.room_mut(name)?;
        room.ahead_ms = minutes * MINUTE_MS;
        room.clock.set(unsigned(now + room.ahead_ms));
        Ok(())
    }

    /// A fresh folder that stands for a stick.
    pub(super) fn stick(&mut self) -> Result<PathBuf, String> {
        self.packets += 1;
        let path = self.folder.path().join(format!("stick-{}", self.packets));
        std::fs::create_dir_all(&path).map_err(|error| error.to_string())?;
        Ok(path)
    }

    /// One exchange; says how many entries were new to anybody.
    pub(super) fn exchange(&mut self, exchange: &Exchange) -> Result<Result<u64, Fault>, String> {
        match exchange.by {
            Way::Usb => self.carry_or_fault(&exchange.from, &exchange.to, exchange.cut),
            Way::Lan => self.meet(&exchange.from, &exchange.to, exchange.cut),
        }
    }

    fn carry(&mut self, from: &str, to: &str, cut: Option<f64>) -> Result<u64, String> {
        self.carry_or_fault(from, to, cut)?.map_err(|fault| format!("{from} to {to}: {fault}"))
    }

    /// Writes a packet, carries it, imports it.
    fn carry_or_fault(
        &mut self,
        from: &str,
        to: &str,
        cut: Option<f64>,
    ) -> Result<Result<u64, Fault>, String> {
        let stick = self.stick()?;
        let unit = self.unit_id(to)?;
        // Many small parts, so that there is something to cut between.
        let part_bytes = cut.map(|_| 4096);
        let request = json!({ "unit": unit, "to": { "path": stick }, "part_bytes": part_bytes });
        let exported = match self.room(from)?.call("packet_export", request) {
            Ok(exported) => exported,
            Err(fault) => return Ok(Err(fault)),
        };
        let mut fresh = 0;
        let files: Vec<PathBuf> = list(&exported, "files")
            .iter()
            .filter_map(|file| part(file, "path").as_str().map(PathBuf::from))
            .collect();
        let kept = cut.map_or(files.len(), |cut| {
            files.iter().enumerate().filter(|(at, _)| place(*at, files.len()) < cut).count()
        });
        for path in files.into_iter().take(kept) {
            let request = json!({ "from": { "path": path } });
            match self.room(to)?.call("packet_import", request) {
                Ok(imported) => fresh += number(&imported, "received"),
                Err(fault) => return Ok(Err(fault)),
            }
            self.travelled.push(Travelled { path, to: to.to_owned() });
        }
        Ok(Ok(fresh))
    }

    /// A meeting on the network.
    fn meet(&self, from: &str, to: &str, cut: Option<f64>) -> Result<Result<u64, Fault>, String> {
        let answers = self.room(to)?;
        let open = json!({ "enabled": true, "port": 0, "loopback": true });
        let words = |fault: Fault| fault.to_string();
        let state = answers.call("lan_listen", open).map_err(words)?;
        let address = part(&state, "addresses.0");
        let calls = self.room(from)?;
        *calls.cut.lock().unwrap_or_else(PoisonError::into_inner) = cut;
        let before = meetings(answers);
        let met = calls.call("lan_exchange", json!({ "address": address }));
        if met.is_ok() {
            // The caller is told at once; whoever answered still builds what came.
            answers.until(|| meetings(answers) > before)?;
        }
        *calls.cut.lock().unwrap_or_else(PoisonError::into_inner) = None;
        answers.call("lan_listen", json!({ "enabled": false })).map_err(words)?;
        Ok(match met {
            // That is what was asked for; how much came across, the next meeting shows.
            Err(Fault::Cancelled) if cut.is_some() => Ok(0),
            met => met.map(|met| number(&met, "received") + number(&met, "sent")),
        })
    }
}

/// How many exchanges a room has written down.
fn meetings(room: &Room) -> u64 {
    let history = room.call("exchange_history", json!({})).unwrap_or_default();
    // Meetings without anything new are counted on one line.
    list(&history, "rows").iter().map(|line| number(line, "times")).sum()
}

fn number(value: &Value, path: &str) -> u64 {
    part(value, path).as_u64().unwrap_or(0)
}

/// Which part of a list lies before a place.
fn place(at: usize, count: usize) -> f64 {
    let float = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    float(at) / float(count.max(1))
}
