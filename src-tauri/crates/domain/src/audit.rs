//! What is written down of people's acts that change no record: who opened, read, printed,
//! exported, was refused. A note is one entry of the device's own log, of kind
//! [`crate::log::EntryKind::AUDIT`]; the device is the one whose log it stands in, and no note can
//! claim another.
//!
//! Source: design §3 "Rights"; 等保 2.0 安全审计 (every user; time, user, kind, result).

use serde::{Deserialize, Serialize};

use crate::id::{DeviceId, RecordId, UnitId, UserId};
use crate::role::Role;
use crate::time::Hlc;

/// The latest version of the payload that this program reads; it writes the earliest that knows the
/// act ([`Act::since`]), so that an older program reads what it can.
pub const VERSION: u8 = 3;

/// The largest payload of a note, in bytes.
pub const NOTE_BYTES_MAX: usize = 4 * 1024;

/// The most characters of a reason or a word in a note.
pub const TEXT_CHARS_MAX: usize = 500;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every one, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word it is written as.
            #[must_use]
            pub fn word(self) -> String {
                let value = serde_json::to_value(self).unwrap_or_default();
                value.as_str().unwrap_or_default().to_owned()
            }
        }
    };
}

words! {
    /// What was done. A closed list: a version that adds one raises [`VERSION`] and says so in
    /// [`Act::since`].
    Act {
        /// The profile was opened; `word` is `keyring` where the system's keyring did it.
        Unlocked,
        /// A passphrase was wrong, `count` times since the profile was last opened.
        UnlockFailed,
        /// The profile was locked.
        Locked,
        /// A command, `word`, was refused to the role.
        Refused,
        /// A protected record was read; `word` says why it is protected.
        ProtectedRead,
        /// Something was printed.
        Printed,
        /// Something left as a file of kind `file`.
        Exported,
        /// A record was opened against the masks, for a reason.
        GlassBroken,
        /// A user was added.
        UserAdded,
        /// A user's role was changed; `word` is the new one.
        RoleChanged,
        /// A user was removed.
        UserRemoved,
        /// A passphrase was changed by whoever knew it.
        PassphraseChanged,
        /// A passphrase was reset; `word` says by which way.
        PassphraseReset,
        /// The recovery code was drawn anew.
        RecoveryRenewed,
        /// A device was revoked.
        DeviceRevoked,
        /// This computer now keeps the township's key.
        KeyTakenOver,
        /// A device's certificate was renewed.
        DeviceRenewed,
        /// A device was replaced by another.
        DeviceReplaced,
        /// `count` entries came with a packet.
        PacketImported,
        /// `count` entries came and went over the network.
        LanExchanged,
        /// The settings were changed.
        SettingsChanged,
        /// A held entry was judged; `word` is the decision.
        QuarantineDecided,
        /// Something was erased.
        Erased,
        /// A stored entry is not what was signed; `word` is its place, the device its writer's.
        AlterationFound,
        /// A backup of `count` cases was made; `word` says where it lies besides.
        BackupMade,
        /// It was tried whether `count` cases can be restored from a backup; `word` says how it
        /// came out.
        BackupDrilled,
        /// The profile was restored from a backup; `word` names it.
        BackupRestored,
        /// Whether the system's keyring opens the profile was changed; `word` is `on` or `off`.
        KeyringSet,
    }
}

impl Act {
    /// The first version of the payload that knows it.
    #[must_use]
    pub const fn since(self) -> u8 {
        match self {
            Self::BackupMade | Self::BackupDrilled | Self::BackupRestored => 2,
            Self::KeyringSet => 3,
            _ => 1,
        }
    }
}

words! {
    /// What kind of file something left as.
    FileKind {
        /// A packet of records for another unit.
        Packet,
        /// A record as a plain Automerge document.
        Automerge,
        /// An invitation.
        Invitation,
        /// The audit list.
        Audit,
        /// A table.
        Table,
        /// A document.
        Document,
        /// A backup of the profile.
        Backup,
        /// An attachment of a case.
        Attachment,
    }
}

