//! Computers that come and go: revoked, adopted from, renewed, replaced.

use app::fault::Fault;
use serde_json::{Value, json};
use tests::{Invited, QIAOTOU, Room, folder, is, text};

/// A village with two computers, and its township; everybody knows everybody.
pub struct Land {
    pub folder: tempfile::TempDir,
    pub township: Room,
    pub village: Room,
    pub second: Room,
}

impl Land {
    pub fn new() -> Self {
        let folder = folder();
        let township = Room::township(&folder.path().join("township"));
        let village = township.joined(QIAOTOU, &folder.path().join("village"));
        let second = township.joined(QIAOTOU, &folder.path().join("second"));
        township.carry(&village);
        Self { folder, township, village, second }
    }

    fn revoke(&self, room: &Room) -> Value {
        let device = room.device();
        self.township.does("device_revoke", json!({ "device": device, "reason": "电脑丢了" }))
    }
}

fn line(devices: &Value, device: &str) -> Value {
    let lines = devices["devices"].as_array().unwrap();
    lines.iter().find(|line| line["device"]["id"] == device).expect("listed").clone()
}

fn visit(case: &Value, content: &str) -> Value {
    json!({ "case": case["id"], "facts": [
        { "kind": "visit_received", "body": { "content": content } }
    ] })
}

fn shown(room: &Room, case: &Value) -> Value {
    room.does("case_get", json!({ "case": case["id"] }))
}

#[test]
fn what_a_revoked_computer_adds_waits_until_it_is_adopted() {
    let land = Land::new();
    let (township, village, second) = (&land.township, &land.village, &land.second);
    let known = second.register("滴水边界纠纷");
    second.carry(township);
    second.carry(village);
    let before = shown(township, &known);
    land.revoke(second);
    // It does not know: it writes on the old case and begins another.
    second.does("fact_add", visit(&known, "停用之后写的来访"));
    let place = json!({ "record": known["id"], "field": "place", "value": "二组晒谷场" });
    second.does("field_set", place);
    let _ = second.register("停用之后登记的案件");
    let seen =
        township.does("packet_preview", json!({ "from": { "path": second.pack(township) } }));
    assert!(seen["late"].as_u64() >= Some(3), "{seen}");
    assert_eq!((&seen["cases_new"], &seen["cases_updated"]), (&json!(0), &json!(0)));
    second.carry(township);
    assert_eq!(township.titles(), ["滴水边界纠纷"], "the other case waits");
    let after = shown(township, &known);
    assert_eq!(after["counts"]["visits"], before["counts"]["visits"]);
    assert_eq!(after["fields"], before["fields"]);
    let listed = line(&township.does("device_list", json!({})), &second.device());
    assert!(listed["late"].as_u64() >= Some(3), "{listed}");
    assert_eq!(listed["revoked"]["reason"], "电脑丢了");
    // What was received is passed on, and waits there too.
    township.carry(village);
    assert_eq!(village.titles(), ["滴水边界纠纷"]);
    assert_eq!(village.records(), township.records());
    // The head takes it up: now it counts, everywhere.
    let adopt = json!({ "device": second.device(), "reason": "和周某电话核对过" });
    let devices = township.does("device_adopt", adopt.clone());
    assert_eq!(line(&devices, &second.device())["late"], 0);
    assert_eq!(township.titles(), ["停用之后登记的案件", "滴水边界纠纷"]);
    assert_ne!(shown(township, &known)["counts"]["visits"], before["counts"]["visits"]);
    township.carry(village);
    assert_eq!(village.records(), township.records());
    let fault = township.fails("device_adopt", adopt);
    assert!(is(&fault, "refused", "already_done"), "{fault:?}");
}

