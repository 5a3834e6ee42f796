//! Founding a township, inviting others, joining.

use std::path::Path;
use std::sync::Arc;

use domain::case::guard::RefusalReason;
use domain::fact::body::{UnitRegistered, UnitSort};
use domain::fact::{Body, RecordKind};
use domain::id::{DeviceId, SpaceId, TransferId, UnitId, UserId, ulid};
use domain::log::LogKey;
use domain::role::{Level, Role};
use domain::time::At;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{Store, Writer};
use sync::chain;
use trust::invitation::{self, Enrolment, EnrolmentRequest, Invitation, InvitationError, UnitName};
use trust::key::SecretKey;
use trust::kit::Kit;
use trust::roster::Roster;
use trust::seal::{Cost, Fresh};
use trust::statement::{
    Access, DeviceCertificate, Grant, InvitationCertificate, Operational, Signed, SpaceCertificate,
    SpaceKind, Statement, UserCertificate, to_bytes,
};

use crate::accounts::RecoverySheet;
use crate::alarms;
use crate::clock::{self, Clock, Entropy, draw, today};
use crate::commands::FileSaved;
use crate::devices;
use crate::fault::{Fault, InvitationTrouble, file_fault, store_fault};
use crate::identity::{self, Identity, IdentityRecord, LocalUser};
use crate::journal::Pen;
use crate::names::Names;
use crate::office::{Office, Session, patient};
use crate::vault::strength::{self, Known};
use crate::vault::{self, Means, Secrets, Vault};
use crate::view::UnitRef;
use crate::witness::Witness;

mod users;

pub(crate) use users::{answer_requests, ask_for_user};

/// The longest name of a person, a unit, a computer.
const NAME_CHARS_MAX: usize = 40;

/// How long an invitation may be answered, unless said otherwise.
const INVITATION_DAYS: u16 = 30;

/// The longest an invitation may be answered.
const INVITATION_DAYS_MAX: u16 = 180;

/// A day, in milliseconds.
const DAY_MS: u64 = 24 * 3600 * 1000;

/// Founds a township on this computer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct OrgCreate {
    /// What the township's centre is called.
    pub name: String,
    /// What its first user is called.
    pub user_name: String,
    /// The user's role; the head of the centre (R7) if absent.
    #[serde(default)]
    pub role: Option<Role>,
    /// What this computer is called.
    pub device_name: String,
    /// What the lock page calls the user; their name if absent.
    #[serde(default)]
    pub label: Option<String>,
    /// The user's passphrase.
    pub passphrase: String,
}

/// What founding brings.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct OrgCreated {
    /// The secret of the printed kit: shown this once, kept by no computer.
    pub kit_code: String,
    /// The township's unit.
    pub unit: UnitId,
    /// The recovery sheet of this computer.
    pub recovery: RecoverySheet,
}

/// Invites a computer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct InvitationCreate {
    /// The unit it will belong to, if there is one already.
    #[serde(default)]
    pub unit: Option<UnitId>,
    /// Otherwise the name of the unit; one of that name is taken, or made.
    #[serde(default)]
    pub unit_name: Option<String>,
    /// The level of a new unit.
    #[serde(default)]
    pub level: Level,
    /// What a new unit is; a point in a village, a centre at the township, if absent.
    #[serde(default)]
    pub sort: Option<UnitSort>,
    /// The role of its first user.
    pub role: Role,
    /// The computer of that unit whose place the new one takes: it is revoked as soon as the new
    /// one has joined.
    #[serde(default)]
    pub replaces: Option<DeviceId>,
    /// For how many days it may be answered; 30 if absent.
    #[serde(default)]
    pub days: Option<u16>,
    /// Where the file goes.
    pub to: crate::host::Place,
}

/// An invitation that was made.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct InvitationCreated {
    /// The code to read out on the telephone; it never travels with the file.
    pub code: String,
    /// The name of the file.
    pub file: String,
    /// Where the file is, as far as the caller may know.
    pub path: Option<String>,
    /// The unit.
    pub unit: UnitRef,
    /// Until when it may be answered, in milliseconds since 1970.
    pub expires_ms: u64,
}

