//! The real window, driven as a person drives it: two rooms begin, join, work apart on one case,
//! exchange by stick, see the contradiction, and settle it.

mod cut;
mod keyring;
mod leaks;
mod leave;
mod life;
mod window;

use std::path::Path;

use window::Room;

/// A passphrase for both rooms.
const PASSPHRASE: &str = "水牛 窗台 七点 铁锹";

/// Noon of 24 March 2026 in China.
const NOON: u64 = 1_774_324_800_000;

/// A day, in milliseconds.
const DAY: u64 = 24 * 3600 * 1000;

/// What two rooms type, and must not be found on any disk afterwards.
const NAMES: [&str; 6] = [
    "青石镇综治中心",
    "桥头村评理说事点",
    "桥头村三组",
    "镇中心窗口电脑",
    "屋檐伸出三十公分",
    "李某翻建偏屋",
];

/// The key that locks, as WebDriver writes it.
const F8: &str = "\u{e038}";

/// The key that sends a form.
const ENTER: &str = "\u{e007}";

/// A code as it stands on the screen, in groups of four digits.
fn code(text: &str) -> String {
    let is_group = |line: &&str| line.len() == 4 && line.chars().all(|c| c.is_ascii_digit());
    let code = text.lines().map(str::trim).filter(is_group).collect::<String>();
    assert_eq!(code.len(), 20, "no code in:\n{text}");
    code
}

/// Founds a township and makes an invitation for a village on the stick; gives its code.
async fn found(township: &Room, stick: &Path) -> String {
    township.press("新建镇街").await;
    township.fill("镇街名称", "青石镇综治中心").await;
    township.fill("您的姓名", "吴某").await;
    township.fill("这台电脑叫什么", "镇中心窗口电脑").await;
    township.fill("密码", PASSPHRASE).await;
    township.fill("再输一遍密码", PASSPHRASE).await;
    township.picture("found");
    township.press("建好这个镇").await;
    township.sees("镇里的钥匙卡").await;
    township.picture("kit");
    township.choose("我已经打印或抄好").await;
    township.press("开始使用").await;
    keep_sheet(township, "recovery").await;
    township.sees("今天要办的事").await;

    township.insert(stick);
    township.press("设置").await;
    township.fill("单位名称", "桥头村评理说事点").await;
    township.pick("用这台电脑的人是什么岗位", "村调委会主任").await;
    township.choose("U 盘 U盘").await;
    township.picture("invite");
    township.press("做邀请").await;
    township.sees("给桥头村评理说事点的邀请").await;
    let code = code(&township.text().await);
    township.picture("invited");
    township.press("再邀请一台").await;
    township.remove_stick();
    code
}

/// Goes on from the recovery sheet, which is shown once.
async fn keep_sheet(room: &Room, picture: &str) {
    room.sees("这台电脑的恢复卡").await;
    room.picture(picture);
    room.choose("我已经打印或抄好").await;
    room.press("继续").await;
}

/// Joins a village with the invitation on the stick.
async fn join(village: &Room, stick: &Path, code: &str) {
    village.insert(stick);
    village.press("凭邀请加入").await;
    village.choose("在 U 盘 U盘 上").await;
    village.fill("口令", code).await;
    village.fill("您的姓名", "周某").await;
    village.fill("这台电脑叫什么", "桥头村 1 号机").await;
    village.fill("密码", PASSPHRASE).await;
    village.fill("再输一遍密码", PASSPHRASE).await;
    village.picture("join");
    village.press("加入").await;
    keep_sheet(village, "village-recovery").await;
    village.sees("已加入：桥头村评理说事点").await;
    village.remove_stick();
    village.press("先去登记").await;
}

/// Carries a packet from one room to another on the stick.
async fn carry(from: &Room, to: &Room, unit: &str, stick: &Path) {
    from.insert(stick);
    from.press("交换").await;
    from.press(&format!("写到 U 盘，给{unit}")).await;
    from.choose("U 盘 U盘").await;
    from.press("写包").await;
    from.sees("写好了").await;
    from.picture("written");
    from.press("好的").await;
    from.remove_stick();

    to.insert(stick);
    to.press("交换").await;
    to.press("先看看里面有什么").await;
    to.sees("收下").await;
    to.picture("preview");
    to.press("收下").await;
    to.sees("好的").await;
    to.picture("received");
    to.press("好的").await;
    to.remove_stick();
}

