//! A play stops another one for an account, whatever was decided about it in the same look.

use std::sync::Arc;

use hashbrown::HashMap;
use mainstay_plays::Input;
use mainstay_store::{Decided, PlayRun, RunChange, RunWrite};

use super::super::advance::Moving;
use super::super::begin::is_active;
use super::super::compiled::CompiledPlay;
use super::Mind;
use crate::error::Result;

impl Mind<'_> {
    /// Stops the runs of a play for an account, those that began or moved in this look among them.
    pub(super) fn stop(
        &mut self,
        name: &str,
        account: &str,
        by: &str,
        versions: &HashMap<(String, String), Arc<CompiledPlay>>,
    ) -> Result<()> {
        let begun = self.decided.iter().filter_map(|decided| match &decided.run {
            RunWrite::Begin(run) => Some(run.as_ref()),
            RunWrite::Change(_) => None,
        });
        let asked = |run: &&PlayRun| run.play == name && run.account_id == account && is_active(run);
        let running: Vec<PlayRun> = self.runs.iter().chain(begun).filter(asked).cloned().collect();
        for run in running {
            let Some(play) = versions.get(&(run.play.clone(), run.version.clone())) else { continue };
            let at = self.decided.iter().position(|decided| decided.run.id() == run.id);
            let earlier = at.and_then(|at| self.decided.get(at)).cloned();
            let stored = match earlier.as_ref().map(|earlier| &earlier.run) {
                Some(RunWrite::Change(change)) => after(&run, change),
                _ => run,
            };
            if !is_active(&stored) {
                continue;
            }
            let inputs = vec![(Input::Stop { by: by.to_owned(), reason: format!("by the play {by}") }, None)];
            self.take(Moving { stored, play: Arc::clone(play), inputs, heard_tasks: Vec::new() }, false)?;
            if let (Some(at), Some(earlier)) = (at, earlier) {
                let stopped = self.decided.pop().map(|stopped| together(earlier, stopped));
                self.decided.splice(at..=at, stopped);
            }
        }
        Ok(())
    }
}

/// A run as it is after a change.
fn after(run: &PlayRun, change: &RunChange) -> PlayRun {
    let RunChange { status, outcome, state, due_at, version, ended_at, .. } = change.clone();
    PlayRun { status, outcome, state, due_at, version, ended_at, ..run.clone() }
}

/// One decision of two about a run, of which the second stopped it: what the first would have told people is not told.
fn together(mut earlier: Decided, stopped: Decided) -> Decided {
    earlier.run = match (earlier.run, stopped.run) {
        (RunWrite::Begin(run), RunWrite::Change(change)) => RunWrite::Begin(Box::new(after(&run, &change))),
        (_, change) => change,
    };
    earlier.outbox.retain(|entry| !entry.is_to_people());
    earlier.tasks.clear();
    earlier.in_app.clear();
    earlier.steps.extend(stopped.steps);
    earlier.ending = stopped.ending;
    earlier
}
