//! What a person reads when a stick is pulled out while it is written and when the line is cut in
//! the middle of a meeting, and that both go on afterwards as if nothing had been.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;

use serde_json::json;
use tests::{PASSPHRASE, QIAOTOU, Room as Desk, text};

use crate::window::Room;
use crate::{ENTER, NOON};

/// So large that somebody can pull the stick before it is written.
const PAPER_BYTES: usize = 24 * 1024 * 1024;

/// After how many bytes the line is cut: the words are over long before.
const CUT_AFTER: i64 = 4 * 1024 * 1024;

/// A line to a computer that holds for so many bytes, and then for as many as somebody says.
fn line_to(there: String, holds: Arc<AtomicI64>) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let here = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for caller in listener.incoming().flatten() {
            let Ok(answerer) = TcpStream::connect(&there) else { continue };
            for (mut from, mut to) in
                [(caller.try_clone().unwrap(), answerer.try_clone().unwrap()), (answerer, caller)]
            {
                let holds = holds.clone();
                thread::spawn(move || {
                    let mut piece = [0; 16 * 1024];
                    while let Ok(count @ 1..) = from.read(&mut piece) {
                        let sum = i64::try_from(count).unwrap();
                        if holds.fetch_sub(sum, Ordering::SeqCst) < sum
                            || to.write_all(&piece[..count]).is_err()
                        {
                            break;
                        }
                    }
                    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
                });
            }
        }
    });
    here
}

/// The names of all files below a folder.
fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let below = |entry: std::fs::DirEntry| match entry.path().is_dir() {
        true => files(&entry.path()),
        false => vec![entry.file_name().to_string_lossy().into_owned()],
    };
    entries.flat_map(below).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stick_pulled_and_a_line_cut_in_the_middle_are_told_and_made_up_for() {
    let folder = tempfile::tempdir().unwrap();
    let stick = folder.path().join("stick");
    std::fs::create_dir(&stick).unwrap();
    let township = Desk::township(&folder.path().join("township"));
    township.clock.set(NOON);
    let home = folder.path().join("village/home");
    std::fs::create_dir_all(home.parent().unwrap()).unwrap();
    let village = township.joined(QIAOTOU, &home);
    let case = village.register("滴水边界纠纷")["id"].clone();
    let mut paper = b"%PDF-1.7\n".to_vec();
    paper.extend((paper.len()..PAPER_BYTES).map(|_| fastrand::u8(..)));
    village.attach(&case, "宗地图", &paper).unwrap();
    village.does("profile_lock", json!({}));
    drop(village);

    let room = Room::open("village", folder.path()).await;
    room.on(NOON);
    room.fill("密码", PASSPHRASE).await;
    room.press("打开").await;
    room.sees("今天要办的事").await;
    room.insert(&stick);
    room.press("交换").await;
    room.press("写到 U 盘，给青石镇综治中心").await;
    room.choose("U 盘 U盘").await;
    room.press("写包").await;
    room.sees("正在传照片、录音").await;
    room.remove_stick();
    room.sees("U 盘拔掉了，或者没有反应").await;
    room.sees("重新插好，再做一次").await;
    room.picture("pulled");
    let whole = |name: &String| name.ends_with(".PLP");
    // The words are a part of their own, which was whole before: of the paper nothing bears a
    // packet's name.
    let words = files(&stick).into_iter().filter(whole).count();
    assert!(words <= 1, "{:?}", files(&stick));
    room.insert(&stick);
    // It is listed again, and still chosen once somebody says so.
    room.choose("U 盘 U盘").await;
    room.press("写包").await;
    room.sees("写好了").await;
    room.press("好的").await;
    let left = files(&stick);
    assert_eq!(left.len(), words + 2, "what was half written is swept away: {left:?}");
    assert!(left.iter().all(whole), "{left:?}");
    room.remove_stick();

    let open = json!({ "enabled": true, "port": 0, "loopback": true });
    // It brings a runtime of its own.
    let listening = tokio::task::block_in_place(|| township.does("lan_listen", open));
    let there = text(&listening, "/addresses/0");
    let holds = Arc::new(AtomicI64::new(CUT_AFTER));
    let here = line_to(there, holds.clone());
    room.fill("那台电脑的地址", &here).await;
    // From the field on to the button, and pressed.
    room.key(ENTER).await;
    room.key(ENTER).await;
    room.sees("交换到一半断了").await;
    room.sees("已经收下的都在，再交换一次就会接着来").await;
    // All the words are there; that is not all.
    room.sees("照片、录音那边还没有收全").await;
    assert!(!room.text().await.contains("已与镇里对上"), "not yet");
    room.picture("line-cut");
    holds.store(i64::MAX, Ordering::SeqCst);
    room.fill("那台电脑的地址", &here).await;
    room.key(ENTER).await;
    room.key(ENTER).await;
    room.sees("和青石镇综治中心交换好了").await;
    room.sees("已与镇里对上").await;
    room.picture("line-mended");
    let spent = i64::MAX - holds.load(Ordering::SeqCst);
    let whole = i64::try_from(PAPER_BYTES).unwrap();
    assert!(spent < whole, "{spent} bytes: it went on where it was cut");
    room.close().await;

    assert_eq!(township.titles(), ["滴水边界纠纷"]);
    let shown = township.does("case_get", json!({ "case": case }));
    assert_eq!(shown["attachments"][0]["is_here"], true, "{}", shown["attachments"]);
    tokio::task::block_in_place(|| drop(township));
}
