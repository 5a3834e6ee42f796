//! The keyring of the system itself, as people have it on their desktops, and the real window.

use std::fs;

use crate::window::Room;
use crate::{F8, NOON, PASSPHRASE};

/// The window of somebody who is signed in.
async fn opened(folder: &std::path::Path) -> Room {
    let mut room = Room::open("keyring", folder).await;
    room.on(NOON);
    room.sign_in();
    room.sees("已锁定").await;
    room
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyring_of_the_system_opens_the_window_once_after_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("keyring/home");
    pingli_cli::demo::make(&home, PASSPHRASE, 20, 7).unwrap();
    let room = opened(folder.path()).await;
    assert!(!room.text().await.contains("钥匙串"), "nobody wished for it");
    room.fill("密码", PASSPHRASE).await;
    room.press("打开").await;
    room.sees("今天要办的事").await;
    room.press("设置").await;
    room.press("打开密码和账号").await;
    room.press("启用系统钥匙串").await;
    room.fill("您自己的密码", PASSPHRASE).await;
    room.picture("ask");
    room.press("启用").await;
    room.sees("系统钥匙串可以用了").await;
    room.picture("on");
    room.close().await;

    let room = opened(folder.path()).await;
    room.picture("lock");
    room.press("用这台电脑的系统钥匙串打开").await;
    room.sees("今天要办的事").await;
    room.key(F8).await;
    room.sees("已锁定").await;
    assert!(!room.text().await.contains("钥匙串"), "whoever finds it locked needs the passphrase");
    room.fill("密码", PASSPHRASE).await;
    room.press("打开").await;
    room.sees("今天要办的事").await;
    room.press("设置").await;
    room.press("打开密码和账号").await;
    room.press("不再用系统钥匙串").await;
    room.sees("里面的钥匙也删了").await;
    room.close().await;
    let vault = fs::read_to_string(home.join("profile.json")).unwrap();
    assert!(!vault.contains("keyring"), "{vault}");
}
