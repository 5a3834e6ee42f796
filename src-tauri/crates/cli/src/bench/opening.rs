//! How fast a profile and its screens open, and what looking after it takes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use app::Desk;
use app::fault::Fault;
use serde_json::{Value, json};

use super::RUNS;
use super::cost::{median, memory, ms, quantile, timed};
use super::rooms::{PASSPHRASE, Pair, attach, folder, paper, unlocked, wait_until};
use crate::demo;

/// What checking all that is stored takes, and what whoever opens the profile notices of it.
pub(super) fn scrub(cases: u32, seed: u64) -> Result<Value, Fault> {
    let folder = folder()?;
    let home = folder.path().join("village");
    demo::make(&home, PASSPHRASE, cases, seed)?;
    let page = json!({ "limit": 50, "offset": 0 });
    let lists = |desk: &Desk| -> Result<Duration, Fault> {
        let once = |_| Ok(timed(|| desk.call("case_list", page.clone(), None))?.1.wall);
        let mut times = (0..RUNS).map(once).collect::<Result<Vec<Duration>, Fault>>()?;
        Ok(median(&mut times))
    };
    let mut opening = Vec::new();
    let mut firsts = Vec::new();
    let mut beside = Vec::new();
    for _ in 0..RUNS {
        let (desk, time) = timed(|| unlocked(&home))?;
        opening.push(time.wall);
        firsts.push(timed(|| desk.call("case_list", page.clone(), None))?.1.wall);
        beside.push(lists(&desk)?);
        desk.call("profile_lock", json!({}), None)?;
    }
    let desk = unlocked(&home)?;
    let ((entries, altered), whole) = timed(|| desk.scrub())?;
    let whole = whole.wall;
    // Beside nothing else: by now the pass in the background is over, too.
    wait_until(|| Ok(desk.is_checked()))?;
    let quiet = lists(&desk)?;
    let pages = timed(|| desk.check_pages())?.1.wall;
    let bytes = std::fs::metadata(home.join("pingli.db")).map_or(0, |file| file.len());
    Ok(json!({
        "cases": cases, "entries": entries, "altered": altered, "file_bytes": bytes,
        "open_ms": ms(median(&mut opening)),
        "first_list_ms": ms(median(&mut firsts)),
        "list_beside_ms": ms(median(&mut beside)),
        "list_quiet_ms": ms(quiet),
        "whole_pass_ms": ms(whole), "pages_ms": ms(pages),
    }))
}

/// How fast screens open over many cases.
pub(super) fn open(cases: u32, seed: u64) -> Result<Value, Fault> {
    let pair = Pair::make(cases, seed)?;
    let desk = &pair.village;
    let page = json!({ "limit": 50, "offset": 0 });
    let list = desk.call("case_list", page.clone(), None)?;
    let rows = list.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut lists = Vec::new();
    let mut gets = Vec::new();
    for row in rows.iter().take(RUNS) {
        lists.push(timed(|| desk.call("case_list", page.clone(), None))?.1.wall);
        let case = json!({ "case": row.get("id") });
        gets.push(timed(|| desk.call("case_get", case, None))?.1.wall);
    }
    let mut searches = Vec::new();
    let mut words = Vec::new();
    for row in &rows {
        let title = row.get("title").and_then(Value::as_str).unwrap_or_default();
        let number = row.get("number").and_then(Value::as_str).unwrap_or_default();
        let chars: Vec<char> = title.chars().collect();
        words.extend(chars.first().map(char::to_string));
        words.extend(chars.chunks(2).take(3).map(|pair| pair.iter().collect::<String>()));
        words.extend(chars.chunks(5).take(1).map(|part| part.iter().collect::<String>()));
        words.push(number.to_owned());
    }
    words.extend(
        ["纠纷", "宅基地", "工钱", "滴水", "赡养", "张某", "1380", "0001"].map(str::to_owned),
    );
    for word in &words {
        let request = json!({ "query": word, "limit": 50 });
        searches.push(timed(|| desk.call("case_search", request, None))?.1.wall);
    }
    Ok(json!({
        "cases": cases,
        "list_ms": ms(median(&mut lists)),
        "case_ms": ms(median(&mut gets)),
        "searches": searches.len(),
        "search_median_ms": ms(median(&mut searches)),
        "search_p95_ms": ms(quantile(&mut searches, 95, 100)),
    }))
}

/// How a process of its own opens a profile: asked from outside, so that nothing is warm in it and
/// its memory is its own.
pub(super) fn cold(cases: u32, seed: u64) -> Result<Value, Fault> {
    let folder = folder()?;
    let home = folder.path().join("village");
    demo::make(&home, PASSPHRASE, cases, seed)?;
    opened_often(&home, cases)
}

/// How many attachments a case of a village has.
const PAPERS: usize = 4;

/// How large each of them is.
const PAPER_BYTES: usize = 20_000;

