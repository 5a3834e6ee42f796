//! The table of rights ([`domain::rights`]) as it is asked here: before a command runs, about
//! whom and what its payload names, and over everything its answer shows.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::audit::{Act, Deed};
use domain::case::guard::{self, RefusalReason};
use domain::fact;
use domain::id::{RecordId, UserId};
use domain::rights::{Action, Object, RIGHTS, Right, Scope};
use domain::role::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Reader;

use crate::audit;
use crate::cases;
use crate::commands::CommandRow;
use crate::desk::Desk;
use crate::fault::Fault;
use crate::ledgers::lists;
use crate::ledgers::rows::TableSort;
use crate::lending;
use crate::office::Office;
use crate::sharing;
use crate::view::CaseView;

mod lens;

pub use lens::Sight;
pub(crate) use lens::{Lens, names_somebody};

/// What whoever calls a command must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: it works while the profile is locked or missing.
    Nothing,
    /// A right.
    Right(Right),
    /// The right of each kind of fact that its payload writes.
    EachKind,
    /// The right of the sort of table that its payload takes over; of any, where it names none.
    EachTable,
    /// The right of the list that its payload takes along.
    EachList,
}

/// The table of rights, for whoever wants to see who may do what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct RightsView {
    /// Every right, in the order of the table.
    pub rights: Vec<RightView>,
    /// The role of whoever asks.
    pub role: Role,
}

/// A right, and how far each role has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct RightView {
    /// About what.
    pub object: Object,
    /// What is done.
    pub action: Action,
    /// How far each role has it, R1 first.
    pub scopes: Vec<Scope>,
    /// The section of the practice or the law it comes from.
    pub source: String,
}

/// Reads the table.
pub(crate) fn view(office: &Office) -> RightsView {
    let rights = RIGHTS.iter().map(|row| RightView {
        object: row.object,
        action: row.action,
        scopes: row.scopes.to_vec(),
        source: row.source.to_owned(),
    });
    RightsView { rights: rights.collect(), role: office.me().role }
}

/// The refusal of whoever lacks a right.
pub(crate) fn refused(office: &Office, right: Right) -> Fault {
    Fault::NotAllowed { role: office.me().role, may: right.roles() }
}

/// Refuses whoever lacks a right altogether.
pub(crate) fn check(office: &Office, right: Right) -> Result<(), Fault> {
    if right.admits(office.me().role) { Ok(()) } else { Err(refused(office, right)) }
}

/// The commands that a role may call, by name.
pub(crate) fn open_to(role: Role) -> Vec<String> {
    let may = |row: &&CommandRow| match row.needs {
        Need::Nothing => true,
        Need::Right(right) => right.admits(role),
        Need::EachKind => fact::KINDS.iter().any(|kind| kind.admits(role)),
        Need::EachTable => TableSort::ALL.iter().any(|sort| sort.right().admits(role)),
        Need::EachList => lists::RIGHTS.iter().any(|right| right.admits(role)),
    };
    crate::commands::COMMANDS.iter().filter(may).map(|row| row.name.to_owned()).collect()
}

/// Runs a command for whoever may call it, and hides in its answer what they may not read.
pub(crate) fn guard(
    desk: &Desk,
    row: &CommandRow,
    payload: Value,
    run: impl FnOnce(Value) -> Result<Value, Fault>,
) -> Result<Value, Fault> {
    if row.needs == Need::Nothing {
        return run(payload);
    }
    let office = desk.office()?;
    let payload = in_place(&office, payload)?;
    let named = named_in(&payload);
    admit(&office, row.needs, &payload, &named).map_err(|fault| {
        let own = office.identity.record.unit;
        let is_left = named.iter().any(|record| office.ended().has_left(*record, own));
        // It is not the role that keeps them out.
        if is_left && matches!(fault, Fault::NotAllowed { .. }) {
            sharing::has_left()
        } else {
            fault
        }
    })?;
    let mut answer = run(payload)?;
    office.store.read(|reader| Lens::new(&office, reader).over(&mut answer, &named))?;
    Ok(answer)
}

/// A payload with every record under the name of what stands in its place.
fn in_place(office: &Office, payload: Value) -> Result<Value, Fault> {
    let heirs = office.heirs();
    if heirs.answer_for_none() {
        return Ok(payload);
    }
    let text = payload.to_string();
    match heirs.reads(&text) {
        Cow::Borrowed(_) => Ok(payload),
        Cow::Owned(read) => Ok(serde_json::from_str(&read)?),
    }
}

/// Refuses whoever the table does not let do this, to this. What is named and only lent is built
/// first: what may be done to it depends on what it is.
fn admit(office: &Office, need: Need, payload: &Value, named: &[RecordId]) -> Result<(), Fault> {
    // What a removed user had written may still arrive, sealed.
    if need != Need::Right(Right::ExchangeRun) {
        office.check_user()?;
    }
    let rights: Vec<Right> = match need {
        Need::Nothing => Vec::new(),
        Need::Right(right) => vec![right],
        Need::EachKind => of_kinds(office.me().role, payload)?,
        Need::EachTable => vec![of_table(office.me().role, payload)],
        Need::EachList => vec![of_list(office.me().role, payload)],
    };
    for right in &rights {
        check(office, *right)?;
    }
    // What lies beyond one's reach is shown closed, and not refused: it may be opened in an
    // emergency. Nothing is done to it.
    let done: Vec<Right> = rights.into_iter().filter(|right| !is_reading(*right)).collect();
    if named.is_empty() {
        return Ok(());
    }
    let lent = office.store.read(|reader| -> Result<_, Fault> {
        let lent = lending::lent(reader, named)?;
        if lent.is_empty() {
            reach(office, reader, &done, named)?;
        }
        Ok(lent)
    })?;
    if lent.is_empty() {
        return Ok(());
    }
    lending::build(office, &lent)?;
    office.store.read(|reader| reach(office, reader, &done, named))
}

