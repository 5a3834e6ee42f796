//! Looking into a packet before anything is changed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{Read, Seek};

use document::{Incoming, Need, Record, Verdict};
use domain::fact::RecordKind;
use domain::id::{LogId, RecordId};
use domain::log::{Entry, EntryKind, EntryRef, LogKey, Stretch};
use domain::time::{Day, day_of};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Reader;
use store::logs::Carrier;
use sync::packet::{Header, PacketFault, PacketReader};
use sync::segment::{self, LogRefusal, Verified};
use trust::roster::Roster;
use trust::statement::Signed;

use super::packets::PacketFrom;
use crate::branches;
use crate::clock::signed;
use crate::fault::{Fault, FileTrouble, PacketTrouble};
use crate::forks;
use crate::names::Names;
use crate::office::Office;
use crate::organisation;
use crate::progress::{Phase, Progress};
use crate::projector;
use crate::quarantine::{self, HeldReason, Turned};
use crate::settings;
use crate::sharing;
use crate::view::{DeviceRef, UnitRef};

/// A log of a packet that is not taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct RefusedLog {
    /// The device that wrote it.
    pub device: DeviceRef,
    /// Why: `not_certified`, `no_grant`, `not_shared`, `signature`.
    pub reason: String,
}

/// The packet that must come first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct WaitingFor {
    /// Whose packet.
    pub unit: UnitRef,
    /// Up to which day it goes.
    pub until: Day,
}

/// What a packet would change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PacketView {
    /// The unit that made it.
    pub unit: UnitRef,
    /// The device that made it.
    pub device: DeviceRef,
    /// When it was made, by that computer's clock, in milliseconds since 1970.
    pub made_ms: u64,
    /// The day of the last entry in it; absent where there is none.
    pub until: Option<Day>,
    /// Which part it is, from 1.
    pub part: u32,
    /// Of how many.
    pub parts: u32,
    /// How many entries are in it.
    pub entries: u64,
    /// How many of those are new here.
    pub fresh: u64,
    /// How many bytes of attachments are in it.
    pub blob_bytes: u64,
    /// Cases that would be new.
    pub cases_new: u32,
    /// Cases that would change.
    pub cases_updated: u32,
    /// Contradictions that would come up for somebody to decide.
    pub to_decide: u32,
    /// Entries that would wait for an earlier packet.
    pub waiting: u64,
    /// Entries of a revoked computer that would be held until somebody adopts them.
    pub late: u64,
    /// Which packet that is.
    pub waiting_for: Option<WaitingFor>,
    /// Logs that are not taken.
    pub refused: Vec<RefusedLog>,
    /// How far that computer's clock is ahead of ours, in milliseconds, where the two disagree by
    /// more than ten minutes.
    pub clock_ahead_ms: Option<i64>,
    /// Whether a new computer asks to join with it.
    pub joins: bool,
}

/// A packet that was read to its end, every signature verified; nothing is stored yet.
pub(super) struct Checked {
    pub(super) header: Header,
    pub(super) segments: Vec<Verified>,
    /// Who is who once all of it is stored.
    pub(super) roster: Roster,
    /// How many segments were whole before the damage, where there is damage.
    pub(super) damage: Option<PacketFault>,
}

/// Up to when what must come before a packet goes, in milliseconds since 1970: to the end of the one
/// before it, or of whatever its sender took for acknowledged when it was made.
pub(super) fn earlier_ms(header: &Header) -> u64 {
    header.before.as_ref().map_or(header.made_ms, |before| before.until_ms)
}

/// What is wrong with a packet, as the screen hears of it.
pub(super) fn packet_fault(error: &PacketFault, whole_segments: usize) -> Fault {
    let reason = match error {
        PacketFault::NotAPacket => PacketTrouble::NotAPacket,
        PacketFault::NotForUs => PacketTrouble::ForAnother,
        PacketFault::Damaged => PacketTrouble::Damaged,
        PacketFault::Newer => PacketTrouble::Newer,
        PacketFault::OtherOrganisation => PacketTrouble::OtherOrganisation,
        PacketFault::UnknownSender => PacketTrouble::UnknownSender,
        PacketFault::Forged => PacketTrouble::Forged,
        PacketFault::Io(_) => {
            return Fault::File { reason: FileTrouble::Gone, path: String::new() };
        }
    };
    let whole_segments = u32::try_from(whole_segments).unwrap_or(u32::MAX);
    Fault::Packet { reason, whole_segments }
}

/// The roster as it will be once the sender is known: the header's credentials, and what we would
/// answer to a request to join.
fn roster_with(office: &Office, header: &Header) -> Roster {
    let mut roster = Roster::clone(&office.roster());
    for credential in &header.credentials {
        // What proves nothing has no effect.
        let _ = roster.admit(credential);
    }
    if let (Some(enrolment), Some(key)) = (&header.enrolment, &office.identity.operational) {
        for statement in organisation::answer(office, &roster, enrolment).unwrap_or_default() {
            let _ = roster.admit(&Signed::new(roster.organisation(), &statement, key));
        }
    }
    roster
}

