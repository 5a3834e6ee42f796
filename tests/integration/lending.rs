//! A new computer lists and finds everything before anything of it is built, wherever the line
//! breaks, and nothing that it may not hold.

use app::exchange::{Line, Met};
use serde_json::{Value, json};
use tests::{Post, QIAOTOU, Room, SHIWAN, as_json, folder};

/// What a new computer showed while a meeting went on, step by step.
struct Watched<'a> {
    newcomer: &'a Room,
    /// The case that somebody tries to open.
    case: Value,
    /// After how many messages the line breaks.
    left: usize,
    moments: Vec<Moment>,
}

/// How many cases are listed, found, and built; and what became of opening one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Moment {
    listed: u64,
    found: u64,
    built: usize,
    opened: String,
}

impl Watched<'_> {
    fn look(&self) -> Moment {
        let total = |name: &str, request| self.newcomer.does(name, request)["total"].as_u64();
        let listed = total("case_list", json!({})).unwrap();
        let found = total("case_search", json!({ "query": "纠纷" })).unwrap();
        let built = self.newcomer.records().iter().filter(|row| row.starts_with("case\t")).count();
        let opened = match self.newcomer.call("case_get", json!({ "case": self.case })) {
            Ok(case) => case["title"].as_str().unwrap_or_default().to_owned(),
            Err(fault) => as_json(&fault)["code"].as_str().unwrap_or_default().to_owned(),
        };
        Moment { listed, found, built, opened }
    }
}

impl Line for Watched<'_> {
    fn pick(&mut self, _: usize) -> usize {
        let moment = self.look();
        if self.moments.last() != Some(&moment) {
            self.moments.push(moment);
        }
        0
    }

    fn crosses(&mut self, _: usize) -> bool {
        self.pick(1);
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }
}

/// One more computer of the township.
const WINDOW: Post =
    Post { unit: "青石镇综治中心", level: "township", sort: "centre", role: "R6" };

/// Joins as one more computer of the unit that works in a room.
fn beside(township: &Room, of: &Room, post: Post, home: &std::path::Path) -> Room {
    let room = Room::empty(home);
    let invited = township.does(
        "invitation_create",
        json!({
            "unit": of.unit(), "level": post.level, "role": post.role,
            "to": { "path": home.with_extension("stick") },
        }),
    );
    let path = tests::text(&invited, "/path").into();
    let invited = tests::Invited { path, code: tests::text(&invited, "/code") };
    room.accept(&invited).expect("joined");
    room.carry(township);
    township.carry(&room);
    room
}

fn meet<'a>(newcomer: &'a Room, other: &Room, case: &Value, left: usize) -> (Met, Watched<'a>) {
    let mut line = Watched { newcomer, case: case.clone(), left, moments: Vec::new() };
    let met = newcomer.desk.meet(&other.desk, &mut line).unwrap();
    (met, line)
}

#[test]
fn a_new_computer_lists_and_finds_everything_before_anything_is_built() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let newcomer = beside(&township, &township, WINDOW, &folder.path().join("newcomer"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let case = village.register("滴水边界纠纷")["id"].clone();
    let _ = village.register("鱼塘纠纷");
    let _ = village.register("欠薪纠纷");
    village.carry(&township);
    let (met, line) = meet(&newcomer, &township, &case, usize::MAX);
    let meeting = met.caller.unwrap();
    assert_eq!((meeting.is_equal, meeting.listed), (true, 3));
    let at = |listed, built, opened: &str| Moment {
        listed,
        found: listed,
        built,
        opened: opened.to_owned(),
    };
    let steps = &line.moments;
    assert_eq!(steps[0], at(0, 0, "not_found"));
    assert!(steps.contains(&at(3, 0, "arriving")), "{steps:?}");
    // Whoever asks for one has it built at once, before the others.
    assert!(steps.contains(&at(3, 1, "滴水边界纠纷")), "{steps:?}");
    assert!(steps.iter().all(|step| [0, 3].contains(&step.listed)), "{steps:?}");
    assert_eq!(newcomer.records(), township.records());
    assert!(newcomer.desk.rebuild(true).unwrap().is_same);
    let history = newcomer.does("exchange_history", json!({}));
    assert_eq!(
        (&history["rows"][0]["listed"], &history["rows"][0]["listed_otherwise"]),
        (&json!(3), &json!(0))
    );
    // Once it has built something it takes nothing on loan any more.
    let _ = village.register("雨棚纠纷");
    village.carry(&township);
    assert_eq!(meet(&newcomer, &township, &case, usize::MAX).0.caller.unwrap().listed, 0);
}

#[test]
fn wherever_the_line_breaks_the_lists_end_as_the_entries_say() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let cuts = [1, 4, 8, 10, 11, 12, 13, 14, 15, 16, 18];
    let newcomers: Vec<Room> = (0..cuts.len())
        .map(|n| beside(&township, &township, WINDOW, &folder.path().join(format!("new-{n}"))))
        .collect();
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let case = village.register("滴水边界纠纷")["id"].clone();
    let _ = village.register("鱼塘纠纷");
    village.carry(&township);
    let mut ends = Vec::new();
    for (messages, newcomer) in cuts.into_iter().zip(&newcomers) {
        let (met, line) = meet(newcomer, &township, &case, messages);
        let moment = line.look();
        ends.push((met.caller.is_ok(), moment.listed, moment.built));
        let (met, _) = meet(newcomer, &township, &case, usize::MAX);
        assert!(met.caller.unwrap().is_equal, "cut after {messages}");
        assert_eq!(newcomer.records(), township.records(), "cut after {messages}");
        assert!(newcomer.desk.rebuild(true).unwrap().is_same, "cut after {messages}");
        let history = newcomer.does("exchange_history", json!({}));
        let told = history["rows"].as_array().unwrap().iter();
        assert!(told.clone().all(|line| line["listed_otherwise"] == 0), "cut after {messages}");
        assert_eq!(newcomer.titles().len(), 2);
    }
    assert!(ends.contains(&(false, 0, 0)), "before anything came: {ends:?}");
    assert!(ends.contains(&(false, 2, 0)), "between the lists and the entries: {ends:?}");
    assert!(ends.contains(&(false, 2, 2)), "after everything came: {ends:?}");
}

#[test]
fn a_new_computer_of_a_village_is_lent_nothing_of_others() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let newcomer = beside(&township, &village, QIAOTOU, &folder.path().join("newcomer"));
    let neighbour = township.joined(SHIWAN, &folder.path().join("neighbour"));
    let case = village.register("滴水边界纠纷")["id"].clone();
    let other = neighbour.register("鱼塘纠纷")["id"].clone();
    let _ = township.register("镇里的纠纷");
    let shared = township.register("两村共有的纠纷")["id"].clone();
    township.does("case_share", json!({ "case": shared, "units": [village.unit()] }));
    village.carry(&township);
    neighbour.carry(&township);
    let (met, line) = meet(&newcomer, &township, &case, usize::MAX);
    assert_eq!(met.caller.unwrap().listed, 2);
    assert!(line.moments.iter().all(|step| step.listed <= 2), "{:?}", line.moments);
    assert!(line.moments.iter().any(|step| (step.listed, step.built) == (2, 0)));
    assert_eq!(newcomer.titles(), ["两村共有的纠纷", "滴水边界纠纷"]);
    let fault = newcomer.fails("case_get", json!({ "case": other }));
    assert_eq!(as_json(&fault)["code"], "not_found");
}
