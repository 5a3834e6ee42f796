//! How a case ends, and what may still happen to it: closing, archiving, void requests, and what
//! came in that whoever closed it did not know.

use crate::fact::Body;
use crate::fact::body::{Choice, Kept, Retention};
use crate::id::FactId;
use crate::rules::{RuleId, Why};
use crate::time::At;

use super::Closure;
use super::conflict::{Conflict, ConflictKind, Seat, Side};
use super::known::{Facts, Known, each};

/// The archived file.
#[derive(Debug, Clone, PartialEq)]
pub struct Archive {
    /// The fact.
    pub id: FactId,
    /// When.
    pub at: At,
    /// How long it is kept.
    pub retention: Retention,
    /// What came later, or unknown to whoever archived: the supplement (补充卷), in order.
    pub supplement: Vec<FactId>,
    /// 卷宗情况说明: the first is the statement, others supplement it.
    pub statements: Vec<FactId>,
    /// Whether a statement about the supplement must still be written.
    pub needs_statement: bool,
}

/// Whether a case stands void.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Voiding {
    /// Why it is void, if it is.
    pub void: Option<Why>,
    /// Why somebody asks for it, if it is not (作废请求).
    pub requested: Option<Why>,
}

/// What is news on a case that was closed: that it is kept, or that another level takes it on, is
/// none.
fn is_news(known: &Known) -> bool {
    match &known.fact.body {
        Body::VisitReceived(_) | Body::Flagged(_) => true,
        Body::PerformanceNoted(body) => body.kept == Kept::NotDone,
        Body::Revisited(body) => body.kept == Some(Kept::NotDone),
        Body::EscalationAccepted(_) | Body::ResolutionConfirmed(_) => false,
        body => body.row().substantive,
    }
}

/// What shows that somebody works on a case, so that another cannot make it void unasked.
fn is_work(known: &Known) -> bool {
    let body = &known.fact.body;
    let is_step = matches!(
        body,
        Body::Accepted(_)
            | Body::ConsentRecorded(_)
            | Body::MediatorsAppointed(_)
            | Body::AgreementSigned(_)
            | Body::AgreementSealed(_)
            | Body::Revisited(_)
            | Body::Escalated(_)
            | Body::Closed(_)
            | Body::SheetIssued(_)
            | Body::SheetReplied(_)
    );
    is_step || is_news(known) || body.row().substantive
}

/// The first archiving that the judicial office did not unseal, and what lies outside its seal.
pub(super) fn archive(facts: &Facts) -> Option<Archive> {
    let is_unsealed = |sealed: &Known| {
        each!(facts, Reopened)
            .any(|(known, _)| Seat::JudicialOffice.admits(known.role) && known.knows(sealed))
    };
    let (sealed, body) = each!(facts, Archived)
        .filter(|(known, _)| !is_unsealed(known))
        .min_by_key(|(known, _)| known.order())?;
    let is_paper = |known: &&Known| {
        !matches!(
            known.fact.body,
            Body::Archived(_)
                | Body::Decided(_)
                | Body::Acknowledged(_)
                | Body::FileStatement(_)
                | Body::DuplicateDecided(_)
                | Body::TakenUp(_)
                | Body::Restricted(_)
                | Body::RestrictionLifted(_)
                | Body::FormPrinted(_)
        )
    };
    let mut late: Vec<&Known> = facts
        .list
        .iter()
        .filter(is_paper)
        .filter(|known| known.id != sealed.id && !sealed.knows(known))
        .collect();
    late.sort_by_key(|known| known.order());
    let mut stated: Vec<&Known> = each!(facts, FileStatement).map(|(known, _)| known).collect();
    stated.sort_by_key(|known| known.order());
    let is_stated = |known: &&Known| stated.iter().any(|statement| statement.knows(known));
    Some(Archive {
        id: sealed.id,
        at: sealed.fact.at,
        retention: body.retention,
        needs_statement: !late.iter().all(is_stated),
        supplement: late.into_iter().map(|known| known.id).collect(),
        statements: stated.into_iter().map(|known| known.id).collect(),
    })
}

/// Why nothing is done with the file but keep it, if so: the first restriction (封存) that nobody
/// lifted who knew of it.
pub(super) fn restriction(facts: &Facts) -> Option<Why> {
    let is_lifted = |restricted: &Known| {
        each!(facts, RestrictionLifted).any(|(lifting, _)| lifting.knows(restricted))
    };
    let (restricted, _) = each!(facts, Restricted)
        .filter(|(known, _)| !is_lifted(known))
        .min_by_key(|(known, _)| known.order())?;
    Some(Why::new(RuleId::Restriction, [restricted.id]))
}

