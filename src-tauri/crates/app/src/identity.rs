//! Who this device is and who works on it: what rests in the encrypted database. The signing keys
//! of the people are not there: each lies in its owner's box of the vault.

use domain::id::{DeviceId, UnitId, UserId};
use domain::role::Role;
use serde::{Deserialize, Serialize};
use trust::invitation::Enrolment;
use trust::key::{PacketKey, PublicKey, SecretKey};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::fault::Fault;

/// Under which name the device rests in the database.
pub(crate) const NAME: &str = "identity";

/// Under which name its users rest there.
pub(crate) const USERS: &str = "users";

/// Somebody who works on this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LocalUser {
    /// The user.
    pub(crate) user: UserId,
    /// The user's name.
    pub(crate) name: String,
    /// The role the user was invited in; the certificate overrides it.
    pub(crate) role: Role,
    /// The request to be certified, CBOR, while the township has not.
    pub(crate) enrolment: Option<Vec<u8>>,
}

impl LocalUser {
    /// The request to be certified.
    pub(crate) fn enrolment(&self) -> Option<Enrolment> {
        trust::statement::from_bytes(self.enrolment.as_deref()?)
    }

    pub(crate) fn read_all(bytes: &[u8]) -> Result<Vec<Self>, Fault> {
        serde_json::from_slice(bytes)
            .map_err(|error| Fault::ProfileDamaged { detail: error.to_string() })
    }

    pub(crate) fn write_all(users: &[Self]) -> Result<Vec<u8>, Fault> {
        serde_json::to_vec(users).map_err(|error| Fault::internal(&error))
    }
}

/// What is written down once, when the profile is made.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub(crate) struct IdentityRecord {
    /// The organisation's root key, public.
    pub(crate) root: [u8; 32],
    /// The device's signing key.
    pub(crate) device_seed: [u8; 32],
    /// The key that opens packets.
    pub(crate) packet_seed: [u8; 32],
    /// The operational key, on the computer that founded the township.
    pub(crate) operational_seed: Option<[u8; 32]>,
    /// The unit.
    #[zeroize(skip)]
    pub(crate) unit: UnitId,
    /// What people call this computer.
    pub(crate) device_name: String,
    /// The statements the invitation brought, CBOR.
    pub(crate) statements: Vec<Vec<u8>>,
    /// Names of units the invitation brought.
    #[zeroize(skip)]
    pub(crate) unit_names: Vec<(UnitId, String)>,
    /// Whether this profile is for practice: it never meets anybody.
    #[zeroize(skip)]
    pub(crate) is_demo: bool,
}

/// The same with its keys made.
pub(crate) struct Identity {
    pub(crate) record: IdentityRecord,
    pub(crate) secret: SecretKey,
    pub(crate) packet: PacketKey,
    pub(crate) operational: Option<SecretKey>,
    pub(crate) device: DeviceId,
}

impl Identity {
    pub(crate) fn new(record: IdentityRecord) -> Self {
        let secret = SecretKey::from_seed(record.device_seed);
        Self {
            device: secret.public().device(),
            packet: PacketKey::from_seed(record.packet_seed),
            operational: record.operational_seed.map(SecretKey::from_seed),
            secret,
            record,
        }
    }

    pub(crate) fn root(&self) -> PublicKey {
        PublicKey(self.record.root)
    }

    /// The three letters that tell this device's numbers from any other's.
    pub(crate) fn letters(&self) -> String {
        self.device.to_string().chars().rev().take(3).collect()
    }

    /// How this device's provisional numbers begin.
    pub(crate) fn number_prefix(&self) -> String {
        format!("临-{}-", self.letters())
    }
}

impl IdentityRecord {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Fault> {
        serde_json::from_slice(bytes)
            .map_err(|error| Fault::ProfileDamaged { detail: error.to_string() })
    }

    pub(crate) fn write(&self) -> Result<Vec<u8>, Fault> {
        serde_json::to_vec(self).map_err(|error| Fault::internal(&error))
    }
}
