//! Which unit leads. Two sheets that make different units lead in the same matter leave it to the
//! head of the centre (C24); meanwhile the one dispatched earlier acts, and nobody's work is lost.

use crate::fact::body::{Choice, SheetPart};
use crate::id::{FactId, UnitId};
use crate::merge;
use crate::rights::Right;
use crate::rules::{RuleId, Why};

use super::super::assess::Derived;
use super::super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::super::known::{Facts, Known, each};
use super::{Dispatch, Sheet, SheetStatus, leads};

/// Says of each sheet whether its unit leads by it, and who leads the case.
pub(super) fn settle(facts: &Facts, dispatch: &mut Dispatch) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    let standing: Vec<&Sheet> = dispatch
        .sheets
        .iter()
        .filter(|sheet| leads(&sheet.body) && sheet.status != SheetStatus::Returned)
        .collect();
    let mut acting: Vec<(FactId, Why)> = Vec::new();
    let mut replaced: Vec<(FactId, FactId, Why)> = Vec::new();
    for matter in matters(&standing) {
        let orders: Vec<(&Known, UnitId)> =
            matter.iter().filter_map(|s| Some((facts.get(s.id)?, s.body.to))).collect();
        // The head of the centre may name another unit in knowledge of the first.
        let renames = |later: &(&Known, UnitId), earlier: &(&Known, UnitId)| {
            Right::DispatchApprove.admits(later.0.role) && later.0.knows(earlier.0)
        };
        let heads = merge::heads(&orders, renames);
        let Some(first) = heads.iter().min_by_key(|(known, _)| known.order()) else { continue };
        let known: Vec<&Known> = heads.iter().map(|(known, _)| *known).collect();
        let why = Why::new(RuleId::LeadAsk, orders.iter().map(|(known, _)| known.id));
        let mut holder = **first;
        if heads.iter().any(|(_, unit)| *unit != first.1) {
            let key = format!("lead/{}", known.iter().map(|k| k.id).min().unwrap_or(first.0.id));
            let decided = facts.decision(&key, Seat::Director, &known);
            let chosen = decided.and_then(|(_, choice)| match choice {
                Choice::Fact(id) => heads.iter().find(|(known, _)| known.id == *id),
                _ => None,
            });
            conflicts.push(
                Conflict::between(
                    ConflictKind::Lead,
                    key,
                    why.clone(),
                    Seat::Director,
                    known.iter().map(|known| Side::of_fact(known)).collect(),
                )
                .settled_by(decided.map(|(known, _)| known)),
            );
            if let (Some(chosen), Some((by, _))) = (chosen, decided) {
                holder = **chosen;
                let why = Why::new(RuleId::LeadAsk, why.facts.iter().copied().chain([by.id]));
                let others = heads.iter().filter(|(_, unit)| *unit != holder.1);
                replaced.extend(others.map(|(known, _)| (known.id, by.id, why.clone())));
            }
        }
        let renamed = orders.iter().filter(|(known, unit)| {
            *unit != holder.1 && heads.iter().all(|(head, _)| head.id != known.id)
        });
        replaced.extend(renamed.map(|(known, _)| (known.id, holder.0.id, why.clone())));
        acting.push((holder.0.id, why));
    }
    for sheet in &mut dispatch.sheets {
        sheet.is_acting = acting.iter().any(|(id, _)| *id == sheet.id);
        let found = replaced.iter().find(|(id, _, _)| *id == sheet.id);
        sheet.reassigned = found.map(|(_, by, why)| (*by, why.clone()));
    }
    dispatch.lead = lead(facts, dispatch, acting.first());
    dispatch.co = co(facts, dispatch);
    conflicts
}

/// The sheets by matter: those whose demands overlap. A sheet about no demand in particular is
/// about all of them.
fn matters<'a>(standing: &[&'a Sheet]) -> Vec<Vec<&'a Sheet>> {
    let overlaps = |a: &Sheet, b: &Sheet| {
        a.body.demands.is_empty()
            || b.body.demands.is_empty()
            || a.body.demands.iter().any(|demand| b.body.demands.contains(demand))
    };
    let mut matters: Vec<Vec<&Sheet>> = Vec::new();
    for sheet in standing {
        let (mut joined, apart): (Vec<_>, Vec<_>) =
            matters.into_iter().partition(|matter| matter.iter().any(|s| overlaps(s, sheet)));
        let mut matter: Vec<&Sheet> = joined.drain(..).flatten().collect();
        matter.push(sheet);
        matters = apart;
        matters.push(matter);
    }
    matters
}

/// Who leads: the unit of the acting sheet, else whom an approved consultation names.
fn lead(
    facts: &Facts,
    dispatch: &Dispatch,
    acting: Option<&(FactId, Why)>,
) -> Option<Derived<UnitId>> {
    if let Some((id, why)) = acting {
        let sheet = dispatch.sheets.iter().find(|sheet| sheet.id == *id)?;
        return Some(Derived { value: sheet.body.to, why: why.clone() });
    }
    let approved = dispatch.consultations.iter().rev().find(|(_, is_approved)| *is_approved)?.0;
    let (known, body) = each!(facts, Consulted).find(|(known, _)| known.id == approved)?;
    Some(Derived { value: body.lead, why: Why::new(RuleId::Consultation, [known.id]) })
}

/// Who co-operates: whom the sheets and the approved consultations name, without the one who
/// leads.
fn co(facts: &Facts, dispatch: &Dispatch) -> Vec<UnitId> {
    let asked = dispatch
        .sheets
        .iter()
        .filter(|s| s.body.part == SheetPart::Co && s.status != SheetStatus::Returned)
        .map(|s| s.body.to);
    let approved = each!(facts, Consulted)
        .filter(|(known, _)| dispatch.consultations.contains(&(known.id, true)))
        .flat_map(|(_, body)| body.co.iter().copied());
    let lead = dispatch.lead.as_ref().map(|lead| lead.value);
    let mut units: Vec<UnitId> = asked.chain(approved).filter(|u| Some(*u) != lead).collect();
    units.sort_unstable();
    units.dedup();
    units
}
