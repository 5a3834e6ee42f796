//! The witness: a small file outside the database that remembers how far our own logs were when
//! they last left this computer. A database that is behind its witness was put back from an older
//! copy; then our logs go on under a new epoch, so that no number is ever given twice.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use carry::patience::patiently;
use domain::id::LogId;
use domain::log::Hash;
use serde::{Deserialize, Serialize};

use crate::vault::write_whole;

const FILE: &str = "witness.json";

/// What is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Witness {
    /// What tells this computer from another.
    machine: Option<String>,
    /// The last number of each of our logs that left, and the chain there.
    logs: BTreeMap<LogId, (u64, String)>,
}

/// Whether our logs may go on as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Continuity {
    /// They may.
    Proven,
    /// They may not: an older copy, another computer, or no witness.
    Broken,
}

fn hex(hash: &Hash) -> String {
    blake3::Hash::from(*hash).to_hex().to_string()
}

impl Witness {
    /// Reads the witness of a home folder; one that is missing or unreadable proves nothing.
    pub(crate) fn read(home: &Path) -> Option<Self> {
        let bytes = patiently(|| fs::read(home.join(FILE))).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// A witness for this computer.
    pub(crate) fn new(machine: Option<String>) -> Self {
        Self { machine, logs: BTreeMap::new() }
    }

    /// Whether it saw this computer.
    pub(crate) fn is_of(&self, machine: Option<&str>) -> bool {
        self.machine.as_deref() == machine
    }

    /// Remembers how far a log is.
    pub(crate) fn see(&mut self, log: LogId, seq: u64, head: &Hash) {
        self.logs.insert(log, (seq, hex(head)));
    }

    /// Whether a log that the database holds up to `last` may go on. `head_at` gives the chain at
    /// a signed point.
    pub(crate) fn judge(
        &self,
        log: LogId,
        last: u64,
        head_at: impl FnOnce(u64) -> Option<Hash>,
    ) -> Continuity {
        match self.logs.get(&log) {
            // It never left this computer: nobody else can have another one.
            None => Continuity::Proven,
            Some((seq, head))
                if *seq <= last && head_at(*seq).as_ref().map(hex).as_ref() == Some(head) =>
            {
                Continuity::Proven
            }
            Some(_) => Continuity::Broken,
        }
    }

    /// Writes it down, durably.
    pub(crate) fn write(&self, home: &Path) -> std::io::Result<()> {
        let bytes = serde_json::to_vec_pretty(self).map_err(std::io::Error::other)?;
        write_whole(home, FILE, &bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_behind_its_witness_is_told() {
        let home = tempfile::tempdir().unwrap();
        let log = LogId([1; 16]);
        let mut witness = Witness::new(Some("here".into()));
        witness.see(log, 7, &[7; 32]);
        witness.write(home.path()).unwrap();
        let back = Witness::read(home.path()).unwrap();
        assert_eq!(back, witness);
        let head = |known: u64, hash: Hash| move |seq: u64| (seq == known).then_some(hash);
        let rows = [
            ("further on", 9, head(7, [7; 32]), Continuity::Proven),
            ("exactly there", 7, head(7, [7; 32]), Continuity::Proven),
            ("behind", 6, head(6, [6; 32]), Continuity::Broken),
            ("another history", 9, head(7, [8; 32]), Continuity::Broken),
        ];
        for (name, last, head_at, want) in rows {
            assert_eq!(back.judge(log, last, head_at), want, "{name}");
        }
        assert!(back.is_of(Some("here")) && !back.is_of(Some("elsewhere")) && !back.is_of(None));
        assert!(Witness::read(tempfile::tempdir().unwrap().path()).is_none());
    }
}
