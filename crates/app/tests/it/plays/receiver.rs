//! An endpoint of the customer: it remembers which keys it was called with, what they carried, and how often.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// What arrived under one key.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Call {
    pub(super) body: Value,
    pub(super) times: usize,
}

impl Call {
    /// The account and the step that it is about.
    pub(super) fn about(&self) -> (String, String) {
        let text = |name: &str| self.body["data"][name].as_str().unwrap().to_owned();
        (text("account"), text("step"))
    }
}

type Calls = Arc<Mutex<BTreeMap<String, Call>>>;

/// A server that listens for as long as the test runs.
pub(super) struct Receiver {
    address: SocketAddr,
    calls: Calls,
}

impl Receiver {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, calls) = (listener.local_addr().unwrap(), Calls::default());
        let to = Arc::clone(&calls);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let to = Arc::clone(&to);
                // A caller that is killed in the middle has not called.
                std::thread::spawn(move || drop(answer(stream, &to)));
            }
        });
        Self { address, calls }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything that arrived, by key.
    pub(super) fn received(&self) -> BTreeMap<String, Call> {
        self.calls.lock().unwrap().clone()
    }
}

fn answer(stream: TcpStream, calls: &Calls) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut key, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("webhook-id") => value.clone_into(&mut key),
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().unwrap(),
            Some(_) => {}
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body: Value = serde_json::from_slice(&body).unwrap();
    {
        let mut calls = calls.lock().unwrap();
        let call = calls.entry(key).or_insert_with(|| Call { body: body.clone(), times: 0 });
        assert_eq!(call.body, body, "one key carries one thing");
        call.times += 1;
    }
    (&stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}
