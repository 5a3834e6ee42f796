//! The roster: what all known statements say together. It depends on the set of statements only,
//! never on the order they came in.

mod ending;
mod erasing;
mod holding;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use minicbor::bytes::ByteArray;

use domain::id::{DeviceId, ErasureId, OrganisationId, SpaceId, TransferId, UnitId, UserId};
use domain::role::Role;

use crate::key::PublicKey;
use crate::statement::{
    Access, DeviceCertificate, DeviceRevocation, Erasure, ErasureAgreement, InvitationCertificate,
    Judgement, Leaving, Operational, Signed, SpaceCertificate, SpaceKind, Statement,
    StatementError, Succession, UserCertificate, UserRemoval, UserRequest, to_bytes,
};

use holding::Granted;

pub use ending::{CutOffs, Judged, Removed, Revoked};
pub use erasing::{ERASED_A_DAY, SaidErasure};
pub use holding::{Exchanged, Left};

/// The most statements that may wait for the authority of their signer to be known.
const WAITING_MAX: usize = 10_000;

/// The most requests for users that are kept.
const REQUESTS_MAX: usize = 10_000;

/// Who is who in one organisation.
#[derive(Debug, Clone)]
pub struct Roster {
    organisation: OrganisationId,
    root: PublicKey,
    operational: BTreeMap<PublicKey, Operational>,
    successions: Vec<Succession>,
    /// What operational keys said that are in office: read anew when one of them ends.
    said: Vec<(PublicKey, Statement)>,
    devices: BTreeMap<DeviceId, DeviceCertificate>,
    users: BTreeMap<UserId, UserCertificate>,
    /// Every key that was ever certified for a user, with the number of the role and the unit:
    /// what was signed with an older one stands.
    user_keys: BTreeSet<([u8; 32], UserId, u8, UnitId)>,
    spaces: BTreeMap<SpaceId, SpaceCertificate>,
    /// What was granted, each with who said so: whether that counts is asked when it is read.
    grants: BTreeMap<(SpaceId, UnitId), Vec<(PublicKey, Granted)>>,
    /// Which units left cases, each with who said so.
    leavings: Vec<(PublicKey, Leaving)>,
    /// Spaces of single cases that devices say they opened.
    opened: BTreeMap<SpaceId, Vec<(PublicKey, SpaceCertificate)>>,
    invitations: BTreeMap<TransferId, InvitationCertificate>,
    removals: Vec<(PublicKey, UserRemoval)>,
    revocations: Vec<(PublicKey, DeviceRevocation)>,
    adoptions: Vec<(PublicKey, Judgement)>,
    dismissals: Vec<(PublicKey, Judgement)>,
    requests: BTreeMap<(DeviceId, UserId), UserRequest>,
    erasures: BTreeMap<ErasureId, (PublicKey, Erasure)>,
    agreements: Vec<(PublicKey, ErasureAgreement)>,
    waiting: Vec<(PublicKey, Statement)>,
    /// Statements whose signatures were verified, each by the hash of all of it: a roster that is
    /// read anew does not verify them again.
    proved: HashSet<[u8; 32]>,
}

impl Roster {
    /// The roster of the organisation a root key makes, with nothing said yet.
    #[must_use]
    pub fn new(root: PublicKey) -> Self {
        Self {
            organisation: root.organisation(),
            root,
            operational: BTreeMap::new(),
            successions: Vec::new(),
            said: Vec::new(),
            devices: BTreeMap::new(),
            users: BTreeMap::new(),
            user_keys: BTreeSet::new(),
            spaces: BTreeMap::new(),
            grants: BTreeMap::new(),
            leavings: Vec::new(),
            opened: BTreeMap::new(),
            invitations: BTreeMap::new(),
            removals: Vec::new(),
            revocations: Vec::new(),
            adoptions: Vec::new(),
            dismissals: Vec::new(),
            requests: BTreeMap::new(),
            erasures: BTreeMap::new(),
            agreements: Vec::new(),
            waiting: Vec::new(),
            proved: HashSet::new(),
        }
    }

