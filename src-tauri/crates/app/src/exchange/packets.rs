//! Packets: written for a unit, imported from another.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{ErrorKind, Seek, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use carry::usb::Carried;
use domain::audit::{Act, Deed, FileKind};
use domain::id::{BlobId, DeviceId, LogId, TransferId, UnitId, ulid};
use domain::log::{Held, Stretch};
use domain::time::{Day, day_of};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Reader;
use store::local::{Gap, Packet};
use sync::Archive;
use sync::blob::{CHUNK_BYTES, PIECE_CHUNKS_MAX, WANTS_MAX};
use sync::chain::RUN_BYTES_MAX;
use sync::frontier::{LogState, StretchState, UNKNOWN};
use sync::packet::{self, Before, Header, Observed, PacketReader, PacketWriter, RECIPIENTS_MAX};
use sync::plan::{Packed, Plan};
use sync::segment::PAYLOAD_TARGET;
use sync::session::Wants;
use trust::SUITE;

use super::generations;
use super::history::{self, ExchangeOutcome, Note};
use super::notes;
use super::preview::{self, Checked, PacketView, packet_fault};
use crate::archive::Records;
use crate::attachments::travelling::{self, Kept};
use crate::audit;
use crate::branches;
use crate::clock::{draw, signed};
use crate::fault::{Fault, FileTrouble, PacketTrouble, file_fault};
use crate::host::Place;
use crate::journal;
use crate::names::Names;
use crate::office::Office;
use crate::organisation;
use crate::progress::{Phase, Progress};
use crate::quarantine::{self, HeldReason, Turned};
use crate::sharing;
use crate::view::UnitRef;

/// The largest part of a packet: it fits any file system a stick may have.
const PART_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The largest file that is looked at as a packet.
pub(crate) const PACKET_BYTES_MAX: u64 = PART_BYTES_MAX + PART_BYTES_MAX / 64;

/// Under which name the last clock difference seen by packet rests.
const OBSERVED: &str = "observed";

/// Writes a packet for a unit.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PacketExport {
    /// For which unit.
    pub unit: UnitId,
    /// Where the files go.
    pub to: Place,
    /// Only what came after this packet, instead of everything the other has not acknowledged.
    #[serde(default)]
    pub after: Option<TransferId>,
    /// Everything, also what the other has acknowledged: its disk may have been put back since, and
    /// nobody may have been able to tell this computer.
    #[serde(default)]
    pub everything: bool,
    /// How large one file may be, in bytes; 256 MiB if absent.
    #[serde(default)]
    pub part_bytes: Option<u64>,
    /// Without the bytes of attachments: they come another time.
    #[serde(default)]
    pub words_only: bool,
}

/// A file of a packet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ExportedFile {
    /// Its name.
    pub name: String,
    /// Where it is, as far as the caller may know.
    pub path: Option<String>,
    /// Its size.
    pub bytes: u64,
    /// How many entries are in it.
    pub entries: u64,
    /// How many bytes of attachments are in it.
    pub blob_bytes: u64,
    /// The day of the last entry in it; absent where there is none.
    pub until: Option<Day>,
}

/// A packet that was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PacketExported {
    /// The packet; give it as `after` to write only what came later.
    pub packet: TransferId,
    /// For which unit.
    pub unit: UnitRef,
    /// Its files, in order.
    pub files: Vec<ExportedFile>,
    /// How many entries are in it.
    pub entries: u64,
    /// How many bytes of attachments are in it.
    pub blob_bytes: u64,
    /// Whether there was no room for all of the attachments: the rest comes another time.
    pub is_short: bool,
}

/// Looks into a packet, or imports it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PacketFrom {
    /// Where the file is.
    pub from: Place,
    /// For a damaged packet: import the whole segments before the damage (先导入完好的部分).
    #[serde(default)]
    pub salvage: bool,
}

/// What an import brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PacketImported {
    /// What was in the packet, compared with what was here before.
    pub packet: PacketView,
    /// Entries that were stored.
    pub received: u64,
    /// Bytes of attachments that were stored.
    pub blob_bytes: u64,
    /// Whether attachments were left on the stick because the disk here is nearly full.
    pub is_short: bool,
    /// How much of it waits to be looked at (待查).
    pub held: u64,
    /// How it ended.
    pub outcome: ExchangeOutcome,
}

