//! Dispatch: the sheets sent about a case, who signed them in, objected, answered and closed, which
//! unit leads, and the village's own requests that went two steps before one was sent.

mod answers;
mod lead;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::fact::body::{Kept, SheetIssued, SheetKind, SheetPart};
use crate::id::{FactId, UnitId};
use crate::rights::Right;
use crate::rules::{RuleId, Why};
use crate::time::{At, Day};

use super::assess::Derived;
use super::clock::{Clock, Running, row};
use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::known::{Facts, Known, each};
use super::running::word;
use crate::fact::body::ClockKind;
use crate::settings::Settings;

/// How far a sheet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum SheetStatus {
    /// 待签收
    Issued,
    /// 已签收
    SignedIn,
    /// 已提异议
    Objected,
    /// 异议成立，已退回
    Returned,
    /// 已答复
    Replied,
    /// 已关闭
    Closed,
    /// 已答复已关闭: the two crossed.
    RepliedAndClosed,
    /// 已改派
    Reassigned,
}

impl SheetStatus {
    /// Whether the unit it went to must still do something.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Issued | Self::SignedIn | Self::Objected)
    }
}

/// An objection.
#[derive(Debug, Clone, PartialEq)]
pub struct Objection {
    /// The fact.
    pub id: FactId,
    /// When.
    pub at: At,
    /// Why.
    pub reasons: String,
    /// Whether the unit still objects: it may have taken the matter on since.
    pub is_standing: bool,
    /// What the dispatcher decided, if anybody has: the fact, and whether it holds.
    pub decided: Option<(FactId, bool)>,
}

/// A reply.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The fact.
    pub id: FactId,
    /// When.
    pub at: At,
    /// How far it was done.
    pub kept: Kept,
    /// In words.
    pub text: String,
    /// Whether whoever closed the sheet did not know it.
    pub crossed_closing: bool,
}

/// A sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// The fact.
    pub id: FactId,
    /// When it was issued.
    pub at: At,
    /// Which unit sent it.
    pub from: UnitId,
    /// What it says.
    pub body: SheetIssued,
    /// Who signed it in for the unit, earliest first: together they are one.
    pub sign_ins: Vec<FactId>,
    /// When it was first signed in.
    pub signed_in: Option<At>,
    /// Whether the unit took the matter on, and nobody there objects.
    pub is_accepted: bool,
    /// The objection.
    pub objection: Option<Objection>,
    /// The replies, in order.
    pub replies: Vec<Reply>,
    /// The closing.
    pub closed: Option<(At, FactId)>,
    /// Whether its unit leads by it now.
    pub is_acting: bool,
    /// What made another unit lead in its place, if anything did, and why.
    pub reassigned: Option<(FactId, Why)>,
    /// How far it is.
    pub status: SheetStatus,
}

impl Sheet {
    /// Why the unit must look again, if a reply that crossed the closing says it was not done.
    #[must_use]
    pub fn undone_after_closing(&self) -> Option<Why> {
        let (_, closed) = self.closed?;
        let undone = self.replies.iter().find(|r| r.crossed_closing && r.kept != Kept::Done)?;
        Some(Why::new(RuleId::SheetNotDone, [self.id, closed, undone.id]))
    }
}

/// How far a village's request to have a department deal with something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum ReferralStatus {
    /// 待村里审核
    Proposed,
    /// 待镇里派单
    Passed,
    /// 村里没有通过
    GivenBack,
    /// 已派单
    Dispatched,
}

/// A village's request (报请转办).
#[derive(Debug, Clone, PartialEq)]
pub struct Referral {
    /// The fact.
    pub id: FactId,
    /// When.
    pub at: At,
    /// Whose.
    pub from: UnitId,
    /// To which unit it should go.
    pub to: UnitId,
    /// What that unit is asked to do.
    pub matter: String,
    /// How far it is.
    pub status: ReferralStatus,
    /// The review, and the sheet that followed it.
    pub why: Why,
}

/// Everything about dispatch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dispatch {
    /// The sheets, in order.
    pub sheets: Vec<Sheet>,
    /// The requests of the village, in order.
    pub referrals: Vec<Referral>,
    /// Consultations: the fact, and whether the head of the centre approved it.
    pub consultations: Vec<(FactId, bool)>,
    /// 主办单位
    pub lead: Option<Derived<UnitId>>,
    /// 协办单位
    pub co: Vec<UnitId>,
    /// What units wrote about sheets that were neither to nor from them: kept, without effect.
    pub foreign: Vec<FactId>,
}

