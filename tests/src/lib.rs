//! The world that the suites share: a township with its villages, each a real desk with real
//! files, on a calendar set by hand.

pub mod leaks;
pub mod pages;
pub mod served;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use app::clock::{Clock as _, Entropy, SetClock, SystemEntropy};
use app::fault::Fault;
use app::host::{Attendance, CommandLine, Host, PickKind, Stick};
use app::progress::Listener;
use app::{Desk, DeskOptions};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;
use trust::seal::Cost;

/// The passphrase of every room.
pub const PASSPHRASE: &str = "pingli-tests";

/// 2026-03-02, nine in the morning in China.
pub const MORNING_MS: u64 = 1_772_413_200_000;

/// Cheap: nothing here needs guarding.
pub const COST: Cost = Cost { memory_kib: 64, passes: 1 };

/// A folder for one test, in memory where the system offers that: what is tested here does not
/// depend on the disk being slow.
///
/// # Panics
/// If no folder can be made.
#[must_use]
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
    made.expect("a folder for the test")
}

/// The root of the repository.
///
/// # Panics
/// Never: this crate lies in it.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").to_owned()
}

/// The program itself: the one that `PINGLI_PROGRAM` names, or built if it is not fresh.
///
/// # Panics
/// If it cannot be built.
#[must_use]
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(built) = std::env::var_os("PINGLI_PROGRAM") {
            return built.into();
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--package", "pingli-cli", "--bin", "pingli-cli"])
            .current_dir(root())
            .status();
        assert!(built.expect("cargo").success(), "pingli-cli is built");
        let tests = std::env::current_exe().expect("this program");
        let folder = tests.ancestors().find(|path| path.join("pingli-cli").is_file());
        folder.expect("the folder of the built programs").join("pingli-cli")
    })
}

/// An invitation on its way.
#[derive(Debug, Clone)]
pub struct Invited {
    /// Its file.
    pub path: PathBuf,
    /// The code that was read out.
    pub code: String,
}

/// A room: a desk with its home and its clock.
pub struct Room {
    /// The desk.
    pub desk: Arc<Desk>,
    /// Its home folder.
    pub home: PathBuf,
    /// Its clock.
    pub clock: Arc<SetClock>,
}

/// The surroundings of a room.
pub struct Fittings {
    /// Its clock.
    pub clock: Arc<SetClock>,
    /// Where its randomness comes from.
    pub entropy: Arc<dyn Entropy>,
    /// Its host.
    pub host: Arc<dyn Host>,
    /// Who hears of its events.
    pub listener: Option<Listener>,
}

/// The command line, with what else is around it as a test says.
pub struct Stage {
    /// Whether somebody sits before it.
    pub attendance: Attendance,
    /// How many bytes of the disk are free; as many as are, if absent.
    pub free: Option<Arc<AtomicU64>>,
    /// The folder of a stick that is inserted.
    pub stick: Option<PathBuf>,
}

impl Default for Stage {
    fn default() -> Self {
        Self { attendance: Attendance::Nobody, free: None, stick: None }
    }
}

impl Host for Stage {
    fn name(&self) -> &'static str {
        CommandLine.name()
    }

    fn attendance(&self) -> Attendance {
        self.attendance
    }

    fn free(&self, folder: &Path) -> Option<u64> {
        match &self.free {
            Some(free) => Some(free.load(Ordering::SeqCst)),
            None => CommandLine.free(folder),
        }
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
        let stick = |path: &PathBuf| {
            let (id, name) = ("stick".to_owned(), "U盘".to_owned());
            Stick { id, name, path: path.clone(), free: 1 << 30 }
        };
        self.stick.iter().map(stick).collect()
    }

    fn machine(&self) -> Option<String> {
        CommandLine.machine()
    }
}

/// Which unit a room belongs to, and as what.
#[derive(Debug, Clone, Copy)]
pub struct Post {
    /// The name of the unit.
    pub unit: &'static str,
    /// `village` or `township`.
    pub level: &'static str,
    /// What the unit is.
    pub sort: &'static str,
    /// The role of its user.
    pub role: &'static str,
}

/// 桥头村
pub const QIAOTOU: Post =
    Post { unit: "桥头村评理说事点", level: "village", sort: "point", role: "R3" };
