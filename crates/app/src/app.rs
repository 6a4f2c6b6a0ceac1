//! The application: everything opened once, and shared by whoever asks.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use mainstay_lake::{Lake, LakeError, LakeOptions, Snapshot, TableSpec, tables};
use mainstay_model::{Clock, Timestamp, Workspace};
use mainstay_store::Store;
use tokio::sync::{Mutex, broadcast, mpsc, watch};
use tokio::task::JoinHandle;

use crate::accounts::Change;
use crate::engine::{Applied, Engine, Plan, Saved, State, unreadable, watermark};
use crate::error::{AppError, ErrorCode, Result};
use crate::lifecycle::ReachedDays;
use crate::people::{OsRandom, People};
use crate::plays::{Channels, Runner};
use crate::workspace::Configured;

/// Groups of facts that may wait for the engine; while it is full, facts wait at the door.
const ENGINE_QUEUE: usize = 4096;
/// Score changes that a slow listener may miss before it is told so.
const CHANGE_QUEUE: usize = 16_384;

/// What the application needs to know to start.
#[derive(Clone)]
pub struct AppOptions {
    /// The folder with the workspace's documents.
    pub workspace: PathBuf,
    /// The folder with all data.
    pub data: PathBuf,
    /// The address of the PostgreSQL database with the relational state; a SQLite file in the data folder where absent.
    pub state: Option<String>,
    /// Where "now" comes from.
    pub clock: Arc<dyn Clock>,
}

/// The running application. Cheap to clone.
#[derive(Clone)]
pub struct App(pub(crate) Handle);

/// Shares what is open behind a trait object. Whether a value may go to another thread is asked of every future that holds one, field by field through all
/// that is open; here the answer stands in the type. It is worth a minute of a build of `web`.
#[derive(Clone)]
pub(crate) struct Handle(Arc<dyn Opened + Send + Sync>);

trait Opened {
    fn inner(&self) -> &Inner;
}

impl Opened for Inner {
    fn inner(&self) -> &Inner {
        self
    }
}

impl Deref for Handle {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        self.0.inner()
    }
}

pub(crate) struct Inner {
    pub(crate) options: AppOptions,
    pub(crate) lake: Arc<Lake>,
    pub(crate) store: Store,
    pub(crate) state: Arc<RwLock<State>>,
    pub(crate) configured: RwLock<Configured>,
    pub(crate) changes: broadcast::Sender<Change>,
    /// Whoever decides about plays; one look at a time.
    pub(crate) runner: Mutex<Runner>,
    channels: OnceLock<Arc<Channels>>,
    /// On which days accounts reached the milestones of onboarding.
    pub(crate) reached: std::sync::Mutex<ReachedDays>,
    /// Held while the workspace is read again: two at once would put the older in force.
    pub(crate) reloading: Mutex<()>,
    /// What a command on the same machine shows; set when a server says where it answers.
    pub(crate) local_secret: OnceLock<String>,
    applied: watch::Receiver<Applied>,
    /// Whether the scores of older days wait.
    held: Arc<AtomicBool>,
    stop: watch::Sender<bool>,
    engine: Mutex<Option<JoinHandle<()>>>,
}

impl App {
    /// Opens a workspace and its data, and brings the scores up to now.
    ///
    /// # Errors
    /// [`ErrorCode::Configuration`] with every problem of the workspace; [`ErrorCode::Unavailable`] when the data cannot be opened.
    pub async fn open(options: AppOptions) -> Result<Self> {
        let configured = Configured::read(&options.workspace)?;
        let plan = Arc::new(Plan::new(Arc::clone(&configured.workspace))?);
        std::fs::create_dir_all(&options.data).map_err(|error| {
            AppError::new(ErrorCode::Unavailable, format!("the data folder {} could not be made", options.data.display())).caused_by(error)
        })?;
        let (sender, facts) = mpsc::channel(ENGINE_QUEUE);
        let lake_options = LakeOptions {
            on_durable: Some(sender),
            tables: vec![TableSpec::new("scores", tables::schema("scores"), &["account_id", "day", "recorded_at"])],
            ..LakeOptions::default()
        };
        let (root, clock) = (crate::layout::lake(&options.data), Arc::clone(&options.clock));
        let lake = blocking(move || Lake::open(&root, lake_options, clock).map_err(unopened)).await?;
        let lake = Arc::new(lake);
        let store = crate::layout::open_store(&options.data, options.state.as_deref()).await?;
        let state = Self::load(&lake, plan, options.clock.now()).await?;
        let compacted_on = state.today;
        let (applied_sender, applied) = watch::channel(Applied { position: state.position, ..Applied::default() });
        let (changes, _) = broadcast::channel(CHANGE_QUEUE);
        let (stop, stopped) = watch::channel(false);
        let state = Arc::new(RwLock::new(state));
        let held = Arc::new(AtomicBool::new(false));
        let engine = Engine {
            state: Arc::clone(&state),
            lake: Arc::clone(&lake),
            clock: Arc::clone(&options.clock),
            changes: changes.clone(),
            applied: applied_sender,
            backfill: None,
            held: Arc::clone(&held),
            unwritten: Vec::new(),
            calm: (0, 0),
            compacted_on,
            saved: (options.clock.now(), 0),
        };
        let running = tokio::spawn(engine.run(facts, stopped));
        let configured = RwLock::new(configured);
        Ok(Self(Handle(Arc::new(Inner {
            options,
            lake,
            store,
            state,
            configured,
            changes,
            runner: Mutex::default(),
            channels: OnceLock::new(),
            reached: std::sync::Mutex::default(),
            reloading: Mutex::new(()),
            local_secret: OnceLock::new(),
            applied,
            held,
            stop,
            engine: Mutex::new(Some(running)),
        }))))
    }

