//! The numbers of a case: the provisional one it began with, the formal one that holds, and those
//! it once had. No paper that bears an earlier number loses its meaning.

use std::collections::BTreeMap;

use crate::fact::body::AgreementForm;
use crate::id::FactId;
use crate::merge;
use crate::role::Level;
use crate::rules::{RuleId, Why};
use crate::time::Hlc;

use super::agreement::Agreement;
use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::known::{Facts, Known, each};

/// The numbers of a case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Numbers {
    /// The formal number that holds.
    pub formal: Option<String>,
    /// 曾用编号: formal numbers that no longer hold, earliest first.
    pub former: Vec<String>,
    /// The rule and the facts, once there is a formal number.
    pub why: Option<Why>,
    /// Why it is in dispute, if two were assigned in ignorance of each other.
    pub disputed: Option<Why>,
    /// 跳号: numbers that were set aside for good, with the reason.
    pub voided: Vec<Voided>,
    /// How strong the claim to the formal number is, where another case bears it too.
    pub claim: Option<Claim>,
    /// The numbers of the written agreements.
    pub agreements: BTreeMap<FactId, String>,
}

/// A number that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voided {
    /// The number.
    pub number: String,
    /// Why.
    pub reason: String,
    /// The fact.
    pub id: FactId,
}

/// A claim to a number: of two cases with one number the lesser claim keeps it. What was sealed or
/// printed comes before what was not, the earlier before the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    /// Whether it stands on nothing that was sealed or printed.
    pub is_plain: bool,
    /// The minute of the first seal or print.
    pub printed: i64,
    /// When it was typed.
    pub recorded: Hlc,
}

impl Claim {
    /// The claim as text that sorts the same way.
    #[must_use]
    pub fn text(&self) -> String {
        let Hlc { ms, count } = self.recorded;
        format!("{}{:015}-{ms:015}-{count:05}", u8::from(self.is_plain), self.printed.max(0))
    }
}

/// The claim of an assignment.
fn claim(facts: &Facts, assigned: &Known, is_printed: bool) -> Claim {
    let sealed = each!(facts, AgreementSealed)
        .filter(|(known, _)| known.knows(assigned))
        .map(|(known, _)| known.span().from);
    let printed = sealed.chain(is_printed.then(|| assigned.span().from)).min();
    Claim {
        is_plain: printed.is_none(),
        printed: printed.unwrap_or(0),
        recorded: assigned.fact.recorded,
    }
}

/// Folds the numbers. Of two that were assigned in ignorance of each other the one that was
/// sealed or printed holds, else the one typed first; the judicial office is told to reprint.
pub(super) fn fold(facts: &Facts) -> (Numbers, Vec<Conflict>) {
    let mut assigned: Vec<(&Known, &str, bool)> = each!(facts, NumberAssigned)
        .map(|(known, body)| (known, body.number.trim(), body.printed))
        .collect();
    assigned.sort_by_key(|(known, _, _)| (known.fact.recorded, known.id));
    let voids: Vec<(&Known, Voided)> = each!(facts, NumberVoided)
        .map(|(known, body)| {
            let number = body.number.trim().to_owned();
            (known, Voided { number, reason: body.reason.clone(), id: known.id })
        })
        .collect();
    let is_void = |known: &Known, number: &str| {
        voids.iter().any(|(void, said)| said.number == number && void.knows(known))
    };
    let voided: Vec<Voided> = voids
        .iter()
        .filter(|(void, said)| {
            assigned.iter().any(|(known, number, _)| *number == said.number && void.knows(known))
        })
        .map(|(_, said)| said.clone())
        .collect();
    let mut heads = merge::heads(&assigned, |later, earlier| later.0.knows(earlier.0));
    heads.retain(|(known, number, _)| !is_void(known, number));
    let Some((keeper, number, is_printed)) = heads
        .iter()
        .copied()
        .min_by_key(|(known, _, printed)| (!printed, known.fact.recorded, known.id))
    else {
        let former = assigned.iter().map(|(_, number, _)| (*number).to_owned()).collect();
        return (Numbers { former, voided, ..Numbers::default() }, Vec::new());
    };
    let mut former: Vec<String> = Vec::new();
    for (_, other, _) in &assigned {
        if other != number && !former.iter().any(|known| known == other) {
            former.push((*other).to_owned());
        }
    }
    let sides: Vec<&Known> = heads.iter().map(|(known, _, _)| *known).collect();
    let why = Why::new(RuleId::NumberKeeper, sides.iter().map(|known| known.id));
    let is_disputed = heads.iter().any(|(_, other, _)| other != number);
    let mut conflicts = Vec::new();
    let mut disputed = None;
    if is_disputed {
        let decided = facts.decision(NUMBER_KEY, Seat::JudicialOffice, &sides);
        disputed = decided.is_none().then(|| why.clone());
        conflicts.push(
            Conflict::between(
                ConflictKind::Number,
                NUMBER_KEY.to_owned(),
                why.clone(),
                Seat::JudicialOffice,
                sides.iter().map(|known| Side::of_fact(known)).collect(),
            )
            .with_ways(&["reprinted"])
            .settled_by(decided.map(|(known, _)| known)),
        );
    }
    let basis: Vec<FactId> = if is_disputed { why.facts } else { vec![keeper.id] };
    let numbers = Numbers {
        formal: Some((*number).to_owned()),
        former,
        why: Some(Why::new(RuleId::NumberKeeper, basis)),
        disputed,
        voided,
        claim: Some(claim(facts, keeper, *is_printed)),
        agreements: BTreeMap::new(),
    };
    (numbers, conflicts)
}

