//! Hundreds of lines at once that say nothing, half of something, or something without an end:
//! neighbours are served meanwhile, and it costs no memory.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tests::{QIAOTOU, Room, SHIWAN, folder, text};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::version::TLS13;
use tokio_rustls::rustls::{ClientConfig, ClientConnection};
use trust::key::SecretKey;

use crate::strangers::{Claim, client, enrolment, hello, rss_kib};

/// How many stall at once.
const STALLED: usize = 500;

/// How much longer a neighbour may have to wait for them, on a machine that others use.
const DELAY_MAX: Duration = Duration::from_secs(20);

/// How long the door waits for a proof, and as much more as a machine that others use may need.
const LET_GO: Duration = Duration::from_secs(120);

/// How long whoever proved itself is surely kept: less than a message may take.
const KEPT: Duration = Duration::from_secs(20);

/// How much more memory the whole process may need for them, in KiB.
const GROWTH_KIB_MAX: u64 = 64 * 1024;

/// How a line stalls.
#[derive(Debug, Clone, Copy)]
enum Stall {
    /// Connected, and silent.
    Silent,
    /// Half a handshake.
    Half,
    /// Proves a key nobody knows, then begins a message that never ends.
    Stranger,
    /// Proves a key of the roster, then begins a message that never ends.
    Paired,
}

/// Keys of a made-up computer.
fn key(n: u8) -> SecretKey {
    SecretKey::from_seed([n; 32])
}

fn config(n: u8) -> Arc<ClientConfig> {
    client(&TLS13, Claim::Raw(key(n).public().spki(), key(n)))
}

fn name() -> ServerName<'static> {
    ServerName::try_from("pingli.invalid").unwrap()
}

/// A line from an address of its own on this computer.
async fn line(from: Ipv4Addr, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(from.into(), 0)).unwrap();
    socket.connect(to).await.unwrap()
}

/// The beginning of a message that says it has more bytes than ever come.
const ENDLESS: [u8; 12] = [0, 0, 0x10, 0, 1, 1, 1, 1, 1, 1, 1, 1];

/// Stalls until the other closes the line; gives the bytes of conversation it heard.
async fn stall(how: Stall, from: Ipv4Addr, to: SocketAddr) -> usize {
    let mut line = line(from, to).await;
    let mut heard = Vec::new();
    let key = match how {
        Stall::Silent => None,
        Stall::Half => {
            let mut hello = Vec::new();
            ClientConnection::new(config(81), name()).unwrap().write_tls(&mut hello).unwrap();
            let _ = line.write_all(&hello[..hello.len() / 2]).await;
            None
        }
        Stall::Stranger => Some(81),
        Stall::Paired => Some(82),
    };
    let Some(key) = key else {
        // Where more call than the system keeps waiting, it forgets one that never says a word
        // without telling it. Whether the line still stands, only a word finds out.
        let waited = timeout(LET_GO / 2, line.read_to_end(&mut heard)).await;
        if waited.is_err() && line.write_all(&[0]).await.is_ok() {
            let _ = line.read_to_end(&mut heard).await;
        }
        return heard.len();
    };
    let Ok(mut line) = TlsConnector::from(config(key)).connect(name(), line).await else {
        return 0;
    };
    let _ = line.write_all(&ENDLESS).await;
    let _ = line.flush().await;
    let _ = line.read_to_end(&mut heard).await;
    heard.len()
}

/// Joins with an invitation, and goes once it was answered.
async fn join(to: SocketAddr, joining: &[u8]) {
    let line = TcpStream::connect(to).await.unwrap();
    let mut line = TlsConnector::from(config(82)).connect(name(), line).await.unwrap();
    line.write_all(joining).await.unwrap();
    line.flush().await.unwrap();
    line.read_exact(&mut [0]).await.expect("one of ours is answered");
}

