//! Taking one person out of a case that goes on (删除一个人的信息): which words go, what stands in
//! their place, and where nothing may be altered.
//!
//! Whoever asks to be taken out of a case may be, wherever a record only tells of them. What people
//! signed is another thing: an agreement that holds binds by its words (人民调解法第三十一条), and a
//! signed paper of the file is kept as it is (档案法（2020）第十三条); as long as it must be kept, the
//! answer is to stop everything but keeping it: sealing (个人信息保护法第四十七条第二款), or, where the
//! law asks for it, erasing the whole case ([`crate::erasure`]). A name is never taken out of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::case::agreement::{Agreement, Standing};
use crate::fact::body::PartyAdded;
use crate::id::{FactId, RecordId};

/// The fewest characters of a word that is taken out: shorter ones stand inside other words.
pub const WORD_CHARS_MIN: usize = 2;
/// The most characters of one word, and of what stands in its place.
pub const WORD_CHARS_MAX: usize = 200;
/// The most words that are taken out in one go.
pub const WORDS_MAX: usize = 50;

/// What stands in the place of a word that says nothing more.
pub const BLANK: &str = "×××";

/// How parties are called once they have no name, by their place in the case.
const STEMS: [&str; 10] = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"];

/// A word that is taken out, and what stands in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Swap {
    /// The word.
    pub find: String,
    /// What stands there instead; may be nothing.
    pub put: String,
}

/// Why somebody is not taken out of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum RedactionBar {
    /// They are bound by an agreement that holds.
    Bound,
    /// A paper that was signed, or an agreement that took effect, tells of them in its own words.
    Signed,
}

/// What of a case bars taking somebody out: a party, or whoever some words name.
#[must_use]
pub fn bar(agreement: &Agreement, party: Option<FactId>, is_named: bool) -> Option<RedactionBar> {
    let holds = matches!(agreement.standing, Standing::Current | Standing::Contested);
    let is_bound = party.is_some_and(|party| agreement.parties.contains(&party));
    let is_signed =
        agreement.signed.is_some() || agreement.sealed.is_some() || agreement.is_in_effect();
    match () {
        () if holds && agreement.is_in_effect() && is_bound => Some(RedactionBar::Bound),
        () if is_signed && is_named => Some(RedactionBar::Signed),
        () => None,
    }
}

/// The words by which a party is known, each with what is proposed in its place.
#[must_use]
pub fn proposed(party: &PartyAdded, place: usize) -> Vec<Swap> {
    let stem = STEMS.get(place).copied().unwrap_or(BLANK);
    let name = Swap { find: party.name.trim().to_owned(), put: format!("当事人{stem}") };
    let others = [&party.phone, &party.id_number, &party.address, &party.guardian, &party.school];
    let others = others
        .into_iter()
        .flatten()
        .map(|word| Swap { find: word.trim().to_owned(), put: BLANK.to_owned() });
    let mut swaps: Vec<Swap> = std::iter::once(name).chain(others).collect();
    swaps.retain(|swap| swap.find.chars().count() >= WORD_CHARS_MIN);
    swaps
}

