//! Keeping an agreement: what was promised by when, what was done, and what is still due.
//!
//! Source: 人民调解法 (2010) art. 31: the committee supervises and urges performance.

use crate::calendar::after;
use crate::fact::Body;
use crate::fact::body::{Choice, Kept};
use crate::id::{FactId, UnitId};
use crate::merge;
use crate::money::Fen;
use crate::rules::{RuleId, Why};
use crate::settings::Settings;
use crate::time::Day;

use super::agreement::{Agreement, Standing};
use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::known::{Facts, Known, each};

/// A promise that is still open. While two agreements contradict, the lines of both are due: the
/// parties' rights are read widely until somebody decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The agreement.
    pub agreement: FactId,
    /// The line of its plan, from 0.
    pub line: u16,
    /// The last day.
    pub day: Day,
    /// What is to be done.
    pub what: String,
    /// What is to be paid.
    pub amount: Option<Fen>,
    /// The unit that sees to it.
    pub unit: UnitId,
}

/// How far a line of a plan was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its place in the plan, from 0.
    pub line: u16,
    /// The last word on it.
    pub kept: Option<Kept>,
    /// What was paid on it, each payment once.
    pub paid: Fen,
    /// Whether that is more than was due.
    pub is_overpaid: bool,
}

/// The days around the due day of a promise on which to remind.
#[must_use]
pub fn reminders(due: Day, settings: &Settings) -> Vec<Day> {
    settings.reminder_days.iter().map(|days| after(due, i64::from(*days))).collect()
}

/// The lines of an agreement's plan.
pub(super) fn lines(agreement: &Agreement) -> std::ops::Range<u16> {
    0..u16::try_from(agreement.plan.len()).unwrap_or(u16::MAX)
}

/// What was said about an agreement, or one line of it, and nothing later answers: of two notes by
/// people who knew of each other the one of the later day is the last word, whoever typed first.
/// That the whole is kept, or is not, is said of each of its lines.
fn last_words(facts: &Facts, agreement: FactId, line: Option<u16>) -> Vec<(&Known, Kept)> {
    let said: Vec<(&Known, Kept)> = each!(facts, PerformanceNoted)
        .filter(|(_, body)| {
            let is_of_all = body.line.is_none() && body.kept != Kept::Partly;
            body.agreement == agreement && (body.line == line || is_of_all)
        })
        .map(|(known, body)| (known, body.kept))
        .collect();
    let answers = |later: &(&Known, Kept), earlier: &(&Known, Kept)| {
        let is_related = later.0.knows(earlier.0) || earlier.0.knows(later.0);
        is_related && later.0.follows(earlier.0)
    };
    merge::heads(&said, answers).into_iter().copied().collect()
}

/// What a person decided among last words that differ.
fn decided<'a>(
    facts: &'a Facts,
    key: &str,
    words: &[(&Known, Kept)],
) -> Option<(&'a Known, Option<Kept>)> {
    let known: Vec<&Known> = words.iter().map(|(known, _)| *known).collect();
    let (by, choice) = facts.decision(key, Seat::Owner, &known)?;
    let chosen = words.iter().find(|(known, _)| *choice == Choice::Fact(known.id));
    Some((by, chosen.map(|(_, kept)| *kept)))
}

/// Whether last words say different things.
fn differ(words: &[(&Known, Kept)]) -> bool {
    let mut kept = words.iter().map(|(_, kept)| *kept);
    let first = kept.next();
    kept.any(|other| Some(other) != first)
}

/// The last word on an agreement, or on one line of it: where two differ what was decided, else
/// the one of the later day.
pub(super) fn kept(facts: &Facts, agreement: FactId, line: Option<u16>) -> Option<Kept> {
    let words = last_words(facts, agreement, line);
    let shown = words.iter().max_by_key(|(known, _)| known.order()).map(|(_, kept)| *kept);
    if !differ(&words) {
        return shown;
    }
    decided(facts, &asked(agreement, line, &words), &words).and_then(|(_, chosen)| chosen).or(shown)
}

/// How far an agreement is kept: the last word on each line of its plan, or on the whole where
/// there is no plan.
pub(super) fn standing(facts: &Facts, agreement: &Agreement) -> Option<Kept> {
    let whole = kept(facts, agreement.id, None);
    let lines: Vec<Option<Kept>> =
        lines(agreement).map(|line| kept(facts, agreement.id, Some(line))).collect();
    if lines.is_empty() {
        whole
    } else if lines.contains(&Some(Kept::NotDone)) {
        Some(Kept::NotDone)
    } else if lines.iter().all(|k| *k == Some(Kept::Done)) {
        Some(Kept::Done)
    } else {
        let is_begun = lines.iter().any(Option::is_some) || whole.is_some();
        is_begun.then_some(Kept::Partly)
    }
}