/// Joins with an invitation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct InvitationAccept {
    /// Where the file is.
    pub from: crate::host::Place,
    /// The code, however it is spaced.
    pub code: String,
    /// What the user is called.
    pub user_name: String,
    /// What this computer is called.
    pub device_name: String,
    /// What the lock page calls the user; their name if absent.
    #[serde(default)]
    pub label: Option<String>,
    /// The user's passphrase.
    pub passphrase: String,
}

/// What joining brings.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct InvitationAccepted {
    /// The unit that was joined.
    pub unit: UnitRef,
    /// The role.
    pub role: Role,
    /// The recovery sheet of this computer.
    pub recovery: RecoverySheet,
}

/// Everything a new profile needs from its surroundings.
pub(crate) struct Ground<'a> {
    pub(crate) home: &'a Path,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) machine: Option<String>,
    /// What a try of a passphrase costs; found out where it is not given.
    pub(crate) cost: Option<Cost>,
}

/// A name as it is kept, or why it is none.
pub(crate) fn named(field: &'static str, name: &str) -> Result<String, Fault> {
    let name = name.trim();
    domain::case::guard::required(field, name, NAME_CHARS_MAX)
        .map_err(|refusal| Fault::refused(&refusal, 0))?;
    Ok(name.to_owned())
}

/// What the lock page calls a user.
pub(crate) fn label(label: Option<&str>, name: &str) -> Result<String, Fault> {
    label.map_or_else(|| Ok(name.to_owned()), |label| named("label", label))
}

/// The first account of a profile.
struct First<'a> {
    user: LocalUser,
    label: &'a str,
    passphrase: &'a str,
    secrets: Secrets,
}

impl Ground<'_> {
    fn new_user(&self) -> UserId {
        UserId(ulid(self.clock.now_ms(), &draw(self.entropy.as_ref())))
    }

    /// Makes the profile on disk and an office around it; takes the profile back if `fill` fails.
    fn make(
        &self,
        first: First<'_>,
        record: IdentityRecord,
        fill: impl FnOnce(&Office) -> Result<(), Fault>,
    ) -> Result<(Office, RecoverySheet), Fault> {
        let claim = patient(|| Store::claim(self.home));
        let claim = claim.map_err(|error| store_fault(error, self.home))?;
        let is_there = vault::exists(self.home) || Store::is_there(self.home);
        if is_there && !vault::is_begun(self.home) {
            return Err(Fault::ProfileExists);
        }
        let failed = |error: std::io::Error| file_fault(&error, self.home);
        vault::begin(self.home).map_err(failed)?;
        let entropy = self.entropy.as_ref();
        let paper = Kit::new(draw(entropy));
        let sheet = RecoverySheet::of(&paper)?;
        let cost = self.cost.unwrap_or_else(clock::calibrated);
        let mut vault = Vault::new(paper.recovery().recipient(), entropy);
        let mut roster = Roster::new(trust::key::PublicKey(record.root));
        for statement in record.statements.iter().filter_map(|s| Signed::from_bytes(s).ok()) {
            // What proves nothing has no effect.
            let _ = roster.admit(&statement);
        }
        let First { user, label, passphrase, secrets } = first;
        let means = Means { cost, entropy };
        vault.lock((user.user, label), passphrase, &secrets, &roster.escrow(), &means)?;
        let made = vault.write(self.home).and_then(|()| {
            let store = patient(|| claim.create(secrets.key()));
            let store = store.map_err(|error| store_fault(error, self.home))?;
            let bytes = record.write()?;
            let session = Session::of(user.user, SecretKey::from_seed(secrets.seed));
            let users = vec![user];
            let user_bytes = LocalUser::write_all(&users)?;
            store.write(|tx| -> Result<(), Fault> {
                tx.set_value(identity::NAME, &bytes)?;
                Ok(tx.set_value(identity::USERS, &user_bytes)?)
            })?;
            let office = Office::assemble(
                self.home,
                store,
                Identity::new(record),
                (users, session),
                self.clock.clone(),
                self.entropy.clone(),
                Witness::new(self.machine.clone()),
            )?;
            fill(&office)?;
            office.witness(&[])?;
            vault::finished(self.home).map_err(failed)?;
            Ok((office, sheet))
        });
        if made.is_err() {
            vault::remove(self.home);
        }
        made
    }
}

