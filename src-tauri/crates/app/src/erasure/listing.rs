//! What was erased, and where copies may still lie: the answer to whoever asked for it.
//!
//! Source: 个人信息保护法第四十七条、第五十条.

use std::collections::{BTreeMap, BTreeSet};

use domain::audit::{Act, FileKind};
use domain::erasure::{ErasureGround, Keeping, Leave, leave};
use domain::fact::RecordKind;
use domain::fact::body::Retention;
use domain::id::{ErasureId, RecordId, UnitId};
use domain::log::{EntryKind, EntryRef};
use domain::rights::{Right, Scope};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Reader;
use store::audit::AuditFilter;
use trust::roster::{ERASED_A_DAY, Roster, SaidErasure};
use trust::statement::{ErasedRecord, Signed, Statement};

use super::{kept, of_day};
use crate::fault::Fault;
use crate::names::Names;
use crate::office::Office;
use crate::projector::word;
use crate::view::{UnitRef, UserRef};

/// The most notes of prints and exports that are looked at for one record.
const PAPERS_MAX: u32 = 200;

/// Asks what erasing a record would mean.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ErasurePreviewGet {
    /// Which.
    pub record: RecordId,
}

/// What erasing a record would mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ErasurePreview {
    /// Which.
    pub record: RecordId,
    /// The word for its kind.
    pub kind: String,
    /// The numbers it bears.
    pub numbers: Vec<String>,
    /// How long an archived case is kept.
    pub retention: Option<Retention>,
    /// Each ground, and what it allows here.
    pub grounds: Vec<GroundView>,
    /// The units on whose computers it will be erased.
    pub units: Vec<UnitRef>,
    /// The records of persons that its parties are linked with.
    pub persons: Vec<PersonBeside>,
    /// Other cases whose facts tell its title and its parties, as they stood when somebody said
    /// that the two belong together.
    pub mentions: Vec<CaseMention>,
    /// How many records whoever asks may still erase today without a second person.
    pub left_today: u32,
}

/// A ground, and what it allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct GroundView {
    /// The ground.
    pub ground: ErasureGround,
    /// Whether the record may be erased on it.
    pub leave: Leave,
}

/// A case that tells of another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CaseMention {
    /// The case.
    pub case: RecordId,
    /// Its number.
    pub number: String,
}

/// The record of a person that a case names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PersonBeside {
    /// The record.
    pub person: RecordId,
    /// What they are called.
    pub name: String,
    /// In how many other cases they are named.
    pub other_cases: u32,
}

/// What was erased, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Erasures {
    /// The erasures.
    pub erasures: Vec<ErasureLine>,
}

/// An erasure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ErasureLine {
    /// Its name.
    pub id: ErasureId,
    /// When it was said, in milliseconds since 1970.
    pub said_ms: u64,
    /// By whom.
    pub by: UserRef,
    /// On which ground; absent where a newer version knows more grounds.
    pub ground: Option<ErasureGround>,
    /// Why.
    pub reason: String,
    /// Whether it holds; else it waits for a second person.
    pub holds: bool,
    /// Who agreed as a second person.
    pub agreed: Option<UserRef>,
    /// When, in milliseconds since 1970.
    pub agreed_ms: Option<u64>,
    /// Whether whoever asks may agree now.
    pub may_agree: bool,
    /// Whether whoever asks has agreed, but the township has not repeated it to everybody yet.
    pub is_agreed_here: bool,
    /// The records.
    pub records: Vec<ErasedView>,
}

/// An erased record, and where copies may still lie.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ErasedView {
    /// Which.
    pub record: RecordId,
    /// The word for its kind.
    pub kind: String,
    /// The numbers it bore.
    pub numbers: Vec<String>,
    /// The case that goes on in its place, without one person.
    pub heir: Option<RecordId>,
    /// The units that held it, those that have not confirmed first.
    pub units: Vec<UnitCopies>,
    /// Other cases whose facts tell its title and its parties; they are erased by themselves.
    pub mentions: Vec<CaseMention>,
    /// Packets this computer had written with it before, newest first.
    pub packets: Vec<PacketCopy>,
    /// What is noted of it as printed or saved to a file, newest first.
    pub papers: Vec<PaperCopy>,
}

/// A unit that held an erased record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct UnitCopies {
    /// The unit.
    pub unit: UnitRef,
    /// How many computers it works with.
    pub computers: u32,
    /// How many of those are known to have heard of the erasure, and so have erased.
    pub done: u32,
    /// How many of its computers were revoked: whatever they hold stays with whoever has them.
    pub revoked: u32,
    /// When one of its computers was last met, in milliseconds since 1970.
    pub last_ms: Option<u64>,
}

