//! Joining: an invitation on a stick and a code by telephone.
//!
//! The file is locked with the code; inside is a one-time key that the township has certified for
//! one unit and one role. The new device makes its own keys and signs them with the one-time key:
//! an [`Enrolment`]. It works at once, writing its own entries; the township countersigns at the
//! first meeting, and only then does anybody send it records.

use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};
use zeroize::Zeroize;

use domain::id::{OrganisationId, TransferId, UnitId, UserId};

use crate::SUITE;
use crate::code::{self, INVITATION_DIGITS};
use crate::key::{PublicKey, SecretKey, Signature};
use crate::roster::Roster;
use crate::seal::{Cost, Fresh, SealError, Sealed};
use crate::statement::{InvitationCertificate, Signed, to_bytes};

/// What an invitation file begins with.
pub const MAGIC: &[u8] = b"PINGLI INVITATION 1\n";

/// The largest invitation file.
pub const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;

const PURPOSE: &str = "pingli invitation 1";
const ENROLMENT: &str = "pingli enrolment 1";

/// What the file holds once opened.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Invitation {
    /// The organisation's root key.
    #[n(0)]
    #[cbor(with = "crate::cbor::fixed")]
    pub root: [u8; 32],
    /// Everything the organisation has said so far: who is who.
    #[n(1)]
    pub statements: Vec<Signed>,
    /// The invitation.
    #[n(2)]
    #[cbor(with = "crate::cbor::id")]
    pub invitation: TransferId,
    /// The seed of the one-time key.
    #[n(3)]
    #[cbor(with = "crate::cbor::fixed")]
    pub seed: [u8; 32],
    /// Names of the units, so that the first page can greet.
    #[n(4)]
    pub names: Vec<UnitName>,
}

/// What a unit is called.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct UnitName {
    /// The unit.
    #[n(0)]
    #[cbor(with = "crate::cbor::id")]
    pub unit: UnitId,
    /// Its name.
    #[n(1)]
    pub name: String,
}

impl Drop for Invitation {
    fn drop(&mut self) {
        self.seed.zeroize();
    }
}

/// The file as it lies on a stick.
#[derive(Debug, Clone, Encode, Decode)]
#[cbor(map)]
struct File {
    #[n(0)]
    suite: u8,
    #[n(1)]
    memory_kib: u32,
    #[n(2)]
    passes: u32,
    #[n(3)]
    salt: ByteArray<16>,
    #[n(4)]
    nonce: ByteArray<24>,
    #[n(5)]
    #[cbor(with = "minicbor::bytes")]
    boxed: Vec<u8>,
}

/// An invitation that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvitationError {
    /// Not an invitation file.
    #[error("not an invitation")]
    NotAnInvitation,
    /// Made by a newer version.
    #[error("suite {0} needs a newer version")]
    Suite(u8),
    /// The code was misread.
    #[error(transparent)]
    Code(#[from] code::CodeError),
    /// The code does not open the file.
    #[error("wrong code, or a damaged file")]
    Wrong,
    /// Its time is over.
    #[error("expired")]
    Expired,
    /// The file does not prove what it claims.
    #[error("not certified")]
    NotCertified,
}

/// A random code: what is read out on the telephone.
#[must_use]
pub fn code_from(random: u128) -> String {
    code::write(random % code::INVITATION_VALUES, INVITATION_DIGITS)
}

impl Invitation {
    /// Locks the invitation with a code.
    ///
    /// # Errors
    /// A misread code or unusable parameters.
    pub fn close(&self, code: &str, cost: Cost, fresh: Fresh) -> Result<Vec<u8>, InvitationError> {
        let code = code::read(code, INVITATION_DIGITS)?;
        let sealed = Sealed::close(&to_bytes(self), &code.to_string(), PURPOSE, cost, fresh)
            .map_err(|_| InvitationError::Wrong)?;
        let file = File {
            suite: SUITE,
            memory_kib: sealed.cost.memory_kib,
            passes: sealed.cost.passes,
            salt: sealed.salt.into(),
            nonce: sealed.nonce.into(),
            boxed: sealed.boxed,
        };
        Ok([MAGIC, &to_bytes(&file)].concat())
    }

