//! A case: what its facts mean.
//!
//! [`fold`] is pure and total: the same facts give the same [`Case`] on every machine, in
//! whatever order and however often they arrived, and no fact from anywhere can make it fail.

pub mod agreement;
pub mod assess;
pub mod attachment;
pub mod card;
pub mod clock;
pub mod confirmation;
pub mod conflict;
mod coverage;
mod doubt;
pub mod duplicate;
pub mod ending;
mod giving_back;
pub mod grounds;
pub mod guard;
pub mod hosting;
pub mod item;
pub mod known;
pub mod ladder;
pub mod limitation;
pub mod meeting;
pub mod notice;
pub mod number;
mod payment;
pub mod performance;
pub mod privacy;
pub mod procedure;
pub mod red;
pub mod register;
pub mod remedy;
mod removal;
pub mod running;
pub mod session;
pub mod sharing;
pub mod sheet;
pub mod stage;
pub mod suggestion;
mod will;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod world;

use std::collections::BTreeMap;

use crate::catalogue::{Category, Source};
use crate::fact::RecordFacts;
use crate::fact::body::{LocalItem, Outcome, PartyAdded, Risk, Satisfaction, Side, Track};
use crate::id::{FactId, RecordId, UnitId, UserId};
use crate::role::Level;
use crate::rules::Why;
use crate::settings::Settings;
use crate::time::{At, Day, Hlc, Span};
use crate::unit::Succession;

use agreement::Agreement;
use assess::Derived;
use attachment::Attachment;
use confirmation::Confirmation;
use conflict::Conflict;
use hosting::Hosting;
use known::{Facts, Known, RefusedFact, each};
use ladder::{Ladder, Tenure};
use notice::Notice;
use performance::Due;
use procedure::Flaw;
use register::Register;
use session::{Session, Sides};
use sharing::Sharing;
use stage::{Mark, Stage, State};
use suggestion::Suggestion;

/// The beginning of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Registration {
    /// The fact.
    pub id: FactId,
    /// The day of the application.
    pub at: At,
    /// 首办责任人: who registered it. Never changes.
    pub first_responsible: UserId,
    /// The unit that registered it, or that carries on what this had.
    pub unit: UnitId,
    /// The unit for which it counts: the one that registered it, or that this had become part of
    /// by the day of the application.
    pub counts_for: UnitId,
    /// The provisional number.
    pub number: String,
    /// How it came.
    pub source: Source,
    /// On which track.
    pub track: Track,
    /// The settings it runs under.
    pub settings: String,
    /// What is asked for.
    pub demands: Vec<String>,
    /// The archived case it takes up again.
    pub follows: Option<RecordId>,
    /// When the trouble itself happened.
    pub happened: Option<At>,
    /// The token of the code it came by.
    pub token: Option<String>,
}

/// A party.
#[derive(Debug, Clone, PartialEq)]
pub struct Party {
    /// The fact that names it.
    pub id: FactId,
    /// Who it is.
    pub details: PartyAdded,
    /// Whether it was a minor when the case began.
    pub is_minor: bool,
    /// Its last word on mediation.
    pub will: Option<Derived<crate::fact::body::Will>>,
    /// On what ground its data is kept.
    pub privacy: Option<privacy::Privacy>,
}

/// Another case that takes up this one (重新受理为新案).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenUp {
    /// The fact.
    pub id: FactId,
    /// The new case.
    pub case: RecordId,
    /// Its number.
    pub number: String,
}

/// How the case was closed.
#[derive(Debug, Clone, PartialEq)]
pub struct Closure {
    /// The fact.
    pub id: FactId,
    /// When.
    pub at: At,
    /// How it ended.
    pub outcome: Outcome,
}

/// What a case counts as in statistics. Recomputed from facts, never stored as truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// 接待
    pub visits: u32,
    /// 调解会
    pub sessions: u32,
    /// 提级: void ones are not counted.
    pub escalations: u32,
    /// 书面协议 in effect and not replaced.
    pub written_agreements: u32,
    /// 口头协议 not replaced.
    pub oral_agreements: u32,
    /// 协议金额, in fen: each demand once; of contested agreements the later.
    pub amount_fen: i64,
    /// 待核: whether the amount rests on a contested agreement.
    pub is_amount_unverified: bool,
    /// 满意: parties whose last word it is.
    pub satisfied: u32,
    /// 基本满意
    pub mostly_satisfied: u32,
    /// 不满意
    pub unsatisfied: u32,
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The fact.
    pub id: FactId,
    /// Marks it carries.
    pub marks: Vec<EventMark>,
}

