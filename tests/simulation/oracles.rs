//! What must hold in the end, when faults have stopped and everybody has met: and what is looked at
//! on the way.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::RecordId;
use domain::log::{Held, Range};
use fastrand::Rng;
use serde_json::{Value, json};

use crate::event::mix;
use crate::merging;
use crate::model::{FIELDS, Said, current};
use crate::next;
use crate::play::Play;
use crate::seen::{Rows, Seen, lacking, with_two_homes};
use crate::world::{TOWNSHIP, World};

/// How often everybody meets the township before it is said that they do not converge.
const ROUNDS_MAX: u64 = 14;

/// How many rows of a difference are told.
const ROWS_TOLD: usize = 6;

/// What only one of two lists has.
#[must_use]
pub fn differ(old: &[String], new: &[String]) -> String {
    let short = |sign: &'static str| {
        move |row: &String| format!("{sign}{}", row.chars().take(300).collect::<String>())
    };
    let gone = old.iter().filter(|row| !new.contains(row)).map(short("-"));
    let come = new.iter().filter(|row| !old.contains(row)).map(short("+"));
    gone.take(ROWS_TOLD).chain(come.take(ROWS_TOLD)).collect::<Vec<_>>().join("\n  ")
}

/// The lists are what the logs say.
///
/// # Errors
/// What differs.
pub fn rebuilt(world: &World, at: usize, is_check: bool) -> Result<(), String> {
    let report = world.room(at).desk.rebuild(is_check).map_err(|fault| fault.to_string())?;
    if report.is_same {
        return Ok(());
    }
    let told = report.differences.iter().take(ROWS_TOLD).cloned().collect::<Vec<_>>().join("\n  ");
    Err(format!("{}: lists made anew differ:\n  {told}", world.slots[at].name))
}

/// Stops all faults, lets everybody meet, and looks at everything; gives what is shown.
///
/// # Errors
/// The first thing that is wrong.
pub fn settle(play: &mut Play, seed: u64) -> Result<String, String> {
    let mut rng = Rng::with_seed(seed);
    // What was still on its way arrives now, and what had arrived arrives once more.
    let mut sticks = play.model.packets.clone();
    rng.shuffle(&mut sticks);
    for (file, unit, from) in &sticks {
        deliver(play, file, unit, *from)?;
    }
    converge(play, seed)?;
    for _ in 0..4 {
        let is_adopted = (play.has_revoked() && adopt(play)?) | adopt_last_words(play)?;
        if !is_adopted {
            break;
        }
        converge(play, mix(seed, 1))?;
    }
    let is_revoked = |at: &usize| play.world.slots[*at].is_revoked;
    let revoked: Vec<usize> = (0..play.world.slots.len()).filter(is_revoked).collect();
    let mut devices = revoked.iter().map(|at| &play.world.slots[*at].device);
    if devices.any(|device| play.model.forked.contains(device)) {
        // It is met no more, and packets alone do not tell two continuations of one length apart: what
        // only a revoked copy has stays with it.
        let show = active(play);
        play.model.doubt(&play.world, (&revoked, &show));
    }
    let shown = look(play, &Rows::new())?;
    // Old sticks bring nothing. Until the next meeting they may make believe that the other has less
    // than it has: one that lost its disk says so in the same way.
    for (file, unit, from) in &sticks {
        deliver(play, file, unit, *from)?;
    }
    converge(play, mix(seed, 2))?;
    let again = look(play, &shown)?;
    if again.get(&TOWNSHIP) != shown.get(&TOWNSHIP) {
        return Err("old packets change what is shown".into());
    }
    Ok(again.get(&TOWNSHIP).map(|rows| rows.join("\n")).unwrap_or_default())
}

fn deliver(play: &mut Play, file: &std::path::Path, unit: &str, from: usize) -> Result<(), String> {
    for to in active(play) {
        if play.takes(to, from, unit) {
            play.import(to, from, file, false)?;
        }
    }
    Ok(())
}

/// The computers that count: those that were not revoked.
fn active(play: &Play) -> Vec<usize> {
    (0..play.world.slots.len()).filter(|at| !play.world.slots[*at].is_revoked).collect()
}

