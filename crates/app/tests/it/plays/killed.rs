//! A process that runs plays and is killed at any moment does every promised step once, and everything that leaves it carries one key.
//!
//! The test starts itself as another process, which takes facts, runs plays and calls an endpoint; it is killed and started again, many times.
//! Half an hour of the plays passes in a second.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver as Lines, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mainstay_app::App;
use mainstay_app::plays::Channels;
use mainstay_connect::webhook::{WebhookSettings, Webhooks};
use mainstay_model::{Clock, Event, Fact, Timestamp};
use mainstay_store::{OutboxFilter, OutboxStatus, RunFilter, StepOutcome};
use mainstay_testkit::{Database, TestClock};
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;

use super::OWNER;
use super::receiver::Receiver;
use crate::support::{HEALTH_BY_LOGINS, Home, LOGINS, documents, event, instant, record, take};

const FOLDER: &str = "MAINSTAY_TEST_PLAYS_FOLDER";
const STATE: &str = "MAINSTAY_TEST_PLAYS_STATE";
const BEGUN: &str = "MAINSTAY_TEST_PLAYS_BEGUN";
const FIRST: &str = "MAINSTAY_TEST_PLAYS_FIRST";
/// How often it is killed on each database; continuous integration asks for a thousand.
const KILLS: &str = "MAINSTAY_TEST_KILLS";
const FEW_KILLS: u64 = 20;
/// So soon a process takes its first account, whatever else the machine does.
const AT_WORK_WITHIN: Duration = Duration::from_mins(1);
/// So many times faster than life.
const FASTER: i64 = 1_800;
/// Accounts that one life of the process brings at most.
const ACCOUNTS_OF_A_LIFE: u64 = 1_000;
const NOON: &str = "2026-03-10T12:00:00Z";
const PLAYS: &str = "
plays:
  welcome:
    purpose: onboarding
    trigger: { event: Upgraded }
    steps:
      - at: immediately
        name: greet
        do:
          - task: { to: csm, title: \"Greet {{ account.name }}\" }
          - webhook: { url_setting: hub, body: { step: greet, account: \"{{ account.id }}\" } }
      - at: hour 1
        name: provision
        do:
          - webhook: { url_setting: hub, body: { step: provision, account: \"{{ account.id }}\" } }
          - tag: provisioned
      - at: hour 2
        name: ask
        wait_for: { event: Answered, for: 1 hour }
        then:
          - tag: answered
        else:
          - task: { to: csm, title: \"Call {{ account.name }}\" }
          - webhook: { url_setting: hub, body: { step: ask, account: \"{{ account.id }}\" } }
";
/// What each run must have done: its steps, and the effects that leave by the endpoint.
const STEPS: [&str; 3] = ["ask", "greet", "provision"];

/// A clock that goes faster than life, the same for every life of the process.
#[derive(Debug)]
struct Fast {
    begun: SystemTime,
}

impl Clock for Fast {
    fn now(&self) -> Timestamp {
        let lived = self.begun.elapsed().unwrap_or_default();
        Timestamp(instant(NOON).0 + i64::try_from(lived.as_micros()).unwrap() * FASTER)
    }
}

#[allow(clippy::disallowed_methods, reason = "variables are how the two processes of this test find each other")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn channels() -> Channels {
    let webhooks = Webhooks::new(WebhookSettings { allow_private: true, ..WebhookSettings::default() }).unwrap();
    Channels { webhooks: Some(webhooks), ..Channels::default() }
}

/// The other process: it lives until it is killed. Without a folder it is no test of its own.
#[tokio::test(flavor = "multi_thread")]
async fn the_other_process_lives_until_it_is_killed() {
    let Some(folder) = variable(FOLDER) else { return };
    let number = |name: &str| variable(name).unwrap().parse::<u64>().unwrap();
    let clock = Arc::new(Fast { begun: UNIX_EPOCH + Duration::from_micros(number(BEGUN)) });
    let app = Home::open_folder(folder.as_ref(), variable(STATE), clock).await;
    app.connect(channels());
    let mut out = std::io::stdout();
    for account in number(FIRST).. {
        bring(&app, account).await;
        writeln!(out, "taken {account} .").unwrap();
        out.flush().unwrap();
        app.look_at_plays().await.unwrap();
        app.deliver().await.unwrap();
    }
}

/// A new account that a play begins for.
async fn bring(app: &App, account: u64) {
    let (id, now) = (format!("account-{account}"), app.now());
    let upgraded = Event { account_id: Some(id.clone()), ..event(&format!("upgraded-{account}"), "Upgraded", now) };
    take(app, vec![record("accounts", &id, now, &json!({"name": id, "owner": OWNER})), Fact::Event(upgraded)]).await;
}

/// One life of the other process.
struct Life {
    child: Child,
    taken: Lines<u64>,
}

impl Life {
    fn begin(home: &Home, state: Option<&str>, begun: Duration, first: u64) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "plays::killed::the_other_process_lives_until_it_is_killed", "--nocapture", "--test-threads", "1"])
            .env(FOLDER, home.path())
            .env(BEGUN, begun.as_micros().to_string())
            .env(FIRST, first.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        if let Some(state) = state {
            command.env(STATE, state);
        }
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // A line that the kill has cut ends without its point.
        let number = |line: String| line.split_once("taken ")?.1.strip_suffix(" .")?.parse().ok();
        let (sender, taken) = channel();
        std::thread::spawn(move || lines.map_while(Result::ok).filter_map(number).try_for_each(|account| sender.send(account)));
        Self { child, taken }
    }

    /// Kills it at a random moment: of its beginning, or of its work. Answers the accounts that it was answered for.
    async fn kill(mut self, random: &mut rand::rngs::StdRng) -> Vec<u64> {
        let first = if random.random_bool(0.25) { self.taken.recv_timeout(AT_WORK_WITHIN).ok() } else { None };
        tokio::time::sleep(Duration::from_millis(random.random_range(0..200))).await;
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        // Whoever reads the lines is at their end now, and lets go of the channel.
        first.into_iter().chain(self.taken.iter()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_every_step_happens_once() {
    killed(Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_every_step_happens_once() {
    if let Some(database) = Database::postgres() {
        killed(database).await;
    }
}

#[allow(clippy::disallowed_methods, reason = "two processes share this clock")]
async fn killed(database: Database) {
    let receiver = Receiver::start();
    let home = Home::new(&documents(&mainstay(&receiver), LOGINS, HEALTH_BY_LOGINS), NOON);
    home.write("plays/all.yaml", PLAYS);
    let state = match &database {
        Database::Sqlite(_) => None,
        Database::Postgres(address) => Some(address.clone()),
    };
    // What is true before the first look begins nothing.
    let first = Home::open_folder(home.path(), state.clone(), home.clock.clone()).await;
    first.look_at_plays().await.unwrap();
    first.close().await.unwrap();
    drop(first);
    let kills = variable(KILLS).map_or(FEW_KILLS, |kills| kills.parse().unwrap());
    let begun = SystemTime::now();
    let since_epoch = begun.duration_since(UNIX_EPOCH).unwrap();
    let (mut random, mut taken, started) = (rand::rngs::StdRng::seed_from_u64(3), BTreeSet::new(), Instant::now());
    for life in 0..kills {
        let process = Life::begin(&home, state.as_deref(), since_epoch, life * ACCOUNTS_OF_A_LIFE);
        taken.extend(process.kill(&mut random).await);
    }
    let clock = TestClock::at(NOON);
    clock.set(Fast { begun }.now());
    let app = Home::open_folder(home.path(), state, clock.clone()).await;
    app.connect(channels());
    finish(&app, &clock).await;
    let counts = check(&app, &taken, &receiver).await;
    let name = if matches!(database, Database::Sqlite(_)) { "SQLite" } else { "PostgreSQL" };
    let (seconds, accounts) = (started.elapsed().as_secs_f64(), taken.len());
    // Past the capture of tests: whoever runs them sees what happened.
    let mut seen = std::io::stderr();
    writeln!(seen, "killed {kills} times on {name} in {seconds:.0} s: {accounts} accounts acknowledged, {counts}").unwrap();
    assert!(taken.len() as u64 > kills / 5, "too little happened to say anything: {}", taken.len());
}

fn mainstay(receiver: &Receiver) -> String {
    format!(
        "name: Plays\ntime_zone: UTC\nplay_hour: 09:00\nroles:\n  csm: {{ from: owner }}\nwebhooks: {{ hub: \"http://{}/hub\" }}\n",
        receiver.address()
    )
}

/// Lets every run come to its end, and everything leave.
async fn finish(app: &App, clock: &TestClock) {
    for _ in 0..40 {
        clock.forward(1_200);
        app.settle().await;
        app.look_at_plays().await.unwrap();
        while app.deliver().await.unwrap().sent > 0 {}
    }
}

async fn check(app: &App, taken: &BTreeSet<u64>, receiver: &Receiver) -> String {
    let runs = app.store().runs(&RunFilter { limit: 100_000, ..RunFilter::default() }).await.unwrap();
    let accounts: BTreeSet<&str> = runs.iter().map(|run| run.account_id.as_str()).collect();
    assert_eq!(accounts.len(), runs.len(), "no account has two runs");
    let lost: Vec<String> = taken.iter().map(|account| format!("account-{account}")).filter(|id| !accounts.contains(id.as_str())).collect();
    assert!(lost.is_empty(), "acknowledged, and nothing began: {lost:?}");
    let mut expected = BTreeSet::new();
    for run in &runs {
        assert!(run.ended_at.is_some(), "{} is at an end: {:?}", run.account_id, run.due_at);
        let mut steps = app.store().steps_of_run(&run.id).await.unwrap();
        steps.sort_by(|a, b| a.step.cmp(&b.step));
        let done: Vec<&str> = steps.iter().filter(|step| step.outcome == StepOutcome::Done).map(|step| step.step.as_str()).collect();
        assert_eq!(done, STEPS, "each step of {} happened once", run.account_id);
        for step in STEPS {
            expected.insert((run.account_id.clone(), step.to_owned()));
        }
    }
    let mut outbox = Vec::new();
    while let Ok(page) =
        app.store().outbox(&OutboxFilter { limit: 5_000, offset: u32::try_from(outbox.len()).unwrap(), ..OutboxFilter::default() }).await
    {
        if page.is_empty() {
            break;
        }
        outbox.extend(page);
    }
    let waiting: Vec<&str> = outbox.iter().filter(|entry| entry.status != OutboxStatus::Sent).map(|entry| entry.key.as_str()).collect();
    assert!(waiting.is_empty(), "not sent: {waiting:?}");
    let tasks = super::titles(app).await;
    assert_eq!(tasks.len(), tasks.iter().collect::<BTreeSet<_>>().len(), "no task is there twice");
    let received = receiver.received();
    let seen: BTreeSet<(String, String)> = received.values().map(super::receiver::Call::about).collect();
    assert_eq!(seen, expected, "everything that was promised has arrived");
    assert_eq!(received.len(), expected.len(), "each effect has one key");
    let calls: usize = received.values().map(|call| call.times).sum();
    format!(
        "{} runs, {} steps each done once, {} tasks; {} calls of the endpoint under {} keys ({} repeated under their key), 0 lost, 0 doubled",
        runs.len(),
        runs.len() * STEPS.len(),
        tasks.len(),
        calls,
        received.len(),
        calls - received.len()
    )
}
