//! Writing on cases.

use document::Record;
use domain::case::Case;
use domain::case::guard::{self, Author, RefusalReason};
use domain::case::register;
use domain::catalogue::{self, Category, Source};
use domain::fact::body::{
    CategorySet, LocalItem, LocalItemSet, PartyAdded, Registered, Risk, RiskAssessed, Sex,
    SheetIssued, SheetKind, Side, TakenUp, Track, TrackAdded,
};
use domain::fact::{Body, Carried, Past, Proof, RecordFacts, RecordKind};
use domain::id::{RecordId, UnitId};
use domain::money::Fen;
use domain::rights::Right;
use domain::time::{At, Day};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Reader;

use super::reading::{self, CaseGet};
use crate::clock::{minute, today};
use crate::fault::Fault;
use crate::journal::{Draft, Pen};
use crate::local_items;
use crate::office::Office;
use crate::projector;
use crate::rights;
use crate::settings;
use crate::sharing::{self, CaseShare};
use crate::view::{CaseView, FieldValue};

/// The most facts of one act.
const FACTS_MAX: usize = 64;

/// A party as it is registered.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct NewParty {
    /// Name, or the name of an organisation.
    pub name: String,
    /// On which side.
    pub side: Side,
    /// Sex.
    #[serde(default)]
    pub sex: Option<Sex>,
    /// Day of birth.
    #[serde(default)]
    pub birth: Option<Day>,
    /// Telephone.
    #[serde(default)]
    pub phone: Option<String>,
    /// Address.
    #[serde(default)]
    pub address: Option<String>,
    /// Identity number.
    #[serde(default)]
    pub id_number: Option<String>,
    /// The person record it is linked to.
    #[serde(default)]
    pub person: Option<RecordId>,
    /// Who speaks for a minor, or for somebody who cannot (监护人).
    #[serde(default)]
    pub guardian: Option<String>,
    /// The school of a minor; shown to nobody who need not know.
    #[serde(default)]
    pub school: Option<String>,
}

/// Registers a case.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CaseRegister {
    /// The day of the application; today if absent.
    #[serde(default)]
    pub applied: Option<At>,
    /// How it came.
    #[serde(default = "by_application")]
    pub source: Source,
    /// On which track.
    #[serde(default = "people_mediation")]
    pub track: Track,
    /// When the trouble itself happened.
    #[serde(default)]
    pub happened: Option<At>,
    /// A title; the parties' names if empty.
    #[serde(default)]
    pub title: String,
    /// Where.
    #[serde(default)]
    pub place: String,
    /// What it is about, in money.
    #[serde(default)]
    pub amount_fen: Option<Fen>,
    /// The official type.
    #[serde(default)]
    pub category: Option<Category>,
    /// The code of its item in the township's own catalogue, which gives the type too where none
    /// is named.
    #[serde(default)]
    pub local_item: Option<String>,
    /// A first judgement of the risk.
    #[serde(default)]
    pub risk: Option<Risk>,
    /// The parties, at least one.
    pub parties: Vec<NewParty>,
    /// What happened, in words.
    #[serde(default)]
    pub summary: String,
    /// What is asked for, one demand a line.
    #[serde(default)]
    pub demands: Vec<String>,
    /// The archived case it takes up again (重新受理为新案).
    #[serde(default)]
    pub follows: Option<RecordId>,
    /// Units that handle it together from the beginning (共办); only the township names any.
    #[serde(default)]
    pub units: Vec<UnitId>,
    /// The number of the 12345 work order it came by; it then runs on that track too.
    #[serde(default)]
    pub order: Option<String>,
    /// The token of the code it came by (扫码). The same token twice adds nothing and gives the case
    /// that is there.
    #[serde(default)]
    pub token: Option<String>,
}

const fn by_application() -> Source {
    Source::Application
}

const fn people_mediation() -> Track {
    Track::PeopleMediation
}

/// A fact to be written.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct NewFact {
    /// When it happened; this minute if absent.
    #[serde(default)]
    pub at: Option<At>,
    /// What happened: `kind` and `body`.
    #[serde(flatten)]
    pub body: Body,
}

