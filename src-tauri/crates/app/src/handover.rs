//! 交接单: a mediator leaves, and each of their open cases goes to somebody else, in one act. The
//! list that both sign is made of the same lines.
//!
//! What is written on each case is who mediates from now on (`mediators_appointed`), as anybody could
//! write it there: it merges as that does, and whoever appointed somebody else meanwhile is asked.

use std::collections::{BTreeMap, BTreeSet};

use domain::case::guard::{self, Author, RefusalReason};
use domain::case::hosting::Hosting;
use domain::fact::Body;
use domain::fact::body::{ChosenBy, MediatorsAppointed, Note};
use domain::id::RecordId;
use domain::rights::Right;
use domain::time::At;
use paper::{Input, Part};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Reader;
use store::cases::Filter;

use crate::cases::{self, line};
use crate::clock::{minute, today};
use crate::fault::Fault;
use crate::forms;
use crate::host::Place;
use crate::journal::Pen;
use crate::names::Names;
use crate::office::Office;
use crate::rights::{self, Lens};
use crate::view::CaseLine;

/// The most cases that are handed over at once.
const CASES_MAX: usize = 500;

/// The most open cases that are looked at for those of one person.
const LOOKED_MAX: u32 = 5_000;

/// How many acts are remembered, so that they can be taken back.
const REMEMBERED_MAX: usize = 30;

/// Where they are remembered.
const REMEMBERED: &str = "handovers";

/// Reads whose cases there are, and those of one person.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct HandoverGet {
    /// Who leaves; nobody's cases are listed if absent.
    #[serde(default)]
    pub from: Option<String>,
}

/// Whose cases there are, and what one person would hand over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct HandoverView {
    /// Everybody who has open cases, by name.
    pub people: Vec<HandoverPerson>,
    /// Everybody who may be named as the one who takes over: those who work here, and who mediate.
    pub successors: Vec<String>,
    /// The open cases of whoever leaves.
    pub cases: Vec<HandoverCase>,
    /// What was handed over on this computer, the newest first.
    pub done: Vec<HandoverDone>,
}

/// Somebody who has open cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct HandoverPerson {
    /// The name.
    pub name: String,
    /// How many.
    pub cases: u32,
}

/// An open case of whoever leaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct HandoverCase {
    /// The case.
    pub line: CaseLine,
    /// Who presides, once somebody was appointed.
    pub host: Option<String>,
    /// Everybody who mediates.
    pub mediators: Vec<String>,
}

/// What was handed over in one act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct HandoverDone {
    /// Names it on this computer.
    pub handover: String,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// Who left.
    pub from: String,
    /// Who took over, each once.
    pub to: Vec<String>,
    /// How many cases.
    pub cases: u32,
    /// Whether it was taken back.
    pub is_undone: bool,
    /// How many cases stayed with whoever has them, since somebody else was appointed meanwhile.
    pub kept: u32,
}

/// Hands open cases over.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct HandoverMake {
    /// Who leaves.
    pub from: String,
    /// Which cases.
    pub cases: Vec<RecordId>,
    /// Who takes each of them over, in the same order.
    pub to: Vec<String>,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Takes back what was handed over in one act.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct HandoverUndo {
    /// Which.
    pub handover: String,
}

/// Saves the list that both sign as a PDF.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct HandoverSave {
    /// What is handed over, before or after it was.
    pub list: HandoverMake,
    /// Where the file goes.
    pub to: Place,
}

/// An act, as this computer remembers it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    at_ms: u64,
    from: String,
    cases: Vec<KeptCase>,
    is_undone: bool,
    kept: u32,
}

/// What a case was before.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct KeptCase {
    case: RecordId,
    to: String,
    host: Option<String>,
    mediators: Vec<String>,
}

fn refuse(field: &str, reason: RefusalReason, index: usize) -> Fault {
    let index = u32::try_from(index).unwrap_or(u32::MAX);
    Fault::Refused { reason, field: field.to_owned(), index }
}

/// An open case, who mediates in it, and who has it in hand where nobody was appointed.
struct Open {
    line: CaseLine,
    hosting: Hosting,
    holders: Vec<String>,
}

