//! Taking one person out of a case that goes on (删除一个人的信息).
//!
//! A document forgets nothing, so the case goes on as another record: everything the old one says,
//! with its authors and times, minus what tells of the person; then the old one is erased
//! ([`crate::erasure`]). One statement by the head says both, so that neither is without the other.
//! Whoever names the old record is answered with the new one ([`Heirs`]), and whoever had gone on
//! writing on the old one says it again in the new one ([`hand_over`]).

mod again;
mod heirs;
mod making;

use std::collections::{BTreeMap, BTreeSet};

use domain::case::Case;
use domain::case::guard::{self, RefusalReason};
use domain::erasure::ErasureGround;
use domain::fact::{Fact, KINDS, RecordFacts};
use domain::id::{FactId, RecordId};
use domain::log::Epoch;
use domain::redaction::{
    self, RedactionBar, Swap, WORD_CHARS_MAX, WORD_CHARS_MIN, WORDS_MAX, Wanted,
};
use domain::time::At;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cases;
use crate::erasure::{self, ErasurePreview, ErasurePreviewGet, Erasures, RecordErase};
use crate::fault::Fault;
use crate::journal::Pen;
use crate::names::Names;
use crate::office::Office;
use crate::projector;
use crate::quarantine;
use crate::view::{LateWordsView, RedactedView, SaidAgainView};

pub(crate) use again::hand_over;
pub(crate) use heirs::Heirs;

/// The most places that are rewritten by hand.
const BY_HAND_MAX: usize = 2_000;

/// Asks what taking somebody out of a case would mean.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct RedactionPreviewGet {
    /// The case.
    pub case: RecordId,
    /// The party, if it is one.
    #[serde(default)]
    pub party: Option<FactId>,
    /// The words that are taken out; what is proposed for the party, if there are none.
    #[serde(default)]
    pub words: Vec<Swap>,
}

/// Takes somebody out of a case.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CaseRedact {
    /// The case.
    pub case: RecordId,
    /// The party, if it is one.
    #[serde(default)]
    pub party: Option<FactId>,
    /// The words that are taken out wherever they stand.
    pub words: Vec<Swap>,
    /// Places that a person rewrote.
    #[serde(default)]
    pub by_hand: Vec<Rewritten>,
    /// Attachments that show the person: they do not come along.
    #[serde(default)]
    pub attachments: Vec<FactId>,
    /// Records of persons that are erased with it.
    #[serde(default)]
    pub persons: Vec<RecordId>,
    /// On which ground.
    pub ground: ErasureGround,
    /// Why, without naming anybody: every unit holds it for ever.
    pub reason: String,
}

/// A place that a person rewrote.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Rewritten {
    /// Which, as it was listed.
    pub key: String,
    /// What stands there from now on.
    pub text: String,
}

/// What taking somebody out of a case would mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct RedactionPreview {
    /// The words, with what is put in their place.
    pub words: Vec<Swap>,
    /// Every place where they stand.
    pub places: Vec<RedactionPlace>,
    /// What bars it.
    pub bars: Vec<RedactionBarView>,
    /// Registers with several values: somebody decides first.
    pub undecided: Vec<String>,
    /// Whether something of the case waits to be looked at (待查): somebody looks at it first.
    pub has_held: bool,
    /// What erasing the case as it stands would mean.
    pub erasure: ErasurePreview,
}

/// A place where somebody is taken out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct RedactionPlace {
    /// Names it when it is rewritten by hand.
    pub key: String,
    /// The kind of fact it is in, or of whose text; absent for what the case itself says.
    pub kind: Option<String>,
    /// When that happened.
    pub at: Option<At>,
    /// The name of the register, the text, or the member of the fact.
    pub name: String,
    /// What stands there.
    pub before: String,
    /// What is to stand there; nothing if it is emptied.
    pub after: String,
    /// Whether a person may write something else.
    pub may_edit: bool,
}

/// What bars taking somebody out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct RedactionBarView {
    /// Why.
    pub bar: RedactionBar,
    /// The agreement.
    pub agreement: FactId,
    /// When it was reached.
    pub at: At,
}

/// A place where something is taken out.
struct Found {
    key: String,
    fact: Option<FactId>,
    name: String,
    before: String,
    after: String,
    may_edit: bool,
}

fn key_of_fact(id: FactId, path: &str) -> String {
    format!("fact/{id}{path}")
}

fn key_of_field(name: &str) -> String {
    format!("field/{name}")
}

fn key_of_text(name: &str) -> String {
    format!("text/{name}")
}

fn refuse(field: &str, index: usize, reason: RefusalReason) -> Fault {
    let index = u32::try_from(index).unwrap_or(u32::MAX);
    Fault::Refused { reason, field: field.to_owned(), index }
}

