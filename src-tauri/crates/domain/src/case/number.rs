//! The numbers of a case: the provisional one it began with, the formal one that holds, and those
//! it once had. No paper that bears an earlier number loses its meaning.

use std::collections::BTreeMap;

use crate::fact::body::{AgreementForm, Choice, NumberVoided};
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
    /// The numbers on sealed agreements that another agreement keeps.
    pub reprinted: BTreeMap<FactId, String>,
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

/// A number given to a case.
#[derive(Debug, Clone, Copy)]
struct Given<'a> {
    known: &'a Known,
    number: &'a str,
    is_printed: bool,
}

/// What was given, voided and sealed, as far as somebody knew it.
struct Papers<'a> {
    given: Vec<Given<'a>>,
    voids: Vec<(&'a Known, &'a NumberVoided)>,
    seals: Vec<&'a Known>,
}

impl<'a> Papers<'a> {
    /// The papers of which something is so: which somebody had seen, or all of them.
    fn of(facts: &'a Facts, is_seen: impl Fn(&Known) -> bool) -> Self {
        let mut given: Vec<Given<'a>> = each!(facts, NumberAssigned)
            .filter(|(known, _)| is_seen(known))
            .map(|(known, body)| Given {
                known,
                number: body.number.trim(),
                is_printed: body.printed,
            })
            .collect();
        given.sort_by_key(|one| (one.known.fact.recorded, one.known.id));
        let voids = each!(facts, NumberVoided).filter(|(known, _)| is_seen(known)).collect();
        let seals = each!(facts, AgreementSealed).map(|(known, _)| known);
        Self { given, voids, seals: seals.filter(|known| is_seen(known)).collect() }
    }

    /// Whether somebody set a number aside, or gave another, in knowledge of it and of everything
    /// that was sealed under it before they were heard of. What was sealed in ignorance bears the
    /// number, and paper is not undone by somebody who did not know of it.
    fn answers(&self, later: &Known, earlier: &Known) -> bool {
        later.knows(earlier) && self.sealed_beside(later, earlier).is_none()
    }

    /// What was sealed under a number beside an act that answers the number.
    fn sealed_beside(&self, later: &Known, earlier: &Known) -> Option<&'a Known> {
        let is_beside =
            |seal: &&&Known| seal.knows(earlier) && !seal.knows(later) && !later.knows(seal);
        self.seals.iter().find(is_beside).copied()
    }

    /// The numbers that nobody answered and nobody set aside.
    fn heads(&self, is_void: impl Fn(&Known, &Given<'_>) -> bool) -> Vec<Given<'a>> {
        let heads =
            merge::heads(&self.given, |later, earlier| self.answers(later.known, earlier.known));
        let voided = |one: &Given<'_>| {
            self.voids
                .iter()
                .any(|(void, body)| body.number.trim() == one.number && is_void(void, one))
        };
        heads.into_iter().filter(|one| !voided(one)).copied().collect()
    }

    /// The claim of a number among several: a seal speaks for it that did not know of the others.
    /// What was sealed once all were known bears whichever held then.
    fn claim(&self, one: &Given<'_>, rivals: &[Given<'_>]) -> Claim {
        let knows_another = |seal: &Known| {
            rivals.iter().any(|other| other.known.id != one.known.id && seal.knows(other.known))
        };
        let sealed = self.seals.iter().filter(|seal| seal.knows(one.known));
        let printed = sealed
            .filter(|seal| !knows_another(seal))
            .map(|seal| seal.span().from)
            .chain(one.is_printed.then(|| one.known.span().from))
            .min();
        Claim {
            is_plain: printed.is_none(),
            printed: printed.unwrap_or(0),
            recorded: one.known.fact.recorded,
        }
    }

    /// The one of several that holds: sealed or printed first, else typed first.
    fn keeper(&self, heads: &[Given<'a>]) -> Option<Given<'a>> {
        heads.iter().copied().min_by_key(|one| (self.claim(one, heads), one.known.id))
    }
}

/// Folds the numbers. Of two that were assigned in ignorance of each other the one that was
/// sealed or printed first holds, else the one typed first; the judicial office is told to
/// reprint, and may name the other.
pub(super) fn fold(facts: &Facts) -> (Numbers, Vec<Conflict>) {
    let papers = Papers::of(facts, |_| true);
    let (asked, mut conflicts) = void_requests(facts, &papers);
    let is_void =
        |void: &Known, one: &Given<'_>| void.knows(one.known) && !asked.contains(&void.id);
    let heads = papers.heads(is_void);
    let voided = papers
        .voids
        .iter()
        .filter(|(void, body)| {
            let is_its = |one: &&Given<'_>| one.number == body.number.trim();
            papers.given.iter().filter(is_its).any(|one| is_void(void, one))
        })
        .map(|(void, body)| Voided {
            number: body.number.trim().to_owned(),
            reason: body.reason.clone(),
            id: void.id,
        })
        .collect();
    let (chosen, why, disputed, found) = choose(facts, &heads);
    conflicts.extend(found);
    let keeper = chosen.or_else(|| papers.keeper(&heads));
    let mut former: Vec<String> = Vec::new();
    for Given { number, .. } in &papers.given {
        let holds = keeper.is_some_and(|keeper| keeper.number == *number);
        if !holds && !former.iter().any(|known| known == number) {
            former.push((*number).to_owned());
        }
    }
    let numbers = Numbers {
        formal: keeper.map(|keeper| keeper.number.to_owned()),
        former,
        why: keeper
            .map(|keeper| why.unwrap_or_else(|| Why::new(RuleId::NumberKeeper, [keeper.known.id]))),
        disputed,
        voided,
        claim: keeper.map(|keeper| papers.claim(&keeper, &[])),
        agreements: BTreeMap::new(),
        reprinted: BTreeMap::new(),
    };
    (numbers, conflicts)
}

type Choosing<'a> = (Option<Given<'a>>, Option<Why>, Option<Why>, Option<Conflict>);

