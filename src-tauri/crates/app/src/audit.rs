//! Audit: what people did that changes no record, as notes in this device's signed log.
//!
//! A note stands in this device's log of notes for the unit's home space: the township holds the
//! notes of its villages, and no village those of another. Whoever adds an act calls [`note`] after it, or
//! [`Pen::note`] in the transaction that does it.

mod listing;

use std::path::Path;

use domain::audit::{Act, Deed, Note, NoteError};
use domain::case::Case;
use domain::case::guard::RefusalReason;
use domain::case::stage::Mark;
use domain::id::RecordId;
use domain::log::{Entry, EntryKind, LogKey, NO_RECORD};
use domain::time::{Hlc, midnight, moment};
use store::audit::AuditFilter;
use store::{Reader, Writer};

use crate::clock::today;
use crate::fault::Fault;
use crate::journal::Pen;
use crate::office::{Me, Office};
use crate::projector::word;
use crate::quarantine::HeldReason;
use crate::rights::Sight;
use crate::vault::write_whole;

pub(crate) use listing::list;
pub use listing::{AuditLine, AuditList, AuditWindow};

/// How many notes are read in one go.
const BATCH: u32 = 500;

/// The name under which notes wait that are not worth an entry of their own yet.
const LATER: &str = "audit/later";

/// The most notes that wait.
const LATER_MAX: usize = 200;

/// The file that counts wrong passphrases while the database is closed.
const FAILED: &str = "failed.json";

/// Notes an act in a transaction of its own. Doing once more what is noted once a day writes
/// nothing.
pub(crate) fn note(office: &Office, deed: Deed) -> Result<(), Fault> {
    if office.store.read(|reader| is_noted(office, reader, &deed))? {
        return Ok(());
    }
    office.store.write(|tx| Pen::new(office, tx).note(deed))
}

/// Notes an act of which the other side must not be told at once: two computers that met would
/// otherwise have something new for each other after every meeting. It rests in the database and
/// is written into the log with the next note, at the latest when the profile is locked.
pub(crate) fn note_later(office: &Office, deed: Deed) -> Result<(), Fault> {
    let note = signed_by(office, deed);
    office.store.write(|tx| {
        let mut waiting = later(&tx.reader())?;
        if waiting.len() >= LATER_MAX {
            Pen::new(office, tx).flush()?;
            waiting.clear();
        }
        waiting.push(note);
        Ok(tx.set_value(LATER, &serde_json::to_vec(&waiting)?)?)
    })
}

fn later(reader: &Reader<'_>) -> Result<Vec<Note>, Fault> {
    let bytes = reader.value(LATER)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
}

fn signed_by(office: &Office, deed: Deed) -> Note {
    let Me { user, role, .. } = office.me();
    // No tick of the clock of facts: looking must not move what is written.
    let at = Hlc { ms: office.now_ms(), count: 0 };
    Note { v: deed.act.since(), at, by: user, role, deed }
}

/// Whether the same act of the same user stands among today's notes of this device already.
fn is_noted(office: &Office, reader: &Reader<'_>, deed: &Deed) -> Result<bool, Fault> {
    if !deed.is_once_a_day() {
        return Ok(false);
    }
    let me = office.me();
    let filter = AuditFilter {
        from_ms: Some(moment(midnight(today(office.now_ms())))),
        user: Some(me.user),
        act: Some(word(&deed.act)),
        record: deed.record,
        device: Some(me.device),
        ..AuditFilter::default()
    };
    let (rows, _) = reader.audit(&filter, 0, BATCH)?;
    Ok(rows.iter().any(|row| row.note.deed == *deed))
}

impl Pen<'_, '_> {
    /// Notes an act, in the transaction that does it.
    pub(crate) fn note(&mut self, deed: Deed) -> Result<(), Fault> {
        self.flush()?;
        let note = signed_by(self.office, deed);
        self.write_note(&note)
    }

    /// Writes the notes that wait.
    pub(crate) fn flush(&mut self) -> Result<(), Fault> {
        let waiting = later(&self.tx.reader())?;
        if waiting.is_empty() {
            return Ok(());
        }
        for note in &waiting {
            self.write_note(note)?;
        }
        Ok(self.tx.set_value(LATER, b"[]")?)
    }

