//! Clocks that are years away: an empty battery, a wrong year, jumps to and fro between two acts.
//! Nothing is lost, the order stays as it was written, and whoever works there is told.

use serde_json::{Value, json};
use tests::{MORNING_MS, PASSPHRASE, QIAOTOU, Room, folder, text};

/// A day, in milliseconds.
const DAY_MS: u64 = 24 * 3600 * 1000;

/// Moments that clocks show, and what whoever works there is told.
const MOMENTS: [(&str, u64, Option<&str>); 10] = [
    ("an empty battery", 0, Some("clock_behind")),
    // They have taken note of that day.
    ("the same, some hours on", 6 * 3600 * 1000, None),
    ("right", MORNING_MS + DAY_MS, None),
    ("2000", 946_684_800_000, Some("clock_behind")),
    ("2038-01-20", 2_147_558_400_000, Some("clock_ahead")),
    ("ten years back", MORNING_MS - 3653 * DAY_MS, Some("clock_behind")),
    ("2099", 4_070_908_800_000, Some("clock_ahead")),
    ("2200", 7_258_118_400_000, Some("clock_ahead")),
    ("9999", 253_402_300_799_000, Some("clock_ahead")),
    ("right again", MORNING_MS + 2 * DAY_MS, Some("clock_behind")),
];

fn alarms(room: &Room) -> Vec<(String, String)> {
    let told = room.does("alarm_list", json!({}));
    let told = told["alarms"].as_array().unwrap().iter();
    told.map(|alarm| (text(alarm, "/kind"), text(alarm, "/key"))).collect()
}

fn note(room: &Room, case: &Value, text: &str) {
    let facts = json!([{ "kind": "note", "body": { "text": text } }]);
    room.does("fact_add", json!({ "case": case, "facts": facts }));
}

/// The notes of a case, by the ids that were given when they were written.
fn notes(room: &Room, case: &Value) -> Vec<String> {
    let history = room.does("case_history", json!({ "case": case }));
    let is_note = |event: &&Value| event["fact"]["kind"] == "note";
    let mut notes: Vec<(String, String)> = history["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(is_note)
        .map(|event| (text(event, "/id"), text(event, "/fact/body/text")))
        .collect();
    notes.sort();
    notes.into_iter().map(|(_, note)| note).collect()
}

#[test]
fn clocks_that_are_years_away_lose_nothing_and_are_told() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let case = village.register("滴水边界纠纷")["id"].clone();
    let mut titles = vec!["滴水边界纠纷".to_owned()];
    let mut written = Vec::new();
    for (name, now_ms, told) in MOMENTS {
        // As after a restart: what a run remembers of the time is gone.
        village.does("profile_lock", json!({}));
        village.clock.set(now_ms);
        village.does("profile_unlock", json!({ "passphrase": PASSPHRASE }));
        let alarms = alarms(&village);
        let kinds: Vec<&str> = alarms.iter().map(|(kind, _)| kind.as_str()).collect();
        assert_eq!(kinds, told.into_iter().collect::<Vec<_>>(), "{name}");
        for (_, key) in alarms {
            village.does("alarm_note", json!({ "key": key }));
        }
        // A new case is written whatever the clock shows.
        let _ = village.register(name);
        titles.push(name.to_owned());
        // So is what continues one.
        note(&village, &case, name);
        written.push(name.to_owned());
    }
    titles.sort();
    assert_eq!(village.titles(), titles, "nothing is lost");
    assert_eq!(notes(&village, &case), written, "in the order in which it was written");
    let report = village.desk.examine().unwrap();
    assert!(report.is_file_whole && report.broken_logs.is_empty(), "{report:?}");
    assert!(report.held.is_empty(), "{report:?}");
    assert!(village.desk.rebuild(true).unwrap().is_same);

    // The township, whose clock was right, takes it all and shows the same.
    township.clock.set(MORNING_MS + 2 * DAY_MS);
    village.carry(&township);
    assert_eq!(township.titles(), titles);
    assert_eq!(notes(&township, &case), written);
    // What was typed in a year that has not come is marked, for both.
    for room in [&village, &township] {
        let history = room.does("case_history", json!({ "case": case }));
        let marked =
            |event: &&Value| event["marks"].as_array().unwrap().contains(&json!("clock_doubt"));
        let doubted = history["events"].as_array().unwrap().iter().filter(marked).count();
        assert!(doubted >= 4, "{history}");
    }
    // And both go on as if nothing had been: a mad clock pulls no other along.
    note(&township, &case, "镇里记的");
    let history = township.does("case_history", json!({ "case": case }));
    let own = history["events"]
        .as_array()
        .unwrap()
        .iter()
        .find(|event| event["fact"]["body"]["text"] == "镇里记的");
    let recorded = own.and_then(|event| event["recorded_ms"].as_u64()).unwrap();
    assert!(recorded < MORNING_MS + 3 * DAY_MS, "its own time: {recorded}");
    township.carry(&village);
    assert_eq!(village.titles(), titles);
}
