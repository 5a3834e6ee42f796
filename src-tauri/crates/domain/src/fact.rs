//! Facts: what people did and said, each written once and never changed.
//!
//! A fact is answered by other facts (corrected, decided), never edited. It is stored as the JSON
//! text its author wrote, byte for byte; this module reads it, and keeps what it cannot read.
//!
//! [`KINDS`] is the one table of fact kinds: code, version, record, the right it needs
//! ([`crate::rights`]), and whether it is substantive progress. Adding a kind is one row here, one struct in [`body`], and its
//! meaning in [`crate::case`].

pub mod body;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::id::{DeviceId, FactId, UnitId, UserId};
use crate::rights::Right;
use crate::role::Role;
use crate::time::{At, Hlc};
use body::*;

/// The longest JSON text of one fact.
pub const FACT_BYTES_MAX: usize = 256 * 1024;

/// What kind of record a fact belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum RecordKind {
    /// A dispute.
    Case,
    /// A person known to a unit.
    Person,
    /// A unit and its roster.
    Unit,
    /// What the township has set.
    Settings,
    /// What a unit reported for a period, or how the township froze it.
    Period,
}

impl RecordKind {
    /// The word that stands in the record's first change.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Person => "person",
            Self::Unit => "unit",
            Self::Settings => "settings",
            Self::Period => "period",
        }
    }

    /// The kind a word names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Case, Self::Person, Self::Unit, Self::Settings, Self::Period]
            .into_iter()
            .find(|kind| kind.code() == code)
    }

    /// The registers a record of this kind may hold: plain values where the last word has no
    /// legal weight. Anything with a rule is a fact instead.
    #[must_use]
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Case => &["title", "amount", "place"],
            Self::Person => &["name", "phone", "address", "birth", "id_number", "note"],
            Self::Unit => &["name", "address", "phone"],
            Self::Settings | Self::Period => &[],
        }
    }

    /// The free texts a record of this kind begins with.
    #[must_use]
    pub const fn texts(self) -> &'static [&'static str] {
        match self {
            Self::Case => &["summary", "agreement"],
            Self::Person | Self::Unit | Self::Settings | Self::Period => &[],
        }
    }
}

/// One row of the table of fact kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindRow {
    /// The word in the fact's JSON.
    pub code: &'static str,
    /// The newest version of its body this program understands.
    pub version: u16,
    /// The record it is written on.
    pub record: RecordKind,
    /// The right its author must have for it to have effect.
    pub right: Right,
    /// Whether it is substantive progress (实质进展) for the stagnation rule.
    pub substantive: bool,
}

impl KindRow {
    /// Whether facts of this kind by a role have effect.
    #[must_use]
    pub fn admits(&self, role: Role) -> bool {
        self.right.admits(role)
    }
}

/// The row of a kind of fact, by its word.
#[must_use]
pub fn kind(code: &str) -> Option<&'static KindRow> {
    KINDS.iter().find(|row| row.code == code)
}

macro_rules! fact_kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal v $version:literal on $record:ident by
        $right:ident, substantive $substantive:literal;)*) => {
        /// What happened, by kind.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", content = "body")]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        pub enum Body {
            $($(#[$doc])* #[serde(rename = $code)] $name($name),)*
        }

        /// The table of fact kinds, in the order of a case's life.
        pub const KINDS: &[KindRow] = &[$(KindRow {
            code: $code,
            version: $version,
            record: RecordKind::$record,
            right: Right::$right,
            substantive: $substantive,
        },)*];

        impl Body {
            /// The row of the table this body belongs to.
            #[must_use]
            pub const fn row(&self) -> KindRow {
                match self {
                    $(Self::$name(_) => KindRow {
                        code: $code,
                        version: $version,
                        record: RecordKind::$record,
                        right: Right::$right,
                        substantive: $substantive,
                    },)*
                }
            }

            /// Reads a body by its code; `None` for a code this version does not know.
            fn read(code: &str, json: &str) -> Option<Result<Self, serde_json::Error>> {
                match code {
                    $($code => Some(serde_json::from_str(json).map(Self::$name)),)*
                    _ => None,
                }
            }

            /// Writes the body alone.
            fn write(&self) -> Result<Box<RawValue>, serde_json::Error> {
                match self {
                    $(Self::$name(body) => serde_json::value::to_raw_value(body),)*
                }
            }
        }
    };
}