/// Writes facts on a case: one act, all of them or none.
///
/// In a body, `"@0"` stands for the id of the first fact of the same act, `"@1"` for the second,
/// and so on, so that signatures may name the agreement beside them.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FactAdd {
    /// The record.
    pub case: RecordId,
    /// The facts, in order.
    #[cfg_attr(test, ts(as = "Vec<NewFact>"))]
    #[schemars(with = "Vec<NewFact>")]
    pub facts: Vec<serde_json::Value>,
    /// Session notes to begin, one for each fact that is a session, in order.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// Writes a register.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FieldSet {
    /// The record.
    pub record: RecordId,
    /// Which register.
    pub field: String,
    /// The value: text, a whole number (fen, for amounts), or nothing.
    pub value: FieldValue,
}

/// Rewrites a text.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct TextEdit {
    /// The record.
    pub record: RecordId,
    /// Which text: `summary`, `agreement`, or the id of a session.
    pub text: String,
    /// The words.
    pub value: String,
    /// The version that was on the screen while typing; the newest if absent.
    #[serde(default)]
    pub version: Option<String>,
}

/// Who writes, and when.
fn author(office: &Office) -> Author {
    let me = office.me();
    Author { role: me.role, unit: me.unit, today: today(office.now_ms()) }
}

/// The day it is.
pub(super) fn day(office: &Office) -> Day {
    today(office.now_ms())
}

/// Refuses at the first fact.
fn refuse(field: &str, reason: RefusalReason) -> Fault {
    Fault::Refused { reason, field: field.to_owned(), index: 0 }
}

/// Registers a case.
pub(crate) fn register(office: &Office, request: &CaseRegister) -> Result<CaseView, Fault> {
    let case = office.store.write(|tx| {
        let mut pen = Pen::new(office, tx);
        let case = register_with(office, &mut pen, request)?;
        if !request.units.is_empty() {
            let units = request.units.clone();
            sharing::share_with(office, &mut pen, &CaseShare { case, units })?;
        }
        Ok::<RecordId, Fault>(case)
    })?;
    sharing::carry(office)?;
    reading::get(office, &CaseGet { case })
}

/// Registers a case in a transaction that does more.
pub(crate) fn register_with(
    office: &Office,
    pen: &mut Pen<'_, '_>,
    request: &CaseRegister,
) -> Result<RecordId, Fault> {
    let next = pen.tx.reader().last_number(&office.identity.number_prefix())?.saturating_add(1);
    register_numbered(office, pen, request, next)
}

/// Whether a case could be registered as asked.
pub(crate) fn check_register(office: &Office, request: &CaseRegister) -> Result<(), Fault> {
    let author = author(office);
    let applied = request.applied.unwrap_or_else(|| At::day(author.today));
    check_registration(request, applied, author)
}

/// Registers many cases in one transaction.
pub(crate) fn register_many(
    office: &Office,
    pen: &mut Pen<'_, '_>,
    requests: &[CaseRegister],
) -> Result<Vec<RecordId>, Fault> {
    let last = pen.tx.reader().last_number(&office.identity.number_prefix())?;
    let numbered = (last.saturating_add(1)..).zip(requests);
    numbered.map(|(next, request)| register_numbered(office, pen, request, next)).collect()
}

