//! Which units hold which spaces, which left one, and what two of them exchange.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{RecordId, SpaceId, UnitId};
use domain::log::LogKey;

use crate::key::PublicKey;
use crate::statement::{Access, Grant, Leaving};

use super::ending::CutOffs;
use super::{Roster, push_once};

/// What was granted, and which time that was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Granted {
    access: Access,
    turn: u32,
}

/// What all leavings of a case by a unit say together: the first word, the strictest cut-offs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// When it was first said, in milliseconds since 1970.
    pub said_ms: u64,
    /// Why, as it was first said.
    pub reason: String,
    /// How far each log of the unit's devices counts in the case.
    pub cut_offs: CutOffs,
}

impl Roster {
    pub(super) fn note_grant(&mut self, signer: PublicKey, new: &Grant) {
        let granted = Granted { access: new.access, turn: new.turn.unwrap_or(0) };
        push_once(self.grants.entry((new.space, new.unit)).or_default(), (signer, granted));
    }

    /// Whether somebody may say who holds a space.
    fn may_grant(&self, signer: PublicKey, space: SpaceId) -> bool {
        self.is_authority(signer) || self.is_case_space(space) && self.opens_cases(signer.device())
    }

    /// What a unit was granted of a space, believed, whether it holds it still or not.
    fn granted(&self, space: SpaceId, unit: UnitId) -> impl Iterator<Item = Granted> {
        let said = self.grants.get(&(space, unit)).map_or(&[][..], Vec::as_slice);
        said.iter().filter(move |(signer, _)| self.may_grant(*signer, space)).map(|(_, said)| *said)
    }

    /// What was said about a unit's leaving of a space, believed. Nobody leaves but the space of a
    /// case.
    fn leaving(&self, space: SpaceId, unit: UnitId) -> impl Iterator<Item = &Leaving> {
        let of_it =
            move |said: &&(PublicKey, Leaving)| (said.1.space, said.1.unit) == (space, unit);
        let said = self.leavings.iter().filter(of_it);
        said.filter(move |(signer, _)| self.is_case_space(space) && self.may_grant(*signer, space))
            .map(|(_, said)| said)
    }

    /// The last turn of a unit's grants of a space that ended.
    fn ended_turn(&self, space: SpaceId, unit: UnitId) -> Option<u32> {
        self.leaving(space, unit).map(|said| said.turn).max()
    }

    /// The turn of the next grant of a space to a unit, where it is not the first.
    #[must_use]
    pub fn next_turn(&self, space: SpaceId, unit: UnitId) -> Option<u32> {
        self.ended_turn(space, unit).map(|turn| turn.saturating_add(1))
    }

    /// The turn of what a unit holds of a space: what a leaving ends.
    #[must_use]
    pub fn turn(&self, space: SpaceId, unit: UnitId) -> u32 {
        self.granted(space, unit).map(|granted| granted.turn).max().unwrap_or(0)
    }

    /// What a unit may do with a space.
    #[must_use]
    pub fn access(&self, space: SpaceId, unit: UnitId) -> Option<Access> {
        let ended = self.ended_turn(space, unit);
        let holds = |granted: &Granted| ended.is_none_or(|turn| granted.turn > turn);
        self.granted(space, unit).filter(holds).map(|granted| granted.access).max()
    }

    /// Whether a unit may write to a space, or might once: its logs there are believed, though what
    /// it writes after it left has no effect.
    #[must_use]
    pub fn wrote(&self, space: SpaceId, unit: UnitId) -> bool {
        self.granted(space, unit).any(|granted| granted.access == Access::Write)
    }

    /// Whether a unit left a space and holds it no more.
    #[must_use]
    pub fn has_left(&self, space: SpaceId, unit: UnitId) -> bool {
        self.ended_turn(space, unit).is_some() && self.access(space, unit).is_none()
    }

    /// The units that left cases and were not taken in again, by case.
    #[must_use]
    pub fn departures(&self) -> BTreeMap<(RecordId, UnitId), Left> {
        let mut departures: BTreeMap<(RecordId, UnitId), Left> = BTreeMap::new();
        for (_, said) in &self.leavings {
            // Of a unit that was taken in again and left once more, the last time counts.
            let is_last = self.ended_turn(said.space, said.unit) == Some(said.turn);
            let is_believed = self.leaving(said.space, said.unit).any(|one| one == said);
            if !is_last || !is_believed || self.access(said.space, said.unit).is_some() {
                continue;
            }
            let one = Left {
                said_ms: said.said_ms,
                reason: said.reason.clone(),
                cut_offs: CutOffs::of(&said.cut_offs),
            };
            match departures.get_mut(&(said.case, said.unit)) {
                Some(left) => {
                    left.cut_offs.restrict(&one.cut_offs);
                    if (one.said_ms, &one.reason) < (left.said_ms, &left.reason) {
                        (left.said_ms, left.reason) = (one.said_ms, one.reason);
                    }
                }
                None => drop(departures.insert((said.case, said.unit), one)),
            }
        }
        departures
    }

