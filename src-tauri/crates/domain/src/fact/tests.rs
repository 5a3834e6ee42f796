use super::*;

fn note() -> Fact {
    Fact {
        at: "2026-03-24T15:30".parse().unwrap(),
        recorded: Hlc { ms: 1_774_337_412_123, count: 2 },
        by: UserId([1; 16]),
        unit: crate::id::RecordId([2; 16]),
        body: Body::Note(Note { text: "李某说“要动手”".into() }),
        newer: false,
    }
}

#[test]
fn a_fact_reads_back_as_written() {
    let json = note().write().unwrap();
    assert!(json.starts_with(r#"{"kind":"note","v":1,"at":"2026-03-24T15:30""#), "{json}");
    assert_eq!(Fact::read(&json).unwrap(), note());
}

#[test]
fn newer_kinds_and_fields_are_kept_apart_from_broken_ones() {
    let json = note().write().unwrap();
    let newer_field = json.replace("\"text\":", "\"tone\":\"angry\",\"text\":");
    assert_eq!(Fact::read(&newer_field).unwrap(), note(), "an unknown field is passed over");
    let newer_kind = json.replace("\"note\"", "\"hologram_shown\"");
    assert_eq!(Fact::read(&newer_kind), Err(FactError::Newer("hologram_shown".into())));
    let newer_version = json.replace("\"v\":1", "\"v\":9");
    assert!(Fact::read(&newer_version).unwrap().newer);
    let newer_shape = newer_version.replace("\"text\"", "\"words\"");
    assert_eq!(Fact::read(&newer_shape), Err(FactError::Newer("note".into())));
    let broken = json.replace("\"text\"", "\"words\"");
    assert!(matches!(Fact::read(&broken), Err(FactError::Unreadable(_))));
    assert!(matches!(Fact::read("[]"), Err(FactError::Unreadable(_))));
}

#[test]
fn every_kind_has_a_code_of_its_own() {
    let mut codes: Vec<_> = KINDS.iter().map(|k| k.code).collect();
    codes.sort_unstable();
    let before = codes.len();
    codes.dedup();
    assert_eq!(codes.len(), before, "two kinds share a code");
    assert!(KINDS.iter().all(|k| !k.right.roles().is_empty()), "a kind nobody may write");
}

#[test]
fn a_past_is_a_set_of_places() {
    let mut past = Past::default();
    for place in [0, 63, 64, 300] {
        past.insert(place);
    }
    for place in 0..400 {
        assert_eq!(past.contains(place), [0, 63, 64, 300].contains(&place), "{place}");
    }
    let mut other = Past::default();
    other.insert(5);
    other.union(&past);
    assert!(other.contains(5) && other.contains(300));
}

#[test]
fn every_kind_of_record_has_a_word_registers_and_texts() {
    // Kind, word, registers, free texts.
    type Row = (RecordKind, &'static str, &'static [&'static str], &'static [&'static str]);
    let rows: [Row; 5] = [
        (RecordKind::Case, "case", &["title", "amount", "place"], &["summary", "agreement"]),
        (
            RecordKind::Person,
            "person",
            &["name", "phone", "address", "birth", "id_number", "note"],
            &[],
        ),
        (RecordKind::Unit, "unit", &["name", "address", "phone"], &[]),
        (RecordKind::Settings, "settings", &[], &[]),
        (RecordKind::Period, "period", &[], &[]),
    ];
    for (kind, code, fields, texts) in rows {
        assert_eq!((kind.code(), kind.fields(), kind.texts()), (code, fields, texts));
        assert_eq!(RecordKind::from_code(code), Some(kind));
    }
    assert_eq!(RecordKind::from_code("dispute"), None);
}

#[test]
fn a_text_is_read_up_to_the_longest() {
    assert_eq!(FACT_BYTES_MAX, 262_144);
    let empty = Fact { body: Body::Note(Note { text: String::new() }), ..note() };
    let room = FACT_BYTES_MAX - empty.write().unwrap().len();
    for (length, want) in [(room - 1, true), (room, true), (room + 1, false)] {
        let body = Body::Note(Note { text: "a".repeat(length) });
        let json = Fact { body, ..note() }.write().unwrap();
        assert_eq!(Fact::read(&json).is_ok(), want, "{length}");
    }
}

#[test]
fn only_a_later_version_is_newer() {
    let json = note().write().unwrap();
    for (version, newer) in [("0", false), ("1", false), ("2", true)] {
        let json = json.replace("\"v\":1", &format!("\"v\":{version}"));
        assert_eq!(Fact::read(&json).unwrap().newer, newer, "version {version}");
        let broken = Fact::read(&json.replace("\"text\"", "\"words\"")).unwrap_err();
        assert_eq!(broken == FactError::Newer("note".into()), newer, "version {version}");
    }
}

#[test]
fn two_pasts_share_a_fact_or_none() {
    let past = |places: &[usize]| {
        let mut past = Past::default();
        places.iter().for_each(|place| past.insert(*place));
        past
    };
    let rows: [(&[usize], &[usize], bool); 5] = [
        (&[], &[], false),
        (&[1, 70], &[70], true),
        (&[1, 70], &[2, 71], false),
        (&[70], &[6], false),
        (&[3], &[3, 200], true),
    ];
    for (a, b, want) in rows {
        assert_eq!(past(a).intersects(&past(b)), want, "{a:?} {b:?}");
        assert_eq!(past(b).intersects(&past(a)), want, "{b:?} {a:?}");
        let mut both = past(a);
        both.union(&past(b));
        let all: Vec<usize> = a.iter().chain(b).copied().collect();
        assert_eq!(both, past(&all), "{a:?} {b:?}");
    }
    assert_eq!(past(&[0, 63, 64, 130]).below(130), past(&[0, 63, 64]));
    assert_eq!(past(&[0, 63, 64, 130]).below(64), past(&[0, 63]));
    assert_eq!(past(&[0]).below(1000), past(&[0]));
    assert_eq!(past(&[5]).below(5), Past::default());
}

/// A fact as a change carries it.
fn carried(n: u8) -> Carried {
    Carried {
        id: FactId { log: crate::id::LogTag([1; 8]), ulid: [n; 16] },
        json: note().write().unwrap().into(),
        proof: None,
        role: None,
        past: Past::default(),
    }
}

#[test]
fn an_author_knows_what_the_change_builds_on_and_what_it_says_before() {
    let change = |deps: &[usize], ids: &[u8]| ChangeFacts {
        deps: deps.to_vec(),
        facts: ids.iter().map(|n| carried(*n)).collect(),
    };
    // Two facts in one change; one beside them; one that builds on the first change.
    let changes = vec![change(&[], &[1, 3]), change(&[], &[2]), change(&[0], &[4, 4])];
    let record = RecordFacts::gather(changes);
    let known: Vec<(u8, Vec<usize>)> = record
        .facts
        .iter()
        .map(|c| (c.id.ulid[0], (0..4).filter(|place| c.past.contains(*place)).collect()))
        .collect();
    assert_eq!(known, [(1, vec![]), (2, vec![]), (3, vec![0]), (4, vec![0, 2])]);
    let mut record = record;
    record.append(carried(5));
    let last = record.facts.last().unwrap();
    assert_eq!(last.id.ulid[0], 5);
    assert!((0..4).all(|place| last.past.contains(place)) && !last.past.contains(4));
}

#[test]
fn what_both_happened_and_was_typed_before_a_removal_counts() {
    let removal = "2026-03-24T12:00".parse::<At>().unwrap().moment();
    let moment = u64::try_from(removal).unwrap();
    let id = carried(1).id;
    let record = RecordFacts { removed: [(id, moment)].into(), ..RecordFacts::default() };
    // When it happened, how long after the removal it was typed, whether it waits.
    let rows = [
        ("2026-03-24T11:59", -1, false),
        ("2026-03-24T11:59", 0, true),
        ("2026-03-24T11:59", 1, true),
        ("2026-03-24T12:00", -1, true),
        ("2026-03-24AM", -1, false),
        ("2026-03-24", -1, true),
        ("2026-03-25", 1, true),
    ];
    for (at, after, want) in rows {
        let ms = moment.saturating_add_signed(after);
        let recorded = Hlc { ms, count: 0 };
        let fact = Fact { at: at.parse().unwrap(), recorded, ..note() };
        assert_eq!(record.withholds(id, &fact), want, "{at} {after}");
        assert!(!record.withholds(carried(2).id, &fact), "nobody removed that author");
    }
}

#[test]
fn mediators_are_the_committees_choice_unless_the_parties_chose() {
    let json = r#"{"host":"周某"}"#;
    let read: MediatorsAppointed = serde_json::from_str(json).unwrap();
    assert_eq!(read.chosen_by, ChosenBy::Committee);
}
