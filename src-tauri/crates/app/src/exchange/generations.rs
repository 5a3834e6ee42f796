//! Generations: of the packets that this computer wrote for a unit onto one stick, the newest three
//! stay. Which are ours the database knows, by the names they were given: what others wrote is
//! never touched.

use std::collections::BTreeMap;
use std::path::Path;

use domain::id::{LogId, TransferId, UnitId};
use store::local::Packet;
use sync::frontier::LogState;

use super::packets::{acknowledged, reach};
use crate::attachments::travelling;
use crate::fault::Fault;
use crate::office::Office;

/// How many packets for one unit stay: a stick that damages one has others.
const KEPT: usize = 3;

/// The first letters of the names of a packet's files. They say nothing.
pub(super) fn stem(packet: TransferId) -> String {
    packet.to_string().chars().rev().take(6).collect()
}

/// Removes the files of a packet from a folder.
pub(super) fn remove(folder: &Path, packet: TransferId) {
    let stem = stem(packet);
    for name in carry::usb::named(folder, carry::usb::PACKET) {
        if name.to_uppercase().starts_with(&stem)
            && let Err(error) = carry::usb::remove(folder, &name)
        {
            // What cannot be removed takes room and does no harm.
            tracing::warn!(%error, name, "a packet stays on a stick");
        }
    }
}

/// The packets of ours for a unit that lie in a folder, newest first.
fn ours(office: &Office, unit: UnitId, folder: &Path) -> Result<Vec<Packet>, Fault> {
    let names = carry::usb::named(folder, carry::usb::PACKET);
    let mut written = office.store.read(|reader| reader.packets())?;
    written.retain(|packet| {
        let stem = stem(packet.packet);
        packet.unit == unit && names.iter().any(|name| name.to_uppercase().starts_with(&stem))
    });
    Ok(written)
}

/// Whether a unit holds all that a packet brought.
fn is_delivered(packet: &Packet, theirs: &BTreeMap<LogId, LogState>) -> bool {
    reach(&packet.frontier).iter().all(|(log, last)| {
        let held = theirs.get(log).map(|state| state.ranges.as_slice()).unwrap_or_default();
        held.iter().any(|range| range.first == 1 && range.last >= *last)
    })
}

/// Makes room on a stick before a packet is written: what a power cut left half written goes, and
/// the packets that would be too many with the new one, where they were delivered.
pub(super) fn make_room(office: &Office, unit: UnitId, folder: &Path) -> Result<(), Fault> {
    for name in carry::usb::named(folder, carry::usb::TEMPORARY) {
        if let Err(error) = carry::usb::remove(folder, &name) {
            tracing::warn!(%error, name, "a half file stays on a stick");
        }
    }
    let older: Vec<Packet> =
        ours(office, unit, folder)?.into_iter().skip(KEPT.saturating_sub(1)).collect();
    if older.is_empty() || travelling::lacks_any(office, unit)? {
        return Ok(());
    }
    let theirs = acknowledged(office, unit)?;
    let delivered = older.iter().filter(|packet| is_delivered(packet, &theirs));
    delivered.for_each(|gone| remove(folder, gone.packet));
    Ok(())
}

/// Lets go of the oldest packets for a unit once a new one was written and read back.
pub(super) fn let_go(office: &Office, unit: UnitId, folder: &Path) -> Result<(), Fault> {
    let older = ours(office, unit, folder)?.into_iter().skip(KEPT);
    older.for_each(|gone| remove(folder, gone.packet));
    Ok(())
}
