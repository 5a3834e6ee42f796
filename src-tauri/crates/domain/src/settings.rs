//! What a township may set, with the sober defaults of the practice. A case keeps the version it
//! was registered under.

use std::collections::BTreeMap;

use crate::fact::body::ClockKind;
use crate::role::Level;

/// The version of the defaults this program ships.
pub const VERSION: &str = "builtin-1";

/// The settings of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Its name, kept by every case registered under it.
    pub version: String,
    /// After how many failed sessions a village suggests to climb.
    ///
    /// Source: the practice "3321" (村三次、镇三次、县两次、市一次); an internal working rule, never a
    /// condition for the parties: 人民调解法 (2010) arts. 3 and 26 leave them every other way at any
    /// time.
    pub village_failures: u16,
    /// The same for a township.
    pub township_failures: u16,
    /// Minutes between the beginnings of two session records up to which they may be one meeting.
    pub meeting_minutes: u16,
    /// Whether a session that heard one side only counts.
    pub counts_one_sided: bool,
    /// Limits that differ from those of the table of clock kinds, in its units.
    pub limits: BTreeMap<ClockKind, u16>,
    /// The part of a period, in percent, from which a clock is yellow.
    pub yellow_percent: u8,
    /// Whether an oral agreement must be performed on the spot and objected to by nobody.
    ///
    /// Source: 人民调解工作若干规定 (2002) art. 34; 宁波市人民调解条例 art. 24.
    pub is_oral_on_the_spot_only: bool,
    /// Whether the earlier clock for a standstill runs.
    pub has_early_stagnation: bool,
    /// Working days within which a card is answered.
    pub card_answer_days: u16,
    /// Days within which a second passing makes a yellow card.
    pub second_overdue_days: u16,
    /// How many yellow cards of one quarter make a red one.
    pub yellow_cards: u16,
    /// Days around the due day of a promise on which to remind.
    pub reminder_days: Vec<i16>,
    /// Days without an exchange after which a neighbour is shown in red.
    pub silent_days: u16,
    /// Days between what happened and its typing from which a fact is marked 补录.
    pub late_entry_days: u16,
    /// Minutes between two clocks from which both sides are warned.
    pub clock_skew_minutes: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: VERSION.to_owned(),
            village_failures: 3,
            township_failures: 3,
            meeting_minutes: 60,
            counts_one_sided: false,
            limits: BTreeMap::new(),
            yellow_percent: 30,
            is_oral_on_the_spot_only: true,
            has_early_stagnation: false,
            card_answer_days: 3,
            second_overdue_days: 30,
            yellow_cards: 2,
            reminder_days: vec![-7, -1, 1, 7],
            silent_days: 3,
            late_entry_days: 3,
            clock_skew_minutes: 10,
        }
    }
}

impl Settings {
    /// After how many failed sessions a level suggests to climb.
    #[must_use]
    pub const fn failures(&self, level: Level) -> u16 {
        match level {
            Level::Village => self.village_failures,
            Level::Township => self.township_failures,
        }
    }
}
