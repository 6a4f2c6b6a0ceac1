//! Thresholds: named in conditions over accounts, written out with their overrides, and what is said where one is wrong.

use mainstay_model::Workspace;
use mainstay_spec::{Code, Document, Problem, check, format, render, show};

use crate::fake::FakeTypes;

const SETTINGS: &str = "name: Test\ntime_zone: UTC\nroles:\n  csm: [{ when: seats > few, email: a@acme.example }]\n";
const SIGNALS: &str = "signals:\n  days_silent: { from: events, measure: days_since(max(occurred_at)) }\n";
const THRESHOLDS: &str = "\
thresholds:
  silent_days:
    label: Days of silence
    value: 14
    overrides:
      - when: region = 'apac'
        value: 21
      - when: tier = 'strategic'
        value: 7
  few:
    value: 3
";
const SEGMENTS: &str = "segments:\n  silent: { when: days_silent >= silent_days }\n";
const HEALTH: &str = "\
health:
  standard:
    applies_to: coalesce(seats, 0) >= few
    components: [{ signal: days_silent, weight: 1, curve: [[0, 100], [30, 0]] }]
    guards: [{ when: days_silent > 2 * silent_days, cap: 40, because: silence }]
";
const PLAYS: &str = "\
plays:
  wake:
    trigger: { when: days_silent >= silent_days }
    qualify: dropped_into('at_risk') and days_silent >= silent_days
    goal: { name: back, when: days_silent < baseline.days_silent and days_silent < silent_days }
    exit: { when: days_silent < few, outcome: awake }
    steps:
      - at: day 1
        unless: responded or days_silent < silent_days
        do: [{ note: silent }]
";
const WRITTEN_OUT: &str = "(case when (region = 'apac') then 21 when (tier = 'strategic') then 7 else 14 end)";

fn documents() -> Vec<Document> {
    let files = [
        ("mainstay.yaml", SETTINGS),
        ("signals/s.yaml", SIGNALS),
        ("thresholds/t.yaml", THRESHOLDS),
        ("segments/s.yaml", SEGMENTS),
        ("health/h.yaml", HEALTH),
        ("plays/p.yaml", PLAYS),
    ];
    files.map(|(path, text)| Document::new(path, text)).to_vec()
}

fn workspace() -> Workspace {
    let checked = check(&documents(), &FakeTypes);
    checked.workspace.unwrap_or_else(|| panic!("{}", render(&checked.problems, &documents(), false)))
}

/// What is said when a text of one document is replaced by another.
fn said(path: &str, from: &str, to: &str) -> Vec<Problem> {
    let mut documents = documents();
    let document = documents.iter_mut().find(|document| document.path == path).unwrap();
    assert!(document.text.contains(from), "`{from}` is not in {path}");
    document.text = document.text.replacen(from, to, 1);
    check(&documents, &FakeTypes).problems
}

/// The only problem there is with a code and a part of its message.
fn only(problems: &[Problem], code: Code, part: &str) -> Problem {
    let found: Vec<Problem> = problems.iter().filter(|problem| problem.code == code && problem.message.contains(part)).cloned().collect();
    assert_eq!(found.len(), 1, "{problems:#?}");
    found.into_iter().next().unwrap()
}

/// The text that a problem underlines.
fn underlined(problem: &Problem, text: &str) -> String {
    text[problem.offset..problem.offset + problem.length].to_owned()
}

