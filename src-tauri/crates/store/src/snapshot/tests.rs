use domain::id::LogId;
use domain::log::{Entry, EntryKind, EntryRef, LogKey, Stretch};
use rusqlite::types::Value;
use zeroize::Zeroizing;

use super::tables::Cell;
use super::*;
use crate::Store;
use crate::cards::CardRow;
use crate::cases::{CaseProjection, CaseRow, ConflictRow, DueRow, Filter, NoticeRow};
use crate::records::{PersonRow, Saved};
use crate::ties::{LinkRow, NumberRow, Ties};
use crate::township::tests::case as plain_case;
use crate::township::{ItemRow, PeriodRow, SheetRow};

const HOME: SpaceId = SpaceId([1; 16]);
const OTHER: SpaceId = SpaceId([2; 16]);
const LENDER: DeviceId = DeviceId([8; 16]);
const UNIT: RecordId = RecordId([40; 16]);

fn store() -> (tempfile::TempDir, Store) {
    let home = tempfile::tempdir().unwrap();
    let store = Store::claim(home.path()).unwrap().create(Zeroizing::new([1; 32])).unwrap();
    (home, store)
}

fn spaces() -> BTreeSet<SpaceId> {
    [HOME, OTHER].into()
}

/// A case with rows in every table.
fn case(n: u8) -> CaseProjection {
    let mut case = plain_case(n, "v1");
    let record = case.row.record;
    let text = |text: &str| text.to_owned();
    case.row.number = format!("临-B7K-{n:04}");
    case.row.title = text("张某与李某滴水纠纷");
    (case.row.owner, case.row.category) = (Some(UNIT), Some(text("land")));
    (case.row.amount_fen, case.row.local_code) = (-7, Some(text("01")));
    case.text = format!("张某与李某滴水纠纷 {n:04} 雨棚");
    case.letters = text("zhangmou zm");
    case.guard.holders = vec![UNIT, RecordId([41; 16])];
    case.guard.minors = text("[[\"小张\",\"张某某\"]]");
    let due = |kind: &str, amount_fen| DueRow {
        record,
        kind: text(kind),
        day: text("2026-04-01"),
        unit: UNIT,
        what: text("付清工钱"),
        amount_fen,
        agreement: text("x"),
        line: 3,
    };
    case.dues = vec![due("promise", Some(120_000)), due("mediation", None)];
    case.conflicts = vec![conflict(record)];
    case.notices =
        vec![NoticeRow { record, key: text("k"), unit: UNIT, rule: text("R-1"), is_open: true }];
    case.items = vec![ItemRow {
        fact: text("f"),
        day: text("2026-03-01"),
        form: String::new(),
        act: text("closed"),
        amount_fen: i64::MIN,
    }];
    case.sheets = vec![SheetRow {
        record,
        fact: text("f"),
        kind: text("reminder"),
        number: text("提-1"),
        sender: UNIT,
        addressee: RecordId([41; 16]),
        part: text("lead"),
        day: String::new(),
        status: text("issued"),
        turn: None,
    }];
    case.ties = Ties {
        keys: vec![text("phone/1"), text("name/2")],
        traits: text("{}"),
        links: vec![LinkRow {
            record,
            other: RecordId([77; 16]),
            verdict: text("related"),
            goes_into: false,
            is_disputed: true,
        }],
        numbers: vec![NumberRow {
            number: text("〔2026〕1号"), record, claim: None, voided: None
        }],
        persons: vec![RecordId([60; 16])],
    };
    case
}

fn conflict(record: RecordId) -> ConflictRow {
    let text = |text: &str| text.to_owned();
    ConflictRow {
        record,
        key: text("title"),
        kind: text("field"),
        is_open: true,
        unit: None,
        roles: text("R4 R5"),
        latest: text("1"),
    }
}

fn saved(record: RecordId, space: SpaceId, kind: &str, head: u8) -> Saved {
    let (kind, heads) = (kind.to_owned(), vec![[head; 32]]);
    Saved { record, space, kind, heads, saved: vec![9; 4000], has_refused: false }
}