/// The numbers of the agreements: that of the case with the level and the place among those of
/// that level, sealed ones first in the order of their seals, so that what was printed keeps its
/// number.
pub(super) fn of_agreements(
    facts: &Facts,
    agreements: &[Agreement],
    case: &str,
) -> BTreeMap<FactId, String> {
    let sealed = |id: FactId| {
        let seals = each!(facts, AgreementSealed).filter(|(_, body)| body.agreement == id);
        seals.map(|(known, _)| known.order()).min()
    };
    let written = agreements.iter().filter(|a| a.form == AgreementForm::Written);
    let mut known: Vec<_> = written
        .filter_map(|a| facts.get(a.id))
        .map(|known| {
            let seal = sealed(known.id);
            ((seal.is_none(), seal, known.fact.recorded, known.id), known.role.level())
        })
        .collect();
    known.sort();
    let mut counts = [0u32; 2];
    known
        .into_iter()
        .map(|((.., id), level)| {
            let (place, word) = match level {
                Level::Village => (0, "村"),
                Level::Township => (1, "镇"),
            };
            let count = counts.get_mut(place).map_or(0, |count| {
                *count = count.saturating_add(1);
                *count
            });
            (id, format!("{case}-{word}{count}"))
        })
        .collect()
}

/// The key of the conflict about numbers.
const NUMBER_KEY: &str = "number";

#[cfg(test)]
mod tests {
    use super::super::world::begun;
    use crate::fact::Body;
    use crate::fact::body::{NumberAssigned, NumberVoided};
    use crate::role::Role;

    fn assigned(number: &str, printed: bool) -> Body {
        Body::NumberAssigned(NumberAssigned { number: number.into(), printed })
    }

    #[test]
    fn the_printed_number_holds_else_the_one_typed_first() {
        for (first_printed, second_printed, want) in
            [(false, false, "甲"), (false, true, "乙"), (true, true, "甲")]
        {
            let mut b = begun();
            b.world.write(b.village, "2026-03-05", assigned("甲", first_printed));
            b.world.write(b.township, "2026-03-05", assigned("乙", second_printed));
            let case = b.merged();
            assert_eq!(case.numbers.formal.as_deref(), Some(want));
            assert_eq!(case.numbers.former.len(), 1, "the other stays findable");
            assert!(case.has_open_conflict(), "the judicial office is told to reprint");
        }
    }

    #[test]
    fn a_voided_number_is_kept_with_its_reason_and_not_borne() {
        let mut b = begun();
        b.world.write(b.village, "2026-03-05", assigned("甲", false));
        let void = |number: &str| {
            let reason = "登记表写坏".into();
            Body::NumberVoided(NumberVoided { number: number.into(), reason })
        };
        assert!(b.world.check(b.village, "2026-03-05", &void("乙")).is_err(), "not its number");
        b.world.write(b.village, "2026-03-05", void("甲"));
        let case = b.merged();
        assert_eq!(case.numbers.formal, None);
        assert_eq!(case.numbers.former, ["甲"], "found as ever");
        assert_eq!(case.numbers.voided[0].reason, "登记表写坏");
        b.world.write(b.village, "2026-03-06", assigned("乙", false));
        assert_eq!(b.merged().numbers.formal.as_deref(), Some("乙"));
    }

