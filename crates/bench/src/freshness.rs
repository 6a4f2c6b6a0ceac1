//! How long after its acknowledgement an event shows in the score, under a steady load over HTTP. One event of each batch is of an account whose score it
//! is sure to move; the others go to accounts at random.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mainstay_app::accounts::Change;
use mainstay_app::{App, AppOptions};
use mainstay_model::{Clock as _, Event};
use mainstay_web::{ServeOptions, Server};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::Result;
use crate::door::{Answered, Sending, send};
use crate::events::{QUIET, SOURCE, SystemClock, account, batch_body, event, mixed};
use crate::figures::{grouped, keep, quantile, shown};
use crate::http::{basic, request};
use crate::options::{Options, workspace};

const BATCH: u64 = 100;
/// How long to wait for the last changes.
const LAST: Duration = Duration::from_secs(10);

pub(crate) async fn run(options: &Options) -> Result<()> {
    let app = App::open(AppOptions { workspace: workspace(), data: options.data(), state: None, clock: Arc::new(SystemClock) }).await?;
    let key = app.people().create_write_key(SOURCE, "benchmark").await?.key;
    let server = Server::bind(ServeOptions::at("127.0.0.1:0".parse()?)).await?;
    let addr = server.addr();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(server.run(mainstay_web::router(&app), async { drop(stopped.await) }));
    let batches = (options.rate * options.seconds / BATCH).min(QUIET);
    let requests = requests(options, batches, &basic(&key));
    let watching = tokio::spawn(watch(app.subscribe(), batches as usize));
    let pace = Duration::from_secs_f64(BATCH as f64 / options.rate as f64);
    let limit = Duration::from_secs(options.seconds * 4);
    let begun = Instant::now();
    let sending = Sending { addr, connections: options.connections, requests: Arc::new(requests), pace: Some(pace), limit };
    let (answered, _) = send(sending).await?;
    let took = begun.elapsed();
    let (seen, lost) = tokio::time::timeout(LAST + limit, watching).await??;
    tell(options, &answered, &seen, took)?;
    println!("{lost} changes were lost by the listener");
    stop.send(()).map_err(|()| "the server ended by itself")?;
    running.await?;
    app.close().await?;
    Ok(())
}

fn requests(options: &Options, batches: u64, authorization: &str) -> Vec<Vec<u8>> {
    let now = SystemClock.now();
    let one = |number: u64| -> Event {
        let quiet = number.is_multiple_of(BATCH).then_some(number / BATCH);
        let whose = quiet.unwrap_or_else(|| QUIET + mixed(number) % (options.accounts - QUIET));
        event(number, whose, now, "fresh")
    };
    (0..batches)
        .map(|batch| {
            let events: Vec<Event> = (batch * BATCH..(batch + 1) * BATCH).map(one).collect();
            request("POST", "/v1/batch", authorization, &batch_body(&events))
        })
        .collect()
}

/// When the score of each quiet account was first seen to move, until all have; and how many changes were missed.
async fn watch(mut changes: Receiver<Change>, wanted: usize) -> (HashMap<String, Instant>, u64) {
    let last_quiet = account(QUIET);
    let (mut seen, mut lost) = (HashMap::new(), 0);
    while seen.len() < wanted {
        match tokio::time::timeout(LAST, changes.recv()).await {
            Ok(Ok(change)) if change.account < last_quiet => {
                seen.entry(change.account).or_insert_with(Instant::now);
            }
            Ok(Ok(_)) => {}
            Ok(Err(RecvError::Lagged(missed))) => lost += missed,
            Ok(Err(RecvError::Closed)) | Err(_) => break,
        }
    }
    (seen, lost)
}

fn tell(options: &Options, answered: &[Answered], seen: &HashMap<String, Instant>, took: Duration) -> Result<()> {
    let of = |one: &Answered| Some(seen.get(&account(one.place as u64))?.saturating_duration_since(one.at));
    let times: Vec<Duration> = answered.iter().filter_map(of).collect();
    let missing = answered.len() - times.len();
    let rate = (answered.len() as u64 * BATCH) as f64 / took.as_secs_f64();
    let what = format!("freshness at {} events/s, {} accounts", grouped(options.rate), grouped(options.accounts));
    let figure = format!("p50 {}, p99 {}", shown(quantile(&times, 0.5)), shown(quantile(&times, 0.99)));
    let short =
        if rate < options.rate as f64 * 0.95 { format!(" (only {} events/s were sent)", grouped(rate as u64)) } else { String::new() };
    let unseen = if missing > 0 { format!(" ({missing} not seen within {} s)", LAST.as_secs()) } else { String::new() };
    keep(options, &what, &format!("{figure}{short}{unseen}"), "p99 under 1 s")
}