fact_kinds! {
    /// 登记: the case begins.
    Registered = "registered" v 1 on Case by CaseRegister, substantive false;
    /// 当事人: a party joins.
    PartyAdded = "party_added" v 1 on Case by CaseRegister, substantive false;
    /// 类型.
    CategorySet = "category_set" v 1 on Case by CaseRegister, substantive false;
    /// 地方事项: where the case stands in the township's own catalogue.
    LocalItemSet = "local_item_set" v 1 on Case by CaseRegister, substantive false;
    /// 风险评估.
    RiskAssessed = "risk_assessed" v 1 on Case by DangerReport, substantive false;
    /// 受理.
    Accepted = "accepted" v 1 on Case by CaseAccept, substantive false;
    /// 当事人意愿: a party consents, refuses or stops.
    ConsentRecorded = "consent_recorded" v 1 on Case by CaseWrite, substantive false;
    /// 接待: somebody came and said something.
    VisitReceived = "visit_received" v 1 on Case by CaseWrite, substantive false;
    /// 指定调解员.
    MediatorsAppointed = "mediators_appointed" v 1 on Case by MediationWrite, substantive false;
    /// 披露: a mediator's relation to a party.
    RelationDisclosed = "relation_disclosed" v 1 on Case by MediationWrite, substantive false;
    /// 回避.
    Recused = "recused" v 1 on Case by CaseWrite, substantive false;
    /// 同意不回避.
    RecusalWaived = "recusal_waived" v 1 on Case by CaseWrite, substantive false;
    /// 权利义务告知.
    RightsTold = "rights_told" v 1 on Case by CaseWrite, substantive false;
    /// 调解会.
    SessionHeld = "session_held" v 1 on Case by MediationWrite, substantive true;
    /// 达成协议.
    AgreementReached = "agreement_reached" v 1 on Case by MediationWrite, substantive true;
    /// 协议签名.
    AgreementSigned = "agreement_signed" v 1 on Case by MediationWrite, substantive false;
    /// 协议盖章.
    AgreementSealed = "agreement_sealed" v 1 on Case by MediationWrite, substantive false;
    /// 履行.
    PerformanceNoted = "performance_noted" v 1 on Case by CaseWrite, substantive true;
    /// 督促履行.
    Urged = "urged" v 1 on Case by CaseWrite, substantive false;
    /// 准备司法确认.
    ConfirmationPrepared = "confirmation_prepared" v 1 on Case by CaseWrite, substantive false;
    /// 申请司法确认.
    ConfirmationFiled = "confirmation_filed" v 1 on Case by CaseWrite, substantive false;
    /// 法院受理司法确认.
    ConfirmationAccepted = "confirmation_accepted" v 1 on Case by CaseWrite, substantive false;
    /// 司法确认结果.
    ConfirmationRuled = "confirmation_ruled" v 1 on Case by CaseWrite, substantive false;
    /// 提级.
    Escalated = "escalated" v 1 on Case by EscalationRequest, substantive false;
    /// 提级接收.
    EscalationAccepted = "escalation_accepted" v 1 on Case by EscalationDecide, substantive true;
    /// 撤回提级.
    EscalationWithdrawn = "escalation_withdrawn" v 1 on Case by EscalationWithdraw, substantive false;
    /// 退回.
    EscalationReturned = "escalation_returned" v 1 on Case by EscalationDecide, substantive false;
    /// 镇确认化解.
    ResolutionConfirmed = "resolution_confirmed" v 1 on Case by EscalationDecide, substantive true;
    /// 回访.
    Revisited = "revisited" v 1 on Case by CaseWrite, substantive false;
    /// 结案.
    Closed = "closed" v 1 on Case by CaseClose, substantive false;
    /// 加一条程序轨道.
    TrackAdded = "track_added" v 1 on Case by CaseWrite, substantive false;
    /// 中止.
    Suspended = "suspended" v 1 on Case by CaseWrite, substantive false;
    /// 恢复.
    Resumed = "resumed" v 1 on Case by CaseWrite, substantive false;
    /// 延期.
    DeadlineExtended = "deadline_extended" v 1 on Case by CaseWrite, substantive false;
    /// 现场调查.
    SiteVisited = "site_visited" v 1 on Case by CaseWrite, substantive true;
    /// 走访询问.
    InquiryMade = "inquiry_made" v 1 on Case by CaseWrite, substantive true;
    /// 收集证据.
    EvidenceTaken = "evidence_taken" v 1 on Case by CaseWrite, substantive true;
    /// 电话等联系.
    ContactTried = "contact_tried" v 1 on Case by CaseWrite, substantive false;
    /// 书面答复.
    ReplyDelivered = "reply_delivered" v 1 on Case by CaseWrite, substantive true;
    /// 请求复查、复核.
    ReviewRequested = "review_requested" v 1 on Case by CaseWrite, substantive false;
    /// 发牌.
    CardIssued = "card_issued" v 1 on Case by CardIssue, substantive false;
    /// 答牌.
    CardAnswered = "card_answered" v 1 on Case by CaseWrite, substantive false;
    /// 更正提醒单.
    CardCorrected = "card_corrected" v 1 on Case by CardIssue, substantive false;
    /// 标记.
    Flagged = "flagged" v 1 on Case by DangerReport, substantive false;
    /// 报告公安.
    ReportedToPolice = "reported_to_police" v 1 on Case by DangerReport, substantive true;
    /// 公安答复.
    PoliceResponded = "police_responded" v 1 on Case by CaseWrite, substantive true;
    /// 终止调解.
    Terminated = "terminated" v 1 on Case by CaseWrite, substantive false;
    /// 不予受理.
    Declined = "declined" v 1 on Case by CaseAccept, substantive false;
    /// 移送、转化.
    Transferred = "transferred" v 1 on Case by CaseWrite, substantive true;
    /// 作废.
    Voided = "voided" v 1 on Case by CaseWrite, substantive false;
    /// 重新办理.
    Reopened = "reopened" v 1 on Case by ArchiveWrite, substantive false;
    /// 归档.
    Archived = "archived" v 1 on Case by ArchiveWrite, substantive false;
    /// 封存: nothing is done with the file but keep it.
    Restricted = "restricted" v 1 on Case by ErasureDecide, substantive false;
    /// 解除封存.
    RestrictionLifted = "restriction_lifted" v 1 on Case by ErasureDecide, substantive false;
    /// 卷宗情况说明.
    FileStatement = "file_statement" v 1 on Case by CaseWrite, substantive false;
    /// 正式编号.
    NumberAssigned = "number_assigned" v 1 on Case by NumberAssign, substantive false;
    /// 共办: the case moves into a space of its own, or another unit joins it there.
    CaseShared = "case_shared" v 1 on Case by CaseShare, substantive false;
    /// 退出共办: a unit takes part no more.
    CaseLeft = "case_left" v 1 on Case by CaseShare, substantive false;
    /// 编号作废（跳号说明）.
    NumberVoided = "number_voided" v 1 on Case by ArchiveWrite, substantive false;
    /// 重复登记的裁定.
    DuplicateDecided = "duplicate_decided" v 1 on Case by DuplicateDecide, substantive false;
    /// 重新受理为新案.
    TakenUp = "taken_up" v 1 on Case by CaseWrite, substantive false;
    /// 个人信息处理依据.
    PrivacyRecorded = "privacy_recorded" v 1 on Case by CaseWrite, substantive false;
    /// 报请转办: the village asks that a department deal with it.
    ReferralProposed = "referral_proposed" v 1 on Case by ReferralRequest, substantive false;
    /// 审核转办.
    ReferralReviewed = "referral_reviewed" v 1 on Case by ReferralReview, substantive false;
    /// 会商.
    Consulted = "consulted" v 1 on Case by DispatchDecide, substantive false;
    /// 审批会商.
    ConsultationApproved = "consultation_approved" v 1 on Case by DispatchApprove, substantive false;
    /// 发单.
    SheetIssued = "sheet_issued" v 1 on Case by SheetIssue, substantive false;
    /// 签收.
    SheetSignedIn = "sheet_signed_in" v 1 on Case by SheetAnswer, substantive false;
    /// 异议.
    SheetObjected = "sheet_objected" v 1 on Case by SheetAnswer, substantive false;
    /// 异议决定.
    ObjectionDecided = "objection_decided" v 1 on Case by DispatchDecide, substantive false;
    /// 答复.
    SheetReplied = "sheet_replied" v 1 on Case by SheetAnswer, substantive false;
    /// 关闭.
    SheetClosed = "sheet_closed" v 1 on Case by SheetIssue, substantive false;
    /// 知悉确认: what was shown to a unit has been read.
    Acknowledged = "acknowledged" v 1 on Case by CaseWrite, substantive false;
    /// 备注.
    Note = "note" v 1 on Case by NoteWrite, substantive false;
    /// 附件: a photograph, a scan or a recording is put to the case.
    AttachmentAdded = "attachment_added" v 1 on Case by NoteWrite, substantive false;
    /// 撤下附件: it was put there by mistake.
    AttachmentWithdrawn = "attachment_withdrawn" v 1 on Case by NoteWrite, substantive false;
    /// 打印文书: a form about the case left on paper.
    FormPrinted = "form_printed" v 1 on Case by NoteWrite, substantive false;
    /// 更正: an earlier fact was wrong.
    Corrected = "corrected" v 1 on Case by CaseWrite, substantive false;
    /// 裁定: a conflict is settled by a person.
    Decided = "decided" v 1 on Case by ConflictDecide, substantive false;
    /// 人员登记: a person record begins.
    PersonRegistered = "person_registered" v 1 on Person by PersonWrite, substantive false;
    /// 人员冲突裁定.
    PersonDecided = "person_decided" v 1 on Person by PersonWrite, substantive false;
    /// 撤回登记: a person record was made by mistake, by an import that was taken back.
    PersonWithdrawn = "person_withdrawn" v 1 on Person by PersonWrite, substantive false;
    /// 人员合并或者分开.
    PersonsLinked = "persons_linked" v 1 on Person by PersonLink, substantive false;
    /// 单位登记: a unit record begins.
    UnitRegistered = "unit_registered" v 1 on Unit by RosterRegister, substantive false;
    /// 单位更名.
    UnitRenamed = "unit_renamed" v 1 on Unit by RosterRegister, substantive false;
    /// 单位并入另一单位（撤村并居）.
    UnitMerged = "unit_merged" v 1 on Unit by RosterRegister, substantive false;
    /// 撤销单位登记: a unit record was made by mistake, by an import that was taken back.
    UnitWithdrawn = "unit_withdrawn" v 1 on Unit by RosterRegister, substantive false;
    /// 编号登记.
    RegisterHolderSet = "register_holder_set" v 1 on Unit by NumberSet, substantive false;
    /// 号段.
    NumberBlockReserved = "number_block_reserved" v 1 on Unit by NumberSet, substantive false;
    /// 设置: one whole version.
    SettingsSet = "settings_set" v 1 on Settings by SettingsSet, substantive false;
    /// 地方矛盾纠纷清单: one item, whole.
    LocalItemListed = "local_item_listed" v 1 on Settings by SettingsSet, substantive false;
    /// 统计冻结.
    PeriodFrozen = "period_frozen" v 1 on Period by PeriodFreeze, substantive false;
    /// 冻结所含案件.
    PeriodCounted = "period_counted" v 1 on Period by PeriodFreeze, substantive false;
    /// 零上报.
    ZeroReported = "zero_reported" v 1 on Period by PeriodReport, substantive false;
}

