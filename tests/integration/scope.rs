//! The matrix of who sees what and who writes where: every unit, every space, by packet and over
//! the line. The cells are made from the units themselves; no list of them is written by hand.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use document::{Edit, Record, binding};
use domain::id::{SpaceId, TransferId, UnitId, ulid};
use domain::log::{Entry, EntryKind, LogKey, Stretch};
use serde_json::json;
use sync::frontier::BUCKETS;
use sync::packet::{Header, PacketWriter};
use sync::session::{Greeting, Message, Segment, State, Wants};
use sync::{chain, segment};
use tests::{MORNING_MS, Post, QIAOTOU, Room, SHIWAN, folder, text};
use tokio::runtime::Runtime;
use tokio_rustls::rustls::version::TLS13;
use trust::SUITE;
use trust::invitation::{Enrolment, Invitation};
use trust::key::SecretKey;
use trust::roster::Roster;

use crate::strangers::{Claim, Kind, client, enrolment, framed, hello, knock};

/// 柳树村
const LIUSHU: Post =
    Post { unit: "柳树村评理说事点", level: "village", sort: "point", role: "R3" };

/// A township, three villages, and a case that the first village shares with the second.
struct Land {
    folder: tempfile::TempDir,
    /// The township first.
    rooms: Vec<Room>,
    roster: Roster,
}

/// What a space is, as the rule of the field sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// What everybody must know of everybody.
    Common,
    /// The home of a unit, by its place among the rooms.
    Home(usize),
    /// The case that the township opened to the first two villages.
    Shared,
}

impl Land {
    fn new() -> Self {
        let folder = folder();
        let township = Room::township(&folder.path().join("township"));
        let villages = [QIAOTOU, SHIWAN, LIUSHU];
        let mut rooms: Vec<Room> = villages
            .iter()
            .enumerate()
            .map(|(at, post)| township.joined(*post, &folder.path().join(at.to_string())))
            .collect();
        let shared = rooms[0].register("两村共用水渠");
        rooms[0].carry(&township);
        let share = json!({ "case": shared["id"], "units": [rooms[1].unit()] });
        township.does("case_share", share);
        rooms.insert(0, township);
        for (at, room) in rooms.iter().enumerate() {
            let _ = room.register(&own_title(at));
        }
        let roster = roster(&rooms[0], folder.path());
        Self { folder, rooms, roster }
    }

    fn unit(&self, at: usize) -> UnitId {
        self.rooms[at].unit().parse().unwrap()
    }

    fn spaces(&self) -> Vec<(Kept, SpaceId)> {
        let mut spaces = vec![(Kept::Common, self.roster.common().unwrap())];
        spaces.extend((0..self.rooms.len()).map(|at| {
            (Kept::Home(at), self.roster.home(self.unit(at)).expect("every unit has a home"))
        }));
        spaces.extend(self.roster.case_spaces().into_iter().map(|space| (Kept::Shared, space)));
        spaces
    }
}

fn own_title(at: usize) -> String {
    format!("第{at}家自己的案子")
}

/// Who is who, as an invitation tells a newcomer.
fn roster(township: &Room, folder: &Path) -> Roster {
    let invited = township.invite(QIAOTOU, folder);
    let bytes = std::fs::read(&invited.path).unwrap();
    Invitation::open(&bytes, &invited.code, MORNING_MS).unwrap().roster()
}

/// The rule: the township holds everything, a village its own and what is shared with it.
fn holds(at: usize, space: Kept) -> bool {
    match space {
        Kept::Common => true,
        Kept::Home(owner) => at == 0 || at == owner,
        Kept::Shared => at <= 2,
    }
}

fn may_write(at: usize, space: Kept) -> bool {
    holds(at, space) && (at == 0 || space != Kept::Common)
}

/// Opens a room to the line, lets somebody do something, and waits until what came is built.
fn visited(room: &Room, visit: impl FnOnce(&str)) {
    let open = json!({ "enabled": true, "port": 0, "loopback": true });
    let address = text(&room.does("lan_listen", open), "/addresses/0");
    let before = room.exchanges();
    visit(&address);
    let began = Instant::now();
    while room.exchanges() == before {
        assert!(began.elapsed() < Duration::from_secs(60), "the meeting is never noted");
        std::thread::sleep(Duration::from_millis(5));
    }
    room.does("lan_listen", json!({ "enabled": false }));
}

