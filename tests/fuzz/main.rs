//! Bytes from strangers, mutated for as long as one likes: `cargo xtask fuzz --seconds N`. Whatever
//! comes, there is an answer and never a panic, and what was refused has changed nothing.
//!
//! Coverage-guided engines need a nightly compiler; this one runs on the stable one that the
//! project is built with. What it finds is fixed, and the input becomes a named file in
//! `regressions`.

mod engine;
mod lists;
mod parts;

use std::collections::BTreeSet;
use std::io::Cursor;
use std::time::{Duration, Instant};

use document::structure::StructureFault;
use document::{Incoming, Need, Record, Verdict};
use domain::case;
use domain::id::{FactId, RecordId};
use domain::log::{Entry, LogKey};
use domain::settings::Settings;
use domain::time::At;
use sync::packet::PacketReader;
use sync::session::{self, Message, Session, Side};
use sync::{branch, excerpt, fork, segment};
use tests::MORNING_MS;
use trust::invitation::Invitation;
use trust::roster::Roster;

use engine::fuzz;
use parts::{Anyone, Empty, Land};

/// What something came to, without its numbers.
fn told(what: &impl std::fmt::Debug) -> String {
    let text: String = format!("{what:?}").chars().take(160).collect();
    text.split(|c: char| c.is_ascii_digit()).collect()
}

fn everything(_: &Roster, _: &LogKey) -> bool {
    true
}

/// The first byte chooses the door: the file as it lies on a stick, or what is within the envelope
/// (a header that its sender really signed, and segments).
#[test]
fn packets() {
    let land = Land::new();
    let inner = [vec![1], land.header(), land.segment_frames()].concat();
    let outer = [vec![0], land.packet(&inner[1..])].concat();
    fuzz("packet", vec![inner, outer], |input| {
        let Some((door, rest)) = input.split_first() else { return "nothing".into() };
        let file = if door % 4 == 0 { rest.to_vec() } else { land.packet(rest) };
        let mut reader =
            match PacketReader::open(Cursor::new(&file), &land.packet_key, &land.roster) {
                Ok(reader) => reader,
                Err(fault) => return format!("{door} {}", told(&fault)),
            };
        let mut outcome = String::new();
        for _ in 0..8 {
            match reader.next_segment() {
                Ok(Some(bytes)) => {
                    let verified = segment::verify(&land.roster, everything, &bytes, |_| None);
                    let stretches = verified.map(|v| (v.stretches.len().min(2), v.refused.len()));
                    outcome.push_str(&format!("{stretches:?} "));
                }
                Ok(None) => break,
                Err(fault) => return outcome + &told(&fault),
            }
        }
        for _ in 0..8 {
            match reader.next_piece() {
                Ok(Some(piece)) => {
                    outcome.push_str(&format!("piece {} ", piece.bytes.len().min(2)))
                }
                Ok(None) => return outcome + "whole",
                Err(fault) => return outcome + &told(&fault),
            }
        }
        outcome
    });
}

/// A segment under an intact compression: no run of it is believed that its device did not sign,
/// and no payload may be missing but those of the record that was erased.
#[test]
fn runs() {
    let land = Land::new();
    let good = [land.stretches(), land.erased_stretches()].concat();
    let seeds = vec![land.raw_segment(), land.raw_erased_segment(), land.raw_unnamed_segment()];
    fuzz("run", seeds, |input| {
        let packed = parts::compressed(input);
        match segment::verify(&land.roster, everything, &packed, |at| land.record_of(at)) {
            Ok(verified) => {
                for stretch in &verified.stretches {
                    let is_signed = stretch
                        .entries
                        .iter()
                        .all(|entry| good.iter().any(|own| own.entries.contains(entry)));
                    assert!(is_signed, "entries that nobody signed were believed");
                }
                format!("{} {}", verified.stretches.len(), verified.refused.len().min(3))
            }
            Err(fault) => told(&fault),
        }
    });
}

