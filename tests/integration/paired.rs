//! A computer that was invited, countersigned, and has gone bad: it signs with its own good key,
//! in the space it was granted, what no program of ours would write. No view shows any of it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::{Path, PathBuf};

use automerge::legacy::{Key, ObjectId, OpType};
use automerge::{Change, ExpandedChange, ObjType};
use document::{Edit, Incoming, Need, Record, binding};
use domain::fact::{Body, Fact};
use domain::id::{DeviceId, FactId, LogId, RecordId, SpaceId, TransferId, UserId, ulid};
use domain::log::{Entry, EntryKind, EntryRef, LogKey, Run, Stretch};
use domain::time::Hlc;
use domain::varint;
use serde_json::{Value, json};
use sync::packet::{Header, PacketReader, PacketWriter};
use sync::{branch, chain, segment};
use tests::{MORNING_MS, Post, QIAOTOU, Room, folder, text};
use trust::SUITE;
use trust::invitation::{Enrolment, EnrolmentRequest, Invitation};
use trust::key::{PacketKey, SecretKey};
use trust::roster::Roster;

/// The bad computer's user.
pub(crate) const USER: UserId = UserId([3; 16]);

/// What the bad computer holds.
pub(crate) struct Bad {
    folder: tempfile::TempDir,
    pub(crate) township: Room,
    pub(crate) village: Room,
    secret: SecretKey,
    roster: Roster,
    pub(crate) case: RecordId,
    user: UserId,
    /// What the village wrote, as it was signed.
    stretches: Vec<Stretch>,
    record: Record,
    /// The entries behind the changes of the case.
    entries: BTreeMap<[u8; 32], EntryRef>,
    key: LogKey,
    log: LogId,
}

impl Bad {
    pub(crate) fn new() -> Self {
        Self::new_as("R3")
    }

    /// The same, with a user of a role.
    pub(crate) fn new_as(role: &'static str) -> Self {
        let folder = folder();
        let township = Room::township(&folder.path().join("township"));
        let village = township.joined(QIAOTOU, &folder.path().join("village"));
        let case = village.register("滴水边界纠纷");
        village.carry(&township);
        let (secret, packet) = (SecretKey::from_seed([7; 32]), PacketKey::from_seed([8; 32]));
        let (invitation, enrolment) = answered(&township, folder.path(), &secret, (USER, role));
        let case: RecordId = text(&case, "/id").parse().unwrap();
        let key =
            LogKey { space: SpaceId([0; 16]), device: secret.public().device(), epoch: [9; 8] };
        let mut bad = Self {
            folder,
            secret,
            roster: invitation.roster(),
            case,
            user: USER,
            stretches: Vec::new(),
            record: Record::empty(case),
            entries: BTreeMap::new(),
            log: chain::log_id(invitation.roster().organisation(), key),
            key,
            township,
            village,
        };
        // The township countersigns it, and from then on packs for it, too.
        let path = bad.packet(&[], Some(enrolment));
        bad.township.does("packet_import", json!({ "from": { "path": path } }));
        let file = std::fs::read(bad.township.pack(&bad.village)).unwrap();
        let mut reader = PacketReader::open(Cursor::new(&file), &packet, &bad.roster).unwrap();
        while let Some(bytes) = reader.next_segment().unwrap() {
            bad.stretches
                .extend(segment::unpack(bad.roster.organisation(), &bytes, |_| None).unwrap());
        }
        bad.learn();
        bad
    }

    /// Goes on as another computer of the village that the township countersigned.
    pub(crate) fn become_another(&mut self, n: u16) {
        let mut seed = [9; 32];
        seed[..2].copy_from_slice(&n.to_be_bytes());
        self.secret = SecretKey::from_seed(seed);
        self.user = UserId(*seed.first_chunk().unwrap());
        let folder = self.folder.path();
        let (_, enrolment) = answered(&self.township, folder, &self.secret, (self.user, "R3"));
        let path = self.packet(&[], Some(enrolment));
        self.township.does("packet_import", json!({ "from": { "path": path } }));
        self.key.device = self.secret.public().device();
        self.log = chain::log_id(self.roster.organisation(), self.key);
    }

