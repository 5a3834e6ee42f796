//! The body of the fact that a form was printed (打印文书).

use serde::{Deserialize, Serialize};

use crate::id::FactId;

bodies! {
    /// 打印文书: what left on paper, so that whoever holds a sheet can be told whether it is what
    /// was printed here.
    ///
    /// Source: 5.18 and 5.19: printed and exported files leave a trace.
    FormPrinted {
        /// The form, by its name in the table of forms.
        form: String,
        /// The number of the case that stood on it.
        #[serde(default)]
        number: String,
        /// What it was about, where it was about one thing of the case.
        #[serde(default)]
        about: Option<FactId>,
        /// The BLAKE3 of the document, in hexadecimal digits.
        hash: String,
        /// How many pages it had; 0 of a Word file, which is edited and printed elsewhere.
        pages: u16,
        /// How many copies were printed.
        copies: u16,
    }
}
