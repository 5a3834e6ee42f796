//! The computers of the organisation: which there are, which one is believed no more, and what of
//! it counts after all.

use std::collections::BTreeMap;

use domain::audit::{Act, Deed};
use domain::case::guard::{self, RefusalReason};
use domain::id::{DeviceId, LogId, UnitId};
use domain::log::EntryRef;
use domain::rights::Right;
use domain::role::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::logs::Link;
use store::{Reader, Writer};
use sync::branch;
use trust::key::SecretKey;
use trust::statement::{
    CutOff, DeviceCertificate, DeviceRevocation, Judgement, Place, Signed, Statement,
};

use crate::fault::Fault;
use crate::forks;
use crate::journal::Pen;
use crate::names::Names;
use crate::office::Office;
use crate::organisation;
use crate::projector;
use crate::rights;
use crate::succession;
use crate::view::{DeviceRef, UnitRef, UserRef};

/// Why a computer was revoked whose place another has taken; the screen has its own words.
pub(crate) const REPLACED: &str = "replaced";

/// How many entries one statement adopts at most, so that it stays short.
const ADOPTED_MAX: usize = 1000;

/// Revokes a computer: it was lost or stolen, it broke, or somebody else has it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DeviceRevoke {
    /// Which.
    pub device: DeviceId,
    /// Why.
    pub reason: String,
    /// The code on the printed kit: for the computer that keeps the township's key, and only for
    /// that one.
    #[serde(default)]
    pub kit_code: Option<String>,
}

/// Lets count what a revoked computer wrote beyond its cut-off.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DeviceAdopt {
    /// Whose entries: all that are here and wait.
    pub device: DeviceId,
    /// Why.
    pub reason: String,
}

/// Gives a computer another name.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DeviceRename {
    /// Which.
    pub device: DeviceId,
    /// Its new name.
    pub name: String,
}

/// The computers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Devices {
    /// By unit and name.
    pub devices: Vec<DeviceLine>,
    /// Whether whoever works here may revoke computers.
    pub may_revoke: bool,
    /// Whether this computer may become the one that keeps the township's key: none does any more.
    pub may_take_over: bool,
    /// The twelve digits of this computer, also while nobody has countersigned it.
    pub digits: String,
}

/// A computer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DeviceLine {
    /// Which.
    pub device: DeviceRef,
    /// Of which unit.
    pub unit: UnitRef,
    /// Who works on it.
    pub users: Vec<UserRef>,
    /// Whether it is this computer.
    pub is_this: bool,
    /// Whether it keeps the township's key, so that only the printed kit revokes it.
    pub keeps_key: bool,
    /// When it was last met, in milliseconds since 1970.
    pub last_ms: Option<u64>,
    /// Since when it is believed no more.
    pub revoked: Option<RevokedView>,
    /// Since when it is known that two computers write under its identity; nothing once it was
    /// revoked.
    pub forked_ms: Option<u64>,
    /// Entries of it that wait for adoption here.
    pub late: u32,
    /// Twelve digits, the same on that computer's own screen: whoever compares them knows that the
    /// right one has joined.
    pub digits: String,
}

/// The end of a computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct RevokedView {
    /// When that was said, in milliseconds since 1970.
    pub said_ms: u64,
    /// Why.
    pub reason: String,
}

fn refuse(field: &str, reason: RefusalReason) -> Fault {
    Fault::Refused { reason, field: field.to_owned(), index: 0 }
}

/// Refuses whoever cannot speak for the township about people and computers: it takes the
/// operational key, or the own key of the head of the centre.
pub(crate) fn check_speaker(office: &Office) -> Result<(), Fault> {
    let me = office.me();
    let roster = office.roster();
    let common = roster.common().ok_or_else(|| Fault::not_found("common"))?;
    let township = roster.space(common).map(|space| space.unit);
    if township != Some(me.unit) {
        return Err(rights::refused(office, Right::RosterRemove));
    }
    office.check_user()?;
    if office.identity.operational.is_none() && me.role != Role::R7 {
        return Err(Fault::NotHere);
    }
    Ok(())
}

/// Signs what whoever works here says for the township.
fn sign(office: &Office, statement: &Statement) -> Result<Signed, Fault> {
    let organisation = office.roster().organisation();
    let sign = |signer: &SecretKey| Signed::new(organisation, statement, signer);
    match &office.identity.operational {
        Some(operational) => Ok(sign(operational)),
        None => office.with_user_key(sign),
    }
}