/// What came in that whoever closed the case did not know, and what was decided about it.
pub(super) struct FollowUp {
    pub(super) conflict: Option<Conflict>,
    /// Whether the case goes on.
    pub(super) is_reopened: bool,
}

/// Asks about what came in after or beside the closing. Statistics stay as they are until
/// somebody decides. A reopening that did not know of the archive is news on it, no more: nobody
/// unseals what is archived but the judicial office.
pub(super) fn follow_up(facts: &Facts, closure: &Closure, archive: Option<&Archive>) -> FollowUp {
    let none = FollowUp { conflict: None, is_reopened: false };
    let Some(closed) = facts.get(closure.id) else { return none };
    let sealed = archive.and_then(|archive| facts.get(archive.id));
    let is_late = |known: &Known| match (&known.fact.body, sealed) {
        (Body::Reopened(_), Some(sealed)) => known.knows(closed) && !sealed.knows(known),
        _ => is_news(known),
    };
    let news: Vec<&Known> =
        facts.list.iter().filter(|known| is_late(known) && !closed.knows(known)).collect();
    let reopened = each!(facts, Reopened)
        .map(|(known, _)| known)
        .filter(|known| known.knows(closed) && sealed.is_none())
        .min_by_key(|known| known.order());
    if news.is_empty() {
        return FollowUp { conflict: None, is_reopened: reopened.is_some() };
    }
    let sides: Vec<&Known> = std::iter::once(closed).chain(news.iter().copied()).collect();
    let key = format!("follow_up/{}", closed.id);
    let (rule, ways, seat): (_, &[&str], _) = match archive {
        Some(_) if facts.is_split(&key, Seat::AnyHead, &sides) => {
            (RuleId::ArchivedFollowUp, &["new_case", "nothing"], Seat::JudicialOffice)
        }
        Some(_) => (RuleId::ArchivedFollowUp, &["new_case", "nothing"], Seat::AnyHead),
        None => (RuleId::ClosedFollowUp, &["reopen", "nothing"], Seat::AnyHead),
    };
    let decided = facts.decision(&key, seat, &sides);
    let is_reopened = reopened.is_some()
        || decided.is_some_and(|(_, choice)| *choice == Choice::Way("reopen".into()));
    let conflict = Conflict::between(
        ConflictKind::FollowUp,
        key,
        Why::new(rule, sides.iter().map(|known| known.id)),
        seat,
        sides.iter().map(|known| Side::of_fact(known)).collect(),
    )
    .with_ways(ways)
    .settled_by(decided.map(|(known, _)| known).or(reopened));
    FollowUp { conflict: Some(conflict), is_reopened }
}

/// Whether the case is void, or only somebody's wish.
pub(super) fn voiding(facts: &Facts) -> (Voiding, Option<Conflict>) {
    let first = each!(facts, Voided).map(|(known, _)| known).min_by_key(|known| known.order());
    let Some(voided) = first else { return (Voiding::default(), None) };
    let work: Vec<&Known> =
        facts.list.iter().filter(|known| is_work(known) && !voided.knows(known)).collect();
    if work.is_empty() {
        let void = Some(Why::new(RuleId::VoidOrWork, [voided.id]));
        return (Voiding { void, requested: None }, None);
    }
    let sides: Vec<&Known> = std::iter::once(voided).chain(work).collect();
    let why = Why::new(RuleId::VoidOrWork, sides.iter().map(|known| known.id));
    let decided = facts.decision("void", Seat::Head, &sides);
    let conflict = Conflict::between(
        ConflictKind::Void,
        "void".to_owned(),
        why.clone(),
        Seat::Head,
        sides.iter().map(|known| Side::of_fact(known)).collect(),
    )
    .with_ways(&["void", "keep"])
    .settled_by(decided.map(|(known, _)| known));
    let voiding = match decided.map(|(_, choice)| choice) {
        Some(Choice::Way(way)) if way == "void" => Voiding { void: Some(why), requested: None },
        Some(_) => Voiding::default(),
        None => Voiding { void: None, requested: Some(why) },
    };
    (voiding, Some(conflict))
}

#[cfg(test)]
mod tests {
    use super::super::stage::{Mark, State};
    use super::super::world::{Begun, begun};
    use super::super::{Case, EventMark};
    use super::*;
    use crate::fact::body::*;
    use crate::role::Role;

