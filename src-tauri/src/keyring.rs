//! The keyring of the system, as the desk asks for it: Secret Service on Linux, the Credential
//! Manager on Windows, the Keychain on macOS.

use std::sync::Arc;

use app::fault::KeyringTrouble;
use app::host::Keyring;
#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store;
#[cfg(target_os = "linux")]
use dbus_secret_service_keyring_store::Store;
use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
#[cfg(target_os = "windows")]
use windows_native_keyring_store::Store;
use zeroize::Zeroizing;

/// Under which name people find us in their keyring.
const SERVICE: &str = "Pingli";

/// The system's keyring.
pub(crate) struct SystemKeyring;

impl SystemKeyring {
    /// It, for a desk.
    pub(crate) fn shared() -> Arc<dyn Keyring> {
        Arc::new(Self)
    }
}

/// The entry of a name. The line to the keyring is a new one each time: one that was cut is not
/// mended.
fn entry(name: &str) -> Result<Entry, KeyringTrouble> {
    Store::new().and_then(|store| store.build(SERVICE, name, None)).map_err(|error| trouble(&error))
}

fn trouble(error: &Error) -> KeyringTrouble {
    tracing::info!(%error, "the keyring of the system");
    match error {
        Error::NoStorageAccess(_) => KeyringTrouble::Refused,
        _ => KeyringTrouble::Unavailable,
    }
}

impl Keyring for SystemKeyring {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<String>>, KeyringTrouble> {
        match entry(name)?.get_password() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(trouble(&error)),
        }
    }

    fn set(&self, name: &str, secret: &str) -> Result<(), KeyringTrouble> {
        entry(name)?.set_password(secret).map_err(|error| trouble(&error))
    }

    fn remove(&self, name: &str) -> Result<(), KeyringTrouble> {
        match entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(trouble(&error)),
        }
    }
}
