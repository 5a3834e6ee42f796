//! Cases that look like one dispute: shown in groups, decided by a person, and taken back.

use std::collections::{BTreeMap, BTreeSet};

use domain::case::Case;
use domain::case::conflict::Seat;
use domain::case::duplicate::Link;
use domain::case::guard::{self, RefusalReason};
use domain::case::red::shown_name;
use domain::fact::Body;
use domain::fact::body::{Choice, DuplicateDecided, DuplicateVerdict, LinkedCase, LinkedParty};
use domain::id::{FactId, RecordId, UnitId};
use domain::likeness::{self, Ground, Traits};
use domain::rights::{Right, Scope};
use domain::time::At;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Reader;
use store::ties::LinkRow;

use super::ROWS_MAX;
use super::reading::{fold, line};
use super::tangling;
use crate::clock::{minute, today};
use crate::fault::Fault;
use crate::journal::Pen;
use crate::names::Names;
use crate::office::Office;
use crate::projector::{self, word};
use crate::rights;
use crate::view::{CaseRef, DuplicateGroupView, DuplicatePairView, DuplicateWindow};

/// The most cases of one decision.
const CASES_MAX: usize = 20;

/// How many neighbours under one key a case is compared with.
const NEIGHBOURS_MAX: usize = 50;

/// Lists cases that look like one dispute.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DuplicateList {
    /// Those decided about instead of those that wait.
    #[serde(default)]
    pub decided: bool,
    /// How many groups to pass over.
    #[serde(default)]
    pub offset: u32,
    /// How many groups to read, at most 200.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Decides what cases are to each other.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DuplicateDecide {
    /// The cases, at least two.
    pub cases: Vec<RecordId>,
    /// What they are to each other: `merged`, `related` or `different`.
    pub verdict: DuplicateVerdict,
    /// The main case of a merger; the one registered first if absent.
    #[serde(default)]
    pub main: Option<RecordId>,
    /// Why.
    pub reason: String,
    /// When it was decided; this minute if absent.
    #[serde(default)]
    pub at: Option<At>,
}

/// Takes back what was decided about cases.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DuplicateUndo {
    /// The cases, at least two.
    pub cases: Vec<RecordId>,
    /// Why.
    pub reason: String,
    /// When; this minute if absent.
    #[serde(default)]
    pub at: Option<At>,
}

fn refuse(field: &str, reason: RefusalReason) -> Fault {
    Fault::Refused { reason, field: field.to_owned(), index: 0 }
}

/// A case by its number, as everybody may read it.
pub(super) fn case_ref(
    reader: &Reader<'_>,
    id: RecordId,
    number: &str,
    title: &str,
) -> Result<CaseRef, Fault> {
    let row = reader.case(id)?;
    let is_here = row.is_some();
    let (number, title) = match row {
        Some(row) => (row.number, row.title),
        None => (number.to_owned(), title.to_owned()),
    };
    Ok(CaseRef { id, number, title, is_here })
}

/// What two cases are to each other, as either of them says.
type Standing = BTreeMap<(RecordId, RecordId), LinkRow>;

fn ordered(a: RecordId, b: RecordId) -> (RecordId, RecordId) {
    (a.min(b), a.max(b))
}

/// What was decided, by pair. Where the entries of one record are behind, the other says more.
fn standing(rows: Vec<LinkRow>) -> Standing {
    let mut standing = Standing::new();
    for row in rows {
        let key = ordered(row.record, row.other);
        let keep = standing.get(&key).is_none_or(|known| row.is_disputed && !known.is_disputed);
        if keep {
            standing.insert(key, row);
        }
    }
    standing
}

fn is_settled(row: &LinkRow) -> bool {
    !row.is_disputed && row.verdict != word(&DuplicateVerdict::Undone)
}