/// Refuses where a record lies beyond the reach of a right.
fn reach(
    office: &Office,
    reader: &Reader<'_>,
    rights: &[Right],
    named: &[RecordId],
) -> Result<(), Fault> {
    let lens = Lens::new(office, reader);
    for right in rights {
        for record in named {
            if !lens.reaches(*right, *record)? {
                return Err(refused(office, *right));
            }
        }
    }
    Ok(())
}

const fn is_reading(right: Right) -> bool {
    matches!(right.row().action, Action::Read | Action::Search | Action::Run)
}

/// The rights that the kinds of facts in a payload need.
fn of_kinds(role: Role, payload: &Value) -> Result<Vec<Right>, Fault> {
    let facts = payload.get("facts").and_then(Value::as_array);
    let mut rights = Vec::new();
    for (index, written) in facts.into_iter().flatten().enumerate() {
        let code = written.get("kind").and_then(Value::as_str).unwrap_or_default();
        // What is no kind is refused where it is read.
        let Some(row) = fact::kind(code) else { continue };
        if !row.admits(role) {
            return Err(Fault::Refused {
                reason: RefusalReason::Role,
                field: "kind".into(),
                index: u32::try_from(index).unwrap_or(u32::MAX),
            });
        }
        rights.push(row.right);
    }
    rights.sort_unstable();
    rights.dedup();
    Ok(rights)
}

/// The right of the sort of table that a payload takes over.
fn of_table(role: Role, payload: &Value) -> Right {
    let table = if payload.get("from").is_some() { Some(payload) } else { payload.get("import") };
    let is_table = table.is_some_and(Value::is_object);
    let named = table.and_then(|table| table.get("sort")).cloned();
    // What is no sort is refused where it is read.
    let sort: TableSort = named.and_then(|it| serde_json::from_value(it).ok()).unwrap_or_default();
    let any = TableSort::ALL.map(TableSort::right).into_iter().find(|right| right.admits(role));
    any.filter(|_| !is_table).unwrap_or(sort.right())
}

/// The right of the list that a payload takes along.
fn of_list(role: Role, payload: &Value) -> Right {
    let list = payload.get("list").and_then(Value::as_object);
    let named = list.and_then(|list| list.keys().next()).and_then(|name| lists::right(name));
    // What is no list is refused where it is read.
    let any = lists::RIGHTS.into_iter().find(|right| right.admits(role));
    named.or(any).unwrap_or(Right::CaseExport)
}

/// The records that a payload is about: named by its members, not inside the facts it writes.
fn named_in(payload: &Value) -> Vec<RecordId> {
    let members = payload.as_object().into_iter().flatten();
    let mut named = Vec::new();
    for value in members.filter(|(name, _)| *name != "facts").map(|(_, value)| value) {
        match value {
            Value::String(text) => named.extend(text.parse::<RecordId>().ok()),
            Value::Array(items) => {
                let texts = items.iter().filter_map(Value::as_str);
                named.extend(texts.filter_map(|text| text.parse::<RecordId>().ok()));
            }
            _ => {}
        }
    }
    named
}

/// What was opened in an emergency since the profile was opened: by whom, which case, and until
/// when, in milliseconds since 1970.
pub(crate) type Opened = BTreeMap<(UserId, RecordId), u64>;

/// Opens a case in an emergency (紧急查看): all of it, for a while, to whoever asks.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct BreakGlass {
    /// The case.
    pub case: RecordId,
    /// Why it cannot wait.
    pub reason: String,
}

/// For how long a case stays open that was opened in an emergency.
const GLASS_MS: u64 = 30 * 60 * 1000;

/// The fewest characters that say why.
const REASON_CHARS_MIN: usize = 6;

/// Opens a case in an emergency.
pub(crate) fn break_glass(office: &Office, request: &BreakGlass) -> Result<CaseView, Fault> {
    let reason = request.reason.trim();
    let refuse = |field: &str, reason| Fault::Refused { reason, field: field.into(), index: 0 };
    guard::required("reason", reason, guard::TEXT_CHARS_MAX)
        .map_err(|refusal| Fault::refused(&refusal, 0))?;
    if reason.chars().count() < REASON_CHARS_MIN {
        return Err(refuse("reason", RefusalReason::TooShort));
    }
    let (sight, may) = office.store.read(|reader| -> Result<(Sight, bool), Fault> {
        cases::folded(office, reader, request.case)?;
        let lens = Lens::new(office, reader);
        Ok((lens.sight(request.case)?, lens.may_break_glass(request.case)?))
    })?;
    if sight.is_whole() {
        return Err(refuse("case", RefusalReason::AlreadyDone));
    }
    if !may {
        return Err(refuse("case", RefusalReason::Restricted));
    }
    // What cannot be noted is not opened.
    audit::note(office, Deed::new(Act::GlassBroken).record(request.case).reason(reason))?;
    office.open_in_emergency(request.case, office.now_ms().saturating_add(GLASS_MS));
    cases::get(office, &cases::CaseGet { case: request.case })
}
