//! Market day: all villages at once at one township, each with new cases and attachments.
//!
//! The township is a process of its own, `pingli-cli listen` on its real database; every village is
//! a real desk with its own profile, key and line. Each line comes from an address of its own, by a
//! relay between the village and the township: behind one address there would be one computer.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZero;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use app::Desk;
use app::fault::Fault;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Runtime;

use super::cost::{median, memory, ms, quantile, timed};
use super::meeting::bytes;
use super::rooms::{PASSPHRASE, attach, folder, fresh, join, listen, paper, unlocked};

/// How many new cases each village brings.
const CASES: usize = 20;

/// How many attachments each village brings, and of how many bytes each: two megabytes in all.
const ATTACHMENTS: usize = 4;
const ATTACHMENT_BYTES: usize = 500_000;

/// How long a village that was not served waits before it calls again; twice as long each time.
/// As in the program, but in seconds instead of minutes, so that what is measured is the township.
const REST: Duration = Duration::from_secs(1);
const REST_MAX: Duration = Duration::from_secs(32);

/// When a village gives up: it has failed.
const PATIENCE: Duration = Duration::from_secs(1200);

fn bad(error: impl std::fmt::Display) -> Fault {
    Fault::bad(error.to_string())
}

/// The township while it listens, in its own process.
struct Township {
    child: Child,
    address: SocketAddr,
}

impl Township {
    fn open(home: &Path) -> Result<Self, Fault> {
        let program = crate::worker().ok_or_else(|| bad("this program is nowhere"))?;
        let mut child = Command::new(program)
            .args(["listen", "--loopback", "--port", "0", "--home"])
            .arg(home)
            .env("PINGLI_PASSPHRASE", PASSPHRASE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(bad)?;
        let output = child.stdout.take().ok_or_else(|| bad("no output"))?;
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line)
            .map_err(bad)?;
        let state: Value = serde_json::from_str(&line)?;
        let address = state.pointer("/addresses/0").and_then(Value::as_str).unwrap_or_default();
        Ok(Self { child, address: address.parse().map_err(bad)? })
    }

    /// Its memory, and that it is done.
    fn close(mut self) -> Result<Value, Fault> {
        let memory = memory(&self.child.id().to_string());
        // The end of its input ends it.
        drop(self.child.stdin.take());
        self.child.wait().map_err(bad)?;
        Ok(memory)
    }
}

/// Carries a village's line to the township, from an address of its own.
fn relay(runtime: &Runtime, number: u32, to: SocketAddr) -> Result<SocketAddr, Fault> {
    let from = Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 1, 0, 1)).saturating_add(number));
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).map_err(bad)?;
    let address = listener.local_addr().map_err(bad)?;
    runtime.spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            tokio::spawn(async move {
                let socket = TcpSocket::new_v4()?;
                socket.bind((from, 0).into())?;
                let mut far = socket.connect(to).await?;
                tokio::io::copy_bidirectional(&mut near, &mut far).await
            });
        }
    });
    Ok(address)
}

/// A village writes what it brings.
fn prepare(village: &Desk, number: usize, random: &mut fastrand::Rng) -> Result<(), Fault> {
    for at in 0..CASES {
        let request = json!({
            "title": format!("{number} 村第 {at} 案滴水边界纠纷"),
            "summary": format!("两家为屋檐滴水争执，第 {at} 次上门，双方各执一词，愿意到村里说。"),
            "parties": [
                { "name": "张某", "side": "applicant", "phone": format!("138{:08}", number * 100 + at) },
                { "name": "李某", "side": "respondent" },
            ],
        });
        let case = village.call("case_register", request, None)?;
        let case = case.get("id").cloned().unwrap_or_default();
        if at < ATTACHMENTS {
            attach(village, &case, &paper(random, ATTACHMENT_BYTES))?;
        }
    }
    Ok(())
}

/// How it went for one village.
struct Served {
    time: Duration,
    tries: u64,
    bytes: u64,
}

/// A village calls until both hold the same and every attachment is there.
#[allow(clippy::disallowed_methods, reason = "measuring is what this is for")]
fn go(village: &Desk, address: SocketAddr, blobs: &AtomicU64) -> Result<Served, Fault> {
    let begin = Instant::now();
    let mut rest = REST;
    let (mut tries, mut crossed, mut sent) = (0, 0, 0);
    loop {
        tries += 1;
        let request = json!({ "address": address.to_string() });
        let met = village.call("lan_exchange", request, None);
        let why = match met {
            Ok(met) => {
                let blob_bytes = met.get("blob_bytes_sent").and_then(Value::as_u64).unwrap_or(0);
                crossed += bytes(&met);
                sent += blob_bytes;
                blobs.fetch_add(blob_bytes, Ordering::Relaxed);
                let is_equal = met.get("is_equal") == Some(&Value::Bool(true));
                let whole = ATTACHMENTS.saturating_mul(ATTACHMENT_BYTES);
                if is_equal && sent >= u64::try_from(whole).unwrap_or(u64::MAX) {
                    return Ok(Served { time: begin.elapsed(), tries, bytes: crossed });
                }
                bad("not all of it")
            }
            Err(fault) => fault,
        };
        if begin.elapsed() > PATIENCE {
            return Err(why);
        }
        std::thread::sleep(rest);
        rest = rest.saturating_mul(2).min(REST_MAX);
    }
}

