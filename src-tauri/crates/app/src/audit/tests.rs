use serde_json::{Value, json};

use super::*;
use crate::testing::{MORNING_MS, PASSPHRASE, Room};

const DAY_MS: u64 = 24 * 3600 * 1000;

impl Room {
    fn notes(&self) -> Vec<Note> {
        let office = self.office();
        let all = office.store.read(|r| r.audit(&AuditFilter::default(), 0, 1000)).unwrap();
        all.0.into_iter().map(|row| row.note).collect()
    }

    fn acts(&self) -> Vec<Act> {
        self.notes().iter().rev().map(|note| note.deed.act).collect()
    }

    fn entries(&self) -> u64 {
        self.office().store.read(|reader| reader.entry_count()).unwrap()
    }

    fn registers(&self, birth: &str) -> Value {
        self.does(
            "case_register",
            json!({ "title": "滴水边界纠纷", "parties": [
                        { "side": "applicant", "name": "张某" },
                        { "side": "respondent", "name": "李某", "birth": birth },
                    ] }),
        )
    }
}

#[test]
fn opening_failing_to_open_and_locking_are_noted() {
    let folder = tempfile::tempdir().unwrap();
    let room = Room::township(folder.path());
    room.does("profile_lock", json!({}));
    room.clock.set(MORNING_MS + 1000);
    for _ in 0..3 {
        let wrong = room.call("profile_unlock", json!({ "passphrase": "pingli-wrong" }));
        assert_eq!(wrong.unwrap_err(), Fault::WrongPassphrase);
    }
    // After three of them the next one waits five seconds.
    room.clock.set(MORNING_MS + 6000);
    room.does("profile_unlock", json!({ "passphrase": PASSPHRASE }));
    assert_eq!(room.acts(), [Act::Locked, Act::UnlockFailed, Act::Unlocked]);
    assert_eq!(room.notes()[1].deed.count, Some(3));
    room.does("profile_lock", json!({}));
    room.clock.set(MORNING_MS + 7000);
    room.does("profile_unlock", json!({ "passphrase": PASSPHRASE }));
    assert_eq!(room.acts()[3..], [Act::Locked, Act::Unlocked], "the failures are told once");
}

#[test]
fn reading_a_protected_case_is_noted_once_a_day_and_another_never() {
    let folder = tempfile::tempdir().unwrap();
    let room = Room::township(folder.path());
    let plain = room.registers("1980-01-01");
    let before = room.entries();
    room.does("case_get", json!({ "case": plain["id"] }));
    room.does("case_history", json!({ "case": plain["id"] }));
    assert_eq!(room.entries(), before, "nothing is written");
    // Whoever writes on a case sees it: one entry for the case, one for that.
    let child = room.registers("2017-03-01");
    let before = before + 1;
    for _ in 0..5 {
        room.does("case_get", json!({ "case": child["id"] }));
        room.does("case_history", json!({ "case": child["id"] }));
    }
    assert_eq!(room.entries(), before + 1);
    let note = &room.notes()[0];
    let read = (note.deed.act, note.deed.record.map(|id| json!(id)), note.deed.word.as_str());
    assert_eq!(read, (Act::ProtectedRead, Some(child["id"].clone()), "minor"));
    assert_eq!((note.by, note.role), (room.office().me().user, domain::role::Role::R7));
    room.clock.set(MORNING_MS + DAY_MS);
    room.does("case_get", json!({ "case": child["id"] }));
    assert_eq!(room.entries(), before + 2, "another day");
}

