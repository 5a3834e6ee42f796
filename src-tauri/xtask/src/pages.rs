//! The pages of the user interface: fetching what they need, building them.

use xshell::{Shell, cmd};

use crate::{Done, say, system};

/// Fetches the packages of the user interface if they are not those of the lock file.
pub(crate) fn fetch(sh: &Shell) -> Done {
    system::check_node(sh)?;
    let _dir = sh.push_dir("ui");
    let has = |path: &str| std::fs::metadata(sh.current_dir().join(path))?.modified();
    let is_fresh = match (has("package-lock.json"), has("node_modules/.package-lock.json")) {
        (Ok(locked), Ok(installed)) => installed >= locked,
        _ => false,
    };
    if !is_fresh {
        say("fetching the packages of the user interface");
        // No package may run anything while it is installed.
        cmd!(sh, "npm ci --ignore-scripts --no-audit --no-fund").run()?;
    }
    Ok(())
}

/// Builds the pages into `ui/dist`, which the window and the command line carry.
pub(crate) fn build(sh: &Shell) -> Done {
    fetch(sh)?;
    say("building the user interface");
    let _dir = sh.push_dir("ui");
    cmd!(sh, "npm run --silent build").run()?;
    Ok(())
}

/// Lints the pages and runs their unit tests; gives back what was printed.
pub(crate) fn test() -> Result<String, Box<dyn std::error::Error>> {
    let sh = Shell::new()?;
    let _dir = sh.push_dir("ui");
    let mut said = String::new();
    for what in ["lint", "test"] {
        let output = cmd!(sh, "npm run --silent {what}").quiet().ignore_status().output()?;
        said += &String::from_utf8_lossy(&output.stdout);
        said += &String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(format!("npm run {what}\n{said}").into());
        }
    }
    Ok(said)
}
