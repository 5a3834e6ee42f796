//! Whatever order an erasure and the entries it is about come in, the same is held, ready and
//! released.

use domain::log::{EntryKind, Hash, LogKey};
use zeroize::Zeroizing;

use super::*;
use crate::Store;

const COMMON: SpaceId = SpaceId([100; 16]);
const ERASED: RecordId = RecordId([9; 16]);

fn log(n: u8, space: SpaceId) -> (LogId, LogKey) {
    (LogId([n; 16]), LogKey { space, device: DeviceId([n; 16]), epoch: [0; 8] })
}

fn link(seq: u64, before: &Hash, entry: &Entry) -> Hash {
    let imprint = imprint(&entry.payload);
    let mut hasher = blake3::Hasher::new();
    hasher.update(before).update(&seq.to_be_bytes()).update(entry.doc.bytes());
    hasher.update(&imprint.length.to_be_bytes()).update(&imprint.hash);
    *hasher.finalize().as_bytes()
}

/// Entries of a log from its beginning: each of a record, building on others.
fn stretch(n: u8, space: SpaceId, entries: &[(u8, &[(u8, u64)])]) -> Stretch {
    let (id, key) = log(n, space);
    let mut head = [0; 32];
    let mut out = Vec::new();
    for (seq, (doc, needs)) in (1..).zip(entries) {
        let needs = needs.iter().map(|(l, seq)| EntryRef { log: log(*l, space).0, seq: *seq });
        let entry = Entry {
            kind: EntryKind::CHANGE,
            doc: RecordId([*doc; 16]),
            needs: needs.collect(),
            payload: vec![n, *doc, 7].into(),
        };
        head = link(seq, &head, &entry);
        out.push((entry, head));
    }
    Stretch { log: id, key, first: 1, before: [0; 32], entries: out, runs: vec![] }
}

fn absent(mut stretch: Stretch) -> Stretch {
    for (entry, _) in stretch.entries.iter_mut().filter(|(entry, _)| entry.doc == ERASED) {
        entry.payload = Payload::Absent(imprint(&entry.payload));
    }
    stretch
}

/// Of one log: each entry's number, whether its payload is absent and whether it may be passed
/// on, and how far the log may be.
type Log = (Vec<(u64, bool, bool)>, u64);

/// A name, and what happens in which order.
type Play<'a> = (&'a str, &'a dyn Fn(&Held));

struct Held {
    _home: tempfile::TempDir,
    store: Store,
}

impl Held {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let store = Store::claim(home.path()).unwrap().create(Zeroizing::new([1; 32])).unwrap();
        Self { _home: home, store }
    }

    fn arrive(&self, stretch: &Stretch) -> Result<Arrived> {
        self.store.write(|tx| tx.arrive(stretch, 1))
    }

    fn erase(&self) {
        let done: Result<()> = self.store.write(|tx| {
            tx.erase(ERASED, COMMON, &["临-1".into()])?;
            tx.tidy_search()
        });
        done.unwrap();
    }

    /// Every entry of some logs, with whether it may be passed on, and what may be of each.
    fn all(&self, logs: &[u8]) -> Vec<Log> {
        let found: Result<_> = self.store.read(|reader| {
            logs.iter()
                .map(|n| {
                    let id = LogId([*n; 16]);
                    let entries = reader.entries(id, 1, 99)?;
                    let rows = entries.iter().map(|stored| {
                        let seq = stored.at.seq;
                        (seq, stored.entry.payload.is_absent(), stored.position.is_some())
                    });
                    let released = reader.held_of(id)?.map_or(0, |held| held.released);
                    Ok((rows.collect(), released))
                })
                .collect()
        });
        found.unwrap()
    }
}

const SPACE: SpaceId = SpaceId([1; 16]);