#[test]
fn every_unit_reads_what_is_its_own_and_nothing_else() {
    let mut cells = 0;
    for by_line in [false, true] {
        let land = Land::new();
        // Everybody meets everybody, villages among themselves too, twice.
        for _ in 0..2 {
            for (at, from) in land.rooms.iter().enumerate() {
                for (to_at, to) in land.rooms.iter().enumerate() {
                    if at == to_at {
                        continue;
                    }
                    if by_line {
                        visited(to, |address| {
                            from.does("lan_exchange", json!({ "address": address }));
                        });
                    } else {
                        from.carry(to);
                    }
                }
            }
        }
        for (at, room) in land.rooms.iter().enumerate() {
            let mut want: BTreeSet<String> = BTreeSet::new();
            for (space, _) in land.spaces() {
                cells += 1;
                if holds(at, space) {
                    match space {
                        Kept::Home(owner) => {
                            want.insert(own_title(owner));
                        }
                        Kept::Shared => {
                            want.insert("两村共用水渠".to_owned());
                        }
                        Kept::Common => {}
                    }
                }
            }
            let seen: BTreeSet<String> = room.titles().into_iter().collect();
            assert_eq!(seen, want, "room {at}, by line: {by_line}");
            // Nor does anything of another's case stand in any list or cache.
            let rows = room.records().join("\n");
            for owner in (0..land.rooms.len()).filter(|owner| !holds(at, Kept::Home(*owner))) {
                assert!(!rows.contains(&own_title(owner)), "room {at} has of {owner}");
            }
        }
    }
    println!("read: {cells} cells of unit × space × way, all as the rule says");
}

/// A computer that the township has countersigned and that has gone bad.
struct Bad {
    at: usize,
    secret: SecretKey,
}

impl Bad {
    /// It joins the unit of a room over the line, with an invitation like any other.
    fn joins(land: &Land, at: usize, runtime: &Runtime) -> Self {
        let seed = u8::try_from(at).unwrap() + 100;
        let secret = SecretKey::from_seed([seed; 32]);
        let request = json!({
            "unit": land.rooms[at].unit(), "role": "R2", "to": { "path": land.folder.path() },
        });
        let made = land.rooms[0].does("invitation_create", request);
        let invited =
            tests::Invited { path: text(&made, "/path").into(), code: text(&made, "/code") };
        let bad = Self { at, secret };
        visited(&land.rooms[0], |address| {
            let joining = Some(enrolment(&invited, &bad.secret));
            bad.says(address, conversation(&land.rooms[0], joining, true, None), runtime);
        });
        bad
    }

    fn says(&self, address: &str, message: Vec<u8>, runtime: &Runtime) {
        let seed = u8::try_from(self.at).unwrap() + 100;
        let claim = Claim::Raw(self.secret.public().spki(), SecretKey::from_seed([seed; 32]));
        let kind = Kind::Tls(client(&TLS13, claim), message);
        let heard = runtime.block_on(knock(address.parse().unwrap(), kind, 0));
        assert!(heard > 0, "one of ours is answered");
    }

    /// A new record in a space, as our program would write it, in a log of its own.
    fn writes(&self, land: &Land, space: SpaceId, epoch: u8) -> (String, Vec<u8>) {
        let organisation = land.roster.organisation();
        let device = self.secret.public().device();
        let key = LogKey { space, device, epoch: [epoch; 8] };
        let log = chain::log_id(organisation, key);
        let id = domain::id::RecordId(ulid(MORNING_MS, &binding::record_binding(log, 1)));
        let actor = binding::actor(log, &[epoch; 12]);
        let (_, made) = Record::begin(id, "case", actor, &Edit::default()).unwrap();
        let entry = Entry {
            kind: EntryKind::CHANGE,
            doc: id,
            needs: Vec::new(),
            payload: made.payload.into(),
        };
        let before = chain::origin(organisation, key);
        let head = chain::link(&before, 1, &entry);
        let runs = vec![chain::sign_run(&self.secret, log, 1, head)];
        let entries = vec![(entry, head)];
        let packed = segment::pack(
            &[Stretch { log, key, first: 1, before, entries, runs }],
            &[0],
            &BTreeSet::new(),
        );
        let hex: String = id.bytes().iter().map(|byte| format!("{byte:02X}")).collect();
        (hex, packed)
    }

