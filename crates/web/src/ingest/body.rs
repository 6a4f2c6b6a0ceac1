//! Bodies: read up to a limit, within a time, and unpacked up to the same limit. Content types are not looked at: browsers send JSON as plain text,
//! and one SDK labels gzip as a form; gzip is known by its first bytes.

use std::io::Read;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use flate2::read::MultiGzDecoder;
use futures::StreamExt;
use mainstay_app::ErrorCode;
use mainstay_app::ingest::tracking::BODY_LIMIT_BYTES;
use mainstay_model::ReasonCode;

/// How long a sender may take for one body.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// How much of a body that is too large is still read and thrown away, so that the sender gets to see the answer.
const DRAIN_LIMIT_BYTES: usize = 16 * 1024 * 1024;

/// The code of what is wrong with a request rather than with a record.
const INVALID: &str = ErrorCode::Invalid.as_str();

/// Why a body was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Refused {
    TooLarge,
    TooSlow,
    Broken,
    BadGzip,
    UnknownEncoding,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                ReasonCode::TooLarge.as_str(),
                format!("a body may have {BODY_LIMIT_BYTES} bytes, unpacked; send smaller batches"),
            ),
            Self::TooSlow => {
                (StatusCode::REQUEST_TIMEOUT, INVALID, format!("the body did not arrive within {} seconds", TIME_LIMIT.as_secs()))
            }
            Self::Broken => (StatusCode::BAD_REQUEST, INVALID, "the connection broke before the body was complete".to_owned()),
            Self::BadGzip => (StatusCode::BAD_REQUEST, INVALID, "the body begins as gzip but cannot be unpacked".to_owned()),
            Self::UnknownEncoding => (StatusCode::UNSUPPORTED_MEDIA_TYPE, INVALID, "send the body plain or as gzip".to_owned()),
        };
        tracing::warn!(reason = ?self, "a tracking request was refused");
        (status, Json(serde_json::json!({ "success": false, "code": code, "message": message }))).into_response()
    }
}

/// The plain body of a request.
pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Refused> {
    let packed = tokio::time::timeout(TIME_LIMIT, collect(body)).await.map_err(|_| Refused::TooSlow)??;
    if packed.starts_with(&[0x1f, 0x8b]) {
        return unpack(&packed);
    }
    let encoding = headers.get(header::CONTENT_ENCODING).map(|value| value.as_bytes().to_ascii_lowercase());
    match encoding.as_deref() {
        None | Some(b"" | b"identity" | b"gzip") => Ok(packed),
        Some(_) => Err(Refused::UnknownEncoding),
    }
}

async fn collect(body: Body) -> Result<Bytes, Refused> {
    let mut stream = body.into_data_stream();
    let mut kept = BytesMut::new();
    let mut seen = 0_usize;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Refused::Broken)?;
        seen = seen.saturating_add(chunk.len());
        if seen > DRAIN_LIMIT_BYTES {
            break;
        } else if seen > BODY_LIMIT_BYTES {
            kept = BytesMut::new();
        } else {
            kept.extend_from_slice(&chunk);
        }
    }
    if seen > BODY_LIMIT_BYTES { Err(Refused::TooLarge) } else { Ok(kept.freeze()) }
}

fn unpack(packed: &[u8]) -> Result<Bytes, Refused> {
    let mut plain = Vec::with_capacity(packed.len().saturating_mul(4).min(BODY_LIMIT_BYTES));
    let limit = BODY_LIMIT_BYTES as u64 + 1;
    MultiGzDecoder::new(packed).take(limit).read_to_end(&mut plain).map_err(|_| Refused::BadGzip)?;
    if plain.len() > BODY_LIMIT_BYTES { Err(Refused::TooLarge) } else { Ok(plain.into()) }
}
