//! What somebody must hear of at once: a log with two continuations, a second computer that
//! answers an invitation, an invitation at which somebody guesses, a clock that cannot be right.
//! An alarm stands on the screen until a person has taken note of it.

use std::collections::{BTreeMap, BTreeSet};

use domain::audit::{Act, Deed};
use domain::case::guard::RefusalReason;
use domain::id::{DeviceId, TransferId, UnitId};
use domain::time::day_of;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Reader;
use store::audit::AuditFilter;
use trust::invitation::{Enrolment, EnrolmentRequest};
use trust::key::PublicKey;

use crate::clock::signed;
use crate::fault::Fault;
use crate::forks;
use crate::journal::Pen;
use crate::names::Names;
use crate::office::{Me, Office};
use crate::scrub::Altered;
use crate::settings;
use crate::view::{DeviceRef, UnitRef};

/// How often one may be wrong at one invitation over the network.
pub(crate) const TRIES_MAX: u32 = 5;

/// The most alarms that are kept of what was seen at the door.
const NOTED_MAX: usize = 100;

/// How far a clock may be behind the latest records before somebody hears of it: computers differ.
const BEHIND_MS: i64 = 24 * 3600 * 1000;

/// How long a computer may rest before its clock is doubted.
const RESTED_MS: i64 = 400 * 24 * 3600 * 1000;

/// The most alarms of other computers that are looked at.
const ELSEWHERE_MAX: u32 = 50;

const NOTED: &str = "alarms/noted";
const SEEN: &str = "alarms/seen";
const TRIES: &str = "alarms/tries";

/// What an alarm is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum AlarmKind {
    /// 两台电脑共用一个身份: a device's log has two continuations.
    Fork,
    /// 邀请被第二台电脑使用: an invitation that was answered is answered again.
    SecondClaim,
    /// 有人反复试邀请: an invitation was tried wrongly too often over the network, and is shut.
    TooManyTries,
    /// 时钟比记录早: this computer's clock shows an earlier day than its latest records.
    ClockBehind,
    /// 时钟比记录晚很多: it shows a day more than a year after its latest records.
    ClockAhead,
    /// 本机存的记录被改动过: an entry stored here is not what was signed.
    Altered,
    /// 别的电脑上存的记录被改动过: another computer of this unit, or of the township's villages,
    /// found that.
    AlteredElsewhere,
    /// 数据文件坏了: pages of the database are damaged.
    Damaged,
}

/// An alarm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AlarmView {
    /// Its name, to take note of it by.
    pub key: String,
    /// What it is about.
    pub kind: AlarmKind,
    /// Which unit.
    pub unit: UnitRef,
    /// Which computer: the one with two continuations, the one that joined first, the one that wrote
    /// what was altered, or the one on which it was.
    pub device: Option<DeviceRef>,
    /// What the second computer and its user call themselves; of a clock, the day of the latest
    /// records; of what was altered, the number of the case, where that is known.
    pub says: String,
    /// When it was noticed here, in milliseconds since 1970.
    pub at_ms: u64,
}

/// Takes note of an alarm.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AlarmNote {
    /// Its name.
    pub key: String,
}

/// The alarms nobody has taken note of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Alarms {
    /// Latest first.
    pub alarms: Vec<AlarmView>,
}

/// What was seen at the door, as it rests in the database.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Noted {
    key: String,
    kind: AlarmKind,
    unit: UnitId,
    device: Option<DeviceId>,
    says: String,
    at_ms: i64,
}

fn kept<T: Default + serde::de::DeserializeOwned>(
    reader: &Reader<'_>,
    name: &str,
) -> Result<T, Fault> {
    let bytes = reader.value(name)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
}

/// Raises an alarm, and notes what it is about along with it; says whether it is new.
fn raise(office: &Office, alarm: Noted, deed: Option<Deed>) -> Result<bool, Fault> {
    office.store.write(|tx| {
        let mut noted: Vec<Noted> = kept(&tx.reader(), NOTED)?;
        let is_new = noted.iter().all(|known| known.key != alarm.key);
        if is_new {
            noted.push(alarm);
            let over = noted.len().saturating_sub(NOTED_MAX);
            noted.drain(..over);
            tx.set_value(NOTED, &serde_json::to_vec(&noted)?)?;
        }
        if let (true, Some(deed)) = (is_new, deed) {
            Pen::new(office, tx).note(deed)?;
        }
        Ok(is_new)
    })
}

