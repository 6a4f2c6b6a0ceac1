//! SQL for programs: a question in, rows out as JSON.

use arrow::json::ArrayWriter;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use mainstay_app::{App, AppError, ErrorCode};
use serde::Deserialize;

use super::accounts::When;
use crate::error::ApiError;

/// A question.
#[derive(Deserialize, Debug)]
pub(super) struct Question {
    sql: String,
}

/// Answers a question with a list of rows, each an object by column name.
pub(super) async fn ask(State(app): State<App>, Query(when): Query<When>, body: String) -> Result<Response, ApiError> {
    let question: Question = serde_json::from_str(&body)
        .map_err(|error| ApiError(AppError::invalid(format!("the body must be like {{\"sql\": \"select 1\"}}: {error}"))))?;
    let batches = app.sql(&question.sql, &when.read(&app.workspace().zone)?).await?;
    let failed = |error: arrow::error::ArrowError| {
        ApiError(AppError::new(ErrorCode::Invalid, format!("the answer cannot be written as JSON: {error}")).caused_by(error))
    };
    let mut writer = ArrayWriter::new(Vec::new());
    for batch in &batches {
        writer.write(batch).map_err(failed)?;
    }
    writer.finish().map_err(failed)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], writer.into_inner()).into_response())
}
