//! A unit: a village point, a township centre, an office. It may be renamed, and it may become part
//! of another (撤村并居), which then carries on what it had.

use std::collections::BTreeMap;

use crate::case::conflict::{Conflict, ConflictKind, Seat, Side};
use crate::case::known::{Facts, Known};
use crate::case::register;
use crate::fact::body::{UnitMerged, UnitSort};
use crate::fact::{Body, Fact, RecordFacts, RecordKind};
use crate::id::UnitId;
use crate::merge;
use crate::role::Level;
use crate::rules::{RuleId, Why};
use crate::time::Day;

/// The key of the contradiction between two units that one became part of.
pub const MERGED_KEY: &str = "unit_merged";

/// A unit record, folded.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// What it is called.
    pub name: String,
    /// What it was called before, the latest first, each with the first day of the next name.
    pub former: Vec<(String, Day)>,
    /// Its level.
    pub level: Level,
    /// What it is.
    pub sort: UnitSort,
    /// The unit it became part of, if it did, and from which day on.
    pub merged: Option<(UnitId, Day)>,
    /// Whether it was registered by mistake.
    pub is_withdrawn: bool,
    /// Two units it is said to have become part of.
    pub conflicts: Vec<Conflict>,
}

/// Folds a unit record; `None` while its registration has not arrived.
#[must_use]
pub fn fold(record: &RecordFacts) -> Option<Unit> {
    let registered =
        record.facts.iter().find_map(|carried| match Fact::read(&carried.json).ok()?.body {
            Body::UnitRegistered(body) => Some(body),
            _ => None,
        })?;
    let (fields, _) = register::fold(record, &register::Decider::anyone());
    let first = fields.get("name").and_then(|f| f.value.as_str()).unwrap_or_default().to_owned();
    let facts = Facts::of(record, RecordKind::Unit);
    let (name, former) = named(first, &facts);
    let (merged, conflicts) = merged(&facts);
    let is_withdrawn =
        facts.list.iter().any(|known| matches!(known.fact.body, Body::UnitWithdrawn(_)));
    let (level, sort) = (registered.level, registered.sort);
    Some(Unit { name, former, level, sort, merged, is_withdrawn, conflicts })
}

/// The name of the latest day, and the earlier ones.
fn named(first: String, facts: &Facts) -> (String, Vec<(String, Day)>) {
    let mut renamed: Vec<(&Known, &str)> = facts
        .list
        .iter()
        .filter_map(|known| match &known.fact.body {
            Body::UnitRenamed(body) => Some((known, body.name.as_str())),
            _ => None,
        })
        .collect();
    renamed.sort_by_key(|(known, _)| known.order());
    let mut former = Vec::new();
    let mut name = first;
    for (known, next) in renamed {
        if name != next {
            former.push((std::mem::replace(&mut name, next.to_owned()), known.fact.at.day));
        }
    }
    former.reverse();
    (name, former)
}

/// The unit it became part of. Of two that were written in ignorance of each other the one of the
/// later day holds; of one day, the one typed first until the head of the centre decides.
fn merged(facts: &Facts) -> (Option<(UnitId, Day)>, Vec<Conflict>) {
    let said: Vec<(&Known, &UnitMerged)> = facts
        .list
        .iter()
        .filter_map(|known| match &known.fact.body {
            Body::UnitMerged(body) => Some((known, body)),
            _ => None,
        })
        .collect();
    let heads = merge::heads(&said, |later, earlier| later.0.knows(earlier.0));
    let Some(latest) = heads.iter().map(|(known, _)| known.fact.at.day).max() else {
        return (None, Vec::new());
    };
    let mut last: Vec<_> =
        heads.into_iter().filter(|(known, _)| known.fact.at.day == latest).collect();
    last.sort_by_key(|(known, _)| (known.fact.recorded, known.id));
    let holds = last.first().map(|(_, body)| (body.into, latest));
    let is_one = last.iter().all(|(_, body)| Some(body.into) == holds.map(|(into, _)| into));
    let conflict = (!is_one).then(|| {
        Conflict::between(
            ConflictKind::UnitMerged,
            MERGED_KEY.to_owned(),
            Why::new(RuleId::UnitMerged, last.iter().map(|(known, _)| known.id)),
            Seat::Director,
            last.iter().map(|(known, _)| Side::of_fact(known)).collect(),
        )
    });
    (holds, conflict.into_iter().collect())
}

/// Which units carry on which others had.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Succession {
    next: BTreeMap<UnitId, (UnitId, Day)>,
}

