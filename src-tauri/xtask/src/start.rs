//! `cargo xtask run`.

use xshell::{Shell, cmd};

use crate::{Done, pages, say, system};

/// Installs, builds, starts.
pub(crate) fn run(sh: &Shell, is_release: bool) -> Done {
    system::install(sh, system::BUILD)?;
    pages::build(sh)?;
    let profile: &[&str] = if is_release { &["--release"] } else { &[] };
    let has = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if has("DISPLAY") || has("WAYLAND_DISPLAY") {
        say("building and opening the window");
        cmd!(sh, "cargo run --quiet {profile...} --package pingli").run()?;
    } else {
        say("no display here: building and serving the pages instead; open the address below");
        cmd!(sh, "cargo run --quiet {profile...} --package pingli-cli -- serve").run()?;
    }
    Ok(())
}
