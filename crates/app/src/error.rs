//! What can go wrong, in the product's words: a stable code, a message, a hint. The web and the command line only dress it.

use serde::{Deserialize, Serialize};

/// The kinds of failure a caller can act on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// What was asked for is not there.
    NotFound,
    /// The request does not make sense; mend it and ask again.
    Invalid,
    /// Not signed in, or a wrong password, key or token.
    Unauthorized,
    /// Signed in, but not allowed.
    Forbidden,
    /// Too much at once; ask again later.
    Busy,
    /// The workspace's configuration has errors.
    Configuration,
    /// The disk, the database or another part failed.
    Unavailable,
}

impl ErrorCode {
    /// The code as written in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Invalid => "invalid",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::Busy => "busy",
            Self::Configuration => "configuration",
            Self::Unavailable => "unavailable",
        }
    }
}

/// A failed operation.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct AppError {
    /// What the caller can do about it.
    pub code: ErrorCode,
    /// What was attempted and what went wrong.
    pub message: String,
    /// What to do; empty where the message says it all.
    pub hint: String,
    /// What caused it.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl AppError {
    /// A failure with a message.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: String::new(), source: None }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same with its cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// Something that is not there.
    #[must_use]
    pub fn not_found(what: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotFound, what)
    }

    /// A request that does not make sense.
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Invalid, message)
    }
}

impl From<mainstay_store::StoreError> for AppError {
    fn from(error: mainstay_store::StoreError) -> Self {
        let code = if matches!(error, mainstay_store::StoreError::Exists { .. }) { ErrorCode::Invalid } else { ErrorCode::Unavailable };
        Self::new(code, "the database did not take it").caused_by(error)
    }
}

/// The result of an operation.
pub type Result<T> = std::result::Result<T, AppError>;
