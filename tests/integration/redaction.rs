//! One person is taken out of a case that goes on: no word of them is left anywhere, the case is
//! the same without them, and what others had written in the meantime is not lost.

use serde_json::{Value, json};
use tests::pages::hits;
use tests::{QIAOTOU, Room, SHIWAN, as_json, folder, is, text};

use crate::forks::copied;

/// What tells of the person: name, telephone, home.
const WORDS: [&str; 3] = ["欧阳鹳", "13899887766", "芦苇荡西"];

/// The office whose second person agrees.
const JUDICIAL: tests::Post =
    tests::Post { unit: "青石司法所", level: "township", sort: "judicial_office", role: "R6" };

/// A township with its judicial office, two villages that share a case, and a case of no interest.
struct Land {
    folder: tempfile::TempDir,
    township: Room,
    office: Room,
    village: Room,
    other: Room,
    case: String,
    party: String,
    person: String,
}

impl Land {
    fn new() -> Self {
        let folder = folder();
        let township = Room::township(&folder.path().join("township"));
        let office = township.joined(JUDICIAL, &folder.path().join("office"));
        let village = township.joined(QIAOTOU, &folder.path().join("village"));
        let other = township.joined(SHIWAN, &folder.path().join("other"));
        let _ = village.register("不相干的案件");
        let person =
            village.does("person_add", json!({ "name": "欧阳鹳", "phone": "13899887766" }));
        let person = text(&person, "/id");
        let case = village.does(
            "case_register",
            json!({
                "title": "欧阳鹳与李某排水纠纷", "summary": "欧阳鹳家门口积水，两家说法不一。",
                "parties": [
                    { "name": "欧阳鹳", "side": "applicant", "phone": "13899887766",
                      "address": "芦苇荡西口", "person": person },
                    { "name": "李某", "side": "respondent", "phone": "13700001111" },
                ],
            }),
        );
        let party = text(&case, "/parties/0/id");
        let case = text(&case, "/id");
        village.carry(&township);
        township.does("case_share", json!({ "case": case, "units": [other.unit()] }));
        let land = Self { folder, township, office, village, other, case, party, person };
        land.everybody_meets();
        land.writes(
            &land.village,
            json!([
                { "kind": "accepted", "body": { "on": "application" } },
                { "kind": "visit_received", "body": { "content": "欧阳鹳说又淹了" } },
            ]),
        );
        let held = json!([{ "kind": "session_held", "body": {
            "place": "芦苇荡西口", "mode": "joint", "host": "周某", "present": [land.party],
            "result": "failed", "participants": [{ "name": "欧阳鹳的嫂子", "role": "relative" }],
        } }]);
        land.writes(&land.village, held);
        let case = land.shown(&land.village);
        let session = text(&case, "/sessions/0/id");
        let notes = json!({ "record": land.case, "text": session, "value": "欧阳鹳要求改沟。" });
        land.village.does("text_edit", notes);
        land.writes(&land.other, json!([{ "kind": "note", "body": { "text": "去看过沟" } }]));
        land.everybody_meets();
        land
    }

    fn rooms(&self) -> [(&Room, &str); 4] {
        [
            (&self.township, "the township"),
            (&self.office, "the judicial office"),
            (&self.village, "its village"),
            (&self.other, "the other village"),
        ]
    }

    fn writes(&self, room: &Room, facts: Value) {
        room.does("fact_add", json!({ "case": self.case, "facts": facts }));
    }

    fn shown(&self, room: &Room) -> Value {
        room.does("case_get", json!({ "case": self.case }))
    }

    fn everybody_meets(&self) {
        for _ in 0..3 {
            for room in [&self.office, &self.village, &self.other] {
                room.carry(&self.township);
                self.township.carry(room);
            }
        }
    }

    fn words(&self) -> Value {
        let asked = json!({ "case": self.case, "party": self.party });
        self.township.does("redaction_preview", asked)["words"].clone()
    }

    fn request(&self) -> Value {
        self.request_with(self.words())
    }

    fn archived(&self) {
        let closed =
            json!({ "kind": "closed", "body": { "outcome": "failed", "routes": ["court"] } });
        self.writes(&self.village, json!([closed]));
        self.everybody_meets();
        let archived = json!({ "kind": "archived", "body": { "retention": "long" } });
        self.writes(&self.township, json!([archived]));
    }

