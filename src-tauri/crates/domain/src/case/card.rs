//! Supervision cards (牌): which were issued, which hold by all that is known now, and which are
//! due. A card that is due is a suggestion; a person issues it.
//!
//! Source: the colours and triggers are local working rules with sober defaults; 莲都区 for the red
//! card after a standstill.

#[cfg(test)]
mod tests;

use chrono::Datelike;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, after};
use crate::fact::Body;
use crate::fact::body::{CardColour, CardIssued, ClockKind};
use crate::id::{FactId, UnitId};
use crate::rules::{RuleId, Why};
use crate::settings::Settings;
use crate::time::{At, Day};

use super::Case;
use super::clock::{Clock, row};
use super::known::{Facts, Known, each};

/// A supervision card.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// The facts that issued it, earliest first: two for one clock, anchor and unit are one.
    pub issued: Vec<FactId>,
    /// The colour.
    pub colour: CardColour,
    /// For which clock.
    pub clock: ClockKind,
    /// The day whose passing it is for.
    pub anchor: Option<Day>,
    /// When it was issued.
    pub at: At,
    /// To which unit.
    pub unit: Option<UnitId>,
    /// The cards it follows.
    pub follows: Vec<FactId>,
    /// Whether it was handed over.
    pub is_delivered: bool,
    /// 撤牌——依合并后事实: the facts because of which it does not hold.
    pub withdrawn: Option<Why>,
    /// When it was first answered.
    pub answered: Option<(At, FactId)>,
    /// The correction that was handed over.
    pub corrected: Option<FactId>,
}

impl Card {
    /// Whether a correction must still be handed over (更正提醒单).
    #[must_use]
    pub const fn needs_correction(&self) -> bool {
        self.withdrawn.is_some() && self.is_delivered && self.corrected.is_none()
    }

    /// Whether it holds.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.withdrawn.is_none()
    }
}

/// The cards that were issued, those of one clock, anchor and unit together; whether one holds is
/// asked of the clocks.
pub(super) fn fold(facts: &Facts, owner: Option<UnitId>) -> Vec<Card> {
    let mut issued: Vec<(&Known, &CardIssued)> = each!(facts, CardIssued).collect();
    issued.sort_by_key(|(known, _)| known.order());
    let mut cards: Vec<Card> = Vec::new();
    for (known, body) in issued {
        let unit = body.unit.or(owner);
        // Without a named day a card is for the day it was issued on.
        let anchor = body.anchor.or(Some(after(known.fact.at.day, -1)));
        let same = cards
            .iter_mut()
            .find(|c| c.clock == body.clock && c.anchor == anchor && c.unit == unit);
        if let Some(card) = same {
            card.issued.push(known.id);
            card.is_delivered |= body.delivered;
            continue;
        }
        cards.push(Card {
            issued: vec![known.id],
            colour: body.colour,
            clock: body.clock,
            anchor,
            at: known.fact.at,
            unit,
            follows: body.follows.clone(),
            is_delivered: body.delivered,
            withdrawn: None,
            answered: None,
            corrected: None,
        });
    }
    for known in &facts.list {
        let (of, is_answer) = match &known.fact.body {
            Body::CardAnswered(body) => (body.card, true),
            Body::CardCorrected(body) => (body.card, false),
            _ => continue,
        };
        let Some(card) = cards.iter_mut().find(|c| c.issued.contains(&of)) else { continue };
        if is_answer {
            let answer = (known.fact.at, known.id);
            card.answered = Some(card.answered.map_or(answer, |first| first.min(answer)));
        } else {
            card.corrected.get_or_insert(known.id);
        }
    }
    cards
}

/// What tells whether cards hold and which are due.
#[derive(Debug, Clone, Copy)]
pub struct Bench<'a> {
    /// The clocks of the case.
    pub clocks: &'a [Clock],
    /// The holiday table.
    pub calendar: &'a Calendar,
    /// The settings.
    pub settings: &'a Settings,
}

/// The cards of a case. One is withdrawn if, by all that is known now, its clock was not over on
/// the day it was issued, or a card it follows fell or was answered in time.
#[must_use]
pub fn read(case: &Case, bench: Bench<'_>) -> Vec<Card> {
    let mut cards = case.cards.clone();
    let mut order: Vec<usize> = (0..cards.len()).collect();
    // A card follows cards of a milder colour: those are judged before it.
    order.sort_by_key(|at| cards.get(*at).map(|card| (card.colour, card.at)));
    for at in order {
        let Some(card) = cards.get(at) else { continue };
        let withdrawn = if card.follows.is_empty() {
            not_over(card, bench.clocks)
        } else {
            not_followed(card, &cards, bench)
        };
        if let Some(card) = cards.get_mut(at) {
            card.withdrawn = withdrawn;
        }
    }
    cards
}

