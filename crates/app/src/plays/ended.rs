//! Tasks that people ended, as the runs hear of it that they come from.

use hashbrown::HashMap;
use mainstay_model::Timestamp;
use mainstay_model::play::Play;
use mainstay_plays::{Input, Run, StepState};
use mainstay_store::{Task, TaskStatus};

/// The kind of a task that a step waits for.
pub(crate) const APPROVAL: &str = "approval";
/// The outcome of an approval that is a yes; every other one is a no.
pub(crate) const APPROVED: &str = "approved";

/// Ended tasks by the run that they come from, in the order in which they were ended.
pub(crate) type EndedTasks = HashMap<String, Vec<Task>>;

/// Ended tasks by their run; those of no run are nobody's to hear.
pub(crate) fn by_run(tasks: Vec<Task>) -> EndedTasks {
    let mut found = EndedTasks::new();
    for task in tasks {
        if let Some(run) = task.run_id.clone() {
            found.entry(run).or_default().push(task);
        }
    }
    found
}

/// What a run hears of its ended tasks. An approval counts only while the run waits for that very one.
pub(crate) fn heard_by(play: &Play, run: &Run, tasks: &[Task]) -> Vec<Input> {
    tasks.iter().filter_map(|task| input_of(play, run, task)).collect()
}

/// The tasks and when they were ended, as the store marks them.
pub(crate) fn marks(tasks: &[Task]) -> Vec<(String, Timestamp)> {
    tasks.iter().filter_map(|task| Some((task.id.clone(), task.done_at?))).collect()
}

fn input_of(play: &Play, run: &Run, task: &Task) -> Option<Input> {
    let step = task.step.clone()?;
    if task.kind == APPROVAL {
        let asked = asked_key(play, run, &step)?;
        let yes = task.status == TaskStatus::Done && task.outcome.as_deref() == Some(APPROVED);
        return (asked == task.id).then(|| Input::Approved { step, by: task.done_by.clone().unwrap_or_default(), yes });
    }
    let outcome = task.outcome.clone().unwrap_or_else(|| task.status.as_str().to_owned());
    Some(Input::TaskDone { step, outcome })
}

/// The key of the approval that a step waits for; none where it waits for none.
fn asked_key(play: &Play, run: &Run, step: &str) -> Option<String> {
    let record = run.step(step)?;
    let StepState::Approving { list, next, .. } = record.state else { return None };
    let (_, declared) = play.step(step)?;
    let before: usize = declared.lists().iter().take(list).map(|effects| effects.len()).sum();
    let number = before + next.checked_sub(1)?;
    let place = if record.repetition == 0 { number.to_string() } else { format!("{}.{number}", record.repetition) };
    Some(format!("{}/{step}/{place}", run.id))
}
