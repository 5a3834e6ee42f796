//! What a case and a period contribute to lists of single things: deadlines, cards, sheets, what is
//! counted.

use domain::case::Case;
use domain::case::card::Bench;
use domain::case::clock::Clock;
use domain::case::sheet::{Sheet, SheetStatus};
use domain::fact::body::ClockKind;
use domain::id::RecordId;
use domain::{case, period};
use store::cards::CardRow;
use store::cases::DueRow;
use store::township::{ItemRow, PeriodRow, SheetRow};

use super::{FREEZE, ZERO, word};
use crate::letters::letters;

/// When the clocks that run end. Promises stand among the dues already, and the right to object
/// lapses without anybody being late.
pub(super) fn deadlines(record: RecordId, case: &Case, clocks: &[Clock]) -> Vec<DueRow> {
    let Some(owner) = case.owner() else { return Vec::new() };
    let is_elsewhere = |kind| matches!(kind, ClockKind::Performance | ClockKind::SheetObjection);
    let runs = |c: &&Clock| {
        let is_running = c.running.stop.is_none() && !c.is_paused && case.closure.is_none();
        is_running && !is_elsewhere(c.running.kind)
    };
    clocks
        .iter()
        .filter(runs)
        .map(|clock| DueRow {
            record,
            kind: word(&clock.running.kind),
            day: clock.end.format("%Y-%m-%d").to_string(),
            unit: clock.running.unit.unwrap_or(owner.unit),
            agreement: String::new(),
            line: 0,
            what: String::new(),
            amount_fen: None,
        })
        .collect()
}

/// The supervision cards of a case; those that were withdrawn stand there and do not count.
pub(super) fn card_rows(record: RecordId, case: &Case, bench: Bench<'_>) -> Vec<CardRow> {
    case::card::read(case, bench)
        .iter()
        .filter_map(|card| {
            Some(CardRow {
                record,
                id: card.issued.first()?.to_string(),
                unit: card.unit?,
                colour: word(&card.colour),
                day: card.at.day.format("%Y-%m-%d").to_string(),
                is_withdrawn: !card.holds(),
            })
        })
        .collect()
}

/// The sheets with whose turn it is: the addressee's until it has answered, then the sender's
/// until it is decided or closed.
pub(super) fn sheet_rows(record: RecordId, case: &Case, clocks: &[Clock]) -> Vec<SheetRow> {
    let is_over = case.closure.is_some() || case.items.is_empty();
    let row = |sheet: &Sheet| {
        let turn = match sheet.status {
            SheetStatus::Issued | SheetStatus::SignedIn => Some(sheet.body.to),
            SheetStatus::Objected | SheetStatus::Replied => Some(sheet.from),
            SheetStatus::Returned
            | SheetStatus::Closed
            | SheetStatus::RepliedAndClosed
            | SheetStatus::Reassigned => None,
        };
        let key = case::sheet::answer_key(sheet);
        let end = clocks.iter().find(|clock| clock.running.key == key).map(|clock| clock.end);
        SheetRow {
            record,
            fact: sheet.id.to_string(),
            kind: word(&sheet.body.sheet),
            number: sheet.body.number.clone(),
            sender: sheet.from,
            addressee: sheet.body.to,
            part: word(&sheet.body.part),
            day: end.map(|day| day.format("%Y-%m-%d").to_string()).unwrap_or_default(),
            status: word(&sheet.status),
            turn: turn.filter(|_| !is_over),
        }
    };
    case.dispatch.sheets.iter().map(row).collect()
}

pub(super) fn item_rows(case: &Case) -> Vec<ItemRow> {
    let row = |day: domain::time::Day| ItemRow {
        fact: String::new(),
        day: day.format("%Y-%m-%d").to_string(),
        form: String::new(),
        act: String::new(),
        amount_fen: 0,
    };
    let items = case.items.iter().map(|item| match item.agreement {
        None => row(item.day),
        Some((id, form, amount)) => ItemRow {
            fact: id.to_string(),
            form: word(&form),
            amount_fen: amount.0,
            ..row(item.day)
        },
    });
    let acts = case.acts.iter().map(|(day, act)| ItemRow { act: word(act), ..row(*day) });
    items.chain(acts).collect()
}

pub(super) fn period_rows(said: &period::Said) -> Vec<PeriodRow> {
    let freeze = said.freeze.iter().map(|freeze| PeriodRow {
        record: freeze.record,
        kind: FREEZE.to_owned(),
        period: freeze.body.period.to_string(),
        unit: freeze.unit,
        fact: freeze.id.to_string(),
        author: freeze.by,
        at: freeze.at.to_string(),
    });
    let zeros = said.zeros.iter().map(|zero| PeriodRow {
        record: zero.record,
        kind: ZERO.to_owned(),
        period: zero.period.to_string(),
        unit: zero.unit,
        fact: zero.id.to_string(),
        author: zero.by,
        at: zero.at.to_string(),
    });
    freeze.chain(zeros).collect()
}

/// The words in letters by which a person is found: name and address in pinyin, each after a blank.
pub(super) fn person_letters(name: &str, address: &str) -> String {
    let mut words = letters(name);
    words.extend(letters(address));
    words.sort_unstable();
    words.dedup();
    words.iter().map(|word| format!(" {word}")).collect()
}

/// The words in letters by which a case is found: names and the place in pinyin, its numbers without
/// what stands between their digits and letters, and the ends of identity numbers. Of minors there
/// is nothing.
pub(super) fn search_letters(row: &store::cases::CaseRow, case: &Case) -> String {
    let mut words = letters(&row.place);
    for party in case.parties.iter().filter(|party| !party.is_minor) {
        words.extend(letters(&party.details.name));
        let id = party.details.id_number.as_deref().unwrap_or_default();
        let last = |count: usize| id.get(id.len().checked_sub(count)?..);
        words.extend([4, 6].into_iter().filter_map(last).filter_map(store::search::id_word));
    }
    let numbers = std::iter::once(&row.number).chain(&case.numbers.formal);
    for number in numbers.chain(&case.numbers.former) {
        let joined: String = number.chars().filter(char::is_ascii_alphanumeric).collect();
        words.push(joined.to_lowercase());
    }
    words.retain(|word| word.len() > 1);
    words.sort_unstable();
    words.dedup();
    words.join(" ")
}
