//! Lists on loan: asked for with what is held, sent before the entries of the round.

use std::collections::BTreeSet;

use domain::id::{SpaceId, UnitId};

use super::{Message, Session, SessionFault};
use crate::snapshot::{Loan, Part};
use crate::{Archive, frontier};

impl Session {
    /// The spaces that a round is about and of which a unit may see everything. The common space
    /// is in no loan: what stands there is built before anything else is.
    fn lendable<A: Archive>(&self, archive: &A, unit: UnitId) -> BTreeSet<SpaceId> {
        let common = archive.roster().common();
        let mut spaces = self.exchanged(archive).seen_by(unit);
        spaces.retain(|space| {
            Some(*space) != common && self.scope.buckets.contains(&frontier::bucket(*space))
        });
        spaces
    }

    /// Whether lists are asked for with what is held, and which version of them.
    pub(super) fn ask_for_lists<A: Archive>(
        &mut self,
        archive: &mut A,
    ) -> Result<Option<u64>, SessionFault<A::Error>> {
        let asked = match self.scope.is_common {
            true => None,
            false => {
                let spaces = self.lendable(archive, self.own_unit);
                archive.borrows(self.peer, &spaces).map_err(SessionFault::Archive)?
            }
        };
        self.borrowing = asked.map(|version| (version, 0));
        Ok(asked)
    }

    /// What is lent to the other, which asked for a version of the lists.
    pub(super) fn loan<A: Archive>(&self, archive: &A, version: u64) -> Option<Loan> {
        let spaces = self.lendable(archive, self.peer.unit);
        (!self.scope.is_common).then_some(Loan {
            peer: self.peer,
            version,
            spaces,
            number: 0,
            after: None,
        })
    }

    /// The next part of the lists for the other.
    pub(super) fn lend<A: Archive>(
        &mut self,
        archive: &mut A,
    ) -> Result<Option<Message>, SessionFault<A::Error>> {
        let Some(loan) = &mut self.lending else { return Ok(None) };
        let part = archive.lend(loan).map_err(SessionFault::Archive)?;
        if part.is_none() {
            self.lending = None;
        }
        Ok(part.map(Message::Lists))
    }

    /// Takes a part of the lists that were asked for.
    pub(super) fn borrow<A: Archive>(
        &mut self,
        archive: &mut A,
        part: &Part,
    ) -> Result<(), SessionFault<A::Error>> {
        let Some((version, number)) = self.borrowing else { return Err(SessionFault::Protocol) };
        let rows = part
            .verify(&archive.roster(), self.peer.device, (version, number))
            .map_err(SessionFault::Snapshot)?;
        let spaces = self.lendable(archive, self.own_unit);
        let listed = archive.borrow(self.peer, &spaces, &rows).map_err(SessionFault::Archive)?;
        self.progress.listed = self.progress.listed.saturating_add(listed);
        self.borrowing = Some((version, number.saturating_add(1)));
        Ok(())
    }
}
