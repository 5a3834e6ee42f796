//! Listing what waits, and what was decided.

use document::Said;
use domain::fact::{Body, Fact, RecordKind};
use domain::id::{DeviceId, RecordId};
use domain::log::{EntryKind, EntryRef};
use domain::rights::{Right, Scope};
use domain::time::At;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Reader;
use store::quarantine::HeldRow;
use trust::roster::Judged;
use trust::statement::Place;

use super::deciding::{self, HeldAct, key_of};
use super::door::{self, Line};
use super::{HeldReason, is_lent};
use crate::cases::ROWS_MAX;
use crate::fault::Fault;
use crate::names::Names;
use crate::office::Office;
use crate::rights::Lens;
use crate::view::{DeviceRef, UnitRef, UserRef};

/// The most entries that are looked at: beyond that the list says how many there are in all.
const LOOKED_AT_MAX: u32 = 20_000;

/// Lists what was kept and has no effect, and what was turned away (待查).
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct QuarantineList {
    /// What was decided, instead of what waits.
    #[serde(default)]
    pub decided: bool,
    /// Only what this computer wrote.
    #[serde(default)]
    pub device: Option<DeviceId>,
    /// How many lines to pass over.
    #[serde(default)]
    pub offset: u32,
    /// How many lines to read, at most 200.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// A window of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct QuarantineWindow {
    /// The lines, latest first.
    pub rows: Vec<QuarantineLine>,
    /// How many there are in all.
    pub total: u32,
}

/// How far something that has no effect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum HeldState {
    /// 等人看: nobody has decided.
    Open,
    /// 已采信.
    Adopted,
    /// 已记下，不采信.
    Dismissed,
}

/// Something that has no effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct QuarantineLine {
    /// Its name, to decide about it by.
    pub key: String,
    /// Why it has no effect; absent once it has.
    pub reason: Option<HeldReason>,
    /// How far it is.
    pub state: HeldState,
    /// The computer that wrote it, or says it did.
    pub device: Option<DeviceRef>,
    /// The unit of that computer.
    pub unit: Option<UnitRef>,
    /// Whom it names as its author, for whoever may read it.
    pub by: Option<UserRef>,
    /// When it came, or was first turned away, in milliseconds since 1970.
    pub at_ms: u64,
    /// How often it was turned away.
    pub times: u32,
    /// By which way it came: `usb` or `lan`; absent where it was written here.
    pub way: Option<String>,
    /// From which computer it came.
    pub from: Option<DeviceRef>,
    /// The record it is about.
    pub record: Option<RecordId>,
    /// What kind of record.
    pub record_kind: Option<RecordKind>,
    /// The number of the case.
    pub number: String,
    /// What the record is called.
    pub title: String,
    /// The facts in it, for whoever may read them.
    pub facts: Vec<SaidFactView>,
    /// The registers it writes, for whoever may read them.
    pub fields: Vec<SaidFieldView>,
    /// What whoever asks can do about it.
    pub can: Vec<HeldAct>,
    /// What was decided.
    pub judged: Option<JudgedView>,
}

/// A fact in something that has no effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SaidFactView {
    /// The business time it names.
    pub at: At,
    /// What it says.
    pub fact: Body,
}

/// A register in something that has no effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SaidFieldView {
    /// Which.
    pub field: String,
    /// Its value, as text.
    pub value: String,
}

/// What somebody decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct JudgedView {
    /// Who; absent where the township's key said it.
    pub by: Option<UserRef>,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// Why.
    pub reason: String,
}

fn unsigned(ms: i64) -> u64 {
    u64::try_from(ms).unwrap_or(0)
}

/// What was decided about an entry.
pub(super) fn judged(office: &Office, at: EntryRef) -> Option<Judged> {
    office.ended().judged.get(&Place { log: at.log, seq: at.seq }).cloned()
}

