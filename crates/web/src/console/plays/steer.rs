//! What people do with plays and runs: start, pause, resume, stop, send again, move. Each act is kept with who did it.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use mainstay_app::AppError;
use mainstay_app::plays::RunAct;

use super::detail::show_play;
use crate::console::Console;
use crate::console::error::PageResult;
use crate::console::session::{Fields, Visit};
use crate::console::words::{plural, segment};

/// Starts a play for the account that is named.
pub(crate) async fn start_run(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    Path(play): Path<String>,
) -> PageResult {
    start(&console, &visit, &fields, &play, fields.required("account", "The account")?).await
}

/// Starts the play that is named for an account.
pub(crate) async fn start_for_account(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    Path(account): Path<String>,
) -> PageResult {
    start(&console, &visit, &fields, fields.required("play", "The play")?, &account).await
}

async fn start(console: &Console, visit: &Visit, fields: &Fields, play: &str, account: &str) -> PageResult {
    let record = Some(fields.text("record")).filter(|record| !record.is_empty());
    let started = console.app.start_play(play, account, record, &visit.person.email).await?;
    Ok(to_run(play, &started.run, if started.held_out { "run-held-out" } else { "run-started" }))
}

/// Does something to one run.
pub(crate) async fn act_on_run(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    Path(id): Path<String>,
) -> PageResult {
    let (act, done) = match fields.text("act") {
        "pause" => (RunAct::Pause, "run-paused"),
        "resume" => (RunAct::Resume, "run-resumed"),
        "stop" => (RunAct::Stop { reason: fields.required("reason", "The reason")?.to_owned() }, "run-stopped"),
        "retry" => (RunAct::Retry { step: fields.required("step", "The step")?.to_owned() }, "sent-again"),
        "move" => (RunAct::Move, "run-moved"),
        other => {
            return Err(AppError::invalid(format!("`{other}` is nothing that can be done with a run."))
                .hint("Choose pause, resume, stop, retry or move.")
                .into());
        }
    };
    console.app.act_on_run(&id, &act, &visit.person.email).await?;
    let run = console.app.show_run(&id).await?.line;
    Ok(to_run(&run.play, &id, done))
}

/// Moves the runs of a play that go by an earlier version to the one in force, and says how many.
pub(crate) async fn move_runs(State(console): State<Console>, Extension(visit): Extension<Visit>, Path(play): Path<String>) -> PageResult {
    let moved = console.app.move_runs(&play, &visit.person.email).await?;
    let rest = if moved.left > 0 { format!(" {} still go by an earlier one; move again.", moved.left) } else { String::new() };
    let mut visit = visit;
    visit.notice = Some(format!("{} moved to the version in force.{rest}", plural(moved.moved, "run is", "runs are")));
    show_play(State(console), Extension(visit), Path(play)).await
}

/// Sends again what was given up: one letter, or all of the play.
pub(crate) async fn replay_letters(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    Path(play): Path<String>,
) -> PageResult {
    let keys: Vec<String> = fields.all("key").map(str::to_owned).collect();
    let all = (fields.text("all") == "yes").then_some(play.as_str());
    let replayed = console.app.replay_letters(&keys, all, &visit.person.email).await?;
    let mut visit = visit;
    visit.notice = Some(format!("{} sent again.", plural(super::whole(replayed), "message is being", "messages are being")));
    show_play(State(console), Extension(visit), Path(play)).await
}

fn to_run(play: &str, id: &str, done: &str) -> Response {
    Redirect::to(&format!("/plays/{}/runs/{}?done={done}", segment(play), segment(id))).into_response()
}
