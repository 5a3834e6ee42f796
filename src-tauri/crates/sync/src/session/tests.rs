use domain::id::OrganisationId;

use super::*;
use crate::blob::WANTS_MAX;
use crate::snapshot::Part;
use crate::testing::{Memory, Office, office};

/// Carries messages between two ends until both are done, counting bytes and flights.
struct Line {
    bytes: usize,
    flights: usize,
}

fn talk(a: (&mut Session, &mut Memory), b: (&mut Session, &mut Memory)) -> Line {
    let mut line = Line { bytes: 0, flights: 0 };
    let (mut from, mut to) = (a, b);
    loop {
        let mut flight = Vec::new();
        while let Some(message) = from.0.next(from.1).unwrap() {
            flight.push(encode(&message));
        }
        if flight.is_empty() {
            assert!(from.0.is_over() && to.0.is_over(), "both are done");
            return line;
        }
        line.flights += 1;
        for bytes in flight {
            line.bytes += bytes.len();
            let message = decode::<std::convert::Infallible>(&bytes).unwrap();
            to.0.receive(to.1, message).unwrap();
        }
        std::mem::swap(&mut from, &mut to);
    }
}

fn meet(a: &mut Memory, b: &mut Memory) -> (Progress, Progress, Line) {
    let mut caller = Session::new(Side::Caller, a.unit, b.peer(), 1_000);
    let mut answerer = Session::new(Side::Answerer, b.unit, a.peer(), 2_000);
    let line = talk((&mut caller, a), (&mut answerer, b));
    (caller.progress, answerer.progress, line)
}

#[test]
fn two_that_hold_the_same_part_after_one_round_trip() {
    let Office { mut village, mut township, .. } = office();
    for n in 0..50 {
        village.write(n % 7, n);
    }
    village.seal();
    meet(&mut village, &mut township);
    let (a, b, line) = meet(&mut village, &mut township);
    assert!(a.is_equal && b.is_equal);
    assert_eq!(line.flights, 2);
    assert!(line.bytes <= 300, "{} bytes", line.bytes);
    assert_eq!((a.skew_ms, b.skew_ms), (1_000, -1_000), "both see the clocks");
}

#[test]
fn what_was_written_apart_is_everywhere_afterwards() {
    let Office { mut village, mut township, .. } = office();
    for n in 0..30 {
        village.write(n % 7, n);
        township.write(n % 5, n);
    }
    village.seal();
    township.seal();
    let (a, b, _) = meet(&mut village, &mut township);
    assert!(a.is_equal && b.is_equal);
    assert_eq!((a.received, a.sent), (30, 30));
    assert_eq!(a.entry_bytes_sent, b.entry_bytes_received);
    assert!(a.entry_bytes_sent > 0 && a.entry_bytes_received > 0);
    assert_eq!(village.everything().len(), 2);
    assert_eq!(village.everything(), township.everything());
    assert_eq!(a.theirs.len(), 2, "and each knows what the other holds");
}

#[test]
fn what_one_wrote_is_with_both_and_known_to_be_after_two_round_trips_and_a_half() {
    let Office { mut village, mut township, .. } = office();
    for n in 0..50 {
        village.write(n % 7, n);
    }
    village.seal();
    meet(&mut village, &mut township);
    // Whoever calls, and whoever wrote.
    for n in 0..4 {
        let (writes, calls_first) = (n % 2 == 0, n < 2);
        let (writer, other) =
            if writes { (&mut village, &mut township) } else { (&mut township, &mut village) };
        writer.write(9, n);
        writer.seal();
        let (caller, answerer) = if calls_first { (writer, other) } else { (other, writer) };
        let (a, b, line) = meet(caller, answerer);
        assert!(a.is_equal && b.is_equal);
        assert_eq!((a.received + b.received, line.flights), (1, 5));
        assert_eq!(a.theirs, b.theirs, "each knows that the other has it");
        assert_eq!(village.everything(), township.everything());
    }
}

