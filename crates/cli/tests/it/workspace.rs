//! Making, checking and showing a workspace.

use crate::harness::{Place, scrubbed};

#[test]
fn a_new_workspace_has_no_errors_and_no_warnings() {
    let place = Place::new();
    scrubbed().bind(|| insta::assert_snapshot!(place.run(&["init", "acme", "--name", "Acme"])));
    scrubbed().bind(|| insta::assert_snapshot!(place.run(&["check", "--strict", "--workspace", "acme"])));
    assert!(place.read("acme/mainstay.yaml").contains("name: \"Acme\""));
}

#[test]
fn init_never_overwrites() {
    let place = Place::with_workspace();
    insta::assert_snapshot!(place.run(&["init"]));
}

#[test]
fn all_errors_are_shown_at_once_with_their_places() {
    let place = Place::with_workspace();
    place.write("signals/mine.yaml", "signals:\n  mine:\n    from: evnts\n    measure: count()\n    window: 0 days\n");
    place.write("segments/mine.yaml", "segments:\n  rich:\n    when: ar > 5\n");
    scrubbed().bind(|| insta::assert_snapshot!(place.run(&["check"])));
}

#[test]
fn a_folder_without_a_workspace_is_told_so() {
    insta::assert_snapshot!(Place::new().run(&["check"]));
}

#[test]
fn a_thing_is_shown_with_its_defaults_and_an_unknown_one_with_the_nearest_name() {
    let place = Place::with_workspace();
    insta::assert_snapshot!(place.run(&["show", "signals.logins_30d"]));
    insta::assert_snapshot!(place.run(&["show", "signals.login_30d"]));
}

#[test]
fn fmt_changes_a_file_once() {
    let place = Place::with_workspace();
    place.run(&["fmt"]);
    place.write("segments/mine.yaml", "segments:\n    rich: {when:   arr > 5000}\n");
    assert!(place.run(&["fmt", "--check"]).starts_with("exit 1\n--- out\nsegments/mine.yaml\n"));
    assert!(place.run(&["fmt"]).starts_with("exit 0\n--- out\nsegments/mine.yaml\n"));
    assert!(place.run(&["fmt", "--check"]).starts_with("exit 0\n--- out\n---"));
}

#[test]
fn a_command_line_that_makes_no_sense_ends_with_2() {
    let place = Place::new();
    assert!(place.run(&["scoer"]).starts_with("exit 2\n"));
    assert!(place.run(&["user", "add", "a@b", "--role", "king"]).starts_with("exit 2\n"));
}
