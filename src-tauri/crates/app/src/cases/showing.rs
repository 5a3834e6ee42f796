//! A folded case as the screens read it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use document::Record;
use domain::calendar::Calendar;
use domain::case::agreement::{Agreement, Lacking};
use domain::case::card::{Bench, Elsewhere};
use domain::case::clock::Clock;
use domain::case::conflict::{Conflict, Settlement, Side};
use domain::case::performance::reminders;
use domain::case::{Case, EventMark, grounds, register::Register};
use domain::fact::body::{Choice, LinkedCase, LinkedParty, PartyAdded};
use domain::fact::{Fact, KINDS, KindRow, RecordFacts, RecordKind};
use domain::id::{FactId, RecordId, UnitId};
use domain::role::Level;
use domain::rules::{RULES, RuleId, Why};
use domain::time::{At, Hlc};
use store::Reader;

use super::timing::Timing;
use super::{confirming, dispatching, folded, linking};
use crate::fault::Fault;
use crate::names::Names;
use crate::office::Office;
use crate::projector;
use crate::redaction;
use crate::rights::{Lens, Sight};
use crate::view::*;

/// A reason with its source.
pub(crate) fn why_view(why: &Why) -> WhyView {
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
            let unit = conflict.deciding_unit(owner.map(|(unit, _)| unit));
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
pub(super) struct CaseReader<'a> {
    pub(super) office: &'a Office,
    pub(super) names: &'a Names,
    pub(super) facts: &'a RecordFacts,
    pub(super) case: &'a Case,
    pub(super) clocks: &'a [Clock],
    pub(super) calendar: &'a Calendar,
    /// Cards that its owner was issued on other cases.
    pub(super) elsewhere: &'a [Elsewhere],
    pub(super) now: At,
}

/// The one thing that is done with a restricted file.
const LIFTING: &str = "restriction_lifted";

/// Leaves of a case its number, its place in the procedure, and who has it in hand.
fn close(view: &mut CaseView) {
    for party in &mut view.parties {
        let name = domain::case::red::family(&party.details.name);
        party.shown_name.clone_from(&name);
        party.details = PartyAdded {
            name,
            side: party.details.side,
            sex: None,
            birth: None,
            phone: None,
            address: None,
            id_number: None,
            person: None,
            guardian: None,
            school: None,
        };
        party.privacy = None;
    }
    if let Some(registration) = &mut view.registration {
        registration.demands.clear();
        registration.token = None;
    }
    view.local_item = None;
    view.fields.clear();
    view.texts.clear();
    view.sessions.clear();
    view.attachments.clear();
    view.hosting = HostingView { host: None, mediators: Vec::new(), recused: Vec::new() };
    view.suggestions.clear();
    view.agreements.clear();
    view.open_demands.clear();
    view.voided_numbers.clear();
    view.sources.clear();
    view.links.clear();
    view.candidates.clear();
    view.applications.clear();
    view.limitations.clear();
    view.archive = None;
    view.dispatch.sheets.clear();
    view.dispatch.referrals.clear();
    view.dispatch.consultations.clear();
    view.cards.clear();
    view.dues.clear();
    view.conflicts.clear();
    view.notices.clear();
    view.may_write.retain(|kind| kind == LIFTING);
}

