//! Records that are erased: nothing of them is left anywhere, nothing brings them back, and
//! everything else goes on.

use serde_json::{Value, json};
use tests::pages::hits;
use tests::{QIAOTOU, Room, SHIWAN, folder, is, text};

/// Words that stand nowhere but in the case that is erased: in its title, its summary, a party, a
/// place, a visit, an indexed pair of characters, a person on record.
const WORDS: [&str; 6] = ["鸬鹚滩", "蓝莓烧饼", "欧阳鹳", "13899887766", "芦苇荡西", "鸬鹚"];

/// A township, two villages that share a case, and a case of no interest.
struct Land {
    folder: tempfile::TempDir,
    township: Room,
    village: Room,
    other: Room,
    case: String,
    person: String,
}

impl Land {
    fn new() -> Self {
        let folder = folder();
        let township = Room::township(&folder.path().join("township"));
        let village = township.joined(QIAOTOU, &folder.path().join("village"));
        let other = township.joined(SHIWAN, &folder.path().join("other"));
        township.carry(&village);
        let unrelated = village.register("不相干的案件")["id"].clone();
        let person =
            village.does("person_add", json!({ "name": "欧阳鹳", "phone": "13899887766" }));
        let person = text(&person, "/id");
        let case = village.does(
            "case_register",
            json!({
                "title": "鸬鹚滩排水纠纷", "summary": "蓝莓烧饼铺门口积水，两家说法不一。",
                "parties": [
                    { "name": "欧阳鹳", "side": "applicant", "phone": "13899887766", "person": person },
                    { "name": "李某", "side": "respondent" },
                ],
            }),
        );
        let case = text(&case, "/id");
        village.carry(&township);
        township.does("case_share", json!({ "case": case, "units": [other.unit()] }));
        township.carry(&village);
        township.carry(&other);
        let place = json!({ "record": case, "field": "place", "value": "芦苇荡西口" });
        village.does("field_set", place);
        let land = Self { folder, township, village, other, case, person };
        land.writes(
            &land.village,
            json!([{
                "kind": "visit_received", "body": { "content": "欧阳鹳说蓝莓烧饼铺又淹了" }
            }]),
        );
        // A paper of that case alone, and one that another case has too.
        for (case, paper) in [(json!(land.case), 1), (json!(land.case), 2), (unrelated, 2)] {
            land.village.attach(&case, "字据", &paper_of(paper)).unwrap();
        }
        land.everybody_meets();
        land
    }

    fn rooms(&self) -> [&Room; 3] {
        [&self.township, &self.village, &self.other]
    }

    fn writes(&self, room: &Room, facts: Value) {
        room.does("fact_add", json!({ "case": self.case, "facts": facts }));
    }

    fn everybody_meets(&self) {
        for _ in 0..2 {
            for room in [&self.village, &self.other] {
                room.carry(&self.township);
                self.township.carry(room);
            }
        }
    }

    fn archive(&self, retention: &str) {
        let closed = json!([{
            "kind": "closed", "body": { "outcome": "failed", "routes": ["court"] }
        }]);
        self.writes(&self.village, closed);
        self.everybody_meets();
        let archived = json!([{ "kind": "archived", "body": { "retention": retention } }]);
        self.writes(&self.township, archived);
    }

    fn erase(&self) -> Value {
        self.township.does("record_erase", request(&[&self.case, &self.person]))
    }

    fn is_gone(&self, room: &Room, name: &str) {
        assert_eq!(hits(&room.home, &WORDS), 0, "{name}: no word of it is left");
        let fault = room.fails("case_get", json!({ "case": self.case }));
        assert_eq!(tests::as_json(&fault)["code"], "not_found", "{name}");
        let found = room.does("case_search", json!({ "query": "鸬鹚" }));
        assert_eq!(found["total"], 0, "{name}");
        let files = usize::from(room.titles().contains(&"不相干的案件".to_owned()));
        assert_eq!(room.blob_files().len(), files, "{name}: its papers are gone, others' are not");
        is_sound(room, name);
    }
}

fn paper_of(n: u8) -> Vec<u8> {
    [b"%PDF-1.7 ".as_slice(), &vec![n; 100_000]].concat()
}

fn request(records: &[&str]) -> Value {
    json!({ "records": records, "ground": "retention_ended", "reason": "保管期限已满" })
}

/// Every chain verifies, nothing waits, and the lists are what the logs say.
fn is_sound(room: &Room, name: &str) {
    let found = room.desk.examine().unwrap();
    assert!(found.is_file_whole && found.broken_logs.is_empty(), "{name}: {found:?}");
    assert_eq!((found.waiting, found.behind), (0, 0), "{name}");
    let report = room.desk.rebuild(true).unwrap();
    assert!(report.is_same, "{name}: {report:?}");
}

