//! Reading cases.

use std::collections::BTreeMap;

use document::Record;
use domain::case::agreement::{Agreement, Lacking};
use domain::case::conflict::{Conflict, Seat, Settlement, Side};
use domain::case::{Case, EventMark, register::Register};
use domain::catalogue::Category;
use domain::fact::body::Choice;
use domain::fact::{Fact, KINDS, RecordFacts, RecordKind};
use domain::id::{FactId, RecordId, UnitId};
use domain::role::{Level, Role};
use domain::rules::{RULES, RuleId, Why};
use domain::settings::Settings;
use domain::time::Hlc;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::Reader;
use store::cases::{CaseRow, ConflictRow, Filter, Order};

use super::ROWS_MAX;
use crate::fault::Fault;
use crate::names::Names;
use crate::office::Office;
use crate::projector::{self, word};
use crate::view::*;

macro_rules! requests {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $ty:ty),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
            #[serde(deny_unknown_fields)]
            #[cfg_attr(test, derive(ts_rs::TS), ts(export))]
            pub struct $name { $($(#[$fdoc])* #[serde(default)] pub $field: $ty,)* }
        )*
    };
}

/// In which order cases are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum CaseOrder {
    /// The latest application first.
    #[default]
    Newest,
    /// The nearest open promise first; cases without one after them, newest first.
    Due,
}

/// Reads one case.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CaseGet {
    /// The record.
    pub case: RecordId,
}

/// Reads a window of a case's history.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CaseHistory {
    /// The record.
    pub case: RecordId,
    /// How many lines to pass over.
    #[serde(default)]
    pub offset: u32,
    /// How many lines to read, at most 200.
    #[serde(default)]
    pub limit: Option<u32>,
}

requests! {
    /// Reads a window of the ledger.
    CaseList {
        /// How many rows to pass over.
        offset: u32,
        /// How many rows to read, at most 200.
        limit: Option<u32>,
        /// In which order.
        order: CaseOrder,
        /// Only cases this unit owns.
        owner: Option<UnitId>,
        /// Only cases in this state.
        state: Option<domain::case::stage::State>,
        /// Only cases in this stage.
        stage: Option<domain::case::stage::Stage>,
        /// Only cases of this type.
        category: Option<Category>,
        /// Only closed, or only open cases.
        is_closed: Option<bool>,
        /// Only cases with something to decide.
        has_conflict: bool,
        /// Only cases with this mark.
        mark: Option<domain::case::stage::Mark>,
        /// Only cases registered on or after this day.
        from: Option<domain::time::Day>,
        /// Only cases registered on or before this day.
        until: Option<domain::time::Day>,
    }
    /// Finds cases by words in title, number, parties, telephone, place and summary.
    CaseSearch {
        /// The words; all of them must be found.
        query: String,
        /// How many rows to pass over.
        offset: u32,
        /// How many rows to read, at most 200.
        limit: Option<u32>,
        /// Only cases this unit owns.
        owner: Option<UnitId>,
        /// Only closed, or only open cases.
        is_closed: Option<bool>,
    }
    /// Lists contradictions.
    ConflictList {
        /// Settled ones (曾有冲突) instead of open ones.
        settled: bool,
        /// Only those whoever asks may decide.
        mine: bool,
        /// How many rows to pass over.
        offset: u32,
        /// How many rows to read, at most 200.
        limit: Option<u32>,
    }
}

/// Whether a role registers cases.
pub(crate) fn may_register(role: Role) -> bool {
    KINDS.iter().any(|kind| kind.code == "registered" && kind.roles.contains(&role))
}

fn limit_of(limit: Option<u32>) -> u32 {
    limit.unwrap_or(ROWS_MAX).clamp(1, ROWS_MAX)
}

/// A word from a row as the value it stands for.
fn value<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

/// A case record, folded, with its document.
pub(super) fn fold(
    office: &Office,
    reader: &Reader<'_>,
    id: RecordId,
) -> Result<(Record, RecordFacts, Case), Fault> {
    let (_, record) = projector::load(reader, id)?;
    if record.kind() != RecordKind::Case.code() {
        return Err(Fault::not_found(id));
    }
    let facts = record.facts(office);
    let case = domain::case::fold(&facts, &Settings::default());
    Ok((record, facts, case))
}

