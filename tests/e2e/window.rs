//! A real window on a display of its own, and a person's hands: it finds things by the words a
//! person reads, and takes a picture of whatever it could not find.

use std::cell::Cell;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

/// How long a person would wait before calling somebody.
const PATIENCE: Duration = Duration::from_secs(180);

/// How long a window may take to open before it is tried again, and how often that is done: the
/// driver sometimes waits for ever for a window that it started.
const OPENING: Duration = Duration::from_secs(60);
const OPENINGS: usize = 3;

/// Between two looks.
const BLINK: Duration = Duration::from_millis(60);

/// The member that WebDriver names an element by.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// What a page says about itself to whoever looks for something by its words.
const FIND: &str = include_str!("find.js");

/// Programs that end together with this value.
struct Group(Child);

impl Group {
    /// What the programs say goes into a file in `target/e2e`.
    fn start(command: &mut Command, said: &str) -> Self {
        Self::fed(command, Stdio::null(), said)
    }

    /// The same, with something to read.
    fn fed(command: &mut Command, read: Stdio, said: &str) -> Self {
        let said = fs::File::create(pictures().join(said)).unwrap();
        let errors = said.try_clone().unwrap();
        let command = command.stdin(read).stdout(said).stderr(errors);
        Self(command.process_group(0).spawn().unwrap_or_else(|e| panic!("{command:?}: {e}")))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // All that it started goes with it.
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.0.wait();
    }
}

/// One computer: a display, a home folder, sticks, and the window.
pub struct Room {
    name: String,
    folder: PathBuf,
    display: String,
    client: Client,
    _driver: Group,
    _keyring: Option<Group>,
    _bus: Group,
    _screen: Group,
    pictures: Cell<usize>,
}

/// Where pictures go, and what the programs said.
pub fn pictures() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/e2e");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The window's program, beside this test's own.
fn program() -> PathBuf {
    let own = std::env::current_exe().expect("a test knows where it is");
    let program = own.ancestors().nth(2).expect("target/debug").join("pingli");
    assert!(
        program.is_file(),
        "first: cargo build --workspace --features tests/e2e,pingli/webdriver --bins --tests"
    );
    program
}

/// Where the bus of a computer is.
fn address_of_bus(folder: &Path) -> String {
    format!("unix:path={}", folder.join("bus").display())
}

impl Room {
    /// Opens the window of a computer, on a display and a port that nobody else has.
    pub async fn open(name: &str, folder: &Path) -> Self {
        let folder = folder.join(name);
        for below in ["control/sticks", "person", "tmp"] {
            fs::create_dir_all(folder.join(below)).unwrap();
        }
        let mut screen = Command::new("Xvfb");
        // It takes the first display that is free and says which.
        screen.args(["-displayfd", "1", "-screen", "0", "1366x768x24", "-nolisten", "tcp"]);
        let said = format!("{name}-screen.log");
        let screen = Group::start(&mut screen, &said);
        let display = wait("the display", || {
            let said = fs::read_to_string(pictures().join(&said)).ok()?;
            let number = said.lines().find_map(|line| line.trim().parse::<u32>().ok())?;
            said.ends_with('\n').then(|| format!(":{number}"))
        });
        // What an earlier one left.
        let _ = fs::remove_file(folder.join("bus"));
        // One bus for both: what the system says is said there, too.
        let mut bus = Command::new("dbus-daemon");
        bus.args(["--session", "--nofork", "--address", &address_of_bus(&folder)]);
        let bus = Group::start(&mut bus, &format!("{name}-bus.log"));
        wait("the bus", || folder.join("bus").exists().then_some(()));
        for _ in 0..OPENINGS {
            let opening = Self::drive(name, &folder, &display);
            match tokio::time::timeout(OPENING, opening).await {
                Ok((client, driver)) => {
                    let name = name.to_owned();
                    let pictures = Cell::new(0);
                    return Self {
                        name,
                        folder,
                        display,
                        client,
                        _driver: driver,
                        _keyring: None,
                        _bus: bus,
                        _screen: screen,
                        pictures,
                    };
                }
                Err(_) => eprintln!("{name}: the window did not open within {OPENING:?}"),
            }
        }
        panic!("{name}: the window does not open");
    }