/// Folds everything about dispatch.
pub(super) fn fold(facts: &Facts) -> (Dispatch, Vec<Conflict>) {
    let mut conflicts = Vec::new();
    let mut dispatch = Dispatch::default();
    let mut issued: Vec<(&Known, &SheetIssued)> = each!(facts, SheetIssued).collect();
    issued.sort_by_key(|(known, _)| known.order());
    for (known, body) in &issued {
        let (sheet, found) = answers::fold(facts, known, body, &mut dispatch.foreign);
        conflicts.extend(found);
        dispatch.sheets.push(sheet);
    }
    conflicts.extend(numbers(facts, &dispatch.sheets));
    consultations(facts, &mut dispatch);
    conflicts.extend(lead::settle(facts, &mut dispatch));
    for sheet in &mut dispatch.sheets {
        // C24: what was answered already stays as it is.
        if sheet.reassigned.is_some() && sheet.replies.is_empty() {
            sheet.status = SheetStatus::Reassigned;
        }
    }
    dispatch.referrals = referrals(facts, &dispatch.sheets);
    (dispatch, conflicts)
}

/// Two sheets of one unit with one number: the printed one keeps it, else the one typed first.
fn numbers(facts: &Facts, sheets: &[Sheet]) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    let number = |sheet: &Sheet| sheet.body.number.trim().to_owned();
    for (at, sheet) in sheets.iter().enumerate() {
        let is_same = |other: &&Sheet| {
            number(other) == number(sheet)
                && other.body.sheet == sheet.body.sheet
                && other.from == sheet.from
        };
        let is_first = !sheets.iter().take(at).any(|other| is_same(&other));
        let mut same: Vec<&Known> =
            sheets.iter().filter(is_same).filter_map(|other| facts.get(other.id)).collect();
        if number(sheet).is_empty() || !is_first || same.len() < 2 {
            continue;
        }
        same.sort_by_key(|known| {
            let printed = sheets.iter().any(|s| s.id == known.id && s.body.printed);
            (!printed, known.fact.recorded, known.id)
        });
        let key = format!("sheet_number/{}", sheet.id);
        let decided = facts.decision(&key, Seat::Director, &same).map(|(known, _)| known);
        conflicts.push(
            Conflict::between(
                ConflictKind::SheetNumber,
                key,
                Why::new(RuleId::SheetNumber, same.iter().map(|known| known.id)),
                Seat::Director,
                same.iter().map(|known| Side::of_fact(known)).collect(),
            )
            .with_ways(&["reprinted"])
            .settled_by(decided),
        );
    }
    conflicts
}

/// The consultations, and whether the head of the centre stands behind each.
fn consultations(facts: &Facts, dispatch: &mut Dispatch) {
    let mut held: Vec<&Known> = each!(facts, Consulted).map(|(known, _)| known).collect();
    held.sort_by_key(|known| known.order());
    for known in held {
        let is_approved = Right::DispatchApprove.admits(known.role)
            || each!(facts, ConsultationApproved).any(|(_, body)| body.consultation == known.id);
        dispatch.consultations.push((known.id, is_approved));
    }
}

/// The village's requests: the mediator asks, the head passes it on, the township sends a sheet.
fn referrals(facts: &Facts, sheets: &[Sheet]) -> Vec<Referral> {
    let mut proposed: Vec<(&Known, _)> = each!(facts, ReferralProposed).collect();
    proposed.sort_by_key(|(known, _)| known.order());
    proposed
        .into_iter()
        .map(|(known, body)| {
            let reviews: Vec<(&Known, bool)> = each!(facts, ReferralReviewed)
                .filter(|(review, b)| {
                    b.referral == known.id && review.proof.unit == known.proof.unit
                })
                .map(|(review, b)| (review, b.passed))
                .collect();
            let heads = crate::merge::heads(&reviews, |later, earlier| later.0.knows(earlier.0));
            let sheet = sheets.iter().find(|sheet| sheet.body.referral == Some(known.id));
            let is_passed = heads.iter().all(|(_, passed)| *passed);
            let status = if sheet.is_some() {
                ReferralStatus::Dispatched
            } else if heads.is_empty() {
                // The head's own request needs nobody else's word.
                if Right::ReferralReview.admits(known.role) {
                    ReferralStatus::Passed
                } else {
                    ReferralStatus::Proposed
                }
            } else if is_passed {
                ReferralStatus::Passed
            } else {
                ReferralStatus::GivenBack
            };
            let basis = [Some(known.id), sheet.map(|sheet| sheet.id)];
            let reviewed = heads.iter().map(|(review, _)| review.id);
            Referral {
                id: known.id,
                at: known.fact.at,
                from: known.proof.unit,
                to: body.to,
                matter: body.matter.clone(),
                status,
                why: Why::new(RuleId::TwoSteps, basis.into_iter().flatten().chain(reviewed)),
            }
        })
        .collect()
}

