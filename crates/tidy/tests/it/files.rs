//! How files look.

use mainstay_tidy::sources;

/// Longer files are two files.
const MOST_LINES: usize = 700;

#[test]
fn no_file_is_over_the_limit() {
    for source in sources(&[".rs", ".py", ".js", ".mjs", ".css", ".html", ".sql"]) {
        let lines = source.text.lines().count();
        let minified = source.path.ends_with(".min.js");
        assert!(minified || lines <= MOST_LINES, "{} has {lines} lines; split it by purpose", source.path);
    }
}

#[test]
fn every_source_file_begins_by_saying_what_it_is_for() {
    for source in sources(&[".rs"]) {
        let first = source.text.lines().next().unwrap_or_default();
        assert!(first.starts_with("//! ") && first.len() > 12, "{} begins with `{first}`", source.path);
    }
}

#[test]
fn modules_lie_beside_their_folder() {
    for source in sources(&["mod.rs"]) {
        assert!(!source.path.ends_with("/mod.rs"), "{}: name the file after the module instead", source.path);
    }
}

#[test]
fn no_test_is_ignored() {
    let mark = concat!("#[", "ignore");
    for source in sources(&[".rs"]) {
        assert!(!source.text.contains(mark), "{} has an ignored test", source.path);
    }
}

#[test]
fn snapshots_that_await_a_decision_are_not_kept() {
    let pending = sources(&[".snap.new"]);
    assert!(pending.is_empty(), "undecided snapshots: {pending:?}");
}
