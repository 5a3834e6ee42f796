//! The township's own catalogue: taken over from a table, withdrawn, and what cases keep of it.

use std::path::Path;

use serde_json::{Value, json};
use tests::{Post, QIAOTOU, Room, as_json, folder, text};

use crate::tables::{counts, fields, table_of};

const HEADS: [&str; 6] = ["编号", "大类", "事项", "对应类型", "责任单位", "排查频次"];

const CENTRE: Post =
    Post { unit: "青石镇综治中心", level: "township", sort: "centre", role: "R7" };

fn put(path: &Path, rows: &[[&str; 6]]) {
    let rows = rows.iter().map(|row| row.map(str::to_owned).to_vec());
    std::fs::write(path, table_of(&HEADS, rows)).unwrap();
}

fn request(room: &Room, path: &Path) -> Value {
    let read = json!({ "from": { "path": path }, "sort": "local_items" });
    let view = room.does("table_read", read.clone());
    let mut request = read;
    request["fields"] = fields(&view);
    request
}

fn troubles(done: &Value) -> Vec<String> {
    done["lines"].as_array().unwrap().iter().map(|line| text(line, "/trouble")).collect()
}

/// The codes of the catalogue, those that were withdrawn in brackets.
fn codes(room: &Room) -> Vec<String> {
    let listed = room.does("local_item_list", json!({}));
    let code = |line: &Value| match line["is_withdrawn"].as_bool().unwrap() {
        false => text(line, "/item/code"),
        true => format!("({})", text(line, "/item/code")),
    };
    listed["items"].as_array().unwrap().iter().map(code).collect()
}

fn undo(room: &Room, at: usize) -> Value {
    let imports = room.does("import_list", json!({}))["imports"].clone();
    let undone = room.does("import_undo", json!({ "import": imports[at]["import"] }));
    undone["imports"][at].clone()
}

const DRIP: [&str; 6] = ["LL-01", "邻里", "滴水", "邻里纠纷", "村委会", "每月"];
const BOUNDS: [&str; 6] = ["TD-01", "土地", "地界", "7", "国土所", ""];

#[test]
fn a_catalogue_is_taken_over_once_by_the_township_alone_and_everybody_has_it() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let path = folder.path().join("items.xlsx");
    put(
        &path,
        &[
            DRIP,
            BOUNDS,
            ["", "土地", "水源", "山林土地", "", ""],
            ["TD-02", "", "水源", "山林土地", "", ""],
            ["TD-03", "土地", "水源", "土地山林", "", ""],
            ["TD-04", "土地", "水源", "", "", ""],
            ["LL-01", "邻里", "采光", "邻里", "", ""],
            ["LL-02", "邻里", "滴 水", "邻里", "", ""],
        ],
    );
    assert_eq!(township.does("local_item_list", json!({}))["items"], json!([]));
    let mut request = request(&township, &path);
    assert_eq!(
        request["fields"],
        json!(["number", "group", "item", "category", "duty", "frequency"])
    );
    request["dry"] = json!(true);
    assert_eq!(counts(&township.does("table_import", request.clone())), [2, 0, 2, 4, 0]);
    assert_eq!(codes(&township), Vec::<String>::new(), "nothing is written");
    assert_eq!(as_json(&village.fails("table_import", request.clone()))["code"], "not_allowed");
    request["dry"] = json!(false);
    let done = township.does("table_import", request.clone());
    assert_eq!(counts(&done), [2, 0, 2, 4, 0]);
    assert_eq!(troubles(&done), ["no_number", "no_item", "category", "category", "twice", "alike"]);
    assert_eq!(codes(&township), ["LL-01", "TD-01"]);
    let again = township.does("table_import", request.clone());
    assert_eq!(counts(&again), [0, 2, 2, 4, 0]);
    assert_eq!(again["import"], json!(null), "what brought nothing is no import");
    township.carry(&village);
    assert_eq!(codes(&village), ["LL-01", "TD-01"]);
    let listed = village.does("local_item_list", json!({}));
    assert_eq!(
        listed["items"][1],
        json!({
            "item": { "code": "TD-01", "group": "土地", "name": "地界", "category": "land" },
            "unit": "国土所", "frequency": "", "is_withdrawn": false,
        })
    );
    assert_eq!(listed["may_set"], false);
    // Nor withdraws a village anything.
    let offer = json!({ "code": "LL-01", "is_offered": false });
    assert_eq!(as_json(&village.fails("local_item_offer", offer))["code"], "not_allowed");
    // What was not taken over comes back with the reason, and goes in once it was mended.
    let rest = folder.path().join("rest.xlsx");
    let words = json!({ "words": { "reason": "原因", "category": "没有这个类型" } });
    township
        .does("table_rest", json!({ "import": request, "words": words, "to": { "path": rest } }));
    let view =
        township.does("table_read", json!({ "from": { "path": rest }, "sort": "local_items" }));
    assert_eq!(view["rows"], 6);
    assert_eq!(
        township.does("table_read", json!({ "from": { "path": path }, "sort": "local_items" }))["is_remembered"],
        true
    );
}

