//! A part of the lists that a computer of the township lends, within its signature and compression.

use std::collections::BTreeSet;

use domain::id::{DeviceId, RecordId, SpaceId};
use store::cases::{CaseProjection, CaseRow, ConflictRow, DueRow, Filter, NoticeRow};
use store::guards::GuardRow;
use store::records::{PersonRow, Saved};
use store::snapshot::LentFault;
use store::ties::{LinkRow, NumberRow, Ties};
use store::township::{ItemRow, SheetRow};
use store::{Reader, Store, StoreError, Writer};

/// The space whose records are lent.
pub const SPACE: SpaceId = SpaceId([6; 16]);

const UNIT: RecordId = RecordId([4; 16]);

/// A store in which nothing stands.
pub fn store() -> Store {
    let folder = tests::folder();
    let claimed = Store::claim(folder.path()).unwrap();
    // It lives as long as this process.
    std::mem::forget(folder);
    claimed.create(zeroize::Zeroizing::new([1; 32])).unwrap()
}

fn case(record: RecordId) -> CaseProjection {
    let text = |text: &str| text.to_owned();
    let row = CaseRow {
        record,
        space: SPACE,
        number: text("临-B7K-0001"),
        title: text("滴水"),
        category: Some(text("land")),
        place: text("桥头村"),
        parties: text("[\"张某\"]"),
        stage: text("triage"),
        state: text("registered"),
        marks: text("[]"),
        owner: Some(UNIT),
        registered_unit: Some(UNIT),
        registered_day: text("2026-03-01"),
        next_due_day: None,
        next_due_what: None,
        risk: None,
        amount_fen: 100,
        is_amount_unverified: false,
        is_closed: false,
        open_conflicts: 1,
        village_sessions: 0,
        township_sessions: 0,
        visits: 0,
        sessions: 0,
        escalations: 0,
        written_agreements: 0,
        oral_agreements: 0,
        settings: text("v1"),
        source: text("application"),
        party_count: 1,
        mediators: String::new(),
        local_code: None,
        local_group: None,
        local_item: None,
    };
    let due = DueRow {
        record,
        kind: text("promise"),
        day: text("2026-04-01"),
        unit: UNIT,
        what: text("付清"),
        amount_fen: Some(5),
        agreement: text("x"),
        line: 1,
    };
    let conflict = ConflictRow {
        record,
        key: text("title"),
        kind: text("field"),
        is_open: true,
        unit: None,
        roles: text("R4"),
        latest: text("1"),
    };
    let notice = NoticeRow { record, key: text("k"), unit: UNIT, rule: text("R-1"), is_open: true };
    let day = text("2026-03-01");
    let (form, act) = (String::new(), text("closed"));
    let item = ItemRow { fact: text("f"), day, form, act, amount_fen: -1 };
    let sheet = SheetRow {
        record,
        fact: text("f"),
        kind: text("reminder"),
        number: text("提-1"),
        sender: UNIT,
        addressee: UNIT,
        part: text("lead"),
        day: String::new(),
        status: text("issued"),
        turn: Some(UNIT),
    };
    let other = RecordId([7; 16]);
    let (verdict, goes_into, is_disputed) = (text("related"), false, true);
    let number = NumberRow { number: text("1"), record, claim: None, voided: Some(text("x")) };
    let ties = Ties {
        keys: vec![text("k")],
        traits: text("{}"),
        links: vec![LinkRow { record, other, verdict, goes_into, is_disputed }],
        numbers: vec![number],
        persons: vec![other],
    };
    let guard = GuardRow {
        space: SPACE,
        is_protected: false,
        is_restricted: true,
        holders: vec![UNIT],
        addressed: vec![],
        former: vec![UNIT, UNIT],
        minors: text("[]"),
        parties: text("[]"),
    };
    CaseProjection {
        row,
        dues: vec![due],
        conflicts: vec![conflict],
        notices: vec![notice],
        ties,
        items: vec![item],
        sheets: vec![sheet],
        text: text("滴水 0001"),
        letters: text("ds"),
        guard,
    }
}

fn built(tx: &mut Writer<'_>, n: u8, kind: &str) -> Result<(), StoreError> {
    let (kind, heads, saved) = (kind.to_owned(), vec![[n; 32]], vec![]);
    let record = RecordId([n; 16]);
    tx.save(&Saved { record, space: SPACE, kind, heads, saved, has_refused: false })
}

/// A part with a record of each kind that is lent.
pub fn part() -> Vec<u8> {
    let lender = store();
    let written = lender.write(|tx| -> Result<(), StoreError> {
        tx.put_case(&case(RecordId([1; 16])))?;
        built(tx, 1, "case")?;
        let person = PersonRow {
            record: RecordId([2; 16]),
            space: SPACE,
            name: "张某".into(),
            phone: "138".into(),
            address: "桥头村".into(),
            born: String::new(),
            beside: String::new(),
            letters: " zm".into(),
        };
        tx.put_person(&person, &[])?;
        built(tx, 2, "person")
    });
    written.unwrap();
    let read = |reader: &Reader<'_>| reader.part(&[SPACE].into(), None);
    lender.read::<_, StoreError>(read).unwrap().unwrap().bytes
}

/// What ends a try, which leaves nothing behind.
pub enum Tried {
    /// So many records are listed, and every list of them can be read.
    Listed(u64),
    /// It makes no sense.
    Refused,
    /// The database failed, which nobody's bytes may make it do.
    Failed(String),
}

impl From<StoreError> for Tried {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.to_string())
    }
}

fn read(reader: &Reader<'_>) -> Result<(), StoreError> {
    let cases = reader.cases(&Filter::default(), 0, 200)?;
    let words = Filter { query: Some("滴水".to_owned()), ..Filter::default() };
    let found = reader.cases(&words, 0, 200)?;
    for row in cases.0.iter().chain(&found.0) {
        reader.guarded(row.record)?;
        reader.links(row.record)?;
        reader.traits(row.record)?;
    }
    reader.persons("", None, 0, 200)?;
    reader.conflicts(true, 0, 200)?;
    reader.dues(UNIT, None, 200)?;
    reader.all_links()?;
    reader.shared_keys(None)?;
    reader.dump_views().map(|_| ())
}

/// Tries a part on a computer that has nothing.
pub fn tried(store: &Store, bytes: &[u8]) -> Tried {
    let spaces: BTreeSet<SpaceId> = [SPACE].into();
    let outcome = store.write(|tx| -> Result<(), Tried> {
        let taken = match tx.take_part(DeviceId([8; 16]), &spaces, |_| false, bytes) {
            Ok(taken) => taken,
            Err(LentFault::Malformed(_)) => return Err(Tried::Refused),
            Err(LentFault::Store(error)) => return Err(error.into()),
        };
        read(&tx.reader())?;
        Err(Tried::Listed(taken))
    });
    outcome.err().unwrap_or(Tried::Refused)
}