    fn closed() -> Body {
        Body::Closed(Closed {
            outcome: Outcome::Failed,
            routes: vec![Route::Court],
            note: String::new(),
        })
    }

    fn visited(b: &Begun) -> Body {
        Body::VisitReceived(VisitReceived {
            party: Some(b.li),
            content: "再次渗漏，要求重新处理".into(),
            danger: false,
        })
    }

    fn archived() -> Body {
        Body::Archived(Archived { retention: Retention::Long, volume: String::new() })
    }

    fn has(case: &Case, mark: Mark) -> bool {
        case.marks.iter().any(|m| m.value == mark)
    }

    fn settle(b: &mut Begun, way: &str) {
        let open = b.merged().conflicts.into_iter().find(Conflict::is_open).expect("asked");
        let body = Body::Decided(Decided {
            conflict: open.key,
            choice: Choice::Way(way.into()),
            over: vec![],
            reason: "看过材料".into(),
        });
        b.world.write(b.village, "2026-03-20", body);
    }

    #[test]
    fn news_beside_a_closing_asks_and_changes_no_statistics_until_decided() {
        for (way, state) in [("reopen", State::Registered), ("nothing", State::Closed)] {
            let mut b = begun();
            b.world.write(b.village, "2026-03-05", closed());
            let news = visited(&b);
            b.world.write(b.township, "2026-03-05", news);
            let case = b.merged();
            assert_eq!(case.state, State::Closed);
            assert!(has(&case, Mark::ClosedWithFollowUp));
            settle(&mut b, way);
            let case = b.merged();
            assert_eq!(case.state, state, "{way}");
            assert!(!has(&case, Mark::ClosedWithFollowUp) && !case.has_open_conflict());
        }
    }

    #[test]
    fn an_archive_is_sealed_and_late_material_goes_to_a_supplement() {
        let mut b = begun();
        b.world.write(b.village, "2026-03-05", closed());
        b.world.meet(b.village, b.township);
        b.world.write(b.township, "2026-03-12", archived());
        let news = visited(&b);
        let late = b.world.write(b.village, "2026-03-10", news);
        let case = b.merged();
        let archive = case.archive.as_ref().expect("archived");
        assert_eq!(archive.supplement, [late]);
        assert!(archive.needs_statement);
        assert_eq!(case.state, State::Archived);
        assert!(has(&case, Mark::ArchivedWithFollowUp));
        assert!(case.events.iter().any(|e| e.marks.contains(&EventMark::Supplement)));
        settle(&mut b, "new_case");
        let case = b.merged();
        assert_eq!(case.state, State::Archived, "the old case stays as it was");
        assert!(!case.has_open_conflict());
    }

    #[test]
    fn two_who_choose_differently_about_an_archive_leave_it_to_the_judicial_office() {
        let mut b = begun();
        b.world.write(b.village, "2026-03-05", closed());
        b.world.meet(b.village, b.township);
        b.world.write(b.township, "2026-03-12", archived());
        let news = visited(&b);
        b.world.write(b.village, "2026-03-10", news);
        let open = b.merged().conflicts.into_iter().find(Conflict::is_open).expect("asked");
        let says = |way: &str| {
            Body::Decided(Decided {
                conflict: open.key.clone(),
                choice: Choice::Way(way.into()),
                over: vec![],
                reason: "看过材料".into(),
            })
        };
        b.world.write(b.village, "2026-03-20", says("nothing"));
        b.world.write(b.township, "2026-03-20", says("new_case"));
        let case = b.merged();
        assert!(has(&case, Mark::ArchivedWithFollowUp));
        let seat = case.conflicts.iter().find(|c| c.is_open()).map(|c| c.seat);
        assert_eq!(seat, Some(Seat::JudicialOffice));
        b.world.write(b.township, "2026-03-21", says("nothing"));
        assert!(b.merged().has_open_conflict(), "no longer the window's to say");
        let office = b.world.desk(3, Role::R6);
        b.world.meet(b.township, office);
        b.world.write(office, "2026-03-22", says("new_case"));
        b.world.meet(b.township, office);
        assert!(!b.merged().has_open_conflict());
    }

