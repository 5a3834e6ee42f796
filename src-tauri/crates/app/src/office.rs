//! An open profile: the database, the keys, the roster, and the clocks that go with them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, Weak};

use carry::patience::{is_held, while_held};
use document::{Vouch, binding};
use domain::fact::Proof;
use domain::id::{DeviceId, LogId, LogTag, RecordId, SpaceId, UnitId, UserId, ulid};
use domain::log::{EntryKind, Epoch, LogKey};
use domain::role::{Level, Role};
use domain::taking::TakenLog;
use domain::time::Hlc;
use domain::unit::Succession;
use store::logs::Kept;
use store::{Reader, Store, StoreError, Writer};
use sync::chain;
use trust::invitation::Enrolment;
use trust::key::{PublicKey, SecretKey};
use trust::roster::Roster;
use trust::statement::{Place, Signed};
use zeroize::Zeroizing;

use crate::attachments::Uploads;
use crate::backup::Backing;
use crate::clock::{Clock, Entropy, draw};
use crate::ended::Ended;
use crate::erasure;
use crate::fault::{Fault, file_fault, store_fault};
use crate::host::Host;
use crate::identity::{self, Identity, IdentityRecord, LocalUser};
use crate::quarantine::HeldReason;
use crate::redaction::{self, Heirs};
use crate::rights::Opened;
use crate::trial::Trial;
use crate::units;
use crate::witness::{Continuity, Witness};
use crate::worker::Worker;

/// The most computers nobody knows that are remembered until they are written down.
const KNOCKS_MAX: usize = 30;

/// What tells the epoch of a log of notes from that of the log of records beside it.
const NOTES: Epoch = *b"notes\0\0\0";

/// An open profile.
pub(crate) struct Office {
    pub(crate) home: PathBuf,
    pub(crate) store: Store,
    pub(crate) identity: Identity,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    /// Fresh at every opening: no actor id is ever used by two runs.
    nonce: [u8; 32],
    session: RwLock<Session>,
    users: RwLock<Vec<LocalUser>>,
    roster: RwLock<Arc<Roster>>,
    ended: RwLock<Arc<Ended>>,
    heirs: RwLock<Arc<Heirs>>,
    units: RwLock<Arc<Succession>>,
    /// Which device writes the log behind a tag.
    writers: RwLock<HashMap<LogTag, DeviceId>>,
    epochs: Mutex<BTreeMap<SpaceId, Epoch>>,
    hlc: Mutex<Hlc>,
    witness: Mutex<Witness>,
    /// What was opened in an emergency.
    opened: Mutex<Opened>,
    /// Tries what others wrote before a document touches it; never set where there is no program
    /// to do it.
    trial: OnceLock<Trial>,
    /// What becomes a child of ours; never set where there is no such program.
    worker: OnceLock<Worker>,
    /// Who knows how much room there is on the disk; never set where nobody does.
    host: OnceLock<Arc<dyn Host>>,
    /// Files that are being brought in, piece by piece.
    pub(crate) uploads: Uploads,
    /// Computers nobody knows that knocked and were not written down yet.
    knocks: Mutex<BTreeSet<DeviceId>>,
    /// How much waited to be looked at when that was last told.
    told: Mutex<u64>,
    /// What goes on of backups.
    pub(crate) backing: Backing,
    /// Ours alone. Declared last: it goes when everything before it, the database among it, has
    /// gone.
    presence: Arc<()>,
}

/// Who sits at the desk.
pub(crate) struct Session {
    user: UserId,
    /// Their own signing key, while they are here.
    key: Option<SecretKey>,
}

impl Session {
    /// Somebody whose box was opened.
    pub(crate) const fn of(user: UserId, key: SecretKey) -> Self {
        Self { user, key: Some(key) }
    }

    /// Nobody, in the place of somebody who was there.
    pub(crate) const fn nobody(user: UserId) -> Self {
        Self { user, key: None }
    }
}

