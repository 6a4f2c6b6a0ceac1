//! Sends live messages over HTTP to the server's own door, as any SDK would.

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mainstay_app::{AppError, ErrorCode, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// The tracking door of the server that runs in this process.
#[derive(Clone, Debug)]
pub(super) struct Door {
    pub(super) addr: SocketAddr,
    pub(super) key: String,
}

impl Door {
    /// Sends one batch and waits for its answer.
    pub(super) async fn send(&self, body: &str) -> Result<()> {
        let failed = |error: std::io::Error| AppError::new(ErrorCode::Unavailable, "the live messages could not be sent").caused_by(error);
        let late = |_| AppError::new(ErrorCode::Busy, "the door did not answer the live messages in time");
        let status = tokio::time::timeout(ANSWER_WITHIN, self.exchange(body)).await.map_err(late)?.map_err(failed)?;
        if status.starts_with("HTTP/1.1 200") {
            return Ok(());
        }
        Err(AppError::new(ErrorCode::Busy, format!("the door answered the live messages with: {status}")))
    }

    /// One request on a connection of its own; answers the first line of the response.
    async fn exchange(&self, body: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(self.addr).await?;
        let key = STANDARD.encode(format!("{}:", self.key));
        let head = format!(
            "POST /v1/batch HTTP/1.1\r\nHost: {}\r\nAuthorization: Basic {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.addr,
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok(String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned())
    }
}
