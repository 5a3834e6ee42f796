//! 备份: copies of the whole profile, from which it can be restored.
//!
//! Once a day, while the profile is open, a copy of it is made in the profile's own folder and
//! carried to a second place that somebody chose: another disk, a share, a stick. Days, weeks and
//! months keep theirs ([`ring`]). What a backup is and how one is read stands in [`shape`], how one
//! is put in the place of the profile in [`restoring`].
//!
//! No key is ever written down for it: the database rests under its own key, the vault's boxes are
//! the vault's.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use domain::id::UserId;
use domain::time::day_of;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::{signed, today};
use crate::fault::{BackupTrouble, Fault, file_fault};
use crate::host::Place;
use crate::office::Office;
use crate::progress::{Event, Listener, Phase, Progress};
use crate::topic::Topic;
use crate::vault::Vault;

mod drilling;
mod making;
mod pool;
pub(crate) mod restoring;
mod ring;
mod shape;

pub use drilling::Drilled;
use making::Watch;
use restoring::Staged;
use shape::Found;

/// The folder of the profile's own backups, inside its own.
const OWN: &str = "backups";

/// The folder of profiles that were put aside.
const ASIDE: &str = "aside";

/// Under which name the database remembers what concerns backups.
const STATE: &str = "backup";

/// When it is looked again whether a backup is due: after one that went well, and after one that
/// did not, or where the second place was not there.
const LOOK_AGAIN_MS: u64 = 10 * 60 * 1000;
const TRY_AGAIN_MS: u64 = 30 * 60 * 1000;

/// After how many days without a backup, or without the second place, that is told.
const OVERDUE_DAYS: i64 = 7;

/// How long whoever asks for a backup waits between two looks whether another is over.
const GLANCE: Duration = Duration::from_millis(20);

/// The most characters of the name of a place.
const NAME_CHARS_MAX: usize = 200;

/// Chooses the second place, or forgets it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct BackupPlaceSet {
    /// A folder on another disk or a share, or a stick; forgotten if absent.
    #[serde(default)]
    pub to: Option<Place>,
}

/// Tries whether a backup can be restored.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct BackupDrill {
    /// Which, by name; the newest if absent.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether it lies in the second place.
    #[serde(default)]
    pub is_second: bool,
}

/// Looks for backups, while the profile is locked or missing.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct BackupFind {
    /// A folder or a stick; this computer's own and every stick if absent.
    #[serde(default)]
    pub from: Option<Place>,
}

/// Puts a backup in the place of the profile, which is put aside, and opens it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct BackupRestore {
    /// Where it lies, as `backup_find` gave it.
    #[serde(default)]
    pub from: Option<Place>,
    /// Its name there.
    pub name: String,
    /// Whose account; may be absent where there is one alone.
    #[serde(default)]
    pub user: Option<UserId>,
    /// The passphrase that held when it was made.
    #[serde(default)]
    pub passphrase: Option<String>,
    /// Or the digits of the recovery sheet or the kit that held then.
    #[serde(default)]
    pub code: Option<String>,
    /// With the digits: the passphrase that is to hold from now on.
    #[serde(default)]
    pub new_passphrase: Option<String>,
}

/// A backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct BackupLine {
    /// Its name.
    pub name: String,
    /// When it was made, in milliseconds since 1970.
    pub made_ms: u64,
    /// Its size.
    pub bytes: u64,
    /// How many cases it holds.
    pub cases: Option<u64>,
    /// What is wrong with it.
    pub trouble: Option<BackupTrouble>,
}

/// Where backups stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Backups {
    /// Those in the profile's own folder, newest first.
    pub backups: Vec<BackupLine>,
    /// The second place, where one was chosen.
    pub second: Option<SecondPlace>,
    /// What the last drill found.
    pub drilled: Option<Drilled>,
    /// Why the last backup was not made.
    pub trouble: Option<Fault>,
    /// Whether one is being made.
    pub is_running: bool,
    /// Profiles that were put aside when a backup was restored, newest first.
    pub aside: Vec<BackupLine>,
    /// Whether the second place may be chosen by whoever asks.
    pub may_choose: bool,
}

/// The second place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SecondPlace {
    /// What it is called.
    pub name: String,
    /// Whether it is there now.
    pub is_there: bool,
    /// When a backup was last carried there, in milliseconds since 1970.
    pub reached_ms: Option<u64>,
    /// Why that did not go well last time.
    pub trouble: Option<Fault>,
    /// What lies there, newest first.
    pub backups: Vec<BackupLine>,
}