    fn request_with(&self, words: Value) -> Value {
        json!({
            "case": self.case, "party": self.party, "words": words,
            "persons": [self.person], "ground": "consent_withdrawn", "reason": "本人书面撤回同意",
        })
    }

    fn redact(&self) {
        self.redact_with(self.request());
    }

    /// The head asks, the judicial office agrees.
    fn redact_with(&self, request: Value) {
        let asked = self.township.does("case_redact", request);
        let lines = asked["erasures"].as_array().unwrap();
        let waiting = lines.iter().find(|line| line["holds"] == false);
        self.agree(&waiting.expect("an open case waits for a second person")["id"]);
    }

    fn agree(&self, erasure: &Value) {
        self.township.carry(&self.office);
        self.office.does("erasure_agree", json!({ "erasure": erasure }));
        self.office.carry(&self.township);
    }

    /// No word of the person is left anywhere, and everybody holds the same.
    fn is_clean(&self) {
        for (room, name) in self.rooms() {
            assert_eq!(hits(&room.home, &WORDS), 0, "{name}: no word is left");
            is_sound(room, name);
        }
        assert_eq!(self.village.records(), self.other_of(&self.village));
        let again = self.township.carry(&self.village);
        assert_eq!(again["received"], 0, "the frontiers are equal: {again}");
    }

    /// What the township holds of what a village holds.
    fn other_of(&self, room: &Room) -> Vec<String> {
        let held = room.records();
        let mut rows = self.township.records();
        rows.retain(|row| held.contains(row));
        assert_eq!(rows.len(), held.len(), "every row of the village stands at the township too");
        rows
    }
}

/// Every chain verifies, nothing waits, and the lists are what the logs say.
fn is_sound(room: &Room, name: &str) {
    let found = room.desk.examine().unwrap();
    assert!(found.is_file_whole && found.broken_logs.is_empty(), "{name}: {found:?}");
    assert_eq!((found.waiting, found.behind), (0, 0), "{name}");
    let report = room.desk.rebuild(true).unwrap();
    assert!(report.is_same, "{name}: {report:?}");
}

/// A case as it reads, without its own name and what tells of the person.
fn without(case: &Value, id: &str, person: &str) -> Value {
    let mut read = case.to_string().replace(id, "CASE").replace(&format!("\"{person}\""), "null");
    for (word, put) in [
        ("欧阳鹳", "当事人甲"),
        ("\"13899887766\"", "null"),
        ("\"芦苇荡西口\"", "null"),
        ("13899887766", "×××"),
    ] {
        read = read.replace(word, put);
    }
    let mut case: Value = serde_json::from_str(&read).unwrap();
    let members = case.as_object_mut().unwrap();
    // What depends on the moment, on where the record stands, or on what it is.
    for name in ["version", "redacted", "space", "heads"] {
        members.remove(name);
    }
    for text in members["texts"].as_object_mut().unwrap().values_mut() {
        text.as_object_mut().unwrap().remove("version");
    }
    case
}

#[test]
fn one_person_is_taken_out_and_the_case_is_the_same_without_them() {
    let land = Land::new();
    let before: Vec<Value> = land.rooms().iter().map(|(room, _)| land.shown(room)).collect();
    for (room, name) in land.rooms() {
        assert!(hits(&room.home, &WORDS) > 0, "{name}: the search finds what is there");
    }
    let asked = land.township.does("case_redact", land.request());
    let erasure = &asked["erasures"][0];
    assert_eq!(erasure["holds"], false);
    assert_eq!(land.township.titles().len(), 2, "what waits stands in no list");
    assert!(
        land.shown(&land.township)["title"].to_string().contains("欧阳鹳"),
        "nothing is done yet"
    );
    land.everybody_meets();
    land.agree(&erasure["id"]);
    land.everybody_meets();
    land.is_clean();
    for ((room, name), before) in land.rooms().into_iter().zip(before) {
        let now = land.shown(room);
        let id = text(&now, "/id");
        assert_ne!(id, land.case, "{name}: another record answers to the old name");
        assert_eq!(now["title"], "当事人甲与李某排水纠纷", "{name}");
        assert_eq!(now["parties"][0]["id"], land.party.as_str(), "{name}: under its first name");
        assert_eq!(now["parties"][0]["details"]["phone"], Value::Null, "{name}");
        let (was, is) = (without(&before, &land.case, &land.person), without(&now, &id, "-"));
        for (member, value) in was.as_object().unwrap() {
            assert_eq!(&is[member], value, "{name}: {member}");
        }
        let notes = text(&now, "/sessions/0/id");
        assert_eq!(now["texts"][&notes]["text"], "当事人甲要求改沟。", "{name}: {}", now["texts"]);
        let found = room.does("case_search", json!({ "query": "排水" }));
        assert_eq!(found["total"], 1, "{name}");
        let fault = room.fails("person_get", json!({ "person": land.person }));
        assert_eq!(as_json(&fault)["code"], "not_found", "{name}");
    }
    // It goes on, under the old name as under the new one.
    land.writes(&land.village, json!([{ "kind": "note", "body": { "text": "接着办" } }]));
    land.everybody_meets();
    let history = land.other.does("case_history", json!({ "case": land.case }));
    assert!(history.to_string().contains("接着办"), "{history}");
    land.is_clean();
}