    /// The same organisation's with nothing said yet, which remembers whose signatures were found
    /// good: with five hundred villages they are thousands, and reading them again for each new
    /// one would be most of what a township does.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self { proved: self.proved.clone(), ..Self::new(self.root) }
    }

    /// The organisation.
    #[must_use]
    pub const fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    /// Its root key.
    #[must_use]
    pub const fn root(&self) -> PublicKey {
        self.root
    }

    /// Takes note of a statement, once its signature and its signer's authority are verified. A
    /// statement whose signer is not known yet waits and counts as soon as the signer is.
    ///
    /// # Errors
    /// Bad signatures, and statements only the root may make.
    pub fn admit(&mut self, signed: &Signed) -> Result<(), StatementError> {
        let digest = signed.digest();
        let statement = if self.proved.contains(&digest) {
            signed.read()?
        } else {
            let statement = signed.verify(self.organisation)?;
            self.proved.insert(digest);
            statement
        };
        let signer = PublicKey(signed.signer);
        match statement {
            Statement::Operational(operational) => {
                if signer != self.root {
                    return Err(StatementError::Authority);
                }
                self.operational.insert(PublicKey(operational.key), operational);
                let waiting = std::mem::take(&mut self.waiting);
                for (signer, statement) in waiting {
                    self.note_or_wait(signer, statement);
                }
            }
            Statement::Succession(succession) => {
                if signer != self.root {
                    return Err(StatementError::Authority);
                }
                push_once(&mut self.successions, succession);
                self.read_anew();
            }
            // Who may say so depends on the certificates, and is asked when the answer is needed.
            Statement::Removal(removal) => push_once(&mut self.removals, (signer, removal)),
            Statement::Revocation(said) => push_once(&mut self.revocations, (signer, said)),
            Statement::Adoption(said) => push_once(&mut self.adoptions, (signer, said)),
            Statement::Dismissal(said) => push_once(&mut self.dismissals, (signer, said)),
            Statement::Leaving(said) => push_once(&mut self.leavings, (signer, said)),
            Statement::Request(said) => self.note_request(signer.device(), said),
            Statement::Erasure(said) => {
                if said.is_sound() {
                    self.erasures.insert(signed.erasure_id(), (signer, said));
                }
            }
            Statement::Agreement(said) => push_once(&mut self.agreements, (signer, said)),
            statement => self.note_or_wait(signer, statement),
        }
        Ok(())
    }

    /// Forgets what keys said that have ended.
    fn read_anew(&mut self) {
        self.devices.clear();
        self.users.clear();
        self.user_keys.clear();
        self.spaces.clear();
        self.invitations.clear();
        for (signer, statement) in std::mem::take(&mut self.said) {
            self.note_or_wait(signer, statement);
        }
    }

    fn note_or_wait(&mut self, signer: PublicKey, statement: Statement) {
        if self.is_authority(signer) {
            self.said.push((signer, statement.clone()));
            self.note(signer, statement);
            return;
        }
        if self.has_ended(signer) {
            return;
        }
        match statement {
            // Devices may say these about the spaces of single cases, if they open cases.
            Statement::Space(new) if new.kind == SpaceKind::Case => {
                push_once(self.opened.entry(new.space).or_default(), (signer, new));
            }
            Statement::Grant(new) => self.note_grant(signer, &new),
            statement if self.waiting.len() < WAITING_MAX => self.waiting.push((signer, statement)),
            _ => {}
        }
    }

    fn note_request(&mut self, device: DeviceId, said: UserRequest) {
        let rank = |request: &UserRequest| (request.serial, to_bytes(request));
        let has_room = self.requests.len() < REQUESTS_MAX;
        match self.requests.get(&(device, said.user)) {
            Some(held) if rank(held) >= rank(&said) => {}
            None if !has_room => {}
            _ => drop(self.requests.insert((device, said.user), said)),
        }
    }

    /// What devices ask for those who work on them, in order. Nothing rests on it.
    pub fn requests(&self) -> impl Iterator<Item = (DeviceId, &UserRequest)> {
        self.requests.iter().map(|((device, _), request)| (*device, request))
    }

    /// Whether a device opens cases to several units: the township's own, with somebody on it who
    /// may. The township is the unit that writes to the common space.
    #[must_use]
    pub fn opens_cases(&self, device: DeviceId) -> bool {
        self.is_township(device)
            && self.users.values().any(|user| {
                user.devices.contains(&device) && user.role().is_some_and(may_open_cases)
            })
    }

    /// Whether a device is the township's own.
    #[must_use]
    pub fn is_township(&self, device: DeviceId) -> bool {
        let unit = self.devices.get(&device).map(|certificate| certificate.unit);
        let common = self.common();
        common
            .zip(unit)
            .is_some_and(|(common, unit)| self.access(common, unit) == Some(Access::Write))
    }

    /// Whether the signer of a statement is known to have the authority for it.
    #[must_use]
    pub fn is_authority(&self, signer: PublicKey) -> bool {
        self.operational.contains_key(&signer) && !self.has_ended(signer)
    }

    /// Whether another key has taken the place of a key.
    fn has_ended(&self, key: PublicKey) -> bool {
        self.successions.iter().any(|said| said.key != key.0 && said.ends.contains(&key.0.into()))
    }

    /// The operational keys whose word counts, in order.
    pub fn authorities(&self) -> impl Iterator<Item = PublicKey> {
        self.operational.keys().copied().filter(|key| !self.has_ended(*key))
    }

    fn note(&mut self, signer: PublicKey, statement: Statement) {
        match statement {
            Statement::Operational(_)
            | Statement::Succession(_)
            | Statement::Removal(_)
            | Statement::Revocation(_)
            | Statement::Adoption(_)
            | Statement::Dismissal(_)
            | Statement::Leaving(_)
            | Statement::Request(_)
            | Statement::Erasure(_)
            | Statement::Agreement(_) => {}
            Statement::Device(new) => {
                let rank = |d: &DeviceCertificate| (d.serial, to_bytes(d));
                let held = self.devices.get(&new.device());
                if held.is_none_or(|old| rank(old) < rank(&new)) {
                    self.devices.insert(new.device(), new);
                }
            }
            Statement::User(new) => {
                self.user_keys.insert((new.key, new.user, new.role, new.unit));
                let rank = |u: &UserCertificate| (u.serial, to_bytes(u));
                let held = self.users.get(&new.user);
                if held.is_none_or(|old| rank(old) < rank(&new)) {
                    self.users.insert(new.user, new);
                }
            }
            Statement::Space(new) => {
                let held = self.spaces.get(&new.space);
                if held.is_none_or(|old| (old.kind, old.unit) > (new.kind, new.unit)) {
                    self.spaces.insert(new.space, new);
                }
            }
            Statement::Grant(new) => self.note_grant(signer, &new),
            Statement::Invitation(new) => {
                let held = self.invitations.get(&new.invitation);
                if held.is_none_or(|old| to_bytes(old) < to_bytes(&new)) {
                    self.invitations.insert(new.invitation, new);
                }
            }
        }
    }

    /// A device's certificate.
    #[must_use]
    pub fn device(&self, device: DeviceId) -> Option<&DeviceCertificate> {
        self.devices.get(&device)
    }

    /// Every certified device, in order.
    pub fn devices(&self) -> impl Iterator<Item = &DeviceCertificate> {
        self.devices.values()
    }

    /// The certified devices of a unit.
    pub fn devices_of(&self, unit: UnitId) -> impl Iterator<Item = &DeviceCertificate> {
        self.devices.values().filter(move |device| device.unit == unit)
    }

    /// A user's certificate.
    #[must_use]
    pub fn user(&self, user: UserId) -> Option<&UserCertificate> {
        self.users.get(&user)
    }

    /// The users of a unit.
    pub fn users_of(&self, unit: UnitId) -> impl Iterator<Item = &UserCertificate> {
        self.users.values().filter(move |user| user.unit == unit)
    }

    /// The role of a user on a device: only where the certificate names the device.
    #[must_use]
    pub fn role(&self, device: DeviceId, user: UserId) -> Option<Role> {
        self.users.get(&user).filter(|u| u.devices.contains(&device)).and_then(|u| u.role())
    }

    /// The spaces of single cases, in order.
    #[must_use]
    pub fn case_spaces(&self) -> BTreeSet<SpaceId> {
        let known = self.spaces.keys().chain(self.opened.keys()).copied();
        known.filter(|space| self.is_case_space(*space)).collect()
    }

    /// Whether a space was opened for one case.
    #[must_use]
    pub fn is_case_space(&self, space: SpaceId) -> bool {
        self.space(space).is_some_and(|certificate| certificate.kind == SpaceKind::Case)
    }

    /// A space.
    #[must_use]
    pub fn space(&self, space: SpaceId) -> Option<&SpaceCertificate> {
        self.spaces.get(&space).or_else(|| {
            let said = self.opened.get(&space)?;
            let believed = said.iter().filter(|(signer, _)| {
                self.is_authority(*signer) || self.opens_cases(signer.device())
            });
            believed.map(|(_, certificate)| certificate).min_by_key(|c| c.unit)
        })
    }

    /// The space everybody holds.
    #[must_use]
    pub fn common(&self) -> Option<SpaceId> {
        self.spaces.values().find(|s| s.kind == SpaceKind::Common).map(|s| s.space)
    }

    /// A unit's own space.
    #[must_use]
    pub fn home(&self, unit: UnitId) -> Option<SpaceId> {
        let mut spaces = self.spaces.values();
        spaces.find(|s| s.kind == SpaceKind::Unit && s.unit == unit).map(|s| s.space)
    }

    /// An invitation.
    #[must_use]
    pub fn invitation(&self, invitation: TransferId) -> Option<&InvitationCertificate> {
        self.invitations.get(&invitation)
    }

    /// Every invitation, in order.
    pub fn invitations(&self) -> impl Iterator<Item = &InvitationCertificate> {
        self.invitations.values()
    }

    /// The device on which an invitation was answered: by itself, or by one more user.
    #[must_use]
    pub fn claimed(&self, invitation: TransferId) -> Option<DeviceId> {
        let is_it =
            |held: &Option<ByteArray<16>>| held.as_ref().is_some_and(|i| **i == invitation.0);
        let device = self.devices.values().find(|device| is_it(&device.invitation));
        let on = |user: &UserCertificate| user.devices.first().copied();
        let user = || self.users.values().find(|user| is_it(&user.invitation)).and_then(on);
        device.map(DeviceCertificate::device).or_else(user)
    }

    /// Whom every packet is also locked to: the escrow keys of the printed kits.
    #[must_use]
    pub fn escrow(&self) -> Vec<&str> {
        self.operational.values().map(|o| o.escrow.as_str()).collect()
    }
}