/// Founds a township.
pub(crate) fn create(
    ground: &Ground<'_>,
    request: &OrgCreate,
    is_demo: bool,
) -> Result<(Office, OrgCreated), Fault> {
    let name = named("name", &request.name)?;
    let user_name = named("user_name", &request.user_name)?;
    let label = label(request.label.as_deref(), &user_name)?;
    let known = Known { names: &[&user_name, &label], places: &[&name] };
    strength::check(&request.passphrase, known)?;
    let entropy = ground.entropy.as_ref();
    let kit = Kit::new(draw(entropy));
    let root = kit.root();
    let organisation = root.public().organisation();
    let device = SecretKey::from_seed(draw(entropy));
    let (common, home) = (SpaceId(draw(entropy)), SpaceId(draw(entropy)));
    let now = ground.clock.now_ms();
    // The township's record is the first entry of the common log; its id follows from that.
    let key = LogKey { space: common, device: device.public().device(), epoch: [0; 8] };
    let binding = document::binding::record_binding(chain::log_id(organisation, key), 1);
    let unit = domain::id::RecordId(ulid(now, &binding));
    let operational = SecretKey::from_seed(draw(entropy));
    let said = Operational { key: operational.public().0, escrow: kit.escrow().recipient() };
    let said = Signed::new(organisation, &Statement::Operational(said), &root);
    let record = IdentityRecord {
        root: root.public().0,
        device_seed: *device.seed(),
        packet_seed: draw(entropy),
        operational_seed: Some(*operational.seed()),
        unit,
        device_name: named("device_name", &request.device_name)?,
        statements: vec![said.to_bytes()],
        unit_names: vec![(unit, name.clone())],
        is_demo,
    };
    let user = LocalUser {
        user: ground.new_user(),
        name: user_name,
        role: request.role.filter(|r| r.level() == Level::Township).unwrap_or(Role::R7),
        enrolment: None,
    };
    let passphrase = &request.passphrase;
    let first = First { user, label: &label, passphrase, secrets: Secrets::fresh(entropy) };
    let (office, recovery) = ground.make(first, record, |office| {
        office.store.write(|tx| {
            let mut pen = Pen::new(office, tx);
            let own = NewUnit::named(&name, Level::Township, UnitSort::Centre);
            write_unit(&mut pen, common, now, &own)?;
            pen.say_signed(common, &said)?;
            let mut statements = spaces(unit, common, home);
            statements.extend(own_certificates(office)?);
            pen.say(common, &statements)
        })
    })?;
    Ok((office, OrgCreated { kit_code: kit.code(), unit, recovery }))
}

/// The spaces a township begins with, and its grants.
fn spaces(unit: UnitId, common: SpaceId, home: SpaceId) -> Vec<Statement> {
    let space = |space, kind| Statement::Space(SpaceCertificate { space, kind, unit });
    let grant = |space| Statement::Grant(Grant { space, unit, access: Access::Write, turn: None });
    vec![space(common, SpaceKind::Common), space(home, SpaceKind::Unit), grant(common), grant(home)]
}

