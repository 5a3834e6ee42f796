//! Money is whole fen. Nothing in this program computes with fractions of a yuan.

use serde::{Deserialize, Serialize};

/// The largest amount a case may carry: one hundred billion yuan, in fen.
pub const AMOUNT_FEN_MAX: i64 = 10_000_000_000_000;

/// An amount of money.
///
/// **Units**: fen, a hundredth of a yuan.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "number"))]
pub struct Fen(pub i64);

impl Fen {
    /// Whether a person could mean it.
    #[must_use]
    pub const fn is_plausible(self) -> bool {
        self.0 >= 0 && self.0 <= AMOUNT_FEN_MAX
    }

    /// Adds, staying at the largest amount there is.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_plausible_from_nothing_to_the_largest() {
        for (fen, want) in [
            (-1, false),
            (0, true),
            (1, true),
            (10_000_000_000_000, true),
            (10_000_000_000_001, false),
            (i64::MIN, false),
        ] {
            assert_eq!(Fen(fen).is_plausible(), want, "{fen}");
        }
    }

    #[test]
    fn adding_stays_at_the_largest() {
        assert_eq!(Fen(120).saturating_add(Fen(45)), Fen(165));
        assert_eq!(Fen(i64::MAX).saturating_add(Fen(1)), Fen(i64::MAX));
    }
}
