//! An open profile: the database, the keys, the roster, and the clocks that go with them.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use document::{Vouch, binding};
use domain::fact::Proof;
use domain::id::{DeviceId, LogId, LogTag, SpaceId, UnitId, UserId};
use domain::log::{EntryKind, Epoch, LogKey};
use domain::role::{Level, Role};
use domain::time::Hlc;
use store::{Reader, Store, Writer};
use sync::chain;
use trust::roster::{Removed, Roster};
use trust::statement::Signed;
use zeroize::Zeroizing;

use crate::clock::{Clock, Entropy, draw};
use crate::fault::{Fault, file_fault};
use crate::identity::{self, Identity, IdentityRecord};
use crate::witness::{Continuity, Witness};

/// An open profile.
pub(crate) struct Office {
    pub(crate) home: PathBuf,
    pub(crate) store: Store,
    pub(crate) identity: Identity,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    /// Fresh at every opening: no actor id is ever used by two runs.
    nonce: [u8; 32],
    roster: RwLock<Arc<Roster>>,
    /// Which device writes the log behind a tag.
    writers: RwLock<HashMap<LogTag, DeviceId>>,
    epochs: Mutex<BTreeMap<SpaceId, Epoch>>,
    hlc: Mutex<Hlc>,
    witness: Mutex<Witness>,
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

fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Office {
    /// Opens what a database holds.
    pub(crate) fn open(
        home: &Path,
        key: Zeroizing<[u8; 32]>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        machine: Option<&str>,
    ) -> Result<Self, Fault> {
        let store = Store::open(home, key)?;
        let record: Option<Vec<u8>> = store.read(|r| r.value(identity::NAME))?;
        let record = record
            .ok_or_else(|| Fault::ProfileDamaged { detail: "no identity".into() })
            .and_then(|bytes| IdentityRecord::read(&bytes))?;
        let witness = Witness::read(home);
        let is_ours = witness.as_ref().is_some_and(|w| w.is_of(machine));
        let office = Self::assemble(
            home,
            store,
            Identity::new(record),
            clock,
            entropy,
            witness.filter(|_| is_ours).unwrap_or_else(|| Witness::new(machine.map(str::to_owned))),
        )?;
        office.check_continuity(is_ours)?;
        Ok(office)
    }

    /// Puts an office together around a database that was just made.
    pub(crate) fn assemble(
        home: &Path,
        store: Store,
        identity: Identity,
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
            roster: RwLock::new(Arc::new(roster)),
            writers: RwLock::new(HashMap::new()),
            epochs: Mutex::new(BTreeMap::new()),
            hlc: Mutex::new(Hlc::default()),
            witness: Mutex::new(witness),
        };
        office.store.read(|reader| office.refresh(reader))?;
        Ok(office)
    }

    /// Puts behind what the users wrote whose removal was not known before.
    pub(crate) fn doubt_removed(
        &self,
        tx: &mut Writer<'_>,
        known_before: &BTreeMap<UserId, Removed>,
    ) -> Result<(), Fault> {
        let roster = self.roster();
        for (user, removed) in self.removed() {
            if known_before.get(&user) == Some(&removed) {
                continue;
            }
            for device in roster.user(user).into_iter().flat_map(|user| &user.devices) {
                tx.doubt_device(*device)?;
            }
        }
        Ok(())
    }

    /// The users that were removed, as known now.
    pub(crate) fn removed(&self) -> BTreeMap<UserId, Removed> {
        let roster = self.roster();
        let gone = roster.removals().into_iter();
        gone.filter_map(|user| Some((user, roster.removed(user)?))).collect()
    }

    /// Reads roster and writers again from the database.
    pub(crate) fn refresh(&self, reader: &Reader<'_>) -> Result<(), Fault> {
        let mut roster = Roster::new(self.identity.root());
        let stored = reader.payloads(EntryKind::STATEMENT)?;
        for bytes in self.identity.record.statements.iter().chain(&stored) {
            if let Ok(signed) = Signed::from_bytes(bytes) {
                // One that proves nothing has no effect; it is kept and carried on.
                let _ = roster.admit(&signed);
            }
        }
        *self.roster.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(roster);
        for (log, key) in reader.log_keys()? {
            self.note_writer(log, key);
        }
        Ok(())
    }

    /// Remembers which device writes a log.
    pub(crate) fn note_writer(&self, log: LogId, key: LogKey) {
        let mut writers = self.writers.write().unwrap_or_else(PoisonError::into_inner);
        writers.insert(binding::log_tag(log), key.device);
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
        let stored = reader.payloads(EntryKind::STATEMENT)?;
        Ok(self
            .identity
            .record
            .statements
            .iter()
            .chain(&stored)
            .filter_map(|bytes| Signed::from_bytes(bytes).ok())
            .collect())
    }

    /// The time, in milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> u64 {
        self.clock.now_ms()
    }

    /// The next recorded time.
    pub(crate) fn tick(&self, seen: Hlc) -> Hlc {
        let now = self.now_ms();
        let mut hlc = guard(&self.hlc);
        *hlc = hlc.observe(seen, now).tick(now);
        *hlc
    }

    /// Who works here.
    pub(crate) fn me(&self) -> Me {
        let roster = self.roster();
        let record = &self.identity.record;
        let certificate = roster.user(record.user);
        let device = roster.device(self.identity.device);
        Me {
            user: record.user,
            name: certificate.map_or(&record.user_name, |c| &c.name).clone(),
            role: certificate.and_then(|c| c.role()).unwrap_or(record.role),
            unit: record.unit,
            device: self.identity.device,
            device_name: device.map_or(&record.device_name, |d| &d.name).clone(),
            is_certified: device.is_some(),
        }
    }

    /// Refuses whoever was removed, as soon as this computer knows it.
    pub(crate) fn check_user(&self) -> Result<(), Fault> {
        match self.roster().removed(self.identity.record.user) {
            Some(_) => Err(Fault::NotAllowed { role: self.me().role, may: Vec::new() }),
            None => Ok(()),
        }
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

    /// Begins new epochs for logs whose continuity cannot be proven, so that no number is ever
    /// given twice. Nothing of the old logs is lost.
    fn check_continuity(&self, is_ours: bool) -> Result<(), Fault> {
        let logs = self.store.read(|reader| reader.logs_of(self.identity.device))?;
        for log in logs {
            let last = log.ranges.first().map_or(0, |range| range.last);
            let current = self.store.read(|reader| self.own_log(reader, log.key.space))?;
            if current.0 != log.log {
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
            let range = head.and_then(|held| held.ranges.first().copied());
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
        let proof = self.proof(log)?;
        let roster = self.roster();
        let role = roster.role(proof.device, user);
        // Our own user counts here before the township has countersigned.
        let is_own = proof.device == self.identity.device && user == self.identity.record.user;
        role.or_else(|| is_own.then_some(self.identity.record.role))
    }
}
