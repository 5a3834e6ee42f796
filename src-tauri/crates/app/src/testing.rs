//! A room of the tests in this crate: a desk whose clock stands until it is set, and somebody who
//! carries sticks to others.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::id::RecordId;
use serde_json::{Value, json};
use trust::seal::Cost;

use crate::clock::{SetClock, SystemEntropy};
use crate::desk::{Desk, DeskOptions};
use crate::fault::Fault;
use crate::host::CommandLine;
use crate::office::Office;

pub(crate) const PASSPHRASE: &str = "pingli-tests";

/// When the clock stands at first, in milliseconds since 1970.
pub(crate) const MORNING_MS: u64 = 1_772_413_200_000;

pub(crate) struct Room {
    pub(crate) desk: Desk,
    pub(crate) home: PathBuf,
    pub(crate) clock: Arc<SetClock>,
}

impl Room {
    pub(crate) fn new(home: &Path) -> Self {
        let clock = Arc::new(SetClock::at(MORNING_MS));
        let options = DeskOptions {
            home: home.to_owned(),
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy),
            host: Arc::new(CommandLine),
            cost: Some(Cost { memory_kib: 64, passes: 1 }),
            listener: None,
            worker: None,
        };
        Self { desk: Desk::new(options), home: home.to_owned(), clock }
    }

    pub(crate) fn township(home: &Path) -> Self {
        let room = Self::new(home);
        room.does(
            "org_create",
            json!({ "name": "青石镇综治中心", "user_name": "吴某", "role": "R7",
                    "device_name": "镇 1 号机", "passphrase": PASSPHRASE }),
        );
        room
    }

    /// A village of this township.
    pub(crate) fn village(&self, home: &Path, name: &str) -> Self {
        self.joined(home, json!({ "unit_name": name, "level": "village", "role": "R3" }))
    }

    /// A computer that joins at the post it is invited to, countersigned through a first packet.
    pub(crate) fn joined(&self, home: &Path, mut post: Value) -> Self {
        let room = Self::new(home);
        post["to"] = json!({ "path": home.with_extension("invitation") });
        let invited = self.does("invitation_create", post);
        room.does(
            "invitation_accept",
            json!({ "from": { "path": invited["path"] }, "code": invited["code"],
                    "user_name": "周某", "device_name": "新来的机器", "passphrase": PASSPHRASE }),
        );
        room.carry(self);
        self.carry(&room);
        room
    }

    pub(crate) fn call(&self, name: &str, payload: Value) -> Result<Value, Fault> {
        self.desk.call(name, payload, None)
    }

    pub(crate) fn does(&self, name: &str, payload: Value) -> Value {
        self.call(name, payload).unwrap_or_else(|fault| panic!("{name}: {fault:?}"))
    }

    pub(crate) fn office(&self) -> Arc<Office> {
        self.desk.office().unwrap()
    }

    /// Brings a packet to another room; what became of it there.
    pub(crate) fn carry(&self, to: &Self) -> Value {
        let folder = self.home.join(format!("stick-{}", fastrand::u64(..)));
        let unit = to.office().identity.record.unit;
        let packed = self.does("packet_export", json!({ "unit": unit, "to": { "path": folder } }));
        let from = json!({ "from": { "path": packed["files"][0]["path"] } });
        to.does("packet_preview", from.clone());
        to.does("packet_import", from)
    }

    /// Registers a case of one party.
    pub(crate) fn register(&self, title: &str) -> RecordId {
        let party = json!({ "name": "张某", "side": "applicant" });
        let case = self.does("case_register", json!({ "title": title, "parties": [party] }));
        case["id"].as_str().unwrap().parse().unwrap()
    }

    /// Whether everything says the same when it is built anew.
    pub(crate) fn is_whole(&self) -> bool {
        self.desk.rebuild(true).unwrap().is_same
    }
}
