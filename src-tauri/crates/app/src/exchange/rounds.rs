//! Meeting by itself (自动交换): while somebody allows it, this computer looks every few minutes who
//! is on the network, and meets those it reports to: a village its township, computers of one level
//! each other. The township calls no village: they come.
//!
//! Addresses change, so whoever announces itself is asked who it is; where nobody does, the address
//! at which a computer was met last is tried. Whoever does not answer is left alone for longer and
//! longer, up to an hour. Two that hold the same part after one round trip.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use domain::id::{DeviceId, UnitId};
use domain::role::Level;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sync::session::Peer;
use trust::statement::DeviceCertificate;

use super::lan::{Lan, guard};
use crate::clock::MINUTE_MS;
use crate::fault::{Fault, LanTrouble};
use crate::names::level_of;
use crate::office::Office;
use crate::progress::{Listener, Progress};

/// Under which name the last known addresses rest.
const ADDRESSES: &str = "lan/addresses";

/// How long after a good meeting the next one begins.
const EVERY_MS: u64 = 5 * MINUTE_MS;

/// How long after something was written the next meeting begins.
const SOON_MS: u64 = 15_000;

/// The longest that somebody who does not answer is left alone.
const REST_MS_MAX: u64 = 60 * MINUTE_MS;

/// For how long it is believed who answers at an address.
const KNOWN_MS: u64 = 10 * MINUTE_MS;

/// The most addresses that are remembered.
const ADDRESSES_MAX: usize = 256;

/// Lets this computer meet others by itself, or not.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LanAutomaticSet {
    /// Let it, or not.
    pub enabled: bool,
}

/// When a computer is to be met next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Turn {
    /// In milliseconds since 1970.
    next_ms: u64,
    /// How often in a row it was tried in vain.
    failures: u32,
    trouble: Option<LanTrouble>,
}

impl Turn {
    /// The turn after a meeting that came to its end, or did not.
    fn after(self, now_ms: u64, trouble: Option<LanTrouble>) -> Self {
        if trouble.is_none() {
            return Self { next_ms: now_ms.saturating_add(EVERY_MS), failures: 0, trouble };
        }
        let rest = MINUTE_MS.checked_shl(self.failures).unwrap_or(REST_MS_MAX).min(REST_MS_MAX);
        let failures = self.failures.saturating_add(1);
        Self { next_ms: now_ms.saturating_add(rest), failures, trouble }
    }

    /// Whether it is time. A clock that was put back keeps nobody waiting.
    const fn is_due(self, now_ms: u64) -> bool {
        now_ms >= self.next_ms || self.next_ms.saturating_sub(now_ms) > REST_MS_MAX
    }
}

/// What is known between two rounds.
#[derive(Default)]
pub(super) struct Rounds {
    pub(super) is_automatic: AtomicBool,
    turns: Mutex<BTreeMap<DeviceId, Turn>>,
    /// Who answered at an address, and when it was asked.
    answered: Mutex<BTreeMap<SocketAddr, (u64, Option<Peer>)>>,
    /// When what was written is to be brought to the others; 0 while nothing was.
    soon_ms: AtomicU64,
    /// Stops the meeting under way.
    under_way: Mutex<Option<Progress>>,
}

