//! Blobs between computers: what is lacking here, what others may have, and keeping what comes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use document::Record;
use domain::case::Case;
use domain::id::{BlobId, DeviceId, LogId, SpaceId, UnitId};
use domain::log::EntryRef;
use store::Reader;
use store::blobs::{BlobHeld, BlobRow, Lacking};
use sync::blob::{CHUNK_BYTES, Manifest, PIECE_CHUNKS_MAX, Piece, WANTS_MAX, Want};
use sync::frontier::LogState;
use sync::session::Wants;

use super::chunks;
use crate::fault::Fault;
use crate::office::Office;
use crate::projector;

/// The blobs that the attachments of a case name, with the entries that named them.
pub(crate) fn rows(
    reader: &Reader<'_>,
    record: &Record,
    case: &Case,
) -> Result<Vec<BlobRow>, Fault> {
    if case.attachments.is_empty() {
        return Ok(Vec::new());
    }
    let changes = record.changes_of_facts();
    let mut rows = Vec::new();
    for attachment in &case.attachments {
        let at = match changes.get(&attachment.id) {
            Some(change) => reader.entry_of_change(record.id(), change)?,
            None => None,
        };
        let whole = attachment.details.whole.blob;
        rows.extend(attachment.blobs().map(|blob| BlobRow {
            blob: blob.blob,
            bytes: blob.bytes,
            is_thumbnail: blob.blob != whole,
            recorded_ms: attachment.recorded.ms,
            at,
        }));
    }
    Ok(rows)
}

/// The most records that are built in the middle of a meeting, while the other waits.
const BUILT_MAX: u32 = 300;

/// Under which name rests what a device lacks.
const WANTS: &str = "blobs/wants/";

/// Builds what just came, so that the blobs it names may come in the same meeting. Where it is much
/// it is built after the meeting, and they come with the next.
pub(crate) fn build_few(office: &Office) -> Result<(), Fault> {
    let behind = office.store.read(|reader| reader.behind(BUILT_MAX.saturating_add(1)))?;
    if behind.len() > usize::try_from(BUILT_MAX).unwrap_or(0) {
        return Ok(());
    }
    projector::catch_up_all(office, |_| true)
}

/// Which blobs a device lacks, each from which chunk on, or, where it did not say all of them, any.
type Lacked = Option<Vec<(BlobId, u32)>>;

/// Remembers which blobs a device lacks, as it said itself.
pub(crate) fn note_wants(office: &Office, device: DeviceId, wants: &Wants) -> Result<(), Fault> {
    let name = format!("{WANTS}{device}");
    let list = wants.list.iter().map(|want| (want.blob, want.from));
    let lacked: Lacked = wants.is_all.then(|| list.collect());
    let is_none = lacked.as_ref().is_some_and(Vec::is_empty);
    let bytes = if is_none { None } else { Some(serde_json::to_vec(&lacked)?) };
    if office.store.read(|reader| reader.value(&name))? == bytes {
        return Ok(());
    }
    office.store.write(|tx| -> Result<(), Fault> {
        match bytes {
            Some(bytes) => Ok(tx.set_value(&name, &bytes)?),
            None => Ok(tx.clear_value(&name)?),
        }
    })
}

