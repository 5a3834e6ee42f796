//! Images of disks that are put back, and profiles that are copied.

use crate::event::Event;
use crate::play::{Outcome, Planted, Play};
use crate::world::TOWNSHIP;

/// The most continuations of one log that are carried, with some room.
const FORKS_MAX: usize = 5;

impl Play {
    /// Puts an image back on a computer's disk.
    pub(crate) fn restore(&mut self, at: usize, e: &Event) -> Outcome {
        let slot = &self.world.slots[at];
        let Some(image) = slot.images.get(e.b as usize % slot.images.len().max(1)).cloned() else {
            return Ok("no image".into());
        };
        if self.forks() >= FORKS_MAX {
            return Ok("enough".into());
        }
        self.model.note_held(&self.world, at)?;
        self.world.start_from(at, &image)?;
        let device = self.world.slots[at].device.clone();
        self.model.forked.insert(device);
        if self.planted != Planted::Restore {
            let all: Vec<usize> = (0..self.world.slots.len()).collect();
            self.model.doubt(&self.world, (&all, &all));
        }
        self.count("forks");
        if at == TOWNSHIP {
            self.model.doubt_left(&self.world);
        }
        if at == TOWNSHIP || self.counts.contains_key("township put back") {
            // What it had said, and lost, this one may have been the only one to know.
            self.model.doubt_township(&self.world);
        }
        Ok("put back".into())
    }

    /// The same of the township's, as long as it has revoked nobody: whom it has nobody could say any
    /// more then.
    pub(crate) fn restore_township(&mut self, e: &Event) -> Outcome {
        if self.has_revoked() {
            return Ok("not in this run".into());
        }
        let outcome = self.restore(TOWNSHIP, e)?;
        if outcome == "put back" {
            self.count("township put back");
        }
        Ok(outcome)
    }

    fn forks(&self) -> usize {
        self.counts.get("forks").map_or(0, |count| *count as usize)
    }

    /// Copies a profile.
    pub(crate) fn twin(&mut self, e: &Event) -> Outcome {
        let at = self.world.pick_village(e.a);
        if self.forks() >= FORKS_MAX {
            return Ok("enough".into());
        }
        let made = self.world.twin(at, e.c.is_multiple_of(3))?;
        if made.is_none() {
            return Ok("enough".into());
        }
        self.model.forked.insert(self.world.slots[at].device.clone());
        self.count("forks");
        Ok("copied".into())
    }
}
