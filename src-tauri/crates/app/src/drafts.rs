//! What somebody was writing when the desk was locked, or the power went: kept on this computer
//! until it is sent or thrown away, and shared with nobody.
//!
//! **Shape**: one box for each user, whose key is made of the key they sign with, so that nobody
//! else who works here reads it. Whoever gets a new key with a new passphrase begins without.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{Reader, Writer};
use trust::key::SecretKey;
use trust::seal;
use zeroize::Zeroizing;

use crate::clock::draw;
use crate::fault::Fault;
use crate::office::Office;

const PURPOSE: &str = "pingli drafts 1";

/// How many drafts one user has; the oldest goes for a new one.
const DRAFTS_MAX: usize = 40;

/// The longest draft, in bytes: a long agreement with room to spare.
const BODY_BYTES_MAX: usize = 128 * 1024;

/// How much all drafts of one user may be, in bytes.
const ALL_BYTES_MAX: usize = 1024 * 1024;

/// The longest name of a form, and the longest way to its page.
const NAME_CHARS_MAX: usize = 200;

/// How long a draft is kept that nobody goes on with, in milliseconds: thirty days.
const KEPT_MS: u64 = 30 * 24 * 3600 * 1000;

/// Keeps what is being written in a form, or forgets it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DraftSet {
    /// Which form, of which record.
    pub name: String,
    /// The page it stands on.
    #[serde(default)]
    pub path: String,
    /// What was written, as the form keeps it; absent to forget it.
    #[serde(default)]
    pub body: Option<String>,
}

/// What whoever sits here has begun and not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Drafts {
    /// The latest last.
    pub drafts: Vec<DraftView>,
}

/// A form that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DraftView {
    /// Which form, of which record.
    pub name: String,
    /// The page it stands on.
    pub path: String,
    /// What was written, as the form keeps it.
    pub body: String,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
}

fn row_of(office: &Office) -> String {
    format!("drafts/{}", office.user())
}

fn key_of(key: &SecretKey) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(blake3::derive_key(PURPOSE, &*key.seed()))
}

/// What whoever sits here has begun and not sent. What was begun on a record that is erased since
/// is thrown away: somebody else's when they open theirs.
pub(crate) fn list(office: &Office) -> Result<Drafts, Fault> {
    let (drafts, has_gone) = office.store.read(|reader| held(office, reader))?;
    if has_gone {
        office.store.write(|tx| {
            let (kept, _) = held(office, &tx.reader())?;
            keep(office, tx, &kept)
        })?;
    }
    Ok(Drafts { drafts })
}

/// The drafts there are, and whether some are in the box that must not be there any more.
fn held(office: &Office, reader: &Reader<'_>) -> Result<(Vec<DraftView>, bool), Fault> {
    let Some(boxed) = reader.value(&row_of(office))? else { return Ok((Vec::new(), false)) };
    let opened = office.with_user_key(|key| seal::open_with(&key_of(key), PURPOSE, &boxed))?;
    // One that was boxed for a key that is gone is gone with it.
    let drafts = opened.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let mut drafts: Vec<DraftView> = drafts.unwrap_or_default();
    // What was begun on a record goes on where another stands in its place.
    let heirs = office.heirs();
    for draft in &mut drafts {
        for text in [&mut draft.name, &mut draft.path, &mut draft.body] {
            *text = heirs.reads(text).into_owned();
        }
    }
    let now = office.now_ms();
    drafts.retain(|draft| now.saturating_sub(draft.at_ms) < KEPT_MS);
    let erased: Vec<String> = reader.erased()?.iter().map(ToString::to_string).collect();
    let is_gone = |text: &str| erased.iter().any(|id| text.contains(id));
    let count = drafts.len();
    drafts.retain(|draft| !is_gone(&draft.name) && !is_gone(&draft.path));
    let has_gone = drafts.len() < count;
    Ok((drafts, has_gone))
}

/// Keeps a draft, or forgets it.
pub(crate) fn set(office: &Office, request: DraftSet) -> Result<(), Fault> {
    let too_long = |text: &str| text.chars().count() > NAME_CHARS_MAX;
    if request.name.is_empty() || too_long(&request.name) || too_long(&request.path) {
        return Err(Fault::bad("name, path: too long, or none"));
    }
    if request.body.as_ref().is_some_and(|body| body.len() > BODY_BYTES_MAX) {
        return Err(Fault::bad("body: too long"));
    }
    // Read and written in one go: several forms are kept at once when the desk locks.
    office.store.write(|tx| {
        let (drafts, _) = held(office, &tx.reader())?;
        keep(office, tx, &with(drafts, request, office.now_ms()))
    })
}

fn keep(office: &Office, tx: &mut Writer<'_>, kept: &[DraftView]) -> Result<(), Fault> {
    if kept.is_empty() {
        return Ok(tx.clear_value(&row_of(office))?);
    }
    let plain = Zeroizing::new(serde_json::to_vec(kept)?);
    let nonce = draw(office.entropy.as_ref());
    let boxed = office
        .with_user_key(|key| seal::close_with(&key_of(key), PURPOSE, nonce, &plain))?
        .map_err(|error| Fault::internal(&error))?;
    Ok(tx.set_value(&row_of(office), &boxed)?)
}

/// The drafts after one was kept or forgotten: as many of the latest as there is room for.
fn with(mut drafts: Vec<DraftView>, request: DraftSet, now_ms: u64) -> Vec<DraftView> {
    let DraftSet { name, path, body } = request;
    drafts.retain(|draft| draft.name != name);
    drafts.extend(body.map(|body| DraftView { name, path, body, at_ms: now_ms }));
    let mut bytes = 0usize;
    let latest = drafts.into_iter().rev().take(DRAFTS_MAX);
    let mut kept: Vec<DraftView> = latest
        .take_while(|draft| {
            bytes = bytes.saturating_add(draft.body.len());
            bytes <= ALL_BYTES_MAX
        })
        .collect();
    kept.reverse();
    kept
}
