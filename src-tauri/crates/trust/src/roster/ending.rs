//! Who works here no more, and which devices are believed no more.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{DeviceId, LogId, UnitId, UserId};
use domain::role::Role;

use crate::key::PublicKey;
use crate::statement::{CutOff, DeviceCertificate, Place};

use super::Roster;

/// How far logs were known when something ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CutOffs(BTreeMap<LogId, u64>);

impl CutOffs {
    pub(super) fn of(said: &[CutOff]) -> Self {
        let mut cut_offs = BTreeMap::new();
        for cut in said {
            let last = cut_offs.entry(cut.log).or_insert(cut.last);
            *last = cut.last.min(*last);
        }
        Self(cut_offs)
    }

    /// The stricter of two for each log; a log that one does not name is not known at all.
    pub(super) fn restrict(&mut self, other: &Self) {
        self.0.retain(|log, last| {
            other.0.get(log).is_some_and(|other| {
                *last = (*last).min(*other);
                true
            })
        });
    }

    /// Adds how far a log counts that nobody named, but which goes on under another name.
    pub fn also(&mut self, log: LogId, last: u64) {
        self.0.entry(log).or_insert(last);
    }

    /// Whether an entry lies within.
    #[must_use]
    pub fn covers(&self, log: LogId, seq: u64) -> bool {
        seq <= self.last(log)
    }

    /// The last entry of a log that lies within; 0 if none does.
    #[must_use]
    pub fn last(&self, log: LogId) -> u64 {
        self.0.get(&log).copied().unwrap_or(0)
    }
}

/// What all removals of a user say together: the earliest moment, the strictest cut-offs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// From when, in milliseconds since 1970.
    pub effective_ms: u64,
    /// How far each log counts without question.
    pub cut_offs: CutOffs,
}

/// What all revocations of a device say together: the first word, the strictest cut-offs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// When it was first said, in milliseconds since 1970.
    pub said_ms: u64,
    /// Why, as it was first said.
    pub reason: String,
    /// How far each log counts.
    pub cut_offs: CutOffs,
}

/// What was said about an entry that was held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Whether it counts after all.
    pub is_adopted: bool,
    /// When that was said, in milliseconds since 1970.
    pub said_ms: u64,
    /// Why.
    pub reason: String,
    /// Who said so; `None` where it was the authority's key.
    pub by: Option<UserId>,
}

impl Roster {
    /// Whether a user works here no more: by the word of the authority, or of the head of the
    /// township (R7) who signs with their own key.
    #[must_use]
    pub fn removed(&self, user: UserId) -> Option<Removed> {
        let said = self.removals.iter().filter(|(_, removal)| removal.user == user);
        let mut believed = said.filter(|(signer, _)| self.may_remove(*signer)).map(|(_, r)| r);
        let first = believed.next()?;
        let mut removed =
            Removed { effective_ms: first.effective_ms, cut_offs: CutOffs::of(&first.cut_offs) };
        for other in believed {
            removed.effective_ms = removed.effective_ms.min(other.effective_ms);
            removed.cut_offs.restrict(&CutOffs::of(&other.cut_offs));
        }
        Some(removed)
    }

    /// The users that were removed, in order.
    #[must_use]
    pub fn removals(&self) -> BTreeSet<UserId> {
        let said = self.removals.iter().filter(|(signer, _)| self.may_remove(*signer));
        said.map(|(_, removal)| removal.user).collect()
    }

