//! What an authority says, signed: who may speak for whom, and who may see what.
//!
//! **Shape**: CBOR maps with integer keys, so that a newer version may add members; an older one
//! passes over what it does not know. The signature covers the bytes as they stand, which are
//! forwarded as they came. `tests::statements_are_frozen` holds the bytes.

use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

use domain::id::{
    DeviceId, ErasureId, LogId, OrganisationId, RecordId, SpaceId, TransferId, UserId,
};
use domain::role::Role;

use crate::SUITE;
use crate::invitation::Enrolment;
use crate::key::{PublicKey, SecretKey, Signature};

/// The longest signed statement.
pub const STATEMENT_BYTES_MAX: usize = 64 * 1024;

/// The context of every statement's signature.
const CONTEXT: &str = "pingli statement 1";

/// The context of an erasure's name.
const ERASURE: &str = "pingli erasure 1";

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Statement {
    /// The root certifies an operational key, which signs everything else.
    #[n(0)]
    Operational(#[n(0)] Operational),
    /// A device belongs to a unit.
    #[n(1)]
    Device(#[n(0)] DeviceCertificate),
    /// A user works for a unit in a role.
    #[n(2)]
    User(#[n(0)] UserCertificate),
    /// There is a space.
    #[n(3)]
    Space(#[n(0)] SpaceCertificate),
    /// A unit may see, or write to, a space.
    #[n(4)]
    Grant(#[n(0)] Grant),
    /// Somebody is invited.
    #[n(5)]
    Invitation(#[n(0)] InvitationCertificate),
    /// A user works here no more.
    #[n(6)]
    Removal(#[n(0)] UserRemoval),
    /// A device is believed no more.
    #[n(7)]
    Revocation(#[n(0)] DeviceRevocation),
    /// Entries count after all: of a revoked device from beyond its cut-off, or with facts that the
    /// role of their author may not write.
    #[n(8)]
    Adoption(#[n(0)] Judgement),
    /// A device asks that somebody who works on it be certified.
    #[n(9)]
    Request(#[n(0)] UserRequest),
    /// The root puts an operational key in the place of others.
    #[n(10)]
    Succession(#[n(0)] Succession),
    /// What is recorded in some records is erased.
    #[n(11)]
    Erasure(#[n(0)] Erasure),
    /// A second person agrees to an erasure.
    #[n(12)]
    Agreement(#[n(0)] ErasureAgreement),
    /// Entries that have no effect were looked at, and stay so. An adoption of the same entry,
    /// whenever it comes, is the last word.
    #[n(13)]
    Dismissal(#[n(0)] Judgement),
    /// A unit takes part in a case no more.
    #[n(14)]
    Leaving(#[n(0)] Leaving),
}

/// An operational key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Operational {
    /// The key.
    #[n(0)]
    #[cbor(with = "crate::cbor::fixed")]
    pub key: [u8; 32],
    /// The recipient that opens every packet: the escrow key of the printed kit.
    #[n(1)]
    pub escrow: String,
}

/// An operational key in the place of others: the computer that kept them is lost. Whatever they
/// said counts no more, whoever shows it; what is to hold of it the new key has said anew.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Succession {
    /// The new key; another statement certifies it.
    #[n(0)]
    #[cbor(with = "crate::cbor::fixed")]
    pub key: [u8; 32],
    /// The device that keeps it: only the root revokes it.
    #[n(1)]
    #[cbor(with = "crate::cbor::id")]
    pub keeper: DeviceId,
    /// The keys whose word ends.
    #[n(2)]
    pub ends: Vec<ByteArray<32>>,
    /// When that was said, in milliseconds since 1970; for people, nothing rests on it.
    #[n(3)]
    pub said_ms: u64,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeviceCertificate {
    /// Its signing key.
    #[n(0)]
    #[cbor(with = "crate::cbor::fixed")]
    pub key: [u8; 32],
    /// Whom packets for it are locked to: an age recipient.
    #[n(1)]
    pub recipient: String,
    /// Its unit.
    #[n(2)]
    #[cbor(with = "crate::cbor::id")]
    pub unit: domain::id::UnitId,
    /// What people call it.
    #[n(3)]
    pub name: String,
    /// The invitation it answered, if any.
    #[n(4)]
    pub invitation: Option<ByteArray<16>>,
    /// The newest of several certificates of one device holds.
    #[n(5)]
    pub serial: u32,
}

impl DeviceCertificate {
    /// The device.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        PublicKey(self.key).device()
    }
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct UserCertificate {
    /// The user.
    #[n(0)]
    #[cbor(with = "crate::cbor::id")]
    pub user: UserId,
    /// The user's own signing key.
    #[n(1)]
    #[cbor(with = "crate::cbor::fixed")]
    pub key: [u8; 32],
    /// The unit.
    #[n(2)]
    #[cbor(with = "crate::cbor::id")]
    pub unit: domain::id::UnitId,
    /// The number of the role, 1 to 11.
    #[n(3)]
    pub role: u8,
    /// What people call the user.
    #[n(4)]
    pub name: String,
    /// Where the user may act.
    #[n(5)]
    #[cbor(with = "crate::cbor::ids")]
    pub devices: Vec<DeviceId>,
    /// The newest of several certificates of one user holds.
    #[n(6)]
    pub serial: u32,
    /// The invitation the user answered on a computer that was there already, if any.
    #[n(7)]
    pub invitation: Option<ByteArray<16>>,
}

/// What a device asks for somebody who works on it: to be certified as one more user, or under a
/// new key. It is the device's own word, and changes nothing before the township has spoken.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct UserRequest {
    /// The user.
    #[n(0)]
    #[cbor(with = "crate::cbor::id")]
    pub user: UserId,
    /// The key the user signs with from now on.
    #[n(1)]
    #[cbor(with = "crate::cbor::fixed")]
    pub key: [u8; 32],
    /// Which certificate of the user this asks for; the newest request holds.
    #[n(2)]
    pub serial: u32,
    /// The answer to an invitation, for a user who is not certified yet.
    #[n(3)]
    pub enrolment: Option<Enrolment>,
}

impl UserCertificate {
    /// The role, unless a newer version knows more roles.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        Role::from_number(self.role)
    }
}

/// What a space is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum SpaceKind {
    /// Units, certificates, settings: held by all, nothing about residents.
    #[n(0)]
    Common,
    /// A unit's own records.
    #[n(1)]
    Unit,
    /// One case shared by several units.
    #[n(2)]
    Case,
}

/// A space.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SpaceCertificate {
    /// The space.
    #[n(0)]
    #[cbor(with = "crate::cbor::id")]
    pub space: SpaceId,
    /// What it is for.
    #[n(1)]
    pub kind: SpaceKind,
    /// Whose home it is.
    #[n(2)]
    #[cbor(with = "crate::cbor::id")]
    pub unit: domain::id::UnitId,
}

/// What a unit may do with a space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Access {
    /// Hold and show it.
    #[n(0)]
    Read,
    /// Also write to it.
    #[n(1)]
    Write,
}

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Grant {
    /// The space.
    #[n(0)]
    #[cbor(with = "crate::cbor::id")]
    pub space: SpaceId,
    /// The unit.
    #[n(1)]
    #[cbor(with = "crate::cbor::id")]
    pub unit: domain::id::UnitId,
    /// What it may do.
    #[n(2)]
    pub access: Access,
    /// Which time this is that the unit is taken in; unsaid, the first. A leaving ends the grants of
    /// its turn and of earlier ones.
    #[n(3)]
    pub turn: Option<u32>,
}

/// An invitation: a one-time key that may be answered once by one new device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct InvitationCertificate {
    /// The invitation.
    #[n(0)]
    #[cbor(with = "crate::cbor::id")]
    pub invitation: TransferId,
    /// The one-time key.
    #[n(1)]
    #[cbor(with = "crate::cbor::fixed")]
    pub key: [u8; 32],
    /// The unit the new device will belong to.
    #[n(2)]
    #[cbor(with = "crate::cbor::id")]
    pub unit: domain::id::UnitId,
    /// The role of its first user.
    #[n(3)]
    pub role: u8,
    /// Until when it may be answered, in milliseconds since 1970.
    #[n(4)]
    pub expires_ms: u64,
    /// The device whose place the new one takes: it is revoked when the new one is certified.
    #[n(5)]
    pub replaces: Option<ByteArray<16>>,
}

impl InvitationCertificate {
    /// The role, unless a newer version knows more roles.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        Role::from_number(self.role)
    }
}

/// A unit leaves a case (退出共办): its space is the unit's no more. What the unit's devices wrote in
/// the case up to the cut-off of each log stands; what comes later has no effect until somebody
/// adopts it. A later grant of the space takes the unit in again, and all it wrote counts.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Leaving {
    /// The case.
    #[n(0)]
    #[cbor(with = "crate::cbor::id")]
    pub case: RecordId,
    /// The space it lives in.
    #[n(1)]
    #[cbor(with = "crate::cbor::id")]
    pub space: SpaceId,
    /// The unit.
    #[n(2)]
    #[cbor(with = "crate::cbor::id")]
    pub unit: domain::id::UnitId,
    /// Which of the unit's grants end: those of this turn and of earlier ones.
    #[n(3)]
    pub turn: u32,
    /// When that was said, in milliseconds since 1970; for people, nothing rests on it.
    #[n(4)]
    pub said_ms: u64,
    /// How far each log is known in which the unit's devices wrote on the case; nothing of the
    /// others is.
    #[n(5)]
    pub cut_offs: Vec<CutOff>,
    /// Why.
    #[n(6)]
    pub reason: String,
}

/// How far a log is known to whoever removes a user or revokes a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct CutOff {
    /// The log.
    #[n(0)]
    #[cbor(with = "crate::cbor::id")]
    pub log: LogId,
    /// Its last entry that counts without question.
    #[n(1)]
    pub last: u64,
}

/// The removal of a user. What the user wrote up to the cut-off of each log stands; what comes
/// later counts only if it happened and was typed before the moment, else somebody decides. There
/// is no taking back: whoever works again gets a new certificate under a new name.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct UserRemoval {
    /// The user.
    #[n(0)]
    #[cbor(with = "crate::cbor::id")]
    pub user: UserId,
    /// From when, in milliseconds since 1970.
    #[n(1)]
    pub effective_ms: u64,
    /// How far each log of the user's devices is known; nothing of the others is.
    #[n(2)]
    pub cut_offs: Vec<CutOff>,
    /// Why.
    #[n(3)]
    pub reason: String,
}

/// The revocation of a device: lost, stolen, broken, or gone bad. What it wrote up to the cut-off of
/// each log stands; what comes later has no effect until somebody adopts it, whatever day it names.
/// There is no taking back: the computer is enrolled anew, as another device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeviceRevocation {
    /// The device.
    #[n(0)]
    #[cbor(with = "crate::cbor::id")]
    pub device: DeviceId,
    /// When that was said, in milliseconds since 1970; for people, nothing rests on it.
    #[n(1)]
    pub said_ms: u64,
    /// How far each of the device's logs is known; nothing of the others is.
    #[n(2)]
    pub cut_offs: Vec<CutOff>,
    /// Why.
    #[n(3)]
    pub reason: String,
}

/// What somebody with the right to it says about entries that were held back.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Judgement {
    /// The entries.
    #[n(0)]
    pub entries: Vec<Place>,
    /// When that was said, in milliseconds since 1970.
    #[n(1)]
    pub said_ms: u64,
    /// Why.
    #[n(2)]
    pub reason: String,
}

/// What is recorded in some records is erased, in every log of every space but the common one. It
/// is never late and there is no taking back: the bytes are gone.
///
/// Source: 个人信息保护法第四十七条.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Erasure {
    /// The records, one by one.
    #[n(0)]
    pub records: Vec<ErasedRecord>,
    /// The number of the ground, as [`domain::erasure::ErasureGround`] counts them.
    #[n(1)]
    pub ground: u8,
    /// Why, without naming anybody: everybody holds this.
    #[n(2)]
    pub reason: String,
    /// When that was said, in milliseconds since 1970.
    #[n(3)]
    pub said_ms: u64,
    /// How many records whoever says it had erased that day, these included.
    #[n(4)]
    pub of_day: u32,
    /// Whether it waits for a second person whatever their number.
    #[n(5)]
    pub asks_second: bool,
}

/// A record that is erased.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ErasedRecord {
    /// Which.
    #[n(0)]
    #[cbor(with = "crate::cbor::id")]
    pub record: domain::id::RecordId,
    /// The word for its kind.
    #[n(1)]
    pub kind: String,
    /// The numbers it bore, which nothing else may bear. They name nobody.
    #[n(2)]
    pub numbers: Vec<String>,
    /// The record that stands in its place from then on: the same case without one person.
    #[n(3)]
    pub heir: Option<Heir>,
}