    /// The state from everything at rest.
    pub(crate) async fn load(lake: &Arc<Lake>, plan: Arc<Plan>, now: Timestamp) -> Result<State> {
        let snapshot = lake.snapshot().map_err(unreadable)?;
        let history = crate::questions::kept_scores(&snapshot, &plan, now).await?;
        let root = lake.root().to_owned();
        let scored_up_to = watermark::read(&root);
        blocking(move || {
            let saved = Saved::read(&root, &plan, snapshot.position);
            State::from_facts(plan, saved, &snapshot, (&history, scored_up_to), now)
        })
        .await
    }

    /// Seals what is in the inbox, writes the scores and stops the engine.
    ///
    /// # Errors
    /// When something cannot be written. What was acknowledged is safe all the same.
    pub async fn close(&self) -> Result<()> {
        self.settle().await;
        // Without a listener the engine has ended already.
        self.0.stop.send_replace(true);
        if let Some(engine) = self.0.engine.lock().await.take()
            && let Err(error) = engine.await
        {
            tracing::error!(%error, "the engine ended in a panic");
        }
        self.0.lake.seal().await.map_err(unreadable)?;
        self.compute(|app| {
            let saved = Saved::of(&app.state());
            saved.write(app.lake().root())
        })
        .await
    }

    /// Where "now" comes from.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.options.clock
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.options.clock.now()
    }

    /// The workspace in force.
    #[must_use]
    pub fn workspace(&self) -> Arc<Workspace> {
        Arc::clone(&self.0.configured.read().unwrap_or_else(PoisonError::into_inner).workspace)
    }

    /// The folder with the workspace's documents.
    #[must_use]
    pub fn workspace_folder(&self) -> &Path {
        &self.0.options.workspace
    }

    /// The relational state.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The facts at rest.
    #[must_use]
    pub fn lake(&self) -> &Arc<Lake> {
        &self.0.lake
    }

    /// People, sessions, tokens and write keys.
    #[must_use]
    pub fn people(&self) -> People {
        People::new(self.0.store.clone(), Arc::clone(&self.0.options.clock), Arc::new(OsRandom))
    }

    /// Scores as they move, from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.0.changes.subscribe()
    }

    /// Resolves when every fact that is durable by now shows in today's scores.
    pub async fn settle(&self) {
        let position = self.0.lake.position();
        let mut applied = self.0.applied.clone();
        // The engine only ends when the application does.
        drop(applied.wait_for(|applied| applied.position >= position).await);
    }

    /// Resolves when every fact that is durable by now shows in the kept scores of past days too.
    pub async fn settle_history(&self) {
        self.settle().await;
        let position = self.0.lake.position();
        let mut applied = self.0.applied.clone();
        drop(applied.wait_for(|applied| applied.history >= position).await);
    }

    /// Holds back the scores of older days, or lets them be made: whoever passes through hours at once wants the engine for these. The last 31
    /// days are scored all the same, for plays compare the present with them.
    pub fn hold_history(&self, held: bool) {
        self.0.held.store(held, Ordering::Relaxed);
    }

    /// Connects the channels by which messages leave; once, before plays run.
    pub fn connect(&self, channels: Channels) {
        // Whoever connects twice keeps the first: senders at work hold it already.
        drop(self.0.channels.set(Arc::new(channels)));
    }

    /// What messages leave by.
    #[must_use]
    pub fn channels(&self) -> Arc<Channels> {
        self.0.channels.get().map_or_else(Arc::default, Arc::clone)
    }

    pub(crate) fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.0.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Past days that are still to be scored, as far as the engine has begun.
    pub(crate) fn days_left(&self) -> u32 {
        self.0.applied.borrow().days_left
    }

    pub(crate) fn state(&self) -> RwLockReadGuard<'_, State> {
        self.0.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn snapshot(&self) -> Result<Snapshot> {
        self.0.lake.snapshot().map_err(unreadable)
    }

    /// Runs something that computes or reads files, away from the threads that answer.
    pub(crate) async fn compute<T: Send + 'static>(&self, work: impl FnOnce(&Self) -> Result<T> + Send + 'static) -> Result<T> {
        let app = self.clone();
        blocking(move || work(&app)).await
    }
}

/// Runs something that blocks on a thread that may.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(AppError::new(ErrorCode::Unavailable, "a computation ended in a panic; this is a defect").caused_by(error)),
    }
}

fn unopened(error: LakeError) -> AppError {
    let in_use = matches!(error, LakeError::InUse { .. });
    let failed = AppError::new(ErrorCode::Unavailable, format!("the data could not be opened: {error}")).caused_by(error);
    if in_use {
        failed.hint("another mainstay command works on this data: wait until it has ended; or name a running server with --url and --token, or another folder with --data")
    } else {
        failed
    }
}
