//! Lists as they are filtered, taken along as spreadsheets: one table of them. A list is read by the
//! command that its page reads, for whoever asks and masked for them; then what makes a child known
//! is hidden whoever asks, since it leaves the office, and what may not be exported is left out.

use domain::audit::FileKind;
use domain::id::RecordId;
use domain::rights::Right;
use domain::time::local;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::sheet::{self, Cell, Sheet};
use super::{File, LedgerAsk, TableWords};
use crate::audit::AuditList;
use crate::cases::{CaseList, CaseSearch, ConflictList, DuplicateList, ROWS_MAX};
use crate::clock::today;
use crate::fault::Fault;
use crate::host::Place;
use crate::numbering::NumberingGet;
use crate::office::Office;
use crate::people::PersonList;
use crate::quarantine::QuarantineList;
use crate::rights::Lens;
use crate::statistics::StatisticsCasesGet;

/// The most rows of one file.
const LINES_MAX: usize = 100_000;

/// A list, with its filter; windows are not looked at.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum ListOf {
    /// Cases (登记簿、一张表).
    Cases(CaseList),
    /// Cases in which something is looked for.
    Found(CaseSearch),
    /// The cases behind a figure of the statistics.
    Counted(StatisticsCasesGet),
    /// Persons.
    Persons(PersonList),
    /// What was promised and is due (履行提醒).
    Dues {},
    /// Sheets to be answered (三单).
    Sheets {},
    /// Contradictions.
    Conflicts(ConflictList),
    /// Likely duplicates.
    Duplicates(DuplicateList),
    /// What has no effect (待查).
    Quarantine(QuarantineList),
    /// Meetings and packets.
    Exchanges {},
    /// Users.
    Users {},
    /// Numbers that were set aside and are not given (跳号).
    Numbers(NumberingGet),
    /// What was erased, and why.
    Erasures {},
    /// Who did what (审计).
    Audit(AuditList),
    /// Computers.
    Devices {},
    /// What somebody must hear of at once.
    Alarms {},
}

impl ListOf {
    /// What its export is noted as.
    pub(crate) const fn noted_as(&self) -> FileKind {
        if matches!(self, Self::Audit(_)) { FileKind::Audit } else { FileKind::Table }
    }
}

/// Saves a list as a spreadsheet, as it is filtered.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ListExport {
    /// Which.
    pub list: ListOf,
    /// In which words.
    #[serde(default)]
    pub words: TableWords,
    /// Where the file goes.
    pub to: Place,
}

/// How a member of a row stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum As {
    /// As it is; several with a 、 between.
    Text,
    /// By its word.
    Word,
    /// As yes or no.
    Yes,
    Count,
    Money,
    Day,
    /// A moment in milliseconds since 1970.
    Moment,
    /// The same to the second.
    Second,
}

/// A list of the table.
struct Listing {
    /// What it is called in words and in the name of the file.
    name: &'static str,
    /// The command that reads it.
    command: &'static str,
    /// Who may take it along.
    right: Right,
    /// Where its rows are in the answer; what is in each row of it, after a `*`.
    rows: &'static str,
    /// The member of a row that names the record it is about.
    about: &'static str,
    /// Its columns: their names, where they are in a row, how they stand there, how wide.
    columns: &'static [(&'static str, &'static str, As, u32)],
}

