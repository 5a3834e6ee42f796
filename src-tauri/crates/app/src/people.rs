//! Persons known to a unit, and the units themselves.

use std::collections::BTreeSet;

use domain::audit::{Act, Deed};
use domain::case::guard::{self, RefusalReason};
use domain::fact::body::{Choice, PersonRegistered, PersonWithdrawn, PersonsLinked, Sex};
use domain::fact::{Body, RecordKind};
use domain::id::{FactId, RecordId, UserId};
use domain::person::Person;
use domain::rights::Right;
use domain::time::{At, Day};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Reader;
use store::records::PersonRow;
use trust::statement::{Statement, UserRemoval};

use crate::audit;
use crate::cases::{ROWS_MAX, conflict_views, field_views, line, why_view};
use crate::clock::{minute, today};
use crate::devices;
use crate::fault::Fault;
use crate::journal::Pen;
use crate::names::Names;
use crate::office::Office;
use crate::projector;
use crate::rights::{self, Lens};
use crate::view::{PersonLine, PersonLinkView, PersonView, PersonWindow, UnitRef, UserRef};

/// Registers a person.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PersonAdd {
    /// Name.
    pub name: String,
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
    /// Anything else.
    #[serde(default)]
    pub note: Option<String>,
}

/// Removes a user: from a moment on they work here no more.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct UserRemove {
    /// Who.
    pub user: UserId,
    /// From when; this minute if absent.
    #[serde(default)]
    pub from: Option<At>,
    /// Why.
    pub reason: String,
}

/// The users of the organisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Users {
    /// By unit and name.
    pub users: Vec<UserLine>,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct UserLine {
    /// Who.
    pub user: UserRef,
    /// For which unit.
    pub unit: UnitRef,
    /// Since when they work here no more, in milliseconds since 1970.
    pub removed_ms: Option<u64>,
}

/// Reads one person.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PersonGet {
    /// The record.
    pub person: RecordId,
}

/// Reads a window of persons.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PersonList {
    /// Only persons with this part of a name or telephone, or with a name or address that is so read
    /// in pinyin, in full or by first letters.
    #[serde(default)]
    pub query: Option<String>,
    /// How many rows to pass over.
    #[serde(default)]
    pub offset: u32,
    /// How many rows to read, at most 200.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Says what two person records are to each other.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PersonLinkSet {
    /// The record.
    pub person: RecordId,
    /// The other.
    pub with: RecordId,
    /// Why.
    pub reason: String,
    /// When that was found; this minute if absent.
    #[serde(default)]
    pub at: Option<At>,
}

/// Registers a person.
pub(crate) fn add(office: &Office, request: &PersonAdd) -> Result<PersonView, Fault> {
    check_add(office, request)?;
    let person = office.store.write(|tx| add_with(office, &mut Pen::new(office, tx), request))?;
    get(office, &PersonGet { person })
}