/// How long one of ours needs to meet another.
fn meet(village: &Room, address: &str) -> Duration {
    let began = Instant::now();
    let met = village.does("lan_exchange", json!({ "address": address }));
    assert_eq!(met["is_equal"], true, "{met}");
    began.elapsed()
}

#[test]
fn five_hundred_stalled_lines_keep_nobody_from_being_served() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    // While somebody is invited, strangers are let as far as a single message.
    let _open = township.invite(SHIWAN, folder.path());
    let open = json!({ "enabled": true, "port": 0, "loopback": true });
    let address = text(&township.does("lan_listen", open), "/addresses/0");
    let to: SocketAddr = address.parse().unwrap();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    // One of ours that has gone bad.
    let invited = township.invite(QIAOTOU, &township.home);
    let joining = hello(&township, Some(enrolment(&invited, &key(82))));
    runtime.block_on(join(to, &joining));
    let _ = village.register("滴水边界纠纷");
    let usual = meet(&village, &address);
    let before = rss_kib();

    // All of them at once, from four addresses, one for each way to stall.
    let kinds = [Stall::Silent, Stall::Half, Stall::Stranger, Stall::Paired];
    let lines: Vec<_> = (0..STALLED)
        .map(|at| {
            let (nth, how) = (at % kinds.len(), kinds[at % kinds.len()]);
            let from = Ipv4Addr::new(127, 0, 1, u8::try_from(nth + 1).unwrap());
            let most = if matches!(how, Stall::Paired) { KEPT } else { LET_GO };
            (how, runtime.spawn(async move { timeout(most, stall(how, from, to)).await }))
        })
        .collect();
    let _ = village.register("鱼塘纠纷");
    let among_stalled = meet(&village, &address);
    // And somebody who calls again and again from one address, as fast as it can.
    let goes_on = Arc::new(AtomicBool::new(true));
    let called = Arc::new(AtomicUsize::new(0));
    let caller = {
        let (goes_on, called) = (goes_on.clone(), called.clone());
        runtime.spawn(async move {
            let mut held = std::collections::VecDeque::new();
            while goes_on.load(Ordering::Relaxed) {
                held.push_back(line(Ipv4Addr::new(127, 0, 2, 1), to).await);
                called.fetch_add(1, Ordering::Relaxed);
                if held.len() > STALLED {
                    held.pop_front();
                    sleep(Duration::from_millis(1)).await;
                }
            }
        })
    };
    while called.load(Ordering::Relaxed) < STALLED {
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = village.register("田埂纠纷");
    let among_callers = meet(&village, &address);
    let grown = rss_kib().saturating_sub(before);
    goes_on.store(false, Ordering::Relaxed);
    runtime.block_on(caller).unwrap();
    let mut kept = 0;
    for (how, line) in lines {
        match runtime.block_on(line).unwrap() {
            Ok(heard) => assert!(heard < 64, "{how:?}: an alert at most, not {heard} bytes"),
            // One that has proved itself is given the time of a message, and a few lines.
            Err(_) if matches!(how, Stall::Paired) => kept += 1,
            Err(_) => panic!("{how:?} was never let go"),
        }
    }
    assert!(kept <= carry::lan::MEETINGS_PER_DEVICE_MAX, "{kept} lines of one device");
    let called = called.load(Ordering::Relaxed);
    eprintln!(
        "{{\"bench\":\"stalled\",\"lines\":{STALLED},\"calls\":{called},\"usual_ms\":{},\
         \"among_stalled_ms\":{},\"among_callers_ms\":{},\"grown_kib\":{grown}}}",
        usual.as_millis(),
        among_stalled.as_millis(),
        among_callers.as_millis(),
    );
    for delayed in [among_stalled, among_callers] {
        assert!(delayed < usual * 2 + DELAY_MAX, "{usual:?} alone, {delayed:?} among them");
    }
    assert!(grown < GROWTH_KIB_MAX, "{grown} KiB more");
    assert!(meet(&village, &address) < usual * 2 + DELAY_MAX);
}