/// Remembers that somebody brought a packet whose sender is not believed.
fn note_sender(office: &Office, fault: &PacketFault) {
    let reason = match fault {
        PacketFault::UnknownSender => HeldReason::UnknownSender,
        PacketFault::Forged => HeldReason::Forged,
        PacketFault::OtherOrganisation => HeldReason::OtherOrganisation,
        // Damage is told to whoever holds the stick; nobody meant harm.
        _ => return,
    };
    let way = "usb".to_owned();
    quarantine::turned_away(office, Turned { reason, way, from: None, device: None });
}

/// Reads a packet to its end.
pub(super) fn check<R: Read + Seek>(
    office: &Office,
    file: R,
    progress: &Progress,
) -> Result<Checked, Fault> {
    let mut reader = PacketReader::open(file, &office.identity.packet, &office.roster())
        .inspect_err(|error| note_sender(office, error))
        .map_err(|error| packet_fault(&error, 0))?;
    let header = reader.header().clone();
    let unit = office.identity.record.unit;
    if header.recipient != unit {
        // Locked to us all the same, as another device's copy may be; still not ours.
        return Err(packet_fault(&PacketFault::NotForUs, 0));
    }
    let roster = roster_with(office, &header);
    let sender = header.sender_unit;
    let mut checked = Checked { header, segments: Vec::new(), roster, damage: None };
    let mut exchanged = None;
    let mut shares = |roster: &Roster, log: &LogKey| {
        exchanged.get_or_insert_with(|| roster.exchanged(unit, sender)).takes(unit, roster, log)
    };
    let mut entries: u64 = 0;
    loop {
        progress.check()?;
        let bytes = match reader.next_segment() {
            Ok(Some(bytes)) => bytes,
            Ok(None) => break,
            Err(error) => {
                checked.damage = Some(error);
                return Ok(checked);
            }
        };
        let Ok(verified) = segment::verify(&checked.roster, &mut shares, &bytes, |_| None) else {
            checked.damage = Some(PacketFault::Damaged);
            return Ok(checked);
        };
        let count: usize = verified.stretches.iter().map(|s| s.entries.len()).sum();
        entries = entries.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        // Statements of an earlier segment count for a later one.
        segment::learn(&mut checked.roster, &verified.stretches);
        progress.at(Phase::Checking, entries, Some(checked.header.entries));
        checked.segments.push(verified);
    }
    // The pieces of blobs are looked at as they are stored: here only whether all of them are there.
    loop {
        progress.check()?;
        match reader.next_piece() {
            Ok(Some(_)) => {}
            Ok(None) => return Ok(checked),
            Err(error) => {
                checked.damage = Some(error);
                return Ok(checked);
            }
        }
    }
}

/// Says what a checked packet would change. Documents are built in memory; nothing is written.
pub(super) fn describe(office: &Office, checked: &Checked) -> Result<PacketView, Fault> {
    let header = &checked.header;
    office.store.read(|reader| {
        let names = Names::read(office, reader)?;
        let stretches: Vec<&Stretch> =
            checked.segments.iter().flat_map(|verified| &verified.stretches).collect();
        let mut forecast = Forecast::default();
        forecast.sort(office, reader, &checked.roster, &stretches)?;
        forecast.build(office, reader)?;
        let refused: BTreeSet<_> = checked
            .segments
            .iter()
            .flat_map(|verified| &verified.refused)
            .map(|(_, key, why)| (key.device, *why))
            .collect();
        let ahead = signed(header.made_ms).saturating_sub(signed(office.now_ms()));
        Ok(PacketView {
            unit: names.unit(header.sender_unit),
            device: names.device(header.sender),
            made_ms: header.made_ms,
            until: (header.entries > 0).then(|| day_of(signed(header.until_ms))),
            part: header.part,
            parts: header.parts,
            entries: header.entries,
            blob_bytes: header.blob_bytes,
            fresh: forecast.fresh,
            cases_new: forecast.cases_new,
            cases_updated: forecast.cases_updated,
            to_decide: forecast.to_decide,
            waiting: forecast.waiting,
            late: forecast.late,
            waiting_for: forecast.has_gap.then(|| WaitingFor {
                unit: names.unit(header.sender_unit),
                until: day_of(signed(earlier_ms(header))),
            }),
            refused: refused
                .into_iter()
                .map(|(device, why)| RefusedLog {
                    device: names.device(device),
                    reason: refusal_word(why).to_owned(),
                })
                .collect(),
            clock_ahead_ms: clock_doubt(office, header, ahead),
            joins: header.enrolment.is_some()
                && checked.roster.device(header.sender).is_some()
                && office.roster().device(header.sender).is_none(),
        })
    })
}

