//! `mainstay demo`: a simulated company, imported through the same doors as real data, with life going on.

mod clock;
mod door;
mod replay;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use clap::Args;
use mainstay_app::demo::{Demo as Simulation, DemoRequest, LIVE_SOURCE};
use mainstay_app::import::ImportRequest;
use mainstay_app::plays::{Channels, Post};
use mainstay_app::{App, AppOptions, Result};
use mainstay_model::Clock as _;
use mainstay_web::{ServeOptions, Server};

use super::serve;
use crate::output::complain;
use crate::output::progress::Bar;
use crate::settings::{ListenAt, channel_variables};
use crate::{Exit, SystemClock, signals};
use clock::DemoClock;
use door::Door;

/// The variable that says where mail that is not sent is written.
const MAIL_FOLDER: &str = "MAINSTAY_MAIL_FOLDER";
/// So many of the last days of the history pass before the server answers, so that plays have done something.
const REPLAYED_DAYS: u32 = 3;
/// How often live messages are sent.
const LIVE_EVERY: Duration = Duration::from_secs(1);

/// Runs a demonstration: a simulated company with two years of history, and live events
///
/// The first start takes two minutes; later ones go on where the last one ended.
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
        let request =
            DemoRequest { folder: &self.data, seed: self.seed, accounts: self.accounts, years: self.years, replayed_days: REPLAYED_DAYS };
        complain(&format!("preparing {} accounts in {}", self.accounts, self.data.display()));
        let mut simulation = Simulation::prepare(&request, SystemClock.now())?;
        let channels = channels(&self.data, &serve::url_of(server.addr()))?;
        let clock = Arc::new(DemoClock::at(simulation.stands_at()));
        let options =
            AppOptions { workspace: simulation.workspace(), data: simulation.data(), state: None, clock: Arc::clone(&clock) as Arc<_> };
        let app = App::open(options).await?;
        app.connect(Channels { tracker: Some(app.tracker(&channels.base_url)?), ..channels });
        let end = signals::end_wanted();
        let stop = signals::stop_flag();
        if !import(&app, &mut simulation, &stop).await? || !replay::replay(&app, &mut simulation, &clock, &stop).await? {
            app.close().await?;
            return Ok(Exit::Interrupted);
        }
        let key = write_key(&app, &mut simulation).await?;
        let announced = serve::greet(&app, &server).await?;
        tell_of_mail(&app);
        let door = Door { addr: server.addr(), key };
        let live = tokio::spawn(live(simulation, door));
        let ending = async move {
            end.await;
            // Before the door is shut; what was not answered is sent again at the next start.
            live.abort();
        };
        serve::run(&app, server, announced, ending).await?;
        Ok(Exit::Done)
    }
}

/// Mail goes where the variables say, else into a folder beside the data. Nothing else leaves: nobody wants to be called by a demonstration.
fn channels(folder: &Path, url: &str) -> Result<Channels> {
    let mut variables = channel_variables();
    variables.entry(MAIL_FOLDER.to_owned()).or_insert_with(|| folder.join("mail").to_string_lossy().into_owned());
    Ok(Channels { webhooks: None, ..Channels::from_variables(url, &variables)? })
}

/// Says how what plays have sent is read.
fn tell_of_mail(app: &App) {
    if let Some(Post::Folder(maildir)) = &app.channels().mail {
        let folder = maildir.folder().display();
        complain(&format!("the mail of plays is in {folder}; read it with `mutt -f {folder}`, or any program that reads a Maildir"));
    }
}

/// Imports what the simulated systems exported; answers whether it came to its end.
async fn import(app: &App, simulation: &mut Simulation, stop: &AtomicBool) -> Result<bool> {
    let Some(path) = simulation.exports().map(std::path::Path::to_owned) else { return Ok(true) };
    let report = app.import(&ImportRequest { path, source: None, dry_run: false, history: false }, &Bar::new(false), stop).await?;
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
