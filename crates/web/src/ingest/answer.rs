//! Answers: what became of each message, in the order of the request.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mainstay_app::ingest::Answer;
use mainstay_app::ingest::tracking::{Call, MessageRead};
use mainstay_model::{ReasonCode, Rejection};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

#[derive(Serialize)]
struct Body<'a> {
    success: bool,
    /// Of a single call that was refused, as SDKs print it.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<ReasonCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    accepted: usize,
    duplicate: usize,
    rejected: usize,
    /// Records (traits) that were refused although their event was kept.
    #[serde(skip_serializing_if = "is_zero")]
    records_rejected: usize,
    results: Vec<MessageResult<'a>>,
}

struct MessageResult<'a> {
    message_id: Option<&'a str>,
    answer: &'a Answer,
    records: Vec<&'a Answer>,
}

/// Written by hand: there is one for each message, and flattening would make a tree of each first.
impl Serialize for MessageResult<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(id) = self.message_id {
            map.serialize_entry("messageId", id)?;
        }
        map.serialize_entry("status", self.answer.status())?;
        if let Answer::Rejected { quarantine_id, reason } = self.answer {
            map.serialize_entry("quarantine_id", quarantine_id)?;
            map.serialize_entry("reason", reason)?;
        }
        if !self.records.is_empty() {
            map.serialize_entry("records", &self.records)?;
        }
        map.end()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
const fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// The answer to messages that were read: a batch is answered 200 whatever became of each; a single call says it by its status, too.
pub(super) fn of_messages(call: Call, messages: &[MessageRead], answers: &[Answer]) -> Response {
    let results: Vec<MessageResult<'_>> = messages.iter().filter_map(|message| result_of(message, answers)).collect();
    let refused = results.first().and_then(|result| rejection_of(result.answer)).filter(|_| matches!(call, Call::One(_)));
    respond(refused, results)
}

/// The answer to a body in which no message could be read.
pub(super) fn of_body(answers: &[Answer]) -> Response {
    let results: Vec<MessageResult<'_>> =
        answers.iter().map(|answer| MessageResult { message_id: None, answer, records: Vec::new() }).collect();
    respond(answers.first().and_then(rejection_of), results)
}

fn result_of<'a>(message: &'a MessageRead, answers: &'a [Answer]) -> Option<MessageResult<'a>> {
    let (answer, records) = answers.get(message.candidates.clone())?.split_first()?;
    let records = records.iter().filter(|record| rejection_of(record).is_some()).collect();
    Some(MessageResult { message_id: message.message_id.as_deref(), answer, records })
}

const fn rejection_of(answer: &Answer) -> Option<&Rejection> {
    match answer {
        Answer::Rejected { reason, .. } => Some(reason),
        Answer::Accepted | Answer::Duplicate => None,
    }
}

fn respond(refused: Option<&Rejection>, results: Vec<MessageResult<'_>>) -> Response {
    let count = |wanted: fn(&Answer) -> bool| results.iter().filter(|result| wanted(result.answer)).count();
    let body = Body {
        success: refused.is_none(),
        code: refused.map(|rejection| rejection.code),
        message: refused.map(|rejection| rejection.message.as_str()),
        accepted: count(|answer| matches!(answer, Answer::Accepted)),
        duplicate: count(|answer| matches!(answer, Answer::Duplicate)),
        rejected: count(|answer| matches!(answer, Answer::Rejected { .. })),
        records_rejected: results.iter().map(|result| result.records.len()).sum(),
        results,
    };
    let status = match body.code {
        None => StatusCode::OK,
        Some(ReasonCode::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
        Some(_) => StatusCode::BAD_REQUEST,
    };
    (status, Json(body)).into_response()
}
