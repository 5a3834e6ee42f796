//! Taking along (为别的单位捎带): packets for other units that lie on a stick are copied here, and
//! from here onto other sticks, for whoever goes that way. Nobody here can open them. Nothing of
//! them is read but the names of their files and folders, their sizes, and whether they begin as a
//! packet does; they are kept apart from everything else, and no record is made of them.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use carry::usb;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sync::packet;

use super::generations;
use super::packets::{PACKET_BYTES_MAX, tag_of};
use crate::attachments::travelling;
use crate::fault::{Fault, file_fault};
use crate::host::Stick;
use crate::names::Names;
use crate::office::Office;
use crate::progress::{Phase, Progress};
use crate::view::UnitRef;

/// Where they lie, below the folder of the profile.
const FOLDER: &str = "courier";

/// The most files that are taken along, and the most bytes.
const FILES_MAX: usize = 200;
const BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;

/// A stick to take packets from, or to put them on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CourierStick {
    /// The stick, by the id that `stick_list` gave.
    pub stick: String,
}

/// What is taken along for one unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CourierLine {
    /// The unit; absent where it is none that is known here.
    pub unit: Option<UnitRef>,
    /// How many files.
    pub files: u32,
    /// Their size.
    pub bytes: u64,
}

/// What is taken along.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Courier {
    /// By unit.
    pub lines: Vec<CourierLine>,
    /// How many files in all.
    pub files: u32,
    /// Their size.
    pub bytes: u64,
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CourierMoved {
    /// How many files were copied.
    pub files: u32,
    /// Their size.
    pub bytes: u64,
    /// How many were there already.
    pub known: u32,
    /// Whether some found no room.
    pub is_short: bool,
    /// What is taken along now.
    pub courier: Courier,
}

/// A file of a packet for somebody else.
struct Parcel {
    /// The folder of its unit, which says nothing to anybody else.
    tag: String,
    name: String,
    bytes: u64,
}

/// The packets below a folder, by the units they are for. Links are passed over.
fn parcels(folder: &Path) -> Vec<Parcel> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let mut found = Vec::new();
    for entry in folders.take(FILES_MAX) {
        let tag = entry.file_name().to_string_lossy().into_owned();
        if tag.len() != 8 || !tag.chars().all(|c| c.is_ascii_alphanumeric()) {
            continue;
        }
        for name in usb::named(&entry.path(), usb::PACKET) {
            let meta = fs::symlink_metadata(entry.path().join(&name));
            let bytes = meta.map_or(0, |meta| meta.len());
            found.push(Parcel { tag: tag.clone(), name, bytes });
        }
    }
    found.sort_by(|a, b| (&a.tag, &a.name).cmp(&(&b.tag, &b.name)));
    found
}

fn kept(office: &Office) -> PathBuf {
    office.home.join(FOLDER)
}

/// What is taken along.
pub(crate) fn list(office: &Office) -> Result<Courier, Fault> {
    let names = office.store.read(|reader| Names::read(office, reader))?;
    let roster = office.roster();
    let mut courier = Courier { lines: Vec::new(), files: 0, bytes: 0 };
    let mut last: Option<String> = None;
    for parcel in parcels(&kept(office)) {
        if last.as_ref() != Some(&parcel.tag) {
            let unit =
                roster.units().into_iter().find(|unit| tag_of(*unit) == parcel.tag.to_uppercase());
            let unit = unit.map(|unit| names.unit(unit));
            courier.lines.push(CourierLine { unit, files: 0, bytes: 0 });
            last = Some(parcel.tag);
        }
        if let Some(line) = courier.lines.last_mut() {
            line.files = line.files.saturating_add(1);
            line.bytes = line.bytes.saturating_add(parcel.bytes);
        }
        courier.files = courier.files.saturating_add(1);
        courier.bytes = courier.bytes.saturating_add(parcel.bytes);
    }
    Ok(courier)
}

/// What becomes of the copying of files from one place to another.
struct Moving<'a> {
    from: PathBuf,
    to: PathBuf,
    /// How many bytes may be written, and how many files there may be.
    room: u64,
    places: usize,
    progress: &'a Progress,
    moved: CourierMoved,
}