#[test]
fn an_erased_case_leaves_no_word_in_any_file_and_every_chain_verifies() {
    let land = Land::new();
    land.archive("short");
    land.everybody_meets();
    for room in land.rooms() {
        assert!(hits(&room.home, &WORDS) > WORDS.len(), "the search finds what is there");
    }
    let erased = land.erase();
    let line = &erased["erasures"][0];
    assert_eq!((&line["holds"], line["records"].as_array().map(Vec::len)), (&json!(true), Some(2)));
    land.is_gone(&land.township, "the township");
    assert!(hits(&land.village.home, &WORDS) > 0, "the village has not heard");
    for (record, body) in [(land.case.as_str(), "蓝莓烧饼铺再看"), ("other", "别的")] {
        let path = format!("/cases/{record}");
        let draft = json!({ "name": format!("note/{record}"), "path": path, "body": body });
        land.village.does("draft_set", draft);
    }
    land.everybody_meets();
    land.is_gone(&land.village, "its village");
    land.is_gone(&land.other, "the village it was shared with");
    assert_eq!(land.village.titles(), ["不相干的案件"], "nothing else is disturbed");
    assert_eq!(land.township.titles(), ["不相干的案件"]);
    let drafts = land.village.does("draft_list", json!({}));
    assert_eq!(
        drafts["drafts"].as_array().map(Vec::len),
        Some(1),
        "what was begun on it: {drafts}"
    );
    let fault = land.village.fails("person_get", json!({ "person": land.person }));
    assert_eq!(tests::as_json(&fault)["code"], "not_found");
    // A computer that joins later gets the logs whole, and nothing of the case.
    let second = land.township.joined(QIAOTOU, &land.folder.path().join("second"));
    land.is_gone(&second, "a computer that was never there");
    assert_eq!(second.records(), land.village.records());
    let again = land.township.carry(&second);
    assert_eq!(again["received"], 0, "the frontiers are equal: {again}");
}

#[test]
fn no_old_stick_brings_it_back_and_a_late_word_is_dropped_at_once() {
    let land = Land::new();
    land.archive("long");
    let second = land.township.joined(QIAOTOU, &land.folder.path().join("second"));
    // Everything, as it travels to somebody who has nothing yet.
    let newcomer = land.township.joined(SHIWAN, &land.folder.path().join("newcomer"));
    let old = land.township.pack(&newcomer);
    land.everybody_meets();
    land.erase();
    // The village has not heard, writes on, and begins another case in the same log.
    land.writes(
        &land.village,
        json!([{
            "kind": "visit_received", "body": { "content": "鸬鹚滩又淹了" }
        }]),
    );
    let later = land.village.register("后来的案件");
    land.village.carry(&land.township);
    assert_eq!(hits(&land.township.home, &WORDS), 0, "never stored where it is known");
    assert_eq!(land.township.titles(), ["不相干的案件", "后来的案件"]);
    // Its second computer hears of the erasure from the township, of the late word from the first.
    land.township.carry(&second);
    land.village.carry(&second);
    land.is_gone(&second, "a second computer");
    assert_eq!(second.does("case_get", json!({ "case": later["id"] }))["title"], "后来的案件");
    land.everybody_meets();
    land.is_gone(&land.village, "whoever wrote the late word");
    assert_eq!(land.village.titles(), ["不相干的案件", "后来的案件"]);
    // An old packet: whoever has heard takes nothing from it.
    land.township.carry(&newcomer);
    for _ in 0..2 {
        newcomer.does("packet_import", json!({ "from": { "path": old } }));
        land.is_gone(&newcomer, "an old stick");
    }
    let seen = newcomer.does("packet_preview", json!({ "from": { "path": old } }));
    assert_eq!((&seen["cases_new"], &seen["cases_updated"]), (&json!(0), &json!(0)), "{seen}");
}

#[test]
fn an_old_stick_shows_it_only_to_whoever_has_not_heard() {
    let land = Land::new();
    land.archive("short");
    let newcomer = land.township.joined(SHIWAN, &land.folder.path().join("newcomer"));
    let _ = newcomer.register("自己的案件");
    let old = land.village.pack(&land.township);
    land.erase();
    land.township.does("packet_import", json!({ "from": { "path": old } }));
    land.is_gone(&land.township, "its own old stick");
    // The newcomer still has it, works on it, and hears of the erasure.
    land.writes(&newcomer, json!([{ "kind": "note", "body": { "text": "鸬鹚滩去看过" } }]));
    assert!(hits(&newcomer.home, &WORDS) > 0);
    newcomer.carry(&land.township);
    land.township.carry(&newcomer);
    land.is_gone(&newcomer, "whoever heard last");
    assert_eq!(newcomer.titles(), ["自己的案件"]);
    newcomer.carry(&land.township);
    assert_eq!(land.township.titles(), ["不相干的案件", "自己的案件"]);
}