    /// A packet signed with a key that nobody certified, in its own name or in that of a computer
    /// that is known.
    pub(crate) fn stranger(&self, n: u32, is_forged: bool) -> PathBuf {
        let mut seed = [200; 32];
        seed[..4].copy_from_slice(&n.to_be_bytes());
        let secret = SecretKey::from_seed(seed);
        let known = self.secret.public().device();
        let sender = if is_forged { known } else { secret.public().device() };
        self.packet_of(&[], None, (sender, &secret))
    }

    /// Who works on it.
    pub(crate) const fn user(&self) -> UserId {
        self.user
    }

    /// Builds the case from what came.
    fn learn(&mut self) {
        let mut hashes: BTreeMap<EntryRef, [u8; 32]> = BTreeMap::new();
        for stretch in &self.stretches {
            for (seq, (entry, _)) in (stretch.first..).zip(&stretch.entries) {
                if entry.doc != self.case || entry.kind != EntryKind::CHANGE {
                    continue;
                }
                let needs = entry.needs.iter().map(|need| Need::Change(hashes[need])).collect();
                let (log, payload) = (stretch.log, entry.payload.bytes().unwrap());
                self.record.apply(&[Incoming { log, seq, needs, payload }]);
                let hash = Change::from_bytes(payload.to_vec()).unwrap().hash().0;
                hashes.insert(EntryRef { log, seq }, hash);
                self.key.space = stretch.key.space;
            }
        }
        assert!(!hashes.is_empty(), "the case came");
        self.entries = hashes.into_iter().map(|(at, hash)| (hash, at)).collect();
        self.log = chain::log_id(self.roster.organisation(), self.key);
    }

    pub(crate) fn packet(&self, segments: &[Vec<u8>], enrolment: Option<Enrolment>) -> PathBuf {
        let sender = (self.secret.public().device(), &self.secret);
        self.packet_of(segments, enrolment, sender)
    }

    fn packet_of(
        &self,
        segments: &[Vec<u8>],
        enrolment: Option<Enrolment>,
        (sender, signer): (DeviceId, &SecretKey),
    ) -> PathBuf {
        let status = self.township.does("status_get", json!({}));
        let header = Header {
            suite: SUITE,
            packet: TransferId([u8::from(enrolment.is_none()); 16]),
            organisation: self.roster.organisation(),
            sender,
            sender_unit: self.village.unit().parse().unwrap(),
            recipient: text(&status, "/office/unit/id").parse().unwrap(),
            made_ms: MORNING_MS,
            until_ms: MORNING_MS,
            frontier: Vec::new(),
            before: None,
            part: 1,
            parts: 1,
            entries: 1,
            enrolment,
            credentials: Vec::new(),
            observed: None,
            wants: Vec::new(),
            blob_bytes: 0,
        };
        let recipients: Vec<String> = self.roster.devices().map(|d| d.recipient.clone()).collect();
        let mut writer = PacketWriter::begin(Vec::new(), &recipients, &header, signer).unwrap();
        for segment in segments {
            writer.segment(segment).unwrap();
        }
        let path = self.folder.path().join("BAD00001.PLP");
        std::fs::write(&path, writer.finish().unwrap()).unwrap();
        path
    }

    /// A change that adds one fact, as our program would write it, by a user; altered.
    pub(crate) fn change(
        &self,
        body: Value,
        by: UserId,
        alter: impl FnOnce(&mut ExpandedChange),
    ) -> Vec<u8> {
        let body: Body = serde_json::from_value(body).unwrap();
        let ms = MORNING_MS + 1;
        let fact = Fact {
            at: "2026-03-02".parse().unwrap(),
            recorded: Hlc { ms, count: 0 },
            by,
            unit: self.village.unit().parse().unwrap(),
            body,
            newer: false,
        };
        let id = FactId {
            log: binding::log_tag(self.log),
            ulid: ulid(ms, &binding::fact_binding(self.log, 1, 0)),
        };
        let edit = Edit { facts: vec![(id, fact.write().unwrap())], ..Edit::default() };
        let actor = binding::actor(self.log, &[1; 12]);
        let made = self.record.clone().edit(actor, &edit).unwrap();
        let mut expanded = Change::from_bytes(made.payload).unwrap().decode();
        alter(&mut expanded);
        Change::from(expanded).raw_bytes().to_vec()
    }

