//! What this computer's screen remembers: language and size. Not part of any profile, so that the
//! lock screen already speaks and looks as the person at the desk is used to.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{Fault, file_fault};
use crate::vault::write_whole;

const FILE: &str = "preferences.json";

/// The largest magnification, in percent.
pub const ZOOM_PERCENT_MAX: u16 = 200;

/// A language of the user interface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum Language {
    /// Simplified Chinese.
    #[default]
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}

/// What the screen remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Preferences {
    /// The language.
    pub language: Language,
    /// The magnification, in percent: 100 to [`ZOOM_PERCENT_MAX`].
    pub zoom_percent: u16,
}

impl Default for Preferences {
    fn default() -> Self {
        Self { language: Language::Chinese, zoom_percent: 100 }
    }
}

/// Reads them; what is missing or unreadable is as if never set.
pub(crate) fn read(home: &Path) -> Preferences {
    let bytes = std::fs::read(home.join(FILE)).unwrap_or_default();
    let read: Preferences = serde_json::from_slice(&bytes).unwrap_or_default();
    Preferences { zoom_percent: read.zoom_percent.clamp(100, ZOOM_PERCENT_MAX), ..read }
}

/// Keeps them.
pub(crate) fn write(home: &Path, preferences: Preferences) -> Result<Preferences, Fault> {
    if !(100..=ZOOM_PERCENT_MAX).contains(&preferences.zoom_percent) {
        return Err(Fault::bad("zoom_percent: 100 to 200"));
    }
    let trouble = |error: std::io::Error| file_fault(&error, home);
    let bytes = serde_json::to_vec(&preferences).map_err(|error| Fault::internal(&error))?;
    std::fs::create_dir_all(home).map_err(trouble)?;
    write_whole(home, FILE, &bytes).map_err(trouble)?;
    Ok(preferences)
}
