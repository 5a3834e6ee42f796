//! Which clocks run on a case: what starts, stops, pauses and extends each, from its facts alone.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::calendar::after;
use crate::catalogue::Category;
use crate::fact::Body;
use crate::fact::body::*;
use crate::id::{FactId, UnitId};
use crate::settings::Settings;
use crate::time::{At, Day, Precision};

use super::agreement::{Agreement, Standing};
use super::clock::{Card, Extender, ExtensionFlaw, Request, Running, row};
use super::duplicate::Duplicates;
use super::known::{Facts, Known, each};
use super::ladder::Ladder;
use super::session::Sides;
use super::sheet::{self, Dispatch};
use super::{Closure, Registration, performance};

/// What clocks are derived from.
pub(super) struct Sources<'a> {
    pub(super) facts: &'a Facts,
    pub(super) registration: &'a Registration,
    pub(super) agreements: &'a [Agreement],
    pub(super) ladder: &'a Ladder,
    pub(super) closure: Option<&'a Closure>,
    pub(super) duplicates: &'a Duplicates,
    pub(super) category: Option<Category>,
    pub(super) dispatch: &'a Dispatch,
    pub(super) sides: Sides<'a>,
    pub(super) settings: &'a Settings,
}

/// A moment and the fact behind it.
type Point = (At, FactId);

fn point(known: &Known) -> Point {
    (known.fact.at, known.id)
}