#[test]
fn whoever_finds_a_record_by_what_an_entry_builds_on_is_not_told_its_name() {
    const RECORD: u8 = 200;
    for finds in [true, false] {
        let Office { mut village, mut township, .. } = office();
        village.write(RECORD, 1);
        village.seal();
        meet(&mut village, &mut township);
        village.write(RECORD, 2);
        village.write(RECORD + 1, 3);
        village.seal();
        let mut caller = Session::new(Side::Caller, village.unit, township.peer(), 0);
        let mut answerer = Session::new(Side::Answerer, township.unit, village.peer(), 0);
        let mut raw = Vec::new();
        while !(caller.is_over() && answerer.is_over()) {
            while let Some(there) = caller.next(&mut village).unwrap() {
                if let Message::Segment(segment) = &there {
                    let mut cursor = domain::varint::Cursor::new(&segment.bytes);
                    let length = cursor.count(segment::RAW_BYTES_MAX).unwrap();
                    let frame = cursor.take(cursor.left()).unwrap();
                    raw.extend(zstd::bulk::decompress(frame, length).unwrap());
                }
                answerer.receive(&mut township, there).unwrap();
            }
            while let Some(back) = answerer.next(&mut township).unwrap() {
                let back = match back {
                    // As a version says it that looks nothing up.
                    Message::State(state) if !finds => {
                        Message::State(State { finds_records: None, ..state })
                    }
                    other => other,
                };
                caller.receive(&mut village, back).unwrap();
            }
        }
        let names = |record: u8| raw.windows(16).any(|bytes| bytes == [record; 16]);
        assert_eq!(names(RECORD), !finds, "it holds the entry before: {finds}");
        assert!(names(RECORD + 1), "of a new record it holds nothing");
        assert_eq!(village.everything(), township.everything());
        assert!(caller.progress().is_equal && answerer.progress().is_equal);
    }
}

#[test]
fn a_fork_in_the_space_that_everybody_holds_stops_nothing_else() {
    // What the township said before its disk was put back, and what it says since.
    let said = |payload: u8| {
        let Office { mut township, roster, .. } = office();
        let home = std::mem::replace(&mut township.space, roster.common().unwrap());
        township.write(1, payload);
        township.space = home;
        township.seal();
        township
    };
    for calls_first in [true, false] {
        let (lost, mut township) = (said(1), said(2));
        let mut village = office().village;
        village.plant(&lost.everything());
        village.write(3, 3);
        village.seal();
        township.write(9, 9);
        township.seal();
        let (a, b) =
            if calls_first { (&mut village, &mut township) } else { (&mut township, &mut village) };
        let (a, b, _) = meet(a, b);
        assert!(!a.is_equal && !b.is_equal);
        assert_eq!((a.received, b.received), (1, 1), "the rest went over: {calls_first}");
    }
}

#[test]
fn with_a_version_that_draws_no_sketch_it_goes_as_it_went() {
    let Office { mut village, mut township, .. } = office();
    let strip = |message: Message| match message {
        Message::Hello(hello) => Message::Hello(Hello { sketch: None, ..hello }),
        other => other,
    };
    village.write(1, 1);
    village.seal();
    let mut caller = Session::new(Side::Caller, village.unit, township.peer(), 0);
    let mut answerer = Session::new(Side::Answerer, township.unit, village.peer(), 0);
    let mut has_differed = false;
    while !(caller.is_over() && answerer.is_over()) {
        while let Some(there) = caller.next(&mut village).unwrap() {
            answerer.receive(&mut township, strip(there)).unwrap();
        }
        while let Some(back) = answerer.next(&mut township).unwrap() {
            has_differed |= matches!(back, Message::Differ(_));
            assert!(!matches!(&back, Message::Done(said) if said.digest.is_some()));
            caller.receive(&mut village, back).unwrap();
        }
    }
    assert!(has_differed && caller.progress().is_equal && answerer.progress().is_equal);
    assert_eq!(village.everything(), township.everything());
}

#[test]
fn a_sketch_that_shows_nothing_is_followed_by_whole_digests() {
    let Office { mut village, mut township, .. } = office();
    village.write(1, 1);
    village.seal();
    let own =
        Session::new(Side::Answerer, township.unit, village.peer(), 0).look(&mut township).unwrap();
    let blind = Sketch::of(&own.held, township.roster().common());
    let mut caller = Session::new(Side::Caller, village.unit, township.peer(), 0);
    let mut answerer = Session::new(Side::Answerer, township.unit, village.peer(), 0);
    let Some(Message::Hello(hello)) = caller.next(&mut village).unwrap() else { panic!("hello") };
    let hello = Hello { sketch: Some(blind), ..hello };
    answerer.receive(&mut township, Message::Hello(hello.clone())).unwrap();
    assert!(matches!(answerer.next(&mut township).unwrap(), Some(Message::Differ(_))));
    // One of another size is none.
    let mut answerer = Session::new(Side::Answerer, township.unit, village.peer(), 0);
    let short = Sketch { common: vec![0; 8], buckets: vec![0; 5] };
    let hello = Hello { sketch: Some(short), ..hello };
    let fault = answerer.receive(&mut township, Message::Hello(hello)).unwrap_err();
    assert_eq!(fault.stop(), Some(Stop::Nonsense));
}