/// Chunks of a blob: from which on, and how many.
type Chunks = (BlobId, u32, u32);

/// A part of a packet being gathered.
#[derive(Default)]
struct Part {
    segments: Vec<Packed>,
    bytes: u64,
    entries: u64,
    until_ms: u64,
    chunks: Vec<Chunks>,
    blob_bytes: u64,
}

impl Part {
    fn is_empty(&self) -> bool {
        self.entries == 0 && self.chunks.is_empty()
    }

    fn add_chunks(&mut self, blob: BlobId, first: u32, count: u32) {
        let bytes = bytes_of(count);
        self.bytes = self.bytes.saturating_add(bytes);
        self.blob_bytes = self.blob_bytes.saturating_add(bytes);
        self.chunks.push((blob, first, count));
    }

    fn add(&mut self, packed: Packed) {
        self.bytes = self.bytes.saturating_add(size(&packed));
        self.entries = self.entries.saturating_add(packed.entries);
        self.until_ms = self.until_ms.max(packed.until_ms);
        self.segments.push(packed);
    }
}

/// The bytes of some chunks.
fn bytes_of(chunks: u32) -> u64 {
    u64::from(chunks).saturating_mul(u64::try_from(CHUNK_BYTES).unwrap_or(u64::MAX))
}

/// Lays the chunks of blobs into parts of their own, behind the records. Each part has one at
/// least, however small it should be.
fn lay(parts: &mut Vec<Part>, owed: &[(BlobId, Range<u32>)], limit: u64) {
    let piece_max = u32::try_from(PIECE_CHUNKS_MAX).unwrap_or(u32::MAX);
    for (blob, chunks) in owed {
        let mut first = chunks.start;
        while first < chunks.end {
            let open = parts.last().filter(|part| part.entries == 0);
            let room = open.map_or(0, |part| limit.saturating_sub(part.bytes) / bytes_of(1));
            let is_fresh = open.is_some_and(Part::is_empty);
            let room = u32::try_from(room).unwrap_or(u32::MAX).max(u32::from(is_fresh));
            let count = chunks.end.saturating_sub(first).min(piece_max).min(room);
            match parts.last_mut().filter(|part| count > 0 && part.entries == 0) {
                Some(part) => part.add_chunks(*blob, first, count),
                None => parts.push(Part::default()),
            }
            first = first.saturating_add(count);
        }
    }
}

fn size(packed: &Packed) -> u64 {
    u64::try_from(packed.bytes.len()).unwrap_or(u64::MAX)
}

/// Where the files of a packet go.
pub(crate) struct To {
    /// The folder.
    pub(crate) folder: PathBuf,
    /// Whether it is the unit's folder on a stick, where older packets go.
    pub(crate) is_stick: bool,
    /// Whether the caller may know paths.
    pub(crate) shows_paths: bool,
}