const fn refusal_word(refusal: LogRefusal) -> &'static str {
    match refusal {
        LogRefusal::NotCertified => "not_certified",
        LogRefusal::NoGrant => "no_grant",
        LogRefusal::NotShared => "not_shared",
        LogRefusal::Signature => "signature",
        LogRefusal::Missing => "missing",
    }
}

/// How far the sender's clock is from ours, where that is certain and more than a little: a packet
/// from the future, or what the sender itself observed of ours. A packet from the past may simply
/// have travelled.
pub(super) fn clock_doubt(office: &Office, header: &Header, ahead_ms: i64) -> Option<i64> {
    let held = office.store.read(settings::current).unwrap_or_default();
    let minutes = i64::from(held.clock_skew_minutes);
    let limit = minutes.saturating_mul(60_000);
    if ahead_ms >= limit {
        return Some(ahead_ms);
    }
    let observed = header.observed?;
    let is_ours = office.store.read(|reader| reader.packet(observed.packet)).ok().flatten();
    // The sender saw our clock ahead of its own: so it is behind ours.
    (is_ours.is_some() && observed.ahead_ms.saturating_abs() >= limit)
        .then(|| observed.ahead_ms.saturating_neg())
}

/// Whether everything before an entry is held: stretch by stretch back to the first.
fn reaches_start(ranges: &[(u64, u64)], seq: u64) -> bool {
    let mut start = seq;
    while let Some((first, _)) =
        ranges.iter().find(|(f, l)| *f < start && start <= l.saturating_add(1))
    {
        start = *first;
    }
    start == 1
}

/// What would become of a packet's entries.
#[derive(Default)]
struct Forecast {
    fresh: u64,
    waiting: u64,
    late: u64,
    has_gap: bool,
    cases_new: u32,
    cases_updated: u32,
    to_decide: u32,
    by_record: BTreeMap<RecordId, Vec<(EntryRef, Entry)>>,
}

impl Forecast {
    /// Sorts out which entries are new, and which of those have everything they build on.
    fn sort(
        &mut self,
        office: &Office,
        reader: &Reader<'_>,
        roster: &Roster,
        stretches: &[&Stretch],
    ) -> Result<(), Fault> {
        let ended = office.ended();
        let erased = roster.erased();
        let mut ready: BTreeSet<EntryRef> = BTreeSet::new();
        let mut held: HashMap<LogId, Vec<(u64, u64)>> = HashMap::new();
        let mut fresh: Vec<(EntryRef, Entry)> = Vec::new();
        let mut late: BTreeSet<EntryRef> = BTreeSet::new();
        for stretch in stretches {
            if let std::collections::hash_map::Entry::Vacant(slot) = held.entry(stretch.log) {
                let log = reader.held_of(stretch.log)?;
                let ranges = log.map(|h| h.ranges).unwrap_or_default();
                slot.insert(ranges.iter().map(|r| (r.first, r.last)).collect());
            }
            let ranges = held.entry(stretch.log).or_default();
            // Of a log that forked, what lies beyond comes in pieces.
            let is_gap = !reaches_start(ranges, stretch.first)
                && reader.cut_of(stretch.log)?.is_none()
                && !forks::is_astray(office, reader, stretch)?;
            self.has_gap |= is_gap;
            for (at, (entry, _)) in stretch.entries.iter().enumerate() {
                let seq = stretch.first.saturating_add(u64::try_from(at).unwrap_or(0));
                let at = EntryRef { log: stretch.log, seq };
                if ranges.iter().any(|(f, l)| (*f..=*l).contains(&seq)) {
                    continue;
                }
                let is_late = ended.late(entry.doc, stretch.key.device, at).is_some();
                if is_late && entry.kind == EntryKind::CHANGE {
                    late.insert(at);
                }
                fresh.push((at, entry.clone()));
            }
            ranges.push((stretch.first, stretch.last()));
        }
        self.fresh = u64::try_from(fresh.len()).unwrap_or(u64::MAX);
        // What was carried here counts with its carrier; what it brings is built all the same.
        let brought = brought(roster, stretches, &fresh);
        fresh.extend(brought);
        // Round and round until nothing more becomes ready: entries come in their sender's order,
        // so one round is the rule.
        let mut left = fresh;
        loop {
            let before = left.len();
            let mut still = Vec::new();
            for (at, entry) in left {
                if ready.contains(&at) || reader.is_ready(at)? {
                    // It came before, in another way.
                    continue;
                }
                if erased.contains_key(&entry.doc) {
                    // It is stored without its payload, and waits for nothing.
                    continue;
                }
                let mut is_ready = true;
                for need in &entry.needs {
                    is_ready &= ready.contains(need) || reader.is_ready(*need)?;
                }
                if is_ready && late.contains(&at) {
                    ready.insert(at);
                    self.late = self.late.saturating_add(1);
                } else if is_ready {
                    ready.insert(at);
                    self.by_record.entry(entry.doc).or_default().push((at, entry));
                } else {
                    still.push((at, entry));
                }
            }
            left = still;
            if left.len() == before || left.is_empty() {
                break;
            }
        }
        self.waiting = u64::try_from(left.len()).unwrap_or(u64::MAX);
        Ok(())
    }