/// Notes of performance under an agreement that another replaced, where neither author knew of
/// the other (变更协议 and a payment at the same time): noted, and to be checked.
pub(super) fn on_replaced<'a>(facts: &'a Facts, agreements: &[Agreement]) -> Vec<&'a Known> {
    let mut notes = Vec::new();
    for agreement in agreements {
        let Some(new) = agreement.replaced_by.and_then(|id| facts.get(id)) else { continue };
        notes.extend(
            each!(facts, PerformanceNoted)
                .filter(|(_, body)| body.agreement == agreement.id)
                .map(|(known, _)| known)
                .filter(|known| !known.knows(new) && !new.knows(known)),
        );
    }
    notes.sort_by_key(|known| known.order());
    notes
}

/// What was said, in ignorance of each other, about one line: "paid" here and "not paid" there.
/// The later business date is shown, and reminders go on until somebody decides.
pub(super) fn contradictions(facts: &Facts, agreements: &[Agreement]) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    for agreement in agreements {
        let all = std::iter::once(None).chain(lines(agreement).map(Some));
        for line in all {
            let words = last_words(facts, agreement.id, line);
            // What is said of the whole twice is asked about once.
            let key = key(agreement.id, line);
            if !differ(&words) || asked(agreement.id, line, &words) != key {
                continue;
            }
            let sides: Vec<&Known> = words.iter().map(|(known, _)| *known).collect();
            let decided = decided(facts, &key, &words);
            conflicts.push(
                Conflict::between(
                    ConflictKind::Performance,
                    key,
                    Why::new(RuleId::PerformanceAsk, sides.iter().map(|known| known.id)),
                    Seat::Owner,
                    sides.iter().map(|known| Side::of_fact(known)).collect(),
                )
                .settled_by(decided.map(|(known, _)| known)),
            );
        }
    }
    conflicts
}

/// The key under which last words on a line are asked about: the whole's where all of them speak of
/// the whole.
fn asked(agreement: FactId, line: Option<u16>, words: &[(&Known, Kept)]) -> String {
    let names_it = words.iter().any(
        |(known, _)| matches!(&known.fact.body, Body::PerformanceNoted(body) if body.line == line),
    );
    key(agreement, line.filter(|_| names_it))
}

fn key(agreement: FactId, line: Option<u16>) -> String {
    let line = line.map_or_else(|| "all".to_owned(), |line| line.to_string());
    format!("performance/{agreement}/{line}")
}

/// Whether a line was kept beyond doubt: nobody says otherwise, or somebody decided.
pub(super) fn is_done(facts: &Facts, agreement: FactId, line: Option<u16>) -> bool {
    let words = last_words(facts, agreement, line);
    let kept = if differ(&words) {
        decided(facts, &asked(agreement, line, &words), &words).and_then(|(_, chosen)| chosen)
    } else {
        words.first().map(|(_, kept)| *kept)
    };
    kept == Some(Kept::Done)
}

/// What is still due of the agreements that hold, earliest first.
pub(super) fn dues(facts: &Facts, agreements: &[Agreement], owner: Option<UnitId>) -> Vec<Due> {
    let mut dues = Vec::new();
    let Some(unit) = owner else { return dues };
    for agreement in agreements {
        let holds = matches!(agreement.standing, Standing::Current | Standing::Contested);
        if !holds {
            continue;
        }
        for (line, promise) in lines(agreement).zip(&agreement.plan) {
            if !is_done(facts, agreement.id, Some(line)) {
                dues.push(Due {
                    agreement: agreement.id,
                    line,
                    day: promise.due,
                    what: promise.what.clone(),
                    amount: promise.amount_fen,
                    unit,
                });
            }
        }
    }
    dues.sort_by_key(|due| (due.day, due.agreement, due.line));
    dues
}

#[cfg(test)]
mod tests {
    use super::super::agreement::Standing;
    use super::super::world::{begun, day};
    use super::*;
    use crate::fact::Body;
    use crate::fact::body::{Acknowledged, AgreementReached, Decided, PerformanceNoted, PlanLine};

    #[test]
    fn a_promise_is_reminded_of_before_and_after() {
        let days: Vec<String> = reminders(day("2026-06-30"), &Settings::default())
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(days, ["2026-06-23", "2026-06-29", "2026-07-01", "2026-07-07"]);
    }

