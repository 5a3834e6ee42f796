//! One log, two continuations: a copied profile, a restored image. Nothing of either is lost, on
//! whatever way and in whatever order the computers meet.

use app::clock::Clock;
use serde_json::{Value, json};
use tests::{QIAOTOU, Room, SHIWAN, text};

use crate::devices::Land;

/// Copies a whole profile, as somebody does who makes an image of the disk.
pub(crate) fn copied(from: &Room, to: &std::path::Path) -> Room {
    from.does("profile_lock", json!({}));
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(&from.home).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
    from.does("profile_unlock", json!({ "passphrase": tests::PASSPHRASE }));
    let copy = Room::reopen(to).expect("the copy opens");
    // No two clocks are equal to the millisecond.
    copy.clock.set(copy.clock.now_ms() + 1_234);
    copy
}

/// How two computers meet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Way {
    Line,
    Packet,
}

/// Whether they said that they are equal, if they meet over the line.
pub fn exchange(from: &Room, to: &Room, way: Way) -> Option<bool> {
    if way == Way::Packet {
        from.carry(to);
        to.carry(from);
        return None;
    }
    let open = json!({ "enabled": true, "port": 0, "loopback": true });
    let address = text(&to.does("lan_listen", open), "/addresses/0");
    let before = to.exchanges();
    let met = from.does("lan_exchange", json!({ "address": address }));
    // The one that answers builds what came after the line is closed.
    let began = std::time::Instant::now();
    while to.exchanges() == before {
        assert!(began.elapsed().as_secs() < 60, "the meeting is never noted");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    to.does("lan_listen", json!({ "enabled": false }));
    met["is_equal"].as_bool()
}

fn alarms(room: &Room) -> Value {
    room.does("alarm_list", json!({}))["alarms"].clone()
}

fn visit(room: &Room, case: &Value, content: &str) {
    room.does(
        "fact_add",
        json!({ "case": case["id"], "facts": [
            { "kind": "visit_received", "body": { "content": content } }
        ] }),
    );
}

fn history(room: &Room, case: &Value) -> String {
    room.does("case_history", json!({ "case": case["id"], "limit": 200 })).to_string()
}

/// Everybody meets the township, as often as it takes.
pub fn settle(rooms: &[&Room], township: &Room, way: Way) {
    for _ in 0..5 {
        for room in rooms {
            exchange(room, township, way);
        }
    }
}

/// Whoever meets now is equal at once, shows the same, and shows what the logs say.
pub fn converged(name: &str, rooms: &[&Room], township: &Room, titles: &[&str]) {
    let mut titles: Vec<&str> = titles.to_vec();
    titles.sort_unstable();
    for room in rooms.iter().chain([&township]) {
        let mut shown = room.titles();
        shown.sort();
        assert_eq!(shown, titles, "{name}: at {}", room.home.display());
        let (ours, theirs) = (room.records(), township.records());
        let differ: Vec<&String> = ours
            .iter()
            .filter(|row| !theirs.contains(row))
            .chain(theirs.iter().filter(|row| !ours.contains(row)))
            .collect();
        assert!(differ.is_empty(), "{name}: at {}: {differ:#?}", room.home.display());
        let report = room.desk.rebuild(true).unwrap();
        assert!(report.is_same, "{name}: {report:?}");
        let report = room.desk.examine().unwrap();
        assert_eq!((report.broken_logs, report.waiting), (vec![], 0), "{name}");
    }
    for room in rooms {
        assert_eq!(exchange(room, township, Way::Line), Some(true), "{name}: the digests");
    }
}

/// One computer whose disk was copied, witness and all, onto the same machine's twin; both write.
/// Whoever sees both is alarmed, everybody hears of it, both go on working, and in the end everybody
/// has what either wrote.
#[test]
fn a_copied_profile_raises_an_alarm_everywhere_and_loses_nothing() {
    for (ours, theirs) in [(1, 1), (1, 3), (3, 1)] {
        for way in [Way::Line, Way::Packet] {
            if way == Way::Line || ours != theirs {
                forked(ours, theirs, way);
            }
        }
    }
}

fn forked(ours: usize, theirs: usize, way: Way) {
    let name = format!("{ours} against {theirs}, {way:?}");
    let land = Land::new();
    let (township, village) = (&land.township, &land.village);
    let old = village.register("以前的案件");
    exchange(village, township, way);
    let twin = copied(village, &land.folder.path().join("twin"));
    let mut titles = vec!["以前的案件".to_owned()];
    for (room, word, count) in [(village, "原机", ours), (&twin, "副本", theirs)] {
        visit(room, &old, &format!("{word}写的来访"));
        for n in 0..count {
            titles.push(format!("{word}第 {n} 案"));
            let _ = room.register(&format!("{word}第 {n} 案"));
        }
    }
    exchange(village, township, way);
    assert_eq!(township.titles().len(), 1 + ours, "{name}");
    assert_eq!(alarms(township), json!([]), "{name}");
    exchange(&twin, township, way);
    exchange(&twin, township, way);
    let raised = alarms(township);
    assert_eq!(raised[0]["kind"], "fork", "{name}: {raised}");
    assert_eq!(raised[0]["device"]["id"], village.device());
    assert_eq!(raised[0]["unit"]["name"], QIAOTOU.unit);
    // Both work on, under new epochs.
    for (room, title) in [(village, "原机再登记"), (&twin, "副本再登记")] {
        titles.push(title.to_owned());
        let _ = room.register(title);
    }
    let rooms = [village, &land.second, &twin];
    settle(&rooms, township, way);
    for room in rooms {
        assert_eq!(alarms(room)[0]["kind"], "fork", "{name}");
    }
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    converged(&name, &rooms, township, &titles);
    for room in rooms.iter().chain([&township]) {
        let told = history(room, &old);
        assert!(told.contains("原机写的来访") && told.contains("副本写的来访"), "{name}: {told}");
    }
}

/// By a clock that is behind what a record holds two copies of one computer would give what they say
/// under one number the same name, and one of the two would be taken for the other.
#[test]
fn what_two_copies_say_by_a_clock_that_is_behind_stands_beside_each_other() {
    let land = Land::new();
    let (township, village) = (&land.township, &land.village);
    let old = village.register("以前的案件");
    exchange(village, township, Way::Packet);
    let twin = copied(village, &land.folder.path().join("twin"));
    for (room, words) in [(village, "原机写的来访"), (&twin, "副本写的来访")] {
        room.clock.set(room.clock.now_ms() - 10 * 365 * 24 * 3_600_000);
        visit(room, &old, words);
    }
    let rooms = [village, &land.second, &twin];
    settle(&rooms, township, Way::Packet);
    for room in rooms.iter().chain([&township]) {
        let told = history(room, &old);
        assert!(told.contains("原机写的来访") && told.contains("副本写的来访"), "{told}");
    }
}

/// Who meets whom before anybody has heard of the fork.
type Order = &'static [(usize, usize)];

const VILLAGE: usize = 0;
const TWIN: usize = 1;
const SECOND: usize = 2;
const TOWNSHIP: usize = 3;

/// Each of the two continuations comes first to somebody, who builds on it before they hear of the
/// other.
#[test]
fn whichever_continuation_came_first_all_show_the_same_in_the_end() {
    let orders: [Order; 5] = [
        &[(VILLAGE, TOWNSHIP), (TWIN, SECOND)],
        &[(TWIN, TOWNSHIP), (VILLAGE, SECOND)],
        &[(VILLAGE, SECOND), (TWIN, SECOND), (SECOND, TOWNSHIP)],
        &[(TWIN, SECOND), (SECOND, TOWNSHIP), (VILLAGE, SECOND), (TWIN, TOWNSHIP)],
        &[(TWIN, TOWNSHIP), (TWIN, SECOND), (VILLAGE, TOWNSHIP), (VILLAGE, SECOND)],
    ];
    for order in orders {
        for way in [Way::Line, Way::Packet] {
            met(order, way);
        }
    }
}

fn met(order: Order, way: Way) {
    let name = format!("{order:?}, {way:?}");
    let land = Land::new();
    let (township, village, second) = (&land.township, &land.village, &land.second);
    let old = village.register("以前的案件");
    for room in [village, second] {
        exchange(room, township, way);
    }
    let twin = copied(village, &land.folder.path().join("twin"));
    let new: Vec<Value> = [(village, "原机"), (&twin, "副本")]
        .iter()
        .map(|(room, word)| {
            visit(room, &old, &format!("{word}写的来访"));
            let case = room.register(&format!("{word}新案"));
            visit(room, &case, &format!("{word}再写的来访"));
            case
        })
        .collect();
    let rooms = [village, &twin, second, township];
    for (from, to) in order {
        exchange(rooms[*from], rooms[*to], way);
        // Whoever has come to hold a new case goes on with it, and with the old one.
        for room in [rooms[SECOND], rooms[TOWNSHIP]] {
            for case in new.iter().chain([&old]) {
                if room.call("case_get", json!({ "case": case["id"] })).is_ok() {
                    visit(room, case, "接着写的来访");
                }
            }
        }
    }
    settle(&rooms[..3], township, way);
    converged(&name, &rooms[..3], township, &["以前的案件", "原机新案", "副本新案"]);
    let told: String = new.iter().chain([&old]).map(|case| history(township, case)).collect();
    for words in ["原机写的", "副本写的", "原机再写的", "副本再写的"] {
        assert!(told.contains(words), "{name}: {words}");
    }
    let quarantine = township.does("quarantine_list", json!({}));
    assert_eq!(quarantine["total"], 0, "{name}: {quarantine}");
}

/// The disk is put back to an older image: what was written since lives on with those who have it,
/// and nobody is left who wrote it.
#[test]
fn a_restored_image_takes_nothing_from_anybody_and_loses_nothing() {
    for way in [Way::Line, Way::Packet] {
        let name = format!("{way:?}");
        let land = Land::new();
        let (township, village, second) = (&land.township, &land.village, &land.second);
        let _ = village.register("以前的案件");
        exchange(village, township, way);
        let image = copied(village, &land.folder.path().join("image"));
        for n in 0..3 {
            let _ = village.register(&format!("坏盘之前第 {n} 案"));
        }
        exchange(village, township, way);
        village.does("profile_lock", json!({}));
        let _ = image.register("还原之后的案件");
        let rooms = [&image, second];
        settle(&rooms, township, way);
        let titles = [
            "以前的案件",
            "坏盘之前第 0 案",
            "坏盘之前第 1 案",
            "坏盘之前第 2 案",
            "还原之后的案件",
        ];
        converged(&name, &rooms, township, &titles);
    }
}

/// An image of a running computer, made before its first note was written, is put back twice: the
/// list of notes tells of each once, where it stands now.
#[test]
fn an_image_that_is_put_back_twice_leaves_every_note_once() {
    let land = Land::new();
    let (township, village) = (&land.township, &land.village);
    let homes = ["once", "twice"].map(|name| land.folder.path().join(name));
    for home in &homes {
        std::fs::create_dir_all(home).unwrap();
        for name in ["pingli.db", "pingli.db-wal", "profile.json", "witness.json"] {
            std::fs::copy(village.home.join(name), home.join(name)).unwrap();
        }
    }
    for (n, home) in (1..).zip(&homes) {
        let image = Room::empty(home);
        image.clock.set(image.clock.now_ms() + n * 60_000);
        image.does("profile_unlock", json!({ "passphrase": tests::PASSPHRASE }));
        settle(&[&image], township, Way::Line);
        let report = township.desk.rebuild(true).unwrap();
        assert!(report.is_same, "{report:?}");
    }
}

/// Three continuations, of which one parted earlier than the others.
#[test]
fn a_third_continuation_that_parted_earlier_is_taken_too() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0], [0, 2, 1], [2, 0, 1]] {
        let land = Land::new();
        let (township, village, second) = (&land.township, &land.village, &land.second);
        let old = village.register("以前的案件");
        exchange(village, township, Way::Line);
        let early = copied(village, &land.folder.path().join("early"));
        visit(village, &old, "两次备份之间的来访");
        let _ = village.register("两次备份之间的案件");
        exchange(village, second, Way::Line);
        let late = copied(village, &land.folder.path().join("late"));
        late.clock.set(late.clock.now_ms() + 777);
        let copies = [village, &early, &late];
        for (n, room) in copies.iter().enumerate() {
            visit(room, &old, &format!("第 {n} 份写的来访"));
            let _ = room.register(&format!("第 {n} 份的案件"));
        }
        for n in order {
            exchange(copies[n], township, Way::Line);
        }
        let rooms = [village, &early, &late, second];
        settle(&rooms, township, Way::Line);
        let titles =
            ["以前的案件", "两次备份之间的案件", "第 0 份的案件", "第 1 份的案件", "第 2 份的案件"];
        converged(&format!("{order:?}"), &rooms, township, &titles);
        let told = history(township, &old);
        for n in 0..3 {
            assert!(told.contains(&format!("第 {n} 份写的来访")), "{order:?}: {told}");
        }
    }
}

