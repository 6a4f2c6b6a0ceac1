//! Wrong workspaces and what is said of them, as people see it.

use mainstay_spec::{Code, Document, Problem, Severity, check, render};
use proptest::prelude::*;

use crate::fake::FakeTypes;

const SETTINGS: &str = "name: Test\ntime_zone: Europe/Berlin\n";

fn workspace(files: &[(&str, &str)]) -> Vec<Document> {
    let mut documents: Vec<Document> = files.iter().map(|(path, text)| Document::new(*path, *text)).collect();
    if !files.iter().any(|(path, _)| *path == "mainstay.yaml") {
        documents.push(Document::new("mainstay.yaml", SETTINGS));
    }
    documents
}

fn problems(files: &[(&str, &str)]) -> Vec<Problem> {
    check(&workspace(files), &FakeTypes).problems
}

fn rendered(files: &[(&str, &str)]) -> String {
    let documents = workspace(files);
    render(&check(&documents, &FakeTypes).problems, &documents, false)
}

#[test]
fn the_smallest_workspace_has_the_defaults() {
    let checked = check(&workspace(&[]), &FakeTypes);
    assert_eq!(checked.problems, []);
    let workspace = checked.workspace.unwrap();
    assert_eq!(workspace.bands, mainstay_model::BandScale::default());
    assert_eq!(workspace.signals.keys().collect::<Vec<_>>(), ["arr", "days_to_renewal", "mrr", "seats"]);
    assert_eq!(workspace.version.len(), 12);
}

#[test]
fn a_workspace_without_settings_says_so() {
    let checked = check(&[Document::new("signals/a.yaml", "signals: {}\n")], &FakeTypes);
    assert_eq!(checked.problems[0].code, Code::MissingFile);
    assert!(checked.workspace.is_none());
}

#[test]
fn invalid_yaml_is_shown_where_it_breaks() {
    insta::assert_snapshot!(rendered(&[
        ("signals/cut.yaml", "signals:\n  logins: { from: events,\n"),
        ("signals/tabs.yaml", "signals:\n\tlogins:\n"),
        ("signals/anchor.yaml", "signals:\n  a: &x\n    measure: arr\n  b: *x\n"),
        ("signals/tag.yaml", "signals:\n  a: !thing { measure: arr }\n"),
        ("signals/two.yaml", "signals: {}\n---\nsignals: {}\n"),
        ("signals/utf8.yaml", "signals:\n  a\u{FFFD}: {}\n"),
    ]));
}

#[test]
fn settings_are_checked() {
    insta::assert_snapshot!(rendered(&[(
        "mainstay.yaml",
        "\
names: Test
name: Test
time_zone: Europe/Berlln
currency: euro
fiscal_year_starts: 13
bands:
  - { name: good, color: green, from: 80 }
  - { name: fine, color: purple, from: 80 }
  - { name: odd, color: red, from: 90 }
  - { name: unknown, color: red, from: 10 }
calendars:
  support: { days: sometimes, hours: 17:00-09:00, holidays: [2026-02-30] }
"
    )]));
}

#[test]
fn unknown_keys_and_folders_name_the_nearest() {
    insta::assert_snapshot!(rendered(&[
        ("signals/a.yaml", "signals:\n  a:\n    form: events\n    measure: arr\n    colour: red\nsegments: {}\n"),
        ("signal/b.yaml", "signals: {}\n"),
        ("metrics/m.yaml", "metrics: {}\n"),
        ("notes.yaml", "x: 1\n"),
    ]));
}

#[test]
fn the_same_name_twice_names_both_places() {
    insta::assert_snapshot!(rendered(&[
        ("signals/a.yaml", "signals:\n  a:\n    measure: arr\n  a:\n    measure: mrr\n"),
        ("signals/b.yaml", "signals:\n  a:\n    label: x\n    label: y\n    measure: arr\n"),
        ("segments/s.yaml", "segments:\n  big:\n    when: a > 1\n  Big One:\n    when: a > 1\n  plan:\n    when: a > 1\n"),
    ]));
}

