//! Whose word has ended: users who were removed, computers that were revoked, units that left a
//! case.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::case::known::RefusedFact;
use domain::id::{DeviceId, LogId, RecordId, UnitId, UserId};
use domain::log::{EntryRef, Hash};
use store::Writer;
use store::logs::Link;
use trust::roster::{CutOffs, Judged, Left, Removed, Revoked, Roster};
use trust::statement::{DeviceCertificate, Place};

use crate::fault::Fault;
use crate::quarantine::HeldReason;

/// Whose word has ended, as known now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ended {
    /// The users that were removed.
    pub(crate) users: BTreeMap<UserId, Removed>,
    /// The devices that were revoked.
    pub(crate) devices: BTreeMap<DeviceId, Revoked>,
    /// What was said about entries that were held back.
    pub(crate) judged: BTreeMap<Place, Judged>,
    /// Of cases, the units that left them.
    pub(crate) left: BTreeMap<RecordId, Vec<Gone>>,
}

/// A unit that left a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gone {
    /// The unit.
    pub(crate) unit: UnitId,
    /// Its devices.
    devices: BTreeSet<DeviceId>,
    /// What was said.
    pub(crate) left: Left,
}

impl Ended {
    pub(crate) fn of(roster: &Roster, branches: &BTreeMap<LogId, Vec<Link>>) -> Self {
        let gone = roster.removals().into_iter();
        let mut ended = Self {
            users: gone.filter_map(|user| Some((user, roster.removed(user)?))).collect(),
            devices: roster.revocations(),
            judged: roster.judged(),
            left: BTreeMap::new(),
        };
        for ((case, unit), left) in roster.departures() {
            let devices = roster.devices_of(unit).map(DeviceCertificate::device).collect();
            ended.left.entry(case).or_default().push(Gone { unit, devices, left });
        }
        for links in branches.values() {
            let removed = ended.users.values_mut().map(|removed| &mut removed.cut_offs);
            let revoked = ended.devices.values_mut().map(|revoked| &mut revoked.cut_offs);
            let left = ended.left.values_mut().flatten().map(|gone| &mut gone.left.cut_offs);
            removed.chain(revoked).chain(left).for_each(|cut_offs| follow(cut_offs, links));
        }
        ended
    }

    /// Whether nobody's word has ended, and nothing was said of what was held back.
    pub(crate) fn is_empty(&self) -> bool {
        self.users.is_empty()
            && self.devices.is_empty()
            && self.judged.is_empty()
            && self.left.is_empty()
    }

    /// The devices whose word on a record has ended.
    pub(crate) fn gone_from(&self, record: RecordId) -> BTreeSet<DeviceId> {
        let left = self.left.get(&record).into_iter().flatten();
        self.devices.keys().copied().chain(left.flat_map(|gone| gone.devices.clone())).collect()
    }

    /// Whether a device's word on a record has ended.
    pub(crate) fn is_gone(&self, record: RecordId, device: DeviceId) -> bool {
        let mut left = self.left.get(&record).into_iter().flatten();
        self.devices.contains_key(&device) || left.any(|gone| gone.devices.contains(&device))
    }

    /// Whether a unit left a case.
    pub(crate) fn has_left(&self, case: RecordId, unit: UnitId) -> bool {
        self.left.get(&case).is_some_and(|left| left.iter().any(|gone| gone.unit == unit))
    }

    /// Why a change of a record has no effect: it lies beyond the cut-off of its device's
    /// revocation, or of the leaving of its device's unit, and nobody adopted it.
    pub(crate) fn late(
        &self,
        record: RecordId,
        device: DeviceId,
        at: EntryRef,
    ) -> Option<RefusedFact> {
        if self.is_late(device, at) {
            return Some(RefusedFact::AfterRevocation);
        }
        let mut left = self.left.get(&record).into_iter().flatten();
        let is_beyond = left.any(|gone| {
            gone.devices.contains(&device) && !gone.left.cut_offs.covers(at.log, at.seq)
        });
        (is_beyond && !self.is_adopted(at)).then_some(RefusedFact::AfterLeaving)
    }

    /// Whether an entry lies beyond the cut-off of its device's revocation and nobody adopted it.
    pub(crate) fn is_late(&self, device: DeviceId, at: EntryRef) -> bool {
        self.devices
            .get(&device)
            .is_some_and(|revoked| !revoked.cut_offs.covers(at.log, at.seq) && !self.is_adopted(at))
    }

    /// Whether an entry counts by the word of the head of the township.
    pub(crate) fn is_adopted(&self, at: EntryRef) -> bool {
        let word = self.judged.get(&Place { log: at.log, seq: at.seq });
        word.is_some_and(|word| word.is_adopted)
    }

    /// The entries that count by the word of the head of the township.
    fn adopted(&self) -> BTreeSet<Place> {
        let words = self.judged.iter().filter(|(_, word)| word.is_adopted);
        words.map(|(place, _)| *place).collect()
    }

    /// Puts behind what those wrote whose end, or the adoption of whose entries, was not known
    /// before.
    pub(crate) fn doubt(
        &self,
        tx: &mut Writer<'_>,
        roster: &Roster,
        before: &Self,
    ) -> Result<(), Fault> {
        for (user, removed) in &self.users {
            if before.users.get(user) == Some(removed) {
                continue;
            }
            for device in roster.user(*user).into_iter().flat_map(|user| &user.devices) {
                tx.doubt_device(*device)?;
            }
        }
        let (known, adopted) = (before.adopted(), self.adopted());
        for (device, revoked) in &self.devices {
            if before.devices.get(device) != Some(revoked) || known != adopted {
                tx.doubt_held(*device, &HeldReason::AfterRevocation.word())?;
            }
        }
        let cases: BTreeSet<RecordId> =
            before.left.keys().chain(self.left.keys()).copied().collect();
        for case in cases {
            if before.left.get(&case) != self.left.get(&case) || known != adopted {
                tx.doubt_held_of(case, &HeldReason::AfterLeaving.word())?;
            }
        }
        for place in adopted.difference(&known) {
            tx.doubt_entry(EntryRef { log: place.log, seq: place.seq })?;
        }
        Ok(())
    }
}

/// Where a continuation of a log that forked counts up to an entry, so does all that leads to it.
fn follow(cut_offs: &mut CutOffs, links: &[Link]) {
    let by_head: HashMap<&Hash, &Link> = links.iter().map(|link| (&link.head, link)).collect();
    let is_named = |link: &&Link| cut_offs.covers(link.name, link.seq);
    let named: Vec<&Link> = links.iter().filter(is_named).collect();
    for end in named {
        let mut link = by_head.get(&end.before);
        while let Some(at) = link.filter(|at| !cut_offs.covers(at.name, at.seq)) {
            cut_offs.also(at.name, at.seq);
            link = by_head.get(&at.before);
        }
    }
}
