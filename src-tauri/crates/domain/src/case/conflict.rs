//! What a person must decide, or what a rule has decided: two things written in ignorance of each
//! other, side by side, with who, when, where and on which device. Nothing that lost is ever
//! dropped; a settled conflict stays readable for ever (曾有冲突).

use crate::fact::body::Choice;
use crate::fact::{Body, Carried, Fact, FieldValue};
use crate::id::{DeviceId, FactId, UnitId, UserId};
use crate::role::{Level, Role};
use crate::rules::{RuleId, Why};
use crate::time::{At, Hlc};

use super::known::Known;

/// What contradicts what.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum ConflictKind {
    /// Two values of one register.
    Field,
    /// Two types.
    Category,
    /// Two items of the township's own catalogue.
    LocalItem,
    /// Two risks.
    Risk,
    /// Two corrections of one fact.
    Correction,
    /// Two signed agreements about the same demands (协议冲突).
    Agreements,
    /// An agreement that says it replaces another, to be confirmed.
    AgreementReplaces,
    /// An escalation and what came before it (提级失效).
    Escalation,
    /// A session and a refusal.
    Session,
    /// Two records that look like one meeting (疑似同一次会议).
    SameMeeting,
    /// Two records of one meeting that tell its result differently.
    MeetingResult,
    /// Whether the township gives back what it accepted (待镇确认是否退回).
    Return,
    /// Two who were to preside.
    Host,
    /// Something happened that whoever closed or archived the case did not know (有后续).
    FollowUp,
    /// A case was made void while others worked on it (作废请求).
    Void,
    /// "Paid" here and "not paid" there.
    Performance,
    /// Two formal numbers of one case, two sealed agreements with one number, or a number that was
    /// set aside while something was sealed under it.
    Number,
    /// A case that was moved into two spaces at once (两处共办).
    Home,
    /// One formal number on two cases.
    NumberClash,
    /// Opposite decisions about two cases that look like one dispute.
    Duplicate,
    /// Two person records were merged here and separated there.
    SamePerson,
    /// Two notes that look like one payment (疑似同一笔付款).
    SamePayment,
    /// Two courts were asked to confirm one agreement.
    Courts,
    /// Two units were made to lead (主办不一致).
    Lead,
    /// One unit takes a sheet on and objects to it.
    SheetAnswer,
    /// Two sheets with one number.
    SheetNumber,
    /// Two versions of the settings.
    Settings,
    /// One unit became part of two others.
    UnitMerged,
    /// Something a removed user wrote came later (撤权后到达).
    Removed,
}

/// Who decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seat {
    /// Whoever works for the unit that owns the case.
    Owner,
    /// Who answers for the unit that owns the case: 村调委会主任, after acceptance 镇受理员.
    Head,
    /// Anybody who answers for a unit, in the village or at the township.
    AnyHead,
    /// 综治中心: window and head of the township centre.
    Centre,
    /// 综治中心主任.
    Director,
    /// 司法所.
    JudicialOffice,
    /// Who answers for the unit the conflict names.
    UnitHead,
}

impl Seat {
    /// The roles that may decide, given the level that owns the case.
    #[must_use]
    pub const fn roles(self, owner: Level) -> &'static [Role] {
        match (self, owner) {
            (Self::JudicialOffice, _) => &[Role::R6],
            (Self::Director, _) => &[Role::R7],
            (Self::UnitHead, _) => &[Role::R3, Role::R4, Role::R6, Role::R7, Role::R8],
            (Self::AnyHead, _) => &[Role::R3, Role::R4, Role::R6, Role::R7],
            (Self::Centre, _) | (Self::Head, Level::Township) => &[Role::R4, Role::R7],
            (Self::Head, Level::Village) => &[Role::R3],
            (Self::Owner, Level::Village) => &[Role::R2, Role::R3],
            (Self::Owner, Level::Township) => &[Role::R4, Role::R5, Role::R6, Role::R7],
        }
    }

    /// Whether only people of the unit that owns the case sit there.
    #[must_use]
    pub const fn is_of_owner(self) -> bool {
        matches!(self, Self::Owner | Self::Head)
    }

    /// Whether a decision of this role, whichever level owns the case, counts at all.
    ///
    /// Whether its unit owned the case is asked where it is written; by the time it is read, the
    /// case may have moved on, and the decision stands.
    #[must_use]
    pub fn admits(self, role: Role) -> bool {
        self.roles(role.level()).contains(&role)
    }
}

