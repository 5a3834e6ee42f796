//! The one command of the page.

use app::Fault;
use serde_json::Value;
use tauri::{AppHandle, Manager};

use crate::compose::Shared;

/// Runs a command of the table. It runs beside the window's own thread, for as long as it needs.
#[tauri::command]
pub(crate) async fn call(
    handle: AppHandle,
    name: String,
    payload: Value,
    call: Option<String>,
) -> Result<Value, Fault> {
    let desk = handle.state::<Shared>().inner().clone();
    let task =
        tauri::async_runtime::spawn_blocking(move || desk.call(&name, payload, call.as_deref()));
    task.await.unwrap_or_else(|error| Err(Fault::internal(&error)))
}
