//! The table of rights against what really happens: every role against every command, every kind
//! of fact written here and arriving, and every word that must not be read.

use std::collections::BTreeMap;
use std::path::Path;

use app::clock::Clock;
use app::commands::COMMANDS;
use app::ledgers::lists;
use app::ledgers::rows::TableSort;
use app::rights::Need;
use domain::case::known::{Facts, RefusedFact};
use domain::fact::{Body, Carried, KINDS, Past, Proof, RecordFacts};
use domain::id::{DeviceId, FactId, LogTag, RecordId};
use domain::rights::{Right, Scope};
use domain::role::Role;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Post, QIAOTOU, Room, as_json, blocks, folder, readme, text};

/// What makes the child known. None of it stands anywhere else.
const CHILD: [&str; 6] =
    ["郝小满", "桃源实验小学", "桃源里七十七号", "郝守成", "110105201703010012", "13911112222"];

/// What makes the parties of the protected case known.
const VICTIM: [&str; 3] = ["穆青禾", "碧水巷九号", "13922223333"];

/// What was said in it.
const SAID: &str = "穆青禾说昨夜又挨了打";

/// The room of each role, and the cases that are looked at.
struct House {
    _folder: TempDir,
    rooms: BTreeMap<Role, Room>,
    /// A case with a child, of the village's.
    own: String,
    /// A case of violence at home, of the village's.
    protected: String,
    /// The child, among the persons on record.
    person: String,
    /// The attachment of the protected case.
    paper: String,
}

fn post(role: Role) -> Post {
    let code: &'static str = match role {
        Role::R1 => "R1",
        Role::R2 => "R2",
        Role::R3 => "R3",
        Role::R4 => "R4",
        Role::R5 => "R5",
        Role::R6 => "R6",
        Role::R7 => "R7",
        Role::R8 => "R8",
        Role::R9 => "R9",
        Role::R10 => "R10",
        Role::R11 => "R11",
    };
    match role {
        Role::R1 | Role::R2 | Role::R3 => Post { role: code, ..QIAOTOU },
        Role::R8 => {
            Post { unit: "青石派出所", level: "township", sort: "department", role: code }
        }
        _ => Post { unit: "青石镇综治中心", level: "township", sort: "centre", role: code },
    }
}

fn house() -> House {
    let folder = folder();
    let home = |name: &str| folder.path().join(name).join("home");
    for role in Role::ALL {
        std::fs::create_dir_all(home(&format!("{role:?}"))).unwrap();
    }
    let township = Room::township(&home("R7"));
    let village = township.joined(post(Role::R3), &home("R3"));
    let own = village.does(
        "case_register",
        json!({ "summary": "郝小满在桃源实验小学读书。", "parties": [
            { "name": "张建国", "side": "applicant" },
            { "name": "李卫东", "side": "respondent" },
            { "name": CHILD[0], "side": "third", "birth": "2017-03-01", "school": CHILD[1],
              "address": CHILD[2], "guardian": CHILD[3], "id_number": CHILD[4],
              "phone": CHILD[5] },
        ] }),
    );
    let protected = village.does(
        "case_register",
        json!({ "title": "穆青禾家的事", "summary": SAID, "parties": [
            { "name": VICTIM[0], "side": "applicant", "address": VICTIM[1], "phone": VICTIM[2] },
            { "name": "赵某", "side": "respondent" },
        ] }),
    );
    let (own, protected) = (text(&own, "/id"), text(&protected, "/id"));
    let flagged = json!({ "flags": ["domestic_violence"], "note": SAID });
    for (case, kind, body) in
        [(&protected, "flagged", flagged), (&own, "note", json!({ "text": "郝小满由郝守成照看" }))]
    {
        let facts = json!([{ "kind": kind, "body": body }]);
        village.does("fact_add", json!({ "case": case, "facts": facts }));
    }
    let person = village.does(
        "person_add",
        json!({ "name": CHILD[0], "birth": "2017-03-01", "phone": CHILD[5],
            "address": CHILD[2], "id_number": CHILD[4] }),
    );
    let paper = village.attach(&json!(protected), "字据", b"%PDF-1.7 a paper").unwrap();
    let paper = text(&paper, "/attachments/0/id");
    village.carry(&township);
    let mut rooms = BTreeMap::from([(Role::R3, village), (Role::R7, township)]);
    for role in Role::ALL {
        if rooms.contains_key(&role) {
            continue;
        }
        let township = &rooms[&Role::R7];
        let room = township.joined(post(role), &home(&format!("{role:?}")));
        if role == Role::R8 {
            for case in [&own, &protected] {
                let units = [room.unit()];
                township.does("case_share", json!({ "case": case, "units": units }));
            }
        }
        rooms.insert(role, room);
    }
    for (role, room) in &rooms {
        if *role != Role::R7 {
            rooms[&Role::R7].carry(room);
        }
    }
    House { _folder: folder, rooms, own, protected, person: text(&person, "/id"), paper }
}