    /// Opens a file with the code and checks that it proves what it claims.
    ///
    /// **Units**: `now_ms` in milliseconds since 1970.
    ///
    /// # Errors
    /// [`InvitationError`]: each has its own next step for the person.
    pub fn open(bytes: &[u8], code: &str, now_ms: u64) -> Result<Self, InvitationError> {
        let body = bytes.strip_prefix(MAGIC).filter(|_| bytes.len() <= FILE_BYTES_MAX);
        let body = body.ok_or(InvitationError::NotAnInvitation)?;
        let file: File = minicbor::decode(body).map_err(|_| InvitationError::NotAnInvitation)?;
        if file.suite != SUITE {
            return Err(InvitationError::Suite(file.suite));
        }
        let code = code::read(code, INVITATION_DIGITS)?;
        let sealed = Sealed {
            cost: Cost { memory_kib: file.memory_kib, passes: file.passes },
            salt: *file.salt,
            nonce: *file.nonce,
            boxed: file.boxed,
        };
        let opened = sealed.open(&code.to_string(), PURPOSE).map_err(|error| match error {
            SealError::Wrong => InvitationError::Wrong,
            SealError::Parameters => InvitationError::NotAnInvitation,
        })?;
        let invitation: Self =
            minicbor::decode(&opened).map_err(|_| InvitationError::NotAnInvitation)?;
        let certificate = invitation.certificate().ok_or(InvitationError::NotCertified)?;
        if certificate.expires_ms < now_ms {
            return Err(InvitationError::Expired);
        }
        Ok(invitation)
    }

    /// Who is who, as the file says.
    #[must_use]
    pub fn roster(&self) -> Roster {
        let mut roster = Roster::new(PublicKey(self.root));
        for statement in &self.statements {
            // What the file cannot prove has no effect; the rest may still be enough.
            let _ = roster.admit(statement);
        }
        roster
    }

    /// The certificate of the one-time key, if the file proves it.
    #[must_use]
    pub fn certificate(&self) -> Option<InvitationCertificate> {
        let roster = self.roster();
        let certificate = roster.invitation(self.invitation)?;
        let key = SecretKey::from_seed(self.seed).public();
        (key.0 == certificate.key).then(|| certificate.clone())
    }

    /// Signs a new device's request to join.
    #[must_use]
    pub fn enrol(&self, request: &EnrolmentRequest) -> Enrolment {
        let organisation = PublicKey(self.root).organisation();
        let body = to_bytes(request);
        let parts: [&[u8]; 3] = [&[SUITE], organisation.bytes(), &body];
        let signature = SecretKey::from_seed(self.seed).sign(ENROLMENT, &parts);
        Enrolment { body, signature: signature.0 }
    }
}

/// What a new device asks the township to certify.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EnrolmentRequest {
    /// The invitation it answers.
    #[n(0)]
    #[cbor(with = "crate::cbor::id")]
    pub invitation: TransferId,
    /// The device's signing key.
    #[n(1)]
    #[cbor(with = "crate::cbor::fixed")]
    pub key: [u8; 32],
    /// Whom packets for it are to be locked to.
    #[n(2)]
    pub recipient: String,
    /// What people call the device.
    #[n(3)]
    pub device_name: String,
    /// Its first user.
    #[n(4)]
    #[cbor(with = "crate::cbor::id")]
    pub user: UserId,
    /// The user's own signing key.
    #[n(5)]
    #[cbor(with = "crate::cbor::fixed")]
    pub user_key: [u8; 32],
    /// What people call the user.
    #[n(6)]
    pub user_name: String,
}

/// A request signed with the one-time key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Enrolment {
    /// The request, as it was signed.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub body: Vec<u8>,
    /// The signature.
    #[n(1)]
    #[cbor(with = "crate::cbor::fixed")]
    pub signature: [u8; 64],
}

impl Enrolment {
    /// The invitation it says it answers; nothing is verified.
    #[must_use]
    pub fn invitation(&self) -> Option<TransferId> {
        let request: EnrolmentRequest = minicbor::decode(&self.body).ok()?;
        Some(request.invitation)
    }