/// The certificates of this device and its user, by its own operational key.
fn own_certificates(office: &Office) -> Result<Vec<Statement>, Fault> {
    let identity = &office.identity;
    let record = &identity.record;
    let me = office.me();
    Ok(vec![
        Statement::Device(DeviceCertificate {
            key: identity.secret.public().0,
            recipient: identity.packet.recipient(),
            unit: record.unit,
            name: record.device_name.clone(),
            invitation: None,
            serial: 1,
        }),
        Statement::User(UserCertificate {
            user: me.user,
            key: office.with_user_key(|key| key.public().0)?,
            unit: record.unit,
            role: me.role.number(),
            name: me.name,
            devices: vec![identity.device],
            serial: 1,
            invitation: None,
        }),
    ])
}

/// A unit to be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewUnit {
    /// What it is called.
    pub(crate) name: String,
    /// Its level.
    pub(crate) level: Level,
    /// What it is.
    pub(crate) sort: UnitSort,
    /// Where it is.
    pub(crate) address: Option<String>,
    /// Its telephone.
    pub(crate) phone: Option<String>,
}

impl NewUnit {
    /// A unit of which nothing but its name is known.
    pub(crate) fn named(name: &str, level: Level, sort: UnitSort) -> Self {
        Self { name: name.to_owned(), level, sort, address: None, phone: None }
    }
}

fn write_unit(
    pen: &mut Pen<'_, '_>,
    common: SpaceId,
    now_ms: u64,
    unit: &NewUnit,
) -> Result<UnitId, Fault> {
    let office = pen.office;
    let &NewUnit { level, sort, .. } = unit;
    pen.begin(common, RecordKind::Unit, now_ms, |draft| {
        let at = At::day(today(now_ms));
        draft.fact(office, at, Body::UnitRegistered(UnitRegistered { level, sort }))?;
        draft.field(office, "name", unit.name.as_str().into())?;
        for (field, value) in [("address", &unit.address), ("phone", &unit.phone)] {
            if let Some(value) = value {
                draft.field(office, field, value.as_str().into())?;
            }
        }
        Ok(())
    })
}

/// Makes an invitation and saves its file; gives what is said about it. Where the file cannot be
/// saved, nobody was invited: what was written for it is undone.
pub(crate) fn invite(
    office: &Office,
    request: &InvitationCreate,
    cost: Cost,
    save: impl FnOnce(&str, &[u8]) -> Result<FileSaved, Fault>,
) -> Result<InvitationCreated, Fault> {
    if office.identity.operational.is_none() {
        return Err(Fault::NotHere);
    }
    let invited = office.store.write(|tx| -> Result<InvitationCreated, Fault> {
        let (invitation, mut created) = write_invitation(office, tx, request)?;
        let entropy = office.entropy.as_ref();
        let fresh = Fresh { salt: draw(entropy), nonce: draw(entropy) };
        let file = invitation.close(&created.code, cost, fresh);
        let saved = save(&created.file, &file.map_err(|error| invitation_fault(&error))?)?;
        created.file = saved.name;
        created.path = saved.path;
        Ok(created)
    });
    if invited.is_err() {
        // Who was invited must be forgotten with what was undone.
        office.store.read(|reader| office.refresh(reader))?;
    }
    invited
}

/// Writes what an invitation rests on: the unit, if it is new, and the certificate.
fn write_invitation(
    office: &Office,
    tx: &mut Writer<'_>,
    request: &InvitationCreate,
) -> Result<(Invitation, InvitationCreated), Fault> {
    let entropy = office.entropy.as_ref();
    let now = office.now_ms();
    let days = request.days.unwrap_or(INVITATION_DAYS).clamp(1, INVITATION_DAYS_MAX);
    let expires_ms = now.saturating_add(DAY_MS.saturating_mul(u64::from(days)));
    let one_time = SecretKey::from_seed(draw(entropy));
    let invitation = TransferId(ulid(now, &draw(entropy)));
    let mut pen = Pen::new(office, tx);
    let common = office.roster().common().ok_or_else(|| Fault::not_found("common"))?;
    let unit = find_or_make_unit(&mut pen, common, request)?;
    let replaces = request.replaces.map(|device| replaced(office, device, unit)).transpose()?;
    let certificate = InvitationCertificate {
        invitation,
        key: one_time.public().0,
        unit,
        role: request.role.number(),
        expires_ms,
        replaces: replaces.map(|device| device.0.into()),
    };
    pen.say(common, &[Statement::Invitation(certificate)])?;
    let reader = tx.reader();
    let names = Names::read(office, &reader)?;
    let content = Invitation {
        root: office.identity.root().0,
        statements: office.statements_in(&reader)?,
        invitation,
        seed: *one_time.seed(),
        names: names.units().map(|u| UnitName { unit: u.id, name: u.name }).collect(),
    };
    let name: String = invitation.to_string().chars().rev().take(4).collect();
    let created = InvitationCreated {
        code: invitation::code_from(u128::from_be_bytes(draw(entropy))),
        file: format!("JOIN{name}.{}", carry::usb::INVITATION),
        path: None,
        unit: names.unit(unit),
        expires_ms,
    };
    Ok((content, created))
}

