//! What may happen: a list of events, drawn from one number. An event carries all it needs, so that
//! whatever is left out of a list, the others stay what they were.

use std::fmt;
use std::str::FromStr;

use fastrand::Rng;

/// What goes wrong together. A seed leaves out each with one chance in two: quiet runs find other
/// mistakes than loud ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Work, and meeting: always.
    Work,
    /// Lines that break.
    Lines,
    /// Sticks that are lost, late, copied or damaged.
    Sticks,
    /// Power that goes.
    Power,
    /// Images put back, profiles copied.
    Forks,
    /// Clocks.
    Clocks,
    /// A computer that is revoked.
    Revoked,
    /// Cases that move into a space of their own.
    Moves,
    /// Cases that end, and are erased, or out of which somebody is taken.
    Ends,
    /// Units that are renamed, or become part of others.
    Units,
    /// The next version of the program on some computers.
    Versions,
}

const CLASSES: [Class; 10] = [
    Class::Lines,
    Class::Sticks,
    Class::Power,
    Class::Forks,
    Class::Clocks,
    Class::Revoked,
    Class::Moves,
    Class::Ends,
    Class::Units,
    Class::Versions,
];

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $name:literal $class:ident $weight:literal;)*) => {
        /// What happens.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind { $($(#[$doc])* $kind,)* }

        /// Every kind: its name, what it belongs to, and how often it comes among the others.
        pub const KINDS: &[(Kind, &str, Class, u32)] =
            &[$((Kind::$kind, $name, Class::$class, $weight),)*];
    };
}

kinds! {
    /// A case is registered.
    Register "register" Work 7;
    /// A fact of some kind is written.
    Fact "fact" Work 14;
    /// One of the few registers is written.
    Field "field" Work 16;
    /// Words are typed into the summary.
    Text "text" Work 8;
    /// A paper is put to a case.
    Attach "attach" Work 5;
    /// Whoever may settles a contradiction.
    Settle "settle" Work 10;
    /// Two computers meet over the line.
    Meet "meet" Work 18;
    /// The same, and the line breaks after some bytes.
    MeetCut "meet_cut" Lines 6;
    /// A packet is written.
    Pack "pack" Work 7;
    /// A packet arrives, in whatever order.
    Deliver "deliver" Work 7;
    /// A packet arrives that will arrive again.
    DeliverAgain "deliver_again" Sticks 4;
    /// A packet arrives with a flipped bit.
    DeliverFlipped "deliver_flipped" Sticks 3;
    /// A packet arrives without its end.
    DeliverTorn "deliver_torn" Sticks 3;
    /// A stick is lost.
    Lose "lose" Sticks 2;
    /// The power goes; what was acknowledged is on the disk.
    PowerCut "power_cut" Power 4;
    /// The power goes while an edit is being written.
    TornEdit "torn_edit" Power 5;
    /// The power goes during an import.
    TornImport "torn_import" Power 3;
    /// The power goes during a meeting.
    TornMeeting "torn_meeting" Power 3;
    /// An image of the disk is made.
    Image "image" Forks 4;
    /// It is put back.
    Restore "restore" Forks 3;
    /// The township's is.
    RestoreTownship "restore_township" Forks 2;
    /// A profile is copied, and both go on.
    Twin "twin" Forks 2;
    /// A clock is years away.
    ClockYears "clock_years" Clocks 3;
    /// A clock is minutes away, or right again.
    ClockMinutes "clock_minutes" Clocks 3;
    /// The township revokes a computer.
    Revoke "revoke" Revoked 2;
    /// The township opens a case to another village.
    Share "share" Moves 5;
    /// The township lets a village go that shares a case.
    Leave "leave" Moves 5;
    /// A case is closed.
    Close "close" Ends 5;
    /// The township archives a case.
    Archive "archive" Ends 5;
    /// The township erases what it has archived.
    Erase "erase" Ends 4;
    /// The township takes somebody out of what it has archived.
    Redact "redact" Ends 5;
    /// A village becomes part of another.
    Merge "merge" Units 2;
    /// A village gets another name.
    Rename "rename" Units 2;
    /// A computer gets the next version.
    Upgrade "upgrade" Versions 4;
    /// One that has it writes what today's program does not know.
    Next "next" Versions 8;
    /// All lists are made anew.
    Rebuild "rebuild" Work 1;
    /// A computer is shut down and started.
    Restart "restart" Work 2;
}

/// Something that happens, to whom and how chosen by three numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// Its place in the list it was drawn for: names the words it writes.
    pub id: u32,
    /// What happens.
    pub kind: Kind,
    /// To whom.
    pub a: u32,
    /// With whom, or to which case or packet.
    pub b: u32,
    /// How.
    pub c: u32,
}

impl Kind {
    fn row(self) -> (&'static str, Class) {
        let row = KINDS.iter().find(|row| row.0 == self).expect("every kind has a row");
        (row.1, row.2)
    }

    /// Its name in lists.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().0
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}:{}:{}", self.id, self.kind.name(), self.a, self.b, self.c)
    }
}

impl FromStr for Event {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("not an event: {text:?}");
        let parts: Vec<&str> = text.split(':').collect();
        let [id, name, a, b, c] = parts.as_slice() else { return Err(bad()) };
        let number = |text: &str| text.parse::<u32>().map_err(|_| bad());
        let row = KINDS.iter().find(|row| row.1 == *name).ok_or_else(bad)?;
        let (id, a, b, c) = (number(id)?, number(a)?, number(b)?, number(c)?);
        Ok(Self { id, kind: row.0, a, b, c })
    }
}

/// How many cases are registered before anything else.
const CASES_FIRST: u32 = 3;

/// The events of a seed.
#[must_use]
pub fn draw(seed: u64, count: u32) -> Vec<Event> {
    let mut rng = Rng::with_seed(seed);
    let left_out: Vec<Class> = CLASSES.into_iter().filter(|_| rng.bool()).collect();
    let rows: Vec<_> = KINDS.iter().filter(|row| !left_out.contains(&row.2)).collect();
    let total: u32 = rows.iter().map(|row| row.3).sum();
    let event = |id| {
        let mut at = rng.u32(..total);
        let row = rows.iter().find(|row| match at.checked_sub(row.3) {
            Some(rest) => {
                at = rest;
                false
            }
            None => true,
        });
        // Without a few cases there is nothing to do.
        let kind = if id < CASES_FIRST { Kind::Register } else { row.expect("in all").0 };
        Event { id, kind, a: rng.u32(..1000), b: rng.u32(..1000), c: rng.u32(..1000) }
    };
    (0..count).map(event).collect()
}

/// One number out of two, as good as drawn.
#[must_use]
pub fn mix(a: u64, b: u64) -> u64 {
    Rng::with_seed(a.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ b).u64(..)
}

/// A list as it is printed and kept.
#[must_use]
pub fn write(events: &[Event]) -> String {
    events.iter().map(Event::to_string).collect::<Vec<_>>().join(" ")
}

/// Reads a list.
///
/// # Errors
/// In words.
pub fn read(text: &str) -> Result<Vec<Event>, String> {
    text.split_whitespace().map(str::parse).collect()
}
