//! What the network sees: everything that two rooms say while they find and meet each other is
//! captured and searched for whatever would tell who they are.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, SocketAddrV4, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use mdns_sd::{ServiceDaemon, ServiceInfo};
use serde_json::json;
use socket2::{Domain, Protocol, Socket, Type};
use tests::leaks::Leaks;
use tests::{QIAOTOU, Room, folder, text};

/// Where multicast DNS is spoken (RFC 6762).
const MULTICAST: (Ipv4Addr, u16) = (Ipv4Addr::new(224, 0, 0, 251), 5353);

/// The kind of service, as it stands in a packet.
const SERVICE: &[u8] = b"\x07_pingli\x04_tcp\x05local\x00";

/// How long something on the network may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Everything that is multicast on the networks of this computer.
#[derive(Clone, Default)]
struct Air(Arc<Mutex<Vec<Vec<u8>>>>);

impl Air {
    fn begin() -> std::io::Result<Self> {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_reuse_address(true)?;
        socket.set_reuse_port(true)?;
        socket.bind(&SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, MULTICAST.1).into())?;
        let socket = UdpSocket::from(socket);
        let mut joined = 0;
        for ip in carry::lan::own_networks().into_iter().map(|network| network.ip) {
            joined += usize::from(socket.join_multicast_v4(&MULTICAST.0, &ip).is_ok());
        }
        if joined == 0 {
            return Err(std::io::ErrorKind::NetworkUnreachable.into());
        }
        let air = Self::default();
        let heard = air.0.clone();
        thread::spawn(move || {
            let mut packet = [0; 65_536];
            while let Ok(count) = socket.recv(&mut packet) {
                heard.lock().unwrap().push(packet[..count].to_vec());
            }
        });
        Ok(air)
    }

    /// The packets of our kind of service.
    fn ours(&self) -> Vec<Vec<u8>> {
        let heard = self.0.lock().unwrap();
        let is_ours = |p: &&Vec<u8>| p.windows(SERVICE.len()).any(|window| window == SERVICE);
        heard.iter().filter(is_ours).cloned().collect()
    }

    /// The names under which somebody announced itself.
    fn names(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for packet in self.ours() {
            for (at, _) in packet
                .windows(17)
                .enumerate()
                .filter(|(_, label)| label[0] == 16 && label[1..].iter().all(u8::is_ascii_hexdigit))
            {
                names.insert(String::from_utf8(packet[at + 1..at + 17].to_vec()).unwrap());
            }
        }
        names
    }
}

/// What crossed a line, both ways, and who called.
#[derive(Clone, Default)]
struct Crossed {
    called: Arc<Mutex<Vec<u8>>>,
    answered: Arc<Mutex<Vec<u8>>>,
}

