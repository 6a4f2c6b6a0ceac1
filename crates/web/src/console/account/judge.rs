//! What people add to an account: an override of its score, their sentiment, a note.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use mainstay_app::AppError;
use mainstay_model::{Day, Timestamp};

use crate::console::Console;
use crate::console::error::PageResult;
use crate::console::session::{Fields, Visit};
use crate::console::words::segment;

/// The longest reason or note.
const MAX_TEXT_CHARS: usize = 4_000;
/// The longest time an override may last.
const MAX_OVERRIDE_DAYS: i32 = 366;

/// Shows another score for a while.
pub(crate) async fn override_score(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    Path(id): Path<String>,
) -> PageResult {
    let score = read_score(fields.required("score", "The score")?)?;
    let reason = short_text(fields.required("reason", "The reason")?)?;
    let until = read_until(fields.required("until", "The last day of the override")?, &visit)?;
    console.app.override_score(&id, score, reason, &visit.person.email, until).await?;
    Ok(back_to(&id, "override"))
}

/// Ends the override.
pub(crate) async fn withdraw_override(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
) -> PageResult {
    console.app.withdraw_override(&id, &visit.person.email).await?;
    Ok(back_to(&id, "withdrawn"))
}

/// Keeps the manager's own judgement.
pub(crate) async fn set_sentiment(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    Path(id): Path<String>,
) -> PageResult {
    let word = fields.text("sentiment");
    if !matches!(word, "good" | "neutral" | "bad") {
        return Err(AppError::invalid("The sentiment is none of the three.").hint("Choose good, neutral or bad.").into());
    }
    console.app.set_sentiment(&id, word, &visit.person.email).await?;
    Ok(back_to(&id, "sentiment"))
}

/// Moves the account to a stage.
pub(crate) async fn set_stage(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    Path(id): Path<String>,
) -> PageResult {
    let stage = fields.required("stage", "The stage")?;
    let reason = short_text(fields.text("reason"))?;
    console.app.set_stage(&id, stage, reason, &visit.person.email).await?;
    Ok(back_to(&id, "stage"))
}

/// Keeps a note.
pub(crate) async fn add_note(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    Path(id): Path<String>,
) -> PageResult {
    let text = short_text(fields.required("text", "The note")?)?;
    console.app.add_note(&id, text, &visit.person.email).await?;
    Ok(back_to(&id, "note"))
}

fn back_to(id: &str, done: &str) -> Response {
    Redirect::to(&format!("/accounts/{}?done={done}", segment(id))).into_response()
}

fn read_score(text: &str) -> Result<f64, AppError> {
    match text.replace(',', ".").parse::<f64>() {
        Ok(score) if (0.0..=100.0).contains(&score) => Ok(score),
        _ => Err(AppError::invalid(format!("`{text}` is not a score.")).hint("Write a number from 0 to 100.")),
    }
}

fn short_text(text: &str) -> Result<&str, AppError> {
    if text.chars().count() > MAX_TEXT_CHARS {
        return Err(AppError::invalid(format!("The text is longer than {MAX_TEXT_CHARS} characters.")).hint("Shorten it."));
    }
    Ok(text)
}

/// The end of the day named, in the workspace's zone.
fn read_until(text: &str, visit: &Visit) -> Result<Timestamp, AppError> {
    let day = Day::parse(text).map_err(|error| AppError::invalid("The last day of the override is no day.").hint(error.to_string()))?;
    let lasts = day.since(visit.moment.today());
    if !(0..=MAX_OVERRIDE_DAYS).contains(&lasts) {
        return Err(AppError::invalid("An override ends within a year from today.").hint("Choose another last day."));
    }
    Ok(visit.moment.zone.start_of(day.plus(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scores_from_0_to_100_are_scores() {
        assert!((read_score("72,5").unwrap() - 72.5).abs() < f64::EPSILON);
        for wrong in ["", "-1", "100.1", "NaN", "inf", "high"] {
            assert!(read_score(wrong).is_err(), "{wrong}");
        }
    }
}
