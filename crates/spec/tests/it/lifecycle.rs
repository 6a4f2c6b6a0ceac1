//! The stages of accounts and the milestones of onboarding: good ones, and wrong ones with what is said of them.

use mainstay_spec::{Document, check, format, render, show};

use crate::fake::FakeTypes;

const SETTINGS: &str = "\
name: Test
time_zone: UTC
stages: [onboarding, adoption, churned]
onboarding:
  stalled: logins < 1
  time_to_value: logins
  milestones:
    - { name: kick_off, label: Kick-off held, when: logins > 0, due_days: 8 }
    - { name: first_value, when: logins > 10 }
";

const SIGNALS: &str = "signals:\n  logins: { from: events, measure: count(), window: 7 days }\n";
const PLAYS: &str =
    "plays:\n  arrive:\n    trigger: { by_hand: true }\n    steps:\n      - at: day 1\n        do: [{ stage: { to: adoption } }]\n";

fn documents(settings: &str, plays: &str) -> Vec<Document> {
    [("mainstay.yaml", settings), ("signals/s.yaml", SIGNALS), ("plays/p.yaml", plays)]
        .map(|(path, text)| Document::new(path, text))
        .to_vec()
}

/// What is said when a text is replaced by another.
fn said(from: &str, to: &str) -> String {
    let (settings, plays) = (SETTINGS.replace(from, to), PLAYS.replace(from, to));
    assert!(settings != SETTINGS || plays != PLAYS, "`{from}` is in neither");
    let documents = documents(&settings, &plays);
    render(&check(&documents, &FakeTypes).problems, &documents, false)
}

#[test]
fn a_life_cycle_is_read_without_a_problem_and_its_signals_count_as_read() {
    let documents = documents(SETTINGS, PLAYS);
    let checked = check(&documents, &FakeTypes);
    assert!(checked.problems.is_empty(), "{}", render(&checked.problems, &documents, false));
    let workspace = checked.workspace.unwrap();
    assert_eq!(
        workspace.lifecycle.stages.iter().map(|stage| stage.label.as_str()).collect::<Vec<_>>(),
        ["Onboarding", "Adoption", "Churned"]
    );
    let onboarding = workspace.lifecycle.onboarding.as_ref().unwrap();
    assert_eq!((onboarding.stage.as_str(), onboarding.milestones.len()), ("onboarding", 2));
    assert_eq!((onboarding.milestones[0].due_days, onboarding.milestones[1].due_days), (Some(8), None));
    assert_eq!(onboarding.milestones[1].label, "First value");
}

#[test]
fn what_is_shown_reads_back_to_the_same() {
    let workspace = check(&documents(SETTINGS, PLAYS), &FakeTypes).workspace.unwrap();
    let shown = show(&workspace, "mainstay").unwrap();
    let again = check(&documents(&shown, PLAYS), &FakeTypes).workspace.unwrap();
    assert_eq!(again.lifecycle, workspace.lifecycle, "{shown}");
    let once = format(&Document::new("mainstay.yaml", SETTINGS)).unwrap();
    assert_eq!(format(&Document::new("mainstay.yaml", &once)).unwrap(), once);
}

#[test]
fn what_is_wrong_is_told_with_what_was_meant() {
    let cases = [
        ("to: adoption", "to: adoptoin", "there is no stage `adoptoin`"),
        ("adoption, churned]", "adoption, adoption]", "the stage `adoption` is declared twice"),
        ("[onboarding, adoption", "[Onboarding, adoption", "cannot name a stage"),
        ("time_to_value: logins", "time_to_value: loggins", "there is no signal `loggins`"),
        ("when: logins > 10", "when: lgins > 10", "lgins"),
        ("due_days: 8", "due_days: 0", "1 or more days after the start, not 0"),
        ("first_value", "kick_off", "the milestone `kick_off` is declared twice"),
        ("  stalled: logins < 1", "  stage: arriving\n  stalled: logins < 1", "there is no stage `arriving`"),
    ];
    for (from, to, expected) in cases {
        let text = said(from, to);
        assert!(text.contains(expected), "{to}: {text}");
    }
    assert!(said("to: adoption", "to: adoptoin").contains("adoption"), "the nearest name is given");
}

#[test]
fn without_declared_stages_a_play_may_name_any() {
    let documents = documents("name: Test\ntime_zone: UTC\n", &PLAYS.replace("to: adoption", "to: wherever"));
    let problems = check(&documents, &FakeTypes).problems;
    assert!(!render(&problems, &documents, false).contains("wherever"));
}