/// What two villages record while the head takes somebody out, each in ignorance of it.
fn write_on(land: &Land) {
    let held = json!([{ "kind": "session_held", "body": {
        "place": "村委会", "mode": "joint", "host": "周某", "present": [land.party],
        "result": "failed",
    } }]);
    land.writes(&land.village, held);
    let case = land.shown(&land.village);
    let session = text(&case, "/sessions/1/id");
    let texts = [
        (session.as_str(), "李某愿意出一半。"),
        ("summary", "欧阳鹳家门口积水，两家说法不一。沟已量过。"),
    ];
    for (name, value) in texts {
        land.village
            .does("text_edit", json!({ "record": land.case, "text": name, "value": value }));
    }
    land.village
        .does("field_set", json!({ "record": land.case, "field": "place", "value": "二组水沟边" }));
    land.writes(&land.other, json!([{ "kind": "note", "body": { "text": "又去看过沟" } }]));
}

/// Everything that was recorded in ignorance is in the case, once, on every computer.
fn nothing_is_lost(land: &Land) {
    for (room, name) in land.rooms() {
        let case = land.shown(room);
        assert_eq!(case["sessions"].as_array().map(Vec::len), Some(2), "{name}");
        let session = text(&case, "/sessions/1/id");
        assert_eq!(case["texts"][&session]["text"], "李某愿意出一半。", "{name}");
        assert_eq!(case["fields"]["place"]["value"], "二组水沟边", "{name}: {}", case["fields"]);
        assert_eq!(
            case["texts"]["summary"]["text"], "当事人甲家门口积水，两家说法不一。",
            "{name}"
        );
        let redacted = &case["redacted"];
        let kinds: Vec<&str> = redacted["again"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["kind"].as_str().unwrap())
            .collect();
        assert_eq!(kinds.len(), 2, "{name}: {redacted}");
        assert!(kinds.contains(&"session_held") && kinds.contains(&"note"), "{name}: {redacted}");
        let words = redacted["words"].to_string();
        assert!(words.contains("沟已量过") && words.contains("二组水沟边"), "{name}: {words}");
        let history = room.does("case_history", json!({ "case": land.case, "limit": 200 }));
        assert_eq!(history.to_string().matches("又去看过沟").count(), 1, "{name}");
    }
}

#[test]
fn what_was_written_in_ignorance_is_said_again_whoever_hears_first() {
    // Whoever wrote hears of it before anybody hears what they wrote, and the other way round.
    for is_told_first in [true, false] {
        let land = Land::new();
        land.redact();
        write_on(&land);
        for room in [&land.village, &land.other] {
            if is_told_first {
                land.township.carry(room);
            } else {
                room.carry(&land.township);
            }
        }
        assert_eq!(hits(&land.township.home, &WORDS), 0, "never stored where it is known");
        land.everybody_meets();
        nothing_is_lost(&land);
        land.is_clean();
        let once = land.township.records();
        land.everybody_meets();
        assert_eq!(land.township.records(), once, "it is said again once");
    }
}

