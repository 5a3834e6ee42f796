//! The history of exchanges.

use domain::id::{DeviceId, UnitId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::local::Exchange;

use crate::cases::ROWS_MAX;
use crate::clock::signed;
use crate::fault::Fault;
use crate::names::Names;
use crate::office::Office;
use crate::projector::word;
use crate::view::{DeviceRef, UnitRef};

/// Reads a window of the history of exchanges.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ExchangeHistory {
    /// How many lines to pass over.
    #[serde(default)]
    pub offset: u32,
    /// How many lines to read, at most 200.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// How an exchange ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum ExchangeOutcome {
    /// 对上: both hold the same.
    Equal,
    /// Something was received, and nothing is known to be missing.
    Received,
    /// 无新增: everything in it was here already.
    NothingNew,
    /// 待前置包: something waits for an earlier packet.
    Waiting,
    /// A packet was written.
    Written,
    /// The person stopped it; what had come stays.
    Cancelled,
    /// It broke off; what had come stays.
    BrokenOff,
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ExchangeLine {
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// `lan` or `usb`.
    pub way: String,
    /// With which unit.
    pub unit: Option<UnitRef>,
    /// With which device.
    pub device: Option<DeviceRef>,
    /// Entries received.
    pub received: u64,
    /// Entries sent.
    pub sent: u64,
    /// How much of what came waits to be looked at (待查).
    pub held: u64,
    /// Bytes of attachments that went over, both ways.
    pub blob_bytes: u64,
    /// Records that stood in the lists as the other lent them, before their entries had come.
    pub listed: u64,
    /// Records of which the other had lent what their entries do not say.
    pub listed_otherwise: u64,
    /// How it ended.
    pub outcome: ExchangeOutcome,
    /// How often in a row the two met and had nothing for each other: such meetings are one line.
    pub times: u32,
    /// The day up to which the missing packet goes, where one is missing.
    pub waiting_until: Option<domain::time::Day>,
}

/// A window of the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ExchangeWindow {
    /// The lines, newest first.
    pub rows: Vec<ExchangeLine>,
    /// How many there are in all.
    pub total: u32,
}

/// More about a line, as it rests in the database.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Detail {
    #[serde(default)]
    waiting_until: Option<domain::time::Day>,
    #[serde(default)]
    held: u64,
    #[serde(default)]
    blob_bytes: u64,
    #[serde(default)]
    listed: u64,
    #[serde(default)]
    listed_otherwise: u64,
    #[serde(default = "once")]
    times: u32,
}

const fn once() -> u32 {
    1
}

/// What to write down about an exchange.
pub(super) struct Note {
    pub(super) way: &'static str,
    pub(super) unit: Option<UnitId>,
    pub(super) device: Option<DeviceId>,
    pub(super) received: u64,
    pub(super) sent: u64,
    pub(super) held: u64,
    pub(super) blob_bytes: u64,
    pub(super) listed: u64,
    pub(super) listed_otherwise: u64,
    pub(super) outcome: ExchangeOutcome,
    pub(super) waiting_until: Option<domain::time::Day>,
}

impl Detail {
    fn of(line: &Exchange) -> Self {
        let read = serde_json::from_str(&line.detail);
        read.unwrap_or(Self { times: once(), ..Self::default() })
    }
}

/// Whether two met and had nothing for each other.
fn is_idle(line: &Exchange, detail: &Detail) -> bool {
    line.outcome == word(&ExchangeOutcome::Equal)
        && (line.received, line.sent) == (0, 0)
        && (detail.held, detail.blob_bytes) == (0, 0)
        && (detail.listed, detail.listed_otherwise) == (0, 0)
}

/// Writes a line of the history. Two that meet every few minutes and have nothing for each other
/// have one line for it.
pub(super) fn note(office: &Office, note: &Note) -> Result<(), Fault> {
    let mut detail = Detail {
        waiting_until: note.waiting_until,
        held: note.held,
        blob_bytes: note.blob_bytes,
        listed: note.listed,
        listed_otherwise: note.listed_otherwise,
        times: once(),
    };
    let mut line = Exchange {
        id: 0,
        at_ms: signed(office.now_ms()),
        way: note.way.to_owned(),
        peer_unit: note.unit,
        peer_device: note.device,
        received: note.received,
        sent: note.sent,
        outcome: word(&note.outcome),
        detail: String::new(),
    };
    office.store.write(|tx| {
        if let Some(device) = note.device
            && is_idle(&line, &detail)
            && let Some(last) = tx.reader().last_exchange_with(device)?
        {
            let before = Detail::of(&last);
            if is_idle(&last, &before) && last.way == line.way {
                detail.times = before.times.saturating_add(1);
                tx.remove_exchange(last.id)?;
            }
        }
        line.detail = serde_json::to_string(&detail)?;
        Ok(tx.add_exchange(&line)?)
    })
}

/// Reads a window of the history.
pub(crate) fn list(office: &Office, request: &ExchangeHistory) -> Result<ExchangeWindow, Fault> {
    office.store.read(|reader| {
        let names = Names::read(office, reader)?;
        let limit = request.limit.unwrap_or(ROWS_MAX).clamp(1, ROWS_MAX);
        let rows = reader.exchanges(request.offset, limit)?;
        let line = |row: Exchange| {
            let detail = Detail::of(&row);
            let outcome = serde_json::from_value(serde_json::Value::String(row.outcome));
            ExchangeLine {
                at_ms: u64::try_from(row.at_ms).unwrap_or(0),
                way: row.way,
                unit: row.peer_unit.map(|unit| names.unit(unit)),
                device: row.peer_device.map(|device| names.device(device)),
                received: row.received,
                sent: row.sent,
                held: detail.held,
                blob_bytes: detail.blob_bytes,
                listed: detail.listed,
                listed_otherwise: detail.listed_otherwise,
                outcome: outcome.unwrap_or(ExchangeOutcome::BrokenOff),
                times: detail.times,
                waiting_until: detail.waiting_until,
            }
        };
        Ok(ExchangeWindow {
            rows: rows.into_iter().map(line).collect(),
            total: u32::try_from(reader.exchange_count()?).unwrap_or(u32::MAX),
        })
    })
}
