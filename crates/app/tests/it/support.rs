//! An application on a folder of its own, a clock that tests move, facts in a line each, and everything that can be asked in one text.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use mainstay_app::accounts::{AccountQuery, AsOf};
use mainstay_app::ingest::{Answer, Candidate};
use mainstay_app::{App, AppOptions, Format, format_batches};
use mainstay_model::signal::Subject;
use mainstay_model::{Clock, Event, EventKind, Fact, RecordVersion, Timestamp};
use mainstay_testkit::TestClock;
use serde_json::{Value, json};
use tempfile::TempDir;

/// One signal: how often somebody signed in within a week.
pub(crate) const LOGINS: &str = "
signals:
  logins: { from: events, where: name = 'Signed In', measure: count(), window: 7 days }
";
/// Health by it: 100 from four times on.
pub(crate) const HEALTH_BY_LOGINS: &str = "
health:
  standard:
    components: [{ signal: logins, weight: 1, curve: [[0, 0], [4, 100]] }]
";

/// A workspace, its data and a clock.
pub(crate) struct Home {
    folder: TempDir,
    pub(crate) clock: Arc<TestClock>,
}

impl Home {
    /// A folder with these documents; the clock shows `now`.
    pub(crate) fn new(documents: &[(&str, &str)], now: &str) -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap(), clock: TestClock::at(now) };
        documents.iter().for_each(|(path, text)| home.write(path, text));
        home
    }

    /// Writes a document of the workspace.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.workspace().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn workspace(&self) -> std::path::PathBuf {
        self.folder.path().join("workspace")
    }

    /// The folder with workspace and data.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Opens what another process has in a folder, with a database for the state where one is named.
    pub(crate) async fn open_folder(folder: &Path, state: Option<String>, clock: Arc<dyn Clock>) -> App {
        App::open(AppOptions { workspace: folder.join("workspace"), data: folder.join("data"), state, clock }).await.unwrap()
    }

    pub(crate) async fn open(&self) -> App {
        self.open_data(&self.folder.path().join("data")).await
    }

    /// Opens it and keeps it.
    pub(crate) async fn opened(self) -> (Self, App) {
        let app = self.open().await;
        (self, app)
    }

    async fn open_data(&self, data: &Path) -> App {
        App::open(AppOptions { workspace: self.workspace(), data: data.to_owned(), state: None, clock: self.clock.clone() }).await.unwrap()
    }

    /// Another application on the same workspace that knows nothing yet.
    pub(crate) async fn open_beside(&self, name: &str) -> App {
        self.open_data(&self.folder.path().join(name)).await
    }

    /// Closes and opens again.
    pub(crate) async fn reopen(&self, app: App) -> App {
        app.close().await.unwrap();
        drop(app);
        self.open().await
    }

    /// Moves the clock and waits until everything that time changes has changed.
    pub(crate) async fn move_to(&self, app: &App, now: &str) {
        self.clock.set(instant(now));
        look_at_the_clock(app).await;
    }
}

/// The engine looks at the clock whenever facts come; this one is nobody's and the same fact each time at the same instant.
pub(crate) async fn look_at_the_clock(app: &App) {
    let now = app.now();
    let nobody = Event { anonymous_id: None, ..event(&format!("tick {now}"), "Tick", now) };
    take(app, vec![Fact::Event(nobody)]).await;
}

