//! Words that are taken out of a case that goes on as another record.

use serde_json::{Value, json};

use crate::event::Event;
use crate::model::{Mark, word};
use crate::play::{Outcome, Play};
use crate::world::TOWNSHIP;

impl Play {
    /// The word that is taken out of a case: a party's name, or any that the township shows; with
    /// the party.
    fn pick_word(&self, e: &Event, case: usize, view: &Value, shown: &str) -> (String, Value) {
        let party = &view["parties"][0];
        let name = party["details"]["name"].as_str().unwrap_or_default();
        let said = || self.model.said.iter().filter(|said| said.case == case);
        if e.c.is_multiple_of(2) && said().any(|said| said.word == name) {
            return (name.to_owned(), party["id"].clone());
        }
        let is_paper = |word: &str| self.model.papers.iter().any(|paper| paper.2 == word);
        let words: Vec<&str> = said()
            .map(|said| said.word.as_str())
            .filter(|word| shown.contains(word) && !is_paper(word) && *word != name)
            .collect();
        let word = words.get(e.c as usize / 2 % words.len().max(1)).copied();
        (word.unwrap_or_default().to_owned(), Value::Null)
    }

    /// The township takes somebody out of a case that it archived.
    pub(crate) fn redact(&mut self, e: &Event) -> Outcome {
        self.model.actor = TOWNSHIP;
        let Some(case) = self.pick_archived(e.b) else { return Ok("nothing archived".into()) };
        let id = self.model.cases[case].id.clone();
        let view = match self.view(TOWNSHIP, case)? {
            Ok(view) => view,
            Err(why) => return Ok(why),
        };
        let shown = self.world.shown(TOWNSHIP, &id).unwrap_or_default();
        let (find, party) = self.pick_word(e, case, &view, &shown);
        let put = word(e.id, 0);
        let payload = json!({
            "case": id, "party": party, "words": [{ "find": find, "put": put }],
            "ground": "consent_withdrawn", "reason": "本人书面撤回同意",
        });
        match self.world.call(TOWNSHIP, "case_redact", payload)? {
            Ok(_) => {
                let now = self.view(TOWNSHIP, case)??;
                let heir = tests::text(&now, "/id");
                if heir == view["id"] {
                    return Ok("waits".into());
                }
                self.model.take_out(case, heir, (&find, &put), &shown);
                self.count("redactions");
                let born = self.model.cases[case].born;
                Ok(format!(
                    "{} taken out of case {born}",
                    if party.is_null() { "a word" } else { "a party" }
                ))
            }
            Err(why) => Ok(why),
        }
    }

    /// Remembers who wrote on a case without having heard that another record stands in its place:
    /// that is said again there by their own computer, and registers only where nothing else has
    /// happened.
    pub(crate) fn note_unheard(&mut self, mark: Mark) -> Result<(), String> {
        let at = self.model.actor;
        for case in self.model.cases_since(mark) {
            let Some(heir) = self.model.cases[case].heirs.last() else { continue };
            let view = self.view(at, case)?;
            if view.is_ok_and(|view| view["id"] != **heir) {
                self.model.put_aside(mark, case);
            }
        }
        Ok(())
    }
}
