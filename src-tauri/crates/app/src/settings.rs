//! The township's settings: every version is a fact on a settings record of the common space. A
//! case is folded under the version it was registered with; while that one has not arrived the
//! builtin one stands in, and the case is built again when it does.

use std::borrow::Cow;

use document::Record;
use domain::audit::{Act, Deed};
use domain::calendar::Calendar;
use domain::case::conflict::Conflict;
use domain::case::{Case, Opened};
use domain::catalogue::local::{self, Items};
use domain::fact::body::{LimitSet, RestDay, SettingsSet};
use domain::fact::{Body, RecordFacts, RecordKind};
use domain::id::{FactId, RecordId, UnitId};
use domain::rights::Right;
use domain::role::Level;
use domain::settings::{self, Bound, Limit, LimitUnit, Settings, Version, Versions};
use domain::time::At;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::township::SettingRow;
use store::{Reader, Writer};

use crate::cases::{ConflictSettle, check_seat, conflict_views, open};
use crate::catalogue;
use crate::clock::minute;
use crate::fault::Fault;
use crate::journal::{Draft, Pen};
use crate::local_items;
use crate::names::Names;
use crate::office::Office;
use crate::projector;
use crate::rights;
use crate::units;
use crate::view::{ConflictView, UnitRef, UserRef};

/// Reads the settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SettingsGet {
    /// Which version; the one that holds if absent.
    #[serde(default)]
    pub version: Option<String>,
}

/// Sets limits: a new version, with everything that is not named as it was.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SettingsChange {
    /// The limits that change.
    #[serde(default)]
    pub limits: Vec<LimitChange>,
    /// Days around the due day of a promise on which to remind, if they change.
    #[serde(default)]
    pub reminder_days: Option<Vec<i16>>,
    /// Why.
    pub reason: String,
}

/// One limit that changes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LimitChange {
    /// Which.
    #[cfg_attr(test, ts(as = "Limit"))]
    pub limit: String,
    /// How much; the builtin value if absent.
    #[serde(default)]
    pub value: Option<u32>,
    /// The paper it comes from.
    #[serde(default)]
    pub note: String,
}

/// The settings of one version, limit by limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SettingsView {
    /// The version.
    pub version: String,
    /// Whether these are the builtin ones.
    pub is_builtin: bool,
    /// The limits.
    pub limits: Vec<LimitView>,
    /// Days around the due day of a promise on which to remind.
    pub reminder_days: Vec<i16>,
    /// Every version, the latest first.
    pub versions: Vec<VersionView>,
    /// Versions set in ignorance of each other.
    pub conflicts: Vec<ConflictView>,
    /// The record on which those are settled.
    pub record: Option<RecordId>,
    /// Whether whoever asks may set them.
    pub may_set: bool,
}

/// A limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LimitView {
    /// Which.
    pub limit: Limit,
    /// How much.
    pub value: u32,
    /// In what.
    pub unit: LimitUnit,
    /// The builtin value.
    pub builtin: u32,
    /// Whether the township set it otherwise.
    pub is_overridden: bool,
    /// The least it may be.
    pub least: u32,
    /// The most it may be.
    pub most: u32,
    /// How far the law lets it move.
    pub bound: Bound,
    /// The law and article, or the practice.
    pub source: String,
    /// The paper the township named for it.
    pub note: String,
}

/// A version of the settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct VersionView {
    /// Its name.
    pub version: String,
    /// Who set it.
    pub by: UserRef,
    /// For which unit.
    pub unit: UnitRef,
    /// When.
    pub at: At,
    /// When it was typed, in milliseconds since 1970.
    pub recorded_ms: u64,
    /// Why.
    pub reason: String,
    /// Whether it holds for what is registered from now on.
    pub holds: bool,
}

/// The settings of a version; the builtin ones while it is not known.
fn of(reader: &Reader<'_>, version: &str) -> Result<Settings, Fault> {
    if version == settings::VERSION {
        return Ok(Settings::default());
    }
    let row = reader.setting(version)?;
    Ok(row.and_then(read).unwrap_or_default())
}

fn read(row: SettingRow) -> Option<Settings> {
    let body: SettingsSet = serde_json::from_str(&row.body).ok()?;
    Some(Settings::of(row.version, &body))
}