/// Who may open a case to several units: the window, when it registers one, and the head.
const fn may_open_cases(role: Role) -> bool {
    matches!(role, Role::R4 | Role::R7)
}

fn push_once<T: PartialEq>(said: &mut Vec<T>, new: T) {
    if !said.contains(&new) {
        said.push(new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::LogId;

    use crate::key::SecretKey;
    use crate::statement::Grant;

    fn key(n: u8) -> SecretKey {
        SecretKey::from_seed([n; 32])
    }

    const UNIT: UnitId = domain::id::RecordId([5; 16]);

    fn device(serial: u32, unit: UnitId) -> Statement {
        Statement::Device(DeviceCertificate {
            key: key(3).public().0,
            recipient: "age1".into(),
            unit,
            name: "村机 A".into(),
            invitation: None,
            serial,
        })
    }

    fn user(devices: Vec<DeviceId>) -> Statement {
        Statement::User(UserCertificate {
            user: UserId([6; 16]),
            key: key(4).public().0,
            unit: UNIT,
            role: 2,
            name: "周某".into(),
            devices,
            serial: 1,
            invitation: None,
        })
    }

    fn statements() -> Vec<Signed> {
        let org = key(1).public().organisation();
        let operational =
            Statement::Operational(Operational { key: key(2).public().0, escrow: "age1x".into() });
        let grant =
            Grant { space: SpaceId([7; 16]), unit: UNIT, access: Access::Write, turn: None };
        vec![
            Signed::new(org, &operational, &key(1)),
            Signed::new(org, &device(1, UNIT), &key(2)),
            Signed::new(org, &user(vec![key(3).public().device()]), &key(2)),
            Signed::new(org, &Statement::Grant(grant), &key(2)),
        ]
    }

    #[test]
    fn the_order_of_statements_does_not_matter() {
        let statements = statements();
        for rotation in 0..statements.len() {
            let mut roster = Roster::new(key(1).public());
            for n in 0..statements.len() {
                roster.admit(&statements[(n + rotation) % statements.len()]).unwrap();
            }
            let device = key(3).public().device();
            assert_eq!(roster.role(device, UserId([6; 16])), Some(Role::R2), "{rotation}");
            assert_eq!(roster.access(SpaceId([7; 16]), UNIT), Some(Access::Write));
            assert_eq!(roster.escrow(), ["age1x"]);
        }
    }

    #[test]
    fn what_was_verified_once_counts_again_in_that_form_alone() {
        let device = key(3).public().device();
        let mut roster = Roster::new(key(1).public());
        for statement in statements() {
            roster.admit(&statement).unwrap();
        }
        let mut anew = roster.anew();
        assert_eq!(anew.role(device, UserId([6; 16])), None, "nothing is said yet");
        for statement in statements() {
            let bytes = statement.to_bytes();
            for at in 0..bytes.len() {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1;
                let verdict = Signed::from_bytes(&damaged).and_then(|signed| anew.admit(&signed));
                assert!(verdict.is_err(), "byte {at}");
            }
            anew.admit(&statement).unwrap();
        }
        assert_eq!(anew.role(device, UserId([6; 16])), Some(Role::R2));
        assert_eq!(anew.proved, roster.proved);
    }

    #[test]
    fn nobody_speaks_without_authority() {
        let org = key(1).public().organisation();
        let mut roster = Roster::new(key(1).public());
        for statement in statements() {
            roster.admit(&statement).unwrap();
        }
        let stranger = Signed::new(org, &device(9, domain::id::RecordId([9; 16])), &key(8));
        roster.admit(&stranger).unwrap();
        let held = roster.device(key(3).public().device()).unwrap();
        assert_eq!(held.unit, UNIT, "a stranger's word waits for ever");
        let usurper =
            Statement::Operational(Operational { key: key(8).public().0, escrow: String::new() });
        let usurper = Signed::new(org, &usurper, &key(2));
        assert_eq!(roster.admit(&usurper), Err(StatementError::Authority));
        assert_eq!(roster.device(key(3).public().device()).unwrap().unit, UNIT);
    }

    #[test]
    fn a_removal_holds_by_the_head_of_the_township_and_the_strictest_word_counts() {
        let org = key(1).public().organisation();
        let certificate = |seed: u8, user: u8, role: u8, unit| {
            let certificate = UserCertificate {
                user: UserId([user; 16]),
                key: key(seed).public().0,
                unit,
                role,
                name: "郑某".into(),
                devices: vec![],
                serial: 1,
                invitation: None,
            };
            Signed::new(org, &Statement::User(certificate), &key(2))
        };
        let common =
            SpaceCertificate { space: SpaceId([8; 16]), kind: SpaceKind::Common, unit: UNIT };
        let log = |n: u8| LogId([n; 16]);
        let removal = |signer: u8, effective_ms, cut_offs: &[(u8, u64)]| {
            let cut =
                |(n, last): &(u8, u64)| crate::statement::CutOff { log: log(*n), last: *last };
            let said = UserRemoval {
                user: UserId([6; 16]),
                effective_ms,
                cut_offs: cut_offs.iter().map(cut).collect(),
                reason: "调离".into(),
            };
            Signed::new(org, &Statement::Removal(said), &key(signer))
        };
        let mut all = statements();
        all.extend([
            certificate(11, 11, 7, UNIT),
            certificate(12, 12, 7, domain::id::RecordId([9; 16])),
            certificate(13, 13, 4, UNIT),
            Signed::new(org, &Statement::Space(common), &key(2)),
            // A stranger, the head of another unit, and a clerk say so too.
            removal(8, 1, &[]),
            removal(12, 1, &[]),
            removal(13, 1, &[]),
            removal(11, 500, &[(1, 9), (2, 4)]),
            removal(2, 700, &[(1, 7)]),
        ]);
        for rotation in 0..all.len() {
            let mut roster = Roster::new(key(1).public());
            for n in 0..all.len() {
                roster.admit(&all[(n + rotation) % all.len()]).unwrap();
            }
            let removed = roster.removed(UserId([6; 16])).unwrap();
            assert_eq!(removed.effective_ms, 500, "{rotation}");
            let covered = [(1, 7), (1, 8), (2, 4), (3, 1)]
                .map(|(n, seq)| removed.cut_offs.covers(log(n), seq));
            assert_eq!(covered, [true, false, false, false]);
            assert_eq!(roster.removals().len(), 1);
            assert_eq!(roster.removed(UserId([11; 16])), None);
        }
    }

    #[test]
    fn a_user_acts_only_where_the_certificate_says() {
        let mut roster = Roster::new(key(1).public());
        for statement in statements() {
            roster.admit(&statement).unwrap();
        }
        let other = key(9).public().device();
        assert_eq!(roster.role(other, UserId([6; 16])), None);
    }
}
