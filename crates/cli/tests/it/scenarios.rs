//! Testing the plays of a workspace.

use crate::harness::Place;

const PLAY: &str = "plays:
  hello:
    label: Hello
    trigger: { by_hand: true }
    exit: [{ when: stage = 'churned', outcome: churned }]
    steps:
      - { at: day 1, name: greet, do: [{ note: hello }] }
      - { at: day 5, name: call, unless: responded, do: [{ task: { to: csm, title: 'Call {{ account.name }}' } }] }
";

const SCENARIOS: &str = "scenarios:
  nobody answers:
    play: hello
    account: { id: acme }
    expect: { day 1: [note], day 5: [task csm] }
  somebody answers:
    play: hello
    account: { id: acme }
    then: { day 3: [reply champion] }
    expect: { day 1: [note], day 5: [task csm], outcome: none }
";

fn place() -> Place {
    let place = Place::new();
    place.write("mainstay.yaml", "name: Acme\ntime_zone: UTC\n");
    place.write("plays/hello.yaml", PLAY);
    place.write("scenarios/hello.yaml", SCENARIOS);
    place
}

#[test]
fn scenarios_that_pass_are_counted_by_play() {
    insta::assert_snapshot!(place().run(&["test", "nobody"]));
}

#[test]
fn a_scenario_that_fails_shows_both_sides_and_ends_with_1() {
    insta::assert_snapshot!(place().run(&["test"]));
    insta::assert_snapshot!(place().run(&["test", "--play", "hello", "--format", "json"]));
}

#[test]
fn nothing_to_test_is_told() {
    let place = place();
    insta::assert_snapshot!(place.run(&["test", "--play", "helo"]));
    place.write("plays/hello.yaml", "plays: { hello: { label: Hello } }\n");
    assert!(place.run(&["test"]).starts_with("exit 3\n"));
}

/// Half of the 90 sign-ins of the 30 days before is reached when the first day after the start turns; the band falls with it.
const BY_EVENTS: &str = "scenarios:
  by its events:
    play: usage_decline
    account: { id: acme, arr: 12000, health_band: healthy }
    start: 2026-03-02 10:00
    given:
      - 60 days ago .. 15 days ago: 3 events 'Signed In' a day
      - in 1 day: set health_band at_risk
    then:
      day 3: [set stage churned]
    expect:
      day 1: [crm.flag, slack csm, report usage]
      day 2: [email champion]
      outcome: churned
";

#[test]
fn a_new_workspace_passes_its_tests_and_one_over_events_too() {
    let place = Place::with_workspace();
    place.write("scenarios/mine.yaml", BY_EVENTS);
    assert!(place.out(&["test", "--play", "usage_decline", "--format", "json"]).contains("\"time\": \"2026-03-03 09:00\""));
    let out = place.out(&["test"]);
    assert!(out.ends_with(" 0 failed\n") && !out.contains("no scenario"), "{out}");
}
