//! The list of commands with their schemas.

use app::commands::COMMANDS;
use serde_json::{Value, json};

/// Every command: name, whether it works without an open profile, what it reads and changes, and
/// the JSON Schemas of payload and result.
#[must_use]
pub fn list() -> Value {
    let rows: Vec<Value> = COMMANDS
        .iter()
        .map(|row| {
            json!({
                "name": row.name,
                "always": row.is_always(),
                "reads": row.reads,
                "changes": row.changes,
                "payload": (row.payload)(),
                "result": (row.result)(),
            })
        })
        .collect();
    Value::Array(rows)
}