#[test]
fn a_late_entry_that_another_builds_on_shows_its_words_and_none_of_its_facts() {
    for village_hears_first in [false, true] {
        let land = Land::new();
        let (township, village, second) = (&land.township, &land.village, &land.second);
        let case = second.register("鱼塘纠纷");
        second.carry(township);
        second.carry(village);
        let visits = shown(township, &case)["counts"]["visits"].clone();
        land.revoke(second);
        second.does("fact_add", visit(&case, "停用之后写的来访"));
        let place = json!({ "record": case["id"], "field": "place", "value": "二组晒谷场" });
        second.does("field_set", place);
        // The village has not heard and goes on from there.
        second.carry(village);
        if village_hears_first {
            township.carry(village);
            assert_eq!(
                shown(village, &case)["counts"]["visits"],
                visits,
                "it heard, and takes it back"
            );
        }
        if !village_hears_first {
            village.does("fact_add", visit(&case, "在它之上写的来访"));
        }
        village.carry(township);
        township.carry(village);
        assert_eq!(village.records(), township.records(), "{village_hears_first}");
        let after = shown(township, &case);
        let place = after["fields"].to_string().contains("二组晒谷场");
        assert_eq!(place, !village_hears_first, "its words are shown if somebody built on them");
        let history = township.does("case_history", json!({ "case": case["id"] })).to_string();
        assert_eq!(history.contains("after_revocation"), !village_hears_first);
        assert_eq!(history.contains("停用之后写的来访"), !village_hears_first);
        let counted = u64::from(!village_hears_first);
        let now = after["counts"]["visits"].as_u64();
        assert_eq!(now, visits.as_u64().map(|n| n + counted), "the village's own visit alone");
        let report = township.desk.rebuild(true).unwrap();
        assert!(report.is_same, "{report:?}");
    }
}

#[test]
fn a_revoked_computer_is_turned_away_and_packed_for_no_more() {
    let land = Land::new();
    let (township, second) = (&land.township, &land.second);
    let open = json!({ "enabled": true, "port": 0, "loopback": true });
    let address = text(&township.does("lan_listen", open.clone()), "/addresses/0");
    second.does("lan_exchange", json!({ "address": address }));
    land.revoke(second);
    let fault = second.fails("lan_exchange", json!({ "address": address }));
    assert_eq!(tests::as_json(&fault)["code"], "lan", "{fault:?}");
    // Nor is it called, nor can it open what is packed from now on.
    let there = text(&second.does("lan_listen", open), "/addresses/0");
    let fault = township.fails("lan_exchange", json!({ "address": there }));
    assert!(is(&fault, "lan", "stranger"), "{fault:?}");
    second.does("lan_listen", json!({ "enabled": false }));
    let packet = township.pack(second);
    let fault = second.fails("packet_preview", json!({ "from": { "path": packet } }));
    assert!(is(&fault, "packet", "for_another"), "{fault:?}");
    land.village.does("packet_preview", json!({ "from": { "path": packet } }));
    assert!(land.folder.path().is_dir());
}

#[test]
fn the_head_of_the_township_revokes_others_and_nobody_else_does() {
    let land = Land::new();
    let request = |room: &Room| json!({ "device": room.device(), "reason": "丢了" });
    let fault = land.village.fails("device_revoke", request(&land.second));
    assert_eq!(tests::as_json(&fault)["code"], "not_allowed");
    let fault = land.township.fails("device_revoke", request(&land.township));
    assert!(is(&fault, "refused", "role"), "not the one it is done on: {fault:?}");
    let adopt = json!({ "device": land.second.device(), "reason": "核对过" });
    let fault = land.township.fails("device_adopt", adopt);
    assert!(is(&fault, "refused", "unknown"), "nothing to adopt from: {fault:?}");
    land.revoke(&land.second);
    let fault = land.township.fails("device_revoke", request(&land.second));
    assert!(is(&fault, "refused", "already_done"), "{fault:?}");
}

#[test]
fn a_new_computer_takes_the_place_of_a_broken_one_with_all_of_its_records() {
    let land = Land::new();
    let (township, second) = (&land.township, &land.second);
    let _ = second.register("滴水边界纠纷");
    second.carry(township);
    let invitation = |device: String| {
        json!({
            "unit": second.unit(), "role": "R2", "replaces": device,
            "to": { "path": land.folder.path() },
        })
    };
    let fault = township.fails("invitation_create", invitation(township.device()));
    assert!(is(&fault, "refused", "unknown"), "another unit's: {fault:?}");
    let made = township.does("invitation_create", invitation(second.device()));
    let devices = township.does("device_list", json!({}));
    assert!(
        line(&devices, &second.device())["revoked"].is_null(),
        "not before the new one is there"
    );
    let fresh = Room::empty(&land.folder.path().join("fresh"));
    let invited = Invited { path: text(&made, "/path").into(), code: text(&made, "/code") };
    fresh.accept(&invited).expect("joined");
    fresh.carry(township);
    let devices = township.does("device_list", json!({}));
    assert_eq!(line(&devices, &second.device())["revoked"]["reason"], "replaced");
    township.carry(&fresh);
    assert_eq!(fresh.titles(), ["滴水边界纠纷"], "all of the unit's records");
    assert_eq!(fresh.records(), township.records());
    // What the broken one had not delivered waits, should it come back to life.
    let _ = second.register("没交上来的案件");
    second.carry(township);
    assert_eq!(township.titles(), ["滴水边界纠纷"]);
    let fault = township.fails("invitation_create", invitation(second.device()));
    assert!(is(&fault, "refused", "already_done"), "{fault:?}");
}