fn register_numbered(
    office: &Office,
    pen: &mut Pen<'_, '_>,
    request: &CaseRegister,
    number: u32,
) -> Result<RecordId, Fault> {
    let author = author(office);
    let applied = request.applied.unwrap_or_else(|| At::day(author.today));
    check_registration(request, applied, author)?;
    let token = request.token.as_deref().map(str::trim).filter(|token| !token.is_empty());
    if let Some(token) = token {
        let known = pen.tx.reader().cases_under(&domain::likeness::token_key(token))?;
        if let Some(first) = known.first() {
            return Ok(*first);
        }
    }
    let local_item = local_item(&pen.tx.reader(), request)?;
    let category = request.category.or(local_item.as_ref().map(|item| item.category));
    let space = office.home_space()?;
    let prefix = office.identity.number_prefix();
    let version = settings::current(&pen.tx.reader())?.version;
    let number = format!("{prefix}{number:04}");
    let case = pen.begin(space, RecordKind::Case, office.now_ms(), |draft| {
        draft.text("summary".to_owned(), request.summary.clone());
        let registered = Registered {
            number: number.clone(),
            source: request.source,
            track: request.track,
            settings: version,
            happened: request.happened,
            demands: request.demands.clone(),
            follows: request.follows,
            token: token.map(str::to_owned),
        };
        draft.fact(office, applied, Body::Registered(registered))?;
        for party in &request.parties {
            draft.fact(office, applied, Body::PartyAdded(party_added(party)))?;
        }
        if let Some(category) = category {
            draft.fact(office, applied, typed(category))?;
        }
        if let Some(item) = local_item {
            let body = LocalItemSet { item: Some(item) };
            draft.fact(office, applied, Body::LocalItemSet(body))?;
        }
        if let Some(risk) = request.risk {
            let body = RiskAssessed { risk, reason: String::new() };
            draft.fact(office, applied, Body::RiskAssessed(body))?;
        }
        if let Some(order) = ordered(request) {
            let (track, reference) = (Track::Hotline, order.to_owned());
            draft.fact(office, applied, Body::TrackAdded(TrackAdded { track, reference }))?;
        }
        for (name, value) in [("title", &request.title), ("place", &request.place)] {
            if !value.trim().is_empty() {
                draft.field(office, name, value.trim().into())?;
            }
        }
        if let Some(amount) = request.amount_fen {
            draft.field(office, "amount", amount.0.into())?;
        }
        Ok(())
    })?;
    if let Some(old) = request.follows {
        rights::check(office, Right::CaseWrite)?;
        // Whoever holds the old case learns of the new one there.
        reading::folded(office, &pen.tx.reader(), old)?;
        let body = Body::TakenUp(TakenUp { case, number });
        let at = minute(office.now_ms());
        pen.edit(old, |_, _, draft| draft.fact(office, at, body).map(|_| ()))?;
    }
    Ok(case)
}

/// The item of the township's own catalogue that a registration names.
fn local_item(reader: &Reader<'_>, request: &CaseRegister) -> Result<Option<LocalItem>, Fault> {
    let code = request.local_item.as_deref().map(str::trim).filter(|code| !code.is_empty());
    let Some(code) = code else { return Ok(None) };
    let item = local_items::offered(reader, code)?;
    item.map(Some).ok_or_else(|| local_items::unknown("local_item"))
}

/// The official type, of the list of this program.
fn typed(category: Category) -> Body {
    Body::CategorySet(CategorySet { category, catalogue: catalogue::VERSION.to_owned() })
}

/// The number of the work order a case came by, if it came by one.
fn ordered(request: &CaseRegister) -> Option<&str> {
    request.order.as_deref().map(str::trim).filter(|order| !order.is_empty())
}

fn check_registration(request: &CaseRegister, applied: At, author: Author) -> Result<(), Fault> {
    let at_first = |refusal| Fault::refused(&refusal, 0);
    if !request.units.is_empty() && !Right::CaseShare.admits(author.role) {
        return Err(refuse("units", RefusalReason::Role));
    }
    if ordered(request).is_some() && !Right::CaseWrite.admits(author.role) {
        return Err(refuse("order", RefusalReason::Role));
    }
    let order = ordered(request).unwrap_or_default();
    guard::bounded("order", order, guard::NAME_CHARS_MAX).map_err(at_first)?;
    if applied.day > author.today {
        return Err(refuse("applied", RefusalReason::InFuture));
    }
    if request.happened.is_some_and(|at| at.day > author.today) {
        return Err(refuse("happened", RefusalReason::InFuture));
    }
    if request.parties.is_empty() {
        return Err(refuse("parties", RefusalReason::Empty));
    }
    if request.parties.len() > guard::PARTIES_MAX || request.demands.len() > guard::PARTIES_MAX {
        return Err(refuse("parties", RefusalReason::TooMany));
    }
    for (index, party) in request.parties.iter().enumerate() {
        guard::check_party(&party_added(party), author.today)
            .map_err(|refusal| Fault::refused(&refusal, index))?;
    }
    let token = request.token.as_deref().unwrap_or_default();
    guard::bounded("token", token, guard::NAME_CHARS_MAX).map_err(at_first)?;
    guard::bounded("title", &request.title, guard::NAME_CHARS_MAX).map_err(at_first)?;
    guard::bounded("place", &request.place, guard::NAME_CHARS_MAX).map_err(at_first)?;
    guard::bounded("summary", &request.summary, SUMMARY_CHARS_MAX).map_err(at_first)?;
    for demand in &request.demands {
        guard::bounded("demands", demand, guard::NAME_CHARS_MAX.saturating_mul(10))
            .map_err(at_first)?;
    }
    match request.amount_fen {
        Some(amount) if !amount.is_plausible() => {
            Err(refuse("amount_fen", RefusalReason::OutOfRange))
        }
        _ => Ok(()),
    }
}