/// Asks about numbers that differ: the one a person named, the reason, the reason while it is in
/// dispute, and the question.
fn choose<'a>(facts: &Facts, heads: &[Given<'a>]) -> Choosing<'a> {
    let Some((first, rest)) = heads.split_first() else { return (None, None, None, None) };
    if rest.iter().all(|other| other.number == first.number) {
        return (None, None, None, None);
    }
    let sides: Vec<&Known> = heads.iter().map(|one| one.known).collect();
    let why = Why::new(RuleId::NumberKeeper, sides.iter().map(|known| known.id));
    let decided = facts.decision(NUMBER_KEY, Seat::JudicialOffice, &sides);
    let named = decided.and_then(|(_, choice)| {
        heads.iter().copied().find(|one| *choice == Choice::Fact(one.known.id))
    });
    let conflict = Conflict::between(
        ConflictKind::Number,
        NUMBER_KEY.to_owned(),
        why.clone(),
        Seat::JudicialOffice,
        sides.iter().map(|known| Side::of_fact(known)).collect(),
    )
    .with_ways(&["reprinted"])
    .settled_by(decided.map(|(known, _)| known));
    let disputed = decided.is_none().then(|| why.clone());
    (named, Some(why), disputed, Some(conflict))
}

/// The voidings that did not know what was sealed under their number, and the question each puts
/// to the judicial office: meanwhile, and unless it says otherwise, the number stands.
fn void_requests(facts: &Facts, papers: &Papers<'_>) -> (Vec<FactId>, Vec<Conflict>) {
    let mut asked = Vec::new();
    let mut conflicts = Vec::new();
    for (void, body) in &papers.voids {
        let is_its = |one: &&Given<'_>| one.number == body.number.trim() && void.knows(one.known);
        let mut given = papers.given.iter().filter(is_its);
        let Some(seal) = given.find_map(|one| papers.sealed_beside(void, one.known)) else {
            continue;
        };
        let key = format!("number_voided/{}", void.id);
        let decided = facts.decision(&key, Seat::JudicialOffice, &[void, seal]);
        if decided.is_none_or(|(_, choice)| *choice != Choice::Way("void".to_owned())) {
            asked.push(void.id);
        }
        conflicts.push(
            Conflict::between(
                ConflictKind::Number,
                key,
                Why::new(RuleId::NumberVoided, [void.id, seal.id]),
                Seat::JudicialOffice,
                vec![Side::of_fact(void), Side::of_fact(seal)],
            )
            .with_ways(&["stand", "void"])
            .settled_by(decided.map(|(known, _)| known)),
        );
    }
    (asked, conflicts)
}

/// A written agreement and what its seal knew.
struct Bearing<'a> {
    known: &'a Known,
    seal: Option<&'a Known>,
}