/// The notes of both go on being kept for the township.
#[test]
fn what_both_noted_reaches_the_township() {
    let land = Land::new();
    let (township, village) = (&land.township, &land.village);
    let _ = village.register("以前的案件");
    exchange(village, township, Way::Line);
    let twin = copied(village, &land.folder.path().join("twin"));
    let marked = |room: &Room, ms: u64| {
        room.clock.set(room.clock.now_ms() + ms);
        room.does("profile_lock", json!({}));
        room.does("profile_unlock", json!({ "passphrase": tests::PASSPHRASE }));
    };
    marked(village, 60_000);
    marked(&twin, 180_000);
    marked(village, 300_000);
    settle(&[village, &twin], township, Way::Line);
    let notes = |room: &Room| {
        let listed = room.does("audit_list", json!({ "limit": 200 }));
        let rows = listed["rows"].as_array().unwrap().clone();
        let of = |row: &&Value| row["device"]["id"] == village.device() && row["act"] == "unlocked";
        rows.iter().filter(of).filter_map(|row| row["at_ms"].as_u64()).collect::<Vec<u64>>()
    };
    let known = notes(township);
    for ms in [60_000, 180_000 + 1_234, 360_000] {
        let at = tests::MORNING_MS + ms;
        assert!(known.contains(&at), "{ms}: {known:?}");
    }
}