/// The computer whose place another is to take: one of that unit, believed, and not the one that
/// keeps the township's key, which only the printed kit revokes.
fn replaced(office: &Office, device: DeviceId, unit: UnitId) -> Result<DeviceId, Fault> {
    let roster = office.roster();
    let certificate = roster.device(device).ok_or_else(|| Fault::not_found(device))?;
    let refuse = |reason| Fault::Refused { reason, field: "replaces".into(), index: 0 };
    if certificate.unit != unit || roster.keeps_operational_key(device) {
        return Err(refuse(RefusalReason::Unknown));
    }
    if roster.revoked(device).is_some() {
        return Err(refuse(RefusalReason::AlreadyDone));
    }
    Ok(device)
}

/// The unit an invitation is for: one that exists, or a new one with its space and grants.
fn find_or_make_unit(
    pen: &mut Pen<'_, '_>,
    common: SpaceId,
    request: &InvitationCreate,
) -> Result<UnitId, Fault> {
    let units = pen.tx.reader().units()?;
    if let Some(unit) = request.unit {
        let row = units.iter().find(|row| row.record == unit);
        let row = row.ok_or_else(|| Fault::not_found(unit))?;
        let refuse = |reason| Fault::Refused { reason, field: "unit".into(), index: 0 };
        return if row.stands() { Ok(unit) } else { Err(refuse(RefusalReason::UnitEnded)) };
    }
    let name = named("unit_name", request.unit_name.as_deref().unwrap_or_default())?;
    if let Some(row) = units.iter().find(|row| row.stands() && row.name == name) {
        return Ok(row.record);
    }
    let sort = request.sort.unwrap_or(match request.level {
        Level::Village => UnitSort::Point,
        Level::Township => UnitSort::Centre,
    });
    make_unit(pen, common, &NewUnit::named(&name, request.level, sort))
}

/// Whether a unit could be made here as asked: only the computer that keeps the township's key makes
/// any.
pub(crate) fn check_unit(office: &Office, unit: &NewUnit) -> Result<(), Fault> {
    if office.identity.operational.is_none() {
        return Err(Fault::NotHere);
    }
    named("name", &unit.name)?;
    for (field, value) in [("address", &unit.address), ("phone", &unit.phone)] {
        domain::case::guard::bounded(field, value.as_deref().unwrap_or_default(), NAME_CHARS_MAX)
            .map_err(|refusal| Fault::refused(&refusal, 0))?;
    }
    Ok(())
}

/// Makes units, each with its space and its grants, in a transaction that does more.
pub(crate) fn make_units(pen: &mut Pen<'_, '_>, units: &[&NewUnit]) -> Result<Vec<UnitId>, Fault> {
    let common = pen.office.roster().common().ok_or_else(|| Fault::not_found("common"))?;
    units.iter().map(|unit| make_unit(pen, common, unit)).collect()
}