/// Writes a packet for a unit into a folder. What stops it leaves nothing of it there.
pub(crate) fn export(
    office: &Arc<Office>,
    request: &PacketExport,
    to: &To,
    progress: &Progress,
) -> Result<PacketExported, Fault> {
    let own_unit = office.identity.record.unit;
    if office.identity.record.is_demo {
        return Err(Fault::NotHere);
    }
    let limit = request.part_bytes.unwrap_or(PART_BYTES_MAX).clamp(1024, PART_BYTES_MAX);
    // Small parts need small runs: a run is never cut.
    let target = usize::try_from(limit / 4).unwrap_or(PAYLOAD_TARGET).min(PAYLOAD_TARGET);
    journal::seal(office, target.min(RUN_BYTES_MAX))?;
    let roster = office.roster();
    let exchanged = roster.exchanged(own_unit, request.unit);
    let spaces = exchanged.spaces();
    // This computer has what it packs; of its own unit it writes for the others.
    let others =
        roster.active_devices_of(request.unit).filter(|d| d.device() != office.identity.device);
    let mut recipients: Vec<String> = others.map(|d| d.recipient.clone()).collect();
    if spaces.is_empty() || recipients.is_empty() {
        return Err(Fault::not_found(request.unit));
    }
    recipients.extend(roster.escrow().into_iter().map(str::to_owned));
    if recipients.len() > RECIPIENTS_MAX {
        return Err(Fault::Packet { reason: PacketTrouble::TooManyComputers, whole_segments: 0 });
    }

    let mut records = Records::new(office.clone());
    let mut own = records.held(&spaces)?;
    own.retain(|log| exchanged.has(&roster, &log.key));
    let before = match request.after {
        Some(packet) => {
            let found = office.store.read(|reader| reader.packet(packet))?;
            Some(found.ok_or_else(|| Fault::not_found(packet))?)
        }
        None => None,
    };
    let theirs = match &before {
        Some(packet) => read_frontier(&packet.frontier),
        None if request.everything => BTreeMap::new(),
        None => acknowledged(office, request.unit)?,
    };
    let mut plan = Plan::new(&mut records, &own, &theirs, target)?;
    let mut parts: Vec<Part> = vec![Part::default()];
    while let Some(packed) = plan.next(&mut records)? {
        progress.check()?;
        let is_full = parts.last().is_some_and(|part| {
            part.entries > 0 && part.bytes.saturating_add(size(&packed)) > limit
        });
        if is_full {
            parts.push(Part::default());
        }
        if let Some(part) = parts.last_mut() {
            part.add(packed);
        }
    }

    if !request.words_only {
        let is_after = before.is_some();
        let seen = exchanged.seen_by(request.unit);
        let owed = travelling::owed(office, request.unit, &seen, &theirs, is_after)?;
        lay(&mut parts, &owed, limit);
    }
    let packet = TransferId(ulid(office.now_ms(), &draw(office.entropy.as_ref())));
    let wants = travelling::wants(office, &exchanged.seen_by(own_unit))?;
    let mut header =
        first_header(office, request.unit, packet, &own, before.as_ref(), parts.len())?;
    header.wants = wants;
    if to.is_stick {
        generations::make_room(office, request.unit, &to.folder)?;
    }
    let (files, is_short) = write_parts(office, &recipients, header, &parts, to, progress)
        .inspect_err(|_| generations::remove(&to.folder, packet))?;
    let blob_bytes = files.iter().map(|file| file.blob_bytes).sum();
    let entries = files.iter().map(|file| file.entries).sum();
    let until_ms = parts.iter().map(|part| part.until_ms).max().unwrap_or(0);
    office.store.write(|tx| -> Result<(), Fault> {
        Ok(tx.add_packet(&Packet {
            packet,
            unit: request.unit,
            made_ms: signed(office.now_ms()),
            until_ms: signed(until_ms),
            frontier: write_frontier(&own)?,
        })?)
    })?;
    if to.is_stick {
        generations::let_go(office, request.unit, &to.folder)?;
    }
    history::note(
        office,
        &Note {
            way: "usb",
            unit: Some(request.unit),
            device: None,
            received: 0,
            sent: entries,
            held: 0,
            blob_bytes,
            listed: 0,
            listed_otherwise: 0,
            outcome: ExchangeOutcome::Written,
            waiting_until: None,
        },
    )?;
    let deed = Deed::exported(FileKind::Packet).unit(request.unit).count(entries);
    audit::note_later(office, deed)?;
    let names = office.store.read(|reader| Names::read(office, reader))?;
    let unit = names.unit(request.unit);
    Ok(PacketExported { packet, unit, files, entries, blob_bytes, is_short })
}

/// What every certified device of a unit has acknowledged: a packet must serve any of them.
pub(super) fn acknowledged(
    office: &Office,
    unit: UnitId,
) -> Result<BTreeMap<LogId, LogState>, Fault> {
    let roster = office.roster();
    let own = office.identity.device;
    let devices: Vec<DeviceId> =
        roster.active_devices_of(unit).map(|d| d.device()).filter(|d| *d != own).collect();
    let mut common: Option<BTreeMap<LogId, u64>> = None;
    for device in devices {
        let held = office.store.read(|reader| reader.held_by(device))?;
        let first = |ranges: &[(u64, u64)]| ranges.iter().find(|(f, _)| *f == 1).map(|(_, l)| *l);
        let held: BTreeMap<LogId, u64> =
            held.iter().filter_map(|(log, ranges)| Some((*log, first(ranges)?))).collect();
        common = Some(match common {
            None => held,
            Some(known) => known
                .into_iter()
                .filter_map(|(log, last)| Some((log, last.min(*held.get(&log)?))))
                .collect(),
        });
    }
    Ok(states(common.unwrap_or_default()))
}