/// What a line of the history is marked with.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum EventMark {
    /// 补录
    LateEntry,
    /// 补充卷: outside the sealed archive.
    Supplement,
    /// 已更正
    Corrected,
    /// 未经同意
    WithoutConsent,
    /// 提级失效
    Void,
    /// 已撤回: a climb that was taken back.
    Withdrawn,
    /// 程序瑕疵
    ProcedureFlaw,
    /// 被替代
    Replaced,
    /// 待核: it cannot be as it says.
    Doubtful,
    /// 没有效力: by somebody else than the owner.
    NotByOwner,
    /// 时间存疑: the clock of the computer was wrong.
    ClockDoubt,
    /// 撤权后到达: it came after its author was removed.
    AfterRemoval,
    /// 停用后到达: it came after its computer was revoked.
    AfterRevocation,
    /// 退出后到达: it came after its unit had left the case.
    AfterLeaving,
    /// 需要更新软件才能显示
    NeedsUpdate,
    /// 待核查: its author could not be proven or may not write it.
    Refused,
}

/// A case, folded.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its beginning; `None` while that fact has not arrived or cannot be read.
    pub registration: Option<Registration>,
    /// The parties, in the order they were named.
    pub parties: Vec<Party>,
    /// The owner and the climbs.
    pub ladder: Ladder,
    /// The sessions.
    pub sessions: Vec<Session>,
    /// Who mediates.
    pub hosting: Hosting,
    /// What the program suggests.
    pub suggestions: Vec<Suggestion>,
    /// The agreements.
    pub agreements: Vec<Agreement>,
    /// The demands that the agreements which hold leave open, by their place from 0.
    pub open_demands: Vec<u16>,
    /// What courts were asked to confirm.
    pub confirmations: Vec<Confirmation>,
    /// 程序瑕疵
    pub flaws: Vec<Flaw>,
    /// 待核
    pub doubts: Vec<Flaw>,
    /// Requests to climb whose ground no fact shows; [`grounds::warning`] asks the clocks too.
    pub unshown: Vec<(FactId, Why)>,
    /// Why it admits written agreements only, if it does.
    pub written_only: Option<Why>,
    /// How it was closed.
    pub closure: Option<Closure>,
    /// The stage of the closed loop.
    pub stage: Stage,
    /// The state within it.
    pub state: State,
    /// Marks beside the state.
    pub marks: Vec<Derived<Mark>>,
    /// The risk colour.
    pub risk: Option<Derived<Risk>>,
    /// The official type.
    pub category: Option<Derived<Category>>,
    /// The type that was said on this case itself.
    pub own_category: Option<Category>,
    /// Where it stands in the township's own catalogue.
    pub local_item: Option<Derived<LocalItem>>,
    /// Title, amount, place.
    pub fields: BTreeMap<String, Register>,
    /// What contradicts what, open ones first.
    pub conflicts: Vec<Conflict>,
    /// What a unit must take note of.
    pub notices: Vec<Notice>,
    /// The tracks it runs on.
    pub tracks: Vec<Track>,
    /// The clocks that run or ran on it; [`clock::read`] gives their ends.
    pub running: Vec<clock::Running>,
    /// When no session may be held: from each refusal to what answered it.
    pub barred: Vec<Span>,
    /// When it rested: from a day on, to before another.
    pub pauses: Vec<(Day, Option<Day>)>,
    /// The supervision cards; [`card::read`] says which hold.
    pub cards: Vec<card::Card>,
    /// Why it is on the red branch, if it is: report first, nobody face to face.
    pub red_branch: Option<Why>,
    /// What belongs to it besides words (附件), in the order it was put there.
    pub attachments: Vec<Attachment>,
    /// The archived file.
    pub archive: Option<ending::Archive>,
    /// Why nothing is done with it but keep it, if so (封存).
    pub restriction: Option<Why>,
    /// Its numbers.
    pub numbers: number::Numbers,
    /// The space of its own it moved into, once several units share it.
    pub sharing: Option<Sharing>,
    /// What was decided about it and others that look like the same dispute.
    pub duplicates: duplicate::Duplicates,
    /// Who applied when, here and on the cases that went into this one, the earliest first.
    pub applications: Vec<duplicate::Application>,
    /// How long the parties may still go to law: estimates.
    pub limitations: Vec<limitation::Limitation>,
    /// The cases that take it up again.
    pub taken_up: Vec<TakenUp>,
    /// What is promised and not yet done, earliest first.
    pub dues: Vec<Due>,
    /// What it counts as.
    pub counts: Counts,
    /// The history in order of business time.
    pub events: Vec<Event>,
    /// Facts without effect, with the reason.
    pub refused: Vec<(FactId, RefusedFact)>,
    /// The latest time anything in it was typed.
    pub latest: Hlc,
    /// The sheets, and who leads.
    pub dispatch: sheet::Dispatch,
    /// What it contributes to the statistics, each with its day.
    pub items: Vec<item::Item>,
    /// What else of it is counted, by day.
    pub acts: Vec<(Day, item::CountedAct)>,
    /// The settings it was folded under.
    pub settings: Settings,
}