impl Moving<'_> {
    fn run(&mut self, parcels: Vec<Parcel>) -> Result<(), Fault> {
        let total = parcels.iter().map(|parcel| parcel.bytes).sum();
        let mut done = 0_u64;
        for parcel in parcels {
            self.progress.check()?;
            self.progress.at(Phase::Copying, done, Some(total));
            done = done.saturating_add(parcel.bytes);
            self.take(&parcel)?;
        }
        Ok(())
    }

    fn take(&mut self, parcel: &Parcel) -> Result<(), Fault> {
        let (from, to) = (self.from.join(&parcel.tag), self.to.join(&parcel.tag));
        let there = fs::symlink_metadata(to.join(&parcel.name));
        if there.is_ok_and(|meta| meta.is_file() && meta.len() == parcel.bytes) {
            self.moved.known = self.moved.known.saturating_add(1);
            return Ok(());
        }
        if parcel.bytes > self.room || self.places == 0 {
            self.moved.is_short = true;
            return Ok(());
        }
        if !usb::open_plain(&from.join(&parcel.name))
            .is_ok_and(|mut file| packet::is_one(&mut file))
        {
            // Whatever it is, it is no packet.
            return Ok(());
        }
        let progress = self.progress;
        let tick = |_| match progress.is_stopped() {
            true => Err(ErrorKind::Interrupted.into()),
            false => Ok(()),
        };
        let onto = (to.as_path(), parcel.name.as_str());
        match usb::copy_over(&from.join(&parcel.name), onto, PACKET_BYTES_MAX, tick) {
            Ok(copied) => {
                self.room = self.room.saturating_sub(copied.bytes);
                self.places = self.places.saturating_sub(1);
                self.moved.files = self.moved.files.saturating_add(1);
                self.moved.bytes = self.moved.bytes.saturating_add(copied.bytes);
            }
            Err(error) if error.kind() == ErrorKind::StorageFull => self.moved.is_short = true,
            Err(error) if error.kind() == ErrorKind::Interrupted => return Err(Fault::Cancelled),
            Err(error) => return Err(file_fault(&error, &to)),
        }
        Ok(())
    }
}

fn nothing(courier: Courier) -> CourierMoved {
    CourierMoved { files: 0, bytes: 0, known: 0, is_short: false, courier }
}

/// Takes along what lies on a stick for others.
pub(crate) fn take(
    office: &Office,
    stick: &Stick,
    progress: &Progress,
) -> Result<CourierMoved, Fault> {
    if office.identity.record.is_demo {
        return Err(Fault::NotHere);
    }
    let own = tag_of(office.identity.record.unit);
    let before = list(office)?;
    let held = usize::try_from(before.files).unwrap_or(usize::MAX);
    let from = stick.path.join(usb::FOLDER);
    let mut foreign = if usb::is_led_astray(&from) { Vec::new() } else { parcels(&from) };
    let written = office.store.read(|reader| reader.packets())?;
    let ours: BTreeSet<String> =
        written.iter().map(|packet| generations::stem(packet.packet)).collect();
    foreign.retain(|parcel| {
        let stem: String = parcel.name.to_uppercase().chars().take(6).collect();
        parcel.tag.to_uppercase() != own && !ours.contains(&stem)
    });
    let mut moving = Moving {
        from,
        to: kept(office),
        room: BYTES_MAX.saturating_sub(before.bytes).min(travelling::room(office)),
        places: FILES_MAX.saturating_sub(held),
        progress,
        moved: nothing(before),
    };
    moving.run(foreign)?;
    Ok(CourierMoved { courier: list(office)?, ..moving.moved })
}

/// Puts onto a stick what is taken along. It stays here too: sticks are lost.
pub(crate) fn put(
    office: &Office,
    stick: &Stick,
    progress: &Progress,
) -> Result<CourierMoved, Fault> {
    let before = list(office)?;
    let from = kept(office);
    let parcels = parcels(&from);
    let to = stick.path.join(usb::FOLDER);
    let places = usize::MAX;
    let room = stick.free;
    let mut moving = Moving { from, to, room, places, progress, moved: nothing(before) };
    moving.run(parcels)?;
    Ok(CourierMoved { courier: list(office)?, ..moving.moved })
}

/// Takes nothing along any more.
pub(crate) fn drop_all(office: &Office) -> Result<Courier, Fault> {
    let folder = kept(office);
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(file_fault(&error, &folder)),
        _ => list(office),
    }
}
