//! What was paid: each payment once, however often it was noted, and never more than was due
//! without somebody being told.
//!
//! Source: 人民调解法 (2010) art. 31.

use crate::fact::body::{Choice, PerformanceNoted};
use crate::id::FactId;
use crate::money::Fen;
use crate::rules::{RuleId, Why};
use crate::time::Day;

use super::agreement::Agreement;
use super::assess::Derived;
use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::known::{Facts, Known, each};
use super::performance;

/// A payment, with every note of it.
struct Payment {
    notes: Vec<FactId>,
    line: Option<u16>,
    amount: Fen,
}

/// A note of a payment.
type Note<'a> = (&'a Known, &'a PerformanceNoted, Fen);

/// What the notes of payments come to.
#[derive(Debug, Default)]
pub(super) struct Paid {
    /// Agreements of which more was paid than was due.
    pub(super) overpaid: Vec<Derived<FactId>>,
    /// Notes that look like one payment.
    pub(super) conflicts: Vec<Conflict>,
}

/// Adds up what was paid on each agreement and each line of its plan. Two notes of the same line,
/// day and amount count once until somebody says that they are two payments.
pub(super) fn fold(facts: &Facts, agreements: &mut [Agreement]) -> Paid {
    let mut paid = Paid::default();
    for agreement in agreements {
        let (payments, conflicts) = payments(facts, agreement.id);
        paid.conflicts.extend(conflicts);
        let sum = |of: &dyn Fn(&&Payment) -> bool| {
            let amounts = payments.iter().filter(of).map(|payment| payment.amount);
            amounts.fold(Fen::default(), Fen::saturating_add)
        };
        agreement.lines = performance::lines(agreement)
            .zip(&agreement.plan)
            .map(|(line, promise)| {
                let paid = sum(&|payment| payment.line == Some(line));
                performance::Line {
                    line,
                    kept: performance::kept(facts, agreement.id, Some(line)),
                    paid,
                    is_overpaid: promise.amount_fen.is_some_and(|due| paid > due),
                }
            })
            .collect();
        agreement.paid = sum(&|_| true);
        let is_over = agreement.amount.is_some_and(|whole| agreement.paid > whole);
        if is_over || agreement.lines.iter().any(|line| line.is_overpaid) {
            let notes = payments.iter().flat_map(|payment| payment.notes.iter().copied());
            let why = Why::new(RuleId::Overpaid, notes.chain([agreement.id]));
            paid.overpaid.push(Derived { value: agreement.id, why });
        }
    }
    paid
}

/// The payments of an agreement, and what a person must say about their notes.
fn payments(facts: &Facts, agreement: FactId) -> (Vec<Payment>, Vec<Conflict>) {
    let mut notes: Vec<Note<'_>> = each!(facts, PerformanceNoted)
        .filter(|(_, body)| body.agreement == agreement)
        .filter_map(|(known, body)| Some((known, body, body.amount_fen?)))
        .filter(|(_, _, amount)| *amount > Fen::default())
        .collect();
    notes.sort_by_key(|(known, ..)| known.order());
    let mut conflicts = Vec::new();
    let mut payments: Vec<Payment> = Vec::new();
    for (at, note) in notes.iter().enumerate() {
        let alike: Vec<&Note<'_>> =
            notes.iter().take(at).filter(|other| looks_like_one(other, note)).collect();
        let mut same: Option<FactId> = None;
        for other in alike {
            let (conflict, is_one) = compare(facts, other.0, note.0);
            conflicts.push(conflict);
            if is_one {
                same = same.or(Some(other.0.id));
            }
        }
        let known = same.and_then(|id| payments.iter_mut().find(|p| p.notes.contains(&id)));
        match known {
            Some(payment) => payment.notes.push(note.0.id),
            None => {
                payments.push(Payment { notes: vec![note.0.id], line: note.1.line, amount: note.2 })
            }
        }
    }
    (payments, conflicts)
}

/// Whether two notes look like one payment: the same line, day and amount.
fn looks_like_one(a: &Note<'_>, b: &Note<'_>) -> bool {
    let day = |note: &Note<'_>| -> Day { note.0.fact.at.day };
    a.1.line == b.1.line && day(a) == day(b) && a.2 == b.2
}

/// The question whether two notes are one payment, and whether they count as one.
fn compare(facts: &Facts, a: &Known, b: &Known) -> (Conflict, bool) {
    let (low, high) = if a.id < b.id { (a, b) } else { (b, a) };
    let key = format!("payment/{}/{}", low.id, high.id);
    let decided = facts.decision(&key, Seat::Owner, &[a, b]);
    let is_apart = decided.is_some_and(|(_, choice)| *choice == Choice::Way("apart".into()));
    let conflict = Conflict::between(
        ConflictKind::SamePayment,
        key,
        Why::new(RuleId::PaymentOnce, [a.id, b.id]),
        Seat::Owner,
        vec![Side::of_fact(a), Side::of_fact(b)],
    )
    .with_ways(&["one", "apart"])
    .settled_by(decided.map(|(known, _)| known));
    (conflict, !is_apart)
}

#[cfg(test)]
mod tests {
    use super::super::stage::Mark;
    use super::super::world::{Begun, Desk, begun, day};
    use super::*;
    use crate::fact::Body;
    use crate::fact::body::{AgreementReached, Decided, Kept, PlanLine};

    fn noted(agreement: FactId, amount: i64) -> Body {
        Body::PerformanceNoted(PerformanceNoted {
            agreement,
            line: Some(0),
            kept: Kept::Partly,
            amount_fen: Some(Fen(amount)),
            note: String::new(),
        })
    }

