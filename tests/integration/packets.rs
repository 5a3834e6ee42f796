//! Packets that must not be taken: each says why, and nothing changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::json;
use sync::packet::{Header, PacketWriter};
use tests::{Invited, QIAOTOU, Room, SHIWAN, Stage, as_json, folder, is};
use trust::SUITE;
use trust::invitation::{EnrolmentRequest, Invitation};
use trust::key::{PacketKey, SecretKey};

/// How long a hostile file may keep the desk busy, in a debug build on a machine that others use.
const BUSY_MAX: Duration = Duration::from_secs(30);

/// A township and two villages; the first has written something.
struct Land {
    folder: tempfile::TempDir,
    township: Room,
    village: Room,
    other: Room,
}

fn land() -> Land {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let other = township.joined(SHIWAN, &folder.path().join("other"));
    for title in ["滴水边界纠纷", "鱼塘纠纷"] {
        let _ = village.register(title);
    }
    Land { folder, township, village, other }
}

impl Land {
    fn file(&self, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join("BAD00001.PLP");
        fs::write(&path, bytes).unwrap();
        path
    }

    /// The township refuses a file, both when looking and when importing, and shows what it did.
    fn refuses(&self, path: &Path, reasons: &[&str], name: &str) {
        let before = self.township.shown();
        let began = Instant::now();
        for command in ["packet_preview", "packet_import"] {
            let fault = self.township.fails(command, json!({ "from": { "path": path } }));
            let is_meant = reasons.iter().any(|reason| is(&fault, "packet", reason));
            assert!(is_meant, "{name}: {command} gave {fault:?}, not one of {reasons:?}");
        }
        assert!(began.elapsed() < BUSY_MAX, "{name} kept the desk busy");
        assert!(self.township.shown() == before, "{name} changed something");
    }
}

#[test]
fn a_packet_cut_anywhere_changes_nothing() {
    let land = land();
    let bytes = fs::read(land.village.pack(&land.township)).unwrap();
    for length in (0..bytes.len()).step_by(64).chain([bytes.len() - 1]) {
        let path = land.file(&bytes[..length]);
        land.refuses(&path, &["damaged", "not_a_packet"], &format!("cut at {length}"));
    }
    let beyond = [bytes.as_slice(), b"x"].concat();
    land.refuses(&land.file(&beyond), &["damaged"], "one byte too many");
    // And the whole one is good.
    let path = land.file(&bytes);
    land.township.does("packet_import", json!({ "from": { "path": path } }));
    assert_eq!(land.township.titles().len(), 2);
}

#[test]
fn a_packet_with_a_flipped_bit_changes_nothing() {
    let land = land();
    let bytes = fs::read(land.village.pack(&land.township)).unwrap();
    for at in (0..bytes.len()).step_by(97).chain([bytes.len() - 1]) {
        let mut bad = bytes.clone();
        bad[at] ^= 1 << (at % 8);
        let reasons = ["damaged", "not_a_packet", "for_another", "newer"];
        land.refuses(&land.file(&bad), &reasons, &format!("bit flipped at {at}"));
    }
}

#[test]
fn a_packet_for_another_unit_stays_shut() {
    let land = land();
    let for_other = land.township.pack(&land.other);
    land.refuses(&for_other, &["for_another"], "for another unit");
    // A packet for us that was made for a unit of ours, found by the neighbouring village.
    let for_township = land.village.pack(&land.township);
    let fault = land.other.fails("packet_preview", json!({ "from": { "path": for_township } }));
    assert!(is(&fault, "packet", "for_another"), "{fault:?}");
    assert_eq!(land.other.titles().len(), 0);
}

/// The roster as an invitation tells it, and who an outsider with that invitation would be.
fn outsider(land: &Land) -> (Invitation, SecretKey, PacketKey) {
    let invited: Invited = land.township.invite(QIAOTOU, land.folder.path());
    let bytes = fs::read(&invited.path).unwrap();
    let invitation = Invitation::open(&bytes, &invited.code, tests::MORNING_MS).unwrap();
    (invitation, SecretKey::from_seed([7; 32]), PacketKey::from_seed([8; 32]))
}