    /// Verifies the request against the invitations a roster knows.
    ///
    /// # Errors
    /// [`InvitationError::NotCertified`] for an unknown invitation or a bad signature.
    pub fn verify(
        &self,
        roster: &Roster,
    ) -> Result<(EnrolmentRequest, InvitationCertificate), InvitationError> {
        let request: EnrolmentRequest =
            minicbor::decode(&self.body).map_err(|_| InvitationError::NotCertified)?;
        let certificate =
            roster.invitation(request.invitation).ok_or(InvitationError::NotCertified)?;
        let organisation: OrganisationId = roster.organisation();
        let parts: [&[u8]; 3] = [&[SUITE], organisation.bytes(), &self.body];
        PublicKey(certificate.key)
            .verify(ENROLMENT, &parts, &Signature(self.signature))
            .map_err(|_| InvitationError::NotCertified)?;
        Ok((request, certificate.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::{Operational, Statement};

    const CHEAP: Cost = Cost { memory_kib: 64, passes: 1 };
    const FRESH: Fresh = Fresh { salt: [1; 16], nonce: [2; 24] };

    fn invitation(expires_ms: u64) -> Invitation {
        let root = SecretKey::from_seed([1; 32]);
        let operational = SecretKey::from_seed([2; 32]);
        let organisation = root.public().organisation();
        let said = [
            (
                Statement::Operational(Operational {
                    key: operational.public().0,
                    escrow: String::new(),
                }),
                &root,
            ),
            (
                Statement::Invitation(InvitationCertificate {
                    invitation: TransferId([4; 16]),
                    key: SecretKey::from_seed([3; 32]).public().0,
                    unit: domain::id::RecordId([5; 16]),
                    role: 2,
                    expires_ms,
                    replaces: None,
                }),
                &operational,
            ),
        ];
        Invitation {
            root: root.public().0,
            statements: said.iter().map(|(s, by)| Signed::new(organisation, s, by)).collect(),
            invitation: TransferId([4; 16]),
            seed: [3; 32],
            names: vec![],
        }
    }

    fn request() -> EnrolmentRequest {
        EnrolmentRequest {
            invitation: TransferId([4; 16]),
            key: [7; 32],
            recipient: "age1".into(),
            device_name: "村机 A".into(),
            user: UserId([8; 16]),
            user_key: [9; 32],
            user_name: "周某".into(),
        }
    }

    #[test]
    fn a_file_opens_with_its_code_and_enrols_once() {
        let code = code_from(1_234_567_890_123_456_789);
        let file = invitation(1_000).close(&code, CHEAP, FRESH).unwrap();
        let opened = Invitation::open(&file, &code, 999).unwrap();
        let (back, certificate) = opened.enrol(&request()).verify(&opened.roster()).unwrap();
        assert_eq!(back, request());
        assert_eq!(certificate.role, 2);
    }

    #[test]
    fn each_way_it_can_fail_has_its_own_reason() {
        let code = code_from(1_234_567_890_123_456_789);
        let other = code_from(9_999_999_999_999_999_999);
        let file = invitation(1_000).close(&code, CHEAP, FRESH).unwrap();
        let mut forged = invitation(1_000);
        forged.seed = [99; 32];
        let forged = forged.close(&code, CHEAP, FRESH).unwrap();
        let mut newer = file.clone();
        newer[MAGIC.len() + 2] = 9;
        let rows: [(&str, &[u8], &str, u64, InvitationError); 7] = [
            ("no invitation", b"hello", &code, 0, InvitationError::NotAnInvitation),
            ("cut short", &file[..file.len() / 2], &code, 0, InvitationError::NotAnInvitation),
            ("wrong code", &file, &other, 0, InvitationError::Wrong),
            (
                "misread code",
                &file,
                "1234",
                0,
                InvitationError::Code(code::CodeError::Length { expected: 20, got: 4 }),
            ),
            ("expired", &file, &code, 1_001, InvitationError::Expired),
            ("another key inside", &forged, &code, 0, InvitationError::NotCertified),
            ("a suite of the future", &newer, &code, 0, InvitationError::Suite(9)),
        ];
        for (name, bytes, code, now, want) in rows {
            assert_eq!(Invitation::open(bytes, code, now).unwrap_err(), want, "{name}");
        }
    }

    #[test]
    fn a_request_signed_by_anyone_else_is_refused() {
        let invitation = invitation(1_000);
        let mut enrolment = invitation.enrol(&request());
        let mut stolen = request();
        stolen.key = [66; 32];
        enrolment.body = to_bytes(&stolen);
        assert_eq!(enrolment.verify(&invitation.roster()), Err(InvitationError::NotCertified));
    }
}