/// A fact whose JSON was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// When it happened, as the author says.
    pub at: At,
    /// When it was typed.
    pub recorded: Hlc,
    /// Who typed it, as the author says; believed only where the carrying entry proves it.
    pub by: UserId,
    /// For which unit, as the author says; believed only where the carrying entry proves it.
    pub unit: UnitId,
    /// What happened.
    pub body: Body,
    /// Whether a newer version wrote it: fields this program does not know are kept unread.
    pub newer: bool,
}

/// Why a fact's JSON has no meaning here. The text itself is kept and carried on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactError {
    /// A kind this version does not know: 需要更新软件才能显示.
    #[error("fact kind {0:?} needs a newer version")]
    Newer(String),
    /// Not a fact at all, or a body that does not fit its kind.
    #[error("unreadable fact: {0}")]
    Unreadable(String),
}

/// The envelope around a body, borrowed from the text.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    kind: std::borrow::Cow<'a, str>,
    v: u16,
    at: At,
    recorded: Hlc,
    by: UserId,
    unit: UnitId,
    #[serde(borrow)]
    body: &'a RawValue,
}

/// The same on the way out; the order of the members is the order in the text.
#[derive(Serialize)]
struct EnvelopeOut<'a> {
    kind: &'static str,
    v: u16,
    at: At,
    recorded: Hlc,
    by: UserId,
    unit: UnitId,
    body: &'a RawValue,
}