#[test]
fn notes_reach_the_township_and_no_other_village_and_cost_no_further_meeting() {
    let folder = tempfile::tempdir().unwrap();
    let home = |name: &str| folder.path().join(name);
    let township = Room::township(&home("t"));
    let one = township.village(&home("a"), "桥头村评理说事点");
    let two = township.village(&home("b"), "石湾村评理说事点");
    let refused = one.call("settings_set", json!({ "reason": "改一改" })).unwrap_err();
    assert!(matches!(refused, Fault::NotAllowed { .. }), "{refused:?}");
    one.call("settings_set", json!({ "reason": "再改" })).unwrap_err();
    let is_refusal = |note: &&Note| note.deed.act == Act::Refused;
    assert_eq!(one.notes().iter().filter(is_refusal).count(), 1, "once a day");
    one.carry(&township);
    township.carry(&two);
    assert_eq!(township.notes().iter().filter(is_refusal).count(), 1);
    assert_eq!(two.notes().iter().filter(is_refusal).count(), 0);
    let user = one.office().me().user;
    assert!(township.notes().iter().any(|n| n.by == user && n.deed.word == "settings_set"));
    // What was exchanged is noted, and gives the other side nothing new.
    assert_eq!(one.carry(&township)["received"], json!(0));
    for room in [&township, &one, &two] {
        let rebuilt = room.desk.rebuild(true).unwrap();
        assert!(rebuilt.is_same, "{rebuilt:?}");
    }
}

#[test]
fn what_is_no_note_is_kept_aside_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let township = Room::township(&folder.path().join("t"));
    let village = township.village(&folder.path().join("a"), "桥头村评理说事点");
    let office = village.office();
    for payload in [
        b"no note".to_vec(),
        b"{\"v\":9}".to_vec(),
        (0..50_000).map(|_| fastrand::u8(..)).collect(),
    ] {
        let kind = EntryKind::AUDIT;
        let entry = Entry { kind, doc: NO_RECORD, needs: Vec::new(), payload: payload.into() };
        let space = office.home_space().unwrap();
        let write = |tx: &mut Writer<'_>| Pen::new(&office, tx).append_note(space, &entry);
        office.store.write(write).unwrap();
    }
    note(&office, Deed::new(Act::Printed)).unwrap();
    village.carry(&township);
    assert!(township.acts().contains(&Act::Printed));
    let held = township.desk.examine().unwrap().held;
    assert_eq!(held.iter().filter(|line| line.ends_with("note_unreadable")).count(), 2);
    assert_eq!(held.iter().filter(|line| line.ends_with("needs_update")).count(), 1);
}

#[test]
fn the_auditor_sees_who_did_what_and_takes_it_along() {
    let folder = tempfile::tempdir().unwrap();
    let home = |name: &str| folder.path().join(name);
    let township = Room::township(&home("t"));
    let village = township.village(&home("a"), "桥头村评理说事点");
    let child = village.registers("2017-03-01");
    village.call("settings_set", json!({ "reason": "改一改" })).unwrap_err();
    assert!(matches!(village.call("audit_list", json!({})), Err(Fault::NotAllowed { .. })));
    village.carry(&township);
    let list = |with: Value| township.does("audit_list", with);
    let read = list(json!({ "act": "protected_read" }));
    assert_eq!((&read["total"], &read["rows"][0]["record"]), (&json!(1), &child["id"]));
    let by = &read["rows"][0];
    assert_eq!((&by["by"]["name"], &by["is_vouched"]), (&json!("周某"), &json!(true)));
    assert_eq!(by["unit"]["name"], "桥头村评理说事点");
    assert_eq!(list(json!({ "record": child["id"] }))["total"], json!(1));
    assert_eq!(list(json!({ "until": "2026-03-01" }))["total"], json!(0));
    let unit = village.office().me().unit;
    let of_village = list(json!({ "unit": unit, "from": "2026-03-02", "until": "2026-03-02" }));
    let rows = of_village["rows"].as_array().unwrap();
    let acts: Vec<&Value> = rows.iter().map(|row| &row["act"]).collect();
    assert!(acts.contains(&&json!("refused")) && acts.contains(&&json!("packet_imported")));
    let request = json!({ "list": { "audit": {} }, "to": { "path": folder.path() } });
    let saved = township.does("list_export", request.clone());
    assert!(saved["path"].as_str().unwrap().ends_with("audit.xlsx"), "{saved}");
    let refused = village.call("list_export", request);
    assert!(matches!(refused, Err(Fault::NotAllowed { .. })), "{refused:?}");
    let exported = list(json!({ "act": "exported" }));
    let files = exported["rows"].as_array().unwrap().iter().map(|row| &row["file"]);
    assert_eq!(files.filter(|file| **file == "audit").count(), 1, "it is noted itself");
}