/// A computer of the township was copied: what it says for everybody counts from both.
#[test]
fn a_copied_computer_of_the_township_loses_no_word_of_either() {
    for is_twin_first in [false, true] {
        let land = Land::new();
        let (township, village) = (&land.township, &land.village);
        let _ = village.register("以前的案件");
        exchange(village, township, Way::Line);
        let twin = copied(township, &land.folder.path().join("twin"));
        let rename = |room: &Room, of: &Room, name: &str| {
            room.does("device_rename", json!({ "device": of.device(), "name": name }));
        };
        rename(township, village, "原机改的名");
        rename(&twin, &land.second, "副本改的名");
        let _ = township.register("镇里原机的案件");
        let _ = twin.register("镇里副本的案件");
        let copies = if is_twin_first { [&twin, township] } else { [township, &twin] };
        for _ in 0..5 {
            for copy in copies {
                for room in [village, &land.second] {
                    exchange(room, copy, Way::Line);
                }
            }
        }
        for room in [township, &twin, village, &land.second] {
            let listed = room.does("device_list", json!({})).to_string();
            for name in ["原机改的名", "副本改的名"] {
                assert!(listed.contains(name), "{is_twin_first}: {name} {}", room.home.display());
            }
        }
    }
}

/// A computer is stolen and copied. What the township held when it revoked it stands, also once the
/// thief shows another continuation of the same log; that one waits.
#[test]
fn another_continuation_of_a_revoked_computer_changes_nothing_that_stands() {
    for is_known_before in [false, true] {
        let land = Land::new();
        let (township, village, second) = (&land.township, &land.village, &land.second);
        let old = village.register("以前的案件");
        exchange(village, township, Way::Line);
        exchange(second, township, Way::Line);
        let stolen = copied(village, &land.folder.path().join("stolen"));
        let _ = village.register("失窃之前的案件");
        exchange(village, township, Way::Line);
        if is_known_before {
            let _ = stolen.register("小偷先写的案件");
            exchange(&stolen, second, Way::Line);
            exchange(second, township, Way::Line);
            exchange(second, township, Way::Line);
        }
        township.does("device_revoke", json!({ "device": village.device(), "reason": "电脑丢了" }));
        let before = township.titles();
        visit(&stolen, &old, "小偷写的来访");
        let _ = stolen.register("小偷的案件");
        // The thief reaches the other computer of the village before it hears.
        exchange(&stolen, second, Way::Line);
        settle(&[second], township, Way::Line);
        assert_eq!(township.titles(), before, "{is_known_before}");
        assert!(before.contains(&"失窃之前的案件".to_owned()));
        assert!(!history(township, &old).contains("小偷写的来访"));
        let titles: Vec<&str> = before.iter().map(String::as_str).collect();
        converged(&format!("{is_known_before}"), &[second], township, &titles);
    }
}

