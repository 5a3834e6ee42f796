//! What can go wrong, as the user interface hears of it: a code with data. The words belong to
//! the user interface; `Display` is English, for logs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use carry::patience::is_held;
use domain::case::guard::{Refusal, RefusalReason};
use domain::role::Role;

use crate::ledgers::grid::TableTrouble;

pub use crate::vault::strength::Weakness;

/// A command that did not do what was asked. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum Fault {
    /// There is no such command.
    #[error("no command named {name:?}")]
    UnknownCommand {
        /// What was asked.
        name: String,
    },
    /// The payload does not fit the command.
    #[error("bad request: {detail}")]
    BadRequest {
        /// What does not fit.
        detail: String,
    },
    /// There is no profile here yet.
    #[error("no profile")]
    NoProfile,
    /// There is one already.
    #[error("a profile is already here")]
    ProfileExists,
    /// The profile is open in another process.
    #[error("profile open in another process")]
    ProfileInUse,
    /// The profile is locked.
    #[error("locked")]
    Locked,
    /// The passphrase does not open the profile.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The digits belong to no paper that opens this profile.
    #[error("wrong paper")]
    WrongPaper,
    /// Too many tries in vain: the next one waits.
    #[error("too many tries: wait {wait_s} s")]
    TooManyTries {
        /// For how many seconds.
        wait_s: u64,
    },
    /// Whoever had this account works here no more.
    #[error("account closed")]
    AccountClosed,
    /// The passphrase is too easily guessed.
    #[error("weak passphrase: {reason:?}")]
    WeakPassphrase {
        /// Why.
        reason: Weakness,
    },
    /// The digits of a paper were misread.
    #[error("misread digits: {reason:?}")]
    Misread {
        /// How.
        reason: CodeTrouble,
    },
    /// A newer version of the program wrote the profile.
    #[error("profile of a newer version")]
    NewerProfile,
    /// The profile is damaged.
    #[error("profile damaged: {detail}")]
    ProfileDamaged {
        /// What was found.
        detail: String,
    },
    /// The disk is full.
    #[error("disk full")]
    DiskFull,
    /// The disk does not do what it is asked.
    #[error("disk failing")]
    DiskFailing,
    /// A file or folder cannot be used.
    #[error("file trouble: {reason:?}")]
    File {
        /// Why.
        reason: FileTrouble,
        /// Which.
        path: String,
    },
    /// There is no such record.
    #[error("not found: {id}")]
    NotFound {
        /// What was asked for.
        id: String,
    },
    /// The record stands in the lists, and what it is made of is still on its way.
    #[error("still arriving: {id}")]
    Arriving {
        /// Which.
        id: String,
    },
    /// What was to be written cannot be meant.
    #[error("refused: {reason:?} at {field}")]
    Refused {
        /// What is wrong.
        reason: RefusalReason,
        /// Which member of the payload.
        field: String,
        /// Which of several facts, from 0.
        index: u32,
    },
    /// The role may not do this.
    #[error("role {role:?} may not")]
    NotAllowed {
        /// The role that asked.
        role: Role,
        /// The roles that may.
        may: Vec<Role>,
    },
    /// The register has two values; somebody must decide first.
    #[error("register {field} is contested")]
    Contested {
        /// Which register.
        field: String,
    },
    /// The text was typed on a version this record does not have.
    #[error("unknown version")]
    UnknownVersion,
    /// The record needs a newer version of the program.
    #[error("record needs a newer version")]
    NewerRecord,
    /// The invitation cannot be used.
    #[error("invitation: {reason:?}")]
    Invitation {
        /// Why.
        reason: InvitationTrouble,
    },
    /// The packet cannot be used.
    #[error("packet: {reason:?}")]
    Packet {
        /// Why.
        reason: PacketTrouble,
        /// For a damaged packet: how many whole segments it still holds.
        whole_segments: u32,
    },
    /// The attachment cannot be put there, or cannot be shown.
    #[error("attachment: {reason:?}")]
    Attachment {
        /// Why.
        reason: AttachmentTrouble,
    },
    /// The form cannot be put on paper.
    #[error("form: {reason:?} {detail}")]
    Form {
        /// Why.
        reason: FormTrouble,
        /// What the template's compiler says: file, line and English words.
        detail: String,
    },
    /// The spreadsheet cannot be read.
    #[error("table: {reason:?}")]
    Table {
        /// Why.
        reason: TableTrouble,
    },
    /// The backup cannot be used.
    #[error("backup: {reason:?}")]
    Backup {
        /// Why.
        reason: BackupTrouble,
    },
    /// The system's keyring does not open the profile, or may not.
    #[error("keyring: {reason:?}")]
    Keyring {
        /// Why.
        reason: KeyringTrouble,
    },
    /// The other computer cannot be reached or will not talk.
    #[error("lan: {reason:?}")]
    Lan {
        /// Why.
        reason: LanTrouble,
        /// Where.
        address: String,
    },
    /// The person stopped it.
    #[error("cancelled")]
    Cancelled,
    /// This place cannot do that: no dialogs in a browser, no paths in the window.
    #[error("not possible here")]
    NotHere,
    /// Our own mistake.
    #[error("incident {incident}")]
    Internal {
        /// The number under which the log tells more.
        incident: String,
    },
}

