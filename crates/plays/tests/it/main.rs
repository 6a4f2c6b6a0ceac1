//! Laws of the play machine, and hand examples.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod caps;
mod due;
mod laws;
mod make;
mod simulate;
mod steps;
mod windows;
