//! Paper: forms (文书) as PDF, and as Word files for those who must edit ([`word`]); lists as
//! spreadsheets ([`sheet`]). Templates are Typst files with a row of metadata each; what stands
//! on a form comes to it as data, never as markup, so no word that somebody typed is ever executed.
//!
//! The same input gives the same bytes: there is no clock here, no network, no file system and no
//! font of the system. Templates see the files of [`forms`], the data they are given and the
//! pictures of the dossier, and nothing else.
//!
//! Refused: HTML printed by the web view (other page breaks and other fonts on every machine); a
//! PDF written by hand (line breaking of Chinese is the whole problem).

pub mod forms;
mod letters;
mod render;
pub mod sheet;
#[cfg(test)]
mod tests;
pub mod word;
mod world;

pub use forms::{Field, Form, Wording};
pub use render::{Input, PAGES_MAX, PaperError, Part, Picture, Printed, render};
