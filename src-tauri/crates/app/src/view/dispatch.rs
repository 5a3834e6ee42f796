//! What the screens read about dispatch: sheets, requests, consultations, who leads.

use domain::case::sheet::{ReferralStatus, SheetStatus};
use domain::fact::body::{Kept, SheetKind, SheetPart};
use domain::id::FactId;
use domain::time::{At, Day};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{UnitRef, WhyView};

views! {
    /// An objection to a sheet.
    ObjectionView {
        /// The fact.
        id: FactId,
        /// When.
        at: At,
        /// Why.
        reasons: String,
        /// Whether the unit still objects.
        is_standing: bool,
        /// The last day on which it could be made.
        last_day: Option<Day>,
        /// Whether it was made in time.
        is_in_time: Option<bool>,
        /// Whether the holiday table knew every day asked.
        is_calendar_known: bool,
        /// What the dispatcher decided, if anybody has.
        decided: Option<FactId>,
        /// Whether it holds, once decided.
        is_upheld: Option<bool>,
    }
    /// A reply to a sheet.
    SheetReplyView {
        /// The fact.
        id: FactId,
        /// When.
        at: At,
        /// How far it was done.
        kept: Kept,
        /// In words.
        text: String,
        /// Whether whoever closed the sheet did not know it.
        crossed_closing: bool,
    }
    /// A sheet (提醒单、联系单、交办单).
    SheetView {
        /// The fact that issued it.
        id: FactId,
        /// Which of the three it is.
        kind: SheetKind,
        /// Its number.
        number: String,
        /// When it was issued.
        at: At,
        /// Which unit sent it.
        from: UnitRef,
        /// To which unit.
        to: UnitRef,
        /// As what that unit is asked.
        part: SheetPart,
        /// Which demands of the case, from 0; all of them if empty.
        demands: Vec<u16>,
        /// What is to be done.
        requirement: String,
        /// The last day of the reply.
        due: Option<Day>,
        /// What it rests on.
        basis: String,
        /// The request of the village it follows.
        referral: Option<FactId>,
        /// How far it is.
        status: SheetStatus,
        /// Whether its unit leads by it now.
        is_acting: bool,
        /// Why another sheet took its place (已改派), if one did.
        reassigned_why: Option<WhyView>,
        /// Who signed it in, earliest first: together they are one.
        sign_ins: Vec<FactId>,
        /// When it was first signed in.
        signed_in: Option<At>,
        /// Whether the unit took the matter on.
        is_accepted: bool,
        /// The objection.
        objection: Option<ObjectionView>,
        /// The replies, in order.
        replies: Vec<SheetReplyView>,
        /// The fact that closed it.
        closed: Option<FactId>,
        /// Whether a reply that crossed the closing says it was not done.
        is_undone_after_closing: bool,
        /// Whether whoever asks works for the unit it went to.
        is_mine: bool,
    }
    /// A village's request to have a department deal with something (报请转办).
    ReferralView {
        /// The fact.
        id: FactId,
        /// When.
        at: At,
        /// Whose.
        from: UnitRef,
        /// To which unit it should go.
        to: UnitRef,
        /// What that unit is asked to do.
        matter: String,
        /// How far it is.
        status: ReferralStatus,
        /// The rule, the review and the sheet that followed.
        why: WhyView,
    }
    /// A consultation (会商).
    ConsultationView {
        /// The fact.
        id: FactId,
        /// Whether the head of the centre approved it.
        is_approved: bool,
    }
    /// Who does what about a case.
    DispatchView {
        /// 主办单位
        lead: Option<UnitRef>,
        /// Why that unit.
        lead_why: Option<WhyView>,
        /// 协办单位
        co: Vec<UnitRef>,
        /// The sheets, in order.
        sheets: Vec<SheetView>,
        /// The requests of the village, in order.
        referrals: Vec<ReferralView>,
        /// The consultations, in order.
        consultations: Vec<ConsultationView>,
    }
}