impl Sources<'_> {
    /// Every clock that ever ran on the case.
    pub(super) fn clocks(&self) -> Vec<Running> {
        let mut clocks = Vec::new();
        let registered = (self.registration.at, self.registration.id);
        let accepted = self.first(each!(self.facts, Accepted).map(|(k, _)| k));
        let ended = self.ended();
        let tracks = tracks(self.facts, self.registration);
        let agreed = self.agreed();
        // C19: each track runs on its own; one answer ends another only where it says so.
        let answered = |track: Track| {
            self.first(
                each!(self.facts, ReplyDelivered)
                    .filter(move |(_, body)| body.tracks.contains(&track))
                    .map(|(known, _)| known),
            )
        };
        let over = earliest([agreed, ended, answered(Track::PeopleMediation)]);
        let labour_over = earliest([agreed, ended, answered(Track::Labour)]);
        if let Some(from) = tracks.get(&Track::PeopleMediation).copied() {
            self.push(&mut clocks, ClockKind::Acceptance, from, earliest([accepted, over]));
            if let Some(accepted) = accepted {
                self.push(&mut clocks, ClockKind::Mediation, accepted, over);
            }
            // C11: what was given back begins anew.
            for by in self.ladder.escalations.iter().filter_map(|e| e.returned) {
                if let Some(known) = self.facts.get(by) {
                    self.push(&mut clocks, ClockKind::Mediation, point(known), over);
                }
            }
        }
        if let Some(from) = tracks.get(&Track::Petition).copied() {
            self.petition(&mut clocks, from, accepted, ended);
        }
        let is_labour =
            matches!(self.category, Some(Category::UnpaidWages | Category::OtherLabour));
        if is_labour || tracks.contains_key(&Track::Labour) {
            let from = tracks.get(&Track::Labour).copied().unwrap_or(registered);
            self.push(&mut clocks, ClockKind::LabourMediation, from, labour_over);
        }
        if let Some(from) = tracks.get(&Track::Urgent).copied() {
            self.urgent(&mut clocks, from, accepted, ended);
        }
        self.agreement_clocks(&mut clocks, ended);
        self.stagnation(&mut clocks, accepted.unwrap_or(registered), ended);
        clocks.extend(sheet::clocks(self.facts, self.dispatch, ended, self.settings));
        clocks
    }

    fn first<'k>(&self, known: impl Iterator<Item = &'k Known>) -> Option<Point> {
        known.min_by_key(|known| known.order()).map(point)
    }

    /// When the case ended, or went into another.
    fn ended(&self) -> Option<Point> {
        let into = self.duplicates.into.as_ref();
        let merged = into.and_then(|into| into.why.facts.iter().find_map(|id| self.facts.get(*id)));
        earliest([self.closure.map(|closure| (closure.at, closure.id)), merged.map(point)])
    }

    /// When an agreement that holds took effect.
    fn agreed(&self) -> Option<Point> {
        let holding =
            |a: &&Agreement| matches!(a.standing, Standing::Current | Standing::Contested);
        self.agreements
            .iter()
            .filter(holding)
            .filter_map(|a| Some((At::day(a.effective?), a.id)))
            .min()
    }

    fn petition(
        &self,
        clocks: &mut Vec<Running>,
        received: Point,
        accepted: Option<Point>,
        ended: Option<Point>,
    ) {
        let reply = |kind| {
            self.first(
                each!(self.facts, ReplyDelivered)
                    .filter(move |(_, body)| body.reply == kind)
                    .map(|(known, _)| known),
            )
        };
        let asked = |stage| {
            self.first(
                each!(self.facts, ReviewRequested)
                    .filter(move |(_, body)| body.stage == stage)
                    .map(|(known, _)| known),
            )
        };
        let told = earliest([reply(ReplyKind::Notice), accepted, ended]);
        self.push(clocks, ClockKind::PetitionNotice, received, told);
        let steps = [
            (ClockKind::PetitionHandling, accepted, reply(ReplyKind::Opinion)),
            (
                ClockKind::PetitionReviewRequest,
                reply(ReplyKind::Opinion),
                asked(ReviewStage::Review),
            ),
            (ClockKind::PetitionReview, asked(ReviewStage::Review), reply(ReplyKind::Review)),
            (
                ClockKind::PetitionRecheckRequest,
                reply(ReplyKind::Review),
                asked(ReviewStage::Recheck),
            ),
            (ClockKind::PetitionRecheck, asked(ReviewStage::Recheck), reply(ReplyKind::Recheck)),
        ];
        for (kind, from, to) in steps {
            if let Some(from) = from {
                let ends = if kind == ClockKind::PetitionHandling { ended } else { None };
                self.push(clocks, kind, from, earliest([to, ends]));
            }
        }
    }

    fn urgent(
        &self,
        clocks: &mut Vec<Running>,
        from: Point,
        accepted: Option<Point>,
        ended: Option<Point>,
    ) {
        if !matches!(from.0.precision, Precision::Minute(_)) {
            return;
        }
        let visited = self.first(each!(self.facts, SiteVisited).map(|(k, _)| k));
        let held = self.first(each!(self.facts, SessionHeld).map(|(k, _)| k));
        let handled = earliest([held, self.agreed(), ended]);
        let steps = [
            (ClockKind::UrgentSign, earliest([accepted, visited, handled])),
            (ClockKind::UrgentArrival, earliest([visited, handled])),
            (ClockKind::UrgentHandling, handled),
            (ClockKind::UrgentClosing, ended),
        ];
        for (kind, to) in steps {
            self.push(clocks, kind, from, to);
        }
    }

    /// Judicial confirmation, performance and revisits of the agreements that hold.
    fn agreement_clocks(&self, clocks: &mut Vec<Running>, ended: Option<Point>) {
        for agreement in self.agreements {
            let holds = matches!(agreement.standing, Standing::Current | Standing::Contested);
            let Some(day) = agreement.effective.filter(|_| holds) else { continue };
            let from = (At::day(day), agreement.id);
            self.push(clocks, ClockKind::JudicialConfirmation, from, None);
            let revisited = self.first(each!(self.facts, Revisited).map(|(k, _)| k));
            self.push(clocks, ClockKind::Revisit, from, earliest([revisited, ended]));
            for (line, promise) in performance::lines(agreement).zip(&agreement.plan) {
                let done = each!(self.facts, PerformanceNoted).filter(|(_, body)| {
                    let is_line = body.line.is_none() || body.line == Some(line);
                    body.agreement == agreement.id && is_line && body.kept == Kept::Done
                });
                let done = self.first(done.map(|(known, _)| known));
                self.push(clocks, ClockKind::Performance, from, earliest([done, ended]));
                if let Some(clock) = clocks.last_mut() {
                    clock.key = format!("performance/{}/{line}", agreement.id);
                    clock.agreed_end = Some(promise.due);
                }
            }
        }
    }

    /// A clock for each stretch between two steps of substantive progress.
    fn stagnation(&self, clocks: &mut Vec<Running>, from: Point, ended: Option<Point>) {
        let mut steps: Vec<Point> = self
            .facts
            .list
            .iter()
            .filter(|known| known.fact.body.row().substantive && known.fact.at >= from.0)
            .map(point)
            .chain([from])
            .collect();
        steps.sort_unstable();
        steps.dedup();
        for (at, step) in steps.iter().enumerate() {
            let next = steps.get(at.saturating_add(1)).copied();
            self.push(clocks, ClockKind::Stagnation, *step, earliest([next, ended]));
        }
    }

    fn push(&self, clocks: &mut Vec<Running>, kind: ClockKind, from: Point, stop: Option<Point>) {
        let facts = [Some(from.1), stop.map(|(_, id)| id)];
        clocks.push(Running {
            kind,
            key: format!("{}/{}", word(kind), from.1),
            start: from.0,
            agreed_end: None,
            limit: self.settings.limit(kind),
            unit: None,
            stop,
            pauses: if row(kind).pauses { pauses(self.facts) } else { Vec::new() },
            extensions: self.extensions(kind, from.0),
            facts: facts.into_iter().flatten().collect(),
        });
    }

    fn extensions(&self, kind: ClockKind, from: At) -> Vec<Request> {
        let mut requests: Vec<(&Known, &DeadlineExtended)> = each!(self.facts, DeadlineExtended)
            .filter(|(known, body)| body.clock == kind && known.fact.at.day >= from.day)
            .collect();
        requests.sort_by_key(|(known, _)| known.order());
        requests
            .iter()
            .map(|(known, body)| Request {
                id: known.id,
                day: known.fact.at.day,
                days: body.days,
                flaw: self.flaw(known, body),
            })
            .collect()
    }

    fn flaw(&self, known: &Known, body: &DeadlineExtended) -> Option<ExtensionFlaw> {
        let agrees = |side: &[FactId]| side.iter().any(|party| body.consents.contains(party));
        match row(body.clock).extender {
            Extender::Nobody => Some(ExtensionFlaw::Role),
            Extender::Director(_) if known.role != crate::role::Role::R7 => {
                Some(ExtensionFlaw::Role)
            }
            Extender::Director(most) if body.days > most => Some(ExtensionFlaw::TooLong),
            Extender::BothSides
                if !(agrees(self.sides.applicants) && agrees(self.sides.respondents)) =>
            {
                Some(ExtensionFlaw::Consent)
            }
            Extender::Director(_) | Extender::BothSides => None,
        }
    }
}

