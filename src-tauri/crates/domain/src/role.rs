//! Who may do what is said in roles; what a role may do is in the table of rights
//! ([`crate::rights`]).

use serde::{Deserialize, Serialize};

/// A role. The codes R1 to R11 are those of the practice; they are stable and stand in
/// certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Role {
    /// 网格员、信息员: registers clues.
    R1,
    /// 村调解员、评理员: registers and mediates in the village.
    R2,
    /// 村调委会主任: heads the village's mediation committee.
    R3,
    /// 镇受理员: the window of the township centre.
    R4,
    /// 镇调解员: mediates at the township.
    R5,
    /// 司法所: guidance, legal review, archive check.
    R6,
    /// 镇综治中心主任、政法委员: dispatch, extension, cards.
    R7,
    /// 部门协办: police, court, women's federation and others who co-operate.
    R8,
    /// 督查、考核员.
    R9,
    /// 系统管理员: no case content.
    R10,
    /// 只读领导、审计.
    R11,
}

impl Role {
    /// Every role, in order.
    pub const ALL: [Self; 11] = [
        Self::R1,
        Self::R2,
        Self::R3,
        Self::R4,
        Self::R5,
        Self::R6,
        Self::R7,
        Self::R8,
        Self::R9,
        Self::R10,
        Self::R11,
    ];

    /// The number in its code, from 1.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::R1 => 1,
            Self::R2 => 2,
            Self::R3 => 3,
            Self::R4 => 4,
            Self::R5 => 5,
            Self::R6 => 6,
            Self::R7 => 7,
            Self::R8 => 8,
            Self::R9 => 9,
            Self::R10 => 10,
            Self::R11 => 11,
        }
    }

    /// The role with a number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.number() == number)
    }

    /// The level at which the role works.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Self::R1 | Self::R2 | Self::R3 => Level::Village,
            _ => Level::Township,
        }
    }
}

/// A level of the ladder a dispute climbs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Level {
    /// 村: a village or community point.
    #[default]
    Village,
    /// 镇: the township centre.
    Township,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_roles_are_stable() {
        for (role, number) in Role::ALL.into_iter().zip(1u8..) {
            assert_eq!(role.number(), number);
            assert_eq!(Role::from_number(number), Some(role));
            assert_eq!(format!("{role:?}"), format!("R{number}"));
        }
        for number in [0, 12, 255] {
            assert_eq!(Role::from_number(number), None, "{number}");
        }
    }

    #[test]
    fn the_first_three_work_in_the_village() {
        for role in Role::ALL {
            let want = if role.number() <= 3 { Level::Village } else { Level::Township };
            assert_eq!(role.level(), want, "{role:?}");
        }
    }
}
