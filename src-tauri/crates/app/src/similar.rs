//! 类案: settled cases that are like one, and how they ended. It is found by type, track and the
//! words that few other cases have; it says what they share, and never what to do.

use std::collections::BTreeSet;

use domain::case::Case;
use domain::catalogue::Category;
use domain::fact::body::{AgreementForm, Kept, Outcome};
use domain::id::RecordId;
use domain::money::Fen;
use domain::time::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Reader;
use store::cases::Filter;

use crate::cases::{CaseGet, folded};
use crate::fault::Fault;
use crate::names::Names;
use crate::office::Office;
use crate::projector;
use crate::rights::{Lens, Sight};
use crate::view::UnitRef;

/// How many are looked at more closely.
const CANDIDATES: u32 = 60;

/// How many are shown.
const SHOWN_MAX: usize = 6;

/// How many characters words that two cases share have at least, and how many such are shown.
const SHARED: (usize, usize) = (3, 4);

/// How many characters of a case's words are compared.
const WORDS_CHARS_MAX: usize = 600;

/// The settled cases that are like one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SimilarCases {
    /// The nearest first.
    pub rows: Vec<SimilarCase>,
}

/// A settled case that is like another, and how it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SimilarCase {
    /// The case.
    pub case: RecordId,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The unit that owned it last.
    pub unit: Option<UnitRef>,
    /// The day of the application.
    pub registered: Option<Day>,
    /// Its type.
    pub category: Option<Category>,
    /// Whether that is the type of both.
    pub is_same_type: bool,
    /// Words that both cases have.
    pub shared: Vec<String>,
    /// How it was closed.
    pub outcome: Option<Outcome>,
    /// How many sessions that took.
    pub sessions: u32,
    /// Its agreement that holds, if it has one.
    pub agreement: Option<SimilarAgreement>,
}

/// What was agreed, in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SimilarAgreement {
    /// Oral or written.
    pub form: AgreementForm,
    /// What it settles.
    pub amount_fen: Option<Fen>,
    /// How many steps its plan has.
    pub steps: u32,
    /// Whether all of them were kept; nothing while somebody must still say so.
    pub is_kept: Option<bool>,
}

/// What a case is about in words: its title, what is asked for, what happened, without the names of
/// its people.
fn words_of(reader: &Reader<'_>, id: RecordId, case: &Case) -> Result<String, Fault> {
    let (_, record) = projector::load(reader, id)?;
    let title = case.fields.get("title").and_then(|f| f.value.as_str()).unwrap_or_default();
    let demands = case.registration.as_ref().map(|r| r.demands.join("\n")).unwrap_or_default();
    let summary = record.text("summary").unwrap_or_default();
    let mut words = format!("{title}\n{demands}\n{summary}");
    for party in &case.parties {
        for name in [&party.details.name, &domain::case::red::shown_name(party)] {
            if !name.is_empty() {
                words = words.replace(name.as_str(), "\n");
            }
        }
    }
    Ok(words.chars().take(WORDS_CHARS_MAX).collect())
}

/// The words of a case that are hidden from whoever may not read them: no part of one is shown.
fn hidden(reader: &Reader<'_>, id: RecordId) -> Result<Vec<String>, Fault> {
    let read =
        |json: &str| -> Vec<(String, String)> { serde_json::from_str(json).unwrap_or_default() };
    let guard = reader.guarded(id)?;
    let words = guard.into_iter().flat_map(|g| [read(&g.minors), read(&g.parties)].concat());
    Ok(words.map(|(word, _)| word).collect())
}

fn pairs(words: &str) -> BTreeSet<(char, char)> {
    let chars: Vec<char> = words.chars().collect();
    let han = |c: char| c.is_alphanumeric() && !c.is_ascii();
    let both = chars.iter().zip(chars.iter().skip(1));
    both.filter(|(a, b)| han(**a) && han(**b)).map(|(a, b)| (*a, *b)).collect()
}

/// The longest stretches that two texts share.
fn shared(one: &str, other: &str) -> Vec<String> {
    let chars: Vec<char> = one.chars().collect();
    let (least, most) = SHARED;
    let mut found: Vec<String> = Vec::new();
    let mut from = 0usize;
    while from < chars.len() {
        let stretch = |len: usize| -> Option<String> {
            let taken: Vec<char> = chars.iter().skip(from).take(len).copied().collect();
            let is_word = taken.len() == len && taken.iter().all(|c| c.is_alphanumeric());
            let text: String = taken.into_iter().collect();
            (is_word && other.contains(&text)).then_some(text)
        };
        let longest = (least..).map_while(stretch).last();
        from = from.saturating_add(longest.as_ref().map_or(1, |text| text.chars().count()));
        found.extend(longest.filter(|text| !found.contains(text)));
    }
    found.sort_by_key(|text| std::cmp::Reverse(text.chars().count()));
    found.truncate(most);
    found
}

