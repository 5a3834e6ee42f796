//! Lists that lie, and lists of what is erased: nobody rests on them.

use std::path::Path;

use domain::id::RecordId;
use serde_json::{Value, json};
use store::StoreError;
use store::records::{PersonRow, Saved};

use crate::exchange::{Line, Met};
use crate::fault::Fault;
use crate::testing::Room;

/// A line that carries so many messages and then breaks.
struct Few(usize);

impl Line for Few {
    fn pick(&mut self, _: usize) -> usize {
        0
    }

    fn crosses(&mut self, _: usize) -> bool {
        self.0 = self.0.saturating_sub(1);
        self.0 > 0
    }
}

impl Room {
    fn meets(&self, other: &Self, messages: usize) -> Met {
        self.desk.meet(&other.desk, &mut Few(messages)).unwrap()
    }

    fn found(&self, query: &str) -> u64 {
        self.does("case_search", json!({ "query": query }))["total"].as_u64().unwrap()
    }

    fn line(&self) -> Value {
        self.does("exchange_history", json!({}))["rows"][0].clone()
    }

    fn rows(&self) -> Vec<String> {
        let mut rows = self.desk.dump_views().unwrap();
        rows.retain(|row| !row.starts_with("audit\t"));
        rows
    }
}

/// A township, and a new computer of it that has nothing yet but the common space.
struct Land {
    folder: tempfile::TempDir,
    township: Room,
    newcomer: Room,
}

fn land() -> Land {
    let folder = tempfile::tempdir().unwrap();
    let township = Room::township(&folder.path().join("township"));
    let newcomer = another(&township, &folder.path().join("newcomer"));
    Land { folder, township, newcomer }
}

/// One more computer of the township.
fn another(township: &Room, home: &Path) -> Room {
    let unit = township.office().identity.record.unit;
    township.joined(home, json!({ "unit": unit, "level": "township", "role": "R6" }))
}

/// Breaks the line once the lists have crossed, before any entry does.
fn lists_alone(land: &Land) {
    for messages in 1.. {
        let _ = land.newcomer.meets(&land.township, messages);
        let office = land.newcomer.office();
        let lent = office.store.read::<_, StoreError>(|reader| reader.lent_count()).unwrap();
        if lent > 0 {
            return;
        }
        assert!(messages < 20, "the lists never came");
    }
}

#[test]
fn what_is_only_lent_is_listed_and_opened_once_its_entries_have_come() {
    let land = land();
    let case = land.township.register("滴水边界纠纷");
    lists_alone(&land);
    let newcomer = &land.newcomer;
    assert_eq!(newcomer.found("滴水"), 1);
    assert!(!newcomer.rows().iter().any(|row| row.starts_with("case\t")), "nothing is built");
    let fault = newcomer.call("case_get", json!({ "case": case })).unwrap_err();
    assert_eq!(fault, Fault::Arriving { id: case.to_string() });
    let note = json!({ "case": case, "facts": [{ "kind": "note", "body": { "text": "x" } }] });
    let fault = newcomer.call("fact_add", note).unwrap_err();
    assert_eq!(fault, Fault::Arriving { id: case.to_string() });
    // Neither what puts every case behind nor building all of them takes it out of the lists, and
    // nothing is reported of it.
    let office = newcomer.office();
    office.store.write(|tx| tx.put_cases_behind()).unwrap();
    office.store.write(|tx| crate::projector::catch_up(&office, tx, case)).unwrap();
    crate::projector::catch_up_all(&office, |_| true).unwrap();
    assert_eq!(newcomer.found("滴水"), 1);
    // The doctor and whoever builds everything anew find nothing that should not be there.
    assert!(newcomer.is_whole());
    let met = newcomer.meets(&land.township, usize::MAX);
    assert!(met.caller.unwrap().is_equal);
    assert_eq!(newcomer.does("case_get", json!({ "case": case }))["title"], "滴水边界纠纷");
    assert_eq!(newcomer.rows(), land.township.rows());
    assert!(newcomer.is_whole());
    assert_eq!(newcomer.line()["listed_otherwise"], 0);
}

