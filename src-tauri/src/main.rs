//! Pingli's window: one desk behind one command, nothing else.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod call;
mod compose;
mod keyring;
mod logging;
mod renderer;
#[cfg(target_os = "linux")]
mod session;
#[cfg(feature = "webdriver")]
mod webdriver;
mod window;

use std::process::ExitCode;

use app::worker::Task;

fn main() -> ExitCode {
    if let Some(task) = std::env::args_os().nth(1).and_then(|first| Task::named(&first)) {
        let done = task.serve(std::io::stdin().lock(), std::io::stdout().lock());
        return if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    renderer::choose();
    let started = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![call::call])
        .setup(|app| {
            compose::compose(app)?;
            window::open(app)?;
            Ok(())
        })
        .run(tauri::generate_context!());
    match started {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the window could not be opened");
            ExitCode::FAILURE
        }
    }
}
