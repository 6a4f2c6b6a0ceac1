//! The model linter: levels that do not cover, bands that cannot be reached, signals that nothing reads.

pub(crate) mod cover;
pub(crate) mod reach;
pub(crate) mod unread;
pub(crate) mod words;