/// A backup that could be restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FoundBackup {
    /// Where it lies; absent for this computer's own.
    pub from: Option<Place>,
    /// What people call that place.
    pub place: String,
    /// The backup, by its name there.
    pub line: BackupLine,
    /// Whether it is of the profile that is here now.
    pub is_ours: bool,
    /// Whether it is a profile that was put aside.
    pub is_aside: bool,
    /// Who opens it.
    pub accounts: Vec<BackupAccount>,
}

/// Somebody who opens a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct BackupAccount {
    /// The user.
    pub user: UserId,
    /// What the lock page calls them.
    pub label: String,
}

/// The backups that were found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FoundBackups {
    /// Newest first.
    pub backups: Vec<FoundBackup>,
}

/// That it is time to see to the backups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct BackupsOverdue {
    /// For how many days no backup was made, where that is too long.
    pub days: Option<u32>,
    /// For how many days none reached the second place, where that is too long.
    pub second_days: Option<u32>,
}

/// A backup that reached the second place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Reached {
    made_ms: u64,
    at_ms: u64,
}

/// The second place, as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Second {
    path: String,
    name: String,
    chosen_ms: u64,
    reached: Option<Reached>,
}

/// What the database remembers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct State {
    /// Since when backups are made here, in milliseconds since 1970.
    since_ms: Option<u64>,
    second: Option<Second>,
    drilled: Option<Drilled>,
}

impl State {
    fn read(office: &Office) -> Result<Self, Fault> {
        let bytes = office.store.read(|reader| reader.value(STATE))?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
    }

    fn change(office: &Office, change: impl FnOnce(&mut Self)) -> Result<(), Fault> {
        office.store.write(|tx| {
            let bytes = tx.reader().value(STATE)?;
            let mut state: Self =
                bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
            change(&mut state);
            Ok(tx.set_value(STATE, &serde_json::to_vec(&state)?)?)
        })
    }
}

/// What goes on of backups while a profile is open.
#[derive(Default)]
pub(crate) struct Backing {
    /// One at a time: a backup, or a drill.
    turn: Mutex<()>,
    /// What went wrong last: here, and at the second place.
    trouble: Mutex<(Option<Fault>, Option<Fault>)>,
    /// When it is looked again whether one is due, in milliseconds since 1970.
    next_ms: AtomicU64,
}

impl Backing {
    fn is_running(&self) -> bool {
        matches!(self.turn.try_lock(), Err(TryLockError::WouldBlock))
    }

    /// Waits for its turn, unless the person stops it.
    fn wait(&self, progress: &Progress) -> Result<MutexGuard<'_, ()>, Fault> {
        loop {
            match self.turn.try_lock() {
                Ok(turn) => return Ok(turn),
                Err(TryLockError::Poisoned(turn)) => return Ok(turn.into_inner()),
                Err(TryLockError::WouldBlock) => progress.check()?,
            }
            std::thread::sleep(GLANCE);
        }
    }

    fn trouble(&self) -> MutexGuard<'_, (Option<Fault>, Option<Fault>)> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is time to look; a clock that was put back makes nobody wait for long.
    pub(crate) fn is_time(&self, now_ms: u64) -> bool {
        let next_ms = self.next_ms.load(Ordering::SeqCst);
        now_ms >= next_ms || next_ms.saturating_sub(now_ms) > TRY_AGAIN_MS
    }
}

fn own(office: &Office) -> PathBuf {
    office.home.join(OWN)
}

fn line(found: &Found) -> BackupLine {
    let manifest = found.manifest.as_ref();
    BackupLine {
        name: found.name.clone(),
        made_ms: found.made_ms(),
        bytes: manifest.map_or(0, shape::Manifest::bytes),
        cases: manifest.ok().and_then(|manifest| manifest.cases),
        trouble: manifest.err().copied(),
    }
}

fn lines(folder: &Path) -> Vec<BackupLine> {
    shape::list(folder).iter().map(line).collect()
}