impl Fact {
    /// Reads a fact from the text its author wrote.
    ///
    /// # Errors
    /// [`FactError::Newer`] for a kind of a newer version, [`FactError::Unreadable`] for anything
    /// else; the caller keeps the text in both cases.
    pub fn read(json: &str) -> Result<Self, FactError> {
        let unreadable = |e: serde_json::Error| FactError::Unreadable(e.to_string());
        if json.len() > FACT_BYTES_MAX {
            return Err(FactError::Unreadable("too long".into()));
        }
        let envelope: Envelope<'_> = serde_json::from_str(json).map_err(unreadable)?;
        let Some(body) = Body::read(&envelope.kind, envelope.body.get()) else {
            return Err(FactError::Newer(envelope.kind.into_owned()));
        };
        let body = match body {
            Ok(body) => body,
            // A newer version may have changed what this one requires.
            Err(_) if KINDS.iter().any(|k| k.code == envelope.kind && envelope.v > k.version) => {
                return Err(FactError::Newer(envelope.kind.into_owned()));
            }
            Err(error) => return Err(unreadable(error)),
        };
        Ok(Self {
            at: envelope.at,
            recorded: envelope.recorded,
            by: envelope.by,
            unit: envelope.unit,
            newer: envelope.v > body.row().version,
            body,
        })
    }