impl Succession {
    /// Reads who became part of whom. Units that became part of each other in a ring are told
    /// apart by the day, then by their ids: the last of the mergers is left out.
    #[must_use]
    pub fn of(merged: impl IntoIterator<Item = (UnitId, UnitId, Day)>) -> Self {
        let mut all: Vec<_> = merged.into_iter().collect();
        all.sort_unstable_by_key(|(unit, into, day)| (*day, *unit, *into));
        let mut succession = Self::default();
        for (unit, into, day) in all {
            if succession.now(into) != unit {
                succession.next.insert(unit, (into, day));
            }
        }
        succession
    }

    /// Whether no unit became part of another.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.next.is_empty()
    }

    /// The unit that answers for what a unit had: itself, if it became part of no other.
    #[must_use]
    pub fn now(&self, unit: UnitId) -> UnitId {
        self.follow(unit, |_| true)
    }

    /// The unit for which something of a day counts.
    #[must_use]
    pub fn on(&self, unit: UnitId, day: Day) -> UnitId {
        self.follow(unit, |merged| merged <= day)
    }

    /// The units that became part of a unit, directly or through others.
    pub fn former(&self, unit: UnitId) -> impl Iterator<Item = UnitId> {
        self.next.keys().copied().filter(move |former| self.now(*former) == unit)
    }

    fn follow(&self, unit: UnitId, counts: impl Fn(Day) -> bool) -> UnitId {
        // There are no rings: it ends at the latest when each merger was followed once.
        let step = |unit: UnitId| {
            let (into, day) = self.next.get(&unit)?;
            counts(*day).then_some(*into)
        };
        std::iter::successors(Some(unit), |unit| step(*unit)).last().unwrap_or(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::case::world::{Desk, World, begun, day};
    use crate::case::{self, Opened};
    use crate::fact::body::{
        PersonRegistered, SheetIssued, SheetKind, SheetPart, SheetSignedIn, UnitRegistered,
        UnitRenamed, UnitWithdrawn,
    };
    use crate::fact::{FieldValue, RecordFacts};
    use crate::id::{RecordId, UserId};
    use crate::role::Role;
    use crate::settings::Settings;
    use crate::time::Hlc;

    const fn unit(number: u8) -> UnitId {
        RecordId([number; 16])
    }

    fn merged_into(number: u8) -> Body {
        Body::UnitMerged(UnitMerged {
            into: unit(number), ground: "县政发〔2026〕3号".into()
        })
    }

    /// A unit record with two computers of the township, of which both have its registration.
    fn registered() -> (World, Desk, Desk) {
        let mut world = World::new();
        let (one, other) = (world.desk(2, Role::R7), world.desk(2, Role::R10));
        let body = UnitRegistered { level: Level::Village, sort: UnitSort::Point };
        world.write(one, "2026-01-01", Body::UnitRegistered(body));
        let value = FieldValue {
            value: "桥头村".into(),
            by: UserId([1; 16]),
            recorded: Hlc::default(),
            proof: None,
        };
        world.fields.insert("name".into(), vec![value]);
        world.meet(one, other);
        (world, one, other)
    }

    fn renamed(name: &str) -> Body {
        Body::UnitRenamed(UnitRenamed { name: name.into(), ground: "民政局批复".into() })
    }

    #[test]
    fn a_unit_is_what_was_registered_under_its_name() {
        let (world, one, _) = registered();
        let unit = fold(&world.facts(one)).unwrap();
        assert_eq!((unit.name.as_str(), unit.level), ("桥头村", Level::Village));
        assert_eq!((unit.sort, unit.merged, unit.is_withdrawn), (UnitSort::Point, None, false));
        assert!(unit.former.is_empty() && unit.conflicts.is_empty());
    }

    #[test]
    fn a_unit_that_nobody_registered_is_none() {
        assert_eq!(fold(&RecordFacts::default()), None);
        let mut world = World::new();
        let desk = world.desk(2, Role::R7);
        world.write(desk, "2026-01-01", Body::PersonRegistered(PersonRegistered { sex: None }));
        assert_eq!(fold(&world.facts(desk)), None);
    }

    #[test]
    fn the_name_of_the_latest_day_holds_and_the_earlier_ones_are_kept() {
        let (mut world, one, other) = registered();
        // Typed later, dated earlier: the day tells.
        world.write(one, "2026-05-01", renamed("桥头社区"));
        world.write(other, "2026-03-01", renamed("新桥村"));
        world.meet(one, other);
        let unit = fold(&world.facts(one)).unwrap();
        assert_eq!(unit.name, "桥头社区");
        let former =
            [("新桥村".to_owned(), day("2026-05-01")), ("桥头村".into(), day("2026-03-01"))];
        assert_eq!(unit.former, former);
    }

    #[test]
    fn a_villager_renames_merges_and_withdraws_nothing() {
        let (mut world, one, _) = registered();
        let village = world.desk(1, Role::R3);
        world.meet(one, village);
        world.write(village, "2026-05-01", renamed("桥头社区"));
        world.write(village, "2026-05-01", merged_into(7));
        let body = UnitWithdrawn { reason: "不要了".into() };
        world.write(village, "2026-05-01", Body::UnitWithdrawn(body.clone()));
        let unit = fold(&world.facts(village)).unwrap();
        assert_eq!((unit.name.as_str(), unit.merged, unit.is_withdrawn), ("桥头村", None, false));
        world.write(one, "2026-05-01", Body::UnitWithdrawn(body));
        assert!(fold(&world.facts(one)).unwrap().is_withdrawn);
    }

    #[test]
    fn of_two_mergers_the_later_day_holds_and_of_one_day_somebody_is_asked() {
        let rows = [
            ("2026-05-01", 7, "2026-05-02", 8, Some((unit(8), day("2026-05-02"))), false),
            ("2026-05-02", 7, "2026-05-01", 8, Some((unit(7), day("2026-05-02"))), false),
            ("2026-05-01", 7, "2026-05-01", 7, Some((unit(7), day("2026-05-01"))), false),
            ("2026-05-01", 7, "2026-05-01", 8, Some((unit(7), day("2026-05-01"))), true),
        ];
        for (first, into, second, other_into, holds, asks) in rows {
            let (mut world, one, other) = registered();
            world.write(one, first, merged_into(into));
            world.write(other, second, merged_into(other_into));
            world.meet(one, other);
            let found = fold(&world.facts(one)).unwrap();
            assert_eq!(found, fold(&world.facts(other)).unwrap());
            assert_eq!((found.merged, !found.conflicts.is_empty()), (holds, asks));
            // Whoever has both before them settles it by saying it once more.
            world.write(other, "2026-04-30", merged_into(9));
            let settled = fold(&world.facts(other)).unwrap();
            assert_eq!(settled.merged, Some((unit(9), day("2026-04-30"))));
            assert!(settled.conflicts.is_empty());
        }
    }

    #[test]
    fn what_was_carried_on_twice_is_found_with_the_last_and_a_ring_is_cut() {
        let (spring, summer) = (day("2026-03-01"), day("2026-06-01"));
        let units = Succession::of([(unit(1), unit(2), spring), (unit(2), unit(3), summer)]);
        assert_eq!((units.now(unit(1)), units.now(unit(3))), (unit(3), unit(3)));
        assert_eq!(units.on(unit(1), day("2026-02-28")), unit(1));
        assert_eq!(units.on(unit(1), spring), unit(2));
        assert_eq!(units.on(unit(1), summer), unit(3));
        assert_eq!(units.former(unit(3)).collect::<Vec<_>>(), [unit(1), unit(2)]);
        let ring = [(unit(2), unit(1), summer), (unit(1), unit(2), spring)];
        let units = Succession::of(ring);
        assert_eq!((units.now(unit(1)), units.now(unit(2))), (unit(2), unit(2)));
        assert!(Succession::of([(unit(1), unit(1), spring)]).is_empty());
    }

    #[test]
    fn the_successor_owns_what_the_village_had_and_answers_what_it_was_asked() {
        let mut b = begun();
        let sheet = |to| {
            Body::SheetIssued(SheetIssued {
                sheet: SheetKind::Liaison,
                number: "联〔2026〕1号".into(),
                to,
                part: SheetPart::Co,
                demands: vec![],
                requirement: "协助".into(),
                due: None,
                basis: String::new(),
                referral: None,
                approved_by: String::new(),
                printed: false,
            })
        };
        let body = sheet(b.village.unit());
        let asked = b.world.write(b.township, "2026-03-02", body);
        let next = b.world.desk(9, Role::R3);
        b.world.meet(b.township, next);
        let body = SheetSignedIn { sheet: asked, accepts: true };
        b.world.write(next, "2026-04-02", Body::SheetSignedIn(body));
        let record = b.world.facts(next);
        let units = Succession::of([(b.village.unit(), next.unit(), day("2026-04-01"))]);
        let apart = case::fold(&record, &Settings::default());
        let case = Opened::of(&record, &units).fold(&Settings::default());
        assert_eq!(apart.owner().map(|owner| owner.unit), Some(b.village.unit()));
        assert_eq!(case.owner().map(|owner| owner.unit), Some(next.unit()));
        let registration = case.registration.unwrap();
        assert_eq!(registration.unit, next.unit());
        assert_eq!(registration.counts_for, b.village.unit(), "it applied before the merger");
        let answers =
            |case: &[case::sheet::Sheet]| case.iter().filter(|s| s.signed_in.is_some()).count();
        assert_eq!(answers(&apart.dispatch.sheets), 0, "another unit's sheet");
        assert_eq!(answers(&case.dispatch.sheets), 1);
    }
}