#[test]
fn a_catalogue_taken_over_by_mistake_goes_but_for_what_is_used_or_was_changed_since() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let path = folder.path().join("items.xlsx");
    put(
        &path,
        &[
            DRIP,
            BOUNDS,
            ["LL-02", "邻里", "采光", "邻里", "", ""],
            ["LL-03", "邻里", "噪声", "邻里", "", ""],
        ],
    );
    let mut request = request(&township, &path);
    township.does("table_import", request.clone());
    township.carry(&village);
    // A village puts a case under one; the township words another anew, and brings a third.
    let case = village.does("case_register", json!({
        "title": "滴水", "parties": [{ "name": "张三", "side": "applicant" }], "local_item": "LL-01",
    }));
    assert_eq!(case["local_item"]["name"], "滴水");
    assert_eq!(case["category"], "neighbours", "by the same act");
    put(
        &path,
        &[
            ["LL-02", "邻里", "采光通风", "邻里", "", "每季"],
            ["LL-04", "邻里", "养狗", "邻里", "", ""],
        ],
    );
    let changed = township.does("table_import", request.clone());
    assert_eq!((counts(&changed), troubles(&changed)), ([1, 0, 1, 0, 0], vec!["changed".into()]));
    request["with_doubtful"] = json!(true);
    assert_eq!(counts(&township.does("table_import", request.clone())), [1, 1, 0, 0, 0]);
    village.carry(&township);
    let undone = undo(&township, 2);
    assert_eq!((&undone["cases"], &undone["kept"]), (&json!(4), &json!(2)));
    assert_eq!(codes(&township), ["LL-01", "(TD-01)", "LL-02", "(LL-03)", "LL-04"]);
    // The second import takes the words back that it had changed.
    assert_eq!(undo(&township, 0)["kept"], 0);
    let names: Vec<String> = township.does("local_item_list", json!({}))["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| text(line, "/item/name"))
        .collect();
    assert_eq!(names, ["滴水", "地界", "采光", "噪声", "养狗"]);
    // What was withdrawn comes again with its table.
    put(&path, &[BOUNDS]);
    request["with_doubtful"] = json!(false);
    assert_eq!(counts(&township.does("table_import", request)), [1, 0, 0, 0, 0]);
    assert!(codes(&township).contains(&"TD-01".to_owned()));
}

#[test]
fn a_case_is_put_under_what_the_catalogue_offers_and_keeps_its_words() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let path = folder.path().join("items.xlsx");
    put(&path, &[DRIP, BOUNDS]);
    let mut request = request(&township, &path);
    township.does("table_import", request.clone());
    let item = |at: usize| township.does("local_item_list", json!({}))["items"][at]["item"].clone();
    let set = |case: &Value, item: Value| {
        let facts = json!([{ "kind": "local_item_set", "body": { "item": item } }]);
        json!({ "case": case["id"], "facts": facts })
    };
    let plain = township.register("滴水");
    let typed = township.does("fact_add", set(&plain, item(0)));
    assert_eq!(
        (&typed["local_item"]["code"], &typed["category"]),
        (&json!("LL-01"), &json!("neighbours"))
    );
    // Taken back, and put elsewhere: the type that the case has by now stays.
    let back = township.does("fact_add", set(&plain, Value::Null));
    assert_eq!((&back["local_item"], &back["category"]), (&Value::Null, &json!("neighbours")));
    let other = township.does("fact_add", set(&plain, item(1)));
    assert_eq!(
        (&other["local_item"]["category"], &other["category"]),
        (&json!("land"), &json!("neighbours"))
    );
    // Neither what is not in it, nor its code with other words, nor what was withdrawn.
    let mut strange = item(0);
    strange["name"] = json!("别的");
    let reason = |fault| as_json(&fault)["reason"].clone();
    assert_eq!(reason(township.fails("fact_add", set(&plain, strange))), "unknown");
    let register = |code: &str| json!({ "local_item": code, "parties": [{ "name": "李四", "side": "applicant" }] });
    assert_eq!(reason(township.fails("case_register", register("XX"))), "unknown");
    let bounds = item(1);
    let offer = |is_offered: bool| json!({ "code": "TD-01", "is_offered": is_offered });
    township.does("local_item_offer", offer(false));
    assert_eq!(codes(&township), ["LL-01", "(TD-01)"]);
    assert_eq!(reason(township.fails("fact_add", set(&plain, bounds.clone()))), "unknown");
    assert_eq!(reason(township.fails("case_register", register("TD-01"))), "unknown");
    let kept = township.does("case_get", json!({ "case": plain["id"] }));
    assert_eq!(kept["local_item"], bounds, "the case keeps it");
    township.does("local_item_offer", offer(true));
    assert_eq!(codes(&township), ["LL-01", "TD-01"]);
    // Worded anew, it is the old words on the case, and the ledger finds it by its code.
    put(&path, &[["TD-01", "山林", "林地界", "7", "", ""]]);
    request["with_doubtful"] = json!(true);
    township.does("table_import", request);
    let kept = township.does("case_get", json!({ "case": plain["id"] }));
    assert_eq!(kept["local_item"]["name"], "地界");
    for (filter, total) in [
        (json!({ "local_item": "TD-01" }), 1),
        (json!({ "local_item": "LL-01" }), 0),
        (json!({ "local_group": "土地" }), 1),
        (json!({ "local_group": "山林" }), 0),
        (json!({ "local_item": " " }), 1),
    ] {
        let found = township.does("case_list", filter.clone());
        assert_eq!(found["total"], total, "{filter}");
    }
    let row = township.does("case_search", json!({ "query": "滴水", "local_group": "土地" }));
    assert_eq!(
        (text(&row, "/rows/0/local_group"), text(&row, "/rows/0/local_item")),
        ("土地".into(), "地界".into())
    );
}

