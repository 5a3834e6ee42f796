//! An archive in memory and an office of machines that hold one each.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;

use domain::id::{BlobId, DeviceId, LogId, RecordId, SpaceId, UnitId};
use domain::log::{Entry, EntryKind, EntryRef, Hash, Held, LogKey, Range, Run, Stretch};
use trust::key::SecretKey;
use trust::roster::Roster;
use trust::statement::{
    Access, DeviceCertificate, ErasedRecord, Erasure, Grant, Operational, Signed, SpaceCertificate,
    SpaceKind, Statement, UserCertificate,
};

use crate::blob::{CHUNK_BYTES, Manifest, Piece, Want};
use crate::plan::Plan;
use crate::session::{Peer, Wants};
use crate::snapshot::{Loan, Part};
use crate::{Archive, Imported, Offered, chain};

/// One machine: its key and everything it holds.
pub(crate) struct Memory {
    pub(crate) secret: SecretKey,
    pub(crate) unit: UnitId,
    /// Where it writes.
    pub(crate) space: SpaceId,
    roster: Arc<Roster>,
    logs: BTreeMap<LogId, Stretch>,
    positions: BTreeMap<EntryRef, u64>,
    last: BTreeMap<u8, EntryRef>,
    /// Whole blobs, and those that are named and lacking with what is here of them.
    pub(crate) blobs: BTreeMap<BlobId, Vec<u8>>,
    pub(crate) lacking: BTreeMap<BlobId, Lacking>,
    /// Whether blobs find no room here now.
    pub(crate) is_short_of_room: bool,
    /// The rows of lists that it lends, part by part; those that it was lent; and the version of
    /// them that it takes, while it has built nothing.
    pub(crate) lends: Vec<Vec<u8>>,
    pub(crate) lent: Vec<Vec<u8>>,
    pub(crate) borrows: Option<u64>,
    /// In which order things came: `L` a part of lists, `E` entries.
    pub(crate) came: String,
}

/// What is here of a blob.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lacking {
    pub(crate) manifest: Option<Manifest>,
    pub(crate) bytes: Vec<u8>,
}

/// A village, its neighbour, their township, and a certified machine without a grant.
pub(crate) struct Office {
    pub(crate) village: Memory,
    pub(crate) neighbour: Memory,
    pub(crate) township: Memory,
    pub(crate) intruder: Memory,
    pub(crate) roster: Arc<Roster>,
}

fn key(n: u8) -> SecretKey {
    SecretKey::from_seed([n; 32])
}

fn unit(n: u8) -> UnitId {
    RecordId([n; 16])
}

fn space(n: u8) -> SpaceId {
    SpaceId([n; 16])
}

pub(crate) fn office() -> Office {
    office_of(1)
}

/// The same machines under another root key.
pub(crate) fn office_of(root: u8) -> Office {
    let organisation = key(root).public().organisation();
    let mut statements = vec![Signed::new(
        organisation,
        &Statement::Operational(Operational { key: key(2).public().0, escrow: String::new() }),
        &key(root),
    )];
    let mut say = |statement| statements.push(Signed::new(organisation, &statement, &key(2)));
    for (n, of) in [(11, 1), (12, 2), (13, 3), (14, 4)] {
        say(Statement::Device(DeviceCertificate {
            key: key(n).public().0,
            recipient: String::new(),
            unit: unit(of),
            name: String::new(),
            invitation: None,
            serial: 1,
        }));
    }
    for (n, kind, of) in
        [(100, SpaceKind::Common, 3), (101, SpaceKind::Unit, 1), (102, SpaceKind::Unit, 2)]
    {
        say(Statement::Space(SpaceCertificate { space: space(n), kind, unit: unit(of) }));
    }
    let grants = [
        (100, 1, Access::Read),
        (100, 2, Access::Read),
        (100, 3, Access::Write),
        (100, 4, Access::Read),
        (101, 1, Access::Write),
        (101, 3, Access::Write),
        (102, 2, Access::Write),
        (102, 3, Access::Write),
    ];
    for (s, u, access) in grants {
        say(Statement::Grant(Grant { space: space(s), unit: unit(u), access, turn: None }));
    }
    let mut roster = Roster::new(key(root).public());
    for statement in &statements {
        roster.admit(statement).unwrap();
    }
    let roster = Arc::new(roster);
    let machine = |n: u8, of: u8, home: u8| Memory {
        secret: key(n),
        unit: unit(of),
        space: space(home),
        roster: roster.clone(),
        logs: BTreeMap::new(),
        positions: BTreeMap::new(),
        last: BTreeMap::new(),
        blobs: BTreeMap::new(),
        lacking: BTreeMap::new(),
        is_short_of_room: false,
        lends: Vec::new(),
        lent: Vec::new(),
        borrows: None,
        came: String::new(),
    };
    Office {
        village: machine(11, 1, 101),
        neighbour: machine(12, 2, 102),
        township: machine(13, 3, 101),
        intruder: machine(14, 4, 101),
        roster: roster.clone(),
    }
}

