//! Reading cases.

use std::borrow::Cow;

use document::Record;
use domain::calendar::Calendar;
use domain::case::Case;
use domain::case::card::Elsewhere;
use domain::case::clock::{self, Clock};
use domain::catalogue::Category;
use domain::fact::body::{Choice, ClockKind};
use domain::fact::{RecordFacts, RecordKind};
use domain::id::{RecordId, UnitId};
use domain::rights::Right;
use domain::time::At;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::Reader;
use store::cards::CardRow;
use store::cases::{CaseRow, ConflictRow, Filter, Order};
use store::guards::Within;

use super::ROWS_MAX;
use super::matching;
use super::showing::CaseReader;
use super::tangling;
use crate::audit;
use crate::clock::minute;
use crate::fault::Fault;
use crate::journal::Pen;
use crate::names::Names;
use crate::numbering;
use crate::office::Office;
use crate::projector::{self, Folded, word};
use crate::rights::{Lens, Sight};
use crate::settings;
use crate::view::*;

macro_rules! requests {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $ty:ty),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
            #[serde(deny_unknown_fields)]
            #[cfg_attr(test, derive(ts_rs::TS), ts(export))]
            pub struct $name { $($(#[$fdoc])* #[serde(default)] pub $field: $ty,)* }
        )*
    };
}

/// In which order cases are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum CaseOrder {
    /// The latest application first.
    #[default]
    Newest,
    /// The nearest open promise first; cases without one after them, newest first.
    Due,
}

/// Reads one case.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CaseGet {
    /// The record.
    pub case: RecordId,
}

/// Reads a window of a case's history.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CaseHistory {
    /// The record.
    pub case: RecordId,
    /// How many lines to pass over.
    #[serde(default)]
    pub offset: u32,
    /// How many lines to read, at most 200.
    #[serde(default)]
    pub limit: Option<u32>,
}

requests! {
    /// Reads a window of the ledger.
    CaseList {
        /// How many rows to pass over.
        offset: u32,
        /// How many rows to read, at most 200.
        limit: Option<u32>,
        /// In which order.
        order: CaseOrder,
        /// Only cases this unit owns.
        owner: Option<UnitId>,
        /// Only cases in this state.
        state: Option<domain::case::stage::State>,
        /// Only cases in this stage.
        stage: Option<domain::case::stage::Stage>,
        /// Only cases of this type.
        category: Option<Category>,
        /// Only cases under an item of this group of the township's own catalogue.
        local_group: Option<String>,
        /// Only cases under the item of this code.
        local_item: Option<String>,
        /// Only closed, or only open cases.
        is_closed: Option<bool>,
        /// Only cases with something to decide.
        has_conflict: bool,
        /// Only cases with this mark.
        mark: Option<domain::case::stage::Mark>,
        /// Only cases registered on or after this day.
        from: Option<domain::time::Day>,
        /// Only cases registered on or before this day.
        until: Option<domain::time::Day>,
        /// Only cases whose place holds these words.
        place: Option<String>,
        /// Only cases of a mediator whose name holds these words.
        mediator: Option<String>,
        /// Only cases on which this clock runs.
        clock: Option<ClockKind>,
        /// Only cases on which something falls due on or before this day.
        due_until: Option<domain::time::Day>,
    }
    /// Finds cases by words in title, number, parties, telephone, place and summary; names and
    /// places also by pinyin or its first letters, numbers however they are written, and people by
    /// the last four or six digits of their identity number, for whoever may see those.
    CaseSearch {
        /// The words; all of them must be found.
        query: String,
        /// How many rows to pass over.
        offset: u32,
        /// How many rows to read, at most 200.
        limit: Option<u32>,
        /// Only cases this unit owns.
        owner: Option<UnitId>,
        /// Only closed, or only open cases.
        is_closed: Option<bool>,
        /// Only cases in this state.
        state: Option<domain::case::stage::State>,
        /// Only cases in this stage.
        stage: Option<domain::case::stage::Stage>,
        /// Only cases of this type.
        category: Option<Category>,
        /// Only cases under an item of this group of the township's own catalogue.
        local_group: Option<String>,
        /// Only cases under the item of this code.
        local_item: Option<String>,
        /// Only cases with something to decide.
        has_conflict: bool,
        /// Only cases with this mark.
        mark: Option<domain::case::stage::Mark>,
        /// Only cases registered on or after this day.
        from: Option<domain::time::Day>,
        /// Only cases registered on or before this day.
        until: Option<domain::time::Day>,
        /// Only cases whose place holds these words.
        place: Option<String>,
        /// Only cases of a mediator whose name holds these words.
        mediator: Option<String>,
        /// Only cases on which this clock runs.
        clock: Option<ClockKind>,
        /// Only cases on which something falls due on or before this day.
        due_until: Option<domain::time::Day>,
    }
    /// Lists contradictions.
    ConflictList {
        /// Settled ones (曾有冲突) instead of open ones.
        settled: bool,
        /// Only those whoever asks may decide.
        mine: bool,
        /// How many rows to pass over.
        offset: u32,
        /// How many rows to read, at most 200.
        limit: Option<u32>,
    }
}

