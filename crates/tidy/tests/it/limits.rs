//! The page of limits says what the source says, and leaves no limit out.

use mainstay_tidy::{repository, sources};

/// Limits that only shape how work is done: nobody who uses the product meets them.
const INTERNAL: &[&str] = &[
    "MAX_GROUPS",
    "MAX_DIGESTS",
    "MAX_BATCH_BYTES",
    "MAX_PAYLOAD_BYTES",
    "LIMIT",
    "MAX_LINE",
    "MAX_FLOW",
    "MAX_ATTEMPTS",
    "MAX_IDLE_DAYS",
    "MAX_TRIGGER_DAYS",
    "MAX_WRITTEN",
];

fn page() -> String {
    std::fs::read_to_string(repository().join("docs/reference/limits.md")).expect("there is a page of limits")
}

/// The source text and the file of each row's last cell: [`text`](../../file).
fn held() -> Vec<(String, String)> {
    let cells = page().lines().filter_map(|line| line.split_once("[`").map(|(_, rest)| rest.to_owned())).collect::<Vec<_>>();
    cells
        .iter()
        .filter_map(|cell| cell.split_once("`](../../"))
        .map(|(text, rest)| (text.to_owned(), rest.split(')').next().unwrap_or_default().to_owned()))
        .collect()
}

#[test]
fn every_limit_on_the_page_is_the_one_in_the_source() {
    let held = held();
    assert!(held.len() > 40);
    for (text, file) in held {
        let source = std::fs::read_to_string(repository().join(&file)).unwrap_or_default();
        assert!(source.contains(&text), "docs/reference/limits.md says `{text}`, and {file} says something else");
    }
}

#[test]
fn every_limit_of_the_source_is_on_the_page() {
    let held = held();
    for source in sources(&[".rs"]).iter().filter(|source| source.path.contains("/src/") && !source.path.starts_with("crates/bench/")) {
        let names = source
            .text
            .lines()
            .filter_map(|line| line.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("pub ").strip_prefix("const "));
        for name in names.filter_map(|rest| rest.split(':').next()) {
            let limit = name.starts_with("MAX_") || name.split('_').any(|word| word == "LIMIT");
            let known =
                INTERNAL.contains(&name) || held.iter().any(|(text, file)| file == &source.path && text.contains(&format!("{name}:")));
            assert!(
                !limit || known,
                "{} has `{name}`: say it in docs/reference/limits.md, or in this test that nobody meets it",
                source.path
            );
        }
    }
}
