//! Words as a QR code: a scanner that stands in for the keyboard types them.

use qrcode::{Color, EcLevel, QrCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// A QR code, to be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct QrView {
    /// How many modules it is wide and high.
    pub size: u32,
    /// Its dark modules as the data of an SVG path, one unit a module.
    pub path: String,
}

impl QrView {
    /// The code of some words.
    ///
    /// # Errors
    /// More than a code can hold.
    pub(crate) fn of(words: &str) -> Result<Self, Fault> {
        let qr = QrCode::with_error_correction_level(words, EcLevel::M)
            .map_err(|error| Fault::internal(&error))?;
        let width = qr.width();
        let colours = qr.to_colors();
        let mut path = String::new();
        for (y, row) in colours.chunks(width).enumerate() {
            for (x, _) in row.iter().enumerate().filter(|(_, colour)| **colour == Color::Dark) {
                path.push_str(&format!("M{x} {y}h1v1h-1z"));
            }
        }
        Ok(Self { size: u32::try_from(width).unwrap_or(0), path })
    }
}