/// An entry stored here is not what was signed; says whether nobody was told before.
pub(crate) fn altered(office: &Office, altered: &Altered) -> Result<bool, Fault> {
    let number = |record| office.store.read(|reader| reader.case(record));
    let case = altered.record.map(number).transpose()?.flatten();
    let place = format!("{}/{}", altered.at.log, altered.at.seq);
    let mut deed = Deed::new(Act::AlterationFound).device(altered.key.device).word(&place);
    deed.record = altered.record;
    let alarm = Noted {
        key: format!("altered/{place}"),
        kind: AlarmKind::Altered,
        unit: office.me().unit,
        device: Some(altered.key.device),
        says: case.map(|case| case.number).unwrap_or_default(),
        at_ms: signed(office.now_ms()),
    };
    raise(office, alarm, Some(deed))
}

/// Pages of the database are damaged; says whether nobody was told today.
pub(crate) fn damaged(office: &Office) -> Result<bool, Fault> {
    let Me { unit, device, .. } = office.me();
    let at_ms = signed(office.now_ms());
    let key = format!("damaged/{}", day_of(at_ms));
    let (kind, says) = (AlarmKind::Damaged, String::new());
    let alarm = Noted { key, kind, unit, device: Some(device), says, at_ms };
    raise(office, alarm, Some(Deed::new(Act::AlterationFound).word("pages")))
}

/// What other computers found altered on themselves, as their signed notes say.
fn altered_elsewhere(office: &Office, reader: &Reader<'_>) -> Result<Vec<Noted>, Fault> {
    let roster = office.roster();
    let filter = AuditFilter { act: Some(Act::AlterationFound.word()), ..AuditFilter::default() };
    let (rows, _) = reader.audit(&filter, 0, ELSEWHERE_MAX)?;
    let mut noted = Vec::new();
    for row in rows.into_iter().filter(|row| row.device != office.identity.device) {
        let Some(unit) = roster.device(row.device).map(|device| device.unit) else { continue };
        let record = row.note.deed.record;
        let case = record.map(|record| reader.case(record)).transpose()?.flatten();
        noted.push(Noted {
            key: format!("elsewhere/{}/{}", row.at.log, row.at.seq),
            kind: AlarmKind::AlteredElsewhere,
            unit,
            device: Some(row.device),
            says: case.map(|case| case.number).unwrap_or_default(),
            at_ms: signed(row.note.at.ms),
        });
    }
    Ok(noted)
}

/// Somebody answers an invitation that another computer has answered.
pub(crate) fn second_claim(
    office: &Office,
    request: &EnrolmentRequest,
    unit: UnitId,
    first: DeviceId,
) -> Result<(), Fault> {
    let second = PublicKey(request.key).device();
    let key = format!("claim/{}/{second}", request.invitation);
    let says = format!("{} · {}", request.device_name, request.user_name);
    let says = says.chars().take(100).collect();
    let at_ms = signed(office.now_ms());
    let kind = AlarmKind::SecondClaim;
    raise(office, Noted { key, kind, unit, device: Some(first), says, at_ms }, None)?;
    Ok(())
}

/// Whether an invitation was tried wrongly too often over the network.
pub(crate) fn is_shut(office: &Office, invitation: TransferId) -> bool {
    let tries: Result<BTreeMap<TransferId, u32>, Fault> =
        office.store.read(|reader| kept(reader, TRIES));
    // One that cannot be read is shut: the file still opens by packet.
    tries.map_or(true, |tries| tries.get(&invitation).is_some_and(|n| *n >= TRIES_MAX))
}