/// Pairs that look like one dispute, of all cases or of one, with the grounds.
fn pairs(
    reader: &Reader<'_>,
    of: Option<RecordId>,
) -> Result<BTreeMap<(RecordId, RecordId), Vec<Ground>>, Fault> {
    let mut by_key: BTreeMap<String, Vec<RecordId>> = BTreeMap::new();
    for (key, record) in reader.shared_keys(of)? {
        by_key.entry(key).or_default().push(record);
    }
    let mut known: BTreeMap<RecordId, Option<Traits>> = BTreeMap::new();
    let mut traits = |record: RecordId| -> Result<Option<Traits>, Fault> {
        if let Some(found) = known.get(&record) {
            return Ok(found.clone());
        }
        let is_void = reader.case(record)?.is_none_or(|row| row.state == "voided");
        let text = reader.traits(record)?.filter(|_| !is_void);
        let found: Option<Traits> = text.and_then(|text| serde_json::from_str(&text).ok());
        known.insert(record, found.clone());
        Ok(found)
    };
    let mut found = BTreeMap::new();
    for records in by_key.values() {
        for (at, a) in records.iter().enumerate() {
            let rest = records.iter().skip(at.saturating_add(1)).take(NEIGHBOURS_MAX);
            for b in rest.filter(|b| of.is_none_or(|of| *a == of || **b == of)) {
                let key = ordered(*a, *b);
                if found.contains_key(&key) {
                    continue;
                }
                if let (Some(first), Some(second)) = (traits(*a)?, traits(*b)?) {
                    let grounds = likeness::compare((*a, &first), (*b, &second));
                    if !grounds.is_empty() {
                        found.insert(key, grounds);
                    }
                }
            }
        }
    }
    Ok(found)
}

/// The cases that look like the same dispute as one and wait for a decision.
pub(super) fn candidates(
    reader: &Reader<'_>,
    case: RecordId,
) -> Result<Vec<(RecordId, Vec<Ground>)>, Fault> {
    let mut found = Vec::new();
    for ((a, b), grounds) in pairs(reader, Some(case))? {
        let other = if a == case { b } else { a };
        let rows: Vec<LinkRow> =
            reader.links(case)?.into_iter().chain(reader.links(other)?).collect();
        let decided = standing(rows).get(&ordered(a, b)).is_some_and(is_settled);
        let is_one = reader.main_case(a)? == reader.main_case(b)?;
        if !decided && !is_one {
            found.push((other, grounds));
        }
    }
    Ok(found)
}

/// Lists groups of cases that look like one dispute.
pub(crate) fn list(office: &Office, request: &DuplicateList) -> Result<DuplicateWindow, Fault> {
    office.store.read(|reader| {
        let standing = standing(reader.all_links()?);
        let likely = pairs(reader, None)?;
        let mut edges: BTreeSet<(RecordId, RecordId)> = BTreeSet::new();
        if request.decided {
            edges.extend(standing.iter().filter(|(_, row)| is_settled(row)).map(|(key, _)| *key));
        } else {
            for key in likely.keys().filter(|key| !standing.get(key).is_some_and(is_settled)) {
                let (a, b) = (reader.main_case(key.0)?, reader.main_case(key.1)?);
                if a != b && !standing.get(&ordered(a, b)).is_some_and(is_settled) {
                    edges.insert(ordered(a, b));
                }
            }
            let disputed = standing.iter().filter(|(_, row)| row.is_disputed);
            edges.extend(disputed.map(|(key, _)| *key));
            for members in tangling::all(reader)? {
                let first = members.first().copied();
                let rest = members.iter().skip(1);
                edges.extend(first.into_iter().flat_map(|f| rest.clone().map(move |m| (f, *m))));
            }
        }
        let edges: Vec<(RecordId, RecordId)> = edges.into_iter().collect();
        let names = Names::read(office, reader)?;
        let mut groups = Vec::new();
        for members in likeness::groups(&edges) {
            groups.extend(group(office, reader, &names, &members, (&standing, &likely))?);
        }
        groups.sort_by_key(|group| {
            let latest = group.cases.iter().filter_map(|case| case.registered).max();
            (std::cmp::Reverse(latest), group.main)
        });
        let total = u32::try_from(groups.len()).unwrap_or(u32::MAX);
        let skip = usize::try_from(request.offset).unwrap_or(usize::MAX);
        let limit = request.limit.unwrap_or(ROWS_MAX).clamp(1, ROWS_MAX);
        let take = usize::try_from(limit).unwrap_or(0);
        Ok(DuplicateWindow { groups: groups.into_iter().skip(skip).take(take).collect(), total })
    })
}

