//! Plays steered by people: started, paused, resumed, stopped and moved by hand, through the same decisions as everything else; each with who did it.

use std::sync::Arc;

use mainstay_model::Timestamp;
use mainstay_model::play::Per;
use mainstay_plays::Input;
use mainstay_store::{Absence, DecisionBatch, Intervention, PlayBegun, PlayRun, RunFilter, RunStatus, RunWrite};
use serde::{Deserialize, Serialize};

use super::begin::Candidate;
use super::compiled::CompiledPlay;
use super::gather::Gathered;
use super::refused::refusal_words;
use super::runner::Runner;
use super::think::Thought;
use crate::app::App;
use crate::error::{AppError, ErrorCode, Result};

/// Runs that are moved to another version at once.
const MAX_MOVED: u32 = 500;
/// The longest reason for an act, in characters.
const MAX_REASON_CHARS: usize = 4_000;

/// What a person does to a run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "act")]
pub enum RunAct {
    /// No step is decided until it resumes.
    Pause,
    /// It goes on; what is overdue happens now, in due order.
    Resume,
    /// It ends. Messages that have not left are withdrawn, its open tasks cancelled.
    Stop {
        /// Why.
        reason: String,
    },
    /// What a step was to send and could not is sent again, under the same keys.
    Retry {
        /// The step.
        step: String,
    },
    /// It goes on by the version of the play that is in force.
    Move,
}

/// What became of a play started by hand.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Started {
    /// The run.
    pub run: String,
    /// Whether the account is held out: the run is recorded, and gets no action.
    pub held_out: bool,
}

/// What became of moving the runs of a play.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct MovedRuns {
    /// They go by the version in force now.
    pub moved: usize,
    /// They still go by an earlier one: somebody decided about them meanwhile, or there were more than are moved at once. Move again.
    pub left: usize,
}

impl App {
    /// Starts a play in force for an account by hand. Pilot, exclusion, re-entry and holdout are applied as always; whether the account qualifies
    /// is not asked. `record` is the id of the subscription, person or user, for plays that run per such.
    ///
    /// # Errors
    /// `NotFound` without such a play or account; `Invalid` with the reason for which no run starts.
    pub async fn start_play(&self, play: &str, account: &str, record: Option<&str>, by: &str) -> Result<Started> {
        self.must_know(account)?;
        let mut runner = self.0.runner.lock().await;
        let now = self.now();
        runner.make_ready(self, now).await?;
        let Some(compiled) = runner.in_force(play) else {
            return Err(AppError::not_found(format!("There is no play `{play}` in force.")).hint("The list of plays has them all."));
        };
        let per = compiled.play.per;
        if per != Per::Account && record.is_none() {
            return Err(AppError::invalid(format!("The play `{play}` runs per {}, so it must be said which one.", per.word()))
                .hint(format!("Name the id of a {} of the account.", per.word())));
        }
        let mut candidate = Candidate::of_account(&compiled, account, now, None);
        candidate.subject.record = record.filter(|_| per != Per::Account).map(str::to_owned);
        candidate.by_hand = true;
        candidate.trigger.insert("by".to_owned(), by.into());
        let gathered = Gathered { candidates: vec![candidate], ..Gathered::default() };
        let thought = runner.think_of(self, gathered, vec![account.to_owned()], now).await?;
        let begun = thought.decided.iter().find_map(|decided| match &decided.run {
            RunWrite::Begin(run) if run.play == play => Some(Started { run: run.id.clone(), held_out: run.held_out }),
            _ => None,
        });
        let Some(started) = begun else {
            let why = thought.refused.iter().find(|(refused, _)| refused.play.play.name == play).map(|(_, refusal)| refusal);
            return Err(AppError::invalid(format!(
                "No run of `{play}` starts for {account}: {}.",
                why.map_or_else(String::new, refusal_words)
            ))
            .hint("Exclusion, re-entry and pilot hold for plays started by hand too."));
        };
        let line = line(&started.run, account, by, &format!("started the play {play}"), now);
        runner.keep(self, thought, line).await?;
        Ok(started)
    }

