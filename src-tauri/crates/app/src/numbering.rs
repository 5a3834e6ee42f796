//! Formal numbers: the next one this computer may give, and how a unit's register is kept.

use std::collections::BTreeSet;

use domain::case::Case;
use domain::case::conflict::{Conflict, ConflictKind, Seat, Side};
use domain::case::guard::{self, RefusalReason};
use domain::fact::body::{NumberAssigned, NumberBlockReserved, RegisterHolderSet, UsedNumber};
use domain::fact::{Body, Fact, RecordFacts};
use domain::id::{DeviceId, FactId, RecordId, UnitId};
use domain::numbering::{self, BLOCK_LEN, Block, NUMBER_MAX, Numbering};
use domain::rights::{Right, Scope};
use domain::rules::{RuleId, Why};
use domain::time::{At, Day};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Reader;
use store::cases::ConflictRow;
use store::ties::NumberRow;
use trust::statement::Access;

use crate::cases::{CaseGet, folded, get};
use crate::clock::{minute, today};
use crate::fault::Fault;
use crate::journal::Pen;
use crate::names::Names;
use crate::office::Office;
use crate::projector;
use crate::rights;
use crate::view::{CaseView, NumberBlockView, NumberingView, VoidedNumberView};

/// Gives a case the next formal number this computer may give.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct NumberAssign {
    /// The case.
    pub case: RecordId,
    /// Whether it stands on something sealed or printed already.
    #[serde(default)]
    pub printed: bool,
}

/// Reads how a unit numbers its cases.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct NumberingGet {
    /// The unit; one's own if absent.
    #[serde(default)]
    pub unit: Option<UnitId>,
    /// The year; this one if absent.
    #[serde(default)]
    pub year: Option<u16>,
}

/// Numbers to be set aside for a computer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct NewBlock {
    /// The computer.
    pub device: DeviceId,
    /// From this number; after everything given or set aside if absent.
    #[serde(default)]
    pub from: Option<u32>,
    /// How many; twenty if absent.
    #[serde(default)]
    pub count: Option<u32>,
}

/// Says how a unit numbers its cases. What is absent stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct NumberingSet {
    /// The unit; one's own if absent.
    #[serde(default)]
    pub unit: Option<UnitId>,
    /// The year that paper numbers and blocks are of; this one if absent.
    #[serde(default)]
    pub year: Option<u16>,
    /// The computer that keeps the register.
    #[serde(default)]
    pub holder: Option<DeviceId>,
    /// 区划简称
    #[serde(default)]
    pub region: Option<String>,
    /// 调委会简称
    #[serde(default)]
    pub committee: Option<String>,
    /// The last number that was used on paper before.
    #[serde(default)]
    pub last_on_paper: Option<u32>,
    /// Numbers to be set aside.
    #[serde(default)]
    pub blocks: Vec<NewBlock>,
}

/// The words before the number in the key of a clash.
const CLASH: &str = "number_clash/";

/// The way out of a clash: a new number.
pub(crate) const RENUMBER: &str = "renumber";

fn refuse(field: &str, reason: RefusalReason) -> Fault {
    Fault::Refused { reason, field: field.to_owned(), index: 0 }
}

fn year_of(day: Day) -> u16 {
    u16::try_from(chrono::Datelike::year(&day)).unwrap_or(0)
}

/// How a unit numbers its cases.
fn numbering_of(office: &Office, reader: &Reader<'_>, unit: UnitId) -> Result<Numbering, Fault> {
    Ok(match reader.saved(unit)? {
        Some(_) => {
            let (_, record) = projector::load(reader, unit)?;
            numbering::fold(&projector::facts_of(office, reader, &record)?)
        }
        None => Numbering::default(),
    })
}

fn rows_of(reader: &Reader<'_>, numbering: &Numbering, year: u16) -> Result<Vec<NumberRow>, Fault> {
    Ok(reader.numbers_with(&numbering.prefix(year))?)
}

fn given(rows: &[NumberRow]) -> BTreeSet<u32> {
    rows.iter().filter_map(|row| numbering::read(&row.number)).map(|(_, number)| number).collect()
}

/// Gives a case the next formal number.
pub(crate) fn assign(office: &Office, request: &NumberAssign) -> Result<CaseView, Fault> {
    let at = minute(office.now_ms());
    office.store.write(|tx| assign_with(office, &mut Pen::new(office, tx), request, at))?;
    get(office, &CaseGet { case: request.case })
}