/// The word of a kind in keys.
#[must_use]
pub fn word(kind: ClockKind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn earliest<const N: usize>(points: [Option<Point>; N]) -> Option<Point> {
    points.into_iter().flatten().min()
}

/// The tracks a case runs on, each from when.
pub(super) fn tracks(facts: &Facts, registration: &Registration) -> BTreeMap<Track, Point> {
    let mut tracks = BTreeMap::new();
    tracks.insert(registration.track, (registration.at, registration.id));
    let mut added: Vec<(&Known, Track)> =
        each!(facts, TrackAdded).map(|(known, body)| (known, body.track)).collect();
    added.sort_by_key(|(known, _)| known.order());
    for (known, track) in added {
        tracks.entry(track).or_insert_with(|| point(known));
    }
    tracks
}

/// When the case rested: the union of what everybody wrote.
pub(super) fn pauses(facts: &Facts) -> Vec<(Day, Option<Day>)> {
    let mut resumed: Vec<Day> = each!(facts, Resumed).map(|(k, _)| k.fact.at.day).collect();
    resumed.sort_unstable();
    let mut spans: Vec<(Day, Option<Day>)> = each!(facts, Suspended)
        .map(|(known, body)| {
            let from = known.fact.at.day;
            let again = resumed.iter().copied().find(|day| *day >= from);
            let to = [again, body.until].into_iter().flatten().min();
            (from, to.map(|day| day.max(from)))
        })
        .collect();
    spans.sort_unstable();
    let mut union: Vec<(Day, Option<Day>)> = Vec::new();
    for (from, to) in spans {
        match union.last_mut() {
            Some((_, end)) if end.is_none_or(|end| from <= end) => {
                *end = end.zip(to).map(|(a, b)| a.max(b));
            }
            _ => union.push((from, to)),
        }
    }
    union
}

/// The cards that were issued, those of one clock, anchor and unit together; whether one holds is
/// asked of the clocks.
pub(super) fn cards(facts: &Facts, owner: Option<UnitId>) -> Vec<Card> {
    let mut issued: Vec<(&Known, &CardIssued)> = each!(facts, CardIssued).collect();
    issued.sort_by_key(|(known, _)| known.order());
    let mut cards: Vec<Card> = Vec::new();
    for (known, body) in issued {
        let unit = body.unit.or(owner);
        // Without a named day a card is for the day it was issued on.
        let anchor = body.anchor.or(Some(after(known.fact.at.day, -1)));
        let same = cards
            .iter_mut()
            .find(|c| c.clock == body.clock && c.anchor == anchor && c.unit == unit);
        if let Some(card) = same {
            card.issued.push(known.id);
            card.is_delivered |= body.delivered;
            continue;
        }
        cards.push(Card {
            issued: vec![known.id],
            colour: body.colour,
            clock: body.clock,
            anchor,
            at: known.fact.at,
            unit,
            is_delivered: body.delivered,
            withdrawn: None,
            answered: None,
            corrected: None,
        });
    }
    for known in &facts.list {
        let (of, is_answer) = match &known.fact.body {
            Body::CardAnswered(body) => (body.card, true),
            Body::CardCorrected(body) => (body.card, false),
            _ => continue,
        };
        if let Some(card) = cards.iter_mut().find(|c| c.issued.contains(&of)) {
            let slot = if is_answer { &mut card.answered } else { &mut card.corrected };
            slot.get_or_insert(known.id);
        }
    }
    cards
}