#[test]
fn a_second_claimant_raises_an_alarm_and_the_digits_tell_the_two_apart() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let invited = township.invite(QIAOTOU, folder.path());
    let [first, second] = ["first", "second"].map(|name| {
        let room = Room::empty(&folder.path().join(name));
        room.accept(&invited).expect("nobody can know yet");
        room
    });
    first.carry(&township);
    assert_eq!(alarms(&township), json!([]));
    for _ in 0..2 {
        let packet = second.pack(&township);
        let fault = township.fails("packet_import", json!({ "from": { "path": packet } }));
        assert!(is(&fault, "invitation", "used"), "{fault:?}");
    }
    let raised = alarms(&township);
    assert_eq!(raised.as_array().map(Vec::len), Some(1), "once for each computer: {raised}");
    assert_eq!(
        (&raised[0]["kind"], &raised[0]["says"]),
        (&json!("second_claim"), &json!("1 号机 · 周某"))
    );
    assert_eq!(raised[0]["device"]["id"], first.device());
    // Whoever compares the digits knows which of the two has joined.
    let digits = |room: &Room| text(&room.does("device_list", json!({})), "/digits");
    let listed = line(&township.does("device_list", json!({})), &first.device());
    assert_eq!(listed["digits"], digits(&first));
    assert_ne!(listed["digits"], digits(&second));
    let note = |key: &Value| township.call("alarm_note", json!({ "key": key }));
    assert_eq!(note(&raised[0]["key"]).unwrap()["alarms"], json!([]));
    assert!(is(&note(&json!("claim/none")).unwrap_err(), "refused", "unknown"));
}

fn alarms(room: &Room) -> Value {
    room.does("alarm_list", json!({}))["alarms"].clone()
}

#[test]
fn a_computer_is_given_another_name() {
    let land = Land::new();
    let rename = json!({ "device": land.second.device(), "name": "评理室里屋" });
    let devices = land.township.does("device_rename", rename.clone());
    assert_eq!(line(&devices, &land.second.device())["device"]["name"], "评理室里屋");
    let fault = land.township.fails("device_rename", rename.clone());
    assert!(is(&fault, "refused", "already_done"), "{fault:?}");
    land.township.carry(&land.second);
    let status = land.second.does("status_get", json!({}));
    assert_eq!(status["office"]["device"]["name"], "评理室里屋");
    assert_eq!(status["office"]["is_certified"], true);
    let fault = land.village.fails("device_rename", rename);
    assert_eq!(tests::as_json(&fault)["code"], "not_allowed");
}

/// The computer that founded the township keeps its key; another of the township's computers ends
/// it, with the code of the printed kit and with nothing else.
#[test]
fn the_founding_computer_is_revoked_with_the_printed_kit_alone() {
    let folder = folder();
    let founder = Room::empty(&folder.path().join("founder"));
    let founded = founder.does(
        "org_create",
        json!({
            "name": "青石镇综治中心", "user_name": "吴某", "role": "R7",
            "device_name": "镇 1 号机", "passphrase": tests::PASSPHRASE,
        }),
    );
    let made = founder.does(
        "invitation_create",
        json!({ "unit": founder.unit(), "role": "R7", "to": { "path": folder.path() } }),
    );
    let invited = Invited { path: text(&made, "/path").into(), code: text(&made, "/code") };
    let second = Room::empty(&folder.path().join("second"));
    second.accept(&invited).expect("joined");
    second.carry(&founder);
    founder.carry(&second);
    let revoke = |code: &str| {
        let request = json!({ "device": founder.device(), "reason": "机房失火", "kit_code": code });
        second.call("device_revoke", request)
    };
    let stranger = Room::empty(&folder.path().join("stranger"));
    let other = stranger.does(
        "org_create",
        json!({
            "name": "别镇", "user_name": "某", "device_name": "机", "passphrase": tests::PASSPHRASE,
        }),
    );
    for (code, reason) in
        [("", "empty"), ("1234", "unknown"), (&text(&other, "/kit_code"), "unknown")]
    {
        let fault = revoke(code).unwrap_err();
        assert!(is(&fault, "refused", reason), "{code:?}: {fault:?}");
    }
    let devices = revoke(&text(&founded, "/kit_code")).expect("the root says so");
    assert_eq!(line(&devices, &founder.device())["revoked"]["reason"], "机房失火");
    let _ = founder.register("停用之后登记的案件");
    founder.carry(&second);
    assert!(second.titles().is_empty(), "what it writes from now on waits");
}