impl Case {
    /// Whether the settings it was registered under are known here; otherwise the builtin ones
    /// stand in.
    #[must_use]
    pub fn is_settings_known(&self) -> bool {
        self.registration.as_ref().is_none_or(|r| r.settings == self.settings.version)
    }

    /// The owning unit and its level.
    #[must_use]
    pub fn owner(&self) -> Option<&Tenure> {
        self.ladder.owner()
    }

    /// How many sessions count at a level.
    #[must_use]
    pub fn session_count(&self, level: Level) -> u16 {
        session::count(&self.sessions, &self.ladder, level)
    }

    /// Whether a person must decide something.
    #[must_use]
    pub fn has_open_conflict(&self) -> bool {
        self.conflicts.iter().any(Conflict::is_open)
    }

    /// Whether it rests (中止) with no day named to go on.
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        self.pauses.iter().any(|(_, to)| to.is_none())
    }

    /// The earliest day anybody applied, here or on a case that went into this one.
    #[must_use]
    pub fn applied(&self) -> Option<At> {
        let own = self.registration.as_ref().map(|r| r.at);
        self.duplicates.sources().map(|link| link.other.applied).chain(own).min()
    }

    /// Every type its sources name, each once: its own first.
    #[must_use]
    pub fn types(&self) -> Vec<Category> {
        let sources = self.duplicates.sources().filter_map(|link| link.other.category);
        let mut types = Vec::new();
        for category in self.own_category.into_iter().chain(sources) {
            if !types.contains(&category) {
                types.push(category);
            }
        }
        types
    }

    /// The day of the application.
    #[must_use]
    pub fn registered_on(&self) -> Option<Day> {
        self.registration.as_ref().map(|r| r.at.day)
    }
}

/// A case record whose facts were read, so that the settings it names can be looked up.
pub struct Opened<'a> {
    record: &'a RecordFacts,
    facts: Facts,
    registration: Option<Registration>,
}

impl<'a> Opened<'a> {
    /// Reads the facts of a case record, with the units that carry on what others had.
    #[must_use]
    pub fn of(record: &'a RecordFacts, units: &Succession) -> Self {
        let facts = Facts::read(record).under(units);
        let registration = registration(&facts, units);
        Self { record, facts, registration }
    }

    /// The version of the settings the case was registered under.
    #[must_use]
    pub fn settings(&self) -> Option<&str> {
        self.registration.as_ref().map(|r| r.settings.as_str())
    }

    /// Folds it under those settings.
    #[must_use]
    pub fn fold(self, settings: &Settings) -> Case {
        fold_read(self, settings)
    }
}

/// Folds a case record under a version of the settings, where no unit became part of another.
#[must_use]
pub fn fold(record: &RecordFacts, settings: &Settings) -> Case {
    Opened::of(record, &Succession::default()).fold(settings)
}