/// The longest text people write together; its characters are one operation each.
const SUMMARY_CHARS_MAX: usize = 15_000;

fn party_added(party: &NewParty) -> PartyAdded {
    let text = |value: &Option<String>| {
        value.as_deref().map(str::trim).filter(|v| !v.is_empty()).map(str::to_owned)
    };
    PartyAdded {
        name: party.name.trim().to_owned(),
        side: party.side,
        sex: party.sex,
        birth: party.birth,
        phone: text(&party.phone),
        address: text(&party.address),
        id_number: text(&party.id_number),
        person: party.person,
        guardian: text(&party.guardian),
        school: text(&party.school),
    }
}

/// Writes facts on a case.
pub(crate) fn add_facts(office: &Office, request: &FactAdd) -> Result<CaseView, Fault> {
    if request.facts.is_empty() || request.facts.len() > FACTS_MAX {
        return Err(Fault::bad("facts: one to 64"));
    }
    reading::written(office, |pen| {
        pen.edit(request.case, |pen, record, draft| {
            if record.kind() != RecordKind::Case.code() {
                return Err(Fault::not_found(request.case));
            }
            write_facts(office, &pen.tx.reader(), record, draft, request)
        })?;
        Ok(request.case)
    })
}

/// Checks and writes each fact on the case as the ones before it leave it.
pub(super) fn write_facts(
    office: &Office,
    reader: &Reader<'_>,
    record: &Record,
    draft: &mut Draft,
    request: &FactAdd,
) -> Result<(), Fault> {
    let author = author(office);
    let mut facts = projector::facts_of(office, reader, record)?;
    let mut written = Vec::new();
    let mut notes = request.notes.iter();
    for (index, value) in request.facts.iter().enumerate() {
        let named = name_written(value.clone(), &written);
        let NewFact { at, mut body } = serde_json::from_value(named)?;
        let at = at.unwrap_or_else(|| minute(office.now_ms()));
        let case = settings::fold_case(reader, &facts)?;
        guard::complete(&case, &mut body);
        if let Body::SheetIssued(sheet) = &mut body {
            sheet.number = sheet_number(office, reader, &case, sheet, at)?;
        }
        guard::check(&case, at, &body, author).map_err(|r| Fault::refused(&r, index))?;
        let chosen = match &body {
            Body::LocalItemSet(LocalItemSet { item: Some(item) }) => {
                local_items::check_offered(reader, item)?;
                Some(item.category)
            }
            _ => None,
        };
        if let Body::AgreementReached(agreement) = &mut body {
            let hash = blake3::hash(agreement.text.as_bytes());
            agreement.text_hash = hash.to_hex().to_string();
        }
        let is_session = matches!(body, Body::SessionHeld(_));
        let (id, _) = draft.fact(office, at, body)?;
        if is_session {
            let words = notes.next().cloned().unwrap_or_default();
            guard::bounded("notes", &words, SUMMARY_CHARS_MAX)
                .map_err(|r| Fault::refused(&r, index))?;
            draft.text(id.to_string(), words);
        }
        written.push(id);
        append(office, &mut facts, draft);
        if let Some(category) = chosen.filter(|_| case.category.is_none()) {
            // What has no type yet gets the one of its item by the same act.
            draft.fact(office, at, typed(category))?;
            append(office, &mut facts, draft);
        }
    }
    Ok(())
}

/// The number of a sheet: the one that was typed, else the next of this device in the year.
fn sheet_number(
    office: &Office,
    reader: &Reader<'_>,
    case: &Case,
    sheet: &SheetIssued,
    at: At,
) -> Result<String, Fault> {
    let typed = sheet.number.trim();
    if !typed.is_empty() {
        return Ok(typed.to_owned());
    }
    let name = match sheet.sheet {
        SheetKind::Reminder => "提醒",
        SheetKind::Liaison => "联系",
        SheetKind::Order => "交办",
    };
    let letters = office.identity.letters();
    let prefix = format!("{name}〔{}〕{letters}-", at.day.format("%Y"));
    // What this act has written already stands in the case, not yet in the list.
    let own = case.dispatch.sheets.iter().filter_map(|s| s.body.number.strip_prefix(&prefix));
    let own = own.filter_map(|number| number.parse::<u32>().ok()).max().unwrap_or(0);
    let last = reader.last_sheet_number(&prefix)?.max(own);
    Ok(format!("{prefix}{:04}", last.saturating_add(1)))
}