#[test]
fn a_cut_line_keeps_what_came_and_goes_on_from_there() {
    let Office { mut village, mut township, .. } = office();
    for n in 0..200u8 {
        village.write(n % 7, n);
        village.seal();
    }
    let mut caller = Session::new(Side::Caller, village.unit, township.peer(), 0);
    let mut answerer = Session::new(Side::Answerer, township.unit, village.peer(), 0);
    // Hello, state, state; then the line is cut before anything is sent.
    let hello = caller.next(&mut village).unwrap().unwrap();
    answerer.receive(&mut township, hello).unwrap();
    let state = answerer.next(&mut township).unwrap().unwrap();
    caller.receive(&mut village, state).unwrap();
    let state = caller.next(&mut village).unwrap().unwrap();
    answerer.receive(&mut township, state).unwrap();
    let Some(Message::Segment(segment)) = caller.next(&mut village).unwrap() else {
        panic!("a segment is next");
    };
    answerer.receive(&mut township, Message::Segment(segment)).unwrap();
    drop((caller, answerer));
    let (a, _, _) = meet(&mut village, &mut township);
    assert!(a.is_equal);
    assert_eq!(village.everything(), township.everything());
}

#[test]
fn neighbours_share_the_common_space_and_nothing_else() {
    let Office { mut village, mut neighbour, .. } = office();
    village.write(1, 1);
    village.seal();
    let (a, b, _) = meet(&mut village, &mut neighbour);
    assert!(a.is_equal && b.is_equal);
    assert_eq!((a.sent, b.received), (0, 0));
    assert!(neighbour.everything().is_empty());
}

#[test]
fn a_log_that_is_not_taken_does_not_keep_two_at_it_for_ever() {
    let Office { mut village, mut township, mut intruder, .. } = office();
    intruder.write(1, 1);
    intruder.seal();
    village.plant(&intruder.everything());
    village.write(1, 1);
    village.seal();
    let mut caller = Session::new(Side::Caller, village.unit, township.peer(), 0);
    let mut answerer = Session::new(Side::Answerer, township.unit, village.peer(), 0);
    talk((&mut caller, &mut village), (&mut answerer, &mut township));
    assert!(!caller.progress().is_equal);
    assert_eq!(answerer.progress().refused.len(), 1, "and it is named");
    assert_eq!(answerer.progress().received, 1, "the honest log came through");
}

/// A blob that one holds and the other lacks.
fn lend(from: &mut Memory, to: &mut Memory, n: u8, chunks: usize) -> domain::id::BlobId {
    let content = vec![n; chunks * crate::blob::CHUNK_BYTES - 5];
    let blob = crate::blob::Manifest::of(&content).id();
    from.blobs.insert(blob, content);
    to.lacking.insert(blob, Default::default());
    blob
}

#[test]
fn blobs_come_after_the_records_both_ways_and_then_two_part_as_fast_as_ever() {
    let Office { mut village, mut township, .. } = office();
    village.write(1, 1);
    village.seal();
    lend(&mut village, &mut township, 1, 5);
    lend(&mut township, &mut village, 2, 1);
    let nobody_has_it = domain::id::BlobId([9; 32]);
    village.lacking.insert(nobody_has_it, Default::default());
    let (a, b, _) = meet(&mut village, &mut township);
    assert!(a.is_equal && b.is_equal);
    assert_eq!(a.blob_bytes_sent, b.blob_bytes_received);
    assert_eq!((a.blob_bytes_sent, a.blob_bytes_received), (5 * 65_536 - 5, 65_531));
    assert_eq!((village.blobs.len(), township.blobs.len()), (2, 2));
    let said = |list: Vec<Want>| Some(Wants::now(list, true));
    let lacked = vec![Want { blob: nobody_has_it, from: 0 }];
    assert_eq!(b.their_wants, said(lacked), "it knows what the other still lacks");
    assert_eq!(a.their_wants, said(vec![]), "and the other, that it has all of it");
    village.lacking.remove(&nobody_has_it);
    let (a, b, line) = meet(&mut village, &mut township);
    assert_eq!((line.flights, a.their_wants, b.their_wants), (2, said(vec![]), said(vec![])));
}

