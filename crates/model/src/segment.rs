//! Segments: named conditions over account columns; membership is itself a true/false column of the segment's name.

use serde::{Deserialize, Serialize};

/// A checked segment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Segment {
    /// The column name.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What it is for.
    pub description: String,
    /// SQL over account columns. Unknown (null) is not a member.
    pub when: String,
}