/// Writes what a case contributes and caches its document.
fn build(tx: &mut Writer<'_>, case: &CaseProjection, head: u8) -> Result<()> {
    let record = case.row.record;
    tx.put_case(case)?;
    let card = CardRow {
        record,
        id: "c".into(),
        unit: UNIT,
        colour: "yellow".into(),
        day: "2026-03-09".into(),
        is_withdrawn: true,
    };
    tx.put_cards(record, &[card])?;
    tx.save(&saved(record, case.row.space, "case", head))?;
    tx.repay(record)
}

fn build_person(tx: &mut Writer<'_>, n: u8) -> Result<()> {
    let record = RecordId([n; 16]);
    let row = PersonRow {
        record,
        space: OTHER,
        name: "张某".into(),
        phone: "13800000000".into(),
        address: "桥头村".into(),
        born: String::new(),
        beside: String::new(),
        letters: " zhangmou".into(),
    };
    tx.put_person(&row, &[conflict(record)])?;
    tx.save(&saved(record, OTHER, "person", 1))?;
    tx.repay(record)
}

fn build_period(tx: &mut Writer<'_>, n: u8) -> Result<()> {
    let record = RecordId([n; 16]);
    let row = PeriodRow {
        record,
        kind: "zero".into(),
        period: "2026-03".into(),
        unit: UNIT,
        fact: "f".into(),
        author: domain::id::UserId([5; 16]),
        at: "2026-04-01".into(),
    };
    tx.put_periods(record, &[row])?;
    tx.save(&saved(record, HOME, "period", 1))?;
    tx.repay(record)
}

/// Builds a few records of every kind that is lent, and some of others.
fn build_all(store: &Store) {
    let done: Result<()> = store.write(|tx| {
        for n in [3, 1, 2] {
            build(tx, &case(n), 1)?;
        }
        let mut shared = case(9);
        (shared.row.space, shared.guard.space) = (OTHER, OTHER);
        build(tx, &shared, 1)?;
        build_person(tx, 60)?;
        build_period(tx, 70)?;
        tx.save(&saved(RecordId([80; 16]), HOME, "settings", 1))
    });
    done.unwrap();
}

fn parts(store: &Store, spaces: &BTreeSet<SpaceId>) -> Vec<Vec<u8>> {
    let (mut parts, mut after) = (Vec::new(), None);
    let read = |after| store.read::<_, StoreError>(|reader| reader.part(spaces, after)).unwrap();
    while let Some(part) = read(after) {
        parts.push(part.bytes);
        after = Some(part.until);
    }
    parts
}

fn take(
    store: &Store,
    spaces: &BTreeSet<SpaceId>,
    bytes: &[u8],
) -> std::result::Result<u64, LentFault> {
    store.write(|tx| tx.take_part(LENDER, spaces, |_| false, bytes))
}

/// Every row of every table that travels.
fn rows(store: &Store) -> Vec<String> {
    let read: Result<Vec<String>> = store.read(|reader| {
        let mut rows = Vec::new();
        for table in TABLES {
            let columns: Vec<&str> = table.columns.iter().map(|(column, _)| *column).collect();
            let id = if table.is_by_text { "id" } else { "record" };
            let sql = format!("SELECT {id}, {} FROM {}", columns.join(", "), table.name);
            let mut query = reader.conn.prepare(&sql)?;
            let found = query.query_map([], |row| {
                let cells: rusqlite::Result<Vec<Value>> =
                    (0..=columns.len()).map(|at| row.get(at)).collect();
                Ok(format!("{} {:?}", table.name, cells?))
            })?;
            rows.extend(found.collect::<rusqlite::Result<Vec<String>>>()?);
        }
        Ok(rows)
    });
    read.unwrap()
}

fn found(store: &Store, query: &str) -> u64 {
    let filter = Filter { query: Some(query.to_owned()), ..Filter::default() };
    let found: Result<(Vec<CaseRow>, u64)> = store.read(|reader| reader.cases(&filter, 0, 50));
    found.unwrap().1
}

fn lent(store: &Store) -> u64 {
    store.read::<_, StoreError>(|reader| reader.lent_count()).unwrap()
}

fn owes(store: &Store) -> bool {
    store.read::<_, StoreError>(|reader| reader.owes_lists()).unwrap()
}

fn settle(store: &Store) -> Settled {
    store.write::<_, StoreError>(|tx| tx.settle_lent(&spaces(), LENDER)).unwrap()
}