/// One side of a conflict.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// The value or the fact.
    pub choice: Choice,
    /// The business time it names, if it names one.
    pub at: Option<At>,
    /// Who wrote it.
    pub by: UserId,
    /// For which unit.
    pub unit: Option<UnitId>,
    /// On which device.
    pub device: Option<DeviceId>,
    /// When it was typed.
    pub recorded: Hlc,
}

impl Side {
    /// The side a fact stands for.
    #[must_use]
    pub fn of_fact(known: &Known) -> Self {
        Self {
            choice: Choice::Fact(known.id),
            at: Some(known.fact.at),
            by: known.fact.by,
            unit: Some(known.proof.unit),
            device: Some(known.proof.device),
            recorded: known.fact.recorded,
        }
    }

    /// The side a fact stands for, as its record carries it; nothing if it cannot be read.
    #[must_use]
    pub fn of_carried(carried: &Carried) -> Option<Self> {
        let fact = Fact::read(&carried.json).ok()?;
        Some(Self {
            choice: Choice::Fact(carried.id),
            at: Some(fact.at),
            by: fact.by,
            unit: carried.proof.map(|proof| proof.unit),
            device: carried.proof.map(|proof| proof.device),
            recorded: fact.recorded,
        })
    }

    /// The side a register's value stands for.
    #[must_use]
    pub fn of_value(value: &FieldValue) -> Self {
        Self {
            choice: Choice::Value(value.value.clone()),
            at: None,
            by: value.by,
            unit: value.proof.map(|p| p.unit),
            device: value.proof.map(|p| p.device),
            recorded: value.recorded,
        }
    }
}

/// How a conflict ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Settlement {
    /// The field's rule decides.
    ByRule(RuleId),
    /// A person decided.
    ByPerson {
        /// The deciding fact.
        fact: FactId,
        /// Who.
        by: UserId,
        /// For which unit.
        unit: UnitId,
        /// When, in business time.
        at: At,
        /// When it was typed.
        recorded: Hlc,
        /// What holds.
        choice: Choice,
        /// Why.
        reason: String,
    },
}

/// A contradiction, open or settled.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// What contradicts what.
    pub kind: ConflictKind,
    /// Its natural key within the record: the same on every machine.
    pub key: String,
    /// The rule and the facts.
    pub why: Why,
    /// Who decides.
    pub seat: Seat,
    /// What stands side by side, sorted by when it was typed.
    pub sides: Vec<Side>,
    /// Ways out that are not one of the sides, by name.
    pub ways: &'static [&'static str],
    /// The unit whose people decide, where that is not the one that owns the case.
    pub unit: Option<UnitId>,
    /// How it ended; `None` while it is open.
    pub settlement: Option<Settlement>,
}

impl Conflict {
    /// An open conflict between sides.
    #[must_use]
    pub fn between(
        kind: ConflictKind,
        key: String,
        why: Why,
        seat: Seat,
        mut sides: Vec<Side>,
    ) -> Self {
        sides.sort_by_key(|side| (side.recorded, side.device));
        Self { kind, key, why, seat, sides, ways: &[], unit: None, settlement: None }
    }