/// Why the clock of a card was not over when it was issued, if it was not.
fn not_over(card: &Card, clocks: &[Clock]) -> Option<Why> {
    let own = || clocks.iter().filter(|c| c.running.kind == card.clock);
    let holds =
        own().any(|c| c.is_overdue(card.at) && c.running.start.span().from <= card.at.span().from);
    if holds {
        return None;
    }
    let stops = own().filter_map(|c| c.running.stop.map(|(_, id)| id));
    let longer = own().flat_map(|c| c.extensions.iter()).filter(|e| e.flaw.is_none());
    let facts = card.issued.iter().copied().chain(stops).chain(longer.map(|e| e.id));
    Some(Why::new(RuleId::CardWithdrawn, facts))
}

/// Why the cards that a card follows give no ground for it, if they give none. A card of another
/// case is not asked: it is not here.
fn not_followed(card: &Card, cards: &[Card], bench: Bench<'_>) -> Option<Why> {
    let followed: Vec<&Card> = cards
        .iter()
        .filter(|other| other.issued.iter().any(|id| card.follows.contains(id)))
        .collect();
    let fallen = followed.iter().filter(|other| !other.holds());
    let fallen = fallen.flat_map(|other| other.issued.iter().copied());
    let in_time = followed.iter().filter_map(|other| {
        let (answered, id) = other.answered?;
        let is_in_time = answered.day <= answer_day(other, bench);
        (card.colour == CardColour::Yellow && is_in_time).then_some(id)
    });
    let because: Vec<FactId> = fallen.chain(in_time).collect();
    (!because.is_empty()).then(|| {
        let facts = because.into_iter().chain(card.issued.iter().copied());
        Why::new(RuleId::CardFollows, facts)
    })
}

/// The last day on which a card is answered in time.
fn answer_day(card: &Card, bench: Bench<'_>) -> Day {
    bench.calendar.working_days_after(card.at.day, bench.settings.card_answer_days).0
}

/// Why a card is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum CardGround {
    /// 逾期
    Overdue,
    /// 三十日内再次逾期
    SecondOverdue,
    /// 蓝牌未按时答复
    Unanswered,
    /// 一个季度两张黄牌
    TwoYellow,
}

/// A card that is due and that nobody issued: a suggestion.
#[derive(Debug, Clone, PartialEq)]
pub struct CardDue {
    /// The colour.
    pub colour: CardColour,
    /// Why.
    pub ground: CardGround,
    /// For which clock.
    pub clock: ClockKind,
    /// The day whose passing it is for.
    pub anchor: Day,
    /// To which unit.
    pub unit: Option<UnitId>,
    /// The cards it follows.
    pub follows: Vec<FactId>,
    /// The rule and the facts.
    pub why: Why,
}

/// A card that holds, of another case of the same unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elsewhere {
    /// The fact that issued it.
    pub id: FactId,
    /// The colour.
    pub colour: CardColour,
    /// When it was issued.
    pub day: Day,
}

/// The cards that are due on a case at a time, given what its owner was issued elsewhere.
#[must_use]
pub fn due(case: &Case, bench: Bench<'_>, elsewhere: &[Elsewhere], now: At) -> Vec<CardDue> {
    let cards = read(case, bench);
    let bar = Bar {
        bench,
        owner: case.owner().map(|tenure| tenure.unit),
        holding: cards.iter().filter(|card| card.holds()).collect(),
        elsewhere,
        now,
    };
    let mut due = bar.overdue();
    due.extend(bar.unanswered());
    due.extend(bar.two_yellow());
    due
}

/// What a unit was issued, as far as it is known here.
struct Bar<'a> {
    bench: Bench<'a>,
    owner: Option<UnitId>,
    holding: Vec<&'a Card>,
    elsewhere: &'a [Elsewhere],
    now: At,
}