fn limit_of(limit: Option<u32>) -> u32 {
    limit.unwrap_or(ROWS_MAX).clamp(1, ROWS_MAX)
}

/// A word from a row as the value it stands for.
pub(crate) fn value<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

/// A case record, folded, with its document.
pub(super) fn fold(
    office: &Office,
    reader: &Reader<'_>,
    id: RecordId,
) -> Result<(Record, Folded), Fault> {
    let (space, record) = projector::load(reader, id)?;
    if record.kind() != RecordKind::Case.code() {
        return Err(Fault::not_found(id));
    }
    let facts = projector::facts_of(office, reader, &record)?;
    let case = settings::fold_case(reader, &facts)?;
    Ok((record, Folded { space, facts, case }))
}

/// A case record, folded.
pub(crate) fn folded(office: &Office, reader: &Reader<'_>, id: RecordId) -> Result<Case, Fault> {
    Ok(fold(office, reader, id)?.1.case)
}

/// What a folded case is shown with.
struct Around {
    names: Names,
    calendar: Cow<'static, Calendar>,
    clocks: Vec<Clock>,
    elsewhere: Vec<Elsewhere>,
    now: At,
}

impl Around {
    fn read(
        office: &Office,
        reader: &Reader<'_>,
        id: RecordId,
        case: &Case,
    ) -> Result<Self, Fault> {
        let calendar = settings::calendar(reader)?;
        let owner = case.owner().map(|tenure| tenure.unit);
        let cards = match owner {
            Some(unit) => reader.cards_of(unit, id)?,
            None => Vec::new(),
        };
        Ok(Self {
            names: Names::read(office, reader)?,
            clocks: clock::read(case, &calendar),
            calendar,
            elsewhere: cards.iter().filter_map(elsewhere).collect(),
            now: minute(office.now_ms()),
        })
    }

    fn reader<'a>(
        &'a self,
        office: &'a Office,
        facts: &'a RecordFacts,
        case: &'a Case,
    ) -> CaseReader<'a> {
        CaseReader {
            office,
            names: &self.names,
            facts,
            case,
            clocks: &self.clocks,
            calendar: &self.calendar,
            elsewhere: &self.elsewhere,
            now: self.now,
        }
    }
}

/// A card of another case, as a row tells of it.
fn elsewhere(row: &CardRow) -> Option<Elsewhere> {
    Some(Elsewhere {
        id: row.id.parse().ok()?,
        colour: value(&row.colour)?,
        day: row.day.parse().ok()?,
    })
}

/// Reads one case.
pub(crate) fn get(office: &Office, request: &CaseGet) -> Result<CaseView, Fault> {
    let (view, read) = office.store.read(|reader| {
        let (record, folded) = fold(office, reader, request.case)?;
        show(office, reader, &record, folded)
    })?;
    audit::note_case_read(office, request.case, read)?;
    Ok(view)
}

/// Writes on a case and reads it as it stands then, in one transaction: what is shown is what was
/// written, and is not folded twice.
pub(crate) fn written(
    office: &Office,
    write: impl FnOnce(&mut Pen<'_, '_>) -> Result<RecordId, Fault>,
) -> Result<CaseView, Fault> {
    let (case, (view, read)) = office.store.write(|tx| -> Result<_, Fault> {
        let mut pen = Pen::new(office, tx);
        let case = write(&mut pen)?;
        let edited = pen.edited.take().filter(|(record, _)| record.id() == case);
        let reader = pen.tx.reader();
        let (record, folded) = match edited {
            Some(edited) => edited,
            None => fold(office, &reader, case)?,
        };
        Ok((case, show(office, &reader, &record, folded)?))
    })?;
    audit::note_case_read(office, case, read)?;
    Ok(view)
}

/// A case as whoever asks may see it, and why reading it is noted, if it is.
fn show(
    office: &Office,
    reader: &Reader<'_>,
    record: &Record,
    folded: Folded,
) -> Result<(CaseView, Option<&'static str>), Fault> {
    let (id, Folded { space, facts, mut case }) = (record.id(), folded);
    case.conflicts.splice(0..0, numbering::clash(office, reader, id, &case, &facts)?);
    let tangle = tangling::of(office, reader, id)?;
    case.conflicts.splice(0..0, tangle.iter().map(|tangle| tangle.conflict.clone()));
    let around = Around::read(office, reader, id, &case)?;
    let shown = around.reader(office, &facts, &case);
    let mut view = shown.view(space, record);
    if let (Some(tangle), Some(conflict)) = (&tangle, view.conflicts.first_mut()) {
        for side in &mut conflict.sides {
            if let Choice::Fact(id) = &side.choice {
                side.fact = tangle.bodies.get(id).cloned();
            }
        }
    }
    shown.tie(reader, &mut view)?;
    shown.attach(reader, &mut view)?;
    let lens = Lens::new(office, reader);
    shown.limit(&mut view, &lens)?;
    if projector::needs_newer(office, reader, id)? {
        view.needs_update = true;
        view.may_write.clear();
    }
    Ok((view, audit::read_of(&case, lens.sight(id)?)))
}