fn agreement(case: &Case) -> Option<SimilarAgreement> {
    use domain::case::agreement::Standing;
    let holding = case.agreements.iter().filter(|a| a.standing == Standing::Current);
    let last = holding.filter(|a| a.effective.is_some()).max_by_key(|a| a.effective)?;
    let is_done = last.lines.iter().all(|line| line.kept == Some(Kept::Done));
    let is_broken = last.lines.iter().any(|line| line.kept == Some(Kept::NotDone));
    Some(SimilarAgreement {
        form: last.form,
        amount_fen: last.amount,
        steps: u32::try_from(last.plan.len()).unwrap_or(u32::MAX),
        is_kept: match (last.lines.is_empty(), is_done, is_broken) {
            (true, ..) => None,
            (_, true, _) => Some(true),
            (_, _, true) => Some(false),
            _ => None,
        },
    })
}

/// The settled cases that are like one, of those that whoever works here may find.
pub(crate) fn list(office: &Office, request: &CaseGet) -> Result<SimilarCases, Fault> {
    office.store.read(|reader| {
        let lens = Lens::new(office, reader);
        if lens.sight(request.case)? == Sight::Closed {
            // What it shares with others would tell of it.
            return Ok(SimilarCases { rows: Vec::new() });
        }
        let asked = folded(office, reader, request.case)?;
        let words = words_of(reader, request.case, &asked)?;
        let own = pairs(&words);
        let category = asked.category.as_ref().map(|c| c.value);
        let names = Names::read(office, reader)?;
        let filter = Filter {
            within: Some(lens.found()),
            is_closed: Some(true),
            alike: reader.alike(&words, CANDIDATES)?,
            ..Filter::default()
        };
        if filter.alike.is_empty() {
            return Ok(SimilarCases { rows: Vec::new() });
        }
        let (rows, _) = reader.cases(&filter, 0, CANDIDATES)?;
        let mut found: Vec<(usize, SimilarCase)> = Vec::new();
        for row in rows.into_iter().filter(|row| row.record != request.case) {
            let case = folded(office, reader, row.record)?;
            // What went into another case ended there.
            if case.duplicates.into.is_some() {
                continue;
            }
            let hidden = [hidden(reader, request.case)?, hidden(reader, row.record)?].concat();
            let theirs = words_of(reader, row.record, &case)?;
            let other = pairs(&theirs);
            let both = own.intersection(&other).count();
            let all = own.union(&other).count().max(1);
            let is_same_type =
                category.is_some() && case.category.as_ref().map(|c| c.value) == category;
            let same_track = usize::from(asked.tracks == case.tracks);
            // Thousandths of shared pairs; one's type weighs as much as a fifth of them.
            let near = both.saturating_mul(1000).div_euclid(all);
            let score = near
                .saturating_add(if is_same_type { 200 } else { 0 })
                .saturating_add(same_track.saturating_mul(50));
            found.push((
                score,
                SimilarCase {
                    case: row.record,
                    number: row.number.clone(),
                    title: row.title.clone(),
                    unit: row.owner.map(|unit| names.unit(unit)),
                    registered: row.registered_day.parse().ok(),
                    category: case.category.as_ref().map(|c| c.value),
                    is_same_type,
                    shared: shared(&words, &theirs)
                        .into_iter()
                        .filter(|text| !hidden.iter().any(|word| word.contains(text)))
                        .collect(),
                    outcome: case.closure.as_ref().map(|closure| closure.outcome),
                    sessions: row.sessions,
                    agreement: agreement(&case),
                },
            ));
        }
        // The same words of another type are as good as the same type in other words, but neither
        // alone makes a case alike.
        found.retain(|(score, similar)| {
            *score >= 150 && (!similar.shared.is_empty() || similar.is_same_type)
        });
        found.sort_by_key(|(score, similar)| (std::cmp::Reverse(*score), similar.case));
        found.truncate(SHOWN_MAX);
        Ok(SimilarCases { rows: found.into_iter().map(|(_, similar)| similar).collect() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_texts_share_is_said_in_their_longest_words() {
        let (one, other) = ("屋檐滴水到邻家宅基地上", "宅基地界址不清，屋檐滴水伤墙");
        assert_eq!(shared(one, other), ["屋檐滴水", "宅基地"]);
        assert!(shared("拖欠工资", "滴水").is_empty());
        assert!(shared("滴水", "滴水").is_empty(), "two characters say little");
    }
}