/// How far each log of a device that is meant is known here, and each continuation of one that forked. The last
/// entry is named by its place in its continuation too: should it turn out that the log has forked,
/// what was known here stands, and no other continuation.
pub(crate) fn cut_offs(
    reader: &Reader<'_>,
    device: DeviceId,
    is_meant: impl Fn(LogId) -> bool,
) -> Result<Vec<CutOff>, Fault> {
    let mut cut_offs = Vec::new();
    let branches = reader.branches()?;
    for held in reader.logs_of(device)?.into_iter().filter(|held| is_meant(held.log)) {
        if let Some(range) = held.begun() {
            let (log, last) = (held.log, range.last);
            cut_offs.push(CutOff { log, last });
            cut_offs.push(CutOff { log: branch::name(log, &range.head), last });
        }
        let links = branches.get(&held.log).map_or(&[][..], Vec::as_slice);
        let ends = |link: &&Link| links.iter().all(|other| other.before != link.head);
        let ends = links.iter().filter(ends);
        cut_offs.extend(ends.map(|link| CutOff { log: link.name, last: link.seq }));
    }
    Ok(cut_offs)
}

/// Says something that ends somebody's word, or lets it count, and puts behind what rests on it.
pub(crate) fn say_end(
    office: &Office,
    tx: &mut Writer<'_>,
    statement: &Statement,
) -> Result<(), Fault> {
    let signed = sign(office, statement)?;
    say_signed_end(office, tx, &signed)
}

fn say_signed_end(office: &Office, tx: &mut Writer<'_>, signed: &Signed) -> Result<(), Fault> {
    let common = office.roster().common().ok_or_else(|| Fault::not_found("common"))?;
    Pen::new(office, tx).say_signed(common, signed)?;
    office.learn(tx)?;
    Ok(())
}

/// Reads the computers.
pub(crate) fn list(office: &Office) -> Result<Devices, Fault> {
    let roster = office.roster();
    let ended = office.ended();
    let forked = forks::devices(office)?;
    office.store.read(|reader| {
        let names = Names::read(office, reader)?;
        let mut met: BTreeMap<DeviceId, u64> = BTreeMap::new();
        for one in reader.met()? {
            let at = u64::try_from(one.at_ms).unwrap_or(0);
            let last = met.entry(one.device).or_insert(at);
            *last = at.max(*last);
        }
        let mut devices = Vec::new();
        for certificate in roster.devices() {
            let device = certificate.device();
            let users = roster.users_of(certificate.unit);
            let revoked = ended.devices.get(&device);
            let late = late(office, reader, device)?.len();
            devices.push(DeviceLine {
                device: names.device(device),
                unit: names.unit(certificate.unit),
                users: users
                    .filter(|user| user.devices.contains(&device))
                    .map(|user| names.user(user.user))
                    .collect(),
                is_this: device == office.identity.device,
                keeps_key: roster.keeps_operational_key(device),
                last_ms: met.get(&device).copied(),
                revoked: revoked.map(|revoked| RevokedView {
                    said_ms: revoked.said_ms,
                    reason: revoked.reason.clone(),
                }),
                forked_ms: forked.get(&device).and_then(|ms| u64::try_from(*ms).ok()),
                late: u32::try_from(late).unwrap_or(u32::MAX),
                digits: digits(device),
            });
        }
        let order = |line: &DeviceLine| {
            let unit: (_, UnitId) = (line.unit.name.clone(), line.unit.id);
            (std::cmp::Reverse(line.unit.level), unit, line.device.name.clone(), line.device.id)
        };
        devices.sort_by_key(order);
        Ok(Devices {
            devices,
            digits: digits(office.identity.device),
            may_take_over: succession::may_take_over(office),
            may_revoke: Right::RosterRemove.admits(office.me().role)
                && check_speaker(office).is_ok(),
        })
    })
}

/// The changes of a revoked device that lie beyond its cut-off and were not adopted.
fn late(office: &Office, reader: &Reader<'_>, device: DeviceId) -> Result<Vec<EntryRef>, Fault> {
    let ended = office.ended();
    if !ended.devices.contains_key(&device) {
        return Ok(Vec::new());
    }
    let mut changes = reader.changes_of(device)?;
    changes.retain(|at| ended.is_late(device, *at));
    Ok(changes)
}

fn checked_reason(reason: &str) -> Result<String, Fault> {
    guard::required("reason", reason, guard::NAME_CHARS_MAX)
        .map_err(|refusal| Fault::refused(&refusal, 0))?;
    Ok(reason.trim().to_owned())
}

