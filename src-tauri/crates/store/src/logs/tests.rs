//! Whatever order stretches come in, the same is held, ready and released.

use std::collections::BTreeMap;

use domain::id::{DeviceId, SpaceId};
use domain::log::{EntryKind, Hash, LogKey, Run, Stretch};
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::*;
use crate::Store;
use crate::database::{Result, StoreError};

fn log(n: u8) -> (LogId, LogKey) {
    let key = LogKey { space: SpaceId([1; 16]), device: DeviceId([n; 16]), epoch: [0; 8] };
    (LogId([n; 16]), key)
}

/// A chain that depends on the log, the number and what came before.
fn link(log: u8, seq: u64, before: Hash) -> Hash {
    let mut hash = before;
    hash[0] = hash[0].wrapping_mul(31).wrapping_add(log);
    hash[1] = hash[1].wrapping_add(u8::try_from(seq % 251).unwrap()).wrapping_add(1);
    hash
}

fn chain(log: u8, until: u64) -> Hash {
    (1..=until).fold([0; 32], |hash, seq| link(log, seq, hash))
}

fn stretch(n: u8, first: u64, entries: Vec<(u8, Vec<(u8, u64)>)>) -> Stretch {
    let (log_id, key) = log(n);
    let mut hash = chain(n, first - 1);
    let before = hash;
    let mut out = Vec::new();
    for (at, (doc, needs)) in entries.into_iter().enumerate() {
        hash = link(n, first + u64::try_from(at).unwrap(), hash);
        let needs = needs.into_iter().map(|(l, seq)| EntryRef { log: log(l).0, seq }).collect();
        let entry = Entry {
            kind: EntryKind::CHANGE,
            doc: RecordId([doc; 16]),
            needs,
            payload: vec![n, doc].into(),
        };
        out.push((entry, hash));
    }
    Stretch { log: log_id, key, first, before, entries: out, runs: vec![] }
}

fn store() -> (tempfile::TempDir, Store) {
    let home = tempfile::tempdir().unwrap();
    let store = Store::claim(home.path()).unwrap().create(Zeroizing::new([1; 32])).unwrap();
    (home, store)
}

fn arrive(store: &Store, arriving: &Stretch) -> Result<Arrived> {
    store.write(|tx| tx.arrive(arriving, 1))
}

fn ranges(store: &Store, n: u8) -> Vec<(u64, u64)> {
    let held: Result<_> = store.read(|r| r.held_of(log(n).0));
    held.unwrap().map(|h| h.ranges.iter().map(|r| (r.first, r.last)).collect()).unwrap_or_default()
}

#[test]
fn stretches_join_whatever_order_they_come_in() {
    let (_home, store) = store();
    arrive(&store, &stretch(1, 3, vec![(9, vec![]), (9, vec![(1, 3)])])).unwrap();
    assert_eq!(ranges(&store, 1), [(3, 4)], "a gap before it");
    let later: Result<_> = store.read(|r| r.held_of(log(1).0));
    assert_eq!(later.unwrap().unwrap().released, 0, "nothing beyond a gap is passed on");
    arrive(&store, &stretch(1, 1, vec![(8, vec![]), (8, vec![(1, 1)])])).unwrap();
    assert_eq!(ranges(&store, 1), [(1, 4)]);
    let later: Result<_> = store.read(|r| r.held_of(log(1).0));
    assert_eq!(later.unwrap().unwrap().released, 4);
    let again = arrive(&store, &stretch(1, 2, vec![(8, vec![(1, 1)]), (9, vec![])])).unwrap();
    assert_eq!(again, Arrived::default(), "what is held is passed over");
}

#[test]
fn what_does_not_link_is_refused_whole() {
    let (_home, store) = store();
    arrive(&store, &stretch(1, 1, vec![(9, vec![]), (9, vec![(1, 1)])])).unwrap();
    let mut fork = stretch(1, 3, vec![(9, vec![(1, 2)])]);
    fork.before = [7; 32];
    assert!(matches!(arrive(&store, &fork), Err(StoreError::Fork)));
    let mut other_past = stretch(1, 1, vec![(9, vec![]), (9, vec![(1, 1)])]);
    other_past.entries[1].1 = [7; 32];
    assert!(matches!(arrive(&store, &other_past), Err(StoreError::Fork)));
    assert_eq!(ranges(&store, 1), [(1, 2)]);
}

