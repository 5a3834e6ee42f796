use std::sync::mpsc;

use serde_json::json;

use super::*;
use crate::testing::{PASSPHRASE, Room};

#[test]
fn a_profile_that_something_still_holds_is_opened_once_it_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let room = Room::township(folder.path());
    let held = room.office();
    room.does("profile_lock", json!({}));
    let (locked, is_locked) = mpsc::channel();
    let meeting = std::thread::spawn(move || {
        is_locked.recv().unwrap();
        std::thread::sleep(Duration::from_millis(200));
        drop(held);
    });
    locked.send(()).unwrap();
    let status = room.does("profile_unlock", json!({ "passphrase": PASSPHRASE }));
    assert_eq!(status["profile"], "open");
    meeting.join().unwrap();
}