/// A packet that may still lie on a stick.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PacketCopy {
    /// For which unit.
    pub unit: UnitRef,
    /// When it was written, in milliseconds since 1970.
    pub made_ms: u64,
}

/// A paper or a file that somebody has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PaperCopy {
    /// Who had it made.
    pub by: UserRef,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// As what kind of file; absent for what was printed.
    pub file: Option<FileKind>,
}

/// The units that hold what stands in the spaces of a record, or held it and may have it still.
fn holders(
    roster: &Roster,
    reader: &Reader<'_>,
    record: RecordId,
) -> Result<BTreeSet<UnitId>, Fault> {
    let spaces = reader.spaces_with(record)?;
    Ok(spaces.into_iter().flat_map(|space| roster.holders_ever(space)).collect())
}

/// Says what erasing a record would mean.
pub(crate) fn preview(
    office: &Office,
    request: &ErasurePreviewGet,
) -> Result<ErasurePreview, Fault> {
    let id = request.record;
    office.store.read(|reader| {
        let (kind, keeping, numbers) =
            kept(office, reader, id)?.ok_or_else(|| Fault::not_found(id))?;
        let roster = office.roster();
        let names = Names::read(office, reader)?;
        let units = holders(&roster, reader, id)?;
        let said = of_day(&roster, office.user(), office.now_ms());
        let grounds =
            ErasureGround::ALL.map(|ground| GroundView { ground, leave: leave(ground, keeping) });
        Ok(ErasurePreview {
            record: id,
            kind: kind.code().to_owned(),
            numbers,
            retention: match keeping {
                Keeping::Archived(retention) => Some(retention),
                Keeping::Index | Keeping::Open => None,
            },
            grounds: grounds.to_vec(),
            units: units.into_iter().map(|unit| names.unit(unit)).collect(),
            mentions: mentions(reader, id)?,
            persons: if kind == RecordKind::Case { persons(reader, id)? } else { Vec::new() },
            left_today: ERASED_A_DAY.saturating_sub(said),
        })
    })
}

fn mentions(reader: &Reader<'_>, case: RecordId) -> Result<Vec<CaseMention>, Fault> {
    let mut mentions = Vec::new();
    for other in reader.cases_naming(case)? {
        let number = reader.case(other)?.map(|row| row.number).unwrap_or_default();
        mentions.push(CaseMention { case: other, number });
    }
    Ok(mentions)
}

fn persons(reader: &Reader<'_>, case: RecordId) -> Result<Vec<PersonBeside>, Fault> {
    let mut beside = Vec::new();
    for person in reader.persons_in(case)? {
        let Some(row) = reader.person(person)? else { continue };
        let others =
            reader.cases_of_person(person)?.into_iter().filter(|other| *other != case).count();
        let other_cases = u32::try_from(others).unwrap_or(u32::MAX);
        beside.push(PersonBeside { person, name: row.name, other_cases });
    }
    Ok(beside)
}

/// Where the statements stand that an erasure rests on: its own, and those that agree to it.
#[derive(Default)]
struct Standing {
    said: Vec<EntryRef>,
    agreed: Vec<EntryRef>,
}

fn standing(office: &Office, reader: &Reader<'_>) -> Result<BTreeMap<ErasureId, Standing>, Fault> {
    let organisation = office.roster().organisation();
    let mut standing: BTreeMap<ErasureId, Standing> = BTreeMap::new();
    for kept in reader.of_kind(EntryKind::STATEMENT)? {
        let Ok(signed) = Signed::from_bytes(&kept.payload) else { continue };
        match signed.verify(organisation) {
            Ok(Statement::Erasure(_)) => {
                standing.entry(signed.erasure_id()).or_default().said.push(kept.at);
            }
            Ok(Statement::Agreement(said)) => {
                standing.entry(said.erasure).or_default().agreed.push(kept.at);
            }
            _ => {}
        }
    }
    Ok(standing)
}

/// Reads what was erased: of a unit that does not see the whole township, what it held itself.
pub(crate) fn list(office: &Office) -> Result<Erasures, Fault> {
    office.store.read(|reader| {
        let me = office.me();
        let roster = office.roster();
        let names = Names::read(office, reader)?;
        let standing = standing(office, reader)?;
        let nowhere = Standing::default();
        let is_all = Right::ErasureRead.scope(me.role) == Scope::Township;
        let mut erasures = Vec::new();
        for said in roster.erasures() {
            let place = standing.get(&said.id).unwrap_or(&nowhere);
            let mut records = Vec::new();
            for erased in &said.erasure.records {
                let is_ours = is_all || !reader.spaces_with(erased.record)?.is_empty();
                if is_ours {
                    records.push(erased_view(office, reader, &names, (&said, place), erased)?);
                }
            }
            if records.is_empty() {
                continue;
            }
            let may = Right::ErasureReview.admits(me.role) && !said.holds() && said.by != me.user;
            let is_agreed_here =
                may && office.check_user().is_ok() && super::agreed_here(office, reader, said.id)?;
            erasures.push(ErasureLine {
                id: said.id,
                said_ms: said.erasure.said_ms,
                by: names.user(said.by),
                ground: ErasureGround::from_number(said.erasure.ground),
                reason: said.erasure.reason.clone(),
                holds: said.holds(),
                agreed: said.agreed.map(|(user, _)| names.user(user)),
                agreed_ms: said.agreed.map(|(_, at)| at),
                may_agree: may && !is_agreed_here,
                is_agreed_here,
                records,
            });
        }
        erasures.sort_by_key(|line| (std::cmp::Reverse(line.said_ms), line.id));
        Ok(Erasures { erasures })
    })
}