pub(crate) fn instant(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// An event of nobody.
pub(crate) fn event(id: &str, name: &str, at: Timestamp) -> Event {
    Event {
        source: "product".into(),
        message_id: id.into(),
        kind: EventKind::Track,
        name: name.into(),
        account_id: None,
        user_id: None,
        anonymous_id: None,
        occurred_at: at,
        received_at: at,
        properties: "{}".into(),
    }
}

/// `Signed In` of an account.
pub(crate) fn sign_in(id: &str, account: &str, at: &str) -> Fact {
    Fact::Event(Event { account_id: Some(account.into()), ..event(id, "Signed In", instant(at)) })
}

/// `Signed In` of an account to one of its products.
pub(crate) fn sign_in_to(product: &str, id: &str, account: &str, at: &str) -> Fact {
    let properties = json!({"product": product}).to_string();
    Fact::Event(Event { account_id: Some(account.into()), properties, ..event(id, "Signed In", instant(at)) })
}

/// `Signed In` of a user whose account the event does not say.
pub(crate) fn sign_in_of(id: &str, user: &str, at: &str) -> Fact {
    Fact::Event(Event { user_id: Some(user.into()), ..event(id, "Signed In", instant(at)) })
}

/// A user belongs to an account from then on.
pub(crate) fn group(id: &str, user: &str, account: &str, at: &str) -> Fact {
    let call = Event { kind: EventKind::Group, account_id: Some(account.into()), user_id: Some(user.into()), ..event(id, "", instant(at)) };
    Fact::Event(call)
}

pub(crate) fn record(entity: &str, id: &str, at: Timestamp, fields: &Value) -> Fact {
    Fact::Record(RecordVersion {
        source: "crm".into(),
        entity: entity.into(),
        external_id: id.into(),
        occurred_at: at,
        received_at: at,
        fields: fields.to_string(),
    })
}

pub(crate) fn account(id: &str, at: &str) -> Fact {
    account_with(id, at, &json!({"name": id}))
}

pub(crate) fn account_with(id: &str, at: &str, fields: &Value) -> Fact {
    record("accounts", id, instant(at), fields)
}

/// Facts through the one operation for facts, and into the scores.
pub(crate) async fn take(app: &App, facts: Vec<Fact>) -> Vec<Answer> {
    let candidates = facts.into_iter().map(|fact| Candidate { raw: String::new(), fact: Ok(fact) }).collect();
    let answers = app.ingest("product", "track", candidates).await.unwrap();
    app.settle().await;
    answers
}

/// One signal of an account.
pub(crate) async fn signal(app: &App, account: &str, name: &str, at: &AsOf) -> Value {
    let view = app.show_account(account, at).await.unwrap();
    view.signals.into_iter().find(|signal| signal.name == name).unwrap().value
}

pub(crate) const fn at(instant: Timestamp) -> AsOf {
    AsOf { at: Some(instant), known: None }
}

/// Everything that the application says about now: the live list, the scores and signals, the kept scores of past days.
pub(crate) async fn present(app: &App, history_days: u32) -> String {
    app.settle_history().await;
    let mut text = live_list(app).await;
    let rows = app.score(None, &AsOf::NOW).await.unwrap();
    for row in &rows {
        writeln!(text, "score {}", serde_json::to_string(row).unwrap()).unwrap();
        for point in app.score_history(&row.account_id, history_days, &AsOf::NOW).await.unwrap() {
            writeln!(text, "  {} {:?} {} {}", point.day, point.score, point.band, point.model).unwrap();
        }
    }
    text
}

/// The list as it is kept live, every signal a column.
async fn live_list(app: &App) -> String {
    let workspace = app.workspace();
    let of_accounts = workspace.signals.values().filter(|signal| signal.subject == Subject::Account);
    let columns: Vec<String> = of_accounts.map(|signal| signal.name.clone()).collect();
    let query = AccountQuery { sort: "id".into(), columns, limit: 10_000, ..AccountQuery::default() };
    let page = app.list_accounts(&query, &AsOf::NOW).await.unwrap();
    page.rows.iter().fold(String::new(), |text, row| text + "list " + &serde_json::to_string(row).unwrap() + "\n")
}

/// The accounts as of an instant: each by itself, and all of them in a table.
pub(crate) async fn past(app: &App, at: &AsOf) -> String {
    let mut text = String::new();
    for row in app.score(None, at).await.unwrap() {
        let view = app.show_account(&row.account_id, at).await.unwrap();
        let mut view = serde_json::to_value(view).unwrap();
        view.as_object_mut().unwrap().remove("sources");
        writeln!(text, "{view}").unwrap();
    }
    let table =
        app.ask("select account_id, product, signal, value, text from signals order by account_id, product, signal", at).await.unwrap();
    text + &format_batches(&table.columns, &table.batches, Format::Csv)
}

/// A workspace in one zone with a source and these signals and models.
pub(crate) fn documents<'a>(mainstay: &'a str, signals: &'a str, health: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut documents = vec![("mainstay.yaml", mainstay), ("sources/product.yaml", SOURCES), ("signals/all.yaml", signals)];
    if !health.is_empty() {
        documents.push(("health/all.yaml", health));
    }
    documents
}

const SOURCES: &str = "\
sources:
  product: { kind: tracking }
  crm: { kind: tracking }
";
