//! As thin an HTTP client as there is: what measures must not be what is measured.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Result;

/// A connection that is kept.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
pub(crate) struct Response {
    pub(crate) status: u16,
    /// The cookies that were set, as they are sent back.
    pub(crate) cookies: Vec<String>,
    pub(crate) body: Vec<u8>,
}

/// The bytes of a request. `authorization` is the header's whole value.
pub(crate) fn request(method: &str, path: &str, authorization: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: {authorization}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// The bytes of a browser's request with its cookies: a form where there is one, a page otherwise.
pub(crate) fn visit(path: &str, cookies: &str, form: Option<&str>) -> Vec<u8> {
    let (method, form) = form.map_or(("GET", ""), |form| ("POST", form));
    let length = form.len();
    format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookies}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{form}")
        .into_bytes()
}

/// The authorization of a write key.
pub(crate) fn basic(key: &str) -> String {
    use base64::Engine as _;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{key}:")))
}

/// Status, length of the body where it is said, and cookies.
fn read_head(head: &[u8]) -> Result<(u16, Option<usize>, Vec<String>)> {
    let text = std::str::from_utf8(head)?;
    let status = text.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or("the answer has no status")?;
    let (mut length, mut cookies) = (None, Vec::new());
    for (name, value) in text.lines().filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok();
        } else if name.eq_ignore_ascii_case("set-cookie") {
            cookies.extend(value.split(';').next().map(|cookie| cookie.trim().to_owned()));
        }
    }
    Ok((status, length, cookies))
}

impl Connection {
    pub(crate) async fn open(addr: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(1 << 16) })
    }

    /// Sends a request and reads its whole answer.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<Response> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(at) = memchr::memmem::find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
            self.more().await?;
        };
        let (status, length, cookies) = read_head(&self.buffer[..head])?;
        let end = match length {
            Some(length) => {
                let end = head + length;
                while self.buffer.len() < end {
                    self.more().await?;
                }
                end
            }
            // Chunks: nothing here needs them taken apart.
            None => {
                while !self.buffer.ends_with(b"0\r\n\r\n") {
                    self.more().await?;
                }
                self.buffer.len()
            }
        };
        Ok(Response { status, cookies, body: self.buffer[head..end].to_vec() })
    }

    async fn more(&mut self) -> Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err("the server closed the connection".into()),
            _ => Ok(()),
        }
    }
}