/// Everybody meets the township until nothing moves and all are equal. Whoever was revoked sends
/// what they have by stick.
fn converge(play: &mut Play, seed: u64) -> Result<(), String> {
    let slots = active(play);
    let mut left: Vec<usize> = Vec::new();
    for round in 0..ROUNDS_MAX {
        for at in 0..play.world.slots.len() {
            if play.world.slots[at].is_revoked && round < 2 {
                hand_in(play, at)?;
            }
        }
        left.clear();
        for at in slots.iter().copied().filter(|at| *at != TOWNSHIP) {
            let seed = mix(seed, round * 16 + at as u64);
            let (is_still, is_equal) = play.meet_whole(at, TOWNSHIP, seed)?;
            if !is_still || !is_equal {
                left.push(at);
            }
        }
        if left.is_empty() {
            return Ok(());
        }
    }
    let names: Vec<&str> = left.iter().map(|at| play.world.slots[*at].name.as_str()).collect();
    let details: Vec<String> = left.iter().map(|at| unequal(play, *at)).collect();
    Err(format!("no end after {ROUNDS_MAX} rounds: {names:?}\n  {}", details.join("\n  ")))
}

/// Which logs of the spaces that both hold something of a computer holds otherwise than the township.
fn unequal(play: &Play, at: usize) -> String {
    let held = |at: usize| -> BTreeMap<_, _> {
        let held = play.world.room(at).desk.holdings().unwrap_or_default().into_iter();
        held.filter(|held| !held.ranges.is_empty()).map(|held| (held.log, held)).collect()
    };
    let (ours, theirs) = (held(at), held(TOWNSHIP));
    let in_space = |all: &BTreeMap<_, Held>, of: &Held| {
        all.values().any(|held| held.key.space == of.key.space)
    };
    let is_shared = |of: &&Held| in_space(&ours, of) && in_space(&theirs, of);
    let all: BTreeMap<_, _> = ours.iter().chain(&theirs).collect();
    let mut lines = vec![play.world.slots[at].name.clone()];
    for (log, of) in all.into_iter().filter(|(_, of)| is_shared(of)) {
        let ranges = |held: &BTreeMap<_, Held>| held.get(log).map(|held| held.ranges.clone());
        if ranges(&ours) == ranges(&theirs) {
            continue;
        }
        let device = of.key.device.to_string();
        let authors = play.world.slots.iter().filter(|slot| slot.device == device);
        let authors: Vec<&str> = authors.map(|slot| slot.name.as_str()).collect();
        let told = |held: &BTreeMap<_, Held>| {
            let ranges = ranges(held).unwrap_or_default().into_iter();
            let one = |r: Range| format!("{}..{} {:02x?}", r.first, r.last, &r.head[..3]);
            ranges.map(one).collect::<Vec<_>>().join(", ")
        };
        lines.push(format!("{log} of {authors:?}: here {}; there {}", told(&ours), told(&theirs)));
    }
    lines.join("\n  ")
}

/// A revoked computer's packet, brought to the township by hand; and one with everything, where the
/// township says that an earlier one is missing.
fn hand_in(play: &mut Play, at: usize) -> Result<(), String> {
    pack_and_take(play, at, false)?;
    let status = play.world.call(TOWNSHIP, "status_get", json!({}))?.unwrap_or_default();
    let mut missing = status["office"]["waiting_for"].as_array().into_iter().flatten();
    let unit = &play.world.slots[at].unit;
    if missing.any(|missing| missing["unit"]["id"] == **unit) {
        play.count("everything again");
        pack_and_take(play, at, true)?;
    }
    Ok(())
}

fn pack_and_take(play: &mut Play, at: usize, everything: bool) -> Result<(), String> {
    let stick = play.world.path("stick").1;
    let unit = play.world.slots[TOWNSHIP].unit.clone();
    let payload = json!({ "unit": unit, "to": { "path": stick }, "everything": everything });
    let packed = play.world.call(at, "packet_export", payload)?;
    play.model.note_held(&play.world, at)?;
    if let Ok(packet) = packed {
        for file in packet["files"].as_array().into_iter().flatten() {
            let path = std::path::PathBuf::from(tests::text(file, "/path"));
            play.import(TOWNSHIP, at, &path, false)?;
        }
    }
    Ok(())
}