/// What is wrong with digits that were copied from a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum CodeTrouble {
    /// Too few or too many.
    Length,
    /// One is wrong, or two are swapped.
    Check,
}

/// What is wrong with a file or a stick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum FileTrouble {
    /// It is not there.
    Missing,
    /// It may not be read or written.
    Denied,
    /// Another program holds it, and did not let go.
    Held,
    /// It is not a plain file.
    NotAFile,
    /// There is no room.
    Full,
    /// It was taken out, or does not answer.
    Gone,
    /// What was read back is not what was written: a bad or fake stick.
    Unreliable,
    /// It is already there.
    Exists,
}

/// What is wrong with an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum InvitationTrouble {
    /// It is no invitation.
    NotAnInvitation,
    /// A newer version made it.
    Newer,
    /// The code has too few or too many digits.
    CodeLength,
    /// A digit of the code was misread.
    CodeCheck,
    /// The code does not open it.
    WrongCode,
    /// Its time is over.
    Expired,
    /// Somebody has used it already.
    Used,
    /// It does not prove what it claims.
    NotCertified,
    /// It is for another unit, or for another computer.
    Elsewhere,
}

/// What is wrong with a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum PacketTrouble {
    /// It is no packet.
    NotAPacket,
    /// It is for another unit.
    ForAnother,
    /// It is damaged or cut short.
    Damaged,
    /// A newer version made it.
    Newer,
    /// It belongs to another organisation.
    OtherOrganisation,
    /// Its sender is not known.
    UnknownSender,
    /// It is not signed by its sender.
    Forged,
    /// It would be for more computers than a packet can be locked to.
    TooManyComputers,
}

/// What is wrong with an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum AttachmentTrouble {
    /// There is nothing in the file.
    Empty,
    /// It is larger than what is kept.
    TooLarge,
    /// Not all of it was brought in.
    Cut,
    /// It is no picture, no PDF and no recording that is known here.
    UnknownForm,
    /// A picture in the form of Apple's telephones, which is not known here.
    ApplePicture,
    /// It has more pixels than any camera.
    TooManyPixels,
    /// It cannot be read as the picture it says it is.
    Damaged,
    /// Its bytes are on another computer and have not come yet.
    NotHere,
}

/// What is wrong with a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum FormTrouble {
    /// There is too much for one document.
    TooLong,
    /// Its template is wrong.
    Template,
    /// The case says something else by now than what was shown.
    Changed,
    /// It is no archive: there is no manifest that can be read.
    NoArchive,
    /// It is no Word file (.docx), or a broken one; an old .doc, or one with a password, is none.
    NoWord,
    /// It is larger than any real one, packed or unpacked.
    TooLarge,
    /// It brings macros along.
    Macros,
    /// It points outside itself, or has something of another program in it.
    Outside,
    /// No name in braces in it is known, so nothing would be filled in.
    NoNames,
    /// Setting it takes more time or memory than any real one.
    Exhausted,
    /// A PDF that belongs on it cannot be read, or has a password.
    Picture,
}

/// What is wrong with a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum BackupTrouble {
    /// It is no backup.
    NotABackup,
    /// Something of it is missing, or is not what was written.
    Damaged,
    /// A newer version made it.
    Newer,
    /// Something was erased again and again while it was made: later, then.
    Busy,
}

/// Why the system's keyring does not open the profile, or may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum KeyringTrouble {
    /// This computer has none, or it failed.
    Unavailable,
    /// It stays shut: it is locked, or somebody said no.
    Refused,
    /// It did not answer in time.
    NoAnswer,
    /// What it should hold is not there, or does not fit any more: it opens nothing.
    Gone,
    /// Several people work on this computer.
    Several,
    /// The profile was open or locked since the program started: the passphrase is wanted.
    NotNow,
}

