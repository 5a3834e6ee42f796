//! What the targets begin with: a small office whose keys are known, and ways through the doors
//! that keep mutations out (compression, checksums, seals, envelopes).

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::io::Write;
use std::sync::Arc;

use document::{Edit, Made, Record, Vouch, binding};
use domain::fact::body::Note;
use domain::fact::{Body, Fact, Proof};
use domain::id::{
    BlobId, DeviceId, FactId, LogId, LogTag, RecordId, SpaceId, TransferId, UnitId, UserId, ulid,
};
use domain::log::{Entry, EntryKind, EntryRef, Hash, Held, LogKey, Payload, Run, Stretch};
use domain::role::Role;
use domain::time::Hlc;
use sha2::{Digest, Sha256};
use store::Store;
use sync::blob::{Manifest, Piece, Want};
use sync::fork::{self, Branch};
use sync::frontier::Sketch;
use sync::packet::Header;
use sync::session::{self, Greeting, Hello, Message, Peer, Segment, State, Stop, Wants};
use sync::snapshot::{Loan, Part};
use sync::{Archive, Imported, Offered, branch, chain, excerpt, segment};
use tests::{COST, MORNING_MS};
use trust::SUITE;
use trust::invitation::{self, Invitation, UnitName};
use trust::key::{PacketKey, SecretKey};
use trust::roster::Roster;
use trust::seal::{Fresh, Sealed};
use trust::statement::{
    Access, DeviceCertificate, ErasedRecord, Erasure, Grant, InvitationCertificate, Operational,
    Signed, SpaceCertificate, SpaceKind, Statement, UserCertificate, to_bytes,
};

/// The log in which the entries stand.
pub const LOG: LogId = LogId([7; 16]);

/// The record that the head of the township erased.
pub const ERASED: RecordId = RecordId([2; 16]);

/// A code that opens the invitation: nineteen digits and the check digit.
pub const CODE: &str = "0000 0000 0000 0000 0000";

/// A village, its township, and a packet key whose secret is known.
pub struct Land {
    pub roster: Arc<Roster>,
    pub own_unit: UnitId,
    pub packet_key: PacketKey,
    statements: Vec<Signed>,
}

fn key(n: u8) -> SecretKey {
    SecretKey::from_seed([n; 32])
}

impl Land {
    pub fn new() -> Self {
        let organisation = key(1).public().organisation();
        let operational = Operational { key: key(2).public().0, escrow: String::new() };
        let first = Signed::new(organisation, &Statement::Operational(operational), &key(1));
        let mut statements = vec![first];
        let mut say = |statement| statements.push(Signed::new(organisation, &statement, &key(2)));
        for (n, of) in [(11, 1), (13, 3)] {
            say(Statement::Device(DeviceCertificate {
                key: key(n).public().0,
                recipient: String::new(),
                unit: RecordId([of; 16]),
                name: String::new(),
                invitation: None,
                serial: 1,
            }));
        }
        for (n, kind, of) in [(100, SpaceKind::Common, 3), (101, SpaceKind::Unit, 1)] {
            let unit = RecordId([of; 16]);
            say(Statement::Space(SpaceCertificate { space: SpaceId([n; 16]), kind, unit }));
        }
        for (n, of) in [(100, 3), (101, 1), (101, 3)] {
            let unit = RecordId([of; 16]);
            let access = Access::Write;
            say(Statement::Grant(Grant { space: SpaceId([n; 16]), unit, access, turn: None }));
        }
        say(Statement::Invitation(InvitationCertificate {
            invitation: TransferId([8; 16]),
            key: key(5).public().0,
            unit: RecordId([1; 16]),
            role: Role::R3.number(),
            expires_ms: MORNING_MS * 2,
            replaces: None,
        }));
        let mut roster = Roster::new(key(1).public());
        for statement in statements.iter().chain(&erasure()) {
            roster.admit(statement).unwrap();
        }
        Self {
            roster: Arc::new(roster),
            own_unit: RecordId([3; 16]),
            packet_key: PacketKey::from_seed([9; 32]),
            statements,
        }
    }

