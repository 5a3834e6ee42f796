//! The archive an exchange works on: the database, seen through `sync`'s eyes.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::id::{DeviceId, LogId, RecordId, SpaceId};
use domain::log::{EntryRef, Hash, Held, Run, Stretch};
use store::{Reader, StoreError};
use sync::blob::{Piece, Want};
use sync::session::{Peer, Wants};
use sync::snapshot::{Loan, Part};
use sync::{Archive, Imported, Offered};
use trust::roster::Roster;

use crate::attachments::travelling::{self, Kept};
use crate::clock::signed;
use crate::erasure;
use crate::fault::Fault;
use crate::forks;
use crate::lending;
use crate::office::Office;
use crate::quarantine::{self, HeldReason, Turned};

/// The most entries of one revoked device that are kept from beyond its cut-off.
const LATE_MAX: u64 = 10_000;

/// The records of an open profile, during one exchange.
pub(crate) struct Records {
    office: Arc<Office>,
    /// Whether something came whose records are not built yet.
    is_behind: bool,
    /// Whether lists were asked for already: once in a meeting is enough.
    has_asked: bool,
}

impl Records {
    pub(crate) fn new(office: Arc<Office>) -> Self {
        Self { office, is_behind: false, has_asked: false }
    }
}

/// Whether a stretch would bring more of a revoked device than is kept for adoption.
fn is_too_late(office: &Office, reader: &Reader<'_>, stretch: &Stretch) -> Result<bool, Fault> {
    let ended = office.ended();
    let Some(revoked) = ended.devices.get(&stretch.key.device) else { return Ok(false) };
    let beyond = |log: LogId, first: u64, last: u64| {
        let within = revoked.cut_offs.last(log).max(first.saturating_sub(1));
        last.saturating_sub(within)
    };
    let brought = beyond(stretch.log, stretch.first, stretch.last());
    let mut late = 0u64;
    for held in reader.logs_of(stretch.key.device)? {
        for range in held.ranges {
            late = late.saturating_add(beyond(held.log, range.first, range.last));
        }
    }
    Ok(brought > 0 && late.saturating_add(brought) > LATE_MAX)
}

impl Archive for Records {
    type Error = Fault;

    fn roster(&self) -> Arc<Roster> {
        self.office.roster()
    }

    fn held(&mut self, spaces: &BTreeSet<SpaceId>) -> Result<Vec<Held>, Fault> {
        Ok(self.office.store.read(|reader| reader.held(spaces))?)
    }

    fn runs(&mut self, log: LogId, after: u64) -> Result<Vec<Run>, Fault> {
        Ok(self.office.store.read(|reader| reader.runs(log, after))?)
    }

    fn head_at(&mut self, log: LogId, seq: u64) -> Result<Option<Hash>, Fault> {
        Ok(self.office.store.read(|reader| reader.head_at(log, seq))?)
    }

    fn position(&mut self, at: EntryRef) -> Result<Option<u64>, Fault> {
        Ok(self.office.store.read(|reader| reader.position(at))?)
    }

    fn record_of(&mut self, at: EntryRef) -> Result<Option<RecordId>, Fault> {
        Ok(self.office.store.read(|reader| reader.record_of(at))?)
    }

    fn entries(&mut self, log: LogId, first: u64, last: u64) -> Result<Vec<Offered>, Fault> {
        let stored = self.office.store.read(|reader| reader.entries(log, first, last))?;
        let offered = stored.into_iter().map(|stored| Offered {
            at: stored.at,
            entry: stored.entry,
            position: stored.position.unwrap_or(u64::MAX),
            stored_ms: u64::try_from(stored.stored_ms).unwrap_or(0),
        });
        Ok(offered.collect())
    }

    fn import(&mut self, stretches: &[Stretch]) -> Result<Imported, Fault> {
        let now = signed(self.office.now_ms());
        let mut forked: Vec<&Stretch> = Vec::new();
        let mut crowded: Vec<DeviceId> = Vec::new();
        let stored = self.office.store.write(|tx| -> Result<_, Fault> {
            let (mut fresh, mut has_statements) = (0u64, false);
            for stretch in stretches {
                if is_too_late(&self.office, &tx.reader(), stretch)? {
                    tracing::warn!(log = %stretch.log, "too much of a revoked device");
                    crowded.push(stretch.key.device);
                    continue;
                }
                if forks::is_astray(&self.office, &tx.reader(), stretch)? {
                    tracing::warn!(log = %stretch.log, first = stretch.first, "astray");
                    continue;
                }
                let arrived = match tx.arrive(stretch, now) {
                    // Two continuations of one log: neither overwrites the other, and the rest of
                    // the exchange goes on.
                    Err(StoreError::Fork) => {
                        forked.push(stretch);
                        continue;
                    }
                    arrived => arrived?,
                };
                fresh = fresh.saturating_add(arrived.fresh);
                has_statements |= arrived.has_statements;
            }
            if has_statements {
                // Somebody may now vouch for what nobody could vouch for before.
                tx.doubt_refused()?;
            }
            let has_erased = has_statements && self.office.learn(tx)?;
            Ok((fresh, has_erased))
        });
        let (fresh, has_erased) = match stored {
            Ok(stored) => stored,
            Err(fault) => {
                // What was learned from statements that were not stored is not known after all.
                self.office.store.read(|reader| self.office.refresh(reader))?;
                return Err(fault);
            }
        };
        for stretch in stretches {
            self.office.note_writer(stretch.log, stretch.key);
        }
        if has_erased {
            erasure::wipe(&self.office)?;
        }
        for device in crowded {
            let (reason, way) = (HeldReason::TooMuchLate, String::new());
            let turned = Turned { reason, way, from: None, device: Some(device) };
            quarantine::turned_away(&self.office, turned);
        }
        for stretch in forked {
            forks::tell(&self.office, stretch)?;
        }
        self.is_behind |= fresh > 0;
        Ok(Imported { fresh })
    }

    fn borrows(&mut self, peer: Peer, spaces: &BTreeSet<SpaceId>) -> Result<Option<u64>, Fault> {
        if std::mem::replace(&mut self.has_asked, true) {
            return Ok(None);
        }
        lending::borrows(&self.office, peer, spaces)
    }

    fn lend(&mut self, loan: &mut Loan) -> Result<Option<Part>, Fault> {
        lending::lend(&self.office, loan)
    }

    fn borrow(
        &mut self,
        peer: Peer,
        spaces: &BTreeSet<SpaceId>,
        rows: &[u8],
    ) -> Result<u64, Fault> {
        lending::borrow(&self.office, peer, spaces, rows)
    }

    fn wants(&mut self, spaces: &BTreeSet<SpaceId>) -> Result<Wants, Fault> {
        if std::mem::take(&mut self.is_behind) {
            travelling::build_few(&self.office)?;
        }
        travelling::wants_of_a_round(&self.office, spaces)
    }

    fn piece(&mut self, spaces: &BTreeSet<SpaceId>, want: &Want) -> Result<Option<Piece>, Fault> {
        travelling::piece(&self.office, spaces, want)
    }

    fn keep(&mut self, spaces: &BTreeSet<SpaceId>, piece: &Piece) -> Result<bool, Fault> {
        Ok(travelling::keep(&self.office, spaces, piece)? != Kept::Refused)
    }
}
