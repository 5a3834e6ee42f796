//! The line between two computers that meet.

use std::path::Path;

use app::desk::Desk;
use app::exchange::Line;
use domain::log::Held;
use fastrand::Rng;

use crate::world::copy;

/// The line of a meeting: who speaks is drawn; it may break, or the power may go at one end.
pub(crate) struct Rope<'a> {
    pub(crate) rng: Rng,
    pub(crate) bytes_left: Option<usize>,
    /// After how many messages, and what is copied where.
    pub(crate) power: Option<(u32, &'a Path, &'a Path)>,
    pub(crate) is_cut: bool,
    pub(crate) is_dark: bool,
    /// Computers whose log may be cut where it forked, after they have said how far they hold it.
    pub(crate) watched: Vec<(usize, &'a Desk)>,
    /// What they held on the way.
    pub(crate) held: Vec<(usize, Vec<Held>)>,
}

impl Line for Rope<'_> {
    fn pick(&mut self, count: usize) -> usize {
        self.rng.usize(..count)
    }

    fn crosses(&mut self, bytes: usize) -> bool {
        for (slot, desk) in &self.watched {
            self.held.push((*slot, desk.holdings().expect("a computer says what it holds")));
        }
        if let Some((left, from, to)) = &mut self.power {
            if *left == 0 && !self.is_cut {
                copy(from, to).expect("copied");
                (self.is_cut, self.is_dark) = (true, true);
            }
            *left = left.saturating_sub(1);
        }
        match &mut self.bytes_left {
            Some(left) if *left < bytes => self.is_cut = true,
            Some(left) => *left -= bytes,
            None => {}
        }
        !self.is_cut
    }
}
