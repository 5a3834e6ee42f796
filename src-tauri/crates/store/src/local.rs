//! What concerns this device only: its keys and settings, whom it met, what it sent.

use std::collections::BTreeMap;

use domain::id::{DeviceId, LogId, RecordId, TransferId, UnitId};
use domain::log::EntryRef;
use rusqlite::{OptionalExtension, params};

use crate::database::{Reader, Result, Writer};
use crate::logs::{fixed, integer, number};

/// One line of the history of exchanges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Its number, from 1.
    pub id: i64,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// `lan` or `usb`.
    pub way: String,
    /// With which unit.
    pub peer_unit: Option<UnitId>,
    /// With which device.
    pub peer_device: Option<DeviceId>,
    /// Entries received.
    pub received: u64,
    /// Entries sent.
    pub sent: u64,
    /// How it ended, a word.
    pub outcome: String,
    /// More, as JSON.
    pub detail: String,
}

/// When another device was last met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// The device.
    pub device: DeviceId,
    /// Its unit.
    pub unit: UnitId,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// `lan` or `usb`.
    pub way: String,
    /// How far its clock was ahead of ours, in milliseconds.
    pub skew_ms: i64,
}

/// A packet that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// Its id.
    pub packet: TransferId,
    /// For which unit.
    pub unit: UnitId,
    /// When, in milliseconds since 1970.
    pub made_ms: i64,
    /// The time of the last entry in it.
    pub until_ms: i64,
    /// Up to where it went, as the caller wrote it.
    pub frontier: Vec<u8>,
}

/// A gap and the packet that would fill it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// In which log.
    pub log: LogId,
    /// Its last missing entry.
    pub last: u64,
    /// Whose packet it was.
    pub unit: UnitId,
    /// The time of the last entry in that packet.
    pub until_ms: i64,
}

/// A stretch of a log another device holds.
pub type HeldStretch = (LogId, u64, u64);

const EXCHANGE: &str = "id, at_ms, way, peer_unit, peer_device, received, sent, outcome, detail
     FROM local_exchange";

fn exchange(row: &rusqlite::Row<'_>) -> rusqlite::Result<Exchange> {
    let unit: Option<Vec<u8>> = row.get(3)?;
    let device: Option<Vec<u8>> = row.get(4)?;
    Ok(Exchange {
        id: row.get(0)?,
        at_ms: row.get(1)?,
        way: row.get(2)?,
        peer_unit: unit.and_then(|b| RecordId::from_slice(&b)),
        peer_device: device.and_then(|b| DeviceId::from_slice(&b)),
        received: number(row, 5)?,
        sent: number(row, 6)?,
        outcome: row.get(7)?,
        detail: row.get(8)?,
    })
}

