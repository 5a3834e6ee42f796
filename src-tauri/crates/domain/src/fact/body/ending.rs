//! The bodies of facts about danger, endings, files and numbers.

use serde::{Deserialize, Serialize};

use super::{Outcome, Route};
use crate::id::FactId;

words! {
    /// Something about a case that changes how it must be handled.
    Flag {
        /// 家庭暴力
        DomesticViolence,
        /// 涉未成年人
        MinorInvolved,
        /// 未成年人受到侵害或者疑似
        MinorHarmed,
        /// 群体性（五人以上）
        Group,
        /// 涉外
        Foreign,
        /// 跨村
        CrossVillage,
        /// 疑似虚假调解
        FalseMediation,
    }
    /// Where a dispute goes on (移送、转化).
    Destination {
        /// 公安（治安）
        Police,
        /// 刑事
        Criminal,
        /// 法院（民商事诉讼）
        Court,
        /// 仲裁
        Arbitration,
        /// 行政机关
        Administrative,
        /// 信访
        Petition,
        /// 县
        County,
    }
    /// How long a file is kept. The labels are those of the practice; years are a setting.
    Retention {
        /// 短期
        Short,
        /// 长期
        Long,
        /// 永久
        Permanent,
    }
}

bodies! {
    /// 标记.
    Flagged {
        /// What.
        flags: Vec<Flag>,
        /// In words.
        #[serde(default)]
        note: String,
    }
    /// 报告公安. It is never corrected or withdrawn, only answered.
    ///
    /// Source: 人民调解法 (2010) art. 25; 反家庭暴力法 art. 14; 未成年人保护法 art. 11.
    ReportedToPolice {
        /// Which station.
        to: String,
        /// Who took it.
        #[serde(default)]
        receiver: String,
        /// How it was made.
        #[serde(default)]
        method: String,
        /// What was reported.
        matter: String,
    }
    /// 公安答复: the report is dealt with.
    PoliceResponded {
        /// Which report.
        report: FactId,
        /// What they did.
        result: String,
    }
    /// 终止调解，告知途径.
    ///
    /// Source: 人民调解法 (2010) art. 26.
    Terminated {
        /// Why.
        ground: Outcome,
        /// Which other ways the parties were told of.
        routes: Vec<Route>,
        /// In words.
        #[serde(default)]
        note: String,
    }
    /// 不予受理，告知途径.
    Declined {
        /// Why.
        reason: String,
        /// Which other ways the parties were told of.
        routes: Vec<Route>,
    }
    /// 移送、转化.
    Transferred {
        /// Where it goes on.
        to: Destination,
        /// In words.
        #[serde(default)]
        note: String,
    }
    /// 作废. Work that did not know of it makes it a request.
    Voided {
        /// Why.
        reason: String,
    }
    /// 重新办理: a closed case goes on.
    Reopened {
        /// Why.
        reason: String,
    }
    /// 归档. It seals everything its author had; what comes later goes to a supplement.
    ///
    /// Source: 档案法 (2020) arts. 13 and 37.
    Archived {
        /// How long it is kept.
        retention: Retention,
        /// The number of the volume.
        #[serde(default)]
        volume: String,
    }
    /// 封存: the archived file is kept, and nothing else is done with it.
    ///
    /// Source: 个人信息保护法 (2021) art. 47 para. 2.
    Restricted {
        /// Why, without naming anybody.
        reason: String,
    }
    /// 解除封存.
    RestrictionLifted {
        /// Why.
        reason: String,
    }
    /// 卷宗情况说明, locked. A second one is a supplement to the first.
    FileStatement {
        /// The words.
        text: String,
    }
    /// 正式编号.
    NumberAssigned {
        /// The number.
        number: String,
        /// Whether it stands on something sealed or printed already.
        #[serde(default)]
        printed: bool,
    }
}
