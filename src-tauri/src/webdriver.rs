//! What end-to-end tests say instead of the computer: the time, the sticks, the answer of the next
//! dialog. All of it is read from a control folder each time it is asked for:
//! `now` (milliseconds since 1970), `sticks/*` (each folder a stick), `pick` (a path), `attended`
//! (somebody sits there and may leave).

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use app::DeskOptions;
use app::clock::{Clock, SystemClock};
use app::fault::Fault;
use app::host::{Attendance, Host, Keyring, PickKind, Stick};

use crate::window::Window;

/// Free bytes that every simulated stick claims.
const FREE: u64 = 8 << 30;

/// The control folder, if the environment names one.
#[allow(clippy::disallowed_methods, reason = "configuration enters here")]
fn control() -> Option<PathBuf> {
    std::env::var_os("PINGLI_CONTROL").map(PathBuf::from)
}

/// Replaces what the control folder says.
pub(crate) fn options(options: DeskOptions, window: Window) -> DeskOptions {
    let folder = control();
    DeskOptions {
        clock: Arc::new(Told { folder: folder.clone() }),
        host: Arc::new(Directed { folder, window }),
        ..options
    }
}

struct Told {
    folder: Option<PathBuf>,
}

impl Clock for Told {
    fn now_ms(&self) -> u64 {
        let told = self.folder.as_ref().and_then(|f| fs::read_to_string(f.join("now")).ok());
        let told = told.and_then(|text| text.trim().parse().ok());
        told.unwrap_or_else(|| SystemClock.now_ms())
    }
}

struct Directed {
    folder: Option<PathBuf>,
    window: Window,
}

impl Host for Directed {
    fn name(&self) -> &'static str {
        self.window.name()
    }

    fn attendance(&self) -> Attendance {
        // Whole days go by in a test, and nobody sits through them.
        let is_said = |folder: &PathBuf| folder.join("attended").exists();
        match &self.folder {
            Some(folder) if !is_said(folder) => Attendance::Nobody,
            _ => self.window.attendance(),
        }
    }

    fn takes_paths(&self) -> bool {
        self.window.takes_paths()
    }

    fn can_pick(&self) -> bool {
        self.window.can_pick()
    }

    fn pick(&self, kind: PickKind, suggested: &str) -> Result<Option<PathBuf>, Fault> {
        let told = self.folder.as_ref().map(|folder| folder.join("pick"));
        match told.and_then(|path| fs::read_to_string(path).ok()) {
            Some(path) if path.trim().is_empty() => Ok(None),
            Some(path) => Ok(Some(PathBuf::from(path.trim()))),
            None => self.window.pick(kind, suggested),
        }
    }

    fn sticks(&self) -> Vec<Stick> {
        let Some(folder) = &self.folder else { return self.window.sticks() };
        let entries = fs::read_dir(folder.join("sticks")).into_iter().flatten().flatten();
        let mut sticks: Vec<Stick> = entries
            .filter(|entry| entry.path().is_dir())
            .map(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                Stick { id: name.clone(), name, path: entry.path(), free: FREE }
            })
            .collect();
        sticks.sort_by(|a, b| a.id.cmp(&b.id));
        sticks
    }

    fn machine(&self) -> Option<String> {
        self.window.machine()
    }

    fn keyring(&self) -> Option<Arc<dyn Keyring>> {
        self.window.keyring()
    }
}