/// A record in the place of one that is erased. It says again what others had said there; that is
/// believed because whoever erases names the one change that begins it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Heir {
    /// Which.
    #[n(0)]
    #[cbor(with = "crate::cbor::id")]
    pub record: domain::id::RecordId,
    /// The hash of the change that begins it.
    #[n(1)]
    #[cbor(with = "crate::cbor::fixed")]
    pub made: [u8; 32],
}

/// The most records of one erasure.
pub const ERASED_MAX: usize = 50;

/// The most numbers of one erased record.
pub const ERASED_NUMBERS_MAX: usize = 64;
/// The most characters of one of them.
pub const ERASED_NUMBER_CHARS_MAX: usize = 80;

impl Erasure {
    /// Whether it can be meant: some records, none of them twice, none of them nothing.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let is_short = |number: &String| number.chars().count() <= ERASED_NUMBER_CHARS_MAX;
        let names: std::collections::BTreeSet<_> =
            self.records.iter().map(|erased| erased.record).collect();
        let heirs: Vec<_> = self.records.iter().filter_map(|erased| erased.heir).collect();
        let is_heir =
            |heir: &Heir| heir.record != domain::log::NO_RECORD && !names.contains(&heir.record);
        (1..=ERASED_MAX).contains(&self.records.len())
            && names.len() == self.records.len()
            && heirs.iter().all(is_heir)
            && !names.contains(&domain::log::NO_RECORD)
            && u32::try_from(self.records.len()).is_ok_and(|count| count <= self.of_day)
            && self.records.iter().all(|erased| {
                erased.numbers.len() <= ERASED_NUMBERS_MAX && erased.numbers.iter().all(is_short)
            })
    }
}