type Likely = BTreeMap<(RecordId, RecordId), Vec<Ground>>;

/// A group as it is shown; nothing if fewer than two of its cases are held here.
fn group(
    office: &Office,
    reader: &Reader<'_>,
    names: &Names,
    members: &[RecordId],
    (decided, likely): (&Standing, &Likely),
) -> Result<Option<DuplicateGroupView>, Fault> {
    let mut rows = Vec::new();
    for member in members {
        rows.extend(reader.case(*member)?);
    }
    if rows.len() < 2 {
        return Ok(None);
    }
    rows.sort_by(|a, b| (&a.registered_day, a.record).cmp(&(&b.registered_day, b.record)));
    let held: BTreeSet<RecordId> = rows.iter().map(|row| row.record).collect();
    let mut pairs = Vec::new();
    let keys: BTreeSet<&(RecordId, RecordId)> = decided.keys().chain(likely.keys()).collect();
    for key in keys.into_iter().filter(|key| held.contains(&key.0) && held.contains(&key.1)) {
        let row = decided.get(key);
        pairs.push(DuplicatePairView {
            a: key.0,
            b: key.1,
            grounds: likely.get(key).cloned().unwrap_or_default(),
            verdict: row.and_then(|row| {
                serde_json::from_value(serde_json::Value::String(row.verdict.clone())).ok()
            }),
            is_disputed: row.is_some_and(|row| row.is_disputed),
        });
    }
    let into = decided.values().find_map(|row| {
        let into = if row.goes_into { Some(row.other) } else { None };
        into.filter(|into| held.contains(into))
    });
    let me = office.me();
    let units = office.units();
    let is_mine = |unit: Option<UnitId>| unit.is_some_and(|unit| units.now(unit) == me.unit);
    let is_own = rows.iter().all(|r| is_mine(r.registered_unit) && is_mine(r.owner));
    let mut is_disputed = pairs.iter().any(|pair| pair.is_disputed);
    for row in &rows {
        is_disputed |= tangling::around(reader, row.record)?.is_some();
    }
    Ok(rows.first().map(|first| DuplicateGroupView {
        main: into.unwrap_or(first.record),
        cases: rows.iter().map(|row| line(row, names)).collect(),
        may_decide: match Right::DuplicateDecide.scope(me.role) {
            Scope::Nothing => false,
            _ if is_disputed => Seat::JudicialOffice.admits(me.role),
            Scope::Township => true,
            Scope::Addressed | Scope::OwnUnit | Scope::TakesPart => is_own,
        },
        pairs,
    }))
}

/// The group that some cases now form.
fn shown(office: &Office, cases: &[RecordId]) -> Result<DuplicateGroupView, Fault> {
    office.store.read(|reader| {
        let names = Names::read(office, reader)?;
        let mut rows = Vec::new();
        for case in cases {
            rows.extend(reader.links(*case)?);
        }
        let mut likely = Likely::new();
        for case in cases {
            likely.extend(pairs(reader, Some(*case))?);
        }
        let group = group(office, reader, &names, cases, (&standing(rows), &likely))?;
        group.ok_or_else(|| refuse("cases", RefusalReason::Empty))
    })
}

/// A case as a decision about it names it.
fn linked(id: RecordId, case: &Case) -> Result<LinkedCase, Fault> {
    let registration = case.registration.as_ref().ok_or_else(|| Fault::not_found(id))?;
    let number = case.numbers.formal.clone().unwrap_or_else(|| registration.number.clone());
    let party = |party: &domain::case::Party| LinkedParty {
        name: shown_name(party),
        side: party.details.side,
    };
    Ok(LinkedCase {
        case: id,
        number,
        title: projector::title(case),
        unit: registration.unit,
        by: registration.first_responsible,
        applied: registration.at,
        source: registration.source,
        track: registration.track,
        category: case.category.as_ref().map(|c| c.value),
        parties: case.parties.iter().map(party).collect(),
    })
}

/// An act about cases, ready to be written on each.
pub(super) struct Act<'a> {
    cases: Vec<(RecordId, Case)>,
    verdict: DuplicateVerdict,
    main: Option<RecordId>,
    reason: &'a str,
    at: At,
}