fn code(result: &Result<Value, app::Fault>) -> String {
    result.as_ref().err().map(|fault| text(&as_json(fault), "/code")).unwrap_or_default()
}

#[test]
fn every_role_calls_what_the_table_lets_it_call_and_nothing_else() {
    let house = house();
    let (mut commands, mut kinds) = (0, 0);
    for (role, room) in &house.rooms {
        // What nobody can read is told apart from what may not be asked.
        let open = room.does("status_get", json!({}))["office"]["commands"].clone();
        for row in COMMANDS {
            let listed = open.as_array().unwrap().iter().any(|name| name == row.name);
            let may = match row.needs {
                Need::Nothing => true,
                Need::Right(right) => right.admits(*role),
                Need::EachKind => KINDS.iter().any(|kind| kind.admits(*role)),
                Need::EachTable => TableSort::ALL.iter().any(|sort| sort.right().admits(*role)),
                Need::EachList => lists::RIGHTS.iter().any(|right| right.admits(*role)),
            };
            assert_eq!(listed, may, "{role:?} {}", row.name);
            commands += 1;
            if row.needs == Need::Nothing {
                continue;
            }
            let got = code(&room.call(row.name, json!({ "": 0 })));
            let want = match row.needs {
                Need::EachKind => "bad_request",
                _ if may => "bad_request",
                _ => "not_allowed",
            };
            assert_eq!(got, want, "{role:?} {}", row.name);
        }
        for kind in KINDS {
            let facts = json!([{ "kind": kind.code, "body": 0 }]);
            let got = room.call("fact_add", json!({ "case": house.own, "facts": facts }));
            let fault = as_json(&got.unwrap_err());
            let is_refused = fault["code"] == "refused" && fault["reason"] == "role";
            let is_beyond = fault["code"] == "not_allowed";
            let scope = kind.right.scope(*role);
            // A sheet was never sent to that department.
            let reaches = scope != Scope::Nothing && scope != Scope::Addressed;
            assert_eq!(is_refused, scope == Scope::Nothing, "{role:?} {} {fault}", kind.code);
            assert_eq!(is_beyond, scope == Scope::Addressed, "{role:?} {} {fault}", kind.code);
            assert_eq!(fault["code"] == "bad_request", reaches, "{role:?} {} {fault}", kind.code);
            kinds += 1;
        }
    }
    assert_eq!(commands, Role::ALL.len() * COMMANDS.len());
    assert_eq!(kinds, Role::ALL.len() * KINDS.len());
    eprintln!("roles × commands: {commands} of {commands}; roles × kinds: {kinds} of {kinds}");
}

/// The body of a kind's example, with a name of the right sort wherever it names something.
fn body_of(example: &str, kind: &str) -> Value {
    let fact = FactId { log: LogTag([1; 8]), ulid: [9; 16] }.to_string();
    let record = RecordId([9; 16]).to_string();
    let named = |choose: &dyn Fn(&str) -> bool| {
        let mut text = String::new();
        for (at, part) in example.split("\"$").enumerate() {
            if at == 0 {
                text.push_str(part);
                continue;
            }
            let (name, rest) = part.split_once('"').unwrap();
            let id = if choose(name) { &record } else { &fact };
            text.push_str(&format!("\"{id}\"{rest}"));
        }
        let example: Value = serde_json::from_str(&text).unwrap();
        example["body"].clone()
    };
    let names: Vec<&str> =
        example.split("\"$").skip(1).map(|p| p.split('"').next().unwrap()).collect();
    // Which names are records' and which are facts', the shape of the body says.
    (0..1u32 << names.len())
        .map(|bits| {
            named(&|name| {
                let at = names.iter().position(|n| *n == name).unwrap();
                bits >> at & 1 == 1
            })
        })
        .find(|body| {
            let fact = json!({ "kind": kind, "body": body });
            serde_json::from_value::<Body>(fact).is_ok()
        })
        .unwrap_or_else(|| panic!("{kind}: {example}"))
}

