//! The computers that are measured, and how they meet.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use app::fault::Fault;
use app::{Desk, DeskOptions};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use trust::seal::Cost;

use crate::{demo, worker};

/// Nothing here needs guarding.
pub const PASSPHRASE: &str = "pingli-bench 1";

/// Nothing here needs guarding, and many profiles are made.
const CHEAP: Cost = Cost::LEAST;

/// How long to wait for something to appear.
const PATIENCE: Duration = Duration::from_secs(600);

/// How often is looked whether it has.
const GLANCE: Duration = Duration::from_millis(2);

/// A village and its township in a temporary folder, as real as any: each change that came from
/// elsewhere is tried in a child first, which is this program.
pub struct Pair {
    /// The village, which has written everything.
    pub village: Desk,
    /// The township, which has heard of everything.
    pub township: Desk,
    home: PathBuf,
    folder: tempfile::TempDir,
    joined: AtomicU64,
}

impl Pair {
    /// Makes the example that the seed stands for.
    ///
    /// # Errors
    /// The disk's.
    pub fn make(cases: u32, seed: u64) -> Result<Self, Fault> {
        let folder = folder()?;
        let home = folder.path().join("village");
        demo::make(&home, PASSPHRASE, cases, seed)?;
        let (village, township) = (unlocked(&home)?, unlocked(&home.join("township"))?);
        for desk in [&village, &township] {
            wait_until(|| Ok(desk.is_checked()))?;
        }
        Ok(Self { village, township, home, folder, joined: AtomicU64::default() })
    }

    /// Where the village's profile lies.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The township meets the village on the loopback network.
    ///
    /// # Errors
    /// The line's.
    pub fn meet(&self) -> Result<Value, Fault> {
        meet(&self.township, &self.village)
    }

    /// One more computer of the township, which was set up and has met nobody yet.
    ///
    /// # Errors
    /// The disk's.
    pub fn newcomer(&self) -> Result<Desk, Fault> {
        let number = self.joined.fetch_add(1, Ordering::Relaxed);
        let place = self.folder.path().join(format!("newcomer-{number}"));
        let status = self.township.call("status_get", json!({}), None)?;
        let unit = status.pointer("/office/unit/id").cloned().unwrap_or_default();
        let invited = self.township.call(
            "invitation_create",
            json!({
                "unit": unit, "level": "township", "role": "R6",
                "to": { "path": self.folder.path() },
            }),
            None,
        )?;
        let desk = fresh(&place);
        join(&desk, &invited)?;
        Ok(desk)
    }
}

/// A folder that is gone with its last user, on the disk.
pub(super) fn folder() -> Result<tempfile::TempDir, Fault> {
    tempfile::tempdir().map_err(|error| Fault::bad(error.to_string()))
}

/// A desk without a profile.
pub(super) fn fresh(home: &Path) -> Desk {
    let options = DeskOptions::new(home);
    Desk::new(DeskOptions { worker: worker(), cost: Some(CHEAP), ..options })
}

/// A desk whose profile is open.
pub(super) fn unlocked(home: &Path) -> Result<Desk, Fault> {
    let desk = fresh(home);
    desk.call("profile_unlock", json!({ "passphrase": PASSPHRASE }), None)?;
    Ok(desk)
}

/// Accepts an invitation, as `invitation_create` answered it.
pub(super) fn join(desk: &Desk, invited: &Value) -> Result<(), Fault> {
    let member = |name: &str| invited.get(name).cloned().unwrap_or_default();
    let request = json!({
        "from": { "path": member("path") }, "code": member("code"),
        "user_name": "钱某", "device_name": "新电脑", "passphrase": PASSPHRASE,
    });
    desk.call("invitation_accept", request, None).map(|_| ())
}

/// Opens a desk to others on this computer, at a port of its own; gives its address.
pub(super) fn listen(desk: &Desk) -> Result<Value, Fault> {
    let open = json!({ "enabled": true, "port": 0, "loopback": true });
    let state = desk.call("lan_listen", open, None)?;
    Ok(state.pointer("/addresses/0").cloned().unwrap_or_default())
}

/// One computer meets another on the loopback network.
///
/// # Errors
/// The line's.
pub fn meet(caller: &Desk, other: &Desk) -> Result<Value, Fault> {
    let address = listen(other)?;
    let met = caller.call("lan_exchange", json!({ "address": address }), None);
    other.call("lan_listen", json!({ "enabled": false }), None)?;
    met
}

