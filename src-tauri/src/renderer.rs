//! How the web view draws. On some graphics cards and in most virtual machines WebKitGTK shows an
//! empty window unless one of its ways of drawing is switched off before it starts.

/// The switch; whoever sets it by hand is obeyed.
#[cfg(target_os = "linux")]
const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Starts the program again with the switch set, once, since a running process cannot safely
/// change its own environment.
#[cfg(target_os = "linux")]
#[allow(clippy::disallowed_methods, reason = "configuration enters here")]
pub(crate) fn choose() {
    use std::os::unix::process::CommandExt;
    if std::env::var_os(SWITCH).is_some() {
        return;
    }
    if let Ok(program) = std::env::current_exe() {
        let error = std::process::Command::new(program)
            .args(std::env::args_os().skip(1))
            .env(SWITCH, "1")
            .exec();
        // Only a failure comes back; the window may still be drawn.
        tracing::warn!(%error, "could not start again");
    }
}

/// Elsewhere the web view needs no help.
#[cfg(not(target_os = "linux"))]
pub(crate) fn choose() {}
