//! The bodies of facts about a unit: that it is there, what it is called from a day on, which other
//! unit it became part of.

use serde::{Deserialize, Serialize};

use crate::fact::Body;
use crate::id::UnitId;
use crate::role::Level;

words! {
    /// What a unit is.
    UnitSort {
        /// 评理说事点
        Point,
        /// 综治中心
        Centre,
        /// 司法所
        JudicialOffice,
        /// 部门
        Department,
    }
}

bodies! {
    /// 单位登记.
    UnitRegistered {
        /// Its level.
        level: Level,
        /// What it is.
        sort: UnitSort,
    }
    /// 单位更名: from the day of the fact on it is called this.
    UnitRenamed {
        /// The new name.
        name: String,
        /// What it rests on: who approved it, with the number of the document.
        ground: String,
    }
    /// 单位并入: from the day of the fact on another unit carries on what it had.
    UnitMerged {
        /// The unit it became part of.
        into: UnitId,
        /// What it rests on: who approved it, with the number of the document.
        ground: String,
    }
    /// 撤销登记: the unit was registered by mistake, by an import that was taken back.
    UnitWithdrawn {
        /// Why.
        reason: String,
    }
}

impl Body {
    /// Puts in the place of every unit that is asked to do something the one that answers for it.
    pub(crate) fn ask_instead(&mut self, now: impl Fn(UnitId) -> UnitId + Copy) {
        match self {
            Self::ReferralProposed(body) => body.to = now(body.to),
            Self::SheetIssued(body) => body.to = now(body.to),
            Self::CardIssued(body) => body.unit = body.unit.map(now),
            Self::DuplicateDecided(body) => {
                body.cases.iter_mut().for_each(|case| case.unit = now(case.unit));
            }
            Self::Consulted(body) => {
                body.lead = now(body.lead);
                body.co.iter_mut().for_each(|unit| *unit = now(*unit));
            }
            _ => {}
        }
    }
}
