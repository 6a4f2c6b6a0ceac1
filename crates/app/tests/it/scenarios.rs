//! What scenarios come to, and what scenarios are told that say nothing.

mod packs;
mod records;
mod texts;

use mainstay_app::check_documents;
use mainstay_app::scenarios::{ScenarioFilter, ScenarioSuite, TestedScenario};
use mainstay_spec::{Document, render};

const MAINSTAY: &str = "name: Scenarios\ntime_zone: UTC\n";

const SIGNALS: &str = "
signals:
  logins_7d: { from: events, where: name = 'Signed In', measure: count(), window: 7 days }
  logins_change: { measure: change(logins_7d) }
  logins_share: { measure: logins_7d / 7 }
";

const SEGMENTS: &str = "
segments:
  silent: { when: logins_7d = 0 }
";

const HEALTH: &str = "
health:
  standard:
    components: [{ signal: logins_7d, weight: 1, curve: [[0, 0], [10, 100]] }]
";

const PLAYS: &str = "
plays:
  decline:
    label: Decline
    trigger: { when: logins_change <= -0.5 }
    qualify: dropped_into('at_risk')
    goal: { name: back, when: logins_7d >= baseline.logins_7d + 5 }
    exit: [{ event: Meeting Booked, outcome: met }]
    steps:
      - { at: day 1, name: tell, do: [{ note: told }] }
      - { at: day 3, name: ask, unless: responded, do: [{ task: { to: csm, title: 'Ask {{ account.name }}' } }] }
      - { at: day 9, name: close, when: goal.back, do: [{ tag: back }] }
  quiet:
    label: Quiet
    trigger: { when: silent, hold: 2 days }
    steps:
      - { at: immediately, name: tell, do: [{ note: quiet }] }
";

fn documents(scenarios: &str) -> Vec<Document> {
    let texts = [
        ("mainstay.yaml", MAINSTAY),
        ("signals/all.yaml", SIGNALS),
        ("segments/all.yaml", SEGMENTS),
        ("health/all.yaml", HEALTH),
        ("plays/all.yaml", PLAYS),
        ("scenarios/all.yaml", scenarios),
    ];
    texts.into_iter().map(|(path, text)| Document::new(path, text)).collect()
}

fn suite(documents: &[Document]) -> ScenarioSuite {
    let checked = check_documents(documents);
    let workspace = checked.workspace.unwrap_or_else(|| panic!("{}", render(&checked.problems, documents, false)));
    ScenarioSuite::new(workspace, documents).unwrap()
}

fn tested(scenarios: &str) -> Vec<TestedScenario> {
    let suite = suite(&documents(scenarios));
    suite.chosen(&ScenarioFilter::default()).unwrap().into_iter().map(|scenario| suite.run(scenario)).collect()
}