/// What was said again in the place of the first record is not heard before somebody is taken out of
/// that one too: it is said again once more, with what had been typed into texts and registers.
#[test]
fn what_was_said_again_is_said_again_where_that_record_is_replaced_too() {
    let land = Land::new();
    land.redact();
    write_on(&land);
    for room in [&land.village, &land.other] {
        land.township.carry(room);
    }
    land.redact_with(json!({
        "case": land.case, "party": null, "words": [{ "find": "去看过沟", "put": "到过现场" }],
        "ground": "consent_withdrawn", "reason": "本人书面撤回同意",
    }));
    land.everybody_meets();
    nothing_is_lost(&land);
    land.is_clean();
}

/// When others hear of what one computer wrote, whose whole profile somebody had copied.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Known {
    /// Neither it nor its copy has met anybody since.
    Nothing,
    /// What it wrote is in the case when the head takes somebody out; what its copy wrote is not.
    Ours,
    /// Both are, and both write on.
    Both,
}

/// What is recorded on a computer or its copy: a fact, a register and words in a text.
fn written_on(land: &Land, room: &Room, who: &str, place: &str) {
    land.writes(room, json!([{ "kind": "note", "body": { "text": format!("{who}去看过") } }]));
    let value = format!("欧阳鹳家门口积水，两家说法不一。{who}量过沟。");
    room.does("text_edit", json!({ "record": land.case, "text": "summary", "value": value }));
    room.does("field_set", json!({ "record": land.case, "field": "place", "value": place }));
}

#[test]
fn two_copies_of_one_computer_write_in_ignorance_and_lose_nothing() {
    for known in [Known::Nothing, Known::Ours, Known::Both] {
        for is_told_first in [true, false] {
            copies_write_in_ignorance(known, is_told_first);
        }
    }
}

fn copies_write_in_ignorance(known: Known, is_told_first: bool) {
    let name = format!("{known:?}, {is_told_first}");
    let land = Land::new();
    let twin = copied(&land.village, &land.folder.path().join("twin"));
    let meets = |room: &Room| {
        if is_told_first {
            land.township.carry(room);
        }
        room.carry(&land.township);
        land.township.carry(room);
    };
    let all_meet = || {
        for _ in 0..4 {
            land.everybody_meets();
            meets(&twin);
        }
    };
    let mut notes = vec!["原机去看过", "副本去看过"];
    if known == Known::Both {
        notes.extend(["原机早先去看过", "副本早先去看过"]);
        for (room, who) in [(&land.village, "原机早先"), (&twin, "副本早先")] {
            land.writes(
                room,
                json!([{ "kind": "note", "body": { "text": format!("{who}去看过") } }]),
            );
        }
        all_meet();
    }
    if known == Known::Ours {
        written_on(&land, &land.village, "原机", "原机写的地方");
        land.village.carry(&land.township);
    }
    land.redact();
    if known != Known::Ours {
        written_on(&land, &land.village, "原机", "原机写的地方");
    }
    written_on(&land, &twin, "副本", "副本写的地方");
    for room in [&land.village, &twin] {
        meets(room);
    }
    all_meet();
    for (room, at) in land.rooms().into_iter().chain([(&twin, "the copy")]) {
        let name = format!("{name}: {at}");
        let history = room.does("case_history", json!({ "case": land.case, "limit": 200 }));
        let history = history.to_string();
        for note in &notes {
            assert_eq!(history.matches(note).count(), 1, "{name}: {note}: {history}");
        }
        let case = land.shown(room);
        let told = case.to_string();
        for who in ["原机", "副本"] {
            assert!(told.contains(&format!("{who}量过沟")), "{name}: {who}: {told}");
            assert!(told.contains(&format!("{who}写的地方")), "{name}: {who}: {told}");
        }
        assert_eq!(hits(&room.home, &WORDS), 0, "{name}: no word is left");
        is_sound(room, &name);
    }
    let once = land.township.records();
    all_meet();
    assert_eq!(land.township.records(), once, "{name}: it is said again once");
    assert_eq!(twin.records(), land.village.records(), "{name}");
}

#[test]
fn what_is_recorded_until_the_second_person_agrees_is_not_lost() {
    let land = Land::new();
    let asked = land.township.does("case_redact", land.request());
    land.everybody_meets();
    write_on(&land);
    land.writes(&land.township, json!([{ "kind": "note", "body": { "text": "镇里也记一条" } }]));
    land.everybody_meets();
    land.agree(&asked["erasures"][0]["id"]);
    land.everybody_meets();
    let case = land.shown(&land.village);
    assert_eq!(case["redacted"]["again"].as_array().map(Vec::len), Some(3), "{}", case["redacted"]);
    assert_eq!(case["sessions"].as_array().map(Vec::len), Some(2));
    land.is_clean();
}