/// Writes a packet and imports it elsewhere; gives its name, to write one after it.
fn packed(from: &Room, to: &Room, after: &Value) -> Value {
    let stick = from.home.join("sticks").join(fastrand::u64(..).to_string());
    let request = json!({ "unit": to.unit(), "to": { "path": stick }, "after": after });
    let packet = from.does("packet_export", request);
    to.does("packet_import", json!({ "from": { "path": packet["files"][0]["path"] } }));
    packet["packet"].clone()
}

/// Of a copy that was revoked later, packets came to the township alone: the first contradicts what is
/// held, and what the second brings follows it. Everybody else is equal all the same.
#[test]
fn what_follows_a_refused_continuation_is_not_taken_under_the_name_of_the_log() {
    let land = Land::new();
    let (township, village, second) = (&land.township, &land.village, &land.second);
    let old = village.register("以前的案件");
    settle(&[village, second], township, Way::Line);
    let copy = copied(village, &land.folder.path().join("copy"));
    let _ = village.register("原机的案件");
    settle(&[village], township, Way::Line);
    // More than is held of the other: what comes after it touches nothing that is held.
    for n in 0..4 {
        visit(&copy, &old, &format!("副本第 {n} 次写的来访"));
    }
    let first = packed(&copy, township, &Value::Null);
    assert_eq!(alarms(township)[0]["kind"], "fork");
    let _ = copy.register("副本的案件");
    packed(&copy, township, &first);
    township.does("device_revoke", json!({ "device": village.device(), "reason": "电脑丢了" }));
    settle(&[second], township, Way::Line);
    converged("a packet after", &[second], township, &["以前的案件", "原机的案件"]);
}

