//! Decisions about pairs of cases that cannot all hold: no case shows it alone, so it is found
//! across what each of them says, never stored, and put before the judicial office.

use std::collections::{BTreeMap, BTreeSet};

use domain::case::conflict::{Conflict, ConflictKind, Seat, Side};
use domain::fact::body::{Choice, DuplicateVerdict};
use domain::fact::{Body, Fact};
use domain::id::{FactId, RecordId};
use domain::rules::{RuleId, Why};
use domain::tangle::{self, Tie};
use domain::time::At;
use store::Reader;
use store::cases::ConflictRow;
use store::ties::LinkRow;

use super::linking::Act;
use super::reading::{fold, value};
use crate::fault::Fault;
use crate::journal::Pen;
use crate::office::Office;
use crate::projector::{self, Folded, word};

/// The words before the first case in the key of a tangle.
const KEY: &str = "duplicates/";

/// How a tangle is cut: all are one dispute, or each stands for itself beside the others.
const WAYS: &[&str] = &["merged", "related"];

/// The most cases that are walked through from one.
const MEMBERS_MAX: usize = 64;

/// A tangle as one of its cases shows it, with what the facts of the others say.
pub(super) struct Tangle {
    pub(super) conflict: Conflict,
    pub(super) bodies: BTreeMap<FactId, Body>,
    members: Vec<RecordId>,
}

/// Whether a key is a tangle's.
pub(super) fn is_key(key: &str) -> bool {
    key.starts_with(KEY)
}

/// What holds between cases; what two people contradict each other about is asked by itself.
fn ties(rows: &[LinkRow]) -> Vec<Tie> {
    let holds = rows.iter().filter(|row| !row.is_disputed);
    holds
        .filter_map(|row| {
            Some(Tie {
                record: row.record,
                other: row.other,
                verdict: value(&row.verdict)?,
                goes_into: row.goes_into,
            })
        })
        .collect()
}

/// Every tangle there is.
pub(super) fn all(reader: &Reader<'_>) -> Result<Vec<Vec<RecordId>>, Fault> {
    Ok(tangle::tangles(&ties(&reader.all_links()?)))
}

/// The tangle a case is in.
pub(super) fn around(reader: &Reader<'_>, case: RecordId) -> Result<Option<Vec<RecordId>>, Fault> {
    let mut rows = reader.links(case)?;
    if rows.is_empty() {
        return Ok(None);
    }
    let merged = word(&DuplicateVerdict::Merged);
    let mut seen = BTreeSet::from([case]);
    let mut at = 0;
    while let Some(row) = rows.get(at) {
        let other = row.other;
        at = at.saturating_add(1);
        if row.verdict == merged && seen.len() < MEMBERS_MAX && seen.insert(other) {
            rows.extend(reader.links(other)?);
        }
    }
    let found = tangle::tangles(&ties(&rows)).into_iter();
    Ok(found.into_iter().find(|members| members.binary_search(&case).is_ok()))
}

/// The contradiction a case is in because of what was decided about several.
pub(super) fn of(
    office: &Office,
    reader: &Reader<'_>,
    case: RecordId,
) -> Result<Option<Tangle>, Fault> {
    let Some(members) = around(reader, case)? else { return Ok(None) };
    let mut sides = Vec::new();
    let mut own = Vec::new();
    let mut bodies = BTreeMap::new();
    let mut told = BTreeSet::new();
    for member in &members {
        // A member that is not held here has nothing to say here.
        if reader.case(*member)?.is_none() {
            continue;
        }
        let (_, Folded { facts, case: folded, .. }) = fold(office, reader, *member)?;
        let links = folded.duplicates.links.iter();
        for link in links.filter(|link| members.contains(&link.other.case) && !link.is_disputed) {
            let pair = (*member.min(&link.other.case), *member.max(&link.other.case));
            let said = link.why.facts.first().copied();
            let carried = said.and_then(|id| facts.facts.iter().find(|c| c.id == id));
            let Some((carried, side)) = carried.and_then(|c| Some((c, Side::of_carried(c)?)))
            else {
                continue;
            };
            if *member == case {
                own.push(carried.id);
            }
            if told.insert(pair) {
                bodies.extend(Fact::read(&carried.json).ok().map(|fact| (carried.id, fact.body)));
                sides.push(side);
            }
        }
    }
    let conflict = Conflict::between(
        ConflictKind::Duplicate,
        key(&members),
        Why::new(RuleId::DuplicateTangle, own),
        Seat::JudicialOffice,
        sides,
    )
    .with_ways(WAYS);
    Ok(Some(Tangle { conflict, bodies, members }))
}

fn key(members: &[RecordId]) -> String {
    members.first().map(|first| format!("{KEY}{first}")).unwrap_or_default()
}

/// Each tangle as a row of the conflict desk, under the first of its cases that is held here.
pub(super) fn rows(reader: &Reader<'_>) -> Result<Vec<ConflictRow>, Fault> {
    let mut rows = Vec::new();
    for members in all(reader)? {
        for member in &members {
            if reader.case(*member)?.is_some() {
                let kind = ConflictKind::Duplicate;
                rows.push(projector::across_row(*member, key(&members), kind));
                break;
            }
        }
    }
    Ok(rows)
}

/// Cuts a tangle: one act about all of its cases that are held here answers everything said about
/// them.
pub(super) fn settle(
    office: &Office,
    pen: &mut Pen<'_, '_>,
    tangle: &Tangle,
    choice: &Choice,
    (reason, at): (&str, At),
) -> Result<(), Fault> {
    let is_one = *choice == Choice::Way(word(&DuplicateVerdict::Merged));
    let verdict = if is_one { DuplicateVerdict::Merged } else { DuplicateVerdict::Related };
    let mut held = Vec::new();
    for member in &tangle.members {
        if pen.tx.reader().case(*member)?.is_some() {
            held.push(*member);
        }
    }
    Act::read(office, pen, &held, (verdict, None), (reason, Some(at)))?.write(office, pen)
}