/// Puts the fact just drafted beside the others, as it will stand.
fn append(office: &Office, facts: &mut RecordFacts, draft: &Draft) {
    let (me, unit) = (office.me(), office.identity.record.unit);
    if let Some((id, json)) = draft.edit.facts.last() {
        facts.append(Carried {
            id: *id,
            json: json.as_str().into(),
            proof: Some(Proof { device: me.device, unit }),
            role: Some(me.role),
            past: Past::default(),
        });
    }
}

/// Replaces `"@n"` by the id of the n-th fact written so far.
fn name_written(value: serde_json::Value, written: &[domain::id::FactId]) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(text) => {
            let place = text.strip_prefix('@').and_then(|n| n.parse::<usize>().ok());
            let id = place.and_then(|n| written.get(n));
            Value::String(id.map_or(text, ToString::to_string))
        }
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| name_written(item, written)).collect())
        }
        Value::Object(members) => {
            let named = members.into_iter().map(|(k, v)| (k, name_written(v, written)));
            Value::Object(named.collect())
        }
        other => other,
    }
}

/// Writes a register.
pub(crate) fn set_field(office: &Office, request: &FieldSet) -> Result<(), Fault> {
    let value = serde_json::Value::from(request.value.clone());
    office.store.write(|tx| {
        Pen::new(office, tx).edit(request.record, |pen, record, draft| {
            let facts = projector::facts_of(office, &pen.tx.reader(), record)?;
            check_field(office, record, &facts, request)?;
            draft.field(office, &request.field, value)
        })
    })
}

fn check_field(
    office: &Office,
    record: &Record,
    facts: &RecordFacts,
    request: &FieldSet,
) -> Result<(), Fault> {
    let unknown = || Fault::not_found(&request.field);
    let kind = RecordKind::from_code(&record.kind()).ok_or(Fault::NewerRecord)?;
    if !kind.fields().contains(&request.field.as_str()) {
        return Err(unknown());
    }
    if kind == RecordKind::Unit {
        return Err(refuse("field", RefusalReason::Role));
    }
    rights::check(
        office,
        if kind == RecordKind::Person { Right::PersonWrite } else { Right::CaseWrite },
    )?;
    let is_amount = request.field == "amount";
    match &request.value {
        FieldValue::Number(fen) if is_amount && Fen(*fen).is_plausible() => {}
        FieldValue::Nothing(()) => {}
        FieldValue::Text(text) if !is_amount => {
            guard::bounded("value", text, guard::NAME_CHARS_MAX)
                .map_err(|refusal| Fault::refused(&refusal, 0))?;
        }
        _ => return Err(refuse("value", RefusalReason::OutOfRange)),
    }
    let (registers, _) = register::fold(facts, &register::Decider::anyone());
    if registers.get(&request.field).is_some_and(|register| register.is_contested) {
        return Err(Fault::Contested { field: request.field.clone() });
    }
    Ok(())
}

/// Rewrites a text.
pub(crate) fn edit_text(office: &Office, request: &TextEdit) -> Result<(), Fault> {
    guard::bounded("value", &request.value, SUMMARY_CHARS_MAX)
        .map_err(|refusal| Fault::refused(&refusal, 0))?;
    let version = match &request.version {
        Some(version) => Some(read_version(version).ok_or(Fault::UnknownVersion)?),
        None => None,
    };
    office.store.write(|tx| {
        let mut pen = Pen::new(office, tx);
        pen.edit_text(request.record, version.as_deref(), &request.text, &request.value)
    })
}

/// Reads a version as the views write it: hexadecimal hashes one after the other.
fn read_version(text: &str) -> Option<Vec<[u8; 32]>> {
    let bytes: Vec<u8> = text
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect::<Option<_>>()?;
    let (hashes, rest) = bytes.as_chunks::<32>();
    (rest.is_empty() && !hashes.is_empty()).then(|| hashes.to_vec())
}