#[test]
fn every_condition_over_accounts_holds_the_threshold_written_out_with_its_overrides_in_order() {
    assert_eq!(check(&documents(), &FakeTypes).problems.iter().filter(|problem| problem.code != Code::UnreachableBand).count(), 0);
    let workspace = workspace();
    assert_eq!(workspace.segments["silent"].when, format!("days_silent >= {WRITTEN_OUT}"));
    assert_eq!(workspace.models[0].applies_to.as_deref(), Some("coalesce(seats, 0) >= 3"));
    assert_eq!(workspace.models[0].guards[0].when, format!("days_silent > 2 * {WRITTEN_OUT}"));
    assert_eq!(workspace.outreach.roles["csm"][0].when.as_deref(), Some("seats > 3"));
    let conditions = &workspace.plays["wake"].conditions;
    let sql: Vec<&str> = conditions.iter().map(|condition| condition.sql.as_str()).collect();
    assert!(sql.contains(&format!("days_silent >= {WRITTEN_OUT}").as_str()), "{sql:#?}");
    assert!(sql.contains(&format!("days_silent < \"baseline.days_silent\" and days_silent < {WRITTEN_OUT}").as_str()), "{sql:#?}");
    assert!(sql.contains(&"days_silent < 3"), "{sql:#?}");
    let trigger = conditions.iter().find(|condition| condition.written == "days_silent >= silent_days").unwrap();
    let reads: Vec<&str> = trigger.reads.iter().map(|column| column.name.as_str()).collect();
    assert!(["days_silent", "region", "tier"].iter().all(|name| reads.contains(name)), "{reads:?}");
}

#[test]
fn a_fault_of_a_condition_is_shown_where_it_is_written_behind_a_threshold_too() {
    let segment = "days_silent >= silent_days and regionz = 'x'";
    let problems = said("segments/s.yaml", "days_silent >= silent_days", segment);
    let problem = only(&problems, Code::UnknownName, "regionz");
    assert_eq!(underlined(&problem, &SEGMENTS.replace("days_silent >= silent_days", segment)), "regionz");
    let step = "responded or days_silent < silent_days or goal.nothing";
    let problems = said("plays/p.yaml", "responded or days_silent < silent_days", step);
    let problem = only(&problems, Code::UnknownName, "goal.nothing");
    assert_eq!(underlined(&problem, &PLAYS.replace("responded or days_silent < silent_days", step)), "goal.nothing");
}

#[test]
fn a_fault_inside_an_override_is_shown_there() {
    let problem = only(&said("thresholds/t.yaml", "tier = 'strategic'", "teir = 'strategic'"), Code::UnknownName, "teir");
    assert_eq!((problem.path.as_str(), problem.line, problem.hint.as_deref()), ("thresholds/t.yaml", 8, Some("did you mean `tier`?")));
    assert_eq!(underlined(&problem, &THRESHOLDS.replace("tier =", "teir =")), "teir");
    let problems = said("thresholds/t.yaml", "tier = 'strategic'", "teir = 'strategic'");
    assert_eq!(problems.iter().filter(|problem| problem.code == Code::UnknownName).count(), 1, "who names it is not blamed: {problems:#?}");
    only(&said("thresholds/t.yaml", "tier = 'strategic'", "seats > few"), Code::UnknownName, "`few` cannot be read in an override");
    only(&said("thresholds/t.yaml", "value: 21", "value: many"), Code::WrongType, "expected a number");
    only(&said("thresholds/t.yaml", "region = 'apac'", "region"), Code::Expression, "a condition (true or false) is needed here");
}

#[test]
fn a_name_that_is_taken_says_by_what() {
    let taken = |name: &str, part: &str| {
        let problem = only(
            &said("thresholds/t.yaml", "  few:\n    value: 3\n", &format!("  few:\n    value: 3\n  {name}:\n    value: 1\n")),
            Code::BadName,
            part,
        );
        assert_eq!((problem.path.as_str(), problem.line), ("thresholds/t.yaml", 12));
    };
    taken("tier", "`tier` is a column of accounts already");
    taken("health_score", "`health_score` is a column of the account's health already");
    taken("days_silent", "`days_silent` is a signal (signals/s.yaml:2) already");
    taken("silent", "`silent` is a segment (segments/s.yaml:2) already");
    taken("responded", "`responded` is a column of the runs of plays already");
    only(&said("thresholds/t.yaml", "  few:\n", "  silent_days:\n"), Code::DuplicateName, "the threshold `silent_days` is declared twice");
}