    /// Builds each record in memory and compares.
    fn build(&mut self, office: &Office, reader: &Reader<'_>) -> Result<(), Fault> {
        for (id, entries) in std::mem::take(&mut self.by_record) {
            let changes: Vec<&(EntryRef, Entry)> =
                entries.iter().filter(|(_, e)| e.kind == EntryKind::CHANGE).collect();
            if changes.is_empty() {
                continue;
            }
            let cached = reader.saved(id)?;
            let is_new = cached.is_none();
            let mut record = match cached {
                Some(saved) => Record::load(id, &saved.saved, &saved.heads)?,
                None => Record::empty(id),
            };
            let open = |record: &Record| -> Result<u32, Fault> {
                let facts = projector::facts_of(office, reader, record)?;
                let case = settings::fold_case(reader, &facts)?;
                let count = case.conflicts.iter().filter(|c| c.is_open()).count();
                Ok(u32::try_from(count).unwrap_or(u32::MAX))
            };
            let before = if is_new { 0 } else { open(&record)? };
            let places: HashMap<EntryRef, usize> =
                changes.iter().enumerate().map(|(place, (at, _))| (*at, place)).collect();
            let mut incoming = Vec::new();
            for (at, entry) in &changes {
                let mut needs = Vec::new();
                let Some(payload) = entry.payload.bytes() else { continue };
                for need in &entry.needs {
                    if let Some(place) = places.get(need) {
                        needs.push(Need::Batch(*place));
                        continue;
                    }
                    for at in branches::meant(reader, Some(payload), *need)? {
                        needs.push(reader.change_of_entry(at)?.map_or(Need::Held, Need::Change));
                    }
                }
                incoming.push(Incoming { log: at.log, seq: at.seq, needs, payload });
            }
            let verdicts = record.apply(&incoming);
            let has_applied = verdicts.iter().any(|v| matches!(v, Verdict::Applied(_)));
            if record.kind() != RecordKind::Case.code() || !has_applied {
                continue;
            }
            if is_new {
                self.cases_new = self.cases_new.saturating_add(1);
            } else {
                self.cases_updated = self.cases_updated.saturating_add(1);
            }
            let after = open(&record)?;
            self.to_decide = self.to_decide.saturating_add(after.saturating_sub(before));
        }
        Ok(())
    }
}

/// What the carrying entries among those that are new would bring.
fn brought(
    roster: &Roster,
    stretches: &[&Stretch],
    fresh: &[(EntryRef, Entry)],
) -> Vec<(EntryRef, Entry)> {
    let keys: HashMap<LogId, LogKey> = stretches.iter().map(|s| (s.log, s.key)).collect();
    let carriers = fresh.iter().filter(|(_, entry)| entry.kind == EntryKind::CARRIED);
    let unpacked = carriers.filter_map(|(at, entry)| {
        let carrier = Carrier {
            at: *at,
            key: *keys.get(&at.log)?,
            record: entry.doc,
            payload: entry.payload.bytes()?.to_vec(),
        };
        sharing::unpack(roster, &carrier).ok()
    });
    unpacked.flat_map(|proved| proved.entries).collect()
}

/// Looks into a packet.
pub(crate) fn preview(
    office: &Office,
    request: &PacketFrom,
    file: std::fs::File,
    progress: &Progress,
) -> Result<PacketView, Fault> {
    let checked = check(office, file, progress)?;
    if let Some(damage) = &checked.damage
        && !request.salvage
    {
        return Err(packet_fault(damage, checked.segments.len()));
    }
    describe(office, &checked)
}

#[cfg(test)]
mod tests {
    use super::reaches_start;

    #[test]
    fn a_gap_stays_a_gap_until_everything_before_is_held() {
        type Row<'a> = (&'a [(u64, u64)], u64, bool);
        let rows: [Row<'_>; 6] = [
            (&[], 1, true),
            (&[], 5, false),
            (&[(1, 4)], 5, true),
            (&[(5, 9)], 5, false),
            (&[(5, 9), (1, 4)], 10, true),
            (&[(1, 3), (5, 9)], 7, false),
        ];
        for (ranges, seq, want) in rows {
            assert_eq!(reaches_start(ranges, seq), want, "{ranges:?} {seq}");
        }
    }
}
