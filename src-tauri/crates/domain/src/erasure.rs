//! When what is recorded of a person may be erased (个人信息删除), and when it is to be sealed
//! (封存) instead: while a period of retention runs, nothing is done with it but keep it.
//!
//! Source: 个人信息保护法第四十七条; 档案法（2020）第十三条; `domain.md` §2.5, §6.

use serde::{Deserialize, Serialize};

use crate::fact::body::Retention;

/// The ground on which somebody erases, one for each number of the article.
///
/// Source: 个人信息保护法第四十七条第一款.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum ErasureGround {
    /// (一) 处理目的已实现、无法实现或者不再必要.
    PurposeAchieved,
    /// (二) 保存期限已届满.
    RetentionEnded,
    /// (三) 个人撤回同意.
    ConsentWithdrawn,
    /// (四) 违反法律、行政法规或者违反约定处理个人信息.
    Unlawful,
    /// (五) 法律、行政法规规定的其他情形.
    OtherLaw,
}

impl ErasureGround {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [
        Self::PurposeAchieved,
        Self::RetentionEnded,
        Self::ConsentWithdrawn,
        Self::Unlawful,
        Self::OtherLaw,
    ];

    /// Its number in the article, from 1.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::PurposeAchieved => 1,
            Self::RetentionEnded => 2,
            Self::ConsentWithdrawn => 3,
            Self::Unlawful => 4,
            Self::OtherLaw => 5,
        }
    }

    /// The ground with a number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.number() == number)
    }
}

/// How a record is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// An index of a person, which is no file of the archive.
    Index,
    /// A case that is not archived.
    Open,
    /// An archived case.
    Archived(Retention),
}

/// Whether a record may be erased on a ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Leave {
    /// By the head of the township.
    Alone,
    /// Once a second person agrees.
    WithSecond,
    /// Not before it is archived: what is on record must be filed first.
    NotArchived,
    /// Never on this ground: the file is kept for ever, and sealed.
    Permanent,
}

impl Leave {
    /// Whether it may at all.
    #[must_use]
    pub const fn may(self) -> bool {
        matches!(self, Self::Alone | Self::WithSecond)
    }
}

/// Whether a record that is kept so may be erased on a ground.
///
/// A purpose that is achieved and a period that has ended are claims about a file: they need one,
/// and one that ends. The other grounds are rights of the person, which no filing suspends; where
/// the file is not closed or kept for ever, two persons must have looked at them.
#[must_use]
pub const fn leave(ground: ErasureGround, keeping: Keeping) -> Leave {
    let is_of_file =
        matches!(ground, ErasureGround::PurposeAchieved | ErasureGround::RetentionEnded);
    match keeping {
        Keeping::Index | Keeping::Archived(Retention::Short | Retention::Long) => Leave::Alone,
        Keeping::Open if is_of_file => Leave::NotArchived,
        Keeping::Archived(Retention::Permanent) if is_of_file => Leave::Permanent,
        Keeping::Open | Keeping::Archived(Retention::Permanent) => Leave::WithSecond,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_erased_once_it_has_ended_and_a_right_of_the_person_always_with_two() {
        use Leave::{Alone, NotArchived, Permanent, WithSecond};
        let rows = [
            (Keeping::Index, [Alone; 5]),
            (Keeping::Archived(Retention::Short), [Alone; 5]),
            (Keeping::Archived(Retention::Long), [Alone; 5]),
            (Keeping::Open, [NotArchived, NotArchived, WithSecond, WithSecond, WithSecond]),
            (
                Keeping::Archived(Retention::Permanent),
                [Permanent, Permanent, WithSecond, WithSecond, WithSecond],
            ),
        ];
        for (keeping, want) in rows {
            assert_eq!(
                ErasureGround::ALL.map(|ground| leave(ground, keeping)),
                want,
                "{keeping:?}"
            );
        }
    }

    #[test]
    fn grounds_are_numbered_as_in_the_article() {
        let numbers = ErasureGround::ALL.map(ErasureGround::number);
        assert_eq!(numbers, [1, 2, 3, 4, 5]);
        for ground in ErasureGround::ALL {
            assert_eq!(ErasureGround::from_number(ground.number()), Some(ground));
        }
        assert_eq!((ErasureGround::from_number(0), ErasureGround::from_number(6)), (None, None));
        assert!(Leave::Alone.may() && Leave::WithSecond.may());
        assert!(!Leave::NotArchived.may() && !Leave::Permanent.may());
    }
}
