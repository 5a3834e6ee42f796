//! What the screens read. Made for them, not for the rules: ids and closed words cross, names are
//! already looked up, and everything derived carries its reason.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use domain::case::EventMark;
use domain::case::conflict::ConflictKind;
use domain::case::ladder::EscalationStatus;
use domain::case::session::Uncounted;
use domain::case::stage::{Mark, Stage, State};
use domain::case::suggestion::{SuggestionKind, SuggestionStatus};
use domain::catalogue::{Category, Source};
use domain::fact::body::{
    AttachmentForm, Choice, EscalationReason, LocalItem, Outcome, PartyAdded, Retention, Risk,
    SessionResult, Sex, Track, Will,
};
use domain::fact::{Body, RecordKind};
use domain::id::{DeviceId, FactId, RecordId, SpaceId, UnitId, UserId};
use domain::person::IdWarning;
use domain::role::{Level, Role};
use domain::rules::RuleId;
use domain::time::{At, Day};

use crate::cases::MatchPlace;
use crate::rights::Sight;

macro_rules! views {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $ty:ty),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
            #[cfg_attr(test, derive(ts_rs::TS), ts(export))]
            pub struct $name { $($(#[$fdoc])* pub $field: $ty,)* }
        )*
    };
}

mod agreement;
mod dispatch;
mod linking;
mod timing;

pub use agreement::*;
pub use dispatch::*;
pub use linking::*;
pub use timing::*;