/// The clock by which a sheet must be answered.
const fn answer_clock(kind: SheetKind) -> ClockKind {
    match kind {
        SheetKind::Reminder => ClockKind::SheetReminder,
        SheetKind::Liaison => ClockKind::SheetLiaison,
        SheetKind::Order => ClockKind::SheetOrder,
    }
}

/// The key of the clock by which a sheet must be answered.
#[must_use]
pub fn answer_key(sheet: &Sheet) -> String {
    format!("{}/{}", word(answer_clock(sheet.body.sheet)), sheet.id)
}

/// The clocks of the sheets: signing in, objecting, answering. They are the addressee's.
pub(super) fn clocks(
    facts: &Facts,
    dispatch: &Dispatch,
    ended: Option<(At, FactId)>,
    settings: &Settings,
) -> Vec<Running> {
    let mut clocks = Vec::new();
    for sheet in &dispatch.sheets {
        let point = |id: FactId| facts.get(id).map(|known| (known.fact.at, id));
        let first = |ids: &mut dyn Iterator<Item = FactId>| ids.filter_map(point).min();
        let signed = first(&mut sheet.sign_ins.iter().copied());
        let replied = first(&mut sheet.replies.iter().map(|reply| reply.id));
        let objected = sheet.objection.as_ref().map(|o| (o.at, o.id));
        let upheld = sheet.objection.as_ref().and_then(|o| o.decided).filter(|(_, upheld)| *upheld);
        let taken_away = match sheet.status {
            SheetStatus::Returned => upheld.map(|(id, _)| id),
            SheetStatus::Reassigned => sheet.reassigned.as_ref().map(|(by, _)| *by),
            _ => None,
        };
        let gone = first(&mut taken_away.into_iter());
        let done = [replied, sheet.closed, gone, ended].into_iter().flatten().min();
        let mut push = |kind: ClockKind, start: At, stop: Option<(At, FactId)>| {
            let basis = [Some(sheet.id), stop.map(|(_, id)| id)];
            clocks.push(Running {
                kind,
                key: format!("{}/{}", word(kind), sheet.id),
                start,
                agreed_end: if kind == answer_clock(sheet.body.sheet) {
                    sheet.body.due
                } else {
                    None
                },
                limit: settings.limit(kind),
                unit: Some(sheet.body.to),
                stop,
                pauses: Vec::new(),
                extensions: Vec::new(),
                facts: basis.into_iter().flatten().collect(),
            });
        };
        push(ClockKind::SheetSignIn, sheet.at, [signed, done].into_iter().flatten().min());
        let answer = answer_clock(sheet.body.sheet);
        if sheet.body.due.is_some() || row(answer).limit > 0 {
            push(answer, sheet.at, done);
        }
        if let Some((start, _)) = signed {
            push(ClockKind::SheetObjection, start, [objected, done].into_iter().flatten().min());
        }
    }
    clocks
}

/// Whether an objection was made in time, by a holiday table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectionTime {
    /// The last day.
    pub last_day: Day,
    /// Whether it was in time.
    pub is_in_time: bool,
    /// Whether the table knew every day asked.
    pub is_calendar_known: bool,
}

/// When a sheet could be objected to, and whether it was in time.
#[must_use]
pub fn objection_time(sheet: &Sheet, clocks: &[Clock]) -> Option<ObjectionTime> {
    let objection = sheet.objection.as_ref()?;
    let key = format!("{}/{}", word(ClockKind::SheetObjection), sheet.id);
    let clock = clocks.iter().find(|clock| clock.running.key == key)?;
    Some(ObjectionTime {
        last_day: clock.end,
        is_in_time: objection.at.day <= clock.end,
        is_calendar_known: clock.is_calendar_known,
    })
}

/// Whether a sheet makes its unit lead.
pub(super) const fn leads(body: &SheetIssued) -> bool {
    matches!((body.sheet, body.part), (SheetKind::Order, SheetPart::Lead))
}
