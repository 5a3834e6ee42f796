use std::sync::Arc;

use domain::log::NO_RECORD;
use serde_json::{Value, json};
use trust::seal::Cost;

use super::*;
use crate::clock::{SetClock, SystemEntropy};
use crate::desk::{Desk, DeskOptions};
use crate::host::CommandLine;

const PASSPHRASE: &str = "pingli-tests";

struct Room(Desk);

impl Room {
    fn township(home: &std::path::Path) -> Self {
        let room = Self(Desk::new(DeskOptions {
            home: home.to_owned(),
            clock: Arc::new(SetClock::at(1_772_413_200_000)),
            entropy: Arc::new(SystemEntropy),
            host: Arc::new(CommandLine),
            cost: Some(Cost { memory_kib: 64, passes: 1 }),
            listener: None,
            worker: None,
        }));
        room.does(
            "org_create",
            json!({
                "name": "青石镇综治中心", "user_name": "吴某", "role": "R7",
                "device_name": "镇 1 号机", "passphrase": PASSPHRASE,
            }),
        );
        room
    }

    fn does(&self, name: &str, payload: Value) -> Value {
        self.0.call(name, payload, None).unwrap()
    }

    fn case(&self) -> RecordId {
        let case = self.does(
            "case_register",
            json!({ "title": "滴水", "parties": [{ "name": "张某", "side": "applicant" }] }),
        );
        case["id"].as_str().unwrap().parse().unwrap()
    }

    fn office(&self) -> Arc<Office> {
        self.0.office().unwrap()
    }
}

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
    let case = room.case();
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

/// A unit, the settings: what everybody holds is nobody's to erase.
#[test]
fn nothing_that_everybody_holds_is_erased() {
    let home = tempfile::tempdir().unwrap();
    let room = Room::township(home.path());
    let unit = room.office().identity.record.unit;
    let request = json!({ "records": [unit], "ground": "unlawful", "reason": "不该有" });
    let fault = room.0.call("record_erase", request, None).unwrap_err();
    assert_eq!(fault, refuse("records", 0, RefusalReason::Unknown));
    let office = room.office();
    let common = office.roster().common().unwrap();
    let names = room.does("unit_list", json!({}));
    for record in [unit, NO_RECORD] {
        office.store.write(|tx| say(&office, tx, common, &said(record)).map(|_| ())).unwrap();
    }
    assert_eq!(room.does("unit_list", json!({})), names, "also when it is said all the same");
    assert!(room.0.rebuild(true).unwrap().is_same);
}
