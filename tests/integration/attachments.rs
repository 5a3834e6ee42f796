//! Photographs and papers of a case: brought in, shown, and on their way to other computers.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use app::exchange::Line;
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use tests::{QIAOTOU, Room, SHIWAN, Stage, as_json, folder, is, text};

use crate::profile::Small;

/// A photograph of some size that no compression makes small.
fn photograph(side: u32, seed: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    let picture = RgbImage::from_fn(side, side, |_, _| Rgb([random.u8(..), random.u8(..), 90]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// A paper of some bytes.
fn paper(bytes: usize, seed: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut content = b"%PDF-1.7 ".to_vec();
    content.resize_with(bytes, || random.u8(..));
    content
}

fn attachments(room: &Room, case: &Value) -> Vec<Value> {
    let shown = room.does("case_get", json!({ "case": case }));
    shown["attachments"].as_array().unwrap().clone()
}

/// Which attachments of a case are whole here, by name.
fn here(room: &Room, case: &Value) -> Vec<String> {
    let all = attachments(room, case);
    all.iter().filter(|one| one["is_here"] == true).map(|one| text(one, "/name")).collect()
}

struct Land {
    folder: tempfile::TempDir,
    township: Room,
    village: Room,
    case: Value,
}

impl Land {
    fn new() -> Self {
        let folder = folder();
        let township = Room::township(&folder.path().join("township"));
        let village = township.joined(QIAOTOU, &folder.path().join("village"));
        let case = village.register("滴水边界纠纷")["id"].clone();
        Self { folder, township, village, case }
    }

    fn address(&self) -> String {
        let open = json!({ "enabled": true, "port": 0, "loopback": true });
        text(&self.township.does("lan_listen", open), "/addresses/0")
    }

    /// Writes a packet of small files; gives their paths, in order.
    fn parts(&self, from: &Room, to: &Room, more: Value) -> Vec<PathBuf> {
        let stick = self.folder.path().join(format!("stick{}", fastrand::u64(..)));
        let mut request = json!({ "unit": to.unit(), "to": { "path": stick } });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let written = from.does("packet_export", request);
        let files = written["files"].as_array().unwrap();
        files.iter().map(|file| text(file, "/path").into()).collect()
    }
}

fn import(room: &Room, path: &Path) -> Value {
    room.does("packet_import", json!({ "from": { "path": path } }))
}

#[test]
fn a_photograph_is_drawn_anew_and_read_back_and_what_is_no_such_thing_is_refused() {
    let land = Land::new();
    let room = &land.village;
    let taken = photograph(900, 1);
    let view = room.attach(&land.case, " 墙角.jpg ", &taken).unwrap();
    let shown = &view["attachments"][0];
    assert_eq!((&shown["name"], &shown["form"]), (&json!("墙角.jpg"), &json!("jpeg")));
    assert_eq!((&shown["is_here"], &shown["is_thumbnail_here"]), (&json!(true), &json!(true)));
    let whole = room.attached(&land.case, &shown["id"], false).unwrap();
    assert_eq!(shown["bytes"], whole.len());
    assert_ne!(whole, taken, "drawn anew");
    let side = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().width();
    assert_eq!(side(&whole), 900);
    let small = room.attached(&land.case, &shown["id"], true).unwrap();
    assert_eq!(side(&small), 320);
    // The same again takes no more room; a paper is kept as it is.
    room.attach(&land.case, "又一次", &taken).unwrap();
    assert_eq!(room.blob_files().len(), 2);
    let content = paper(300_000, 2);
    let view = room.attach(&land.case, "借条", &content).unwrap();
    assert_eq!(room.attached(&land.case, &view["attachments"][2]["id"], false).unwrap(), content);
    let events = room.does("case_history", json!({ "case": land.case }))["total"].clone();
    let files = room.blob_files().len();
    let rows: [(&str, Vec<u8>); 8] = [
        ("unknown_form", b"<svg onload='alert(1)'></svg>".to_vec()),
        ("unknown_form", b"<!doctype html><script>1</script>".to_vec()),
        ("unknown_form", b"PK\x03\x04 a document with macros".to_vec()),
        ("unknown_form", b"MZ a program".to_vec()),
        ("apple_picture", b"\0\0\0\x18ftypheic".to_vec()),
        ("damaged", taken[..500].to_vec()),
        ("damaged", b"\x89PNG\r\n\x1a\n and nothing more".to_vec()),
        ("empty", Vec::new()),
    ];
    for (reason, bytes) in rows {
        let fault = room.attach(&land.case, "不好的", &bytes).unwrap_err();
        assert!(is(&fault, "attachment", reason), "{reason}: {fault:?}");
    }
    assert_eq!(room.does("case_history", json!({ "case": land.case }))["total"], events);
    assert_eq!(room.blob_files().len(), files, "nothing of it is left");
}

#[test]
fn a_file_that_is_not_brought_in_whole_is_none() {
    let land = Land::new();
    let room = &land.village;
    let fault = room.fails("attachment_begin", json!({ "case": land.case, "bytes": 1u64 << 40 }));
    assert!(is(&fault, "attachment", "too_large"), "{fault:?}");
    let begin = || {
        let begun = room.does("attachment_begin", json!({ "case": land.case, "bytes": 9 }));
        begun["upload"].clone()
    };
    let upload = begin();
    let finish = |upload: &Value| json!({ "case": land.case, "upload": upload, "name": "半张" });
    let fault = room.fails("attachment_finish", finish(&upload));
    assert!(is(&fault, "attachment", "cut"), "{fault:?}");
    let upload = begin();
    for (data, code) in [("!", "bad_request"), ("QUJDREVGR0hJSg==", "bad_request")] {
        let fault = room.fails("attachment_piece", json!({ "upload": upload, "data": data }));
        assert_eq!(as_json(&fault)["code"], code, "{data}");
    }
    let much = "A".repeat(400_000);
    let fault = room.fails("attachment_piece", json!({ "upload": upload, "data": much }));
    assert_eq!(as_json(&fault)["code"], "bad_request");
    // Another case, a file given up, a profile that was locked: none of them finds it.
    let other = room.register("鱼塘纠纷")["id"].clone();
    let elsewhere = json!({ "case": other, "upload": upload, "name": "半张" });
    assert_eq!(as_json(&room.fails("attachment_finish", elsewhere))["code"], "not_found");
    room.does("attachment_drop", json!({ "upload": upload }));
    assert_eq!(as_json(&room.fails("attachment_finish", finish(&upload)))["code"], "not_found");
    let upload = begin();
    room.does("profile_lock", json!({}));
    room.does("profile_unlock", json!({ "passphrase": tests::PASSPHRASE }));
    assert_eq!(as_json(&room.fails("attachment_finish", finish(&upload)))["code"], "not_found");
    assert!(attachments(room, &land.case).is_empty() && room.blob_files().is_empty());
}

#[test]
fn photographs_come_in_the_meeting_that_brings_the_case_and_only_to_whom_it_is() {
    let land = Land::new();
    let neighbour = land.township.joined(SHIWAN, &land.folder.path().join("neighbour"));
    land.village.attach(&land.case, "墙角", &photograph(700, 1)).unwrap();
    land.village.attach(&land.case, "借条", &paper(400_000, 2)).unwrap();
    let address = land.address();
    let met = land.village.does("lan_exchange", json!({ "address": address }));
    assert_eq!(met["is_equal"], true);
    let sent = met["blob_bytes_sent"].as_u64().unwrap();
    assert!(sent > 400_000, "{met}");
    assert_eq!(here(&land.township, &land.case), ["墙角", "借条"]);
    for (one, other) in
        attachments(&land.village, &land.case).iter().zip(attachments(&land.township, &land.case))
    {
        let bytes = |room: &Room| room.attached(&land.case, &one["id"], false).unwrap();
        assert_eq!(bytes(&land.village), bytes(&land.township));
        assert_eq!(one["id"], other["id"]);
    }
    let again = land.village.does("lan_exchange", json!({ "address": address }));
    assert_eq!((&again["blob_bytes_sent"], &again["crossings"]), (&json!(0), &json!(2)));
    // What the township puts there comes to the village, and nothing of it to the neighbour.
    land.township.attach(&land.case, "现场", &photograph(500, 3)).unwrap();
    neighbour.does("lan_exchange", json!({ "address": address }));
    assert!(neighbour.blob_files().is_empty());
    land.village.does("lan_exchange", json!({ "address": address }));
    assert_eq!(here(&land.village, &land.case), ["墙角", "借条", "现场"]);
    let lines = land.village.does("exchange_history", json!({ "limit": 1 }));
    assert!(lines["rows"][0]["blob_bytes"].as_u64().unwrap() > 1000, "{lines}");
}

#[test]
fn a_stick_brings_them_in_parts_in_any_number_of_journeys_and_none_twice() {
    let land = Land::new();
    let (village, township) = (&land.village, &land.township);
    let content = paper(900_000, 1);
    village.attach(&land.case, "墙角", &photograph(300, 2)).unwrap();
    village.attach(&land.case, "合同", &content).unwrap();
    // Words first: the township knows of them, and that they are in the village still.
    let words = land.parts(village, township, json!({ "words_only": true }));
    import(township, &words[0]);
    assert_eq!(attachments(township, &land.case).len(), 2);
    assert!(here(township, &land.case).is_empty());
    let contract = attachments(township, &land.case)[1]["id"].clone();
    let fault = township.attached(&land.case, &contract, false).unwrap_err();
    assert!(is(&fault, "attachment", "not_here"), "{fault:?}");
    // Small files; the fourth part is lost on the way, and what follows it waits for nobody.
    let parts = land.parts(village, township, json!({ "part_bytes": 300_000 }));
    assert!(parts.len() >= 5, "{parts:?}");
    for (at, part) in parts.iter().enumerate().filter(|(at, _)| *at != 3) {
        let got = import(township, part);
        assert_ne!(got["outcome"], "broken_off", "{at}: {got}");
    }
    assert_eq!(here(township, &land.case), ["墙角"]);
    // What the township now lacks goes back with its own packet; only that comes next, and of a
    // paper only what is lacking of it.
    township.carry(village);
    let rest = land.parts(village, township, json!({}));
    let bytes: u64 = rest.iter().map(|path| std::fs::metadata(path).unwrap().len()).sum();
    assert!(bytes < 700_000, "it goes on where it stopped: {bytes}");
    for part in &rest {
        import(township, part);
    }
    assert_eq!(here(township, &land.case), ["墙角", "合同"]);
    assert_eq!(township.attached(&land.case, &contract, false).unwrap(), content);
    township.carry(village);
    let nothing = land.parts(village, township, json!({}));
    let bytes: u64 = nothing.iter().map(|path| std::fs::metadata(path).unwrap().len()).sum();
    assert!(bytes < 20_000, "all of it is acknowledged: {bytes}");
    // The same again changes nothing.
    for part in rest.iter().chain(&parts) {
        assert_eq!(import(township, part)["blob_bytes"], 0);
    }
}

#[test]
fn a_damaged_chunk_is_found_and_comes_again_from_whoever_has_it() {
    let land = Land::new();
    land.village.attach(&land.case, "合同", &paper(200_000, 1)).unwrap();
    let address = land.address();
    land.village.does("lan_exchange", json!({ "address": address }));
    let id = attachments(&land.township, &land.case)[0]["id"].clone();
    let good = land.township.attached(&land.case, &id, false).unwrap();
    let file = land.township.blob_files().remove(0);
    let bytes = std::fs::read(&file).unwrap();
    // One bit in each chunk, the file cut, the file gone.
    let flipped = |at: usize| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 8;
        Some(bytes)
    };
    let harms =
        [flipped(5), flipped(70_000), flipped(bytes.len() - 1), Some(bytes[..9].to_vec()), None];
    for (number, harm) in harms.into_iter().enumerate() {
        match harm {
            Some(bytes) => std::fs::write(&file, bytes).unwrap(),
            None => std::fs::remove_file(&file).unwrap(),
        }
        let fault = land.township.attached(&land.case, &id, false).unwrap_err();
        assert!(is(&fault, "attachment", "not_here"), "{number}: {fault:?}");
        assert!(here(&land.township, &land.case).is_empty(), "{number}: it says so");
        let asked = json!({ "case": land.case, "attachment": id });
        let asked = land.township.does("attachment_ask", asked);
        assert_eq!(asked["attachments"][0]["is_asked"], true);
        land.village.does("lan_exchange", json!({ "address": address }));
        assert_eq!(land.township.attached(&land.case, &id, false).unwrap(), good, "{number}");
    }
}

#[test]
fn what_was_put_there_by_mistake_is_withdrawn_with_a_reason_and_stays_in_the_history() {
    let land = Land::new();
    let view = land.village.attach(&land.case, "拍错了", &photograph(200, 1)).unwrap();
    let id = &view["attachments"][0]["id"];
    let withdrawn = |attachment: &Value, reason: &str| {
        json!({ "case": land.case, "facts": [{
            "kind": "attachment_withdrawn",
            "body": { "attachment": attachment, "reason": reason },
        }] })
    };
    let room = &land.village;
    assert!(is(&room.fails("fact_add", withdrawn(id, " ")), "refused", "empty"));
    let unknown = json!("0000000000000000-00000000000000000000000000");
    assert!(is(&room.fails("fact_add", withdrawn(&unknown, "拍错")), "refused", "unknown"));
    let view = room.does("fact_add", withdrawn(id, "拍的是别家的墙"));
    assert_eq!(view["attachments"][0]["withdrawn"]["rule"], "attachments");
    assert!(is(&room.fails("fact_add", withdrawn(id, "再撤")), "refused", "already_done"));
    // Nobody names bytes that were not brought in, nor renames them into others.
    let whole = json!({ "blob": "07".repeat(32), "bytes": 5 });
    let body = json!({ "name": "假的", "form": "jpeg", "whole": whole });
    let forged =
        json!({ "case": land.case, "facts": [{ "kind": "attachment_added", "body": body }] });
    assert!(is(&room.fails("fact_add", forged), "refused", "not_written_by_hand"));
    let corrected = json!({ "case": land.case, "facts": [{ "kind": "corrected", "body": {
        "fact": id, "reason": "换一张", "to": { "kind": "attachment_added", "body": body },
    } }] });
    assert!(is(&room.fails("fact_add", corrected), "refused", "not_written_by_hand"));
    room.carry(&land.township);
    let shown = attachments(&land.township, &land.case);
    assert_eq!(shown[0]["withdrawn"]["rule"], "attachments");
    assert_eq!(here(&land.township, &land.case), ["拍错了"], "kept as the fact is");
}

#[test]
fn an_attachment_leaves_as_a_file_and_that_is_noted() {
    let land = Land::new();
    let content = paper(150_000, 1);
    land.village.carry(&land.township);
    let view = land.township.attach(&land.case, "借条/..", &content).unwrap();
    let to = land.folder.path().join("saved");
    std::fs::create_dir(&to).unwrap();
    let saved = land.township.does(
        "attachment_save",
        json!({
            "case": land.case, "attachment": view["attachments"][0]["id"], "to": { "path": to },
        }),
    );
    assert_eq!(saved["name"], "借条...pdf");
    assert_eq!(std::fs::read(to.join("借条...pdf")).unwrap(), content);
    let notes = land.township.does("audit_list", json!({})).to_string();
    assert!(notes.contains("\"attachment\""), "{notes}");
}

#[test]
fn a_file_that_a_power_cut_left_unknown_is_swept_away_and_the_others_stay() {
    let land = Land::new();
    for n in 0..3 {
        land.village.attach(&land.case, &format!("第{n}张"), &photograph(120, n)).unwrap();
    }
    // A power cut while a fourth was being laid down: a file that nobody knows of.
    let stray = land.village.home.join("blobs").join("ab");
    std::fs::create_dir_all(&stray).unwrap();
    std::fs::write(stray.join("abcd"), b"half of a chunk").unwrap();
    let home = land.village.home.clone();
    let before: BTreeSet<PathBuf> = land.village.blob_files().into_iter().collect();
    drop(land.village);
    let village = Room::reopen(&home).unwrap();
    let after: BTreeSet<PathBuf> = village.blob_files().into_iter().collect();
    assert_eq!(before.difference(&after).count(), 1, "the stray one is swept away");
    for one in attachments(&village, &land.case) {
        assert!(!village.attached(&land.case, &one["id"], false).unwrap().is_empty());
    }
}

#[test]
fn the_weekly_look_finds_what_nobody_opened() {
    let land = Land::new();
    land.village.attach(&land.case, "合同", &paper(200_000, 1)).unwrap();
    land.village.attach(&land.case, "收条", &paper(90_000, 2)).unwrap();
    let file = land.village.blob_files().remove(0);
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    assert_eq!(here(&land.village, &land.case).len(), 2, "nobody has looked");
    land.village.does("profile_lock", json!({}));
    land.village.does("profile_unlock", json!({ "passphrase": tests::PASSPHRASE }));
    let began = std::time::Instant::now();
    while here(&land.village, &land.case).len() != 1 {
        assert!(began.elapsed().as_secs() < 60, "it is never found");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn a_stick_too_small_for_the_photographs_takes_the_words_and_they_come_another_time() {
    let land = Land::new();
    let (village, township) = (&land.village, &land.township);
    village.attach(&land.case, "合同", &paper(5_000_000, 1)).unwrap();
    let Some(stick) = Small::mount("3m") else {
        eprintln!("skipped: this user may not mount a small file system");
        return;
    };
    // In one file, and in files small enough that some of the paper finds room.
    for (part_bytes, brings) in [(100_000_000, false), (1_200_000, true)] {
        let to = stick.path().join(part_bytes.to_string());
        let request =
            json!({ "unit": township.unit(), "to": { "path": to }, "part_bytes": part_bytes });
        let written = village.does("packet_export", request);
        assert_eq!(written["is_short"], true, "{written}");
        assert_eq!(written["blob_bytes"].as_u64().unwrap() > 0, brings, "{written}");
        for file in written["files"].as_array().unwrap() {
            import(township, Path::new(&text(file, "/path")));
        }
        assert_eq!(attachments(township, &land.case).len(), 1, "the words are there");
        assert!(here(township, &land.case).is_empty());
        std::fs::remove_dir_all(&to).unwrap();
    }
    township.carry(village);
    village.carry(township);
    assert_eq!(here(township, &land.case), ["合同"]);
}

#[test]
fn a_disk_that_is_nearly_full_takes_the_words_and_the_photographs_once_there_is_room() {
    let land = Land::new();
    let village = &land.village;
    let homes = folder();
    let free = Arc::new(AtomicU64::new(u64::MAX));
    let township = land.township.on(Stage { free: Some(free.clone()), ..Stage::default() });
    let short = |room: &Room| room.does("status_get", json!({}))["office"]["short_of_room"].clone();
    assert!(short(&township).is_null());
    free.store(300 << 20, Ordering::SeqCst);
    assert_eq!(short(&township), 300 << 20);

    // By stick: the words are taken, the paper stays there.
    village.attach(&land.case, "合同", &paper(1_000_000, 1)).unwrap();
    let request = json!({ "unit": township.unit(), "to": { "path": homes.path() } });
    let written = village.does("packet_export", request);
    let [words, papers] =
        [0, 1].map(|at| PathBuf::from(text(&written, &format!("/files/{at}/path"))));
    import(&township, &words);
    for _ in 0..2 {
        let taken = import(&township, &papers);
        assert_eq!((&taken["is_short"], &taken["blob_bytes"]), (&json!(true), &json!(0)));
        assert_ne!(taken["outcome"], "nothing_new", "{taken}");
    }
    assert_eq!(attachments(&township, &land.case).len(), 1);
    assert!(here(&township, &land.case).is_empty());

    // Over the line: the same, and nobody believes that it has them.
    let meet = || {
        let met = village.desk.meet(&township.desk, &mut Whole).unwrap();
        (met.caller.unwrap(), met.answerer.unwrap())
    };
    let (ours, _) = meet();
    assert!(ours.is_equal && ours.blob_bytes_sent == 0, "{ours:?}");
    let owes = || {
        let office = village.does("status_get", json!({}))["office"].clone();
        office["neighbours"][0]["lacks_attachments"].clone()
    };
    assert_eq!(owes(), true, "nobody reads that all was delivered");
    let again = json!({ "unit": township.unit(), "to": { "path": homes.path() } });
    let again = village.does("packet_export", again);
    assert!(again["blob_bytes"].as_u64().unwrap() >= 1_000_000, "it is still owed: {again}");

    // As much as finds room, and the rest once there is more.
    village.attach(&land.case, "收条", &paper(90_000, 2)).unwrap();
    free.store((512 << 20) + 500_000, Ordering::SeqCst);
    meet();
    assert_eq!(here(&township, &land.case), ["收条"]);
    free.store(u64::MAX, Ordering::SeqCst);
    let taken = import(&township, &papers);
    assert_eq!(taken["is_short"], false, "{taken}");
    assert_eq!(here(&township, &land.case).len(), 2);
    assert!(short(&township).is_null());
    meet();
    assert_eq!(owes(), false);
}

/// A line that holds.
struct Whole;

impl Line for Whole {
    fn pick(&mut self, _: usize) -> usize {
        0
    }

    fn crosses(&mut self, _: usize) -> bool {
        true
    }
}
