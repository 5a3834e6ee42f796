//! A window that is left alone, and one whose session ends: both lock, and what was being written
//! is there again for whoever comes back.

use std::time::Duration;

use crate::window::Room;
use crate::{NOON, PASSPHRASE};

const MINUTE: u64 = 60_000;

/// Longer than the program takes to notice that nobody is there.
const NOTICED: Duration = Duration::from_secs(8);

/// Longer than a movement of the mouse takes to arrive.
const ARRIVED: Duration = Duration::from_secs(2);

async fn come_back(room: &mut Room) {
    room.fill("密码", PASSPHRASE).await;
    room.press("打开").await;
    room.sees("今天要办的事").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_left_alone_locks_itself_and_so_it_does_with_the_session() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("left/home");
    pingli_cli::demo::make(&home, PASSPHRASE, 20, 7).unwrap();
    let mut room = Room::open("left", folder.path()).await;
    room.on(NOON);
    room.attend();
    come_back(&mut room).await;
    room.press("登记纠纷").await;
    room.fill("经过", "田埂被挖了一尺").await;

    // A hand moves after six minutes: six minutes later the desk has been empty for six alone. What
    // the driver types is no hand's: it never reaches the toolkit, like what a page makes up.
    room.on(NOON + 6 * MINUTE);
    room.move_mouse(300);
    room.move_mouse(400);
    tokio::time::sleep(ARRIVED).await;
    room.on(NOON + 12 * MINUTE);
    tokio::time::sleep(NOTICED).await;
    assert!(!room.text().await.contains("已锁定"), "the toolkit saw somebody move");
    room.on(NOON + 17 * MINUTE);
    room.sees("已锁定").await;
    assert!(!room.text().await.contains("田埂"), "nothing readable is left");
    room.picture("left-alone");

    come_back(&mut room).await;
    room.sees("您上次没写完的").await;
    room.picture("drafts");
    room.press("接着写").await;
    room.sees("您上次没写完的还在").await;

    for (what, value) in [
        ("org.freedesktop.login1.Manager.PrepareForSleep", "boolean:true"),
        ("org.freedesktop.login1.Session.Lock", "string:"),
        ("org.freedesktop.ScreenSaver.ActiveChanged", "boolean:true"),
        ("org.gnome.ScreenSaver.ActiveChanged", "boolean:true"),
    ] {
        room.signal("org.freedesktop.login1.Manager.PrepareForSleep", "boolean:false");
        room.signal(what, value);
        room.sees("已锁定").await;
        come_back(&mut room).await;
    }
    room.close().await;
}
