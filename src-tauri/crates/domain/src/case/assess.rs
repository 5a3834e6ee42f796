//! Risk, type and the item of the local catalogue: judged by people, merged by rule.

use crate::catalogue::{Category, local};
use crate::fact::body::{Choice, LocalItem, Risk};
use crate::id::{FactId, UnitId};
use crate::merge::{self, Settled};
use crate::rights::Right;
use crate::rules::{RuleId, Why};

use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::known::{Facts, Known, each};
use super::red;

/// A derived value with its reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Derived<T> {
    /// The value.
    pub value: T,
    /// The rule and the facts.
    pub why: Why,
}

/// The risk of a case: MAX over what stands side by side. A visit that shows danger counts as
/// red. Lowering needs a director or above and a reason; otherwise it does not hold.
#[must_use]
pub fn risk(facts: &Facts) -> (Option<Derived<Risk>>, Vec<Conflict>) {
    let judged: Vec<(&Known, Risk, bool)> = each!(facts, RiskAssessed)
        .map(|(k, b)| {
            let may_lower = Right::DangerDecide.admits(k.role) && !b.reason.trim().is_empty();
            (k, b.risk, may_lower)
        })
        .chain(
            each!(facts, VisitReceived)
                .filter(|(_, b)| b.danger)
                .map(|(k, _)| (k, Risk::Red, false)),
        )
        .chain(
            each!(facts, SessionHeld).filter(|(_, b)| b.danger).map(|(k, _)| (k, Risk::Red, false)),
        )
        .collect();
    // One judgement answers another it knows if it is no lower, or may lower.
    let heads = merge::heads(&judged, |later, earlier| {
        later.0.knows(earlier.0) && (later.1 >= earlier.1 || later.2)
    });
    let judged = merge::max_of(heads.iter().map(|(_, risk, _)| *risk));
    // C20: never below red while a report to the police is open.
    let reports = red::open_reports(facts);
    if !reports.is_empty() {
        let why = Why::new(RuleId::PoliceReport, reports);
        return (Some(Derived { value: Risk::Red, why }), Vec::new());
    }
    let Some(value) = judged else { return (None, Vec::new()) };
    let why = Why::new(RuleId::RiskMax, heads.iter().map(|(k, _, _)| k.id));
    let mut conflicts = Vec::new();
    if heads.iter().any(|(_, risk, _)| *risk != value) {
        conflicts.push(
            Conflict::between(
                ConflictKind::Risk,
                "risk".to_owned(),
                why.clone(),
                Seat::Owner,
                heads.iter().map(|(k, _, _)| Side::of_fact(k)).collect(),
            )
            .settled_by_rule(RuleId::RiskMax),
        );
    }
    (Some(Derived { value, why }), conflicts)
}

/// What was said of one thing, decisions about it included.
fn said<'a, T: Clone>(
    facts: &'a Facts,
    key: &str,
    set: impl Iterator<Item = (&'a Known, T)>,
) -> Vec<(&'a Known, T)> {
    let mut set: Vec<(&Known, T)> = set.collect();
    set.sort_by_key(|(known, _)| known.order());
    let said = set.clone();
    // A decision speaks like whoever it chose, with the knowledge of the decider.
    for (known, body) in each!(facts, Decided)
        .filter(|(known, b)| b.conflict == key && Seat::Owner.admits(known.role))
    {
        if let Choice::Fact(id) = body.choice
            && let Some((_, value)) = said.iter().find(|(k, _)| k.id == id)
        {
            set.push((known, value.clone()));
        }
    }
    set
}

/// What was said about the type.
fn types(facts: &Facts) -> Vec<(&Known, Category)> {
    said(facts, "category", each!(facts, CategorySet).map(|(k, b)| (k, b.category)))
}

/// The types that stand side by side: those nobody answered in knowledge of them.
pub(super) fn standing_types(facts: &Facts) -> Vec<(FactId, Category)> {
    let set = types(facts);
    let heads = merge::heads(&set, |later, earlier| later.0.knows(earlier.0));
    heads.iter().map(|(known, category)| (known.id, *category)).collect()
}

/// The type of a case.
#[must_use]
pub fn category(
    facts: &Facts,
    owner: Option<UnitId>,
) -> (Option<Derived<Category>>, Vec<Conflict>) {
    owned(facts, owner, (ConflictKind::Category, "category"), &types(facts))
}

