//! Meetings over TLS on the loopback: both ways, and everybody who must be turned away.

use std::io::ErrorKind::{TimedOut, WouldBlock};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::{Duration, Instant};

use app::Desk;
use app::progress::{Event, Phase};
use serde_json::{Value, json};
use tests::{QIAOTOU, Room, SHIWAN, folder, is, text};

/// How long a good neighbour may have to wait while others misbehave: far less than they would
/// hold it up one after the other, and enough for a machine that others use.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// Cases with long notes: together more than one segment. Each is two entries.
const CASES: u64 = 14;

/// Both show the same, as soon as the one that answered has built what came.
fn show_the_same(one: &Room, other: &Room) {
    let began = Instant::now();
    while one.records() != other.records() {
        assert!(began.elapsed() < WAIT_MAX, "the one that answered never shows it");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn listen(room: &Room) -> String {
    let open = json!({ "enabled": true, "port": 0, "loopback": true });
    text(&room.does("lan_listen", open), "/addresses/0")
}

fn meet(room: &Room, address: &str) -> Value {
    room.does("lan_exchange", json!({ "address": address }))
}

#[test]
fn a_meeting_goes_both_ways_and_ends_equal() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let _ = village.register("滴水边界纠纷");
    let case = village.register("鱼塘纠纷");
    let address = listen(&township);
    let met = meet(&village, &address);
    assert_eq!((&met["is_equal"], &met["unit"]["name"]), (&json!(true), &json!("青石镇综治中心")));
    show_the_same(&village, &township);
    // Both write; whoever calls, both end with the same.
    let note = |text: &str| {
        json!({ "case": case["id"], "facts": [
        { "kind": "note", "body": { "text": text } }
    ] })
    };
    village.does("fact_add", note("村里记的"));
    township.does("fact_add", note("镇里记的"));
    let met = meet(&village, &address);
    assert_eq!(met["is_equal"], true, "{met}");
    assert!(met["received"].as_u64() >= Some(1) && met["sent"].as_u64() >= Some(1), "{met}");
    show_the_same(&village, &township);
    // Nothing new: both say so, and it costs little.
    let met = meet(&village, &address);
    assert_eq!((&met["received"], &met["sent"]), (&json!(0), &json!(0)));
    let bytes = met["bytes_sent"].as_u64().unwrap() + met["bytes_received"].as_u64().unwrap();
    assert!(bytes <= 300, "{bytes} bytes to learn that nothing is new");
    assert!(township.exchanges() >= 2, "the one who answered remembers too");
}

#[test]
fn strangers_are_turned_away_before_anything_is_said() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let elsewhere = Room::township(&folder.path().join("elsewhere"));
    let stranger = elsewhere.joined(SHIWAN, &folder.path().join("stranger"));
    let before = township.shown();
    let address = listen(&township);
    for room in [&stranger, &elsewhere] {
        let fault = room.fails("lan_exchange", json!({ "address": address }));
        assert!(is(&fault, "lan", "stranger"), "{fault:?}");
    }
    // The other way round: a stranger listens, one of ours calls.
    let there = listen(&elsewhere);
    let fault = village.fails("lan_exchange", json!({ "address": there }));
    assert!(is(&fault, "lan", "stranger"), "{fault:?}");
    township.does("lan_listen", json!({ "enabled": false }));
    assert!(township.shown() == before, "nothing changed");
    let fault = village.fails("lan_exchange", json!({ "address": address }));
    assert!(is(&fault, "lan", "no_answer"), "{fault:?}");
}

#[test]
fn a_newcomer_joins_over_the_network_and_a_second_claimant_does_not() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let address = listen(&township);
    let invited = township.invite(QIAOTOU, folder.path());
    let first = Room::empty(&folder.path().join("first"));
    let second = Room::empty(&folder.path().join("second"));
    first.accept(&invited).expect("provisional");
    second.accept(&invited).expect("nobody can know yet");
    let _ = first.register("入网前登记的案件");
    let met = meet(&first, &address);
    assert_eq!(met["is_equal"], true, "{met}");
    let status = first.does("status_get", json!({}));
    assert_eq!(status["office"]["is_certified"], true, "countersigned at the first meeting");
    show_the_same(&first, &township);
    assert_eq!(township.titles(), ["入网前登记的案件"]);
    let _ = second.register("不该进来的案件");
    let fault = second.fails("lan_exchange", json!({ "address": address }));
    assert_eq!(tests::as_json(&fault)["code"], "lan", "{fault:?}");
    assert_eq!(township.titles().len(), 1, "nothing of the second was taken");
    assert_eq!(second.titles().len(), 1, "and it learnt nothing");
}

#[test]
fn noise_silence_and_endless_frames_keep_nobody_from_being_served() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let _ = village.register("滴水边界纠纷");
    let address = listen(&township);
    let mut held = Vec::new();
    let noises: [&[u8]; 5] = [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        &[0; 4096],
        &[0xff; 70_000],
        // A handshake record that says it is larger than TLS allows.
        b"\x16\x03\x01\xff\xff\x01\x00\xff\xfc",
        // The beginning of one, and then nothing for ever.
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ];
    for noise in noises {
        let mut line = TcpStream::connect(&address).unwrap();
        line.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        // Whether the other still listens is its own affair.
        let _ = line.write_all(noise);
        held.push(line);
    }
    // More lines than meetings are held at once, all of them silent.
    held.extend((0..60).map(|_| TcpStream::connect(&address).unwrap()));
    let began = Instant::now();
    let met = meet(&village, &address);
    assert!(began.elapsed() < WAIT_MAX, "a neighbour had to wait {:?}", began.elapsed());
    assert_eq!(met["is_equal"], true);
    // Whoever made noise was told nothing about this place, and is let go.
    for line in held.iter_mut().take(noises.len()) {
        let mut answer = Vec::new();
        let _ = line.read_to_end(&mut answer);
        assert!(answer.len() < 64, "an alert at most: {} bytes", answer.len());
    }
    assert_eq!(meet(&village, &address)["is_equal"], true);
}

