//! Exit codes: what a script can tell without reading.

use std::process::ExitCode;

use mainstay_app::{AppError, ErrorCode};

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// It did what was asked.
    Done,
    /// It could not, or found what it was asked to look for.
    Failed,
    /// The command line makes no sense.
    Usage,
    /// The workspace's configuration has errors.
    Configuration,
    /// What was asked for is not there.
    NotFound,
    /// The data cannot be reached: locked, full, or broken.
    Unavailable,
    /// It was stopped by Ctrl-C; what was done is kept.
    Interrupted,
}

impl Exit {
    /// The code that an error ends with.
    #[must_use]
    pub const fn of(error: &AppError) -> Self {
        match error.code {
            ErrorCode::NotFound => Self::NotFound,
            ErrorCode::Configuration => Self::Configuration,
            ErrorCode::Busy | ErrorCode::Unavailable => Self::Unavailable,
            ErrorCode::Invalid | ErrorCode::Unauthorized | ErrorCode::Forbidden => Self::Failed,
        }
    }

    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Configuration => 3,
            Self::NotFound => 4,
            Self::Unavailable => 5,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