fn states(ends: BTreeMap<LogId, u64>) -> BTreeMap<LogId, LogState> {
    ends.into_iter()
        .map(|(log, last)| {
            let whole = StretchState { first: 1, last, head: UNKNOWN };
            (log, LogState { log, ranges: vec![whole] })
        })
        .collect()
}

/// Up to where a packet goes, as it rests in the database.
fn write_frontier(own: &[Held]) -> Result<Vec<u8>, Fault> {
    let ends: BTreeMap<LogId, u64> =
        own.iter().filter(|h| h.released > 0).map(|h| (h.log, h.released)).collect();
    Ok(serde_json::to_vec(&ends)?)
}

/// Up to where a packet went, as it rests in the database.
pub(crate) fn reach(bytes: &[u8]) -> BTreeMap<LogId, u64> {
    serde_json::from_slice(bytes).unwrap_or_default()
}

fn read_frontier(bytes: &[u8]) -> BTreeMap<LogId, LogState> {
    states(reach(bytes))
}

fn first_header(
    office: &Office,
    recipient: UnitId,
    packet: TransferId,
    own: &[Held],
    before: Option<&Packet>,
    parts: usize,
) -> Result<Header, Fault> {
    let me = office.me();
    let roster = office.roster();
    let observed = office.store.read(|reader| reader.value(OBSERVED))?;
    let observed: BTreeMap<UnitId, (TransferId, i64)> =
        observed.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    Ok(Header {
        suite: SUITE,
        packet,
        organisation: roster.organisation(),
        sender: me.device,
        sender_unit: office.identity.record.unit,
        recipient,
        made_ms: office.now_ms(),
        until_ms: 0,
        frontier: own.iter().filter(|h| !h.ranges.is_empty()).map(LogState::of).collect(),
        before: before.map(|packet| Before {
            packet: packet.packet,
            until_ms: u64::try_from(packet.until_ms).unwrap_or(0),
        }),
        part: 1,
        parts: u32::try_from(parts).unwrap_or(u32::MAX),
        entries: 0,
        enrolment: if me.is_certified { None } else { office.enrolment() },
        credentials: packet::credentials(&office.statements()?, &roster, me.device),
        observed: observed.get(&recipient).map(|(packet, ours_ahead)| Observed {
            packet: *packet,
            ahead_ms: ours_ahead.saturating_neg(),
        }),
        wants: Vec::new(),
        blob_bytes: 0,
    })
}

