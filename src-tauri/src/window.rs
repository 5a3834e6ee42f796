//! The window and its native dialogs.

use std::path::PathBuf;

use app::fault::Fault;
use app::host::{CommandLine, Host, PickKind, Stick};
use tauri::{App, AppHandle, WebviewUrl, WebviewWindowBuilder};
use tauri_plugin_dialog::DialogExt;

/// Opens the window. Nothing of the page outlives it: the web view keeps no storage.
pub(crate) fn open(app: &App) -> tauri::Result<()> {
    let builder = WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
        .title("评理 Pingli")
        .inner_size(1366.0, 768.0)
        .min_inner_size(683.0, 384.0)
        .incognito(cfg!(not(feature = "webdriver")))
        .on_navigation(|url| matches!(url.scheme(), "tauri") || is_own_http(url));
    #[cfg(feature = "webdriver")]
    let builder = builder.decorations(false).position(0.0, 0.0);
    #[cfg(not(feature = "webdriver"))]
    let builder = builder.maximized(true);
    builder.build()?;
    Ok(())
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
            PickKind::Invitation | PickKind::Packet => dialog.blocking_pick_file(),
            PickKind::PacketFolder => dialog.blocking_pick_folder(),
            PickKind::NewInvitation | PickKind::Automerge => {
                dialog.set_file_name(suggested).blocking_save_file()
            }
        };
        picked.map(|file| file.into_path().map_err(|_| Fault::NotHere)).transpose()
    }

    fn sticks(&self) -> Vec<Stick> {
        CommandLine.sticks()
    }

    fn machine(&self) -> Option<String> {
        CommandLine.machine()
    }
}