#[test]
fn what_arrives_from_a_role_without_the_right_has_no_effect() {
    let readme = readme();
    let (_, facts) = readme.split_once("\n## 7. Facts").unwrap();
    let examples: BTreeMap<String, String> = blocks(facts, "json").into_iter().collect();
    let unit = RecordId([3; 16]);
    let proof = Some(Proof { device: DeviceId([4; 16]), unit });
    let mut tried = 0;
    for kind in KINDS {
        let body = body_of(&examples[kind.code], kind.code);
        for role in Role::ALL {
            let id = FactId { log: LogTag([1; 8]), ulid: [2; 16] };
            let fact = json!({
                "kind": kind.code, "v": kind.version, "at": "2026-03-02", "recorded": "1-0",
                "by": RecordId([5; 16]), "unit": unit, "body": body,
            });
            let carried = Carried {
                id,
                json: fact.to_string().into(),
                proof,
                role: Some(role),
                past: Past::default(),
            };
            let record = RecordFacts { facts: vec![carried], ..RecordFacts::default() };
            let facts = Facts::of(&record, kind.record);
            let want = if kind.admits(role) { vec![] } else { vec![(id, RefusedFact::RoleMayNot)] };
            assert_eq!(facts.refused, want, "{role:?} {} {fact}", kind.code);
            assert_eq!(facts.list.len(), usize::from(kind.admits(role)), "{}", kind.code);
            tried += 1;
        }
    }
    assert_eq!(tried, Role::ALL.len() * KINDS.len());
    eprintln!("roles × kinds that arrive: {tried} of {tried}");
}

/// What a role reads: of the child, of the protected case, of what was said there.
fn reads(role: Role) -> (bool, bool) {
    let child = Right::MinorRead.admits(role);
    let protected = Right::ProtectedRead.admits(role);
    (child, protected)
}

fn holds(answer: &str, words: &[&str]) -> Vec<String> {
    words.iter().filter(|word| answer.contains(**word)).map(|word| (*word).to_owned()).collect()
}

/// Every command that reads and shows records, as it is asked; whether a child's words stand in
/// its answer for whoever may read them, and a protected party's.
fn questions(house: &House) -> Vec<(&'static str, Value, bool, bool)> {
    let (own, protected, person) = (&house.own, &house.protected, &house.person);
    vec![
        ("case_get", json!({ "case": own }), true, false),
        ("case_get", json!({ "case": protected }), false, true),
        ("case_history", json!({ "case": own }), true, false),
        ("case_history", json!({ "case": protected }), false, true),
        ("case_list", json!({}), false, true),
        ("case_search", json!({ "query": VICTIM[0] }), false, true),
        ("case_search", json!({ "query": CHILD[0] }), false, false),
        ("case_search", json!({ "query": CHILD[1] }), false, false),
        ("case_search", json!({ "query": CHILD[5] }), false, false),
        ("workbench_get", json!({}), false, false),
        ("draft_set", json!({ "name": "note", "body": "写到一半" }), false, false),
        ("backup_list", json!({}), false, false),
        ("draft_list", json!({}), false, false),
        ("statistics_get", json!({ "period": "2026" }), false, false),
        ("statistics_table", json!({ "period": "2026" }), false, false),
        (
            "statistics_cases",
            json!({ "period": "2026", "counter": "cases", "column": "now" }),
            false,
            false,
        ),
        ("statistics_counters", json!({}), false, false),
        ("case_similar", json!({ "case": own }), false, false),
        ("case_similar", json!({ "case": protected }), false, false),
        ("view_list", json!({}), false, false),
        ("import_list", json!({}), false, false),
        ("handover_get", json!({}), false, false),
        ("conflict_list", json!({}), false, false),
        ("conflict_list", json!({ "settled": true }), false, false),
        ("duplicate_list", json!({}), false, false),
        ("duplicate_list", json!({ "decided": true }), false, false),
        ("attachment_read", json!({ "case": protected, "attachment": house.paper }), false, false),
        ("form_table", json!({}), false, false),
        ("form_sample", json!({ "form": "cover" }), false, false),
        ("dossier_get", json!({ "case": own }), false, false),
        ("dossier_get", json!({ "case": protected }), false, false),
        ("form_list", json!({ "case": own }), false, false),
        ("form_list", json!({ "case": protected }), false, false),
        // What its pages show is drawn; `a_form_shows_what_its_reader_may_see_and_no_more`.
        ("form_show", json!({ "case": own, "form": "acceptance" }), false, false),
        ("form_show", json!({ "case": protected, "form": "acceptance" }), false, false),
        ("person_get", json!({ "person": person }), true, false),
        ("person_list", json!({}), true, false),
        ("person_list", json!({ "query": CHILD[0] }), true, false),
        ("person_list", json!({ "query": "haoxiaoman" }), true, false),
        ("erasure_preview", json!({ "record": protected }), false, false),
        (
            "redaction_preview",
            json!({ "case": protected, "words": [{ "find": VICTIM[0], "put": "×××" }] }),
            false,
            true,
        ),
        ("erasure_list", json!({}), false, false),
        ("exchange_history", json!({}), false, false),
        ("audit_list", json!({}), false, false),
        ("alarm_list", json!({}), false, false),
        ("quarantine_list", json!({}), false, false),
        ("quarantine_list", json!({ "decided": true }), false, false),
        ("device_list", json!({}), false, false),
        ("numbering_get", json!({}), false, false),
        ("settings_get", json!({}), false, false),
        ("local_item_list", json!({}), false, false),
        ("unit_list", json!({}), false, false),
        ("user_list", json!({}), false, false),
        ("rights_get", json!({}), false, false),
        ("status_get", json!({}), false, false),
    ]
}

