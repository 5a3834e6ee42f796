//! What the system must have: Debian packages, Node. What is missing is named, then installed.

use xshell::{Shell, cmd};

use crate::{Done, say};

/// What building the window needs.
pub(crate) const BUILD: &[&str] = &[
    "build-essential",
    "pkg-config",
    "perl",
    "libssl-dev",
    "libdbus-1-dev",
    "libwebkit2gtk-4.1-dev",
    "libxdo-dev",
    "libayatana-appindicator3-dev",
    "librsvg2-dev",
    "fonts-noto-cjk",
];

/// What the tests need besides: a display, a driver for the window, a keyring, a hand, a browser, a
/// camera.
pub(crate) const TEST: &[&str] = &[
    "xvfb",
    "xauth",
    "dbus-x11",
    "webkit2gtk-driver",
    "gnome-keyring",
    "imagemagick",
    "xdotool",
    "chromium",
    "poppler-utils",
];

/// The oldest Node that builds the pages.
const NODE_MAJOR_MIN: u32 = 20;

/// Installs the packages that are missing.
pub(crate) fn install(sh: &Shell, packages: &[&str]) -> Done {
    let format = "${db:Status-Status}";
    let is_there = |package: &&str| {
        let asked = cmd!(sh, "dpkg-query -W -f={format} {package}").quiet().ignore_stderr();
        asked.ignore_status().read().is_ok_and(|answer| answer == "installed")
    };
    let missing: Vec<&str> = packages.iter().copied().filter(|p| !is_there(p)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    say(&format!("installing with apt: {}", missing.join(" ")));
    if cmd!(sh, "apt-get --version").quiet().ignore_stdout().ignore_stderr().run().is_err() {
        let list = missing.join(" ");
        return Err(format!("this is no Debian; install what corresponds to: {list}").into());
    }
    let is_root = cmd!(sh, "id -u").quiet().read()? == "0";
    let sudo: &[&str] = if is_root { &[] } else { &["sudo"] };
    let apt: Vec<&str> = [sudo, &["apt-get", "-qq"]].concat();
    let run = |arguments: &[&str]| {
        let words = [apt.as_slice(), arguments].concat();
        let (program, rest) = words.split_first().unwrap_or((&"apt-get", &[]));
        cmd!(sh, "{program} {rest...}").env("DEBIAN_FRONTEND", "noninteractive").run()
    };
    run(&["update"])?;
    run(&[&["install", "-y", "--no-install-recommends"], missing.as_slice()].concat())?;
    Ok(())
}

/// Checks that Node is there and new enough.
pub(crate) fn check_node(sh: &Shell) -> Done {
    let found = cmd!(sh, "node --version").quiet().ignore_stderr().read();
    let major = found.ok().and_then(|version| {
        version
            .trim_start_matches('v')
            .split('.')
            .next()
            .and_then(|major| major.parse::<u32>().ok())
    });
    match major {
        Some(major) if major >= NODE_MAJOR_MIN => Ok(()),
        _ => Err(format!("Node {NODE_MAJOR_MIN} or newer, with npm, must be installed").into()),
    }
}
