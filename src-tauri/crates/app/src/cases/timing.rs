//! Clocks and cards as the screens read them, at the hour it is.

use domain::calendar::{Calendar, after};
use domain::case::Case;
use domain::case::clock::{self, Clock, Light, row};
use domain::fact::body::{CardColour, ClockKind};
use domain::settings::Settings;
use domain::time::{At, Day};

use super::showing::why_view;
use crate::names::Names;
use crate::view::{CardView, ClockView, ExtensionView};

/// The clocks of a case, running ones first, by their end.
pub(super) fn clocks(case: &Case, calendar: &Calendar, now: At) -> Vec<ClockView> {
    let read = clock::read(case, calendar);
    let mut views: Vec<ClockView> =
        read.iter().map(|clock| view(case, clock, now, &case.settings)).collect();
    views.sort_by_key(|v| (v.light == Light::Off, v.end, v.end_minute, v.key.clone()));
    views
}

fn view(case: &Case, clock: &Clock, now: At, settings: &Settings) -> ClockView {
    let running = &clock.running;
    let row = row(running.kind);
    let left = clock.end.signed_duration_since(now.day).num_days();
    let light = clock.light(now, settings);
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
        reminders: reminders(clock, settings),
        card_due: (light == Light::Red).then(|| card_due(case, clock)).flatten(),
        begins: row.begins.to_owned(),
        source: row.source.to_owned(),
        why: why_view(&clock.why),
    }
}

/// The days around a promise on which to remind, as long as it is not kept.
fn reminders(clock: &Clock, settings: &Settings) -> Vec<Day> {
    if clock.running.kind != ClockKind::Performance || clock.running.stop.is_some() {
        return Vec::new();
    }
    settings.reminder_days.iter().map(|days| after(clock.natural_end, i64::from(*days))).collect()
}

/// The card for a clock that is over, unless one was issued since.
fn card_due(case: &Case, clock: &Clock) -> Option<CardColour> {
    let kind = clock.running.kind;
    if kind == ClockKind::SheetObjection {
        // A right lapses; nobody is late.
        return None;
    }
    let is_issued = case.cards.iter().any(|c| c.clock == kind && c.at.day > clock.end);
    (!is_issued).then_some(row(kind).card)
}

/// The cards of a case.
pub(super) fn cards(case: &Case, calendar: &Calendar, names: &Names) -> Vec<CardView> {
    let read = clock::read(case, calendar);
    clock::cards(case, &read)
        .into_iter()
        .map(|card| CardView {
            colour: card.colour,
            clock: card.clock,
            anchor: card.anchor,
            at: card.at,
            unit: card.unit.map(|unit| names.unit(unit)),
            is_delivered: card.is_delivered,
            is_withdrawn: card.withdrawn.is_some(),
            withdrawn_why: card.withdrawn.as_ref().map(why_view),
            answered: card.answered,
            needs_correction: card.needs_correction(),
            corrected: card.corrected,
            issued: card.issued,
        })
        .collect()
}
