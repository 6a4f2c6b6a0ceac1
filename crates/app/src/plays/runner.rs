//! The runner: at each look it takes what is new, decides about runs, and writes everything that follows in one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use mainstay_model::Timestamp;
use mainstay_model::play::Trigger;
use mainstay_store::{Absence, DecisionBatch, PlayBaseline, PlayCursor, PlayRun, PlayVersion, Store};

use super::compiled::CompiledPlay;
use super::ended::by_run;
use super::gather::{Gathered, gather};
use super::people::Roles;
use super::stored::play_of;
use super::think::{Thought, think};
use super::watch::{Watch, trigger_digest};
use crate::app::App;
use crate::engine::Plan;
use crate::error::{AppError, ErrorCode, Result};

/// Due runs that are taken at one look.
const MAX_DUE: u32 = 2_000;
/// How long a look may take before its runs are taken again by somebody else. 2 minutes.
const LEASE_SECONDS: i64 = 120;
/// Who holds claimed runs; there is one engine.
const CLAIMANT: &str = "engine";
/// Ended tasks that are heard at one look.
const MAX_ENDED: u32 = 2_000;
/// Decisions that are written at once.
const MAX_WRITTEN: usize = 2_000;

/// What a look led to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct PlayTick {
    /// Runs that began, those held out among them.
    pub begun: usize,
    /// Runs that moved.
    pub moved: usize,
    /// Steps that got their outcome.
    pub steps: usize,
    /// Candidates that were refused.
    pub refused: usize,
}

/// What the runner remembers between two looks.
#[derive(Default)]
pub(crate) struct Runner {
    /// The version of the workspace it is ready for; none before the first look, and after a failure.
    ready_for: Option<String>,
    pub(crate) force: Arc<InForce>,
    /// Plays of runs under way, by name and version.
    versions: HashMap<(String, String), Arc<CompiledPlay>>,
    pub(crate) watch: Watch,
    pub(crate) cursor: PlayCursor,
    /// Accounts with a run under way.
    active: HashSet<String>,
    /// Triggers that were looked at before: play and digest.
    known_triggers: BTreeSet<(String, String)>,
}

/// The plays in force and who has which role.
#[derive(Default)]
pub(crate) struct InForce {
    pub(crate) plays: Vec<Arc<CompiledPlay>>,
    pub(crate) roles: Roles,
}

impl Runner {
    /// Looks at everything that is new by `now`. After a failure nothing is lost: the next look begins from what is stored.
    pub(crate) async fn look(&mut self, app: &App, now: Timestamp) -> Result<PlayTick> {
        let looked = self.try_look(app, now).await;
        if looked.is_err() {
            self.ready_for = None;
        }
        looked
    }

    async fn try_look(&mut self, app: &App, now: Timestamp) -> Result<PlayTick> {
        self.make_ready(app, now).await?;
        let store = app.store();
        let due = store.claim_due(now, MAX_DUE, now.plus_seconds(LEASE_SECONDS), CLAIMANT).await?;
        let mut batch = DecisionBatch::default();
        let fresh: BTreeSet<String> = self.fresh_triggers();
        let mut gathered = self.gathered(app, &mut batch, fresh, now).await?;
        let ended = store.unheard_tasks(MAX_ENDED).await?;
        let mut accounts: BTreeSet<String> = due.iter().map(|run| run.account_id.clone()).collect();
        accounts.extend(gathered.candidates.iter().map(|candidate| candidate.subject.account.clone()));
        accounts.extend(gathered.moved.iter().filter(|account| self.active.contains(account.as_ref())).map(ToString::to_string));
        accounts.extend(gathered.inputs.iter().map(|(account, _, _)| account.clone()).filter(|account| self.active.contains(account)));
        accounts.extend(ended.iter().map(|task| task.account_id.clone()));
        gathered.ended = by_run(ended);
        let accounts: Vec<String> = accounts.into_iter().collect();
        let position = gathered.position;
        let mut tick = PlayTick::default();
        if !accounts.is_empty() {
            let runs = store.runs_of_accounts(&accounts).await?;
            self.read_versions(app, &runs).await?;
            let absences: Vec<Absence> = store.absences_since(now).await?;
            let thought = self.thought(app, (gathered, due, runs, absences), &accounts, now).await?;
            tick = thought.tick;
            batch.runs = thought.decided;
            batch.heard_tasks = thought.heard_tasks;
            batch.refusals = thought.refusals;
        }
        self.write(store, batch, PlayCursor { position, looked_at: now }, &mut tick).await?;
        Ok(tick)
    }

    async fn gathered(&mut self, app: &App, batch: &mut DecisionBatch, fresh: BTreeSet<String>, now: Timestamp) -> Result<Gathered> {
        let mut watch = std::mem::take(&mut self.watch);
        let (force, cursor) = (Arc::clone(&self.force), self.cursor);
        let versions: Vec<Arc<CompiledPlay>> = self.versions.values().cloned().collect();
        let (watch, part, gathered) = app
            .compute(move |app| {
                let mut part = DecisionBatch::default();
                let gathered = gather(app, &force, &versions, &mut watch, (cursor, &fresh), &mut part, now)?;
                Ok((watch, part, gathered))
            })
            .await?;
        self.watch = watch;
        *batch = part;
        Ok(gathered)
    }