const LISTS: &[Listing] = &[
    Listing {
        name: "counted",
        command: "statistics_cases",
        right: Right::CaseExport,
        rows: "/rows",
        about: "case",
        columns: &[
            ("number", "/number", As::Text, 28),
            ("title", "/title", As::Text, 36),
            ("unit", "/unit/name", As::Text, 22),
            ("day", "/day", As::Day, 12),
            ("adds", "/adds", As::Count, 12),
        ],
    },
    Listing {
        name: "persons",
        command: "person_list",
        right: Right::CaseExport,
        rows: "/rows",
        about: "id",
        columns: &[
            ("name", "/name", As::Text, 16),
            ("phone", "/phone", As::Text, 16),
            ("address", "/address", As::Text, 44),
        ],
    },
    Listing {
        name: "dues",
        command: "workbench_get",
        right: Right::CaseExport,
        rows: "/dues",
        about: "case",
        columns: &[
            ("day", "/day", As::Day, 12),
            ("days_left", "/days_left", As::Count, 10),
            ("title", "/title", As::Text, 30),
            ("what", "/what", As::Text, 40),
            ("amount", "/amount_fen", As::Money, 14),
        ],
    },
    Listing {
        name: "sheets",
        command: "workbench_get",
        right: Right::CaseExport,
        rows: "/sheets",
        about: "case",
        columns: &[
            ("number", "/number", As::Text, 24),
            ("kind", "/kind", As::Word, 10),
            ("title", "/title", As::Text, 30),
            ("from", "/from/name", As::Text, 20),
            ("to", "/to/name", As::Text, 20),
            ("part", "/part", As::Word, 8),
            ("state", "/status", As::Word, 12),
            ("due", "/due", As::Day, 12),
            ("days_left", "/days_left", As::Count, 10),
        ],
    },
    Listing {
        name: "conflicts",
        command: "conflict_list",
        right: Right::CaseExport,
        rows: "/rows",
        about: "record",
        columns: &[
            ("title", "/title", As::Text, 34),
            ("kind", "/kind", As::Word, 22),
            ("unit", "/unit/name", As::Text, 20),
            ("roles", "/roles", As::Word, 20),
            ("open", "/is_open", As::Yes, 8),
            ("at", "/latest_ms", As::Moment, 18),
        ],
    },
    Listing {
        name: "duplicates",
        command: "duplicate_list",
        right: Right::CaseExport,
        rows: "/groups/*/cases",
        about: "id",
        columns: &[
            ("group", "/group", As::Count, 6),
            ("number", "/number", As::Text, 28),
            ("title", "/title", As::Text, 30),
            ("parties", "/parties", As::Text, 20),
            ("place", "/place", As::Text, 20),
            ("registered", "/registered", As::Day, 12),
            ("owner", "/owner/name", As::Text, 20),
            ("state", "/state", As::Word, 12),
        ],
    },
    Listing {
        name: "quarantine",
        command: "quarantine_list",
        right: Right::CaseExport,
        rows: "/rows",
        about: "record",
        columns: &[
            ("at", "/at_ms", As::Moment, 18),
            ("reason", "/reason", As::Word, 26),
            ("state", "/state", As::Word, 12),
            ("number", "/number", As::Text, 24),
            ("title", "/title", As::Text, 28),
            ("unit", "/unit/name", As::Text, 20),
            ("device", "/device/name", As::Text, 16),
            ("user", "/by/name", As::Text, 12),
            ("times", "/times", As::Count, 8),
        ],
    },
    Listing {
        name: "exchanges",
        command: "exchange_history",
        right: Right::CaseExport,
        rows: "/rows",
        about: "",
        columns: &[
            ("at", "/at_ms", As::Moment, 18),
            ("way", "/way", As::Word, 12),
            ("unit", "/unit/name", As::Text, 20),
            ("device", "/device/name", As::Text, 16),
            ("received", "/received", As::Count, 10),
            ("sent", "/sent", As::Count, 10),
            ("held", "/held", As::Count, 10),
            ("outcome", "/outcome", As::Word, 20),
        ],
    },
    Listing {
        name: "users",
        command: "user_list",
        right: Right::CaseExport,
        rows: "/users",
        about: "",
        columns: &[
            ("user", "/user/name", As::Text, 16),
            ("role", "/user/role", As::Word, 20),
            ("unit", "/unit/name", As::Text, 26),
            ("removed", "/removed_ms", As::Moment, 18),
        ],
    },
    Listing {
        name: "numbers",
        command: "numbering_get",
        right: Right::CaseExport,
        rows: "/voided",
        about: "case",
        columns: &[("number", "/number", As::Text, 32), ("reason", "/reason", As::Text, 50)],
    },
    Listing {
        name: "erasures",
        command: "erasure_list",
        right: Right::CaseExport,
        rows: "/erasures",
        about: "",
        columns: &[
            ("at", "/said_ms", As::Moment, 18),
            ("user", "/by/name", As::Text, 12),
            ("ground", "/ground", As::Word, 24),
            ("reason", "/reason", As::Text, 36),
            ("agreed", "/agreed/name", As::Text, 12),
            ("holds", "/holds", As::Yes, 8),
        ],
    },
    Listing {
        name: "audit",
        command: "audit_list",
        right: Right::AuditExport,
        rows: "/rows",
        // Whoever examines what was done is told of all of it.
        about: "",
        columns: &[
            ("at", "/at_ms", As::Second, 20),
            ("user", "/by/name", As::Text, 12),
            ("role", "/role", As::Word, 18),
            ("vouched", "/is_vouched", As::Yes, 10),
            ("unit", "/unit/name", As::Text, 20),
            ("device", "/device/name", As::Text, 16),
            ("act", "/act", As::Word, 18),
            ("record", "/record", As::Text, 34),
            ("number", "/number", As::Text, 26),
            ("whom", "/user/name", As::Text, 12),
            ("other_unit", "/other_unit/name", As::Text, 20),
            ("other_device", "/other_device/name", As::Text, 16),
            ("file", "/file", As::Word, 12),
            ("count", "/count", As::Count, 8),
            ("word", "/word", As::Word, 18),
            ("reason", "/reason", As::Text, 36),
        ],
    },
    Listing {
        name: "devices",
        command: "device_list",
        right: Right::AuditExport,
        rows: "/devices",
        about: "",
        columns: &[
            ("device", "/device/name", As::Text, 18),
            ("unit", "/unit/name", As::Text, 26),
            ("users", "/users", As::Text, 24),
            ("digits", "/digits", As::Text, 18),
            ("keeps_key", "/keeps_key", As::Yes, 12),
            ("met", "/last_ms", As::Moment, 18),
            ("forked", "/forked_ms", As::Moment, 18),
            ("late", "/late", As::Count, 10),
            ("removed", "/revoked/said_ms", As::Moment, 18),
            ("reason", "/revoked/reason", As::Word, 30),
        ],
    },
    Listing {
        name: "alarms",
        command: "alarm_list",
        right: Right::AuditExport,
        rows: "/alarms",
        about: "",
        columns: &[
            ("at", "/at_ms", As::Moment, 18),
            ("kind", "/kind", As::Word, 30),
            ("unit", "/unit/name", As::Text, 22),
            ("device", "/device/name", As::Text, 18),
            ("says", "/says", As::Text, 36),
        ],
    },
];