/// Where a case stands in the township's own catalogue, by the rule of its type.
#[must_use]
pub fn local_item(
    facts: &Facts,
    owner: Option<UnitId>,
) -> (Option<Derived<LocalItem>>, Vec<Conflict>) {
    let key = "local_item";
    // What a broken peer wrote without end is no item.
    let set = each!(facts, LocalItemSet)
        .filter(|(_, b)| b.item.as_ref().is_none_or(|item| local::check_item(item).is_ok()));
    let set = said(facts, key, set.map(|(k, b)| (k, b.item.clone())));
    let (item, conflicts) = owned(facts, owner, (ConflictKind::LocalItem, key), &set);
    // What was taken back is nothing, as if nobody had said anything.
    (item.and_then(|Derived { value, why }| Some(Derived { value: value?, why })), conflicts)
}

/// What all say, else what the owning unit says, else a person decides and what was named first is
/// shown meanwhile.
fn owned<T: Clone + PartialEq>(
    facts: &Facts,
    owner: Option<UnitId>,
    (kind, key): (ConflictKind, &str),
    set: &[(&Known, T)],
) -> (Option<Derived<T>>, Vec<Conflict>) {
    let heads = merge::heads(set, |later, earlier| later.0.knows(earlier.0));
    let settled = merge::owner_or_ask(
        &heads,
        |(_, value)| value.clone(),
        |(known, _)| Some(known.proof.unit) == owner,
    );
    let why = Why::new(RuleId::CategoryOwner, heads.iter().map(|(k, _)| k.id));
    let dispute = || {
        Conflict::between(
            kind,
            key.to_owned(),
            why.clone(),
            Seat::Owner,
            heads.iter().map(|(k, _)| Side::of_fact(k)).collect(),
        )
    };
    let mut conflicts: Vec<Conflict> = decided(facts, kind, key);
    let value = match &settled {
        Settled::Nothing => None,
        Settled::One((_, value)) => {
            if heads.iter().any(|(_, other)| other != value) {
                conflicts.push(dispute().settled_by_rule(RuleId::CategoryOwner));
            }
            Some(value.clone())
        }
        Settled::Ask(all) => {
            conflicts.push(dispute());
            all.first().map(|(_, value)| value.clone())
        }
    };
    (value.map(|value| Derived { value, why }), conflicts)
}