#[test]
fn whoever_has_no_room_is_sent_nothing_and_nobody_believes_that_it_has_it() {
    let Office { mut village, mut township, .. } = office();
    village.write(1, 1);
    village.seal();
    let blob = lend(&mut village, &mut township, 1, 3);
    lend(&mut township, &mut village, 2, 1);
    township.is_short_of_room = true;
    let (a, b, _) = meet(&mut village, &mut township);
    assert!(a.is_equal && b.is_equal, "the records came");
    assert_eq!((a.blob_bytes_sent, b.blob_bytes_sent), (0, 65_531), "its own went");
    let list = vec![Want { blob, from: 0 }];
    assert_eq!(a.their_wants, Some(Wants { list, is_all: true, is_later: true }));
    township.is_short_of_room = false;
    let (a, _, _) = meet(&mut village, &mut township);
    assert_eq!(a.blob_bytes_sent, 3 * 65_536 - 5, "it comes by itself once there is room");
}

#[test]
fn a_cut_blob_goes_on_where_it_stopped() {
    let Office { mut village, mut township, .. } = office();
    let blob = lend(&mut village, &mut township, 1, 7);
    let mut caller = Session::new(Side::Caller, village.unit, township.peer(), 0);
    let mut answerer = Session::new(Side::Answerer, township.unit, village.peer(), 0);
    // Hello, same, wants, wants, and one piece; then the line is cut.
    for _ in 0..2 {
        let there = caller.next(&mut village).unwrap().unwrap();
        answerer.receive(&mut township, there).unwrap();
        let back = answerer.next(&mut township).unwrap().unwrap();
        caller.receive(&mut village, back).unwrap();
    }
    let piece = caller.next(&mut village).unwrap().unwrap();
    answerer.receive(&mut township, piece).unwrap();
    assert_eq!(township.lacking[&blob].bytes.len(), 2 * crate::blob::CHUNK_BYTES);
    let (a, _, _) = meet(&mut village, &mut township);
    assert_eq!(a.blob_bytes_sent, 5 * 65_536 - 5, "two chunks were there already");
    assert_eq!(township.blobs[&blob], village.blobs[&blob]);
}

#[test]
fn two_that_never_become_equal_still_give_each_other_blobs() {
    let Office { mut village, mut township, mut intruder, .. } = office();
    intruder.write(1, 1);
    intruder.seal();
    village.plant(&intruder.everything());
    lend(&mut village, &mut township, 1, 2);
    let (a, b, _) = meet(&mut village, &mut township);
    assert!(!a.is_equal && !b.is_equal);
    assert_eq!(township.blobs.len(), 1);
}

#[test]
fn more_than_one_list_holds_comes_all_the_same() {
    let Office { mut village, mut township, .. } = office();
    for n in 0..WANTS_MAX + 3 {
        let content = n.to_be_bytes().to_vec();
        let blob = crate::blob::Manifest::of(&content).id();
        village.blobs.insert(blob, content);
        township.lacking.insert(blob, Default::default());
    }
    let (a, b, _) = meet(&mut village, &mut township);
    assert!(a.is_equal && b.is_equal);
    assert_eq!((village.blobs.len(), township.blobs.len()), (WANTS_MAX + 3, WANTS_MAX + 3));
}

