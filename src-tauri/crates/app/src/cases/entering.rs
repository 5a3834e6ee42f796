//! 补录: the open cases of a paper register, one after the other: each with its number on paper, its
//! day, its parties and how far it got, in one act.

use domain::fact::Body;
use domain::fact::body::{
    Accepted, AcceptedOn, AgreementForm, AgreementReached, NumberAssigned, PlanLine,
};
use domain::id::{FactId, RecordId};
use domain::time::{At, Day};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::reading::{self, CaseGet};
use super::writing::{self, CaseRegister, FactAdd, write_facts};
use crate::fault::Fault;
use crate::forms;
use crate::journal::Pen;
use crate::names::Names;
use crate::numbering;
use crate::office::Office;
use crate::view::CaseView;

/// Enters a case of the paper register.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CaseEnter {
    /// What was registered, on which day.
    pub register: CaseRegister,
    /// Its number in the paper register of that year.
    #[serde(default)]
    pub number: Option<u32>,
    /// When it was accepted, if it was.
    #[serde(default)]
    pub accepted: Option<At>,
    /// What was agreed, if anything was.
    #[serde(default)]
    pub agreed: Option<EnteredAgreement>,
}

/// An agreement of the paper register.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct EnteredAgreement {
    /// When.
    pub at: At,
    /// Oral or written.
    pub form: AgreementForm,
    /// What was agreed.
    pub text: String,
    /// By when it is to be performed.
    #[serde(default)]
    pub due: Option<Day>,
    /// Who mediated.
    #[serde(default)]
    pub mediators: Vec<String>,
    /// Whether the paper bears everybody's signature and the committee's seal.
    #[serde(default)]
    pub is_signed: bool,
}

/// Enters a case: all of it or nothing.
pub(crate) fn enter(office: &Office, request: &CaseEnter) -> Result<CaseView, Fault> {
    let case = office.store.write(|tx| -> Result<RecordId, Fault> {
        let mut pen = Pen::new(office, tx);
        let register = CaseRegister { token: None, ..request.register.clone() };
        let case = writing::register_with(office, &mut pen, &register)?;
        let parties = reading::folded(office, &pen.tx.reader(), case)?.parties;
        let parties: Vec<FactId> = parties.iter().map(|party| party.id).collect();
        let names = Names::read(office, &pen.tx.reader())?;
        let seal = forms::committee(&names.unit(office.me().unit).name);
        let mut facts = facts(request, &parties, &seal)?;
        if let Some(number) = request.number {
            let day = request.register.applied.map_or_else(|| writing::day(office), |at| at.day);
            let number = numbering::on_paper(office, &mut pen, day, number)?;
            let body = Body::NumberAssigned(NumberAssigned { number, printed: true });
            facts.push(fact(None, &body)?);
        }
        if !facts.is_empty() {
            let add = FactAdd { case, facts, notes: Vec::new() };
            pen.edit(case, |pen, record, draft| {
                write_facts(office, &pen.tx.reader(), record, draft, &add)
            })?;
        }
        Ok(case)
    })?;
    reading::get(office, &CaseGet { case })
}

fn fact(at: Option<At>, body: &Body) -> Result<serde_json::Value, Fault> {
    let mut value = serde_json::to_value(body)?;
    if let (Some(members), Some(at)) = (value.as_object_mut(), at) {
        members.insert("at".to_owned(), serde_json::to_value(at)?);
    }
    Ok(value)
}

/// How far it got.
fn facts(
    request: &CaseEnter,
    parties: &[FactId],
    seal: &str,
) -> Result<Vec<serde_json::Value>, Fault> {
    let mut facts = Vec::new();
    // What was agreed had been accepted before.
    if let Some(at) = request.accepted.or(request.agreed.as_ref().map(|agreed| agreed.at)) {
        let on = AcceptedOn::Application;
        facts.push(fact(Some(at), &Body::Accepted(Accepted { on }))?);
    }
    if let Some(agreed) = &request.agreed {
        let text = agreed.text.trim().to_owned();
        let plan = agreed.due.map(|due| PlanLine { due, what: text.clone(), amount_fen: None });
        let body = Body::AgreementReached(AgreementReached {
            form: agreed.form,
            text,
            text_hash: String::new(),
            parties: Vec::new(),
            amount_fen: None,
            plan: plan.into_iter().collect(),
            replaces: None,
            replaces_dated: None,
            demands: Vec::new(),
            touches: Vec::new(),
            objecting: Vec::new(),
        });
        let place = facts.len();
        facts.push(fact(Some(agreed.at), &body)?);
        if agreed.is_signed {
            // Named by their place in the act, as they are written in it.
            let agreement = format!("@{place}");
            let (parties, mediators) = (parties, &agreed.mediators);
            facts.push(json!({ "at": agreed.at, "kind": "agreement_signed", "body": {
                "agreement": agreement, "parties": parties, "mediators": mediators,
                "with": "signature",
            } }));
            facts.push(json!({ "at": agreed.at, "kind": "agreement_sealed", "body": {
                "agreement": agreement, "seal": seal,
            } }));
        }
    }
    Ok(facts)
}
