//! What people do with tasks: end, open again, hand over, move, make.

use mainstay_model::Timestamp;
use mainstay_model::play::effect::{Priority, TaskKind};
use mainstay_store::{Intervention, Task, TaskEnd, TaskStatus};
use serde::{Deserialize, Serialize};

use super::list::no_task;
use super::outcomes::DECLINED;
use crate::accounts::AsOf;
use crate::app::App;
use crate::error::{AppError, Result};
use crate::people::address;
use crate::plays::{APPROVAL, APPROVED, Look, Roles};

/// The longest outcome, in characters.
const MAX_OUTCOME_CHARS: usize = 60;
/// The longest title of a task, in characters.
const MAX_TITLE_CHARS: usize = 200;
/// The longest note or body of a task, in characters.
const MAX_BODY_CHARS: usize = 4_000;

/// How a task ends.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TaskEnding {
    /// What came of it; `done` where it is empty. An approval is `approved` or `declined`.
    pub outcome: String,
    /// What the person wrote about it.
    pub note: String,
    /// Whether it was not done because nobody needs it any more.
    pub not_needed: bool,
}

/// A task that a person makes.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewTask {
    /// The account.
    pub account: String,
    /// What is to be done.
    pub title: String,
    /// More about it.
    pub body: String,
    /// What kind of work: todo, call, email, meeting, research or review; `todo` where it is empty.
    pub kind: String,
    /// low, normal, high or urgent; `normal` where it is empty.
    pub priority: String,
    /// Whose it is, by address; the account's customer-success manager where absent.
    pub owner: Option<String>,
    /// Until when.
    pub due_at: Option<Timestamp>,
}

impl App {
    /// Ends an open task and writes it into the log of interventions; whoever was told that it is overdue need not look any more. The run that it comes from hears of it at its next look.
    ///
    /// # Errors
    /// When there is no such task, it has ended already, or an approval is answered with something else than `approved` or `declined`.
    pub async fn end_task(&self, id: &str, ending: &TaskEnding, by: &str) -> Result<()> {
        let task = self.store().task(id).await?.ok_or_else(|| no_task(id))?;
        let outcome = outcome_of(&task, ending)?;
        let note = Some(short("the note", &ending.note, MAX_BODY_CHARS)?).filter(|note| !note.is_empty());
        let status = if ending.not_needed { TaskStatus::Cancelled } else { TaskStatus::Done };
        let at = self.now();
        let end = TaskEnd { status, outcome: Some(outcome.clone()), note: note.clone(), by: by.to_owned(), at };
        if !self.store().end_task(id, &end).await? {
            let by = task.done_by.unwrap_or_else(|| "somebody".to_owned());
            return Err(AppError::invalid(format!("the task `{}` was ended by {by} already", task.title))
                .hint("open it again to change what came of it"));
        }
        self.store().cancel_told(id, by, &format!("the task itself was ended: {outcome}"), at).await?;
        if status == TaskStatus::Done {
            let line = Intervention {
                id: format!("{id}@{}", at.micros()),
                account_id: task.account_id,
                run_id: task.run_id,
                task_id: Some(id.to_owned()),
                at,
                who: by.to_owned(),
                what: task.title,
                outcome: Some(outcome),
                learned: note,
            };
            self.store().add_intervention(&line).await?;
        }
        Ok(())
    }

    /// Opens a task again, as if it had not been ended. A run that went on by its outcome does not go back; it hears the new one.
    ///
    /// # Errors
    /// When there is no such task, it is open, or it is an approval that its run has heard of.
    pub async fn reopen_task(&self, id: &str) -> Result<()> {
        let task = self.store().task(id).await?.ok_or_else(|| no_task(id))?;
        if self.store().reopen_task(id).await? {
            return Ok(());
        }
        let title = task.title;
        Err(match task.status {
            TaskStatus::Open => AppError::invalid(format!("the task `{title}` is open")),
            TaskStatus::Done | TaskStatus::Cancelled => {
                AppError::invalid(format!("the answer to `{title}` has been acted on")).hint("stop the run of its play, or start it anew")
            }
        })
    }

    /// Gives an open task to somebody, by address.
    ///
    /// # Errors
    /// When there is no such open task, or the address is none.
    pub async fn assign_task(&self, id: &str, owner: &str) -> Result<()> {
        let owner = address(owner)?;
        let changed = self.store().reassign_task(id, &owner).await?;
        self.unless_ended(id, changed).await
    }

    /// Moves the due time of an open task.
    ///
    /// # Errors
    /// When there is no such open task.
    pub async fn move_task(&self, id: &str, due_at: Timestamp) -> Result<()> {
        let changed = self.store().postpone_task(id, due_at).await?;
        self.unless_ended(id, changed).await
    }