fn erased_view(
    office: &Office,
    reader: &Reader<'_>,
    names: &Names,
    (said, place): (&SaidErasure, &Standing),
    erased: &ErasedRecord,
) -> Result<ErasedView, Fault> {
    let roster = office.roster();
    let held = holders(&roster, reader, erased.record)?;
    let mut units = Vec::new();
    for unit in &held {
        units.push(unit_copies(office, reader, names, (said, place), *unit)?);
    }
    units.sort_by_key(|copies| (copies.done == copies.computers, copies.unit.name.clone()));
    Ok(ErasedView {
        record: erased.record,
        kind: erased.kind.clone(),
        numbers: match erased.heir {
            // They are the case's that goes on; it may not have come yet.
            Some(_) => {
                let row = reader.case(office.heirs().now(erased.record))?;
                row.into_iter().map(|row| row.number).collect()
            }
            None => erased.numbers.clone(),
        },
        heir: erased.heir.map(|heir| office.heirs().now(heir.record)),
        units,
        mentions: mentions(reader, erased.record)?,
        packets: packets(reader, names, said, erased.record)?,
        papers: papers(reader, names, erased.record)?,
    })
}

fn unit_copies(
    office: &Office,
    reader: &Reader<'_>,
    names: &Names,
    (said, place): (&SaidErasure, &Standing),
    unit: UnitId,
) -> Result<UnitCopies, Fault> {
    let roster = office.roster();
    let mut copies =
        UnitCopies { unit: names.unit(unit), computers: 0, done: 0, revoked: 0, last_ms: None };
    let own = office.identity.device;
    for certificate in roster.devices_of(unit) {
        let device = certificate.device();
        if roster.revoked(device).is_some() {
            copies.revoked = copies.revoked.saturating_add(1);
            continue;
        }
        copies.computers = copies.computers.saturating_add(1);
        let has = |places: &[EntryRef]| -> Result<bool, Fault> {
            for at in places {
                if device == own || reader.is_held_by(device, *at)? {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        let is_done =
            said.holds() && has(&place.said)? && (said.agreed.is_none() || has(&place.agreed)?);
        copies.done = copies.done.saturating_add(u32::from(is_done));
    }
    let met = reader.met()?.into_iter().filter(|met| met.unit == unit);
    copies.last_ms = met.filter_map(|met| u64::try_from(met.at_ms).ok()).max();
    Ok(copies)
}

/// The packets written here before the erasure that reach into the record.
fn packets(
    reader: &Reader<'_>,
    names: &Names,
    said: &SaidErasure,
    record: RecordId,
) -> Result<Vec<PacketCopy>, Fault> {
    let places = reader.places_of(record)?;
    let mut copies = Vec::new();
    for packet in reader.packets()? {
        let made_ms = u64::try_from(packet.made_ms).unwrap_or(0);
        let until = crate::exchange::reach(&packet.frontier);
        let reaches = |at: &EntryRef| until.get(&at.log).is_some_and(|last| at.seq <= *last);
        if made_ms <= said.erasure.said_ms && places.iter().any(reaches) {
            copies.push(PacketCopy { unit: names.unit(packet.unit), made_ms });
        }
    }
    Ok(copies)
}

/// What is noted of prints and exports of a record.
fn papers(reader: &Reader<'_>, names: &Names, record: RecordId) -> Result<Vec<PaperCopy>, Fault> {
    let mut papers = Vec::new();
    for act in [Act::Printed, Act::Exported] {
        let filter =
            AuditFilter { act: Some(word(&act)), record: Some(record), ..AuditFilter::default() };
        let (rows, _) = reader.audit(&filter, 0, PAPERS_MAX)?;
        papers.extend(rows.into_iter().map(|row| PaperCopy {
            by: names.user(row.note.by),
            at_ms: row.note.at.ms,
            file: row.note.deed.file,
        }));
    }
    papers.sort_by_key(|paper| std::cmp::Reverse(paper.at_ms));
    Ok(papers)
}