    /// Does something to one run.
    ///
    /// # Errors
    /// `NotFound` without such a run; `Invalid` when it does not make sense for the run as it is; `Busy` when the run was decided about meanwhile.
    pub async fn act_on_run(&self, id: &str, act: &RunAct, by: &str) -> Result<()> {
        let mut runner = self.0.runner.lock().await;
        let now = self.now();
        runner.make_ready(self, now).await?;
        let run = self.run_named(id).await?;
        if let RunAct::Retry { step } = act {
            return self.retry_step(&run, step, by, now).await;
        }
        let (input, what) = runner.input_of(&run, act, by)?;
        let gathered = Gathered { acts: vec![(run.id.clone(), input)], ..Gathered::default() };
        let thought = runner.think_of(self, gathered, vec![run.account_id.clone()], now).await?;
        if thought.decided.is_empty() {
            return Err(AppError::new(
                ErrorCode::Unavailable,
                format!("The run {id} could not be decided about; its version is not stored."),
            ));
        }
        runner.keep(self, thought, note(&run, by, &what, now)).await?;
        Ok(())
    }

    /// Moves the runs of a play that go by an earlier version to the one in force.
    ///
    /// # Errors
    /// `NotFound` without such a play in force.
    pub async fn move_runs(&self, play: &str, by: &str) -> Result<MovedRuns> {
        let mut runner = self.0.runner.lock().await;
        let now = self.now();
        runner.make_ready(self, now).await?;
        let Some(compiled) = runner.in_force(play) else {
            return Err(
                AppError::not_found(format!("There is no play `{play}` in force.")).hint("Runs can only be moved to a version in force.")
            );
        };
        let version = compiled.play.version.clone();
        let behind = self.runs_behind(play, &version).await?;
        let (chosen, rest) = behind.split_at(behind.len().min(MAX_MOVED as usize));
        let mut outcome = MovedRuns { moved: 0, left: rest.len() };
        let acts = chosen.iter().map(|run| (run.id.clone(), Input::MoveTo { version: version.clone() })).collect();
        let mut accounts: Vec<String> = chosen.iter().map(|run| run.account_id.clone()).collect();
        accounts.sort_unstable();
        accounts.dedup();
        if accounts.is_empty() {
            return Ok(outcome);
        }
        let gathered = Gathered { acts, ..Gathered::default() };
        let mut thought = runner.think_of(self, gathered, accounts, now).await?;
        let what = format!("moved the run to version {version}");
        for decided in &mut thought.decided {
            if let Some(run) = chosen.iter().find(|run| run.id == decided.run.id()) {
                decided.interventions.push(note(run, by, &what, now));
            }
        }
        let ids: Vec<String> = thought.decided.iter().map(|decided| decided.run.id().to_owned()).collect();
        let batch = DecisionBatch { runs: thought.decided, refusals: thought.refusals, ..DecisionBatch::default() };
        let answers = self.store().decide(&batch).await?;
        let written = |id: &str| ids.iter().zip(&answers).any(|(known, answer)| known == id && *answer == mainstay_store::Answer::Written);
        outcome.moved = chosen.iter().filter(|run| written(&run.id)).count();
        outcome.left += chosen.len() - outcome.moved;
        Ok(outcome)
    }

    /// The runs of a play that are under way by an earlier version.
    pub(crate) async fn runs_behind(&self, play: &str, version: &str) -> Result<Vec<PlayRun>> {
        let begun = self.store().plays_begun().await?;
        let earlier: Vec<&PlayBegun> = begun.iter().filter(|one| one.play == play && one.version != version && one.under_way > 0).collect();
        let mut behind = Vec::new();
        for status in [RunStatus::Running, RunStatus::Paused, RunStatus::HeldOut] {
            for begun in &earlier {
                let filter = RunFilter {
                    play: Some(play.to_owned()),
                    version: Some(begun.version.clone()),
                    status: Some(status),
                    limit: MAX_MOVED + 1,
                    ..RunFilter::default()
                };
                behind.extend(self.store().runs(&filter).await?);
            }
        }
        Ok(behind)
    }

    /// The stored run of an id.
    pub(crate) async fn run_named(&self, id: &str) -> Result<PlayRun> {
        let found = self.store().run(id).await?;
        found.ok_or_else(|| AppError::not_found(format!("There is no run `{id}`.")).hint("The page of its play lists the latest ones."))
    }

    fn must_know(&self, account: &str) -> Result<()> {
        match self.state().subjects.find(account) {
            Some(_) => Ok(()),
            None => {
                Err(AppError::not_found(format!("There is no account `{account}`.")).hint("Write its id, as the list of accounts has it."))
            }
        }
    }

