//! The bodies of facts about dispatch: who asks whom to do what, and what became of it.

use serde::{Deserialize, Serialize};

use super::Kept;
use crate::id::{FactId, UnitId};
use crate::time::Day;

words! {
    /// The three sheets (三单).
    SheetKind {
        /// 提醒单: reminds of a deadline.
        Reminder,
        /// 联系单: asks another unit to co-operate.
        Liaison,
        /// 交办单: orders action by a day, with a reply.
        Order,
    }
    /// As what a unit is asked.
    SheetPart {
        /// 主办
        Lead,
        /// 协办
        Co,
    }
}

bodies! {
    /// 报请转办: the village asks that a department deal with it. The first of two steps.
    ReferralProposed {
        /// To which unit.
        to: UnitId,
        /// What it is asked to do.
        matter: String,
    }
    /// 审核转办: the head of the village's committee passes it on, or gives it back.
    ReferralReviewed {
        /// Which request.
        referral: FactId,
        /// Whether it goes on to the township.
        passed: bool,
        /// Why.
        #[serde(default)]
        reason: String,
    }
    /// 会商: the units agree who leads and who co-operates.
    ///
    /// Source: 信访工作条例 (2022) art. 24.
    Consulted {
        /// 主办.
        lead: UnitId,
        /// 协办.
        #[serde(default)]
        co: Vec<UnitId>,
        /// What was agreed.
        #[serde(default)]
        note: String,
    }
    /// 审批会商: the head of the centre approves what was agreed.
    ConsultationApproved {
        /// Which.
        consultation: FactId,
        /// In words.
        #[serde(default)]
        note: String,
    }
    /// 发单. The fact's id names the sheet in every other fact.
    SheetIssued {
        /// Which of the three.
        sheet: SheetKind,
        /// Its number; the program gives one if it is empty.
        #[serde(default)]
        number: String,
        /// To which unit.
        to: UnitId,
        /// As what that unit is asked.
        part: SheetPart,
        /// Which demands of the case, from 0; all of them if empty.
        #[serde(default)]
        demands: Vec<u16>,
        /// What is to be done.
        requirement: String,
        /// The last day of the reply.
        #[serde(default)]
        due: Option<Day>,
        /// What it rests on.
        #[serde(default)]
        basis: String,
        /// The request of the village it follows.
        #[serde(default)]
        referral: Option<FactId>,
        /// Who approved it, where the window writes an order for the head of the centre.
        #[serde(default)]
        approved_by: String,
        /// Whether it stands on paper already.
        #[serde(default)]
        printed: bool,
    }
    /// 签收. Two of one unit are one.
    SheetSignedIn {
        /// Which sheet.
        sheet: FactId,
        /// Whether the unit says that it takes the matter on.
        #[serde(default)]
        accepts: bool,
    }
    /// 异议.
    ///
    /// Source: 信访工作条例 (2022) art. 23.
    SheetObjected {
        /// Which sheet.
        sheet: FactId,
        /// Why.
        reasons: String,
    }
    /// 异议决定: whoever dispatches decides.
    ObjectionDecided {
        /// Which objection.
        objection: FactId,
        /// Whether it holds; the sheet then goes back.
        upheld: bool,
        /// Why.
        reason: String,
    }
    /// 答复.
    SheetReplied {
        /// Which sheet.
        sheet: FactId,
        /// How far it was done.
        kept: Kept,
        /// In words.
        text: String,
        /// Names of papers that go with it.
        #[serde(default)]
        attachments: Vec<String>,
    }
    /// 关闭: the unit that issued it is done with it.
    SheetClosed {
        /// Which sheet.
        sheet: FactId,
        /// In words.
        #[serde(default)]
        note: String,
    }
}