fn write_parts(
    office: &Office,
    recipients: &[String],
    mut header: Header,
    parts: &[Part],
    to: &To,
    progress: &Progress,
) -> Result<(Vec<ExportedFile>, bool), Fault> {
    let folder = to.folder.as_path();
    let stem = generations::stem(header.packet);
    let total = parts.iter().map(|part| part.entries).sum();
    let fault = |error: std::io::Error| match error.kind() {
        ErrorKind::Interrupted => Fault::Cancelled,
        // What was there when it was written: the stick is gone.
        ErrorKind::NotFound if to.is_stick => file_fault(&ErrorKind::NotConnected.into(), folder),
        _ => file_fault(&error, folder),
    };
    let mut files: Vec<ExportedFile> = Vec::new();
    let mut written: Vec<Carried> = Vec::new();
    let mut done: u64 = 0;
    let mut is_short = false;
    for part in parts {
        progress.check()?;
        header.until_ms = part.until_ms;
        header.entries = part.entries;
        header.blob_bytes = part.blob_bytes;
        let name = format!("{stem}{:02}.{}", header.part, carry::usb::PACKET);
        let write = |header: &Header, chunks: &[Chunks]| {
            let content = (part.segments.as_slice(), chunks);
            write_part(office, recipients, header, content, (folder, &name), progress)
        };
        let mut wrote = write(&header, &part.chunks);
        let is_full = matches!(&wrote, Err(error) if error.kind() == ErrorKind::StorageFull);
        is_short = is_full && !part.chunks.is_empty();
        if is_short {
            // Records go first: attachments that find no room come another time.
            if !files.is_empty() {
                break;
            }
            header.blob_bytes = 0;
            wrote = write(&header, &[]);
        }
        let (carried, blob_bytes) = wrote.map_err(fault)?;
        done = done.saturating_add(part.entries);
        progress.at(Phase::Writing, done, Some(total));
        let path = to.shows_paths.then(|| folder.join(&name).display().to_string());
        let until = (part.entries > 0).then(|| day_of(signed(part.until_ms)));
        let (bytes, entries) = (carried.bytes, part.entries);
        files.push(ExportedFile { name, path, bytes, entries, blob_bytes, until });
        written.push(carried);
        if is_short {
            break;
        }
        header.before = Some(Before { packet: header.packet, until_ms: part.until_ms });
        header.part = header.part.saturating_add(1);
    }
    // The last was read back when it was written.
    let earlier = written.split_last().map(|(_, earlier)| earlier).unwrap_or_default();
    for (file, carried) in files.iter().zip(earlier) {
        progress.check()?;
        carry::usb::read_back(&folder.join(&file.name), carried).map_err(fault)?;
    }
    Ok((files, is_short))
}

/// Writes a file of a packet; gives what it came to, and how many bytes of attachments are in it.
fn write_part(
    office: &Office,
    recipients: &[String],
    header: &Header,
    (segments, chunks): (&[Packed], &[Chunks]),
    (folder, name): (&Path, &str),
    progress: &Progress,
) -> std::io::Result<(Carried, u64)> {
    let mut blob_bytes = 0_u64;
    let carried = carry::usb::write_verified(folder, name, |out: &mut dyn Write| {
        let mut writer = PacketWriter::begin(out, recipients, header, &office.identity.secret)?;
        for segment in segments {
            writer.segment(&segment.bytes)?;
        }
        for (blob, first, count) in chunks {
            progress.check().map_err(|_| ErrorKind::Interrupted)?;
            // What cannot be read any more comes from whoever else has it.
            let piece = travelling::cut(office, *blob, *first, *count);
            let piece = piece.map_err(|error| std::io::Error::other(error.to_string()))?;
            let Some(piece) = piece else { continue };
            writer.piece(&piece)?;
            let bytes = u64::try_from(piece.bytes.len()).unwrap_or(0);
            blob_bytes = blob_bytes.saturating_add(bytes);
            progress.at(Phase::Attachments, blob_bytes, Some(header.blob_bytes));
        }
        writer.finish().map(|_| ())
    })?;
    Ok((carried, blob_bytes))
}

/// The name of the folder in which packets for a unit lie: eight characters that say nothing to
/// anybody else.
pub(super) fn tag_of(unit: UnitId) -> String {
    let tag = blake3::derive_key("pingli stick folder 1", unit.bytes());
    let mut id = [0; 16];
    for (slot, byte) in id.iter_mut().zip(tag) {
        *slot = byte;
    }
    domain::id::RecordId(id).to_string().chars().rev().take(8).collect()
}

/// The folder on a stick where packets for a unit lie.
pub(crate) fn folder_for(stick: &Path, unit: UnitId) -> PathBuf {
    stick.join(carry::usb::FOLDER).join(tag_of(unit))
}