fn fold_read(opened: Opened<'_>, settings: &Settings) -> Case {
    let Opened { record, mut facts, registration } = opened;
    let parties = parties(&facts, registration.as_ref().map(|r| r.at.day));
    let side = |wanted: Side| -> Vec<FactId> {
        parties.iter().filter(|p| p.details.side == wanted).map(|p| p.id).collect()
    };
    let (applicants, respondents) = (side(Side::Applicant), side(Side::Respondent));
    let both: Vec<FactId> = applicants.iter().chain(&respondents).copied().collect();

    let mut conflicts = std::mem::take(&mut facts.conflicts);
    let track = registration.as_ref().map(|r| (r.id, r.track));
    let (duplicates, found) = duplicate::fold(&facts, registration.as_ref());
    conflicts.extend(found);
    let types = assess::standing_types(&facts);
    let written_only = agreement::written_only(track, &types, &duplicates);
    let (mut agreements, found) = agreement::fold(&facts, &both, written_only.as_ref());
    conflicts.extend(found);
    let demands = registration.as_ref().map(|r| r.demands.as_slice()).unwrap_or_default();
    let open_demands = coverage::open(&agreements, demands.len());
    let sides = Sides { applicants: &applicants, respondents: &respondents };
    let (confirmations, found) = confirmation::Sources {
        facts: &facts,
        agreements: &agreements,
        sides,
        types: &types,
        demands,
    }
    .fold();
    conflicts.extend(found);
    let paid = payment::fold(&facts, &mut agreements);
    conflicts.extend(paid.conflicts);
    let mut ladder = match first_tenure(&facts) {
        Some(first) => ladder::fold(&facts, &agreements, demands.len(), first),
        None => Ladder { escalations: Vec::new(), tenures: Vec::new(), conflicts: Vec::new() },
    };
    let (sessions, found) = session::fold(&facts, &ladder, sides, settings);
    conflicts.extend(found);
    let found = suggestion::review(&facts, &mut ladder, &sessions, settings);
    conflicts.extend(found);
    conflicts.extend(ladder.conflicts.iter().cloned());
    let (hosting, found) = hosting::fold(&facts, sides);
    conflicts.extend(found);
    let (risk, found) = assess::risk(&facts);
    conflicts.extend(found);
    let owner = ladder.owner().map(|t| t.unit);
    let (category, found) = assess::category(&facts, owner);
    conflicts.extend(found);
    let own_category = category.as_ref().map(|c| c.value);
    let (local_item, found) = assess::local_item(&facts, owner);
    conflicts.extend(found);
    let (category, found) = duplicate::category(&facts, category.as_ref(), owner, &duplicates);
    conflicts.extend(found);
    let decider = register::Decider::only(facts.list.iter().map(|k| k.id).collect());
    let (fields, found) = register::fold(record, &decider);
    conflicts.extend(found);
    let (mut numbers, found) = number::fold(&facts);
    conflicts.extend(found);
    let (sharing, found) = sharing::fold(&facts);
    conflicts.extend(found);
    let provisional = registration.as_ref().map(|r| r.number.as_str()).unwrap_or_default();
    let written = numbers.formal.clone().unwrap_or_else(|| provisional.to_owned());
    conflicts.extend(number::of_agreements(&facts, &agreements, &written, &mut numbers));
    let (voiding, found) = ending::voiding(&facts);
    conflicts.extend(found);
    conflicts.extend(performance::contradictions(&facts, &agreements));
    let (dispatch, found) = sheet::fold(&facts);
    conflicts.extend(found);
    let archive = ending::archive(&facts);
    let restriction = ending::restriction(&facts);
    let mut closure = stage::closure(&facts, &ladder);
    if let Some(closing) = &closure {
        let found = ending::follow_up(&facts, closing, archive.as_ref());
        conflicts.extend(found.conflict);
        if found.is_reopened {
            closure = None;
        }
    }
    conflicts.sort_by(|a, b| {
        (!a.is_open(), &a.key, &a.why.facts).cmp(&(!b.is_open(), &b.key, &b.why.facts))
    });

    let tracks = registration.as_ref().map(|r| running::tracks(&facts, r)).unwrap_or_default();
    let subject = remedy::Subject {
        is_labour: tracks.contains_key(&Track::Labour)
            || types.iter().any(|(_, category)| agreement::is_labour(*category)),
        is_land_contract: tracks.contains_key(&Track::LandContract),
    };
    remedy::fold(&facts, &mut agreements, &confirmations, subject);
    let procedure = procedure::Sources {
        facts: &facts,
        registration: registration.as_ref(),
        parties: &parties,
        sides,
        hosting: &hosting,
        agreements: &agreements,
        confirmations: &confirmations,
        is_written_only: written_only.is_some(),
        settings,
    };
    let (flaws, doubts) = (procedure.flaws(), procedure.doubts());
    let now = stage::Now {
        facts: &facts,
        registration: registration.as_ref(),
        agreements: &agreements,
        ladder: &ladder,
        sessions: &sessions,
        closure: closure.as_ref(),
        open_demands: &open_demands,
        flaws: &flaws,
        doubts: &doubts,
        overpaid: &paid.overpaid,
        conflicts: &conflicts,
        archive: archive.as_ref(),
        restriction: restriction.as_ref(),
        voiding: &voiding,
        numbers: &numbers,
        duplicates: &duplicates,
        dispatch: &dispatch,
    };
    let (stage, state) = now.place();
    let is_settled = state.is_settled();
    let running = registration.as_ref().map(|registration| {
        running::Sources {
            facts: &facts,
            registration,
            agreements: &agreements,
            confirmations: &confirmations,
            ladder: &ladder,
            closure: closure.as_ref(),
            voiding: &voiding,
            duplicates: &duplicates,
            category: category.as_ref().map(|c| c.value),
            dispatch: &dispatch,
            sides,
            settings,
        }
        .clocks()
    });
    let applications = duplicate::applications(registration.as_ref(), &parties, &duplicates);
    let limitations = registration.as_ref().map(|registration| {
        let merged = duplicates.sources().map(|link| link.other.track);
        let tracks: Vec<Track> = tracks.keys().copied().chain(merged).collect();
        let merged = duplicates.sources().flat_map(|link| link.why.facts.iter().copied());
        limitation::estimates(&limitation::Ground {
            registration,
            applications: &applications,
            tracks: &tracks,
            category: category.as_ref().map(|c| c.value),
            basis: std::iter::once(registration.id).chain(merged).collect(),
        })
    });
    let items = item::fold(&facts, registration.as_ref(), &agreements, voiding.void.is_some());
    let acts = item::acts(&item::Done {
        facts: &facts,
        items: &items,
        agreements: &agreements,
        confirmations: &confirmations,
        ladder: &ladder,
        closure: closure.as_ref(),
    });
    let typed = facts.list.iter().map(|known| known.fact.recorded);
    let written = record.fields.values().flatten().map(|value| value.recorded);
    Case {
        latest: typed.chain(written).max().unwrap_or_default(),
        marks: now.marks(),
        notices: notice::fold(
            &facts,
            &ladder,
            &agreements,
            &confirmations,
            archive.as_ref(),
            &dispatch,
        ),
        items,
        acts,
        settings: settings.clone(),
        red_branch: red::branch(&facts),
        dues: if closure.is_some() || voiding.void.is_some() {
            Vec::new()
        } else {
            performance::dues(&facts, &agreements, ladder.owner().map(|t| t.unit))
        },
        counts: counts(&facts, &agreements, &ladder, &sessions),
        events: now.events(settings),
        tracks: tracks.into_keys().collect(),
        running: running.unwrap_or_default(),
        barred: will::bars(&facts),
        pauses: running::pauses(&facts),
        applications,
        limitations: limitations.unwrap_or_default(),
        taken_up: taken_up(&facts),
        duplicates,
        cards: card::fold(&facts, ladder.owner().map(|t| t.unit)),
        unshown: grounds::unshown(&facts, &ladder.escalations, sides),
        suggestions: suggestion::fold(&facts, &ladder, &sessions, is_settled, settings),
        stage,
        state,
        registration,
        parties,
        ladder,
        sessions,
        attachments: attachment::fold(&facts),
        archive,
        restriction,
        numbers,
        sharing,
        hosting,
        agreements,
        open_demands,
        confirmations,
        flaws,
        doubts,
        written_only,
        closure,
        risk,
        category,
        own_category,
        local_item,
        fields,
        conflicts,
        dispatch,
        refused: facts.refused,
    }
}

