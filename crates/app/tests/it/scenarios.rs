//! The scenarios of every pack, and what scenarios are told that say nothing.

use std::collections::BTreeSet;

use mainstay_app::scenarios::{ScenarioFilter, ScenarioSuite, TestedScenario};
use mainstay_app::{check_documents, packs};
use mainstay_model::play::scenario::ExpectedOutcome;
use mainstay_model::play::{Play, Scenario, Trigger};
use mainstay_spec::{Document, Severity, render};

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

/// What a play can end with: the outcomes of its exits and of the goals that end it.
fn outcomes(play: &Play) -> BTreeSet<String> {
    let exits = play.exits.iter().map(|exit| exit.outcome.clone());
    exits.chain(play.goals.iter().filter(|goal| goal.ends).map(|goal| goal.name.clone())).collect()
}

#[test]
fn every_play_of_every_pack_has_scenarios_of_its_main_path_its_exits_and_its_silence() {
    let mut lacking = Vec::new();
    for pack in packs::names() {
        let documents: Vec<Document> = packs::files(pack).map(|(path, text)| Document::new(path, text)).collect();
        let workspace = check_documents(&documents).workspace.unwrap();
        for play in workspace.plays.values() {
            let own: Vec<_> = workspace.scenarios.iter().filter(|scenario| scenario.play == play.name).collect();
            let ends = |word: &str| own.iter().any(|one| one.outcome == Some(ExpectedOutcome::Named(word.to_owned())));
            let acts = |one: &&Scenario| !one.expect.is_empty() && matches!(one.outcome, None | Some(ExpectedOutcome::None));
            if !own.iter().any(acts) {
                lacking.push(format!("{pack}: {} has no scenario of its main path", play.name));
            }
            lacking.extend(
                outcomes(play).iter().filter(|word| !ends(word)).map(|word| format!("{pack}: {} never ends as `{word}`", play.name)),
            );
            // A play that only people and other plays start is silent once somebody stops it.
            let by_hand = play.trigger == Trigger::ByHand && ends("stopped");
            if !by_hand && !own.iter().any(|one| one.outcome == Some(ExpectedOutcome::NeverStarts)) {
                lacking.push(format!("{pack}: {} has no scenario of its silence", play.name));
            }
        }
    }
    assert_eq!(lacking, Vec::<String>::new());
}