/// A village's computer after years: cases with attachments.
pub(super) fn village(cases: u32, seed: u64) -> Result<Value, Fault> {
    let folder = folder()?;
    let home = folder.path().join("village");
    demo::make(&home, PASSPHRASE, cases, seed)?;
    let desk = unlocked(&home)?;
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut at, mut papers) = (0u32, 0u64);
    loop {
        let list = desk.call("case_list", json!({ "limit": 200, "offset": at }), None)?;
        let rows = list.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
        if rows.is_empty() {
            break;
        }
        at = at.saturating_add(200);
        for row in rows {
            let case = row.get("id").cloned().unwrap_or_default();
            for _ in 0..PAPERS {
                // One that was archived takes none; the example has some of those.
                papers += u64::from(attach(&desk, &case, &paper(&mut random, PAPER_BYTES)).is_ok());
            }
        }
    }
    desk.call("profile_lock", json!({}), None)?;
    drop(desk);
    let mut value = opened_often(&home, cases)?;
    if let Some(members) = value.as_object_mut() {
        members.insert("attachments".into(), papers.into());
        members.insert("attachment_bytes".into(), PAPER_BYTES.into());
    }
    Ok(value)
}

/// Opens a profile in processes of their own, the file forgotten by the system before each.
fn opened_often(home: &Path, cases: u32) -> Result<Value, Fault> {
    let mut rows = Vec::new();
    let (mut unlocks, mut pages) = (Vec::new(), Vec::new());
    let mut is_evicted = true;
    let cage = Cage::open();
    for _ in 0..super::RUNS {
        is_evicted &= evict(&home.join("pingli.db"));
        let row = opened_apart(home, cage.as_ref())?;
        unlocks.push(Duration::from_secs_f64(seconds(&row, "unlock_ms")));
        pages.push(Duration::from_secs_f64(seconds(&row, "first_page_ms")));
        rows.push(row);
    }
    let bytes = std::fs::metadata(home.join("pingli.db")).map_or(0, |file| file.len());
    Ok(json!({
        "cases": cases, "file_bytes": bytes, "is_evicted": is_evicted,
        "memory_limit": cage.as_ref().map(|_| MEMORY),
        "unlock_ms": ms(median(&mut unlocks)),
        "first_page_ms": ms(median(&mut pages)),
        "each": rows,
    }))
}

fn seconds(row: &Value, member: &str) -> f64 {
    row.get(member).and_then(Value::as_f64).unwrap_or_default() / 1000.0
}

/// Asks the system to forget what it keeps of a file in memory; says whether it could be asked.
fn evict(path: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        let Ok(file) = std::fs::File::open(path) else { return false };
        let advice = rustix::fs::Advice::DontNeed;
        file.sync_data().is_ok() && rustix::fs::fadvise(&file, 0, None, advice).is_ok()
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = path;
        false
    }
}

/// How much memory a village's computer has, for the program and for what the system keeps of its
/// files.
const MEMORY: &str = "2147483648";

/// A limit on the memory of processes, as the system may offer it: gone when dropped.
struct Cage(PathBuf);

impl Cage {
    /// Nothing where it is not permitted.
    fn open() -> Option<Self> {
        let places =
            [("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")];
        places.into_iter().find_map(|(place, limit)| {
            let folder = Path::new(place).join(format!("pingli-bench-{}", std::process::id()));
            std::fs::create_dir(&folder).ok()?;
            let cage = Self(folder);
            // Where it cannot be limited it is of no use.
            std::fs::write(cage.0.join(limit), MEMORY).ok()?;
            Some(cage)
        })
    }

    fn entrance(&self) -> PathBuf {
        self.0.join("cgroup.procs")
    }
}

impl Drop for Cage {
    fn drop(&mut self) {
        // A folder that stays costs nothing.
        let _ = std::fs::remove_dir(&self.0);
    }
}

/// Has a process of its own open a profile, and asks it what that took.
fn opened_apart(home: &Path, cage: Option<&Cage>) -> Result<Value, Fault> {
    let bad = |error: std::io::Error| Fault::bad(error.to_string());
    let program = crate::worker().ok_or_else(|| Fault::bad("this program is nowhere"))?;
    let mut asked = match cage {
        // It goes in by itself before it becomes the program.
        Some(cage) => {
            let mut shell = Command::new("sh");
            shell.args(["-c", "echo $$ >\"$0\" && exec \"$@\""]).arg(cage.entrance()).arg(program);
            shell
        }
        None => Command::new(program),
    };
    let answer = asked.args(["bench", APART, "--home"]).arg(home).output().map_err(bad)?;
    Ok(serde_json::from_slice(&answer.stdout)?)
}

/// The bench that another one starts in a process of its own.
pub(super) const APART: &str = "opened";

/// Opens a profile that is there, and its first page: what that took, and how much memory.
pub(super) fn opened(home: &Path) -> Result<Value, Fault> {
    let page = json!({ "limit": 50, "offset": 0 });
    let (desk, unlocking) = timed(|| unlocked(home))?;
    let first = timed(|| desk.call("case_list", page, None))?.1;
    let search =
        timed(|| desk.call("case_search", json!({ "query": "纠纷", "limit": 50 }), None))?.1;
    // What goes on beside everything else has its share of the memory.
    wait_until(|| Ok(desk.is_checked()))?;
    Ok(json!({
        "unlock_ms": ms(unlocking.wall), "first_page_ms": ms(first.wall),
        "search_ms": ms(search.wall), "memory": memory("self"),
    }))
}
