//! Another computer keeps the township's key: the one that did is lost.

use domain::audit::{Act, Deed};
use domain::case::guard::RefusalReason;
use domain::rights::Right;
use domain::role::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use trust::key::{PublicKey, SecretKey};
use trust::kit::Kit;
use trust::statement::{Operational, Signed, Statement, Succession, to_bytes};

use crate::clock::draw;
use crate::devices;
use crate::fault::Fault;
use crate::identity::{self, IdentityRecord};
use crate::journal::Pen;
use crate::office::Office;
use crate::rights;

/// Makes this computer the one that keeps the township's key.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct KeyTakeOver {
    /// The code on the printed kit.
    pub kit_code: String,
}

fn refuse(reason: RefusalReason) -> Fault {
    Fault::Refused { reason, field: "kit_code".into(), index: 0 }
}

/// The printed kit of this organisation, from the code on it.
///
/// # Errors
/// An empty code, and one of no kit or of another organisation's.
pub(crate) fn read_kit(office: &Office, code: &str) -> Result<Kit, Fault> {
    if code.trim().is_empty() {
        return Err(refuse(RefusalReason::Empty));
    }
    let kit = Kit::from_code(code).ok().filter(|kit| kit.root().public() == office.identity.root());
    kit.ok_or_else(|| refuse(RefusalReason::Unknown))
}

/// Whether this computer may take over: nobody keeps the key any more, and the head of the
/// township works here.
pub(crate) fn may_take_over(office: &Office) -> bool {
    office.me().role == Role::R7
        && devices::check_speaker(office).is_ok()
        && office.roster().is_without_keeper()
}

/// Puts a new operational key of this computer in the place of all others. What those said that
/// holds here is said anew with it; whatever else is shown in their name counts no more. The key
/// is used from the next opening of the profile on.
pub(crate) fn take_over(office: &Office, request: &KeyTakeOver) -> Result<(), Fault> {
    if office.me().role != Role::R7 {
        return Err(rights::refused(office, Right::RosterRemove));
    }
    devices::check_speaker(office)?;
    let kit = read_kit(office, &request.kit_code)?;
    if !office.roster().is_without_keeper() {
        return Err(refuse(RefusalReason::AlreadyDone));
    }
    let operational = SecretKey::from_seed(draw(office.entropy.as_ref()));
    office.store.write(|tx| -> Result<(), Fault> {
        succeed(office, tx, &kit, &operational)?;
        let mut record = IdentityRecord::read(&office.identity.record.write()?)?;
        record.operational_seed = Some(*operational.seed());
        tx.set_value(identity::NAME, &record.write()?)?;
        Pen::new(office, tx).note(Deed::new(Act::KeyTakenOver).device(office.identity.device))
    })
}

fn succeed(
    office: &Office,
    tx: &mut Writer<'_>,
    kit: &Kit,
    operational: &SecretKey,
) -> Result<(), Fault> {
    let roster = office.roster();
    let organisation = roster.organisation();
    let common = roster.common().ok_or_else(|| Fault::not_found("common"))?;
    let ends: Vec<PublicKey> = roster.authorities().collect();
    let held = said_by(office, tx, &ends)?;
    let root = kit.root();
    let certificate = Statement::Operational(Operational {
        key: operational.public().0,
        escrow: kit.escrow().recipient(),
    });
    let mut pen = Pen::new(office, tx);
    pen.say_signed(common, &Signed::new(organisation, &certificate, &root))?;
    for statement in &held {
        pen.say_signed(common, &Signed::new(organisation, statement, operational))?;
    }
    // Last: whoever has only part of this still believes what was said before.
    let succession = Statement::Succession(Succession {
        key: operational.public().0,
        keeper: office.identity.device,
        ends: ends.iter().map(|key| key.0.into()).collect(),
        said_ms: office.now_ms(),
    });
    pen.say_signed(common, &Signed::new(organisation, &succession, &root))?;
    office.refresh(&tx.reader())
}

/// What keys said and is held here, each once; what stands in the logs of a revoked computer
/// beyond its cut-off is not: whoever has it may have written that.
fn said_by(
    office: &Office,
    tx: &mut Writer<'_>,
    keys: &[PublicKey],
) -> Result<Vec<Statement>, Fault> {
    let organisation = office.roster().organisation();
    let mut held: Vec<(Vec<u8>, Statement)> = Vec::new();
    for signed in office.statements_heard(&tx.reader())? {
        if !keys.contains(&PublicKey(signed.signer)) {
            continue;
        }
        let Ok(statement) = signed.verify(organisation) else { continue };
        let bytes = to_bytes(&statement);
        if held.iter().all(|(other, _)| *other != bytes) {
            held.push((bytes, statement));
        }
    }
    Ok(held.into_iter().map(|(_, statement)| statement).collect())
}