/// Reads a window of a case's history.
pub(crate) fn history(office: &Office, request: &CaseHistory) -> Result<HistoryWindow, Fault> {
    let (window, read) = office.store.read(|reader| -> Result<_, Fault> {
        let (_, Folded { facts, case, .. }) = fold(office, reader, request.case)?;
        let around = Around::read(office, reader, request.case, &case)?;
        let view = around.reader(office, &facts, &case);
        let skip = usize::try_from(request.offset).unwrap_or(usize::MAX);
        let take = usize::try_from(limit_of(request.limit)).unwrap_or(0);
        let ids = case.events.iter().skip(skip).take(take);
        let sight = Lens::new(office, reader).sight(request.case)?;
        let is_closed = sight == Sight::Closed;
        let event = |id| {
            let event = view.event(id);
            if is_closed { EventView { fact: None, ..event } } else { event }
        };
        let window = HistoryWindow {
            events: ids.map(|each| event(each.id)).collect(),
            total: u32::try_from(case.events.len()).unwrap_or(u32::MAX),
        };
        Ok((window, audit::read_of(&case, sight)))
    })?;
    audit::note_case_read(office, request.case, read)?;
    Ok(window)
}

/// Reads a window of the ledger.
pub(crate) fn list(office: &Office, request: &CaseList) -> Result<CaseWindow, Fault> {
    let mut filter = list_filter(request);
    if filter.place.is_some() || filter.mediator.is_some() {
        // Words are looked for only where they may be read.
        filter.within = Some(found(office)?);
    }
    window(office, &filter, request.offset, request.limit)
}

fn found(office: &Office) -> Result<Within, Fault> {
    office.store.read(|reader| Ok::<_, Fault>(Lens::new(office, reader).found()))
}

/// Words of a filter: nothing if there are none.
fn words(typed: Option<&String>) -> Option<String> {
    typed.map(|typed| typed.trim().to_owned()).filter(|typed| !typed.is_empty())
}

/// The filter of a list, or of what is looked for where something is.
pub(crate) fn filter(list: &CaseList, search: Option<&CaseSearch>) -> Filter {
    search.map_or_else(|| list_filter(list), search_filter)
}

/// The filter of a list.
fn list_filter(request: &CaseList) -> Filter {
    let day = |d: domain::time::Day| d.format("%Y-%m-%d").to_string();
    Filter {
        order: match request.order {
            CaseOrder::Newest => Order::Newest,
            CaseOrder::Due => Order::Due,
        },
        query: None,
        within: None,
        owner: request.owner,
        state: request.state.as_ref().map(word),
        stage: request.stage.as_ref().map(word),
        category: request.category.as_ref().map(word),
        is_closed: request.is_closed,
        has_conflict: request.has_conflict,
        mark: request.mark.as_ref().map(word),
        from: request.from.map(day),
        until: request.until.map(day),
        with_ids: false,
        alike: Vec::new(),
        place: words(request.place.as_ref()),
        mediator: words(request.mediator.as_ref()),
        clock: request.clock.as_ref().map(word),
        due_until: request.due_until.map(day),
        local_group: words(request.local_group.as_ref()),
        local_item: words(request.local_item.as_ref()),
    }
}

/// Finds cases.
pub(crate) fn search(office: &Office, request: &CaseSearch) -> Result<CaseWindow, Fault> {
    let with_ids = Right::PersonRead.admits(office.me().role);
    let filter = Filter { within: Some(found(office)?), with_ids, ..search_filter(request) };
    let mut window = window(office, &filter, request.offset, request.limit)?;
    office.store.read(|reader| matching::mark(reader, &request.query, &mut window.rows))?;
    Ok(window)
}

/// The filter of a search, wherever it looks.
fn search_filter(request: &CaseSearch) -> Filter {
    let list = CaseList {
        offset: 0,
        limit: None,
        order: CaseOrder::Newest,
        owner: request.owner,
        state: request.state,
        stage: request.stage,
        category: request.category,
        local_group: request.local_group.clone(),
        local_item: request.local_item.clone(),
        is_closed: request.is_closed,
        has_conflict: request.has_conflict,
        mark: request.mark,
        from: request.from,
        until: request.until,
        place: request.place.clone(),
        mediator: request.mediator.clone(),
        clock: request.clock,
        due_until: request.due_until,
    };
    Filter { query: Some(request.query.clone()), ..list_filter(&list) }
}