/// Reads one case.
pub(crate) fn get(office: &Office, request: &CaseGet) -> Result<CaseView, Fault> {
    office.store.read(|reader| {
        let space = projector::load(reader, request.case)?.0;
        let (record, facts, case) = fold(office, reader, request.case)?;
        let names = Names::read(office, reader)?;
        Ok(CaseReader { office, names: &names, facts: &facts, case: &case }.view(space, &record))
    })
}

/// Reads a window of a case's history.
pub(crate) fn history(office: &Office, request: &CaseHistory) -> Result<HistoryWindow, Fault> {
    office.store.read(|reader| {
        let (_, facts, case) = fold(office, reader, request.case)?;
        let names = Names::read(office, reader)?;
        let view = CaseReader { office, names: &names, facts: &facts, case: &case };
        let skip = usize::try_from(request.offset).unwrap_or(usize::MAX);
        let take = usize::try_from(limit_of(request.limit)).unwrap_or(0);
        let ids = case.events.iter().skip(skip).take(take);
        Ok(HistoryWindow {
            events: ids.map(|event| view.event(event.id)).collect(),
            total: u32::try_from(case.events.len()).unwrap_or(u32::MAX),
        })
    })
}

/// Reads a window of the ledger.
pub(crate) fn list(office: &Office, request: &CaseList) -> Result<CaseWindow, Fault> {
    let day = |d: domain::time::Day| d.format("%Y-%m-%d").to_string();
    let filter = Filter {
        order: match request.order {
            CaseOrder::Newest => Order::Newest,
            CaseOrder::Due => Order::Due,
        },
        query: None,
        owner: request.owner,
        state: request.state.as_ref().map(word),
        stage: request.stage.as_ref().map(word),
        category: request.category.as_ref().map(word),
        is_closed: request.is_closed,
        has_conflict: request.has_conflict,
        mark: request.mark.as_ref().map(word),
        from: request.from.map(day),
        until: request.until.map(day),
    };
    window(office, &filter, request.offset, request.limit)
}

/// Finds cases.
pub(crate) fn search(office: &Office, request: &CaseSearch) -> Result<CaseWindow, Fault> {
    let filter = Filter {
        query: Some(request.query.clone()),
        owner: request.owner,
        is_closed: request.is_closed,
        ..Filter::default()
    };
    window(office, &filter, request.offset, request.limit)
}

fn window(
    office: &Office,
    filter: &Filter,
    offset: u32,
    limit: Option<u32>,
) -> Result<CaseWindow, Fault> {
    office.store.read(|reader| {
        let (rows, total) = reader.cases(filter, offset, limit_of(limit))?;
        let all = reader.sums(&Filter::default())?.cases;
        let names = Names::read(office, reader)?;
        let count = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(CaseWindow {
            rows: rows.iter().map(|row| line(row, &names)).collect(),
            total: count(total),
            all: count(all),
        })
    })
}

fn line(row: &CaseRow, names: &Names) -> CaseLine {
    use domain::case::stage::{Stage, State};
    CaseLine {
        id: row.record,
        number: row.number.clone(),
        title: row.title.clone(),
        parties: serde_json::from_str(&row.parties).unwrap_or_default(),
        category: row.category.as_deref().and_then(value),
        place: row.place.clone(),
        stage: value(&row.stage).unwrap_or(Stage::Report),
        state: value(&row.state).unwrap_or(State::Clue),
        marks: serde_json::from_str(&row.marks).unwrap_or_default(),
        owner: row.owner.map(|unit| names.unit(unit)),
        registered: row.registered_day.parse().ok(),
        next_due: next_due(row),
        risk: row.risk.as_deref().and_then(value),
        is_closed: row.is_closed,
        open_conflicts: row.open_conflicts,
        village_sessions: row.village_sessions,
        township_sessions: row.township_sessions,
    }
}

fn next_due(row: &CaseRow) -> Option<NextDueView> {
    let day = row.next_due_day.as_deref()?.parse().ok()?;
    Some(NextDueView { day, what: row.next_due_what.clone().unwrap_or_default() })
}