/// The township takes up what came late; says whether there was anything.
fn adopt(play: &mut Play) -> Result<bool, String> {
    let revoked = play.world.slots.iter().find(|slot| slot.is_revoked);
    let device = revoked.map(|slot| slot.device.clone());
    let payload = json!({ "device": device, "reason": "核对过" });
    let adopted = play.world.call(TOWNSHIP, "device_adopt", payload)?.is_ok();
    if adopted {
        play.count("adopted");
    }
    Ok(adopted)
}

/// The same of what units wrote on cases that they had left, without having heard.
fn adopt_last_words(play: &mut Play) -> Result<bool, String> {
    let listed = play.world.call(TOWNSHIP, "quarantine_list", json!({ "limit": 200 }))?;
    let listed = listed.unwrap_or_default();
    let lines = listed["rows"].as_array().into_iter().flatten();
    let late = lines.filter(|line| line["reason"] == "after_leaving");
    let keys: Vec<_> = late.map(|line| line["key"].clone()).collect();
    if keys.is_empty() {
        return Ok(false);
    }
    let payload = json!({ "keys": keys, "act": "adopt", "reason": "核对过" });
    play.world.call(TOWNSHIP, "quarantine_decide", payload)??;
    play.count("last words");
    Ok(true)
}

/// Everything that must hold of computers that have all met. What a computer says of cases rests on
/// the heads of their documents and on its rows alone, and both stand among the rows: where those are
/// as they were when it was asked before, it would say the same.
fn look(play: &mut Play, before: &Rows) -> Result<Rows, String> {
    for case in 0..play.model.cases.len() {
        for field in FIELDS.iter().filter(|_| !play.model.cases[case].is_gone) {
            if play.model.standing(case, field).len() > 1 {
                *play.counts.entry("pairs looked for").or_default() += 1;
            }
        }
    }
    let play = &*play;
    let torn = with_two_homes(play)?;
    // A document cannot take it: whoever looks there reads what it says.
    let told = Value::Array(told_of_lost(play)?).to_string();
    let mut rows = Rows::new();
    for at in active(play) {
        sound(play, at)?;
        let seen = Seen::new(play, at);
        rows.insert(at, play.world.room(at).records());
        if before.get(&at) != rows.get(&at) {
            words(play, &seen, &torn, &told)?;
            registers(play, &seen, &torn, &told)?;
            next::told(play, &seen, &torn)?;
            merging::units(play, &seen)?;
        }
        next::kept(play, at)?;
        erased(play, at)?;
        delivered(play, at)?;
        papers(play, &seen)?;
    }
    same(play, &rows)?;
    Ok(rows)
}

/// Every chain verifies, nothing waits, nothing is behind or only lent, the lists are what the logs say.
fn sound(play: &Play, at: usize) -> Result<(), String> {
    let name = &play.world.slots[at].name;
    let found = play.world.room(at).desk.examine().map_err(|fault| fault.to_string())?;
    let is_sound = found.is_file_whole
        && found.broken_logs.is_empty()
        && (found.behind, found.lent) == (0, 0)
        && (found.waiting == 0 && found.held.is_empty() || builds_on_lost(play, at, &found.held)?);
    if !is_sound {
        return Err(format!("{name}: {found:?}"));
    }
    let quarantine = play.world.call(TOWNSHIP, "quarantine_list", json!({}))?.unwrap_or_default();
    let rows = quarantine["rows"].as_array().into_iter().flatten();
    // What a township had granted whose disk was put back it does not know until somebody brings it:
    // until then it turns away what rests on that, and says so to whoever looks.
    let was_put_back = play.counts.contains_key("township put back");
    let is_lost = |row: &&Value| row["reason"] == "past_missing" || row["reason"] == "on_held";
    let mut listed = rows
        .filter(|row| !was_put_back || row["reason"] != "no_grant")
        .filter(|row| found.held.is_empty() || !is_lost(row));
    if !play.has_revoked()
        && let Some(listed) = listed.next()
    {
        return Err(format!("{name}: something waits to be looked at: {listed}"));
    }
    rebuilt(&play.world, at, true)
}

