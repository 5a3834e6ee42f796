//! What the outer line of defence turned away. Nothing of it is kept: a short list of who tried
//! what when, on this computer alone. Whoever tries again and again has one line, and whoever comes
//! under many names pushes out their own.

use domain::id::DeviceId;
use serde::{Deserialize, Serialize};
use store::Reader;

use super::HeldReason;
use crate::clock::signed;
use crate::fault::Fault;
use crate::office::Office;

/// The most lines for each reason.
const LINES_MAX: usize = 30;

/// How long the same thing again changes nothing, so that a flood writes nothing: a minute.
const QUIET_MS: i64 = 60_000;

const TURNED: &str = "quarantine/turned";

/// Something that was turned away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Turned {
    pub(crate) reason: HeldReason,
    /// `usb` or `lan`.
    pub(crate) way: String,
    /// The computer it came from, where that proved itself or says so.
    pub(crate) from: Option<DeviceId>,
    /// The computer that is said to have written it.
    pub(crate) device: Option<DeviceId>,
}

/// A line of the list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Line {
    #[serde(flatten)]
    pub(super) turned: Turned,
    pub(super) first_ms: i64,
    pub(super) last_ms: i64,
    pub(super) count: u32,
    /// Who took note of it, when and why.
    #[serde(default)]
    pub(super) noted: Option<Noted>,
}

/// That somebody took note of a line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Noted {
    pub(super) by: domain::id::UserId,
    pub(super) at_ms: i64,
    pub(super) reason: String,
}

impl Line {
    /// Its name.
    pub(super) fn key(&self) -> String {
        let id = |device: Option<DeviceId>| device.map(|d| d.to_string()).unwrap_or_default();
        let Turned { reason, way, from, device } = &self.turned;
        format!("door/{}/{way}/{}/{}", reason.word(), id(*from), id(*device))
    }
}

pub(super) fn lines(reader: &Reader<'_>) -> Result<Vec<Line>, Fault> {
    let bytes = reader.value(TURNED)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
}

/// Writes down who knocked meanwhile.
pub(super) fn settle(office: &Office) {
    for device in office.take_knocks() {
        let (reason, way) = (HeldReason::Stranger, "lan".to_owned());
        turned_away(office, Turned { reason, way, from: Some(device), device: None });
    }
}

pub(super) fn open_count(reader: &Reader<'_>) -> Result<u64, Fault> {
    let open = lines(reader)?.iter().filter(|line| line.noted.is_none()).count();
    Ok(u64::try_from(open).unwrap_or(u64::MAX))
}

/// Remembers what was turned away. It never stands in the way of what goes on.
pub(crate) fn turned_away(office: &Office, turned: Turned) {
    if let Err(error) = remember(office, turned) {
        tracing::error!(%error, "what was turned away could not be written down");
    }
}

fn remember(office: &Office, turned: Turned) -> Result<(), Fault> {
    let now = signed(office.now_ms());
    let known = office.store.read(lines)?;
    let same = |line: &&Line| line.turned == turned && line.noted.is_none();
    let is_quiet = |line: &Line| (0..QUIET_MS).contains(&now.saturating_sub(line.last_ms));
    // Under many names one may come often, too: then the latest of the reason speaks for all.
    let alike = known.iter().filter(|line| line.turned.reason == turned.reason);
    let is_crowded = alike.clone().count() >= LINES_MAX && alike.clone().any(is_quiet);
    if is_crowded || known.iter().find(same).is_some_and(is_quiet) {
        return Ok(());
    }
    office.store.write(|tx| -> Result<(), Fault> {
        let mut lines = lines(&tx.reader())?;
        match lines.iter_mut().find(|line| line.turned == turned && line.noted.is_none()) {
            Some(line) => {
                line.last_ms = now;
                line.count = line.count.saturating_add(1);
            }
            None => {
                let reason = turned.reason;
                lines.push(Line { turned, first_ms: now, last_ms: now, count: 1, noted: None });
                let alike = lines.iter().filter(|line| line.turned.reason == reason).count();
                if alike > LINES_MAX
                    && let Some(oldest) = lines.iter().position(|l| l.turned.reason == reason)
                {
                    lines.remove(oldest);
                }
            }
        }
        Ok(tx.set_value(TURNED, &serde_json::to_vec(&lines)?)?)
    })
}

/// Takes note of a line in the transaction that notes who did: the device it came from, or `None`
/// where there is no such line.
pub(super) fn take_note(
    tx: &mut store::Writer<'_>,
    key: &str,
    noted: &Noted,
) -> Result<Option<Turned>, Fault> {
    let mut lines = lines(&tx.reader())?;
    let Some(line) = lines.iter_mut().find(|line| line.noted.is_none() && line.key() == key) else {
        return Ok(None);
    };
    line.noted = Some(noted.clone());
    let turned = line.turned.clone();
    tx.set_value(TURNED, &serde_json::to_vec(&lines)?)?;
    Ok(Some(turned))
}