    /// A segment with that change as the first entry of the bad computer's own log, well signed.
    pub(crate) fn segment(&self, payload: Vec<u8>) -> Vec<u8> {
        segment::pack(&[self.stretch(payload)], &[0], &BTreeSet::new())
    }

    /// The stretch in such a segment.
    pub(crate) fn stretch(&self, payload: Vec<u8>) -> Stretch {
        let needs = self.record.heads().iter().map(|hash| self.entries[hash]).collect();
        let payload = payload.into();
        self.stretch_of(Entry { kind: EntryKind::CHANGE, doc: self.case, needs, payload })
    }

    /// A stretch with one entry as the first of the bad computer's own log, well signed.
    fn stretch_of(&self, entry: Entry) -> Stretch {
        let before = chain::origin(self.roster.organisation(), self.key);
        let head = chain::link(&before, 1, &entry);
        let runs = vec![chain::sign_run(&self.secret, self.log, 1, head)];
        let entries = vec![(entry, head)];
        Stretch { log: self.log, key: self.key, first: 1, before, entries, runs }
    }

    /// Brings a segment to the township, and from there to the village.
    pub(crate) fn bring(&self, segment: Vec<u8>) -> Result<Value, app::Fault> {
        let path = self.packet(&[segment], None);
        let taken = self.township.call("packet_import", json!({ "from": { "path": path } }));
        self.township.carry(&self.village);
        taken
    }

    /// The entries of a log with other words.
    fn made_up(&self, stretch: &Stretch) -> Vec<Entry> {
        let said = || self.change(note(), USER, |_| {}).into();
        entries(stretch).into_iter().map(|entry| Entry { payload: said(), ..entry }).collect()
    }

    fn views(&self) -> [Vec<String>; 2] {
        [&self.township, &self.village].map(|room| room.records())
    }

    /// Brings a segment, after which every view is what it was.
    fn has_no_effect(&self, segment: Vec<u8>, name: &str) -> Result<Value, app::Fault> {
        let before = self.views();
        let taken = self.bring(segment);
        assert!(self.views() == before, "{name} had an effect");
        taken
    }

    fn shown(&self, room: &Room) -> Value {
        let mut case = room.does("case_get", json!({ "case": self.case.to_string() }));
        // Whatever was written is in the history, effective or not.
        case.as_object_mut().unwrap().remove("event_count");
        case
    }
}

