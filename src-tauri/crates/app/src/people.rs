//! Persons known to a unit, and the units themselves.

use domain::case::guard::{self, RefusalReason};
use domain::fact::body::{PersonRegistered, Sex};
use domain::fact::{Body, RecordKind};
use domain::id::{RecordId, UserId};
use domain::role::Role;
use domain::time::{At, Day};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trust::key::SecretKey;
use trust::statement::{CutOff, Signed, Statement, UserRemoval};

use crate::cases::{ROWS_MAX, conflict_views, field_views};
use crate::clock::{minute, today};
use crate::fault::Fault;
use crate::journal::Pen;
use crate::names::Names;
use crate::office::Office;
use crate::projector;
use crate::view::{PersonLine, PersonView, PersonWindow, UnitRef, UserRef};

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
    /// Only persons with this part of a name or telephone.
    #[serde(default)]
    pub query: Option<String>,
    /// How many rows to pass over.
    #[serde(default)]
    pub offset: u32,
    /// How many rows to read, at most 200.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// The units of the organisation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Units {
    /// In order of level and name.
    pub units: Vec<UnitRef>,
}

/// Registers a person.
pub(crate) fn add(office: &Office, request: &PersonAdd) -> Result<PersonView, Fault> {
    let now = today(office.now_ms());
    let refuse = |field: &str, reason| Fault::Refused { reason, field: field.to_owned(), index: 0 };
    guard::required("name", &request.name, guard::NAME_CHARS_MAX)
        .map_err(|refusal| Fault::refused(&refusal, 0))?;
    if request.birth.is_some_and(|birth| birth > now) {
        return Err(refuse("birth", RefusalReason::InFuture));
    }
    let registered = Body::PersonRegistered(PersonRegistered { sex: request.sex });
    if !registered.row().roles.contains(&office.me().role) {
        return Err(refuse("kind", RefusalReason::Role));
    }
    let birth = request.birth.map(|day| day.format("%Y-%m-%d").to_string());
    let fields = [
        ("name", Some(&request.name)),
        ("birth", birth.as_ref()),
        ("phone", request.phone.as_ref()),
        ("address", request.address.as_ref()),
        ("id_number", request.id_number.as_ref()),
        ("note", request.note.as_ref()),
    ];
    for (name, value) in &fields {
        let value = value.map_or("", String::as_str);
        guard::bounded("value", value, guard::NAME_CHARS_MAX)
            .map_err(|_| refuse(name, RefusalReason::TooLong))?;
    }
    let space = office.home_space()?;
    let person = office.store.write(|tx| {
        Pen::new(office, tx).begin(space, RecordKind::Person, office.now_ms(), |draft| {
            draft.fact(office, At::day(now), registered)?;
            for (name, value) in fields {
                if let Some(value) = value.map(|v| v.trim()).filter(|v| !v.is_empty()) {
                    draft.field(office, name, value.into())?;
                }
            }
            Ok(())
        })
    })?;
    get(office, &PersonGet { person })
}

/// Reads one person.
pub(crate) fn get(office: &Office, request: &PersonGet) -> Result<PersonView, Fault> {
    office.store.read(|reader| {
        let (space, record) = projector::load(reader, request.person)?;
        if record.kind() != RecordKind::Person.code() {
            return Err(Fault::not_found(request.person));
        }
        let person = domain::person::fold(&record.facts(office));
        let names = Names::read(office, reader)?;
        Ok(PersonView {
            id: record.id(),
            space,
            fields: field_views(&person.fields),
            conflicts: conflict_views(office, &names, None, &person.conflicts, |_| None),
        })
    })
}

/// Reads a window of persons.
pub(crate) fn list(office: &Office, request: &PersonList) -> Result<PersonWindow, Fault> {
    office.store.read(|reader| {
        let limit = request.limit.unwrap_or(ROWS_MAX).clamp(1, ROWS_MAX);
        let part = request.query.as_deref().unwrap_or_default().trim();
        let rows = reader.persons(part, request.offset, limit)?;
        Ok(PersonWindow {
            rows: rows
                .into_iter()
                .map(|row| PersonLine {
                    id: row.record,
                    name: row.name,
                    phone: row.phone,
                    address: row.address,
                })
                .collect(),
            total: u32::try_from(reader.person_count(part)?).unwrap_or(u32::MAX),
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
    let roster = office.roster();
    let common = roster.common().ok_or_else(|| Fault::not_found("common"))?;
    let township = roster.space(common).map(|space| space.unit);
    if me.role != Role::R7 || township != Some(me.unit) {
        return Err(Fault::NotAllowed { role: me.role, may: vec![Role::R7] });
    }
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
            for held in tx.reader().logs_of(*device)? {
                let first = held.ranges.first().filter(|range| range.first == 1);
                cut_offs.extend(first.map(|range| CutOff { log: held.log, last: range.last }));
            }
        }
        let said = Statement::Removal(UserRemoval {
            user: request.user,
            effective_ms: u64::try_from(from.moment()).unwrap_or(0),
            cut_offs,
            reason: request.reason.trim().to_owned(),
        });
        let own = SecretKey::from_seed(office.identity.record.user_seed);
        let signer = office.identity.operational.as_ref().unwrap_or(&own);
        let signed = Signed::new(roster.organisation(), &said, signer);
        let before = office.removed();
        Pen::new(office, tx).say_signed(common, &signed)?;
        office.refresh(&tx.reader())?;
        office.doubt_removed(tx, &before)
    })?;
    projector::catch_up_all(office, |_| true)?;
    users(office)
}

/// Reads the units.
pub(crate) fn units(office: &Office) -> Result<Units, Fault> {
    office.store.read(|reader| {
        let names = Names::read(office, reader)?;
        let mut units: Vec<UnitRef> = names.units().collect();
        units.sort_by(|a, b| (b.level, &a.name, a.id).cmp(&(a.level, &b.name, b.id)));
        Ok(Units { units })
    })
}