fn said(reader: &Reader<'_>, row: &HeldRow) -> Result<Said, Fault> {
    if row.kind != EntryKind::CHANGE {
        return Ok(Said::default());
    }
    let stored = reader.entries(row.at.log, row.at.seq, row.at.seq)?;
    Ok(stored
        .first()
        .map(|stored| document::peek(stored.entry.payload.bytes().unwrap_or_default()))
        .unwrap_or_default())
}

/// Whether every fact of an entry that its author's role may not write is one the head may.
pub(super) fn is_lendable(office: &Office, reader: &Reader<'_>, row: &HeldRow) -> bool {
    let Ok(said) = said(reader, row) else { return false };
    let roster = office.roster();
    let may = |fact: &Fact| {
        let role = roster.role(row.device, fact.by);
        role.is_some_and(|role| fact.body.row().admits(role)) || is_lent(fact, role)
    };
    !said.facts.is_empty() && said.facts.iter().all(may)
}

/// What the lines are made with.
struct Maker<'a, 'r> {
    office: &'a Office,
    reader: &'a Reader<'r>,
    names: Names,
    lens: Lens<'a, 'r>,
    judges: bool,
}

impl Maker<'_, '_> {
    /// Whether whoever asks may read what an entry says. What must be hidden in it nobody knows: it may
    /// name a child that the record does not have yet. So only who may read all of the record does.
    fn may_read(&self, record: RecordId) -> Result<bool, Fault> {
        let role = self.office.me().role;
        let reads = [Right::CaseRead, Right::MinorRead, Right::ProtectedRead];
        if reads.iter().all(|right| right.scope(role) == Scope::Township) {
            return Ok(true);
        }
        if self.reader.guarded(record)?.is_none() {
            return Ok(false);
        }
        for right in reads {
            if !self.lens.reaches(right, record)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn entry(&self, row: &HeldRow) -> Result<QuarantineLine, Fault> {
        let Self { office, reader, names, .. } = self;
        let word = judged(office, row.at);
        let is_open = word.is_none();
        let mut line = self.blank(key_of(row.at), unsigned(row.stored_ms), row.device);
        line.reason = (!row.reason.is_empty()).then(|| HeldReason::from_word(&row.reason));
        if row.device != office.identity.device
            && let Some(met) = reader.exchange_after(row.stored_ms)?
        {
            line.way = Some(met.way);
            line.from = met.peer_device.map(|device| names.device(device));
        }
        if row.kind == EntryKind::CHANGE {
            line.record = Some(row.record);
            let kind = reader.kind_of(row.record)?;
            line.record_kind = kind.and_then(|kind| RecordKind::from_code(&kind));
            if let Some(case) = reader.case(row.record)? {
                (line.number, line.title) = (case.number, case.title);
            } else if let Some(person) = reader.person(row.record)? {
                line.title = person.name;
            }
            if self.may_read(row.record)? {
                let said = said(reader, row)?;
                let by = said.facts.first().map(|fact| fact.by);
                let by = by.or(said.fields.first().map(|(_, field)| field.by));
                line.by = by.map(|user| names.user(user));
                line.facts = said
                    .facts
                    .into_iter()
                    .map(|fact| SaidFactView { at: fact.at, fact: fact.body })
                    .collect();
                let field = |(field, text): (String, domain::fact::FieldText)| SaidFieldView {
                    field,
                    value: match text.value {
                        Value::String(text) => text,
                        other => other.to_string(),
                    },
                };
                line.fields = said.fields.into_iter().map(field).collect();
            }
        }
        if is_open && self.judges && line.reason.is_some() {
            line.can = deciding::acts(office, reader, row);
        }
        if let Some(word) = word {
            line.state = if word.is_adopted { HeldState::Adopted } else { HeldState::Dismissed };
            line.judged = Some(JudgedView {
                by: word.by.map(|user| names.user(user)),
                at_ms: word.said_ms,
                reason: word.reason,
            });
        }
        Ok(line)
    }

    fn door(&self, line: &Line) -> QuarantineLine {
        let turned = &line.turned;
        let device = turned.device.or(turned.from);
        let mut view = self.blank(line.key(), unsigned(line.first_ms), DeviceId([0; 16]));
        view.device = device.map(|device| self.names.device(device));
        view.unit = device.and_then(|device| self.unit_of(device));
        view.reason = Some(turned.reason);
        view.times = line.count;
        view.way = Some(turned.way.clone());
        view.from = turned.from.map(|device| self.names.device(device));
        match &line.noted {
            Some(noted) => {
                view.state = HeldState::Dismissed;
                view.judged = Some(JudgedView {
                    by: Some(self.names.user(noted.by)),
                    at_ms: unsigned(noted.at_ms),
                    reason: noted.reason.clone(),
                });
            }
            None if Right::QuarantineDecide.admits(self.office.me().role) => {
                view.can = vec![HeldAct::Dismiss];
            }
            None => {}
        }
        view
    }

    fn unit_of(&self, device: DeviceId) -> Option<UnitRef> {
        let roster = self.office.roster();
        roster.device(device).map(|certificate| self.names.unit(certificate.unit))
    }

    fn blank(&self, key: String, at_ms: u64, device: DeviceId) -> QuarantineLine {
        QuarantineLine {
            key,
            reason: None,
            state: HeldState::Open,
            device: Some(self.names.device(device)),
            unit: self.unit_of(device),
            by: None,
            at_ms,
            times: 1,
            way: None,
            from: None,
            record: None,
            record_kind: None,
            number: String::new(),
            title: String::new(),
            facts: Vec::new(),
            fields: Vec::new(),
            can: Vec::new(),
            judged: None,
        }
    }
}

/// A line before it is made: an entry, or something that was turned away.
enum Found {
    Entry(HeldRow),
    Door(Line),
}

impl Found {
    /// When it came.
    fn came_ms(&self) -> i64 {
        match self {
            Self::Entry(row) => row.stored_ms,
            Self::Door(line) => line.last_ms,
        }
    }

    fn is_of(&self, device: DeviceId) -> bool {
        match self {
            Self::Entry(row) => row.device == device,
            Self::Door(line) => {
                line.turned.device == Some(device) || line.turned.from == Some(device)
            }
        }
    }
}

/// Lists what waits, or what was decided.
pub(crate) fn list(office: &Office, request: &QuarantineList) -> Result<QuarantineWindow, Fault> {
    door::settle(office);
    office.store.read(|reader| {
        let mut found = entries(office, reader, request.decided)?;
        let doors = door::lines(reader)?;
        let doors = doors.into_iter().filter(|line| line.noted.is_some() == request.decided);
        found.extend(doors.map(Found::Door));
        found.retain(|one| request.device.is_none_or(|device| one.is_of(device)));
        // Stable: what came together stays in the order of its log.
        found.sort_by_key(|one| std::cmp::Reverse(one.came_ms()));
        let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let maker = Maker {
            office,
            reader,
            names: Names::read(office, reader)?,
            lens: Lens::new(office, reader),
            judges: deciding::judges(office),
        };
        let skip = usize::try_from(request.offset).unwrap_or(usize::MAX);
        let limit = request.limit.unwrap_or(ROWS_MAX).clamp(1, ROWS_MAX);
        let take = usize::try_from(limit).unwrap_or(0);
        let rows = found.iter().skip(skip).take(take).map(|one| match one {
            Found::Entry(row) => maker.entry(row),
            Found::Door(line) => Ok(maker.door(line)),
        });
        Ok(QuarantineWindow { rows: rows.collect::<Result<_, Fault>>()?, total })
    })
}

fn entries(office: &Office, reader: &Reader<'_>, is_decided: bool) -> Result<Vec<Found>, Fault> {
    let ended = office.ended();
    if is_decided {
        let mut rows = Vec::new();
        for place in ended.judged.keys() {
            rows.extend(reader.quarantined(EntryRef { log: place.log, seq: place.seq })?);
        }
        return Ok(rows.into_iter().map(Found::Entry).collect());
    }
    let mut rows = reader.quarantine(LOOKED_AT_MAX)?;
    rows.retain(|row| !ended.judged.contains_key(&Place { log: row.at.log, seq: row.at.seq }));
    Ok(rows.into_iter().map(Found::Entry).collect())
}