#[test]
fn what_contradicts_the_middle_of_a_run_is_refused_and_leaves_no_signature() {
    let (_home, store) = store();
    // Five entries in one run; of another continuation the third and fourth come, in one run.
    let five = (0..5).map(|_| (9, vec![])).collect();
    arrive(&store, &stretch(1, 1, five)).unwrap();
    let mut other = stretch(1, 3, vec![(9, vec![]), (8, vec![])]);
    other.runs = vec![Run { last: 4, head: other.entries[1].1, signature: [4; 64] }];
    assert!(matches!(arrive(&store, &other), Err(StoreError::Fork)));
    // The same entries again are no contradiction, and what cannot be proved here adds nothing.
    let mut same = stretch(1, 3, vec![(9, vec![]), (9, vec![])]);
    same.runs = vec![Run { last: 4, head: [4; 32], signature: [4; 64] }];
    assert_eq!(arrive(&store, &same).unwrap().fresh, 0);
    let runs: Result<_> = store.read(|r| r.runs(log(1).0, 0));
    assert!(runs.unwrap().iter().all(|run| run.last != 4), "no foreign signature is kept");
}

#[test]
fn an_entry_waits_for_what_it_builds_on_and_for_nothing_else() {
    let (_home, store) = store();
    // Log 1 entry 2 builds on log 2 entry 1, which has not come; entry 3 builds on nothing.
    let arrived = arrive(&store, &stretch(1, 1, vec![(9, vec![]), (9, vec![(2, 1)]), (7, vec![])]));
    assert_eq!(arrived.unwrap().records.len(), 2);
    let ready = |doc: u8| -> Vec<u64> {
        let found: Result<_> = store.read(|r| r.ready(RecordId([doc; 16])));
        found.unwrap().iter().map(|s| s.at.seq).collect()
    };
    assert_eq!((ready(9), ready(7)), (vec![1], vec![3]), "the independent one is shown");
    let waiting: Result<_> = store.read(|r| r.waiting());
    assert_eq!(waiting.unwrap(), BTreeMap::from([(SpaceId([1; 16]), 1)]));
    let arrived = arrive(&store, &stretch(2, 1, vec![(9, vec![(1, 1)])])).unwrap();
    assert_eq!(arrived.records, BTreeSet::from([RecordId([9; 16])]));
    assert_eq!(ready(9), [1, 1, 2], "in an order that puts each after what it builds on");
    let held: Result<_> = store.read(|r| r.held(&BTreeSet::from([SpaceId([1; 16])])));
    let released: Vec<u64> = held.unwrap().iter().map(|h| h.released).collect();
    assert_eq!(released, [3, 1], "everything may be passed on");
}