/// A copy that nobody met writes on, and is revoked: nobody can tell it to say in pieces what it alone
/// has. Whoever takes in its packet does, and the head takes it up like anything late.
#[test]
fn what_a_revoked_copy_alone_has_is_said_in_its_place() {
    let land = Land::new();
    let (township, village, second) = (&land.township, &land.village, &land.second);
    let old = village.register("以前的案件");
    settle(&[village, second], township, Way::Line);
    let copy = copied(village, &land.folder.path().join("copy"));
    visit(village, &old, "原机写的来访");
    settle(&[village], township, Way::Line);
    for words in ["副本写的来访", "副本又写的来访"] {
        visit(&copy, &old, words);
    }
    let device = village.device();
    township.does("device_revoke", json!({ "device": device, "reason": "电脑丢了" }));
    for _ in 0..2 {
        copy.carry(township);
        settle(&[second], township, Way::Line);
    }
    assert!(!history(second, &old).contains("副本写的来访"), "it waits for the head");
    township.does("device_adopt", json!({ "device": device, "reason": "核对过" }));
    settle(&[second], township, Way::Line);
    converged("in its place", &[second], township, &["以前的案件"]);
    for room in [township, second] {
        for words in ["原机写的来访", "副本写的来访", "副本又写的来访"] {
            let name = room.home.display();
            assert!(history(room, &old).contains(words), "{words} at {name}");
        }
    }
}

/// Of a copy a later packet came to the township, and never the one before: beyond a gap stands a case
/// that waits for nothing, and was built before anybody knew of the fork. Everybody hears of it, and of
/// what the computer itself wrote under the same numbers.
#[test]
fn what_was_built_beyond_a_gap_of_a_log_that_forked_is_told_to_everybody() {
    let land = Land::new();
    let (township, village, second) = (&land.township, &land.village, &land.second);
    let old = village.register("以前的案件");
    settle(&[village, second], township, Way::Line);
    let copy = copied(village, &land.folder.path().join("copy"));
    visit(&copy, &old, "副本写了没有送到的来访");
    let stick = json!({ "path": land.folder.path().join("lost") });
    let lost = copy.does("packet_export", json!({ "unit": township.unit(), "to": stick }));
    let _ = copy.register("副本的案件");
    packed(&copy, township, &lost["packet"]);
    assert_eq!(township.titles().len(), 2, "it waits for nothing");
    visit(village, &old, "原机写的来访");
    let _ = village.register("原机的案件");
    settle(&[village, second], township, Way::Line);
    assert_eq!(alarms(township)[0]["kind"], "fork");
    let titles = ["以前的案件", "副本的案件", "原机的案件"];
    converged("a tail", &[village, second], township, &titles);
    // Once it meets somebody, what had not been delivered is not lost either.
    settle(&[&copy, village, second], township, Way::Line);
    converged("the rest of it", &[&copy, village, second], township, &titles);
    for words in ["副本写了没有送到的来访", "原机写的来访"] {
        assert!(history(second, &old).contains(words), "{words}");
    }
}