/// What the head of the township says to erase a record, after the certificate that makes them one.
pub(crate) fn erasure(roster: &Roster, record: RecordId) -> [Signed; 2] {
    let user = UserCertificate {
        user: domain::id::UserId([20; 16]),
        key: key(20).public().0,
        unit: unit(3),
        role: 7,
        name: String::new(),
        devices: vec![],
        serial: 1,
        invitation: None,
    };
    let erasure = Erasure {
        records: vec![ErasedRecord { record, kind: "case".into(), numbers: vec![], heir: None }],
        ground: 2,
        reason: String::new(),
        said_ms: 0,
        of_day: 1,
        asks_second: false,
    };
    [
        Signed::new(roster.organisation(), &Statement::User(user), &key(2)),
        Signed::new(roster.organisation(), &Statement::Erasure(erasure), &key(20)),
    ]
}

/// A roster that knows of it.
pub(crate) fn erasing(roster: &Roster, record: RecordId) -> Roster {
    let mut knowing = roster.clone();
    for said in erasure(roster, record) {
        knowing.admit(&said).unwrap();
    }
    knowing
}

impl Memory {
    pub(crate) fn device(&self) -> DeviceId {
        self.secret.public().device()
    }

    pub(crate) fn peer(&self) -> Peer {
        Peer { device: self.device(), unit: self.unit }
    }

    /// Writes an entry on a record, building on what this machine last saw of it.
    pub(crate) fn write(&mut self, record: u8, payload: u8) {
        let key = LogKey { space: self.space, device: self.device(), epoch: [0; 8] };
        let log = chain::log_id(self.roster.organisation(), key);
        let before = chain::origin(self.roster.organisation(), key);
        let stretch = self.logs.entry(log).or_insert_with(|| Stretch {
            log,
            key,
            first: 1,
            before,
            entries: vec![],
            runs: vec![],
        });
        let at = EntryRef { log, seq: stretch.last() + 1 };
        let entry = Entry {
            kind: EntryKind::CHANGE,
            doc: RecordId([record; 16]),
            needs: self.last.insert(record, at).into_iter().collect(),
            payload: vec![payload; 40].into(),
        };
        let head = stretch.entries.last().map_or(stretch.before, |(_, hash)| *hash);
        let head = chain::link(&head, at.seq, &entry);
        stretch.entries.push((entry, head));
        let place = u64::try_from(self.positions.len()).unwrap() + 1;
        self.positions.insert(at, place);
    }

    /// Closes the run of this machine's own log.
    pub(crate) fn seal(&mut self) {
        let device = self.device();
        for stretch in self.logs.values_mut().filter(|s| s.key.device == device) {
            let (last, head) = (stretch.last(), stretch.entries.last().unwrap().1);
            if stretch.runs.last().is_none_or(|run| run.last < last) {
                stretch.runs.push(chain::sign_run(&self.secret, stretch.log, last, head));
            }
        }
    }

    /// Everything this machine holds, in order of log id.
    pub(crate) fn everything(&self) -> Vec<Stretch> {
        self.logs.values().cloned().collect()
    }

    /// Everything in one segment.
    pub(crate) fn offer_all(&mut self) -> Vec<u8> {
        let own = self.held(&(0..=255).map(space).collect()).unwrap();
        let mut plan = Plan::new(self, &own, &BTreeMap::new(), usize::MAX).unwrap();
        plan.next(self).unwrap().unwrap().bytes
    }

    /// Puts logs in without asking.
    pub(crate) fn plant(&mut self, stretches: &[Stretch]) {
        self.import(stretches).unwrap();
    }
}

impl Archive for Memory {
    type Error = Infallible;

    fn roster(&self) -> Arc<Roster> {
        self.roster.clone()
    }

    fn held(&mut self, spaces: &BTreeSet<SpaceId>) -> Result<Vec<Held>, Infallible> {
        Ok(self
            .logs
            .values()
            .filter(|s| spaces.contains(&s.key.space))
            .map(|s| Held {
                log: s.log,
                key: s.key,
                ranges: vec![Range {
                    first: 1,
                    last: s.last(),
                    before: s.before,
                    head: s.entries.last().unwrap().1,
                }],
                released: s.last(),
            })
            .collect())
    }

    fn runs(&mut self, log: LogId, after: u64) -> Result<Vec<Run>, Infallible> {
        let runs = self.logs.get(&log).map(|s| s.runs.clone()).unwrap_or_default();
        Ok(runs.into_iter().filter(|run| run.last > after).collect())
    }

    fn head_at(&mut self, log: LogId, seq: u64) -> Result<Option<Hash>, Infallible> {
        let runs = self.logs.get(&log).map(|s| s.runs.clone()).unwrap_or_default();
        Ok(runs.iter().find(|run| run.last == seq).map(|run| run.head))
    }