/// Villages that are invited, join, and write what they will bring; as many at a time as there are
/// processors.
fn made_ready(
    township: &Desk,
    address: &Value,
    elsewhere: &Path,
    villages: u32,
    seed: u64,
) -> Result<Vec<Desk>, Fault> {
    let line = Mutex::new(());
    let one = |number: u32| {
        let place = elsewhere.join(number.to_string());
        std::fs::create_dir_all(&place).map_err(bad)?;
        let invited = township.call(
            "invitation_create",
            json!({
                "unit_name": format!("第 {number} 村评理说事点"), "level": "village",
                "sort": "point", "role": "R3", "to": { "path": &place },
            }),
            None,
        )?;
        let village = fresh(&place.join("home"));
        join(&village, &invited)?;
        // Each was here before, when it joined; from one address comes one at a time.
        {
            let _turn = line.lock().map_err(bad)?;
            village.call("lan_exchange", json!({ "address": address }), None)?;
        }
        let mut random = fastrand::Rng::with_seed(seed.wrapping_add(u64::from(number)));
        prepare(&village, usize::try_from(number).unwrap_or(0), &mut random)?;
        Ok(village)
    };
    let next = AtomicU32::new(0);
    let some = || {
        let numbers = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)));
        numbers.take_while(|number| *number < villages).map(one).collect::<Result<Vec<_>, Fault>>()
    };
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    std::thread::scope(|scope| {
        let going: Vec<_> = (0..cores).map(|_| scope.spawn(some)).collect();
        let mut all = Vec::new();
        for some in going {
            all.extend(some.join().map_err(|_| bad("panic"))??);
        }
        Ok(all)
    })
}

/// Market day with so many villages.
pub(super) fn market(villages: u32, seed: u64) -> Result<Value, Fault> {
    let on_disk = folder()?;
    // What is measured is the township; the villages may lie in memory.
    let shared = Path::new("/dev/shm");
    let elsewhere =
        if shared.is_dir() { tempfile::TempDir::new_in(shared) } else { tempfile::tempdir() };
    let elsewhere = elsewhere.map_err(bad)?;
    let home = on_disk.path().join("township");
    let founding = json!({
        "name": "青石镇综治中心", "user_name": "吴某", "role": "R7",
        "device_name": "镇中心电脑", "passphrase": PASSPHRASE,
    });
    let township = fresh(&home);
    township.call("org_create", founding, None)?;
    let address = listen(&township)?;
    let all = made_ready(&township, &address, elsewhere.path(), villages, seed)?;
    township.call("lan_listen", json!({ "enabled": false }), None)?;
    township.call("profile_lock", json!({}), None)?;
    drop(township);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(bad)?;
    let township = Township::open(&home)?;
    let before = memory(&township.child.id().to_string());
    let relays = (0..villages)
        .map(|number| relay(&runtime, number, township.address))
        .collect::<Result<Vec<_>, _>>()?;
    let blobs = Arc::new(AtomicU64::new(0));
    let (outcomes, whole) = timed(|| {
        Ok(std::thread::scope(|scope| {
            let going: Vec<_> = all
                .iter()
                .zip(&relays)
                .map(|(village, address)| scope.spawn(|| go(village, *address, &blobs)))
                .collect();
            going.into_iter().map(std::thread::ScopedJoinHandle::join).collect::<Vec<_>>()
        }))
    })?;
    let memory = township.close()?;
    let mut served = Vec::new();
    let mut failures = Vec::new();
    for outcome in outcomes {
        match outcome {
            Ok(Ok(one)) => served.push(one),
            Ok(Err(fault)) => failures.push(fault.to_string()),
            Err(_) => failures.push("panic".to_owned()),
        }
    }
    let mut times: Vec<Duration> = served.iter().map(|one| one.time).collect();
    let (middle, slowest) = (median(&mut times), quantile(&mut times, 1, 1));
    failures.sort();
    failures.dedup();
    // What the township has in the end, asked of itself.
    let township = unlocked(&home)?;
    let list = township.call("case_list", json!({ "limit": 1 }), None)?;
    Ok(json!({
        "villages": villages, "cases_each": CASES,
        "attachment_bytes_each": ATTACHMENTS * ATTACHMENT_BYTES,
        "wall_s": whole.wall.as_secs_f64().round(),
        "served": served.len(), "failures": villages.saturating_sub(u32::try_from(served.len()).unwrap_or(0)),
        "reasons": failures,
        "median_ms": ms(middle), "slowest_ms": ms(slowest),
        "calls": served.iter().map(|one| one.tries).sum::<u64>(),
        "bytes": served.iter().map(|one| one.bytes).sum::<u64>(),
        "blob_bytes": blobs.load(Ordering::Relaxed),
        "township_before": before, "township": memory,
        "township_cases": list.get("total"),
    }))
}
