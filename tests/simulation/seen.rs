//! What a computer shows of every case: asked once, whatever is looked for in it.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;
use serde_json::{Value, json};

use crate::play::Play;
use crate::world::TOWNSHIP;

/// The cases as a computer shows them.
pub struct Seen<'a> {
    play: &'a Play,
    /// Which computer.
    pub at: usize,
    views: Vec<OnceCell<Option<Value>>>,
}

impl<'a> Seen<'a> {
    /// Nothing was asked yet.
    #[must_use]
    pub fn new(play: &'a Play, at: usize) -> Self {
        let views = play.model.cases.iter().map(|_| OnceCell::new()).collect();
        Self { play, at, views }
    }

    /// What the computer is called.
    #[must_use]
    pub fn name(&self) -> &'a str {
        &self.play.world.slots[self.at].name
    }

    /// A case, if the computer shows it.
    ///
    /// # Errors
    /// In words, if it failed by a mistake of ours.
    pub fn view(&self, case: usize) -> Result<Option<&Value>, String> {
        if let Some(view) = self.views[case].get() {
            return Ok(view.as_ref());
        }
        let asked = json!({ "case": self.play.model.cases[case].id });
        let view = self.play.world.call(self.at, "case_get", asked)?.ok();
        Ok(self.views[case].get_or_init(|| view).as_ref())
    }

    /// All that the computer shows of a case as text, to look for words in.
    ///
    /// # Errors
    /// In words, if it failed by a mistake of ours.
    pub fn text(&self, case: usize) -> Result<Option<String>, String> {
        let id = &self.play.model.cases[case].id;
        let view = self.view(case)?;
        Ok(view.and_then(|view| self.play.world.shown_with(self.at, id, view)))
    }
}

/// The first of some words that a text lacks.
#[must_use]
pub fn lacking<'w>(text: &str, words: &[&'w str]) -> Option<&'w str> {
    let finder = AhoCorasick::new(words).expect("a few words");
    let found: BTreeSet<usize> =
        finder.find_overlapping_iter(text).map(|found| found.pattern().as_usize()).collect();
    (0..words.len()).find(|at| !found.contains(at)).map(|at| words[at])
}

/// The cases that moved twice, by two acts of the township that did not know of each other, where
/// nobody has decided which holds: until then a unit sees what stands in the one home it holds.
///
/// # Errors
/// In words, if it failed by a mistake of ours.
pub fn with_two_homes(play: &Play) -> Result<BTreeSet<usize>, String> {
    let township = Seen::new(play, TOWNSHIP);
    let mut found = BTreeSet::new();
    for case in 0..play.model.cases.len() {
        let Some(view) = township.view(case)? else { continue };
        let mut conflicts = view["conflicts"].as_array().into_iter().flatten();
        if conflicts.any(|c| c["kind"] == "home" && c["settlement"].is_null()) {
            found.insert(case);
        }
    }
    Ok(found)
}

/// The rows that each computer shows.
pub type Rows = BTreeMap<usize, Vec<String>>;