    pub fn peer(&self) -> Peer {
        Peer { device: key(11).public().device(), unit: RecordId([1; 16]) }
    }

    /// What the village wrote: twelve entries in three runs.
    pub fn stretches(&self) -> Vec<Stretch> {
        let organisation = self.roster.organisation();
        let device = key(11).public().device();
        let log_key = LogKey { space: SpaceId([101; 16]), device, epoch: [0; 8] };
        let log = chain::log_id(organisation, log_key);
        let before = chain::origin(organisation, log_key);
        let (mut head, mut entries, mut runs) = (before, Vec::new(), Vec::new());
        for seq in 1..=12_u64 {
            let doc = RecordId([u8::try_from(seq % 3).unwrap(); 16]);
            let needs = if seq > 3 { vec![EntryRef { log, seq: seq - 3 }] } else { vec![] };
            let (kind, payload) = match seq {
                12 => (EntryKind::STATEMENT, self.statements[1].to_bytes()),
                _ => (EntryKind::CHANGE, vec![7; 40]),
            };
            let entry = Entry { kind, doc, needs, payload: payload.into() };
            head = chain::link(&head, seq, &entry);
            entries.push((entry, head));
            if seq % 4 == 0 {
                runs.push(chain::sign_run(&key(11), log, seq, head));
            }
        }
        vec![Stretch { log, key: log_key, first: 1, before, entries, runs }]
    }

    /// What is said of runs outside their log: a piece of a continuation, an excerpt for another
    /// space, and the proof of a fork with the chain beside it.
    pub fn said_of_runs(&self) -> [Vec<u8>; 3] {
        let stretch = self.stretches().remove(0);
        let entries: Vec<Entry> = stretch.entries.iter().map(|(entry, _)| entry.clone()).collect();
        let [first, second] = [&stretch.runs[0], &stretch.runs[1]];
        let origin = chain::origin(self.roster.organisation(), stretch.key);
        let piece = branch::pack(
            stretch.key,
            Some(first),
            &origin,
            &entries[4..8],
            |_| true,
            &second.signature,
        );
        let excerpt =
            excerpt::pack(stretch.key, 1, &origin, &entries[..4], |seq| seq == 1, &first.signature);
        let other = chain::sign_run(&key(11), stretch.log, first.last, [9; 32]);
        let shown =
            excerpt::pack(stretch.key, 1, &origin, &entries[..4], |_| false, &first.signature);
        let proof = fork::pack(stretch.key, first.last, Branch::ends(first), Branch::ends(&other));
        [piece, excerpt, fork::showing(&proof, Some(shown)).unwrap()]
    }

    /// The same after the erasure: without the payloads of one record.
    pub fn erased_stretches(&self) -> Vec<Stretch> {
        let mut stretches = self.stretches();
        for (entry, _) in stretches.iter_mut().flat_map(|stretch| &mut stretch.entries) {
            if entry.doc == ERASED {
                entry.payload = Payload::Absent(chain::imprint(&entry.payload));
            }
        }
        stretches
    }

    fn segment(&self) -> Vec<u8> {
        segment::pack(&self.stretches(), &[0; 12], &BTreeSet::new())
    }

    /// A segment before compression.
    pub fn raw_segment(&self) -> Vec<u8> {
        raw(&self.segment())
    }

    /// Before compression, what comes after the first run, without the names of the records.
    pub fn raw_unnamed_segment(&self) -> Vec<u8> {
        let whole = self.stretches().remove(0);
        let (before, runs) = (whole.entries[3].1, whole.runs[1..].to_vec());
        let rest =
            Stretch { first: 5, before, entries: whole.entries[4..].to_vec(), runs, ..whole };
        let seqs = (5..=7).map(|seq| EntryRef { log: rest.log, seq });
        raw(&segment::pack(std::slice::from_ref(&rest), &[0; 8], &seqs.collect()))
    }

