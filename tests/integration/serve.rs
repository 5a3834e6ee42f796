//! The pages for a browser: only for whoever knows the token, names this server, and comes from
//! its own page; whatever is asked, never a failure of ours.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpStream, UdpSocket};
use std::time::Duration;

use pingli_cli::serve::{POLICY, Serving};
use tests::folder;

struct Server {
    host: String,
    token: String,
    _folder: tempfile::TempDir,
}

fn server() -> Server {
    let folder = folder();
    let serving = Serving::open(&folder.path().join("home"), 0, None).unwrap();
    let address = serving.address();
    std::thread::spawn(move || serving.run());
    let (host, token) = address.split_once("/#token=").unwrap();
    Server {
        host: host.strip_prefix("http://").unwrap().to_owned(),
        token: token.to_owned(),
        _folder: folder,
    }
}

impl Server {
    /// Sends a request with its headers as given; gives the status and everything that came back.
    fn ask(&self, first: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
        let mut line = TcpStream::connect(&self.host).unwrap();
        line.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        let mut head = format!("{first} HTTP/1.1\r\nConnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        line.write_all(head.as_bytes()).unwrap();
        // A server that refuses early may close before it has read everything.
        let _ = line.write_all(body);
        let mut answer = Vec::new();
        let _ = line.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok());
        (status.unwrap_or(0), answer)
    }

    fn call(&self, body: &[u8]) -> (u16, String) {
        let headers = [
            ("Host", self.host.as_str()),
            ("X-Pingli-Token", self.token.as_str()),
            ("Content-Type", "application/json"),
        ];
        self.ask("POST /call", &headers, body)
    }
}

const STATUS: &[u8] = br#"{"name":"status_get"}"#;

#[test]
fn only_whoever_knows_the_token_is_answered() {
    let server = server();
    let host = server.host.as_str();
    let json = ("Content-Type", "application/json");
    let right = ("X-Pingli-Token", server.token.as_str());
    assert_eq!(server.call(STATUS).0, 200);
    let longer = format!("{}0", server.token);
    for token in ["", "0", &server.token[1..], &longer, &server.token.to_uppercase()] {
        let headers = [("Host", host), json, ("X-Pingli-Token", token)];
        assert_eq!(server.ask("POST /call", &headers, STATUS).0, 401, "{token:?}");
    }
    assert_eq!(server.ask("POST /call", &[("Host", host), json], STATUS).0, 401);
    assert_eq!(server.ask("GET /events", &[("Host", host)], b"").0, 401);
    // A browser led here under another name, or by another page.
    for other in ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost", ""] {
        let headers = [("Host", other), json, right];
        assert!(matches!(server.ask("POST /call", &headers, STATUS).0, 400 | 403), "{other:?}");
    }
    for origin in ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1"] {
        let headers = [("Host", host), ("Origin", origin), json, right];
        assert_eq!(server.ask("POST /call", &headers, STATUS).0, 403, "{origin:?}");
        assert_eq!(server.ask("GET /", &headers, b"").0, 403, "{origin:?}");
    }
    let own = format!("http://{host}");
    let headers = [("Host", host), ("Origin", own.as_str()), json, right];
    assert_eq!(server.ask("POST /call", &headers, STATUS).0, 200);
}

#[test]
fn no_other_name_is_led_here() {
    let server = server();
    let host = server.host.as_str();
    let json = ("Content-Type", "application/json");
    let right = ("X-Pingli-Token", server.token.as_str());
    let port = host.rsplit(':').next().unwrap();
    // What a browser would send after another name was pointed at this computer: with the token,
    // even though no such page could know it.
    let rebound = ["rebind.evil.example", "127.0.0.1.nip.io", "localhost.evil.example", "0.0.0.0"];
    for name in rebound {
        for with in [name.to_owned(), format!("{name}:{port}")] {
            let headers = [("Host", with.as_str()), json, right];
            let (status, answer) = server.ask("POST /call", &headers, STATUS);
            assert_eq!(status, 403, "{with}: {answer}");
            assert_eq!(server.ask("GET /", &headers, b"").0, 403, "{with}");
        }
    }
    // Two hosts, a host in the request line, a forwarded one: never the other than the first.
    let (good, evil) = (("Host", host), ("Host", "evil.example"));
    assert!(matches!(server.ask("POST /call", &[evil, good, json, right], STATUS).0, 400 | 403));
    let forwarded = ("X-Forwarded-Host", host);
    let headers = [evil, forwarded, json, right];
    assert!(matches!(server.ask("POST /call", &headers, STATUS).0, 400 | 403));
    // A token elsewhere than in its header counts for nothing.
    let elsewhere = format!("POST /call?token={}", server.token);
    assert_eq!(server.ask(&elsewhere, &[good, json], STATUS).0, 401);
    let cookie = format!("token={0}; x-pingli-token={0}", server.token);
    assert_eq!(server.ask("POST /call", &[good, json, ("Cookie", &cookie)], STATUS).0, 401);
    // A form of another page can send no such content type without asking first, and asking is
    // not answered.
    let form = ("Content-Type", "text/plain");
    assert!(matches!(server.ask("POST /call", &[good, form, right], STATUS).0, 400..=499));
    let asking = ("Access-Control-Request-Method", "POST");
    let origin = ("Origin", "http://evil.example");
    assert_eq!(server.ask("OPTIONS /call", &[good, origin, asking], b"").0, 403);
}

