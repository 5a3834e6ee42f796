//! The township's own catalogue of disputes (地方矛盾纠纷清单): what stands in it, how an item comes
//! and goes, and that a case is put only under what the catalogue has.

use domain::audit::{Act, Deed};
use domain::case::guard::RefusalReason;
use domain::catalogue::local::{self, Entry, Items};
use domain::fact::Body;
use domain::fact::body::{LocalItem, LocalItemListed};
use domain::id::FactId;
use domain::role::Level;
use domain::settings::Said;
use domain::time::At;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::township::LocalItemRow;
use store::{Reader, Writer};

use crate::cases::{ConflictSettle, check_seat, open};
use crate::clock::minute;
use crate::fault::Fault;
use crate::journal::Pen;
use crate::office::Office;
use crate::settings::{self, Township};

/// How many items are written by one change.
const BATCH: usize = 200;

/// The township's own catalogue.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LocalItems {
    /// Every item, in the order of the list it came from.
    pub items: Vec<LocalItemView>,
    /// Whether whoever asks may change it.
    pub may_set: bool,
}

/// An item of the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LocalItemView {
    /// The item.
    pub item: LocalItem,
    /// 责任单位, as the list words it.
    pub unit: String,
    /// 排查频次, as the list words it.
    pub frequency: String,
    /// Whether it was withdrawn: it is offered no more, and cases keep it.
    pub is_withdrawn: bool,
}

/// Puts one item into the catalogue, or words it anew; it is offered from then on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LocalItemChange {
    /// The item.
    pub item: LocalItem,
    /// 责任单位.
    #[serde(default)]
    pub unit: String,
    /// 排查频次.
    #[serde(default)]
    pub frequency: String,
}

/// Withdraws an item, or offers it again.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LocalItemOffer {
    /// Which, by its code.
    pub code: String,
    /// Whether it is offered from now on.
    pub is_offered: bool,
}

/// What an import brought of an item, and what stood there before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeptItem {
    fact: FactId,
    code: String,
    before: Option<LocalItemListed>,
}

/// The rows of the catalogue, as the lists show it.
pub(crate) fn rows(items: &Items) -> Result<Vec<LocalItemRow>, Fault> {
    let holding = items.list.iter().filter_map(Entry::holding);
    let row = |said: &Said<LocalItemListed>| -> Result<LocalItemRow, Fault> {
        let (code, fact) = (said.body.item.code.clone(), said.id.to_string());
        Ok(LocalItemRow { code, fact, body: serde_json::to_string(&said.body)? })
    };
    holding.map(row).collect()
}

fn read(row: &LocalItemRow) -> Option<LocalItemListed> {
    serde_json::from_str(&row.body).ok()
}

/// What holds of every item, in order.
pub(crate) fn all(reader: &Reader<'_>) -> Result<Vec<LocalItemListed>, Fault> {
    Ok(reader.local_items()?.iter().filter_map(read).collect())
}

/// The item of a code, if it is offered.
pub(crate) fn offered(reader: &Reader<'_>, code: &str) -> Result<Option<LocalItem>, Fault> {
    let listed = reader.local_item(code)?.as_ref().and_then(read);
    Ok(listed.filter(|listed| !listed.withdrawn).map(|listed| listed.item))
}

/// Whether a case may be put under an item: the catalogue has it, in these words.
pub(crate) fn check_offered(reader: &Reader<'_>, item: &LocalItem) -> Result<(), Fault> {
    match offered(reader, &item.code)? {
        Some(held) if held == *item => Ok(()),
        _ => Err(unknown("item")),
    }
}

/// Nothing of that name is offered.
pub(crate) fn unknown(field: &str) -> Fault {
    Fault::Refused { reason: RefusalReason::Unknown, field: field.to_owned(), index: 0 }
}

/// Reads the catalogue.
pub(crate) fn list(office: &Office) -> Result<LocalItems, Fault> {
    let view = |listed: LocalItemListed| LocalItemView {
        item: listed.item,
        unit: listed.unit,
        frequency: listed.frequency,
        is_withdrawn: listed.withdrawn,
    };
    let items = office.store.read(all)?;
    Ok(LocalItems {
        items: items.into_iter().map(view).collect(),
        may_set: settings::may_set(office),
    })
}

/// Puts one item into the catalogue, or words it anew.
pub(crate) fn set(office: &Office, request: &LocalItemChange) -> Result<LocalItems, Fault> {
    let trimmed = |text: &str| text.trim().to_owned();
    let LocalItem { code, group, name, category } = &request.item;
    let (code, group, name) = (trimmed(code), trimmed(group), trimmed(name));
    let body = LocalItemListed {
        item: LocalItem { code, group, name, category: *category },
        unit: trimmed(&request.unit),
        frequency: trimmed(&request.frequency),
        withdrawn: false,
        reason: String::new(),
        replaces: Vec::new(),
    };
    take_over(office, vec![body], "改地方矛盾纠纷清单")?;
    list(office)
}