/// A second person's word for an erasure.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ErasureAgreement {
    /// For which.
    #[n(0)]
    #[cbor(with = "crate::cbor::id")]
    pub erasure: ErasureId,
    /// When that was said, in milliseconds since 1970.
    #[n(1)]
    pub said_ms: u64,
}

/// The place of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Place {
    /// The log.
    #[n(0)]
    #[cbor(with = "crate::cbor::id")]
    pub log: LogId,
    /// Its number there.
    #[n(1)]
    pub seq: u64,
}

/// A statement with its signature.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Signed {
    /// The suite of algorithms.
    #[n(0)]
    pub suite: u8,
    /// The statement's bytes, as they were signed.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub body: Vec<u8>,
    /// Who signed.
    #[n(2)]
    #[cbor(with = "crate::cbor::fixed")]
    pub signer: [u8; 32],
    /// The signature.
    #[n(3)]
    #[cbor(with = "crate::cbor::fixed")]
    pub signature: [u8; 64],
}

/// A statement that is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Not a signed statement, or too long.
    #[error("not a statement")]
    Shape,
    /// A suite this version does not know.
    #[error("suite {0} needs a newer version")]
    Suite(u8),
    /// The signature does not fit.
    #[error("bad signature")]
    Signature,
    /// The signer has no authority over this.
    #[error("no authority")]
    Authority,
    /// Said by a newer version; kept, without effect.
    #[error("needs a newer version")]
    Newer,
}