/// A unit leaves a case, of whose log there two copies of its computer hold continuations. The one that
/// nobody has met says its own at home, and hears there of the other: both ends are equal, and its last
/// words wait for the head.
#[test]
fn a_continuation_of_whoever_left_a_case_is_told_all_the_same() {
    for way in [Way::Line, Way::Packet] {
        let land = Land::new();
        let township = &land.township;
        let other = township.joined(SHIWAN, &land.folder.path().join("other"));
        let case = township.register("两村的案件");
        let units = [other.unit(), land.village.unit()];
        township.does("case_share", json!({ "case": case["id"], "units": units }));
        settle(&[&land.village, &other], township, Way::Line);
        visit(&other, &case, "邻村先写的来访");
        settle(&[&other], township, Way::Line);
        let twin = copied(&other, &land.folder.path().join("twin"));
        visit(&other, &case, "邻村原机写的来访");
        // Packets alone do not tell two continuations of one length apart.
        for words in ["邻村副本写的来访", "邻村副本又写的来访"] {
            visit(&twin, &case, words);
        }
        exchange(&other, township, Way::Line);
        let reason = "与它无关";
        let leave = json!({ "case": case["id"], "unit": other.unit(), "reason": reason });
        township.does("case_leave", leave);
        let rooms = [&twin, &other];
        settle(&rooms, township, way);
        for room in rooms {
            assert_eq!(exchange(room, township, Way::Line), Some(true), "{way:?}: the digests");
        }
        assert_eq!(exchange(&land.village, township, Way::Line), Some(true), "{way:?}");
        let held = township.does("quarantine_list", json!({ "limit": 200 }));
        let mut rows = held["rows"].as_array().unwrap().iter();
        let is_last = |row: &&Value| {
            row["reason"] == "after_leaving" && row.to_string().contains("邻村副本写的来访")
        };
        assert!(rows.any(|row| is_last(&row)), "{way:?}: {held}");
        let told = history(township, &case);
        assert!(told.contains("邻村原机写的来访") && !told.contains("邻村副本"), "{told}");
    }
}

/// Two copies part where a third had long parted from both: what was shown of that fork is the same for
/// both. Whoever holds what they wrote hears that it is not the same.
#[test]
fn continuations_that_share_all_that_was_shown_of_a_fork_are_told_apart() {
    let land = Land::new();
    let (township, village, second) = (&land.township, &land.village, &land.second);
    let old = village.register("以前的案件");
    settle(&[village, second], township, Way::Line);
    let early = copied(village, &land.folder.path().join("early"));
    visit(village, &old, "原机写的来访");
    for room in [township, second] {
        packed(village, room, &Value::Null);
    }
    visit(&early, &old, "早先的副本写的来访");
    packed(&early, township, &Value::Null);
    assert_eq!(alarms(township)[0]["kind"], "fork");
    let late = copied(village, &land.folder.path().join("late"));
    let _ = village.register("原机的案件");
    packed(village, township, &Value::Null);
    let _ = late.register("后来的副本的案件");
    packed(&late, second, &Value::Null);
    township.does("device_revoke", json!({ "device": village.device(), "reason": "电脑丢了" }));
    settle(&[second], township, Way::Line);
    converged("three", &[second], township, &["以前的案件", "原机的案件"]);
}