/// Lists contradictions.
pub(crate) fn list_conflicts(
    office: &Office,
    request: &ConflictList,
) -> Result<ConflictWindow, Fault> {
    office.store.read(|reader| {
        let names = Names::read(office, reader)?;
        let rows = reader.conflicts(!request.settled, request.offset, limit_of(request.limit))?;
        let mut lines = Vec::new();
        for row in rows {
            let line = conflict_line(office, reader, &names, &row)?;
            if !request.mine || line.may_settle {
                lines.push(line);
            }
        }
        let total = if request.mine {
            u32::try_from(lines.len()).unwrap_or(u32::MAX)
        } else {
            u32::try_from(reader.conflict_count(!request.settled)?).unwrap_or(u32::MAX)
        };
        Ok(ConflictWindow { rows: lines, total })
    })
}

fn conflict_line(
    office: &Office,
    reader: &Reader<'_>,
    names: &Names,
    row: &ConflictRow,
) -> Result<ConflictLine, Fault> {
    use domain::case::conflict::ConflictKind;
    let me = office.me();
    let roles: Vec<domain::role::Role> = row.roles.split(' ').filter_map(value).collect();
    let title = reader.case(row.record)?.map(|case| case.title).unwrap_or_default();
    let kind = reader.kind_of(row.record)?;
    let latest = row.latest.split('-').next().and_then(|ms| ms.parse().ok());
    Ok(ConflictLine {
        record: row.record,
        record_kind: kind.and_then(|k| RecordKind::from_code(&k)).unwrap_or(RecordKind::Case),
        title,
        key: row.key.clone(),
        kind: value(&row.kind).unwrap_or(ConflictKind::Field),
        is_open: row.is_open,
        may_settle: row.is_open
            && roles.contains(&me.role)
            && row.unit.is_none_or(|unit| unit == me.unit),
        unit: row.unit.map(|unit| names.unit(unit)),
        roles,
        latest_ms: latest.unwrap_or(0),
    })
}

/// A reason with its source.
fn why_view(why: &Why) -> WhyView {
    let source = RULES.iter().find(|rule| rule.id == why.rule).map_or("", |rule| rule.source);
    WhyView { rule: why.rule, source: source.to_owned(), facts: why.facts.clone() }
}

/// Registers as they cross.
pub(crate) fn field_views(fields: &BTreeMap<String, Register>) -> BTreeMap<String, FieldView> {
    fields
        .iter()
        .map(|(name, register)| {
            let value = FieldValue::from(&register.value);
            (name.clone(), FieldView { value, is_contested: register.is_contested })
        })
        .collect()
}

/// Conflicts as they cross, for whoever asks.
pub(crate) fn conflict_views(
    office: &Office,
    names: &Names,
    owner: Option<(UnitId, Level)>,
    conflicts: &[Conflict],
    fact: impl Fn(FactId) -> Option<domain::fact::Body>,
) -> Vec<ConflictView> {
    let me = office.me();
    let level = owner.map_or(me.role.level(), |(_, level)| level);
    conflicts
        .iter()
        .map(|conflict| {
            let roles = conflict.seat.roles(level).to_vec();
            let unit = match conflict.seat {
                Seat::Owner => owner.map(|(unit, _)| unit),
                Seat::JudicialOffice => None,
            };
            ConflictView {
                key: conflict.key.clone(),
                kind: conflict.kind,
                why: why_view(&conflict.why),
                sides: conflict.sides.iter().map(|side| side_view(names, side, &fact)).collect(),
                ways: conflict.ways.iter().map(|way| (*way).to_owned()).collect(),
                may_settle: conflict.is_open()
                    && roles.contains(&me.role)
                    && unit.is_none_or(|unit| unit == me.unit),
                roles,
                unit: unit.map(|unit| names.unit(unit)),
                settlement: conflict.settlement.as_ref().map(|s| settlement_view(names, s)),
            }
        })
        .collect()
}

fn side_view(
    names: &Names,
    side: &Side,
    fact: &impl Fn(FactId) -> Option<domain::fact::Body>,
) -> SideView {
    SideView {
        choice: side.choice.clone(),
        at: side.at,
        by: names.user(side.by),
        unit: side.unit.map(|unit| names.unit(unit)),
        device: side.device.map(|device| names.device(device)),
        recorded_ms: side.recorded.ms,
        fact: match side.choice {
            Choice::Fact(id) => fact(id),
            Choice::Value(_) | Choice::Way(_) => None,
        },
    }
}