#[test]
fn a_photograph_is_seen_by_whoever_sees_all_of_its_case_and_by_nobody_else() {
    let house = house();
    let (mut seen, mut refused) = (0, 0);
    for (role, room) in &house.rooms {
        let asked = json!({ "case": house.protected, "attachment": house.paper });
        let is_read = room.call("attachment_read", asked).is_ok();
        let shown = room.call("case_get", json!({ "case": house.protected }));
        let is_whole = shown.is_ok_and(|case| case["sight"] == "whole");
        assert_eq!(is_read, is_whole, "{role:?}");
        (seen, refused) = (seen + u32::from(is_read), refused + u32::from(!is_read));
    }
    assert!(seen >= 3 && refused >= 2, "{seen} and {refused}");
}

#[test]
fn a_form_shows_what_its_reader_may_see_and_no_more() {
    let house = house();
    let mut drawn: BTreeMap<bool, std::collections::BTreeSet<String>> = BTreeMap::new();
    for (role, room) in &house.rooms {
        let ask =
            |case: &str| room.call("form_show", json!({ "case": case, "form": "acceptance" }));
        let sight = |case: &str| {
            let shown = room.call("case_get", json!({ "case": case }));
            shown.map_or_else(|_| String::new(), |shown| text(&shown, "/sight"))
        };
        for case in [&house.own, &house.protected] {
            let is_open = !matches!(sight(case).as_str(), "" | "closed");
            assert_eq!(ask(case).is_ok(), is_open, "{role:?}: what is closed goes on no paper");
        }
        if let Ok(shown) = ask(&house.own) {
            let is_whole = sight(&house.own) == "whole";
            drawn.entry(is_whole).or_default().insert(text(&shown, "/hash"));
        }
    }
    assert_eq!(drawn[&true].len(), 1, "whoever sees all of it sees the same paper");
    assert!(drawn[&false].is_disjoint(&drawn[&true]), "masked words are not drawn");
}

#[test]
fn a_hidden_word_is_read_where_the_table_says_so_and_nowhere_else() {
    let house = house();
    let mut looked = 0;
    // No reading command is left out: those that write files or carry packets show no record.
    let asked: Vec<&str> = questions(&house).iter().map(|(name, ..)| *name).collect();
    for row in COMMANDS.iter().filter(|row| row.changes.is_empty()) {
        let is_sealed = row.needs == Need::Right(Right::ExchangeRun);
        let is_file = row.needs == Need::Right(Right::CaseExport);
        // Pieces of a file on their way in tell of nothing.
        let is_piece =
            row.name.starts_with("attachment_") && row.needs == Need::Right(Right::NoteWrite);
        // What is read of a table is what its file says.
        let is_outside = row.name == "table_read";
        let is_known = row.is_always()
            || is_sealed
            || is_file
            || is_piece
            || is_outside
            || asked.contains(&row.name);
        assert!(is_known, "{} is not asked", row.name);
    }
    for (role, room) in &house.rooms {
        let (child, protected) = reads(*role);
        for (name, payload, tells_child, tells_protected) in questions(&house) {
            let asked = room.call(name, payload.clone());
            let is_open = asked.is_ok();
            let answer = match asked {
                Ok(value) => value.to_string(),
                Err(fault) => as_json(&fault).to_string(),
            };
            let of_child = holds(&answer, &CHILD);
            let of_victim = holds(&answer, &[VICTIM[0], VICTIM[1], VICTIM[2], SAID]);
            if !child {
                assert!(of_child.is_empty(), "{role:?} {name} {payload}: {of_child:?}");
            }
            if !protected {
                assert!(of_victim.is_empty(), "{role:?} {name} {payload}: {of_victim:?}");
            }
            // Where it is told, whoever may read it reads it: nothing is hidden by mistake.
            if is_open && child && tells_child {
                assert!(of_child.contains(&CHILD[0].to_owned()), "{role:?} {name}: {answer}");
            }
            if is_open && protected && tells_protected {
                assert!(of_victim.contains(&VICTIM[0].to_owned()), "{role:?} {name}: {answer}");
            }
            if !tells_child && name != "case_get" {
                assert!(of_child.is_empty(), "{role:?} {name}: lists name no child");
            }
            looked += 1;
        }
        let found = room.call("case_search", json!({ "query": VICTIM[0] }));
        let total = found.map_or(json!(0), |window| window["total"].clone());
        let want = usize::from(protected && Right::CaseSearch.admits(*role));
        assert_eq!(total, want, "{role:?}: what is hidden is not found");
        let found = room.call("person_list", json!({ "query": CHILD[5] }));
        let total = found.map_or(json!(0), |window| window["total"].clone());
        let reads_persons = Right::PersonRead.admits(*role) && *role != Role::R8;
        assert_eq!(total, usize::from(child && reads_persons), "{role:?}");
        saves(&house, room, *role);
    }
    eprintln!("roles × readings: {looked} of {looked}");
    assert_eq!(looked, Role::ALL.len() * questions(&house).len());
}