/// Where backups stand.
pub(crate) fn list(office: &Office, may_choose: bool) -> Result<Backups, Fault> {
    let state = State::read(office)?;
    let vault = Vault::read(&office.home)?;
    let (trouble, second_trouble) = office.backing.trouble().clone();
    let second = state.second.map(|second| {
        let place = Path::new(&second.path);
        SecondPlace {
            name: second.name,
            is_there: place.is_dir(),
            reached_ms: second.reached.map(|reached| reached.at_ms),
            trouble: second_trouble,
            backups: lines(&making::shelf(place, &vault)),
        }
    });
    Ok(Backups {
        backups: lines(&own(office)),
        second,
        drilled: state.drilled,
        trouble,
        is_running: office.backing.is_running(),
        aside: lines(&office.home.join(ASIDE)),
        may_choose,
    })
}

/// Whether it is time to see to the backups.
pub(crate) fn overdue(office: &Office) -> Result<Option<BackupsOverdue>, Fault> {
    if office.identity.record.is_demo {
        return Ok(None);
    }
    let state = State::read(office)?;
    let now = today(office.now_ms());
    let too_long = |since_ms: u64| {
        let days = now.signed_duration_since(day_of(signed(since_ms))).num_days();
        (days >= OVERDUE_DAYS).then(|| u32::try_from(days).unwrap_or(u32::MAX))
    };
    let made = shape::list(&own(office)).into_iter().find(|found| found.manifest.is_ok());
    let last_ms = made.map(|found| found.made_ms()).or(state.since_ms);
    let days = last_ms.and_then(too_long);
    let second_days = state.second.and_then(|second| {
        too_long(second.reached.map_or(second.chosen_ms, |reached| reached.at_ms))
    });
    let is_overdue = days.is_some() || second_days.is_some();
    Ok(is_overdue.then_some(BackupsOverdue { days, second_days }))
}

/// Chooses the second place, or forgets it. What lies there stays.
pub(crate) fn choose(office: &Office, place: Option<(&Path, String)>) -> Result<(), Fault> {
    let now_ms = office.now_ms();
    let second = match place {
        None => None,
        Some((path, name)) => {
            if path.starts_with(&office.home) {
                return Err(Fault::bad("to: it would go with the profile"));
            }
            let path =
                path.to_str().ok_or_else(|| Fault::bad("to: not a name that can be kept"))?;
            let name = name.chars().take(NAME_CHARS_MAX).collect();
            Some(Second { path: path.to_owned(), name, chosen_ms: now_ms, reached: None })
        }
    };
    State::change(office, |state| {
        state.since_ms.get_or_insert(now_ms);
        state.second = second;
    })?;
    office.backing.trouble().1 = None;
    // It is carried there soon.
    office.backing.next_ms.store(0, Ordering::SeqCst);
    Ok(())
}

/// What a call's progress hears.
fn watch_of(progress: &Progress) -> impl FnMut(Phase, u64, u64) -> bool + '_ {
    move |phase, done, total| {
        progress.at(phase, done, Some(total));
        !progress.is_stopped()
    }
}

/// Makes a backup at once, for whoever asks, and carries it to the second place if that is there.
pub(crate) fn make(office: &Office, progress: &Progress) -> Result<(), Fault> {
    if office.identity.record.is_demo {
        return Err(Fault::NotHere);
    }
    let _turn = office.backing.wait(progress)?;
    run(office, true, &mut watch_of(progress))
}

/// Makes a backup and carries it on; the second place's troubles are remembered, not told.
fn run(office: &Office, is_asked: bool, watch: &mut Watch<'_>) -> Result<(), Fault> {
    let made = making::make(office, watch);
    office.backing.trouble().0 = made.as_ref().err().filter(|f| **f != Fault::Cancelled).cloned();
    let found = made?;
    State::change(office, |state| {
        state.since_ms.get_or_insert(found.made_ms());
    })?;
    making::note(office, &found, is_asked)?;
    carry_on(office, &found, watch)
}

fn carry_on(office: &Office, found: &Found, watch: &mut Watch<'_>) -> Result<(), Fault> {
    let Some(second) = State::read(office)?.second else { return Ok(()) };
    match making::carry(office, &second, found, watch) {
        Err(Fault::Cancelled) => Err(Fault::Cancelled),
        carried => {
            office.backing.trouble().1 = carried.err();
            Ok(())
        }
    }
}

