//! Tests of the workspace language as its callers use it.

mod checking;
mod cover;
mod fake;
mod formatting;
mod pack;
mod reference;
mod showing;
