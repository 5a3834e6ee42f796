//! Deciding about what waits: adopting it, or taking note and leaving it without effect.

use std::collections::BTreeMap;

use domain::audit::{Act, Deed};
use domain::case::guard::{self, RefusalReason};
use domain::id::{DeviceId, LogId, RecordId};
use domain::log::EntryRef;
use domain::rights::Right;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Reader;
use store::quarantine::HeldRow;
use trust::statement::{Judgement, Place, Statement};

use super::door::{self, Noted};
use super::listing::{self, QuarantineList, QuarantineWindow};
use super::{HeldReason, newly_held};
use crate::clock::signed;
use crate::devices::{check_speaker, say_end};
use crate::fault::Fault;
use crate::journal::Pen;
use crate::office::Office;
use crate::{projector, rights};

/// The most that is decided in one go.
const TOGETHER_MAX: usize = 200;

/// What can be done with something that has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum HeldAct {
    /// 采信: it counts after all.
    Adopt,
    /// 记下并不采信: somebody looked at it, and it stays without effect.
    Dismiss,
}

/// Decides about what waits.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct QuarantineDecide {
    /// The lines, by their keys; at most 200.
    pub keys: Vec<String>,
    /// What is decided.
    pub act: HeldAct,
    /// Why.
    pub reason: String,
}

fn refuse(field: &str, reason: RefusalReason) -> Fault {
    Fault::Refused { reason, field: field.to_owned(), index: 0 }
}

/// The place that the key of an entry's line names.
fn place_in(key: &str) -> Option<EntryRef> {
    let (log, seq) = key.strip_prefix("entry/")?.split_once('/')?;
    Some(EntryRef { log: log.parse::<LogId>().ok()?, seq: seq.parse().ok()? })
}

/// The key of an entry's line.
pub(super) fn key_of(at: EntryRef) -> String {
    format!("entry/{}/{}", at.log, at.seq)
}

/// What can be done with an entry that is held for a reason: nobody adopts what is broken or forged.
pub(super) fn acts(office: &Office, reader: &Reader<'_>, row: &HeldRow) -> Vec<HeldAct> {
    let is_adoptable = match HeldReason::from_word(&row.reason) {
        HeldReason::AfterRevocation | HeldReason::AfterLeaving => true,
        HeldReason::RoleMayNot => listing::is_lendable(office, reader, row),
        _ => false,
    };
    let adopt = is_adoptable.then_some(HeldAct::Adopt);
    adopt.into_iter().chain([HeldAct::Dismiss]).collect()
}

/// Whether whoever works here judges entries: the head of the centre, on a computer of the
/// township.
pub(super) fn judges(office: &Office) -> bool {
    Right::QuarantineDecide.admits(office.me().role) && check_speaker(office).is_ok()
}

/// Decides about what waits.
pub(crate) fn decide(
    office: &Office,
    request: &QuarantineDecide,
) -> Result<QuarantineWindow, Fault> {
    guard::required("reason", &request.reason, guard::NAME_CHARS_MAX)
        .map_err(|refusal| Fault::refused(&refusal, 0))?;
    let reason = request.reason.trim();
    if request.keys.is_empty() {
        return Err(refuse("keys", RefusalReason::Empty));
    }
    if request.keys.len() > TOGETHER_MAX {
        return Err(refuse("keys", RefusalReason::TooMany));
    }
    let (entries, doors): (Vec<&String>, Vec<&String>) =
        request.keys.iter().partition(|key| key.starts_with("entry/"));
    if !doors.is_empty() && request.act == HeldAct::Adopt {
        return Err(refuse("act", RefusalReason::NotAdoptable));
    }
    if !entries.is_empty() {
        check_speaker(office)?;
        if !judges(office) {
            return Err(rights::refused(office, Right::QuarantineDecide));
        }
    }
    let rows = office.store.read(|reader| -> Result<Vec<HeldRow>, Fault> {
        entries.iter().map(|key| judged_row(office, reader, key, request.act)).collect()
    })?;
    office.store.write(|tx| -> Result<(), Fault> {
        if !rows.is_empty() {
            say_end(office, tx, &statement(office, &rows, request.act, reason))?;
        }
        let noted =
            Noted { by: office.user(), at_ms: signed(office.now_ms()), reason: reason.to_owned() };
        let mut touched: BTreeMap<Option<DeviceId>, (u64, Option<RecordId>)> = BTreeMap::new();
        for row in &rows {
            let (count, record) = touched.entry(Some(row.device)).or_insert((0, Some(row.record)));
            *count = count.saturating_add(1);
            *record = record.filter(|known| *known == row.record);
        }
        for key in &doors {
            let turned = door::take_note(tx, key, &noted)?;
            let turned = turned.ok_or_else(|| refuse("keys", RefusalReason::Unknown))?;
            let (count, _) = touched.entry(turned.device.or(turned.from)).or_default();
            *count = count.saturating_add(1);
        }
        let word = match request.act {
            HeldAct::Adopt => "adopt",
            HeldAct::Dismiss => "dismiss",
        };
        for (device, (count, record)) in touched {
            let mut deed = Deed::new(Act::QuarantineDecided).count(count).word(word).reason(reason);
            (deed.device, deed.record) = (device, record);
            Pen::new(office, tx).note(deed)?;
        }
        Ok(())
    })?;
    projector::catch_up_all(office, |_| true)?;
    newly_held(office)?;
    listing::list(office, &QuarantineList::default())
}

/// The entry that a key names, if it still waits for that decision.
fn judged_row(
    office: &Office,
    reader: &Reader<'_>,
    key: &str,
    act: HeldAct,
) -> Result<HeldRow, Fault> {
    let unknown = || refuse("keys", RefusalReason::Unknown);
    let row = reader.quarantined(place_in(key).ok_or_else(unknown)?)?.ok_or_else(unknown)?;
    if row.reason.is_empty() || listing::judged(office, row.at).is_some() {
        return Err(refuse("keys", RefusalReason::AlreadyDone));
    }
    if acts(office, reader, &row).contains(&act) {
        Ok(row)
    } else {
        Err(refuse("act", RefusalReason::NotAdoptable))
    }
}

fn statement(office: &Office, rows: &[HeldRow], act: HeldAct, reason: &str) -> Statement {
    let entries = rows.iter().map(|row| Place { log: row.at.log, seq: row.at.seq }).collect();
    let said = Judgement { entries, said_ms: office.now_ms(), reason: reason.to_owned() };
    match act {
        HeldAct::Adopt => Statement::Adoption(said),
        HeldAct::Dismiss => Statement::Dismissal(said),
    }
}