/// What is said of a run outside its log. The first byte chooses the door: a piece of a
/// continuation, an excerpt, the proof of a fork. No entry is believed that its device did not
/// sign.
#[test]
fn pieces() {
    let land = Land::new();
    let own = land.stretches().remove(0);
    let seeds = (0..).zip(land.said_of_runs()).map(|(door, said)| [vec![door], said].concat());
    let is_signed = |entry: &Entry| own.entries.iter().any(|(signed, _)| signed == entry);
    fuzz("piece", seeds.collect(), |input| {
        let Some((door, rest)) = input.split_first() else { return "nothing".into() };
        match door % 3 {
            0 => match branch::verify(&land.roster, own.key, rest) {
                Ok(piece) => {
                    let mut brought = piece.walked.entries.iter().map(|(entry, _)| entry);
                    let is_own =
                        brought.all(|entry| entry.payload.bytes().is_none() || is_signed(entry));
                    assert!(is_own, "a piece brought what nobody signed");
                    format!("piece {}", piece.walked.first)
                }
                Err(fault) => told(&fault),
            },
            1 => match excerpt::verify(&land.roster, RecordId([1; 16]), rest) {
                Ok(proved) => {
                    let is_own = proved.entries.iter().all(|(_, entry)| is_signed(entry));
                    assert!(is_own, "an excerpt proved what nobody signed");
                    format!("excerpt {}", proved.entries.len())
                }
                Err(fault) => told(&fault),
            },
            _ => {
                let fork = fork::verify(&land.roster, rest);
                assert!(fork.is_none_or(|fork| fork.seq == 4), "a fork elsewhere was proved");
                format!("{} {}", fork.is_some(), fork::shown(&land.roster, rest).is_some())
            }
        }
    });
}

/// The change within an entry, with its checksum repaired. One that may not touch the record
/// leaves it as it was; one that may leaves a record that can be saved, read and folded.
#[test]
fn entries() {
    let land = Land::new();
    let (record, next) = land.record();
    let before = record.heads();
    let seeds = vec![next.payload.clone()];
    fuzz("entry", seeds, |input| {
        let payload = parts::repaired(input);
        let mut copy = record.clone();
        let incoming = Incoming {
            log: parts::LOG,
            seq: 2,
            needs: before.iter().map(|hash| Need::Change(*hash)).collect(),
            payload: &payload,
        };
        let verdicts = copy.apply(&[incoming]);
        match verdicts.as_slice() {
            [Verdict::Held(fault)] => {
                assert!(copy.heads() == before, "{fault:?}, and it touched the record");
                told(fault)
            }
            [Verdict::Applied(hash)] => {
                let is_there = copy.heads().contains(hash) || copy.heads() == before;
                assert!(is_there, "applied, and not there");
                let saved = copy.save();
                let read = Record::load(copy.id(), &saved, &copy.heads()).expect("reads back");
                let folded = case::fold(&read.facts(&Anyone), &Settings::default());
                format!("applied {}", folded.events.len().min(4))
            }
            _ => unreachable!("one entry, one verdict"),
        }
    });
}

/// A hundred bytes that say they hold a million operations, or a million million: refused before
/// they are unfolded.
#[test]
fn changes_of_more_operations_than_can_be_are_refused_at_once() {
    for name in ["a-million-operations", "a-million-million-operations"] {
        let file = tests::root().join("tests/fuzz/corpus/entry").join(name);
        let payload = std::fs::read(file).unwrap();
        let (record, _) = Land::new().record();
        let mut copy = record.clone();
        let (began, memory) = (Instant::now(), engine::memory_kib());
        let bomb = Incoming { log: parts::LOG, seq: 2, needs: vec![], payload: &payload };
        let verdicts = copy.apply(&[bomb]);
        let grown = engine::memory_kib().saturating_sub(memory);
        let took = began.elapsed();
        eprintln!("{name}: {} bytes, {verdicts:?} in {took:?}, {grown} KiB more", payload.len());
        assert_eq!(verdicts, [Verdict::Held(StructureFault::TooLarge)]);
        assert!(took < Duration::from_secs(2) && grown < 64 * 1024);
    }
}

