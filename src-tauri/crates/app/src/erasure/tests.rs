use domain::log::NO_RECORD;
use serde_json::json;

use super::*;
use crate::testing::{PASSPHRASE, Room};

fn said(record: RecordId) -> Statement {
    let record = ErasedRecord { record, kind: "case".into(), numbers: vec![], heir: None };
    Statement::Erasure(Erasure {
        records: vec![record],
        ground: 2,
        reason: String::new(),
        said_ms: 0,
        of_day: 1,
        asks_second: false,
    })
}

/// The power goes between the statement and what it asks for: the next opening makes up for it.
#[test]
fn what_a_power_cut_left_undone_is_done_at_opening() {
    let home = tempfile::tempdir().unwrap();
    let room = Room::township(home.path());
    let case = room.register("滴水");
    let office = room.office();
    let common = office.roster().common().unwrap();
    office
        .store
        .write(|tx| -> Result<(), Fault> {
            let organisation = office.roster().organisation();
            let signed = office.with_user_key(|key| Signed::new(organisation, &said(case), key))?;
            Pen::new(&office, tx).say_signed(common, &signed)
        })
        .unwrap();
    let is_erased = |office: &Office| {
        office.store.read(|reader| -> Result<bool, Fault> { Ok(reader.is_erased(case)?) }).unwrap()
    };
    assert!(!is_erased(&office), "nobody has done it");
    drop(office);
    room.does("profile_lock", json!({}));
    room.does("profile_unlock", json!({ "passphrase": PASSPHRASE }));
    let office = room.office();
    assert!(is_erased(&office));
    let unwiped = office.store.read(|reader| -> Result<_, Fault> { Ok(reader.value(UNWIPED)?) });
    assert_eq!(unwiped.unwrap(), None, "and no page is left in the log");
    let log = std::fs::metadata(home.path().join("pingli.db-wal")).map_or(0, |file| file.len());
    assert!(log < 64 * 1024, "{log} bytes");
    assert_eq!(room.does("case_list", json!({}))["total"], 0);
}

/// What a continuation of a log brought may erase in the middle of something else, and a reader may be
/// in the way of what follows: the next time that something has come makes up for it.
#[test]
fn what_was_erased_on_the_way_leaves_no_page_once_something_has_come() {
    let home = tempfile::tempdir().unwrap();
    let room = Room::township(home.path());
    let case = room.register("滴水");
    let office = room.office();
    let common = office.roster().common().unwrap();
    let has_erased = office.store.write(|tx| say(&office, tx, common, &said(case))).unwrap();
    let is_unwiped = || {
        let value = office.store.read(|reader| reader.value(UNWIPED)).unwrap();
        value.is_some()
    };
    assert!(has_erased && is_unwiped(), "erased, and its pages are there");
    crate::sharing::settle_in(&office, |_| true).unwrap();
    assert!(!is_unwiped());
    let log = std::fs::metadata(home.path().join("pingli.db-wal")).map_or(0, |file| file.len());
    assert!(log < 64 * 1024, "{log} bytes");
}

/// What SQLite left between the cells of pages is overwritten beside everything else, also of what is
/// erased while that goes on.
#[test]
fn what_pages_still_hold_of_what_was_erased_is_overwritten() {
    let home = tempfile::tempdir().unwrap();
    let room = Room::township(home.path());
    let case = room.register("滴水");
    let office = room.office();
    assert!(!has_residue(&office));
    let common = office.roster().common().unwrap();
    office.store.write(|tx| say(&office, tx, common, &said(case))).unwrap();
    assert!(has_residue(&office));
    let erase_meanwhile = || {
        let set = office.store.write(|tx| tx.set_value(RESIDUE, &0u64.to_be_bytes()));
        set.is_ok()
    };
    clear_residue(&office, &erase_meanwhile).unwrap();
    assert!(has_residue(&office), "of what was erased meanwhile");
    clear_residue(&office, &|| false).unwrap();
    assert!(has_residue(&office), "it was stopped");
    while has_residue(&office) {
        room.desk.upkeep();
        std::thread::yield_now();
    }
}

/// A unit, the settings: what everybody holds is nobody's to erase.
#[test]
fn nothing_that_everybody_holds_is_erased() {
    let home = tempfile::tempdir().unwrap();
    let room = Room::township(home.path());
    let unit = room.office().identity.record.unit;
    let request = json!({ "records": [unit], "ground": "unlawful", "reason": "不该有" });
    let fault = room.call("record_erase", request).unwrap_err();
    assert_eq!(fault, refuse("records", 0, RefusalReason::Unknown));
    let office = room.office();
    let common = office.roster().common().unwrap();
    let names = room.does("unit_list", json!({}));
    for record in [unit, NO_RECORD] {
        office.store.write(|tx| say(&office, tx, common, &said(record)).map(|_| ())).unwrap();
    }
    assert_eq!(room.does("unit_list", json!({})), names, "also when it is said all the same");
    assert!(room.is_whole());
}
