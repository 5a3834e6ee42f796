//! Mediation sessions: every record is kept; which of them count towards the climb is a rule.
//!
//! The count is an internal working rule. It never conditions a party's right to refuse, stop or
//! sue: 人民调解法 (2010) arts. 3, 17, 23 and 26.

use crate::fact::body::{Choice, SessionHeld, SessionResult};
use crate::id::{FactId, UnitId};
use crate::role::Level;
use crate::rules::{RuleId, Why};
use crate::settings::Settings;
use crate::time::At;

use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::known::{Facts, Known, Precedence, each, precedence, weigh};
use super::ladder::Ladder;
use super::meeting::{self, Meeting};
use super::will::refusals;

/// Why a session does not count.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Uncounted {
    /// It did not fail: agreed, put off, a party absent, ended.
    OtherResult,
    /// Place or mediator missing.
    Incomplete,
    /// Not both sides were heard.
    OneSided,
    /// 未经同意: a party had refused.
    WithoutConsent,
    /// 同一次会议: counted once, with another record of it.
    SameMeeting,
    /// 结果不一: the records of the meeting tell its result differently, and nobody has decided.
    ResultsDiffer,
}

/// A session as the facts make it.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// The fact.
    pub id: FactId,
    /// Its number in the order of business time, from 1.
    pub number: u16,
    /// When.
    pub at: At,
    /// How it ended.
    pub result: SessionResult,
    /// The level that owned the case that day: where it counts.
    pub level: Level,
    /// Which stretch of ownership it falls into, from 0: each counts anew.
    pub tenure: usize,
    /// The other records of the same meeting.
    pub with: Vec<FactId>,
    /// The unit that recorded it.
    pub unit: UnitId,
    /// `None` if it counts.
    pub uncounted: Option<Uncounted>,
    /// The rule and the facts behind that.
    pub why: Why,
}

/// The parties of a case by the side they stand on.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    /// 申请人
    pub applicants: &'a [FactId],
    /// 被申请人
    pub respondents: &'a [FactId],
}

/// The sessions of a case in order of business time, and what a person must decide about them.
#[must_use]
pub fn fold(
    facts: &Facts,
    ladder: &Ladder,
    sides: Sides<'_>,
    settings: &Settings,
) -> (Vec<Session>, Vec<Conflict>) {
    let mut held: Vec<(&Known, &SessionHeld)> = each!(facts, SessionHeld).collect();
    held.sort_by_key(|(known, _)| known.order());
    let mut conflicts = Vec::new();
    let mut sessions = Vec::new();
    for (at, (known, body)) in held.iter().enumerate() {
        let barred = barred(facts, known, &mut conflicts);
        let uncounted = if barred.is_some() {
            Some(Uncounted::WithoutConsent)
        } else if body.result != SessionResult::Failed {
            Some(Uncounted::OtherResult)
        } else if body.place.trim().is_empty() || body.host.trim().is_empty() {
            Some(Uncounted::Incomplete)
        } else if settings.counts_one_sided
            || heard(body, sides.applicants) && heard(body, sides.respondents)
        {
            None
        } else {
            Some(Uncounted::OneSided)
        };
        let tenure = ladder.tenure_of(facts, known);
        sessions.push(Session {
            id: known.id,
            number: u16::try_from(at).unwrap_or(u16::MAX).saturating_add(1),
            at: known.fact.at,
            result: body.result,
            level: tenure.map_or(Level::Village, |(_, t)| t.level),
            tenure: tenure.map_or(0, |(place, _)| place),
            with: Vec::new(),
            unit: known.proof.unit,
            uncounted,
            why: barred.unwrap_or_else(|| Why::new(RuleId::SessionCounts, [known.id])),
        });
    }
    let (meetings, found) = meeting::fold(facts, &held, settings);
    conflicts.extend(found);
    for meeting in meetings.iter().filter(|m| m.records.len() > 1) {
        count_once(&mut sessions, meeting);
    }
    (sessions, conflicts)
}

/// Lets one record of a meeting stand for all of them: the first that would count.
fn count_once(sessions: &mut [Session], meeting: &Meeting) {
    let mut standing: Option<FactId> = None;
    for session in sessions.iter_mut().filter(|s| meeting.records.contains(&s.id)) {
        session.with = meeting.records.iter().copied().filter(|id| *id != session.id).collect();
        if session.uncounted == Some(Uncounted::WithoutConsent) {
            continue;
        }
        let (uncounted, rule) = match meeting.result {
            None => (Some(Uncounted::ResultsDiffer), RuleId::MeetingResult),
            Some(result) if result != SessionResult::Failed => {
                (Some(Uncounted::OtherResult), RuleId::MeetingResult)
            }
            Some(_) if session.uncounted.is_some() => continue,
            Some(_) if standing.is_none() => {
                standing = Some(session.id);
                continue;
            }
            Some(_) => (Some(Uncounted::SameMeeting), RuleId::MeetingOnce),
        };
        session.uncounted = uncounted;
        session.why = Why::new(rule, meeting.records.iter().copied());
    }
}

/// Whether anyone of a side was heard. A case without a known other side asks for none.
fn heard(body: &SessionHeld, side: &[FactId]) -> bool {
    side.is_empty() || body.present.iter().any(|party| side.contains(party))
}