/// An act, with what it was done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// What was done.
    pub act: Act,
    /// To which record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordId>,
    /// To which user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// To, or with, which device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// For, or with, which unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// As what kind of file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileKind>,
    /// How many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// A word of the program: the command, the way, the form. Never what a person typed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub word: String,
    /// Why, as the person said it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl Deed {
    /// An act that was done to nothing in particular.
    #[must_use]
    pub const fn new(act: Act) -> Self {
        Self {
            act,
            record: None,
            user: None,
            device: None,
            unit: None,
            file: None,
            count: None,
            word: String::new(),
            reason: String::new(),
        }
    }

    /// A file of some kind that left.
    #[must_use]
    pub const fn exported(file: FileKind) -> Self {
        let mut deed = Self::new(Act::Exported);
        deed.file = Some(file);
        deed
    }

    /// The same act, done to a record.
    #[must_use]
    pub const fn record(mut self, record: RecordId) -> Self {
        self.record = Some(record);
        self
    }

    /// The same act, done to a user.
    #[must_use]
    pub const fn user(mut self, user: UserId) -> Self {
        self.user = Some(user);
        self
    }

    /// The same act, done to, or with, a device.
    #[must_use]
    pub const fn device(mut self, device: DeviceId) -> Self {
        self.device = Some(device);
        self
    }

    /// The same act, for or with a unit.
    #[must_use]
    pub const fn unit(mut self, unit: UnitId) -> Self {
        self.unit = Some(unit);
        self
    }

    /// The same act, so many times.
    #[must_use]
    pub const fn count(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// The same act, with a word of the program.
    #[must_use]
    pub fn word(mut self, word: &str) -> Self {
        self.word = word.chars().take(TEXT_CHARS_MAX).collect();
        self
    }

    /// The same act, for a reason.
    #[must_use]
    pub fn reason(mut self, reason: &str) -> Self {
        self.reason = reason.trim().chars().take(TEXT_CHARS_MAX).collect();
        self
    }

    /// Whether doing it again on the same day is the same note: what may happen hundreds of times
    /// a day must stay cheap.
    #[must_use]
    pub const fn is_once_a_day(&self) -> bool {
        matches!(self.act, Act::ProtectedRead | Act::Refused)
    }
}

/// A note: an act with who did it and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The version of this shape.
    pub v: u8,
    /// When it was written down.
    pub at: Hlc,
    /// Who did it.
    pub by: UserId,
    /// In which role.
    pub role: Role,
    /// What.
    #[serde(flatten)]
    pub deed: Deed,
}

/// Why a note cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// A newer version wrote it.
    #[error("audit note of a newer version")]
    Newer,
    /// It is no note.
    #[error("not an audit note")]
    Unreadable,
}

impl Note {
    /// The bytes of an entry's payload.
    ///
    /// # Errors
    /// [`NoteError::Unreadable`] where it would be too large to be read back.
    pub fn write(&self) -> Result<Vec<u8>, NoteError> {
        let bytes = serde_json::to_vec(self).map_err(|_| NoteError::Unreadable)?;
        if bytes.len() > NOTE_BYTES_MAX { Err(NoteError::Unreadable) } else { Ok(bytes) }
    }

    /// Reads an entry's payload.
    ///
    /// # Errors
    /// [`NoteError::Newer`] for a later version, [`NoteError::Unreadable`] for anything else.
    pub fn read(bytes: &[u8]) -> Result<Self, NoteError> {
        #[derive(Deserialize)]
        struct Head {
            v: u8,
        }
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::Unreadable);
        }
        let head: Head = serde_json::from_slice(bytes).map_err(|_| NoteError::Unreadable)?;
        if head.v > VERSION {
            return Err(NoteError::Newer);
        }
        let note: Self = serde_json::from_slice(bytes).map_err(|_| NoteError::Unreadable)?;
        let is_short = |text: &String| text.chars().count() <= TEXT_CHARS_MAX;
        if is_short(&note.deed.word) && is_short(&note.deed.reason) {
            Ok(note)
        } else {
            Err(NoteError::Unreadable)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(deed: Deed) -> Note {
        let at = Hlc { ms: 1_772_000_000_000, count: 3 };
        Note { v: deed.act.since(), at, by: UserId([7; 16]), role: Role::R4, deed }
    }

    #[test]
    fn a_note_says_who_when_and_what_and_nothing_that_is_not_so() {
        let deed = Deed::new(Act::ProtectedRead).record(RecordId([1; 16])).word("minor");
        let bytes = note(deed.clone()).write().unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert_eq!(
            text,
            "{\"v\":1,\"at\":\"1772000000000-3\",\"by\":\"070W3GE1R70W3GE1R70W3GE1R7\",\
             \"role\":\"R4\",\"act\":\"protected_read\",\
             \"record\":\"01040G2081040G2081040G2081\",\"word\":\"minor\"}"
        );
        assert_eq!(Note::read(&bytes).unwrap(), note(deed));
        for act in Act::ALL {
            let said = note(Deed::new(*act).count(2).reason("因为"));
            assert_eq!(Note::read(&said.write().unwrap()).unwrap(), said);
        }
    }

    #[test]
    fn what_is_no_note_is_told_from_what_is_newer() {
        let rows: [(&[u8], NoteError); 5] = [
            (b"", NoteError::Unreadable),
            (b"{}", NoteError::Unreadable),
            (b"{\"v\":4,\"act\":\"dreamt\"}", NoteError::Newer),
            (
                b"{\"v\":1,\"at\":\"1-0\",\"by\":\"x\",\"role\":\"R4\",\"act\":\"printed\"}",
                NoteError::Unreadable,
            ),
            (&[b' '; NOTE_BYTES_MAX + 1], NoteError::Unreadable),
        ];
        for (bytes, want) in rows {
            assert_eq!(Note::read(bytes).unwrap_err(), want);
        }
        let mut long = note(Deed::new(Act::Printed));
        long.deed.reason = "长".repeat(TEXT_CHARS_MAX + 1);
        assert_eq!(Note::read(&long.write().unwrap()).unwrap_err(), NoteError::Unreadable);
    }
}
