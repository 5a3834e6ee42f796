//! Lists on loan: a computer that has built nothing yet shows the lists as another one has them,
//! until each record is built from its entries. Nothing rests on them: whoever opens a record reads
//! what its entries say, or hears that they are still on their way.

use std::collections::BTreeSet;

use domain::id::{RecordId, SpaceId, UnitId};
use store::Reader;
use store::database::VIEW_VERSION;
use store::snapshot::{LentFault, Settled};
use sync::frontier;
use sync::session::Peer;
use sync::snapshot::{Loan, Part};
use trust::roster::Roster;

use crate::fault::Fault;
use crate::office::Office;
use crate::projector;

/// The version of the lists, as it is said to others.
fn version() -> u64 {
    VIEW_VERSION.unsigned_abs()
}

/// Whether a computer may lend to one of a unit: one of the township, or of the same unit.
fn may_lend(roster: &Roster, lender: Peer, unit: UnitId) -> bool {
    lender.unit == unit || roster.is_township(lender.device)
}

/// The version of the lists that are taken from a peer; nothing if it may not lend, or something of
/// some spaces is built already.
pub(crate) fn borrows(
    office: &Office,
    peer: Peer,
    spaces: &BTreeSet<SpaceId>,
) -> Result<Option<u64>, Fault> {
    if !may_lend(&office.roster(), peer, office.identity.record.unit) {
        return Ok(None);
    }
    let is_new = office.store.read(|reader| reader.builds_nothing_in(spaces))?;
    Ok(is_new.then(version))
}

/// The next part of a loan. Whoever has something behind lends nothing: its lists are not what its
/// entries say.
pub(crate) fn lend(office: &Office, loan: &mut Loan) -> Result<Option<Part>, Fault> {
    let roster = office.roster();
    let own = Peer { device: office.identity.device, unit: office.identity.record.unit };
    if loan.version != version() || !may_lend(&roster, own, loan.peer.unit) {
        return Ok(None);
    }
    let made = office.store.read(|reader| -> Result<_, Fault> {
        if reader.behind_count()? > 0 {
            return Ok(None);
        }
        let Some(part) = reader.part(&loan.spaces, loan.after)? else { return Ok(None) };
        Ok(Some((part, frontier::digest(&reader.held(&loan.spaces)?))))
    })?;
    let Some((part, frontier)) = made else { return Ok(None) };
    let which = (loan.version, loan.number);
    loan.number = loan.number.saturating_add(1);
    loan.after = Some(part.until);
    Ok(Part::sealed(&roster, &office.identity.secret, which, frontier, &part.bytes))
}

/// Takes a part that a peer lent. One that makes no sense is passed over.
pub(crate) fn borrow(
    office: &Office,
    peer: Peer,
    spaces: &BTreeSet<SpaceId>,
    rows: &[u8],
) -> Result<u64, Fault> {
    let roster = office.roster();
    let erased = roster.erased();
    let is_erased = |record| erased.contains_key(&record);
    let taken = office.store.write(|tx| tx.take_part(peer.device, spaces, is_erased, rows));
    match taken {
        Ok(count) => Ok(count),
        Err(LentFault::Malformed(_)) => {
            tracing::warn!(device = %peer.device, "lists that were lent make no sense");
            Ok(0)
        }
        Err(LentFault::Store(error)) => Err(error.into()),
    }
}

/// What somebody asks for that is only lent.
pub(crate) fn lent(reader: &Reader<'_>, named: &[RecordId]) -> Result<Vec<RecordId>, Fault> {
    let mut lent = Vec::new();
    if reader.owes_lists()? {
        for record in named {
            lent.extend(reader.is_lent(*record)?.then_some(*record));
        }
    }
    Ok(lent)
}

/// Builds what is only lent, as far as its entries have come.
///
/// # Errors
/// [`Fault::Arriving`] while there are none.
pub(crate) fn build(office: &Office, lent: &[RecordId]) -> Result<(), Fault> {
    for &record in lent {
        let is_lent = office.store.write(|tx| -> Result<bool, Fault> {
            if tx.reader().is_behind(record)? {
                projector::catch_up(office, tx, record)?;
            }
            Ok(tx.reader().is_lent(record)?)
        })?;
        if is_lent {
            return Err(Fault::Arriving { id: record.to_string() });
        }
    }
    Ok(())
}

/// A meeting ended equal, and everything is built that came: nothing of the lists is owed any more
/// of what the two share. Says of how many records the peer had lent what their entries do not say.
pub(crate) fn settle(office: &Office, peer: Peer) -> Result<u64, Fault> {
    let roster = office.roster();
    let own = office.identity.record.unit;
    let is_owed = office.store.read(|reader| -> Result<bool, Fault> {
        Ok(reader.owes_lists()? && reader.behind_count()? == 0)
    })?;
    // What a village does not have, the township may.
    if !is_owed || !may_lend(&roster, peer, own) {
        return Ok(0);
    }
    let spaces = roster.exchanged(own, peer.unit).seen_by(own);
    let settled = office.store.write(|tx| tx.settle_lent(&spaces, peer.device))?;
    let Settled { never_came, otherwise } = settled;
    if settled != Settled::default() {
        tracing::warn!(
            device = %peer.device, never_came, otherwise,
            "lists were lent that the entries do not say"
        );
    }
    Ok(never_came.saturating_add(otherwise))
}

#[cfg(test)]
mod tests;
