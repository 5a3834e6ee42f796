//! What the next version of the program writes and this one does not know: for the simulation,
//! which asks that all of it is kept, passed on and said. Nothing else writes it.

use domain::fact::{Body, Fact, body::Note};
use domain::id::RecordId;
use domain::log::{Entry, EntryKind, EntryRef};
use serde_json::{Value, json};

use crate::clock::minute;
use crate::desk::Desk;
use crate::fault::Fault;
use crate::journal::{Draft, Pen};
use crate::office::Office;

/// A kind of fact, of record, and the name of a register and of a member that no version has.
const UNHEARD_OF: &str = "unheard_of";

/// A version of facts that is not here yet.
const LATER_VERSION: u16 = 900;

/// A kind of entry that may be passed over, and one that may not.
const PASSED_OVER: EntryKind = EntryKind(0x0900);
const CRITICAL: EntryKind = EntryKind(0x8900);

/// What of the next version is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// A fact of a kind of its own.
    Kind,
    /// A fact of a kind that is known, with one member more.
    Member,
    /// A fact of a kind that is known, in another shape.
    Shape,
    /// A register of its own.
    Register,
    /// An entry of a kind of its own, which may be passed over.
    Entry,
    /// An entry of a kind of its own, without which the record must not be written on.
    Critical,
    /// A record of a kind of its own.
    Record,
}

impl Next {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Kind,
        Self::Member,
        Self::Shape,
        Self::Register,
        Self::Entry,
        Self::Critical,
        Self::Record,
    ];

    /// Whether whoever reads the case is told that something in it needs a newer version.
    #[must_use]
    pub const fn is_told(self) -> bool {
        matches!(self, Self::Kind | Self::Member | Self::Shape | Self::Critical)
    }

    /// A fact as the next version writes it.
    fn fact(self, fact: &Fact) -> Result<String, Fault> {
        let mut read: Value = serde_json::from_str(&fact.write()?)?;
        let members = match self {
            Self::Kind => json!({ "kind": UNHEARD_OF }),
            Self::Member => json!({ "v": LATER_VERSION, UNHEARD_OF: true }),
            _ => json!({ "v": LATER_VERSION, "body": { UNHEARD_OF: read.get("body") } }),
        };
        if let (Some(read), Value::Object(members)) = (read.as_object_mut(), members) {
            read.extend(members);
        }
        Ok(read.to_string())
    }
}

/// Adds a fact of the next version that holds a word.
fn add(office: &Office, draft: &mut Draft, next: Next, word: &str) -> Result<(), Fault> {
    let fact = Fact {
        at: minute(office.now_ms()),
        recorded: office.tick(draft.seen),
        by: office.user(),
        unit: office.identity.record.unit,
        body: Body::Note(Note { text: word.to_owned() }),
        newer: true,
    };
    let id = draft.ids.next();
    draft.edit.facts.push((id, next.fact(&fact)?));
    Ok(())
}

/// Writes what a next version would on a case; gives where the entry stands.
fn write(pen: &mut Pen<'_, '_>, case: RecordId, next: Next, word: &str) -> Result<EntryRef, Fault> {
    let office = pen.office;
    let (space, record) = pen.open_all(case)?;
    match next {
        Next::Kind | Next::Member | Next::Shape => {
            pen.edit(case, |_, _, draft| add(office, draft, next, word))?;
        }
        Next::Register => pen.edit(case, |_, _, draft| {
            draft.field(office, UNHEARD_OF, Value::String(word.to_owned()))
        })?,
        Next::Entry | Next::Critical => {
            let kind = if next == Next::Critical { CRITICAL } else { PASSED_OVER };
            let needs = pen.needs_of(record.id(), &record.heads())?;
            let payload = word.as_bytes().to_vec().into();
            let entry = Entry { kind, doc: case, needs, payload };
            return pen.append(space, &entry, None);
        }
        Next::Record => {
            let write = |draft: &mut Draft| add(office, draft, Next::Kind, word);
            pen.begin_as(space, UNHEARD_OF, &[], (office.now_ms(), 0), write)?;
        }
    }
    pen.last(space)
}

impl Desk {
    /// Writes what the next version of the program would: on a case, or beside it. Gives the entry.
    ///
    /// # Errors
    /// The profile is not open, the case is not here, or nobody may write on it here.
    pub fn write_next(&self, case: RecordId, next: Next, word: &str) -> Result<Entry, Fault> {
        let office = self.office()?;
        let case = office.heirs().now(case);
        office.store.write(|tx| {
            let mut pen = Pen::new(&office, tx);
            let at = write(&mut pen, case, next, word)?;
            let stored = pen.tx.reader().entries(at.log, at.seq, at.seq)?;
            let stored = stored.into_iter().next();
            stored.map(|stored| stored.entry).ok_or_else(|| Fault::not_found(case))
        })
    }

    /// Whether an entry is here as it was written, by whatever way it came.
    ///
    /// # Errors
    /// The profile is not open, or the database fails.
    pub fn has_entry(&self, entry: &Entry) -> Result<bool, Fault> {
        let office = self.office()?;
        office.store.read(|reader| {
            if entry.kind == EntryKind::CHANGE {
                let all = reader.all_ready(entry.doc)?;
                return Ok(all.iter().any(|stored| stored.entry == *entry));
            }
            let bytes = entry.payload.bytes();
            let all = reader.of_kind(entry.kind)?;
            Ok(all.iter().any(|kept| Some(kept.payload.as_slice()) == bytes))
        })
    }
}