/// Makes a unit, with its space and its grants.
fn make_unit(pen: &mut Pen<'_, '_>, common: SpaceId, unit: &NewUnit) -> Result<UnitId, Fault> {
    let units = pen.tx.reader().units()?;
    let office = pen.office;
    let &NewUnit { level, sort, .. } = unit;
    let unit = write_unit(pen, common, office.now_ms(), unit)?;
    let roster = office.roster();
    let home = SpaceId(draw(office.entropy.as_ref()));
    let grant = |space, unit, access| Statement::Grant(Grant { space, unit, access, turn: None });
    let mut statements = vec![
        Statement::Space(SpaceCertificate { space: home, kind: SpaceKind::Unit, unit }),
        grant(home, unit, Access::Write),
        grant(common, unit, Access::Read),
    ];
    // The township's offices hold all villages' spaces, those made before and after them.
    let overseers: Vec<UnitId> = units
        .iter()
        .filter(|row| row.level == "township" && row.sort != "department" && !row.is_withdrawn)
        .map(|row| row.record)
        .collect();
    statements.extend(overseers.iter().map(|o| grant(home, *o, Access::Write)));
    if level == Level::Township && sort != UnitSort::Department {
        let homes = units.iter().filter_map(|row| roster.home(row.record));
        let cases = roster.case_spaces();
        statements.extend(homes.chain(cases).map(|space| grant(space, unit, Access::Write)));
    }
    pen.say(common, &statements)?;
    Ok(unit)
}

/// Joins: makes a profile that answers an invitation.
pub(crate) fn accept(
    ground: &Ground<'_>,
    request: &InvitationAccept,
    file: &[u8],
) -> Result<(Office, RecoverySheet), Fault> {
    // Told before the slow part: the passphrase, and the names.
    let user_name = named("user_name", &request.user_name)?;
    let label = label(request.label.as_deref(), &user_name)?;
    let names = [user_name.as_str(), label.as_str()];
    strength::check(&request.passphrase, Known { names: &names, places: &[] })?;
    let device_name = named("device_name", &request.device_name)?;
    let opened = Invitation::open(file, &request.code, ground.clock.now_ms())
        .map_err(|error| invitation_fault(&error))?;
    let roster = opened.roster();
    let trouble = |reason| Fault::Invitation { reason };
    if roster.claimed(opened.invitation).is_some() {
        return Err(trouble(InvitationTrouble::Used));
    }
    let certificate =
        opened.certificate().ok_or_else(|| trouble(InvitationTrouble::NotCertified))?;
    let role = certificate.role().ok_or_else(|| trouble(InvitationTrouble::Newer))?;
    let township = roster.common().and_then(|common| roster.space(common)).map(|s| s.unit);
    let is_ours = |unit| unit == certificate.unit || Some(unit) == township;
    let places = opened.names.iter().filter(|name| is_ours(name.unit));
    let places: Vec<&str> = places.map(|name| name.name.as_str()).collect();
    strength::check(&request.passphrase, Known { names: &names, places: &places })?;
    let entropy = ground.entropy.as_ref();
    let device = SecretKey::from_seed(draw(entropy));
    let packet = trust::key::PacketKey::from_seed(draw(entropy));
    let secrets = Secrets::fresh(entropy);
    let user = ground.new_user();
    let enrolment = opened.enrol(&EnrolmentRequest {
        invitation: opened.invitation,
        key: device.public().0,
        recipient: packet.recipient(),
        device_name: device_name.clone(),
        user,
        user_key: SecretKey::from_seed(secrets.seed).public().0,
        user_name: user_name.clone(),
    });
    let record = IdentityRecord {
        root: opened.root,
        device_seed: *device.seed(),
        packet_seed: *packet.seed(),
        operational_seed: None,
        unit: certificate.unit,
        device_name,
        statements: opened.statements.iter().map(Signed::to_bytes).collect(),
        unit_names: opened.names.iter().map(|n| (n.unit, n.name.clone())).collect(),
        is_demo: false,
    };
    let user =
        LocalUser { user, name: user_name.clone(), role, enrolment: Some(to_bytes(&enrolment)) };
    let first = First { user, label: &label, passphrase: &request.passphrase, secrets };
    ground.make(first, record, |_| Ok(()))
}