    /// The spaces a unit holds.
    #[must_use]
    pub fn spaces_of(&self, unit: UnitId) -> BTreeSet<SpaceId> {
        let of_unit = self.grants.keys().filter(|(_, u)| *u == unit).map(|(space, _)| *space);
        of_unit.filter(|space| self.access(*space, unit).is_some()).collect()
    }

    /// The units that hold a space, in order.
    #[must_use]
    pub fn holders(&self, space: SpaceId) -> BTreeSet<UnitId> {
        let named = self.grants.keys().filter(|(s, _)| *s == space).map(|(_, unit)| *unit);
        named.filter(|unit| self.access(space, *unit).is_some()).collect()
    }

    /// The units that hold a space or once did, in order: what stood there may lie with them still.
    #[must_use]
    pub fn holders_ever(&self, space: SpaceId) -> BTreeSet<UnitId> {
        let named = self.grants.keys().filter(|(s, _)| *s == space).map(|(_, unit)| *unit);
        named.filter(|unit| self.granted(space, *unit).next().is_some()).collect()
    }

    /// The units that hold any space, in order.
    #[must_use]
    pub fn units(&self) -> BTreeSet<UnitId> {
        let granted =
            self.grants.keys().filter(|(space, unit)| self.access(*space, *unit).is_some());
        granted.map(|(_, unit)| *unit).collect()
    }

    /// What two units exchange.
    #[must_use]
    pub fn exchanged(&self, a: UnitId, b: UnitId) -> Exchanged {
        let (of_a, of_b) = (self.spaces_of(a), self.spaces_of(b));
        let parted = |held: &BTreeSet<SpaceId>, gone: UnitId| -> Vec<(SpaceId, UnitId)> {
            let left = self.leavings.iter().filter(|(_, said)| said.unit == gone);
            let spaces = left.map(|(_, said)| said.space).filter(|space| held.contains(space));
            spaces.filter(|space| self.has_left(*space, gone)).map(|space| (space, gone)).collect()
        };
        let mut both: BTreeSet<SpaceId> = of_a.intersection(&of_b).copied().collect();
        if a == b {
            // Computers of one unit pass on what it had.
            let left = self.leavings.iter().filter(|(_, said)| said.unit == a);
            let spaces = left.map(|(_, said)| said.space);
            both.extend(spaces.filter(|space| self.has_left(*space, a)));
        }
        Exchanged { both, parted: parted(&of_a, b).into_iter().chain(parted(&of_b, a)).collect() }
    }
}

/// What two units exchange: the logs of all spaces that both hold, and of those that one holds and
/// the other left what the latter's devices wrote, so that its last words are not lost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exchanged {
    both: BTreeSet<SpaceId>,
    /// Which of the two left a space that the other holds.
    parted: BTreeMap<SpaceId, UnitId>,
}

impl Exchanged {
    /// The spaces of which anything is exchanged.
    #[must_use]
    pub fn spaces(&self) -> BTreeSet<SpaceId> {
        self.both.iter().chain(self.parted.keys()).copied().collect()
    }

    /// The spaces of which one of the two may see everything.
    #[must_use]
    pub fn seen_by(&self, unit: UnitId) -> BTreeSet<SpaceId> {
        let left_by_other = self.parted.iter().filter(|(_, gone)| **gone != unit);
        self.both.iter().chain(left_by_other.map(|(space, _)| space)).copied().collect()
    }

    /// Whether a log is exchanged.
    #[must_use]
    pub fn has(&self, roster: &Roster, log: &LogKey) -> bool {
        self.both.contains(&log.space)
            || self.parted.get(&log.space).is_some_and(|gone| {
                roster.device(log.device).is_some_and(|device| device.unit == *gone)
            })
    }

    /// Whether one of the two takes a log from the other: what they exchange, and whatever the other
    /// still has of a space that it left, as it may not have heard.
    #[must_use]
    pub fn takes(&self, unit: UnitId, roster: &Roster, log: &LogKey) -> bool {
        let is_left_by_other = self.parted.get(&log.space).is_some_and(|gone| *gone != unit);
        is_left_by_other || self.has(roster, log)
    }
}

#[cfg(test)]
mod tests;
