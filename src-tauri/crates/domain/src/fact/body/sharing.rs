//! The bodies of the facts that move a case into a space several units hold, and let one go.

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

    /// A unit takes part no more. That it holds the space no more the roster says; this is for those
    /// who read on.
    CaseLeft {
        /// The unit.
        unit: UnitId,
        /// Why.
        reason: String,
    }
}