#[test]
fn rows_that_were_lent_are_those_that_are_built() {
    let ((_one, lender), (_two, newcomer)) = (store(), store());
    build_all(&lender);
    for part in parts(&lender, &spaces()) {
        assert_eq!(take(&newcomer, &spaces(), &part).unwrap(), 5);
        // The same once more takes the place of what it was.
        assert_eq!(take(&newcomer, &spaces(), &part).unwrap(), 5);
    }
    let sorted = |store: &Store| {
        let mut rows = rows(store);
        rows.retain(|row| !row.starts_with("view_found"));
        rows.sort_unstable();
        rows
    };
    assert_eq!(sorted(&newcomer), sorted(&lender));
    assert_eq!((lent(&newcomer), found(&newcomer, "雨棚"), found(&newcomer, "0002")), (5, 4, 1));
    let dump = |store: &Store| -> Vec<String> {
        store.read::<_, StoreError>(|reader| reader.dump_views()).unwrap()
    };
    assert_eq!(dump(&newcomer), Vec::<String>::new(), "nothing of it counts for built");
    assert!(parts(&newcomer, &spaces()).is_empty(), "nobody lends on what was lent");
    build_all(&newcomer);
    assert!(!owes(&newcomer), "what is built is what was lent");
    assert_eq!((dump(&newcomer), rows(&newcomer).len()), (dump(&lender), rows(&lender).len()));
    assert_eq!(found(&newcomer, "雨棚"), 4);
    // Whoever has built something takes nothing that would stand in its place.
    for part in parts(&lender, &spaces()) {
        assert_eq!(take(&newcomer, &spaces(), &part).unwrap(), 0);
    }
}

#[test]
fn every_list_of_records_travels_whole_or_is_named_here() {
    const STAYS: [&str; 10] = [
        "view_period",
        "view_key",
        "view_traits",
        "view_record",
        "view_refused",
        "view_blob",
        "view_setting",
        "view_unit",
        "view_audit",
        "view_search",
    ];
    let (_home, store) = store();
    let columns: Result<Vec<(String, String)>> = store.read(|reader| {
        let mut query = reader.conn.prepare(
            "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name GLOB 'view_*'",
        )?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    });
    let columns = columns.unwrap();
    let of_record = |name: &str| columns.iter().any(|(table, c)| table == name && c == "record");
    let mut names: Vec<&String> = columns.iter().map(|(table, _)| table).collect();
    names.dedup();
    for name in names.into_iter().filter(|name| of_record(name) || *name == "view_found") {
        let Some(table) = TABLES.iter().find(|table| table.name == name.as_str()) else {
            assert!(STAYS.contains(&name.as_str()), "{name} neither travels nor stays");
            continue;
        };
        let mut there: Vec<&str> =
            columns.iter().filter(|(t, _)| t == name).map(|(_, column)| column.as_str()).collect();
        let (is_by_text, first) = (table.is_by_text, table.is_by_text || table.is_text);
        there.retain(|column| *column != "record" && !(first && *column == "id"));
        let mut here: Vec<&str> = table.columns.iter().map(|(column, _)| *column).collect();
        there.sort_unstable();
        here.sort_unstable();
        assert_eq!(here, there, "{name} {is_by_text}");
    }
}