impl CaseReader<'_> {
    /// Who shares the case, as the roster has it now.
    fn sharing(&self, record: RecordId) -> Option<SharingView> {
        let sharing = self.case.sharing.as_ref()?;
        let holders = self.office.roster().holders(sharing.home);
        let units = holders.into_iter().map(|unit| self.names.unit(unit)).collect();
        let ended = self.office.ended();
        let left = ended.left.get(&record).map_or(&[][..], Vec::as_slice);
        Some(SharingView {
            units,
            left: left
                .iter()
                .map(|gone| LeftView {
                    unit: self.names.unit(gone.unit),
                    said_ms: gone.left.said_ms,
                    reason: gone.left.reason.clone(),
                })
                .collect(),
            is_left: ended.has_left(record, self.office.identity.record.unit),
            why: why_view(&sharing.why),
        })
    }

    pub(super) fn view(&self, space: domain::id::SpaceId, record: &Record) -> CaseView {
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
            local_item: case.local_item.as_ref().map(|item| item.value.clone()),
            local_item_why: case.local_item.as_ref().map(|item| why_view(&item.why)),
            risk: case.risk.as_ref().map(|r| r.value),
            risk_why: case.risk.as_ref().map(|r| why_view(&r.why)),
            fields: field_views(&case.fields),
            texts: texts.collect(),
            parties: self.parties(),
            sessions: self.sessions(),
            attachments: Vec::new(),
            hosting: self.hosting(),
            suggestions: self.suggestions(),
            escalations: self.escalations(),
            agreements: case.agreements.iter().map(|a| self.agreement(a)).collect(),
            open_demands: case.open_demands.clone(),
            open_demands_why: self.open_demands_why(),
            written_only: case.written_only.as_ref().map(why_view),
            formal_number: case.numbers.formal.clone(),
            former_numbers: case.numbers.former.clone(),
            voided_numbers: case
                .numbers
                .voided
                .iter()
                .map(|voided| VoidedNumberView {
                    number: voided.number.clone(),
                    reason: voided.reason.clone(),
                    case: record.id(),
                })
                .collect(),
            merged_into: None,
            sources: Vec::new(),
            types: case.types(),
            retention: domain::retention::proposed(case),
            links: Vec::new(),
            candidates: Vec::new(),
            applied: case.applied(),
            applications: case
                .applications
                .iter()
                .map(|application| ApplicationView {
                    party: application.party.clone(),
                    at: application.at,
                    case: application.case,
                    number: application.number.clone(),
                })
                .collect(),
            limitations: case
                .limitations
                .iter()
                .map(|limitation| LimitationView {
                    kind: limitation.kind,
                    party: limitation.party.clone(),
                    from: limitation.from,
                    end: limitation.end,
                    is_estimate: true,
                    exempt: limitation.exempt,
                    why: why_view(&limitation.why),
                })
                .collect(),
            taken_up: Vec::new(),
            sight: Sight::Whole,
            may_break_glass: false,
            open_until_ms: None,
            red_branch: case.red_branch.as_ref().map(why_view),
            may_suggest_meeting: case.red_branch.is_none(),
            redacted: redaction::view(self.office, self.names, record.id(), self.facts),
            archive: case.archive.as_ref().map(|a| ArchiveView {
                id: a.id,
                at: a.at,
                retention: a.retention,
                supplement: a.supplement.clone(),
                statements: a.statements.clone(),
                needs_statement: a.needs_statement,
            }),
            dispatch: dispatching::view(case, self.names, self.calendar, me.unit),
            settings_version: case
                .registration
                .as_ref()
                .map(|r| r.settings.clone())
                .unwrap_or_default(),
            is_settings_known: case.is_settings_known(),
            tracks: case.tracks.clone(),
            clocks: self.timing().clocks(),
            cards: self.timing().cards(),
            cards_due: self.timing().cards_due(),
            dues: self.dues(),
            conflicts: conflict_views(
                self.office,
                self.names,
                owner.map(|t| (t.unit, t.level)),
                &case.conflicts,
                |id| self.body(id),
            ),
            notices: self.notices(),
            sharing: self.sharing(record.id()),
            closure: case.closure.as_ref().map(|c| ClosureView {
                id: c.id,
                at: c.at,
                outcome: c.outcome,
            }),
            counts: self.counts(),
            event_count: u32::try_from(case.events.len()).unwrap_or(u32::MAX),
            may_write: Vec::new(),
            needs_update: case.events.iter().any(|e| e.marks.contains(&EventMark::NeedsUpdate)),
        }
    }

    /// Adds the attachments, and whether their bytes are here.
    pub(super) fn attach(&self, reader: &Reader<'_>, view: &mut CaseView) -> Result<(), Fault> {
        let is_here = |blob| -> Result<bool, Fault> {
            Ok(reader.blob(blob)?.is_some_and(|held| held.is_whole()))
        };
        for attachment in &self.case.attachments {
            let details = &attachment.details;
            let thumbnail = details.thumbnail.as_ref().map(|small| is_here(small.blob));
            view.attachments.push(AttachmentView {
                id: attachment.id,
                name: details.name.clone(),
                form: details.form,
                bytes: details.whole.bytes,
                at: attachment.at,
                unit: self.names.unit(attachment.unit),
                of: details.of,
                has_thumbnail: details.thumbnail.is_some(),
                is_thumbnail_here: thumbnail.transpose()?.unwrap_or(false),
                is_here: is_here(details.whole.blob)?,
                is_asked: reader.is_asked_for(details.whole.blob)?,
                withdrawn: attachment.withdrawn.as_ref().map(why_view),
            });
        }
        Ok(())
    }

    /// Leaves in a view what whoever asks may see and do. Words are masked as the view leaves.
    pub(super) fn limit(&self, view: &mut CaseView, lens: &Lens<'_, '_>) -> Result<(), Fault> {
        let me = self.office.me();
        view.sight = lens.sight(view.id)?;
        view.may_break_glass = lens.may_break_glass(view.id)?;
        view.open_until_ms = self.office.opened_until(me.user, view.id);
        let is_left = view.sharing.as_ref().is_some_and(|sharing| sharing.is_left);
        if !is_left && self.office.check_user().is_ok() {
            let is_kept = self.case.restriction.is_some();
            let fits = |kind: &&KindRow| {
                kind.record == RecordKind::Case && (!is_kept || kind.code == LIFTING)
            };
            for kind in KINDS.iter().filter(fits) {
                if kind.admits(me.role) && lens.reaches(kind.right, view.id)? {
                    view.may_write.push(kind.code.to_owned());
                }
            }
        }
        if !view.sight.is_whole() {
            let is_hidden = |p: &&mut PartyView| view.sight != Sight::MinorsMasked || p.is_minor;
            for party in view.parties.iter_mut().filter(is_hidden) {
                party.details.phone = None;
                party.details.birth = None;
                party.details.id_number = None;
                party.id_warnings.clear();
            }
        }
        if view.sight == Sight::Closed {
            close(view);
        }
        Ok(())
    }

    /// Adds what ties the case to others, named as they are called here.
    pub(super) fn tie(&self, reader: &Reader<'_>, view: &mut CaseView) -> Result<(), Fault> {
        let case = self.case;
        let named =
            |other: &LinkedCase| linking::case_ref(reader, other.case, &other.number, &other.title);
        if let Some(registration) = &case.registration {
            view.sources.push(SourceView {
                case: CaseRef {
                    id: view.id,
                    number: view.number.clone(),
                    title: view.title.clone(),
                    is_here: true,
                },
                is_own: true,
                applied: registration.at,
                source: registration.source,
                unit: self.names.unit(registration.counts_for),
                by: self.names.user(registration.first_responsible),
                category: case.own_category,
                parties: case
                    .parties
                    .iter()
                    .map(|party| LinkedParty {
                        name: domain::case::red::shown_name(party),
                        side: party.details.side,
                    })
                    .collect(),
            });
        }
        // What went into a case that went into this one rests here too.
        let mut seen = BTreeSet::from([view.id]);
        let into = |case: &Case| -> Vec<LinkedCase> {
            case.duplicates.sources().map(|link| link.other.clone()).collect()
        };
        let mut waiting = VecDeque::from(into(case));
        while let Some(other) = waiting.pop_front() {
            if !seen.insert(other.case) {
                continue;
            }
            if reader.case(other.case)?.is_some() {
                waiting.extend(into(&folded(self.office, reader, other.case)?));
            }
            view.sources.push(SourceView {
                case: named(&other)?,
                is_own: false,
                applied: other.applied,
                source: other.source,
                unit: self.names.unit(other.unit),
                by: self.names.user(other.by),
                category: other.category,
                parties: other.parties,
            });
        }
        for link in &case.duplicates.links {
            view.links.push(LinkView {
                case: named(&link.other)?,
                verdict: link.verdict,
                goes_into: link.goes_into,
                is_disputed: link.is_disputed,
                why: why_view(&link.why),
            });
            let into = case.duplicates.into.as_ref().map(|into| into.value);
            if into == Some(link.other.case) {
                view.merged_into = Some(named(&link.other)?);
            }
        }
        for (other, grounds) in linking::candidates(reader, view.id)? {
            let case = linking::case_ref(reader, other, "", "")?;
            view.candidates.push(CandidateView { case, grounds });
        }
        for taken in &case.taken_up {
            view.taken_up.push(linking::case_ref(reader, taken.case, &taken.number, "")?);
        }
        Ok(())
    }

    fn timing(&self) -> Timing<'_> {
        Timing {
            case: self.case,
            bench: Bench {
                clocks: self.clocks,
                calendar: self.calendar,
                settings: &self.case.settings,
            },
            elsewhere: self.elsewhere,
            names: self.names,
            now: self.now,
        }
    }

    fn open_demands_why(&self) -> Option<WhyView> {
        let agreements = self.case.agreements.iter().filter(|a| a.is_in_effect()).map(|a| a.id);
        (!self.case.open_demands.is_empty())
            .then(|| why_view(&Why::new(RuleId::PartialAgreement, agreements)))
    }

    fn registration(&self) -> Option<RegistrationView> {
        self.case.registration.as_ref().map(|r| RegistrationView {
            id: r.id,
            at: r.at,
            by: self.names.user(r.first_responsible),
            unit: self.names.unit(r.counts_for),
            source: r.source,
            track: r.track,
            demands: r.demands.clone(),
            follows: r.follows,
            token: r.token.clone(),
        })
    }

    fn parties(&self) -> Vec<PartyView> {
        let party = |p: &domain::case::Party| PartyView {
            id: p.id,
            details: p.details.clone(),
            is_minor: p.is_minor,
            shown_name: domain::case::red::shown_name(p),
            will: p.will.as_ref().map(|w| w.value),
            privacy: p.privacy.as_ref().map(|privacy| PrivacyView {
                ground: privacy.ground,
                guardian: privacy.guardian.clone(),
                why: why_view(&privacy.why),
            }),
            id_warnings: domain::person::id_warnings(
                p.details.id_number.as_deref().unwrap_or_default(),
                p.details.birth,
                p.details.sex,
                self.now.day,
            ),
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
            with: s.with.clone(),
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
            warning: grounds::warning(self.case, e, self.clocks).as_ref().map(why_view),
            acceptances: e.acceptances.clone(),
            confirmed_by: e.requests.iter().filter_map(|id| self.event(*id).by).collect(),
            returned: e.returned,
            missed_days: e.missed_days,
            why: why_view(&e.why),
        };
        self.case.ladder.escalations.iter().map(escalation).collect()
    }

    fn hosting(&self) -> HostingView {
        let hosting = &self.case.hosting;
        HostingView {
            host: hosting.host.clone(),
            mediators: hosting.mediators.clone(),
            recused: hosting.recused.clone(),
        }
    }

    fn suggestions(&self) -> Vec<SuggestionView> {
        let suggestion = |s: &domain::case::suggestion::Suggestion| SuggestionView {
            kind: s.kind,
            key: s.key.clone(),
            status: s.status,
            count: s.count,
            threshold: s.threshold,
            why: why_view(&s.why),
        };
        self.case.suggestions.iter().map(suggestion).collect()
    }

    fn agreement(&self, a: &Agreement) -> AgreementView {
        let parties = a.lacking.iter().filter_map(|lacking| match lacking {
            Lacking::Party(id) => Some(*id),
            Lacking::Mediator | Lacking::Seal | Lacking::Writing => None,
        });
        AgreementView {
            id: a.id,
            number: self.case.numbers.agreements.get(&a.id).cloned(),
            former_number: self.case.numbers.reprinted.get(&a.id).cloned(),
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
            replaced_by: a.replaced_by,
            version: a.version,
            demands: a.demands.clone(),
            touches: a.touches.clone(),
            copies: a.copies(),
            lines: a
                .lines
                .iter()
                .map(|line| LineView {
                    line: line.line,
                    kept: line.kept,
                    paid_fen: line.paid,
                    is_overpaid: line.is_overpaid,
                })
                .collect(),
            paid_fen: a.paid,
            remedies: a
                .remedies
                .iter()
                .map(|r| RemedyView { remedy: r.value, why: why_view(&r.why) })
                .collect(),
            judicial_confirmation: confirming::view(self.case, a, self.clocks),
            why: why_view(&a.why),
        }
    }

    fn dues(&self) -> Vec<DueView> {
        let due = |d: &domain::case::performance::Due| DueView {
            agreement: d.agreement,
            line: d.line,
            day: d.day,
            what: d.what.clone(),
            amount_fen: d.amount,
            reminders: reminders(d.day, &self.case.settings),
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
            satisfied: counts.satisfied,
            mostly_satisfied: counts.mostly_satisfied,
            unsatisfied: counts.unsatisfied,
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
    pub(super) fn event(&self, id: FactId) -> EventView {
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
