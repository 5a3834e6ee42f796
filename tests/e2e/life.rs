//! A dispute's whole life in two real windows: the village registers and hears it three times in
//! vain, hands it up; the township settles it; the village sees it performed; the township
//! revisits, closes and archives. Sticks go to and fro in between.

use crate::window::Room;
use crate::{DAY, NAMES, NOON, carry, found, join, leaks, open_case};

/// Opens the form for an act, by its name, from wherever the case page offers it.
async fn begin(room: &Room, act: &str) {
    room.press("更多…").await;
    room.fill("打几个字找", act).await;
    room.press(act).await;
}

/// Sends the form and waits until the case shows these words.
async fn note_down(room: &Room, words: &str) {
    room.press("记下来").await;
    room.sees(words).await;
}

/// A session that comes to a result.
async fn hold(room: &Room, place: &str, result: &str, words: &str) {
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
    let township = Room::open("life-township", folder.path()).await;
    let village = Room::open("life-village", folder.path()).await;
    let on = |day: u64, rooms: [&Room; 2]| rooms.iter().for_each(|room| room.on(NOON + day * DAY));
    on(0, [&township, &village]);
    let code = found(&township, &stick).await;
    join(&village, &stick, &code).await;

    // The village registers, and hears both three times.
    village.fill("姓名", "张某").await;
    village.fill("经过", "李某翻建偏屋，滴水落到张某家宅基地。").await;
    village.press("登记").await;
    village.sees("现在常做的").await;
    begin(&village, "加当事人").await;
    village.fill("姓名", "李某").await;
    village.choose("对方").await;
    note_down(&village, "李某").await;
    begin(&village, "受理").await;
    note_down(&village, "已受理").await;
    for (day, nth) in [(1, "第 1 次"), (2, "第 2 次"), (3, "第 3 次")] {
        on(day, [&township, &village]);
        hold(&village, "村委会", "没谈成（未达成）", nth).await;
    }
    village.picture("three-failed");
    begin(&village, "提级到镇").await;
    village.pick("为什么提级", "三次没谈成").await;
    note_down(&village, "提级待接收").await;
    village.picture("handed-up");
    carry(&village, &township, "青石镇综治中心", &stick).await;
    carry(&township, &village, "桥头村评理说事点", &stick).await;

    // The township takes it over and settles it, in writing, signed and sealed.
    on(5, [&township, &village]);
    open_case(&township, "张某").await;
    begin(&township, "接收提级").await;
    note_down(&township, "已接收").await;
    hold(&township, "镇调解室", "谈成了（达成协议）", "第 4 次").await;
    begin(&township, "达成协议").await;
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
    note_down(&township, "改好屋檐").await;
    carry(&township, &village, "桥头村评理说事点", &stick).await;

    // The village sees it performed; the township hears of it, revisits, closes and archives.
    on(10, [&township, &village]);
    open_case(&village, "张某").await;
    village.sees("改好屋檐").await;
    begin(&village, "记履行").await;
    village.choose("办到了").await;
    note_down(&village, "履行完毕").await;
    village.picture("performed");
    carry(&village, &township, "青石镇综治中心", &stick).await;
    on(12, [&township, &village]);
    open_case(&township, "张某").await;
    begin(&township, "记回访").await;
    township.choose("满意").await;
    note_down(&township, "已回访").await;
    begin(&township, "结案").await;
    township.choose("化解了（调解成功）").await;
    note_down(&township, "已结案").await;
    begin(&township, "归档").await;
    township.choose("长期").await;
    note_down(&township, "已归档").await;
    township.picture("archived");
    carry(&township, &village, "桥头村评理说事点", &stick).await;
    open_case(&village, "张某").await;
    village.sees("已归档").await;
    village.picture("archived");
    village.close().await;
    township.close().await;
    leaks::none_below(folder.path(), &NAMES.map(str::to_owned));
}
