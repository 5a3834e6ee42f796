//! What must hold in every scenario, whatever it is about.
//!
//! U1 the order of exchanges does not matter; U2 importing again brings nothing; U3 whatever was
//! settled can be read with who, where, when and why; U4 something to decide freezes nothing;
//! U5 what was agreed stays word for word; U6 one owner, and no session is lost.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::room::{Room, Rooms};
use super::value::{list, part};

/// The most rows of a window.
const ROWS: u64 = 200;

/// What was found wrong, and where.
type Wrong = Vec<(String, String)>;

/// Checks everything; says how much was checked and what is wrong.
pub(super) fn check(rooms: &mut Rooms) -> (usize, Wrong) {
    let mut wrong = Wrong::new();
    let mut checks = 0;
    for test in [same_lists, same_texts, settled_is_readable, one_owner_no_lost_session] {
        checks += 1;
        if let Err(error) = test(rooms, &mut wrong) {
            wrong.push(("universal".into(), error));
        }
    }
    for test in [nothing_new_again, nothing_is_frozen] {
        checks += 1;
        if let Err(error) = test(rooms, &mut wrong) {
            wrong.push(("universal".into(), error));
        }
    }
    (checks, wrong)
}

fn ask(room: &Room, name: &str, payload: Value) -> Result<Value, String> {
    room.call(name, payload).map_err(|fault| format!("{name}: {fault}"))
}

fn text(value: &Value, path: &str) -> String {
    part(value, path).as_str().unwrap_or_default().to_owned()
}

fn is_text(value: &Value, path: &str) -> bool {
    !text(value, path).is_empty()
}

/// Everything a room holds of cases.
fn cases(room: &Room) -> Result<Vec<Value>, String> {
    let mut cases = Vec::new();
    let mut offset = 0;
    loop {
        let window = ask(room, "case_list", json!({ "offset": offset, "limit": ROWS }))?;
        let rows = list(&window, "rows");
        let count = rows.len();
        for row in rows {
            cases.push(ask(room, "case_get", json!({ "case": part(&row, "id") }))?);
        }
        offset += ROWS;
        if u64::try_from(count).unwrap_or(0) < ROWS {
            return Ok(cases);
        }
    }
}

/// The rooms in which somebody may read cases: no administrator, nobody who was removed.
fn open_rooms(rooms: &Rooms) -> Result<Vec<String>, String> {
    let mut open = Vec::new();
    for name in rooms.names() {
        if rooms.room(&name)?.call("case_list", json!({})).is_ok() {
            open.push(name);
        }
    }
    Ok(open)
}

/// The first difference between two lists of rows.
pub(super) fn difference(room: &str, first: &[String], second: &[String]) -> String {
    let only = |a: &[String], b: &[String]| a.iter().find(|row| !b.contains(row)).cloned();
    format!(
        "{room}: -{} +{}",
        only(first, second).unwrap_or_default(),
        only(second, first).unwrap_or_default()
    )
}

/// U1: two rooms show the same of every record both hold.
fn same_lists(rooms: &mut Rooms, wrong: &mut Wrong) -> Result<(), String> {
    let mut by_record: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
    for name in rooms.names() {
        let rows = rooms.room(&name)?.dump().map_err(|fault| fault.to_string())?;
        let left = rooms.room(&name)?.left_cases().map_err(|fault| fault.to_string())?;
        let mut records: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in rows {
            let record = row.split('\t').nth(1).unwrap_or_default().to_owned();
            // Whoever left a case shows it as on that day.
            if !left.contains(&record) {
                records.entry(record).or_default().insert(row);
            }
        }
        for (record, rows) in records {
            match by_record.get(&record) {
                None => {
                    by_record.insert(record, (name.clone(), rows));
                }
                Some((other, theirs)) if *theirs != rows => {
                    let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>();
                    let message =
                        difference(&format!("{other} and {name}"), &list(theirs), &list(&rows));
                    wrong.push(("U1".into(), message));
                }
                Some(_) => {}
            }
        }
    }
    Ok(())
}

/// U2: every packet that travelled is imported again where it went.
fn nothing_new_again(rooms: &mut Rooms, wrong: &mut Wrong) -> Result<(), String> {
    let before = statistics(rooms)?;
    for packet in std::mem::take(&mut rooms.travelled) {
        let request = json!({ "from": { "path": packet.path } });
        let room = rooms.room(&packet.to)?;
        let again = ask(room, "packet_import", request)?;
        if part(&again, "received") != json!(0) {
            wrong.push(("U2".into(), format!("{}: {again}", packet.to)));
        }
    }
    let after = statistics(rooms)?;
    if before != after {
        wrong.push(("U2".into(), format!("statistics moved: {before:?} {after:?}")));
    }
    Ok(())
}

