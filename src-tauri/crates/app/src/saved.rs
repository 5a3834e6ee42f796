//! Ways of looking at the ledger that somebody keeps under a name: their words and filters. They stay
//! on this computer, in the encrypted file, each person their own.

use domain::case::guard;
use domain::id::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::office::Office;

/// How many one person keeps.
const VIEWS_MAX: usize = 20;

/// How long a name may be, in characters.
const NAME_CHARS_MAX: usize = 20;

/// How long what is kept may be, in characters.
const QUERY_CHARS_MAX: usize = 1_000;

/// A way of looking at the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SavedView {
    /// What it is called; one's own names are unique.
    pub name: String,
    /// Words and filters, as the address of the page has them.
    pub query: String,
}

/// What somebody keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SavedViews {
    /// In the order they were kept.
    pub views: Vec<SavedView>,
}

/// Forgets one.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SavedViewName {
    /// Which.
    pub name: String,
}

fn key(user: UserId) -> String {
    format!("views/{user}")
}

/// What whoever works here keeps.
pub(crate) fn list(office: &Office) -> Result<SavedViews, Fault> {
    let kept = office.store.read(|reader| reader.value(&key(office.me().user)))?;
    Ok(kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
}

fn keep(office: &Office, views: SavedViews) -> Result<SavedViews, Fault> {
    let bytes = serde_json::to_vec(&views)?;
    office.store.write(|tx| tx.set_value(&key(office.me().user), &bytes))?;
    Ok(views)
}

/// Keeps one, instead of the one of that name.
pub(crate) fn save(office: &Office, request: &SavedView) -> Result<SavedViews, Fault> {
    let name = request.name.trim();
    guard::required("name", name, NAME_CHARS_MAX)
        .and_then(|()| guard::bounded("query", &request.query, QUERY_CHARS_MAX))
        .map_err(|refusal| Fault::refused(&refusal, 0))?;
    let mut kept = list(office)?;
    kept.views.retain(|view| view.name != name);
    if kept.views.len() >= VIEWS_MAX {
        kept.views.remove(0);
    }
    kept.views.push(SavedView { name: name.to_owned(), query: request.query.clone() });
    keep(office, kept)
}

/// Forgets one.
pub(crate) fn drop(office: &Office, request: &SavedViewName) -> Result<SavedViews, Fault> {
    let mut kept = list(office)?;
    kept.views.retain(|view| view.name != request.name);
    keep(office, kept)
}