fn settlement_view(names: &Names, settlement: &Settlement) -> SettlementView {
    match settlement {
        Settlement::ByRule(rule) => SettlementView {
            rule: Some(*rule),
            by: None,
            unit: None,
            at: None,
            recorded_ms: None,
            choice: None,
            reason: String::new(),
        },
        Settlement::ByPerson { by, unit, at, recorded, choice, reason, .. } => SettlementView {
            rule: None,
            by: Some(names.user(*by)),
            unit: Some(names.unit(*unit)),
            at: Some(*at),
            recorded_ms: Some(recorded.ms),
            choice: Some(choice.clone()),
            reason: reason.clone(),
        },
    }
}

/// Turns a folded case into what the screen reads.
struct CaseReader<'a> {
    office: &'a Office,
    names: &'a Names,
    facts: &'a RecordFacts,
    case: &'a Case,
}

impl CaseReader<'_> {
    fn view(&self, space: domain::id::SpaceId, record: &Record) -> CaseView {
        let case = self.case;
        let owner = case.owner();
        let me = self.office.me();
        let version: String =
            record.heads().iter().flatten().map(|byte| format!("{byte:02x}")).collect();
        let texts = record.text_names().into_iter().filter_map(|name| {
            let text = record.text(&name)?;
            Some((name, TextView { text, version: version.clone() }))
        });
        CaseView {
            id: record.id(),
            space,
            number: case.registration.as_ref().map(|r| r.number.clone()).unwrap_or_default(),
            title: projector::title(case),
            stage: case.stage,
            state: case.state,
            marks: case
                .marks
                .iter()
                .map(|m| MarkView { mark: m.value, why: why_view(&m.why) })
                .collect(),
            owner: owner.map(|t| self.names.unit(t.unit)),
            owner_why: owner.map(|t| why_view(&Why::new(RuleId::OwnerByAcceptance, [t.by]))),
            registration: self.registration(),
            category: case.category.as_ref().map(|c| c.value),
            category_why: case.category.as_ref().map(|c| why_view(&c.why)),
            risk: case.risk.as_ref().map(|r| r.value),
            risk_why: case.risk.as_ref().map(|r| why_view(&r.why)),
            fields: field_views(&case.fields),
            texts: texts.collect(),
            parties: self.parties(),
            sessions: self.sessions(),
            escalations: self.escalations(),
            agreements: case.agreements.iter().map(|a| self.agreement(a)).collect(),
            written_only: case.written_only.as_ref().map(why_view),
            dues: self.dues(),
            conflicts: conflict_views(
                self.office,
                self.names,
                owner.map(|t| (t.unit, t.level)),
                &case.conflicts,
                |id| self.body(id),
            ),
            notices: self.notices(),
            closure: case.closure.as_ref().map(|c| ClosureView {
                id: c.id,
                at: c.at,
                outcome: c.outcome,
            }),
            counts: self.counts(),
            event_count: u32::try_from(case.events.len()).unwrap_or(u32::MAX),
            may_write: KINDS
                .iter()
                .filter(|kind| kind.record == RecordKind::Case && kind.roles.contains(&me.role))
                .map(|kind| kind.code.to_owned())
                .collect(),
            needs_update: case.events.iter().any(|e| e.marks.contains(&EventMark::NeedsUpdate)),
        }
    }

    fn registration(&self) -> Option<RegistrationView> {
        self.case.registration.as_ref().map(|r| RegistrationView {
            id: r.id,
            at: r.at,
            by: self.names.user(r.first_responsible),
            unit: self.names.unit(r.unit),
            source: r.source,
            track: r.track,
            demands: r.demands.clone(),
        })
    }

    fn parties(&self) -> Vec<PartyView> {
        let party = |p: &domain::case::Party| PartyView {
            id: p.id,
            details: p.details.clone(),
            will: p.will.as_ref().map(|w| w.value),
        };
        self.case.parties.iter().map(party).collect()
    }

    fn sessions(&self) -> Vec<SessionView> {
        let session = |s: &domain::case::session::Session| SessionView {
            id: s.id,
            number: s.number,
            at: s.at,
            result: s.result,
            level: s.level,
            uncounted: s.uncounted,
            why: why_view(&s.why),
        };
        self.case.sessions.iter().map(session).collect()
    }

    fn escalations(&self) -> Vec<EscalationView> {
        let escalation = |e: &domain::case::ladder::Escalation| EscalationView {
            from: e.from,
            round: e.round,
            reason: e.reason,
            status: e.status,
            requests: e.requests.clone(),
            acceptances: e.acceptances.clone(),
            why: why_view(&e.why),
        };
        self.case.ladder.escalations.iter().map(escalation).collect()
    }

    fn agreement(&self, a: &Agreement) -> AgreementView {
        let parties = a.lacking.iter().filter_map(|lacking| match lacking {
            Lacking::Party(id) => Some(*id),
            Lacking::Mediator | Lacking::Seal | Lacking::Writing => None,
        });
        AgreementView {
            id: a.id,
            form: a.form,
            text: a.text.clone(),
            text_hash: a.text_hash.clone(),
            parties: a.parties.clone(),
            amount_fen: a.amount,
            plan: a.plan.clone(),
            effective: a.effective,
            lacking: LackingView {
                parties: parties.collect(),
                mediator: a.lacking.contains(&Lacking::Mediator),
                seal: a.lacking.contains(&Lacking::Seal),
                writing: a.lacking.contains(&Lacking::Writing),
            },
            standing: a.standing,
            unit: self.names.unit(a.unit),
            replaces: a.replaces,
            replaces_dated: a.replaces_dated,
            judicial_confirmation: self.confirmation(a),
            why: why_view(&a.why),
        }
    }

    fn confirmation(&self, agreement: &Agreement) -> ConfirmationView {
        let why = Why::new(RuleId::JudicialConfirmation, agreement.bound_up_with(self.case));
        ConfirmationView { bar: agreement.confirmation_bar(), why: why_view(&why) }
    }

    fn dues(&self) -> Vec<DueView> {
        let due = |d: &domain::case::performance::Due| DueView {
            agreement: d.agreement,
            line: d.line,
            day: d.day,
            what: d.what.clone(),
            amount_fen: d.amount,
        };
        self.case.dues.iter().map(due).collect()
    }

    fn notices(&self) -> Vec<NoticeView> {
        let notice = |n: &domain::case::notice::Notice| NoticeView {
            key: n.key.clone(),
            unit: self.names.unit(n.unit),
            why: why_view(&n.why),
            about: n.about.iter().map(|id| self.event(*id)).collect(),
            acknowledged: n.acknowledged.map(|id| self.event(id)),
        };
        self.case.notices.iter().map(notice).collect()
    }

    fn counts(&self) -> CountsView {
        let counts = &self.case.counts;
        CountsView {
            visits: counts.visits,
            sessions: counts.sessions,
            village_sessions: self.case.session_count(Level::Village),
            township_sessions: self.case.session_count(Level::Township),
            escalations: counts.escalations,
            written_agreements: counts.written_agreements,
            oral_agreements: counts.oral_agreements,
            amount_fen: counts.amount_fen,
            is_amount_unverified: counts.is_amount_unverified,
        }
    }

    fn carried(&self, id: FactId) -> Option<&domain::fact::Carried> {
        let at = self.facts.facts.binary_search_by_key(&id, |carried| carried.id).ok()?;
        self.facts.facts.get(at)
    }

    fn body(&self, id: FactId) -> Option<domain::fact::Body> {
        Fact::read(&self.carried(id)?.json).ok().map(|fact| fact.body)
    }

    /// One line of the history, as it was written.
    fn event(&self, id: FactId) -> EventView {
        let marks = self.case.events.iter().find(|e| e.id == id);
        let carried = self.carried(id);
        let fact = carried.and_then(|c| Fact::read(&c.json).ok());
        let proof = carried.and_then(|c| c.proof);
        let typed: Option<Hlc> = fact.as_ref().map(|f| f.recorded);
        EventView {
            id,
            at: fact.as_ref().map(|f| f.at),
            recorded_ms: typed.map(|t| t.ms),
            by: fact.as_ref().map(|f| self.names.user(f.by)),
            unit: proof.map(|p| self.names.unit(p.unit)),
            device: proof.map(|p| self.names.device(p.device)),
            fact: fact.map(|f| f.body),
            marks: marks.map(|e| e.marks.clone()).unwrap_or_default(),
        }
    }
}
