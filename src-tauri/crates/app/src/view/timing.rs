//! What the screens read about time: clocks, extensions, supervision cards.

use domain::case::card::CardGround;
use domain::case::clock::{ClockUnit, ExtensionFlaw, Light};
use domain::fact::body::{CardColour, ClockKind};
use domain::id::FactId;
use domain::time::{At, Day};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{UnitRef, WhyView};

views! {
    /// An extension of a clock.
    ExtensionView {
        /// The fact.
        id: FactId,
        /// By how many days.
        days: u16,
        /// Whether it counts.
        is_effective: bool,
        /// Why not, if not.
        flaw: Option<ExtensionFlaw>,
    }
    /// A clock.
    ClockView {
        /// The kind.
        kind: ClockKind,
        /// Its key within the case.
        key: String,
        /// From when.
        start: At,
        /// In what it counts.
        unit: ClockUnit,
        /// How long it runs; nothing where the parties named the day.
        limit: u16,
        /// The last day as counted.
        natural_end: Day,
        /// The last day in law: shifted to a working day where the kind shifts.
        end: Day,
        /// The minute of that day at which it ends, for clocks that count minutes.
        end_minute: Option<u16>,
        /// Days until then; negative once it is over.
        days_left: i32,
        /// What it shows now.
        light: Light,
        /// Whether it rests, with no day named to go on.
        is_paused: bool,
        /// When it stopped.
        stopped: Option<At>,
        /// Whether the holiday table knew every day asked.
        is_calendar_known: bool,
        /// What was said about a later end.
        extensions: Vec<ExtensionView>,
        /// The days on which to remind, for promises.
        reminders: Vec<Day>,
        /// The colour of the card that is due for its passing, if one is and none was issued.
        card_due: Option<CardColour>,
        /// From which day it counts, in words.
        begins: String,
        /// The law and article, or the practice.
        source: String,
        /// The rule and the facts.
        why: WhyView,
    }
    /// A supervision card.
    CardView {
        /// The facts that issued it, earliest first.
        issued: Vec<FactId>,
        /// The colour.
        colour: CardColour,
        /// For which clock.
        clock: ClockKind,
        /// The day whose passing it is for.
        anchor: Option<Day>,
        /// When it was issued.
        at: At,
        /// To which unit.
        unit: Option<UnitRef>,
        /// The cards it follows.
        follows: Vec<FactId>,
        /// Whether it was handed over.
        is_delivered: bool,
        /// Whether it was withdrawn by what is known now (撤牌).
        is_withdrawn: bool,
        /// Why, if it was.
        withdrawn_why: Option<WhyView>,
        /// Who answered it.
        answered: Option<FactId>,
        /// Whether a correction must still be handed over (更正提醒单).
        needs_correction: bool,
        /// The correction that was.
        corrected: Option<FactId>,
    }
    /// A card that is due and that nobody issued: a suggestion.
    CardDueView {
        /// The colour.
        colour: CardColour,
        /// Why.
        ground: CardGround,
        /// For which clock.
        clock: ClockKind,
        /// The day whose passing it is for.
        anchor: Day,
        /// To which unit.
        unit: Option<UnitRef>,
        /// The cards it follows.
        follows: Vec<FactId>,
        /// The rule and the facts.
        why: WhyView,
    }
}