/// The same in a transaction that does more.
pub(crate) fn assign_with(
    office: &Office,
    pen: &mut Pen<'_, '_>,
    request: &NumberAssign,
    at: At,
) -> Result<(), Fault> {
    let me = office.me();
    let reader = pen.tx.reader();
    let case = folded(office, &reader, request.case)?;
    let has_lost = match &case.numbers.formal {
        Some(number) => keeper(&reader, number, request.case)?.is_some(),
        None => false,
    };
    if case.numbers.formal.is_some() && !has_lost {
        return Err(refuse("case", RefusalReason::AlreadyDone));
    }
    let owner = case.owner().ok_or_else(|| Fault::not_found(request.case))?;
    let numbering = numbering_of(office, &reader, owner.unit)?;
    let year = year_of(today(office.now_ms()));
    let given = given(&rows_of(&reader, &numbering, year)?);
    let next = numbering
        .next(me.device, year, &given)
        .ok_or_else(|| refuse("case", RefusalReason::NoNumberHere))?;
    let number = numbering.write(year, next.number());
    let body = Body::NumberAssigned(NumberAssigned { number, printed: request.printed });
    let author = guard::Author { role: me.role, unit: me.unit, today: today(office.now_ms()) };
    guard::check(&case, at, &body, author).map_err(|refusal| Fault::refused(&refusal, 0))?;
    pen.edit(request.case, |_, _, draft| draft.fact(office, at, body).map(|_| ()))
}

/// A number of the paper register as it is written: one that was used on paper, or, on the computer
/// that keeps the register, a later one. Where that computer says how its unit numbers, the paper then
/// counts as used up to it.
pub(crate) fn on_paper(
    office: &Office,
    pen: &mut Pen<'_, '_>,
    day: Day,
    number: u32,
) -> Result<String, Fault> {
    let me = office.me();
    let year = year_of(day);
    let reader = pen.tx.reader();
    let unit = office.identity.record.unit;
    let numbering = numbering_of(office, &reader, unit)?;
    if numbering.holder.is_none() {
        return Err(refuse("number", RefusalReason::NoNumberHere));
    }
    if number == 0 || number > NUMBER_MAX {
        return Err(refuse("number", RefusalReason::OutOfRange));
    }
    let text = numbering.write(year, number);
    if !reader.bearers(&text)?.is_empty() {
        return Err(refuse("number", RefusalReason::NumberTaken));
    }
    if number <= numbering.last_on_paper(year) {
        return Ok(text);
    }
    if numbering.block_of(year, number).is_some() {
        return Err(refuse("number", RefusalReason::NumberTaken));
    }
    if numbering.holder != Some(me.device) {
        return Err(refuse("number", RefusalReason::NoNumberHere));
    }
    let (space, _) = projector::load(&reader, unit)?;
    if check_setter(office, space).is_err() {
        // A village does not say what its register is; it goes on after the largest number given.
        return Ok(text);
    }
    let body = Body::RegisterHolderSet(RegisterHolderSet {
        device: me.device,
        region: numbering.region,
        committee: numbering.committee,
        used: vec![UsedNumber { year, last: number }],
    });
    let at = minute(office.now_ms());
    pen.edit(unit, |_, _, draft| draft.fact(office, at, body).map(|_| ()))?;
    Ok(text)
}

/// The case that keeps a number another case bears too, if that one must let it go.
fn keeper(reader: &Reader<'_>, number: &str, case: RecordId) -> Result<Option<RecordId>, Fault> {
    let bearers = reader.bearers(number)?;
    let first = bearers.first().map(|row| row.record);
    Ok(first.filter(|first| *first != case && bearers.iter().any(|row| row.record == case)))
}

/// The key of a clash.
pub(crate) fn clash_key(number: &str) -> String {
    format!("{CLASH}{number}")
}

/// The number a clash's key names.
pub(crate) fn clashing(key: &str) -> Option<&str> {
    key.strip_prefix(CLASH)
}

/// The contradiction a case is in because another keeps its number.
pub(crate) fn clash(
    office: &Office,
    reader: &Reader<'_>,
    id: RecordId,
    case: &Case,
    facts: &RecordFacts,
) -> Result<Option<Conflict>, Fault> {
    let Some(number) = &case.numbers.formal else { return Ok(None) };
    let Some(keeper) = keeper(reader, number, id)? else { return Ok(None) };
    let (_, other) = projector::load(reader, keeper)?;
    let other = projector::facts_of(office, reader, &other)?;
    let own = sides(facts, number);
    let theirs = sides(&other, number);
    let why = Why::new(RuleId::NumberClash, own.iter().map(|(id, _)| *id));
    let sides = own.into_iter().chain(theirs).map(|(_, side)| side).collect();
    Ok(Some(
        Conflict::between(
            ConflictKind::NumberClash,
            clash_key(number),
            why,
            Seat::JudicialOffice,
            sides,
        )
        .with_ways(&[RENUMBER]),
    ))
}

