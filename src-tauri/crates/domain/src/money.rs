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