#[test]
fn payloads_go_and_never_come_back_in_whatever_order() {
    let one = || stretch(1, SPACE, &[(9, &[]), (8, &[]), (9, &[(1, 1)])]);
    let late = || stretch(2, SPACE, &[(7, &[]), (9, &[(1, 3)]), (7, &[(2, 1)])]);
    let want = vec![
        (vec![(1, true, true), (2, false, true), (3, true, true)], 3),
        (vec![(1, false, true), (2, true, true), (3, false, true)], 3),
    ];
    let orders: [Play<'_>; 6] = [
        ("after everything", &|held| {
            held.arrive(&one()).unwrap();
            held.arrive(&late()).unwrap();
            held.erase();
        }),
        ("before everything", &|held| {
            held.erase();
            held.arrive(&late()).unwrap();
            held.arrive(&one()).unwrap();
        }),
        ("in between, a late entry whole", &|held| {
            held.arrive(&one()).unwrap();
            held.erase();
            held.arrive(&late()).unwrap();
        }),
        ("a late entry that waited for what never came whole", &|held| {
            held.arrive(&late()).unwrap();
            held.erase();
            held.arrive(&absent(one())).unwrap();
        }),
        ("absent from the beginning", &|held| {
            held.erase();
            held.arrive(&absent(one())).unwrap();
            held.arrive(&absent(late())).unwrap();
        }),
        ("an old stick afterwards", &|held| {
            held.erase();
            held.arrive(&absent(one())).unwrap();
            held.arrive(&absent(late())).unwrap();
            assert_eq!(held.arrive(&one()).unwrap().fresh, 0);
            assert_eq!(held.arrive(&late()).unwrap().fresh, 0);
        }),
    ];
    for (name, play) in orders {
        let held = Held::new();
        play(&held);
        assert_eq!(held.all(&[1, 2]), want, "{name}");
        let (ready, waiting, again): (usize, u64, bool) = held
            .store
            .read(|reader| -> Result<_> {
                let waiting = reader.waiting()?.values().sum();
                Ok((reader.all_ready(ERASED)?.len(), waiting, reader.is_erased(ERASED)?))
            })
            .unwrap();
        assert_eq!((ready, waiting, again), (0, 0, true), "{name}: nothing of it is built");
        held.erase();
        assert_eq!(held.all(&[1, 2]), want, "{name}, and erased twice");
        held.store.write(|tx| tx.drop_views()).unwrap();
        assert_eq!(held.all(&[1, 2]), want, "{name}, and rebuilt");
    }
}

#[test]
fn an_entry_that_waited_for_another_log_holds_nothing_up() {
    let held = Held::new();
    // Its log goes on with another record, and cannot be passed on while it waits.
    held.arrive(&stretch(2, SPACE, &[(7, &[]), (9, &[(1, 1)]), (7, &[(2, 1)])])).unwrap();
    assert_eq!(held.all(&[2])[0].1, 1, "it waits");
    held.erase();
    assert_eq!(held.all(&[2])[0].1, 3, "and waits no more");
}

#[test]
fn nothing_is_erased_in_the_space_that_everybody_holds() {
    let held = Held::new();
    held.arrive(&stretch(1, COMMON, &[(9, &[]), (9, &[(1, 1)])])).unwrap();
    held.erase();
    held.arrive(&stretch(2, COMMON, &[(9, &[])])).unwrap();
    let whole = vec![(vec![(1, false, true), (2, false, true)], 2), (vec![(1, false, true)], 1)];
    assert_eq!(held.all(&[1, 2]), whole);
}

#[test]
fn what_is_absent_and_what_is_whole_contradict_each_other_only_where_they_differ() {
    let held = Held::new();
    let one = stretch(1, SPACE, &[(9, &[]), (8, &[]), (9, &[(1, 1)])]);
    held.arrive(&one).unwrap();
    // Part of what is held, without its payloads, from somebody who heard first.
    let mut part = absent(one.clone());
    part.entries.truncate(2);
    assert_eq!(held.arrive(&part).unwrap().fresh, 0, "the same entries");
    let mut other = part.clone();
    other.entries[0].0.payload = Payload::Absent(imprint_of(b"other"));
    assert!(held.arrive(&other).is_err(), "another entry");
}

#[test]
fn numbers_stay_taken() {
    let held = Held::new();
    held.erase();
    let (last, formal): (u32, Vec<String>) = held
        .store
        .read(|reader| -> Result<_> {
            let rows = reader.numbers_with("临-")?;
            Ok((reader.last_number("临-")?, rows.into_iter().map(|row| row.number).collect()))
        })
        .unwrap();
    assert_eq!((last, formal), (1, vec!["临-1".to_owned()]));
}
