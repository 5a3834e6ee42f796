//! The bodies of facts, one struct a kind. Members only ever get added, with a default; a member
//! never changes meaning, and an enumeration never loses a word.

use serde::{Deserialize, Serialize};

use super::Body;
use crate::catalogue::{Category, Source};
use crate::id::{FactId, RecordId, UnitId};
use crate::money::Fen;
use crate::role::Level;
use crate::time::{At, Day};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[derive(Serialize, Deserialize)]
            #[serde(rename_all = "snake_case")]
            #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
            #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
            pub enum $name { $($(#[$vdoc])* $variant,)* }
        )*
    };
}

macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $ty:ty),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
            #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
            pub struct $name { $($(#[$fdoc])* pub $field: $ty,)* }
        )*
    };
}

words! {
    /// The procedure a dispute runs on; clocks attach to it.
    Track {
        /// 人民调解
        PeopleMediation,
        /// 信访事项
        Petition,
        /// 行政调解
        Administrative,
        /// 12345
        Hotline,
        /// 劳动争议
        Labour,
        /// 土地承包
        LandContract,
        /// 紧急
        Urgent,
    }
    /// On which side a party stands.
    Side {
        /// 申请人
        Applicant,
        /// 被申请人
        Respondent,
        /// 第三人、利害关系人
        Third,
    }
    /// Sex, as the form asks.
    Sex {
        /// 男
        Male,
        /// 女
        Female,
    }
    /// How a case came to be mediated.
    AcceptedOn {
        /// 依当事人申请
        Application,
        /// 主动调解，经当事人同意
        Proactive,
    }
    /// What a party wants of mediation.
    Will {
        /// 同意调解
        Given,
        /// 明确拒绝调解
        Refused,
        /// 要求中途停止
        Stopped,
        /// 撤回申请
        Withdrawn,
    }
    /// As what somebody takes part in a session.
    ParticipantRole {
        /// 亲属
        Relative,
        /// 邻居
        Neighbour,
        /// 专家、专业人员
        Expert,
        /// 社会组织
        Organisation,
        /// 代理人
        Agent,
        /// 其他
        Other,
    }
    /// Who chose a mediator.
    ChosenBy {
        /// 调委会指定
        Committee,
        /// 当事人选择
        Parties,
    }
    /// How the sides were heard.
    SessionMode {
        /// 面对面
        Joint,
        /// 背对背
        Separate,
    }
    /// How a session ended.
    SessionResult {
        /// 达成
        Agreed,
        /// 部分达成
        Partial,
        /// 未达成
        Failed,
        /// 改期
        Rescheduled,
        /// 缺席
        Absent,
        /// 终止
        Terminated,
    }
    /// The two forms of an agreement.
    ///
    /// Source: 人民调解法 (2010) art. 28.
    AgreementForm {
        /// 口头协议
        Oral,
        /// 书面协议
        Written,
    }
    /// How somebody signed.
    SignedWith {
        /// 签名
        Signature,
        /// 盖章
        Stamp,
        /// 按指印
        Fingerprint,
    }
    /// How far a promise was kept.
    Kept {
        /// 履行
        Done,
        /// 部分履行
        Partly,
        /// 未履行
        NotDone,
    }
    /// Why a case climbs.
    EscalationReason {
        /// 三次未达成
        ThreeFailures,
        /// 激化风险
        Danger,
        /// 跨村
        CrossVillage,
        /// 涉及部门职权
        Department,
        /// 双方要求
        BothAsk,
        /// 期限届满
        Overdue,
        /// 镇里决定
        Ordered,
    }
    /// How satisfied somebody is.
    Satisfaction {
        /// 满意
        Satisfied,
        /// 基本满意
        Mostly,
        /// 不满意
        Unsatisfied,
    }
    /// How a case ended.
    Outcome {
        /// 达成协议
        Settled,
        /// 调解不成
        Failed,
        /// 当事人撤回
        Withdrawn,
        /// 拒绝调解
        Refused,
    }
    /// A way that stays open when mediation ends.
    ///
    /// Source: 人民调解法 (2010) art. 26.
    Route {
        /// 仲裁
        Arbitration,
        /// 行政途径
        Administrative,
        /// 诉讼
        Court,
    }
    /// The risk colour of a case, safest first.
    Risk {
        /// 绿
        Green,
        /// 蓝
        Blue,
        /// 黄
        Yellow,
        /// 红
        Red,
    }
}

