//! Decides about everything that is new, with nothing but what it is given: who enters, how runs move, what follows.

mod stop;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use hashbrown::HashMap;
use mainstay_model::play::effect::Effect;
use mainstay_model::{Timestamp, play::Per};
use mainstay_plays::windows::BusinessTime;
use mainstay_plays::{Input, Outcome, Refusal, Subject};
use mainstay_store::{Absence, Decided, PlayRefusal, PlayRun, RunStatus};

use super::advance::{Moving, advance, subject_fields};
use super::begin::{Candidate, Entered, Entrance, is_active};
use super::compiled::CompiledPlay;
use super::ended::{heard_by, marks};
use super::gather::Gathered;
use super::look::Look;
use super::people::people_of;
use super::perform::Scene;
use super::refused::kept;
use super::runner::{InForce, PlayTick, by_account};
use super::stored::{begun, changed};
use crate::app::App;
use crate::engine::State;
use crate::error::Result;

/// What was decided.
pub(crate) struct Thought {
    pub(crate) decided: Vec<Decided>,
    pub(crate) tick: PlayTick,
    /// Candidates for whom no run starts, with the reason.
    pub(crate) refused: Vec<(Candidate, Refusal)>,
    /// What is kept of them.
    pub(crate) refusals: Vec<PlayRefusal>,
    /// Ended tasks whose runs are over or gone: nobody waits to hear of them.
    pub(crate) heard_tasks: Vec<(String, Timestamp)>,
}

/// Decides about candidates and about the runs of accounts.
pub(crate) fn think(
    app: &App,
    force: &InForce,
    versions: &HashMap<(String, String), Arc<CompiledPlay>>,
    (gathered, due, runs, absences): (Gathered, Vec<PlayRun>, Vec<PlayRun>, Vec<Absence>),
    accounts: &[String],
    now: Timestamp,
) -> Result<Thought> {
    let state = app.state();
    let mut subjects: Vec<u32> = accounts.iter().filter_map(|account| state.subjects.find(account)).collect();
    subjects.sort_unstable();
    let look = Look::new(&state, &subjects, now)?;
    let plan = Arc::clone(&state.plan);
    let calendar = plan.workspace.outreach.calendar(&plan.workspace.calendars);
    let business = BusinessTime::new(&calendar, &plan.workspace.zone);
    let base_url = app.channels().base_url.clone();
    let mut mind = Mind {
        state: &state,
        look: &look,
        force,
        business: &business,
        runs: &runs,
        absences: &absences,
        base_url: &base_url,
        now,
        started: Vec::new(),
        decided: Vec::new(),
        tick: PlayTick::default(),
        refused: Vec::new(),
        follow: VecDeque::new(),
        heard_tasks: Vec::new(),
    };
    mind.enter(gathered.candidates.clone(), &plan.workspace.name)?;
    mind.go_on(gathered, due, versions)?;
    mind.follow_up(&plan.workspace.name, versions)?;
    let refusals = kept(&mind.refused, &runs, now);
    Ok(Thought { decided: mind.decided, tick: mind.tick, refused: mind.refused, refusals, heard_tasks: mind.heard_tasks })
}

struct Mind<'a> {
    state: &'a State,
    look: &'a Look,
    force: &'a InForce,
    business: &'a BusinessTime<'a>,
    runs: &'a [PlayRun],
    absences: &'a [Absence],
    base_url: &'a str,
    now: Timestamp,
    /// Play and account of the runs that began in this look.
    started: Vec<(String, Subject)>,
    decided: Vec<Decided>,
    tick: PlayTick,
    refused: Vec<(Candidate, Refusal)>,
    /// Other plays to start or stop for an account: the play, the account, whether it starts, and by whom.
    follow: VecDeque<(String, String, bool, String)>,
    /// Ended tasks whose runs are over or gone.
    heard_tasks: Vec<(String, Timestamp)>,
}

