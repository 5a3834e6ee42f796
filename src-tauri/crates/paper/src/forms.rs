//! The table of forms (文书): a template and what is known of it, one pair of files in
//! `assets/forms` each. To add one, add the files and its name to [`NAMES`].

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What all templates share.
pub(crate) const LIB: &str = include_str!("../../../../assets/forms/lib.typ");

/// The words of the field for the closed words of the program.
pub(crate) const WORDS: &str = include_str!("../../../../assets/forms/words.json");

/// Whether the wording of a form was compared with an official copy (格式待核 otherwise).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wording {
    /// It was.
    Verified,
    /// It was not: the office compares it before the first use.
    Unverified,
}

/// A value that stands on a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Where it is in the data: names of members, with a dot between them. A list on the way means
    /// each of its items.
    pub path: String,
    /// What people call it.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// When a form belongs into a file (卷宗).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InFile {
    /// In each.
    Always,
    /// One of those that say so.
    Either,
    /// Where something happened that it is about.
    Needed,
}

/// A form: what is known of it, and its template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Its name in the program: small letters and `_`.
    pub id: String,
    /// What it is called.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// Which forms it is listed with.
    pub group: String,
    /// Which law, notice or practice it comes from.
    pub source: String,
    /// When its template was last changed.
    pub version: String,
    /// Whether its wording was compared with an official copy.
    pub wording: Wording,
    /// When it belongs into a file.
    pub file: InFile,
    /// What it is about within a case, where it is about one thing: one is printed for each.
    #[serde(default)]
    pub about: Option<String>,
    /// What stands on it.
    pub fields: Vec<Field>,
    /// The template.
    #[serde(skip)]
    pub template: String,
}

macro_rules! forms {
    ($($id:literal,)*) => {
        /// The names of the forms that are built in, in the order in which they lie in a file.
        pub const NAMES: &[&str] = &[$($id,)*];

        const FILES: &[(&str, &str)] = &[$((
            include_str!(concat!("../../../../assets/forms/", $id, ".toml")),
            include_str!(concat!("../../../../assets/forms/", $id, ".typ")),
        ),)*];
    };
}

forms! {
    "cover",
    "directory",
    "application",
    "acceptance",
    "rights_notice",
    "identity",
    "authorisation",
    "inquiry",
    "evidence",
    "session",
    "agreement",
    "oral_agreement",
    "performance",
    "revisit",
    "confirmation_persons",
    "confirmation_unit",
    "statement",
    "back_cover",
    "closing_report",
    "termination",
    "pre_litigation",
    "withdrawal",
    "delivery_receipt",
    "entrust",
    "decline_letter",
    "petition_visit",
    "petition_accept",
    "petition_decline",
    "sheet_reminder",
    "sheet_liaison",
    "sheet_order",
    "petition_transfer",
    "petition_return",
    "petition_extension",
    "petition_opinion",
    "petition_review",
    "hearing_notice",
    "hearing_record",
    "hearing_opinion",
    "supervision",
    "completion_report",
    "receipt",
    "slip",
    "attachment_list",
    "picture",
    "attached_pdf",
    "missing",
    "handover",
    "package",
}

static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let read = |(meta, template): &(&str, &str)| {
        let form: Form = toml::from_str(meta).ok()?;
        Some(Form { template: (*template).to_owned(), ..form })
    };
    FILES.iter().filter_map(read).collect()
});

/// The forms that are built in.
#[must_use]
pub fn all() -> &'static [Form] {
    &FORMS
}

/// A form by its name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Form> {
    FORMS.iter().find(|form| form.id == id)
}

impl Form {
    /// The fields that the data leaves empty, in the order of the form.
    #[must_use]
    pub fn lacking(&self, data: &Value) -> Vec<&Field> {
        self.fields.iter().filter(|field| !is_there(data, &field.path)).collect()
    }
}

/// Whether something stands at a path.
fn is_there(data: &Value, path: &str) -> bool {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let Some(value) = data.get(name) else { return false };
    match (rest, value) {
        (None, value) => is_filled(value),
        (Some(rest), Value::Array(items)) => items.iter().any(|item| is_there(item, rest)),
        (Some(rest), value) => is_there(value, rest),
    }
}

fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// A case that never was, to look at a form with: every field of every form stands in it.
#[must_use]
pub fn sample() -> &'static Value {
    static SAMPLE: LazyLock<Value> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../../../assets/forms/sample.json"))
            .unwrap_or_default()
    });
    &SAMPLE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_whole_and_the_sample_fills_it() {
        assert_eq!(all().len(), NAMES.len(), "a row of metadata cannot be read");
        for (form, name) in all().iter().zip(NAMES) {
            assert_eq!(form.id, *name);
            assert!(form.template.contains("#let form(d)"), "{name}");
            let lacking: Vec<_> = form.lacking(sample()).iter().map(|f| &f.path).collect();
            assert!(lacking.is_empty(), "{name}: {lacking:?}");
            assert_eq!(form.lacking(&Value::Null).len(), form.fields.len(), "{name}");
            // What a template reads of the case stands among its fields, or nobody is told that
            // it is missing.
            assert!(!form.fields.is_empty() && !form.source.is_empty(), "{name}");
        }
    }
}