/// The registration: of several (a broken peer) the one typed first.
fn registration(facts: &Facts, units: &Succession) -> Option<Registration> {
    let (known, body) =
        each!(facts, Registered).min_by_key(|(known, _)| (known.fact.recorded, known.id))?;
    Some(Registration {
        id: known.id,
        at: known.fact.at,
        first_responsible: known.fact.by,
        unit: known.proof.unit,
        counts_for: units.on(known.fact.unit, known.fact.at.day),
        number: body.number.clone(),
        source: body.source,
        track: body.track,
        settings: body.settings.clone(),
        demands: body.demands.clone(),
        follows: body.follows,
        happened: body.happened,
        token: body.token.clone(),
    })
}

/// The cases that take this one up, the earliest first.
fn taken_up(facts: &Facts) -> Vec<TakenUp> {
    let mut all: Vec<(&Known, TakenUp)> = each!(facts, TakenUp)
        .map(|(known, body)| {
            (known, TakenUp { id: known.id, case: body.case, number: body.number.clone() })
        })
        .collect();
    all.sort_by_key(|(known, _)| known.order());
    all.into_iter().map(|(_, taken)| taken).collect()
}

/// The unit that registered a case is its first owner, also while what it registered waits for the
/// head of the centre: somebody must answer for the people who came.
fn first_tenure(facts: &Facts) -> Option<Tenure> {
    let registered = |known: &&Known| matches!(known.fact.body, crate::fact::Body::Registered(_));
    let typed = |known: &&Known| (known.fact.recorded, known.id);
    let begun = facts.list.iter().filter(registered).min_by_key(typed);
    let known = begun.or_else(|| facts.withheld.iter().find(registered))?;
    Some(Tenure {
        unit: known.proof.unit,
        level: known.role.level(),
        from: known.span(),
        by: known.id,
    })
}