/// Withdraws an item, or offers it again.
pub(crate) fn offer(office: &Office, request: &LocalItemOffer) -> Result<LocalItems, Fault> {
    settings::check_may_set(office)?;
    office.store.write(|tx| {
        let township = Township::read(office, &tx.reader(), None)?;
        let items = township.items(office);
        let held = items.get(&request.code).and_then(Entry::holding);
        let held = held.ok_or_else(|| Fault::not_found(&request.code))?;
        if held.body.withdrawn != request.is_offered {
            // It is so already, whoever said it.
            return Ok::<(), Fault>(());
        }
        let withdrawn = !request.is_offered;
        let body = LocalItemListed { withdrawn, reason: String::new(), ..held.body.clone() };
        write(office, tx, township, vec![body], minute(office.now_ms()))?;
        let said = if request.is_offered { "恢复地方事项" } else { "撤下地方事项" };
        let reason = format!("{said}：{}", request.code);
        Pen::new(office, tx).note(Deed::new(Act::SettingsChanged).reason(&reason))
    })?;
    list(office)
}

/// Takes items over from a list; gives what an undoing needs to know.
pub(crate) fn take_over(
    office: &Office,
    bodies: Vec<LocalItemListed>,
    reason: &str,
) -> Result<Vec<KeptItem>, Fault> {
    settings::check_may_set(office)?;
    if bodies.is_empty() {
        return Ok(Vec::new());
    }
    office.store.write(|tx| {
        let township = Township::read(office, &tx.reader(), None)?;
        let items = township.items(office);
        let fresh = bodies.iter().filter(|b| items.get(&b.item.code).is_none()).count();
        if items.list.len().saturating_add(fresh) > local::ITEMS_MAX {
            return Err(Fault::Refused {
                reason: RefusalReason::TooMany,
                field: "item".to_owned(),
                index: 0,
            });
        }
        let before = |code: &str| Some(items.get(code)?.holding()?.body.clone());
        let codes: Vec<_> =
            bodies.iter().map(|b| (b.item.code.clone(), before(&b.item.code))).collect();
        let facts = write(office, tx, township, bodies, minute(office.now_ms()))?;
        Pen::new(office, tx).note(Deed::new(Act::SettingsChanged).reason(reason))?;
        let kept = facts.into_iter().zip(codes).map(|(fact, (code, before))| KeptItem {
            fact,
            code,
            before,
        });
        Ok(kept.collect())
    })
}

/// Takes an import of items back, but for those under which a case stands, or of which something
/// else was said since; says how many stayed.
pub(crate) fn take_back(office: &Office, kept: &[KeptItem], reason: &str) -> Result<u32, Fault> {
    settings::check_may_set(office)?;
    office.store.write(|tx| {
        let township = Township::read(office, &tx.reader(), None)?;
        let items = township.items(office);
        let mut stayed = 0u32;
        let mut bodies = Vec::new();
        for KeptItem { fact, code, before } in kept {
            let entry = items.get(code);
            let is_as_brought = entry.is_some_and(|entry| entry.heads() == [*fact]);
            let Some(held) = entry.and_then(Entry::holding).filter(|_| is_as_brought) else {
                stayed = stayed.saturating_add(1);
                continue;
            };
            if tx.reader().has_case_under(code)? {
                stayed = stayed.saturating_add(1);
                continue;
            }
            let gone = || LocalItemListed { withdrawn: true, ..held.body.clone() };
            bodies.push(before.clone().unwrap_or_else(gone));
        }
        write(office, tx, township, bodies, minute(office.now_ms()))?;
        Pen::new(office, tx).note(Deed::new(Act::SettingsChanged).reason(reason))?;
        Ok(stayed)
    })
}

/// Settles what was said of one item in ignorance of each other: the chosen is said anew.
pub(crate) fn decide(
    office: &Office,
    tx: &mut Writer<'_>,
    request: &ConflictSettle,
    at: At,
) -> Result<(), Fault> {
    let township = Township::read(office, &tx.reader(), None)?;
    let items = township.items(office);
    let conflict = open(&items.conflicts, request)?;
    check_seat(office, conflict, settings::unit_of(office).map(|unit| (unit, Level::Township)))?;
    let chosen = match request.choice {
        domain::fact::body::Choice::Fact(id) => items.said(id),
        _ => None,
    };
    let chosen = chosen.ok_or_else(|| Fault::not_found(&request.key))?;
    let body = LocalItemListed { reason: request.reason.trim().to_owned(), ..chosen.clone() };
    write(office, tx, township, vec![body], at)?;
    Ok(())
}

/// Writes what holds of items from now on, each in the place of everything said of it before.
fn write(
    office: &Office,
    tx: &mut Writer<'_>,
    mut township: Township,
    bodies: Vec<LocalItemListed>,
    at: At,
) -> Result<Vec<FactId>, Fault> {
    let items = township.items(office);
    let mut written = Vec::new();
    let mut whole = Vec::new();
    for body in bodies {
        let replaces = items.get(&body.item.code).map(Entry::heads).unwrap_or_default();
        let body = LocalItemListed { replaces, ..body };
        local::check(&body).map_err(|refusal| Fault::refused(&refusal, 0))?;
        whole.push(Body::LocalItemListed(body));
    }
    for some in whole.chunks(BATCH) {
        written.extend(township.say(office, tx, some.to_vec(), at)?);
    }
    Ok(written)
}