/// The settled conflicts that decisions about one thing leave behind.
fn decided(facts: &Facts, kind: ConflictKind, key: &str) -> Vec<Conflict> {
    each!(facts, Decided)
        .filter(|(known, body)| body.conflict == key && Seat::Owner.admits(known.role))
        .map(|(known, body)| {
            let sides = body
                .over
                .iter()
                .filter_map(|losing| match &losing.choice {
                    Choice::Fact(id) => facts.get(*id).map(Side::of_fact),
                    _ => None,
                })
                .collect();
            Conflict::between(
                kind,
                key.to_owned(),
                Why::new(RuleId::CategoryOwner, [known.id]),
                Seat::Owner,
                sides,
            )
            .settled_by(Some(known))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    use super::super::world::{Desk, begun};
    use super::super::{Case, conflict::Settlement};
    use crate::fact::Body;
    use crate::fact::body::{CategorySet, Decided, LocalItemSet, Losing, RiskAssessed};

    fn set(category: Category) -> Body {
        Body::CategorySet(CategorySet { category, catalogue: crate::catalogue::VERSION.into() })
    }

    fn of_kind(case: &Case, kind: ConflictKind) -> Vec<&Conflict> {
        case.conflicts.iter().filter(|c| c.kind == kind).collect()
    }

    #[test]
    fn what_nobody_contradicts_is_no_conflict() {
        let mut b = begun();
        let (village, township) = (b.village, b.township);
        let judged = || {
            Body::RiskAssessed(RiskAssessed { risk: Risk::Yellow, reason: "邻里口角".into() })
        };
        for desk in [village, township] {
            b.world.write(desk, "2026-03-02", set(Category::Neighbours));
            b.world.write(desk, "2026-03-02", judged());
        }
        let case = b.merged();
        assert_eq!(case.category.as_ref().map(|c| c.value), Some(Category::Neighbours));
        assert_eq!(case.risk.as_ref().map(|r| r.value), Some(Risk::Yellow));
        assert_eq!(case.conflicts, []);
    }

    #[test]
    fn a_decision_about_the_type_stays_readable_and_no_other_decision_is_one() {
        let mut b = begun();
        let other: Desk = b.world.desk(1, crate::role::Role::R2);
        b.world.meet(b.village, other);
        let homestead = b.world.write(b.village, "2026-03-02", set(Category::Homestead));
        let neighbours = b.world.write(other, "2026-03-02", set(Category::Neighbours));
        b.world.meet(b.village, other);
        let decided = |conflict: &str| {
            let losing = |choice| Losing {
                choice,
                by: String::new(),
                recorded: String::new(),
                device: String::new(),
            };
            let over = vec![losing(Choice::Fact(neighbours)), losing(Choice::Way("none".into()))];
            Body::Decided(Decided {
                conflict: conflict.into(),
                choice: Choice::Fact(homestead),
                over,
                reason: "看过现场".into(),
            })
        };
        b.world.write(b.village, "2026-03-03", decided("risk"));
        let case = b.world.case(b.village);
        let found = of_kind(&case, ConflictKind::Category);
        assert!(found.len() == 1 && found[0].is_open(), "it was about something else");
        let fact = b.world.write(b.village, "2026-03-04", decided("category"));
        let case = b.world.case(b.village);
        assert_eq!(case.category.as_ref().map(|c| c.value), Some(Category::Homestead));
        let found = of_kind(&case, ConflictKind::Category);
        assert!(found.len() == 1 && !found[0].is_open());
        let sides: Vec<&Choice> = found[0].sides.iter().map(|side| &side.choice).collect();
        assert_eq!(sides, [&Choice::Fact(neighbours)]);
        let by = |s: &Option<Settlement>| match s {
            Some(Settlement::ByPerson { fact, .. }) => Some(*fact),
            _ => None,
        };
        assert_eq!(by(&found[0].settlement), Some(fact));
    }

    fn item(code: &str, category: Category) -> LocalItem {
        LocalItem {
            code: code.into(), group: "邻里".into(), name: format!("事项{code}"), category
        }
    }

    fn put(item: Option<LocalItem>) -> Body {
        Body::LocalItemSet(LocalItemSet { item })
    }

    #[test]
    fn of_two_items_the_owner_s_holds_and_the_difference_stays() {
        let mut b = begun();
        let (village, township) = (b.village, b.township);
        b.world.write(township, "2026-03-02", put(Some(item("2", Category::Land))));
        b.world.write(village, "2026-03-02", put(Some(item("1", Category::Neighbours))));
        let case = b.merged();
        let held = case.local_item.as_ref().map(|held| &held.value);
        assert_eq!(held, Some(&item("1", Category::Neighbours)));
        let found = of_kind(&case, ConflictKind::LocalItem);
        assert_eq!((found.len(), found[0].sides.len()), (1, 2));
        assert_eq!(found[0].settlement, Some(Settlement::ByRule(RuleId::CategoryOwner)));
        assert_eq!(of_kind(&case, ConflictKind::Category), Vec::<&Conflict>::new());
    }

    #[test]
    fn two_desks_of_the_owner_are_asked_and_the_decision_says_which_item() {
        let mut b = begun();
        let other: Desk = b.world.desk(1, crate::role::Role::R2);
        b.world.meet(b.village, other);
        let one = b.world.write(b.village, "2026-03-02", put(Some(item("1", Category::Land))));
        // Taken back here and chosen there: that is a difference too.
        b.world.write(other, "2026-03-02", put(None));
        b.world.meet(b.village, other);
        let case = b.world.case(b.village);
        let found = of_kind(&case, ConflictKind::LocalItem);
        assert!(found.len() == 1 && found[0].is_open());
        let decided = Decided {
            conflict: "local_item".into(),
            choice: Choice::Fact(one),
            over: Vec::new(),
            reason: "看过现场".into(),
        };
        b.world.write(b.village, "2026-03-03", Body::Decided(decided));
        let case = b.world.case(b.village);
        assert_eq!(case.local_item.map(|held| held.value.code), Some("1".into()));
        // Words without end, which no guard lets through, say nothing.
        let name = "长".repeat(local::ITEM_CHARS_MAX + 1);
        let endless = LocalItem { name, ..item("9", Category::Land) };
        b.world.write(b.village, "2026-03-03", put(Some(endless)));
        let case = b.world.case(b.village);
        assert_eq!(case.local_item.map(|held| held.value.code), Some("1".into()));
        // Taken back in knowledge of it, nothing is left.
        b.world.write(b.village, "2026-03-04", put(None));
        assert_eq!(b.world.case(b.village).local_item, None);
    }
}