/// Whether all that is held or waits builds on what a disk that was put back had alone: nobody has it any more
/// who gives it, not even somebody who was revoked. A unit that left the case gives nothing but what
/// it wrote itself. The township is told of all of it.
fn builds_on_lost(play: &Play, at: usize, held: &[String]) -> Result<bool, String> {
    let record = |line: &String| line.split(' ').next().unwrap_or_default().to_owned();
    let is_first = |line: &&String| line.ends_with(": past_missing");
    let records: BTreeSet<String> = held.iter().filter(is_first).map(record).collect();
    let follows = |line: &String| line.ends_with(": on_held") && records.contains(&record(line));
    if play.model.forked.is_empty() || !held.iter().all(|line| is_first(&line) || follows(line)) {
        return Ok(false);
    }
    let fault = |fault: app::fault::Fault| fault.to_string();
    let lacked = play.world.room(at).desk.lacked_changes().map_err(fault)?;
    for slot in 0..play.world.slots.len() {
        let desk = &play.world.room(slot).desk;
        let (here, left) = (desk.changes().map_err(fault)?, desk.left_cases().map_err(fault)?);
        let hex = |record: &RecordId| record.bytes().map(|byte| format!("{byte:02X}")).concat();
        let held = lacked.iter().filter(|(record, _)| !left.contains(&hex(record)));
        if held.flat_map(|(_, changes)| changes).any(|change| here.contains(change)) {
            return Ok(false);
        }
    }
    let told = told_of_lost(play)?;
    let is_told = |line: &String| {
        let place = line.split([' ', ':']).nth(1).unwrap_or_default();
        told.iter().any(|row| row["key"] == format!("entry/{place}"))
    };
    let is_listed = |record: &RecordId| {
        let first = |row: &&Value| row["reason"] == "past_missing";
        told.iter().filter(first).any(|row| row["record"] == record.to_string())
    };
    Ok(lacked.values().all(|changes| !changes.is_empty())
        && lacked.keys().all(is_listed)
        && held.iter().all(is_told))
}

/// What the township is told of that builds on what is lost. Somebody may have taken it up already, as the
/// last words of who left a case: it still tells why it has no effect.
fn told_of_lost(play: &Play) -> Result<Vec<Value>, String> {
    let mut told = Vec::new();
    for decided in [false, true] {
        let asked = json!({ "limit": 200, "decided": decided });
        let listed = play.world.call(TOWNSHIP, "quarantine_list", asked)?.unwrap_or_default();
        told.extend(listed["rows"].as_array().cloned().unwrap_or_default());
    }
    told.retain(|row| row["reason"] == "past_missing" || row["reason"] == "on_held");
    Ok(told)
}

/// Whether a computer's unit left a case.
pub(crate) fn has_left(play: &Play, at: usize, case: usize) -> bool {
    play.model.cases[case].left.contains(&play.world.slots[at].unit)
}

/// Whether a computer must hold a case.
pub(crate) fn holds(play: &Play, at: usize, case: usize) -> bool {
    at == TOWNSHIP || play.model.cases[case].units.contains(&play.world.slots[at].unit)
}

/// Whether the computer on which something was typed that the township had not heard when it took
/// somebody out of the case must have said it again: not if it forked, was revoked or let go.
fn says_again(play: &Play, said: &Said) -> bool {
    let author = &play.world.slots[said.by];
    let may_write = !author.is_revoked && !play.model.cases[said.case].left.contains(&author.unit);
    may_write && !play.model.forked.contains(&author.device)
}

/// No acknowledged edit is lost, and what was erased is not shown.
fn words(play: &Play, seen: &Seen<'_>, torn: &BTreeSet<usize>, told: &str) -> Result<(), String> {
    let (name, at) = (seen.name(), seen.at);
    for (number, case) in play.model.cases.iter().enumerate() {
        if case.is_open {
            continue;
        }
        if case.is_gone {
            if seen.view(number)?.is_some() {
                return Err(format!("{name} shows case {}, which was erased", case.born));
            }
            continue;
        }
        if has_left(play, at, number) || (at != TOWNSHIP && torn.contains(&number)) {
            continue;
        }
        let said = play.model.said.iter().filter(|said| said.case == number && said.is_sure);
        let said = said.filter(|said| !said.is_aside || says_again(play, said));
        let said = said.map(|said| said.word.as_str()).filter(|word| !told.contains(word));
        let said: Vec<&str> = said.collect();
        let Some(shown) = seen.text(number)? else {
            if holds(play, at, number) && !said.is_empty() {
                return Err(format!("{name} lacks case {}", case.born));
            }
            continue;
        };
        if let Some(word) = lacking(&shown, &said) {
            let id = &case.id;
            let shows = |slot: &usize| {
                play.world.shown(*slot, id).is_some_and(|shown| shown.contains(word))
            };
            let slots = &play.world.slots;
            let at: Vec<&str> =
                (0..slots.len()).filter(shows).map(|slot| slots[slot].name.as_str()).collect();
            let by = play.model.said.iter().find(|said| said.word == word).map(|said| said.by);
            let by = by.map_or("", |by| slots[by].name.as_str());
            let born = case.born;
            return Err(format!("{name} lacks {word} in case {born}, of {by}; shown by {at:?}"));
        }
    }
    Ok(())
}