#[test]
fn signals_are_checked() {
    insta::assert_snapshot!(rendered(&[(
        "signals/a.yaml",
        "\
signals:
  no_window: { from: events, measure: count() }
  zero: { from: events, measure: count(), window: 0 days }
  weeks: { from: events, measure: count(), window: 4 weeks }
  column: { from: invoices, measure: sum(amuont), window: 12 months of due_at }
  of_what: { from: invoices, measure: count(), window: 12 months }
  of_number: { from: invoices, measure: count(), window: 12 months of amount }
  nowhere: { from: invoice, measure: count(), window: all }
  text_sum: { from: invoices, measure: sum(status), window: all }
  not_condition: { from: invoices, where: amount, measure: count(), window: all }
  instant: { from: events, where: occurred_at > as_of, measure: count(), window: 30 days }
  clock: { from: invoices, where: due_at < now(), measure: count(), window: all }
  last_day: { from: meetings, measure: last(held_at) }
  quotes: { from: events, where: name = \"Signed In\", measure: count(), window: 30 days }
  broken: { from: events, where: name = 'x' and, measure: count(), window: 30 days }
  measure: { from: events, measure: cuont(), window: 30 days }
  arguments: { from: events, measure: count(name), window: 30 days }
  no_from: { measure: count() }
  mixed: { from: events, measure: sum(properties.x) / count(), window: 30 days }
  unknown: { measure: arrr * 2 }
  circle_a: { measure: circle_b + 1 }
  circle_b: { measure: circle_a + 1 }
  health: { measure: health_score * 2 }
  change_of_formula: { measure: change(arr) }
  change_of_nothing: { measure: change(loginz) }
  mrr_typo: { measure: change(no_window) }
  range: { measure: arr, range: [10, 0] }
  kind: { measure: arr, type: text }
  per: { measure: arr, per: product }
  per_no_product: { from: tickets, per: product, measure: count(), window: all }
  no_account: { from: products, measure: count(), window: all }
  windowed: { measure: arr, window: 30 days }
  owner: { measure: arr }
  comma: { measure: least(arr, 3) }
"
    )]));
}

#[test]
fn a_fault_inside_a_folded_or_quoted_expression_is_underlined_exactly() {
    let text = "\
segments:
  folded:
    when: >-
      arr > 5000
      and health_bank = 'at_risk'
  single:
    when: 'owner = ''x'' and aarr > 1'
  double:
    when: \"owner = 'ü' and aarr > 1\"
  plain: { when: arr > 1 and aarr > 2 }
  literal:
    when: |-
      'x' = owner
        and aarr > 1
";
    let found = problems(&[("segments/s.yaml", text)]);
    let underlined: Vec<&str> = found.iter().map(|problem| &text[problem.offset..problem.offset + problem.length]).collect();
    assert_eq!(underlined, ["health_bank", "aarr", "aarr", "aarr", "aarr"]);
    assert_eq!((found[0].line, found[0].column), (5, 11));
    assert_eq!(found[0].hint.as_deref(), Some("did you mean `health_band`?"));
}

#[test]
fn who_reads_a_broken_signal_is_not_blamed() {
    let found = problems(&[
        ("signals/a.yaml", "signals:\n  broken: { from: events, measure: count() }\n  reader: { measure: broken * 2 }\n"),
        ("segments/s.yaml", "segments:\n  s: { when: reader > 1 and broken > 1 }\n"),
        ("health/h.yaml", "health:\n  h:\n    applies_to: s\n    components:\n      - { signal: broken, weight: 1, healthy: \"> 1\" }\n"),
    ]);
    assert_eq!(found.len(), 1, "{found:?}");
}

const NUMBERS: &str = "\
signals:
  whole: { from: events, measure: count(), window: 30 days }
  real: { measure: arr / 2 }
  word: { measure: case when arr > 1 then 'big' else 'small' end }
  truth: { measure: arr > 1 }
  per_product: { from: events, per: product, measure: count(), window: 30 days }
";

#[test]
fn health_models_are_checked() {
    insta::assert_snapshot!(rendered(&[
        ("signals/n.yaml", NUMBERS),
        (
            "health/h.yaml",
            "\
health:
  gaps:
    components:
      - { signal: whole, weight: 1, healthy: \"> 15\", at_risk: \"5..14\", critical: \"< 5\" }
      - { signal: real, weight: 1, healthy: \"8..10\", at_risk: \"6..7\", critical: \"< 6\" }
      - { signal: word, weight: 1, healthy: bigg, critical: small }
      - { signal: truth, weight: 1, healthy: true }
  overlaps:
    components:
      - { signal: whole, weight: 1, healthy: \">= 15\", at_risk: \"5..15\", critical: \"< 5\" }
      - { signal: word, weight: 1, healthy: [big, small], critical: small }
  weights:
    components:
      - { signal: whole, weight: -1, healthy: \">= 5\", critical: \"< 5\" }
      - { signal: real, weight: 0, healthy: \">= 5\", critical: \"< 5\" }
  parts:
    min_coverage: 150%
    hold: soon
    priority: high
    components:
      - { signal: missing_one, weight: 1, healthy: \">= 5\", critical: \"< 5\" }
      - { signal: per_product, weight: 1, healthy: \">= 5\", critical: \"< 5\" }
      - { signal: whole, weight: 1 }
      - { signal: whole, weight: 1, healthy: many, critical: \"15..5\" }
      - { signal: whole, weight: 1, healthy: \">= 5\", critical: \"< 5\", missing: criticl }
      - { signal: whole, weight: 1, curve: [[0, 0], [0, 50], [10, 200]] }
      - { signal: word, weight: 1, curve: [[0, 0], [1, 100]] }
      - { weight: 1 }
      - { weight: 1, signal: whole, group: [] }
      - { weight: 1, group: [{ signal: whole, weight: 1, healthy: \">= 0\" }] }
    guards:
      - { when: health_score > 10, cap: 59, because: circular }
      - { when: open_escalations > 0, cap: 590, because: x }
  nothing:
    components: []
"
        ),
    ]));
}

#[test]
fn bands_that_no_score_reaches_and_signals_that_nothing_reads_are_warnings() {
    let files = [
        ("signals/n.yaml", "signals:\n  whole: { from: events, measure: count(), window: 30 days }\n  idle: { measure: arr * 3 }\n"),
        (
            "health/h.yaml",
            "health:\n  one:\n    components:\n      - { signal: whole, weight: 1, healthy: \">= 5\", at_risk: \"0..4\", critical: \"< 0\" }\n    guards:\n      - { when: arr < 10, cap: 45, because: too small }\n",
        ),
    ];
    let documents = workspace(&files);
    let checked = check(&documents, &FakeTypes);
    assert!(checked.workspace.is_some());
    assert!(checked.problems.iter().all(|problem| problem.severity == Severity::Warning));
    insta::assert_snapshot!(render(&checked.problems, &documents, false));
}

#[test]
fn sources_and_entities_are_checked() {
    insta::assert_snapshot!(rendered(&[
        (
            "entities/e.yaml",
            "\
entities:
  accounts:
    fields:
      name: { type: text }
      id: { type: text }
      goal: { type: txt }
  events: { fields: { a: { type: text } } }
  empty: { description: nothing }
"
        ),
        (
            "sources/s.yaml",
            "\
sources:
  app:
    kind: trackin
  product:
    kind: tracking
    fresh_within: soon
    files: [{ matches: a.csv, rows: events }]
  crm:
    kind: files
    rename_events: { a: b }
  billing:
    kind: files
    files:
      - matches: data/*.csv
        rows: subscription
      - matches: subs.csv
        rows: subscriptions
        time_zone: Mars/Olympus
        fields: { amuont: mrr, plan: { join: [a], with: x } }
      - matches: events.csv
        rows: events
        types: { price: decimal }
    rules:
      - { on: invoices, require: amount, because: x }
      - { on: invoices, require: amount > as_of, because: x }
      - { on: invoice, require: amount > 0, because: x }
"
        ),
    ]));
}

#[test]
fn what_the_issue_calls_bad_input_is_an_error_with_a_place() {
    let cases: &[(&str, &str, Code)] = &[
        ("signals/a.yaml", "signals:\n  a: { from: invoices, measure: sum(nope), window: all }\n", Code::UnknownName),
        ("signals/a.yaml", "signals:\n  a: { from: events, measure: count(), window: 0 days }\n", Code::Window),
        ("mainstay.yaml", "name: T\ntime_zone: Nowhere/Land\n", Code::BadValue),
        (
            "health/h.yaml",
            "health:\n  h:\n    components:\n      - { signal: arr, weight: 0, healthy: \">= 1\", critical: \"< 1\" }\n",
            Code::Weight,
        ),
    ];
    for (path, text, code) in cases {
        let checked = check(&workspace(&[(path, text)]), &FakeTypes);
        let problem =
            checked.problems.iter().find(|problem| problem.code == *code).unwrap_or_else(|| panic!("{path}: {:?}", checked.problems));
        assert_eq!((problem.path.as_str(), problem.severity), (*path, Severity::Error));
        assert!(problem.length > 0 && problem.line >= 2 - usize::from(*path == "mainstay.yaml"));
        assert!(checked.workspace.is_none());
    }
}

#[test]
fn the_version_of_a_model_changes_with_what_decides_numbers_and_with_nothing_else() {
    let signals = |window: &str| {
        format!(
            "signals:\n  x: {{ from: events, measure: count(), window: {window} days }}\n  y: {{ measure: x * 2 }}\n  z: {{ measure: arr }}\n"
        )
    };
    let model = |label: &str, weight: u32| {
        format!(
            "health:\n  h:\n    label: {label}\n    components:\n      - {{ signal: y, weight: {weight}, healthy: \">= 5\", critical: \"< 5\" }}\n"
        )
    };
    let version = |signals: &str, model: &str| {
        let checked = check(&workspace(&[("signals/a.yaml", signals), ("health/h.yaml", model)]), &FakeTypes);
        checked.workspace.unwrap().models[0].version.clone()
    };
    let base = version(&signals("30"), &model("A", 1));
    assert_eq!(base.len(), 12);
    assert_eq!(version(&signals("30"), &model("B", 1)), base, "a label decides no number");
    assert_eq!(version(&format!("{}  w: {{ measure: arr }}\n", signals("30")), &model("A", 1)), base, "an unread signal decides no number");
    assert_ne!(version(&signals("31"), &model("A", 1)), base, "a signal read through another does");
    assert_ne!(version(&signals("30"), &model("A", 2)), base);
}

#[test]
fn the_own_signal_takes_the_place_of_the_built_in_one() {
    let checked = check(&workspace(&[("signals/a.yaml", "signals:\n  mrr: { label: Ours, measure: employees * 1 }\n")]), &FakeTypes);
    let workspace = checked.workspace.unwrap();
    assert_eq!(workspace.signals["mrr"].label, "Ours");
    assert_eq!(checked.problems, [], "`arr` reads it");
}

proptest! {
    #[test]
    fn no_text_whatever_makes_the_checker_fail(text in "(signals|a|:|\n|  |-|\\[|\\{|\\}|from|events|measure|count\\(\\)|\"|'|[ -~]|\\PC){0,60}") {
        let documents = workspace(&[("signals/a.yaml", &text), ("health/h.yaml", &text), ("sources/s.yaml", &text)]);
        let checked = check(&documents, &FakeTypes);
        let _ = render(&checked.problems, &documents, false);
        for problem in &checked.problems {
            let length = documents.iter().find(|document| document.path == problem.path).map_or(0, |document| document.text.len());
            prop_assert!(problem.offset + problem.length <= length);
        }
    }

    #[test]
    fn no_expression_whatever_makes_the_checker_fail(sql in "(arr|and|or|\\(|\\)|'|\"|,|case|when|in|not|properties\\.a|[0-9]|[ -~]|\\PC){0,30}") {
        let text = format!("segments:\n  s:\n    when: {}\nq: 1\n", serde_json::Value::String(sql));
        let _ = check(&workspace(&[("segments/s.yaml", &text)]), &FakeTypes);
    }
}
