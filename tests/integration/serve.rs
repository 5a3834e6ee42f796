//! The pages for a browser: only for whoever knows the token, names this server, and comes from
//! its own page; whatever is asked, never a failure of ours.

use std::io::{Read, Write};
use std::net::TcpStream;
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
    let serving = Serving::open(&folder.path().join("home"), 0).unwrap();
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
