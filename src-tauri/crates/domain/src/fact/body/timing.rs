//! The bodies of facts about time: tracks, rests, extensions, steps of progress, replies, cards.

use serde::{Deserialize, Serialize};

use super::Track;
use crate::id::{FactId, UnitId};
use crate::time::Day;

words! {
    /// A kind of clock. What each means stands in the table of clock kinds.
    ClockKind {
        /// 受理决定
        Acceptance,
        /// 调解期限
        Mediation,
        /// 信访告知
        PetitionNotice,
        /// 信访办理
        PetitionHandling,
        /// 请求复查
        PetitionReviewRequest,
        /// 复查
        PetitionReview,
        /// 请求复核
        PetitionRecheckRequest,
        /// 复核
        PetitionRecheck,
        /// 劳动争议调解
        LabourMediation,
        /// 申请司法确认
        JudicialConfirmation,
        /// 履行
        Performance,
        /// 回访
        Revisit,
        /// 最后一次回访
        FinalRevisit,
        /// 法院审查司法确认
        CourtRuling,
        /// 报告公安
        DangerReport,
        /// 无实质进展
        Stagnation,
        /// 较早的停滞提醒
        EarlyStagnation,
        /// 紧急：签收
        UrgentSign,
        /// 紧急：到场
        UrgentArrival,
        /// 紧急：处置
        UrgentHandling,
        /// 紧急：办结
        UrgentClosing,
        /// 派单：签收
        SheetSignIn,
        /// 提醒单：答复
        SheetReminder,
        /// 联系单：答复
        SheetLiaison,
        /// 交办单：答复
        SheetOrder,
        /// 派单：异议
        SheetObjection,
    }
    /// Why a case rests (中止).
    SuspensionGround {
        /// 鉴定
        Appraisal,
        /// 当事人外出
        Absence,
        /// 其他
        Other,
    }
    /// What a written reply answers.
    ReplyKind {
        /// 受理告知
        Notice,
        /// 处理意见
        Opinion,
        /// 复查意见
        Review,
        /// 复核意见
        Recheck,
    }
    /// What a written opinion says of the request.
    ///
    /// Source: 信访工作条例 (2022) art. 32.
    ReplyOutcome {
        /// 支持
        Supported,
        /// 合理但缺乏依据
        ReasonableWithoutBasis,
        /// 不予支持
        NotSupported,
    }
    /// Which further instance somebody asks for.
    ReviewStage {
        /// 复查
        Review,
        /// 复核
        Recheck,
    }
    /// The colour of a supervision card. Not the risk colour, and not the light of a clock.
    CardColour {
        /// 蓝牌
        Blue,
        /// 黄牌
        Yellow,
        /// 红牌（督导牌）
        Red,
    }
}

bodies! {
    /// 加一条程序轨道: one dispute may run on two.
    TrackAdded {
        /// Which.
        track: Track,
        /// The number it has there, such as that of the national petition system.
        #[serde(default)]
        reference: String,
    }
    /// 中止: clocks that may pause do so until it goes on.
    Suspended {
        /// Why.
        ground: SuspensionGround,
        /// The day from which it goes on, if known.
        #[serde(default)]
        until: Option<Day>,
        /// In words.
        #[serde(default)]
        note: String,
    }
    /// 恢复: it goes on.
    Resumed {
        /// In words.
        #[serde(default)]
        note: String,
    }
    /// 延期. `at` is the day of the approval.
    ///
    /// Source: 信访工作条例 (2022) art. 34; 人民调解: both parties' consent.
    DeadlineExtended {
        /// Which clock.
        clock: ClockKind,
        /// By how many days.
        days: u16,
        /// Why.
        reason: String,
        /// Which parties agreed to it.
        #[serde(default)]
        consents: Vec<FactId>,
        /// The day the person was told in writing.
        #[serde(default)]
        told: Option<Day>,
    }
    /// 现场调查.
    SiteVisited {
        /// Where.
        #[serde(default)]
        place: String,
        /// What was found.
        findings: String,
        /// Names of photographs and papers taken.
        #[serde(default)]
        attachments: Vec<String>,
    }
    /// 走访、询问, with a record.
    InquiryMade {
        /// Who was asked.
        whom: String,
        /// What they said.
        record: String,
    }
    /// 收集证据.
    EvidenceTaken {
        /// What.
        what: String,
        /// From which party, if from one.
        #[serde(default)]
        party: Option<FactId>,
        /// Names of photographs and papers.
        #[serde(default)]
        attachments: Vec<String>,
    }
    /// 电话等联系.
    ContactTried {
        /// With which party.
        #[serde(default)]
        party: Option<FactId>,
        /// Whether anybody answered.
        reached: bool,
        /// What was said.
        #[serde(default)]
        note: String,
    }
    /// 书面答复. `at` is the day it was received.
    ///
    /// Source: 信访工作条例 (2022) arts. 23, 32, 35 and 36.
    ReplyDelivered {
        /// What it answers.
        reply: ReplyKind,
        /// To which party.
        #[serde(default)]
        party: Option<FactId>,
        /// Its number.
        #[serde(default)]
        number: String,
        /// What it says of the request.
        #[serde(default)]
        outcome: Option<ReplyOutcome>,
        /// Which other tracks it says it answers too.
        #[serde(default)]
        tracks: Vec<Track>,
        /// In words.
        #[serde(default)]
        note: String,
    }
    /// 请求复查、复核. A late one is registered and shown, never refused by itself.
    ///
    /// Source: 信访工作条例 (2022) arts. 35 and 36.
    ReviewRequested {
        /// Which instance.
        stage: ReviewStage,
        /// In words.
        #[serde(default)]
        note: String,
    }
    /// 发牌. Two for one clock, anchor and unit are one.
    CardIssued {
        /// The colour.
        colour: CardColour,
        /// For which clock.
        clock: ClockKind,
        /// The day whose passing it is for.
        #[serde(default)]
        anchor: Option<Day>,
        /// To which unit; the owner if absent.
        #[serde(default)]
        unit: Option<UnitId>,
        /// Whether it was printed and handed over.
        #[serde(default)]
        delivered: bool,
        /// The cards it follows: a blue one nobody answered, two yellow ones.
        #[serde(default)]
        follows: Vec<FactId>,
        /// Why.
        #[serde(default)]
        reason: String,
    }
    /// 答牌: the unit answers a card.
    CardAnswered {
        /// Which card.
        card: FactId,
        /// What it says.
        text: String,
    }
    /// 更正提醒单: a card that was handed over and does not hold is corrected.
    CardCorrected {
        /// Which card.
        card: FactId,
        /// In words.
        #[serde(default)]
        note: String,
    }
}