/// Somebody came over the network with an answer to a known invitation that does not fit it.
pub(crate) fn wrong_try(office: &Office, enrolment: &Enrolment) -> Result<(), Fault> {
    let roster = office.roster();
    let named = enrolment.invitation();
    let Some(certificate) = named.and_then(|id| roster.invitation(id)) else { return Ok(()) };
    let invitation = certificate.invitation;
    let count = office.store.write(|tx| -> Result<u32, Fault> {
        let mut tries: BTreeMap<TransferId, u32> = kept(&tx.reader(), TRIES)?;
        let count = tries.entry(invitation).or_default();
        *count = count.saturating_add(1);
        let count = *count;
        if count <= TRIES_MAX {
            tx.set_value(TRIES, &serde_json::to_vec(&tries)?)?;
        }
        Ok(count)
    })?;
    if count == TRIES_MAX {
        let key = format!("tries/{invitation}");
        let (unit, at_ms) = (certificate.unit, signed(office.now_ms()));
        let kind = AlarmKind::TooManyTries;
        let says = String::new();
        raise(office, Noted { key, kind, unit, device: None, says, at_ms }, None)?;
    }
    Ok(())
}

fn all(office: &Office) -> Result<Vec<Noted>, Fault> {
    let roster = office.roster();
    let mut all: Vec<Noted> = office.store.read(|reader| -> Result<_, Fault> {
        let mut all: Vec<Noted> = kept(reader, NOTED)?;
        all.extend(altered_elsewhere(office, reader)?);
        Ok(all)
    })?;
    for (device, at_ms) in forks::devices(office)? {
        let Some(certificate) = roster.device(device) else { continue };
        all.push(Noted {
            key: format!("fork/{device}"),
            kind: AlarmKind::Fork,
            unit: certificate.unit,
            device: Some(device),
            says: String::new(),
            at_ms,
        });
    }
    all.extend(clock(office)?);
    Ok(all)
}

/// What is wrong with this computer's clock, as far as its records tell.
fn clock(office: &Office) -> Result<Option<Noted>, Fault> {
    let now = signed(office.now_ms());
    let Some(known) = office.store.read(last_known)? else { return Ok(None) };
    let kind = if now.saturating_add(BEHIND_MS) < known {
        AlarmKind::ClockBehind
    } else if now.saturating_sub(RESTED_MS) > known {
        AlarmKind::ClockAhead
    } else {
        return Ok(None);
    };
    let says = day_of(known).to_string();
    let key = format!("clock/{says}/{}", day_of(now));
    let (unit, device) = (office.identity.record.unit, Some(office.identity.device));
    Ok(Some(Noted { key, kind, unit, device, says, at_ms: now }))
}

/// The latest moment that is known to have been: the latest of the last changes that came to rest
/// here, and of the meetings at which two clocks agreed.
fn last_known(reader: &Reader<'_>) -> Result<Option<i64>, Fault> {
    let limit = i64::from(settings::current(reader)?.clock_skew_minutes).saturating_mul(60_000);
    let met = reader.met()?.into_iter();
    let agreed = met.filter(|met| met.skew_ms.saturating_abs() < limit).map(|met| met.at_ms);
    Ok(agreed.chain(reader.last_changed()?).max())
}

/// The alarms nobody has taken note of here.
pub(crate) fn list(office: &Office) -> Result<Alarms, Fault> {
    let all = all(office)?;
    office.store.read(|reader| {
        let seen: BTreeSet<String> = kept(reader, SEEN)?;
        let names = Names::read(office, reader)?;
        let mut alarms: Vec<AlarmView> = all
            .into_iter()
            .filter(|noted| !seen.contains(&noted.key))
            .map(|noted| AlarmView {
                key: noted.key,
                kind: noted.kind,
                unit: names.unit(noted.unit),
                device: noted.device.map(|device| names.device(device)),
                says: noted.says,
                at_ms: u64::try_from(noted.at_ms).unwrap_or(0),
            })
            .collect();
        alarms.sort_by_key(|alarm| (std::cmp::Reverse(alarm.at_ms), alarm.key.clone()));
        Ok(Alarms { alarms })
    })
}

/// Takes note of an alarm: it is shown here no more.
pub(crate) fn take_note(office: &Office, request: &AlarmNote) -> Result<Alarms, Fault> {
    if all(office)?.iter().all(|noted| noted.key != request.key) {
        let reason = RefusalReason::Unknown;
        return Err(Fault::Refused { reason, field: "key".into(), index: 0 });
    }
    office.store.write(|tx| -> Result<(), Fault> {
        let mut seen: BTreeSet<String> = kept(&tx.reader(), SEEN)?;
        seen.insert(request.key.clone());
        Ok(tx.set_value(SEEN, &serde_json::to_vec(&seen)?)?)
    })?;
    list(office)
}
