//! Which records are erased, by whose word.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{ErasureId, RecordId, UserId};
use domain::role::Role;

use crate::key::PublicKey;
use crate::statement::{ErasedRecord, Erasure, Place};

use super::Roster;

/// How many records one person erases in one day on their own word; what is beyond waits for a
/// second person.
pub const ERASED_A_DAY: u32 = 10;

/// An erasure that somebody said who may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidErasure {
    /// Its name.
    pub id: ErasureId,
    /// What was said.
    pub erasure: Erasure,
    /// Who said it.
    pub by: UserId,
    /// Who agreed besides, and when, in milliseconds since 1970: the first of them.
    pub agreed: Option<(UserId, u64)>,
}

impl SaidErasure {
    /// Whether it holds: one that waits for a second person erases nothing yet.
    #[must_use]
    pub fn holds(&self) -> bool {
        let is_alone = !self.erasure.asks_second && self.erasure.of_day <= ERASED_A_DAY;
        is_alone || self.agreed.is_some()
    }
}

impl Roster {
    /// The erasures that somebody said who may, by name. Whoever was ever the head of the township
    /// may, and stays believed: what is erased somewhere must be erased everywhere, in whatever
    /// order certificates, removals and erasures come.
    #[must_use]
    pub fn erasures(&self) -> Vec<SaidErasure> {
        let said = self.erasures.iter().filter_map(|(id, (signer, erasure))| {
            let by = *self.ever(*signer, &[Role::R7], true).first()?;
            let agreed = self.agreement(*id, by);
            Some(SaidErasure { id: *id, erasure: erasure.clone(), by, agreed })
        });
        said.collect()
    }

    /// The records that are erased. Of several that were put in the place of one in ignorance of
    /// each other, the one by the erasure with the smallest name stands in the place of the others
    /// too; none does of a record that somebody erased whole.
    #[must_use]
    pub fn erased(&self) -> BTreeMap<RecordId, ErasedRecord> {
        let holding = self.erasures().into_iter().filter(SaidErasure::holds);
        let mut said: BTreeMap<RecordId, Vec<ErasedRecord>> = BTreeMap::new();
        for one in holding.flat_map(|said| said.erasure.records) {
            said.entry(one.record).or_default().push(one);
        }
        let mut erased: BTreeMap<RecordId, ErasedRecord> = BTreeMap::new();
        let mut beaten: Vec<ErasedRecord> = Vec::new();
        for (record, all) in said {
            let Some(first) = all.first() else { continue };
            let numbers: BTreeSet<String> =
                all.iter().flat_map(|one| &one.numbers).cloned().collect();
            let is_whole = all.iter().any(|one| one.heir.is_none());
            let heir = first.heir.filter(|_| !is_whole);
            let others = all.iter().filter_map(|one| one.heir);
            for other in others.filter(|other| heir.is_none_or(|h| h.record != other.record)) {
                let kind = first.kind.clone();
                beaten.push(ErasedRecord { record: other.record, kind, numbers: vec![], heir });
            }
            let kind = first.kind.clone();
            let numbers = numbers.into_iter().collect();
            erased.insert(record, ErasedRecord { record, kind, numbers, heir });
        }
        for one in beaten {
            erased.entry(one.record).or_insert(one);
        }
        erased
    }

    /// Whether what a key says at a place of the common space is heard where it puts one record in
    /// the place of another: not that of a user who was removed, from beyond the cut-off. What such
    /// a one erases is gone all the same; what others had said, they do not say in their place.
    #[must_use]
    pub fn may_replace(&self, key: [u8; 32], at: Place) -> bool {
        let users = self.user_keys.iter().filter(|(held, ..)| *held == key);
        let mut removed = users.filter_map(|(_, user, ..)| self.removed(*user));
        removed.all(|removed| removed.cut_offs.covers(at.log, at.seq))
    }

    /// The first who agreed to an erasure and may: the judicial office or a head, but not whoever
    /// said it.
    fn agreement(&self, id: ErasureId, by: UserId) -> Option<(UserId, u64)> {
        let said = self.agreements.iter().filter(|(_, said)| said.erasure == id);
        let others = said.flat_map(|(signer, said)| {
            let users = self.ever(*signer, &[Role::R6, Role::R7], false);
            users.into_iter().map(|user| (user, said.said_ms))
        });
        others.filter(|(user, _)| *user != by).min_by_key(|(user, said_ms)| (*said_ms, *user))
    }

    /// Whose key this ever was in one of some roles, at the township or anywhere.
    fn ever(&self, key: PublicKey, roles: &[Role], at_township: bool) -> Vec<UserId> {
        let township = self.common().and_then(|space| self.space(space)).map(|space| space.unit);
        let posts = self.user_keys.iter().filter(|(held, _, role, unit)| {
            *held == key.0
                && Role::from_number(*role).is_some_and(|role| roles.contains(&role))
                && (!at_township || Some(*unit) == township)
        });
        posts.map(|(_, user, _, _)| *user).collect()
    }
}

#[cfg(test)]
mod tests;
