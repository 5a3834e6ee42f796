//! Danger, endings, files and numbers.

use super::super::super::world::{accepted, begun, begun_with};
use super::super::{NAME_CHARS_MAX, TEXT_CHARS_MAX};
use super::*;
use crate::fact::body::*;
use crate::role::Role;

fn closed(outcome: Outcome, routes: &[Route]) -> Body {
    Body::Closed(Closed { outcome, routes: routes.to_vec(), note: String::new() })
}

fn reopened(reason: &str) -> Body {
    Body::Reopened(Reopened { reason: reason.into() })
}

fn archived() -> Body {
    Body::Archived(Archived { retention: Retention::Long, volume: String::new() })
}

#[test]
fn who_ends_without_agreement_tells_of_the_other_ways() {
    let b = begun();
    let untold = no("routes", No::Empty);
    let terminated = |routes: &[Route]| {
        let (ground, routes) = (Outcome::Failed, routes.to_vec());
        Body::Terminated(Terminated { ground, routes, note: String::new() })
    };
    let declined = |reason: &str, routes: &[Route]| {
        Body::Declined(Declined { reason: reason.into(), routes: routes.to_vec() })
    };
    let court = [Route::Court];
    let rows = [
        ("ended, nothing told", terminated(&[]), untold),
        ("ended, told", terminated(&court), FINE),
        ("declined, nothing told", declined("不属本会", &[]), untold),
        ("declined, told", declined("不属本会", &court), FINE),
        ("settled", closed(Outcome::Settled, &[]), FINE),
        ("failed, nothing told", closed(Outcome::Failed, &[]), untold),
        ("failed, told", closed(Outcome::Failed, &court), FINE),
        ("refused, nothing told", closed(Outcome::Refused, &[]), untold),
        ("withdrawn, nothing told", closed(Outcome::Withdrawn, &[]), untold),
        ("withdrawn, told", closed(Outcome::Withdrawn, &court), FINE),
    ];
    check(&b, b.village, &rows);
    let reason = ("reason", TEXT_CHARS_MAX);
    check_required(&b, b.village, reason, |text| declined(&text, &court));
}

#[test]
fn what_a_part_agreement_leaves_open_may_be_taken_elsewhere() {
    let mut b = begun_with(&["返还押金", "赔礼道歉"]);
    let village = b.village;
    let part = AgreementReached { demands: vec![0], ..b.agreed_on("返还押金") };
    b.agree_to(village, "2026-03-05", Body::AgreementReached(part));
    let rows = [
        ("nothing told", closed(Outcome::Settled, &[]), no("routes", No::Empty)),
        ("told", closed(Outcome::Settled, &[Route::Arbitration]), FINE),
    ];
    check(&b, village, &rows);
    let rest = AgreementReached { demands: vec![1], ..b.agreed_on("赔礼道歉") };
    b.agree_to(village, "2026-03-06", Body::AgreementReached(rest));
    check(&b, village, &[("all is settled", closed(Outcome::Settled, &[]), FINE)]);
}

#[test]
fn the_owner_closes_once() {
    let mut b = begun();
    let (village, township) = (b.village, b.township);
    let failed = closed(Outcome::Failed, &[Route::Court]);
    check(&b, township, &[("not the owner", failed.clone(), no("kind", No::NotOwner))]);
    check(&b, village, &[("the owner", failed.clone(), FINE)]);
    b.world.write(village, "2026-03-05", failed.clone());
    check(&b, village, &[("again", failed.clone(), no("kind", No::Closed))]);
    b.world.write(village, "2026-03-06", reopened("又有新情况"));
    check(&b, village, &[("opened again", failed, FINE)]);
}

#[test]
fn what_waits_for_the_townships_word_is_not_closed() {
    let mut b = begun();
    let (village, township) = (b.village, b.township);
    b.agree(village, "2026-03-07", "退还押金", None);
    b.escalate(township, "2026-03-06");
    b.world.write(township, "2026-03-06", accepted());
    b.merged();
    let settled = closed(Outcome::Settled, &[]);
    let waits = no("kind", No::AwaitsConfirmation);
    check(&b, township, &[("nobody confirmed", settled.clone(), waits)]);
    let confirmed = Body::ResolutionConfirmed(ResolutionConfirmed { note: String::new() });
    b.world.write(township, "2026-03-08", confirmed);
    check(&b, township, &[("confirmed", settled, FINE)]);
}

#[test]
fn danger_is_named_and_reported_in_words() {
    let mut b = begun();
    let village = b.village;
    let flagged = |flags| Body::Flagged(Flagged { flags, note: String::new() });
    let rows = [
        ("no flag", flagged(vec![]), no("flags", No::Empty)),
        ("a flag", flagged(vec![Flag::Group]), FINE),
    ];
    check(&b, village, &rows);
    let reported = |to: &str, matter: &str| {
        let (receiver, method) = (String::new(), String::new());
        let (to, matter) = (to.into(), matter.into());
        Body::ReportedToPolice(ReportedToPolice { to, receiver, method, matter })
    };
    check_required(&b, village, ("to", NAME_CHARS_MAX), |text| reported(&text, "要动手"));
    check_required(&b, village, ("matter", TEXT_CHARS_MAX), |text| reported("派出所", &text));
    let report = b.world.write(village, "2026-03-05", reported("派出所", "要动手"));
    let answered = |report, result: &str| {
        Body::PoliceResponded(PoliceResponded { report, result: result.into() })
    };
    check_required(&b, village, ("result", TEXT_CHARS_MAX), |text| answered(report, &text));
    check_named(&b, village, "report", report, |id| answered(id, "已处置"));
}