    #[test]
    fn nobody_unseals_an_archive_but_the_judicial_office() {
        let reopened = || Body::Reopened(Reopened { reason: "又漏水".into() });
        let mut b = begun();
        b.world.write(b.village, "2026-03-05", closed());
        b.world.meet(b.village, b.township);
        b.world.write(b.township, "2026-03-12", archived());
        b.world.write(b.village, "2026-03-11", reopened());
        let case = b.merged();
        assert_eq!(case.state, State::Archived, "whoever reopened it did not know");
        assert!(has(&case, Mark::ArchivedWithFollowUp), "and somebody is asked");
        let office = b.world.desk(3, Role::R6);
        b.world.meet(b.township, office);
        b.world.write(office, "2026-03-13", reopened());
        b.world.meet(b.township, office);
        let case = b.merged();
        assert_eq!(case.state, State::Registered);
        assert!(case.archive.is_none() && !case.has_open_conflict());
        b.world.write(b.township, "2026-03-14", archived());
        let again = b.merged().archive.expect("sealed anew");
        assert!(again.supplement.is_empty());
    }

    #[test]
    fn a_restriction_holds_until_somebody_who_knew_of_it_lifts_it() {
        let restricted = || Body::Restricted(Restricted { reason: "保管期限未满".into() });
        let lifted = || {
            Body::RestrictionLifted(RestrictionLifted { reason: "法院调取后恢复".into() })
        };
        let mut b = begun();
        b.world.write(b.village, "2026-03-05", closed());
        b.world.write(b.village, "2026-03-06", archived());
        let (head, other) = (b.world.desk(2, Role::R7), b.world.desk(3, Role::R7));
        for desk in [head, other] {
            b.world.meet(b.village, desk);
        }
        let first = b.world.write(head, "2026-03-10", restricted());
        // Somebody who knew of none lifts none, and each must be lifted.
        b.world.write(other, "2026-03-10", lifted());
        let second = b.world.write(other, "2026-03-11", restricted());
        b.world.meet(head, b.township);
        b.world.write(head, "2026-03-12", lifted());
        b.world.meet(head, other);
        b.world.meet(b.township, other);
        let case = b.merged();
        let why = case.restriction.as_ref().expect("the second one stands");
        assert_eq!(why.facts, [second]);
        assert_ne!(first, second);
        assert!(has(&case, Mark::Restricted));
        assert!(case.archive.as_ref().is_some_and(|archive| archive.supplement.is_empty()));
        b.world.write(other, "2026-03-13", lifted());
        b.world.meet(b.township, other);
        let case = b.merged();
        assert!(case.restriction.is_none() && !has(&case, Mark::Restricted));
        assert_eq!(case.state, State::Archived, "it is filed as before");
    }

    #[test]
    fn only_the_head_restricts_whoever_else_says_so_does_nothing() {
        let mut b = begun();
        b.world.write(b.village, "2026-03-05", closed());
        b.world.write(b.village, "2026-03-06", archived());
        let body = Body::Restricted(Restricted { reason: "请封存".into() });
        b.world.write(b.village, "2026-03-07", body);
        assert!(b.merged().restriction.is_none());
    }

    #[test]
    fn two_statements_are_both_kept() {
        let mut b = begun();
        b.world.write(b.township, "2026-03-12", archived());
        let say = |text: &str| Body::FileStatement(FileStatement { text: text.into() });
        let second = b.world.write(b.village, "2026-03-14", say("另有照片两张"));
        let first = b.world.write(b.township, "2026-03-13", say("当事人又来访"));
        assert_eq!(b.merged().archive.map(|a| a.statements), Some(vec![first, second]));
    }

    #[test]
    fn work_wins_over_a_void() {
        let void = || Body::Voided(Voided { reason: "重复登记".into() });
        let mut b = begun();
        let news = visited(&b);
        b.world.write(b.township, "2026-03-05", news);
        b.merged();
        b.world.write(b.village, "2026-03-06", void());
        assert_eq!(b.merged().state, State::Voided, "whoever made it void knew");
        let mut b = begun();
        let news = visited(&b);
        b.world.write(b.township, "2026-03-05", news);
        b.world.write(b.village, "2026-03-06", void());
        let case = b.merged();
        assert_ne!(case.state, State::Voided);
        assert!(has(&case, Mark::VoidRequested));
        settle(&mut b, "void");
        assert_eq!(b.merged().state, State::Voided);
    }

