//! Finding a case by whatever somebody remembers of it, why it was found, ways of looking that are
//! kept, and settled cases that are like one.

use serde_json::{Value, json};
use tests::{Room, folder, text};

fn registered(room: &Room, title: &str, name: &str, place: &str, summary: &str) -> Value {
    room.does(
        "case_register",
        json!({
            "title": title, "place": place, "summary": summary, "category": "neighbours",
            "parties": [
                { "name": name, "side": "applicant", "phone": "13912346218",
                  "id_number": "110101199003078515" },
                { "name": "仇某", "side": "respondent" },
            ],
        }),
    )
}

fn found(room: &Room, request: Value) -> Vec<(String, Vec<String>)> {
    let list = room.does("case_search", request);
    let line = |row: &Value| {
        let places = row["matched"].as_array().unwrap().iter();
        (text(row, "/title"), places.map(|one| text(one, "/place")).collect())
    };
    list["rows"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn a_case_is_found_by_whatever_is_remembered_and_says_why() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    let case = registered(&room, "屋檐滴水", "张三", "桥头村石湾组", "两家为排水沟争吵");
    let _ = registered(&room, "田埂", "欧阳雪", "柳溪村", "一百年的地界");
    let number = text(&case, "/number");
    let tail = number.rsplit('-').next().unwrap().trim_start_matches('0');
    let joined: String = number.chars().filter(char::is_ascii_alphanumeric).collect();
    let rows = [
        ("zhangsan", vec!["name_letters"]),
        ("zs", vec!["name_letters"]),
        ("san", vec!["name_letters"]),
        ("qiaotou", vec!["place_letters"]),
        ("swz", vec!["place_letters"]),
        ("张三 滴水", vec!["name", "title"]),
        ("石湾", vec!["place"]),
        ("排水沟", vec!["text"]),
        (joined.as_str(), vec!["number"]),
    ];
    for (query, want) in rows {
        let want: Vec<String> = want.into_iter().map(str::to_owned).collect();
        let got = found(&room, json!({ "query": query }));
        assert_eq!(got, [("屋檐滴水".to_owned(), want)], "{query}");
    }
    let ordinal = found(&room, json!({ "query": format!("第{tail}号") }));
    assert!(ordinal.contains(&("屋檐滴水".to_owned(), vec!["number".to_owned()])), "{ordinal:?}");
    // Both have these: the other side in every reading, and the ends of telephone and identity.
    for (query, place) in [
        ("qiumou", "name_letters"),
        ("cm", "name_letters"),
        ("6218", "phone"),
        ("078515", "hidden"),
    ] {
        let got = found(&room, json!({ "query": query }));
        assert_eq!(got.len(), 2, "{query}: {got:?}");
        assert!(got.iter().all(|(_, places)| places == &[place]), "{query}: {got:?}");
    }
    // Filters, also beside words.
    let filters = [
        (json!({ "query": "仇", "place": "柳溪" }), 1),
        (json!({ "query": "仇", "category": "land" }), 0),
        (json!({ "query": "仇", "stage": "triage", "clock": "acceptance" }), 2),
        (json!({ "query": "仇", "due_until": "2026-03-02" }), 0),
        (json!({ "query": "仇", "due_until": "2026-12-31" }), 2),
        (json!({ "query": "仇", "mediator": "吴" }), 0),
    ];
    for (request, want) in filters {
        let got = found(&room, request.clone());
        assert_eq!(got.len(), want, "{request}: {got:?}");
    }
    room.does(
        "fact_add",
        json!({ "case": case["id"], "facts": [
        { "kind": "accepted", "body": { "on": "application" } },
        { "kind": "mediators_appointed",
          "body": { "host": "吴明", "mediators": ["吴明"], "chosen_by": "committee" } },
    ] }),
    );
    assert_eq!(found(&room, json!({ "query": "仇", "mediator": "吴" })).len(), 1);
    let listed = room.does("case_list", json!({ "place": "石湾", "mediator": "吴明" }));
    assert_eq!(listed["total"], 1);
}

#[test]
fn ways_of_looking_are_kept_under_their_names() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    let save =
        |name: &str, query: &str| room.does("view_save", json!({ "name": name, "query": query }));
    save("欠薪", "category=unpaid_wages");
    save("没结的", "open=yes");
    let kept = save("欠薪", "category=unpaid_wages&open=yes");
    assert_eq!(kept["views"].as_array().unwrap().len(), 2);
    assert_eq!(kept["views"][1]["query"], "category=unpaid_wages&open=yes");
    assert_eq!(room.does("view_drop", json!({ "name": "没结的" }))["views"][0]["name"], "欠薪");
    for n in 0..25 {
        save(&format!("第{n}个"), "x=1");
    }
    assert_eq!(room.does("view_list", json!({}))["views"].as_array().unwrap().len(), 20);
    room.fails("view_save", json!({ "name": " ", "query": "" }));
    room.fails("view_save", json!({ "name": "长", "query": "x".repeat(2_000) }));
}

