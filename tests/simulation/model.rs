//! What was acknowledged: every word that somebody was told is written, and what became of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use domain::id::LogId;
use domain::log::Held;
use serde_json::Value;

use crate::next::Newer;
use crate::world::World;

/// The registers that are written: few, so that writes meet.
pub const FIELDS: [&str; 2] = ["title", "place"];

/// A case.
pub struct Case {
    /// Its record.
    pub id: String,
    /// The records that were put in its place when somebody was taken out of it, one after the other.
    pub heirs: Vec<String>,
    /// The event that registered it: names it, whatever else is left out of the list.
    pub born: u32,
    /// The units that must hold it, besides the township.
    pub units: BTreeSet<String>,
    /// The units that left it: what they show of it is of that day.
    pub left: BTreeSet<String>,
    /// Whether it was archived.
    pub is_archived: bool,
    /// Whether it was erased.
    pub is_gone: bool,
    /// Whether nobody can say if it was erased, or who was taken out of it: the township's disk was
    /// put back.
    pub is_open: bool,
}

impl Case {
    /// Whether a record is the case's, or was, or will be where they have heard of it.
    pub fn is(&self, record: &Value) -> bool {
        *record == *self.id || self.heirs.iter().any(|heir| *record == **heir)
    }

    /// Whether somebody was taken out of it.
    pub fn was_taken_from(&self) -> bool {
        !self.heirs.is_empty()
    }
}

/// A word in a fact, in the reason of a decision or in a text.
pub struct Said {
    /// The word: it stands nowhere else.
    pub word: String,
    /// In which case.
    pub case: usize,
    /// On which computer it was typed.
    pub by: usize,
    /// Whether it must be found in the end: not if the only disk that had it was put back.
    pub is_sure: bool,
    /// Whether the township had not heard it when it took somebody out of the case: then its author's
    /// computer says it again, if it can.
    pub is_aside: bool,
}

/// A write of a register.
pub struct Write {
    /// In which case.
    pub case: usize,
    /// On which computer it was typed.
    pub by: usize,
    /// Which register.
    pub field: &'static str,
    /// The value.
    pub value: String,
    /// What it was before a word of it was taken out.
    pub was: Vec<String>,
    /// The writes that whoever wrote it had before them.
    pub over: Vec<usize>,
    /// The word of the decision that it is part of.
    pub decision: Option<String>,
    /// As for words.
    pub is_sure: bool,
}

/// A packet on its way.
pub struct Mail {
    /// The event that wrote it.
    pub born: u32,
    /// Its file.
    pub file: PathBuf,
    /// For which unit.
    pub unit: String,
    /// Who wrote it.
    pub from: usize,
}

/// All of it.
#[derive(Default)]
pub struct Model {
    /// The cases.
    pub cases: Vec<Case>,
    /// The words.
    pub said: Vec<Said>,
    /// The registers.
    pub writes: Vec<Write>,
    /// At which computer somebody is working.
    pub actor: usize,
    /// The papers that were put to cases: in which case, by whom, and the word that names each and
    /// stands in its bytes.
    pub papers: Vec<(usize, usize, String)>,
    /// The packets.
    pub mail: Vec<Mail>,
    /// Every packet that was ever written.
    pub packets: Vec<(PathBuf, String, usize)>,
    /// The words that were taken out, with their case: they are nowhere any more.
    pub taken: Vec<(usize, String)>,
    /// The units that became part of others.
    pub merged: BTreeMap<String, String>,
    /// The names that units got.
    pub names: Vec<String>,
    /// What the next version wrote.
    pub newer: Vec<Newer>,
    /// How far each device ever held each log.
    peaks: BTreeMap<String, BTreeMap<LogId, u64>>,
    /// The devices whose disk was put back or copied.
    pub forked: BTreeSet<String>,
}

/// How much there was of everything, to go back to.
#[derive(Clone, Copy)]
pub struct Mark {
    cases: usize,
    said: usize,
    writes: usize,
}

/// A word of an event: three characters that stand in no other.
#[must_use]
pub fn word(event: u32, part: u32) -> String {
    let first = 0x4e00 + (event * 4 + part) * 3;
    (first..first + 3).filter_map(char::from_u32).collect()
}

/// What a register shows: its value, or all that stand side by side.
#[must_use]
pub fn current(view: &Value, field: &str) -> Vec<String> {
    let key = format!("field/{field}");
    let mut conflicts = view["conflicts"].as_array().into_iter().flatten();
    let open = conflicts.find(|c| c["key"] == *key && c["settlement"].is_null());
    let mut values: Vec<String> = match open {
        Some(open) => {
            let sides = open["sides"].as_array().into_iter().flatten();
            sides.filter_map(|side| side["choice"]["value"].as_str().map(str::to_owned)).collect()
        }
        None => view["fields"][field]["value"].as_str().map(str::to_owned).into_iter().collect(),
    };
    values.sort();
    values.dedup();
    values
}