    #[test]
    fn whoever_works_on_a_case_keeps_it_from_being_made_void() {
        use super::super::world::{accepted, escalated};
        let mut b = begun();
        b.escalate(b.village, "2026-03-04");
        b.merged();
        b.world.write(b.village, "2026-03-05", Body::Voided(Voided { reason: "误登".into() }));
        b.world.write(b.township, "2026-03-06", accepted());
        let case = b.merged();
        assert!(has(&case, Mark::VoidRequested), "the township took it on");
        let mut b = begun();
        b.world.write(b.village, "2026-03-05", Body::Voided(Voided { reason: "误登".into() }));
        b.world.write(b.township, "2026-03-06", escalated());
        assert!(has(&b.merged(), Mark::VoidRequested), "or asked for it");
        let mut b = begun();
        b.world.write(b.village, "2026-03-05", Body::Voided(Voided { reason: "误登".into() }));
        let note = Body::Note(Note { text: "路过".into() });
        b.world.write(b.township, "2026-03-06", note);
        assert_eq!(b.merged().state, State::Voided, "a note is no work");
    }

    #[test]
    fn a_broken_promise_is_news_on_a_closed_case_and_a_kept_one_is_not() {
        for (kept, is_news) in [(Kept::NotDone, true), (Kept::Done, false)] {
            let mut b = begun();
            let agreement = b.agree(b.village, "2026-03-04", "甲", None);
            b.merged();
            b.world.write(b.village, "2026-03-05", closed());
            let noted = PerformanceNoted {
                agreement,
                line: None,
                kept,
                amount_fen: None,
                note: String::new(),
            };
            b.world.write(b.township, "2026-03-06", Body::PerformanceNoted(noted));
            assert_eq!(has(&b.merged(), Mark::ClosedWithFollowUp), is_news, "{kept:?}");
        }
    }

    #[test]
    fn work_is_news_and_what_ends_or_keeps_a_case_is_not() {
        let visit = |b: &Begun| visited(b);
        type Make = fn(&Begun) -> Body;
        let rows: [(&str, Make, bool); 6] = [
            ("a visit", visit, true),
            (
                "a flag",
                |_| Body::Flagged(Flagged { flags: vec![Flag::Group], note: String::new() }),
                true,
            ),
            (
                "a look at the place",
                |_| {
                    let (place, findings) = ("桥头".into(), "墙角仍渗水".into());
                    Body::SiteVisited(SiteVisited { place, findings, attachments: vec![] })
                },
                true,
            ),
            (
                "a promise kept",
                |b| {
                    Body::PerformanceNoted(PerformanceNoted {
                        agreement: b.zhang,
                        line: None,
                        kept: Kept::Done,
                        amount_fen: None,
                        note: String::new(),
                    })
                },
                false,
            ),
            (
                "a confirmation",
                |_| Body::ResolutionConfirmed(ResolutionConfirmed { note: String::new() }),
                false,
            ),
            ("a note", |_| Body::Note(Note { text: "照常".into() }), false),
        ];
        for (name, make, want) in rows {
            let mut b = begun();
            b.world.write(b.village, "2026-03-05", closed());
            let body = make(&b);
            b.world.write(b.township, "2026-03-05", body);
            let case = b.merged();
            assert_eq!(has(&case, Mark::ClosedWithFollowUp), want, "{name}");
            assert_eq!(case.has_open_conflict(), want, "{name}");
        }
    }

    #[test]
    fn a_void_that_is_not_to_be_leaves_the_case_as_it_was() {
        let void = Body::Voided(Voided { reason: "重复登记".into() });
        let mut b = begun();
        let news = visited(&b);
        b.world.write(b.township, "2026-03-05", news);
        b.world.write(b.village, "2026-03-06", void);
        b.merged();
        settle(&mut b, "keep");
        let case = b.merged();
        assert_eq!(case.state, State::Registered);
        assert!(!has(&case, Mark::VoidRequested) && !case.has_open_conflict());
    }

    #[test]
    fn reopening_settles_what_came_in_after_a_closing() {
        let mut b = begun();
        b.world.write(b.village, "2026-03-05", closed());
        let news = visited(&b);
        b.world.write(b.township, "2026-03-05", news);
        b.merged();
        let body = Body::Reopened(Reopened { reason: "又来反映".into() });
        let by = b.world.write(b.village, "2026-03-09", body);
        let case = b.merged();
        assert_eq!(case.state, State::Registered);
        let asked = case.conflicts.iter().find(|c| c.kind == ConflictKind::FollowUp).expect("kept");
        let Some(super::super::conflict::Settlement::ByPerson { fact, choice, reason, .. }) =
            &asked.settlement
        else {
            panic!("settled by the reopening")
        };
        assert_eq!((*fact, choice), (by, &Choice::Way("reopen".into())));
        assert_eq!(reason, "又来反映");
    }
}