/// Makes the backup of the day if there is none yet, and carries the newest to the second place if
/// it has not been there. `goes_on` is asked again and again.
pub(crate) fn tend(office: &Office, listener: Option<&Listener>, goes_on: &dyn Fn() -> bool) {
    let Ok(_turn) = office.backing.turn.try_lock() else { return };
    let tended = tend_once(office, goes_on);
    let is_well = tended.is_ok() && office.backing.trouble().1.is_none();
    let wait_ms = if is_well { LOOK_AGAIN_MS } else { TRY_AGAIN_MS };
    office.backing.next_ms.store(office.now_ms().saturating_add(wait_ms), Ordering::SeqCst);
    match tended {
        Ok(false) | Err(Fault::Cancelled) => return,
        Ok(true) => {}
        Err(error) => tracing::error!(%error, "the backup of the day was not made"),
    }
    if let Some(listener) = listener {
        listener(Event::Changed { topics: vec![Topic::Backups] });
    }
}

/// Says whether something was done or told.
fn tend_once(office: &Office, goes_on: &dyn Fn() -> bool) -> Result<bool, Fault> {
    let mut watch = |_, _, _| goes_on();
    let made = shape::list(&own(office));
    if !making::is_made_today(office, &made) {
        return run(office, false, &mut watch).map(|()| true);
    }
    let newest = made.iter().find(|found| found.manifest.is_ok());
    let reached = State::read(office)?.second.map(|second| second.reached);
    let (Some(newest), Some(reached)) = (newest, reached) else { return Ok(false) };
    if reached.is_some_and(|reached| reached.made_ms >= newest.made_ms()) {
        return Ok(false);
    }
    carry_on(office, newest, &mut watch).map(|()| true)
}

/// Tries whether a backup can be restored.
pub(crate) fn drill(
    office: &Office,
    request: &BackupDrill,
    progress: &Progress,
) -> Result<Drilled, Fault> {
    let _turn = office.backing.wait(progress)?;
    let folder = match (request.is_second, State::read(office)?.second) {
        (false, _) => own(office),
        (true, Some(second)) => making::shelf(Path::new(&second.path), &Vault::read(&office.home)?),
        (true, None) => return Err(Fault::not_found("second")),
    };
    let wanted = request.name.as_deref();
    let is_meant = |found: &Found| match wanted {
        Some(name) => found.name == name,
        None => found.manifest.is_ok(),
    };
    let found = shape::list(&folder).into_iter().find(is_meant);
    let found = found.ok_or_else(|| Fault::not_found(wanted.unwrap_or("backup")))?;
    drilling::drill(office, &found, &mut watch_of(progress))
}

/// A place that is looked through for backups.
pub(crate) struct Shelf {
    /// As commands name it; none for this computer's own.
    pub(crate) from: Option<Place>,
    /// What people call it.
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
}

impl Shelf {
    /// What lies there. Of this computer's own folder only the ring and what was put aside.
    fn found(&self) -> Vec<Found> {
        if self.from.is_some() {
            return shape::find(&self.folder);
        }
        let within = |part: &str| {
            let mut found = shape::list(&self.folder.join(part));
            for one in &mut found {
                one.name = format!("{part}/{}", one.name);
            }
            found
        };
        [within(OWN), within(ASIDE)].concat()
    }
}

/// The backups on some shelves.
pub(crate) fn find(home: &Path, shelves: &[Shelf]) -> FoundBackups {
    let ours = Vault::read(home).ok().map(|vault| vault.id());
    let mut backups = Vec::new();
    for shelf in shelves {
        for found in shelf.found() {
            let vault = found.vault();
            let accounts = vault.iter().flat_map(Vault::accounts);
            backups.push(FoundBackup {
                from: shelf.from.clone(),
                place: shelf.name.clone(),
                is_ours: ours.is_some() && vault.as_ref().map(Vault::id) == ours,
                is_aside: found.manifest.as_ref().is_ok_and(|found| found.cases.is_none()),
                accounts: accounts
                    .map(|(user, label)| BackupAccount { user, label: label.to_owned() })
                    .collect(),
                line: line(&found),
            });
        }
    }
    backups.sort_by(|a, b| (b.line.made_ms, &b.line.name).cmp(&(a.line.made_ms, &a.line.name)));
    FoundBackups { backups }
}

/// Brings a backup beside the profile of a home folder.
pub(crate) fn bring(
    home: &Path,
    shelf: &Shelf,
    name: &str,
    progress: &Progress,
) -> Result<Staged, Fault> {
    std::fs::create_dir_all(home).map_err(|error| file_fault(&error, home))?;
    // Only what a listing names, so that no path can be smuggled in.
    let found = shelf.found().into_iter().find(|found| found.name == name);
    let found = found.ok_or_else(|| Fault::not_found(name))?;
    Staged::bring(home, &found, &mut watch_of(progress))
}