/// 石湾村
pub const SHIWAN: Post =
    Post { unit: "石湾村评理说事点", level: "village", sort: "point", role: "R3" };

impl Room {
    /// A room without a profile.
    #[must_use]
    pub fn empty(home: &Path) -> Self {
        Self::watched(home, None)
    }

    /// The same, with somebody who hears of events.
    #[must_use]
    pub fn watched(home: &Path, listener: Option<Listener>) -> Self {
        Self::hosted(home, Arc::new(CommandLine), listener)
    }

    /// A room before whose desk somebody sits, as far as the host or its page can tell.
    #[must_use]
    pub fn attended(home: &Path, attendance: Attendance) -> Self {
        Self::hosted(home, Arc::new(Stage { attendance, ..Stage::default() }), None)
    }

    /// The same profile with other surroundings.
    #[must_use]
    pub fn on(&self, stage: Stage) -> Self {
        self.does("profile_lock", json!({}));
        let room = Self::hosted(&self.home, Arc::new(stage), None);
        room.clock.set(self.clock.now_ms());
        room.does("profile_unlock", json!({ "passphrase": PASSPHRASE }));
        room
    }

    fn hosted(home: &Path, host: Arc<dyn Host>, listener: Option<Listener>) -> Self {
        let clock = Arc::new(SetClock::at(MORNING_MS));
        let entropy = Arc::new(SystemEntropy);
        Self::fitted(home, Fittings { clock, entropy, host, listener })
    }

    /// A room with surroundings of its own.
    #[must_use]
    pub fn fitted(home: &Path, fittings: Fittings) -> Self {
        let Fittings { clock, entropy, host, listener } = fittings;
        let desk = Arc::new(Desk::new(DeskOptions {
            home: home.to_owned(),
            clock: clock.clone(),
            entropy,
            host,
            cost: Some(COST),
            listener,
            worker: None,
        }));
        Self { desk, home: home.to_owned(), clock }
    }