#[test]
fn a_photograph_of_the_person_goes_and_the_others_stay() {
    let land = Land::new();
    let case = json!(land.case);
    let view = land.village.attach(&case, "欧阳鹳的身份证", b"%PDF-1.7 one").unwrap();
    let gone = view["attachments"][0]["id"].clone();
    let view = land.village.attach(&case, "水沟", b"%PDF-1.7 two").unwrap();
    let kept = view["attachments"][1]["id"].clone();
    land.everybody_meets();
    let mut request = land.request();
    request["attachments"] = json!([land.party]);
    assert!(is(&land.township.fails("case_redact", request.clone()), "refused", "unknown"));
    request["attachments"] = json!([gone]);
    let asked = land.township.does("case_redact", request);
    land.agree(&asked["erasures"][0]["id"]);
    land.everybody_meets();
    for (room, name) in land.rooms() {
        let shown = land.shown(room)["attachments"].clone();
        assert_eq!(shown.as_array().map(Vec::len), Some(1), "{name}: {shown}");
        assert_eq!(shown[0]["is_here"], true, "{name}");
        assert_eq!(room.attached(&case, &kept, false).unwrap(), b"%PDF-1.7 two", "{name}");
        assert_eq!(room.blob_files().len(), 1, "{name}: the other is gone");
    }
    land.is_clean();
}

#[test]
fn a_second_person_is_taken_out_of_the_same_case() {
    let land = Land::new();
    land.redact();
    write_on(&land);
    land.everybody_meets();
    let second = text(&land.shown(&land.township), "/parties/1/id");
    let asked = json!({ "case": land.case, "party": second });
    let words = land.township.does("redaction_preview", asked)["words"].clone();
    let request = json!({
        "case": land.case, "party": second, "words": words,
        "ground": "unlawful", "reason": "本来不该记",
    });
    // Nobody is told of the first before the second: both are taken over in one go.
    let asked = land.township.does("case_redact", request);
    land.writes(&land.other, json!([{ "kind": "note", "body": { "text": "第三次去看" } }]));
    let waiting = asked["erasures"].as_array().unwrap().iter().find(|one| one["holds"] == false);
    land.agree(&waiting.unwrap()["id"]);
    land.everybody_meets();
    for (room, name) in land.rooms() {
        let case = land.shown(room);
        assert_eq!(case["title"], "当事人甲与当事人乙排水纠纷", "{name}");
        assert_eq!(case["sessions"].as_array().map(Vec::len), Some(2), "{name}");
        let session = text(&case, "/sessions/1/id");
        assert_eq!(case["texts"][&session]["text"], "当事人乙愿意出一半。", "{name}");
        let history = room.does("case_history", json!({ "case": land.case, "limit": 200 }));
        assert!(history.to_string().contains("第三次去看"), "{name}");
        assert_eq!(
            hits(&room.home, &["李某", "13700001111"]),
            hits(&room.home, &["李某"]),
            "{name}"
        );
    }
    land.is_clean();
}