/// The parties with their last word on mediation.
fn parties(facts: &Facts, began: Option<Day>) -> Vec<Party> {
    each!(facts, PartyAdded)
        .map(|(known, details)| {
            let will = will::last_word(facts, known.id);
            let named = details.id_number.as_deref().and_then(crate::person::birth_in);
            let born = details.birth.or(named);
            let is_minor = began.is_some_and(|began| red::is_minor(born, began));
            let privacy = privacy::of(facts, known.id);
            Party { id: known.id, details: details.clone(), is_minor, will, privacy }
        })
        .collect()
}

fn counts(
    facts: &Facts,
    agreements: &[Agreement],
    ladder: &Ladder,
    sessions: &[Session],
) -> Counts {
    use crate::fact::body::AgreementForm;
    use agreement::Standing;
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let holding = || {
        agreements.iter().filter(|a| matches!(a.standing, Standing::Current | Standing::Contested))
    };
    let amount = holding()
        .filter(|a| a.counts_its_amount(agreements))
        .filter_map(|a| a.amount)
        .fold(crate::money::Fen::default(), crate::money::Fen::saturating_add);
    Counts {
        visits: number(each!(facts, VisitReceived).count()),
        sessions: number(sessions.len()),
        escalations: number(ladder.escalations.iter().filter(|e| e.status.is_counted()).count()),
        written_agreements: number(holding().filter(|a| a.form == AgreementForm::Written).count()),
        oral_agreements: number(holding().filter(|a| a.form == AgreementForm::Oral).count()),
        amount_fen: amount.0,
        is_amount_unverified: agreements.iter().any(|a| a.standing == Standing::Contested),
        satisfied: satisfaction(facts, Satisfaction::Satisfied),
        mostly_satisfied: satisfaction(facts, Satisfaction::Mostly),
        unsatisfied: satisfaction(facts, Satisfaction::Unsatisfied),
    }
}

/// C18: how many parties said so last; earlier answers are kept and not counted.
fn satisfaction(facts: &Facts, wanted: Satisfaction) -> u32 {
    let said = last_answers(facts).into_iter().filter(|(_, said)| *said == wanted);
    u32::try_from(said.count()).unwrap_or(u32::MAX)
}

/// C18: what each party said last, and on which day.
fn last_answers(facts: &Facts) -> Vec<(Day, Satisfaction)> {
    let mut last: BTreeMap<Option<FactId>, (&Known, Satisfaction)> = BTreeMap::new();
    for (known, body) in each!(facts, Revisited) {
        let Some(said) = body.satisfaction else { continue };
        let entry = last.entry(body.party).or_insert((known, said));
        if known.order() > entry.0.order() {
            *entry = (known, said);
        }
    }
    last.into_values().map(|(known, said)| (known.fact.at.day, said)).collect()
}
