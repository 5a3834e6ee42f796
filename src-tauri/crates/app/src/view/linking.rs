//! What the screens read of duplicates, numbers, persons and limitation.

use super::*;
use domain::case::limitation::{LimitationKind, NoLimitation};
use domain::fact::body::{DuplicateVerdict, LinkedParty, PrivacyGround};
use domain::likeness::Ground;

views! {
    /// Another case by its number.
    CaseRef {
        /// The record.
        id: RecordId,
        /// Its number.
        number: String,
        /// Its title.
        title: String,
        /// Whether it is held here.
        is_here: bool,
    }
    /// A registration that a case rests on: its own, or that of a case that went into it.
    SourceView {
        /// The case.
        case: CaseRef,
        /// Whether it is the case's own.
        is_own: bool,
        /// The day of its application.
        applied: At,
        /// How it came.
        source: Source,
        /// The unit that registered it.
        unit: UnitRef,
        /// 首办责任人 of it.
        by: UserRef,
        /// Its type.
        category: Option<Category>,
        /// Its parties, as lists show them.
        parties: Vec<LinkedParty>,
    }
    /// What was decided about a case and another.
    LinkView {
        /// The other case.
        case: CaseRef,
        /// What holds.
        verdict: DuplicateVerdict,
        /// Whether this case goes into the other.
        goes_into: bool,
        /// Whether the judicial office must decide.
        is_disputed: bool,
        /// The rule and the facts.
        why: WhyView,
    }
    /// A case that looks like the same dispute.
    CandidateView {
        /// The other case.
        case: CaseRef,
        /// Why it looks so.
        grounds: Vec<Ground>,
    }
    /// The day a party applied.
    ApplicationView {
        /// The party, as lists show it.
        party: String,
        /// The day.
        at: At,
        /// The case it was registered on, if it is another.
        case: Option<RecordId>,
        /// Under which number.
        number: String,
    }
    /// How long somebody may still go to law: an estimate (估算).
    LimitationView {
        /// What runs out.
        kind: LimitationKind,
        /// For whom, where each party has a day of its own.
        party: Option<String>,
        /// From when it is reckoned.
        from: Day,
        /// The last day, as far as can be said.
        end: Day,
        /// Always: this is no legal advice.
        is_estimate: bool,
        /// What of the claim may know no limitation.
        exempt: Option<NoLimitation>,
        /// The rule and the facts.
        why: WhyView,
    }
    /// On what ground a party's data is kept.
    PrivacyView {
        /// The ground.
        ground: PrivacyGround,
        /// The guardian who consented.
        guardian: String,
        /// The rule and the fact.
        why: WhyView,
    }
    /// A number that was set aside.
    VoidedNumberView {
        /// The number.
        number: String,
        /// Why.
        reason: String,
        /// The case that bore it.
        case: RecordId,
    }
    /// Two cases that look like one dispute, or about which something was decided.
    DuplicatePairView {
        /// The one.
        a: RecordId,
        /// The other.
        b: RecordId,
        /// Why they look like one.
        grounds: Vec<Ground>,
        /// What was decided, if something stands.
        verdict: Option<DuplicateVerdict>,
        /// Whether people contradict each other.
        is_disputed: bool,
    }
    /// Cases that look like one dispute, or were decided about together.
    DuplicateGroupView {
        /// The case that is, or would be, the main one: the one registered first.
        main: RecordId,
        /// The cases, the earliest application first.
        cases: Vec<CaseLine>,
        /// What is known of each two of them.
        pairs: Vec<DuplicatePairView>,
        /// Whether whoever asks may decide.
        may_decide: bool,
    }
    /// A window of groups.
    DuplicateWindow {
        /// The groups, the latest application first.
        groups: Vec<DuplicateGroupView>,
        /// How many there are in all.
        total: u32,
    }
    /// Numbers set aside for a computer.
    NumberBlockView {
        /// The computer.
        device: DeviceRef,
        /// Of which year.
        year: u16,
        /// From this number
        from: u32,
        /// up to this one.
        to: u32,
        /// How many of them are given.
        given: u32,
    }
    /// How a unit numbers its cases.
    NumberingView {
        /// The unit.
        unit: UnitRef,
        /// The year.
        year: u16,
        /// The computer that keeps the register.
        holder: Option<DeviceRef>,
        /// 区划简称
        region: String,
        /// 调委会简称
        committee: String,
        /// The last number of the year that was used on paper before.
        last_on_paper: u32,
        /// Numbers set aside.
        blocks: Vec<NumberBlockView>,
        /// The number this computer would give next; absent if it may give none.
        next: Option<String>,
        /// How many numbers of the year are given.
        given: u32,
        /// 跳号: numbers of the sequence that nobody has.
        gaps: Vec<String>,
        /// Numbers that were set aside for good.
        voided: Vec<VoidedNumberView>,
        /// Numbers that two cases bear.
        clashes: Vec<String>,
        /// The computers that may be named.
        devices: Vec<DeviceRef>,
        /// Whether whoever asks may change it here.
        may_set: bool,
    }
    /// What a person record and another are to each other.
    PersonLinkView {
        /// The other record.
        person: RecordId,
        /// Its name, if it is held here.
        name: String,
        /// Whether they are one person.
        is_same: bool,
        /// Whether somebody must decide.
        is_disputed: bool,
        /// The rule and the facts.
        why: WhyView,
    }
}