/// Builds the bytes of a part by hand: one space, its records, and rows given for some tables.
fn part_of(space: SpaceId, records: &[(u8, u8)], rows: &[(&str, usize, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = vec![1];
    bytes.extend(space.0);
    bytes.push(u8::try_from(records.len()).unwrap());
    for (record, kind) in records {
        bytes.extend([*record; 16]);
        bytes.extend([*kind, 0]);
    }
    for table in TABLES {
        for (_, at, row) in rows.iter().filter(|(name, ..)| *name == table.name) {
            bytes.push(u8::try_from(*at).unwrap());
            bytes.extend(row);
        }
        bytes.push(0);
    }
    bytes
}

/// A row of a table whose texts and lists are empty, and whose numbers are 0.
fn empty_row(name: &str) -> Vec<u8> {
    let table = TABLES.iter().find(|table| table.name == name).unwrap();
    let cell = |(_, cell): &(&str, Cell)| match cell {
        Cell::Space => vec![],
        Cell::Id => vec![6; 16],
        _ => vec![0],
    };
    table.columns.iter().flat_map(cell).collect()
}

#[test]
fn what_makes_no_sense_is_refused_whole() {
    let (_home, store) = store();
    let row = |name: &'static str, at| (name, at, empty_row(name));
    let case = || vec![row("view_case", 1), row("view_guard", 1)];
    let with = |rows: Vec<(&'static str, usize, Vec<u8>)>| part_of(HOME, &[(1, 0)], &rows);
    let is_refused = |bytes: &[u8], why: &str| {
        assert!(matches!(take(&store, &spaces(), bytes), Err(LentFault::Malformed(_))), "{why}");
        assert_eq!((lent(&store), rows(&store).len()), (0, 0), "{why}");
    };
    is_refused(&with(vec![row("view_case", 1)]), "nobody says from whom it is hidden");
    is_refused(&with(vec![row("view_guard", 1)]), "it stands in no list");
    is_refused(&with([case(), vec![row("view_case", 1)]].concat()), "two rows in one place");
    is_refused(&with([case(), vec![row("view_due", 2)]].concat()), "of no record");
    is_refused(&with([case(), vec![row("view_found", 1)]].concat()), "found without a text");
    is_refused(&with([case(), vec![row("view_person", 1)]].concat()), "a case is no person");
    is_refused(&part_of(SpaceId([3; 16]), &[(1, 0)], &case()), "of a space that is not shared");
    is_refused(&part_of(HOME, &[(1, 0), (1, 0)], &case()), "one record twice");
    is_refused(&part_of(HOME, &[(1, 2)], &[]), "of a kind that is not lent");
    let person = [row("view_person", 1), row("view_conflict", 1)];
    is_refused(&part_of(HOME, &[(1, 1)], &person[1..]), "a person in no list");
    let mut long = with(case());
    long.push(0);
    is_refused(&long, "something behind it");
    for (column, cell, bad) in
        [("is_closed", FLAG_CELL, vec![2]), ("parties", Cell::Text, vec![200])]
    {
        let table = TABLES.iter().find(|table| table.name == "view_case").unwrap();
        let at = table.columns.iter().position(|(name, _)| *name == column).unwrap();
        let mut bytes = empty_row("view_case");
        // The space does not travel, and everything before is one byte long.
        bytes.splice(at - 1..at, bad);
        let rows = vec![("view_case", 1, bytes), row("view_guard", 1)];
        is_refused(&with(rows), &format!("{column} is no {cell:?}"));
    }
    assert_eq!(take(&store, &spaces(), &part_of(HOME, &[(1, 0)], &[])).unwrap(), 0);
    assert_eq!(take(&store, &spaces(), &part_of(HOME, &[(2, 1)], &person)).unwrap(), 1);
    assert_eq!(take(&store, &spaces(), &with(case())).unwrap(), 1);
}

const FLAG_CELL: Cell = Cell::Count(1);

#[test]
fn a_part_cut_or_altered_anywhere_changes_nothing_or_can_be_read() {
    let ((_one, lender), (_two, newcomer)) = (store(), store());
    let done: Result<()> = lender.write(|tx| build(tx, &case(1), 1));
    done.unwrap();
    let part = parts(&lender, &spaces()).remove(0);
    for cut in 0..part.len() {
        let taken = take(&newcomer, &spaces(), &part[..cut]);
        assert!(matches!(taken, Err(LentFault::Malformed(_))), "cut at {cut}: {taken:?}");
    }
    assert_eq!((lent(&newcomer), rows(&newcomer).len()), (0, 0));
    for at in 0..part.len() {
        let mut altered = part.clone();
        altered[at] ^= 1 << (at % 8);
        match take(&newcomer, &spaces(), &altered) {
            Ok(_) => {}
            Err(LentFault::Malformed(_)) => continue,
            Err(fault) => panic!("byte {at}: {fault}"),
        }
        // Whatever it says, every list of it can be shown.
        let shown: Result<()> = newcomer.read(|reader| {
            reader.cases(&Filter::default(), 0, 50)?;
            reader.conflicts(true, 0, 50)?;
            reader.dues(UNIT, None, 50)?;
            reader.all_links()?;
            let record = RecordId([1; 16]);
            reader.guarded(record)?;
            reader.links(record).map(|_| ())
        });
        assert!(shown.is_ok(), "byte {at}: {shown:?}");
    }
}

#[test]
fn what_is_erased_or_barred_is_not_taken() {
    let ((_one, lender), (_two, newcomer)) = (store(), store());
    build_all(&lender);
    let part = parts(&lender, &spaces()).remove(0);
    let erased: Result<()> = newcomer.write(|tx| tx.erase(RecordId([1; 16]), OTHER, &[]));
    erased.unwrap();
    let is_barred = |record| record == RecordId([2; 16]);
    let taken = newcomer.write(|tx| tx.take_part(LENDER, &spaces(), is_barred, &part));
    assert_eq!(taken.unwrap(), 3);
    assert_eq!((found(&newcomer, "0001"), found(&newcomer, "0002")), (0, 0));
    // What is erased later goes as well, though no entry of it ever came.
    let erased: Result<()> = newcomer.write(|tx| tx.erase(RecordId([3; 16]), OTHER, &[]));
    erased.unwrap();
    assert_eq!((lent(&newcomer), found(&newcomer, "0003")), (2, 0));
}

#[test]
fn of_some_spaces_nothing_of_others_is_lent() {
    let (_home, lender) = store();
    build_all(&lender);
    let (_two, newcomer) = store();
    for part in parts(&lender, &[OTHER].into()) {
        assert_eq!(take(&newcomer, &[OTHER].into(), &part).unwrap(), 2);
    }
    assert!(rows(&newcomer).iter().all(|row| !row.contains("0002")));
    let is_new = |spaces: BTreeSet<SpaceId>| {
        lender.read::<_, StoreError>(|reader| reader.builds_nothing_in(&spaces)).unwrap()
    };
    assert_eq!((is_new([HOME].into()), is_new([SpaceId([3; 16])].into())), (false, true));
}

/// Brings an entry of a record whose change has a hash.
fn bring(tx: &mut Writer<'_>, n: u8, change: u8) -> Result<()> {
    let (log, key) = (LogId([n; 16]), LogKey { space: HOME, device: LENDER, epoch: [0; 8] });
    let entry = Entry {
        kind: EntryKind::CHANGE,
        doc: RecordId([n; 16]),
        needs: vec![],
        payload: vec![n].into(),
    };
    let entries = vec![(entry, [n; 32])];
    tx.arrive(&Stretch { log, key, first: 1, before: [0; 32], entries, runs: vec![] }, 0)?;
    tx.settle(EntryRef { log, seq: 1 }, Ok(&[change; 32]))
}

#[test]
fn what_the_entries_do_not_say_is_told_and_what_went_on_is_not() {
    let ((_one, lender), (_two, newcomer)) = (store(), store());
    let done: Result<()> = lender.write(|tx| (1..=5).try_for_each(|n| build(tx, &case(n), n)));
    done.unwrap();
    for part in parts(&lender, &spaces()) {
        take(&newcomer, &spaces(), &part).unwrap();
    }
    let other = |n: u8| {
        let mut other = case(n);
        other.row.title = "另一件".into();
        other
    };
    let done: Result<()> = newcomer.write(|tx| {
        // As it was lent; another from the same changes; further than it was lent; from changes of
        // which those that were named are none. Of the fifth nothing ever comes.
        build(tx, &case(1), 1)?;
        build(tx, &other(2), 2)?;
        bring(tx, 3, 3)?;
        build(tx, &other(3), 33)?;
        build(tx, &other(4), 44)
    });
    done.unwrap();
    assert_eq!((lent(&newcomer), found(&newcomer, "0005")), (1, 1));
    let none: Settled =
        newcomer.write::<_, StoreError>(|tx| tx.settle_lent(&[OTHER].into(), LENDER)).unwrap();
    assert_eq!(none, Settled::default(), "of other spaces nothing is settled");
    assert_eq!(settle(&newcomer), Settled { never_came: 1, otherwise: 2 });
    assert_eq!((lent(&newcomer), found(&newcomer, "0005"), owes(&newcomer)), (0, 0, false));
    assert_eq!(settle(&newcomer), Settled::default());
}

#[test]
fn throwing_the_lists_away_throws_away_what_was_lent() {
    let ((_one, lender), (_two, newcomer)) = (store(), store());
    build_all(&lender);
    for part in parts(&lender, &spaces()) {
        take(&newcomer, &spaces(), &part).unwrap();
    }
    newcomer.write(|tx| tx.drop_views()).unwrap();
    assert_eq!((lent(&newcomer), rows(&newcomer).len(), owes(&newcomer)), (0, 0, false));
    newcomer.check().unwrap();
}