/// The registers of a new record.
fn registers(request: &PersonAdd) -> [(&'static str, Option<String>); 6] {
    let birth = request.birth.map(|day| day.format("%Y-%m-%d").to_string());
    [
        ("name", Some(request.name.clone())),
        ("birth", birth),
        ("phone", request.phone.clone()),
        ("address", request.address.clone()),
        ("id_number", request.id_number.clone()),
        ("note", request.note.clone()),
    ]
}

/// Whether a person could be registered as asked.
pub(crate) fn check_add(office: &Office, request: &PersonAdd) -> Result<(), Fault> {
    let refuse = |field: &str, reason| Fault::Refused { reason, field: field.to_owned(), index: 0 };
    guard::required("name", &request.name, guard::NAME_CHARS_MAX)
        .map_err(|refusal| Fault::refused(&refusal, 0))?;
    if request.birth.is_some_and(|birth| birth > today(office.now_ms())) {
        return Err(refuse("birth", RefusalReason::InFuture));
    }
    for (name, value) in registers(request) {
        guard::bounded("value", value.as_deref().unwrap_or_default(), guard::NAME_CHARS_MAX)
            .map_err(|_| refuse(name, RefusalReason::TooLong))?;
    }
    Ok(())
}

/// Registers a person in a transaction that does more.
pub(crate) fn add_with(
    office: &Office,
    pen: &mut Pen<'_, '_>,
    request: &PersonAdd,
) -> Result<RecordId, Fault> {
    let space = office.home_space()?;
    let at = At::day(today(office.now_ms()));
    let registered = Body::PersonRegistered(PersonRegistered { sex: request.sex });
    pen.begin(space, RecordKind::Person, office.now_ms(), |draft| {
        draft.fact(office, at, registered)?;
        for (name, value) in registers(request) {
            let value = value.as_deref().map(str::trim).filter(|value| !value.is_empty());
            if let Some(value) = value {
                draft.field(office, name, value.into())?;
            }
        }
        Ok(())
    })
}

/// Takes a record back that was made by mistake; whether it was untouched, and so went.
pub(crate) fn withdraw(
    office: &Office,
    pen: &mut Pen<'_, '_>,
    id: RecordId,
    reason: &str,
) -> Result<bool, Fault> {
    let reader = pen.tx.reader();
    let person = folded(office, &reader, id)?;
    if !person.links.is_empty() || !reader.cases_of_person(id)?.is_empty() {
        return Ok(person.is_withdrawn);
    }
    let (at, reason) = (minute(office.now_ms()), reason.to_owned());
    let body = Body::PersonWithdrawn(PersonWithdrawn { reason });
    pen.edit(id, |_, _, draft| draft.fact(office, at, body).map(|_| ()))?;
    Ok(true)
}

/// A person record, folded.
fn folded(office: &Office, reader: &Reader<'_>, id: RecordId) -> Result<Person, Fault> {
    let (_, record) = projector::load(reader, id)?;
    if record.kind() != RecordKind::Person.code() {
        return Err(Fault::not_found(id));
    }
    Ok(domain::person::fold(&projector::facts_of(office, reader, &record)?))
}

/// Every record of a person: who is one with a second, and that one with a third, is one with the
/// third, unless somebody said of those two that they are not.
fn same_person(
    office: &Office,
    reader: &Reader<'_>,
    id: RecordId,
    person: &Person,
) -> Result<BTreeSet<RecordId>, Fault> {
    let apart: BTreeSet<RecordId> =
        person.links.iter().filter(|link| !link.is_same).map(|link| link.with).collect();
    let same = |person: &Person| -> Vec<RecordId> {
        person.links.iter().filter(|link| link.is_same).map(|link| link.with).collect()
    };
    let mut found = BTreeSet::from([id]);
    let mut waiting = same(person);
    while let Some(next) = waiting.pop() {
        let is_here = reader.person(next)?.is_some();
        if !apart.contains(&next) && found.insert(next) && is_here {
            waiting.extend(same(&folded(office, reader, next)?));
        }
    }
    Ok(found)
}

fn text_of(person: &Person, field: &str) -> String {
    let register = person.fields.get(field);
    register.and_then(|r| r.value.as_str()).unwrap_or_default().to_owned()
}

/// When a person was born, as far as is written down.
fn born(birth: &str, id_number: &str) -> Option<Day> {
    birth.parse().ok().or_else(|| domain::person::birth_in(id_number))
}

/// A name as it is shown to somebody who need not know a minor's.
fn shown(name: &str, is_hidden: bool) -> String {
    match name.chars().next() {
        Some(first) if is_hidden => format!("{first}某"),
        _ => name.to_owned(),
    }
}

/// The registers of a minor that are hidden from whoever need not know.
const HIDDEN: [&str; 5] = ["phone", "address", "birth", "id_number", "note"];

/// Reads one person.
pub(crate) fn get(office: &Office, request: &PersonGet) -> Result<PersonView, Fault> {
    let now = today(office.now_ms());
    let (view, is_shown_minor) = office.store.read(|reader| -> Result<_, Fault> {
        let (space, record) = projector::load(reader, request.person)?;
        let mut person = folded(office, reader, request.person)?;
        let names = Names::read(office, reader)?;
        let id_number = text_of(&person, "id_number");
        let born = born(&text_of(&person, "birth"), &id_number);
        let written = text_of(&person, "birth").parse().ok();
        let id_warnings = domain::person::id_warnings(&id_number, written, person.sex, now);
        let is_minor = domain::case::red::is_minor(born, now);
        let born = born.map(|day| day.format("%Y-%m-%d").to_string()).unwrap_or_default();
        let is_hidden = Lens::new(office, reader).hides_person(&born);
        if is_hidden {
            person.fields.retain(|name, _| !HIDDEN.contains(&name.as_str()));
            person.conflicts.clear();
            if let Some(name) = person.fields.get_mut("name") {
                name.value = shown(name.value.as_str().unwrap_or_default(), true).into();
            }
        }
        let mut links = Vec::new();
        let mut cases = BTreeSet::new();
        for same in same_person(office, reader, request.person, &person)? {
            cases.extend(reader.cases_of_person(same)?);
        }
        for link in &person.links {
            let other = reader.person(link.with)?;
            links.push(PersonLinkView {
                person: link.with,
                name: shown(&other.map(|row| row.name).unwrap_or_default(), is_hidden),
                is_same: link.is_same,
                is_disputed: link.is_disputed,
                why: why_view(&link.why),
            });
        }
        let mut lines = Vec::new();
        for case in cases {
            lines.extend(reader.case(case)?.map(|row| line(&row, &names)));
        }
        let facts = projector::facts_of(office, reader, &record)?;
        let fact = |id: FactId| {
            let carried = facts.facts.iter().find(|carried| carried.id == id)?;
            domain::fact::Fact::read(&carried.json).ok().map(|fact| fact.body)
        };
        let view = PersonView {
            id: record.id(),
            space,
            sex: person.sex,
            fields: field_views(&person.fields),
            id_warnings: if is_hidden { Vec::new() } else { id_warnings },
            links,
            cases: lines,
            conflicts: conflict_views(office, &names, None, &person.conflicts, fact),
        };
        Ok((view, is_minor && !is_hidden))
    })?;
    if is_shown_minor {
        audit::note(office, Deed::new(Act::ProtectedRead).record(request.person).word("minor"))?;
    }
    Ok(view)
}

/// Says that two person records are one person.
pub(crate) fn link(office: &Office, request: &PersonLinkSet) -> Result<PersonView, Fault> {
    say(office, request, true)
}

/// Says that two person records are two persons: namesakes, or linked by mistake.
pub(crate) fn unlink(office: &Office, request: &PersonLinkSet) -> Result<PersonView, Fault> {
    say(office, request, false)
}

fn say(office: &Office, request: &PersonLinkSet, same: bool) -> Result<PersonView, Fault> {
    let at = request.at.unwrap_or_else(|| minute(office.now_ms()));
    office.store.write(|tx| {
        let mut pen = Pen::new(office, tx);
        let person = folded(office, &pen.tx.reader(), request.person)?;
        let link = person.links.iter().find(|link| link.with == request.with);
        let refuse = |reason| Fault::Refused { reason, field: "with".into(), index: 0 };
        match link {
            Some(link) if link.is_disputed => {
                return Err(Fault::Contested { field: "with".into() });
            }
            Some(link) if link.is_same == same => return Err(refuse(RefusalReason::AlreadyDone)),
            _ => {}
        }
        write_link(office, &mut pen, (request.person, request.with), same, (&request.reason, at))
    })?;
    get(office, &PersonGet { person: request.person })
}

/// Writes on both records what they are to each other, in the writer's transaction.
fn write_link(
    office: &Office,
    pen: &mut Pen<'_, '_>,
    (person, with): (RecordId, RecordId),
    same: bool,
    (reason, at): (&str, At),
) -> Result<(), Fault> {
    let refuse = |field: &str, reason| Fault::Refused { reason, field: field.to_owned(), index: 0 };
    guard::required("reason", reason, guard::TEXT_CHARS_MAX)
        .map_err(|refusal| Fault::refused(&refusal, 0))?;
    if person == with {
        return Err(refuse("with", RefusalReason::Unknown));
    }
    if at.day > today(office.now_ms()) {
        return Err(refuse("at", RefusalReason::InFuture));
    }
    rights::check(office, Right::PersonLink)?;
    let mut answers: BTreeSet<FactId> = BTreeSet::new();
    for (own, other) in [(person, with), (with, person)] {
        let folded = folded(office, &pen.tx.reader(), own)?;
        let links = folded.links.into_iter().filter(|link| link.with == other);
        answers.extend(links.flat_map(|link| link.acts));
    }
    let mut act: Option<FactId> = None;
    for (own, other) in [(person, with), (with, person)] {
        let body = Body::PersonsLinked(PersonsLinked {
            with: other,
            same,
            act,
            answers: answers.iter().copied().collect(),
            reason: reason.trim().to_owned(),
        });
        pen.edit(own, |_, _, draft| {
            let (fact, _) = draft.fact(office, at, body)?;
            act.get_or_insert(fact);
            Ok(())
        })?;
    }
    Ok(())
}

/// Settles whether two person records are one person: as one of the sides says.
pub(crate) fn settle(
    office: &Office,
    pen: &mut Pen<'_, '_>,
    (person, with): (RecordId, RecordId),
    choice: &Choice,
    why: (&str, At),
) -> Result<(), Fault> {
    let record = projector::load(&pen.tx.reader(), person)?.1;
    let facts = projector::facts_of(office, &pen.tx.reader(), &record)?;
    let chosen = match choice {
        Choice::Fact(id) => facts.facts.iter().find(|carried| carried.id == *id),
        _ => None,
    };
    let body = chosen.and_then(|carried| domain::fact::Fact::read(&carried.json).ok());
    match body.map(|fact| fact.body) {
        Some(Body::PersonsLinked(body)) => write_link(office, pen, (person, with), body.same, why),
        _ => {
            Err(Fault::Refused { reason: RefusalReason::Unknown, field: "choice".into(), index: 0 })
        }
    }
}

/// Reads a window of persons.
pub(crate) fn list(office: &Office, request: &PersonList) -> Result<PersonWindow, Fault> {
    office.store.read(|reader| {
        let limit = request.limit.unwrap_or(ROWS_MAX).clamp(1, ROWS_MAX);
        let part = request.query.as_deref().unwrap_or_default().trim();
        let lens = Lens::new(office, reader);
        // Whose name is hidden is found by none of it.
        let born_after = lens.hidden_since().filter(|_| !part.is_empty());
        let rows = reader.persons(part, born_after.as_deref(), request.offset, limit)?;
        let line = |row: PersonRow| {
            let is_hidden = lens.hides_person(&row.born);
            let text = |text: String| if is_hidden { String::new() } else { text };
            PersonLine {
                id: row.record,
                name: shown(&row.name, is_hidden),
                phone: text(row.phone),
                address: text(row.address),
            }
        };
        Ok(PersonWindow {
            rows: rows.into_iter().map(line).collect(),
            total: u32::try_from(reader.person_count(part, born_after.as_deref())?)
                .unwrap_or(u32::MAX),
        })
    })
}

/// Reads the users.
pub(crate) fn users(office: &Office) -> Result<Users, Fault> {
    office.store.read(|reader| {
        let names = Names::read(office, reader)?;
        let roster = office.roster();
        let mut users: Vec<UserLine> = roster
            .units()
            .into_iter()
            .flat_map(|unit| roster.users_of(unit).map(move |user| (unit, user.user)))
            .map(|(unit, user)| UserLine {
                user: names.user(user),
                unit: names.unit(unit),
                removed_ms: roster.removed(user).map(|removed| removed.effective_ms),
            })
            .collect();
        users.sort_by(|a, b| (&a.unit.name, &a.user.name).cmp(&(&b.unit.name, &b.user.name)));
        Ok(Users { users })
    })
}

/// Removes a user. What they wrote, as far as it is known here, stands.
pub(crate) fn remove_user(office: &Office, request: &UserRemove) -> Result<Users, Fault> {
    let me = office.me();
    devices::check_speaker(office)?;
    let roster = office.roster();
    guard::required("reason", &request.reason, guard::NAME_CHARS_MAX)
        .map_err(|refusal| Fault::refused(&refusal, 0))?;
    let refuse = |field: &str, reason| Fault::Refused { reason, field: field.to_owned(), index: 0 };
    let user = roster.user(request.user).ok_or_else(|| Fault::not_found(request.user))?;
    if request.user == me.user {
        return Err(refuse("user", RefusalReason::Role));
    }
    if roster.removed(request.user).is_some() {
        return Err(refuse("user", RefusalReason::AlreadyDone));
    }
    let from = request.from.unwrap_or_else(|| minute(office.now_ms()));
    if from.day > today(office.now_ms()) {
        return Err(refuse("from", RefusalReason::InFuture));
    }
    office.store.write(|tx| {
        let mut cut_offs = Vec::new();
        for device in &user.devices {
            cut_offs.extend(devices::cut_offs(&tx.reader(), *device, |_| true)?);
        }
        let said = Statement::Removal(UserRemoval {
            user: request.user,
            effective_ms: u64::try_from(from.moment()).unwrap_or(0),
            cut_offs,
            reason: request.reason.trim().to_owned(),
        });
        devices::say_end(office, tx, &said)?;
        let deed = Deed::new(Act::UserRemoved).user(request.user).reason(&request.reason);
        Pen::new(office, tx).note(deed)
    })?;
    projector::catch_up_all(office, |_| true)?;
    users(office)
}
