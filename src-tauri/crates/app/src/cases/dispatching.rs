//! Sheets, lead and co-operating units as the screens read them.

use domain::calendar::Calendar;
use domain::case::Case;
use domain::case::clock::{self, Clock};
use domain::case::sheet::{Objection, Referral, Sheet, objection_time};
use domain::id::UnitId;

use super::showing::why_view;
use crate::names::Names;
use crate::view::{
    ConsultationView, DispatchView, ObjectionView, ReferralView, SheetReplyView, SheetView,
};

/// Everything about dispatch, for somebody of a unit.
pub(super) fn view(case: &Case, names: &Names, calendar: &Calendar, asks: UnitId) -> DispatchView {
    let dispatch = &case.dispatch;
    let clocks = clock::read(case, calendar);
    let referral = |r: &Referral| ReferralView {
        id: r.id,
        at: r.at,
        from: names.unit(r.from),
        to: names.unit(r.to),
        matter: r.matter.clone(),
        status: r.status,
        why: why_view(&r.why),
    };
    let consultation =
        |(id, is_approved): &(_, bool)| ConsultationView { id: *id, is_approved: *is_approved };
    DispatchView {
        lead: dispatch.lead.as_ref().map(|lead| names.unit(lead.value)),
        lead_why: dispatch.lead.as_ref().map(|lead| why_view(&lead.why)),
        co: dispatch.co.iter().map(|unit| names.unit(*unit)).collect(),
        sheets: dispatch.sheets.iter().map(|s| sheet(s, names, &clocks, asks)).collect(),
        referrals: dispatch.referrals.iter().map(referral).collect(),
        consultations: dispatch.consultations.iter().map(consultation).collect(),
    }
}

fn sheet(sheet: &Sheet, names: &Names, clocks: &[Clock], asks: UnitId) -> SheetView {
    let body = &sheet.body;
    let replies = sheet.replies.iter().map(|reply| SheetReplyView {
        id: reply.id,
        at: reply.at,
        kept: reply.kept,
        text: reply.text.clone(),
        crossed_closing: reply.crossed_closing,
    });
    SheetView {
        id: sheet.id,
        kind: body.sheet,
        number: body.number.clone(),
        at: sheet.at,
        from: names.unit(sheet.from),
        to: names.unit(body.to),
        part: body.part,
        demands: body.demands.clone(),
        requirement: body.requirement.clone(),
        due: body.due,
        basis: body.basis.clone(),
        referral: body.referral,
        status: sheet.status,
        is_acting: sheet.is_acting,
        reassigned_why: sheet.reassigned.as_ref().map(|(_, why)| why_view(why)),
        sign_ins: sheet.sign_ins.clone(),
        signed_in: sheet.signed_in,
        is_accepted: sheet.is_accepted,
        objection: sheet.objection.as_ref().map(|o| objection(sheet, o, clocks)),
        replies: replies.collect(),
        closed: sheet.closed.map(|(_, id)| id),
        is_undone_after_closing: sheet.undone_after_closing().is_some(),
        is_mine: body.to == asks,
    }
}

fn objection(sheet: &Sheet, objection: &Objection, clocks: &[Clock]) -> ObjectionView {
    let time = objection_time(sheet, clocks);
    ObjectionView {
        id: objection.id,
        at: objection.at,
        reasons: objection.reasons.clone(),
        is_standing: objection.is_standing,
        last_day: time.map(|time| time.last_day),
        is_in_time: time.map(|time| time.is_in_time),
        is_calendar_known: time.is_some_and(|time| time.is_calendar_known),
        decided: objection.decided.map(|(id, _)| id),
        is_upheld: objection.decided.map(|(_, upheld)| upheld),
    }
}