#[test]
fn only_what_ended_goes_on_again() {
    let done = no("kind", No::AlreadyDone);
    let mut b = begun();
    let (village, township) = (b.village, b.township);
    let office = b.world.desk(2, Role::R6);
    let head = b.world.desk(2, Role::R7);
    let all = [village, township, office, head];
    for desk in all {
        b.world.meet(village, desk);
        check(&b, desk, &[("it never ended", reopened("有新情况"), done)]);
    }
    b.world.write(village, "2026-03-05", closed(Outcome::Failed, &[Route::Court]));
    for desk in all {
        b.world.meet(village, desk);
        check(&b, desk, &[("closed", reopened("有新情况"), FINE)]);
    }
    check_required(&b, village, ("reason", TEXT_CHARS_MAX), |text| reopened(&text));
    check(&b, village, &[("not yet filed", archived(), FINE)]);
    b.world.write(village, "2026-03-06", archived());
    check(&b, village, &[("filed", archived(), done)]);
    for desk in all {
        b.world.meet(village, desk);
        let want = if desk.user() == office.user() { FINE } else { no("kind", No::Role) };
        check(&b, desk, &[("filed", reopened("有新情况"), want)]);
    }
}

#[test]
fn what_is_filed_without_a_closing_is_opened_by_the_judicial_office() {
    let mut b = begun();
    let village = b.village;
    let office = b.world.desk(2, Role::R6);
    b.world.write(village, "2026-03-05", archived());
    b.world.meet(village, office);
    check(&b, office, &[("the office", reopened("有新情况"), FINE)]);
    check(&b, village, &[("the village", reopened("有新情况"), no("kind", No::Role))]);
}

#[test]
fn what_is_restricted_is_kept_and_nothing_else() {
    let mut b = begun();
    let (village, head) = (b.village, b.world.desk(2, Role::R7));
    let restricted = |reason: String| Body::Restricted(Restricted { reason });
    let lifted = |reason: String| Body::RestrictionLifted(RestrictionLifted { reason });
    b.world.write(village, "2026-03-05", closed(Outcome::Failed, &[Route::Court]));
    b.world.meet(village, head);
    check(&b, head, &[("not filed", restricted("期限未满".into()), no("kind", No::NotArchived))]);
    b.world.write(village, "2026-03-06", archived());
    b.world.meet(village, head);
    check(&b, village, &[("the village", restricted("期限未满".into()), no("kind", No::Role))]);
    check(&b, head, &[("nothing to lift", lifted("恢复".into()), no("kind", No::AlreadyDone))]);
    check_required(&b, head, ("reason", TEXT_CHARS_MAX), restricted);
    b.world.write(head, "2026-03-07", restricted("期限未满".into()));
    let kept = no("kind", No::Restricted);
    let note = || Body::Note(Note { text: "又来问".into() });
    let rows = [
        ("a note", note(), kept),
        ("reopened", reopened("有新情况"), kept),
        ("again", restricted("期限未满".into()), kept),
        ("lifted", lifted("恢复".into()), FINE),
    ];
    check(&b, head, &rows);
    check_required(&b, head, ("reason", TEXT_CHARS_MAX), lifted);
    b.world.meet(village, head);
    check(&b, village, &[("a note in the village", note(), kept)]);
    b.world.write(head, "2026-03-08", lifted("恢复".into()));
    check(&b, head, &[("a note once it is lifted", note(), FINE)]);
}

#[test]
fn voiding_a_case_and_a_statement_for_its_file_are_in_words() {
    let b = begun();
    let village = b.village;
    let reason = ("reason", TEXT_CHARS_MAX);
    check_required(&b, village, reason, |reason| Body::Voided(Voided { reason }));
    let text = ("text", TEXT_CHARS_MAX);
    check_required(&b, village, text, |text| Body::FileStatement(FileStatement { text }));
    let sent = Transferred { to: Destination::Court, note: String::new() };
    check(&b, village, &[("transferred", Body::Transferred(sent), FINE)]);
}

#[test]
fn a_number_is_given_by_name_and_only_that_number_is_voided() {
    let mut b = begun();
    let village = b.village;
    let given = |number: String| Body::NumberAssigned(NumberAssigned { number, printed: false });
    check_required(&b, village, ("number", NAME_CHARS_MAX), given);
    let number = "〔2026〕桥头人调字第0001号";
    let voided = |number: &str, reason: &str| {
        Body::NumberVoided(NumberVoided { number: number.into(), reason: reason.into() })
    };
    let unknown = no("number", No::Unknown);
    check(&b, village, &[("none was given", voided(number, "跳号"), unknown)]);
    b.world.write(village, "2026-03-05", given(number.into()));
    let rows = [
        ("its own", voided(number, "跳号"), FINE),
        ("its own, among blanks", voided(&format!(" {number} "), "跳号"), FINE),
        ("another", voided("〔2026〕桥头人调字第0002号", "跳号"), unknown),
    ];
    check(&b, village, &rows);
    check_required(&b, village, ("reason", TEXT_CHARS_MAX), |text| voided(number, &text));
}
