//! What is remembered about the others: whom we met when, what they hold, what is still missing.

use std::collections::BTreeMap;

use domain::id::{DeviceId, LogId, UnitId};
use domain::time::{Day, day_of};
use store::local::{HeldStretch, Met};
use store::logs::Undelivered;
use sync::frontier::LogState;

use crate::clock::signed;
use crate::fault::Fault;
use crate::office::Office;

/// Remembers a meeting: who, when, how the clocks stood, and what the other says it holds, which may
/// be all it holds of what the two share.
///
/// A peer that holds more of one of our own logs than we do has seen entries this computer lost:
/// the log goes on under a new epoch.
pub(super) fn met(
    office: &Office,
    device: DeviceId,
    unit: UnitId,
    way: &str,
    skew_ms: i64,
    (theirs, is_all): (&BTreeMap<LogId, LogState>, bool),
) -> Result<(), Fault> {
    let at_ms = signed(office.now_ms());
    let held: Vec<HeldStretch> = theirs
        .values()
        .flat_map(|state| state.ranges.iter().map(|r| (state.log, r.first, r.last)))
        .collect();
    office.store.write(|tx| -> Result<(), Fault> {
        tx.meet(&Met { device, unit, at_ms, way: way.to_owned(), skew_ms })?;
        Ok(tx.note_held_by(device, &held, is_all)?)
    })?;
    let own = office.store.read(|reader| reader.logs_of(office.identity.device))?;
    for log in own {
        let last = log.begun().map_or(0, |range| range.last);
        let is_behind = theirs
            .get(&log.log)
            .is_some_and(|state| state.ranges.iter().any(|range| range.last > last));
        let current = office.store.read(|reader| office.own_log(reader, log.key.space))?;
        if is_behind && current.0 == log.log {
            office.begin_epoch(log.key.space)?;
        }
    }
    Ok(())
}

/// The gaps that are still open, by unit: up to which day the missing packet goes.
pub(crate) fn waiting_for(office: &Office) -> Result<BTreeMap<UnitId, Day>, Fault> {
    let gaps = office.store.read(|reader| reader.gaps())?;
    let mut waiting: BTreeMap<UnitId, Day> = BTreeMap::new();
    for gap in gaps {
        let day = day_of(gap.until_ms);
        let slot = waiting.entry(gap.unit).or_insert(day);
        *slot = (*slot).max(day);
    }
    Ok(waiting)
}

/// What of our own the devices of a unit have and lack: by the device that has most.
pub(crate) fn undelivered(office: &Office, unit: UnitId) -> Result<Undelivered, Fault> {
    let roster = office.roster();
    let exchanged = roster.exchanged(office.identity.record.unit, unit);
    let devices: Vec<DeviceId> = roster.active_devices_of(unit).map(|d| d.device()).collect();
    office.store.read(|reader| {
        let mut own = reader.logs_of(office.identity.device)?;
        own.retain(|log| exchanged.has(&roster, &log.key));
        let mut best: Option<Undelivered> = None;
        for device in devices {
            let sum = reader.undelivered(&own, device)?;
            if best.is_none_or(|held| sum.delivered >= held.delivered) {
                best = Some(sum);
            }
        }
        Ok(best.unwrap_or_default())
    })
}
