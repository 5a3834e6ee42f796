//! The body of the fact that moves a case into a space several units hold.

use serde::{Deserialize, Serialize};

use crate::id::{SpaceId, UnitId};

bodies! {
    /// The case lives in a space of its own from here on, or further units join it there.
    CaseShared {
        /// The space.
        space: SpaceId,
        /// The units it was opened to with this act.
        units: Vec<UnitId>,
    }
}
