//! A real window on a display of its own, and a person's hands: it finds things by the words a
//! person reads, and takes a picture of whatever it could not find.

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

/// Between two looks.
const BLINK: Duration = Duration::from_millis(60);

/// The member that WebDriver names an element by.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// What a page says about itself to whoever looks for something by its words.
const FIND: &str = include_str!("find.js");

/// Programs that end together with this value.
struct Group(Child);

impl Group {
    fn start(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
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
    _screen: Group,
    pictures: usize,
}

/// The window's program, beside this test's own.
fn program() -> PathBuf {
    let own = std::env::current_exe().expect("a test knows where it is");
    let program = own.ancestors().nth(2).expect("target/debug").join("pingli");
    assert!(program.is_file(), "first: cargo build --package pingli --features webdriver");
    program
}

impl Room {
    /// Opens the window of a computer. `number` tells displays and ports apart.
    pub async fn open(name: &str, number: u16, folder: &Path) -> Self {
        let folder = folder.join(name);
        fs::create_dir_all(folder.join("control/sticks")).unwrap();
        let display = format!(":{}", 200 + number);
        let mut screen = Command::new("Xvfb");
        let screen = Group::start(screen.args([
            &display,
            "-screen",
            "0",
            "1366x768x24",
            "-nolisten",
            "tcp",
        ]));
        let socket = format!("/tmp/.X11-unix/X{}", 200 + number);
        wait("the display", || Path::new(&socket).exists());
        let port = 4600 + number;
        let mut driver = Command::new("dbus-run-session");
        driver
            .args(["--", "WebKitWebDriver", &format!("--port={port}"), "--host=127.0.0.1"])
            .env("DISPLAY", &display)
            .env("PINGLI_HOME", folder.join("home"))
            .env("PINGLI_CONTROL", folder.join("control"))
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("NO_AT_BRIDGE", "1")
            .env_remove("WAYLAND_DISPLAY");
        let driver = Group::start(&mut driver);
        let address = format!("http://127.0.0.1:{port}");
        wait("the driver", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        let mut capabilities = Capabilities::new();
        let options = json!({ "binary": program(), "args": [] });
        capabilities.insert("webkitgtk:browserOptions".into(), options);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&address)
            .await
            .unwrap_or_else(|error| panic!("{name}: no session with the window: {error}"));
        let name = name.to_owned();
        Self { name, folder, display, client, _driver: driver, _screen: screen, pictures: 0 }
    }

    /// Closes the window.
    pub async fn close(self) {
        self.client.close().await.unwrap();
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

    /// Takes a picture of the screen into `target/e2e`.
    pub fn picture(&mut self, what: &str) -> PathBuf {
        self.pictures += 1;
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/e2e");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{}-{:02}-{what}.png", self.name, self.pictures));
        let taken = Command::new("import")
            .args(["-display", &self.display, "-window", "root"])
            .arg(&path)
            .status();
        assert!(taken.is_ok_and(|status| status.success()), "no picture: {}", path.display());
        path
    }

    /// Everything that can be read.
    pub async fn text(&self) -> String {
        let text = self.client.execute("return document.body.innerText", vec![]).await.unwrap();
        text.as_str().unwrap_or_default().to_owned()
    }

    async fn look(&self, kind: &str, name: &str) -> Option<Element> {
        let arguments = vec![json!(kind), json!(name)];
        let found = self.client.execute(FIND, arguments).await.ok()?;
        let id = found.get(ELEMENT)?.as_str()?.to_owned();
        Some(Element::from_element_id(self.client.clone(), id.into()))
    }

    async fn find(&mut self, kind: &str, name: &str) -> Element {
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
    pub async fn sees(&mut self, words: &str) {
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
    pub async fn press(&mut self, name: &str) {
        for _ in 0..5 {
            let element = self.find("button", name).await;
            // A page that is just being drawn anew may take the button away in between.
            if element.click().await.is_ok() {
                return;
            }
            tokio::time::sleep(BLINK).await;
        }
        panic!("{}: {name:?} cannot be pressed", self.name);
    }

    /// Presses a key.
    pub async fn key(&mut self, key: &str) {
        self.client.active_element().await.unwrap().send_keys(key).await.unwrap();
    }

    /// Types into the field with this label, in place of what is there.
    pub async fn fill(&mut self, label: &str, words: &str) {
        let element = self.find("field", label).await;
        element.clear().await.unwrap();
        element.send_keys(words).await.unwrap();
    }

    /// Picks from the list with this label.
    pub async fn pick(&mut self, label: &str, words: &str) {
        let list = self.find("field", label).await;
        list.select_by_label(words).await.unwrap();
    }

    /// Chooses by the words of a choice: a radio button or a check.
    pub async fn choose(&mut self, label: &str) {
        self.find("choice", label).await.click().await.unwrap();
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

fn wait(what: &str, is_there: impl Fn() -> bool) {
    let begin = Instant::now();
    while !is_there() {
        assert!(begin.elapsed() < PATIENCE, "{what} does not come");
        std::thread::sleep(BLINK);
    }
}