/// The open cases that whoever asks may hand over, of those that are meant.
fn open(
    office: &Office,
    reader: &Reader<'_>,
    is_meant: impl Fn(RecordId) -> bool,
) -> Result<Vec<Open>, Fault> {
    let names = Names::read(office, reader)?;
    let lens = Lens::new(office, reader);
    let filter = Filter {
        is_closed: Some(false),
        within: Some(lens.found()),
        owner: Some(office.me().unit),
        ..Filter::default()
    };
    let (rows, _) = reader.cases(&filter, 0, LOOKED_MAX)?;
    let mut found = Vec::new();
    for row in rows {
        if !is_meant(row.record) || !lens.reaches(Right::MediationWrite, row.record)? {
            continue;
        }
        let case = cases::folded(office, reader, row.record)?;
        let holders = if case.hosting.mediators.is_empty() {
            // Who registered it has it in hand until somebody is appointed (首办责任制).
            let by = case.registration.as_ref().map(|first| names.user(first.first_responsible));
            by.map(|user| user.name).into_iter().filter(|name| !name.is_empty()).collect()
        } else {
            case.hosting.mediators.clone()
        };
        found.push(Open { line: line(&row, &names), hosting: case.hosting.clone(), holders });
    }
    Ok(found)
}

/// Reads whose cases there are, and those of one person.
pub(crate) fn get(office: &Office, request: &HandoverGet) -> Result<HandoverView, Fault> {
    office.store.read(|reader| {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        let mut successors: BTreeSet<String> = BTreeSet::new();
        let mut listed = Vec::new();
        for each in open(office, reader, |_| true)? {
            for name in &each.holders {
                let count = counts.entry(name.clone()).or_default();
                *count = count.saturating_add(1);
                successors.insert(name.clone());
            }
            if request.from.as_ref().is_some_and(|from| each.holders.contains(from)) {
                listed.push(HandoverCase {
                    line: each.line,
                    host: each.hosting.host,
                    mediators: each.hosting.mediators,
                });
            }
        }
        let roster = office.roster();
        let here = roster.users_of(office.me().unit);
        let here = here.filter(|user| roster.removed(user.user).is_none());
        successors.extend(here.map(|user| user.name.clone()));
        Ok(HandoverView {
            people: counts
                .into_iter()
                .map(|(name, cases)| HandoverPerson { name, cases })
                .collect(),
            successors: successors.into_iter().collect(),
            cases: listed,
            done: done(&remembered(reader)?),
        })
    })
}

fn remembered(reader: &Reader<'_>) -> Result<BTreeMap<String, Kept>, Fault> {
    let bytes = reader.value(REMEMBERED)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
}

fn done(all: &BTreeMap<String, Kept>) -> Vec<HandoverDone> {
    let view = |(name, kept): (&String, &Kept)| {
        let to: BTreeSet<&String> = kept.cases.iter().map(|case| &case.to).collect();
        HandoverDone {
            handover: name.clone(),
            at_ms: kept.at_ms,
            from: kept.from.clone(),
            to: to.into_iter().cloned().collect(),
            cases: u32::try_from(kept.cases.len()).unwrap_or(u32::MAX),
            is_undone: kept.is_undone,
            kept: kept.kept,
        }
    };
    all.iter().rev().map(view).collect()
}

/// Who takes each case over, as it was asked.
fn asked(request: &HandoverMake) -> Result<Vec<(RecordId, &str)>, Fault> {
    if request.cases.is_empty() {
        return Err(refuse("cases", RefusalReason::Empty, 0));
    }
    if request.cases.len() > CASES_MAX {
        return Err(refuse("cases", RefusalReason::TooMany, 0));
    }
    if request.cases.len() != request.to.len() {
        return Err(Fault::bad("to: one for each case"));
    }
    guard::bounded("reason", &request.reason, guard::NAME_CHARS_MAX)
        .map_err(|refusal| Fault::refused(&refusal, 0))?;
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for (index, (case, to)) in request.cases.iter().zip(&request.to).enumerate() {
        let to = to.trim();
        guard::required("to", to, guard::NAME_CHARS_MAX)
            .map_err(|refusal| Fault::refused(&refusal, index))?;
        if to == request.from.trim() {
            return Err(refuse("to", RefusalReason::AlreadyDone, index));
        }
        if !seen.insert(*case) {
            return Err(refuse("cases", RefusalReason::AlreadyDone, index));
        }
        all.push((*case, to));
    }
    Ok(all)
}

