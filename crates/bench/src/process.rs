//! The product as its users run it: the binary, its server, its memory.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Result;
use crate::http::{Connection, request};
use crate::options::{Options, workspace};

/// How long a server may take to start.
const START_LIMIT: Duration = Duration::from_mins(5);
/// How often a starting server is asked.
const ASK_EVERY: Duration = Duration::from_millis(5);

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) addr: SocketAddr,
    /// From the command to the first answer.
    pub(crate) started_in: Duration,
}

/// Has the binary make a key or a token, and gives it.
pub(crate) fn made(options: &Options, noun: &str, words: &[&str], data: &Path) -> Result<String> {
    printed(options, noun, words, data, noun)
}

/// Runs a command of the binary and gives one member of what it prints.
pub(crate) fn printed(options: &Options, noun: &str, words: &[&str], data: &Path, member: &str) -> Result<String> {
    let mut command = Command::new(&options.mainstay);
    command.arg(noun).arg("--data").arg(data).args(words).args(["--format", "json"]);
    if noun == "key" {
        command.arg("--workspace").arg(workspace());
    }
    let output = command.output()?;
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("`mainstay {noun} {}` failed: {}", words.join(" "), String::from_utf8_lossy(&output.stderr)))?;
    Ok(answer.get(member).and_then(serde_json::Value::as_str).ok_or("the answer lacks what was made")?.to_owned())
}

impl Server {
    /// Starts a server on a data folder and waits until it answers from its data.
    pub(crate) async fn start(options: &Options, data: &Path) -> Result<Self> {
        let addr = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let begun = Instant::now();
        let mut command = Command::new(&options.mainstay);
        command.arg("serve").arg("--workspace").arg(workspace()).arg("--data").arg(data).arg("--addr").arg(addr.to_string());
        let log = std::fs::File::create(options.scratch.join("server.log"))?;
        let child = command.stderr(log).stdout(Stdio::null()).spawn()?;
        let mut server = Self { child, addr, started_in: Duration::ZERO };
        while !server.answers().await {
            if begun.elapsed() > START_LIMIT || server.child.try_wait()?.is_some() {
                return Err(format!("the server did not start; see {}", options.scratch.join("server.log").display()).into());
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
        server.started_in = begun.elapsed();
        Ok(server)
    }

    async fn answers(&self) -> bool {
        let asked = async {
            let mut connection = Connection::open(self.addr).await?;
            connection.send(&request("GET", "/readyz", "", "")).await
        };
        matches!(tokio::time::timeout(START_LIMIT, asked).await, Ok(Ok(response)) if response.status == 200)
    }

    /// Resident memory now, in bytes.
    pub(crate) fn memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("the system does not say how much memory is used")?;
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes * 1024)
    }

    /// Ends it as a person would, and waits.
    pub(crate) fn stop(mut self) -> Result<()> {
        Command::new("kill").args(["-INT", &self.child.id().to_string()]).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended where it was stopped.
        drop(self.child.kill());
    }
}
