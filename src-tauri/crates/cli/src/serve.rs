//! The same user interface in a browser on this computer, where no window of ours runs.

use std::path::Path;

use app::fault::Fault;

/// Serves until the process ends.
///
/// # Errors
/// The port is taken.
pub fn run(_home: &Path, _port: u16, _opens: bool) -> Result<(), Fault> {
    Err(Fault::NotHere)
}