/// A text with every word replaced, the longer ones first, so that no part of one is left.
#[must_use]
pub fn replaced(text: &str, swaps: &[Swap]) -> String {
    let mut longest: Vec<&Swap> = swaps.iter().collect();
    longest.sort_by_key(|swap| (std::cmp::Reverse(swap.find.len()), &swap.find));
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let found = longest.iter().find(|swap| rest.starts_with(swap.find.as_str()));
        let length = match found {
            Some(swap) if !swap.find.is_empty() => {
                out.push_str(&swap.put);
                swap.find.len()
            }
            _ => {
                out.push(first);
                first.len_utf8()
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

/// Whether a text holds one of the words.
#[must_use]
pub fn names(text: &str, swaps: &[Swap]) -> bool {
    swaps.iter().any(|swap| !swap.find.is_empty() && text.contains(&swap.find))
}

/// A place in a fact where something is taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Its JSON pointer within the fact.
    pub path: String,
    /// What stands there.
    pub before: String,
    /// What is to stand there; nothing where the place is emptied.
    pub after: Option<String>,
}

/// What is taken out of facts.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The party, by the fact that added it.
    pub party: Option<FactId>,
    /// The words.
    pub swaps: &'a [Swap],
}

/// The members of a party that tell of nobody else.
const OF_PARTY: [&str; 6] = ["phone", "address", "id_number", "person", "guardian", "school"];

impl Wanted<'_> {
    /// The places of a fact where something is taken out, in the order of their pointers.
    #[must_use]
    pub fn leaves(&self, id: FactId, json: &str) -> Vec<Leaf> {
        let Ok(fact) = serde_json::from_str::<Value>(json) else { return Vec::new() };
        let mut leaves = Vec::new();
        if let Some(body) = self.party_in(id, &fact) {
            self.party_leaves(&fact, body, &mut leaves);
        }
        if let Some(body) = fact.get("body") {
            self.walk(body, "/body", &mut leaves);
        }
        leaves.sort_by(|a, b| a.path.cmp(&b.path));
        leaves
    }

    /// The pointer to the party in a fact that adds it or corrects that.
    fn party_in(&self, id: FactId, fact: &Value) -> Option<&'static str> {
        let party = self.party?;
        let kind = fact.get("kind").and_then(Value::as_str)?;
        let corrects = || fact.pointer("/body/fact").and_then(Value::as_str)?.parse().ok();
        match kind {
            "party_added" if id == party => Some("/body"),
            "corrected" if corrects() == Some(party) => Some("/body/to/body"),
            _ => None,
        }
    }

    fn party_leaves(&self, fact: &Value, body: &str, leaves: &mut Vec<Leaf>) {
        let text = |name: &str| {
            let found = fact.pointer(&format!("{body}/{name}")).and_then(Value::as_str);
            found.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        for name in OF_PARTY {
            if let Some(before) = text(name) {
                leaves.push(Leaf { path: format!("{body}/{name}"), before, after: None });
            }
        }
        // The year alone: whether somebody was a minor stays known.
        if let Some(before) = text("birth")
            && let Some(year) = before.get(..4)
        {
            let after = Some(format!("{year}-01-01"));
            if after.as_deref() != Some(before.as_str()) {
                leaves.push(Leaf { path: format!("{body}/birth"), before, after });
            }
        }
    }

    fn walk(&self, value: &Value, path: &str, leaves: &mut Vec<Leaf>) {
        match value {
            Value::String(text)
                if !is_word_of_ours(text)
                    && names(text, self.swaps)
                    && leaves.iter().all(|leaf| leaf.path != path) =>
            {
                let after = Some(replaced(text, self.swaps));
                leaves.push(Leaf { path: path.to_owned(), before: text.clone(), after });
            }
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.walk(item, &format!("{path}/{at}"), leaves);
                }
            }
            Value::Object(members) => {
                for (name, item) in members {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    self.walk(item, &format!("{path}/{name}"), leaves);
                }
            }
            _ => {}
        }
    }
}

/// Whether a text is a name of a record or a fact, or one of the program's own words.
fn is_word_of_ours(text: &str) -> bool {
    text.parse::<RecordId>().is_ok()
        || text.parse::<FactId>().is_ok()
        || text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// A fact with something else at some of its places. The hash beside the text of an agreement that
/// nobody has signed follows the text: `hash` makes it.
#[must_use]
pub fn rewritten(json: &str, leaves: &[Leaf], hash: impl Fn(&str) -> String) -> Option<String> {
    if leaves.is_empty() {
        return Some(json.to_owned());
    }
    let mut fact: Value = serde_json::from_str(json).ok()?;
    for leaf in leaves {
        let after = leaf.after.clone().map_or(Value::Null, Value::String);
        let text = leaf.after.clone().unwrap_or_default();
        *fact.pointer_mut(&leaf.path)? = after;
        let beside = leaf.path.strip_suffix("/text").map(|body| format!("{body}/text_hash"));
        if let Some(slot) = beside.and_then(|path| fact.pointer_mut(&path)) {
            *slot = Value::String(hash(&text));
        }
    }
    serde_json::to_string(&fact).ok()
}

#[cfg(test)]
mod tests;
