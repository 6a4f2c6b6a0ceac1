//! Scenarios that are given records.

use mainstay_app::scenarios::{ScenarioFilter, TestedScenario};
use mainstay_spec::Document;

use super::{documents, suite};

/// Signals over records, and a play that waits until no champion is left.
const PEOPLE: &str = "
signals:
  champions: { from: people, where: role = 'champion' and left_on is null, measure: count(), window: all }
  open_tickets: { from: tickets, where: status = 'open', measure: count(), window: all }
";
const ALONE: &str = "
plays:
  alone:
    label: Alone
    trigger: { when: champions = 0 }
    steps:
      - { at: immediately, name: tell, do: [{ note: alone }] }
      - { at: day 2 14:30, name: ask, unless: champions > 0, do: [{ task: { to: csm, title: Find a champion } }] }
";

fn of_people(scenarios: &str) -> Vec<TestedScenario> {
    let mut documents = documents(scenarios);
    documents.push(Document::new("signals/people.yaml", PEOPLE));
    documents.push(Document::new("plays/alone.yaml", ALONE));
    let suite = suite(&documents);
    suite.chosen(&ScenarioFilter::default()).unwrap().into_iter().map(|scenario| suite.run(scenario)).collect()
}

#[test]
fn records_are_counted_as_the_engine_counts_them_to_the_hour() {
    let tested = of_people(
        "
scenarios:
  the champion leaves:
    play: alone
    account: { id: acme }
    start: 2026-03-02 10:00
    given:
      - 90 days ago: { people ann: { role: champion, name: Ann }, people bob: { role: user } }
      - in 2 days: { people ann: { left_on: 2026-03-04 } }
    expect: { immediately: [note], day 2 14:30: [task csm] }
  somebody takes over in time:
    play: alone
    account: { id: acme }
    start: 2026-03-02 10:00
    given:
      - 90 days ago: { people ann: { role: champion } }
      - yesterday 18:00: { people ann: { role: user } }
      - in 1 day 14:29: { people bob: { role: champion } }
    expect: { immediately: [note] }
  too late by a minute:
    play: alone
    account: { id: acme }
    start: 2026-03-02 10:00
    given:
      - 90 days ago: { people ann: { role: user } }
      - in 1 day 14:31: { people bob: { role: champion } }
    expect: { immediately: [note], day 2 14:30: [task csm] }
  of whom nothing is said nothing is known:
    play: alone
    account: { id: acme }
    given:
      - 90 days ago: { tickets t1: { status: open } }
    expect: { outcome: never starts }
",
    );
    assert_eq!(tested.len(), 4);
    for one in tested {
        assert!(one.passed, "{}: {:?}\n{}{:?}", one.name, one.error, one.table, one.skipped);
    }
}

#[test]
fn a_record_that_nothing_has_is_an_error_with_the_nearest_name() {
    for (line, error) in [
        ("peoples ann: { role: champion }", "it gives a record of `peoples`, which is no entity of the workspace; did you mean `people`?"),
        ("people ann: { rolle: champion }", "it gives `rolle`, which is no field of people; did you mean `role`?"),
        (
            "accounts acme: { arr: 12000 }",
            "it gives a record of `accounts`; the account's own fields stand under `account`, or after `set`",
        ),
    ] {
        let scenarios = format!(
            "\nscenarios:\n  s:\n    play: alone\n    account: {{ id: acme }}\n    given:\n      - today: {{ {line} }}\n    expect: {{ outcome: never starts }}\n"
        );
        let tested = of_people(&scenarios);
        assert_eq!((tested[0].passed, tested[0].error.as_deref()), (false, Some(error)), "{line}");
    }
}