#[test]
fn settled_cases_that_are_like_one_say_how_they_ended() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    let settled = registered(
        &room,
        "屋檐滴水到邻家宅基地",
        "张三",
        "桥头村",
        "翻建房屋后屋檐滴水，邻家墙面受潮",
    );
    let other = registered(&room, "广场舞太吵", "李四", "柳溪村", "夜里音响声音大，影响休息");
    for case in [&settled, &other] {
        room.does(
            "fact_add",
            json!({ "case": case["id"], "facts": [
            { "kind": "accepted", "body": { "on": "application" } },
            { "kind": "agreement_reached",
              "body": { "form": "oral", "text": "装水槽", "amount_fen": 80_000 } },
            { "kind": "closed", "body": { "outcome": "settled" } },
        ] }),
        );
    }
    let open =
        registered(&room, "屋檐滴水纠纷", "王五", "石湾村", "新房屋檐滴水落在邻家墙面，墙体受潮");
    let rows = room.does("case_similar", json!({ "case": open["id"] }))["rows"].clone();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows[0]["case"], settled["id"], "{rows:?}");
    assert_eq!(rows[0]["outcome"], "settled");
    assert_eq!(rows[0]["agreement"]["amount_fen"], 80_000);
    assert!(rows[0]["shared"].as_array().unwrap().contains(&json!("屋檐滴水")), "{rows:?}");
    assert!(rows.iter().all(|row| row["case"] != open["id"]), "never itself");
    // No word of what was agreed, and nobody's name but in the title that every list shows.
    assert!(!rows.iter().any(|row| row.to_string().contains("水槽")));
}

#[test]
fn a_person_is_found_by_pinyin_as_a_case_is() {
    let folder = folder();
    let room = Room::township(&folder.path().join("home"));
    for (name, address) in [("仇建国", "桥头村石湾组"), ("单雄信", "柳溪村"), ("王莲", "")]
    {
        room.does(
            "person_add",
            json!({ "name": name, "address": address, "phone": "13900001111" }),
        );
    }
    let rows: [(&str, &[&str]); 11] = [
        ("qiujianguo", &["仇建国"]),
        ("choujianguo", &["仇建国"]),
        ("QJG", &["仇建国"]),
        ("qiu jian", &["仇建国"]),
        ("jianguo", &["仇建国"]),
        ("shiwan", &["仇建国"]),
        ("danxx", &[]),
        ("dxx", &["单雄信"]),
        ("shanxiongxin", &["单雄信"]),
        ("wanglian", &["王莲"]),
        ("国", &["仇建国"]),
    ];
    for (query, want) in rows {
        let found = room.does("person_list", json!({ "query": query }));
        let names: Vec<String> =
            found["rows"].as_array().unwrap().iter().map(|row| text(row, "/name")).collect();
        assert_eq!(names, want, "{query}");
        assert_eq!(found["total"], want.len(), "{query}");
    }
}