/// The settings that hold now.
pub(crate) fn current(reader: &Reader<'_>) -> Result<Settings, Fault> {
    Ok(reader.setting_holding()?.and_then(read).unwrap_or_default())
}

/// The days of rest and made-up working days that the township took over.
fn days_of(row: Option<&SettingRow>) -> Vec<RestDay> {
    let body = row.and_then(|row| serde_json::from_str::<SettingsSet>(&row.body).ok());
    body.map(|body| body.days).unwrap_or_default()
}

/// The table of rest days as it holds now: what the program knows, and what the township took over.
/// It is one for all cases, whichever version they keep: a holiday is nobody's decision.
pub(crate) fn calendar(reader: &Reader<'_>) -> Result<Cow<'static, Calendar>, Fault> {
    let known = catalogue::calendar()?;
    let days = days_of(reader.setting_holding()?.as_ref());
    Ok(if days.is_empty() { Cow::Borrowed(known) } else { Cow::Owned(known.with(&days)) })
}

/// Takes days of rest and made-up working days over, or takes them back: a new version with
/// everything else as it was.
pub(crate) fn set_days(
    office: &Office,
    change: impl FnOnce(&mut Vec<RestDay>),
    reason: &str,
) -> Result<(), Fault> {
    check_may_set(office)?;
    let now = minute(office.now_ms());
    office.store.write(|tx| {
        let township = Township::read(office, &tx.reader(), None)?;
        let versions = township.versions(office);
        let request =
            SettingsChange { limits: Vec::new(), reminder_days: None, reason: reason.to_owned() };
        let mut body = changed(versions.holding(), &request)?;
        change(&mut body.days);
        body.days.sort_by_key(|day| day.day);
        settings::check(&body).map_err(|refusal| Fault::refused(&refusal, 0))?;
        write(office, tx, township, body, now)?;
        let deed = Deed::new(Act::SettingsChanged).reason(reason);
        Pen::new(office, tx).note(deed)
    })
}

/// Folds a case under the settings it was registered with.
pub(crate) fn fold_case(reader: &Reader<'_>, facts: &RecordFacts) -> Result<Case, Fault> {
    let opened = Opened::of(facts, &units::succession(reader)?);
    let settings = opened.settings().map_or_else(|| Ok(Settings::default()), |v| of(reader, v))?;
    Ok(opened.fold(&settings))
}

/// The unit whose word the settings are: the one that keeps the common space.
pub(crate) fn unit_of(office: &Office) -> Option<UnitId> {
    let roster = office.roster();
    let common = roster.common()?;
    roster.space(common).map(|space| space.unit)
}

/// Everything the township said on its settings records.
pub(crate) struct Township {
    records: Vec<RecordId>,
    facts: Vec<RecordFacts>,
}

impl Township {
    /// Reads the settings records; one of them as it stands in memory.
    pub(crate) fn read(
        office: &Office,
        reader: &Reader<'_>,
        fresh: Option<&Record>,
    ) -> Result<Self, Fault> {
        let mut records = reader.records_of(RecordKind::Settings.code())?;
        records.extend(fresh.map(Record::id));
        records.sort_unstable();
        records.dedup();
        let mut facts = Vec::with_capacity(records.len());
        for id in &records {
            facts.push(match fresh.filter(|record| record.id() == *id) {
                Some(record) => projector::facts_of(office, reader, record)?,
                None => {
                    let (_, record) = projector::load(reader, *id)?;
                    projector::facts_of(office, reader, &record)?
                }
            });
        }
        Ok(Self { records, facts })
    }

    /// The versions of the settings.
    fn versions(&self, office: &Office) -> Versions {
        let of = |unit| settings::fold(self.facts.iter(), unit);
        unit_of(office).map(of).unwrap_or_default()
    }

    /// The township's own catalogue.
    pub(crate) fn items(&self, office: &Office) -> Items {
        let of = |unit| local::fold(self.facts.iter(), unit);
        unit_of(office).map(of).unwrap_or_default()
    }

    /// Says something more, in one change; a first word begins the record.
    pub(crate) fn say(
        &mut self,
        office: &Office,
        tx: &mut Writer<'_>,
        bodies: Vec<Body>,
        at: At,
    ) -> Result<Vec<FactId>, Fault> {
        let mut said = Vec::with_capacity(bodies.len());
        let write = |draft: &mut Draft| -> Result<(), Fault> {
            for body in bodies {
                said.push(draft.fact(office, at, body)?.0);
            }
            Ok(())
        };
        let mut pen = Pen::new(office, tx);
        match self.records.first() {
            Some(record) => pen.edit(*record, |_, _, draft| write(draft))?,
            None => {
                let common = office.roster().common().ok_or_else(|| Fault::not_found("common"))?;
                let now = office.now_ms();
                self.records.push(pen.begin(common, RecordKind::Settings, now, write)?);
            }
        }
        Ok(said)
    }
}

/// Brings the lists up to date after a settings record changed, and puts behind every case that
/// names a version that has only now come.
pub(crate) fn keep(office: &Office, tx: &mut Writer<'_>, record: &Record) -> Result<(), Fault> {
    let township = Township::read(office, &tx.reader(), Some(record))?;
    let (ids, versions, items) =
        (&township.records, township.versions(office), township.items(office));
    tx.put_local_items(&local_items::rows(&items)?)?;
    let holding = versions.holding().map(|version| version.id);
    let mut rows = Vec::new();
    for version in &versions.list {
        rows.push(SettingRow {
            record: ids.first().copied().unwrap_or(record.id()),
            version: version.code(),
            holds: Some(version.id) == holding,
            body: serde_json::to_string(&version.body)?,
        });
    }
    let before = days_of(tx.reader().setting_holding()?.as_ref());
    tx.put_settings(&rows)?;
    if days_of(tx.reader().setting_holding()?.as_ref()) != before {
        // Every clock that counts working days may end on another.
        tx.put_cases_behind()?;
    }
    for (at, id) in ids.iter().enumerate() {
        let rows: Vec<_> = versions
            .conflicts
            .iter()
            .chain(&items.conflicts)
            .filter(|_| at == 0)
            .map(|c| projector::conflict_row(*id, None, c, Level::Township))
            .collect();
        tx.put_conflicts(*id, &rows)?;
    }
    Ok(())
}

/// Whether whoever works here may set limits.
pub(crate) fn may_set(office: &Office) -> bool {
    let me = office.me();
    Right::SettingsSet.admits(me.role) && unit_of(office) == Some(me.unit)
}

/// Refuses whoever may not.
pub(crate) fn check_may_set(office: &Office) -> Result<(), Fault> {
    if may_set(office) { Ok(()) } else { Err(rights::refused(office, Right::SettingsSet)) }
}

/// Reads the settings.
pub(crate) fn get(office: &Office, request: &SettingsGet) -> Result<SettingsView, Fault> {
    office.store.read(|reader| {
        let township = Township::read(office, reader, None)?;
        let (versions, items) = (township.versions(office), township.items(office));
        let shown = match request.version.as_deref() {
            None => versions.holding(),
            Some(settings::VERSION) => None,
            Some(code) => Some(versions.get(code).ok_or_else(|| Fault::not_found(code))?),
        };
        let names = Names::read(office, reader)?;
        let holding = versions.holding().map(|version| version.id);
        let mut list: Vec<VersionView> = versions
            .list
            .iter()
            .map(|v| VersionView {
                version: v.code(),
                by: names.user(v.fact.by),
                unit: names.unit(v.proof.unit),
                at: v.fact.at,
                recorded_ms: v.fact.recorded.ms,
                reason: v.body.reason.clone(),
                holds: Some(v.id) == holding,
            })
            .collect();
        list.reverse();
        let settings = shown.map(Version::settings).unwrap_or_default();
        let body = |id| {
            if let Some(listed) = items.said(id) {
                return Some(Body::LocalItemListed(listed.clone()));
            }
            let version = versions.list.iter().find(|v| v.id == id)?;
            Some(Body::SettingsSet(version.body.clone()))
        };
        let conflicts: Vec<Conflict> =
            versions.conflicts.iter().chain(&items.conflicts).cloned().collect();
        Ok(SettingsView {
            is_builtin: shown.is_none(),
            limits: Limit::all().map(|limit| limit_view(limit, &settings, shown)).collect(),
            reminder_days: settings.reminder_days.clone(),
            version: settings.version,
            versions: list,
            conflicts: conflict_views(office, &names, None, &conflicts, body),
            record: township.records.first().copied(),
            may_set: may_set(office),
        })
    })
}

fn limit_view(limit: Limit, settings: &Settings, shown: Option<&Version>) -> LimitView {
    let known = limit.known();
    let value = settings.value(limit);
    let set = shown.and_then(|version| version.body.limits.get(&limit.word()));
    LimitView {
        limit,
        value,
        unit: known.unit,
        builtin: known.builtin,
        is_overridden: value != known.builtin,
        least: known.least,
        most: known.most,
        bound: known.bound,
        source: known.source.to_owned(),
        note: set.map(|set| set.note.clone()).unwrap_or_default(),
    }
}

/// The whole version a change makes of the one that holds.
fn changed(base: Option<&Version>, request: &SettingsChange) -> Result<SettingsSet, Fault> {
    let settings = base.map(Version::settings).unwrap_or_default();
    let note = |word: &str| base.and_then(|v| v.body.limits.get(word)).map(|set| set.note.clone());
    let mut body = SettingsSet {
        limits: Limit::all()
            .map(|limit| {
                let word = limit.word();
                let note = note(&word).unwrap_or_default();
                (word, LimitSet { value: settings.value(limit), note })
            })
            .collect(),
        reminder_days: request.reminder_days.clone().unwrap_or(settings.reminder_days),
        reason: request.reason.trim().to_owned(),
        replaces: Vec::new(),
        days: base.map(|version| version.body.days.clone()).unwrap_or_default(),
    };
    for (index, change) in request.limits.iter().enumerate() {
        let place = u32::try_from(index).unwrap_or(u32::MAX);
        let field = || change.limit.clone();
        let refused = |reason| Fault::Refused { reason, field: field(), index: place };
        let limit = Limit::from_word(&change.limit)
            .ok_or_else(|| refused(domain::case::guard::RefusalReason::Unknown))?;
        let value = change.value.unwrap_or(limit.known().builtin);
        let set = LimitSet { value, note: change.note.trim().to_owned() };
        let one = SettingsSet {
            limits: std::iter::once((change.limit.clone(), set.clone())).collect(),
            ..body.clone()
        };
        settings::check(&one).map_err(|refusal| match refusal.field {
            "limits" => refused(refusal.reason),
            _ => Fault::refused(&refusal, index),
        })?;
        body.limits.insert(change.limit.clone(), set);
    }
    settings::check(&body).map_err(|refusal| Fault::refused(&refusal, 0))?;
    Ok(body)
}

/// Sets limits.
pub(crate) fn set(office: &Office, request: &SettingsChange) -> Result<SettingsView, Fault> {
    check_may_set(office)?;
    let now = minute(office.now_ms());
    office.store.write(|tx| {
        let township = Township::read(office, &tx.reader(), None)?;
        let versions = township.versions(office);
        let body = changed(versions.holding(), request)?;
        write(office, tx, township, body, now)?;
        let deed = Deed::new(Act::SettingsChanged).reason(&request.reason);
        Pen::new(office, tx).note(deed)
    })?;
    get(office, &SettingsGet::default())
}

/// Settles versions that were set in ignorance of each other: the chosen one is set anew.
pub(crate) fn decide(
    office: &Office,
    tx: &mut Writer<'_>,
    request: &ConflictSettle,
    at: At,
) -> Result<(), Fault> {
    if request.key.starts_with(local::KEY) {
        return local_items::decide(office, tx, request, at);
    }
    let township = Township::read(office, &tx.reader(), None)?;
    let versions = township.versions(office);
    let conflict = open(&versions.conflicts, request)?;
    check_seat(office, conflict, unit_of(office).map(|unit| (unit, Level::Township)))?;
    let chosen = versions
        .list
        .iter()
        .find(|v| request.choice == domain::fact::body::Choice::Fact(v.id))
        .ok_or_else(|| Fault::not_found(&request.key))?;
    let body = SettingsSet { reason: request.reason.trim().to_owned(), ..chosen.body.clone() };
    write(office, tx, township, body, at)
}

fn write(
    office: &Office,
    tx: &mut Writer<'_>,
    mut township: Township,
    body: SettingsSet,
    at: At,
) -> Result<(), Fault> {
    let versions = township.versions(office);
    let replaces = versions.heads().iter().map(|version| version.id).collect();
    let body = Body::SettingsSet(SettingsSet { replaces, ..body });
    township.say(office, tx, vec![body], at).map(|_| ())
}