/// Nothing is left of what was erased.
fn erased(play: &Play, at: usize) -> Result<(), String> {
    let is_gone = |case: usize| play.model.cases[case].is_gone && !play.model.cases[case].is_open;
    let said = play.model.said.iter().filter(|said| is_gone(said.case));
    let mut gone: Vec<&str> = said.map(|said| said.word.as_str()).collect();
    let taken = play.model.taken.iter().filter(|(case, _)| !play.model.cases[*case].is_open);
    gone.extend(taken.map(|(_, word)| word.as_str()));
    if gone.is_empty() {
        return Ok(());
    }
    play.world.room(at).desk.clear_residue().map_err(|fault| fault.to_string())?;
    if tests::pages::hits(play.world.home(at), &gone) > 0 {
        let name = &play.world.slots[at].name;
        return Err(format!("{name}: words that were erased are left in its files"));
    }
    Ok(())
}

/// Every concurrent pair of one register is visible until it is settled, and nothing else is.
fn registers(
    play: &Play,
    seen: &Seen<'_>,
    torn: &BTreeSet<usize>,
    told: &str,
) -> Result<(), String> {
    let at = seen.at;
    for (number, case) in play.model.cases.iter().enumerate() {
        let is_apart = at != TOWNSHIP && torn.contains(&number);
        let is_open = case.is_open && case.was_taken_from();
        if case.is_gone || is_open || has_left(play, at, number) || is_apart {
            continue;
        }
        let Some(view) = seen.view(number)? else { continue };
        for field in FIELDS {
            let shown = current(view, field);
            let shown: BTreeSet<&str> = shown.iter().map(String::as_str).collect();
            let mut must = play.model.standing(number, field);
            must.retain(|value| !told.contains(value));
            let may = play.model.possible(number, field);
            if !must.is_subset(&shown) || !shown.is_subset(&may) {
                let name = seen.name();
                return Err(format!(
                    "{name}: {field} of case {} shows {shown:?}, must {must:?}, may {may:?}",
                    case.born
                ));
            }
        }
    }
    Ok(())
}

/// Whoever has met the township and is equal to it has delivered everything, and knows it; and what
/// is called delivered is there.
fn delivered(play: &Play, at: usize) -> Result<(), String> {
    let slot = &play.world.slots[at];
    for other in active(play) {
        let (device, desk) = (&play.world.slots[other].device, &play.world.room(other).desk);
        if play.model.forked.contains(device) {
            continue;
        }
        let held: BTreeMap<_, u64> = desk
            .holdings()
            .map_err(|fault| fault.to_string())?
            .into_iter()
            .map(|held| (held.log, held.ranges.last().map_or(0, |range| range.last)))
            .collect();
        let id = device.parse().map_err(|_| format!("no device: {device}"))?;
        let believed = play.world.room(at).desk.believed(id).map_err(|fault| fault.to_string())?;
        for (log, ranges) in believed {
            let said = ranges.last().map_or(0, |range| range.1);
            let is_there = held.get(&log).is_some_and(|last| *last >= said);
            // A log that forked was cut: what is beyond stands under another name.
            if !is_there && play.model.forked.is_empty() {
                let other = &play.world.slots[other].name;
                return Err(format!("{} believes {other} holds {log} up to {said}", slot.name));
            }
        }
    }
    if at == TOWNSHIP || !play.model.forked.is_empty() {
        return Ok(());
    }
    let status = play.world.call(at, "status_get", json!({}))?.unwrap_or_default();
    let neighbours = status["office"]["neighbours"].as_array().into_iter().flatten();
    let township = &play.world.slots[TOWNSHIP].unit;
    let mut it = neighbours.filter(|line| line["unit"]["id"] == **township);
    match it.next() {
        Some(line) if line["undelivered"] == 0 => Ok(()),
        line => Err(format!("{}: equal, and not all is delivered: {line:?}", slot.name)),
    }
}