#[test]
fn an_unknown_name_is_told_the_nearest_threshold() {
    let problem = only(&said("segments/s.yaml", ">= silent_days", ">= silent_day"), Code::UnknownName, "`silent_day`");
    assert_eq!(problem.hint.as_deref(), Some("did you mean `silent_days`?"));
    let problem = only(
        &said("plays/p.yaml", "exit: { when: days_silent < few", "exit: { when: days_silent < baseline.few"),
        Code::UnknownName,
        "baseline.few",
    );
    assert_eq!(problem.hint.as_deref(), Some("write `few` alone"));
}

#[test]
fn what_looks_at_facts_cannot_name_a_threshold_and_is_told_why() {
    let of = |where_: &str| format!("{SIGNALS}  some: {{ from: {where_}, measure: count(), window: all }}\n");
    let problem = only(
        &said("signals/s.yaml", SIGNALS, &of("tickets, where: severity > few")),
        Code::UnknownName,
        "`few` cannot be read in `tickets`",
    );
    assert!(problem.hint.unwrap().contains("differ from account to account"));
    only(&said("signals/s.yaml", SIGNALS, &of("events, where: properties.x > few")), Code::UnknownName, "`few` cannot be read in events");
    let formula = format!("{SIGNALS}  loud: {{ measure: days_silent < few }}\n");
    let problem = only(&said("signals/s.yaml", SIGNALS, &formula), Code::UnknownName, "`few` cannot be read in a signal's formula");
    assert!(problem.hint.unwrap().contains("where the signal is read"));
    let by_event = "trigger: { event: Login, where: properties.x > few }";
    only(
        &said("plays/p.yaml", "trigger: { when: days_silent >= silent_days }", by_event),
        Code::UnknownName,
        "`few` cannot be read in a condition over events",
    );
}

#[test]
fn a_threshold_that_reads_what_a_condition_may_not_is_refused_there_alone() {
    let problems = said("thresholds/t.yaml", "tier = 'strategic'", "health_score > 80");
    let problem = only(&problems, Code::UnknownName, "`silent_days` cannot be read in a health model");
    assert_eq!(problem.hint.as_deref(), Some("an override of it reads `health_score`, which cannot be read here"));
    let problem =
        only(&said("thresholds/t.yaml", "tier = 'strategic'", "silent"), Code::UnknownName, "`silent_days` cannot be read in a segment");
    assert_eq!((problem.path.as_str(), problem.line), ("segments/s.yaml", 2), "so no circle can arise");
}

#[test]
fn a_threshold_that_no_condition_names_is_a_warning() {
    let problem = only(
        &said("thresholds/t.yaml", "  few:\n    value: 3\n", "  few:\n    value: 3\n  many:\n    value: 30\n"),
        Code::Unread,
        "`many`",
    );
    assert_eq!((problem.path.as_str(), problem.line), ("thresholds/t.yaml", 12));
}

#[test]
fn another_number_is_another_version_of_what_names_it() {
    let mut changed = documents();
    changed[2].text = THRESHOLDS.replace("value: 21", "value: 28");
    let (before, after) = (workspace(), check(&changed, &FakeTypes).workspace.unwrap());
    assert_ne!(before.models[0].version, after.models[0].version);
    assert_ne!(before.plays["wake"].version, after.plays["wake"].version);
}

#[test]
fn thresholds_are_shown_as_they_read_back_and_have_a_canonical_form() {
    let workspace = workspace();
    let mut shown = documents();
    shown[2].text = show(&workspace, "thresholds").unwrap();
    assert_eq!(check(&shown, &FakeTypes).workspace.unwrap().thresholds, workspace.thresholds);
    assert!(show(&workspace, "thresholds.silent_days").unwrap().contains("value: 21"));
    let turned = "thresholds:\n  few:\n    overrides:\n      - value: 1\n        when: seats > 1\n    value: 3\n";
    let formatted = format(&Document::new("thresholds/t.yaml", turned)).unwrap();
    assert_eq!(formatted, "thresholds:\n  few:\n    value: 3\n    overrides:\n      - when: seats > 1\n        value: 1\n");
}
