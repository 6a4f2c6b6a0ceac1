//! One task: everything about it, and the forms that end it, open it again, hand it over and move it.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use mainstay_app::tasks::{TaskStatus, WorkItem};
use mainstay_model::Workspace;

use super::rows::{Hand, Row, outcome_words};
use super::team::{Colleague, name_of};
use super::view::View;
use crate::console::Console;
use crate::console::error::{PageResult, show};
use crate::console::frame::Frame;
use crate::console::session::{Fields, Visit};
use crate::console::words::{Locale, Moment, label, segment};

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/my_day/task.html")]
pub struct TaskPage {
    /// What is around it.
    pub frame: Frame,
    /// The day that it is left for.
    pub view: View,
    /// The path of its page.
    pub path: String,
    /// The task as a row.
    pub row: Row,
    /// Its whole text.
    pub body: String,
    /// What kind of work it is.
    pub kind: String,
    /// Whose it is.
    pub owner: String,
    /// Its owner's address, for the choice.
    pub owner_address: String,
    /// Whether it is to be done.
    pub open: bool,
    /// The outcomes to choose from, each with its words.
    pub outcomes: Vec<(String, String)>,
    /// Whether another outcome may be written.
    pub free: bool,
    /// How it ended: outcome, by whom and when, note.
    pub ended: Option<Ended>,
    /// Who can be given it.
    pub colleagues: Vec<Colleague>,
}

/// How a task ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// What came of it.
    pub outcome: String,
    /// By whom and when.
    pub by: String,
    /// What they wrote.
    pub note: String,
}

impl TaskPage {
    /// Makes the page.
    #[must_use]
    pub fn new(
        frame: Frame,
        (view, me): (View, &str),
        item: &WorkItem,
        workspace: &Workspace,
        colleagues: Vec<Colleague>,
        (locale, moment): (Locale, &Moment),
    ) -> Self {
        let task = &item.task;
        let hand = Hand { workspace, view: &view, me, colleagues: &colleagues, locale, moment };
        let row = hand.row(item);
        let by =
            |address: &str| format!("{}, {}", name_of(address, &colleagues), task.done_at.map(|at| moment.full(at)).unwrap_or_default());
        Self {
            path: row.href.clone(),
            body: task.body.clone(),
            kind: label(&task.kind),
            owner: task.owner.as_deref().map_or_else(|| "Nobody".to_owned(), |owner| name_of(owner, &colleagues)),
            owner_address: task.owner.clone().unwrap_or_default(),
            open: task.status == TaskStatus::Open,
            outcomes: item.outcomes.iter().map(|outcome| (outcome.clone(), outcome_words(outcome))).collect(),
            free: task.kind != "approval",
            ended: task.done_at.map(|_| Ended {
                outcome: outcome_words(task.outcome.as_deref().unwrap_or_default()),
                by: by(task.done_by.as_deref().unwrap_or_default()),
                note: task.note.clone().unwrap_or_default(),
            }),
            row,
            colleagues,
            view,
            frame,
        }
    }

    /// The page of the account's tasks.
    #[must_use]
    pub fn others(&self) -> String {
        format!("/my-day?whose=everybody&account={}", segment(&self.row.account))
    }
}

/// Shows the page.
pub(crate) async fn show_task(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    Path(id): Path<String>,
) -> PageResult {
    let app = &console.app;
    let item = app.show_task(&id).await?;
    let colleagues = Colleague::all(app.people().list().await?);
    let frame = Frame::new(app, &visit, "my-day", item.task.title.clone());
    let workspace = app.workspace();
    let place = (View::read(&fields), visit.person.email.as_str());
    Ok(show(&TaskPage::new(frame, place, &item, &workspace, colleagues, (visit.locale, &visit.moment))))
}