#[test]
fn an_open_case_waits_for_a_second_person_and_a_file_that_is_kept_for_ever_is_sealed() {
    let land = Land::new();
    let ask =
        |ground: &str| json!({ "records": [land.case], "ground": ground, "reason": "依法删除" });
    for ground in ["purpose_achieved", "retention_ended"] {
        let fault = land.township.fails("record_erase", ask(ground));
        assert!(is(&fault, "refused", "not_archived"), "{fault:?}");
    }
    land.archive("permanent");
    let fault = land.township.fails("record_erase", ask("retention_ended"));
    assert!(is(&fault, "refused", "kept_for_ever"), "{fault:?}");
    let fault = land.township.fails(
        "record_erase",
        json!({
            "records": [land.case], "ground": "unlawful", "reason": "欧阳鹳申请"
        }),
    );
    assert!(is(&fault, "refused", "names_somebody"), "{fault:?}");
    let waiting = land.township.does("record_erase", ask("unlawful"));
    assert_eq!(waiting["erasures"][0]["holds"], false);
    land.township.does("case_get", json!({ "case": land.case }));
    let fault = land.township.fails("record_erase", ask("unlawful"));
    assert!(is(&fault, "refused", "already_done"), "asked already: {fault:?}");
    let fault = land.village.fails("record_erase", ask("unlawful"));
    assert_eq!(tests::as_json(&fault)["code"], "not_allowed");
    let fault =
        land.township.fails("erasure_agree", json!({ "erasure": waiting["erasures"][0]["id"] }));
    assert_eq!(tests::as_json(&fault)["code"], "not_allowed", "nobody agrees with themselves");
}

#[test]
fn what_is_beyond_ten_a_day_waits_and_another_day_it_does_not() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let persons: Vec<String> = (0..12)
        .map(|n| {
            let added = township.does("person_add", json!({ "name": format!("某某第{n}位") }));
            text(&added, "/id")
        })
        .collect();
    let erase = |records: &[String]| {
        let records: Vec<&str> = records.iter().map(String::as_str).collect();
        let done = township.does("record_erase", request(&records));
        let lines = done["erasures"].as_array().unwrap();
        let is_of = |line: &&Value| line["records"][0]["record"] == records[0];
        lines.iter().find(is_of).expect("listed")["holds"].clone()
    };
    assert_eq!(erase(&persons[..9]), true);
    assert_eq!(erase(&persons[9..11]), false, "the tenth and the eleventh together");
    township.clock.set(tests::MORNING_MS + 24 * 60 * 60 * 1000);
    assert_eq!(erase(&persons[11..]), true, "another day");
    let left = township.does("person_list", json!({ "limit": 50 }));
    assert_eq!(left["total"], 2, "what waits is still there: {left}");
}

#[test]
fn whoever_asks_is_answered_where_copies_may_still_lie() {
    let land = Land::new();
    land.archive("short");
    let _ = land.township.pack(&land.other);
    let saved = json!({ "record": land.case, "to": { "path": land.folder.path() } });
    land.township.does("record_export_automerge", saved);
    land.erase();
    let copies = |room: &Room| {
        let list = room.does("erasure_list", json!({}));
        let records = list["erasures"][0]["records"].as_array().unwrap().clone();
        records.into_iter().find(|one| one["record"] == land.case.as_str()).expect("listed")
    };
    let done = |of: &Value, unit: &Room| {
        let units = of["units"].as_array().unwrap();
        let unit = unit.unit();
        let line = units.iter().find(|line| line["unit"]["id"] == unit.as_str()).expect("held it");
        (line["computers"].as_u64(), line["done"].as_u64())
    };
    let before = copies(&land.township);
    assert_eq!(done(&before, &land.township), (Some(1), Some(1)), "here it is done at once");
    assert_eq!(done(&before, &land.other), (Some(1), Some(0)));
    assert!(before["packets"].as_array().unwrap().len() >= 2, "sticks written before: {before}");
    assert_eq!(before["papers"][0]["file"], "automerge", "{before}");
    assert!(before["numbers"].as_array().is_some_and(|numbers| !numbers.is_empty()));
    land.township.carry(&land.other);
    assert_eq!(done(&copies(&land.township), &land.other), (Some(1), Some(0)), "not known yet");
    land.other.carry(&land.township);
    assert_eq!(done(&copies(&land.township), &land.other), (Some(1), Some(1)), "it has told");
    land.township.carry(&land.village);
    assert_eq!(copies(&land.village)["record"], land.case.as_str(), "a village sees its own");
}