impl From<KeyringTrouble> for Fault {
    fn from(reason: KeyringTrouble) -> Self {
        Self::Keyring { reason }
    }
}

/// What is wrong with the other computer, or the line to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum LanTrouble {
    /// Not an address.
    BadAddress,
    /// Nobody answers there.
    NoAnswer,
    /// Somebody answers that the computer is locked.
    Locked,
    /// Somebody answers, but not this program.
    NotPingli,
    /// A computer that is not on the roster.
    Stranger,
    /// It does not know us.
    NotKnownThere,
    /// It belongs to another organisation.
    OtherOrganisation,
    /// It speaks another version.
    Version,
    /// The line was cut.
    Cut,
    /// What it sent makes no sense.
    Nonsense,
    /// The port is taken by another program.
    PortTaken,
}

impl Fault {
    /// A guard's refusal of the `index`-th fact.
    #[must_use]
    pub fn refused(refusal: &Refusal, index: usize) -> Self {
        Self::Refused {
            reason: refusal.reason,
            field: refusal.field.to_owned(),
            index: u32::try_from(index).unwrap_or(u32::MAX),
        }
    }

    /// A request that does not fit.
    #[must_use]
    pub fn bad(detail: impl Into<String>) -> Self {
        Self::BadRequest { detail: detail.into() }
    }

    /// A record that is not here.
    #[must_use]
    pub fn not_found(id: impl std::fmt::Display) -> Self {
        Self::NotFound { id: format!("{id}") }
    }

    /// A mistake of ours; the chain of causes goes to the log under a number.
    #[must_use]
    pub fn internal(error: &dyn std::error::Error) -> Self {
        let mut chain = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            chain.push_str(": ");
            chain.push_str(&cause.to_string());
            source = cause.source();
        }
        // The number only ties a screen to a line of the log on the same computer.
        let hash = blake3::hash(chain.as_bytes()).to_hex();
        let incident: String = hash.chars().take(8).collect();
        tracing::error!(%incident, %chain, "internal fault");
        Self::Internal { incident }
    }
}

impl From<store::StoreError> for Fault {
    fn from(error: store::StoreError) -> Self {
        use store::StoreError as E;
        match error {
            E::Missing => Self::NoProfile,
            E::Exists => Self::ProfileExists,
            E::InUse => Self::ProfileInUse,
            E::Newer { .. } => Self::NewerProfile,
            E::Full => Self::DiskFull,
            E::Damaged(detail) => Self::ProfileDamaged { detail },
            // The key was unwrapped, so it is the right one: the file's beginning is not.
            error @ E::Key => Self::ProfileDamaged { detail: error.to_string() },
            E::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => Self::DiskFull,
            error @ (E::Failing(_) | E::Io(_)) => {
                tracing::error!(%error, "the disk is failing");
                Self::DiskFailing
            }
            error => Self::internal(&error),
        }
    }
}

impl From<document::RecordError> for Fault {
    fn from(error: document::RecordError) -> Self {
        use document::RecordError as E;
        match error {
            E::Version => Self::UnknownVersion,
            E::NoText(name) => Self::not_found(name),
            E::TooLarge => {
                Self::Refused { reason: RefusalReason::TooLong, field: "value".into(), index: 0 }
            }
            error => Self::internal(&error),
        }
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::bad(error.to_string())
    }
}

/// What is wrong with a database in a home folder: the folder is named where the file system
/// said no.
#[must_use]
pub fn store_fault(error: store::StoreError, home: &std::path::Path) -> Fault {
    match error {
        store::StoreError::Io(error) => file_fault(&error, home),
        error => error.into(),
    }
}

/// What is wrong with a file, from what the system said.
#[must_use]
pub fn file_fault(error: &std::io::Error, path: &std::path::Path) -> Fault {
    use std::io::ErrorKind as K;
    let reason = match error.kind() {
        K::NotFound => FileTrouble::Missing,
        K::PermissionDenied | K::ReadOnlyFilesystem => FileTrouble::Denied,
        _ if is_held(error) => FileTrouble::Held,
        K::StorageFull | K::QuotaExceeded | K::FileTooLarge => FileTrouble::Full,
        K::AlreadyExists => FileTrouble::Exists,
        K::IsADirectory | K::NotADirectory | K::InvalidInput => FileTrouble::NotAFile,
        K::InvalidData => FileTrouble::Unreliable,
        _ => FileTrouble::Gone,
    };
    Fault::File { reason, path: path.display().to_string() }
}