/// An invitation to the village, answered by a computer and its user.
fn answered(
    township: &Room,
    folder: &Path,
    secret: &SecretKey,
    (user, role): (UserId, &'static str),
) -> (Invitation, Enrolment) {
    let invited = township.invite(Post { role, ..QIAOTOU }, folder);
    let bytes = std::fs::read(&invited.path).unwrap();
    let invitation = Invitation::open(&bytes, &invited.code, MORNING_MS).unwrap();
    let enrolment = invitation.enrol(&EnrolmentRequest {
        invitation: invitation.invitation,
        key: secret.public().0,
        recipient: PacketKey::from_seed([8; 32]).recipient(),
        device_name: "2 号机".into(),
        user,
        user_key: SecretKey::from_seed([4; 32]).public().0,
        user_name: "钱某".into(),
    });
    (invitation, enrolment)
}

pub(crate) fn note() -> Value {
    json!({ "kind": "note", "body": { "text": "坏机器写的" } })
}

pub(crate) fn closed() -> Value {
    json!({ "kind": "closed", "body": { "outcome": "failed", "routes": ["court"], "note": "" } })
}

/// The way itself is open: what the same computer writes as it should is taken and shown.
#[test]
fn an_honest_fact_of_the_same_computer_has_its_effect() {
    let bad = Bad::new();
    let before = bad.views();
    bad.bring(bad.segment(bad.change(note(), USER, |_| {}))).expect("taken");
    let after = bad.views();
    assert!(after[0] != before[0] && after[1] != before[1], "both show it");
    let history = bad.township.does("case_history", json!({ "case": bad.case.to_string() }));
    assert!(history.to_string().contains("坏机器写的"), "{history}");
}

#[test]
fn an_overwritten_fact_has_no_effect() {
    let bad = Bad::new();
    let facts = bad.township.does("case_history", json!({ "case": bad.case.to_string() }));
    let theirs = text(&facts, "/events/0/id");
    let payload = bad.change(note(), USER, |c| c.operations[0].key = Key::Map(theirs.into()));
    bad.has_no_effect(bad.segment(payload), "another's fact overwritten").expect("kept, held");
}

#[test]
fn a_reused_actor_has_no_effect() {
    let bad = Bad::new();
    let stretch = bad.stretches.iter().find(|s| s.key.space == bad.key.space).unwrap();
    let first = stretch.entries.iter().find(|(entry, _)| entry.doc == bad.case).unwrap();
    let actor =
        Change::from_bytes(first.0.payload.bytes().unwrap().to_vec()).unwrap().actor_id().clone();
    let payload = bad.change(note(), USER, |c| {
        c.actor_id = actor;
        c.seq = 2;
    });
    bad.has_no_effect(bad.segment(payload), "another's actor").expect("kept, held");
}

#[test]
fn a_replaced_root_map_has_no_effect() {
    for (name, action) in
        [("facts", ObjType::Map), ("fields", ObjType::Map), ("texts", ObjType::List)]
    {
        let bad = Bad::new();
        let payload = bad.change(note(), USER, |c| {
            c.operations[0].obj = ObjectId::Root;
            c.operations[0].key = Key::Map(name.into());
            c.operations[0].action = OpType::Make(action);
        });
        bad.has_no_effect(bad.segment(payload), name).expect("kept, held");
    }
}

#[test]
fn a_forged_user_has_no_effect() {
    let bad = Bad::new();
    let before = [bad.shown(&bad.township), bad.shown(&bad.village)];
    let status = bad.village.does("status_get", json!({}));
    let theirs: UserId = text(&status, "/office/user/id").parse().unwrap();
    let payload = bad.change(closed(), theirs, |_| {});
    bad.bring(bad.segment(payload)).expect("kept");
    for (room, before) in [&bad.township, &bad.village].into_iter().zip(&before) {
        let after = bad.shown(room);
        assert_eq!(after["stage"], before["stage"], "nothing is closed in another's name");
        assert_eq!(after["closure"], before["closure"]);
        assert_eq!(after["state"], before["state"]);
        let history = room.does("case_history", json!({ "case": bad.case.to_string() }));
        let rows = history["events"].as_array().unwrap();
        let forged = rows.iter().find(|row| row["fact"]["kind"] == "closed").expect("in history");
        assert!(forged["marks"].to_string().contains("refused"), "{forged}");
    }
}

#[test]
fn stripped_payloads_have_no_effect() {
    let bad = Bad::new();
    let payload = bad.change(note(), USER, |_| {});
    let packed = bad.segment(payload.clone());
    let mut cursor = varint::Cursor::new(&packed);
    let length = cursor.count(segment::RAW_BYTES_MAX).unwrap();
    let raw = zstd::bulk::decompress(cursor.take(cursor.left()).unwrap(), length).unwrap();
    // The entry ends with twice the length of its payload, and the payload.
    let mut tail = Vec::new();
    let count = u64::try_from(payload.len()).unwrap() * 2;
    varint::write(&mut tail, count);
    tail.extend_from_slice(&payload);
    let mut stripped = raw.strip_suffix(tail.as_slice()).expect("as written").to_vec();
    varint::write(&mut stripped, count + 1);
    stripped.extend_from_slice(blake3::hash(&payload).as_bytes());
    let mut repacked = Vec::new();
    varint::write(&mut repacked, u64::try_from(stripped.len()).unwrap());
    repacked.extend(zstd::bulk::compress(&stripped, 3).unwrap());
    let taken = bad.has_no_effect(repacked, "a payload said to be erased").expect("passed over");
    assert_eq!(taken["packet"]["refused"][0]["reason"], "missing", "{taken}");
}

#[test]
fn a_log_replayed_into_another_space_has_no_effect() {
    let bad = Bad::new();
    let own = bad.stretches.iter().find(|stretch| stretch.key.space == bad.key.space).unwrap();
    let spaces = bad.roster.spaces_of(bad.village.unit().parse().unwrap());
    let others: Vec<SpaceId> = spaces.into_iter().filter(|s| *s != own.key.space).collect();
    assert!(!others.is_empty(), "there is another space");
    let township = bad.roster.devices().map(|device| device.unit);
    let home = township.filter_map(|unit| bad.roster.home(unit)).find(|s| *s != own.key.space);
    for space in others.into_iter().chain(home) {
        let key = LogKey { space, ..own.key };
        let organisation = bad.roster.organisation();
        let mut replayed = Stretch {
            log: chain::log_id(organisation, key),
            key,
            first: 1,
            before: chain::origin(organisation, key),
            ..own.clone()
        };
        let order = vec![0; replayed.entries.len()];
        replayed.entries.iter_mut().for_each(|(entry, _)| entry.needs.clear());
        // Refused whole, or passed over: never shown.
        let _ = bad.has_no_effect(
            segment::pack(&[replayed], &order, &BTreeSet::new()),
            "a log in another space",
        );
    }
}

/// A log forks where its own device signed two chains, and nowhere else.
#[test]
fn a_forged_continuation_has_no_effect() {
    type Forge = fn(&Bad, &Stretch) -> Vec<u8>;
    let rows: [(&str, Forge); 7] = [
        ("one continuation alone", |_, s| piece(s, None, &entries(s), &s.runs[0].signature)),
        ("another key", |bad, s| {
            let made_up = bad.made_up(s);
            let link = |head, (seq, entry): (u64, &Entry)| chain::link(&head, seq, entry);
            let head = (1..).zip(&made_up).fold(s.before, link);
            let run = chain::sign_run(&bad.secret, s.log, s.runs[0].last, head);
            piece(s, None, &made_up, &run.signature)
        }),
        ("a broken chain", |bad, s| piece(s, None, &bad.made_up(s), &s.runs[0].signature)),
        ("a point that nobody signed", |_, s| {
            let earlier = Run { head: s.before, ..s.runs[0] };
            piece(s, Some(&earlier), &entries(s), &s.runs[0].signature)
        }),
        ("another point", |_, s| piece(s, Some(&s.runs[0]), &entries(s), &s.runs[0].signature)),
        ("the same twice", |_, s| {
            piece(s, None, &[entries(s), entries(s)].concat(), &s.runs[0].signature)
        }),
        ("no piece at all", |_, _| vec![7; 300]),
    ];
    for (name, forge) in rows {
        let bad = Bad::new();
        let is_theirs = |s: &&Stretch| s.entries.iter().any(|(entry, _)| entry.doc == bad.case);
        let theirs = bad.stretches.iter().find(is_theirs).expect("the village's log");
        let (kind, payload) = (EntryKind::BRANCH, forge(&bad, theirs).into());
        let entry = Entry { kind, doc: bad.case, needs: Vec::new(), payload };
        let segment = segment::pack(&[bad.stretch_of(entry)], &[0], &BTreeSet::new());
        bad.has_no_effect(segment, name).expect("kept");
        let before = bad.village.titles();
        let _ = bad.village.register("之后登记的案件");
        bad.village.carry(&bad.township);
        bad.township.carry(&bad.village);
        assert_eq!(bad.township.titles().len(), before.len() + 1, "{name}: the log goes on");
        assert_eq!(bad.views()[0], bad.views()[1], "{name}");
    }
}

fn entries(stretch: &Stretch) -> Vec<Entry> {
    stretch.entries.iter().map(|(entry, _)| entry.clone()).collect()
}

fn piece(of: &Stretch, anchor: Option<&Run>, entries: &[Entry], signature: &[u8; 64]) -> Vec<u8> {
    branch::pack(of.key, anchor, &of.before, entries, |_| true, signature)
}
