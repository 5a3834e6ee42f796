//! Clocks and cards as the screens read them, at the hour it is.

use domain::case::Case;
use domain::case::card::{self, Bench, CardDue, Elsewhere};
use domain::case::clock::{Clock, Light, row};
use domain::case::performance::reminders;
use domain::fact::body::ClockKind;
use domain::time::{At, Day};

use super::showing::why_view;
use crate::names::Names;
use crate::view::{CardDueView, CardView, ClockView, ExtensionView};

/// What the clocks and cards of a case are shown from.
#[derive(Clone, Copy)]
pub(super) struct Timing<'a> {
    pub(super) case: &'a Case,
    pub(super) bench: Bench<'a>,
    pub(super) elsewhere: &'a [Elsewhere],
    pub(super) names: &'a Names,
    pub(super) now: At,
}

impl Timing<'_> {
    /// The clocks of a case, running ones first, by their end.
    pub(super) fn clocks(self) -> Vec<ClockView> {
        let due = self.due();
        let mut views: Vec<ClockView> =
            self.bench.clocks.iter().map(|clock| self.clock(clock, &due)).collect();
        views.sort_by_key(|v| (v.light == Light::Off, v.end, v.end_minute, v.key.clone()));
        views
    }

    fn clock(self, clock: &Clock, due: &[CardDue]) -> ClockView {
        let running = &clock.running;
        let row = row(running.kind);
        let left = clock.end.signed_duration_since(self.now.day).num_days();
        let light = clock.light(self.now, self.bench.settings);
        let of_this = |card: &&CardDue| card.clock == running.kind && card.anchor == clock.end;
        ClockView {
            kind: running.kind,
            key: running.key.clone(),
            start: running.start,
            unit: row.unit,
            limit: running.limit,
            natural_end: clock.natural_end,
            end: clock.end,
            end_minute: clock.end_minute,
            days_left: i32::try_from(left).unwrap_or(i32::MAX),
            light,
            is_paused: clock.is_paused,
            stopped: running.stop.map(|(at, _)| at),
            is_calendar_known: clock.is_calendar_known,
            extensions: clock
                .extensions
                .iter()
                .map(|e| ExtensionView {
                    id: e.id,
                    days: e.days,
                    is_effective: e.flaw.is_none(),
                    flaw: e.flaw,
                })
                .collect(),
            reminders: self.reminders(clock),
            card_due: due.iter().find(of_this).filter(|_| light == Light::Red).map(|c| c.colour),
            begins: row.begins.to_owned(),
            source: row.source.to_owned(),
            why: why_view(&clock.why),
        }
    }

    /// The days around a promise on which to remind, as long as it is not kept.
    fn reminders(self, clock: &Clock) -> Vec<Day> {
        if clock.running.kind != ClockKind::Performance || clock.running.stop.is_some() {
            return Vec::new();
        }
        reminders(clock.natural_end, self.bench.settings)
    }

    fn due(self) -> Vec<CardDue> {
        if self.case.closure.is_some() {
            return Vec::new();
        }
        card::due(self.case, self.bench, self.elsewhere, self.now)
    }

    /// The cards that are due and that nobody issued.
    pub(super) fn cards_due(self) -> Vec<CardDueView> {
        self.due()
            .into_iter()
            .map(|due| CardDueView {
                colour: due.colour,
                ground: due.ground,
                clock: due.clock,
                anchor: due.anchor,
                unit: due.unit.map(|unit| self.names.unit(unit)),
                follows: due.follows,
                why: why_view(&due.why),
            })
            .collect()
    }

    /// The cards of a case.
    pub(super) fn cards(self) -> Vec<CardView> {
        card::read(self.case, self.bench)
            .into_iter()
            .map(|card| CardView {
                colour: card.colour,
                clock: card.clock,
                anchor: card.anchor,
                at: card.at,
                unit: card.unit.map(|unit| self.names.unit(unit)),
                is_delivered: card.is_delivered,
                is_withdrawn: card.withdrawn.is_some(),
                withdrawn_why: card.withdrawn.as_ref().map(why_view),
                answered: card.answered.map(|(_, id)| id),
                needs_correction: card.needs_correction(),
                corrected: card.corrected,
                follows: card.follows,
                issued: card.issued,
            })
            .collect()
    }
}
