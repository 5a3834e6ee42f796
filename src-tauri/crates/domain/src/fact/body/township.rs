//! The bodies of facts on the township's own records: its settings, and what it reported.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::case::item::CountedAct;
use crate::catalogue::{Category, Source};
use crate::id::{FactId, RecordId, UnitId};
use crate::money::Fen;
use crate::period::Period;
use crate::time::Day;

words! {
    /// Why a period names a case.
    CountedAs {
        /// It is dated in the period.
        Own,
        /// 补报: it is dated in an earlier period that was frozen without it.
        Late,
        /// It is dated earlier and was known when the first period was frozen.
        Before,
    }
    /// What a unit reported for a period.
    ReportState {
        /// It has cases in it.
        Cases,
        /// 零上报
        Zero,
        /// 零上报, struck out: cases came in after it.
        ZeroStruck,
        /// 未报: neither cases nor a zero report.
        Missing,
    }
}

bodies! {
    /// 设置: one whole version. A case keeps the version it was registered under.
    SettingsSet {
        /// Every limit by its key. What a newer version adds is kept and passed over.
        limits: BTreeMap<String, LimitSet>,
        /// Days around the due day of a promise on which to remind.
        reminder_days: Vec<i16>,
        /// Why.
        reason: String,
        /// The versions it takes the place of: those that held when it was written.
        #[serde(default)]
        replaces: Vec<FactId>,
        /// 放假表: days of rest and made-up working days of years that the program did not know.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        days: Vec<RestDay>,
    }
    /// A day that is not as its day of the week says.
    RestDay {
        /// The day.
        day: Day,
        /// Whether it is a day of rest; a made-up working day otherwise.
        rest: bool,
        /// What is celebrated.
        #[serde(default)]
        name: String,
    }
    /// One limit of a version.
    LimitSet {
        /// How much, in the unit of the limit.
        value: u32,
        /// The paper it comes from, where it differs from the builtin one.
        #[serde(default)]
        note: String,
    }
    /// 统计冻结: the numbers as they were reported. They never change again.
    PeriodFrozen {
        /// Which period.
        period: Period,
        /// What was counted.
        numbers: PeriodNumbers,
        /// 补报: what came late for earlier periods.
        late: PeriodNumbers,
        /// What each unit had reported by then.
        reports: Vec<UnitReport>,
        /// Whether it was printed and handed in.
        #[serde(default)]
        printed: bool,
        /// In words.
        #[serde(default)]
        note: String,
    }
    /// The cases a freeze knew: together they are its frontier.
    PeriodCounted {
        /// Why they are named.
        counted_as: CountedAs,
        /// The cases.
        cases: Vec<CountedCase>,
    }
    /// A case as a freeze counted it.
    CountedCase {
        /// The case.
        case: RecordId,
        /// Whether the case itself is meant; otherwise only agreements of it.
        #[serde(default)]
        itself: bool,
        /// Its agreements that were counted.
        #[serde(default)]
        agreements: Vec<FactId>,
    }
    /// The counts of a period.
    ///
    /// Source: 人民调解案件情况统计表.
    #[derive(Default)]
    PeriodNumbers {
        /// 调解案件总数, by the day of acceptance.
        cases: u32,
        /// 涉及当事人数
        parties: u32,
        /// 调解成功数: cases whose agreement took effect in the period.
        succeeded: u32,
        /// 书面协议
        written: u32,
        /// 口头协议
        oral: u32,
        /// 协议涉及金额
        amount_fen: Fen,
        /// By source.
        by_source: BTreeMap<Source, u32>,
        /// By official type.
        by_category: BTreeMap<Category, u32>,
        /// By the unit that registered them.
        by_unit: Vec<UnitCount>,
        /// What else was done in the period; nothing in freezes of older programs.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        acts: BTreeMap<CountedAct, u32>,
    }
    /// How many cases a unit has in a period.
    UnitCount {
        /// The unit.
        unit: UnitId,
        /// Cases.
        cases: u32,
    }
    /// What a unit had reported for a period.
    UnitReport {
        /// The unit.
        unit: UnitId,
        /// What.
        state: ReportState,
        /// Up to which day its data had come.
        #[serde(default)]
        as_of: Option<Day>,
    }
    /// 零上报: nothing was found in the period.
    ZeroReported {
        /// Which period.
        period: Period,
        /// In words.
        #[serde(default)]
        note: String,
    }
}