/// Log 1 goes on twice after its second entry: (3, 4), which is held under its own id, and (3'), which
/// a piece brings. Log 2 builds on (3') under the name that whoever wrote it knew: log 1, entry 3.
#[test]
fn a_log_that_forked_is_kept_by_its_continuations() {
    let (_home, store) = store();
    let held = stretch(1, 1, vec![(9, vec![]), (9, vec![(1, 1)]), (9, vec![(1, 2)]), (8, vec![])]);
    arrive(&store, &held).unwrap();
    let (root, key) = log(1);
    let shared = held.entries[1].1;
    let link = |n: u8, seq: u64, before: Hash, head: Hash| Link {
        name: LogId([n; 16]),
        seq,
        head,
        before,
    };
    let other = Entry { payload: vec![77].into(), ..held.entries[2].0.clone() };
    let parting = Parting {
        root,
        key,
        cut: Some((2, shared)),
        run: Some(Run { last: 2, head: shared, signature: [5; 64] }),
        links: vec![
            (link(103, 3, shared, held.entries[2].1), None),
            (link(203, 3, shared, [7; 32]), Some(&other)),
            (link(104, 4, held.entries[2].1, held.entries[3].1), None),
        ],
        moves: vec![(3, LogId([103; 16])), (4, LogId([104; 16]))],
        carried: vec![],
        keeps: None,
    };
    // Twice is as good as once.
    for _ in 0..2 {
        let parted: Result<_> = store.write(|tx| tx.part(&parting, "broken", 1));
        parted.unwrap();
    }
    assert_eq!(ranges(&store, 1), [(1, 2)]);
    let frontier: Result<_> = store.read(|r| r.held(&BTreeSet::from([SpaceId([1; 16])])));
    let frontier = frontier.unwrap();
    assert_eq!((frontier.len(), frontier[0].released), (1, 2), "names are no logs to others");
    let at = |log: u8, seq: u64| EntryRef { log: LogId([log; 16]), seq };
    let read = |entry: EntryRef| -> Vec<Stored> {
        let stored: Result<_> = store.read(|r| r.entries(entry.log, entry.seq, entry.seq));
        stored.unwrap()
    };
    for (name, want) in [(at(103, 3), &held.entries[2].0), (at(203, 3), &other)] {
        let stored = read(name);
        assert_eq!((&stored[0].entry, stored[0].written_to), (want, root));
        assert!(stored[0].position.is_some(), "others may build on it");
    }
    assert!(read(at(1, 3)).is_empty(), "nothing is there twice");
    let meant: Result<_> = store.read(|r| r.meant(at(1, 3)));
    assert_eq!(meant.unwrap(), [at(103, 3), at(203, 3)]);
    // Who wrote before the fork was known is understood.
    let arrived = arrive(&store, &stretch(2, 1, vec![(9, vec![(1, 3)])])).unwrap();
    assert_eq!(arrived.records.len(), 1, "it waits for nothing");
    // What others still offer under the log's own id is not taken, and a third parting is seen.
    assert_eq!(arrive(&store, &stretch(1, 3, vec![(9, vec![])])).unwrap(), Arrived::default());
    let mut third = stretch(1, 1, vec![(9, vec![]), (9, vec![]), (9, vec![])]);
    third.entries[1].1 = [3; 32];
    assert!(matches!(arrive(&store, &third), Err(StoreError::Fork)));
    assert_eq!(ranges(&store, 1), [(1, 2)]);
}

/// Of log 1 the first entry is held, and beyond a gap the third, which was built: it goes under a name of
/// its own. Then the log itself comes and holds the same entry, or another.
#[test]
fn what_was_built_beyond_a_gap_goes_under_a_name_until_its_log_comes() {
    for is_same in [true, false] {
        let (_home, store) = store();
        let (root, key) = log(1);
        let all = stretch(1, 1, vec![(9, vec![]), (8, vec![]), (7, vec![])]);
        arrive(&store, &stretch(1, 1, vec![(9, vec![])])).unwrap();
        arrive(&store, &stretch(1, 3, vec![(7, vec![])])).unwrap();
        let (before, head) = (all.entries[1].1, all.entries[2].1);
        let name = LogId([103; 16]);
        let links = vec![(Link { name, seq: 3, head, before }, Some(&all.entries[2].0))];
        let (moves, carried) = (vec![(3, name)], vec![]);
        let parting =
            Parting { root, key, cut: None, run: None, links, moves, carried, keeps: Some(1) };
        for _ in 0..2 {
            let parted: Result<_> = store.write(|tx| tx.part(&parting, "broken", 1));
            parted.unwrap();
        }
        assert_eq!(ranges(&store, 1), [(1, 1)]);
        let read = |log: LogId| -> Vec<Stored> {
            let stored: Result<_> = store.read(|r| r.entries(log, 3, 3));
            stored.unwrap()
        };
        assert!(read(name)[0].position.is_some(), "others may build on it");
        // What is written on it may be passed on.
        arrive(&store, &stretch(2, 1, vec![(7, vec![(1, 3)])])).unwrap();
        let released = |n: u8| -> u64 {
            let held: Result<_> = store.read(|r| r.held_of(log(n).0));
            held.unwrap().map_or(0, |held| held.released)
        };
        assert_eq!(released(2), 1);
        let rest =
            if is_same { vec![(8, vec![]), (7, vec![])] } else { vec![(8, vec![]), (6, vec![])] };
        let mut rest = stretch(1, 2, rest);
        if !is_same {
            rest.entries[1].1 = [9; 32];
        }
        arrive(&store, &rest).unwrap();
        assert_eq!((ranges(&store, 1), released(1)), (vec![(1, 3)], 3));
        assert_eq!(read(root)[0].entry, rest.entries[1].0);
        assert_eq!(read(name).len(), usize::from(!is_same), "the same entry stands once");
        let meant: Result<_> = store.read(|r| r.meant(EntryRef { log: root, seq: 3 }));
        assert_eq!(meant.unwrap().len(), if is_same { 1 } else { 2 });
    }
}

