//! Which clocks run on a case: what starts, stops, pauses and extends each, from its facts alone.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::catalogue::Category;
use crate::fact::body::*;
use crate::id::FactId;
use crate::settings::Settings;
use crate::time::{At, Day, Precision};

use super::agreement::Agreement;
use super::clock::{Extender, ExtensionFlaw, Request, Running, row};
use super::confirmation::Confirmation;
use super::duplicate::Duplicates;
use super::ending::Voiding;
use super::known::{Facts, Known, each};
use super::ladder::Ladder;
use super::session::Sides;
use super::sheet::{self, Dispatch};
use super::{Closure, Registration, agreement, coverage, performance, red, will};

/// What clocks are derived from.
pub(super) struct Sources<'a> {
    pub(super) facts: &'a Facts,
    pub(super) registration: &'a Registration,
    pub(super) agreements: &'a [Agreement],
    pub(super) confirmations: &'a [Confirmation],
    pub(super) ladder: &'a Ladder,
    pub(super) closure: Option<&'a Closure>,
    pub(super) voiding: &'a Voiding,
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
        let stopped = self.stopped();
        let over = earliest([agreed, ended, stopped, answered(Track::PeopleMediation)]);
        let labour_over = earliest([agreed, ended, stopped, answered(Track::Labour)]);
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
        let is_labour = self.category.is_some_and(agreement::is_labour);
        if is_labour || tracks.contains_key(&Track::Labour) {
            let from = tracks.get(&Track::Labour).copied().unwrap_or(registered);
            self.push(&mut clocks, ClockKind::LabourMediation, from, labour_over);
        }
        if let Some(from) = tracks.get(&Track::Urgent).copied() {
            self.urgent(&mut clocks, from, accepted, ended);
        }
        self.agreement_clocks(&mut clocks, ended);
        self.danger(&mut clocks);
        // Without a petition to answer, a mediation that was terminated stands still no more.
        let rests = stopped.filter(|_| !tracks.contains_key(&Track::Petition));
        self.stagnation(&mut clocks, accepted.unwrap_or(registered), earliest([ended, rests]));
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
        let void = self.voiding.void.as_ref();
        let void = void.and_then(|_| self.first(each!(self.facts, Voided).map(|(k, _)| k)));
        earliest([self.closure.map(|closure| (closure.at, closure.id)), merged.map(point), void])
    }

    /// When the mediation was terminated, or the case declined, if that stands.
    ///
    /// Source: 人民调解法 (2010) art. 26.
    fn stopped(&self) -> Option<Point> {
        let terminated = each!(self.facts, Terminated).map(|(known, _)| known);
        let declined = each!(self.facts, Declined).map(|(known, _)| known);
        let endings = terminated.chain(declined);
        self.first(endings.filter(|known| will::ending_stands(self.facts, self.ladder, known)))
    }

    /// When agreements that hold had settled every demand.
    fn agreed(&self) -> Option<Point> {
        coverage::settled(self.agreements, self.registration.demands.len())
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
        for agreement in self.agreements.iter().filter(|a| coverage::holds(a)) {
            let Some(day) = agreement.effective else { continue };
            let from = (At::day(day), agreement.id);
            self.confirmation(clocks, agreement);
            self.revisits(clocks, agreement, from, ended);
            for (line, promise) in performance::lines(agreement).zip(&agreement.plan) {
                let done = each!(self.facts, PerformanceNoted).filter(|(_, body)| {
                    let is_line = body.line.is_none() || body.line == Some(line);
                    body.agreement == agreement.id && is_line && body.kept == Kept::Done
                });
                // While "paid" stands against "not paid" the promise is still due.
                let is_done = performance::is_done(self.facts, agreement.id, Some(line));
                let done = self.first(done.map(|(known, _)| known)).filter(|_| is_done);
                self.push(clocks, ClockKind::Performance, from, earliest([done, ended]));
                if let Some(clock) = clocks.last_mut() {
                    clock.key = format!("performance/{}/{line}", agreement.id);
                    clock.agreed_end = Some(promise.due);
                }
            }
        }
    }

    /// The thirty days for the parties, from the earlier of effective days that contradict to the
    /// joint application; and the days of the court that has it.
    fn confirmation(&self, clocks: &mut Vec<Running>, agreement: &Agreement) {
        let own = self.confirmations.iter().find(|c| c.agreement == agreement.id);
        let Some(confirmation) = own else { return };
        let Some((day, why)) = &confirmation.from else { return };
        let from = (At::day(*day), agreement.id);
        self.push(clocks, ClockKind::JudicialConfirmation, from, confirmation.stopped());
        if let Some(clock) = clocks.last_mut() {
            clock.facts.extend(why.facts.iter().copied());
        }
        for filing in &confirmation.filings {
            let ruled = filing.ruled.map(|(at, id, _)| (at, id));
            if let Some(accepted) = filing.accepted {
                self.push(clocks, ClockKind::CourtRuling, accepted, ruled);
            }
        }
    }

    /// The first revisit after effect, and the last once everything is due. The last is another
    /// visit than the first, unless the first was only made then.
    fn revisits(
        &self,
        clocks: &mut Vec<Running>,
        agreement: &Agreement,
        from: Point,
        ended: Option<Point>,
    ) {
        let mut visits: Vec<&Known> = each!(self.facts, Revisited)
            .filter(|(_, body)| body.agreement.is_none_or(|id| id == agreement.id))
            .map(|(known, _)| known)
            .collect();
        visits.sort_by_key(|known| known.order());
        let first = visits.first().copied().map(point);
        self.push(clocks, ClockKind::Revisit, from, earliest([first, ended]));
        let last_due = agreement.plan.iter().map(|line| line.due).max();
        let (start, skipped) = match last_due {
            Some(due) if due > from.0.day => (At::day(due), 0),
            _ => (from.0, 1),
        };
        let mut late = visits.iter().skip(skipped).filter(|known| known.fact.at.day >= start.day);
        let last = late.next().map(|known| point(known));
        self.push(clocks, ClockKind::FinalRevisit, (start, from.1), earliest([last, ended]));
    }

    /// From danger that was noted to the report to the police.
    ///
    /// Source: 反家庭暴力法 art. 14; 未成年人保护法 (2024) art. 11.
    fn danger(&self, clocks: &mut Vec<Running>) {
        let noted = red::raised(self.facts).into_iter().filter_map(|id| self.facts.get(id));
        if let Some(from) = self.first(noted) {
            let reported = self.first(each!(self.facts, ReportedToPolice).map(|(k, _)| k));
            self.push(clocks, ClockKind::DangerReport, from, reported);
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
            if self.settings.has_early_stagnation {
                self.push(clocks, ClockKind::EarlyStagnation, *step, earliest([next, ended]));
            }
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

    /// What was said about a later end. Two who said it in ignorance of each other extend once.
    fn extensions(&self, kind: ClockKind, from: At) -> Vec<Request> {
        let mut requests: Vec<(&Known, &DeadlineExtended)> = each!(self.facts, DeadlineExtended)
            .filter(|(known, body)| body.clock == kind && known.fact.at.day >= from.day)
            .collect();
        requests.sort_by_key(|(known, _)| known.order());
        let mut granted: Vec<&Known> = Vec::new();
        requests
            .iter()
            .map(|(known, body)| {
                let is_blind = |other: &&Known| !known.knows(other) && !other.knows(known);
                let again = granted.iter().any(is_blind).then_some(ExtensionFlaw::Again);
                let flaw = self.flaw(known, body, &requests).or(again);
                if flaw.is_none() {
                    granted.push(known);
                }
                Request { id: known.id, day: known.fact.at.day, days: body.days, flaw }
            })
            .collect()
    }

    fn flaw(
        &self,
        known: &Known,
        body: &DeadlineExtended,
        requests: &[(&Known, &DeadlineExtended)],
    ) -> Option<ExtensionFlaw> {
        // One side may say so here and the other there: the extension is whole with the later.
        let by_then = requests.iter().filter(|(other, said)| {
            said.days == body.days && !known.span().is_before(&other.span())
        });
        let consents: Vec<FactId> = by_then.flat_map(|(_, said)| &said.consents).copied().collect();
        let agrees = |side: &[FactId]| side.iter().any(|party| consents.contains(party));
        match row(body.clock).extender {
            Extender::Nobody => Some(ExtensionFlaw::Role),
            Extender::Director(_) if !crate::rights::Right::DeadlineApprove.admits(known.role) => {
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