    /// Starts the window with the program that drives it.
    async fn drive(name: &str, folder: &Path, display: &str) -> (Client, Group) {
        let free = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = free.local_addr().expect("it has a port").port();
        drop(free);
        let mut driver = Command::new("WebKitWebDriver");
        driver
            .args([&format!("--port={port}"), "--host=127.0.0.1"])
            .env("DBUS_SESSION_BUS_ADDRESS", address_of_bus(folder))
            .env("DBUS_SYSTEM_BUS_ADDRESS", address_of_bus(folder))
            .env("DISPLAY", display)
            .env("PINGLI_HOME", folder.join("home"))
            .env("PINGLI_CONTROL", folder.join("control"))
            // Whatever is kept for the person who works here is kept below.
            .env("HOME", folder.join("person"))
            .env("TMPDIR", folder.join("tmp"))
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_CACHE_HOME")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_STATE_HOME")
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("NO_AT_BRIDGE", "1")
            .env_remove("WAYLAND_DISPLAY");
        let driver = Group::start(&mut driver, &format!("{name}-driver.log"));
        let address = format!("http://127.0.0.1:{port}");
        wait("the driver", || std::net::TcpStream::connect(("127.0.0.1", port)).ok());
        let mut capabilities = Capabilities::new();
        let options = json!({ "binary": program(), "args": [] });
        capabilities.insert("webkitgtk:browserOptions".into(), options);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&address)
            .await
            .unwrap_or_else(|error| panic!("{name}: no session with the window: {error}"));
        (client, driver)
    }

    /// Waits for the window's answer, as long as a person would.
    async fn answer<T>(&self, asked: &str, answer: impl Future<Output = T>) -> T {
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(answer) => answer,
            Err(_) => {
                let picture = self.picture("silent");
                panic!("{}: no answer to {asked}; see {}", self.name, picture.display())
            }
        }
    }

    /// Closes the window.
    pub async fn close(self) {
        let close = self.client.clone().close();
        self.answer("closing", close).await.unwrap();
    }

    /// Puts a stick in, or takes it out: a stick is a folder that only one computer has at a time.
    pub fn insert(&self, stick: &Path) {
        std::os::unix::fs::symlink(stick, self.folder.join("control/sticks/U盘")).unwrap();
    }

    /// Takes the stick out.
    pub fn remove_stick(&self) {
        fs::remove_file(self.folder.join("control/sticks/U盘")).unwrap();
    }

    /// Sets the calendar.
    pub fn on(&self, ms: u64) {
        fs::write(self.folder.join("control/now"), ms.to_string()).unwrap();
    }

    /// Somebody sits there, and may leave.
    pub fn attend(&self) {
        fs::write(self.folder.join("control/attended"), "").unwrap();
    }

    /// Moves the mouse, as a hand does: what the driver does reaches the page alone.
    pub fn move_mouse(&self, to: u16) {
        let to = to.to_string();
        let moved = Command::new("xdotool")
            .args(["mousemove", &to, &to])
            .env("DISPLAY", &self.display)
            .status();
        assert!(moved.is_ok_and(|status| status.success()), "xdotool moves no mouse");
    }

    /// The person signs in to the system, which opens their keyring.
    pub fn sign_in(&mut self) {
        let run = self.folder.join("person/run");
        fs::create_dir_all(&run).unwrap();
        let password = self.folder.join("person/password");
        fs::write(&password, "geheim").unwrap();
        let mut daemon = Command::new("gnome-keyring-daemon");
        daemon
            .args(["--foreground", "--unlock", "--components=secrets"])
            .env("DBUS_SESSION_BUS_ADDRESS", address_of_bus(&self.folder))
            .env("HOME", self.folder.join("person"))
            .env("XDG_RUNTIME_DIR", run)
            .env_remove("XDG_DATA_HOME");
        let password = fs::File::open(password).unwrap();
        let said = format!("{}-keyring.log", self.name);
        self._keyring = Some(Group::fed(&mut daemon, password.into(), &said));
        wait("the keyring", || {
            let asked = Command::new("dbus-send")
                .arg(format!("--bus={}", address_of_bus(&self.folder)))
                .args(["--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"])
                .args(["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"])
                .output();
            let said = String::from_utf8(asked.ok()?.stdout).ok()?;
            said.contains("boolean true").then_some(())
        });
    }

    /// The system says something to every program.
    pub fn signal(&self, what: &str, value: &str) {
        let said = Command::new("dbus-send")
            .arg(format!("--bus={}", address_of_bus(&self.folder)))
            .args(["--type=signal", "/org/freedesktop/login1", what, value])
            .status();
        assert!(said.is_ok_and(|status| status.success()), "{what}");
    }

    /// Takes a picture of the screen into `target/e2e`.
    pub fn picture(&self, what: &str) -> PathBuf {
        self.pictures.update(|count| count + 1);
        let path = pictures().join(format!("{}-{:02}-{what}.png", self.name, self.pictures.get()));
        let taken = Command::new("import")
            .args(["-display", &self.display, "-window", "root"])
            .arg(&path)
            .status();
        assert!(taken.is_ok_and(|status| status.success()), "no picture: {}", path.display());
        path
    }

    /// Everything that can be read.
    pub async fn text(&self) -> String {
        let text = self.client.execute("return document.body.innerText", vec![]);
        let text = self.answer("the text", text).await.unwrap();
        text.as_str().unwrap_or_default().to_owned()
    }

    async fn look(&self, kind: &str, name: &str) -> Option<Element> {
        let arguments = vec![json!(kind), json!(name)];
        let found = self.answer(name, self.client.execute(FIND, arguments)).await.ok()?;
        let id = found.get(ELEMENT)?.as_str()?.to_owned();
        Some(Element::from_element_id(self.client.clone(), id.into()))
    }

    async fn find(&self, kind: &str, name: &str) -> Element {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(element) = self.look(kind, name).await {
                return element;
            }
            tokio::time::sleep(BLINK).await;
        }
        let picture = self.picture("lost");
        let text = self.text().await;
        panic!("{}: no {kind} {name:?}; see {}\n{text}", self.name, picture.display());
    }

    /// Waits until words can be read.
    pub async fn sees(&self, words: &str) {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if self.text().await.contains(words) {
                return;
            }
            tokio::time::sleep(BLINK).await;
        }
        let picture = self.picture("lost");
        let text = self.text().await;
        panic!("{}: never saw {words:?}; see {}\n{text}", self.name, picture.display());
    }

    /// Presses what bears these words: a button, a link, a tab, a row.
    pub async fn press(&self, name: &str) {
        for _ in 0..5 {
            let element = self.find("button", name).await;
            // A page that is just being drawn anew may take the button away in between.
            if self.answer(name, element.click()).await.is_ok() {
                return;
            }
            tokio::time::sleep(BLINK).await;
        }
        panic!("{}: {name:?} cannot be pressed", self.name);
    }

    /// Presses a key.
    pub async fn key(&self, key: &str) {
        let press = async { self.client.active_element().await?.send_keys(key).await };
        self.answer("a key", press).await.unwrap();
    }

    /// Types into the field with this label, in place of what is there.
    pub async fn fill(&self, label: &str, words: &str) {
        for _ in 0..5 {
            let element = self.find("field", label).await;
            let fill = async {
                element.clear().await?;
                element.send_keys(words).await
            };
            // A page that is just being drawn anew may take the field away in between.
            if self.answer(label, fill).await.is_ok() {
                return;
            }
            tokio::time::sleep(BLINK).await;
        }
        panic!("{}: {label:?} cannot be filled in", self.name);
    }

    /// Picks from the list with this label.
    pub async fn pick(&self, label: &str, words: &str) {
        let list = self.find("field", label).await;
        self.answer(label, list.select_by_label(words)).await.unwrap();
    }

    /// Chooses by the words of a choice: a radio button or a check.
    pub async fn choose(&self, label: &str) {
        let choice = self.find("choice", label).await;
        self.answer(label, choice.click()).await.unwrap();
    }

    /// Memory of the window and everything it started, as the kernel shares it out, in bytes.
    pub fn memory(&self) -> u64 {
        let mut sum = 0;
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let Ok(environment) = fs::read(entry.path().join("environ")) else { continue };
            let home = format!("PINGLI_HOME={}", self.folder.join("home").display());
            if !environment.split(|byte| *byte == 0).any(|line| line == home.as_bytes()) {
                continue;
            }
            let name = fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
            let is_ours = ["pingli", "WebKitNetworkPr", "WebKitWebProces"];
            if !is_ours.iter().any(|ours| name.trim().starts_with(ours)) {
                continue;
            }
            let rollup = fs::read_to_string(entry.path().join("smaps_rollup")).unwrap_or_default();
            let pss = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
            let kib = pss.and_then(|p| p.trim().trim_end_matches(" kB").parse::<u64>().ok());
            sum += kib.unwrap_or(0) * 1024;
        }
        sum
    }
}

fn wait<T>(what: &str, there: impl Fn() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(there) = there() {
            return there;
        }
        assert!(begin.elapsed() < PATIENCE, "{what} does not come");
        std::thread::sleep(BLINK);
    }
}