#[test]
fn what_waits_beyond_a_gap_is_let_go_of_and_what_was_built_stays() {
    for is_built in [false, true] {
        let (_home, store) = store();
        arrive(&store, &stretch(1, 1, vec![(9, vec![])])).unwrap();
        let needs = if is_built { vec![] } else { vec![(1, 3)] };
        let mut beyond = stretch(1, 3, vec![(9, vec![(1, 2)]), (8, needs)]);
        beyond.before = [7; 32];
        arrive(&store, &beyond).unwrap();
        let gone: Result<_> = store.write(|tx| tx.let_go(log(1).0, 1));
        gone.unwrap();
        let waiting: Result<_> = store.read(|r| r.waiting());
        // Nobody could put what comes next before something of another chain.
        let next = arrive(&store, &stretch(1, 2, vec![(9, vec![(1, 1)])]));
        if is_built {
            assert_eq!(ranges(&store, 1), [(1, 1), (3, 4)]);
            assert_eq!((waiting.unwrap().len(), next.is_err()), (1, true));
        } else {
            assert_eq!((waiting.unwrap().len(), next.unwrap().fresh), (0, 1));
            assert_eq!(ranges(&store, 1), [(1, 2)]);
        }
    }
}

#[test]
fn eight_thousand_orphans_are_no_matter() {
    let (_home, store) = store();
    let many: Vec<(u8, Vec<(u8, u64)>)> = (2..8002).map(|seq| (9, vec![(1, seq - 1)])).collect();
    arrive(&store, &stretch(1, 2, many)).unwrap();
    arrive(&store, &stretch(1, 1, vec![(9, vec![])])).unwrap();
    let ready: Result<_> = store.read(|r| r.ready(RecordId([9; 16])));
    let seqs: Vec<u64> = ready.unwrap().iter().map(|s| s.at.seq).collect();
    assert_eq!(seqs, (1..8002).collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// However three logs that build on each other are cut up and shuffled, the same entries
    /// end up held, ready and released.
    #[test]
    fn any_order_of_stretches_ends_the_same(seed in any::<u64>(), length in 2..12u64) {
        let (_home, store) = store();
        let needs = |n: u8, seq: u64| -> Vec<(u8, u64)> {
            let mut needs = vec![];
            if seq > 1 { needs.push((n, seq - 1)); }
            if n > 1 && seq > 1 { needs.push((n - 1, seq - 1)); }
            needs
        };
        let mut pieces: Vec<(u8, u64)> = (1..=3u8)
            .flat_map(|n| (1..=length).map(move |seq| (n, seq)))
            .collect();
        let mut state = seed | 1;
        for at in (1..pieces.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            pieces.swap(at, usize::try_from(state >> 33).unwrap() % (at + 1));
        }
        for (n, seq) in &pieces {
            arrive(&store, &stretch(*n, *seq, vec![(9, needs(*n, *seq))])).unwrap();
        }
        for n in 1..=3u8 {
            prop_assert_eq!(ranges(&store, n), vec![(1, length)]);
            let held: Result<_> = store.read(|r| r.held_of(log(n).0));
            prop_assert_eq!(held.unwrap().unwrap().released, length);
        }
        let ready: Result<_> = store.read(|r| r.ready(RecordId([9; 16])));
        let order: Vec<EntryRef> = ready.unwrap().iter().map(|s| s.at).collect();
        prop_assert_eq!(order.len(), pieces.len());
        for (place, at) in order.iter().enumerate() {
            let n = at.log.0[0];
            for (l, seq) in needs(n, at.seq) {
                let need = EntryRef { log: log(l).0, seq };
                prop_assert!(order[..place].contains(&need), "{at:?} before {need:?}");
            }
        }
        let waiting: Result<_> = store.read(|r| r.waiting());
        prop_assert!(waiting.unwrap().is_empty());
    }
}
