//! Example profiles from the command line.

use std::path::Path;

use app::DeskOptions;
use app::fault::Fault;
use serde_json::{Value, json};

/// Makes a village with `cases` cases in `home`, and its township in `home/township`; both really
/// joined and may really meet.
///
/// # Errors
/// The home is taken, or the disk fails.
pub fn make(home: &Path, passphrase: &str, cases: u32, seed: u64) -> Result<Value, Fault> {
    let township = home.join("township");
    let options = DeskOptions::new(home);
    app::demo::make_rooms(home, &township, passphrase, cases, seed, &options)?;
    Ok(json!({ "village": home, "township": township, "cases": cases, "seed": seed }))
}
