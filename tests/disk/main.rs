//! A disk that fails: power cut, disk full, input/output error, once and for ever, at every change
//! of a file that an act makes. What was acknowledged is there, what was not is there whole or not
//! at all, and as soon as the disk is well again, so is the program.
//!
//! The disk is `disk.c`, before the system's own library, in a process of its own for each act.
//! `PINGLI_DISK_POINTS` says at how many changes of each act something goes wrong (`all` for every
//! one), `PINGLI_DISK_PATTERNS` in how many ways a power cut leaves what was not synced.

#![cfg(target_os = "linux")]

mod acts;
mod disk;
mod rounds;

use std::process::Command;

use acts::ACTS;
use tests::{folder, root};

/// Plays one act on a disk of its own, in another process.
fn play(act: &str) {
    let folder = folder();
    let library = folder.path().join("disk.so");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&library)
        .arg(root().join("tests/disk/disk.c"))
        .arg("-ldl")
        .status();
    assert!(built.is_ok_and(|status| status.success()), "the disk is built");
    let played = Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "whatever_the_disk_does_an_act_is_done_or_was_not",
        ])
        .env("LD_PRELOAD", &library)
        .env(disk::BELOW, folder.path().join("disk"))
        .env(rounds::ACT, act)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&played.stderr).into_owned();
    assert!(played.status.success(), "{act}: {}{said}", String::from_utf8_lossy(&played.stdout));
    eprintln!("{}", said.lines().filter(|line| line.starts_with(act)).collect::<String>());
}

macro_rules! each_act {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            play(stringify!($name));
        })*

        #[test]
        fn every_act_is_played() {
            assert_eq!(ACTS.map(|act| act.name), [$(stringify!($name)),*]);
        }
    };
}

each_act! {
    founding saving attaching importing exporting backing_up restoring rekeying upgrading
}

#[test]
#[ignore = "in a process of its own, on a disk that fails"]
fn whatever_the_disk_does_an_act_is_done_or_was_not() {
    rounds::play();
}