impl Rounds {
    /// Something was written.
    pub(super) fn hurry(&self, now_ms: u64) {
        let soon = now_ms.saturating_add(SOON_MS);
        let _ = self.soon_ms.compare_exchange(0, soon, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Ends the meeting under way, if there is one.
    pub(super) fn stop(&self) {
        if let Some(progress) = guard(&self.under_way).as_ref() {
            progress.stop();
        }
    }

    /// Why the last attempt at somebody failed, where nobody could be met at all.
    pub(super) fn trouble(&self) -> Option<LanTrouble> {
        let turns = guard(&self.turns);
        let all_fail = turns.values().all(|turn| turn.trouble.is_some());
        turns.values().find_map(|turn| turn.trouble).filter(|_| all_fail)
    }

    /// Forgets how it went with whoever is not called any more.
    fn keep(&self, wanted: &[DeviceId]) {
        guard(&self.turns).retain(|device, _| wanted.contains(device));
    }

    fn turn(&self, device: DeviceId) -> Turn {
        guard(&self.turns).get(&device).copied().unwrap_or_default()
    }

    fn note(&self, device: DeviceId, now_ms: u64, trouble: Option<LanTrouble>) {
        let mut turns = guard(&self.turns);
        let turn = turns.entry(device).or_default();
        *turn = turn.after(now_ms, trouble);
    }

    /// Whoever was met well is due as soon as what was written has rested a moment.
    fn take_hurry(&self, now_ms: u64) {
        let soon = self.soon_ms.load(Ordering::SeqCst);
        if soon == 0 || (now_ms < soon && soon.saturating_sub(now_ms) <= SOON_MS) {
            return;
        }
        self.soon_ms.store(0, Ordering::SeqCst);
        let mut turns = guard(&self.turns);
        turns.values_mut().filter(|turn| turn.failures == 0).for_each(|turn| turn.next_ms = now_ms);
    }
}

/// The addresses at which computers were met last.
pub(super) fn addresses(office: &Office) -> Result<BTreeMap<DeviceId, SocketAddr>, Fault> {
    let bytes = office.store.read(|reader| reader.value(ADDRESSES))?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
}

/// Remembers where a computer was met. At one address there is one computer.
pub(super) fn met_at(office: &Office, device: DeviceId, address: SocketAddr) -> Result<(), Fault> {
    let known = addresses(office)?;
    if known.get(&device) == Some(&address) {
        return Ok(());
    }
    let roster = office.roster();
    let others = known.into_iter().filter(|(other, at)| *other != device && *at != address);
    let mut now: BTreeMap<DeviceId, SocketAddr> =
        others.filter(|(other, _)| roster.device(*other).is_some()).take(ADDRESSES_MAX).collect();
    now.insert(device, address);
    let bytes = serde_json::to_vec(&now)?;
    office.store.write(|tx| Ok(tx.set_value(ADDRESSES, &bytes)?))
}

/// The computers that this one calls by itself: those in use of the units that it reports to.
pub(super) fn wanted(office: &Office) -> Vec<DeviceId> {
    let (roster, ended) = (office.roster(), office.ended());
    let devices = roster.devices().filter(|device| reports_to(office, device.unit));
    let devices = devices.map(DeviceCertificate::device);
    let is_in_use = |device: &DeviceId| !ended.devices.contains_key(device);
    devices.filter(is_in_use).filter(|device| *device != office.identity.device).collect()
}

/// Whether this computer calls those of a unit by itself.
fn reports_to(office: &Office, unit: UnitId) -> bool {
    let roster = office.roster();
    let own = office.identity.record.unit;
    let is_level = level_of(&roster, unit) == Level::Township || unit == own;
    is_level && !roster.exchanged(own, unit).spaces().is_empty()
}

impl Lan {
    /// Goes round once: meets everybody whose turn it is. Gives how many were met.
    ///
    /// # Errors
    /// The database's; whoever cannot be met is tried again later.
    pub(crate) fn go_round(
        &self,
        office: &Arc<Office>,
        listener: Option<&Listener>,
    ) -> Result<u32, Fault> {
        if !self.rounds.is_automatic.load(Ordering::SeqCst) || office.identity.record.is_demo {
            return Ok(0);
        }
        let progress = Progress::unwatched();
        *guard(&self.rounds.under_way) = Some(progress.clone());
        let met = self.meet_due(office, listener, &progress);
        *guard(&self.rounds.under_way) = None;
        met
    }

    fn meet_due(
        &self,
        office: &Arc<Office>,
        listener: Option<&Listener>,
        progress: &Progress,
    ) -> Result<u32, Fault> {
        let rounds = &self.rounds;
        rounds.take_hurry(office.now_ms());
        let mut there = addresses(office)?;
        // Where somebody says they are now is better than where they were.
        there.extend(self.announced(office, progress));
        let mut met = 0u32;
        let wanted = wanted(office);
        rounds.keep(&wanted);
        for (device, address) in there {
            if !wanted.contains(&device) || !rounds.turn(device).is_due(office.now_ms()) {
                continue;
            }
            let found = self.meet(office, listener.cloned(), address, progress);
            if progress.is_stopped() {
                // Somebody locked the profile or ended it; the round goes on another time.
                return Ok(met);
            }
            let trouble = match &found {
                Ok(met_there) if met_there.peer.device == device => None,
                // Somebody else of ours has that address now.
                Ok(_) => Some(LanTrouble::NoAnswer),
                Err(Fault::Lan { reason, .. }) => Some(*reason),
                Err(fault) => {
                    tracing::warn!(%fault, "a computer was not met");
                    Some(LanTrouble::Cut)
                }
            };
            if trouble.is_some() {
                guard(&rounds.answered).remove(&address);
            }
            met = met.saturating_add(u32::from(trouble.is_none()));
            rounds.note(device, office.now_ms(), trouble);
        }
        Ok(met)
    }

    /// Where computers of ours announce themselves. Each address is asked once in a while.
    fn announced(&self, office: &Arc<Office>, progress: &Progress) -> Vec<(DeviceId, SocketAddr)> {
        let now = office.now_ms();
        let mut answered = guard(&self.rounds.answered).clone();
        answered.retain(|_, (asked_ms, _)| now.abs_diff(*asked_ms) < KNOWN_MS);
        let seen: Vec<SocketAddr> = self.sightings(office).unwrap_or_default();
        let new = seen.iter().copied().filter(|address| !answered.contains_key(address));
        for (address, answer) in self.ask(office, new.collect(), progress).unwrap_or_default() {
            answered.insert(address, (now, answer.ok()));
        }
        let known = seen.iter().filter_map(|address| {
            let (_, peer) = answered.get(address)?;
            Some((peer.as_ref()?.device, *address))
        });
        let known = known.collect();
        *guard(&self.rounds.answered) = answered;
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_does_not_answer_is_left_alone_for_longer_and_longer() {
        let mut turn = Turn::default();
        assert!(turn.is_due(0), "whoever was never tried is tried");
        let mut rests = Vec::new();
        for _ in 0..9 {
            turn = turn.after(1_000, Some(LanTrouble::NoAnswer));
            rests.push(turn.next_ms.saturating_sub(1_000) / MINUTE_MS);
        }
        assert_eq!(rests, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert!(!turn.is_due(1_000) && turn.is_due(1_000 + REST_MS_MAX));
        let good = turn.after(1_000, None);
        assert_eq!((good.next_ms, good.failures), (1_000 + EVERY_MS, 0));
        // The clock was ten years ahead when it was last met.
        let ahead = Turn::default().after(10 * 365 * 24 * 60 * MINUTE_MS, None);
        assert!(ahead.is_due(5_000));
    }

    #[test]
    fn what_was_written_is_brought_soon_to_those_who_answer() {
        let rounds = Rounds::default();
        let (good, silent) = (DeviceId([1; 16]), DeviceId([2; 16]));
        rounds.note(good, 1_000, None);
        rounds.note(silent, 1_000, Some(LanTrouble::NoAnswer));
        rounds.hurry(2_000);
        rounds.hurry(9_000);
        rounds.take_hurry(2_000 + SOON_MS - 1);
        assert!(!rounds.turn(good).is_due(2_000 + SOON_MS - 1), "whoever types is let finish");
        rounds.take_hurry(2_000 + SOON_MS);
        assert!(rounds.turn(good).is_due(2_000 + SOON_MS));
        assert!(!rounds.turn(silent).is_due(2_000 + SOON_MS));
        assert_eq!(rounds.trouble(), None, "one of them is met");
        rounds.note(good, 3_000, Some(LanTrouble::Locked));
        assert!(rounds.trouble().is_some());
    }
}
