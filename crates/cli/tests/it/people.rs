//! People, tokens and write keys, and data that is in use.

use crate::harness::{Place, scrubbed};

#[test]
fn people_are_added_listed_reset_and_disabled() {
    let place = Place::new();
    let run = |arguments: &[&str]| place.run(arguments);
    let story = [
        run(&["user", "add", "Ann@Example.com", "--name", "Ann Lee", "--role", "admin"]),
        run(&["user", "add", "ann@example.com"]),
        run(&["user", "add", "bob@example.com"]),
        run(&["user", "disable", "bob@example.com"]),
        run(&["user", "disable", "ann@example.com"]),
        run(&["user", "reset", "ann@example.com"]),
        run(&["user", "reset", "nobody@example.com"]),
        run(&["user", "list"]),
    ];
    scrubbed().bind(|| insta::assert_snapshot!(story.join("\n")));
}

#[test]
fn tokens_and_keys_are_shown_once() {
    let place = Place::with_workspace();
    let run = |arguments: &[&str]| place.run(arguments);
    let story = [
        run(&["token", "create", "export"]),
        run(&["token", "list"]),
        run(&["token", "revoke", "token_unknown"]),
        run(&["key", "create", "product", "--label", "web app"]),
        run(&["key", "create", "prodct"]),
        run(&["key", "list"]),
    ];
    scrubbed().bind(|| insta::assert_snapshot!(story.join("\n")));
}