#[test]
fn one_table_puts_cases_under_the_items_it_names() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let path = folder.path().join("items.xlsx");
    put(&path, &[DRIP, BOUNDS]);
    let items = request(&township, &path);
    township.does("table_import", items);
    let heads = ["登记日期", "当事人", "事由", "地方事项"];
    let rows = [
        ["2026-02-03", "张三、李四", "第一件", "滴水"],
        ["2026-02-04", "王五、赵六", "第二件", "土地／地界"],
        ["2026-02-05", "孙七、周八", "第三件", "没有的事"],
    ];
    let rows = rows.into_iter().map(|row| row.map(str::to_owned).to_vec());
    std::fs::write(&path, table_of(&heads, rows)).unwrap();
    let read = json!({ "from": { "path": path } });
    let view = township.does("table_read", read);
    assert_eq!(fields(&view), json!(["applied", "parties", "title", "item"]));
    let request = json!({ "from": { "path": path }, "fields": fields(&view) });
    assert_eq!(counts(&township.does("table_import", request.clone())), [3, 0, 0, 0, 0]);
    assert_eq!(counts(&township.does("table_import", request)), [0, 3, 0, 0, 0]);
    let found = |title: &str| {
        let rows = township.does("case_search", json!({ "query": title }))["rows"].clone();
        township.does("case_get", json!({ "case": rows[0]["id"] }))
    };
    assert_eq!(found("第一件")["local_item"]["code"], "LL-01");
    let second = found("第二件");
    assert_eq!(
        (&second["local_item"]["code"], &second["category"]),
        (&json!("TD-01"), &json!("land"))
    );
    let third = found("第三件");
    assert_eq!(third["local_item"], Value::Null);
    assert!(third.to_string().contains("地方事项：没有的事"), "its words stay readable");
}

#[test]
fn a_catalogue_of_two_hundred_groups_and_endless_words_is_bounded() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let second = township.joined(CENTRE, &folder.path().join("second"));
    let path = folder.path().join("items.xlsx");
    let long = "长".repeat(201);
    let rows = (0..1_100u32).map(|n| {
        let name = if n == 7 { long.clone() } else { format!("事项{n}") };
        let cells = [format!("C{n}"), format!("大类{}", n % 200), name, "18".into()];
        [cells.to_vec(), vec![String::new(), "每月".into()]].concat()
    });
    std::fs::write(&path, table_of(&HEADS, rows)).unwrap();
    let request = request(&township, &path);
    let done = township.does("table_import", request.clone());
    assert_eq!(counts(&done), [1_000, 0, 0, 100, 0], "and one that is too long");
    assert_eq!(done["lines"].as_array().unwrap().len(), 100);
    assert_eq!(
        (text(&done, "/lines/0/trouble"), text(&done, "/lines/1/trouble")),
        ("too_long".into(), "too_many".into())
    );
    assert_eq!(codes(&township).len(), 1_000);
    // Another computer of the township has all of it, and taking it over there adds nothing.
    township.carry(&second);
    assert_eq!(codes(&second), codes(&township));
    assert_eq!(counts(&second.does("table_import", request)), [0, 1_000, 0, 100, 0]);
    assert_eq!(undo(&township, 0)["kept"], 0);
    assert!(codes(&township).iter().all(|code| code.starts_with('(')));
}