impl Bearing<'_> {
    /// Sealed ones first in the order of their seals, then as they were typed.
    fn order(&self) -> impl Ord + use<> {
        let seal = self.seal.map(Known::order);
        (seal.is_none(), seal, self.known.fact.recorded, self.known.id)
    }

    const fn word(&self) -> &'static str {
        match self.known.role.level() {
            Level::Village => "村",
            Level::Township => "镇",
        }
    }
}

/// The numbers of the agreements: that of the case with the level and the place among those of
/// that level. What was sealed bears the number that whoever sealed it read on the screen. Where
/// two bear one number, the one sealed first keeps it, and the judicial office is told of the
/// other.
pub(super) fn of_agreements(
    facts: &Facts,
    agreements: &[Agreement],
    case: &str,
    numbers: &mut Numbers,
) -> Vec<Conflict> {
    let sealed = |id: FactId| {
        let seals = each!(facts, AgreementSealed).filter(|(_, body)| body.agreement == id);
        seals.map(|(known, _)| known).min_by_key(|known| known.order())
    };
    let written = agreements.iter().filter(|a| a.form == AgreementForm::Written);
    let mut all: Vec<Bearing<'_>> = written
        .filter_map(|a| facts.get(a.id))
        .map(|known| Bearing { known, seal: sealed(known.id) })
        .collect();
    all.sort_by_key(Bearing::order);
    let mut taken: BTreeMap<String, FactId> = BTreeMap::new();
    let mut conflicts = Vec::new();
    for one in &all {
        let (base, place) = one.seal.map_or((None, 1), |seal| seen(facts, &all, one, seal));
        let base = base.unwrap_or_else(|| case.to_owned());
        let word = one.word();
        let bears = format!("{base}-{word}{place}");
        let free = (place..).map(|place| format!("{base}-{word}{place}"));
        let Some(number) = free.into_iter().find(|number| !taken.contains_key(number)) else {
            continue;
        };
        if one.seal.is_some()
            && number != bears
            && let Some(keeper) = taken.get(&bears).and_then(|id| facts.get(*id))
        {
            conflicts.push(asks_reprint(facts, &bears, keeper, one.known));
            numbers.reprinted.insert(one.known.id, bears);
        }
        taken.insert(number.clone(), one.known.id);
        numbers.agreements.insert(one.known.id, number);
    }
    conflicts
}