    /// Whether a device is believed no more. The authority or the head of the township say so; of
    /// a device that keeps the operational key, only the root.
    #[must_use]
    pub fn revoked(&self, device: DeviceId) -> Option<Revoked> {
        let said = self.revocations.iter().filter(|(_, said)| said.device == device);
        let mut believed =
            said.filter(|(signer, _)| self.may_revoke(*signer, device)).map(|(_, said)| said);
        let first = believed.next()?;
        let mut revoked = Revoked {
            said_ms: first.said_ms,
            reason: first.reason.clone(),
            cut_offs: CutOffs::of(&first.cut_offs),
        };
        for other in believed {
            if (other.said_ms, &other.reason) < (revoked.said_ms, &revoked.reason) {
                revoked.said_ms = other.said_ms;
                revoked.reason.clone_from(&other.reason);
            }
            revoked.cut_offs.restrict(&CutOffs::of(&other.cut_offs));
        }
        Some(revoked)
    }

    /// The devices that are believed no more, in order.
    #[must_use]
    pub fn revocations(&self) -> BTreeMap<DeviceId, Revoked> {
        let named: BTreeSet<DeviceId> =
            self.revocations.iter().map(|(_, said)| said.device).collect();
        named.into_iter().filter_map(|device| Some((device, self.revoked(device)?))).collect()
    }

    /// The devices of a unit that are believed.
    pub fn active_devices_of(&self, unit: UnitId) -> impl Iterator<Item = &DeviceCertificate> {
        self.devices_of(unit).filter(|device| self.revoked(device.device()).is_none())
    }

    /// What the authority or the head of the township said about entries that were held back. An
    /// adoption stands whatever else was said of an entry; of several words alike the first is
    /// shown.
    #[must_use]
    pub fn judged(&self) -> BTreeMap<Place, Judged> {
        let dismissed = self.dismissals.iter().map(|(signer, said)| {
            (false, *signer, said.said_ms, &said.reason, said.entries.as_slice())
        });
        let adopted = self.adoptions.iter().map(|(signer, said)| {
            (true, *signer, said.said_ms, &said.reason, said.entries.as_slice())
        });
        let mut judged: BTreeMap<Place, Judged> = BTreeMap::new();
        for (is_adopted, signer, said_ms, reason, entries) in dismissed.chain(adopted) {
            if !self.may_remove(signer) {
                continue;
            }
            let by = self.user_keys.iter().find(|(key, ..)| *key == signer.0);
            let word = Judged {
                is_adopted,
                said_ms,
                reason: reason.clone(),
                by: by.map(|(_, user, ..)| *user),
            };
            let rank =
                |word: &Judged| (!word.is_adopted, word.said_ms, word.reason.clone(), word.by);
            for place in entries {
                let held = judged.entry(*place).or_insert_with(|| word.clone());
                if rank(&word) < rank(held) {
                    held.clone_from(&word);
                }
            }
        }
        judged
    }

    fn may_remove(&self, signer: PublicKey) -> bool {
        let township = self.common().and_then(|space| self.space(space)).map(|space| space.unit);
        let is_head = |user: UserId| {
            self.user(user)
                .is_some_and(|user| user.role() == Some(Role::R7) && Some(user.unit) == township)
        };
        let mut owners = self.user_keys.iter().filter(|(key, ..)| *key == signer.0);
        self.is_authority(signer) || owners.any(|(_, user, ..)| is_head(*user))
    }

    fn may_revoke(&self, signer: PublicKey, device: DeviceId) -> bool {
        signer == self.root || !self.keeps_operational_key(device) && self.may_remove(signer)
    }

    /// Whether a device keeps an operational key: the one that founded the township, which nobody
    /// invited, and those that took its place.
    #[must_use]
    pub fn keeps_operational_key(&self, device: DeviceId) -> bool {
        self.device(device).is_some_and(|certificate| certificate.invitation.is_none())
            || self.successions.iter().any(|said| said.keeper == device)
    }

    /// Whether every device that keeps an operational key is believed no more: somebody must take
    /// its place.
    #[must_use]
    pub fn is_without_keeper(&self) -> bool {
        self.devices()
            .map(DeviceCertificate::device)
            .filter(|device| self.keeps_operational_key(*device))
            .all(|device| self.revoked(device).is_some())
    }
}

#[cfg(test)]
mod tests;
