use domain::fact::RecordKind;
use domain::id::SpaceId;
use domain::taking::{TAKEN_OVER, TakenChange, TakenFact, TakenLog, Taking};
use serde_json::json;
use trust::statement::{ErasedRecord, Erasure, Heir, Signed, Statement};

use super::*;
use crate::testing::Room;

impl Room {
    fn titles(&self) -> Vec<String> {
        let list = self.does("case_list", json!({}));
        let rows = list["rows"].as_array().unwrap();
        rows.iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
    }

    /// Begins a record that claims to take over a case of the village: somebody's words that nobody
    /// said.
    fn forge(&self, of: &Self, space: SpaceId) -> Heir {
        let (office, theirs) = (self.office(), of.office());
        let id: FactId = "0102030405060708-01KJP0Y9M1Q4RYACN4C6SGEAJV".parse().unwrap();
        let fact = json!({
            "kind": "party_added", "v": 1, "at": "2026-03-02", "recorded": "1772413200000-0",
            "by": theirs.user(), "unit": theirs.identity.record.unit,
            "body": { "name": "假的", "side": "applicant" },
        });
        let log = TakenLog {
            log: domain::id::LogId([7; 16]),
            space,
            device: theirs.identity.device,
            epoch: epoch_text([0; 8]),
            unit: theirs.identity.record.unit,
        };
        let facts =
            vec![TakenFact { id, role: Some(domain::role::Role::R3), json: fact.to_string() }];
        let made = domain::id::ChangeId([7; 16]);
        let changes = vec![TakenChange { log: 0, seq: 1, id: made, deps: vec![], facts }];
        let kind = TAKEN_OVER.to_owned();
        let part = Taking { kind, logs: vec![log], changes, ..Taking::default() };
        let begin = |tx: &mut store::Writer<'_>| {
            Pen::new(&office, tx).begin_heir(space, RecordKind::Case, 0, |draft| {
                draft.field(&office, "title", json!("假的案子"))?;
                draft.part(&part).map(|_| ())
            })
        };
        let (record, made) = office.store.write(begin).unwrap();
        Heir { record, made }
    }

    /// The head of the township says that a record stands in the place of another.
    fn says(&self, old: RecordId, heir: Heir) {
        let office = self.office();
        let record =
            ErasedRecord { record: old, kind: "case".into(), numbers: vec![], heir: Some(heir) };
        let erasure = Statement::Erasure(Erasure {
            records: vec![record],
            ground: 4,
            reason: "不该有".into(),
            said_ms: office.now_ms(),
            of_day: 1,
            asks_second: false,
        });
        let common = office.roster().common().unwrap();
        let say = |tx: &mut store::Writer<'_>| -> Result<(), Fault> {
            let organisation = office.roster().organisation();
            let said = office.with_user_key(|key| Signed::new(organisation, &erasure, key))?;
            Pen::new(&office, tx).say_signed(common, &said)?;
            office.learn(tx).map(|_| ())
        };
        office.store.write(say).unwrap();
        crate::sharing::settle_in(&office, |_| true).unwrap();
    }

    fn is_unmoved(&self, case: RecordId) {
        assert_eq!(self.titles(), ["滴水"]);
        let read = self.does("case_get", json!({ "case": case }));
        assert_eq!(
            (&read["id"], &read["parties"][0]["details"]["name"]),
            (&json!(case), &json!("张某"))
        );
        assert!(self.is_whole());
    }
}

#[test]
fn a_record_that_nobody_named_stands_in_no_place() {
    let folder = tempfile::tempdir().unwrap();
    let township = Room::township(&folder.path().join("t"));
    let village = township.village(&folder.path().join("a"), "桥头村评理说事点");
    let case = village.register("滴水");
    village.carry(&township);
    let home = village.office().home_space().unwrap();
    // A village that makes one up, with the township's words of nothing.
    village.forge(&township, home);
    village.is_unmoved(case);
    village.carry(&township);
    township.is_unmoved(case);
}

#[test]
fn what_a_village_made_stands_in_no_place_though_the_head_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let township = Room::township(&folder.path().join("t"));
    let village = township.village(&folder.path().join("a"), "桥头村评理说事点");
    let case = village.register("滴水");
    let heir = village.forge(&township, village.office().home_space().unwrap());
    village.carry(&township);
    township.says(case, heir);
    township.is_unmoved(case);
    township.carry(&village);
    village.is_unmoved(case);
}

#[test]
fn another_beginning_than_the_one_that_was_named_stands_in_no_place() {
    let folder = tempfile::tempdir().unwrap();
    let township = Room::township(&folder.path().join("t"));
    let village = township.village(&folder.path().join("a"), "桥头村评理说事点");
    let case = village.register("滴水");
    village.carry(&township);
    let home = village.office().home_space().unwrap();
    let heir = township.forge(&village, home);
    township.says(case, Heir { made: [9; 32], ..heir });
    township.is_unmoved(case);
    township.carry(&village);
    village.is_unmoved(case);
    // The same with the right hash is believed: the test forges well.
    let second = village.register("滴水");
    village.carry(&township);
    let heir = township.forge(&village, home);
    township.says(second, heir);
    let read = township.does("case_get", json!({ "case": second }));
    assert_eq!((&read["id"], &read["title"]), (&json!(heir.record), &json!("假的案子")));
    assert_eq!(read["parties"][0]["details"]["name"], "假的");
}

#[test]
fn the_word_of_whoever_was_removed_puts_nothing_in_anybodys_place() {
    let folder = tempfile::tempdir().unwrap();
    let township = Room::township(&folder.path().join("t"));
    let office = township.office();
    let signer = office.with_user_key(|key| key.public().0).unwrap();
    let place = |seq| trust::statement::Place { log: domain::id::LogId([7; 16]), seq };
    let mut roster = (*office.roster()).clone();
    assert!(roster.may_replace(signer, place(9)), "whoever works here");
    let removal = Statement::Removal(trust::statement::UserRemoval {
        user: office.user(),
        effective_ms: office.now_ms(),
        cut_offs: vec![trust::statement::CutOff { log: place(0).log, last: 5 }],
        reason: "调离".into(),
    });
    let key = office.identity.operational.as_ref().unwrap();
    roster.admit(&Signed::new(roster.organisation(), &removal, key)).unwrap();
    assert!(roster.removed(office.user()).is_some());
    assert!(roster.may_replace(signer, place(5)), "what was said before stands");
    assert!(!roster.may_replace(signer, place(6)), "what comes later does not");
}