/// The number of the case and the place among the agreements of its level, as somebody who sealed
/// an agreement saw them.
fn seen(
    facts: &Facts,
    all: &[Bearing<'_>],
    one: &Bearing<'_>,
    seal: &Known,
) -> (Option<String>, u32) {
    let papers = Papers::of(facts, |known| seal.knows(known));
    let heads = papers.heads(|void, given| papers.answers(void, given.known));
    let base = papers.keeper(&heads).map(|keeper| keeper.number.to_owned());
    let before = all.iter().filter(|other| {
        let is_sealed = other.seal.is_some_and(|other| seal.knows(other));
        is_sealed && other.word() == one.word() && other.known.id != one.known.id
    });
    (base, u32::try_from(before.count()).unwrap_or(u32::MAX).saturating_add(1))
}

/// Two sealed agreements bear one number: the paper of the later is printed anew, with a statement
/// in the file that links both.
fn asks_reprint(facts: &Facts, number: &str, keeper: &Known, other: &Known) -> Conflict {
    let key = format!("agreement_number/{number}/{}", other.id);
    let decided = facts.decision(&key, Seat::JudicialOffice, &[keeper, other]);
    Conflict::between(
        ConflictKind::Number,
        key,
        Why::new(RuleId::AgreementNumber, [keeper.id, other.id]),
        Seat::JudicialOffice,
        vec![Side::of_fact(keeper), Side::of_fact(other)],
    )
    .with_ways(&["reprinted"])
    .settled_by(decided.map(|(known, _)| known))
}

/// The key of the conflict about numbers.
const NUMBER_KEY: &str = "number";

#[cfg(test)]
mod tests {
    use super::super::conflict::{Conflict, ConflictKind};
    use super::super::world::{begun, begun_with};
    use crate::fact::Body;
    use crate::fact::body::{AgreementReached, Choice, Decided, NumberAssigned, NumberVoided};
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
    fn what_was_sealed_in_ignorance_of_another_number_bears_its_own() {
        let mut b = begun();
        b.world.write(b.township, "2026-03-05", assigned("乙", false));
        b.world.write(b.village, "2026-03-05", assigned("甲", false));
        let agreement = b.agree(b.village, "2026-03-06", "一", None);
        let case = b.merged();
        assert_eq!(case.numbers.formal.as_deref(), Some("甲"), "typed later, sealed first");
        assert_eq!(case.numbers.former, ["乙"]);
        // A seal that knows of both says nothing about which was on paper first.
        b.agree(b.village, "2026-03-01", "二", None);
        assert_eq!(b.merged().numbers.formal.as_deref(), Some("甲"));
        // The judicial office may name the other; the sealed paper keeps what it bears.
        let office = b.world.desk(3, Role::R6);
        b.world.meet(b.township, office);
        let open = b.merged().conflicts.into_iter().find(|c| c.key == "number").expect("asked");
        let named = open.sides.iter().find(|side| side.unit == Some(b.township.unit()));
        let body = Body::Decided(Decided {
            conflict: open.key,
            choice: named.expect("its side").choice.clone(),
            over: vec![],
            reason: "登记册上是乙".into(),
        });
        b.world.write(office, "2026-03-08", body);
        b.world.meet(b.township, office);
        let case = b.merged();
        assert_eq!(case.numbers.formal.as_deref(), Some("乙"));
        assert_eq!(case.numbers.former, ["甲"]);
        assert_eq!(case.numbers.agreements[&agreement], "甲-村1");
    }

    #[test]
    fn a_void_that_did_not_know_of_a_seal_is_a_request() {
        for (way, holds) in [("stand", Some("甲")), ("void", None)] {
            let mut b = begun();
            b.world.write(b.village, "2026-03-05", assigned("甲", false));
            let mediator = b.mediator();
            b.world.meet(b.village, mediator);
            let reason = "登记表写坏".into();
            let void = Body::NumberVoided(NumberVoided { number: "甲".into(), reason });
            b.world.write(b.village, "2026-03-06", void);
            let agreement = b.agree(mediator, "2026-03-06", "一", None);
            b.world.meet(mediator, b.township);
            let case = b.merged();
            assert_eq!(case.numbers.formal.as_deref(), Some("甲"), "the paper bears it");
            assert!(case.numbers.voided.is_empty() && case.has_open_conflict());
            let office = b.world.desk(3, Role::R6);
            b.world.meet(b.township, office);
            let open = case.conflicts.into_iter().find(Conflict::is_open).expect("asked");
            let body = Body::Decided(Decided {
                conflict: open.key,
                choice: Choice::Way(way.into()),
                over: vec![],
                reason: "看过原件".into(),
            });
            b.world.write(office, "2026-03-08", body);
            b.world.meet(b.township, office);
            let case = b.merged();
            assert_eq!(case.numbers.formal.as_deref(), holds);
            assert_eq!(case.numbers.agreements[&agreement], "甲-镇1");
            assert!(!case.has_open_conflict());
        }
    }

    #[test]
    fn two_sealed_agreements_with_one_number_are_put_before_the_judicial_office() {
        let mut b = begun_with(&["一", "二"]);
        b.world.write(b.village, "2026-03-05", assigned("甲", false));
        let other = b.world.desk(1, Role::R2);
        b.world.meet(b.village, other);
        let on = |demand| AgreementReached { demands: vec![demand], ..b.agreed_on("文本") };
        let (first, second) = (on(0), on(1));
        let late = b.agree_to(b.village, "2026-03-08", Body::AgreementReached(first));
        let text = "另一份".into();
        let second = Body::AgreementReached(AgreementReached { text, ..second });
        let early = b.agree_to(other, "2026-03-07", second);
        b.world.meet(other, b.township);
        let case = b.merged();
        assert_eq!(case.numbers.agreements[&early], "甲-村1", "sealed first");
        assert_eq!(case.numbers.agreements[&late], "甲-村2");
        assert_eq!(case.numbers.reprinted[&late], "甲-村1", "what its paper bears");
        let open: Vec<&Conflict> = case.conflicts.iter().filter(|c| c.is_open()).collect();
        assert_eq!(open.len(), 1);
        assert_eq!(open[0].kind, ConflictKind::Number);
        // Whoever knows the first counts on.
        let third = b.agree(b.village, "2026-03-09", "第三份", None);
        let case = b.merged();
        assert_eq!(case.numbers.agreements[&third], "甲-村3");
        assert!(!case.numbers.reprinted.contains_key(&third));
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