    /// The same profile with a program that makes children of ours.
    #[must_use]
    pub fn with_worker(&self, worker: &Path) -> Self {
        self.does("profile_lock", json!({}));
        let clock = Arc::new(SetClock::at(self.clock.now_ms()));
        let desk = Arc::new(Desk::new(DeskOptions {
            home: self.home.clone(),
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy),
            host: Arc::new(CommandLine),
            cost: Some(COST),
            listener: None,
            worker: Some(worker.to_owned()),
        }));
        let room = Self { desk, home: self.home.clone(), clock };
        room.does("profile_unlock", json!({ "passphrase": PASSPHRASE }));
        room
    }

    /// A township, founded.
    #[must_use]
    pub fn township(home: &Path) -> Self {
        Self::empty(home).founded()
    }

    /// The same in a room that is there.
    #[must_use]
    pub fn founded(self) -> Self {
        self.does(
            "org_create",
            json!({
                "name": "青石镇综治中心", "user_name": "吴某", "role": "R7",
                "device_name": "镇 1 号机", "passphrase": PASSPHRASE,
            }),
        );
        self
    }

    /// Opens the profile of a home folder anew, as after a restart.
    ///
    /// # Errors
    /// The desk's.
    pub fn reopen(home: &Path) -> Result<Self, Fault> {
        let room = Self::empty(home);
        room.desk.call("profile_unlock", json!({ "passphrase": PASSPHRASE }), None)?;
        Ok(room)
    }

    /// Runs a command.
    ///
    /// # Errors
    /// The command's own.
    pub fn call(&self, name: &str, payload: Value) -> Result<Value, Fault> {
        self.desk.call(name, payload, Some("test"))
    }

    /// Runs a command that must succeed.
    ///
    /// # Panics
    /// If it does not.
    pub fn does(&self, name: &str, payload: Value) -> Value {
        match self.call(name, payload) {
            Ok(value) => value,
            Err(fault) => panic!("{name}: {fault:?}"),
        }
    }

    /// Runs a command that must fail.
    ///
    /// # Panics
    /// If it succeeds.
    pub fn fails(&self, name: &str, payload: Value) -> Fault {
        match self.call(name, payload) {
            Ok(value) => panic!("{name} should have failed: {value}"),
            Err(fault) => fault,
        }
    }

    /// The id of the unit that works here.
    #[must_use]
    pub fn unit(&self) -> String {
        text(&self.does("status_get", json!({})), "/office/unit/id")
    }

    /// The id of this computer.
    #[must_use]
    pub fn device(&self) -> String {
        text(&self.does("status_get", json!({})), "/office/device/id")
    }

    /// How many exchanges were written down here. Meetings without anything new are counted on one
    /// line.
    #[must_use]
    pub fn exchanges(&self) -> u64 {
        let history = self.does("exchange_history", json!({}));
        let rows = history["rows"].as_array().into_iter().flatten();
        rows.filter_map(|line| line["times"].as_u64()).sum()
    }

    /// Every row of the lists of records: what two rooms share. Who did what here is each room's
    /// own history.
    ///
    /// # Panics
    /// If the profile is not open.
    #[must_use]
    pub fn records(&self) -> Vec<String> {
        let mut rows = self.desk.dump_views().expect("an open profile");
        rows.retain(|row| !row.starts_with("audit\t"));
        rows
    }

    /// Everything that is shown here, as it must stay when nothing was taken. That somebody tried
    /// may be remembered.
    ///
    /// # Panics
    /// If the profile is not open.
    #[must_use]
    pub fn shown(&self) -> (Vec<String>, Value, Value) {
        let rows = self.desk.dump_views().expect("an open profile");
        let status = self.does("status_get", json!({}));
        let history = self.does("exchange_history", json!({}));
        let mut office = status["office"].clone();
        office.as_object_mut().expect("an open profile").remove("held");
        (rows, office, history)
    }

    /// Makes an invitation into a folder.
    #[must_use]
    pub fn invite(&self, post: Post, folder: &Path) -> Invited {
        let invited = self.does(
            "invitation_create",
            json!({
                "unit_name": post.unit, "level": post.level, "sort": post.sort,
                "role": post.role, "to": { "path": folder },
            }),
        );
        Invited { path: text(&invited, "/path").into(), code: text(&invited, "/code") }
    }

    /// Accepts an invitation.
    ///
    /// # Errors
    /// The desk's.
    pub fn accept(&self, invited: &Invited) -> Result<Value, Fault> {
        self.call(
            "invitation_accept",
            json!({
                "from": { "path": invited.path }, "code": invited.code,
                "user_name": "周某", "device_name": "1 号机", "passphrase": PASSPHRASE,
            }),
        )
    }

    /// A new room that has joined and met the township.
    ///
    /// # Panics
    /// If anything on the way fails.
    #[must_use]
    pub fn joined(&self, post: Post, home: &Path) -> Self {
        self.joined_by(Self::empty(home), post)
    }

    /// The same for a room that is there.
    ///
    /// # Panics
    /// If anything on the way fails.
    #[must_use]
    pub fn joined_by(&self, room: Self, post: Post) -> Self {
        let home = room.home.clone();
        let invited = self.invite(post, home.parent().expect("a folder above"));
        room.accept(&invited).expect("joined");
        room.carry(self);
        self.carry(&room);
        room
    }

    /// Writes a packet for a room; gives its parts, records before attachments.
    ///
    /// # Panics
    /// If it cannot be written.
    #[must_use]
    pub fn pack_parts(&self, to: &Self) -> Vec<PathBuf> {
        let stick = self.home.join("sticks").join(fastrand::u64(..).to_string());
        let request = json!({ "unit": to.unit(), "to": { "path": stick } });
        let written = self.does("packet_export", request);
        let files = written["files"].as_array().expect("files");
        files.iter().map(|file| text(file, "/path").into()).collect()
    }

    /// Writes a packet for a room; gives the part with the records.
    ///
    /// # Panics
    /// If it cannot be written.
    #[must_use]
    pub fn pack(&self, to: &Self) -> PathBuf {
        self.pack_parts(to).swap_remove(0)
    }

    /// Carries a packet to a room, which imports it. Gives what it said of the records.
    pub fn carry(&self, to: &Self) -> Value {
        let parts = self.pack_parts(to);
        let import = |path| to.does("packet_import", json!({ "from": { "path": path } }));
        parts.iter().map(import).collect::<Vec<Value>>().swap_remove(0)
    }

    /// Registers a case.
    #[must_use]
    pub fn register(&self, title: &str) -> Value {
        self.does(
            "case_register",
            json!({
                "title": title, "summary": format!("{title}：两家说法不一。"),
                "parties": [
                    { "name": "张某", "side": "applicant", "phone": "13800001234" },
                    { "name": "李某", "side": "respondent" },
                ],
            }),
        )
    }

    /// Puts a file to a case, piece by piece as a page does.
    pub fn attach(&self, case: &Value, name: &str, bytes: &[u8]) -> Result<Value, Fault> {
        let begun = self.call("attachment_begin", json!({ "case": case, "bytes": bytes.len() }))?;
        let (upload, most) = (&begun["upload"], begun["piece_bytes"].as_u64().unwrap_or(1));
        for piece in bytes.chunks(usize::try_from(most).unwrap_or(1)) {
            let data = STANDARD.encode(piece);
            self.call("attachment_piece", json!({ "upload": upload, "data": data }))?;
        }
        self.call("attachment_finish", json!({ "case": case, "upload": upload, "name": name }))
    }

    /// The bytes of an attachment, or of its small picture, read as a page does.
    pub fn attached(
        &self,
        case: &Value,
        attachment: &Value,
        small: bool,
    ) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        loop {
            let request = json!({
                "case": case, "attachment": attachment, "thumbnail": small, "from": bytes.len(),
            });
            let read = self.call("attachment_read", request)?;
            bytes.extend(STANDARD.decode(text(&read, "/data")).unwrap_or_default());
            if read["bytes"] == bytes.len() {
                return Ok(bytes);
            }
        }
    }

    /// The files in which the bytes of attachments lie.
    #[must_use]
    pub fn blob_files(&self) -> Vec<PathBuf> {
        let folders = std::fs::read_dir(self.home.join("blobs")).into_iter().flatten();
        let files = folders
            .flatten()
            .flat_map(|folder| std::fs::read_dir(folder.path()).into_iter().flatten().flatten());
        files.map(|file| file.path()).collect()
    }

    /// The titles of all cases, sorted.
    ///
    /// # Panics
    /// If there are more than fit one window.
    #[must_use]
    pub fn titles(&self) -> Vec<String> {
        let window = self.does("case_list", json!({ "limit": 200 }));
        let rows = window["rows"].as_array().expect("rows");
        let mut titles: Vec<String> = rows.iter().map(|row| text(row, "/title")).collect();
        assert_eq!(window["total"], titles.len(), "all of them");
        titles.sort();
        titles
    }
}