/// Imports a packet.
pub(crate) fn import(
    office: &Arc<Office>,
    request: &PacketFrom,
    file: File,
    progress: &Progress,
) -> Result<PacketImported, Fault> {
    if office.identity.record.is_demo {
        return Err(Fault::NotHere);
    }
    let again = file.try_clone().map_err(|error| file_fault(&error, Path::new("")))?;
    let checked = preview::check(office, file, progress)?;
    if let Some(damage) = &checked.damage
        && !request.salvage
    {
        return Err(packet_fault(damage, checked.segments.len()));
    }
    let packet = preview::describe(office, &checked)?;
    if let Some(enrolment) = &checked.header.enrolment {
        // One that is not granted leaves its sender unknown; then nothing of it is taken.
        if let Err(reason) = organisation::countersign(office, enrolment) {
            return Err(Fault::Invitation { reason });
        }
    }
    let stored = store_segments(office, &checked, progress);
    if office.ended().devices.contains_key(&checked.header.sender) {
        let stretches: Vec<&Stretch> =
            checked.segments.iter().flat_map(|segment| &segment.stretches).collect();
        branches::say_for(office, &stretches)?;
    }
    // Whatever was stored is built and noted, also if the rest was not.
    sharing::settle_in(office, |done| {
        progress.at(Phase::Building, done, None);
        true
    })?;
    let (blob_bytes, is_short) = match &stored {
        Ok(_) => store_blobs(office, &checked, again, progress)?,
        Err(_) => (0, false),
    };
    let received = match &stored {
        Ok(received) | Err((received, _)) => *received,
    };
    let outcome = match &stored {
        Err((_, Fault::Cancelled)) => ExchangeOutcome::Cancelled,
        Err(_) => ExchangeOutcome::BrokenOff,
        Ok(_) if checked.damage.is_some() => ExchangeOutcome::BrokenOff,
        Ok(0) if blob_bytes == 0 && !is_short => ExchangeOutcome::NothingNew,
        Ok(_) if packet.waiting_for.is_some() => ExchangeOutcome::Waiting,
        Ok(_) => ExchangeOutcome::Received,
    };
    for (_, key, why) in checked.segments.iter().flat_map(|segment| &segment.refused) {
        let (reason, way) = (HeldReason::of_log(*why), "usb".to_owned());
        let from = Some(checked.header.sender);
        quarantine::turned_away(office, Turned { reason, way, from, device: Some(key.device) });
    }
    let held = quarantine::newly_held(office)?;
    note_import(office, &checked, &packet, (received, held, blob_bytes), outcome)?;
    if received > 0 {
        let deed = Deed::new(Act::PacketImported).unit(checked.header.sender_unit);
        audit::note_later(office, deed.device(checked.header.sender).count(received))?;
    }
    match stored {
        Ok(_) => Ok(PacketImported { packet, received, blob_bytes, is_short, held, outcome }),
        Err((_, fault)) => Err(fault),
    }
}

/// Stores segment after segment, each durable before the next.
fn store_segments(
    office: &Arc<Office>,
    checked: &Checked,
    progress: &Progress,
) -> Result<u64, (u64, Fault)> {
    let mut records = Records::new(office.clone());
    let (mut received, mut done) = (0u64, 0u64);
    for segment in &checked.segments {
        progress.check().map_err(|fault| (received, fault))?;
        let imported = records.import(&segment.stretches).map_err(|fault| (received, fault))?;
        received = received.saturating_add(imported.fresh);
        let count: usize = segment.stretches.iter().map(|s| s.entries.len()).sum();
        done = done.saturating_add(u64::try_from(count).unwrap_or(0));
        progress.at(Phase::Receiving, done, Some(checked.header.entries));
    }
    Ok(received)
}

/// Keeps what a packet brings of blobs, piece after piece, each durable before the next; gives how
/// many bytes were new, and whether the disk had no room for the rest. What nothing here names, or
/// what is here already, is passed over.
fn store_blobs(
    office: &Office,
    checked: &Checked,
    mut file: File,
    progress: &Progress,
) -> Result<(u64, bool), Fault> {
    if checked.header.blob_bytes == 0 {
        return Ok((0, false));
    }
    let damaged = |error| packet_fault(&error, checked.segments.len());
    file.rewind().map_err(|error| file_fault(&error, Path::new("")))?;
    let roster = office.roster();
    let mut reader = PacketReader::open(file, &office.identity.packet, &roster).map_err(damaged)?;
    let own_unit = office.identity.record.unit;
    let seen = roster.exchanged(own_unit, checked.header.sender_unit).seen_by(own_unit);
    let (mut done, mut fresh) = (0_u64, 0_u64);
    loop {
        if progress.check().is_err() {
            return Ok((fresh, false));
        }
        let piece = match reader.next_piece() {
            Ok(Some(piece)) => piece,
            // Damage was told before, and whoever goes on knows of it.
            Ok(None) | Err(_) => return Ok((fresh, false)),
        };
        // The stick stays as it is: whoever makes room takes the packet in once more.
        if travelling::is_too_much(office, &piece)? {
            return Ok((fresh, true));
        }
        let bytes = u64::try_from(piece.bytes.len()).unwrap_or(0);
        done = done.saturating_add(bytes);
        if travelling::keep(office, &seen, &piece)? == Kept::Fresh {
            fresh = fresh.saturating_add(bytes);
        }
        progress.at(Phase::Attachments, done, Some(checked.header.blob_bytes));
    }
}