impl Mind<'_> {
    /// Admits candidates, those of the higher priority first, so that a play that excludes another one is there before it.
    fn enter(&mut self, mut candidates: Vec<Candidate>, salt: &str) -> Result<()> {
        candidates.sort_by(|a, b| {
            let order =
                |one: &Candidate| (std::cmp::Reverse(one.play.play.priority), one.at, one.play.play.name.clone(), one.subject.clone());
            order(a).cmp(&order(b))
        });
        for mut candidate in candidates {
            let Subject { account, record } = candidate.subject;
            candidate.subject = Subject::of(&candidate.play.play, account, record, &candidate.trigger);
            let per = candidate.play.play.per;
            if candidate.record.is_none() && per != Per::Account {
                candidate.record = subject_fields(self.state, per, candidate.subject.record.as_deref(), self.now);
            }
            let entrance = Entrance { look: self.look, runs: self.runs, business: self.business, salt, plays: &self.force.plays };
            match entrance.decide(&candidate, &self.started, self.now) {
                Entered::Refused(refusal) => {
                    tracing::debug!(play = candidate.play.play.name, account = candidate.subject.account, ?refusal, "no run starts");
                    self.tick.refused += 1;
                    self.refused.push((candidate, refusal));
                }
                Entered::Begun(outcome) => {
                    let play = Arc::clone(&candidate.play);
                    let mut decided = begun(&outcome, play.play.priority, self.now)?;
                    self.perform(&play, &outcome, &mut decided)?;
                    if !outcome.run.has_ended() {
                        self.started.push((play.play.name.clone(), candidate.subject.clone()));
                    }
                    self.tick.begun += 1;
                    self.tick.steps += outcome.decided.len();
                    self.decided.push(decided);
                }
            }
        }
        Ok(())
    }

    /// Hands runs under way what happened to them: facts in their order, then tasks that were ended, then that the account moved, then that
    /// something is due.
    fn go_on(&mut self, gathered: Gathered, due: Vec<PlayRun>, versions: &HashMap<(String, String), Arc<CompiledPlay>>) -> Result<()> {
        let dates: HashMap<(String, Option<String>), Candidate> = gathered
            .dates
            .into_iter()
            .map(|dated| ((dated.play.play.name.clone(), dated.subject.record.clone().or(Some(dated.subject.account.clone()))), dated))
            .collect();
        let mut ended = gathered.ended;
        let facts = by_account(gathered.inputs.into_iter().map(|(account, input, fact)| (account, (input, fact))).collect());
        let claimed: BTreeMap<String, PlayRun> = due.into_iter().map(|run| (run.id.clone(), run)).collect();
        let others = self.runs.iter().filter(|run| !claimed.contains_key(&run.id) && is_under_way(run)).cloned();
        let mut runs: Vec<(PlayRun, bool)> =
            claimed.values().cloned().map(|run| (run, true)).chain(others.map(|run| (run, false))).collect();
        runs.sort_by(|(a, _), (b, _)| (a.due_at, -a.priority, &a.id).cmp(&(b.due_at, -b.priority, &b.id)));
        for (stored, is_due) in runs {
            let Some(play) = versions.get(&(stored.play.clone(), stored.version.clone())) else { continue };
            let mut inputs = facts.get(&stored.account_id).cloned().unwrap_or_default();
            let tasks = ended.remove(&stored.id).unwrap_or_default();
            if !tasks.is_empty() {
                let heard = heard_by(&play.play, &super::stored::run_of(&stored)?, &tasks);
                inputs.extend(heard.into_iter().map(|input| (input, None)));
            }
            if let Some(date) = dates.get(&(stored.play.clone(), Some(stored.subject.clone()))).and_then(|dated| dated.date) {
                let run = super::stored::run_of(&stored)?;
                if run.clock.date.is_some_and(|known| known != date) {
                    inputs.push((Input::Moved { date }, None));
                }
            }
            if gathered.moved.contains(stored.account_id.as_str()) {
                inputs.push((Input::Changed, None));
            }
            if is_due {
                inputs.push((Input::Due, None));
            }
            let acts = gathered.acts.iter().filter(|(run, _)| *run == stored.id);
            inputs.extend(acts.map(|(_, input)| (input.clone(), None)));
            let in_force = self.force.plays.iter().find(|in_force| in_force.play.name == stored.play);
            let moves = inputs.iter().any(|(input, _)| matches!(input, Input::MoveTo { .. }));
            let play = in_force.filter(|_| moves).unwrap_or(play);
            if !inputs.is_empty() || !tasks.is_empty() {
                self.take(Moving { stored, play: Arc::clone(play), inputs, heard_tasks: marks(&tasks) }, is_due)?;
            }
        }
        self.heard_tasks.extend(ended.values().flat_map(|tasks| marks(tasks)));
        Ok(())
    }

    fn take(&mut self, moving: Moving, is_due: bool) -> Result<()> {
        let outcome = match advance(&moving, self.state, self.look, self.business, self.now)? {
            Some(outcome) => outcome,
            // A run that was claimed is written all the same: its claim ends with that. So is one that heard of a task.
            None if is_due || !moving.heard_tasks.is_empty() => Outcome {
                run: super::stored::run_of(&moving.stored)?,
                decided: Vec::new(),
                effects: Vec::new(),
                next_due: moving.stored.due_at.filter(|at| !is_due || *at > self.now),
            },
            None => return Ok(()),
        };
        let mut decided = changed(&moving, &outcome, self.now)?;
        self.perform(&moving.play, &outcome, &mut decided)?;
        self.tick.moved += 1;
        self.tick.steps += outcome.decided.len();
        self.decided.push(decided);
        Ok(())
    }

    fn perform(&mut self, play: &Arc<CompiledPlay>, outcome: &Outcome, into: &mut Decided) -> Result<()> {
        if outcome.effects.is_empty() {
            return Ok(());
        }
        let run = &outcome.run;
        let account = run.subject.account.as_str();
        let scene = Scene {
            play,
            run,
            look: self.look,
            row: self.look.row(account),
            roles: &self.force.roles,
            absences: self.absences,
            people: people_of(self.state, account, "people", self.now)?,
            users: people_of(self.state, account, "users", self.now)?,
            subject: subject_fields(self.state, play.play.per, run.subject.record.as_deref(), self.now),
            base_url: self.base_url,
            now: self.now,
        };
        for planned in &outcome.effects {
            match &planned.effect {
                Effect::Start(name) => self.follow.push_back((name.clone(), account.to_owned(), true, run.play.clone())),
                Effect::Stop(name) => self.follow.push_back((name.clone(), account.to_owned(), false, run.play.clone())),
                _ => scene.perform(planned, into)?,
            }
        }
        Ok(())
    }

    /// Starts and stops other plays, in the same transaction as the steps that asked for it.
    fn follow_up(&mut self, salt: &str, versions: &HashMap<(String, String), Arc<CompiledPlay>>) -> Result<()> {
        while let Some((name, account, starts, by)) = self.follow.pop_front() {
            if starts {
                let Some(play) = self.force.plays.iter().find(|play| play.play.name == name) else { continue };
                let mut candidate = Candidate::of_account(play, &account, self.now, None);
                candidate.by_hand = true;
                candidate.trigger.insert("by".to_owned(), by.into());
                self.enter(vec![candidate], salt)?;
                continue;
            }
            self.stop(&name, &account, &by, versions)?;
        }
        Ok(())
    }
}

fn is_under_way(run: &PlayRun) -> bool {
    is_active(run) || run.status == RunStatus::HeldOut
}
