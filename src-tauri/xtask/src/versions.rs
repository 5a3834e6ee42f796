//! `cargo xtask versions`: the program of the previous release against today's.

use xshell::{Shell, cmd};

use crate::{Done, pages, say};

/// The last commit whose program did not know what today's does.
const PREVIOUS: &str = include_str!("../../../tests/integration/previous.txt");

/// Builds the previous release's program beside today's, and has the two meet.
pub(crate) fn versions(sh: &Shell) -> Done {
    pages::build(sh)?;
    let commit = PREVIOUS.trim();
    say(&format!("the program of {commit}"));
    let folder = sh.create_temp_dir()?;
    let tree = folder.path().join("previous");
    cmd!(sh, "git worktree add --quiet --detach {tree} {commit}").run()?;
    let built = previous(sh, &tree);
    cmd!(sh, "git worktree remove --force {tree}").run()?;
    let program = built?;
    say("a fleet half on the next version");
    cmd!(sh, "cargo test --package tests --test integration")
        .args(["--", "--ignored", "--nocapture", "versions::"])
        .env("PINGLI_PREVIOUS", program)
        .run()?;
    Ok(())
}

/// Builds the program of a tree; gives where it lies.
fn previous(
    sh: &Shell,
    tree: &std::path::Path,
) -> Result<std::path::PathBuf, Box<dyn std::error::Error>> {
    let target = sh.current_dir().join("target/previous");
    let _dir = sh.push_dir(tree);
    cmd!(sh, "cargo build --quiet --package pingli-cli").env("CARGO_TARGET_DIR", &target).run()?;
    Ok(target.join("debug/pingli-cli"))
}