fn header(land: &Land, invitation: &Invitation, sender: &SecretKey) -> Header {
    let roster = invitation.roster();
    let unit = invitation.certificate().unwrap().unit;
    let office = land.township.does("status_get", json!({}));
    let township = tests::text(&office, "/office/unit/id").parse().unwrap();
    Header {
        suite: SUITE,
        packet: domain::id::TransferId([9; 16]),
        organisation: roster.organisation(),
        sender: sender.public().device(),
        sender_unit: unit,
        recipient: township,
        made_ms: tests::MORNING_MS,
        until_ms: tests::MORNING_MS,
        frontier: Vec::new(),
        before: None,
        part: 1,
        parts: 1,
        entries: 0,
        enrolment: None,
        credentials: Vec::new(),
        observed: None,
        wants: Vec::new(),
        blob_bytes: 0,
    }
}

/// A packet locked to the township's computers, with some segments.
fn forged(
    land: &Land,
    invitation: &Invitation,
    header: &Header,
    signer: &SecretKey,
    segments: &[Vec<u8>],
) -> PathBuf {
    let recipients: Vec<String> =
        invitation.roster().devices().map(|device| device.recipient.clone()).collect();
    let mut writer = PacketWriter::begin(Vec::new(), &recipients, header, signer).unwrap();
    for segment in segments {
        writer.segment(segment).unwrap();
    }
    land.file(&writer.finish().unwrap())
}

#[test]
fn a_packet_of_a_stranger_or_a_forger_is_refused() {
    let land = land();
    let (invitation, secret, _) = outsider(&land);
    let good = header(&land, &invitation, &secret);
    let path = forged(&land, &invitation, &good, &secret, &[]);
    land.refuses(&path, &["unknown_sender"], "a device nobody knows");

    let roster = invitation.roster();
    let known = roster.devices().next().unwrap();
    let claims = Header { sender: known.device(), sender_unit: known.unit, ..good.clone() };
    let path = forged(&land, &invitation, &claims, &secret, &[]);
    land.refuses(&path, &["forged"], "in the name of a known device");

    let elsewhere = Header { organisation: domain::id::OrganisationId([1; 16]), ..good.clone() };
    let path = forged(&land, &invitation, &elsewhere, &secret, &[]);
    land.refuses(&path, &["other_organisation"], "of another organisation");

    let later = Header { suite: SUITE + 1, ..good };
    let path = forged(&land, &invitation, &later, &secret, &[]);
    land.refuses(&path, &["newer"], "of a newer version");
}

#[test]
fn a_bomb_in_a_well_formed_envelope_does_not_go_off() {
    let land = land();
    let (invitation, secret, packet) = outsider(&land);
    let enrolment = invitation.enrol(&EnrolmentRequest {
        invitation: invitation.invitation,
        key: secret.public().0,
        recipient: packet.recipient(),
        device_name: "2 号机".into(),
        user: domain::id::UserId([3; 16]),
        user_key: SecretKey::from_seed([4; 32]).public().0,
        user_name: "钱某".into(),
    });
    let header =
        Header { enrolment: Some(enrolment), entries: 1, ..header(&land, &invitation, &secret) };
    let zeros = zstd::bulk::compress(&vec![0; 512 << 20], 3).unwrap();
    // Segments say how long they are before compression: the truth, and two lies.
    for claimed in [512u32 << 20, 8 << 20, 64] {
        let mut length = Vec::new();
        let mut rest = claimed;
        while rest >= 0x80 {
            length.push(u8::try_from(rest & 0x7f).unwrap() | 0x80);
            rest >>= 7;
        }
        length.push(u8::try_from(rest).unwrap());
        let segment = [length, zeros.clone()].concat();
        let path = forged(&land, &invitation, &header, &secret, &[segment]);
        land.refuses(&path, &["damaged"], &format!("a bomb that says {claimed}"));
    }
    let huge = vec![0xff; 9 << 20];
    let path = forged(&land, &invitation, &header, &secret, &[huge]);
    land.refuses(&path, &["damaged"], "a segment that is too large");
}