#[test]
fn a_stored_entry_that_was_altered_is_found_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let room = Room::township(folder.path());
    let office = room.office();
    note(&office, Deed::new(Act::Printed)).unwrap();
    crate::journal::seal(&office, usize::MAX).unwrap();
    assert!(room.desk.examine().unwrap().broken_logs.is_empty());
    // The chain tells of one note, the database holds another.
    let space = office.home_space().unwrap();
    let (log, key) = office.store.read(|r| office.own_notes(r, space)).unwrap();
    let before = office.store.read(|r| r.held_of(log)).unwrap().unwrap().ranges[0].head;
    let kind = EntryKind::AUDIT;
    let entry = |deed| {
        let payload = signed_by(&office, deed).write().unwrap();
        Entry { kind, doc: NO_RECORD, needs: Vec::new(), payload: payload.into() }
    };
    let (said, kept) = (entry(Deed::new(Act::Erased)), entry(Deed::new(Act::Printed)));
    let head = sync::chain::link(&before, 2, &said);
    let append = |tx: &mut Writer<'_>| tx.append(log, key, &kept, None, (before, head), 0);
    office.store.write(append).unwrap();
    assert_eq!(room.desk.examine().unwrap().broken_logs, [format!("{log}/2")]);
}

/// Writes an entry on a case of which the signed chain tells another byte: as if somebody had altered
/// it in the database afterwards.
fn alter(room: &Room, case: &Value) -> domain::log::EntryRef {
    let office = room.office();
    let id: RecordId = case["id"].as_str().unwrap().parse().unwrap();
    let space = office.home_space().unwrap();
    let (log, key) = office.store.read(|r| office.own_log(r, space)).unwrap();
    crate::journal::seal(&office, usize::MAX).unwrap();
    let held = office.store.read(|r| r.held_of(log)).unwrap().unwrap().ranges[0];
    let seq = held.last + 1;
    let (_, mut record) = office.store.read(|r| crate::projector::load(r, id)).unwrap();
    let field = json!({ "value": "另一处", "by": office.user(), "recorded": "1772413200000-0" });
    let fields = vec![("place".to_owned(), field.to_string())];
    let edit = document::Edit { fields, ..document::Edit::default() };
    let made = record.edit(office.actor(log, id.bytes()), &edit).unwrap();
    let needs = office
        .store
        .read(|r| -> Result<Vec<_>, Fault> {
            made.deps.iter().map(|dep| Ok(r.entry_of_change(id, dep)?.unwrap())).collect()
        })
        .unwrap();
    let mut altered = made.payload.clone();
    let payload = made.payload.into();
    let said = Entry { kind: EntryKind::CHANGE, doc: id, needs, payload };
    *altered.last_mut().unwrap() ^= 1;
    let kept = Entry { payload: altered.into(), ..said.clone() };
    let head = sync::chain::link(&held.head, seq, &said);
    let run = sync::chain::sign_run(&office.identity.secret, log, seq, head);
    let write = |tx: &mut Writer<'_>| -> Result<(), Fault> {
        tx.append(log, key, &kept, Some(&made.hash), (held.head, head), 0)?;
        Ok(tx.sign_run(log, key, &run)?)
    };
    office.store.write(write).unwrap();
    domain::log::EntryRef { log, seq }
}