/// More continuations than are carried: the last one stays where it is, and nobody else is disturbed.
#[test]
fn eight_continuations_are_taken_and_a_ninth_stays_where_it_is() {
    let land = Land::new();
    let (township, village) = (&land.township, &land.village);
    let _ = village.register("以前的案件");
    exchange(village, township, Way::Line);
    let copies: Vec<Room> = (1..9)
        .map(|n| {
            let copy = copied(village, &land.folder.path().join(format!("copy{n}")));
            copy.clock.set(copy.clock.now_ms() + n);
            let _ = copy.register(&format!("第 {n} 份的案件"));
            copy
        })
        .collect();
    let _ = village.register("原机的案件");
    exchange(village, township, Way::Line);
    let mut titles = vec!["以前的案件".to_owned(), "原机的案件".to_owned()];
    for (n, copy) in (1..).zip(&copies[..7]) {
        settle(&[copy], township, Way::Line);
        titles.push(format!("第 {n} 份的案件"));
    }
    let mut rooms: Vec<&Room> = copies[..7].iter().chain([village]).collect();
    settle(&rooms, township, Way::Line);
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    converged("eight", &rooms, township, &titles);
    let ninth = &copies[7];
    rooms.push(ninth);
    settle(&rooms, township, Way::Line);
    rooms.pop();
    converged("nine", &rooms, township, &titles);
    assert!(ninth.titles().contains(&"第 8 份的案件".to_owned()), "it keeps its own");
    assert_eq!(ninth.titles().len(), titles.len() + 1, "and has all others");
    // It works on, too.
    let _ = ninth.register("第 8 份之后的案件");
    exchange(ninth, township, Way::Line);
    assert!(township.titles().contains(&"第 8 份之后的案件".to_owned()));
}

const WORDS: [&str; 2] = ["鸬鹚滩", "蓝莓烧饼"];

/// What is erased is erased in continuations too, whichever is heard of first.
#[test]
fn what_is_erased_is_gone_from_every_continuation() {
    for hears_first in [false, true] {
        let land = Land::new();
        let (township, village, second) = (&land.township, &land.village, &land.second);
        let case = village.register("鸬鹚滩排水纠纷");
        let facts = |room: &Room, facts: Value| {
            room.does("fact_add", json!({ "case": case["id"], "facts": facts }));
        };
        facts(
            village,
            json!([{ "kind": "closed", "body": { "outcome": "failed", "routes": ["court"] } }]),
        );
        exchange(village, township, Way::Line);
        facts(township, json!([{ "kind": "archived", "body": { "retention": "short" } }]));
        exchange(village, township, Way::Line);
        let twin = copied(village, &land.folder.path().join("twin"));
        for (room, word) in [(village, "原机"), (&twin, "副本")] {
            facts(
                room,
                json!([{ "kind": "note", "body": { "text": format!("{word}：蓝莓烧饼") } }]),
            );
            let _ = room.register(&format!("{word}的案件"));
        }
        let rooms = [village, &twin, second];
        exchange(village, township, Way::Line);
        if !hears_first {
            settle(&rooms, township, Way::Line);
            assert!(tests::pages::hits(&township.home, &WORDS) > 0, "the search finds it");
        }
        township.does(
            "record_erase",
            json!({
                "records": [case["id"]], "ground": "retention_ended", "reason": "保管期限已满",
            }),
        );
        settle(&rooms, township, Way::Line);
        let name = format!("hears first: {hears_first}");
        converged(&name, &rooms, township, &["原机的案件", "副本的案件"]);
        for room in rooms.iter().chain([&township]) {
            let found = tests::pages::hits(&room.home, &WORDS);
            assert_eq!(found, 0, "{name}: {}", room.home.display());
        }
        let fresh = township.joined(QIAOTOU, &land.folder.path().join("fresh"));
        settle(&[&fresh], township, Way::Line);
        converged(&name, &[&fresh], township, &["原机的案件", "副本的案件"]);
        assert_eq!(tests::pages::hits(&fresh.home, &WORDS), 0, "{name}");
    }
}