/// What the township would say to a request to join.
pub(crate) fn answer(
    office: &Office,
    roster: &Roster,
    enrolment: &Enrolment,
) -> Result<Vec<Statement>, InvitationTrouble> {
    let (request, certificate) =
        enrolment.verify(roster).map_err(|_| InvitationTrouble::NotCertified)?;
    let device = trust::key::PublicKey(request.key).device();
    match roster.claimed(request.invitation) {
        // The first who came was countersigned; a second raises an alarm.
        Some(claimed) if claimed != device => return Err(InvitationTrouble::Used),
        Some(_) => return Ok(Vec::new()),
        // A computer joins once; who else works on it asks by its own word.
        None if roster.device(device).is_some() => return Err(InvitationTrouble::Elsewhere),
        None => {}
    }
    if certificate.expires_ms < office.now_ms() {
        return Err(InvitationTrouble::Expired);
    }
    Ok(vec![
        Statement::Device(DeviceCertificate {
            key: request.key,
            recipient: request.recipient,
            unit: certificate.unit,
            name: request.device_name,
            invitation: Some(request.invitation.0.into()),
            serial: 1,
        }),
        Statement::User(UserCertificate {
            user: request.user,
            key: request.user_key,
            unit: certificate.unit,
            role: certificate.role,
            name: request.user_name,
            devices: vec![device],
            serial: 1,
            invitation: None,
        }),
    ])
}

/// Countersigns a request to join, if this computer may and the request is good. Whoever answers
/// second raises an alarm; whoever takes a computer's place ends it.
pub(crate) fn countersign(office: &Office, enrolment: &Enrolment) -> Result<(), InvitationTrouble> {
    let roster = office.roster();
    let statements = match answer(office, &roster, enrolment) {
        Err(InvitationTrouble::Used) => {
            if let Err(error) = tell_second(office, &roster, enrolment) {
                tracing::error!(%error, "a second claimant could not be written down");
            }
            return Err(InvitationTrouble::Used);
        }
        answered => answered?,
    };
    if statements.is_empty() {
        return Ok(());
    }
    if office.identity.operational.is_none() {
        return Err(InvitationTrouble::NotCertified);
    }
    let common = roster.common().ok_or(InvitationTrouble::NotCertified)?;
    let named = enrolment.invitation().and_then(|id| roster.invitation(id));
    let replaced = named.and_then(|certificate| certificate.replaces);
    office
        .store
        .write(|tx| -> Result<(), Fault> {
            Pen::new(office, tx).say(common, &statements)?;
            if let Some(replaced) = replaced {
                devices::replace(office, tx, DeviceId(*replaced))?;
            }
            // Somebody now vouches for what nobody could vouch for before.
            Ok(tx.doubt_refused()?)
        })
        .map_err(|_| InvitationTrouble::NotCertified)
}

fn tell_second(office: &Office, roster: &Roster, enrolment: &Enrolment) -> Result<(), Fault> {
    let Ok((request, certificate)) = enrolment.verify(roster) else { return Ok(()) };
    let Some(first) = roster.claimed(request.invitation) else { return Ok(()) };
    alarms::second_claim(office, &request, certificate.unit, first)
}

/// What is wrong with an invitation.
pub(crate) fn invitation_fault(error: &InvitationError) -> Fault {
    use trust::code::CodeError;
    let reason = match error {
        InvitationError::NotAnInvitation => InvitationTrouble::NotAnInvitation,
        InvitationError::Suite(_) => InvitationTrouble::Newer,
        InvitationError::Code(CodeError::Length { .. }) => InvitationTrouble::CodeLength,
        InvitationError::Code(_) => InvitationTrouble::CodeCheck,
        InvitationError::Wrong => InvitationTrouble::WrongCode,
        InvitationError::Expired => InvitationTrouble::Expired,
        InvitationError::NotCertified => InvitationTrouble::NotCertified,
    };
    Fault::Invitation { reason }
}
