//! What a broken or hostile machine may put into the space of a case, and that it stays noise.

use domain::log::LogKey;
use serde_json::{Value, json};
use trust::key::SecretKey;

use super::*;
use crate::testing::Room;

impl Room {
    /// Writes an entry that claims to carry others.
    fn plants(&self, home: SpaceId, record: RecordId, payload: Vec<u8>) {
        let office = self.office();
        let entry =
            Entry { kind: EntryKind::CARRIED, doc: record, needs: vec![], payload: payload.into() };
        office.store.write(|tx| Pen::new(&office, tx).carry(home, &entry)).unwrap();
    }

    fn held(&self) -> Vec<String> {
        self.desk.examine().unwrap().held
    }
}

/// A township and two villages that share a case.
struct Land {
    _folder: tempfile::TempDir,
    township: Room,
    village: Room,
    other: Room,
    case: RecordId,
    home: SpaceId,
}

fn land() -> Land {
    let folder = tempfile::tempdir().unwrap();
    let township = Room::township(&folder.path().join("township"));
    let join = |name: &str| township.village(&folder.path().join(name), name);
    let (village, other) = (join("桥头村"), join("石湾村"));
    let case = village.register("地界");
    village.carry(&township);
    let unit = other.office().identity.record.unit;
    let shared = township.does("case_share", json!({ "case": case, "units": [unit] }));
    township.carry(&village);
    township.carry(&other);
    let home = serde_json::from_value(shared["space"].clone()).unwrap();
    Land { _folder: folder, township, village, other, case, home }
}

impl Land {
    fn note(&self, room: &Room, text: &str) {
        let note = json!({ "kind": "note", "body": { "text": text } });
        room.does("fact_add", json!({ "case": self.case, "facts": [note] }));
    }

    fn events(&self, room: &Room) -> Value {
        room.does("case_get", json!({ "case": self.case }))["event_count"].clone()
    }

    /// An honest excerpt of what the village wrote in its own space.
    fn excerpt(&self) -> Vec<u8> {
        let office = self.township.office();
        office
            .store
            .read(|reader| -> Result<_, Fault> {
                let entries: Vec<EntryRef> =
                    reader.all_ready(self.case)?.into_iter().map(|stored| stored.at).collect();
                excerpts(reader, &entries[..1])
            })
            .unwrap()
            .remove(0)
    }

    /// Everybody exchanges, all see the same, and the case says so much.
    fn settles(&self, events: u64) {
        for _ in 0..2 {
            for room in [&self.village, &self.other] {
                room.carry(&self.township);
                self.township.carry(room);
            }
        }
        let shown: Vec<Vec<String>> = [&self.township, &self.village, &self.other]
            .iter()
            .map(|room| {
                assert!(room.is_whole());
                assert_eq!(self.events(room), events);
                let rows = room.desk.dump_views().unwrap();
                rows.into_iter().filter(|row| row.contains("\t地界\t")).collect()
            })
            .collect();
        assert!(shown.iter().all(|lines| *lines == shown[0]), "{shown:?}");
    }
}

#[test]
fn a_shared_case_is_the_same_in_every_room() {
    let land = land();
    for room in [&land.township, &land.village, &land.other] {
        land.note(room, "各写一笔");
    }
    // Registration, party, the share, three notes.
    land.settles(6);
    for room in [&land.township, &land.village, &land.other] {
        assert_eq!(room.held(), Vec::<String>::new());
        assert!(room.desk.examine().unwrap().broken_logs.is_empty());
    }
    let carried = land.township.office().store.read(|r| r.of_kind(EntryKind::CARRIED)).unwrap();
    carry(&land.township.office()).unwrap();
    let again = land.township.office().store.read(|r| r.of_kind(EntryKind::CARRIED)).unwrap();
    assert_eq!(carried, again, "what was carried is not carried again");
}

#[test]
fn an_excerpt_altered_anywhere_is_kept_without_effect() {
    let land = land();
    let honest = land.excerpt();
    let step = (honest.len() / 40).max(1);
    let mut planted = 0;
    for at in (0..honest.len()).step_by(step) {
        let mut altered = honest.clone();
        altered[at] ^= 1 << (at % 8);
        land.township.plants(land.home, land.case, altered);
        planted += 1;
    }
    land.note(&land.township, "后面的照样到");
    land.settles(4);
    for room in [&land.township, &land.village, &land.other] {
        assert_eq!(room.held().len(), planted, "each with its mark: {:?}", room.held());
    }
}

#[test]
fn what_proves_nothing_is_kept_without_effect() {
    let land = land();
    let honest = land.excerpt();
    // A village carries what is not its to carry.
    land.other.plants(land.home, land.case, honest.clone());
    // Somebody without a certificate writes a log of their own.
    let stranger = SecretKey::from_seed([9; 32]);
    let roster = land.township.office().roster();
    let key = LogKey { space: land.home, device: stranger.public().device(), epoch: [0; 8] };
    let log = chain::log_id(roster.organisation(), key);
    let entry = Entry {
        kind: EntryKind::CHANGE,
        doc: land.case,
        needs: vec![],
        payload: vec![1; 40].into(),
    };
    let before = chain::origin(roster.organisation(), key);
    let run = chain::sign_run(&stranger, log, 1, chain::link(&before, 1, &entry));
    let forged = |brings: bool| {
        excerpt::pack(key, 1, &before, std::slice::from_ref(&entry), |_| brings, &run.signature)
    };
    land.township.plants(land.home, land.case, forged(true));
    // Entries that are named and not brought; an excerpt of another record; no excerpt at all.
    land.township.plants(land.home, land.case, forged(false));
    land.township.plants(land.home, RecordId([7; 16]), honest.clone());
    land.township.plants(land.home, land.case, b"\x01nothing".to_vec());
    land.note(&land.other, "后面的照样到");
    land.settles(4);
    for room in [&land.township, &land.village, &land.other] {
        let held = room.held();
        assert_eq!(held.len(), 5, "{held:?}");
        assert!(held.iter().all(|line| line.ends_with("not_carried")), "{held:?}");
    }
}