fn copy(mut from: TcpStream, mut to: TcpStream, kept: &Mutex<Vec<u8>>) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        kept.lock().unwrap().extend_from_slice(&bytes[..count]);
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// Listens in front of an address and writes down what crosses.
fn tap(ip: Ipv4Addr, behind: String) -> (SocketAddr, Crossed) {
    let listener = TcpListener::bind((ip, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let crossed = Crossed::default();
    let kept = crossed.clone();
    thread::spawn(move || {
        for line in listener.incoming().flatten() {
            let (behind, kept) = (behind.clone(), kept.clone());
            thread::spawn(move || {
                let Ok(far) = TcpStream::connect(behind) else { return };
                let (near, back) = (line.try_clone().unwrap(), far.try_clone().unwrap());
                thread::scope(|scope| {
                    scope.spawn(|| copy(near, far, &kept.called));
                    copy(back, line, &kept.answered);
                });
            });
        }
    });
    (address, crossed)
}

/// Everything that tells who somebody is: what people call it, and its ids in text and in bytes.
fn telling(rooms: &[&Room]) -> Vec<String> {
    let mut names: BTreeSet<String> = [
        "青石镇综治中心",
        "桥头村评理说事点",
        "石湾村评理说事点",
        "滴水边界纠纷",
        "两家说法不一",
        "13800001234",
        "镇 1 号机",
        "1 号机",
    ]
    .map(str::to_owned)
    .into();
    for room in rooms {
        let office = room.does("status_get", json!({}))["office"].clone();
        for pointer in ["/organisation", "/unit/id", "/device/id", "/user/id"] {
            names.insert(text(&office, pointer));
        }
    }
    names.into_iter().collect()
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn nothing_on_the_wire_tells_who_speaks() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let _ = village.register("滴水边界纠纷");
    let leaks = Leaks::of(&telling(&[&township, &village]));
    let open = json!({ "enabled": true, "port": 0, "loopback": true });
    let behind = text(&township.does("lan_listen", open), "/addresses/0");
    let (address, crossed) = tap(Ipv4Addr::LOCALHOST, behind);
    let met = village.does("lan_exchange", json!({ "address": address.to_string() }));
    assert_eq!(met["is_equal"], true, "{met}");
    assert!(met["sent"].as_u64() > Some(0), "records crossed: {met}");
    for side in [&crossed.called, &crossed.answered] {
        let bytes = side.lock().unwrap();
        assert!(bytes.len() > 500, "{} bytes were captured", bytes.len());
        assert!(leaks.within(&bytes).is_empty(), "{:?}", leaks.within(&bytes));
        // No name of a server, no certificate in clear (the beginning of an Ed25519 key), and not
        // even what program this is.
        for part in [&b"pingli"[..], &b"invalid"[..], &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b]] {
            assert!(!has(&bytes, part), "{part:x?} stands in clear");
        }
    }
    // The search would have found it: the same records, before they were encrypted.
    let shown = village.records().join("\n");
    assert!(leaks.within(shown.as_bytes()).len() >= 2, "{:?}", leaks.within(shown.as_bytes()));
}

#[test]
fn what_is_announced_is_a_name_that_says_nothing_and_a_false_one_hears_nothing() {
    let Ok(air) = Air::begin() else {
        eprintln!("skipped: no network here");
        return;
    };
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let elsewhere = Room::township(&folder.path().join("elsewhere"));
    let leaks = Leaks::of(&telling(&[&township, &village, &elsewhere]));
    let open = json!({ "enabled": true, "port": 0 });
    let mut names = BTreeSet::new();
    for _ in 0..2 {
        let state = township.does("lan_listen", open.clone());
        assert_eq!(state["is_announced"], true, "{state}");
        let began = Instant::now();
        while air.names().is_subset(&names) {
            assert!(began.elapsed() < PATIENCE, "nothing was announced");
            thread::sleep(Duration::from_millis(50));
        }
        names = air.names();
    }
    assert!(names.len() >= 2, "another name at every start: {names:?}");

    // A false service: a computer of another township, which would like to be told something.
    let there = json!({ "enabled": true, "port": 0, "loopback": true });
    let behind = text(&elsewhere.does("lan_listen", there), "/addresses/0");
    let own = carry::lan::own_networks()[0].ip;
    let (address, crossed) = tap(own, behind);
    let daemon = ServiceDaemon::new().unwrap();
    let host = "0123456789abcdef.local.";
    let none: [(&str, &str); 0] = [];
    let (kind, name) = ("_pingli._tcp.local.", "0123456789abcdef");
    let service =
        ServiceInfo::new(kind, name, host, std::net::IpAddr::V4(own), address.port(), &none[..]);
    daemon.register(service.unwrap()).unwrap();
    let began = Instant::now();
    let found = loop {
        let found = village.does("lan_peers", json!({}));
        let is_found = found["peers"].as_array().is_some_and(|peers| !peers.is_empty());
        if is_found && !crossed.called.lock().unwrap().is_empty() {
            break found;
        }
        assert!(began.elapsed() < PATIENCE, "never found: {found}");
    };
    let _ = daemon.shutdown();
    // It is asked who it is, cannot prove it, and is not even shown.
    let peers = found["peers"].as_array().unwrap();
    assert!(peers.iter().all(|peer| peer["unit"]["name"] == "青石镇综治中心"), "{found}");
    let fault = village.fails("lan_exchange", json!({ "address": address.to_string() }));
    assert!(tests::is(&fault, "lan", "stranger"), "{fault:?}");
    let said = crossed.called.lock().unwrap().clone();
    assert!(leaks.within(&said).is_empty(), "{:?}", leaks.within(&said));
    assert!(!has(&said, b"pingli"), "nor what program this is");

    let packets = air.ours();
    let bytes: usize = packets.iter().map(Vec::len).sum();
    eprintln!("{} packets of discovery, {bytes} bytes, names {:?}", packets.len(), air.names());
    for packet in packets {
        assert!(leaks.within(&packet).is_empty(), "{:?}", leaks.within(&packet));
        // No text record says anything, in Chinese or otherwise.
        assert!(String::from_utf8_lossy(&packet).chars().all(|c| !('一'..='龥').contains(&c)));
    }
}
