//! `mainstay demo`: a simulated company, imported through the same doors as real data, with life going on.

mod door;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use mainstay_app::demo::{Demo as Simulation, DemoRequest, LIVE_SOURCE};
use mainstay_app::import::ImportRequest;
use mainstay_app::plays::Channels;
use mainstay_app::{App, AppOptions, Result};
use mainstay_model::Clock;
use mainstay_web::{ServeOptions, Server};

use super::serve;
use crate::output::complain;
use crate::output::progress::Bar;
use crate::settings::ListenAt;
use crate::{Exit, SystemClock, signals};
use door::Door;

/// How often live messages are sent.
const LIVE_EVERY: Duration = Duration::from_secs(1);

/// Runs a demonstration: a simulated company with two years of history, and live events
///
/// The first start takes a minute; later ones go on where the last one ended.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mainstay demo\n  mainstay demo --accounts 50 --seed 7 --data ./small-demo --addr 127.0.0.1:9000")]
pub(crate) struct Demo {
    /// Folder for everything: workspace, data, exports
    #[arg(long, value_name = "DIR", default_value = "./mainstay-demo")]
    data: PathBuf,
    /// How many accounts the company has
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    accounts: u32,
    /// The same seed gives the same company
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many years of history
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=10))]
    years: u32,
    #[command(flatten)]
    listen: ListenAt,
}

impl Demo {
    pub(crate) async fn run(self) -> Result<Exit> {
        let server = Server::bind(ServeOptions::at(self.listen.addr)).await?;
        let request = DemoRequest { folder: &self.data, seed: self.seed, accounts: self.accounts, years: self.years };
        complain(&format!("preparing {} accounts in {}", self.accounts, self.data.display()));
        let mut simulation = Simulation::prepare(&request, SystemClock.now())?;
        let options =
            AppOptions { workspace: simulation.workspace(), data: simulation.data(), state: None, clock: std::sync::Arc::new(SystemClock) };
        let app = App::open(options).await?;
        // Plays run, but nothing leaves: nobody wants to be reached by a demonstration.
        app.connect(Channels { base_url: serve::url_of(server.addr()), ..Channels::default() });
        if !import(&app, &mut simulation).await? {
            app.close().await?;
            return Ok(Exit::Interrupted);
        }
        let key = write_key(&app, &mut simulation).await?;
        let announced = serve::greet(&app, &server).await?;
        let door = Door { addr: server.addr(), key };
        let live = tokio::spawn(live(simulation, door));
        // What was not answered is sent again at the next start.
        serve::run(&app, server, announced, || live.abort()).await?;
        Ok(Exit::Done)
    }
}

/// Imports what the simulated systems exported; answers whether it came to its end.
async fn import(app: &App, simulation: &mut Simulation) -> Result<bool> {
    let Some(path) = simulation.exports().map(std::path::Path::to_owned) else { return Ok(true) };
    let stop = signals::stop_flag();
    let report = app.import(&ImportRequest { path, source: None, dry_run: false, history: false }, &Bar::new(false), &stop).await?;
    if !report.complete() {
        complain(&crate::output::import::text(&report, None));
        return Ok(false);
    }
    simulation.imported()?;
    Ok(true)
}

/// The key for live messages: the one an earlier start has kept, or a new one.
async fn write_key(app: &App, simulation: &mut Simulation) -> Result<String> {
    if let Some(key) = simulation.write_key() {
        return Ok(key.to_owned());
    }
    let made = app.people().create_write_key(LIVE_SOURCE, "demonstration").await?;
    simulation.keep_write_key(&made.key)?;
    Ok(made.key)
}

/// What happened while nobody was looking, and then life as it goes on, over the same door as everybody's.
async fn live(mut simulation: Simulation, door: Door) {
    let mut waiting = simulation.missed(SystemClock.now());
    let mut tick = tokio::time::interval(LIVE_EVERY);
    loop {
        tick.tick().await;
        waiting.extend(simulation.next(SystemClock.now()));
        if let Err(error) = deliver(&door, &mut waiting).await {
            // What was not answered is sent again with the next ones.
            tracing::warn!(%error, "live messages wait");
            continue;
        }
        if let Err(error) = simulation.sent() {
            tracing::warn!(%error, "the next start will send some messages again");
        }
    }
}

/// Sends the batches in their order; those that were answered are taken out.
async fn deliver(door: &Door, waiting: &mut Vec<String>) -> Result<()> {
    let mut answered = 0;
    let mut outcome = Ok(());
    for body in waiting.iter() {
        outcome = door.send(body).await;
        if outcome.is_err() {
            break;
        }
        answered += 1;
    }
    waiting.drain(..answered);
    outcome
}
