//! The console: every template with samples, every form with its guards, the way in and out.

mod forms;
mod my_day;
mod pages;
mod plays;
mod render;
mod samples;
mod sign_in;
pub(crate) mod visitor;