fn only(scenarios: &str) -> TestedScenario {
    let mut all = tested(scenarios);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn passes(scenarios: &str) {
    for one in tested(scenarios) {
        assert!(one.passed, "{}: {:?}\n{}{:?}", one.name, one.error, one.table, one.skipped);
    }
}

#[test]
fn facts_are_counted_as_the_engine_counts_them() {
    // Ten a day until the week before last, then one a week: the fall shows as soon as a whole week is quiet, and health with it.
    passes(
        "
scenarios:
  a fall:
    play: decline
    account: { id: acme }
    start: 2026-03-02 10:00
    given:
      - 40 days ago .. 1 day ago: 2 events 'Signed In' a day
    expect:
      day 1: [note]
      day 3: [task csm]
      outcome: none
",
    );
}

#[test]
fn what_is_given_for_a_later_day_happens_then() {
    passes(
        "
scenarios:
  an event ends it:
    play: decline
    account: { id: acme, health_band: healthy }
    start: 2026-03-02 10:00
    given:
      - in 1 day: 1 event 'Meeting Booked'
    trigger: { logins_change: -0.6, health_band: at_risk, logins_7d: 3 }
    expect: { day 1: [note], outcome: met }
  a column moves:
    play: decline
    account: { id: acme, health_band: healthy }
    given:
      - in 4 days: set logins_7d 20
    trigger: { logins_change: -0.6, health_band: at_risk, logins_7d: 3 }
    expect: { day 1: [note], day 3: [task csm], day 9: [tag back] }
",
    );
}

#[test]
fn a_condition_that_must_last_is_waited_for() {
    passes(
        "
scenarios:
  silence:
    play: quiet
    account: { id: acme }
    start: 2026-03-02 10:00
    given:
      - today: set logins_7d 0
    expect: { immediately: [note] }
",
    );
    let never = only(
        "
scenarios:
  a day of silence:
    play: quiet
    account: { id: acme, logins_7d: 0 }
    given:
      - in 1 day: set logins_7d 4
    expect: { outcome: never starts }
",
    );
    assert!(never.passed, "{}", never.table);
    assert_eq!(never.why_not.as_deref(), Some("the trigger never fires: silent"));
}

#[test]
fn formulas_and_segments_follow_from_what_is_stated_and_the_rest_is_not_known() {
    passes(
        "
scenarios:
  silent by its logins:
    play: quiet
    account: { id: acme, logins_7d: 0 }
    expect: { immediately: [note] }
  silent by its own word:
    play: quiet
    account: { id: acme, logins_7d: 5, silent: true }
    expect: { immediately: [note] }
  nothing is known:
    play: quiet
    account: { id: acme }
    expect: { outcome: never starts }
",
    );
}

#[test]
fn a_failure_says_what_differs_and_why_steps_did_not_happen() {
    let failed = only(
        "
scenarios:
  somebody answers:
    play: decline
    account: { id: acme, health_band: healthy }
    trigger: { logins_change: -0.6, health_band: at_risk, logins_7d: 3 }
    then: { day 2: [reply champion] }
    expect: { day 1: [note], day 3: [task csm] }
",
    );
    assert!(!failed.passed);
    assert_eq!(failed.place, "scenarios/all.yaml:3");
    let skipped: Vec<String> = failed.skipped.iter().map(|one| format!("{} {}: {}\n", one.at, one.step, one.why)).collect();
    insta::assert_snapshot!(failed.table + &skipped.concat());
}

#[test]
fn a_name_that_nothing_has_is_told_with_the_nearest() {
    let failed = only(
        "
scenarios:
  misspelt:
    play: quiet
    account: { id: acme, login_7d: 0 }
    expect: { outcome: never starts }
",
    );
    assert!(!failed.passed);
    assert_eq!(
        failed.error.as_deref(),
        Some("it states `login_7d`, which is no column of the account, the trigger or the subject; did you mean `logins_7d`?")
    );
}

#[test]
fn what_finds_nothing_to_act_on_fails_with_the_name_that_was_meant() {
    let failed = only(
        "
scenarios:
  misspelt:
    play: decline
    account: { id: acme, health_band: healthy }
    trigger: { logins_change: -0.6, health_band: at_risk, logins_7d: 3 }
    then: { day 5: [task 'Asq' done 'yes'] }
    expect: { day 1: [note], day 3: [task csm] }
",
    );
    assert!(!failed.passed);
    let missed: Vec<String> = failed.missed.iter().map(|missed| format!("{}: {}: {}", missed.at, missed.what, missed.why)).collect();
    assert_eq!(
        missed,
        [
            "day 5: task 'Asq' done 'yes': the play has made no such task by then; open: 'Ask {{ account.name }}' (step `ask`); did you mean \
          `ask`?"
        ]
    );
}

#[test]
fn a_filter_that_fits_nothing_is_told() {
    let suite = suite(&documents("scenarios:\n  one: { play: quiet, account: { id: acme }, expect: { outcome: never starts } }\n"));
    let of = |name: Option<&str>, play: Option<&str>| {
        let filter = ScenarioFilter { name: name.map(str::to_owned), play: play.map(str::to_owned) };
        suite.chosen(&filter).map(|chosen| chosen.len()).map_err(|error| format!("{}; {}", error.message, error.hint))
    };
    assert_eq!(of(Some("ONE"), None), Ok(1));
    assert_eq!(of(None, Some("quiet")), Ok(1));
    assert_eq!(of(None, Some("quit")), Err("there is no play `quit`; did you mean `quiet`?".to_owned()));
    assert!(of(Some("two"), None).is_err());
    assert_eq!(suite.untested(), ["decline"]);
}