    /// The record of an entry of the first run.
    pub fn record_of(&self, at: EntryRef) -> Option<RecordId> {
        let stretches = self.stretches();
        let held = stretches.iter().find(|stretch| stretch.log == at.log)?;
        let place = usize::try_from(at.seq.checked_sub(1)?).ok()?;
        held.entries[..4].get(place).map(|(entry, _)| entry.doc)
    }

    /// The segment before compression, after the erasure.
    pub fn raw_erased_segment(&self) -> Vec<u8> {
        raw(&segment::pack(&self.erased_stretches(), &[0; 12], &BTreeSet::new()))
    }

    /// A packet's header as bytes, with their length before them.
    pub fn header(&self) -> Vec<u8> {
        let header = to_bytes(&Header {
            suite: SUITE,
            packet: TransferId([1; 16]),
            organisation: self.roster.organisation(),
            sender: self.peer().device,
            sender_unit: self.peer().unit,
            recipient: self.own_unit,
            made_ms: MORNING_MS,
            until_ms: MORNING_MS,
            frontier: vec![],
            before: None,
            part: 1,
            parts: 1,
            entries: 12,
            enrolment: None,
            credentials: self.statements[..2].to_vec(),
            observed: None,
            wants: vec![Want { blob: BlobId([3; 32]), from: 1 }],
            blob_bytes: 5,
        });
        [&u32::try_from(header.len()).unwrap().to_be_bytes()[..], &header].concat()
    }

