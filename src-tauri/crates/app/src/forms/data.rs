//! What stands on a form: one shape for all of them, made of the folded case as whoever asks may
//! see it. Nothing is typed in again, and nothing is in it that a screen would hide from them.

use std::collections::BTreeMap;

use domain::case::EventMark;
use domain::fact::Body;
use domain::fact::body::{AgreementForm, ReplyKind, SheetKind, Side};
use domain::id::{FactId, RecordId};
use qrcode::{Color, EcLevel, QrCode};
use serde_json::{Map, Value, json};

use crate::cases::{self, CaseGet, CaseHistory, ROWS_MAX};
use crate::clock::today;
use crate::fault::Fault;
use crate::names::Names;
use crate::office::Office;
use crate::rights::{self, Lens, Sight};
use crate::view::{AttachmentView, CaseView, EventView, FieldValue};
use domain::rights::Right;
use domain::role::Level;

/// The most facts of one case that are put on paper.
const EVENTS_MAX: usize = 5000;

/// What a case has that forms are about, by its kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct About {
    /// As `about` in a form's metadata names it.
    pub(super) kind: &'static str,
    /// The fact.
    pub(super) id: FactId,
    /// What stands on the form of it.
    pub(super) data: Value,
}

/// A case as forms show it.
pub(super) struct FormData {
    /// What every form gets.
    pub(super) whole: Value,
    /// What forms are about.
    pub(super) abouts: Vec<About>,
    /// How often each form was printed, by the form and what it was about.
    pub(super) printed: BTreeMap<(String, Option<FactId>), u32>,
    /// Its number.
    pub(super) number: String,
    /// The attachments that belong to it.
    pub(super) attachments: Vec<AttachmentView>,
    /// What came after it was archived.
    pub(super) supplement: Vec<FactId>,
    /// Whether a written agreement that stands lacks a signature or the seal.
    pub(super) is_unsigned: bool,
}

impl FormData {
    /// Reads a case, hidden as it is for whoever asks.
    pub(super) fn read(office: &Office, case: RecordId) -> Result<Self, Fault> {
        Self::seen(office, case, false)
    }

    /// Reads a case as it may leave the office: also whoever may know a child hands on no name.
    pub(super) fn leaving(office: &Office, case: RecordId) -> Result<Self, Fault> {
        Self::seen(office, case, true)
    }

    fn seen(office: &Office, case: RecordId, is_leaving: bool) -> Result<Self, Fault> {
        let view = cases::get(office, &CaseGet { case })?;
        if view.sight == Sight::Closed {
            return Err(rights::refused(office, Right::CaseRead));
        }
        let events = events(office, case)?;
        let mut made = office.store.read(|reader| -> Result<_, Fault> {
            let names = Names::read(office, reader)?;
            Ok(make(office, &names, &view, &events))
        })?;
        // Masked here, by what masks every answer: no mask goes over the bytes of a document.
        office.store.read(|reader| -> Result<(), Fault> {
            let lens = match is_leaving {
                true => Lens::leaving(office, reader),
                false => Lens::new(office, reader),
            };
            lens.over(&mut made.whole, &[case])?;
            made.abouts.iter_mut().try_for_each(|about| lens.over(&mut about.data, &[case]))
        })?;
        Ok(made)
    }

    /// Whether anything was put to the case.
    pub(super) const fn has_attachments(&self) -> bool {
        !self.attachments.is_empty()
    }

    /// What an attachment is called, as it may be shown.
    pub(super) fn called(&self, id: FactId) -> Option<String> {
        let at = self.attachments.iter().position(|one| one.id == id)?;
        self.whole.pointer(&format!("/attachments/{at}/name"))?.as_str().map(str::to_owned)
    }

    /// What stands on a form.
    pub(super) fn sheet(&self, about: Option<FactId>) -> Value {
        let mut sheet = self.whole.clone();
        let found = about.and_then(|id| self.abouts.iter().find(|each| each.id == id));
        if let (Some(members), Some(found)) = (sheet.as_object_mut(), found) {
            members.insert("about".to_owned(), found.data.clone());
        }
        sheet
    }
}

