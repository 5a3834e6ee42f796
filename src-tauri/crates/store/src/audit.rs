//! The projection of audit notes: who did what, on which device, newest first.

use domain::audit::Note;
use domain::id::{DeviceId, LogId, RecordId, SpaceId, UserId};
use domain::log::{EntryRef, LogKey};
use rusqlite::types::Value;
use rusqlite::{Row, params, params_from_iter};

use crate::database::{Reader, Result, Writer};
use crate::logs::{fixed, integer, number};

/// A note that arrived and was not read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadNote {
    /// Where it stands.
    pub at: EntryRef,
    /// Whose log that is.
    pub key: LogKey,
    /// The bytes.
    pub payload: Vec<u8>,
}

/// A note, as the list holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Where it stands.
    pub at: EntryRef,
    /// The space of its log.
    pub space: SpaceId,
    /// The device whose log it is.
    pub device: DeviceId,
    /// What it says.
    pub note: Note,
}

/// Which notes are meant. Everything absent leaves everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Not before this moment, in milliseconds since 1970.
    pub from_ms: Option<i64>,
    /// Before this moment, in milliseconds since 1970.
    pub until_ms: Option<i64>,
    /// By this user.
    pub user: Option<UserId>,
    /// In the logs of this space.
    pub space: Option<SpaceId>,
    /// Of this act, a word.
    pub act: Option<String>,
    /// About this record.
    pub record: Option<RecordId>,
    /// About cases with this part of a number, now or before.
    pub number: Option<String>,
    /// On this device.
    pub device: Option<DeviceId>,
}

fn conditions(filter: &AuditFilter) -> (String, Vec<Value>) {
    let mut sql = String::from("1");
    let mut values: Vec<Value> = Vec::new();
    let blob = |bytes: &[u8; 16]| Value::Blob(bytes.to_vec());
    let asked = [
        ("at_ms >=", filter.from_ms.map(Value::Integer)),
        ("at_ms <", filter.until_ms.map(Value::Integer)),
        ("user =", filter.user.map(|id| blob(id.bytes()))),
        ("space =", filter.space.map(|id| blob(id.bytes()))),
        ("act =", filter.act.clone().map(Value::Text)),
        ("record =", filter.record.map(|id| blob(id.bytes()))),
        ("device =", filter.device.map(|id| blob(id.bytes()))),
    ];
    for (condition, value) in asked {
        if let Some(value) = value {
            values.push(value);
            sql.push_str(&format!(" AND {condition} ?{}", values.len()));
        }
    }
    if let Some(part) = &filter.number {
        values.push(Value::Text(part.trim().to_owned()));
        let part = values.len();
        sql.push_str(&format!(
            " AND record IN (SELECT record FROM view_case WHERE instr(number, ?{part}) > 0
             UNION SELECT record FROM view_number WHERE instr(number, ?{part}) > 0)"
        ));
    }
    (sql, values)
}

impl Reader<'_> {
    /// The notes a filter leaves, newest first, and how many there are in all.
    ///
    /// # Errors
    /// The database's.
    pub fn audit(
        &self,
        filter: &AuditFilter,
        offset: u32,
        limit: u32,
    ) -> Result<(Vec<AuditRow>, u64)> {
        let (sql, mut values) = conditions(filter);
        let total = self
            .conn
            .prepare_cached(&format!("SELECT count(*) FROM view_audit WHERE {sql}"))?
            .query_row(params_from_iter(values.iter()), |row| number(row, 0))?;
        let next = values.len().saturating_add(1);
        values.push(Value::Integer(i64::from(limit)));
        values.push(Value::Integer(i64::from(offset)));
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT entry, space, device, note FROM view_audit WHERE {sql}
             ORDER BY at_ms DESC, entry DESC LIMIT ?{next} OFFSET ?{}",
            next.saturating_add(1)
        ))?;
        let rows = query
            .query_map(params_from_iter(values.iter()), audit_row)?
            .collect::<rusqlite::Result<_>>()?;
        Ok((rows, total))
    }

    /// Notes that arrived and were not read yet.
    ///
    /// # Errors
    /// The database's.
    pub fn unread_notes(&self, limit: u32) -> Result<Vec<UnreadNote>> {
        let mut query = self.conn.prepare_cached(
            "SELECT l.log_id, e.seq, l.space, l.device, l.epoch, e.payload
             FROM log_entry e JOIN log l ON l.id = e.log
             WHERE e.kind = 5 AND e.state = 0 ORDER BY e.log, e.seq LIMIT ?1",
        )?;
        let rows = query.query_map([limit], |row| {
            Ok(UnreadNote {
                at: EntryRef { log: LogId(fixed(row, 0)?), seq: number(row, 1)? },
                key: LogKey {
                    space: SpaceId(fixed(row, 2)?),
                    device: DeviceId(fixed(row, 3)?),
                    epoch: fixed(row, 4)?,
                },
                payload: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// Writes a note's row.
    ///
    /// # Errors
    /// The database's.
    pub fn put_audit(&mut self, at: EntryRef, key: LogKey, note: &Note) -> Result<()> {
        let bytes = note
            .write()
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO view_audit
                 (entry, space, device, at_ms, user, act, record, note)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                place(at),
                key.space.bytes(),
                key.device.bytes(),
                integer(note.at.ms),
                note.by.bytes(),
                note.deed.act.word(),
                note.deed.record.as_ref().map(RecordId::bytes),
                String::from_utf8_lossy(&bytes)
            ])?;
        Ok(())
    }

    /// Gives the row of a note another name, as its entry got one.
    pub(crate) fn rename_audit(&mut self, at: EntryRef, name: LogId) -> Result<()> {
        let to = EntryRef { log: name, seq: at.seq };
        self.tx
            .prepare_cached("UPDATE OR REPLACE view_audit SET entry = ?2 WHERE entry = ?1")?
            .execute(params![place(at), place(to)])?;
        Ok(())
    }
}

/// An entry's place as one key: sixteen bytes of log, eight of number.
fn place(at: EntryRef) -> Vec<u8> {
    [at.log.bytes().as_slice(), &at.seq.to_be_bytes()].concat()
}

fn audit_row(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    let entry: [u8; 24] = fixed(row, 0)?;
    let log = entry.first_chunk::<16>().copied().unwrap_or_default();
    let seq = entry.last_chunk::<8>().copied().map_or(0, u64::from_be_bytes);
    let text: String = row.get(3)?;
    let note = Note::read(text.as_bytes()).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Text, Box::new(error))
    })?;
    Ok(AuditRow {
        at: EntryRef { log: LogId(log), seq },
        space: SpaceId(fixed(row, 1)?),
        device: DeviceId(fixed(row, 2)?),
        note,
    })
}