/// The alarms of a room, once the one of a kind is among them.
fn alarm(room: &Room, kind: &str) -> Value {
    for _ in 0..500 {
        let alarms = room.does("alarm_list", json!({}));
        let found = alarms["alarms"].as_array().unwrap().iter().find(|one| one["kind"] == kind);
        if let Some(found) = found {
            return found.clone();
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("no alarm of kind {kind}");
}

#[test]
fn an_altered_entry_is_found_at_the_next_start_and_heard_of_by_the_township() {
    let folder = tempfile::tempdir().unwrap();
    let home = |name: &str| folder.path().join(name);
    let township = Room::township(&home("t"));
    let village = township.village(&home("a"), "桥头村评理说事点");
    let case = village.registers("1980-03-01");
    let other = village.registers("1981-03-01");
    village.carry(&township);
    let at = alter(&village, &case);
    drop(village);
    let village = Room::new(&home("a"));
    village.does("profile_unlock", json!({ "passphrase": PASSPHRASE }));
    let found = alarm(&village, "altered");
    assert_eq!(found["says"], case["number"], "which case, by its own change");
    assert_eq!(found["key"], format!("altered/{}/{}", at.log, at.seq));
    let noted: Vec<Note> =
        village.notes().into_iter().filter(|n| n.deed.act == Act::AlterationFound).collect();
    assert_eq!(noted.len(), 1);
    assert_eq!(noted[0].deed.record.map(|id| id.to_string()).as_deref(), case["id"].as_str());
    assert_eq!(village.desk.examine().unwrap().broken_logs, [format!("{}/{}", at.log, at.seq)]);
    // Nobody is told twice, and taking note of it ends the alarm here.
    village.does("alarm_note", json!({ "key": found["key"] }));
    assert_eq!(village.desk.scrub().unwrap().1, 1);
    assert_eq!(village.does("alarm_list", json!({}))["alarms"], json!([]));
    // The township hears of it, takes everything but that log, and lists why.
    let note = json!({ "kind": "note", "body": { "text": "照常" } });
    village.does("fact_add", json!({ "case": other["id"], "facts": [note] }));
    let brought = village.carry(&township);
    assert!(brought["received"].as_u64() > Some(0), "the note of it: {brought}");
    assert_eq!(brought["held"], 1);
    let heard = alarm(&township, "altered_elsewhere");
    assert_eq!((&heard["says"], &heard["device"]["name"]), (&case["number"], &json!("新来的机器")));
    let lines = township.does("quarantine_list", json!({}));
    assert_eq!(lines["rows"][0]["reason"], "bad_signature");
    assert!(township.desk.examine().unwrap().broken_logs.is_empty(), "nothing of it was taken");
}

#[test]
fn what_was_altered_before_it_was_signed_is_never_signed() {
    let folder = tempfile::tempdir().unwrap();
    let room = Room::township(folder.path());
    let office = room.office();
    crate::journal::seal(&office, usize::MAX).unwrap();
    let space = office.home_space().unwrap();
    let (log, key) = office.store.read(|r| office.own_notes(r, space)).unwrap();
    note(&office, Deed::new(Act::Printed)).unwrap();
    let held = office.store.read(|r| r.held_of(log)).unwrap().unwrap().ranges[0];
    let payload = signed_by(&office, Deed::new(Act::Printed)).write().unwrap();
    let kept = Entry {
        kind: EntryKind::AUDIT,
        doc: NO_RECORD,
        needs: Vec::new(),
        payload: payload.into(),
    };
    let append = |tx: &mut Writer<'_>| tx.append(log, key, &kept, None, (held.head, [7; 32]), 0);
    let seq = office.store.write(append).unwrap();
    crate::journal::seal(&office, usize::MAX).unwrap();
    let runs = office.store.read(|r| r.runs(log, 0)).unwrap();
    assert!(runs.iter().all(|run| run.last < seq), "{runs:?}");
    assert_eq!(alarm(&room, "altered")["key"], format!("altered/{log}/{seq}"));
}

#[test]
fn a_stopped_pass_goes_on_where_it_was_and_misses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let home = |name: &str| folder.path().join(name);
    let township = Room::township(&home("t"));
    let village = township.village(&home("a"), "桥头村评理说事点");
    let case = village.registers("1980-03-01");
    village.carry(&township);
    let at = alter(&village, &case);
    let office = village.office();
    let whole = village.desk.scrub().unwrap().0;
    let (mut looked, mut found) = (0, Vec::new());
    for _ in 0..200 {
        // One run at a time: each pass is stopped at once.
        let mut pass = crate::scrub::Pass::new(&office);
        pass.whole(&mut || false).unwrap();
        looked += pass.entries;
        found.extend(pass.found);
        if looked >= whole {
            break;
        }
    }
    assert!(looked >= whole, "{looked} of {whole}");
    assert!(found.iter().any(|altered| altered.at == at), "{found:?}");
}

/// An erasure before, during and after a pass, of a case that was carried into a space of its own
/// and of persons: what is gone is no alteration, and an alteration beside it is one.
#[test]
fn an_erasure_beside_a_pass_is_no_alarm_and_an_alteration_beside_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let home = |name: &str| folder.path().join(name);
    let township = Room::township(&home("t"));
    let village = township.village(&home("a"), "桥头村评理说事点");
    let other = township.village(&home("b"), "石湾村评理说事点");
    let unit = other.does("status_get", json!({}))["office"]["unit"]["id"].clone();
    let case = village.registers("1980-03-01");
    let closed = json!({ "kind": "closed", "body": { "outcome": "failed", "routes": ["court"] } });
    village.does("fact_add", json!({ "case": case["id"], "facts": [closed] }));
    village.carry(&township);
    township.does("case_share", json!({ "case": case["id"], "units": [unit] }));
    let archived = json!({ "kind": "archived", "body": { "retention": "short" } });
    township.does("fact_add", json!({ "case": case["id"], "facts": [archived] }));
    let persons: Vec<Value> = ["孔某甲", "孔某乙"]
        .iter()
        .map(|name| township.does("person_add", json!({ "name": name }))["id"].clone())
        .collect();
    let kept = township.registers("1979-03-01");
    let office = township.office();
    crate::journal::seal(&office, usize::MAX).unwrap();
    let erase = |record: &Value| {
        let request = json!({
            "records": [record], "ground": "retention_ended", "reason": "保管期限已满",
        });
        assert_eq!(township.does("record_erase", request)["erasures"][0]["holds"], true);
    };
    let whole = || {
        let mut pass = crate::scrub::Pass::new(&office);
        pass.whole(&mut || true).unwrap();
        assert!(pass.entries > 0);
        pass.found
    };
    erase(&persons[0]);
    assert_eq!(whole(), [], "erased before");
    // A pass that is stopped after each run, with an erasure in the middle of it.
    let all = township.desk.scrub().unwrap().0;
    let (mut looked, mut is_erased) = (0, false);
    for _ in 0..500 {
        let mut pass = crate::scrub::Pass::new(&office);
        pass.whole(&mut || false).unwrap();
        assert_eq!(pass.found, [], "after {looked} of {all}");
        looked += pass.entries;
        if looked > all / 2 && !is_erased {
            erase(&case["id"]);
            is_erased = true;
        }
        if looked > all * 2 {
            break;
        }
    }
    assert!(is_erased && looked > all * 2, "{looked} of {all}");
    erase(&persons[1]);
    assert_eq!(whole(), [], "erased after");
    assert_eq!(township.does("alarm_list", json!({}))["alarms"], json!([]));
    let at = alter(&township, &kept);
    let found: Vec<_> = whole().into_iter().map(|altered| altered.at).collect();
    assert_eq!(found, [at]);
    assert_eq!(alarm_of(&township, &found), 1);
}