/// Whether any computer of a unit said that it lacks blobs.
pub(crate) fn lacks_any(office: &Office, unit: UnitId) -> Result<bool, Fault> {
    let roster = office.roster();
    office.store.read(|reader| {
        for device in roster.active_devices_of(unit) {
            if reader.value(&format!("{WANTS}{}", device.device()))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    })
}

/// Whether a computer of a unit said that it lacks blobs that are here: however many entries it
/// holds, not all of them was delivered.
pub(crate) fn is_owed_any(office: &Office, unit: UnitId) -> Result<bool, Fault> {
    let roster = office.roster();
    let spaces = roster.exchanged(office.identity.record.unit, unit).seen_by(unit);
    office.store.read(|reader| {
        for device in roster.active_devices_of(unit) {
            let Some(bytes) = reader.value(&format!("{WANTS}{}", device.device()))? else {
                continue;
            };
            let Some(list) = serde_json::from_slice::<Lacked>(&bytes).ok().flatten() else {
                return Ok(true);
            };
            for (blob, _) in list {
                let is_here = reader.blob(blob)?.is_some_and(|held| held.is_whole());
                if is_here && reader.names_blob(blob, &spaces)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    })
}

/// The blobs that a packet for a unit should bring: those its computers said they lack, and those
/// named by entries that it does not acknowledge. In the order they should come, each with the
/// chunks that should.
pub(crate) fn owed(
    office: &Office,
    unit: UnitId,
    spaces: &BTreeSet<SpaceId>,
    theirs: &BTreeMap<LogId, LogState>,
    is_after: bool,
) -> Result<Vec<(BlobId, Range<u32>)>, Fault> {
    let roster = office.roster();
    office.store.read(|reader| {
        // From which chunk on somebody lacks it: whoever has most of it is sent some again.
        let mut asked: BTreeMap<BlobId, u32> = BTreeMap::new();
        let mut asks_any = false;
        for device in roster.active_devices_of(unit).filter(|_| !is_after) {
            let held = reader.value(&format!("{WANTS}{}", device.device()))?;
            let Some(bytes) = held else { continue };
            match serde_json::from_slice::<Lacked>(&bytes).ok().flatten() {
                Some(list) => list.into_iter().for_each(|(blob, from)| {
                    let first = asked.entry(blob).or_insert(from);
                    *first = from.min(*first);
                }),
                None => asks_any = true,
            }
        }
        let has = |at: EntryRef| {
            let state = theirs.get(&at.log);
            state.is_some_and(|s| s.ranges.iter().any(|r| (r.first..=r.last).contains(&at.seq)))
        };
        let mut owed = Vec::new();
        let mut seen = BTreeSet::new();
        for (whole, at) in reader.whole_blobs(spaces)? {
            let from = match asked.get(&whole.blob) {
                // Somebody else there may have nothing of it.
                _ if asks_any || !at.is_some_and(has) => 0,
                Some(from) => *from,
                None => continue,
            };
            if from < whole.held && seen.insert(whole.blob) {
                owed.push((whole.blob, from..whole.held));
            }
        }
        Ok(owed)
    })
}

/// The most bytes that one round of a meeting should bring: then records are looked at again.
const ROUND_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// What of the disk attachments leave to everything else: records come as long as they find room,
/// and neither they nor the day's backup nor the system may want for it because of photographs.
pub(crate) const RESERVE_BYTES: u64 = 512 * 1024 * 1024;

/// How many bytes of attachments may still come; as many as they like where nobody knows.
pub(crate) fn room(office: &Office) -> u64 {
    office.free().map_or(u64::MAX, |free| free.saturating_sub(RESERVE_BYTES))
}

/// The free bytes of the disk, where they are too few for attachments that come from others.
pub(crate) fn short_of_room(office: &Office) -> Option<u64> {
    office.free().filter(|free| *free <= RESERVE_BYTES)
}

/// What one round of a meeting should bring. Where nothing finds room it says what is lacking all
/// the same, so that nobody believes it was delivered, and that it should come another time.
pub(crate) fn wants_of_a_round(
    office: &Office,
    spaces: &BTreeSet<SpaceId>,
) -> Result<Wants, Fault> {
    let most = WANTS_MAX.saturating_add(1);
    let lacking = office.store.read(|reader| reader.lacking(spaces, most))?;
    let want = |one: &Lacking| Want { blob: one.blob, from: one.held };
    let room = room(office);
    let (mut list, mut bytes) = (Vec::new(), 0_u64);
    for one in lacking.iter().take(WANTS_MAX) {
        let sum = bytes.saturating_add(one.bytes);
        if sum > ROUND_BYTES_MAX && !list.is_empty() {
            break;
        }
        if sum <= room {
            bytes = sum;
            list.push(want(one));
        }
    }
    let is_later = list.is_empty() && !lacking.is_empty();
    if is_later {
        list = lacking.iter().take(WANTS_MAX).map(want).collect();
    }
    let is_all = list.len() == lacking.len();
    Ok(Wants { list, is_all, is_later })
}

/// What is lacking here of some spaces, in the order it should come.
pub(crate) fn wants(office: &Office, spaces: &BTreeSet<SpaceId>) -> Result<Vec<Want>, Fault> {
    let lacking = office.store.read(|reader| reader.lacking(spaces, WANTS_MAX))?;
    Ok(lacking.into_iter().map(|lacking| Want { blob: lacking.blob, from: lacking.held }).collect())
}

/// Chunks of a blob as they travel; `None` where they are not here.
pub(crate) fn cut(
    office: &Office,
    blob: BlobId,
    first: u32,
    count: u32,
) -> Result<Option<Piece>, Fault> {
    let most = usize::try_from(count).unwrap_or(0).min(PIECE_CHUNKS_MAX);
    let Some((held, bytes)) = chunks(office, blob, first, most)? else { return Ok(None) };
    let manifest = Manifest { bytes: held.bytes, hashes: held.hashes };
    let manifest = (first == 0).then_some(manifest);
    Ok(Some(Piece { blob, manifest, first, bytes }))
}

/// The next piece of what somebody wants who shares some spaces.
pub(crate) fn piece(
    office: &Office,
    spaces: &BTreeSet<SpaceId>,
    want: &Want,
) -> Result<Option<Piece>, Fault> {
    if !office.store.read(|reader| reader.names_blob(want.blob, spaces))? {
        return Ok(None);
    }
    cut(office, want.blob, want.from, u32::MAX)
}

/// What became of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It was lacking, and lies here now.
    Fresh,
    /// It was here already.
    Known,
    /// Nothing here names it, it is not what its name says, or something before it is lacking.
    Refused,
}

/// Whether a piece would be new here and finds no room.
pub(crate) fn is_too_much(office: &Office, piece: &Piece) -> Result<bool, Fault> {
    let bytes = u64::try_from(piece.bytes.len()).unwrap_or(u64::MAX);
    if bytes <= room(office) {
        return Ok(false);
    }
    let chunks = u32::try_from(piece.bytes.len().div_ceil(CHUNK_BYTES)).unwrap_or(u32::MAX);
    let known = office.store.read(|reader| reader.blob(piece.blob))?;
    Ok(known.is_none_or(|known| known.held < piece.first.saturating_add(chunks)))
}

/// Keeps a piece, if it is what is lacking next and what its blob's name says.
pub(crate) fn keep(
    office: &Office,
    spaces: &BTreeSet<SpaceId>,
    piece: &Piece,
) -> Result<Kept, Fault> {
    let in_flight = office.store.begin_blob(piece.blob);
    let (is_named, known) = office.store.read(|reader| -> Result<_, Fault> {
        Ok((reader.names_blob(piece.blob, spaces)?, reader.blob(piece.blob)?))
    })?;
    let said = piece.manifest.as_ref().filter(|said| said.is_sound() && said.id() == piece.blob);
    let (manifest, held) = match (known, said) {
        (Some(known), _) => (Manifest { bytes: known.bytes, hashes: known.hashes }, known.held),
        (None, Some(said)) => (said.clone(), 0),
        (None, None) => return Ok(Kept::Refused),
    };
    // Two may bring the same at once: what is here already is no harm, what leaves a gap is.
    if !is_named || piece.first > held {
        return Ok(Kept::Refused);
    }
    let Some(chunks) = manifest.chunks_in(piece.first, &piece.bytes) else {
        return Ok(Kept::Refused);
    };
    let end = piece.first.saturating_add(u32::try_from(chunks.len()).unwrap_or(u32::MAX));
    if end <= held {
        return Ok(Kept::Known);
    }
    in_flight.write(piece.first, &chunks)?;
    let held = BlobHeld { bytes: manifest.bytes, hashes: manifest.hashes, held: end };
    office.store.write(|tx| tx.hold_blob(piece.blob, &held))?;
    Ok(Kept::Fresh)
}
