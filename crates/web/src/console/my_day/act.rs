//! What people do on their day: end tasks and open them again, hand over, move, make; say when they are away.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use mainstay_app::accounts::{AccountQuery, AsOf};
use mainstay_app::tasks::{NewAbsence, NewTask, TaskEnding};
use mainstay_app::{App, AppError, ErrorCode};
use mainstay_model::{Timestamp, Zone};

use super::view::View;
use crate::console::Console;
use crate::console::error::PageResult;
use crate::console::session::{Fields, Visit};

/// What the form sends for a task that nobody needs any more.
const NOT_NEEDED: &str = "not_needed";

/// Ends a task with what came of it.
pub(crate) async fn end_task(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    Path(id): Path<String>,
) -> PageResult {
    let other = fields.text("other");
    let outcome = if other.is_empty() { fields.text("outcome") } else { other };
    let not_needed = other.is_empty() && outcome == NOT_NEEDED;
    let ending = TaskEnding { outcome: outcome.to_owned(), note: fields.text("note").to_owned(), not_needed };
    console.app.end_task(&id, &ending, &visit.person.email).await?;
    Ok(to_day(&fields, &[("done", "task-ended"), ("task", &id)]))
}

/// Opens an ended task again.
pub(crate) async fn reopen_task(
    State(console): State<Console>,
    Extension(fields): Extension<Fields>,
    Path(id): Path<String>,
) -> PageResult {
    console.app.reopen_task(&id).await?;
    Ok(to_day(&fields, &[("done", "task-reopened")]))
}

/// Gives a task to somebody.
pub(crate) async fn assign_task(
    State(console): State<Console>,
    Extension(fields): Extension<Fields>,
    Path(id): Path<String>,
) -> PageResult {
    console.app.assign_task(&id, fields.required("owner", "The new owner")?).await?;
    Ok(to_day(&fields, &[("done", "task-assigned")]))
}

/// Moves the due time of a task.
pub(crate) async fn move_task(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    Path(id): Path<String>,
) -> PageResult {
    let due = instant(fields.required("due", "The new due time")?, &visit.moment.zone)?;
    console.app.move_task(&id, due).await?;
    Ok(to_day(&fields, &[("done", "task-moved")]))
}

/// Makes a task.
pub(crate) async fn add_task(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
) -> PageResult {
    let account = account(&console.app, fields.required("for", "The account")?).await?;
    let due = fields.text("due");
    let new = NewTask {
        account,
        title: fields.required("title", "What is to be done")?.to_owned(),
        body: fields.text("body").to_owned(),
        kind: fields.text("kind").to_owned(),
        priority: fields.text("priority").to_owned(),
        owner: Some(fields.text("owner").to_owned()),
        due_at: (!due.is_empty()).then(|| instant(due, &visit.moment.zone)).transpose()?,
    };
    console.app.add_task(&new).await?;
    Ok(to_day(&fields, &[("done", "task-added")]))
}

/// Keeps an absence.
pub(crate) async fn add_absence(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
) -> PageResult {
    let (from, until) = (fields.required("from", "The first day")?, fields.required("until", "The last day")?);
    let person = if fields.text("person").is_empty() { visit.person.email.as_str() } else { fields.text("person") };
    let cover = Some(fields.text("cover").to_owned());
    console.app.add_absence(&NewAbsence::between(person, from, until, cover, &visit.moment.zone)?).await?;
    Ok(to_day(&fields, &[("done", "absence-added")]))
}

/// Removes an absence.
pub(crate) async fn remove_absence(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
) -> PageResult {
    let from = NewAbsence::beginning(fields.required("from", "The beginning")?, &visit.moment.zone)?;
    console.app.remove_absence(fields.required("person", "Whoever is away")?, from).await?;
    Ok(to_day(&fields, &[("done", "absence-removed")]))
}

/// Back to the day that the form was on.
fn to_day(fields: &Fields, more: &[(&str, &str)]) -> Response {
    Redirect::to(&View::read(fields).address(more)).into_response()
}

fn instant(text: &str, zone: &Zone) -> Result<Timestamp, AppError> {
    Timestamp::parse_for_person(text, zone).map_err(|error| AppError::invalid("The due time is no time.").hint(error.to_string()))
}

/// The account that is meant: by its id, or by a part of its name that fits no other.
async fn account(app: &App, text: &str) -> Result<String, AppError> {
    match app.show_account(text, &AsOf::NOW).await {
        Ok(_) => return Ok(text.to_owned()),
        Err(error) if error.code == ErrorCode::NotFound => {}
        Err(error) => return Err(error),
    }
    let query = AccountQuery { search: Some(text.to_owned()), limit: 3, ..AccountQuery::default() };
    let found = app.list_accounts(&query, &AsOf::NOW).await?;
    match found.rows.as_slice() {
        [one] => Ok(one.id.clone()),
        [] => Err(AppError::not_found(format!("No account has `{text}` in its id or name.")).hint("Look it up in the list of accounts.")),
        several => {
            let names: Vec<String> = several.iter().map(|row| format!("{} ({})", row.name, row.id)).collect();
            Err(AppError::invalid(format!("`{text}` may mean several accounts.")).hint(format!("Write the id: {}.", names.join(", "))))
        }
    }
}