    pub(super) async fn thought(
        &self,
        app: &App,
        (gathered, due, runs, absences): (Gathered, Vec<PlayRun>, Vec<PlayRun>, Vec<Absence>),
        accounts: &[String],
        now: Timestamp,
    ) -> Result<Thought> {
        let (force, versions) = (Arc::clone(&self.force), self.versions.clone());
        let accounts = accounts.to_vec();
        app.compute(move |app| think(app, &force, &versions, (gathered, due, runs, absences), &accounts, now)).await
    }

    /// Writes decisions, then how far the facts are heard: a crash in between hears them again, and what began already begins once.
    pub(super) async fn write(&mut self, store: &Store, mut batch: DecisionBatch, cursor: PlayCursor, tick: &mut PlayTick) -> Result<()> {
        for decided in &batch.runs {
            match &decided.run {
                mainstay_store::RunWrite::Begin(run) if run.ended_at.is_none() => drop(self.active.insert(run.account_id.clone())),
                _ => {}
            }
        }
        while batch.runs.len() > MAX_WRITTEN {
            let rest = batch.runs.split_off(MAX_WRITTEN);
            let part = DecisionBatch { runs: std::mem::replace(&mut batch.runs, rest), ..DecisionBatch::default() };
            note(&store.decide(&part).await?, tick);
        }
        for baseline in &batch.baselines {
            self.known_triggers.insert((baseline.play.clone(), baseline.trigger_digest.clone()));
        }
        batch.cursor = Some(cursor);
        note(&store.decide(&batch).await?, tick);
        self.cursor = cursor;
        Ok(())
    }

    /// Reads what is stored at the first look, and the plays when another version of the workspace is in force.
    pub(super) async fn make_ready(&mut self, app: &App, now: Timestamp) -> Result<()> {
        let plan = Arc::clone(&app.state().plan);
        if self.ready_for.as_ref() == Some(&plan.workspace.version) {
            return Ok(());
        }
        let store = app.store();
        let plays: Vec<Arc<CompiledPlay>> =
            plan.workspace.plays.values().map(|play| Arc::new(CompiledPlay::new(Arc::new(play.clone()), &plan))).collect();
        for play in &plays {
            let definition = serde_json::to_string(play.play.as_ref())
                .map_err(|error| AppError::new(ErrorCode::Unavailable, "a play could not be written").caused_by(error))?;
            let (play, version) = (play.play.name.clone(), play.play.version.clone());
            store.save_play_version(&PlayVersion { play, version, definition, created_at: now }).await?;
        }
        self.versions.clear();
        let position = app.lake().position();
        self.cursor = store.play_cursor().await?.unwrap_or(PlayCursor { position, looked_at: now });
        self.known_triggers = store.play_baselines().await?.into_iter().map(|one| (one.play, one.trigger_digest)).collect();
        self.watch = Watch::restore(store.play_conditions().await?, &plays, self.cursor.looked_at);
        self.active = store.accounts_under_way().await?.into_iter().collect();
        super::past::remember_health(app, &mut self.watch, self.cursor.looked_at);
        self.force = Arc::new(InForce { roles: Roles::new(&plan), plays });
        self.ready_for = Some(plan.workspace.version.clone());
        Ok(())
    }

    /// Notes that an account has a run under way.
    pub(super) fn note_active(&mut self, account: &str) {
        self.active.insert(account.to_owned());
    }

    /// The plays whose trigger has not been looked at yet.
    fn fresh_triggers(&self) -> BTreeSet<String> {
        let known = |play: &&Arc<CompiledPlay>| !self.known_triggers.contains(&(play.play.name.clone(), trigger_digest(play)));
        self.force.plays.iter().filter(known).map(|play| play.play.name.clone()).collect()
    }

    /// The versions that runs began with, where they are not those in force.
    pub(super) async fn read_versions(&mut self, app: &App, runs: &[PlayRun]) -> Result<()> {
        let plan: Arc<Plan> = Arc::clone(&app.state().plan);
        for play in &self.force.plays {
            let key = (play.play.name.clone(), play.play.version.clone());
            self.versions.entry(key).or_insert_with(|| Arc::clone(play));
        }
        for run in runs.iter().filter(|run| run.ended_at.is_none()) {
            let key = (run.play.clone(), run.version.clone());
            if self.versions.contains_key(&key) {
                continue;
            }
            let Some(stored) = app.store().play_version(&run.play, &run.version).await? else { continue };
            self.versions.insert(key, Arc::new(CompiledPlay::new(Arc::new(play_of(&stored)?), &plan)));
        }
        Ok(())
    }
}

/// The baselines of triggers that are no conditions: they fire for what comes after the first look.
pub(crate) fn baseline_of(play: &CompiledPlay, now: Timestamp) -> Option<PlayBaseline> {
    let condition = matches!(play.play.trigger, Trigger::Condition { .. });
    (!condition).then(|| PlayBaseline { play: play.play.name.clone(), trigger_digest: trigger_digest(play), since: now })
}

fn note(answers: &[mainstay_store::Answer], tick: &mut PlayTick) {
    let lost = answers.iter().filter(|answer| **answer == mainstay_store::Answer::Stale).count();
    if lost > 0 {
        tracing::info!(runs = lost, "runs were changed by somebody else meanwhile; they are looked at again");
        tick.moved = tick.moved.saturating_sub(lost);
    }
}

/// Inputs by account, in order.
pub(crate) fn by_account<T>(inputs: Vec<(String, T)>) -> BTreeMap<String, Vec<T>> {
    let mut found: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for (account, input) in inputs {
        found.entry(account).or_default().push(input);
    }
    found
}
