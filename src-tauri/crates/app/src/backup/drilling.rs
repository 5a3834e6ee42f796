//! 演练恢复: whether a backup can be restored, tried out on a copy that is thrown away.

use std::fs;
use std::path::Path;

use domain::audit::{Act, Deed};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::making::{self, Watch};
use super::shape::Found;
use super::{State, own};
use crate::audit;
use crate::fault::{Fault, file_fault, store_fault};
use crate::identity::{self, Identity, IdentityRecord, LocalUser};
use crate::maintenance;
use crate::office::{Office, Session};
use crate::progress::Phase;
use crate::projector;
use crate::scrub::Pass;
use crate::witness::Witness;

/// The folder of the copy, which the next backup would clear away too.
const FOLDER: &str = "drill.new";

/// What a drill found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Drilled {
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// When the backup was made, in milliseconds since 1970.
    pub made_ms: u64,
    /// How many cases the copy showed.
    pub cases: u64,
    /// How many there were when the backup was made; absent where nobody counted.
    pub expected: Option<u64>,
    /// How many entries were compared with their signatures.
    pub entries: u64,
    /// How many of them were not what was signed.
    pub broken: u64,
    /// Whether lists made anew were those that had been kept.
    pub is_same: bool,
    /// Whether everything was as it must be.
    pub is_good: bool,
}

/// Tries a backup.
pub(super) fn drill(
    office: &Office,
    found: &Found,
    watch: &mut Watch<'_>,
) -> Result<Drilled, Fault> {
    let manifest = found.manifest.clone().map_err(Fault::from)?;
    let folder = own(office).join(FOLDER);
    clear(&folder)?;
    let tried = making::copy_parts(found, &manifest, &folder, watch)
        .and_then(|()| open(office, &folder))
        .and_then(|copy| examine(&copy, watch));
    let cleared = clear(&folder);
    let (cases, entries, broken, is_same) = tried?;
    cleared?;
    let expected = manifest.cases;
    let drilled = Drilled {
        at_ms: office.now_ms(),
        made_ms: manifest.made_ms,
        cases,
        expected,
        entries,
        broken,
        is_same,
        is_good: broken == 0 && is_same && expected.is_none_or(|expected| expected == cases),
    };
    State::change(office, |state| state.drilled = Some(drilled))?;
    let word = if drilled.is_good { "good" } else { "bad" };
    audit::note(office, Deed::new(Act::BackupDrilled).count(cases).word(word))?;
    Ok(drilled)
}

fn clear(folder: &Path) -> Result<(), Fault> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(file_fault(&error, folder))
        }
        _ => Ok(()),
    }
}

/// Opens the copy with the key that is in memory. Nobody sits at it, and its logs go on nowhere.
fn open(office: &Office, folder: &Path) -> Result<Office, Fault> {
    let store = office.store.open_beside(folder).map_err(|error| store_fault(error, folder))?;
    store.check_pages()?;
    let (record, users) = store.read(|reader| -> Result<_, Fault> {
        Ok((reader.value(identity::NAME)?, reader.value(identity::USERS)?))
    })?;
    let lacks = || Fault::ProfileDamaged { detail: "no identity".into() };
    let record = IdentityRecord::read(&record.ok_or_else(lacks)?)?;
    let users = users.map_or(Ok(Vec::new()), |bytes| LocalUser::read_all(&bytes))?;
    let copy = Office::assemble(
        folder,
        store,
        Identity::new(record),
        (users, Session::nobody(office.user())),
        office.clock.clone(),
        office.entropy.clone(),
        Witness::new(None),
    )?;
    projector::catch_up_all(&copy, |_| true)?;
    Ok(copy)
}

/// Compares chains with signatures, and lists with what logs say: cases, entries, how many of those
/// are broken, and whether the lists are the same.
fn examine(copy: &Office, watch: &mut Watch<'_>) -> Result<(u64, u64, u64, bool), Fault> {
    let total = copy.store.read(|reader| reader.entry_count())?;
    let (mut done, mut is_stopped) = (0, false);
    let mut pass = Pass::new(copy);
    pass.whole(&mut || {
        done += 1;
        is_stopped = !watch(Phase::Checking, done.min(total), total);
        !is_stopped
    })?;
    if is_stopped {
        return Err(Fault::Cancelled);
    }
    let broken = u64::try_from(pass.found.len()).unwrap_or(u64::MAX);
    let entries = pass.entries;
    if !watch(Phase::Building, 0, 1) {
        return Err(Fault::Cancelled);
    }
    let report = maintenance::rebuild(copy, true)?;
    let cases = copy.store.read(|reader| reader.case_count())?;
    Ok((cases, entries, broken, report.is_same))
}
