//! The accounts of one computer: opening, changing a passphrase, finding the way back, and who
//! else works here.

use domain::id::UserId;
use domain::role::{Level, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trust::kit::Kit;
use trust::roster::Roster;
use trust::statement::{Statement, UserCertificate, UserRequest};

use crate::clock::draw;
use crate::fault::{CodeTrouble, Fault};
use crate::host::Place;
use crate::journal::Pen;
use crate::names::Names;
use crate::office::Office;
use crate::qr::QrView;
use crate::vault::strength::{self, Known};
use crate::vault::{PaperKind, Secrets, Tries, Vault};

/// Opens the profile.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ProfileUnlock {
    /// Whose account; may be absent where there is one alone.
    #[serde(default)]
    pub user: Option<UserId>,
    /// Its passphrase.
    pub passphrase: String,
}

/// Changes the passphrase of whoever works here.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PassphraseChange {
    /// The passphrase that holds now.
    pub passphrase: String,
    /// The one that is to hold.
    pub new_passphrase: String,
}

/// Sets a new passphrase with the digits of a paper, and opens the profile.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PassphraseRecover {
    /// Whose account; may be absent where there is one alone.
    #[serde(default)]
    pub user: Option<UserId>,
    /// The digits of this computer's recovery sheet, or of the township's kit, however spaced.
    pub code: String,
    /// The passphrase that is to hold.
    pub new_passphrase: String,
}

/// Sets a new passphrase for somebody else who works on this computer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PassphraseReset {
    /// Whose.
    pub user: UserId,
    /// The passphrase of whoever asks.
    pub passphrase: String,
    /// The passphrase that is to hold for the other.
    pub new_passphrase: String,
}

/// Prints a new recovery sheet; the old one opens nothing from then.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct RecoveryRenew {
    /// The passphrase of whoever asks.
    pub passphrase: String,
}

/// Opens an account on the township's founding computer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AccountAdd {
    /// The passphrase of whoever asks.
    pub passphrase: String,
    /// What the new user is called.
    pub user_name: String,
    /// What the lock page calls them; their name if absent.
    #[serde(default)]
    pub label: Option<String>,
    /// Their role.
    pub role: Role,
    /// Their passphrase.
    pub new_passphrase: String,
}

/// Opens an account for one more person on any other computer, with an invitation of the
/// township's for this unit.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AccountJoin {
    /// Where the invitation is.
    pub from: Place,
    /// Its code, however it is spaced.
    pub code: String,
    /// The passphrase of whoever asks.
    pub passphrase: String,
    /// What the new user is called.
    pub user_name: String,
    /// What the lock page calls them; their name if absent.
    #[serde(default)]
    pub label: Option<String>,
    /// Their passphrase.
    pub new_passphrase: String,
}

/// Somebody who opens this profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AccountView {
    /// The user.
    pub user: UserId,
    /// What the lock page calls them.
    pub label: String,
    /// How many seconds are left until the next try, after too many in vain.
    pub wait_s: u64,
}

/// The recovery sheet of a computer: shown this once, kept by no computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct RecoverySheet {
    /// Its digits.
    pub code: String,
    /// The same as a QR code.
    pub qr: QrView,
}

impl RecoverySheet {
    /// The sheet of a paper's secret. A scanner types what the code holds: the bare digits.
    pub(crate) fn of(paper: &Kit) -> Result<Self, Fault> {
        let code = paper.code();
        let digits: String = code.chars().filter(char::is_ascii_digit).collect();
        Ok(Self { code, qr: QrView::of(&digits)? })
    }
}

/// The accounts of a home folder; none where there is no profile that can be read.
pub(crate) fn list(home: &std::path::Path, now_ms: u64) -> Vec<AccountView> {
    let Ok(vault) = Vault::read(home) else { return Vec::new() };
    let tries = Tries::read(home);
    let view = |(user, label): (UserId, &str)| AccountView {
        user,
        label: label.to_owned(),
        wait_s: tries.wait_s(crate::vault::Door::Account(user), now_ms),
    };
    vault.accounts().map(view).collect()
}

/// The account that is meant: the only one, where none is named.
pub(crate) fn meant(vault: &Vault, user: Option<UserId>) -> Result<UserId, Fault> {
    let mut accounts = vault.accounts().map(|(user, _)| user);
    match (user, accounts.next(), accounts.next()) {
        (Some(user), ..) => Ok(user),
        (None, Some(only), None) => Ok(only),
        (None, None, _) => Err(Fault::AccountClosed),
        (None, Some(_), Some(_)) => Err(Fault::bad("user: there are several accounts")),
    }
}

/// Reads the digits of a paper.
pub(crate) fn read_paper(code: &str) -> Result<Kit, Fault> {
    use trust::code::CodeError as E;
    Kit::from_code(code).map_err(|error| match error {
        E::Length { .. } => Fault::Misread { reason: CodeTrouble::Length },
        E::Check | E::Range => Fault::Misread { reason: CodeTrouble::Check },
    })
}