/// Revokes a computer. What it wrote, as far as it is known here, stands.
pub(crate) fn revoke(office: &Office, request: &DeviceRevoke) -> Result<Devices, Fault> {
    check_speaker(office)?;
    let reason = checked_reason(&request.reason)?;
    let roster = office.roster();
    let device = request.device;
    roster.device(device).ok_or_else(|| Fault::not_found(device))?;
    if device == office.identity.device {
        return Err(refuse("device", RefusalReason::Role));
    }
    if office.ended().devices.contains_key(&device) {
        return Err(refuse("device", RefusalReason::AlreadyDone));
    }
    let root = match roster.keeps_operational_key(device) {
        true => Some(
            succession::read_kit(office, request.kit_code.as_deref().unwrap_or_default())?.root(),
        ),
        false => None,
    };
    office.store.write(|tx| -> Result<(), Fault> {
        let said = Statement::Revocation(DeviceRevocation {
            device,
            said_ms: office.now_ms(),
            cut_offs: cut_offs(&tx.reader(), device, |_| true)?,
            reason: reason.clone(),
        });
        let signed = match &root {
            Some(root) => Signed::new(roster.organisation(), &said, root),
            None => sign(office, &said)?,
        };
        say_signed_end(office, tx, &signed)?;
        Pen::new(office, tx).note(Deed::new(Act::DeviceRevoked).device(device).reason(&reason))
    })?;
    projector::catch_up_all(office, |_| true)?;
    list(office)
}

/// Ends a computer whose place another has taken, in the transaction that certifies the other.
pub(crate) fn replace(office: &Office, tx: &mut Writer<'_>, device: DeviceId) -> Result<(), Fault> {
    if office.ended().devices.contains_key(&device) {
        return Ok(());
    }
    let said = Statement::Revocation(DeviceRevocation {
        device,
        said_ms: office.now_ms(),
        cut_offs: cut_offs(&tx.reader(), device, |_| true)?,
        reason: REPLACED.to_owned(),
    });
    say_end(office, tx, &said)?;
    Pen::new(office, tx).note(Deed::new(Act::DeviceReplaced).device(device))
}

/// Gives a computer another name, under a new certificate.
pub(crate) fn rename(office: &Office, request: &DeviceRename) -> Result<Devices, Fault> {
    if office.identity.operational.is_none() {
        return Err(Fault::NotHere);
    }
    let name = organisation::named("name", &request.name)?;
    let roster = office.roster();
    let common = roster.common().ok_or_else(|| Fault::not_found("common"))?;
    let held = roster.device(request.device).ok_or_else(|| Fault::not_found(request.device))?;
    if held.name == name {
        return Err(refuse("name", RefusalReason::AlreadyDone));
    }
    let serial = held.serial.saturating_add(1);
    let said = Statement::Device(DeviceCertificate { name, serial, ..held.clone() });
    office.store.write(|tx| -> Result<(), Fault> {
        let mut pen = Pen::new(office, tx);
        pen.say(common, &[said])?;
        pen.note(Deed::new(Act::DeviceRenewed).device(request.device))
    })?;
    list(office)
}

/// Twelve digits that tell a device's key from every other: read out on the telephone they show
/// that the computer which joined is the one that was meant.
pub(crate) fn digits(device: DeviceId) -> String {
    let hash = blake3::derive_key("pingli compare 1", device.bytes());
    let number = hash.iter().take(8).fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
    let digits = format!("{:012}", number % 1_000_000_000_000);
    let groups: Vec<&str> =
        [0..4, 4..8, 8..12].into_iter().filter_map(|at| digits.get(at)).collect();
    groups.join(" ")
}

/// Lets count what a revoked computer wrote beyond its cut-off.
pub(crate) fn adopt(office: &Office, request: &DeviceAdopt) -> Result<Devices, Fault> {
    check_speaker(office)?;
    let reason = checked_reason(&request.reason)?;
    let device = request.device;
    if !office.ended().devices.contains_key(&device) {
        return Err(refuse("device", RefusalReason::Unknown));
    }
    let late = office.store.read(|reader| late(office, reader, device))?;
    if late.is_empty() {
        return Err(refuse("device", RefusalReason::AlreadyDone));
    }
    office.store.write(|tx| -> Result<(), Fault> {
        for entries in late.chunks(ADOPTED_MAX) {
            let said = Statement::Adoption(Judgement {
                entries: entries.iter().map(|at| Place { log: at.log, seq: at.seq }).collect(),
                said_ms: office.now_ms(),
                reason: reason.clone(),
            });
            say_end(office, tx, &said)?;
        }
        let count = u64::try_from(late.len()).unwrap_or(u64::MAX);
        let deed = Deed::new(Act::QuarantineDecided).device(device).count(count).word("adopt");
        Pen::new(office, tx).note(deed.reason(&reason))
    })?;
    projector::catch_up_all(office, |_| true)?;
    list(office)
}