#[test]
fn a_piece_that_nobody_asked_for_or_that_is_another_ends_the_meeting() {
    let Office { mut village, mut township, .. } = office();
    let blob = lend(&mut village, &mut township, 1, 1);
    let good = village.piece(&BTreeSet::new(), &Want { blob, from: 0 }).unwrap().unwrap();
    let mut altered = good.clone();
    altered.bytes[3] ^= 1;
    let mut unasked = good.clone();
    unasked.blob = domain::id::BlobId([8; 32]);
    for piece in [altered, unasked] {
        let mut caller = Session::new(Side::Caller, village.unit, township.peer(), 0);
        let mut answerer = Session::new(Side::Answerer, township.unit, village.peer(), 0);
        for _ in 0..2 {
            let there = caller.next(&mut village).unwrap().unwrap();
            answerer.receive(&mut township, there).unwrap();
            let back = answerer.next(&mut township).unwrap().unwrap();
            caller.receive(&mut village, back).unwrap();
        }
        let fault = answerer.receive(&mut township, Message::Piece(piece)).unwrap_err();
        assert_eq!(fault.stop(), Some(Stop::Nonsense));
    }
    let endless = vec![Want { blob, from: 0 }; WANTS_MAX + 1];
    let mut caller = Session::new(Side::Caller, village.unit, township.peer(), 0);
    let mut answerer = Session::new(Side::Answerer, township.unit, village.peer(), 0);
    let hello = caller.next(&mut village).unwrap().unwrap();
    answerer.receive(&mut township, hello).unwrap();
    let wants = Message::Wants(Wants::now(endless, true));
    assert!(answerer.receive(&mut township, wants).is_err());
}

#[test]
fn with_a_version_that_knows_of_no_blobs_the_records_are_exchanged_alone() {
    let Office { mut township, mut village, .. } = office();
    township.lacking.insert(domain::id::BlobId([7; 32]), Default::default());
    // As an older program answers.
    let older = |message: Message| match message {
        Message::Same(said) => Message::Same(Greeting { blobs: None, ..said }),
        Message::Differ(differ) => Message::Differ(Differ { blobs: None, ..differ }),
        other => other,
    };
    let asked = |message: Message| match message {
        Message::Hello(hello) => Message::Hello(Hello { sketch: None, ..hello }),
        other => other,
    };
    township.write(1, 1);
    township.seal();
    for entries in [1, 0] {
        let mut caller = Session::new(Side::Caller, township.unit, village.peer(), 0);
        let mut answerer = Session::new(Side::Answerer, village.unit, township.peer(), 0);
        while !caller.is_over() {
            if let Some(there) = caller.next(&mut township).unwrap() {
                assert!(!matches!(there, Message::Wants(_)), "it would not understand");
                answerer.receive(&mut village, asked(there)).unwrap();
            }
            if let Some(back) = answerer.next(&mut village).unwrap() {
                caller.receive(&mut township, older(back)).unwrap();
            }
        }
        let progress = caller.progress();
        assert_eq!((progress.sent, progress.is_equal), (entries, true));
        assert_eq!(progress.their_wants, None, "nothing is known to have arrived");
    }
    // And as it calls: it is told that both are equal, and that is all.
    let mut caller = Session::new(Side::Caller, village.unit, township.peer(), 0);
    let mut answerer = Session::new(Side::Answerer, township.unit, village.peer(), 0);
    let Some(Message::Hello(hello)) = caller.next(&mut village).unwrap() else {
        panic!("it says hello")
    };
    answerer.receive(&mut township, Message::Hello(Hello { blobs: None, ..hello })).unwrap();
    assert!(matches!(answerer.next(&mut township).unwrap(), Some(Message::Same(_))));
    assert!(answerer.is_over() && answerer.progress().their_wants.is_none());
}

#[test]
fn nonsense_ends_the_meeting() {
    let Office { mut township, village, .. } = office();
    let greeting = || Greeting::clock(0);
    let nonsense = [
        Message::Same(greeting()),
        Message::Done(greeting()),
        Message::Segment(Segment { bytes: vec![1, 2, 3], left: 0 }),
        Message::State(State {
            is_common: false,
            buckets: vec![],
            logs: vec![],
            lists: None,
            finds_records: None,
        }),
    ];
    for message in nonsense {
        let mut answerer = Session::new(Side::Answerer, township.unit, village.peer(), 0);
        let fault = answerer.receive(&mut township, message.clone()).unwrap_err();
        assert_eq!(fault.stop(), Some(Stop::Nonsense), "{message:?}");
    }
    let hello = |organisation, version| {
        Message::Hello(Hello {
            version,
            organisation,
            now_ms: 0,
            digest: [0; 32],
            enrolment: None,
            blobs: None,
            sketch: None,
            passes_common: None,
        })
    };
    let own = township.roster().organisation();
    for (message, stop) in [
        (hello(OrganisationId([9; 16]), VERSION), Stop::OtherOrganisation),
        (hello(own, VERSION + 1), Stop::Version),
    ] {
        let mut answerer = Session::new(Side::Answerer, township.unit, village.peer(), 0);
        let fault = answerer.receive(&mut township, message).unwrap_err();
        assert_eq!(fault.stop(), Some(stop));
    }
}

