//! The reference of error codes says exactly what the code says.

use std::collections::BTreeSet;

use mainstay_model::ReasonCode;
use mainstay_tidy::{headings, repository};

fn page() -> BTreeSet<String> {
    let text = std::fs::read_to_string(repository().join("docs/reference/errors.md")).expect("there is an error reference");
    headings(&text).into_iter().filter(|heading| heading.chars().all(|c| c.is_ascii_lowercase() || c == '_')).collect()
}

/// The words of `ErrorCode::as_str`, read from its source: the crate itself is too heavy to build for this.
fn operation_codes() -> BTreeSet<String> {
    let text = std::fs::read_to_string(repository().join("crates/app/src/error.rs")).expect("the operations have an error type");
    let arms = text.lines().filter_map(|line| line.trim().strip_prefix("Self::"));
    arms.filter_map(|arm| arm.split_once("=> \"")).map(|(_, word)| word.trim_end_matches("\",").to_owned()).collect()
}

#[test]
fn every_error_code_has_its_heading_and_every_heading_its_code() {
    let mut codes = operation_codes();
    assert!(codes.len() >= 7, "the codes of operations were not found: {codes:?}");
    codes.extend(ReasonCode::ALL.iter().map(|code| code.as_str().to_owned()));
    assert_eq!(page(), codes);
}
