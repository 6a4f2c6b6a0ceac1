//! Recurring revenue, pure and exact: what subscription lines are worth a month, how those who pay move between two days, how much stays.
//!
//! A [`Line`] says what it is worth on any day; a [`Period`] is two days; [`Revenue`] is what happened between them. Who pays - an account, or an
//! account for one product - is the caller's grain: here it is a number.

mod line;
mod movement;
mod period;
mod revenue;

pub use line::{Line, Terms};
pub use movement::Movement;
pub use period::{Period, Step};
pub use revenue::{Change, Revenue, compounded};