/// A record is saved as a document by whoever may read all of it.
fn saves(house: &House, room: &Room, role: Role) {
    let to = room.home.join("saved");
    std::fs::create_dir_all(&to).unwrap();
    for record in [&house.own, &house.protected] {
        let request = json!({ "record": record, "to": { "path": to } });
        let got = code(&room.call("record_export_automerge", request));
        let want = if Right::CaseExport.admits(role) { "" } else { "not_allowed" };
        assert_eq!(got, want, "{role:?}");
    }
}

#[test]
fn an_emergency_opens_one_case_for_half_an_hour() {
    let house = house();
    let case = &house.protected;
    for (role, room) in &house.rooms {
        let ask =
            |reason: &str| room.call("break_glass", json!({ "case": case, "reason": reason }));
        if !Right::CaseBreakGlass.admits(*role) {
            assert_eq!(code(&ask("派出所核对住址，人有危险")), "not_allowed", "{role:?}");
            continue;
        }
        if Right::ProtectedRead.admits(*role) {
            let fault = as_json(&ask("派出所核对住址，人有危险").unwrap_err());
            assert_eq!(fault["reason"], "already_done", "{role:?}: nothing is hidden");
            continue;
        }
        let read = |case: &str| room.does("case_get", json!({ "case": case }));
        assert_eq!(read(case)["sight"], "closed", "{role:?}");
        for short in ["", "看看"] {
            assert_eq!(code(&ask(short)), "refused", "{role:?}");
        }
        let opened = ask("派出所核对住址，人有危险").unwrap();
        assert_eq!(opened["sight"], "broken_glass");
        assert!(opened.to_string().contains(SAID));
        assert_eq!(read(&house.own)["sight"], "minors_masked", "no other case");
        room.clock.set(room.clock.now_ms() + 29 * 60_000);
        assert!(read(case).to_string().contains(VICTIM[1]), "{role:?}");
        room.clock.set(room.clock.now_ms() + 2 * 60_000);
        assert_eq!(read(case)["sight"], "closed", "{role:?}");
        ask("派出所核对住址，人有危险").unwrap();
        room.does("profile_lock", json!({}));
        room.does("profile_unlock", json!({ "passphrase": tests::PASSPHRASE }));
        assert_eq!(read(case)["sight"], "closed", "{role:?}: locking closes it");
    }
}

#[test]
fn whoever_was_removed_does_nothing_more() {
    let folder = folder();
    let home = |name: &str| folder.path().join(name).join("home");
    let made = |path: &Path| std::fs::create_dir_all(path).unwrap();
    ["t", "v", "w"].iter().for_each(|name| made(&home(name)));
    let township = Room::township(&home("t"));
    let village = township.joined(post(Role::R3), &home("v"));
    let _ = village.register("张某与李某排水");
    let user = text(&village.does("status_get", json!({})), "/office/user/id");
    township.does("user_remove", json!({ "user": user, "reason": "调离" }));
    township.carry(&village);
    for row in COMMANDS {
        let got = code(&village.call(row.name, json!({ "": 0 })));
        match row.needs {
            Need::Nothing => {}
            // What had been written still leaves, sealed.
            Need::Right(Right::ExchangeRun) => assert_eq!(got, "bad_request", "{}", row.name),
            _ => assert_eq!(got, "not_allowed", "{}", row.name),
        }
    }
}
