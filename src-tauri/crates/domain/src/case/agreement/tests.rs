//! When agreements take effect, and what two of them do to each other.

use super::super::world::{Desk, World, day};
use super::super::world::{sealed, signed};
use super::*;
use crate::case::guard::RefusalReason;
use crate::fact::Body;
use crate::fact::body::{CategorySet, Decided, PartyAdded};
use crate::role::Role;

struct Room {
    world: World,
    village: Desk,
    office: Desk,
    parties: Vec<FactId>,
}

fn room() -> Room {
    let mut world = World::new();
    let village = world.desk(1, Role::R2);
    let office = world.desk(2, Role::R6);
    let mut parties = Vec::new();
    for (name, side) in [
        ("赵某", crate::fact::body::Side::Applicant),
        ("钱某", crate::fact::body::Side::Respondent),
    ] {
        parties.push(world.write(
            village,
            "2026-06-01",
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
        ));
    }
    world.meet(village, office);
    Room { world, village, office, parties }
}

impl Room {
    fn reach(&mut self, desk: Desk, at: &str, text: &str, replaces: Option<FactId>) -> FactId {
        self.world.write(
            desk,
            at,
            Body::AgreementReached(AgreementReached {
                amount_fen: Some(Fen(1_800_000)),
                replaces,
                ..AgreementReached::written(text, self.parties.clone())
            }),
        )
    }

    fn sign(&mut self, desk: Desk, at: &str, agreement: FactId) {
        let parties = self.parties.clone();
        self.world.write(desk, at, signed(agreement, parties));
        self.world.write(desk, at, sealed(agreement));
    }

    fn merged(&mut self) -> super::super::Case {
        self.world.meet(self.village, self.office);
        self.world.case(self.village)
    }

    fn standings(&mut self) -> Vec<Standing> {
        self.merged().agreements.iter().map(|a| a.standing).collect()
    }
}

#[test]
fn the_effective_day_is_that_of_the_last_act() {
    let mut r = room();
    let village = r.village;
    let agreement = r.reach(village, "2026-06-02", "甲", None);
    let first = r.parties[0];
    r.world.write(village, "2026-06-02", signed(agreement, vec![first]));
    let case = r.merged();
    assert_eq!(case.agreements[0].effective, None);
    assert_eq!(
        case.agreements[0].lacking,
        [Lacking::Party(r.parties[1]), Lacking::Seal],
        "the mediator and one party have signed"
    );
    r.world.write(village, "2026-06-04", sealed(agreement));
    let second = r.parties[1];
    r.world.write(village, "2026-06-03", signed(agreement, vec![second]));
    // Sealing again later moves nothing: an act counts the first time it was done.
    r.world.write(village, "2026-06-09", sealed(agreement));
    let case = r.merged();
    assert_eq!(case.agreements[0].effective, Some(day("2026-06-04")));
    assert_eq!(case.agreements[0].standing, Standing::Current);
    assert_eq!(case.agreements[0].why.facts.len(), 4, "and the facts it rests on are named");
}

#[test]
fn two_signed_agreements_ask_the_judicial_office() {
    let mut r = room();
    let (village, office) = (r.village, r.office);
    let first = r.reach(village, "2026-06-02", "6月30日前一次付清", None);
    r.sign(village, "2026-06-02", first);
    let second = r.reach(office, "2026-06-03", "分三期付清", None);
    r.sign(office, "2026-06-03", second);
    assert_eq!(r.standings(), [Standing::Contested, Standing::Contested]);
    let case = r.merged();
    let open = case.conflicts.iter().find(|c| c.is_open()).expect("ask");
    assert_eq!((open.kind, open.seat), (ConflictKind::Agreements, Seat::JudicialOffice));
    assert_eq!(case.counts.amount_fen, 1_800_000, "counted once, by the later");
    assert!(case.counts.is_amount_unverified);
    let key = open.key.clone();
    r.world.write(
        office,
        "2026-06-06",
        Body::Decided(Decided {
            conflict: key,
            choice: Choice::Fact(second),
            over: vec![],
            reason: "当事人确认书".into(),
        }),
    );
    assert_eq!(r.standings(), [Standing::Replaced, Standing::Current]);
    let case = r.merged();
    assert_eq!(case.agreements[0].text, "6月30日前一次付清", "the loser stays word for word");
    assert!(!case.counts.is_amount_unverified);
}