/// Who works here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Me {
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) unit: UnitId,
    pub(crate) device: DeviceId,
    pub(crate) device_name: String,
    /// Whether the township has countersigned this device.
    pub(crate) is_certified: bool,
}

/// Opens, claims or makes a database, patiently.
pub(crate) fn patient<T>(open: impl FnMut() -> Result<T, StoreError>) -> Result<T, StoreError> {
    while_held(open, |error| matches!(error, StoreError::Io(error) if is_held(error)))
}

fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Office {
    /// Opens what a database holds.
    pub(crate) fn open(
        home: &Path,
        key: &Zeroizing<[u8; 32]>,
        session: Session,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        machine: Option<&str>,
    ) -> Result<Self, Fault> {
        let opened = patient(|| Store::open(home, key.clone()));
        let store = opened.map_err(|error| store_fault(error, home))?;
        let record: Option<Vec<u8>> = store.read(|r| r.value(identity::NAME))?;
        let record = record
            .ok_or_else(|| Fault::ProfileDamaged { detail: "no identity".into() })
            .and_then(|bytes| IdentityRecord::read(&bytes))?;
        let users: Option<Vec<u8>> = store.read(|r| r.value(identity::USERS))?;
        let users = users.map_or(Ok(Vec::new()), |bytes| LocalUser::read_all(&bytes))?;
        if !users.iter().any(|user| user.user == session.user) {
            return Err(Fault::ProfileDamaged { detail: "an account without a user".into() });
        }
        let witness = Witness::read(home);
        let is_ours = witness.as_ref().is_some_and(|w| w.is_of(machine));
        let office = Self::assemble(
            home,
            store,
            Identity::new(record),
            (users, session),
            clock,
            entropy,
            witness.filter(|_| is_ours).unwrap_or_else(|| Witness::new(machine.map(str::to_owned))),
        )?;
        office.check_continuity(is_ours)?;
        if !is_ours {
            // From here on this computer is the one: what goes on now goes on at the next opening.
            office.witness(&[])?;
        }
        erasure::finish(&office)?;
        erasure::sweep(&office)?;
        // What a power cut left of files that nobody knows of; they are in nobody's way.
        if let Err(error) = office.store.sweep_blobs() {
            tracing::warn!(%error, "stray files of blobs are left");
        }
        Ok(office)
    }

    /// Puts an office together around a database that was just made.
    pub(crate) fn assemble(
        home: &Path,
        store: Store,
        identity: Identity,
        (users, session): (Vec<LocalUser>, Session),
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        witness: Witness,
    ) -> Result<Self, Fault> {
        let nonce = draw(entropy.as_ref());
        let roster = Roster::new(identity.root());
        let office = Self {
            home: home.to_path_buf(),
            store,
            identity,
            clock,
            entropy,
            nonce,
            session: RwLock::new(session),
            users: RwLock::new(users),
            roster: RwLock::new(Arc::new(roster)),
            ended: RwLock::default(),
            heirs: RwLock::default(),
            units: RwLock::default(),
            writers: RwLock::new(HashMap::new()),
            epochs: Mutex::new(BTreeMap::new()),
            hlc: Mutex::new(Hlc::default()),
            witness: Mutex::new(witness),
            opened: Mutex::default(),
            trial: OnceLock::new(),
            worker: OnceLock::new(),
            host: OnceLock::new(),
            uploads: Uploads::default(),
            knocks: Mutex::default(),
            told: Mutex::default(),
            backing: Backing::default(),
            presence: Arc::default(),
        };
        office.store.read(|reader| office.refresh(reader))?;
        Ok(office)
    }

    /// What can no longer be upgraded once the profile is closed: a meeting or a call may hold it
    /// for a moment after it was locked.
    pub(crate) fn presence(&self) -> Weak<()> {
        Arc::downgrade(&self.presence)
    }

    /// Takes in what statements say, in the transaction that stores them: who is who, whose word
    /// has ended, and what is erased. Says whether anything was.
    pub(crate) fn learn(&self, tx: &mut Writer<'_>) -> Result<bool, Fault> {
        let before = self.ended();
        self.refresh(&tx.reader())?;
        self.ended().doubt(tx, &self.roster(), &before)?;
        // What was not proved by what was known then may be now: a space, a computer.
        tx.retry_carriers(&HeldReason::NotCarried.word())?;
        erasure::settle(self, tx)
    }

    /// Whose word has ended, as known now.
    pub(crate) fn ended(&self) -> Arc<Ended> {
        self.ended.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Which records stand in the place of others, as known now.
    pub(crate) fn heirs(&self) -> Arc<Heirs> {
        self.heirs.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads roster and writers again from the database.
    pub(crate) fn refresh(&self, reader: &Reader<'_>) -> Result<(), Fault> {
        let stored = reader.of_kind(EntryKind::STATEMENT)?;
        let mut brought = self.roster().anew();
        for bytes in &self.identity.record.statements {
            admit(&mut brought, bytes);
        }
        let branches = reader.branches()?;
        let mut roster = roster_of(&brought, &stored, |_| true);
        let mut ended = Ended::of(&roster, &branches);
        // What a revoked device says on its own word from beyond its cut-off is not heard either.
        let is_heard = |said: &Kept| {
            !ended.is_late(said.device, said.at) || !is_own_word(&said.payload, said.device)
        };
        if !stored.iter().all(is_heard) {
            roster = roster_of(&brought, &stored, is_heard);
            ended = Ended::of(&roster, &branches);
        }
        *self.roster.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(roster);
        self.refresh_heirs(reader)?;
        self.refresh_units(reader)?;
        *self.ended.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ended);
        for (log, key) in reader.log_keys()? {
            self.note_writer(log, key);
        }
        Ok(())
    }

    /// Reads again which records answer for others.
    pub(crate) fn refresh_heirs(&self, reader: &Reader<'_>) -> Result<(), Fault> {
        let heirs = Arc::new(Heirs::of(&self.roster(), &reader.erased()?));
        *self.heirs.write().unwrap_or_else(PoisonError::into_inner) = heirs;
        Ok(())
    }

    /// Remembers which device writes a log.
    pub(crate) fn note_writer(&self, log: LogId, key: LogKey) {
        let mut writers = self.writers.write().unwrap_or_else(PoisonError::into_inner);
        writers.insert(binding::log_tag(log), key.device);
    }

    /// Whether this device writes a log.
    pub(crate) fn wrote(&self, log: LogId) -> bool {
        let writers = self.writers.read().unwrap_or_else(PoisonError::into_inner);
        writers.get(&binding::log_tag(log)) == Some(&self.identity.device)
    }

    /// How much room there is on the disk is asked of a host from now on.
    pub(crate) fn stand_in(&self, host: Arc<dyn Host>) {
        let _ = self.host.set(host);
    }

    /// The free bytes of the disk that the profile lies on, where anybody knows.
    pub(crate) fn free(&self) -> Option<u64> {
        self.host.get()?.free(&self.home)
    }

    /// Has what others wrote tried by a program of ours from now on.
    pub(crate) fn try_by(&self, program: Option<&PathBuf>) {
        if let Some(program) = program {
            let worker = Worker::by(program.clone());
            let _ = self.trial.set(Trial::by(worker.clone()));
            let _ = self.worker.set(worker);
        }
    }

    /// What becomes a child of ours, if anything does.
    pub(crate) fn worker(&self) -> Option<&Worker> {
        self.worker.get()
    }

    /// What tries what others wrote, if anything does.
    pub(crate) fn trial(&self) -> Option<&Trial> {
        self.trial.get()
    }

    /// Who is who, as known now.
    pub(crate) fn roster(&self) -> Arc<Roster> {
        self.roster.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Every statement there is, as it was signed.
    pub(crate) fn statements(&self) -> Result<Vec<Signed>, Fault> {
        self.store.read(|reader| self.statements_in(reader))
    }

    /// The same, as a reader sees it.
    pub(crate) fn statements_in(&self, reader: &Reader<'_>) -> Result<Vec<Signed>, Fault> {
        self.statements_where(reader, |_| true)
    }

    /// Those that no revoked computer wrote beyond its cut-off.
    pub(crate) fn statements_heard(&self, reader: &Reader<'_>) -> Result<Vec<Signed>, Fault> {
        let ended = self.ended();
        self.statements_where(reader, |said| !ended.is_late(said.device, said.at))
    }

    fn statements_where(
        &self,
        reader: &Reader<'_>,
        is_meant: impl Fn(&Kept) -> bool,
    ) -> Result<Vec<Signed>, Fault> {
        let mut stored = reader.of_kind(EntryKind::STATEMENT)?;
        stored.retain(is_meant);
        let brought = self.identity.record.statements.iter();
        let all = brought.chain(stored.iter().map(|entry| &entry.payload));
        Ok(all.filter_map(|bytes| Signed::from_bytes(bytes).ok()).collect())
    }

    /// The time, in milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> u64 {
        self.clock.now_ms()
    }

    /// A moment after all that a record holds, by the clock where that is later. Where it is not, by a
    /// step that no other copy of this computer takes as well: what two copies say under one number
    /// of a log would have one id otherwise, and one of the two would be taken for the other.
    pub(crate) fn after(&self, latest_ms: u64) -> u64 {
        let now = self.now_ms();
        if now > latest_ms {
            return now;
        }
        let step = u16::from_be_bytes(draw(self.entropy.as_ref()));
        latest_ms.saturating_add(1).saturating_add(u64::from(step))
    }

    /// The next recorded time.
    pub(crate) fn tick(&self, seen: Hlc) -> Hlc {
        let now = self.now_ms();
        let mut hlc = guard(&self.hlc);
        *hlc = hlc.observe(seen, now).tick(now);
        *hlc
    }

    /// Who sits at the desk, or sat there last.
    pub(crate) fn user(&self) -> UserId {
        self.session.read().unwrap_or_else(PoisonError::into_inner).user
    }

    /// Whether somebody sits at the desk.
    pub(crate) fn is_attended(&self) -> bool {
        self.session.read().unwrap_or_else(PoisonError::into_inner).key.is_some()
    }

    /// Somebody whose box was opened sits down.
    pub(crate) fn sit_down(&self, session: Session) -> Result<(), Fault> {
        if !self.users().iter().any(|user| user.user == session.user) {
            return Err(Fault::ProfileDamaged { detail: "an account without a user".into() });
        }
        *self.session.write().unwrap_or_else(PoisonError::into_inner) = session;
        Ok(())
    }

    /// Whoever sat at the desk is gone: their key leaves memory, and what they had opened in an
    /// emergency is closed.
    pub(crate) fn leave(&self) {
        self.session.write().unwrap_or_else(PoisonError::into_inner).key = None;
        self.uploads.clear();
        guard(&self.opened).clear();
    }

    /// Does something with the signing key of whoever sits at the desk.
    pub(crate) fn with_user_key<T>(&self, body: impl FnOnce(&SecretKey) -> T) -> Result<T, Fault> {
        let session = self.session.read().unwrap_or_else(PoisonError::into_inner);
        session.key.as_ref().map(body).ok_or(Fault::Locked)
    }

    /// Everybody who works on this computer, as they came.
    pub(crate) fn users(&self) -> Vec<LocalUser> {
        self.users.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The request to join, while the township has not countersigned it.
    pub(crate) fn enrolment(&self) -> Option<Enrolment> {
        let roster = self.roster();
        let users = self.users();
        let mut waiting = users.iter().filter(|local| roster.user(local.user).is_none());
        waiting.find_map(LocalUser::enrolment)
    }

    /// An id for a new user.
    pub(crate) fn new_user(&self) -> UserId {
        UserId(ulid(self.now_ms(), &draw(self.entropy.as_ref())))
    }

    /// Adds somebody who works on this computer, with what else is written about it.
    pub(crate) fn add_user(
        &self,
        user: LocalUser,
        also: impl FnOnce(&mut Writer<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut users = self.users();
        users.push(user);
        let bytes = LocalUser::write_all(&users)?;
        self.store.write(|tx| -> Result<(), Fault> {
            tx.set_value(identity::USERS, &bytes)?;
            also(tx)
        })?;
        *self.users.write().unwrap_or_else(PoisonError::into_inner) = users;
        Ok(())
    }

    /// Who works here.
    pub(crate) fn me(&self) -> Me {
        let roster = self.roster();
        let record = &self.identity.record;
        let user = self.user();
        let users = self.users.read().unwrap_or_else(PoisonError::into_inner);
        let local = users.iter().find(|local| local.user == user);
        let certificate = roster.user(user);
        let device = roster.device(self.identity.device);
        let name = certificate.map(|c| &c.name).or(local.map(|local| &local.name));
        let role = certificate.and_then(|c| c.role()).or(local.map(|local| local.role));
        Me {
            user,
            name: name.cloned().unwrap_or_default(),
            // Nobody without a user opens the office; the least is what is left.
            role: role.unwrap_or(Role::R1),
            unit: self.units().now(record.unit),
            device: self.identity.device,
            device_name: device.map_or(&record.device_name, |d| &d.name).clone(),
            is_certified: device.is_some(),
        }
    }

    /// Refuses whoever was removed, and everybody on a computer that was revoked, as soon as this
    /// computer knows it.
    pub(crate) fn check_user(&self) -> Result<(), Fault> {
        let ended = self.ended();
        let is_over = ended.devices.contains_key(&self.identity.device)
            || ended.users.contains_key(&self.user());
        if is_over {
            return Err(Fault::NotAllowed { role: self.me().role, may: Vec::new() });
        }
        Ok(())
    }

    /// Remembers that a computer nobody knows knocked: in memory, since a crowd may.
    pub(crate) fn knocked(&self, device: DeviceId) {
        let mut knocks = guard(&self.knocks);
        if knocks.len() < KNOCKS_MAX {
            knocks.insert(device);
        }
    }

    /// Those that knocked since this was last asked.
    pub(crate) fn take_knocks(&self) -> BTreeSet<DeviceId> {
        std::mem::take(&mut *guard(&self.knocks))
    }

    /// Remembers how much waits to be looked at; gives what was remembered before.
    pub(crate) fn told_held(&self, count: u64) -> u64 {
        std::mem::replace(&mut *guard(&self.told), count)
    }

    /// Opens a case in an emergency to whoever works here, until a moment.
    pub(crate) fn open_in_emergency(&self, case: RecordId, until_ms: u64) {
        guard(&self.opened).insert((self.me().user, case), until_ms);
    }

    /// Until when a case is open to a user that was opened in an emergency.
    pub(crate) fn opened_until(&self, user: UserId, case: RecordId) -> Option<u64> {
        let until = guard(&self.opened).get(&(user, case)).copied();
        until.filter(|until| self.now_ms() < *until)
    }

    /// The level this unit works at.
    pub(crate) fn level(&self) -> Level {
        self.me().role.level()
    }

    /// The space this unit's own records live in.
    pub(crate) fn home_space(&self) -> Result<SpaceId, Fault> {
        let unit = self.identity.record.unit;
        self.roster().home(unit).ok_or_else(|| Fault::not_found(unit))
    }

    /// Which units carry on what others had, as known now.
    pub(crate) fn units(&self) -> Arc<Succession> {
        self.units.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads again which units carry on what others had.
    pub(crate) fn refresh_units(&self, reader: &Reader<'_>) -> Result<(), Fault> {
        let units = Arc::new(units::succession(reader)?);
        *self.units.write().unwrap_or_else(PoisonError::into_inner) = units;
        Ok(())
    }

    /// An actor id for a record, the same during one run.
    pub(crate) fn actor(&self, log: LogId, record: &[u8; 16]) -> [u8; binding::ACTOR_BYTES] {
        let mut hasher = blake3::Hasher::new_keyed(&self.nonce);
        hasher.update(log.bytes()).update(record);
        let mut random = [0; 12];
        for (slot, byte) in random.iter_mut().zip(hasher.finalize().as_bytes()) {
            *slot = *byte;
        }
        binding::actor(log, &random)
    }

    /// An actor id nobody has used, for a change that does not follow our last one.
    pub(crate) fn fresh_actor(&self, log: LogId) -> [u8; binding::ACTOR_BYTES] {
        binding::actor(log, &draw(self.entropy.as_ref()))
    }

    /// Our log for a space.
    pub(crate) fn own_log(
        &self,
        reader: &Reader<'_>,
        space: SpaceId,
    ) -> Result<(LogId, LogKey), Fault> {
        let mut epochs = guard(&self.epochs);
        let epoch = match epochs.get(&space) {
            Some(epoch) => *epoch,
            None => {
                let stored = reader.value(&epoch_name(space))?;
                let stored = stored.and_then(|bytes| Epoch::try_from(bytes).ok());
                let epoch = stored.unwrap_or_default();
                epochs.insert(space, epoch);
                epoch
            }
        };
        let key = LogKey { space, device: self.identity.device, epoch };
        Ok((chain::log_id(self.identity.root().organisation(), key), key))
    }

    /// Our log of notes for a space. It stands beside our log of records, so that no excerpt of a
    /// case tells of them and no fact's place depends on who looked.
    pub(crate) fn own_notes(
        &self,
        reader: &Reader<'_>,
        space: SpaceId,
    ) -> Result<(LogId, LogKey), Fault> {
        let (_, mut key) = self.own_log(reader, space)?;
        for (byte, mark) in key.epoch.iter_mut().zip(NOTES) {
            *byte ^= mark;
        }
        Ok((chain::log_id(self.identity.root().organisation(), key), key))
    }

    /// Begins new epochs for logs whose continuity cannot be proven, so that no number is ever
    /// given twice. Nothing of the old logs is lost.
    fn check_continuity(&self, is_ours: bool) -> Result<(), Fault> {
        let logs = self.store.read(|reader| reader.logs_of(self.identity.device))?;
        for log in logs {
            let last = log.begun().map_or(0, |range| range.last);
            let current = self.store.read(|reader| -> Result<_, Fault> {
                let space = log.key.space;
                Ok([self.own_log(reader, space)?.0, self.own_notes(reader, space)?.0])
            })?;
            if !current.contains(&log.log) {
                continue;
            }
            let verdict = if is_ours {
                let head =
                    |seq| self.store.read(|reader| reader.head_at(log.log, seq)).ok().flatten();
                guard(&self.witness).judge(log.log, last, head)
            } else {
                Continuity::Broken
            };
            if verdict == Continuity::Broken {
                tracing::warn!(space = %log.key.space, "a log goes on under a new epoch");
                self.begin_epoch(log.key.space)?;
            }
        }
        Ok(())
    }

    /// Goes on under a new epoch in a space; its first entry names the last known head.
    pub(crate) fn begin_epoch(&self, space: SpaceId) -> Result<(), Fault> {
        let epoch: Epoch = draw(self.entropy.as_ref());
        let (old, _) = self.store.read(|reader| self.own_log(reader, space))?;
        let head = self.store.read(|reader| reader.held_of(old))?;
        guard(&self.epochs).insert(space, epoch);
        self.store.write(|tx| -> Result<(), Fault> {
            tx.set_value(&epoch_name(space), &epoch)?;
            let range = head.and_then(|held| held.begun());
            let mut payload = old.bytes().to_vec();
            payload.extend_from_slice(&range.map_or(0, |r| r.last).to_be_bytes());
            payload.extend_from_slice(&range.map_or([0; 32], |r| r.head));
            crate::journal::Pen::new(self, tx).checkpoint(space, payload)
        })
    }

    /// Remembers, outside the database, how far a log of ours is as it leaves this computer.
    pub(crate) fn witness(&self, seen: &[(LogId, u64, [u8; 32])]) -> Result<(), Fault> {
        let mut witness = guard(&self.witness);
        for (log, seq, head) in seen {
            witness.see(*log, *seq, head);
        }
        witness.write(&self.home).map_err(|error| file_fault(&error, &self.home))
    }
}

fn admit(roster: &mut Roster, bytes: &[u8]) {
    if let Ok(signed) = Signed::from_bytes(bytes) {
        // One that proves nothing has no effect; it is kept and carried on.
        let _ = roster.admit(&signed);
    }
}

/// The roster with whatever of the stored statements is heard. What erases counts only where it
/// stands in the common space.
fn roster_of(brought: &Roster, stored: &[Kept], is_heard: impl Fn(&Kept) -> bool) -> Roster {
    let is_erasing =
        |kept: &&Kept| Signed::from_bytes(&kept.payload).is_ok_and(|signed| signed.is_erasing());
    let heard = stored.iter().filter(|kept| is_heard(kept));
    let (erasing, others): (Vec<&Kept>, Vec<&Kept>) = heard.partition(is_erasing);
    let mut roster = brought.clone();
    others.into_iter().for_each(|kept| admit(&mut roster, &kept.payload));
    let common = roster.common();
    for kept in erasing.into_iter().filter(|kept| Some(kept.space) == common) {
        let place = Place { log: kept.at.log, seq: kept.at.seq };
        let signed = Signed::from_bytes(&kept.payload).ok();
        let may =
            |signed: Signed| !signed.is_replacing() || roster.may_replace(signed.signer, place);
        if signed.is_some_and(may) {
            admit(&mut roster, &kept.payload);
        }
    }
    roster
}

/// Whether a statement is a device's own word, as about the spaces of cases.
fn is_own_word(bytes: &[u8], device: DeviceId) -> bool {
    let signed = Signed::from_bytes(bytes);
    signed.is_ok_and(|signed| PublicKey(signed.signer).device() == device)
}

fn epoch_name(space: SpaceId) -> String {
    format!("epoch/{space}")
}

impl Vouch for Office {
    fn proof(&self, log: LogTag) -> Option<Proof> {
        let writers = self.writers.read().unwrap_or_else(PoisonError::into_inner);
        let device = *writers.get(&log)?;
        drop(writers);
        if device == self.identity.device {
            return Some(Proof { device, unit: self.identity.record.unit });
        }
        self.roster().device(device).map(|certificate| Proof { device, unit: certificate.unit })
    }

    fn role(&self, log: LogTag, user: UserId) -> Option<Role> {
        self.role_on(self.proof(log)?.device, user)
    }

    fn role_on(&self, device: DeviceId, user: UserId) -> Option<Role> {
        let role = self.roster().role(device, user);
        // Our own users count here before the township has countersigned.
        let users = self.users.read().unwrap_or_else(PoisonError::into_inner);
        let own = users.iter().filter(|_| device == self.identity.device);
        role.or_else(|| own.filter(|local| local.user == user).map(|local| local.role).next())
    }

    fn stands(&self, record: RecordId, made: &document::Hash, log: LogTag) -> bool {
        let is_named = self.heirs().is_made_by(record, made);
        is_named && self.proof(log).is_some_and(|proof| self.roster().is_township(proof.device))
    }

    fn is_log(&self, log: &TakenLog) -> bool {
        let epoch = redaction::epoch(&log.epoch);
        epoch.is_some_and(|epoch| {
            let key = LogKey { space: log.space, device: log.device, epoch };
            chain::log_id(self.identity.root().organisation(), key) == log.log
        })
    }

    fn reads<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.heirs().reads(text)
    }
}