#[test]
fn who_is_bound_by_an_agreement_stays_and_a_contradiction_is_decided_first() {
    let land = Land::new();
    let reached = json!([{ "kind": "agreement_reached", "body": {
        "form": "written", "text": "双方共修水沟。", "amount_fen": 10000,
    } }]);
    land.writes(&land.village, reached);
    let case = land.shown(&land.village);
    let (agreement, other) = (text(&case, "/agreements/0/id"), text(&case, "/parties/1/id"));
    let signed = json!([
        { "kind": "agreement_signed", "body": { "agreement": agreement,
          "parties": [land.party, other], "mediators": ["周某"], "with": "signature" } },
        { "kind": "agreement_sealed", "body": { "agreement": agreement, "seal": "调委会" } },
    ]);
    land.writes(&land.village, signed);
    land.everybody_meets();
    let asked = json!({ "case": land.case, "party": land.party });
    let preview = land.township.does("redaction_preview", asked);
    assert_eq!(preview["bars"][0]["bar"], "bound", "{preview}");
    let fault = land.township.fails("case_redact", land.request());
    assert!(is(&fault, "refused", "bound_by_agreement"), "{fault:?}");
    assert_eq!(land.township.titles().len(), 2, "nothing was begun");
    // Words of its text, of nobody who is bound.
    let mut request = land.request();
    (request["party"], request["words"]) =
        (Value::Null, json!([{ "find": "共修水沟", "put": "×××" }]));
    let fault = land.township.fails("case_redact", request.clone());
    assert!(is(&fault, "refused", "signed_paper"), "{fault:?}");
    // Somebody of whom it does not tell.
    request["words"] = json!([{ "find": "嫂子", "put": "亲属" }]);
    request["persons"] = json!([]);
    for (room, place) in [(&land.village, "甲处"), (&land.other, "乙处")] {
        room.does("field_set", json!({ "record": land.case, "field": "place", "value": place }));
    }
    land.everybody_meets();
    let fault = land.township.fails("case_redact", request.clone());
    assert!(is(&fault, "refused", "undecided"), "{fault:?}");
    let fault = land.village.fails("case_redact", request);
    assert_eq!(as_json(&fault)["code"], "not_allowed");
}

#[test]
fn what_is_wrong_is_refused_and_begins_nothing() {
    let land = Land::new();
    let with = |member: &str, value: Value| {
        let mut request = land.request();
        request[member] = value;
        request
    };
    let swap = |find: &str, put: &str| json!([{ "find": find, "put": put }]);
    for (request, reason) in [
        (with("words", json!([])), "empty"),
        (with("words", swap("欧", "某")), "too_short"),
        (with("words", swap("李某", "当事人")), "empty"),
        (with("words", swap("欧阳鹳", "欧阳鹳某")), "names_somebody"),
        (with("reason", json!("欧阳鹳要求")), "names_somebody"),
        (with("by_hand", json!([{ "key": "field/title", "text": "欧阳鹳" }])), "names_somebody"),
        (with("party", json!("0000000000000000-00000000000000000000000000")), "unknown"),
        (with("ground", json!("retention_ended")), "not_archived"),
    ] {
        let fault = land.township.fails("case_redact", request.clone());
        assert!(is(&fault, "refused", reason), "{reason}: {fault:?} for {request}");
    }
    land.archived();
    let kept = json!([{ "kind": "restricted", "body": { "reason": "本人要求" } }]);
    land.writes(&land.township, kept);
    let mut request = land.request_with(json!([{ "find": "欧阳鹳", "put": "当事人甲" }]));
    request["ground"] = json!("purpose_achieved");
    let fault = land.township.fails("case_redact", request);
    assert!(is(&fault, "refused", "restricted"), "{fault:?}");
    land.writes(
        &land.township,
        json!([{ "kind": "restriction_lifted", "body": { "reason": "接着办" } }]),
    );
    let nobody = json!({
        "case": land.case, "words": swap("诸葛某", "某"), "ground": "unlawful", "reason": "没有的",
    });
    let fault = land.township.fails("case_redact", nobody);
    assert!(is(&fault, "refused", "unknown"), "{fault:?}");
    assert_eq!(land.township.does("erasure_list", json!({}))["erasures"], json!([]));
    is_sound(&land.township, "the township");
}

#[test]
fn a_place_is_rewritten_by_hand_and_drafts_go_on_under_the_new_name() {
    let land = Land::new();
    let mut request = land.request();
    request["by_hand"] = json!([{ "key": "field/title", "text": "某户与李某排水纠纷" }]);
    let path = format!("/cases/{}", land.case);
    let draft = json!({ "name": format!("note/{}", land.case), "path": path, "body": "写了一半" });
    land.village.does("draft_set", draft);
    let asked = land.township.does("case_redact", request);
    land.agree(&asked["erasures"][0]["id"]);
    land.everybody_meets();
    let case = land.shown(&land.village);
    assert_eq!(case["title"], "某户与李某排水纠纷");
    let drafts = land.village.does("draft_list", json!({}));
    assert_eq!(drafts["drafts"][0]["path"], format!("/cases/{}", text(&case, "/id")), "{drafts}");
    let listed = land.township.does("erasure_list", json!({}));
    let of_case = |one: &&Value| one["record"] == land.case.as_str();
    let records = listed["erasures"][0]["records"].as_array().unwrap();
    assert_eq!(records.iter().find(of_case).unwrap()["heir"], case["id"]);
}