    /// Gives all open tasks of somebody to somebody else; answers how many. For an owner who has left.
    ///
    /// # Errors
    /// When an address is none.
    pub async fn hand_over_tasks(&self, from: &str, to: &str) -> Result<u64> {
        Ok(self.store().reassign_tasks_of(&address(from)?, &address(to)?).await?)
    }

    /// Makes a task; answers its id. Without an owner it is for the account's customer-success manager, or whoever covers for them.
    ///
    /// # Errors
    /// When the account is not known, the title is empty or too long, or a word is none.
    pub async fn add_task(&self, new: &NewTask) -> Result<String> {
        let title = short("the title", &new.title, MAX_TITLE_CHARS)?;
        if title.is_empty() {
            return Err(AppError::invalid("a task needs a title").hint("say in a few words what is to be done"));
        }
        let body = short("the text", &new.body, MAX_BODY_CHARS)?;
        let kind = word("kind", &new.kind, TaskKind::default().word(), TaskKind::WORDS)?;
        let priority = word("priority", &new.priority, Priority::default().word(), Priority::WORDS)?;
        let owner = new.owner.as_deref().map(str::trim).filter(|owner| !owner.is_empty()).map(address).transpose()?;
        let now = self.now();
        let (csm, money_at_stake) = self.csm_and_arr(new.account.trim(), now).await?;
        let role = owner.is_none().then(|| "csm".to_owned());
        let task = Task {
            id: self.people().id("task_")?,
            run_id: None,
            step: None,
            account_id: new.account.trim().to_owned(),
            title,
            body,
            kind: kind.to_owned(),
            owner: owner.or(csm),
            role,
            priority: priority.to_owned(),
            created_at: now,
            due_at: new.due_at,
            sla_started_at: None,
            status: TaskStatus::Open,
            outcome: None,
            note: None,
            done_by: None,
            done_at: None,
            money_at_stake,
        };
        self.store().add_task(&task).await?;
        Ok(task.id)
    }

    /// Who looks after an account now, and the yearly money that rides on it.
    async fn csm_and_arr(&self, account: &str, now: Timestamp) -> Result<(Option<String>, Option<String>)> {
        let absences = self.store().absences_since(now).await?;
        let account = account.to_owned();
        self.compute(move |app| {
            let state = app.state();
            let subject = Self::subject(&state, &account, &AsOf::NOW)?;
            let look = Look::new(&state, &[subject], now)?;
            let holder = Roles::new(&state.plan).holder("csm", &look, 0, &absences, now)?;
            let arr = look.json(0, "arr").as_f64().map(|arr| format!("{arr:.0}"));
            Ok((holder.and_then(|holder| holder.email).map(|address| address.to_lowercase()), arr))
        })
        .await
    }

    async fn unless_ended(&self, id: &str, changed: bool) -> Result<()> {
        if changed {
            return Ok(());
        }
        let task = self.store().task(id).await?.ok_or_else(|| no_task(id))?;
        Err(AppError::invalid(format!("the task `{}` has ended", task.title)).hint("open it again first"))
    }
}

/// The outcome that is kept.
fn outcome_of(task: &Task, ending: &TaskEnding) -> Result<String> {
    let outcome = short("the outcome", &ending.outcome, MAX_OUTCOME_CHARS)?;
    if ending.not_needed {
        return Ok(if outcome.is_empty() { "not_needed".to_owned() } else { outcome });
    }
    if task.kind == APPROVAL && ![APPROVED, DECLINED].contains(&outcome.as_str()) {
        return Err(AppError::invalid(format!("an approval is answered with `{APPROVED}` or `{DECLINED}`, not `{outcome}`")));
    }
    Ok(if outcome.is_empty() { "done".to_owned() } else { outcome })
}

/// A text, trimmed, that is not too long.
fn short(what: &str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > most {
        return Err(AppError::invalid(format!("{what} is longer than {most} characters")).hint("shorten it"));
    }
    Ok(text.to_owned())
}

/// One word of a list; the usual one where none is given.
fn word<T>(what: &str, given: &str, usual: &'static str, known: &[(&'static str, T)]) -> Result<&'static str> {
    let given = given.trim();
    if given.is_empty() {
        return Ok(usual);
    }
    let words = || known.iter().map(|(word, _)| *word);
    let found = words().find(|word| *word == given);
    found.ok_or_else(|| {
        AppError::invalid(format!("`{given}` is no {what} of a task"))
            .hint(format!("say one of {}", words().collect::<Vec<_>>().join(", ")))
    })
}
