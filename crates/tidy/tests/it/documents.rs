//! Documents hang together: links lead somewhere, decisions have their parts, the glossary is in order.

use std::path::Path;

use mainstay_tidy::{Source, anchor, headings, outside_code, repository, sources};

/// The targets of `[text](target)` in a text, code left out.
fn links(markdown: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in outside_code(markdown) {
        let mut rest = line;
        while let Some((_, after)) = rest.split_once("](") {
            let (target, tail) = after.split_once(')').unwrap_or((after, ""));
            found.push(target.split_whitespace().next().unwrap_or_default().to_owned());
            rest = tail;
        }
    }
    found
}

#[test]
fn links_lead_somewhere() {
    // Templates of messages are filled before anybody follows their links.
    for page in sources(&[".md"]).into_iter().filter(|page| !page.path.contains("/templates/")) {
        for link in links(&page.text).into_iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
            check(&page, &link);
        }
    }
}

fn check(page: &Source, link: &str) {
    let (file, wanted) = link.split_once('#').unwrap_or((link, ""));
    let from = repository().join(&page.path);
    let target = if file.is_empty() { from.clone() } else { from.parent().unwrap_or(Path::new("")).join(file) };
    assert!(target.exists(), "{} links to {link}, which is not there", page.path);
    if !wanted.is_empty() && target.extension().is_some_and(|ending| ending == "md") {
        let text = std::fs::read_to_string(&target).unwrap();
        assert!(headings(&text).iter().any(|heading| anchor(heading) == wanted), "{} links to {link}: no such heading", page.path);
    }
}

#[test]
fn decision_records_are_numbered_and_complete() {
    let records: Vec<Source> = sources(&[".md"]).into_iter().filter(|source| source.path.starts_with("docs/decisions/")).collect();
    for (number, record) in records.iter().enumerate() {
        let name = record.path.trim_start_matches("docs/decisions/");
        assert!(name.starts_with(&format!("{number:04}-")), "{name} should be number {number:04}");
        for part in ["Status", "Context", "Decision", "Consequences", "Enforced by"] {
            assert!(headings(&record.text).iter().any(|heading| heading == part), "{name} has no part `{part}`");
        }
    }
    assert!(records.len() > 5);
}

#[test]
fn the_glossary_is_in_order_and_says_each_word_once() {
    let text = std::fs::read_to_string(repository().join("docs/reference/glossary.md")).expect("there is a glossary");
    let words: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("**"))
        .filter_map(|line| line.split_once("**"))
        .map(|(word, _)| word.to_lowercase())
        .collect();
    assert!(words.len() > 20);
    for pair in words.windows(2) {
        if let [before, after] = pair {
            assert!(before < after, "`{after}` comes after `{before}`");
        }
    }
}

#[test]
fn the_architecture_page_stays_short() {
    let text = std::fs::read_to_string(repository().join("ARCHITECTURE.md")).expect("there is an architecture page");
    assert!(text.split_whitespace().count() < 2_500);
}
