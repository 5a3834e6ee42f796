//! What a command needs from its surroundings and nothing more: where files come from and go to.
//! The window shows native dialogs and hands no paths to the page; the command line takes paths.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::fault::{Fault, KeyringTrouble};

/// Where a file is to be read or written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum Place {
    /// A file or folder by its path: on the command line and in a browser.
    Path(String),
    /// A stick, by the id that `stick_list` gave.
    Stick(String),
    /// A file on a stick, by the name that `stick_list` gave.
    StickFile {
        /// The stick.
        stick: String,
        /// The file.
        name: String,
    },
    /// What the person picked in a native dialog, by the name that `file_pick` gave it.
    Picked(String),
}

/// What a file dialog is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum PickKind {
    /// Open an invitation.
    Invitation,
    /// Open a packet.
    Packet,
    /// Save an invitation.
    NewInvitation,
    /// Choose a folder for packets.
    PacketFolder,
    /// Save an Automerge document.
    Automerge,
    /// Save a table.
    Table,
    /// Save a spreadsheet.
    Spreadsheet,
    /// Open a spreadsheet.
    OpenSpreadsheet,
    /// Choose a folder for backups, or one that holds some.
    BackupFolder,
    /// Save a form.
    Document,
    /// Open a template of a form.
    Template,
    /// Open a template of a form that was made in Word.
    WordTemplate,
    /// Save a form as a Word file.
    WordDocument,
}

impl PickKind {
    /// The ending of such files, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Invitation | Self::NewInvitation => "pli",
            Self::Packet | Self::PacketFolder => "plp",
            Self::Automerge => "automerge",
            Self::Table => "csv",
            Self::Spreadsheet | Self::OpenSpreadsheet => "xlsx",
            Self::BackupFolder => "db",
            Self::Document => "pdf",
            Self::Template => "typ",
            Self::WordTemplate | Self::WordDocument => "docx",
        }
    }
}

/// A stick that is inserted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stick {
    /// Names it while it is inserted.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Where it is mounted.
    pub path: PathBuf,
    /// Free bytes.
    pub free: u64,
}

/// The folder of the profile, as the environment of the process says: `PINGLI_HOME`, or the
/// place where programs of this user keep their data.
#[must_use]
pub fn home(read: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let read = |name| read(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = || read("XDG_DATA_HOME").or_else(|| Some(read("HOME")?.join(".local/share")));
    read("PINGLI_HOME").or_else(|| Some(data()?.join("pingli")))
}

/// How a desk knows whether somebody sits before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attendance {
    /// Nobody does: a program calls it, and it never locks by itself.
    Nobody,
    /// The page says so.
    Told,
    /// The host sees who moves, and no page can make it up.
    Seen,
}

/// The keyring of the system, which opens with the account of the system. Each call may take as
/// long as it likes: whoever asks does so beside everything else.
pub trait Keyring: Send + Sync {
    /// What it keeps under a name; `None` if that is nothing.
    ///
    /// # Errors
    /// [`KeyringTrouble::Unavailable`] or [`KeyringTrouble::Refused`].
    fn get(&self, name: &str) -> Result<Option<Zeroizing<String>>, KeyringTrouble>;

    /// Keeps a text under a name, in the place of what was there.
    ///
    /// # Errors
    /// As for [`Keyring::get`].
    fn set(&self, name: &str, secret: &str) -> Result<(), KeyringTrouble>;

    /// Forgets what it keeps under a name; if that is nothing, all is well.
    ///
    /// # Errors
    /// As for [`Keyring::get`].
    fn remove(&self, name: &str) -> Result<(), KeyringTrouble>;
}

/// The surroundings.
pub trait Host: Send + Sync {
    /// A word for it: `window`, `browser`, `cli`.
    fn name(&self) -> &'static str;

    /// How it is known whether somebody sits before it.
    fn attendance(&self) -> Attendance;

    /// Whether paths from the caller are accepted.
    fn takes_paths(&self) -> bool;

    /// Whether it can show a native file dialog.
    fn can_pick(&self) -> bool;

    /// Shows a file dialog; `None` if the person changed their mind.
    ///
    /// # Errors
    /// [`Fault::NotHere`] where there is no dialog.
    fn pick(&self, kind: PickKind, suggested: &str) -> Result<Option<PathBuf>, Fault>;

    /// The sticks that are inserted now.
    fn sticks(&self) -> Vec<Stick>;

    /// The free bytes of the disk that a folder lies on; `None` where nobody knows.
    fn free(&self, folder: &Path) -> Option<u64> {
        carry::usb::free(folder)
    }

    /// What tells this computer from another; `None` where nothing does.
    fn machine(&self) -> Option<String>;

    /// The keyring of the system, where it may be used: in the window alone.
    fn keyring(&self) -> Option<Arc<dyn Keyring>> {
        None
    }
}

/// The command line: paths, no dialogs.
#[derive(Debug, Clone, Copy, Default)]
pub struct CommandLine;

impl Host for CommandLine {
    fn name(&self) -> &'static str {
        "cli"
    }

    fn attendance(&self) -> Attendance {
        Attendance::Nobody
    }

    fn takes_paths(&self) -> bool {
        true
    }

    fn can_pick(&self) -> bool {
        false
    }

    fn pick(&self, _: PickKind, _: &str) -> Result<Option<PathBuf>, Fault> {
        Err(Fault::NotHere)
    }

    fn sticks(&self) -> Vec<Stick> {
        carry::usb::sticks().into_iter().map(Stick::from).collect()
    }

    fn machine(&self) -> Option<String> {
        carry::usb::machine()
    }
}

impl From<carry::usb::Inserted> for Stick {
    fn from(found: carry::usb::Inserted) -> Self {
        let id = found.path.display().to_string();
        Self { id, name: found.name, path: found.path, free: found.free }
    }
}
