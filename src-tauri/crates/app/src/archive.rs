//! The archive an exchange works on: the database, seen through `sync`'s eyes.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::id::{LogId, SpaceId};
use domain::log::{EntryRef, Hash, Held, Run, Stretch};
use store::StoreError;
use sync::{Archive, Imported, Offered};
use trust::roster::Roster;

use crate::clock::signed;
use crate::fault::Fault;
use crate::office::Office;

/// The records of an open profile, during one exchange.
pub(crate) struct Records {
    office: Arc<Office>,
}

impl Records {
    pub(crate) fn new(office: Arc<Office>) -> Self {
        Self { office }
    }
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
        let (fresh, has_statements) = self.office.store.write(|tx| -> Result<_, Fault> {
            let (mut fresh, mut has_statements) = (0u64, false);
            for stretch in stretches {
                let arrived = match tx.arrive(stretch, now) {
                    // Two continuations of one log: neither overwrites the other, and the rest of
                    // the exchange goes on.
                    Err(StoreError::Fork) => {
                        tracing::error!(log = %stretch.log, first = stretch.first, "fork");
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
            Ok((fresh, has_statements))
        })?;
        for stretch in stretches {
            self.office.note_writer(stretch.log, stretch.key);
        }
        if has_statements {
            let before = self.office.removed();
            self.office.store.read(|reader| self.office.refresh(reader))?;
            self.office.store.write(|tx| self.office.doubt_removed(tx, &before))?;
        }
        Ok(Imported { fresh })
    }
}