    /// An agreement of 18000 yuan in one line.
    fn promised() -> (Begun, FactId, Desk, Desk) {
        let mut b = begun();
        let Body::AgreementReached(body) = b.agreement("六月底前付清", None) else {
            unreachable!("an agreement")
        };
        let line = PlanLine {
            due: day("2026-06-30"),
            what: "付款".into(),
            amount_fen: Some(Fen(1_800_000)),
        };
        let body = AgreementReached { plan: vec![line], ..body };
        let agreement = b.agree_to(b.village, "2026-03-05", Body::AgreementReached(body));
        b.merged();
        let (village, township) = (b.village, b.township);
        (b, agreement, village, township)
    }

    #[test]
    fn the_same_payment_noted_twice_counts_once_until_somebody_says_otherwise() {
        for (way, paid) in [("one", 1_000_000), ("apart", 2_000_000)] {
            let (mut b, agreement, village, township) = promised();
            b.world.write(village, "2026-06-29", noted(agreement, 1_000_000));
            b.world.write(township, "2026-06-29T15:00", noted(agreement, 1_000_000));
            let case = b.merged();
            assert_eq!(case.agreements[0].paid, Fen(1_000_000), "once meanwhile");
            assert_eq!(case.agreements[0].lines[0].paid, Fen(1_000_000));
            assert_eq!(case.dues.len(), 1, "the earlier due stays");
            let open = case.conflicts.iter().find(|c| c.is_open()).expect("asked");
            assert_eq!((open.kind, open.ways), (ConflictKind::SamePayment, &["one", "apart"][..]));
            let decided = Decided {
                conflict: open.key.clone(),
                choice: Choice::Way(way.into()),
                over: vec![],
                reason: "看过收条".into(),
            };
            b.world.write(village, "2026-07-01", Body::Decided(decided));
            let case = b.merged();
            assert_eq!(case.agreements[0].paid, Fen(paid), "{way}");
            assert!(!case.has_open_conflict());
            let is_over = case.marks.iter().any(|m| m.value == Mark::Overpaid);
            assert_eq!(is_over, way == "apart", "two payments are more than was due");
        }
    }

    #[test]
    fn another_day_or_amount_is_another_payment() {
        let (mut b, agreement, village, township) = promised();
        b.world.write(village, "2026-06-28", noted(agreement, 600_000));
        b.world.write(township, "2026-06-29", noted(agreement, 600_000));
        b.world.write(township, "2026-06-29", noted(agreement, 600_001));
        let case = b.merged();
        assert!(!case.has_open_conflict());
        assert_eq!(case.agreements[0].paid, Fen(1_800_001));
    }

    #[test]
    fn more_than_was_due_is_marked() {
        let (mut b, agreement, village, _) = promised();
        b.world.write(village, "2026-06-28", noted(agreement, 1_800_000));
        assert!(!b.merged().marks.iter().any(|m| m.value == Mark::Overpaid));
        let more = b.world.write(village, "2026-06-29", noted(agreement, 1));
        let case = b.merged();
        let mark = case.marks.iter().find(|m| m.value == Mark::Overpaid).expect("marked");
        assert!(mark.why.facts.contains(&more) && case.agreements[0].lines[0].is_overpaid);
    }

    #[test]
    fn more_than_the_whole_or_than_one_line_is_too_much() {
        // The amounts of the lines, what was paid on which line, whether it is too much.
        type Row = (&'static str, &'static [i64], &'static [(Option<u16>, i64)], bool);
        let rows: [Row; 5] = [
            ("the whole exactly", &[], &[(None, 1_800_000)], false),
            ("more than the whole", &[], &[(None, 1_800_001)], true),
            ("a line exactly", &[600_000, 1_200_000], &[(Some(0), 600_000)], false),
            ("more than a line", &[600_000, 1_200_000], &[(Some(0), 600_001)], true),
            ("nothing", &[600_000, 1_200_000], &[], false),
        ];
        for (name, lines, paid, want) in rows {
            let mut b = begun();
            let line = |amount: &i64| PlanLine {
                due: day("2026-06-30"),
                what: "付款".into(),
                amount_fen: Some(Fen(*amount)),
            };
            let plan = lines.iter().map(line).collect();
            let body = AgreementReached { plan, ..b.agreed_on("付清") };
            let agreement = b.agree_to(b.village, "2026-03-05", Body::AgreementReached(body));
            for (line, amount) in paid {
                let Body::PerformanceNoted(body) = noted(agreement, *amount) else {
                    unreachable!()
                };
                let body = PerformanceNoted { line: *line, ..body };
                b.world.write(b.village, "2026-06-01", Body::PerformanceNoted(body));
            }
            let is_over = b.merged().marks.iter().any(|m| m.value == Mark::Overpaid);
            assert_eq!(is_over, want, "{name}");
        }
    }

    #[test]
    fn a_note_of_nothing_is_no_payment() {
        let (mut b, agreement, village, township) = promised();
        for desk in [village, township] {
            b.world.write(desk, "2026-06-29", noted(agreement, 0));
        }
        assert!(b.merged().conflicts.iter().all(|c| c.kind != ConflictKind::SamePayment));
    }

    #[test]
    fn the_question_names_the_notes_in_one_order() {
        for (here, there) in
            [("2026-06-29", "2026-06-29T15:00"), ("2026-06-29T15:00", "2026-06-29")]
        {
            let (mut b, agreement, village, township) = promised();
            let first = b.world.write(village, here, noted(agreement, 1_000_000));
            let second = b.world.write(township, there, noted(agreement, 1_000_000));
            let case = b.merged();
            let open = case.conflicts.iter().find(|c| c.is_open()).expect("asked");
            assert_eq!(open.key, format!("payment/{first}/{second}"), "{here}");
        }
    }
}
