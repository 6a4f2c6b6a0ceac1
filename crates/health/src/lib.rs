//! Signals and scores, pure and over columns: daily partials, windows as of a day, levels, bands, explanations.
//!
//! Facts go in as [`FactColumns`] and become [`SignalPartials`]; a [`Reading`] says which number they give; [`evaluate`] gives it as of any day and
//! [`Live`] keeps it current; a [`CompiledModel`] turns columns into [`Scores`] and says why in an [`Explanation`].

mod change;
pub mod column;
pub mod error;
pub mod explain;
pub mod history;
mod levels;
pub mod live;
mod measures;
pub mod model;
pub mod parallel;
pub mod partials;
pub mod printed;
pub mod reading;
pub mod score;
mod tree;
mod trend;
pub mod value;
pub mod windows;

pub use column::{Column, NumberColumn, TextColumn};
pub use error::HealthError;
pub use explain::{Explanation, Question};
pub use live::Live;
pub use mainstay_model::Fraction;
pub use model::{ColumnRef, CompiledModel};
pub use parallel::each_at_once;
pub use partials::SignalPartials;
pub use printed::Printed;
pub use reading::{Reading, Shape};
pub use score::{Inputs, ProductScores, Scores, UNKNOWN, override_in_force};
pub use value::{FactColumns, Value, Values};
pub use windows::{About, AsOf, Selection, evaluate};