bodies! {
    /// 登记. `at` is the day of the application, which interrupts limitation.
    ///
    /// Source: 诉讼时效规定 (2020) art. 12.
    Registered {
        /// The provisional number, 临-<device>-<nnnn>.
        number: String,
        /// How it came.
        source: Source,
        /// On which track.
        track: Track,
        /// The settings version that fixes limits and rules for this case.
        settings: String,
        /// When the trouble itself happened.
        #[serde(default)]
        happened: Option<At>,
        /// What is asked for, one demand a line.
        #[serde(default)]
        demands: Vec<String>,
        /// The archived case it takes up again (重新受理为新案).
        #[serde(default)]
        follows: Option<RecordId>,
    }
    /// 当事人. The fact's id names the party in every other fact.
    PartyAdded {
        /// Name, or the name of an organisation.
        name: String,
        /// On which side.
        side: Side,
        /// Sex.
        #[serde(default)]
        sex: Option<Sex>,
        /// Day of birth; from it a minor is known.
        #[serde(default)]
        birth: Option<Day>,
        /// Telephone.
        #[serde(default)]
        phone: Option<String>,
        /// Address.
        #[serde(default)]
        address: Option<String>,
        /// Identity number.
        #[serde(default)]
        id_number: Option<String>,
        /// The person record it is linked to.
        #[serde(default)]
        person: Option<RecordId>,
    }
    /// 类型.
    CategorySet {
        /// The official type.
        category: Category,
        /// The version of the catalogue.
        catalogue: String,
    }
    /// 风险评估.
    RiskAssessed {
        /// The colour.
        risk: Risk,
        /// Why.
        #[serde(default)]
        reason: String,
    }
    /// 受理.
    ///
    /// Source: 人民调解法 (2010) arts. 17 and 18.
    Accepted {
        /// On application, or by our own initiative with consent.
        on: AcceptedOn,
    }
    /// 当事人意愿.
    ///
    /// Source: 人民调解法 (2010) arts. 3, 17 and 23(2).
    ConsentRecorded {
        /// Which party.
        party: FactId,
        /// What it wants.
        will: Will,
        /// In its words.
        #[serde(default)]
        note: String,
    }
    /// 接待.
    VisitReceived {
        /// Which party came, if a party.
        #[serde(default)]
        party: Option<FactId>,
        /// What was said.
        content: String,
        /// Whether it shows that the dispute may turn violent (激化).
        #[serde(default)]
        danger: bool,
    }
    /// 调解会.
    SessionHeld {
        /// Where.
        place: String,
        /// Face to face or apart.
        mode: SessionMode,
        /// Who presided.
        host: String,
        /// The other mediators.
        #[serde(default)]
        mediators: Vec<String>,
        /// Which parties were heard.
        present: Vec<FactId>,
        /// How it ended.
        result: SessionResult,
        /// Public or not.
        ///
        /// Source: 人民调解法 (2010) art. 23(3).
        #[serde(default)]
        public: bool,
        /// Who wrote it down.
        #[serde(default)]
        recorder: String,
        /// Others who took part.
        ///
        /// Source: 人民调解法 (2010) art. 20.
        #[serde(default)]
        participants: Vec<Participant>,
        /// Whether the parties were told of their rights and duties there.
        #[serde(default)]
        rights_told: bool,
        /// What the parties quarrel about (争议焦点).
        #[serde(default)]
        issues: Vec<String>,
        /// What was proposed (方案).
        #[serde(default)]
        proposal: String,
        /// What nobody disputes (无争议事实).
        #[serde(default)]
        undisputed: String,
        /// Whether it showed that the dispute may turn violent (激化).
        #[serde(default)]
        danger: bool,
    }
    /// Somebody who took part in a session beside parties and mediators.
    Participant {
        /// Who.
        name: String,
        /// As what.
        role: ParticipantRole,
        /// Whether the parties agreed to it.
        #[serde(default)]
        consent: bool,
    }
    /// 指定调解员: who presides, and who mediates with them.
    ///
    /// Source: 人民调解法 (2010) art. 19.
    MediatorsAppointed {
        /// Who presides (主持人).
        host: String,
        /// The others.
        #[serde(default)]
        mediators: Vec<String>,
        /// Who chose them.
        #[serde(default)]
        chosen_by: ChosenBy,
    }
    /// 披露: a mediator stands close to a party.
    ///
    /// Source: 特邀调解规定 (2016) art. 15; a setting for people's mediation.
    RelationDisclosed {
        /// The mediator.
        mediator: String,
        /// To which party.
        #[serde(default)]
        party: Option<FactId>,
        /// How.
        relation: String,
    }
    /// 回避: a mediator withdraws.
    ///
    /// Source: 特邀调解规定 (2016) art. 15; 信访工作条例 (2022) art. 28.
    Recused {
        /// The mediator.
        mediator: String,
        /// The party that asked for it; the mediator's own wish if absent.
        #[serde(default)]
        party: Option<FactId>,
        /// Why.
        reason: String,
    }
    /// 同意不回避: both sides know and agree that the mediator goes on.
    ///
    /// Source: 特邀调解规定 (2016) art. 15.
    RecusalWaived {
        /// The mediator.
        mediator: String,
        /// Which parties agree.
        parties: Vec<FactId>,
    }
    /// 权利义务告知.
    RightsTold {
        /// Which parties were told.
        parties: Vec<FactId>,
    }
    /// 达成协议: the agreement with its text as the parties have it.
    ///
    /// Source: 人民调解法 (2010) arts. 28 to 30.
    AgreementReached {
        /// Oral or written.
        form: AgreementForm,
        /// The whole text; it stays word for word.
        text: String,
        /// BLAKE3 of the text, hexadecimal; written by the program.
        #[serde(default)]
        text_hash: String,
        /// Who is bound; all parties on the two sides if empty.
        #[serde(default)]
        parties: Vec<FactId>,
        /// The amount it settles.
        #[serde(default)]
        amount_fen: Option<Fen>,
        /// What is to be done by when.
        #[serde(default)]
        plan: Vec<PlanLine>,
        /// The earlier agreement it says it replaces.
        #[serde(default)]
        replaces: Option<FactId>,
        /// The day of the earlier agreement it says it replaces, where that one is not held here.
        #[serde(default)]
        replaces_dated: Option<Day>,
    }
    /// One line of a plan of performance (履行计划).
    PlanLine {
        /// The last day.
        due: Day,
        /// What is to be done.
        what: String,
        /// What is to be paid.
        #[serde(default)]
        amount_fen: Option<Fen>,
    }
    /// 协议签名: who signed on that day.
    AgreementSigned {
        /// Which agreement.
        agreement: FactId,
        /// Which parties signed.
        #[serde(default)]
        parties: Vec<FactId>,
        /// Which mediators signed.
        #[serde(default)]
        mediators: Vec<String>,
        /// With what.
        with: SignedWith,
    }
    /// 协议盖章: the committee's seal was affixed on that day.
    AgreementSealed {
        /// Which agreement.
        agreement: FactId,
        /// Whose seal.
        seal: String,
        /// Who keeps it.
        #[serde(default)]
        custodian: String,
    }
    /// 履行.
    ///
    /// Source: 人民调解法 (2010) art. 31.
    PerformanceNoted {
        /// Which agreement.
        agreement: FactId,
        /// Which line of its plan, from 0; the whole agreement if absent.
        #[serde(default)]
        line: Option<u16>,
        /// How far it was kept.
        kept: Kept,
        /// What was paid.
        #[serde(default)]
        amount_fen: Option<Fen>,
        /// What was seen.
        #[serde(default)]
        note: String,
    }
    /// 提级. Two in one round are one.
    Escalated {
        /// From which level; the owner's if absent.
        #[serde(default)]
        from: Level,
        /// Which round of the climb, from 1; the open or the next one if absent.
        #[serde(default)]
        round: u16,
        /// Why.
        reason: EscalationReason,
        /// In words.
        #[serde(default)]
        note: String,
    }
    /// 提级接收: from here on the accepting unit owns the case.
    EscalationAccepted {
        /// From which level.
        #[serde(default)]
        from: Level,
        /// Which round; the open one if absent.
        #[serde(default)]
        round: u16,
    }
    /// 撤回提级: the level that asked takes its request back. Once accepted, it is a request to
    /// return the case.
    EscalationWithdrawn {
        /// From which level.
        #[serde(default)]
        from: Level,
        /// Which round; the last one if absent.
        #[serde(default)]
        round: u16,
        /// Why.
        reason: String,
    }
    /// 退回: the upper level gives the case back, with reasons.
    EscalationReturned {
        /// To which level.
        #[serde(default)]
        from: Level,
        /// Which round; the last one if absent.
        #[serde(default)]
        round: u16,
        /// Why.
        reason: String,
    }
    /// 镇确认化解: an agreement reached after the township had accepted is confirmed.
    ResolutionConfirmed {
        /// In words.
        #[serde(default)]
        note: String,
    }
    /// 回访.
    Revisited {
        /// Which agreement.
        #[serde(default)]
        agreement: Option<FactId>,
        /// Which party.
        #[serde(default)]
        party: Option<FactId>,
        /// How far the agreement is kept.
        #[serde(default)]
        kept: Option<Kept>,
        /// How satisfied the party is.
        #[serde(default)]
        satisfaction: Option<Satisfaction>,
        /// What was found.
        #[serde(default)]
        note: String,
    }
    /// 结案.
    Closed {
        /// How it ended.
        outcome: Outcome,
        /// Which other ways the parties were told of.
        #[serde(default)]
        routes: Vec<Route>,
        /// In words.
        #[serde(default)]
        note: String,
    }
    /// 知悉确认.
    Acknowledged {
        /// The key of the notice.
        notice: String,
    }
    /// 备注.
    Note {
        /// The words.
        text: String,
    }
    /// 更正: the earlier fact stays, the meaning follows this one.
    Corrected {
        /// Which fact was wrong.
        fact: FactId,
        /// When it really happened, if that was wrong.
        #[serde(default)]
        at: Option<At>,
        /// What really happened: the same kind with its whole body.
        to: Box<Body>,
        /// Why.
        reason: String,
    }
    /// 裁定.
    Decided {
        /// The key of the conflict.
        conflict: String,
        /// What holds from now on.
        choice: Choice,
        /// What does not, as it stood; it stays readable for ever.
        over: Vec<Losing>,
        /// Why.
        reason: String,
    }
    /// A side of a conflict that does not hold.
    Losing {
        /// The value or the fact.
        choice: Choice,
        /// Who wrote it.
        by: String,
        /// When it was typed.
        recorded: String,
        /// On which device.
        device: String,
    }
    /// 人员登记.
    PersonRegistered {
        /// Sex.
        #[serde(default)]
        sex: Option<Sex>,
    }
    /// 裁定 on a person record.
    PersonDecided {
        /// The key of the conflict.
        conflict: String,
        /// What holds from now on.
        choice: Choice,
        /// What does not.
        over: Vec<Losing>,
        /// Why.
        reason: String,
    }
    /// 单位登记.
    UnitRegistered {
        /// Its level.
        level: Level,
        /// What it is.
        sort: UnitSort,
    }
}

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
        /// 无实质进展
        Stagnation,
        /// 紧急：签收
        UrgentSign,
        /// 紧急：到场
        UrgentArrival,
        /// 紧急：处置
        UrgentHandling,
        /// 紧急：办结
        UrgentClosing,
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

impl SessionHeld {
    /// A joint session with nothing but what every record has.
    #[must_use]
    pub fn brief(place: &str, host: &str, present: Vec<FactId>, result: SessionResult) -> Self {
        Self {
            place: place.to_owned(),
            mode: SessionMode::Joint,
            host: host.to_owned(),
            mediators: Vec::new(),
            present,
            result,
            public: false,
            recorder: String::new(),
            participants: Vec::new(),
            rights_told: false,
            issues: Vec::new(),
            proposal: String::new(),
            undisputed: String::new(),
            danger: false,
        }
    }
}

impl Default for ChosenBy {
    fn default() -> Self {
        Self::Committee
    }
}

/// What a decision chose, or what lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Choice {
    /// A value of a register: one of those side by side, or a third that is right.
    Value(#[cfg_attr(feature = "ts", ts(type = "string | number | null"))] serde_json::Value),
    /// One of the facts side by side.
    Fact(FactId),
    /// A way out that the conflict offers by name.
    Way(String),
}