    fn position(&mut self, at: EntryRef) -> Result<Option<u64>, Infallible> {
        Ok(self.positions.get(&at).copied())
    }

    fn record_of(&mut self, at: EntryRef) -> Result<Option<RecordId>, Infallible> {
        let index = usize::try_from(at.seq - 1).unwrap();
        let entry = self.logs.get(&at.log).and_then(|held| held.entries.get(index));
        Ok(entry.map(|(entry, _)| entry.doc))
    }

    fn entries(&mut self, log: LogId, first: u64, last: u64) -> Result<Vec<Offered>, Infallible> {
        let stretch = &self.logs[&log];
        Ok((first..=last)
            .map(|seq| {
                let at = EntryRef { log, seq };
                let index = usize::try_from(seq - 1).unwrap();
                Offered {
                    at,
                    entry: stretch.entries[index].0.clone(),
                    position: self.positions[&at],
                    stored_ms: 0,
                }
            })
            .collect())
    }

    fn import(&mut self, stretches: &[Stretch]) -> Result<Imported, Infallible> {
        let mut fresh = 0;
        self.came.push('E');
        for new in stretches {
            let held = self.logs.entry(new.log).or_insert_with(|| Stretch {
                entries: vec![],
                runs: vec![],
                ..new.clone()
            });
            assert!(new.first <= held.last() + 1, "the sender leaves no gap");
            let skip = usize::try_from(held.last() + 1 - new.first).unwrap();
            for (entry, head) in new.entries.iter().skip(skip) {
                held.entries.push((entry.clone(), *head));
                let at = EntryRef { log: new.log, seq: held.last() };
                self.last.insert(entry.doc.0[0], at);
                let place = u64::try_from(self.positions.len()).unwrap() + 1;
                self.positions.insert(at, place);
                fresh += 1;
            }
            for run in &new.runs {
                if held.runs.last().is_none_or(|known| known.last < run.last) {
                    held.runs.push(*run);
                }
            }
        }
        Ok(Imported { fresh })
    }

    fn borrows(&mut self, _: Peer, _: &BTreeSet<SpaceId>) -> Result<Option<u64>, Infallible> {
        Ok(self.borrows)
    }

    fn lend(&mut self, loan: &mut Loan) -> Result<Option<Part>, Infallible> {
        let at = usize::try_from(loan.number).unwrap();
        let Some(rows) = self.lends.get(at).filter(|_| loan.version == 18) else { return Ok(None) };
        let which = (loan.version, loan.number);
        loan.number += 1;
        Ok(Part::sealed(&self.roster, &self.secret, which, [0; 32], rows))
    }

    fn borrow(&mut self, _: Peer, _: &BTreeSet<SpaceId>, rows: &[u8]) -> Result<u64, Infallible> {
        self.came.push('L');
        self.lent.push(rows.to_vec());
        Ok(1)
    }

    fn wants(&mut self, _: &BTreeSet<SpaceId>) -> Result<Wants, Infallible> {
        let chunks = |bytes: &[u8]| u32::try_from(bytes.len().div_ceil(CHUNK_BYTES)).unwrap();
        let wants = self.lacking.iter();
        let want =
            |(blob, held): (&BlobId, &Lacking)| Want { blob: *blob, from: chunks(&held.bytes) };
        Ok(Wants { list: wants.map(want).collect(), is_all: true, is_later: self.is_short_of_room })
    }

    fn piece(&mut self, _: &BTreeSet<SpaceId>, want: &Want) -> Result<Option<Piece>, Infallible> {
        let Some(content) = self.blobs.get(&want.blob) else { return Ok(None) };
        let from = usize::try_from(want.from).unwrap() * CHUNK_BYTES;
        let end = content.len().min(from + 2 * CHUNK_BYTES);
        if from >= end {
            return Ok(None);
        }
        Ok(Some(Piece {
            blob: want.blob,
            manifest: (want.from == 0).then(|| Manifest::of(content)),
            first: want.from,
            bytes: content[from..end].to_vec(),
        }))
    }

    fn keep(&mut self, _: &BTreeSet<SpaceId>, piece: &Piece) -> Result<bool, Infallible> {
        let Some(held) = self.lacking.get_mut(&piece.blob) else { return Ok(false) };
        let manifest = held.manifest.get_or_insert_with(|| piece.manifest.clone().unwrap());
        if manifest.chunks_in(piece.first, &piece.bytes).is_none() {
            return Ok(false);
        }
        held.bytes.extend(&piece.bytes);
        if u64::try_from(held.bytes.len()).unwrap() == manifest.bytes {
            let whole = self.lacking.remove(&piece.blob).unwrap();
            self.blobs.insert(piece.blob, whole.bytes);
        }
        Ok(true)
    }
}
