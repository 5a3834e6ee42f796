//! What each guard lets through and what it refuses: one row for each side of every limit.

mod climbing;
mod ending;
mod filing;
mod keeping;
mod meeting;
mod order;
mod parties;
mod reaching;
mod sheet;
mod timing;

use super::super::world::{Begun, Desk, begun};
use super::RefusalReason as No;
use crate::fact::Body;
use crate::fact::body::{Choice, Decided};
use crate::id::{FactId, LogTag, ulid};
use crate::role::Role;

/// What is refused, at which member; nothing if it is let through.
type Want = Option<(&'static str, No)>;

/// A name, what somebody tries to write, and what the guard says.
type Row = (&'static str, Body, Want);

/// It is let through.
const FINE: Want = None;

/// The day on which rows are tried.
const TODAY: &str = "2026-03-10";

const fn no(field: &'static str, reason: No) -> Want {
    Some((field, reason))
}

/// What the guard says to a desk.
fn verdict(b: &Begun, desk: Desk, at: &str, body: &Body) -> Want {
    b.world.check(desk, at, body).err().map(|refusal| (refusal.field, refusal.reason))
}

fn check(b: &Begun, desk: Desk, rows: &[Row]) {
    check_at(b, desk, TODAY, rows);
}

fn check_at(b: &Begun, desk: Desk, at: &str, rows: &[Row]) {
    for (name, given, want) in rows {
        assert_eq!(verdict(b, desk, at, given), *want, "{name} on {at}");
    }
}

/// A text that must be there: blank, as long as it may be, and one character longer.
fn check_required(
    b: &Begun,
    desk: Desk,
    (field, chars_max): (&'static str, usize),
    write: impl Fn(String) -> Body,
) {
    let rows = [
        ("nothing", write(String::new()), no(field, No::Empty)),
        ("blanks", write(" \u{3000}\n".into()), no(field, No::Empty)),
        ("one character", write("述".into()), FINE),
    ];
    check(b, desk, &rows);
    check_long(b, desk, (field, chars_max), write);
}

/// A text that may be missing.
fn check_bounded(
    b: &Begun,
    desk: Desk,
    (field, chars_max): (&'static str, usize),
    write: impl Fn(String) -> Body,
) {
    check(b, desk, &[("nothing", write(String::new()), FINE)]);
    check_long(b, desk, (field, chars_max), write);
}

fn check_long(
    b: &Begun,
    desk: Desk,
    (field, chars_max): (&'static str, usize),
    write: impl Fn(String) -> Body,
) {
    let rows = [
        ("as long as it may be", write("述".repeat(chars_max)), FINE),
        ("one longer", write("述".repeat(chars_max + 1)), no(field, No::TooLong)),
    ];
    check(b, desk, &rows);
}

/// A name of something the case must have.
fn check_named(
    b: &Begun,
    desk: Desk,
    field: &'static str,
    known: FactId,
    write: impl Fn(FactId) -> Body,
) {
    let rows = [
        ("one the case has", write(known), FINE),
        ("one nobody knows", write(nobody()), no(field, No::Unknown)),
    ];
    check(b, desk, &rows);
}

/// A party that may be named.
fn check_party(b: &Begun, desk: Desk, write: impl Fn(Option<FactId>) -> Body) {
    check(b, desk, &[("no party", write(None), FINE)]);
    check_named(b, desk, "party", b.li, |party| write(Some(party)));
}

/// A list of parties.
fn check_parties(b: &Begun, desk: Desk, field: &'static str, write: impl Fn(Vec<FactId>) -> Body) {
    let rows = [
        ("both", write(vec![b.zhang, b.li]), FINE),
        ("one of them nobody knows", write(vec![b.zhang, nobody()]), no(field, No::Unknown)),
        ("as many as there may be", write(vec![b.zhang; 500]), FINE),
        ("one more", write(vec![b.zhang; 501]), no(field, No::TooMany)),
    ];
    check(b, desk, &rows);
}

/// A list of names.
fn check_names(b: &Begun, desk: Desk, field: &'static str, write: impl Fn(Vec<String>) -> Body) {
    let list = |name: &str, count| vec![name.to_owned(); count];
    let rows = [
        ("nobody", write(vec![]), FINE),
        ("as many as there may be", write(list("钱某", 500)), FINE),
        ("one more", write(list("钱某", 501)), no(field, No::TooMany)),
        ("a blank one", write(vec!["钱某".into(), " ".into()]), no(field, No::Empty)),
        ("a name as long as it may be", write(list(&"钱".repeat(100), 1)), FINE),
        ("one longer", write(list(&"钱".repeat(101), 1)), no(field, No::TooLong)),
    ];
    check(b, desk, &rows);
}

/// The name of a fact no case has.
fn nobody() -> FactId {
    FactId { log: LogTag([77; 8]), ulid: ulid(7, &[77; 10]) }
}

/// A case with two agreements, of which the judicial office let the second replace the first.
fn replaced() -> (Begun, FactId, FactId) {
    let mut b = begun();
    let village = b.village;
    let first = b.agree(village, "2026-03-04", "退还押金", None);
    let second = b.agree(village, "2026-03-06", "退还一半", Some(first));
    let office = b.world.desk(2, Role::R6);
    b.world.meet(village, office);
    let decided = Decided {
        conflict: b.world.case(office).conflicts[0].key.clone(),
        choice: Choice::Fact(second),
        over: vec![],
        reason: "双方变更".into(),
    };
    b.world.write(office, "2026-03-07", Body::Decided(decided));
    b.world.meet(office, village);
    (b, first, second)
}
