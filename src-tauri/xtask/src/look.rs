//! `cargo xtask look`: a picture of every screen, and what a machine can say about them.

use std::path::PathBuf;

use xshell::{Shell, cmd};

use crate::{Done, pages, say, system};

/// Takes the pictures in the system's Chromium, from the pages that `pingli-cli serve` answers.
pub(crate) fn look(sh: &Shell, folder: Option<&str>) -> Done {
    system::install(sh, &[system::BUILD, system::TEST].concat())?;
    pages::build(sh)?;
    cmd!(sh, "cargo build --quiet --package pingli-cli").run()?;
    photograph(sh, folder)
}

/// Where the built command line lies.
pub(crate) fn program(sh: &Shell) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
    sh.current_dir().join(target).join("debug/pingli-cli")
}

/// Looks at the pages of the command line that is built.
pub(crate) fn photograph(sh: &Shell, folder: Option<&str>) -> Done {
    say("looking at every screen");
    let program = program(sh);
    let folder = sh.current_dir().join(folder.unwrap_or("target/look"));
    let _dir = sh.push_dir("ui");
    cmd!(sh, "npx playwright test --config e2e/playwright.config.ts")
        .env("PINGLI_CLI", program)
        .env("PINGLI_LOOK", &folder)
        .run()?;
    say(&format!("pictures: {}", folder.display()));
    Ok(())
}
