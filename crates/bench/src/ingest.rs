//! How many events a second a real server answers as durable, over loopback, in batches of 100. The same events are left as a script for PostgreSQL.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mainstay_model::{Clock as _, Event};

use crate::Result;
use crate::door::{Sending, send};
use crate::events::{QUIET, SystemClock, batch_body, event, mixed};
use crate::figures::{grouped, keep, quantile, shown};
use crate::http::{Connection, basic, request};
use crate::options::Options;
use crate::process::{Server, made};

const BATCH: u64 = 100;
/// Runs, each on a fresh folder; the middle one counts.
const RUNS: usize = 3;
/// Scripts for PostgreSQL, one for each of its connections.
const SCRIPTS: u64 = 8;

pub(crate) async fn run(options: &Options) -> Result<()> {
    let (now, accounts) = (SystemClock.now(), options.accounts);
    let batch = |number: u64| -> Vec<Event> {
        let one = |number: u64| event(number, QUIET + mixed(number) % (accounts - QUIET), now, "live");
        (number * BATCH..(number + 1) * BATCH).map(one).collect()
    };
    let bodies: Vec<String> = (0..options.events / BATCH).map(|number| batch_body(&batch(number))).collect();
    write_scripts(options, batch)?;
    let (mut rates, mut times) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        let (rate, took) = once(options, run, &bodies).await?;
        rates.push(rate);
        times.extend(took);
    }
    rates.sort_unstable();
    let rate = rates.get(RUNS / 2).copied().unwrap_or_default();
    keep(options, "ingest over HTTP, durable, batches of 100", &format!("{} events/s", grouped(rate)), "200,000 events/s")?;
    let latency = format!("p50 {}, p99 {}", shown(quantile(&times, 0.5)), shown(quantile(&times, 0.99)));
    keep(options, &format!("its requests, {} connections", options.connections), &latency, "")
}

/// Sends everything to a server on a fresh folder; answers the events a second, and how long each request took.
async fn once(options: &Options, run: usize, bodies: &[String]) -> Result<(u64, Vec<Duration>)> {
    let data = options.scratch.join(format!("data-ingest-{run}"));
    let key = made(options, "key", &["create", "product"], &data)?;
    let token = made(options, "token", &["create", "bench"], &data)?;
    let authorization = basic(&key);
    let requests = bodies.iter().map(|body| request("POST", "/v1/batch", &authorization, body)).collect();
    let server = Server::start(options, &data).await?;
    let limit = Duration::from_secs(options.seconds);
    let begun = Instant::now();
    let sending = Sending { addr: server.addr, connections: options.connections, requests: Arc::new(requests), pace: None, limit };
    let (answered, busy) = send(sending).await?;
    let took = begun.elapsed();
    let events = answered.len() as u64 * BATCH;
    println!("{} events in {}, {busy} requests repeated after 429", grouped(events), shown(took));
    let counted = count(&server, &token).await?;
    if counted != events {
        return Err(format!("{events} events were acknowledged and {counted} are there").into());
    }
    server.stop()?;
    std::fs::remove_dir_all(&data)?;
    Ok(((events as f64 / took.as_secs_f64()) as u64, answered.into_iter().map(|one| one.took).collect()))
}

/// How many events the server has.
async fn count(server: &Server, token: &str) -> Result<u64> {
    let question = r#"{"sql":"select count(*) as n from events"}"#;
    let mut connection = Connection::open(server.addr).await?;
    let response = connection.send(&request("POST", "/api/sql", &format!("Bearer {token}"), question)).await?;
    let text = String::from_utf8_lossy(&response.body).into_owned();
    let digits = text.split("\"n\":").nth(1).or_else(|| text.split('\n').nth(1)).unwrap_or_default();
    let digits: String = digits.trim().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().map_err(|_| format!("the count of events was answered with {text}").into())
}

/// The same events as `COPY` commands, a transaction for each batch.
fn write_scripts(options: &Options, batch: impl Fn(u64) -> Vec<Event>) -> Result<()> {
    for script in 0..SCRIPTS {
        let mut text = String::new();
        for number in (script..options.events / BATCH).step_by(SCRIPTS as usize) {
            text.push_str("COPY events FROM STDIN;\n");
            for event in batch(number) {
                let (account, user) = (event.account_id.unwrap_or_default(), event.user_id.unwrap_or_default());
                let at = event.occurred_at.to_rfc3339();
                writeln!(
                    text,
                    "{}\t{}\t{}\t{}\t{account}\t{user}\t{at}\t{at}\t{}",
                    event.source,
                    event.message_id,
                    event.kind.as_str(),
                    event.name,
                    event.properties
                )?;
            }
            text.push_str("\\.\n");
        }
        std::fs::write(options.scratch.join(format!("copy-{script}.sql")), text)?;
    }
    Ok(())
}
