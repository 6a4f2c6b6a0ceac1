//! A failed operation as a page with a way back.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use mainstay_app::{AppError, ErrorCode};

use super::frame::Frame;
use super::words::sentence;

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/error.html")]
pub struct ErrorPage {
    /// What is around it.
    pub frame: Frame,
    /// What was attempted and what went wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// The stable code.
    pub code: &'static str,
}

/// A failure on its way to becoming a page.
#[derive(Debug)]
pub struct PageError(AppError);

impl<E: Into<AppError>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// What a page handler answers.
pub type PageResult<T = Response> = std::result::Result<T, PageError>;

/// The HTTP status of a failure.
#[must_use]
pub const fn status_of(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::Invalid | ErrorCode::Configuration => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::Unauthorized => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::Busy => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let error = self.0;
        if error.code == ErrorCode::Unavailable {
            tracing::error!(error = &error as &dyn std::error::Error, "a page could not be shown");
        }
        let page = ErrorPage {
            frame: Frame::bare("Problem"),
            message: sentence(&error.message),
            hint: sentence(&error.hint),
            code: error.code.as_str(),
        };
        (status_of(error.code), show(&page)).into_response()
    }
}

/// A template as an answer.
pub(crate) fn show(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a template could not be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, "This page could not be shown; the server's log says why.").into_response()
        }
    }
}

/// The page for an address that leads nowhere.
pub async fn not_found() -> PageError {
    PageError(AppError::not_found("There is no page at this address.").hint("Start from the list of accounts."))
}