/// Everybody who mediates once one of them has been replaced.
fn replaced(hosting: &Hosting, from: &str, to: &str) -> MediatorsAppointed {
    let host = match &hosting.host {
        Some(host) if host != from => host.clone(),
        _ => to.to_owned(),
    };
    let mut mediators: Vec<String> = Vec::new();
    for name in &hosting.mediators {
        let name = if name == from { to } else { name.as_str() };
        if name != host && !mediators.iter().any(|known| known == name) {
            mediators.push(name.to_owned());
        }
    }
    MediatorsAppointed { host, mediators, chosen_by: ChosenBy::Committee }
}

fn author(office: &Office) -> Author {
    let me = office.me();
    Author { role: me.role, unit: me.unit, today: today(office.now_ms()) }
}

/// Writes who mediates from now on, and why.
fn appoint(
    office: &Office,
    pen: &mut Pen<'_, '_>,
    case: RecordId,
    (body, words): (MediatorsAppointed, String),
    (at, index): (At, usize),
) -> Result<(), Fault> {
    let folded = cases::folded(office, &pen.tx.reader(), case)?;
    let body = Body::MediatorsAppointed(body);
    let note = Body::Note(Note { text: words });
    for body in [&body, &note] {
        guard::check(&folded, at, body, author(office))
            .map_err(|refusal| Fault::refused(&refusal, index))?;
    }
    pen.edit(case, |_, _, draft| {
        draft.fact(office, at, body)?;
        draft.fact(office, at, note).map(|_| ())
    })
}

/// Hands open cases over: all of them or none.
pub(crate) fn make(office: &Office, request: &HandoverMake) -> Result<HandoverView, Fault> {
    let all = asked(request)?;
    let from = request.from.trim();
    let at_ms = office.now_ms();
    let at = minute(at_ms);
    office.store.write(|tx| -> Result<(), Fault> {
        let mut kept =
            Kept { at_ms, from: from.to_owned(), cases: Vec::new(), is_undone: false, kept: 0 };
        let meant: BTreeSet<RecordId> = all.iter().map(|(case, _)| *case).collect();
        let here = open(office, &tx.reader(), |case| meant.contains(&case))?;
        let mut pen = Pen::new(office, tx);
        for (index, (case, to)) in all.iter().enumerate() {
            let found = here.iter().find(|each| each.line.id == *case);
            let Some(found) = found.filter(|each| each.holders.iter().any(|name| name == from))
            else {
                // Somebody else has it by now, or it is closed, or it is another's to hand over.
                let reaches =
                    Lens::new(office, &pen.tx.reader()).reaches(Right::MediationWrite, *case)?;
                return Err(if reaches {
                    refuse("cases", RefusalReason::Unknown, index)
                } else {
                    rights::refused(office, Right::MediationWrite)
                });
            };
            let words = words(from, to, &request.reason);
            let body = replaced(&found.hosting, from, to);
            appoint(office, &mut pen, *case, (body, words), (at, index))?;
            kept.cases.push(KeptCase {
                case: *case,
                to: (*to).to_owned(),
                host: found.hosting.host.clone(),
                mediators: found.hosting.mediators.clone(),
            });
        }
        let mut before = remembered(&pen.tx.reader())?;
        if before.len() >= REMEMBERED_MAX {
            before.pop_first();
        }
        let mut name = format!("{at_ms:015}");
        while before.contains_key(&name) {
            name.push('+');
        }
        before.insert(name, kept);
        tx.set_value(REMEMBERED, &serde_json::to_vec(&before)?)?;
        Ok(())
    })?;
    get(office, &HandoverGet { from: Some(from.to_owned()) })
}

/// What stands in the history of each case.
fn words(from: &str, to: &str, reason: &str) -> String {
    let reason = reason.trim();
    let why = if reason.is_empty() { String::new() } else { format!("（{reason}）") };
    format!("交接：{from}的案件移交给{to}{why}")
}