/// Writes a CBOR value to bytes. Writing to memory cannot fail.
pub fn to_bytes<T: Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).unwrap_or_default()
}

/// Reads a CBOR value from bytes of our own.
#[must_use]
pub fn from_bytes<T: for<'b> Decode<'b, ()>>(bytes: &[u8]) -> Option<T> {
    minicbor::decode(bytes).ok()
}

impl Signed {
    /// Signs a statement for an organisation.
    #[must_use]
    pub fn new(organisation: OrganisationId, statement: &Statement, signer: &SecretKey) -> Self {
        let body = to_bytes(statement);
        let parts: [&[u8]; 3] = [&[SUITE], organisation.bytes(), &body];
        let signature = signer.sign(CONTEXT, &parts);
        Self { suite: SUITE, body, signer: signer.public().0, signature: signature.0 }
    }

    /// Reads one from bytes; nothing is verified yet.
    ///
    /// # Errors
    /// [`StatementError::Shape`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StatementError> {
        if bytes.len() > STATEMENT_BYTES_MAX {
            return Err(StatementError::Shape);
        }
        minicbor::decode(bytes).map_err(|_| StatementError::Shape)
    }

    /// The bytes that are stored and travel.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        to_bytes(self)
    }

    /// Whether it erases, or agrees to that; nothing is verified. Such a statement counts only where
    /// it stands in the common space, which goes first in every exchange.
    #[must_use]
    pub fn is_erasing(&self) -> bool {
        let said = minicbor::decode::<Statement>(&self.body);
        matches!(said, Ok(Statement::Erasure(_) | Statement::Agreement(_)))
    }

    /// Whether it puts a record in the place of another; nothing is verified.
    #[must_use]
    pub fn is_replacing(&self) -> bool {
        let said = minicbor::decode::<Statement>(&self.body);
        matches!(said, Ok(Statement::Erasure(said))
            if said.records.iter().any(|erased| erased.heir.is_some()))
    }

    /// What an erasure is called: the hash of what was signed, and by whom.
    #[must_use]
    pub fn erasure_id(&self) -> ErasureId {
        let mut hasher = blake3::Hasher::new_derive_key(ERASURE);
        hasher.update(&self.signer).update(&self.body);
        let mut id = [0; 16];
        for (slot, byte) in id.iter_mut().zip(hasher.finalize().as_bytes()) {
            *slot = *byte;
        }
        ErasureId(id)
    }

    /// Verifies the signature and reads what is said. Whether the signer may say it is the
    /// roster's to judge.
    ///
    /// # Errors
    /// [`StatementError`] for a foreign suite, a bad signature, or a statement of a newer version.
    pub fn verify(&self, organisation: OrganisationId) -> Result<Statement, StatementError> {
        if self.suite != SUITE {
            return Err(StatementError::Suite(self.suite));
        }
        let parts: [&[u8]; 3] = [&[self.suite], organisation.bytes(), &self.body];
        PublicKey(self.signer)
            .verify(CONTEXT, &parts, &Signature(self.signature))
            .map_err(|_| StatementError::Signature)?;
        self.read()
    }

    /// Reads what is said, of a statement whose signature was verified.
    pub(crate) fn read(&self) -> Result<Statement, StatementError> {
        minicbor::decode(&self.body).map_err(|_| StatementError::Newer)
    }

    /// The hash of all of it, words, signer and signature: two that share it are one statement.
    pub(crate) fn digest(&self) -> [u8; 32] {
        *blake3::hash(&self.to_bytes()).as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organisation() -> OrganisationId {
        SecretKey::from_seed([1; 32]).public().organisation()
    }

    fn grant() -> Statement {
        Statement::Grant(Grant {
            space: SpaceId([2; 16]),
            unit: domain::id::RecordId([3; 16]),
            access: Access::Write,
            turn: None,
        })
    }

    #[test]
    fn statements_are_frozen() {
        let signed = Signed::new(organisation(), &grant(), &SecretKey::from_seed([1; 32]));
        assert_eq!(
            blake3::hash(&signed.to_bytes()).to_hex().as_str(),
            "a91edff04cf72eab522e76bd1db7c42596e2a7bdee2fe651037fed5bd96818fd"
        );
    }

    #[test]
    fn what_was_signed_reads_back_and_nothing_else_does() {
        let signed = Signed::new(organisation(), &grant(), &SecretKey::from_seed([1; 32]));
        let bytes = signed.to_bytes();
        let back = Signed::from_bytes(&bytes).unwrap();
        assert_eq!(back.verify(organisation()), Ok(grant()));
        let elsewhere = SecretKey::from_seed([9; 32]).public().organisation();
        assert_eq!(back.verify(elsewhere), Err(StatementError::Signature), "another organisation");
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                let verdict = Signed::from_bytes(&damaged).and_then(|s| s.verify(organisation()));
                assert!(verdict.is_err(), "bit {bit} of byte {at}");
            }
        }
    }

    #[test]
    fn a_newer_member_is_passed_over() {
        let mut body = Vec::new();
        let mut e = minicbor::Encoder::new(&mut body);
        // A grant with a member 9 of the future.
        e.array(2).unwrap().u8(4).unwrap().array(1).unwrap();
        e.map(4).unwrap();
        e.u8(0).unwrap().bytes(&[2; 16]).unwrap();
        e.u8(1).unwrap().bytes(&[3; 16]).unwrap();
        e.u8(2).unwrap().u8(1).unwrap();
        e.u8(9).unwrap().str("later").unwrap();
        assert_eq!(minicbor::decode::<Statement>(&body).unwrap(), grant());
    }
}