    /// Writes the text that is stored and travels.
    ///
    /// # Errors
    /// Only if the body cannot be written as JSON, which no body in [`body`] can cause.
    pub fn write(&self) -> Result<String, serde_json::Error> {
        let body = self.body.write()?;
        let row = self.body.row();
        serde_json::to_string(&EnvelopeOut {
            kind: row.code,
            v: row.version,
            at: self.at,
            recorded: self.recorded,
            by: self.by,
            unit: self.unit,
            body: &body,
        })
    }
}

/// What the entry that carries a fact proves about its author.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// The device whose log it stands in.
    pub device: DeviceId,
    /// The unit that device is certified for.
    pub unit: UnitId,
}

/// A fact as a record holds it.
#[derive(Debug, Clone)]
pub struct Carried {
    /// Its name.
    pub id: FactId,
    /// The text its author wrote.
    pub json: Box<str>,
    /// What the carrying entry proves; `None` where the log's device is not certified here.
    pub proof: Option<Proof>,
    /// The role its claimed author is certified for on that device; `None` where nobody vouches.
    pub role: Option<Role>,
    /// Which other facts of the record its author had before them.
    pub past: Past,
}

/// A set of facts of one record, by their place in the record's sorted list of fact ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past(Vec<u64>);

impl Past {
    /// Adds the fact at a place.
    pub fn insert(&mut self, place: usize) {
        let (word, bit) = (place / 64, place % 64);
        if self.0.len() <= word {
            self.0.resize(word.saturating_add(1), 0);
        }
        if let Some(slot) = self.0.get_mut(word) {
            *slot |= 1u64.checked_shl(u32::try_from(bit).unwrap_or(0)).unwrap_or(0);
        }
    }

    /// Whether the fact at a place is in the set.
    #[must_use]
    pub fn contains(&self, place: usize) -> bool {
        let bit = u32::try_from(place % 64).unwrap_or(0);
        self.0.get(place / 64).is_some_and(|word| word.checked_shr(bit).unwrap_or(0) & 1 == 1)
    }

    /// Whether the two share a fact.
    #[must_use]
    pub fn intersects(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    /// The part of the set before a place.
    fn below(&self, place: usize) -> Self {
        let mut below = Self::default();
        let count = self.0.len().saturating_mul(64).min(place);
        for earlier in (0..count).filter(|p| self.contains(*p)) {
            below.insert(earlier);
        }
        below
    }

    /// Adds every fact of another set.
    pub fn union(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (slot, word) in self.0.iter_mut().zip(&other.0) {
            *slot |= word;
        }
    }
}

/// One value of a register, as a record holds it. Several stand side by side when two people
/// wrote in ignorance of each other.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldValue {
    /// The value: text, a whole number, or nothing.
    pub value: serde_json::Value,
    /// Who wrote it, as the author says.
    pub by: UserId,
    /// When it was typed.
    pub recorded: Hlc,
    /// What the carrying entry proves.
    pub proof: Option<Proof>,
}

/// The JSON text of a register's value, as it stands in the document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldText {
    /// The value: text, a whole number, or nothing.
    pub value: serde_json::Value,
    /// Who wrote it.
    pub by: UserId,
    /// When it was typed.
    pub recorded: Hlc,
}

/// A register that a removed user wrote later than they might.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LateRegister {
    /// What would stand had they not, sorted like the values themselves.
    pub standing: Vec<FieldValue>,
    /// What they wrote.
    pub waiting: Vec<FieldValue>,
}