impl Model {
    /// Where it stands.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark { cases: self.cases.len(), said: self.said.len(), writes: self.writes.len() }
    }

    /// Forgets what was written since: it was not acknowledged after all, and is not there.
    pub fn forget(&mut self, mark: Mark) {
        self.cases.truncate(mark.cases);
        self.said.truncate(mark.said);
        self.writes.truncate(mark.writes);
    }

    /// The words and registers that were written since, as a computer would show them.
    #[must_use]
    pub fn since(&self, mark: Mark) -> Vec<(usize, String)> {
        let said = self.said[mark.said..].iter().map(|said| (said.case, said.word.clone()));
        let writes = self.writes[mark.writes..].iter().map(|w| (w.case, w.value.clone()));
        said.chain(writes).collect()
    }

    /// A word was acknowledged.
    pub fn say(&mut self, case: usize, word: String) {
        self.said.push(Said { word, case, by: self.actor, is_sure: true, is_aside: false });
    }

    /// A word was taken out of a case, and another stands in its place. What the township did not
    /// show then comes once more from whoever wrote it.
    pub fn take_out(&mut self, case: usize, heir: String, (find, put): (&str, &str), shown: &str) {
        self.cases[case].heirs.push(heir);
        self.taken.push((case, find.to_owned()));
        self.said.retain(|said| said.case != case || said.word != find);
        for said in self.said.iter_mut().filter(|said| said.case == case) {
            said.is_aside |= !shown.contains(&said.word);
        }
        for write in self.writes.iter_mut().filter(|write| write.case == case) {
            write.is_sure &= shown.contains(write.decision.as_ref().unwrap_or(&write.value));
            if write.value == find {
                write.was.push(std::mem::replace(&mut write.value, put.to_owned()));
            }
            if write.decision.as_deref() == Some(find) {
                write.decision = Some(put.to_owned());
            }
        }
        self.say(case, put.to_owned());
    }

    /// The cases that somebody wrote on since.
    pub fn cases_since(&self, mark: Mark) -> BTreeSet<usize> {
        let said = self.said.iter().skip(mark.said).map(|said| said.case);
        said.chain(self.writes.iter().skip(mark.writes).map(|write| write.case)).collect()
    }

    /// What was written on a case since was written without having heard of what stands in its
    /// place.
    pub fn put_aside(&mut self, mark: Mark, case: usize) {
        for said in self.said.iter_mut().skip(mark.said).filter(|said| said.case == case) {
            said.is_aside = true;
        }
        for write in self.writes.iter_mut().skip(mark.writes).filter(|write| write.case == case) {
            write.is_sure = false;
        }
    }

    /// The unit and those that it became part of, one after the other.
    pub fn line_of(&self, unit: &str) -> impl Iterator<Item = String> {
        let next = |unit: &String| self.merged.get(unit).cloned();
        std::iter::successors(Some(unit.to_owned()), next)
    }

    /// The unit that carries on what another had.
    pub fn now_of(&self, unit: &str) -> String {
        self.line_of(unit).last().unwrap_or_default()
    }

    /// A register was written by somebody who saw all this.
    pub fn write(
        &mut self,
        case: usize,
        field: &'static str,
        value: String,
        (values, shown): (&[String], &str),
        decision: Option<String>,
    ) {
        let is_seen = |w: &Write| {
            w.case == case
                && w.field == field
                && (values.contains(&w.value) || w.was.iter().any(|was| values.contains(was)))
                && w.decision.as_ref().is_none_or(|word| shown.contains(word))
        };
        let over = (0..self.writes.len()).filter(|at| is_seen(&self.writes[*at])).collect();
        let (by, was, is_sure) = (self.actor, Vec::new(), true);
        self.writes.push(Write { case, by, field, value, was, over, decision, is_sure });
    }

    /// The writes of a register that nobody wrote over who may still be there.
    pub fn standing(&self, case: usize, field: &str) -> BTreeSet<&str> {
        let of = |w: &&Write| w.case == case && w.field == field;
        let over: BTreeSet<usize> =
            self.writes.iter().filter(of).flat_map(|w| w.over.iter().copied()).collect();
        let all = self.writes.iter().enumerate().filter(|(_, w)| of(w));
        let left = all.filter(|(at, w)| w.is_sure && !over.contains(at));
        left.map(|(_, w)| w.value.as_str()).collect()
    }

    /// The values of a register that may stand: not surely written over.
    pub fn possible(&self, case: usize, field: &str) -> BTreeSet<&str> {
        let of = |w: &&Write| w.case == case && w.field == field;
        let over: BTreeSet<usize> = self
            .writes
            .iter()
            .filter(of)
            .filter(|w| w.is_sure)
            .flat_map(|w| w.over.iter().copied())
            .collect();
        let all = self.writes.iter().enumerate().filter(|(_, w)| of(w));
        all.filter(|(at, _)| !over.contains(at)).map(|(_, w)| w.value.as_str()).collect()
    }

    /// After a disk was put back: what some computers wrote and others do not show may be lost.
    pub fn doubt(&mut self, world: &World, (wrote, show): (&[usize], &[usize])) {
        let shown: Vec<String> = self
            .cases
            .iter()
            .map(|case| {
                let all = show.iter().filter_map(|at| world.shown(*at, &case.id));
                all.collect::<Vec<String>>().join("\n")
            })
            .collect();
        for said in self.said.iter_mut().filter(|said| wrote.contains(&said.by)) {
            said.is_sure &= shown[said.case].contains(&said.word);
        }
        self.doubt_newer(world, (wrote, show));
        // Whoever wrote over it had it.
        for at in (0..self.writes.len()).rev() {
            let write = &self.writes[at];
            if !wrote.contains(&write.by) {
                continue;
            }
            let word = write.decision.as_ref().unwrap_or(&write.value);
            let is_seen = shown[write.case].contains(word);
            let is_built_on = self.writes[at..].iter().any(|w| w.is_sure && w.over.contains(&at));
            self.writes[at].is_sure &= is_seen || is_built_on;
        }
    }

    /// After the township's disk was put back: what it said of cases since may be lost with it. A
    /// unit must hold what a computer of it shows, since then everything that needs came along.
    pub fn doubt_township(&mut self, world: &World) {
        for case in &mut self.cases {
            let shows = |unit: &String| {
                let mut of = (0..world.slots.len()).filter(|at| world.slots[*at].unit == *unit);
                of.any(|at| world.shown(at, &case.id).is_some())
            };
            case.units.retain(shows);
            case.is_open |= case.is_gone || case.was_taken_from();
        }
        self.merged.clear();
        self.names.clear();
    }

    /// After the township's disk was put back: what units alone show that left the case may be lost.
    /// Once they hear of it they give nothing but what they wrote themselves.
    pub fn doubt_left(&mut self, world: &World) {
        let mut only_there = Vec::new();
        for case in &self.cases {
            let (mut left, mut holding) = (String::new(), String::new());
            for (at, slot) in world.slots.iter().enumerate() {
                let into = if case.left.contains(&slot.unit) { &mut left } else { &mut holding };
                into.push_str(&world.shown(at, &case.id).unwrap_or_default());
            }
            only_there.push(move |word: &str| left.contains(word) && !holding.contains(word));
        }
        let is_of_left = |case: usize, by: usize| {
            let case: &Case = &self.cases[case];
            case.left.contains(&world.slots[by].unit)
        };
        for said in &mut self.said {
            let is_lost = only_there[said.case](&said.word) && !is_of_left(said.case, said.by);
            said.is_sure &= !is_lost;
        }
        for write in &mut self.writes {
            let word = write.decision.as_ref().unwrap_or(&write.value);
            let is_lost = only_there[write.case](word) && !is_of_left(write.case, write.by);
            write.is_sure &= !is_lost;
        }
    }

    /// Remembers how far a computer holds what.
    ///
    /// # Errors
    /// If it cannot say.
    pub fn note_held(&mut self, world: &World, at: usize) -> Result<(), String> {
        let holdings = world.room(at).desk.holdings().map_err(|fault| fault.to_string())?;
        self.note(&world.slots[at].device, holdings);
        Ok(())
    }

    /// Remembers how far a device holds what.
    pub fn note(&mut self, device: &str, holdings: Vec<Held>) {
        let peaks = self.peaks.entry(device.to_owned()).or_default();
        for held in holdings {
            let last = held.ranges.last().map_or(0, |range| range.last);
            let peak = peaks.entry(held.log).or_default();
            *peak = (*peak).max(last);
        }
    }

    /// No false tick: nobody is believed to hold what it never held.
    ///
    /// # Errors
    /// The tick that is false.
    pub fn ticks(&self, world: &World, at: usize) -> Result<(), String> {
        for (device, peaks) in &self.peaks {
            let id = device.parse().map_err(|_| format!("no device: {device}"))?;
            let believed = world.room(at).desk.believed(id).map_err(|fault| fault.to_string())?;
            for (log, ranges) in believed {
                let said = ranges.last().map_or(0, |range| range.1);
                let held = peaks.get(&log).copied().unwrap_or(0);
                if said > held {
                    let name = &world.slots[at].name;
                    return Err(format!(
                        "{name} believes {device} holds {log} up to {said}: {held}"
                    ));
                }
            }
        }
        Ok(())
    }
}
