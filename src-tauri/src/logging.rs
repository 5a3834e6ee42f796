//! What went wrong, in files beside the profile: never a name, a number or a word of a case.

use std::path::Path;

use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

/// How many days are kept.
const DAYS: usize = 14;

/// Begins to write the log. Without a folder there is none, and the program goes on.
pub(crate) fn begin(home: &Path) {
    let folder = home.join("logs");
    // Whoever looks for old files complains on the terminal about a folder that is not there yet.
    if std::fs::create_dir_all(&folder).is_err() {
        return;
    }
    let files = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(folder);
    if let Ok(files) = files {
        let level = EnvFilter::new("warn,app=info,carry=info");
        // A second window in the same process would only log twice.
        let _ = tracing_subscriber::fmt()
            .with_env_filter(level)
            .with_ansi(false)
            .with_writer(std::sync::Mutex::new(files))
            .try_init();
    }
}