#[test]
fn the_plans_of_both_stay_due_until_somebody_decides() {
    use crate::fact::body::{Kept, PerformanceNoted, Registered, Track};
    let mut r = room();
    let (village, office) = (r.village, r.office);
    r.world.write(
        village,
        "2026-06-01",
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
    let mut promise = |desk: Desk, at: &str, text: &str, dues: &[&str]| {
        let agreement = r.world.write(
            desk,
            at,
            Body::AgreementReached(AgreementReached {
                plan: dues
                    .iter()
                    .map(|due| PlanLine { due: day(due), what: "付款".into(), amount_fen: None })
                    .collect(),
                ..AgreementReached::written(text, r.parties.clone())
            }),
        );
        r.world.write(desk, at, signed(agreement, r.parties.clone()));
        r.world.write(desk, at, sealed(agreement));
        agreement
    };
    promise(village, "2026-06-02", "甲", &["2026-06-30"]);
    let second = promise(office, "2026-06-03", "乙", &["2026-07-31", "2026-08-31"]);
    let days = |case: &super::super::Case| -> Vec<String> {
        case.dues.iter().map(|d| d.day.to_string()).collect()
    };
    assert_eq!(days(&r.merged()), ["2026-06-30", "2026-07-31", "2026-08-31"]);
    r.world.write(
        village,
        "2026-07-20",
        Body::PerformanceNoted(PerformanceNoted {
            agreement: second,
            line: Some(0),
            kept: Kept::Done,
            amount_fen: None,
            note: String::new(),
        }),
    );
    let case = r.merged();
    assert_eq!(days(&case), ["2026-06-30", "2026-08-31"]);
    let key = case.conflicts.iter().find(|c| c.is_open()).expect("open").key.clone();
    r.world.write(
        office,
        "2026-07-21",
        Body::Decided(Decided {
            conflict: key,
            choice: Choice::Fact(second),
            over: vec![],
            reason: "变更协议".into(),
        }),
    );
    assert_eq!(days(&r.merged()), ["2026-08-31"]);
}

#[test]
fn a_replacing_agreement_waits_for_confirmation() {
    let mut r = room();
    let (village, office) = (r.village, r.office);
    let first = r.reach(village, "2026-06-02", "甲", None);
    r.sign(village, "2026-06-02", first);
    r.world.meet(village, office);
    let second = r.reach(office, "2026-06-03", "乙", Some(first));
    r.sign(office, "2026-06-03", second);
    assert_eq!(r.standings(), [Standing::Contested, Standing::Contested]);
    let case = r.merged();
    let open = case.conflicts.iter().find(|c| c.is_open()).expect("to be confirmed");
    assert_eq!(open.kind, ConflictKind::AgreementReplaces);
}

#[test]
fn the_same_text_twice_is_one_agreement() {
    let mut r = room();
    let (village, office) = (r.village, r.office);
    for desk in [village, office] {
        let agreement = r.reach(desk, "2026-06-02", "甲", None);
        r.sign(desk, "2026-06-02", agreement);
    }
    assert_eq!(r.standings(), [Standing::Current, Standing::Copy]);
    let case = r.merged();
    assert!(!case.has_open_conflict());
    assert_eq!(case.counts.written_agreements, 1);
}

#[test]
fn an_oral_agreement_takes_effect_when_it_is_reached() {
    let mut r = room();
    let village = r.village;
    r.world.write(
        village,
        "2026-06-02",
        Body::AgreementReached(AgreementReached {
            form: AgreementForm::Oral,
            ..AgreementReached::written("当场付清", vec![])
        }),
    );
    let case = r.merged();
    assert_eq!(case.agreements[0].effective, Some(day("2026-06-02")));
}

fn category(category: Category) -> Body {
    Body::CategorySet(CategorySet { category, catalogue: crate::catalogue::VERSION.into() })
}

fn oral(parties: Vec<FactId>) -> Body {
    Body::AgreementReached(AgreementReached {
        form: AgreementForm::Oral,
        ..AgreementReached::written("当场付清", parties)
    })
}

#[test]
fn labour_is_settled_in_writing_only() {
    let rows = [
        ("unpaid wages", Category::UnpaidWages, true),
        ("other labour", Category::OtherLabour, true),
        ("neighbours", Category::Neighbours, false),
    ];
    for (name, said, is_written_only) in rows {
        let mut r = room();
        let (village, office) = (r.village, r.office);
        // Said in ignorance of each other: the type here, the agreement there.
        r.world.write(office, "2026-06-02", category(said));
        let parties = r.parties.clone();
        let agreement = oral(parties.clone());
        assert_eq!(r.world.check(village, "2026-06-02", &agreement), Ok(()), "{name}");
        r.world.write(village, "2026-06-02", agreement);
        let case = r.merged();
        let lacking: &[Lacking] = if is_written_only { &[Lacking::Writing] } else { &[] };
        assert_eq!(case.agreements[0].lacking, lacking, "{name}");
        assert_eq!(case.agreements[0].is_in_effect(), !is_written_only, "{name}");
        let refused = r.world.check(village, "2026-06-03", &oral(parties)).map_err(|r| r.reason);
        let want = if is_written_only { Err(RefusalReason::MustBeWritten) } else { Ok(()) };
        assert_eq!(refused, want, "{name}");
    }
}

#[test]
fn a_contested_agreement_is_not_taken_to_court() {
    let mut r = room();
    let (village, office) = (r.village, r.office);
    let bars = |r: &mut Room| -> Vec<Option<ConfirmationBar>> {
        r.merged().agreements.iter().map(Agreement::confirmation_bar).collect()
    };
    let first = r.reach(village, "2026-06-02", "甲", None);
    assert_eq!(bars(&mut r), [Some(ConfirmationBar::NotInEffect)]);
    r.sign(village, "2026-06-02", first);
    assert_eq!(bars(&mut r), [None]);
    let second = r.reach(office, "2026-06-03", "乙", None);
    r.sign(office, "2026-06-03", second);
    assert_eq!(bars(&mut r), [Some(ConfirmationBar::Contested); 2]);
    let case = r.merged();
    assert_eq!(case.agreements[0].bound_up_with(&case), [first, second]);
    let conflict = case.conflicts.iter().find(|c| c.is_open()).expect("open").key.clone();
    r.world.write(office, "2026-06-06", decided(conflict, second));
    assert_eq!(bars(&mut r), [Some(ConfirmationBar::Replaced), None]);
}

fn decided(conflict: String, chosen: FactId) -> Body {
    let (choice, reason) = (Choice::Fact(chosen), "当事人确认书".into());
    Body::Decided(Decided { conflict, choice, over: vec![], reason })
}

#[test]
fn a_decision_by_somebody_else_settles_nothing() {
    let mut r = room();
    let (village, office) = (r.village, r.office);
    for (desk, text) in [(village, "甲"), (office, "乙")] {
        let agreement = r.reach(desk, "2026-06-02", text, None);
        r.sign(desk, "2026-06-02", agreement);
    }
    let case = r.merged();
    let open = case.conflicts.iter().find(|c| c.is_open()).expect("open");
    let body = decided(open.key.clone(), case.agreements[0].id);
    // A village mediator's program was made to write what only the judicial office may.
    r.world.write(village, "2026-06-03", body);
    assert!(r.merged().has_open_conflict());
}

#[test]
fn a_replaced_agreement_may_be_named_by_its_day() {
    let mut r = room();
    let (village, office) = (r.village, r.office);
    let first = r.reach(village, "2026-06-02", "甲", None);
    r.sign(village, "2026-06-02", first);
    // The township has not heard of it but from the parties.
    let parties = r.parties.clone();
    let second = r.world.write(
        office,
        "2026-06-03",
        Body::AgreementReached(AgreementReached {
            replaces_dated: Some(day("2026-06-02")),
            ..AgreementReached::written("乙，替代6月2日协议", parties)
        }),
    );
    r.sign(office, "2026-06-03", second);
    let case = r.merged();
    let open = case.conflicts.iter().find(|c| c.is_open()).expect("to be confirmed");
    assert_eq!(open.kind, ConflictKind::AgreementReplaces);
    let key = open.key.clone();
    r.world.write(office, "2026-06-06", decided(key, second));
    assert_eq!(r.standings(), [Standing::Replaced, Standing::Current]);
}

#[test]
fn contested_amounts_count_once_for_each_demand() {
    let mut r = room();
    let (village, office) = (r.village, r.office);
    let all = r.parties.clone();
    for party in all {
        r.parties = vec![party];
        for (desk, text) in [(village, "甲"), (office, "乙")] {
            let agreement = r.reach(desk, "2026-06-02", text, None);
            r.sign(desk, "2026-06-02", agreement);
        }
    }
    let counts = r.merged().counts;
    assert_eq!((counts.amount_fen, counts.is_amount_unverified), (3_600_000, true));
}

#[test]
fn paid_here_and_not_paid_there_asks_and_reminds_on() {
    use crate::fact::body::{Kept, PerformanceNoted};
    let mut b = super::super::world::begun();
    let mut body = match b.agreement("六月底前付清", None) {
        Body::AgreementReached(body) => body,
        _ => return,
    };
    body.plan.push(PlanLine {
        due: day("2026-06-30"),
        what: "付款".into(),
        amount_fen: Some(crate::money::Fen(1_800_000)),
    });
    let agreement = b.world.write(b.village, "2026-03-05", Body::AgreementReached(body));
    let parties = vec![b.zhang, b.li];
    b.world.write(b.village, "2026-03-05", signed(agreement, parties));
    b.world.write(b.village, "2026-03-05", sealed(agreement));
    b.merged();
    let noted = |kept| {
        Body::PerformanceNoted(PerformanceNoted {
            agreement,
            line: Some(0),
            kept,
            amount_fen: None,
            note: String::new(),
        })
    };
    let paid = b.world.write(b.village, "2026-06-29", noted(Kept::Done));
    b.world.write(b.township, "2026-06-30", noted(Kept::NotDone));
    let case = b.merged();
    let open = case.conflicts.iter().find(|c| c.is_open()).expect("asked");
    assert_eq!(open.kind, ConflictKind::Performance);
    assert_eq!(case.dues.len(), 1, "reminders go on");
    b.world.write(
        b.village,
        "2026-07-01",
        Body::Decided(Decided {
            conflict: open.key.clone(),
            choice: Choice::Fact(paid),
            over: vec![],
            reason: "有收条".into(),
        }),
    );
    let case = b.merged();
    assert!(case.dues.is_empty() && !case.has_open_conflict());
    assert_eq!(case.state, super::super::stage::State::Performed, "and what was decided is shown");
}

#[test]
fn of_three_agreements_the_one_that_was_confirmed_leaves_nothing_to_ask() {
    let mut r = room();
    let (village, office) = (r.village, r.office);
    let other = r.world.desk(2, Role::R5);
    r.world.meet(village, other);
    let mut all = Vec::new();
    for (desk, at, text) in
        [(village, "2026-06-02", "甲"), (other, "2026-06-03", "乙"), (office, "2026-06-04", "丙")]
    {
        let agreement = r.reach(desk, at, text, None);
        r.sign(desk, at, agreement);
        all.push(agreement);
    }
    r.world.meet(other, office);
    // Two computers of the township gave their agreements one number; that is another question.
    let about = |case: &super::super::Case| -> Vec<bool> {
        let same = case.conflicts.iter().filter(|c| c.kind == ConflictKind::Agreements);
        same.map(super::super::conflict::Conflict::is_open).collect()
    };
    assert_eq!(about(&r.merged()), [true; 3]);
    for earlier in all.iter().take(2) {
        let key = format!("agreements/{earlier}/{}", all[2]);
        r.world.write(office, "2026-06-06", decided(key, all[2]));
    }
    assert_eq!(r.standings(), [Standing::Replaced, Standing::Replaced, Standing::Current]);
    let case = r.merged();
    assert_eq!(about(&case), [false; 2], "what lost is not asked again, what was decided stays");
}

#[test]
fn what_was_put_down_in_writing_is_the_agreement() {
    let mut r = room();
    let (village, office) = (r.village, r.office);
    let (text, amount_fen) = ("当场付清", Some(Fen(1_800_000)));
    let parties = r.parties.clone();
    let form = AgreementForm::Oral;
    let spoken = AgreementReached { form, amount_fen, ..AgreementReached::written(text, parties) };
    r.world.write(village, "2026-06-02", Body::AgreementReached(spoken));
    let written = r.reach(office, "2026-06-03", text, None);
    r.sign(office, "2026-06-03", written);
    assert_eq!(r.standings(), [Standing::Copy, Standing::Current]);
    assert_eq!(r.merged().agreements[1].confirmation_bar(), None, "it may go to the court");
}

#[test]
fn the_office_chooses_one_the_other_or_both() {
    use crate::case::world::begun;
    use Standing::{Contested, Current, Replaced};
    type Choose = fn(FactId, FactId) -> Choice;
    const STRANGE: FactId = FactId { log: crate::id::LogTag([9; 8]), ulid: [9; 16] };
    let rows: [(&str, Option<Choose>, [Standing; 2]); 6] = [
        ("neither of the two", Some(|_, _| Choice::Fact(STRANGE)), [Contested, Contested]),
        ("nobody", None, [Contested, Contested]),
        ("the first", Some(|first, _| Choice::Fact(first)), [Current, Replaced]),
        ("the second", Some(|_, second| Choice::Fact(second)), [Replaced, Current]),
        ("both", Some(|_, _| Choice::Way("both".into())), [Current, Current]),
        ("no way there is", Some(|_, _| Choice::Way("later".into())), [Contested, Contested]),
    ];
    for (name, choose, want) in rows {
        let mut b = begun();
        let (village, mediator) = (b.village, b.mediator());
        let office = b.world.desk(2, Role::R6);
        let first = b.agree(village, "2026-03-05", "一次付清", None);
        let second = b.agree(mediator, "2026-03-06", "分三期付清", None);
        b.world.meet(mediator, b.township);
        b.merged();
        b.world.meet(b.township, office);
        if let Some(choose) = choose {
            let body = Decided {
                conflict: format!("agreements/{first}/{second}"),
                choice: choose(first, second),
                over: vec![],
                reason: "看过两份协议".into(),
            };
            b.world.write(office, "2026-03-09", Body::Decided(body));
            b.world.meet(office, b.township);
        }
        let case = b.merged();
        let standing: Vec<Standing> = case.agreements.iter().map(|a| a.standing).collect();
        assert_eq!(standing, want, "{name}");
        let replaced: Vec<Option<FactId>> = case.agreements.iter().map(|a| a.replaced_by).collect();
        let by = |at: usize, other| (want[at] == Replaced).then_some(other);
        assert_eq!(replaced, [by(0, second), by(1, first)], "{name}");
        assert_eq!(case.has_open_conflict(), choose.is_none(), "{name}");
        // What was replaced, and what nobody signed, contradicts nothing that comes later.
        let draft = b.agreement("草稿", None);
        b.world.write(village, "2026-03-19", draft);
        b.agree(village, "2026-03-20", "分五期付清", None);
        let holding = want.iter().filter(|standing| **standing != Replaced).count();
        let of_kind = |c: &&Conflict| c.kind == ConflictKind::Agreements;
        let count = b.merged().conflicts.iter().filter(of_kind).count();
        assert_eq!(count, 1 + holding, "{name}");
    }
}

#[test]
fn a_copy_for_each_party_and_one_for_the_committee() {
    let mut b = crate::case::world::begun();
    b.agree(b.village, "2026-03-05", "一次付清", None);
    let written = b.merged().agreements[0].clone();
    assert_eq!(written.copies(), Some(3));
    let oral = Agreement { form: AgreementForm::Oral, ..written };
    assert_eq!(oral.copies(), None);
}