    /// The segments as they follow the header, with the end.
    pub fn segment_frames(&self) -> Vec<u8> {
        let segment = self.segment();
        let content = vec![5; 300];
        let manifest = Manifest::of(&content);
        let blob = manifest.id();
        let piece = Piece { blob, manifest: Some(manifest), first: 0, bytes: content };
        let framed = |bytes: &[u8]| -> Vec<u8> {
            [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
        };
        [framed(&segment), vec![0; 4], framed(&to_bytes(&piece)), vec![0; 4]].concat()
    }

    /// A packet around a header of that length and whatever follows it; the signature is the
    /// sender's own.
    pub fn packet(&self, inner: &[u8]) -> Vec<u8> {
        let (length, rest) = inner.split_at(inner.len().min(4));
        let count = length.try_into().map_or(0, u32::from_be_bytes);
        let count = usize::try_from(count).unwrap().min(rest.len());
        let (header, segments) = rest.split_at(count);
        let signature = key(11).sign("pingli packet 1", &[&[SUITE], header]);
        let recipient: age::x25519::Recipient = self.packet_key.recipient().parse().unwrap();
        let recipients: [&dyn age::Recipient; 1] = [&recipient];
        let encryptor = age::Encryptor::with_recipients(recipients.into_iter()).unwrap();
        let mut out = encryptor.wrap_output(Vec::new()).unwrap();
        for part in [b"PINGLIP1".as_slice(), length, header, &signature.0, segments] {
            out.write_all(part).unwrap();
        }
        out.finish().unwrap()
    }

    /// A record, and a change that goes on from it.
    pub fn record(&self) -> (Record, Made) {
        let id = RecordId(ulid(1_000, &binding::record_binding(LOG, 1)));
        let actor = binding::actor(LOG, &[5; 12]);
        let fact = |seq, index| FactId {
            log: binding::log_tag(LOG),
            ulid: ulid(2_000 + seq, &binding::fact_binding(LOG, seq, index)),
        };
        let first = Edit {
            facts: vec![(fact(1, 0), note("登记"))],
            fields: vec![],
            new_texts: vec![("summary".into(), "两家说法不一。".into())],
            text: None,
        };
        let (record, _) = Record::begin(id, "case", actor, &first).unwrap();
        let mut author = record.clone();
        let second = Edit {
            facts: vec![(fact(2, 0), note("上门"))],
            text: Some(("summary".into(), "两家说法不一，水沟被堵。".into())),
            ..Edit::default()
        };
        let made = author.edit(actor, &second).unwrap();
        (record, made)
    }

    /// Messages of a meeting, one sequence each for the two sides and a mixture.
    pub fn conversations(&self) -> Vec<Vec<u8>> {
        let hello = Message::Hello(Hello {
            version: session::VERSION,
            organisation: self.roster.organisation(),
            now_ms: MORNING_MS,
            digest: [3; 32],
            enrolment: None,
            blobs: Some(2),
            sketch: None,
            passes_common: None,
        });
        let sketch = Some(Sketch::of(&[], None));
        let drawing = match hello.clone() {
            Message::Hello(hello) => Message::Hello(Hello { sketch, ..hello }),
            other => other,
        };
        let state = Message::State(State {
            is_common: false,
            buckets: vec![1, 2],
            logs: vec![],
            lists: Some(18),
            finds_records: Some(true),
        });
        let part = Part::sealed(&self.roster, &key(11), (18, 0), [3; 32], &[0; 200]);
        let lists = Message::Lists(part.unwrap());
        let segment = Message::Segment(Segment { bytes: self.segment(), left: 0 });
        let done = Message::Done(Greeting::clock(MORNING_MS));
        let digest = Some(vec![3; 32]);
        let last = Message::Done(Greeting { digest, ..Greeting::clock(MORNING_MS) });
        let same = Message::Same(Greeting::clock(MORNING_MS));
        let framed = |messages: &[&Message]| -> Vec<u8> {
            let frames = messages.iter().flat_map(|message| {
                let bytes = session::encode(message);
                [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], &bytes].concat()
            });
            frames.collect()
        };
        let stop = Message::Stop(Stop::Cancelled);
        let content = vec![5; 70_000];
        let manifest = Manifest::of(&content);
        let blob = manifest.id();
        let wants = Message::Wants(Wants::now(vec![Want { blob, from: 0 }], true));
        let wanting = Message::Same(Greeting { blobs: Some(1), ..Greeting::clock(MORNING_MS) });
        let manifest = Some(manifest);
        let piece = Message::Piece(Piece { blob, manifest, first: 0, bytes: content });
        vec![
            framed(&[&hello, &state, &segment, &done]),
            framed(&[&drawing, &state, &segment, &done, &same]),
            framed(&[&state, &segment, &last, &wants]),
            framed(&[&same]),
            framed(&[&hello, &wants, &piece, &done, &wants]),
            framed(&[&wanting, &wants, &piece, &done]),
            framed(&[&state, &segment, &done, &stop, &hello]),
            framed(&[&state, &lists, &segment, &done]),
        ]
    }

    /// A store with a few records to be found.
    pub fn store(&self) -> Store {
        let folder = tests::folder();
        let store =
            Store::claim(folder.path()).unwrap().create(zeroize::Zeroizing::new([1; 32])).unwrap();
        // It lives as long as this process.
        std::mem::forget(folder);
        let texts = ["张某与李某排水纠纷 330102198001011234", "赡养老人", "drain 0612", "漏水"];
        store
            .write(|tx| {
                for (at, text) in texts.iter().enumerate() {
                    tx.index(RecordId([u8::try_from(at).unwrap(); 16]), "case", text, "")?;
                }
                Ok::<(), store::StoreError>(())
            })
            .unwrap();
        store
    }

    /// An invitation as it lies on a stick, and what is within the lock.
    pub fn invitation(&self) -> (Vec<u8>, Vec<u8>) {
        let content = Invitation {
            root: key(1).public().0,
            statements: self.statements.clone(),
            invitation: TransferId([8; 16]),
            seed: [5; 32],
            names: vec![UnitName { unit: RecordId([1; 16]), name: "桥头村".into() }],
        };
        let fresh = Fresh { salt: [1; 16], nonce: [2; 24] };
        (content.close(CODE, COST, fresh).unwrap(), to_bytes(&content))
    }

