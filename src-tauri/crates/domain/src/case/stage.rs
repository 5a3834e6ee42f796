//! Where a case stands: the stage of the closed loop 上报–分流–处置–反馈–评价, the state within it,
//! the marks beside it, and the marks of each line of its history. All derived, never typed in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fact::Body;
use crate::fact::body::{Kept, Outcome, Will};
use crate::id::FactId;
use crate::rights::Right;
use crate::role::Level;
use crate::rules::{RuleId, Why};
use crate::settings::Settings;
use crate::time;

use super::agreement::{Agreement, Standing};
use super::assess::Derived;
use super::conflict::{Conflict, ConflictKind};
use super::duplicate::Duplicates;
use super::ending::{Archive, Voiding};
use super::known::{Facts, Known, Precedence, RefusedFact, each, precedence};
use super::ladder::{EscalationStatus, Ladder};
use super::number::Numbers;
use super::procedure::Flaw;
use super::session::{Session, Uncounted};
use super::sheet::Dispatch;
use super::will::{ending_stands, refusals};
use super::{Closure, Event, EventMark, Registration, coverage, doubt, performance, red, running};

/// A stage of the closed loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Stage {
    /// 上报
    Report,
    /// 分流
    Triage,
    /// 处置
    Handling,
    /// 反馈
    Feedback,
    /// 评价
    Rating,
}

/// The state of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum State {
    /// 线索、待登记: who registers clues wrote it down, or its registration has not arrived here.
    Clue,
    /// 已登记
    Registered,
    /// 已受理
    Accepted,
    /// 调解中
    Mediating,
    /// 达成协议，待签
    AgreementUnsigned,
    /// 部分达成: an agreement about some of the demands holds, the rest is open.
    PartlyAgreed,
    /// 已达成协议
    Agreed,
    /// 履行中
    Performing,
    /// 不履行
    NotPerformed,
    /// 履行完毕
    Performed,
    /// 已回访
    Revisited,
    /// 拒绝调解
    Refused,
    /// 当事人撤回
    Withdrawn,
    /// 结案
    Closed,
    /// 不予受理
    Declined,
    /// 终止调解，已告知途径
    Terminated,
    /// 归档
    Archived,
    /// 作废
    Voided,
    /// 并入他案
    Merged,
}

impl State {
    /// Whether nobody need climb any more: agreed, ended or closed.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        !matches!(
            self,
            Self::Clue | Self::Registered | Self::Accepted | Self::Mediating | Self::PartlyAgreed
        )
    }
}

/// A mark beside the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Mark {
    /// 提级中
    Escalating,
    /// 已提级
    Escalated,
    /// 提级失效
    EscalationVoid,
    /// 待镇确认化解
    AwaitingConfirmation,
    /// 协议冲突
    AgreementConflict,
    /// 未经同意
    WithoutConsent,
    /// 已退回
    Returned,
    /// 待镇确认是否退回
    AwaitingReturn,
    /// 程序瑕疵
    ProcedureFlaw,
    /// 已结案，有后续
    ClosedWithFollowUp,
    /// 已归档，有后续
    ArchivedWithFollowUp,
    /// 封存
    Restricted,
    /// 作废请求
    VoidRequested,
    /// 中止
    Suspended,
    /// 移送
    Transferred,
    /// 红色处置: report first, nobody face to face.
    RedBranch,
    /// 编号不一
    NumberConflict,
    /// 疑似重复，裁定不一
    DuplicateConflict,
    /// 待核: something cannot be as it says.
    Doubtful,
    /// 付多了: more was paid than was due.
    Overpaid,
    /// 主办不一致
    LeadConflict,
    /// 已改派
    Reassigned,
    /// 单据已关闭，实际未办
    SheetNotDone,
}

/// The closure that holds: by the unit that owns the case now, after it came to own it.
///
/// A village that closes what the township has accepted closes nothing; a case closed in the
/// village as failed and accepted by the township goes on there.
pub(super) fn closure(facts: &Facts, ladder: &Ladder) -> Option<Closure> {
    let owner = ladder.owner()?;
    each!(facts, Closed)
        .filter(|(known, _)| known.proof.unit == owner.unit && !known.span().is_before(&owner.from))
        .max_by_key(|(known, _)| known.order())
        .map(|(known, body)| Closure { id: known.id, at: known.fact.at, outcome: body.outcome })
}