/// Everything that happened and holds, corrected as it was.
fn events(office: &Office, case: RecordId) -> Result<Vec<EventView>, Fault> {
    let mut events: Vec<EventView> = Vec::new();
    loop {
        let offset = u32::try_from(events.len()).unwrap_or(u32::MAX);
        let window = cases::history(office, &CaseHistory { case, offset, limit: Some(ROWS_MAX) })?;
        let is_last = window.events.is_empty();
        events.extend(window.events);
        if is_last || events.len() >= EVENTS_MAX {
            break;
        }
    }
    events.retain(|event| !event.marks.iter().any(|mark| is_without_effect(*mark)));
    let mut corrections = BTreeMap::new();
    for event in &events {
        if let Some(Body::Corrected(body)) = &event.fact {
            corrections.insert(body.fact, (body.at, (*body.to).clone()));
        }
    }
    for event in &mut events {
        if let Some((at, to)) = corrections.remove(&event.id) {
            event.at = at.or(event.at);
            event.fact = Some(to);
        }
    }
    Ok(events)
}

const fn is_without_effect(mark: EventMark) -> bool {
    matches!(
        mark,
        EventMark::Void
            | EventMark::Withdrawn
            | EventMark::NotByOwner
            | EventMark::AfterRemoval
            | EventMark::AfterRevocation
            | EventMark::Refused
    )
}

fn make(office: &Office, names: &Names, view: &CaseView, events: &[EventView]) -> FormData {
    let reading = Reading { names, view };
    let abouts: Vec<About> = events.iter().flat_map(|event| reading.abouts(event)).collect();
    let mut printed = BTreeMap::new();
    for event in events {
        // A file that is edited elsewhere has no pages yet.
        if let Some(Body::FormPrinted(body)) = event.fact.as_ref().filter(|fact| has_pages(fact)) {
            let count: &mut u32 = printed.entry((body.form.clone(), body.about)).or_default();
            *count = count.saturating_add(1);
        }
    }
    let side = |side: Side| -> Vec<Value> {
        let parties = view.parties.iter().filter(|party| party.details.side == side);
        parties.map(|party| json!(party.details)).collect()
    };
    let unit = view.owner.as_ref().map(|owner| owner.name.clone()).unwrap_or_default();
    let township = names.units().find(|unit| unit.level == Level::Township);
    let number = view.formal_number.clone().unwrap_or_else(|| view.number.clone());
    let held: Vec<&About> = abouts.iter().filter(|about| about.kind == "session").collect();
    let of = |kind: &str| -> Vec<&Value> {
        abouts.iter().filter(|about| about.kind == kind).map(|about| &about.data).collect()
    };
    let attachments: Vec<AttachmentView> =
        view.attachments.iter().filter(|one| one.withdrawn.is_none()).cloned().collect();
    let is_unsigned = view.agreements.iter().any(|each| {
        let lacking = &each.lacking;
        each.form == AgreementForm::Written
            && each.replaced_by.is_none()
            && (!lacking.parties.is_empty() || lacking.mediator || lacking.seal)
    });
    let supplement =
        view.archive.as_ref().map(|archive| archive.supplement.clone()).unwrap_or_default();
    let whole = json!({
        "printed": today(office.now_ms()),
        "office": {
            "committee": committee(&unit),
            "unit": unit,
            "township": township.map(|unit| unit.name).unwrap_or_default(),
        },
        "case": reading.case(&number, events),
        "parties": view.parties.iter().map(|party| json!(party.details)).collect::<Vec<_>>(),
        "applicants": side(Side::Applicant),
        "respondents": side(Side::Respondent),
        "thirds": side(Side::Third),
        "evidence": of("evidence"),
        "attachments": attachments
            .iter()
            .map(|one| json!({ "name": one.name, "form": one.form, "at": one.at }))
            .collect::<Vec<_>>(),
        "last_session": held.last().map(|about| &about.data),
        "course": course(&held),
        "qr": { "rows": square(&number) },
    });
    FormData { whole, abouts, printed, number, attachments, supplement, is_unsigned }
}

