//! Puts the program together: one desk, in its home folder, that tells the page what changes.

use std::path::PathBuf;
use std::sync::Arc;

use app::{Desk, DeskOptions};
use tauri::{App, AppHandle, Emitter, Manager};

use crate::logging;
use crate::window::Window;

/// The desk, as commands find it.
pub(crate) type Shared = Arc<Desk>;

/// The name under which the page hears of events.
const EVENT: &str = "pingli";

/// Builds the desk and hands it to the application.
pub(crate) fn compose(app: &App) -> Result<(), Box<dyn std::error::Error>> {
    let home = home().ok_or("no home folder: set PINGLI_HOME")?;
    std::fs::create_dir_all(&home)?;
    logging::begin(&home);
    let handle = app.handle().clone();
    let options = DeskOptions { worker: std::env::current_exe().ok(), ..options(home, &handle) };
    let teller = handle.clone();
    let desk = Desk::new(DeskOptions {
        // The page may be gone already.
        listener: Some(Arc::new(move |event| drop(teller.emit(EVENT, event)))),
        ..options
    });
    let desk = Arc::new(desk);
    desk.watch();
    #[cfg(target_os = "linux")]
    crate::session::follow(&desk);
    handle.manage::<Shared>(desk);
    Ok(())
}

#[cfg(not(feature = "webdriver"))]
fn options(home: PathBuf, handle: &AppHandle) -> DeskOptions {
    DeskOptions { host: Arc::new(Window::new(handle.clone())), ..DeskOptions::new(home) }
}

#[cfg(feature = "webdriver")]
fn options(home: PathBuf, handle: &AppHandle) -> DeskOptions {
    crate::webdriver::options(DeskOptions::new(home), Window::new(handle.clone()))
}

/// The profile's folder: the argument, or what the environment says.
#[allow(clippy::disallowed_methods, reason = "configuration enters here")]
fn home() -> Option<PathBuf> {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        Some(first) if first == "--home" => arguments.next().map(PathBuf::from),
        _ => app::host::home(|name| std::env::var_os(name)),
    }
}