/// Frames of a meeting, each with its length: what reads as a message reads back the same, and a
/// session that hears them goes on or says why not.
#[test]
fn frames() {
    let land = Land::new();
    let seeds: Vec<Vec<u8>> = land.conversations();
    fuzz("frame", seeds, |input| {
        let mut outcome = String::new();
        let mut archive = Empty(land.roster.clone());
        let side = if input.len() % 2 == 0 { Side::Answerer } else { Side::Caller };
        let mut session = Session::new(side, land.own_unit, land.peer(), MORNING_MS);
        if side == Side::Caller {
            let _ = session.next(&mut archive);
        }
        let mut rest = input;
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let length = usize::try_from(u32::from_be_bytes(*length)).unwrap();
            if length == 0 || length > session::MESSAGE_BYTES_MAX {
                return outcome + "length";
            }
            let Some((frame, after)) = after.split_at_checked(length) else {
                return outcome + "cut";
            };
            rest = after;
            let message: Message = match session::decode::<()>(frame) {
                Ok(message) => message,
                Err(fault) => return outcome + &told(&fault),
            };
            let again = session::decode::<()>(&session::encode(&message)).expect("reads back");
            assert!(again == message, "a message that does not read back the same");
            if let Err(fault) = session.receive(&mut archive, message) {
                return outcome + &told(&fault);
            }
            for _ in 0..4 {
                match session.next(&mut archive) {
                    Ok(Some(answer)) => {
                        let name = told(&answer);
                        outcome.extend(name.chars().take_while(|c| c.is_alphabetic()));
                    }
                    Ok(None) => break,
                    Err(fault) => return outcome + &told(&fault),
                }
            }
        }
        outcome
    });
}

/// The rows of a part of the lists that somebody lends, whatever they say: they are refused whole, or
/// every list of them can be read.
#[test]
fn lists() {
    let store = lists::store();
    fuzz("lists", vec![lists::part()], |input| match lists::tried(&store, input) {
        lists::Tried::Listed(count) => format!("listed {}", count.min(4)),
        lists::Tried::Refused => "refused".into(),
        lists::Tried::Failed(why) => unreachable!("the database failed: {why}"),
    });
}

/// What people type into the field of the search, and everything else that is read from one line:
/// numbers of identity cards, days, ids.
#[test]
fn queries() {
    let land = Land::new();
    let store = land.store();
    let seeds = [
        "张 排水",
        "赡养",
        "0612",
        "\"NEAR(\" OR *",
        "３３０１０２１９８００１０１１２３４",
        "ﬀ ß İ",
    ];
    let seeds = seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect();
    fuzz("query", seeds, |input| {
        let text = String::from_utf8_lossy(input);
        let found = store.read(|reader| reader.find("case", &text));
        let found: BTreeSet<RecordId> =
            found.expect("a query is never an error").into_iter().collect();
        let today = "2026-03-24".parse().unwrap();
        let warnings = domain::person::id_warnings(&text, None, None, today);
        let birth = domain::person::birth_in(&text).is_some();
        let tail = domain::person::phone_tail(&text).len();
        let (at, fact) = (text.parse::<At>(), text.parse::<FactId>());
        if let Ok(at) = &at {
            assert_eq!(at.to_string().parse::<At>().as_ref(), Ok(at), "a day reads back the same");
        }
        if let Ok(fact) = &fact {
            assert_eq!(fact.to_string().parse::<FactId>().as_ref(), Ok(fact));
        }
        let record = text.parse::<RecordId>().is_ok();
        format!("{} {warnings:?} {birth} {tail} {} {record}", found.len(), at.is_ok())
    });
}

/// The first byte chooses the door: the file as it lies on a stick, or what is within the lock
/// that the code opens.
#[test]
fn invitations() {
    let land = Land::new();
    let (file, inner) = land.invitation();
    let seeds = vec![[vec![0], file].concat(), [vec![1], inner].concat()];
    fuzz("invitation", seeds, |input| {
        let Some((door, rest)) = input.split_first() else { return "nothing".into() };
        let file = if door % 4 == 0 { rest.to_vec() } else { land.sealed(rest) };
        // Dear files take their time; they are refused beyond a limit, and tried elsewhere.
        if parts::is_dear(&file) {
            return "dear".into();
        }
        match Invitation::open(&file, parts::CODE, MORNING_MS) {
            Ok(invitation) => {
                assert!(invitation.certificate().is_some(), "opened and not certified");
                format!("{door} opened {}", invitation.roster().units().len())
            }
            Err(error) => format!("{door} {}", told(&error)),
        }
    });
}

#[test]
fn the_corpus_has_what_every_target_begins_with() {
    for target in ["packet", "run", "piece", "entry", "frame", "lists", "query", "invitation"] {
        let folder = tests::root().join("tests/fuzz/corpus").join(target);
        let files = std::fs::read_dir(folder).unwrap().flatten();
        let sizes: Vec<u64> = files.map(|file| file.metadata().unwrap().len()).collect();
        assert!(!sizes.is_empty(), "{target} has no corpus");
        assert!(sizes.iter().sum::<u64>() < 256 * 1024, "{target}: small inputs tell the same");
    }
}
