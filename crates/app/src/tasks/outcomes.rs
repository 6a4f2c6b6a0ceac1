//! What may come of a task: the outcomes that its play asks about, then the usual ones of its kind.

use mainstay_model::play::Play;

use crate::plays::{APPROVAL, APPROVED};

/// The answer of an approval that is a no.
pub(super) const DECLINED: &str = "declined";

/// The outcomes to choose from for a task of a step.
pub(super) fn outcomes(play: Option<&Play>, step: Option<&str>, kind: &str) -> Vec<String> {
    if kind == APPROVAL {
        return vec![APPROVED.to_owned(), DECLINED.to_owned()];
    }
    let mut found = play.zip(step).map(|(play, step)| asked_about(play, step)).unwrap_or_default();
    for word in usual(kind) {
        if !found.iter().any(|known| known == word) {
            found.push((*word).to_owned());
        }
    }
    found
}

const fn usual(kind: &str) -> &'static [&'static str] {
    match kind.as_bytes() {
        b"call" => &["reached", "not_reached"],
        b"meeting" => &["held", "not_held"],
        b"email" => &["answered", "no_answer"],
        _ => &["done"],
    }
}

/// The texts that the play's conditions compare `task.<step>.outcome` with, in their order.
fn asked_about(play: &Play, step: &str) -> Vec<String> {
    let column = format!("task.{step}.outcome");
    let mut found: Vec<String> = Vec::new();
    for condition in &play.conditions {
        for rest in condition.written.split(column.as_str()).skip(1) {
            for word in compared_with(rest) {
                if !found.iter().any(|known| known == word) {
                    found.push(word.to_owned());
                }
            }
        }
    }
    found
}

/// The quoted texts of what follows a column: `= 'a'` or `in ('a', 'b')`.
fn compared_with(rest: &str) -> Vec<&str> {
    let rest = rest.trim_start();
    if let Some(equal) = rest.strip_prefix('=') {
        return equal.trim_start().strip_prefix('\'').and_then(|text| text.split('\'').next()).into_iter().collect();
    }
    let list = rest.strip_prefix("in").and_then(|list| list.trim_start().strip_prefix('(')).and_then(|list| list.split(')').next());
    // Every second piece between quotation marks is a text.
    list.map(|list| list.split('\'').skip(1).step_by(2).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_that_a_condition_compares_with_are_found() {
        assert_eq!(compared_with(" = 'technical_issue' or arr > 5"), ["technical_issue"]);
        assert_eq!(compared_with(" in ('a', 'b') and c = 'd'"), ["a", "b"]);
        assert!(compared_with(" is null").is_empty() && compared_with("").is_empty() && compared_with(" = outcome").is_empty());
    }

    #[test]
    fn every_kind_has_something_to_choose() {
        assert_eq!(outcomes(None, None, "call"), ["reached", "not_reached"]);
        assert_eq!(outcomes(None, None, "anything"), ["done"]);
        assert_eq!(outcomes(None, Some("step"), APPROVAL), ["approved", "declined"]);
    }
}