fn window(
    office: &Office,
    filter: &Filter,
    offset: u32,
    limit: Option<u32>,
) -> Result<CaseWindow, Fault> {
    office.store.read(|reader| {
        let (rows, total) = reader.cases(filter, offset, limit_of(limit))?;
        let all = reader.case_count()?;
        let names = Names::read(office, reader)?;
        let count = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(CaseWindow {
            rows: rows.iter().map(|row| line(row, &names)).collect(),
            total: count(total),
            all: count(all),
        })
    })
}

/// A line of the ledger.
pub(crate) fn line(row: &CaseRow, names: &Names) -> CaseLine {
    use domain::case::stage::{Stage, State};
    CaseLine {
        id: row.record,
        number: row.number.clone(),
        title: row.title.clone(),
        parties: serde_json::from_str(&row.parties).unwrap_or_default(),
        category: row.category.as_deref().and_then(value),
        local_group: row.local_group.clone(),
        local_item: row.local_item.clone(),
        place: row.place.clone(),
        stage: value(&row.stage).unwrap_or(Stage::Report),
        state: value(&row.state).unwrap_or(State::Clue),
        marks: serde_json::from_str(&row.marks).unwrap_or_default(),
        owner: row.owner.map(|unit| names.unit(unit)),
        registered: row.registered_day.parse().ok(),
        next_due: next_due(row),
        risk: row.risk.as_deref().and_then(value),
        is_closed: row.is_closed,
        open_conflicts: row.open_conflicts,
        village_sessions: row.village_sessions,
        township_sessions: row.township_sessions,
        matched: Vec::new(),
    }
}

fn next_due(row: &CaseRow) -> Option<NextDueView> {
    let day = row.next_due_day.as_deref()?.parse().ok()?;
    Some(NextDueView { day, what: row.next_due_what.clone().unwrap_or_default() })
}

/// Lists contradictions.
pub(crate) fn list_conflicts(
    office: &Office,
    request: &ConflictList,
) -> Result<ConflictWindow, Fault> {
    office.store.read(|reader| {
        let names = Names::read(office, reader)?;
        let rows = reader.conflicts(!request.settled, request.offset, limit_of(request.limit))?;
        let mut lines = Vec::new();
        // What lies in no single case is found across all.
        let mut across = Vec::new();
        if !request.settled {
            across = numbering::clashes(reader)?;
            across.extend(tangling::rows(reader)?);
        }
        let found = u32::try_from(across.len()).unwrap_or(u32::MAX);
        let across = across.into_iter().filter(|_| request.offset == 0);
        for row in across.chain(rows) {
            let line = conflict_line(office, reader, &names, &row)?;
            if !request.mine || line.may_settle {
                lines.push(line);
            }
        }
        let total = if request.mine {
            u32::try_from(lines.len()).unwrap_or(u32::MAX)
        } else {
            let listed = u32::try_from(reader.conflict_count(!request.settled)?);
            listed.unwrap_or(u32::MAX).saturating_add(found)
        };
        Ok(ConflictWindow { rows: lines, total })
    })
}

fn conflict_line(
    office: &Office,
    reader: &Reader<'_>,
    names: &Names,
    row: &ConflictRow,
) -> Result<ConflictLine, Fault> {
    use domain::case::conflict::ConflictKind;
    let me = office.me();
    let roles: Vec<domain::role::Role> = row.roles.split(' ').filter_map(value).collect();
    let title = match reader.case(row.record)? {
        Some(case) => case.title,
        None => {
            let person = reader.person(row.record)?.map(|person| person.name);
            person.unwrap_or_else(|| names.unit(row.record).name)
        }
    };
    let kind = reader.kind_of(row.record)?.and_then(|kind| RecordKind::from_code(&kind));
    // What is only lent has no document to say so.
    let lent = reader.person(row.record)?.map_or(RecordKind::Case, |_| RecordKind::Person);
    let latest = row.latest.split('-').next().and_then(|ms| ms.parse().ok());
    // Whoever left the case, or for whom it is closed, settles nothing in it.
    let is_left = office.ended().has_left(row.record, office.identity.record.unit);
    Ok(ConflictLine {
        record: row.record,
        record_kind: kind.unwrap_or(lent),
        title,
        key: row.key.clone(),
        kind: value(&row.kind).unwrap_or(ConflictKind::Field),
        is_open: row.is_open,
        may_settle: row.is_open
            && !is_left
            && roles.contains(&me.role)
            && row.unit.is_none_or(|unit| unit == me.unit),
        unit: row.unit.map(|unit| names.unit(unit)),
        roles,
        latest_ms: latest.unwrap_or(0),
    })
}
