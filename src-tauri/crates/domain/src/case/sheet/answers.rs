//! What became of one sheet: sign-in, objection, acceptance, reply, closing.

use crate::fact::Body;
use crate::fact::body::{Choice, SheetIssued};
use crate::id::FactId;
use crate::merge::{self, Settled};
use crate::rules::{RuleId, Why};

use super::super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::super::known::{Facts, Known, each};
use super::{Objection, Reply, Sheet, SheetStatus};

/// Folds what was written about one sheet.
pub(super) fn fold(
    facts: &Facts,
    issued: &Known,
    body: &SheetIssued,
    foreign: &mut Vec<FactId>,
) -> (Sheet, Vec<Conflict>) {
    let own = Own::of(facts, issued, body, foreign);
    let mut conflicts = Vec::new();
    let (standing, is_accepted) = stand(facts, issued, body, &own, &mut conflicts);
    let shown = standing.or_else(|| own.objections.last().copied());
    let objection = shown.map(|known| {
        let found = objection(facts, issued, known, &mut conflicts);
        Objection { is_standing: standing.is_some(), ..found }
    });
    let closed = own.closings.first().map(|known| (known.fact.at, known.id));
    let replies: Vec<Reply> = own
        .replies
        .iter()
        .filter_map(|known| {
            let Body::SheetReplied(reply) = &known.fact.body else { return None };
            Some(Reply {
                id: known.id,
                at: known.fact.at,
                kept: reply.kept,
                text: reply.text.clone(),
                crossed_closing: own.closings.first().is_some_and(|c| !c.knows(known)),
            })
        })
        .collect();
    let stands = objection.as_ref().filter(|objection| objection.is_standing);
    let is_returned = stands.and_then(|o| o.decided).is_some_and(|(_, upheld)| upheld);
    let is_pending = stands.is_some_and(|objection| objection.decided.is_none());
    let status = if is_returned {
        SheetStatus::Returned
    } else if closed.is_some() && replies.iter().any(|reply| reply.crossed_closing) {
        SheetStatus::RepliedAndClosed
    } else if closed.is_some() {
        SheetStatus::Closed
    } else if !replies.is_empty() {
        SheetStatus::Replied
    } else if is_pending {
        SheetStatus::Objected
    } else if own.sign_ins.is_empty() {
        SheetStatus::Issued
    } else {
        SheetStatus::SignedIn
    };
    let sheet = Sheet {
        id: issued.id,
        at: issued.fact.at,
        from: issued.proof.unit,
        body: body.clone(),
        signed_in: own.sign_ins.first().map(|known| known.fact.at),
        sign_ins: own.sign_ins.iter().map(|known| known.id).collect(),
        is_accepted,
        objection,
        replies,
        closed,
        is_acting: false,
        reassigned: None,
        status,
    };
    (sheet, conflicts)
}

/// The facts about a sheet by the units whose they are to write, each in order.
struct Own<'a> {
    sign_ins: Vec<&'a Known>,
    objections: Vec<&'a Known>,
    replies: Vec<&'a Known>,
    closings: Vec<&'a Known>,
}

impl<'a> Own<'a> {
    fn of(facts: &'a Facts, issued: &Known, body: &SheetIssued, foreign: &mut Vec<FactId>) -> Self {
        let mut own =
            Self { sign_ins: vec![], objections: vec![], replies: vec![], closings: vec![] };
        for known in &facts.list {
            let (sheet, unit) = match &known.fact.body {
                Body::SheetSignedIn(b) => (b.sheet, body.to),
                Body::SheetObjected(b) => (b.sheet, body.to),
                Body::SheetReplied(b) => (b.sheet, body.to),
                Body::SheetClosed(b) => (b.sheet, issued.proof.unit),
                _ => continue,
            };
            if sheet != issued.id {
                continue;
            }
            if known.proof.unit != unit {
                foreign.push(known.id);
                continue;
            }
            match &known.fact.body {
                Body::SheetSignedIn(_) => own.sign_ins.push(known),
                Body::SheetObjected(_) => own.objections.push(known),
                Body::SheetReplied(_) => own.replies.push(known),
                _ => own.closings.push(known),
            }
        }
        for list in [&mut own.sign_ins, &mut own.objections, &mut own.replies, &mut own.closings] {
            list.sort_by_key(|known| known.order());
        }
        own
    }
}

