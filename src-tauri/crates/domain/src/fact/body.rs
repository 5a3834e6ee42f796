//! The bodies of facts, one struct a kind. Members only ever get added, with a default; a member
//! never changes meaning, and an enumeration never loses a word.

use serde::{Deserialize, Serialize};

use super::Body;
use crate::catalogue::{Category, Source};
use crate::id::{FactId, RecordId};
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

mod attachment;
mod ending;
mod keeping;
mod linking;
mod local;
mod paper;
mod sharing;
mod sheet;
mod timing;
mod township;
mod unit;

pub use attachment::*;
pub use ending::*;
pub use keeping::*;
pub use linking::*;
pub use local::*;
pub use paper::*;
pub use sharing::*;
pub use sheet::*;
pub use timing::*;
pub use township::*;
pub use unit::*;

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
        /// The token of the code it came by (扫码): the same token twice is one submission.
        #[serde(default)]
        token: Option<String>,
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
        /// Who speaks for a minor, or for somebody who cannot (监护人).
        #[serde(default)]
        guardian: Option<String>,
        /// The school of a minor; shown to nobody who need not know.
        #[serde(default)]
        school: Option<String>,
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
        #[serde(default = "by_committee")]
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
        /// Which of the registered demands it settles, by their place from 0; all if empty.
        #[serde(default)]
        demands: Vec<u16>,
        /// What its clauses touch that a court does not confirm.
        #[serde(default)]
        touches: Vec<Touched>,
        /// Parties that object to an oral form.
        #[serde(default)]
        objecting: Vec<FactId>,
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
        /// Which parties asked for it, where they did.
        #[serde(default)]
        asked: Vec<FactId>,
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

impl AgreementReached {
    /// A written agreement about everything, with nothing but its text and who is bound.
    #[must_use]
    pub fn written(text: &str, parties: Vec<FactId>) -> Self {
        Self {
            form: AgreementForm::Written,
            text: text.to_owned(),
            text_hash: String::new(),
            parties,
            amount_fen: None,
            plan: Vec::new(),
            replaces: None,
            replaces_dated: None,
            demands: Vec::new(),
            touches: Vec::new(),
            objecting: Vec::new(),
        }
    }
}

const fn by_committee() -> ChosenBy {
    ChosenBy::Committee
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