impl<'a> Act<'a> {
    /// Reads the cases of an act, the one registered first in front.
    pub(super) fn read(
        office: &Office,
        pen: &Pen<'_, '_>,
        ids: &[RecordId],
        (verdict, main): (DuplicateVerdict, Option<RecordId>),
        (reason, at): (&'a str, Option<At>),
    ) -> Result<Self, Fault> {
        guard::required("reason", reason, guard::TEXT_CHARS_MAX)
            .map_err(|refusal| Fault::refused(&refusal, 0))?;
        let at = at.unwrap_or_else(|| minute(office.now_ms()));
        if at.day > today(office.now_ms()) {
            return Err(refuse("at", RefusalReason::InFuture));
        }
        let ids: BTreeSet<RecordId> = ids.iter().copied().collect();
        if ids.len() < 2 {
            return Err(refuse("cases", RefusalReason::Empty));
        }
        if ids.len() > CASES_MAX {
            return Err(refuse("cases", RefusalReason::TooMany));
        }
        let mut cases = Vec::new();
        for id in ids {
            cases.push((id, fold(office, &pen.tx.reader(), id)?.1.case));
        }
        cases.sort_by_key(|(id, case)| (case.registered_on(), *id));
        let act = Self { cases, verdict, main, reason: reason.trim(), at };
        act.check(office, pen)?;
        Ok(act)
    }

    fn links(&self) -> impl Iterator<Item = (RecordId, &Link)> {
        let ids: BTreeSet<RecordId> = self.cases.iter().map(|(id, _)| *id).collect();
        self.cases.iter().flat_map(move |(id, case)| {
            let links = case.duplicates.links.iter();
            let ids = ids.clone();
            links.filter(move |link| ids.contains(&link.other.case)).map(move |link| (*id, link))
        })
    }

    /// The case all of them go into already, if there is one.
    fn common_main(&self) -> Option<RecordId> {
        let into = |case: &Case| case.duplicates.into.as_ref().map(|into| into.value);
        let (_, first) = self.cases.first()?;
        let main = into(first)?;
        self.cases.iter().all(|(_, case)| into(case) == Some(main)).then_some(main)
    }

    /// The first of them, if they go into each other in a circle.
    fn first_of_circle(&self) -> Option<RecordId> {
        let is_in = |into: RecordId| self.cases.iter().any(|(id, _)| *id == into);
        let goes_on = |case: &Case| case.duplicates.into.as_ref().is_some_and(|i| is_in(i.value));
        let (first, _) = self.cases.first()?;
        self.cases.iter().all(|(_, case)| goes_on(case)).then_some(*first)
    }

    /// Who may decide: the township; a village about what is its own; where people contradict each
    /// other, the judicial office.
    fn check(&self, office: &Office, pen: &Pen<'_, '_>) -> Result<(), Fault> {
        let me = office.me();
        let is_known = |main: RecordId| {
            let case = self.cases.iter().find(|(id, _)| *id == main);
            let is_open = case.is_some_and(|(_, case)| case.duplicates.into.is_none());
            is_open || self.common_main() == Some(main)
        };
        if self.main.is_some_and(|main| !is_known(main)) {
            return Err(refuse("main", RefusalReason::Unknown));
        }
        rights::check(office, Right::DuplicateDecide)?;
        let is_own = |(_, case): &(RecordId, Case)| {
            case.registration.as_ref().is_some_and(|r| r.unit == me.unit)
                && case.owner().is_some_and(|owner| owner.unit == me.unit)
        };
        if Right::DuplicateDecide.scope(me.role) != Scope::Township
            && !self.cases.iter().all(is_own)
        {
            return Err(refuse("cases", RefusalReason::NotOwner));
        }
        if !Seat::JudicialOffice.admits(me.role) {
            let mut is_asked = self.links().any(|(_, link)| link.is_disputed);
            for (id, _) in &self.cases {
                is_asked |= tangling::around(&pen.tx.reader(), *id)?.is_some();
            }
            if is_asked {
                return Err(refuse("cases", RefusalReason::AsksJudicialOffice));
            }
        }
        Ok(())
    }

    /// Writes the act on every case it is about, in the writer's transaction.
    pub(super) fn write(&self, office: &Office, pen: &mut Pen<'_, '_>) -> Result<(), Fault> {
        let answers: BTreeSet<FactId> =
            self.links().flat_map(|(_, link)| link.acts.iter().copied()).collect();
        let main = match self.verdict {
            DuplicateVerdict::Merged => {
                let open = self.cases.iter().find(|(_, case)| case.duplicates.into.is_none());
                let open = self.main.or(open.map(|(id, _)| *id));
                open.or(self.common_main()).or(self.first_of_circle())
            }
            _ => None,
        };
        if self.verdict == DuplicateVerdict::Merged && main.is_none() {
            return Err(refuse("main", RefusalReason::Unknown));
        }
        let mut named = Vec::new();
        for (id, case) in &self.cases {
            named.push(linked(*id, case)?);
        }
        let mut act: Option<FactId> = None;
        for (id, _) in &self.cases {
            let goes_into = main.filter(|main| main != id);
            let is_named = |other: &&LinkedCase| other.case != *id;
            let body = Body::DuplicateDecided(DuplicateDecided {
                verdict: self.verdict,
                cases: named.iter().filter(is_named).cloned().collect(),
                into: goes_into,
                act,
                answers: answers.iter().copied().collect(),
                reason: self.reason.to_owned(),
            });
            pen.edit(*id, |_, _, draft| {
                let (fact, _) = draft.fact(office, self.at, body)?;
                act.get_or_insert(fact);
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// Decides what cases are to each other.
pub(crate) fn decide(
    office: &Office,
    request: &DuplicateDecide,
) -> Result<DuplicateGroupView, Fault> {
    if request.verdict == DuplicateVerdict::Undone {
        return Err(refuse("verdict", RefusalReason::Unknown));
    }
    if request.main.is_some() && request.verdict != DuplicateVerdict::Merged {
        return Err(refuse("main", RefusalReason::Unknown));
    }
    office.store.write(|tx| {
        let mut pen = Pen::new(office, tx);
        let what = (request.verdict, request.main);
        let act = Act::read(office, &pen, &request.cases, what, (&request.reason, request.at))?;
        act.write(office, &mut pen)
    })?;
    shown(office, &request.cases)
}

/// Takes back what was decided about cases.
pub(crate) fn undo(office: &Office, request: &DuplicateUndo) -> Result<DuplicateGroupView, Fault> {
    office.store.write(|tx| {
        let mut pen = Pen::new(office, tx);
        let what = (DuplicateVerdict::Undone, None);
        let act = Act::read(office, &pen, &request.cases, what, (&request.reason, request.at))?;
        if !act.links().any(|(_, link)| link.verdict != DuplicateVerdict::Undone) {
            return Err(refuse("cases", RefusalReason::AlreadyDone));
        }
        act.write(office, &mut pen)
    })?;
    shown(office, &request.cases)
}

/// Settles a contradiction about two cases: what one of the sides says, or that they are related.
pub(super) fn settle(
    office: &Office,
    pen: &mut Pen<'_, '_>,
    (record, other): (RecordId, RecordId),
    choice: &Choice,
    (reason, at): (&str, At),
) -> Result<(), Fault> {
    let said = match choice {
        Choice::Fact(id) => {
            let (_, document) = projector::load(&pen.tx.reader(), record)?;
            let facts = projector::facts_of(office, &pen.tx.reader(), &document)?;
            let carried = facts.facts.iter().find(|carried| carried.id == *id);
            let body = carried.and_then(|c| domain::fact::Fact::read(&c.json).ok()).map(|f| f.body);
            match body {
                Some(Body::DuplicateDecided(body)) => Some((body.verdict, body.into)),
                _ => None,
            }
        }
        _ => Some((DuplicateVerdict::Related, None)),
    };
    let (verdict, into) = said.ok_or_else(|| refuse("choice", RefusalReason::Unknown))?;
    // The main case of a merger that does not go into the other is this one.
    let main = (verdict == DuplicateVerdict::Merged).then(|| into.unwrap_or(record));
    let what = (verdict, main);
    Act::read(office, pen, &[record, other], what, (reason, Some(at)))?.write(office, pen)
}
