//! The program itself, serving a home folder in a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::{PASSPHRASE, text};

/// Where a program answers, and what opens its ear.
#[derive(Debug, Clone)]
pub struct Address {
    host: String,
    token: String,
}

/// A program that serves a home folder, until it is dropped.
pub struct Served {
    child: Child,
    /// Where it answers.
    pub address: Address,
}

impl Served {
    /// Starts a program.
    ///
    /// # Panics
    /// If it does not say where it answers.
    #[must_use]
    pub fn start(program: &Path, home: &Path) -> Self {
        let mut child = Command::new(program)
            .arg("--home")
            .arg(home)
            .arg("serve")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let said = child.stdout.take().map(|out| BufReader::new(out).read_line(&mut line));
        assert!(said.is_some_and(|read| read.is_ok()), "the program says where it answers");
        let said: Value = serde_json::from_str(&line).expect("an address");
        let address = text(&said, "/address");
        let (host, token) =
            address.trim_start_matches("http://").split_once("/#token=").expect("a token");
        Self { child, address: Address { host: host.to_owned(), token: token.to_owned() } }
    }

    /// The same, with the profile opened.
    ///
    /// # Panics
    /// If it does not open.
    #[must_use]
    pub fn opened(program: &Path, home: &Path) -> Self {
        let served = Self::start(program, home);
        served.does("profile_unlock", &json!({ "passphrase": PASSPHRASE }));
        served
    }

    /// Runs a command that must succeed.
    ///
    /// # Panics
    /// If it does not.
    pub fn does(&self, name: &str, payload: &Value) -> Value {
        match self.address.call(name, payload) {
            Some(Ok(value)) => value,
            other => panic!("{name}: {other:?}"),
        }
    }

    /// Ends it as a power cut does.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Address {
    /// Runs a command; gives its result or its fault, and `None` if nobody is there any more.
    #[must_use]
    pub fn call(&self, name: &str, payload: &Value) -> Option<Result<Value, Value>> {
        let Self { host, token } = self;
        let body = json!({ "name": name, "payload": payload }).to_string();
        let mut line = TcpStream::connect(host).ok()?;
        write!(
            line,
            "POST /call HTTP/1.1\r\nHost: {host}\r\nX-Pingli-Token: {token}\r\n\
             Content-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n\
             {body}",
            body.len()
        )
        .ok()?;
        let mut answer = String::new();
        line.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let body: Value = serde_json::from_str(body).ok()?;
        let is_good = head.starts_with("HTTP/1.1 200");
        Some(if is_good { Ok(body) } else { Err(body["error"].clone()) })
    }
}