const fn has_pages(fact: &Body) -> bool {
    !matches!(fact, Body::FormPrinted(body) if body.pages == 0)
}

/// The committee that belongs to a unit, by the unit's name.
pub(crate) fn committee(unit: &str) -> String {
    const ENDINGS: [&str; 4] = ["评理说事点", "说事点", "综治中心", "矛调中心"];
    if unit.is_empty() || unit.contains("调解委员会") {
        return unit.to_owned();
    }
    let stem = ENDINGS.iter().find_map(|ending| unit.strip_suffix(ending)).unwrap_or(unit);
    format!("{stem}人民调解委员会")
}

/// What was tried, in a few words.
fn course(sessions: &[&About]) -> String {
    let days: Vec<String> = sessions
        .iter()
        .filter_map(|about| about.data.get("at")?.as_str()?.get(..10).map(str::to_owned))
        .collect();
    match days.len() {
        0 => String::new(),
        n => format!("共调解{n}次：{}。", days.join("、")),
    }
}

/// A number as a square code: rows of 0 and 1.
fn square(number: &str) -> Vec<String> {
    let Ok(code) = QrCode::with_error_correction_level(number, EcLevel::M) else {
        return Vec::new();
    };
    let dot = |color: &Color| if *color == Color::Dark { '1' } else { '0' };
    let colors = code.to_colors();
    colors.chunks(code.width().max(1)).map(|row| row.iter().map(dot).collect()).collect()
}

/// A case while it is read.
struct Reading<'a> {
    names: &'a Names,
    view: &'a CaseView,
}