/// The last entry of each gap before what a packet brought.
fn gaps(reader: &Reader<'_>, checked: &Checked) -> Result<BTreeSet<(LogId, u64)>, Fault> {
    let mut gaps = BTreeSet::new();
    for stretch in checked.segments.iter().flat_map(|segment| &segment.stretches) {
        let Some(held) = reader.held_of(stretch.log)? else { continue };
        let is_in =
            |range: &&domain::log::Range| (range.first..=range.last).contains(&stretch.first);
        let range = held.ranges.iter().find(is_in).filter(|range| range.first > 1);
        gaps.extend(range.map(|range| (stretch.log, range.first.saturating_sub(1))));
    }
    Ok(gaps)
}

/// Remembers who sent it, what they hold, what is missing, and how the clocks stood.
fn note_import(
    office: &Office,
    checked: &Checked,
    packet: &PacketView,
    (received, held, blob_bytes): (u64, u64, u64),
    outcome: ExchangeOutcome,
) -> Result<(), Fault> {
    let header = &checked.header;
    let theirs: BTreeMap<LogId, LogState> =
        header.frontier.iter().map(|state| (state.log, state.clone())).collect();
    let skew = packet.clock_ahead_ms.unwrap_or(0);
    // A packet names everything its sender holds.
    notes::met(office, header.sender, header.sender_unit, "usb", skew, (&theirs, true))?;
    let list = header.wants.clone();
    let is_all = list.len() < WANTS_MAX;
    travelling::note_wants(office, header.sender, &Wants::now(list, is_all))?;
    office.store.write(|tx| -> Result<(), Fault> {
        for (log, last) in gaps(&tx.reader(), checked)? {
            let until_ms = signed(preview::earlier_ms(header));
            tx.add_gap(&Gap { log, last, unit: header.sender_unit, until_ms })?;
        }
        let bytes = tx.reader().value(OBSERVED)?;
        let mut observed: BTreeMap<UnitId, (TransferId, i64)> =
            bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        let ours_ahead = signed(office.now_ms()).saturating_sub(signed(header.made_ms));
        // Only a packet from the future proves a difference; others may have travelled.
        if ours_ahead < 0 {
            observed.insert(header.sender_unit, (header.packet, ours_ahead));
        } else {
            observed.remove(&header.sender_unit);
        }
        Ok(tx.set_value(OBSERVED, &serde_json::to_vec(&observed)?)?)
    })?;
    history::note(
        office,
        &Note {
            way: "usb",
            unit: Some(header.sender_unit),
            device: Some(header.sender),
            received,
            sent: 0,
            held,
            blob_bytes,
            listed: 0,
            listed_otherwise: 0,
            outcome,
            waiting_until: packet.waiting_for.as_ref().map(|waiting| waiting.until),
        },
    )
}

/// Opens a file from outside through a private copy.
pub(crate) fn open_copy(office_home: &Path, path: &Path) -> Result<File, Fault> {
    carry::usb::copy_in(path, &office_home.join("incoming"), PACKET_BYTES_MAX).map_err(|error| {
        match error.kind() {
            std::io::ErrorKind::FileTooLarge => {
                Fault::File { reason: FileTrouble::NotAFile, path: path.display().to_string() }
            }
            _ => file_fault(&error, path),
        }
    })
}
