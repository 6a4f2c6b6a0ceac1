//! A real server on existing data: how long it takes to start, how much memory it has then, and how fast it answers the list and one account.

use std::time::{Duration, Instant};

use crate::Result;
use crate::events::{QUIET, account, mixed};
use crate::figures::{grouped, keep, quantile, shown};
use crate::http::{Connection, request};
use crate::options::Options;
use crate::process::{Server, made};

/// Requests of each kind.
const ASKED: u64 = 300;
/// Requests before any is counted.
const WARMING: u64 = 10;

pub(crate) async fn run(options: &Options) -> Result<()> {
    let data = options.data();
    let token = made(options, "token", &["create", "bench"], &data)?;
    let accounts = grouped(options.accounts);
    let server = Server::start(options, &data).await?;
    let large = options.accounts >= 1_000_000;
    keep(
        options,
        &format!("start on existing data, {accounts} accounts"),
        &shown(server.started_in),
        if large { "under 10 s" } else { "" },
    )?;
    let memory = format!("{:.2} GB", server.memory()? as f64 / 1e9);
    keep(options, &format!("memory once started, {accounts} accounts"), &memory, if large { "under 3 GB" } else { "" })?;
    let mut connection = Connection::open(server.addr).await?;
    let authorization = format!("Bearer {token}");
    let goal = if large { "p99 under 50 ms" } else { "" };
    let list = |number: u64| format!("/api/accounts?limit=50&offset={}", number % 20 * 50);
    let one = |number: u64| format!("/api/accounts/{}", account(QUIET + mixed(number) % (options.accounts - QUIET)));
    let times = ask(&mut connection, &authorization, list).await?;
    keep(options, &format!("`/api/accounts?limit=50`, {accounts} accounts"), &both(&times), goal)?;
    let times = ask(&mut connection, &authorization, one).await?;
    keep(options, &format!("`/api/accounts/ID`, {accounts} accounts"), &both(&times), goal)?;
    server.stop()
}

async fn ask(connection: &mut Connection, authorization: &str, path: impl Fn(u64) -> String) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    for number in 0..WARMING + ASKED {
        let request = request("GET", &path(number), authorization, "");
        let begun = Instant::now();
        let response = connection.send(&request).await?;
        if response.status != 200 {
            return Err(format!("{} was answered {}: {}", path(number), response.status, String::from_utf8_lossy(&response.body)).into());
        }
        if number >= WARMING {
            times.push(begun.elapsed());
        }
    }
    Ok(times)
}

fn both(times: &[Duration]) -> String {
    format!("p50 {}, p99 {}", shown(quantile(times, 0.5)), shown(quantile(times, 0.99)))
}