/// The right of whoever takes a list along, by its name; none if there is no such list.
pub(crate) fn right(name: &str) -> Option<Right> {
    let is_ledger = ["cases", "found"].contains(&name);
    let row = LISTS.iter().find(|row| row.name == name);
    row.map(|row| row.right).or(is_ledger.then_some(Right::CaseExport))
}

/// The rights of all lists.
pub const RIGHTS: [Right; 2] = [Right::CaseExport, Right::AuditExport];

/// What a list asks its command, with the row of the table.
fn asked(list: &ListOf) -> Result<(&'static Listing, Value), Fault> {
    let (name, filter) = match list {
        ListOf::Cases(_) | ListOf::Found(_) => return Err(Fault::bad("list")),
        ListOf::Counted(filter) => ("counted", serde_json::to_value(filter)?),
        ListOf::Persons(filter) => ("persons", serde_json::to_value(filter)?),
        ListOf::Dues {} => ("dues", json!({})),
        ListOf::Sheets {} => ("sheets", json!({})),
        ListOf::Conflicts(filter) => ("conflicts", serde_json::to_value(filter)?),
        ListOf::Duplicates(filter) => ("duplicates", serde_json::to_value(filter)?),
        ListOf::Quarantine(filter) => ("quarantine", serde_json::to_value(filter)?),
        ListOf::Exchanges {} => ("exchanges", json!({ "offset": 0 })),
        ListOf::Users {} => ("users", json!({})),
        ListOf::Numbers(filter) => ("numbers", serde_json::to_value(filter)?),
        ListOf::Erasures {} => ("erasures", json!({})),
        ListOf::Audit(filter) => ("audit", serde_json::to_value(filter)?),
        ListOf::Devices {} => ("devices", json!({})),
        ListOf::Alarms {} => ("alarms", json!({})),
    };
    let row = LISTS.iter().find(|row| row.name == name).ok_or_else(|| Fault::not_found(name))?;
    Ok((row, filter))
}

/// A list as a spreadsheet; `ask` runs a command for whoever works here.
pub(crate) fn file(
    office: &Office,
    request: &ListExport,
    ask: impl Fn(&str, Value) -> Result<Value, Fault>,
) -> Result<File, Fault> {
    request.words.check()?;
    match &request.list {
        ListOf::Cases(list) => {
            return super::ledger(office, &LedgerAsk::List(list), &request.words);
        }
        ListOf::Found(search) => {
            return super::ledger(office, &LedgerAsk::Search(search), &request.words);
        }
        _ => {}
    }
    let (listing, filter) = asked(&request.list)?;
    let (lines, is_cut) = read(listing, filter.clone(), ask)?;
    let lines = leaving(office, listing, lines)?;
    let is_money = filter.get("counter").is_some_and(|counter| counter == "amount");
    let words = &request.words;
    let mut columns = vec![words.head("row", 6)];
    columns.extend(listing.columns.iter().map(|(name, _, _, width)| words.head(name, *width)));
    let rows = (1..).zip(&lines).map(|(at, line)| {
        let cells = listing.columns.iter().map(|(name, place, shown, _)| {
            let shown = if *name == "adds" && is_money { As::Money } else { *shown };
            cell(line.pointer(place).unwrap_or(&Value::Null), shown, words)
        });
        std::iter::once(Cell::Count(at)).chain(cells).collect()
    });
    let count = u64::try_from(lines.len()).unwrap_or(u64::MAX);
    let sheet = Sheet {
        name: words.of(listing.name),
        title: words.of("title"),
        beside: words.of("beside"),
        columns,
        rows: rows.collect(),
        // What is not there is said.
        below: is_cut.then(|| words.of("cut")).into_iter().collect(),
        is_wide: listing.columns.iter().map(|(.., width)| width).sum::<u32>() > 90,
    };
    let name = format!("{}.xlsx", listing.name);
    Ok((name, sheet::write(&[sheet], today(office.now_ms()))?, count))
}