/// A text within a value, by its JSON pointer.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn text(value: &Value, pointer: &str) -> String {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("{pointer}: no text in {value}")).to_owned()
}

/// A fault as it crosses, to be compared member by member.
///
/// # Panics
/// Never: faults are plain data.
#[must_use]
pub fn as_json(fault: &Fault) -> Value {
    serde_json::to_value(fault).expect("plain data")
}

/// Whether a fault has a code and a reason.
#[must_use]
pub fn is(fault: &Fault, code: &str, reason: &str) -> bool {
    let fault = as_json(fault);
    fault["code"] == code && fault["reason"] == reason
}

/// The page that says how scenarios are written, with every command and every kind of fact.
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn readme() -> String {
    std::fs::read_to_string(root().join("tests/scenarios/README.md")).expect("the page")
}

/// The JSON examples of that page, by the command or the kind of fact they stand under.
#[must_use]
pub fn examples() -> std::collections::BTreeMap<String, String> {
    let readme = readme();
    // A kind of fact may have the name of the command that writes it: the command is meant.
    let (commands, facts) = readme.split_once("\n## 7. Facts").unwrap_or((&readme, ""));
    blocks(facts, "json").into_iter().chain(blocks(commands, "json")).collect()
}

/// The code blocks of a language in a page, each with the heading above it.
#[must_use]
pub fn blocks(text: &str, language: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut heading = String::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        match &mut open {
            Some(block) if line == "```" => {
                blocks.push((heading.clone(), std::mem::take(block)));
                open = None;
            }
            Some(block) => {
                block.push_str(line);
                block.push('\n');
            }
            None if line == format!("```{language}") => open = Some(String::new()),
            None if line.starts_with('#') => {
                heading = line.trim_start_matches(['#', ' ', '`']).trim_end_matches('`').to_owned();
            }
            None => {}
        }
    }
    blocks
}
