//! A dispute's whole life in two real windows: the village registers and hears it three times in
//! vain, hands it up; the township settles it; the village sees it performed; the township
//! revisits, closes and archives. Sticks go to and fro in between.

use crate::window::Room;
use crate::{DAY, NOON, carry, found, join, open_case};

/// Opens the form for an act, by its name, from wherever the case page offers it.
async fn begin(room: &mut Room, act: &str) {
    room.press("更多…").await;
    room.fill("打几个字找", act).await;
    room.press(act).await;
}

/// Sends the form and waits until the case shows these words.
async fn note_down(room: &mut Room, words: &str) {
    room.press("记下来").await;
    room.sees(words).await;
}

/// A session that comes to a result.
async fn hold(room: &mut Room, place: &str, result: &str, words: &str) {
    begin(room, "记调解会").await;
    room.fill("在哪里开的", place).await;
    room.choose("当场讲了当事人的权利和义务").await;
    room.choose(result).await;
    note_down(room, words).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_from_registration_to_archive() {
    let folder = tempfile::tempdir().unwrap();
    let stick = folder.path().join("stick");
    std::fs::create_dir(&stick).unwrap();
    let mut township = Room::open("life-township", 3, folder.path()).await;
    let mut village = Room::open("life-village", 4, folder.path()).await;
    let on = |day: u64, rooms: [&Room; 2]| rooms.iter().for_each(|room| room.on(NOON + day * DAY));
    on(0, [&township, &village]);
    let code = found(&mut township, &stick).await;
    join(&mut village, &stick, &code).await;

    // The village registers, and hears both three times.
    village.fill("姓名", "张某").await;
    village.fill("经过", "李某翻建偏屋，滴水落到张某家宅基地。").await;
    village.press("登记").await;
    village.sees("经过").await;
    begin(&mut village, "加当事人").await;
    village.fill("姓名", "李某").await;
    village.choose("对方").await;
    note_down(&mut village, "李某").await;
    begin(&mut village, "受理").await;
    note_down(&mut village, "已受理").await;
    for (day, nth) in [(1, "第 1 次"), (2, "第 2 次"), (3, "第 3 次")] {
        on(day, [&township, &village]);
        hold(&mut village, "村委会", "没谈成（未达成）", nth).await;
    }
    village.picture("three-failed");
    begin(&mut village, "提级到镇").await;
    village.pick("为什么提级", "三次没谈成").await;
    note_down(&mut village, "提级待接收").await;
    village.picture("handed-up");
    carry(&mut village, &mut township, "青石镇综治中心", &stick).await;
    carry(&mut township, &mut village, "桥头村评理说事点", &stick).await;

    // The township takes it over and settles it, in writing, signed and sealed.
    on(5, [&township, &village]);
    open_case(&mut township, "张某").await;
    begin(&mut township, "接收提级").await;
    note_down(&mut township, "已接收").await;
    hold(&mut township, "镇调解室", "谈成了（达成协议）", "第 4 次").await;
    begin(&mut township, "达成协议").await;
    township.choose("书面协议").await;
    township.fill("说定了什么", "李某四月十日前改好屋檐。").await;
    township.press("加一期").await;
    township.fill("最后一天", "2026-4-10").await;
    township.fill("做什么", "改好屋檐").await;
    township.choose("当场都签了名").await;
    township.choose("按指印").await;
    township.choose("当场盖了章").await;
    township.fill("盖的什么章", "青石镇人民调解委员会").await;
    township.picture("agreement");
    note_down(&mut township, "改好屋檐").await;
    carry(&mut township, &mut village, "桥头村评理说事点", &stick).await;

    // The village sees it performed; the township hears of it, revisits, closes and archives.
    on(10, [&township, &village]);
    open_case(&mut village, "张某").await;
    village.sees("改好屋檐").await;
    begin(&mut village, "记履行").await;
    village.choose("办到了").await;
    note_down(&mut village, "履行完毕").await;
    village.picture("performed");
    carry(&mut village, &mut township, "青石镇综治中心", &stick).await;
    on(12, [&township, &village]);
    open_case(&mut township, "张某").await;
    begin(&mut township, "记回访").await;
    township.choose("满意").await;
    note_down(&mut township, "已回访").await;
    begin(&mut township, "结案").await;
    township.choose("化解了（调解成功）").await;
    note_down(&mut township, "已结案").await;
    begin(&mut township, "归档").await;
    township.choose("长期").await;
    note_down(&mut township, "已归档").await;
    township.picture("archived");
    carry(&mut township, &mut village, "桥头村评理说事点", &stick).await;
    open_case(&mut village, "张某").await;
    village.sees("已归档").await;
    village.picture("archived");
    village.close().await;
    township.close().await;
}
