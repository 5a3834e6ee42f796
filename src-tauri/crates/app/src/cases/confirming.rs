//! A court's confirmation of an agreement as the screens read it.

use domain::case::Case;
use domain::case::agreement::Agreement;
use domain::case::clock::Clock;
use domain::case::confirmation::{Confirmation, ConfirmationStage, Filing};
use domain::fact::body::ClockKind;
use domain::rules::{RuleId, Why};
use domain::time::Day;

use super::showing::why_view;
use crate::view::{ConfirmationView, FilingView, TouchedView};

/// Whether an agreement may be taken to the court, and how far that got.
pub(super) fn view(case: &Case, agreement: &Agreement, clocks: &[Clock]) -> ConfirmationView {
    let why = Why::new(RuleId::JudicialConfirmation, agreement.bound_up_with(case));
    let found = case.confirmations.iter().find(|c| c.agreement == agreement.id);
    let last_day = last_day(agreement, clocks);
    ConfirmationView {
        bar: agreement.confirmation_bar(),
        why: why_view(&why),
        stage: found.map_or(ConfirmationStage::Open, |c| c.stage),
        missing: found.map(|c| c.missing.clone()).unwrap_or_default(),
        warnings: found.map(warnings).unwrap_or_default(),
        filings: found
            .map(|c| c.filings.iter().map(|filing| filed(filing, last_day)).collect())
            .unwrap_or_default(),
    }
}

/// The last of the thirty days in law.
fn last_day(agreement: &Agreement, clocks: &[Clock]) -> Option<Day> {
    let own = |clock: &&Clock| {
        clock.running.kind == ClockKind::JudicialConfirmation
            && clock.running.facts.contains(&agreement.id)
    };
    clocks.iter().filter(own).map(|clock| clock.end).min()
}

fn warnings(confirmation: &Confirmation) -> Vec<TouchedView> {
    let view = |w: &domain::case::assess::Derived<_>| TouchedView {
        touched: w.value,
        why: why_view(&w.why),
    };
    confirmation.warnings.iter().map(view).collect()
}

fn filed(filing: &Filing, last_day: Option<Day>) -> FilingView {
    FilingView {
        notes: filing.notes.clone(),
        at: filing.at,
        court: filing.court.clone(),
        choice: filing.choice,
        applicants: filing.applicants.clone(),
        is_joint: filing.is_joint,
        is_late: last_day.is_some_and(|day| filing.at.day > day),
        accepted: filing.accepted.map(|(at, _)| at),
        number: filing.number.clone(),
        result: filing.ruled.map(|(_, _, result)| result),
        ruled: filing.ruled.map(|(at, ..)| at),
        ruling_number: filing.ruling_number.clone(),
        has_it: filing.has_it,
    }
}