/// Opens an account with a paper, whichever of the two it is.
pub(crate) fn open_with_paper(
    vault: &Vault,
    user: UserId,
    paper: &Kit,
    entropy: &dyn crate::clock::Entropy,
) -> Result<(Secrets, PaperKind), Fault> {
    match vault.open_with(user, &paper.recovery(), entropy) {
        Ok(secrets) => Ok((secrets, PaperKind::Recovery)),
        Err(Fault::WrongPaper) => {
            vault.open_with(user, &paper.escrow(), entropy).map(|found| (found, PaperKind::Kit))
        }
        Err(fault) => Err(fault),
    }
}

/// Refuses a passphrase that is too easy to guess for who works here. `also` are further names.
pub(crate) fn check_passphrase(
    office: &Office,
    passphrase: &str,
    also: &[&str],
) -> Result<(), Fault> {
    let users = office.users();
    let names: Vec<&str> =
        users.iter().map(|user| user.name.as_str()).chain(also.iter().copied()).collect();
    let units = office.store.read(|reader| Names::read(office, reader))?;
    let own = office.identity.record.unit;
    let is_ours = |unit: &crate::view::UnitRef| unit.id == own || unit.level == Level::Township;
    let places: Vec<String> = units.units().filter(is_ours).map(|unit| unit.name).collect();
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    strength::check(passphrase, Known { names: &names, places: &places })
}

/// Brings an account up to what holds now, after it was opened: its boxes for the papers, and the
/// certificate of its signing key. Whoever was removed is shown out.
pub(crate) fn settle(office: &Office, vault: &mut Vault, secrets: &Secrets) -> Result<(), Fault> {
    close_removed(office, vault)?;
    let user = office.user();
    if office.roster().removed(user).is_some() {
        return Err(Fault::AccountClosed);
    }
    let roster = office.roster();
    if !vault.is_current(user, &roster.escrow()) {
        vault.renew_papers(user, secrets, &roster.escrow())?;
        vault.write(&office.home)?;
    }
    certify_key(office)
}

/// Closes the accounts of users whose removal is known.
pub(crate) fn close_removed(office: &Office, vault: &mut Vault) -> Result<(), Fault> {
    let mut is_changed = false;
    for user in office.ended().users.keys().copied() {
        is_changed |= vault.close(user);
    }
    if is_changed { vault.write(&office.home) } else { Ok(()) }
}

/// Certifies the signing key of whoever sits at the desk, if it is new: a passphrase that was set
/// by somebody else brings a key of its own.
fn certify_key(office: &Office) -> Result<(), Fault> {
    let key = office.with_user_key(|key| key.public().0)?;
    let roster = office.roster();
    let (Some(held), Some(common)) = (roster.user(office.user()), roster.common()) else {
        return Ok(());
    };
    if held.key == key {
        return Ok(());
    }
    let serial = held.serial.saturating_add(1);
    if office.identity.operational.is_none() {
        return ask_for_key(
            office,
            &roster,
            UserRequest { user: held.user, key, serial, enrolment: None },
        );
    }
    let said = Statement::User(UserCertificate { key, serial, ..held.clone() });
    office.store.write(|tx| Pen::new(office, tx).say(common, &[said]))
}

/// Asks the township to certify the key somebody here signs with from now on.
fn ask_for_key(office: &Office, roster: &Roster, asked: UserRequest) -> Result<(), Fault> {
    let device = office.identity.device;
    if roster.requests().any(|(from, request)| from == device && *request == asked) {
        return Ok(());
    }
    let home = office.home_space()?;
    office.store.write(|tx| Pen::new(office, tx).say(home, &[Statement::Request(asked)]))
}

/// A new recovery sheet in the place of the old one.
pub(crate) fn renew_recovery(
    office: &Office,
    vault: &mut Vault,
    secrets: &Secrets,
) -> Result<RecoverySheet, Fault> {
    let paper = Kit::new(draw(office.entropy.as_ref()));
    let sheet = RecoverySheet::of(&paper)?;
    vault.replace_recovery(paper.recovery().recipient());
    vault.renew_papers(office.user(), secrets, &office.roster().escrow())?;
    vault.write(&office.home)?;
    Ok(sheet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_shows_its_digits_as_a_square_of_dark_modules() {
        let sheet = RecoverySheet::of(&Kit::new([42; 16])).unwrap();
        assert_eq!(sheet.code.chars().filter(char::is_ascii_digit).count(), 40);
        assert_eq!(sheet.qr.size, 25, "version 2 holds forty digits");
        // The three corners that a scanner looks for begin with seven dark modules.
        assert!(
            sheet
                .qr
                .path
                .starts_with(&(0..7).map(|x| format!("M{x} 0h1v1h-1z")).collect::<String>())
        );
        assert!(sheet.qr.path.chars().all(|c| c.is_ascii_digit() || "Mhvz- ".contains(c)));
        assert!(read_paper(&sheet.code).is_ok());
        let wrong = Fault::Misread { reason: CodeTrouble::Length };
        assert_eq!(read_paper("1234").err(), Some(wrong));
    }
}