/// Every paper is there whole wherever its case is, and is what it was. Where the disk that had it
/// alone was put back, or belongs to somebody who was revoked, it may be lacking, and says so.
fn papers(play: &Play, seen: &Seen<'_>) -> Result<(), String> {
    let (name, at) = (seen.name(), seen.at);
    for (number, by, word) in &play.model.papers {
        let case = &play.model.cases[*number];
        let id = json!(case.id);
        let Some(view) = seen.view(*number)? else { continue };
        let mut listed = view["attachments"].as_array().into_iter().flatten();
        let Some(paper) = listed.find(|paper| paper["name"] == **word) else { continue };
        let author = &play.world.slots[*by];
        let may_lack = author.is_revoked || play.model.forked.contains(&author.device);
        if paper["is_here"] != true {
            if may_lack {
                continue;
            }
            return Err(format!("{name} lacks the paper {word} of case {}", case.born));
        }
        let bytes = play.world.room(at).attached(&id, &paper["id"], false);
        let bytes = bytes.map_err(|fault| format!("{name}: the paper {word}: {fault:?}"))?;
        if !bytes.ends_with(word.as_bytes()) || paper["bytes"] != bytes.len() {
            return Err(format!("{name}: the paper {word} is another"));
        }
    }
    Ok(())
}

/// Computers that hold the same entries show the same, byte for byte.
fn same(play: &Play, rows: &Rows) -> Result<(), String> {
    // As with_two_homes, by their rows: the township lists an open contradiction about the home.
    let all = &rows[&TOWNSHIP];
    let columns = |row: &String| row.split('\t').map(str::to_owned).collect::<Vec<_>>();
    let is_torn = |row: &Vec<String>| {
        let at = |n: usize| row.get(n).map(String::as_str);
        (at(0), at(4), at(5)) == (Some("conflict"), Some("home"), Some("1"))
    };
    let torn = all.iter().map(columns).filter(is_torn).filter_map(|row| row.into_iter().nth(1));
    let torn: BTreeSet<String> = torn.collect();
    let mut by_record: BTreeMap<String, (usize, BTreeSet<String>)> = BTreeMap::new();
    let mut by_unit: BTreeMap<&str, (usize, Vec<String>)> = BTreeMap::new();
    for at in active(play) {
        let mut rows = rows[&at].clone();
        let left = play.world.room(at).desk.left_cases().map_err(|fault| fault.to_string())?;
        rows.retain(|row| !left.contains(row.split('\t').nth(1).unwrap_or_default()));
        let mut records: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in &rows {
            let record = row.split('\t').nth(1).unwrap_or_default().to_owned();
            records.entry(record).or_default().insert(row.clone());
        }
        for (record, rows) in records {
            if torn.contains(&record) {
                continue;
            }
            let (other, known) = by_record.entry(record).or_insert_with(|| (at, rows.clone()));
            if *known != rows {
                return Err(unlike(play, *other, at, known, &rows));
            }
        }
        let unit = &play.world.slots[at].unit;
        let (other, known) = by_unit.entry(unit).or_insert_with(|| (at, rows.clone()));
        if *known != rows {
            let set = |rows: &[String]| rows.iter().cloned().collect();
            return Err(unlike(play, *other, at, &set(known), &set(&rows)));
        }
    }
    Ok(())
}

fn unlike(
    play: &Play,
    one: usize,
    two: usize,
    first: &BTreeSet<String>,
    second: &BTreeSet<String>,
) -> String {
    let list = |rows: &BTreeSet<String>| rows.iter().cloned().collect::<Vec<_>>();
    let (one, two) = (&play.world.slots[one].name, &play.world.slots[two].name);
    format!("{one} and {two} differ:\n  {}", differ(&list(first), &list(second)))
}

/// What a run printed, for whoever reads it: the counters side by side.
#[must_use]
pub fn tell(counts: &BTreeMap<&'static str, u64>) -> String {
    let parts: Vec<String> = counts.iter().map(|(what, count)| format!("{what} {count}")).collect();
    parts.join(", ")
}
