//! Every operation of the product, once: facts in, scores and explanations out, questions, people, imports. No HTTP, no terminal.

pub mod accounts;
mod app;
pub mod backup;
pub mod data;
pub mod demo;
mod engine;
pub mod error;
pub mod import;
pub mod ingest;
mod instants;
pub mod layout;
pub mod lifecycle;
pub mod local;
mod median;
pub mod models;
pub mod packs;
pub mod people;
pub mod play_book;
pub mod plays;
mod questions;
pub mod returns;
pub mod revenue;
mod runs;
pub mod scenarios;
pub mod tasks;
mod workspace;

pub use app::{App, AppOptions};
pub use error::{AppError, ErrorCode, Result};
pub use instants::instant_of;
pub use mainstay_lake::format::{Format, format_batches, write_batches};
pub use mainstay_lake::session::Answer as Table;
pub use workspace::{ReloadReport, WorkspaceStatus, WorkspaceWatch, check_documents, check_folder};

/// Scores and their explanations, as the operations answer them.
pub mod health {
    pub use mainstay_health::explain::{Adjustment, AdjustmentKind, Explanation, Lifts, Move, Need, Part};
    pub use mainstay_health::{Printed, Value, explain};
}