fn statistics(rooms: &Rooms) -> Result<BTreeMap<String, Value>, String> {
    open_rooms(rooms)?
        .into_iter()
        .map(|name| {
            let value = ask(rooms.room(&name)?, "statistics_get", json!({}))?;
            Ok((name, value))
        })
        .collect()
}

/// U3: what lost can be read for ever.
fn settled_is_readable(rooms: &mut Rooms, wrong: &mut Wrong) -> Result<(), String> {
    for name in open_rooms(rooms)? {
        for case in cases(rooms.room(&name)?)? {
            for conflict in list(&case, "conflicts") {
                let settlement = part(&conflict, "settlement");
                if settlement.is_null() {
                    continue;
                }
                let by_person = !part(&settlement, "by").is_null();
                let has_reason = is_text(&settlement, "reason");
                let by_rule = !part(&settlement, "rule").is_null();
                let sides = list(&conflict, "sides");
                let is_whole = |side: &Value| {
                    !part(side, "choice").is_null()
                        && is_text(side, "by.name")
                        && !part(side, "device").is_null()
                        && part(side, "recorded_ms").as_u64().is_some_and(|ms| ms > 0)
                };
                let is_good = (by_rule || by_person && has_reason)
                    && !sides.is_empty()
                    && sides.iter().all(is_whole);
                if !is_good {
                    wrong.push(("U3".into(), format!("{name}: {conflict}")));
                }
            }
        }
    }
    Ok(())
}

/// U4: a case with something to decide can still be written on.
fn nothing_is_frozen(rooms: &mut Rooms, wrong: &mut Wrong) -> Result<(), String> {
    for name in open_rooms(rooms)? {
        let room = rooms.room(&name)?;
        for case in cases(room)? {
            let is_open = |conflict: &Value| part(conflict, "settlement").is_null();
            if !list(&case, "conflicts").iter().any(is_open) {
                continue;
            }
            if !list(&case, "may_write").iter().any(|kind| kind == "note") {
                continue;
            }
            let note = json!({ "case": part(&case, "id"), "facts": [
                { "kind": "note", "body": { "text": "照常办理" } }
            ] });
            if let Err(fault) = room.call("fact_add", note) {
                wrong.push(("U4".into(), format!("{name}: {fault}")));
            }
        }
    }
    Ok(())
}

/// U5: the text of every agreement is the one that was agreed, in every room.
fn same_texts(rooms: &mut Rooms, wrong: &mut Wrong) -> Result<(), String> {
    let mut texts: BTreeMap<String, Value> = BTreeMap::new();
    for name in open_rooms(rooms)? {
        for case in cases(rooms.room(&name)?)? {
            for agreement in list(&case, "agreements") {
                let id = text(&agreement, "id");
                let said =
                    json!(["text", "text_hash", "plan"].map(|member| part(&agreement, member)));
                let known = texts.entry(id).or_insert_with(|| said.clone());
                if *known != said {
                    wrong.push(("U5".into(), format!("{name}: {known} {said}")));
                }
            }
        }
    }
    Ok(())
}

/// U6: one owner, the same everywhere, and every session that was written down is there.
fn one_owner_no_lost_session(rooms: &mut Rooms, wrong: &mut Wrong) -> Result<(), String> {
    let mut owners: BTreeMap<String, Value> = BTreeMap::new();
    for name in open_rooms(rooms)? {
        let room = rooms.room(&name)?;
        for case in cases(room)? {
            let id = text(&case, "id");
            let owner = part(&case, "owner.id");
            if owner.is_null() {
                wrong.push(("U6".into(), format!("{name}: nobody owns {id}")));
            }
            let known = owners.entry(id.clone()).or_insert_with(|| owner.clone());
            if *known != owner {
                wrong.push(("U6".into(), format!("{name}: {id} has two owners")));
            }
            let history = ask(room, "case_history", json!({ "case": id, "limit": ROWS }))?;
            let is_effective_session = |event: &&Value| {
                part(event, "fact.kind") == "session_held"
                    && !list(event, "marks").iter().any(|mark| mark == "refused")
            };
            let held = list(&history, "events").iter().filter(is_effective_session).count();
            let listed = list(&case, "sessions").len();
            if held != listed {
                wrong.push(("U6".into(), format!("{name}: {held} sessions held, {listed} listed")));
            }
        }
    }
    Ok(())
}