/// Waits until something holds.
///
/// # Errors
/// It never did.
#[allow(clippy::disallowed_methods, reason = "measuring is what this is for")]
pub fn wait_until(mut holds: impl FnMut() -> Result<bool, Fault>) -> Result<(), Fault> {
    let begin = Instant::now();
    while !holds()? {
        if begin.elapsed() > PATIENCE {
            return Err(Fault::bad("what was waited for never came"));
        }
        std::thread::sleep(GLANCE);
    }
    Ok(())
}

/// Waits until a case stands in the lists under a title.
///
/// # Errors
/// It never did.
pub fn wait_for_title(desk: &Desk, title: &str) -> Result<(), Fault> {
    wait_until(|| {
        let found = desk.call("case_search", json!({ "query": title, "limit": 1 }), None)?;
        Ok(found.pointer("/rows/0/title").and_then(Value::as_str) == Some(title))
    })
}

/// A title that nobody else has, also in its parts.
fn mark(number: usize) -> String {
    // Characters that no story uses.
    let at = u32::try_from(number % 2000).unwrap_or(0);
    let first = char::from_u32(0x8d00_u32.saturating_add(at)).unwrap_or('甲');
    format!("{first}字号测量案")
}

/// Makes so many edits, each on another case: notes, and at last a title that nobody else has,
/// which it gives.
///
/// # Errors
/// The desk's.
pub fn edit(desk: &Desk, count: usize, run: usize) -> Result<String, Fault> {
    let last = mark(run);
    let mut done = 0;
    while done < count {
        let page =
            json!({ "limit": (count - done).min(200), "offset": (run * count + done) % 5000 });
        let mut list = desk.call("case_list", page, None)?;
        let mut rows = list.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
        if rows.is_empty() {
            list = desk.call("case_list", json!({ "limit": (count - done).min(200) }), None)?;
            rows = list.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
        }
        if rows.is_empty() {
            return Err(Fault::bad("no cases to edit"));
        }
        for row in rows {
            let case = row.get("id").cloned().unwrap_or_default();
            done += 1;
            if done == count {
                let title = json!({ "record": case, "field": "title", "value": last });
                desk.call("field_set", title, None)?;
            } else {
                let text = format!("第 {run} 次回访第 {done} 户，双方均表示照协议办，无新的争执。");
                let note = json!({ "kind": "note", "body": { "text": text } });
                desk.call("fact_add", json!({ "case": case, "facts": [note] }), None)?;
            }
        }
    }
    Ok(last)
}

/// Bytes that cannot be packed, as a scanned paper.
pub(super) fn paper(random: &mut fastrand::Rng, size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    random.fill(&mut bytes);
    if let Some(head) = bytes.get_mut(..9) {
        head.copy_from_slice(b"%PDF-1.7\n");
    }
    bytes
}

/// A photograph of a paper: bright, with some noise, as a telephone takes it.
pub(super) fn photograph(random: &mut fastrand::Rng) -> Result<Vec<u8>, Fault> {
    let (width, height) = (1200, 1600);
    let mut samples = vec![0; 1200 * 1600];
    random.fill(&mut samples);
    for sample in &mut samples {
        *sample = 200 + *sample % 16;
    }
    let picture = image::GrayImage::from_raw(width, height, samples).unwrap_or_default();
    let mut bytes = std::io::Cursor::new(Vec::new());
    let written = picture.write_to(&mut bytes, image::ImageFormat::Jpeg);
    written.map_err(|error| Fault::bad(error.to_string()))?;
    Ok(bytes.into_inner())
}

/// Puts a file to a case, piece by piece as a page does.
pub(super) fn attach(village: &Desk, case: &Value, bytes: &[u8]) -> Result<(), Fault> {
    let request = json!({ "case": case, "bytes": bytes.len() });
    let begun = village.call("attachment_begin", request, None)?;
    let upload = begun.get("upload").cloned().unwrap_or_default();
    let most = begun.get("piece_bytes").and_then(Value::as_u64).unwrap_or(1);
    for piece in bytes.chunks(usize::try_from(most).unwrap_or(1)) {
        let data = STANDARD.encode(piece);
        village.call("attachment_piece", json!({ "upload": upload, "data": data }), None)?;
    }
    let request = json!({ "case": case, "upload": upload, "name": "借条.pdf" });
    village.call("attachment_finish", request, None).map(|_| ())
}
