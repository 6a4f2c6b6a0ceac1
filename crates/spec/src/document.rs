//! A file of the workspace as the checker sees it: a path and a text.

use serde::{Deserialize, Serialize};

/// One file of the workspace. The checker never opens files; whoever calls it brings the texts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Document {
    /// Path inside the workspace with forward slashes: `signals/usage.yaml`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl Document {
    /// A document.
    #[must_use]
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }
}

/// A stretch of a document: which one, and its bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Place {
    pub(crate) document: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A value and where it was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
}