    #[test]
    fn what_was_paid_beside_a_change_is_kept_and_checked() {
        let mut b = begun();
        let village = b.village;
        let promise = |text: &str, due: &str, replaces| {
            let line = PlanLine { due: day(due), what: "付款".into(), amount_fen: None };
            let body = AgreementReached { plan: vec![line], replaces, ..b.agreed_on(text) };
            Body::AgreementReached(body)
        };
        let (body, other) = (promise("甲", "2026-06-30", None), promise("乙", "2026-09-30", None));
        let first = b.agree_to(village, "2026-03-05", body);
        b.merged();
        let office = b.world.desk(2, crate::role::Role::R6);
        b.world.meet(village, office);
        let Body::AgreementReached(changed) = other else { return };
        let changed = AgreementReached { replaces: Some(first), ..changed };
        let second = b.agree_to(village, "2026-04-01", Body::AgreementReached(changed));
        let noted = PerformanceNoted {
            agreement: first,
            line: Some(0),
            kept: Kept::Partly,
            amount_fen: Some(Fen(500_000)),
            note: String::new(),
        };
        let paid = b.world.write(b.township, "2026-04-01", Body::PerformanceNoted(noted));
        b.merged();
        b.world.meet(b.township, office);
        let open = b.world.case(office).conflicts.into_iter().find(Conflict::is_open);
        let decided = Decided {
            conflict: open.expect("the office confirms").key,
            choice: Choice::Fact(second),
            over: vec![],
            reason: "双方签了变更协议".into(),
        };
        b.world.write(office, "2026-04-03", Body::Decided(decided));
        b.world.meet(b.township, office);
        let case = b.merged();
        let (old, new) = (&case.agreements[0], &case.agreements[1]);
        assert_eq!((old.standing, old.replaced_by), (Standing::Replaced, Some(second)));
        assert_eq!((old.version, new.version), (1, 2));
        assert_eq!(old.paid, Fen(500_000), "and what was paid under it stays");
        assert_eq!(case.dues.len(), 1, "reminders follow the change");
        let notice = case.notices.iter().find(|n| n.about == [paid]).expect("to be checked");
        assert_eq!(notice.why.rule, RuleId::PaidBesideChange);
        let read = Body::Acknowledged(Acknowledged { notice: notice.key.clone() });
        b.world.write(village, "2026-04-05", read);
        let case = b.merged();
        let notice = case.notices.iter().find(|n| n.about == [paid]);
        assert!(notice.is_some_and(|n| n.acknowledged.is_some()));
    }

    #[test]
    fn the_later_day_is_the_last_word_whoever_typed_first() {
        // What was noted first, what with its knowledge, and which is the last word.
        let rows = [
            (("2026-06-30", Kept::Done), ("2026-06-15", Kept::Partly), Kept::Done),
            (("2026-06-15", Kept::Partly), ("2026-06-30", Kept::Done), Kept::Done),
            (("2026-06-30", Kept::NotDone), ("2026-06-30", Kept::Done), Kept::Done),
        ];
        for ((at, kept), (then, other), want) in rows {
            let mut b = begun();
            let village = b.village;
            b.world.today(village, "2026-07-01");
            let agreement = b.agree(village, "2026-03-05", "甲", None);
            let noted = |kept| {
                let note = String::new();
                let (line, amount_fen) = (None, None);
                Body::PerformanceNoted(PerformanceNoted { agreement, line, kept, amount_fen, note })
            };
            b.world.write(village, at, noted(kept));
            b.merged();
            b.world.write(b.township, then, noted(other));
            let case = b.merged();
            assert!(!case.has_open_conflict(), "each knew of the other");
            let done = case.state == super::super::stage::State::Performed;
            assert_eq!(done, want == Kept::Done, "{at} {then}");
        }
    }

    #[test]
    fn the_whole_is_paid_here_and_a_line_is_not_there() {
        let mut b = begun();
        let village = b.village;
        let line = |due: &str| PlanLine { due: day(due), what: "付款".into(), amount_fen: None };
        let plan = vec![line("2026-03-31"), line("2026-04-30")];
        let body = AgreementReached { plan, ..b.agreed_on("分两期") };
        let agreement = b.agree_to(village, "2026-03-05", Body::AgreementReached(body));
        b.merged();
        let noted = |line, kept| {
            let (amount_fen, note) = (None, String::new());
            Body::PerformanceNoted(PerformanceNoted { agreement, line, kept, amount_fen, note })
        };
        b.world.write(village, "2026-05-01", noted(None, Kept::Done));
        b.world.write(b.township, "2026-05-02", noted(Some(1), Kept::NotDone));
        let case = b.merged();
        assert_eq!(case.conflicts.iter().filter(|c| c.is_open()).count(), 1);
        assert_eq!(case.dues.iter().map(|due| due.line).collect::<Vec<_>>(), [1]);
        b.world.write(village, "2026-05-05", noted(Some(1), Kept::Done));
        let case = b.merged();
        assert!(case.dues.is_empty() && !case.has_open_conflict(), "and then it was paid");
    }
}