    fn packet(&self, land: &Land, to: usize, segment: &[u8], number: u8) -> PathBuf {
        let header = Header {
            suite: SUITE,
            packet: TransferId([number; 16]),
            organisation: land.roster.organisation(),
            sender: self.secret.public().device(),
            sender_unit: land.unit(self.at),
            recipient: land.unit(to),
            made_ms: MORNING_MS,
            until_ms: MORNING_MS,
            frontier: Vec::new(),
            before: None,
            part: 1,
            parts: 1,
            entries: 1,
            enrolment: None,
            credentials: Vec::new(),
            observed: None,
            wants: Vec::new(),
            blob_bytes: 0,
        };
        let devices = land.roster.devices_of(land.unit(to));
        let recipients: Vec<String> = devices.map(|device| device.recipient.clone()).collect();
        let mut writer =
            PacketWriter::begin(Vec::new(), &recipients, &header, &self.secret).unwrap();
        writer.segment(segment).unwrap();
        let path = land.folder.path().join("BAD00001.PLP");
        std::fs::write(&path, writer.finish().unwrap()).unwrap();
        path
    }
}

/// What is said over the line, all at once: hello, that nothing is held, a segment, and goodbye.
fn conversation(
    room: &Room,
    joining: Option<Enrolment>,
    is_common: bool,
    segment: Option<Vec<u8>>,
) -> Vec<u8> {
    let buckets = if is_common { Vec::new() } else { (0..BUCKETS).collect() };
    let mut all = hello(room, joining);
    all.extend(framed(&Message::State(State {
        is_common,
        buckets,
        logs: Vec::new(),
        lists: None,
        finds_records: None,
    })));
    all.extend(
        segment.into_iter().flat_map(|bytes| framed(&Message::Segment(Segment { bytes, left: 0 }))),
    );
    all.extend(framed(&Message::Done(Greeting::clock(MORNING_MS))));
    all.extend(framed(&Message::Wants(Wants::now(Vec::new(), true))));
    all.extend(framed(&Message::Done(Greeting::clock(MORNING_MS))));
    all
}

#[test]
fn every_unit_writes_where_it_was_granted_and_nowhere_else() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut land = Land::new();
    let bads: Vec<Bad> = (1..land.rooms.len()).map(|at| Bad::joins(&land, at, &runtime)).collect();
    for room in &land.rooms[1..] {
        land.rooms[0].carry(room);
    }
    land.roster = roster(&land.rooms[0], land.folder.path());
    let (mut cells, mut taken, mut number) = (0, 0, 0u8);
    for bad in &bads {
        for (kept, space) in land.spaces() {
            for (to, room) in land.rooms.iter().enumerate() {
                for by_line in [false, true] {
                    number += 1;
                    let (record, segment) = bad.writes(&land, space, number);
                    let before = room.records();
                    if by_line {
                        let all =
                            conversation(&land.rooms[0], None, kept == Kept::Common, Some(segment));
                        visited(room, |address| bad.says(address, all, &runtime));
                    } else {
                        let path = bad.packet(&land, to, &segment, number);
                        // Whether it is refused or passed over, nothing may come of it.
                        let _ = room.call("packet_import", json!({ "from": { "path": path } }));
                    }
                    let after = room.records();
                    let has_effect = after.iter().any(|row| row.contains(&record));
                    let want = may_write(bad.at, kept) && holds(to, kept);
                    let cell = format!("{} into {kept:?} at {to}, by line: {by_line}", bad.at);
                    assert_eq!(has_effect, want, "{cell}");
                    assert!(want || before == after, "{cell} changed something");
                    cells += 1;
                    taken += usize::from(want);
                }
            }
        }
    }
    println!(
        "write: {cells} cells of writer × space × reader × way, {taken} granted, all as the rule says"
    );
    assert!(taken > 0 && taken < cells);
}