#[test]
fn other_cases_lead_to_it_and_no_old_stick_and_no_newcomer_shows_the_person() {
    let land = Land::new();
    let other = text(&land.village.register("另一件排水纠纷"), "/id");
    land.village.carry(&land.township);
    let related = json!({ "cases": [land.case, other], "verdict": "related", "reason": "一条沟" });
    land.township.does("duplicate_decide", related);
    land.everybody_meets();
    let newcomer = land.township.joined(SHIWAN, &land.folder.path().join("newcomer"));
    let old = land.village.pack(&land.township);
    let old_too = land.township.pack(&newcomer);
    // The other case tells the names of this one: it is cleaned by itself.
    let preview =
        land.township.does("redaction_preview", json!({ "case": land.case, "party": land.party }));
    assert_eq!(preview["erasure"]["mentions"][0]["case"], other.as_str(), "{preview}");
    let words = preview["words"].clone();
    let request = json!({
        "case": other, "words": words, "ground": "unlawful", "reason": "关联时记下的",
    });
    let asked = land.township.does("case_redact", request);
    let waiting = |list: &Value| {
        let lines = list["erasures"].as_array().unwrap();
        lines.iter().find(|line| line["holds"] == false).unwrap()["id"].clone()
    };
    land.agree(&waiting(&asked));
    land.redact();
    land.everybody_meets();
    for (room, name) in [(&land.township, "the township"), (&land.village, "its village")] {
        let now = text(&land.shown(room), "/id");
        let linked = room.does("case_get", json!({ "case": other }));
        assert_eq!(linked["links"][0]["case"]["id"], now.as_str(), "{name}: {}", linked["links"]);
        let back = text(&linked, "/id");
        assert_eq!(land.shown(room)["links"][0]["case"]["id"], back.as_str(), "{name}");
    }
    land.is_clean();
    for path in [&old, &old_too] {
        let _ = land.township.call("packet_import", json!({ "from": { "path": path } }));
        let _ = newcomer.call("packet_import", json!({ "from": { "path": path } }));
    }
    land.is_clean();
    newcomer.carry(&land.township);
    land.township.carry(&newcomer);
    assert_eq!(hits(&newcomer.home, &WORDS), 0, "whoever never saw it");
    let late = land.township.joined(QIAOTOU, &land.folder.path().join("late"));
    assert_eq!(hits(&late.home, &WORDS), 0, "whoever joins later");
    assert_eq!(late.records(), land.village.records());
    is_sound(&late, "whoever joins later");
}

#[test]
fn an_archived_case_loses_a_person_at_once_and_the_way_back_opens_it() {
    let land = Land::new();
    land.archived();
    let mut request = land.request();
    request["ground"] = json!("purpose_achieved");
    let done = land.township.does("case_redact", request);
    assert_eq!(done["erasures"][0]["holds"], true, "by the head alone: {done}");
    let home = land.township.home.clone();
    assert_eq!(hits(&home, &WORDS), 0);
    land.township.does("profile_lock", json!({}));
    land.township.does("profile_unlock", json!({ "passphrase": tests::PASSPHRASE }));
    assert_eq!(land.shown(&land.township)["title"], "当事人甲与李某排水纠纷");
    land.everybody_meets();
    land.is_clean();
}

/// Whoever hears of both at once: somebody was taken out of a case, and then the case was erased.
#[test]
fn a_case_that_was_erased_after_somebody_was_taken_out_of_it_is_gone_everywhere() {
    let land = Land::new();
    land.archived();
    land.everybody_meets();
    let asked = land.township.does("case_redact", land.request());
    assert_eq!(asked["erasures"][0]["holds"], true, "{asked}");
    land.writes(&land.other, json!([{ "kind": "note", "body": { "text": "还不知道" } }]));
    let erase = json!({
        "records": [land.case], "ground": "retention_ended", "reason": "保管期限已满",
    });
    land.township.does("record_erase", erase);
    land.everybody_meets();
    for (room, name) in land.rooms() {
        let fault = room.fails("case_get", json!({ "case": land.case }));
        assert_eq!(as_json(&fault)["code"], "not_found", "{name}");
        assert_eq!(hits(&room.home, &WORDS), 0, "{name}: no word is left");
        is_sound(room, name);
    }
}