/// What a computer lends that has something to lend.
fn lists() -> Vec<Vec<u8>> {
    vec![b"one".to_vec(), b"two".to_vec()]
}

#[test]
fn whoever_has_built_nothing_is_lent_the_lists_before_the_entries() {
    for newcomer_calls in [true, false] {
        let Office { mut village, mut township, .. } = office();
        (0..20).for_each(|n| township.write(n % 3, n));
        township.seal();
        (township.lends, village.borrows) = (lists(), Some(18));
        let (caller, answerer, _) = match newcomer_calls {
            true => meet(&mut village, &mut township),
            false => meet(&mut township, &mut village),
        };
        let (newcomer, lender) = match newcomer_calls {
            true => (caller, answerer),
            false => (answerer, caller),
        };
        assert!(newcomer.is_equal && lender.is_equal);
        assert_eq!((newcomer.listed, lender.listed, newcomer.received), (2, 0, 20));
        assert_eq!((village.lent.clone(), village.came.as_str()), (lists(), "LLE"));
        assert!(township.lent.is_empty());
    }
}

#[test]
fn nobody_lends_who_has_another_version_of_the_lists_or_knows_of_none() {
    let Office { mut village, mut township, .. } = office();
    township.write(1, 1);
    township.seal();
    // The one has lists of another version, the other asks for none.
    for (asks, lends) in [(Some(19), lists()), (None, lists()), (Some(18), vec![])] {
        (village.borrows, township.lends) = (asks, lends);
        township.write(1, 2);
        township.seal();
        let (caller, _, _) = meet(&mut village, &mut township);
        assert_eq!((caller.is_equal, caller.listed), (true, 0));
    }
    assert!(village.lent.is_empty());
    let state = |lists| State {
        is_common: false,
        buckets: vec![1],
        logs: vec![],
        lists,
        finds_records: None,
    };
    let (with, without) =
        (encode(&Message::State(state(Some(18)))), encode(&Message::State(state(None))));
    assert!(with.len() > without.len(), "whoever asks for nothing says no more than before");
}

#[test]
fn lists_that_nobody_asked_for_or_that_are_another_s_end_the_meeting() {
    let Office { mut village, mut township, roster, .. } = office();
    township.write(1, 1);
    township.seal();
    let part = |secret: &trust::key::SecretKey, version, number| {
        Part::sealed(&roster, secret, (version, number), [0; 32], b"rows").unwrap()
    };
    let own = |version, number| part(&township.secret, version, number);
    let (first, second, newer) = (own(18, 0), own(18, 1), own(19, 0));
    let forged = part(&village.secret, 18, 0);
    let segment = Message::Segment(Segment { bytes: township.offer_all(), left: 0 });
    let lists = |part: &Part| Message::Lists(part.clone());
    let rows: [(&str, Option<u64>, Vec<Message>, bool); 7] = [
        ("as it was asked", Some(18), vec![lists(&first), lists(&second)], true),
        ("nobody asked", None, vec![lists(&first)], false),
        ("another version", Some(18), vec![lists(&newer)], false),
        ("not the first", Some(18), vec![lists(&second)], false),
        ("the same again", Some(18), vec![lists(&first), lists(&first)], false),
        ("another's signature", Some(18), vec![lists(&forged)], false),
        ("after an entry", Some(18), vec![segment, lists(&first)], false),
    ];
    for (name, asks, said, want) in rows {
        village.borrows = asks;
        let mut session = Session::new(Side::Caller, village.unit, township.peer(), 0);
        let Some(Message::Hello(_)) = session.next(&mut village).unwrap() else { panic!() };
        let buckets = (0..frontier::BUCKETS).collect();
        let state =
            State { is_common: false, buckets, logs: vec![], lists: None, finds_records: None };
        session.receive(&mut village, Message::State(state)).unwrap();
        let heard: Result<Vec<()>, _> =
            said.into_iter().map(|message| session.receive(&mut village, message)).collect();
        assert_eq!(heard.is_ok(), want, "{name}");
        if let Err(fault) = heard {
            assert_eq!(fault.stop(), Some(Stop::Nonsense), "{name}");
        }
    }
}