#[test]
fn another_computer_takes_over_the_key_and_the_old_one_counts_no_more() {
    let folder = folder();
    let founder = Room::empty(&folder.path().join("founder"));
    let founded = founder.does(
        "org_create",
        json!({
            "name": "青石镇综治中心", "user_name": "吴某", "role": "R7",
            "device_name": "镇 1 号机", "passphrase": tests::PASSPHRASE,
        }),
    );
    let kit = text(&founded, "/kit_code");
    let invite = |from: &Room, payload: Value| {
        let made = from.call("invitation_create", payload)?;
        Ok::<_, Fault>(Invited { path: text(&made, "/path").into(), code: text(&made, "/code") })
    };
    let to = json!({ "path": folder.path() });
    let for_second = json!({ "unit": founder.unit(), "role": "R7", "to": to });
    let second = Room::empty(&folder.path().join("second"));
    second.accept(&invite(&founder, for_second).unwrap()).expect("joined");
    let village = founder.joined(QIAOTOU, &folder.path().join("village"));
    let _ = village.register("接管之前登记的案件");
    for (from, to) in [(&second, &founder), (&village, &founder), (&founder, &second)] {
        from.carry(to);
    }
    let take_over = |code: &str| second.call("key_take_over", json!({ "kit_code": code }));
    assert!(is(&take_over(&kit).unwrap_err(), "refused", "already_done"), "it is still kept");
    second.does(
        "device_revoke",
        json!({ "device": founder.device(), "reason": "机房失火", "kit_code": kit }),
    );
    let devices = second.does("device_list", json!({}));
    assert_eq!(devices["may_take_over"], true);
    assert!(is(&take_over("1234").unwrap_err(), "refused", "unknown"));
    // Whoever has the old computer invites a stranger before anybody hears of it, and one after.
    let stolen = json!({ "unit_name": "假村", "level": "village", "role": "R3", "to": to });
    let stranger = Room::empty(&folder.path().join("stranger"));
    stranger.accept(&invite(&founder, stolen).unwrap()).expect("joined");
    stranger.carry(&founder);
    founder.carry(&stranger);

    assert_eq!(take_over(&kit).expect("taken over")["profile"], "locked");
    second.does("profile_unlock", json!({ "passphrase": tests::PASSPHRASE }));
    assert_eq!(second.does("device_list", json!({}))["may_take_over"], false);
    for _ in 0..2 {
        second.carry(&village);
        village.carry(&second);
    }
    assert_eq!(second.titles(), ["接管之前登记的案件"], "the village is who it was");
    let _ = village.register("接管之后登记的案件");
    village.carry(&second);
    assert_eq!(second.titles().len(), 2);
    // The new key invites; the old one counts nowhere any more, in whatever order it is heard.
    let new = json!({ "unit_name": "石湾村", "level": "village", "role": "R3", "to": to });
    let newcomer = Room::empty(&folder.path().join("newcomer"));
    newcomer.accept(&invite(&second, new).unwrap()).expect("joined");
    newcomer.carry(&second);
    second.carry(&newcomer);
    let _ = newcomer.register("新来的村登记的案件");
    newcomer.carry(&second);
    assert_eq!(second.titles().len(), 3);
    founder.carry(&second);
    founder.carry(&village);
    let stranger = stranger.device();
    for room in [&second, &village, &newcomer] {
        let devices = room.does("device_list", json!({}));
        let ids = devices["devices"].as_array().unwrap().iter().map(|line| &line["device"]["id"]);
        assert!(ids.clone().all(|id| *id != json!(stranger)), "a stranger is believed: {devices}");
        assert!(ids.count() >= 3, "{devices}");
    }
    let fault = second.call("key_take_over", json!({ "kit_code": kit })).unwrap_err();
    assert!(is(&fault, "refused", "already_done"), "{fault:?}");
}
