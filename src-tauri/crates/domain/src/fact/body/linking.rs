//! The bodies of facts about what belongs together: duplicate cases, persons who are one, a case
//! that takes up another, numbers that are set aside, and on what ground somebody's data is kept.

use serde::{Deserialize, Serialize};

use super::{Side, Track};
use crate::catalogue::{Category, Source};
use crate::id::{DeviceId, FactId, RecordId, UnitId, UserId};
use crate::time::At;

words! {
    /// What two cases are to each other.
    DuplicateVerdict {
        /// 合并: one dispute; one case is the main one.
        Merged,
        /// 关联: one root, two disputes.
        Related,
        /// 不同
        Different,
        /// 撤销: an earlier decision about them is taken back.
        Undone,
    }
    /// On what ground somebody's data is kept.
    ///
    /// Source: 个人信息保护法 arts. 13, 29 and 31.
    PrivacyGround {
        /// 同意: of the person, or of the guardian of a child.
        Consent,
        /// 法定职责
        StatutoryDuty,
    }
}

bodies! {
    /// 重复登记的裁定: what this case and others are to each other. The same act stands on each of
    /// the cases it is about.
    DuplicateDecided {
        /// What they are to each other.
        verdict: DuplicateVerdict,
        /// The other cases, as they stood.
        cases: Vec<LinkedCase>,
        /// The main case, if this one goes into another.
        #[serde(default)]
        into: Option<RecordId>,
        /// The fact that stands for the whole act, if it is not this one.
        #[serde(default)]
        act: Option<FactId>,
        /// The earlier acts it answers, wherever its author read them.
        #[serde(default)]
        answers: Vec<FactId>,
        /// Why.
        #[serde(default)]
        reason: String,
    }
    /// Another case, as it stood when something was decided about it.
    LinkedCase {
        /// The record.
        case: RecordId,
        /// Its number.
        number: String,
        /// Its title.
        title: String,
        /// The unit that registered it.
        unit: UnitId,
        /// 首办责任人 of it.
        by: UserId,
        /// The day of its application.
        applied: At,
        /// How it came.
        source: Source,
        /// On which track.
        track: Track,
        /// Its type.
        #[serde(default)]
        category: Option<Category>,
        /// Its parties, as lists show them.
        #[serde(default)]
        parties: Vec<LinkedParty>,
    }
    /// A party of another case.
    LinkedParty {
        /// The name, as lists show it.
        name: String,
        /// On which side.
        side: Side,
    }
    /// 重新受理为新案: another case takes up this one.
    TakenUp {
        /// The new case.
        case: RecordId,
        /// Its number.
        number: String,
    }
    /// 编号作废（跳号说明）: the number is never given again.
    NumberVoided {
        /// The number.
        number: String,
        /// Why.
        reason: String,
    }
    /// 个人信息处理依据.
    PrivacyRecorded {
        /// Whose.
        party: FactId,
        /// On what ground.
        ground: PrivacyGround,
        /// The guardian who consented, for a child.
        #[serde(default)]
        guardian: String,
        /// In words.
        #[serde(default)]
        note: String,
    }
    /// 撤回登记: the record was made by mistake. It stands in no list; what names it still finds it.
    PersonWithdrawn {
        /// Why.
        reason: String,
    }
    /// 人员合并或者分开: what this person record and another are to each other. The same act stands
    /// on both records.
    PersonsLinked {
        /// The other record.
        with: RecordId,
        /// Whether they are one person.
        same: bool,
        /// The fact that stands for the whole act, if it is not this one.
        #[serde(default)]
        act: Option<FactId>,
        /// The earlier acts it answers, wherever its author read them.
        #[serde(default)]
        answers: Vec<FactId>,
        /// Why.
        #[serde(default)]
        reason: String,
    }
    /// 编号登记: which computer keeps a unit's register of numbers, and how they are written.
    RegisterHolderSet {
        /// The computer that keeps the register.
        device: DeviceId,
        /// 区划简称
        region: String,
        /// 调委会简称
        committee: String,
        /// The last numbers already used on paper, by year.
        #[serde(default)]
        used: Vec<UsedNumber>,
    }
    /// The last number of a year that was used on paper.
    UsedNumber {
        /// The year.
        year: u16,
        /// The number.
        last: u32,
    }
    /// 号段: numbers set aside for another computer of the unit.
    NumberBlockReserved {
        /// For which computer.
        device: DeviceId,
        /// Of which year.
        year: u16,
        /// From this number
        from: u32,
        /// up to this one.
        to: u32,
    }
}