    /// Anything at all, locked as an invitation.
    pub fn sealed(&self, inner: &[u8]) -> Vec<u8> {
        let fresh = Fresh { salt: [1; 16], nonce: [2; 24] };
        let code = trust::code::read(CODE, trust::code::INVITATION_DIGITS).unwrap();
        let sealed = Sealed::close(inner, &code.to_string(), "pingli invitation 1", COST, fresh);
        let sealed = sealed.unwrap();
        let mut out = invitation::MAGIC.to_vec();
        let mut encoder = minicbor::Encoder::new(&mut out);
        encoder.map(6).unwrap().u8(0).unwrap().u8(SUITE).unwrap();
        encoder.u8(1).unwrap().u32(COST.memory_kib).unwrap();
        encoder.u8(2).unwrap().u32(COST.passes).unwrap();
        encoder.u8(3).unwrap().bytes(&sealed.salt).unwrap();
        encoder.u8(4).unwrap().bytes(&sealed.nonce).unwrap();
        encoder.u8(5).unwrap().bytes(&sealed.boxed).unwrap();
        out
    }
}

/// Whether a file asks for more work than is wanted thousands of times a second.
pub fn is_dear(file: &[u8]) -> bool {
    let Some(body) = file.strip_prefix(invitation::MAGIC) else { return false };
    let mut decoder = minicbor::Decoder::new(body);
    let Ok(Some(count)) = decoder.map() else { return true };
    for _ in 0..count.min(16) {
        match decoder.u8() {
            Ok(1) | Ok(2) => {
                if decoder.u32().is_ok_and(|number| number > COST.memory_kib) {
                    return true;
                }
            }
            Ok(_) if decoder.skip().is_ok() => {}
            _ => return false,
        }
    }
    false
}

fn note(text: &str) -> String {
    let fact = Fact {
        at: "2026-03-24".parse().unwrap(),
        recorded: Hlc { ms: MORNING_MS, count: 0 },
        by: UserId([3; 16]),
        unit: RecordId([1; 16]),
        body: Body::Note(Note { text: text.into() }),
        newer: false,
    };
    fact.write().unwrap()
}

/// What the head of the township says to erase a record, after the certificate that makes them one.
fn erasure() -> [Signed; 2] {
    let organisation = key(1).public().organisation();
    let user = UserCertificate {
        user: UserId([20; 16]),
        key: key(20).public().0,
        unit: RecordId([3; 16]),
        role: Role::R7.number(),
        name: String::new(),
        devices: vec![],
        serial: 1,
        invitation: None,
    };
    let erased = ErasedRecord { record: ERASED, kind: "case".into(), numbers: vec![], heir: None };
    let erasure = Erasure {
        records: vec![erased],
        ground: 2,
        reason: String::new(),
        said_ms: MORNING_MS,
        of_day: 1,
        asks_second: false,
    };
    [
        Signed::new(organisation, &Statement::User(user), &key(2)),
        Signed::new(organisation, &Statement::Erasure(erasure), &key(20)),
    ]
}

/// A packed segment before compression.
fn raw(packed: &[u8]) -> Vec<u8> {
    let mut cursor = domain::varint::Cursor::new(packed);
    let length = cursor.count(segment::RAW_BYTES_MAX).unwrap();
    zstd::bulk::decompress(cursor.take(cursor.left()).unwrap(), length).unwrap()
}

/// A segment from its bytes before compression.
pub fn compressed(raw: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    domain::varint::write(&mut packed, u64::try_from(raw.len()).unwrap());
    packed.extend(zstd::bulk::compress(raw, 1).unwrap());
    packed
}