#[test]
fn lists_that_lie_are_replaced_by_what_the_entries_say_and_that_is_told() {
    let land = land();
    let case = land.township.register("滴水边界纠纷");
    let _ = land.township.register("鱼塘纠纷");
    let Land { township, newcomer, .. } = &land;
    let office = township.office();
    let nobody = RecordId([9; 16]);
    office
        .store
        .write(|tx| -> Result<(), StoreError> {
            tx.index(case, "case", "谎话", "")?;
            let space = tx.reader().saved(case)?.unwrap().space;
            let (kind, heads) = ("person".to_owned(), vec![[1; 32]]);
            let (record, saved) = (nobody, vec![]);
            tx.save(&Saved { record, space, kind, heads, saved, has_refused: false })?;
            let row = PersonRow {
                record,
                space,
                name: "没有的人".into(),
                phone: String::new(),
                address: String::new(),
                born: String::new(),
                beside: String::new(),
                letters: String::new(),
            };
            tx.put_person(&row, &[])
        })
        .unwrap();
    lists_alone(&land);
    assert_eq!((newcomer.found("谎话"), newcomer.found("鱼塘")), (1, 1));
    let persons = |room: &Room| room.does("person_list", json!({}))["total"].clone();
    assert_eq!(persons(newcomer), 1);
    let met = newcomer.meets(township, usize::MAX);
    assert!(met.caller.unwrap().is_equal);
    assert_eq!((newcomer.found("谎话"), newcomer.found("滴水")), (0, 1));
    assert_eq!(persons(newcomer), 0, "no entry ever came of it");
    assert!(newcomer.is_whole());
    let line = newcomer.line();
    assert_eq!(line["listed_otherwise"], 2, "{line}");
    // Told once.
    let met = newcomer.meets(township, usize::MAX);
    assert!(met.caller.unwrap().is_equal);
    assert_eq!(newcomer.line()["listed_otherwise"], 0);
}

#[test]
fn what_is_erased_is_not_lent_back() {
    let land = land();
    let (case, other) = (land.township.register("滴水边界纠纷"), land.township.register("鱼塘"));
    lists_alone(&land);
    let Land { township, newcomer, .. } = &land;
    let common = township.office().roster().common().unwrap();
    // It is erased where it is only lent, and still lent where nobody has heard.
    let office = newcomer.office();
    let erased = office.store.write(|tx| tx.erase(case, common, &[]));
    erased.unwrap();
    assert_eq!((newcomer.found("滴水"), newcomer.found("鱼塘")), (0, 1));
    let cut = newcomer.meets(township, 6);
    assert!(cut.caller.is_err());
    assert_eq!((newcomer.found("滴水"), newcomer.found("鱼塘")), (0, 1), "{other}");
}

#[test]
fn nobody_lends_who_has_something_behind_or_is_of_another_village() {
    let land = land();
    let _ = land.township.register("滴水边界纠纷");
    let village = land.township.village(&land.folder.path().join("village"), "桥头村");
    let _ = village.register("鱼塘纠纷");
    // The township lends to a village computer, and a village to another of its own, but no village
    // to the township.
    let unit = village.office().identity.record.unit;
    let post = json!({ "unit": unit, "level": "village", "role": "R3" });
    let beside = land.township.joined(&land.folder.path().join("beside"), post.clone());
    let listed = |met: Met| met.caller.unwrap().listed;
    let fresh = another(&land.township, &land.folder.path().join("fresh"));
    // It hears of the new computers.
    land.township.carry(&village);
    assert_eq!(listed(beside.meets(&village, usize::MAX)), 1);
    assert_eq!(listed(fresh.meets(&village, usize::MAX)), 0);
    assert_eq!(fresh.found("鱼塘"), 1, "its entries came all the same");
    let office = land.township.office();
    assert!(land.township.meets(&village, usize::MAX).caller.unwrap().is_equal);
    office.store.write(|tx| tx.put_cases_behind()).unwrap();
    assert_eq!(listed(land.newcomer.meets(&land.township, usize::MAX)), 0);
    assert_eq!((land.newcomer.found("鱼塘"), land.newcomer.found("滴水")), (1, 1));
}