/// The facts one change of a record adds, and the changes it builds on.
#[derive(Debug, Clone, Default)]
pub struct ChangeFacts {
    /// The changes it builds on, by their place in the list given to [`RecordFacts::gather`];
    /// each stands before this one.
    pub deps: Vec<usize>,
    /// The facts it adds; their pasts are not yet known.
    pub facts: Vec<Carried>,
}

/// Everything the fold needs of one record.
#[derive(Debug, Clone, Default)]
pub struct RecordFacts {
    /// The facts, sorted by id. [`Past`] speaks of places in this list.
    pub facts: Vec<Carried>,
    /// The registers, each with its concurrent values sorted by (recorded, device).
    pub fields: std::collections::BTreeMap<String, Vec<FieldValue>>,
    /// Facts of users who were removed, from beyond the cut-off: the moment of the removal, in
    /// milliseconds since 1970.
    pub removed: std::collections::BTreeMap<FactId, u64>,
    /// Facts of a revoked device, or of a unit that left the case, from beyond the cut-off, each
    /// with which of the two, in entries that others build on: they have no effect until their
    /// entries are adopted. Nothing vouches for them.
    pub late: std::collections::BTreeMap<FactId, crate::case::known::RefusedFact>,
    /// Facts that the head of the centre let count though their author's role may not write them.
    pub adopted: std::collections::BTreeSet<FactId>,
    /// Registers that users wrote who were removed, from beyond the cut-off and after the moment.
    pub late_fields: std::collections::BTreeMap<String, LateRegister>,
    /// Of facts that another record held first: where their entries stood.
    pub first_at: std::collections::BTreeMap<FactId, crate::log::EntryRef>,
    /// Facts that came to this record after it had taken the place of another, said again by those
    /// who had not known.
    pub again: std::collections::BTreeSet<FactId>,
    /// What they had written into texts and registers.
    pub late_words: std::collections::BTreeSet<crate::taking::LateWords>,
}

impl RecordFacts {
    /// Gathers the facts of a record's changes, given in any order that puts every change after
    /// those it builds on. The result depends on the set of changes only.
    #[must_use]
    pub fn gather(changes: Vec<ChangeFacts>) -> Self {
        let mut facts: Vec<(Carried, usize)> = Vec::new();
        let mut deps = Vec::with_capacity(changes.len());
        for (at, change) in changes.into_iter().enumerate() {
            deps.push(change.deps);
            facts.extend(change.facts.into_iter().map(|carried| (carried, at)));
        }
        facts.sort_by_key(|(carried, _)| carried.id);
        facts.dedup_by_key(|(carried, _)| carried.id);
        // What each change's author had, and what the change itself adds.
        let mut added = vec![Past::default(); deps.len()];
        for (place, (_, change)) in facts.iter().enumerate() {
            if let Some(own) = added.get_mut(*change) {
                own.insert(place);
            }
        }
        let mut before: Vec<Past> = Vec::with_capacity(deps.len());
        for builds_on in &deps {
            let mut past = Past::default();
            for dep in builds_on {
                for part in [before.get(*dep), added.get(*dep)].into_iter().flatten() {
                    past.union(part);
                }
            }
            before.push(past);
        }
        for (place, (carried, change)) in facts.iter_mut().enumerate() {
            let mut past = before.get(*change).cloned().unwrap_or_default();
            // Within one change what comes first is known to what follows.
            if let Some(own) = added.get(*change) {
                past.union(&own.below(place));
            }
            carried.past = past;
        }
        Self { facts: facts.into_iter().map(|(carried, _)| carried).collect(), ..Self::default() }
    }

    /// Whether a fact has no effect until somebody takes it up: its author had been removed, and it
    /// did not both happen and get typed before that.
    #[must_use]
    pub fn withholds(&self, id: FactId, fact: &Fact) -> bool {
        self.removed.get(&id).is_some_and(|moment| {
            let at = At::minute_of(i64::try_from(*moment).unwrap_or(i64::MAX));
            !(fact.recorded.ms < *moment && fact.at.span().is_before(&at.span()))
        })
    }

    /// Adds a fact whose author had all the others before them and whose id is the largest.
    pub fn append(&mut self, mut carried: Carried) {
        carried.past = Past::default();
        for place in 0..self.facts.len() {
            carried.past.insert(place);
        }
        self.facts.push(carried);
    }
}

#[cfg(test)]
mod tests;