views! {
    /// A unit by name.
    UnitRef {
        /// The unit.
        id: UnitId,
        /// What it is called; empty while unknown here.
        name: String,
        /// Its level.
        level: Level,
    }
    /// A user by name.
    UserRef {
        /// The user.
        id: UserId,
        /// What the user is called; empty while unknown here.
        name: String,
        /// The role, where somebody vouches for it.
        role: Option<Role>,
    }
    /// A device by name.
    DeviceRef {
        /// The device.
        id: DeviceId,
        /// What it is called; empty while unknown here.
        name: String,
    }
    /// Why something derived is as it is.
    WhyView {
        /// The rule.
        rule: RuleId,
        /// The law and article, or the practice, it comes from.
        source: String,
        /// The facts it used.
        facts: Vec<FactId>,
    }
    /// A mark beside the state of a case.
    MarkView {
        /// The mark.
        mark: Mark,
        /// Why.
        why: WhyView,
    }
    /// A register of a record.
    FieldView {
        /// The value to show: text, a whole number, or nothing.
        value: FieldValue,
        /// Whether others stand beside it.
        is_contested: bool,
    }
    /// A party.
    PartyView {
        /// The fact that names it.
        id: FactId,
        /// Who it is.
        details: PartyAdded,
        /// Whether it was a minor when the case began.
        is_minor: bool,
        /// The name as lists and exports show it.
        shown_name: String,
        /// Its last word on mediation.
        will: Option<Will>,
        /// On what ground its data is kept.
        privacy: Option<PrivacyView>,
        /// What looks wrong with its identity number; never in the way.
        id_warnings: Vec<IdWarning>,
    }
    /// A session.
    SessionView {
        /// The fact.
        id: FactId,
        /// Its number, from 1.
        number: u16,
        /// When.
        at: At,
        /// How it ended.
        result: SessionResult,
        /// The level at which it counts.
        level: Level,
        /// The other records of the same meeting.
        with: Vec<FactId>,
        /// Why it does not count, if it does not.
        uncounted: Option<Uncounted>,
        /// The rule and the facts behind that.
        why: WhyView,
    }
    /// An attachment.
    AttachmentView {
        /// The fact.
        id: FactId,
        /// What people call it.
        name: String,
        /// Its form.
        form: AttachmentForm,
        /// Its size, in bytes.
        bytes: u64,
        /// When it was made, as it is dated.
        at: At,
        /// Which unit put it there.
        unit: UnitRef,
        /// What was written that it belongs to.
        of: Option<FactId>,
        /// Whether it has a small picture.
        has_thumbnail: bool,
        /// Whether the small picture is here.
        is_thumbnail_here: bool,
        /// Whether all of it is here; otherwise its bytes are on another computer still.
        is_here: bool,
        /// Whether it was asked that it comes before others.
        is_asked: bool,
        /// Why it belongs to the case no longer, if so.
        withdrawn: Option<WhyView>,
    }
    /// An escalation.
    EscalationView {
        /// From which level.
        from: Level,
        /// Which round.
        round: u16,
        /// Why it was asked for.
        reason: EscalationReason,
        /// How far it got.
        status: EscalationStatus,
        /// Who asked, earliest first.
        requests: Vec<FactId>,
        /// Why its ground does not show in the facts, if it does not; the climb stands.
        warning: Option<WhyView>,
        /// Who accepted, earliest first.
        acceptances: Vec<FactId>,
        /// Everybody who confirmed it, earliest first.
        confirmed_by: Vec<UserRef>,
        /// What gave the case back, if it was.
        returned: Option<FactId>,
        /// Days between the return and the first thing the lower level wrote in knowledge of it.
        missed_days: Option<i64>,
        /// The rule and the facts behind the status.
        why: WhyView,
    }
    /// Who mediates.
    HostingView {
        /// Who presides, once somebody was appointed.
        host: Option<String>,
        /// Everybody who was appointed and is not recused.
        mediators: Vec<String>,
        /// Everybody who withdrew and was not kept by both sides.
        recused: Vec<String>,
    }
    /// Something the program suggests and a person may follow.
    SuggestionView {
        /// What.
        kind: SuggestionKind,
        /// Its key within the case.
        key: String,
        /// What became of it.
        status: SuggestionStatus,
        /// How many sessions count.
        count: u16,
        /// From how many on it is suggested.
        threshold: u16,
        /// The rule and the facts.
        why: WhyView,
    }
    /// One side of a conflict.
    SideView {
        /// The value or the fact; this is what a decision names.
        choice: Choice,
        /// The business time it names.
        at: Option<At>,
        /// Who wrote it.
        by: UserRef,
        /// For which unit.
        unit: Option<UnitRef>,
        /// On which device.
        device: Option<DeviceRef>,
        /// When it was typed, in milliseconds since 1970.
        recorded_ms: u64,
        /// The fact's content, if it is a fact.
        fact: Option<Body>,
    }
    /// How a conflict ended.
    SettlementView {
        /// The rule that decides, if a rule does.
        rule: Option<RuleId>,
        /// Who decided, if a person did.
        by: Option<UserRef>,
        /// For which unit.
        unit: Option<UnitRef>,
        /// When, in business time.
        at: Option<At>,
        /// When it was typed, in milliseconds since 1970.
        recorded_ms: Option<u64>,
        /// What holds.
        choice: Option<Choice>,
        /// Why.
        reason: String,
    }
    /// A conflict with everything needed to decide it.
    ConflictView {
        /// Its key within the record.
        key: String,
        /// What contradicts what.
        kind: ConflictKind,
        /// The rule and the facts.
        why: WhyView,
        /// What stands side by side.
        sides: Vec<SideView>,
        /// Ways out that are not one of the sides, by name.
        ways: Vec<String>,
        /// The roles that decide.
        roles: Vec<Role>,
        /// The unit whose people decide; any if absent.
        unit: Option<UnitRef>,
        /// Whether whoever asks may decide.
        may_settle: bool,
        /// How it ended; absent while it is open.
        settlement: Option<SettlementView>,
    }
    /// Something a unit must take note of.
    NoticeView {
        /// Its key within the case.
        key: String,
        /// Whom it is for.
        unit: UnitRef,
        /// The rule and the facts.
        why: WhyView,
        /// What that unit had written.
        about: Vec<EventView>,
        /// Who took note of it.
        acknowledged: Option<EventView>,
    }
    /// A free text of a record.
    TextView {
        /// The words.
        text: String,
        /// Names this version; an edit gives it back.
        version: String,
    }
    /// How a case was closed.
    ClosureView {
        /// The fact.
        id: FactId,
        /// When.
        at: At,
        /// How it ended.
        outcome: Outcome,
    }
    /// The beginning of a case.
    RegistrationView {
        /// The fact.
        id: FactId,
        /// The day of the application.
        at: At,
        /// 首办责任人.
        by: UserRef,
        /// The unit.
        unit: UnitRef,
        /// How it came.
        source: Source,
        /// On which track.
        track: Track,
        /// What is asked for.
        demands: Vec<String>,
        /// The archived case it takes up again.
        follows: Option<RecordId>,
        /// The token of the code it came by.
        token: Option<String>,
    }
    /// The archived file of a case.
    ArchiveView {
        /// The fact.
        id: FactId,
        /// When.
        at: At,
        /// How long it is kept.
        retention: Retention,
        /// What came later, or unknown to whoever archived (补充卷).
        supplement: Vec<FactId>,
        /// 卷宗情况说明: the first is the statement, others supplement it.
        statements: Vec<FactId>,
        /// Whether a statement about the supplement must still be written.
        needs_statement: bool,
    }
    /// A case out of which somebody was taken: it stands in the place of the one before.
    RedactedView {
        /// When that was said, in milliseconds since 1970.
        said_ms: u64,
        /// By whom.
        by: UserRef,
        /// What came late: recorded on the one before by those who had not heard of it.
        again: Vec<SaidAgainView>,
        /// What they had typed into texts and registers.
        words: Vec<LateWordsView>,
    }
    /// A fact that was recorded on the case before and came late.
    SaidAgainView {
        /// The fact.
        fact: FactId,
        /// Its kind.
        kind: String,
        /// When it happened.
        at: At,
        /// For which unit.
        unit: UnitRef,
    }
    /// Words that were typed into a text or a register of the case before and came late.
    LateWordsView {
        /// The text, the register, or the fact whose text it is.
        name: String,
        /// The kind of that fact.
        kind: Option<String>,
        /// The words.
        words: String,
    }
    /// A case of several units (共办).
    SharingView {
        /// The units that hold it.
        units: Vec<UnitRef>,
        /// Those that left it and were not taken in again.
        left: Vec<LeftView>,
        /// Whether the own unit is one of those: what is shown is of the day it left.
        is_left: bool,
        /// The rule and the facts.
        why: WhyView,
    }
    /// A unit that left a case (退出共办).
    LeftView {
        /// The unit.
        unit: UnitRef,
        /// When that was said, in milliseconds since 1970.
        said_ms: u64,
        /// Why.
        reason: String,
    }
    /// What a case counts as.
    CountsView {
        /// 接待
        visits: u32,
        /// 调解会
        sessions: u32,
        /// Sessions that count in the village.
        village_sessions: u16,
        /// Sessions that count at the township.
        township_sessions: u16,
        /// 提级 that are not void.
        escalations: u32,
        /// 书面协议 that hold.
        written_agreements: u32,
        /// 口头协议 that hold.
        oral_agreements: u32,
        /// 协议金额, in fen.
        amount_fen: i64,
        /// 待核
        is_amount_unverified: bool,
        /// 满意: parties whose last word it is.
        satisfied: u32,
        /// 基本满意
        mostly_satisfied: u32,
        /// 不满意
        unsatisfied: u32,
    }
    /// A case.
    CaseView {
        /// The record.
        id: RecordId,
        /// The space it lives in.
        space: SpaceId,
        /// Its number.
        number: String,
        /// The title it is shown by.
        title: String,
        /// The stage of the closed loop.
        stage: Stage,
        /// The state within it.
        state: State,
        /// Marks beside the state.
        marks: Vec<MarkView>,
        /// The unit that owns it.
        owner: Option<UnitRef>,
        /// Why that unit.
        owner_why: Option<WhyView>,
        /// Its beginning.
        registration: Option<RegistrationView>,
        /// The official type.
        category: Option<Category>,
        /// Why that type.
        category_why: Option<WhyView>,
        /// Its item in the township's own catalogue, as it was worded when it was chosen.
        local_item: Option<LocalItem>,
        /// Why that item.
        local_item_why: Option<WhyView>,
        /// The risk colour.
        risk: Option<Risk>,
        /// Why that colour.
        risk_why: Option<WhyView>,
        /// Title, amount, place.
        fields: BTreeMap<String, FieldView>,
        /// The free texts.
        texts: BTreeMap<String, TextView>,
        /// The parties.
        parties: Vec<PartyView>,
        /// The sessions.
        sessions: Vec<SessionView>,
        /// The photographs, scans and recordings that belong to it.
        attachments: Vec<AttachmentView>,
        /// Who mediates.
        hosting: HostingView,
        /// What the program suggests.
        suggestions: Vec<SuggestionView>,
        /// The escalations.
        escalations: Vec<EscalationView>,
        /// The agreements.
        agreements: Vec<AgreementView>,
        /// The demands that the agreements which hold leave open, by their place from 0.
        open_demands: Vec<u16>,
        /// Why those, where there are any.
        open_demands_why: Option<WhyView>,
        /// Why it may be settled in writing only, if so.
        written_only: Option<WhyView>,
        /// The formal number that holds.
        formal_number: Option<String>,
        /// 曾用编号: formal numbers that no longer hold.
        former_numbers: Vec<String>,
        /// 跳号: formal numbers that were set aside for good.
        voided_numbers: Vec<VoidedNumberView>,
        /// The case it went into (并入×案).
        merged_into: Option<CaseRef>,
        /// The registrations it rests on: its own, and those of the cases that went into it.
        sources: Vec<SourceView>,
        /// Every type its sources name, each once.
        types: Vec<Category>,
        /// How long its file is kept, as it is proposed to whoever archives it.
        retention: Retention,
        /// What was decided about it and others that look like the same dispute.
        links: Vec<LinkView>,
        /// Cases that look like the same dispute and wait for a decision (疑似重复).
        candidates: Vec<CandidateView>,
        /// The earliest day anybody applied.
        applied: Option<At>,
        /// Who applied when: each application interrupts limitation for whoever made it.
        applications: Vec<ApplicationView>,
        /// How long the parties may still go to law: estimates.
        limitations: Vec<LimitationView>,
        /// The cases that take it up again.
        taken_up: Vec<CaseRef>,
        /// How much of it is shown to whoever asks.
        sight: Sight,
        /// Whether whoever asks may open the rest of it in an emergency.
        may_break_glass: bool,
        /// Until when it is open to whoever asks because of an emergency, in milliseconds since
        /// 1970.
        open_until_ms: Option<u64>,
        /// Why it is on the red branch, if it is: report first.
        red_branch: Option<WhyView>,
        /// Whether the program may suggest that the parties meet face to face.
        may_suggest_meeting: bool,
        /// What became of it when somebody was taken out of it.
        redacted: Option<RedactedView>,
        /// The archived file.
        archive: Option<ArchiveView>,
        /// Who does what about it: sheets, lead and co-operating units.
        dispatch: DispatchView,
        /// The version of the settings it was registered under.
        settings_version: String,
        /// Whether that version is known here; otherwise the builtin one stands in.
        is_settings_known: bool,
        /// The tracks it runs on.
        tracks: Vec<Track>,
        /// The clocks, running ones first, by their end.
        clocks: Vec<ClockView>,
        /// The supervision cards.
        cards: Vec<CardView>,
        /// The cards that are due and that nobody issued.
        cards_due: Vec<CardDueView>,
        /// What is promised and not yet done.
        dues: Vec<DueView>,
        /// Contradictions, open ones first.
        conflicts: Vec<ConflictView>,
        /// Notices.
        notices: Vec<NoticeView>,
        /// Which units share it, once it has a space of its own.
        sharing: Option<SharingView>,
        /// How it was closed.
        closure: Option<ClosureView>,
        /// What it counts as.
        counts: CountsView,
        /// How many facts its history has.
        event_count: u32,
        /// The kinds of facts whoever asks may write.
        may_write: Vec<String>,
        /// Whether something in it needs a newer version of the program.
        needs_update: bool,
    }
    /// One line of the history.
    EventView {
        /// The fact.
        id: FactId,
        /// When it happened.
        at: Option<At>,
        /// When it was typed, in milliseconds since 1970.
        recorded_ms: Option<u64>,
        /// Who typed it.
        by: Option<UserRef>,
        /// For which unit.
        unit: Option<UnitRef>,
        /// On which device.
        device: Option<DeviceRef>,
        /// What happened; absent if this version cannot read it.
        fact: Option<Body>,
        /// Marks.
        marks: Vec<EventMark>,
    }
    /// A window of a history.
    HistoryWindow {
        /// The lines, earliest first.
        events: Vec<EventView>,
        /// How many there are in all.
        total: u32,
    }
    /// The nearest promise of a case that is still open.
    NextDueView {
        /// The last day.
        day: Day,
        /// What is to be done.
        what: String,
    }
    /// A line of the ledger.
    CaseLine {
        /// The record.
        id: RecordId,
        /// Its number.
        number: String,
        /// Its title.
        title: String,
        /// The names of its parties.
        parties: Vec<String>,
        /// The official type.
        category: Option<Category>,
        /// The group of its item in the township's own catalogue.
        local_group: Option<String>,
        /// What that item is called.
        local_item: Option<String>,
        /// Where.
        place: String,
        /// The stage.
        stage: Stage,
        /// The state.
        state: State,
        /// Marks.
        marks: Vec<Mark>,
        /// The unit that owns it.
        owner: Option<UnitRef>,
        /// The day of the application.
        registered: Option<Day>,
        /// The nearest open promise of an agreement that holds.
        next_due: Option<NextDueView>,
        /// The risk colour.
        risk: Option<Risk>,
        /// Whether it is closed.
        is_closed: bool,
        /// Contradictions a person must decide.
        open_conflicts: u32,
        /// Sessions that count in the village.
        village_sessions: u32,
        /// Sessions that count at the township.
        township_sessions: u32,
        /// Where each word that was looked for was found.
        matched: Vec<MatchView>,
    }
    /// Where a word that was looked for was found.
    MatchView {
        /// The word, as it was typed.
        word: String,
        /// Where.
        place: MatchPlace,
    }
    /// A window of the ledger.
    CaseWindow {
        /// The lines, in the order asked for.
        rows: Vec<CaseLine>,
        /// How many the filter leaves.
        total: u32,
        /// How many there are in all.
        all: u32,
    }
    /// A contradiction, as the desk lists it.
    ConflictLine {
        /// The record.
        record: RecordId,
        /// What is recorded there.
        record_kind: RecordKind,
        /// The title of the case.
        title: String,
        /// Its key within the record.
        key: String,
        /// What contradicts what.
        kind: ConflictKind,
        /// Whether a person must decide.
        is_open: bool,
        /// Whether whoever asks may decide.
        may_settle: bool,
        /// The unit whose people decide; any if absent.
        unit: Option<UnitRef>,
        /// The roles that decide.
        roles: Vec<Role>,
        /// When the latest side was typed, in milliseconds since 1970.
        latest_ms: u64,
    }
    /// A window of contradictions.
    ConflictWindow {
        /// The lines, latest first.
        rows: Vec<ConflictLine>,
        /// How many there are in all.
        total: u32,
    }
    /// A person.
    PersonView {
        /// The record.
        id: RecordId,
        /// The space it lives in.
        space: SpaceId,
        /// Sex.
        sex: Option<Sex>,
        /// The registers.
        fields: BTreeMap<String, FieldView>,
        /// What looks wrong with the identity number; never in the way.
        id_warnings: Vec<IdWarning>,
        /// Other records of the same person, and records that were said to be of another.
        links: Vec<PersonLinkView>,
        /// The cases whose parties name this person, or another record of the same person.
        cases: Vec<CaseLine>,
        /// Contradictions.
        conflicts: Vec<ConflictView>,
    }
    /// A line of the list of persons.
    PersonLine {
        /// The record.
        id: RecordId,
        /// Name.
        name: String,
        /// Telephone.
        phone: String,
        /// Address.
        address: String,
    }
    /// A window of persons.
    PersonWindow {
        /// The lines, by name.
        rows: Vec<PersonLine>,
        /// How many there are in all.
        total: u32,
    }
}

/// The value of a register as it crosses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum FieldValue {
    /// A whole number: fen, for amounts.
    Number(i64),
    /// Text.
    Text(String),
    /// Nothing.
    Nothing(()),
}

impl From<&serde_json::Value> for FieldValue {
    fn from(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::String(text) => Self::Text(text.clone()),
            other => other.as_i64().map_or(Self::Nothing(()), Self::Number),
        }
    }
}

impl From<FieldValue> for serde_json::Value {
    fn from(value: FieldValue) -> Self {
        match value {
            FieldValue::Number(number) => number.into(),
            FieldValue::Text(text) => text.into(),
            FieldValue::Nothing(()) => Self::Null,
        }
    }
}