    #[test]
    fn a_sealed_agreement_keeps_its_number_beside_an_earlier_one() {
        let mut b = begun();
        b.world.write(b.village, "2026-03-05", assigned("甲", false));
        b.world.meet(b.village, b.township);
        let body = b.agreement("一", None);
        let earlier = b.world.write(b.village, "2026-03-06", body);
        let sealed = b.agree(b.village, "2026-03-07", "二", None);
        let mediator = b.world.desk(2, Role::R5);
        b.world.meet(b.township, mediator);
        let by_township = b.agree(mediator, "2026-03-07", "三", None);
        b.world.meet(b.township, mediator);
        let case = b.merged();
        let number = |id| case.numbers.agreements.get(&id).map(String::as_str);
        assert_eq!(number(sealed), Some("甲-村1"));
        assert_eq!(number(earlier), Some("甲-村2"));
        assert_eq!(number(by_township), Some("甲-镇1"));
    }

    #[test]
    fn what_was_sealed_first_has_the_stronger_claim() {
        let claim = |seal: Option<&str>, printed: bool| {
            let mut b = begun();
            b.world.write(b.village, "2026-03-05", assigned("甲", printed));
            if let Some(at) = seal {
                b.agree(b.village, at, "一", None);
            }
            b.merged().numbers.claim.unwrap()
        };
        let order = [
            claim(None, true),
            claim(Some("2026-03-06"), false),
            claim(Some("2026-03-07"), false),
            claim(None, false),
        ];
        assert!(order.is_sorted());
        let texts = order.map(|claim| claim.text());
        assert!(texts.is_sorted() && texts[0] < texts[3], "{texts:?}");
    }

    #[test]
    fn a_provisional_number_stays_beside_the_formal_one() {
        let mut b = begun();
        b.world.write(b.village, "2026-03-05", assigned("〔2026〕桥头人调字第0001号", false));
        b.world.write(b.village, "2026-03-06", assigned("〔2026〕桥头人调字第0002号", false));
        let case = b.merged();
        assert_eq!(case.registration.map(|r| r.number), Some("临-A-0001".into()));
        assert_eq!(case.numbers.formal.as_deref(), Some("〔2026〕桥头人调字第0002号"));
        assert_eq!(case.numbers.former, ["〔2026〕桥头人调字第0001号"]);
        assert!(case.numbers.disputed.is_none());
    }

    #[test]
    fn a_void_that_does_not_know_the_number_or_names_another_voids_nothing() {
        let void = |number: &str| {
            let reason = "登记表写坏".into();
            Body::NumberVoided(NumberVoided { number: number.into(), reason })
        };
        for (name, number, is_blind, want) in [
            ("knows it", "甲", false, (None, 1)),
            ("does not know it", "甲", true, (Some("甲"), 0)),
            ("names another", "乙", false, (Some("甲"), 0)),
        ] {
            let mut b = begun();
            b.world.write(b.village, "2026-03-05", assigned("甲", false));
            if !is_blind {
                b.merged();
            }
            let head = b.world.desk(2, Role::R7);
            b.world.meet(b.township, head);
            b.world.write(head, "2026-03-06", void(number));
            b.world.meet(b.township, head);
            let numbers = b.merged().numbers;
            assert_eq!((numbers.formal.as_deref(), numbers.voided.len()), want, "{name}");
        }
    }

    #[test]
    fn each_number_once_borne_is_listed_once() {
        let mut b = begun();
        for (at, number) in
            [("2026-03-05", "甲"), ("2026-03-06", "乙"), ("2026-03-07", "甲"), ("2026-03-08", "丙")]
        {
            b.world.write(b.village, at, assigned(number, false));
        }
        let numbers = b.merged().numbers;
        assert_eq!(numbers.formal.as_deref(), Some("丙"));
        assert_eq!(numbers.former, ["甲", "乙"]);
        assert_eq!(numbers.disputed, None);
    }
}