/// The rows of a list, window by window, and whether there are more than a file has.
fn read(
    listing: &Listing,
    mut filter: Value,
    ask: impl Fn(&str, Value) -> Result<Value, Fault>,
) -> Result<(Vec<Value>, bool), Fault> {
    let has_windows = filter.get("offset").is_some();
    let (path, within) = listing.rows.split_once("/*").unwrap_or((listing.rows, ""));
    let mut lines = Vec::new();
    let mut seen = 0u32;
    loop {
        if let Some(members) = filter.as_object_mut().filter(|_| has_windows) {
            members.insert("offset".to_owned(), json!(seen));
            members.insert("limit".to_owned(), json!(ROWS_MAX));
        }
        let mut answer = ask(listing.command, filter.clone())?;
        let found = answer.pointer_mut(path).and_then(Value::as_array_mut);
        let found = found.map(std::mem::take).unwrap_or_default();
        let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
        for mut row in found {
            seen = seen.saturating_add(1);
            if within.is_empty() {
                lines.push(row);
                continue;
            }
            let inner = row.pointer_mut(within).and_then(Value::as_array_mut);
            for mut line in inner.map(std::mem::take).unwrap_or_default() {
                if let Some(members) = line.as_object_mut() {
                    members.insert("group".to_owned(), json!(seen));
                }
                lines.push(line);
            }
        }
        if count == 0 || !has_windows || lines.len() > LINES_MAX {
            let is_cut = lines.len() > LINES_MAX;
            lines.truncate(LINES_MAX);
            return Ok((lines, is_cut));
        }
    }
}

/// What of some rows may leave, and how.
fn leaving(office: &Office, listing: &Listing, lines: Vec<Value>) -> Result<Vec<Value>, Fault> {
    office.store.read(|reader| {
        let lens = Lens::leaving(office, reader);
        let mut kept = Vec::new();
        for mut line in lines {
            let about = line.get(listing.about).and_then(Value::as_str);
            let about: Option<RecordId> = about.and_then(|record| record.parse().ok());
            if let Some(record) = about {
                let is_restricted =
                    reader.guarded(record)?.is_some_and(|guard| guard.is_restricted);
                if is_restricted || !lens.reaches(Right::CaseExport, record)? {
                    continue;
                }
            }
            lens.over(&mut line, &[])?;
            kept.push(line);
        }
        Ok(kept)
    })
}

fn cell(value: &Value, shown: As, words: &TableWords) -> Cell {
    match (value, shown) {
        (Value::Null, As::Day) => Cell::Day(None),
        (Value::Null, _) => Cell::Open,
        (Value::Array(items), _) => {
            // Of who is more than a name, the name.
            let each = items.iter().map(|item| item.get("name").unwrap_or(item));
            let each = each.filter_map(Value::as_str);
            let each =
                each.map(|item| if shown == As::Word { words.of(item) } else { item.into() });
            Cell::Text(each.collect::<Vec<String>>().join("、"))
        }
        (Value::Bool(is), _) => Cell::Text(words.of(if *is { "yes" } else { "no" })),
        (Value::Number(number), As::Money) => number.as_i64().map_or(Cell::Open, Cell::Money),
        (Value::Number(number), As::Moment | As::Second) => {
            let form = if shown == As::Second { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %H:%M" };
            let at = number.as_i64().map(|ms| local(ms).format(form).to_string());
            Cell::Text(at.unwrap_or_default())
        }
        (Value::Number(number), _) => number.as_i64().map_or(Cell::Open, Cell::Count),
        (Value::String(text), As::Day) => match text.get(..10).and_then(|day| day.parse().ok()) {
            Some(day) => Cell::Day(Some(day)),
            None => Cell::Text(text.clone()),
        },
        (Value::String(text), As::Word) => Cell::Text(words.of(text)),
        (Value::String(text), _) => Cell::Text(text.clone()),
        (Value::Object(_), _) => Cell::Open,
    }
}