/// The facts of a record that give it a number.
fn sides(facts: &RecordFacts, number: &str) -> Vec<(FactId, Side)> {
    let gives = |carried: &domain::fact::Carried| -> Option<(FactId, Side)> {
        let Body::NumberAssigned(body) = Fact::read(&carried.json).ok()?.body else { return None };
        let is_it = body.number.trim() == number;
        is_it.then(|| Some((carried.id, Side::of_carried(carried)?))).flatten()
    };
    facts.facts.iter().filter_map(gives).take(1).collect()
}

/// The cases that must let a number go, as rows of the conflict desk.
pub(crate) fn clashes(reader: &Reader<'_>) -> Result<Vec<ConflictRow>, Fault> {
    let mut found = Vec::new();
    for number in reader.clashes()? {
        let bearers = reader.bearers(&number)?;
        found.extend(bearers.into_iter().skip(1).map(|bearer| {
            let kind = ConflictKind::NumberClash;
            projector::across_row(bearer.record, clash_key(&number), kind)
        }));
    }
    Ok(found)
}

/// Whether whoever works here may say how a unit numbers its cases.
fn check_setter(office: &Office, space: domain::id::SpaceId) -> Result<(), Fault> {
    let me = office.me();
    let writes = office.roster().access(space, office.identity.record.unit) == Some(Access::Write);
    if Right::NumberSet.admits(me.role) && writes {
        Ok(())
    } else {
        Err(rights::refused(office, Right::NumberSet))
    }
}

/// Reads how a unit numbers its cases.
pub(crate) fn read(office: &Office, request: &NumberingGet) -> Result<NumberingView, Fault> {
    let me = office.me();
    let own = office.identity.record.unit;
    let unit = request.unit.unwrap_or(own);
    if unit != own && Right::NumberRead.scope(me.role) != Scope::Township {
        return Err(rights::refused(office, Right::NumberRead));
    }
    let year = request.year.unwrap_or_else(|| year_of(today(office.now_ms())));
    office.store.read(|reader| {
        let (space, _) = projector::load(reader, unit)?;
        let names = Names::read(office, reader)?;
        let numbering = numbering_of(office, reader, unit)?;
        let rows = rows_of(reader, &numbering, year)?;
        let given = given(&rows);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let block = |block: &Block| NumberBlockView {
            device: names.device(block.device),
            year: block.year,
            from: block.from,
            to: block.to,
            given: count(given.range(block.from..=block.to).count()),
        };
        let voided = |row: &NumberRow| {
            Some(VoidedNumberView {
                number: row.number.clone(),
                reason: row.voided.clone()?,
                case: row.record,
            })
        };
        let mut clashes = reader.clashes()?;
        let prefix = numbering.prefix(year);
        clashes.retain(|number| number.starts_with(&prefix));
        let roster = office.roster();
        let mut devices: Vec<_> = roster.devices().map(|d| names.device(d.device())).collect();
        devices.sort_by_key(|device| {
            let is_own = roster.device(device.id).is_some_and(|d| d.unit == unit);
            (!is_own, device.name.clone(), device.id)
        });
        let next = numbering.next(me.device, year, &given);
        Ok(NumberingView {
            unit: names.unit(unit),
            year,
            holder: numbering.holder.map(|device| names.device(device)),
            region: numbering.region.clone(),
            committee: numbering.committee.clone(),
            last_on_paper: numbering.last_on_paper(year),
            blocks: numbering.blocks.iter().filter(|b| b.year == year).map(block).collect(),
            next: next.map(|next| numbering.write(year, next.number())),
            given: count(given.len()),
            gaps: numbering
                .gaps(year, &given)
                .into_iter()
                .map(|number| numbering.write(year, number))
                .collect(),
            voided: rows.iter().filter_map(voided).collect(),
            clashes,
            devices,
            may_set: check_setter(office, space).is_ok(),
        })
    })
}