/// What the place of a case is derived from.
pub(super) struct Now<'a> {
    pub(super) facts: &'a Facts,
    pub(super) registration: Option<&'a Registration>,
    pub(super) agreements: &'a [Agreement],
    pub(super) ladder: &'a Ladder,
    pub(super) sessions: &'a [Session],
    pub(super) closure: Option<&'a Closure>,
    pub(super) open_demands: &'a [u16],
    pub(super) flaws: &'a [Flaw],
    pub(super) doubts: &'a [Flaw],
    pub(super) overpaid: &'a [Derived<FactId>],
    pub(super) conflicts: &'a [Conflict],
    pub(super) archive: Option<&'a Archive>,
    pub(super) restriction: Option<&'a Why>,
    pub(super) voiding: &'a Voiding,
    pub(super) numbers: &'a Numbers,
    pub(super) duplicates: &'a Duplicates,
    pub(super) dispatch: &'a Dispatch,
}

impl Now<'_> {
    /// Stage and state.
    pub(super) fn place(&self) -> (Stage, State) {
        if self.registration.is_none() {
            return (Stage::Report, State::Clue);
        }
        if self.voiding.void.is_some() {
            return (Stage::Rating, State::Voided);
        }
        if self.duplicates.into.is_some() {
            return (Stage::Rating, State::Merged);
        }
        if self.archive.is_some() {
            return (Stage::Rating, State::Archived);
        }
        if let Some(closure) = self.closure {
            return match closure.outcome {
                Outcome::Settled | Outcome::Failed => (Stage::Rating, State::Closed),
                Outcome::Withdrawn => (Stage::Rating, State::Withdrawn),
                Outcome::Refused => (Stage::Rating, State::Refused),
            };
        }
        if let Some(placed) = self.place_by_agreement() {
            return placed;
        }
        if let Some(ended) = self.ended_without_agreement() {
            return ended;
        }
        if let Some(will) = self.standing_refusal() {
            let state = if will == Will::Withdrawn { State::Withdrawn } else { State::Refused };
            return (Stage::Handling, state);
        }
        // A paper that waits for its signatures holds up nothing that ended the case.
        if self.agreements.iter().any(|a| a.standing == Standing::Unsigned) {
            return (Stage::Handling, State::AgreementUnsigned);
        }
        if !self.sessions.is_empty() {
            (Stage::Handling, State::Mediating)
        } else if each!(self.facts, Accepted).next().is_some() {
            (Stage::Handling, State::Accepted)
        } else if self.is_clue() {
            (Stage::Report, State::Clue)
        } else {
            (Stage::Triage, State::Registered)
        }
    }

    /// Whether somebody who registers clues alone wrote it down, and nobody has accepted it yet.
    fn is_clue(&self) -> bool {
        let registered = self.registration.and_then(|r| self.facts.get(r.id));
        registered.is_some_and(|known| !Right::CaseWrite.admits(known.role))
    }

    /// Where a termination or a decline put the case, until a later consent or application, or
    /// until another level took the case on.
    fn ended_without_agreement(&self) -> Option<(Stage, State)> {
        let stands = |known: &Known| ending_stands(self.facts, self.ladder, known);
        if each!(self.facts, Terminated).any(|(known, _)| stands(known)) {
            Some((Stage::Feedback, State::Terminated))
        } else if each!(self.facts, Declined).any(|(known, _)| stands(known)) {
            Some((Stage::Triage, State::Declined))
        } else {
            None
        }
    }

    /// Where agreements put the case, if there are any that hold.
    fn place_by_agreement(&self) -> Option<(Stage, State)> {
        let holding: Vec<&Agreement> =
            self.agreements.iter().filter(|a| coverage::holds(a)).collect();
        if holding.is_empty() {
            return None;
        }
        if !self.open_demands.is_empty() {
            return Some((Stage::Handling, State::PartlyAgreed));
        }
        if self.unconfirmed().is_some() {
            return Some((Stage::Handling, State::Agreed));
        }
        let kept: Vec<Option<Kept>> =
            holding.iter().map(|a| performance::standing(self.facts, a)).collect();
        let state = if kept.contains(&Some(Kept::NotDone)) {
            State::NotPerformed
        } else if kept.iter().all(|k| *k == Some(Kept::Done)) {
            let revisited = each!(self.facts, Revisited).next().is_some();
            if revisited { State::Revisited } else { State::Performed }
        } else {
            State::Performing
        };
        let stage = match state {
            State::Performed => Stage::Feedback,
            State::Revisited => Stage::Rating,
            _ => Stage::Handling,
        };
        Some((stage, state))
    }

    /// The agreement that waits for the township to confirm it (C1d), if one does: made by
    /// another unit after the township had accepted.
    fn unconfirmed(&self) -> Option<(&Agreement, FactId)> {
        let owner = self.ladder.owner().filter(|t| t.level == Level::Township)?;
        let accepted = self.facts.get(owner.by)?;
        let is_of_before = |a: &Agreement| {
            let stands = |claim| precedence(&claim, &[accepted], owner.from);
            let stands = a.claim(self.facts).map(stands);
            matches!(stands, Some(Precedence::ClaimPrevails | Precedence::Knowing))
        };
        let agreement = self
            .agreements
            .iter()
            .find(|a| a.unit != owner.unit && coverage::holds(a) && !is_of_before(a))?;
        let is_confirmed = each!(self.facts, ResolutionConfirmed).any(|(known, _)| {
            known.proof.unit == owner.unit
                && self.facts.get(agreement.id).is_some_and(|reached| known.knows(reached))
        });
        (!is_confirmed && owner.by != agreement.id).then_some((agreement, owner.by))
    }

    /// A refusal no later consent answers.
    fn standing_refusal(&self) -> Option<Will> {
        let standing = refusals(self.facts).into_iter().filter(|refusal| refusal.is_standing());
        standing.max_by_key(|refusal| refusal.said.order()).map(|refusal| refusal.will)
    }

    /// The marks beside the state, each with its reason.
    pub(super) fn marks(&self) -> Vec<Derived<Mark>> {
        let mut marks = Vec::new();
        let mut mark = |value, why: &Why| marks.push(Derived { value, why: why.clone() });
        for escalation in &self.ladder.escalations {
            let value = match escalation.status {
                EscalationStatus::Requested => Mark::Escalating,
                EscalationStatus::Accepted => Mark::Escalated,
                EscalationStatus::Void => Mark::EscalationVoid,
                EscalationStatus::Returned => Mark::Returned,
                EscalationStatus::Withdrawn => continue,
            };
            mark(value, &escalation.why);
        }
        let asks_return = |c: &&Conflict| c.kind == ConflictKind::Return && c.is_open();
        for question in self.conflicts.iter().filter(asks_return) {
            mark(Mark::AwaitingReturn, &question.why);
        }
        let follow_up = match self.archive {
            Some(_) => Mark::ArchivedWithFollowUp,
            None => Mark::ClosedWithFollowUp,
        };
        let asks_follow_up = |c: &&Conflict| c.kind == ConflictKind::FollowUp && c.is_open();
        for question in self.conflicts.iter().filter(asks_follow_up) {
            mark(follow_up, &question.why);
        }
        if let Some(why) = self.restriction {
            mark(Mark::Restricted, why);
        }
        if let Some(why) = &self.voiding.requested {
            mark(Mark::VoidRequested, why);
        }
        if let Some(why) = red::branch(self.facts) {
            mark(Mark::RedBranch, &why);
        }
        if let Some(why) = self.numbers.disputed.as_ref() {
            mark(Mark::NumberConflict, why);
        }
        for link in self.duplicates.links.iter().filter(|link| link.is_disputed) {
            mark(Mark::DuplicateConflict, &link.why);
        }
        if let Some((known, _)) = each!(self.facts, Transferred).max_by_key(|(k, _)| k.order()) {
            mark(Mark::Transferred, &Why::new(RuleId::Transferred, [known.id]));
        }
        if running::pauses(self.facts).iter().any(|(_, to)| to.is_none())
            && let Some((known, _)) = each!(self.facts, Suspended).max_by_key(|(k, _)| k.order())
        {
            mark(Mark::Suspended, &Why::new(RuleId::PauseUnion, [known.id]));
        }
        for why in by_rule(self.flaws) {
            mark(Mark::ProcedureFlaw, &why);
        }
        for why in by_rule(self.doubts) {
            mark(Mark::Doubtful, &why);
        }
        for overpaid in self.overpaid {
            mark(Mark::Overpaid, &overpaid.why);
        }
        let leads = |c: &&Conflict| c.kind == ConflictKind::Lead && c.is_open();
        for question in self.conflicts.iter().filter(leads) {
            mark(Mark::LeadConflict, &question.why);
        }
        for sheet in &self.dispatch.sheets {
            if let Some((_, why)) = &sheet.reassigned {
                mark(Mark::Reassigned, why);
            }
            if let Some(why) = sheet.undone_after_closing() {
                mark(Mark::SheetNotDone, &why);
            }
        }
        if let Some((agreement, accepted)) = self.unconfirmed() {
            let why = Why::new(RuleId::AgreementAfterAcceptance, [agreement.id, accepted]);
            mark(Mark::AwaitingConfirmation, &why);
        }
        let contested: Vec<FactId> = self
            .agreements
            .iter()
            .filter(|a| a.standing == Standing::Contested)
            .map(|a| a.id)
            .collect();
        if !contested.is_empty() {
            mark(Mark::AgreementConflict, &Why::new(RuleId::AgreementConflict, contested));
        }
        for session in self.sessions {
            if session.uncounted == Some(Uncounted::WithoutConsent) {
                mark(Mark::WithoutConsent, &session.why);
            }
        }
        marks
    }

    /// The history: every fact in order of business time, with its marks.
    pub(super) fn events(&self, settings: &Settings) -> Vec<Event> {
        let mut known: Vec<&Known> = self.facts.list.iter().collect();
        known.sort_by_key(|k| k.order());
        let doubted = doubt::doubted(self.facts);
        let mut events: Vec<Event> = known
            .into_iter()
            .map(|k| {
                let mut marks = self.event_marks(k, settings);
                if doubted.contains(&k.id) {
                    marks.push(EventMark::ClockDoubt);
                }
                Event { id: k.id, marks }
            })
            .collect();
        for (id, reason) in &self.facts.refused {
            let marks = match reason {
                RefusedFact::NeedsUpdate => vec![EventMark::NeedsUpdate],
                RefusedFact::AfterRemoval => vec![EventMark::Refused, EventMark::AfterRemoval],
                RefusedFact::AfterRevocation => {
                    vec![EventMark::Refused, EventMark::AfterRevocation]
                }
                RefusedFact::AfterLeaving => vec![EventMark::Refused, EventMark::AfterLeaving],
                _ => vec![EventMark::Refused],
            };
            events.push(Event { id: *id, marks });
        }
        events
    }

    fn event_marks(&self, known: &Known, settings: &Settings) -> Vec<EventMark> {
        let mut marks = Vec::new();
        if is_late(known.fact.at, known.fact.recorded, settings) {
            marks.push(EventMark::LateEntry);
        }
        if known.corrected_by.is_some() {
            marks.push(EventMark::Corrected);
        }
        if known.fact.newer {
            marks.push(EventMark::NeedsUpdate);
        }
        if known.is_after_removal {
            marks.push(EventMark::AfterRemoval);
        }
        let without_consent = self
            .sessions
            .iter()
            .any(|s| s.id == known.id && s.uncounted == Some(Uncounted::WithoutConsent));
        if without_consent {
            marks.push(EventMark::WithoutConsent);
        }
        let climb = self
            .ladder
            .escalations
            .iter()
            .find(|e| e.requests.contains(&known.id) || e.acceptances.contains(&known.id));
        match climb.map(|e| e.status) {
            Some(EscalationStatus::Void) => marks.push(EventMark::Void),
            Some(EscalationStatus::Withdrawn) => marks.push(EventMark::Withdrawn),
            _ => {}
        }
        if self.archive.is_some_and(|archive| archive.supplement.contains(&known.id)) {
            marks.push(EventMark::Supplement);
        }
        for (flaws, mark) in
            [(self.flaws, EventMark::ProcedureFlaw), (self.doubts, EventMark::Doubtful)]
        {
            if flaws.iter().any(|flaw| flaw.fact == known.id) {
                marks.push(mark);
            }
        }
        if self.agreements.iter().any(|a| a.id == known.id && a.standing == Standing::Replaced) {
            marks.push(EventMark::Replaced);
        }
        if self.dispatch.foreign.contains(&known.id) {
            marks.push(EventMark::NotByOwner);
        }
        let closes = matches!(known.fact.body, Body::Closed(_));
        let owned = self.ladder.tenure_of(self.facts, known);
        if closes && owned.is_some_and(|(_, tenure)| tenure.unit != known.proof.unit) {
            marks.push(EventMark::NotByOwner);
        }
        marks
    }
}

/// The reasons of flaws, one for each rule with all the facts it was found in.
fn by_rule(flaws: &[Flaw]) -> Vec<Why> {
    let mut by_rule: BTreeMap<RuleId, Vec<FactId>> = BTreeMap::new();
    for flaw in flaws {
        by_rule.entry(flaw.why.rule).or_default().extend(&flaw.why.facts);
    }
    by_rule.into_iter().map(|(rule, facts)| Why::new(rule, facts)).collect()
}

/// 补录: whether a fact was typed noticeably after it happened.
fn is_late(at: time::At, recorded: time::Hlc, settings: &Settings) -> bool {
    let gap = recorded.local().date().signed_duration_since(at.day).num_days();
    gap > i64::from(settings.late_entry_days)
}