#[test]
fn every_scenario_of_every_pack_passes_and_every_play_has_some() {
    let mut failures = String::new();
    for pack in packs::names() {
        let documents: Vec<Document> = packs::files(pack).map(|(path, text)| Document::new(path, text)).collect();
        let suite = suite(&documents);
        assert_eq!(suite.untested(), Vec::<&str>::new(), "plays of {pack} without a scenario");
        for scenario in suite.chosen(&ScenarioFilter::default()).unwrap() {
            let one = suite.run(scenario);
            if !one.passed {
                failures += &format!("{pack}: {} ({:?})\n{}{:#?}\n", one.name, one.error, one.table, one.skipped);
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// What a scenario of the pack `saas` does, with the civil time of the account.
fn hours(name: &str) -> Vec<String> {
    let documents: Vec<Document> = packs::files("saas").map(|(path, text)| Document::new(path, text)).collect();
    let suite = suite(&documents);
    let chosen = suite.chosen(&ScenarioFilter { name: Some(name.to_owned()), play: None }).unwrap();
    let lines = suite.run(chosen[0]).lines.into_iter();
    lines.filter_map(|line| Some(format!("{} {}", line.time?, line.actual?))).collect()
}

#[test]
fn the_customary_plays_run_to_the_day_and_hour() {
    assert_eq!(
        hours("usage decline - nobody answers"),
        [
            // Day 1 is past the play hour at 10:00, so it is at once.
            "2026-03-02 10:00 crm.flag",
            "2026-03-02 10:00 slack csm",
            "2026-03-02 10:00 report usage",
            "2026-03-03 09:00 email champion",
            "2026-03-06 09:00 task csm",
            "2026-03-08 09:00 escalate csm_manager",
            "2026-03-08 09:00 task csm_manager",
            "2026-03-15 09:00 tag executive_save",
            "2026-03-15 09:00 escalate executive",
            "2026-03-15 09:00 start executive_save",
        ]
    );
    assert_eq!(
        hours("NPS detractor - no answer to the follow-up"),
        [
            "2026-01-05 10:00 slack csm",
            "2026-01-05 10:00 slack csm_manager",
            "2026-01-05 10:00 ticket support",
            "2026-01-05 10:00 task csm",
            "2026-01-05 10:00 email respondent",
            "2026-01-06 09:00 task csm",
            "2026-01-12 09:00 survey follow_up",
            "2026-01-17 09:00 task csm",
        ]
    );
    let renewal = hours("renewal - nobody signs");
    assert!(renewal.iter().all(|line| line.contains(" 09:00 ")), "{renewal:?}");
    let days: BTreeSet<&str> = renewal.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(
        days.into_iter().collect::<Vec<_>>(),
        // 120, 90, 75, 60, 45, 30, 14 and 7 days before June 30, each of the last seven days, and the day itself.
        [
            "2026-03-02",
            "2026-04-01",
            "2026-04-16",
            "2026-05-01",
            "2026-05-16",
            "2026-05-31",
            "2026-06-16",
            "2026-06-23",
            "2026-06-24",
            "2026-06-25",
            "2026-06-26",
            "2026-06-27",
            "2026-06-28",
            "2026-06-29",
            "2026-06-30",
        ]
    );
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

#[test]
fn a_name_that_no_template_can_have_is_an_error_of_the_workspace() {
    let mut documents = documents("scenarios: {}\n");
    let mail =
        "---\nsubject: Hello {{ champion.nam }}\n---\n\nAbout {{ account.logins7d }}, {{ links.bookings }} and {{ champion.name }}.\n";
    documents.push(Document::new("templates/en/hello.md", mail));
    let plays = PLAYS.replace("Ask {{ account.name }}", "Ask {{ acount.name }} about {{ trigger.score }}");
    documents.retain(|document| document.path != "plays/all.yaml");
    documents.push(Document::new("plays/all.yaml", plays));
    let checked = check_documents(&documents);
    assert!(checked.workspace.is_none());
    let told: Vec<String> =
        checked.problems.iter().map(|problem| format!("{problem} - {}", problem.hint.as_deref().unwrap_or_default())).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_name_that_only_mails_have_is_an_error_in_every_other_text() {
    let text = "{{ recipient.first_name }} [out]({{ links.unsubscribe }}) {{ survey.url }}";
    let tell = |to: &str| {
        let plays = PLAYS.replace("[{ note: told }]", &format!("[{to}, {{ note: 'told {{{{ recipient.name }}}}' }}]"));
        let mut documents: Vec<Document> =
            documents("scenarios: {}\n").into_iter().filter(|document| document.path != "plays/all.yaml").collect();
        documents.push(Document::new("plays/all.yaml", plays));
        for path in ["templates/en/in_app/word.md", "templates/en/slack/word.md"] {
            documents.push(Document::new(path, format!("{text}\n")));
        }
        documents.push(Document::new("templates/en/word.md", format!("---\nsubject: Hello\n---\n{text}\n")));
        let checked = check_documents(&documents);
        let said = |path: &str| -> Vec<(usize, String, String)> {
            let of_file = checked.problems.iter().filter(|problem| problem.path == path && problem.severity == Severity::Error);
            let of_file = of_file.map(|problem| {
                let text = &documents.iter().find(|document| document.path == path).unwrap().text;
                let underlined = text.get(problem.offset..problem.offset + problem.length).unwrap().to_owned();
                (problem.line, underlined, problem.hint.clone().unwrap_or_default())
            });
            of_file.collect()
        };
        ["templates/en/in_app/word.md", "templates/en/slack/word.md", "plays/all.yaml", "templates/en/word.md"].map(said)
    };
    let mend = |name: &str, hint: &str| (1, name.to_owned(), hint.to_owned());
    let several = "it may reach several people: name one of them, such as `champion.name`, or nobody";
    let rest = [
        mend("links.unsubscribe", "leave it out: there is nothing to unsubscribe from"),
        mend("survey.url", "the action `survey` asks by mail; a page of your own goes under `links` in mainstay.yaml"),
    ];
    let with = |hint: &str| {
        let mut all = rest.to_vec();
        all.push(mend("recipient.first_name", hint));
        all.sort();
        all
    };
    let sorted = |mut told: Vec<(usize, String, String)>| {
        told.sort();
        told
    };
    let [in_app, slack, play, mail] = tell("{ in_app: { to: champion, template: word } }");
    assert_eq!(sorted(in_app), with("write `champion.first_name`, whom it goes to"));
    assert_eq!(sorted(slack), with(several), "no play uses it");
    assert_eq!(play, [(10, "recipient.name".to_owned(), several.to_owned())]);
    assert!(mail.is_empty(), "{mail:?}");
    let [in_app, ..] = tell("{ in_app: { to: users, template: word } }");
    assert_eq!(sorted(in_app), with(several));
    let [_, slack, ..] = tell("{ slack: { to: csm, template: word } }");
    assert_eq!(sorted(slack).len(), 3);
}

#[test]
fn jinja_that_cannot_be_read_is_an_error_of_the_workspace() {
    let mut documents = documents("scenarios: {}\n");
    documents.push(Document::new("templates/en/hello.md", "---\nsubject: Hello\n---\n\nDear {{ champion.name\n"));
    let checked = check_documents(&documents);
    assert!(checked.workspace.is_none());
    let errors = checked.problems.iter().filter(|problem| problem.severity == Severity::Error);
    assert_eq!(errors.map(|problem| (problem.code.as_str(), problem.line)).collect::<Vec<_>>(), [("syntax", 5)]);
}

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