#[test]
fn only_this_computer_is_served() {
    let server = server();
    let port: u16 = server.host.rsplit(':').next().unwrap().parse().unwrap();
    // The same port on every other address of this computer is closed.
    let mut others: Vec<IpAddr> =
        vec![Ipv4Addr::new(127, 0, 0, 2).into(), Ipv6Addr::LOCALHOST.into()];
    others.extend(own_addresses());
    for address in others {
        let line = TcpStream::connect_timeout(&(address, port).into(), Duration::from_secs(5));
        assert!(line.is_err(), "{address} is answered");
    }
    assert_eq!(server.call(STATUS).0, 200);
}

/// The addresses by which others reach this computer; none where it has no network.
fn own_addresses() -> Vec<IpAddr> {
    let Ok(line) = UdpSocket::bind("0.0.0.0:0") else { return Vec::new() };
    // Nothing is sent: the system only says from where it would be.
    let found = line.connect("192.0.2.1:9").and_then(|()| line.local_addr());
    found.map(|address| address.ip()).into_iter().filter(|ip| !ip.is_loopback()).collect()
}

#[test]
fn every_answer_is_guarded() {
    let server = server();
    let host = [("Host", server.host.as_str())];
    let rows = [("GET /", &host[..]), ("GET /../../etc/passwd", &host[..]), ("GET /", &[])];
    for (first, headers) in rows {
        let answer = server.ask(first, headers, b"").1.to_lowercase();
        if answer.starts_with("http/1.1 400") {
            // Not even a request: refused before anything of ours sees it.
            continue;
        }
        let policy = format!("content-security-policy: {}", POLICY.to_lowercase());
        assert!(answer.contains(&policy), "{first}: {answer}");
        assert!(answer.contains("x-content-type-options: nosniff"), "{first}");
        assert!(answer.contains("cache-control: no-store"), "{first}");
        assert!(!answer.contains("access-control-allow"), "{first}");
    }
    assert!(!POLICY.contains("unsafe") && !POLICY.contains('*'));
}

#[test]
fn whatever_is_asked_is_never_a_failure_of_ours() {
    let server = server();
    let too_large = vec![b' '; (4 << 20) + 1];
    assert_eq!(server.call(&too_large).0, 413);
    let deep = "[".repeat(100_000);
    let rows: [&[u8]; 12] = [
        b"",
        b"null",
        b"[]",
        b"{",
        b"{}",
        b"\xff\xfe",
        br#"{"name":1}"#,
        br#"{"name":"nonsense"}"#,
        br#"{"name":"case_get","payload":{"case":7}}"#,
        br#"{"name":"status_get","payload":[1,2,3],"call":"x"}"#,
        br#"{"name":"status_get","more":true}"#,
        deep.as_bytes(),
    ];
    for body in rows {
        let (status, answer) = server.call(body);
        let shown: String = String::from_utf8_lossy(body).chars().take(60).collect();
        assert!((200..500).contains(&status), "{shown}: {status} {answer}");
    }
    let host = server.host.as_str();
    for first in ["GET /call", "DELETE /call", "PUT /events", "POST /", "GET /nothing.js"] {
        let headers = [("Host", host), ("X-Pingli-Token", server.token.as_str())];
        let status = server.ask(first, &headers, b"").0;
        assert!((200..500).contains(&status), "{first}: {status}");
    }
    assert_eq!(server.call(STATUS).0, 200, "and it goes on");
}