    /// The same with ways out beside the sides.
    #[must_use]
    pub const fn with_ways(mut self, ways: &'static [&'static str]) -> Self {
        self.ways = ways;
        self
    }

    /// The same for the people of one unit to decide.
    #[must_use]
    pub const fn for_unit(mut self, unit: UnitId) -> Self {
        self.unit = Some(unit);
        self
    }

    /// The unit whose people decide; any unit with the right roles if none.
    #[must_use]
    pub fn deciding_unit(&self, owner: Option<UnitId>) -> Option<UnitId> {
        self.unit.or_else(|| owner.filter(|_| self.seat.is_of_owner()))
    }

    /// The same settled by a rule.
    #[must_use]
    pub fn settled_by_rule(mut self, rule: RuleId) -> Self {
        self.settlement = Some(Settlement::ByRule(rule));
        self
    }

    /// The same settled by a deciding fact, if there is one.
    #[must_use]
    pub fn settled_by(mut self, decided: Option<&Known>) -> Self {
        let Some(known) = decided else { return self };
        let (choice, reason) = match &known.fact.body {
            Body::Decided(body) => (body.choice.clone(), body.reason.clone()),
            Body::EscalationReturned(body) => {
                (Choice::Way("return".to_owned()), body.reason.clone())
            }
            Body::Reopened(body) => (Choice::Way("reopen".to_owned()), body.reason.clone()),
            Body::DuplicateDecided(body) => (super::duplicate::choice(body), body.reason.clone()),
            Body::PersonsLinked(body) => (crate::person::choice(body), body.reason.clone()),
            _ => return self,
        };
        self.settlement = Some(Settlement::ByPerson {
            fact: known.id,
            by: known.fact.by,
            unit: known.proof.unit,
            at: known.fact.at,
            recorded: known.fact.recorded,
            choice,
            reason,
        });
        self
    }

    /// Whether a person must still decide.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.settlement.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::id::RecordId;

    const SEATS: [Seat; 7] = [
        Seat::Owner,
        Seat::Head,
        Seat::AnyHead,
        Seat::Centre,
        Seat::Director,
        Seat::JudicialOffice,
        Seat::UnitHead,
    ];

    #[test]
    fn who_sits_where() {
        use Role::{R2, R3, R4, R5, R6, R7, R8};
        // The roles while a village owns the case, while the township does, whether only the owner's.
        type Row = (&'static [Role], &'static [Role], bool);
        let rows: [Row; 7] = [
            (&[R2, R3], &[R4, R5, R6, R7], true),
            (&[R3], &[R4, R7], true),
            (&[R3, R4, R6, R7], &[R3, R4, R6, R7], false),
            (&[R4, R7], &[R4, R7], false),
            (&[R7], &[R7], false),
            (&[R6], &[R6], false),
            (&[R3, R4, R6, R7, R8], &[R3, R4, R6, R7, R8], false),
        ];
        for (seat, (village, township, is_of_owner)) in SEATS.into_iter().zip(rows) {
            assert_eq!(seat.roles(Level::Village), village, "{seat:?}");
            assert_eq!(seat.roles(Level::Township), township, "{seat:?}");
            assert_eq!(seat.is_of_owner(), is_of_owner, "{seat:?}");
            for role in Role::ALL {
                let own = if role.level() == Level::Village { village } else { township };
                assert_eq!(seat.admits(role), own.contains(&role), "{seat:?} {role:?}");
            }
        }
    }

    #[test]
    fn the_unit_that_decides_is_named_or_the_owner_or_nobody_in_particular() {
        let (owner, other) = (RecordId([1; 16]), RecordId([2; 16]));
        let fact = FactId { log: crate::id::LogTag([1; 8]), ulid: [1; 16] };
        for seat in SEATS {
            let why = Why::new(RuleId::RiskMax, [fact]);
            let conflict = Conflict::between(ConflictKind::Risk, "risk".into(), why, seat, vec![]);
            let want = seat.is_of_owner().then_some(owner);
            assert_eq!(conflict.deciding_unit(Some(owner)), want, "{seat:?}");
            assert_eq!(conflict.deciding_unit(None), None, "{seat:?}");
            assert!(conflict.is_open());
            let named = conflict.for_unit(other).with_ways(&["one"]);
            assert_eq!((named.deciding_unit(Some(owner)), named.ways), (Some(other), &["one"][..]));
            let settled = named.settled_by(None).settled_by_rule(RuleId::RiskMax);
            assert!(!settled.is_open());
        }
    }
}
