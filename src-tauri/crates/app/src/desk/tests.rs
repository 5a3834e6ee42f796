use std::sync::mpsc;

use serde_json::{Value, json};

use super::*;

const PASSPHRASE: &str = "pingli-tests";

fn township(home: &Path) -> Desk {
    let mut options = DeskOptions::new(home);
    options.cost = Some(Cost { memory_kib: 64, passes: 1 });
    let desk = Desk::new(options);
    does(
        &desk,
        "org_create",
        json!({ "name": "青石镇综治中心", "user_name": "吴某", "role": "R7",
                "device_name": "镇 1 号机", "passphrase": PASSPHRASE }),
    );
    desk
}

fn does(desk: &Desk, name: &str, payload: Value) -> Value {
    desk.call(name, payload, None).unwrap_or_else(|fault| panic!("{name}: {fault:?}"))
}

#[test]
fn a_profile_that_something_still_holds_is_opened_once_it_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let desk = township(folder.path());
    let held = desk.office().unwrap();
    does(&desk, "profile_lock", json!({}));
    let (locked, is_locked) = mpsc::channel();
    let meeting = std::thread::spawn(move || {
        is_locked.recv().unwrap();
        std::thread::sleep(Duration::from_millis(200));
        drop(held);
    });
    locked.send(()).unwrap();
    let status = does(&desk, "profile_unlock", json!({ "passphrase": PASSPHRASE }));
    assert_eq!(status["profile"], "open");
    meeting.join().unwrap();
}