impl Reader<'_> {
    /// A value of this device.
    ///
    /// # Errors
    /// The database's.
    pub fn value(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let mut query =
            self.conn.prepare_cached("SELECT value FROM local_value WHERE name = ?1")?;
        Ok(query.query_row([name], |row| row.get(0)).optional()?)
    }

    /// The records whose documents are behind their entries, at most `limit`.
    ///
    /// # Errors
    /// The database's.
    pub fn behind(&self, limit: u32) -> Result<Vec<RecordId>> {
        let mut query = self.conn.prepare_cached("SELECT record FROM local_behind LIMIT ?1")?;
        let rows = query.query_map([limit], |row| Ok(RecordId(fixed(row, 0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether the document of a record is behind its entries.
    ///
    /// # Errors
    /// The database's.
    pub fn is_behind(&self, record: RecordId) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM local_behind WHERE record = ?1)";
        Ok(self.conn.prepare_cached(sql)?.query_row([record.bytes()], |row| row.get(0))?)
    }

    /// How many records are behind.
    ///
    /// # Errors
    /// The database's.
    pub fn behind_count(&self) -> Result<u64> {
        Ok(self.conn.query_row("SELECT count(*) FROM local_behind", [], |row| number(row, 0))?)
    }

    /// The history of exchanges, newest first.
    ///
    /// # Errors
    /// The database's.
    pub fn exchanges(&self, offset: u32, limit: u32) -> Result<Vec<Exchange>> {
        let mut query = self
            .conn
            .prepare_cached(&format!("SELECT {EXCHANGE} ORDER BY id DESC LIMIT ?2 OFFSET ?1"))?;
        let rows = query.query_map([offset, limit], exchange)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The last exchange with a device.
    ///
    /// # Errors
    /// The database's.
    pub fn last_exchange_with(&self, device: DeviceId) -> Result<Option<Exchange>> {
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT {EXCHANGE} WHERE peer_device = ?1 ORDER BY id DESC LIMIT 1"
        ))?;
        Ok(query.query_row([device.bytes()], exchange).optional()?)
    }

    /// The first exchange that ended at a moment or later.
    ///
    /// # Errors
    /// The database's.
    pub fn exchange_after(&self, at_ms: i64) -> Result<Option<Exchange>> {
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT {EXCHANGE} WHERE at_ms >= ?1 AND received > 0 ORDER BY id LIMIT 1"
        ))?;
        Ok(query.query_row([at_ms], exchange).optional()?)
    }

    /// How many exchanges the history holds.
    ///
    /// # Errors
    /// The database's.
    pub fn exchange_count(&self) -> Result<u64> {
        let mut query = self.conn.prepare_cached("SELECT count(*) FROM local_exchange")?;
        Ok(query.query_row([], |row| number(row, 0))?)
    }

    /// When other devices were last met, most recent first.
    ///
    /// # Errors
    /// The database's.
    pub fn met(&self) -> Result<Vec<Met>> {
        let mut query = self.conn.prepare_cached(
            "SELECT device, unit, at_ms, way, skew_ms FROM local_met ORDER BY at_ms DESC, device",
        )?;
        let rows = query.query_map([], |row| {
            Ok(Met {
                device: DeviceId(fixed(row, 0)?),
                unit: RecordId(fixed(row, 1)?),
                at_ms: row.get(2)?,
                way: row.get(3)?,
                skew_ms: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What a device is known to hold, by log.
    ///
    /// # Errors
    /// The database's.
    pub fn held_by(&self, device: DeviceId) -> Result<BTreeMap<LogId, Vec<(u64, u64)>>> {
        let mut query = self.conn.prepare_cached(
            "SELECT log_id, first_seq, last_seq FROM local_held_by WHERE device = ?1
             ORDER BY log_id, first_seq",
        )?;
        let rows = query.query_map([device.bytes()], |row| {
            Ok((LogId(fixed(row, 0)?), number(row, 1)?, number(row, 2)?))
        })?;
        let mut held: BTreeMap<LogId, Vec<(u64, u64)>> = BTreeMap::new();
        for row in rows {
            let (log, first, last) = row?;
            held.entry(log).or_default().push((first, last));
        }
        Ok(held)
    }

    /// Every packet that was written, newest first.
    ///
    /// # Errors
    /// The database's.
    pub fn packets(&self) -> Result<Vec<Packet>> {
        let mut query = self.conn.prepare_cached(
            "SELECT packet, unit, made_ms, until_ms, frontier FROM local_packet
             ORDER BY made_ms DESC, packet",
        )?;
        let rows = query.query_map([], |row| {
            Ok(Packet {
                packet: TransferId(fixed(row, 0)?),
                unit: RecordId(fixed(row, 1)?),
                made_ms: row.get(2)?,
                until_ms: row.get(3)?,
                frontier: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// A packet that was written.
    ///
    /// # Errors
    /// The database's.
    pub fn packet(&self, packet: TransferId) -> Result<Option<Packet>> {
        let mut query = self.conn.prepare_cached(
            "SELECT packet, unit, made_ms, until_ms, frontier FROM local_packet WHERE packet = ?1",
        )?;
        Ok(query
            .query_row([packet.bytes()], |row| {
                Ok(Packet {
                    packet: TransferId(fixed(row, 0)?),
                    unit: RecordId(fixed(row, 1)?),
                    made_ms: row.get(2)?,
                    until_ms: row.get(3)?,
                    frontier: row.get(4)?,
                })
            })
            .optional()?)
    }

    /// The gaps that are still open: something stands beyond them.
    ///
    /// # Errors
    /// The database's.
    pub fn gaps(&self) -> Result<Vec<Gap>> {
        let mut query = self.conn.prepare_cached(
            "SELECT g.log_id, g.last_seq, g.unit, g.until_ms FROM local_gap g
             WHERE NOT EXISTS (
                 SELECT 1 FROM log l JOIN log_range r ON r.log = l.id
                 WHERE l.log_id = g.log_id AND g.last_seq BETWEEN r.first_seq AND r.last_seq)
             AND EXISTS (
                 SELECT 1 FROM log l JOIN log_range r ON r.log = l.id
                 WHERE l.log_id = g.log_id AND r.first_seq > g.last_seq)
             ORDER BY g.until_ms, g.log_id, g.last_seq",
        )?;
        let rows = query.query_map([], |row| {
            Ok(Gap {
                log: LogId(fixed(row, 0)?),
                last: number(row, 1)?,
                unit: RecordId(fixed(row, 2)?),
                until_ms: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// Sets a value of this device.
    ///
    /// # Errors
    /// The database's.
    pub fn set_value(&mut self, name: &str, value: &[u8]) -> Result<()> {
        self.tx
            .prepare_cached(
                "INSERT INTO local_value (name, value) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            )?
            .execute(params![name, value])?;
        Ok(())
    }

    /// Takes a value of this device away.
    ///
    /// # Errors
    /// The database's.
    pub fn clear_value(&mut self, name: &str) -> Result<()> {
        self.tx.prepare_cached("DELETE FROM local_value WHERE name = ?1")?.execute([name])?;
        Ok(())
    }

    /// Adds a line to the history of exchanges; the id of the line is ignored.
    ///
    /// # Errors
    /// The database's.
    pub fn add_exchange(&mut self, line: &Exchange) -> Result<()> {
        self.tx
            .prepare_cached(
                "INSERT INTO local_exchange
                 (at_ms, way, peer_unit, peer_device, received, sent, outcome, detail)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                line.at_ms,
                line.way,
                line.peer_unit.map(|u| u.0.to_vec()),
                line.peer_device.map(|d| d.0.to_vec()),
                integer(line.received),
                integer(line.sent),
                line.outcome,
                line.detail
            ])?;
        Ok(())
    }

    /// Takes a line out of the history of exchanges, in whose place a new one comes.
    ///
    /// # Errors
    /// The database's.
    pub fn remove_exchange(&mut self, id: i64) -> Result<()> {
        self.tx.prepare_cached("DELETE FROM local_exchange WHERE id = ?1")?.execute([id])?;
        Ok(())
    }

    /// Notes that a device was met.
    ///
    /// # Errors
    /// The database's.
    pub fn meet(&mut self, met: &Met) -> Result<()> {
        self.tx
            .prepare_cached(
                "INSERT INTO local_met (device, unit, at_ms, way, skew_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (device) DO UPDATE SET unit = excluded.unit, at_ms = excluded.at_ms,
                 way = excluded.way, skew_ms = excluded.skew_ms",
            )?
            .execute(params![
                met.device.bytes(),
                met.unit.bytes(),
                met.at_ms,
                met.way,
                met.skew_ms
            ])?;
        Ok(())
    }

    /// Notes what a device holds of some logs, as it said itself; of all there are, if it named all
    /// it holds. Two copies of one computer take turns to speak: what one of them does not name it
    /// lacks, whatever the other has. Only what changed is written: most meetings bring nothing new.
    ///
    /// # Errors
    /// The database's.
    pub fn note_held_by(
        &mut self,
        device: DeviceId,
        held: &[HeldStretch],
        is_all: bool,
    ) -> Result<()> {
        let known = self.reader().held_by(device)?;
        let mut said: BTreeMap<LogId, Vec<(u64, u64)>> = BTreeMap::new();
        for (log, first, last) in held {
            said.entry(*log).or_default().push((*first, *last));
        }
        said.values_mut().for_each(|ranges| ranges.sort_unstable());
        let is_other = |log: &LogId| said.get(log) != known.get(log);
        let gone = known.keys().filter(|log| is_all || said.contains_key(log));
        for log in gone.filter(|log| is_other(log)) {
            self.tx
                .prepare_cached("DELETE FROM local_held_by WHERE device = ?1 AND log_id = ?2")?
                .execute(params![device.bytes(), log.bytes()])?;
        }
        for (log, ranges) in said.iter().filter(|(log, _)| is_other(log)) {
            for (first, last) in ranges {
                self.tx
                    .prepare_cached(
                        "INSERT OR REPLACE INTO local_held_by (device, log_id, first_seq, last_seq)
                         VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute(params![
                        device.bytes(),
                        log.bytes(),
                        integer(*first),
                        integer(*last)
                    ])?;
            }
        }
        Ok(())
    }

    /// Notes a packet that was written.
    ///
    /// # Errors
    /// The database's.
    pub fn add_packet(&mut self, packet: &Packet) -> Result<()> {
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO local_packet (packet, unit, made_ms, until_ms, frontier)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                packet.packet.bytes(),
                packet.unit.bytes(),
                packet.made_ms,
                packet.until_ms,
                packet.frontier
            ])?;
        Ok(())
    }

    /// Notes a gap and the packet that would fill it.
    ///
    /// # Errors
    /// The database's.
    pub fn add_gap(&mut self, gap: &Gap) -> Result<()> {
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO local_gap (log_id, last_seq, unit, until_ms)
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![gap.log.bytes(), integer(gap.last), gap.unit.bytes(), gap.until_ms])?;
        Ok(())
    }

    /// A record's document has caught up with its entries.
    ///
    /// # Errors
    /// The database's.
    pub fn caught_up(&mut self, record: RecordId) -> Result<()> {
        self.tx
            .prepare_cached("DELETE FROM local_behind WHERE record = ?1")?
            .execute([record.bytes()])?;
        Ok(())
    }

    /// Puts every case behind, to be built again.
    ///
    /// # Errors
    /// The database's.
    pub fn put_cases_behind(&mut self) -> Result<()> {
        self.tx.execute(
            "INSERT OR IGNORE INTO local_behind (record)
             SELECT c.record FROM view_case c JOIN view_record r ON r.record = c.record",
            [],
        )?;
        Ok(())
    }

    /// Puts behind the records a device has written on, to be built again under a new roster.
    ///
    /// # Errors
    /// The database's.
    pub fn doubt_device(&mut self, device: DeviceId) -> Result<()> {
        self.tx.execute(
            "INSERT OR IGNORE INTO local_behind (record)
             SELECT DISTINCT e.doc FROM log_entry e JOIN log l ON l.id = e.log
             WHERE l.device = ?1 AND e.kind = 1 AND e.ready IS NOT NULL",
            [device.bytes()],
        )?;
        Ok(())
    }

    /// The same, where entries of the device may count now that were held for a reason.
    ///
    /// # Errors
    /// The database's.
    pub fn doubt_held(&mut self, device: DeviceId, reason: &str) -> Result<()> {
        self.tx.execute(
            "UPDATE log_entry SET state = 0, held = NULL
             WHERE state = 2 AND held = ?2 AND kind = 1
             AND log IN (SELECT id FROM log WHERE device = ?1)",
            params![device.bytes(), reason],
        )?;
        self.doubt_device(device)
    }

    /// The same for all entries of one record.
    ///
    /// # Errors
    /// The database's.
    pub fn doubt_held_of(&mut self, record: RecordId, reason: &str) -> Result<()> {
        self.tx.execute(
            "UPDATE log_entry SET state = 0, held = NULL
             WHERE doc = ?1 AND state = 2 AND held = ?2 AND kind = 1",
            params![record.bytes(), reason],
        )?;
        self.tx.execute(
            "INSERT OR IGNORE INTO local_behind (record)
             SELECT DISTINCT doc FROM log_entry WHERE doc = ?1 AND kind = 1 AND ready IS NOT NULL",
            [record.bytes()],
        )?;
        Ok(())
    }

    /// Puts behind the record that an entry is about.
    ///
    /// # Errors
    /// The database's.
    pub fn doubt_entry(&mut self, at: EntryRef) -> Result<()> {
        self.tx.execute(
            "INSERT OR IGNORE INTO local_behind (record)
             SELECT e.doc FROM log_entry e JOIN log l ON l.id = e.log
             WHERE l.log_id = ?1 AND e.seq = ?2 AND e.kind = 1 AND e.ready IS NOT NULL",
            params![at.log.bytes(), integer(at.seq)],
        )?;
        Ok(())
    }

    /// Puts behind the records that name another: something stands in its place.
    ///
    /// # Errors
    /// The database's.
    pub fn doubt_naming(&mut self, record: RecordId) -> Result<()> {
        self.tx.execute(
            "INSERT OR IGNORE INTO local_behind (record)
             SELECT record FROM view_link WHERE other = ?1",
            [record.bytes()],
        )?;
        Ok(())
    }

    /// Puts records behind whose facts nobody could vouch for when they were built: somebody may
    /// now.
    ///
    /// # Errors
    /// The database's.
    pub fn doubt_refused(&mut self) -> Result<()> {
        self.tx.execute(
            "INSERT OR IGNORE INTO local_behind (record)
             SELECT record FROM view_record WHERE has_refused = 1",
            [],
        )?;
        // So may what was carried from a device nobody had certified.
        self.tx.execute(
            "UPDATE log_entry SET state = 0, held = NULL
             WHERE kind IN (4, 7) AND kind <> 1 AND state = 2",
            [],
        )?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::database::StoreError;

    #[test]
    fn what_a_device_holds_is_what_it_said_last_of_each_log_and_of_all_if_it_named_all() {
        let home = tempfile::tempdir().unwrap();
        let key = zeroize::Zeroizing::new([1; 32]);
        let store = Store::claim(home.path()).unwrap().create(key).unwrap();
        let device = DeviceId([9; 16]);
        let log = |n| LogId([n; 16]);
        let say = |held: &[HeldStretch], is_all| {
            let note = |tx: &mut Writer<'_>| tx.note_held_by(device, held, is_all);
            store.write(note).unwrap();
            let held = store.read::<_, StoreError>(|reader| reader.held_by(device)).unwrap();
            held.into_iter().flat_map(|(log, ranges)| {
                ranges.into_iter().map(move |(first, last)| (log, first, last))
            })
        };
        let both = [(log(1), 1, 4), (log(1), 7, 9), (log(2), 1, 2)];
        for is_all in [false, true, true] {
            assert!(say(&both, is_all).eq(both));
        }
        // Of one log alone it holds less, and says nothing of the other.
        assert!(say(&[(log(1), 1, 3)], false).eq([(log(1), 1, 3), (log(2), 1, 2)]));
        assert!(say(&[(log(1), 1, 9)], true).eq([(log(1), 1, 9)]));
        assert!(say(&[], false).eq([(log(1), 1, 9)]));
        assert!(say(&[], true).eq([]));
    }
}
