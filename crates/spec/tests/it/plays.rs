//! Plays, scenarios, templates and the settings of outreach: good ones, and wrong ones with what is said of them.

use mainstay_model::play::scenario::{ExpectedOutcome, GivenWhat, Happening, Label};
use mainstay_model::play::{Audience, Body, ConditionScope, Effect, Offset, Recipient, Reentry, Trigger};
use mainstay_spec::{Document, Problem, check, format, render};

use crate::fake::FakeTypes;

const SETTINGS: &str = "\
name: Test
time_zone: Europe/Berlin
play_hour: 08:30
roles:
  csm: { from: owner }
  csm_manager: [{ when: region = 'emea', email: emea@acme.example }, { email: lead@acme.example }]
ladder: [csm, csm_manager]
caps: { person: 3 a week, categories: { marketing: 1 a month } }
send_window: { days: mon-thu, hours: 10:00-16:00 }
channels:
  email: { from: Acme <success@acme.example> }
webhooks: { provisioning: https://hooks.acme.example/x }
tracking: { opens: true, consent: opt_out }
";

const SIGNALS: &str = "signals:\n  logins_7d: { from: events, measure: count(), window: 7 days }\n";

const PLAYS: &str = "\
plays:
  decline:
    purpose: churn_prevention
    trigger:
      when: logins_7d < 3
      hold: 2 days
    qualify: arr > 5000 and dropped_into('at_risk')
    reentry: { after: 60 days }
    holdout: 10%
    goal: { name: back, when: logins_7d >= 2 * baseline.logins_7d }
    exit: { when: stage = 'churned', outcome: churned }
    steps:
      - at: day 1
        name: alert
        do:
          - crm.flag: { field: at_risk, value: true }
          - slack: { to: csm, text: \"Look at {{ account.name }}\" }
      - at: day 2
        do:
          - email: { to: champion, template: hello }
      - at: 3 days after alert
        unless: responded or task.alert.outcome = 'reached'
        within: 1 business day
        do:
          - task: { to: csm_manager, title: Call them }
      - at: week 2
        choose:
          - when: goal.back
            do:
              - tag: recovered
          - otherwise:
            do:
              - webhook: { url_setting: provisioning, body: { account: \"{{ account.id }}\", tries: 3 } }
  ending:
    per: subscription
    trigger: { date: ends_on, from: -120 days, where: status = 'active' }
    reentry: { parallel: subscription.id }
    steps:
      - at: -90 days
        when: subscription.quantity > 1
        do:
          - report: { kind: renewal_readiness, to: csm }
      - at: -7 days
        every: 1 day until day 0
        do:
          - note: still open
      - at: day 0
        wait_for: { event: Signed, where: properties.plan = 'pro', for: 2 days }
        then:
          - stage: { to: renewed }
";

const SCENARIOS: &str = "\
scenarios:
  nobody - answers:
    play: decline
    account: { id: acme, arr: 12000, time_zone: America/New_York }
    start: 2026-03-02 10:00
    given:
      - 40 days ago .. 31 days ago: 3 events 'Signed In' a day
    trigger: { logins_7d: 1, previous_band: healthy, health_band: critical }
    then:
      day 3: [reply champion, set logins_7d 20, event 'Meeting Booked', task 'Call' done 'reached']
    expect:
      day 1: [crm.flag, slack csm]
      outcome: none
";

const TEMPLATE: &str = "---\nsubject: Hello {{ champion.name }}\ncategory: success\n---\nWe miss you at {{ product.name }}.\n";

fn workspace(plays: &str) -> Vec<Document> {
    [("mainstay.yaml", SETTINGS), ("signals/s.yaml", SIGNALS), ("plays/p.yaml", plays), ("templates/en/hello.md", TEMPLATE)]
        .map(|(path, text)| Document::new(path, text))
        .to_vec()
}

fn with_scenarios() -> Vec<Document> {
    let mut documents = workspace(PLAYS);
    documents.push(Document::new("scenarios/s.yaml", SCENARIOS));
    documents
}

#[test]
fn a_workspace_with_plays_is_read_without_a_problem() {
    let documents = with_scenarios();
    let checked = check(&documents, &FakeTypes);
    assert!(checked.problems.is_empty(), "{}", render(&checked.problems, &documents, false));
    let workspace = checked.workspace.unwrap();
    assert_eq!(workspace.outreach.play_hour_minute, 8 * 60 + 30);
    assert_eq!(workspace.outreach.roles["csm_manager"].len(), 2);
    assert_eq!(workspace.outreach.caps.account.map(|cap| cap.count), Some(4), "what is not said has its default");
    assert_eq!(workspace.outreach.send_window.weekdays, [1, 2, 3, 4]);
    assert_eq!(workspace.templates["hello"]["en"].subject.as_deref(), Some("Hello {{ champion.name }}"));
    assert_eq!(workspace.templates["hello"]["en"].body, "We miss you at {{ product.name }}.\n");

    let play = &workspace.plays["decline"];
    assert_eq!(play.baselines, ["logins_7d"]);
    let qualify = play.condition(play.qualify.unwrap()).unwrap();
    assert_eq!(qualify.scope, ConditionScope::Run);
    assert_eq!(qualify.sql, "arr > 5000 and (health_band in ('at_risk', 'critical') and previous_band in ('healthy', 'monitor'))");
    let reads: Vec<&str> = qualify.reads.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(reads, ["arr", "health_band", "previous_band"]);
    assert_eq!(play.condition(play.goals[0].when).unwrap().sql, "logins_7d >= 2 * \"baseline.logins_7d\"");
    assert_eq!(play.steps[1].name, "step_2");
    assert_eq!(play.steps[2].at.offset, Offset::After { length: mainstay_model::play::Length::Days(3), step: "alert".into() });
    assert!(matches!(&play.steps[1].effects[0], Effect::Email(email) if email.to == Recipient::Customer(Audience::Champion)));
    assert!(matches!(&play.steps[3].body, Body::Choose(branches) if branches.len() == 2 && branches[1].when.is_none()));
    assert!(matches!(&workspace.plays["ending"].trigger, Trigger::Date { entity, .. } if entity == "subscriptions"));

    let scenario = &workspace.scenarios[0];
    assert_eq!((scenario.zone.name(), scenario.start.1), ("America/New_York", 600));
    assert_eq!(scenario.then.len(), 4);
    assert_eq!(scenario.then[3].what, Happening::TaskDone { task: "Call".into(), outcome: "reached".into() });
    assert_eq!((scenario.expect[0].at, scenario.outcome.clone()), (Label::Day(1), Some(ExpectedOutcome::None)));
}

#[test]
fn plays_are_in_canonical_form_and_formatting_twice_changes_nothing() {
    for document in with_scenarios() {
        let once = format(&document).unwrap();
        let twice = format(&Document::new(&document.path, &once)).unwrap();
        assert_eq!(once, twice, "{}", document.path);
    }
    let turned = Document::new(
        "plays/p.yaml",
        "plays:\n  a:\n    steps:\n      - do: [{ email: { template: hello, to: champion } }]\n        at: day 1\n    trigger: { by_hand: true }\n",
    );
    let expected = "plays:\n  a:\n    trigger: { by_hand: true }\n    steps:\n      - at: day 1\n        do: [{ email: { to: champion, template: hello } }]\n";
    assert_eq!(format(&turned).unwrap(), expected);
}

#[test]
fn the_version_changes_with_behaviour_and_not_with_words() {
    let version = |plays: &str| check(&workspace(plays), &FakeTypes).workspace.unwrap().plays["decline"].version.clone();
    let base = version(PLAYS);
    assert_eq!(base.len(), 12);
    assert_eq!(version(&PLAYS.replacen("    purpose", "    label: Another\n    purpose", 1)), base);
    assert_ne!(version(&PLAYS.replace("arr > 5000", "arr > 6000")), base);
    assert_ne!(version(&PLAYS.replace("title: Call them", "title: Write to them")), base);
}

/// The one problem of a play in which a text is replaced, and what the place underlines.
fn problem(from: &str, to: &str) -> (Problem, String) {
    assert!(PLAYS.contains(from), "{from}");
    let text = PLAYS.replacen(from, to, 1);
    let problems = check(&workspace(&text), &FakeTypes).problems;
    let first = problems.first().unwrap_or_else(|| panic!("nothing is said of {to}")).clone();
    let underlined = text.get(first.offset..first.offset + first.length).unwrap_or_default().to_owned();
    (first, underlined)
}

#[test]
fn every_wrong_name_is_underlined_and_the_nearest_is_told() {
    for (from, to, underlined, hint) in [
        ("to: champion, template", "to: chmpion, template", "chmpion", "did you mean `champion`?"),
        ("template: hello", "template: helo", "helo", "did you mean `hello`?"),
        ("to: csm_manager", "to: csm_manger", "csm_manger", "did you mean `csm_manager`?"),
        ("dropped_into('at_risk')", "dropped_into('at_rsk')", "'at_rsk'", "did you mean `at_risk`?"),
        ("baseline.logins_7d", "baseline.logins_7", "baseline.logins_7", "did you mean `baseline.logins_7d`?"),
        ("task.alert.outcome", "task.alrt.outcome", "task.alrt.outcome", "did you mean `task.alert.outcome`?"),
        ("when: goal.back", "when: goal.bck", "goal.bck", "did you mean `goal.back`?"),
        ("url_setting: provisioning", "url_setting: provision", "provision", "did you mean `provisioning`?"),
        ("date: ends_on", "date: end_on", "end_on", "did you mean `ends_on`?"),
        ("- tag: recovered", "- tga: recovered", "tga", "did you mean `tag`?"),
        ("3 days after alert", "3 days after allert", "3 days after allert", "did you mean `alert`?"),
        ("purpose: churn_prevention", "purpose: churn_preventon", "churn_preventon", "did you mean `churn_prevention`?"),
        ("subscription.quantity > 1", "subscription.quantty > 1", "subscription.quantty", "did you mean `subscription.quantity`?"),
    ] {
        let (problem, found) = problem(from, to);
        assert_eq!((found.as_str(), problem.hint.as_deref()), (underlined, Some(hint)), "{problem}");
    }
}

#[test]
fn what_cannot_be_meant_is_said() {
    for (from, to, message) in [
        ("at: -90 days", "at: -150 days", "the run begins at `-120 days`, so a step at `-150 days` never runs"),
        ("at: day 2", "at: -5 days", "`-5 days` is a day before or after a date, and this play has no `date` trigger"),
        ("at: day 2", "at: day two", "`day two` is not a moment of a run"),
        ("    holdout: 10%", "    excludes: [decline]", "`decline` excludes itself; re-entry is declared with `reentry`"),
        ("holdout: 10%", "holdout: 120%", "`holdout` is a share between 0% and 100%, not 120%"),
        (
            "      hold: 2 days",
            "      event: Signed In",
            "a trigger has exactly one of `when`, `event`, `record`, `date`, `every` and `by_hand`",
        ),
        ("to: csm_manager, title", "to: champion, title", "`champion` is a customer; this is for somebody of the company"),
        ("unless: responded or", "unless: arr +", "a number cannot be compared or combined with a text"),
        ("when: logins_7d < 3", "when: logins_7d", "a condition (true or false) is needed here, and this is a number"),
        ("        do:\n          - note: still open\n", "", "this step does nothing; give it `do`, `choose` or `wait_for`"),
    ] {
        assert_eq!(problem(from, to).0.message, message);
    }
}

#[test]
fn runs_go_side_by_side_for_each_value_of_the_trigger() {
    let text = "plays:\n  answer:\n    trigger: { record: surveys, where: score <= 6 }\n    reentry: { parallel: trigger.user_id }\n    steps:\n      - at: day 1\n        do: [{ note: x }]\n";
    let workspace_of = |text: &str| check(&workspace(text), &FakeTypes);
    assert_eq!(workspace_of(text).workspace.unwrap().plays["answer"].reentry, Reentry::Parallel("trigger.user_id".into()));
    for (from, to, message) in [
        ("trigger.user_id", "trigger.usr_id", "runs cannot go side by side for each `trigger.usr_id`"),
        ("trigger.user_id", "subscription.id", "runs cannot go side by side for each `subscription.id`"),
        ("    trigger:", "    per: person\n    trigger:", "runs cannot go side by side for each `trigger.user_id`"),
    ] {
        assert_eq!(workspace_of(&text.replacen(from, to, 1)).problems.last().map(|problem| problem.message.as_str()), Some(message));
    }
}

#[test]
fn a_record_that_triggers_says_whose_run_it_is() {
    let text = "plays:\n  left:\n    per: person\n    trigger: { record: outside_signals }\n    steps:\n      - at: day 1\n        do: [{ note: x }]\n";
    assert!(check(&workspace(text), &FakeTypes).workspace.is_some(), "outside signals have a person_id");
    let problems = check(&workspace(&text.replace("outside_signals", "invoices")), &FakeTypes).problems;
    assert_eq!(problems[0].message, "this play is per person, and invoices do not say whose they are");
    assert_eq!(problems[0].hint.as_deref(), Some("give invoices a field `person_id`"));
}

#[test]
fn a_signal_that_names_who_has_a_role_is_read() {
    let problems = |settings: &str| {
        let mut documents = workspace(PLAYS);
        documents[0].text = settings.to_owned();
        documents.push(Document::new("signals/m.yaml", "signals:\n  manager: { measure: \"coalesce(owner, 'lead@acme.example')\" }\n"));
        check(&documents, &FakeTypes).problems
    };
    assert_eq!(problems(SETTINGS).len(), 1, "nothing reads it");
    assert!(problems(&SETTINGS.replace("csm: { from: owner }", "csm: { from: manager }")).is_empty());
}

#[test]
fn plays_without_steps_do_nothing_and_are_refused() {
    let problems = check(&workspace("plays:\n  a:\n    trigger: { by_hand: true }\n    steps: []\n"), &FakeTypes).problems;
    assert_eq!(problems[0].message, "the play `a` has no `steps`, so it does nothing");
}

#[test]
fn scenarios_and_templates_are_checked_in_place() {
    let mut documents = workspace(PLAYS);
    documents.push(Document::new("scenarios/s.yaml", "scenarios:\n  x:\n    play: declin\n    expect: { day 1: [note] }\n  y:\n    play: decline\n    then: { day 3: [dance] }\n    expect: { someday: [note] }\n"));
    documents.push(Document::new("templates/en/bad.md", "---\nsubjct: x\n---\ntext\n"));
    documents.push(Document::new("templates/lost.md", "text\n"));
    let problems = check(&documents, &FakeTypes).problems;
    let said: Vec<(&str, &str)> = problems.iter().map(|problem| (problem.path.as_str(), problem.message.as_str())).collect();
    assert_eq!(
        said,
        [
            ("scenarios/s.yaml", "there is no play `declin`"),
            ("scenarios/s.yaml", "`\"dance\"` cannot be read here"),
            ("scenarios/s.yaml", "`someday` is no moment of a run"),
            ("templates/en/bad.md", "unknown key `subjct`"),
            ("templates/lost.md", "a template lies in a folder of its language, like templates/en/welcome.md"),
        ]
    );
}

const TIMED: &str = "\
scenarios:
  by the hour:
    play: decline
    given:
      - 90 days ago: { people ann: { role: champion, name: Ann Lee }, subscriptions s-1: { status: active } }
      - 2 days ago 14:30: { people ann: { left_on: 2026-01-03 } }
      - yesterday 09:00: 2 events 'Signed In'
      - in 3 days 16:00: set stage churned
    then:
      day 2 14:00: [reply champion]
    expect:
      day 2: [email champion]
      day 2 14:00: [task csm]
";

fn timed(text: &str) -> Vec<Document> {
    let mut documents = workspace(PLAYS);
    documents.push(Document::new("scenarios/t.yaml", text));
    documents
}

#[test]
fn scenarios_say_records_and_hours() {
    let documents = timed(TIMED);
    let checked = check(&documents, &FakeTypes);
    assert!(checked.problems.is_empty(), "{}", render(&checked.problems, &documents, false));
    let scenario = checked.workspace.unwrap().scenarios.remove(0);
    let record = |place: usize| match &scenario.given[place].what {
        GivenWhat::Record { entity, id, fields } => format!("{entity} {id} {}", serde_json::to_string(fields).unwrap()),
        other => panic!("{other:?}"),
    };
    assert_eq!(record(0), r#"people ann {"name":"Ann Lee","role":"champion"}"#);
    assert_eq!(record(1), r#"subscriptions s-1 {"status":"active"}"#);
    assert_eq!(record(2), r#"people ann {"left_on":"2026-01-03"}"#);
    let when = |place: usize| (scenario.given[place].from_day, scenario.given[place].minute_of_day);
    assert_eq!([when(0), when(1), when(2), when(3), when(4)], [(-90, None), (-90, None), (-2, Some(870)), (-1, Some(540)), (3, Some(960))]);
    assert_eq!(scenario.given[3].what, GivenWhat::Events { count: 2, name: "Signed In".into(), every_days: 0 });
    assert_eq!((scenario.then[0].at, scenario.expect[1].at), (Label::DayAt(2, 840), Label::DayAt(2, 840)));
}

#[test]
fn records_and_hours_of_scenarios_are_in_canonical_form() {
    assert_eq!(format(&Document::new("scenarios/t.yaml", TIMED)).unwrap(), TIMED);
}

#[test]
fn what_no_line_of_given_can_mean_is_refused() {
    for line in [
        "3 days ago .. today: { people ann: { role: champion } }",
        "today: { people: { role: champion } }",
        "today: { people ann: champion }",
        "today: {}",
        "today 25:00: set arr 1",
        "3 days ago 09:00 .. today: 1 event 'Signed In' a day",
        "today 09:00: 1 event 'Signed In' a day",
    ] {
        let text = TIMED.replace("yesterday 09:00: 2 events 'Signed In'", line);
        let problems = check(&timed(&text), &FakeTypes).problems;
        assert_eq!(problems.len(), 1, "{line}");
        assert!(problems[0].hint.as_deref().unwrap_or_default().contains("people ann"), "{line}: {}", problems[0]);
    }
}
