//! The window and its native dialogs.

use std::path::PathBuf;
use std::sync::Arc;

use app::fault::Fault;
use app::host::{Attendance, CommandLine, Host, Keyring, PickKind, Stick};
use tauri::{App, AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};
use tauri_plugin_dialog::DialogExt;

use crate::compose::Shared;
use crate::keyring::SystemKeyring;

/// Opens the window. Nothing of the page outlives it: the web view keeps no storage.
pub(crate) fn open(app: &App) -> tauri::Result<()> {
    let builder = WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
        .title("评理 Pingli")
        .inner_size(1366.0, 768.0)
        .min_inner_size(683.0, 384.0)
        .incognito(cfg!(not(feature = "webdriver")))
        // Files that are dropped come to the page as anywhere else.
        .disable_drag_drop_handler()
        .on_navigation(|url| matches!(url.scheme(), "tauri") || is_own_http(url));
    #[cfg(feature = "webdriver")]
    let builder = builder.decorations(false).position(0.0, 0.0);
    #[cfg(not(feature = "webdriver"))]
    let builder = builder.maximized(true);
    let window = builder.build()?;
    #[cfg(target_os = "linux")]
    sense(&window, app.state::<Shared>().inner().clone())?;
    #[cfg(not(target_os = "linux"))]
    drop(window);
    Ok(())
}

/// Tells the desk of whoever moves before it, past the page: one that was taken over cannot make
/// that up.
#[cfg(target_os = "linux")]
fn sense(window: &tauri::WebviewWindow, desk: Shared) -> tauri::Result<()> {
    use gtk::gdk::EventType as E;
    use gtk::prelude::WidgetExt;
    window.with_webview(move |view| {
        view.inner().connect_event(move |_, event| {
            let moved = [E::KeyPress, E::ButtonPress, E::MotionNotify, E::Scroll, E::TouchBegin];
            if moved.contains(&event.event_type()) {
                desk.touch();
            }
            gtk::glib::Propagation::Proceed
        });
    })
}

/// Where the page has its own address by http, as on Windows.
fn is_own_http(url: &tauri::Url) -> bool {
    url.scheme() == "http" && url.host_str() == Some("tauri.localhost")
}

/// The window as the desk's surroundings: native dialogs, and no path ever goes to the page.
pub(crate) struct Window {
    handle: AppHandle,
}

impl Window {
    /// The surroundings of an application.
    pub(crate) fn new(handle: AppHandle) -> Self {
        Self { handle }
    }
}

impl Host for Window {
    fn name(&self) -> &'static str {
        "window"
    }

    fn attendance(&self) -> Attendance {
        if cfg!(target_os = "linux") { Attendance::Seen } else { Attendance::Told }
    }

    fn takes_paths(&self) -> bool {
        false
    }

    fn can_pick(&self) -> bool {
        true
    }

    fn pick(&self, kind: PickKind, suggested: &str) -> Result<Option<PathBuf>, Fault> {
        let dialog = self.handle.dialog().file();
        let ending = kind.extension();
        let dialog = dialog.add_filter(format!("*.{ending}"), &[ending]);
        let picked = match kind {
            PickKind::Invitation
            | PickKind::Packet
            | PickKind::Template
            | PickKind::WordTemplate
            | PickKind::OpenSpreadsheet => dialog.blocking_pick_file(),
            PickKind::PacketFolder | PickKind::BackupFolder => dialog.blocking_pick_folder(),
            PickKind::NewInvitation
            | PickKind::Automerge
            | PickKind::Table
            | PickKind::Spreadsheet
            | PickKind::Document
            | PickKind::WordDocument => dialog.set_file_name(suggested).blocking_save_file(),
        };
        picked.map(|file| file.into_path().map_err(|_| Fault::NotHere)).transpose()
    }

    fn sticks(&self) -> Vec<Stick> {
        CommandLine.sticks()
    }

    fn machine(&self) -> Option<String> {
        CommandLine.machine()
    }

    fn keyring(&self) -> Option<Arc<dyn Keyring>> {
        Some(SystemKeyring::shared())
    }
}