/// The village writes a note and opens itself to the network; the township calls it.
async fn meet(village: &Room, township: &Room) {
    open_case(village, "张某").await;
    village.press("编辑").await;
    village.fill("经过摘要", "李某翻建偏屋，屋檐伸出三十公分。").await;
    village.press("保存").await;
    village.sees("屋檐伸出三十公分").await;
    village.press("交换").await;
    village.press("打开").await;
    village.sees("在另一台电脑上输入下面任一个地址").await;
    village.picture("listening");
    let text = village.text().await;
    // Not the hours and minutes that stand there too.
    let port =
        |line: &str| line.trim().rsplit_once(':')?.1.parse().ok().filter(|p: &u16| *p > 1023);
    let port = text.lines().find_map(port);
    let port = port.unwrap_or_else(|| panic!("no address in:\n{text}"));
    township.press("交换").await;
    township.fill("那台电脑的地址", &format!("127.0.0.1:{port}")).await;
    // From the field on to the button, and pressed.
    township.key(ENTER).await;
    township.key(ENTER).await;
    township.sees("和桥头村评理说事点交换好了").await;
    township.sees("两边现在完全一样").await;
    township.picture("met");
    village.press("关上").await;
    open_case(township, "张某").await;
    township.sees("屋檐伸出三十公分").await;
}

/// Opens a case from the ledger by words of its title.
async fn open_case(room: &Room, title: &str) {
    room.press("案件台账").await;
    room.press(title).await;
    room.sees("经过").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_rooms_one_case() {
    let folder = tempfile::tempdir().unwrap();
    let stick = folder.path().join("stick");
    std::fs::create_dir(&stick).unwrap();
    let township = Room::open("township", folder.path()).await;
    let village = Room::open("village", folder.path()).await;
    for room in [&township, &village] {
        room.on(NOON);
    }

    let code = found(&township, &stick).await;
    join(&village, &stick, &code).await;

    // Quick registration, on one screen.
    village.fill("姓名", "张某").await;
    village.fill("经过", "李某翻建偏屋，屋檐伸出，张某认为滴水落到自家宅基地。").await;
    village.picture("register");
    village.press("登记").await;
    village.sees("张某").await;
    village.picture("case");

    // The village's first packet brings its computer's request; the answer brings the certificate.
    carry(&village, &township, "青石镇综治中心", &stick).await;
    carry(&township, &village, "桥头村评理说事点", &stick).await;

    // Both edit the same thing while apart.
    for (room, place, day) in [(&village, "桥头村三组", 1), (&township, "桥头村二组", 2)]
    {
        room.on(NOON + day * DAY);
        open_case(room, "张某").await;
        room.press("改地点").await;
        room.fill("新的值", place).await;
        room.press("保存").await;
        room.sees(place).await;
    }
    village.on(NOON + 3 * DAY);
    township.on(NOON + 3 * DAY);
    carry(&village, &township, "青石镇综治中心", &stick).await;
    carry(&township, &village, "桥头村评理说事点", &stick).await;

    // The village sees both side by side, and decides.
    village.press("冲突待办").await;
    village.picture("conflicts");
    village.press("张某").await;
    village.sees("桥头村二组").await;
    village.sees("桥头村三组").await;
    village.picture("conflict");
    village.choose("桥头村三组").await;
    village.fill("理由", "到现场看过，是三组。").await;
    village.press("定下来").await;
    village.sees("已经定了").await;
    village.picture("settled");

    // The township hears of it.
    carry(&village, &township, "青石镇综治中心", &stick).await;
    open_case(&township, "张某").await;
    township.sees("桥头村三组").await;
    township.picture("merged");

    meet(&village, &township).await;

    // What was locked cannot be read, and opens again with the passphrase.
    township.key(F8).await;
    township.sees("已锁定").await;
    assert!(!township.text().await.contains("桥头村三组"), "nothing readable is left");
    township.fill("密码", "不是这个").await;
    township.press("打开").await;
    township.sees("密码不对").await;
    township.picture("wrong");
    township.fill("密码", PASSPHRASE).await;
    township.press("打开").await;
    township.sees("今天要办的事").await;
    village.close().await;
    township.close().await;
    leaks::none_below(folder.path(), &NAMES.map(str::to_owned));
}

/// How much memory the window and all it started may take, in bytes.
const MEMORY_MAX: u64 = 400_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn the_window_stays_small() {
    let cases = std::env::var("PINGLI_E2E_CASES").ok().and_then(|n| n.parse().ok());
    let cases: u32 = cases.unwrap_or(300);
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("small/home");
    pingli_cli::demo::make(&home, PASSPHRASE, cases, 7).unwrap();
    let room = Room::open("small", folder.path()).await;
    room.fill("密码", PASSPHRASE).await;
    room.press("打开").await;
    room.sees("今天要办的事").await;
    room.press("案件台账").await;
    room.sees(&format!("共 {} 件", grouped(cases))).await;
    room.picture("ledger");
    room.press("临-").await;
    room.sees("经过").await;
    room.picture("case");
    let bytes = room.memory();
    eprintln!("{{\"bench\":\"window\",\"cases\":{cases},\"pss_bytes\":{bytes}}}");
    assert!(bytes > 10_000_000, "nothing was measured");
    assert!(bytes < MEMORY_MAX, "{bytes} bytes");
    room.close().await;
}

/// A count as the pages write it.
fn grouped(count: u32) -> String {
    if count < 1000 { count.to_string() } else { format!("{},{:03}", count / 1000, count % 1000) }
}