/// Says how a unit numbers its cases.
pub(crate) fn set(office: &Office, request: &NumberingSet) -> Result<NumberingView, Fault> {
    let me = office.me();
    let unit = request.unit.unwrap_or(office.identity.record.unit);
    let now = today(office.now_ms());
    let year = request.year.unwrap_or_else(|| year_of(now));
    let at = minute(office.now_ms());
    let is_year = i32::from(year) <= i32::from(year_of(now)).saturating_add(1);
    if !domain::time::YEARS.contains(&i32::from(year)) || !is_year {
        return Err(refuse("year", RefusalReason::OutOfRange));
    }
    office.store.write(|tx| {
        let mut pen = Pen::new(office, tx);
        let reader = pen.tx.reader();
        let (space, _) = projector::load(&reader, unit)?;
        check_setter(office, space)?;
        let mut numbering = numbering_of(office, &reader, unit)?;
        let held = office.roster();
        let is_device = |device: DeviceId| held.device(device).is_some() || device == me.device;
        let mut facts = Vec::new();
        if let Some(body) = register(request, &numbering, year)? {
            if !is_device(body.device) {
                return Err(refuse("holder", RefusalReason::Unknown));
            }
            numbering.region.clone_from(&body.region);
            numbering.committee.clone_from(&body.committee);
            let paper = numbering.used.entry(year).or_default();
            *paper = request.last_on_paper.unwrap_or(0).max(*paper);
            facts.push(Body::RegisterHolderSet(body));
        }
        let given = given(&rows_of(&reader, &numbering, year)?);
        for block in &request.blocks {
            if !is_device(block.device) {
                return Err(refuse("blocks", RefusalReason::Unknown));
            }
            let (from, to) = stretch(block, &numbering, year, &given)?;
            numbering.blocks.push(Block { device: block.device, year, from, to });
            let body = NumberBlockReserved { device: block.device, year, from, to };
            facts.push(Body::NumberBlockReserved(body));
        }
        if facts.is_empty() {
            return Err(refuse("holder", RefusalReason::Empty));
        }
        pen.edit(unit, |_, _, draft| {
            for body in facts {
                draft.fact(office, at, body)?;
            }
            Ok(())
        })
    })?;
    read(office, &NumberingGet { unit: Some(unit), year: Some(year) })
}

/// The new state of the register, if the request says something of it.
fn register(
    request: &NumberingSet,
    numbering: &Numbering,
    year: u16,
) -> Result<Option<RegisterHolderSet>, Fault> {
    let is_said = request.holder.is_some()
        || request.region.is_some()
        || request.committee.is_some()
        || request.last_on_paper.is_some();
    if !is_said {
        return Ok(None);
    }
    let text = |field: &'static str, new: &Option<String>, old: &str| {
        let text = new.as_deref().unwrap_or(old).trim().to_owned();
        guard::required(field, &text, 20).map_err(|refusal| Fault::refused(&refusal, 0))?;
        Ok::<String, Fault>(text)
    };
    let holder = request.holder.or(numbering.holder);
    let last = request.last_on_paper.unwrap_or(0);
    if last > NUMBER_MAX {
        return Err(refuse("last_on_paper", RefusalReason::OutOfRange));
    }
    Ok(Some(RegisterHolderSet {
        device: holder.ok_or_else(|| refuse("holder", RefusalReason::Empty))?,
        region: text("region", &request.region, &numbering.region)?,
        committee: text("committee", &request.committee, &numbering.committee)?,
        used: request.last_on_paper.map(|last| UsedNumber { year, last }).into_iter().collect(),
    }))
}

/// The numbers of a new block: free ones.
fn stretch(
    block: &NewBlock,
    numbering: &Numbering,
    year: u16,
    given: &BTreeSet<u32>,
) -> Result<(u32, u32), Fault> {
    let own = numbering.blocks.iter().filter(|b| b.year == year);
    let last = own.map(|b| b.to).chain(given.last().copied()).max().unwrap_or(0);
    let last = last.max(numbering.last_on_paper(year));
    let from = block.from.unwrap_or_else(|| last.saturating_add(1));
    let count = block.count.unwrap_or(BLOCK_LEN);
    let to = from.saturating_add(count.saturating_sub(1));
    if from == 0 || count == 0 || to > NUMBER_MAX {
        return Err(refuse("blocks", RefusalReason::OutOfRange));
    }
    let is_free = |number: u32| {
        number > numbering.last_on_paper(year)
            && !given.contains(&number)
            && numbering.block_of(year, number).is_none()
    };
    if (from..=to).all(is_free) {
        Ok((from, to))
    } else {
        Err(refuse("blocks", RefusalReason::NumberTaken))
    }
}