impl Bar<'_> {
    /// The cards of a unit that hold, here and, for the owner, elsewhere.
    fn of_unit(&self, unit: Option<UnitId>) -> Vec<Elsewhere> {
        let here = self.holding.iter().filter(|card| card.unit == unit).filter_map(|card| {
            Some(Elsewhere { id: *card.issued.first()?, colour: card.colour, day: card.at.day })
        });
        let is_owner = unit == self.owner;
        here.chain(self.elsewhere.iter().copied().filter(|_| is_owner)).collect()
    }

    /// For each clock that is over: its card, or a yellow one where another of the same unit was
    /// over not long ago.
    fn overdue(&self) -> Vec<CardDue> {
        let mut due = Vec::new();
        for clock in self.bench.clocks.iter().filter(|clock| clock.is_overdue(self.now)) {
            let kind = clock.running.kind;
            let unit = clock.running.unit.or(self.owner);
            let Some(colour) = row(kind).card else { continue };
            let is_issued = self
                .holding
                .iter()
                .any(|card| card.clock == kind && card.unit == unit && card.at.day > clock.end);
            if is_issued {
                continue;
            }
            let days = i64::from(self.bench.settings.second_overdue_days);
            let from = after(self.now.day, days.saturating_neg());
            let earlier: Vec<FactId> = self
                .of_unit(unit)
                .iter()
                .filter(|card| (from..=self.now.day).contains(&card.day))
                .map(|card| card.id)
                .collect();
            let is_second = colour == CardColour::Blue && !earlier.is_empty();
            let facts = clock.why.facts.iter().copied();
            let (colour, ground, why) = if is_second {
                let why = Why::new(RuleId::YellowCard, facts.chain(earlier));
                (CardColour::Yellow, CardGround::SecondOverdue, why)
            } else {
                let rule = match kind {
                    ClockKind::DangerReport => RuleId::DangerReported,
                    _ => RuleId::CardDue,
                };
                (colour, CardGround::Overdue, Why::new(rule, facts))
            };
            let (anchor, follows) = (clock.end, Vec::new());
            due.push(CardDue { colour, ground, clock: kind, anchor, unit, follows, why });
        }
        due
    }

    /// For each blue card that nobody answered in time: a yellow one.
    fn unanswered(&self) -> Vec<CardDue> {
        let mut due = Vec::new();
        for card in self.holding.iter().filter(|card| card.colour == CardColour::Blue) {
            let anchor = answer_day(card, self.bench);
            let is_late = card.answered.map_or(self.now.day, |(at, _)| at.day) > anchor;
            let follows = |other: &&Card| other.follows.iter().any(|id| card.issued.contains(id));
            if !is_late || self.holding.iter().any(follows) {
                continue;
            }
            due.push(CardDue {
                colour: CardColour::Yellow,
                ground: CardGround::Unanswered,
                clock: card.clock,
                anchor,
                unit: card.unit,
                follows: card.issued.first().copied().into_iter().collect(),
                why: Why::new(RuleId::YellowCard, card.issued.iter().copied()),
            });
        }
        due
    }

    /// For as many yellow cards of one unit and quarter as the setting says: a red one, on the
    /// case of the last of them.
    fn two_yellow(&self) -> Vec<CardDue> {
        let of_colour = |colour| self.holding.iter().filter(move |card| card.colour == colour);
        let quarter = |day: Day| (day.year(), day.month0().div_euclid(3));
        let mut due = Vec::new();
        for card in of_colour(CardColour::Yellow) {
            let mut later = of_colour(CardColour::Yellow)
                .filter(|other| other.unit == card.unit && other.at > card.at);
            let is_followed = of_colour(CardColour::Red)
                .any(|red| red.follows.iter().any(|id| card.issued.contains(id)));
            if later.next().is_some() || is_followed {
                continue;
            }
            let mut follows: Vec<FactId> = self
                .of_unit(card.unit)
                .iter()
                .filter(|other| other.colour == CardColour::Yellow && other.day <= card.at.day)
                .filter(|other| quarter(other.day) == quarter(card.at.day))
                .map(|other| other.id)
                .collect();
            follows.sort_unstable();
            if follows.len() < usize::from(self.bench.settings.yellow_cards) {
                continue;
            }
            due.push(CardDue {
                colour: CardColour::Red,
                ground: CardGround::TwoYellow,
                clock: card.clock,
                anchor: card.at.day,
                unit: card.unit,
                why: Why::new(RuleId::RedCard, follows.iter().copied()),
                follows,
            });
        }
        due
    }
}