/// The disk of the township was put back: what it carried comes back before the word that opened the
/// space does.
#[test]
fn what_carries_others_is_taken_once_its_space_is_vouched_for() {
    let land = land();
    let office = land.township.office();
    let (roster, unit) = (office.roster(), office.identity.record.unit);
    let home = SpaceId([5; 16]);
    land.township.plants(home, land.case, land.excerpt());
    settle_in(&office, |_| true).unwrap();
    let held = land.township.held();
    assert!(held.len() == 1 && held[0].ends_with("not_carried"), "{held:?}");
    let certificate = SpaceCertificate { space: home, kind: SpaceKind::Case, unit };
    let mut statements = vec![Statement::Space(certificate)];
    statements.extend(grants(&roster, home, &[unit]));
    let common = roster.common().unwrap();
    office.store.write(|tx| Pen::new(&office, tx).say(common, &statements)).unwrap();
    settle_in(&office, |_| true).unwrap();
    assert_eq!(land.township.held(), Vec::<String>::new());
}

#[test]
fn a_record_whose_beginning_was_not_carried_waits() {
    let land = land();
    // A second case of the village's; the township's machine carries only what came later.
    let register = json!({ "title": "别的", "parties": [{ "name": "王某", "side": "applicant" }] });
    let record: RecordId =
        serde_json::from_value(land.village.does("case_register", register)["id"].clone()).unwrap();
    let note = json!({ "kind": "note", "body": { "text": "外村不该看到" } });
    land.village.does("fact_add", json!({ "case": record, "facts": [note] }));
    land.village.carry(&land.township);
    let office = land.township.office();
    let later = office
        .store
        .read(|reader| -> Result<_, Fault> {
            let entries: Vec<EntryRef> =
                reader.all_ready(record)?.into_iter().map(|stored| stored.at).collect();
            excerpts(reader, &entries[1..])
        })
        .unwrap()
        .remove(0);
    land.township.plants(land.home, record, later);
    land.settles(3);
    let fault = land.other.call("case_get", json!({ "case": record })).unwrap_err();
    assert!(matches!(fault, Fault::NotFound { .. }), "{fault:?}");
    assert_eq!(land.other.does("case_list", json!({}))["total"], 1);
}

#[test]
fn a_village_that_says_it_moved_a_case_moves_nothing() {
    let land = land();
    let office = land.village.office();
    let body = CaseShared { space: SpaceId([3; 16]), units: vec![office.identity.record.unit] };
    office
        .store
        .write(|tx| {
            Pen::new(&office, tx).edit(land.case, |_, _, draft| {
                let at = minute(office.now_ms());
                draft.fact(&office, at, Body::CaseShared(body)).map(|_| ())
            })
        })
        .unwrap();
    land.note(&land.other, "后面的照样到");
    land.settles(5);
    for room in [&land.township, &land.village, &land.other] {
        let view = room.does("case_get", json!({ "case": land.case }));
        assert_eq!(view["space"], json!(land.home));
        let history = room.does("case_history", json!({ "case": land.case }));
        let events = history["events"].as_array().unwrap();
        let refused = events.iter().filter(|e| e["marks"] == json!(["refused"])).count();
        assert_eq!(refused, 1, "kept, with a mark");
    }
}

#[test]
fn where_the_move_has_not_arrived_people_go_on_writing_and_lose_nothing() {
    let land = land();
    // The township moves a second case; the village has not heard of it.
    let register = json!({ "title": "水渠", "parties": [{ "name": "王某", "side": "applicant" }] });
    let case = land.village.does("case_register", register)["id"].clone();
    land.village.carry(&land.township);
    let unit = land.other.office().identity.record.unit;
    land.township.does("case_share", json!({ "case": case, "units": [unit] }));
    let note = |text: &str| json!({ "case": case, "facts": [{ "kind": "note", "body": { "text": text } }] });
    land.village.does("fact_add", note("还写在原处"));
    let view = land.village.does("case_get", json!({ "case": case }));
    assert_eq!(view["sharing"], Value::Null);
    // What arrives late is carried on by the import that brings it, and once.
    land.village.carry(&land.township);
    land.township.carry(&land.other);
    let count = |room: &Room| room.does("case_get", json!({ "case": case }))["event_count"].clone();
    assert_eq!((count(&land.township), count(&land.other)), (json!(4), json!(4)));
    land.township.carry(&land.village);
    land.village.does("fact_add", note("从此写在新处"));
    let office = land.village.office();
    let logs = office.store.read(|reader| reader.logs_of(office.identity.device)).unwrap();
    let own: BTreeSet<SpaceId> = logs.iter().map(|held| held.key.space).collect();
    assert_eq!(own.len(), 2, "its own space, and the case's");
}