/// The township ends the identity that two computers used and invites the one that is kept: what both
/// wrote stands everywhere, the alarm is over.
#[test]
fn a_copied_computer_is_enrolled_anew_and_what_both_wrote_stands() {
    let land = Land::new();
    let (township, village, second) = (&land.township, &land.village, &land.second);
    let _ = village.register("以前的案件");
    exchange(village, township, Way::Line);
    let line = |of: &Room| {
        let listed = township.does("device_list", json!({}));
        let lines = listed["devices"].as_array().unwrap().clone();
        lines.into_iter().find(|line| line["device"]["id"] == of.device()).unwrap()
    };
    let is_forked = |room: &Room| room.does("status_get", json!({}))["office"]["is_forked"].clone();
    assert_eq!((&line(village)["forked_ms"], is_forked(village)), (&Value::Null, json!(false)));
    let twin = copied(village, &land.folder.path().join("twin"));
    let _ = village.register("原机的案件");
    let _ = twin.register("副本的案件");
    settle(&[village, &twin, second], township, Way::Line);
    assert!(line(village)["forked_ms"].is_u64());
    assert_eq!(line(second)["forked_ms"], Value::Null);
    for (room, want) in [(village, true), (&twin, true), (second, false), (township, false)] {
        assert_eq!(is_forked(room), json!(want), "{}", room.home.display());
    }
    let raised = alarms(township);
    assert_eq!(raised.as_array().map(Vec::len), Some(1), "one for both of its logs: {raised}");
    let reason = "资料被拷贝过，两台电脑用了同一个身份。";
    township.does("device_revoke", json!({ "device": village.device(), "reason": reason }));
    assert_eq!((alarms(township), &line(village)["forked_ms"]), (json!([]), &Value::Null));
    let fresh = township.joined(QIAOTOU, &land.folder.path().join("fresh"));
    settle(&[second, &fresh], township, Way::Line);
    assert_eq!(alarms(second), json!([]));
    let titles = ["以前的案件", "原机的案件", "副本的案件"];
    converged("enrolled anew", &[second, &fresh], township, &titles);
    assert_eq!(line(village)["late"], 0, "nothing of what was held waits");
}

/// A case that is opened to another village, before the fork is known or after it, takes along what
/// both continuations say of it; whoever holds the case alone shows the same, and all write on.
#[test]
fn a_case_that_moves_takes_both_continuations_along() {
    for is_shared_before in [false, true] {
        let name = format!("shared before: {is_shared_before}");
        let land = Land::new();
        let (township, village) = (&land.township, &land.village);
        let other = township.joined(SHIWAN, &land.folder.path().join("other"));
        let old = village.register("以前的案件");
        exchange(village, township, Way::Line);
        let twin = copied(village, &land.folder.path().join("twin"));
        visit(village, &old, "原机写的来访");
        visit(&twin, &old, "副本写的来访");
        let new = village.register("原机的案件");
        exchange(village, township, Way::Line);
        let share = || {
            for case in [&old, &new] {
                let units = [other.unit()];
                township.does("case_share", json!({ "case": case["id"], "units": units }));
            }
        };
        if is_shared_before {
            share();
            exchange(&other, township, Way::Line);
            visit(&other, &old, "邻村早写的来访");
        }
        let rooms = [village, &twin, &land.second];
        settle(&rooms, township, Way::Line);
        if !is_shared_before {
            share();
        }
        settle(&[&other, village, &twin], township, Way::Line);
        for (room, words) in [(township, "镇里"), (&other, "邻村"), (&twin, "副本")] {
            for case in [&old, &new] {
                visit(room, case, &format!("{words}后来写的来访"));
            }
            settle(&[&other, village, &twin], township, Way::Line);
        }
        settle(&rooms, township, Way::Line);
        let counts = |room: &Room, case: &Value| {
            room.does("case_get", json!({ "case": case["id"] }))["counts"].clone()
        };
        for room in [village, &twin, &land.second, &other, township] {
            for case in [&old, &new] {
                let told = history(room, case);
                eprintln!(
                    "{} {:?} {}",
                    room.home.display(),
                    room.desk.examine().unwrap().held,
                    case["title"]
                );
                for words in ["镇里后来", "邻村后来", "副本后来"] {
                    assert!(told.contains(words), "{name}: {words} at {}", room.home.display());
                }
                assert_eq!(counts(room, case), counts(township, case), "{name}");
            }
            let told = history(room, &old);
            for words in ["原机写的", "副本写的"] {
                assert!(told.contains(words), "{name}: {words} at {}", room.home.display());
            }
            let report = room.desk.rebuild(true).unwrap();
            assert!(report.is_same, "{name}: {report:?}");
            assert_eq!(room.desk.examine().unwrap().waiting, 0, "{name}");
        }
        converged(&name, &rooms, township, &["以前的案件", "原机的案件"]);
        assert_eq!(exchange(&other, township, Way::Line), Some(true), "{name}");
    }
}
