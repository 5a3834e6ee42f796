//! A fleet half on the next version: some computers write what today's program does not know, and
//! more of them do as the run goes on. All of them run today's; what the next one writes is written
//! through the desk as it would ([`app::next`]).

use std::collections::BTreeSet;

use app::next::Next;
use domain::log::{Entry, EntryKind};

use crate::event::Event;
use crate::model::{Model, word};
use crate::oracles::{has_left, holds};
use crate::play::{Outcome, Play};
use crate::seen::Seen;
use crate::world::{TOWNSHIP, World};

/// What the next version wrote.
pub struct Newer {
    /// On which case, or beside it in its space.
    pub case: usize,
    /// At which computer.
    pub by: usize,
    /// What.
    pub next: Next,
    /// The entry, as it was written.
    pub entry: Entry,
    /// As for words.
    pub is_sure: bool,
}

impl Model {
    /// After a disk was put back: what some computers wrote of it may be lost where no other has it.
    pub fn doubt_newer(&mut self, world: &World, (wrote, show): (&[usize], &[usize])) {
        let has = |at: &usize, entry: &Entry| world.room(*at).desk.has_entry(entry) == Ok(true);
        for newer in self.newer.iter_mut().filter(|newer| wrote.contains(&newer.by)) {
            newer.is_sure &= show.iter().any(|at| has(at, &newer.entry));
        }
    }
}

impl Play {
    /// A computer gets the next version.
    pub(crate) fn upgrade(&mut self, at: usize) -> Outcome {
        if std::mem::replace(&mut self.world.slots[at].is_next, true) {
            return Ok("has it".into());
        }
        self.world.restart(at)?;
        self.count("upgrades");
        Ok("upgraded".into())
    }

    /// One that has it writes what today's program does not know.
    pub(crate) fn write_next(&mut self, e: &Event) -> Outcome {
        let slots = &self.world.slots;
        let those: Vec<usize> = (0..slots.len()).filter(|at| slots[*at].is_next).collect();
        let Some(at) = those.get(e.a as usize % those.len().max(1)).copied() else {
            return Ok("nobody has it".into());
        };
        self.model.actor = at;
        let Some(case) = self.pick_case(at, e.b)? else { return Ok("no case".into()) };
        let next = match Next::ALL[e.c as usize % Next::ALL.len()] {
            // Nobody of today's goes on with such a case: now and then.
            Next::Critical if !e.b.is_multiple_of(4) => Next::Entry,
            next => next,
        };
        let id = self.model.cases[case].id.parse().map_err(|_| "no id".to_owned())?;
        match self.world.room(at).desk.write_next(id, next, &word(e.id, 0)) {
            Ok(entry) => {
                if next == Next::Member {
                    // What is known of it is shown.
                    self.model.say(case, word(e.id, 0));
                }
                self.model.newer.push(Newer { case, by: at, next, entry, is_sure: true });
                self.count("newer entries");
                Ok(format!("{next:?}"))
            }
            Err(fault) => self.world.told(at, "write_next", &fault),
        }
    }
}

/// Whether something of the next version is asked of a computer. Late words of whoever was revoked or
/// let go count once somebody takes them up; what is not said on a case stays in the space in which
/// it was written.
fn is_asked(play: &Play, at: usize, newer: &Newer) -> bool {
    let (case, author) = (&play.model.cases[newer.case], &play.world.slots[newer.by]);
    let is_late = author.is_revoked || case.left.contains(&author.unit);
    let is_left = has_left(play, at, newer.case);
    if !newer.is_sure || is_late || is_left || case.is_gone || case.is_open {
        return false;
    }
    let moves = newer.entry.kind == EntryKind::CHANGE && newer.next != Next::Record;
    let is_of_author = at == TOWNSHIP || play.world.slots[at].unit == author.unit;
    is_of_author || moves && holds(play, at, newer.case)
}

/// What the next version wrote is held byte for byte wherever its space may be read. A case out of
/// which somebody was taken says the same in another record.
///
/// # Errors
/// What is lacking.
pub fn kept(play: &Play, at: usize) -> Result<(), String> {
    for newer in play.model.newer.iter().filter(|newer| is_asked(play, at, newer)) {
        let case = &play.model.cases[newer.case];
        if case.was_taken_from() && newer.next != Next::Record {
            continue;
        }
        let has = play.world.room(at).desk.has_entry(&newer.entry);
        if !has.map_err(|fault| fault.to_string())? {
            let name = &play.world.slots[at].name;
            return Err(format!("{name} lacks {:?} in case {}", newer.next, case.born));
        }
    }
    Ok(())
}

/// Whoever reads a case is told that something in it was not understood.
///
/// # Errors
/// Who is not.
pub fn told(play: &Play, seen: &Seen<'_>, torn: &BTreeSet<usize>) -> Result<(), String> {
    let asked = play.model.newer.iter().filter(|newer| is_asked(play, seen.at, newer));
    for newer in asked.filter(|newer| newer.next.is_told()) {
        let case = &play.model.cases[newer.case];
        let is_elsewhere = case.was_taken_from() && newer.entry.kind != EntryKind::CHANGE;
        if is_elsewhere || (seen.at != TOWNSHIP && torn.contains(&newer.case)) {
            continue;
        }
        let is_told = seen.view(newer.case)?.is_some_and(|view| view["needs_update"] == true);
        if !is_told {
            let (name, what) = (seen.name(), newer.next);
            return Err(format!("{name} does not tell of {what:?} in case {}", case.born));
        }
    }
    Ok(())
}