/// An epoch in hexadecimal.
fn epoch_text(epoch: Epoch) -> String {
    epoch.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The epoch that [`epoch_text`] wrote.
pub(crate) fn epoch(text: &str) -> Option<Epoch> {
    if text.len() != 16 {
        return None;
    }
    u64::from_str_radix(text, 16).ok().map(u64::to_be_bytes)
}

/// Refuses words that are none, or that stand inside others.
fn check_words(words: &[Swap]) -> Result<(), Fault> {
    if words.is_empty() {
        return Err(refuse("words", 0, RefusalReason::Empty));
    }
    if words.len() > WORDS_MAX {
        return Err(refuse("words", 0, RefusalReason::TooMany));
    }
    for (index, swap) in words.iter().enumerate() {
        let count = swap.find.trim().chars().count();
        if count < WORD_CHARS_MIN {
            return Err(refuse("words", index, RefusalReason::TooShort));
        }
        if count > WORD_CHARS_MAX || swap.put.chars().count() > WORD_CHARS_MAX {
            return Err(refuse("words", index, RefusalReason::TooLong));
        }
        if redaction::names(&swap.put, words) {
            return Err(refuse("words", index, RefusalReason::NamesSomebody));
        }
    }
    Ok(())
}

/// The words by which a party is known, in all that was ever said of it.
fn words_of(case: &Case, facts: &RecordFacts, party: FactId) -> Option<Vec<Swap>> {
    let place = case.parties.iter().position(|held| held.id == party)?;
    let held = case.parties.get(place)?;
    let mut words = redaction::proposed(&held.details, place);
    for carried in &facts.facts {
        let said = match Fact::read(&carried.json).ok().map(|fact| fact.body) {
            Some(domain::fact::Body::PartyAdded(said)) if carried.id == party => Some(said),
            Some(domain::fact::Body::Corrected(said)) if said.fact == party => match *said.to {
                domain::fact::Body::PartyAdded(said) => Some(said),
                _ => None,
            },
            _ => None,
        };
        for swap in said.iter().flat_map(|said| redaction::proposed(said, place)) {
            if words.iter().all(|known| known.find != swap.find) {
                words.push(swap);
            }
        }
    }
    Some(words)
}

/// What bars taking somebody out: an agreement that binds them, a signed paper that tells of them.
fn bars(case: &Case, facts: &RecordFacts, wanted: Wanted<'_>) -> Vec<RedactionBarView> {
    let named = |id: FactId| {
        facts.facts.iter().any(|carried| {
            let is_of = carried.id == id || speaks_of(&carried.json, id);
            is_of && !wanted.leaves(carried.id, &carried.json).is_empty()
        })
    };
    let bars = case.agreements.iter().filter_map(|agreement| {
        let bar = redaction::bar(agreement, wanted.party, named(agreement.id))?;
        Some(RedactionBarView { bar, agreement: agreement.id, at: agreement.reached })
    });
    bars.collect()
}

/// Whether a fact corrects, signs or seals an agreement.
fn speaks_of(json: &str, agreement: FactId) -> bool {
    use domain::fact::Body;
    match Fact::read(json).map(|fact| fact.body) {
        Ok(Body::AgreementSigned(said)) => said.agreement == agreement,
        Ok(Body::AgreementSealed(said)) => said.agreement == agreement,
        Ok(Body::Corrected(said)) => said.fact == agreement,
        _ => false,
    }
}

/// Says what taking somebody out of a case would mean.
pub(crate) fn preview(
    office: &Office,
    request: &RedactionPreviewGet,
) -> Result<RedactionPreview, Fault> {
    let record = request.case;
    let erasure = erasure::preview(office, &ErasurePreviewGet { record })?;
    office.store.read(|reader| {
        let case = cases::folded(office, reader, record)?;
        let (_, document) = projector::load(reader, record)?;
        let facts = document.facts(office);
        let proposed = match request.party {
            Some(party) => Some(
                words_of(&case, &facts, party)
                    .ok_or_else(|| refuse("party", 0, RefusalReason::Unknown))?,
            ),
            None => None,
        };
        let words = match (request.words.is_empty(), proposed) {
            (true, proposed) => proposed.unwrap_or_default(),
            (false, _) => request.words.clone(),
        };
        if !words.is_empty() {
            check_words(&words)?;
        }
        let wanted = Wanted { party: request.party, swaps: &words };
        let found = making::places(&document, &facts, wanted);
        let several = facts.fields.iter().filter(|(_, values)| values.len() > 1);
        Ok(RedactionPreview {
            places: found.into_iter().map(|found| shown(&facts, found)).collect(),
            bars: bars(&case, &facts, wanted),
            undecided: several.map(|(name, _)| name.clone()).collect(),
            has_held: quarantine::holds(office, reader, record)?,
            words,
            erasure,
        })
    })
}

fn shown(facts: &RecordFacts, found: Found) -> RedactionPlace {
    let carried = found.fact.and_then(|id| facts.facts.iter().find(|carried| carried.id == id));
    let fact = carried.and_then(|carried| Fact::read(&carried.json).ok());
    let code = fact.as_ref().map(|fact| fact.body.row().code);
    RedactionPlace {
        key: found.key,
        kind: KINDS.iter().find(|row| Some(row.code) == code).map(|row| row.code.to_owned()),
        at: fact.map(|fact| fact.at),
        name: found.name,
        before: found.before,
        after: found.after,
        may_edit: found.may_edit,
    }
}

/// Takes somebody out of a case, or has that wait for a second person.
pub(crate) fn redact(office: &Office, request: &CaseRedact) -> Result<Erasures, Fault> {
    check_words(&request.words)?;
    if request.by_hand.len() > BY_HAND_MAX {
        return Err(refuse("by_hand", 0, RefusalReason::TooMany));
    }
    for (index, rewritten) in request.by_hand.iter().enumerate() {
        if rewritten.text.chars().count() > guard::TEXT_CHARS_MAX {
            return Err(refuse("by_hand", index, RefusalReason::TooLong));
        }
        if redaction::names(&rewritten.text, &request.words) {
            return Err(refuse("by_hand", index, RefusalReason::NamesSomebody));
        }
    }
    if redaction::names(&request.reason, &request.words) {
        return Err(refuse("reason", 0, RefusalReason::NamesSomebody));
    }
    let records = std::iter::once(request.case).chain(request.persons.iter().copied()).collect();
    let reason = request.reason.clone();
    let erase = RecordErase { records, ground: request.ground, reason };
    erasure::erase_with(office, &erase, |pen, record| {
        if record == request.case { put_in_place(office, pen, request).map(Some) } else { Ok(None) }
    })
}

/// Makes the record that stands in the place of a case, once nothing bars it.
fn put_in_place(
    office: &Office,
    pen: &mut Pen<'_, '_>,
    request: &CaseRedact,
) -> Result<trust::statement::Heir, Fault> {
    let (_, document) = projector::current(office, pen.tx, request.case)?;
    let reader = pen.tx.reader();
    let case = cases::folded(office, &reader, request.case)?;
    let facts = document.facts(office);
    if let Some(party) = request.party {
        let words = words_of(&case, &facts, party);
        let words = words.ok_or_else(|| refuse("party", 0, RefusalReason::Unknown))?;
        // Whoever is taken out is taken out by name at least.
        let name = words.first().map(|swap| swap.find.as_str());
        let is_found = request.words.iter().any(|swap| Some(swap.find.as_str()) == name);
        if name.is_some() && !is_found {
            return Err(refuse("words", 0, RefusalReason::Empty));
        }
    }
    if case.restriction.is_some() {
        return Err(refuse("case", 0, RefusalReason::Restricted));
    }
    let wanted = Wanted { party: request.party, swaps: &request.words };
    if let Some(bar) = bars(&case, &facts, wanted).first() {
        let reason = match bar.bar {
            RedactionBar::Bound => RefusalReason::BoundByAgreement,
            RedactionBar::Signed => RefusalReason::SignedPaper,
        };
        return Err(refuse("case", 0, reason));
    }
    if quarantine::holds(office, &reader, request.case)? {
        return Err(refuse("case", 0, RefusalReason::Undecided));
    }
    if making::places(&document, &facts, wanted).is_empty() {
        return Err(refuse("words", 0, RefusalReason::Unknown));
    }
    let by_hand = request.by_hand.iter().map(|one| (one.key.clone(), one.text.clone()));
    let by_hand: BTreeMap<String, String> = by_hand.collect();
    let attachments: BTreeSet<FactId> = request.attachments.iter().copied().collect();
    let is_known = |id: &FactId| case.attachments.iter().any(|held| held.id == *id);
    if !attachments.iter().all(is_known) {
        return Err(refuse("attachments", 0, RefusalReason::Unknown));
    }
    making::make(office, pen, request.case, &making::Cut { wanted, by_hand, attachments })
}

/// What became of a case when somebody was taken out of it; the last time, if it was several times.
pub(crate) fn view(
    office: &Office,
    names: &Names,
    case: RecordId,
    facts: &RecordFacts,
) -> Option<RedactedView> {
    let heirs = office.heirs();
    let said = office.roster().erasures().into_iter().filter(|said| said.holds());
    let of_case = said.filter(|said| {
        let heirs_of = said.erasure.records.iter().filter_map(|erased| erased.heir);
        heirs_of.map(|heir| heirs.now(heir.record)).any(|now| now == case)
    });
    let last = of_case.max_by_key(|said| (said.erasure.said_ms, said.id))?;
    let fact_of = |id: FactId| {
        let carried = facts.facts.iter().find(|carried| carried.id == id)?;
        Fact::read(&carried.json).ok()
    };
    let again = facts.again.iter().filter_map(|id| {
        let fact = fact_of(*id)?;
        Some(SaidAgainView {
            fact: *id,
            kind: fact.body.row().code.to_owned(),
            at: fact.at,
            unit: names.unit(fact.unit),
        })
    });
    let words = facts.late_words.iter().map(|late| LateWordsView {
        name: late.name.clone(),
        kind: late.name.parse().ok().and_then(fact_of).map(|f| f.body.row().code.to_owned()),
        words: late.words.clone(),
    });
    Some(RedactedView {
        said_ms: last.erasure.said_ms,
        by: names.user(last.by),
        again: again.collect(),
        words: words.collect(),
    })
}

#[cfg(test)]
mod tests;