/// Takes back what was handed over: whoever mediated before does again, but where somebody else was
/// appointed meanwhile.
pub(crate) fn undo(office: &Office, request: &HandoverUndo) -> Result<HandoverView, Fault> {
    let at = minute(office.now_ms());
    office.store.write(|tx| -> Result<(), Fault> {
        let mut all = remembered(&tx.reader())?;
        let Some(act) = all.get_mut(&request.handover).filter(|act| !act.is_undone) else {
            return Err(Fault::bad("handover: none of that name that stands"));
        };
        let mut pen = Pen::new(office, tx);
        for (index, before) in act.cases.iter().enumerate() {
            let now = cases::folded(office, &pen.tx.reader(), before.case)?;
            let then = Hosting {
                host: before.host.clone(),
                mediators: before.mediators.clone(),
                ..Hosting::default()
            };
            let ours = replaced(&then, &act.from, &before.to);
            let stands = now.hosting.host.as_ref() == Some(&ours.host)
                && ours.mediators.iter().all(|name| now.hosting.mediators.contains(name));
            if !stands || now.closure.is_some() {
                act.kept = act.kept.saturating_add(1);
                continue;
            }
            let host = before.host.clone().unwrap_or_else(|| act.from.clone());
            let mediators =
                before.mediators.iter().filter(|name| **name != host).cloned().collect();
            let body = MediatorsAppointed { host, mediators, chosen_by: ChosenBy::Committee };
            let words = format!("撤回交接：仍由{}办理", act.from);
            appoint(office, &mut pen, before.case, (body, words), (at, index))?;
        }
        act.is_undone = true;
        let bytes = serde_json::to_vec(&all)?;
        tx.set_value(REMEMBERED, &bytes)?;
        Ok(())
    })?;
    get(office, &HandoverGet::default())
}

/// The list that both sign: each case with its number, people, state, the day on which something
/// falls due next, and who takes it over.
pub(crate) fn file(office: &Office, request: &HandoverSave) -> Result<(String, Vec<u8>), Fault> {
    let list = &request.list;
    let all = asked(list)?;
    let day = today(office.now_ms());
    let data = office.store.read(|reader| -> Result<_, Fault> {
        let names = Names::read(office, reader)?;
        let lens = Lens::new(office, reader);
        let mut rows = Vec::new();
        for (case, to) in &all {
            if !lens.reaches(Right::MediationWrite, *case)? {
                return Err(rights::refused(office, Right::MediationWrite));
            }
            let row = reader.case(*case)?.ok_or_else(|| Fault::not_found(case))?;
            let mut shown = serde_json::to_value(line(&row, &names))?;
            // Masked by what masks every answer.
            lens.over(&mut shown, &[])?;
            let line: CaseLine = serde_json::from_value(shown)?;
            let formal = reader.formal_number(*case)?;
            rows.push(row_of(&line, formal, to));
        }
        let me = office.me();
        Ok(json!({
            "printed": day,
            "office": { "committee": forms::committee(&names.unit(me.unit).name) },
            "handover": {
                "from": list.from.trim(), "reason": list.reason.trim(), "day": day, "rows": rows,
            },
        }))
    })?;
    let form = forms::used(office, "handover").ok_or_else(|| Fault::not_found("handover"))?;
    let part = Part { form: &form, data, name: String::new() };
    let title = format!("{} {}", form.zh, list.from.trim());
    let input = Input { parts: vec![part], title, ..Input::default() };
    let printed = forms::setting::form(office, &input)?;
    let name = forms::plain(&format!("{} {} {day}", form.zh, list.from.trim()));
    Ok((format!("{name}.pdf"), printed.pdf))
}

fn row_of(line: &CaseLine, formal: Option<String>, to: &str) -> serde_json::Value {
    let next = line.next_due.as_ref();
    json!({
        "number": formal.unwrap_or_else(|| line.number.clone()),
        "title": line.title,
        "parties": line.parties.join("、"),
        "state": line.state,
        "next": next.map(|next| next.day),
        "to": to,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosting(host: Option<&str>, mediators: &[&str]) -> Hosting {
        Hosting {
            host: host.map(str::to_owned),
            mediators: mediators.iter().map(|name| (*name).to_owned()).collect(),
            ..Hosting::default()
        }
    }

    #[test]
    fn who_leaves_is_replaced_where_they_stood_and_nobody_else_is() {
        // Who presides, who mediates; then who presides, and the others.
        let rows = [
            ("", "", "新", ""),
            ("旧", "旧", "新", ""),
            ("旧", "旧 别", "新", "别"),
            ("别", "别 旧", "别", "新"),
            ("新", "新 旧", "新", ""),
        ];
        for (host, mediators, then, others) in rows {
            let before: Vec<&str> = mediators.split_whitespace().collect();
            let host = Some(host).filter(|host| !host.is_empty());
            let body = replaced(&hosting(host, &before), "旧", "新");
            let after = (body.host.as_str(), body.mediators.join(" "));
            assert_eq!(after, (then, others.to_owned()), "{host:?} {mediators:?}");
        }
    }
}