/// A room that stops its own exchange once this many entries have come.
fn impatient(home: &std::path::Path, stops: Arc<Mutex<Option<u64>>>) -> Room {
    let slot: Arc<OnceLock<Weak<Desk>>> = Arc::default();
    let own = slot.clone();
    let room = Room::watched(
        home,
        Some(Arc::new(move |event| {
            let Event::Progress { phase: Phase::Receiving, done, .. } = event else { return };
            let mut left = stops.lock().unwrap();
            if left.is_some_and(|at| done >= at) {
                *left = None;
                let desk = own.get().and_then(Weak::upgrade).unwrap();
                desk.call("call_cancel", json!({ "call": "test" }), None).unwrap();
            }
        })),
    );
    slot.set(Arc::downgrade(&room.desk)).unwrap();
    room
}

#[test]
fn an_exchange_that_was_stopped_goes_on_from_there() {
    let folder = folder();
    let stops = Arc::new(Mutex::new(None));
    let township = Room::township(&folder.path().join("township"));
    // The village's second computer, which stops its first exchange half-way.
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let invited = township.invite(QIAOTOU, folder.path());
    let second = impatient(&folder.path().join("second"), stops.clone());
    second.accept(&invited).expect("joined");
    second.carry(&township);
    township.carry(&second);
    // More than one segment: an exchange can only be stopped between two.
    for number in 0..CASES {
        let case = village.register(&format!("第 {number} 件"));
        let words = |_| (0..19_000).map(|_| fastrand::char('\u{4e00}'..'\u{9fa5}')).collect();
        let facts: Vec<Value> = (0..7)
            .map(words)
            .map(|text: String| json!({ "kind": "note", "body": { "text": text } }))
            .collect();
        village.does("fact_add", json!({ "case": case["id"], "facts": facts }));
    }
    village.carry(&township);
    let address = listen(&township);
    *stops.lock().unwrap() = Some(1);
    let fault = second.fails("lan_exchange", json!({ "address": address }));
    assert_eq!(tests::as_json(&fault)["code"], "cancelled", "{fault:?}");
    let kept = second.does("status_get", json!({}));
    assert_eq!(kept["office"]["behind"], 0, "what came is built");
    let history = second.does("exchange_history", json!({}));
    assert_eq!(history["rows"][0]["outcome"], "cancelled");
    let met = meet(&second, &address);
    assert_eq!(met["is_equal"], true, "{met}");
    assert!(met["received"].as_u64() < Some(2 * CASES), "it does not begin anew: {met}");
    assert_eq!(second.titles(), township.titles());
    show_the_same(&second, &township);
}

#[test]
fn whoever_calls_a_locked_computer_is_told_so_and_meets_it_again_once_it_is_open() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let address = listen(&township);
    meet(&village, &address);
    let mut silent = TcpStream::connect(&address).unwrap();
    silent.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    township.does("profile_lock", json!({}));
    // Lines that are open are let go of, too.
    let rest = silent.read(&mut [0; 16]);
    let waits = rest.is_err_and(|error| matches!(error.kind(), WouldBlock | TimedOut));
    assert!(!waits, "the line stays open");
    // Whoever calls is told that it is locked, and nothing else.
    let fault = tests::as_json(&village.fails("lan_exchange", json!({ "address": address })));
    assert_eq!((&fault["code"], &fault["reason"]), (&json!("lan"), &json!("locked")), "{fault}");
    // Lines that say nothing, or too much, hold nobody up.
    let mut idle: Vec<TcpStream> =
        (0..100).map(|_| TcpStream::connect(&address).unwrap()).collect();
    let mut said = Vec::new();
    let line = idle.last_mut().unwrap();
    line.set_read_timeout(Some(WAIT_MAX)).unwrap();
    line.read_to_end(&mut said).unwrap();
    assert_eq!(said, [21, 3, 3, 0, 2, 2, 49], "an alert of seven bytes");
    let mut loud = TcpStream::connect(&address).unwrap();
    // It is cut off after a while, as it may be.
    let _ = loud.write_all(&vec![0; 1 << 20]);
    let fault = tests::as_json(&village.fails("lan_exchange", json!({ "address": address })));
    assert_eq!(fault["reason"], "locked", "{fault}");
    // The profile can be opened again at once: no meeting holds it, and the others are met again.
    let opened = township.does("profile_unlock", json!({ "passphrase": tests::PASSPHRASE }));
    assert_eq!(opened["office"]["lan"]["is_listening"], true, "{opened}");
    assert_eq!(meet(&village, &address)["is_equal"], true);
    // Whoever closes it is not open again later.
    township.does("lan_listen", json!({ "enabled": false }));
    township.does("profile_lock", json!({}));
    let fault = tests::as_json(&village.fails("lan_exchange", json!({ "address": address })));
    assert_eq!(fault["reason"], "no_answer", "{fault}");
    let opened = township.does("profile_unlock", json!({ "passphrase": tests::PASSPHRASE }));
    assert_eq!(opened["office"]["lan"]["is_listening"], false, "{opened}");
}
