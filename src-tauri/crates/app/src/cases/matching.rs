//! Why a case was found: where each word that somebody looked for stands in it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Reader;
use store::search::numeral;

use crate::fault::Fault;
use crate::letters::reads;
use crate::view::{CaseLine, MatchView};

/// Where a word was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum MatchPlace {
    /// In a name.
    Name,
    /// In a name, by its pinyin.
    NameLetters,
    /// In a number.
    Number,
    /// In the title.
    Title,
    /// In the place.
    Place,
    /// In the place, by its pinyin.
    PlaceLetters,
    /// In a telephone number.
    Phone,
    /// In what was written about it.
    Text,
    /// At the end of an identity number, or in a name that is not shown.
    Hidden,
}

/// The most words of a query of which is said where they stand.
const WORDS_MAX: usize = 16;

/// Says of each line where the words of a query stand in it.
pub(super) fn mark(reader: &Reader<'_>, query: &str, lines: &mut [CaseLine]) -> Result<(), Fault> {
    let words: Vec<&str> = query.split_whitespace().take(WORDS_MAX).collect();
    for line in lines {
        let text = reader.text_of(line.id)?;
        let formal = reader.formal_number(line.id)?.unwrap_or_default();
        let found = |word: &&str| MatchView {
            word: (*word).to_owned(),
            place: place_of(word, line, &formal, &text),
        };
        let matched = words.iter().map(found).collect();
        line.matched = matched;
    }
    Ok(())
}

/// A number without what people write around it: 第12号 and 十二 are 12.
fn number_in(word: &str) -> Option<String> {
    let bare = word.trim_start_matches('第').trim_end_matches('号');
    let digits = bare.trim_start_matches('0');
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Some(digits.to_owned());
    }
    numeral(bare).map(|number| number.to_string())
}

fn place_of(word: &str, line: &CaseLine, formal: &str, text: &str) -> MatchPlace {
    let low = word.to_lowercase();
    let holds = |text: &str| text.to_lowercase().contains(&low);
    let bare = |text: &str| -> String {
        text.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect()
    };
    let is_numbered = |number: &str| {
        let groups = number.split(|c: char| !c.is_ascii_digit());
        let wanted = number_in(word);
        holds(number)
            || (low.len() > 1 && bare(&low) == low && bare(number).contains(&low))
            || wanted.is_some_and(|n| groups.map(|g| g.trim_start_matches('0')).any(|g| g == n))
    };
    let is_phone = |digits: &str| digits.len() >= 7 && digits.ends_with(word);
    let mut digits = text.split(|c: char| !c.is_ascii_digit());
    match () {
        () if line.parties.iter().any(|name| holds(name)) => MatchPlace::Name,
        () if is_numbered(&line.number) || is_numbered(formal) => MatchPlace::Number,
        () if holds(&line.title) => MatchPlace::Title,
        () if holds(&line.place) => MatchPlace::Place,
        () if line.parties.iter().any(|name| reads(name, word)) => MatchPlace::NameLetters,
        () if reads(&line.place, word) => MatchPlace::PlaceLetters,
        () if word.len() >= 4 && digits.any(is_phone) => MatchPlace::Phone,
        () if holds(text) => MatchPlace::Text,
        () => MatchPlace::Hidden,
    }
}