/// Whether the unit objects or takes the matter on: its last word; of two words written in
/// ignorance of each other its head chooses, and meanwhile the objection stands.
fn stand<'a>(
    facts: &'a Facts,
    issued: &Known,
    body: &SheetIssued,
    own: &Own<'a>,
    conflicts: &mut Vec<Conflict>,
) -> (Option<&'a Known>, bool) {
    let takes_on = |known: &Known| match &known.fact.body {
        Body::SheetSignedIn(b) => b.accepts,
        Body::SheetReplied(_) => true,
        _ => false,
    };
    let accepted = own.sign_ins.iter().chain(&own.replies).filter(|known| takes_on(known));
    let words: Vec<(&Known, bool)> = own
        .objections
        .iter()
        .map(|known| (*known, true))
        .chain(accepted.map(|known| (*known, false)))
        .collect();
    let heads = merge::heads(&words, |later, earlier| later.0.knows(earlier.0));
    let first = |heads: &[&(&'a Known, bool)]| {
        let objections = heads.iter().filter(|(_, objects)| *objects).map(|(known, _)| *known);
        objections.min_by_key(|known| known.order())
    };
    match merge::same_or_ask(&heads, |(_, objects)| *objects) {
        Settled::Nothing => (None, false),
        Settled::One((_, objects)) => (first(&heads), !objects),
        Settled::Ask(sides) => {
            let known: Vec<&Known> = sides.iter().map(|(known, _)| *known).collect();
            let key = format!("sheet_answer/{}", issued.id);
            let decided = facts
                .decision(&key, Seat::UnitHead, &known)
                .filter(|(by, _)| by.proof.unit == body.to);
            let chosen = decided.and_then(|(_, choice)| match choice {
                Choice::Fact(id) => sides.iter().find(|(known, _)| known.id == *id),
                _ => None,
            });
            conflicts.push(
                Conflict::between(
                    ConflictKind::SheetAnswer,
                    key,
                    Why::new(RuleId::SheetAnswer, known.iter().map(|known| known.id)),
                    Seat::UnitHead,
                    known.iter().map(|known| Side::of_fact(known)).collect(),
                )
                .for_unit(body.to)
                .settled_by(decided.map(|(known, _)| known)),
            );
            match chosen {
                Some((_, false)) => (None, true),
                Some(_) | None => (first(&heads), false),
            }
        }
    }
}

/// An objection with what the dispatcher decided; two who decide differently leave it to the head
/// of the centre.
fn objection(
    facts: &Facts,
    issued: &Known,
    objected: &Known,
    conflicts: &mut Vec<Conflict>,
) -> Objection {
    let reasons = match &objected.fact.body {
        Body::SheetObjected(body) => body.reasons.clone(),
        _ => String::new(),
    };
    let decisions: Vec<(&Known, bool)> = each!(facts, ObjectionDecided)
        .filter(|(known, body)| {
            body.objection == objected.id && known.proof.unit == issued.proof.unit
        })
        .map(|(known, body)| (known, body.upheld))
        .collect();
    let heads = merge::heads(&decisions, |later, earlier| later.0.knows(earlier.0));
    let decided = match merge::same_or_ask(&heads, |(_, upheld)| *upheld) {
        Settled::Nothing => None,
        Settled::One((known, upheld)) => Some((known.id, *upheld)),
        Settled::Ask(sides) => {
            let known: Vec<&Known> = sides.iter().map(|(known, _)| *known).collect();
            let key = format!("objection/{}", objected.id);
            let settled = facts.decision(&key, Seat::Director, &known);
            conflicts.push(
                Conflict::between(
                    ConflictKind::SheetAnswer,
                    key,
                    Why::new(RuleId::Objection, known.iter().map(|known| known.id)),
                    Seat::Director,
                    known.iter().map(|known| Side::of_fact(known)).collect(),
                )
                .settled_by(settled.map(|(known, _)| known)),
            );
            settled
                .and_then(|(_, choice)| match choice {
                    Choice::Fact(id) => sides.iter().find(|(known, _)| known.id == *id),
                    _ => None,
                })
                .map(|(known, upheld)| (known.id, *upheld))
        }
    };
    Objection { id: objected.id, at: objected.fact.at, reasons, is_standing: true, decided }
}
