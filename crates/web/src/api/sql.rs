//! SQL for programs: a question in, rows out as JSON, or as CSV or JSON lines when asked with `?format=`.

use axum::extract::{Query, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use mainstay_app::{App, AppError, Format, format_batches};
use serde::Deserialize;

use super::accounts::When;
use super::body_as;
use crate::error::ApiError;

/// Says that there are more rows than were sent.
const ROWS_CUT: HeaderName = HeaderName::from_static("x-rows-cut");

/// A question.
#[derive(Deserialize, Debug)]
pub(super) struct Question {
    sql: String,
}

/// How the rows are written.
#[derive(Deserialize, Default, Debug)]
#[serde(default)]
pub(super) struct Wanted {
    format: Option<String>,
}

/// Answers a question with its rows: in JSON a list of objects by column name.
pub(super) async fn ask(
    State(app): State<App>,
    Query(when): Query<When>,
    Query(wanted): Query<Wanted>,
    body: String,
) -> Result<Response, ApiError> {
    let question: Question = body_as(&body, r#"{"sql": "select 1"}"#)?;
    let word = wanted.format.as_deref().unwrap_or("json");
    let Some(format) = Format::parse(word) else {
        return Err(ApiError(AppError::invalid(format!("`format` must be json, ndjson, csv or table, not `{word}`"))));
    };
    let answer = app.ask(&question.sql, &when.read(&app.workspace().zone)?).await?;
    let text = format_batches(&answer.columns, &answer.batches, format);
    let mut response = ([(header::CONTENT_TYPE, content_type(format))], text).into_response();
    if answer.cut {
        response.headers_mut().insert(ROWS_CUT, HeaderValue::from_static("true"));
    }
    Ok(response)
}

const fn content_type(format: Format) -> &'static str {
    match format {
        Format::Json => "application/json",
        Format::Ndjson => "application/x-ndjson",
        Format::Csv => "text/csv; charset=utf-8",
        Format::Table => "text/plain; charset=utf-8",
    }
}