    async fn retry_step(&self, run: &PlayRun, step: &str, by: &str, now: Timestamp) -> Result<()> {
        let dead = self.dead_letters_of_run(&run.id).await?;
        let keys: Vec<String> = dead.into_iter().filter(|entry| entry.step.as_deref() == Some(step)).map(|entry| entry.key).collect();
        if keys.is_empty() {
            return Err(AppError::invalid(format!("Nothing of the step `{step}` of this run has failed."))
                .hint("Only what was given up after its last attempt is sent again."));
        }
        self.store().replay_dead(&keys, now).await?;
        self.store().add_intervention(&note(run, by, &format!("had the step {step} sent again"), now)).await?;
        Ok(())
    }
}

impl Runner {
    fn in_force(&self, play: &str) -> Option<Arc<CompiledPlay>> {
        self.force.plays.iter().find(|known| known.play.name == play).cloned()
    }

    /// Decides about what people did, and about nothing else.
    async fn think_of(&mut self, app: &App, gathered: Gathered, accounts: Vec<String>, now: Timestamp) -> Result<Thought> {
        let runs = app.store().runs_of_accounts(&accounts).await?;
        self.read_versions(app, &runs).await?;
        let absences: Vec<Absence> = app.store().absences_since(now).await?;
        self.thought(app, (gathered, Vec::new(), runs, absences), &accounts, now).await
    }

    /// Writes what was decided, with a line that says who did what to a run.
    async fn keep(&mut self, app: &App, mut thought: Thought, line: Intervention) -> Result<()> {
        let own = thought.decided.iter().position(|decided| line.run_id.as_deref() == Some(decided.run.id()));
        // Written by itself first, so that what became of it can be told; the rest as at every look.
        if let Some(mut own) = own.map(|at| thought.decided.remove(at)) {
            own.interventions.push(line);
            let own = DecisionBatch { runs: vec![own], ..DecisionBatch::default() };
            if app.store().decide(&own).await?.iter().any(|answer| *answer != mainstay_store::Answer::Written) {
                return Err(
                    AppError::new(ErrorCode::Busy, "The run was decided about meanwhile, so nothing was done.").hint("Look at it again.")
                );
            }
            if let Some(RunWrite::Begin(run)) = own.runs.first().map(|decided| &decided.run) {
                self.note_active(&run.account_id);
            }
        }
        let rest = DecisionBatch { runs: thought.decided, refusals: thought.refusals, ..DecisionBatch::default() };
        let cursor = self.cursor;
        self.write(app.store(), rest, cursor, &mut thought.tick).await
    }

    /// What an act means for the machine, and how the log says it.
    fn input_of(&self, run: &PlayRun, act: &RunAct, by: &str) -> Result<(Input, String)> {
        let refused =
            |why: &str| Err(AppError::invalid(format!("The run cannot be changed so: {why}.")).hint("Look at the run as it is now."));
        if run.ended_at.is_some() {
            return refused("it has ended");
        }
        match act {
            RunAct::Pause if run.status == RunStatus::Running => Ok((Input::Pause, "paused the run".to_owned())),
            RunAct::Pause => refused("only a run under way can be paused"),
            RunAct::Resume if run.status == RunStatus::Paused => Ok((Input::Resume, "resumed the run".to_owned())),
            RunAct::Resume => refused("it is not paused"),
            RunAct::Stop { reason } => {
                let reason = reason.trim();
                if reason.is_empty() || reason.chars().count() > MAX_REASON_CHARS {
                    return refused(&format!("a reason of 1 to {MAX_REASON_CHARS} characters belongs to it"));
                }
                Ok((Input::Stop { by: by.to_owned(), reason: reason.to_owned() }, format!("stopped the run: {reason}")))
            }
            RunAct::Move => match self.in_force(&run.play) {
                Some(play) if play.play.version == run.version => refused("it goes by the version in force already"),
                Some(play) => {
                    let version = play.play.version.clone();
                    Ok((Input::MoveTo { version: version.clone() }, format!("moved the run to version {version}")))
                }
                None => refused("its play is not in force any more"),
            },
            RunAct::Retry { .. } => refused("a step is sent again, not decided again"),
        }
    }
}

fn note(run: &PlayRun, by: &str, what: &str, now: Timestamp) -> Intervention {
    line(&run.id, &run.account_id, by, what, now)
}

fn line(run: &str, account: &str, by: &str, what: &str, now: Timestamp) -> Intervention {
    let digest = mainstay_model::FactDigest::of_event(run, what).0;
    Intervention {
        id: format!("{run}/by-hand/{}/{digest:x}", now.micros()),
        account_id: account.to_owned(),
        run_id: Some(run.to_owned()),
        task_id: None,
        at: now,
        who: by.to_owned(),
        what: what.to_owned(),
        outcome: None,
        learned: None,
    }
}