/// Why a session was held without consent, if it was.
///
/// Source: 人民调解法 (2010) arts. 3 and 17: one party's clear refusal forbids mediation.
fn barred(facts: &Facts, session: &Known, conflicts: &mut Vec<Conflict>) -> Option<Why> {
    let refusals = refusals(facts).into_iter().filter_map(|r| Some(((), r.against(session)?)));
    let weighed =
        weigh(refusals, |refusal| match precedence(refusal, &[session], session.span()) {
            // The law bars the session whether or not its recorder knew.
            Precedence::Knowing => Precedence::ClaimPrevails,
            stands => stands,
        });
    if let Some((_, refusal)) = weighed.prevails {
        let basis = refusal.basis.iter().map(|known| known.id);
        return Some(Why::new(RuleId::SessionWithoutConsent, basis.chain([session.id])));
    }
    if weighed.backdated.is_empty() {
        return None;
    }
    let sides: Vec<&Known> = weighed.backdated.into_iter().chain([session]).collect();
    let why = Why::new(RuleId::Backdated, sides.iter().map(|known| known.id));
    let key = format!("session/{}", session.id);
    let decided = facts.decision(&key, Seat::Owner, &sides);
    conflicts.push(
        Conflict::between(
            ConflictKind::Session,
            key,
            why.clone(),
            Seat::Owner,
            sides.iter().map(|known| Side::of_fact(known)).collect(),
        )
        .with_ways(&["void", "stand"])
        .settled_by(decided.map(|(known, _)| known)),
    );
    decided.is_some_and(|(_, choice)| *choice == Choice::Way("void".into())).then_some(why)
}

/// How many sessions count at a level since it last came to own the case.
///
/// Source: the practice "3321": each level counts from its own acceptance; a case that was given
/// back begins a new round.
#[must_use]
pub fn count(sessions: &[Session], ladder: &Ladder, level: Level) -> u16 {
    let last = ladder.tenures.iter().rposition(|tenure| tenure.level == level);
    u16::try_from(counted(sessions, last.unwrap_or(0), level).count()).unwrap_or(u16::MAX)
}

/// The sessions that count in one stretch of ownership.
pub(super) fn counted(
    sessions: &[Session],
    tenure: usize,
    level: Level,
) -> impl Iterator<Item = &Session> {
    sessions.iter().filter(move |s| s.tenure == tenure && s.level == level && s.uncounted.is_none())
}

#[cfg(test)]
mod tests {
    use super::super::world::World;
    use super::*;
    use crate::fact::Body;
    use crate::fact::body::{PartyAdded, Registered, SessionMode, Side, Track};
    use crate::role::Role;

    /// Name, place, host, result, who was heard, why it does not count.
    type Row =
        (&'static str, &'static str, &'static str, SessionResult, Vec<FactId>, Option<Uncounted>);

    #[test]
    fn what_counts() {
        let mut world = World::new();
        let village = world.desk(1, Role::R2);
        world.write(
            village,
            "2026-03-01",
            Body::Registered(Registered {
                number: "临-A-0001".into(),
                source: crate::catalogue::Source::Application,
                track: Track::PeopleMediation,
                settings: crate::settings::VERSION.into(),
                happened: None,
                demands: vec![],
                follows: None,
                token: None,
            }),
        );
        let mut party = |name: &str, side| {
            world.write(
                village,
                "2026-03-01",
                Body::PartyAdded(PartyAdded {
                    name: name.into(),
                    side,
                    sex: None,
                    birth: None,
                    phone: None,
                    address: None,
                    id_number: None,
                    person: None,
                    guardian: None,
                    school: None,
                }),
            )
        };
        let a = party("王某", Side::Applicant);
        let b = party("赵某", Side::Respondent);
        let rows: [Row; 6] = [
            ("failed", "村委会", "周某", SessionResult::Failed, vec![a, b], None),
            (
                "no place",
                " ",
                "周某",
                SessionResult::Failed,
                vec![a, b],
                Some(Uncounted::Incomplete),
            ),
            (
                "nobody presided",
                "村委会",
                "",
                SessionResult::Failed,
                vec![a, b],
                Some(Uncounted::Incomplete),
            ),
            (
                "one side",
                "村委会",
                "周某",
                SessionResult::Failed,
                vec![a],
                Some(Uncounted::OneSided),
            ),
            (
                "put off",
                "村委会",
                "周某",
                SessionResult::Rescheduled,
                vec![a, b],
                Some(Uncounted::OtherResult),
            ),
            (
                "agreed",
                "村委会",
                "周某",
                SessionResult::Agreed,
                vec![a, b],
                Some(Uncounted::OtherResult),
            ),
        ];
        for (day, (_, place, host, result, present, _)) in (5..).zip(&rows) {
            world.write(
                village,
                &format!("2026-03-{day:02}"),
                Body::SessionHeld(SessionHeld {
                    place: (*place).into(),
                    mode: SessionMode::Joint,
                    host: (*host).into(),
                    mediators: vec![],
                    present: present.clone(),
                    result: *result,
                    ..super::super::world::session_held(vec![])
                }),
            );
        }
        let case = world.case(village);
        for ((name, .., want), session) in rows.iter().zip(&case.sessions) {
            assert_eq!(session.uncounted, *want, "{name}");
        }
        assert_eq!(case.session_count(Level::Village), 1);
        assert_eq!(case.sessions[0].number, 1);
    }
}