/// A change whose checksum and length fit what follows them, so that the parser is reached.
pub fn repaired(input: &[u8]) -> Vec<u8> {
    const HEAD: usize = 9;
    let Some((head, rest)) = input.split_at_checked(HEAD) else { return input.to_vec() };
    let mut cursor = domain::varint::Cursor::new(rest);
    let body = match cursor.number() {
        Ok(_) => cursor.take(cursor.left()).unwrap(),
        Err(_) => rest,
    };
    let mut hashed = vec![head[8]];
    domain::varint::write(&mut hashed, u64::try_from(body.len()).unwrap());
    hashed.extend_from_slice(body);
    let sum = Sha256::digest(&hashed);
    [&[0x85, 0x6f, 0x4a, 0x83], &sum[..4], &hashed].concat()
}

/// Vouches for everybody.
pub struct Anyone;

impl Vouch for Anyone {
    fn proof(&self, _: LogTag) -> Option<Proof> {
        Some(Proof { device: DeviceId([1; 16]), unit: RecordId([1; 16]) })
    }

    fn role(&self, _: LogTag, _: UserId) -> Option<Role> {
        Some(Role::R3)
    }
}

/// An archive that holds nothing and takes everything.
pub struct Empty(pub Arc<Roster>);

impl Archive for Empty {
    type Error = Infallible;

    fn roster(&self) -> Arc<Roster> {
        self.0.clone()
    }

    fn held(&mut self, _: &BTreeSet<SpaceId>) -> Result<Vec<Held>, Infallible> {
        Ok(Vec::new())
    }

    fn runs(&mut self, _: LogId, _: u64) -> Result<Vec<Run>, Infallible> {
        Ok(Vec::new())
    }

    fn head_at(&mut self, _: LogId, _: u64) -> Result<Option<Hash>, Infallible> {
        Ok(None)
    }

    fn position(&mut self, _: EntryRef) -> Result<Option<u64>, Infallible> {
        Ok(None)
    }

    fn record_of(&mut self, _: EntryRef) -> Result<Option<RecordId>, Infallible> {
        Ok(None)
    }

    fn entries(&mut self, _: LogId, _: u64, _: u64) -> Result<Vec<Offered>, Infallible> {
        Ok(Vec::new())
    }

    fn import(&mut self, stretches: &[Stretch]) -> Result<Imported, Infallible> {
        let fresh = stretches.iter().map(|stretch| stretch.entries.len()).sum::<usize>();
        Ok(Imported { fresh: u64::try_from(fresh).unwrap() })
    }

    fn borrows(&mut self, _: Peer, _: &BTreeSet<SpaceId>) -> Result<Option<u64>, Infallible> {
        Ok(Some(18))
    }

    fn lend(&mut self, loan: &mut Loan) -> Result<Option<Part>, Infallible> {
        loan.number += 1;
        let which = (loan.version, loan.number);
        let part = Part::sealed(&self.0, &key(13), which, [0; 32], &[0; 100]);
        Ok(part.filter(|_| loan.number < 3))
    }

    fn borrow(&mut self, _: Peer, _: &BTreeSet<SpaceId>, rows: &[u8]) -> Result<u64, Infallible> {
        Ok(u64::try_from(rows.len()).unwrap())
    }

    fn wants(&mut self, _: &BTreeSet<SpaceId>) -> Result<Wants, Infallible> {
        Ok(Wants::now(vec![Want { blob: BlobId([7; 32]), from: 0 }], true))
    }

    fn piece(&mut self, _: &BTreeSet<SpaceId>, want: &Want) -> Result<Option<Piece>, Infallible> {
        let bytes = want.blob.0.to_vec();
        Ok((want.from < 4).then_some(Piece {
            blob: want.blob,
            manifest: None,
            first: want.from,
            bytes,
        }))
    }

    fn keep(&mut self, _: &BTreeSet<SpaceId>, piece: &Piece) -> Result<bool, Infallible> {
        Ok(piece.manifest.as_ref().is_some_and(|manifest| {
            manifest.is_sound() && manifest.chunks_in(piece.first, &piece.bytes).is_some()
        }))
    }
}