#[test]
fn what_is_no_packet_is_called_so() {
    let land = land();
    let rows: [(&str, &[u8]); 5] = [
        ("empty", b""),
        ("text", "这是一份普通的文件。".as_bytes()),
        ("zeros", &[0; 4096]),
        ("a picture", b"\x89PNG\r\n\x1a\n0000"),
        ("nearly age", b"age-encryption.org/v2\n-> X25519 x\n"),
    ];
    for (name, bytes) in rows {
        land.refuses(&land.file(bytes), &["not_a_packet"], name);
    }
    // age without a word of ours inside, locked to the township.
    let (invitation, ..) = outsider(&land);
    let endless = [b"age-encryption.org/v1\n".as_slice(), &[b'a'; 200_000]].concat();
    land.refuses(&land.file(&endless), &["damaged"], "an endless envelope");
    drop(invitation);
}

#[test]
fn only_plain_files_are_read() {
    let land = land();
    let before = land.township.shown();
    let base = land.folder.path();
    fs::create_dir(base.join("FOLDER.PLP")).unwrap();
    let good = land.village.pack(&land.township);
    std::os::unix::fs::symlink(&good, base.join("LINK.PLP")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(base.join("PIPE.PLP")).status();
    assert!(made.unwrap().success());
    let names = ["FOLDER.PLP", "LINK.PLP", "PIPE.PLP", "MISSING.PLP"];
    for name in names {
        let began = Instant::now();
        for command in ["packet_preview", "packet_import"] {
            let request = json!({ "from": { "path": base.join(name) } });
            let fault = land.township.fails(command, request);
            assert_eq!(as_json(&fault)["code"], "file", "{name}: {fault:?}");
        }
        assert!(began.elapsed() < BUSY_MAX, "{name} kept the desk waiting");
    }
    assert!(land.township.shown() == before, "nothing changed");
}

#[test]
fn the_whole_part_of_a_damaged_packet_is_taken_when_asked_for() {
    let land = land();
    for number in 0..12 {
        let title = format!("第 {number} 件");
        let _ = land.village.register(&title);
    }
    let request = json!({
        "unit": land.township.unit(), "to": { "path": land.folder.path().join("stick") },
    });
    // Small parts first, so that what is written has many runs; then all of them in one file.
    let small = json!({ "part_bytes": 1024 });
    let mut first = request.clone();
    first["part_bytes"] = small["part_bytes"].clone();
    land.village.does("packet_export", first);
    let whole = land.village.does("packet_export", request);
    let path = tests::text(&whole, "/files/0/path");
    let bytes = fs::read(&path).unwrap();
    // age closes chunks of 64 KiB: what lies behind the damage in one chunk is lost with it.
    let bad = land.file(&bytes[..bytes.len() - 1]);
    let fault = land.township.fails("packet_import", json!({ "from": { "path": bad } }));
    assert!(is(&fault, "packet", "damaged"), "{fault:?}");
    let offered = as_json(&fault)["whole_segments"].as_u64().unwrap();
    let salvage = json!({ "from": { "path": bad }, "salvage": true });
    match land.township.call("packet_import", salvage) {
        Ok(taken) => {
            assert!(offered > 0, "{taken}");
            assert_eq!(taken["outcome"], "broken_off");
        }
        Err(fault) => assert!(offered == 0, "{fault:?}"),
    }
    // The whole one still completes it.
    land.township.does("packet_import", json!({ "from": { "path": path } }));
    assert_eq!(land.township.titles(), land.village.titles());
}

/// The names of the packets for a unit on a stick.
fn on_stick(room: &Room, stick: &Path) -> Vec<String> {
    let unit = room.does("stick_list", json!({}))["sticks"][0].clone();
    assert_eq!(unit["id"], "stick");
    let mut names: Vec<String> = files(&stick.join("PINGLI"));
    names.sort();
    names
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let name = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let below = |entry: fs::DirEntry| match entry.path().is_dir() {
        true => files(&entry.path()),
        false => vec![name(&entry)],
    };
    entries.flat_map(below).collect()
}

#[test]
fn three_generations_of_a_packet_stay_on_a_stick_and_nothing_of_others_is_touched() {
    let land = land();
    let stick = land.folder.path().join("stick");
    fs::create_dir(&stick).unwrap();
    let plugged = |room: &Room| room.on(Stage { stick: Some(stick.clone()), ..Stage::default() });
    let (village, other) = (plugged(&land.village), plugged(&land.other));
    let unit = land.township.unit();
    let write = |room: &Room| -> String {
        use app::clock::Clock;
        room.clock.set(room.clock.now_ms() + 60_000);
        let request = json!({ "unit": unit, "to": { "stick": "stick" } });
        let written = room.does("packet_export", request);
        tests::text(&written, "/files/0/name")
    };
    let theirs = write(&other);
    let folder = stick.join("PINGLI");
    let folder = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    for name in ["ABCDEF01.PLP", "ABCDEF02.TMP", "notes of mine.TMP"] {
        fs::write(folder.join(name), b"whose?").unwrap();
    }
    let written: Vec<String> = (0..5).map(|_| write(&village)).collect();
    let kept = |mine: &[String]| {
        let mut names = mine.to_vec();
        names.extend([theirs.clone(), "ABCDEF01.PLP".into(), "notes of mine.TMP".into()]);
        names.sort();
        names
    };
    assert_eq!(on_stick(&village, &stick), kept(&written[2..]), "the newest three, no half file");
    // What was delivered makes room before the next is written.
    let file = |name: &String| folder.join(name);
    land.township.does("packet_import", json!({ "from": { "path": file(&written[4]) } }));
    land.township.carry(&village);
    let _ = village.register("路基纠纷");
    let next = write(&village);
    assert_eq!(
        on_stick(&village, &stick),
        kept(&[&written[3..], std::slice::from_ref(&next)].concat())
    );
    // What is refused half way leaves nothing of itself, and everything else.
    let gone = json!({ "unit": unit, "to": { "stick": "another" } });
    assert!(is(&village.fails("packet_export", gone), "file", "gone"));
    assert_eq!(on_stick(&village, &stick), kept(&[&written[3..], &[next]].concat()));
}

#[test]
fn packets_for_others_are_taken_along_and_put_on_another_stick_by_whoever_cannot_open_them() {
    let land = land();
    let path = |name: &str| {
        let path = land.folder.path().join(name);
        fs::create_dir_all(&path).unwrap();
        path
    };
    let (here, there) = (path("here"), path("there"));
    let plugged = |room: &Room, stick: &Path| {
        room.on(Stage { stick: Some(stick.into()), ..Stage::default() })
    };
    let _ = land.township.register("跨村纠纷");
    land.township.carry(&land.village);
    let township = plugged(&land.township, &here);
    for room in [&land.village, &land.other] {
        let to = json!({ "unit": room.unit(), "to": { "stick": "stick" } });
        township.does("packet_export", to);
    }
    let carrier = plugged(&land.village, &here);
    // What is no packet, what is none of ours, and what leads elsewhere is left where it is.
    let for_other = |folder: &Path| -> PathBuf {
        let own = carrier.does("stick_list", json!({}))["sticks"][0]["packets"].clone();
        let own = tests::text(&own, "/0/name");
        let tags = fs::read_dir(folder.join("PINGLI")).unwrap().flatten();
        let mut tags = tags.map(|entry| entry.path());
        tags.find(|tag| !own.contains(&*tag.file_name().unwrap().to_string_lossy())).unwrap()
    };
    let tag = for_other(&here);
    fs::write(tag.join("ABCDEF01.PLP"), b"no packet").unwrap();
    fs::write(tag.join("notes.txt"), b"mine").unwrap();
    std::os::unix::fs::symlink("/etc/passwd", tag.join("ABCDEF02.PLP")).unwrap();
    let before = carrier.records();
    let stick = json!({ "stick": "stick" });
    let taken = carrier.does("courier_take", stick.clone());
    assert_eq!((&taken["files"], &taken["known"]), (&json!(1), &json!(0)), "{taken}");
    assert_eq!(taken["courier"]["lines"][0]["unit"]["name"], SHIWAN.unit, "{taken}");
    let again = carrier.does("courier_take", stick.clone());
    assert_eq!((&again["files"], &again["known"]), (&json!(0), &json!(1)), "{again}");
    assert!(carrier.records() == before, "nothing of it was read");

    let carrier = plugged(&carrier, &there);
    for (files, known) in [(1, 0), (0, 1)] {
        let put = carrier.does("courier_put", stick.clone());
        assert_eq!((&put["files"], &put["known"]), (&json!(files), &json!(known)), "{put}");
    }
    let other = plugged(&land.other, &there);
    let found = other.does("stick_list", json!({}))["sticks"][0]["packets"].clone();
    let file = json!({ "stick_file": { "stick": "stick", "name": found[0]["name"] } });
    other.does("packet_import", json!({ "from": file }));
    // What this computer wrote itself for others needs no carrier.
    let own = json!({ "unit": township.unit(), "to": { "stick": "stick" } });
    carrier.does("packet_export", own);
    assert_eq!(carrier.does("courier_take", stick.clone())["files"], 0);
    assert_eq!(carrier.does("courier_drop", json!({}))["files"], 0);
    assert_eq!(carrier.does("courier_list", json!({}))["lines"], json!([]));
    let gone = json!({ "stick": "another" });
    assert!(is(&carrier.fails("courier_put", gone), "file", "gone"));
}

/// What a township acknowledged and then lost with its disk is left out of the packets of whoever it
/// cannot tell. It says that something is missing, and one packet with everything fills that.
#[test]
fn a_packet_with_everything_brings_again_what_was_acknowledged_and_lost() {
    let Land { folder, township, village, .. } = &land();
    village.carry(township);
    let image = crate::forks::copied(township, &folder.path().join("image"));
    let _ = village.register("丢了的案件");
    village.carry(township);
    township.carry(village);
    township.does("profile_lock", json!({}));
    let township = &image;
    let _ = village.register("后来的案件");
    let waiting = |room: &Room| {
        room.does("status_get", json!({}))["office"]["waiting_for"].as_array().unwrap().clone()
    };
    let preview = json!({ "from": { "path": village.pack(township) } });
    let seen = township.does("packet_preview", preview);
    assert_eq!(seen["waiting_for"]["unit"]["id"], village.unit(), "{seen}");
    village.carry(township);
    assert_eq!(waiting(township)[0]["unit"]["id"], village.unit());
    let pack = |everything: bool| {
        let to = json!({ "path": village.home.join(format!("all {everything}")) });
        let payload = json!({ "unit": township.unit(), "to": to, "everything": everything });
        village.does("packet_export", payload)
    };
    let (some, all) = (pack(false), pack(true));
    assert!(all["entries"].as_u64() > some["entries"].as_u64(), "{some}, {all}");
    let taken = json!({ "from": { "path": all["files"][0]["path"] } });
    township.does("packet_import", taken);
    assert_eq!(waiting(township), Vec::<serde_json::Value>::new());
    let mut titles = township.titles();
    titles.sort();
    assert_eq!(titles, ["丢了的案件", "后来的案件", "滴水边界纠纷", "鱼塘纠纷"]);
    assert_eq!(township.desk.examine().unwrap().waiting, 0);
}
