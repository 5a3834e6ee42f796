//! `cargo xtask look`: a picture of every screen, and what a machine can say about them.

use xshell::{Shell, cmd};

use crate::{Done, pages, say, system};

/// Takes the pictures in the system's Chromium, from the pages that `pingli-cli serve` answers.
pub(crate) fn look(sh: &Shell, folder: Option<&str>) -> Done {
    system::install(sh, &[system::BUILD, system::TEST].concat())?;
    pages::build(sh)?;
    say("looking at every screen");
    cmd!(sh, "cargo build --quiet --package pingli-cli").run()?;
    let top = sh.current_dir();
    let folder = folder.map_or_else(|| top.join("target/look"), |folder| top.join(folder));
    let program = top.join("target/debug/pingli-cli");
    let _dir = sh.push_dir("ui");
    cmd!(sh, "npx playwright test --config e2e/playwright.config.ts")
        .env("PINGLI_CLI", program)
        .env("PINGLI_LOOK", &folder)
        .run()?;
    say(&format!("pictures: {}", folder.display()));
    Ok(())
}
