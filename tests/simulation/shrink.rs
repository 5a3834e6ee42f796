//! What of a list of events it takes to go wrong: halves, quarters and in the end single events are
//! left out for as long as it still does.

use std::time::{Duration, Instant};

use crate::event::Event;

/// Makes a list shorter that `fails`, for some time at most.
#[must_use]
pub fn shrink(events: &[Event], most: Duration, fails: impl Fn(&[Event]) -> bool) -> Vec<Event> {
    let began = Instant::now();
    let mut left = events.to_vec();
    let mut size = left.len().div_ceil(2).max(1);
    loop {
        let mut at = 0;
        let mut is_shorter = false;
        while at < left.len() {
            if began.elapsed() > most {
                return left;
            }
            let end = (at + size).min(left.len());
            let without = [&left[..at], &left[end..]].concat();
            if fails(&without) {
                (left, is_shorter) = (without, true);
            } else {
                at = end;
            }
        }
        if size > 1 {
            size = size.div_ceil(2);
        } else if !is_shorter {
            return left;
        }
    }
}
