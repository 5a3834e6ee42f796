//! What a test says to the disk that fails.

use std::fs;
use std::path::{Path, PathBuf};

/// Names the folder that the disk watches.
pub(crate) const BELOW: &str = "PINGLI_DISK_BELOW";

/// What may go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nothing: changes are counted.
    Count,
    /// The power is cut; what was not synced is left in this pattern.
    Cut(u64),
    /// The disk is full, once or until it is lifted.
    Full { ever: bool },
    /// A change fails, once or from then on.
    Error { ever: bool },
}

/// The disk under a folder.
pub(crate) struct Disk {
    below: PathBuf,
}

impl Disk {
    /// The disk of this process.
    pub(crate) fn here() -> Self {
        let below = PathBuf::from(std::env::var_os(BELOW).expect("a disk before this process"));
        fs::create_dir_all(&below).unwrap();
        Self { below }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.below
    }

    /// From the change of this number on, something goes wrong.
    pub(crate) fn arm(&self, trouble: Trouble, at: u64) {
        let (mode, pattern) = match trouble {
            Trouble::Count => ("count", 0),
            Trouble::Cut(pattern) => ("cut", pattern),
            Trouble::Full { ever: false } => ("full-once", 0),
            Trouble::Full { ever: true } => ("full-ever", 0),
            Trouble::Error { ever: false } => ("error-once", 0),
            Trouble::Error { ever: true } => ("error-ever", 0),
        };
        self.order(&format!("arm {mode} {at} {pattern}"));
    }

    /// The disk is well again, or back with what a power cut left. Gives how many changes there
    /// were, and whether anything failed.
    pub(crate) fn lift(&self) -> (u64, bool) {
        self.order("lift");
        let answer = fs::read_to_string(self.beside("answer")).unwrap();
        let (count, failed) = answer.trim().split_once(' ').unwrap();
        (count.parse().unwrap(), failed == "1")
    }

    fn order(&self, words: &str) {
        fs::write(self.beside("order"), words).unwrap();
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut path = self.below.clone().into_os_string();
        path.push(format!(".{ending}"));
        path.into()
    }
}