/// How many of the alarms of a room are about altered entries, once a pass has told of them.
fn alarm_of(room: &Room, found: &[domain::log::EntryRef]) -> usize {
    room.desk.scrub().unwrap();
    let alarms = room.does("alarm_list", json!({}));
    let keys = found.iter().map(|at| format!("altered/{}/{}", at.log, at.seq));
    keys.filter(|key| alarms.to_string().contains(key)).count()
}

#[test]
fn what_is_printed_is_noted_with_why_it_is_protected() {
    let folder = tempfile::tempdir().unwrap();
    let room = Room::township(folder.path());
    let (child, grown) = (room.registers("2017-03-01"), room.registers("1980-03-01"));
    for (page, record) in [("case", &child["id"]), ("case", &grown["id"]), ("audit", &Value::Null)]
    {
        room.does("print_note", json!({ "page": page, "record": record }));
    }
    let unknown = room.call("print_note", json!({ "page": "case", "record": RecordId([9; 16]) }));
    assert!(matches!(unknown, Err(Fault::NotFound { .. })), "{unknown:?}");
    let printed = room.does("audit_list", json!({ "act": "printed" }));
    let rows = printed["rows"].as_array().unwrap();
    let words: Vec<&Value> = rows.iter().rev().map(|row| &row["word"]).collect();
    assert_eq!(words, ["minor", "case", "audit"]);
    let of_child = json!({ "act": "printed", "number": child["number"] });
    assert_eq!(room.does("audit_list", of_child)["total"], 1);
}
