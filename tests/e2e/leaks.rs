//! Two hundred names, used as names are used in two rooms; then everything that lies on the disk
//! is searched for them: profiles, logs, sticks, temporary files, and what the web view keeps.

use std::path::Path;

use serde_json::{Value, json};
use tests::leaks::{Leaks, Looked, names};
use tests::{PASSPHRASE, QIAOTOU};

use crate::window::{Room, pictures};
use crate::{ENTER, F8};

/// The key that begins a search, as WebDriver writes it.
const F3: &str = "\u{e033}";

/// How many names are looked for.
const NAMES: usize = 200;

/// How many of them are typed in the window; the others come by the commands.
const TYPED: usize = 4;

/// Looks for names below a folder, prints what was looked through, and finds none.
pub(crate) fn none_below(folder: &Path, names: &[String]) -> Looked {
    let leaks = Leaks::of(names);
    let mut looked = leaks.below(folder);
    // What the programs said is kept beside the pictures.
    looked.hits.extend(leaks.below(&pictures()).hits);
    eprintln!(
        "{{\"bench\":\"leaks\",\"names\":{},\"encodings\":3,\"files\":{},\"bytes\":{},\"hits\":{}}}",
        names.len(),
        looked.files,
        looked.bytes,
        looked.hits.len()
    );
    assert!(looked.hits.is_empty(), "{:#?}", looked.hits);
    looked
}

/// Two rooms that use the names for everything that has one.
fn fill(township: &tests::Room, village: &tests::Room, names: &[String]) {
    for some in names.chunks(4) {
        let [first, second, third, fourth] = some else { panic!("four at a time") };
        let case = village.does(
            "case_register",
            json!({
                "title": format!("{first}与{second}滴水纠纷"),
                "place": format!("{third}家门口"),
                "summary": format!("{first}来说，{second}翻建偏屋，{fourth}在场。"),
                "demands": [format!("{second}拆掉屋檐")],
                "parties": [
                    { "name": first, "side": "applicant", "address": format!("{first}宅") },
                    { "name": second, "side": "respondent" },
                ],
            }),
        );
        let note = format!("{third}打电话来，{fourth}也知道。");
        let facts = json!([{ "kind": "note", "body": { "text": note } }]);
        village.does("fact_add", json!({ "case": case["id"], "facts": facts }));
        village.does("person_add", json!({ "name": third, "note": fourth }));
    }
    village.carry(township);
    township.carry(village);
}

/// What people do in the window with names on the screen.
async fn work(room: &Room, typed: &[String], known: &str, stick: &Path) {
    let [party, place, draft, wrong] = typed else { panic!("{TYPED} names") };
    room.fill("密码", wrong).await;
    room.press("打开").await;
    room.sees("密码不对").await;
    room.fill("密码", PASSPHRASE).await;
    room.press("打开").await;
    room.sees("今天要办的事").await;
    room.key(F3).await;
    room.key(known).await;
    room.key(ENTER).await;
    room.press(known).await;
    room.sees("经过").await;
    room.press("改地点").await;
    room.fill("新的值", place).await;
    room.press("保存").await;
    room.sees(place).await;
    // A new case, and a second one that is left half typed.
    room.press("登记").await;
    room.fill("姓名", party).await;
    room.fill("经过", &format!("{party}来说，屋檐伸出。")).await;
    room.press("登记").await;
    room.sees("现在常做的").await;
    room.press("登记").await;
    room.fill("姓名", draft).await;
    room.press("案件台账").await;
    room.sees("共 ").await;
    room.insert(stick);
    room.press("交换").await;
    room.press("写到 U 盘，给青石镇综治中心").await;
    room.choose("U 盘 U盘").await;
    room.press("写包").await;
    room.sees("写好了").await;
    room.press("好的").await;
    room.remove_stick();
    room.key(F8).await;
    room.sees("已锁定").await;
    room.fill("密码", PASSPHRASE).await;
    room.key(ENTER).await;
    room.sees("今天要办的事").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_name_is_left_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    let stick = folder.path().join("stick");
    std::fs::create_dir(&stick).unwrap();
    let names = names(NAMES);
    let (typed, used) = names.split_at(TYPED);
    let home = folder.path().join("leaks/home");
    let township = tests::Room::township(&folder.path().join("township"));
    std::fs::create_dir(folder.path().join("leaks")).unwrap();
    let village = township.joined(QIAOTOU, &home);
    fill(&township, &village, used);
    let shown: Value = village.does("case_list", json!({ "limit": 200 }));
    assert!(shown.to_string().contains(used[0].as_str()), "the names are there to be found");
    drop(township);
    drop(village);

    let room = Room::open("leaks", folder.path()).await;
    work(&room, typed, &used[0], &stick).await;
    // What people call a unit must not be found on a stick or in a log either.
    let mut wanted = names.clone();
    wanted.extend(["桥头村评理说事点", "青石镇综治中心"].map(str::to_owned));
    none_below(folder.path(), &wanted);
    room.close().await;
    let looked = none_below(folder.path(), &wanted);
    assert!(looked.files > 10 && looked.bytes > 1_000_000, "{looked:?}");
    let logs = std::fs::read_dir(home.join("logs")).unwrap().count();
    assert!(logs > 0, "the log was among them");

    // The search would have found one.
    let planted = folder.path().join("leaks/person/.cache/planted");
    std::fs::create_dir_all(planted.parent().unwrap()).unwrap();
    std::fs::write(&planted, format!("x{}x", used[100])).unwrap();
    assert_eq!(Leaks::of(&wanted).below(folder.path()).hits.len(), 1);
}