    fn write_note(&mut self, note: &Note) -> Result<(), Fault> {
        // A computer that joined and knows no space of its unit yet has nowhere to write.
        let Ok(space) = self.office.home_space() else { return Ok(()) };
        let payload = note.write().map_err(|error| Fault::internal(&error))?;
        let payload = payload.into();
        let entry = Entry { kind: EntryKind::AUDIT, doc: NO_RECORD, needs: Vec::new(), payload };
        let (at, key): (_, LogKey) = self.append_note(space, &entry)?;
        Ok(self.tx.put_audit(at, key, note)?)
    }
}

/// Reads the notes that arrived. One that cannot be read is kept, with the reason.
pub(crate) fn read_all(tx: &mut Writer<'_>) -> Result<(), Fault> {
    loop {
        let unread = tx.reader().unread_notes(BATCH)?;
        if unread.is_empty() {
            return Ok(());
        }
        for found in unread {
            let outcome = match Note::read(&found.payload) {
                Ok(note) => tx.put_audit(found.at, found.key, &note).map(|()| Ok(()))?,
                Err(NoteError::Newer) => Err(HeldReason::NeedsUpdate.word()),
                Err(NoteError::Unreadable) => Err(HeldReason::NoteUnreadable.word()),
            };
            tx.settle_carrier(found.at, outcome.as_ref().copied().map_err(String::as_str))?;
        }
    }
}

/// Notes that a role was refused a command; any other fault is none of the audit's.
pub(crate) fn note_refusal(office: &Office, command: &str, fault: &Fault) -> Result<(), Fault> {
    let is_of_role = matches!(
        fault,
        Fault::NotAllowed { .. } | Fault::Refused { reason: RefusalReason::Role, .. }
    );
    if is_of_role { note(office, Deed::new(Act::Refused).word(command)) } else { Ok(()) }
}

/// Notes that a case was read, where that is to be noted.
pub(crate) fn note_case_read(
    office: &Office,
    id: RecordId,
    why: Option<&str>,
) -> Result<(), Fault> {
    match why {
        Some(why) => note(office, Deed::new(Act::ProtectedRead).record(id).word(why)),
        None => Ok(()),
    }
}

/// Why reading a case is noted: it is of a minor or of violence, and nothing of that was hidden.
pub(crate) fn read_of(case: &Case, sight: Sight) -> Option<&'static str> {
    protection(case).filter(|_| sight.is_whole())
}

/// Why reading a case is noted.
fn protection(case: &Case) -> Option<&'static str> {
    if case.parties.iter().any(|party| party.is_minor) {
        return Some("minor");
    }
    let is_red = case.marks.iter().any(|mark| mark.value == Mark::RedBranch);
    is_red.then_some("violence")
}

/// Counts one more wrong passphrase. A count that cannot be written keeps nobody out.
pub(crate) fn count_failed(home: &Path) {
    let bytes = failed(home).saturating_add(1).to_string();
    if let Err(error) = write_whole(home, FAILED, bytes.as_bytes()) {
        tracing::warn!(%error, "a wrong passphrase was not counted");
    }
}

fn failed(home: &Path) -> u64 {
    let text = std::fs::read_to_string(home.join(FAILED)).unwrap_or_default();
    text.trim().parse().unwrap_or(0)
}

/// Notes that the profile was opened, by which way if not with a passphrase, and how often that
/// failed before. A full disk keeps nobody
/// from their records: then the note is missing, and the program's own log says so.
pub(crate) fn note_unlocked(office: &Office, way: &str) -> Result<(), Fault> {
    let count = failed(&office.home);
    let noted = office.store.write(|tx| -> Result<(), Fault> {
        let mut pen = Pen::new(office, tx);
        if count > 0 {
            pen.note(Deed::new(Act::UnlockFailed).count(count))?;
        }
        pen.note(Deed::new(Act::Unlocked).word(way))
    });
    match noted {
        Ok(()) => {
            if count > 0 && std::fs::remove_file(office.home.join(FAILED)).is_err() {
                tracing::warn!("the count of wrong passphrases stays");
            }
            Ok(())
        }
        Err(fault @ (Fault::DiskFull | Fault::DiskFailing)) => {
            tracing::warn!(%fault, "opening the profile was not noted");
            Ok(())
        }
        Err(fault) => Err(fault),
    }
}

#[cfg(test)]
mod tests;