impl Reading<'_> {
    fn party(&self, id: FactId) -> Option<String> {
        let found = self.view.parties.iter().find(|party| party.id == id);
        found.map(|party| party.details.name.clone())
    }

    fn parties(&self, ids: &[FactId]) -> Vec<Value> {
        let found = self.view.parties.iter().filter(|party| ids.contains(&party.id));
        found.map(|party| json!(party.details)).collect()
    }

    fn agreement(&self, id: FactId) -> (Option<String>, Option<String>) {
        let found = self.view.agreements.iter().find(|each| each.id == id);
        found.map_or((None, None), |each| (each.number.clone(), Some(each.text.clone())))
    }

    /// The case itself.
    fn case(&self, number: &str, events: &[EventView]) -> Value {
        let view = self.view;
        let by = |event: &EventView| event.by.as_ref().map(|by| by.name.clone());
        let last = |wanted: &dyn Fn(&Body) -> Option<Value>| -> Value {
            let mut found = events.iter().rev().filter_map(|event| {
                let mut value = wanted(event.fact.as_ref()?)?;
                if let Some(members) = value.as_object_mut() {
                    members.insert("at".to_owned(), json!(event.at));
                    members.insert("by".to_owned(), json!(by(event)));
                }
                Some(value)
            });
            found.next().unwrap_or(Value::Null)
        };
        let accepted = last(&|body| match body {
            Body::Accepted(body) => Some(json!({ "on": body.on })),
            _ => None,
        });
        let told = last(&|body| match body {
            Body::RightsTold(_) => Some(json!({})),
            _ => None,
        });
        let ended = last(&|body| match body {
            Body::Terminated(body) => {
                Some(json!({ "ground": body.ground, "routes": body.routes, "note": body.note }))
            }
            _ => None,
        });
        let declined = last(&|body| match body {
            Body::Declined(body) => Some(json!({ "reason": body.reason, "routes": body.routes })),
            _ => None,
        });
        let closed = last(&|body| match body {
            Body::Closed(body) if view.closure.is_some() => {
                Some(json!({ "outcome": body.outcome, "note": body.note }))
            }
            _ => None,
        });
        let archive = last(&|body| match body {
            Body::Archived(_) if view.archive.is_some() => Some(json!({})),
            _ => None,
        });
        let statements: Vec<Value> = events
            .iter()
            .filter_map(|event| match event.fact.as_ref()? {
                Body::FileStatement(body) => {
                    Some(json!({ "text": body.text, "at": event.at, "by": by(event) }))
                }
                _ => None,
            })
            .collect();
        let held: Vec<_> = view.sessions.iter().map(|session| session.at).collect();
        let registration = view.registration.as_ref();
        let field = |name: &str| view.fields.get(name).map(|field| json!(field.value));
        let text = |name: &str| view.texts.get(name).map(|text| text.text.clone());
        let amount = view.fields.get("amount").and_then(|field| match field.value {
            FieldValue::Number(fen) => Some(fen),
            _ => None,
        });
        json!({
            "number": number,
            "formal_number": view.formal_number,
            "is_provisional": view.formal_number.is_none(),
            "title": view.title,
            "place": field("place"),
            "amount_fen": amount,
            "summary": text("summary"),
            "category": view.category,
            "source": registration.map(|each| each.source),
            "track": registration.map(|each| each.track),
            "applied": registration.map(|each| each.at),
            "by": registration.map(|each| each.by.name.clone()),
            "demands": registration.map(|each| each.demands.clone()),
            "accepted": accepted.get("at"),
            "accepted_on": accepted.get("on"),
            "rights_told": told.get("at"),
            "host": view.hosting.host,
            "mediators": view.hosting.mediators,
            "first_day": held.iter().min_by_key(|at| at.day),
            "last_day": held.iter().max_by_key(|at| at.day),
            "retention": view.archive.as_ref().map_or(view.retention, |archive| archive.retention),
            "archive": archive,
            "statement": statements.last(),
            "statements": statements,
            "closed": closed,
            "ended": ended,
            "declined": declined,
        })
    }

    /// What of one event forms are about.
    fn abouts(&self, event: &EventView) -> Vec<About> {
        let Some(body) = &event.fact else { return Vec::new() };
        let found = self.about(event, body);
        let mut out = Vec::new();
        for (kind, data) in found {
            let Value::Object(members) = data else { continue };
            let mut whole = Map::from_iter([
                ("at".to_owned(), json!(event.at)),
                ("by".to_owned(), json!(event.by.as_ref().map(|by| by.name.clone()))),
            ]);
            whole.extend(members);
            out.push(About { kind, id: event.id, data: Value::Object(whole) });
        }
        out
    }

    fn about(&self, event: &EventView, body: &Body) -> Vec<(&'static str, Value)> {
        match body {
            Body::InquiryMade(b) => {
                vec![("inquiry", json!({ "whom": b.whom, "record": b.record }))]
            }
            Body::EvidenceTaken(b) => {
                let party = b.party.and_then(|id| self.party(id));
                vec![("evidence", json!({ "what": b.what, "party": party }))]
            }
            Body::VisitReceived(b) => {
                let party = b.party.and_then(|id| self.party(id));
                vec![("reception", json!({ "content": b.content, "party": party }))]
            }
            Body::SessionHeld(b) => {
                let people: Vec<Value> = b
                    .participants
                    .iter()
                    .map(|each| json!({ "name": each.name, "role": each.role }))
                    .collect();
                let mediators = [std::slice::from_ref(&b.host), &b.mediators[..]].concat();
                vec![(
                    "session",
                    json!({
                        "place": b.place, "mode": b.mode, "host": b.host, "mediators": mediators,
                        "recorder": b.recorder, "participants": people, "issues": b.issues,
                        "undisputed": b.undisputed, "record": self.view.texts.get(&event.id.to_string()).map(|text| text.text.clone()), "proposal": b.proposal, "result": b.result,
                        "present": b.present.iter().filter_map(|id| self.party(*id)).collect::<Vec<_>>(),
                    }),
                )]
            }
            Body::AgreementReached(_) => self.agreed(event.id),
            Body::PerformanceNoted(b) => {
                let (number, _) = self.agreement(b.agreement);
                let agreement = self.view.agreements.iter().find(|each| each.id == b.agreement);
                let line = b.line.map(usize::from);
                let what = agreement
                    .zip(line)
                    .and_then(|(agreement, line)| agreement.plan.get(line))
                    .map(|line| line.what.clone());
                vec![(
                    "performance",
                    json!({
                        "agreement_number": number, "kept": b.kept, "amount_fen": b.amount_fen,
                        "note": b.note, "what": what,
                    }),
                )]
            }
            Body::Revisited(b) => {
                let number = b.agreement.and_then(|id| self.agreement(id).0);
                let party = b.party.and_then(|id| self.party(id));
                vec![(
                    "revisit",
                    json!({
                        "agreement_number": number, "party": party, "kept": b.kept,
                        "satisfaction": b.satisfaction, "note": b.note,
                    }),
                )]
            }
            Body::Terminated(_) => vec![("ended", json!({}))],
            Body::Declined(_) => vec![("declined", json!({}))],
            Body::SheetIssued(_) | Body::SheetObjected(_) => self.sheet(event.id, body),
            Body::Transferred(b) => {
                vec![("transfer", json!({ "destination": b.to, "note": b.note }))]
            }
            Body::DeadlineExtended(b) => {
                vec![("extension", json!({ "days": b.days, "reason": b.reason }))]
            }
            Body::ReplyDelivered(b) => {
                let kind = match b.reply {
                    ReplyKind::Notice => return Vec::new(),
                    ReplyKind::Opinion => "reply_opinion",
                    ReplyKind::Review | ReplyKind::Recheck => "reply_review",
                };
                vec![(
                    kind,
                    json!({
                        "number": b.number, "outcome": b.outcome, "note": b.note, "stage": b.reply,
                    }),
                )]
            }
            Body::CardIssued(b) => {
                let to = b.unit.map(|unit| self.names.unit(unit).name);
                vec![("card", json!({ "colour": b.colour, "reason": b.reason, "to": to }))]
            }
            _ => Vec::new(),
        }
    }

    fn agreed(&self, id: FactId) -> Vec<(&'static str, Value)> {
        let Some(found) = self.view.agreements.iter().find(|each| each.id == id) else {
            return Vec::new();
        };
        let kind = match found.form {
            AgreementForm::Written => "agreement",
            AgreementForm::Oral => "oral_agreement",
        };
        let filings = &found.judicial_confirmation.filings;
        vec![(
            kind,
            json!({
                "number": found.number, "text": found.text, "plan": found.plan,
                "copies": found.copies, "effective": found.effective, "amount_fen": found.amount_fen,
                "parties": self.parties(&found.parties),
                "court": filings.last().map(|filing| filing.court.clone()),
            }),
        )]
    }

    fn sheet(&self, id: FactId, body: &Body) -> Vec<(&'static str, Value)> {
        let named = match body {
            Body::SheetObjected(objected) => objected.sheet,
            _ => id,
        };
        let Some(sheet) = self.view.dispatch.sheets.iter().find(|each| each.id == named) else {
            return Vec::new();
        };
        let mut data = json!({
            "number": sheet.number, "from": sheet.from.name, "to": sheet.to.name,
            "part": sheet.part, "requirement": sheet.requirement, "basis": sheet.basis,
            "due": sheet.due, "signed_in": sheet.signed_in,
            "reply": sheet.replies.last().map(|reply| reply.text.clone()),
        });
        match (body, data.as_object_mut()) {
            (Body::SheetObjected(objected), Some(members)) => {
                let at = sheet.objection.as_ref().map(|objection| objection.at);
                members.insert("reasons".to_owned(), json!(objected.reasons));
                members.insert("objected".to_owned(), json!(at));
                vec![("objection", data)]
            }
            (Body::SheetIssued(issued), Some(members)) => {
                members.insert("approved_by".to_owned(), json!(issued.approved_by));
                let kind = match issued.sheet {
                    SheetKind::Reminder => "sheet_reminder",
                    SheetKind::Liaison => "sheet_liaison",
                    SheetKind::Order => "sheet_order",
                };
                vec![(kind, data)]
            }
            _ => Vec::new(),
        }
    }
}
